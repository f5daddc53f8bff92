"""What was read becomes what is quoted, by the form of the question: one sentence, a list, each part, two dates.

Nothing is said that is not quoted beside it: "yes" and "no" only where one quoted sentence decides, a time between two
events only where both dates are quoted. Where documents say different things (:mod:`rag.reading.versions`), the newer
version answers, or each is quoted.
"""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Literal

from rag.english import polarity
from rag.english.guards import misstated
from rag.english.period import timeless
from rag.english.preference import without_now
from rag.english.premise import premise
from rag.english.question_form import between, sums_up, weighs, yes_no
from rag.english.question_parts import asked_parts, several
from rag.english.relative import dated_answer, interval
from rag.english.verdict import deniable, verdict
from rag.reading.versions import Settled, Version, contenders, held, settle, told_then
from rag.schema import LENGTHS, Evidence, Reading
from rag.text.dates import dated, elapsed

MOST_QUOTES = 4
NEAR_BEST = 0.65
"""A further sentence is quoted if its score is at least this part of the best one's (training/LOG.md says why)."""
NEAR_BEST_OF_SEVERAL = 0.5
"""The same where the question asks for several things."""
MOST_DECIDING = 5
"""So many of the best sentences may decide a question of yes or no, or contradict what another takes for granted."""
CONTRADICTED = 0.12
"""Most confidence where one contradicts it: so many such questions of SQuAD 2.0 have an answer all the same."""

DENIED = 0.65
"""Least probability of a judge that a sentence says no, where a guard keeps it from saying yes too."""

_HEADING = re.compile(r"#{1,6}\s")
"""Of Markdown: it says nothing beside a sentence that answers."""

Read = Callable[[str], Reading]
Contradicts = Callable[[str, str], float]
"""Gives the probability, 0 to 1, that a sentence says no to a question of yes or no."""


@dataclass(frozen=True, slots=True)
class Selected:
    """What an answer is made of, or a refusal: one of ``quotes`` and ``closest`` is empty."""

    confidence: float
    quotes: tuple[Evidence, ...] = ()
    """In the order in which they are told."""
    closest: tuple[Evidence, ...] = ()
    short_answer: str | None = None
    conflict: tuple[Version, ...] = ()
    """What the sources say, where they do not say the same; the superseded last."""
    core: int = 1
    """So many of the first quotes are needed: each value where sources disagree, each part of a question."""
    contradicted: bool = False
    """Whether the first of ``closest`` contradicts what the question takes for granted."""


def choose(
    question: str, read: Read, threshold: float, newest: str | None = None, contradicts: Contradicts | None = None
) -> Selected:
    """Read a question, or the questions that it is made of, and choose what to quote.

    Args:
        question: standalone.
        read: reads a question among its hits.
        threshold: least confidence for an answer, 0 to 1.
        newest: ISO 8601 date of the newest document, from which "last year" is counted.
        contradicts: a judge; without one "no" is said, and a premise refused, by rules alone.
    """
    found = _selected(question, read, threshold, newest, contradicts)
    return replace(found, short_answer=None) if weighs(question) or sums_up(question) else found


def _selected(
    question: str, read: Read, threshold: float, newest: str | None, contradicts: Contradicts | None
) -> Selected:
    if (events := between(question)) and (found := _time_between(events, read, threshold)):
        return found
    parts = asked_parts(question)
    if len(parts) > 1 and (found := _parts(parts, read, threshold, newest)):
        return found
    whole = _whole(question, read)
    if not whole.evidence:
        return Selected(whole.confidence)
    told = told_then(question, whole.evidence[0], newest)
    if (not told or whole.confidence < threshold) and (found := _held(question, read, threshold, newest, told=told)):
        return found
    if yes_no(question):
        return _decided(question, whole, threshold, newest, contradicts)
    near = whole.evidence[:MOST_DECIDING]
    sure = contradicts if whole.confidence >= threshold else None  # what is refused anyhow is not worth a judge's time
    if other := _contradicting(question, near, sure):
        whole = replace(whole, confidence=min(whole.confidence, CONTRADICTED))
        return replace(_refused(whole, [other]), contradicted=True)
    denying = _denying(question, whole)
    stated = polarity.Premise(question).stated(near[0].quote)  # that another did not do it contradicts nothing
    if (not stated and any(item in near for item in denying)) or misstated(
        question, near[0].quote, near[0].passage.text
    ):
        whole = replace(whole, confidence=min(whole.confidence, CONTRADICTED))
    if whole.confidence < threshold:
        return _refused(whole, denying)
    listed = several(question)
    if not listed and (settled := settle(question, contenders(question, whole.evidence), newest)):
        return _settled(question, whole, settled)
    quotes = _near_best(whole.evidence, NEAR_BEST_OF_SEVERAL if listed else NEAR_BEST)
    nothing = polarity.answer_type(question) == "why" or (listed and len(quotes) > 1)
    return Selected(whole.confidence, quotes, short_answer=None if nothing else _short(question, whole.evidence[0]))


