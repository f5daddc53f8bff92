"""The library: what there is, adding, removing and indexing it, its pictures, and what limits the chat."""

from collections import OrderedDict
from collections.abc import Mapping, Sequence
from importlib.resources import files
from itertools import count
from threading import Lock
from typing import Any

import gradio as gr

from rag.engine import Engine
from rag.errors import RagError, UsageError
from rag.retrieval.hybrid import check_filter
from rag.schema import ALL, Answer, Filter
from rag.web import access, adding, listing, picture, words
from rag.web.chat import Note
from rag.web.events import AT_ONCE
from rag.web.library import Job, Library
from rag.web.live import Live
from rag.web.shelf import Query, Shelf, place, told
from rag.web.template import html
from rag.web.uploads import UPLOADS

MOST_KEPT = 4
"""Indexes of which the map is kept: not everybody reads all of one."""


def keeper() -> gr.HTML:
    """Lay out what tells the script which sources are ticked; it belongs outside every view, as two have the list."""
    script = (files("rag.web") / "static" / "shelf.js").read_text(encoding="utf-8")
    return gr.HTML(told(0, 0, 0, None), js_on_load=script, elem_id="ql-ticked", apply_default_css=False)


def view(
    live: Live, library: Library, shelf: Shelf, opened: gr.HTML, noted: Note, keeper: gr.HTML, chosen: gr.State,
    conversation: gr.State,
) -> None:  # fmt: skip
    """Lay out the library.

    Args:
        live: what answers.
        library: the sources.
        shelf: their list.
        opened: tells that the view is opened.
        noted: where the chat tells what limits it.
        keeper: as :func:`keeper` returned it.
        chosen: the :class:`Filter` that limits the chat.
        conversation: the answers of the chat, the last of which the map shows.
    """
    page = _Page(live, library, shelf)
    gr.HTML(html("parts", "head", words.SOURCES), apply_default_css=False)
    with gr.Row(equal_height=False):
        with gr.Column(scale=3, min_width=360):
            gr.HTML(place(pane=False), elem_id="ql-list", apply_default_css=False)
            drawn = (files("rag.web") / "static" / "pictures.js").read_text(encoding="utf-8")
            pictures = gr.HTML(js_on_load=drawn, elem_id="ql-pictures")
        with gr.Column(scale=2, min_width=320):
            writes = access.person().writes
            area = adding.area(library) if writes else ""
            drop = gr.HTML(area, js_on_load=adding.script("sources.js"), elem_id="ql-add", visible=writes)
            with gr.Group(visible=writes and library.folders):
                folder = gr.Textbox(
                    "",
                    label=words.FOLDER,
                    info=words.FOLDER_ABOUT.format(folder=library.root / UPLOADS),
                    placeholder=words.FOLDER_EXAMPLE,
                )
                add = gr.Button(words.FOLDER_ADD)
            build = gr.Button(words.REINDEX, visible=writes)
            said = gr.HTML(js_on_load="", elem_id="ql-said")
            job = gr.HTML(js_on_load="", elem_id="ql-job")
            with gr.Group():
                gr.Textbox(
                    "",
                    label=words.LIMIT_SOURCES,
                    info=words.LIMIT_SOURCES_ABOUT,
                    max_length=1000,
                    elem_id="ql-limit-sources",
                )
                with gr.Row():
                    for name, label in (("after", words.LIMIT_AFTER), ("before", words.LIMIT_BEFORE)):
                        holder = words.LIMIT_DATE
                        gr.Textbox("", label=label, placeholder=holder, max_length=10, elem_id=f"ql-limit-{name}")
                with gr.Row():  # shelf.js hears both, and reads what was typed
                    gr.Button(words.LIMIT_SET, min_width=120, elem_id="ql-limit-set")
                    gr.Button(words.LIMIT_ALL, min_width=120, elem_id="ql-limit-lift")
            limits = gr.HTML(listing.told(words.NOT_LIMITED), js_on_load="", elem_id="ql-limits")
    timer = gr.Timer(1, active=False)
    seen = [conversation]
    shown = [job, timer, keeper, pictures]
    opened.select(page.look, seen, shown, **AT_ONCE)
    timer.tick(page.tick, seen, shown, **AT_ONCE)
    drop.click(page.act, seen, [said, *shown], **AT_ONCE)
    gr.on([add.click, folder.submit], page.add_folder, [folder, *seen], [said, *shown], **AT_ONCE)
    build.click(page.reindex, seen, [said, *shown], **AT_ONCE)
    limited = [chosen, noted.text, noted.everything, limits, keeper]
    keeper.click(page.limit, [chosen], limited, trigger_mode="multiple", **AT_ONCE)


