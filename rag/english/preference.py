"""A question may name a publisher or a date: documents from there or then are preferred, never required.

"According to The Verge" and "on October 6, 2023" say where and when an answer was published, "now" that the newest is
wanted. But the words may also mean something else, and the answer may stand elsewhere, so what they give is a little
more score: no filter, which :class:`rag.schema.Filter` is.
"""

import calendar
import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache

from rag.text.dates import stated
from rag.text.terms import STOP

WEIGHT = 0.2
"""What a publisher or a date adds to a score between 0 and 1. From 0.2 to 0.4 the weights do about as well."""

_SUBTITLE = re.compile(r"\s+[|–—-]\s+|:\s+")


@dataclass(frozen=True, slots=True)
class Preference:
    """What a question says of where and when its answer was published."""

    publishers: frozenset[str] = frozenset()
    spans: tuple[tuple[str, str], ...] = ()
    """First and last day of each date, ISO 8601."""
    now: bool = False
    """Whether the newest is wanted."""

    def __bool__(self) -> bool:
        return bool(self.publishers or self.spans or self.now)

    @property
    def most(self) -> float:
        """The bonus of a document that has all there is to have."""
        return WEIGHT * (bool(self.publishers) + bool(self.spans) + self.now)

    def bonus(self, publisher: str | None, published: str | None, recency: float = 0.0) -> float:
        """Return what a document from there and then gets, 0 to :attr:`most`.

        Args:
            publisher: of the document.
            published: ISO 8601 date.
            recency: 0 to 1, as :func:`recency` says.
        """
        in_time = any(first <= (published or "") <= last for first, last in self.spans)
        return WEIGHT * ((publisher in self.publishers) + in_time + self.now * recency)


@lru_cache(maxsize=16)  # retrieval and citing both ask, one after the other
def preference(question: str, publishers: tuple[str, ...]) -> Preference:
    """Read a question's preference.

    Args:
        question: standalone.
        publishers: those that the index has.
    """
    named = frozenset(publishers_named(question, publishers))
    return Preference(named, tuple(dates_named(question)), asks_now(question))


_NOW = re.compile(
    r"\b(?:currently|nowadays|at present|presently|at the moment|these days|latest|newest|most recent(?:ly)?|in force"
    r"|up[- ]to[- ]date|as of (?:now|today)|still|today|(?<!until )(?<!by )now(?! (?:that|and then)\b))\b"
    r"|\b(?<!electric )(?<!alternating )(?<!direct )current(?= [a-z])"
    r"(?! (?:of|in|through|flows?|account|events|affairs)\b)"
)


def asks_now(question: str) -> bool:
    """Tell whether a question asks for what holds now.

    >>> asks_now("What is the current fee?"), asks_now("Who directed Apocalypse Now?"), asks_now("What was the fee?")
    (True, False, False)
    """
    text = question.strip()
    return bool(_NOW.search(text[:1].lower() + text[1:]))


def without_now(question: str) -> str:
    """Return a question that asks for what holds now without the words for that; as it is, if it has none or no others.

    >>> without_now("What is the current fee?"), without_now("What does it cost now?"), without_now("who won")
    ('What is the fee?', 'What does it cost?', 'who won')
    """
    text = question.strip()
    bare, times = _NOW.subn("", text[:1].lower() + text[1:])
    if not times:
        return question
    bare = re.sub(r"\s+(?=[?.,]|$)", "", re.sub(r"\s{2,}", " ", bare)).strip(" ,")
    return f"{bare[0].upper()}{bare[1:]}" if len(bare.split()) > 1 else question


def recency(dates: Iterable[str | None]) -> list[float]:
    """Return how new each of some documents is among them: 1 for the newest, 0 for one without a date.

    >>> recency(["2023-01-10", None, "2026-02-01"])
    [0.5, 0.0, 1.0]
    """
    listed = list(dates)
    order = sorted({day for day in listed if day})
    place = {day: (n + 1) / len(order) for n, day in enumerate(order)}
    return [place.get(day or "", 0.0) for day in listed]


def publishers_named(question: str, publishers: Iterable[str]) -> set[str]:
    """Return those of ``publishers`` that a question names, whole or without their subtitle.

    Each word must have its capital, but for a "the" in front: "Time" and "Fortune" are also words.

    >>> sorted(publishers_named("In time, did CNBC and the Verge deny it?", ["Time", "Cnbc | Markets", "The Verge"]))
    ['Cnbc | Markets', 'The Verge']
    """
    for one in reversed(stated(question)):  # "May" may be a magazine
        if one.month and one.year and not one.small:
            question = f"{question[: one.start]} {question[one.end :]}"
    folded = question.casefold()
    owners: dict[str, set[str]] = {}
    for publisher in publishers:
        for name in {publisher, _SUBTITLE.split(publisher)[0]}:
            bare = name.removeprefix("The ").casefold()
            if len(bare) > 1 and bare not in STOP and bare in folded:
                owners.setdefault(name, set()).add(publisher)
    named: set[str] = set()
    for name in sorted(filter(None, owners), key=len, reverse=True):  # "FOX News - Health" before "FOX News"
        question, times = re.subn(rf"(?<!\w){_spelled(name)}(?!\w)", " ", question)
        if times:
            named |= owners[name]
    return named


def unattributed(question: str, publishers: Iterable[str]) -> str:
    """Return a question without "according to" a publisher of the index: where it was said, a text itself does not say.

    >>> unattributed("How far did oil fall, according to The Echo?", ["The Echo"])
    'How far did oil fall?'
    """
    for name in publishers_named(question, publishers):
        either = "|".join(map(_spelled, filter(None, {name, _SUBTITLE.split(name)[0]})))
        said = rf"(?:[Aa]ccording to|[Aa]s reported (?:by|in)) (?:{either})(?!\w)"
        question = re.sub(rf"^{said},?\s+|,?\s+{said}", "", question)
    return question


def _spelled(name: str) -> str:
    """Return a pattern of a name: its capitals stay, the rest may be of either case, "The" may be left out of many."""
    article = "The " if name.startswith("The ") else ""
    rest = name.removeprefix(article)
    pieces = re.split(r"(\w+)", rest)
    words = [f"[{word[0]}{word[0].upper()}](?i:{word[1:]})" for word in pieces[1::2]]
    spelled = "".join(re.escape(gap) + word for gap, word in zip(pieces[::2], [*words, ""], strict=True))
    if article:
        return f"(?:[Tt]he )?{spelled}" if " " in rest else f"[Tt]he {spelled}"
    return spelled


def dates_named(question: str) -> list[tuple[str, str]]:
    """Return the days and months that a question names, each as its first and last day.

    >>> dates_named("What was said on October 6th, 2023 and in November 2023?")
    [('2023-10-06', '2023-10-06'), ('2023-11-01', '2023-11-30')]
    """
    named = [one for one in stated(question) if one.year and one.month and not one.small and not one.ranged]
    spans = [(one.iso, one.iso) for one in named if one.day]
    for one in named:
        if one.year and one.month and not one.day:
            month = f"{one.year:04d}-{one.month:02d}"
            spans.append((f"{month}-01", f"{month}-{calendar.monthrange(one.year, one.month)[1]}"))
    return spans
