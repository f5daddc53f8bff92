"""Where a quote stands on a page: which of the page's words are its own, and rectangles around them.

The canonical text is made of the page's words, but not letter by letter: hyphens go, signs are raised, a row of a table
gets column names. So letters and digits alone are compared. Words come in about the order in which they are read; where
that does not hold, as in a table or around a note at the foot of a column, a quote is found piece by piece.
"""

import re
import unicodedata
from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import accumulate

from rag.documents.rows import cells

MOST_FOUND = 300
"""Places of one piece that are looked at."""
_NEAR = 80
"""Letters before and behind a quote that tell which of several places is its own."""
_LEAST = 4
"""Letters of a piece that need not be a whole word: half of one that is broken at a line's end."""
_ENOUGH = 0.6
"""Share of a quote's letters that must be found."""
_JOINED = 1.2
"""Words on a line that are not farther apart, measured in their height, are in one rectangle."""

Rectangle = tuple[float, float, float, float]
"""Left, top, right and bottom, in points from the page's upper left corner."""


@dataclass(frozen=True, slots=True)
class Placed:
    """A word, and where it stands."""

    text: str
    box: Rectangle

    @property
    def middle(self) -> float:
        """Its height on the page."""
        return (self.box[1] + self.box[3]) / 2


@dataclass(frozen=True, slots=True)
class Wanted:
    """A quote that is looked for on a page, with some of the text around it."""

    text: str
    before: str = ""
    after: str = ""


def letters(text: str) -> str:
    """Return the letters and digits of a text, without accents and case.

    >>> letters("The mil-/lion: 10⁶ naïve ﬁrms")
    'themillion106naivefirms'
    """
    plain = unicodedata.normalize("NFKD", text).casefold()
    return "".join(filter(str.isalnum, unicodedata.normalize("NFKD", plain)))


