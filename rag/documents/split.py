"""A document becomes passages of whole sentences, with exact offsets.

Sentences come from `sentencex` (Wikimedia, MIT), which knows abbreviations, keeps a quotation of several
sentences together, and handles some 300 languages. It is given one block of text at a time (a paragraph, a
heading, a list item), so that offsets are its own plus the block's, never searched for. llama-index's
``SentenceSplitter`` is not used: it finds offsets by searching, and repeated text then gets the wrong ones.
"""

import re
from bisect import bisect_right
from collections.abc import Iterator, Sequence

import sentencex

from rag.documents.rows import Block, blocks, is_row
from rag.schema import Document, Passage, Sentence
from rag.text import described

MAX_SENTENCE_CHARS = 1000
"""A longer run without a sentence end (a table, a log) is cut between words."""

MAX_BLOCK_CHARS = 10_000
"""A longer block is handed to the splitter in parts: in some scripts its time grows with the square of the length."""

_INSTITUTIONS = (
    "President|Congress|Senat|House|Army|Navy|Air|Marine|Government|Treasury|Secretary|Ambassador|Embassy|Department"
    "|Supreme|Court|Justice|Attorney|District|Representative|State|Official|Troops|Dollar|Open|Steel|Bank"
)
_AUXILIARIES = "has|have|had|is|are|was|were|will|would|can|could|may|might|must|does|did|says|said"

_BLOCK_END = re.compile(
    r"(?:\r\n|\r(?!\n)|\n)"  # a line end, before:
    r"(?=[ \t]*(?:\r\n|\r|\n)"  # an empty line,
    r"|[ \t]*(?:[-*+•]|\d{1,3}[.)])[ \t]"  # a list item,
    r"|[ \t]{0,3}(?:\#{1,6}[ \t]|>|\||```)"  # a heading, quotation, table row or fence of Markdown
    r")"
    r"|(?<![^\r\n])\#{1,6}[ \t][^\r\n]*(?:\r\n|\r|\n)"  # after a heading;
    rf"|{described.FIRST_LINE}"  # after the line that says which model describes a picture;
    # and between initials and a subject with its verb ("…toward the U.S. Mexico has…"), but not "the U.S. Army has…"
    rf"|(?<=[A-Z]\.[A-Z]\.)[ \t\r\n]+(?=(?!{_INSTITUTIONS})[A-Z][\w'’-]*[ ](?:{_AUXILIARIES})\b)"
)


def sentences(text: str, start: int = 0) -> list[Sentence]:
    """Split ``text[start:]`` into sentences, in order and without overlap; a row of a table is one.

    Every character that is not white space belongs to exactly one sentence; none starts or ends with white space.
    """
    return _sentences(text, start, list(blocks(text, start)))


def _sentences(text: str, start: int, tables: Sequence[Block]) -> list[Sentence]:
    found: list[Sentence] = []
    for table in tables:
        found += _prose(text, start, table.header[0])
        for span in (table.header, *table.rows):
            found.extend(_cap(text, _trim(text, *span)))
        start = table.end
    return found + _prose(text, start, len(text))


def _prose(text: str, start: int, end: int) -> list[Sentence]:
    found: list[Sentence] = []
    for block_start, block_end in _blocks(text, start, end):
        span = _trim(text, block_start, block_end)
        if span[1] - span[0] <= MAX_SENTENCE_CHARS and is_row(text[slice(*span)]):
            found.append(Sentence(*span))
            continue
        while block_start < block_end:
            block = text[block_start : min(block_end, block_start + MAX_BLOCK_CHARS)]
            boundaries = sentencex.get_sentence_boundaries("en", block)
            if block_start + len(block) < block_end and len(boundaries) > 1:
                boundaries.pop()  # it may go on beyond: the next part starts with it
            for boundary in boundaries:
                span = _trim(text, block_start + boundary["start_index"], block_start + boundary["end_index"])
                found.extend(_cap(text, span))
            block_start += boundaries[-1]["end_index"] if boundaries else len(block)
    return found


def passages(document: Document, max_chars: int) -> list[Passage]:
    """Pack a document's sentences into passages of at most ``max_chars`` characters (a lone sentence may be longer)."""
    tables = list(blocks(document.text, document.body))
    headers = {table.header[0] for table in tables}
    told = [*described.spans(document.text)]  # what a model says of a picture is in a passage with nothing else
    packed: list[Passage] = []
    group: list[Sentence] = []
    for sentence in _sentences(document.text, document.body, tables):
        if group and (inside := _inside(told, group[0])) != _inside(told, sentence):
            packed.append(_passage(document, group, tables))
            group = []
        elif group and inside < 0 and sentence.end - group[0].start > max_chars:
            last = group[-1]
            head = len(group) > 1 and last.start in headers and sentence.end - last.start <= max_chars
            packed.append(_passage(document, group[:-1] if head else group, tables))
            group = [last] if head else []
        group.append(sentence)
    if group:
        packed.append(_passage(document, group, tables))
    return packed


def _inside(told: Sequence[tuple[int, int]], sentence: Sentence) -> int:
    """Return in which of some spans a sentence begins; -1 for none."""
    place = bisect_right(told, sentence.start, key=lambda span: span[0]) - 1
    return place if place >= 0 and sentence.start < told[place][1] else -1


def _passage(document: Document, group: list[Sentence], tables: Sequence[Block]) -> Passage:
    start, end = group[0].start, group[-1].end
    return Passage(
        source=document.source,
        start=start,
        end=end,
        text=document.text[start:end],
        sentences=tuple(group),
        title=document.title,
        published=document.published,
        pages=document.pages,
        context=_context(document.text, start, tables),
        times=document.times,
    )


def _context(text: str, start: int, tables: Sequence[Block]) -> str:
    """Return the caption and the header of the table in which a passage starts, if that is below the header."""
    place = bisect_right(tables, start, key=lambda table: table.header[0]) - 1
    if place < 0 or not tables[place].header[1] <= start < tables[place].end:
        return ""
    header = text[slice(*tables[place].header)].splitlines()[0].strip()
    return f"{tables[place].caption}\n{header}".lstrip()


def _blocks(text: str, start: int, stop: int) -> Iterator[tuple[int, int]]:
    for match in _BLOCK_END.finditer(text, start, stop):
        if not text[start : match.end()].isspace():
            yield start, match.end()
        start = match.end()
    if text[start:stop].strip():
        yield start, stop


def _trim(text: str, start: int, end: int) -> tuple[int, int]:
    while start < end and text[start].isspace():
        start += 1
    while end > start and text[end - 1].isspace():
        end -= 1
    return start, end


def _cap(text: str, span: tuple[int, int]) -> Iterator[Sentence]:
    """Cut a span longer than ``MAX_SENTENCE_CHARS`` at its last white space that fits, or hard where there is none."""
    start, end = span
    while end - start > MAX_SENTENCE_CHARS:
        limit = start + MAX_SENTENCE_CHARS
        space = max(text.rfind(" ", start, limit), text.rfind("\n", start, limit), text.rfind("\t", start, limit))
        cut = space if space > start else limit
        yield Sentence(*_trim(text, start, cut))
        start, _ = _trim(text, cut, end)
    if end > start:
        yield Sentence(start, end)
