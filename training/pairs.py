"""Cut the windows of prepare.py into pairs of a question and one sentence: the alternative that LOG.md compares.

    python training/pairs.py --windows FOLDER/windows.jsonl --out OTHER/windows.jsonl

To train on, a window gives its answering sentences and at most ``OTHERS`` more, drawn at random; held back, all of its
sentences, so that train_reader.py measures pairs and windows by the same questions.
"""

import random
from collections.abc import Iterator
from typing import Any

from recut import recut

OTHERS = 2


def pairs(line: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """Yield a window's sentences as windows of one sentence each."""
    answering = set(line["answer_sentences"])
    others = [n for n in range(len(line["sentences"])) if n not in answering | set(line["unknown_sentences"])]
    if line["split"] == "train":
        others = random.Random(line["id"]).sample(others, min(OTHERS, len(others)))
    for number in sorted([*answering, *others]):
        start, end = line["sentences"][number]
        yield line | {
            "id": f"{line['id']}-{number}",
            "text": line["text"][start:end],
            "sentences": [[0, end - start]],
            "answer_sentences": [0] if number in answering else [],
            "unknown_sentences": [],
            "answers": [[s - start, e - start] for s, e in line["answers"] if start <= s and e <= end],
            "answerable": number in answering,
        }


if __name__ == "__main__":
    recut(__doc__, pairs)
