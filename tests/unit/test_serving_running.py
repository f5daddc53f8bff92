import asyncio
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from threading import Event
from types import SimpleNamespace
from typing import Any

import pytest

from rag.errors import UsageError
from rag.schema import Answer, Retrieved
from rag.serving.limits import Slots
from rag.serving.metrics import Metrics
from rag.serving.problems import Problem
from rag.serving.running import Asked, Serving, Step, answer, event, steps, streamed
from rag.web.access import ANYBODY, acting


@pytest.fixture(autouse=True)
def _opened() -> Iterator[None]:
    """Stand for the gate, which tells what a key opens."""
    with acting(ANYBODY):
        yield


RETRIEVED = Retrieved("Who?", "Who?", (), "abc", {})
ANSWER = Answer("Who?", "Who?", "refused", "nothing_found", 0.0)


class Slow:
    """Stands for an engine whose LLM writes until nobody listens."""

    index = SimpleNamespace(collections=())

    def __init__(self) -> None:
        self.leased = 0

    @contextmanager
    def whole(self) -> Iterator["Slow"]:
        self.leased += 1
        yield self
        self.leased -= 1

    def stream(self, question: str, history: Any, chosen: Any, stop: Event, options: Any) -> Iterator[Step]:
        if not question:
            raise UsageError("the question is empty: ask something")
        yield RETRIEVED
        if question == "slow":
            assert stop.wait(60)
        yield ANSWER


def serving(live: Any) -> Serving:
    shared: Any = None
    return Serving(shared, live, None, shared, Slots(1, 0, 1), Metrics(), shared)


def test_who_leaves_ends_the_work_and_frees_the_turn() -> None:
    async def play() -> None:
        live = Slow()
        shared = serving(live)
        running = steps(shared, Asked("slow"))
        assert await anext(running) == RETRIEVED
        await running.aclose()
        assert live.leased == 0
        running = steps(shared, Asked("slow"))
        await anext(running)
        waiting = asyncio.ensure_future(anext(running))
        await asyncio.sleep(0.1)
        waiting.cancel()
        with suppress(asyncio.CancelledError):
            await waiting
        assert live.leased == 0
        assert await answer(shared, Asked("quick")) == ANSWER

    asyncio.run(play())


def test_what_is_wrong_from_the_start_is_no_stream() -> None:
    async def told(running: Any) -> Any:
        async for step in running:
            yield event(None, {"step": type(step).__name__})

    async def play() -> None:
        shared = serving(Slow())
        with pytest.raises(UsageError, match="is empty"):
            await streamed(told, steps(shared, Asked("")), Problem.body)  # type: ignore[arg-type]
        response: Any = await streamed(told, steps(shared, Asked("quick")), Problem.body)  # type: ignore[arg-type]
        found = [part async for part in response.body_iterator]
        assert found == [b'data: {"step": "Retrieved"}\n\n', b'data: {"step": "Answer"}\n\n']

    asyncio.run(play())
