"""PPTX: the slides in their order, each with its title first, then its texts and tables, then the speaker's notes."""

from functools import partial
from typing import Any

from rag.documents.common.formula import formula
from rag.documents.common.gallery import Gallery
from rag.documents.common.grid import Cell, Row, table_blocks
from rag.documents.common.left import Left
from rag.documents.common.parsed import Parsed
from rag.documents.common.pictured import described
from rag.documents.common.raised import Line
from rag.documents.common.symbols import shown
from rag.documents.office.numbering import numeral
from rag.documents.office.package import MC, A, M, P, Package, R, chosen, diagram

_TITLES = frozenset(("title", "ctrTitle"))
_MARGINS = frozenset(("ftr", "hdr", "dt"))
_FORMS = {
    "arabic": "decimal",
    "alphaLc": "lowerLetter",
    "alphaUc": "upperLetter",
    "romanLc": "lowerRoman",
    "romanUc": "upperRoman",
}
_ENDS = {"Period": ("", "."), "ParenR": ("", ")"), "ParenBoth": ("(", ")"), "Plain": ("", "")}
_LARGE = 300 * 360_000**2
"""Square EMU (300 cm²), about half a slide: such a picture may hold the slide's text."""
_NO_TITLES = frozenset(("PowerPoint Presentation", "PowerPoint-Präsentation", "Présentation PowerPoint"))
"""What PowerPoint calls a presentation that nobody named."""


def pptx(data: bytes, gallery: Gallery | None = None) -> Parsed:
    """Take the slides that are shown; each is a page."""
    package = Package(data, "PPTX")
    name, root = package.main(f"{P}presentation")
    left, footers = Left(gallery), dict[str, None]()
    blocks: list[str] = []
    starts: list[int] = []
    hidden: list[int] = []
    bare: list[int] = []
    title = None
    order = [element.get(f"{R}id", "") for element in root.iterfind(f"{P}sldIdLst/{P}sldId")]
    for number, identity in enumerate(order, start=1):
        starts.append(sum(len(block) + 2 for block in blocks))
        related = package.related(name).get(identity)
        element = None if related is None else package.part(related.target)
        if related is None or element is None:
            bare.append(number)
        elif element.get("show") in ("0", "false"):
            hidden.append(number)
        else:
            slide = _Slide(package, related.target, left)
            slide.read(element)
            found = [*slide.title, *slide.texts, *slide.notes]
            blocks += found
            title = title or " ".join(slide.title)
            footers |= dict.fromkeys(slide.margins)
            bare += [] if found else [number]
    left.tell_slides(hidden, bare, len(order))
    blocks += [f"Footer: {text}" for text in footers]
    about = package.properties()
    about["title"] = title if not about["title"] or about["title"] in _NO_TITLES else about["title"]
    return left.parsed(blocks, about, starts)


