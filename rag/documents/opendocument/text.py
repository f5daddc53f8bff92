"""The text of an OpenDocument: paragraphs, lists, tables, frames, notes, headers and slides, as they are shown."""

import re
from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

from rag.documents.common.formula import formula
from rag.documents.common.grid import Cell, Row, table_blocks
from rag.documents.common.left import Left
from rag.documents.common.pictured import described
from rag.documents.common.raised import Line
from rag.documents.common.symbols import shown
from rag.documents.opendocument.styles import FO, STYLE, TEXT, Styles

_ODF = "{urn:oasis:names:tc:opendocument:xmlns:"
OFFICE, TABLE, DRAW, SHOW, SVG = (
    f"{_ODF}{name}:1.0}}" for name in ("office", "table", "drawing", "presentation", "svg-compatible")
)
_HREF = "{http://www.w3.org/1999/xlink}href"
_SKIPPED = frozenset(
    f"{TEXT}{name}"
    for name in """
    tracked-changes sequence-decls variable-decls user-field-decls dde-connection-decls script number ruby-text
    table-of-content-source illustration-index-source table-index-source object-index-source user-index-source
    alphabetical-index-source bibliography-source
    """.split()
) | {f"{OFFICE}forms", f"{OFFICE}event-listeners", f"{SVG}title", f"{SVG}desc", f"{SHOW}notes"}
_SIGNS = {f"{TEXT}tab": "\t", f"{TEXT}line-break": "\n", f"{TEXT}s": " "}
_PAGE = tuple(f"{TEXT}{name}" for name in ("page-number", "page-count"))
_MARGINS = ("header", "header-left", "header-first", "footer", "footer-left", "footer-first")
_CENTIMETRES = {"cm": 1.0, "mm": 0.1, "in": 2.54, "pt": 2.54 / 72, "pc": 2.54 / 6}
_LARGE = 150
"""Square centimetres: a larger picture may be a page that was scanned."""
_MOST_ACROSS = 1000

Names = tuple[tuple[str, str], ...]
"""Families and names of the styles that a text lies in, from the outermost."""


