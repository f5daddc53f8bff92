"""The HTML of a source's text: headings, lists and tables as such, and its quotes marked, each exactly.

What is a heading, an item or a row is told by the canonical text alone: by the marks of Markdown, or by the form that
the parsers give it (:mod:`rag.documents.common.table`). No character is added, dropped or moved: the text of the HTML
is the canonical text. What stands above a column already, its name before each cell, is hidden from the eye.
"""

import re
from bisect import bisect_left
from collections.abc import Container, Iterator, Sequence
from dataclasses import dataclass, field, replace
from itertools import pairwise
from pathlib import PurePosixPath
from statistics import median
from typing import Any, Literal, NamedTuple

from markupsafe import Markup, escape

from rag.documents.load import SOUNDS
from rag.documents.parse import PARSERS
from rag.documents.rows import Cell, cells
from rag.documents.rows import blocks as markdown_tables
from rag.schema import Citation, Closest, Document, Times, clock
from rag.web.template import html

MOST_COLUMNS = 6
"""A wider table stays a list of its rows: beside a conversation there is no room for it."""
MOST_HEADING = 90
"""Characters of a heading."""
A_PARAGRAPH = 120
"""Characters of a line that is longer than those of a text that was broken to fit a page."""

Span = Citation | Closest
Kind = Literal["prose", "heading", "item", "row", "head", "dashes", "pre", "quote", "line"]

_BLANK = re.compile(r"(?:[ \t]*(?:\r\n|\r|\n)){2,}[ \t\r\n]*")
_LINE = re.compile(r"[^\r\n]*(?:\r\n|\r|\n|\Z)")
_BULLET = re.compile(r"[•◦▪‣●○■□✓➢–*+-][ \t]+(?=\S)")
_NUMBER = re.compile(r"\(?(?:\d{1,3}|[a-zA-Z]|[ivx]{1,5})[.)][ \t]+(?=\S)")
_ENDED = re.compile(r"[.!?,;…。！？]['\"’”»)\]]*$")
_SHARP = re.compile(r"[ \t]{0,3}#{1,6}[ \t]+")
_FENCE = re.compile(r"[ \t]{0,3}(?:```|~~~)")
_ANGLE = re.compile(r"[ \t]{0,3}>[ \t]?")
_MARKED = re.compile(r"[ \t]*(?:[-*+]|\d{1,3}[.)])[ \t]+(?=\S)")
_BAR = re.compile(r"(?<!\\)\|")
_NOTHING = Markup()


@dataclass(frozen=True, slots=True)
class Block:
    """A part of a text, ``text[start:end]``, and the white space behind it up to ``upto``."""

    kind: Kind
    start: int
    end: int
    upto: int
    lead: int = 0
    """So many characters at its start are a mark that makes it what it is."""
    cells: Sequence[Cell] = ()
    """Of a row that a parser made; their places are in ``text[start:end]``."""


def text(shown: Document, spans: Sequence[Span], selected: Span | None) -> str:
    """Return the text of a document, from its body on, as HTML.

    Args:
        shown: the document.
        spans: quotes to mark, which stand in it.
        selected: the one of them that is marked strongly.
    """
    marks = _Marks(shown, spans, selected)
    kind = form(shown.source)
    found = _READ[kind](shown.text, shown.body)
    if kind == "plain" and not found:
        return str(marks.piece(shown.body, len(shown.text)))
    return html("prose", "text", _Setter(shown.text, marks, shown.times).parts(shown.body, found))


def form(source: str) -> Literal["plain", "markdown", "parsed"]:
    """Return how the text of a source is set, by its name; one within another file may have a name without a suffix."""
    suffixes = [PurePosixPath(part).suffix.lower() for part in source.split("/")]
    if suffixes[-1] in (".md", ".markdown"):
        return "markdown"
    return "parsed" if any(suffix in PARSERS or suffix in SOUNDS for suffix in suffixes) else "plain"


# --- What a text is made of


