"""The HTML of a conversation: questions, and answers with the buttons of their citations.

Every text from a source, a question or an answer passes through :func:`html.escape`; nothing else is ever inserted.
A button says in its ``data-`` attributes what it is about; ``static/page.js`` sends that to :mod:`rag.web.chat`.
"""

from collections.abc import Iterable, Mapping, Sequence
from html import escape

from rag.output.render import DISAGREE, NOT_READ, conflict_lines, earlier, refused
from rag.schema import REASONS, Answer, Citation, Claim, Closest, Progress
from rag.text.terms import terms
from rag.web import words
from rag.web.conversations import Rating
from rag.web.icons import icon
from rag.web.language import said as translated
from rag.web.pinbutton import button as pin_button
from rag.web.trace import Trace, trace

MOST_COMMENT = 1000
"""Characters of a comment on an answer."""

_SURE = {"confident": "circle-check", "likely": "circle-help", "unsure": "triangle-alert"}
"""The icon of each ``Answer.certainty``."""
_ICONS = {"copy": "copy", "retry": "rotate-ccw", "edit": "pencil", "good": "thumbs-up", "bad": "thumbs-down"}
"""The icon of each button of an answer."""


def conversation(
    answers: Sequence[Answer],
    ratings: Mapping[int, Rating],
    traces: Mapping[int, Trace],
    *,
    read_only: bool = False,
) -> str:
    """Return a whole conversation; ``ratings`` and ``traces`` are by the place of the answer."""
    if not answers:
        return '<p class="ql-empty"></p>'  # in whose place the page introduces itself
    turns = "".join(
        turn(answer, place, ratings.get(place), traces.get(place), read_only=read_only)
        for place, answer in enumerate(answers)
    )
    return f'<div role="region" aria-label="{words.CHAT_CONVERSATION}">{turns}</div>'


def turn(found: Answer, place: int, rating: Rating | None, how: Trace | None, *, read_only: bool = False) -> str:
    """Return a question with its answer; ``place`` is its number in the conversation, carried by each button."""
    below = "" if found.message else trace(found, place, how)
    texts = (
        f' data-label="{words.CHAT_EDIT_LABEL}" data-save="{words.CHAT_EDIT_SAVE}" data-cancel="{words.CHAT_CANCEL}"'
    )
    editing = "" if read_only else _button("edit", place, words.CHAT_EDIT, words.CHAT_EDIT_ABOUT, texts)
    return (
        f'<section class="ql-turn" id="ql-turn-{place}" aria-label="{words.CHAT_TURN.format(number=place + 1)}">'
        f'<div class="ql-asking">{question(found.question)}{editing}</div>'
        f"{answer(found, place)}{_actions(found, place, rating, read_only=read_only)}{below}</section>"
    )


def question(text: str) -> str:
    """Return a question as it was typed."""
    return f'<h2 class="ql-question" dir="auto">{escape(text)}</h2>'


def answer(found: Answer, place: int) -> str:
    """Return an answer, refusal or message."""
    if found.message:
        return _told(found.message, found)
    return asked_as(found) + (_refused(found, place) if found.outcome == "refused" else _answered(found, place))


def asked_as(found: Answer) -> str:
    """Return the question that was asked in place of a follow-up; nothing if it was asked as typed."""
    if found.standalone == " ".join(found.question.split()):
        return ""
    return f'<p class="ql-note ql-asked" dir="auto">{words.CHAT_ASKED_AS.format(question=escape(found.standalone))}</p>'


def _answered(found: Answer, place: int) -> str:
    llm = found.model.get("llm")
    short = f'<p class="ql-short-answer" dir="auto">{escape(found.headline)}</p>' if found.headline else ""
    claims = "".join(
        f'<li class="ql-claim" dir="auto"><span class="ql-said">{escape(claim.text)}</span> <span class="ql-chips">'
        f"{''.join(_cite(found, place, number) for number in claim.citations)} {_status(claim, found)}</span></li>"
        for claim in found.claims
    )
    warnings = "".join(f'<p class="ql-note" role="status">{escape(warning)}</p>' for warning in found.warnings)
    proof = words.CHAT_WRITTEN.format(llm=escape(llm)) if llm else words.CHAT_VERBATIM
    tips = "".join(_tip(_cite_id(place, item.number), *_quote(item), at=item) for item in found.citations)
    said = words.CHAT_ANSWERED_BY.format(count=len(found.citations), sure=translated(found.certainty))
    said += f" {translated(DISAGREE)}." if found.disputed else ""
    return (
        f'<div class="ql-answer" data-outcome="answered" tabindex="-1" data-announce="{said}">'
        f'<p class="ql-standing">{_sure(found, place)}<span class="ql-note">{proof}</span></p>{short}'
        f'{_conflict(found, place)}<ul class="ql-claims">{claims}</ul>{_dropped(found)}{warnings}{tips}</div>'
    )


