"""Turn public question sets into windows to train the reader on; write windows.jsonl.

    python training/prepare.py --training TRAINING --out FOLDER [--seed 5] [--wordnet WORDNET]

TRAINING holds the sets as ``NAME.jsonl.gz``, a row a question. Each line written is a question with one window of text:

    {"id", "question_id", "set", "group", "split", "kind", "question", "title", "date", "text", "sentences",
     "answer_sentences", "unknown_sentences", "answers", "answerable"}

``sentences`` and ``answers`` are spans of characters in ``text``, the first answer the one to train on; none where the
set marks only sentences. ``group`` is the document, which is wholly in ``split`` train or dev. The same files and seed
give the same bytes; another seed cuts other windows and makes other near misses, and leaves each document in its part.
About three minutes. With the database files
of WordNet, part of the questions to train on are put in other words (paraphrase.py).
"""

import argparse
import gzip
import hashlib
import json
import random
import re
from array import array
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import bm25s
import numpy as np
from near_misses import Names, changed, reverse
from paraphrase import Paraphraser
from tokenizers import Tokenizer

from rag.documents.split import sentences
from rag.models.embed import PACKAGED_NAME, find
from rag.text.terms import STOP, terms

WINDOW = 160
"""Most tokens of a window."""
LONGEST = 200
"""A sentence longer than this is left out with its question."""
DEV_PART = {"squad2_dev_part": 0.25}
"""Part of the documents held back, where it is not ``DEV_REST``: near misses written by people are few."""
DEV_REST = 0.04
PER_SENTENCE = {"qamr_dev_test": 5}
"""Most questions for a passage: QAMR asks thirty about one sentence."""
ONLY_SENTENCES = ("selqa_dev_test", "onestopqa")
"""Sets whose answers are whole sentences, so that they teach no short answer."""
HUMAN_COPIES = 4
"""How often an unanswerable question that a person wrote is seen, each time in another form."""
NEGATIVES = {
    "removed": 0.03,
    "same_document": 0.03,
    "retrieved": 0.03,
    "other_document": 0.01,
    "swapped": 0.48,
    "altered": 0.26,
    "opposite": 0.1,
    "reversed": 0.06,
}
"""Kinds of window without an answer, and how often each is tried first for an answerable question."""
MORE_NEGATIVES = 0.18
"""Part of the answerable questions that get a second one."""
CHANGED = {"swapped": "question", "altered": "text", "opposite": "question", "reversed": "text"}
"""Where a near miss differs from the question and window that it is made of."""
CHANGED_BOTH = {"swapped_both": 0.16, "opposite_both": 0.14, "altered_aside": 0.06}
"""Kinds with an answer that look as odd as the near misses, and for which part of the questions each is tried."""
PARAPHRASED = 0.4
AUGMENTED = {"lower": 0.15, "typo": 0.07, "keywords": 0.06}
DATED = 0.3
"""Part of the windows that get a date at random: the sets have none, and the reader is to be used to them."""
NO_TITLE = 0.15


@dataclass
class Row:
    """A question and its passage as a set has them, checked; spans are of characters in the passage."""

    id: str
    origin: str
    """Name of the set."""
    group: str
    title: str
    question: str
    passage: str
    spans: list[tuple[int, int]]
    sentence: tuple[int, int] | None
    answerable: bool
    taboo: set[str] = field(default_factory=set)
    """Texts, case-folded, that a window without an answer must not hold."""
    answers: set[str] = field(default_factory=set)
    """The short ones of them."""


@dataclass(frozen=True)
class Window:
    """Whole sentences of a passage; ``sentences`` are spans in ``text``, which starts at ``start`` of the passage."""

    group: str
    title: str
    text: str
    sentences: tuple[tuple[int, int], ...]
    start: int = 0


