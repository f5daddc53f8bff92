"""What a spreadsheet shows of a value: by its number format, as a program in English would; dates as ISO 8601.

The part of the format codes (ECMA-376, 18.8.31) that sheets have in practice: sections, digits, thousands, percent,
scientific notation, literals, currencies. What none of it tells is shown as a plain number.
"""

import re
from datetime import date, datetime, time, timedelta
from decimal import ROUND_HALF_UP, Decimal

MOST = 1e15
"""A larger number has more digits than a sheet keeps, and is shown as it is."""

_PART = re.compile(
    r'"(?P<quoted>[^"]*)"|\\(?P<escaped>.)|\[\$(?P<currency>[^\]-]*)[^\]]*\]|\[[^\]]*\]|_.|\*.'
    r"|(?P<general>General)|(?P<science>[0#?][0#?,]*(?:\.[0#?]*)?E[+-]0+)"
    r"|(?P<digits>(?:[0#?][0#?,]*)?(?:\.[0#?]+)?(?<=[0#?.,]),*)|(?P<percent>%)|(?P<other>.)",
    re.IGNORECASE | re.DOTALL,
)
_LITERAL = re.compile(r'"[^"]*"|\\.|\[\$[^\]]*\]|\[(?:[a-z]{3,}\d*|[<>=][^\]]*)\]|_.|\*.', re.IGNORECASE)
_SECTION = re.compile(r'((?:"[^"]*"|\\.|\[[^\]]*\]|[^;"\\\[])*)(?:;|\Z)', re.DOTALL)


def shown(value: object, code: str = "General") -> str:
    """Return what a cell shows.

    >>> shown(0.125, "0.0%"), shown(-1234.5, '#,##0.00 "€"'), shown(datetime(2024, 5, 3), "d mmm yy"), shown(0.1 + 0.2)
    ('12.5%', '-1,234.50 €', '2024-05-03', '0.3')
    """
    if value is None:
        return ""
    if isinstance(value, bool):
        return str(value).upper()
    if isinstance(value, int | float):
        return _number(value, code)
    if isinstance(value, timedelta):
        minutes, seconds = divmod(round(value.total_seconds()), 60)
        return f"{minutes // 60}:{minutes % 60:02}" + (f":{seconds:02}" if seconds else "")
    if isinstance(value, datetime | date | time):
        return _moment(value, code)
    return str(value)


def _moment(value: datetime | date | time, code: str) -> str:
    plain = _LITERAL.sub("", code).lower()
    plain = re.sub(r"(h+[^a-z]*)m+|m+([^a-z]*s)", r"\1\2", plain)  # minutes, not months
    parts = []
    if isinstance(value, date):
        if "d" in plain or not set("ymh") & set(plain):
            parts.append(value.strftime("%Y-%m-%d"))
        elif "m" in plain:
            parts.append(value.strftime("%Y-%m" if "y" in plain else "%B"))
        elif "y" in plain:
            parts.append(value.strftime("%Y"))
    timed = isinstance(value, datetime) and "h" in plain and value.time() != time()
    if timed or not isinstance(value, date):
        parts.append(value.strftime("%H:%M:%S" if "s" in plain and value.strftime("%S") != "00" else "%H:%M"))
    return " ".join(parts)


def _number(value: float, code: str) -> str:
    if not abs(value) < MOST:
        return _plain(value)
    number = Decimal(repr(value))
    sections = _SECTION.findall(code)[:-1] or [code]
    section, sign = sections[0], "-" if number < 0 else ""
    if len(sections) > 1 and number < 0:
        section, sign = sections[1], ""
    if len(sections) > 2 and number == 0:
        section = sections[2]
    parts = list(_PART.finditer(section))
    number = abs(number) * (100 if any(part["percent"] for part in parts) else 1)
    places = [part for part in parts if part["digits"] or part["science"] or part["general"]]
    if len(places) != 1 or (any(part["other"] in ("/", "@") for part in parts) and places):
        # "??/??", a telephone number of several groups, a section of words alone
        literal = "".join(part["quoted"] or "" for part in parts) if not places else ""
        return literal if not places and (literal or not section) else _plain(value)
    said = []
    for part in parts:
        if part["digits"]:
            said.append(_digits(number, part["digits"]))
        elif part["science"]:
            decimals = len(part["science"].partition(".")[2].partition("E")[0])
            said.append(f"{number:.{decimals}E}")
        elif part["general"]:
            said.append(_plain(float(number)))
        else:
            said.append(
                next(filter(None, (part[n] for n in ("quoted", "escaped", "currency", "percent", "other"))), "")
            )
    text = " ".join("".join(said).split())
    return f"{sign}{text}" if any(char.isdigit() and char != "0" for char in text) else text


def _digits(number: Decimal, spec: str) -> str:
    whole, _, part = spec.rstrip(",").partition(".")
    number /= 1000 ** (len(spec) - len(spec.rstrip(",")))
    rounded = number.quantize(Decimal(1).scaleb(-len(part)), ROUND_HALF_UP)
    text = f"{rounded:,f}" if "," in whole else f"{rounded:f}"
    before, _, after = text.partition(".")
    least = len(part.rstrip("#?"))
    while len(after) > least and after.endswith("0"):
        after = after[:-1]
    if before == "0" and "0" not in whole:
        before = ""
    before = before.zfill(whole.count("0")) if "," not in whole else before
    return f"{before}.{after}" if after else before or "0"


def _plain(value: float) -> str:
    """Return a number as "General" shows it: at most ten digits of a fraction."""
    if isinstance(value, int) or (abs(value) < MOST and value == int(value)):
        return str(int(value))
    return f"{value:.10g}"
