"""What a written number is worth: digits with points, commas and spaces, number words, fractions, powers, scales.

A comma is a decimal one where the text shows that it is: by its other numbers, or by being German, French, Spanish and
the like. "2,5" can be nothing else; "1.500" and "1,500" are told by what stands around them.
"""

import re
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache
from typing import Literal

from text_to_num import text2num


@dataclass(frozen=True, slots=True)
class Quantity:
    """A number where it stands."""

    start: int
    end: int
    """Of its sign, digits or words, and scale."""
    number: Decimal
    kind: Literal["cardinal", "ordinal", "decade"] = "cardinal"
    unit: str = ""
    """``%``, ``‰``, ``pp`` (percentage points), a currency or a measure; nothing for what a word beside it counts."""
    scale: Decimal = Decimal(1)
    """That is written: a million in "2.8 million"."""
    loose: bool = False
    """Whether its word is more than a number: "one", "half", "second"."""
    first: int = 0
    """Where its currency starts."""
    last: int = 0
    """Where its unit ends."""

    def __str__(self) -> str:
        """Return it in its one form: ``-2.5``, ``15%``, ``21st``, ``1990s``."""
        written = plain(self.number)
        if self.kind == "ordinal":
            return written + ordinal_suffix(written)
        return (
            f"{written}s" if self.kind == "decade" else written + (self.unit if self.unit in ("%", "‰", "pp") else "")
        )

    def same(self, other: "Quantity") -> bool:
        """Tell whether two are one number of one kind, and of one unit where both have one."""
        shares = {self.unit, other.unit} & {"%", "‰", "pp"}
        units = self.unit == other.unit or (not shares and not (self.unit and other.unit))
        return self.number == other.number and self.kind == other.kind and units


@dataclass(frozen=True, slots=True)
class Code:
    """What has digits and is no number: "F-16", "2024/117-B", "10:30", "1.2.3"."""

    start: int
    end: int
    text: str
    """In its one form: "f16", "2024-117b"."""


def plain(number: Decimal) -> str:
    """Return a number in digits, to six places, without noughts that say nothing.

    >>> plain(Decimal("2.50")), plain(Decimal("1E+6"))
    ('2.5', '1000000')
    """
    written = f"{number:.6f}"
    return written.rstrip("0").rstrip(".")


def ordinal_suffix(digits: str) -> str:
    """Return the letters that make a number an ordinal: ``st`` of 21."""
    teen = digits[-2:] in ("11", "12", "13")
    return "th" if teen else {"1": "st", "2": "nd", "3": "rd"}.get(digits[-1], "th")


SPACES = " \u00a0\u2007\u2009\u202f"
HYPHENS = "\\-\u2010\u2011"
"""For a class of a regular expression."""

_SCALES = {
    "hundred": 2, "thousand": 3, "k": 3, "lakh": 5, "million": 6, "mn": 6, "mln": 6, "m": 6, "crore": 7,
    "billion": 9, "bn": 9, "b": 9, "trillion": 12, "tn": 12, "trn": 12, "quadrillion": 15,
    "tausend": 3, "tsd": 3, "mille": 3, "mil": 3, "mio": 6, "millionen": 6, "millón": 6, "millones": 6,
    "mrd": 9, "milliarde": 9, "milliarden": 9, "milliard": 9, "milliards": 9, "miliardo": 9, "miliardi": 9,
    "milioni": 6, "milione": 6, "billionen": 12, "billón": 12, "billones": 12,
}  # fmt: skip
_PLURAL = frozenset("hundreds thousands lakhs millions crores billions trillions quadrillions".split())
SHORT = frozenset("k m mn mln b bn tn trn".split())
"""Scales that stand right behind their digits; "m" and "b" only where nothing else is meant."""
SCALE = "|".join(sorted(set(_SCALES) - SHORT | _PLURAL, key=lambda word: (-len(word), word)))
"""Scales as words, for a regular expression of lower case."""

