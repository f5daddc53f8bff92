"""A question on its way through the engine: its turn, its steps, and the events that tell of them."""

import asyncio
import json
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from threading import Event
from typing import Any

from anyio import CancelScope
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import Response, StreamingResponse
from fastapi.sse import format_sse_event

from rag.config import Config
from rag.engine import AS_SET, Engine, Options
from rag.errors import RagError
from rag.schema import Answer, Filter, Progress, Retrieved, Turn
from rag.serving import problems
from rag.serving.follow import Follower
from rag.serving.limits import Slots
from rag.serving.metrics import Metrics
from rag.serving.problems import Problem
from rag.web.access import narrowed, person
from rag.web.keys import Keys
from rag.web.library import Library
from rag.web.live import Live

Step = Retrieved | Progress | Answer
"""What the engine does for a question; an answer is the last."""


@dataclass(frozen=True, slots=True)
class Serving:
    """What the routes share."""

    config: Config
    live: Live
    library: Library | None
    """None where the server only reads."""
    keys: Keys
    slots: Slots
    metrics: Metrics
    follower: Follower

    @contextmanager
    def engine(self, collections: Sequence[str] = ()) -> Iterator[Engine]:
        """Lease what answers from these collections, or from all that the request's key opens.

        Raises:
            RightsError: the key does not open one of them.
            UsageError: there is no such collection.
        """
        with self.live.whole() as engine:
            yield narrowed(engine, person(named=True).collections, collections)

    def writable(self) -> Library:
        """Return the sources, to change them; Problem where the server only reads."""
        if self.library is None:
            raise Problem("read_only", "this server has several workers, which only read: index with rag index")
        return self.library


@dataclass(frozen=True, slots=True)
class Asked:
    """A question, its history, which documents may answer, and what it wants otherwise than the settings."""

    question: str
    history: tuple[Turn, ...] = ()
    chosen: Filter = field(default_factory=Filter)
    collections: tuple[str, ...] = ()
    """All that may be asked, if it names none."""
    options: Options = AS_SET


async def steps(serving: Serving, asked: Asked) -> AsyncGenerator[Step, None]:
    """Yield what the engine does for a question, in its turn; who leaves ends it.

    Raises:
        RagError: as :meth:`rag.engine.Engine.stream`, and BusyError where too many ask.
    """
    loop = asyncio.get_running_loop()
    queue: asyncio.Queue[Step | Exception | None] = asyncio.Queue()
    stop = Event()

    def put(item: Step | Exception | None) -> None:
        loop.call_soon_threadsafe(queue.put_nowait, item)

    def work() -> None:
        try:
            with serving.engine(asked.collections) as engine:
                for step in engine.stream(asked.question, asked.history, asked.chosen, stop, asked.options):
                    put(step)
                    if stop.is_set():
                        break
            put(None)
        except Exception as error:  # for who waits to raise
            put(error)

    async with serving.slots.one():
        working = asyncio.ensure_future(run_in_threadpool(work))
        try:
            while (item := await queue.get()) is not None:
                if isinstance(item, Exception):
                    raise item
                if isinstance(item, Answer):
                    serving.metrics.answered(item)
                yield item
        finally:
            stop.set()
            with CancelScope(shield=True):  # the turn is over when the work is
                await working


async def answer(serving: Serving, asked: Asked) -> Answer:
    """Return the answer to a question; errors as :func:`steps`."""
    last: Step | None = None
    async for step in steps(serving, asked):
        last = step
    assert isinstance(last, Answer)  # noqa: S101 (what the engine promises)
    return last


async def streamed(
    events: Callable[[AsyncIterator[Step]], AsyncIterator[bytes]],
    running: AsyncIterator[Step],
    failed: Callable[[Problem], bytes],
) -> Response:
    """Return a response that streams events; what goes wrong before the first step is an error of its own.

    Args:
        events: makes events of steps.
        running: the steps.
        failed: makes the event of a problem that comes later.
    """
    first = await anext(running)

    async def whole() -> AsyncIterator[Step]:
        yield first
        async for step in running:
            yield step

    async def sent() -> AsyncIterator[bytes]:
        try:
            async for one in events(whole()):
                yield one
        except RagError as error:
            yield failed(problems.of(error))

    headers = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}
    return StreamingResponse(sent(), headers=headers, media_type="text/event-stream")


def event(name: str | None, data: dict[str, Any]) -> bytes:
    """Return a server-sent event."""
    return format_sse_event(event=name, data_str=json.dumps(data, ensure_ascii=False))
