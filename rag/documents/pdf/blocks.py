"""Lines of one column become paragraphs, headings and tables."""

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from statistics import median

from rag.documents.pdf.glyphs import Edge
from rag.documents.pdf.grid import Grid, aligned
from rag.documents.pdf.lines import Line, joined
from rag.documents.pdf.order import Box, Region

ITEM = re.compile(r"(?:[•◦▪‣●○■□✓➢–—*-]|\(?(?:\d{1,3}|[a-zA-Z]|[ivx]{1,4})[.)])\s+\S")
ENDED = re.compile(r"[.!?:;…。！？]['\"’”»)\]⁰¹²³⁴⁵⁶⁷⁸⁹*†]*$")
"""The end of a sentence, or of what leads to a list."""
_VALUE = re.compile(r"[-+−–(~<>≈]?\s?(?:[$€£¥]|[A-Z]{2,3}\s)?\s?\d")
_MOST_ROWS = 200
_BULLET = re.compile(r"[•◦▪‣●○■□✓➢]\s*\S")
_LABEL = re.compile(r"[A-ZÀ-Þ][\w .-]{1,24}: \S")
_LEADERS = re.compile(r"(?:\s*[.·…]){4,}\s*")


@dataclass(slots=True)
class Block:
    """A paragraph, a heading, or a row of a table."""

    lines: list[str]
    pages: list[int]
    """Of each line, from 0."""
    size: float = 0
    bold: bool = False
    is_prose: bool = True
    is_full: bool = False
    """Whether its last line reaches the end of its column."""
    is_first: bool = False
    """Whether it stands at the head of a column or page."""
    grid: Grid | None = None
    """A table whose rows are not written out yet."""


def blocks(region: Region, edges: Sequence[Edge], page: int) -> Iterator[Block]:
    """Yield what stands in one column of a page, in order."""
    rows = _rows(region.boxes)
    left, right = region.left, region.right
    waiting: list[Line] = []
    place = 0
    while place < len(rows):
        row = rows[place]
        if isinstance(row, Grid):
            yield from _paragraphs(waiting, left, right, page)
            waiting = []
            yield Block([], [page], is_prose=False, grid=row)
            place += 1
            continue
        grid, used = _grid(rows, place, edges)
        if grid and (sides := _apart(rows[place : place + used], grid, edges)):
            yield from _paragraphs(waiting, left, right, page)
            waiting = []
            for side in sides:
                yield from _paragraphs(side, side[0].x0, max(line.x1 for line in side), page)
            place += used
        elif grid:
            yield from _paragraphs(waiting, left, right, page)
            waiting = []
            yield Block([], [page], is_prose=False, grid=grid)
            place += used
        else:
            waiting.append(joined(row))
            place += 1
    yield from _paragraphs(waiting, left, right, page)


def _rows(region: Sequence[Box]) -> list["list[Line] | Grid"]:
    found: list[list[Line] | Grid] = []
    for box in sorted(region, key=lambda box: (box.base if isinstance(box, Line) else box.top, box.x0)):
        last = found[-1] if found else None
        if isinstance(box, Grid):
            found.append(box)
        elif isinstance(last, list) and abs(last[0].base - box.base) <= 0.25 * max(last[0].size, box.size):
            last.append(box)
        else:
            found.append([box])
    for row in found:
        if isinstance(row, list):
            row.sort(key=lambda line: line.x0)
    return found


def _grid(rows: Sequence["list[Line] | Grid"], first: int, edges: Sequence[Edge]) -> tuple[Grid | None, int]:
    """Return a table that starts at a row, if one does, and how many rows it takes."""
    part: list[list[Line]] = []
    best: tuple[Grid | None, int] = None, 0
    for row in rows[first : first + _MOST_ROWS]:
        if isinstance(row, Grid) or not _may_be_row(row, part[-1] if part else None):
            break
        part.append(row)
        many = sum(len(each) > 1 for each in part)
        bounds = best[0].bounds if best[0] else ()
        loose = [each for each in part if len(each) < 2 and (not bounds or _crosses(each, bounds))]
        if len(loose) > (3 if bounds else many + 3):
            break
        if many < 2 or (len(row) < 2 and not (best[0] and _in_columns(row[0], best[0]))):
            continue
        grid = aligned(part, edges)
        columns = len(grid.bounds) + 1 if grid else 0
        if columns < (len(best[0].bounds) + 1 if best[0] and best[1] > 2 else 1):
            if best[0] or many > 3:
                break
        elif grid and (many > 2 or columns > 2) and _is_table(grid):
            best = grid, len(part)
    grid, used = best
    after = _going_on(rows[first:], used, grid) if grid else 0
    if grid and after:
        longer = aligned([row for row in rows[first : first + used + after] if not isinstance(row, Grid)], edges)
        if longer and len(longer.bounds) == len(grid.bounds):
            return longer, used + after
    return best


def _crosses(row: list[Line], bounds: Sequence[float]) -> bool:
    return any(line.x0 < bound < line.x1 for line in row for bound in bounds)


def _going_on(rows: Sequence["list[Line] | Grid"], used: int, grid: Grid) -> int:
    """Return how many lines below a table belong to its last row: they stand close, each within a column."""
    lines = [row for row in rows[:used] if not isinstance(row, Grid)]
    pitch = min((below[0].base - above[0].base for above, below in pairwise(lines)), default=0)
    count = 0
    for above, row in pairwise(rows[used - 1 :]):
        if isinstance(row, Grid) or isinstance(above, Grid) or _crosses(row, grid.bounds):
            break
        if row[0].base - above[0].base > 1.1 * pitch or abs(row[0].size - grid.size) > 0.07 * grid.size:
            break
        count += 1
    return count


