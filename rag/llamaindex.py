"""The old name of :mod:`rag.integrations.llamaindex`, which goes on working."""

from rag.integrations.llamaindex import QuotelineQueryEngine, QuotelineRetriever

__all__ = ["QuotelineQueryEngine", "QuotelineRetriever"]
