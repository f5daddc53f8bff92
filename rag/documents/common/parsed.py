"""What a parser makes of a file: its text, and what it says of itself."""

from collections.abc import Container
from dataclasses import dataclass, field
from itertools import chain, count
from typing import Any, Self

_NAME_CHARS = 80
_BRACKETS = str.maketrans("[]", "()")


@dataclass(slots=True)
class Parsed:
    """What a file holds."""

    text: str
    meta: dict[str, str | None] = field(default_factory=dict)
    """``title``, ``publisher``, ``author``, ``published``, ``url``, ``language``, as far as the file says so; and
    ``created``, when it was last saved or made, which is its date only where nothing says better."""
    pages: list[int] = field(default_factory=list)
    """Where each page starts in ``text``, for formats that have pages."""
    notes: list[str] = field(default_factory=list)
    """What the file shows and ``text`` leaves out on purpose, a sentence each: "2 struck-out passages are left out"."""
    unread: list[str] = field(default_factory=list)
    """What could not be read and may hold an answer, likewise, with what would help behind a colon: "3 of 4 pages have
    no text (pages 2-4): look at them"."""
    enclosed: dict[str, bytes] = field(default_factory=dict)
    """Files within it, by name, each once: :mod:`rag.documents.parse` reads them into ``attachments``."""
    attachments: dict[str, "Parsed"] = field(default_factory=dict)
    """Documents of their own within it, by the name that follows the file's own: "report.docx"."""
    sha256: str = ""
    """Of the bytes that were parsed."""

    @classmethod
    def of(cls, form: dict[str, Any]) -> Self:
        """Return what ``dataclasses.asdict`` made of it, which JSON may have carried."""
        return cls(**{**form, "attachments": {name: cls(**part) for name, part in form["attachments"].items()}})


def free_name(name: str, taken: Container[str]) -> str:
    """Return a name for a document within a file: not taken yet, and without what a path or pattern gives a meaning.

    >>> free_name("Re: [desk] Pump/valve?", {"Re- (desk) Pump-valve-"})
    'Re- (desk) Pump-valve- (2)'
    """
    kept = (char if char.isprintable() and char not in '/\\:*?"<>|' else "-" for char in name.translate(_BRACKETS))
    stem, dot, suffix = " ".join("".join(kept).split()).strip(" .").rpartition(".")
    stem, suffix = (stem, dot + suffix) if stem and 0 < len(suffix) < 9 else (stem + dot + suffix, "")
    tries = (f"{stem[:_NAME_CHARS].rstrip()}{number}{suffix}" for number in chain([""], map(" ({})".format, count(2))))
    return next(one for one in tries if one and one not in taken)
