"""Questions in JSON Lines, answered line by line: one object in, one object out, in order.

    {"id": "q1", "question": "…", "history": [{"question": "…", "answer": "…"}]}

``id`` and ``history`` may be left out. A line that cannot be answered gives an error object; the rest go on.
"""

import json
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import nullcontext
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from rag import render
from rag.errors import RagError, SourceError, UsageError
from rag.schema import Turn

_FORM = 'write {"id": "q1", "question": "…"}'

Ask = Callable[[str, Sequence[Turn]], dict[str, Any]]


@dataclass(frozen=True, slots=True)
class Request:
    """A line of a batch."""

    question: str
    history: tuple[Turn, ...]


def run(file: str, ask: Ask) -> Iterator[tuple[dict[str, Any], RagError | None]]:
    """Yield, for each line that is not blank, its result with its ``id``, and the error if it failed.

    Args:
        file: a path, or ``-`` for standard input.
        ask: gives the JSON form of an answer.

    Raises:
        SourceError: the file cannot be read.
    """
    for number, line in _lines(file):
        identity: Any = None
        try:
            row = _object(line, number)
            identity = row.get("id")
            request = _request(row, number)
            yield {**ask(request.question, request.history), "id": identity}, None
        except RagError as error:
            yield render.error_object(error, identity), error


def _lines(file: str) -> Iterator[tuple[int, bytes]]:
    try:
        with nullcontext(sys.stdin.buffer) if file == "-" else Path(file).open("rb") as lines:
            for number, line in enumerate(lines, start=1):
                if line.strip():
                    yield number, line
    except OSError as error:
        raise SourceError(f"batch file {file} cannot be read: {error.strerror}") from None


def _object(line: bytes, number: int) -> dict[str, Any]:
    try:
        row = json.loads(line.decode("utf-8-sig"))
    except (ValueError, RecursionError) as error:
        raise UsageError(f"batch line {number} is not JSON ({error}): {_FORM}") from None
    if not isinstance(row, dict):
        raise UsageError(f"batch line {number} is not an object: {_FORM}")
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