_SMALL = "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen"
UNITS = {word: n for n, word in enumerate(f"{_SMALL} seventeen eighteen nineteen".split())}
TENS = {word: n for n, word in enumerate("twenty thirty forty fifty sixty seventy eighty ninety".split(), start=2)}
_ORDINALS = {"first": "one", "second": "two", "third": "three", "fifth": "five", "eighth": "eight", "ninth": "nine"}
_ORDINALS |= {"twelfth": "twelve", **{f"{word[:-1]}ieth": word for word in TENS}}
_ORDINALS |= {f"{word}th": word for word in (*UNITS, "hundred", "thousand", "million") if f"{word}th" not in _ORDINALS}
for _wrong in ("oneth", "twoth", "threeth", "fiveth", "eightth", "nineth", "twelveth", "zeroth"):
    _ORDINALS.pop(_wrong, None)
ORDINALS = dict(_ORDINALS)
"""An ordinal to its cardinal, by their last words."""
PARTS = {"half": 2, "halves": 2, "third": 3, "thirds": 3, "quarter": 4, "quarters": 4, "fifth": 5, "fifths": 5}
PARTS |= {f"{word}{s}": n for n, word in ((6, "sixth"), (8, "eighth"), (10, "tenth")) for s in ("", "s")}
"""The parts of a whole, by how many make it."""
VULGAR = {
    char: Decimal(over) / under
    for char, over, under in (
        ("½", 1, 2), ("⅓", 1, 3), ("⅔", 2, 3), ("¼", 1, 4), ("¾", 3, 4), ("⅕", 1, 5), ("⅖", 2, 5), ("⅗", 3, 5),
        ("⅘", 4, 5), ("⅙", 1, 6), ("⅚", 5, 6), ("⅐", 1, 7), ("⅛", 1, 8), ("⅜", 3, 8), ("⅝", 5, 8), ("⅞", 7, 8),
        ("⅑", 1, 9), ("⅒", 1, 10),
    )
}  # fmt: skip
_RAISED = str.maketrans("⁰¹²³⁴⁵⁶⁷⁸⁹⁻⁺", "0123456789-+")
RAISED = "⁰¹²³⁴⁵⁶⁷⁸⁹⁻⁺"
MOST_POWER = 30

_GROUPS = re.compile(r"[1-9]\d{0,2}(?P<sign>[.,])\d{3}(?:(?P=sign)\d{3})*")
_INDIAN = re.compile(r"[1-9]\d?(?:,\d\d)+,\d{3}")
_SEPARATED = re.compile(r"\d[\d.,]*\d")
_COMMA_SHOWN = re.compile(r"\d{1,3}(?:\.\d{3})+,\d+|[1-9]\d{0,2}(?:\.\d{3}){2,}|\d+,(?:\d\d?|\d{4,6})")
_POINT_SHOWN = re.compile(r"\d{1,3}(?:,\d{3})+\.\d+|[1-9]\d{0,2}(?:,\d{3}){2,}|\d+\.\d\d?|0\.\d+")
_POINT_WORDS = frozenset("the of and to was were is that with for his from".split())
_COMMA_WORDS = frozenset(
    """
    der die das und ist nicht von mit auf dem den ein eine im bei wurde waren werden sich auch für les des est une dans
    du au aux sur pour qui et le la el los las del que por con una se y il di che per della nel sono gli het een van
    op och som det att av og er til ikke i på w na się je nie jest do e o os as dos das em um uma não
    """.split()
)
_WORD = re.compile(r"[^\W\d_]+")
_WORDS_READ = 2000
"""Characters by which the language is told."""


def decimal_comma(text: str) -> bool:
    """Tell whether a text writes 2,5 for two and a half.

    Its numbers tell, and where they do not its words.

    >>> decimal_comma("Es waren 2,5 Prozent von 1.500."), decimal_comma("It was 2.5 percent of 1,500.")
    (True, False)
    >>> decimal_comma("Die Firma hat 1.500 Angestellte"), decimal_comma("The firm has 1.500 employees")
    (True, False)
    """
    separated = _SEPARATED.findall(text)
    commas, points = (sum(map(bool, map(form.fullmatch, separated))) for form in (_COMMA_SHOWN, _POINT_SHOWN))
    if commas != points:
        return commas > points
    words = _WORD.findall(text[:_WORDS_READ].lower())
    return sum(word in _COMMA_WORDS for word in words) > sum(word in _POINT_WORDS for word in words)