def _conflict(found: Answer, place: int) -> str:
    """Return the values that sources disagree on, with who says so, and those that are superseded."""
    rows = ""
    for stated in found.conflict:
        if found.disputed or stated.superseded:
            about = translated(earlier(found, stated)) if stated.superseded else ""
            rows += (
                f'<li data-superseded="{"true" if stated.superseded else "false"}"><b>{escape(stated.value)}</b> '
                f'<span class="ql-chips">{"".join(_cite(found, place, number) for number in stated.citations)}</span> '
                f'<span class="ql-meta">{about}</span></li>'
            )
    head = f'<p class="ql-disagree">{translated(DISAGREE)}</p>' if found.disputed else ""
    return f'<div class="ql-conflict">{head}<ul>{rows}</ul></div>' if rows else ""


def _cite_id(place: int, number: int) -> str:
    return f"ql-quote-{place}-{number}"


def _cite(found: Answer, place: int, number: int) -> str:
    """Return the button of a citation: its number, who says it, and when."""
    item = found.citations[number - 1]
    who, when = escape(item.publisher or item.title), escape(day(item.published) or "")
    dated = f'<span class="ql-when">· {when}</span>' if when else ""
    marks = tags(found, number)
    tagged = "".join(
        f'<span class="ql-tag" data-tag="{tag}" title="{words.CHAT_TAGS_ABOUT[tag]}">{words.CHAT_TAGS[tag]}</span>'
        for tag in marks
    )
    said = "".join(f" · {words.CHAT_TAGS[tag]}" for tag in marks)
    return (
        f'<button type="button" class="ql-cite" data-answer="{place}" data-number="{number}" '
        f'aria-label="{words.CHAT_CITE.format(number=number)}: {number} {who}{f" · {when}" if when else ""}{said}" '
        f'aria-describedby="{_cite_id(place, number)}"><b>{number}</b><span class="ql-who">{who}</span>{dated}{tagged}'
        "</button>"
    )


def tags(found: Answer, number: int) -> tuple[str, ...]:
    """Return what a quote is beside the others, where the sources do not say the same: of ``words.CHAT_TAGS``."""
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


def _tip(name: str, *lines: str, at: Citation | None = None) -> str:
    """Return what shows when the mouse or the focus is on whatever names it in ``aria-describedby``.

    Args:
        name: its id.
        lines: of HTML.
        at: where the script finds what stands beside it in its source.
    """
    inner = "".join(f'<span dir="auto">{line}</span>' for line in lines if line)
    place = f' data-source="{escape(at.source)}" data-start="{at.start}" data-end="{at.end}"' if at else ""
    return f'<span class="ql-tip" role="tooltip" id="{name}" popover="manual"{place}>{inner}</span>'


def _quote(item: Citation) -> tuple[str, str]:
    return f"“{escape(item.quote)}”", joined(item.title, item.publisher, item.published, page_of(item), item.source)


def page_of(item: Citation | Closest) -> str | None:
    """Return "page 3" or "pages 3-4", for formats that have pages."""
    if not isinstance(item, Citation) or not item.page:
        return None
    form = words.CHAT_PAGES if item.page_end else words.CHAT_PAGE
    return form.format(page=item.page, end=item.page_end)


def _status(claim: Claim, found: Answer) -> str:
    """Return whether a claim is a quote word for word, or was written by an LLM and is supported."""
    quotes = {" ".join(item.quote.split()) for item in found.citations if item.number in claim.citations}
    llm = found.model.get("llm")
    if claim.text in quotes or not llm:
        return (
            f'<span class="ql-status" data-status="quoted" title="{words.CHAT_QUOTED_ABOUT}">{words.CHAT_QUOTED}</span>'
        )
    about = words.CHAT_SUPPORTED_ABOUT.format(llm=escape(llm))
    return f'<span class="ql-status" data-status="supported" title="{about}">{words.CHAT_SUPPORTED}</span>'