class Cutter:
    """Cuts passages into windows."""

    def __init__(self) -> None:
        self._tokenizer = Tokenizer.from_file(str(Path(find(PACKAGED_NAME).location) / "tokenizer.json"))
        self._tokenizer.no_truncation()
        self._tokenizer.no_padding()
        self._known: dict[str, tuple[list[tuple[int, int]], list[int]]] = {}

    def sentences(self, passage: str) -> tuple[list[tuple[int, int]], list[int]]:
        """Return the spans of a passage's sentences, and how many tokens each has."""
        if passage not in self._known:
            spans = [(sentence.start, sentence.end) for sentence in sentences(passage)]
            encoded = self._tokenizer.encode_batch([passage[start:end] for start, end in spans])
            self._known[passage] = spans, [len(one.ids) - 2 for one in encoded]
        return self._known[passage]

    def around(self, row: Row, number: int, limit: int, rng: random.Random) -> Window:
        """Return a window with a sentence of the row's passage anywhere in it."""
        _, sizes = self.sentences(row.passage)
        first = last = number
        total = sizes[number]
        open_left, open_right = True, True
        while open_left or open_right:
            left = open_left and (not open_right or rng.random() < 0.5)
            place = first - 1 if left else last + 1
            if not 0 <= place < len(sizes) or total + sizes[place] > limit:
                open_left, open_right = (False, open_right) if left else (open_left, False)
                continue
            total += sizes[place]
            first, last = min(first, place), max(last, place)
        return self.window(row.passage, first, last, row.group, row.title)

    def all(self, row: Row, limit: int) -> Iterator[Window]:
        """Cut the whole passage into windows, one after the other."""
        _, sizes = self.sentences(row.passage)
        first = total = 0
        for number, size in enumerate(sizes):
            if number > first and total + size > limit:
                yield self.window(row.passage, first, number - 1, row.group, row.title)
                first, total = number, 0
            total += size
        if sizes and total <= LONGEST:
            yield self.window(row.passage, first, len(sizes) - 1, row.group, row.title)

    def window(self, passage: str, first: int, last: int, group: str, title: str) -> Window:
        spans, _ = self.sentences(passage)
        start, end = spans[first][0], spans[last][1]
        kept = tuple((left - start, right - start) for left, right in spans[first : last + 1])
        return Window(group, title, passage[start:end], kept, start)


class Pool:
    """The windows of one set, found by document or by BM25."""

    def __init__(self, windows: list[Window]) -> None:
        self.windows = windows
        self.of_group: dict[str, list[int]] = defaultdict(list)
        for number, window in enumerate(windows):
            self.of_group[window.group].append(number)
        self._vocabulary: dict[str, int] = {}
        number_of = self._vocabulary
        texts = (f"{window.title} {window.text}" for window in windows)
        corpus = [array("i", (number_of.setdefault(term, len(number_of)) for term in terms(text))) for text in texts]
        self._bm25 = bm25s.BM25()
        self._bm25.index((corpus, number_of), show_progress=False)

    def best(self, question: str, most: int) -> list[int]:
        """Return the numbers of the windows that score best, ties in the order of the pool."""
        known = [self._vocabulary[term] for term in terms(question) if term in self._vocabulary]
        if not known:
            return []
        scores = self._bm25.get_scores_from_ids(known)
        top = np.argpartition(-scores, min(most, len(scores) - 1))[:most]
        return [int(n) for n in sorted(top, key=lambda n: (-scores[n], n)) if scores[n] > 0]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--training", type=Path, required=True)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--seed", type=int, default=5)
    parser.add_argument("--wordnet", type=Path, help="folder with index.sense and data.noun")
    arguments = parser.parse_args()

    paraphraser = Paraphraser(arguments.wordnet) if arguments.wordnet else None
    arguments.out.mkdir(parents=True, exist_ok=True)
    dropped: Counter[tuple[str, str]] = Counter()
    counted: dict[str, Counter[str]] = {"train": Counter(), "dev": Counter()}
    holding: Counter[str] = Counter()
    cutter = Cutter()
    with (arguments.out / "windows.jsonl").open("w", encoding="utf-8") as out:
        for path in sorted(arguments.training.glob("*.jsonl.gz")):
            name = path.name.removesuffix(".jsonl.gz")
            for line in examples(
                name, list(read_set(path, name, dropped)), cutter, arguments.seed, dropped, paraphraser
            ):
                counted[line["split"]][f"{name} {line['kind']}"] += 1
                holding[line["split"]] += line["answerable"]
                out.write(json.dumps(line, ensure_ascii=False) + "\n")
    report(counted, holding, dropped)


