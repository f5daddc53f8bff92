"""The HTML of a checked text: the text with its claims marked, and each claim with its status and quotes."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from rag.schema import Answer, CheckedClaim, Citation, Quotation
from rag.web import words
from rag.web.checks import Checking
from rag.web.page import day, joined, place_of
from rag.web.pinbutton import button as pin_button
from rag.web.template import html


@dataclass(frozen=True, slots=True)
class _Quote:
    """A quote, with what is said of it and the button that pins it, which is HTML."""

    citation: Citation
    about: str
    pin: str


@dataclass(frozen=True, slots=True)
class _Quotation:
    """What is said of a quotation of the text, and where a source says it."""

    told: str
    good: bool
    quotes: list[_Quote]


@dataclass(frozen=True, slots=True)
class _Claim:
    """A claim with what the sources say to it."""

    claim: CheckedClaim
    notes: list[str]
    quotes: list[_Quote]
    against: list[_Quote]
    quotations: list[_Quotation]
    closest_about: str


def checked(one: Checking) -> str:
    """Return what is known of a text so far."""
    statements, end = [], 0
    for number, statement in enumerate(one.statements):
        verdict = one.found.claims[number].verdict if number < len(one.found.claims) else "waiting"
        shown = one.text[statement.start : statement.end]
        statements.append((one.text[end : statement.start], shown, verdict))
        end = statement.end
    claims = [_claim(claim, one) for claim in one.found.claims]
    return html("claims", "checked", one, _told(one), statements, one.text[end:], claims)


def failed(error: str) -> str:
    """Return why nothing was checked."""
    return html("parts", "failed", error)


def _told(one: Checking) -> str:
    """Return how far a text is checked, or what was found, as HTML."""
    done, total = len(one.found.claims), len(one.statements)
    if one.state == "waits":
        return html("claims", "waits")
    if one.state == "goes on":
        return html("claims", "goes_on", words.CHECK_GOES_ON.format(done=done, count=total), total, done)
    counts: Counter[str] = Counter(claim.verdict for claim in one.found.claims)
    verdicts = words.CHECK_COUNTS.items()
    told = ", ".join(form.format(count=counts[verdict]) for verdict, form in verdicts if counts[verdict])
    number = words.CHECK_ONE if done == 1 else words.CHECK_MANY.format(count=done)
    error = one.error if one.state == "failed" else None
    left = total - done if one.state == "stopped" else 0
    return html("claims", "summed_up", f"{number}: {told}" if told else number, error, left)


def _claim(claim: CheckedClaim, one: Checking) -> _Claim:
    told = [words.CHECK_READ_AS.format(text=claim.read)] if claim.read else []
    told += [words.CHECK_WHY.format(reason=claim.reason)] if claim.reason else []
    told += [words.CHECK_ELSEWHERE.format(sources=", ".join(claim.cites))] if claim.elsewhere else []
    return _Claim(
        claim,
        told,
        _quotes(claim.citations, one),
        _quotes(claim.against, one),
        [_quotation(quotation, claim, one) for quotation in claim.quotations],
        joined(claim.closest.title, claim.closest.source) if claim.closest else "",
    )


def _quotes(numbers: Iterable[int], one: Checking) -> list[_Quote]:
    return [_quote(one.found.citations[number - 1], one) for number in numbers]


def _quote(citation: Citation, one: Checking) -> _Quote:
    about = joined(citation.title, citation.publisher, day(citation.published), place_of(citation), citation.source)
    return _Quote(citation, about, pin_button({"check": one.id, "number": citation.number}, citation))


def _quotation(quotation: Quotation, claim: CheckedClaim, one: Checking) -> _Quotation:
    """Return whether a source says a quotation of the text word for word, and beside whom."""
    form = words.CHECK_VERBATIM if quotation.verbatim else words.CHECK_NOT_VERBATIM
    told = form.format(text=quotation.text)
    if quotation.attributed is False:
        told += f" ({words.CHECK_MISATTRIBUTED})"
    good = quotation.verbatim and quotation.attributed is not False
    quotes = _quotes((n for n in quotation.citations if n not in (*claim.citations, *claim.against)), one)
    return _Quotation(told, good, quotes)


def answered(claims: Sequence[CheckedClaim], citations: Sequence[Citation], number: int) -> Answer:
    """Return what a quote of a checked text is pinned as: what answers the claim; LookupError if there is none."""
    if not 1 <= number <= len(citations):
        raise LookupError(number)
    claim = next(
        claim
        for claim in claims
        if number in (*claim.citations, *claim.against, *(n for said in claim.quotations for n in said.citations))
    )
    return Answer(claim.text, claim.text, "answered", None, claim.score, citations=tuple(citations))
