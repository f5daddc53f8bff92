"""What two statements of two documents give differently: a number, a date, a name, or whether it is so at all.

Decided by words and values alone, and never of two that may both be right: they must be about the same, of the same
time, and differ in one place. What is found is a suspicion with which to ask a judge. Where a value differs, so does
the question: would one document support what the other says, if that had its value?
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from rag.claims.checks import certainty, opposites, prepositions
from rag.english.amounts import Amount, amounts
from rag.english.guards import absent
from rag.english.polarity import denial, negated
from rag.english.tokens import Token, is_date, meets, tokens
from rag.english.vocabulary import COPULA, NEGATIONS, ONCE
from rag.reading.agree import compatible, dates_told, near
from rag.schema import ClashKind, Passage, Sentence
from rag.text.dates import Date, StatedDate
from rag.text.quantities import quantities
from rag.text.terms import fold, names, root, words

LEAST_SHARED = 0.5
"""Of the words that say something of the shorter of two statements, so many are the other's too."""
MOSTLY = 0.75
"""The same of both, where nothing but a name or a word that denies tells them apart."""
LEAST_WORDS = 2
"""Words that say something which two statements share."""


@dataclass(frozen=True, slots=True)
class Side:
    """A statement of a document."""

    passage: Passage
    sentence: Sentence
    text: str
    """The sentence, with what its pronoun stands for."""

    @property
    def around(self) -> str:
        """The passage with what is known of its document."""
        passage = self.passage
        return " ".join(filter(None, (passage.title, passage.publisher, passage.published, passage.text)))


@dataclass(frozen=True, slots=True)
class Clash:
    """In what two statements differ."""

    kind: ClashKind
    values: tuple[str, str] = ("", "")
    """As each of them has it; empty where one denies what the other says."""
    exchanged: tuple[str, str] = ("", "")
    """Each statement with the other's value in the place of its own; empty likewise."""


def clash(one: Side, other: Side) -> Clash | None:
    """Return in what two statements differ that cannot both be right; None if they can, as far as words tell."""
    if not _shared(one.text, other.text) or not _one_time(one, other):
        return None
    found = _number(one.text, other.text) or _date(one.text, other.text) or _name(one, other)
    found = found or _denied(one.text, other.text)
    if not found or _unsure(one.text, other.text):
        return None
    if found.kind == "number" and any(_has(value, around) for value, around in _crossed(found, one, other)):
        return None
    return found if one_matter(one, other, found) else None


def related(one: Side, other: Side) -> bool:
    """Tell whether two statements are so much about the same that a judge may be asked without a rule."""
    numbers = [{str(found.item) for found in amounts(side.text)} for side in (one, other)]
    return (
        numbers[0] == numbers[1]
        and _shared(one.text, other.text, MOSTLY)
        and negated(one.text) != negated(other.text)
        and _one_time(one, other)
        and one_matter(one, other, Clash("meaning"))
        and not _unsure(one.text, other.text)
    )


_LIGHT = frozenset("say tell report accord among includ also".split())
"""Words that say nothing of what two statements are about."""


_SAID = re.compile(
    r",\s(?:(?:the|a|an|its|his|her|their)\s)?[^,;]{2,50}?\s(?:said|says|told [^,;]{2,40}|reported|wrote|added)"
    r"(?:\s(?:on|in|at)\s[^,;]{2,30})?(?=\.$)|^According to [^,;]{2,60},\s"
)


def without_source(text: str) -> str:
    """Return a statement without who said so.

    >>> without_source("Twelve people died in the fire, the police said on Monday.")
    'Twelve people died in the fire.'
    """
    return _SAID.sub("", text)


def _matter(text: str) -> list[Token]:
    own = [token for token in tokens(text) if token.content and not token.number and not is_date(token)]
    return [token for token in own if token.key not in _LIGHT]


def _shared(one: str, other: str, least: float = LEAST_SHARED) -> bool:
    ours, theirs = _matter(one), _matter(other)
    ours, theirs = sorted((ours, theirs), key=len)
    met = sum(any(meets(word, token) for token in theirs) for word in ours)
    return met + len(_years(one) & _years(other)) >= LEAST_WORDS and met >= least * len(ours)


def one_matter(one: Side, other: Side, found: Clash) -> bool:
    """Tell whether two statements are about the same thing, as far as names tell."""
    plain = [
        text.replace(value, " ") if found.kind == "name" else text
        for text, value in zip((one.text, other.text), found.values, strict=True)
    ]
    if absent(plain[0], other.around) or absent(plain[1], one.around):
        return False
    if names(plain[0]) and names(plain[1]):
        return True
    titles = [set(names(side.passage.title)) for side in (one, other)]
    bodies = [{root(word) for word in words(side.around)} for side in (one, other)]
    # "City museum: prices" and "City zoo: prices" may both have one fee.
    return not (titles[0] - bodies[1] and titles[1] - bodies[0])


