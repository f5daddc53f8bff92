"""Questions or claims in JSON Lines, or questions in a table: one in, one out, in order.

    {"id": "q1", "question": "…", "history": [{"question": "…", "answer": "…"}]}
    {"id": "c1", "claim": "…", "passage": "…"}

``id`` and ``history`` may be left out. What cannot be answered gives an error; the rest go on. A file that ends in
``.csv`` or ``.xlsx`` is a table (:func:`rag.exports.sheet.questions`).
"""

import json
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import nullcontext
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from rag.errors import RagError, SourceError, UsageError
from rag.exports.sheet import Row, questions
from rag.output import render
from rag.schema import Answer, Turn

if TYPE_CHECKING:
    from rag.claims.judging import Judge

_FORM = 'write {"id": "q1", "question": "…"}'
_JUDGED = 'write {"id": "c1", "claim": "…", "passage": "…"}'
JUDGED_AT_ONCE = 32
"""Lines of claims that are read before the first of them is judged."""

Ask = Callable[[str, Sequence[Turn]], dict[str, Any]]
TABLES = (".csv", ".xlsx")

_Result = TypeVar("_Result")


@dataclass(frozen=True, slots=True)
class Request:
    """A question of a batch."""

    question: str
    history: tuple[Turn, ...] = ()


def run(file: str, ask: Ask) -> Iterator[tuple[dict[str, Any], RagError | None]]:
    """Yield, for each line that is not blank, its result with its ``id``, and the error if it failed.

    Args:
        file: a path, or ``-`` for JSON Lines from standard input.
        ask: gives the JSON form of an answer.

    Raises:
        SourceError: the file cannot be read.
        UsageError: a table has no column of questions.
    """
    for identity, _, result in _asked(file, ask):
        if isinstance(result, RagError):
            yield render.error_object(result, identity), result
        else:
            yield {**result, "id": identity}, None


def rows(file: str, ask: Callable[[str, Sequence[Turn]], Answer]) -> Iterator[Row]:
    """Yield, likewise, what became of each line, as :func:`rag.exports.files.write` takes it."""
    for identity, question, result in _asked(file, ask):
        yield Row(question, result, identity)


def _asked(file: str, ask: Callable[[str, Sequence[Turn]], _Result]) -> Iterator[tuple[Any, str, _Result | RagError]]:
    """Yield the id and the question of each line, as far as it has them, and its answer or error."""
    for identity, request in _requests(file):
        if isinstance(request, RagError):
            yield identity, "", request
            continue
        try:
            result: _Result | RagError = ask(request.question, request.history)
        except RagError as error:
            result = error
        yield identity, request.question, result


def _requests(file: str) -> Iterator[tuple[Any, Request | RagError]]:
    if file.lower().endswith(TABLES):
        yield from ((identity, Request(question)) for identity, question in questions(Path(file)))
        return
    for number, line in _lines(file):
        identity: Any = None
        try:
            row = _object(line, number, _FORM)
            identity = row.get("id")
            found: Request | RagError = _request(row, number)
        except RagError as error:
            found = error
        yield identity, found


def judge(file: str, judge: "Judge") -> Iterator[tuple[dict[str, Any], RagError | None]]:
    """Yield, for each line that is not blank, what its passage says to its claim, and the error if it failed.

    Raises:
        SourceError: the file cannot be read.
    """
    lines = _lines(file)
    while read := [_pair(number, line) for number, line in islice(lines, JUDGED_AT_ONCE)]:
        judged = iter(judge.judge([pair for _, pair in read if not isinstance(pair, RagError)]))
        for identity, pair in read:
            if isinstance(pair, RagError):
                yield render.error_object(pair, identity), pair
            else:
                yield render.judgement_object(next(judged), identity), None


def _pair(number: int, line: bytes) -> tuple[Any, tuple[str, str] | RagError]:
    """Return the id of a line with its claim and passage, or with what is wrong with it."""
    identity: Any = None
    try:
        row = _object(line, number, _JUDGED)
        identity = row.get("id")
        pair = row.get("claim"), row.get("passage")
        for name, value in zip(("claim", "passage"), pair, strict=True):
            if not isinstance(value, str):
                raise UsageError(f'batch line {number} has no "{name}" that is a string: {_JUDGED}')
            value.encode()
    except UnicodeEncodeError:
        return identity, UsageError(f"batch line {number} holds half a character (a lone surrogate): send UTF-8")
    except RagError as error:
        return identity, error
    return identity, (str(pair[0]), str(pair[1]))


def _lines(file: str) -> Iterator[tuple[int, bytes]]:
    try:
        with nullcontext(sys.stdin.buffer) if file == "-" else Path(file).open("rb") as lines:
            for number, line in enumerate(lines, start=1):
                if line.strip():
                    yield number, line
    except OSError as error:
        raise SourceError(f"batch file {file} cannot be read: {error.strerror}") from None


def _object(line: bytes, number: int, form: str) -> dict[str, Any]:
    try:
        row = json.loads(line.decode("utf-8-sig"))
    except (ValueError, RecursionError) as error:
        raise UsageError(f"batch line {number} is not JSON ({error}): {form}") from None
    if not isinstance(row, dict):
        raise UsageError(f"batch line {number} is not an object: {form}")
    return row


def _request(row: dict[str, Any], number: int) -> Request:
    question, history = row.get("question"), row.get("history") or []
    if not isinstance(question, str):
        raise UsageError(f'batch line {number} has no "question" that is a string: {_FORM}')
    try:
        turns = tuple(Turn(str(turn["question"]), str(turn["answer"])) for turn in history)
    except (TypeError, KeyError):
        raise UsageError(f'batch line {number}: "history" is a list of {{"question", "answer"}} objects') from None
    return Request(question, turns)
