"""The chat: the conversation, and beside it the sources.

What is pressed inside the conversation or the sources reaches the server as events of the panel, sent by
``static/page.js``: ``click`` opens something, ``submit`` asks what was typed or suggested, ``retry`` and ``edit`` ask
anew, ``like`` rates. The script takes a question out of its box itself, at the press: an event of the box would read it
later, with what is typed meanwhile, and emptying the box from here would take away what is typed by then. What takes no
time is not queued: it works while answers are waited for.
"""

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path
from threading import Lock
from typing import Any

import gradio as gr
from cachetools import LRUCache

from rag.config import Config
from rag.conversation.suggest import KEPT
from rag.engine import SUGGESTED, Engine, Options
from rag.errors import RagError, UsageError
from rag.schema import Answer, Closest, Document, Filter
from rag.web import access, page, settings, words
from rag.web.answering import SentQuestion, answering, history, shown
from rag.web.conversations import Conversations, Rating
from rag.web.desk import Desk, Run
from rag.web.document import Tab
from rag.web.events import AT_ONCE, QUIET
from rag.web.guard import owner
from rag.web.icons import classed
from rag.web.live import Live
from rag.web.llms import NONE, LLMs
from rag.web.template import html

__all__ = ["Chat", "panes", "shown"]

_ENDED = "() => { document.dispatchEvent(new Event('ql-ended')); return []; }"
"""Tells the script of the page that a question has been answered, or has come to nothing."""

MOST_EXAMPLES = 4
MOST_KEPT = 8
"""Indexes whose examples are remembered."""
MOST_WAIT = 1
"""Seconds that one page waits while another is told what may be asked next; then it is not told."""

Changes = dict[Any, Any]
"""New values by component."""


@dataclass(frozen=True, slots=True)
class Note:
    """Tells above the question box which sources may answer."""

    text: gr.HTML
    everything: gr.Button
    """Lets all of them; shown while the chat is limited."""


@dataclass(frozen=True, slots=True)
class Chat:
    """The components that other parts of the site read or set."""

    conversation: gr.State
    """``list[Answer]``: what the page shows. Gradio cannot tell when it changes; listen to ``turns`` instead."""
    current: gr.State
    """Its id in the store; "" before its first answer, and for one that was opened from a file."""
    desk: gr.State
    """A :class:`rag.web.desk.Desk`, changed in place."""
    turns: gr.State
    """``int``: grows with every answer."""
    chat: gr.HTML
    writing: gr.HTML
    panel: gr.HTML
    offers: gr.HTML
    examples: gr.HTML
    live: Live
    llms: LLMs
    tried: "Examples"

    def exemplified(self) -> str:
        """Return what an empty page offers: it is to be set once the page is there, for each question is tried."""
        if self.live.unbuilt:
            return ""
        with self.live.engine() as engine:
            return page.offered(words.CHAT_FOR_EXAMPLE, self.tried.of(engine))

    @property
    def outputs(self) -> list[Any]:
        """What :meth:`opened` sets."""
        return [self.conversation, self.current, self.chat, self.writing, self.panel, self.offers]

    def opened(
        self,
        desk: Desk,
        identity: str = "",
        answers: Sequence[Answer] = (),
        ratings: Mapping[int, Rating] | None = None,
        documents: dict[str, Document] | None = None,
    ) -> Changes:
        """Return what an event with ``outputs`` returns to show a conversation; by default a new one.

        Args:
            desk: the value of ``desk``.
            identity: of a stored conversation.
            answers: oldest first.
            ratings: by the place of an answer.
            documents: the sources of a conversation that was opened from a file, by ``Document.source``: it is only to
                be read, and none of the index is shown with it.
        """
        desk.clear(documents)
        return {
            self.conversation: list(answers),
            self.current: identity,
            self.chat: shown(answers, ratings or {}, desk),
            self.writing: "",
            self.panel: desk.panel(self.live),
            self.offers: "",
        }


