"""The tables of an HTML page: each row with the names of its columns, and of the group of rows that it is in."""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import zip_longest
from typing import Any

from rag.documents.common.table import row_text

LABEL_CHARS = 60
"""A longer text is no name of a row, of a group of rows or of a term."""
_CELL_CHARS = 1500
"""A cell with more text holds a part of the page, not a value."""
_BARE_CELL_CHARS = 400
"""The same in a table of which no cell is marked as a name."""
_MOST_COLUMNS = 1000
_MOST_SPANNED = 1000

_YEAR = re.compile(r"(?:1[5-9]|20|21)\d\d")

CellText = Callable[[Any], tuple[str, int]]
"""Gives a cell's text on one line, and how many of its characters stand in links."""


@dataclass(slots=True)
class _Cell:
    text: str = ""
    linked: int = 0
    is_name: bool = False
    is_bold: bool = False


@dataclass(slots=True)
class _Row:
    cells: list[_Cell]
    is_head: bool
    """Whether it names columns."""

    @property
    def is_whole(self) -> bool:
        """Return whether it is one cell over all columns."""
        return len(self.cells) > 1 and all(cell is self.cells[0] for cell in self.cells)


def is_data(table: Any) -> bool:
    """Tell whether a table holds values in rows and columns, rather than the parts of a page."""
    if table.get("role") in ("presentation", "none") or next(table.iterdescendants("table"), None) is not None:
        return False
    rows = list(table.iter("tr"))
    width = max((len(row.xpath("td|th")) for row in rows), default=0)
    names = next(table.iterdescendants("th"), None) is not None
    if width < 2 or (len(rows) < 2 and not names):
        return False
    most = _CELL_CHARS if names else _BARE_CELL_CHARS
    if any(len(" ".join("".join(cell.itertext()).split())) > most for cell in table.iter("td")):
        return False
    return next(table.iterdescendants("h1", "h2", "h3", "article", "section", "form", "nav"), None) is None


def table_rows(table: Any, text_of: CellText) -> Iterator[tuple[str, int]]:
    """Yield a table's caption, its rows, and what stands between them, each with how much of it stands in links."""
    for caption in table.iterchildren("caption"):
        if (told := text_of(caption))[0]:
            yield told
    header: list[str] = []
    group: _Cell | None = None
    waits = in_head = False  # whether the group is on no row yet
    rows = [row for row in _grid(table, text_of) if any(cell.text for cell in row.cells)]
    for row, after in zip_longest(rows, rows[1:]):
        if row.is_whole:
            if group and waits:
                yield group.text, group.linked
            group, waits = row.cells[0], True
            if len(group.text) > LABEL_CHARS or (after and after.is_head and not after.is_whole):  # a title
                yield group.text, group.linked
                group = None
            continue
        if row.is_head:
            names = [cell.text for cell in row.cells]
            header = [_under(above, name) for above, name in zip(header, names, strict=True)] if in_head else names
        else:
            text = _row_text(header, row.cells, group.text if group else "")
            waits = False
            yield text, min(len(text), sum(cell.linked for cell in row.cells))
        in_head = row.is_head
    if group and waits:
        yield group.text, group.linked


def _row_text(header: list[str], row: list[_Cell], group: str) -> str:
    names, values = header, [cell.text for cell in row]
    if not any(header) and any(values[1:]) and _is_label(row):
        names, values = [row[0].text.rstrip(" :")], values[1:]
    return row_text(["", *names], [group, *values]) if group else row_text(names, values)


def _is_label(row: list[_Cell]) -> bool:
    """Tell whether a row without column names begins with the name of its value: "Population", "3,000"."""
    first = row[0].text
    return row[0].is_name or (len(row) == 2 and 0 < len(first) <= LABEL_CHARS and any(map(str.isalpha, first)))


def _under(above: str, name: str) -> str:
    """Return the name of a column below one that spans it."""
    if not name or name == above:
        return above
    return f"{above} {name}" if above else name


