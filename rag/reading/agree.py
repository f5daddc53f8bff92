"""Two short answers to one question: do they say the same, or can only one of them be right?

Compared by value: numbers with their units, dates as far as both are known, names by their words. Where the two cannot
be held against each other, nothing is said of them: that sources disagree is a thing to be sure of.
"""

import re
from collections.abc import Container
from dataclasses import dataclass, replace
from difflib import SequenceMatcher

from rag.english import polarity
from rag.english.amounts import bound
from rag.english.question_form import yes_no
from rag.english.relative import asks_when, interval
from rag.text.dates import Date, StatedDate, stated
from rag.text.numerals import Quantity, plain
from rag.text.quantities import quantities
from rag.text.terms import STOP, fold, names, numbers, root, stem, words

MOST_WORDS = 6
"""Words of an answer, stop words aside, beyond which it is a description: others may be as right."""
CLOSE = 0.01
"""Two measures in different units are one if they differ by no more than this part."""
ABOUT = 0.15
"""The same where one of them is said to be about that much."""
WITHIN = 1.6
"""What is told as "over 30" or "up to 30" is at most so many times more or less."""
LIKE = 0.8
"""Least likeness of two spellings of a name."""

_SIZES: dict[str, dict[str, float]] = {
    "length": {
        "mm": 0.001, "cm": 0.01, "metre": 1, "km": 1000, "mile": 1609.344, "foot": 0.3048, "yard": 0.9144,
        "inch": 0.0254,
    },
    "area": {"m²": 1, "km²": 1e6, "hectare": 1e4, "acre": 4046.86},
    "weight": {"gram": 0.001, "kg": 1, "tonne": 1000, "ton": 1000, "lb": 0.4536, "oz": 0.02835},
    "time": {"second": 1 / 3600, "minute": 1 / 60, "hour": 1, "day": 24, "week": 168},
    "months": {"month": 1, "year": 12},
}  # fmt: skip
_UNIT = {unit: (kind, size) for kind, units in _SIZES.items() for unit, size in units.items()}
"""A unit of :mod:`rag.english.amounts` to what it measures, and how much it is; any other is a kind of its own."""
_ALONE = frozenset({"length", "area", "weight"})
"""A number without a unit is none of these."""
_SQUARE = re.compile(r" ?(?:square |sq\.? ?)(?P<unit>km|kilomet|met|m\b|mi|f)")
_SQUARED = {"km": 1e6, "kilomet": 1e6, "met": 1.0, "m": 1.0, "mi": 1609.344**2, "f": 0.3048**2}
_SPAN = 2
"""Dates of a span of life."""
_ROUND = 1e5
"""A number of so many is told in round figures if it ends in as many noughts."""
_IN_PLACE = re.compile(r".*\bin (?P<place>[A-Z][^.;()]*)$")
_TITLES = frozenset(
    "mr mrs ms dr sir dame lord lady prof professor president minister senator general king queen prince princess "
    "saint st director city town village county state republic".split()
)


@dataclass(frozen=True, slots=True)
class Measure:
    """A number with its unit."""

    number: float
    unit: str = ""
    """What it measures, by the kind of unit; empty for a count."""
    bound: str = ""
    """``about``, ``over`` or ``under``; empty for an exact one."""
    size: float = 1.0
    """Of one such unit, in the unit that its kind is counted in."""
    rounded: bool = False
    """Whether it is told in millions or the like."""
    last: float | None = None
    """Where a range of them ends: "between 40 and 50 million"."""


@dataclass(frozen=True, slots=True)
class Value:
    """What a short answer comes to, in the one form in which it is compared."""

    text: str
    amounts: tuple[Measure, ...] = ()
    dates: tuple[Date, ...] = ()
    name: tuple[str, ...] = ()
    """Folded words of a name."""
    plain: frozenset[str] = frozenset()
    """Stems of all words, where something else than a person is asked for."""


