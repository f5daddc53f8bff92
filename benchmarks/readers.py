"""Measure the readers on the article: how long a question takes, warm, and how good the answers are; print a table.

    python benchmarks/readers.py [--every 3] [--gold eval/article.jsonl] [--first 3 5 8]

Compared are the packaged reader and the careful one as the product has it, over passages that the packaged one ranks
first; and over other numbers of them (``--first``; 8 are all). Two threads, as the product; the kinds take turns,
question by question, so that a noisy machine is noisy for all: the times by the packaged reader's tell more than the
times, and those of all cores more than the clock's.
"""

import argparse
import tempfile
import time
from collections.abc import Sequence
from copy import copy
from dataclasses import replace
from pathlib import Path
from statistics import mean, quantiles

from rag.config import load
from rag.engine import Engine
from rag.evaluation import gold
from rag.evaluation.evidence import citation_spans, locate
from rag.evaluation.figures import judge, said
from rag.indexing.builder import build
from rag.reading.reader import TrainedReader
from rag.schema import Answer

ROOT = Path(__file__).parent.parent
HEAD = (
    "reader",
    "p50 (ms)",
    "p95 (ms)",
    "CPU (ms)",
    "p50, p95, CPU by the packaged one's",
    "right",
    "answerable refused",
    "unanswerable answered",
)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--gold", type=Path, default=ROOT / "eval" / "article.jsonl")
    parser.add_argument("--every", type=int, default=1, help="ask only each n-th question")
    parser.add_argument("--first", type=int, nargs="*", default=[])
    arguments = parser.parse_args()

    questions = [question for question in gold.load(arguments.gold)[:: arguments.every] if not question.history]
    with tempfile.TemporaryDirectory() as folder:
        config = replace(load(), sources=str(ROOT / "seeds"), index=folder)
        build(config, progress=False)
        engines = {name: Engine.open(config=replace(config, reader=name)) for name in ("packaged", "careful")}
        small, large = (engine.reader for engine in engines.values())
        assert isinstance(small, TrainedReader)
        assert isinstance(large, TrainedReader)
        for most in arguments.first:
            engine = engines[f"careful, the first {most}"] = copy(engines["careful"])
            engine.reader = TrainedReader(engine.index, large._network, small, most)
        rows: dict[str, list[tuple[float, float, Answer]]] = {name: [] for name in engines}
        for engine in engines.values():
            engine.ask(questions[0].question)  # cold
        for question in questions:
            for name, engine in engines.items():
                rows[name].append(timed(engine, question.question))
        print(f"{len(questions)} questions\n\n| {' | '.join(HEAD)} |\n|{' --- |' * len(HEAD)}")
        usual = times(rows["packaged"])
        for name, found in rows.items():
            own = times(found)
            parts = [f"{value:.0f}" for value in own]
            parts.append(", ".join(f"{value / of:.1f}" for value, of in zip(own, usual, strict=True)))
            print(f"| {' | '.join([name, *parts, *figures(engines[name], questions, found)])} |")
        for name in ("packaged", "careful"):
            engines[name].close()


def timed(engine: Engine, question: str) -> tuple[float, float, Answer]:
    """Return milliseconds on the clock and of all cores, and the answer."""
    began, worked = time.perf_counter(), time.process_time()
    answer = engine.ask(question)
    return 1000 * (time.perf_counter() - began), 1000 * (time.process_time() - worked), answer


def times(found: Sequence[tuple[float, float, Answer]]) -> tuple[float, float, float]:
    """Return the median and the 95th percentile of the clock's milliseconds, and the mean of all cores'."""
    walls = quantiles([wall for wall, _, _ in found], n=20)
    return walls[9], walls[18], mean(cpu for _, cpu, _ in found)


def figures(
    engine: Engine, questions: Sequence[gold.Question], found: Sequence[tuple[float, float, Answer]]
) -> list[str]:
    pairs = list(zip(questions, (answer for *_, answer in found), strict=True))
    right_ones = [right(engine, *pair) for pair in pairs]
    refused = [answer.outcome == "refused" for question, answer in pairs if question.answerable]
    answered = [answer.outcome == "answered" for question, answer in pairs if not question.answerable]
    return [f"{mean(values):.2f}" if values else "-" for values in (right_ones, refused, answered)]


def right(engine: Engine, question: gold.Question, answer: Answer) -> bool:
    """Tell whether an answer is right and cited in full, or refuses where nothing answers."""
    if not question.answerable or answer.outcome == "refused":
        return question.answerable == (answer.outcome == "answered")
    spans = [span for citation in answer.citations for span in citation_spans(citation)]
    return not judge(question, locate(question, engine.index.store.find), said(answer), spans)


if __name__ == "__main__":
    main()
