"""What an export is made of: answers, and the documents in which their quotes stand."""

import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, Literal

from rag.exports.links import fragment
from rag.output.render import DISAGREE, NOT_READ, earlier, unshown
from rag.schema import REASONS, Answer, Check, Citation, Closest, Document
from rag.text.described import Kind, kinds

if TYPE_CHECKING:
    from rag.index.store import Store

Documents = Mapping[str, Document]
"""By ``Document.source``."""

MOST_KEY_CHARS = 40


@dataclass(frozen=True, slots=True)
class Reference:
    """A document that answers cite, as a list of references names it."""

    key: str
    """Letters, digits and hyphens; of no other document of the list."""
    document: Document
    citations: tuple[Citation, ...]
    """Each place of it once, in the order of its text."""


def documents(store: "Store", answers: Iterable[Answer | Check]) -> dict[str, Document]:
    """Return the documents that answers cite, by source; of one that is gone, what its citation says of it."""
    found: dict[str, Document] = {}
    for citation in (citation for answer in answers for citation in answer.citations):
        if citation.source not in found:
            known = Document(
                citation.source, "", citation.title, publisher=citation.publisher, published=citation.published
            )
            found[citation.source] = store.find(citation.source) or known
    return found


def stands(citation: Citation, document: Document) -> bool:
    """Tell whether a quote is still where it was: an answer may be older than the index."""
    return document.text[citation.start : citation.end] == citation.quote


def link(citation: Citation, document: Document | None) -> str | None:
    """Return a link to a quote on the web page that it is from; None without one."""
    return fragment(document, citation.start, citation.end) if document and stands(citation, document) else None


PARTLY: dict[Kind, str] = {
    "described": "partly a model's description of a picture",
    "transcribed": "partly what a model heard",
}
"""Told of an answer without an LLM that has quotes of a model's words."""
CHANGED = "The source has changed since, or is not there any more."
"""Told of a quote that does not stand where it stood."""


def changed(citation: Citation, document: Document | None) -> str:
    """Return what is to be told of a quote that does not stand where it stood; nothing of one that does."""
    return "" if document and stands(citation, document) else CHANGED


def references(answers: Sequence[Answer], found: Documents) -> list[Reference]:
    """Return the documents that answers cite, in the order in which they are cited."""
    places: dict[str, dict[tuple[int, int], Citation]] = {}
    for citation in (citation for answer in answers for citation in answer.citations):
        places.setdefault(citation.source, {}).setdefault((citation.start, citation.end), citation)
    keys: set[str] = set()
    listed = []
    for source, cited in places.items():
        key = name = _slug(PurePosixPath(source).stem) or "source"
        number = 1
        while key in keys:
            number += 1
            key = f"{name}-{number}"
        keys.add(key)
        listed.append(Reference(key, found[source], tuple(cited[place] for place in sorted(cited))))
    return listed


@dataclass(frozen=True, slots=True)
class Line:
    """A line of an answer as a person reads it, and the numbers of the citations that it points to."""

    kind: Literal["aside", "short", "claim"]
    text: str
    citations: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Part:
    """A stretch of a text with footnotes: a heading and what stands below it."""

    head: str
    lines: tuple[Line, ...] = ()
    citations: tuple[Citation, ...] = ()
    """Numbered from 1, as the lines name them."""
    closest: tuple[Closest, ...] = ()
    level: int = 2
    """Of the heading; 1 is the title's."""
    quoted: bool = True
    """Whether the footnotes have the quotes: where a line is its own quote they need not."""


def parts(answers: Sequence[Answer]) -> list[Part]:
    """Return answers as a text with footnotes."""
    return [Part(answer.question, tuple(lines(answer)), answer.citations, answer.closest) for answer in answers]


def lines(answer: Answer) -> Iterator[Line]:
    """Yield what is told of an answer below its question, in order."""
    if answer.standalone != flat(answer.question):
        yield Line("aside", f"Asked as: {answer.standalone}")
    if answer.message:
        yield from (Line("claim", line) for line in answer.message.splitlines())
    elif answer.outcome == "refused":
        yield Line("aside", f"{unshown(answer)} ({REASONS[answer.reason or '']})")
        yield from (Line("aside", f"{NOT_READ}: {item}") for item in answer.missing)
    if answer.headline:
        yield Line("short", answer.headline)
    yield from (Line("claim", claim.text, claim.citations) for claim in answer.claims)
    if answer.disputed:
        values = " or ".join(stated.value for stated in answer.conflict if not stated.superseded)
        yield Line("aside", f"{DISAGREE}: {values}")
    for stated in answer.conflict:
        if stated.superseded:
            yield Line("claim", f"{earlier(answer, stated)}: {stated.value}", stated.citations)
    if answer.outcome == "answered":
        llm = answer.model.get("llm")
        partly = [PARTLY[kind] for kind in kinds(citation.title for citation in answer.citations)]
        verbatim = ", ".join(["Word for word", *partly]) if partly else "Verbatim from the sources"
        by = f"Written by {llm}, each line checked against its quotes" if llm else verbatim
        yield Line("aside", f"{by} · confidence {answer.confidence:.0%}")


def pages(citation: Citation) -> str:
    """Return the page or pages of a quote: ``3``, ``3-4``; nothing for formats without pages."""
    if citation.page is None:
        return ""
    return f"{citation.page}-{citation.page_end}" if citation.page_end else str(citation.page)


def where(citation: Citation) -> str:
    """Return where a quote stands, for people: ``page 3``, ``at 12:34``; nothing for formats without pages or times."""
    if citation.clock:
        return f"at {citation.clock}"
    return f"page{'s' if citation.page_end else ''} {pages(citation)}" if citation.page else ""


def about(citation: Citation) -> str:
    """Return in a line what a quote is from: title, publisher, date, source and page or time."""
    known = (citation.title, citation.publisher, citation.published, citation.source, where(citation))
    return " · ".join(part for part in map(flat, filter(None, known)) if part)


def placed(quote: Citation | Closest) -> str:
    """Return the same with the place of the quote in the canonical text."""
    known = about(quote) if isinstance(quote, Citation) else f"{flat(quote.title)} · {flat(quote.source)}"
    return f"{known} · characters {quote.start}-{quote.end}"


def note(citation: Citation) -> str:
    """Return a quote in a line, between quotation marks, with its page or time."""
    place = where(citation)
    return f"“{flat(citation.quote)}”" + (f" ({place})" if place else "")


def flat(text: str) -> str:
    """Return a text in one line."""
    return " ".join(text.split())


def printable(text: str) -> str:
    """Return a text with what XML cannot hold (control characters, say) replaced by a mark."""
    return re.sub(
        "[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]",
        "\N{REPLACEMENT CHARACTER}",
        text,
    )


def date_parts(document: Document) -> list[int]:
    """Return year, month and day of a document's date as far as it is one; nothing without."""
    found = re.match(r"(\d{4})(?:-(\d{2})(?:-(\d{2}))?)?", document.published or "")
    return [int(part) for part in found.groups() if part] if found else []


def _slug(text: str) -> str:
    ascii_ = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode()
    return re.sub(r"[^A-Za-z0-9]+", "-", ascii_).strip("-")[:MOST_KEY_CHARS].strip("-")
