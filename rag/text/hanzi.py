"""The numbers of a Chinese or Japanese text that are written with its own signs: 百分之十二, 三千五百, 12万."""

import re
from collections.abc import Iterator
from decimal import Decimal

from rag.text.numerals import Quantity

_DIGITS = {
    char: n
    for n, chars in enumerate(("零〇", "一", "二两", "三", "四", "五", "六", "七", "八", "九"))
    for char in chars
}
_SMALL = {"十": 10, "百": 100, "千": 1000}
_LARGE = {"万": 10**4, "萬": 10**4, "亿": 10**8, "億": 10**8}
_ALL = "".join((*_DIGITS, *_SMALL, *_LARGE))
_NUMBER = re.compile(
    rf"(?P<share>百分之)?(?:(?P<figures>\d+(?:\.\d+)?)(?P<scale>[{''.join(_LARGE)}]+)?|(?P<signs>[{_ALL}]+)(?:点(?P<part>[{''.join(_DIGITS)}]+))?)"
    r"(?P<percent>[%％]|パーセント)?"
)


def hanzi(text: str) -> Iterator[Quantity]:
    """Yield the numbers of a text that are written with Chinese signs, or with figures and such a scale, in order.

    A single sign is no number by itself: it is a part of too many names.

    >>> [str(found) for found in hanzi("预算增加百分之十二，三千五百人，12万元，星期二，百度")]
    ['12%', '3500', '120000']
    """
    for found in _NUMBER.finditer(text):
        share, signs = found["share"], found["signs"]
        if signs and not share and (len(signs) == 1 or not set(signs) & {*_SMALL, *_LARGE}):
            continue
        if not signs and not (share or found["scale"]):
            continue
        number = Decimal(_whole(signs)) if signs else Decimal(found["figures"])
        if found["part"]:
            number += Decimal("0." + "".join(str(_DIGITS[sign]) for sign in found["part"]))
        for sign in found["scale"] or "":
            number *= _LARGE[sign]
        end = found.start("percent") if found["percent"] else found.end()
        unit = "%" if share or found["percent"] else ""
        yield Quantity(found.start(), end, number, unit=unit, first=found.start(), last=found.end())


def _whole(signs: str) -> int:
    """Return what a run of signs is worth: 三千五百 is 3500, 二〇二六 2026."""
    if not set(signs) & {*_SMALL, *_LARGE}:
        return int("".join(str(_DIGITS[sign]) for sign in signs))
    total = part = digit = 0
    for sign in signs:
        if sign in _DIGITS:
            digit = _DIGITS[sign]
        elif sign in _SMALL:
            part += (digit or 1) * _SMALL[sign]
            digit = 0
        else:
            scale = _LARGE[sign]
            smaller = total >= scale  # 一亿二千万: the second scale is of what stands behind the first
            total = total + (part + digit) * scale if smaller else (total + part + digit or 1) * scale
            part = digit = 0
    return total + part + digit
