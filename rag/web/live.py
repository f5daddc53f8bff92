"""The engine that answers now, how another takes its place while questions are being answered, and its beginning.

Before an index is built there is no engine: :class:`Unbuilt` stands in its place, with what does not depend on one. To
lease an engine is then an error that says how to build the index; who shows something all the same asks ``unbuilt``.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from threading import Lock

from rag.config import Config
from rag.engine import LLM, Engine, named_llm
from rag.errors import BusyError, IndexDamaged, IndexMissing, IndexUnreadable, RightsError
from rag.web import access
from rag.web.leaves import Leaves
from rag.web.sounds import Sounds


@dataclass(frozen=True, slots=True)
class Unbuilt:
    """Stands in the place of an engine until an index is built."""

    config: Config
    llm: LLM | None
    """Will word the answers."""
    why: IndexUnreadable
    """Says why there is no index, and how to build one."""


@dataclass(slots=True)
class _Held:
    engine: Engine | Unbuilt
    leases: int = 0


class Live:
    """Leases the current engine; one that was replaced is closed when its last lease ends. Safe between threads.

    Args:
        engine: what answers first.
        guarded: whether nothing is leased but to who was named (:func:`rag.web.access.acting`).
    """

    def __init__(self, engine: Engine | Unbuilt, *, guarded: bool = False) -> None:
        self.guarded = guarded
        self.waiting: Callable[[], int] = lambda: 0
        """Tells how many pages wait for an answer, those that are being answered too; the server knows."""
        self.leaves = Leaves(engine.config)
        """Draws the pages of the sources."""
        self.sounds = Sounds(engine.config)
        """Finds the files of what was heard."""
        self._lock = Lock()
        self._current: _Held | None = _Held(engine)

    @property
    def unbuilt(self) -> Unbuilt | None:
        """What stands in the place of an engine, as long as no index is built."""
        held = self._current
        return held.engine if held and isinstance(held.engine, Unbuilt) else None

    @property
    def config(self) -> Config:
        """The settings, with an index or without."""
        return self._now().engine.config

    @property
    def llm(self) -> LLM | None:
        """What words the answers, with an index or without."""
        return self._now().engine.llm

    @contextmanager
    def engine(self) -> Iterator[Engine]:
        """Lease the current engine, over what who acts now may read.

        Raises:
            RightsError: they may read none of the collections that there are.
            BusyError, IndexUnreadable: as :meth:`whole`.
        """
        opened = access.person(named=self.guarded).collections
        with self.whole() as engine:
            yield access.narrowed(engine, opened) if opened else engine

    def opens(self, person: access.Person) -> bool:
        """Tell whether there is anything here that somebody may read, or will be."""
        if self.unbuilt:
            return True
        try:
            with access.acting(person), self.engine():
                return True
        except RightsError:
            return False

    @contextmanager
    def whole(self) -> Iterator[Engine]:
        """Lease the current engine over all that there is: it stays open, and is the same, until the lease ends.

        Raises:
            BusyError: the site is closing.
            IndexUnreadable: no index is built yet.
        """
        with self._lock:
            held = self._now()
            engine = held.engine
            if isinstance(engine, Unbuilt):
                raise type(engine.why)(*engine.why.args)  # anew: an error that is raised again keeps growing
            held.leases += 1
        try:
            yield engine
        finally:
            with self._lock:
                held.leases -= 1
                over = held is not self._current and not held.leases
            if over:
                engine.close()

    def swap(self, engine: Engine) -> None:
        """Answer from another engine from now on; leases of the old one go on."""
        self._replace(_Held(engine))

    def close(self) -> None:
        """Lease no engine any more, and close the current one when its last lease ends."""
        self._replace(None)
        self.leaves.close()

    def _now(self) -> _Held:
        held = self._current
        if held is None:
            raise BusyError("the site is closing: ask again when it has been started again")
        return held

    def _replace(self, new: _Held | None) -> None:
        with self._lock:
            old, self._current = self._current, new
            over = old is not None and not old.leases
        if old is not None and over and not isinstance(old.engine, Unbuilt):
            old.engine.close()


def begun(config: Config) -> Engine | Unbuilt:
    """Open the index; where there is none that can be read, return what stands in its place.

    Raises:
        IndexUnreachable: the database that holds the index does not answer.
        UsageError: as :meth:`Engine.open`.
    """
    llm = named_llm(config)
    try:
        return Engine.open(config=config, llm=llm)
    except (IndexMissing, IndexDamaged) as error:
        return Unbuilt(config, llm, error)
