"""Texts that are checked for pages, in the background, in turns of one claim.

A text may have as many claims as a hundred questions. One thread checks them, a claim of each text after the other, and
before each claim it lets answers that pages wait for come first: nobody waits longer for an answer than a claim takes.
"""

import logging
import secrets
import time
from collections import OrderedDict, deque
from collections.abc import Generator
from contextvars import Context, copy_context
from dataclasses import dataclass, field
from threading import Condition, Thread
from typing import Literal

from rag.claims.check import Statement, claimed
from rag.errors import BusyError, RagError, UsageError
from rag.schema import ALL, Check, Filter
from rag.web import access, words
from rag.web.live import Live

MOST_CHARS = 20_000
"""Of a text; as over HTTP."""
MOST_WAITING = 16
"""Texts that are being checked or wait."""
MOST_KEPT = 100
"""Checked texts that can still be looked at; the oldest give way."""
PATIENCE = 2.0
"""Most seconds that a claim waits for answers to come first."""
LEFT_SECONDS = 150.0
"""Without anybody looking, after which a text is not checked any longer: a page behind others looks once a minute."""

Finding = Generator[Check, None, None]
State = Literal["waits", "goes on", "done", "stopped", "failed"]


@dataclass(slots=True)
class Checking:
    """A text, and what is known of it so far."""

    owner: str
    text: str
    chosen: Filter
    statements: list[Statement]
    id: str = field(default_factory=lambda: secrets.token_urlsafe(12))
    found: Check = field(default_factory=lambda: Check((), ()))
    state: State = "waits"
    error: str = ""
    context: Context = field(default_factory=copy_context)
    """Of who began it: the thread that checks it acts for them, and speaks their language."""
    looked: float = field(default_factory=time.monotonic)
    """When somebody looked last."""

    @property
    def over(self) -> bool:
        """Whether nothing more will be found."""
        return self.state in ("done", "stopped", "failed")


class Checks:
    """The texts of every owner. Another owner's text behaves as one that is not there. Safe between threads."""

    def __init__(self, live: Live) -> None:
        """Check against the index of an engine that answers."""
        self._live = live
        self._kept: OrderedDict[str, Checking] = OrderedDict()
        self._waiting: deque[tuple[Checking, Finding]] = deque()
        self._changed = Condition()
        self._thread: Thread | None = None
        self._closed = False

    def begin(self, owner: str, text: str, chosen: Filter = ALL) -> Checking:
        """Begin to check a text; what the same owner had checked before goes on no longer.

        Raises:
            UsageError: it claims nothing, or is too long.
            BusyError: too many texts wait, or the owner's key has asked as often as it may.
        """
        if len(text) > MOST_CHARS:
            raise UsageError(words.CHECK_TOO_LONG.format(length=f"{len(text):,}", most=f"{MOST_CHARS:,}"))
        one = Checking(owner, text, chosen, claimed(text))
        access.count()
        with self._changed:
            for other in self._kept.values():
                if other.owner == owner and not other.over:
                    other.state = "stopped"
            waiting = [other for other in self._kept.values() if not other.over]
            if self._closed or len(waiting) >= MOST_WAITING:
                raise BusyError(words.CHECK_TOO_MANY.format(count=len(waiting)))
            self._kept[one.id] = one
            while len(self._kept) > MOST_KEPT:
                self._kept.popitem(last=False)
            self._waiting.append((one, self._found(one)))
            if self._thread is None:
                self._thread = Thread(target=self._work, name="checks", daemon=True)
                self._thread.start()
            self._changed.notify()
        return one

    def get(self, owner: str, identity: str) -> Checking:
        """Return a text, which is looked at now; LookupError if the owner has none of this id."""
        found = self._kept.get(identity)
        if found is None or found.owner != owner:
            raise LookupError(identity)
        found.looked = time.monotonic()
        return found

    def stop(self, owner: str, identity: str) -> None:
        """Check no more of a text; what is found stays. LookupError as :meth:`get`."""
        found = self.get(owner, identity)
        with self._changed:
            if not found.over:
                found.state = "stopped"

    def close(self) -> None:
        """Check nothing any more, once the claim under way is done."""
        with self._changed:
            self._closed = True
            self._changed.notify()
        if self._thread:
            self._thread.join()

    def _found(self, one: Checking) -> Finding:
        with self._live.engine() as engine:  # the same index from the first claim to the last
            yield from engine.check_steps(one.text, one.chosen)

    def _work(self) -> None:
        while True:
            with self._changed:
                self._changed.wait_for(lambda: self._waiting or self._closed)
                if self._closed:
                    while self._waiting:
                        self._end(*self._waiting.popleft(), "stopped")
                    return
                one, finding = self._waiting.popleft()
            self._let_answers_pass()
            if self._turn(one, finding):
                with self._changed:
                    self._waiting.append((one, finding))

    def _turn(self, one: Checking, finding: Finding) -> bool:
        """Check the next claim of a text; return whether there may be another."""
        left = time.monotonic() - one.looked > LEFT_SECONDS
        if one.over or left:
            self._end(one, finding, "stopped")
            return False
        one.state = "goes on"
        try:
            found = one.context.run(next, finding, None)
        except RagError as error:
            one.error = str(error)
            self._end(one, finding, "failed")
            return False
        except Exception:
            one.error = words.CHECK_BROKEN
            self._end(one, finding, "failed")
            logging.getLogger(__name__).exception("a text could not be checked")
            return False  # the thread goes on: it checks for others, too
        if found:
            one.found = found
        if found is None or len(found.claims) == len(one.statements):
            self._end(one, finding, "done")
            return False
        return True

    def _end(self, one: Checking, finding: Finding, state: State) -> None:
        finding.close()  # the engine is leased no longer
        with self._changed:
            if not one.over:
                one.state = state

    def _let_answers_pass(self) -> None:
        until = time.monotonic() + PATIENCE
        while self._live.waiting() and time.monotonic() < until and not self._closed:
            time.sleep(0.02)
