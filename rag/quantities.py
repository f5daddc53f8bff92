"""The numbers and codes of a text, by value: "thirty-two" is 32, "$2.8 billion" 2800000000, and "F-16" no number.

Everything that compares numbers does it here: retrieval, the reader's signs, what may be claimed or decided, and the
evaluation. A number keeps its point, sign, scale and unit; what each writing is worth stands in :mod:`rag.numerals`.
"""

import re
from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal
from functools import lru_cache
from typing import Literal

from rag import numerals
from rag.dates import MONTH
from rag.numerals import HYPHENS, RAISED, SCALE, SPACES, WORDS, VULGAR, Code, Quantity, decimal_comma, plain

_LATIN = r"[^\W\u2e80-\uffff]"
"""A letter, digit or underscore of a script that sets words apart."""
_LETTERS = r"[^\W\d_\u2e80-\uffff]"
_LITERAL = r"\d+(?:[.,]\d+|['’]\d{3}(?!\d))*"
_CURRENCY = {
    "$": "$", "us$": "$", "usd": "$", "dollar": "$", "a$": "a$", "c$": "c$", "€": "€", "eur": "€", "euro": "€",
    "£": "£", "gbp": "£", "pound": "£", "¥": "¥", "jpy": "¥", "yen": "¥", "₹": "₹", "inr": "₹", "rupee": "₹",
    "chf": "chf", "franc": "franc", "cent": "cent", "rubel": "₽", "ruble": "₽", "rouble": "₽", "₽": "₽", "yuan": "yuan",
    "peso": "peso", "krona": "krona", "kroner": "krona",
}  # fmt: skip
_MEASURES = {
    name: names.split()[0]
    for names in (
        "km kilometre kilometer", "metre meter", "cm centimetre centimeter", "mm millimetre millimeter", "mile mi",
        "foot feet ft", "inch inches", "yard yd", "kg kilogram kilogramme kilo", "gram gramme", "tonne", "ton", "lb",
        "oz ounce", "litre liter", "ml millilitre milliliter", "hectare ha", "acre", "hour hr", "minute min", "day",
        "second sec", "week", "month", "year yr", "mph", "km/h kph", "mw megawatt", "gw gigawatt", "kw kilowatt",
        "kwh", "gb", "mb", "tb", "bar", "°c", "°f", "degree", "km²", "m²",
    )
    for name in names.split()
}  # fmt: skip
_PERCENT = r"%|‰|(?:percentage points?|pps?|per ?cents?|pct|prozent|procent|pour cent|por ciento|per cento)\b"
_BEFORE = r"(?:us|a|c|nz|hk)?\$|[€£¥₹₽]|\b(?:usd|eur|gbp|chf|jpy|inr)[ \u00a0]?"
_WORD_UNITS = sorted(
    {*_CURRENCY, *_MEASURES} - {"$", "€", "£", "¥", "₹", "₽", "us$", "a$", "c$", "°c", "°f"}, key=lambda w: (-len(w), w)
)
_UNIT = re.compile(
    rf"[{SPACES}{HYPHENS}]?(?:(?P<percent>{_PERCENT})|(?:(?:u\.?s\.?|american) )?"
    rf"(?P<unit>[€£¥₹₽$]|°[cf]\b|(?:{'|'.join(map(re.escape, _WORD_UNITS))})(?:s|es)?(?![\w²])))"
)
_SCALED = re.compile(rf"(?:[{SPACES}{HYPHENS}]{{0,1}}(?:{SCALE}|(?:bn|mn|mln|tn)\b)(?!\w)\.?)+")
_POWER_OF_TEN = re.compile(rf"[{SPACES}]?[×x·*][{SPACES}]?10(\^[-−]?\d+|[{RAISED}]+)")
_GROUP = re.compile(rf"(?:[{SPACES}]\d{{3}})+(?![\w{HYPHENS}/])(?:[.,]\d+)?(?!\w)")
_VULGAR = "".join(VULGAR)
_MIXED = re.compile(rf"[{SPACES}]?(?:([{_VULGAR}])|([1-9])/([2-9]|10|16)(?![\w/]))")
_RUN = re.compile(
    rf"(?P<minus>(?<![\w)%])(?<!\d )[-−–](?=(?:{_BEFORE})?\d))?(?P<money>{_BEFORE})?"
    rf"(?P<sign>(?<=[$€£¥₹₽])[-−](?=\d))?"
    rf"(?P<run>(?<![^\W\u2e80-\uffff])(?:{_LITERAL}|[{_VULGAR}]){_LATIN}*"
    rf"(?:[{HYPHENS}/:^'’][-−]?{_LATIN}+|[.,]\d{_LATIN}*)*)"
    rf"|(?P<code>(?<!\w)(?>{_LETTERS}+)(?:[{HYPHENS}/._](?>{_LETTERS}+))*+[{HYPHENS}/._:]?\d{_LATIN}*"
    rf"(?:[{HYPHENS}/._:]{_LATIN}+)*)",
    re.IGNORECASE,
)
_DIGIT = re.compile(rf"[\d{_VULGAR}]")
_LONGEST = 60
"""Characters before its first digit that a code may have."""
_LONGEST_CURRENCY = 4
_LED = re.compile(
    rf"(?:mid|pre|post|early|late|non|pro|anti|since|under|over|sub|plus)[{HYPHENS}]|[^\W\d]{{4,}}[.:](?=\d)", re.I
)
"""What stands before a number without making it a code: "mid-2020", and a sign without its space."""
_WORDS = re.compile(rf"(?<![\w$])(?:{WORDS})(?:(?:[{SPACES}{HYPHENS}]|, (?=and))(?:{WORDS}))*(?![\w’']|[{HYPHENS}]?\d)")
_START = re.compile(rf"\b(?:minus |negative )?$")
_BEFORE_MONTH = re.compile(rf"\s(?:of )?{MONTH}\b", re.IGNORECASE)
_AFTER_MONTH = re.compile(rf"\b{MONTH}\s(?:the )?$", re.IGNORECASE)
_BETWEEN = re.compile(rf"[{SPACES}]?(?:to|and|or|through|[{HYPHENS}–—])[{SPACES}]?[$€£¥₹]?")
_DECADE = re.compile(r"(\d{3}0|\d0)['’]?s")
_ISO = re.compile(r"\d{4}-\d\d-\d\d(?:t.*)?", re.IGNORECASE)
_METRES = re.compile(r" (?!(?:long|high|tall|wide|deep|away|thick|apart|from|above|below|of|by|in|and|or|x|to)\b)[a-z]")


