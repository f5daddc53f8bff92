"""The reader's network: what goes in, what comes out, and how its answers are scored.

One pass over ``[CLS] question [SEP] title | date | window [SEP]`` gives each token of the window a logit as the start
and as the end of the short answer, each sentence one that it answers (against 0 for "no sentence of this window"), and
the window one that it holds an answer.
"""

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from sklearn.metrics import roc_auc_score
from tokenizers import Encoding, Tokenizer
from torch import Tensor, nn
from torch.nn import functional
from transformers import BertModel

from rag.embed import PACKAGED_NAME, find
from rag.evaluation.text import exact_match, f1

QUESTION_TOKENS = 48
CONTEXT_TOKENS = 230
"""Of title, date and window together."""
ANSWER_TOKENS = 30
WEIGHTS = {"span": 1.0, "sentence": 1.0, "holds": 1.0}
"""Of the parts of the loss."""
FAR = -1e4


class Reader(nn.Module):
    """MiniLM with four heads."""

    def __init__(self) -> None:
        super().__init__()
        self.encoder = BertModel.from_pretrained(
            find(PACKAGED_NAME).location,
            add_pooling_layer=False,
            attention_probs_dropout_prob=0.0,  # with it PyTorch has no fast attention on a CPU
        )
        size = self.encoder.config.hidden_size
        self.span = nn.Linear(size, 2)
        self.sentence = nn.Sequential(nn.Linear(size, size), nn.GELU(), nn.Linear(size, 1))
        self.holds = nn.Sequential(nn.Linear(size, size), nn.GELU(), nn.Linear(size, 1))

    def forward(
        self, input_ids: Tensor, attention_mask: Tensor, token_type_ids: Tensor, sentence_weights: Tensor
    ) -> tuple[Tensor, Tensor, Tensor, Tensor]:
        """Return logits: start and end (texts, tokens), sentence (texts, sentences), holds (texts).

        Args:
            input_ids: (texts, tokens).
            attention_mask: (texts, tokens), 1 or 0.
            token_type_ids: (texts, tokens), 1 after the question.
            sentence_weights: (texts, sentences, tokens): 1/n for each of a sentence's n tokens.
        """
        states = self.encoder(
            input_ids=input_ids, attention_mask=attention_mask, token_type_ids=token_type_ids
        ).last_hidden_state
        start, end = self.span(states).unbind(-1)
        pooled = sentence_weights.to(states.dtype) @ states
        return start, end, self.sentence(pooled).squeeze(-1), self.holds(states[:, 0]).squeeze(-1)


@dataclass(slots=True)
class Example:
    """A window as tokens; token numbers count from ``[CLS]``, and every interval is half open."""

    line: dict[str, Any]
    ids: NDArray[np.int32]
    question: int
    """Tokens up to and with the first ``[SEP]``."""
    sentences: list[tuple[int, int]]
    offsets: NDArray[np.int32]
    """Characters of the window for each token of its text, shape (tokens, 2); the first token is ``first``."""
    first: int
    span: tuple[int, int] | None
    """Tokens of the short answer, first and last, where it is known."""


def load(path: Path, split: str) -> list[dict[str, Any]]:
    with path.open(encoding="utf-8") as file:
        return [line for line in map(json.loads, file) if line["split"] == split]


def tokenized(lines: Sequence[dict[str, Any]]) -> list[Example]:
    """Turn lines of ``windows.jsonl`` (the labels may be missing) into examples."""
    tokenizer = Tokenizer.from_file(str(Path(find(PACKAGED_NAME).location) / "tokenizer.json"))
    tokenizer.no_padding()
    tokenizer.no_truncation()
    marks = tokenizer.token_to_id("[CLS]"), tokenizer.token_to_id("[SEP]")
    made: list[Example] = []
    for at in range(0, len(lines), 4096):  # encodings are large
        some = lines[at : at + 4096]
        heads = ["".join(f"{part} | " for part in (line["title"], line["date"]) if part) for line in some]
        asked = tokenizer.encode_batch([line["question"] for line in some], add_special_tokens=False)
        texts = [head + line["text"] for head, line in zip(heads, some, strict=True)]
        told = tokenizer.encode_batch(texts, add_special_tokens=False)
        made += [example(*row, marks) for row in zip(some, heads, asked, told, strict=True)]
    return made


