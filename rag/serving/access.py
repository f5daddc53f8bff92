"""Which collections a request asks: of those that its key opens, the ones that it names, or all."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from typing import TYPE_CHECKING

from rag.errors import UsageError
from rag.serving.problems import Problem

if TYPE_CHECKING:
    from rag.engine import Engine

_OPENED: ContextVar[tuple[str, ...]] = ContextVar("opened")
"""Collections that the key of the request under way opens; every one if it names none. Nothing is asked without it."""


@contextmanager
def opening(collections: tuple[str, ...]) -> Iterator[None]:
    """Let what happens inside, in threads and tasks that begin there too, ask these collections; of none, every one."""
    token = _OPENED.set(collections)
    try:
        yield
    finally:
        _OPENED.reset(token)


def narrowed(engine: "Engine", wanted: Sequence[str]) -> "Engine":
    """Return an engine that knows nothing but the collections that are wanted, and that the key opens.

    Args:
        engine: over all that the server has.
        wanted: names; all that the key opens, if there are none.

    Raises:
        Problem: the key does not open one of them.
        UsageError: the server does not have one of them.
    """
    opened, there = _OPENED.get(), engine.index.collections
    for name in wanted:
        if opened and name not in opened:  # whether it is there or not, which is not for this key to know
            raise Problem("forbidden", f"this key does not open the collection {name!r}: it opens {', '.join(opened)}")
    known = [name for name in there if not opened or name in opened]
    if opened and not known:
        raise Problem("forbidden", f"this server has no collection that this key opens: {', '.join(opened)}")
    for name in wanted:
        if name not in known:
            has = f"it has {', '.join(known)}" if known else "its index is a folder, which has none"
            raise UsageError(f"there is no collection {name!r} at this server: {has}")
    chosen = [name for name in known if not wanted or name in wanted]
    return engine if len(chosen) == len(there) else engine.over(chosen)