def _whole(question: str, read: Read) -> Reading:
    """Read a question, and one for what holds now also without saying so, which texts do not say either."""
    whole = read(question)
    bare = without_now(question)
    if bare == question or yes_no(question):
        return whole
    return max(whole, read(bare), key=lambda reading: reading.confidence)


def shortened(selected: Selected, length: str) -> Selected:
    """Return what is chosen with no more quotes than an answer of this length has, but all that it is made of."""
    most = LENGTHS[length]
    return selected if most is None else replace(selected, quotes=selected.quotes[: max(most, selected.core)])


def _short(question: str, item: Evidence) -> str | None:
    """Return the short answer in a sentence, a day that it tells by its own ("yesterday") with the date."""
    return dated_answer(question, item.short_answer, item.quote, item.passage.published) or None


def _settled(question: str, reading: Reading, settled: Settled) -> Selected:
    """Quote each value that answers, then what else comes near the best and is of none that does not."""
    answers = tuple(_worded(question, version) for version in settled.answers)
    quotes = tuple(version.evidence[0] for version in answers)
    near = [item for item in _near_best(reading.evidence, NEAR_BEST) if item.passage.source not in settled.passed_over]
    told = (*quotes, *(item for item in near if item not in quotes))
    conflict = tuple(_worded(question, version) for version in settled.versions)
    return Selected(
        reading.confidence,
        told[: max(len(quotes), MOST_QUOTES)],
        short_answer=" or ".join(version.value for version in answers),
        conflict=conflict if len(conflict) > 1 else (),
        core=len(quotes),
    )


def _held(question: str, read: Read, threshold: float, newest: str | None, *, told: bool) -> Selected | None:
    """Quote what held at the time that a question names, though no sentence says when it was written."""
    bare = timeless(question)
    if bare == question or yes_no(question) or several(question):
        return None
    reading = read(bare)
    if reading.confidence < threshold or not (settled := held(question, reading.evidence, newest, told=told)):
        return None
    return _settled(bare, reading, settled)


def _worded(question: str, version: Version) -> Version:
    """Return a version with the date that a value such as "yesterday" comes to."""
    first = version.evidence[0]
    return replace(version, value=dated_answer(question, version.value, first.quote, first.passage.published))


def _denying(question: str, reading: Reading) -> list[Evidence]:
    """Return what says the opposite of what a question takes for granted, of what came closest."""
    premise = polarity.Premise(question)
    near = reading.evidence[: 2 * MOST_QUOTES]
    return [item for item in near if premise.opposed(item.quote, item.passage.text)]


def _refused(reading: Reading, denying: Sequence[Evidence]) -> Selected:
    """Show what came closest, and first what contradicts the question."""
    rest = [item for item in reading.evidence[: 2 * MOST_QUOTES] if item not in denying]
    return Selected(reading.confidence, closest=(*denying, *rest)[:MOST_QUOTES])


def _near_best(evidence: Sequence[Evidence], part: float) -> tuple[Evidence, ...]:
    """Choose the sentences that score near the best; it comes first, and the rest in the order of the text."""
    first, *others = (item for item in evidence[:MOST_QUOTES] if item.score >= part * evidence[0].score)
    others = [item for item in others if not _HEADING.match(item.quote)]
    return (first, *sorted(others, key=lambda item: (item.passage.source, item.sentence.start)))