def value(question: str, said: str, quote: str, published: str | None = None) -> Value | None:
    """Return the value of a short answer; None for one that is no number, date, name or few words.

    Args:
        question: standalone.
        said: the short answer, words of the quote; or ``yes`` or ``no``.
        quote: the sentence.
        published: ISO 8601 date of the document.
    """
    text = " ".join(said.split())
    if yes_no(question):
        return Value(text, plain=frozenset({text})) if text in ("yes", "no") else None
    kind = "when" if asks_when(question) else polarity.answer_type(question)
    if kind == "why" or not text:
        return None
    if kind == "when" and (day := _dated(question, text, quote, published)):
        return day
    if found := _counted(question, text, quote):
        return Value(text, amounts=found)
    if kind in ("number", "when"):
        return None
    bare = STOP - {fold(word) for word in text.split() if word.isupper()} | _TITLES  # "WHO" is no stop word
    if kind == "where" and len(text.split()) > MOST_WORDS and (inner := _IN_PLACE.search(text)):
        text = inner["place"]  # "along the coast of Biscayne Bay in Miami, Florida"
    own = [word for word in words(text) if word not in bare | (set(words(question)) - STOP)]
    if not own or len(own) > MOST_WORDS:
        return None
    named = (text.isupper() or names(text, initial=True)) and text.split()[-1][0].isupper()
    plain = frozenset() if kind == "who" else frozenset(map(stem, own))
    return Value(text, name=tuple(own) if named else (), plain=plain) if named or plain else None


def agree(one: Value, other: Value) -> bool | None:
    """Tell whether two values are one; None if they cannot be compared.

    >>> john, short, jane = (Value("", name=name) for name in (("john", "smith"), ("j", "smith"), ("jane", "smith")))
    >>> agree(john, short), agree(john, jane), agree(john, Value("", plain=frozenset({"smith"})))
    (True, False, None)
    """
    if one.amounts and other.amounts:
        verdicts = [_close(a, b) for a in one.amounts for b in other.amounts]
        return True if True in verdicts else False if False in verdicts else None
    if one.dates and other.dates:
        if len(one.dates) == len(other.dates):  # of two spans of life, both ends
            return all(compatible(a, b) for a, b in zip(one.dates, other.dates, strict=True))
        return any(compatible(a, b) for a in one.dates for b in other.dates)
    if one.name and other.name:
        return _one_name(one.name, other.name)
    if one.plain and other.plain and not (one.amounts or other.amounts or one.dates or other.dates):
        return one.plain <= other.plain or other.plain <= one.plain
    return None


def stands_in(found: Value, quote: str) -> bool:
    """Tell whether a sentence has a value too, whatever else it says."""
    if found.amounts:
        told = [part for part in _amounts(quote) if part.unit == found.amounts[0].unit]
        return any(_close(part, one) is True for part in told for one in found.amounts)
    if found.dates:
        every = all if len(found.dates) == _SPAN else any
        return every(any(compatible(a, b) for a in _dates(quote) if a[0] or not b[0]) for b in found.dates)
    said = words(quote)
    return set(found.name) <= {*said} and found.plain <= {stem(word) for word in said}


def _dated(question: str, text: str, quote: str, published: str | None) -> Value | None:
    if day := interval(text, quote, published, question):
        whole = day.first == day.last
        month = day.first.month if (day.first.year, day.first.month) == (day.last.year, day.last.month) else None
        return Value(text, dates=((day.first.year, month, day.first.day if whole else None),))
    found = _dates(text)
    return Value(text, dates=found) if found else None


def _dates(text: str) -> tuple[Date, ...]:
    return tuple(one.date for one in dates_told(text))


def dates_told(text: str) -> list[StatedDate]:
    """Return the dates of a text, as far as each is known, in order; a decade is ten years.

    >>> [found.date for found in dates_told("from May 1962 to 3 June, or in 1964")]
    [(1962, 5, None), (None, 6, 3), (1964, None, None)]
    """
    own = [one for one in stated(text) if not one.small and (one.month != _MAY or one.day or one.year)]
    return [replace(one, year=(one.year or 0) + n) if n else one for one in own for n in range(10 if one.decade else 1)]


_MAY = 5
"""Alone it is seldom the month."""


def compatible(one: Date, other: Date) -> bool:
    """Tell whether two dates may be one: nothing known of both differs."""
    both = [(a, b) for a, b in zip(one, other, strict=True) if a is not None and b is not None]
    return bool(both) and all(a == b for a, b in both)


def _counted(question: str, text: str, quote: str) -> tuple[Measure, ...]:
    """Return the numbers of a short answer that the question does not have, with what stands around them."""
    line = " ".join(quote.split())
    at = line.find(text)
    found = _amounts(line, numbers(question), at, at + len(text)) if at >= 0 else _amounts(text, numbers(question))
    counts = [one for one in found if one.unit or not _is_year(one.number)]
    return tuple(counts or found)


