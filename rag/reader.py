"""A question and its hits become evidence: the sentences that answer, and how sure that is.

This first reader knows only similarity. For each sentence it measures

- ``cosine``    of the sentence's vector with the question's,
- ``coverage``  how well the question's words are met: the best cosine of each with any word of the sentence (token
  vectors, in context), averaged with the words' inverse passage frequency as weights,
- ``kind``      whether it holds a number, date, name or cause where the question asks for one,
- ``names``     the part of the question's names that its passage or header has,

and a logistic model of these ranks the sentences. A second one tells, from the best sentence, the probability that it
answers at all. It looks at ``cosine``, ``names`` and also at

- ``numbers``   the part of the question's numbers that the passage has,
- ``weakest``   the worst-met word of the question in that passage,
- ``opposes``   whether the sentence says the opposite of what the question takes for granted.

Both were fitted by ``training/calibrate.py`` on public question sets; the numbers are in ``calibration.json``, and what
was tried and measured in ``training/LOG.md``.
"""

import hashlib
import json
import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING, Any

from rag import match
from rag.schema import Evidence, Hit, Passage, Reading, Sentence
from rag.stories import statement
from rag.terms import names, numbers, root, terms, words

if TYPE_CHECKING:
    from rag.encode import Encoded, Vectors
    from rag.index import Index

RANK_FEATURES = ("cosine", "coverage", "kind", "names")
CONFIDENCE_FEATURES = ("cosine", "names", "numbers", "weakest", "opposes")


@dataclass(frozen=True, slots=True)
class Candidate:
    """A sentence of a hit with its features, by name."""

    passage: Passage
    sentence: Sentence
    features: dict[str, float]


class SimilarityReader:
    """Reads with the index's own encoder and two small logistic models."""

    name = "similarity-1"

    def __init__(self, index: "Index") -> None:
        self._index = index

    @property
    def identity(self) -> str:
        """``sha256:…`` of the numbers it reads with."""
        return f"sha256:{hashlib.sha256(json.dumps(_calibration(), sort_keys=True).encode()).hexdigest()}"

    @property
    def threshold(self) -> float:
        """Least confidence for an answer, as calibrated."""
        return float(_calibration()["threshold"])

    def read(self, question: str, hits: Sequence[Hit]) -> Reading:
        """Return the sentences of the hits, those that answer best first, and the confidence in the first."""
        candidates = self.candidates(question, hits)
        if not candidates:
            return Reading(evidence=(), confidence=0.0)
        logits = [_logit("rank", RANK_FEATURES, candidate.features) for candidate in candidates]
        # Ties in the order of the text, so that the same question always gets the same answer.
        places = [(-logit, c.passage.source, c.sentence.start) for logit, c in zip(logits, candidates, strict=True)]
        order = sorted(range(len(candidates)), key=places.__getitem__)
        confidence = _logit("confidence", CONFIDENCE_FEATURES, candidates[order[0]].features)
        evidence = [Evidence(candidates[n].passage, candidates[n].sentence, _probability(logits[n])) for n in order]
        return Reading(_distinct(evidence), _probability(confidence))

    def candidates(self, question: str, hits: Sequence[Hit]) -> list[Candidate]:
        """Return every sentence of the hits with its features, in the order of the hits."""
        pairs = [(hit, sentence) for hit in hits for sentence in hit.passage.sentences]
        if not pairs:
            return []
        texts = [hit.passage.quote(sentence) for hit, sentence in pairs]
        asked, *encoded = self._index.encoder.encode_tokens([question, *texts])
        weights = self._weights(question)
        own_words = (question[start:end] for start, end in _word_spans(question, asked.spans))
        wanted = [[term for term in terms(word) if term in weights] for word in own_words]
        met = [_met(asked, wanted, sentence) for sentence in encoded]
        best_in_passage: dict[int, dict[str, float]] = {}
        for (hit, _), found in zip(pairs, met, strict=True):
            best = best_in_passage.setdefault(id(hit), {})
            best |= {term: max(cosine, best.get(term, -1.0)) for term, cosine in found.items()}
        about = {id(hit): _about(question, hit, self._index.store.header(hit.passage.source)) for hit in hits}
        candidates = []
        for (hit, sentence), text, vectors, found in zip(pairs, texts, encoded, met, strict=True):
            features = {
                "cosine": float(asked.vector @ vectors.vector),
                "coverage": _mean(found, weights),
                "kind": float(match.holds_kind(question, text)),
                "weakest": min(best_in_passage[id(hit)].values(), default=0.0),
                "opposes": float(match.opposes(question, text, hit.passage.text)),
                **about[id(hit)],
            }
            candidates.append(Candidate(hit.passage, sentence, features))
        return candidates

    def _weights(self, question: str) -> dict[str, float]:
        """Return the inverse passage frequency of each term of the question."""
        total = len(self._index)
        counts = {term: self._index.lexical.frequency(term) for term in terms(question)}
        return {term: math.log(1 + (total - n + 0.5) / (n + 0.5)) for term, n in counts.items()}


