"""Dates as people write them become ISO 8601, or calendar dates to count with."""

import re
from datetime import date, timedelta

MONTHS = "jan feb mar apr may jun jul aug sep oct nov dec".split()
MONTH = (
    r"(?:Jan(?:uary|\.)?|Feb(?:ruary|\.)?|Mar(?:ch|\.)?|Apr(?:il|\.)?|May|June?|July?|Aug(?:ust|\.)?|"
    r"Sept?(?:ember|\.)?|Oct(?:ober|\.)?|Nov(?:ember|\.)?|Dec(?:ember|\.)?)"
)
DATE = rf"(?:{MONTH} \d{{1,2}}, \d{{4}}|\d{{1,2}} {MONTH},? \d{{4}}|\d{{4}}-\d\d-\d\d)"


def iso_date(text: str) -> str | None:
    """Return the calendar date that ``text`` starts with as ISO 8601, or None.

    >>> iso_date("January 12, 2026"), iso_date("2023-10-05T12:00:00Z"), iso_date("soon")
    ('2026-01-12', '2023-10-05', None)
    """
    try:
        if found := re.match(r"\d{4}-\d\d-\d\d", text):
            return date.fromisoformat(found[0]).isoformat()
        if found := re.match(DATE, text):
            month = re.search(MONTH, found[0])
            day, year = re.findall(r"\d+", found[0])
            number = MONTHS.index(month[0][:3].lower()) + 1 if month else 0
            return date(int(year), number, int(day)).isoformat()
    except ValueError:  # "February 31, 2026"
        pass
    return None


_DAY = r"(?:the )?(?P<{0}>\d{{1,2}})(?:st|nd|rd|th)?"
_SPAN = r"(?:\s*[-–—/]\s*|\s+(?:to|and|or|until|through)\s+)"
_STATED = re.compile(
    rf"(?P<year0>\d{{4}})-(?P<number0>\d\d)-(?P<day0>\d\d)(?!\d)"
    rf"|\b(?P<month1>{MONTH}) {_DAY.format('day1')}(?P<more1>{_SPAN}\d{{1,2}}\b)?"
    r"(?:,? (?P<year1>\d{4}))?(?![\w%]|[.,:]\d)"
    rf"|\b(?:(?P<more2>\d{{1,2}}){_SPAN})?{_DAY.format('day2')} (?:of )?(?P<month2>{MONTH})\b"
    r"(?:,? (?P<year2>\d{4}))?(?![\w%]|[.,:]\d)",
    re.IGNORECASE,
)
_YEAR = re.compile(r"\b(?:1\d{3}|20\d\d)\b")
_AHEAD = re.compile(
    r"\b(?:will|shall|won't|to be held|(?:is|are) (?:due|set|scheduled|expected|planned|to)|scheduled|upcoming"
    r"|deadline|until|ahead of)\b",
    re.IGNORECASE,
)
_SLACK = timedelta(days=1)
_LONGEST = timedelta(days=300)


def dated(text: str, published: str | None = None) -> date | None:
    """Return the one calendar date that ``text`` states; None if it states none, or several.

    A date without a year, in a text that names no year at all, is taken from when the document was published: the
    first such date from then on where the text looks ahead ("will", "scheduled"), otherwise the last one until the day
    after (elsewhere it is tomorrow already). If that is more than ten months back, the text may look ahead
    unmarked, and the date is unknown.

    Args:
        text: a sentence or a part of one.
        published: ISO 8601 date or time.

    >>> dated("It fell on January 6.", "2026-03-01"), dated("It fell on 6 January 1912."), dated("It fell in 1912.")
    (datetime.date(2026, 1, 6), datetime.date(1912, 1, 6), None)
    """
    found = {_date(match, text, published) for match in _STATED.finditer(text)}
    return found.pop() if len(found) == 1 else None


def _date(match: re.Match[str], text: str, published: str | None) -> date | None:
    """Return the date of one match, None for a range, a day that is none, or an unknown year."""
    groups = match.groupdict()
    if groups["more1"] or groups["more2"]:
        return None
    day = int(groups["day0"] or groups["day1"] or groups["day2"])
    name = groups["month1"] or groups["month2"]
    if name and name.islower():  # "it may 5 times fail"
        return None
    month = MONTHS.index(name[:3].lower()) + 1 if name else int(groups["number0"])
    year = groups["year0"] or groups["year1"] or groups["year2"]
    try:
        if year:
            return date(int(year), month, day)
        if not published or _YEAR.search(text):
            return None
        return _nearest(month, day, date.fromisoformat(published[:10]), ahead=bool(_AHEAD.search(text)))
    except ValueError:
        return None


def _nearest(month: int, day: int, published: date, *, ahead: bool) -> date | None:
    """Return the next such day from ``published`` on, or the last one until the day after it."""
    around = []
    for year in range(published.year - 1, published.year + 2):
        try:
            around.append(date(year, month, day))
        except ValueError:  # February 29
            continue
    if ahead:
        return min((one for one in around if one >= published), default=None)
    last = max((one for one in around if one <= published + _SLACK), default=None)
    return last if last and published - last <= _LONGEST else None


def days(first: date, second: date) -> int:
    """Return how many days lie between two dates, whichever comes first.

    >>> days(date(2020, 2, 28), date(2020, 3, 1))
    2
    """
    return abs((second - first).days)


def elapsed(first: date, second: date, unit: str) -> str | None:
    """Return the time between two dates in ``days``, ``weeks``, ``months`` or ``years``; None if it is not a whole one.

    Months and years go by the calendar: from a day to the same day of another month.

    >>> elapsed(date(2026, 1, 3), date(2026, 1, 6), "days"), elapsed(date(2018, 5, 5), date(2020, 5, 5), "years")
    ('3 days', '2 years')
    >>> elapsed(date(2018, 5, 5), date(2020, 5, 6), "years")
    """
    months, same_day = (second.year - first.year) * 12 + second.month - first.month, first.day == second.day
    amounts: dict[str, tuple[int, bool]] = {
        "days": (days(first, second), True),
        "weeks": (days(first, second) // 7, days(first, second) % 7 == 0),
        "months": (abs(months), same_day),
        "years": (abs(months) // 12, same_day and months % 12 == 0),
    }
    amount, whole = amounts[unit]
    return f"{amount} {unit[:-1] if amount == 1 else unit}" if whole else None
