"""Measure start-up, questions and indexing over the article; print a Markdown table.

    python benchmarks/speed.py [--runs 5]

Machines differ and are noisy: cold starts are also given as a ratio to ``import torch``, measured in turn with them.
"""

import argparse
import json
import random
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

ROOT = Path(__file__).parent.parent
QUESTION = "How many Cubans died in the raid?"
QUESTIONS = [
    QUESTION,
    "Who is Cuba's foreign minister?",
    "What oil deal was announced, and when?",
    "Which country may replace Venezuela's oil?",
    "What is the population of Havana?",
    "Why did Díaz-Canel accept the deal?",
]
WARM_ROUNDS = 20
LARGER = 400
"""Documents of the larger folder, each a few shuffled sentences of the article."""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--runs", type=int, default=5, help="cold starts of each kind (default: 5)")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        work = Path(folder)
        index = str(work / "index")
        build, report = timed(lambda: indexed(ROOT / "seeds", index))
        again, _ = timed(lambda: indexed(ROOT / "seeds", index))
        cold = cold_starts(index, arguments.runs)
        warm = warm_questions(index)
        larger = work / "larger"
        passages = write_larger(larger)
        larger_build, _ = timed(lambda: indexed(larger, str(work / "larger-index")))
    torch = cold["import torch"]
    print("| what | seconds | of `import torch` |\n| --- | --- | --- |")
    for name, seconds in cold.items():
        print(f"| {name}, cold | {seconds:.2f} | {seconds / torch:.2f} |")
    p50, p95 = statistics.median(warm), statistics.quantiles(warm, n=20)[-1]
    print(f"| a warm question, p50 of {len(warm)} | {p50:.3f} | {p50 / torch:.2f} |")
    print(f"| a warm question, p95 | {p95:.3f} | {p95 / torch:.2f} |")
    print(f"| `rag index`, the article ({report}) | {build:.1f} | {build / torch:.1f} |")
    print(f"| `rag index` again, nothing changed | {again:.2f} | {again / torch:.2f} |")
    print(f"| `rag index`, {passages} short documents | {larger_build:.1f} | {larger_build / torch:.1f} |")


def timed(run: Callable[[], str]) -> tuple[float, str]:
    began = time.perf_counter()
    result = run()
    return time.perf_counter() - began, result


def rag(*arguments: str) -> str:
    command = [sys.executable, "-m", "rag", *arguments]
    return subprocess.run(command, capture_output=True, text=True, check=True, cwd=tempfile.gettempdir()).stdout


def indexed(sources: Path, index: str) -> str:
    rag("index", "--sources", str(sources), "--index", index)
    return f"{json.loads(rag('status', '--json', '--index', index))['passages']} passages"


def cold_starts(index: str, runs: int) -> dict[str, float]:
    """Return the median seconds of each kind of start, the kinds taking turns."""
    kinds: dict[str, Callable[[], object]] = {
        "import torch": lambda: subprocess.run([sys.executable, "-c", "import torch"], check=True),
        "`rag --help`": lambda: rag("--help"),
        "`rag ask`": lambda: rag("ask", QUESTION, "--index", index),
    }
    seconds: dict[str, list[float]] = {name: [] for name in kinds}
    for _ in range(runs + 1):
        for name, run in kinds.items():
            began = time.perf_counter()
            run()
            seconds[name].append(time.perf_counter() - began)
    return {name: statistics.median(values[1:]) for name, values in seconds.items()}  # the first fills the disk cache


def warm_questions(index: str) -> list[float]:
    from rag.engine import Engine

    with Engine.open(index) as engine:
        engine.ask(QUESTION)
        return [timed(lambda q=q: engine.ask(q).outcome)[0] for _ in range(WARM_ROUNDS) for q in QUESTIONS]  # type: ignore[misc]


def write_larger(folder: Path) -> int:
    """Write short documents of shuffled sentences, the same each time, and return how many."""
    from rag.documents.split import sentences

    (article,) = (path.read_text(encoding="utf-8") for path in (ROOT / "seeds").iterdir())
    pool = [article[s.start : s.end] for s in sentences(article)]
    dice = random.Random(1)
    folder.mkdir()
    for number in range(LARGER):
        (folder / f"{number:04}.txt").write_text(" ".join(dice.sample(pool, 4)), encoding="utf-8")
    return LARGER


if __name__ == "__main__":
    main()
