import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from rag.claims.judging import Judgement
from rag.cli import batch
from rag.errors import SourceError, UsageError
from rag.schema import Answer


def run(tmp_path: Path, content: bytes) -> list[dict[str, Any]]:
    (tmp_path / "in.jsonl").write_bytes(content)
    asked = lambda question, history: {"question": question, "turns": len(history)}  # noqa: E731
    return [result for result, _ in batch.run(str(tmp_path / "in.jsonl"), asked)]


def test_lines_in_order_with_their_ids(tmp_path: Path) -> None:
    rows = [{"id": "b", "question": "1"}, {"question": "2", "history": [{"question": "q", "answer": "a"}]}]
    content = "\n\n".join(json.dumps(row) for row in rows).encode()
    assert run(tmp_path, content) == [
        {"question": "1", "turns": 0, "id": "b"},
        {"question": "2", "turns": 1, "id": None},
    ]


@pytest.mark.parametrize(
    ("line", "identity", "message"),
    [
        (b"nonsense", None, "batch line 1 is not JSON"),
        (b"[" * 100_000, None, "batch line 1 is not JSON"),
        (b'"caf\xe9"', None, "batch line 1 is not JSON"),
        (b"[1]", None, "batch line 1 is not an object"),
        (b'{"id": "a"}', "a", 'batch line 1 has no "question"'),
        (b'{"id": 7, "question": 5}', 7, 'batch line 1 has no "question"'),
        (b'{"id": "a", "question": "q", "history": [1]}', "a", '"history" is a list of'),
        (b'{"id": "a", "question": "q", "history": 1}', "a", '"history" is a list of'),
        (b'{"id": "a", "question": "q", "history": [{"question": "x"}]}', "a", '"history" is a list of'),
    ],
)
def test_a_broken_line_is_an_error_object_and_the_rest_go_on(
    tmp_path: Path, line: bytes, identity: object, message: str
) -> None:
    broken, good = run(tmp_path, line + b'\n{"id": "z", "question": "fine"}\n')
    assert (broken["schema"], broken["id"], broken["error"]["kind"]) == (1, identity, "usage")
    assert message in broken["error"]["message"]
    assert good == {"question": "fine", "turns": 0, "id": "z"}


class Echo:
    """Judges nothing, but tells what it was asked, and how much at once."""

    def __init__(self) -> None:
        self.asked: list[int] = []

    def judge(self, pairs: Sequence[tuple[str, str]]) -> list[Judgement]:
        self.asked.append(len(pairs))
        return [Judgement("supports", 0.123456, (0, len(passage))) for _, passage in pairs]


def judged(tmp_path: Path, content: bytes) -> list[dict[str, Any]]:
    (tmp_path / "in.jsonl").write_bytes(content)
    return [result for result, _ in batch.judge(str(tmp_path / "in.jsonl"), Echo())]  # type: ignore[arg-type]


def test_claims_in_order_with_their_ids(tmp_path: Path) -> None:
    rows = [{"id": n, "claim": "Oil rose.", "passage": "p" * n} for n in range(1, 80)]
    found = judged(tmp_path, "\n\n".join(json.dumps(row) for row in rows).encode())
    assert found[0] == {"id": 1, "verdict": "supports", "score": 0.1235, "sentence": [0, 1]}
    assert [(row["id"], row["sentence"][1]) for row in found] == [(n, n) for n in range(1, 80)]


def test_claims_are_judged_some_at_a_time(tmp_path: Path) -> None:
    (tmp_path / "in.jsonl").write_text('{"claim": "c", "passage": "p"}\n' * 70)
    echo = Echo()
    results = batch.judge(str(tmp_path / "in.jsonl"), echo)  # type: ignore[arg-type]
    next(results)
    assert echo.asked == [batch.JUDGED_AT_ONCE]
    assert len(list(results)) == 69
    assert sum(echo.asked) == 70


@pytest.mark.parametrize(
    ("line", "identity", "message"),
    [
        (b"nonsense", None, "batch line 2 is not JSON"),
        (b"[1]", None, "batch line 2 is not an object"),
        (
            b'{"id": "a", "passage": "p"}',
            "a",
            'batch line 2 has no "claim" that is a string: write {"id": "c1", "claim"',
        ),
        (b'{"id": 7, "claim": "c", "passage": 5}', 7, 'batch line 2 has no "passage" that is a string'),
        (b'{"id": 7, "claim": "\\ud800", "passage": "p"}', 7, "batch line 2 holds half a character"),
    ],
)
def test_a_claim_that_is_none_is_an_error_object_and_the_rest_go_on(
    tmp_path: Path, line: bytes, identity: object, message: str
) -> None:
    good = b'{"id": "z", "claim": "c", "passage": "p"}'
    before, broken, after = judged(tmp_path, good + b"\n" + line + b"\n" + good)
    assert (broken["schema"], broken["id"], broken["error"]["kind"]) == (1, identity, "usage")
    assert message in broken["error"]["message"]
    assert before == after == {"id": "z", "verdict": "supports", "score": 0.1235, "sentence": [0, 1]}


def test_no_such_file(tmp_path: Path) -> None:
    with pytest.raises(SourceError, match="batch file .*nowhere cannot be read: No such file"):
        list(batch.run(str(tmp_path / "nowhere"), lambda *_: {}))


def test_a_table_of_questions(tmp_path: Path) -> None:
    (tmp_path / "in.CSV").write_text("id,question\n7,one\n,two\n", encoding="utf-8")
    asked = lambda question, history: {"question": question}  # noqa: E731
    results = [result for result, _ in batch.run(str(tmp_path / "in.CSV"), asked)]
    assert results == [{"question": "one", "id": "7"}, {"question": "two", "id": None}]


def test_rows_for_a_file_of_answers(tmp_path: Path) -> None:
    content = b'nonsense\n{"id": 5, "question": "bad"}\n{"question": "good"}\n'
    (tmp_path / "in.jsonl").write_bytes(content)

    def ask(question: str, _: object) -> Answer:
        if question == "bad":
            raise UsageError("no")
        return Answer(question, question, "refused", "nothing_found", 0)

    broken, bad, good = batch.rows(str(tmp_path / "in.jsonl"), ask)
    assert (broken.id, broken.question) == (None, "")
    assert isinstance(broken.result, UsageError)
    assert (bad.id, bad.question, str(bad.result)) == (5, "bad", "no")
    assert isinstance(good.result, Answer)
