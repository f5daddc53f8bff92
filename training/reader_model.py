"""The readers' network: what goes in, what comes out, and how its answers are scored.

One pass over ``[CLS] question [SEP] title | date | window [SEP]`` gives each token of the window a logit as the start
and as the end of the short answer (the first token's is that of none), each sentence one that it answers (against 0
for "no sentence of this window"), the window one that it holds an answer, and three for a question that asks for yes
or no. The packaged reader is MiniLM, trained whole. The careful one is MPNet-base with low-rank adapters: only they and
the heads are trained, and only they are in the package.
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
from transformers import BertModel, MPNetModel

from rag.claims.judging import CLAIM_TOKENS
from rag.evaluation.text import exact_match, f1
from rag.models.embed import PACKAGED_NAME, find
from rag.reading import network
from rag.reading.network import CONTEXT_TOKENS, QUESTION_TOKENS, Read, Tokens, Window, decoded

WEIGHTS = {"span": 1.0, "sentence": 1.0, "holds": 1.0, "among": 0.5, "verdict": 1.0, "taught": 1.0}
"""Of the parts of the loss."""
FAR = -1e4
VERDICTS = ("yes", "no", "neither")
CLAIM_VERDICTS = ("supports", "contradicts", "neutral")
"""Of a claim in the question's place (judge_mix.py), in the order of :data:`VERDICTS`: one head says both."""
PASSAGE_TOKENS = 400
"""Most tokens of the passage beside a claim."""
SMOOTHING = 0.05
"""Of the weight of a claim's label, given to the others: some labels are wrong."""
RANK = 32
"""Of the careful reader's adapters."""
ADAPTER_SCALE = 2.0
HEADS = ("span", "sentence", "holds", "verdict")


class Adapted(nn.Module):
    """A fixed linear layer and a trained change of low rank: ``x W + b + x down up``; in bf16, but what is trained."""

    def __init__(self, base: nn.Linear) -> None:
        super().__init__()
        self.base = base
        self.down = nn.Parameter(torch.empty(RANK, base.in_features))
        self.up = nn.Parameter(torch.zeros(base.out_features, RANK))
        nn.init.kaiming_uniform_(self.down, a=5**0.5)

    def forward(self, x: Tensor) -> Tensor:
        found: Tensor = _AdaptedLinear.apply(x, self.base.weight, self.base.bias, self.down, self.up)  # type: ignore[no-untyped-call]
        return found


class _AdaptedLinear(torch.autograd.Function):
    """By hand, for PyTorch's own way copies what it need not: a step takes a third less time."""

    @staticmethod
    def forward(ctx: Any, x: Tensor, weight: Tensor, bias: Tensor, down: Tensor, up: Tensor) -> Tensor:
        flat = x.reshape(-1, x.shape[-1])
        small, large = down.to(x.dtype), (ADAPTER_SCALE * up).to(x.dtype)
        inner = flat @ small.T
        found = torch.addmm(bias, flat, weight.T).addmm_(inner, large.T)
        ctx.save_for_backward(flat, weight, small, large, inner)
        return found.view(*x.shape[:-1], -1)

    @staticmethod
    def backward(ctx: Any, *gradients: Tensor) -> tuple[Tensor | None, ...]:
        flat, weight, small, large, inner = ctx.saved_tensors
        shape = gradients[0].shape
        above = gradients[0].reshape(-1, shape[-1])
        beneath = above @ large
        of_x = (above @ weight).addmm_(beneath, small) if ctx.needs_input_grad[0] else None
        of_x = None if of_x is None else of_x.view(*shape[:-1], -1)
        return of_x, None, None, (beneath.T @ flat).float(), ADAPTER_SCALE * (above.T @ inner).float()


