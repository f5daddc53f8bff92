"""What several documents say to one question, where they do not say the same: versions of one thing, or a conflict.

A document is a later version of another if both have a date, or a year in their names or their heads, and they are of
one publisher, title or name. What only older ones say then is superseded; between others, all are told. A question may
name a time itself, "now" or "in 2023": then what was said by then counts (:mod:`rag.english.period`).
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from pathlib import PurePath

from rag.english.period import Period, period, timeless
from rag.reading.agree import Value, agree, stands_in, value
from rag.schema import Evidence, Passage
from rag.text.dates import DATE, MONTH, MONTHS, iso_date
from rag.text.terms import fold, names, numbers, root, terms

CONTENDING = 0.4
"""What another document says counts if its score is at least this part of the best one's."""
LEAST = 0.15
"""And it must have that score at least, as must the best."""
SAME_MATTER = 0.6
"""And its passage must have at least this part of the question's words that the best one's has."""
MOST = 4
"""Values of one answer."""


@dataclass(frozen=True, slots=True)
class Version:
    """One value, and who says so."""

    value: str
    evidence: tuple[Evidence, ...]
    """A sentence of each document, the best first."""
    superseded: bool = False

    @property
    def moment(self) -> str:
        """The latest date of a document that says so, as far as it is known: ``2023``, ``2023-01-10``, or empty."""
        return max(_moment(item.passage) for item in self.evidence)


@dataclass(frozen=True, slots=True)
class Settled:
    """Which of several values answer a question."""

    versions: tuple[Version, ...]
    """All that are to be told: those that answer, then the superseded ones, the latest first."""
    passed_over: frozenset[str] = frozenset()
    """Sources that say something else and do not answer: their time is not that of the question."""

    @property
    def answers(self) -> tuple[Version, ...]:
        """The values that answer: one, or several that are in conflict."""
        return tuple(version for version in self.versions if not version.superseded)


def settle(question: str, versions: Sequence[Version], newest: str | None = None) -> Settled | None:
    """Choose which of several values answer a question; None where there are not two.

    Args:
        question: standalone.
        versions: the likeliest first.
        newest: ISO 8601 date of the newest document.
    """
    if len(versions) < 2:
        return None
    asked = period(question, newest)
    kept = list(versions)
    if asked and asked.first:
        kept = _of_time(kept, asked)
    elif asked and asked.previous:
        kept = _all_but_newest(kept)
    known = sorted({version.moment for version in kept})
    if asked and asked.now:
        old = [version for version in kept if version.moment and version.moment < known[-1]]
    else:
        old = [version for version in kept if any(_replaces(other, version) for other in kept)]
    current = [version for version in kept if version not in old]
    old.sort(key=lambda version: version.moment, reverse=True)
    told = (*current, *(replace(version, superseded=True) for version in old))
    said = {item.passage.source for version in current for item in version.evidence}
    others = {item.passage.source for version in versions for item in version.evidence} - said
    return Settled(told, frozenset(others))


def held(
    question: str, evidence: Sequence[Evidence], newest: str | None = None, *, told: bool = False
) -> Settled | None:
    """Choose what held at the time that a question names, of what answers it without that time.

    That is what a document of that time says, or the last version before, if it says what is, not what happened; None
    where there is no such thing.

    Args:
        question: standalone, with its time.
        evidence: best first, for the question without it.
        newest: ISO 8601 date of the newest document.
        told: whether the time stood beside the best sentence when the question was read with it, and it was no answer
            all the same: then only one of several versions is.
    """
    asked = period(question, newest)
    if not asked or not asked.first or not evidence:
        return None
    bare = timeless(question)
    versions = contenders(bare, evidence) or (Version(evidence[0].short_answer, (evidence[0],)),)
    kept = _of_time(versions, asked)
    best = max(_fit(item, asked) for version in kept for item in version.evidence)
    of_then = best[0] >= _OF_THEN
    if best[0] > _OF_THEN:  # it names the time: read with it, it was no answer
        return None
    if not of_then and (best <= _NO_FIT or len(versions) < 2 or not all(map(_still, kept))):
        return None
    chosen = kept[0].evidence[0].passage
    others = [version for version in versions if version.value != kept[0].value]
    if (told or not of_then) and not any(_one_line(chosen, version.evidence[0].passage) for version in others):
        return None
    said = {item.passage.source for version in kept for item in version.evidence}
    return settle(bare, kept, newest) or Settled(
        tuple(kept), frozenset(item.passage.source for item in evidence) - said
    )


def told_then(question: str, item: Evidence, newest: str | None = None) -> bool:
    """Tell whether a sentence is of the time that a question names, and says so to its reader; or none is named."""
    asked = period(question, newest)
    if not asked or not asked.first:
        return True
    passage = item.passage
    seen = set(_YEAR.findall(f"{passage.title} {(passage.published or '')[:4]} {passage.text}"))
    return _fit(item, asked)[0] >= _OF_THEN and not numbers(question) & _years(asked) - seen


