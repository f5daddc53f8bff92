"""A conversation as a file that another installation opens, with the documents that it cites.

It is opened only if it proves itself again: each quote stands in the documents that came with it, each line of an
answer is a quote or supported by those it cites. A line with words of its question, of which a judge decided elsewhere,
becomes the quotes that it cites.
"""

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import islice, permutations
from typing import Any, Literal

from rag.claims.checks import Supports, unsupported
from rag.documents.common.metadata import front_matter
from rag.english.question_parts import asked_parts
from rag.english.relative import dated_answer
from rag.errors import ConversationError, first_line
from rag.output import render
from rag.schema import Answer, Citation, Claim, Closest, Document
from rag.web import words

Documents = Mapping[str, Document]
"""By ``Document.source``."""
Pointer = Citation | Closest

VERSION = 1
"""The value of ``quoteline_conversation``."""
MARKDOWN = (".md", ".markdown")
"""Endings of files that may say what they are before their text."""
MOST_MB = 32
MOST_ANSWERS = 200
MOST_TITLE_CHARS = 200
MOST_CHECKED_CHARS = 20_000
"""Of the quotes of a line that an LLM wrote: the checks take longer the longer they are."""
MOST_ORDERS = 6
"""In which they are tried: the engine checks them in the order it found them, which an answer does not tell."""


@dataclass(frozen=True, slots=True)
class Shared:
    """What a share file holds."""

    title: str
    answers: tuple[Answer, ...]
    documents: dict[str, Document]


def bundle(title: str, answers: Sequence[Answer], documents: Documents) -> str:
    """Return a share file: a conversation with the documents that it cites, as JSON; :func:`opened` is its inverse.

    Which other documents have the same sentence (``also``) is left out: they do not come with it.

    Raises:
        ConversationError: a source has changed since it was quoted, or it is too long to be shared.
    """
    for answer in answers:
        if moved := next((p for p in pointers(answer) if not stands(p, documents)), None):
            raise ConversationError(
                f"{moved.source} has changed or was removed since it answered {answer.question!r}: ask that again, "
                "or export the conversation as Markdown or HTML"
            )
    told = {
        "quoteline_conversation": VERSION,
        "title": title[:MOST_TITLE_CHARS],
        "answers": [render.answer_object(_alone(answer)) for answer in answers],
        "documents": [
            {
                "source": document.source,
                "title": document.title,
                "publisher": document.publisher,
                "published": document.published,
                "author": document.author,
                "url": document.url,
                "text": document.text,
            }
            for document in cited(answers, documents)
        ],
    }
    form = json.dumps(told, ensure_ascii=False, indent=1)
    if len(answers) > MOST_ANSWERS or len(form.encode()) > MOST_MB << 20:
        raise ConversationError(
            f"the conversation is too long to be shared (at most {MOST_ANSWERS} questions and {MOST_MB} MB with its "
            "documents): export it as Markdown or HTML"
        )
    return form


@dataclass(frozen=True, slots=True)
class _Text:
    source: str
    title: str
    text: str
    publisher: str | None = None
    published: str | None = None
    author: str | None = None
    url: str | None = None


@dataclass(frozen=True, slots=True)
class _Bundle:
    quoteline_conversation: Literal[1]
    title: str
    answers: tuple[dict[str, Any], ...]
    documents: tuple[_Text, ...]


def opened(data: bytes) -> Shared:
    """Return what a share file holds, after every quote and every line of an answer was checked.

    A short answer that its quotes do not show is left out, and so is a conflict.

    Raises:
        ConversationError: with the reason why the file is refused.
    """
    from pydantic import TypeAdapter, ValidationError

    if len(data) > MOST_MB << 20:
        raise ConversationError(words.KEPT_TOO_LARGE.format(most=MOST_MB))
    try:
        found = TypeAdapter(_Bundle).validate_json(data, strict=True)
    except ValidationError as error:
        wrong = error.errors(include_input=False, include_url=False)[0]
        where = ".".join(map(str, wrong["loc"])) or "file"
        raise ConversationError(
            f"not a share file of Quoteline: {where}: {first_line(Exception(wrong['msg']))}"
        ) from None
    documents = {
        d.source: Document(
            d.source,
            d.text,
            d.title,
            body=front_matter(d.text)[1] if d.source.lower().endswith(MARKDOWN) else 0,
            publisher=d.publisher,
            published=d.published,
            url=d.url,
            author=d.author,
        )
        for d in found.documents
    }
    if (
        len(found.answers) > MOST_ANSWERS
        or len(found.title) > MOST_TITLE_CHARS
        or len(documents) < len(found.documents)
    ):
        raise ConversationError("not a share file of Quoteline: too long, or it has a document twice")
    if not found.answers:
        raise ConversationError("the share file is refused: it has no answers")
    answers = []
    for place, form in enumerate(found.answers, start=1):
        try:
            answer = _alone(render.from_json(form))
        except ConversationError as error:
            raise ConversationError(f"the share file is refused: answer {place}: {error}") from None
        if fault := next(_faults(answer, documents), None):
            raise ConversationError(f"the share file is refused: answer {place}: {fault}")
        answers.append(_proven(answer))
    return Shared(found.title, tuple(answers), documents)


