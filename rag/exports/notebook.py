"""A notebook of what a person pinned: as a text with footnotes, as references and as annotations."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Protocol, TypeVar

from rag.exports import annotations, bibliography, docx, markdown
from rag.exports.annotations import Remark
from rag.exports.cited import Documents, Line, Part, lines
from rag.schema import Answer

TITLE = "Notebook"


@dataclass(frozen=True, slots=True)
class Entry:
    """What was pinned."""

    answer: Answer
    whole: bool
    """Whether it is an answer; otherwise its one citation is the quote."""
    group: str
    """What it is filed under; "" for nothing."""
    comment: str
    pinned: str
    """When: ISO 8601, UTC."""


class _Grouped(Protocol):
    @property
    def group(self) -> str: ...


_Any = TypeVar("_Any", bound=_Grouped)


def grouped(entries: Iterable[_Any]) -> list[tuple[str, list[_Any]]]:
    """Return entries by group, in the order of what comes first in each; what is in none stands first."""
    found: dict[str, list[_Any]] = {"": []}
    for entry in entries:
        found.setdefault(entry.group, []).append(entry)
    return [(group, own) for group, own in found.items() if own]


def parts(entries: Iterable[Entry]) -> list[Part]:
    """Return a notebook as a text with footnotes: its groups, and in them each entry under its question."""
    told = []
    for group, own in grouped(entries):
        if group:
            told.append(Part(group))
        told += [_part(entry, 3 if group else 2) for entry in own]
    return told


def _part(entry: Entry, level: int) -> Part:
    own = lines(entry.answer) if entry.whole else [Line("claim", f"“{entry.answer.citations[0].quote}”", (1,))]
    said = [Line("aside", f"Comment: {line}") for line in entry.comment.splitlines() if line.strip()]
    pinned = Line("aside", f"Pinned on {entry.pinned[:10]}")
    answer = entry.answer
    closest = answer.closest if entry.whole else ()
    return Part(answer.question, (*own, *said, pinned), answer.citations, closest, level, quoted=entry.whole)


def _markdown(entries: Sequence[Entry], documents: Documents) -> bytes:
    return markdown.written(parts(entries), documents, TITLE).encode()


def _docx(entries: Sequence[Entry], documents: Documents) -> bytes:
    return docx.written(parts(entries), documents, TITLE)


def _csl(entries: Sequence[Entry], documents: Documents) -> bytes:
    return bibliography.csl([entry.answer for entry in entries], documents).encode()


def _annotations(entries: Sequence[Entry], documents: Documents) -> bytes:
    remarks = [Remark(entry.comment, entry.group) for entry in entries]
    return annotations.write([entry.answer for entry in entries], documents, remarks).encode()


FORMS: dict[str, tuple[str, Callable[[Sequence[Entry], Documents], bytes]]] = {
    "md": ("text/markdown", _markdown),
    "docx": ("application/vnd.openxmlformats-officedocument.wordprocessingml.document", _docx),
    "csl.json": ("application/vnd.citationstyles.csl+json", _csl),
    "jsonld": ("application/ld+json", _annotations),
}
"""What a notebook is written as, by the ending of the file: its type, and how it is made."""
