"""Measure how follow-ups are rewritten; print the tables of docs/conversation.md.

    python -m benchmarks.conversation --data DATA --work WORK [--llm NAME --every 3]

DATA holds ``canard/rewrites.jsonl.gz`` (follow-ups with a person's rewrite) and ``mtrag`` (a question set in the gold
form, with history). WORK keeps the index of the latter between runs; the first takes a few minutes. With ``--llm`` each
table has what follows from its rewrites too, where they can be trusted; it takes seconds each, so ask every n-th alone.
"""

import argparse
import hashlib
import statistics
import time
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

from ir_measures import nDCG

from benchmarks.retrieval import SHIPPED_CHARS, indexed, read_lines
from rag.config import load
from rag.conversation.rewrite import by_llm, standalone
from rag.engine import Engine
from rag.evaluation import ranking
from rag.evaluation.ranking import Ranked
from rag.llm.client import LanguageModel, open_llm
from rag.retrieval.hybrid import POOL
from rag.schema import Retrieved, Turn
from rag.text.terms import words

MEASURE = nDCG @ 5
Way = Callable[[dict[str, Any]], str]
"""Makes a question that stands alone of a row."""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--data", type=Path, required=True, help="folder of question sets")
    parser.add_argument("--work", type=Path, help="folder that keeps the index of mtrag; without it, CANARD alone")
    parser.add_argument("--show", action="store_true", help="print every rewrite of CANARD's tuning half")
    parser.add_argument("--llm", help="rewrites too; as the setting has it")
    parser.add_argument("--every", type=int, default=1, help="measure only each n-th follow-up")
    arguments = parser.parse_args()
    halves = list(read_canard(arguments.data / "canard" / "rewrites.jsonl.gz"))[:: arguments.every]
    llm = open_llm(arguments.llm, load()) if arguments.llm else None
    if arguments.show:
        show([row for row in halves if row["tuning"]])
        return
    print("| | " + " | ".join(COLUMNS) + " |\n| --- |" + " --- |" * len(COLUMNS))
    for name, tuning in (("tuning half", True), ("other half", False)):
        rows = [row for row in halves if row["tuning"] is tuning]
        ways: dict[str, Way] = {"as typed": lambda row: row["question"], "rewritten": rewritten}
        if llm:
            ways[f"rewritten by `{llm.name}`"] = partial(rewritten_by, llm)
        for label, way in ways.items():
            print(f"| {name} ({len(rows)}), {label} | {' | '.join(near(rows, way))} |", flush=True)
    took = [milliseconds(row) for row in halves]
    print(f"\nMedian of {statistics.median(took):.1f} ms, most {max(took):.1f} ms.")
    if arguments.work:
        retrieval(arguments.data / "mtrag", arguments.work / "mtrag", llm, arguments.every)


def retrieval(data: Path, work: Path, llm: LanguageModel | None, every: int) -> None:
    """Print nDCG of what is found for the questions that have a history, and with a history of another conversation."""
    config = replace(indexed(data, work, SHIPPED_CHARS), k=POOL)
    gold = read_lines(data / "gold.jsonl.gz")
    rows = [row for row in gold if row["answerable"] and row["evidence"] and row["history"]][::every]
    typed = [" ".join(row["question"].split()) for row in rows]
    own = [[Turn(turn["question"], turn["answer"]) for turn in row["history"]] for row in rows]
    others = [own[(n + len(own) // 2) % len(own)] for n in range(len(own))]
    nothing: list[list[Turn]] = [[] for _ in rows]
    alone = [standalone(*asked) for asked in zip(typed, own, strict=True)]
    changed = [one != other for one, other in zip(alone, typed, strict=True)]
    with Engine.open(config=config) as engine:
        print(f"\n| {MEASURE} | all {len(rows)} | the {sum(changed)} rewritten |\n| --- | --- | --- |")
        for label, writer, questions, histories in (
            ("as typed", None, typed, nothing),
            ("rewritten", None, alone, nothing),
            ("**as shipped**", None, typed, own),
            ("as shipped, after another conversation", None, typed, others),
            *([(f"as shipped, with `{llm.name}`", llm, typed, own)] if llm else []),
        ):
            engine.llm = writer
            found = [next(engine.stream(*asked)) for asked in zip(questions, histories, strict=True)]
            ranked = {
                str(n): Ranked(relevant(row), tuple(dict.fromkeys(hit.passage.source for hit in hits.hits)))
                for n, (row, hits) in enumerate(zip(rows, found, strict=True))
                if isinstance(hits, Retrieved)
            }
            values = ranking.measure(ranked, {str(MEASURE): MEASURE})
            scores = [values[str(n)][str(MEASURE)] for n in range(len(rows))]
            of_changed = [score for score, one in zip(scores, changed, strict=True) if one]
            print(f"| {label} | {statistics.mean(scores):.3f} | {statistics.mean(of_changed):.3f} |")


def relevant(row: dict[str, Any]) -> tuple[str, ...]:
    return tuple({member["source"] for any_of in row["evidence"] for member in any_of})


# CANARD: how near to what a person wrote

COLUMNS = ("token F1", "recall of added words", "left alone where the person did", "changed where the person did")


def read_canard(path: Path) -> Iterator[dict[str, Any]]:
    """Yield rows with ``turns``; an article's title and section stand as the first turn.

    Rules were tuned on half of the conversations.
    """
    for row in read_lines(path):
        said = row["history"]
        pairs = [(said[n], said[n + 1] if n + 1 < len(said) else "") for n in range(0, len(said), 2)]
        conversation = row["id"].split("#")[0]
        tuning = int(hashlib.sha256(conversation.encode()).hexdigest(), 16) % 2 == 0
        yield {**row, "turns": [Turn(*pair) for pair in pairs], "tuning": tuning}


def rewritten(row: dict[str, Any]) -> str:
    return standalone(row["question"], row["turns"])


def rewritten_by(llm: LanguageModel, row: dict[str, Any]) -> str:
    """As the LLM says, or the rules where what it says cannot be trusted."""
    return by_llm(row["question"], row["turns"], llm.stream) or rewritten(row)


def near(rows: list[dict[str, Any]], way: Way) -> list[str]:
    f1, added, alone, changed = [], [], [], []
    for row in rows:
        typed, human, ours = (Counter(words(text)) for text in (row["question"], row["rewrite"], way(row)))
        same = (human & ours).total()
        f1.append(2 * same / (human.total() + ours.total()))
        if new := human - typed:
            added.append((new & (ours - typed)).total() / new.total())
        if human == typed:
            alone.append(ours == typed)
        else:
            changed.append(ours != typed)
    return [
        f"{statistics.mean(f1):.3f}",
        f"{statistics.mean(added):.3f}",
        *(f"{sum(k)} of {len(k)}" for k in (alone, changed)),
    ]


def milliseconds(row: dict[str, Any]) -> float:
    began = time.process_time()
    rewritten(row)
    return 1000 * (time.process_time() - began)


def show(rows: list[dict[str, Any]]) -> None:
    for row in rows:
        print("\n".join(f"    {turn.question} — {turn.answer[:150]}" for turn in row["turns"][-2:]))
        print(f"{row['question']}\n  ours:   {rewritten(row)}\n  person: {row['rewrite']}\n")


if __name__ == "__main__":
    main()
