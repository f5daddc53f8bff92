"""Gold evidence as positions: where in its documents a question's quotes stand, and what covers them."""

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from rag.evaluation.gold import Member, Question
from rag.schema import Citation, Document, Passage

_WORD = re.compile(r"\w+")
MET_PART = 0.5
"""Least part of a place that shows it, or of a span that lies in one."""
LEAST_CHARS = 8
"""Less of a place shows nothing."""
LONGEST_CITATION = 1000
"""Characters: who cites a whole document has cited nothing in it."""


@dataclass(frozen=True, slots=True)
class Span:
    """``document.text[start:end]`` of a source."""

    source: str
    start: int
    end: int

    def overlap(self, other: "Span") -> int:
        """Return how many characters two spans share."""
        return max(0, min(self.end, other.end) - max(self.start, other.start)) if self.source == other.source else 0

    def meets(self, place: "Span") -> bool:
        """Tell whether this span shows a place of the evidence.

        It holds ``MET_PART`` of the place; or it is a part of a longer one: ``MET_PART`` of the span lies in
        the place, and at least ``LEAST_CHARS``.
        """
        shared = self.overlap(place)
        return shared >= max(1, MET_PART * (place.end - place.start)) or shared >= max(
            LEAST_CHARS, MET_PART * (self.end - self.start)
        )


@dataclass(frozen=True, slots=True)
class Gold:
    """The evidence of one question, located."""

    groups: tuple[tuple[Span, ...], ...]
    """For each group every place of every member; empty where no member was found."""
    whole: bool
    """Whether members name documents without a quote."""
    missing: tuple[Member, ...]
    """Members whose document or quote is not there."""

    @property
    def spans(self) -> tuple[Span, ...]:
        """Every place of every group."""
        return tuple(dict.fromkeys(span for group in self.groups for span in group))

    def met(self, spans: Iterable[Span]) -> list[bool]:
        """Tell for each group whether any of ``spans`` meets any of its places."""
        found = tuple(spans)
        return [any(span.meets(place) for span in found for place in group) for group in self.groups]


def locate(question: Question, document: Callable[[str], Document | None]) -> Gold:
    """Find a question's evidence in its documents.

    Args:
        question: of a gold file.
        document: gives a source's document, or None if there is none.
    """
    missing: list[Member] = []
    groups = []
    for group in question.evidence:
        places: list[Span] = []
        for member in group:
            found = document(member.source)
            at = places_of(member.quote, found.text) if found else []
            places += [Span(member.source, start, end) for start, end in at]
            if not at:
                missing.append(member)
        groups.append(tuple(places))
    whole = any(not member.quote for group in question.evidence for member in group)
    return Gold(tuple(groups), whole, tuple(missing))


def places_of(quote: str, text: str) -> list[tuple[int, int]]:
    """Return where a quote stands in a text, at the edges of words, whatever white space is between its words."""
    if not quote.strip():
        return [(0, len(text))]
    pattern = r"\s+".join(map(re.escape, quote.split()))
    pattern = (r"(?<!\w)" if quote.strip()[0].isalnum() else "") + pattern
    pattern += r"(?!\w)" if quote.strip()[-1].isalnum() else ""
    return [match.span() for match in re.finditer(pattern, text)]


def passage_span(passage: Passage) -> Span:
    """Return a passage's place."""
    return Span(passage.source, passage.start, passage.end)


def citation_spans(citation: Citation) -> tuple[Span, ...]:
    """Return every place a citation names: its own, and where other documents of the story have the same sentence.

    None if it is longer than ``LONGEST_CITATION``.
    """
    copies = [Span(copy.source, copy.start, copy.end) for copy in citation.also]
    places = (Span(citation.source, citation.start, citation.end), *copies)
    return tuple(place for place in places if place.end - place.start <= LONGEST_CITATION)


def covered(text: str, wanted: Span, by: Sequence[Span]) -> tuple[int, int]:
    """Return how many words of a span lie in the spans ``by``, and how many it has.

    Args:
        text: of the span's source.
        wanted: the span.
        by: spans of any source.
    """
    own = [span for span in by if span.source == wanted.source]
    starts = [match.start() for match in _WORD.finditer(text, wanted.start, wanted.end)]
    return sum(any(span.start <= start < span.end for span in own) for start in starts), len(starts)