class Reader(nn.Module):
    """An encoder with four heads: MiniLM, or MPNet with adapters if its folder is given."""

    def __init__(self, mpnet: Path | None = None) -> None:
        super().__init__()
        # No dropout: next to nothing is seen twice, and drawing the numbers takes a tenth of the time.
        options: dict[str, Any] = {"add_pooling_layer": False}
        options |= {"attention_probs_dropout_prob": 0.0, "hidden_dropout_prob": 0.0}
        self.mpnet = mpnet
        if mpnet:
            self.encoder: Any = MPNetModel.from_pretrained(mpnet, **options)
            self.encoder.requires_grad_(requires_grad=False).bfloat16()
            for layer in self.encoder.encoder.layer:
                for parent, name in _linear_layers(layer):
                    setattr(parent, name, Adapted(getattr(parent, name)))
        else:
            self.encoder = BertModel.from_pretrained(find(PACKAGED_NAME).location, **options)
        size, self.pad = self.encoder.config.hidden_size, int(self.encoder.config.pad_token_id or 0)
        self.span = nn.Linear(size, 2)
        self.sentence = nn.Sequential(nn.Linear(size, size), nn.GELU(), nn.Linear(size, 1))
        self.holds = nn.Sequential(nn.Linear(size, size), nn.GELU(), nn.Linear(size, 1))
        self.verdict = nn.Sequential(nn.Linear(size, size), nn.GELU(), nn.Linear(size, 3))

    def forward(
        self, input_ids: Tensor, attention_mask: Tensor, token_type_ids: Tensor, sentence_weights: Tensor
    ) -> tuple[Tensor, Tensor, Tensor, Tensor, Tensor]:
        """Return logits: start and end (texts, tokens), sentence (texts, sentences), holds (texts), verdict (texts, 3).

        Args:
            input_ids: (texts, tokens).
            attention_mask: (texts, tokens), 1 or 0.
            token_type_ids: (texts, tokens), 1 after the question.
            sentence_weights: (texts, sentences, tokens): 1/n for each of a sentence's n tokens.
        """
        states = self.states(input_ids, attention_mask, token_type_ids)
        start, end = self.span(states).unbind(-1)
        pooled = sentence_weights.to(states.dtype) @ states
        first = states[:, 0]
        return start, end, self.sentence(pooled).squeeze(-1), self.holds(first).squeeze(-1), self.verdict(first)

    def states(self, input_ids: Tensor, attention_mask: Tensor, token_type_ids: Tensor) -> Tensor:
        """Return what the encoder makes of each token; shape (texts, tokens, size)."""
        kinds = {} if self.mpnet else {"token_type_ids": token_type_ids}
        states: Tensor = self.encoder(input_ids=input_ids, attention_mask=attention_mask, **kinds).last_hidden_state
        return states.float() if self.mpnet else states

    def tokenized(self, lines: Sequence[dict[str, Any]]) -> list["Example"]:
        """Turn lines of ``windows.jsonl`` into examples with this network's own tokens."""
        return tokenized(lines, self.mpnet)

    def trained(self) -> dict[str, Tensor]:
        """Return what training changes: all of MiniLM's state, or the adapters and heads beside MPNet."""
        state = self.state_dict()
        if not self.mpnet:
            return state
        return {name: value for name, value in state.items() if _is_trained(name)}


def _is_trained(name: str) -> bool:
    return name.partition(".")[0] in HEADS or name.endswith((".down", ".up"))


def adapter(state: dict[str, Tensor], heads: Sequence[str]) -> dict[str, NDArray[np.float32]]:
    """Return what :meth:`Reader.trained` gave of a careful network as :mod:`rag.models.careful` has it.

    ``NAME.down`` (rank, in) and ``NAME.up`` (out, rank), whose product is added to MPNet's ``NAME.weight``, and those
    heads that the product asks.
    """
    return {
        name.removeprefix("encoder."): (ADAPTER_SCALE * value if name.endswith(".up") else value).float().numpy()
        for name, value in state.items()
        if name.partition(".")[0] in ("encoder", *heads)
    }