def scan(text: str, comma: bool | None = None) -> tuple[Quantity | Code, ...]:
    """Return the numbers and codes of a text, in order.

    Args:
        text: any.
        comma: whether it writes 2,5 for two and a half where a comma or a point could be either; None: as it looks.
    """
    if comma is None:
        comma = bool(_EITHER.search(text) or "illion" in text) and decimal_comma(text)
    return _scan(text, comma)


_EITHER = re.compile(r"[.,](?<=\d[.,])\d{3}(?!\d)")
"""A sign that may part thousands or tenths."""


@lru_cache(maxsize=4096)
def _scan(text: str, comma: bool) -> tuple[Quantity | Code, ...]:
    lower = text.lower()
    if len(lower) != len(text):  # a letter whose small form is two
        lower = text
    written = list(_written(text, lower, comma))
    taken = [(item.start, max(item.end, item.last if isinstance(item, Quantity) else 0)) for item in written]
    said = [item for item in _spelled(text, lower, comma) if not any(a <= item.start < b for a, b in taken)]
    return tuple(_ranges(text, sorted([*written, *said], key=lambda item: item.start)))


def quantities(text: str, comma: bool | None = None) -> tuple[Quantity, ...]:
    """Return the numbers of a text, in order; arguments as of :func:`scan`.

    >>> [str(found) for found in quantities("2,5 Mio. of 1 500, −3½ %, F-16, twenty-five, the 21st, $2.8bn")]
    ['2500000', '1500', '-3.5%', '25', '21st', '2800000000']
    """
    return tuple(item for item in scan(text, comma) if isinstance(item, Quantity))


def codes(text: str) -> tuple[Code, ...]:
    """Return what has digits and is no number, in order.

    >>> [found.text for found in codes("QX-4410, an F-16, A/RES/70/1 and 2024-0113 at 10:30")]
    ['qx4410', 'f16', 'a-res70-1', '2024-0113', '10-30']
    """
    return tuple(item for item in scan(text) if isinstance(item, Code))


