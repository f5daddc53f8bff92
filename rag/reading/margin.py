"""Lines beside the text itself: bylines, date lines and signatures. They tell who wrote it and when, and no more.

The network takes a name or a date that stands alone as readily as one that a sentence tells. So a byline answers only
who wrote something, and a date line only where no sentence says it. A signature is of what stands above it: of
letters one below the other, the writer of one is not the name over it.
"""

import re
from collections.abc import Sequence
from dataclasses import replace

from rag.english import polarity
from rag.schema import Evidence, Passage, Reading
from rag.text.dates import DATE
from rag.text.terms import root, terms

_MARKS = " \t*_#>~—–-"
_NAME = (
    r"(?:Dr\.? |Prof\.? )?[^\W\d_a-z][\w.’'-]*"
    r"(?: (?:(?:de|da|del|van|von|der|den|la|le|bin|al|and|y)\b|[^\W\d_a-z][\w.’'-]*)){1,4}"
)
_BYLINE = re.compile(rf"(?:[Bb]y|BY|[Ww]ritten by|[Ww]ords by) {_NAME}(?:,? [^.!?]{{0,60}})?")
_DATE_LINE = re.compile(rf"(?:\w+ (?:on |at )?|\w+day,? )?{DATE}(?:,? (?:at )?\d\d?:\d\d.{{0,12}})?\.?")
_SIGNED = re.compile(rf"({_NAME})(?:[,\n][^.!?;:\"“”]{{0,60}}){{0,2}}")
_AUTHORSHIP = re.compile(
    r"\b(?:wr[io]te(?:s|r)?|written|author\w*|byline|report(?:s|ed|er)?|journalist|publish\w*|sign(?:s|ed)?|by whom"
    r"|article|story|column(?:ist)?|letter|piece|credit\w*|photo\w*)\b",
    re.IGNORECASE,
)
LEAST_MATTER = 0.5
"""What is signed has at least this part of the words of a question that say something."""


def is_byline(text: str) -> bool:
    """Tell whether a line says who wrote what stands below it.

    >>> is_byline("By Ana Lind, staff writer"), is_byline("By Monday the road was open.")
    (True, False)
    """
    return _BYLINE.fullmatch(text.strip(_MARKS)) is not None


def is_date_line(text: str) -> bool:
    """Tell whether a line is a date and nothing else.

    >>> is_date_line("March 14, 2025"), is_date_line("It opened on March 14, 2025.")
    (True, False)
    """
    return _DATE_LINE.fullmatch(text.strip(_MARKS)) is not None


def signature(text: str) -> str:
    r"""Return the name that a block of a name, and perhaps a place or a role, signs with; empty if it is none.

    >>> signature("Peter Holm\nSan Mirro"), signature("Peter Holm lost his house.")
    ('Peter Holm', '')
    """
    found = _SIGNED.fullmatch(text.strip(_MARKS))
    return found[1] if found else ""


def told(question: str, reading: Reading) -> Reading:
    """Return a reading in which no signature answers for a text that is not its own.

    Where the best is a signature or a heading and a person is asked for, the signature below the sentences that are
    most about the question answers, and those sentences with it.

    Args:
        question: standalone.
        reading: of any reader, best evidence first.
    """
    evidence = reading.evidence
    if not evidence or polarity.answer_type(question) != "who" or not _stands_alone(evidence[0]):
        return reading
    wanted = {root(word) for word in terms(question)} - _SAYING
    part = {item: _part(wanted, item.quote) for item in evidence}
    most = max(part.values())
    about = next(item for item in evidence if part[item] == most)
    signed = _below(about, evidence)
    if most < LEAST_MATTER or signed is None or signed == about:
        return reading
    best = evidence[0].score
    first = replace(signed, short_answer=signature(signed.quote), score=best)
    rest = [item for item in evidence if item not in (signed, about) and not _stands_alone(item)]
    return Reading((first, replace(about, score=best), *rest), reading.confidence)


_SAYING = {
    root(word)
    for word in terms(
        "say says said write writes wrote written think thinks thought believe believes argue argues claim"
    )
}


def _stands_alone(item: Evidence) -> bool:
    """Tell whether a sentence is a signature, or a heading: it ends with no sign."""
    return bool(signature(item.quote)) or item.quote.rstrip()[-1:].isalnum()


def _part(wanted: set[str], text: str) -> float:
    return len(wanted & {root(word) for word in terms(text)}) / len(wanted) if wanted else 0.0


def _below(about: Evidence, evidence: Sequence[Evidence]) -> Evidence | None:
    """Return the first signature below a sentence, if the passage signs what stands above it."""
    passage = about.passage
    if not _signs_below(passage):
        return None
    later = [one for one in passage.sentences if one.start > about.sentence.start]
    found = next((one for one in later if signature(passage.quote(one))), None)
    if found is None:
        return None
    return next(
        (item for item in evidence if item.passage == passage and item.sentence == found),
        replace(about, sentence=found),
    )


def _signs_below(passage: Passage) -> bool:
    """Tell whether the signatures of a passage end it or stand over a heading: each follows a sentence."""
    texts = [passage.quote(sentence) for sentence in passage.sentences]
    places = [n for n, text in enumerate(texts) if signature(text)]
    return bool(places) and all(n and texts[n - 1].rstrip("\"”'’)")[-1:] in (".", "!", "?") for n in places)


def beside(question: str, texts: Sequence[str]) -> set[int]:
    """Return which of the sentences that were read stand in a margin and do not answer a question.

    Args:
        question: standalone.
        texts: of the sentences.
    """
    bylines = set[int]() if _AUTHORSHIP.search(question) else {n for n, text in enumerate(texts) if is_byline(text)}
    dates = {n for n, text in enumerate(texts) if is_date_line(text)}
    premise, asks_when = polarity.Premise(question), polarity.answer_type(question) == "when"
    if dates and not any(
        n not in dates and premise.stated(text) and (polarity.tells_date(text) or not asks_when)
        for n, text in enumerate(texts)
    ):
        dates = set()
    found = bylines | dates
    return found if len(found) < len(texts) else set()
