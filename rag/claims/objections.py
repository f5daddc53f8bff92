"""Why a claim may not be said to be supported, whatever a network says: what code sees better than a model.

Guards refuse and never admit. A claim may be worded freely, so none of them asks for the passage's words: they compare
numbers by value and unit, dates, codes, quotations and links with the whole passage. What changes the sense by a word
("not", "all", "may", "fell" for "rose") is looked for only where the claim is otherwise a copy of the sentence that
decides, word for word or nearly: in other words it is the network's to judge.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from decimal import Decimal

from rag.claims.checks import certainty, extent, opposites, prepositions
from rag.english.amounts import Amount, amounts
from rag.english.polarity import denial, negated
from rag.english.question_form import yes_no
from rag.english.tokens import is_date, meets, tokens
from rag.english.vocabulary import NEGATIONS, key
from rag.text.dates import MONTHS
from rag.text.numerals import Quantity, decimal_comma, plain
from rag.text.quantities import codes as codes_of
from rag.text.terms import words
from rag.text.untrusted import instructs, unknown_link
from rag.text.values import dates as days_of


@dataclass(frozen=True, slots=True)
class Case:
    """A claim that a network would call supported."""

    claim: str
    passage: str
    """All of it, with what is known of it: its title, publisher and date."""
    sentence: str
    """The one that decides."""


def objection(case: Case, guards: "tuple[Guard, ...] | None" = None) -> str | None:
    """Return why a claim may not be said to be supported, in plain words; None if no guard objects.

    >>> objection(Case("It cost $2.8 million.", "The price was $2.8 billion.", "The price was $2.8 billion."))
    'the number 2800000 is not in the passage'
    >>> objection(Case("Nobody was hurt.", "All were unharmed.", "All were unharmed."))
    """
    return next((reason for guard in (GUARDS if guards is None else guards) if (reason := guard(case))), None)


Guard = Callable[[Case], str | None]

SMALL = 10
"""So many things may be told one by one, and counted by whoever words the claim."""
TOLERANCE = Decimal("0.1")
"""By which part of it a number that is "about" another may be off."""


def numbers(case: Case) -> str | None:
    """Every number is the passage's: its value and scale, and its unit; in a copy also its bound."""
    if negated(case.claim):  # "It was not built in 1990": of what is denied nothing is given
        return None
    there = amounts(case.passage, comma=decimal_comma(case.passage))
    days = days_of(case.passage)
    exact = copy(case.claim, case.sentence)
    for wanted in amounts(case.claim):
        alike = [given for given in there if _alike(wanted.item, given.item)]
        equal = any(wanted.item.number == given.item.number for given in alike)
        if wanted.item.loose or any(_within(given, wanted) for given in alike) or (equal and not exact):
            continue
        if _YEAR_BEFORE.search(case.claim[: wanted.item.start]):
            continue
        if wanted.dated and str(wanted.item) in days:
            continue
        if equal or any(wanted.item.number == given.item.number for given in there):
            return f"the passage gives {plain(wanted.item.number)} in another way"
        counted = wanted.item.number <= SMALL and not wanted.item.unit and not wanted.dated
        if not counted or any(wanted.counted and given.counted and wanted.comparable(given) for given in alike):
            return f"the number {wanted.item} is not in the passage"
    return None


_YEAR_BEFORE = re.compile(r"\b(?:1\d|20)\d\d[–/-]$")
"""Before the short form of another year: "2018–19"."""
_SHARES = {"%", "‰", "pp"}


def _alike(one: Quantity, other: Quantity) -> bool:
    """Tell whether two numbers may be one: neither is a share of something, or both; nor have they two units."""
    if {one.unit, other.unit} & _SHARES:
        return one.unit == other.unit
    return one.unit == other.unit or not (one.unit and other.unit)


def _within(given: Amount, wanted: Amount) -> bool:
    """Tell whether a number of a claim is what the passage gives, or is bounded or rough and holds of it."""
    if wanted.item.kind == "decade":
        return 0 <= given.item.number - wanted.item.number < (10 if wanted.item.number % 100 else 100)
    if wanted.item.kind == "ordinal" and wanted.counted[:1] == (key("century"),):
        return 0 < given.item.number - 100 * (wanted.item.number - 1) <= 100
    if wanted.rough:
        return abs(given.item.number - wanted.item.number) <= abs(wanted.item.number) * TOLERANCE
    if wanted.low == wanted.high and wanted.item.kind != given.item.kind:
        return False
    return (given if wanted.low == wanted.high else replace(given, rough=False)).within(wanted)


