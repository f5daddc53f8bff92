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
from typing import Any

MOST_UNPACKED = 256 * 2**20
"""Bytes that a DOCX or EPUB may unpack to."""
HIDDEN = (
    "//*[@hidden or @aria-hidden='true' or self::script or self::style or self::template or self::noscript"
    " or contains(translate(@style, ' ', ''), 'display:none')"
    " or contains(translate(@style, ' ', ''), 'visibility:hidden')]"
)


class Unusable(ValueError):
    """A file that cannot be read, why, and what would help."""

    def __init__(self, reason: str, remedy: str = "") -> None:
        super().__init__(reason)
        self.reason = reason
        self.remedy = remedy


@dataclass(slots=True)
class Parsed:
    """What a file holds."""

    text: str
    meta: dict[str, str | None] = field(default_factory=dict)
    """``title``, ``publisher``, ``author``, ``published``, ``url``, ``language``, as far as the file says so."""
    pages: list[int] = field(default_factory=list)
    """Where each page starts in ``text``, for formats that have pages."""


def html(data: bytes) -> Parsed:
    """Take a page's main text and metadata; what a browser would not show is dropped first."""
    import trafilatura

    page = _page(_html_text(data))
    meta = trafilatura.extract_metadata(page)
    _drop_hidden(page)
    return Parsed(
        trafilatura.extract(page, include_comments=False) or trafilatura.html2txt(page),
        {
            "title": meta.title,
            "publisher": meta.sitename,
            "author": meta.author,
            "published": meta.date,
            "url": meta.url,
            "language": page.get("lang"),
        },
    )


def _html_text(data: bytes) -> str:
    """Return an HTML file's text; where it is not UTF-8, the encoding that the page names itself comes first."""
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        named = re.search(rb"""<meta[^>]+charset=["']?([\w-]+)""", data[:4096], re.IGNORECASE)
        with suppress(LookupError, Unusable):
            if named:
                return _decode(data, named[1].decode())
        return decode(data)


def _page(text: str) -> Any:
    from lxml import etree
    from lxml import html as lxml_html

    try:
        return lxml_html.document_fromstring(text.encode(), lxml_html.HTMLParser(encoding="utf-8"))
    except etree.ParserError as error:
        raise Unusable("no HTML in it", "save the page again") from error


def _drop_hidden(page: Any) -> None:
    for element in page.xpath(HIDDEN):
        element.drop_tree()


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
    """Take paragraphs and tables in their order."""
    from docx import Document
    from docx.table import Table

    _check_zip(data)
    try:
        document = Document(io.BytesIO(data))
    except Exception as error:  # python-docx lets through whatever zipfile, lxml and itself raise
        raise Unusable(f"not a whole DOCX ({_line(error)})", "open it in a word processor and save it again") from error
    blocks = []
    for block in document.iter_inner_content():
        if isinstance(block, Table):
            blocks += ["| " + " | ".join(cell.text.strip() for cell in row.cells) + " |" for row in block.rows]
        elif block.text.strip():
            blocks.append(block.text)
    about = document.core_properties
    return Parsed("\n\n".join(blocks), {"title": about.title, "author": about.author, "language": about.language})


def epub(data: bytes) -> Parsed:
    """Take the chapters in their reading order."""
    from lxml import etree

    archive = _check_zip(data)
    strict = etree.XMLParser(resolve_entities=False, no_network=True)
    try:
        container = etree.fromstring(archive.read("META-INF/container.xml"), strict)
        place = container.xpath("//*[local-name()='rootfile']/@full-path")[0]
        package = etree.fromstring(archive.read(place), strict)
        folder = place.rpartition("/")[0]
        files = {item.get("id"): item.get("href") for item in package.xpath("//*[local-name()='item']")}
        order = package.xpath("//*[local-name()='itemref']/@idref")
        parts = [_chapter(archive.read(f"{folder}/{files[item]}".lstrip("/"))) for item in order if item in files]
    except (KeyError, IndexError, etree.XMLSyntaxError, zipfile.BadZipFile) as error:
        raise Unusable(f"not a whole EPUB ({_line(error)})", "get the file again") from error

    def first(name: str) -> str | None:
        found = package.xpath(f"//*[local-name()='metadata']/*[local-name()='{name}']/text()")
        return str(found[0]) if found else None

    names = {
        "title": "title",
        "author": "creator",
        "publisher": "publisher",
        "published": "date",
        "language": "language",
    }
    return Parsed("\n\n".join(part for part in parts if part), {key: first(name) for key, name in names.items()})


