"""A conversation to read elsewhere, as one HTML page without script that loads nothing.

What comes from a source, a question or an LLM is escaped: no reader of an export fetches what a text names.
"""

import re
from base64 import b64encode
from collections.abc import Iterator, Mapping, Sequence
from hashlib import sha256
from html import escape

from rag.output.render import DISAGREE, NOT_READ, conflict_lines, refused
from rag.schema import REASONS, Answer, Citation, Document
from rag.web import words
from rag.web.language import said, spoken
from rag.web.share import Documents, Pointer, cited, pointers, stands

_STYLE = """
:root { color-scheme: light dark; font: 1rem/1.6 system-ui, sans-serif; }
body { max-width: 46rem; margin: 2rem auto; padding: 0 1rem; }
h2 { margin-top: 2.5rem; font-size: 1.2rem; } h3 { font-size: 1rem; }
blockquote { margin: .25rem 0 1rem; padding-left: 1rem; border-left: 3px solid; }
blockquote, .text, h2 { white-space: pre-wrap; overflow-wrap: anywhere; }
.short { font-size: 1.15rem; font-weight: 600; } .note { opacity: .75; font-size: .88rem; }
mark { padding: .05em 0; } mark:target { outline: 2px solid; }
"""
_POLICY = (
    f"default-src 'none'; style-src 'sha256-{b64encode(sha256(_STYLE.encode()).digest()).decode()}'; "
    "base-uri 'none'; form-action 'none'"
)


def page(title: str, answers: Sequence[Answer], documents: Documents) -> str:
    """Return a conversation and the documents that it cites as one page that opens from disk and loads nothing."""
    shown_texts = cited(answers, documents)
    marks = {document.source: _merged(_standing(answers, document)) for document in shown_texts}
    numbers = {document.source: number for number, document in enumerate(shown_texts, start=1)}
    turns = "".join(_turn(answer, place, documents, marks, numbers) for place, answer in enumerate(answers, start=1))
    texts = "".join(_text(document, numbers[document.source], marks[document.source]) for document in shown_texts)
    shown = escape(title or words.SHARE_UNTITLED)
    return (
        f'<!doctype html>\n<html lang="{spoken()}"><head><meta charset="utf-8">'
        f'<meta http-equiv="Content-Security-Policy" content="{_POLICY}"><meta name="referrer" content="no-referrer">'
        f'<meta name="viewport" content="width=device-width"><title>{shown}</title><style>{_STYLE}</style></head>'
        f'<body><header><h1>{shown}</h1><p class="note">{words.SHARE_EXPORTED}</p></header><main>{turns}</main>'
        f"<footer><h2>{words.SHARE_SOURCES}</h2>{texts}</footer></body></html>\n"
    )


def _turn(
    answer: Answer, place: int, documents: Documents, marks: Mapping[str, list[range]], numbers: Mapping[str, int]
) -> str:
    about = "".join(f'<p class="note">{escape(line)}</p>' for line in _about(answer))
    short = f'<p class="short" dir="auto">{escape(answer.headline)}</p>' if answer.headline else ""
    told = "".join(f"<p>{escape(line)}</p>" for line in (*_disagreeing(answer), *(answer.message or "").splitlines()))
    claims = "".join(
        f'<p dir="auto">{escape(claim.text)} {" ".join(_number(place, number) for number in claim.citations)}</p>'
        for claim in answer.claims
    )
    quotes = ""
    for number, pointer in enumerate(pointers(answer), start=1):
        at = next((part.start for part in marks.get(pointer.source, ()) if pointer.start in part), None)
        link = f' <a href="#d{numbers[pointer.source]}-{at}">{words.SHARE_IN_SOURCE}</a>' if at is not None else ""
        quotes += (
            f'<li id="q{place}-{number}" value="{number}">{escape(_place(pointer, documents))}{link}'
            f'<blockquote dir="auto">{escape(pointer.quote)}</blockquote></li>'
        )
    head = words.SHARE_QUOTES if answer.citations else words.SHARE_CLOSEST
    listed = f"<h3>{head}</h3><ol>{quotes}</ol>" if quotes else ""
    sure = f'<p class="note">{escape(_sure(answer))}</p>'
    return f'<section><h2 dir="auto">{escape(answer.question)}</h2>{about}{short}{told}{claims}{sure}{listed}</section>'


