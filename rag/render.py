"""An answer as text for a terminal and as JSON (schema version 1, described in docs/json.md), there and back."""

import json
import math
import shutil
import textwrap
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import asdict
from functools import cache
from typing import TYPE_CHECKING, Any

from rag.errors import ConversationError, RagError, first_line
from rag.schema import REASONS, SCHEMA_VERSION, Answer, Citation, Claim, Closest, Hit, Retrieved, Stated

if TYPE_CHECKING:
    from pydantic import TypeAdapter

REFUSED = "The sources do not say."
NOT_READ = "The answer may stand in what could not be read"
DISAGREE = "Sources disagree"
EARLIER = "earlier"
SNIPPET_CHARS = 300
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


def error_object(error: RagError, identity: str | None = None) -> dict[str, Any]:
    """Return the JSON form of an error: what a batch prints for a line that could not be answered."""
    return {"schema": SCHEMA_VERSION, "id": identity, "error": {"kind": error.kind, "message": str(error)}}


def dumps(value: dict[str, Any]) -> str:
    """Return one line of JSON."""
    return json.dumps(value, ensure_ascii=False)


def answer_text(answer: Answer) -> str:
    """Return an answer for a terminal: claims, then each citation's position and verbatim quote.

    Only the program writes at the start of a line: what comes from a source is indented or stands behind a bar, so
    that a "[2]" in it cannot pass for a citation.
    """
    if answer.message:
        return "\n".join([*_message_lines(answer.message), *_suggested(answer.suggestions)])
    asked = []
    if answer.standalone != " ".join(answer.question.split()):
        asked = [_wrap(f"Asked as: {answer.standalone}", rest="    "), ""]
    if answer.outcome == "refused":
        return "\n".join([*asked, _refusal_text(answer)])
    lines = []
    if answer.short_answer:
        unsure = " (unsure)" if answer.certainty == "unsure" else ""
        lines = [_wrap(f"Short answer{unsure}: {answer.short_answer}", rest="    "), ""]
    if told := conflict_lines(answer):
        lines += [*([f"{DISAGREE}:"] if answer.disputed else []), *(_wrap(line, "  ", "    ") for line in told), ""]
    lines += [_wrap(f"{_marks(claim.citations)} {claim.text}", rest="    ") for claim in answer.claims]
    for citation in answer.citations:
        about = " · ".join(part for part in (citation.title, citation.publisher, citation.published) if part)
        lines += ["", f"[{citation.number}] {_place(citation)}", _wrap(about, "    ", "    "), _quoted(citation.quote)]
        if citation.also:
            lines.append(_wrap(f"also in {also_in(citation)}", "    ", "    "))
    lines += ["", f"{answer.certainty} (confidence {answer.confidence:.2f})"]
    return "\n".join([*asked, *lines])


def conflict_lines(answer: Answer) -> list[str]:
    """Return a line for each value that sources disagree on, with who says so, and for each that is superseded."""
    told = [(stated, _marks(stated.citations)) for stated in answer.conflict]
    lines = []
    for stated, marks in told if answer.disputed else ():
        if not stated.superseded:
            said_by = answer.citations[stated.citations[0] - 1]
            about = " · ".join(filter(None, (said_by.publisher or said_by.title, said_by.published)))
            lines.append(f"{stated.value} {marks} {about}")
    return lines + [f"{earlier(answer, stated)}: {stated.value} {marks}" for stated, marks in told if stated.superseded]


def earlier(answer: Answer, stated: Stated) -> str:
    """Return from when a superseded value is: ``earlier, 2023``, or the day where the year is not its alone."""
    day = stated.published or ""
    years = [(other.published or "")[:4] for other in answer.conflict]
    return ", ".join(filter(None, (EARLIER, day if years.count(day[:4]) > 1 else day[:4])))


def _refusal_text(answer: Answer) -> str:
    reason = f"Reason: {REASONS[answer.reason or '']} ({answer.reason}; confidence {answer.confidence:.2f})."
    lines = [REFUSED, _wrap(reason)]
    if answer.missing:
        lines += ["", f"{NOT_READ}:", *(_wrap(f"- {item}", "  ", "    ") for item in answer.missing)]
    if answer.closest:
        lines += ["", "Closest passages:"]
    for closest in answer.closest:
        lines += [f"  {_place(closest)}", _quoted(closest.quote)]
    return "\n".join([*lines, *_suggested(answer.suggestions)])


def _message_lines(message: str) -> list[str]:
    """Return a message's lines; those behind the first hold titles of sources, and are indented."""
    head, *rest = message.split("\n")
    return [_wrap(head), *(_wrap(line, "  ", "    ") for line in rest)]


def suggestions_text(suggestions: Sequence[str]) -> str:
    """Return what may be asked next, for a terminal, below an empty line; nothing if there is nothing."""
    return "\n".join(_suggested(suggestions))


def _suggested(suggestions: Sequence[str]) -> list[str]:
    return ["", "You can ask:", *(_wrap(f"- {item}", "  ", "    ") for item in suggestions)] if suggestions else []


def search_text(retrieved: Retrieved) -> str:
    """Return the hits of a search for a terminal."""
    if not retrieved.hits:
        return "nothing found"
    return "\n\n".join(_hit_text(place, hit) for place, hit in enumerate(retrieved.hits, start=1))


def _hit_text(place: int, hit: Hit) -> str:
    passage = hit.passage
    ranks = ", ".join(f"{leg} {rank}" for leg, rank in hit.ranks.items())
    text = " ".join(passage.text.split())
    if len(text) > SNIPPET_CHARS:
        text = text[:SNIPPET_CHARS].rsplit(" ", 1)[0] + " …"
    head = f"{place}. {passage.source}:{passage.start}-{passage.end}  score {hit.score:.3f} ({ranks})"
    return f"{head}\n{_wrap(text, '   ', '   ')}"


def also_in(citation: Citation) -> str:
    """Return the other documents that have the same sentence, at most ``MOST_COPIES`` by name."""
    named = [
        f"{copy.publisher} ({copy.source})" if copy.publisher else copy.source for copy in citation.also[:MOST_COPIES]
    ]
    more = len(citation.also) - len(named)
    return ", ".join(named) + (f" and {more} more" if more else "")


def _place(pointer: Citation | Closest) -> str:
    page = ""
    if isinstance(pointer, Citation) and pointer.page:
        page = f", pages {pointer.page}-{pointer.page_end}" if pointer.page_end else f", page {pointer.page}"
    return f"{pointer.source}:{pointer.start}-{pointer.end}{page}"


def _marks(numbers: tuple[int, ...]) -> str:
    return " ".join(f"[{number}]" for number in numbers)


def _quoted(quote: str) -> str:
    """Return a quote as it stands, each of its lines behind a bar: nothing is wrapped or trimmed."""
    return "\n".join(f"    | {_safe(line)}" for line in quote.replace("\r\n", "\n").split("\n"))


def _wrap(text: str, first: str = "", rest: str = "") -> str:
    width = min(shutil.get_terminal_size().columns, 100)
    return textwrap.fill(
        _safe(text), width, initial_indent=first, subsequent_indent=rest, break_on_hyphens=False, break_long_words=False
    )


def _safe(text: str) -> str:
    """Replace control characters, which could make a terminal do things, by a mark."""
    return "".join(
        "\N{REPLACEMENT CHARACTER}" if unicodedata.category(char) == "Cc" and char != "\t" else char for char in text
    )
