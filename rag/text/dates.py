"""Dates as people write them become ISO 8601, or calendar dates to count with."""

import re
from dataclasses import dataclass
from datetime import date, timedelta

MONTH_NAMES = "january february march april may june july august september october november december".split()
MONTHS = [name[:3] for name in MONTH_NAMES]
WEEKDAYS = "monday tuesday wednesday thursday friday saturday sunday".split()
MONTH = (
    r"(?:Jan(?:uary|\.)?|Feb(?:ruary|\.)?|Mar(?:ch|\.)?|Apr(?:il|\.)?|May|June?|July?|Aug(?:ust|\.)?|"
    r"Sept?(?:ember|\.)?|Oct(?:ober|\.)?|Nov(?:ember|\.)?|Dec(?:ember|\.)?)"
)
DATE = rf"(?:{MONTH} \d{{1,2}}, \d{{4}}|\d{{1,2}} {MONTH},? \d{{4}}|\d{{4}}-\d\d-\d\d)"


_MONTH_FIRST = frozenset("us ph pr gu as vi mp um fm mh pw".split())
"""Countries where 2/3/2026 is in February."""
_YEAR_FIRST = frozenset("zh ja ko hu lt mn".split())
"""Languages that put the year first: of 2/3/2026 nobody knows."""
_LEADING_YEAR = re.compile(r"(?P<year>\d{4})(?P<sep>[-/.])(?P<month>\d\d?)(?P=sep)(?P<day>\d\d?)(?!\d|[-/.]\d)")
_STAMP = re.compile(r"(?:D:)?(?P<year>\d{4})(?P<month>\d\d)(?P<day>\d\d)(?:T?\d{4,6})?(?:$|[^\d.,])")
_TRAILING_YEAR = re.compile(
    r"(?P<first>\d\d?)(?P<sep>[-/.])\s?(?P<second>\d\d?)(?P=sep)\s?(?P<year>\d{4})(?!\d|[-/.]\d)"
)
_IDEOGRAPHIC = re.compile(r"(?P<year>\d{4})\s?[年년]\s?(?P<month>\d\d?)\s?[月월]\s?(?P<day>\d\d?)\s?[日일]")
_OTHER_MONTHS = {
    name: number
    for names in (
        "januar februar märz april mai juni juli august september oktober november dezember",
        "janvier février mars avril mai juin juillet août septembre octobre novembre décembre",
        "enero febrero marzo abril mayo junio julio agosto septiembre octubre noviembre diciembre",
        "gennaio febbraio marzo aprile maggio giugno luglio agosto settembre ottobre novembre dicembre",
        "janeiro fevereiro março abril maio junho julho agosto setembro outubro novembro dezembro",
        "januari februari maart april mei juni juli augustus september oktober november december",
    )
    for number, name in enumerate(names.split(), start=1)
}
"""Of German, French, Spanish, Italian, Portuguese and Dutch."""
_OTHER_NAMED = re.compile(
    r"(?P<day>\d{1,2})(?:\.|er|º)? (?:de )?(?P<month>[^\W\d_]{3,10}) (?:de )?(?P<year>\d{4})(?!\d)"
)
_WEEKDAY = re.compile(
    r"(?:(?:mon|tue|wed|thu|fri|sat|sun)[a-z]*|[^\W\d_]+(?:tag|woch|dag|di|dì|feira)|lunes|martes|miércoles|jueves"
    r"|viernes|s[áa]ba[dt]o|domingo|domenica)\.?,?\s+",
    re.IGNORECASE,
)
_NAMED = re.compile(
    rf"(?P<month1>{MONTH}) (?P<day1>\d{{1,2}})(?:st|nd|rd|th)?,? (?P<year1>\d{{4}})(?!\d)"
    rf"|(?P<day2>\d{{1,2}})(?:st|nd|rd|th)?(?: of | |-)(?P<month2>{MONTH}),?(?: |-)(?P<year2>\d{{4}})(?!\d)"
    rf"|(?P<month3>{MONTH}) {{1,2}}(?P<day3>\d{{1,2}}) \d\d:\d\d:\d\d (?:[A-Z]{{3,5}} )?(?P<year3>\d{{4}})(?!\d)",
    re.IGNORECASE,
)


