"""Workbooks: each sheet's tables, row by row, as the sheet shows them.

XLSX by openpyxl, XLS by xlrd (ODS: :mod:`rag.documents.opendocument.sheets`). What a sheet hides is left out, and told.
"""

import io
import re
import zipfile
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

from rag.documents.common.decode import Unusable
from rag.documents.common.parsed import Parsed
from rag.documents.common.table import tables
from rag.documents.office.number_format import shown

MOST_CELLS = 5_000_000
"""A sheet that reaches farther has a cell that somebody lost."""
OLE = bytes.fromhex("d0cf11e0a1b11ae1")
"""What old and encrypted files of Microsoft Office begin with."""

_DEFAULT = re.compile(r"(?:sheet|tabelle|feuil(?:le)?|hoja|foglio|blad|ark|taul|planilha|arkusz|лист)[ _]?\d*", re.I)
_MANY = "open it in a spreadsheet program and save it again"


@dataclass(slots=True)
class Sheet:
    """The cells of a sheet that are seen, as text."""

    name: str
    grid: list[list[str]] = field(default_factory=list)
    merged: list[tuple[int, int, int, int]] = field(default_factory=list)
    """First row, last row, first column, last column of each merged cell, in ``grid``."""
    hidden_rows: int = 0
    hidden_columns: int = 0
    struck: int = 0


def xlsx(data: bytes) -> Parsed:
    """Take the visible sheets of an XLSX file, formulas as the values that they last had."""
    import openpyxl

    if data.startswith(OLE):
        if "EncryptedPackage".encode("utf-16-le") in data:
            raise Unusable("encrypted with a password", "save it without a password")
        return xls(data)
    try:
        book = openpyxl.load_workbook(io.BytesIO(data), data_only=True)
    except Exception as error:  # openpyxl lets through whatever zipfile, its own XML and itself raise
        raise Unusable("not a whole XLSX", _MANY) from error
    sheets = [_xlsx_sheet(sheet) for sheet in book.worksheets if sheet.sheet_state == "visible"]
    hidden = [sheet.title for sheet in book.worksheets if sheet.sheet_state != "visible"]
    about = book.properties
    meta = {"title": about.title, "author": about.creator if about.creator != "openpyxl" else None}
    return book_of(sheets, hidden, meta, _without_result(data))


def _xlsx_sheet(sheet: Any) -> Sheet:
    found = Sheet(sheet.title)
    check_size(sheet.max_row, sheet.max_column)
    unseen = {row for row, about in sheet.row_dimensions.items() if about.hidden}
    columns = {
        column
        for about in sheet.column_dimensions.values()
        if about.hidden and about.min
        for column in range(about.min, min(about.max, sheet.max_column) + 1)
    }
    cells = []
    for row in sheet.iter_rows():
        line = []
        for cell in row:
            struck = cell.value is not None and cell.has_style and cell.font.strike
            found.struck += bool(struck)
            line.append("" if cell.value is None or struck else shown(cell.value, cell.number_format))
        cells.append(line)
    merges = [(one.min_row - 1, one.max_row - 1, one.min_col - 1, one.max_col - 1) for one in sheet.merged_cells.ranges]
    return seen(found, cells, merges, {row - 1 for row in unseen}, {column - 1 for column in columns})


def _without_result(data: bytes) -> int:
    """Return how many formulas of an XLSX file have no stored value: a program wrote them that does not count."""
    from lxml import etree

    count = 0
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        for name in archive.namelist():
            if re.fullmatch(r"xl/worksheets/[^/]+\.xml", name):
                for _, cell in etree.iterparse(io.BytesIO(archive.read(name)), tag="{*}c", resolve_entities=False):
                    count += cell.find("{*}f") is not None and not (cell.findtext("{*}v") or "")
                    cell.clear()
    return count


def xls(data: bytes) -> Parsed:
    """Take the visible sheets of an XLS file (Excel 97 to 2003)."""
    import xlrd

    if data.startswith(b"PK"):
        return xlsx(data)
    if not data.startswith((OLE, b"\x09")):
        kind = ".html" if data.lstrip()[:1] == b"<" else ".csv"
        raise Unusable("no XLS, though it is named so", f"give it the suffix of what it is, perhaps {kind}")
    try:
        book = xlrd.open_workbook(file_contents=data, formatting_info=True, logfile=io.StringIO())
    except Exception as error:
        if "encrypted" in str(error):
            raise Unusable("encrypted with a password", "save it without a password") from error
        raise Unusable("not a whole XLS", _MANY) from error
    sheets = [_xls_sheet(book, sheet) for sheet in book.sheets() if not sheet.visibility]
    return book_of(sheets, [sheet.name for sheet in book.sheets() if sheet.visibility], {"author": book.user_name})


