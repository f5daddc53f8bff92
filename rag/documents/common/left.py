"""What a document holds and its text lacks, counted, for :class:`rag.documents.common.parsed.Parsed`."""

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from rag.documents.common.decode import Unusable
from rag.documents.common.gallery import Gallery
from rag.documents.common.parsed import Parsed

_TOLD = {
    "struck": ("struck-out passage", "left out"),
    "hidden": ("hidden passage", "left out"),
    "comment": ("comment", "left out"),
    "prompt": ("empty form field", "left out"),
    "chart": ("chart", "not read: put its figures into a table"),
    "picture": ("large picture", "not read: run a text recognition (OCR) over it if it holds text"),
    "object": ("embedded object", "not read: save it as a file of its own"),
    "undecoded": ("word with letters in an unknown code", "not read: save the file again in a newer format"),
    "file": ("embedded file", "not read: save it as a file of its own"),
}
"""What is counted: its name, and what is said of it."""
_UNREAD = frozenset("chart picture object undecoded file".split())
"""What may hold an answer and cannot be read."""


@dataclass(frozen=True, slots=True)
class Look:
    """How a piece of text is shown, and whether it is."""

    hidden: bool = False
    struck: bool = False
    place: int = 0
    """1 raised, -1 lowered, 0 on the line."""
    font: str | None = None
    bold: bool = False


class Left:
    """Counts what is left out of one document.

    Args:
        gallery: takes its pictures, where somebody is to say what they show.
    """

    def __init__(self, gallery: Gallery | None = None) -> None:
        self._gallery = gallery
        self._counts: Counter[str] = Counter()
        self._open = ""
        self._notes: list[str] = []
        self._unread: list[str] = []

    def count(self, kind: str, number: int = 1) -> None:
        """Count things of a kind, a key of the table above."""
        self._counts[kind] += number

    def pictured(self, data: Callable[[], bytes | None], *, large: bool) -> list[str]:
        """Have a picture described; return the paragraph that keeps its place, nothing where nobody looks at it.

        Args:
            data: gives its bytes, if the file has them.
            large: whether it may be a page that was scanned, which is then told.
        """
        hung = self._gallery.hang(data()) if self._gallery else []
        self.count("picture", int(large and not hung))
        return hung

    def passes(self, text: str, *, hidden: bool = False, struck: bool = False) -> bool:
        """Tell whether a text is shown; what is not is counted, once for all that follows on it.

        Args:
            text: in the order of the document.
            hidden: it is set as hidden.
            struck: it is struck out.
        """
        kind = "hidden" if hidden else "struck" if struck else ""
        if text.strip():
            if kind and kind != self._open:
                self.count(kind)
            self._open = kind
        return not kind

    def pause(self) -> None:
        """Say that a paragraph ends: what is left out after it is another passage."""
        self._open = ""

    def cut_short(self) -> None:
        """Tell that the file ends before its text does."""
        self._unread.append("the file is cut short: get it again")

    def tell_slides(self, hidden: list[int], bare: list[int], count: int) -> None:
        """Tell which slides of a presentation are hidden, and which have no text.

        Args:
            hidden: their numbers.
            bare: likewise.
            count: how many slides there are.
        """
        if hidden:
            be = "is" if len(hidden) == 1 else "are"
            self._notes.append(f"{len(hidden)} of {count} slides {be} hidden and left out ({listed(hidden)})")
        if bare:
            have = "has" if len(bare) == 1 else "have"
            what = f"{len(bare)} of {count} slides {have} no text ({listed(bare)})"
            self._unread.append(f"{what}: run a text recognition (OCR) over what they show")

    def parsed(self, blocks: list[str], meta: dict[str, str | None], pages: list[int] | None = None) -> Parsed:
        """Return what a parser found, with what it left out.

        Args:
            blocks: paragraphs and rows of tables, in order.
            meta: what the file says of itself.
            pages: where each page starts in the blocks, put together with blank lines between them.

        Raises:
            Unusable: there is no text at all.
        """
        if not any(block.strip() for block in blocks):
            raise Unusable("no text in it: it may be pictures alone", "run a text recognition (OCR) over it")
        told = {kind: _sentence(kind, number) for kind, number in self._counts.items() if number}
        notes = [sentence for kind, sentence in told.items() if kind not in _UNREAD]
        unread = [sentence for kind, sentence in told.items() if kind in _UNREAD]
        return Parsed("\n\n".join(blocks), meta, pages or [], notes + self._notes, unread + self._unread)


def _sentence(kind: str, number: int) -> str:
    name, what = _TOLD[kind]
    first, *rest = name.split(" with ")
    names = name if number == 1 else " with ".join([f"{first}s", *rest])
    return f"{number} {names} {'is' if number == 1 else 'are'} {what}"


def listed(numbers: Sequence[int]) -> str:
    """Return numbers in rising order as people list them.

    >>> listed([1, 3, 4, 5, 9])
    '1, 3-5, 9'
    """
    runs: list[list[int]] = []
    for number in numbers:
        if runs and runs[-1][-1] == number - 1:
            runs[-1][1:] = [number]
        else:
            runs.append([number])
    return ", ".join("-".join(map(str, run)) for run in runs)
