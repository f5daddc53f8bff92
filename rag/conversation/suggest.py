"""What may be asked next: questions made of the sources' own sentences, each one tried before it is shown.

A question is kept only if its answer quotes first a sentence that makes this question: the one it was made of, or
another that says the same. How many are tried is bounded, so that it costs no more than so many questions.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from itertools import zip_longest
from threading import Lock

import numpy as np

from rag.conversation.questions import KINDS, questions
from rag.index.near_duplicates import statement
from rag.index.opened import Index
from rag.schema import Evidence, Filter, Passage
from rag.text.terms import terms

MOST_SENTENCES = 200
"""So many are looked at, of passages evenly spaced."""
MOST_TRIED = 10
KEPT = 5
"""Questions about the sources as a whole that are kept for a generation and filter."""
MOST_FILTERS, MOST_REMEMBERED = 64, 1000

Ask = Callable[[str, Filter], Evidence | None]
"""Gives the sentence that an answer to a question would quote first; None for a refusal."""


@dataclass(slots=True)
class Suggestion:
    """A question with what it was made of."""

    question: str
    kind: str
    source: str
    statements: set[str] = field(default_factory=set)
    """The sentences, as :func:`rag.index.near_duplicates.statement` has them."""

    def told(self, said: Iterable[str]) -> bool:
        """Tell whether an answer has such a sentence; ``said`` are its lines as ``near_duplicates.statement`` gives."""
        return any(sentence in line for sentence in self.statements for line in said)


class Suggester:
    """Suggests questions that one generation answers. Safe to share between threads; the same ones each time."""

    def __init__(self, index: Index, ask: Ask) -> None:
        self._index = index
        self._ask = ask
        self._kept: dict[Filter, tuple[Suggestion, ...]] = {}
        self._known: dict[tuple[str, Filter], bool] = {}
        self._lock = Lock()

    def at_large(self, chosen: Filter) -> tuple[Suggestion, ...]:
        """Return at most ``KEPT`` questions about the documents that pass a filter, of several kinds."""
        with self._lock:
            if chosen not in self._kept:
                if len(self._kept) >= MOST_FILTERS:
                    self._kept.clear()
                candidates = _mixed(_candidates(self._sample(chosen)))
                self._kept[chosen] = self._answered(candidates, chosen, KEPT)
            return self._kept[chosen]

    def near(
        self, passages: Sequence[Passage], asked: Sequence[str], chosen: Filter, n: int, said: Sequence[str] = ()
    ) -> tuple[Suggestion, ...]:
        """Return at most ``n`` questions that passages answer, the nearest to the last one asked first.

        None has been asked, and none is answered by what was said: it would get the same quote again.
        """
        candidates = [item for item in _candidates(passages) if not same(item.question, asked) and not item.told(said)]
        if not candidates:
            return ()
        own, *vectors = self._index.encoder.encode([asked[-1], *(item.question for item in candidates)])
        order = np.argsort(-(np.array(vectors) @ own), kind="stable")
        return self._answered([candidates[place] for place in order], chosen, n)

    def _sample(self, chosen: Filter) -> list[Passage]:
        """Return passages with at most ``MOST_SENTENCES`` sentences, evenly spaced over those that pass a filter."""
        passing = self._index.store.passing(chosen)
        numbers = np.arange(len(self._index)) if passing is None else passing
        if not len(numbers):
            return []
        spread = np.unique(np.linspace(0, len(numbers) - 1, MOST_SENTENCES).astype(np.int64))
        passages = self._index.store.passages(numbers[spread].tolist())
        most = max(1, int(len(passages) * MOST_SENTENCES / max(1, sum(len(p.sentences) for p in passages))))
        return passages[:: -(-len(passages) // most)]

    def _answered(self, candidates: Iterable[Suggestion], chosen: Filter, most: int) -> tuple[Suggestion, ...]:
        """Return the first questions that are answered by what they were made of, one a sentence."""
        found: list[Suggestion] = []
        tried = 0
        for item in candidates:
            if len(found) == most or tried == MOST_TRIED:
                break
            if any(item.statements & other.statements for other in found):
                continue
            tried += 1
            if self._tried(item.question, chosen):
                found.append(item)
        return tuple(found)

    def _tried(self, question: str, chosen: Filter) -> bool:
        """Tell whether the sentence that an answer to a question quotes first makes that question; asked once."""
        known = self._known.get((question, chosen))  # another thread may clear them at any moment
        if known is None:
            if len(self._known) >= MOST_REMEMBERED:
                self._known.clear()
            first = self._ask(question, chosen)
            known = first is not None and any(made == question for _, made in questions(first.quote))
            self._known[question, chosen] = known
        return known


def same(question: str, others: Iterable[str]) -> bool:
    """Tell whether a question asks in the same words as one of others, whatever their order and form."""
    own = set(terms(question))
    return any(own == set(terms(other)) for other in others)


def _candidates(passages: Iterable[Passage]) -> list[Suggestion]:
    """Return the questions that the passages' sentences answer, in the order of the text, none twice."""
    found: dict[str, Suggestion] = {}
    for passage in passages:
        for sentence in passage.sentences:
            quote = passage.quote(sentence)
            for kind, question in questions(quote):
                item = found.setdefault(question, Suggestion(question, kind, passage.source))
                item.statements.add(statement(quote))
    return list(found.values())


def _mixed(candidates: Iterable[Suggestion]) -> list[Suggestion]:
    """Return questions of all kinds in turn, of each kind those about one document after the first of every other."""
    turns: dict[str, dict[str, int]] = {kind: {} for kind in KINDS}
    placed: dict[str, list[tuple[int, Suggestion]]] = {kind: [] for kind in KINDS}
    for item in candidates:
        turn = turns[item.kind][item.source] = turns[item.kind].get(item.source, -1) + 1
        placed[item.kind].append((turn, item))
    ordered = [[item for _, item in sorted(items, key=lambda pair: pair[0])] for items in placed.values()]
    return [item for row in zip_longest(*ordered) for item in row if item]