_PARTS = re.compile(
    r"\b(?:quarter|half|spring|summer|autumn|winter|morning|afternoon|evening|night|weekdays?|weekends?)\b"
)


def _one_time(one: Side, other: Side) -> bool:
    """Tell whether two statements may be of one time: neither names one that the other's document does not know."""
    for ours, theirs in ((one, other), (other, one)):
        years = _years(ours.text)
        if years and not (_years(theirs.text) or _years(theirs.around)) >= years and not _date(one.text, other.text):
            return False
        for found in (_calendar, _ordinals, _parts):
            if (here := found(ours.text)) and (there := found(theirs.text)) and not here & there:
                return bool(_date(one.text, other.text))
    return True


def _years(text: str) -> set[str]:
    return {token.text for token in tokens(text) if token.number and is_date(token)}


def _calendar(text: str) -> set[str]:
    return {token.text for token in tokens(text) if is_date(token) and not token.number}


def _parts(text: str) -> set[str]:
    return set(_PARTS.findall(fold(text)))


def _ordinals(text: str) -> set[str]:
    return {str(found) for found in quantities(text) if found.kind == "ordinal"} | (
        {"1st", "2nd", "3rd"} & {_ORDINAL.get(word, "") for word in words(text)}
    )


_ORDINAL = {"first": "1st", "second": "2nd", "third": "3rd"}


def _number(one: str, other: str) -> Clash | None:
    """Return the one number of a kind that each statement has and that the other gives otherwise."""
    ours, theirs = _counts(one), _counts(other)
    pairs = [(a, b) for a in ours for b in theirs if a.comparable(b)]
    if not pairs or any(len({id(pair[side]) for pair in pairs}) != 1 for side in (0, 1)):
        return None
    ((a, b),) = pairs
    if near(one, a.item, other, b.item) is not False or a.within(b) or b.within(a):
        return None
    if _another_measure(one, other) or _of_another(one, other):
        return None
    spans = [(min(n.item.first, n.item.start), max(n.item.end, n.item.last)) for n in (a, b)]
    return replace(_exchanged("number", one, other, spans[0], spans[1]), values=(a.said, b.said))


_MEASURES = [
    frozenset(line.split())
    for line in (
        "long length",
        "wide width broad breadth across",
        "tall high height",
        "deep depth",
        "thick thickness",
        "heavy weigh weight",
        "old age",
        "fast speed",
        "far distance",
        "minimum least",
        "maximum most",
        "average mean median",
        "men man male boys boy",
        "women woman female girls girl",
        "children child",
        "adults adult",
        "first",
        "die dead death kill",
        "injur wound hurt",
        "miss",
        "arrest detain",
        "increase rise grow gain",
        "fall decreas drop declin lose",
    )
]
"""What a number is of: of two statements with different ones neither is about the other's."""


def _another_measure(one: str, other: str) -> bool:
    """Tell whether each of two statements measures something that the other does not."""
    ours, theirs = (
        {n for n, group in enumerate(_MEASURES) for token in tokens(text) if {token.text, token.key} & group}
        for text in (one, other)
    )
    return bool(ours - theirs and theirs - ours)


_OF = re.compile(
    r"^(?:\W*(?:the|an?|its|their|his|her|our|this|total)\s+)*(?P<head>(?:[\w'’-]+\s+){1,3}?)(?:of|for|to|at)\s", re.I
)
_QUANTITY = frozenset(
    "length width height depth weight price cost fee number total sum amount count population age size area speed "
    "distance value share rate level value toll budget".split()
)


def _of_another(one: str, other: str) -> bool:
    """Tell whether one of two statements is about a part of the other's thing: "the repair of the bridge"."""
    for ours, theirs in ((one, other), (other, one)):
        found = _OF.match(ours)
        own = [token for token in tokens(found["head"]) if token.content] if found else []
        if any(
            token.text not in _QUANTITY and not any(meets(token, there) for there in tokens(theirs)) for token in own
        ):
            return True
    return False


def _counts(text: str) -> list[Amount]:
    return [found for found in amounts(text) if not found.dated and found.item.kind == "cardinal"]


def _has(value: str, around: str) -> bool:
    """Tell whether a document gives a number in another place too: then it knows both."""
    own = _counts(value)
    return bool(own) and any(
        given.item.number == own[0].item.number and given.item.unit == own[0].item.unit for given in _counts(around)
    )


def _crossed(found: Clash, one: Side, other: Side) -> tuple[tuple[str, str], tuple[str, str]]:
    return (found.values[0], other.passage.text), (found.values[1], one.passage.text)


