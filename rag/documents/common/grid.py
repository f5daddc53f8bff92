"""Tables of documents (not of data files): which row names the columns, and each row as one paragraph.

A word processor seldom says which row is the header. Where it does, that holds. Elsewhere the first row is, unless it
holds values, or the table is a form: names on the left, what they stand for on the right.
"""

import re
from dataclasses import dataclass, field

from rag.documents.common.table import Table, row_text


@dataclass(slots=True)
class Cell:
    """What one cell of a table shows."""

    blocks: list[str] = field(default_factory=list)
    """Its paragraphs."""
    across: int = 1
    """How many columns it takes."""
    continues: bool = False
    """The cell above goes on into this one, which repeats its text."""
    bold: bool = False
    """It is set as a heading: bold or shaded."""
    after: list[str] = field(default_factory=list)
    """Blocks that stand in the cell but not in the row's sentence: nested tables, notes."""

    @property
    def text(self) -> str:
        """The paragraphs on one line."""
        line = ""
        for block in self.blocks:
            part = " ".join(block.split())
            ends = not line or line[-1] in ".,;:!?–—-(/" or not part[:1].isalnum() or part[:1].islower()
            line += part if not line else f" {part}" if ends or self.bold else f", {part}"
        return line


@dataclass(slots=True)
class Row:
    """A row: its cells in order, and whether the file calls it a header."""

    cells: list[Cell]
    header: bool = False
    styled: bool = False
    """The table's style sets this row apart."""


_FORM = frozenset(
    """
    name title date time place venue address street city country phone telephone tel fax email e-mail mobile web website
    status role position subject author version reference number no. from to contact department client customer company
    organisation organization project duration period budget location nationality age born birthplace occupation type
    category owner language deadline start end price currency party chair signature signed datum ort adresse telefon
    betreff titel nom prénom adresse téléphone objet nombre dirección teléfono fecha lugar
    """.split()
)
"""Words that stand on the left of forms."""
_VALUE = re.compile(r"[^\w]*\d[\d\s.,:%/×–-]*\s*(?:%|‰|[€$£¥]|[^\W\d_]{1,3})?[^\w]*")
_YEAR = re.compile(r"(?:1[5-9]|20|21)\d\d(?:[/–-]\d{2,4})?")
_SECTION_CHARS = 80
_FEW, _MOST = 0.2, 0.7
"""Between these shares of figures a column holds things of several kinds, as the right side of a form does."""


def table_blocks(rows: list[Row]) -> list[str]:
    """Return a table as blocks: a paragraph a row, with the names of its columns.

    Tables that only place things on the page (one column, or one row of long texts) give the blocks of their cells.
    """
    rows = [row for row in rows if any(cell.text or cell.after for cell in row.cells)]
    width = max((sum(cell.across for cell in row.cells) for row in rows), default=0)
    if width <= 1 or (len(rows) == 1 and _is_layout(rows[0])):
        return [block for row in rows for cell in row.cells for block in _content(cell)]
    blocks: list[str] = []
    while len(rows) > 1 and _is_whole(rows[0], width) and not rows[0].cells[0].after:  # the table's title
        blocks.append(rows.pop(0).cells[0].text)
    count = _header_count(rows, width)
    names = _names(rows[:count], width)
    blocks += [block for row in rows[:count] for cell in row.cells for block in cell.after if not cell.continues]
    form = count == 0 and _is_form(rows, width)
    used = {at for row in rows[count:] for at, text in enumerate(_slots(row, width)) if text}
    if any(name and at not in used for at, name in enumerate(names)):  # no row will carry it
        blocks.append(row_text([], names))
    section = ""
    for number, row in enumerate(rows[count:], start=count):
        if _is_section(row, width):
            text = next(cell.text for cell in row.cells if cell.text)
            if number + 1 < len(rows) and not _is_section(rows[number + 1], width) and len(text) <= _SECTION_CHARS:
                section = text
            else:
                blocks.append(text)
        else:
            texts = _slots(row, width)
            rows_of_one = Table(names, rows=[("", texts)] if any(texts) else [])
            line = [_form_text(texts)] if form else rows_of_one.paragraphs()
            blocks += [f"{section}; {text}" if section else text for text in line if text]
        blocks += [block for cell in row.cells if not cell.continues for block in cell.after]
    return [block for block in blocks if block.strip()]


def _content(cell: Cell) -> list[str]:
    return [] if cell.continues else [*cell.blocks, *cell.after]