def _disagreeing(answer: Answer) -> list[str]:
    """Return what sources disagree on, and what is superseded, a line each."""
    return [f"{said(DISAGREE)}:"] * answer.disputed + conflict_lines(answer)


def _number(place: int, number: int) -> str:
    return f'<a href="#q{place}-{number}">[{number}]</a>'


def _text(document: Document, number: int, marks: Sequence[range]) -> str:
    """Return a whole document with the quotes marked, each with an id to go to."""
    parts, done = [], document.body
    for mark in marks:
        quoted = escape(document.text[mark.start : mark.stop])
        parts += [escape(document.text[done : mark.start]), f'<mark id="d{number}-{mark.start}">{quoted}</mark>']
        done = mark.stop
    parts.append(escape(document.text[done:]))
    title, *about = _known(document)
    link = ""
    if re.match(r"https?://", document.url or ""):
        address = escape(document.url or "")
        link = f' · <a href="{address}" rel="noopener noreferrer">{address}</a>'
    return (
        f'<article><h3 dir="auto">{escape(title)}</h3><p class="note">{escape(" · ".join(about))}{link}</p>'
        f'<div class="text" dir="auto">{"".join(parts)}</div></article>'
    )


def _standing(answers: Sequence[Answer], document: Document) -> list[Pointer]:
    return [
        pointer
        for answer in answers
        for pointer in pointers(answer)
        if pointer.source == document.source and stands(pointer, {document.source: document})
    ]


def _merged(quotes: Sequence[Pointer]) -> list[range]:
    """Return the places of quotes in the order of the text, those that overlap as one."""
    merged: list[range] = []
    for start, end in sorted((pointer.start, pointer.end) for pointer in quotes):
        if merged and start < merged[-1].stop:
            merged[-1] = range(merged[-1].start, max(end, merged[-1].stop))
        else:
            merged.append(range(start, end))
    return merged


def _about(answer: Answer) -> Iterator[str]:
    """Yield what stands before an answer: what was asked indeed, and that there is none."""
    if answer.standalone != " ".join(answer.question.split()):
        yield words.SHARE_ASKED_AS.format(question=answer.standalone)
    if answer.outcome == "refused" and not answer.message:
        head = said(refused(answer))
        yield head if answer.closest else f"{head} ({said(REASONS[answer.reason or ''])})"
        yield from (f"{said(NOT_READ)}: {item}" for item in answer.missing)


def _sure(answer: Answer) -> str:
    """Return who wrote an answer and how sure it is; nothing for a message."""
    if answer.outcome == "refused":
        return ""
    llm = answer.model.get("llm")
    form = words.SHARE_WRITTEN if llm else words.SHARE_VERBATIM
    return form.format(llm=llm, odds=answer.confidence)


def _place(pointer: Pointer, documents: Documents) -> str:
    """Return where a quote stands, for people."""
    known = [pointer.title]
    if isinstance(pointer, Citation):
        known += [pointer.publisher or "", pointer.published or ""]
        form = words.SHARE_ON_PAGES if pointer.page_end else words.SHARE_ON_PAGE
        known += [form.format(page=pointer.page, end=pointer.page_end)] if pointer.page else []
    known.append(f"{pointer.source}:{pointer.start}-{pointer.end}")
    if not stands(pointer, documents):
        known.append(words.SHARE_MOVED)
    return " · ".join(part for part in known if part)


def _known(document: Document) -> list[str]:
    """Return the title of a document, and what else is known of it."""
    told = (document.publisher, document.author, document.published, document.source)
    return [document.title, *(part for part in told if part)]