def _parts(parts: Sequence[str], read: Read, threshold: float, newest: str | None) -> Selected | None:
    """Quote the best sentence for each part that has an answer, or each value of it; None if no part has one."""
    answered = [
        (part, reading) for part in parts if (reading := read(part)).evidence and reading.confidence >= threshold
    ]
    if not answered:
        return None
    found = [_part(part, reading, newest) for part, reading in answered]
    best = {(item.passage.source, item.sentence): item for selected in found for item in selected.quotes}
    short = [selected.short_answer for selected in found]
    told = [answer for answer in short if answer]
    return Selected(
        min(selected.confidence for selected in found),
        tuple(best.values())[:MOST_QUOTES],
        short_answer="; ".join(told) if len(told) == len(parts) else None,
        conflict=tuple(version for selected in found for version in selected.conflict),
        core=len(best),
    )


def _part(part: str, reading: Reading, newest: str | None) -> Selected:
    settled = settle(part, contenders(part, reading.evidence), newest)
    if not settled:
        best = reading.evidence[0]
        return Selected(reading.confidence, (best,), short_answer=_short(part, best))
    selected = _settled(part, reading, settled)
    return replace(selected, quotes=selected.quotes[: len(settled.answers)])


def _contradicting(question: str, near: Sequence[Evidence], contradicts: Contradicts | None) -> Evidence | None:
    """Return the sentence that says no to what a question takes for granted, if none says yes.

    It is of the document that comes nearest: what another denied may have changed since.
    """
    if (taken := premise(question)) is None:
        return None
    verdicts = {item: verdict_of(taken, item) for item in near}
    if "yes" in verdicts.values():
        return None
    own = [item for item in near if item.passage.source == near[0].passage.source]
    said = next((item for item in own if verdicts[item] == "no"), None)
    return said or (near[0] if contradicts and denied(taken, near[0], contradicts) else None)


def _decided(
    question: str, reading: Reading, threshold: float, newest: str | None, contradicts: Contradicts | None
) -> Selected:
    """Say yes or no where sentences decide and no guard objects, both where sources do not agree, else only quote."""
    if reading.confidence < threshold:
        return _refused(reading, _denying(question, reading))
    verdicts = [(item, verdict_of(question, item)) for item in reading.evidence[:MOST_DECIDING]]
    by_verdict = {said: [item for item, verdict in verdicts if verdict == said] for _, said in verdicts if said}
    if len(by_verdict) == 1:
        ((said, items),) = by_verdict.items()
        return Selected(reading.confidence, (items[0],), short_answer=said)
    if by_verdict and not _one_says_both(list(by_verdict.values())):
        versions = [Version(said, tuple(items)) for said, items in by_verdict.items()]
        if settled := settle(question, versions, newest):
            deciding = Reading(settled.answers[0].evidence[:1], reading.confidence)
            return _settled(question, deciding, settled)
    if not by_verdict and contradicts and denied(question, reading.evidence[0], contradicts):
        return Selected(reading.confidence, reading.evidence[:1], short_answer="no")
    return Selected(reading.confidence, _near_best(reading.evidence, NEAR_BEST))


def _one_says_both(groups: Sequence[Sequence[Evidence]]) -> bool:
    sources = [{item.passage.source for item in group} for group in groups]
    return bool(set.intersection(*sources))


def verdict_of(question: str, item: Evidence) -> Literal["yes", "no"] | None:
    """Return what a sentence decides, if no guard objects."""
    return verdict(question, item.quote, _context(item))


def denied(question: str, item: Evidence, contradicts: Contradicts) -> bool:
    """Tell whether a judge takes a sentence for a "no", and a guard finds what keeps it from being a "yes"."""
    statement = deniable(question, item.quote, _context(item))
    return statement is not None and contradicts(question, statement) >= DENIED


def _context(item: Evidence) -> str:
    return f"{item.passage.title} {item.passage.text}"


def _time_between(events: tuple[str, str, str], read: Read, threshold: float) -> Selected | None:
    """Count the time between two events whose dates are both found and quoted."""
    *questions, unit = events
    readings = [read(question) for question in questions]
    if not all(reading.evidence and reading.confidence >= threshold for reading in readings):
        return None
    quotes = [reading.evidence[0] for reading in readings]
    first, second = (_date_of(item) for item in quotes)
    if not first or not second or first > second or not (time := elapsed(first, second, unit)):
        return None
    return Selected(
        min(reading.confidence for reading in readings),
        tuple(dict.fromkeys(quotes)),
        short_answer=time,
        core=len(quotes),
    )


def _date_of(item: Evidence) -> date | None:
    published = item.passage.published
    if (day := interval(item.short_answer, item.quote, published)) and day.first == day.last:
        return day.first
    return dated(item.short_answer, published) or dated(item.quote, published)