def _is_layout(row: Row) -> bool:
    return any(cell.after or len(cell.blocks) > 1 or len(cell.text) > 100 for cell in row.cells)


def _is_whole(row: Row, width: int) -> bool:
    return len(row.cells) == 1 and row.cells[0].across == width


def _is_section(row: Row, width: int) -> bool:
    """Tell whether a row is a heading within the table: one cell over all columns, or one bold cell and blanks."""
    filled = [cell for cell in row.cells if cell.text]
    if len(filled) != 1 or any(cell.continues for cell in row.cells):
        return False
    return filled[0].across == width or (filled[0] is row.cells[0] and filled[0].bold and width > 2)


def _slots(row: Row, width: int) -> list[str]:
    """Return a text for each column; a cell over several stands in the first of them."""
    texts = [text for cell in row.cells for text in (cell.text, *[""] * (cell.across - 1))]
    return texts + [""] * (width - len(texts))


def _names(rows: list[Row], width: int) -> list[str]:
    """Return the name of each column, from the top down; a cell over several names each of them."""
    names: list[list[str]] = [[] for _ in range(width)]
    for row in rows:
        at = 0
        for cell in row.cells:
            for name in names[at : at + cell.across]:
                if cell.text and cell.text not in name:
                    name.append(cell.text)
            at += cell.across
    return [" ".join(name).rstrip(":").strip() for name in names]


def _header_count(rows: list[Row], width: int) -> int:
    marked = next((number for number, row in enumerate(rows) if not row.header), len(rows))
    if 0 < marked < len(rows):
        return marked
    if len(rows) < 2:
        return 0
    first = rows[0]
    filled = [cell.text for cell in first.cells if cell.text]
    if len(filled) == len(first.cells) - 1 and not first.cells[0].text and rows[1].cells[0].text:
        return 1  # an empty corner: names above, names on the left
    apart = _is_bold(first) and not all(map(_is_bold, rows[1:]))
    if any(_is_value(text) for text in filled) and not apart:
        return 0
    if sum(cell.across for cell in first.cells if cell.text) < width - 1 or any(len(text) > 100 for text in filled):
        return 0
    if width == 2 and _is_form(rows, width):
        return 0
    if _ends_in_colon(rows):
        return 0
    if any(cell.across > 1 for cell in first.cells) and len(rows) > 2:
        below = rows[1]
        labels = not any(_is_value(cell.text) for cell in below.cells)
        parts = any(cell.continues or not cell.text for cell in below.cells)
        if labels and (parts or (_is_bold(first) and _is_bold(below))):
            return 2
    return 1


def _is_bold(row: Row) -> bool:
    return row.styled or all(cell.bold for cell in row.cells if cell.text)


def _is_value(text: str) -> bool:
    return bool(_VALUE.fullmatch(text)) and not _YEAR.fullmatch(text)


def _ends_in_colon(rows: list[Row]) -> bool:
    return sum(row.cells[0].text.endswith(":") for row in rows) * 2 > len(rows)


def _is_form(rows: list[Row], width: int) -> bool:
    """Tell whether a table gives names on the left and what they stand for on the right."""
    if _ends_in_colon(rows):
        return True
    if width != 2:
        return False
    pairs = [(row.cells[0], row.cells[-1]) for row in rows if len(row.cells) == 2]
    if not pairs:
        return False
    words = sum(left.text.rstrip(":").split(" ")[0].casefold() in _FORM for left, _ in pairs)
    if words >= 2 and words * 2 > len(pairs):
        return True
    if all(left.bold for left, _ in pairs) and not any(right.bold for _, right in pairs):
        return True
    if all(cell.bold for cell in pairs[0]):
        return False
    if _is_value(pairs[0][1].text) or (not rows[0].styled and any(map(str.isdigit, pairs[0][1].text))):
        return True
    with_figures = sum(any(map(str.isdigit, right.text)) for _, right in pairs[1:])
    return len(pairs) > 2 and _FEW * len(pairs[1:]) < with_figures < _MOST * len(pairs[1:])


def _form_text(texts: list[str]) -> str:
    """Return a row of a form: each name with what stands right of it."""
    if len(texts) == 2:
        return row_text([texts[0].rstrip(":").rstrip()], [texts[1]]) or texts[0]
    parts: list[str] = []
    name = ""
    for text in texts:
        if text.endswith(":") and not name:
            name = text[:-1].rstrip()
        elif text:
            parts.append(f"{name}: {text}" if name else text)
            name = ""
    return "; ".join([*parts, *([f"{name}:"] if name else [])])