def lined(text: str, start: int = 0) -> list[Block]:
    """Return the lines of a plain text whose lines are its paragraphs, as those of a news wire; none of any other.

    Nothing parts them to the eye; of what was broken to fit a page, or has blank lines, the lines stay as they are.
    """
    lines = [(found.start(), found.end()) for found in _LINE.finditer(text, start) if found[0]]
    if (
        len(lines) < 2
        or _BLANK.search(text, start, len(text.rstrip()))
        or median(end - begin for begin, end in lines) < A_PARAGRAPH
    ):
        return []
    return [_of(text, "line", line, line) for line in lines]


def parsed(text: str, start: int = 0) -> list[Block]:
    """Return the paragraphs of a text that a parser made: a blank line parts them."""
    found: list[Block] = []
    at = start
    for gap in [*_BLANK.finditer(text, start), None]:
        end, upto = (gap.start(), gap.end()) if gap else (len(text), len(text))
        if end > at:
            found.append(_paragraph(text, at, end, upto))
        at = upto
    return _with_headings(text, found)


def _paragraph(text: str, start: int, end: int, upto: int) -> Block:
    own = text[start:end]
    if len(row := cells(own)) > 1:
        return Block("row", start, end, upto, cells=row)
    if mark := _BULLET.match(own) or _NUMBER.match(own):
        return Block("item", start, end, upto, mark.end() if _BULLET.match(own) else 0)
    lines = own.splitlines()
    is_code = len(lines) > 1 and 2 * sum(line[:1] in (" ", "\t") for line in lines) >= len(lines)
    return Block("pre" if is_code else "prose", start, end, upto)


def _with_headings(text: str, found: Sequence[Block]) -> list[Block]:
    """Tell headings: short lines without an end, one or two together, with more below them than another such line."""
    short = [block.kind == "prose" and _may_head(text[block.start : block.end]) for block in found]
    result = list(found)
    at = 0
    while at < len(found):
        end = at
        while end < len(found) and short[end]:
            end += 1
        if 0 < end - at <= 2 and end < len(found):
            for n in range(at, end):
                result[n] = replace(found[n], kind="heading")
        at = max(end, at + 1)
    return result


def _may_head(line: str) -> bool:
    return len(line) <= MOST_HEADING and "\n" not in line and not _ENDED.search(line) and any(map(str.isalpha, line))


def markdown(text: str, start: int = 0) -> list[Block]:
    """Return the headings, items, tables, quotations, fences and paragraphs of a Markdown text."""
    tables = {table.header[0]: len(table.rows) for table in markdown_tables(text, start)}
    lines = [(found.start(), found.end()) for found in _LINE.finditer(text, start) if found[0]]
    found: list[Block] = []
    place = 0
    while place < len(lines):
        begin, end = lines[place]
        if begin in tables:
            last = place + 1 + tables[begin]
            kinds: dict[int, Kind] = {place: "head", place + 1: "dashes"}
            found += [_of(text, kinds.get(n, "row"), lines[n], lines[n]) for n in range(place, last + 1)]
        elif text[begin:end].strip():
            kind, lead, last = _begun(text, lines, place, tables)
            found.append(_of(text, kind, lines[place], lines[last], lead))
        else:
            last = place
            if found:
                found[-1] = replace(found[-1], upto=end)
        place = last + 1
    return found


def _of(text: str, kind: Kind, first: tuple[int, int], last: tuple[int, int], lead: int = 0) -> Block:
    """Return the block from one line to another."""
    end = first[0] + len(text[first[0] : last[1]].rstrip("\r\n"))
    return Block(kind, first[0], end, last[1], lead)


def _begun(text: str, lines: Sequence[tuple[int, int]], place: int, tables: Container[int]) -> tuple[Kind, int, int]:
    """Return what a line of Markdown begins, how long the mark is that says so, and the last line of it."""
    line = text[slice(*lines[place])]
    if _FENCE.match(line):
        close = line.strip()[:3]
        ends = (n for n in range(place + 1, len(lines)) if text[slice(*lines[n])].strip().startswith(close))
        return "pre", 0, next(ends, len(lines) - 1)
    if mark := _SHARP.match(line):
        return "heading", mark.end(), place
    if mark := _ANGLE.match(line):
        return "quote", mark.end(), place
    last = place
    while last + 1 < len(lines) and _goes_on(text, lines[last + 1], tables):
        last += 1
    if mark := _MARKED.match(line):
        return "item", 0 if mark[0].strip()[0].isdigit() else mark.end(), last
    return "prose", 0, last


