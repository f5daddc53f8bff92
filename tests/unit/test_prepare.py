"""The windows that the reader is trained on: what they hold, and that near misses do not answer."""

import gzip
import json
import random
import sys
from collections import defaultdict
from pathlib import Path
from typing import Any

import pytest

from tests.conftest import ROOT

sys.path.insert(0, str(ROOT / "training"))  # its scripts import one another by name, as when they are run

import near_misses
import prepare

CITIES = "Lima Quito Bogota Caracas Havana Managua Santiago Montevideo".split()
ROWS_OF_A_CITY = 6


def passage(city: str, year: int) -> str:
    return (
        f"Many people live in {city} today. The council accepted the plan for a harbour in {city} in {year}. "
        f"The first bridge in {city} was opened by the mayor of the town. Rain falls in {city} every winter. "
        "Fish is sold near the old market. Farmers bring maize and wheat from the hills."
    )


def row(question: str, text: str, answer: str, title: str) -> dict[str, Any]:
    starts = [text.index(answer)] if answer else []
    return {
        "question": question, "passage": text, "answerable": bool(answer), "answers": [answer] if answer else [],
        "answer_starts": starts or None, "answer_sentence": None, "title": title,
    }  # fmt: skip


def made_up() -> list[dict[str, Any]]:
    rows = []
    for number in range(64):
        city, year = CITIES[number % len(CITIES)], 1900 + number
        text, title = passage(city, year), f"Town {number}"
        rows += [
            row(f"What plan did the council accept in {city}?", text, "a harbour", title),
            row(f"Who opened the first bridge in {city}?", text, "the mayor", title),
            row(f"By whom was the bridge in {city} opened?", text, "the mayor", title),
            row(f"What falls in {city} every winter?", text, "Rain", title),
            row(f"what was accepted in {year}", text, "the plan", title),
            row(f"Who closed the theatre of {city}?", text, "", title),
        ]
    return rows


def written(folder: Path, monkeypatch: pytest.MonkeyPatch, seed: str = "5") -> bytes:
    (folder / "in").mkdir(parents=True)
    with gzip.open(folder / "in" / "squad_union.jsonl.gz", "wt", encoding="utf-8") as out:
        out.writelines(json.dumps(one) + "\n" for one in made_up())
    files = ["--training", str(folder / "in"), "--out", str(folder / "out")]
    monkeypatch.setattr(sys, "argv", ["prepare", *files, "--seed", seed])
    prepare.main()
    return (folder / "out" / "windows.jsonl").read_bytes()


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    with pytest.MonkeyPatch.context() as patch:
        return written(tmp_path_factory.mktemp("made"), patch)


@pytest.fixture(scope="module")
def lines(made: bytes) -> list[dict[str, Any]]:
    return [json.loads(line) for line in made.splitlines()]


def answers(question_id: str) -> list[str]:
    return made_up()[int(question_id.rpartition("-")[2])]["answers"]


def test_each_kind_is_made(lines: list[dict[str, Any]]) -> None:
    assert {line["kind"] for line in lines} >= {
        "positive", "human", "removed", *prepare.CHANGED, *prepare.CHANGED_BOTH,
    }  # fmt: skip


def test_windows_hold_whole_sentences_and_marked_answers_are_the_sets_own(lines: list[dict[str, Any]]) -> None:
    for line in lines:
        for start, end in line["sentences"]:
            assert line["text"][start].isupper()
            assert line["text"][end - 1] == "."
        if line["answerable"]:
            texts = [line["text"][start:end] for start, end in line["answers"]]
            assert texts == answers(line["question_id"])
            start, end = line["answers"][0]
            (number,) = line["answer_sentences"]
            assert line["sentences"][number][0] <= start < end <= line["sentences"][number][1]
        else:
            assert not line["answers"]
            assert not line["answer_sentences"]


def test_windows_of_other_text_do_not_hold_the_answer(lines: list[dict[str, Any]]) -> None:
    for line in lines:
        if line["kind"] in {"removed", "same_document", "retrieved", "other_document"}:
            assert not any(answer.casefold() in line["text"].casefold() for answer in answers(line["question_id"]))


def test_documents_are_in_one_split(lines: list[dict[str, Any]]) -> None:
    splits = defaultdict(set)
    for line in lines:
        splits[line["group"]].add(line["split"])
    assert {split for found in splits.values() for split in found} == {"train", "dev"}
    assert all(len(found) == 1 for found in splits.values())


