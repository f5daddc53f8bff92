"""Dates as people write them become ISO 8601."""

import re
from datetime import date

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
