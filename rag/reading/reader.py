"""A question and its hits become evidence: the sentences that answer, the short answer, and how sure that is.

A trained network (:mod:`rag.reading.network`) reads each passage in windows of whole sentences. For each sentence there
are

- ``sentence``  the network's logit that it answers,
- ``holds``     the network's logit that its window holds an answer at all,
- ``span``      how much worse the best short answer in it is than the best one of its window,
- ``short``     the network's logit of the window's best short answer, less that of none,
- ``cosine``    how near its passage is to the question,
- ``around``    the part of the question's terms, rare ones weighing more, that its passage or the header has,

and a logistic model of these but ``short`` ranks the sentences. A second one tells, from ``sentence``, ``holds``,
``short`` and ``cosine`` of the best sentence, the probability that it answers at all. Where the careful network reads,
the packaged one goes first and chooses which passages are worth it. Both models were fitted for each network by
``training/calibrate.py`` on public question sets that it was not trained on; the numbers are in a
``calibration.json``, and what was tried and measured in ``training/LOG.md``.
"""

import json
import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from rag.config import Config
from rag.documents.rows import header_of
from rag.english.counts import count_asked
from rag.index.near_duplicates import statement
from rag.models import careful
from rag.models.encode import file_sha256, identity_of
from rag.reading import capitals
from rag.reading.margin import beside
from rag.reading.network import Network, Window, packaged, pulled
from rag.schema import Evidence, Hit, Passage, Reading, Sentence
from rag.text.quantities import whole
from rag.text.terms import root, terms

if TYPE_CHECKING:
    from rag.index.opened import Index

RANK_FEATURES = ("sentence", "holds", "span", "cosine", "around")
CONFIDENCE_FEATURES = ("sentence", "holds", "short", "cosine")
FIRST_FEATURES = ("sentence", "holds", "short")
"""Of what the packaged reader says of a sentence, where it goes first: it tells topics that are not there better."""
NUMBERS = "calibration.json"
MOST_READ = 4
"""Passages that the careful network reads, of those retrieved: it takes five times as long as the packaged one."""
TITLE_CHARS = 150
"""Most of a title that a window is headed with."""
MOST_LOGIT = 15.0
"""Beyond it, either way, a logit says no more."""


@dataclass(frozen=True, slots=True)
class Candidate:
    """A sentence of a hit with its features, by name, and the short answer in it."""

    passage: Passage
    sentence: Sentence
    features: dict[str, float]
    short_answer: str


