"""The numbers and dates of a text, by value: "thirty-two" is 32, "$2.8 billion" 2800000000, "3 January" --01-03."""

from functools import lru_cache

from rag.text.dates import stated
from rag.text.numerals import Quantity
from rag.text.quantities import quantities


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
    for one in stated(digits(text, comma=comma)):
        if one.day:
            found |= {f"--{one.iso[-5:]}", str(one.day), *((one.iso, one.iso[:4]) if one.year else ())}
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
    day = next((one for one in stated(plain) if one.day and one.end - one.start == len(plain)), None)
    if day:
        return day.iso
    found = quantities(own)
    if len(found) != 1 or found[0].loose:
        return None
    rest = own[: found[0].start] + own[max(found[0].end, found[0].last if str(found[0]).endswith(("%", "pp")) else 0) :]
    return None if rest.strip("$€£¥% \n") else str(found[0])
