"""Measure a reader on public questions that it was not trained on.

    python training/measure_reader.py --model RUN/best.pt --windows FOLDER/windows.jsonl --data DATA [--mpnet FOLDER]
    python training/measure_reader.py --reader careful --windows FOLDER/windows.jsonl --data DATA

How a window is scored and the threshold below which it does not answer are chosen on the held-back documents of
``windows.jsonl``; DATA (the project's gold form) is only measured. SQuAD 2.0 is asked of the passage that each question
was written for, NoMIRACL of the passages that it names, and a question for yes or no of its passage. About five minutes
on two cores.
"""

import argparse
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from prepare import WINDOW, Cutter, Row, read_lines
from reader_model import (
    VERDICTS,
    Example,
    Reader,
    answer,
    load,
    load_trained,
    read,
    scorings,
    tokenized,
    verdicts,
    weights,
    window,
)
from sklearn.metrics import roc_auc_score

from rag import config
from rag.evaluation.text import exact_match, f1
from rag.models import careful
from rag.models.embed import PACKAGED_NAME, find
from rag.reading.network import Network, Read, packaged, pulled

YES_NO = ("boolq_dev_heldout", "condaqa_dev", "pubmedqa_heldout", "strategyqa_facts_dev")
NEAR_MISSES = {"squad_union", "squad2_dev_part", "squad11_train_new", "squad2_train_near_misses"}


@dataclass
class Asked:
    """A gold question and what the reader says of its windows."""

    row: dict[str, Any]
    windows: list[Example]
    reads: list[Read]

    def score(self, scoring: str) -> float:
        return float(scorings(self.reads)[scoring].max())

    def answer(self, scoring: str) -> str:
        """Return the short answer of the window that scores best."""
        best = int(scorings(self.reads)[scoring].argmax())
        return answer(self.windows[best], self.reads[best])

    def sentence(self) -> str:
        """Return the sentence that scores best."""
        window, number = max(
            ((one, n) for one, found in enumerate(self.reads) for n in range(len(found.sentences))),
            key=lambda place: self.reads[place[0]].sentences[place[1]],
        )
        line = self.windows[window].line
        return str(line["text"][slice(*line["sentences"][number])])


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--model", type=Path, help="weights of a run; without, those that the product reads with")
    parser.add_argument("--reader", choices=("packaged", "careful"), default="packaged", help="whose, then")
    parser.add_argument("--windows", type=Path, required=True)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--mpnet", type=Path, help="MPNet-base's folder, where the model is a careful one")
    parser.add_argument("--threads", type=int, default=2)
    arguments = parser.parse_args()

    torch.set_num_threads(arguments.threads)
    model = opened(arguments)
    scoring, threshold = choose(model, load(arguments.windows, "dev"))
    squad2 = ask(model, arguments.data / "squad2", lambda row: [row["passage"]])
    print(report_answers(squad2, scoring, threshold))
    print(report_refusal("squad2", squad2))
    print(embedder_alone(squad2))
    print(report_refusal("nomiracl", ask(model, arguments.data / "nomiracl", lambda row: row["passages"])))
    if isinstance(model, Reader):  # the product has no head for yes and no
        for name in YES_NO:
            print(report_verdicts(model, arguments.data / "entail" / f"{name}.jsonl.gz"))


class Shipped:
    """A network of the product, which reads as a run's weights do."""

    def __init__(self, network: Network) -> None:
        self._network = network

    def tokenized(self, lines: Sequence[dict[str, Any]]) -> list[Example]:
        return tokenized(lines)

    def read(self, examples: Sequence[Example]) -> list[Read]:
        return self._network.read([window(one.line) for one in examples])


def opened(arguments: argparse.Namespace) -> Reader | Shipped:
    if arguments.model:
        model = Reader(arguments.mpnet)
        load_trained(model, weights(arguments.model))
        return model
    folder = careful.READER.chosen(config.load({"reader": arguments.reader}))
    return Shipped(pulled(folder, arguments.threads) if folder else packaged(arguments.threads))


def reads_of(model: Reader | Shipped, examples: Sequence[Example]) -> list[Read]:
    return model.read(examples) if isinstance(model, Shipped) else read(model, examples)


