"""Passages become evidence, and evidence an answer with numbered citations."""