def _goes_on(text: str, line: tuple[int, int], tables: Container[int]) -> bool:
    """Tell whether a line goes on in the paragraph above it."""
    own = text[slice(*line)]
    begins = any(mark.match(own) for mark in (_SHARP, _FENCE, _ANGLE, _MARKED))
    return bool(own.strip()) and not begins and line[0] not in tables


_READ = {"plain": lined, "markdown": markdown, "parsed": parsed}
_TAGS: dict[Kind, str] = {"heading": "h3", "pre": "pre", "line": "div"}

# --- What of it is marked, and how it is set


class _Inner(NamedTuple):
    """What stands in an element, all of it HTML."""

    own: Markup
    lead: Markup = _NOTHING
    """Before it: read aloud and copied, and not seen."""
    trail: Markup = _NOTHING
    """Behind it, likewise."""
    gap: Markup = _NOTHING
    """The white space behind it."""
    clock: str = ""
    """When it is said, beside it."""


_Part = tuple[str, Any]
"""What ``prose.html`` makes an element of: its name there, or its tag, and what stands in it."""


class _Marks:
    """Tells which parts of a text are quoted."""

    def __init__(self, shown: Document, spans: Sequence[Span], selected: Span | None) -> None:
        self._text = shown.text
        self._spans: list[Span] = []
        self._selected = selected
        self._begun = False
        done = shown.body
        for span in sorted(spans, key=lambda span: span.start):
            if span.start >= done:  # two answers' sentences never overlap, but a page must not depend on it
                self._spans.append(span)
                done = span.end
        self._next = 0

    def piece(self, start: int, end: int, *, seen: bool = True) -> Markup:
        """Return ``text[start:end]`` as HTML; pieces are asked for in their order.

        Args:
            start: in the text.
            end: likewise.
            seen: whether a reader sees it: to what is not seen no focus can go.
        """
        if self._next == len(self._spans) or self._spans[self._next].start >= end:
            return escape(self._text[start:end])
        parts: list[str] = []  # what is not marked is escaped when all are joined
        at = start
        while self._next < len(self._spans) and self._spans[self._next].start < end:
            span = self._spans[self._next]
            first, last = max(at, span.start), min(end, span.end)
            parts.append(self._text[at:first])
            if last > first:
                parts.append(self._marked(span, self._text[first:last], seen=seen))
            at = max(at, last)
            if span.end > end:
                break  # it goes on in the next piece
            self._next += 1
        return _NOTHING.join([*parts, self._text[at:end]])

    def _marked(self, span: Span, text: str, *, seen: bool) -> str:
        if not text.strip():  # a blank line within a quote has no mark of its own
            return text
        number = span.number if isinstance(span, Citation) else ""
        first = span is self._selected and seen and not self._begun
        self._begun = self._begun or first
        state = "" if span is not self._selected else "selected" if first else "goes-on"
        return Markup(html("prose", "mark", text, number, state))  # noqa: S704 (a template made it)


@dataclass(slots=True)
class _Table:
    """Rows that stand together, and the columns that they have."""

    columns: list[str]
    rows: list[Block] = field(default_factory=list)


