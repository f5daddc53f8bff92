"""Choose what the judge learns from, and write it as windows.jsonl: claims and questions with the passage beside them.

    python training/judge_mix.py --training TRAINING --out FOLDER [--seed 11]

TRAINING holds claims and questions for yes or no in ``entail/``, and sets of questions as ``NAME.jsonl.gz``. A line is
like prepare.py's: the claim stands in the question's place. ``verdicts`` are the labels that are right (two, where a
set does not tell contradicts from neutral), ``answer_sentences`` the sentences that decide, where that is known. Three
kinds of line:

- claims that people judged, or that were made so that their label is known,
- questions for yes or no: yes is supports, no contradicts,
- questions with an answer: the right one supports; the span that tempts in a near miss that a person wrote, or the
  answer to another question on the passage, does not.

Half of the short passages get sentences of other passages of their set before and behind them, for quotes stand in
longer text; then it is known which sentences decide. The order of the lines is the order to train in, and any first
part is a fair sample. The same files and seed give the same bytes.
"""

import argparse
import random
import re
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from prepare import DEV_REST, Cutter, part, read_lines, seeded, write_windows

CLAIMS = {
    "fever_dev": 12_000,
    "fever_symmetric": 600,
    "fever_neutral_rule": 2_040,
    "fm2": 1_871,
    "fm2_neutral_rule": 1_200,
    "feverous_s": 2_402,
    "number_swap_rule": 2_500,
    "paws": 6_000,
    "snli_counterfactual": 4_000,
    "conflictqa_strategy": 3_000,
    "summedits_docs": 2_011,
    "begin": 1_486,
    "negation_nli": 2_326,
    "conjnli_adversarial": 2_000,
    "contract_nli": 1_500,
    "breaking_nli": 1_000,
    "scone": 800,
    "med_monotonicity": 600,
    "scifact": 456,
    "vitaminc_few": 300,
    "mnli_few": 300,
    "wice_partial": 374,
    "expertqa": 381,
    "faithdial_audit": 267,
    "q2_dialogue": 429,
    "dialfact_small": 168,
}
"""How many of each set."""
TWICE = ("wice_partial", "expertqa", "summedits_docs", "fm2", "scifact")
"""Most like what is judged: documents, and claims that people or models wrote about them."""
YES_NO = {
    "condaqa": 7_141,
    "boolq_dev": 2_756,
    "boolq_unanswerable_rule": 800,
    "strategyqa_facts": 1_500,
    "pubmedqa": 629,
    "pubmedqa_conclusion": 629,
}
LABELS = {
    "supports": ["supports"],
    "contradicts": ["contradicts"],
    "neutral": ["neutral"],
    "not_supported": ["contradicts", "neutral"],
    "yes": ["supports"],
    "no": ["contradicts"],
    "unanswerable": ["neutral"],
}
ANSWERS = {"squad11_train_new": 9_000, "onestopqa": 1_446, "qed_nq": 2_000}
NEAR_MISSES = ("squad2_train_near_misses", 9_000)
SHORT = 60
"""Words of a passage that may get others round it."""
ROUND_SHARE = 0.5
MOST_TOKENS = 330
"""Of a passage: a longer one is cut behind its last whole sentence, or round the one that decides."""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--training", type=Path, required=True)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--seed", type=int, default=11)
    arguments = parser.parse_args()

    cutter = Cutter()
    lines = [
        *claims(arguments.training / "entail", cutter, arguments.seed),
        *answers(arguments.training, cutter, arguments.seed),
    ]
    random.Random(arguments.seed).shuffle(lines)
    write_windows(arguments.out, ([one] for one in lines), "verdicts")


def claims(folder: Path, cutter: Cutter, seed: int) -> Iterator[dict[str, Any]]:
    """Yield claims and questions for yes or no, of each set as many as the tables above say."""
    for name, most in (CLAIMS | YES_NO).items():
        rows = read_lines(folder / f"{name}.jsonl.gz")
        chosen = seeded(seed, name).sample(rows, min(most, len(rows)))
        short = [row["passage"] for row in rows if len(row["passage"].split()) <= SHORT]
        for number, row in enumerate(chosen):
            split = "dev" if part(f"{name} {row['passage'][:80]}") < DEV_REST else "train"
            rng = seeded(seed, f"{name}-{number}")
            said = row.get("claim") or row["question"]
            label = row.get("label") or row["answer"]
            for again in range(1 + (name in TWICE and split == "train")):
                beside = short if len(row["passage"].split()) <= SHORT and (again or rng.random() < ROUND_SHARE) else []
                made = line(said, row["passage"], row.get("evidence"), beside, cutter, rng)
                if made:
                    yield made | {"verdicts": LABELS[label], "set": name, "split": split}


