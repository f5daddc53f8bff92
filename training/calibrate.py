"""Fit the two logistic models of rag/reading/reader.py; write calibration.json of a reader.

    python training/calibrate.py --data DATA --work WORK [--reader careful]

DATA holds public question sets in the project's gold form (``SETS``), each a folder with ``corpus.jsonl.gz`` and
``gold.jsonl.gz``; the network was trained on none of them. WORK keeps their indexes, which ``rag eval suites`` can use
too. About fifteen minutes on two cores, half of it for the indexes.

Everything goes through the product's own path: index, retrieval, windows, features. A question of SQuAD 2.0 is asked
of the article that it is about, one of NoMIRACL of the passages that it names, any other of the whole set. Figures are
of five-fold cross-validation by article (SQuAD 2.0) or question, so none is of a question that its model was fitted
on; MultiHop-RAG is never fitted on. The careful reader is the one that ``rag models pull`` made of what
training/export_careful.py wrote.
"""

import argparse
import json
from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from prepare import read_lines
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import roc_auc_score
from sklearn.preprocessing import StandardScaler

from rag import config
from rag.engine import Engine
from rag.evaluation import suites
from rag.models import careful
from rag.reading.network import WEIGHTS
from rag.reading.reader import CONFIDENCE_FEATURES, FIRST_FEATURES, NUMBERS, RANK_FEATURES, TrainedReader
from rag.reading.selection import MOST_QUOTES
from rag.schema import Filter

OUT = {"packaged": WEIGHTS / NUMBERS, "careful": careful.READER.card / NUMBERS}
SETS = ("squad2", "nq", "nomiracl", "clapnq", "multihop_news")
FOLDS = 5
THRESHOLD = {"packaged": 0.25, "careful": 0.33}
"""Least confidence for an answer: chosen, not fitted. training/LOG.md has what other choices give."""
RANK_SETS = ("squad2", "nq")
"""Questions written for a passage share its words; those that people typed into a search engine do not."""
CONFIDENCE_SETS = ("squad2", "nomiracl", "clapnq")
"""Near misses on one article; related passages that are silent; topics that are not there. Each set counts alike."""
FITTED_SETS = {*RANK_SETS, *CONFIDENCE_SETS}


@dataclass
class Question:
    """A gold question with the features of the sentences retrieved for it."""

    set: str
    fold: int
    answerable: bool
    sentences: list[dict[str, float]]
    holds_evidence: NDArray[np.bool_]


@dataclass
class Logistic:
    """A fitted model in the units of its features."""

    features: tuple[str, ...]
    weights: NDArray[np.float64]
    bias: float

    def logits(self, rows: list[dict[str, float]]) -> NDArray[np.float64]:
        table = np.array([[row[name] for name in self.features] for row in rows])
        logits: NDArray[np.float64] = table @ self.weights + self.bias
        return logits

    def as_json(self) -> dict[str, Any]:
        weights = {name: round(float(weight), 4) for name, weight in zip(self.features, self.weights, strict=True)}
        return {"weights": weights, "bias": round(self.bias, 4)}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--work", type=Path, required=True)
    parser.add_argument("--most", type=int, default=10_000, help="questions of a set, taken evenly from all of it")
    parser.add_argument("--reader", choices=OUT, default="packaged", help="the careful one where it was pulled")
    arguments = parser.parse_args()

    questions = [question for name in SETS for question in read_set(name, arguments)]
    fitted = [question for question in questions if question.set in FITTED_SETS]
    scored: dict[str, list[tuple[Question, float, float]]] = defaultdict(list)
    for fold in range(FOLDS):
        models = fit([question for question in fitted if question.fold != fold])
        for question in fitted:
            if question.fold == fold:
                scored[question.set].append((question, *answer(question, *models)))
    models = fit(fitted)
    for question in questions:
        if question.set not in FITTED_SETS:
            scored[question.set].append((question, *answer(question, *models)))

    everything = [row for name in CONFIDENCE_SETS for row in scored[name]]
    threshold = THRESHOLD[arguments.reader]
    for part in (0.03, 0.05, 0.07, 0.1, 0.15):
        print(f"threshold at {part:.0%} over-refusal: {weighted_quantile(everything, part):.3f}")
    for name, rows in scored.items():
        print(report(name, rows, threshold))
    for name in CONFIDENCE_SETS:
        print(risk_coverage(name, scored[name]))
    rank, confidence = models
    for name in ("squad2", "nq", "clapnq"):
        print(quoting(name, [question for question in questions if question.set == name], rank))
    written = {
        "fitted_on": {name: sum(question.set == name for question in fitted) for name in sorted(FITTED_SETS)},
        "rank": rank.as_json(),
        "confidence": confidence.as_json(),
        "threshold": threshold,
    }
    out = OUT[arguments.reader]
    out.write_text(json.dumps(written, indent=1, sort_keys=True) + "\n", encoding="utf-8")
    print(f"wrote {out}")