class TextReader:
    """Reads what one part of a document shows.

    Args:
        part: gives the root element of a part of the package, or None.
        styles: the styles that hold.
        left: counts what is left out.
        data: gives the bytes of a part, or None.
    """

    def __init__(
        self, part: Callable[[str], Any], styles: Styles, left: Left, data: Callable[[str], bytes | None]
    ) -> None:
        self._part, self._styles, self._left, self._data = part, styles, left, data
        self.endnotes: list[str] = []
        self.title: str | None = None
        self._plain = False  # whether text that is not bold was seen

    def blocks(self, container: Any, after: list[str] | None = None) -> list[str]:
        """Return paragraphs and tables in order; into ``after`` go those that are no sentence of a cell."""
        return [text for element in container for text in self._block(element, after, label="", lists=())]

    def _block(self, element: Any, after: list[str] | None, label: str, lists: tuple[str, ...]) -> Iterator[str]:
        """Yield the blocks of one element.

        Args:
            element: of the body, a cell, a frame, a list.
            after: where those go that are no sentence of a cell.
            label: the number that stands before the first paragraph.
            lists: the style of each list that it lies in.
        """
        tag = element.tag
        beside: list[str] = []
        if tag in (f"{TEXT}p", f"{TEXT}h"):
            if text := self._paragraph(element, beside):
                label = label or self._heading_label(element)
                yield f"{label} {text}" if label else text
        elif tag == f"{TEXT}list":
            yield from self._list(element, after, lists)
        elif tag == f"{TABLE}table":
            beside = table_blocks(self._rows(element))
        elif tag.startswith(DRAW):
            beside = self._drawn(element)
        elif _is_hidden(element):
            self._left.count("hidden", int(any(map(str.strip, element.itertext()))))
        elif tag not in _SKIPPED:
            self._left.count("comment", int(tag == f"{OFFICE}annotation"))
            for child in element if tag != f"{OFFICE}annotation" else ():
                yield from self._block(child, after, label, lists)
        if after is None:
            yield from beside
        else:
            after.extend(beside)

    def _heading_label(self, element: Any) -> str:
        if element.tag != f"{TEXT}h" or element.get(f"{TEXT}is-list-header") == "true":
            return ""
        level = element.get(f"{TEXT}outline-level", "1")
        return self._styles.heading_label(int(level) if level.isdigit() else 1)

    def _list(self, element: Any, after: list[str] | None, lists: tuple[str, ...]) -> Iterator[str]:
        name = element.get(f"{TEXT}style-name") or (lists[-1] if lists else "")
        goes_on = element.get(f"{TEXT}continue-numbering") == "true" or element.get(f"{TEXT}continue-list")
        if not lists and not goes_on:
            self._styles.restart(name)
        for item in element:
            first = next((child for child in item if child.tag != f"{TEXT}number"), None)
            label = ""
            if item.tag == f"{TEXT}list-item" and first is not None and first.tag != f"{TEXT}list":
                label = self._styles.label(name, len(lists) + 1, item.get(f"{TEXT}start-value"))
            for child in item:
                yield from self._block(child, after, label, (*lists, name))
                label = label if child.tag in _SKIPPED else ""

    def _paragraph(self, paragraph: Any, beside: list[str]) -> str:
        """Return a paragraph's own text; frames and footnotes in it go beside it."""
        name = paragraph.get(f"{TEXT}style-name", "")
        if any(field.get(f"{TEXT}is-hidden") == "true" for field in paragraph.iter(f"{TEXT}hidden-paragraph")):
            self._left.count("hidden")
            return ""
        line = Line()
        self._inline(paragraph, (("paragraph", name),), line, beside)
        self._left.pause()
        text = line.text.strip()
        if text and self.title is None:
            chain = self._styles.chain("paragraph", name)
            if name == "Title" or any(style.get(f"{STYLE}name") == "Title" for style in chain):
                self.title = " ".join(text.split())
        return text

    def _inline(self, parent: Any, names: Names, line: Line, beside: list[str]) -> None:
        self._add(parent.text, names, line)
        for element in parent:
            tag = element.tag
            if tag in _SIGNS:
                count = element.get(f"{TEXT}c", "1")
                spaces = min(int(count), _MOST_ACROSS) if tag == f"{TEXT}s" and count.isdigit() else 1
                self._add(_SIGNS[tag] * spaces, names, line, whole=True)
            elif tag == f"{TEXT}note":
                self._note(element, beside)
            elif tag == f"{OFFICE}annotation":
                self._left.count("comment")
            elif tag == f"{TEXT}placeholder":
                self._left.count("prompt")
            elif tag == f"{TEXT}hidden-text" and element.get(f"{TEXT}is-hidden", "true") == "true":
                self._left.count("hidden")
            elif tag.startswith(DRAW) and tag != f"{DRAW}a":
                found = self._math(element)
                line.add(found)
                beside += [] if found else self._drawn(element)
            elif tag in _BESIDE:
                beside += self._block(element, None, "", ())
            elif tag not in _SKIPPED:
                style = element.get(f"{TEXT}style-name")
                inner = (*names, ("text", style)) if style and tag in (f"{TEXT}span", f"{TEXT}a") else names
                self._inline(element, inner, line, beside)
            self._add(element.tail, names, line)

    def _add(self, text: str | None, names: Names, line: Line, *, whole: bool = False) -> None:
        if not text:
            return
        text = text if whole else re.sub(r"[ \t\r\n]+", " ", text)
        look = self._styles.look(names)
        if self._left.passes(text, hidden=look.hidden, struck=look.struck):
            self._plain |= not look.bold and any(map(str.isalnum, text))
            line.add(shown(look.font, text), look.place)

    def _note(self, note: Any, beside: list[str]) -> None:
        kind = note.get(f"{TEXT}note-class", "footnote")
        mark = " ".join("".join(note.find(f"{TEXT}note-citation").itertext()).split())
        plain = self._plain
        text = " ".join(self.blocks(note.find(f"{TEXT}note-body")))
        self._plain = plain
        if text:
            (self.endnotes if kind == "endnote" else beside).append(f"{kind.capitalize()} {mark}".strip() + f": {text}")

    def _math(self, frame: Any) -> str:
        """Return the formula that a frame shows, "" if it shows something else."""
        for element in frame.iterchildren(f"{DRAW}object"):
            root = next(element.iterchildren("{*}math"), None)
            href = element.get(_HREF, "")
            root = self._part(f"{href}/content.xml") if root is None and href else root
            if root is not None and root.tag.endswith("}math"):
                return formula(root)
        return ""

    def _drawn(self, element: Any) -> list[str]:
        """Return the blocks of a frame or shape, and count what is no text."""
        plain = self._plain
        blocks: list[str] = []
        children = list(element)
        objects = [child for child in children if child.tag in (f"{DRAW}object", f"{DRAW}object-ole")]
        if found := self._math(element):
            blocks.append(found)
        elif objects and not any(child.tag == f"{TABLE}table" for child in children):
            root = self._part(f"{objects[0].get(_HREF, '')}/content.xml")
            chart = root is not None and next(root.iter("{*}chart"), None) is not None
            self._left.count("chart" if chart else "object")
        elif any(child.tag == f"{DRAW}image" for child in children) and not objects:
            image = next(child for child in children if child.tag == f"{DRAW}image")
            hung = self._left.pictured(partial(self._data, image.get(_HREF, "")), large=_is_large(element))
            told = next((child for child in children if child.tag.endswith("}desc")), None)
            blocks += described("" if told is None else "".join(told.itertext()))
            blocks += hung
        for child in children:
            if child.tag == f"{DRAW}text-box" or (child.tag.startswith(DRAW) and child not in objects):
                blocks += self._drawn(child) if child.tag != f"{DRAW}text-box" else self.blocks(child)
            elif child.tag in _BESIDE:
                blocks += self._block(child, None, "", ())
        self._plain = plain
        return blocks

    def _rows(self, table: Any) -> list[Row]:
        rows: list[Row] = []
        above: dict[int, tuple[Cell, int]] = {}  # by column, a cell from above and how many rows it still takes
        for element, header in _table_rows(table, header=False):
            if element.get(f"{TABLE}visibility", "visible") != "visible":
                self._left.count("hidden")
                continue
            cells: list[Cell] = []
            at = covered = 0
            for part in element:
                times = min(_number(part, "number-columns-repeated"), _MOST_ACROSS)
                for _ in range(times):
                    if part.tag == f"{TABLE}table-cell":
                        cells.append(self._cell(part))
                        covered = cells[-1].across - 1
                        above[at] = cells[-1], _number(part, "number-rows-spanned")
                    elif covered:
                        covered -= 1
                    elif above.get(at, (None, 0))[1] > 0:
                        cell = above[at][0]
                        cells.append(Cell(cell.blocks, cell.across, continues=True, bold=cell.bold))
                        covered = cell.across - 1
                    at += 1
            above = {column: (cell, count - 1) for column, (cell, count) in above.items() if count > 1}
            rows.append(Row(cells, header=header))
        return rows

    def _cell(self, part: Any) -> Cell:
        outer, self._plain = self._plain, False
        cell = Cell(across=min(_number(part, "number-columns-spanned"), _MOST_ACROSS))
        cell.blocks = self.blocks(part, cell.after)
        name = part.get(f"{TABLE}style-name")
        ground = self._styles.value("table-cell", name, "table-cell-properties", f"{FO}background-color")
        cell.bold = not self._plain or (ground or "transparent").lower() not in ("transparent", "#ffffff")
        self._plain |= outer
        return cell

    def margins(self, pages: list[Any]) -> list[str]:
        """Return the headers and footers of master pages, each once."""
        found: dict[str, None] = {}
        for part in (part for page in pages for part in page):
            name = part.tag.removeprefix(STYLE)
            if name in _MARGINS and part.get(f"{STYLE}display", "true") == "true":
                for paragraph in filter(_is_page_number, list(part.iter(f"{TEXT}p"))):
                    paragraph.clear()
                label = "Header" if name.startswith("header") else "Footer"
                found |= dict.fromkeys(f"{label}: {block}" for block in self.blocks(part))
        return list(found)

    def slide(self, page: Any) -> list[str]:
        """Return the blocks of a slide: its title, its texts and tables, its notes."""
        shapes = [shape for shape in page if shape.tag != f"{SHOW}notes"]
        titles = [shape for shape in shapes if shape.get(f"{SHOW}class") == "title"]
        title = [" ".join(" ".join(self._drawn(shape)).split()) for shape in titles]
        texts = [text for shape in shapes if shape not in titles for text in self._block(shape, None, "", ())]
        notes = [
            text
            for shape in page.iterfind(f"{SHOW}notes/{DRAW}frame")
            if shape.get(f"{SHOW}class") == "notes"
            for text in self._drawn(shape)
        ]
        notes[:1] = [f"Notes: {text}" for text in notes[:1]]
        self.title = self.title or next(filter(None, title), None)
        return [*filter(None, title), *texts, *notes]


