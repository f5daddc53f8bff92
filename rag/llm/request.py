"""One request to an LLM, in a thread of its own, so that whoever waits for it can stop waiting at any moment.

An HTTP client blocks while a server is silent. The request therefore runs in a thread, its text comes over a queue, and
to give it up the sockets that it opened are shut down: the server sees the connection end, the thread wakes and leaves.
"""

import queue
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from contextvars import ContextVar
from email.utils import parsedate_to_datetime
from typing import Any

from rag.errors import LLMError, first_line

CONNECT_SECONDS = 5
"""Longest wait for a server to accept a connection."""
POLL_SECONDS = 0.1
"""How often a wait looks whether it was stopped."""
MOST_TOLD = 200
"""Characters of a server's own words in an error."""

_CALL: ContextVar["Call"] = ContextVar("call")


class Failed(Exception):
    """A request without a whole answer.

    Args:
        cause: for the user; never a key.
        again: whether asking again may help: after 429, 5xx and timeouts.
        after: seconds that the server asks to wait before.
        status: what the server sent, if it answered.
    """

    def __init__(self, cause: str, *, again: bool = False, after: float = 0.0, status: int | None = None) -> None:
        super().__init__(cause)
        self.again = again
        self.after = after
        self.status = status


class Stopped(Exception):
    """Whoever waited wants no more."""


class Call:
    """One request, under way as soon as it is made.

    Args:
        pieces: makes the request and yields its text; runs in the thread, and is given the call.
        secret: a key that no error may hold.
        local: in this process. Python then waits for the thread before it exits, as one that is killed within llama.cpp
            takes the process down with it; it leaves soon after it is given up.
    """

    def __init__(self, pieces: Callable[["Call"], Iterator[str]], secret: str = "", *, local: bool = False) -> None:
        self.over = threading.Event()
        """Set once nobody waits any more."""
        self._secret = secret
        self._asked = False
        self._status: int | None = None
        self._after = 0.0
        self._sockets: list[socket.socket] = []
        self._lock = threading.Lock()
        self._queue: queue.SimpleQueue[str | Failed | LLMError | None] = queue.SimpleQueue()
        threading.Thread(target=self._run, args=(pieces,), name="llm", daemon=not local).start()

    def next(self, deadline: float, stop: threading.Event) -> str | None:
        """Return the next piece of text, or None at the end.

        Raises:
            Stopped: ``stop`` is set.
            Failed: the request failed.
            LLMError: the same, from a model in this process.
            TimeoutError: ``deadline``, in seconds of :func:`time.monotonic`, has passed.
        """
        while not stop.is_set():
            left = deadline - time.monotonic()
            with suppress(queue.Empty):
                piece = self._queue.get(timeout=max(0.0, min(POLL_SECONDS, left)))
                if isinstance(piece, Exception):
                    raise piece
                return piece
            if left <= 0:
                raise TimeoutError
        raise Stopped

    def give_up(self) -> None:
        """End the request, whatever it is doing: close its connections and drop what it still says."""
        with self._lock:
            self.over.set()
            for opened in self._sockets:
                _shut(opened)

    def asks(self, request: Any) -> None:
        """Note that a request is about to be sent."""
        self._asked = True
        request.extensions["trace"] = self._opened

    def answered(self, response: Any) -> None:
        """Note a response's head."""
        self._status = response.status_code
        self._after = _seconds(response.headers.get("retry-after", ""))

    def _run(self, pieces: Callable[["Call"], Iterator[str]]) -> None:
        _CALL.set(self)
        try:
            for piece in pieces(self):
                if self.over.is_set():
                    return
                self._queue.put(piece)
        except Exception as error:  # the providers' errors have no common base
            self._queue.put(error if isinstance(error, LLMError) else self._failed(error))
        else:
            self._queue.put(None)

    def _opened(self, event: str, info: dict[str, Any]) -> None:
        """Note each socket that the HTTP client opens; shut it at once if nobody waits for it any more."""
        if not event.endswith((".connect_tcp.complete", ".start_tls.complete")):
            return
        opened = info["return_value"].get_extra_info("socket")
        with self._lock:
            self._sockets.append(opened)
            if self.over.is_set():
                _shut(opened)

    def _failed(self, error: Exception) -> Failed:
        """Say what went wrong, in words that hold no key."""
        if isinstance(error, Failed):
            return error
        causes = list(_causes(error))
        told = first_line(error if self._status else causes[-1])
        if self._secret:
            told = told.replace(self._secret, "[key]")
        told = "".join(letter if letter.isprintable() else " " for letter in told)[:MOST_TOLD]
        status = self._status
        if status in (401, 403):
            return Failed(f"it does not accept the key ({status})")
        if status is not None and status >= 300:
            later = f"; it asks to wait {self._after:.0f} s" if self._after else ""
            again = status in (408, 429) or status >= 500
            return Failed(f"it sent status {status} ({told}){later}", again=again, after=self._after, status=status)
        timeout = any("Timeout" in type(cause).__name__ for cause in causes)
        if not self._asked:
            return Failed(f"it was not asked ({told})")
        if not self._sockets:
            return Failed(f"it cannot be reached ({told}): is it running?", again=timeout)
        if status is None:
            return Failed(f"the connection broke ({told})", again=timeout)
        return Failed(f"its answer broke off or is garbled ({told})", status=status)


def _shut(opened: socket.socket) -> None:
    with suppress(OSError):  # it is closed already
        socket.socket.shutdown(opened, socket.SHUT_RDWR)  # below any TLS, which would wait for its peer


def watched(seconds: float, *hooks: Callable[[Any], object]) -> dict[str, Any]:
    """Return the arguments of an httpx client whose requests belong to the call of the thread that makes them.

    It opens a connection for each request, so that ending one ends no other, and follows no redirect, which could carry
    a key elsewhere.

    Args:
        seconds: longest silence.
        hooks: change each request before it is sent.
    """
    import httpx

    return {
        "timeout": httpx.Timeout(seconds, connect=CONNECT_SECONDS),
        "limits": httpx.Limits(max_keepalive_connections=0),
        "follow_redirects": False,
        "event_hooks": {
            "request": [*hooks, lambda request: _CALL.get().asks(request)],
            "response": [lambda response: _CALL.get().answered(response)],
        },
    }


def _seconds(retry_after: str) -> float:
    """Return the seconds that a ``Retry-After`` header asks for, as a number or as a date; 0 if it says nothing."""
    with suppress(ValueError):
        return max(0.0, float(retry_after))
    with suppress(ValueError):
        return max(0.0, parsedate_to_datetime(retry_after).timestamp() - time.time())
    return 0.0


def _causes(error: BaseException | None) -> Iterator[BaseException]:
    while error is not None:
        yield error
        error = error.__cause__ or error.__context__
