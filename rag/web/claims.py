"""The HTML of a checked text: the text with its claims marked, and each claim with its status and quotes.

Every text from the checked text or a source passes through :func:`html.escape`.
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from html import escape

from rag.schema import Answer, CheckedClaim, Citation, Quotation
from rag.web import words
from rag.web.checks import Checking
from rag.web.page import joined, page_of
from rag.web.pinbutton import button as pin_button


def checked(one: Checking) -> str:
    """Return what is known of a text so far."""
    claims, total = one.found.claims, len(one.statements)
    rows = "".join(_claim(claim, number, one) for number, claim in enumerate(claims, start=1))
    warnings = "".join(f'<p class="ql-note">{escape(warning)}</p>' for warning in one.found.warnings)
    listed = f'<h2>{words.CHECK_CLAIMS}</h2><ol class="ql-checks">{rows}</ol>' if rows else ""
    return (
        f'<div class="ql-check" data-check="{escape(one.id)}" data-state="{one.state}">{_told(one, total)}{warnings}'
        f"{_links(one) if one.over and claims else ''}<h2>{words.CHECK_MARKED}</h2>{_text(one)}{listed}</div>"
    )


def failed(error: str) -> str:
    """Return why nothing was checked."""
    return f'<p class="ql-warning" role="alert">{escape(error)}</p>'


def _told(one: Checking, total: int) -> str:
    """Return how far a text is checked, or what was found."""
    done = len(one.found.claims)
    if one.state == "waits":
        return f'<p role="status">{words.CHECK_WAITS}</p>'
    if one.state == "goes on":
        told = words.CHECK_GOES_ON.format(done=done, count=total)
        bar = f'<progress max="{total}" value="{done}" aria-label="{words.CHECK}"></progress>'
        return f'<div class="ql-job"><p role="status">{told}</p>{bar}</div>'
    counts: Counter[str] = Counter(claim.verdict for claim in one.found.claims)
    told = ", ".join(
        form.format(count=counts[verdict]) for verdict, form in words.CHECK_COUNTS.items() if counts[verdict]
    )
    number = words.CHECK_ONE if done == 1 else words.CHECK_MANY.format(count=done)
    summary = f'<p class="ql-check-sum" role="status">{number}{f": {told}" if told else ""}</p>'
    if one.state == "failed":
        summary += failed(one.error)
    if one.state == "stopped" and done < total:
        summary += f'<p class="ql-note">{words.CHECK_STOPPED.format(left=total - done)}</p>'
    return summary


def _links(one: Checking) -> str:
    links = "".join(
        f'<a href="/checks/{escape(one.id)}/{form}" download>{name}</a> ' for form, name in words.CHECK_FORMS.items()
    )
    return f'<p class="ql-exports"><span>{words.CHECK_EXPORT}:</span> {links}</p>'


def _text(one: Checking) -> str:
    """Return the text, each claim in it marked with its status; those that are not checked yet say so."""
    parts, end = [], 0
    for number, statement in enumerate(one.statements, start=1):
        known = one.found.claims[number - 1] if number <= len(one.found.claims) else None
        verdict = known.verdict if known else "waiting"
        parts.append(escape(one.text[end : statement.start]))
        parts.append(
            f'<mark data-verdict="{verdict}" title="{words.CHECK_STATES[verdict]}">'
            f"{escape(one.text[statement.start : statement.end])}</mark>"
        )
        if known:
            label = f"{words.CHECK_CLAIM.format(number=number)}: {words.CHECK_STATES[verdict]}"
            parts.append(
                f'<button type="button" class="ql-check-to" data-verdict="{verdict}" data-to="{number}" '
                f'aria-label="{label}">{number}</button>'
            )
        end = statement.end
    parts.append(escape(one.text[end:]))
    label = words.CHECK_MARKED
    return f'<div class="ql-check-text" tabindex="0" role="region" aria-label="{label}">{"".join(parts)}</div>'


def _claim(claim: CheckedClaim, number: int, one: Checking) -> str:
    """Return a claim with what the sources say to it."""
    quotes = _quotes(claim.citations, one)
    against = f"<p>{words.CHECK_AGAINST}</p>{_quotes(claim.against, one)}" if claim.against else ""
    told = [words.CHECK_READ_AS.format(text=claim.read)] if claim.read else []
    told += [words.CHECK_WHY.format(reason=claim.reason)] if claim.reason else []
    told += [words.CHECK_ELSEWHERE.format(sources=", ".join(claim.cites))] if claim.elsewhere else []
    notes = "".join(f'<p class="ql-meta">{escape(line)}</p>' for line in told)
    quotations = "".join(_quotation(quotation, claim, one) for quotation in claim.quotations)
    near = ""
    if claim.closest:
        about = joined(claim.closest.title, claim.closest.source)
        near = (
            f"<p>{words.CHECK_CLOSEST}</p>"
            f'<button type="button" class="ql-pin-quote" data-claim="{number}" title="{words.NOTE_OPEN}">'
            f'<q>{escape(claim.closest.quote)}</q><span class="ql-meta">{about}</span></button>'
        )
    return (
        f'<li class="ql-checked" id="ql-claim-{number}" tabindex="-1" data-verdict="{claim.verdict}">'
        f'<p><span class="ql-verdict" data-verdict="{claim.verdict}">{number} '
        f"{words.CHECK_STATES[claim.verdict]}</span> {escape(claim.text)}</p>{notes}{quotes}{against}{quotations}{near}"
        "</li>"
    )


def _quotes(numbers: Iterable[int], one: Checking) -> str:
    return "".join(_quote(one.found.citations[number - 1], one) for number in numbers)


def _quote(citation: Citation, one: Checking) -> str:
    about = joined(citation.title, citation.publisher, citation.published, page_of(citation), citation.source)
    pin = pin_button({"check": one.id, "number": citation.number}, citation)
    return (
        f'<button type="button" class="ql-pin-quote" data-quote="{citation.number}" '
        f'title="{words.CHECK_QUOTE.format(number=citation.number)}"><q>{escape(citation.quote)}</q>'
        f'<span class="ql-meta">{about}</span></button><div class="ql-check-acts">{pin}</div>'
    )


def _quotation(quotation: Quotation, claim: CheckedClaim, one: Checking) -> str:
    """Return whether a source says a quotation of the text word for word, and beside whom."""
    form = words.CHECK_VERBATIM if quotation.verbatim else words.CHECK_NOT_VERBATIM
    told = form.format(text=quotation.text)
    if quotation.attributed is False:
        told += f" ({words.CHECK_MISATTRIBUTED})"
    good = quotation.verbatim and quotation.attributed is not False
    shown = _quotes((n for n in quotation.citations if n not in (*claim.citations, *claim.against)), one)
    return f'<p class="ql-quotation" data-good="{"yes" if good else "no"}">{escape(told)}</p>{shown}'


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
