"""What of the sources could not be read and may hold the answer to a question that is refused.

A contract of which three of four pages are scans does not "say nothing" of the price: nobody has read it. Nor do
sources say nothing to a question that is in other letters than theirs.
"""

import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from pathlib import PurePosixPath

import numpy as np

from rag.documents.pdf.ocr import REMEDY
from rag.index.opened import Index
from rag.schema import Filter, Hit
from rag.text.terms import terms

FEW = 3
"""Sources that are few enough for each to be meant by any question."""
MOST = 5
"""Parts that are named; of the others it is said how many they are."""
SAMPLED = 100
"""Passages, evenly spaced, that tell in which letters the sources are."""
USED = 0.02
"""Least part of their letters that a script has which they are written in; a name in it is less."""
_SCRIPTS = {"CJK": "Chinese", "HIRAGANA": "Japanese", "KATAKANA": "Japanese", "HANGUL": "Korean"}
_SHARE = re.compile(r"\d[\d,]* of \d[\d,]* \w+")


def missing(index: Index, question: str, hits: Sequence[Hit], chosen: Filter) -> tuple[str, ...]:
    """Return what could not be read and may concern a question, a line each: "3 of 4 pages of a.pdf have no text".

    If pages without text are among it, the last line says how they can be read.

    A part of a source that the filter admits may concern it if one of these holds: a passage of the source was found
    for the question; its title or the name of its file has a word of the question's matter; no more than ``FEW``
    sources could be meant at all. So may a file that was skipped, but for an empty one.

    Args:
        index: the generation that was asked.
        question: as it was retrieved.
        hits: what was found for it.
        chosen: which documents may answer.
    """
    parts = list(_unread(index, chosen))
    if not parts:
        return ()
    found = {hit.passage.source for hit in hits}
    asked = set(terms(question))
    skipped = sum(not title for _, title, _, _ in parts)
    few = len(index.store.titles(chosen)) + skipped <= FEW
    named = [
        (line, remedy)
        for source, title, line, remedy in parts
        if few or source in found or asked & set(terms(f"{title} {PurePosixPath(source).with_suffix('')}"))
    ]
    lines = [line for line, _ in named]
    more = len(lines) - MOST
    if more > 0:
        lines[MOST:] = [f"and {more} more: rag status --sources lists all"]
    if any(remedy == REMEDY for _, remedy in named):
        lines.append(f"what has no text: {REMEDY}")
    return tuple(lines)


def other_letters(index: Index, question: str, chosen: Filter) -> tuple[str, ...]:
    """Return a warning if a question is in letters in which the sources that may answer are not written.

    Args:
        index: the generation that was asked.
        question: as it was retrieved.
        chosen: which documents may answer.
    """
    asked = _letters([question])
    if not asked or (own := asked.most_common(1)[0][0]) == "Latin":
        return ()
    passing = index.store.passing(chosen)
    numbers = np.arange(len(index)) if passing is None else passing
    spread = np.unique(np.linspace(0, len(numbers) - 1, min(len(numbers), SAMPLED)).astype(np.int64))
    found = _letters(passage.text for passage in index.store.passages(numbers[spread].tolist()))
    theirs = [name for name, count in found.most_common() if count >= USED * found.total()]
    if not theirs or own in theirs:
        return ()
    return (f"the question is in {own} letters, the sources are in {' and '.join(theirs)} ones: ask in their language",)


def _letters(texts: Iterable[str]) -> Counter[str]:
    """Return how many letters of each script texts have, by its name: "Latin", "Arabic"."""
    found: Counter[str] = Counter()
    for char, count in Counter(char for text in texts for char in text if char.isalpha()).items():
        script = "LATIN" if char.isascii() else unicodedata.name(char, "LATIN").partition(" ")[0]
        found[_SCRIPTS.get(script, script.capitalize())] += count
    return found


def _unread(index: Index, chosen: Filter) -> Iterator[tuple[str, str, str, str]]:
    """Yield source, title (none of a file that was skipped), a line and what helps, for each part that was not read."""
    for source, title, parts in index.store.unread(chosen):
        for part in parts:
            yield source, title, _said(source, part), part.partition(": ")[2]
    for item in index.manifest.skipped:
        if item.reason != "empty" and index.store.admits(item.source, chosen):
            yield item.source, "", f"{item.source} is not read: {item.reason}", item.remedy


def _said(source: str, part: str) -> str:
    """Return a part that was not read as a line that names its source.

    >>> _said("a.pdf", "3 of 4 pages have no text (pages 2-4): run a text recognition (OCR) over it")
    '3 of 4 pages of a.pdf have no text (pages 2-4)'
    >>> _said("a.html", "only 400 of 5,200 words were kept")
    'a.html: only 400 of 5,200 words were kept'
    """
    what = part.partition(": ")[0]
    share = _SHARE.match(what)
    return f"{share[0]} of {source}{what[share.end() :]}" if share else f"{source}: {what}"
