"""The HTML of a conversation: questions, and answers with the buttons of their citations.

A button says in its ``data-`` attributes what it is about; ``static/page.js`` sends that to :mod:`rag.web.chat`.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from html import escape

from rag.output.render import DISAGREE, NOT_READ, conflict_lines, earlier, refused
from rag.schema import REASONS, Answer, Citation, Claim, Closest, Progress
from rag.text.described import credited, kinds
from rag.text.terms import terms
from rag.web import words
from rag.web.conversations import Rating
from rag.web.language import said as translated
from rag.web.pinbutton import button as pin_button
from rag.web.template import html
from rag.web.trace import Trace, trace

MOST_COMMENT = 1000
"""Characters of a comment on an answer."""


@dataclass(frozen=True, slots=True)
class _Cite:
    """What the button of a citation says."""

    item: Citation
    who: str
    when: str | None
    tags: tuple[str, ...]
    about: str


def conversation(
    answers: Sequence[Answer],
    ratings: Mapping[int, Rating],
    traces: Mapping[int, Trace],
    *,
    read_only: bool = False,
) -> str:
    """Return a whole conversation; ``ratings`` and ``traces`` are by the place of the answer.

    In place of an empty one the page introduces itself.
    """
    turns = [
        turn(answer, place, ratings.get(place), traces.get(place), read_only=read_only)
        for place, answer in enumerate(answers)
    ]
    return html("page", "conversation", turns)


def turn(found: Answer, place: int, rating: Rating | None, how: Trace | None, *, read_only: bool = False) -> str:
    """Return a question with its answer; ``place`` is its number in the conversation, carried by each button."""
    copied, pin, below = "", "", ""
    if not found.message:
        copied, pin, below = text(found), pin_button({"answer": place}, found), trace(found, place, how)
    shown = answer(found, place)
    return html("page", "turn", found, place, shown, copied, pin, rating, below, MOST_COMMENT, read_only)


def answer(found: Answer, place: int) -> str:
    """Return an answer, refusal or message, below what was asked in place of a follow-up."""
    if found.message:
        head, *rest = map(translated, found.message.split("\n"))
        return html("page", "told", found, head, [line.removeprefix("- ") for line in rest])
    shown = _refused(found, place) if found.outcome == "refused" else _answered(found, place)
    as_typed = found.standalone == " ".join(found.question.split())
    return shown if as_typed else html("page", "asked_as", found.standalone) + shown


def _answered(found: Answer, place: int) -> str:
    cites = [
        _Cite(
            item, item.publisher or credited(item.title)[0], day(item.published), tags(found, item.number), _about(item)
        )
        for item in found.citations
    ]
    claims = [(claim, _is_quoted(claim, found)) for claim in found.claims]
    conflict = [
        (stated, translated(earlier(found, stated)) if stated.superseded else "")
        for stated in found.conflict
        if found.disputed or stated.superseded
    ]
    head = translated(DISAGREE) if found.disputed else ""
    partly = [words.CHAT_PARTLY[kind] for kind in kinds(item.title for item in found.citations)]
    verbatim = ", ".join([words.CHAT_WORD_FOR_WORD, *partly]) if partly else words.CHAT_VERBATIM
    return html("page", "answered", found, place, f"{found.confidence:.0%}", cites, claims, head, conflict, verbatim)


def tags(found: Answer, number: int) -> tuple[str, ...]:
    """Return what a quote is: whose words, and where the sources do not say the same, what beside the others.

    Each is one of ``words.CHAT_TAGS``.
    """
    _, credit = credited(found.citations[number - 1].title)
    return (*([credit.kind] if credit else []), *_beside(found, number))


def _beside(found: Answer, number: int) -> tuple[str, ...]:
    stated = next((stated for stated in found.conflict if number in stated.citations), None)
    if stated is None:
        return ()
    if stated.superseded:
        return ("superseded",)
    others = [other for other in found.conflict if other is not stated]
    dates = [other.published for other in others if other.published]
    own = stated.published
    newer = own is not None and bool(dates) and all(own > date for date in dates)
    return (*(["disputed"] if found.disputed else []), *(["newer"] if newer else []))


def day(published: str | None) -> str | None:
    """Return an ISO 8601 date as it is read; one without its day or month without them.

    >>> day("2024-02-08"), day("2024-02"), day("2024")
    ('8 Feb 2024', 'Feb 2024', '2024')
    """
    if not published:
        return None
    year, *rest = published[:10].split("-")
    if not all(part.isdecimal() for part in rest) or (rest and not 1 <= int(rest[0]) <= len(words.MONTHS)):
        return published
    return " ".join([*(str(int(part)) for part in rest[1:]), *(words.MONTHS[int(part) - 1] for part in rest[:1]), year])


def _about(item: Citation) -> str:
    return joined(item.title, item.publisher, day(item.published), place_of(item), item.source)


def place_of(item: Citation | Closest) -> str | None:
    """Return "page 3" or "pages 3-4", for formats that have pages, "at 12:34", for those that have times."""
    if not isinstance(item, Citation) or not (item.page or item.clock):
        return None
    if item.clock:
        return words.CHAT_TIME.format(time=item.clock)
    form = words.CHAT_PAGES if item.page_end else words.CHAT_PAGE
    return form.format(page=item.page, end=item.page_end)


def _is_quoted(claim: Claim, found: Answer) -> bool:
    """Tell whether a claim is a quote word for word; otherwise it was written by an LLM, and is supported."""
    quotes = {" ".join(item.quote.split()) for item in found.citations if item.number in claim.citations}
    return claim.text in quotes or not found.model.get("llm")


def _refused(found: Answer, place: int) -> str:
    why = translated(REASONS[found.reason or ""])
    near = why if found.reason == "contradicted" else words.CHAT_CLOSEST
    told = [near] if found.closest else found.warnings or [why]
    said = set(terms(" ".join(item.quote for item in found.closest)))
    keys = key_terms(found.standalone)
    return html(
        "page",
        "refused",
        found,
        place,
        f"{found.confidence:.0%}",
        translated(refused(found)),
        told=map(_sentence, told),
        warnings=map(_sentence, found.warnings),
        closest=[(item, joined(item.title, item.source)) for item in found.closest],
        keys=keys,
        lacking=[key for key in keys if not said & set(terms(key))] if said else [],
        not_read=translated(NOT_READ),
    )


def _sentence(text: str) -> str:
    """Return a text as a sentence of its own."""
    return f"{text[0].upper()}{text[1:]}{'' if text.endswith((':', '.')) else '.'}"


def key_terms(standalone: str) -> list[str]:
    """Return the words of a question that are searched for, as they are written, none twice.

    >>> key_terms("What is the population of Havana, in Havana?")
    ['population', 'Havana']
    """
    found: dict[tuple[str, ...], str] = {}
    for word in standalone.split():
        found.setdefault(tuple(terms(word)), word.strip(".,;:!?\"'“”‘’()"))
    return [word for searched, word in found.items() if searched]


def offered(head: str, questions: Sequence[str]) -> str:
    """Return questions as buttons that ask them; nothing if there are none."""
    return html("page", "offered", head, questions)


def text(found: Answer) -> str:
    """Return an answer as plain text to be pasted elsewhere: its claims, and each quote with where it stands."""
    if found.outcome == "refused":
        return "\n\n".join(
            [found.question, translated(refused(found)), *(f"{translated(NOT_READ)}: {item}" for item in found.missing)]
        )
    told = [f"{translated(DISAGREE)}:"] * found.disputed + conflict_lines(found)
    claims = [f"{claim.text} {''.join(f'[{number}]' for number in claim.citations)}" for claim in found.claims]
    quotes = []
    for item in found.citations:
        about = (item.title, item.publisher, item.published, place_of(item), item.source)
        quotes.append(f"[{item.number}] “{item.quote}” — {', '.join(part for part in about if part)}")
    return "\n".join([found.question, "", *told, *([""] if told else []), *claims, "", *quotes])


def made(text: str, content: str) -> str:
    """Return a question with what stands below it while its answer is made, which is HTML."""
    return html("page", "made", text, content)


def searching(passages: int | None) -> str:
    """Return what stands in place of an answer while it is made."""
    what = words.CHAT_READING.format(count=passages) if passages else words.CHAT_SEARCHING
    return html("page", "searching", what)


def writing(so_far: Progress) -> str:
    """Return the claims of an answer that is being written."""
    return html("page", "writing", so_far.claims)


def failed(message: str) -> str:
    """Return an error in place of an answer."""
    return html("page", "failed", message)


def plain(message: str) -> str:
    """Return text for Gradio's notices, which show HTML."""
    return escape(message)


def joined(*parts: str | None) -> str:
    """Return what there is of some texts, with dots between them."""
    return " · ".join(part for part in parts if part)