def iso_date(text: str, language: str | None = None) -> str | None:
    """Return the calendar date that ``text`` starts with as ISO 8601, or None.

    It may be written as ISO 8601, as in mail (RFC 2822), in words of English or its neighbours, or in figures. Which
    of two figures is the day, the language tells if the figures do not; where neither does, the date is unknown.

    Args:
        text: a date, and anything after it.
        language: of the document, as BCP 47 has it: "en-GB", "de"; "en" alone leaves open which figure is the day.

    >>> iso_date("January 12, 2026"), iso_date("2023-10-05T12:00:00Z"), iso_date("soon")
    ('2026-01-12', '2023-10-05', None)
    >>> iso_date("Tue, 03 Feb 2026 10:00:00 +0000"), iso_date("2026/02/03"), iso_date("D:20260203100000")
    ('2026-02-03', '2026-02-03', '2026-02-03')
    >>> iso_date("03/02/2026"), iso_date("03/02/2026", "en-GB"), iso_date("03/02/2026", "en-US"), iso_date("13/02/2026")
    (None, '2026-02-03', '2026-03-02', '2026-02-13')
    """
    plain = " ".join(text[:80].split())
    plain = plain[found.end() :] if (found := _WEEKDAY.match(plain)) else plain
    try:
        for form in (_LEADING_YEAR, _STAMP, _IDEOGRAPHIC):
            if found := form.match(plain):
                return date(int(found["year"]), int(found["month"]), int(found["day"])).isoformat()
        if found := _NAMED.match(plain):
            month, day, year = next(
                (found[f"month{n}"], found[f"day{n}"], found[f"year{n}"]) for n in (1, 2, 3) if found[f"month{n}"]
            )
            return date(int(year), MONTHS.index(month[:3].lower()) + 1, int(day)).isoformat()
        if (found := _OTHER_NAMED.match(plain)) and (number := _OTHER_MONTHS.get(found["month"].lower())):
            return date(int(found["year"]), number, int(found["day"])).isoformat()
        if found := _TRAILING_YEAR.match(plain):
            return _in_figures(int(found["first"]), int(found["second"]), int(found["year"]), found["sep"], language)
    except ValueError:  # "February 31, 2026"
        pass
    return None


def _in_figures(first: int, second: int, year: int, separator: str, language: str | None) -> str | None:
    """Return the date of two figures and a year; None where either may be the day."""
    if first > 12 or second > 12 or first == second:
        day, month = (second, first) if second > 12 else (first, second)
        return date(year, month, day).isoformat()
    order = "day" if separator == "." else _order(language)
    if order is None:
        return None
    return (date(year, second, first) if order == "day" else date(year, first, second)).isoformat()


def _order(language: str | None) -> str | None:
    """Return which figure of a date comes first in a language, ``day`` or ``month``; None if that is not known."""
    name, *parts = re.split(r"[-_.@]", (language or "").strip().lower())
    region = next((part for part in parts if len(part) == 2), "")
    if region in _MONTH_FIRST:
        return "month"
    if not re.fullmatch(r"[a-z]{2,3}", name) or name in _YEAR_FIRST or (name == "en" and region in ("", "ca")):
        return None
    return "day"


_DAY = r"(?:the )?(?P<{0}>\d{{1,2}})(?:st|nd|rd|th)?"
_SPAN = r"(?:\s*[-–—/]\s*|\s+(?:to|and|or|until|through)\s+)"
_NO_MORE = r"(?![\w%]|[.,:]\d)"
_STATED = re.compile(
    rf"\b(?P<iso>\d{{4}}-\d\d-\d\d)(?!\d)"
    rf"|\b(?P<month1>{MONTH})(?: {_DAY.format('day1')}(?P<more1>{_SPAN}\d{{1,2}}\b)?{_NO_MORE})?"
    rf"(?:,? (?:of )?(?P<year1>\d{{4}}))?{_NO_MORE}"
    rf"|\b(?:(?P<more2>\d{{1,2}}){_SPAN})?{_DAY.format('day2')} (?:of )?(?P<month2>{MONTH})"
    rf"(?:,? (?P<year2>\d{{4}}))?{_NO_MORE}"
    r"|\b(?P<only>1\d{3}|20\d\d)(?P<decade>s)?\b",
    re.IGNORECASE,
)


