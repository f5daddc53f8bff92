"""Two pictures of the collection, as SVG: when its documents were published, and where its passages lie.

A bar and a dot are buttons, for the mouse and for the keys: ``static/pictures.js`` moves between them.

The map is what two numbers can keep of the vectors that retrieval compares: the two directions in which they differ
most (principal components). Passages near each other there need not be near each other in all dimensions.
"""

from calendar import monthrange
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from rag.index.store import Listing
from rag.web import words
from rag.web.template import html

if TYPE_CHECKING:
    from rag.models.encode import Vectors

MOST_DOTS = 5000
COLOURS = 8
"""Of more documents, those of one publisher have one; the last stands for the smaller publishers."""

_WIDTH, _HEIGHT, _EDGE = 720, 400, 16
_BARS_HEIGHT, _MOST_BARS, _MOST_LABELS, _NAMED = 120, 60, 6, 6

Points = NDArray[np.float64]
"""Shape ``(passages, 2)``."""


@dataclass(frozen=True, slots=True)
class Plane:
    """The plane through passages' vectors in which they differ most."""

    centre: "Vectors"
    axes: "Vectors"
    """Shape ``(2, dimension)``."""

    @classmethod
    def through(cls, vectors: "Vectors") -> "Plane":
        """Return the plane for vectors of shape ``(passages, dimension)``; the same for the same vectors."""
        centre = vectors.mean(axis=0)
        spread = (vectors - centre).T @ (vectors - centre)  # its singular vectors are theirs, and it is smaller
        axes = np.linalg.svd(spread)[0].T[:2]
        largest = axes[np.arange(2), np.abs(axes).argmax(axis=1)]
        return cls(centre, axes * np.sign(largest)[:, None])  # of the two directions of an axis always the same

    def points(self, vectors: "Vectors") -> Points:
        """Return where vectors lie in it."""
        return ((vectors - self.centre) @ self.axes.T).astype(np.float64)


def sampled(passages: int) -> NDArray[np.int64]:
    """Return the numbers of the passages that are drawn: all of them, or ``MOST_DOTS`` evenly from all."""
    return np.unique(np.linspace(0, max(0, passages - 1), min(passages, MOST_DOTS)).astype(np.int64))


def passage_map(points: Mapping[int, Sequence[float]], documents: Sequence[Listing], used: Iterable[int]) -> str:
    """Return the map of passages: a dot each, grouped by document.

    Args:
        points: where passages lie, by number; those of ``used`` are among them.
        documents: all of the index, in the order of their passages' numbers.
        used: numbers of the passages that the last answer quotes.
    """
    used = set(used)
    place = _placed(points)
    colours, legend = _coloured(documents)
    groups, marks, quoted = [], [], []
    first = 0
    for number, document in enumerate(documents):
        own = [n for n in range(first, first + document.passages) if n in points]
        first += document.passages
        if not own:
            continue
        name = _name(document)
        groups.append((colours[number], name, [(n, place[n]) for n in own]))
        if here := [n for n in own if n in used]:
            quoted.append(words.MAP_QUOTED_FROM.format(title=document.title, count=len(here)))
            marks += [(name, *place[n]) for n in here]
    total = sum(document.passages for document in documents)
    about = words.MAP_ABOUT.format(shown=len(points), passages=total, documents=len(documents))
    told = words.MAP_ANSWER.format(quoted="; ".join(quoted)) if quoted else words.MAP_NO_ANSWER
    legend += [("ql-ringed", words.MAP_USED)] if marks else []
    drawn = html("picture", "map", groups, marks)
    return _figure(words.MAP, f"{about} {told} {words.MAP_KEYS}", legend, f"{about} {told}", _HEIGHT, drawn)


def _coloured(documents: Sequence[Listing]) -> tuple[list[int], list[tuple[str, str]]]:
    """Return the number of each document's colour, and the legend: classes with what they stand for."""
    if len(documents) <= COLOURS:
        return list(range(len(documents))), [(f"ql-colour-{n}", _name(each)) for n, each in enumerate(documents)]
    counted = Counter(each.publisher for each in documents if each.publisher)
    if not counted:
        return [n % COLOURS for n in range(len(documents))], [("", words.MAP_COLOURS)]
    named = [publisher for publisher, _ in counted.most_common(COLOURS - 1)]
    legend = [(f"ql-colour-{n}", f"{each} ({counted[each]})") for n, each in enumerate(named)]
    others = len(documents) - sum(counted[each] for each in named)
    more = [(f"ql-colour-{COLOURS - 1}", words.MAP_OTHERS.format(count=others))] if others else []
    numbers = {publisher: n for n, publisher in enumerate(named)}
    return [numbers.get(each.publisher or "", COLOURS - 1) for each in documents], [*legend, *more]


