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
from rag.web.icons import icon
from rag.web.keys import Key
from rag.web.language import NAMES, spoken

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
    out = (_signed() if people else "") + (_logout() if login else "")
    gr.HTML(_bar(settings, out), js_on_load=script, elem_id=BAR, apply_default_css=False)


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


def _bar(settings: str, out: str) -> str:
    tabs = "".join(_tab(each, first=each is VIEWS[0]) for each in VIEWS if not each.developers)
    return (
        f'<a class="ql-skip" id="ql-first" href="#ql-log">{words.CHAT_SKIP}</a>'
        f'<header class="ql-top" data-lang="{spoken()}">'
        f"{_tool('history', 'panel-left', words.BAR_HISTORY, 'ql-history')}"
        f'<h1 class="ql-name">Quoteline</h1>'
        f'<div class="ql-views" role="tablist" aria-label="{words.BAR_VIEWS}">{tabs}</div>'
        f"{_tool('sheet', 'file-text', words.CHAT_SOURCES, 'ql-side')}"
        f'<button type="button" class="ql-tool" popovertarget="ql-menu" title="{words.BAR_SETTINGS}">'
        f'{icon("settings")}<span class="ql-label">{words.BAR_SETTINGS}</span></button></header>'
        f'<div id="ql-menu" class="ql-menu" popover role="dialog" aria-label="{words.BAR_SETTINGS}">'
        f"{settings}{_languages()}{_themes()}{_keys()}{_developers()}{out}</div>"
    )


def _tab(shown: View, *, first: bool) -> str:
    return (
        f'<button type="button" role="tab" class="ql-view-tab" id="ql-to-{shown.name}" data-view="{shown.name}" '
        f'aria-controls="ql-view-{shown.name}" aria-selected="{"true" if first else "false"}" '
        f'tabindex="{0 if first else -1}">{icon(shown.icon)}<span>{escape(shown.label())}</span></button>'
    )


def _tool(name: str, drawn: str, label: str, controls: str) -> str:
    return (
        f'<button type="button" class="ql-tool" data-shell="{name}" aria-controls="{controls}" aria-expanded="false" '
        f'title="{label}">{icon(drawn)}<span class="ql-label">{label}</span></button>'
    )


def _languages() -> str:
    choices = "".join(
        f'<label lang="{code}"><input type="radio" name="ql-language" value="{code}"'
        f"{' checked' if code == spoken() else ''}><span>{name}</span></label>"
        for code, name in NAMES.items()
    )
    return f'<fieldset class="ql-themes ql-languages"><legend>{words.SET_LANGUAGE}</legend>{choices}</fieldset>'


def _themes() -> str:
    choices = "".join(
        f'<label><input type="radio" name="ql-theme" value="{value}"{" checked" if value == "system" else ""}>'
        f"{icon(drawn)}<span>{label}</span></label>"
        for value, drawn, label in (
            ("system", "monitor", words.THEME_SYSTEM),
            ("light", "sun", words.THEME_LIGHT),
            ("dark", "moon", words.THEME_DARK),
        )
    )
    return f'<fieldset class="ql-themes"><legend>{words.THEME}</legend>{choices}</fieldset>'


def _keys() -> str:
    keys = "".join(f"<dt><kbd>{key}</kbd></dt><dd>{what}</dd>" for key, what in words.CHAT_KEYS_LIST)
    return f'<details class="ql-keys"><summary>{words.CHAT_KEYS}</summary><dl>{keys}</dl></details>'


def _developers() -> str:
    views = "".join(
        f'<li><button type="button" class="ql-item" data-view="{each.name}">{icon(each.icon)}{escape(each.label())}'
        "</button></li>"
        for each in VIEWS
        if each.developers and not access.person().collections  # a run of an evaluation quotes all of them
    )
    return (
        f'<details class="ql-developers"><summary>{words.BAR_DEVELOPERS}</summary><ul>{views}'
        f'<li><a class="ql-item" href="/conversations/gold.jsonl" title="{words.KEPT_GOLD_ABOUT}">{icon("thumbs-up")}'
        f"{words.KEPT_GOLD}</a></li>"
        f'<li><label class="ql-item"><input type="checkbox" data-shell="trace">{words.BAR_TRACE}</label></li>'
        "</ul></details>"
    )


def _signed() -> str:
    """Return who has signed in, and what they may do."""
    who = access.person()
    rights = (
        words.SIGNED_SOME.format(collections=COLLECTIONS)
        if who.collections
        else ""
        if who.writes
        else words.SIGNED_READS
    )
    told = f'<span class="ql-meta">{rights}</span>' if rights else ""
    return f'<p class="ql-signed"><span>{words.SIGNED.format(name=f"<b>{NAME}</b>")}</span>{told}</p>'


def _logout() -> str:
    return f'<a class="ql-item" href="/logout">{icon("log-out")}{words.LOGOUT}</a>'