def report(counted: dict[str, Counter[str]], holding: Counter[str], dropped: Counter[tuple[str, str]]) -> None:
    for split, counts in counted.items():
        table: dict[str, dict[str, int]] = defaultdict(dict)
        for key, count in counts.items():
            table[key.split()[0]][key.split()[1]] = count
        kinds = sorted({key.split()[1] for key in counts}, key=lambda kind: (kind != "positive", kind))
        print(f"| {split} | " + " | ".join(kinds) + " |")
        for name, row in table.items():
            print(f"| {name} | " + " | ".join(f"{row.get(kind, 0):,}" for kind in kinds) + " |")
        print(f"{split}: {counts.total():,} windows, {holding[split] / max(counts.total(), 1):.1%} with an answer")
    for (name, why), count in sorted(dropped.items()):
        print(f"dropped of {name}: {count:,} {why}")


def read_lines(path: Path) -> list[dict[str, Any]]:
    """Return the lines of a set that is packed JSON Lines."""
    with gzip.open(path, "rt", encoding="utf-8") as file:
        return [json.loads(line) for line in file]


def write_windows(folder: Path, clusters: Iterable[list[dict[str, Any]]], kind: str) -> None:
    """Write clusters of lines as windows.jsonl, and print how many there are of each set and kind.

    Args:
        folder: is made.
        clusters: lines that are trained on together.
        kind: the field that tells a line's kind.
    """
    counts: dict[str, Counter[str]] = {"train": Counter(), "dev": Counter()}
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / "windows.jsonl").open("w", encoding="utf-8") as out:
        for number, cluster in enumerate(clusters):
            for one in cluster:
                told = one[kind] if isinstance(one[kind], str) else " or ".join(one[kind])
                counts[one["split"]][f"{one['set']} {told}"] += 1
                out.write(json.dumps({"cluster": number} | one, ensure_ascii=False) + "\n")
    for split, found in counts.items():
        print(f"{split}: {found.total():,} windows")
        for key, count in sorted(found.items()):
            print(f"  {key}: {count:,}")


def read_set(path: Path, name: str, dropped: Counter[tuple[str, str]]) -> Iterator[Row]:
    """Yield a set's rows without those whose flaws are known."""
    raw = read_lines(path)
    taboo: dict[str, set[str]] = defaultdict(set)
    answers: dict[str, set[str]] = defaultdict(set)
    for one in raw:
        answers[one["question"]] |= {text.casefold() for text in one["answers"] if text != one["answer_sentence"]}
        taboo[one["question"]] |= {text.casefold() for text in [*one["answers"], one["answer_sentence"] or ""] if text}
    seen: set[tuple[str, str]] = set()
    per_passage: Counter[str] = Counter()
    for number, one in enumerate(raw):
        row = read_row(one, name, number)
        row.taboo, row.answers = taboo[one["question"]], answers[one["question"]]
        why = flaw(row, seen)
        per_passage[row.passage] += not why
        if not why and per_passage[row.passage] > PER_SENTENCE.get(name, len(raw)):
            why = "more questions than wanted for one sentence"
        if why:
            dropped[name, why] += 1
        else:
            seen.add((row.question, row.passage))
            yield row


def read_row(one: dict[str, Any], name: str, number: int) -> Row:
    passage, spans = one["passage"], []
    if one["answer_starts"] and name not in ONLY_SENTENCES:
        spans = [(at, at + len(text)) for at, text in zip(one["answer_starts"], one["answers"], strict=True)]
        texts = Counter(text.casefold() for text in one["answers"])  # what most annotators marked, then the shortest
        spans.sort(key=lambda span: (-texts[passage[slice(*span)].casefold()], span[1] - span[0], span[0]))
    sentence = None
    if one["answer_sentence"] and (at := passage.find(one["answer_sentence"])) >= 0:
        sentence = at, at + len(one["answer_sentence"])
    if name == "qed_nq":
        passage, spans, sentence = join_hyphens(passage, spans, sentence)
    title = unquote(one["title"] or "").replace("_", " ").strip()
    group = title.casefold() or f"{name} {hashlib.sha256(passage.encode()).hexdigest()[:12]}"
    question, spans = " ".join(one["question"].split()), list(dict.fromkeys(spans))
    return Row(f"{name}-{number}", name, group, title, question, passage, spans, sentence, one["answerable"])


