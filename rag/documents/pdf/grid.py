"""A table of a page as a grid of texts, found by cells that stand below one another.

Which of its rows names the columns is found by :mod:`rag.documents.common.table`.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import pairwise

from rag.documents.pdf.glyphs import Edge
from rag.documents.pdf.letters import Word
from rag.documents.pdf.lines import WIDE, Line, columns_of, joined, line_of
from rag.documents.pdf.wrapped import rows_of


@dataclass(slots=True)
class Grid:
    """A table: its place, and the text of each cell; a cell over several columns or rows is there in each."""

    x0: float
    x1: float
    top: float
    bottom: float
    rows: list[list[str]]
    bounds: list[float]
    """Where its columns part."""
    full: set[int] = field(default_factory=set)
    """Rows that are one cell over all columns."""
    base: float = 0
    size: float = 0
    bold: bool = False
    lines: list[str] | None = None
    """What it shows, line by line, if it cannot be told which of them are one row."""


def aligned(lines: Sequence[list[Line]], edges: Sequence[Edge]) -> Grid | None:
    """Return rows of lines that stand below one another as cells of a table; None if they do not.

    Args:
        lines: each row cut at its wide gaps; a row of a single line may be among them.
        edges: ruled lines of the page.
    """
    many = [row for row in lines if len(row) > 1]
    if len(many) < 2 or (len(many) == 2 and lines.index(many[1]) - lines.index(many[0]) > 1):
        return None  # two rows with other lines between them stand below one another by chance
    bounds, skipped = bounds_of(many)
    within, passed = bounds_of(lines)
    if len(within) == len(
        bounds
    ):  # a line by itself may reach farther than those of its column that stand beside others
        bounds, skipped = within, passed
    if not bounds:
        return None
    table: list[list[str]] = []
    full: set[int] = set()
    bases: list[float] = []
    placed: list[list[Line | None]] = []
    for row in lines:
        line = joined(row)
        if len(row) == 1 and _crosses(row[0], bounds) and not _fits(row[0], bounds):
            full.add(len(table))
            table.append([line.text] * (len(bounds) + 1))
        elif row in skipped and not all(_fits(line, bounds) for line in row if _crosses(line, bounds)):
            table.append(_spanning(row, bounds))
        else:
            placed.append([line_of(part) if part else None for part in columns_of(line.words, bounds)])
            table.append([cell.text if cell else "" for cell in placed[-1]])
        bases.append(line.base)
    longest = max(len(cell) for n, cells in enumerate(table) if n not in full for cell in cells)
    if longest > 160 or sum(map(len, table[0])) > 40 * len(table[0]):
        return None
    drawn = any(edge.y0 == edge.y1 and bases[0] < edge.y0 < bases[-1] for edge in edges)
    groups = [] if drawn or len(placed) < len(table) else rows_of(placed)
    if groups:
        table = [
            [" ".join(filter(None, cells)) for cells in zip(*map(table.__getitem__, row), strict=True)]
            for row in groups
        ]
    elif groups is not None:
        table, full = _folded(table, full, bases, edges)
    every = [line for row in lines for line in row]
    return Grid(
        min(line.x0 for line in every),
        max(line.x1 for line in every),
        min(line.top for line in every),
        max(line.bottom for line in every),
        table,
        bounds,
        full,
        base=every[-1].base,
        size=every[-1].size,
        lines=[joined(row).text for row in lines] if groups is None else None,
    )


def bounds_of(many: Sequence[list[Line]]) -> tuple[list[float], list[list[Line]]]:
    """Return where columns part, and the rows at the head of which a line goes over several columns."""
    best: tuple[int, int, list[float]] = (0, 0, [])
    for head in range(min(3, len(many) - 1)):
        cut = _strips([[word for line in row for word in line.words] for row in many[head:]])
        if len(cut) > best[0]:
            best = len(cut), head, cut
    count, head, cut = best
    return (cut, list(many[:head])) if count else ([], [])


def _strips(body: Sequence[list[Word]]) -> list[float]:
    """Return the middles of the strips that no word of any row crosses and that part cells.

    A strip parts cells if a wide gap lies on it in a third of the rows that have words on both sides of it: two words
    of one cell may stand apart over a strip, but not widely.
    """
    covered: list[list[float]] = []
    for x0, x1 in sorted((word.x0, word.x1) for row in body for word in row):
        if covered and x0 <= covered[-1][1] + 1:
            covered[-1][1] = max(covered[-1][1], x1)
        else:
            covered.append([x0, x1])
    found: list[float] = []
    start = float("-inf")
    for one, other in pairwise(covered):
        x = (one[1] + other[0]) / 2
        both = wide = 0
        for row in body:
            left = [word for word in row if start < word.x1 <= x]
            right = [word for word in row if word.x0 >= x and word.x0 <= other[1]]
            if left and right:
                last, first = max(left, key=lambda word: word.x1), min(right, key=lambda word: word.x0)
                both += 1
                wide += first.x0 - last.x1 > WIDE * first.size
        lone = not both and other[1] - one[0] > 0
        if (both and wide >= 0.34 * both) or (lone and other[0] - one[1] > 3):
            found.append(x)
            start = x
    return found


def _crosses(line: Line, bounds: Sequence[float]) -> bool:
    return any(line.x0 < bound < line.x1 for bound in bounds)


def _fits(line: Line, bounds: Sequence[float]) -> bool:
    """Tell whether a line that crosses bounds has a gap between words at each."""
    for bound in bounds:
        if line.x0 < bound < line.x1 and any(word.x0 < bound < word.x1 for word in line.words):
            return False
    return len(line.words) > sum(line.x0 < bound < line.x1 for bound in bounds)


def _spanning(row: list[Line], bounds: Sequence[float]) -> list[str]:
    """Return a row of headings, each in every column that it goes over."""
    cells = []
    for left, right in zip([float("-inf"), *bounds], [*bounds, float("inf")], strict=True):
        cells.append(" ".join(line.text for line in row if line.x0 < right - 1 and line.x1 > left + 1))
    return cells


def _folded(
    table: list[list[str]], full: set[int], bases: Sequence[float], edges: Sequence[Edge]
) -> tuple[list[list[str]], set[int]]:
    """Join lines of one row: what goes on below, without a name of its own, belongs to the row above."""
    gaps = [other - one for one, other in pairwise(bases)]
    apart = sum(gap > 1.35 * min(gaps) for gap in gaps)
    close = 1.25 * min(gaps) if apart > 1 else 0
    found: list[list[str]] = []
    wide: set[int] = set()
    for number, cells in enumerate(table):
        gap = bases[number] - bases[number - 1] if number else 0
        ruled_off = number > 0 and any(
            edge.y0 == edge.y1 and bases[number - 1] < edge.y0 < bases[number] for edge in edges
        )
        alone = number > 0 and not ruled_off and number not in full and number - 1 not in full and bool(found)
        labelled = bool(cells[0]) and any(map(is_number, cells))
        begun = bool(found) and not any(found[-1][1:])  # the row above is the beginning of a name
        goes_on = alone and (
            (number > 1 and not cells[0] and not any(map(str.isdigit, "".join(cells))) and not all(cells[1:]))
            or (0 < gap <= close and (not labelled or begun))
        )
        if goes_on:
            found[-1] = [" ".join(part for part in pair if part) for pair in zip(found[-1], cells, strict=True)]
        else:
            if number in full:
                wide.add(len(found))
            found.append(cells)
    return found, wide


def is_number(cell: str) -> bool:
    """Tell whether a cell holds a number and not a year, which may head a column."""
    year = len(cell) == 4 and cell.isdigit() and cell[:2] in ("19", "20")
    return not year and sum(map(str.isdigit, cell)) >= 0.5 * len(cell.replace(" ", "")) > 0