def _sure(found: Answer, place: int) -> str:
    name = f"ql-sure-{place}"
    tip = _tip(name, words.CHAT_SURE_ABOUT.format(odds=f"{found.confidence:.0%}"))
    told = {"confident": words.CHAT_CONFIDENT, "likely": words.CHAT_LIKELY, "unsure": words.CHAT_UNSURE}
    return (
        f'<span class="ql-sure" data-sure="{found.certainty}" tabindex="0" aria-describedby="{name}">'
        f"{icon(_SURE[found.certainty])}{told[found.certainty]}</span>{tip}"
    )


def _dropped(found: Answer) -> str:
    if not found.dropped:
        return ""
    count = len(found.dropped)
    head = words.CHAT_DROPPED_ONE if count == 1 else words.CHAT_DROPPED.format(count=count)
    rows = "".join(
        f'<li dir="auto"><s>{escape(item.text)}</s> <span class="ql-meta">{escape(item.reason)}</span></li>'
        for item in found.dropped
    )
    return f'<details class="ql-dropped"><summary>{head}</summary><ul>{rows}</ul></details>'


def _refused(found: Answer, place: int) -> str:
    head = translated(refused(found))
    nearest, *others = [_near(item, place, n) for n, item in enumerate(found.closest)] or [""]
    otherwise = _sentence(translated(REASONS["contradicted"]))
    shown = otherwise if found.reason == "contradicted" else words.CHAT_CLOSEST
    told = [shown] if nearest else found.warnings or [_sentence(translated(REASONS[found.reason or ""]))]
    about = "".join(f" {escape(_sentence(text))}" for text in told)
    more = (
        f"<p>{words.CHAT_CLOSEST_MORE}</p><ul>{''.join(f'<li>{item}</li>' for item in others)}</ul>" if others else ""
    )
    odds = words.CHAT_SURE_NOT.format(odds=f"{found.confidence:.0%}")
    listed = f'{nearest}{more}<p class="ql-note">{odds}</p>' if nearest else ""
    listed += "".join(f'<p class="ql-note">{escape(_sentence(text))}</p>' for text in found.warnings if nearest)
    unread = "".join(f"<li>{escape(item)}</li>" for item in found.missing)
    not_read = f'<div class="ql-missing"><p>{translated(NOT_READ)}:</p><ul>{unread}</ul></div>' if unread else ""
    return (
        f'<div class="ql-answer ql-refused" data-outcome="refused" tabindex="-1" data-announce="{head}{about}">'
        f"<p><strong>{head}</strong>{about}</p>{listed}{not_read}{_looked_for(found)}"
        f"{offered(words.CHAT_YOU_CAN_ASK, found.suggestions)}</div>"
    )


def _near(item: Closest, place: int, number: int) -> str:
    """Return a passage that came close, as a button that opens it; the nearest is a card."""
    kind, shown = ("ql-closest ql-card", "ql-quote") if not number else ("ql-closest", "ql-short")
    return (
        f'<button type="button" class="{kind}" data-answer="{place}" data-closest="{number}">'
        f'<span class="{shown}" dir="auto">{escape(item.quote)}</span>'
        f'<span class="ql-meta" dir="auto">{joined(item.title, item.source)}</span></button>'
    )


def _sentence(text: str) -> str:
    """Return a text as a sentence of its own."""
    return f"{text[0].upper()}{text[1:]}{'' if text.endswith((':', '.')) else '.'}"


def _looked_for(found: Answer) -> str:
    """Return what a refused question was searched as: its key terms, and those that even the closest passages lack."""
    said = set(terms(" ".join(item.quote for item in found.closest)))
    keys = key_terms(found.standalone)
    missing = [key for key in keys if not said & set(terms(key))] if said else []
    rows = f"{words.CHAT_KEY_TERMS} {escape(', '.join(keys))}" if keys else ""
    rows += f"; {words.CHAT_KEY_TERMS_MISSING} <em>{escape(', '.join(missing))}</em>" if missing else ""
    return (
        f'<p class="ql-looked">{words.CHAT_LOOKED_FOR} <q dir="auto">{escape(found.standalone)}</q>'
        f'<span class="ql-meta ql-terms">{rows}</span></p>'
    )


def key_terms(standalone: str) -> list[str]:
    """Return the words of a question that are searched for, as they are written, none twice.

    >>> key_terms("What is the population of Havana, in Havana?")
    ['population', 'Havana']
    """
    found: dict[tuple[str, ...], str] = {}
    for word in standalone.split():
        found.setdefault(tuple(terms(word)), word.strip(".,;:!?\"'“”‘’()"))
    return [word for searched, word in found.items() if searched]


