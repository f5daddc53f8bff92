"""The lines of a plain text mail, as the writer of each meant them."""

import re

_QUOTED = re.compile(r"(?:> ?)*")
_NAMED = re.compile(r"[\w-]{2,12}: ")
_BROKEN = 40
"""A quoted line of fewer characters ends where its writer ended it."""


def unwrapped(text: str, *, joined: bool) -> str:
    """Join the lines of a text that the mail program broke (RFC 3676): those that end in a space, but no signature."""
    lines: list[str] = []
    goes_on = False
    for line in text.split("\n"):
        depth = len(line) - len(line.lstrip(">"))
        body = line[depth:].removeprefix(" ")
        if goes_on and lines[-1].startswith(">" * depth) and not lines[-1][depth:].startswith(">"):
            lines[-1] += body
        else:
            lines.append(">" * depth + (" " if depth else "") + body)
        goes_on = body.endswith(" ") and body != "-- "
        if goes_on and joined:
            lines[-1] = lines[-1][:-1]
    return "\n".join(lines)


def requoted(text: str) -> str:
    """Take away the marks of quotation within a paragraph, so that they stand in no sentence.

    A line that goes on from one as long as mail programs break them loses its marks; the first of a paragraph keeps
    them.
    """
    lines: list[str] = []
    before, long = "", False
    for line in text.split("\n"):
        marks = _QUOTED.match(line)[0]  # type: ignore[index]
        body = line[len(marks) :]
        depth = marks.count(">")
        goes_on = depth and long and depth == before.count(">") and body[:1].isalnum() and not _NAMED.match(body)
        lines.append(body if goes_on else line)
        before, long = marks, len(body) >= _BROKEN and body[-1:] != ">"
    return "\n".join(lines)
