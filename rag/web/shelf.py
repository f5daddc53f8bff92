"""The sources as a list that may have thousands of rows: what of it is looked for, in an order, a window at a time.

The browser draws the rows in view alone (``static/shelf.js``), in the library and beside the chat. It asks for windows
of rows, and later for the line that each source says of itself: to choose that sentence takes longer than to list it.
"""

import json
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from threading import Lock
from typing import Annotated, Any, Literal

from cachetools import LRUCache
from fastapi import APIRouter, Depends
from fastapi.responses import JSONResponse

from rag.errors import RagError
from rag.index.opened import Index
from rag.reading.summary import summarise
from rag.retrieval.hybrid import check_filter
from rag.schema import Filter
from rag.web import access, words
from rag.web.library import Entry, Library
from rag.web.listing import is_like
from rag.web.live import Live
from rag.web.page import day
from rag.web.template import html

MOST_ROWS = 100
"""Of a window."""
MOST_LINES = 20
"""Of a window of lines."""
MOST_KEPT_LINES = 20_000
MOST_KEPT_LISTS = 8
"""Of what people with different keys see."""
MOST_PUBLISHERS = 500
"""That can be chosen from; others can be searched for."""

ORDERS: dict[str, Callable[[Entry], Any]] = {
    "title": lambda entry: (entry.title or entry.source).casefold(),
    "newest": lambda entry: (not entry.published, [-ord(char) for char in entry.published or ""]),
    "oldest": lambda entry: (not entry.published, entry.published or ""),
    "publisher": lambda entry: (not entry.publisher, (entry.publisher or "").casefold()),
    "pages": lambda entry: (-entry.pages, -entry.passages),
    "unread": lambda entry: (entry.state != "skipped", not entry.unread),
}
"""What the list can be ordered by; what is equal stays in the order of the folder."""


@dataclass(frozen=True, slots=True)
class Query:
    """Which rows, in which order."""

    find: str = ""
    """Words, each of which stands in what is told of a source."""
    publisher: str = ""
    after: str = ""
    """ISO 8601 date: published on it or later."""
    before: str = ""
    order: str = ""
    """One of ``ORDERS``; empty for that of the folder, what could not be read first."""

    @property
    def names(self) -> bool:
        """Whether it asks for more than dates, which a :class:`Filter` has itself."""
        return bool(self.find.split() or self.publisher)

    def check(self) -> None:
        """Raise UsageError if a date is none."""
        check_filter(Filter((), self.after or None, self.before or None))

    def of(self, entries: Iterable[Entry]) -> list[Entry]:
        """Return those that it asks for, in its order."""
        found = [entry for entry in entries if self._asks_for(entry)]
        return sorted(found, key=ORDERS[self.order]) if self.order in ORDERS else found

    def _asks_for(self, entry: Entry) -> bool:
        return (
            (not self.publisher or entry.publisher == self.publisher)
            and (not self.after or (entry.published or "") >= self.after)
            and (not self.before or "" < (entry.published or "") <= self.before)
            and is_like(entry, self.find, words.STATES[entry.state])
        )


class Shelf:
    """The list, kept until it is looked at anew. Safe between threads.

    Args:
        live: whose index has the documents.
        library: the sources; without their folder the list beside the chat is there all the same.
    """

    def __init__(self, live: Live, library: Library) -> None:
        self._live = live
        self._library = library
        self._lock = Lock()
        self._kept: LRUCache[tuple[bool, str, bool], tuple[Entry, ...]] = LRUCache(MOST_KEPT_LISTS)
        self._lines: LRUCache[tuple[str, str], str] = LRUCache(MOST_KEPT_LINES)

    def refresh(self) -> None:
        """Let the next look see what has changed in the folder."""
        with self._lock:
            for key in [key for key in self._kept if not key[0]]:
                del self._kept[key]

    def entries(self, *, indexed: bool) -> tuple[Entry, ...]:
        """Return every source, or those alone that answers come from.

        Raises:
            SourceError: the sources folder is not there.
            BusyError: the site is closing.
        """
        if self._live.unbuilt:
            return () if indexed else tuple(self._library.entries())
        with self._live.engine() as engine:
            # Of some collections the index has another id; but a key may name every one of them.
            key = indexed, engine.index.id, bool(access.person().collections)
            with self._lock:
                if key in self._kept:
                    return self._kept[key]
            listings = engine.index.store.documents() if indexed else []
        own = [Entry.of(each, file=False) for each in listings] if indexed else self._library.entries()
        with self._lock:
            self._kept[key] = tuple(own)
        return tuple(own)

    def window(self, query: Query, start: int, count: int, *, indexed: bool) -> dict[str, Any]:
        """Return some rows as JSON, with how many are found, and which publishers there are.

        Raises:
            UsageError: a date is none.
            SourceError, BusyError: as :meth:`entries` does.
        """
        query.check()
        entries = self.entries(indexed=indexed)
        found = query.of(entries)
        return {
            "all": len(entries),
            "found": len(found),
            "answering": sum(entry.passages > 0 for entry in found),
            "publishers": sorted({entry.publisher for entry in entries if entry.publisher})[:MOST_PUBLISHERS],
            "rows": [_row(entry) for entry in found[start : start + min(count, MOST_ROWS)]],
        }

    def lines(self, query: Query, start: int, count: int, *, indexed: bool) -> dict[str, str]:
        """Return what some rows say of themselves, by source: a sentence of each that tells best what it is about.

        Raises: as :meth:`window` does.
        """
        query.check()
        found = query.of(self.entries(indexed=indexed))[start : start + min(count, MOST_LINES)]
        if not any(entry.passages for entry in found):
            return {}
        with self._live.engine() as engine:
            return {entry.source: self._line(engine.index, entry) for entry in found if entry.passages}

    def _line(self, index: Index, entry: Entry) -> str:
        key = index.id, entry.source
        with self._lock:
            if key in self._lines:
                return self._lines[key]
        line = next(iter(_said(index, entry.source, 1)), "")
        if _repeats(line, entry.title):
            line = next((other for other in _said(index, entry.source, 2) if not _repeats(other, entry.title)), "")
        with self._lock:
            self._lines[key] = line
        return line


