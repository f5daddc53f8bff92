"""The chat: the conversation on the left, the sources on the right.

A citation's number is a button: pressing it opens the whole document with the quote highlighted and in view.
"""

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from functools import partial
from importlib.resources import files
from pathlib import Path
from threading import Event
from typing import Any

import gradio as gr

from rag.config import Config
from rag.engine import Engine
from rag.errors import RagError, UsageError
from rag.schema import Answer, Progress, Turn
from rag.web import page

Conversation = list[Answer]


def tab(engine: Engine) -> None:
    """Lay out the chat inside the Gradio app that is being built."""
    sources = page.source_list(engine.index.store.documents())
    stops = _Stops()

    def ask(question: str, conversation: Conversation, request: gr.Request) -> Iterator[tuple[Any, ...]]:
        """Yield (question box, conversation, chat, sources panel, refused) as the answer is made."""
        if not question.strip():
            yield (gr.skip(),) * 5
            return
        with stops.during(request) as stop:
            yield from _answering(engine, question, conversation, stop)

    def ask_picked(
        picked: tuple[str, int], conversation: Conversation, request: gr.Request
    ) -> Iterator[tuple[Any, ...]]:
        """Ask a suggestion that was pressed."""
        yield from ask(picked[0], conversation, request)

    def select(event: gr.EventData, conversation: Conversation, picked: tuple[str, int]) -> tuple[Any, Any]:
        """Return the sources panel for a click on a citation, a closest passage, a source, or "all sources".

        And the question for one on a suggestion, with a number, so that pressing it again is another press.
        """
        clicked: Any = event._data  # noqa: SLF001 (Gradio gives a component's own data no public name)
        # A click that names nothing here changes nothing.
        with suppress(LookupError, TypeError, ValueError, ArithmeticError, AttributeError, RagError):
            if clicked.get("source") is not None:
                return page.document(engine.index.store.document(str(clicked["source"]))), gr.skip()
            if clicked.get("answer") is None:
                return sources, gr.skip()
            answer = conversation[int(clicked["answer"])]
            if clicked.get("suggestion") is not None:
                return gr.skip(), (answer.suggestions[int(clicked["suggestion"])], picked[1] + 1)
            if answer.citations:
                return _open(engine, answer, int(clicked["number"]) - 1), gr.skip()
            return _open(engine, answer, int(clicked["closest"])), gr.skip()
        return gr.skip(), gr.skip()

    conversation = gr.State([])
    picked = gr.State(("", 0))
    refused = gr.State(-1)  # the number of the last answer that was a refusal
    proof = "checked against the quotes it cites" if engine.llm else "a verbatim quote"
    gr.HTML(
        f'<div class="ql-head"><h1>Quoteline</h1><p>Every line of an answer is {proof}. '
        "Press its number to read it in its source.</p></div>"
    )
    with gr.Row(equal_height=False):
        with gr.Column(scale=3, min_width=360):
            chat = gr.Chatbot(
                label="Conversation",
                show_label=False,
                height="62vh",
                buttons=[],
                feedback_options=None,
                layout="panel",
                placeholder="Ask the sources a question.",
            )
            with gr.Row():
                box = gr.Textbox(
                    show_label=False,
                    label="Question",
                    placeholder="Ask the sources a question",
                    scale=6,
                    autofocus=True,
                    elem_id="ql-question",
                    max_length=engine.config.max_question_chars,
                )
                button = gr.Button("Ask", variant="primary", scale=1, min_width=80)
                stop_button = gr.Button("Stop", scale=1, min_width=80, visible=engine.llm is not None)
            questions = _examples(engine.config)
            examples = gr.Dataset(
                components=[box],
                samples=[[question] for question in questions],
                label="For example",
                visible=bool(questions),
            )
        with gr.Column(scale=2, min_width=320):
            panel = gr.HTML(
                sources,
                js_on_load=(files("rag.web") / "static" / "page.js").read_text(encoding="utf-8"),
                elem_id="ql-panel",
            )
    # An answer shows a moment before its event ends. What is pressed in between is kept until then, not dropped as the
    # second press of a double click (of which the second finds the box empty, and does nothing).
    kept: Any = {"trigger_mode": "always_last", "api_visibility": "private"}
    outputs = [box, conversation, chat, panel, refused]
    one: Any = {"concurrency_id": "answer"}  # however it is asked, a question takes one of the same places
    asked = gr.on([box.submit, button.click], ask, [box, conversation], outputs, **kept, **one)
    chosen = examples.click(lambda sample: sample[0], [examples], [box], **kept)
    answered = chosen.then(ask, [box, conversation], outputs, api_visibility="private", **one)
    replied = picked.change(ask_picked, [picked, conversation], outputs, api_visibility="private", **one)
    offer = partial(_offered, engine)
    refused.change(offer, [conversation], [examples], show_progress="hidden", api_visibility="private")
    stop_button.click(stops.stop, queue=False, api_visibility="private")
    cleared = [conversation, panel, refused]
    chat.clear(stops.stop, queue=False, api_visibility="private")
    chat.clear(lambda: ([], sources, -1), outputs=cleared, cancels=[asked, answered, replied], api_visibility="private")
    panel.click(select, [conversation, picked], [panel, picked], show_progress="hidden", **kept)


