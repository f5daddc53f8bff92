"""Train the reader on windows.jsonl of prepare.py; write reader.pt, or go on with a run that was cut off.

    python training/train_reader.py --windows FOLDER/windows.jsonl --out RUN [--start WEIGHTS] --bf16

Every few minutes RUN/checkpoint.pt is replaced as a whole: the same command goes on from there with the same batches
and the same random numbers. RUN/log.jsonl has a line for each report. RUN/best.pt is the model that did best on the
held-back documents. ``--start`` trains weights on, such as best.pt of another run or the reader.onnx that is shipped,
with the learning rate raised again. ``--speed`` only measures how many examples a second this machine trains on.
"""

import argparse
import json
import os
import time
from collections import defaultdict
from collections.abc import Sequence
from itertools import islice
from pathlib import Path
from typing import Any

import numpy as np
import torch
from judge_model import figures as claim_figures
from reader_model import (
    HEADS,
    WEIGHTS,
    Example,
    Reader,
    batch,
    batches,
    figures,
    is_claim,
    load,
    load_trained,
    loss,
    read,
    tokenized,
    verdicts,
    weights,
)

LAYER_DECAY = 0.85
"""Of the learning rate, from each layer to the one below it."""
HEAD_RATE = 5
"""Learning rate of the heads, which start from nothing, by that of the top layer."""
WARM_UP = 0.06
DEV_CLAIMS = 600


def options(description: str) -> argparse.ArgumentParser:
    """Return the options of a training run."""
    parser = argparse.ArgumentParser(description=description)
    parser.add_argument("--windows", type=Path, required=True)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--start", type=Path, help="a .pt or .onnx to train on; else MiniLM")
    parser.add_argument("--mpnet", type=Path, help="MPNet-base's folder: train adapters for it, the careful network")
    parser.add_argument("--examples", type=int, default=128_000, help="to train on in all, with repetition")
    parser.add_argument("--batch", type=int, default=32)
    parser.add_argument("--rate", type=float, default=2e-4, help="learning rate of the top layer")
    parser.add_argument("--seed", type=int, default=5)
    parser.add_argument("--threads", type=int, default=2, help="1 is several times faster where others use the cores")
    parser.add_argument("--bf16", action="store_true")
    parser.add_argument("--report", type=int, default=50, help="steps between lines of the log")
    parser.add_argument("--measure", type=int, default=1000, help="steps between measurements")
    parser.add_argument("--checkpoint-minutes", type=float, default=3)
    parser.add_argument("--stop-after", type=int, help="steps after which to stop as if cut off, to test going on")
    return parser


def main() -> None:
    parser = options(__doc__.splitlines()[0])
    parser.add_argument("--dev-questions", type=int, default=320)
    parser.add_argument("--skip", type=int, default=0, help="examples that an earlier run has seen: the file's first")
    parser.add_argument("--speed", action="store_true")
    arguments = parser.parse_args()

    torch.set_num_threads(arguments.threads)
    torch.manual_seed(arguments.seed)
    examples = tokenized(load(arguments.windows, "train")[arguments.skip :], arguments.mpnet)
    if arguments.speed:
        speed(examples, arguments)
        return
    dev = tokenized(sample(load(arguments.windows, "dev"), arguments.dev_questions), arguments.mpnet)
    arguments.out.mkdir(parents=True, exist_ok=True)
    Run(arguments, examples, dev).go()


def sample(lines: list[dict[str, Any]], questions: int) -> list[dict[str, Any]]:
    """Choose questions of the held-back documents, the sets in turn, and all that people wrote without an answer.

    Of claims the first ``DEV_CLAIMS`` are taken.
    """
    by_set: dict[str, list[str]] = defaultdict(list)
    claims = [line for line in lines if is_claim(line)]
    lines = [line for line in lines if not is_claim(line)]
    for line in lines:
        if line["question_id"] not in by_set[line["set"]] and line["kind"] not in ("human", "verdict"):
            by_set[line["set"]].append(line["question_id"])
    rng = np.random.default_rng(0)
    each = questions // len(by_set)
    chosen = {n for ids in by_set.values() for n in rng.permutation(ids)[:each]}
    kept = [line for line in lines if line["question_id"] in chosen or line["kind"] in ("human", "verdict")]
    return kept + claims[:DEV_CLAIMS]