def _met(asked: "Encoded", wanted: Sequence[Sequence[str]], sentence: "Encoded") -> dict[str, float]:
    """Return, for each term of the question, its best cosine with a token of the sentence.

    Args:
        asked: the question.
        wanted: for each of its tokens, the terms of the word that it belongs to.
        sentence: the sentence.
    """
    if not len(sentence.tokens):
        return {term: 0.0 for own in wanted for term in own}
    best: Vectors = (asked.tokens @ sentence.tokens.T).max(axis=1)
    found: dict[str, list[float]] = {}
    for own, cosine in zip(wanted, best, strict=True):
        for term in own:
            found.setdefault(term, []).append(float(cosine))
    return {term: sum(cosines) / len(cosines) for term, cosines in found.items()}


def _word_spans(text: str, spans: Sequence[tuple[int, int]]) -> list[tuple[int, int]]:
    """Return, for each token, the span of the whole word that it belongs to ("hege", "##mon" -> "hegemon")."""
    edges = [n for n, char in enumerate(text) if not (char.isalnum() or char in ".,'’")]
    found = []
    for start, end in spans:
        left = max((edge + 1 for edge in edges if edge < start), default=0)
        right = min((edge for edge in edges if edge >= end), default=len(text))
        found.append((left, right))
    return found


def _mean(found: dict[str, float], weights: dict[str, float]) -> float:
    total = sum(weights[term] for term in found)
    return sum(weights[term] * cosine for term, cosine in found.items()) / total if total else 0.0


def _about(question: str, hit: Hit, header: str) -> dict[str, float]:
    """Return the part of the question's names and numbers that a hit's passage or its header has."""
    text = f"{header} {hit.passage.text}"
    roots = {root(word) for word in words(text)}
    return {"names": _part(names(question), roots), "numbers": _part(numbers(question), numbers(text))}


def _part(wanted: "Sequence[str] | set[str]", present: set[str]) -> float:
    return sum(word in present for word in wanted) / len(wanted) if wanted else 1.0


def _distinct(evidence: Iterable[Evidence]) -> tuple[Evidence, ...]:
    """Drop sentences that say again, word for word, what a better one says."""
    kept: dict[str, Evidence] = {}
    for item in evidence:
        kept.setdefault(statement(item.quote), item)
    return tuple(kept.values())


def _logit(model: str, order: Sequence[str], features: dict[str, float]) -> float:
    fitted = _calibration()[model]
    weights: dict[str, float] = fitted["weights"]
    return float(fitted["bias"]) + sum(weights[name] * features[name] for name in order)


def _probability(logit: float) -> float:
    return 1 / (1 + math.exp(-logit))


@cache
def _calibration() -> dict[str, Any]:
    found: dict[str, Any] = json.loads((files("rag") / "calibration.json").read_text(encoding="utf-8"))
    return found
