"""CSV, TSV and their kin: the delimiter is the one that gives the header and the rows one number of columns."""

import csv
import io
import re
from collections import Counter
from itertools import islice
from typing import Literal

from rag.documents.common.decode import Unusable, decode
from rag.documents.common.parsed import Parsed
from rag.documents.common.table import tables

DELIMITERS = "\t;|,"
"""Where two fit as well, the first: a comma stands in numbers and in prose, a tab hardly anywhere."""
SAMPLE = 300
"""Records that the delimiter is told from."""
LEAST_FIT = 0.5
"""A delimiter that fits less is none: the file has one column."""
TITLE_COST = 0.1
"""What it takes from a delimiter's fit that the first line has none: it may be a title, but is more often a header."""
OUTSIDE = 0.25
"""What a line above the table or below it weighs, against one within."""
TORN_COST = 0.5
"""What it takes from a delimiter's fit if it cuts through quotation marks in each record."""
PROSE_FIT = 0.6
"""What is left of a comma's fit if each is followed by a space, as in prose."""

_NAMED = re.compile(r"sep=(.)\r?\n", re.IGNORECASE)


def delimited(data: bytes) -> Parsed:
    """Write each row as a paragraph, "column: value; …", so that a quote of it can be understood."""
    text = decode(data)
    csv.field_size_limit(2**24)
    named = _NAMED.match(text)  # what Excel writes, and reads, above the header
    found = tables(_records(text[named.end() :], named[1]) if named else _records(text, _delimiter(text)))
    if not any(table.rows for table in found):
        raise Unusable("no rows below the header", "add a header line and rows")
    captions = found[0].captions
    return Parsed(
        "\n\n".join(line for table in found for line in table.paragraphs()),
        {"title": captions[0] if captions else None},
    )


def _delimiter(text: str) -> str:
    """Return the delimiter that fits best; a character that no text has if the file has one column."""
    fits = {delimiter: _fit(_records(text, delimiter, SAMPLE)) for delimiter in DELIMITERS if delimiter in text}
    if "," in fits and not re.search(r",[^\s]", text):
        fits[","] *= PROSE_FIT
    best = max(fits, key=lambda delimiter: fits[delimiter], default="")
    return best if best and fits[best] >= LEAST_FIT else "\x1f"


def _fit(records: list[list[str]]) -> float:
    """Return the part of the records of which others have as many columns, more than one; other ones count half.

    Lines of one column above all others and below them, titles and notes, count a fourth.
    """
    counts = [len(record) for record in records if any(cell.strip() for cell in record)]
    many = [n for n, count in enumerate(counts) if count > 1]
    times = Counter(counts[n] for n in many)
    alike = sum(count for count in times.values() if count > 1)
    inside = many[-1] - many[0] + 1 if alike else 0
    weight = inside + (len(counts) - inside) * (OUTSIDE if alike else 1)
    fit = (alike + (times.total() - alike) / 2) / max(weight, 1)
    torn = sum(any(cell.count('"') % 2 for cell in record) for record in records)
    fit -= TORN_COST * torn / max(len(records), 1)
    return fit if not counts or counts[0] > 1 else fit - TITLE_COST


def _records(text: str, delimiter: str, most: int | None = None) -> list[list[str]]:
    """Read records; where a quotation mark is never closed, it is one like any other sign."""
    try:
        return _read(text, delimiter, most, strict=True)
    except csv.Error as error:
        never_closed = "unexpected end of data" in str(error)
    try:
        return _read(text, delimiter, most, quotes=not never_closed)
    except csv.Error as error:
        raise Unusable(f"not CSV ({error})", "save it again as CSV") from error


def _read(text: str, delimiter: str, most: int | None, *, quotes: bool = True, strict: bool = False) -> list[list[str]]:
    quoting: Literal[0, 3] = csv.QUOTE_MINIMAL if quotes else csv.QUOTE_NONE
    lines = io.StringIO(text, newline="")
    reader = csv.reader(lines, delimiter=delimiter, quoting=quoting, strict=strict, skipinitialspace=True)
    return list(islice(reader, most))
