"""What a parser makes of a file: its text, and what it says of itself."""

from dataclasses import dataclass, field


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
    no text (pages 2-4): run a text recognition (OCR) over it"."""
    sha256: str = ""
    """Of the bytes that were parsed."""
