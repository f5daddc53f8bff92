"""The library: what there is, adding, removing and indexing it, its pictures, and what limits the chat."""

from collections.abc import Sequence
from threading import Lock
from typing import Any

import gradio as gr

from rag.engine import Engine
from rag.errors import RagError, UsageError
from rag.index.store import Listing
from rag.retrieval.hybrid import check_filter
from rag.schema import ALL, Answer, Filter
from rag.web import adding, listing, picture, words
from rag.web.chat import Note
from rag.web.library import Library
from rag.web.live import Live
from rag.web.uploads import UPLOADS

_TYPED = """(sources, after, before) => {
  const typed = document.querySelector("#ql-limit-sources input")?.value.trim();
  return [typed && !sources.includes(typed) ? [...sources, typed] : sources, after, before];
}"""
"""What is typed and was not chosen from the list counts as well."""
MOST_CHOICES = 1000
"""Sources that the list of choices offers; others can be typed."""


def view(live: Live, library: Library, opened: gr.HTML, noted: Note, chosen: gr.State, conversation: gr.State) -> None:
    """Lay out the library.

    Args:
        live: what answers.
        library: the sources.
        opened: tells that the view is opened.
        noted: where the chat tells what limits it.
        chosen: the :class:`Filter` that limits the chat.
        conversation: the answers of the chat, the last of which the map shows.
    """
    page = _Page(live, library)
    gr.HTML(f'<h2 class="ql-head">{words.SOURCES}</h2>', apply_default_css=False)
    with gr.Row(equal_height=False):
        with gr.Column(scale=3, min_width=360):
            find = gr.Textbox("", label=words.LIST_FIND, placeholder=words.LIST_EXAMPLE, elem_id="ql-find")
            table = gr.HTML(js_on_load="", elem_id="ql-list")
            pictures = gr.HTML(js_on_load="", elem_id="ql-pictures")
        with gr.Column(scale=2, min_width=320):
            drop = gr.HTML(adding.area(library), js_on_load=adding.script("sources.js"), elem_id="ql-add")
            with gr.Group(visible=library.folders):
                folder = gr.Textbox(
                    "",
                    label=words.FOLDER,
                    info=words.FOLDER_ABOUT.format(folder=library.root / UPLOADS),
                    placeholder=words.FOLDER_EXAMPLE,
                )
                add = gr.Button(words.FOLDER_ADD)
            build = gr.Button(words.REINDEX)
            said = gr.HTML(js_on_load="", elem_id="ql-said")
            job = gr.HTML(js_on_load="", elem_id="ql-job")
            with gr.Group():
                picked = gr.Dropdown(
                    label=words.LIMIT_SOURCES,
                    info=words.LIMIT_SOURCES_ABOUT,
                    multiselect=True,
                    allow_custom_value=True,
                    choices=[],
                    elem_id="ql-limit-sources",
                )
                with gr.Row():
                    after = gr.Textbox("", label=words.LIMIT_AFTER, placeholder=words.LIMIT_DATE, max_length=10)
                    before = gr.Textbox("", label=words.LIMIT_BEFORE, placeholder=words.LIMIT_DATE, max_length=10)
                with gr.Row():
                    set_limit = gr.Button(words.LIMIT_SET, min_width=120)
                    no_limit = gr.Button(words.LIMIT_ALL, min_width=120)
            limits = gr.HTML(listing.told(words.NOT_LIMITED), js_on_load="", elem_id="ql-limits")
    timer = gr.Timer(1, active=False)
    # Nothing here waits in the queue with questions: each takes milliseconds, the work is done in the background.
    quick: dict[str, Any] = {"queue": False, "show_progress": "hidden", "api_visibility": "private"}
    shown = [job, timer, table, picked, pictures]
    opened.select(page.look, [find, conversation], shown, **quick)
    timer.tick(page.tick, [find, conversation], shown, **quick)
    drop.click(page.act, [find, conversation], [said, *shown], **quick)
    gr.on([add.click, folder.submit], page.add_folder, [folder, find, conversation], [said, *shown], **quick)
    build.click(page.reindex, [find, conversation], [said, *shown], **quick)
    find.change(page.searched, [find], [table], **quick)
    limited = [chosen, noted.row, noted.text, limits]
    set_limit.click(page.limit, [picked, after, before], limited, js=_TYPED, **quick)
    gr.on([no_limit.click, noted.everything.click], page.unlimit, None, [picked, after, before, *limited], **quick)


