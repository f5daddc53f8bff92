"""A day that a text names from its own day, "yesterday" or "on Monday", becomes a date.

Counted from the date of the document, as its reader counts. What is counted from an event ("three days later") or comes
again and again ("on Mondays") stays as it is, and so does everything where two readings are as good.
"""

import calendar
import re
from dataclasses import dataclass
from datetime import date, timedelta

from rag.english.question_form import bare
from rag.english.vocabulary import COPULA, INFINITIVE, PAST
from rag.text.dates import DATE, MONTH, MONTHS, WEEKDAYS
from rag.text.numerals import SPELLED
from rag.text.terms import fold

_SATURDAY = 5
_DAY = rf"(?:{'|'.join(WEEKDAYS)})"
_PART = r"(?:morning|afternoon|evening|night)"
_SPELLED = "|".join((*SPELLED, "a", "an"))
_COUNT = rf"(?P<count>\d{{1,3}}|{_SPELLED})(?: (?P<couple>couple of|few))?"
_UNIT = r"(?P<unit>day|week|fortnight|month|year)s?"
_RELATIVE = re.compile(
    rf"\b(?:(?P<two>the day (?:before yesterday|after tomorrow))|(?P<one>yesterday|last night|today|tonight|tomorrow"
    rf"|this {_PART})\b|{_COUNT} {_UNIT} (?P<way>ago|hence|from (?:now|today))\b|in {_COUNT.replace('?P<', '?P<in_')} "
    rf"{_UNIT.replace('?P<', '?P<in_')}(?P<time>['’]s? time)?\b"
    rf"|(?:(?P<which>last|past|this|next|coming) )?(?P<weekday>{_DAY})(?!s\b|-)\b"
    rf"|(?P<step>last|past|this|next|coming) (?P<period>weekend|week|month|year)\b|the (?P<weekend>weekend)\b"
    rf"|(?P<named_step>last|past|this|next|coming) (?P<month>{MONTH})(?! \d|\w))",
    re.IGNORECASE,
)
_STATED = re.compile(
    rf"{DATE}|\b{MONTH}\.? \d{{1,2}}\b|\b\d{{1,2}}(?:st|nd|rd|th)? (?:of )?{MONTH}\b|\b(?:1\d|20)\d\d\b"
)
"""A date that needs no counting."""
_REPEATED = re.compile(
    rf"\b(?:every|each|most|some|per|alternate)\s+(?:\w+\s+)?{_DAY}|\b{_DAY}s\b|\b{_DAY}\s*(?:to|through|-|–|—|until)\s*{_DAY}"
    r"|\b(?:daily|weekly|monthly|yearly)\b",
    re.IGNORECASE,
)
_HOLIDAY = re.compile(
    rf"\b(?:black|good|easter|ash|palm|holy|bloody|cyber|super|maundy|shrove|whit|giving|fat|blue|boxing|bowl|red"
    rf"|the)\s+{_DAY}\b|\b(?:USA Today|Today (?:show|programme|program))\b",
    re.IGNORECASE,
)
_AHEAD = re.compile(
    r"\b(?:will|shall|won't|going to|(?:is|are|was|were) (?:due|set|scheduled|expected|planned|slated|likely|to)"
    r"|due to|plans? to|planned for|scheduled|intends? to|upcoming|until|ahead of|by)\b"
)
_BACK = re.compile(rf"\b(?:was|were|had|did|has|have|\w{{2,}}ed|{'|'.join(sorted(PAST | set(INFINITIVE)))})\b")
_NOW = re.compile(r"\b(?:is|are|takes?|opens?|starts?|begins?|ends?|closes?|leaves?|arrives?)\b")
_ASKS_WHEN = re.compile(
    r"(?:(?:since|until|till|by|from|exactly|and) )*when\b"
    r"|(?:(?:on|in|at|by|since|until|from|during|for) )?(?:what|which)(?: is| was| are| were)?(?: the)?"
    r"(?: \w+){0,2}? (?:year|date|day|month|week|weekday|time)s?\b",
    re.IGNORECASE,
)
_NEVER = frozenset("later earlier before after following previous".split())


