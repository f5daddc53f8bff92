"""Documents become the few sentences that say what they are about, quoted as they stand.

Of one document: sentences that are central (near the mean of all its sentences), early, and unlike one another (maximal
marginal relevance). Of several: documents that are central and unlike one another, and of each its best sentence.
Sentences that point to others ("He said so"), ask, or are too short or long to stand alone are passed over, and a
dateline is left out of a quote. ``benchmarks/summaries.md`` compares this with the first sentences.
"""

import re
from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from rag.documents.common.metadata import DATELINE
from rag.english.question_form import unresolved
from rag.index.near_duplicates import statement
from rag.index.opened import Index
from rag.schema import Evidence, Filter, Passage, Sentence
from rag.text.described import describer
from rag.text.terms import words

if TYPE_CHECKING:
    from rag.models.encode import Vectors

MOST_SENTENCES = 48
"""So many of a document are compared: those of its first passage and of the most central others."""
MOST_OF_EACH = 12
"""The same where there are several documents."""
MOST_DOCUMENTS = 2000
"""Of more documents, so many evenly spaced ones are compared."""
LEAST_WORDS, MOST_WORDS = 8, 60
MOST_OPENED = 6
"""Passages in which the opening of a document is looked for."""
EARLY = 0.2
"""What being the first sentence adds to a cosine; the second gets half of it, the third a third."""
REPEAT = 0.8
"""How much of its likeness to what is chosen already counts against a sentence or document."""

_QUOTED = re.compile(r"[\"“«][^\"”»]*[\"”»]?")
MOST_QUOTED = 0.4
"""A sentence of which a larger part is quoted is somebody's word rather than the document's."""

_WHOLE = re.compile(r"[\"“‘«(]?[A-Z\d$€£].*[.!…][\"”’»)]*", re.DOTALL)
_LEANS = re.compile(
    r"[\"“]?(?:But|And|Or|So|Yet|However|Meanwhile|Instead|Moreover|Also|Still|Then|Thus|Therefore|Otherwise|Similarly"
    r"|For (?:example|instance))\b"
    r"|.*\b(?:I|[Ww]e|[Yy]ou|[Mm]y|[Oo]ur|[Yy]our)\b|.*\b(?:he|she|they) (?:said|says|told|added|wrote)\b",
    re.DOTALL,
)


def summarise(index: Index, chosen: Filter, most: int) -> tuple[Evidence, ...]:
    """Return at most ``most`` sentences: of one document in its order, of several those of the most central first.

    Args:
        index: where the documents are.
        chosen: which of them; if none passes, nothing is returned.
        most: how many sentences.
    """
    firsts = index.store.firsts(chosen)
    if len(firsts) <= 1:
        return tuple(item for first in firsts for item in _best(index, first, most, MOST_SENTENCES, any_will_do=True))
    spread = np.linspace(0, len(firsts) - 1, min(len(firsts), MOST_DOCUMENTS)).astype(np.int64)
    numbers = np.array(firsts, dtype=np.int64)[spread]
    vectors = index.vectors.rows(numbers)
    found: list[Evidence] = []
    stories: set[int | None] = set()
    for place in _apart(vectors, _central(vectors), 2 * most):
        (first,) = index.store.passages([numbers[place]])
        if first.story is None or first.story not in stories:
            stories.add(first.story)
            found += _best(index, int(numbers[place]), 1, MOST_OF_EACH, any_will_do=False)
        if len(found) == most:
            break
    return tuple(found)


