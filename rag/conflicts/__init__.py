"""Statements of an index that contradict one another: which may, by what, and what a judge says to it."""