def _grid(table: Any, text_of: CellText) -> list[_Row]:
    """Return a table's rows; a cell that spans several rows or columns stands in each."""
    rows = [row for row in table.iter("tr") if row.getparent().tag != "tfoot"]
    rows += [row for row in table.iter("tr") if row.getparent().tag == "tfoot"]
    grid: list[_Row] = []
    below: dict[int, tuple[_Cell, int]] = {}  # what goes on in the rows below, and in how many, by column
    for row in rows:
        line: list[_Cell] = []
        elements = row.xpath("td|th")
        for element in [*elements, None]:
            while len(line) in below:
                cell, left = below.pop(len(line))
                if left > 1:
                    below[len(line)] = cell, left - 1
                line.append(cell)
            if element is None or len(line) > _MOST_COLUMNS:
                break
            cell, down = _cell(element, text_of), _span(element, "rowspan")
            for _ in range(_span(element, "colspan")):
                if down > 1:
                    below[len(line)] = cell, down - 1
                line.append(cell)
        grid.append(_Row(line, _names_columns(row, elements)))
    width = max((len(row.cells) for row in grid), default=0)
    for row in grid:
        row.cells += [_Cell() for _ in range(width - len(row.cells))]
    _settle_heads(grid)
    return grid


def _cell(element: Any, text_of: CellText) -> _Cell:
    text, linked = text_of(element)
    bold = "".join("".join(one.itertext()) for one in element.iter("b", "strong"))
    return _Cell(text, linked, element.tag == "th", bool(text) and len(" ".join(bold.split())) >= len(text))


def _span(element: Any, name: str) -> int:
    value = (element.get(name) or "1").strip()
    return max(1, min(int(value), _MOST_SPANNED)) if value.isdecimal() else 1


def _names_columns(row: Any, elements: list[Any]) -> bool:
    """Tell whether the elements of a row say that it names columns."""
    if row.getparent().tag == "thead":
        return True
    names = [one for one in elements if one.tag == "th" and one.get("scope") not in ("row", "rowgroup")]
    blank = [one for one in elements if one.tag == "td" and not "".join(one.itertext()).strip()]
    return len(names) + len(blank) == len(elements) and (len(names) > 1 or len(elements) == 1 == len(names))


def _settle_heads(grid: list[_Row]) -> None:
    """Take a total whose cells are marked as names for a row, and find the names where no cell is marked as one."""
    begun = False
    for number, row in enumerate(grid):
        begun = begun or not (row.is_head or row.is_whole)
        last = number + 1 == len(grid) or grid[number + 1].is_head
        if begun and row.is_head and (last or any(re.search(r"\d", cell.text) for cell in row.cells)):
            row.is_head = False
    if all(row.is_head for row in grid):
        for row in grid[min(1, len(grid) - 1) :]:
            row.is_head = False
    if any(row.is_head and not row.is_whole for row in grid) or any(cell.is_name for row in grid for cell in row.cells):
        return
    rows = [row for row in grid if not row.is_whole and any(cell.text for cell in row.cells)]
    if len(rows) > 1:
        rows[0].is_head = _look_like_names(rows[0].cells, [row.cells for row in rows[1:]])


def _look_like_names(first: list[_Cell], below: list[list[_Cell]]) -> bool:
    """Tell whether a row is unlike those below as names are: in bold, or words where figures stand below."""
    if any(len(cell.text) > LABEL_CHARS for cell in first) or not all(cell.text for cell in first[1:]):
        return False
    if all(cell.is_bold or not cell.text for cell in first):
        return not all(cell.is_bold for row in below for cell in row if cell.text)
    words = not any(re.search(r"\d", cell.text) and not _YEAR.fullmatch(cell.text) for cell in first)
    distinct = len({cell.text for cell in first}) == len(first)
    columns = [[row[n].text for row in below if row[n].text] for n in range(1, len(first))]
    figures = any(all(re.search(r"\d", text) for text in column) for column in columns)
    years = any(_YEAR.fullmatch(text) for column in columns for text in column)
    return words and distinct and len(first) > 2 and figures and not (years and any(map(_is_year, first)))


def _is_year(cell: _Cell) -> bool:
    return _YEAR.fullmatch(cell.text) is not None
