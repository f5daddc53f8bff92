"""Where a quote stands in the index as it is now: at its place, elsewhere in its source, or nowhere."""

import re
from bisect import bisect
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Literal

from rag.schema import Answer, Citation, Closest, Document, time_at

Find = Callable[[str], Document | None]
"""Returns the document of a source, if there is one."""
State = Literal["stands", "moved", "gone"]


@dataclass(frozen=True, slots=True)
class Standing:
    """What became of a quote."""

    state: State
    start: int = 0
    """In the canonical text now; of one that is gone 0."""
    end: int = 0
    quote: str = ""
    """Its characters now: where a line was broken anew, they are others."""
    pages: tuple[int, int] | None = None
    """The pages on which it begins and ends now, counted from 1; None for formats without pages."""
    time: float | None = None
    """The second at which it is said now; None for formats without times."""


def standing(quote: Citation | Closest, document: Document | None) -> Standing:
    """Return what became of a quote; ``document`` is its source as it is now, None if it is there no more.

    One that stands there several times is taken to be the nearest to where it stood.
    """
    if document is None:
        return Standing("gone")
    text = document.text
    if text[quote.start : quote.end] == quote.quote:
        return Standing("stands", quote.start, quote.end, quote.quote)
    words = quote.quote.split()
    # Not within another word: "died" does not stand in "tidied".
    before = r"(?<!\w)" if words[0][0].isalnum() else ""
    behind = r"(?!\w)" if words[-1][-1].isalnum() else ""
    pattern = before + r"\s+".join(map(re.escape, words)) + behind
    found = min(re.finditer(pattern, text), key=lambda at: abs(at.start() - quote.start), default=None)
    if not found:
        return Standing("gone")
    pages = bisect(document.pages, found.start()), bisect(document.pages, found.end() - 1)
    time = time_at(document.times, found.start())
    return Standing("moved", *found.span(), found[0], pages if document.pages else None, time)


def standings(answer: Answer, find: Find) -> list[Standing]:
    """Return what became of each citation of an answer, in order."""
    known: dict[str, Document | None] = {}
    for citation in answer.citations:
        if citation.source not in known:
            known[citation.source] = find(citation.source)
    return [standing(citation, known[citation.source]) for citation in answer.citations]


def worst(found: Sequence[Standing]) -> State:
    """Return what became of the least lucky of some quotes."""
    states: tuple[State, ...] = ("gone", "moved")
    return next((state for state in states if any(one.state == state for one in found)), "stands")


def taken(answer: Answer, found: Sequence[Standing], index: str) -> Answer:
    """Return an answer with the quotes that moved at their new places; a claim that was its quote still is.

    Args:
        answer: as it was pinned.
        found: what became of its citations, in order.
        index: the generation in which they stand there.
    """
    said = {}
    citations = []
    for citation, now in zip(answer.citations, found, strict=True):
        if now.state != "moved":
            citations.append(citation)
            continue
        said[citation.quote] = now.quote
        first, last = now.pages or (None, None)
        placed = replace(citation, start=now.start, end=now.end, quote=now.quote, time=now.time)
        citations.append(replace(placed, page=first, page_end=last if last != first else None))
    claims = tuple(replace(claim, text=said.get(claim.text, claim.text)) for claim in answer.claims)
    return replace(answer, citations=tuple(citations), claims=claims, index=index)
