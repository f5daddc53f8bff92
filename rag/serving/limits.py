"""How much is asked at a time: questions under way and waiting, and requests of a key in a minute."""

import asyncio
import time
from collections import OrderedDict, deque
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

from rag.errors import BusyError
from rag.serving.problems import Problem

MOST_TEXT = 20_000
"""Characters of a text to check at a time: some hundred claims, each of which takes as long as a question."""
MINUTE = 60
MOST_NAMES = 10_000
"""Keys whose requests are counted."""


class Slots:
    """Lets a number of questions through at a time, has others wait, and turns away the rest.

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
        if self._free.locked() and self.waiting >= self._most:
            raise BusyError("the server is busy: ask again in a moment")
        self._changed(1)
        try:
            async with asyncio.timeout(self._seconds):
                await self._free.acquire()
        except TimeoutError:
            raise BusyError(f"the server was busy for {self._seconds:g} s: ask again in a moment") from None
        finally:
            self._changed(-1)
        try:
            yield
        finally:
            self._free.release()

    def _changed(self, by: int) -> None:
        self.waiting += by
        self._tell(self.waiting)


class Rates:
    """Counts the requests of each key over the last minute.

    Args:
        share: the part of a key's number that this process allows: one of so many workers.
    """

    def __init__(self, share: int = 1, clock: Callable[[], float] = time.monotonic) -> None:
        self._share = share
        self._clock = clock
        self._by: OrderedDict[str, deque[float]] = OrderedDict()

    def count(self, name: str, per_minute: int) -> None:
        """Count a request.

        Raises:
            Problem: there were as many as there may be; it tells when to ask again.
        """
        most = max(1, per_minute // self._share)
        times = self._by.setdefault(name, deque())
        self._by.move_to_end(name)
        if len(self._by) > MOST_NAMES:
            self._by.popitem(last=False)
        now = self._clock()
        while times and times[0] <= now - MINUTE:
            times.popleft()
        if len(times) >= most:
            wait = int(times[0] + MINUTE - now) + 1
            raise Problem("rate", f"this key may ask {per_minute} times a minute: wait {wait} s", wait)
        times.append(now)
