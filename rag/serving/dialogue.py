"""A conversation as clients of OpenAI's API send it, read as a question and its history."""

from collections.abc import Iterator, Sequence
from typing import Any

from rag.errors import UsageError
from rag.output.render import REFUSED
from rag.schema import Turn
from rag.serving.running import Asked

_TEXTS = {"text": "text", "input_text": "text", "output_text": "text", "refusal": "refusal"}
"""Parts of a message that are read, by type, and where their text stands."""


def asked(messages: Sequence[Any]) -> Asked:
    """Return the last message, which must be the user's, as the question, and what was said before as its history.

    What a system or developer message says is passed over: no instruction changes what the sources say.

    Raises:
        UsageError: there is no question, or a message has no text.
    """
    said = [(role, text) for role, text in map(_message, messages) if role in ("user", "assistant")]
    if not said or said[-1][0] != "user":
        raise UsageError('the last message is no question: end the list with one of the role "user"')
    *before, (_, question) = said
    return Asked(question, tuple(_turns(before)))


def _turns(said: Sequence[tuple[str, str]]) -> Iterator[Turn]:
    """Yield questions with their answers; one that nobody answered, or that was refused, has an empty answer."""
    question: str | None = None
    for role, text in said:
        if role == "user":
            if question is not None:
                yield Turn(question, "")
            question = text
        elif question is not None:
            yield Turn(question, "" if text.startswith(REFUSED) else text)
            question = None
    if question is not None:
        yield Turn(question, "")


def _message(message: Any) -> tuple[str, str]:
    """Return a message's role and text."""
    if isinstance(message, dict) and message.get("type", "message") != "message":
        return "", ""  # a tool's call or result, or what a model thought
    if not isinstance(message, dict) or not isinstance(message.get("role"), str):
        raise UsageError('a message is an object with "role" and "content"')
    content = message.get("content")
    if content is None:
        content = message.get("refusal") or ""
    parts = [content] if isinstance(content, str) else content
    if not isinstance(parts, list):
        raise UsageError('"content" of a message is text, or a list of parts')
    return message["role"], "\n".join(map(_part, parts))


def _part(part: Any) -> str:
    if isinstance(part, str):
        return part
    kind = part.get("type") if isinstance(part, dict) else None
    text = part.get(_TEXTS[kind]) if kind in _TEXTS else None
    if not isinstance(text, str):
        raise UsageError(f"a part of a message is of type {kind!r}: only text is read; add files with POST /v1/sources")
    return text