def load_trained(model: Reader, state: dict[str, Tensor]) -> None:
    """Take what :meth:`Reader.trained` gave; the rest of the model stays as it is."""
    unknown = model.load_state_dict(state, strict=False).unexpected_keys
    if unknown:
        raise SystemExit(f"not the weights of this network: {', '.join(unknown[:3])}")


def _linear_layers(layer: nn.Module) -> list[tuple[nn.Module, str]]:
    return [
        (layer.get_submodule(name.rpartition(".")[0]), name.rpartition(".")[2])
        for name, module in layer.named_modules()
        if isinstance(module, nn.Linear)
    ]


def weights(path: Path) -> dict[str, Tensor]:
    """Return weights from a file of train_reader.py, or, as they were rounded, from one of export_reader.py."""
    if path.suffix != ".onnx":
        return dict(torch.load(path, weights_only=True))
    stored = {one.name: numpy_helper.to_array(one) for one in onnx.load(path).graph.initializer}
    made = Reader().state_dict()  # what the file lacks starts from nothing
    for names, kind in (name.split(":") for name in stored if ":" in name):
        if kind not in ("values", "codes", "turned"):
            continue
        array = stored[f"{names}:{kind}"].astype(np.float32)
        if kind == "codes":
            array = array * stored[f"{names}:scales"]
        elif kind == "turned":
            array = (array * stored[f"{names}:scales"]).T * stored.get(f"{names}:factors", np.float32(1))
        every = names.split("+")
        for name, part in zip(every, np.split(array, len(every)), strict=True):
            made[name if name in made else f"encoder.{name}"] = torch.from_numpy(part.copy())
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


def tokenized(lines: Sequence[dict[str, Any]], mpnet: Path | None = None) -> list[Example]:
    """Turn lines of ``windows.jsonl`` into examples, as the product does at run time."""
    tokenizer = network.tokenizer(mpnet or Path(find(PACKAGED_NAME).location))
    made: dict[int, Example] = {}
    for claims, limits in ((False, (QUESTION_TOKENS, CONTEXT_TOKENS)), (True, (CLAIM_TOKENS, PASSAGE_TOKENS))):
        numbers = [n for n, line in enumerate(lines) if is_claim(line) is claims]
        for some in (numbers[at : at + 4096] for at in range(0, len(numbers), 4096)):  # encodings are large
            given = network.tokenized(tokenizer, [window(lines[n]) for n in some], *limits)
            for n, tokens in zip(some, given, strict=True):
                made[n] = Example(lines[n], tokens, answer_tokens(lines[n], tokens))
    return [made[n] for n in range(len(lines))]


def is_claim(line: dict[str, Any]) -> bool:
    """Tell whether a line is one of judge_mix.py: a claim, and no question."""
    return "verdicts" in line


def answer_tokens(line: dict[str, Any], tokens: Tokens) -> tuple[int, int] | None:
    """Return the first and last token of the answer to train on, if the window holds all of it."""
    if not line.get("answers"):
        return None
    answer = line["answers"][0]
    found = network.tokens_of(answer, tokens.offsets, tokens.first)
    whole = found is not None and tokens.offsets[found[1] - 1 - tokens.first][1] >= answer[1]
    return (found[0], found[1] - 1) if found and whole else None


