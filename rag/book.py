"""EPUB: its chapters in their reading order, by lxml."""

import io
import zipfile
from contextlib import suppress
from posixpath import dirname, join, normpath
from urllib.parse import unquote

from rag.decode import Unusable
from rag.markup import block_text, drop_hidden, html_text, parsed_page
from rag.parsed import Parsed


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
