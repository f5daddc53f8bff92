"""Follows the index folder: what another process builds, or goes back to, answers here without a restart."""

import sys
from threading import Event, Lock, Thread

from rag.engine import Engine
from rag.errors import IndexUnreadable, RagError
from rag.indexing.homes import home
from rag.web.live import Live

SECONDS = 1.0
"""Between looks."""


class Follower:
    """Gives what answers another engine when the index folder names another generation. Safe between threads."""

    def __init__(self, live: Live) -> None:
        self._live = live
        self._one = Lock()
        self._closing = Event()
        self._told = ""
        self._thread = Thread(target=self._work, name="follow", daemon=True)

    def start(self) -> None:
        """Look again and again, in the background."""
        self._thread.start()

    def close(self) -> None:
        """End that."""
        self._closing.set()
        if self._thread.is_alive():
            self._thread.join()

    def look(self) -> None:
        """Answer from the generation that is named now; from the one before if it cannot be opened.

        Raises:
            RagError: it cannot, with the reason.
        """
        with self._one, self._live.whole() as engine:
            config = engine.config
            try:
                if engine.index.named() == engine.index.id:
                    return
            except IndexUnreadable:  # it is gone, and what is open answers on
                return
            index = home(config.index, config.models).open(threads=config.threads, load=True)
            self._live.swap(Engine(index, config, engine.llm))

    def _work(self) -> None:
        while not self._closing.wait(SECONDS):
            try:
                self.look()
            except RagError as error:  # said once: the next look may find it mended
                if str(error) != self._told:
                    self._told = str(error)
                    print(f"rag: {error}; the index before answers on", file=sys.stderr, flush=True)
