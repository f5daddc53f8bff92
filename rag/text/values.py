"""The numbers and dates of a text, by value: "thirty-two" is 32, "$2.8 billion" 2800000000, "3 January" --01-03."""

import re
from functools import lru_cache

from rag.text.dates import DATE, MONTH, MONTHS, iso_date
from rag.text.numerals import Quantity
from rag.text.quantities import quantities

_DAY = re.compile(
    rf"\b(?:({MONTH}) (?:the )?(\d{{1,2}})(?:st|nd|rd|th)?|(\d{{1,2}})(?:st|nd|rd|th)? (?:of )?({MONTH}))\b"
    r"(?:,? (\d{4}))?",
    re.I,
)


@lru_cache(maxsize=4096)
def values(text: str, *, comma: bool | None = None) -> frozenset[str]:
    """Return the numbers and dates of a text by value; a date also without its year.

    "One", "half" and the like count where they are not alone: "one" is a pronoun too.

    Args:
        text: any.
        comma: whether its comma is a decimal one (:func:`rag.text.quantities.scan`).

    >>> sorted(values("thirty-two men, $2.8 billion, 12 percent, on 3 January 2026"))
    ['--01-03', '12%', '2026', '2026-01-03', '2800000000', '3', '32']
    """
    return dates(text, comma=comma) | {str(item) for item in quantities(text, comma=comma) if not item.loose}


@lru_cache(maxsize=4096)
def dates(text: str, *, comma: bool | None = None) -> frozenset[str]:
    """Return the days of a text: ``--01-03``, and with its year ``2026-01-03``, ``2026`` and the day, ``3``."""
    found: set[str] = set()
    plain = digits(text, comma=comma)
    for match in _DAY.finditer(plain):
        month = MONTHS.index((match[1] or match[4])[:3].lower()) + 1
        day = f"{month:02d}-{int(match[2] or match[3]):02d}"
        found |= {f"--{day}", str(int(day[3:])), *([f"{match[5]}-{day}", match[5]] if match[5] else [])}
    for match in re.finditer(DATE, plain):
        if date := iso_date(match[0]):
            found |= {date, f"-{date[4:]}", date[:4], str(int(date[8:]))}
    return frozenset(found)


def digits(text: str, *, comma: bool | None = None) -> str:
    """Return a text with its numbers as plain digits; what is more than a number, as "one", stays as it is.

    >>> digits("thirty-two of one hundred men, $2.8bn, and one more")
    '32 of 100 men, $2800000000, and one more'
    """
    parts, at = [], 0
    for item in quantities(text, comma=comma):
        if not item.loose:
            parts += [text[at : item.start], _bare(item)]
            at = item.end
    return "".join([*parts, text[at:]])


def _bare(item: Quantity) -> str:
    return str(item).removesuffix(item.unit) if item.unit in ("%", "‰", "pp") else str(item)


@lru_cache(maxsize=4096)
def only_value(text: str) -> str | None:
    """Return the value of a text that is a number or a date and nothing else.

    >>> only_value("thirty-two"), only_value("$2.8 billion"), only_value("January 3, 2026"), only_value("66 years")
    ('32', '2800000000', '2026-01-03', None)
    """
    own = text.strip()
    plain = digits(own).strip()
    if _DAY.fullmatch(plain) or re.fullmatch(DATE, plain):
        dates = [found for found in values(plain) if "-" in found.lstrip("-") or found.startswith("--")]
        return max(dates, key=lambda found: found[0].isdigit())  # with its year, where it has one
    found = quantities(own)
    if len(found) != 1 or found[0].loose:
        return None
    rest = own[: found[0].start] + own[max(found[0].end, found[0].last if str(found[0]).endswith(("%", "pp")) else 0) :]
    return None if rest.strip("$€£¥% \n") else str(found[0])
