"""Letters of a page, in the order in which they are drawn, become words."""

import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass

_GAP = 0.25
"""Distance between letters, in ems, from which on they belong to different words."""


@dataclass(slots=True)
class Word:
    """Letters that stand together on one line, in one size and weight."""

    text: str
    x0: float
    x1: float
    base: float
    """The line that the letters stand on."""
    size: float
    bold: bool
    glued: bool = False
    """Whether no space parts it from the word before it, as between "10" and a raised "6"."""
    letters: list[tuple[float, str]] | None = None
    """Of a word that is written from right to left: each with its place, for programs draw them in either order."""

    def turn(self) -> "Word":
        """Put the letters in the order in which they are read."""
        if self.letters:
            self.text = "".join(sign for _, sign in sorted(self.letters, key=lambda letter: -letter[0]))
            self.letters = None
        return self


@dataclass(slots=True)
class Look:
    """How the letters of one text object look."""

    size: float
    angle: int
    bold: bool
    seen: bool


class Words:
    """Puts letters together to words, as they come."""

    def __init__(self) -> None:
        self.groups: dict[int, list[Word]] = {}
        self.space = True
        """Whether a space came after the last letter."""
        self._word: Word | None = None

    def add(self, sign: str, x0: float, x1: float, base: float, look: Look) -> None:
        """Add a letter to the word before it, or begin another."""
        words, word = self.groups.setdefault(look.angle, []), self._word
        joins = False
        backwards = unicodedata.bidirectional(sign) in ("R", "AL", "NSM")
        if word is not None and word.letters and backwards and self._beside(word, x0, x1, base, look):
            if unicodedata.combining(sign):
                place, before = word.letters[-1]
                word.letters[-1] = place, before + sign
            else:
                word.letters.append((x0 + x1, sign))
            word.x0, word.x1 = min(x0, word.x0), max(x1, word.x1)
            self.space = False
            return
        if word is not None and words and words[-1] is word and not self.space:
            near = -0.5 * look.size < x0 - word.x1 < _GAP * min(look.size, word.size)
            joins = near and abs(word.base - base) < look.size
            if joins and (word.size, word.bold) == (look.size, look.bold) and abs(word.base - base) < 0.35 * look.size:
                word.text += sign
                word.x1 = max(x1, word.x1)
                return
        self._word = Word(sign, x0, x1, base, look.size, look.bold, glued=joins)
        if backwards:
            self._word.letters = [(x0 + x1, sign)]
        words.append(self._word)
        self.space = False

    def _beside(self, word: Word, x0: float, x1: float, base: float, look: Look) -> bool:
        """Tell whether a letter belongs to a word that is written from right to left."""
        gap = max(x0 - word.x1, word.x0 - x1)
        most = 0.08 if self.space else _GAP  # a space may be PDFium's guess from the order of drawing
        return gap < most * look.size and word.size == look.size and abs(word.base - base) < 0.1 * look.size


def once(words: list[Word]) -> Iterator[Word]:
    """Leave out what is drawn again in the same place, as some programs make letters bold."""
    seen: set[tuple[str, int, int]] = set()
    for word in words:
        x, y = round(word.x0), round(word.base)
        if not any((word.text, x + dx, y + dy) in seen for dx in (-1, 0, 1) for dy in (-1, 0, 1)):
            seen.add((word.text, x, y))
            yield word
