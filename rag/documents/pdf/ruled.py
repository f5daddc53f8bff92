"""Tables of a page by the lines that rule them: between all cells, or between rows alone."""

from collections.abc import Iterable, Iterator, Sequence
from itertools import pairwise

from rag.documents.pdf.glyphs import Edge
from rag.documents.pdf.grid import Grid, bounds_of, is_number
from rag.documents.pdf.letters import Word
from rag.documents.pdf.lines import columns_of, line_of, rows, segments

_NEAR = 3.0
"""Lines that are so many points apart meet."""
_MOST_CELL_CHARS = 500
"""Cells longer on average are no table: lines rule the page there."""


def ruled(words: list[Word], edges: Sequence[Edge]) -> tuple[list[Grid], list[Word]]:
    """Find the tables whose cells lines part; return them, and the words outside."""
    found: list[Grid] = []
    left = words
    for level, upright in _meeting(*_merged(edges)):
        ys, xs = _places([e.y0 for e in level]), _places([e.x0 for e in upright])
        for least, most in [(min(e.x0 for e in level), max(e.x1 for e in level))]:
            xs = ([least] if least < xs[0] - 5 else []) + xs + ([most] if most > xs[-1] + 5 else [])
        for least, most in [(min(e.y0 for e in upright), max(e.y1 for e in upright))]:
            ys = ([least] if least < ys[0] - 5 else []) + ys + ([most] if most > ys[-1] + 5 else [])
        if len(xs) < 3 or len(ys) < 3:
            continue
        inside = [
            w for w in left if xs[0] - 2 < (w.x0 + w.x1) / 2 < xs[-1] + 2 and ys[0] < w.base - 0.2 * w.size < ys[-1]
        ]
        grid = _filled(inside, xs, ys, level, upright)
        if grid is not None:
            found.append(grid)
            taken = set(map(id, inside))
            left = [word for word in left if id(word) not in taken]
    return found, left


def lined(words: list[Word], edges: Sequence[Edge]) -> tuple[list[Grid], list[Word]]:
    """Find the tables in which a level line stands between any two rows; return them, and the words outside."""
    level, _ = _merged(edges)
    found: list[Grid] = []
    left = words
    while level:
        one = level[0]
        same = [e for e in level if abs(e.x0 - one.x0) <= _NEAR and abs(e.x1 - one.x1) <= _NEAR]
        level = [e for e in level if e not in same]
        ys = _places([e.y0 for e in same])
        if len(ys) < 3 or one.x1 - one.x0 < 60:
            continue
        inside = [w for w in left if one.x0 - 2 < (w.x0 + w.x1) / 2 < one.x1 + 2]
        size = max((w.size for w in inside), default=0)
        above = [w for w in inside if ys[0] - 4 * size < w.base <= ys[0]]
        bands = [[w for w in inside if a < w.base - 0.2 * w.size < b] for a, b in pairwise(ys)]
        nearest = max((w.base for w in above), default=0)
        heads: list[Word] = []
        for row in reversed(rows(above)):
            if len(segments(row)) < 2 or nearest - row[0].base > 1.5 * size or ys[0] - nearest > 1.5 * size:
                break
            heads, nearest = [*row, *heads], row[0].base
        if heads:
            bands, ys = [heads, *bands], [min(w.base for w in heads) - size, *ys]
        below = rows([w for w in inside if ys[-1] < w.base - 0.2 * w.size < 2 * ys[-1] - ys[-2]])
        if below and len(segments(below[0])) == max(len(segments(row)) for row in rows(bands[-1])) > 1:
            bands, ys = [*bands, below[0]], [*ys, 2 * ys[-1] - ys[-2]]  # the page ends the table, without a line
        grid = _banded(bands)
        if grid is not None:
            grid.x0, grid.x1, grid.top, grid.bottom = one.x0, one.x1, ys[0], ys[-1]
            grid.base, grid.size = ys[-1], size
            found.append(grid)
            taken = {id(word) for band in bands for word in band}
            left = [word for word in left if id(word) not in taken]
    return found, left


