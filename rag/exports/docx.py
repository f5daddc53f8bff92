"""Answers as a Word file, each quote a footnote.

The package is written part by part, with lxml: python-docx, which only reads files here and only in tests, knows no
footnotes.
"""

import io
import zipfile
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from rag.exports.cited import Documents, Part, changed, flat, link, parts, placed, printable
from rag.schema import Answer, Citation, Document

if TYPE_CHECKING:
    from lxml.etree import _Element as Element

_W = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
_R = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_TYPES = "http://schemas.openxmlformats.org/package/2006/content-types"
_RELATIONS = "http://schemas.openxmlformats.org/package/2006/relationships"
_MAIN = "application/vnd.openxmlformats-officedocument.wordprocessingml"
_DATE = (1980, 1, 1, 0, 0, 0)
"""Of each part: the same answers are the same bytes."""


_HEADS = {1: "Title", 2: "Heading1", 3: "Heading2"}
"""The style of a heading by its level."""


def write(answers: Sequence[Answer], documents: Documents) -> bytes:
    """Return answers as the bytes of a DOCX file."""
    return written(parts(answers), documents)


def written(told: Iterable[Part], documents: Documents, title: str = "") -> bytes:
    """Return a text with footnotes likewise."""
    body = _element("body", [_paragraph([_run(flat(title))], style=_HEADS[1])] if title else [])
    notes = _Notes()
    for part in told:
        body.append(_paragraph([_run(flat(part.head))], style=_HEADS[part.level]))
        noted: dict[int, int] = {}
        for line in part.lines:
            words = _run(line.text, bold=line.kind == "short", italic=line.kind == "aside")
            body.append(_paragraph([words, *_marks(line.citations, noted, part, documents, notes)]))
    size = _element("pgSz", w="11906", h="16838")
    margins = _element("pgMar", top="1440", right="1440", bottom="1440", left="1440", header="708", footer="708")
    margins.set(_name("gutter"), "0")
    body.append(_element("sectPr", [size, margins]))
    return _package(_element("document", [body]), notes)


def _marks(
    numbers: Sequence[int], noted: dict[int, int], part: Part, documents: Documents, notes: "_Notes"
) -> "Iterator[Element]":
    """Yield the marks of citations behind a line; ``noted`` are the footnotes of those that have one, and is added to.

    Word numbers footnotes by their marks, so that a footnote has one mark, and what points to it again is a reference.
    """
    for place, number in enumerate(numbers):
        if place:
            yield _run(", ", style="FootnoteReference")
        if number in noted:
            field_ = _element("fldSimple", [_run(str(noted[number]), style="FootnoteReference")])
            field_.set(_name("instr"), f" NOTEREF quote{noted[number]} \\f \\h ")
            yield field_
            continue
        citation = part.citations[number - 1]
        noted[number] = note = notes.add(citation, documents[citation.source], quoted=part.quoted)
        yield _element("bookmarkStart", id=str(note), name=f"quote{note}")
        yield _element("r", [*_properties("FootnoteReference"), _element("footnoteReference", id=str(note))])
        yield _element("bookmarkEnd", id=str(note))


@dataclass(slots=True)
class _Notes:
    """The footnotes, and the addresses that they link to."""

    elements: "list[Element]" = field(default_factory=list)
    links: list[str] = field(default_factory=list)

    def add(self, citation: Citation, document: Document, *, quoted: bool) -> int:
        """Add a quote as a footnote and return its id, which is its number."""
        number = len(self.elements) + 1
        head: list[Element] = [_own_mark(), _run(f" {placed(citation)}")]
        if told := changed(citation, document):
            head.append(_run(f" {told}"))
        if url := link(citation, document):
            self.links.append(url)
            anchor = _element("hyperlink", [_run("open the page", style="Hyperlink")])
            anchor.set(f"{{{_R}}}id", f"rId{len(self.links)}")
            head += [_run(" · "), anchor]
        own = citation.quote.splitlines() if quoted else []
        shown = [_paragraph([_run(line)], style="Quote") for line in own if line.strip()]
        note = _element("footnote", [_paragraph(head, style="FootnoteText"), *shown])
        note.set(_name("id"), str(number))
        self.elements.append(note)
        return number


def _name(tag: str) -> str:
    return f"{{{_W}}}{tag}"


def _element(tag: str, children: "Iterable[Element]" = (), **attributes: str) -> "Element":
    from lxml import etree

    element = etree.Element(_name(tag), {_name(key): value for key, value in attributes.items()}, {"w": _W, "r": _R})
    element.extend(children)
    return element


def _paragraph(runs: "Iterable[Element]", style: str = "") -> "Element":
    properties = [_element("pPr", [_element("pStyle", val=style)])] if style else []
    return _element("p", [*properties, *runs])


def _run(text: str, *, style: str = "", bold: bool = False, italic: bool = False) -> "Element":
    words = _element("t")
    words.set("{http://www.w3.org/XML/1998/namespace}space", "preserve")
    words.text = printable(text)
    return _element("r", [*_properties(style, bold=bold, italic=italic), words])


