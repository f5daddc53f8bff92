"""Tables of any format: each row a paragraph that carries its column names and its row label.

What a grid of cells is made of is told by its form alone: titles above the header, the header (of one or two rows) or
none, rows, sections, notes below, and the next table after a blank row. A cell's own text is never changed but for its
white space.
"""

import re
from collections import Counter
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import islice, zip_longest

from rag.documents.common.header import Cells, header, kind, likeness, over, same

MOST_ROW_CHARS = 600
"""A wider row becomes several paragraphs, each with the row's label."""
MOST_CELL_CHARS = 300
"""A longer cell is prose, and a paragraph of its own."""

LOOKED_AT = 200
"""So many rows tell what the first one is."""

_TOTAL = re.compile(r"(?:grand |overall )?(?:total|sum)\b|overall\b|all\b", re.IGNORECASE)


@dataclass(slots=True)
class Table:
    """What stands together in a grid: one header, or none, and the rows below."""

    header: Cells
    captions: list[str] = field(default_factory=list)
    """The lines above it."""
    rows: list[tuple[str, Cells]] = field(default_factory=list)
    """Each with the section that it stands in; a note between or below rows is a row of one cell without column."""
    label: int = 0
    """The column that names a row."""

    def paragraphs(self, sheet: str = "") -> Iterator[str]:
        """Yield the captions and then each row.

        Args:
            sheet: the name of the sheet that the table is on, if a row cannot be understood without it.
        """
        yield from self.captions
        before = [("Sheet", sheet)] if sheet else []
        for section, cells in self.rows:
            if len(cells) == 1 and len(self.header) > 1:
                yield cells[0]
            elif not any(self.header) and len(self.header) == 2 and not before:
                yield _lone(cells)
            else:
                yield from self._row([*before, *([("", section)] if section else [])], cells)

    def _row(self, before: list[tuple[str, str]], cells: Cells) -> Iterator[str]:
        named = [(name, cell) for name, cell in zip_longest(self.header, cells, fillvalue="") if cell]
        prose = [pair for pair in named if len(pair[1]) > MOST_CELL_CHARS]
        short = [pair for pair in named if pair not in prose]
        label = [(self._name(self.label), cells[self.label])] if self.label < len(cells) and cells[self.label] else []
        label = [pair for pair in label if pair in short]
        part: list[tuple[str, str]] = []
        for pair in short:
            if part and len(_text([*before, *part, pair])) > MOST_ROW_CHARS:
                yield _text([*before, *part])
                part = [one for one in label if one != pair]
            part.append(pair)
        if part:
            yield _text([*before, *part])
        yield from (_text([pair]) for pair in prose)

    def _name(self, column: int) -> str:
        return self.header[column] if column < len(self.header) else ""


def row_text(header: Sequence[str], row: Sequence[str]) -> str:
    """Return a row of any kind of table as one paragraph that carries its column names: "Year: 2024; Sold: 12".

    A cell without a column name stands alone; an empty one is left out.
    """
    return _text([(_plain(name), _plain(cell)) for name, cell in zip_longest(header, row, fillvalue="")])


def _text(pairs: Sequence[tuple[str, str]]) -> str:
    return "; ".join(f"{name}: {cell}" if name else cell for name, cell in pairs if cell)


def _plain(cell: str) -> str:
    return " ".join(cell.split())


def tables(grid: Sequence[Sequence[str]], merged: Collection[int] = ()) -> list[Table]:
    """Tell what a grid of cells is made of.

    Args:
        grid: the rows, blank ones too; they may differ in length.
        merged: numbers of the rows that are one cell over all columns; below the header it heads a section.
    """
    rows = [[_plain(cell) for cell in row] for row in grid]
    blocks = list(_blocks(_without_empty_columns(rows)))
    found: list[Table] = []
    waiting: list[str] = []
    for number, block in enumerate(blocks):
        lead = _lead(block)
        above, rest = [_lone(row) for _, row in block[:lead]], block[lead:]
        after = _next_rows(blocks, number + 1) if not found else []
        if not rest or (not found and _says_of_a_table(rest, after)):
            waiting += [*above, *(_lone(row) for _, row in rest)]
            continue
        below = [row for _, row in rest[:LOOKED_AT]]
        if not found or _starts_table(below, found[-1].header):
            depth, names = header(below, below[1:] or after)
            found.append(Table(names, [*waiting, *above]))
            rest, section = rest[depth:], ""
        else:
            *notes, section = [*waiting, *above] or [""]
            found[-1].rows += [("", [note]) for note in notes]
            found[-1].rows += [("", [section])] if section else []
        waiting = []
        table = found[-1]
        for place, row in rest:
            lone = sum(map(bool, row)) == 1 and len(row) > 1
            if lone and (place in merged or (not row[0] and kind(_lone(row)) == "text")):
                section = _lone(row) if place in merged else section
                table.rows.append(("", [_lone(row)]))
            elif not same(row, table.header):
                table.rows.append((section, row if any(row[1:]) or len(table.header) < 2 else [row[0]]))
    if found:
        found[-1].rows += [("", [note]) for note in waiting]
    elif waiting:
        found.append(Table([""], rows=[("", [line]) for line in waiting]))
    for table in found:
        _without_section(table)
        table.label = _label([cells for _, cells in table.rows if len(cells) > 1])
    return found


