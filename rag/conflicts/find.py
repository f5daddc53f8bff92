"""The statements of an index that contradict one another, as far as a bound of time lets it be looked through.

Each passage is looked for like a question, and its statements are held against those of what is found. Rules over
values tell what two of them give differently (:mod:`rag.conflicts.clash`), and the judge whether they contradict one
another, read either way. Where a value differs the judge is also asked whether either would be supported by the other
if it had the other's value: only then they speak of the same thing. What the rules cannot tell, a judge that is very
sure of it may report alone.
"""

import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache

import numpy as np

from rag.claims.judging import Decide, Pair
from rag.conflicts.clash import Clash, Side, clash, related, without_source
from rag.conversation.rewrite import standalone
from rag.documents.rows import is_row
from rag.english.question_form import unresolved
from rag.index.near_duplicates import statement
from rag.index.opened import Index
from rag.reading.citations import cited
from rag.reading.versions import replaces
from rag.retrieval.hybrid import retrieve
from rag.schema import ALL, Citation, Contradiction, Evidence, Filter, Passage, Sentence, Turn
from rag.text.terms import terms
from rag.text.untrusted import instructs

NEIGHBOURS = 12
"""Passages that one passage is held against."""
AT_ONCE = 16
"""Pairs judged between two looks at the clock."""
LOOKED_AT = 4
"""Passages likewise."""
CONTRADICTS = 0.5
"""Least probability of a contradiction, the mean of both ways of reading, where a rule tells what it is about."""
ALONE = 0.9
"""The same where no rule does, of the lesser of the two."""
LEAST_TERMS = 3
"""Words that say something, of a sentence that states something."""
MOST_CHARS = 400
"""Of such a sentence: a longer one is a list, or several."""


@dataclass(frozen=True, slots=True)
class Found:
    """Two statements that contradict one another; the newer one is second, where both dates are known."""

    sides: tuple[Side, Side]
    clash: Clash
    confidence: float
    by: tuple[str, ...]
    """``values`` and ``judge``, or the judge alone."""
    superseded: bool
    """Whether the second is a newer version of the document of the first."""


@dataclass(slots=True)
class ConflictSearch:
    """Looks through an index, and tells how far it came."""

    index: Index
    decide: Decide
    chosen: Filter = ALL
    looked_at: int = 0
    passages: int = 0

    def run(self, seconds: float) -> list[Found]:
        """Return what contradicts what, the surest first, each pair of statements once.

        Args:
            seconds: after which it ends with what it has; it looks at the newest documents first.
        """
        end = time.monotonic() + seconds
        order = self._order()
        self.passages = len(order)
        seen: set[frozenset[str]] = set()
        found: list[Found] = []
        while self.looked_at < len(order) and time.monotonic() < end:
            some = order[self.looked_at : self.looked_at + LOOKED_AT]
            pairs = [pair for number in some for pair in self._pairs(number, seen)]
            for start in range(0, len(pairs), AT_ONCE):
                if time.monotonic() >= end:
                    break
                found += self._judged(pairs[start : start + AT_ONCE])
            else:
                self.looked_at += len(some)
                continue
            break
        return sorted(_distinct(found), key=lambda one: -one.confidence)

    def _order(self) -> list[int]:
        """Return the numbers of the passages, those of the newest documents first."""
        among = self.index.store.passing(self.chosen)
        numbers = list(range(len(self.index))) if among is None else [int(number) for number in among]
        days = [day or "" for _, day in self.index.store.published(numbers)]
        newest = sorted(zip(days, numbers, strict=True), key=lambda one: one[0], reverse=True)  # equals as they stand
        return [number for _, number in newest]

    def _pairs(self, number: int, seen: set[frozenset[str]]) -> Iterator[tuple[Side, Side, Clash | None]]:
        """Yield the statements of a passage with those of others that may contradict them."""
        (passage,) = self.index.store.passages([number])
        own = _sides(passage)
        if not own:
            return
        vectors = self.index.vectors.rows(np.array([number]))
        for hit in retrieve(self.index, passage.text, vectors, NEIGHBOURS, self.chosen):
            if hit.passage.source == passage.source:
                continue
            for other in _sides(hit.passage):
                for one in own:
                    both = frozenset((statement(one.text), statement(other.text)))
                    if len(both) == 1 or both in seen:
                        continue
                    found = clash(one, other)
                    if found or related(one, other):
                        seen.add(both)
                        yield one, other, found

    def _judged(self, pairs: Sequence[tuple[Side, Side, Clash | None]]) -> Iterator[Found]:
        """Yield the pairs that contradict one another."""
        asked: list[Pair] = []
        for one, other, found in pairs:
            asked += [_pair(one.text, other), _pair(other.text, one)]
            if found and found.exchanged[0]:
                asked += [_pair(found.exchanged[0], other), _pair(found.exchanged[1], one)]
        said = iter(self.decide(asked))
        for one, other, found in pairs:
            against = [next(said).contradiction for _ in range(2)]
            if found is None:
                if min(against) >= ALONE:
                    yield _found(one, other, Clash("meaning"), min(against) / 2, ("judge",))
                continue
            alike = [next(said) for _ in range(2)] if found.exchanged[0] else []
            if alike and all(judged.verdict != "supports" for judged in alike):
                continue
            sure = sum(against) / 2
            if sure >= CONTRADICTS:
                support = max((judged.score for judged in alike), default=1.0)
                yield _found(one, other, found, (sure + min(sure, support)) / 2, ("values", "judge"))


