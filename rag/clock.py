"""How long the stages of an answer took."""

import time
from collections.abc import Iterator
from contextlib import contextmanager


class Clock:
    """Milliseconds spent in each stage, and in all since it was made."""

    def __init__(self) -> None:
        self._began = time.perf_counter()
        self._stages: dict[str, float] = {}

    @contextmanager
    def time(self, stage: str) -> Iterator[None]:
        """Count what happens inside to a stage, on top of what was counted to it before."""
        began = time.perf_counter()
        yield
        spent = 1000 * (time.perf_counter() - began)
        self._stages[stage] = round(self._stages.get(stage, 0.0) + spent, 1)

    def timings(self) -> dict[str, float]:
        """Return the stages that ended, and ``total``."""
        return {**self._stages, "total": round(1000 * (time.perf_counter() - self._began), 1)}
