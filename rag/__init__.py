"""Quoteline: answers from your documents in which every line is backed by a verbatim quote.

    from rag import Engine

    with Engine.open("index") as engine:
        answer = engine.ask("Who is Cuba's foreign minister?")
    answer.citations[0].quote

    from rag import check, judge

    judge("Oil fell.", "The price of oil rose in May.").verdict
    check(open("draft.txt").read(), "index").claims[0].verdict

Importing this package costs nothing: each name loads on first use, with the libraries that it needs (docs/python.md).
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

__version__ = "0.15.0"
__all__ = [
    "Answer",
    "Check",
    "Citation",
    "Claim",
    "Closest",
    "Config",
    "Engine",
    "Evidence",
    "Filter",
    "Hit",
    "Index",
    "IndexDamaged",
    "IndexMissing",
    "Judgement",
    "Options",
    "Pair",
    "Passage",
    "Progress",
    "QuotelineError",
    "Reading",
    "Report",
    "Retrieved",
    "Turn",
    "UsageError",
    "__version__",
    "answer_object",
    "build",
    "check",
    "judge",
    "load_config",
]

if TYPE_CHECKING:
    from pathlib import Path

    from rag.claims.judging import Judgement, Pair, judge
    from rag.config import Config
    from rag.config import load as load_config
    from rag.engine import Engine, Options
    from rag.errors import IndexDamaged, IndexMissing, QuotelineError, UsageError
    from rag.index.opened import Index
    from rag.indexing.builder import Report, build
    from rag.output.render import answer_object
    from rag.schema import (
        Answer,
        Check,
        Citation,
        Claim,
        Closest,
        Evidence,
        Filter,
        Hit,
        Passage,
        Progress,
        Reading,
        Retrieved,
        Turn,
    )

_HOME = {
    "indexing.builder": "Report build",
    "config": "Config load_config",
    "engine": "Engine Options",
    "errors": "IndexDamaged IndexMissing QuotelineError UsageError",
    "index.opened": "Index",
    "claims.judging": "Judgement Pair judge",
    "output.render": "answer_object",
    "schema": "Answer Check Citation Claim Closest Evidence Filter Hit Passage Progress Reading Retrieved Turn",
}
_MODULE = {name: module for module, names in _HOME.items() for name in names.split()}
_RENAMED = {"load_config": "load"}


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
    """Load a name of the public API when it is first asked for (PEP 562)."""
    if name not in _MODULE:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    found = getattr(import_module(f"rag.{_MODULE[name]}"), _RENAMED.get(name, name))
    globals()[name] = found
    return found


def __dir__() -> list[str]:
    return sorted(__all__)
