"""What was read becomes what is quoted, by the form of the question: one sentence, a list, each part, two dates.

Nothing is said that is not quoted beside it: "yes" and "no" only where one quoted sentence decides, a time between two
events only where both dates are quoted.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Literal

from rag import match
from rag.asked import asked_parts, several
from rag.dates import dated, elapsed
from rag.decide import decide
from rag.guards import against
from rag.schema import Evidence, Reading
from rag.shape import between, yes_no

MOST_QUOTES = 4
NEAR_BEST = 0.65
"""A further sentence is quoted if its score is at least this part of the best one's (training/LOG.md says why)."""
NEAR_BEST_OF_SEVERAL = 0.5
"""The same where the question asks for several things."""
MOST_DECIDING = 5
"""So many of the best sentences may decide a question of yes or no, or contradict what another takes for granted."""
CONTRADICTED = 0.12
"""Most confidence where one contradicts it: so many such questions of SQuAD 2.0 have an answer all the same."""

Read = Callable[[str], Reading]


@dataclass(frozen=True, slots=True)
class Chosen:
    """What an answer is made of, or a refusal: one of ``quotes`` and ``closest`` is empty."""

    confidence: float
    quotes: tuple[Evidence, ...] = ()
    """In the order in which they are told."""
    closest: tuple[Evidence, ...] = ()
    short_answer: str | None = None


def choose(question: str, read: Read, threshold: float) -> Chosen:
    """Read a question, or the questions that it is made of, and choose what to quote.

    Args:
        question: standalone.
        read: reads a question among its hits.
        threshold: least confidence for an answer, 0 to 1.
    """
    if (events := between(question)) and (found := _time_between(events, read, threshold)):
        return found
    parts = asked_parts(question)
    if len(parts) > 1 and (found := _parts(parts, read, threshold)):
        return found
    whole = read(question)
    if not whole.evidence:
        return Chosen(whole.confidence)
    if yes_no(question):
        return _decided(question, whole, threshold)
    if any(match.opposes(question, item.quote, item.passage.text) for item in whole.evidence[:MOST_DECIDING]):
        whole = replace(whole, confidence=min(whole.confidence, CONTRADICTED))
    if whole.confidence < threshold:
        return _refused(question, whole)
    listed = several(question)
    quotes = _near_best(whole.evidence, NEAR_BEST_OF_SEVERAL if listed else NEAR_BEST)
    short = None if match.kind(question) == "why" or (listed and len(quotes) > 1) else whole.evidence[0].short_answer
    return Chosen(whole.confidence, quotes, short_answer=short or None)


def _refused(question: str, reading: Reading) -> Chosen:
    """Show what came closest, and first what contradicts the question."""
    near = reading.evidence[: 2 * MOST_QUOTES]
    denies = [item for item in near if match.opposes(question, item.quote, item.passage.text)]
    rest = [item for item in near if item not in denies]
    return Chosen(reading.confidence, closest=(*denies, *rest)[:MOST_QUOTES])


def _near_best(evidence: Sequence[Evidence], part: float) -> tuple[Evidence, ...]:
    """Choose the sentences that score near the best; it comes first, and the rest in the order of the text."""
    first, *others = (item for item in evidence[:MOST_QUOTES] if item.score >= part * evidence[0].score)
    return (first, *sorted(others, key=lambda item: (item.passage.source, item.sentence.start)))


def _parts(parts: Sequence[str], read: Read, threshold: float) -> Chosen | None:
    """Quote the best sentence for each part that has an answer; None if no part has one."""
    answered = [reading for reading in map(read, parts) if reading.evidence and reading.confidence >= threshold]
    if not answered:
        return None
    best = {(item.passage.source, item.sentence): item for item in (reading.evidence[0] for reading in answered)}
    short = [reading.evidence[0].short_answer for reading in answered]
    return Chosen(
        min(reading.confidence for reading in answered),
        tuple(best.values())[:MOST_QUOTES],
        short_answer="; ".join(short) if len(short) == len(parts) and all(short) else None,
    )


def _decided(question: str, reading: Reading, threshold: float) -> Chosen:
    """Say yes or no where one sentence decides and no guard objects, otherwise only quote."""
    if reading.confidence < threshold:
        return _refused(question, reading)
    verdicts = [(item, _verdict(question, item)) for item in reading.evidence[:MOST_DECIDING]]
    said = {verdict for _, verdict in verdicts if verdict}
    if len(said) == 1:
        quote, verdict = next(pair for pair in verdicts if pair[1])
        return Chosen(reading.confidence, (quote,), short_answer=verdict)
    return Chosen(reading.confidence, _near_best(reading.evidence, NEAR_BEST))


def _verdict(question: str, item: Evidence) -> Literal["yes", "no"] | None:
    """Return what a sentence decides, if no guard objects."""
    context = f"{item.passage.title} {item.passage.text}"
    verdict = decide(question, item.quote, context)
    return verdict if verdict and against(question, item.quote, verdict, context) is None else None


def _time_between(events: tuple[str, str, str], read: Read, threshold: float) -> Chosen | None:
    """Count the time between two events whose dates are both found and quoted."""
    *questions, unit = events
    readings = [read(question) for question in questions]
    if not all(reading.evidence and reading.confidence >= threshold for reading in readings):
        return None
    quotes = [reading.evidence[0] for reading in readings]
    first, second = (_date_of(item) for item in quotes)
    if not first or not second or first > second or not (time := elapsed(first, second, unit)):
        return None
    return Chosen(
        min(reading.confidence for reading in readings),
        tuple(dict.fromkeys(quotes)),
        short_answer=time,
    )


def _date_of(item: Evidence) -> date | None:
    return dated(item.short_answer, item.passage.published) or dated(item.quote, item.passage.published)
