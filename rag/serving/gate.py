"""What every request to the API passes first: the name of the server, the origin, the key, the size and the time.

Plain ASGI, so that a streamed answer passes as it comes.
"""

import sys
import time
import traceback
from collections.abc import Collection, Iterable

from rag.errors import RagError, RightsError
from rag.serving.limits import Door
from rag.serving.metrics import Metrics
from rag.serving.problems import BUSY_SECONDS, Problem, of
from rag.web.access import ANYBODY, Person, acting, full
from rag.web.guard import (
    BODY_SECONDS,
    HEADERS,
    MOST_BODY,
    App,
    Left,
    Message,
    Receive,
    Scope,
    Send,
    TooLarge,
    foreign,
    header,
    length,
    misnamed,
    replayed,
    whole,
)
from rag.web.keys import Key, Keys, Rates

OPEN = ("/healthz", "/readyz", "/docs", "/openapi.json")
"""Told without a key: nothing of them is of the sources."""
TOLD_LAST = ("/healthz", "/metrics")
"""Told while the server ends, too; ``/readyz`` says that it does."""
UNNAMED = ("/mcp", "/openapi.json")
"""Paths of routes that FastAPI passes on without saying which they are."""
ASKS = (
    *("/v1/ask", "/v1/search", "/v1/check", "/v1/judge", "/v1/sources"),
    *("/v1/chat/completions", "/v1/responses", "/v1/models", "/mcp"),
)
"""What a key of some collections alone may ask: what answers from these."""
WRITES = ("/v1/sources", "/v1/index")
"""Below these, what is no GET takes a key that may write."""
UPLOAD = ("POST", "/v1/sources")
POLICY = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
"""What a browser may load for a page of the API: nothing."""


class Gate:
    """Passes on what may be asked, counts it, and answers everything else itself."""

    def __init__(
        self,
        app: App,
        *,
        keys: Keys,
        rates: Rates,
        metrics: Metrics,
        door: Door,
        hosts: Collection[str],
        private: bool,
        most_upload: int,
    ) -> None:
        """Guard an application.

        Args:
            app: what is guarded.
            keys: who may ask.
            rates: how often.
            metrics: where it is counted.
            door: tells whether the server ends, and is told what is under way.
            hosts: names that the server may be called by; any, if there are none.
            private: whether this machine alone is served, without a password: then a key is asked for only where
                there is one.
            most_upload: bytes of an uploaded file.
        """
        self._app = app
        self._keys = keys
        self._rates = rates
        self._metrics = metrics
        self._door = door
        self._hosts = frozenset(hosts)
        self._private = private
        self._most_upload = most_upload

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request, or pass it on."""
        if scope["type"] == "lifespan":
            await self._app(scope, receive, send)
            return
        if scope["type"] != "http":
            await send({"type": "websocket.close"})
            return
        began, status = time.perf_counter(), 0

        async def say(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                message["headers"] = self._headed(message["headers"])
            await send(message)

        self._door.inside += 1
        try:
            with acting(self._check(scope)):
                await self._app(scope, await self._body(scope, receive), say)
        except Problem as problem:
            await problem.response()(scope, receive, say)
        except Left:
            pass
        except Exception:
            traceback.print_exc(file=sys.stderr)
            if status:
                raise
            await Problem("internal", "the server failed: its log tells why").response()(scope, receive, say)
        finally:
            self._door.inside -= 1
            path = scope["path"]
            route = str(getattr(scope.get("route"), "path", path if path in UNNAMED else "other"))
            self._metrics.ended(scope["method"], route, status, time.perf_counter() - began)

    def _headed(self, own: Iterable[tuple[bytes, bytes]]) -> list[tuple[bytes, bytes]]:
        """Return the headers of an answer with those that every answer has."""
        wanted = {**HEADERS, "content-security-policy": POLICY, "cache-control": "no-store"}
        if self._door.closed:
            wanted["connection"] = "close"  # the next request of this client finds a server that stays
        own = list(own)
        there = {name for name, _ in own}
        return [*own, *((name.encode(), text.encode()) for name, text in wanted.items() if name.encode() not in there)]

    def _check(self, scope: Scope) -> Person:
        """Return who sends a request, by the key if it needs one.

        Raises:
            Problem: it is not let in.
        """
        if misnamed(scope, self._hosts):
            raise Problem("forbidden", "this server has another name: ask it as 127.0.0.1 or localhost")
        if foreign(scope):
            raise Problem("forbidden", "a page of another origin may not ask: ask from a program")
        path = scope["path"]
        if self._door.closed and path not in TOLD_LAST:
            raise Problem("busy", "the server is stopping: ask again when it has been started again", BUSY_SECONDS)
        if path in OPEN:
            return ANYBODY
        person = self._admitted(scope) if not self._private or self._listed() else ANYBODY
        if length(scope) > self._most(scope):
            raise Problem("too_large", f"at most {self._most(scope) >> 20} MB")
        return person

    def _admitted(self, scope: Scope) -> Person:
        """Return who sends a request that needs a key.

        Raises:
            Problem: there is none, it has asked as often as it may, or it does not open this.
        """
        method, path = scope["method"], scope["path"]
        key = self._key(scope)
        if key is None:
            raise Problem("key", "send Authorization: Bearer KEY; rag keys add NAME makes a key")
        if wait := self._rates.wait(key):
            raise Problem("rate", full(key, wait), wait)
        person = Person(key)
        try:
            if method not in ("GET", "HEAD") and path.startswith(WRITES):
                person.check_writes()
            if not any(path == one or path.startswith(f"{one}/") for one in ASKS):
                person.check_whole()
        except RightsError as error:
            raise of(error) from None
        return person

    def _listed(self) -> tuple[Key, ...]:
        """Return the keys; nobody is let in by a damaged file of them, and only the log tells where it lies."""
        try:
            return self._keys.listed()
        except RagError as error:
            print(f"rag: {error}", file=sys.stderr, flush=True)
            raise Problem("internal", "the server cannot read its keys: its log tells why") from None

    def _key(self, scope: Scope) -> Key | None:
        """Return the key that a request comes with; None without one that is known."""
        self._listed()
        scheme, _, secret = header(scope, "authorization").partition(" ")
        return self._keys.find(secret.strip()) if scheme.lower() == "bearer" else None

    def _most(self, scope: Scope) -> int:
        return self._most_upload if (scope["method"], scope["path"]) == UPLOAD else MOST_BODY

    async def _body(self, scope: Scope, receive: Receive) -> Receive:
        """Return a ``receive`` that tells of the whole body, once it is here; an upload is told of as it comes."""
        if scope["method"] in ("GET", "HEAD") or (scope["method"], scope["path"]) == UPLOAD:
            return receive
        try:
            return replayed(await whole(receive, MOST_BODY, BODY_SECONDS), receive)
        except TooLarge:
            raise Problem("too_large", f"at most {MOST_BODY >> 20} MB") from None
        except TimeoutError:
            raise Problem("too_slow", f"a request has {BODY_SECONDS} s to arrive: send it again") from None
