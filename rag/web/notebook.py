"""The notebook's view, what pins to it, and the routes of its exports.

What is pressed, here and wherever something can be pinned, reaches the server as a ``click`` of a component without
looks, sent by ``static/notebook.js``: ``do`` says what, and the rest what with. None of it waits in the queue.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from importlib.resources import files
from itertools import count
from typing import Any, TypeVar

import gradio as gr
from fastapi import APIRouter, Request, Response

from rag.errors import RagError
from rag.exports.cited import documents
from rag.exports.notebook import FORMS, grouped
from rag.schema import Answer, Citation, Closest
from rag.web import beside, pinned, words
from rag.web.chat import Changes, Chat
from rag.web.events import AT_ONCE
from rag.web.guard import owner
from rag.web.live import Live
from rag.web.pins import Pins, subject
from rag.web.standing import standings, taken
from rag.web.template import html

Quoted = tuple[Answer, Citation | Closest | None]
"""An answer, and one of its quotes; None for the whole of it."""
Elsewhere = Callable[[str, Mapping[str, Any]], Quoted]
"""Returns, for an owner, what a press outside the conversation is about; LookupError if it names nothing."""

_Item = TypeVar("_Item")
_turns = count(1)


def keeper() -> gr.HTML:
    """Lay out what tells the script what is pinned; it belongs outside every view, as it serves all."""
    script = (files("rag.web") / "static" / "notebook.js").read_text(encoding="utf-8")
    return gr.HTML(pinned.keeper([], "", 0), js_on_load=script, elem_id="ql-keeper", apply_default_css=False)


def view(live: Live, pins: Pins, opened: Any, keeper: gr.HTML, chat: Chat, elsewhere: Elsewhere) -> None:
    """Lay out the notebook inside the view that is being built.

    Args:
        live: in whose index the quotes are looked for.
        pins: what is pinned.
        opened: its ``select`` tells that the view is opened.
        keeper: as :func:`keeper` returned it.
        chat: from whose conversation is pinned.
        elsewhere: finds what is pinned from other views.
    """
    gr.HTML(html("parts", "head", words.NOTEBOOK), apply_default_css=False)
    with gr.Row(equal_height=False):
        with gr.Column(scale=3, min_width=320):
            shown = gr.HTML("", elem_id="ql-notes", apply_default_css=False)
        with gr.Column(scale=2, min_width=320):
            source = gr.HTML(beside.hint(words.NOTE_READ), elem_id="ql-noted", apply_default_css=False)
    does = Notebook(live, pins, keeper, shown, source, elsewhere)
    opened.select(does.look, None, [shown], **AT_ONCE)
    keeper.click(does.pressed, [chat.conversation], [keeper, shown, source], trigger_mode="multiple", **AT_ONCE)


@dataclass(frozen=True, slots=True)
class Notebook:
    """What the events do."""

    live: Live
    pins: Pins
    keeper: gr.HTML
    shown: gr.HTML
    source: gr.HTML
    elsewhere: Elsewhere

    def look(self, request: gr.Request) -> str:
        """Return the notebook, held against the index as it is now."""
        try:
            return self._notebook(owner(request))
        except RagError as error:
            return pinned.failed(str(error))

    def _notebook(self, mine: str) -> str:
        pins = self.pins.list(mine)
        with self.live.engine() as engine:
            found = {pin.id: standings(pin.answer, engine.index.store.find) for pin in pins}
            return pinned.notebook(pins, found, engine.index.id)

    def pressed(self, event: gr.EventData, conversation: Sequence[Answer], request: gr.Request) -> Changes:
        """Do what was pressed, and tell it; what names nothing here changes nothing."""
        told: Any = event._data  # noqa: SLF001 (Gradio gives a component's own data no public name)
        mine, said, changes = owner(request), "", Changes()
        if isinstance(told, dict):
            try:
                said, changes = self._done(mine, told, conversation)
            except (LookupError, TypeError, ValueError):
                said = words.NOTE_SAID_NOWHERE
            except RagError as error:
                said = str(error)
        try:
            subjects = self.pins.subjects(mine)
        except RagError as error:
            subjects, said = [], str(error)
        return {self.keeper: pinned.keeper(subjects, said, next(_turns)), **changes}

    def _done(self, mine: str, told: Mapping[str, Any], conversation: Sequence[Answer]) -> tuple[str, Changes]:
        what, identity = told.get("do"), str(told.get("id") or "")
        if what == "begin":
            return "", {}
        if what == "pin":
            said = self._pinned(mine, told, conversation)
        elif what == "open":
            return "", {self.source: self._opened(mine, identity, told["place"])}
        elif what in ("up", "down"):
            self.pins.move(mine, identity, -1 if what == "up" else 1)
            said = words.NOTE_SAID_MOVED
        elif what == "remove":
            self.pins.remove(mine, identity)
            said = words.NOTE_SAID_REMOVED
        elif what == "edit":
            self.pins.edit(mine, identity, str(told.get("group") or ""), str(told.get("comment") or ""))
            said = words.NOTE_SAID_SAVED
        elif what == "take":
            self._take(mine, identity)
            said = words.NOTE_SAID_TAKEN
        else:
            raise LookupError(what)
        return said, {self.shown: self._notebook(mine)}

    def _pinned(self, mine: str, told: Mapping[str, Any], conversation: Sequence[Answer]) -> str:
        """Pin what a press names, or take it out if it is pinned; return what was done."""
        answer, quote = self.elsewhere(mine, told) if told.get("check") else _quoted(told, conversation)
        wanted = subject(quote or answer)
        if wanted not in self.pins.subjects(mine):
            self.pins.pin(mine, answer, quote)
            return words.NOTE_SAID_PINNED
        return words.NOTE_SAID_UNPINNED if self.pins.unpin(mine, wanted) else words.NOTE_SAID_COMMENTED

    def _opened(self, mine: str, identity: str, place: object) -> str:
        return beside.source(self.live, at(self.pins.get(mine, identity).answer.citations, place))

    def _take(self, mine: str, identity: str) -> None:
        answer = self.pins.get(mine, identity).answer
        with self.live.engine() as engine:
            found = standings(answer, engine.index.store.find)
            self.pins.replace(mine, identity, taken(answer, found, engine.index.id))


def at(items: Sequence[_Item], place: object) -> _Item:
    """Return one of some items by a place that a page sent; LookupError where it is none, such as one from behind."""
    if not isinstance(place, int) or not 0 <= place < len(items):
        raise LookupError(place)
    return items[place]


def _quoted(told: Mapping[str, Any], conversation: Sequence[Answer]) -> Quoted:
    """Return the answer of the conversation that a press names, and the quote, if it names one."""
    answer = at(conversation, told["answer"])
    if told.get("number") is not None:
        return answer, at(answer.citations, told["number"] - 1)
    if told.get("closest") is not None:
        return answer, at(answer.closest, told["closest"])
    if answer.message:
        raise LookupError(answer.message)
    return answer, None


def router(pins: Pins, live: Live) -> APIRouter:
    """Return the routes of exports: each answers with a file of the asker's own notebook."""
    routes = APIRouter(prefix="/notebook")

    @routes.get("/notebook.{form}")
    def exported(form: str, request: Request) -> Response:
        """Give the notebook as a text with footnotes, as references or as annotations."""
        if form not in FORMS:
            return Response(words.NOTE_SAID_NOWHERE, 404, media_type="text/plain; charset=utf-8")
        kind, made = FORMS[form]
        try:
            own = pins.list(owner(request))
            entries = [pin for _, group in grouped(own) for pin in group]
            with live.engine() as engine:
                data = made(entries, documents(engine.index.store, [pin.answer for pin in entries]))
        except RagError as error:
            return Response(str(error), 409, media_type="text/plain; charset=utf-8")
        named = {"Content-Disposition": f'attachment; filename="notebook.{form}"'}
        return Response(data, media_type=kind, headers=named)

    return routes
