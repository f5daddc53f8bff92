"""An answer as JSON (schema version 1, described in docs/json.md), there and back; what every surface says of it."""

import json
import math
from collections.abc import Iterator, Sequence
from dataclasses import asdict
from functools import cache
from typing import TYPE_CHECKING, Any

from rag.errors import ConversationError, RagError, first_line
from rag.schema import (
    REASONS,
    SCHEMA_VERSION,
    Answer,
    Check,
    CheckedClaim,
    Citation,
    Claim,
    Closest,
    Conflicts,
    Retrieved,
    Stated,
)
from rag.text.described import credited

if TYPE_CHECKING:
    from pydantic import TypeAdapter

    from rag.claims.judging import Judgement

REFUSED = "The sources do not say."
NO_SENTENCE = "I found no sentence I can stand behind."
"""Where what came closest is shown below: it may say it, in words that were not understood."""
OTHERWISE = "A source says otherwise."
NOT_READ = "The answer may stand in what could not be read"
DISAGREE = "Sources disagree"
EARLIER = "earlier"
MOST_COPIES = 3


def answer_object(answer: Answer) -> dict[str, Any]:
    """Return an answer's JSON form; a batch gives it its ``id``."""
    told = {
        "certainty": answer.certainty if answer.outcome == "answered" else None,
        "message": answer.message,
        "suggestions": list(answer.suggestions),
        "dropped": [asdict(dropped) for dropped in answer.dropped],
        "missing": list(answer.missing),
        "warnings": list(answer.warnings),
        "conflict": [asdict(stated) for stated in answer.conflict],
    }
    return {
        "schema": SCHEMA_VERSION,
        "id": None,
        "question": answer.question,
        "standalone": answer.standalone,
        "outcome": answer.outcome,
        "reason": answer.reason,
        "answer": answer.answer,
        "short_answer": answer.short_answer,
        "confidence": round(answer.confidence, 4),
        "claims": [asdict(claim) for claim in answer.claims],
        "citations": [pointer_object(citation) for citation in answer.citations],
        "closest": [pointer_object(closest) for closest in answer.closest],
        "index": answer.index,
        "model": answer.model,
        "timings_ms": answer.timings_ms,
        **{name: value for name, value in told.items() if value},
    }


def pointer_object(pointer: Citation | Closest) -> dict[str, Any]:
    """Return the JSON form of a citation, or of a quote that came closest."""
    return {**asdict(pointer), "score": round(pointer.score, 4)}


def from_json(data: Any) -> Answer:
    """Return the answer of a JSON form that :func:`answer_object` gave; fields that it does not know are passed over.

    Whether its quotes stand in their sources is not looked at: that takes the documents.

    Raises:
        ConversationError: the value is not the JSON form of an answer, or contradicts itself.
    """
    try:
        if data["schema"] != SCHEMA_VERSION:
            raise ConversationError(f"an answer of schema {data['schema']!r}: this version reads {SCHEMA_VERSION}")
        # Through JSON, where a list stands for a tuple and strict means that nothing else is taken for something.
        answer = _form().validate_json(json.dumps(data, allow_nan=False), strict=True)
    except (LookupError, TypeError, ValueError, RecursionError) as error:
        raise ConversationError(f"not the JSON form of an answer (docs/json.md): {_told(error)}") from None
    if fault := next(_contradictions(answer), None):
        raise ConversationError(f"an answer that contradicts itself: {fault}")
    return answer


@cache
def _form() -> "TypeAdapter[Answer]":
    from pydantic import TypeAdapter  # whoever only asks does not wait for it

    return TypeAdapter(Answer)


def _told(error: Exception) -> str:
    """Return what an error says in a line: of pydantic's, the field and what is wrong with it."""
    from pydantic import ValidationError

    if isinstance(error, ValidationError):
        found = error.errors(include_input=False, include_url=False)[0]
        return ": ".join(part for part in (".".join(map(str, found["loc"])), found["msg"]) if part)
    return f"it lacks {error}" if isinstance(error, KeyError) else first_line(error)


def _contradictions(answer: Answer) -> Iterator[str]:
    """Yield what no answer of the engine has."""
    numbers = [citation.number for citation in answer.citations]
    if answer.outcome == "answered" and (not answer.claims or answer.reason is not None):
        yield "it is answered without a claim, or with the reason of a refusal"
    if answer.outcome == "refused" and (answer.claims or answer.citations or answer.reason not in REASONS):
        yield "it is refused with claims or citations, or without a known reason"
    if numbers != list(range(1, len(numbers) + 1)):
        yield "its citations are not numbered from 1"
    if not _all_cited(answer.claims, numbers):
        yield "a claim has no citation, or one that is not there"
    if not _all_cited(answer.conflict, numbers):
        yield "a value that sources disagree on has no citation, or one that is not there"
    pointers: tuple[Citation | Closest, ...] = (*answer.citations, *answer.closest)
    for pointer in pointers:
        if not 0 <= pointer.start < pointer.end or pointer.end - pointer.start != len(pointer.quote):
            yield f"a quote is not as long as its place {pointer.start}-{pointer.end}"
    scores = [pointer.score for pointer in pointers]
    if not 0 <= answer.confidence <= 1 or not all(map(math.isfinite, (*scores, *answer.timings_ms.values()))):
        yield "a number of it is out of range"