def join_hyphens(
    passage: str, spans: list[tuple[int, int]], sentence: tuple[int, int] | None
) -> tuple[str, list[tuple[int, int]], tuple[int, int] | None]:
    """Undo "Baskin - Robbins", and move the spans with it."""
    cuts = [n for match in re.finditer(r"(?<=\w) - (?=\w)", passage) for n in (match.start(), match.end() - 1)]

    def moved(span: tuple[int, int]) -> tuple[int, int]:
        return span[0] - sum(cut < span[0] for cut in cuts), span[1] - sum(cut < span[1] for cut in cuts)

    joined = re.sub(r"(?<=\w) - (?=\w)", "-", passage)
    return joined, [moved(span) for span in spans], sentence and moved(sentence)


def flaw(row: Row, seen: set[tuple[str, str]]) -> str:
    """Say why a row is left out, if it is."""
    if (row.question, row.passage) in seen:
        return "repeated"
    if len(set(terms(row.question))) < 2 and row.origin == "qamr_dev_test":
        return "questions that ask for nothing by name"
    if row.answerable and not row.spans and row.sentence is None:
        return "answers that are not marked"
    if row.origin == "selqa_dev_test" and not row.answerable:
        asked = set(terms(row.question))
        met = max((len(asked & set(terms(row.passage[s.start : s.end]))) for s in sentences(row.passage)), default=0)
        if met >= 0.8 * len(asked):
            return "mined negatives that may hold an answer"
    return ""


def examples(
    name: str,
    rows: list[Row],
    cutter: Cutter,
    seed: int,
    dropped: Counter[tuple[str, str]],
    paraphraser: Paraphraser | None = None,
) -> Iterator[dict[str, Any]]:
    """Yield the windows of a set's questions, with and without an answer."""
    passages = {row.passage: row for row in reversed(rows)}
    pool = Pool([window for text in passages for window in cutter.all(passages[text], limit(seeded(seed, text)))])
    names = Names((row.group, text) for text, row in passages.items())
    for row in rows:
        rng = seeded(seed, row.id)
        split = "dev" if part(row.group) < DEV_PART.get(name, DEV_REST) else "train"
        found = list(with_answer(row, pool, cutter, rng) if row.answerable else without(row, cutter, names, rng))
        if not found:
            dropped[name, "answers in a sentence that is too long or split otherwise"] += 1
        if row.answerable and found:
            wanted = list(NEGATIVES) if split == "dev" else ordered(rng)
            most = len(NEGATIVES) if split == "dev" else 1 + (rng.random() < MORE_NEGATIVES)
            found += islice(negatives(row, found[0], wanted, pool, names, rng), most)
            found += changed_both(row, found[0], names, rng, always=split == "dev")
        for number, line in enumerate(found):
            line |= {"id": f"{row.id}-{number}", "question_id": row.id, "set": name, "group": row.group, "split": split}
            yield augmented(line, rng, paraphraser) if split == "train" else line


def ordered(rng: random.Random) -> list[str]:
    """Return the kinds of negative in the order to try them: drawn by their shares, near misses first."""
    left = dict(NEGATIVES)
    order = []
    while left:
        order.append(rng.choices(list(left), list(left.values()))[0])
        del left[order[-1]]
    return order


def line(kind: str, question: str, window: Window) -> dict[str, Any]:
    return {
        "kind": kind,
        "question": question,
        "title": window.title,
        "date": "",
        "text": window.text,
        "sentences": [list(span) for span in window.sentences],
        "answer_sentences": [],
        "unknown_sentences": [],
        "answers": [],
        "answerable": False,
    }