def panes(
    live: Live, conversations: Conversations, chosen: gr.State, llms: LLMs, above: Callable[[], None] = lambda: None
) -> tuple[Chat, Note]:
    """Lay out the conversation and the sources inside the row that is being built; return what tells of a limit, too.

    Args:
        live: gives the engine that answers.
        conversations: where answers are kept.
        chosen: the :class:`rag.schema.Filter` of the documents that may answer.
        llms: one of which may word an answer.
        above: lays out what stands above an empty conversation.
    """
    chat, noted, stop, start = _layout(live, llms, above)
    events = _Events(chat, conversations)
    inputs = [chat.conversation, chat.current, chat.desk, chosen, chat.turns]
    outputs = [*chat.outputs, chat.turns]
    # "multiple": Gradio would drop a press while an answer is written, and some just after it, without a word.
    queued: Any = {**QUIET, "trigger_mode": "multiple"}
    at_once: Any = {**queued, **AT_ONCE}
    asking: Any = {**queued, "concurrency_id": "answer"}  # however it is asked, a question takes one of the same places
    asked = gr.on([chat.panel.submit, chat.panel.retry, chat.panel.edit], events.ask, inputs, outputs, **asking)
    asked.then(None, js=_ENDED)  # answered or not
    chat.panel.click(events.select, [chat.conversation, chat.desk], [chat.panel], **at_once)
    chat.panel.like(events.rate, [chat.conversation, chat.current, chat.desk], [chat.chat], **at_once)
    stop.click(lambda desk: desk.stop(), [chat.desk], **at_once)
    start.click(chat.opened, [chat.desk], chat.outputs, **at_once)
    # Hangs on a state that changes, and is not queued: what is pressed just as Gradio closes a stream may be lost, so
    # there is to be no stream after that of the answer.
    chat.turns.change(events.offer, [chat.conversation, chat.desk, chosen, chat.turns], [chat.offers], **at_once)
    return chat, noted


class Examples:
    """The questions that an empty page offers. Safe between threads.

    Args:
        named: those of the settings; they may have been written for other sources.
    """

    def __init__(self, named: Sequence[str]) -> None:
        self._named = named
        self._lock = Lock()
        self._kept: LRUCache[str, tuple[str, ...]] = LRUCache(MOST_KEPT)  # by index: not everybody reads all of it

    def of(self, engine: Engine) -> tuple[str, ...]:
        """Return those that the sources of an engine answer, otherwise some that are made of these sources."""
        with self._lock:
            if engine.index.id not in self._kept:
                found = tuple(question for question in self._named if engine.answers(question))
                self._kept[engine.index.id] = found or self._made(engine)
            return self._kept[engine.index.id]

    def _made(self, engine: Engine) -> tuple[str, ...]:
        """Return questions that are made of the sources, each answered; those whose answer is likely stand first."""
        return tuple(sorted(engine.suggest(n=KEPT), key=lambda question: not engine.answers(question))[:MOST_EXAMPLES])


