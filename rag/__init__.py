"""Quoteline: answers from your documents in which every line is backed by a verbatim quote.

    from rag import Engine

    with Engine.open("index") as engine:
        answer = engine.ask("Who is Cuba's foreign minister?")
    answer.citations[0].quote

    from rag import check, judge

    judge("Oil fell.", "The price of oil rose in May.").verdict
    check(open("draft.txt").read(), "index").claims[0].verdict

Importing this package costs nothing: what it offers, and the libraries of that, load on first use.
"""

from typing import TYPE_CHECKING, Any

__version__ = "0.8.0"
__all__ = ["Engine", "__version__", "check", "judge"]

if TYPE_CHECKING:
    from pathlib import Path

    from rag.engine import Engine
    from rag.judging import judge
    from rag.schema import Check


def check(text: str, index: "str | Path" = "index") -> "Check":
    """Tell what the sources of an index say to each claim of a text (:meth:`rag.engine.Engine.check`).

    Args:
        text: any, such as an LLM's answer.
        index: the folder that ``rag index --index`` was given.
    """
    from rag.engine import Engine

    with Engine.open(index) as engine:
        return engine.check(text)


def __getattr__(name: str) -> Any:
    """Load what is offered when it is first asked for (PEP 562)."""
    if name == "Engine":
        from rag.engine import Engine

        return Engine
    if name == "judge":
        from rag.judging import judge

        return judge
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