def padded(examples: Sequence[Example], pad: int) -> tuple[dict[str, Any], int]:
    """Return what a network takes, each example filled up to the longest, and the number of sentences of each then."""
    width, most = (
        -(-max(map(len, sizes)) // step) * step  # few shapes: a kernel is compiled for each, and kept
        for sizes, step in (([e.tokens.ids for e in examples], 16), ([e.tokens.sentences for e in examples], 4))
    )
    size = len(examples)
    made: dict[str, Any] = {
        "input_ids": np.full((size, width), pad, np.int64),
        "attention_mask": np.zeros((size, width), np.int64),
        "token_type_ids": np.zeros((size, width), np.int64),
        "sentence_weights": np.zeros((size, most, width), np.float32),
    }
    for row, one in enumerate(examples):
        for name, value in one.tokens.inputs().items():
            made[name][(row, *map(slice, value.shape[1:]))] = value[0]
    return made, most


def batch(examples: Sequence[Example], pad: int = 0) -> dict[str, Tensor]:
    """Pad examples into the tensors that :meth:`Reader.forward` and :func:`loss` want."""
    made, most = padded(examples, pad)
    size, width = made["input_ids"].shape
    made |= {
        "text": np.zeros((size, width), bool),
        "known": np.zeros((size, most), bool),
        "answers": np.zeros((size, most), bool),
        "claim": np.zeros(size, bool),
        "holds": np.zeros(size, np.float32),
        "span": np.full((size, 2), -100, np.int64),
        "verdict": np.zeros((size, len(VERDICTS)), bool),
        "question": np.zeros(size, np.int64),
    }
    made |= said(examples, {"start": width, "end": width, "sentence": most, "holds": 0})
    numbers: dict[str, int] = {}
    for row, one in enumerate(examples):
        tokens, line = one.tokens, one.line
        made["text"][row, tokens.first : tokens.first + len(tokens.offsets)] = True
        for number, span in enumerate(tokens.sentences):
            made["known"][row, number] = span is not None and number not in line.get("unknown_sentences", ())
        made["answers"][row, line.get("answer_sentences", [])] = True
        made["holds"][row] = line.get("answerable", False)
        if one.span:
            made["span"][row] = one.span
        elif not line.get("answerable") and "verdict" not in line and not is_claim(line):
            made["span"][row] = 0  # the first token stands for none
        made["claim"][row] = is_claim(line)
        made["verdict"][row] = [name == line.get("verdict") for name in VERDICTS]
        if is_claim(line):
            made["verdict"][row] = [name in line["verdicts"] for name in CLAIM_VERDICTS]
        made["question"][row] = numbers.setdefault(line.get("question_id", str(row)), len(numbers))
    made["text"][:, 0] = True
    made["there"] = made["sentence_weights"].any(2)
    return {name: torch.from_numpy(value) for name, value in made.items()}


def said(examples: Sequence[Example], widths: dict[str, int]) -> dict[str, NDArray[Any]]:
    """Return what a teacher said of each example (teach.py), and of which it said anything.

    Args:
        examples: of a batch.
        widths: of the rows of each part, filled up with 0; 0 where a part is one number.
    """
    size = len(examples)
    made: dict[str, NDArray[Any]] = {"taught": np.array(["said" in one.line for one in examples])}
    for part, width in widths.items():
        made[f"said_{part}"] = np.zeros((size, width) if width else size, np.float32)
        for row in np.flatnonzero(made["taught"]).tolist():
            told = examples[row].line["said"][part]
            made[f"said_{part}"][(row, slice(len(told))) if width else row] = told
    return made


def outputs(model: Reader, tensors: dict[str, Tensor]) -> tuple[Tensor, ...]:
    names = ("input_ids", "attention_mask", "token_type_ids", "sentence_weights")
    return tuple(found.float() for found in model(*(tensors[name] for name in names)))


def loss(model: Reader, tensors: dict[str, Tensor]) -> dict[str, Tensor]:
    """Return the parts of the loss, each a mean over what it is about.

    Where two verdicts may be right, the loss is that of their sum. Of a claim only the verdict is learned, and which
    sentence decides, where that is known.
    """
    start, end, sentence, holds, verdict = outputs(model, tensors)
    ends = [
        functional.cross_entropy(
            logits.masked_fill(~tensors["text"], FAR), tensors["span"][:, n], ignore_index=-100, reduction="sum"
        )
        for n, logits in enumerate((start, end))
    ]
    marked = (tensors["span"][:, 0] >= 0).sum().clamp(min=1)
    none = torch.zeros(len(holds), 1)
    choice = torch.cat([none, sentence.masked_fill(~tensors["known"], FAR)], dim=1)
    claim = tensors["claim"]
    nothing = (tensors["holds"] == 0) & ~claim
    right = torch.cat([nothing[:, None], tensors["answers"] & tensors["known"]], dim=1)
    chosen = right.any(1)  # not where the tokens ran out before the sentence that answers
    asked = tensors["verdict"].any(1)
    parts = {
        "span": (ends[0] + ends[1]) / 2 / marked,
        "sentence": _chosen_rightly(choice, right)[chosen].mean() if chosen.any() else sentence.sum() * 0,
        "holds": functional.binary_cross_entropy_with_logits(holds, tensors["holds"], (~claim).float(), reduction="sum")
        / (~claim).sum().clamp(min=1),
        "among": among(choice, right, chosen, tensors["question"]),
    }
    if asked.any():
        parts["verdict"] = verdict_loss(verdict[asked], tensors["verdict"][asked])
    if tensors["taught"].any():
        parts["taught"] = _as_taught(tensors, start, end, sentence, holds)
    return parts


def _as_taught(tensors: dict[str, Tensor], start: Tensor, end: Tensor, sentence: Tensor, holds: Tensor) -> Tensor:
    """Return how far logits are from a teacher's: the parts of :func:`loss`, with its odds in place of labels."""
    rows = tensors["taught"]
    none = torch.zeros(len(holds), 1)

    def choices(logits: Tensor) -> Tensor:
        return torch.cat([none, logits.masked_fill(~tensors["there"], FAR)], dim=1)

    mine, wanted = choices(sentence)[rows], choices(tensors["said_sentence"])[rows]
    ends = [
        soft_loss(*(values.masked_fill(~tensors["text"], FAR)[rows] for values in pair)).mean()
        for pair in ((start, tensors["said_start"]), (end, tensors["said_end"]))
    ]
    among = [
        soft_loss(mine[own, 1:].reshape(1, -1), wanted[own, 1:].reshape(1, -1))
        for number in set(tensors["question"][rows].tolist())
        for own in [tensors["question"][rows] == number]
        if int(own.sum()) > 1
    ]
    return (
        WEIGHTS["span"] * (ends[0] + ends[1]) / 2
        + WEIGHTS["sentence"] * soft_loss(mine, wanted).mean()
        + WEIGHTS["holds"]
        * functional.binary_cross_entropy_with_logits(holds[rows], tensors["said_holds"][rows].sigmoid())
        + WEIGHTS["among"] * (torch.cat(among).mean() if among else 0)
    )


def soft_loss(logits: Tensor, wanted: Tensor) -> Tensor:
    """Return the cross-entropy of a choice and what a teacher would choose, both as logits (rows, choices); (rows,)."""
    return -(wanted.softmax(1) * logits.log_softmax(1)).sum(1)


def verdict_loss(logits: Tensor, right: Tensor) -> Tensor:
    """Return the loss of verdicts, of which several may be right; both (rows, verdicts)."""
    logs = functional.log_softmax(logits, dim=1)
    sure = logs.masked_fill(~right, FAR).logsumexp(1)
    return -((1 - SMOOTHING) * sure + SMOOTHING * logs.mean(1)).mean()


def _chosen_rightly(choice: Tensor, right: Tensor) -> Tensor:
    """Return the negative log-probability of what is right among what may be chosen; both (rows, choices)."""
    return choice.logsumexp(1) - choice.masked_fill(~right, FAR).logsumexp(1)


def among(choice: Tensor, right: Tensor, chosen: Tensor, question: Tensor) -> Tensor:
    """Return the loss of choosing among all sentences of a question's windows, so that their scores compare.

    For an answerable question a window without the answer must not outbid the one that has it.
    """
    losses = []
    for number in set(question.tolist()):
        rows = (question == number) & chosen
        holding = right[:, 1:].any(1)
        if int(rows.sum()) > 1 and bool((rows & holding).any()):
            mine, answers = choice[rows][:, 1:], right[rows][:, 1:]
            losses.append(_chosen_rightly(mine.reshape(1, -1), answers.reshape(1, -1))[0])
    return torch.stack(losses).mean() if losses else choice.sum() * 0


def by_length(examples: Sequence[Example], size: int) -> list[list[int]]:
    """Return the numbers of examples in groups of about the same length."""
    order = sorted(range(len(examples)), key=lambda n: len(examples[n].tokens.ids))
    return [order[at : at + size] for at in range(0, len(order), size)]


def read(model: Reader, examples: Sequence[Example], size: int = 64) -> list[Read]:
    """Read windows, in the order given."""
    model.eval()
    found: dict[int, Read] = {}
    with torch.inference_mode():
        for numbers in by_length(examples, size):
            tensors = batch([examples[n] for n in numbers], model.pad)
            arrays = [tensor.numpy() for tensor in outputs(model, tensors)]
            for number, start, end, sentence, holds in zip(numbers, *arrays[:4], strict=True):
                tokens = examples[number].tokens
                found[number] = decoded(tokens, start, end, sentence[: len(tokens.sentences)], holds)
    return [found[n] for n in range(len(examples))]


def verdicts(model: Reader, examples: Sequence[Example], size: int = 64) -> NDArray[np.float32]:
    """Return logits of :data:`VERDICTS` for questions of yes or no and claims; shape (examples, 3)."""
    model.eval()
    found = np.zeros((len(examples), len(VERDICTS)), np.float32)
    with torch.inference_mode():
        for numbers in by_length(examples, size):
            found[numbers] = outputs(model, batch([examples[n] for n in numbers], model.pad))[4].numpy()
    return found


def answer(example: Example, found: Read) -> str:
    """Return the short answer in the best sentence."""
    return str(example.line["text"][slice(*found.spans[found.best])])


def figures(examples: Sequence[Example], reads: Sequence[Read]) -> dict[str, float]:
    """Measure windows of the held-back documents: all of a question's windows are among them."""
    kept = [n for n, one in enumerate(examples) if "verdict" not in one.line and not is_claim(one.line)]
    examples, reads = [examples[n] for n in kept], [reads[n] for n in kept]
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
        "span": np.array([one.span for one in reads]),
        "both": np.array([one.holds + one.sentences.max(initial=-30.0) for one in reads]),
        "all": np.array([one.holds + one.sentences.max(initial=-30.0) + one.span for one in reads]),
    }


