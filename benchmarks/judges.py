"""Measure how long each judge takes for a claim and what it is held against; print milliseconds and their ratio.

    python benchmarks/judges.py [--pairs 40] [--threads 1] [--models FOLDER]

Claims are sentences of the article, each beside one quoted sentence, and beside five that follow one another: round it,
or from elsewhere. The careful judge is the one that ``rag models pull`` made. The judges take turns, pair by pair, so
that a noisy machine is noisy for both: the ratio tells more than the times, and that of the cores' work more than the
clock's.
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
PASSAGES = {"a quote": 1, "five sentences": 5}
"""Sentences of what a claim is held against."""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--pairs", type=int, default=40)
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--models", help="folder where the careful judge was pulled to (RAG_MODELS)")
    arguments = parser.parse_args()
    settings = replace(config.load({"models": arguments.models}), threads=arguments.threads)
    judges = {name: opened(replace(settings, reader=name)) for name in ("packaged", "careful")}
    (article,) = (ROOT / "seeds").glob("*.txt")
    text = read_text(article, settings)
    print(f"{arguments.pairs} pairs, {arguments.threads} thread(s)\n")
    print("| judge | against | p50 (ms) | p95 (ms) | CPU p50 (ms) |\n| --- | --- | --- | --- | --- |")
    for against, length in PASSAGES.items():
        asked = list(islice(cycle(pairs(text, length)), arguments.pairs))
        middle = {}
        for name, times in taken(judges, asked).items():
            wall, cpu = (sorted(values) for values in zip(*times, strict=True))
            middle[name] = median(wall), median(cpu)
            late = wall[int(0.95 * (len(wall) - 1))]
            print(f"| {name} | {against} | {median(wall):.1f} | {late:.1f} | {median(cpu):.1f} |")
        ratio = [careful / packaged for careful, packaged in zip(middle["careful"], middle["packaged"], strict=True)]
        print(f"| careful by packaged | {against} | {ratio[0]:.1f} | | {ratio[1]:.1f} |")


def taken(judges: dict[str, Judge], asked: list[Pair]) -> dict[str, list[tuple[float, float]]]:
    """Return how long each judge takes for each pair."""
    times: dict[str, list[tuple[float, float]]] = {name: [] for name in judges}
    for judge in judges.values():
        judge.judge(asked[:1])  # cold
    for pair in asked:
        for name, judge in judges.items():
            times[name].append(timed(judge, pair))
    return times


def pairs(text: str, length: int) -> list[Pair]:
    """Return each sentence of a text beside some in which it is, or beside some in which it is not."""
    own = sentences(text)
    found = []
    for number, sentence in enumerate(own):
        first = max(0, number - length // 2) if number % 2 else (number + len(own) // 2) % (len(own) - length)
        near = own[first : first + length]
        found.append(Pair(text[sentence.start : sentence.end], text[near[0].start : near[-1].end]))
    return found


def timed(judge: Judge, pair: Pair) -> tuple[float, float]:
    """Return milliseconds on the clock and of all cores."""
    began, worked = time.perf_counter(), time.process_time()
    judge.judge([pair])
    return 1000 * (time.perf_counter() - began), 1000 * (time.process_time() - worked)


if __name__ == "__main__":
    main()
