"""What a text cites itself: hints where to look for each of its claims, and evidence of nothing.

A mark such as ``[1]`` or ``[^2]`` stands for the line of the text that explains it; a link, and what stands in round
brackets, for itself. Which documents of an index that means is told by their address, name or title.
"""

import re
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from rag.text.dates import MONTHS
from rag.text.terms import plain_words
from rag.text.untrusted import CITES

MOST_MEANT = 8
"""Documents that the hints of one claim may mean; a title that more documents have means none."""
MOST_WORDS = 80
"""Of a hint."""
LEAST_TITLE_WORDS = 2
MOST_RANGE = 20
"""Marks that ``[1-20]`` stands for."""

_HEAD = re.compile(
    r"[\s#*_]*(?:references?|sources?|footnotes?|endnotes?|bibliography|works cited|citations?|literature)[\s:*_]*",
    re.I,
)
_URL = re.compile(r"\bhttps?://[^\s<>\"'\])]+", re.I)
_NOTE = re.compile(r"\s*\[\^?(?P<label>[\w-]{1,40})\]:\s*(?P<text>\S.*)")
_NUMBERED = re.compile(r"\s*(?:\[\^?(?P<label>\d{1,3})\]|\(?(?P<item>\d{1,3})[.)]|[-*+•])\s+(?P<text>\S.*)")
_NAMED_MARK = re.compile(r"\[\^([\w-]{1,40})\]")
_NUMBERS = re.compile(r"(\d{1,3})(?:\s*[-–]\s*(\d{1,3}))?")
_LINK = re.compile(r"\[([^\]\n]{0,300})\]\((\S{1,2000}?)(?:\s[^)\n]{0,300})?\)")
_ROUND = re.compile(r"\s*\(([^()\n]{3,300})\)")
_LEADS = re.compile(r"^\s*(?:see|cf\.?|sources?|from|in|according to)\b[\s:]*", re.I)
_PLACE = re.compile(
    r"(?:pp?\.?|pages?|lines?|§|\d{1,2}\.?)?\s*"
    rf"(?:(?:{'|'.join(MONTHS)})[a-z]*\.?)?\s*\d[\d\s:.–/-]*",
    re.I,
)
"""A page, a line or a date."""


@dataclass(frozen=True, slots=True)
class Explained:
    """A line of a text that says what a mark stands for; it claims nothing."""

    label: str
    text: str
    start: int
    end: int


def explained(text: str) -> list[Explained]:
    r"""Return the lines of a text that say what its marks stand for, in order.

    >>> [(one.label, one.text) for one in explained("Oil rose [1].\n\nSources:\n1. oil.md\n[^a]: The Echo")]
    [('1', 'oil.md'), ('a', 'The Echo')]
    """
    found: list[Explained] = []
    listed, place, start = False, 0, 0
    for line in text.splitlines(keepends=True):
        end = start + len(line.rstrip())
        note, item = _NOTE.match(line), _NUMBERED.match(line)
        if _HEAD.fullmatch(line):
            listed, place = True, 0
        elif line.lstrip().startswith("#"):
            listed = False
        elif note:
            found.append(Explained(note["label"].lower(), note["text"].strip(), start, end))
        elif item and (listed or (item["label"] and _URL.search(line))):
            place += 1
            label = item["label"] or item["item"] or str(place)
            found.append(Explained(label, item["text"].strip(), start, end))
        elif listed and _URL.search(line):
            place += 1
            found.append(Explained(str(place), line.strip(), start, end))
        start += len(line)
    return found


def hints(text: str, spans: Sequence[tuple[int, int]], notes: Sequence[Explained]) -> list[tuple[str, ...]]:
    """Return for each claim of a text what it cites.

    A mark belongs to the last claim that begins before it: it may stand behind the full stop.

    Args:
        text: the text.
        spans: where its claims stand, in order.
        notes: the lines that explain its marks.
    """
    by_label: dict[str, list[str]] = {}
    for note in notes:
        by_label.setdefault(note.label, []).append(note.text)
    begins = [_begin(text, start, end) for start, end in spans]
    ends = [*begins[1:], len(text)][: len(spans)]
    told: list[tuple[str, ...]] = []
    for (start, _), begin, end in zip(spans, begins, ends, strict=True):
        first = start if not told else begin  # marks before the first claim have no other
        part = list(text[first:end])
        for note in notes:
            for place in range(max(note.start, first), min(note.end, end)):
                part[place - first] = "\n"
        told.append(tuple(dict.fromkeys(_cited("".join(part), by_label))))
    return told


