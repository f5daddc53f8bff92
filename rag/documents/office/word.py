"""DOCX: what Word shows, in its order: paragraphs, tables row by row, text boxes, notes, headers and footers."""

import re
from collections import Counter
from collections.abc import Iterator
from typing import Any

from rag.documents.common.formula import formula
from rag.documents.common.gallery import Gallery
from rag.documents.common.grid import Cell, Row, table_blocks
from rag.documents.common.left import Left, Look
from rag.documents.common.parsed import Parsed
from rag.documents.common.raised import Line
from rag.documents.common.symbols import shown, sign
from rag.documents.office.drawing import drawn
from rag.documents.office.numbering import Numbering
from rag.documents.office.package import MC, M, Package, R, W, chosen, is_on
from rag.documents.office.styles import Styles, is_shaded

_WRAPPERS = frozenset(f"{W}{name}" for name in "sdtContent customXml smartTag ins moveTo hyperlink dir bdo".split())
_GONE = frozenset(f"{W}{name}" for name in "del moveFrom".split())
_DRAWN = frozenset(f"{W}{name}" for name in "drawing pict object".split())
_SIGNS = {"tab": "\t", "ptab": "\t", "br": "\n", "cr": "\n", "noBreakHyphen": "-"}
_NOTES = {"footnoteReference": "footnote", "endnoteReference": "endnote"}
_PAGE = re.compile(r"\b(?:PAGE|NUMPAGES|SECTIONPAGES)\b", re.IGNORECASE)


def docx(data: bytes, gallery: Gallery | None = None) -> Parsed:
    """Take what Word shows: of tracked changes the new words, and neither hidden nor struck-out text."""
    package = Package(data, "DOCX")
    name, root = package.main(f"{W}document")
    reader = _Reader(package, name, gallery)
    body = root.find(f"{W}body")
    blocks = [] if body is None else reader.story(body, name)
    blocks += [*reader.endnotes, *reader.margins(root)]
    _, comments = package.first(name, "comments")
    reader.left.count("comment", 0 if comments is None else len(comments.findall(f"{W}comment")))
    about = package.properties()
    about["title"] = about["title"] or reader.title
    about["language"] = about["language"] or reader.styles.language
    return reader.left.parsed(blocks, about)


