"""The judge's network: a claim and a passage go in; whether the passage supports it, and which sentence decides.

One pass over ``[CLS] claim [SEP] passage [SEP]`` gives three logits (supports, contradicts, neutral), and one for each
sentence of the passage. The packaged judge starts from the packaged reader; the careful one is MPNet with adapters.
"""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from reader_model import (
    CLAIM_VERDICTS,
    FAR,
    Example,
    Reader,
    by_length,
    load_trained,
    outputs,
    padded,
    said,
    soft_loss,
    verdict_loss,
)
from sklearn.metrics import roc_auc_score
from torch import Tensor

WEIGHTS = {"verdict": 1.0, "sentence": 0.3, "taught": 1.0}
"""Of the parts of the loss."""
HEADS = ("sentence", "verdict")
READS = ("span", "holds")
"""Heads of a reader alone."""


class Judge(Reader):
    """The reader's encoder with two heads of its own."""

    def __init__(self, mpnet: Path | None = None) -> None:
        super().__init__(mpnet)
        for name in READS:
            delattr(self, name)

    def forward(  # type: ignore[override]
        self, input_ids: Tensor, attention_mask: Tensor, token_type_ids: Tensor, sentence_weights: Tensor
    ) -> tuple[Tensor, Tensor]:
        """Return logits: verdict (texts, 3), sentence (texts, sentences); what goes in is as in :class:`Reader`."""
        states = self.states(input_ids, attention_mask, token_type_ids)
        pooled = sentence_weights.to(states.dtype) @ states
        return self.verdict(states[:, 0]), self.sentence(pooled).squeeze(-1)


def started(model: Judge, state: dict[str, Tensor]) -> None:
    """Start from a reader's weights, all but the heads that a judge has not, or go on from a judge's own."""
    load_trained(model, {name: value for name, value in state.items() if name.partition(".")[0] not in READS})


def batch(examples: Sequence[Example], pad: int) -> dict[str, Tensor]:
    """Pad examples into the tensors that :meth:`Judge.forward` and :func:`loss` want."""
    made, most = padded(examples, pad)
    size = len(examples)
    made |= {
        "known": np.zeros((size, most), bool),
        "deciding": np.zeros((size, most), bool),
        "right": np.zeros((size, len(CLAIM_VERDICTS)), bool),
    }
    made |= said(examples, {"verdict": len(CLAIM_VERDICTS), "sentence": most})
    for row, one in enumerate(examples):
        for number, span in enumerate(one.tokens.sentences):
            made["known"][row, number] = span is not None
        made["deciding"][row, one.line.get("answer_sentences", [])] = True
        made["right"][row] = [verdict in one.line.get("verdicts", ()) for verdict in CLAIM_VERDICTS]
    return {name: torch.from_numpy(value) for name, value in made.items()}


def loss(model: Judge, tensors: dict[str, Tensor]) -> dict[str, Tensor]:
    """Return the parts of the loss, each a mean over what it is about.

    Where two labels may be right, the loss is that of their sum. Sentences are only learned where something is decided.
    """
    verdict, sentence = outputs(model, tensors)
    right = tensors["right"]
    parts = {"verdict": verdict_loss(verdict, right)}
    choice = sentence.masked_fill(~tensors["known"], FAR)
    deciding = tensors["deciding"] & tensors["known"]
    chosen = deciding.any(1) & (~deciding & tensors["known"]).any(1) & ~(right[:, 2] & ~right[:, 1])
    if chosen.any():
        own = choice[chosen]
        parts["sentence"] = (own.logsumexp(1) - own.masked_fill(~deciding[chosen], FAR).logsumexp(1)).mean()
    if (rows := tensors["taught"]).any():
        wanted = tensors["said_sentence"].masked_fill(~tensors["known"], FAR)
        parts["taught"] = soft_loss(verdict[rows], tensors["said_verdict"][rows]).mean()
        parts["taught"] += WEIGHTS["sentence"] * soft_loss(choice[rows], wanted[rows]).mean()
    return parts


def judged(model: Judge, examples: Sequence[Example], size: int = 64) -> NDArray[np.float32]:
    """Return the logits of :data:`CLAIM_VERDICTS`, in the order given; shape (examples, 3)."""
    model.eval()
    found = np.zeros((len(examples), len(CLAIM_VERDICTS)), np.float32)
    with torch.inference_mode():
        for numbers in by_length(examples, size):
            found[numbers] = outputs(model, batch([examples[n] for n in numbers], model.pad))[0].numpy()
    return found


def support(logits: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return the logit of supports against the other two together; shape (examples,)."""
    return np.asarray(logits[:, 0] - np.logaddexp(logits[:, 1], logits[:, 2]), np.float32)


def figures(examples: Sequence[Example], logits: NDArray[np.float32]) -> dict[str, float]:
    """Measure by set: the area under the curve of supported against not, and its mean over the sets."""
    made: dict[str, float] = {}
    right = np.array([one.line["verdicts"] == ["supports"] for one in examples])
    sets = np.array([one.line["set"] for one in examples])
    scores = support(logits)
    for name in sorted(set(sets)):
        own = sets == name
        if 10 <= right[own].sum() <= own.sum() - 10:
            made[name] = float(roc_auc_score(right[own], scores[own]))
    made["mean"] = float(np.mean(list(made.values())))
    return made
