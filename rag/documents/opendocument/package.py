"""ODT and ODP: their package, read from its XML by lxml, and what it says of itself."""

import io
import zipfile
import zlib
from posixpath import normpath
from typing import Any

from rag.documents.common.decode import Unusable
from rag.documents.common.gallery import Gallery
from rag.documents.common.left import Left
from rag.documents.common.parsed import Parsed
from rag.documents.opendocument.styles import FO, STYLE, Styles
from rag.documents.opendocument.text import DRAW, OFFICE, SHOW, TextReader

_UNREADABLE = (KeyError, RuntimeError, NotImplementedError, EOFError, OSError, zipfile.BadZipFile, zlib.error)


def odf(data: bytes, gallery: Gallery | None = None) -> Parsed:
    """Take the text of an ODT as it is shown, or the slides of an ODP, each as a page."""
    package = _Package(data)
    content, sheet = package.part("content.xml"), package.part("styles.xml")
    body = None if content is None else next(content.iterfind(f"{OFFICE}body/*"), None)
    if body is None:
        raise Unusable("not a whole OpenDocument file", "open it in the program that wrote it and save it again")
    common, left = _parts(sheet, "styles"), Left(gallery)
    reader = TextReader(package.part, Styles(*common, *_parts(content, "automatic-styles")), left, package.data)
    pages: list[int] = []
    if body.tag == f"{OFFICE}text":
        blocks = [*reader.blocks(body), *reader.endnotes]
        margins = TextReader(package.part, Styles(*common, *_parts(sheet, "automatic-styles")), left, package.data)
        blocks += margins.margins(_master_pages(sheet, content))
    elif body.tag == f"{OFFICE}presentation":
        blocks, pages = _slides(body, reader, Styles(*_parts(content, "automatic-styles")), left)
    else:
        raise Unusable("neither a text nor a presentation", "give it the suffix of what it is")
    about = package.properties(sheet)
    about["title"] = about["title"] or reader.title
    return left.parsed(blocks, about, pages)


def _slides(body: Any, reader: TextReader, styles: Styles, left: Left) -> tuple[list[str], list[int]]:
    """Return the blocks of the slides that are shown, and where each slide starts."""
    blocks: list[str] = []
    starts: list[int] = []
    hidden: list[int] = []
    bare: list[int] = []
    footers: dict[str, None] = {}
    named = {element.get(f"{SHOW}name"): "".join(element.itertext()) for element in body.iter(f"{SHOW}footer-decl")}
    for number, page in enumerate(body.iterchildren(f"{DRAW}page"), start=1):
        starts.append(sum(len(block) + 2 for block in blocks))
        name = page.get(f"{DRAW}style-name")
        if styles.value("drawing-page", name, "drawing-page-properties", f"{SHOW}visibility") == "hidden":
            hidden.append(number)
            continue
        found = reader.slide(page)
        blocks += found
        bare += [] if found else [number]
        footers |= dict.fromkeys([named.get(page.get(f"{SHOW}use-footer-name"), "").strip()])
    left.tell_slides(hidden, bare, len(starts))
    return [*blocks, *(f"Footer: {text}" for text in footers if text)], starts


class _Package:
    """The parts of an OpenDocument package."""

    def __init__(self, data: bytes) -> None:
        try:
            self._zip = zipfile.ZipFile(io.BytesIO(data))
        except zipfile.BadZipFile as error:
            raise Unusable("not a whole OpenDocument file", "get the file again") from error
        manifest = self.part("META-INF/manifest.xml")
        if manifest is not None and next(manifest.iter("{*}encryption-data"), None) is not None:
            raise Unusable("encrypted with a password", "save it without a password")

    def data(self, name: str) -> bytes | None:
        """Return the bytes of a part, None where there is none that can be read."""
        try:
            return self._zip.read(normpath(name))
        except _UNREADABLE:
            return None

    def part(self, name: str) -> Any:
        """Return the root element of a part, None where there is none that can be read."""
        from lxml import etree

        parser = etree.XMLParser(
            resolve_entities=False, no_network=True, huge_tree=True, remove_comments=True, remove_pis=True
        )
        data = self.data(name)
        try:
            return None if data is None else etree.fromstring(data, parser)
        except etree.XMLSyntaxError:
            return None

    def properties(self, sheet: Any) -> dict[str, str | None]:
        """Return what the document says of itself."""
        found = {
            element.tag.rpartition("}")[2]: (element.text or "").strip()
            for parent in _parts(self.part("meta.xml"), "meta")
            for element in parent
        }
        default = next(
            (style for part in _parts(sheet, "styles") for style in part.iter(f"{STYLE}default-style")), None
        )
        said = None if default is None else default.find(f"{STYLE}text-properties")
        codes = [] if said is None else [said.get(f"{FO}{what}", "") for what in ("language", "country")]
        language = "-".join(code for code in codes if code not in ("", "none"))
        return {
            "title": found.get("title"),
            "author": found.get("initial-creator") or found.get("creator"),
            "language": found.get("language") or (language if language not in ("", "en-US") else None),
            "created": max(found.get("date", ""), found.get("creation-date", "")) or None,
        }


def _parts(root: Any, name: str) -> list[Any]:
    return [] if root is None else list(root.iterchildren(f"{OFFICE}{name}"))


def _master_pages(sheet: Any, content: Any) -> list[Any]:
    """Return the master pages in use: the first, those that styles ask for, and those that follow them."""
    found = [page for part in _parts(sheet, "master-styles") for page in part.iterchildren(f"{STYLE}master-page")]
    used = {page.get(f"{STYLE}name") for page in found[:1]} | {"Standard"}
    used |= {style.get(f"{STYLE}master-page-name") for style in content.iter(f"{STYLE}style")}
    for page in found:
        if page.get(f"{STYLE}name") in used:
            used.add(page.get(f"{STYLE}next-style-name"))
    return [page for page in found if page.get(f"{STYLE}name") in used]