class Run:
    """A training run: everything that a checkpoint holds."""

    RESULT = "reader.pt"

    def __init__(self, arguments: argparse.Namespace, examples: list[Example], dev: list[Example]) -> None:
        self.arguments, self.examples, self.dev = arguments, examples, dev
        self.steps: int = arguments.examples // arguments.batch
        self.model = self.network()
        self.optimizer = self.optimizer_of(self.model)
        self.schedule = torch.optim.lr_scheduler.LambdaLR(self.optimizer, self._rate)
        self.step, self.best, self.seconds = 0, -1.0, 0.0
        self.checkpoint = arguments.out / "checkpoint.pt"
        names = ("examples", "batch", "rate", "seed", "bf16")
        self.settings = {name: getattr(arguments, name) for name in names} | {"windows": len(examples)}
        self.settings["start"] = str(arguments.start)
        if self.checkpoint.exists():
            self._resume()

    def network(self) -> Reader:
        """Return the network to train, with the weights it starts from."""
        model = Reader(self.arguments.mpnet)
        if self.arguments.start:
            load_trained(model, weights(self.arguments.start))
        return model

    def optimizer_of(self, model: Reader) -> torch.optim.Optimizer:
        """Return what changes the network."""
        return optimizer(model, self.arguments.rate, HEADS)

    def losses(self, chosen: list[Example]) -> tuple[dict[str, torch.Tensor], dict[str, float]]:
        """Return the parts of the loss over a batch, and how much each counts."""
        return loss(self.model, batch(chosen, self.model.pad)), WEIGHTS

    def measured(self) -> tuple[dict[str, float], float]:
        """Return figures of what is held back, and the one number to choose by."""
        found = figures(self.dev, read(self.model, self.dev))
        score = (found["first"] + found["f1"] + found["auc_all"] + found["auc_human_all"]) / 4
        if claims := [one for one in self.dev if is_claim(one.line)]:
            found["auc_claims"] = claim_figures(claims, verdicts(self.model, claims))["mean"]
            score = (score + found["auc_claims"]) / 2
        return found, score

    def go(self) -> None:
        saved, count, seen, spent = time.monotonic(), 0, 0, 0.0
        parts: defaultdict[str, float] = defaultdict(float)
        if self.arguments.start and not self.step:
            self._measure()
        todo = islice(batches(self.examples, self.arguments.batch, self.arguments.seed), self.step, self.steps)
        for chosen in todo:
            began = time.monotonic()
            for name, value in self._learn(chosen).items():
                parts[name] += value
            self.step += 1
            count += 1
            seen += len(chosen)
            spent += time.monotonic() - began
            self.seconds += time.monotonic() - began
            last = self.step in {self.steps, self.arguments.stop_after}
            if self.step % self.arguments.report == 0 or last:
                means = {name: round(value / count, 4) for name, value in parts.items()}
                self._log({"losses": means, "examples_a_second": round(seen / spent, 1)})
                parts.clear()
                count, seen, spent = 0, 0, 0.0
            if self.step % self.arguments.measure == 0 or self.step == self.steps:
                self._measure()
            if last or time.monotonic() - saved > 60 * self.arguments.checkpoint_minutes:
                self._save()
                saved = time.monotonic()
            if self.step == self.arguments.stop_after:
                return
        torch.save(self.model.trained(), self.arguments.out / self.RESULT)

    def _learn(self, chosen: list[Example]) -> dict[str, float]:
        self.model.train()
        with torch.autocast("cpu", torch.bfloat16, enabled=self.arguments.bf16):
            parts, shares = self.losses(chosen)
        total = torch.stack([shares[name] * value for name, value in parts.items()]).sum()
        total.backward()  # type: ignore[no-untyped-call]
        torch.nn.utils.clip_grad_norm_(self.model.parameters(), 1.0)
        self.optimizer.step()
        self.schedule.step()
        self.optimizer.zero_grad()
        return {name: float(value.detach()) for name, value in parts.items()}

    def _rate(self, step: int) -> float:
        warm = max(1, int(WARM_UP * self.steps))
        return min((step + 1) / warm, max(0.0, (self.steps - step) / max(1, self.steps - warm)))

    def _measure(self) -> None:
        began, state = time.monotonic(), torch.get_rng_state()
        found, score = self.measured()
        torch.set_rng_state(state)
        if score > self.best:
            self.best = score
            torch.save(self.model.trained(), self.arguments.out / "best.pt")
        rounded = {name: round(value, 3) for name, value in found.items()}
        self._log({"dev": rounded, "windows_a_second": round(len(self.dev) / (time.monotonic() - began), 1)})

    def _log(self, line: dict[str, Any]) -> None:
        line = {"step": self.step, "of": self.steps, "minutes": round(self.seconds / 60, 1)} | line
        print(json.dumps(line), flush=True)
        with (self.arguments.out / "log.jsonl").open("a", encoding="utf-8") as file:
            file.write(json.dumps(line) + "\n")

    def _save(self) -> None:
        parts = {name: getattr(self, name).state_dict() for name in ("optimizer", "schedule")}
        parts["model"] = self.model.trained()
        numbers = {name: getattr(self, name) for name in ("step", "best", "seconds", "settings")}
        beside = self.checkpoint.with_suffix(".new")
        torch.save(parts | numbers | {"rng": torch.get_rng_state()}, beside)
        with beside.open("rb") as file:
            os.fsync(file.fileno())
        beside.replace(self.checkpoint)

    def _resume(self) -> None:
        found = torch.load(self.checkpoint, weights_only=True)
        if found["settings"] != self.settings:
            raise SystemExit(f"{self.checkpoint} is of a run with {found['settings']}: use another --out")
        load_trained(self.model, found["model"])
        for name in ("optimizer", "schedule"):
            getattr(self, name).load_state_dict(found[name])
        self.step, self.best, self.seconds = found["step"], found["best"], found["seconds"]
        torch.set_rng_state(found["rng"])


