"""What a parser makes of a file: its text, and what it says of itself."""

from dataclasses import dataclass, field


@dataclass(slots=True)
class Parsed:
    """What a file holds."""

    text: str
    meta: dict[str, str | None] = field(default_factory=dict)
    """``title``, ``publisher``, ``author``, ``published``, ``url``, ``language``, as far as the file says so."""
    pages: list[int] = field(default_factory=list)
    """Where each page starts in ``text``, for formats that have pages."""
    notes: list[str] = field(default_factory=list)
    """What the file shows and ``text`` lacks, a sentence each: "3 of 4 pages have no text"."""
    sha256: str = ""
    """Of the bytes that were parsed."""