def whole(text: str, start: int, end: int) -> tuple[int, int]:
    """Return a part of a text, widened where it would cut a number, its scale, its sign or a code.

    >>> text = "Twenty-five lost $3.2 billion."
    >>> [text[slice(*whole(text, a, b))] for a, b in ((0, 6), (18, 21), (12, 16))]
    ['Twenty-five', '$3.2 billion', 'lost']
    """
    for item in scan(text):
        first, last = item.start, item.end
        if isinstance(item, Quantity) and item.unit in _SIGNS:
            first, last = min(first, item.first), max(last, item.last) if item.unit in ("%", "‰", "pp") else last
        if first < end and start < last:
            start, end = min(start, first), max(end, last)
    return start, end


_SIGNS = frozenset("% ‰ pp $ € £ ¥ ₹ ₽".split())


def _written(text: str, lower: str, comma: bool) -> Iterator[Quantity | Code]:
    """Yield what is written with digits."""
    at = 0
    while digit := _DIGIT.search(text, at):
        begin = digit.start()
        while begin > at and digit.start() - begin < _LONGEST and not text[begin - 1].isspace():
            begin -= 1
        found = _RUN.search(text, max(at, begin - _LONGEST_CURRENCY))
        if not found:
            return
        at = found.end()
        if found["code"]:
            if led := _LED.match(found["code"]):
                at = found.start() + led.end()
            else:
                yield Code(found.start(), at, _coded(found["code"]))
            continue
        items = list(_read(text, lower, found, comma))
        at = max([at if isinstance(items[0], Code) else items[-1].end, found.start("run") + 1]) if items else at
        yield from items


def _coded(written: str) -> str:
    """Return the one form of a code: small letters, its parts joined by hyphens, a letter and a digit by nothing."""
    parts = [part for part in re.split(r"[\W_]+", written.lower()) if part]
    joined = parts[0]
    for part in parts[1:]:
        joined += part if joined[-1].isdigit() != part[0].isdigit() else f"-{part}"
    return joined


_FORMS = tuple(
    (name, re.compile(form, re.IGNORECASE))
    for name, form in (
        ("iso", _ISO.pattern),
        ("ordinal", rf"({_LITERAL})(?:st|nd|rd|th)(?:[{HYPHENS}].*)?"),
        ("decade", rf"{_DECADE.pattern}(?:[{HYPHENS}].*)?"),
        ("power", rf"({_LITERAL})(\^[-−]?\d+|[{RAISED}]+)"),
        ("times", rf"({_LITERAL})x10(\^[-−]?\d+|[{RAISED}]+)"),
        ("vulgar", rf"(\d*)([{_VULGAR}])(?:[{HYPHENS}].*)?"),
        ("parts", r"([1-9])/([2-9]|10|16)(?:[-].*)?"),
        ("scaled", rf"({_LITERAL})(k|m|mn|mln|bn|b|tn)(?:[{HYPHENS}].*)?"),
        ("measured", rf"({_LITERAL})({'|'.join(map(re.escape, _WORD_UNITS))}|m|g|h)(?:[{HYPHENS}][^\W\d]+)*"),
        ("range", rf"({_LITERAL})[{HYPHENS}]({_LITERAL})(k|m|mn|bn|%)?(?:[{HYPHENS}][^\W\d]{{3,}})*"),
        ("noun", rf"({_LITERAL})(?:[{HYPHENS}](?:[a-z]+|[A-Z][a-z]+)(?:[{HYPHENS}].*)?|['’]s?)".replace("(?i)", "")),
        ("plain", rf"({_LITERAL})"),
    )
)


