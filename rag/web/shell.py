"""The bar above the page, and the views that it leads to.

What the bar does, it does in the browser (``static/shell.js``): a view is opened without the server, which is told then
by the ``select`` event of what :func:`view` yields. A new view is a line of :data:`VIEWS` and a ``with view(name)``.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from html import escape
from importlib.resources import files
from typing import Any

import gradio as gr

from rag.web import access, words
from rag.web.keys import Key
from rag.web.language import NAMES
from rag.web.template import html

BAR = "ql-bar"
NAME, COLLECTIONS = "\ue000", "\ue001"
"""Stand in the bar for the name of who has signed in, and for what they read: the bar is laid out once, for all."""


@dataclass(frozen=True, slots=True)
class View:
    """A page of the page."""

    name: str
    """Of the place in the address behind "#", and of its elements."""
    label: Callable[[], str]
    """What it is called, in the language that is spoken when it is called."""
    icon: str
    developers: bool = False
    """It is opened from the entry for developers."""


VIEWS = (
    View("ask", lambda: words.VIEW_ASK, "message-square-text"),
    View("library", lambda: words.VIEW_LIBRARY, "library"),
    View("check", lambda: words.CHECK, "list-checks"),
    View("notebook", lambda: words.NOTEBOOK, "notebook-pen"),
    View("evaluation", lambda: words.EVALUATION, "chart-line", developers=True),
)
"""All views, in the order of the bar; the first is shown first."""


def bar(settings: str = "", *, login: bool, people: bool = False) -> None:
    """Lay out the bar, with a way out where there is a login.

    Args:
        settings: the HTML of what can be set, for the dialog of settings.
        login: whether somebody has logged in.
        people: whether by a name.
    """
    script = (files("rag.web") / "static" / "shell.js").read_text(encoding="utf-8")
    who = access.person()
    views = [each for each in VIEWS if not (each.developers and who.collections)]  # a run of an evaluation quotes all
    bar = html("shell", "bar", views, NAMES, settings, login=login, signed=_signed(who) if people else None)
    gr.HTML(bar, js_on_load=script, elem_id=BAR, apply_default_css=False)


def _signed(who: access.Person) -> tuple[str, str]:
    """Return a name, and what it may do if that is not everything."""
    if who.collections:
        return NAME, words.SIGNED_SOME.format(collections=COLLECTIONS)
    return NAME, "" if who.writes else words.SIGNED_READS


def named(components: Sequence[Mapping[str, Any]], key: Key) -> list[Mapping[str, Any]]:
    """Return the components of a page with the name of who has signed in in the bar."""

    def told(bar: str) -> str:
        return bar.replace(NAME, escape(key.name)).replace(COLLECTIONS, escape(", ".join(key.collections)))

    return [
        {**one, "props": {**one["props"], "value": told(one["props"]["value"])}}
        if one["props"].get("elem_id") == BAR
        else one
        for one in components
    ]


@contextmanager
def view(name: str) -> Iterator[gr.HTML]:
    """Lay out a view, in which what is made inside stands.

    Yields:
        A component without content: its ``select`` happens whenever the view is opened.

    Raises:
        LookupError: :data:`VIEWS` has none of this name.
    """
    if name not in {each.name for each in VIEWS}:
        raise LookupError(name)
    with gr.Column(elem_id=f"ql-view-{name}", elem_classes="ql-view", min_width=0):
        tell = (
            f'document.addEventListener("ql:view", (event) => {{ if (event.detail === "{name}") trigger("select"); }});'
        )
        yield gr.HTML("", js_on_load=tell, elem_classes="ql-told", apply_default_css=False)


def style() -> str:
    """Return the style sheet that shows one view at a time."""
    first, *_ = VIEWS
    shown = [f"body:not([data-view]) #ql-view-{first.name}"]
    shown += [f'body[data-view="{each.name}"] #ql-view-{each.name}' for each in VIEWS]
    return f".ql-view {{ display: none !important; }}\n{', '.join(shown)} {{ display: flex !important; }}"