def with_answer(row: Row, pool: Pool, cutter: Cutter, rng: random.Random) -> Iterator[dict[str, Any]]:
    spans, sizes = cutter.sentences(row.passage)
    main = row.spans[0] if row.spans else row.sentence
    if main is None:
        return
    touched = [n for n, (start, end) in enumerate(spans) if start < main[1] and main[0] < end]
    if not touched or len(touched) > 2 or sum(sizes[n] for n in touched) > LONGEST or (row.spans and len(touched) > 1):
        return
    if len(spans) == 1:
        window = packed(row, pool, rng)
    else:
        window = cutter.around(row, touched[0], max(limit(rng), sum(sizes[n] for n in touched)), rng)
    if window is None:
        return
    offset = window.text.find(row.passage.strip()) - spans[0][0] if len(spans) == 1 else -window.start
    kept = [(s + offset, e + offset) for s, e in row.spans if s + offset >= 0 and e + offset <= len(window.text)]
    found = line("positive", row.question, window) | {"answerable": True, "answers": [list(span) for span in kept]}
    aims = [(spans[n][0] + offset, spans[n][1] + offset) for n in touched]
    for number, (start, end) in enumerate(window.sentences):
        if any(start < right and left < end for left, right in aims):
            found["answer_sentences"].append(number)
        elif any(start < right and left < end for left, right in kept):
            found["unknown_sentences"].append(number)  # another annotator's answer
    if found["answer_sentences"]:
        yield found


def packed(row: Row, pool: Pool, rng: random.Random) -> Window | None:
    """Put a lone sentence among others that look like answers."""
    others = [pool.windows[n] for n in pool.best(row.question, 12) if pool.windows[n].group != row.group]
    texts = [other.text for other in others if clean(other.text, row) and len(other.text) < 400]
    chosen = [row.passage.strip(), *texts[: rng.randint(0, 3)]]
    rng.shuffle(chosen)
    return joined(row.group, row.title, chosen)


def joined(group: str, title: str, texts: list[str]) -> Window:
    spans, at = [], 0
    for text in texts:
        spans.append((at, at + len(text)))
        at += len(text) + 1
    return Window(group, title, " ".join(texts), tuple(spans))


def without(row: Row, cutter: Cutter, names: Names, rng: random.Random) -> Iterator[dict[str, Any]]:
    """Yield windows for a question that its passage does not answer."""
    spans, sizes = cutter.sentences(row.passage)
    if not sizes or max(sizes) > LONGEST:
        return
    kind = "mined" if row.origin in ONLY_SENTENCES else "human"
    wanted = set(terms(row.question))
    near = max(range(len(sizes)), key=lambda n: (len(wanted & set(terms(row.passage[slice(*spans[n])]))), -n))
    copies = HUMAN_COPIES if kind == "human" and part(row.group) >= DEV_PART.get(row.origin, DEV_REST) else 1
    for copy in range(copies):
        window = cutter.around(row, near, max(limit(rng), sizes[near]), rng)
        held = [window.text[s:e] for s, e in window.sentences]
        if copy == 1 and len(held) > 2:  # still no answer, when a sentence less says it
            nearest = window.text.find(row.passage[slice(*spans[near])])
            places = [n for n, (start, _) in enumerate(window.sentences) if start != nearest]
            del held[rng.choice(places)]
            window = joined(row.group, row.title, held)
        made = line(kind, row.question, window)
        change = names.exchange(made, set(), "both", rng, row.group) if copy == 2 else None
        yield changed(made, kind, change, "both") if change else made


def negatives(
    row: Row, positive: dict[str, Any], kinds: list[str], pool: Pool, names: Names, rng: random.Random
) -> Iterator[dict[str, Any]]:
    """Yield a window without an answer of each kind that can be had, in the order asked for."""
    best = pool.best(row.question, 30)
    own = set(pool.of_group[row.group])
    for kind in kinds:
        if kind == "removed":
            yield from removed(row, positive)
        elif kind in CHANGED:
            yield from near_miss(row, positive, kind, names, rng)
        else:
            if kind == "same_document":
                numbers = [n for n in best if n in own] or rng.sample(sorted(own), min(8, len(own)))
            elif kind == "retrieved":
                numbers = [n for n in best if n not in own]
            else:
                numbers = [n for n in rng.sample(range(len(pool.windows)), 8) if n not in own]
            held = [pool.windows[n] for n in numbers if clean(pool.windows[n].text, row)]
            if kind == "retrieved" and held and len(held[0].sentences) == 1:  # sentences: as many as a positive has
                held = [joined(held[0].group, held[0].title, [w.text for w in held[: rng.randint(1, 4)]])]
            if held:
                yield line(kind, row.question, held[0])


