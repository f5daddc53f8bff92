"""Numbers and codes that are written with digits are found in a text, with their scales, signs and units."""

import re
from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal
from typing import Literal

from rag.text import numerals
from rag.text.dates import MONTH
from rag.text.numerals import HYPHENS, RAISED, SCALE, SPACES, VULGAR, Code, Quantity, plain

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
_PERCENT = r"[%％]|‰|(?:percentage points?|pps?|per ?cents?|pct|prozent|procent|pour cent|por ciento|per cento)\b"
_BEFORE = r"(?:us|a|c|nz|hk)?\$|[€£¥₹₽]|\b(?:usd|eur|gbp|chf|jpy|inr)[ \u00a0]?"
_WORD_UNITS = sorted(
    {*_CURRENCY, *_MEASURES} - {"$", "€", "£", "¥", "₹", "₽", "us$", "a$", "c$", "°c", "°f"}, key=lambda w: (-len(w), w)
)
_UNIT = re.compile(
    rf"[{SPACES}{HYPHENS}]?(?:(?P<percent>{_PERCENT})|(?:(?:u\.?s\.?|american) )?"
    rf"(?P<unit>[€£¥₹₽$]|°[cf]\b|(?:{'|'.join(map(re.escape, _WORD_UNITS))})(?:s|es)?(?![\w²])))"
)
_SCALED = re.compile(rf"(?:[{SPACES}{HYPHENS}]{{0,1}}(?:{SCALE}|(?:bn|mn|mln|tn|trn)\b)(?!\w)\.?)+")
_POWER_OF_TEN = re.compile(rf"[{SPACES}]?[×x·*][{SPACES}]?10(\^[-−]?\d{{1,3}}(?!\d)|[{RAISED}]{{1,4}})")
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
_BEFORE_MONTH = re.compile(rf"\s(?:of )?{MONTH}\b", re.IGNORECASE)
_AFTER_MONTH = re.compile(rf"\b{MONTH}\s(?:the )?$", re.IGNORECASE)
_DECADE = re.compile(r"(\d{3}0|\d0)(?P<s>['’]?s)")
_ISO = re.compile(r"\d{4}-\d\d-\d\d(?:t.*)?", re.IGNORECASE)
_METRES = re.compile(r" (?!(?:long|high|tall|wide|deep|away|thick|apart|from|above|below|of|by|in|and|or|x|to)\b)[a-z]")


def written(text: str, lower: str, *, comma: bool) -> Iterator[Quantity | Code]:
    """Yield the numbers and codes of a text that are written with digits, in order.

    Args:
        text: any.
        lower: the same in lower case, letter for letter.
        comma: whether it writes 2,5 for two and a half where a comma or a point could be either.
    """
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
        items = list(_read(text, lower, found, comma=comma))
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
        ("power", rf"({_LITERAL})(\^[-−]?\d{{1,3}}|[{RAISED}]{{1,4}})"),
        ("times", rf"({_LITERAL})x10(\^[-−]?\d{{1,3}}|[{RAISED}]{{1,4}})"),
        ("vulgar", rf"(\d*)([{_VULGAR}])(?:[{HYPHENS}].*)?"),
        ("parts", r"([1-9])/([2-9]|10|16)(?:[-].*)?"),
        ("scaled", rf"({_LITERAL})(k|m|mn|mln|bn|b|tn)(?:[{HYPHENS}].*)?"),
        ("measured", rf"({_LITERAL})({'|'.join(map(re.escape, _WORD_UNITS))}|m|g|h)(?:[{HYPHENS}][^\W\d]+)*"),
        ("range", rf"({_LITERAL})[{HYPHENS}]({_LITERAL})(k|m|mn|bn|%)?(?:[{HYPHENS}][^\W\d]{{3,}})*"),
        ("noun", rf"({_LITERAL})(?:[{HYPHENS}]{_LETTERS}{{2,}}(?:[{HYPHENS}].*)?|['’]s?)"),
        ("plain", rf"({_LITERAL})"),
    )
)


_NUMBER_ENDS = {"power": 2, "times": 2, "vulgar": 2, "parts": 2}
"""The group of a form in which its number ends; of the others the first."""
_GROUPED = 1000
_MONTH_CHARS = 15
_YEAR, _SHORT_YEAR = 4, 2


