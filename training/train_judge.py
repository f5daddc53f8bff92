"""Train the judge on windows.jsonl of judge_mix.py; or go on with a run that was cut off.

    python training/train_judge.py --windows FOLDER/windows.jsonl --out RUN --start rag/weights/reader.onnx --bf16

RUN/judge.pt is the result, RUN/checkpoint.pt what a run goes on from, RUN/log.jsonl what it reports.
"""

from typing import Any

import numpy as np
import torch
from judge_model import HEADS, WEIGHTS, Judge, batch, figures, judged, loss, started
from reader_model import Example, load, tokenized, weights
from train_reader import Run, optimizer, options

MOST_DEV = 1_500


class JudgeRun(Run):
    """A training run of the judge: the reader's, with another network, loss and figures."""

    RESULT = "judge.pt"

    def network(self) -> Judge:
        model = Judge(self.arguments.mpnet)
        if self.arguments.start:
            started(model, weights(self.arguments.start))
        return model

    def optimizer_of(self, model: Judge) -> torch.optim.Optimizer:  # type: ignore[override]
        return optimizer(model, self.arguments.rate, HEADS)

    def losses(self, chosen: list[Example]) -> tuple[dict[str, torch.Tensor], dict[str, float]]:
        return loss(self.model, batch(chosen, self.model.pad)), WEIGHTS  # type: ignore[arg-type]

    def measured(self) -> tuple[dict[str, float], float]:
        found = figures(self.dev, judged(self.model, self.dev))  # type: ignore[arg-type]
        return found, found["mean"]


def main() -> None:
    parser = options(__doc__.splitlines()[0])
    parser.set_defaults(examples=75_000, seed=11, measure=600)
    arguments = parser.parse_args()

    torch.set_num_threads(arguments.threads)
    torch.manual_seed(arguments.seed)
    examples = tokenized(load(arguments.windows, "train"), arguments.mpnet)
    held: list[dict[str, Any]] = load(arguments.windows, "dev")
    chosen = np.random.default_rng(0).permutation(len(held))[:MOST_DEV]
    dev = tokenized([held[n] for n in chosen], arguments.mpnet)
    arguments.out.mkdir(parents=True, exist_ok=True)
    JudgeRun(arguments, examples, dev).go()


if __name__ == "__main__":
    main()