def _chapter(data: bytes) -> str:
    import trafilatura

    page = _page(_html_text(data))
    _drop_hidden(page)
    return str(trafilatura.html2txt(page))


def eml(data: bytes) -> Parsed:
    """Take an e-mail's text, or the text of its HTML."""
    from email import message_from_bytes, policy
    from email.utils import parsedate_to_datetime

    message = message_from_bytes(data, policy=policy.default)
    body = message.get_body(("plain", "html"))
    if body is None or not message.keys():
        raise Unusable("no message text in it", "save the message again as .eml")
    content = body.get_content()
    text = html(content.encode()).text if body.get_content_subtype() == "html" else content
    try:
        published = parsedate_to_datetime(message["date"]).date().isoformat() if message["date"] else None
    except ValueError:
        published = None
    return Parsed(text, {"title": message["subject"], "author": message["from"], "published": published})


def table(data: bytes) -> Parsed:
    """Write each row of a CSV as a paragraph, "column: value; …", so that a quote of it can be understood."""
    text = decode(data)
    csv.field_size_limit(2**24)
    try:
        dialect: Any = csv.Sniffer().sniff(text[:8192], ",;\t|")
    except csv.Error:
        dialect = csv.excel
    try:
        rows = [row for row in csv.reader(io.StringIO(text), dialect) if any(cell.strip() for cell in row)]
    except csv.Error as error:
        raise Unusable(f"not CSV ({error})", "save it again as CSV") from error
    if len(rows) < 2:
        raise Unusable("no rows below the header", "add a header line and rows")
    header, *body = rows
    lines = (
        "; ".join(f"{name}: {value}" for name, value in zip(header, row, strict=False) if value.strip()) for row in body
    )
    return Parsed("\n\n".join(line for line in lines if line))


def tree(data: bytes) -> Parsed:
    """Write each value of a JSON file as a paragraph, "path: value"; top-level strings named so are metadata."""
    try:
        value = json.loads(decode(data))
        lines = list(_leaves(value, ""))
    except (ValueError, RecursionError) as error:
        raise Unusable(f"not JSON that can be read ({_line(error)})", "check it with a JSON validator") from error
    known = ("title", "publisher", "author", "published", "date", "url", "language")
    meta: dict[str, str | None] = {}
    if isinstance(value, dict):
        meta = {key: str(value[key]) for key in known if value.get(key)}
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
        yield f"{path}: {value}" if path else str(value)


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


def decode(data: bytes) -> str:
    """Return text from bytes: by byte order mark, as UTF-8, or as a detector is sure of; never with a character lost.

    Raises:
        Unusable: none of these.
    """
    for mark, name in ((b"\xef\xbb\xbf", "utf-8-sig"), (b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16")):
        if data.startswith(mark):
            return _decode(data, name)
    try:
        return data.decode()
    except UnicodeDecodeError as error:
        return _decode(data, _detected(data, error.start))


def _detected(data: bytes, start: int) -> str:
    import charset_normalizer

    found = charset_normalizer.from_bytes(data).best()
    if found is None or found.chaos > 0.05 or found.coherence < 0.2:
        raise Unusable(f"not UTF-8 (byte {start}), and no other encoding is certain", "save it as UTF-8")
    return str(found.encoding)


def _decode(data: bytes, encoding: str) -> str:
    try:
        return data.decode(encoding)
    except UnicodeDecodeError as error:
        raise Unusable(f"not the {encoding} that it says (byte {error.start})", "save it as UTF-8") from error


def _check_zip(data: bytes) -> zipfile.ZipFile:
    try:
        archive = zipfile.ZipFile(io.BytesIO(data))
    except zipfile.BadZipFile as error:
        raise Unusable(f"not a whole file ({error})", "get the file again") from error
    members = archive.infolist()
    if sum(member.file_size for member in members) > MOST_UNPACKED:
        raise Unusable(f"unpacks to more than {MOST_UNPACKED >> 20} MB", "split it, if you trust it")
    if any(member.filename.startswith("/") or ".." in re.split(r"[/\\]", member.filename) for member in members):
        raise Unusable("holds a name that leads out of it", "do not open it: it was made to overwrite files")
    return archive


def _line(error: BaseException) -> str:
    return (str(error).strip().splitlines() or [type(error).__name__])[0]
