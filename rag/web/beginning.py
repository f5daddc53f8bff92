"""The page before there is an index: sources are added, seen as they are read, and then asked.

It is laid out only where the page was started without an index, above the conversation, whose place it takes until one
is built. Then it tells two sentences of each source, and beside it stand the questions that these sources answer.
"""

from collections.abc import Sequence
from html import escape
from typing import Any

import gradio as gr

from rag.conversation.summary import opening
from rag.engine import Engine
from rag.errors import IndexDamaged, RagError
from rag.index.store import Listing
from rag.schema import Evidence, Skipped
from rag.web import adding, listing, words
from rag.web.chat import Chat
from rag.web.library import Library
from rag.web.live import Live
from rag.web.page import day, joined

_BUILT = "() => { document.dispatchEvent(new Event('ql-built')); return []; }"
"""Tells the list of sources that there is an index now."""

LINES = 2
"""Sentences that are told of a source."""
MOST_TOLD = 60
"""Sources of which they are told; the library lists all."""


class Beginning:
    """What stands above the conversation of a page that was started without an index."""

    def __init__(self, live: Live, library: Library) -> None:
        self._live = live
        self._library = library
        self._begun: gr.HTML
        self._add: gr.HTML

    def lay_out(self) -> None:
        """Lay it out where components are being laid out now."""
        self._begun = gr.HTML("", js_on_load="", elem_id="ql-begun", apply_default_css=False)
        area = adding.area(self._library, begins=True)
        self._add = gr.HTML(area, js_on_load=adding.script(), elem_id="ql-begin", apply_default_css=False)

    def listen(self, demo: gr.Blocks, talk: Chat) -> None:
        """Let it show what there is when the page is opened, and once there is an index.

        Args:
            demo: the page.
            talk: what shows the sources and the questions then.
        """
        at_once: dict[str, Any] = {"queue": False, "show_progress": "hidden", "api_visibility": "private"}

        demo.load(lambda: self.look(just_built=False), outputs=[self._begun], **at_once)
        self._add.click(self._library.reindex, **at_once)
        shown = self._add.select(
            lambda desk: (self.look(), desk.panel(self._live), _told(words.BEGIN_LOOKING)),
            [talk.desk],
            [self._begun, talk.panel, talk.examples],
            **at_once,
        )
        shown.then(None, js=_BUILT)
        shown.then(lambda: talk.exemplified() or _told(words.BEGIN_NO_QUESTION), outputs=[talk.examples], **at_once)

    def look(self, *, just_built: bool = True) -> str:
        """Return how the page begins: what to do, or once an index is built what it holds; nothing on later visits."""
        if self._live.unbuilt:
            return _open(self._library, self._live)
        if not just_built:
            return ""
        with self._live.engine() as engine:
            return _sources(engine)


def _open(library: Library, live: Live) -> str:
    """Return what a page without an index says first."""
    found = ""
    if live.unbuilt and isinstance(live.unbuilt.why, IndexDamaged):  # that there is none needs no telling
        found = listing.failed(str(live.unbuilt.why))
    try:
        present = library.present()
    except RagError as error:
        present = 0
        found += listing.failed(str(error))
    if present:
        form = words.BEGIN_PRESENT_ONE if present == 1 else words.BEGIN_PRESENT
        told = escape(form.format(folder=library.root, count=f"{present:,}"))
        build = f'<button type="button" class="ql-build">{escape(words.BEGIN_INDEX)}</button>'
        found += f'<p class="ql-present"><span>{told}</span> {build}</p>'
    return f'<div data-begin="open"><h2>{escape(words.BEGIN_HEAD)}</h2><p>{escape(words.BEGIN_ABOUT)}</p>{found}</div>'


def _sources(engine: Engine) -> str:
    """Return every source with its first sentences, each a button that opens it."""
    listings = engine.index.store.documents()
    rows, first = "", 0
    for each in listings[:MOST_TOLD]:
        rows += _source(each, opening(engine.index, first, each.passages, LINES))
        first += each.passages
    count = words.BEGIN_READY_ONE if len(listings) == 1 else words.BEGIN_READY.format(count=f"{len(listings):,}")
    left = len(listings) - MOST_TOLD
    more = f'<p class="ql-meta">{escape(words.CHAT_SOURCES_MORE.format(count=f"{left:,}"))}</p>' if left > 0 else ""
    return (
        f'<div data-begin="ready"><h2>{escape(count)}</h2>{_unread(engine.index.manifest.skipped)}'
        f'<div class="ql-openings" role="region" tabindex="0" aria-label="{escape(words.BEGIN_SOURCES)}">'
        f'<ul>{rows}</ul>{more}</div><p><a href="#library">{escape(words.BEGIN_MORE)}</a></p></div>'
    )


def _unread(skipped: Sequence[Skipped]) -> str:
    """Return what could not be read, folded; nothing if there is nothing."""
    if not skipped:
        return ""
    count = words.BEGIN_UNREAD_ONE if len(skipped) == 1 else words.BEGIN_UNREAD.format(count=f"{len(skipped):,}")
    rows = "".join(f"<li><b>{escape(each.source)}</b> {escape(each.told)}</li>" for each in skipped[:MOST_TOLD])
    return f'<details class="ql-unread"><summary>{escape(count)}</summary><ul>{rows}</ul></details>'


def _source(of: Listing, told: list[Evidence]) -> str:
    lines = "".join(f'<span class="ql-opening" dir="auto">{escape(item.quote)}</span>' for item in told)
    begins = " ".join(told[0].quote.split()) if told else ""
    untitled = begins.startswith(of.title.rstrip("… "))  # what has no title is called by its first words
    title, name = (of.source, None) if untitled else (of.title, of.source)
    return (
        f'<li><button type="button" class="ql-source" data-source="{escape(of.source)}" dir="auto">'
        f'<b>{escape(title)}</b><span class="ql-meta">{joined(of.publisher, day(of.published), name)}</span>{lines}'
        "</button></li>"
    )


def _told(text: str) -> str:
    return f'<p class="ql-note" role="status">{escape(text)}</p>'
