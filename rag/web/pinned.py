"""The HTML of the notebook.

Every text from a source, a question, an answer or a person passes through :func:`html.escape`.
"""

import json
from collections import Counter
from collections.abc import Mapping, Sequence
from html import escape

from rag.exports.notebook import grouped
from rag.schema import Citation
from rag.web import words
from rag.web.page import joined, page_of
from rag.web.pins import MOST_COMMENT_CHARS, MOST_GROUP_CHARS, Pin
from rag.web.standing import Standing, State, worst

SHORT_CHARS = 60
"""Of a quote, where it names what a button is about."""


def keeper(subjects: Sequence[str], said: str, turn: int) -> str:
    """Return what the script reads: what is pinned; and what was just done, for everybody to see and hear."""
    told = f"<p>{escape(said)}</p>" if said else ""
    return (
        f'<div data-subjects="{escape(json.dumps(list(subjects)))}" data-turn="{turn}"></div>'
        f'<div class="ql-toast" role="status">{told}</div>'
    )


def notebook(pins: Sequence[Pin], found: Mapping[str, Sequence[Standing]], index: str) -> str:
    """Return a notebook: its groups, each pin with what became of its quotes.

    Args:
        pins: in order.
        found: by the id of a pin, what became of each citation.
        index: the generation in which they were looked for.
    """
    if not pins:
        return f'<p class="ql-empty">{words.NOTE_EMPTY}</p>'
    counts = Counter(worst(found[pin.id]) for pin in pins)
    told = ", ".join(words.NOTE_COUNTS[state].format(count=counts[state]) for state in _STATES if counts[state])
    count = words.NOTE_ONE if len(pins) == 1 else words.NOTE_MANY.format(count=len(pins))
    links = "".join(
        f'<a href="/notebook/notebook.{form}" download>{name}</a> ' for form, name in words.NOTE_FORMS.items()
    )
    sections = grouped(pins)
    options = "".join(f'<option value="{escape(group)}"></option>' for group, _ in sections if group)
    shown = "".join(_section(group, own, found, named=len(sections) > 1) for group, own in sections)
    said = words.NOTE_COUNTED.format(count=count, index=escape(index), told=told)
    return (
        f'<p class="ql-note">{said}</p><p class="ql-exports"><span>{words.NOTE_EXPORT}:</span> {links}</p>'
        f'<datalist id="ql-groups">{options}</datalist>{shown}'
    )


def failed(error: str) -> str:
    """Return why the notebook cannot be shown."""
    return f'<p class="ql-warning" role="alert">{escape(error)}</p>'


_STATES: tuple[State, ...] = ("stands", "moved", "gone")


def _section(group: str, pins: Sequence[Pin], found: Mapping[str, Sequence[Standing]], *, named: bool) -> str:
    head = escape(group) or (words.NOTE_NO_GROUP if named else "")
    rows = "".join(_pin(pin, found[pin.id], first=pin is pins[0], last=pin is pins[-1]) for pin in pins)
    return f'<section class="ql-group">{f"<h2>{head}</h2>" if head else ""}<ol class="ql-pins">{rows}</ol></section>'


def _pin(pin: Pin, found: Sequence[Standing], *, first: bool, last: bool) -> str:
    answer = pin.answer
    quotes = "".join(_quote(citation, place, found[place]) for place, citation in enumerate(answer.citations))
    short = f'<p class="ql-pin-short">{escape(answer.short_answer)}</p>' if pin.whole and answer.short_answer else ""
    own = {citation.quote for citation in answer.citations}
    claims = "".join(f"<p>{escape(claim.text)}</p>" for claim in answer.claims if claim.text not in own)
    kind = f"{words.NOTE_ANSWER} · " if pin.whole else ""
    asked = (
        f'<p class="ql-meta">{kind}{words.NOTE_ASKED} {escape(answer.standalone)} · '
        f"{words.NOTE_WHEN.format(day=escape(pin.pinned[:10]))}</p>"
    )
    comment = f'<p class="ql-pin-comment">{escape(pin.comment)}</p>' if pin.comment else ""
    state = worst(found)
    take = _act("take", words.NOTE_TAKE, pin) if state == "moved" else ""
    return (
        f'<li class="ql-pinned" data-pin-id="{escape(pin.id)}" data-state="{state}">{short}{claims}{quotes}{comment}'
        f'{asked}<div class="ql-pin-acts">{_act("up", words.NOTE_UP, pin, off=first)}'
        f"{_act('down', words.NOTE_DOWN, pin, off=last)}{take}{_act('remove', words.NOTE_REMOVE, pin)}"
        f"{_form(pin)}</div></li>"
    )


def _quote(citation: Citation, place: int, now: Standing) -> str:
    stands = words.NOTE_PLACE.format(start=citation.start, end=citation.end)
    about = joined(citation.title, citation.publisher, citation.published, page_of(citation), citation.source, stands)
    return (
        f'<button type="button" class="ql-pin-quote" data-note="open" data-place="{place}" '
        f'title="{words.NOTE_OPEN}"><q>{escape(citation.quote)}</q><span class="ql-meta">{about}</span></button>'
        f'<span class="ql-standing-now" data-state="{now.state}" title="{words.NOTE_STATES_ABOUT[now.state]}">'
        f"{words.NOTE_STATES[now.state]}</span>"
    )


def _name(pin: Pin) -> str:
    """Return what a pin is about, in short."""
    told = pin.answer.standalone if pin.whole else pin.answer.citations[0].quote
    flat = " ".join(told.split())
    return flat if len(flat) <= SHORT_CHARS else f"{flat[:SHORT_CHARS]}…"


def _act(name: str, label: str, pin: Pin, *, off: bool = False) -> str:
    about = escape(words.NOTE_OF.format(what=label, quote=_name(pin)))
    return f'<button type="button" data-note="{name}" aria-label="{about}"{" disabled" if off else ""}>{label}</button>'


def _form(pin: Pin) -> str:
    name = escape(pin.id)
    about = escape(words.NOTE_OF.format(what=words.NOTE_EDIT, quote=_name(pin)))
    return (
        f'<details><summary aria-label="{about}">{words.NOTE_EDIT}</summary><form class="ql-pin-form">'
        f'<label for="ql-pc-{name}">{words.NOTE_COMMENT}</label><textarea id="ql-pc-{name}" name="comment" rows="3" '
        f'maxlength="{MOST_COMMENT_CHARS}">{escape(pin.comment)}</textarea>'
        f'<label for="ql-pg-{name}">{words.NOTE_GROUP}</label><input id="ql-pg-{name}" name="group" list="ql-groups" '
        f'maxlength="{MOST_GROUP_CHARS}" value="{escape(pin.group)}" autocomplete="off">'
        f'<button type="submit">{words.NOTE_SAVE}</button></form></details>'
    )
