"""Does a passage support a claim, contradict it, or leave it open, and which of its sentences decides?

A network reads the claim beside windows of whole sentences of the passage and gives three logits, and one for each
sentence. How far ``supports`` is ahead of the others together, brought onto a fitted line, is the probability that the
passage supports the claim. It is said to from a fitted threshold on, unless a guard objects
(:mod:`rag.claims.objections`). Of a long passage the window that supports most counts; of a long claim the part that is
supported least. A claim may also be a question of yes or no: yes is "supports", and no "contradicts". There are two
networks: the packaged one, and the careful one, which is larger and lies where ``rag models pull`` put it.
``docs/check.md`` tells how well each does.
"""

import json
import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Literal, NamedTuple, Protocol, overload

import numpy as np

from rag.claims.objections import GUARDS, Case, Guard, objection
from rag.config import Config
from rag.documents import split
from rag.errors import ReaderError
from rag.models import careful
from rag.reading.network import (
    JUDGE,
    TOKENIZER,
    WEIGHTS,
    Floats,
    Session,
    Span,
    Tokens,
    Window,
    check,
    packed,
    tokenized,
)

if TYPE_CHECKING:
    from tokenizers import Tokenizer

Verdict = Literal["supports", "contradicts", "undecided"]
OUTPUTS = ("verdict", "sentence")
PACKAGED = "judge-3"
CAREFUL = "judge-2-careful"
"""Names of the two judges, as a checked text tells which of them judged."""
NUMBERS = "judge.json"
"""What was fitted to a judge, beside what the package has of it."""

CLAIM_TOKENS = 96
"""Of a claim; a longer one is judged in parts."""
WINDOW_TOKENS = 300
"""Of a window of a passage; a longer passage is read in windows that overlap by half."""
HEAD_TOKENS = 60
"""Of title and date before it, and what a window may be longer for being cut out of its text."""


class Pair(NamedTuple):
    """A claim, or a question of yes or no, and the passage that is to decide it."""

    claim: str
    passage: str
    title: str = ""
    """What the passage's document is called; it is read, and supports nothing by itself."""
    published: str = ""
    """ISO 8601 date."""
    sentences: tuple[Span, ...] | None = None
    """Characters of the passage; None: as :mod:`rag.documents.split` cuts it."""


@dataclass(frozen=True, slots=True)
class Judgement:
    """What a passage says to a claim."""

    verdict: Verdict
    score: float
    """Calibrated probability, 0 to 1, that the passage supports the claim."""
    sentence: Span
    """Characters of the passage that decide, or come nearest to it; ``(0, 0)`` of an empty one."""
    contradiction: float = 0.0
    """The network's probability that it contradicts the claim."""
    reason: str | None = None
    """Why a guard kept it from being supported, in plain words."""


@dataclass(frozen=True, slots=True)
class Fitted:
    """The numbers of ``judge.json``."""

    slope: float
    bias: float
    threshold: float
    """Least score of what is supported."""
    contradicts: float
    """Least probability of what is contradicted."""
    refused: float
    """By what the score of a claim is multiplied that a guard refuses; at most ``threshold``."""


@dataclass(frozen=True, slots=True)
class Logits:
    """What the network says of a claim and a window."""

    supports: float
    contradicts: float
    neutral: float
    sentences: Floats
    """That a sentence decides; shape (sentences,), and minus infinity for one that was not read."""

    @property
    def margin(self) -> float:
        """How far ``supports`` is ahead of the others together."""
        return self.supports - float(np.logaddexp(self.contradicts, self.neutral))

    @property
    def contradiction(self) -> float:
        """Probability of ``contradicts``."""
        return _sigmoid(self.contradicts - float(np.logaddexp(self.supports, self.neutral)))


Decide = Callable[[Sequence[Pair]], Sequence[Judgement]]
"""Judges pairs, in order: :meth:`Judge.judge`, or what stands in for it."""


class Reads(Protocol):
    """What a :class:`Judge` needs of a network."""

    @property
    def name(self) -> str:
        """As a checked text tells it."""
        ...

    @property
    def tokenizer(self) -> "Tokenizer":
        """Its tokenizer."""
        ...

    def read(self, windows: Sequence[Window]) -> list[Logits]:
        """Return what it says of each window, in order; the claim stands in the question's place."""
        ...


