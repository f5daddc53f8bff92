"""Paragraphs, headings and tables become one text, across columns and pages."""

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field

from rag.documents.common.table import Table, row_text, tables
from rag.documents.pdf.blocks import ENDED, ITEM, Block
from rag.documents.pdf.grid import Grid

_CAPTION = re.compile(r"(?:Fig(?:ure|\.)?|Tab(?:le|\.)?|Chart|Box|Abb(?:ildung|\.)?)\s*\d", re.IGNORECASE)
_UNIT = re.compile(r"[-+−~]?\d[\d.,\s]*([^\W\d][^\d]*|[%€$£])")
_HYPHENS = "-\u2010\u00ad"
_MOST_BETWEEN = 12
"""Tables, captions and notes that may stand between the parts of a paragraph."""


def tabulated(found: Sequence[Block]) -> Iterator[Block]:
    """Write out the rows of tables; one that goes on from the page before has the column names that it has there."""
    last: Grid | None = None
    names: list[str] = []
    for block in found:
        grid = block.grid
        if grid is None:
            last = None
            yield block
            continue
        if grid.lines is not None:
            last = None
            for line in grid.lines:
                yield Block([line], block.pages, is_prose=False)
            continue
        goes_on = last is not None and _same_columns(grid, last)
        rows = [[row[0], *[""] * (len(row) - 1)] if n in grid.full else row for n, row in enumerate(grid.rows)]
        full = set(grid.full)
        if goes_on and any(names) and rows[0] != names:
            rows, full = [names, *rows], {n + 1 for n in full}
        made = [Table([""] * len(rows[0]), rows=[("", row) for row in rows])] if _is_list(rows) else tables(rows, full)
        texts = [text for table in made for text in table.paragraphs()]
        whole = " ".join(texts)
        if any(cell not in whole for n, row in enumerate(grid.rows) for cell in row if n not in grid.full):
            texts = [row_text((), dict.fromkeys(row)) for row in rows]  # type: ignore[arg-type]
        last, names = grid, list(made[0].header) if made and len(made[0].header) == len(rows[0]) else []
        for text in texts:
            yield Block([text], block.pages, is_prose=False)


def _is_list(rows: Sequence[list[str]]) -> bool:
    """Tell whether the first row holds values of the same unit as those below it, and so names no columns."""
    for first, *below in list(zip(*rows, strict=True))[1:]:
        unit = _UNIT.fullmatch(first)
        others = [_UNIT.fullmatch(cell) for cell in below if cell]
        if unit and 2 * sum(bool(other and other[1] == unit[1]) for other in others) >= len(others):
            return True
    return False


def _same_columns(one: Grid, other: Grid) -> bool:
    return len(one.bounds) == len(other.bounds) and all(
        abs(a - b) < 12 for a, b in zip(one.bounds, other.bounds, strict=True)
    )


def merged(found: Sequence[Block]) -> list[Block]:
    """Join what goes on in the next column or on the next page."""
    result: list[Block] = []
    for block, following in zip(found, [*found[1:], None], strict=True):
        place = _goes_on_from(block, result, following)
        if place is None:
            result.append(block)
            continue
        before = result.pop(place)
        between = result[place:]
        same_page = [each for each in between if each.pages[0] <= before.pages[0]]
        later = [each for each in between if each.pages[0] > before.pages[0]]
        before.lines += block.lines
        before.pages += block.pages
        before.is_full = block.is_full
        result[place:] = [*same_page, before, *later]
    return result


def _goes_on_from(block: Block, result: Sequence[Block], following: Block | None) -> int | None:
    """Return the place of the paragraph that a block goes on from; None if it begins by itself."""
    if not block.is_prose or not result or ITEM.match(block.lines[0]) or _CAPTION.match(block.lines[0]):
        return None
    first = block.lines[0]
    small = first[:1].islower()
    # A short line at the head of a page is no part of the sentence if what stands below it is.
    lone = len(block.lines) == 1 and not block.is_full
    if not small and lone and following and following.is_prose and following.lines[0][:1].islower():
        return None
    on_page = [each for each in result[-_MOST_BETWEEN:] if each.pages[0] == block.pages[0]]
    for back in range(1, min(len(result), _MOST_BETWEEN) + 1):
        before = result[-back]
        fits = _is_alike(before, block) and not (small and _heads(before, block, on_page))
        if fits and back == 1 and _is_ended(before, block):
            return None
        if fits and not _CAPTION.match(before.lines[0]):
            text = before.lines[-1]
            if ENDED.search(text):
                if small and before.pages[-1] < block.pages[0]:
                    continue  # a note at the foot of the page
                return None
            hyphened = text[-1:] in _HYPHENS and text[-2:-1].isalpha()
            joins = small or (hyphened and first[:1].isalpha())
            joins = joins or (before.is_full and len(before.lines) > 1 and block.is_first)
            return len(result) - back if joins else None
        if before.is_prose and before.size > 1.06 * block.size:
            return None  # below a heading a text begins anew
        if not small and back > 3:
            return None
    return None


def _is_alike(before: Block, block: Block) -> bool:
    same_size = abs(before.size - block.size) <= 0.06 * max(before.size, 1)
    return before.is_prose and same_size and before.bold == block.bold


def _is_ended(before: Block, block: Block) -> bool:
    """Tell whether the line above a block was ended on purpose, as an item of a list is."""
    return not block.is_first and before.pages[-1] == block.pages[0] and not before.is_full


def _heads(before: Block, block: Block, on_page: Sequence[Block]) -> bool:
    """Tell whether a short line is the head of the page that a block goes on on."""
    short = not before.is_full or len(before.lines[-1]) < 0.5 * len(block.lines[0])  # or set flush right
    alone = len(before.lines) == 1 and short and not ENDED.search(before.lines[0]) and before.pages == block.pages[:1]
    return alone and (before.is_first or (len(on_page) < 3 and all(len(each.lines) == 1 for each in on_page)))


@dataclass(slots=True)
class Text:
    """The text of a document, and where each page starts in it."""

    text: str
    pages: list[int] = field(default_factory=list)


def flowing(found: Sequence[Block], count: int, joins: Callable[[str, str], str]) -> Text:
    """Return blocks as one text, a blank line between them.

    Args:
        found: in the order in which they are read.
        count: how many pages there are.
        joins: gives the text between two lines of a paragraph, and takes the first line's hyphen if it goes: see
            :class:`rag.documents.pdf.hyphens.Hyphens`.
    """
    parts: list[str] = []
    length = 0
    starts: dict[int, int] = {}
    for block in found:
        if parts:
            parts.append("\n\n")
            length += 2
        for n, (line, page) in enumerate(zip(block.lines, block.pages, strict=True)):
            if n:
                between = joins(parts[-1], line)
                if between == "-":
                    parts[-1] = parts[-1][:-1]
                    length -= 1
                else:
                    parts.append(between)
                    length += len(between)
            starts.setdefault(page, length)
            parts.append(line)
            length += len(line)
    text = "".join(parts)
    pages: list[int] = []
    following = len(text)
    for page in reversed(range(count)):
        following = min(following, starts.get(page, following))
        pages.append(following)
    return Text(text, pages[::-1])
