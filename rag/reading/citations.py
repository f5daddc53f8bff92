"""Evidence becomes an answer: lines with the quotes that support each, and the program alone numbers the citations.

Nothing in a source, a question or an LLM's text can become a citation: numbers are counted here, and offsets come from
the index.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from rag.english.question_form import unresolved
from rag.reading.selection import Selected
from rag.reading.versions import Version
from rag.schema import Citation, Claim, Closest, Evidence, Passage, Sentence, Stated
from rag.text.described import credit, describer

MOST_CHARS = 1000
"""Of a quote with the sentence before it."""
_UNDERLINED = re.compile(r"[^\n]+\n[ \t]*(?:=+|-{3,})[ \t]*\n\s*")
_FIRST_LINE = re.compile(r"(?P<line>[^\n]{1,70})\n[ \t]*(?P<next>[^\W_a-zß-ÿ][^\s]*)")
_ENDED = re.compile(r"[.!?…:;,–—-][\"'”’»)\]*_]*$")
"""How a sentence or its part ends, and a heading does not."""
_LEANS = re.compile(
    r"\b(?:an?|the|of|in|on|at|to|for|and|or|by|with|from|as|is|was|are|were|that|his|her|its)$", re.IGNORECASE
)


@dataclass(frozen=True, slots=True)
class Line:
    """A line of an answer before its citations are numbered."""

    text: str
    evidence: tuple[Evidence, ...]
    """What supports it; at least one."""


@dataclass(frozen=True, slots=True)
class Composed:
    """The claims of an answer with their citations, or the closest passages of a refusal: one of the two is empty."""

    claims: tuple[Claim, ...] = ()
    citations: tuple[Citation, ...] = ()
    closest: tuple[Closest, ...] = ()
    conflict: tuple[Stated, ...] = ()


def compose(selected: Selected, lines: Sequence[Line] | None = None) -> Composed:
    """Number the citations of an answer in the order in which its lines use them, or show what came closest.

    Superseded values are cited behind those of the lines, as far as they are no lines themselves.

    Args:
        selected: what the reader chose.
        lines: what the answer says, if not the quotes alone; two of them may stand on one quote.
    """
    citations: dict[tuple[str, Sentence], Citation] = {}

    def number(item: Evidence) -> int:
        place = (item.passage.source, item.sentence)
        return citations.setdefault(place, cited(len(citations) + 1, item)).number

    claims = [
        Claim(line.text, "supported", tuple(sorted({number(item) for item in line.evidence})))
        for line in (quoted(selected) if lines is None else lines)
    ]
    conflict = []
    for version in selected.conflict:
        number(with_context(version.evidence[0], selected.quotes))
        numbers = tuple(citation.number for citation in citations.values() if _says(citation, version))
        conflict.append(Stated(version.value, numbers, _published(version), version.superseded))
    closest = tuple(closest_of(item) for item in selected.closest)
    return Composed(tuple(claims), tuple(citations.values()), closest, tuple(conflict))


def _says(citation: Citation, version: Version) -> bool:
    """Tell whether a citation is of a document with a value, and of a sentence that has it."""
    own = [item for item in version.evidence if item.passage.source == citation.source]
    ends = {item.sentence.end for item in own}
    return bool(own) and (citation.end in ends or any(item.short_answer in citation.quote for item in own))


def _published(version: Version) -> str | None:
    return max((item.passage.published or "" for item in version.evidence), default="") or version.moment or None


def quoted(selected: Selected) -> tuple[Line, ...]:
    """Return what was chosen as lines that are their own quotes."""
    items = (with_context(item, selected.quotes) for item in selected.quotes)
    return tuple(Line(" ".join(item.quote.split()), (item,)) for item in items)


def with_context(item: Evidence, quotes: tuple[Evidence, ...]) -> Evidence:
    """Return evidence that begins a sentence earlier if its own has a word that points there ("He said").

    Not if that sentence is a heading, is quoted already, is in another passage, or makes the quote too long.
    """
    passage, sentence = item.passage, item.sentence
    place = passage.sentences.index(sentence)
    if not place or not unresolved(item.quote):
        return without_heading(item)
    before = passage.sentences[place - 1]
    quoted = any(other.passage.source == passage.source and other.sentence == before for other in quotes)
    if quoted or sentence.end - before.start > MOST_CHARS or _is_heading(passage, before, sentence):
        return without_heading(item)
    return without_heading(replace(item, sentence=Sentence(before.start, sentence.end)))


def _is_heading(passage: Passage, before: Sentence, after: Sentence) -> bool:
    """Tell whether a sentence is the heading of the one behind it: it stands in a line of its own and does not end.

    So is the line that says which model's words those below it are.
    """
    text = passage.quote(before)
    apart = "\n" in passage.text[before.end - passage.start : after.start - passage.start]
    return apart and (text.startswith("#") or not _ENDED.search(text) or describer(f"{text}\n") is not None)


def without_heading(item: Evidence) -> Evidence:
    """Return evidence without the heading that its sentence begins with where no empty line parts the two.

    A line is one if a paragraph begins with it, it does not end as a sentence or its part does, and is broken off
    though the next word had room: what is merely wrapped is broken where the line is full.
    """
    quote, passage = item.quote, item.passage
    before = passage.text[: item.sentence.start - passage.start]
    if not re.search(r"\n[ \t]*\n\s*$", before) and (before.strip() or passage.start):
        return item
    found = _UNDERLINED.match(quote)
    start = found.end() if found else _heading_end(quote)
    if not start or item.short_answer not in quote[start:]:
        return item
    return replace(item, sentence=Sentence(item.sentence.start + start, item.sentence.end))


def _heading_end(quote: str) -> int:
    """Return where the text behind a heading in the first line starts; 0 if that is none."""
    found = _FIRST_LINE.match(quote)
    if not found:
        return 0
    line, rest = found["line"].rstrip(), quote[found.start("next") :]
    room = max(map(len, rest.splitlines()))
    fits = len(line) + 1 + len(found["next"]) <= room
    return found.start("next") if fits and not _ENDED.search(line) and not _LEANS.search(line) else 0


def cited(number: int, item: Evidence) -> Citation:
    """Return the citation of evidence, with its number."""
    passage, sentence = item.passage, item.sentence
    return Citation(
        number=number,
        source=passage.source,
        title=credit(passage.title, passage.text),
        published=passage.published,
        start=sentence.start,
        end=sentence.end,
        quote=item.quote,
        score=item.score,
        page=passage.page(sentence),
        page_end=passage.page_end(sentence),
        publisher=passage.publisher,
        also=item.also,
        time=passage.time(sentence),
    )


def closest_of(item: Evidence) -> Closest:
    """Return evidence as what came closest, which is no citation."""
    item = without_heading(item)
    passage, sentence = item.passage, item.sentence
    return Closest(
        source=passage.source,
        title=credit(passage.title, passage.text),
        start=sentence.start,
        end=sentence.end,
        quote=item.quote,
        score=item.score,
    )