class _Reader:
    """Reads the stories of one document: its body, its notes, its headers."""

    def __init__(self, package: Package, name: str, gallery: Gallery | None) -> None:
        self._package, self._name = package, name
        self.styles = Styles(package.first(name, "styles")[1])
        self._numbering = Numbering(package.first(name, "numbering")[1], self.styles)
        self._notes = {kind: package.first(name, f"{kind}s") for kind in _NOTES.values()}
        self._numbers: Counter[str] = Counter()
        self._noted: set[tuple[str, str]] = set()
        self.endnotes: list[str] = []
        self.left = Left(gallery)
        self.title: str | None = None
        self._part = name
        self._style = ""
        self._fields: list[bool] | None = []  # for each field that is open, whether its result has begun
        self._plain = False  # whether text that is not bold was seen

    def story(self, root: Any, part: str) -> list[str]:
        """Return the blocks of a text that stands by itself, in a part of this name."""
        kinds = Counter(element.get(f"{W}fldCharType") for element in root.iter(f"{W}fldChar"))
        before = self._part, self._style, self._fields, self._plain
        self._part, self._fields = part, [] if kinds["begin"] == kinds["end"] else None
        blocks = self._blocks(root)
        self._part, self._style, self._fields, self._plain = before
        return blocks

    def margins(self, root: Any) -> list[str]:
        """Return the headers and footers that are shown, each once."""
        _, settings = self._package.first(self._name, "settings")
        even = settings is not None and is_on(settings.find(f"{W}evenAndOddHeaders"))
        found: dict[str, None] = {}
        for section in root.iter(f"{W}sectPr"):
            kinds = {"default"} | ({"even"} if even else set())
            kinds |= {"first"} if is_on(section.find(f"{W}titlePg")) else set()
            for reference in section.iterchildren(f"{W}headerReference", f"{W}footerReference"):
                related = self._package.related(self._name).get(reference.get(f"{R}id", ""))
                part = None if related is None else self._package.part(related.target)
                if related is None or part is None or reference.get(f"{W}type", "default") not in kinds:
                    continue
                for paragraph in filter(_is_page_number, list(part.iter(f"{W}p"))):
                    paragraph.clear()
                label = "Header" if reference.tag == f"{W}headerReference" else "Footer"
                found |= dict.fromkeys(f"{label}: {block}" for block in self.story(part, related.target))
        return list(found)

    def _blocks(self, container: Any, after: list[str] | None = None) -> list[str]:
        """Return paragraphs and tables in order; into ``after`` go those that are no sentence of a cell."""
        blocks: list[str] = []
        pending = ""
        for element in self._flat(container):
            beside: list[str] = []
            if element.tag == f"{W}p":
                text = pending + self._paragraph(element, beside)
                pending = text if _goes_on(element) else ""
                blocks += filter(None, [text.strip() if not pending else ""])
            elif element.tag == f"{W}tbl":
                beside = table_blocks(self._rows(element))
            elif element.tag in (f"{M}oMathPara", f"{M}oMath"):
                blocks += filter(None, [formula(element)])
            elif element.tag == f"{W}altChunk":
                self.left.count("file")
            (blocks if after is None else after).extend(beside)
        return [*blocks, *filter(None, [pending.strip()])]

    def _flat(self, container: Any) -> Iterator[Any]:
        """Yield the paragraphs, tables, rows or cells of a container, whatever they are wrapped in."""
        for element in container:
            if element.tag == f"{W}sdt":
                yield from self._flat(self._content(element))
            elif element.tag == f"{MC}AlternateContent":
                yield from self._flat(chosen(element))
            elif element.tag in _WRAPPERS:
                yield from self._flat(element)
            elif element.tag not in _GONE:
                yield element

    def _content(self, control: Any) -> Any:
        """Return what a content control holds: nothing while it shows the prompt to fill it in."""
        if is_on(control.find(f"{W}sdtPr/{W}showingPlcHdr")):
            self.left.count("prompt")
            return ()
        content = control.find(f"{W}sdtContent")
        return () if content is None else content

    def _paragraph(self, paragraph: Any, beside: list[str]) -> str:
        """Return a paragraph's own text; text boxes and footnotes in it go beside it."""
        outer, self._style = self._style, self.styles.of_paragraph(paragraph)
        line = Line()
        self._inline(paragraph, line, beside)
        text = line.text
        self.left.pause()
        if text.strip():
            if self.title is None and self.styles.name(self._style) == "title":
                self.title = " ".join(text.split())
            label = self._numbering.label(paragraph)
            text = f"{label} {text.lstrip()}" if label else text
        self._style = outer
        return text

    def _inline(self, parent: Any, line: Line, beside: list[str]) -> None:
        for element in parent:
            if element.tag == f"{W}r":
                self._run(element, line, beside)
            elif element.tag == f"{W}sdt":
                self._inline(self._content(element), line, beside)
            elif element.tag == f"{MC}AlternateContent":
                self._inline(chosen(element), line, beside)
            elif element.tag in _WRAPPERS or element.tag == f"{W}fldSimple":
                self._inline(element, line, beside)
            elif element.tag in (f"{M}oMath", f"{M}oMathPara"):
                line.add(formula(element))

    def _run(self, run: Any, line: Line, beside: list[str]) -> None:
        look = self.styles.look(run.find(f"{W}rPr"), self._style)
        parts = [part for child in run for part in (chosen(child) if child.tag == f"{MC}AlternateContent" else [child])]
        for element in parts:
            if element.tag == f"{W}fldChar":
                self._field(element, line)
            elif not self._fields or all(self._fields):
                self._sign(element, look, line, beside)

    def _field(self, element: Any, line: Line) -> None:
        kind = element.get(f"{W}fldCharType")
        box = element.find(f"{W}ffData/{W}checkBox")
        if kind == "begin" and box is not None:
            ticked = box.find(f"{W}checked")
            line.add("☒" if is_on(box.find(f"{W}default") if ticked is None else ticked) else "☐")
        if self._fields is not None and kind == "begin":
            self._fields.append(False)
        elif self._fields and kind == "separate":
            self._fields[-1] = True
        elif self._fields and kind == "end":
            self._fields.pop()

    def _sign(self, element: Any, look: Look, line: Line, beside: list[str]) -> None:
        """Add what one element of a run shows."""
        name = element.tag.rpartition("}")[2] if element.tag.startswith(W) else ""
        text = _SIGNS.get(name, "")
        if name == "t":
            text = shown(look.font, re.sub(r"\s*\n\s*", " ", element.text or ""))
        elif name == "sym":
            char = element.get(f"{W}char", "")
            text = sign(element.get(f"{W}font"), int(char, 16)) if re.fullmatch("[0-9A-Fa-f]{1,6}", char) else ""
        if text and self.left.passes(text, hidden=look.hidden, struck=look.struck):
            self._plain |= not look.bold and any(map(str.isalnum, text))
            line.add(text, look.place)
        if look.hidden or look.struck:
            return
        if name in _NOTES:
            self._note(element, _NOTES[name], beside)
        elif element.tag in _DRAWN:
            for found in drawn(element, self._package, self._part, self.left):
                beside += [found] if isinstance(found, str) else self.story(found, self._part)
        elif name == "ruby":
            for base in element.iterchildren(f"{W}rubyBase"):
                self._inline(base, line, beside)

    def _note(self, reference: Any, kind: str, beside: list[str]) -> None:
        identity = reference.get(f"{W}id", "")
        part, root = self._notes[kind]
        note = None if root is None else next((e for e in root if e.get(f"{W}id") == identity), None)
        if note is None or (kind, identity) in self._noted:
            return
        self._noted.add((kind, identity))
        number = ""
        if reference.get(f"{W}customMarkFollows") not in ("1", "true", "on"):
            self._numbers[kind] += 1
            number = f" {self._numbers[kind]}"
        if text := " ".join(self.story(note, part)):
            (beside if kind == "footnote" else self.endnotes).append(f"{kind.capitalize()}{number}: {text}")

    def _rows(self, table: Any) -> list[Row]:
        rows: list[Row] = []
        above: dict[int, Cell] = {}
        for element in self._flat(table):
            about = element.find(f"{W}trPr")
            if element.tag != f"{W}tr" or _property(about, "del") is not None:
                continue
            if is_on(_property(about, "hidden")):
                self.left.count("hidden")
                continue
            before = _size(about, "gridBefore", 0)
            cells = [Cell(across=before)] if before else []
            at = before
            for part in self._flat(element):
                if part.tag == f"{W}tc":
                    about_cell = part.find(f"{W}tcPr")
                    across = _size(about_cell, "gridSpan", 1)
                    if cells and _goes_over(about_cell, "hMerge"):
                        cells[-1].across += across
                    else:
                        cells.append(self._cell(part, about_cell, across, above.get(at)))
                        above[at] = cells[-1]
                    at += across
            rows.append(Row(cells, header=is_on(_property(about, "tblHeader"))))
        if rows and self.styles.sets_first_row_apart(table):
            rows[0].styled = True
        return rows

    def _cell(self, part: Any, about: Any, across: int, above: Cell | None) -> Cell:
        if above is not None and _goes_over(about, "vMerge"):
            return Cell(above.blocks, across, continues=True, bold=above.bold)
        outer, self._plain = self._plain, False
        cell = Cell(across=across)
        cell.blocks = self._blocks(part, cell.after)
        cell.bold = is_shaded(about) or not self._plain
        self._plain |= outer
        return cell


