"""Canonical text of parsed files: composed (Unicode NFC), without characters that nobody sees, and a way back.

A bidirectional control can make a quote read otherwise than it is written; a zero-width or tag character can hide words
in it, or keep it from being found. They are removed, and a map leads from every offset to the text as it was parsed.
"""

import re
import unicodedata
from bisect import bisect_right
from collections.abc import Iterator

Runs = tuple[tuple[int, int], ...]
"""Where the distance between the offsets changes, as ``(canonical, original)``, in order, from (0, 0)."""

_JOINERS = "\u200c\u200d"
_JOINED = re.compile("[\u0600-\u10ff\u1200-\u1cff\u2600-\u27bf\ua800-\uabff\ufe0f\U0001f000-\U0001faff]")
"""After these (Arabic, Indic and other joining scripts, emoji) one joiner shapes what is seen; elsewhere it hides. Not
after Hangul letters: what they compose does not join."""
_UNSEEN = re.compile(
    "[\u00ad\u034f\u061c\u115f\u17b4\u17b5\u180e\u200b-\u200f\u202a-\u202e\u2060-\u2064\u2066-\u206f\u3164"
    "\ufeff\uffa0\ufff9-\ufffb\U0001d173-\U0001d17a\U000e0000-\U000e007f\U000e0100-\U000e01ef]"
)
"""Soft hyphen, fillers, joiners, bidirectional controls, zero-width and invisible signs, tags, selectors."""
_MOST_MARKS = 32
"""More marks on one letter are no writing; they are left in the order that they come in."""
_RUN = re.compile(r"[\x00-\x7f]?[^\x00-\x7f]+")
"""What may change: characters beyond ASCII, and the one before them, which a combining mark may join."""


def canonical(text: str) -> tuple[str, Runs]:
    r"""Return the canonical form of a text and the map back to it.

    >>> canonical("Cafe\u0301 \u202eevil")
    ('Café evil', ((0, 0), (4, 5), (5, 7)))
    """
    parts: list[str] = []
    runs = [(0, 0)]
    length = at = 0
    for start, end, new in _changes(text):
        parts += (text[at:start], new)
        length += start - at + len(new)
        runs.append((length, end))
        at = end
    parts.append(text[at:])
    return "".join(parts), tuple(runs)


def original_offset(runs: Runs, offset: int) -> int:
    """Return where a canonical offset lies in the original; the start is the start, whatever was removed there.

    >>> original_offset(((0, 0), (4, 5), (5, 7)), 5)
    7
    """
    if not offset:
        return 0
    place = bisect_right(runs, offset, key=lambda run: run[0]) - 1
    found = runs[place][1] + offset - runs[place][0]
    return min(found, runs[place + 1][1]) if place + 1 < len(runs) else found


def canonical_offset(runs: Runs, offset: int) -> int:
    """Return where an offset of the original lies in the canonical text."""
    place = bisect_right(runs, offset, key=lambda run: run[1]) - 1
    found = runs[place][0] + offset - runs[place][1]
    return min(found, runs[place + 1][0]) if place + 1 < len(runs) else found


def _changes(text: str) -> Iterator[tuple[int, int, str]]:
    """Yield what is replaced, ``(start, end, by)``, in order."""
    for run in _RUN.finditer(text):
        if unicodedata.is_normalized("NFC", run[0]) and not _UNSEEN.search(run[0]):
            continue
        start, seen, before = run.start(), "", ""
        for place in range(run.start(), run.end()):
            char = text[place]
            if _is_unseen(char, before):
                continue
            before = _composed(char)[-1]
            joins = unicodedata.combining(char) or _composed(seen + char) != seen + _composed(char)
            joins = joins and len(seen) < _MOST_MARKS
            if seen and not joins:  # here one may cut
                if seen != text[start:place]:
                    yield start, place, seen
                start, seen = place, ""
            seen = _composed(seen + char)
        if seen != text[start : run.end()]:
            yield start, run.end(), seen


def _is_unseen(char: str, before: str) -> bool:
    return bool(_UNSEEN.match(char)) and not (char in _JOINERS and _JOINED.match(before))


def _composed(text: str) -> str:
    return unicodedata.normalize("NFC", text)
