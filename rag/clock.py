"""How long the stages of an answer took."""

import time
from collections.abc import Iterator
from contextlib import contextmanager


class Clock:
    """Milliseconds spent in each stage, and in all since it was made; it can be stopped for a while."""

    def __init__(self) -> None:
        self._stopped = 0.0
        self._began = self._now()
        self._stages: dict[str, float] = {}

    @contextmanager
    def time(self, stage: str) -> Iterator[None]:
        """Count what happens inside to a stage, on top of what was counted to it before."""
        began = self._now()
        yield
        spent = 1000 * (self._now() - began)
        self._stages[stage] = round(self._stages.get(stage, 0.0) + spent, 1)

    @contextmanager
    def stopped(self) -> Iterator[None]:
        """Count nothing of what happens inside: around a ``yield``, what the consumer does until it asks for more."""
        began = time.perf_counter()
        yield
        self._stopped += time.perf_counter() - began

    def timings(self) -> dict[str, float]:
        """Return the stages that ended, and ``total``."""
        return {**self._stages, "total": round(1000 * (self._now() - self._began), 1)}

    def _now(self) -> float:
        """Return the seconds of a clock that stands where this one is stopped."""
        return time.perf_counter() - self._stopped
