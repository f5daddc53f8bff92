"""The numbers and dates of a text, by value: "thirty-two" is 32, "$2.8 billion" 2800000000."""

import re
from functools import lru_cache

from text_to_num import alpha2digit

from rag.dates import DATE, MONTH, MONTHS, iso_date
from rag.terms import SPELLED

_SCALES = {"hundred": 100, "thousand": 1000, "k": 1000, "million": 10**6, "m": 10**6, "billion": 10**9, "bn": 10**9}
_SCALES |= {"trillion": 10**12, **{str(scale): scale for scale in (100, 1000, 10**6, 10**9, 10**12)}}
_NUMBER = re.compile(
    r"(?<![\w.])(\d+(?:,\d{3})*(?:\.\d+)?)(?: ?((?i:hundred|thousand|k|million|m|billion|bn|trillion)|10+)\b)?"
)
_RANGE = re.compile(rf"{_NUMBER.pattern}(?= ?(?:to|and|or|[-–—]) ?[$€£]?{_NUMBER.pattern})")
_DAY = re.compile(
    rf"\b(?:({MONTH}) (\d{{1,2}})(?:st|nd|rd|th)?|(\d{{1,2}})(?:st|nd|rd|th)? (?:of )?({MONTH}))\b(?:,? (\d{{4}}))?",
    re.I,
)


@lru_cache(maxsize=4096)
def values(text: str) -> frozenset[str]:
    """Return the numbers and dates of a text by value; a date also without its year.

    >>> sorted(values("thirty-two men, $2.8 billion, on 3 January 2026"))
    ['--01-03', '2.8', '2026', '2026-01-03', '2800000000', '3', '32']
    """
    plain = digits(text)
    found: set[str] = set()
    for match in _NUMBER.finditer(plain):
        found |= {_plain(_number(match[1])), _plain(_number(match[1], match[2]))}
    for match in _RANGE.finditer(plain):  # "30 to 50 million": the first number is one of millions too
        if not match[2] and match[4]:
            found.add(_plain(_number(match[1], match[4])))
    for match in _DAY.finditer(plain):
        month = MONTHS.index((match[1] or match[4])[:3].lower()) + 1
        day = f"{month:02d}-{int(match[2] or match[3]):02d}"
        found |= {f"--{day}", *([f"{match[5]}-{day}"] if match[5] else [])}
    for match in re.finditer(DATE, plain):
        if date := iso_date(match[0]):
            found |= {date, f"-{date[4:]}"}
    return frozenset(found)


def _number(written: str, scale: str | None = None) -> float:
    return float(written.replace(",", "")) * _SCALES.get((scale or "").lower(), 1)


def digits(text: str) -> str:
    """Return a text with its spelled numbers as digits; "one" alone stays, which is a pronoun too.

    >>> digits("thirty-two of one hundred men, and one more")
    '32 of 100 men, and one more'
    """
    sound = text.encode("utf-8", "replace").decode()  # alpha2digit fails on a lone surrogate
    return re.sub(r"\b(zero|two)\b", lambda match: SPELLED[match[1].lower()], alpha2digit(sound, "en"), flags=re.I)


def _plain(number: float) -> str:
    return f"{number:.6f}".rstrip("0").rstrip(".")


@lru_cache(maxsize=4096)
def value(text: str) -> str | None:
    """Return the value of a text that is a number or a date and nothing else.

    >>> value("thirty-two"), value("$2.8 billion"), value("January 3, 2026"), value("66 years")
    ('32', '2800000000', '2026-01-03', None)
    """
    plain = digits(text).strip("$€£% \n")
    if _DAY.fullmatch(plain) or re.fullmatch(DATE, plain):
        dates = [found for found in values(plain) if "-" in found]
        return max(dates, key=lambda found: found[0].isdigit())  # with its year, where it has one
    if match := _NUMBER.fullmatch(plain):
        return _plain(_number(match[1], match[2]))
    return None