class _Page:
    """What the view shows, and does: each of its methods hangs on an event."""

    def __init__(self, live: Live, library: Library) -> None:
        self._live = live
        self._library = library
        self._drawn = _Drawn()

    def look(self, find: str, answers: Sequence[Answer]) -> tuple[Any, ...]:
        """Return (job, timer, table, choices, pictures): all that may have changed."""
        try:
            entries = self._library.entries()
            documents, pictures = self._pictured(answers)
        except RagError as error:
            return (*self._job(), listing.failed(str(error)), gr.skip(), gr.skip())
        choices = [(f"{each.title} · {each.source}", each.source) for each in documents[:MOST_CHOICES]]
        return (*self._job(), listing.table(entries, find), gr.Dropdown(choices=choices), pictures)

    def _pictured(self, answers: Sequence[Answer]) -> tuple[Sequence[Listing], str]:
        """Return the documents and their pictures; none of either before there is an index."""
        if self._live.unbuilt:
            return (), ""
        with self._live.engine() as engine:
            documents = engine.index.store.documents()
            return documents, picture.timeline(documents) + self._drawn.passage_map(engine, answers)

    def _job(self) -> tuple[str, gr.Timer]:
        """Return how far the job is, at the last moment: one that began meanwhile must not be hidden."""
        job = self._library.job
        return listing.progress(job), gr.Timer(active=bool(job.stage))

    def tick(self, find: str, answers: Sequence[Answer]) -> tuple[Any, ...]:
        """Return the same; while something is done only how far it is."""
        job = self._library.job
        return (listing.progress(job), *(gr.skip(),) * 4) if job.stage else self.look(find, answers)

    def searched(self, find: str) -> str:
        """Return the table of what is searched for."""
        try:
            return listing.table(self._library.entries(), find)
        except RagError as error:
            return listing.failed(str(error))

    def act(self, event: gr.EventData, find: str, answers: Sequence[Answer]) -> tuple[Any, ...]:
        """Return (what was done, …) once files have arrived, an address is fetched, or Remove was pressed."""
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
        return (said, *self.look(find, answers))

    def add_folder(self, path: str, find: str, answers: Sequence[Answer]) -> tuple[Any, ...]:
        """Return (what is wrong with the path, …)."""
        said = ""
        try:
            self._library.add_folder(path)
        except RagError as error:
            said = listing.failed(str(error))
        return (said, *self.look(find, answers))

    def reindex(self, find: str, answers: Sequence[Answer]) -> tuple[Any, ...]:
        """Return ("", …)."""
        self._library.reindex()
        return ("", *self.look(find, answers))

    def limit(self, sources: list[str], after: str, before: str) -> tuple[Any, ...]:
        """Return (chosen, row of the note, note, what limits the chat)."""
        try:
            named = tuple(dict.fromkeys(source for typed in sources if typed.strip() for source in self._named(typed)))
            wanted = Filter(named, after.strip() or None, before.strip() or None)
            check_filter(wanted)
            with self._live.engine() as engine:
                passing, documents = len(engine.index.store.titles(wanted)), len(engine.index.store.documents())
            if not passing:
                raise UsageError(words.LIMIT_NOTHING)
        except RagError as error:
            return (*(gr.skip(),) * 3, listing.failed(str(error)))
        told = listing.told(listing.limited(wanted, passing, documents))
        return wanted, gr.Row(visible=wanted != ALL), told, told

    def _named(self, typed: str) -> tuple[str, ...]:
        """Return the sources that a choice or words mean: it as it is where it names one, or is a pattern of some.

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

    def unlimit(self) -> tuple[Any, ...]:
        """Return (sources, after, before) that are empty, and what :meth:`limit` does for them."""
        return [], "", "", *self.limit([], "", "")


class _Drawn:
    """Draws the map; the plane and the points of an index are kept, for finding them takes longer than drawing."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._of: tuple[str, picture.Plane, dict[int, Sequence[float]]] | None = None

    def passage_map(self, engine: Engine, answers: Sequence[Answer]) -> str:
        """Return the map of an index, with what the last answer quotes."""
        vectors = engine.index.vectors
        with self._lock:
            if self._of is None or self._of[0] != engine.index.id:
                rows = picture.sampled(len(vectors))
                found = vectors.rows(rows)
                plane = picture.Plane.through(found)
                self._of = engine.index.id, plane, dict(zip(rows.tolist(), plane.points(found).tolist(), strict=True))
            _, plane, points = self._of
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
