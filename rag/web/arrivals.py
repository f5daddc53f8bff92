"""What becomes of each file and address that is added, for pages to follow while it happens.

A page asks for what changed since it asked last: hundreds of files cost no more than the few that changed.
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from threading import Lock
from typing import Literal

from rag.schema import Document, Skipped

State = Literal["fetching", "received", "read", "indexed", "failed", "dropped"]
"""Of an arrival: its address is asked; its file lies among the sources; it was read; answers come from it; it could not
be fetched or read; another arrival took its place."""

MOST_TOLD = 500
"""Arrivals that are told of at a time."""


@dataclass(frozen=True, slots=True)
class Arrival:
    """A file, or an address that is fetched."""

    name: str
    state: State
    why: str = ""
    """Why it could not be read, or what could not be read of it."""


@dataclass(frozen=True, slots=True)
class News:
    """What changed among the arrivals."""

    batch: int
    """Another than before: what was told of earlier ones holds no longer."""
    revision: int
    """What to ask with the next time."""
    arrivals: tuple[Arrival, ...]
    more: bool
    """Whether there is more to tell at once."""
    counts: dict[State, int]
    """All arrivals of the batch by state."""


class Arrivals:
    """The arrivals since the index was last built. Safe between threads."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._batch = 1
        self._revision = 0
        self._kept: dict[str, tuple[int, Arrival]] = {}
        self._over = False

    def note(self, name: str, state: State, why: str = "") -> None:
        """Tell what became of a file or an address; the first since the last build begins a new batch."""
        with self._lock:
            if self._over:
                self._over = False
                self._batch += 1
                self._kept.clear()
            self._set(name, state, why)

    def heard(self, name: str, gave: Sequence[Document | Skipped], *, everything: bool) -> None:
        """Take what was read from a file.

        Args:
            name: of the file.
            gave: its documents, and what was skipped.
            everything: whether it is an arrival though nobody told of it: for the first index every file is one.
        """
        skipped = [item.told for item in gave if isinstance(item, Skipped)]
        unread = [part for item in gave if isinstance(item, Document) for part in item.unread]
        with self._lock:
            if everything or name in self._kept:
                self._set(name, "failed" if len(skipped) == len(gave) else "read", "; ".join((skipped + unread)[:1]))

    def indexed(self, skipped: Iterable[Skipped]) -> None:
        """Tell that what was read is in the index, but for what was skipped."""
        failed = {item.source: item.told for item in skipped}
        with self._lock:
            for name, (_, arrival) in [*self._kept.items()]:
                if name in failed:
                    self._set(name, "failed", failed[name])
                elif arrival.state == "read":
                    self._set(name, "indexed", arrival.why)

    def end(self) -> None:
        """Let the next arrival begin a new batch."""
        with self._lock:
            self._over = True

    def since(self, batch: int, revision: int) -> News:
        """Return what changed after a revision of a batch; all of it for another batch than the present one."""
        with self._lock:
            after = revision if batch == self._batch else -1
            changed = sorted((item for item in self._kept.values() if item[0] > after), key=lambda item: item[0])
            told = changed[:MOST_TOLD]
            more = len(changed) > len(told)
            return News(
                self._batch,
                told[-1][0] if more else self._revision,
                tuple(arrival for _, arrival in told),
                more,
                dict(Counter(arrival.state for _, arrival in self._kept.values())),
            )

    def _set(self, name: str, state: State, why: str) -> None:
        arrival = Arrival(name, state, why)
        if name not in self._kept or self._kept[name][1] != arrival:
            self._revision += 1
            self._kept[name] = self._revision, arrival