def test_the_same_rows_give_the_same_bytes(made: bytes, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert written(tmp_path / "again", monkeypatch) == made


def test_another_seed_makes_other_windows_and_holds_back_the_same_documents(
    made: bytes, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    one, other = made.splitlines(), written(tmp_path / "other", monkeypatch, "6").splitlines()
    assert len(set(one) & set(other)) < len(one) / 2
    parts = [{(row["group"], row["split"]) for row in map(json.loads, rows)} for rows in (one, other)]
    assert len({part for _, part in parts[0]}) == 2
    assert parts[0] == parts[1]


def positive(question: str, text: str, answer: str) -> dict[str, Any]:
    start = text.index(answer)
    return prepare.line("positive", question, prepare.Window("g", "", text, ((0, len(text)),))) | {
        "answers": [[start, start + len(answer)]],
        "answer_sentences": [0],
        "answerable": True,
    }


@pytest.fixture(scope="module")
def names() -> near_misses.Names:
    return near_misses.Names((city, passage(city, 1900)) for city in CITIES)


@pytest.mark.parametrize("question", ["Who opened the bridge in Lima?", "who opened the bridge in lima"])
def test_a_name_is_exchanged_in_question_text_or_both(question: str, names: near_misses.Names) -> None:
    line = positive(question, "People in Lima saw the mayor open a bridge in Lima.", "the mayor")
    change = names.exchange(line, {"the mayor"}, "both", random.Random(1))
    assert change
    asked = near_misses.changed(line, "swapped", change, "question")
    told = near_misses.changed(line, "altered", change, "text")
    both = near_misses.changed(line, "swapped_both", change, "both")
    assert "lima" not in asked["question"].lower()
    assert asked["text"] == line["text"]
    assert told["question"] == question
    assert "Lima" not in told["text"]
    assert both["question"].istitle() == question.istitle()
    assert both["text"][slice(*both["answers"][0])] == "the mayor"
    assert [one["answerable"] for one in (asked, told, both)] == [False, False, True]


def test_an_answer_is_never_exchanged(names: near_misses.Names) -> None:
    line = positive("Is it Lima that lies by the sea?", "The town by the sea is Lima.", "Lima")
    for sides in ("question", "text", "both"):
        assert names.exchange(line, {"lima"}, sides, random.Random(1)) is None


@pytest.mark.parametrize(
    ("question", "text", "answer", "opposite", "reversed_text"),
    [
        ("Why did he accept it?", "He accepted it for money.", "for money", {"Why did he reject it?"}, "rejected"),
        ("When was it elected?", "It was elected in May.", "in May", {"When was it not elected?",
         "When was it never elected?"}, "was not elected"),
    ],
)  # fmt: skip
def test_what_is_said_is_reversed(
    question: str, text: str, answer: str, opposite: set[str], reversed_text: str
) -> None:
    line = positive(question, text, answer)
    seen: set[str] = set()
    for seed in range(20):
        change = near_misses.reverse(line, "both", random.Random(seed))
        assert change
        both = near_misses.changed(line, "opposite_both", change, "both")
        assert both["text"][slice(*both["answers"][0])] == answer
        seen |= {both["question"], both["text"]}
    assert opposite & seen
    assert any(reversed_text in one for one in seen)


def test_a_word_is_left_where_the_text_has_its_opposite_too() -> None:
    question = "When did prices rise?"
    (change,) = near_misses._opposed(positive(question, "Prices rose in May.", "in May"))
    assert near_misses.edited(question, change.question) == "When did prices fall?"
    assert not list(near_misses._opposed(positive(question, "Prices rose in May and fell in June.", "in May")))


def test_an_answer_that_is_told_twice_cannot_be_removed() -> None:
    text, answer = "It ended in May. All was over in May. It rained.", "in May"
    found = prepare.Row("1", "set", "g", "", "When did it end?", text, [(9, 15)], None, True)
    found.taboo = {answer.casefold()}
    line = positive(found.question, text, answer) | {"sentences": [[0, 16], [17, 37], [38, 48]]}
    assert not list(prepare.removed(found, line))
    found.taboo = {"it ended in may"}
    (removed,) = prepare.removed(found, line)
    assert removed["text"] == "All was over in May. It rained."


def test_a_denial_does_not_slip_into_the_answer() -> None:
    line = positive("What was elected?", "Something was elected in May.", "elected in May")
    assert near_misses.reverse(line, "both", random.Random(1)) is None
    assert near_misses.reverse(line, "question", random.Random(1))
