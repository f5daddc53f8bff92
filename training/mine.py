"""Find, for questions to train on, the window of another passage that misleads a trained reader most.

    python training/mine.py --windows FOLDER/windows.jsonl --reader rag/weights --out OTHER/windows.jsonl
        [--questions 20000] [--total 100000]

For each question BM25 lists windows of other passages, of its own document or of another, that have none of its answers
and less than half of their words. The reader reads them, and the one that it takes most for an answer is a ``hard``
window without an answer, if its logits say so. Written are the hard windows with the windows that do answer, all near
misses by people, others of the file at random up to ``--total``, and those held back: to go on training with
(train_reader.py --start). Reading takes about 10 ms a window on two cores.
"""

import argparse
import json
import random
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import bm25s
from reader_model import window

from rag.network import Network
from rag.terms import root, terms

Line = dict[str, Any]
LISTED = 24
"""Windows that BM25 lists for a question."""
READ = 6
"""Of those, how many at most are read."""
LEAST_LOGIT = -1.0
"""Of the window and its best sentence together: a reader that is surer than this that nothing answers is not misled."""
SHARED = 0.6
"""Part of its words that another window may share: cuts of the same passage share more."""
CAPPED = ("qamr_dev_test",)
"""Sets whose questions are about one sentence each, and answered by many others."""
AT_ONCE = 2000


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--windows", type=Path, required=True)
    parser.add_argument("--reader", type=Path, required=True, help="folder of an exported reader")
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--questions", type=int, default=20_000)
    parser.add_argument("--total", type=int, default=100_000, help="windows to train on")
    arguments = parser.parse_args()
    rng = random.Random(11)
    with arguments.windows.open(encoding="utf-8") as file:
        lines = [json.loads(line) for line in file]
    train = [line for line in lines if line["split"] == "train"]
    answered = [line for line in train if line["kind"] == "positive"]
    asked = [line for line in answered if line["set"] not in CAPPED and len(terms(line["question"])) > 1]
    chosen = rng.sample(asked, min(arguments.questions, len(asked)))
    misled = list(hardest(list(candidates(chosen, answered)), Network(arguments.reader, threads=2)))
    made = [line for question, other in misled for line in (question, hard(question, other))]
    made += [line for line in train if line["kind"] == "human"]
    have = {line["id"] for line in made}
    others = [line for line in train if line["id"] not in have]
    made += rng.sample(others, min(len(others), max(0, arguments.total - len(made))))
    rng.shuffle(made)
    print(f"{len(misled):,} of {len(chosen):,} questions have a hard window; {len(made):,} windows to train on")
    arguments.out.parent.mkdir(parents=True, exist_ok=True)
    with arguments.out.open("w", encoding="utf-8") as out:
        for line in (*made, *(line for line in lines if line["split"] == "dev")):
            out.write(json.dumps(line, ensure_ascii=False) + "\n")


def candidates(asked: Sequence[Line], answered: Sequence[Line]) -> Iterator[tuple[Line, Line]]:
    """Yield questions, each with windows of other passages that do not have its answer."""
    windows = list({line["text"]: line for line in answered}.values())
    lexical = bm25s.BM25()
    lexical.index([terms(line["text"]) for line in windows], show_progress=False)
    listed, _ = lexical.retrieve([terms(line["question"]) for line in asked], k=LISTED, show_progress=False)
    for line, row in zip(asked, listed, strict=True):
        spans = line["answers"] or [line["sentences"][n] for n in line["answer_sentences"]]
        answers = [line["text"][start:end] for start, end in spans]
        others = (windows[n] for n in row)
        fit = [other for other in others if not same_passage(line, other) and not says(other["text"], answers)]
        yield from ((line, other) for other in fit[:READ])


def same_passage(line: Line, other: Line) -> bool:
    own, theirs = set(line["text"].split()), set(other["text"].split())
    return len(own & theirs) > SHARED * len(theirs)


def says(text: str, answers: Sequence[str]) -> bool:
    """Tell whether a text has one of the answers, or half of the words of all of them."""
    if any(answer.casefold() in text.casefold() for answer in answers):
        return True
    wanted, said = ({root(term) for term in terms(part)} for part in (" ".join(answers), text))
    return bool(wanted) and len(wanted & said) >= len(wanted) / 2


def hardest(pairs: Sequence[tuple[Line, Line]], network: Network) -> Iterator[tuple[Line, Line]]:
    """Yield each question with the window that the reader takes most for an answer, if it is misled at all."""
    best: dict[str, tuple[float, Line, Line]] = {}
    for at in range(0, len(pairs), AT_ONCE):
        some = pairs[at : at + AT_ONCE]
        reads = network.read([window(other | {"question": line["question"]}) for line, other in some])
        for (line, other), read in zip(some, reads, strict=True):
            logit = read.holds + float(read.sentences.max())
            if logit > (best[line["id"]][0] if line["id"] in best else LEAST_LOGIT):
                best[line["id"]] = (logit, line, other)
        print(f"{at + len(some):,} of {len(pairs):,} windows read, {len(best):,} questions misled", flush=True)
    yield from ((line, other) for _, line, other in best.values())


def hard(question: Line, other: Line) -> Line:
    """Return a question with a window of another passage, which does not answer it."""
    own = {name: question[name] for name in ("question", "question_id", "set", "group", "split")}
    shown = {name: other[name] for name in ("title", "date", "text", "sentences")}
    nothing: Line = {"answer_sentences": [], "unknown_sentences": [], "answers": [], "answerable": False}
    return own | shown | nothing | {"kind": "hard", "id": f"{question['id']}-hard"}


if __name__ == "__main__":
    main()