def _banded(bands: Sequence[list[Word]]) -> Grid | None:
    """Return a table of which each band is a row; None if the bands hold no cells, or several rows each."""
    cut = [[segments(row) for row in rows(band)] for band in bands if band]
    many = [row for band in cut for row in band if len(row) > 1]
    if len(cut) < 3 or len(many) < 2 or max(map(len, cut)) > 12:
        return None
    bounds, _ = bounds_of([[line for row in band for line in row] for band in cut])
    if not bounds:
        return None
    table: list[list[str]] = []
    full: set[int] = set()
    deep = 0
    for band in bands:
        if not band:
            continue
        cells = [[line_of(row).text for row in rows(part)] for part in columns_of(band, bounds)]
        first = cells[0] and [cell[-1] for cell in cells if cell]
        even = len(cells[0]) > 1 and all(len(cell) == len(cells[0]) for cell in cells)
        if even and not table and any(map(is_number, first)):  # no line parts the header from the first row
            table += [list(row) for row in zip(*cells, strict=True)]
            continue
        deep += len(cells[0]) > 1 and all(len(cell) == len(cells[0]) for cell in cells)
        if sum(map(bool, cells)) == 1 and len(bounds) > 1:
            full.add(len(table))
            cells[0] = next(cell for cell in cells if cell)
        table.append([" ".join(cell) for cell in cells])
    if deep > 0.3 * len(table) or sum(len(cell) for row in table for cell in row) > _MOST_CELL_CHARS * len(table):
        return None
    return Grid(0, 0, 0, 0, table, bounds, full)


def _merged(edges: Sequence[Edge]) -> tuple[list[Edge], list[Edge]]:
    """Return level and upright lines, those that go on in one another as one."""
    level = _joined((edge.y0, edge.x0, edge.x1) for edge in edges if edge.y0 == edge.y1)
    upright = _joined((edge.x0, edge.y0, edge.y1) for edge in edges if edge.x0 == edge.x1)
    return [Edge(x0, y, x1, y) for y, x0, x1 in level], [Edge(x, y0, x, y1) for x, y0, y1 in upright]


def _joined(lines: Iterable[tuple[float, float, float]]) -> list[list[float]]:
    """Join parallel lines, each with its place across and its two ends, where one goes on in another."""
    found: list[list[float]] = []
    for place, start, end in sorted(lines, key=lambda line: line[:2]):
        near = (o for o in found[-60:] if abs(o[0] - place) <= 1.5 and start <= o[2] + _NEAR and end >= o[1] - _NEAR)
        if same := next(near, None):
            same[1:] = min(same[1], start), max(same[2], end)
        else:
            found.append([place, start, end])
    return found


def _meeting(level: list[Edge], upright: list[Edge]) -> Iterator[tuple[list[Edge], list[Edge]]]:
    """Yield the lines of each table: those that meet, directly or through others."""
    rest_level, rest_upright = list(level), list(upright)
    while rest_upright:
        some, others = [rest_upright.pop()], []
        grown = True
        while grown:
            more = [h for h in rest_level if any(_meet(h, v) for v in some)]
            others += more
            rest_level = [h for h in rest_level if h not in more]
            further = [v for v in rest_upright if any(_meet(h, v) for h in more)]
            some += further
            rest_upright = [v for v in rest_upright if v not in further]
            grown = bool(further)
        if others:
            yield others, some


def _meet(level: Edge, upright: Edge) -> bool:
    return level.x0 - _NEAR <= upright.x0 <= level.x1 + _NEAR and upright.y0 - _NEAR <= level.y0 <= upright.y1 + _NEAR


def _places(values: Sequence[float]) -> list[float]:
    found: list[float] = []
    for value in sorted(values):
        if not found or value - found[-1] > _NEAR:
            found.append(value)
    return found


_At = tuple[int, int]