def _years(asked: Period) -> set[str]:
    return {asked.first[:4], asked.last[:4]}


def _still(version: Version) -> bool:
    """Tell whether a sentence says what holds until it is replaced, and not what happened."""
    return bool(_HOLDS.search(version.evidence[0].quote)) and not _WAS.search(version.evidence[0].quote)


_HOLDS = re.compile(
    r"\b(?:is|are|has|have|must|may|can|shall|will|costs?|gets?|pays?|needs?|requires?|allows?|receives?|applies|apply)\b"
)
_WAS = re.compile(r"\b(?:was|were|had|did|won|lost)\b")


def _of_time(versions: Sequence[Version], asked: Period) -> list[Version]:
    """Return what fits the time of a question best, if anything fits it."""
    fits = [[_fit(item, asked) for item in version.evidence] for version in versions]
    best = max(max(own) for own in fits)
    if best <= _NO_FIT:
        return list(versions)
    kept = []
    for version, own in zip(versions, fits, strict=True):
        items = tuple(item for item, fit in zip(version.evidence, own, strict=True) if fit == best)
        if items:
            kept.append(replace(version, evidence=items))
    return kept


_OF_THEN = 2
_NO_FIT = (0, "")


def _fit(item: Evidence, asked: Period) -> tuple[int, str]:
    """Return how well a sentence fits the time of a question: first that it names it, then when it was published."""
    passage = item.passage
    years = set(_YEAR.findall(item.quote))
    wanted = _years(asked)
    if years & wanted:
        return 3, ""
    if years and asked.first[:4] == asked.last[:4]:
        return -1, ""
    if set(_YEAR.findall(f"{passage.title} {passage.source}")) & wanted:
        return 2, ""
    if passage.published and asked.first <= passage.published <= asked.last:
        return 2, "" if asked.first[:4] == asked.last[:4] else passage.published
    moment = _moment(passage)
    return (1, moment) if moment and moment <= asked.last else _NO_FIT


def _all_but_newest(versions: Sequence[Version]) -> list[Version]:
    """Return the latest but one of versions of one thing; all, where they are none."""
    order = sorted(versions, key=lambda version: version.moment)
    if all(_replaces(late, early) for early, late in pairwise(order)):
        return [order[-2]]
    return list(versions)


def _replaces(other: Version, version: Version) -> bool:
    """Tell whether each document with a value has a later version with another one."""
    later = max(other.evidence, key=lambda item: _moment(item.passage)).passage
    return all(replaces(later, item.passage) for item in version.evidence)


def replaces(later: Passage, earlier: Passage) -> bool:
    """Tell whether one document is a later version of another."""
    return _before(_moment(earlier), _moment(later)) and _one_line(earlier, later)


def _before(one: str, other: str) -> bool:
    """Tell whether one moment is before another, as far as both are known: a year is before none of its days."""
    known = min(len(one), len(other))
    return "" < one[:known] < other[:known]


def _one_line(one: Passage, other: Passage) -> bool:
    """Tell whether two documents look like versions of one thing: of one publisher, and alike in title or name."""
    if one.publisher and other.publisher and one.publisher != other.publisher:
        return False
    if one.story is not None and one.story == other.story:
        return True
    names = (_undated(one.title), _undated(other.title)), (_stem(one.source), _stem(other.source))
    return any(first and first == second for first, second in names)


_YEAR = re.compile(r"(?<![\d.,])(?:1[5-9]|20)\d\d(?![\d%]|[.,]\d)")
_VERSION = re.compile(
    r"(?<!\d)(?:1[5-9]|20)\d\d(?:[-_.]?\d\d(?:[-_.]?\d\d)?)?(?!\d)|(?<![^\W_])(?:v|ver|version|rev|revision|ed|edition)"
    rf"[\W_]*\d*(?:\.\d+)*(?![^\W_])|(?<![^\W_])(?:draft|final|new|old|amended|updated|{MONTH})(?![^\W_])|[\W_]+",
    re.IGNORECASE,
)


def _undated(title: str) -> str:
    """Return a title or name without dates and words of versions; other numbers tell things apart.

    >>> _undated("Expenses policy 2023 (v2)") == _undated("Expenses policy, March 2026")
    True
    """
    return " ".join(_VERSION.sub(" ", title).split()).casefold()


def _stem(source: str) -> str:
    return _undated(PurePath(source).stem)


def _moment(passage: Passage) -> str:
    """Return when a document is from: its date, or what its head, its title or its name gives; empty if unknown."""
    if passage.published:
        return passage.published
    return _head(passage) or max(_YEAR.findall(f"{passage.title} {passage.source}"), default="")


