"""Train the judge on windows.jsonl of judge_mix.py; or go on with a run that was cut off.

    python training/train_judge.py --windows FOLDER/windows.jsonl --out RUN --start rag/weights/reader.onnx --bf16

RUN/judge.pt is the result, RUN/checkpoint.pt what a run goes on from, RUN/log.jsonl what it reports.
"""

import argparse
from pathlib import Path
from typing import Any

import numpy as np
import torch
from judge_model import HEADS, WEIGHTS, Judge, batch, figures, judged, loss, started, tokenized
from reader_model import Example, load, weights
from train_reader import Run, optimizer

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
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--windows", type=Path, required=True)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--start", type=Path, help="a reader's or judge's .pt or reader.onnx")
    parser.add_argument("--mpnet", type=Path, help="MPNet-base's folder: train adapters for it, the careful judge")
    parser.add_argument("--examples", type=int, default=75_000, help="to train on in all, with repetition")
    parser.add_argument("--batch", type=int, default=32)
    parser.add_argument("--rate", type=float, default=2e-4)
    parser.add_argument("--seed", type=int, default=11)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--bf16", action="store_true")
    parser.add_argument("--report", type=int, default=50)
    parser.add_argument("--measure", type=int, default=600)
    parser.add_argument("--checkpoint-minutes", type=float, default=3)
    arguments = parser.parse_args()
    arguments.stop_after = None

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
