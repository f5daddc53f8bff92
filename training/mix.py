"""Choose what reader-3 learns from, and write it as windows.jsonl of clusters: windows that train in one batch.

    python training/mix.py --training TRAINING --out FOLDER [--seed 8]

TRAINING holds the sets as ``NAME.jsonl.gz`` and, in ``entail/``, questions that ask for yes or no. Lines are as
prepare.py writes them, with two fields more: ``cluster`` (its windows are trained on together) and ``verdict`` (yes, no
or neither, for questions that ask so). A cluster is one of

- a near miss that a person wrote, with the answerable question that it was made from, on the same passage: on the very
  same window where both fit, so that nothing but the question tells them apart,
- an answerable question with its window, and for half of them one window that does not answer,
- a question for yes or no.

Questions whose answering sentence shares few of their words are taken first. The order of the lines is the order to
train in: any first part of the file is a fair sample of the whole. The same files and seed give the same bytes.
"""

import argparse
import random
from collections import Counter, defaultdict
from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from typing import Any

from near_misses import Names
from prepare import (
    CHANGED_BOTH,
    DEV_PART,
    DEV_REST,
    LONGEST,
    NEGATIVES,
    Cutter,
    Pool,
    Row,
    Window,
    augmented,
    changed_both,
    limit,
    line,
    negatives,
    ordered,
    part,
    read_lines,
    read_set,
    seeded,
    with_answer,
    without,
    write_windows,
)

from rag.text.terms import terms

QUESTIONS = {
    "squad11_train_new": 11_000,
    "squad_union": 3_000,
    "squad11_train_passages_for_reqa": 1_500,
    "qed_nq": 4_500,
    "squadshifts_new_wiki": 2_200,
    "onestopqa": 1_446,
    "timeqa_human": 1_000,
    "covid_qa": 300,
    "qamr_dev_test": 1_000,
    "selqa_dev_test": 1_500,
    "fairytaleqa_explicit": 800,
    "squad2_dev_part": 1_601,
}
"""How many questions of each set; more are chosen of those that share few words with the sentence that answers."""
NEAR_MISSES = "squad2_train_near_misses"
PAIRED_WITH = ("squad11_train_new", "squad11_train_passages_for_reqa", "squad_union")
"""Where the questions are that near misses were made from."""
YES_NO = {
    "condaqa": 7_141,
    "boolq_dev": 2_756,
    "boolq_unanswerable_rule": 999,
    "strategyqa_facts": 1_500,
    "pubmedqa": 629,
    "pubmedqa_conclusion": 629,
}
VERDICTS = {"yes": "yes", "no": "no", "unanswerable": "neither"}
NEGATIVE_SHARE = 0.5
"""Part of the answerable questions that bring a window that does not answer."""
BOTH_SHARE = 0.25
"""Part of what :data:`prepare.CHANGED_BOTH` asks for."""
FEW_WORDS, SOME_WORDS = 0.2, 0.34
"""Of the question's content words in the answering sentence."""
DEV_QUESTIONS = {"squad11_train_new": 60, NEAR_MISSES: 700}
"""Most questions to hold back of a set; 30 of any other."""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--training", type=Path, required=True)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--seed", type=int, default=8)
    arguments = parser.parse_args()

    dropped: Counter[tuple[str, str]] = Counter()
    cutter = Cutter()
    rows = {name: list(read_set(arguments.training / f"{name}.jsonl.gz", name, dropped)) for name in QUESTIONS}
    clusters = [
        *near_miss_clusters(arguments.training, rows, cutter, arguments.seed),
        *question_clusters(rows, cutter, arguments.seed),
        *yes_no_clusters(arguments.training / "entail", cutter, arguments.seed),
    ]
    random.Random(arguments.seed).shuffle(clusters)
    write_windows(arguments.out, clusters, "kind")


def near_miss_clusters(
    training: Path, rows: dict[str, list[Row]], cutter: Cutter, seed: int
) -> Iterator[list[dict[str, Any]]]:
    """Yield each near miss beside the question it was made from, or another of its passage."""
    asked: dict[str, list[Row]] = defaultdict(list)
    for name in PAIRED_WITH:
        for row in rows[name]:
            if row.spans:
                asked[row.passage].append(row)
    held = 0
    raw = read_lines(training / f"{NEAR_MISSES}.jsonl.gz")
    for number, one in enumerate(raw):
        passage, title = one["passage"], (one["title"] or "").replace("_", " ").strip()
        key = f"{NEAR_MISSES}-{number}"
        rng = seeded(seed, key)
        split = "dev" if part(title.casefold()) < DEV_REST else "train"
        held += split == "dev"
        if split == "dev" and held > DEV_QUESTIONS[NEAR_MISSES]:
            continue
        miss = Row(key, NEAR_MISSES, title.casefold(), title, one["question"], passage, [], None, answerable=False)
        others = asked.get(passage, [])
        same = [row for row in others if row.question.casefold() == (one["paired_question"] or "").casefold()]
        beside = rng.choice(same or others) if others else None
        windows = both_windows(miss, tempting(one, cutter), beside, cutter, rng)
        if not windows:
            continue
        cluster = [line("human", miss.question, windows[0]) | about(miss, split)]
        if beside and len(windows) == 2:
            cluster += answered(beside, windows[1], split)
        yield finished(cluster, rng)


