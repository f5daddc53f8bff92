"""The view that checks any text, and the routes that save what was found.

Checking goes on in the background (:mod:`rag.web.checks`); the page looks once a second. What is pressed among the
claims reaches the server as a ``click``, sent by ``static/check.js``.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from importlib.resources import files
from typing import Any

import gradio as gr
from fastapi import APIRouter, Request, Response

from rag.errors import RagError
from rag.exports import files as saved
from rag.schema import Filter
from rag.web import beside, claims, words
from rag.web.checks import MOST_CHARS, Checking, Checks
from rag.web.events import AT_ONCE
from rag.web.guard import owner
from rag.web.live import Live
from rag.web.notebook import Quoted, at
from rag.web.template import html

_KINDS = {"html": "text/html", "md": "text/markdown", "json": "application/json"}


def view(live: Live, checks: Checks, chosen: gr.State) -> None:
    """Lay out the check inside the view that is being built.

    Args:
        live: in whose index the quotes stand.
        checks: checks texts.
        chosen: the :class:`rag.schema.Filter` of the documents that may speak to it.
    """
    head = html("parts", "head", words.CHECK)
    gr.HTML(head + html("parts", "note", words.CHECK_ABOUT), apply_default_css=False)
    current, seen = gr.State(""), gr.State("")
    with gr.Row(equal_height=False):
        with gr.Column(scale=3, min_width=320):
            text = gr.Textbox(
                "",
                label=words.CHECK_TEXT,
                placeholder=words.CHECK_EXAMPLE,
                lines=6,
                max_lines=14,
                max_length=MOST_CHARS,
                elem_id="ql-check-box",
            )
            with gr.Row():
                go = gr.Button(words.CHECK_DO, variant="primary", scale=0, min_width=160)
                stop = gr.Button(words.CHECK_STOP, scale=0, min_width=80, visible=False)
            script = (files("rag.web") / "static" / "check.js").read_text(encoding="utf-8")
            shown = gr.HTML("", js_on_load=script, elem_id="ql-checked", apply_default_css=False)
        with gr.Column(scale=2, min_width=320):
            source = gr.HTML(beside.hint(words.CHECK_READ), elem_id="ql-checked-source", apply_default_css=False)
    timer = gr.Timer(1, active=False)
    does = View(live, checks)
    outputs = [current, seen, shown, timer, stop]
    go.click(does.begin, [text, chosen], outputs, **AT_ONCE)
    timer.tick(does.look, [current, seen], outputs, **AT_ONCE)
    stop.click(does.stop, [current], outputs, **AT_ONCE)
    shown.click(does.opened, [current], [source], trigger_mode="multiple", **AT_ONCE)


@dataclass(frozen=True, slots=True)
class View:
    """What the events do."""

    live: Live
    checks: Checks

    def begin(self, text: str, chosen: Filter, request: gr.Request) -> tuple[Any, ...]:
        """Return (id, what is shown of it, its HTML, timer, stop) of a text that begins to be checked."""
        try:
            return self._shown(self.checks.begin(owner(request), text, chosen))
        except RagError as error:
            return "", "", claims.failed(str(error)), gr.Timer(active=False), gr.Button(visible=False)

    def look(self, current: str, seen: str, request: gr.Request) -> tuple[Any, ...]:
        """Return the same of how far it is; what is shown already is not sent again."""
        try:
            one = self.checks.get(owner(request), current)
        except LookupError:
            return "", "", claims.failed(words.CHECK_GONE), gr.Timer(active=False), gr.Button(visible=False)
        return (gr.skip(),) * 5 if _seen(one) == seen else self._shown(one)

    def stop(self, current: str, request: gr.Request) -> tuple[Any, ...]:
        """Check no more of a text, and return the same."""
        try:
            self.checks.stop(owner(request), current)
        except LookupError:
            return (gr.skip(),) * 5
        return self.look(current, "", request)

    def _shown(self, one: Checking) -> tuple[Any, ...]:
        seen, over = _seen(one), one.over  # before the HTML: what is found meanwhile is shown the next time
        return one.id, seen, claims.checked(one), gr.Timer(active=not over), gr.Button(visible=not over)

    def opened(self, event: gr.EventData, current: str, request: gr.Request) -> Any:
        """Return the source of a quote that was pressed, at its place; what names nothing here changes nothing."""
        told: Any = event._data  # noqa: SLF001 (Gradio gives a component's own data no public name)
        try:
            found = self.checks.get(owner(request), current).found
            if told.get("claim"):
                quote: Any = at(found.claims, told["claim"] - 1).closest
            else:
                quote = at(found.citations, told["number"] - 1)
            return beside.source(self.live, quote)
        except (LookupError, TypeError, ValueError, AttributeError, RagError):
            return gr.skip()


def _seen(one: Checking) -> str:
    return f"{one.id} {one.state} {len(one.found.claims)}"


def quoted(checks: Checks, mine: str, told: Mapping[str, Any]) -> Quoted:
    """Return what is pinned of a checked text; LookupError if a press names nothing."""
    found = checks.get(mine, str(told["check"])).found
    number = int(told["number"])
    return claims.answered(found.claims, found.citations, number), found.citations[number - 1]


def router(checks: Checks, live: Live) -> APIRouter:
    """Return the routes of what was found: each answers with a file, to the owner alone."""
    routes = APIRouter(prefix="/checks")

    @routes.get("/{identity}/{form}")
    def exported(identity: str, form: str, request: Request) -> Response:
        """Give a checked text as a page, as Markdown or as JSON."""
        try:
            one, kind = checks.get(owner(request), identity), _KINDS[form]
            with live.engine() as engine:
                data = saved.check_content(f".{form}", one.found, one.text, engine.index.store)
        except LookupError:
            return Response(words.CHECK_GONE, 404, media_type="text/plain; charset=utf-8")
        except RagError as error:
            return Response(str(error), 409, media_type="text/plain; charset=utf-8")
        named = {"Content-Disposition": f'attachment; filename="check.{form}"'}
        return Response(data, media_type=kind, headers=named)

    return routes