def _xls_sheet(book: Any, sheet: Any) -> Sheet:
    import xlrd

    found, cells = Sheet(sheet.name), []
    for row in range(sheet.nrows):
        line = []
        for column in range(sheet.row_len(row)):
            kind, value = sheet.cell_type(row, column), sheet.cell_value(row, column)
            about = book.xf_list[sheet.cell_xf_index(row, column)]
            code = book.format_map[about.format_key].format_str
            font = book.font_list[about.font_index : about.font_index + 1]  # the oldest files have none
            struck = bool(font and font[0].struck_out) and kind not in (xlrd.XL_CELL_EMPTY, xlrd.XL_CELL_BLANK)
            found.struck += struck
            if kind == xlrd.XL_CELL_DATE:
                moment = xlrd.xldate_as_datetime(value, book.datemode)
                value = moment.time() if value < 1 else moment
            elif kind == xlrd.XL_CELL_BOOLEAN:
                value = bool(value)
            elif kind == xlrd.XL_CELL_ERROR:
                value = xlrd.error_text_from_code.get(value, "")
            line.append("" if struck else shown(value, code))
        cells.append(line)
    merges = [(top, bottom - 1, left, right - 1) for top, bottom, left, right in sheet.merged_cells]
    rows = {row for row, about in sheet.rowinfo_map.items() if about.hidden}
    return seen(found, cells, merges, rows, {column for column, about in sheet.colinfo_map.items() if about.hidden})


def check_size(rows: int, columns: int) -> None:
    """Raise Unusable if a sheet is too large to be one that people read."""
    if rows * columns > MOST_CELLS:
        raise Unusable(
            f"a sheet reaches over {rows} rows and {columns} columns", "delete what stands far from its tables"
        )


def seen(
    sheet: Sheet, cells: list[list[str]], merges: Iterable[tuple[int, int, int, int]], rows: set[int], columns: set[int]
) -> Sheet:
    """Fill a sheet with the cells that are seen: without hidden rows and columns, and those counted that hold text."""
    filled = {place for row in cells for place, cell in enumerate(row) if cell}
    sheet.hidden_rows = sum(any(row) for place, row in enumerate(cells) if place in rows)
    sheet.hidden_columns = len(columns & filled)
    down = [place for place in range(len(cells)) if place not in rows]
    across = [place for place in range(max(map(len, cells), default=0)) if place not in columns]
    for top, bottom, left, right in merges:
        inner = [n for n, place in enumerate(down) if top <= place <= bottom]
        wide = [n for n, place in enumerate(across) if left <= place <= right]
        if inner and wide:
            sheet.merged.append((inner[0], inner[-1], wide[0], wide[-1]))
    sheet.grid = [[cells[row][place] if place < len(cells[row]) else "" for place in across] for row in down]
    return sheet


def _spread(sheet: Sheet) -> set[int]:
    """Write what a merged cell says into each cell that it covers; return the rows that are one cell, no more."""
    alone = set()
    for top, bottom, left, right in sheet.merged:
        value = next((sheet.grid[top][n] for n in range(left, right + 1) if sheet.grid[top][n]), "")
        rest = [cell for n, cell in enumerate(sheet.grid[top]) if not left <= n <= right]
        if right > left and not any(rest):
            alone.add(top)
        elif value:
            for row in sheet.grid[top : bottom + 1]:
                row[left : right + 1] = [value] * (right - left + 1)
    return alone


def book_of(sheets: list[Sheet], hidden: list[str], meta: dict[str, str | None], without_result: int = 0) -> Parsed:
    """Return a workbook's text: its visible sheets, each under its name, and what is left out.

    Args:
        sheets: those that are visible.
        hidden: names of the others.
        meta: what the file says of itself.
        without_result: how many formulas have no stored value.
    """
    lines: list[str] = []
    told = [sheet for sheet in sheets if any(any(row) for row in sheet.grid)]
    captions: list[str] = []
    for sheet in told:
        alone = _spread(sheet)
        named = bool(sheet.name) and not _DEFAULT.fullmatch(sheet.name.strip())
        if len(told) > 1:
            lines.append(sheet.name)
        elif named:
            captions.append(sheet.name)
        found = tables(sheet.grid, alone)
        captions += found[0].captions if len(told) == 1 else []
        for table in found:
            lines += table.paragraphs(sheet.name if named and len(told) > 1 else "")
    if not lines:
        raise Unusable("no cells with text in it", "put text in it, show its hidden sheets, or remove it")
    given = meta.get("title") or (captions[-1] if captions else None)
    return Parsed("\n\n".join(lines), {**meta, "title": given}, notes=list(_notes(sheets, hidden, without_result)))


def _notes(sheets: list[Sheet], hidden: list[str], without_result: int) -> Iterator[str]:
    if hidden:
        names = ", ".join([*hidden[:5], *(["…"] if len(hidden) > 5 else [])])
        yield f"{_count(len(hidden), 'hidden sheet')} left out ({names})"
    for sheet in sheets:
        counts = {
            "hidden row": sheet.hidden_rows,
            "hidden column": sheet.hidden_columns,
            "struck-out cell": sheet.struck,
        }
        for what, number in counts.items():
            if number:
                yield f"{_count(number, what)} left out (sheet {sheet.name!r})"
    if without_result:
        yield f"{_count(without_result, 'formula')} without a stored result: {_MANY}"


def _count(number: int, what: str) -> str:
    return f"1 {what} is" if number == 1 else f"{number} {what}s are"