class JudgeNetwork:
    """A judge on ONNX Runtime."""

    def __init__(self, session: Session, name: str = PACKAGED) -> None:
        """Take a network that has the outputs ``OUTPUTS``."""
        self._session = session
        self.name = name

    @classmethod
    def of(cls, folder: Path, *, threads: int) -> "JudgeNetwork":
        """Load ``judge.onnx`` of a folder, some pairs judged at a time.

        Raises:
            ReaderError: a file is missing or not the published one.
        """
        check(folder, (JUDGE, TOKENIZER))
        return cls(Session(folder / JUDGE, folder, threads=threads))

    @classmethod
    def merged(cls, folder: Path, *, threads: int) -> "JudgeNetwork":
        """Load the careful network that :mod:`rag.models.careful` made in a folder.

        Raises:
            ReaderError: it is not what was made there.
        """
        own = careful.JUDGE
        if not own.whole(folder):
            raise ReaderError(f"{folder} does not hold the careful judge as it was made: {careful.PULL}")
        return cls(Session(folder / own.network, careful.READER.card, threads=threads), CAREFUL)

    @property
    def tokenizer(self) -> "Tokenizer":
        """The tokenizer of the weights."""
        return self._session.tokenizer

    def read(self, windows: Sequence[Window]) -> list[Logits]:
        """Return what the network says of each window, in order."""
        cut = tokenized(self.tokenizer, windows, CLAIM_TOKENS, WINDOW_TOKENS + HEAD_TOKENS)
        return self._session.run(cut, OUTPUTS, _logits)


def _logits(tokens: Tokens, verdict: Floats, sentences: Floats) -> Logits:
    read = np.array([span is not None for span in tokens.sentences], dtype=bool)
    supports, contradicts, neutral = map(float, verdict)
    return Logits(supports, contradicts, neutral, np.where(read, sentences, -np.inf).astype(np.float32))


class Judge:
    """Judges claims by passages. Safe to share between threads."""

    def __init__(self, network: Reads, fitted: Fitted, guards: tuple[Guard, ...] = GUARDS) -> None:
        """Take a network, the numbers fitted to it, and the guards that may refuse what it supports."""
        self.network = network
        self._guards = guards
        self.fitted = fitted
        self.name = network.name

    def judge(self, pairs: Sequence[Pair | tuple[str, str]]) -> list[Judgement]:
        """Return what the passage of each pair says to its claim, in order."""
        asked = [Pair(*pair) for pair in pairs]
        parts = [self._parts(pair.claim) for pair in asked]
        places = [self._windows(pair) if part else [] for pair, part in zip(asked, parts, strict=True)]
        windows = [
            Window(
                claim,
                pair.title,
                pair.published,
                pair.passage[start:end],
                tuple((a - start, b - start) for a, b in own),
            )
            for pair, claims, cut in zip(asked, parts, places, strict=True)
            for claim in claims
            for own in cut
            for start, end in [(own[0][0], own[-1][1])]
        ]
        reads = iter(self.network.read(windows) if windows else ())
        return [
            _weakest([self._of_part(claim, pair, [(own, next(reads)) for own in cut]) for claim in claims if cut])
            for pair, claims, cut in zip(asked, parts, places, strict=True)
        ]

    def _of_part(self, claim: str, pair: Pair, read: Sequence[tuple[Sequence[Span], Logits]]) -> Judgement:
        """Judge a claim by what the network says of each window: its sentences, and the logits."""
        found = sorted(
            ((self._score(logits), own[int(logits.sentences.argmax())], logits) for own, logits in read),
            key=lambda one: -one[0],
        )
        score, sentence, _ = found[0]
        against = max(read, key=lambda one: one[1].contradiction)
        contradiction = against[1].contradiction
        about = " | ".join(filter(None, (pair.title, pair.published)))
        whole = f"{about}\n{pair.passage}" if about else pair.passage
        reason = None
        for here, span, _ in found:
            if here < self.fitted.threshold:
                break
            objected = objection(Case(claim, whole, pair.passage[slice(*span)]), self._guards)
            if not objected:
                return Judgement("supports", here, span, contradiction)
            reason = reason or objected
        score *= self.fitted.refused if reason else 1
        if against[1].contradicts > against[1].neutral and contradiction >= self.fitted.contradicts:
            span = against[0][int(against[1].sentences.argmax())]
            return Judgement("contradicts", score, span, contradiction, reason)
        return Judgement("undecided", score, sentence, contradiction, reason)

    def _score(self, logits: Logits) -> float:
        return _sigmoid(self.fitted.slope * logits.margin + self.fitted.bias)

    def _parts(self, claim: str) -> list[str]:
        """Return a claim, or the parts of one that is too long: sentences, as many as fit, or what fits of one."""
        text = " ".join(claim.split())
        return [text[own[0][0] : own[-1][1]] for own in _cut(self.network.tokenizer, text, None, CLAIM_TOKENS)]

    def _windows(self, pair: Pair) -> list[tuple[Span, ...]]:
        """Return the sentences of each window of a passage."""
        return _cut(self.network.tokenizer, pair.passage, pair.sentences, WINDOW_TOKENS, overlap=True)


