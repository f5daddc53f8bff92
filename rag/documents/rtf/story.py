"""A text of an RTF file that stands by itself (the body, a note, a header): its paragraphs and tables, put together."""

import re
from dataclasses import dataclass, field

from rag.documents.common.grid import Cell, Row, table_blocks
from rag.documents.common.left import Left
from rag.documents.common.raised import Line
from rag.documents.common.symbols import shown

_SAME_EDGE = 60
"""Twips: edges of cells that lie nearer to one another are one edge of the table."""
_BULLET = re.compile(r"^(?:[•·▪◦‣⁃]|(\(?\w{1,4}[.)]))\t\s*")
"""A bullet, or the number of a list, that was written as text."""
_LEAST_SHIFT = 4
"""Half points: text that is moved up or down by less is still on the line."""
_SWITCHES = {"b": "bold", "strike": "struck", "striked": "struck", "v": "hidden", "deleted": "deleted"}
_PLACES = {"super": 1, "sub": -1, "nosupersub": 0, "msup": 1, "msub": -1}


@dataclass(slots=True)
class Look:
    """How text is shown where a control word stands; a group has its own."""

    bold: bool = False
    struck: bool = False
    hidden: bool = False
    deleted: bool = False
    place: int = 0
    font: str = ""
    in_table: bool = False
    depth: int = 0
    """How many tables the paragraph lies in, where the file says so."""

    @property
    def level(self) -> int:
        """How many tables a paragraph lies in."""
        return max(self.depth, 1) if self.in_table else 0

    def bare(self, font: str) -> "Look":
        """Return how text is shown once its own formatting is put off."""
        return Look(font=font, in_table=self.in_table, depth=self.depth)

    def changes(self, word: str, number: int | None) -> bool:
        """Change what a control word changes; False if it is none of these."""
        on = number != 0
        if word in _SWITCHES:
            setattr(self, _SWITCHES[word], on)
        elif word in _PLACES:
            self.place = _PLACES[word] * int(on)
        elif word in ("up", "dn"):
            shift = 6 if number is None else number
            self.place = (1 if word == "up" else -1) * int(shift >= _LEAST_SHIFT)
        elif word == "pard":
            self.in_table, self.depth = False, 0
        elif word == "intbl":
            self.in_table = True
        elif word == "itap":
            self.in_table, self.depth = on, number or 0
        return word in _SWITCHES or word in _PLACES or word in ("up", "dn", "pard", "intbl", "itap")


@dataclass(slots=True)
class Plan:
    """What is said of a row's cells."""

    header: bool = False
    edges: list[int] = field(default_factory=list)
    continues: list[bool] = field(default_factory=list)
    joins: list[bool] = field(default_factory=list)
    above: bool = False
    before: bool = False

    def cell(self, edge: int) -> None:
        """Add a cell by its right edge, in twips."""
        self.edges.append(edge)
        self.continues.append(self.above)
        self.joins.append(self.before)
        self.above = self.before = False


@dataclass(slots=True)
class _Table:
    cells: list[Cell] = field(default_factory=list)
    rows: list[tuple[list[Cell], Plan]] = field(default_factory=list)
    cell: Cell = field(default_factory=Cell)
    plain: bool = False


class Story:
    """Puts one text together."""

    def __init__(self, left: Left) -> None:
        self.left = left
        self.label = ""
        """The number that stands before the next paragraph."""
        self.pages = False
        """Whether the paragraph shows the page's number."""
        self._blocks: list[str] = []
        self._beside: list[str] = []
        self._line = Line()
        self._tables: list[_Table] = []

    def add(self, text: str, look: Look) -> None:
        """Add text to the paragraph."""
        if look.deleted or not self.left.passes(text, hidden=look.hidden, struck=look.struck):
            return
        self._line.add(shown(look.font, text), look.place)
        if self._tables and not look.bold and any(map(str.isalnum, text)):
            self._tables[-1].plain = True

    def beside(self, blocks: list[str]) -> None:
        """Add blocks that stand beside the paragraph: a note, a text box."""
        self._beside += blocks

    def paragraph(self, level: int) -> None:
        """End the paragraph, which lies in so many tables."""
        text = self._line.text.strip()
        number_alone = self.pages and sum(map(str.isalpha, text)) <= 12
        text = f"{self.label} {text}" if self.label and text else _BULLET.sub(_numbered, text)
        self._line, self.label, self.pages = Line(), "", False
        self.left.pause()
        while len(self._tables) > level:
            self._end_table()
        while len(self._tables) < level:
            self._tables.append(_Table())
        into = self._tables[-1].cell.blocks if level else self._blocks
        into += filter(None, [text if not number_alone else ""])
        (self._tables[-1].cell.after if level else self._blocks).extend(self._beside)
        self._beside = []

    def cell(self, level: int) -> None:
        """End a cell, and the paragraph in it."""
        if not self._tables or len(self._tables) < level:  # its text came before the table was known
            plain = any(map(str.isalnum, self._line.text))
            while len(self._tables) < level:
                self._tables.append(_Table(plain=plain))
        self.paragraph(level)
        table = self._tables[-1]
        table.cell.bold = not table.plain
        table.cells.append(table.cell)
        table.cell, table.plain = Cell(), False

    def row(self, level: int, plan: Plan) -> None:
        """End a row of the table at a level."""
        while len(self._tables) > level:
            self._end_table()
        if len(self._tables) == level and self._tables[-1].cells:
            table = self._tables[-1]
            table.rows.append((table.cells, plan))
            table.cells = []

    def end(self) -> list[str]:
        """Return the blocks of the whole text."""
        self.paragraph(0)
        return self._blocks

    def _end_table(self) -> None:
        table = self._tables.pop()
        if table.cells:
            table.rows.append((table.cells, Plan()))
        blocks = table_blocks(_rows(table.rows))
        blocks += [*table.cell.blocks, *table.cell.after]
        if self._tables:
            self._tables[-1].cell.after += blocks
        else:
            self._blocks += blocks


def _numbered(found: re.Match[str]) -> str:
    return f"{found[1]} " if found[1] else ""


def _rows(rows: list[tuple[list[Cell], Plan]]) -> list[Row]:
    """Return rows whose cells know how many columns they take, and which of them go on from above."""
    edges: list[int] = []
    for edge in sorted({edge for _, plan in rows for edge in plan.edges}):
        if not edges or edge - edges[-1] > _SAME_EDGE:
            edges.append(edge)
    found: list[Row] = []
    above: dict[int, Cell] = {}
    for cells, plan in rows:
        row: list[Cell] = []
        at = 0
        for number, cell in enumerate(cells):
            planned = number < len(plan.edges)
            right = plan.edges[number] if planned else 0
            reach = sum(edge <= right + _SAME_EDGE for edge in edges) if planned else at + 1
            cell.across = max(reach - at, 1)
            if planned and plan.joins[number] and row:
                row[-1].across += cell.across
            elif planned and plan.continues[number] and at in above:
                row.append(Cell(above[at].blocks, cell.across, continues=True, bold=above[at].bold))
                above[at] = row[-1]
            else:
                row.append(cell)
                above[at] = cell
            at += cell.across
        found.append(Row(row, header=plan.header))
    return found
