"""Words of a page become lines: what stands on one base line, raised and lowered signs among it, cut at wide gaps."""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field

from rag.documents.common.raised import lowered, raised
from rag.documents.pdf.letters import Word

WIDE = 0.9
"""A gap of so many ems parts columns, or cells; between words of a line it is rare."""

_SIGNS_FIRST = re.compile(r"([.,:;!?]+)(\d[\d.,:/-]*)")
_RTL = re.compile("[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufefc]")


@dataclass(slots=True)
class Line:
    """Words on one base line without a wide gap between them."""

    words: list[Word]
    x0: float
    x1: float
    base: float
    size: float
    """Of most of its letters."""
    bold: bool
    cells: list["Line"] = field(default_factory=list)

    @property
    def top(self) -> float:
        return self.base - 0.75 * self.size

    @property
    def bottom(self) -> float:
        return self.base + 0.25 * self.size

    @property
    def text(self) -> str:
        """Its words, with raised and lowered signs as Unicode has them."""
        return text_of(self.words, self.base, self.size)


def line_of(words: Sequence[Word]) -> Line:
    """Return words of one row as a line."""
    letters: dict[float, int] = {}
    for word in words:
        letters[word.size] = letters.get(word.size, 0) + len(word.text)
    size = max(letters, key=lambda each: (letters[each], each))
    main = [word for word in words if word.size == size]
    heavy = sum(len(word.text) for word in words if word.bold)
    bold = 2 * heavy > sum(len(word.text) for word in words)
    return Line(list(words), min(w.x0 for w in words), max(w.x1 for w in words), main[0].base, size, bold)


def rows(words: Iterable[Word]) -> list[list[Word]]:
    """Group words by the line that they stand on, from top to bottom; each row from left to right."""
    found: list[list[Word]] = []
    for word in sorted(words, key=lambda word: (word.base, word.x0)):
        for row in reversed(found[-3:]):
            if abs(row[0].base - word.base) <= 0.25 * max(row[0].size, word.size):
                row.append(word)
                break
        else:
            found.append([word])
    found = _with_scripts(found)
    return [_in_order(row) for row in sorted(found, key=lambda row: max(row, key=lambda word: word.size).base)]


def _with_scripts(found: list[list[Word]]) -> list[list[Word]]:
    """Put raised and lowered signs into the rows of the larger letters that they stand beside.

    They may have come into a row of their own, or into one of another column that stands a little higher.
    """
    for place, row in enumerate(found):
        largest = max(word.size for near in found[max(0, place - 4) : place + 5] for word in near)
        for word in list(row):
            if largest < 1.15 * word.size or any(_hangs_on(word, other) for other in row):
                continue
            for near in found[max(0, place - 4) : place + 5]:
                if near is not row and any(_hangs_on(word, other) for other in near):
                    row.remove(word)
                    near.append(word)
                    break
    return [row for row in found if row]


def _hangs_on(word: Word, host: Word) -> bool:
    """Tell whether a word is a raised or lowered sign beside another word, or a footnote's mark before it."""
    if host.size < 1.15 * word.size or not -0.4 * host.size < host.base - word.base < 0.75 * host.size:
        return False
    after, before = word.x0 - host.x1, host.x0 - word.x1
    return -1 < after < 0.4 * host.size or (-1 < before < 0.3 * host.size and not word.text.strip("0123456789*†‡§"))


def _in_order(row: list[Word]) -> list[Word]:
    letters = "".join(word.text for word in row)
    if 2 * len(_RTL.findall(letters)) <= sum(map(str.isalpha, letters)):
        return sorted(row, key=lambda word: word.x0)
    for word in row:  # what stands at the left of a number is read behind it
        if found := _SIGNS_FIRST.fullmatch(word.text):
            word.text = found[2] + found[1]
    return sorted(row, key=lambda word: -word.x1)


def segments(row: Sequence[Word]) -> list[Line]:
    """Cut a row at its wide gaps."""
    parts: list[list[Word]] = []
    for word in row:
        if parts and _gap(parts[-1][-1], word) <= WIDE * max(parts[-1][-1].size, word.size):
            parts[-1].append(word)
        else:
            parts.append([word])
    return [line_of(part) for part in parts]


def _gap(one: Word, other: Word) -> float:
    return max(other.x0 - one.x1, one.x0 - other.x1)


def joined(lines: Sequence[Line]) -> Line:
    """Return lines that stand side by side as one."""
    return line_of([word for line in lines for word in line.words]) if len(lines) > 1 else lines[0]


def text_of(words: Sequence[Word], base: float, size: float) -> str:
    """Return words as text; a raised digit is one of Unicode's, another raised sign stands behind a "^"."""
    parts: list[str] = []
    last: Word | None = None
    for word, following in zip(words, [*words[1:], None], strict=True):
        if last is not None and not _touches(last, word):
            parts.append(" ")
        inside = (
            following is not None and _touches(word, following) and word.text.isalpha() and following.text[:1].isalpha()
        )
        parts.append(word.text if inside else _script(word, base, size, parts[-1] if parts else ""))
        last = word
    return "".join(parts)


def _touches(one: Word, other: Word) -> bool:
    small = one.size != other.size or abs(one.base - other.base) > 0.1 * one.size
    return _gap(one, other) < 0.1 * min(one.size, other.size) or (
        (other.glued or small) and _gap(one, other) < 0.25 * min(one.size, other.size)
    )


def _script(word: Word, base: float, size: float, before: str) -> str:
    """Return a word with the sign that shows that it is raised or lowered; at the head of a line only a digit is."""
    if word.size > 0.86 * size:
        return word.text
    if not before.strip():
        return raised(word.text, before) if word.text.isdigit() and word.base < base - 0.12 * size else word.text
    if word.base < base - 0.12 * size:
        return raised(word.text, before)
    return lowered(word.text, before) if word.base > base + 0.06 * size else word.text


def columns_of(words: Sequence[Word], bounds: Sequence[float]) -> Iterator[list[Word]]:
    """Yield a row's words in each of the columns that the bounds part."""
    for left, right in zip([float("-inf"), *bounds], [*bounds, float("inf")], strict=True):
        yield [word for word in words if left <= (word.x0 + word.x1) / 2 < right]
