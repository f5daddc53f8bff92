"""A page of a PDF as PDFium draws it: words with their places, ruling lines, and how much of it is pictures.

Coordinates are points; x grows to the right and y downwards, in the frame in which most of the page's text stands
upright, whatever way the page or its text was turned.
"""

import math
import unicodedata
from collections.abc import Iterator
from ctypes import addressof, byref, c_double, c_float, c_int, c_uint, create_string_buffer
from dataclasses import dataclass, field
from typing import Any

from rag.documents.pdf.letters import Look, Word, Words, once

MOST_PATHS = 3000
"""A page with more drawn shapes is a drawing or a map, and its lines rule no table."""
_LIGATURES = {ord(sign): unicodedata.normalize("NFKC", sign) for sign in "ﬀﬁﬂﬃﬄﬅﬆ"}
_HYPHENS = (0x02, 0xFFFE)
"""What PDFium gives for a hyphen at the end of a line."""
_SPACES = (0x20, 0xA0, 0x0D, 0x0A, 0x09)
_BULLETS = (0xF0A7, 0xF0B7, 0xF0D8, 0xF076, 0xF06C, 0xF06E, 0xF0A8)
"""Signs of lists in the symbol fonts of word processors."""
_STRIKE = (0.15, 0.45)
"""How high above the base of its letters a line strikes them out, as part of their size."""
_DEEPEST = 40
"""Points below such a line within which the base of the letters lies."""
_LOST = "\N{REPLACEMENT CHARACTER}"


@dataclass(slots=True)
class Edge:
    """A drawn line, level or upright."""

    x0: float
    y0: float
    x1: float
    y1: float


@dataclass(slots=True)
class Page:
    """What is drawn on a page."""

    words: list[Word] = field(default_factory=list)
    """In the order in which they are drawn."""
    turned: list[list[Word]] = field(default_factory=list)
    """Those that stand at another angle, each angle in a frame of its own."""
    angle: int = 0
    """Of the frame of ``words``, in degrees."""
    angles: list[int] = field(default_factory=list)
    """Of those of ``turned``, as the parser finds them."""
    edges: list[Edge] = field(default_factory=list)
    top: float = 0
    bottom: float = 0
    pictures: int = 0
    shapes: int = 0
    fields: int = 0
    """Texts that were typed into a form, or onto the page: they are not among the words."""
    comments: int = 0
    struck: int = 0
    """Passages that a line strikes out: their words are not among those above."""
    lost: int = 0
    """Letters of which the file does not say what they are."""