def tempting(one: dict[str, Any], cutter: Cutter) -> int | None:
    """Return the sentence with the answer that tempts, else the one that shares most words with the question."""
    spans, _ = cutter.sentences(one["passage"])
    if not spans:
        return None
    found = one["passage"].find(one["plausible_answers"][0]) if one.get("plausible_answers") else -1
    if found >= 0:
        return max(n for n, (start, _) in enumerate(spans) if start <= found or not n)
    wanted = set(terms(one["question"]))
    shared = [len(wanted & set(terms(one["passage"][start:end]))) for start, end in spans]
    return shared.index(max(shared))


def both_windows(miss: Row, number: int | None, beside: Row | None, cutter: Cutter, rng: random.Random) -> list[Window]:
    """Return the near miss's window and that of the question beside it: the same, where one holds both."""
    spans, sizes = cutter.sentences(miss.passage)
    if number is None or sizes[number] > LONGEST:
        return []
    most = max(limit(rng), sizes[number])
    place = place_of(beside, spans) if beside else None
    if beside is None or place is None or sizes[place] > LONGEST:
        return [cutter.around(miss, number, most, rng)]
    first, last = sorted((number, place))
    total = sum(sizes[first : last + 1])
    if total > most:
        return [cutter.around(miss, number, most, rng), cutter.around(beside, place, max(most, sizes[place]), rng)]
    while True:  # grow to both sides while there is room
        room = [n for n in (first - 1, last + 1) if 0 <= n < len(sizes) and total + sizes[n] <= most]
        if not room:
            break
        chosen = rng.choice(room)
        total += sizes[chosen]
        first, last = min(first, chosen), max(last, chosen)
    return [cutter.window(miss.passage, first, last, miss.group, miss.title)] * 2


def place_of(row: Row, spans: list[tuple[int, int]]) -> int | None:
    """Return the one sentence that holds the answer to train on."""
    touched = [n for n, (start, end) in enumerate(spans) if start < row.spans[0][1] and row.spans[0][0] < end]
    return touched[0] if len(touched) == 1 else None


def answered(row: Row, window: Window, split: str) -> list[dict[str, Any]]:
    """Return a line for an answerable question and a window around its answer."""
    kept = [
        [start - window.start, end - window.start]
        for start, end in row.spans
        if start >= window.start and end <= window.start + len(window.text)
    ]
    if not kept:
        return []
    found = line("positive", row.question, window) | {"answerable": True, "answers": kept}
    for number, (start, end) in enumerate(window.sentences):
        if start < kept[0][1] and kept[0][0] < end:
            found["answer_sentences"].append(number)
        elif any(start < right and left < end for left, right in kept):
            found["unknown_sentences"].append(number)
    return [found | about(row, split)]


def about(row: Row, split: str) -> dict[str, Any]:
    return {"question_id": row.id, "set": row.origin, "group": row.group, "split": split}


def question_clusters(rows: dict[str, list[Row]], cutter: Cutter, seed: int) -> Iterator[list[dict[str, Any]]]:
    """Yield questions with the window that answers, and for a part of them one that does not."""
    for name, every in rows.items():
        passages = {row.passage: row for row in reversed(every)}
        pool = Pool([window for text in passages for window in cutter.all(passages[text], limit(seeded(seed, text)))])
        names = Names((row.group, text) for text, row in passages.items())
        held = 0
        for row in sampled(every, QUESTIONS[name], cutter, seed):
            rng = seeded(seed, row.id)
            split = "dev" if part(row.group) < DEV_PART.get(name, DEV_REST) else "train"
            held += split == "dev"
            if split == "dev" and held > DEV_QUESTIONS.get(name, 30) and name not in DEV_PART:
                continue
            if not row.answerable:
                yield finished([one | about(row, split) for one in islice(without(row, cutter, names, rng), 1)], rng)
                continue
            found = list(with_answer(row, pool, cutter, rng))
            if not found:
                continue
            if split == "dev":
                found += negatives(row, found[0], list(NEGATIVES), pool, names, rng)
            elif rng.random() < NEGATIVE_SHARE:
                found += islice(negatives(row, found[0], ordered_kinds(rng), pool, names, rng), 1)
            elif rng.random() < BOTH_SHARE * sum(CHANGED_BOTH.values()) / (1 - NEGATIVE_SHARE):
                found += islice(changed_both(row, found[0], names, rng, always=True), 1)
            yield finished([one | about(row, split) for one in found], rng)


