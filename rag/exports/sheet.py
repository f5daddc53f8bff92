"""A table of questions to read, and a table of their answers to write: CSV and XLSX."""

import csv
import io
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from rag.errors import RagError, SourceError, UsageError, first_line
from rag.exports.cited import flat, pages, printable
from rag.output.render import marks
from rag.schema import Answer

COLUMNS = ("id", "question", "short answer", "answer", "quotes", "source", "page", "confidence", "status")
_WIDTHS = {"question": 40, "short answer": 24, "answer": 60, "quotes": 80, "source": 32, "status": 16}
MOST_CELL_CHARS = 32_767
"""In a cell of a workbook; Excel's own limit."""
_FORMULA = tuple("=+-@\t\r\n＝＋－＠")
"""What a cell begins with that a spreadsheet may take for a formula; the wide signs in East Asian ones."""
QUESTION = "question"


@dataclass(frozen=True, slots=True)
class Row:
    """What became of one question."""

    question: str
    result: Answer | RagError
    id: Any = None


def questions(path: Path) -> Iterator[tuple[Any, str]]:
    """Yield the id, or None, and the question of each row of a table that has one.

    The first row names the columns: one is ``question``, one may be ``id``; others are passed over.

    Args:
        path: a CSV file in UTF-8, with commas, semicolons or tabs, or a workbook, of which the first sheet is read.

    Raises:
        SourceError: the file cannot be read.
        UsageError: its first row names no question.
    """
    rows = _workbook(path) if path.suffix.lower() == ".xlsx" else _csv(path)
    names = [flat(str(cell if cell is not None else "")).lower() for cell in next(rows, ())]
    if QUESTION not in names:
        raise UsageError(f'batch file {path}: the first row names the columns, and one of them must be "{QUESTION}"')
    at, identity = names.index(QUESTION), names.index("id") if "id" in names else None
    for row in rows:
        question = str(row[at]).strip() if at < len(row) and row[at] is not None else ""
        if question:
            yield (_identity(row[identity]) if identity is not None and identity < len(row) else None), question


def _identity(cell: Any) -> str | int | None:
    """Return an id as JSON can have it: a workbook knows 7 as 7.0, and dates."""
    if cell is None or cell == "":
        return None
    if isinstance(cell, int | float) and cell == int(cell):
        return int(cell)
    return str(cell)


def _workbook(path: Path) -> Iterator[Sequence[Any]]:
    import openpyxl

    try:
        with path.open("rb") as file:  # its libraries leave a file open that is none of theirs
            book = openpyxl.load_workbook(file, read_only=True, data_only=True)
            yield from (list(row) for row in book.worksheets[0].iter_rows(values_only=True))
    except OSError as error:
        raise SourceError(f"batch file {path} cannot be read: {error.strerror or first_line(error)}") from None
    except Exception as error:  # what it raises for a broken file is whatever its parsers raise
        raise SourceError(f"batch file {path} is no workbook that can be read: {first_line(error)}") from None


def _csv(path: Path) -> Iterator[Sequence[Any]]:
    try:
        text = path.read_bytes().decode("utf-8-sig")
    except OSError as error:
        raise SourceError(f"batch file {path} cannot be read: {error.strerror}") from None
    except UnicodeDecodeError:
        raise SourceError(f"batch file {path} is not UTF-8: save it as CSV UTF-8, or as a workbook") from None
    head = text.partition("\n")[0]
    delimiter = max(",;\t", key=head.count)
    return csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)


def cells(row: Row) -> tuple[Any, ...]:
    """Return the cells of a row; what there are several of stands a line each, numbered as the quotes are."""
    identity = row.id if row.id is None or isinstance(row.id, int | float) else str(row.id)  # JSON Lines have any
    if isinstance(row.result, RagError):
        return (identity, row.question, "", "", "", "", "", None, f"error: {row.result}")
    answer = row.result
    said = answer.message or "\n".join(f"{claim.text} {marks(claim.citations)}" for claim in answer.claims)
    return (
        identity,
        row.question,
        answer.short_answer or "",
        said,
        "\n".join(f"[{c.number}] {flat(c.quote)}" for c in answer.citations),
        "\n".join(f"[{c.number}] {c.source}" for c in answer.citations),
        "\n".join(f"[{c.number}] {pages(c) or c.clock}" for c in answer.citations if c.page or c.clock),
        round(answer.confidence, 4),
        answer.outcome if answer.outcome == "answered" else f"refused: {answer.reason}",
    )


def comma_separated(rows: Sequence[Row]) -> bytes:
    """Return the answers as CSV in UTF-8, with the mark by which Excel knows it.

    A cell that a spreadsheet would take for a formula has an apostrophe before it.
    """
    out = io.StringIO(newline="")
    writer = csv.writer(out)
    writer.writerow(COLUMNS)
    for row in rows:
        writer.writerow([_inert(cell) if isinstance(cell, str) else cell for cell in cells(row)])
    return out.getvalue().encode("utf-8-sig")


def _inert(text: str) -> str:
    text = printable(text)
    return f"'{text}" if text.startswith(_FORMULA) else text


def workbook(rows: Sequence[Row]) -> bytes:
    """Return the answers as the bytes of an XLSX file; every text is a text there, never a formula."""
    from openpyxl import Workbook
    from openpyxl.styles import Alignment, Font

    book = Workbook()
    sheet = book.active
    sheet.title = "Answers"
    for line, values in enumerate([COLUMNS, *map(cells, rows)], start=1):
        for column, value in enumerate(values, start=1):
            cell = sheet.cell(line, column)
            if isinstance(value, str):
                text = printable(value)
                cell.value = text if len(text) <= MOST_CELL_CHARS else f"{text[: MOST_CELL_CHARS - 2]} …"
                cell.data_type = "s"
            else:
                cell.value = value
            cell.alignment = Alignment(wrap_text=True, vertical="top")
            cell.font = Font(bold=line == 1)
    for column, name in enumerate(COLUMNS):
        sheet.column_dimensions["ABCDEFGHI"[column]].width = _WIDTHS.get(name, 12)
    sheet.freeze_panes = "A2"
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()