def _begin(text: str, start: int, end: int) -> int:
    """Return where a claim begins behind marks that belong to the one before it."""
    while (mark := CITES.match(text, start, end)) and mark.end() > start:
        start = mark.end()
    return start


def _cited(part: str, by_label: dict[str, list[str]]) -> Iterator[str]:
    for label in _labels(part):
        yield from by_label.get(label, ())
    for link in _LINK.finditer(part):
        yield f"{link[1]} {link[2]}"
    yield from _URL.findall(_LINK.sub(" ", part))
    for found in _ROUND.finditer(part):
        if any(char.isalpha() for char in found[1]):
            yield found[1]


def _labels(part: str) -> Iterator[str]:
    for name in _NAMED_MARK.findall(part):
        yield name.lower()
    for mark in CITES.finditer(part):
        plain = "".join(_digit(char) for char in mark[0].partition("†")[0])
        for first, last in _NUMBERS.findall(plain):
            until = int(last) if last and int(last) - int(first) < MOST_RANGE else int(first)
            yield from map(str, range(int(first), until + 1))


def _digit(char: str) -> str:
    """Return a raised or circled number as digits."""
    value = unicodedata.numeric(char, None) if not char.isascii() else None
    return char if value is None else f"{int(value)}"


@dataclass(slots=True)
class Known:
    """The documents that hints may mean: each with source, title and address."""

    documents: Iterable[tuple[str, str, str | None]]
    _by: dict[object, list[str]] = field(default_factory=dict)
    _lengths: set[int] = field(default_factory=set)

    def meant(self, cited: Iterable[str]) -> tuple[str, ...]:
        """Return the sources that hints mean, in their order."""
        found: dict[str, None] = {}
        for hint in cited:
            if not self._by:
                self._read()
            for key in self._keys(hint):
                meant = self._by.get(key, ())
                if len(meant) <= MOST_MEANT:
                    found.update(dict.fromkeys(meant))
        return tuple(found)[:MOST_MEANT]

    def bare(self, claim: str, publishers: Iterable[str]) -> str:
        """Return a claim without round brackets that only cite: documents, their publishers, pages and dates."""
        papers = {publisher.casefold() for publisher in publishers}

        def kept(found: re.Match[str]) -> str:
            parts = [part.strip(" \"“”‘’'*_") for part in re.split(r"[,;|·]", _LEADS.sub("", found[1]))]
            names = [part for part in parts if self._names(part)]
            rest = [part for part in parts if part not in names]
            only = all(part.casefold() in papers or _PLACE.fullmatch(part) for part in rest)
            return "" if names and only else found[0]

        return _ROUND.sub(kept, claim)

    def _names(self, part: str) -> bool:
        """Tell whether this, as it stands, is the name or the title of a document."""
        return bool(self.meant([part])) and (part.casefold() in self._by or tuple(plain_words(part)) in self._by)

    def _read(self) -> None:
        self._by[""] = []
        for source, title, url in self.documents:
            keys: set[object] = {source.casefold(), source.casefold().rpartition("/")[2]}
            if url:
                keys.add(_address(url))
            words = tuple(plain_words(title))
            if len(words) >= LEAST_TITLE_WORDS:
                keys.add(words)
                self._lengths.add(len(words))
            for key in keys:
                self._by.setdefault(key, []).append(source)

    def _keys(self, hint: str) -> Iterator[object]:
        """Yield what a hint may name: addresses, then names, then titles, the longest first."""
        yield from map(_address, _URL.findall(hint))
        bare = re.split(r"[\s,;|()<>\[\]\"“”‘’'`]+", hint.casefold())
        yield hint.strip().casefold()
        yield from (part.rstrip(".:") for part in bare[:MOST_WORDS])
        words = tuple(plain_words(hint)[:MOST_WORDS])
        for length in sorted(self._lengths, reverse=True):
            yield from (words[at : at + length] for at in range(len(words) - length + 1))


def _address(url: str) -> tuple[str, str, str]:
    """Return what of an address names the page, whoever wrote it: without scheme, "www.", fragment and last slash."""
    try:
        parts = urlsplit(url.rstrip(".,;:!?*_"))
    except ValueError:
        return ("", "", url)
    return parts.netloc.casefold().removeprefix("www."), parts.path.rstrip("/"), parts.query