def _weakest(parts: Sequence[Judgement]) -> Judgement:
    """Return what holds of a claim whose parts these are: it is contradicted if one is, and supported if all are."""
    if not parts:
        return Judgement("undecided", 0.0, (0, 0))
    against = [part for part in parts if part.verdict == "contradicts"]
    open_ = [part for part in parts if part.verdict == "undecided"]
    score = min(part.score for part in parts)
    worst = min(against or open_ or parts, key=lambda part: part.score)
    return Judgement(worst.verdict, score, worst.sentence, worst.contradiction, worst.reason)


def _cut(
    tokenizer: "Tokenizer", text: str, spans: tuple[Span, ...] | None, most: int, *, overlap: bool = False
) -> list[tuple[Span, ...]]:
    """Return the spans of a text in groups of at most ``most`` tokens; a span that is longer alone is cut before."""
    own = tuple(_sentences(text) if spans is None else spans)
    if not own:
        return []
    offsets = [start for start, _ in tokenizer.encode(text, add_special_tokens=False).offsets]
    if not offsets:
        return []
    short: list[Span] = []
    for start, end in own:
        first, last = np.searchsorted(offsets, [start, end])
        bounds = [start, *(offsets[n] for n in range(int(first) + most, int(last), most)), end]
        short += [(a, a + len(text[a:b].rstrip())) for a, b in pairwise(bounds)]
    (groups,) = packed(tokenizer, [text], [short], most, overlap=overlap)
    return [tuple(short[group.start : group.stop]) for group in groups]


@lru_cache(maxsize=64)
def _sentences(text: str) -> tuple[Span, ...]:
    """Return the sentences of a text: many claims may be held against one passage."""
    return tuple((sentence.start, sentence.end) for sentence in split.sentences(text))


def _sigmoid(logit: float) -> float:
    return 1 / (1 + math.exp(-max(-60.0, min(60.0, logit))))


def fitted(folder: Path = WEIGHTS) -> Fitted:
    """Return the numbers that were fitted to the judge of a folder."""
    return Fitted(**json.loads((folder / NUMBERS).read_text(encoding="utf-8")))


def opened(config: Config) -> Judge:
    """Return the judge that the settings choose: as ``reader`` says, the packaged or the careful one.

    Raises:
        ReaderError: its weights are not what was published, or made.
        ModelError: the settings ask for the careful one, and it is not here.
    """
    folder = careful.JUDGE.chosen(config)
    return pulled(folder, config.threads) if folder else packaged(config.threads)


@cache
def packaged(threads: int) -> Judge:
    """Return the packaged judge, which all engines of a process share.

    Raises:
        ReaderError: a file is missing or not the published one.
    """
    return Judge(JudgeNetwork.of(WEIGHTS, threads=threads), fitted())


@cache
def pulled(folder: Path, threads: int) -> Judge:
    """Return the careful judge that was made in a folder, which all engines of a process share.

    Raises:
        ReaderError: it is not what was made there.
    """
    return Judge(JudgeNetwork.merged(folder, threads=threads), fitted(careful.JUDGE.card))


@overload
def judge(claim: str, passage: str) -> Judgement: ...
@overload
def judge(claim: Sequence[Pair | tuple[str, str]]) -> list[Judgement]: ...
def judge(claim: str | Sequence[Pair | tuple[str, str]], passage: str | None = None) -> Judgement | list[Judgement]:
    """Return what a passage says to a claim, or what each of several does, by the judge that the settings choose.

    Args:
        claim: a claim or a question of yes or no; or pairs of a claim and a passage.
        passage: what is to decide; only with one claim.

    Raises:
        ReaderError: a file of the weights is missing or not the published one.
        ModelError: the settings ask for the careful judge, and it is not here.
    """
    judged = opened(Config())
    if isinstance(claim, str):
        if passage is None:
            raise TypeError("judge takes a claim and a passage, or a list of such pairs")
        return judged.judge([(claim, passage)])[0]
    return judged.judge(claim)
