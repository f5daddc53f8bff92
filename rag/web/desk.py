"""What one page has open besides its conversation; it ends with the page.

One object, changed in place: an answer that is being written and a click on a source may meet in it.
"""

from dataclasses import dataclass, field, replace
from threading import Event, Lock

from rag.index.store import Listing
from rag.schema import Document
from rag.web import document, shelf
from rag.web.document import Tab, Tabs
from rag.web.live import Live
from rag.web.trace import Trace


class Run:
    """An answer that is being made."""

    def __init__(self) -> None:
        self.stop = Event()

    def __deepcopy__(self, _: object) -> "Run":
        return self


@dataclass(slots=True)
class Desk:
    """The documents that are open, how the answers were found, and the answer that is being made."""

    tabs: Tabs = field(default_factory=Tabs)
    traces: dict[int, Trace] = field(default_factory=dict)
    """By the place of an answer; a conversation that was stored has none."""
    documents: dict[str, Document] | None = None
    """The sources of a conversation that was opened from a file, which is only to be read; None for the index."""
    run: Run | None = None
    turn: int = 0
    """The number of the answer that stands last on the page, counted over its conversations; 0 while another is being
    made, and once another conversation is shown: then what may be asked after it is not to be offered any longer."""
    pressed: int = 0
    """The number of the last press that opened or closed something: they may arrive in another order."""

    def overtaken(self, press: object) -> bool:
        """Return whether a press comes after one that was made later; otherwise it is now the last."""
        if not isinstance(press, int):
            return False
        with _LOCK:
            before, self.pressed = self.pressed, max(self.pressed, press)
        return press < before

    def begin(self) -> Run | None:
        """Return the run of a new answer; None while there is another."""
        with _LOCK:
            if self.run:
                return None
            self.run, self.turn = Run(), 0
            return self.run

    def end(self, run: Run) -> None:
        """Let the next answer be asked for."""
        if self.run is run:
            self.run = None

    def stop(self) -> None:
        """Listen no longer to the LLM that writes, if one does: what is checked so far is shown, and the quotes."""
        if run := self.run:
            run.stop.set()

    def clear(self, documents: dict[str, Document] | None = None) -> None:
        """Make room for another conversation; an answer that is being made is not waited for."""
        self.stop()
        self.run, self.turn, self.documents = None, 0, documents
        self.tabs.clear()
        self.traces.clear()

    def panel(self, live: Live) -> str:
        """Return what stands beside the chat.

        Raises:
            BusyError: the site is closing.
        """
        if self.tabs.current < 0:
            return document.panel(self.tabs, self._sources(live))
        tab = self.tabs.tabs[self.tabs.current]
        found = self.document(live, tab.source)
        place = self.tabs.current
        if found is None:
            return document.panel(self.tabs, document.gone(tab, place))
        # The files of a conversation that came from elsewhere are not here.
        if self.documents is not None:
            return document.panel(self.tabs, document.document(found, tab, place))
        sound = live.sounds.address(found)
        return document.panel(self.tabs, document.document(found, tab, place, live.leaves.seen, sound))

    def document(self, live: Live, source: str) -> Document | None:
        """Return a document of the conversation that was opened from a file, otherwise of the index, if it is there."""
        if self.documents is not None:
            return self.documents.get(source)
        with live.engine() as engine:
            return engine.index.store.find(source)

    def open(self, live: Live, tab: Tab) -> None:
        """Open a document in a tab, under its own title.

        Raises:
            LookupError: there never was such a document.
            BusyError: the site is closing.
        """
        found = self.document(live, tab.source)
        if found is None and not tab.spans:
            raise LookupError(tab.source)
        self.tabs.open(replace(tab, title=found.title) if found else tab)

    def _sources(self, live: Live) -> str:
        """Return the list of sources: those of the index can be ticked, and are fetched by the script."""
        if self.documents is not None:
            own = [Listing(d.source, d.title, d.published, len(d.text)) for d in self.documents.values()]
            return document.source_list(own)
        if live.unbuilt:
            return document.source_list([])
        with live.engine() as engine:
            return shelf.pane(engine.index.manifest.counts.documents)


_LOCK = Lock()
"""Two presses may come at the same moment."""