def literal(written: str, *, comma: bool) -> Decimal | None:
    """Return what digits with points, commas, apostrophes and spaces are worth; None if they are no one number.

    Args:
        written: digits and the signs between them.
        comma: whether the comma is a decimal one where it could be either.

    >>> literal("1,234.5", comma=True), literal("1.500", comma=True), literal("1.500", comma=False)
    (Decimal('1234.5'), Decimal('1500'), Decimal('1.500'))
    >>> literal("2,5", comma=False), literal("1,50,000", comma=False), literal("1.2.3", comma=False)
    (Decimal('2.5'), Decimal('150000'), None)
    """
    plain = re.sub(f"['’{SPACES}]", "", written)
    points, commas = plain.count("."), plain.count(",")
    if points and commas:
        last = max(plain.rfind("."), plain.rfind(","))
        whole, part = plain[:last], plain[last + 1 :]
        grouped = (_GROUPS.fullmatch(whole) and plain[last] not in whole) or _INDIAN.fullmatch(whole)
        return Decimal(f"{re.sub('[.,]', '', whole)}.{part}") if grouped else None
    if not points and not commas:
        return Decimal(plain)
    sign = "." if points else ","
    whole, part = plain.split(sign)[0], plain.split(sign)[-1]
    grouped = _GROUPS.fullmatch(plain) or _INDIAN.fullmatch(plain)
    if points + commas > 1:
        return Decimal(plain.replace(sign, "")) if grouped else None
    if grouped and comma == (sign == "."):
        return Decimal(plain.replace(sign, ""))
    if sign == "," and len(whole) == len(part) == _YEAR:
        return None  # "2019,2020": two of them
    return Decimal(f"{whole}.{part}")


_YEAR = 4


def scale(words: str, *, comma: bool = False) -> Decimal:
    """Return what the words or the letter behind a number multiply it with.

    Args:
        words: in lower case: "million", "hundred thousand", "bn".
        comma: whether the text is of a language in which a billion has twelve noughts.
    """
    power = 0
    for word in re.findall(r"[^\W\d_]+", words):
        name = word if word in _SCALES else word.removesuffix("s")
        power += 12 if comma and name == "billion" else _SCALES[name]
    return Decimal(10) ** power


def power(base: Decimal, exponent: str) -> Decimal | None:
    """Return a power of ten, or of two; None for another base, where a raised digit is a note or a unit.

    >>> power(Decimal(10), "⁶"), power(Decimal(10), "-3"), power(Decimal(1990), "³")
    (Decimal('1000000'), Decimal('0.001'), None)
    """
    raised = int(exponent.translate(_RAISED))
    if base not in (2, 10) or abs(raised) > MOST_POWER:
        return None
    return base**raised


SPELLED = {word: str(n) for word, n in UNITS.items()}
"""The words up to nineteen, to their digits."""
_CARDINAL = {*UNITS, *TENS, "hundred", "thousand", "million", "billion", "trillion"}
WORDS = "|".join(
    sorted({*_CARDINAL, *ORDINALS, *PARTS, "dozen", "point", "and", "a", "an"}, key=lambda w: (-len(w), w))
)


