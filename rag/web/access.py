"""Who asks, by their key: which collections they read, and whether they change what is there.

Whoever serves a request says by whose key it acts; whatever happens inside, in threads and tasks that begin there too,
is held to that key at the two places where everything passes: what an engine is leased (:mod:`rag.web.live`), and what
changes the sources (:mod:`rag.web.library`).
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from cachetools import LRUCache

from rag.errors import BusyError, RightsError, UsageError
from rag.web.keys import READS_ONLY, Key, Rates

if TYPE_CHECKING:
    from rag.engine import Engine

PERSON = "quoteline.person"
"""In the scope of a request: the :class:`Person` who has signed in."""
MOST_PAGES = 10_000
"""Open pages whose owners are known."""

_PERSON: ContextVar["Person"] = ContextVar("person")


class Pages:
    """Whose each open page is: what it holds belongs to who opened it, not to who signs in behind them."""

    def __init__(self) -> None:
        self._by: LRUCache[str, str] = LRUCache(MOST_PAGES)

    def owner(self, page: str, name: str) -> str:
        """Return whose a page is; ``name``'s if nobody has been seen with it."""
        return self._by.setdefault(page, name)


@dataclass(frozen=True, slots=True)
class Person:
    """Who asks."""

    key: Key | None = None
    """None for who may read and change everything."""
    rates: Rates = field(default_factory=Rates)
    pages: Pages = field(default_factory=Pages)

    @property
    def writes(self) -> bool:
        """Whether they may add, remove and index sources."""
        return self.key is None or self.key.writes

    @property
    def collections(self) -> tuple[str, ...]:
        """The only ones that they read; every one, if there are none."""
        return self.key.collections if self.key else ()

    def check_writes(self) -> None:
        """Raise RightsError if they may not add, remove and index sources."""
        if not self.writes:
            raise RightsError(READS_ONLY)

    def check_whole(self) -> None:
        """Raise RightsError if they read some collections alone."""
        if self.collections:
            raise RightsError(f"this tells of all collections, and this key opens {', '.join(self.collections)}")

    def check_page(self, page: str | None) -> None:
        """Raise RightsError if an open page is another's."""
        if self.key and page and self.pages.owner(page, self.key.name) != self.key.name:
            raise RightsError("this page was opened by somebody else: load it again")


ANYBODY = Person()
"""Whoever asks where nobody signs in."""


@contextmanager
def acting(person: Person) -> Iterator[None]:
    """Let what happens inside, in threads and tasks that begin there too, be done by a person."""
    token = _PERSON.set(person)
    try:
        yield
    finally:
        _PERSON.reset(token)


def of(request: Any) -> Person | None:
    """Return who has signed in, if anybody has.

    Args:
        request: a ``gr.Request``, or FastAPI's.
    """
    web = getattr(request, "request", None) or request
    found: Person | None = getattr(web, "scope", {}).get(PERSON)
    return found


def person(*, named: bool = False) -> Person:
    """Return who acts now; where nobody was named, anybody.

    Args:
        named: whether somebody must have been.

    Raises:
        LookupError: nobody was: whatever runs there has lost whom it is done for.
    """
    return _PERSON.get() if named else _PERSON.get(ANYBODY)


def count() -> None:
    """Count a question, or a text to check, of who acts now.

    Raises:
        BusyError: their key's minute is full.
    """
    who = person()
    if who.key and (wait := who.rates.wait(who.key)):
        raise BusyError(full(who.key, wait))


def full(key: Key, wait: int) -> str:
    """Return what is said where the minute of a key is full."""
    return f"this key may ask {key.per_minute} times a minute: wait {wait} s"


def narrowed(engine: "Engine", opened: Sequence[str], wanted: Sequence[str] = ()) -> "Engine":
    """Return an engine that knows nothing but the collections that are wanted, and that a key opens.

    Args:
        engine: over all that the server has.
        opened: names; every one, if there are none.
        wanted: names; all that are opened, if there are none.

    Raises:
        RightsError: one of them is not opened.
        UsageError: the server does not have one of them.
    """
    there = engine.index.collections
    for name in wanted:
        if opened and name not in opened:  # whether it is there or not, which is not for this key to know
            raise RightsError(f"this key does not open the collection {name!r}: it opens {', '.join(opened)}")
    known = [name for name in there if not opened or name in opened]
    if opened and not known:
        raise RightsError(f"this server has no collection that this key opens: {', '.join(opened)}")
    for name in wanted:
        if name not in known:
            has = f"it has {', '.join(known)}" if known else "its index is a folder, which has none"
            raise UsageError(f"there is no collection {name!r} at this server: {has}")
    chosen = [name for name in known if not wanted or name in wanted]
    return engine if len(chosen) == len(there) else engine.over(chosen)
