"""A conversation to read elsewhere, as one HTML page without script that loads nothing.

What comes from a source, a question or an LLM is escaped: no reader of an export fetches what a text names.
"""

import re
from base64 import b64encode
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256

from rag.output.render import DISAGREE, NOT_READ, conflict_lines, refused
from rag.schema import REASONS, Answer, Citation, Document
from rag.web import words
from rag.web.language import said
from rag.web.share import Documents, Pointer, cited, pointers, stands
from rag.web.template import html

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


@dataclass(frozen=True, slots=True)
class _Turn:
    answer: Answer
    about: list[str]
    told: list[str]
    sure: str
    quotes: list[tuple[str, str, str]]
    """A quote, where it stands for people, and the id of its mark in that document; empty if it has none."""


@dataclass(frozen=True, slots=True)
class _Text:
    """A whole document."""

    title: str
    about: str
    url: str
    parts: list[tuple[str, int, str]]
    """What stands before a mark, where that begins, and what is marked."""
    rest: str


def page(title: str, answers: Sequence[Answer], documents: Documents) -> str:
    """Return a conversation and the documents that it cites as one page that opens from disk and loads nothing."""
    shown = cited(answers, documents)
    marks = {document.source: _merged(_standing(answers, document)) for document in shown}
    numbers = {document.source: number for number, document in enumerate(shown, start=1)}
    turns = [_turn(answer, documents, marks, numbers) for answer in answers]
    texts = [_text(document, marks[document.source]) for document in shown]
    return html("export", "page", _POLICY, _STYLE, title or words.SHARE_UNTITLED, turns, texts)


def _turn(answer: Answer, documents: Documents, marks: Mapping[str, list[range]], numbers: Mapping[str, int]) -> _Turn:
    told = [f"{said(DISAGREE)}:"] * answer.disputed + conflict_lines(answer) + (answer.message or "").splitlines()
    quotes = []
    for pointer in pointers(answer):
        at = next((part.start for part in marks.get(pointer.source, ()) if pointer.start in part), None)
        mark = f"d{numbers[pointer.source]}-{at}" if at is not None else ""
        quotes.append((pointer.quote, _place(pointer, documents), mark))
    return _Turn(answer, list(_about(answer)), told, _sure(answer), quotes)


def _text(document: Document, marks: Sequence[range]) -> _Text:
    parts, done = [], document.body
    for mark in marks:
        parts.append((document.text[done : mark.start], mark.start, document.text[mark.start : mark.stop]))
        done = mark.stop
    about = " · ".join(filter(None, (document.publisher, document.author, document.published, document.source)))
    url = document.url or ""
    return _Text(document.title, about, url if re.match(r"https?://", url) else "", parts, document.text[done:])


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
        known += [words.SHARE_AT.format(time=pointer.clock)] if pointer.clock else []
    known.append(f"{pointer.source}:{pointer.start}-{pointer.end}")
    if not stands(pointer, documents):
        known.append(words.SHARE_MOVED)
    return " · ".join(part for part in known if part)
