"""Lines of a table that no lines rule become rows, where cells of several lines stand in it.

A row can be told if there is more room between rows than between lines of a cell, or else if one of its columns holds a
number in each row. Where neither tells, no row is claimed.
"""

from collections.abc import Sequence
from itertools import pairwise

from rag.documents.pdf.lines import Line

Cells = Sequence[Line | None]
"""What stands on one base line, by column."""

_APART = 1.1
"""From so many times the distance of lines on, two lines of one column are of different cells."""
_LOOSEST = 1.6
"""Ems; lines of one cell are not farther apart."""


def rows_of(table: Sequence[Cells]) -> list[list[int]] | None:
    """Return the numbers of the lines of each row; none if no cell has several lines, None if rows cannot be told.

    Args:
        table: line by line, from top to bottom.
    """
    numeric = _numeric(table)
    if not _is_wrapped(table, numeric):
        return []
    return _by_space(table, numeric) or _by_number(table, numeric)


def is_value(cell: Line | None) -> bool:
    """Tell whether half of a cell's letters are figures."""
    text = cell.text.replace(" ", "") if cell else ""
    return sum(map(str.isdigit, text)) >= 0.5 * len(text) > 0


def _numeric(table: Sequence[Cells]) -> list[int]:
    """Return the columns of numbers, each below a name at most."""
    found = []
    for column in range(len(table[0])):
        cells = [cells[column] for cells in table if cells[column]]
        numbers = sum(map(is_value, cells))
        if numbers > 1 and numbers >= 0.7 * sum(not cell.bold for cell in cells if cell):
            found.append(column)
    return found


def _is_wrapped(table: Sequence[Cells], numeric: Sequence[int]) -> bool:
    """Tell whether some line is the second of a cell.

    In a table of numbers it has words in two columns and no number, or goes on where no room was left; in one of words
    there is nothing in the first column.
    """
    body = [n for n in range(1, len(table)) if not _is_bold(table[n])]
    bare = [n for n in body if not any(table[n][column] for column in numeric)]
    if not numeric:
        return any(not table[n][0] for n in body)
    return any(sum(map(bool, table[n])) > 1 or not table[n][0] or _goes_on(table, n) for n in bare)


def _is_bold(cells: Cells) -> bool:
    return all(cell.bold for cell in cells if cell)


def _goes_on(table: Sequence[Cells], n: int) -> bool:
    """Tell whether the first word of each cell of a line had no room at the end of the cell's line above."""
    pairs = [(table[n - 1][column], cell, column) for column, cell in enumerate(table[n]) if cell]
    return bool(pairs) and all(above and not _had_room(table, above, cell, column) for above, cell, column in pairs)


def _had_room(table: Sequence[Cells], above: Line, cell: Line, column: int) -> bool:
    reach = max(other.x1 for cells in table if (other := cells[column]))
    first = cell.words[0]
    return above.x1 + (first.x1 - first.x0) + 0.25 * cell.size < reach - 1


def _by_space(table: Sequence[Cells], numeric: Sequence[int]) -> list[list[int]]:
    """Return the rows if there is more room between them than between lines of a cell; none otherwise."""
    columns = [[(n, cell) for n, cells in enumerate(table) if (cell := cells[k])] for k in range(len(table[0]))]
    gaps = [other.base - one.base for column in columns for (_, one), (_, other) in pairwise(column)]
    pitch = min(gaps, default=0)
    if not 0 < pitch <= _LOOSEST * max(cell.size for column in columns for _, cell in column):
        return []
    spans: list[tuple[int, int]] = []
    for column in columns:
        start = column[0][0] if column else 0
        for (n, one), (m, other) in pairwise(column):
            if other.base - one.base > _APART * pitch:
                spans.append((start, n))
                start = m
        if column:
            spans.append((start, column[-1][0]))
    found: list[list[int]] = []
    for start, end in sorted(spans):
        if found and start <= found[-1][-1]:
            found[-1] = list(range(found[-1][0], max(found[-1][-1], end) + 1))
        else:
            found.append(list(range(start, end + 1)))
    for row in found[1:] if len(found) > 2 else found:
        several = [sum(bool(table[n][column]) for n in row) for column in range(len(table[0]))]
        if any(several[column] > 1 for column in numeric) or len(row) > 1 == len(set(several)):
            return []  # several rows that stand together
    return found if len(found) > 2 else []


def _by_number(table: Sequence[Cells], numeric: Sequence[int]) -> list[list[int]] | None:
    """Return the rows by the number that stands at the head, or at the foot, of each; None if that does not tell."""
    held = [n for n, cells in enumerate(table) if any(is_value(cells[column]) for column in numeric)]
    if not held:
        return None
    head = next((n for n, cells in enumerate(table) if not _is_bold(cells)), 0)
    if not head:
        head = 1 if held[0] else 0  # the names of the columns
    if held[0] == head and all(all(table[n]) for n in held):
        starts = held
    elif held[-1] == len(table) - 1 and held[0] > head and all(all(table[n]) for n in held):
        starts = [head, *(n + 1 for n in held[:-1])]
    else:
        return None
    if any(
        sum(map(bool, table[n])) == 1 and table[n][0] and not _goes_on(table, n)
        for n in range(head, len(table))
        if n not in starts
    ):
        return None  # a heading between the rows, it may be
    rows = [list(range(start, end)) for start, end in pairwise([*starts, len(table)])]
    return [list(range(head)), *rows] if head else rows