_SET = ONCE | frozenset(
    "deadline due effective expire valid held schedule elect abolish introduc adopt collaps".split()
)
"""Of what happens once, or is fixed for a day."""


def _date(one: str, other: str) -> Clash | None:
    """Return the one date of each of two statements of what happens once, if they cannot be one."""
    ours, theirs = dates_told(one), dates_told(other)
    if len(ours) != 1 or len(theirs) != 1:
        return None
    (a,), (b,) = ours, theirs
    if compatible(a.date, b.date) or not _alike(a.date, b.date) or negated(one) != negated(other):
        return None
    keys = [
        {key for token in tokens(text) if not token.text.endswith("ing") for key in (token.key, token.text)}
        for text in (one, other)
    ]
    if not keys[0] & keys[1] & _SET or not _shared(one, other, MOSTLY):
        return None
    return _exchanged("date", one, other, _span(a), _span(b))


def _alike(one: Date, other: Date) -> bool:
    return [part is None for part in one] == [part is None for part in other]


def _span(found: StatedDate) -> tuple[int, int]:
    return found.start, found.end


_RUN = re.compile(r"(?<![\w.])[^\W\d_a-z][\w'’.-]*[\w](?:\s(?:(?:de|da|van|von|of)\s)?[^\W\d_a-z][\w'’.-]*[\w])*")
_ONE_ALONE = re.compile(
    rf"\b(?:{COPULA}|named|appointed|as)\b.*\b(?:the|'s|its|their|his|her|our)\b|\b(?:the|its|their|our)\b.*\b(?:{COPULA})\b"
    r"|\b(?:founded|written|wrote|designed|directed|composed|painted|built|invented|discovered|opened|killed"
    r"|born in|died in|based in|headquartered in|located in|held in)\b",
    re.IGNORECASE,
)
"""What one person or place alone is or did."""


def _name(one: Side, other: Side) -> Clash | None:
    """Return the one name that each of two statements has and the other has not, of what one alone is or did."""
    if not (_ONE_ALONE.search(one.text) and _ONE_ALONE.search(other.text)):
        return None
    ours, theirs = _lacking(one, other), _lacking(other, one)
    if len(ours) != 1 or len(theirs) != 1:
        return None
    (a,), (b,) = ours, theirs
    rest = [side.text[: run.start()] + " " + side.text[run.end() :] for side, run in ((one, a), (other, b))]
    if not _shared(rest[0], rest[1], MOSTLY) or {word[:_LIKE] for word in words(a[0])} & {
        word[:_LIKE] for word in words(b[0])
    }:
        return None
    return _exchanged("name", one.text, other.text, a.span(), b.span())


_LIKE = 4
"""Letters that two names share which may be of one thing: "Chile" and "Chilean"."""


def _lacking(one: Side, other: Side) -> "list[re.Match[str]]":
    """Return the names of a statement of which the other has no word."""
    said = {root(word) for word in words(other.text)}
    known = set(names(one.around))
    found = []
    for run in _RUN.finditer(one.text):
        own = set(names(run[0], initial=True))
        named = own & known if run.start() == 0 else own
        if named and not own & said and not any(token.number or token.text in NEGATIONS for token in tokens(run[0])):
            found.append(run)
    return found


def _denied(one: str, other: str) -> Clash | None:
    """Return that one of two statements denies what the other says, in nearly the same words."""
    ours, theirs = _matter(one), _matter(other)
    met = [
        sum(any(meets(word, token) for token in there) for word in here)
        for here, there in ((ours, theirs), (theirs, ours))
    ]
    if min(met) < LEAST_WORDS or met[0] < MOSTLY * len(ours) - 1 or met[1] < MOSTLY * len(theirs) - 1:
        return None
    numbers = [[str(found.item) for found in _counts(text)] for text in (one, other)]
    if numbers[0] != numbers[1] and not any(
        negated(text) and not own for text, own in zip((one, other), numbers, strict=True)
    ):
        return None
    if negated(one) != negated(other):
        return Clash("denial") if denial(one, other) or denial(other, one) else None
    return Clash("denial") if opposites(one, other) and not negated(one) else None


def _unsure(one: str, other: str) -> bool:
    """Tell whether one statement supposes, plans or alleges what the other says, or says it of another side."""
    return any(check(a, b) for a, b in ((one, other), (other, one)) for check in (certainty, prepositions))


def _exchanged(kind: ClashKind, one: str, other: str, ours: Sequence[int], theirs: Sequence[int]) -> Clash:
    a, b = one[ours[0] : ours[1]], other[theirs[0] : theirs[1]]
    changed = one[: ours[0]] + b + one[ours[1] :], other[: theirs[0]] + a + other[theirs[1] :]
    return Clash(kind, (a, b), changed)
