"""Streams of a real Gradio app, called as a server calls it: the moments at which it loses an event, and its end."""

import asyncio
import json
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from typing import Any

import gradio as gr
import pytest
from fastapi import FastAPI

from rag.web import guard, streams, words

DATA = "/gradio_api/queue/data"


def repeat(text: str) -> Iterator[str]:
    yield from text.split()


async def slow(text: str) -> AsyncIterator[str]:
    yield "first"
    await asyncio.sleep(float(text))
    yield "last"


def site() -> FastAPI:
    with gr.Blocks(analytics_enabled=False) as demo:
        box, shown = gr.Textbox(), gr.Textbox()
        box.submit(repeat, [box], [shown])
        box.change(slow, [box], [shown])
    demo.queue(max_size=2, default_concurrency_limit=1)
    return gr.mount_gradio_app(FastAPI(), demo, path="", run_history=False)


class Call:
    """A request, of which the test plays the browser's part."""

    def __init__(self, app: guard.App, method: str, path: str, query: str = "", body: bytes = b"") -> None:
        self.told: list[dict[str, Any]] = []
        self.status = 0
        self.ended = asyncio.Event()
        self.leaves = asyncio.Event()
        self.hold = ""  # the message upon which the network stands still
        self.held = asyncio.Event()
        self.resume = asyncio.Event()
        self._body = [body]
        scope = {
            "type": "http", "method": method, "path": path, "raw_path": path.encode(), "query_string": query.encode(),
            "headers": [(b"host", b"here"), (b"content-type", b"application/json")], "scheme": "http", "root_path": "",
            "server": ("here", 80), "client": ("there", 1), "http_version": "1.1", "asgi": {"spec_version": "2.3"},
        }  # fmt: skip
        self.task = asyncio.ensure_future(app(scope, self._receive, self._send))

    async def _receive(self) -> guard.Message:
        if self._body:
            return {"type": "http.request", "body": self._body.pop()}
        await self.leaves.wait()
        return {"type": "http.disconnect"}

    async def _send(self, message: guard.Message) -> None:
        self.status = message.get("status", self.status)
        for line in message.get("body", b"").decode().splitlines():
            if line.startswith("data: {"):  # a heartbeat is none
                self.told.append(json.loads(line.removeprefix("data: ")))
                if self.told[-1]["msg"] == self.hold:
                    self.held.set()
                    await self.resume.wait()
        if message["type"] == "http.response.body" and not message.get("more_body"):
            self.ended.set()

    def messages(self) -> list[str]:
        return [message["msg"] for message in self.told]


def join(app: guard.App, fn: int = 0, text: str = "one two", session: str = "s") -> Call:
    body = {"data": [text], "fn_index": fn, "session_hash": session}
    return Call(app, "POST", "/gradio_api/queue/join", body=json.dumps(body).encode())


def hear(app: guard.App, session: str = "s") -> Call:
    return Call(app, "GET", DATA, f"session_hash={session}")


@asynccontextmanager
async def running() -> AsyncIterator[tuple[guard.App, streams.Streams]]:
    inner = site()
    kept = streams.Streams()
    async with inner.router.lifespan_context(inner):
        yield kept.around(inner), kept


def run(test: Any) -> None:
    asyncio.run(asyncio.wait_for(test(), 60))


@pytest.mark.parametrize("reads", [True, False])
def test_an_event_sent_as_the_stream_ends_is_answered(reads: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(streams, "READ_SECONDS", 0.5)

    async def test() -> None:
        async with running() as (app, _):
            await join(app).ended.wait()
            first = hear(app)
            first.hold = "close_stream"
            await first.held.wait()
            late = join(app)  # the browser has not yet read that the stream ends
            await asyncio.sleep(0.1)
            first.resume.set()
            await asyncio.sleep(0.1)
            assert not late.ended.is_set(), "or it would believe that the stream is still open"
            if reads:
                first.leaves.set()  # now it has: it drops the connection, as Gradio's script does
            await late.ended.wait()
            assert late.status == 200
            second = hear(app)
            await asyncio.wait_for(_until(second, "close_stream"), 10)
            assert second.messages()[-2:] == ["process_completed", "close_stream"]
            await first.ended.wait()
            second.leaves.set()
            await second.task

    run(test)


async def _until(call: Call, message: str) -> None:
    while message not in call.messages():
        await asyncio.sleep(0.01)


def test_gradio_itself_takes_it_too_early() -> None:
    """What the module is for: when this fails, a newer Gradio may need it no more."""

    async def test() -> None:
        inner = site()
        async with inner.router.lifespan_context(inner):
            await join(inner).ended.wait()
            first = hear(inner)
            first.hold = "close_stream"
            await first.held.wait()
            late = join(inner)
            await late.ended.wait()
            assert late.status == 200, "taken, though the browser does not know that it has no stream"
            assert not first.ended.is_set()
            first.resume.set()
            first.leaves.set()
            await first.task

    run(test)


def test_a_page_that_leaves_frees_its_place() -> None:
    async def test() -> None:
        async with running() as (app, kept):
            await join(app, fn=1, text="0.5", session="a").ended.wait()
            leaving = hear(app, "a")
            await _until(leaving, "process_generating")
            leaving.leaves.set()
            await leaving.task
            assert not kept._open
            await join(app, session="b").ended.wait()
            other = hear(app, "b")
            await _until(other, "process_completed")
            other.leaves.set()
            await other.task

    run(test)


def test_a_full_queue_says_so_at_once() -> None:
    async def test() -> None:
        async with running() as (app, kept):
            calls = [join(app, fn=1, text="0.2", session=str(n)) for n in range(6)]
            await asyncio.gather(*(call.ended.wait() for call in calls))
            assert sorted({call.status for call in calls}) == [200, 503]
            await kept.drain(0)

    run(test)


def test_answers_under_way_end_before_the_server_does() -> None:
    async def test() -> None:
        async with running() as (app, kept):
            await join(app, fn=1, text="0.5").ended.wait()
            waiting = hear(app)
            heart = Call(app, "GET", "/gradio_api/heartbeat/s")
            await _until(waiting, "process_generating")
            draining = asyncio.ensure_future(kept.drain(10))
            await asyncio.sleep(0.05)
            assert not heart.ended.is_set()
            late = join(app, session="late")
            await late.ended.wait()
            assert late.status == 503
            await _until(waiting, "process_completed")
            waiting.leaves.set()
            await asyncio.wait_for(draining, 2)
            await asyncio.wait_for(asyncio.gather(heart.task, waiting.task), 5)

    run(test)


def test_an_answer_that_takes_too_long_is_ended_with_a_word() -> None:
    async def test() -> None:
        async with running() as (app, kept):
            await join(app, fn=1, text="30").ended.wait()
            waiting = hear(app)
            await _until(waiting, "process_generating")
            await asyncio.wait_for(kept.drain(0.1), 2)
            await asyncio.wait_for(waiting.ended.wait(), 2)
            assert waiting.told[-1]["msg"] == "unexpected_error"
            assert waiting.told[-1]["message"] == words.STOPPING

    run(test)


def test_what_is_no_stream_passes_as_it_is() -> None:
    async def test() -> None:
        async with running() as (app, _):
            unknown = Call(app, "GET", DATA)
            await unknown.ended.wait()
            assert unknown.status == 422
            broken = Call(app, "POST", "/gradio_api/queue/join", body=b"not JSON")
            await broken.ended.wait()
            assert broken.status == 422

    run(test)