@lru_cache(maxsize=8192)
def number_words(words: tuple[str, ...]) -> tuple[Decimal, str] | None:
    """Return what number words in lower case are worth, and of what kind they are; None if they are no one number.

    The kind is ``cardinal`` or ``ordinal``.

    >>> number_words(("one", "hundred", "and", "five")), number_words(("twenty", "first"))
    ((Decimal('105'), 'cardinal'), (Decimal('21'), 'ordinal'))
    >>> number_words(("two", "and", "a", "half")), number_words(("nineteen", "forty", "five"))
    ((Decimal('2.5'), 'cardinal'), (Decimal('1945'), 'cardinal'))
    """
    if words[-1] in ("and", "a", "an", "point") or words[0] in ("and", "point"):
        return None
    if whole := _cardinal(words):
        return whole, "cardinal"
    if words == ("zero",):
        return Decimal(0), "cardinal"
    last = ORDINALS.get(words[-1]) if len(words) == 1 or words[-2] not in ("a", "an", *UNITS) else None
    if last and (whole := _cardinal((*words[:-1], last))):
        return whole, "ordinal"
    return (found, "cardinal") if (found := _fraction(words)) else None


def _cardinal(words: tuple[str, ...]) -> Decimal | None:
    """Return a whole number of words, dozens and years as they are spoken among them."""
    if words[0] in ("a", "an"):
        return _cardinal(("one", *words[1:])) if words[1:] and words[1] in _COUNTED else None
    if words[-1] == "dozen":
        many = _cardinal(words[:-1]) if len(words) > 1 else Decimal(1)
        return many * 12 if many else None
    if "point" in words:
        return _decimal(words)
    if "a" in words or "an" in words or set(words) - {"and"} - _CARDINAL:
        return None
    if len(words) > 1 and 10 <= (first := _two(words[:1])) <= 20 and "and" not in words:
        if (rest := _two(words[1:])) >= 10:
            return Decimal(100 * first + rest)
        if rest >= 0 and len(words) == 3 and words[1] == "zero":
            return Decimal(100 * first + rest)
    if "and" in words and "hundred" not in words and "thousand" not in words and "million" not in words:
        return None
    try:
        return Decimal(str(text2num(" ".join(words), "en")))
    except ValueError:
        return None


def _decimal(words: tuple[str, ...]) -> Decimal | None:
    """Return "two point five million"."""
    at = words.index("point")
    tail = words[at + 1 :]
    digits = [str(UNITS[word]) for word in tail if UNITS.get(word, _TEN) < _TEN]
    behind = tail[len(digits) :]
    whole = Decimal(0) if words[:at] == ("zero",) else _cardinal(words[:at]) if at else None
    times = _cardinal(("one", *behind)) if behind and behind[0] in _COUNTED else Decimal(1)
    if whole is None or not digits or times is None or (behind and times == 1):
        return None
    return Decimal(f"{whole}.{''.join(digits)}") * times


_TEN = 10
_COUNTED = frozenset("hundred thousand million billion trillion dozen".split())


def _two(words: tuple[str, ...]) -> int:
    """Return what one or two words of at most two digits are worth, -1 for others."""
    if len(words) == 1:
        return UNITS.get(words[0], 10 * TENS.get(words[0], -1))
    if len(words) == 2 and words[0] in TENS and 0 < UNITS.get(words[1], 0) < 10:
        return 10 * TENS[words[0]] + UNITS[words[1]]
    return -1


def _fraction(words: tuple[str, ...]) -> Decimal | None:
    """Return "two thirds", "a half", "half a million", "two and a half million", "one and three quarters"."""
    at = next((n for n, word in enumerate(words) if word in PARTS), None)
    if at is None:
        return None
    behind = words[at + 1 :]
    if behind and behind[0] in ("a", "an"):
        behind = behind[1:]
    times = _cardinal(("one", *behind)) if behind and behind[0] in _COUNTED else Decimal(1)
    if times is None or (words[at + 1 :] and times == 1):
        return None
    before = words[:at]
    whole = Decimal(0)
    if "and" in before:
        cut = len(before) - 1 - before[::-1].index("and")
        found = _cardinal(before[:cut]) if cut else None
        if found is None:
            return None
        whole, before = found, before[cut + 1 :]
    over = Decimal(1) if before in ((), ("a",), ("an",), ("one",)) else _cardinal(before)
    return (whole + over / PARTS[words[at]]) * times if over else None
