"""Cut the windows of prepare.py into close ones, a sentence and the one before it, for the reader's second look.

    python training/close.py --windows FOLDER/windows.jsonl --out OTHER/windows.jsonl

To train on, a window gives a close one for each sentence that answers and one for another sentence: mostly the one that
shares most words with the question, which in a near miss is the sentence that was changed. One in ``WHOLE`` windows
also stays whole, for the same weights make the first look. Held back, every sentence gets its close window.
"""

import random
from collections.abc import Iterator
from typing import Any

from recut import recut

from rag.terms import terms

HARDEST = 0.7
"""Part of the windows of which the sentence nearest to the question is taken; of the others, any."""
WHOLE = 4


def close(line: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """Yield what a window gives."""
    answering, every = set(line["answer_sentences"]), range(len(line["sentences"]))
    others = [n for n in every if n not in answering | set(line["unknown_sentences"])]
    chosen = list(every)
    if line["split"] == "train":
        rng = random.Random(line["id"])
        chosen = sorted(answering)
        if others:
            nearest = max(others, key=lambda n: (shared(line, n), -n))
            chosen.append(nearest if rng.random() < HARDEST else rng.choice(others))
        if rng.randrange(WHOLE) == 0:
            yield line
    for made in (around(line, number) for number in chosen):
        if made["answerable"] or not made["unknown_sentences"]:
            yield made


def shared(line: dict[str, Any], number: int) -> int:
    start, end = line["sentences"][number]
    return len(set(terms(line["question"])) & set(terms(line["text"][start:end])))


def around(line: dict[str, Any], number: int) -> dict[str, Any]:
    """Return a sentence and the one before it as a window."""
    first = max(0, number - 1)
    start, end = line["sentences"][first][0], line["sentences"][number][1]
    answering, unknown = (
        [n - first for n in line[name] if first <= n <= number] for name in ("answer_sentences", "unknown_sentences")
    )
    return line | {
        "id": f"{line['id']}-{number}",
        "text": line["text"][start:end],
        "sentences": [[s - start, e - start] for s, e in line["sentences"][first : number + 1]],
        "answer_sentences": answering,
        "unknown_sentences": unknown,
        "answers": [[s - start, e - start] for s, e in line["answers"] if start <= s and e <= end],
        "answerable": bool(answering),
    }


if __name__ == "__main__":
    recut(__doc__, close)
