"""How much is asked at a time: questions under way and waiting."""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Generator
from contextlib import AbstractAsyncContextManager, asynccontextmanager, suppress
from typing import TypeVar

from anyio import CancelScope
from starlette.concurrency import run_in_threadpool

from rag.errors import BusyError

MOST_TEXT = 20_000
"""Characters of a text to check at a time: some hundred claims, each of which takes as long as a question."""
PATIENCE = 4
"""How many times as long as a question a text may wait: it takes as long as many questions."""

Turn = Callable[[], AbstractAsyncContextManager[None]]
"""Waits for a turn, and holds it."""
_Piece = TypeVar("_Piece")


class Slots:
    """Lets a number of questions through at a time, has others wait, and turns away the rest.

    What takes many turns, such as a text to check, takes each in its place behind those who wait, so that a question
    waits for a piece of it, not for all.

    Args:
        at_once: questions under way.
        waiting: questions that wait.
        seconds: most time that one waits.
        tell: hears how many wait, each time that this changes.
    """

    def __init__(
        self, at_once: int, waiting: int, seconds: float, tell: Callable[[int], None] = lambda _: None
    ) -> None:
        self._free = asyncio.Semaphore(at_once)
        self._long = asyncio.Semaphore(at_once)
        self._most = waiting
        self._seconds = seconds
        self._tell = tell
        self.waiting = 0

    @asynccontextmanager
    async def one(self) -> AsyncIterator[None]:
        """Wait for a turn, and hold it.

        Raises:
            BusyError: too many wait already, or the turn did not come in time.
        """
        async with self._room(self._free, self._seconds):
            yield

    @asynccontextmanager
    async def many(self) -> AsyncIterator[Turn]:
        """Wait to be let in with work of many turns, and yield what waits for each of them, however long.

        As much such work is let in as there are turns at a time: a question waits for one piece of each at most.

        Raises:
            BusyError: too many wait already, or none of the work that is under way ended in time.
        """
        async with self._room(self._long, PATIENCE * self._seconds):
            yield self._another

    @asynccontextmanager
    async def _another(self) -> AsyncIterator[None]:
        async with self._free:
            yield

    @asynccontextmanager
    async def _room(self, free: asyncio.Semaphore, seconds: float) -> AsyncIterator[None]:
        if free.locked() and self.waiting >= self._most:
            raise BusyError("the server is busy: ask again in a moment")
        self._changed(1)
        try:
            async with asyncio.timeout(seconds):
                await free.acquire()
        except TimeoutError:
            raise BusyError(f"the server was busy for {seconds:g} s: ask again in a moment") from None
        finally:
            self._changed(-1)
        try:
            yield
        finally:
            free.release()

    def _changed(self, by: int) -> None:
        self.waiting += by
        self._tell(self.waiting)


async def in_turns(turn: Turn, work: Generator[_Piece, None, None]) -> AsyncGenerator[_Piece, None]:
    """Yield what some work yields, each piece made in a thread, in a turn of its own; who leaves ends the work.

    Raises:
        RagError: as the work.
    """
    over = object()
    try:
        while True:
            async with turn():
                making = asyncio.ensure_future(run_in_threadpool(next, work, over))
                try:
                    piece = await asyncio.shield(making)
                finally:
                    with CancelScope(shield=True):  # the turn is over when the work is
                        await asyncio.wait((making,))
            if piece is over:
                return
            yield piece  # type: ignore[misc]
    finally:
        work.close()


class Door:
    """Whether requests are still taken, and how many are under way: what a server that ends has to know."""

    def __init__(self) -> None:
        self.closed = False
        self.inside = 0

    async def drain(self, seconds: float) -> None:
        """Take no more requests, and wait until none is under way, for so many seconds at most."""
        self.closed = True
        with suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                while self.inside:
                    await asyncio.sleep(0.05)
