"""The bytes of a file become text and what the file says of itself: one parser a format, in one table.

Each is a well-kept library's work: trafilatura for HTML, pypdf, python-docx, lxml for EPUB, the standard library for
e-mail, CSV and JSON. They run in :mod:`rag.worker`, a process of their own, for a file may be made to hurt its reader.
"""

import csv
import io
import json
import re
import zipfile
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from itertools import zip_longest
from posixpath import dirname, join, normpath
from typing import Any
from urllib.parse import unquote

from rag.decode import Unusable, decode, decode_as
from rag.errors import first_line
from rag.markup import block_text, drop_hidden, html_text, parsed_page


@dataclass(slots=True)
class Parsed:
    """What a file holds."""

    text: str
    meta: dict[str, str | None] = field(default_factory=dict)
    """``title``, ``publisher``, ``author``, ``published``, ``url``, ``language``, as far as the file says so."""
    pages: list[int] = field(default_factory=list)
    """Where each page starts in ``text``, for formats that have pages."""
    sha256: str = ""
    """Of the bytes that were parsed."""


def html(data: bytes) -> Parsed:
    """Take a page's main text and metadata; what a browser would not show is dropped first."""
    import trafilatura

    page = parsed_page(html_text(data))
    meta = trafilatura.extract_metadata(page, extensive=False)  # or it would guess a date from the prose
    drop_hidden(page)
    return Parsed(
        trafilatura.extract(page, include_comments=False) or block_text(page),
        {
            "title": meta.title,
            "publisher": meta.sitename,
            "author": meta.author,
            "published": meta.date,
            "url": meta.url,
            "language": page.get("lang"),
        },
    )


def pdf(data: bytes) -> Parsed:
    """Take the text of each page, one after the other; a scan without a text layer has none."""
    import pypdf

    try:
        reader = pypdf.PdfReader(io.BytesIO(data))
        if reader.is_encrypted and not reader.decrypt(""):
            raise Unusable("encrypted", "save it without a password")
        parts = [page.extract_text().strip() for page in reader.pages]
        about = reader.metadata
    except pypdf.errors.PyPdfError as error:
        raise Unusable(f"not a whole PDF ({error})", "save it again from where it came") from error
    pages, length = [], 0
    for part in parts:
        pages.append(length)
        length += len(part) + 2
    if not any(parts):
        raise Unusable("no text in it: it may be a scan", "run a text recognition (OCR) over it")
    meta = {"title": about.title, "author": about.author} if about else {}
    return Parsed("\n\n".join(parts), meta, pages)


def docx(data: bytes) -> Parsed:
    """Take paragraphs, and tables row by row, in their order; text boxes too, but not headers, footers and notes."""
    from docx import Document

    try:
        document = Document(io.BytesIO(data))
    except Exception as error:  # python-docx lets through whatever zipfile, lxml and itself raise
        raise Unusable("not a whole DOCX", "open it in a word processor and save it again") from error
    blocks = []
    for block in document.element.body.xpath(".//w:p[not(ancestor::w:tr)] | .//w:tr[not(ancestor::w:tr)]"):
        cells = [
            " ".join(map(_word_text, cell.xpath(".//w:p"))).strip()
            for cell in block.xpath(".//w:tc[not(ancestor::w:tc)]")
        ]
        text = f"| {' | '.join(cells)} |" if cells else _word_text(block)
        if text.strip():
            blocks.append(text)
    about = document.core_properties
    return Parsed("\n\n".join(blocks), {"title": about.title, "author": about.author, "language": about.language})


def _word_text(paragraph: Any) -> str:
    """Return a paragraph's own text: not that of a text box in it, nor what was deleted, nor what stands in twice."""
    signs = {"tab": "\t", "br": "\n", "cr": "\n"}
    parts = []
    for run in paragraph.xpath(".//w:t | .//w:tab[ancestor::w:r] | .//w:br | .//w:cr"):
        if run.xpath("ancestor::w:p[1]")[0] is not paragraph:
            continue
        if not run.xpath("ancestor::w:del or ancestor::w:moveFrom or ancestor::*[local-name()='Fallback']"):
            parts.append(signs.get(run.tag.rpartition("}")[2]) or run.text or "")
    return "".join(parts)


def epub(data: bytes) -> Parsed:
    """Take the chapters in their reading order."""
    from lxml import etree

    archive = zipfile.ZipFile(io.BytesIO(data))
    strict = etree.XMLParser(resolve_entities=False, no_network=True)
    try:
        container = etree.fromstring(archive.read("META-INF/container.xml"), strict)
        place = container.xpath("//*[local-name()='rootfile']/@full-path")[0]
        package = etree.fromstring(archive.read(place), strict)
    except (KeyError, IndexError, RuntimeError, etree.XMLSyntaxError, zipfile.BadZipFile) as error:
        raise Unusable("not a whole EPUB, or a protected one", "get the file again") from error
    items = {item.get("id"): item for item in package.xpath("//*[local-name()='item'][@href]")}
    order = [items[name] for name in package.xpath("//*[local-name()='itemref']/@idref") if name in items]
    chapters = []
    for item in order:
        if "html" in (item.get("media-type") or "html"):
            path = unquote(item.get("href").partition("#")[0])
            with suppress(Unusable, KeyError, RuntimeError, zipfile.BadZipFile):  # one bad chapter is not the book
                chapters.append(_chapter(archive.read(normpath(join(dirname(place), path)))))

    def first(name: str) -> str | None:
        found = package.xpath(f"//*[local-name()='metadata']/*[local-name()='{name}']/text()")
        return str(found[0]) if found else None

    names = {"title": "title", "author": "creator", "publisher": "publisher", "published": "date"}
    meta = {key: first(name) for key, name in {**names, "language": "language"}.items()}
    return Parsed("\n\n".join(chapter for chapter in chapters if chapter), meta)