class _Events:
    """What happens when something is pressed."""

    def __init__(self, chat: Chat, conversations: Conversations) -> None:
        self._chat = chat
        self._live = chat.live
        self._conversations = conversations
        self._running: set[Run] = set()  # the answers that are being made, for any page
        self._offering = Lock()  # one at a time looks for what may be asked next

    def ask(
        self, event: gr.EventData, conversation: list[Answer], current: str, desk: Desk, chosen: Filter, turns: int,
        request: gr.Request,
    ) -> Iterator[Changes]:  # fmt: skip
        """Answer what was typed, a suggestion, or a question of the conversation anew, as it was or edited."""
        told = _told(event)
        place, question = len(conversation), str(told.get("question") or "")
        with suppress(LookupError):
            if told.get("answer") is not None:
                place = _place(told, conversation)
                question = question or conversation[place].question
        typed = told.get("typed") is True

        def options(engine: Engine) -> Options:
            return settings.options(told.get("settings"), self._chat.llms, engine)

        asked = SentQuestion(question, place, conversation, current, chosen, turns, owner(request), typed, options)
        yield from self._answered(desk, asked)

    def _answered(self, desk: Desk, asked: SentQuestion) -> Iterator[Changes]:
        """Yield what changes on the page, by component."""
        nothing = {self._chat.writing: gr.skip()}
        for changes in answering(self._live, self._conversations, desk, asked, self._running):
            if notice := changes.pop("notice", None):
                gr.Info(page.plain(notice))
            yield {getattr(self._chat, name): value for name, value in changes.items()} or nothing
        yield nothing  # Gradio sends what came last once more as it ends: it must not undo what was pressed meanwhile

    def select(self, event: gr.EventData, conversation: list[Answer], desk: Desk) -> Any:
        """Open or close what was pressed; what names nothing here changes nothing."""
        told = _told(event)
        if desk.overtaken(told.get("press")):
            return gr.skip()
        with suppress(LookupError, TypeError, ValueError, RagError):
            _select(self._live, desk, conversation, told)
            return desk.panel(self._live)
        return gr.skip()

    def rate(
        self, event: gr.EventData, conversation: list[Answer], current: str, desk: Desk, request: gr.Request
    ) -> Any:
        """Keep what a person makes of an answer."""
        told = _told(event)
        liked = told.get("liked") if isinstance(told.get("liked"), bool) else None
        comment = str(told.get("comment") or "")[: page.MOST_COMMENT]
        try:
            self._conversations.rate(owner(request), current, _place(told, conversation), liked, comment)
            return shown(conversation, self._conversations.ratings(owner(request), current), desk)
        except LookupError:
            return gr.skip()
        except RagError as error:
            gr.Info(page.plain(words.CHAT_NOT_RATED.format(why=error)))
            return gr.skip()

    def offer(self, conversation: list[Answer], desk: Desk, chosen: Filter, turn: int) -> Any:
        """Offer what may be asked next, unless someone waits for an answer: it takes as long as many of them."""
        if desk.turn != turn or conversation[-1].message or not self._offering.acquire(timeout=MOST_WAIT):
            return gr.skip()
        try:
            if not self._running:
                with suppress(RagError), self._live.engine() as engine:
                    *before, last = conversation
                    found = engine.suggest(last.question, history(before), chosen, SUGGESTED, last.answer)
                    if desk.turn == turn:
                        return page.offered(words.CHAT_YOU_CAN_ASK, found)
        finally:
            self._offering.release()
        return gr.skip()


def _layout(live: Live, llms: LLMs, above: Callable[[], None]) -> tuple[Chat, Note, gr.Button, gr.Button]:
    """Return the components, what tells of a limit, and the buttons "Stop" and "Start over"."""
    config = live.config
    with gr.Column(elem_id="ql-left", min_width=0):
        with gr.Column(elem_id="ql-chat", min_width=0):
            gr.HTML(_intro(llms), elem_id="ql-intro", apply_default_css=False)
            above()
            conversation = gr.HTML(page.conversation([], {}, {}), elem_id="ql-log", apply_default_css=False)
            writing = gr.HTML("", elem_id="ql-writing", apply_default_css=False)
            examples = gr.HTML("", elem_id="ql-examples", apply_default_css=False)
            offers = gr.HTML("", elem_id="ql-offers", apply_default_css=False)
        with gr.Column(elem_id="ql-composer", min_width=0):
            noted = note()
            with gr.Row(elem_id="ql-ask"):
                start = gr.Button(
                    words.CHAT_START_OVER,
                    scale=0,
                    min_width=0,
                    elem_id="ql-start",
                    elem_classes=["ql-drawn", classed("plus")],
                )
                gr.Textbox(
                    show_label=False,
                    container=False,
                    label=words.CHAT_QUESTION,
                    placeholder=words.CHAT_PLACEHOLDER,
                    scale=1,
                    autofocus=True,
                    elem_id="ql-question",
                    max_length=config.max_question_chars,
                )
                gr.Button(
                    words.CHAT_ASK,
                    variant="primary",
                    scale=0,
                    min_width=0,
                    elem_id="ql-send",
                    elem_classes=["ql-drawn", classed("arrow-up")],
                )
                stop = gr.Button(
                    words.CHAT_STOP,
                    scale=0,
                    min_width=0,
                    visible=bool(llms.names),
                    elem_id="ql-stop",
                    elem_classes=["ql-drawn", classed("square")],
                )
    with gr.Column(elem_id="ql-side", min_width=0):
        gr.HTML(html("chat", "edge"), elem_id="ql-edge", apply_default_css=False)
        told = json.dumps({"busy": words.CHAT_ONE_AT_A_TIME, "readOnly": words.CHAT_READ_ONLY})
        own = [(files("rag.web") / "static" / name).read_text(encoding="utf-8") for name in ("leaf.js", "page.js")]
        script = "\n".join([f"const words = {told};", *own])
        # What somebody may read of it is known when they ask; it comes then.
        shown = "" if access.person().collections else Desk().panel(live)
        panel = gr.HTML(shown, js_on_load=script, elem_id="ql-panel", apply_default_css=False)
    chat = Chat(
        gr.State([]), gr.State(""), gr.State(Desk()), gr.State(0), conversation, writing, panel, offers, examples, live,
        llms, Examples(_examples(config)),
    )  # fmt: skip
    return chat, noted, stop, start


