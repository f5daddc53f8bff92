"""The old name of :mod:`rag.indexing.builder`, which goes on working."""

from rag.indexing.builder import Report, build

__all__ = ["Report", "build"]
