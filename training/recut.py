"""The command line of close.py and pairs.py: each line of windows.jsonl becomes others, written in turn."""

import argparse
import json
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any


def recut(description: str, cut: Callable[[dict[str, Any]], Iterable[dict[str, Any]]]) -> None:
    """Read ``--windows``, write to ``--out`` what ``cut`` makes of each line, and tell how many hold an answer."""
    parser = argparse.ArgumentParser(description=description.splitlines()[0])
    parser.add_argument("--windows", type=Path, required=True)
    parser.add_argument("--out", type=Path, required=True)
    arguments = parser.parse_args()
    arguments.out.parent.mkdir(parents=True, exist_ok=True)
    counted = {"train": [0, 0], "dev": [0, 0]}
    with arguments.windows.open(encoding="utf-8") as lines, arguments.out.open("w", encoding="utf-8") as out:
        for line in map(json.loads, lines):
            for made in cut(line):
                counted[made["split"]][made["answerable"]] += 1
                out.write(json.dumps(made, ensure_ascii=False) + "\n")
    for split, (without, holding) in counted.items():
        print(f"{split}: {without + holding:,} windows, {holding / max(without + holding, 1):.1%} with an answer")