def opening(index: Index, first: int, passages: int, most: int) -> list[Evidence]:
    """Return the first sentences of a document that stand alone, or if none does those that it begins with.

    Nothing is encoded: it costs as little for hundreds of documents as for one.

    Args:
        index: where the document is.
        first: number of its first passage.
        passages: how many it has.
        most: at most so many sentences.
    """
    found: dict[str, Evidence] = {}
    begun: list[Evidence] = []
    for passage in index.store.passages(range(first, first + min(passages, MOST_OPENED))):
        if describer(passage.text):
            continue  # a model's words are no opening of the source's
        for sentence in passage.sentences:
            item = _alone(passage, sentence)
            if _stands_alone(item.quote):
                found.setdefault(statement(item.quote), item)
            elif len(begun) < most:
                begun.append(item)
            if len(found) == most:
                return list(found.values())
    return list(found.values()) or begun


def _best(index: Index, first: int, most: int, compared: int, *, any_will_do: bool) -> list[Evidence]:
    """Return the best sentences of the document whose first passage has a number, in its order.

    Args:
        index: where it is.
        first: the number.
        most: at most so many.
        compared: of so many.
        any_will_do: whether the first ones are returned where none stands alone; otherwise nothing is.
    """
    (passage,) = index.store.passages([first])
    passages = _sample(index, first, index.store.of(passage.source), compared)
    everything = [_alone(passage, sentence) for passage in passages for sentence in passage.sentences]
    able = list({statement(item.quote): item for item in everything[::-1] if _stands_alone(item.quote)}.values())[::-1]
    items = able[:compared] or (everything[:most] if any_will_do else [])
    if not items:
        return []
    vectors = index.encoder.encode([item.quote for item in items], index.encoder.card.document_prompt)
    central = _central(vectors)
    early = np.float32(EARLY) / np.arange(1, len(items) + 1, dtype=np.float32)
    places = sorted(_apart(vectors, central + early, most))
    return [replace(items[n], score=float(np.clip(central[n], 0, 1))) for n in places]


def _sample(index: Index, first: int, passages: Sequence[Passage], compared: int) -> list[Passage]:
    """Return the first passage and the most central ones, with ``compared`` sentences or a few more, in order."""
    central = _central(index.vectors.rows(np.arange(first, first + len(passages), dtype=np.int64)))
    central[0] = np.inf
    kept: list[int] = []
    count = 0
    for place in np.argsort(-central, kind="stable"):
        if count < compared:
            kept.append(int(place))
            count += len(passages[place].sentences)
    return [passages[place] for place in sorted(kept)]


def _alone(passage: Passage, sentence: Sentence) -> Evidence:
    """Return a sentence without its dateline, in a passage that has no other: nothing is quoted with it."""
    dateline = DATELINE.match(passage.quote(sentence))
    own = Sentence(sentence.start + dateline.end(), sentence.end) if dateline else sentence
    own = own if own.start < own.end else sentence
    return Evidence(replace(passage, sentences=(own,)), own, 0.0)


def _stands_alone(quote: str) -> bool:
    """Tell whether a sentence says something that is understood without its neighbours."""
    return (
        LEAST_WORDS <= len(words(quote)) <= MOST_WORDS
        and bool(_WHOLE.fullmatch(quote))
        and sum(len(part) for part in _QUOTED.findall(quote)) <= MOST_QUOTED * len(quote)
        and not _LEANS.match(quote)
        and not unresolved(quote)
    )


def _central(vectors: "Vectors") -> NDArray[np.float32]:
    """Return the cosine of each unit vector with the mean of all."""
    mean = vectors.mean(axis=0)
    central: NDArray[np.float32] = vectors @ (mean / max(float(np.linalg.norm(mean)), 1e-9))
    return central


def _apart(vectors: "Vectors", scores: NDArray[np.float32], most: int) -> list[int]:
    """Return the places of at most ``most`` vectors: the best by score, each less its likeness to those before."""
    found: list[int] = []
    likeness = np.zeros(len(vectors), dtype=np.float32)
    while len(found) < min(most, len(vectors)):
        worth = scores - REPEAT * likeness
        worth[found] = -np.inf
        found.append(int(np.argmax(worth)))
        likeness = np.maximum(likeness, vectors @ vectors[found[-1]])
    return found
