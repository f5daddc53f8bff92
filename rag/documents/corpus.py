"""JSON Lines: a document a row, or a table of all rows."""

import json
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any, TypeVar

from rag.documents.common.decode import Unusable
from rag.documents.common.fields import described
from rag.documents.plain.records import paragraphs, simple

_HTML = re.compile(r"</(?:p|div|li|h[1-6]|td|span|strong|em|a)>|<(?:p|br|img|hr)\b[^<>]*>", re.IGNORECASE)
_MOST_HTML = 1 << 20
"""Characters of HTML in a row; these are read in this process, so they must not be more than a page's."""


Made = TypeVar("Made")


@dataclass(slots=True)
class Skip:
    """What of a corpus is no document, why, and what would help."""

    source: str
    reason: str
    remedy: str


@dataclass(slots=True)
class _Row:
    """A row that is a document."""

    number: int
    """Of its line, from 1."""
    text: str
    identity: str | None = None
    meta: dict[str, Any] = field(default_factory=dict)


@dataclass(slots=True)
class _Bad:
    """A row that is none, and why."""

    number: int
    reason: str


@dataclass(slots=True)
class _Record:
    """A row of data without a text, as paragraphs."""

    number: int
    paragraphs: list[str]


def documents(source: str, text: str, make: Callable[[str, str, dict[str, Any]], Made]) -> Iterator[Made | Skip]:
    """Make documents of a corpus, ``{"id", "title", "text", "publisher"?, "published"?, "url"?}`` a line.

    The source of a document is its id, else the file's name and its line. Rows of data without a text are one document,
    a paragraph a row. What is no document is told of once for each reason.

    Args:
        source: the file's name.
        text: the file's.
        make: makes a document of a source, a text and what it says of itself, or raises Unusable.
    """
    bad: dict[str, list[int]] = {}
    data: list[str] = []
    for row in _rows(text):
        if isinstance(row, _Bad):
            bad.setdefault(row.reason, []).append(row.number)
        elif isinstance(row, _Record):
            data += row.paragraphs
        else:
            try:
                yield make(row.identity or f"{source}/{row.number}", row.text, row.meta)
            except Unusable as error:
                bad.setdefault(error.reason, []).append(row.number)
    if data:
        yield make(source, "\n\n".join(data), {})
    for reason, (first, *others) in bad.items():
        if others:
            lines = ", ".join(map(str, [first, *others][:3])) + (", …" if len(others) > 2 else "")
            told = f"{len(others) + 1} rows are not documents: {reason} (lines {lines})"
            yield Skip(source, told, "mend these lines, or leave them out")
        else:
            yield Skip(f"{source}:{first}", f"not a document: {reason}", "mend this line, or leave it out")


def _rows(text: str) -> Iterator[_Row | _Record | _Bad]:
    """Read the rows of a corpus, as :mod:`rag.documents.common.fields` names what is in them."""
    for number, line in enumerate(text.split("\n"), start=1):
        if not line.strip():
            continue
        try:
            value = json.loads(line, parse_float=str)
        except (ValueError, RecursionError):
            yield _Bad(number, "not JSON")
            continue
        yield _row(number, value) if isinstance(value, dict) else _Bad(number, "not an object")


def _row(number: int, value: dict[str, Any]) -> _Row | _Record | _Bad:
    identity, text = value.get("id"), value.get("text")
    if not (isinstance(identity, str) and identity.strip() and isinstance(text, str)) or _HTML.search(text):
        if any(isinstance(inner, str) and len(inner) > _MOST_HTML and "<" in inner for inner in value.values()):
            return _Bad(number, "more than 1 MB of HTML")
        try:
            value = simple([value], set())[0]
            known = described(value)
        except (Unusable, RecursionError):
            return _Bad(number, "not a record that can be read")
        if "text" not in known:
            told = list(paragraphs(value)) if len(value) > 1 else []
            if not _is_text("".join(told)):
                return _Bad(number, "it holds NUL characters or half a character")
            return (
                _Record(number, told) if told else _Bad(number, 'neither "text" nor a field of another name with words')
            )
        text = known.pop("text")
        return _Row(number, text, known.pop("id", "").strip() or None, known)
    return _Row(number, text, identity, described(value))


def _is_text(text: str) -> bool:
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return "\0" not in text
