"""EPUB: its chapters in their reading order, by lxml."""

import io
import zipfile
from functools import partial
from posixpath import dirname, join, normpath
from urllib.parse import unquote

from rag.documents.common.decode import Unusable
from rag.documents.common.gallery import Gallery
from rag.documents.common.parsed import Parsed
from rag.documents.html.markup import html_text
from rag.documents.html.page import whole


def epub(data: bytes, gallery: Gallery | None = None) -> Parsed:
    """Take the chapters in their reading order."""
    from lxml import etree

    def hang(path: str, address: str) -> list[str]:
        try:
            return gallery.hang(archive.read(normpath(join(dirname(path), unquote(address))))) if gallery else []
        except (KeyError, RuntimeError, zipfile.BadZipFile):
            return []

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
    chapters: list[Parsed] = []
    lost = 0
    for item in order:
        if "html" in (item.get("media-type") or "html"):
            path = unquote(item.get("href").partition("#")[0])
            try:
                path = normpath(join(dirname(place), path))
                chapters.append(whole(html_text(archive.read(path)), partial(hang, path) if gallery else None))
            except (Unusable, KeyError, RuntimeError, zipfile.BadZipFile):  # one bad chapter is not the book
                lost += 1

    def first(name: str) -> str | None:
        found = package.xpath(f"//*[local-name()='metadata']/*[local-name()='{name}']/text()")
        return str(found[0]) if found else None

    names = {"title": "title", "author": "creator", "publisher": "publisher", "published": "date"}
    meta = {key: first(name) for key, name in {**names, "language": "language"}.items()}
    notes = list(dict.fromkeys(note for chapter in chapters for note in chapter.notes))
    if lost:
        notes.append(f"{lost} of {lost + len(chapters)} chapters cannot be read")
    return Parsed("\n\n".join(chapter.text for chapter in chapters if chapter.text), meta, notes=notes)
