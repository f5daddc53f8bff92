"""Quoteline: answers from your documents in which every line is backed by a verbatim quote.

    from rag import Engine

    with Engine.open("index") as engine:
        answer = engine.ask("Who is Cuba's foreign minister?")
    answer.citations[0].quote

Importing this package costs nothing: :class:`Engine` and its libraries load on first use.
"""

from typing import TYPE_CHECKING, Any

__version__ = "0.8.0"
__all__ = ["Engine", "__version__"]

if TYPE_CHECKING:
    from rag.engine import Engine


def __getattr__(name: str) -> Any:
    """Load :class:`Engine` when it is first asked for (PEP 562)."""
    if name == "Engine":
        from rag.engine import Engine

        return Engine
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