def _read(text: str, lower: str, found: "re.Match[str]", comma: bool) -> Iterator[Quantity | Code]:
    """Yield what a run that starts with a digit stands for: one number, two, or a code."""
    run, start = found["run"], found.start("run")
    first = found.start("minus") if found["minus"] else found.start("money") if found["money"] else start
    minus = bool(found["minus"] or found["sign"])
    money = _CURRENCY.get((found["money"] or "").strip().lower(), (found["money"] or "").strip().lower())
    begin = start - 1 if minus and text[start - 1] in "-−–" else start
    for name, form in _FORMS[-1:] if run.isdecimal() else _FORMS:
        if not (match := form.fullmatch(run)):
            continue
        if name == "iso":
            return
        if name == "noun" and not re.match(r".[a-z]|['’]|.[A-Z][a-z]", run[match.end(1) :]):
            continue
        if name == "measured" and match[2] in "GHM":
            break  # "5G"
        value = _value(name, match, comma)
        if name == "range" and value is not None:
            low, high = value, numerals.literal(match[2], comma=comma)
            if (
                high is None
                or (low > high and len(match[2]) > 2)
                or (match[2][0] == "0" and len(match[2]) > 1 and match[2][1].isdigit())
            ):
                break
            end = start + match.end(1)
            yield Quantity(begin, end, -low if minus else low, unit=money, first=first, last=end)
            if low > high and len(match[1]) == 4 and len(match[2]) == 2:  # noqa: PLR2004 (1914-18)
                high += low // 100 * 100
            yield _followed(
                text,
                lower,
                Quantity(start + match.start(2), start + match.end(2), high, unit=money, first=start + match.start(2)),
                comma,
            )
            return
        if value is None:
            if name == "plain" and "," in run and "." not in run:
                yield from _list(run, start, comma)
                return
            break
        end = start + (match.end(1) if name not in ("power", "times", "vulgar", "parts") else match.end(2))
        kind: Literal["cardinal", "ordinal", "decade"] = (
            "ordinal" if name == "ordinal" else "decade" if name == "decade" else "cardinal"
        )
        item = Quantity(begin, end, -value if minus else value, kind, money, first=first)
        if kind != "cardinal":
            end = start + (match.end(1) + 2 if kind == "ordinal" else re.match(_DECADE, run).end())  # type: ignore[union-attr]
            if kind == "ordinal" and _beside_month(text, begin, end):
                item = replace(item, kind="cardinal")
            yield replace(item, end=end, last=end)
        else:
            yield _followed(text, lower, item, comma)
        return
    yield Code(start, found.end(), _coded(run))


def _value(name: str, match: "re.Match[str]", comma: bool) -> Decimal | None:
    """Return what one form of a number is worth; None if it is none."""
    if name == "vulgar":
        return Decimal(match[1] or 0) + VULGAR[match[2]]
    if name == "parts":
        over, under = int(match[1]), int(match[2])
        return Decimal(over) / under if over < under else None
    value = numerals.literal(match[1], comma=comma)
    if value is None or name not in ("power", "times"):
        return value
    exponent = match[2].lstrip("^").replace("−", "-")
    if name == "times":
        return value * (numerals.power(Decimal(10), exponent) or 1)
    return numerals.power(value, exponent) or value


def _list(run: str, start: int, comma: bool) -> Iterator[Quantity]:
    """Yield the numbers of "2019,2020"."""
    for part in re.finditer(r"\d+", run):
        yield Quantity(
            start + part.start(),
            start + part.end(),
            Decimal(part[0]),
            first=start + part.start(),
            last=start + part.end(),
        )


def _beside_month(text: str, start: int, end: int) -> bool:
    return bool(_AFTER_MONTH.search(text[max(0, start - 15) : start]) or _BEFORE_MONTH.match(text, end))


def _followed(text: str, lower: str, item: Quantity, comma: bool) -> Quantity:
    """Return a number with what follows it: more groups of digits, a fraction, a power, a scale, its unit."""
    number, end, scale = abs(item.number), item.end, Decimal(1)
    bare = text[item.end - len(plain(number)) : item.end] == plain(number)
    if bare and number < 1000 and (group := _GROUP.match(text, end)) and not _beside_month(text, item.start, end):  # noqa: PLR2004
        number = numerals.literal(plain(number) + group[0], comma=comma) or number
        end = group.end()
    elif bare and (mixed := _MIXED.match(text, end)):
        number += VULGAR[mixed[1]] if mixed[1] else Decimal(mixed[2]) / int(mixed[3])
        end = mixed.end()
    if times := _POWER_OF_TEN.match(text, end):
        number *= numerals.power(Decimal(10), times[1].lstrip("^").replace("−", "-")) or 1
        end = times.end()
    if scaled := _SCALED.match(lower, end) or _short(text, lower, end, bool(item.unit)):
        scale = numerals.scale(scaled[0], comma=comma and "billion" in scaled[0])
        end = scaled.end() - (scaled[0].endswith(".") and not lower[end : scaled.end()].strip(f".{SPACES}") in _DOTTED)
    unit, last = item.unit, end
    if found := _UNIT.match(lower, end):
        named = _unit(found)
        last = found.end()
        unit = named if not unit or named in ("%", "‰", "pp") else unit
    signed = number * scale * (-1 if item.number < 0 else 1)
    return replace(item, number=signed, end=end, scale=scale, unit=unit, last=last)