@dataclass(frozen=True, slots=True)
class Interval:
    """What a relative day comes to."""

    said: str
    """As people write it: "14 January 2026", "week of 19 January 2026", "2025"."""
    first: date
    last: date


def asks_when(question: str) -> bool:
    """Tell whether a question asks when something is, was or will be.

    >>> asks_when("On what date did it sink?"), asks_when("What did he say when it sank?")
    (True, False)
    """
    return bool(_ASKS_WHEN.match(bare(question)))


def dated_answer(question: str, words: str, quote: str, published: str | None) -> str:
    """Return a short answer with the date that it comes to, ``1 February 2026 (“yesterday”)``, or as it is.

    Args:
        question: standalone.
        words: the short answer, words of the quote.
        quote: the sentence.
        published: ISO 8601 date of the document.

    >>> dated_answer("When did it sink?", "yesterday", "It sank yesterday.", "2026-02-02")
    '1 February 2026 (“yesterday”)'
    >>> dated_answer("What sank?", "yesterday", "It sank yesterday.", "2026-02-02")
    'yesterday'
    """
    if not asks_when(question) or not (found := interval(words, quote, published, question)):
        return words
    return f"{found.said} (“{' '.join(words.split())}”)"


def interval(words: str, quote: str, published: str | None, question: str = "") -> Interval | None:
    """Return what the one relative day in some words of a quote comes to; None without a date to count from.

    Args:
        words: of the quote.
        quote: the sentence: its verb tells whether "Monday" is the last or the next one.
        published: ISO 8601 date to count from.
        question: tells it where the sentence does not.
    """
    try:
        today = date.fromisoformat((published or "")[:10])
    except ValueError:
        return None
    plain = _HOLIDAY.sub(" ", " ".join(words.split()))
    around = " ".join(quote.split())
    if _STATED.search(plain) or _REPEATED.search(plain) or _repeats(plain, around):
        return None
    found = list(_RELATIVE.finditer(plain))
    if len(found) != 1:
        return None
    head = plain[: found[0].start()].split()
    tail = plain[found[0].end() :].split()
    beside = {*map(str.lower, head[-1:] + tail[:1])}
    if beside & _NEVER and not found[0][0].lower().startswith("this "):  # but "earlier this month"
        return None
    try:
        return _counted(found[0], today, ahead=_ahead(found[0][0], around, question))
    except (OverflowError, ValueError):
        return None


def _repeats(plain: str, quote: str) -> bool:
    """Tell whether the sentence has the words as a part of what comes again or of a name: "every Monday"."""
    at = quote.find(plain)
    before = quote[max(0, at - 20) : at + len(plain)] if at >= 0 else plain
    return any(
        found.end() > len(before) - len(plain)
        for pattern in (_REPEATED, _HOLIDAY)
        for found in pattern.finditer(before)
    )


def _counted(found: re.Match[str], today: date, *, ahead: bool | None) -> Interval | None:
    group = {name: value.lower() if value else "" for name, value in found.groupdict().items()}
    if group["two"]:
        return _day(today + timedelta(days=-2 if "before" in group["two"] else 2))
    if one := group["one"]:
        return _day(today + timedelta(days=-1 if one in ("yesterday", "last night") else one == "tomorrow"))
    if group["unit"]:
        return _some(group["count"], group["couple"], group["unit"], today, back=group["way"] == "ago")
    if group["in_unit"]:  # "in two weeks" is how long it took, unless it lies ahead
        if not (group["time"] or ahead):
            return None
        return _some(group["in_count"], group["in_couple"], group["in_unit"], today, back=False)
    if group["weekday"]:
        return _day(_weekday(WEEKDAYS.index(group["weekday"]), group["which"], today, ahead=bool(ahead)))
    if group["weekend"]:
        return _period("weekend", 0 if ahead or today.weekday() >= _SATURDAY else -1, today)
    step = _step(group["step"] or group["named_step"])
    if group["month"]:
        return _named_month(MONTHS.index(group["month"][:3]) + 1, step, today)
    return _period(group["period"], step, today)