def _progress(job: Job) -> str:
    """Return how far the job is, for who may begin one: it names files."""
    return listing.progress(job) if access.person().writes else ""


class _Page:
    """What the view shows, and does: each of its methods hangs on an event."""

    def __init__(self, live: Live, library: Library, shelf: Shelf) -> None:
        self._live = live
        self._library = library
        self._shelf = shelf
        self._drawn = _Drawn()
        self._serials = count(1)

    def look(self, answers: Sequence[Answer]) -> tuple[Any, ...]:
        """Return (job, timer, ticked, pictures): all that may have changed.

        What is ticked the script asks for anew: an answer that takes a while must not bring back an older limit.
        """
        self._shelf.refresh()
        try:
            pictures = self._pictured(answers)
        except RagError as error:
            return (*self._job(), self._told(error=str(error), look=True), gr.skip())
        return (*self._job(), self._told(look=True), pictures)

    def _pictured(self, answers: Sequence[Answer]) -> str:
        """Return the pictures of the documents; none before there is an index."""
        if self._live.unbuilt:
            return ""
        with self._live.engine() as engine:
            return picture.timeline(engine.index.store.documents()) + self._drawn.passage_map(engine, answers)

    def _job(self) -> tuple[str, gr.Timer]:
        """Return how far the job is, at the last moment: one that began meanwhile must not be hidden."""
        job = self._library.job
        return _progress(job), gr.Timer(active=bool(job.stage))

    def tick(self, answers: Sequence[Answer]) -> tuple[Any, ...]:
        """Return the same; while something is done only how far it is."""
        job = self._library.job
        return (_progress(job), *(gr.skip(),) * 3) if job.stage else self.look(answers)

    def act(self, event: gr.EventData, answers: Sequence[Answer]) -> tuple[Any, ...]:
        """Return (what was done, …): files have arrived, an address is fetched, a source goes or is read again."""
        told = event._data  # noqa: SLF001 (Gradio gives a component's own data no public name)
        source = told.get("remove")
        said = ""
        try:
            if source is not None:
                place = self._library.remove(str(source))
                said = listing.told(words.REMOVED.format(name=source, place=place))
            if not told.get("look"):
                self._library.reindex()
        except RagError as error:
            said = listing.failed(str(error))
        return (said, *self.look(answers))

    def add_folder(self, path: str, answers: Sequence[Answer]) -> tuple[Any, ...]:
        """Return (what is wrong with the path, …)."""
        said = ""
        try:
            self._library.add_folder(path)
        except RagError as error:
            said = listing.failed(str(error))
        return (said, *self.look(answers))

    def reindex(self, answers: Sequence[Answer]) -> tuple[Any, ...]:
        """Return (why not, …)."""
        said = ""
        try:
            self._library.reindex()
        except RagError as error:
            said = listing.failed(str(error))
        return (said, *self.look(answers))

    def limit(self, event: gr.EventData, chosen: Filter) -> tuple[Any, ...]:
        """Return (chosen, note, whether it can be lifted, what limits the chat, ticked).

        One event sets every limit, typed or ticked, and the script sends one at a time: of two that were under way
        together the older one could come last, and bring back what limited the chat before. What names nothing here
        changes nothing.
        """
        told: Any = event._data  # noqa: SLF001 (Gradio gives a component's own data no public name)
        try:
            wanted, known = self._wanted(told, chosen)
            return self._set(wanted, known=known)
        except (AttributeError, LookupError, TypeError):
            return (gr.skip(),) * 5
        except RagError as error:
            typed = told["do"] == "typed"  # beside which it is told, and not in the lists
            return *(gr.skip(),) * 3, listing.failed(str(error)), self._told(error="" if typed else str(error))

    def _set(self, wanted: Filter, *, known: bool) -> tuple[Any, ...]:
        """Return the same for a filter; ``known`` where the script has ticked what it names already.

        Raises:
            UsageError: the filter cannot be used, or no document passes it.
        """
        check_filter(wanted)
        with self._live.engine() as engine:
            store = engine.index.store
            passing, documents = store.sources(wanted), engine.index.manifest.counts.documents
        if documents and not passing:
            raise UsageError(words.LIMIT_NOTHING)
        names = None if wanted == ALL else (known and len(passing) == len(wanted.sources)) or passing
        about = wanted, len(passing), documents
        told = listing.told(listing.limited(*about))
        kept = self._told(documents, len(passing), names)
        return wanted, listing.chip(*about), gr.Button(visible=wanted != ALL), told, kept

    def _told(self, *about: Any, error: str = "", look: bool = False) -> str:
        documents, passing, names = about or (0, 0, True)
        return told(next(self._serials), documents, passing, names, error=error, look=look)

    def _named(self, typed: str) -> tuple[str, ...]:
        """Return the sources that words mean: what is typed as it is where it names one, or is a pattern of some.

        Raises:
            UsageError: it is like no source.
        """
        with self._live.engine() as engine:
            if engine.index.store.titles(Filter((typed,))):
                return (typed,)
            like = tuple(each.source for each in engine.index.store.documents() if listing.is_like(each, typed))
        if not like:
            raise UsageError(words.LIMIT_NO_SOURCE.format(typed=typed))
        return like

    def _wanted(self, told: Mapping[str, Any], chosen: Filter) -> tuple[Filter, bool]:
        """Return the filter that a press means, and whether the script has ticked what it names already."""
        what = told["do"]
        if what == "typed":
            typed, after, before = (str(told[name]).strip() for name in ("sources", "after", "before"))
            return Filter(self._named(typed) if typed else (), after or None, before or None), False
        if what == "all":
            return ALL, False
        if what == "begin":
            return chosen, False
        own = tuple(dict.fromkeys(map(str, told["sources"])))
        if what == "set":
            return Filter(own), True
        if what != "found":
            raise LookupError(what)
        query = Query(**{name: str(told["query"].get(name) or "") for name in ("find", "publisher", "after", "before")})
        query.check()
        if told["on"] and not own and not query.names:  # dates as they are: they hold for what is added, too
            return Filter((), query.after or None, query.before or None), False
        found = dict.fromkeys(entry.source for entry in query.of(self._shelf.entries(indexed=True)))
        names = {**dict.fromkeys(own), **found} if told["on"] else [name for name in own if name not in found]
        return Filter(tuple(names)), False


