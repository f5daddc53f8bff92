"""A leaf: a page of a PDF as it is printed, a picture, with rectangles around what is quoted of it.

The page is read again, for an index keeps the text of a file and not the places of its words. Like a parser this runs
in :mod:`rag.documents.worker`.
"""

import io
from cmath import rect
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from ctypes import byref, c_int
from dataclasses import dataclass
from typing import Any

from rag.documents.common.decode import Unusable
from rag.documents.pdf.glyphs import Page, PageReader, turned
from rag.documents.pdf.letters import Word
from rag.documents.pdf.lines import Line, rows, segments
from rag.documents.pdf.ocr import Recogniser
from rag.documents.pdf.order import Box, regions
from rag.documents.pdf.pages import without_drop_caps
from rag.documents.pdf.ruled import lined, ruled
from rag.documents.places import Placed, Rectangle, Wanted, Words

MOST_PIXELS = 6_000_000
"""Of a picture; a page that is very long is drawn in less detail."""
_QUALITY = 88
_FINE = 1 << 20
"""Steps in which PDFium is asked for the place of a point on a page, across and down."""
_ASCENT, _DESCENT = 0.82, 0.24
"""How far letters reach above and below the line that they stand on, as part of their size."""


@dataclass(frozen=True, slots=True)
class Leaf:
    """What is known of a page besides its picture."""

    pages: int
    """So many the document has."""
    width: float
    """In points."""
    height: float
    rectangles: tuple[tuple[Rectangle, ...], ...]
    """Of each quote that was looked for; none where it is not on this page."""


def look(data: bytes, number: int, wanted: Sequence[Wanted], ocr: Recogniser | None = None) -> Leaf:
    """Find quotes on a page.

    Args:
        data: the whole PDF.
        number: of the page, from 1.
        wanted: the quotes.
        ocr: reads a page without text; without it nothing is found there.

    Raises:
        Unusable: there is no such page, or it cannot be read.
    """
    with _opened(data, number) as (count, page):
        width, height = page.get_size()
        words = Words(list(placed(page, ocr))) if wanted else None
        found = tuple(tuple(words.rectangles(one)) for one in wanted) if words else ()
        return Leaf(count, width, height, found)


def draw(data: bytes, number: int, width: int) -> bytes:
    """Return the picture of a page, as WebP.

    Args:
        data: the whole PDF.
        number: of the page, from 1.
        width: of the picture, in pixels; less where it would have more than ``MOST_PIXELS``.

    Raises:
        Unusable: there is no such page, or it cannot be drawn.
    """
    with _opened(data, number) as (_, page):
        wide, high = page.get_size()
        if min(wide, high) <= 0:
            raise Unusable("a page without width or height", "save it again from where it came")
        scale = min(width / wide, (MOST_PIXELS / (wide * high)) ** 0.5)
        picture = page.render(scale=scale, may_draw_forms=False).to_pil().convert("RGB")
        out = io.BytesIO()
        picture.save(out, "WEBP", quality=_QUALITY, method=2)
        return out.getvalue()


@contextmanager
def _opened(data: bytes, number: int) -> Iterator[tuple[int, Any]]:
    """Give the number of pages, and one of them, and close it."""
    import pypdfium2

    again = "save it again from where it came"
    try:
        document = pypdfium2.PdfDocument(data)
        try:
            if not 0 < number <= len(document):
                raise Unusable(f"there is no page {number}", again)
            page = document[number - 1]
            try:
                yield len(document), page
            finally:
                page.close()
        finally:
            document.close()
    except pypdfium2.PdfiumError as error:
        raise Unusable(f"the page cannot be read ({error})", again) from error


def placed(page: Any, ocr: Recogniser | None = None) -> Iterator[Placed]:
    """Yield the words of a page, with their places as it is shown, in about the order in which they are read."""
    import pypdfium2.raw as pdfium

    found = PageReader().page(page)
    if ocr and not found.words and not found.turned:
        yield from _recognised(page, found, ocr)
        return
    width, height = page.get_size()
    x, y = c_int(), c_int()

    def shown(across: float, down: float, angle: int) -> tuple[float, float]:
        pdfium.FPDF_PageToDevice(page.raw, 0, 0, _FINE, _FINE, 0, *turned(across, down, angle), byref(x), byref(y))
        return x.value * width / _FINE, y.value * height / _FINE

    for angle, words in _in_order(found):
        for word in words:
            top, bottom = word.base - _ASCENT * word.size, word.base + _DESCENT * word.size
            corners = [shown(a, d, angle) for a in (word.x0, word.x1) for d in (top, bottom)]
            left, right = min(a for a, _ in corners), max(a for a, _ in corners)
            yield Placed(word.text, (left, min(d for _, d in corners), right, max(d for _, d in corners)))


def _recognised(page: Any, found: Page, ocr: Recogniser) -> Iterator[Placed]:
    """Yield the words that are recognised in a page; none of one on its side, where they are elsewhere."""
    try:
        seen = ocr.see(page)
    except TimeoutError:
        return
    if seen.turned:
        return
    found.words, found.edges = seen.words, []
    middle = complex(*page.get_size()) / 2
    back = rect(1, seen.skew)
    for _, words in _in_order(found):
        for word in words:
            top, bottom = word.base - _ASCENT * word.size, word.base + _DESCENT * word.size
            corners = [middle + back * (complex(x, y) - middle) for x in (word.x0, word.x1) for y in (top, bottom)]
            across, down = [at.real for at in corners], [at.imag for at in corners]
            yield Placed(word.text, (min(across), min(down), max(across), max(down)))


def _in_order(page: Page) -> Iterator[tuple[int, list[Word]]]:
    """Yield the words of a page by the angle that they stand at, column by column, a table row by row."""
    words = without_drop_caps(page.words)
    grids, rest = ruled(words, page.edges)
    banded, rest = lined(rest, page.edges)
    left = set(map(id, rest))
    inside = [word for word in words if id(word) not in left]
    boxes: list[Box] = [*grids, *banded, *(line for row in rows(rest) for line in segments(row))]
    for region in regions(boxes):
        lines = sorted((box for box in region.boxes if isinstance(box, Line)), key=lambda line: (line.base, line.x0))
        tables = [box for box in region.boxes if not isinstance(box, Line)]
        for table in sorted(tables, key=lambda box: box.top):
            above = [line for line in lines if line.base <= table.top]
            lines = lines[len(above) :]
            yield page.angle, [word for line in above for word in line.words]
            own = [w for w in inside if table.top - 1 < w.base <= table.bottom + w.size and _is_across(table, w)]
            taken = set(map(id, own))
            inside = [word for word in inside if id(word) not in taken]
            yield page.angle, [word for row in rows(own) for word in row]
        yield page.angle, [word for line in lines for word in line.words]
    yield page.angle, inside
    for angle, some in zip(page.angles, page.turned, strict=True):
        boxes = [line for row in rows(some) for line in segments(row)]
        for region in regions(boxes):
            yield angle, [w for box in region.boxes if isinstance(box, Line) for w in box.words]


def _is_across(table: Any, word: Word) -> bool:
    return bool(table.x0 - 3 < (word.x0 + word.x1) / 2 < table.x1 + 3)