def _filled(words: list[Word], xs: list[float], ys: list[float], level: list[Edge], upright: list[Edge]) -> Grid | None:
    """Return the words in the cells that the lines part; None if that makes no table."""
    across, down = len(xs) - 1, len(ys) - 1
    cell = _cells(xs, ys, level, upright)
    held: dict[_At, list[Word]] = {}
    for word in words:
        i = max(0, min(down - 1, sum(y <= word.base - 0.2 * word.size for y in ys) - 1))
        j = max(0, min(across - 1, sum(x <= (word.x0 + word.x1) / 2 for x in xs) - 1))
        held.setdefault(cell[i, j], []).append(word)
    if len({at[1] for at in held}) < 2 or len(set(cell.values())) < 3:
        return None
    texts = {at: " ".join(line_of(row).text for row in rows(some)) for at, some in held.items()}
    if sum(map(len, texts.values())) > _MOST_CELL_CHARS * len(texts):
        return None
    found: list[list[str]] = []
    full: set[int] = set()
    for i in range(down):
        parts = [cell[i, j] for j in range(across)]
        if all(part[0] < i for part in parts if part in held):
            continue  # nothing, or all of it was in the row above
        single = len(set(parts)) == 1
        split = _by_level([held.get(part, []) for part in parts]) if down <= 2 or not i else []
        if split and (down <= 2 or any(map(is_number, split[-1]))):  # no line parts the header from the first row
            found += split
        elif single and (apart := _apart(held[parts[0]], xs[1:-1])):
            found.append(apart)
        else:
            full |= {len(found)} if single else set()
            found.append([texts.get(part, "") for part in parts])
    return Grid(xs[0], xs[-1], ys[0], ys[-1], found, xs[1:-1], full, base=ys[-1], size=10)


def _cells(xs: list[float], ys: list[float], level: list[Edge], upright: list[Edge]) -> dict[_At, _At]:
    """Return for each place of a grid, (row, column), the first place of the cell that it belongs to."""
    across, down = len(xs) - 1, len(ys) - 1
    cell = {(i, j): (i, j) for i in range(down) for j in range(across)}

    def first(at: _At) -> _At:
        while cell[at] != at:
            at = cell[at]
        return at

    for i, j in list(cell):
        y, x = (ys[i] + ys[i + 1]) / 2, (xs[j] + xs[j + 1]) / 2
        beside = j + 1 < across and not any(abs(v.x0 - xs[j + 1]) <= _NEAR and v.y0 <= y <= v.y1 for v in upright)
        below = i + 1 < down and not any(abs(h.y0 - ys[i + 1]) <= _NEAR and h.x0 <= x <= h.x1 for h in level)
        for joined in [(i, j + 1)] * beside + [(i + 1, j)] * below:
            one, other = sorted((first((i, j)), first(joined)))
            cell[other] = one
    return {at: first(at) for at in cell}


def _apart(words: list[Word], bounds: Sequence[float]) -> list[str]:
    """Return the cells of a row between which no lines are drawn, if they stand in the columns of the others."""
    lines = [line for row in rows(words) for line in segments(row)]
    columns = [sum(bound <= line.x0 for bound in bounds) for line in lines]
    inside = all(
        sum(bound < line.x1 for bound in bounds) == column for line, column in zip(lines, columns, strict=True)
    )
    if not inside or len(set(columns)) < 2:
        return []
    return [
        " ".join(line.text for line, at in zip(lines, columns, strict=True) if at == n) for n in range(len(bounds) + 1)
    ]


def _by_level(cells: list[list[Word]]) -> list[list[str]]:
    """Return the rows of a stretch of a table in which no lines part them: each column has a line in each."""
    lines = [rows(some) for some in cells]
    if len(lines[0]) < 2 or any(len(each) != len(lines[0]) for each in lines if each):
        return []
    bases = [[row[0].base for row in each] for each in lines if each]
    if any(abs(one - other) > 2 for each in bases for one, other in zip(bases[0], each, strict=True)):
        return []
    return [[line_of(each[n]).text if each else "" for each in lines] for n in range(len(lines[0]))]