def _properties(style: str, *, bold: bool = False, italic: bool = False) -> "list[Element]":
    told = [_element("rStyle", val=style)] if style else []
    told += [_element("b")] * bold + [_element("i")] * italic
    return [_element("rPr", told)] if told else []


def _own_mark() -> "Element":
    return _element("r", [*_properties("FootnoteReference"), _element("footnoteRef")])


def _styles() -> "Element":
    def style(kind: str, name: str, title: str, *parts: "Element") -> "Element":
        return _element("style", [_element("name", val=title), *parts], type=kind, styleId=name)

    def character(*parts: "Element") -> "Element":
        return _element("rPr", parts)

    size = _element("sz", val="20")

    def heading(level: int, before: str, size: str) -> "tuple[Element, Element]":
        kept = [_element("keepNext"), _element("spacing", before=before), _element("outlineLvl", val=str(level))]
        return _element("pPr", kept), character(_element("b"), _element("sz", val=size))

    base = style("paragraph", "Normal", "Normal", _element("pPr", [_element("spacing", after="120")]))
    base.set(_name("default"), "1")
    return _element(
        "styles",
        [
            base,
            style("paragraph", "Title", "Title", character(_element("b"), _element("sz", val="40"))),
            style("paragraph", "Heading1", "heading 1", *heading(0, "240", "28")),
            style("paragraph", "Heading2", "heading 2", *heading(1, "160", "24")),
            style("paragraph", "FootnoteText", "footnote text", character(size)),
            style(
                "paragraph",
                "Quote",
                "Quote",
                _element("pPr", [_element("ind", left="284")]),
                character(_element("i"), _element("sz", val="20")),
            ),
            style("character", "FootnoteReference", "footnote reference", character(_superscript())),
            style("character", "Hyperlink", "Hyperlink", character(_element("u", val="single"))),
        ],
    )


def _superscript() -> "Element":
    return _element("vertAlign", val="superscript")


def _separators() -> "list[Element]":
    """Return the line above the footnotes of a page, which Word looks for among them."""
    found = []
    for number, (kind, tag) in enumerate((("separator", "separator"), ("continuationSeparator",) * 2), start=-1):
        line = _element("footnote", [_paragraph([_element("r", [_element(tag)])])], type=kind)
        line.set(_name("id"), str(number))
        found.append(line)
    return found


def _settings() -> "Element":
    return _element("settings", [_element("footnotePr", [_element("footnote", id=str(n)) for n in (-1, 0)])])


def _package(document: "Element", notes: _Notes) -> bytes:
    parts = {
        "[Content_Types].xml": _content_types(),
        "_rels/.rels": _relations([("officeDocument", "word/document.xml", False)]),
        "word/document.xml": document,
        "word/_rels/document.xml.rels": _relations(
            [(name, f"{name}.xml", False) for name in ("styles", "settings", "footnotes")]
        ),
        "word/styles.xml": _styles(),
        "word/settings.xml": _settings(),
        "word/footnotes.xml": _element("footnotes", [*_separators(), *notes.elements]),
        "word/_rels/footnotes.xml.rels": _relations([("hyperlink", url, True) for url in notes.links]),
    }
    written = io.BytesIO()
    with zipfile.ZipFile(written, "w", zipfile.ZIP_DEFLATED) as package:
        for name, root in parts.items():
            package.writestr(zipfile.ZipInfo(name, _DATE), _bytes(root), zipfile.ZIP_DEFLATED)
    return written.getvalue()


def _bytes(root: "Element") -> bytes:
    from lxml import etree

    return bytes(etree.tostring(root, xml_declaration=True, encoding="UTF-8", standalone=True))


def _content_types() -> "Element":
    from lxml import etree

    root = etree.Element(f"{{{_TYPES}}}Types", nsmap={None: _TYPES})
    for ending, kind in (
        ("rels", "application/vnd.openxmlformats-package.relationships+xml"),
        ("xml", "application/xml"),
    ):
        etree.SubElement(root, f"{{{_TYPES}}}Default", Extension=ending, ContentType=kind)
    for name, kind in (("document", "document.main"), *((n, n) for n in ("styles", "settings", "footnotes"))):
        etree.SubElement(root, f"{{{_TYPES}}}Override", PartName=f"/word/{name}.xml", ContentType=f"{_MAIN}.{kind}+xml")
    return root


def _relations(told: Iterable[tuple[str, str, bool]]) -> "Element":
    """Return the relations of a part: kind, what it leads to, and whether that lies outside the file."""
    from lxml import etree

    root = etree.Element(f"{{{_RELATIONS}}}Relationships", nsmap={None: _RELATIONS})
    for number, (kind, target, outside) in enumerate(told, start=1):
        one = etree.SubElement(
            root, f"{{{_RELATIONS}}}Relationship", Id=f"rId{number}", Type=f"{_R}/{kind}", Target=target
        )
        if outside:
            one.set("TargetMode", "External")
    return root
