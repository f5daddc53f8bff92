"""The order in which a page is read: its columns, and what goes across them.

A gutter is an upright strip that no line crosses. Two columns of prose stand beside it, whether their lines are drawn
one column after the other or row by row; where what stands beside it are short cells on the same base lines, it belongs
to a table and is no gutter.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from rag.documents.pdf.grid import Grid
from rag.documents.pdf.lines import Line

Box = Line | Grid

_CANDIDATES = 6
_LEVEL = 1.5
"""Base lines that differ by so many points are one."""


@dataclass(slots=True)
class Region:
    """What is read together."""

    boxes: list[Box]
    left: float
    """Where its lines begin, and how far they reach."""
    right: float


@dataclass(slots=True)
class _Cut:
    """A gutter beside some of the boxes, by their order from top to bottom."""

    x: float
    first: int
    last: int


def regions(boxes: Sequence[Box], left: float | None = None, right: float | None = None) -> Iterator[Region]:
    """Yield what is read together, one column or stretch of the page after the other.

    Args:
        boxes: what stands on a page, or a part of it.
        left: where lines begin there.
        right: how far they reach.
    """
    if not boxes:
        return
    left = min(box.x0 for box in boxes) if left is None else left
    right = max(box.x1 for box in boxes) if right is None else right
    ordered = sorted(boxes, key=lambda box: (box.top, box.x0))
    cut = _gutter(ordered)
    if cut is None:
        yield Region(ordered, left, right)
        return
    band = ordered[cut.first : cut.last]
    one = [box for box in band if box.x1 <= cut.x + 1]
    other = [box for box in band if box.x1 > cut.x + 1]
    yield from regions(ordered[: cut.first], left, right)
    yield from regions(one, left, max(box.x1 for box in one))
    yield from regions(other, min(box.x0 for box in other), right)
    yield from regions(ordered[cut.last :], left, right)


def _gutter(boxes: Sequence[Box]) -> _Cut | None:
    if len(boxes) < 4:
        return None
    best: tuple[float, _Cut] | None = None
    for x in _candidates(boxes):
        for first, last in _uncrossed(boxes, x):
            trimmed = _trimmed(boxes, first, last, x)
            if trimmed is None:
                continue
            band = boxes[trimmed[0] : trimmed[1]]
            left = [box for box in band if box.x1 <= x + 1]
            right = [box for box in band if box.x1 > x + 1]
            score = len(band) * min(len(left), len(right))
            if (best is None or score > best[0]) and _are_columns(left, right):
                best = score, _Cut(x, *trimmed)
    return best[1] if best else None


def _candidates(boxes: Sequence[Box]) -> list[float]:
    """Return where most gaps between boxes that stand side by side have their middle."""
    gaps: list[tuple[float, float]] = []
    for place, box in enumerate(boxes):
        beside = [
            other
            for other in boxes[max(0, place - 40) : place + 40]
            if other.x0 > box.x1 and other.top < box.bottom and box.top < other.bottom
        ]
        if beside:
            gaps.append((box.x1, min(other.x0 for other in beside)))
    found: list[float] = []
    while gaps and len(found) < _CANDIDATES:
        # The strip that most gaps share: it begins where a line ends that is longer than others.
        starts = {gap[0] for gap in gaps}
        shared = {start: [gap for gap in gaps if gap[0] <= start + 0.5 and gap[1] > start + 3] for start in starts}
        start = max(shared, key=lambda each: (len(shared[each]), each))
        inside = shared[start]
        if not inside:
            break
        found.append((start + min(gap[1] for gap in inside)) / 2)
        gaps = [gap for gap in gaps if gap not in inside]
    return found


def _uncrossed(boxes: Sequence[Box], x: float) -> Iterator[tuple[int, int]]:
    first = 0
    for place, box in enumerate(boxes):
        if box.x0 < x - 1 and box.x1 > x + 1:
            if place - first >= 4:
                yield first, place
            first = place + 1
    if len(boxes) - first >= 4:
        yield first, len(boxes)


def _trimmed(boxes: Sequence[Box], first: int, last: int, x: float) -> tuple[int, int] | None:
    """Leave out what stands above or below the part that has boxes on both sides."""
    sides = [box.x1 > x + 1 for box in boxes[first:last]]
    if all(sides) or not any(sides):
        return None
    tops = [min(b.top for b, s in zip(boxes[first:last], sides, strict=True) if s is side) for side in (False, True)]
    ends = [max(b.bottom for b, s in zip(boxes[first:last], sides, strict=True) if s is side) for side in (False, True)]
    begin, end = max(tops), min(ends)
    while first < last and boxes[first].bottom <= begin and boxes[first].x1 > x + 1:
        first += 1  # above the left column stands what is read before both
    tail = first + next(
        (n for n, box in enumerate(boxes[first:last]) if box.top >= end - 1 and box.x1 <= x + 1), last - first
    )
    if tail < last:
        column = [box for box in boxes[first:tail] if box.x1 <= x + 1]
        while tail < last and column and _follows(boxes[tail], column[-1]):
            column.append(boxes[tail])
            tail += 1
        # A column that is just longer goes on in lines as wide as it is; what else stands there is below both.
        wide = [box for box in boxes[tail:last] if box.x1 > x - 0.12 * (x - min(each.x0 for each in column or boxes))]
        if len(wide) < 3:
            last = tail
    return (first, last) if last - first >= 4 else None


def _follows(box: Box, last: Box) -> bool:
    """Tell whether a line is of the same paragraph as the one above it, by its size and distance."""
    same = isinstance(box, Line) and isinstance(last, Line) and abs(box.size - last.size) < 0.07 * last.size
    return same and box.base - last.base < 1.4 * last.size


def _are_columns(left: Sequence[Box], right: Sequence[Box]) -> bool:
    a, b = _levels(left), _levels(right)
    less, more = (a, b) if len(a) <= len(b) else (b, a)
    tables = any(isinstance(box, Grid) for box in (*left, *right))
    if len(less) < 2 and not tables:
        return False
    level = sum(any(abs(one - other) <= _LEVEL for other in more) for one in less)
    proses = [_prose(side) for side in (left, right)]
    if less and level < 0.6 * len(less):
        return len(less) >= 3 or all(share >= 0.4 for share in proses)
    return all(share >= 0.4 for share in proses) or (tables and max(proses) >= 0.4)


def _levels(side: Sequence[Box]) -> list[float]:
    return sorted({round(box.base, 1) for box in side if isinstance(box, Line)})


def _prose(side: Sequence[Box]) -> float:
    """Return which share of the lines on one side reads on from one to the next, as prose does."""
    lines: dict[float, list[Line]] = {}
    for box in side:
        if isinstance(box, Line):
            lines.setdefault(round(box.base), []).append(box)
    if not lines:
        return 0.0
    width = max(box.x1 for box in side) - min(box.x0 for box in side)
    full = follows = 0
    texts = [(parts, " ".join(part.text for part in parts)) for _, parts in sorted(lines.items())]
    for number, (parts, text) in enumerate(texts):
        letters = sum(map(str.isalpha, text))
        reach = max(part.x1 for part in parts) - min(part.x0 for part in parts)
        full += reach >= 0.6 * width and len(text.split()) >= 3 and letters > 0.6 * len(text.replace(" ", ""))
        follows += number > 0 and (text[:1].islower() or texts[number - 1][1].endswith(("-", ",", "\u00ad")))
    return full / len(texts) if follows >= 0.2 * (len(texts) - 1) else 0.0