def removed(row: Row, positive: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """Leave out the sentences that answer."""
    dropped = {*positive["answer_sentences"], *positive["unknown_sentences"]}
    kept = [positive["text"][s:e] for n, (s, e) in enumerate(positive["sentences"]) if n not in dropped]
    window = joined(row.group, row.title, kept)
    if kept and clean(window.text, row):
        yield line("removed", row.question, window)


def near_miss(
    row: Row, positive: dict[str, Any], kind: str, names: Names, rng: random.Random
) -> Iterator[dict[str, Any]]:
    """Change the question alone or the text alone, so that the text does not answer."""
    if kind in {"swapped", "altered"}:
        change = names.exchange(positive, row.answers, CHANGED[kind], rng, row.group)
    else:
        change = reverse(positive, CHANGED[kind], rng)
    if change:
        yield changed(positive, kind, change, CHANGED[kind])


def changed_both(
    row: Row, positive: dict[str, Any], names: Names, rng: random.Random, *, always: bool
) -> Iterator[dict[str, Any]]:
    """Change question and text alike, or in the text what was not asked about, so that the text still answers."""
    for kind, share in CHANGED_BOTH.items():
        if rng.random() >= share and not always:
            continue
        if kind == "opposite_both":
            change = reverse(positive, "both", rng)
        else:
            change = names.exchange(positive, row.answers, kind.partition("_")[2], rng, row.group)
        if change:
            yield changed(positive, kind, change, "both")


def clean(text: str, row: Row) -> bool:
    """Tell whether a text holds none of the answers to a question."""
    folded = text.casefold()
    if any(taboo in folded for taboo in row.taboo):
        return False
    if row.spans or row.sentence is None:
        return True
    told = set(terms(row.passage[slice(*row.sentence)]))  # only the sentence is known: nothing that says the same
    return len(told & set(terms(text))) < 0.6 * len(told)


def augmented(line: dict[str, Any], rng: random.Random, paraphraser: Paraphraser | None) -> dict[str, Any]:
    """Write some questions in other words or as people type them; give windows a date, or take their title."""
    draw, question = rng.random(), line["question"]
    if paraphraser and rng.random() < PARAPHRASED:
        question = paraphraser.question(question, rng)
    if draw < AUGMENTED["lower"]:
        question = question.lower().rstrip("?").strip()
    elif draw < AUGMENTED["lower"] + AUGMENTED["typo"]:
        question = misspelt(question, rng)
    elif draw < sum(AUGMENTED.values()):
        kept = [word for word in re.findall(r"[\w'’.-]+", question) if word.lower() not in STOP]
        question = " ".join(kept).rstrip(".") if len(kept) > 1 else question
    if rng.random() < DATED:
        line["date"] = f"{rng.randint(1950, 2027)}-{rng.randint(1, 12):02d}-{rng.randint(1, 28):02d}"
    if rng.random() < NO_TITLE:
        line["title"] = ""
    line["question"] = question
    return line


def misspelt(text: str, rng: random.Random) -> str:
    """Swap, drop or double a letter inside one or two words."""
    for _ in range(rng.randint(1, 2)):
        places = [n for n in range(1, len(text) - 2) if text[n - 1 : n + 2].isalpha()]
        if not places:
            break
        n = rng.choice(places)
        text = text[:n] + rng.choice([text[n + 1] + text[n] + text[n + 2 :], text[n + 1 :], text[n] + text[n:]])
    return text


def limit(rng: random.Random) -> int:
    """Draw the most tokens of a window: mostly all, else fewer, as a short document has."""
    return WINDOW if rng.random() < 0.6 else rng.randint(50, WINDOW)


def seeded(seed: int, key: str) -> random.Random:
    return random.Random(f"{seed} {key}")


def part(key: str) -> float:
    """Return a number from 0 to 1 for a key, always the same."""
    return int(hashlib.sha256(f"5 {key}".encode()).hexdigest()[:8], 16) / 2**32


if __name__ == "__main__":
    main()