def _may_be_row(row: list[Line], above: list[Line] | None) -> bool:
    """Tell whether a row may be one of a table, below another if there is one."""
    line = row[0]
    if len(row) == 2 and len(line.text) < 6 and ITEM.match(f"{line.text} x"):
        return False  # an item of a list
    if above is None:
        return len(row) > 1
    if len(row) == 1 and abs(line.size - above[0].size) > 0.07 * line.size:
        return False  # a heading
    return line.base - above[0].base <= 3.2 * max(line.size, above[0].size)


def _apart(
    rows: Sequence["list[Line] | Grid"], grid: Grid, edges: Sequence[Edge]
) -> tuple[list[Line], list[Line]] | None:
    """Return two blocks that stand far apart, as at the head of a letter; None for a table."""
    if len(grid.bounds) > 1 or any(grid.top < edge.y0 < grid.bottom for edge in edges):
        return None
    lines = [line for row in rows if not isinstance(row, Grid) for line in row]
    left = [line for line in lines if line.x1 < grid.bounds[0]]
    right = [line for line in lines if line.x0 > grid.bounds[0]]
    if len(left) + len(right) < len(lines) or lines[0].bold != lines[-1].bold:
        return None
    numbers = sum(bool(_VALUE.match(line.text)) for line in right)
    gap = min(line.x0 for line in right) - max(line.x1 for line in left)
    return (left, right) if gap > 10 * grid.size and numbers < 0.4 * len(right) else None


def _in_columns(line: Line, grid: Grid) -> bool:
    return (
        len(line.words) > 1
        and all(not any(word.x0 < bound < word.x1 for word in line.words) for bound in grid.bounds)
        and line.x0 < grid.bounds[0]
        and line.x1 > grid.bounds[-1]
    )


def _is_table(grid: Grid) -> bool:
    cells = [cell for row in grid.rows for cell in row if cell]
    words = [len(cell.split()) for cell in cells]
    return len(cells) >= 4 and sum(words) <= 9 * len(words) and not any(_LEADERS.search(cell) for cell in cells)


def _paragraphs(lines: Sequence[Line], left: float, right: float, page: int) -> Iterator[Block]:
    pitch = _pitch(lines)
    block: Block | None = None
    last: Line | None = None
    margin = Counter(round(line.x0) for line in lines).most_common(1)[0][0] if lines else 0
    edges = _right_edges(lines, left, right, 1.35 * pitch)
    body = Counter(line.size for line in lines for _ in line.words).most_common(1)[0][0] if lines else 0
    for line, edge in zip(lines, edges, strict=True):
        text = _LEADERS.sub(" … ", line.text).strip()
        if not text:
            continue
        if (
            block is None
            or last is None
            or _starts(line, last, text, block, (margin, edge, pitch))
            or (line.size <= 1.1 * body and _would_fit(line, last, edge))
        ):
            if block is not None:
                yield block
            block = Block([], [], line.size, line.bold)
        block.lines.append(text)
        block.pages.append(page)
        block.is_full = line.x1 > edge - 0.12 * (edge - left)
        last = line
    if block is not None:
        yield block


def _pitch(lines: Sequence[Line]) -> float:
    """Return the distance between lines of one paragraph."""
    found = [b.base - a.base for a, b in pairwise(lines) if a.size == b.size and b.base > a.base + 0.5 * a.size]
    return median([each for each in found if each <= 1.15 * min(found)]) if found else 0


def _starts(line: Line, last: Line, text: str, block: Block, about: tuple[float, float, float]) -> bool:
    """Tell whether a line is the first of a paragraph."""
    margin, right, pitch = about
    gap, em = line.base - last.base, line.size
    if abs(line.size - last.size) > 0.07 * max(line.size, last.size) or gap > 1.35 * max(pitch, em) or gap < 0:
        return True
    if line.bold != last.bold:
        return True
    ended = bool(ENDED.search(block.lines[-1]))
    short = last.x1 < right - 0.15 * (right - margin)
    if "…" in text and (_LEADERS.search(line.text) or _LEADERS.search(last.text)):
        return True
    if _BULLET.match(text) or (_LABEL.match(text) and _LABEL.match(block.lines[-1])):
        return True
    if ITEM.match(text) and (ended or short or ITEM.match(block.lines[0])):
        return True
    if line.x0 > last.x0 + 0.7 * em and abs(last.x0 - margin) < 0.5 * em and len(block.lines) > 1:
        return ended or short  # an indent; below an item's first line it is none
    if line.x0 > margin + 0.7 * em and abs(last.x0 - margin) < 0.5 * em and ended:
        return not ITEM.match(block.lines[0])
    if line.x0 < last.x0 - 0.7 * em and len(block.lines) > 1:
        return ended or short
    return short and ended


def _right_edges(lines: Sequence[Line], left: float, right: float, most: float) -> list[float]:
    """Return for each line how far the lines reach that it stands among; those of a narrow list say nothing of it."""
    found: list[float] = []
    for place, line in enumerate(lines):
        if not place or line.base - lines[place - 1].base > most or abs(line.size - lines[place - 1].size) > 0.5:
            end = place + 1
            while (
                end < len(lines)
                and lines[end].base - lines[end - 1].base <= most
                and abs(lines[end].size - line.size) <= 0.5
            ):
                end += 1
            reach = sorted((each.x1 for each in lines[place:end]), reverse=True)
            edge = reach[len(reach) // 8]
            found += [edge if edge - left > 0.6 * (right - left) else right] * (end - place)
    return found


def _would_fit(line: Line, last: Line, edge: float) -> bool:
    """Tell whether a line's first word had room at the end of the line before: the line was ended on purpose."""
    first = line.words[0]
    return last.x1 + (first.x1 - first.x0) + 1.5 * line.size < edge