def _answering(
    engine: Engine, question: str, conversation: Conversation, stop: Event
) -> Iterator[tuple[Any, Any, list[dict[str, Any]], Any, Any]]:
    """Yield what changes on the page while a question is answered: see ``ask`` in :func:`tab`."""
    shown = [message for place, answer in enumerate(conversation) for message in _exchange(answer, place)]
    shown.append(_message("user", page.question(question)))
    yield "", gr.skip(), _replied(shown, page.searching(None)), gr.skip(), gr.skip()
    try:
        for event in engine.stream(question, _history(conversation), stop=stop):
            if isinstance(event, Answer):
                said = page.answer(event, len(conversation))
                panel = _open(engine, event, 0) if event.citations else gr.skip()
                refused = len(conversation) if event.outcome == "refused" and not event.message else gr.skip()
                yield gr.skip(), [*conversation, event], _replied(shown, said), panel, refused
            else:
                found = page.writing(event) if isinstance(event, Progress) else page.searching(len(event.hits))
                yield gr.skip(), gr.skip(), _replied(shown, found), gr.skip(), gr.skip()
    except RagError as error:
        yield gr.skip(), gr.skip(), _replied(shown, page.failed(str(error))), gr.skip(), gr.skip()


class _Stops:
    """Ends the writing of the answer that a session waits for: what is checked so far is shown, and the quotes."""

    def __init__(self) -> None:
        self._events: dict[str | None, Event] = {}

    @contextmanager
    def during(self, request: gr.Request) -> Iterator[Event]:
        """Yield the event that ends an answer of a session."""
        event = self._events[request.session_hash] = Event()
        try:
            yield event
        finally:
            self._events.pop(request.session_hash, None)

    def stop(self, request: gr.Request) -> None:
        """Listen no longer to the LLM that writes for a session, if there is one."""
        if event := self._events.get(request.session_hash):
            event.set()


def _offered(engine: Engine, conversation: Conversation) -> Any:
    """Return the buttons below the chat: after a refusal, what the sources can answer near the question."""
    if not conversation or conversation[-1].outcome != "refused" or conversation[-1].message:
        return gr.skip()
    found = engine.suggest(conversation[-1].question, _history(conversation[:-1]))
    if not found:
        return gr.skip()
    return gr.Dataset(samples=[[question] for question in found], label="You can ask", visible=True)


def _history(conversation: Conversation) -> list[Turn]:
    return [Turn(answer.question, answer.answer) for answer in conversation]


def _exchange(answer: Answer, place: int) -> list[dict[str, Any]]:
    return [_message("user", page.question(answer.question)), _message("assistant", page.answer(answer, place))]


def _replied(shown: list[dict[str, Any]], content: str) -> list[dict[str, Any]]:
    return [*shown, _message("assistant", content)]


def _message(role: str, content: str) -> dict[str, Any]:
    """Return a message of our own HTML: as plain text, Gradio would let a question's ``<img>`` through."""
    return {"role": role, "content": gr.HTML(content)}


def _open(engine: Engine, answer: Answer, place: int) -> str:
    """Return the document of an answer's citation, or of a refusal's closest passage, with all its quotes marked."""
    spans = answer.citations or answer.closest
    selected = spans[place]
    return page.document(engine.index.store.document(selected.source), spans, selected)


def _examples(config: Config) -> list[str]:
    """Return the example questions that ``config.examples`` names, a line each."""
    if not config.examples:
        return []
    try:
        lines = Path(config.examples).read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise UsageError(f"examples file {config.examples} cannot be read: {error}") from None
    return [line.strip() for line in lines if line.strip()]
