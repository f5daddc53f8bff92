"""The numbers and codes of a text, by value: "thirty-two" is 32, "$2.8 billion" 2800000000, and "F-16" no number.

Everything that compares numbers does it here: retrieval, the reader's signs, what may be claimed or decided, and the
evaluation. A number keeps its point, sign, scale and unit; what each writing is worth stands in
:mod:`rag.text.numerals`.
"""

import re
from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal
from functools import lru_cache

from rag.text import numerals
from rag.text.hanzi import hanzi
from rag.text.numerals import HYPHENS, SPACES, WORDS, Code, Quantity, decimal_comma
from rag.text.written import beside_month, followed, written

_WORDS = re.compile(rf"(?<![\w$])(?:{WORDS})(?:(?:[{SPACES}{HYPHENS}]|, (?=and))(?:{WORDS}))*(?![\w’']|[{HYPHENS}]?\d)")
_BETWEEN = re.compile(rf"[{SPACES}]?(?:to|and|or|through|[{HYPHENS}–—])[{SPACES}]?[$€£¥₹]?")


def scan(text: str, *, comma: bool | None = None) -> tuple[Quantity | Code, ...]:
    """Return the numbers and codes of a text, in order.

    Args:
        text: any.
        comma: whether it writes 2,5 for two and a half where a comma or a point could be either; None: as it looks.
    """
    if comma is None:
        comma = bool(_EITHER.search(text) or "illion" in text) and decimal_comma(text)
    read = _scan if len(text) <= _MOST_KEPT else _scan.__wrapped__
    return read(text, comma=comma)


_EITHER = re.compile(r"[.,](?<=\d[.,])\d{3}(?!\d)")
"""A sign that may part thousands or tenths."""


_MOST_KEPT = 4000
"""Characters of a text whose numbers are remembered: a passage, and no whole document."""


@lru_cache(maxsize=4096)
def _scan(text: str, *, comma: bool) -> tuple[Quantity | Code, ...]:
    lower = text.lower()
    if len(lower) != len(text):  # a letter whose small form is two
        lower = text
    own = list(hanzi(text)) if _HANZI.search(text) else []
    taken = [(item.start, item.last) for item in own]
    figures = [item for item in written(text, lower, comma=comma) if not _within(item.start, taken)]
    figures = sorted([*figures, *own], key=lambda item: item.start)
    starts = [item.start for item in figures]
    ends = [max(item.end, item.last if isinstance(item, Quantity) else 0) for item in figures]

    def free(item: Quantity) -> bool:
        before = bisect_right(starts, item.start)
        return not before or ends[before - 1] <= item.start

    said = filter(free, _spelled(text, lower, comma=comma))
    return tuple(_ranges(text, sorted([*figures, *said], key=lambda item: item.start)))


_HANZI = re.compile("[零〇一二两三四五六七八九十百千万萬亿億]")


def _within(place: int, spans: list[tuple[int, int]]) -> bool:
    at = bisect_right(spans, place, key=lambda span: span[0])
    return at > 0 and place < spans[at - 1][1]


def quantities(text: str, *, comma: bool | None = None) -> tuple[Quantity, ...]:
    """Return the numbers of a text, in order; arguments as of :func:`scan`.

    >>> [str(found) for found in quantities("2,5 Mio. of 1 500, −3½ %, F-16, twenty-five, the 21st, $2.8bn")]
    ['2500000', '1500', '-3.5%', '25', '21st', '2800000000']
    """
    return tuple(item for item in scan(text, comma=comma) if isinstance(item, Quantity))


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
    led = _LED.search(text, max(0, start - 10), start)
    starts = {item.start: item for item in scan(text)}
    if led and start in starts:  # "between 40 and 50", and neither alone
        if " and " in text[start:end]:
            start = led.start()
        elif text.startswith(" and ", end) and (other := starts.get(end + len(" and "))):
            start, end = led.start(), other.end
    if _HALF_DAY.search(text, start, end) and text.startswith(".", end):
        end += 1
    return start, end


_LED = re.compile(r"\bbetween (?=[$€£¥₹]?$)", re.IGNORECASE)
_HALF_DAY = re.compile(r"\b[ap]\.m$", re.IGNORECASE)
_SIGNS = frozenset("% ‰ pp $ € £ ¥ ₹ ₽".split())


def _spelled(text: str, lower: str, *, comma: bool) -> Iterator[Quantity]:
    """Yield what is written with number words."""
    for run in _WORDS.finditer(lower):
        words = [(run.start() + word.start(), word[0]) for word in re.finditer(r"[a-z]+", run[0])]
        while words:
            for size in range(min(len(words), _MOST_WORDS), 0, -1):
                said = tuple(word for _, word in words[:size])
                if numerals.number_words(said) and said not in _UNCOUNTED:
                    start, end = words[0][0], words[size - 1][0] + len(words[size - 1][1])
                    yield _worded(text, lower, (start, end), said, comma=comma)
                    break
            words = words[size:]


_MOST_WORDS = 40
"""Of one number."""
_UNCOUNTED = frozenset((word,) for word in "hundred thousand million billion trillion".split())
_LOOSE = frozenset((word,) for word in "one half quarter first second third".split())


def _worded(text: str, lower: str, span: tuple[int, int], said: tuple[str, ...], *, comma: bool) -> Quantity:
    """Return the number that words say."""
    start, end = span
    number, kind = numerals.number_words(said) or (Decimal(0), "cardinal")
    if led := re.search(r"(?<!\w)(?:minus|negative) $", lower[max(0, start - 10) : start]):
        start, number = start - len(led[0]), -number
    if kind == "ordinal":
        if beside_month(text, start, end):
            return Quantity(start, end, number, first=start, last=end)
        return Quantity(start, end, number, "ordinal", loose=said in _LOOSE, first=start, last=end)
    item = Quantity(start, end, number, loose=said in _LOOSE, first=start)
    found = followed(text, lower, item, comma=comma)
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
            money = before.unit in ("$", "€", "£", "¥") and not item.unit
            item = replace(item, unit=before.unit) if money else item
        yield item


def _joined(text: str, one: Quantity, other: Quantity) -> bool:
    return one.kind == other.kind == "cardinal" and bool(_BETWEEN.fullmatch(text[one.end : other.start]))
