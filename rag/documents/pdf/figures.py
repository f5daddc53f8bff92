"""Pictures and figures on a page of a PDF: where they stand, and what is drawn there, for who says what they show."""

from collections.abc import Iterator
from ctypes import byref, c_float, c_int
from typing import Any

from rag.documents.common.gallery import Gallery
from rag.documents.pdf.glyphs import placed_by, product

_DPI = 200
_MOST_PIXELS = 12_000_000
"""Of a page; a larger one is drawn in less detail."""
_LEAST = 36
"""Points: a lower or narrower picture is an icon, or the rule of a letterhead."""
_NEAR = 2
"""Points between the strips that some programs cut a picture into."""
_GROUND = 0.8
"""Part of a page with text: a larger picture lies under the text, or is the page as it was scanned."""
_LEAST_SHAPES = 8
"""A drawing that was placed as a whole, and has fewer shapes, is a frame or a rule."""
_DEEPEST = 4
_FINE = 1 << 20
"""Steps in which PDFium is asked for a place on a page, across and down."""

_Box = tuple[float, float, float, float]
"""Left, bottom, right and top, in points."""


def figures(page: Any, gallery: Gallery, *, has_text: bool) -> list[str]:
    """Take the pictures of a page; return the paragraphs that keep their places, from the top down.

    A figure that is drawn by lines counts as a picture where it was placed as a whole, as LaTeX does it.

    Args:
        page: of pypdfium2.
        gallery: takes them.
        has_text: whether the page has text; one without is a picture itself.
    """
    width, height = page.get_size()
    found = _joined(list(_boxes(page, width * height * _GROUND))) if has_text else []
    found = [box for box in found if min(box[2] - box[0], box[3] - box[1]) >= _LEAST]
    if min(width, height) <= 0 or (has_text and not found):
        return []
    gallery.start()
    scale = min(_DPI / 72, (_MOST_PIXELS / (width * height)) ** 0.5)
    drawn = page.render(scale=scale, may_draw_forms=False).to_pil()
    if not has_text:
        return gallery.hang_image(drawn)
    marks = []
    for box in sorted(found, key=lambda one: (-one[3], one[0])):
        left, top, right, bottom = _shown(page, box, drawn.size)
        if right > left and bottom > top:
            marks += gallery.hang_image(drawn.crop((left, top, right, bottom)))
    return marks


def _boxes(page: Any, ground: float) -> Iterator[_Box]:
    import pypdfium2.raw as pdfium

    count = pdfium.FPDFPage_CountObjects(page.raw)
    yield from _within(page.raw, count, pdfium.FPDFPage_GetObject, (1, 0, 0, 1, 0, 0), ground, 0)


def _within(holder: Any, count: int, get: Any, matrix: Any, ground: float, depth: int) -> Iterator[_Box]:
    import pypdfium2.raw as pdfium

    for place in range(count):
        drawn = get(holder, place)
        kind = pdfium.FPDFPageObj_GetType(drawn)
        if kind not in (pdfium.FPDF_PAGEOBJ_IMAGE, pdfium.FPDF_PAGEOBJ_FORM):
            continue
        box = _box(drawn, matrix)
        fits = box is not None and (box[2] - box[0]) * (box[3] - box[1]) <= ground
        is_picture = kind == pdfium.FPDF_PAGEOBJ_IMAGE
        if box and fits and (is_picture or _shapes(drawn) >= _LEAST_SHAPES):
            yield box
        elif not is_picture and depth < _DEEPEST:
            inner = pdfium.FS_MATRIX()
            pdfium.FPDFPageObj_GetMatrix(drawn, byref(inner))
            below = product((inner.a, inner.b, inner.c, inner.d, inner.e, inner.f), matrix)
            total = pdfium.FPDFFormObj_CountObjects(drawn)
            yield from _within(drawn, total, pdfium.FPDFFormObj_GetObject, below, ground, depth + 1)


def _shapes(form: Any) -> int:
    import pypdfium2.raw as pdfium

    kinds = (pdfium.FPDF_PAGEOBJ_PATH, pdfium.FPDF_PAGEOBJ_SHADING)
    every = (pdfium.FPDFFormObj_GetObject(form, place) for place in range(pdfium.FPDFFormObj_CountObjects(form)))
    return sum(pdfium.FPDFPageObj_GetType(one) in kinds for one in every)


def _box(drawn: Any, matrix: Any) -> _Box | None:
    import pypdfium2.raw as pdfium

    sides = [c_float() for _ in range(4)]
    if not pdfium.FPDFPageObj_GetBounds(drawn, *map(byref, sides)):
        return None
    left, bottom, right, top = (side.value for side in sides)
    corners = [placed_by(matrix, x, y) for x in (left, right) for y in (bottom, top)]
    xs, ys = [x for x, _ in corners], [y for _, y in corners]
    return min(xs), min(ys), max(xs), max(ys)


def _joined(boxes: list[_Box]) -> list[_Box]:
    """Put together what overlaps or touches."""
    found: list[_Box] = []
    for box in boxes:
        while other := next((one for one in found if _touch(one, box)), None):
            found.remove(other)
            box = (min(box[0], other[0]), min(box[1], other[1]), max(box[2], other[2]), max(box[3], other[3]))
        found.append(box)
    return found


def _touch(one: _Box, other: _Box) -> bool:
    return (
        one[0] <= other[2] + _NEAR
        and other[0] <= one[2] + _NEAR
        and one[1] <= other[3] + _NEAR
        and other[1] <= one[3] + _NEAR
    )


def _shown(page: Any, box: _Box, size: tuple[int, int]) -> tuple[int, int, int, int]:
    """Return where a box stands on the picture of its page, in pixels: left, top, right, bottom."""
    import pypdfium2.raw as pdfium

    x, y = c_int(), c_int()
    across, down = [], []
    for at in ((box[0], box[1]), (box[0], box[3]), (box[2], box[1]), (box[2], box[3])):
        pdfium.FPDF_PageToDevice(page.raw, 0, 0, _FINE, _FINE, 0, *at, byref(x), byref(y))
        across.append(min(max(x.value, 0), _FINE))
        down.append(min(max(y.value, 0), _FINE))
    wide, high = size
    left, right = (round(wide * side / _FINE) for side in (min(across), max(across)))
    top, bottom = (round(high * side / _FINE) for side in (min(down), max(down)))
    return left, top, right, bottom
