"""Lay windows of mix.py and claims of judge_mix.py into one file to train the careful networks on.

    python training/joint_mix.py --windows MIX/windows.jsonl --claims JUDGE/windows.jsonl --out FOLDER --skip 30500
    python training/joint_mix.py --claims JUDGE/windows.jsonl --out FOLDER --seed 23

--skip leaves out so many windows of mix.py that a first pass was trained on. Without --windows there are claims alone.

The careful judge begins as a network that reads and judges with one encoder; then it learns from claims alone. Of
claims that are made by rule, or short, a part is taken, a quarter more where they are alone; those about documents, by
people or models, all. The held-back lines of both stay.
"""

import argparse
import json
import random
from collections.abc import Iterator
from itertools import groupby
from pathlib import Path
from typing import Any

from prepare import seeded, write_windows

SHARES = {
    "paws": 0.18,
    "snli_counterfactual": 0.2,
    "conflictqa_strategy": 0.2,
    "squad11_train_new": 0.14,
    "squad11_train_new swapped": 0.3,
    "squad2_train_near_misses": 0.14,
    "fever_dev": 0.22,
    "fever_neutral_rule": 0.35,
    "condaqa": 0.35,
    "negation_nli": 0.25,
    "number_swap_rule": 0.35,
    "conjnli_adversarial": 0.25,
    "breaking_nli": 0.25,
    "contract_nli": 0.35,
    "scone": 0.4,
    "med_monotonicity": 0.4,
    "strategyqa_facts": 0.4,
    "qed_nq": 0.25,
    "onestopqa": 0.35,
    "summedits_docs": 0.7,
    "fm2": 0.7,
    "feverous_s": 0.6,
    "boolq_dev": 0.8,
}
"""Of each set of claims beside windows; all of any other."""
ALONE = 1.25
"""By which the shares are multiplied where there are no windows."""


def main(given: list[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--windows", type=Path, help="those of mix.py; without, claims alone")
    parser.add_argument("--claims", type=Path, required=True)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--skip", type=int, default=0, help="windows of mix.py to leave out, the first so many")
    parser.add_argument("--most", type=int, default=30_000, help="windows of mix.py to train on, the next so many")
    parser.add_argument("--seed", type=int, default=17)
    arguments = parser.parse_args(given)

    chosen = beside(arguments) if arguments.windows else alone(arguments.claims, arguments.seed)
    write_windows(arguments.out, chosen, "kind")


def alone(path: Path, seed: int) -> list[list[dict[str, Any]]]:
    """Return claims without windows, those to train on first."""
    rng = random.Random(seed)
    held, chosen = [], []
    for cluster in clusters_of(path):
        (one,) = cluster
        if one["split"] == "dev":
            held.append(cluster)
        elif rng.random() < SHARES.get(one["set"], 1) * ALONE:
            chosen.append(cluster)
    rng.shuffle(chosen)
    return chosen + held


def beside(arguments: argparse.Namespace) -> list[list[dict[str, Any]]]:
    """Return windows, and claims among them."""
    clusters, seen = [], 0
    for cluster in clusters_of(arguments.windows):
        if cluster[0]["split"] == "train":
            seen += len(cluster)
            if not arguments.skip < seen <= arguments.skip + arguments.most:
                continue
        clusters.append(cluster)
    for number, (one,) in enumerate(clusters_of(arguments.claims)):
        if one["split"] == "dev" or seeded(arguments.seed, str(number)).random() < SHARES.get(one["set"], 1):
            clusters.append([one])
    random.Random(arguments.seed).shuffle(clusters)
    return clusters


def clusters_of(path: Path) -> Iterator[list[dict[str, Any]]]:
    """Yield lines that are trained on together, without the number of their cluster in that file."""
    with path.open(encoding="utf-8") as file:
        for _, lines in groupby(map(json.loads, file), key=lambda line: line["cluster"]):
            yield [{name: value for name, value in line.items() if name != "cluster"} for line in lines]


if __name__ == "__main__":
    main()