def codes(case: Case) -> str | None:
    """A code is the passage's, if that has one that differs from it in digits alone: "F-16" is not "F-15"."""
    there = {code.text for code in codes_of(case.passage)}
    letters = {re.sub(r"\d", "", code) for code in there}
    for code in codes_of(case.claim):
        if code.text not in there and re.sub(r"\d", "", code.text) in letters:
            return f"{case.claim[code.start : code.end]} is not in the passage"
    return None


def dates(case: Case) -> str | None:
    """Every day, month and day of the week is the passage's; their year is a number."""
    if negated(case.claim):
        return None
    there = days_of(case.passage)
    missing = sorted(day for day in days_of(case.claim) - there if day.startswith("--"))
    if missing:
        return f"the date {missing[0].lstrip('-')} is not in the passage"
    known = set(words(case.passage)) | {MONTHS[int(day[2:4]) - 1] for day in there if day.startswith("--")}
    for token in tokens(case.claim):
        if is_date(token) and not token.number and not {token.text, token.text[:3]} & known:
            return f"the date {token.text.capitalize()} is not in the passage"
    return None


QUOTED = re.compile(r"[“„«]([^“”„«»\"]+)[”“»]|\"([^\"“”]+)\"")
"""What stands in quotation marks."""
LEAST_QUOTED = 3
"""A shorter quotation is a word held at arm's length, or a name."""
_SMALL_WORD = "(?:a|an|and|as|at|by|for|from|in|of|on|or|the|to|with|v|vs)"
_TITLE = re.compile(rf"\W*(?:[A-Z0-9][\w'’.-]*\W+|(?<!^){_SMALL_WORD}\W+)*[A-Z0-9][\w'’.-]*\W*")
"""The title of a work, in capitals."""


def quoted_speech(text: str) -> list[str]:
    """Return what stands in quotation marks and is said by somebody: no title, and no single word.

    >>> quoted_speech('She called it "a bad deal, all in all" in "The War of the Worlds" and "wrong".')
    ['a bad deal, all in all']
    """
    found = [match[1] or match[2] for match in QUOTED.finditer(text)]
    return [said for said in found if len(words(said)) >= LEAST_QUOTED and not _TITLE.fullmatch(said)]


def quotations(case: Case) -> str | None:
    """What stands in quotation marks is there word for word; what is left out of it is marked by an ellipsis."""
    there = f" {' '.join(words(case.passage))} "
    for said in quoted_speech(case.claim):
        parts = [words(part) for part in re.split(r"…|\.{3}|\[[^\]]*\]", said)]
        if not all(f" {' '.join(part)} " in there for part in parts if part):
            return f'the quotation "{said}" is not verbatim'
    return None


_LEFT_OUT = re.compile(r"\[(?:…|\.{3})\]")


def link(case: Case) -> str | None:
    """No link and no markup that the passage does not have."""
    found = unknown_link(_LEFT_OUT.sub("…", case.claim), case.passage)
    return f'the link or markup "{found[0]}" is not in the passage' if found else None


def order(case: Case) -> str | None:
    """What speaks to a model supports nothing."""
    return "the sentence speaks to a model, not of a matter" if instructs(case.sentence) else None


LEAST_COPIED = 2
"""Words that say something, of a claim that may be a copy."""


def copy(claim: str, sentence: str, most_new: int = 0) -> bool:
    """Tell whether every word of a claim is in a sentence, but for a few and for those that deny.

    >>> copy("Oil prices fell.", "Oil prices rose in May.", 1), copy("Oil got cheaper.", "Oil prices fell in May.", 1)
    (True, False)
    """
    own = [token for token in tokens(claim) if token.content and token.text not in NEGATIONS]
    there = tokens(sentence)
    new = sum(not any(meets(token, other) for other in there) for token in own)
    return len(own) >= LEAST_COPIED and new <= most_new


def changed(check: Callable[[str, str], str | None], most_new: int = 0) -> Guard:
    """Return a guard that holds a claim against the sentence that decides, where it is a copy of it or of its part.

    Args:
        check: gives what the sentence does not say.
        most_new: words that the claim may have and the sentence has not.
    """

    def guard(case: Case) -> str | None:
        copied = copy(case.claim, case.sentence, most_new) and not yes_no(case.claim)
        return check(case.claim, case.sentence) if copied else None

    guard.__name__ = check.__name__
    return guard


def denied(claim: str, sentence: str) -> str | None:
    """One of the two denies what the other does not."""
    return None if negated(claim) and negated(sentence) else denial(claim, sentence)


def opposed(claim: str, sentence: str) -> str | None:
    """A word stands where the other has its opposite, and neither is denied alone."""
    return opposites(claim, sentence) if negated(claim) == negated(sentence) else None


GUARDS: tuple[Guard, ...] = (
    link,
    order,
    dates,
    numbers,
    codes,
    quotations,
    changed(denied),
    changed(opposed, most_new=1),
    changed(prepositions),
    changed(extent),
    changed(certainty),
)