class Words:
    """The words of a page, in about the order in which they are read."""

    def __init__(self, words: Sequence[Placed]) -> None:
        self._words = words
        own = [letters(word.text) for word in words]
        self._text = "".join(own)
        self._starts = [0, *accumulate(map(len, own))]

    def rectangles(self, wanted: Wanted) -> list[Rectangle]:
        """Return rectangles around the words of a quote, in the order in which it is read; none if it is not here."""
        spans: list[tuple[int, int]] = []
        before = letters(wanted.before)
        paragraphs = [part for part in re.split(r"\n\s*\n", wanted.text) if letters(part)]
        found = 0
        for n, part in enumerate(paragraphs):
            after = letters("".join([*paragraphs[n + 1 :], wanted.after])[: 2 * _NEAR])
            own = self._paragraph(part, before, after)
            spans += own
            found += len(letters(part)) if own else 0
            before += letters(part)
        if found < _ENOUGH * sum(len(letters(part)) for part in paragraphs):
            return []
        return list(_merged(self._boxes(spans)))

    def _paragraph(self, text: str, before: str, after: str) -> list[tuple[int, int]]:
        """Return the places of a paragraph among the page's letters; none if too little of it is here."""
        piece = letters(text)
        if place := self._best(self._all(piece), len(piece), before[-_NEAR:], after[:_NEAR]):
            return [place]
        row = cells(text)
        return (self._row([cell.value for cell in row]) if row else []) or self._pieces(text)

    def _all(self, piece: str, *, whole: bool = False) -> list[int]:
        """Return where a piece begins; ``whole`` leaves out places inside a word."""
        found: list[int] = []
        at = self._text.find(piece) if piece else -1
        while at >= 0 and len(found) < MOST_FOUND:
            if not whole or (self._is_edge(at) and self._is_edge(at + len(piece))):
                found.append(at)
            at = self._text.find(piece, at + 1)
        return found

    def _is_edge(self, place: int) -> bool:
        return self._starts[bisect_right(self._starts, place) - 1] == place

    def _best(self, places: Sequence[int], length: int, before: str, after: str) -> tuple[int, int] | None:
        """Return of several places the one around which the page goes on as the text does."""

        def like(start: int) -> tuple[int, bool]:
            end = start + length
            left, right = self._text[max(0, start - _NEAR) : start], self._text[end : end + _NEAR]
            same = _common(reversed(left), reversed(before)) + _common(right, after)
            return same, self._is_edge(start) and self._is_edge(end)

        start = max(places, key=like, default=None)
        return None if start is None else (start, start + length)

    def _row(self, values: Sequence[str]) -> list[tuple[int, int]]:
        """Return the places of a row's cells: those that stand beside one another, for a value may be in many rows."""
        pieces = [piece for value in values if (piece := letters(value))]
        places = [(self._all(piece, whole=True), len(piece)) for piece in pieces]
        known = [(starts, length) for starts, length in places if starts]
        if not known:
            return []
        anchors, _ = min(known, key=lambda one: len(one[0]))
        best: tuple[float, list[tuple[int, int]]] = float("inf"), []
        for anchor in anchors:
            level = self._level(anchor)
            chosen = [
                (start, start + length)
                for starts, length in known
                for start in [min(starts, key=lambda at: abs(self._level(at) - level))]
            ]
            far = sum(abs(self._level(start) - level) for start, _ in chosen)
            if far < best[0]:
                best = far, chosen
        _, spans = best
        level = self._level(spans[0][0])
        for value, (starts, _) in zip([v for v in values if letters(v)], places, strict=True):
            if not starts:  # a cell of several lines, beside others
                spans += self._near(value, level)
        found = sum(end - start for start, end in spans)
        return spans if found >= _ENOUGH * sum(map(len, pieces)) else []

    def _near(self, text: str, level: float) -> Iterator[tuple[int, int]]:
        for word in text.split():
            piece = letters(word)
            starts = self._all(piece, whole=True)
            if starts:
                start = min(starts, key=lambda at: abs(self._level(at) - level))
                yield start, start + len(piece)

    def _level(self, place: int) -> float:
        return self._words[self._word(place)].middle

    def _word(self, place: int) -> int:
        return min(bisect_right(self._starts, place) - 1, len(self._words) - 1)

    def _pieces(self, text: str) -> list[tuple[int, int]]:
        """Return the places of a text of which parts stand apart: each as long as it can be, from its first word on."""
        tokens = [piece for word in text.split() if (piece := letters(word))]
        edges = [0, *accumulate(map(len, tokens))]
        whole = "".join(tokens)
        spans: list[tuple[int, int]] = []
        at = last = 0
        while at < len(whole):
            longest = self._longest(whole, at)
            end = max((edge for edge in edges if edge <= at + longest), default=at)
            if end <= at and longest >= _LEAST:
                end = at + longest
            if end <= at:
                at = next(edge for edge in edges if edge > at)
                continue
            if end - at < _LEAST:  # such a word may stand anywhere
                at = end
                continue
            starts = self._all(whole[at:end])
            start = min(starts, key=lambda place: (place < last, abs(place - last)))
            spans.append((start, start + end - at))
            last, at = start + end - at, end
        found = sum(end - start for start, end in spans)
        return spans if found >= _ENOUGH * len(whole) else []

    def _longest(self, whole: str, at: int) -> int:
        """Return how many letters from a place on stand together on the page."""
        low, high = 0, len(whole) - at
        while low < high:
            middle = (low + high + 1) // 2
            if whole[at : at + middle] in self._text:
                low = middle
            else:
                high = middle - 1
        return low

    def _boxes(self, spans: Iterable[tuple[int, int]]) -> Iterator[Rectangle]:
        """Yield the box of each word in some places, and of a word that is there in part the part's share."""
        for start, end in spans:
            for n in range(self._word(start), self._word(end - 1) + 1):
                first, last = self._starts[n], self._starts[n + 1]
                if first == last:
                    continue
                left, top, right, bottom = self._words[n].box
                wide = (right - left) / (last - first)
                yield left + max(0, start - first) * wide, top, right - max(0, last - end) * wide, bottom


def _common(one: Iterable[str], other: Iterable[str]) -> int:
    """Return how many characters two texts begin with alike."""
    count = 0
    for a, b in zip(one, other, strict=False):
        if a != b:
            break
        count += 1
    return count


def _merged(boxes: Iterable[Rectangle]) -> Iterator[Rectangle]:
    """Yield boxes that stand side by side on a line as one."""
    last: Rectangle | None = None
    for box in boxes:
        if last is not None and _are_beside(last, box):
            last = (min(last[0], box[0]), min(last[1], box[1]), max(last[2], box[2]), max(last[3], box[3]))
            continue
        if last is not None:
            yield last
        last = box
    if last is not None:
        yield last


def _are_beside(one: Rectangle, other: Rectangle) -> bool:
    height = min(one[3] - one[1], other[3] - other[1])
    level = min(one[3], other[3]) - max(one[1], other[1])
    gap = max(other[0] - one[2], one[0] - other[2])
    return level > 0.5 * height and gap < _JOINED * height
