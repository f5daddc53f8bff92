"""The chat page: FastAPI with a Gradio app mounted, one process, nothing loaded from elsewhere.

The chat stands on the left, the sources on the right. A citation's number is a button: pressing it opens the whole
document with the quote highlighted and in view.
"""

import os
import socket
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager, suppress
from functools import partial
from importlib.resources import files
from pathlib import Path
from threading import Event
from typing import Any

os.environ["GRADIO_ANALYTICS_ENABLED"] = "False"  # read by Gradio when it is imported

import gradio as gr
import uvicorn
from fastapi import FastAPI, Request, Response
from fastapi.middleware.trustedhost import TrustedHostMiddleware

from rag import page
from rag.config import Config
from rag.engine import Engine
from rag.errors import RagError, UsageError
from rag.schema import Answer, Progress, Turn

POLICY = (
    "default-src 'self'; script-src 'self' 'unsafe-inline' 'unsafe-eval'; style-src 'self' 'unsafe-inline'; "
    "img-src 'self' data: blob:; font-src 'self' data:; connect-src 'self'; object-src 'none'; base-uri 'self'; "
    "form-action 'none'; frame-ancestors 'self'"
)
"""What a browser may load for this page: only what this server sends. Gradio's own scripts need the two "unsafe"."""

LOOPBACK = ("127.0.0.1", "localhost", "::1", "[::1]")
UNUSED = ("/gradio_api/upload", "/openapi.json")
"""What Gradio serves and this page does not use."""

Conversation = list[Answer]


def serve(config: Config) -> None:
    """Open the index and serve the page until interrupted.

    Raises:
        IndexMissing, IndexDamaged: as opening the index does.
        UsageError: the address or port cannot be listened on.
    """
    with Engine.open(config=config) as engine, _listen(config) as listener:
        host, port = listener.getsockname()[:2]
        server = uvicorn.Server(uvicorn.Config(app(engine), log_level="warning"))
        address = f"[{host}]" if ":" in host else host
        print(f"Quoteline is at http://{address}:{port} (Ctrl-C ends it)", flush=True)
        with suppress(KeyboardInterrupt):
            server.run(sockets=[listener])


def app(engine: Engine) -> FastAPI:
    """Return the page as an ASGI application."""
    outer = FastAPI(openapi_url=None)

    @outer.middleware("http")
    async def guard(request: Request, call_next: Callable[[Request], Awaitable[Response]]) -> Response:
        unused = request.url.path.startswith(UNUSED)
        response = Response(status_code=404) if unused else await call_next(request)
        response.headers["Content-Security-Policy"] = POLICY
        response.headers["X-Content-Type-Options"] = "nosniff"
        response.headers["Referrer-Policy"] = "no-referrer"
        return response

    if engine.config.host in LOOPBACK:  # a page of another name that resolves to this machine must not read from it
        outer.add_middleware(TrustedHostMiddleware, allowed_hosts=list(LOOPBACK))
    static = files("rag") / "static"
    gr.mount_gradio_app(
        outer,
        blocks(engine),
        path="",
        css=(static / "page.css").read_text(encoding="utf-8"),
        theme=gr.themes.Default(font=["system-ui", "sans-serif"], font_mono=["ui-monospace", "monospace"]),
        enable_monitoring=False,
        ssr_mode=False,
        show_error=False,
        footer_links=[],
    )
    return outer


def blocks(engine: Engine) -> gr.Blocks:
    """Return the page as a Gradio app."""
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

    demo: gr.Blocks
    with gr.Blocks(title="Quoteline", analytics_enabled=False, fill_width=True) as demo:
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
                    js_on_load=(files("rag") / "static" / "page.js").read_text(encoding="utf-8"),
                    elem_id="ql-panel",
                )
        # What follows from an answer or a click hangs on a state that changes: an event that is sent for nothing, just
        # as Gradio closes the stream of the one before it, may be lost, and what is pressed then with it.
        outputs = [box, conversation, chat, panel, refused]
        asked = gr.on([box.submit, button.click], ask, [box, conversation], outputs, api_visibility="private")
        chosen = examples.click(lambda sample: sample[0], [examples], [box], api_visibility="private")
        answered = chosen.then(ask, [box, conversation], outputs, api_visibility="private")
        replied = picked.change(ask_picked, [picked, conversation], outputs, api_visibility="private")
        offer = partial(_offered, engine)
        refused.change(offer, [conversation], [examples], show_progress="hidden", api_visibility="private")
        stop_button.click(stops.stop, queue=False, api_visibility="private")
        cleared = [conversation, panel, refused]
        chat.clear(stops.stop, queue=False, api_visibility="private")
        chat.clear(
            lambda: ([], sources, -1), outputs=cleared, cancels=[asked, answered, replied], api_visibility="private"
        )
        panel.click(select, [conversation, picked], [panel, picked], show_progress="hidden", api_visibility="private")
    return demo


def _answering(
    engine: Engine, question: str, conversation: Conversation, stop: Event
) -> Iterator[tuple[Any, Any, list[dict[str, Any]], Any, Any]]:
    """Yield what changes on the page while a question is answered: see ``ask`` in :func:`blocks`."""
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


def _listen(config: Config) -> socket.socket:
    try:
        family = socket.AF_INET6 if ":" in config.host else socket.AF_INET
        return socket.create_server((config.host, config.port), family=family)
    except (OSError, OverflowError) as error:
        message = f"cannot listen on {config.host} port {config.port} ({error}): choose others with --host and --port"
        raise UsageError(message) from None