def example(line: dict[str, Any], head: str, asked: Encoding, told: Encoding, marks: tuple[int, int]) -> Example:
    begin, sep = marks
    question = [begin, *asked.ids[:QUESTION_TOKENS], sep]
    context = told.ids[:CONTEXT_TOKENS]
    spans = [(start - len(head), end - len(head)) for start, end in told.offsets[:CONTEXT_TOKENS]]
    skipped = sum(start < 0 for start, _ in spans)
    offsets = spans[skipped:]
    first = len(question) + skipped

    def tokens(start: int, end: int) -> list[int]:
        return [first + n for n, (left, right) in enumerate(offsets) if left < end and start < right]

    held = [tokens(start, end) for start, end in line["sentences"]]
    answer = tokens(*line["answers"][0]) if line.get("answers") else []
    whole = bool(answer) and offsets[answer[-1] - first][1] >= line["answers"][0][1]
    return Example(
        line,
        np.array([*question, *context, sep], dtype=np.int32),
        len(question),
        [(found[0], found[-1] + 1) if found else (0, 1) for found in held],
        np.array(offsets, dtype=np.int32).reshape(-1, 2),
        first,
        (answer[0], answer[-1]) if whole else None,
    )


def batch(examples: Sequence[Example]) -> dict[str, Tensor]:
    """Pad examples into the tensors that :meth:`Reader.forward` and :func:`loss` want."""
    width, most = (
        -(-max(map(len, sizes)) // step) * step  # few shapes: a kernel is compiled for each, and kept
        for sizes, step in (([one.ids for one in examples], 16), ([one.sentences for one in examples], 4))
    )
    size = len(examples)
    made: dict[str, Any] = {
        "input_ids": np.zeros((size, width), np.int64),
        "attention_mask": np.zeros((size, width), np.int64),
        "token_type_ids": np.zeros((size, width), np.int64),
        "sentence_weights": np.zeros((size, most, width), np.float32),
        "text": np.zeros((size, width), bool),
        "known": np.zeros((size, most), bool),
        "answers": np.zeros((size, most), bool),
        "holds": np.zeros(size, np.float32),
        "span": np.full((size, 2), -100, np.int64),
    }
    for row, one in enumerate(examples):
        made["input_ids"][row, : len(one.ids)] = one.ids
        made["attention_mask"][row, : len(one.ids)] = 1
        made["token_type_ids"][row, one.question : len(one.ids)] = 1
        made["text"][row, one.first : one.first + len(one.offsets)] = True
        for number, (start, end) in enumerate(one.sentences):
            made["sentence_weights"][row, number, start:end] = 1 / (end - start)
            made["known"][row, number] = number not in one.line.get("unknown_sentences", ())
        made["answers"][row, one.line.get("answer_sentences", [])] = True
        made["holds"][row] = one.line.get("answerable", False)
        if one.span:
            made["span"][row] = one.span
    return {name: torch.from_numpy(value) for name, value in made.items()}


def outputs(model: Reader, tensors: dict[str, Tensor]) -> tuple[Tensor, ...]:
    names = ("input_ids", "attention_mask", "token_type_ids", "sentence_weights")
    return tuple(found.float() for found in model(*(tensors[name] for name in names)))


def loss(model: Reader, tensors: dict[str, Tensor]) -> dict[str, Tensor]:
    """Return the parts of the loss, each a mean over what it is about."""
    start, end, sentence, holds = outputs(model, tensors)
    ends = [
        functional.cross_entropy(
            logits.masked_fill(~tensors["text"], FAR), tensors["span"][:, n], ignore_index=-100, reduction="sum"
        )
        for n, logits in enumerate((start, end))
    ]
    marked = (tensors["span"][:, 0] >= 0).sum().clamp(min=1)
    none = torch.zeros(len(holds), 1)
    choice = torch.cat([none, sentence.masked_fill(~tensors["known"], FAR)], dim=1)
    right = torch.cat([tensors["holds"][:, None] == 0, tensors["answers"]], dim=1)
    return {
        "span": (ends[0] + ends[1]) / 2 / marked,
        "sentence": (choice.logsumexp(1) - choice.masked_fill(~right, FAR).logsumexp(1)).mean(),
        "holds": functional.binary_cross_entropy_with_logits(holds, tensors["holds"]),
    }


@dataclass(slots=True)
class Read:
    """What the reader says of a window."""

    holds: float
    sentences: NDArray[np.float32]
    """Logits."""
    answer: str
    """The best span inside one sentence."""
    span: float
    """Its start, end and sentence logits, added."""

    @property
    def sure(self) -> float:
        """The odds that the window answers: what both heads say, as a logit."""
        return self.holds + float(self.sentences.max(initial=-30.0))


def read(model: Reader, examples: Sequence[Example], size: int = 64) -> list[Read]:
    """Read windows, in the order given."""
    model.eval()
    order = sorted(range(len(examples)), key=lambda n: len(examples[n].ids))
    found: dict[int, Read] = {}
    with torch.inference_mode():
        for at in range(0, len(order), size):
            numbers = order[at : at + size]
            arrays = [tensor.numpy() for tensor in outputs(model, batch([examples[n] for n in numbers]))]
            found |= {n: decoded(examples[n], *row) for n, *row in zip(numbers, *arrays, strict=True)}
    return [found[n] for n in range(len(examples))]


def decoded(one: Example, start: NDArray[Any], end: NDArray[Any], sentence: NDArray[Any], holds: NDArray[Any]) -> Read:
    best, text = -np.inf, ""
    for (left, right), logit in zip(one.sentences, sentence, strict=False):
        pairs = start[left:right, None] + end[None, left:right]
        pairs = np.where(np.triu(np.ones(pairs.shape)) - np.triu(np.ones(pairs.shape), ANSWER_TOKENS) > 0, pairs, FAR)
        place = np.unravel_index(pairs.argmax(), pairs.shape)
        if pairs[place] + logit > best and left >= one.first:
            best = float(pairs[place] + logit)
            begin, finish = (left + int(number) - one.first for number in place)
            text = one.line["text"][one.offsets[begin, 0] : one.offsets[finish, 1]]
    return Read(float(holds), sentence[: len(one.sentences)], text, best)


def figures(examples: Sequence[Example], reads: Sequence[Read]) -> dict[str, float]:
    """Measure windows of the held-back documents: all of a question's windows are among them."""
    lines = [one.line for one in examples]
    answerable = np.array([line["answerable"] for line in lines])
    human = np.array([line["kind"] == "human" for line in lines])
    tops: dict[str, tuple[float, bool]] = {}
    for line, found in zip(lines, reads, strict=True):
        if line["kind"] in {"positive", "same_document", "retrieved", "other_document"}:
            number = int(found.sentences.argmax())
            top = float(found.sentences[number]), number in line["answer_sentences"]
            tops[line["question_id"]] = max(top, tops.get(line["question_id"], (-np.inf, False)))
    asked = {line["question_id"] for line in lines if line["answerable"]}
    spans = [(line, found) for line, found in zip(lines, reads, strict=True) if line["answers"]]
    texts = [tuple(line["text"][s:e] for s, e in line["answers"]) for line, _ in spans]
    inside = [
        int(found.sentences.argmax()) in line["answer_sentences"]
        for line, found in zip(lines, reads, strict=True)
        if line["answerable"]
    ]
    made = {
        "first": float(np.mean([tops[question][1] for question in asked])),
        "first_in_window": float(np.mean(inside)),
        "em": float(np.mean([exact_match(r.answer, wanted) for (_, r), wanted in zip(spans, texts, strict=True)])),
        "f1": float(np.mean([f1(r.answer, wanted) for (_, r), wanted in zip(spans, texts, strict=True)])),
    }
    for name, scores in scorings(reads).items():
        made[f"auc_{name}"] = float(roc_auc_score(answerable, scores))
        chosen = answerable | human
        made[f"auc_human_{name}"] = float(roc_auc_score(answerable[chosen], scores[chosen]))
    return made


def scorings(reads: Sequence[Read]) -> dict[str, NDArray[np.float64]]:
    """Return the ways to score whether a window answers."""
    return {
        "holds": np.array([one.holds for one in reads]),
        "sentence": np.array([one.sentences.max(initial=-30.0) for one in reads]),
        "both": np.array([one.sure for one in reads]),
    }


def batches(examples: Sequence[Example], size: int, seed: int) -> Iterator[list[Example]]:
    """Yield batches without end: an epoch is shuffled, sorted by length in large parts, and its batches shuffled.

    A pure function of the arguments, so that a run that was cut off goes on where it was.
    """
    epoch = 0
    while True:
        rng = np.random.default_rng([seed, epoch])
        order = rng.permutation(len(examples))
        made = []
        for at in range(0, len(order), size * 50):
            near = sorted(order[at : at + size * 50], key=lambda n: len(examples[n].ids))
            made += [near[n : n + size] for n in range(0, len(near), size)]
        for number in rng.permutation(len(made)):
            yield [examples[n] for n in made[number]]
        epoch += 1
