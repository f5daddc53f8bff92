"""The trained reader's network: a question and a window of text go in; what the window says to it comes out.

One pass over ``[CLS] question [SEP] title | date | window [SEP]`` gives each token of the window a logit as the start
and as the end of the short answer, each sentence one that it answers (against 0 for "no sentence of this window"), and
the window one that it holds an answer. The weights were trained by ``training/`` on public question sets
(``weights/README.md`` is their model card) and run on ONNX Runtime, without torch. There are two: the packaged network,
and the careful one (``weights/careful/README.md``), which is larger and lies where ``rag models pull`` put it.
"""

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import cache, cached_property, lru_cache
from importlib.resources import files
from pathlib import Path
from threading import Lock
from typing import TYPE_CHECKING, Any, TypeVar

import numpy as np
from cachetools import LRUCache
from numpy.typing import NDArray

from rag.errors import ReaderError
from rag.models import careful
from rag.models.encode import file_sha256

if TYPE_CHECKING:
    from tokenizers import Tokenizer

Floats = NDArray[np.float32]
Span = tuple[int, int]
Made = TypeVar("Made")

WEIGHTS = Path(str(files("rag") / "weights"))

PACKAGED = "reader-3"
CAREFUL = "reader-4-careful"
"""Names of the two readers, as an answer tells which of them read."""

TOKENIZER = "tokenizer.json"
FILES = ("reader.onnx", TOKENIZER)
JUDGE = "judge.onnx"
"""The network that :mod:`rag.claims.judging` runs, of the same words and inputs."""
OUTPUTS = ("start", "end", "sentence", "holds")
SUMS = "SHA256SUMS"

QUESTION_TOKENS = 48
CONTEXT_TOKENS = 230
"""Of title, date and window together."""
WINDOW_TOKENS = 180
"""Most tokens of a window, unless one sentence alone is longer; trained on 160."""
ANSWER_TOKENS = 30
"""Longest short answer."""
FAR = 30.0
"""A logit beyond doubt."""
MOST_SAID = 2000
"""Windows of which it is known what a network said, of about a hundred questions: what is offered to be asked next was
tried, and is answered at once when somebody asks it. They take some 5 MB."""


@dataclass(frozen=True, slots=True)
class Window:
    """Consecutive sentences of one document and a question about them."""

    question: str
    title: str
    date: str
    text: str
    sentences: tuple[Span, ...]
    """Spans of characters in ``text``."""

    @property
    def head(self) -> str:
        """What stands before the text."""
        return "".join(f"{part} | " for part in (self.title, self.date) if part)


@dataclass(frozen=True, slots=True)
class Tokens:
    """A window as the network sees it; token numbers count from the first, and every interval is half open."""

    ids: NDArray[np.int64]
    question: int
    """Tokens up to and with the separator behind the question."""
    sentences: tuple[Span | None, ...]
    """Tokens of each sentence; None for one that is beyond ``CONTEXT_TOKENS``."""
    offsets: NDArray[np.int32]
    """Characters of the window for each token of its text, shape (tokens, 2); the first token is ``first``."""
    first: int

    def inputs(self) -> dict[str, NDArray[Any]]:
        """Return what a network may take, for this window alone: shapes (1, tokens) and (1, sentences, tokens)."""
        size = len(self.ids)
        kinds = np.zeros((1, size), dtype=np.int64)
        kinds[0, self.question :] = 1
        weights = np.zeros((1, len(self.sentences), size), dtype=np.float32)
        for row, span in enumerate(self.sentences):
            if span:
                weights[0, row, slice(*span)] = 1 / (span[1] - span[0])
        return {
            "input_ids": self.ids[None],
            "attention_mask": np.ones((1, size), dtype=np.int64),
            "token_type_ids": kinds,
            "sentence_weights": weights,
        }


@dataclass(frozen=True, slots=True)
class Read:
    """What the network says of a window."""

    holds: float
    """Logit that the window holds an answer."""
    sentences: Floats
    """Logit of each sentence that it answers, against 0 for none; shape (sentences,)."""
    spans: tuple[Span, ...]
    """Characters of the window that would be the short answer, for each sentence."""
    span_logits: Floats
    """Logits of their start and end, added, less those of the window's best; shape (sentences,); at most 0."""
    span: float
    """Logit of the window's best short answer less that of none."""

    @property
    def best(self) -> int:
        """The sentence that answers best, by its own logit and that of the short answer in it."""
        return int((self.sentences + self.span_logits).argmax())


def sums(folder: Path) -> str:
    """Return what ``SHA256SUMS`` in a folder must say of what it holds, in the form of ``sha256sum``."""
    return "".join(_sum(folder, name) for name in (JUDGE, *FILES) if (folder / name).is_file())


def _sum(folder: Path, name: str) -> str:
    return f"{file_sha256(folder / name)}  {name}\n"


