"""Text recognition (OCR): the picture of a page becomes words with their places, by RapidOCR.

Its models come in its wheel. It is an extra (``pip install 'quoteline[ocr]'``), off unless it is asked for, and runs in
:mod:`rag.documents.worker`.
"""

import math
import signal
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from importlib.metadata import PackageNotFoundError, version
from statistics import median
from typing import Any

from rag.documents.pdf.letters import Word

INSTALL = "pip install 'quoteline[ocr]'"
REMEDY = f"read it by text recognition (OCR): {INSTALL}, then rag index --ocr"
MEMORY_MB = 1536
"""Address space that the models and their library take beside what a parser may."""
_LIBRARIES = ("rapidocr", "opencv-python-headless", "onnxruntime", "pyclipper", "shapely")
_DPI = 200
_MOST_PIXELS = 2600
"""Of the longer side; a larger page is drawn in less detail."""
_EM = 0.65
"""Size of letters as part of the height of the box around a line."""
_LEAST_LINE = 0.5
_LEAST_PAGE = 0.8
"""Odds below which what was recognised in a line, or on a whole page, is taken for no text that the models know."""
_STRAIGHT = 0.004
"""Radians up to which a page counts as straight."""
_LEAST_LETTERS = 0.7
"""So many letters for each time that a line is longer than high: fewer are left where the others are of a script that
the models do not know."""
_UPRIGHT = 0.93
"""Odds of a page, as it lies, from which on it is not tried upside down."""


def versions() -> str:
    """Return what the recognised text depends on beside the picture; empty if the extra is not installed."""
    try:
        return " ".join(version(name) for name in _LIBRARIES)
    except PackageNotFoundError:
        return ""


@dataclass(slots=True)
class Seen:
    """What was recognised on a page."""

    words: list[Word] = field(default_factory=list)
    """In points, y downwards from the head of the page."""
    height: float = 0
    faint: int = 0
    """Lines that are too unsure to be taken."""
    turned: bool = False
    """Whether the page lies on its side or its head: the words stand where they would if it did not."""
    skew: float = 0.0
    """Radians by which the page was turned about its middle, against the clock, so that its lines are level."""


@dataclass(slots=True)
class _Line:
    """A line of text on a picture, its four corners from the upper left one on, in the sense of the clock."""

    corners: list[tuple[float, float]]
    text: str
    odds: float
    words: list[tuple[str, float, float]]
    """Each with its ends, as parts of the line's length; none if they are not told apart."""


class Recogniser:
    """Reads pages, one after the other; loads its models at the first.

    Args:
        seconds: most processor time for a page.
        before: is called before each page.
    """

    def __init__(self, seconds: int, before: Callable[[], None] = lambda: None) -> None:
        self.seconds = seconds
        self._before = before
        self._engine: Any = None

    def see(self, page: Any) -> Seen:
        """Draw a page of :mod:`pypdfium2` and recognise its text.

        Raises:
            TimeoutError: it took more than ``seconds``.
        """
        import numpy as np
        from PIL import Image

        self._before()
        with _limited(self.seconds):
            width, height = page.get_size()
            scale = min(_DPI / 72, _MOST_PIXELS / max(width, height))
            picture = page.render(scale=scale).to_numpy()
            lines = self._lines(picture)
            turns = [1, 3] if _lie(lines) else [2] if lines and _odds(lines) < _UPRIGHT else []
            tried = [
                (lines, 0),
                *((self._lines(np.ascontiguousarray(np.rot90(picture, turn))), turn) for turn in turns),
            ]
            lines, turn = max(tried, key=lambda one: sum(len(line.text) * line.odds**4 for line in one[0]))
            if abs(skew := _skew(lines)) > _STRAIGHT:  # of words that stand askew the spaces are missed
                upright = Image.fromarray(np.rot90(picture, turn))
                turned = upright.rotate(math.degrees(skew), Image.Resampling.BICUBIC, fillcolor=(255, 255, 255))
                lines = self._lines(np.asarray(turned))
        sure = [line for line in lines if line.odds >= _LEAST_LINE and not _is_strange(line)]
        if not sure or _odds(sure) < _LEAST_PAGE:
            return Seen(faint=len(lines))
        faint, high = len(lines) - len(sure), width if turn % 2 else height
        return Seen(list(_words(sure, 1 / scale)), high, faint, bool(turn), skew if abs(skew) > _STRAIGHT else 0.0)

    def _lines(self, picture: Any) -> list[_Line]:
        found = self._loaded()(picture, return_word_box=True)
        if found.boxes is None:
            return []
        parts = found.word_results if len(found.word_results) == len(found.txts) else [()] * len(found.txts)
        return [
            _Line(
                [(float(x), float(y)) for x, y in box], " ".join(text.split()), float(odds), _parted(box, text, words)
            )
            for box, text, odds, words in zip(found.boxes, found.txts, found.scores, parts, strict=True)
            if text.strip()
        ]

    def _loaded(self) -> Any:
        if self._engine is None:
            from rapidocr import RapidOCR

            # One thread: with several, sums in another order may end in another letter.
            one = {f"EngineConfig.onnxruntime.{kind}_op_num_threads": 1 for kind in ("intra", "inter")}
            settings = {"use_cls": False, "text_score": 0.0, "max_side_len": _MOST_PIXELS, "log_level": "critical"}
            self._engine = RapidOCR(params=one | {f"Global.{name}": value for name, value in settings.items()})
        return self._engine


