"""Tables: each row a paragraph that carries its column names."""

import csv
import io
from itertools import zip_longest
from typing import Any

from rag.decode import Unusable, decode
from rag.parsed import Parsed


def table(data: bytes) -> Parsed:
    """Write each row of a CSV as a paragraph, "column: value; …", so that a quote of it can be understood."""
    text = decode(data)
    csv.field_size_limit(2**24)
    try:
        dialect: Any = csv.Sniffer().sniff(text[:8192], ",;\t|")
    except csv.Error:
        dialect = csv.excel
    try:
        rows = [row for row in csv.reader(io.StringIO(text, newline=""), dialect) if any(cell.strip() for cell in row)]
    except csv.Error as error:
        raise Unusable(f"not CSV ({error})", "save it again as CSV") from error
    if len(rows) < 2:
        raise Unusable("no rows below the header", "add a header line and rows")
    header, *body = rows
    return Parsed("\n\n".join(line for line in (row_text(header, row) for row in body) if line))


def row_text(header: list[str], row: list[str]) -> str:
    """Return a row of any kind of table as one paragraph that carries its column names: "Year: 2024; Sold: 12"."""
    cells = zip_longest(header, row, fillvalue="")
    return "; ".join(f"{name}: {value}" if name else value for name, value in cells if value.strip())
