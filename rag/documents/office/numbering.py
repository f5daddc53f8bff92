"""The numbers that Word shows before paragraphs, which the file does not hold: they are counted."""

import re
from typing import Any

from rag.documents.office.package import W, is_on
from rag.documents.office.styles import Styles

_LEVELS = 9


class Numbering:
    """Counts the numbered paragraphs of a document, in order.

    Args:
        root: the root element of ``numbering.xml``, or None.
        styles: may name the list that a paragraph belongs to.
    """

    def __init__(self, root: Any, styles: Styles) -> None:
        self._styles = styles
        lists = () if root is None else root.iterchildren(f"{W}abstractNum")
        self._lists = {element.get(f"{W}abstractNumId"): element for element in lists}
        self._nums = {
            element.get(f"{W}numId"): element for element in (() if root is None else root.iterchildren(f"{W}num"))
        }
        self._counts: dict[str, list[int | None]] = {}
        self._seen: set[tuple[str, int]] = set()

    def label(self, paragraph: Any) -> str:
        """Count a paragraph, and return the number that stands before it: "2.1", "(a)"; "" for bullets and none."""
        num_id, level = self._place(paragraph)
        num = self._nums.get(num_id)
        if num is None:
            return ""
        abstract = num.find(f"{W}abstractNumId")
        name = "" if abstract is None else abstract.get(f"{W}val", "")
        levels = [self._level(num, name, number) for number in range(_LEVELS)]
        own = levels[level]
        if own is None:
            return ""
        counts = self._counts.setdefault(name, [None] * _LEVELS)
        override = num.find(f"{W}lvlOverride[@{W}ilvl='{level}']/{W}startOverride")
        if override is not None and (num_id, level) not in self._seen:
            counts[level] = None
            start = _number(override, 1)
        else:
            start = _number(own.find(f"{W}start"), 1)
        self._seen.add((num_id, level))
        before = counts[level]
        counts[level] = start if before is None else before + 1
        for deeper in range(level + 1, _LEVELS):
            counts[deeper] = None
        return self._written(own, levels, counts)

    def _place(self, paragraph: Any) -> tuple[str, int]:
        """Return the list and level of a paragraph, by itself or by its style."""
        style = self._styles.of_paragraph(paragraph)
        owners = [paragraph, *self._styles.chain(style)]
        num_id = level = None
        for owner in owners:
            properties = owner.find(f"{W}pPr/{W}numPr")
            if properties is None:
                continue
            found, depth = properties.find(f"{W}numId"), properties.find(f"{W}ilvl")
            num_id = found.get(f"{W}val") if num_id is None and found is not None else num_id
            level = _number(depth, 0) if level is None and depth is not None else level
        if num_id is None or num_id == "0":
            return "", 0
        if level is None:  # a style's level is the one that names the style
            level = self._level_of_style(num_id, style)
        return num_id, min(max(level, 0), _LEVELS - 1)

    def _level_of_style(self, num_id: str, style: str) -> int:
        num = self._nums.get(num_id)
        abstract = None if num is None else num.find(f"{W}abstractNumId")
        found = None if abstract is None else self._lists.get(abstract.get(f"{W}val"))
        for level in () if found is None else found.iterchildren(f"{W}lvl"):
            named = level.find(f"{W}pStyle")
            if named is not None and named.get(f"{W}val") == style:
                return int(level.get(f"{W}ilvl", "0"))
        return 0

    def _level(self, num: Any, name: str, number: int) -> Any:
        own = num.find(f"{W}lvlOverride[@{W}ilvl='{number}']/{W}lvl")
        if own is not None:
            return own
        found = self._lists.get(name)
        if found is not None and found.find(f"{W}numStyleLink") is not None:
            style = found.find(f"{W}numStyleLink").get(f"{W}val")
            linked = (each for each in self._lists.values() if each.find(f"{W}styleLink") is not None)
            found = next((each for each in linked if each.find(f"{W}styleLink").get(f"{W}val") == style), found)
        return None if found is None else found.find(f"{W}lvl[@{W}ilvl='{number}']")

    def _written(self, own: Any, levels: list[Any], counts: list[int | None]) -> str:
        pattern = own.find(f"{W}lvlText")
        if pattern is None or _format(own) in ("bullet", "none"):
            return ""
        legal = is_on(own.find(f"{W}isLgl"))

        def number(match: re.Match[str]) -> str:
            at = int(match[1]) - 1
            if levels[at] is None:
                return ""
            value = counts[at]
            if value is None:
                value = _number(levels[at].find(f"{W}start"), 1)
            return numeral(value, "decimal" if legal else _format(levels[at]))

        return re.sub("%([1-9])", number, pattern.get(f"{W}val") or "").strip()


def _format(level: Any) -> str:
    found = level.find(f"{W}numFmt")
    return "decimal" if found is None else found.get(f"{W}val", "decimal")


def _number(element: Any, default: int) -> int:
    try:
        return default if element is None else int(element.get(f"{W}val", default))
    except ValueError:
        return default


def numeral(value: int, form: str) -> str:
    """Return a number as a list shows it; forms that are not known are shown in figures.

    >>> [numeral(4, form) for form in ("decimal", "lowerLetter", "upperRoman", "decimalZero", "ordinal")]
    ['4', 'd', 'IV', '04', '4th']
    """
    if form in ("lowerLetter", "upperLetter") and value > 0:
        letters = chr(ord("a") + (value - 1) % 26) * ((value - 1) // 26 + 1)
        return letters if form == "lowerLetter" else letters.upper()
    if form in ("lowerRoman", "upperRoman") and 0 < value < 4000:
        text = ""
        for worth, sign in zip(_WORTHS, _ROMAN, strict=True):
            text += sign * (value // worth)
            value %= worth
        return text if form == "lowerRoman" else text.upper()
    if form == "decimalZero":
        return f"{value:02}"
    if form == "ordinal":
        ending = "th" if value % 100 in (11, 12, 13) else {1: "st", 2: "nd", 3: "rd"}.get(value % 10, "th")
        return f"{value}{ending}"
    return str(value)


_WORTHS = (1000, 900, 500, 400, 100, 90, 50, 40, 10, 9, 5, 4, 1)
_ROMAN = "m cm d cd c xc l xl x ix v iv i".split()