def _faults(answer: Answer, documents: Documents) -> Iterator[str]:
    """Yield what in an answer its documents and quotes do not prove."""
    for pointer in pointers(answer):
        if not stands(pointer, documents):
            yield f"a quote is not at {pointer.source}:{pointer.start}-{pointer.end}"
    for claim in answer.claims:
        quotes = [answer.citations[number - 1].quote for number in claim.citations]
        if len(quotes) == 1 and claim.text == " ".join(quotes[0].split()):
            continue
        if not answer.model.get("llm"):
            yield f"a line that nobody is said to have written is not its quote: {claim.text[:80]!r}"
        elif sum(map(len, quotes)) > MOST_CHECKED_CHARS:
            yield "a line cites more than can be checked"
        elif reason := _unproven(claim.text, quotes, answer.standalone, lambda *_: True):
            yield f"its quotes do not support {claim.text[:80]!r}: {reason}"


def _unproven(line: str, quotes: Sequence[str], question: str, supports: Supports | None = None) -> str | None:
    """Return why a line's quotes do not prove it, in whatever order."""
    if len(quotes) == 1 and line == " ".join(quotes[0].split()):
        return None
    orders = islice(permutations(quotes), MOST_ORDERS)
    reasons = [unsupported(line, order, question, supports=supports) for order in orders]
    return reasons[0] if all(reasons) else None


def _lines(answer: Answer) -> Iterator[Claim]:
    """Yield the lines of an answer; of one that its quotes alone do not prove these."""
    for claim in answer.claims:
        quotes = [answer.citations[number - 1].quote for number in claim.citations]
        if _unproven(claim.text, quotes, answer.standalone) is None:
            yield claim
        else:
            for number, quote in zip(claim.citations, quotes, strict=True):
                yield replace(claim, text=" ".join(quote.split()), citations=(number,))


_COUNTED = re.compile(r"\d+ (?:day|week|month|year)s?")
_DATED = re.compile(r".+ \(“(?P<words>.+)”\)")


def _proven(answer: Answer) -> Answer:
    """Return an answer without a line, a short answer or a value of a conflict that its quotes do not show."""
    short = answer.short_answer if _shown(answer.short_answer or "", answer) else None
    conflict = answer.conflict if all(_part_shown(stated.value, answer) for stated in answer.conflict) else ()
    return replace(answer, claims=tuple(_lines(answer)), short_answer=short, conflict=conflict)


def _shown(short: str, answer: Answer) -> bool:
    """Tell whether a short answer, or each of its parts and of what sources disagree on, may be one of its quotes."""
    return all(
        _part_shown(part, answer) or all(_part_shown(value, answer) for value in part.split(" or "))
        for part in short.split("; ")
    )


def _part_shown(part: str, answer: Answer) -> bool:
    """Tell whether a value may be one of its quotes: their words, yes or no, or a date or time that is counted."""
    said = " ".join(" ".join(citation.quote for citation in answer.citations).split())
    if part in said or part in ("yes", "no") or _COUNTED.fullmatch(part):
        return True
    found = _DATED.fullmatch(part)
    told = found["words"] if found else ""
    return bool(found) and any(
        dated_answer(question, told, citation.quote, citation.published) == part
        for citation in answer.citations
        for question in (answer.standalone, *asked_parts(answer.standalone))
    )


def _alone(answer: Answer) -> Answer:
    """Return an answer without what points outside the documents that it cites."""
    return replace(answer, citations=tuple(replace(citation, also=()) for citation in answer.citations))


def pointers(answer: Answer) -> Sequence[Pointer]:
    """Return the citations of an answer, or the closest passages of a refusal."""
    return answer.citations or answer.closest


def stands(pointer: Pointer, documents: Documents) -> bool:
    """Tell whether a quote is where it is said to be."""
    document = documents.get(pointer.source)
    return document is not None and document.text[pointer.start : pointer.end] == pointer.quote


def cited(answers: Sequence[Answer], documents: Documents) -> list[Document]:
    """Return the documents in which quotes of a conversation stand, in the order in which they are cited."""
    sources = dict.fromkeys(p.source for answer in answers for p in pointers(answer) if stands(p, documents))
    return [documents[source] for source in sources]