def _all_cited(parts: Sequence[Claim | Stated], numbers: Sequence[int]) -> bool:
    return all(part.citations and set(part.citations) <= set(numbers) for part in parts)


def search_object(retrieved: Retrieved) -> dict[str, Any]:
    """Return the JSON form of a search; a batch gives it its ``id``."""
    return {
        "schema": SCHEMA_VERSION,
        "id": None,
        "question": retrieved.question,
        "hits": [
            {
                "source": hit.passage.source,
                "start": hit.passage.start,
                "end": hit.passage.end,
                "text": hit.passage.text,
                "score": round(hit.score, 4),
                "ranks": hit.ranks,
            }
            for hit in retrieved.hits
        ],
        "index": retrieved.index,
        "timings_ms": retrieved.timings_ms,
    }


def check_object(checked: Check) -> dict[str, Any]:
    """Return the JSON form of a checked text."""
    return {
        "schema": SCHEMA_VERSION,
        "id": None,
        "outcome": "supported" if checked.supported else "not_supported",
        "claims": [_claim_object(claim) for claim in checked.claims],
        "citations": [pointer_object(citation) for citation in checked.citations],
        "index": checked.index,
        "model": checked.model,
        "timings_ms": checked.timings_ms,
        **({"warnings": list(checked.warnings)} if checked.warnings else {}),
    }


def _claim_object(claim: CheckedClaim) -> dict[str, Any]:
    """Return the JSON form of a claim of a checked text; what there is nothing of is left out."""
    told = asdict(claim)
    always = ("text", "start", "end", "verdict", "score", "citations")
    told["score"] = round(claim.score, 4)
    told["closest"] = pointer_object(claim.closest) if claim.closest else None
    return {name: value for name, value in told.items() if name in always or value}


def conflicts_object(found: Conflicts) -> dict[str, Any]:
    """Return the JSON form of what contradicts what in an index."""
    return {
        "schema": SCHEMA_VERSION,
        "id": None,
        "outcome": "conflicts" if found.contradictions else "none",
        "conflicts": [{**asdict(one), "confidence": round(one.confidence, 4)} for one in found.contradictions],
        "citations": [pointer_object(citation) for citation in found.citations],
        "looked_at": found.looked_at,
        "passages": found.passages,
        "index": found.index,
        "model": found.model,
        "timings_ms": found.timings_ms,
        **({"warnings": list(found.warnings)} if found.warnings else {}),
    }


def judgement_object(judgement: "Judgement", identity: str | None) -> dict[str, Any]:
    """Return the JSON form of what a passage says to a claim; ``reason`` is there where a guard refused it."""
    return {
        "id": identity,
        "verdict": judgement.verdict,
        "score": round(judgement.score, 4),
        "sentence": list(judgement.sentence),
        **({"reason": judgement.reason} if judgement.reason else {}),
    }


def error_object(error: RagError, identity: str | None = None) -> dict[str, Any]:
    """Return the JSON form of an error: what a batch prints for a line that could not be answered."""
    return {"schema": SCHEMA_VERSION, "id": identity, "error": {"kind": error.kind, "message": str(error)}}


def dumps(value: dict[str, Any]) -> str:
    """Return one line of JSON."""
    return json.dumps(value, ensure_ascii=False)


def refused(answer: Answer) -> str:
    """Return how a refusal begins: nobody may say that the sources do not say what they show."""
    if answer.reason == "contradicted":
        return OTHERWISE
    return NO_SENTENCE if answer.closest or answer.warnings else REFUSED


def unshown(answer: Answer) -> str:
    """Return how a refusal begins where what came closest is not shown."""
    return OTHERWISE if answer.reason == "contradicted" else REFUSED


def conflict_lines(answer: Answer) -> list[str]:
    """Return a line for each value that sources disagree on, with who says so, and for each that is superseded."""
    told = [(stated, marks(stated.citations)) for stated in answer.conflict]
    lines = []
    for stated, numbers in told if answer.disputed else ():
        if not stated.superseded:
            said_by = answer.citations[stated.citations[0] - 1]
            about = " · ".join(filter(None, (who(said_by), said_by.published)))
            lines.append(f"{stated.value} {numbers} {about}")
    return lines + [
        f"{earlier(answer, stated)}: {stated.value} {numbers}" for stated, numbers in told if stated.superseded
    ]


def who(citation: Citation) -> str:
    """Return who says a quote: the publisher, the title where there is none; and the model whose words it is."""
    title, credit = credited(citation.title)
    return f"{citation.publisher or title}{f' ({credit})' if credit else ''}"


def earlier(answer: Answer, stated: Stated) -> str:
    """Return from when a superseded value is: ``earlier, 2023``, or the day where the year is not its alone."""
    day = stated.published or ""
    years = [(other.published or "")[:4] for other in answer.conflict]
    return ", ".join(filter(None, (EARLIER, day if years.count(day[:4]) > 1 else day[:4])))


def also_in(citation: Citation) -> str:
    """Return the other documents that have the same sentence, at most ``MOST_COPIES`` by name."""
    named = [
        f"{copy.publisher} ({copy.source})" if copy.publisher else copy.source for copy in citation.also[:MOST_COPIES]
    ]
    more = len(citation.also) - len(named)
    return ", ".join(named) + (f" and {more} more" if more else "")


def marks(numbers: tuple[int, ...]) -> str:
    """Return the numbers of citations as they stand behind a line: ``[1] [2]``."""
    return " ".join(f"[{number}]" for number in numbers)