def report(search: ConflictSearch, seconds: float) -> tuple[tuple[Contradiction, ...], tuple[Citation, ...]]:
    """Return what an index contradicts itself in, with the citations, numbered in the order of use.

    Args:
        search: of that index.
        seconds: after which it ends with what it has.
    """
    citations: dict[tuple[str, Sentence], Citation] = {}

    def number(side: Side, confidence: float) -> int:
        place = (side.passage.source, side.sentence)
        item = Evidence(side.passage, side.sentence, confidence)
        return citations.setdefault(place, cited(len(citations) + 1, item)).number

    told = []
    for one in search.run(seconds):
        first, second = (number(side, one.confidence) for side in one.sides)
        told.append(
            Contradiction(one.clash.kind, one.clash.values, (first, second), one.confidence, one.by, one.superseded)
        )
    return tuple(told), tuple(citations.values())


@lru_cache(maxsize=512)
def _sides(passage: Passage) -> tuple[Side, ...]:
    """Return the statements of a passage, with what their pronouns stand for: it is near to many others."""
    found: list[Side] = []
    before = ""
    for sentence in passage.sentences:
        text = " ".join(passage.quote(sentence).split())
        plain = standalone(text, [Turn(before, "")]) if before and unresolved(text) else text
        if _states(text) and not unresolved(plain):
            found.append(Side(passage, sentence, without_source(plain)))
        before = plain
    return tuple(found)


def _states(text: str) -> bool:
    bare = text.rstrip("\"”’')")
    plain = bare[-1:] in (".", "!") and not text.startswith("#") and len(text) <= MOST_CHARS
    return plain and len(set(terms(text))) >= LEAST_TERMS and not is_row(text) and not instructs(text)


def _pair(claim: str, side: Side) -> Pair:
    passage = side.passage
    return Pair(claim, side.text, passage.title, passage.published or "")


def _found(one: Side, other: Side, clash: Clash, confidence: float, by: tuple[str, ...]) -> Found:
    """Return two statements, the older first."""
    if (one.passage.published or "", one.passage.source) > (other.passage.published or "", other.passage.source):
        one, other = other, one
        clash = replace(clash, values=clash.values[::-1], exchanged=clash.exchanged[::-1])
    dated = clash.kind != "date" or bool(one.passage.published)  # the date of a title may be the one in question
    return Found((one, other), clash, confidence, by, dated and replaces(other.passage, one.passage))


def _distinct(found: Sequence[Found]) -> list[Found]:
    """Drop what two documents contradict one another in a second time: the same values."""
    best: dict[tuple[str, ...], Found] = {}
    for one in sorted(found, key=lambda one: -one.confidence):
        sources = [side.passage.source for side in one.sides]
        places = [str(side.sentence.start) for side in one.sides]
        best.setdefault((*sources, *(one.clash.values if one.clash.values[0] else places)), one)
    return list(best.values())