_BESIDE = frozenset((f"{TEXT}p", f"{TEXT}h", f"{TEXT}list", f"{TABLE}table", f"{TEXT}section"))


def _table_rows(table: Any, *, header: bool) -> Iterator[tuple[Any, bool]]:
    for element in table:
        if element.tag == f"{TABLE}table-row":
            yield element, header
        elif element.tag in (f"{TABLE}table-header-rows", f"{TABLE}table-rows", f"{TABLE}table-row-group"):
            yield from _table_rows(element, header=header or element.tag == f"{TABLE}table-header-rows")


def _number(element: Any, name: str) -> int:
    value = element.get(f"{TABLE}{name}", "1")
    return max(int(value), 1) if value.isdigit() else 1


def _is_hidden(element: Any) -> bool:
    display = element.get(f"{TEXT}display", "")
    return bool(display == "none" or (display == "condition" and element.get(f"{TEXT}is-hidden") == "true"))


def _is_large(frame: Any) -> bool:
    area = 1.0
    for name in ("width", "height"):
        found = re.fullmatch(r"([\d.]+)(cm|mm|in|pt|pc)", frame.get(f"{SVG}{name}", ""))
        area *= float(found[1]) * _CENTIMETRES[found[2]] if found else 0
    return area > _LARGE


def _is_page_number(paragraph: Any) -> bool:
    """Tell whether a paragraph of a header or footer gives the page's number and nothing else."""
    if next(paragraph.iter(*_PAGE), None) is None:
        return False
    text = "".join(paragraph.itertext())
    return len(re.findall(r"[^\W\d_]+", text)) <= 2 and len(re.findall(r"\d+", text)) <= 2
