"""Measure a judge as the product asks it, on sets it was not trained on, and fit what its scores mean.

    python training/measure_judge.py --data DATA [--out rag/weights/judge.json]
    python training/measure_judge.py --judge careful --data DATA [--out rag/weights/careful/judge/judge.json]

DATA holds ``entail/``. Half of ``wice_dev``'s claims choose the threshold; the other half and every other set are only
reported. The threshold is where a logistic model of supported or not, each kind weighing half, says .5: where balanced
accuracy itself is best jumps about on so few claims. Balanced accuracy is the mean of the part of supported claims that
are told so, and of others that are not. No guard has a say. ``--out`` writes the numbers that :mod:`rag.claims.judging`
reads: ``slope`` and ``bias`` turn the logit into a probability, ``threshold`` is where a claim counts as supported,
``contradicts`` where it counts as contradicted, and by ``refused`` the score of a claim is multiplied that a guard
refuses. The careful judge is the one that ``rag models pull`` made of what training/export_careful.py wrote, in the
folder of models of the settings.
"""

import argparse
import json
import time
from pathlib import Path
from typing import Any

import numpy as np
from judge_mix import LABELS
from numpy.typing import NDArray
from prepare import part, read_lines, seeded
from reader_model import CLAIM_VERDICTS
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import roc_auc_score

from rag import config
from rag.claims.judging import Fitted, Judge, JudgeNetwork, Pair, Verdict
from rag.models import careful
from rag.reading.network import WEIGHTS

DOCUMENTS = ("wice_dev", "factcheck_gpt_stance", "fm2_heldout", "scifact_dev")
YES_NO = ("boolq_dev_heldout", "condaqa_dev", "pubmedqa_heldout", "strategyqa_facts_dev")
PAIRS = ("fever_symmetric_test", "negation_nli_heldout", "paws_heldout", "snli_counterfactual_test")
RAW = Fitted(slope=1.0, bias=0.0, threshold=0.5, contradicts=0.5, refused=1.0)
"""Scores are the network's own, and their logits what ``supports`` is ahead of the others."""
REFUSED = 0.3


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument(
        "--judge", choices=("packaged", "careful"), default="packaged", help="the careful one if pulled"
    )
    parser.add_argument("--models", help="folder where it was pulled to (RAG_MODELS)")
    parser.add_argument("--out", type=Path, help="write judge.json")
    parser.add_argument("--most", type=int, default=1100, help="rows of a set, but for wice_dev, which is taken whole")
    arguments = parser.parse_args()
    settings = config.load({"reader": arguments.judge, "models": arguments.models})
    folder, threads = careful.JUDGE.chosen(settings), settings.threads
    network = JudgeNetwork.merged(folder, threads=threads) if folder else JudgeNetwork.of(WEIGHTS, threads=threads)
    judge = Judge(network, RAW, ())
    sets = {}
    for name in (*DOCUMENTS, *YES_NO, *PAIRS):
        rows = read(arguments.data / "entail" / f"{name}.jsonl.gz", name, arguments.most)
        began = time.monotonic()
        judged = judge.judge([Pair(row.get("claim") or row["question"], row["passage"]) for row in rows])
        print(f"{name}: {len(rows)} pairs, {1000 * (time.monotonic() - began) / len(rows):.1f} ms each", flush=True)
        logits = np.log([max(one.score, 1e-9) / max(1 - one.score, 1e-9) for one in judged])
        against = np.array([one.contradiction for one in judged], np.float32)
        sets[name] = rows, logits.astype(np.float32), against, [one.verdict for one in judged]
    fitted = fit(sets)
    report(sets, fitted)
    if arguments.out:
        arguments.out.write_text(json.dumps(fitted, indent=2) + "\n", encoding="utf-8")


def read(path: Path, name: str, most: int) -> list[dict[str, Any]]:
    rows = read_lines(path)
    if name == "wice_dev" or len(rows) <= most:
        return rows
    return seeded(1, name).sample(rows, most)


Floats = NDArray[np.float32]
Sets = dict[str, tuple[list[dict[str, Any]], Floats, Floats, list[Verdict]]]
"""Rows; of each the logit that it is supported, the probability that it is contradicted, and the raw verdict."""


def scored(sets: Sets, name: str, half: int | None = None) -> tuple[NDArray[np.bool_], Floats]:
    """Return which claims of a set are supported, and their logits; a claim's best of its passages."""
    rows, logits, *_ = sets[name]
    best: dict[str, tuple[bool, float]] = {}
    for number, (row, value) in enumerate(zip(rows, logits, strict=True)):
        key = str(row.get("id", number))
        if half is None or (part(key) < 0.5) == (half == 0):
            right = LABELS[row.get("label") or row["answer"]] == ["supports"]
            best[key] = right, max(float(value), best.get(key, (False, -np.inf))[1])
    return np.array([one for one, _ in best.values()]), np.array([value for _, value in best.values()], np.float32)


def balanced(right: NDArray[np.bool_], said: NDArray[np.bool_]) -> float:
    return float((said[right].mean() + (~said[~right]).mean()) / 2)


def fit(sets: Sets) -> dict[str, float]:
    """Fit on half of wice_dev: a probability, and the threshold where both kinds are as likely if they are as many."""
    right, logits = scored(sets, "wice_dev", 0)
    model = LogisticRegression(C=10.0).fit(logits[:, None], right)
    slope, bias = float(model.coef_[0, 0]), float(model.intercept_[0])
    even = LogisticRegression(C=10.0, class_weight="balanced").fit(logits[:, None], right)
    best = -float(even.intercept_[0]) / float(even.coef_[0, 0])
    return {
        "slope": round(slope, 4),
        "bias": round(bias, 4),
        "threshold": round(1 / (1 + float(np.exp(-(slope * best + bias)))), 4),
        "contradicts": 0.5,
        "refused": REFUSED,
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
        rows, every, _, verdicts = sets[name]
        contradicted = np.array([verdict == "contradicts" for verdict in verdicts])
        told = np.where(said(every), 0, np.where(contradicted, 1, 2))
        three = [n for n, row in enumerate(rows) if row.get("label") in CLAIM_VERDICTS]
        hit = np.mean([CLAIM_VERDICTS[told[n]] == rows[n]["label"] for n in three])
        print(
            f"{name}: balanced {value:.3f} (accepted {accepted:.3f}, refused {refused:.3f}), "
            f"AUC {roc_auc_score(right, logits):.3f}, three-way {hit:.3f}"
        )
    print(f"documents: mean balanced {np.mean(means):.3f}")
    hits = []
    for name in YES_NO:
        rows, logits, against, verdicts = sets[name]
        wanted = [LABELS[row["answer"]][0] for row in rows]
        decided = [n for n, label in enumerate(wanted) if label != "neutral"]
        yes = 1 / (1 + np.exp(-logits)) > against
        told_rightly = float(np.mean([yes[n] == (wanted[n] == "supports") for n in decided]))
        hits += [told_rightly] if name != "strategyqa_facts_dev" else []
        undecided = np.mean([not said(logits[n : n + 1])[0] and verdicts[n] != "contradicts" for n in decided])
        print(f"{name}: yes or no {told_rightly:.3f} of {len(decided)}; undecided {undecided:.3f}")
    print(f"yes or no: mean accuracy {np.mean(hits):.3f}")


if __name__ == "__main__":
    main()
