"""A checked text: as Markdown, or as one page, the text beside the quotes, that opens from disk and loads nothing.

What comes from the text or a source is escaped, and the page has no script.
"""

from base64 import b64encode
from dataclasses import dataclass
from functools import cache
from hashlib import sha256
from importlib.resources import files
from typing import TYPE_CHECKING

from rag import __version__
from rag.exports.cited import Documents, about, link, stands
from rag.exports.markdown import escaped, footnote
from rag.output.terminal import VERDICTS, counted, notes
from rag.schema import Check, CheckedClaim, Citation, Document

if TYPE_CHECKING:
    from jinja2 import Template

AROUND = 240
"""Most characters of a source that are shown before a quote, and behind it."""


def markdown(found: Check, _: str, documents: Documents) -> str:
    """Return each claim with its verdict as a list (CommonMark), each quote a footnote."""
    parts = [f"# {escaped(counted(found))}"]
    for claim in found.claims:
        marks = "".join(f"[^{number}]" for number in _cited(claim))
        parts.append(f"- **{VERDICTS[claim.verdict]}** {escaped(claim.text)}{marks}")
        parts += [f"  *{escaped(note)}*" for note in notes(claim)]
    for citation in found.citations:
        parts.append(footnote(citation.number, citation, documents[citation.source]))
    return "\n\n".join(parts) + "\n"


@dataclass(frozen=True, slots=True)
class _Quote:
    """A quote within what stands around it."""

    citation: Citation
    about: str
    url: str | None
    before: str
    behind: str


@dataclass(frozen=True, slots=True)
class _Item:
    """A claim, what stands between it and the one before, and what is said of it."""

    number: int
    before: str
    shown: str
    """As it stands in the text, marks that cite and all."""
    claim: CheckedClaim
    verdict: str
    notes: tuple[str, ...]
    quotes: tuple[_Quote, ...]


def page(found: Check, text: str, documents: Documents) -> str:
    """Return the text with its claims marked, beside the quotes marked in what stands around them, as HTML."""
    numbered = {citation.number: citation for citation in found.citations}
    items, end = [], 0
    for number, claim in enumerate(found.claims, start=1):
        quotes = tuple(_quote(numbered[n], documents[numbered[n].source]) for n in _cited(claim))
        shown = text[claim.start : claim.end]
        told = tuple(notes(claim))
        items.append(_Item(number, text[end : claim.start], shown, claim, VERDICTS[claim.verdict], told, quotes))
        end = claim.end
    style = (files("rag.exports") / "check.css").read_text(encoding="utf-8")
    return _template().render(
        style=style,
        style_hash=b64encode(sha256(style.encode()).digest()).decode(),
        told=counted(found),
        items=items,
        rest=text[end:],
        index=found.index,
        version=__version__,
    )


@cache
def _template() -> "Template":
    from jinja2 import Environment, StrictUndefined

    made = Environment(autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True)
    return made.from_string((files("rag.exports") / "check.html").read_text(encoding="utf-8"))


def _cited(claim: CheckedClaim) -> list[int]:
    """Return the numbers of a claim's citations: what decides it, then what speaks against it, then its quotations."""
    quoted = (number for quotation in claim.quotations for number in quotation.citations)
    return list(dict.fromkeys((*claim.citations, *claim.against, *quoted)))


def _quote(citation: Citation, document: Document) -> _Quote:
    before, behind = _around(document.text, citation) if stands(citation, document) else ("", "")
    return _Quote(citation, about(citation), link(citation, document), before, behind)


def _around(text: str, citation: Citation) -> tuple[str, str]:
    """Return what stands before and behind a quote within its paragraph, cut between words where that is long."""
    before = text[: citation.start].rpartition("\n\n")[2]
    behind = text[citation.end :].partition("\n\n")[0]
    if len(before) > AROUND:
        before = f"… {before[-AROUND:].partition(' ')[2]}"
    if len(behind) > AROUND:
        behind = f"{behind[:AROUND].rpartition(' ')[0]} …"
    return before, behind
