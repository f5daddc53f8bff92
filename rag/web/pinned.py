"""The HTML of the notebook."""

import json
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import ClassVar

from rag.exports.notebook import grouped
from rag.schema import Citation
from rag.web import words
from rag.web.page import day, joined, place_of
from rag.web.pins import MOST_COMMENT_CHARS, MOST_GROUP_CHARS, Pin
from rag.web.standing import Standing, State, worst
from rag.web.template import html

SHORT_CHARS = 60
"""Of a quote, where it names what a button is about."""


@dataclass(frozen=True, slots=True)
class _Quote:
    """A quote of a pin, and what became of it."""

    citation: Citation
    about: str
    now: Standing


@dataclass(frozen=True, slots=True)
class _Shown:
    """A pin as it is shown."""

    pin: Pin
    name: str
    """What it is about, in short."""
    state: State
    claims: list[str]
    """Those that are not quotes themselves."""
    quotes: list[_Quote]
    day: str | None
    """When it was pinned."""
    most_comment: ClassVar = MOST_COMMENT_CHARS
    most_group: ClassVar = MOST_GROUP_CHARS


def keeper(subjects: Sequence[str], said: str, turn: int) -> str:
    """Return what the script reads: what is pinned; and what was just done, for everybody to see and hear."""
    return html("pinned", "keeper", json.dumps(list(subjects)), said, turn)


def notebook(pins: Sequence[Pin], found: Mapping[str, Sequence[Standing]], index: str) -> str:
    """Return a notebook: its groups, each pin with what became of its quotes.

    Args:
        pins: in order.
        found: by the id of a pin, what became of each citation.
        index: the generation in which they were looked for.
    """
    if not pins:
        return html("pinned", "empty")
    counts = Counter(worst(found[pin.id]) for pin in pins)
    told = ", ".join(words.NOTE_COUNTS[state].format(count=counts[state]) for state in _STATES if counts[state])
    count = words.NOTE_ONE if len(pins) == 1 else words.NOTE_MANY.format(count=len(pins))
    said = words.NOTE_COUNTED.format(count=count, told=told)
    groups = grouped(pins)
    unnamed = words.NOTE_NO_GROUP if len(groups) > 1 else ""
    sections = [(group or unnamed, [_shown(pin, found[pin.id]) for pin in own]) for group, own in groups]
    return html(
        "pinned",
        "notebook",
        said,
        words.NOTE_INDEX.format(index=index),
        [group for group, _ in groups if group],
        sections,
    )


def failed(error: str) -> str:
    """Return why the notebook cannot be shown."""
    return html("parts", "failed", error)


_STATES: tuple[State, ...] = ("stands", "moved", "gone")


def _shown(pin: Pin, found: Sequence[Standing]) -> _Shown:
    own = {citation.quote for citation in pin.answer.citations}
    claims = [claim.text for claim in pin.answer.claims if claim.text not in own]
    quotes = [_Quote(item, _about(item), found[place]) for place, item in enumerate(pin.answer.citations)]
    return _Shown(pin, _name(pin), worst(found), claims, quotes, day(pin.pinned))


def _about(citation: Citation) -> str:
    stands = words.NOTE_PLACE.format(start=citation.start, end=citation.end)
    return joined(
        citation.title, citation.publisher, day(citation.published), place_of(citation), citation.source, stands
    )


def _name(pin: Pin) -> str:
    """Return what a pin is about, in short."""
    told = pin.answer.standalone if pin.whole else pin.answer.citations[0].quote
    flat = " ".join(told.split())
    return flat if len(flat) <= SHORT_CHARS else f"{flat[:SHORT_CHARS]}…"