def read_set(name: str, arguments: argparse.Namespace) -> Iterator[Question]:
    """Index a set's corpus and yield its questions with their features."""
    gold, documents = (read_lines(arguments.data / name / f"{part}.jsonl.gz") for part in ("gold", "corpus"))
    of_title: dict[str, list[str]] = defaultdict(list)
    for document in documents:
        of_title[document["title"]].append(document["id"])
    title_of = {document["id"]: document["title"] for document in documents}
    articles = {title: number for number, title in enumerate(sorted(of_title))}
    suite = suites.Suite(gold=f"{name}/gold.jsonl.gz", corpus=f"{name}/corpus.jsonl.gz", quick=0)
    settings = config.load({"reader": arguments.reader})
    with Engine.open(config=suites.indexed(suite, arguments.data, arguments.work, settings, progress=True)) as engine:
        step = -(-len(gold) // arguments.most)
        for position, row in list(enumerate(gold))[::step]:
            if name == "squad2":
                title = title_of[row["passage"]]
                yield read_question(engine, name, row, articles[title], Filter(sources=tuple(of_title[title])))
            else:
                yield read_question(engine, name, row, position, Filter(sources=tuple(row.get("passages", ()))))


def read_question(engine: Engine, name: str, row: dict[str, Any], group: int, chosen: Filter) -> Question:
    """Retrieve for a question and measure every sentence found."""
    assert isinstance(engine.reader, TrainedReader)  # none other was handed in
    candidates = engine.reader.candidates(row["question"], engine.search(row["question"], chosen=chosen).hits)
    wanted = [(member["source"], member["quote"]) for any_of in row["evidence"] for member in any_of]
    if not any(quote for _, quote in wanted):  # only the passage is named: a sentence of it that says the answer
        wanted = [(source, answer) for source, _ in wanted for any_of in row["answers"] for answer in any_of]
    holds = [
        any(source == c.passage.source and _says(c.passage.quote(c.sentence), quote) for source, quote in wanted)
        for c in candidates
    ]
    features = [candidate.features for candidate in candidates]
    return Question(name, group % FOLDS, row["answerable"], features, np.array(holds, dtype=bool))


def _says(sentence: str, quote: str) -> bool:
    return quote.casefold() in sentence.casefold() or sentence in quote


def fit(questions: list[Question]) -> tuple[Logistic, Logistic]:
    """Fit the ranking model on sentences, then the confidence model on each question's best sentence."""
    ranked = [q for q in questions if q.set in RANK_SETS and (q.holds_evidence.any() or not q.answerable)]
    rows = [row for question in ranked for row in question.sentences]
    labels = np.concatenate([question.holds_evidence for question in ranked])
    rank = fit_logistic(RANK_FEATURES, rows, labels, np.ones(len(rows)))
    found = [question for question in questions if question.set in CONFIDENCE_SETS and question.sentences]
    first = tuple(f"first_{name}" for name in FIRST_FEATURES if f"first_{name}" in found[0].sentences[0])
    confidence = fit_logistic(
        CONFIDENCE_FEATURES + first,
        [best(question, rank)[0] for question in found],
        np.array([question.answerable for question in found]),
        alike([question.set for question in found]),
    )
    return rank, confidence


def fit_logistic(
    features: tuple[str, ...], rows: list[dict[str, float]], labels: NDArray[Any], weights: NDArray[Any]
) -> Logistic:
    table = np.array([[row[name] for name in features] for row in rows])
    scaler = StandardScaler().fit(table)
    model = LogisticRegression(C=0.3, max_iter=1000).fit(scaler.transform(table), labels, sample_weight=weights)
    slopes = model.coef_[0] / scaler.scale_
    return Logistic(features, slopes, float(model.intercept_[0] - slopes @ scaler.mean_))


def best(question: Question, rank: Logistic) -> tuple[dict[str, float], int]:
    """Return the features of the best sentence, and its number."""
    place = int(rank.logits(question.sentences).argmax())
    return question.sentences[place], place


def answer(question: Question, rank: Logistic, confidence: Logistic) -> tuple[float, float]:
    """Return the confidence, and 1 if the best sentence holds the evidence, 0 if not, NaN if none was retrieved."""
    if not question.sentences:
        return 0.0, float("nan")
    features, place = best(question, rank)
    right = float(question.holds_evidence[place]) if question.holds_evidence.any() else float("nan")
    return float(1 / (1 + np.exp(-confidence.logits([features])[0]))), right


def weighted_quantile(rows: list[tuple[Question, float, float]], part: float) -> float:
    """Return the confidence below which that part of the answerable questions lies; each set counts alike."""
    answerable = sorted((score, question.set) for question, score, _ in rows if question.answerable)
    weights = np.cumsum(alike([name for _, name in answerable]))
    return float(answerable[int(np.searchsorted(weights, part * weights[-1]))][0])


def alike(sets: list[str]) -> NDArray[np.float64]:
    """Return a weight for each row, by the set that it is of: those of a set come to the mean number of rows of one."""
    counts = Counter(sets)
    return np.array([len(sets) / len(counts) / counts[name] for name in sets])


def report(name: str, rows: list[tuple[Question, float, float]], threshold: float) -> str:
    score = np.array([row[1] for row in rows])
    answerable = np.array([row[0].answerable for row in rows])
    right = np.nanmean([row[2] for row in rows]) if any(row[0].holds_evidence.any() for row in rows) else float("nan")
    first = f"{name:9} n={len(rows):4}  right sentence first {right:.3f}"
    if answerable.all():
        return f"{first}  over-refusal {np.mean(score < threshold):.3f}"
    at = {part: np.mean(score[~answerable] < np.quantile(score[answerable], part)) for part in (0.05, 0.1, 0.15, 0.2)}
    # The confidence is the probability that the best sentence answers; of NoMIRACL it is not known which do.
    told = [question.answerable and (right == 1 or name == "nomiracl") for question, _, right in rows]
    error = calibration_error(score, np.array(told))
    return (
        f"{first}  AUC {roc_auc_score(answerable, score):.3f}  "
        + "  ".join(f"refused at {part:.0%}: {value:.2f}" for part, value in at.items())
        + f"  | threshold {threshold:.3f}: over-refusal {np.mean(score[answerable] < threshold):.3f}, "
        f"refused {np.mean(score[~answerable] < threshold):.3f}  calibration error {error:.3f}"
    )


def risk_coverage(name: str, rows: list[tuple[Question, float, float]]) -> str:
    """Return, for parts of all questions answered, what part of them has no answer or is answered from elsewhere."""
    order = sorted(rows, key=lambda row: -row[1])
    wrong = np.array([not row[0].answerable or row[2] == 0 for row in order])
    parts = {part: wrong[: max(1, int(part * len(wrong)))].mean() for part in (0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.8, 1.0)}
    return f"{name} risk at coverage: " + "  ".join(f"{part:.0%} {risk:.3f}" for part, risk in parts.items())


def quoting(name: str, questions: list[Question], rank: Logistic) -> str:
    """Return, for parts of the best sentence's score that a further one must have: quotes, one is right, precision."""
    found = []
    for part in (1.0, 0.9, 0.8, 0.65, 0.5):
        rows = []
        for question in questions:
            if question.holds_evidence.any():
                scores = 1 / (1 + np.exp(-rank.logits(question.sentences)))
                chosen = np.argsort(-scores)[:MOST_QUOTES]
                right = question.holds_evidence[chosen[scores[chosen] >= part * scores[chosen[0]]]]
                rows.append((len(right), right.any(), right.mean()))
        found.append(f"{part} {' / '.join(f'{value:.3f}' for value in np.mean(rows, axis=0))}")
    return f"{name} quotes near the best: " + "  ".join(found)


def calibration_error(score: NDArray[Any], right: NDArray[Any], bins: int = 10) -> float:
    """Expected calibration error: |confidence - frequency|, averaged over equal-width bins by their size."""
    place = np.minimum((score * bins).astype(int), bins - 1)
    gaps = [abs(score[place == n].mean() - right[place == n].mean()) * (place == n).sum() for n in set(place)]
    return float(sum(gaps) / len(score))


if __name__ == "__main__":
    main()