def answers(folder: Path, cutter: Cutter, seed: int) -> Iterator[dict[str, Any]]:
    """Yield questions with their answer, with that of another question on the passage, and near misses."""
    name, most = NEAR_MISSES
    rows = [row for row in read_lines(folder / f"{name}.jsonl.gz") if row["plausible_answers"]]
    for number, row in enumerate(seeded(seed, name).sample(rows, min(most, len(rows)))):
        split = "dev" if part(f"squad {row['title']}") < DEV_REST else "train"
        rng = seeded(seed, f"{name}-{number}")
        answer = row["plausible_answers"][0]
        if made := line(answered(row["question"], answer, rng), row["passage"], None, [], cutter, rng):
            yield made | {"verdicts": LABELS["not_supported"], "set": name, "split": split}
    for name, most in ANSWERS.items():
        rows = [row for row in read_lines(folder / f"{name}.jsonl.gz") if row["answerable"] and _answer(row)]
        others: defaultdict[str, list[str]] = defaultdict(list)
        for row in rows:
            others[row["passage"]].append(_answer(row))
        for number, row in enumerate(seeded(seed, name).sample(rows, min(most, len(rows)))):
            split = "dev" if part(f"squad {row['title']}") < DEV_REST else "train"
            rng = seeded(seed, f"{name}-{number}")
            right = _answer(row)
            said = answered(row["question"], right, rng)
            if made := line(said, row["passage"], row["answer_sentence"], [], cutter, rng):
                yield made | {"verdicts": ["supports"], "set": name, "split": split}
            wrong = [other for other in others[row["passage"]] if _kind(other) == _kind(right) and _apart(other, right)]
            if wrong and rng.random() < 0.35:
                said = answered(row["question"], rng.choice(wrong), rng)
                if made := line(said, row["passage"], row["answer_sentence"], [], cutter, rng):
                    yield made | {"verdicts": LABELS["not_supported"], "set": f"{name} swapped", "split": split}


def _answer(row: dict[str, Any]) -> str:
    return str(row.get("free_answer") or (row["answers"] or [""])[0])


def _kind(answer: str) -> str:
    return "number" if re.search(r"\d", answer) else "name" if answer[:1].isupper() else "word"


def _apart(one: str, other: str) -> bool:
    return not set(re.findall(r"\w+", one.casefold())) & set(re.findall(r"\w+", other.casefold()))


_PUT_IN = re.compile(r"(?:Who|What|Which \w+|What \w+) ((?!did|do|does)[a-z]+(?:ed|s)? .+?)\??")


def answered(question: str, answer: str, rng: random.Random) -> str:
    """Put an answer into its question: as a statement where that is easy, else behind it.

    >>> answered("Who built it?", "Ann", random.Random(1))
    'Ann built it.'
    """
    question = question.strip()
    form = _PUT_IN.fullmatch(question)
    if form and rng.random() < 0.7:
        return f"{answer[:1].upper()}{answer[1:]} {form[1].strip()}."
    return f"{question.rstrip('?')}? {answer}"


def line(
    claim: str, passage: str, evidence: str | None, others: list[str], cutter: Cutter, rng: random.Random
) -> dict[str, Any] | None:
    """Return a claim with its passage, between other passages if there are any; None if nothing of it is left."""
    passage = passage.strip()
    pieces = [passage]
    if others:
        before, behind = rng.randrange(3), rng.randrange(3)
        pieces = [*rng.sample(others, before), passage, *rng.sample(others, behind or not before)]
    found = passage.find(evidence) if evidence else -1
    at = sum(len(piece) + 1 for piece in pieces[: pieces.index(passage)])
    text = " ".join(pieces)
    spans, sizes = cutter.sentences(text)
    if not spans:
        return None
    own = (at, at + len(passage)) if others else (found, found + len(evidence or "")) if found >= 0 else None
    deciding = [n for n, (start, end) in enumerate(spans) if own and start < own[1] and own[0] < end]
    first, last = (deciding[0], deciding[-1]) if deciding else (0, 0)
    total = sum(sizes[first : last + 1])
    while True:
        grown = [n for n in (last + 1, first - 1) if 0 <= n < len(sizes) and total + sizes[n] <= MOST_TOKENS]
        if not grown:
            break
        total += sizes[grown[0]]
        first, last = min(first, grown[0]), max(last, grown[0])
    start, end = spans[first][0], spans[last][1]
    return {
        "kind": "claim",
        "question": claim,
        "title": "",
        "date": "",
        "text": text[start:end],
        "sentences": [[left - start, right - start] for left, right in spans[first : last + 1]],
        "answer_sentences": [n - first for n in deciding],
    }


if __name__ == "__main__":
    main()
