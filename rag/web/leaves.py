"""Pages of PDFs as they are printed, each a picture with boxes around what is quoted of it.

An index keeps texts. A picture is made of the file in the sources folder, if that is still the one that was indexed; it
is drawn in a process with limits (:mod:`rag.documents.sandbox`), one page at a time, and the last ones are kept.
"""

from bisect import bisect_right
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import product
from pathlib import Path
from threading import BoundedSemaphore, Lock

from cachetools import LRUCache
from fastapi import APIRouter, Response

from rag.config import Config
from rag.documents import fetched
from rag.documents.common.decode import Unusable
from rag.documents.load import origin_of, text_of
from rag.documents.pdf.image import PICTURES
from rag.documents.places import Rectangle, Wanted
from rag.documents.sandbox import Sandbox
from rag.errors import BusyError
from rag.schema import Citation, Closest, Document
from rag.text.described import first_describer
from rag.web import words

WIDTH = 1200
"""Pixels: twice the width that a page has beside an answer."""
MOST_KEPT = 64 << 20
"""Bytes of the pictures that are kept."""
MOST_LOOKED = 512
"""Pages whose quotes are remembered."""
MOST_WAITING = 8
"""Requests that wait for a page to be drawn; a later one is told to come again."""
MOST_QUOTES = 24
"""Of one document that are boxed."""
_AROUND = 200
"""Characters before and behind a quote that tell which of several places is its own."""

_TEXT = "text/plain; charset=utf-8"

Span = Citation | Closest


@dataclass(frozen=True, slots=True)
class Quoted:
    """A rectangle around a part of a quote."""

    page: int
    size: tuple[float, float]
    """Width and height of that page, in points."""
    rectangle: Rectangle
    span: int
    """Which of the quotes that were asked for."""


@dataclass(frozen=True, slots=True)
class Leaf:
    """A page that can be drawn, the one on which the first of some quotes begins."""

    source: str
    sha256: str
    """Of the file."""
    number: int
    """From 1."""
    pages: int
    width: float
    """In points, as the rectangles are."""
    height: float
    quoted: tuple[Quoted, ...] = ()
    """On this page and others."""


class NotDrawn(Exception):
    """A page cannot be shown as it is printed; the message, in words of the page, says why."""


_Stamp = tuple[str, int, int, int]
"""The path of a file, its number on the disk, when it was changed and its size: it is not read anew while they stay."""