class PageReader:
    """Reads the pages of a document that pypdfium2 has opened."""

    def __init__(self) -> None:
        import pypdfium2.raw as pdfium

        self._c: Any = pdfium
        self._fonts: dict[int, bool] = {}

    def page(self, page: Any) -> Page:
        """Return what is drawn on a page."""
        c = self._c
        box = c.FS_RECTF()
        c.FPDF_GetPageBoundingBox(page.raw, byref(box))
        found = Page()
        shown = (box.left, box.bottom, box.right, box.top)
        paths: list[tuple[tuple[float, float], tuple[float, float]]] = []
        self._objects(
            found, page.raw, c.FPDFPage_CountObjects(page.raw), c.FPDFPage_GetObject, (1, 0, 0, 1, 0, 0), paths
        )
        text = page.get_textpage()
        try:
            groups = self._words(found, text.raw, shown)
        finally:
            text.close()
        sizes = {angle: sum(len(word.text) for word in words) for angle, words in groups.items()}
        upright = max(sizes, key=lambda angle: (sizes[angle], -abs(angle)), default=0)
        found.words, found.angle = groups.pop(upright, []), upright
        found.angles, found.turned = sorted(groups), [words for _, words in sorted(groups.items())]
        corners = [turned(x, y, upright) for x in shown[::2] for y in shown[1::2]]
        found.top, found.bottom = min(y for _, y in corners), max(y for _, y in corners)
        self._annotations(found, page.raw)
        if found.shapes <= MOST_PATHS:
            found.edges = list(_edges(paths, upright, max(shown[2] - shown[0], shown[3] - shown[1])))
            _without_struck(found)
        return found

    def _annotations(self, found: Page, page: Any) -> None:
        c = self._c
        for place in range(c.FPDFPage_GetAnnotCount(page)):
            one = c.FPDFPage_GetAnnot(page, place)
            kind = c.FPDFAnnot_GetSubtype(one)
            # A string of nothing is two bytes long: its end in UTF-16.
            has = {key: c.FPDFAnnot_GetStringValue(one, key, None, 0) > 2 for key in (b"V", b"Contents")}
            if kind == c.FPDF_ANNOT_WIDGET:
                found.fields += has[b"V"]
            elif kind == c.FPDF_ANNOT_FREETEXT:
                found.fields += has[b"Contents"]
            elif kind in (c.FPDF_ANNOT_TEXT, c.FPDF_ANNOT_HIGHLIGHT, c.FPDF_ANNOT_UNDERLINE, c.FPDF_ANNOT_STRIKEOUT):
                found.comments += has[b"Contents"] or kind == c.FPDF_ANNOT_STRIKEOUT
            c.FPDFPage_CloseAnnot(one)

    def _words(self, found: Page, text: Any, shown: tuple[float, ...]) -> dict[int, list[Word]]:
        """Return the words of a page by the angle that they stand at."""
        c = self._c
        x, y, box = c_double(), c_double(), c.FS_RECTF()
        px, py, pbox = byref(x), byref(y), byref(box)
        before = -1
        look = Look(0, 0, bold=False, seen=False)
        made = Words()
        low = -1
        for place in range(c.FPDFText_CountChars(text)):
            code = c.FPDFText_GetUnicode(text, place)
            if code in _SPACES:
                made.space = True
            elif place != low and (code in _HYPHENS or c.FPDFText_IsGenerated(text, place) != 1):
                drawn = c.FPDFText_GetTextObject(text, place)
                if (address := _address(drawn)) != before:
                    before, look = address, self._look(text, place, drawn, pictures=found.pictures)
                c.FPDFText_GetCharOrigin(text, place, px, py)
                c.FPDFText_GetLooseCharBox(text, place, pbox)
                if not look.seen or not _within((box.left + box.right) / 2, (box.top + box.bottom) / 2, shown):
                    continue
                second = c.FPDFText_GetUnicode(text, place + 1) if 0xD800 <= code < 0xDC00 else 0
                if 0xDC00 <= second < 0xE000:
                    code, low = 0x10000 + ((code - 0xD800) << 10) + second - 0xDC00, place + 1
                x0, base = turned(x.value, y.value, look.angle)
                x1 = x0 + look.size / 2
                if look.angle % 90 == 0:
                    ends = [turned(*at, look.angle)[0] for at in ((box.left, box.bottom), (box.right, box.top))]
                    x0, x1 = min(ends), max(ends)
                made.add(self._sign(code, found), x0, x1, base, look)
        return {angle: [word.turn() for word in once(words)] for angle, words in made.groups.items()}

    def _sign(self, code: int, found: Page) -> str:
        if code in _HYPHENS:
            return "-"
        if code in _BULLETS:
            return "•"
        if code < 0x20 or 0xD800 <= code < 0xE000 or 0xE000 <= code < 0xF900 or code == 0xFFFD:
            found.lost += 1
            return _LOST
        return chr(code).translate(_LIGATURES)

    def _look(self, text: Any, place: int, drawn: Any, *, pictures: int) -> Look:
        c = self._c
        matrix, size = c.FS_MATRIX(), c_float()
        c.FPDFText_GetMatrix(text, place, byref(matrix))
        c.FPDFTextObj_GetFontSize(drawn, byref(size))
        angle = round(math.degrees(math.atan2(matrix.b, matrix.a)))
        if abs(angle - 90 * round(angle / 90)) <= 3:
            angle = 90 * round(angle / 90)
        scale = math.hypot(matrix.c, matrix.d) or 1.0
        font = c.FPDFTextObj_GetFont(drawn)
        key = _address(font)
        if key not in self._fonts:
            name = create_string_buffer(256)
            c.FPDFFont_GetBaseFontName(font, name, 256)
            heavy = name.value.decode("utf-8", "replace").lower()
            weight = c.FPDFFont_GetWeight(font)
            self._fonts[key] = weight >= 600 or any(part in heavy for part in ("bold", "black", "heavy", "semibold"))
        mode = c.FPDFTextObj_GetTextRenderMode(drawn)
        # Text that is never drawn is what was recognised in a picture, or was hidden from who reads the page.
        return Look(
            round(abs(size.value) * scale, 1) or 1.0, (angle + 360) % 360, self._fonts[key], mode != 3 or pictures > 0
        )

    def _objects(self, found: Page, holder: Any, count: int, get: Any, matrix: Any, paths: Any, depth: int = 0) -> None:
        c = self._c
        for place in range(count):
            drawn = get(holder, place)
            kind = c.FPDFPageObj_GetType(drawn)
            if kind == c.FPDF_PAGEOBJ_IMAGE:
                found.pictures += 1
            elif kind == c.FPDF_PAGEOBJ_FORM and depth < 4:
                inner = c.FS_MATRIX()
                c.FPDFPageObj_GetMatrix(drawn, byref(inner))
                below = product((inner.a, inner.b, inner.c, inner.d, inner.e, inner.f), matrix)
                total = c.FPDFFormObj_CountObjects(drawn)
                self._objects(found, drawn, total, c.FPDFFormObj_GetObject, below, paths, depth + 1)
            elif kind in (c.FPDF_PAGEOBJ_PATH, c.FPDF_PAGEOBJ_SHADING):
                found.shapes += 1
                if kind == c.FPDF_PAGEOBJ_PATH and found.shapes <= MOST_PATHS:
                    paths += self._path(drawn, matrix)

    def _path(self, drawn: Any, outer: Any) -> Iterator[tuple[tuple[float, float], tuple[float, float]]]:
        """Yield the straight lines of a path, those of a thin bar as one."""
        c = self._c
        fill, stroke, inner = c_int(), c_int(), c.FS_MATRIX()
        c.FPDFPath_GetDrawMode(drawn, byref(fill), byref(stroke))
        if not fill.value and not stroke.value:
            return
        if not stroke.value and self._is_white(drawn):
            return
        c.FPDFPageObj_GetMatrix(drawn, byref(inner))
        matrix = product((inner.a, inner.b, inner.c, inner.d, inner.e, inner.f), outer)
        count = c.FPDFPath_CountSegments(drawn)
        if count > 400:
            return
        x, y = c_float(), c_float()
        points: list[tuple[float, float]] = []
        start = (0.0, 0.0)
        lines = []
        for place in range(count):
            segment = c.FPDFPath_GetPathSegment(drawn, place)
            c.FPDFPathSegment_GetPoint(segment, byref(x), byref(y))
            point = placed_by(matrix, x.value, y.value)
            kind = c.FPDFPathSegment_GetType(segment)
            if kind == c.FPDF_SEGMENT_LINETO and points:
                lines.append((points[-1], point))
            elif kind == c.FPDF_SEGMENT_MOVETO:
                start = point
            points.append(point)
            if c.FPDFPathSegment_GetClose(segment):
                lines.append((point, start))
        xs, ys = [p[0] for p in points], [p[1] for p in points]
        if points and min(max(xs) - min(xs), max(ys) - min(ys)) < 3:
            yield (min(xs), min(ys)), (max(xs), max(ys))
        else:
            yield from lines

    def _is_white(self, drawn: Any) -> bool:
        c = self._c
        red, green, blue, alpha = c_uint(), c_uint(), c_uint(), c_uint()
        c.FPDFPageObj_GetFillColor(drawn, byref(red), byref(green), byref(blue), byref(alpha))
        return alpha.value == 0 or min(red.value, green.value, blue.value) >= 250


