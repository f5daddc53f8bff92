"""Measure how long each judge takes for a claim and a quote; print milliseconds and their ratio.

    python benchmarks/judges.py [--pairs 40] [--models FOLDER]

Claims are sentences of the article, each beside five sentences that follow one another: round it, or from elsewhere.
The careful judge is the one that ``rag models pull`` made. One thread; the judges take turns, pair by pair, so that a
noisy machine is noisy for both: the ratio tells more than the times, and that of the cores' work more than the clock's.
"""

import argparse
import time
from dataclasses import replace
from itertools import cycle, islice
from pathlib import Path
from statistics import median

from rag import config
from rag.claims.judging import Judge, Pair, opened
from rag.documents.load import read_text
from rag.documents.split import sentences

ROOT = Path(__file__).parent.parent
LONG = 5
"""Sentences of a passage."""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--pairs", type=int, default=40)
    parser.add_argument("--models", help="folder where the careful judge was pulled to (RAG_MODELS)")
    arguments = parser.parse_args()
    settings = replace(config.load({"models": arguments.models}), threads=1)
    judges = {name: opened(replace(settings, reader=name)) for name in ("packaged", "careful")}
    times: dict[str, list[tuple[float, float]]] = {name: [] for name in judges}
    (article,) = (ROOT / "seeds").glob("*.txt")
    asked = list(islice(cycle(pairs(read_text(article, settings))), arguments.pairs))
    for judge in judges.values():
        judge.judge(asked[:1])  # cold
    for pair in asked:
        for name, judge in judges.items():
            times[name].append(timed(judge, pair))
    print(f"{len(asked)} pairs\n\n| judge | p50 (ms) | CPU p50 (ms) |\n| --- | --- | --- |")
    middle = {name: [median(values) for values in zip(*found, strict=True)] for name, found in times.items()}
    for name, (wall, cpu) in middle.items():
        print(f"| {name} | {wall:.1f} | {cpu:.1f} |")
    ratio = [careful / packaged for careful, packaged in zip(middle["careful"], middle["packaged"], strict=True)]
    print(f"| careful by packaged | {ratio[0]:.1f} | {ratio[1]:.1f} |")


def pairs(text: str) -> list[Pair]:
    """Return each sentence of a text beside some in which it is, or beside some in which it is not."""
    own = sentences(text)
    found = []
    for number, sentence in enumerate(own):
        first = max(0, number - 2) if number % 2 else (number + len(own) // 2) % (len(own) - LONG)
        near = own[first : first + LONG]
        found.append(Pair(text[sentence.start : sentence.end], text[near[0].start : near[-1].end]))
    return found


def timed(judge: Judge, pair: Pair) -> tuple[float, float]:
    """Return milliseconds on the clock and of all cores."""
    began, worked = time.perf_counter(), time.process_time()
    judge.judge([pair])
    return 1000 * (time.perf_counter() - began), 1000 * (time.process_time() - worked)


if __name__ == "__main__":
    main()
