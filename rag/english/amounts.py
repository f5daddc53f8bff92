"""The numbers of a sentence with their bounds and what they count: "more than 12 men"."""

import re
from dataclasses import dataclass
from decimal import Decimal

from rag.english.question_form import is_plural
from rag.english.tokens import tokens
from rag.english.vocabulary import CALENDAR
from rag.text.numerals import Quantity
from rag.text.quantities import quantities
from rag.text.written import beside_month

_INFINITY = Decimal("Infinity")
ROUGHLY = Decimal("0.25")
"""Two numbers of which one is rough are two if they differ by more than this part of the greater."""


@dataclass(frozen=True, slots=True)
class Amount:
    """A number of a sentence with its bounds, and what it counts."""

    item: Quantity
    low: Decimal
    high: Decimal
    open: bool
    """Whether it is more or less than its bound, and not that itself."""
    rough: bool
    counted: tuple[str, ...]
    """Keys of the words behind it, as far as the next sign or function word."""
    said: str
    """As it is written, with its bound and its unit or the first word behind it."""
    dated: bool
    """Whether it is a day or a year and counts nothing."""

    def comparable(self, other: "Amount") -> bool:
        """Tell whether two are of one kind, unit and matter."""
        one, two = self.item, other.item
        if one.kind != two.kind or (one.unit != two.unit and (one.unit or two.unit)) or self.dated != other.dated:
            return False
        if one.unit or self.dated or not self.counted or not other.counted:
            return True
        return self.counted[0] in other.counted or other.counted[0] in self.counted

    def within(self, other: "Amount") -> bool:
        """Tell whether whatever this may be, the other may be too."""
        if self.rough and not other.rough:
            return False
        strict = other.open and not self.open
        low = self.low > other.low if strict and other.low > 0 else self.low >= other.low
        high = self.high < other.high if strict and other.high < _INFINITY else self.high <= other.high
        return low and high

    def apart(self, other: "Amount") -> bool:
        """Tell whether no number is both: "less than 3" and 3, but not "at least 3" and 5.

        >>> one, other, rough = amounts("less than 3 men, 3 men, about 4 men")
        >>> one.apart(other), other.apart(other), other.apart(rough)
        (True, False, False)
        """
        low, high = sorted((self, other), key=lambda amount: (amount.low, amount.high))
        if self.rough or other.rough:
            return high.low - low.high > ROUGHLY * high.low
        return low.high < high.low or (low.high == high.low and (low.open or high.open))


_MORE = r"more than|greater than|over|above|exceed\w*|upwards? of|north of|beyond"
_LEAST = r"at least|no (?:fewer|less) than|not (?:fewer|less) than|a minimum of"
_LESS = r"less than|fewer than|under|below|short of"
_MOST = r"at most|up to|no more than|not more than|a maximum of|as (?:many|much) as"
_ABOUT = r"about|around|roughly|approximately|some|an estimated|estimated|circa|close to"
_NEAR = r"nearly|almost|just (?:under|short of)"
BOUNDS = rf"{_MORE}|{_LEAST}|{_LESS}|{_MOST}|{_NEAR}|{_ABOUT}"
"""What bounds the number behind it, for a regular expression."""
_BOUND = re.compile(
    rf"\b(?:(?P<more>{_MORE})|(?P<least>{_LEAST})|(?P<less>{_LESS})|(?P<most>{_MOST})|(?P<near>{_NEAR})"
    rf"|(?P<about>{_ABOUT}))"
    r"(?: the| an?)?\s*[$€£¥]?$",
    re.IGNORECASE,
)
_BEFORE_YEAR = re.compile(
    r"\b(?:(?P<more>after|later than)|(?P<less>before|prior to|earlier than)) (?:(?:early|late|mid|the year) )?$",
    re.IGNORECASE,
)
_BEHIND = re.compile(
    r"\s*(?:(?P<least>\+|or (?:more|older|over|higher|above)\b)|(?P<most>or (?:less|fewer|under|below)\b))"
)
_REACH = 24
_FIRST_YEAR, _LAST_YEAR = 1000, 2100


def amounts(text: str, *, comma: bool | None = None) -> list[Amount]:
    """Return the numbers of a text with their bounds and what they count, in order.

    Args:
        text: any.
        comma: whether its comma is a decimal one (:func:`rag.text.quantities.scan`).
    """
    return [_amount(text, item) for item in quantities(text, comma=comma) if not item.loose or _counts(text, item)]


def bound(text: str, item: Quantity) -> str:
    """Return how a number is bounded: ``more``, ``least``, ``less``, ``most``, ``near``, ``about``, or nothing.

    >>> bound("More than 12 men", quantities("More than 12 men")[0])
    'more'
    """
    found = _before(text, item) or _BEHIND.match(text, max(item.end, item.last))
    return found.lastgroup or "" if found else ""


def _before(text: str, item: Quantity) -> "re.Match[str] | None":
    before = text[max(0, min(item.start, item.first) - _REACH) : item.start]
    return _BOUND.search(before) or (_BEFORE_YEAR.search(before) if _is_year(item) else None)


def _is_year(item: Quantity) -> bool:
    return item.kind == "cardinal" and not item.unit and _FIRST_YEAR <= item.number <= _LAST_YEAR and item.scale == 1


def _amount(text: str, item: Quantity) -> Amount:
    kind = bound(text, item)
    low = Decimal(0) if kind in ("less", "most", "near") else item.number
    high = _INFINITY if kind in ("more", "least") else item.number
    last = max(item.end, item.last)
    counted = _counted(text[last:])
    first = min(item.first, item.start)
    found = _before(text, item)
    first = max(0, first - _REACH) + found.start() if found else first
    noun = re.match(r"[\s-]*([^\W\d_]+)", text[last:]) if counted and not item.unit else None
    said = text[first : last + (noun.end() if noun else 0)]
    many = (
        noun is not None
        and is_plural(noun[1])
        and not _LEADS_YEAR.search(text[max(0, item.start - _REACH) : item.start])
    )
    dated = beside_month(text, item.start, item.end) or (_is_year(item) and not many)
    return Amount(item, low, high, kind in ("more", "less", "near"), kind in ("near", "about"), counted, said, dated)


_LEADS_YEAR = re.compile(r"\b(?:in|since|until|till|by|during|before|after|early|late|mid|year)[\s-]$", re.IGNORECASE)


def _counted(text: str) -> tuple[str, ...]:
    """Return the keys of the words that a text starts with, as far as a sign or a function word."""
    found: list[str] = []
    for token in tokens(
        re.sub(r"^(?:-|\s*(?:of (?:the|its|his|her|their|all) |or (?:more|less|fewer) ))", " ", text[:80])
    ):
        if not token.content or token.number or (token.text in CALENDAR and len(found) == 0):
            break
        found.append(token.key)
    return tuple(found[:4])


def _counts(text: str, item: Quantity) -> bool:
    """Tell whether "one" or "half" counts what stands behind it."""
    word = text[item.start : item.end].lower()
    if word == "one":
        return bool(_counted(text[item.end :])) and not re.search(
            r"(?:\bno|\bany|\bevery|\bsome|\bthe)\s$", text[: item.start], re.I
        )
    if item.kind == "ordinal":
        return not re.match(r"(?:-|\s(?:of|place)\b|\W*$)", text[item.end :]) and bool(_counted(text[item.end :]))
    return word in ("half", "quarter") and bool(re.match(r"\s(?:of|the|its|his|her|their)\b", text[item.end :]))
