"""A question finds passages: dense and BM25 scores, each min-max normalised over one pool, then averaged.

A question of several parts is nearest to what is near to one of them, for their common vector may be near to none.
Passages from where and when the question says get a bonus (:mod:`rag.english.preference`). What each of these gives
stands in ``benchmarks/retrieval.md``.

The pool is the best of both legs; every candidate is scored exactly by both, so that being missed by one leg's
shortlist is not counted as a score of zero.
"""

import re
from dataclasses import replace
from datetime import date
from itertools import islice
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from rag.english.preference import preference, recency
from rag.errors import UsageError
from rag.index.near_duplicates import statement
from rag.index.opened import Index
from rag.index.store import is_pattern
from rag.schema import ALL, Filter, Hit, Passage
from rag.text.terms import terms

if TYPE_CHECKING:
    from rag.models.encode import Vectors

POOL = 50
"""Candidates taken from each leg, or ``k`` if that is more."""

LEAST_COSINE = 0.15
"""A passage that shares no word with the question and is no nearer to it than this has nothing to do with it."""

PART_TERMS = 4
"""Fewest terms in a part of a question that is looked for by itself."""
MOST_PARTS = 12
"""A question of more parts is an essay, and looked for as a whole."""

MOST_PATTERNS = 200
"""Of a filter: those with a wildcard, each of which is held against every source."""
MOST_NAMES = 10_000
"""Of a filter, patterns and names together."""
MOST_PATTERN_CHARS = 1000

MOST_NAMED = 3
"""Sources that a warning names."""

_PART_END = re.compile(r",\s+(?:and |while |but |or )?|;\s+|\s+(?:while|whereas|and|but)\s+")


def parts(question: str) -> list[str]:
    """Return a question and, if two or more of its parts say enough to be looked for by themselves, these.

    >>> parts("Did The Verge call the ruling on app stores fair, while TechCrunch said developers will appeal?")[1:]
    ['Did The Verge call the ruling on app stores fair', 'TechCrunch said developers will appeal?']
    >>> parts("Who are Romeo and Juliet?")
    ['Who are Romeo and Juliet?']
    """
    found = [part for part in _PART_END.split(question) if len(terms(part)) >= PART_TERMS]
    return [question, *found] if 1 < len(found) <= MOST_PARTS else [question]


def retrieve(index: Index, question: str, vectors: "Vectors", k: int, chosen: Filter = ALL) -> list[Hit]:
    """Return at most ``k`` passages for a question, best first; of near copies one, if it says all that they say.

    Args:
        index: where to look.
        question: standalone, as :mod:`rag.conversation.rewrite` leaves it.
        vectors: the unit vectors of its :func:`parts`, shape ``(parts, dimension)``.
        k: how many.
        chosen: which documents may answer.
    """
    n = max(POOL, k)
    lexical = index.lexical.scores(terms(question))
    among = index.store.passing(chosen)
    if among is not None:
        if not len(among):
            return []
        everywhere, lexical = lexical, np.zeros_like(lexical)
        lexical[among] = everywhere[among]
    near = [index.vectors.nearest(vector, n, among)[0] for vector in vectors]
    pool = np.unique(np.concatenate([*near, _top(lexical, n)]))
    bm25 = lexical[pool]
    dense = np.max([index.vectors.cosines(vector, pool) for vector in vectors], axis=0)
    supported = (bm25 > 0) | (dense >= LEAST_COSINE)
    pool, bm25, dense = pool[supported], bm25[supported], dense[supported]
    if not len(pool):
        return []
    scores = (_normalised(dense) + _normalised(bm25)) / 2
    if preferred := preference(question, index.store.publishers):
        published = index.store.published(pool.tolist())
        new = recency(day for _, day in published)
        bonus = [preferred.bonus(*by, newness) for by, newness in zip(published, new, strict=True)]
        scores = (scores + np.array(bonus, dtype=np.float32)) / (1 + preferred.most)
    ranks = {"dense": _ranks(dense), "bm25": _ranks(bm25)}
    found: list[Hit] = []
    said: dict[int, set[str]] = {}
    order = np.lexsort((pool, -dense, -scores))  # ties: the nearer passage, then the earlier one
    for start in range(0, len(order), k):  # so many at a time: mostly none of them is passed over
        if len(found) == k:  # before more is read than anybody needs
            break
        places = order[start : start + k]
        for place, passage in zip(places, index.store.passages(pool[places].tolist()), strict=True):
            if len(found) < k and not _repeats(passage, said):
                legs = {leg: int(rank[place]) for leg, rank in ranks.items() if leg == "dense" or bm25[place] > 0}
                found.append(Hit(passage, float(scores[place]), legs, float(dense[place])))
    return found