def ordered_kinds(rng: random.Random) -> list[str]:
    """Return kinds of window without an answer in the order to try them: what retrieval brings first, half the time."""
    found = ordered(rng)
    draw = rng.random()
    first = "retrieved" if draw < 0.4 else "same_document" if draw < 0.55 else "removed" if draw < 0.65 else found[0]
    return [first, *(kind for kind in found if kind != first)]


def sampled(rows: list[Row], most: int, cutter: Cutter, seed: int) -> list[Row]:
    """Return at most so many questions, those in other words than their answering sentence first."""
    rng = seeded(seed, rows[0].origin)
    order = rng.sample(rows, len(rows))
    if len(rows) <= most:
        return order
    order.sort(key=lambda row: (row.answerable, _bucket(row, cutter)))  # stable: at random within
    groups = defaultdict(list)
    for row in order:
        groups[row.answerable, _bucket(row, cutter)].append(row)
    unanswerable = groups.pop((False, 0), [])
    shares = {0: 0.36, 1: 0.32, 2: 0.32}
    found = unanswerable[: most // 2]
    left = most - len(found)
    for bucket, share in shares.items():
        found += groups[True, bucket][: int(share * left)]
    rest = [row for bucket in shares for row in groups[True, bucket][int(shares[bucket] * left) :]]
    return [*found, *rest[: most - len(found)]]


def _bucket(row: Row, cutter: Cutter) -> int:
    if not row.answerable:
        return 0
    spans, _ = cutter.sentences(row.passage)
    main = row.spans[0] if row.spans else row.sentence
    if main is None:
        return 2
    text = " ".join(row.passage[start:end] for start, end in spans if start < main[1] and main[0] < end)
    wanted = set(terms(row.question))
    shared = len(wanted & set(terms(text))) / max(1, len(wanted))
    return 0 if shared <= FEW_WORDS else 1 if shared <= SOME_WORDS else 2


def yes_no_clusters(folder: Path, cutter: Cutter, seed: int) -> Iterator[list[dict[str, Any]]]:
    """Yield questions for yes or no with their passage, cut where it is long round the sentence that decides."""
    for name, most in YES_NO.items():
        raw = read_lines(folder / f"{name}.jsonl.gz")
        raw = seeded(seed, name).sample(raw, min(most, len(raw)))
        held = 0
        for number, one in enumerate(raw):
            group = f"{name} {one.get('passage_id', one['passage'][:80])}"
            split = "dev" if part(group) < DEV_REST else "train"
            held += split == "dev"
            if split == "dev" and held > 60:
                continue
            row = Row(f"{name}-{number}", name, group, "", one["question"], one["passage"], [], None, answerable=True)
            window, deciding = deciding_window(row, one["evidence"], cutter, seeded(seed, row.id))
            if window is None:
                continue
            made = line("verdict", row.question, window) | {"verdict": VERDICTS[one["answer"]]}
            if made["verdict"] != "neither":
                made |= {"answerable": True, "answer_sentences": deciding}
            yield finished([made | about(row, split)], seeded(seed, row.id))


def deciding_window(
    row: Row, evidence: str | None, cutter: Cutter, rng: random.Random
) -> tuple[Window | None, list[int]]:
    """Return a window of at most some 230 tokens and which of its sentences decide, where that is known."""
    spans, sizes = cutter.sentences(row.passage)
    if not spans:
        return None, []
    found = row.passage.find(evidence) if evidence else -1
    numbers = [
        n for n, (start, end) in enumerate(spans) if found >= 0 and start < found + len(evidence or "") and found < end
    ]
    if sum(sizes) <= 215:
        window = cutter.window(row.passage, 0, len(spans) - 1, row.group, row.title)
    elif numbers and sizes[numbers[0]] <= LONGEST:
        window = cutter.around(row, numbers[0], 215, rng)
    elif row.origin == "pubmedqa":  # without its last sentences nothing decides
        first = len(sizes) - 1
        while first and sum(sizes[first - 1 :]) <= 215:
            first -= 1
        window = cutter.window(row.passage, first, len(spans) - 1, row.group, row.title)
    else:
        return None, []
    own = {spans[n][0] - window.start for n in numbers}
    known = [n for n, (start, _) in enumerate(window.sentences) if start in own]
    return window, known if len(known) <= 2 else []


def finished(cluster: list[dict[str, Any]], rng: random.Random) -> list[dict[str, Any]]:
    """Give lines their numbers; the windows of one question are put in other form alike."""
    draw = rng.random()
    for number, one in enumerate(cluster):
        one |= {"id": f"{one['question_id']}-{number}"}
        if one["split"] == "train":
            augmented(one, random.Random(f"{one['question_id']} {draw}"), None)
    return cluster


if __name__ == "__main__":
    main()