def _told(message: str, found: Answer) -> str:
    head, *rest = map(translated, message.split("\n"))
    listed = "".join(f"<li>{escape(line.removeprefix('- '))}</li>" for line in rest)
    suggested = offered(words.CHAT_YOU_CAN_ASK, found.suggestions)
    return (
        f'<div class="ql-answer" data-outcome="{found.outcome}" tabindex="-1" data-announce="{escape(head)}">'
        f"<p>{escape(head)}</p>{f'<ul>{listed}</ul>' if listed else ''}{suggested}</div>"
    )


def offered(head: str, questions: Iterable[str]) -> str:
    """Return questions as buttons that ask them; nothing if there are none."""
    rows = "".join(
        f'<li><button type="button" class="ql-suggestion" dir="auto">{escape(text)}</button></li>' for text in questions
    )
    return f'<div class="ql-offered"><p>{head}</p><ul>{rows}</ul></div>' if rows else ""


def _actions(found: Answer, place: int, rating: Rating | None, *, read_only: bool) -> str:
    copied = f' data-copy="{escape(text(found))}" data-done="{words.CHAT_COPIED}" data-failed="{words.CHAT_NOT_COPIED}"'
    buttons = "" if found.message else _button("copy", place, words.CHAT_COPY, words.CHAT_COPY_ABOUT, copied)
    buttons += "" if found.message else pin_button({"answer": place}, found)
    liked = rating.liked if rating else None
    if not read_only:
        buttons += _button("retry", place, words.CHAT_AGAIN, words.CHAT_AGAIN_ABOUT)
        for name, label, value in (("good", words.CHAT_GOOD, True), ("bad", words.CHAT_BAD, False)):
            pressed = f' aria-pressed="{"true" if liked is value else "false"}"'
            buttons += _button(name, place, label, label, pressed)
    group = f'<div class="ql-actions" role="group" aria-label="{words.CHAT_ACTIONS}">{buttons}</div>'
    return group + (_comment(place, rating) if rating and liked is not None and not read_only else "")


def _comment(place: int, rating: Rating) -> str:
    name = f"ql-comment-{place}"
    saved = f'<span class="ql-note">{words.CHAT_COMMENT_SAVED}</span>' if rating.comment else ""
    return (
        f'<form class="ql-comment" data-answer="{place}" data-liked="{"true" if rating.liked else "false"}">'
        f'<label for="{name}">{words.CHAT_COMMENT}</label><input id="{name}" dir="auto" maxlength="{MOST_COMMENT}" '
        f'value="{escape(rating.comment)}"><button type="submit">{words.CHAT_COMMENT_SAVE}</button>{saved}</form>'
    )


def _button(name: str, place: int, label: str, about: str, more: str = "") -> str:
    return (
        f'<button type="button" class="ql-act" data-act="{name}" data-answer="{place}" title="{about}"{more}>'
        f'{icon(_ICONS[name])}<span class="ql-label">{label}</span></button>'
    )


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
        about = (item.title, item.publisher, item.published, page_of(item), item.source)
        quotes.append(f"[{item.number}] “{item.quote}” — {', '.join(part for part in about if part)}")
    return "\n".join([found.question, "", *told, *([""] if told else []), *claims, "", *quotes])


def made(text: str, content: str) -> str:
    """Return a question with what stands below it while its answer is made."""
    return f'<section class="ql-turn"><div class="ql-asking">{question(text)}</div>{content}</section>'


def searching(passages: int | None) -> str:
    """Return what stands in place of an answer while it is made."""
    what = words.CHAT_READING.format(count=passages) if passages else words.CHAT_SEARCHING
    return f'<div class="ql-answer ql-note" data-announce="{what}">{what}</div>'


def writing(so_far: Progress) -> str:
    """Return the claims of an answer that is being written."""
    claims = "".join(f'<li class="ql-claim" dir="auto">{escape(claim.text)}</li>' for claim in so_far.claims)
    return (
        f'<div class="ql-answer"><ul class="ql-claims">{claims}</ul>'
        f'<p class="ql-note" data-announce="{words.CHAT_WRITING}">{words.CHAT_WRITING}</p></div>'
    )


def failed(message: str) -> str:
    """Return an error in place of an answer."""
    return f'<div class="ql-answer ql-refused" role="alert"><p>{escape(message)}</p></div>'


def plain(message: str) -> str:
    """Return text for Gradio's notices, which show HTML."""
    return escape(message)


def joined(*parts: str | None) -> str:
    """Return what there is of some texts, escaped, with dots between them."""
    return " · ".join(escape(part) for part in parts if part)