@contextmanager
def _limited(seconds: int) -> Iterator[None]:
    """Raise TimeoutError when the processor time is used up."""

    def stop(_signal: int, _frame: object) -> None:
        raise TimeoutError

    before = signal.signal(signal.SIGPROF, stop)
    signal.setitimer(signal.ITIMER_PROF, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)
        signal.signal(signal.SIGPROF, before)


def _parted(box: Any, text: str, words: Sequence[Any]) -> list[tuple[str, float, float]]:
    """Return the words of a line with their ends; none if they are not those of its text, as in Chinese."""
    (left, top), (right, _), _, (_, bottom) = box
    if [word for word, _, _ in words] != text.split() or bottom - top > right - left:
        return []
    return [
        (word, *((min(ends) - left) / (right - left), (max(ends) - left) / (right - left)))
        for word, _, corners in words
        for ends in [[float(x) for x, _ in corners]]
    ]


def _lie(lines: Sequence[_Line]) -> bool:
    """Tell whether most of the text stands on its side."""
    every = sum(len(line.text) for line in lines)
    return 2 * sum(len(line.text) for line in lines if 1.5 * _length(line) < _height(line)) > every > 0


def _is_strange(line: _Line) -> bool:
    """Tell whether most letters of a line were not recognised."""
    return len(line.text) < _LEAST_LETTERS * _length(line) / _height(line)


def _odds(lines: Sequence[_Line]) -> float:
    return sum(line.odds * len(line.text) for line in lines) / sum(len(line.text) for line in lines)


def _length(line: _Line) -> float:
    return math.dist(line.corners[0], line.corners[1])


def _height(line: _Line) -> float:
    return (math.dist(line.corners[0], line.corners[3]) + math.dist(line.corners[1], line.corners[2])) / 2


def _words(lines: Sequence[_Line], points: float) -> Iterator[Word]:
    """Yield the words of a page, as if it lay straight, each line in the size that lines like it have.

    Args:
        lines: as they were recognised.
        points: that a pixel is high.
    """
    skew = _skew(lines)
    sine, cosine = math.sin(skew), math.cos(skew)
    heights = sorted(_height(line) for line in lines for _ in line.text)
    body = median(heights)
    for line in lines:
        xs = [points * (x * cosine + y * sine) for x, y in line.corners]
        ys = [points * (y * cosine - x * sine) for x, y in line.corners]
        share = _height(line) / body
        size = round(_EM * body * points * (1.0 if 0.72 < share < 1.3 else round(4 * share) / 4 or 0.25), 1)
        base = (min(ys) + max(ys)) / 2 + 0.27 * size
        # The box has a margin around the letters.
        left, right = (xs[0] + xs[3]) / 2 + 0.15 * size, (xs[1] + xs[2]) / 2 - 0.15 * size
        for word, start, end in line.words or _even(line.text):
            yield Word(word, left + start * (right - left), left + end * (right - left), base, size, bold=False)


def _even(text: str) -> Iterator[tuple[str, float, float]]:
    """Yield the words of a line as if its letters were equally wide."""
    place = 0
    for word in text.split(" "):
        yield word, place / len(text), (place + len(word)) / len(text)
        place += len(word) + 1


def _skew(lines: Sequence[_Line]) -> float:
    """Return the angle, in radians, at which the lines of a page run down; that of the long ones tells."""
    angles = sorted(
        (math.atan2(right[1] - left[1], right[0] - left[0]), len(line.text))
        for line in lines
        for left, right in [line.corners[:2]]
        if _length(line) > 4 * _height(line)
    )
    half = sum(letters for _, letters in angles) / 2
    for angle, letters in angles:
        half -= letters
        if half <= 0:
            return angle
    return 0.0