def _edges(lines: Any, angle: int, longest: float) -> Iterator[Edge]:
    for one, other in lines:
        (ax, ay), (bx, by) = turned(one[0], one[1], angle), turned(other[0], other[1], angle)
        wide, high = abs(ax - bx), abs(ay - by)
        if min(wide, high) < 3 and 4 < max(wide, high) < 0.97 * longest:
            x, y = (ax + bx) / 2, (ay + by) / 2
            if wide > high:
                yield Edge(min(ax, bx), y, max(ax, bx), y)
            else:
                yield Edge(x, min(ay, by), x, max(ay, by))


def _without_struck(page: Page) -> None:
    """Take away the words that a level line goes through the middle of, and no farther: it strikes them out."""
    level = [edge for edge in page.edges if edge.y0 == edge.y1]
    if not level:
        return
    by_line: dict[int, list[Word]] = {}
    for word in page.words:
        by_line.setdefault(round(word.base), []).append(word)
    gone: set[int] = set()
    lines: set[int] = set()
    for edge in level:
        for base in range(round(edge.y0), round(edge.y0) + _DEEPEST):
            struck = [word for word in by_line.get(base, ()) if _strikes(edge, word)]
            if not struck:
                continue
            slack = 0.3 * struck[0].size
            if min(w.x0 for w in struck) - slack <= edge.x0 and edge.x1 <= max(w.x1 for w in struck) + slack:
                gone |= set(map(id, struck))
                lines.add(id(edge))
    page.words = [word for word in page.words if id(word) not in gone]
    page.edges = [edge for edge in page.edges if id(edge) not in lines]
    page.struck = len(lines)


def _strikes(edge: Edge, word: Word) -> bool:
    covered = min(edge.x1, word.x1) - max(edge.x0, word.x0)
    height = (word.base - edge.y0) / word.size
    return _STRIKE[0] <= height <= _STRIKE[1] and covered > 0.7 * (word.x1 - word.x0)


def turned(x: float, y: float, angle: int) -> tuple[float, float]:
    """Return a point in the frame in which text of an angle stands upright, y downwards; and one of it where it was."""
    if not angle:
        return x, -y
    sine, cosine = math.sin(math.radians(angle)), math.cos(math.radians(angle))
    return x * cosine + y * sine, x * sine - y * cosine


def product(inner: Any, outer: Any) -> tuple[float, ...]:
    """Return the matrix that does what one does, then what another does."""
    a, b, c, d, e, f = inner
    p, q, r, s, t, u = outer
    return (a * p + b * r, a * q + b * s, c * p + d * r, c * q + d * s, e * p + f * r + t, e * q + f * s + u)


def placed_by(matrix: Any, x: float, y: float) -> tuple[float, float]:
    """Return where a matrix puts a point."""
    a, b, c, d, e, f = matrix
    return a * x + c * y + e, b * x + d * y + f


def _within(x: float, y: float, box: tuple[float, ...]) -> bool:
    return box[0] <= x <= box[2] and box[1] <= y <= box[3]


def _address(pointer: Any) -> int:
    return addressof(pointer.contents) if pointer else 0