def note() -> Note:
    """Lay out what tells which sources may answer."""
    with gr.Row(elem_id="ql-limit-note", equal_height=True):
        text = gr.HTML("", js_on_load="", elem_id="ql-limited")
        everything = gr.Button(words.LIMIT_ALL, size="sm", scale=0, min_width=0, visible=False, elem_id="ql-unlimit")
    return Note(text, everything)


def _intro(llms: LLMs) -> str:
    """Return what stands on an empty page."""
    proofs = {NONE: words.CHAT_PROOF_QUOTE, "llm": words.CHAT_PROOF_LLM} if llms.names else {}
    return html("chat", "intro", proofs)


def _told(event: gr.EventData) -> dict[str, Any]:
    """Return what the script on the page sent with an event."""
    told: Any = event._data  # noqa: SLF001 (Gradio gives a component's own data no public name)
    return told if isinstance(told, dict) else {}


def _place(told: Mapping[str, Any], conversation: Sequence[Answer]) -> int:
    """Return the place of the answer that an event is about; LookupError if there is none."""
    place = told.get("answer")
    if not isinstance(place, int) or not 0 <= place < len(conversation):
        raise LookupError(place)
    return place


def _select(live: Live, desk: Desk, conversation: Sequence[Answer], told: Mapping[str, Any]) -> None:
    """Open or close what an event names; LookupError, TypeError or ValueError if it names nothing."""
    if told.get("close") is not None:
        desk.tabs.close(int(told["close"]))
    elif told.get("tab") is not None:
        desk.tabs.show(int(told["tab"]))
    elif told.get("source") is not None:
        source = str(told["source"])
        desk.open(live, Tab(source, source))
    elif told.get("passage") is not None:  # a dot of the map
        with live.engine() as engine:
            (passage,) = engine.index.store.passages([int(told["passage"])])
        near = Closest(passage.source, passage.title, passage.start, passage.end, passage.text, 0.0)
        desk.open(live, Tab(passage.source, passage.title, (near,), 0))
    else:
        place = _place(told, conversation)
        answer = conversation[place]
        spans = answer.citations or answer.closest
        selected = int(told["number"]) - 1 if answer.citations else int(told["closest"])
        if not 0 <= selected < len(spans):
            raise LookupError(selected)
        desk.open(live, Tab(spans[selected].source, spans[selected].title, spans, selected, place))


def _examples(config: Config) -> list[str]:
    """Return the example questions that ``config.examples`` names, a line each."""
    if not config.examples:
        return []
    try:
        lines = Path(config.examples).read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise UsageError(f"examples file {config.examples} cannot be read: {error}") from None
    return [line.strip() for line in lines if line.strip()]