def _said(index: Index, source: str, most: int) -> list[str]:
    found = summarise(index, Filter((source,)), most)
    return [" ".join(item.quote.split()) for item in found if item.passage.source == source]


def _repeats(line: str, title: str) -> bool:
    """Tell whether a line says the title again: what has none of its own is called by its first words."""
    return bool(title) and (line.endswith(title) or (title.endswith("…") and title.rstrip("… ") in line))


def _row(entry: Entry) -> dict[str, Any]:
    state = "" if entry.state == "indexed" else words.STATES[entry.state]
    dated = {"published": entry.published, "day": day(entry.published)}
    counted = {"pages": entry.pages, "passages": entry.passages}
    told = {"reason": entry.reason, "unread": entry.unread, "notes": entry.notes}
    about = {"source": entry.source, "title": entry.title, "publisher": entry.publisher, "file": entry.file}
    return {**about, **dated, **counted, **told, "state": entry.state, "told": state}


def router(shelf: Shelf) -> APIRouter:
    """Return the routes of windows of rows and of their lines."""
    routes = APIRouter(prefix="/library")

    def answered(told: Callable[[], dict[str, Any]]) -> JSONResponse:
        try:
            return JSONResponse(told())
        except RagError as error:
            return JSONResponse({"error": str(error)}, 409)

    @routes.get("/rows")
    def rows(
        query: Annotated[Query, Depends()], start: int = 0, count: int = MOST_ROWS, *, indexed: bool = False
    ) -> JSONResponse:
        """Give a window of the rows that are looked for."""
        return answered(lambda: shelf.window(query, max(0, start), max(0, count), indexed=indexed))

    @routes.get("/lines")
    def lines(
        query: Annotated[Query, Depends()], start: int = 0, count: int = MOST_LINES, *, indexed: bool = False
    ) -> JSONResponse:
        """Give the line of each of these rows."""
        return answered(lambda: shelf.lines(query, max(0, start), max(0, count), indexed=indexed))

    return routes


def place(*, pane: bool) -> str:
    """Return the element that the script fills with the list, for the pane beside the chat or for the library."""
    return html("shelf", "place", pane)


def pane(documents: int) -> str:
    """Return the sources beside the chat."""
    count = words.CHAT_SOURCES_ONE if documents == 1 else words.CHAT_SOURCES_COUNT.format(count=documents)
    return html("shelf", "pane", count, documents == 1)


def told(
    serial: int,
    documents: int,
    passing: int,
    ticked: Sequence[str] | Literal[True] | None,
    error: str = "",
    *,
    look: bool = False,
) -> str:
    """Return what tells the script which sources are ticked.

    Args:
        serial: another one each time, so that the script hears of what is the same, too.
        documents: how many there are.
        passing: how many of them may answer.
        ticked: these; None where every source may answer; True where the script has them already.
        error: why nothing has changed.
        look: that the list may have changed, and is to be asked for anew.
    """
    state = {
        "serial": serial,
        "documents": documents,
        "passing": passing,
        "ticked": ticked,
        "error": error,
        "look": look,
    }
    return html("shelf", "told", json.dumps(state), json.dumps(_words()))


def _words() -> dict[str, Any]:
    """Return what the script says."""
    return {
        "find": words.LIST_FIND,
        "findHolder": words.LIST_EXAMPLE,
        "order": words.SHELF_ORDER,
        "orders": words.SHELF_ORDERS,
        "narrow": words.SHELF_NARROW,
        "publisher": words.PUBLISHER,
        "anyPublisher": words.SHELF_ANY_PUBLISHER,
        "after": words.LIMIT_AFTER,
        "before": words.LIMIT_BEFORE,
        "list": words.LIST,
        "none": words.LIST_NONE,
        "counts": words.SHELF_COUNTS,
        "tick": words.SHELF_TICK,
        "tickAll": words.SHELF_TICK_ALL,
        "tickAbout": words.SHELF_TICK_ABOUT,
        "ticked": words.SHELF_TICKED,
        "all": words.LIMIT_ALL,
        "pages": words.SHELF_PAGES,
        "onePage": words.SHELF_ONE_PAGE,
        "unread": words.STATES["skipped"],
        "notes": words.SHELF_NOTES,
        "more": words.SHELF_MORE,
        "open": words.SHELF_OPEN,
        "only": words.SHELF_ONLY,
        "again": words.SHELF_AGAIN,
        "remove": words.REMOVE,
        "noAnswer": words.SHELF_NO_ANSWER,
        "menu": html("icon", "icon", "ellipsis"),
        "writes": access.person().writes,
    }