_DOTTED = frozenset("mio mrd tsd".split())
_SHORT = re.compile(rf"[{SPACES}]?(k|m|b)(?!\w)", re.IGNORECASE)


def _short(text: str, lower: str, end: int, money: bool) -> "re.Match[str] | None":
    """Return "k", "m" or "b" behind a number where it is a scale, and no metre."""
    found = _SHORT.match(lower, end)
    if not found or not (money or found.start(1) == end):
        return None
    if money or found[1] == "k" or (found[1] == "m" and (text[end] == "M" or _METRES.match(text, found.end()))):
        return found
    return None


def _unit(found: "re.Match[str]") -> str:
    if percent := found["percent"]:
        return "‰" if percent == "‰" else "pp" if percent[:10] == "percentage" or percent in ("pp", "pps") else "%"
    word = found["unit"]
    for form in (word, word.removesuffix("s"), word.removesuffix("es")):
        if form in _CURRENCY or form in _MEASURES:
            return _CURRENCY.get(form) or _MEASURES[form]
    return word


def _spelled(text: str, lower: str, comma: bool) -> Iterator[Quantity]:
    """Yield what is written with number words."""
    for run in _WORDS.finditer(lower):
        words = [(run.start() + word.start(), word[0]) for word in re.finditer(r"[a-z]+", run[0])]
        while words:
            for size in range(len(words), 0, -1):
                said = tuple(word for _, word in words[:size])
                if numerals.spelled(said) and said not in _UNCOUNTED:
                    start, end = words[0][0], words[size - 1][0] + len(words[size - 1][1])
                    yield _worded(text, lower, start, end, said, comma)
                    break
            words = words[size:]


_UNCOUNTED = frozenset((word,) for word in "hundred thousand million billion trillion".split())
_LOOSE = frozenset((word,) for word in "one half quarter first second third".split())


def _worded(text: str, lower: str, start: int, end: int, said: tuple[str, ...], comma: bool) -> Quantity:
    number, kind = numerals.spelled(said) or (Decimal(0), "cardinal")
    if led := re.search(r"(?<!\w)(?:minus|negative) $", lower[max(0, start - 10) : start]):
        start, number = start - len(led[0]), -number
    if kind == "ordinal":
        if _beside_month(text, start, end):
            return Quantity(start, end, number, first=start, last=end)
        return Quantity(start, end, number, "ordinal", loose=said in _LOOSE, first=start, last=end)
    found = _followed(text, lower, Quantity(start, end, number, loose=said in _LOOSE, first=start), comma)
    scale = next((numerals.scale(word) for word in said if word in ("million", "billion", "trillion")), Decimal(1))
    return replace(found, scale=max(scale, found.scale))


def _ranges(text: str, found: list[Quantity | Code]) -> Iterator[Quantity | Code]:
    """Give the first number of "30 to 50 million" its scale, and each of "$5–10" and "5 to 10 percent" its unit."""
    for n, item in enumerate(found):
        after = found[n + 1] if n + 1 < len(found) else None
        before = found[n - 1] if n else None
        if isinstance(item, Quantity) and isinstance(after, Quantity) and _joined(text, item, after):
            if item.scale == 1 and after.scale > 1 and item.number < after.number / after.scale:
                item = replace(item, number=item.number * after.scale, scale=after.scale)
            if not item.unit and after.unit and item.last == item.end and item.number < after.number:
                item = replace(item, unit=after.unit)
        elif isinstance(item, Quantity) and isinstance(before, Quantity) and _joined(text, before, item):
            if before.unit in ("$", "€", "£", "¥") and not item.unit:
                item = replace(item, unit=before.unit)
        yield item


def _joined(text: str, one: Quantity, other: Quantity) -> bool:
    return one.kind == other.kind == "cardinal" and bool(_BETWEEN.fullmatch(text[one.end : other.start]))
