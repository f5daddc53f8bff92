"""Compare answers with and without LLMs on gold questions; print a Markdown table.

    python benchmarks/llm.py --gold eval/article.jsonl --sources seeds --llm none --llm local:smollm2-135m-instruct
        [--every 5]

Every question of the gold, or each n-th, is asked once of each LLM, through the product's own path. "Lines by the LLM"
are claims that passed the checks, "dropped" those that did not. Times are of answers, not of refusals, which no LLM
sees: to the first line that is shown, and to the last, p50. The machine is what it is: compare the rows of one run.
"""

import argparse
import tempfile
import time
from collections.abc import Iterator, Sequence
from functools import lru_cache
from pathlib import Path
from statistics import median

from rag.config import Config, load
from rag.engine import Engine
from rag.evaluation import gold
from rag.evaluation.evidence import Gold, citation_spans, locate
from rag.evaluation.figures import judge, measure, said
from rag.indexing.builder import build
from rag.schema import Answer, Progress, Retrieved

HEAD = (
    "llm", "right", "answerable: refused", "unanswerable: answered", "pointers", "ALCE recall, lexical",
    "lines by the LLM", "lines that are quotes", "dropped", "first line (s)", "whole answer (s)",
)  # fmt: skip


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--gold", type=Path, required=True)
    parser.add_argument("--sources", required=True)
    parser.add_argument("--llm", action="append", required=True)
    parser.add_argument("--every", type=int, default=1, help="ask only each n-th question")
    arguments = parser.parse_args()

    questions = gold.load(arguments.gold)[:: arguments.every]
    print(f"{len(questions)} questions\n\n| {' | '.join(HEAD)} |\n|{' --- |' * len(HEAD)}", flush=True)
    with tempfile.TemporaryDirectory() as folder:
        where = {"sources": arguments.sources, "index": folder}
        build(load(where), progress=False)
        for name in arguments.llm:
            print(f"| {' | '.join([f'`{name}`', *row(load({**where, 'llm': name}), questions)])} |", flush=True)


def row(config: Config, questions: Sequence[gold.Question]) -> Iterator[str]:
    """Yield the cells of an LLM's row."""
    with Engine.open(config=config) as engine:
        document = lru_cache(256)(engine.index.store.find)

        def text(source: str) -> str:
            found = document(source)
            return found.text if found else ""

        found = [(q, locate(q, document), *asked(engine, q)) for q in questions]
        figures = [
            measure(q, places, answer, [hit.passage for hit in retrieved.hits], text)
            for q, places, retrieved, answer, *_ in found
        ]
    answers = [answer for *_, answer, _, _ in found]
    yield f"{mean([right(q, places, answer) for q, places, _, answer, *_ in found]):.2f}"
    for name in ("over_refusal", "false_answer", "pointer_validity", "alce_recall_lexical"):
        yield f"{mean([own[name] for own in figures if name in own]):.2f}"
    quotes = [{" ".join(citation.quote.split()) for citation in answer.citations} for answer in answers]
    verbatim = sum(claim.text in own for answer, own in zip(answers, quotes, strict=True) for claim in answer.claims)
    lines = sum(len(answer.claims) for answer in answers)
    yield from (str(lines - verbatim), str(verbatim), str(sum(len(answer.dropped) for answer in answers)))
    for times in zip(*([first, last] for *_, answer, first, last in found if answer.claims), strict=True):
        yield f"{median(times):.2f}"


def asked(engine: Engine, question: gold.Question) -> tuple[Retrieved, Answer, float, float]:
    """Return what was retrieved, the answer, and the seconds to its first line and to its end."""
    began, first = time.monotonic(), None
    for event in engine.stream(question.question, question.history):
        if isinstance(event, Retrieved):
            retrieved = event
        elif first is None:
            first = time.monotonic() - began
        if not isinstance(event, Retrieved | Progress):
            answer = event
    return retrieved, answer, first or 0.0, time.monotonic() - began


def right(question: gold.Question, places: Gold, answer: Answer) -> float:
    """Return 1 for a right answer that is cited in full, and for a refusal where nothing answers."""
    if not question.answerable or answer.outcome == "refused":
        return float(question.answerable == (answer.outcome == "answered"))
    spans = [span for citation in answer.citations for span in citation_spans(citation)]
    return float(not judge(question, places, said(answer), spans))


def mean(values: Sequence[float]) -> float:
    return sum(values) / len(values) if values else float("nan")


if __name__ == "__main__":
    main()
