"""The LLMs that are set up on this server: that of its settings, and those that were pulled.

A browser may choose one of them, and no other. Their keys and addresses stay here.
"""

from dataclasses import dataclass, replace
from importlib.util import find_spec
from threading import Event, Lock, Timer
from time import monotonic
from typing import Literal

from rag.config import Config
from rag.engine import LLM, named_llm
from rag.errors import BusyError, RagError, UsageError
from rag.models.catalogue import folder_of, table
from rag.web import words
from rag.web.live import Live

NONE = "none"
"""The name of none."""
TEST_SECONDS = 20.0
"""Most time for a test: who pressed the button waits."""
TEST = ("You test a connection. Answer with one word.", "Answer: ready")
"""What an LLM is told in a test, and asked: nothing of the sources or of any question."""
MOST_TOLD = 80
"""Characters shown of what it said."""


@dataclass(frozen=True, slots=True)
class Tested:
    """What a test has shown, in words."""

    works: bool
    told: str


class LLMs:
    """Opens what is chosen, once. Safe between threads."""

    def __init__(self, live: Live, config: Config) -> None:
        """Look which there are; none is opened that is not chosen."""
        self.set = live.llm.name if live.llm else NONE
        """The name of the one that words answers unless another is chosen."""
        pulled = [
            f"local:{one.name}" for one in table().values() if not one.merged and one.path(folder_of(config)).exists()
        ]
        own = pulled if find_spec("xllamacpp") else []
        self.names = tuple(dict.fromkeys([*([self.set] if self.set != NONE else []), *own]))
        """Of all, that of the settings first."""
        self._live = live
        self._config = config
        self._opened: dict[str, LLM] = {}
        self._opening = Lock()
        self._testing = Lock()

    def chosen(self, name: str) -> LLM | Literal["settings"] | None:
        """Return what :class:`rag.engine.Options` takes for a name.

        Raises:
            UsageError: none of this name is set up.
            RagError: it cannot be opened.
        """
        if name == self.set:
            return "settings"
        if name == NONE:
            return None
        if name not in self.names:
            raise UsageError(words.SET_UNKNOWN.format(what=name))
        with self._opening:
            if name not in self._opened:
                opened = named_llm(replace(self._config, llm=name))
                assert opened is not None  # noqa: S101 (its name is not "none")
                self._opened[name] = opened
            return self._opened[name]

    def test(self, name: str, seconds: float = TEST_SECONDS) -> Tested:
        """Ask one of them one harmless thing, and tell what happened.

        Args:
            name: one of ``names``.
            seconds: most for the whole of its answer.

        Raises:
            UsageError: none of this name is set up.
            BusyError: another test is under way.
        """
        if name not in self.names:
            raise UsageError(words.SET_UNKNOWN.format(what=name))
        if not self._testing.acquire(blocking=False):
            raise BusyError(words.SET_TEST_BUSY)
        try:
            return self._tested(name, seconds)
        except RagError as error:
            return Tested(works=False, told=str(error))
        finally:
            self._testing.release()

    def _tested(self, name: str, seconds: float) -> Tested:
        llm = self.chosen(name)
        if llm == "settings":
            llm = self._live.llm
        assert llm is not None  # noqa: S101 (it is one of the names)
        late, said, began = Event(), "", monotonic()
        timer = Timer(seconds, late.set)
        timer.daemon = True
        timer.start()
        try:
            for piece in llm.stream(*TEST, stop=late):
                said += piece
                if len(said) > MOST_TOLD:
                    break
        finally:
            timer.cancel()
        shown = " ".join(said.split())
        told = {"llm": name, "seconds": f"{monotonic() - began:.1f}"}
        if late.is_set():
            return Tested(works=False, told=words.SET_TEST_LATE.format(llm=name, seconds=f"{seconds:g}"))
        if not shown:
            return Tested(works=False, told=words.SET_TEST_NOTHING.format(**told))
        cut = f"{shown[:MOST_TOLD]}…" if len(shown) > MOST_TOLD else shown
        return Tested(works=True, told=words.SET_TEST_SAID.format(**told, said=cut))
