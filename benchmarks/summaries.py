"""How near summaries come to what was written about the same documents; prints the table of benchmarks/summaries.md.

    python benchmarks/summaries.py --data DATA --work WORK

DATA holds ``summhay/corpus.jsonl.gz`` and ``summhay/gold.jsonl.gz``: a document's summary is measured against all the
insights that it is evidence of. WORK keeps the index.
"""

import argparse
import gzip
import json
import shutil
from collections import Counter, defaultdict
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np

from rag.config import Config
from rag.evaluation.statistics import bootstrap
from rag.evaluation.text import normalised
from rag.index.opened import Index
from rag.indexing.builder import build
from rag.reading import summary
from rag.schema import Filter

MOST_DOCUMENTS = 120
SENTENCES = 3
FIRST = "the first sentences"
WEIGHTS = {
    FIRST: (0.0, 0.0),
    "the first that stand alone": (1e6, 0.0),
    **{
        f"early {early}, repeat {repeat}": (early, repeat)
        for early in (0.0, 0.2, 0.4)
        for repeat in (0.0, 0.4, 0.8, 1.2)
    },
}


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--data", type=Path, required=True)
    arguments.add_argument("--work", type=Path, required=True)
    given = arguments.parse_args()
    folder = given.data / "summhay"
    index, wanted = _index(folder, given.work), _insights(folder)
    print("| | ROUGE-1 F1 | recall | words |\n| --- | --- | --- | --- |")
    for name, (summary.EARLY, summary.REPEAT) in WEIGHTS.items():
        print(f"| {name} | {' | '.join(_measured(index, wanted, first=name == FIRST))} |", flush=True)


def _rows(file: Path) -> Iterator[dict[str, Any]]:
    with gzip.open(file, "rt", encoding="utf-8") as lines:
        yield from map(json.loads, lines)


def _insights(folder: Path) -> dict[str, str]:
    """Return, by document, all the insights that it is evidence of."""
    held: defaultdict[str, list[str]] = defaultdict(list)
    for row in _rows(folder / "gold.jsonl.gz"):
        for answer, evidence in zip(row["answers"], row["evidence"], strict=True):
            for place in evidence:
                if answer[0] not in held[place["source"]]:
                    held[place["source"]].append(answer[0])
    return {source: " ".join(insights) for source, insights in held.items()}


def _index(folder: Path, work: Path) -> Index:
    sources = work / f"{folder.name}-sources"
    sources.mkdir(parents=True, exist_ok=True)
    with gzip.open(folder / "corpus.jsonl.gz") as packed, (sources / "corpus.jsonl").open("wb") as file:
        shutil.copyfileobj(packed, file)
    config = Config(sources=str(sources), index=str(work / folder.name))
    build(config)
    return Index.open(config.index, load=True)


def _measured(index: Index, wanted: dict[str, str], *, first: bool) -> Iterator[str]:
    sources = sorted(wanted)[:: max(1, len(wanted) // MOST_DOCUMENTS)][:MOST_DOCUMENTS]
    summaries = [_summary(index, source, first=first) for source in sources]
    scores = [_rouge(summary, wanted[source]) for summary, source in zip(summaries, sources, strict=True)]
    for values in zip(*scores, strict=True):
        low, high = bootstrap(values, sources)
        yield f"{np.mean(values):.3f} ({low:.2f}–{high:.2f})"
    yield f"{np.mean([len(summary.split()) for summary in summaries]):.0f}"


def _summary(index: Index, source: str, *, first: bool) -> str:
    if first:
        quotes = [passage.quote(sentence) for passage in index.store.of(source) for sentence in passage.sentences]
        return " ".join(quotes[:SENTENCES])
    return " ".join(item.quote for item in summary.summarise(index, Filter((source,)), SENTENCES))


def _rouge(got: str, wanted: str) -> tuple[float, float]:
    """Return ROUGE-1: F1, and the part of what is wanted that was got."""
    one, other = Counter(normalised(got)), Counter(normalised(wanted))
    same = (one & other).total()
    return 2 * same / (one.total() + other.total()), same / other.total()


if __name__ == "__main__":
    main()