def choose(model: Reader | Shipped, lines: list[dict[str, Any]]) -> tuple[str, float]:
    """Choose the scoring and the threshold that give SQuAD's questions of the held-back documents the best F1.

    An answerable question and one that a person wrote without an answer weigh alike in all.
    """
    examples = model.tokenized([line for line in lines if line["kind"] in {"positive", "human"}])
    reads = reads_of(model, examples)
    for name in sorted({one.line["set"] for one in examples}):
        kept = [n for n, one in enumerate(examples) if one.line["set"] == name]
        marked = [reads[n] for n in kept if examples[n].line["answers"]]
        if marked:
            print(f"held back, {name}: n={len(marked)} EM / F1 {answers_of(examples, reads, kept)}")
    kept = [
        n
        for n, one in enumerate(examples)
        if one.line["set"] in NEAR_MISSES and (one.line["answers"] or not one.line["answerable"])
    ]
    answerable = np.array([examples[n].line["answerable"] for n in kept])
    gain = np.array([f1(answer(examples[n], reads[n]), golden(examples[n])) for n in kept])
    weights = np.where(answerable, 1 / answerable.sum(), 1 / (~answerable).sum())
    best = ("", 0.0, -1.0)
    for name, scores in scorings([reads[n] for n in kept]).items():
        print(f"held back, {name}: AUC answerable or written without an answer {roc_auc_score(answerable, scores):.3f}")
        for threshold in np.quantile(scores, np.linspace(0, 1, 201)):
            said = scores >= threshold
            value = float((weights * np.where(answerable, gain * said, ~said)).sum() / 2)
            best = max(best, (name, float(threshold), value), key=lambda found: found[2])
    print(f"chosen there: {best[0]} at {best[1]:.2f}, F1 {best[2]:.3f} of {len(kept)} windows")
    return best[0], best[1]


def golden(one: Example) -> tuple[str, ...]:
    return tuple(one.line["text"][start:end] for start, end in one.line["answers"])


def answers_of(examples: list[Example], reads: list[Read], kept: list[int]) -> str:
    pairs = [(answer(examples[n], reads[n]), golden(examples[n])) for n in kept if examples[n].line["answers"]]
    return f"{np.mean([exact_match(*pair) for pair in pairs]):.3f} / {np.mean([f1(*pair) for pair in pairs]):.3f}"


def ask(model: Reader | Shipped, folder: Path, passages_of: Any) -> list[Asked]:
    """Read the passages that each question names."""
    documents = {document["id"]: document for document in read_lines(folder / "corpus.jsonl.gz")}
    gold, cutter = read_lines(folder / "gold.jsonl.gz"), Cutter()
    lines: list[dict[str, Any]] = []
    for number, row in enumerate(gold):
        for source in passages_of(row):
            document = documents[source]
            title = document["title"].replace("_", " ")
            whole = Row("", folder.name, source, title, "", document["text"], [], None, answerable=False)
            lines += [
                {
                    "number": number,
                    "question": row["question"],
                    "title": window.title,
                    "date": document.get("published") or "",
                    "text": window.text,
                    "sentences": window.sentences,
                }
                for window in cutter.all(whole, WINDOW)
            ]
    examples = model.tokenized(lines)
    found: dict[int, Asked] = defaultdict(lambda: Asked({}, [], []))
    for one, said in zip(examples, reads_of(model, examples), strict=True):
        found[one.line["number"]].windows.append(one)
        found[one.line["number"]].reads.append(said)
    for number, asked in found.items():
        asked.row = gold[number]
    print(f"{folder.name}: {len(found)} questions of {len(gold)}, {len(examples)} windows")
    return list(found.values())


def wanted(asked: Asked) -> tuple[str, ...]:
    return tuple(answer for any_of in asked.row["answers"] for answer in any_of)