def check(folder: Path, names: Sequence[str] = FILES) -> None:
    """Raise ReaderError if a file of a network is missing or not the one that ``SHA256SUMS`` names."""
    for name in (*names, SUMS):
        if not (folder / name).is_file():
            raise ReaderError(f"{folder / name} is missing: reinstall quoteline")
    published = (folder / SUMS).read_text(encoding="utf-8").splitlines(keepends=True)
    if not {_sum(folder, name) for name in names} <= set(published):
        kind = Path(names[0]).stem
        raise ReaderError(f"{folder} does not hold the published {kind} (see {SUMS}): reinstall quoteline")


def tokenizer(folder: Path) -> "Tokenizer":
    """Return the tokenizer in a folder, without padding and truncation."""
    from tokenizers import Tokenizer

    found = Tokenizer.from_file(str(folder / "tokenizer.json"))
    found.no_padding()
    found.no_truncation()
    return found


def tokenized(
    tokenizer: "Tokenizer", windows: Sequence[Window], most_asked: int = QUESTION_TOKENS, most: int = CONTEXT_TOKENS
) -> list[Tokens]:
    """Turn windows into tokens, cutting a question at ``most_asked`` and a context at ``most``."""
    questions = list(dict.fromkeys(window.question for window in windows))
    encoded = tokenizer.encode_batch(questions, add_special_tokens=False)
    asked = {question: one.ids for question, one in zip(questions, encoded, strict=True)}
    told = tokenizer.encode_batch([window.head + window.text for window in windows], add_special_tokens=False)
    begin, sep = tokenizer.encode("").ids  # [CLS] and [SEP], or what another network's tokenizer has for them
    found = []
    for window, context in zip(windows, told, strict=True):
        question = [begin, *asked[window.question][:most_asked], sep]
        ids = np.array([*question, *context.ids[:most], sep], dtype=np.int64)
        offsets = np.array(context.offsets[:most], dtype=np.int32).reshape(-1, 2) - len(window.head)
        skipped = int((offsets[:, 0] < 0).sum())
        offsets, first = offsets[skipped:], len(question) + skipped
        sentences = tuple(tokens_of(span, offsets, first) for span in window.sentences)
        found.append(Tokens(ids, len(question), sentences, offsets, first))
    return found


def tokens_of(span: Span, offsets: NDArray[np.int32], first: int) -> Span | None:
    """Return the tokens, half open, that touch a span of characters; None if there are none."""
    (touched,) = np.nonzero((offsets[:, 0] < span[1]) & (offsets[:, 1] > span[0]))
    return (first + int(touched[0]), first + int(touched[-1]) + 1) if len(touched) else None


def packed(
    tokenizer: "Tokenizer",
    texts: Sequence[str],
    sentences: Sequence[Sequence[Span]],
    most: int = WINDOW_TOKENS,
    *,
    overlap: bool = False,
) -> list[list[range]]:
    """Return, for each text, which of its sentences go together into windows of at most ``most`` tokens.

    Args:
        tokenizer: of the network.
        texts: passages.
        sentences: spans of characters, for each text.
        most: tokens of a window, unless one sentence alone is longer.
        overlap: let a window start in the middle of the one before it, as far as it then reaches beyond its end.
    """
    found = []
    for encoding, spans in zip(tokenizer.encode_batch(texts, add_special_tokens=False), sentences, strict=True):
        offsets = np.array(encoding.offsets, dtype=np.int32).reshape(-1, 2)
        # Tokens up to the start of each sentence: as many as up to the end of the one before it.
        starts = [0, *np.searchsorted(offsets[:, 0], [end for _, end in spans]).tolist()]
        windows, first = [], 0
        for number in range(1, len(spans) + 1):
            if number == len(spans) or starts[number + 1] - starts[first] > most:
                windows.append(range(first, number))
                if number == len(spans):
                    break
                half = (starts[first] + starts[number]) / 2
                inside = range(first + 1, number) if overlap else ()
                fits = (n for n in inside if starts[n] >= half and starts[number + 1] - starts[n] <= most)
                first = next(fits, number)
        found.append(windows)
    return found


def decoded(tokens: Tokens, start: Floats, end: Floats, sentence: Floats, holds: float) -> Read:
    """Read the network's logits: the best short answer inside each sentence.

    Args:
        tokens: the window.
        start: shape (tokens,).
        end: shape (tokens,).
        sentence: shape (sentences,).
        holds: of the window.
    """
    spans: list[Span] = []
    logits = np.full(len(tokens.sentences), -np.inf, dtype=np.float32)
    for row, span in enumerate(tokens.sentences):
        if span is None:
            spans.append((0, 0))
            continue
        left, right = span
        pairs = start[left:right, None] + end[None, left:right]
        allowed = _spans_of(right - left)
        begin, finish = np.unravel_index(np.where(allowed, pairs, -np.inf).argmax(), pairs.shape)
        logits[row] = pairs[begin, finish]
        spans.append(
            (
                int(tokens.offsets[left + begin - tokens.first, 0]),
                int(tokens.offsets[left + finish - tokens.first, 1]),
            )
        )
    inside = np.array([span is not None for span in tokens.sentences])
    most = logits.max(initial=-np.inf, where=inside)
    return Read(
        float(holds),
        np.where(inside, sentence, -np.inf).astype(np.float32),
        tuple(spans),
        np.where(inside, logits - most, -np.inf).astype(np.float32),
        float(most - start[0] - end[0]) if inside.any() else -FAR,
    )