class _Drawn:
    """Draws the map; planes and points of an index are kept, for finding them takes longer than drawing."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._of: OrderedDict[str, tuple[picture.Plane, dict[int, Sequence[float]]]] = OrderedDict()

    def passage_map(self, engine: Engine, answers: Sequence[Answer]) -> str:
        """Return the map of an index, with what the last answer quotes."""
        vectors = engine.index.vectors
        with self._lock:
            if engine.index.id not in self._of:
                rows = picture.sampled(len(vectors))
                found = vectors.rows(rows)
                plane = picture.Plane.through(found)
                points = dict(zip(rows.tolist(), plane.points(found).tolist(), strict=True))
                self._of[engine.index.id] = plane, points
                while len(self._of) > MOST_KEPT:
                    self._of.popitem(last=False)
            plane, points = self._of[engine.index.id]
        documents = engine.index.store.documents()
        used = _quoted(engine, answers[-1]) if answers else []
        if more := [row for row in used if row not in points]:
            import numpy as np

            found = vectors.rows(np.array(more))
            points = {**points, **dict(zip(more, plane.points(found).tolist(), strict=True))}
        return picture.passage_map(points, documents, used)


def _quoted(engine: Engine, answer: Answer) -> list[int]:
    """Return the numbers of the passages that an answer quotes and the index still has, in the same words."""
    first, firsts = 0, {}
    for document in engine.index.store.documents():
        firsts[document.source] = first
        first += document.passages
    return sorted(
        {
            firsts[cited.source] + n
            for cited in answer.citations
            for n, passage in enumerate(engine.index.store.of(cited.source))
            if passage.text[max(0, cited.start - passage.start) : cited.end - passage.start] == cited.quote
        }
    )
