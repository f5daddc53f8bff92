"""What every request to the API passes first: the name of the server, the origin, the key, the size and the time.

Plain ASGI, so that a streamed answer passes as it comes.
"""

import sys
import time
import traceback
from collections.abc import Collection

from rag.errors import RagError
from rag.serving import problems
from rag.serving.keys import Keys
from rag.serving.limits import Rates
from rag.serving.metrics import Metrics
from rag.serving.problems import Problem
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

OPEN = ("/healthz", "/readyz", "/docs", "/openapi.json")
"""Told without a key: nothing of them is of the sources."""
UNNAMED = ("/mcp", "/openapi.json")
"""Paths of routes that FastAPI passes on without saying which they are."""
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
            hosts: names that the server may be called by; any, if there are none.
            private: whether this machine alone is served, without a password: then a key is asked for only where
                there is one.
            most_upload: bytes of an uploaded file.
        """
        self._app = app
        self._keys = keys
        self._rates = rates
        self._metrics = metrics
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
                own = {name for name, _ in message["headers"]}
                wanted = {**HEADERS, "content-security-policy": POLICY, "cache-control": "no-store"}
                added = [(name.encode(), text.encode()) for name, text in wanted.items() if name.encode() not in own]
                message["headers"] = [*message["headers"], *added]
            await send(message)

        try:
            self._check(scope)
            await self._app(scope, await self._body(scope, receive), say)
        except Problem as problem:
            await problem.response()(scope, receive, say)
        except RagError as error:  # the file of keys, say: nobody is let in by a damaged one
            await problems.of(error).response()(scope, receive, say)
        except Left:
            pass
        except Exception:
            traceback.print_exc(file=sys.stderr)
            if status:
                raise
            await Problem("internal", "the server failed: its log tells why").response()(scope, receive, say)
        finally:
            path = scope["path"]
            route = str(getattr(scope.get("route"), "path", path if path in UNNAMED else "other"))
            self._metrics.ended(scope["method"], route, status, time.perf_counter() - began)

    def _check(self, scope: Scope) -> None:
        """Raise Problem for a request that is not let in."""
        if misnamed(scope, self._hosts):
            raise Problem("forbidden", "this server has another name: ask it as 127.0.0.1 or localhost")
        if foreign(scope):
            raise Problem("forbidden", "a page of another origin may not ask: ask from a program")
        method, path = scope["method"], scope["path"]
        if path in OPEN:
            return
        if not self._private or self._keys.listed():
            scheme, _, secret = header(scope, "authorization").partition(" ")
            key = self._keys.find(secret.strip()) if scheme.lower() == "bearer" else None
            if key is None:
                raise Problem("key", "send Authorization: Bearer KEY; rag keys add NAME makes a key")
            self._rates.count(key.name, key.per_minute)
            if key.scope != "write" and method not in ("GET", "HEAD") and path.startswith(WRITES):
                raise Problem("forbidden", "this key only reads: rag keys add NAME --write makes one that writes")
        if length(scope) > self._most(scope):
            raise Problem("too_large", f"at most {self._most(scope) >> 20} MB")

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
