"""The HTML that the chat page shows: answers with their citation buttons, and documents with highlighted quotes.

Every text from a source, a question or an answer passes through :func:`html.escape`; nothing else is ever inserted.
"""

from collections.abc import Iterable, Sequence
from html import escape

from rag.render import REFUSED, also_in
from rag.schema import REASONS, Answer, Citation, Closest, Document, Progress
from rag.store import Listing

Span = Citation | Closest


def question(text: str) -> str:
    """Return a question as it was typed."""
    return f'<p class="ql-question">{escape(text)}</p>'


def answer(found: Answer, place: int) -> str:
    """Return an answer, refusal or message; ``place`` is its number in the conversation, carried by each button."""
    if found.message:
        return _told(found.message, found, place)
    shown = _refused(found, place) if found.outcome == "refused" else _answered(found, place)
    return asked_as(found) + shown


def asked_as(found: Answer) -> str:
    """Return the question that was asked in place of a follow-up; nothing if it was asked as typed."""
    if found.standalone == " ".join(found.question.split()):
        return ""
    return f'<p class="ql-note ql-asked">Asked as: {escape(found.standalone)}</p>'


def _answered(found: Answer, place: int) -> str:
    short = f'<p class="ql-short-answer">{escape(found.short_answer)}</p>' if found.short_answer else ""
    claims = "".join(
        f"<p>{escape(claim.text)} {''.join(_number_button(place, number) for number in claim.citations)}</p>"
        for claim in found.claims
    )
    llm = found.model.get("llm")
    proof = f"Written by {escape(llm)}, each line checked against its quotes" if llm else "Verbatim from the sources"
    warnings = "".join(f'<p class="ql-note" role="status">{escape(warning)}</p>' for warning in found.warnings)
    return (
        f'<div class="ql-answer" data-outcome="answered">{short}{claims}{warnings}'
        f'<p class="ql-note">{proof} · confidence {found.confidence:.0%}</p></div>'
    )


def _number_button(place: int, number: int) -> str:
    return (
        f'<button type="button" class="ql-cite" data-answer="{place}" data-number="{number}" '
        f'aria-label="Show quote {number} in its source">{number}</button>'
    )


def _refused(found: Answer, place: int) -> str:
    reason = escape(REASONS[found.reason or ""])
    closest = "".join(
        f'<li><button type="button" class="ql-closest" data-answer="{place}" data-closest="{n}"><span class="ql-short">'
        f"{escape(item.quote)}</span>"
        f'<span class="ql-meta">{_joined(item.title, item.source)}</span></button></li>'
        for n, item in enumerate(found.closest)
    )
    listed = (
        f'<p>They come closest to it:</p><ul>{closest}</ul><p class="ql-note">Confidence {found.confidence:.0%}</p>'
        if closest
        else ""
    )
    return (
        f'<div class="ql-answer ql-refused" data-outcome="refused"><p><strong>{REFUSED}</strong> '
        f"{reason[0].upper()}{reason[1:]}.</p>{listed}{_suggested(found, place)}</div>"
    )


def _told(message: str, found: Answer, place: int) -> str:
    head, *rest = message.split("\n")
    listed = "".join(f"<li>{escape(line.removeprefix('- '))}</li>" for line in rest)
    return (
        f'<div class="ql-answer" data-outcome="{found.outcome}"><p>{escape(head)}</p>'
        f"{f'<ul>{listed}</ul>' if listed else ''}{_suggested(found, place)}</div>"
    )


def _suggested(found: Answer, place: int) -> str:
    buttons = "".join(
        f'<li><button type="button" class="ql-suggestion" data-answer="{place}" data-suggestion="{n}">'
        f"{escape(question)}</button></li>"
        for n, question in enumerate(found.suggestions)
    )
    return f"<p>You can ask:</p><ul>{buttons}</ul>" if buttons else ""


def searching(passages: int | None) -> str:
    """Return what stands in place of an answer while it is made."""
    what = "Searching the sources…" if not passages else f"Reading {passages} passages…"
    return f'<div class="ql-answer ql-note" role="status">{what}</div>'


def writing(so_far: Progress) -> str:
    """Return the claims of an answer that is being written."""
    claims = "".join(f"<p>{escape(claim.text)}</p>" for claim in so_far.claims)
    return f'<div class="ql-answer">{claims}<p class="ql-note" role="status">Writing…</p></div>'


def failed(message: str) -> str:
    """Return an error in place of an answer."""
    return f'<div class="ql-answer ql-refused" role="alert"><p>{escape(message)}</p></div>'


def source_list(listings: Sequence[Listing]) -> str:
    """Return every source of the index, each a button that opens it."""
    rows = "".join(
        f'<li><button type="button" class="ql-source" data-source="{escape(listing.source)}">{escape(listing.title)}'
        f'<span class="ql-meta">{_joined(listing.published, listing.source)}</span></button></li>'
        for listing in listings
    )
    count = "1 source" if len(listings) == 1 else f"{len(listings)} sources"
    return f'<nav class="ql-sources" aria-label="Sources"><h2>{count}</h2><ul>{rows}</ul></nav>'


def document(shown: Document, spans: Iterable[Span] = (), selected: Span | None = None) -> str:
    """Return a whole document with quotes highlighted.

    Args:
        shown: the document.
        spans: quotes to mark; those of other documents are passed over.
        selected: the quote to mark strongly and bring into view, one of ``spans``.
    """
    page = f"page {selected.page}" if isinstance(selected, Citation) and selected.page else None
    about = _joined(shown.publisher, shown.author, shown.published, shown.source, page)
    copies = ""
    if isinstance(selected, Citation) and selected.also:
        copies = f'<p class="ql-meta">The same sentence is also in {escape(also_in(selected))}</p>'
    return (
        '<article class="ql-document"><button type="button" class="ql-back">← All sources</button>'
        f'<h2>{escape(shown.title)}</h2><p class="ql-meta">{about}</p>{copies}'
        f'<div class="ql-text" tabindex="0" aria-label="Text of the source">{_marked(shown, spans, selected)}</div>'
        "</article>"
    )


def _marked(shown: Document, spans: Iterable[Span], selected: Span | None) -> str:
    parts = []
    done = 0
    for span in sorted((span for span in spans if span.source == shown.source), key=lambda span: span.start):
        if span.start < done:  # two answers' sentences never overlap, but a page must not depend on it
            continue
        number = span.number if isinstance(span, Citation) else ""
        chosen = ' class="ql-selected" tabindex="-1"' if span is selected else ""
        parts.append(escape(shown.text[done : span.start]))
        parts.append(f'<mark{chosen} data-number="{number}">{escape(shown.text[span.start : span.end])}</mark>')
        done = span.end
    parts.append(escape(shown.text[done:]))
    return "".join(parts)


def _joined(*parts: str | None) -> str:
    return " · ".join(escape(part) for part in parts if part)
