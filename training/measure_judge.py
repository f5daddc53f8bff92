"""Measure a judge on sets it was not trained on, and fit what its scores mean.

    python training/measure_judge.py --judge RUN/judge.pt --data DATA [--mpnet BASE] [--out judge.json]

DATA holds ``entail/``. Half of ``wice_dev``'s claims choose the threshold; the other half and every other set are only
reported. Balanced accuracy is the mean of the part of supported claims that are told so, and of others that are not.
``--out`` writes the numbers that rag/judge.py reads: ``slope`` and ``bias`` turn the logit into a probability,
``threshold`` is where a claim counts as supported, ``contradicts`` where it counts as contradicted.
"""

import argparse
import json
import time
from pathlib import Path
from typing import Any

import numpy as np
import torch
from judge_mix import LABELS, line
from judge_model import Judge, judged, support
from numpy.typing import NDArray
from prepare import Cutter, part, read_lines, seeded
from reader_model import CLAIM_VERDICTS, load_trained, tokenized
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import roc_auc_score

DOCUMENTS = ("wice_dev", "factcheck_gpt_stance", "fm2_heldout", "scifact_dev")
YES_NO = ("boolq_dev_heldout", "condaqa_dev", "pubmedqa_heldout", "strategyqa_facts_dev")
PAIRS = ("fever_symmetric_test", "negation_nli_heldout", "paws_heldout", "snli_counterfactual_test")
MOST = 1_100
"""Rows of a set."""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--judge", type=Path, required=True)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--mpnet", type=Path)
    parser.add_argument("--out", type=Path, help="write judge.json")
    parser.add_argument("--threads", type=int, default=2)
    arguments = parser.parse_args()
    torch.set_num_threads(arguments.threads)
    model = Judge(arguments.mpnet)
    load_trained(model, dict(torch.load(arguments.judge, weights_only=True)))
    cutter = Cutter()
    sets = {}
    for name in (*DOCUMENTS, *YES_NO, *PAIRS):
        began = time.monotonic()
        rows = read(arguments.data / "entail" / f"{name}.jsonl.gz", name)
        rng = seeded(1, name)
        lines = [line(row.get("claim") or row["question"], row["passage"], None, [], cutter, rng) for row in rows]
        kept = [(row, made) for row, made in zip(rows, lines, strict=True) if made]
        logits = judged(model, tokenized([made for _, made in kept], arguments.mpnet))
        print(f"{name}: {len(kept)} pairs, {1000 * (time.monotonic() - began) / len(kept):.1f} ms each", flush=True)
        sets[name] = [row for row, _ in kept], logits
    fitted = fit(sets)
    report(sets, fitted)
    if arguments.out:
        arguments.out.write_text(json.dumps(fitted, indent=2) + "\n", encoding="utf-8")


def read(path: Path, name: str) -> list[dict[str, Any]]:
    rows = read_lines(path)
    if name == "wice_dev" or len(rows) <= MOST:
        return rows
    return seeded(1, name).sample(rows, MOST)


Sets = dict[str, tuple[list[dict[str, Any]], NDArray[np.float32]]]


def scored(sets: Sets, name: str, half: int | None = None) -> tuple[NDArray[np.bool_], NDArray[np.float32]]:
    """Return which claims of a set are supported, and their logits; a claim's best of its passages."""
    rows, logits = sets[name]
    best: dict[str, tuple[bool, float]] = {}
    for number, (row, value) in enumerate(zip(rows, support(logits), strict=True)):
        key = str(row.get("id", number))
        if half is None or (part(key) < 0.5) == (half == 0):
            right = LABELS[row.get("label") or row["answer"]] == ["supports"]
            best[key] = right, max(float(value), best.get(key, (False, -np.inf))[1])
    return np.array([one for one, _ in best.values()]), np.array([value for _, value in best.values()], np.float32)


def balanced(right: NDArray[np.bool_], said: NDArray[np.bool_]) -> float:
    return float((said[right].mean() + (~said[~right]).mean()) / 2)


def fit(sets: Sets) -> dict[str, float]:
    """Fit on half of wice_dev: a probability, and the threshold where balanced accuracy is best."""
    right, logits = scored(sets, "wice_dev", 0)
    model = LogisticRegression(C=10.0).fit(logits[:, None], right)
    slope, bias = float(model.coef_[0, 0]), float(model.intercept_[0])
    cuts = np.unique(logits)
    smooth = [
        np.mean([balanced(right, logits >= near) for near in cuts[max(0, n - 5) : n + 6]]) for n in range(len(cuts))
    ]
    best = float(cuts[int(np.argmax(smooth))])
    return {
        "slope": round(slope, 4),
        "bias": round(bias, 4),
        "threshold": round(1 / (1 + float(np.exp(-(slope * best + bias)))), 4),
        "contradicts": 0.5,
    }


def report(sets: Sets, fitted: dict[str, float]) -> None:
    def said(logits: NDArray[np.float32]) -> NDArray[np.bool_]:
        return np.asarray(1 / (1 + np.exp(-(fitted["slope"] * logits + fitted["bias"]))) >= fitted["threshold"])

    print(fitted)
    means = []
    for name in (*DOCUMENTS, *PAIRS):
        right, logits = scored(sets, name, 1 if name == "wice_dev" else None)
        value = balanced(right, said(logits))
        means += [value] if name in DOCUMENTS else []
        accepted, refused = said(logits)[right].mean(), (~said(logits))[~right].mean()
        rows, all_logits = sets[name]
        three = [n for n, row in enumerate(rows) if row.get("label") in CLAIM_VERDICTS]
        hit = np.mean([CLAIM_VERDICTS[all_logits[n].argmax()] == rows[n]["label"] for n in three])
        print(
            f"{name}: balanced {value:.3f} (accepted {accepted:.3f}, refused {refused:.3f}), "
            f"AUC {roc_auc_score(right, logits):.3f}, three-way {hit:.3f}"
        )
    print(f"documents: mean balanced {np.mean(means):.3f}")
    hits = []
    for name in YES_NO:
        rows, logits = sets[name]
        wanted = [LABELS[row["answer"]][0] for row in rows]
        decided = [n for n, label in enumerate(wanted) if label != "neutral"]
        told = float(np.mean([CLAIM_VERDICTS[logits[n, :2].argmax()] == wanted[n] for n in decided]))
        hits += [told] if name != "strategyqa_facts_dev" else []
        undecided = np.mean([logits[n].argmax() == 2 for n in decided])
        print(f"{name}: yes or no {told:.3f} of {len(decided)}; undecided {undecided:.3f}")
    print(f"yes or no: mean accuracy {np.mean(hits):.3f}")


if __name__ == "__main__":
    main()
