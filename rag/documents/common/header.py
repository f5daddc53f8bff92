"""Whether the first row of a table is its header, told by its form: a header is unlike the rows below it."""

import re
from collections import Counter
from itertools import pairwise

from rag.text.dates import DATE, MONTH

Cells = list[str]

_NOTHING = frozenset("- – — . .. … ? n/a na n.a. nan null none #n/a".split()) | {""}
_NUMBER = re.compile(
    r"[(+\-−±~<>≈]*\s?(?:[$€£¥₹]|[A-Z]{2,3}\$?\s)?\s?[+\-−]?\d[\d.,'’\s]*\)?\s?(?:[%‰°$€£¥₹]|[^\W\d_]{1,4}\d?)?\)?"
)
_YEAR = re.compile(r"(?:FY ?)?(1[5-9]\d\d|20\d\d|21\d\d)")
_DATE = re.compile(
    rf"(?:{DATE}|\d{{4}}[-/.]\d\d?(?:[-/.]\d\d?)?|\d\d?[-/.]\d\d?[-/.]\d{{2,4}}|{MONTH}[- ]\d{{2,4}})"
    r"(?:[T ]\d\d?:\d\d(?::\d\d)?(?:\.\d+)?(?: ?[AaPp][Mm])?(?:Z|[+-]\d\d:?\d\d)?)?|\d\d?:\d\d(?::\d\d)?",
    re.IGNORECASE,
)
_USUAL = frozenset(
    """
    id no nr number code name title type kind category class group status state date day month year time start end from
    to city town country region place location address street phone email mail url link website age gender sex role
    position job department team company client customer vendor supplier product item article description note notes
    remark remarks comment price cost amount total sum quantity qty unit value rate share percent percentage population
    area size weight height length key label text author owner source language
    """.split()
)
"""Names that columns often have."""


_USUAL_PAIR = frozenset("value key field property attribute parameter setting answer".split())
"""One of these above pairs of a name and a value is a header."""


def header(rows: list[Cells], below: list[Cells]) -> tuple[int, Cells]:
    """Return how many rows are the header, and the column names; none where the first row is one like the others."""
    first = rows[0]
    if len(rows) > 2 and over(first, rows[1]) and likeness(rows[1], rows[2:]) > 0:
        groups, last = [], ""
        for up, low in zip(first, rows[1], strict=True):
            last = up or (last if low else "")
            groups.append(last)
        return 2, _distinct(
            [f"{up} {low}" if low and up and up != low else low or up for up, low in zip(groups, rows[1], strict=True)]
        )
    below = [row for row in below if row != first]  # a header may stand on each page
    if _pairs([first, *below]):
        return 0, ["", ""]
    score = likeness(first, below)
    names = [cell for cell in first if cell]
    plain = len(set(names)) == len(names) and all(kind(cell) == "text" for cell in names) and all(first[1:])
    if score > 0 or (score == 0 and plain):
        return 1, _distinct([cell.rstrip(": ") for cell in first])
    return 0, [""] * len(first)


def over(upper: Cells, lower: Cells) -> bool:
    """Tell whether a row with gaps groups the columns that the row below names: over more than one, not the first."""
    groups = [cell for cell in upper if cell]
    spread = len(groups) > 1 and (len(set(groups)) < len(groups) or not all(upper[1:]))
    words = all(kind(cell) in ("text", "year") for cell in (*groups, *filter(None, lower)))
    return spread and words and all(low or up for low, up in zip(lower, upper, strict=True)) and not same(upper, lower)


def _pairs(rows: list[Cells]) -> bool:
    """Tell whether rows are pairs of a name and a value: of values of no one kind, or names that end in a colon."""
    if any(len(row) != 2 for row in rows) or len(rows) < 2 or not _USUAL_PAIR.isdisjoint(map(str.casefold, rows[0])):
        return False
    names, values = ([row[n] for row in rows if row[n]] for n in range(2))
    if all(name.endswith(":") for name in names):
        return True
    kinds = Counter(map(kind, values[1:]))
    mixed = len(kinds) > 1 and max(kinds.values()) < 0.7 * len(values[1:])
    return mixed and len(set(names)) == len(names) and all(kind(name) == "text" for name in names)


def _distinct(names: Cells) -> Cells:
    times: Counter[str] = Counter()
    found = []
    for name in names:
        times[name] += 1
        found.append(f"{name} ({times[name]})" if name and times[name] > 1 else name)
    return found


def same(row: Cells, names: Cells) -> bool:
    """Tell whether a row is the header once more."""
    if not names or row[0].rstrip(": ") != names[0]:
        return False
    return any(row) and _distinct([cell.rstrip(": ") for cell in row]) == names


def likeness(first: Cells, below: list[Cells]) -> int:
    """Return how much a row looks like a header over others: more than 0 if it does, less if it is one of them.

    A header is of words where its columns hold numbers or dates; its years go up by steps; it does not recur.
    """
    years = [int(found[1]) for cell in first if (found := _YEAR.fullmatch(cell))]
    steps = {after - before for before, after in pairwise(years)}
    score = 2 if len(steps) == 1 and 0 not in steps else 0
    for column, cell in enumerate(first):
        values = [row[column] for row in below if column < len(row)]
        if own := kind(cell):
            score += _vote(cell, own, [value for value in values if kind(value)], sequence=score > 0)
    return score + any(word in _USUAL for cell in first for word in cell.casefold().replace("_", " ").split())


def _vote(cell: str, own: str, values: Cells, *, sequence: bool) -> int:
    if not values:
        return 0
    most, times = Counter(map(kind, values)).most_common(1)[0]
    if times < 0.7 * len(values):
        return 0
    if own == "text":
        if most != "text":
            return 2
        return -1 if cell in values or (_shape(cell) and {_shape(cell)} == set(map(_shape, values))) else 0
    if own == "year" and (sequence or most == "number"):
        return 1
    if own == "date" and most == "number":
        return 1
    return -2


def _shape(cell: str) -> str:
    """Return the form of a code, an address or a link, so that two of a kind are alike; nothing for words."""
    if "@" in cell or "://" in cell:
        return "address"
    return re.sub(r"\d+", "9", re.sub(r"[^\W\d_]+", "a", cell)) if re.search(r"\d", cell) else ""


def kind(cell: str) -> str:
    """Return what a cell holds: ``number``, ``year``, ``date``, ``text``, or nothing.

    >>> [kind(cell) for cell in ("1 204,50 €", "2024", "3 May 2024", "Lund", "n/a")]
    ['number', 'year', 'date', 'text', '']
    """
    if cell.casefold() in _NOTHING:
        return ""
    if _YEAR.fullmatch(cell):
        return "year"
    if _DATE.fullmatch(cell):
        return "date"
    return "number" if _NUMBER.fullmatch(cell) else "text"