class _Slide:
    """Reads one slide."""

    def __init__(self, package: Package, part: str, left: Left) -> None:
        self._package, self._part, self._left = package, part, left
        self.title: list[str] = []
        self.texts: list[str] = []
        self.margins: list[str] = []
        self.notes: list[str] = []
        self._plain = False  # whether text that is not bold was seen

    def read(self, slide: Any) -> None:
        """Gather what it shows."""
        for tree in slide.iterfind(f"{P}cSld/{P}spTree"):
            self._shapes(tree)
        for related in self._package.related(self._part).values():
            root = self._package.part(related.target) if related.kind in ("notesSlide", "comments") else None
            if related.kind == "comments" and root is not None:
                self._left.count("comment", len(list(root.iterchildren("{*}cm"))))
            elif root is not None:
                for shape in root.iter(f"{P}sp"):
                    if _placeholder(shape) == "body":
                        self.notes += self._text(shape.find(f"{P}txBody"))
        self.notes[:1] = [f"Notes: {text}" for text in self.notes[:1]]

    def _shapes(self, parent: Any) -> None:
        for shape in parent:
            if shape.tag == f"{MC}AlternateContent":
                self._shapes(chosen(shape))
            elif _is_hidden(shape):
                if any(text.text and text.text.strip() for text in shape.iter(f"{A}t")):
                    self._left.count("hidden")
            elif shape.tag == f"{P}grpSp":
                self._shapes(shape)
            elif shape.tag == f"{P}sp":
                self._shape(shape)
            elif shape.tag == f"{P}graphicFrame":
                self._frame(shape)
            elif shape.tag == f"{P}pic":
                size = shape.find(f"{P}spPr/{A}xfrm/{A}ext")
                sides = ["", ""] if size is None else [size.get("cx", ""), size.get("cy", "")]
                large = all(map(str.isdigit, sides)) and int(sides[0]) * int(sides[1]) > _LARGE
                hung = self._left.pictured(partial(self._package.picture, self._part, shape), large=large)
                about = shape.find(f"{P}nvPicPr/{P}cNvPr")
                self.texts += described(None if about is None else about.get("descr"), *self.texts)
                self.texts += hung

    def _shape(self, shape: Any) -> None:
        kind = _placeholder(shape)
        texts = self._text(shape.find(f"{P}txBody")) if kind != "sldNum" else []
        if kind in _TITLES:
            self.title += [" ".join(" ".join(texts).split())] if texts else []
        else:
            (self.margins if kind in _MARGINS else self.texts).extend(texts)

    def _frame(self, frame: Any) -> None:
        for element in frame.iter():
            name = element.tag.rpartition("}")[2]
            if element.tag == f"{A}tbl":
                self.texts += table_blocks(self._rows(element))
            elif name == "chart" and element.get(f"{R}id"):
                self._left.count("chart")
            elif name == "oleObj" and not any(parent.tag == f"{MC}Fallback" for parent in element.iterancestors()):
                self._left.count("object")
            elif name == "relIds":
                related = self._package.related(self._part).get(element.get(f"{R}dm", ""))
                self.texts += diagram(None if related is None else self._package.part(related.target))

    def _rows(self, table: Any) -> list[Row]:
        rows: list[Row] = []
        above: dict[int, Cell] = {}
        about = table.find(f"{A}tblPr")
        for element in table.iterchildren(f"{A}tr"):
            cells: list[Cell] = []
            for at, part in enumerate(element.iterchildren(f"{A}tc")):
                if part.get("hMerge") in ("1", "true") and cells:
                    cells[-1].across += 1
                elif part.get("vMerge") in ("1", "true") and at in above:
                    cells.append(Cell(above[at].blocks, continues=True, bold=above[at].bold))
                else:
                    self._plain = False
                    cells.append(Cell(self._text(part.find(f"{A}txBody"))))
                    cells[-1].bold = not self._plain
                above[at] = cells[-1]
            rows.append(Row(cells))
        if rows and about is not None and about.get("firstRow") in ("1", "true"):
            rows[0].styled = True
        return rows

    def _text(self, body: Any) -> list[str]:
        """Return the paragraphs of a text, with the numbers that are shown before them."""
        found: list[str] = []
        counts: dict[int, int] = {}
        for paragraph in () if body is None else body.iterchildren(f"{A}p"):
            line = Line()
            self._inline(paragraph, line)
            self._left.pause()
            text = line.text.strip()
            if text:
                label = _label(paragraph.find(f"{A}pPr"), counts)
                found.append(f"{label} {text}" if label else text)
        return found

    def _inline(self, parent: Any, line: Line) -> None:
        for element in parent:
            if element.tag == f"{MC}AlternateContent":
                self._inline(chosen(element), line)
            elif element.tag == f"{A}br":
                line.add("\n")
            elif element.tag in (f"{A}r", f"{A}fld") and not element.get("type", "").startswith(
                ("slidenum", "datetime")
            ):
                self._run(element, line)
            else:
                for found in element.iter(f"{M}oMath"):
                    line.add(formula(found))

    def _run(self, run: Any, line: Line) -> None:
        about = run.find(f"{A}rPr")
        text = run.findtext(f"{A}t") or ""
        if about is None:
            self._plain |= any(map(str.isalnum, text))
            if self._left.passes(text):
                line.add(shown(None, text))
            return
        self._plain |= about.get("b") not in ("1", "true") and any(map(str.isalnum, text))
        fonts = about.find(f"{A}latin"), about.find(f"{A}sym")
        font = next((font.get("typeface") for font in fonts if font is not None), None)
        if self._left.passes(text, struck=about.get("strike", "noStrike") != "noStrike"):
            height = about.get("baseline", "0").rstrip("%").split(".")[0]
            place = 0 if height in ("0", "") else -1 if height.startswith("-") else 1
            line.add(shown(font, text), place)


def _placeholder(shape: Any) -> str:
    """Return what a shape has the place of: "title", "body", …; "" where it has none."""
    found = shape.find(f"{P}nvSpPr/{P}nvPr/{P}ph")
    return "" if found is None else found.get("type", "obj")


def _is_hidden(shape: Any) -> bool:
    about = shape.find(f"*/{P}cNvPr")
    return about is not None and about.get("hidden") in ("1", "true")


def _label(properties: Any, counts: dict[int, int]) -> str:
    """Count a paragraph, and return the number that stands before it."""
    level = int(properties.get("lvl", "0")) if properties is not None and properties.get("lvl", "0").isdigit() else 0
    for deeper in [depth for depth in counts if depth > level]:
        del counts[deeper]
    numbered = None if properties is None else properties.find(f"{A}buAutoNum")
    if numbered is None:
        counts.pop(level, None)
        return ""
    start = numbered.get("startAt", "1")
    counts[level] = counts[level] + 1 if level in counts else int(start) if start.isdigit() else 1
    kind = numbered.get("type", "arabicPeriod")
    form = next((form for name, form in _FORMS.items() if kind.startswith(name)), "decimal")
    before, after = next((ends for name, ends in _ENDS.items() if kind.endswith(name)), ("", "."))
    return f"{before}{numeral(counts[level], form)}{after}"