def _next_rows(blocks: list[list[tuple[int, Cells]]], first: int) -> list[Cells]:
    near = blocks[first : first + LOOKED_AT]
    rows = (row for block in near for _, row in block[_lead(block) :])
    return list(islice(rows, LOOKED_AT))


def _says_of_a_table(rest: list[tuple[int, Cells]], after: list[Cells]) -> bool:
    """Tell whether a block is lines of a name and a value above a wider table: "Date, 3 May"."""
    wide, rows = [sum(map(bool, row)) for row in after], [row for _, row in rest]
    if not wide or len(rows) > len(wide) or not max(sum(map(bool, row)) for row in rows) <= 2 < max(wide):
        return False
    return len(rows) < 3 or likeness(rows[0], rows[1:]) <= 0


def _without_section(table: Table) -> None:
    """Take a total out of the last section, if the others have none."""
    totals = [n for n, (_, cells) in enumerate(table.rows) if len(cells) > 1 and _TOTAL.match(cells[0])]
    if len(totals) == 1 and len({section for section, _ in table.rows if section}) > 1:
        table.rows[totals[0]] = ("", table.rows[totals[0]][1])


def _without_empty_columns(rows: list[Cells]) -> list[Cells]:
    width = max(map(len, rows), default=0)
    full = [row + [""] * (width - len(row)) for row in rows]
    kept = [n for n in range(width) if any(row[n] for row in full)]
    return [[row[n] for n in kept] for row in full]


def _blocks(rows: list[Cells]) -> Iterator[list[tuple[int, Cells]]]:
    """Yield what stands between blank rows, each row with its number."""
    block: list[tuple[int, Cells]] = []
    for place, row in enumerate(rows):
        if any(row):
            block.append((place, row))
        elif block:
            yield block
            block = []
    if block:
        yield block


def _lead(block: list[tuple[int, Cells]]) -> int:
    """Return how many rows at the head of a block are titles, or say something of the table ("Date: 3 May")."""
    filled = [sum(map(bool, row)) for _, row in block]
    usual = Counter(filled).most_common(1)[0][0] if len(filled) > 2 else max(filled)
    if usual < 2 and max(filled) > 1:  # below a table there may be more notes than it has rows
        usual = max(filled)
    if len(block[0][1]) == 1:
        return 0
    lead = 0
    while lead < len(block) and (filled[lead] == 1 or (filled[lead] == 2 and usual > 4)):
        if usual > 1 and lead + 1 < len(block) and over(block[lead][1], block[lead + 1][1]):
            break
        lead += 1
    return lead


def _lone(row: Cells) -> str:
    """Return a row that is no row of a table as a line."""
    cells = [cell for cell in row if cell]
    return cells[0] if len(cells) == 1 else f"{cells[0].rstrip(': ')}: {'; '.join(cells[1:])}"


def _starts_table(rows: list[Cells], names: Cells) -> bool:
    first = rows[0]
    words = all(kind(cell) in ("text", "year") for cell in first if cell) and sum(map(bool, first)) > 1
    return len(rows) > 1 and words and not same(first, names) and likeness(first, rows[1:]) > 0


def _label(rows: list[Cells]) -> int:
    """Return the column that names the rows: the first one of words that differ, else the first."""
    for column in range(min(map(len, rows), default=0)):
        values = [row[column] for row in rows if row[column]]
        words = sum(kind(value) == "text" for value in values)
        if len(values) > len(rows) / 2 and words > 0.8 * len(values) and len(set(values)) > 0.9 * len(values):
            return column
    return 0