def _chapter(data: bytes) -> str:
    page = parsed_page(html_text(data))
    drop_hidden(page)
    return block_text(page)


def eml(data: bytes) -> Parsed:
    """Take an e-mail's text, or the text of its HTML where there is none; attachments are left out."""
    from email import message_from_bytes, policy
    from email.utils import parsedate_to_datetime

    message = message_from_bytes(data.removeprefix(b"\xef\xbb\xbf"), policy=policy.default)
    parts = [part for part in message.walk() if part.get_content_maintype() == "text" and not part.is_attachment()]
    plain = [_mail_text(part) for part in parts if part.get_content_subtype() == "plain"]
    rich = [html(_mail_text(part).encode()).text for part in parts if part.get_content_subtype() == "html"]
    text = "\n\n".join(part for part in plain if part.strip()) or "\n\n".join(rich)
    if not message.keys() or not text.strip():
        raise Unusable("no message text in it", "save the message again as .eml")
    try:
        published = parsedate_to_datetime(message["date"]).date().isoformat() if message["date"] else None
    except (ValueError, OverflowError):
        published = None
    return Parsed(text, {"title": message["subject"], "author": message["from"], "published": published})


def _mail_text(part: Any) -> str:
    content = part.get_payload(decode=True) or b""
    with suppress(LookupError, Unusable):
        if part.get_content_charset():
            return decode_as(content, part.get_content_charset()).replace("\r\n", "\n")
    return decode(content).replace("\r\n", "\n")


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
    return Parsed("\n\n".join(line for line in (_row(header, row) for row in body) if line))


def _row(header: list[str], row: list[str]) -> str:
    cells = zip_longest(header, row, fillvalue="")
    return "; ".join(f"{name}: {value}" if name else value for name, value in cells if value.strip())


def tree(data: bytes) -> Parsed:
    """Write each value of a JSON file as a paragraph, "path: value"; top-level strings named so are metadata."""
    try:
        # Numbers stay as they are written: 1.10 is not 1.1.
        value = json.loads(decode(data), parse_int=str, parse_float=str, parse_constant=str)
        lines = list(_leaves(value, ""))
    except (ValueError, RecursionError) as error:
        raise Unusable(f"not JSON that can be read ({first_line(error)})", "check it with a JSON validator") from error
    known = ("title", "publisher", "author", "published", "date", "url", "language")
    meta: dict[str, str | None] = {}
    if isinstance(value, dict):
        meta = {key: value[key] for key in known if isinstance(value.get(key), str)}
        meta["published"] = meta.get("published") or meta.pop("date", None)
    return Parsed("\n\n".join(lines), meta)


def _leaves(value: Any, path: str) -> Iterator[str]:
    if isinstance(value, dict):
        for key, inner in value.items():
            yield from _leaves(inner, f"{path}.{key}" if path else str(key))
    elif isinstance(value, list):
        for inner in value:
            yield from _leaves(inner, path)
    elif value is not None and str(value).strip():
        shown = str(value).lower() if isinstance(value, bool) else value
        yield f"{path}: {shown}" if path else str(shown)


PARSERS: dict[str, Callable[[bytes], Parsed]] = {
    ".html": html,
    ".htm": html,
    ".pdf": pdf,
    ".docx": docx,
    ".epub": epub,
    ".eml": eml,
    ".csv": table,
    ".json": tree,
}
"""Suffix to parser. A new format is a function and a line here."""


ARCHIVES = (".docx", ".epub")


def parse(suffix: str, data: bytes, unpacked_mb: int) -> Parsed:
    """Parse a file's bytes by its suffix.

    Args:
        suffix: in lower case, a key of ``PARSERS``.
        data: the whole file.
        unpacked_mb: most that an archive may unpack to.

    Raises:
        Unusable: it cannot be read.
    """
    if suffix in ARCHIVES:
        _check_archive(data, unpacked_mb)
    return PARSERS[suffix](data)


def _check_archive(data: bytes, unpacked_mb: int) -> None:
    try:
        members = zipfile.ZipFile(io.BytesIO(data)).infolist()
    except zipfile.BadZipFile as error:
        raise Unusable(f"not a whole file ({error})", "get the file again") from error
    if sum(member.file_size for member in members) > unpacked_mb << 20:
        raise Unusable(f"unpacks to more than {unpacked_mb} MB", "raise max_unpacked_mb, if you trust it")
    if any(member.filename.startswith("/") or ".." in re.split(r"[/\\]", member.filename) for member in members):
        raise Unusable("holds a name that leads out of it", "do not open it: it was made to overwrite files")