def batches(examples: Sequence[Example], size: int, seed: int) -> Iterator[list[Example]]:
    """Yield batches without end: clusters are shuffled, sorted by length in large parts, and their batches shuffled.

    A batch has about ``size`` windows, whole clusters of them. The first epoch takes the examples in their own order. A
    pure function of the arguments, so that a run that was cut off goes on where it was.
    """
    clusters: list[list[Example]] = []
    for one in examples:
        if clusters and one.line.get("cluster", -1) == clusters[-1][0].line.get("cluster"):
            clusters[-1].append(one)
        else:
            clusters.append([one])
    epoch = 0
    while True:
        rng = np.random.default_rng([seed, epoch])
        order = rng.permutation(len(clusters)) if epoch else np.arange(len(clusters))
        made: list[list[Example]] = []
        part: list[list[Example]] = []
        for number in order:
            part.append(clusters[number])
            if sum(map(len, part)) >= size * 50:
                made += [filled[n] for filled in [_filled(part, size)] for n in rng.permutation(len(filled))]
                part = []
        made += _filled(part, size)
        yield from made
        epoch += 1


def _filled(clusters: list[list[Example]], size: int) -> list[list[Example]]:
    """Return batches of clusters of like length."""
    near = sorted(clusters, key=lambda cluster: max(len(one.tokens.ids) for one in cluster))
    found: list[list[Example]] = []
    for cluster in near:
        if not found or len(found[-1]) >= size:
            found.append([])
        found[-1] += cluster
    return found
