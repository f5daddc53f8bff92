"""The old name of :mod:`rag.llm.gguf`, which goes on working."""

from rag.llm.gguf import open_local

__all__ = ["open_local"]