class TrainedReader:
    """Reads with a network and two small logistic models."""

    def __init__(
        self, index: "Index", network: Network, first: "TrainedReader | None" = None, most: int = MOST_READ
    ) -> None:
        """Take an open index and a network.

        Args:
            index: of the hits.
            network: reads them.
            first: chooses which hits are read: those in which it finds the best sentences; by default all are read.
            most: how many it chooses.
        """
        self._index = index
        self._network = network
        self.first = first
        self._most = most

    @property
    def name(self) -> str:
        """Of the network, as an answer tells which one read."""
        return self._network.name

    @property
    def identity(self) -> str:
        """``sha256:…`` of the weights and the numbers it reads with."""
        weights = {name: digest for digest, name in map(str.split, self._network.sums.splitlines())}
        first = {"first": self.first.identity, "most": str(self._most)} if self.first else {}
        return identity_of({**weights, NUMBERS: file_sha256(self._network.card / NUMBERS), **first})

    @property
    def threshold(self) -> float:
        """Least confidence for an answer, as calibrated."""
        return float(calibration(self._network.card)["threshold"])

    def read(self, question: str, hits: Sequence[Hit]) -> Reading:
        """Return the sentences of the hits, those that answer best first, and the confidence in the first."""
        candidates = self.candidates(question, hits)
        aside = beside(question, [candidate.passage.quote(candidate.sentence) for candidate in candidates])
        candidates = [candidate for n, candidate in enumerate(candidates) if n not in aside]
        if not candidates:
            return Reading(evidence=(), confidence=0.0)
        logits = [self._logit("rank", candidate.features) for candidate in candidates]
        # Ties in the order of the text, so that the same question always gets the same answer.
        places = [(-logit, c.passage.source, c.sentence.start) for logit, c in zip(logits, candidates, strict=True)]
        order = sorted(range(len(candidates)), key=places.__getitem__)
        evidence = [
            Evidence(candidates[n].passage, candidates[n].sentence, _probability(logits[n]), candidates[n].short_answer)
            for n in order
        ]
        return Reading(_distinct(evidence), _probability(self._logit("confidence", candidates[order[0]].features)))

    def candidates(self, question: str, hits: Sequence[Hit]) -> list[Candidate]:
        """Return every sentence of the hits that are read with its features, in the order of the hits."""
        read_first = self.first.candidates(question, hits) if self.first else []
        hits = self._promising(hits, read_first)
        told = {(_place(one.passage), one.sentence.start): one.features for one in read_first}
        headers = self._index.store.headers([hit.passage.source for hit in hits])
        windows, places = self._windows(question, hits, headers)
        if not windows:
            return []
        reads = capitals.read(self._network, windows)
        rarity = self._rarity(question)
        about = [_about(hit, header, rarity) for hit, header in zip(hits, headers, strict=True)]
        candidates = []
        for window, read, (place, rows) in zip(windows, reads, places, strict=True):
            hit = hits[place]
            for row, number in enumerate(rows):
                sentence = hit.passage.sentences[number]
                text = hit.passage.quote(sentence)
                answer = count_asked(question, text, window.text[slice(*whole(window.text, *read.spans[row]))])
                features = {
                    "sentence": _bounded(read.sentences[row]),
                    "holds": _bounded(read.holds),
                    "span": _bounded(read.span_logits[row]),
                    "short": _bounded(read.span),
                    **about[place],
                }
                if first := told.get((_place(hit.passage), sentence.start)):
                    features |= {f"first_{name}": first[name] for name in FIRST_FEATURES}
                candidates.append(Candidate(hit.passage, sentence, features, answer))
        return candidates

    def _promising(self, hits: Sequence[Hit], read_first: Sequence[Candidate]) -> Sequence[Hit]:
        """Return the hits in which the first reader finds the best sentences, in their order."""
        if self.first is None or len(hits) <= self._most:
            return hits
        best = dict.fromkeys((_place(hit.passage) for hit in hits), -math.inf)
        for found in read_first:
            place = _place(found.passage)
            best[place] = max(best[place], self.first._logit("rank", found.features))  # noqa: SLF001 (its own kind)
        least = sorted(best.values(), reverse=True)[self._most - 1]
        return [hit for hit in hits if best[_place(hit.passage)] >= least]

    def _logit(self, model: str, features: dict[str, float]) -> float:
        fitted = calibration(self._network.card)[model]
        weights: dict[str, float] = fitted["weights"]
        return float(fitted["bias"]) + sum(weight * features[name] for name, weight in weights.items())

    def _rarity(self, question: str) -> dict[str, float]:
        """Return the roots of a question's terms with BM25's weight of each: more for one in fewer passages."""
        lexical, count = self._index.lexical, len(self._index.vectors)
        found = {term: lexical.frequency(term) for term in terms(question)}
        return {root(term): math.log(1 + (count - n + 0.5) / (n + 0.5)) for term, n in found.items()}

    def _windows(
        self, question: str, hits: Sequence[Hit], headers: Sequence[str]
    ) -> tuple[list[Window], list[tuple[int, range]]]:
        """Cut hits into windows; return with each the number of its hit, and of its sentences."""
        texts = [hit.passage.text for hit in hits]
        spans = [
            [(s.start - hit.passage.start, s.end - hit.passage.start) for s in hit.passage.sentences] for hit in hits
        ]
        windows: list[Window] = []
        places: list[tuple[int, range]] = []
        for place, parts in enumerate(self._network.windows(texts, spans)):
            passage = hits[place].passage
            for part in parts:
                own = spans[place][part.start : part.stop]
                start, end = own[0][0], own[-1][1]
                shifted = tuple((left - start, right - start) for left, right in own)
                given = headers[place].startswith(passage.title)  # one made of the text is no title
                title, date = passage.title[:TITLE_CHARS] if given else "", passage.published or ""
                if above := header_of(passage, part.start):  # the rows of a Markdown table do not name their columns
                    title = f"{title} | {above[:TITLE_CHARS]}" if title else above[:TITLE_CHARS]
                windows.append(Window(question, title, date, texts[place][start:end], shifted))
                places.append((place, part))
        return windows, places


def _place(passage: Passage) -> tuple[str, int]:
    return passage.source, passage.start


def _about(hit: Hit, header: str, rarity: Mapping[str, float]) -> dict[str, float]:
    """Return what a passage has of the question: how near it is, and the part of the question's terms."""
    said = _roots(f"{header} {hit.passage.context} {hit.passage.text}")
    return {
        "cosine": hit.cosine,
        "around": sum(rarity[term] for term in said & rarity.keys()) / (sum(rarity.values()) or 1.0),
    }


def _roots(text: str) -> set[str]:
    return {root(term) for term in terms(text)}


def _distinct(evidence: Iterable[Evidence]) -> tuple[Evidence, ...]:
    """Drop sentences that say again, word for word, what a better one says."""
    kept: dict[str, Evidence] = {}
    for item in evidence:
        kept.setdefault(statement(item.quote), item)
    return tuple(kept.values())


def _bounded(logit: float) -> float:
    return max(-MOST_LOGIT, min(MOST_LOGIT, float(logit)))


def _probability(logit: float) -> float:
    return 1 / (1 + math.exp(-logit))


@cache
def calibration(folder: Path) -> dict[str, Any]:
    """Return the fitted numbers: ``rank`` and ``confidence`` with ``weights`` and ``bias``, and the ``threshold``."""
    found: dict[str, Any] = json.loads((folder / NUMBERS).read_text(encoding="utf-8"))
    return found


def opened(index: "Index", config: Config) -> TrainedReader:
    """Return the reader that the settings choose.

    Raises:
        ReaderError: its weights are not what was published, or made.
        ModelError: the settings ask for the careful one, and it is not here.
    """
    small, network = TrainedReader(index, packaged(config.threads)), network_of(config)
    return small if network.name == small.name else TrainedReader(index, network, small)


def network_of(config: Config) -> Network:
    """Return the network that the settings choose; raise what :func:`opened` does."""
    folder = careful.READER.chosen(config)
    return pulled(folder, config.threads) if folder else packaged(config.threads)
