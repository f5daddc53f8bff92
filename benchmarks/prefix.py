"""Compare two prompts of an LLM: the quotes that the reader chose, or the whole document; print a Markdown table.

    python benchmarks/prefix.py --gold eval/article.jsonl --sources seeds --llm local:NAME [--every 8]

The document goes first, all its sentences numbered, and the question last, so that what a model in this process has
read of the document is kept from one question to the next. Asked are the questions that the reader answers; what comes
back goes through the same checks. "Right" is told of the checked lines alone, without the quotes that would be added to
them; "supported" is the part of the lines sent that passed.
"""

import argparse
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from statistics import mean, median

from rag.claims.writer import MOST_LINES, SYSTEM, _claims, checked, fitting, grammar, prompt
from rag.config import load
from rag.engine import Engine
from rag.evaluation import gold
from rag.evaluation.evidence import citation_spans, locate
from rag.evaluation.figures import judge
from rag.indexing.builder import build
from rag.reading.citations import Line, compose, quoted
from rag.reading.selection import Selected, choose
from rag.schema import Evidence

HEAD = ("prompt", "tokens, about", "right", "lines", "supported", "first question (s)", "each one after (s)")


@dataclass(frozen=True, slots=True)
class Asked:
    """A question that the reader answers, and what it chose."""

    gold: gold.Question
    standalone: str
    chosen: Selected


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--gold", type=Path, required=True)
    parser.add_argument("--sources", required=True, help="a folder with one small document")
    parser.add_argument("--llm", required=True)
    parser.add_argument("--every", type=int, default=1, help="ask only each n-th question")
    arguments = parser.parse_args()

    with tempfile.TemporaryDirectory() as folder:
        config = replace(load(), sources=arguments.sources, index=folder, llm=arguments.llm)
        build(config, progress=False)
        with Engine.open(config=config) as engine:
            asked = [found for q in gold.load(arguments.gold)[:: arguments.every] if (found := read(engine, q))]
            print(f"{len(asked)} questions\n\n| {' | '.join(HEAD)} |\n|{' --- |' * len(HEAD)}", flush=True)
            store = engine.index.store
            passages = [passage for document in store.documents() for passage in store.of(document.source)]
            whole = [Evidence(passage, sentence, 1.0) for passage in passages for sentence in passage.sentences]
            for name, evidence in (
                ("quotes", lambda one: fitting([e for line in quoted(one.chosen) for e in line.evidence])),
                ("document", lambda _: whole),
            ):
                print(f"| {' | '.join((name, *measured(engine, asked, evidence)))} |", flush=True)


def read(engine: Engine, question: gold.Question) -> Asked | None:
    """Return a question that has an answer and that the reader answers."""
    retrieved = engine.search(question.question)
    chosen = choose(question.question, lambda asked: engine.reader.read(asked, retrieved.hits), engine.threshold)
    return Asked(question, question.question, chosen) if question.answerable and chosen.quotes else None


def measured(
    engine: Engine, asked: Sequence[Asked], evidence: Callable[[Asked], Sequence[Evidence]]
) -> tuple[str, ...]:
    """Return the cells of a prompt's row."""
    assert engine.llm
    seconds, right, sent, passed = [], [], 0, 0
    for one in asked:
        own = evidence(one)
        began = time.monotonic()
        stream = engine.llm.stream(SYSTEM, prompt(one.standalone, own), grammar=grammar(len(own)))
        claims = list(_claims(stream, None))[:MOST_LINES]
        seconds.append(time.monotonic() - began)
        written = [checked(text, named, own, one.standalone) for text, named in claims]
        lines = [item for item in written if isinstance(item, Line)]
        sent, passed = sent + len(written), passed + len(lines)
        told = compose(one.chosen, lines)
        spans = [span for citation in told.citations for span in citation_spans(citation)]
        text = "\n".join(claim.text for claim in told.claims)
        right.append(not judge(one.gold, locate(one.gold, engine.index.store.find), text, spans))
    length = mean(len(prompt(one.standalone, evidence(one)).split()) for one in asked) * 1.3
    return (
        f"{length:.0f}", f"{mean(right):.2f}", str(sent), f"{passed / max(sent, 1):.2f}",
        f"{seconds[0]:.1f}", f"{median(seconds[1:]):.1f}",
    )  # fmt: skip


if __name__ == "__main__":
    main()