class Leaves:
    """Draws pages. Safe between threads.

    Args:
        config: names the sources folder, and the limits.
    """

    def __init__(self, config: Config) -> None:
        self._config = config
        self._root = Path(config.sources)
        self._sandbox = Sandbox(
            seconds=config.parse_seconds,
            memory_mb=config.parse_memory_mb,
            text_mb=config.max_file_mb,
            unpacked_mb=config.max_unpacked_mb,
            ocr_seconds=config.ocr_seconds if config.ocr else 0,  # so that the words of a scan are boxed, too
        )
        self._lock = Lock()
        self._places = BoundedSemaphore(MOST_WAITING)
        self._pictures: LRUCache[tuple[_Stamp, int], bytes] = LRUCache(MOST_KEPT, len)
        self._looked: LRUCache[tuple[_Stamp, int, tuple[Wanted, ...]], tuple[Leaf, tuple[tuple[Rectangle, ...], ...]]]
        self._looked = LRUCache(MOST_LOOKED)
        self._same: LRUCache[tuple[_Stamp, str], str] = LRUCache(MOST_LOOKED)

    def close(self) -> None:
        """End the process that draws."""
        with self._lock:
            self._sandbox.close()

    def seen(self, document: Document, spans: Sequence[Span] = ()) -> tuple[Leaf | None, str]:
        """Return what :meth:`leaf` does, and where it cannot why, in words of the page."""
        try:
            return self.leaf(document, spans), ""
        except (NotDrawn, BusyError) as error:
            return None, str(error)

    def leaf(self, document: Document, spans: Sequence[Span] = ()) -> Leaf | None:
        """Return the page on which the first of some quotes stands, with all of them; the first page if there is none.

        Args:
            document: of the index.
            spans: quotes that stand in its text.

        Returns:
            None for a document without pages to draw: of another format, or within another file.

        Raises:
            NotDrawn: the file has changed, is gone, or cannot be drawn.
            BusyError: too many wait for a page.
        """
        if not self._has_pages(document):
            return None
        with self._turn():
            stamp, sha256 = self._known(document)
            shown: Leaf | None = None
            quoted: list[Quoted] = []
            asked: dict[int, list[tuple[int, Wanted]]] = {}
            for n, span in enumerate(spans[:MOST_QUOTES]):
                for page, wanted in parts(document, span.start, span.end):
                    asked.setdefault(page, []).append((n, wanted))
            for page, some in asked.items() or ((1, []),):
                found, rectangles = self._look(document.source, stamp, sha256, page, [one for _, one in some])
                shown = shown or found
                for (n, wanted), boxes in zip(some, rectangles, strict=True):
                    at = found
                    if not boxes and page > 1:  # a note at the foot of a page is read behind what goes on overleaf
                        at, (boxes,) = self._look(document.source, stamp, sha256, page - 1, [wanted])
                    quoted += [Quoted(at.number, (at.width, at.height), box, n) for box in boxes]
            assert shown  # noqa: S101 (there is always a page to look at)
            first = next((one.page for one in quoted if one.span == 0), shown.number)
            if first != shown.number:
                shown, _ = self._look(document.source, stamp, sha256, first, [])
            return Leaf(shown.source, sha256, shown.number, shown.pages, shown.width, shown.height, tuple(quoted))

    def picture(self, document: Document, sha256: str, number: int) -> bytes:
        """Return the picture of a page of a file, as WebP.

        Raises:
            NotDrawn: it cannot be drawn.
            BusyError: too many wait for one.
        """
        if not self._has_pages(document):
            raise NotDrawn(words.LEAF_NONE)
        with self._turn():
            stamp, own = self._known(document)
            if own != sha256:
                raise NotDrawn(words.LEAF_CHANGED)
            if kept := self._pictures.get((stamp, number)):
                return kept
            try:
                drawn, own = self._sandbox.draw(Path(stamp[0]), number, WIDTH)
            except Unusable as error:
                raise NotDrawn(words.LEAF_NOT_DRAWN.format(why=error.reason)) from error
            if own != sha256:
                raise NotDrawn(words.LEAF_CHANGED)
            if len(drawn) <= self._pictures.maxsize:
                self._pictures[stamp, number] = drawn
            return drawn

    @contextmanager
    def _turn(self) -> Iterator[None]:
        if not self._places.acquire(blocking=False):
            raise BusyError(words.LEAF_BUSY)
        try:
            with self._lock:
                yield
        finally:
            self._places.release()

    def _has_pages(self, document: Document) -> bool:
        """Tell whether a document is a PDF or a picture by itself: one within a mail has no file of its own."""
        if not document.origin or not document.pages or not document.source.lower().endswith((".pdf", *PICTURES)):
            return False
        return not any((self._root / above).is_file() for above in Path(document.source).parents)

    def _known(self, document: Document) -> tuple[_Stamp, str]:
        """Return the file of a document, and its SHA-256; NotDrawn if it is not the one that was indexed."""
        path = self._root / document.source
        try:
            inside = path.resolve().is_relative_to(self._root.resolve())
            if path.is_symlink() or not path.is_file() or not inside:
                raise NotDrawn(words.LEAF_GONE)
            about = path.stat()
        except (OSError, ValueError) as error:
            raise NotDrawn(words.LEAF_GONE) from error
        stamp = (str(path), about.st_ino, about.st_mtime_ns, about.st_size)
        key = stamp, document.origin or ""
        if (known := self._same.get(key)) is None:
            if about.st_size > self._config.max_file_mb << 20:
                raise NotDrawn(words.LEAF_CHANGED)
            try:
                _, sha256 = self._sandbox.look(path, 1, ())
            except Unusable as error:
                raise NotDrawn(words.LEAF_NOT_DRAWN.format(why=error.reason)) from error
            known = sha256 if self._is_indexed(document, path, sha256) else ""
            self._same[key] = known
        if not known:
            raise NotDrawn(words.LEAF_CHANGED)
        return stamp, known

    def _is_indexed(self, document: Document, path: Path, sha256: str) -> bool:
        """Tell whether a file gives the text that is in the index: by its bytes, or if it was read otherwise, anew."""
        try:
            url = fetched.urls(self._root).get((document.source, sha256))
        except Unusable:
            url = None
        models = {None, first_describer(document.text)}  # it may have been indexed with other settings than these
        every = product((url, None), models, (True, False))
        if any(document.origin == origin_of(sha256, self._config, at, model=by, whole=all_) for at, by, all_ in every):
            return True
        try:
            found = self._sandbox.parse(path)
        except Unusable:
            return False
        return found.sha256 == sha256 and text_of(found) == document.text

    def _look(
        self, source: str, stamp: _Stamp, sha256: str, page: int, wanted: Sequence[Wanted]
    ) -> tuple[Leaf, tuple[tuple[Rectangle, ...], ...]]:
        key = stamp, page, tuple(wanted)
        if kept := self._looked.get(key):
            return kept
        try:
            found, own = self._sandbox.look(Path(stamp[0]), page, wanted)
        except Unusable as error:
            raise NotDrawn(words.LEAF_NOT_DRAWN.format(why=error.reason)) from error
        if own != sha256:
            raise NotDrawn(words.LEAF_CHANGED)
        leaf = Leaf(source, sha256, page, found.pages, found.width, found.height)
        self._looked[key] = leaf, found.rectangles
        return leaf, found.rectangles


def parts(document: Document, start: int, end: int) -> Iterator[tuple[int, Wanted]]:
    """Yield what of a quote stands on each page, with the number of the page."""
    text, pages = document.text, document.pages
    first, last = bisect_right(pages, start) or 1, bisect_right(pages, max(start, end - 1)) or 1
    for page in range(first, last + 1):
        left = max(start, pages[page - 1]) if page > first else start
        right = min(end, pages[page]) if page < last else end
        if text[left:right].strip():
            yield page, Wanted(text[left:right], text[max(0, left - _AROUND) : left], text[right : right + _AROUND])


def router(leaves: Leaves, find: Callable[[str], Document | None]) -> APIRouter:
    """Return the route of pictures: each is of a document of the index, which ``find`` returns by its source."""
    routes = APIRouter(prefix="/leaves")

    @routes.get("/{sha256}/{number}")
    def picture(sha256: str, number: int, source: str) -> Response:
        """Give a page as a picture; ``sha256`` is of the file that the page was laid out for."""
        try:
            document = find(source)
            if document is None:
                return Response(words.LEAF_GONE, 404, media_type=_TEXT)
            return Response(leaves.picture(document, sha256, number), media_type="image/webp")
        except NotDrawn as error:
            return Response(str(error), 409, media_type=_TEXT)
        except BusyError as error:
            return Response(str(error), 503, {"Retry-After": "1"}, media_type=_TEXT)

    return routes