def report_answers(questions: list[Asked], scoring: str, threshold: float) -> str:
    """Return EM and F1 as SQuAD 2.0 has them: a refusal is right where there is no answer, and nowhere else."""
    answerable = np.array([asked.row["answerable"] for asked in questions])
    scores = np.array([asked.score(scoring) for asked in questions])
    pairs = [(asked.answer(scoring), wanted(asked)) for asked in questions]
    em, part = (np.array([measure(*pair) for pair in pairs]) for measure in (exact_match, f1))
    first = [says(asked) for asked in questions if asked.row["answerable"]]

    def at(least: float) -> str:
        said = scores >= least
        overall = [np.where(answerable, value * said, ~said).mean() for value in (em, part)]
        return (
            f"EM / F1 {overall[0]:.3f} / {overall[1]:.3f}  HasAns F1 {(part * said)[answerable].mean():.3f}  "
            f"NoAns accuracy {(~said)[~answerable].mean():.3f}"
        )

    values = [np.where(answerable, part * (scores >= least), scores < least).mean() for least in scores]
    itself = float(scores[int(np.argmax(values))])
    return (
        f"squad2: right sentence first {np.mean(first):.3f}; always answering, EM / F1 of the answerable "
        f"{em[answerable].mean():.3f} / {part[answerable].mean():.3f}\n"
        f"squad2, threshold of the held-back documents {threshold:.2f}: {at(threshold)}\n"
        f"squad2, threshold best on squad2 itself {itself:.2f} (not to be compared with anything but such figures): "
        f"{at(itself)}"
    )


def says(asked: Asked) -> bool:
    sentence = asked.sentence().casefold()
    return any(answer.casefold() in sentence for answer in wanted(asked))


def report_refusal(name: str, questions: list[Asked]) -> str:
    """Return, for each scoring, the AUC and how many unanswerable are refused with so many answerable."""
    answerable = np.array([asked.row["answerable"] for asked in questions])
    return "\n".join(
        f"{name} {scoring:8}: {separation(answerable, np.array([asked.score(scoring) for asked in questions]))}"
        for scoring in scorings(questions[0].reads)
    )


def separation(answerable: NDArray[np.bool_], score: NDArray[np.float64]) -> str:
    refused = [np.mean(score[~answerable] < np.quantile(score[answerable], part)) for part in (0.05, 0.1, 0.15, 0.2)]
    parts = " ".join(f"{value:.2f}" for value in refused)
    return f"AUC {roc_auc_score(answerable, score):.3f}  refused at 5 / 10 / 15 / 20% over-refusal: {parts}"


def report_verdicts(model: Reader, path: Path) -> str:
    """Return how many questions for yes or no are decided rightly: of those with a yes or no, and of all."""
    cutter, lines = Cutter(), []
    rows = read_lines(path)
    for row in rows:
        whole = Row("", path.name, "", "", "", row["passage"], [], None, answerable=False)
        spans, _ = cutter.sentences(row["passage"])
        window = cutter.window(whole.passage, 0, len(spans) - 1, "", "")
        lines.append({"question": row["question"], "title": "", "date": "", "text": window.text})
        lines[-1]["sentences"] = window.sentences
    logits = verdicts(model, model.tokenized(lines))
    wanted = np.array([VERDICTS.index({"unanswerable": "neither"}.get(row["answer"], row["answer"])) for row in rows])
    decided = wanted < 2
    of_two = (logits[decided, :2].argmax(1) == wanted[decided]).mean()
    return f"{path.name}: n={len(rows)} yes or no {of_two:.3f}; of three {(logits.argmax(1) == wanted).mean():.3f}"


def embedder_alone(questions: list[Asked]) -> str:
    """Return the same for the cosine of question and sentence."""
    from sentence_transformers import SentenceTransformer

    model = SentenceTransformer(find(PACKAGED_NAME).location, device="cpu")
    sentences = [
        [one.line["text"][start:end] for one in asked.windows for start, end in one.line["sentences"]]
        for asked in questions
    ]
    texts = list(dict.fromkeys([asked.row["question"] for asked in questions] + [s for own in sentences for s in own]))
    vectors = dict(zip(texts, model.encode(texts, normalize_embeddings=True, show_progress_bar=False), strict=True))
    best, right = [], []
    for asked, own in zip(questions, sentences, strict=True):
        cosines = [float(vectors[asked.row["question"]] @ vectors[sentence]) for sentence in own]
        best.append(max(cosines))
        chosen = own[int(np.argmax(cosines))].casefold()
        right.append(any(answer.casefold() in chosen for answer in wanted(asked)))
    answerable = np.array([asked.row["answerable"] for asked in questions])
    first = np.array(right)[answerable].mean()
    return f"squad2 embedder alone: right sentence first {first:.3f}  {separation(answerable, np.array(best))}"


if __name__ == "__main__":
    main()