def optimizer(model: Reader, rate: float, names: Sequence[str]) -> torch.optim.Optimizer:
    """Return AdamW: word vectors fixed, lower layers slower, the heads of these names faster."""
    heads = [getattr(model, name) for name in names]
    if model.mpnet:  # adapters start from nothing, as heads do: one rate for both
        free = [value for value in model.parameters() if value.requires_grad]
        return torch.optim.AdamW(free, lr=rate, betas=(0.9, 0.98), eps=1e-6, weight_decay=0.01, fused=True)
    layers = model.encoder.encoder.layer
    model.encoder.embeddings.word_embeddings.requires_grad_(requires_grad=False)
    parts: list[tuple[torch.nn.Module, float]] = [(model.encoder.embeddings, rate * LAYER_DECAY ** len(layers))]
    parts += [(layer, rate * LAYER_DECAY ** (len(layers) - 1 - n)) for n, layer in enumerate(layers)]
    parts += [(head, rate * HEAD_RATE) for head in heads]
    groups = []
    for module, own in parts:
        free = [value for value in module.parameters() if value.requires_grad]
        for decay, chosen in ((0.01, [v for v in free if v.ndim > 1]), (0.0, [v for v in free if v.ndim == 1])):
            groups += [{"params": chosen, "lr": own, "weight_decay": decay}] if chosen else []
    return torch.optim.AdamW(groups, betas=(0.9, 0.98), eps=1e-6, fused=True)


def speed(examples: list[Example], arguments: argparse.Namespace) -> None:
    for bf16 in (False, True):
        arguments.bf16 = bf16
        run = Run(arguments, examples, [])
        seconds = tokens = seen = 0.0
        for number, chosen in enumerate(islice(batches(examples, arguments.batch, arguments.seed), 18)):
            began = time.monotonic()
            parts = run._learn(chosen)  # noqa: SLF001
            if number >= 3:
                seconds += time.monotonic() - began
                seen += len(chosen)
                tokens += sum(len(one.tokens.ids) for one in chosen)
        means = {name: round(value, 3) for name, value in parts.items()}
        print(f"bf16 {bf16}: {seen / seconds:.1f} examples, {tokens / seconds:.0f} tokens a second; losses {means}")


if __name__ == "__main__":
    main()