def _step(word: str) -> int:
    return {"last": -1, "past": -1, "this": 0}.get(word, 1)


def _day(day: date, before: str = "") -> Interval:
    return Interval(f"{before}{day.day} {calendar.month_name[day.month]} {day.year}", day, day)


def _weekday(wanted: int, which: str, today: date, *, ahead: bool) -> date:
    """Return a day of the week: the latest until today, or the first from today on if that is meant."""
    back = (today.weekday() - wanted) % 7
    if which in ("last", "past"):
        return today - timedelta(days=back or 7)
    if which in ("next", "coming"):
        return today + timedelta(days=7 - back)
    return today + timedelta(days=-back % 7) if ahead else today - timedelta(days=back)


def _some(count: str, couple: str, unit: str, today: date, *, back: bool) -> Interval | None:
    """Return what lies some days, weeks, months or years from today; of months the month, of years the year."""
    number = 1 if count in ("a", "an", "one") else int(SPELLED.get(count, count))
    if couple == "few":
        return None
    number *= 2 if couple else 1
    number *= -1 if back else 1
    if unit == "day":
        return _day(today + timedelta(days=number))
    if unit in ("week", "fortnight"):
        return _day(today + timedelta(weeks=number * (2 if unit == "fortnight" else 1)), "about ")
    return _month(today, number) if unit == "month" else _year(today.year + number)


def _period(period: str, step: int, today: date) -> Interval:
    if period == "year":
        return _year(today.year + step)
    if period == "month":
        return _month(today, step)
    monday = today - timedelta(days=today.weekday()) + timedelta(weeks=step)
    if period == "weekend":
        saturday = monday + timedelta(days=_SATURDAY)
        first = _day(saturday, "weekend of ")
        return Interval(first.said, saturday, saturday + timedelta(days=1))
    return Interval(_day(monday, "week of ").said, monday, monday + timedelta(days=6))


def _year(year: int) -> Interval:
    return Interval(str(year), date(year, 1, 1), date(year, 12, 31))


def _month(today: date, step: int) -> Interval:
    year, month = divmod(today.year * 12 + today.month - 1 + step, 12)
    return _whole_month(year, month + 1)


def _whole_month(year: int, month: int) -> Interval:
    last = calendar.monthrange(year, month)[1]
    return Interval(f"{calendar.month_name[month]} {year}", date(year, month, 1), date(year, month, last))


def _named_month(month: int, step: int, today: date) -> Interval:
    """Return "last May", the latest that is over, "next May", the first to come, or "this May", of this year."""
    if step == 0:
        return _whole_month(today.year, month)
    if step < 0:
        return _whole_month(today.year - (month >= today.month), month)
    return _whole_month(today.year + (month <= today.month), month)


def _ahead(words: str, quote: str, question: str) -> bool | None:
    """Tell whether what happens then lies ahead: by the verb before the words, the question's, or the one behind."""
    text, asked = fold(quote), fold(bare(question))
    at = text.find(fold(words))
    before, after = (text[:at], text[at + len(words) :]) if at >= 0 else (text, "")
    before = re.split(r"[;:—–]|, (?:and|but|while) ", before)[-1]
    if (told := _tense(before, last=True)) is not None:
        return told
    if found := re.search(rf"\b(?:will|shall|do|does|did|has|have|had|{COPULA})\b", asked):
        return found[0] in ("will", "shall", "do", "does", "is", "are")
    return _tense(re.split(r"[;:—–]", after)[0], last=False)


def _tense(text: str, *, last: bool) -> bool | None:
    """Return what the last or first verb of a text says: ahead or not; None if there is none."""
    signs = [
        (found.end() if last else -found.start(), ahead)
        for pattern, ahead in _SIGNS
        for found in pattern.finditer(text)
    ]
    return max(signs)[1] if signs else None


_SIGNS = ((_AHEAD, True), (_BACK, False), (_NOW, True))
