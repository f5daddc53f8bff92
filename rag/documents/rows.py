"""The rows of tables in a text: where they are, and the cells of each with their column names and places.

Two forms: the paragraph that :mod:`rag.documents.common.table` writes ("Club: Harfield; Members: 1,204"), which names
its columns itself; and the line of a Markdown table, whose columns the line above the dashes names.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise

from rag.schema import Passage

MOST_NAME_CHARS = 80
MOST_NAME_WORDS = 10
MOST_CAPTION_CHARS = 150

_LINE = re.compile(r"[^\r\n]*(?:\r\n|\r|\n|\Z)")
_DASHES = re.compile(r"[ \t]*\|?(?:[ \t]*:?-+:?[ \t]*\|)+(?:[ \t]*:?-+:?[ \t]*)?[ \t]*|[ \t]*\|[ \t]*:?-+:?[ \t]*")
_BAR = re.compile(r"(?<!\\)\|")
_NAMED = re.compile(rf"(?P<name>[^;:\r\n]{{1,{MOST_NAME_CHARS}}}): (?P<value>.+)")
_SENTENCE_END = re.compile(r"[.!?][\"”’)]?\s")
_MARKS = "*_`~ \t"
_LINK = re.compile(r"!?\[(?P<text>[^\]]*)\]\([^)\s]*\)")


@dataclass(frozen=True, slots=True)
class Cell:
    """What stands in one column of a row."""

    name: str
    """Of the column; empty if it has none."""
    value: str
    start: int
    """Of the value in the text of the row."""

    @property
    def end(self) -> int:
        """Where the value ends in the text of the row."""
        return self.start + len(self.value)


@dataclass(frozen=True, slots=True)
class Block:
    """A Markdown table in a text; spans are half open and end before the line end."""

    header: tuple[int, int]
    """The line of column names with the line of dashes."""
    rows: tuple[tuple[int, int], ...]
    caption: str
    """The line above it, if it is short."""

    @property
    def end(self) -> int:
        """Where its last line ends."""
        return self.rows[-1][1] if self.rows else self.header[1]


def blocks(text: str, start: int = 0) -> Iterator[Block]:
    """Yield the Markdown tables of a text from ``start`` on, in order."""
    if "|" not in text or "-" not in text:
        return
    lines = [(found.start(), found.start() + len(found[0].rstrip("\r\n"))) for found in _LINE.finditer(text, start)]
    number = 1
    while number < len(lines):
        above, dashes = lines[number - 1], lines[number]
        said = text[slice(*above)]
        if "|" not in said or not _DASHES.fullmatch(text, *dashes) or len(_split(said)) < 2:
            number += 1
            continue
        end = number + 1
        while end < len(lines) and _BAR.search(text, *lines[end]):
            end += 1
        yield Block((above[0], dashes[1]), tuple(lines[number + 1 : end]), _caption(text, lines[: number - 1]))
        number = end + 1


def _caption(text: str, above: list[tuple[int, int]]) -> str:
    line = next((said for span in reversed(above) if (said := text[slice(*span)].strip())), "")
    return line if len(line) <= MOST_CAPTION_CHARS and "|" not in line else ""


def is_row(text: str) -> bool:
    """Tell whether a paragraph is a row that names its columns.

    >>> is_row("Club: St. Harfield; Members: 1,204"), is_row("He said no. Note: it rained; Ana: no.")
    (True, False)
    """
    return "\n" not in text and "\r" not in text and len([cell for cell in _named(text) if cell.name]) > 1


def cells(text: str, header: str = "") -> tuple[Cell, ...]:
    """Return the cells of a row in order, without empty ones; none if a text is no row.

    Args:
        text: of the row.
        header: the line of column names, for a row of a Markdown table.

    >>> [(cell.name, cell.value) for cell in cells("| Harfield | **1,204** |", "| Club | Members |")]
    [('Club', 'Harfield'), ('Members', '1,204')]
    """
    if header:
        names = [name for name, _ in _split(header.splitlines()[0])]
        found = [
            Cell(names[n] if n < len(names) else "", value, start)
            for n, (value, start) in enumerate(_split(text))
            if value
        ]
        return tuple(found)
    return tuple(_named(text)) if is_row(text) else ()


def bare_cells(text: str) -> tuple[Cell, ...]:
    """Return the cells of a row whose table has no column names ("2024-01-05; Acme Ltd; 1200")."""
    return tuple(Cell("", found[0], found.start()) for found in re.finditer(r"[^;\s](?:[^;]|;(?! ))*", text))


def _named(text: str) -> list[Cell]:
    """Return the cells of "name: value; name: value"; what has no name belongs to the cell before it.

    Nothing where a name is none: too long, or more than one sentence.
    """
    found: list[Cell] = []
    at = 0
    for part in text.split("; "):
        named = _NAMED.fullmatch(part)
        if named:
            if len(named["name"].split()) > MOST_NAME_WORDS or _SENTENCE_END.search(named["name"]):
                return []
            found.append(Cell(named["name"].strip(), named["value"], at + named.start("value")))
        elif found and found[-1].name:
            last = found[-1]
            found[-1] = Cell(last.name, text[last.start : at + len(part)], last.start)
        else:
            found.append(Cell("", part, at))
        at += len(part) + 2
    return found


def _split(line: str) -> list[tuple[str, int]]:
    """Return the values between the bars of a line of Markdown, without their marks, and where each starts."""
    bars = [found.start() for found in _BAR.finditer(line)]
    left = len(line) - len(line.lstrip())
    edges = [-1 if not bars or bars[0] != left else left, *bars[bool(bars) and bars[0] == left :]]
    if not line.rstrip().endswith("|") or not bars or bars[-1] == left:
        edges.append(len(line))
    found = []
    for before, after in pairwise(edges):
        start, end = before + 1, after
        if link := _LINK.fullmatch(line[start:end].strip(_MARKS)):
            start = line.index(link[0], start) + link.start("text")
            end = start + len(link["text"])
        while start < end and line[start] in _MARKS:
            start += 1
        while end > start and line[end - 1] in _MARKS:
            end -= 1
        found.append((line[start:end], start))
    return found


def is_header(text: str) -> bool:
    """Tell whether a sentence is the column names of a Markdown table above its line of dashes."""
    lines = text.splitlines()
    return len(lines) == 2 and bool(_DASHES.fullmatch(lines[1]))


def header_of(passage: Passage, number: int) -> str:
    """Return the line of column names above a sentence of a passage, if that is a row of a Markdown table."""
    if "|" not in passage.quote(passage.sentences[number]):
        return ""
    for place in range(number, -1, -1):
        text = passage.quote(passage.sentences[place])
        if is_header(text):
            return text.splitlines()[0] if place < number else ""
        if "|" not in text:
            return ""
    return passage.context.rpartition("\n")[2]
