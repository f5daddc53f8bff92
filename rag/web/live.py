"""The engine that answers now, and how another takes its place while questions are being answered."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from threading import Lock

from rag.engine import Engine
from rag.errors import BusyError
from rag.web.leaves import Leaves


@dataclass(slots=True)
class _Held:
    engine: Engine
    leases: int = 0


class Live:
    """Leases the current engine; one that was replaced is closed when its last lease ends. Safe between threads."""

    def __init__(self, engine: Engine) -> None:
        self.waiting: Callable[[], int] = lambda: 0
        """Tells how many pages wait for an answer, those that are being answered too; the server knows."""
        self.leaves = Leaves(engine.config)
        """Draws the pages of the sources."""
        self._lock = Lock()
        self._current: _Held | None = _Held(engine)

    @contextmanager
    def engine(self) -> Iterator[Engine]:
        """Lease the current engine: it stays open, and is the same, until the lease ends.

        Raises:
            BusyError: the site is closing.
        """
        with self._lock:
            held = self._current
            if held is None:
                raise BusyError("the site is closing: ask again when it has been started again")
            held.leases += 1
        try:
            yield held.engine
        finally:
            with self._lock:
                held.leases -= 1
                over = held is not self._current and not held.leases
            if over:
                held.engine.close()

    def swap(self, engine: Engine) -> None:
        """Answer from another engine from now on; leases of the old one go on."""
        self._replace(_Held(engine))

    def close(self) -> None:
        """Lease no engine any more, and close the current one when its last lease ends."""
        self._replace(None)
        self.leaves.close()

    def _replace(self, new: _Held | None) -> None:
        with self._lock:
            old, self._current = self._current, new
            over = old is not None and not old.leases
        if old is not None and over:
            old.engine.close()
