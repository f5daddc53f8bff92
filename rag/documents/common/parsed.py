"""What a parser makes of a file: its text, and what it says of itself."""

import re
from collections.abc import Callable, Container
from dataclasses import dataclass, field
from itertools import chain, count
from typing import Any, Self

PLACE = "QL{key}P{number}Q"
"""The mark that keeps the place of a picture in a text: see :class:`rag.documents.common.gallery.Gallery`."""
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
    pictures: dict[str, str] = field(default_factory=dict)
    """Pictures in Base64, by the mark that keeps the place of each in ``text``."""
    times: list[tuple[int, float]] = field(default_factory=list)
    """Where each cue of subtitles, or of what was heard, starts in ``text``, and the second at which it is said."""

    @classmethod
    def of(cls, form: dict[str, Any]) -> Self:
        """Return what ``dataclasses.asdict`` made of it, which JSON may have carried."""
        return cls(**{**form, "attachments": {name: cls(**part) for name, part in form["attachments"].items()}})

    def settle(self, told: Callable[[str], str]) -> None:
        """Put into the place of each picture what is told of it, as paragraphs of their own.

        Args:
            told: returns that by the picture's mark; nothing leaves no trace of the picture.
        """
        if not self.pictures:
            return
        edits: list[tuple[int, int, str]] = []
        for found in re.finditer("|".join(self.pictures), self.text):
            (start, end), new = found.span(), told(found[0])
            before, behind = self.text[:start], self.text[end:]
            if (before and not before.endswith("\n\n")) or (behind and not behind.startswith("\n\n")):
                close = self.text.find("\n\n", end)
                edits.append((start - before.endswith(" "), end, ""))
                edits += [(close if close >= 0 else len(self.text),) * 2 + (f"\n\n{new}",)] if new else []
            elif new:
                edits.append((start, end, new))
            else:
                edits.append((start, end + 2, "") if behind else (max(0, start - 2), end, ""))
        edits.sort(key=lambda edit: edit[:2])
        parts, at = [], 0
        for start, end, new in edits:
            parts += [self.text[at:start], new]
            at = max(at, end)
        text = "".join([*parts, self.text[at:]]).rstrip("\n")
        moved = (
            page + sum(len(new) - (min(end, page) - start) for start, end, new in edits if start < page)
            for page in self.pages
        )
        self.pages = [min(max(page, 0), len(text)) for page in moved]
        self.text, self.pictures = text, {}


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