Date = tuple[int | None, int | None, int | None]
"""Year, month and day, as far as they are known."""


@dataclass(frozen=True, slots=True)
class StatedDate:
    """A date as far as a text tells it: ``text[start:end]``."""

    start: int
    end: int
    year: int | None
    month: int | None = None
    day: int | None = None
    decade: bool = False
    """Whether its year stands for ten."""
    ranged: bool = False
    """Whether it is the first or last day of several."""
    small: bool = False
    """Whether its month is written without a capital: "it may 5 times fail"."""

    @property
    def date(self) -> Date:
        """What is known of it."""
        return self.year, self.month, self.day

    @property
    def iso(self) -> str:
        """Its day as ISO 8601, without the year where that is not known: ``--01-03``."""
        return f"{'-' if self.year is None else f'{self.year:04d}'}-{self.month:02d}-{self.day:02d}"


def stated(text: str) -> list[StatedDate]:
    """Return the dates of a text, as far as each is told, in order; what is no day of the calendar is none.

    >>> [(found.year, found.month, found.day) for found in stated("from May 1962 to the 3rd of June, or in 1964")]
    [(1962, 5, None), (None, 6, 3), (1964, None, None)]
    """
    found = []
    for match in _STATED.finditer(text):
        name = match["month1"] or match["month2"]
        if match["iso"]:
            parts: list[str | None] = [*match["iso"].split("-")]
        else:
            number = str(MONTHS.index(name[:3].lower()) + 1) if name else None
            parts = [match["year1"] or match["year2"] or match["only"], number, match["day1"] or match["day2"]]
        year, month, day = (int(part) if part else None for part in parts)
        try:
            date(year or _LEAP_YEAR, month or 1, day or 1)
        except ValueError:  # "February 31, 2026"
            continue
        decade, ranged = bool(match["decade"]), bool(match["more1"] or match["more2"])
        found.append(StatedDate(*match.span(), year, month, day, decade, ranged, small=bool(name) and name.islower()))
    return found


_LEAP_YEAR = 2000
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
    found = {_date(one, text, published) for one in stated(text) if one.day}
    return found.pop() if len(found) == 1 else None


def _date(found: StatedDate, text: str, published: str | None) -> date | None:
    """Return a date of a text; None for one of a range, and one whose year is not known."""
    if found.ranged or found.small or not found.month or not found.day:
        return None
    if found.year is not None:
        return date(found.year, found.month, found.day)
    try:
        today = date.fromisoformat((published or "")[:10])
    except ValueError:
        return None
    return None if _YEAR.search(text) else _nearest(found.month, found.day, today, ahead=bool(_AHEAD.search(text)))


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


def elapsed(first: date, second: date, unit: str) -> str | None:
    """Return the time between two dates in ``days``, ``weeks``, ``months`` or ``years``; None if it is not a whole one.

    Months and years go by the calendar: from a day to the same day of another month.

    >>> elapsed(date(2026, 1, 3), date(2026, 1, 6), "days"), elapsed(date(2018, 5, 5), date(2020, 5, 5), "years")
    ('3 days', '2 years')
    >>> elapsed(date(2018, 5, 5), date(2020, 5, 6), "years")
    """
    months, same_day = (second.year - first.year) * 12 + second.month - first.month, first.day == second.day
    days = abs((second - first).days)
    amounts: dict[str, tuple[int, bool]] = {
        "days": (days, True),
        "weeks": (days // 7, days % 7 == 0),
        "months": (abs(months), same_day),
        "years": (abs(months) // 12, same_day and months % 12 == 0),
    }
    amount, whole = amounts[unit]
    return f"{amount} {unit[:-1] if amount == 1 else unit}" if whole else None
