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
import onnx
import torch
from numpy.typing import NDArray
from onnx import numpy_helper
from sklearn.metrics import roc_auc_score
from torch import Tensor, nn
from torch.nn import functional
from transformers import BertModel

from rag import network
from rag.embed import PACKAGED_NAME, find
from rag.evaluation.text import exact_match, f1
from rag.network import Read, Tokens, Window, decoded

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


def weights(path: Path) -> dict[str, Tensor]:
    """Return a reader's weights from a file of train_reader.py, or from what export_reader.py made of one."""
    if path.suffix != ".onnx":
        return dict(torch.load(path, weights_only=True))
    graph = onnx.load(path).graph
    stored = {one.name.removesuffix(".half"): numpy_helper.to_array(one) for one in graph.initializer}
    made = Reader().state_dict()  # whose word vectors never change
    for name in made:
        if name in stored:
            made[name] = torch.from_numpy(stored[name].astype(np.float32))
    for node in graph.node:  # the exporter turns these matrices round and names them anew
        if node.op_type == "MatMul" and node.input[1] in stored:
            path_of_node = node.name.strip("/").rpartition("/")[0].replace("/", ".")
            (name,) = (name for name in made if f"{path_of_node}.weight".endswith(name))
            made[name] = torch.from_numpy(stored[node.input[1]].astype(np.float32).T.copy())
    return made


@dataclass(slots=True)
class Example:
    """A line of ``windows.jsonl`` (its labels may be missing) and its tokens."""

    line: dict[str, Any]
    tokens: Tokens
    span: tuple[int, int] | None
    """Tokens of the short answer, first and last, where it is known."""


def load(path: Path, split: str) -> list[dict[str, Any]]:
    with path.open(encoding="utf-8") as file:
        return [line for line in map(json.loads, file) if line["split"] == split]


def window(line: dict[str, Any]) -> Window:
    """Return a line of ``windows.jsonl`` as the product reads it."""
    return Window(line["question"], line["title"], line["date"], line["text"], tuple(map(tuple, line["sentences"])))


def tokenized(lines: Sequence[dict[str, Any]]) -> list[Example]:
    """Turn lines of ``windows.jsonl`` into examples, as the product does at run time."""
    tokenizer = network.tokenizer(Path(find(PACKAGED_NAME).location))
    made: list[Example] = []
    for at in range(0, len(lines), 4096):  # encodings are large
        some = lines[at : at + 4096]
        pairs = zip(some, network.tokenized(tokenizer, [window(line) for line in some]), strict=True)
        made += [Example(line, tokens, answer_tokens(line, tokens)) for line, tokens in pairs]
    return made


def answer_tokens(line: dict[str, Any], tokens: Tokens) -> tuple[int, int] | None:
    """Return the first and last token of the answer to train on, if the window holds all of it."""
    if not line.get("answers"):
        return None
    answer = line["answers"][0]
    found = network.tokens_of(answer, tokens.offsets, tokens.first)
    whole = found is not None and tokens.offsets[found[1] - 1 - tokens.first][1] >= answer[1]
    return (found[0], found[1] - 1) if found and whole else None


def batch(examples: Sequence[Example]) -> dict[str, Tensor]:
    """Pad examples into the tensors that :meth:`Reader.forward` and :func:`loss` want."""
    width, most = (
        -(-max(map(len, sizes)) // step) * step  # few shapes: a kernel is compiled for each, and kept
        for sizes, step in (([e.tokens.ids for e in examples], 16), ([e.tokens.sentences for e in examples], 4))
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
        tokens, line = one.tokens, one.line
        for name, value in tokens.inputs().items():
            made[name][(row, *map(slice, value.shape[1:]))] = value[0]
        made["text"][row, tokens.first : tokens.first + len(tokens.offsets)] = True
        for number, span in enumerate(tokens.sentences):
            made["known"][row, number] = span is not None and number not in line.get("unknown_sentences", ())
        made["answers"][row, line.get("answer_sentences", [])] = True
        made["holds"][row] = line.get("answerable", False)
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
    right = torch.cat([tensors["holds"][:, None] == 0, tensors["answers"] & tensors["known"]], dim=1)
    chosen = right.any(1)  # not where the tokens ran out before the sentence that answers
    rightly = choice.masked_fill(~right, FAR).logsumexp(1)[chosen]
    return {
        "span": (ends[0] + ends[1]) / 2 / marked,
        "sentence": (choice.logsumexp(1)[chosen] - rightly).mean(),
        "holds": functional.binary_cross_entropy_with_logits(holds, tensors["holds"]),
    }


def read(model: Reader, examples: Sequence[Example], size: int = 64) -> list[Read]:
    """Read windows, in the order given."""
    model.eval()
    order = sorted(range(len(examples)), key=lambda n: len(examples[n].tokens.ids))
    found: dict[int, Read] = {}
    with torch.inference_mode():
        for at in range(0, len(order), size):
            numbers = order[at : at + size]
            arrays = [tensor.numpy() for tensor in outputs(model, batch([examples[n] for n in numbers]))]
            for number, start, end, sentence, holds in zip(numbers, *arrays, strict=True):
                tokens = examples[number].tokens
                found[number] = decoded(tokens, start, end, sentence[: len(tokens.sentences)], holds)
    return [found[n] for n in range(len(examples))]


def answer(example: Example, found: Read) -> str:
    """Return the short answer in the best sentence."""
    return str(example.line["text"][slice(*found.spans[found.best])])


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
    marked = [(one, found) for one, found in zip(examples, reads, strict=True) if one.line["answers"]]
    texts = [tuple(one.line["text"][s:e] for s, e in one.line["answers"]) for one, _ in marked]
    spans = [answer(*pair) for pair in marked]
    inside = [
        int(found.sentences.argmax()) in line["answer_sentences"]
        for line, found in zip(lines, reads, strict=True)
        if line["answerable"]
    ]
    made = {
        "first": float(np.mean([tops[question][1] for question in asked])),
        "first_in_window": float(np.mean(inside)),
        "em": float(np.mean([exact_match(said, wanted) for said, wanted in zip(spans, texts, strict=True)])),
        "f1": float(np.mean([f1(said, wanted) for said, wanted in zip(spans, texts, strict=True)])),
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
        "both": np.array([one.holds + one.sentences.max(initial=-30.0) for one in reads]),
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
            near = sorted(order[at : at + size * 50], key=lambda n: len(examples[n].tokens.ids))
            made += [near[n : n + size] for n in range(0, len(near), size)]
        for number in rng.permutation(len(made)):
            yield [examples[n] for n in made[number]]
        epoch += 1
