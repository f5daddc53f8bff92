import gzip
import json
from pathlib import Path
from typing import Any

import pytest

from rag.errors import GoldError
from rag.evaluation.check import check
from rag.evaluation.gold import Member, Question, load
from rag.schema import Document, Turn

LINE = {"id": "q1", "type": "who", "question": "Who left?", "answerable": True}
TEXT = "Ana Ruiz left the harbour of Havana on Monday with nineteen old fishing boats.\n\nBen stayed."


def written(path: Path, *lines: dict[str, Any] | str) -> Path:
    path.write_text("".join((line if isinstance(line, str) else json.dumps(line)) + "\n" for line in lines), "utf-8")
    return path


@pytest.fixture
def gold(tmp_path: Path) -> Path:
    return tmp_path / "gold.jsonl"


def test_a_line_becomes_a_question(gold: Path) -> None:
    line = {
        **LINE,
        "history": [{"question": "Who?", "answer": "Ana."}],
        "answers": [["Ana", "Ruiz"], ["Ben"]],
        "evidence": [[{"source": "a.txt", "quote": "Ana Ruiz left"}]],
        "must_not_contain": ["Eve"],
        "split": "dev",
        "of": "q0",
        "must_pass": True,
        "reviewed": False,
    }
    assert load(written(gold, line)) == [
        Question(
            "q1",
            "who",
            "Who left?",
            answerable=True,
            history=(Turn("Who?", "Ana."),),
            answers=(("Ana", "Ruiz"), ("Ben",)),
            evidence=((Member("a.txt", "Ana Ruiz left"),),),
            must_not_contain=("Eve",),
            split="dev",
            of="q0",
            must_pass=True,
            reviewed=False,
            line=1,
        )
    ]


def test_blank_lines_count_and_a_byte_order_mark_does_not(gold: Path) -> None:
    second = json.dumps({**LINE, "id": "q2", "question": "Qué?\u2028"}, ensure_ascii=False)
    content = f"\ufeff{json.dumps(LINE)}\r\n\n  \n{second}"
    gold.write_bytes(content.encode())
    packed = gold.with_suffix(".jsonl.gz")
    packed.write_bytes(gzip.compress(content.encode()))
    assert [(question.id, question.line) for question in load(gold)] == [("q1", 1), ("q2", 4)]
    assert load(packed) == load(gold)


@pytest.mark.parametrize(
    ("field", "given", "name", "read"),
    [
        ("passage", "a.txt", "sources", ("a.txt",)),
        ("passages", ["a.txt", "b.txt"], "sources", ("a.txt", "b.txt")),
        ("wrong_answers", ["Eve"], "must_not_contain", ("Eve",)),
        ("line", 7, "line", 1),
        ("difficulty", {"any": "thing"}, "question", "Who left?"),
    ],
)
def test_fields_of_public_sets_are_read_or_passed_over(
    gold: Path, field: str, given: object, name: str, read: object
) -> None:
    (question,) = load(written(gold, {**LINE, field: given}))
    assert getattr(question, name) == read


@pytest.mark.parametrize(
    ("line", "told"),
    [
        ("{", "line 2: Invalid JSON"),
        ("[1]", "line 2: Input should be an object"),
        ({**LINE, "id": 3}, "line 2: id: Input should be a valid string"),
        ({**LINE, "answerable": "yes"}, "line 2: answerable: Input should be a valid boolean"),
        ({**LINE, "answers": ["Ana"]}, "line 2: answers.0: Input should be a valid array"),
        ({**LINE, "evidence": [[{"source": "a.txt"}]]}, "line 2: evidence.0.0.quote: Field required"),
        ({**LINE, "passages": [3]}, "line 2: passages.0: Input should be a valid string"),
        ({name: LINE[name] for name in ("id", "type", "answerable")}, "line 2: question: Field required"),
        (LINE, "line 2: id 'q1' stands on line 1 too"),
    ],
)
def test_what_is_wrong_is_told_with_its_place(gold: Path, line: dict[str, Any] | str, told: str) -> None:
    with pytest.raises(GoldError) as error:
        load(written(gold, LINE, line))
    assert str(error.value).startswith(f"{gold} {told}")
    assert "\n" not in str(error.value)


@pytest.mark.parametrize(
    ("name", "content", "told"),
    [
        ("gold.jsonl", b"", " holds no question"),
        ("gold.jsonl", b"\n\n", " holds no question"),
        ("gold.jsonl", b"\n" * 9000 + b'{"id": "caf\xe9"}', " line 9001 is not UTF-8"),
        ("gold.jsonl.gz", json.dumps(LINE).encode(), " cannot be read: Not a gzipped file"),
        (
            "gold.jsonl.gz",
            gzip.compress(json.dumps(LINE).encode(), mtime=0)[:-9],
            " cannot be read: Compressed file ended",
        ),
        (
            "gold.jsonl.gz",
            gzip.compress(b"", mtime=0)[:10] + b"\xff" * 20,
            " cannot be read: Error -3 while decompressing",
        ),
    ],
)
def test_a_file_that_cannot_be_read_is_told(tmp_path: Path, name: str, content: bytes, told: str) -> None:
    (tmp_path / name).write_bytes(content)
    with pytest.raises(GoldError) as error:
        load(tmp_path / name)
    assert str(error.value).startswith(f"{tmp_path / name}{told}")