def timeline(documents: Sequence[Listing]) -> str:
    """Return how many documents were published when: a bar for each day, month, year or decade that has any."""
    dated = sorted(
        ((date.fromisoformat(document.published), document.title) for document in documents if document.published),
        key=lambda pair: pair[0],
    )
    undated = len(documents) - len(dated)
    if not dated:
        return _figure(words.TIMELINE, words.TIMELINE_NONE, [])
    earliest, latest = dated[0][0], dated[-1][0]
    unit = next((unit for unit in _UNITS if _bin(latest, unit) - _bin(earliest, unit) < _MOST_BARS), _UNITS[-1])
    first, last = _bin(earliest, unit), _bin(latest, unit)
    titles: dict[int, list[str]] = {}
    for day, title in dated:
        titles.setdefault(_bin(day, unit), []).append(title)
    most = max(map(len, titles.values()))
    step = (_WIDTH - 2 * _EDGE) / (last - first + 1)
    width = min(step * 0.8, 40)
    bars = []
    for place, own in titles.items():
        height = max(3.0, _BARS_HEIGHT * len(own) / most)
        x = _EDGE + (place - first + 0.5) * step - width / 2
        label = words.TIMELINE_BAR.format(when=_label(place, unit), count=len(own))
        more = [words.TIMELINE_MORE.format(count=len(own) - _NAMED)] if len(own) > _NAMED else []
        box = (x, _EDGE + _BARS_HEIGHT - height, width, height)
        bars.append((label, [label, *own[:_NAMED], *more], _span(place, unit), box))
    every = -(-(last - first + 1) // _MOST_LABELS)
    below = _EDGE + _BARS_HEIGHT + 18
    labels = [
        (_EDGE + (place - first + 0.5) * step, below, _label(place, unit)) for place in range(first, last + 1, every)
    ]
    about = words.TIMELINE_ABOUT.format(count=len(dated), first=earliest, last=latest)
    busiest = words.TIMELINE_MOST.format(
        when=_label(max(titles, key=lambda place: len(titles[place])), unit), count=most
    )
    told = f"{about} {busiest}" + (f" {words.TIMELINE_UNDATED.format(count=undated)}" if undated else "")
    legend = [("ql-colour-0", words.TIMELINE_LEGEND[unit])]
    drawn = html("picture", "bars", bars, labels)
    return _figure(words.TIMELINE, told, legend, told, _BARS_HEIGHT + 2 * _EDGE + 12, drawn)


_UNITS = ("day", "month", "year", "decade", "century")


def _bin(day: date, unit: str) -> int:
    """Return the number of the day, month, year, decade or century that a date falls in."""
    if unit == "day":
        return day.toordinal()
    if unit == "month":
        return 12 * day.year + day.month - 1
    return day.year // {"year": 1, "decade": 10, "century": 100}[unit]


def _span(place: int, unit: str) -> tuple[date, date]:
    """Return the first and the last day of such a number."""
    if unit == "day":
        return date.fromordinal(place), date.fromordinal(place)
    if unit == "month":
        year, month = place // 12, place % 12 + 1
        return date(year, month, 1), date(year, month, monthrange(year, month)[1])
    years = {"year": 1, "decade": 10, "century": 100}[unit]
    return date(max(1, place * years), 1, 1), date((place + 1) * years - 1, 12, 31)


def _label(place: int, unit: str) -> str:
    if unit == "day":
        return date.fromordinal(place).isoformat()
    if unit == "month":
        return f"{place // 12:04}-{place % 12 + 1:02}"
    return f"{place * {'year': 1, 'decade': 10, 'century': 100}[unit]:04}" + ("" if unit == "year" else "s")


def _placed(points: Mapping[int, Sequence[float]]) -> dict[int, tuple[float, float]]:
    """Return where points are drawn: as large as the picture allows, both axes alike."""
    if not points:
        return {}
    where = np.array(list(points.values()), dtype=np.float64)
    low, high = where.min(axis=0), where.max(axis=0)
    room = np.array([_WIDTH - 2 * _EDGE, _HEIGHT - 2 * _EDGE])
    wide = high - low > 1e-9
    scale = float((room[wide] / (high - low)[wide]).min()) if wide.any() else 0.0
    drawn = (where - (low + high) / 2) * scale + np.array([_WIDTH, _HEIGHT]) / 2
    return {number: (round(float(x), 1), round(float(y), 1)) for number, (x, y) in zip(points, drawn, strict=True)}


def _name(document: Listing) -> str:
    return " · ".join(part for part in (document.title, document.publisher, document.published) if part)


def _figure(
    heading: str, told: str, legend: Sequence[tuple[str, str]], label: str = "", height: int = 0, drawn: str = ""
) -> str:
    """Return a figure, without a picture if that has no height; ``drawn`` is its SVG, ``label`` what it says."""
    return html("picture", "figure", heading, told, legend, label, _WIDTH, height, drawn)