def _property(properties: Any, name: str) -> Any:
    return None if properties is None else properties.find(f"{W}{name}")


def _size(properties: Any, name: str, default: int) -> int:
    found = _property(properties, name)
    value = "" if found is None else found.get(f"{W}val", "")
    return min(int(value), 1000) if value.isdecimal() and int(value) > 0 else default


def _goes_over(properties: Any, name: str) -> bool:
    """Tell whether a cell is merged into the one above (``vMerge``) or before (``hMerge``)."""
    found = _property(properties, name)
    return found is not None and found.get(f"{W}val", "continue") == "continue"


def _goes_on(paragraph: Any) -> bool:
    """Tell whether the next paragraph goes on in the line of this one: its end is not shown, or it is a dropped cap."""
    about = paragraph.find(f"{W}pPr")
    mark, frame = _property(about, "rPr"), _property(about, "framePr")
    if frame is not None and frame.get(f"{W}dropCap") in ("drop", "margin"):
        return True
    return _property(mark, "del") is not None or is_on(_property(mark, "vanish"))


def _is_page_number(paragraph: Any) -> bool:
    """Tell whether a paragraph of a header or footer gives the page's number and nothing else."""
    codes = [element.text or "" for element in paragraph.iter(f"{W}instrText")]
    codes += [element.get(f"{W}instr", "") for element in paragraph.iter(f"{W}fldSimple")]
    if not _PAGE.search(" ".join(codes)) and next(paragraph.iter(f"{W}pgNum"), None) is None:
        return False
    text = "".join(element.text or "" for element in paragraph.iter(f"{W}t"))
    return len(re.findall(r"[^\W\d_]+", text)) <= 2 and len(re.findall(r"\d+", text)) <= 2