def test_a_missing_file_and_a_folder_are_told(gold: Path, tmp_path: Path) -> None:
    with pytest.raises(GoldError, match=r"gold.jsonl cannot be read: No such file"):
        load(gold)
    with pytest.raises(GoldError, match=r"cannot be read: Is a directory"):
        load(tmp_path)


def document(source: str) -> Document | None:
    return Document(source, TEXT, "A title") if source == "a.txt" else None


def question(id_: str = "q1", text: str = "Who stayed?", line: int = 1, **fields: Any) -> Question:
    sound = {
        "type": "who",
        "answerable": True,
        "answers": (("Ben",),),
        "evidence": ((Member("a.txt", "Ben stayed."),),),
    }
    return Question(id=id_, question=text, line=line, **{**sound, **fields})


def problems(*questions: Question) -> list[tuple[str, int, str]]:
    return [(problem.level, problem.line, problem.message) for problem in check(questions, document)]


def test_a_sound_file_has_no_problem() -> None:
    absent = question("q2", "Who is the mayor?", 2, answerable=False, answers=(), evidence=())
    assert problems(question(), absent, question("q3", "Who remained?", 3, of="q1")) == []


@pytest.mark.parametrize(
    ("fields", "told"),
    [
        ({"type": "whom"}, "type 'whom' is unknown: known are who, what,"),
        ({"text": " \n"}, "the question is empty"),
        ({"answerable": False}, "it is unanswerable and has answers or evidence"),
        ({"answers": ((),)}, "answers has a group without members"),
        ({"evidence": ((),)}, "evidence has a group without members"),
        ({"answers": (("Ben", " "),)}, "answers has an empty member"),
        ({"evidence": ((Member("b.txt", "Ben"),),)}, "evidence names 'b.txt', which is not among the sources"),
        ({"evidence": ((Member("a.txt", "Benny"),),)}, "evidence is not in a.txt: 'Benny'"),
        ({"of": "q9"}, "it is a variant of 'q9', which is not in the file"),
    ],
)
def test_each_error_is_found(fields: dict[str, Any], told: str) -> None:
    ((level, line, message),) = problems(question(line=4, **fields))
    assert (level, line) == ("error", 4)
    assert message.startswith(told)


def test_a_variant_may_not_say_the_opposite_of_being_answerable() -> None:
    other = question("q2", "Who remained there?", 2, of="q1", answerable=False, answers=(), evidence=())
    assert [message[:29] for _, _, message in problems(question(), other)] == ["it is a variant of 'q1', of w"]


def test_a_question_without_any_gold_is_worth_a_look() -> None:
    ((level, _, message),) = problems(question(answers=(), evidence=()))
    assert (level, message[:58]) == ("warning", "it is answerable and has neither answers nor evidence: any")


def test_a_question_that_copies_its_evidence_is_worth_a_look() -> None:
    evidence = ((Member("a.txt", "Ana Ruiz left the harbour"),),)
    copied = "Who left on Monday with nineteen old fishing boats?"
    found = problems(question(text=copied, evidence=evidence))
    assert found == [("warning", 1, "it copies its evidence: 'on monday with 19 old fishing'")]
    assert problems(question(text="Who left the harbour of Havana on Monday?", evidence=evidence)) == []  # three words
    assert problems(question(text=copied, evidence=((Member("a.txt", ""),),))) == []


@pytest.mark.parametrize(
    ("fields", "alike"),
    [
        ({}, True),
        ({"text": "In Havana, who stayed with the 12 boats?"}, True),
        ({"of": "q1"}, False),
        ({"history": (Turn("Where?", "There."),)}, False),
        ({"text": "Who stayed with the 13 boats in Havana?"}, False),
        ({"text": "Which minister rang?"}, False),
    ],
)
def test_near_duplicates(fields: dict[str, Any], alike: bool) -> None:
    first = question(text="Who stayed with the 12 boats in Havana?")
    found = problems(first, question("q2", line=2, **{"text": "Who stayed with 12 boats in Havana?", **fields}))
    assert found == ([("warning", 2, "it is nearly the same question as q1 on line 1")] if alike else [])


def test_two_variants_of_one_question_may_be_alike() -> None:
    variants = [question(f"q{n}", "Who remained there?", n, of="q1") for n in (2, 3)]
    assert problems(question(), *variants) == []