def fused(first: list[Hit], second: list[Hit], k: int) -> list[Hit]:
    """Return at most ``k`` hits of two questions, by the mean of their scores; what one did not find has none there.

    Args:
        first: of a follow-up, standing alone; with ``POOL`` hits or more, as ``second``.
        second: of the follow-up with the question before it.
        k: how many.
    """
    scores: dict[tuple[str, int], float] = {}
    hits: dict[tuple[str, int], Hit] = {}
    for hit in (*first, *second):
        place = (hit.passage.source, hit.passage.start)
        scores[place] = scores.get(place, 0.0) + hit.score / 2
        hits.setdefault(place, hit)
    said: dict[int, set[str]] = {}
    best = sorted(hits, key=lambda place: -scores[place])
    new = (place for place in best if not _repeats(hits[place].passage, said))
    return [replace(hits[place], score=scores[place]) for place in islice(new, k)]


def check_filter(chosen: Filter) -> None:
    """Raise UsageError if a filter cannot be used, naming what is wrong with it."""
    for pattern in chosen.sources:
        if not pattern or len(pattern) > MOST_PATTERN_CHARS or not pattern.isprintable():
            raise UsageError(f"{pattern[:50]!r} is no pattern of a source: write it as 'reports/*'")
    if isinstance(chosen.sources, str) or sum(map(is_pattern, chosen.sources)) > MOST_PATTERNS:
        raise UsageError(f"sources is a tuple of at most {MOST_PATTERNS} patterns")
    if len(chosen.sources) > MOST_NAMES:
        raise UsageError(f"sources is a tuple of at most {MOST_NAMES:,} names: limit by date or a pattern instead")
    for bound in (chosen.after, chosen.before):
        try:
            if bound is not None and date.fromisoformat(bound).isoformat() != bound:
                raise ValueError
        except ValueError:
            raise UsageError(f"{bound!r} is no date: write it as 2026-01-31") from None
    if chosen.after and chosen.before and chosen.after > chosen.before:
        raise UsageError(f"nothing is published after {chosen.after} and before {chosen.before}: exchange them")


def left_out(index: Index, chosen: Filter) -> tuple[str, ...]:
    """Return a warning if a filter by date leaves out documents of which nobody knows the date."""
    check_filter(chosen)
    undated = index.store.undated(chosen)
    if not undated:
        return ()
    limits = " and ".join(f"--{name}" for name in ("after", "before") if getattr(chosen, name))
    documents = "1 document has" if len(undated) == 1 else f"{len(undated)} documents have"
    more = f" and {len(undated) - MOST_NAMED} more" if len(undated) > MOST_NAMED else ""
    named = f"{', '.join(undated[:MOST_NAMED])}{more}"
    return (f"{documents} no date and {'is' if len(undated) == 1 else 'are'} left out by {limits}: {named}",)


def _repeats(passage: Passage, said: dict[int, set[str]]) -> bool:
    """Tell whether better passages of the same story say all that this one says; note what it says."""
    if passage.story is None:
        return False
    before = said.setdefault(passage.story, set())
    own = {statement(passage.quote(sentence)) for sentence in passage.sentences}
    repeats = own <= before
    before |= own
    return repeats


def _top(scores: NDArray[np.float32], n: int) -> NDArray[np.int64]:
    """Return the numbers of the ``n`` highest scores above zero, in no order."""
    if n < len(scores):
        best: NDArray[np.int64] = np.argpartition(-scores, n)[:n]
    else:
        best = np.arange(len(scores))
    return best[scores[best] > 0]


def _normalised(scores: NDArray[np.float32]) -> NDArray[np.float32]:
    low, high = scores.min(), scores.max()
    if high == low:
        return np.full_like(scores, float(high > 0))
    normalised: NDArray[np.float32] = (scores - low) / (high - low)
    return normalised


def _ranks(scores: NDArray[np.float32]) -> NDArray[np.int64]:
    """Return the 1-based rank of each score, best first, ties in order."""
    ranks = np.empty(len(scores), dtype=np.int64)
    ranks[np.argsort(-scores, kind="stable")] = np.arange(1, len(scores) + 1)
    return ranks
