"""The time that a question asks about: now, a year or a date, or before what is now; as far as it says so."""

import re
from dataclasses import dataclass

from rag.english.preference import asks_now, dates_named
from rag.english.relative import interval
from rag.text.dates import DATE, MONTH

_YEAR = r"(?P<year>1[5-9]\d\d|20\d\d)"
_DOCUMENT = (
    r"(?:polic(?:y|ies)|rules?|regulations?|report|edition|version|plan|budget|contract|agreement|tariffs?|price|prices"
    r"|list|handbook|manual|guide|guidelines?|law|act|statutes?|terms|survey|census|season|report|figures?|rates?)"
)
_SAID = re.compile(
    rf"(?:\b(?P<how>in|during|for|of|as of|from|since|before|after|until|till|by|under|around|through|throughout"
    rf"|prior to|year|early|mid|late)[ -]{_YEAR}|\b(?:the|a|an|its|their|our|your) {_YEAR.replace('year', 'own')}"
    rf"|\b{_YEAR.replace('year', 'named')} {_DOCUMENT}|\b{_DOCUMENT} {_YEAR.replace('year', 'behind')})"
    r"(?![\d.,]\d|\d|[-–]\d| ?%)",
    re.IGNORECASE,
)
_PREVIOUS = re.compile(r"\b(?:previous(?:ly)?|former(?:ly)?|earlier|old|older|prior(?! to)|original(?:ly)?|used to)\b")
_RELATIVE = re.compile(
    r"\b(?:(?:last|this|next|past) (?:year|month|week)|yesterday|\w+ (?:year|month|week|day)s? ago)\b", re.IGNORECASE
)
ALWAYS = ("0001-01-01", "9999-12-31")


@dataclass(frozen=True, slots=True)
class Period:
    """When a question asks about; one of the three."""

    now: bool = False
    previous: bool = False
    """Before what holds now."""
    first: str = ""
    """ISO 8601 dates; both or none."""
    last: str = ""


def period(question: str, newest: str | None) -> Period | None:
    """Return the time that a question names; None if it names none.

    Args:
        question: standalone.
        newest: ISO 8601 date of the newest document, from which "last year" is counted.

    >>> period("What was the fee in 2023?", None)
    Period(now=False, previous=False, first='2023-01-01', last='2023-12-31')
    >>> period("What was the fee last year?", "2026-02-01").first, period("What is the fee now?", None).now
    ('2025-01-01', True)
    """
    plain = re.sub(r"[\"“][^\"”]*[\"”]", " ", question)
    if spans := dates_named(plain):
        return Period(first=spans[0][0], last=spans[0][1])
    if found := _SAID.search(plain):
        year = found["year"] or found["own"] or found["named"] or found["behind"]
        return _of_year((found["how"] or "").lower(), int(year))
    if (found := _RELATIVE.search(plain)) and (day := interval(found[0], plain, newest)):
        return Period(first=day.first.isoformat(), last=day.last.isoformat())
    if asks_now(plain):
        return Period(now=True)
    return Period(previous=True) if _PREVIOUS.search(plain) else None


_DATED = re.compile(
    rf"(?:,\s*)?(?:\b(?:in|on|as of|during|before|after|since|by|until)\s+)?(?:{DATE}|{MONTH},? \d{{4}})", re.I
)


def timeless(question: str) -> str:
    """Return a question without the year or date that it names: a text seldom says when it is read.

    >>> timeless("What was the fee in 2023?"), timeless("What did the 2023 policy allow?")
    ('What was the fee?', 'What did the policy allow?')
    """

    def bare(found: re.Match[str]) -> str:
        return "" if found["how"] else re.sub(rf"\s*{_YEAR}", "", found[0])

    without = _DATED.sub("", question)
    without = _SAID.sub(bare, without) if without == question else without
    if without == question:
        return question
    return re.sub(r"\s+(?=[?.,]|$)", "", re.sub(r"^[\s,]+", "", re.sub(r"\s{2,}", " ", without)))


def _of_year(how: str, year: int) -> Period:
    first, last = f"{year}-01-01", f"{year}-12-31"
    if how in ("before", "prior to"):
        return Period(first=ALWAYS[0], last=f"{year - 1}-12-31")
    if how in ("until", "till"):
        return Period(first=ALWAYS[0], last=last)
    if how == "after":
        return Period(first=f"{year + 1}-01-01", last=ALWAYS[1])
    return Period(first=first, last=ALWAYS[1] if how == "since" else last)
