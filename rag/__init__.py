"""Quoteline: answers from your documents in which every line is backed by a verbatim quote.

    from rag import Engine

    with Engine.open("index") as engine:
        answer = engine.ask("Who is Cuba's foreign minister?")
    answer.citations[0].quote

Importing this package costs nothing: each name loads on first use, with the libraries that it needs (docs/python.md).
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

__version__ = "0.8.0"
__all__ = [
    "Answer",
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
    "load_config",
]

if TYPE_CHECKING:
    from rag.builder import Report, build
    from rag.config import Config
    from rag.config import load as load_config
    from rag.engine import Engine
    from rag.errors import IndexDamaged, IndexMissing, QuotelineError, UsageError
    from rag.index import Index
    from rag.render import answer_object
    from rag.schema import (
        Answer,
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
    "builder": ("Report", "build"),
    "config": ("Config", "load_config"),
    "engine": ("Engine",),
    "errors": ("IndexDamaged", "IndexMissing", "QuotelineError", "UsageError"),
    "index": ("Index",),
    "render": ("answer_object",),
    "schema": (
        *("Answer", "Citation", "Claim", "Closest", "Evidence", "Filter", "Hit", "Passage", "Progress", "Reading"),
        *("Retrieved", "Turn"),
    ),
}
_MODULE = {name: module for module, names in _HOME.items() for name in names}
_RENAMED = {"load_config": "load"}


def __getattr__(name: str) -> Any:
    """Load a name of the public API when it is first asked for (PEP 562)."""
    if name not in _MODULE:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    found = getattr(import_module(f"rag.{_MODULE[name]}"), _RENAMED.get(name, name))
    globals()[name] = found
    return found


def __dir__() -> list[str]:
    return sorted(__all__)