def _read(text: str, lower: str, found: "re.Match[str]", *, comma: bool) -> Iterator[Quantity | Code]:
    """Yield what a run that starts with a digit stands for: one number, two or more, or a code."""
    run, start = found["run"], found.start("run")
    name, match = _form(run)
    if name == "iso":
        return
    if name == "list":
        for part in re.finditer(r"\d+", run):
            first, last = start + part.start(), start + part.end()
            yield Quantity(first, last, Decimal(part[0]), first=first, last=last)
        return
    value = _value(name, match, comma=comma) if match else None
    if value is None or not match:
        yield Code(start, found.end(), _coded(run))
        return
    money = (found["money"] or "").strip().lower()
    minus = bool(found["minus"] or found["sign"])
    begin = start - 1 if minus and text[start - 1] in "-−–" else start
    first = next((found.start(name) for name in ("minus", "money") if found[name]), start)
    end = start + match.end(_NUMBER_ENDS.get(name, 1))
    item = Quantity(begin, end, -value if minus else value, unit=_CURRENCY.get(money, money), first=first, last=end)
    if name == "range":
        yield item
        high = _upper(match, value, numerals.literal(match[2], comma=comma) or value)
        second = start + match.start(2)
        upper = replace(item, start=second, end=start + match.end(2), number=high, first=second)
        yield followed(text, lower, upper, comma=comma)
    elif name == "ordinal":
        kind: Literal["cardinal", "ordinal"] = "cardinal" if beside_month(text, begin, end + 2) else "ordinal"
        yield replace(item, kind=kind, end=end + 2, last=end + 2)
    elif name == "decade":
        end = start + match.end("s")
        yield replace(item, kind="decade", end=end, last=end)
    else:
        yield followed(text, lower, item, comma=comma)


def _form(run: str) -> "tuple[str, re.Match[str] | None]":
    """Return the first form that a run has, and how it has it; a code's is empty."""
    if run.isdecimal() and run.startswith("0") and len(run) > _SHORT_YEAR:
        return "", None  # "007"
    for name, form in _FORMS[-1:] if run.isdecimal() else _FORMS:
        match = form.fullmatch(run)
        if not match or (name == "noun" and _CAPITALS.match(run, match.end(1))):
            continue
        if name == "range" and not _ranges(match):
            break
        if name == "measured" and match[2] in ("G", "H", "M"):
            break  # "5G"
        if name == "plain" and numerals.literal(match[1], comma=False) is None and "." not in run:
            return "list", match
        return name, match
    return "", None


_CAPITALS = re.compile(rf"[{HYPHENS}][A-Z]{{2,}}(?![a-z])")
"""Of a code: "117-BX", and not "16-Year-Old"."""


def _ranges(match: "re.Match[str]") -> bool:
    """Tell whether two numbers with a hyphen between are the ends of a range: "2024-0113" and "300-120" are codes."""
    low, high = (numerals.literal(match[n], comma=False) for n in (1, 2))
    led = match[2][0] == "0" and match[2][1:2].isdigit()
    return low is not None and high is not None and not led and not (low > high and len(match[2]) > _SHORT_YEAR)


def _upper(match: "re.Match[str]", low: Decimal, high: Decimal) -> Decimal:
    """Return the upper end of a range; of "1914-18" it is 1918."""
    short = low > high and len(match[1]) == _YEAR and len(match[2]) == _SHORT_YEAR
    return high + low // 100 * 100 if short else high


def _value(name: str, match: "re.Match[str]", *, comma: bool) -> Decimal | None:
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


def beside_month(text: str, start: int, end: int) -> bool:
    """Tell whether a part of a text stands beside the name of a month."""
    return bool(_AFTER_MONTH.search(text[max(0, start - _MONTH_CHARS) : start]) or _BEFORE_MONTH.match(text, end))


def followed(text: str, lower: str, item: Quantity, *, comma: bool) -> Quantity:
    """Return a number with what follows it: more groups of digits, a fraction, a power, a scale, its unit."""
    number, end, scale = abs(item.number), item.end, Decimal(1)
    bare = text[item.end - len(plain(number)) : item.end] == plain(number)
    if bare and number < _GROUPED and (group := _GROUP.match(text, end)) and not beside_month(text, item.start, end):
        number = numerals.literal(plain(number) + group[0], comma=comma) or number
        end = group.end()
    elif bare and (mixed := _MIXED.match(text, end)):
        number += VULGAR[mixed[1]] if mixed[1] else Decimal(mixed[2]) / int(mixed[3])
        end = mixed.end()
    if times := _POWER_OF_TEN.match(text, end):
        number *= numerals.power(Decimal(10), times[1].lstrip("^").replace("−", "-")) or 1
        end = times.end()
    if scaled := _SCALED.match(lower, end) or _short(text, lower, end, money=bool(item.unit)):
        scale = numerals.scale(scaled[0], comma=comma and "billion" in scaled[0])
        end = scaled.end() - (scaled[0].endswith(".") and lower[end : scaled.end()].strip(f".{SPACES}") not in _DOTTED)
    unit, last = item.unit, end
    if found := _UNIT.match(lower, end):
        named = _unit(found)
        last = found.end()
        unit = named if not unit or named in ("%", "‰", "pp") else unit
    signed = number * scale * (-1 if item.number < 0 else 1)
    return replace(item, number=signed, end=end, scale=scale, unit=unit, last=last)


_DOTTED = frozenset("mio mrd tsd".split())
_SHORT = re.compile(rf"[{SPACES}]?(k|m|b)(?!\w)", re.IGNORECASE)


def _short(text: str, lower: str, end: int, *, money: bool) -> "re.Match[str] | None":
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