def _is_year(number: float) -> bool:
    return number == int(number) and 1000 <= number < 2100


def _amounts(text: str, but: Container[str] = (), first: int = 0, last: int | None = None) -> list[Measure]:
    """Return the numbers that a text has from one place to another, but for some."""
    found: list[Measure] = []
    before: Quantity | None = None
    for one in quantities(text):
        if one.loose or one.kind != "cardinal" or not first <= one.start < (len(text) if last is None else last):
            continue
        if plain(one.number) in but:
            continue
        unit, size = _UNIT.get(one.unit, (one.unit, 1.0))
        if square := _SQUARE.match(text, one.end):
            unit, size = "area", _SQUARED[square["unit"]]
        rounded = one.scale > 1 or (one.number >= _ROUND and one.number % int(_ROUND) == 0)
        amount = Measure(float(one.number) * size, unit, _BOUNDS.get(bound(text, one), ""), size, rounded)
        if found and _ranges(text, before, one) and found[-1].number < amount.number:
            found[-1] = replace(amount, number=found[-1].number, bound="", last=amount.number)
        else:
            found.append(amount)
        before = one
    return found


def _ranges(text: str, one: Quantity | None, other: Quantity) -> bool:
    """Tell whether two numbers are the ends of a range."""
    if one is None:
        return False
    between = text[max(one.end, one.last) : min(other.start, other.first)].strip()
    return between in _TO or (between == "and" and bool(_FROM.search(text[: min(one.start, one.first)])))


_TO = frozenset(("to", "-", "–", "—"))
_FROM = re.compile(r"\bbetween\s*$", re.IGNORECASE)


_BOUNDS = {"more": "over", "least": "over", "less": "under", "most": "under", "near": "under", "about": "about"}
"""What :func:`rag.english.amounts.bound` gives, as it is compared here."""


def near(text: str, item: Quantity, other_text: str, other_item: Quantity) -> bool | None:
    """Tell whether two numbers of two texts are one, with their units and bounds; None if they cannot be compared.

    >>> one, other = "It is 12 km long.", "It is over 7 miles long."
    >>> near(one, quantities(one)[0], other, quantities(other)[0])
    True
    """
    ours, theirs = _amounts(text, (), item.start, item.end), _amounts(other_text, (), other_item.start, other_item.end)
    return _close(ours[0], theirs[0]) if ours and theirs else None


def _close(one: Measure, other: Measure) -> bool | None:
    """Tell whether two numbers are one; None if they count or measure different things."""
    kinds = {one.unit, other.unit}
    if len(kinds) > 1 and ("" not in kinds or kinds & _ALONE):
        return None
    if one.last is not None or other.last is not None:
        return one.number <= (other.last or other.number) and other.number <= (one.last or one.number)
    if one.bound and one.bound == other.bound and one.bound != "about":
        return one.number == other.number  # two limits, or two counts so far
    if one.number == other.number or (one.size != other.size and _near(one, other, CLOSE)):
        return True
    return _loosely(one, other) or _loosely(other, one)


def _near(one: Measure, other: Measure, part: float) -> bool:
    return abs(one.number - other.number) <= part * max(abs(one.number), abs(other.number))


def _loosely(told: Measure, exact: Measure) -> bool:
    """Tell whether a number that is told as "over 30", "about 30" or "30 million" may stand for another."""
    if told.bound in ("over", "under") and _near(told, exact, 1 - 1 / WITHIN):
        return (exact.number > told.number) == (told.bound == "over")
    return (told.bound == "about" and _near(told, exact, ABOUT)) or (told.rounded and _near(told, exact, CLOSE))


def _one_name(one: tuple[str, ...], other: tuple[str, ...]) -> bool:
    """Tell whether two names may be one: "J. Smith" and "John Smith", "WHO" and "World Health Organization"."""
    short, long = sorted((one, other), key=len)
    if all(any(_one_word(word, whole) for whole in long) for word in short):
        return True
    initials = "".join(word[0] for word in long)
    return len(short) == 1 and len(long) > 1 and short[0] in (initials, initials[: len(short[0])])


def _one_word(one: str, other: str) -> bool:
    if len(one) == 1 or len(other) == 1:
        return one[0] == other[0]
    if one == other or root(one) == root(other):
        return True
    return one[0].isalpha() and SequenceMatcher(None, one, other).ratio() >= LIKE
