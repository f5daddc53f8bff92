"""The page before there is an index: sources are added, seen as they are read, and then asked.

It is laid out only where the page was started without an index, above the conversation, whose place it takes until one
is built. Then it tells two sentences of each source, and beside it stand the questions that these sources answer.
"""

from contextlib import suppress

import gradio as gr

from rag.engine import Engine
from rag.errors import IndexDamaged, RagError, RightsError
from rag.index.store import Listing
from rag.reading.summary import opening
from rag.schema import Evidence
from rag.web import access, adding, words
from rag.web.chat import Chat
from rag.web.events import AT_ONCE
from rag.web.library import Library
from rag.web.live import Live
from rag.web.page import day, joined
from rag.web.template import html

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
        writes = access.person().writes
        area = adding.area(self._library, begins=True) if writes else ""
        self._add = gr.HTML(
            area, js_on_load=adding.script(), elem_id="ql-begin", apply_default_css=False, visible=writes
        )

    def listen(self, demo: gr.Blocks, talk: Chat) -> None:
        """Let it show what there is when the page is opened, and once there is an index.

        Args:
            demo: the page.
            talk: what shows the sources and the questions then.
        """
        demo.load(lambda: self.look(just_built=False), outputs=[self._begun], **AT_ONCE)
        self._add.click(self.build, **AT_ONCE)
        shown = self._add.select(
            lambda desk: (self.look(), desk.panel(self._live), _told(words.BEGIN_LOOKING)),
            [talk.desk],
            [self._begun, talk.panel, talk.examples],
            **AT_ONCE,
        )
        shown.then(None, js=_BUILT)
        shown.then(lambda: talk.exemplified() or _told(words.BEGIN_NO_QUESTION), outputs=[talk.examples], **AT_ONCE)

    def build(self) -> None:
        """Build the index, for who may."""
        with suppress(RightsError):  # whose page has nothing to press
            self._library.reindex()

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
    if not access.person().writes:
        return html("beginning", "nothing")
    errors = []
    if live.unbuilt and isinstance(live.unbuilt.why, IndexDamaged):  # that there is none needs no telling
        errors.append(str(live.unbuilt.why))
    try:
        present = library.present()
    except RagError as error:
        present = 0
        errors.append(str(error))
    return html("beginning", "open", errors, present, library.root)


def _sources(engine: Engine) -> str:
    """Return every source with its first sentences, each a button that opens it."""
    listings = engine.index.store.documents()
    rows, first = [], 0
    for each in listings[:MOST_TOLD]:
        rows.append(_source(each, opening(engine.index, first, each.passages, LINES)))
        first += each.passages
    count = words.BEGIN_READY_ONE if len(listings) == 1 else words.BEGIN_READY.format(count=f"{len(listings):,}")
    more = max(0, len(listings) - MOST_TOLD)
    return html("beginning", "ready", count, engine.index.manifest.skipped, rows, more, MOST_TOLD)


def _source(of: Listing, told: list[Evidence]) -> tuple[str, str, str, list[str]]:
    """Return a source, what it is called, what is known of it, and its first sentences."""
    begins = " ".join(told[0].quote.split()) if told else ""
    untitled = begins.startswith(of.title.rstrip("… "))  # what has no title is called by its first words
    title, name = (of.source, None) if untitled else (of.title, of.source)
    return of.source, title, joined(of.publisher, day(of.published), name), [item.quote for item in told]


def _told(text: str) -> str:
    return html("beginning", "told", text)
