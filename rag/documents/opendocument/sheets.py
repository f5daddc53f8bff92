"""ODS: the sheets of an OpenDocument file with the text that they show, by lxml."""

import io
import zipfile
from typing import Any

from rag.documents.common.decode import Unusable
from rag.documents.common.parsed import Parsed
from rag.documents.office.spreadsheet import Sheet, book_of, check_size, seen

_NAMES = {
    "office": "urn:oasis:names:tc:opendocument:xmlns:office:1.0",
    "table": "urn:oasis:names:tc:opendocument:xmlns:table:1.0",
    "text": "urn:oasis:names:tc:opendocument:xmlns:text:1.0",
    "style": "urn:oasis:names:tc:opendocument:xmlns:style:1.0",
    "meta": "urn:oasis:names:tc:opendocument:xmlns:meta:1.0",
    "dc": "http://purl.org/dc/elements/1.1/",
}
MOST_REPEATED = 1000
"""A cell or row that stands more often is the empty rest of its sheet."""


def ods(data: bytes) -> Parsed:
    """Take the visible sheets of an ODS file."""
    from lxml import etree

    parser = etree.XMLParser(resolve_entities=False, no_network=True, huge_tree=True)
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            if b"encryption-data" in archive.read("META-INF/manifest.xml"):
                raise Unusable("encrypted with a password", "save it without a password")
            content = etree.fromstring(archive.read("content.xml"), parser)
            about = etree.fromstring(archive.read("meta.xml"), parser) if "meta.xml" in archive.namelist() else None
    except (KeyError, zipfile.BadZipFile, etree.XMLSyntaxError) as error:
        raise Unusable("not a whole ODS", "open it in a spreadsheet program and save it again") from error
    hidden_styles = set(_all(content, "//style:style[style:table-properties[@table:display='false']]/@style:name"))
    struck = set(
        _all(
            content,
            "//style:style[style:text-properties[@style:text-line-through-style!='none']]/@style:name",
        )
    )
    every = _all(content, "/*/office:body/office:spreadsheet/table:table")
    shown = [one for one in every if one.get(_name("table:style-name")) not in hidden_styles]
    hidden = [one.get(_name("table:name"), "") for one in every if one not in shown]
    meta = {key: _first(about, path) for key, path in (("title", "//dc:title"), ("author", "//meta:initial-creator"))}
    return book_of([_sheet(one, struck) for one in shown], hidden, meta)


def _sheet(table: Any, struck: set[str]) -> Sheet:
    found = Sheet(table.get(_name("table:name"), ""))
    cells: list[list[str]] = []
    merges: list[tuple[int, int, int, int]] = []
    for row in _all(table, ".//table:table-row"):
        line: list[str] = []
        for cell in _all(row, "table:table-cell | table:covered-table-cell"):
            text = _text(cell, struck, found)
            wide, high = (int(cell.get(_name(f"table:number-{n}-spanned"), 1)) for n in ("columns", "rows"))
            if wide > 1 or high > 1:
                merges.append((len(cells), len(cells) + high - 1, len(line), len(line) + wide - 1))
            line += [text] * _times(cell, "columns", text)
        while line and not line[-1]:
            line.pop()
        times = _times(row, "rows", "".join(line))
        check_size(len(cells) + times, len(line))
        cells += [list(line) for _ in range(times)]
    while cells and not cells[-1]:
        cells.pop()
    return seen(found, cells, merges, _hidden(table, "table-row", "rows"), _hidden(table, "table-column", "columns"))


def _times(element: Any, what: str, text: str) -> int:
    times = int(element.get(_name(f"table:number-{what}-repeated"), 1))
    return times if text or times <= MOST_REPEATED else 1


def _hidden(table: Any, what: str, repeated: str) -> set[int]:
    """Return the numbers of the rows or columns that are not shown."""
    hidden, place = set(), 0
    for element in _all(table, f".//table:{what}"):
        filled = bool(_all(element, ".//text:p")) or what == "table-column"
        times = min(_times(element, repeated, "x" if filled else ""), 20_000)
        if element.get(_name("table:visibility")) in ("collapse", "filter"):
            hidden |= set(range(place, place + times))
        place += times
    return hidden


def _text(cell: Any, struck: set[str], sheet: Sheet) -> str:
    """Return what a cell shows, a date as ISO 8601; not its comment, nor what is struck out."""
    if cell.get(_name("table:style-name")) in struck and _all(cell, "text:p"):
        sheet.struck += 1
        return ""
    if value := cell.get(_name("office:date-value")):
        return str(value).replace("T00:00:00", "").replace("T", " ")
    return "\n".join(_line(line, struck) for line in _all(cell, "text:p")).strip()


def _line(element: Any, struck: set[str]) -> str:
    parts = [element.text or ""]
    for inner in element:
        tag = inner.tag if isinstance(inner.tag, str) else ""
        if tag == _name("text:s"):
            parts.append(" " * int(inner.get(_name("text:c"), 1)))
        elif tag in (_name("text:tab"), _name("text:line-break")):
            parts.append(" ")
        elif tag and tag != _name("office:annotation") and inner.get(_name("text:style-name")) not in struck:
            parts.append(_line(inner, struck))
        parts.append(inner.tail or "")
    return "".join(parts)


def _all(element: Any, path: str) -> list[Any]:
    return list(element.xpath(path, namespaces=_NAMES))


def _first(element: Any, path: str) -> str | None:
    found = _all(element, path) if element is not None else []
    return found[0].text if found else None


def _name(short: str) -> str:
    prefix, _, name = short.partition(":")
    return f"{{{_NAMES[prefix]}}}{name}"