@lru_cache(maxsize=CONTEXT_TOKENS)
def _spans_of(tokens: int) -> NDArray[np.bool_]:
    """Return which pairs of a first and a last token are a span of at most ``ANSWER_TOKENS``."""
    every = np.ones((tokens, tokens), dtype=bool)
    allowed: NDArray[np.bool_] = np.triu(every) & ~np.triu(every, ANSWER_TOKENS)
    return allowed


class Session:
    """A network of the weights on ONNX Runtime, with its tokenizer.

    Each window is run alone, several at a time in threads: nothing is padded, which on a CPU is fastest, and what is
    said of a window depends on that window alone.
    """

    def __init__(self, path: Path, card: Path, *, threads: int) -> None:
        """Load a network.

        Args:
            path: the network, whose bytes are known to be the right ones.
            card: folder of its ``tokenizer.json``.
            threads: windows read at a time.
        """
        import onnxruntime

        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = 1
        options.log_severity_level = 3
        self._session = onnxruntime.InferenceSession(str(path), options, providers=["CPUExecutionProvider"])
        self._inputs = [one.name for one in self._session.get_inputs()]
        self._card = card
        self._pool = ThreadPoolExecutor(threads, thread_name_prefix="read")

    @cached_property
    def tokenizer(self) -> "Tokenizer":
        """The tokenizer of the weights."""
        return tokenizer(self._card)

    def run(self, windows: Sequence[Tokens], outputs: Sequence[str], make: Callable[..., Made]) -> list[Made]:
        """Return what ``make`` makes of each window and its outputs, each without its first axis, in order."""

        def one(tokens: Tokens) -> Made:
            given = tokens.inputs()
            found = self._session.run(list(outputs), {name: given[name] for name in self._inputs})
            return make(tokens, *(values[0] for values in found))

        return list(self._pool.map(one, windows))


class Network:
    """A reader's network, packaged or careful."""

    def __init__(self, folder: Path = WEIGHTS, *, threads: int, merged: bool = False) -> None:
        """Load the weights in a folder.

        Args:
            folder: holds ``reader.onnx``, ``tokenizer.json`` and ``SHA256SUMS`` of both, as training/ writes them; or,
                for the careful network, what :mod:`rag.models.careful` made.
            threads: windows read at a time.
            merged: it is the careful network.

        Raises:
            ReaderError: a file is missing or not the published one.
        """
        if not merged:
            check(folder)
        elif not careful.READER.whole(folder):
            raise ReaderError(f"{folder} does not hold the careful reader as it was made: {careful.PULL}")
        self.name = CAREFUL if merged else PACKAGED
        self.card = careful.READER.card if merged else folder
        self.sums = _lines(folder, FILES[:1] if merged else FILES)
        self._session = Session(folder / FILES[0], self.card, threads=threads)
        self._lock = Lock()
        self._said: LRUCache[Window, Read] = LRUCache(MOST_SAID)

    @property
    def tokenizer(self) -> "Tokenizer":
        """The tokenizer of the weights."""
        return self._session.tokenizer

    def windows(self, texts: Sequence[str], sentences: Sequence[Sequence[Span]]) -> list[list[range]]:
        """Return, for each text, which of its sentences make a window each."""
        return packed(self.tokenizer, texts, sentences)

    def read(self, windows: Sequence[Window]) -> list[Read]:
        """Return what the network says of each window, in order; what it said lately of the same is not asked again."""
        with self._lock:
            known = {window: self._said[window] for window in dict.fromkeys(windows) if window in self._said}
        new = [window for window in dict.fromkeys(windows) if window not in known]
        known |= zip(new, self._session.run(tokenized(self.tokenizer, new), OUTPUTS, decoded), strict=True)
        with self._lock:
            self._said.update((window, known[window]) for window in new)
        return [known[window] for window in windows]


def _lines(folder: Path, names: Sequence[str]) -> str:
    """Return the lines of a folder's ``SHA256SUMS`` that are of some of its files."""
    lines = (folder / SUMS).read_text(encoding="utf-8").splitlines(keepends=True)
    return "".join(line for line in lines if line.split()[1] in names)


@cache
def packaged(threads: int) -> Network:
    """Return the packaged network, which all engines of a process share.

    Raises:
        ReaderError: a file is missing or not the published one.
    """
    return Network(threads=threads)


@cache
def pulled(folder: Path, threads: int) -> Network:
    """Return the careful network that was made in a folder, which all engines of a process share.

    Raises:
        ReaderError: it is not what was made there.
    """
    return Network(folder, threads=threads, merged=True)
