"""Stand-in for the holder of the current engine."""

from collections.abc import Iterator
from contextlib import contextmanager

from rag.engine import Engine


class Live:
    """Leases the current engine."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    @contextmanager
    def engine(self) -> Iterator[Engine]:
        """Lease the current engine."""
        yield self._engine

    def close(self) -> None:
        """Close the engine."""
        self._engine.close()
