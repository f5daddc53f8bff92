"""Citations as annotations of their sources: the Web Annotation Data Model of the W3C, in JSON-LD."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import repeat
from typing import Any
from uuid import NAMESPACE_URL, uuid5

from rag import __version__
from rag.exports.cited import Documents, lines, stands
from rag.exports.links import address, page
from rag.schema import Answer, Citation, Document

AROUND = 32
"""Characters before and behind a quote that go with it."""


@dataclass(frozen=True, slots=True)
class Remark:
    """What a person says of an answer."""

    comment: str = ""
    tag: str = ""


def write(answers: Sequence[Answer], documents: Documents, remarks: Sequence[Remark] = ()) -> str:
    """Return a page of annotations, one a citation: the question and the lines of the answer that the quote supports.

    Where there are remarks, one an answer, they stand beside these. Positions count in the canonical text. Where a
    document is from the web, the page is the source, and the canonical text the state of it into which they point.
    """
    items = [
        _annotation(answer, citation, documents[citation.source], remark)
        for answer, remark in zip(answers, remarks or repeat(Remark()), strict=False)
        for citation in answer.citations
    ]
    names = " ".join(item["id"] for item in items)
    form = {
        "@context": "http://www.w3.org/ns/anno.jsonld",
        "id": _name("page", names),
        "type": "AnnotationPage",
        "items": items,
    }
    return json.dumps(form, ensure_ascii=False, indent=1) + "\n"


def _annotation(answer: Answer, citation: Citation, document: Document, remark: Remark) -> dict[str, Any]:
    said = [line.text for line in lines(answer) if citation.number in line.citations]
    here = address(citation.source, citation.start, citation.end)
    return {
        "id": _name(answer.index, answer.question, here),
        "type": "Annotation",
        "motivation": "commenting",
        "generator": {"type": "Software", "name": f"Quoteline {__version__}"},
        "body": [
            _body("questioning", answer.standalone),
            *(_body("commenting", line) for line in said),
            *([_body("commenting", remark.comment)] if remark.comment else []),
            *([_body("tagging", remark.tag)] if remark.tag else []),
        ],
        "target": _target(citation, document),
    }


def _body(purpose: str, text: str) -> dict[str, str]:
    return {"type": "TextualBody", "purpose": purpose, "format": "text/plain", "value": text}


def _target(citation: Citation, document: Document) -> dict[str, Any]:
    text, start, end = document.text, citation.start, citation.end
    url, kept = page(document), address(citation.source)
    quote = {"type": "TextQuoteSelector", "exact": citation.quote}
    told: dict[str, Any] = {"type": "SpecificResource", "source": url or kept}
    if not stands(citation, document):  # what surrounds it, and where it is now, nobody knows
        return {**told, "selector": quote}
    if url:
        told["state"] = {"type": "TimeState", "cached": kept}
    around = {"prefix": text[max(0, start - AROUND) : start], "suffix": text[end : end + AROUND]}
    place = {"type": "TextPositionSelector", "start": start, "end": end}
    return {**told, "selector": [{**quote, **around}, place]}


def _name(*parts: str) -> str:
    """Return a name for what some texts stand for: the same for the same, on every machine."""
    return f"urn:uuid:{uuid5(NAMESPACE_URL, json.dumps(['quoteline', *parts]))}"