class _Setter:
    """Sets blocks, one after the other."""

    def __init__(self, text: str, marks: _Marks, times: Times) -> None:
        self._text, self._marks, self._times = text, marks, times

    def parts(self, start: int, found: Sequence[Block]) -> list[_Part]:
        """Return all blocks; what stands before the first is hidden white space."""
        parts: list[_Part] = [("gap", self._unseen(start, found[0].start if found else len(self._text)))]
        at = 0
        while at < len(found):
            kind = found[at].kind
            end = at + 1
            if kind in ("item", "quote"):
                while end < len(found) and found[end].kind == kind:
                    end += 1
                parts.append((kind, [(block.lead, self._inner(block)) for block in found[at:end]]))
            elif kind in ("row", "head"):
                while end < len(found) and found[end].kind in ("row", "dashes"):
                    end += 1
                parts += [self._barred(found[at:end])] if kind == "head" else self._rows(found[at:end])
            else:
                parts.append((_TAGS.get(kind, "p"), self._inner(found[at])))
            at = end
        return parts

    def _unseen(self, start: int, end: int) -> Markup:
        return self._marks.piece(start, end, seen=False)

    def _inner(self, block: Block) -> _Inner:
        at = block.start + block.lead
        lead, own = self._unseen(block.start, at), self._marks.piece(at, block.end)
        return _Inner(own, lead, gap=self._unseen(block.end, block.upto), clock=self._clock(block))

    def _clock(self, block: Block) -> str:
        """Return when the first cue of a block is said; nothing of one that begins none."""
        place = bisect_left(self._times, block.start, key=lambda cue: cue[0])
        begun = self._times[place : place + 1]
        return clock(begun[0][1]) if begun and begun[0][0] < block.end else ""

    def _rows(self, rows: Sequence[Block]) -> Iterator[_Part]:
        """Yield tables of rows that have the same columns, and wide ones as paragraphs."""
        for table in self._tables(rows):
            if len(table.columns) > MOST_COLUMNS:
                yield from (("p", self._inner(row)) for row in table.rows)
                continue
            head = table.columns if any(table.columns) else []
            yield "table", (head, [list(self._row(row, table.columns)) for row in table.rows])

    def _tables(self, rows: Sequence[Block]) -> Iterator[_Table]:
        table: _Table | None = None
        for row in rows:
            names = [cell.name for cell in row.cells]
            if table is not None and _fits(names, table.columns):
                table.rows.append(row)
            elif table is not None and _fits(table.columns, names):
                table.columns = names
                table.rows.append(row)
            else:
                if table is not None:
                    yield table
                table = _Table(names, [row])
        if table is not None:
            yield table

    def _row(self, row: Block, columns: Sequence[str]) -> Iterator[_Inner | None]:
        """Yield the cells of a row, None for a column that it lacks."""
        at, column = row.start, 0
        for n, cell in enumerate(row.cells):
            place = columns.index(cell.name, column)
            yield from (None for _ in range(column, place))
            column = place + 1
            end = row.start + cell.end
            yield self._cell(row, at, row.start + cell.start, end, end if n + 1 == len(row.cells) else None)
            at = end
        yield from (None for _ in range(column, len(columns)))

    def _cell(self, row: Block, at: int, start: int, end: int, last: int | None) -> _Inner:
        """Return ``text[start:end]`` of a row, with what stands before it; the last one with what is behind it, too.

        Args:
            row: where it stands.
            at: where the cell before it ends.
            start: of the cell.
            end: likewise.
            last: of the last one, up to where something not seen goes on behind it.
        """
        lead = self._unseen(at, start)
        own = self._marks.piece(start, end)
        if last is None:
            return _Inner(own, lead)
        return _Inner(own, lead, self._unseen(end, last), self._unseen(last, row.upto))

    def _barred(self, rows: Sequence[Block]) -> _Part:
        """Return a table of Markdown: its head, and its rows, of which one may be a line of dashes that is not seen."""
        head: list[_Inner] = []
        body: list[tuple[Literal["dashes", "row"], Any]] = []
        for row in rows:
            if row.kind == "dashes":
                body.append(("dashes", self._unseen(row.start, row.upto)))
            elif row.kind == "head":
                head = list(self._bars(row))
            else:
                body.append(("row", list(self._bars(row))))
        return "barred", (head, body)

    def _bars(self, row: Block) -> Iterator[_Inner]:
        own = self._text[row.start : row.end]
        bars = [found.start() for found in _BAR.finditer(own)]
        edges = bars if bars and not own[: bars[0]].strip() else [-1, *bars]
        if not bars or own[bars[-1] + 1 :].strip() or len(edges) < 2:
            edges = [*edges, len(own)]
        at = row.start
        for n, (left, right) in enumerate(pairwise(edges)):
            end = row.start + right
            yield self._cell(row, at, row.start + left + 1, end, row.end if n + 2 == len(edges) else None)
            at = end


def _fits(names: Sequence[str], columns: Sequence[str]) -> bool:
    """Tell whether names stand among columns in their order.

    >>> _fits(["Year", "Cost"], ["Year", "Sold", "Cost"]), _fits(["Cost", "Year"], ["Year", "Cost"])
    (True, False)
    """
    at = 0
    for name in names:
        if name not in columns[at:]:
            return False
        at = list(columns).index(name, at) + 1
    return True
