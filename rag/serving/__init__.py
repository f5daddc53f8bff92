"""Served to other programs."""