_HEAD_CHARS = 200
"""A passage that starts so near the start of its document has its head."""
_HEAD_LINES = 6
_LINE_WORDS = 20
_VALID = re.compile(
    r"\b(?:valid|effective|in force|in effect|applicable|applies|with effect|version|edition|revision|revised|status"
    r"|as (?:of|at)|last (?:updated|changed|reviewed)|updated|amended|adopted|approved|issued|dated?)\b[^.;!?]{0,25}?"
    rf"\b(?P<date>{DATE}|(?P<month>{MONTH}) (?P<year>\d{{4}})|(?:19|20)\d\d)\b",
    re.IGNORECASE,
)
"""What a document says of its own time in a line of its head: "Valid from 1 March 2025", "Version 3, May 2024"."""


def _head(passage: Passage) -> str:
    """Return the date, month or year from which a document says that it holds; empty if it does not."""
    lines = [line for line in passage.text.splitlines() if line.strip()] if passage.start < _HEAD_CHARS else []
    for line in lines[:_HEAD_LINES]:
        found = _VALID.search(line) if len(line.split()) < _LINE_WORDS else None
        if found and found["month"]:
            return f"{found['year']}-{MONTHS.index(found['month'][:3].lower()) + 1:02d}"
        if found:
            return iso_date(found["date"]) or found["date"][:4]
    return ""


def contenders(question: str, evidence: Sequence[Evidence]) -> tuple[Version, ...]:
    """Return the values that documents give to a question, if they give more than one, the likeliest first.

    Args:
        question: standalone.
        evidence: best first.
    """
    groups: list[tuple[Value, list[Evidence]]] = []
    for item, found in _valued(question, evidence):
        verdicts = [agree(found, other) for other, _ in groups]
        if True in verdicts:
            groups[verdicts.index(True)][1].append(item)
        elif None not in verdicts and not any(_shared(found, item, *group) for group in groups):
            groups.append((found, [item]))
    return tuple(Version(found.text, tuple(items)) for found, items in groups[:MOST]) if len(groups) > 1 else ()


def _valued(question: str, evidence: Sequence[Evidence]) -> Iterator[tuple[Evidence, Value]]:
    """Yield the best sentence of each document that is about the same as the best of all, with its value."""
    sources: set[str] = set()
    wanted: set[str] = set()
    titled: set[str] = set()
    least = max(LEAST, CONTENDING * evidence[0].score) if evidence else 0.0
    for item in evidence:
        if item.score < least:
            return
        if item.passage.source in sources:
            continue
        found = value(question, item.short_answer, item.quote, item.passage.published)
        if not found or _another(question, item.quote):
            continue
        has = _matter(question, item.passage)
        if not wanted:
            wanted, titled = has, _telling(question) & _marks(item.passage.title)
        same = has >= _telling(question) & wanted and titled <= _marks(f"{item.passage.title} {_lead(item)}")
        if same and len(has & wanted) >= SAME_MATTER * len(wanted):
            sources.add(item.passage.source)
            yield item, found


def _lead(item: Evidence) -> str:
    """Return what a text is about: its first sentence, if the passage has it, and the one that is quoted."""
    first = item.passage.sentences[0]
    return f"{item.passage.quote(first)} {item.quote}" if item.passage.start < _HEAD_CHARS else item.quote


_OTHER = re.compile(
    r"(?<!\bis the )(?<!\bwas the )(?<!\bis \w{3} )(?<!\bwas \w{3} )"  # "It is his second album": it, and no other
    r"\b(?:another|other|second|third|fourth|different|separate|next|unrelated)\s+(?:\w+\s+)?\w+"
)


def _another(question: str, quote: str) -> bool:
    """Tell whether a sentence is about another one of the things that a question asks about: "a second ferry"."""
    asked = fold(question)
    wanted = {root(term) for term in terms(asked)}
    return any(
        found[0].split()[0] not in asked and wanted & {root(term) for term in terms(found[0])}
        for found in _OTHER.finditer(fold(quote))
    )


def _matter(question: str, passage: Passage) -> set[str]:
    """Return the words of a question that a passage has, or the title above it."""
    text = f"{passage.title} {passage.text}"
    return {root(term) for term in terms(question)} & {root(term) for term in terms(text)} | (
        _telling(question) & _marks(text)
    )


def _marks(text: str) -> set[str]:
    return {*numbers(text), *names(text, initial=True)}


def _telling(question: str) -> set[str]:
    """Return the words of a question that tell one thing from others of its kind: names, and numbers but for years."""
    return {number for number in numbers(question) if not _YEAR.fullmatch(number)} | set(names(question))


def _shared(found: Value, item: Evidence, other: Value, items: Sequence[Evidence]) -> bool:
    """Tell whether one of two sentences has both values: then they are no alternatives."""
    return stands_in(other, item.quote) or any(stands_in(found, one.quote) for one in items)
