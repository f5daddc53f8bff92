"""What every request passes first: the host, the route, the origin and the size are checked, and headers set.

Plain ASGI, so that a streamed answer passes as it comes and its reader's leaving is noticed.
"""

import asyncio
import re
import secrets
from collections.abc import Awaitable, Callable, Collection, Mapping, MutableMapping
from contextlib import suppress
from http.cookies import CookieError, SimpleCookie
from typing import Any
from urllib.parse import urlsplit

from rag.web import access, language

Message = MutableMapping[str, Any]
Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
App = Callable[[Scope, Receive, Send], Awaitable[None]]

POLICY = (
    "default-src 'self'; script-src 'self' 'unsafe-inline' 'unsafe-eval'; style-src 'self' 'unsafe-inline'; "
    "img-src 'self' data: blob:; font-src 'self' data:; connect-src 'self'; object-src 'none'; base-uri 'self'; "
    "form-action 'none'; frame-ancestors 'none'"
)
"""What a browser may load for this page: only what this server sends. Gradio's own scripts need the two "unsafe"."""

HEADERS = {
    "content-security-policy": POLICY,
    "x-content-type-options": "nosniff",
    "referrer-policy": "no-referrer",
    "permissions-policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
}
"""Of every response; one that brings its own (a report its stricter policy) keeps it."""

OPEN = {
    "GET": (
        "/",
        "/assets/*",
        "/static/*",
        "/config",
        "/reports/*",
        "/favicon.ico",
        "/manifest.json",
        "/worker.js",
        "/install/*",
        "/theme.css",
        "/gradio_api/app_id",
        "/gradio_api/file=/*",
        "/gradio_api/heartbeat/*",
        "/gradio_api/queue/data",
        "/gradio_api/startup-events",
        "/gradio_api/upload_progress",
        "/conversations/*",
        "/notebook/*",
        "/checks/*",
        "/leaves/*",
        "/sounds/*",
        "/library/*",
        "/sources/arrivals",
    ),
    "POST": (
        "/gradio_api/cancel",
        "/gradio_api/queue/join",
        "/gradio_api/reset",
        "/gradio_api/run/predict",
        "/gradio_api/upload",
        "/settings/llm",
        "/sources/files",
        "/sources/addresses",
        "/sources/found",
    ),
}
"""The routes that the page uses, by method; ``*`` stands for what follows. Gradio serves many more: they are closed."""

LOGIN = ("/login", "/logout")
"""Open where there is a password."""

MOST_BODY = 1 << 20
"""Bytes of a request that is no upload."""
BODY_SECONDS = 30
"""Most time for such a request to arrive."""

OWNER = "ql_owner"
_OWNER_ID = re.compile(r"[\w-]{22,64}", re.ASCII)
_ISSUED_WITH = "/theme.css"
"""The request that brings the cookie: the page makes it once, before any event, and only from itself. A document is no
place for it: who follows a link from another site sends no SameSite=Strict cookie, and would be given a new one."""
_YEAR = 31_536_000

_NAMED_BY_CONTENT = "/assets/"
"""Gradio's scripts and styles: a browser that has one need not ask for it again, for another has another name."""
_KEPT = (_NAMED_BY_CONTENT, "/static/")
"""What a browser may keep."""


def owner(request: Any) -> str:
    """Return who asks, the owner of conversations: the same on every visit with this browser.

    Args:
        request: a ``gr.Request``, or FastAPI's.

    Returns:
        Who has signed in, on any browser; else the cookie; else the page's session; else a name that nobody has.
    """
    if (who := access.of(request)) and who.key:
        return f"key {who.key.name}"  # a cookie has no space in it
    web = getattr(request, "request", None) or request
    found = web.cookies.get(OWNER, "")
    if _OWNER_ID.fullmatch(found):
        return str(found)
    return str(getattr(request, "session_hash", None) or secrets.token_urlsafe(24))


class Guard:
    """Passes on what the page may ask for, and answers everything else itself."""

    def __init__(self, app: App, *, hosts: Collection[str] = (), uploads: Mapping[str, int], login: bool) -> None:
        """Guard an application.

        Args:
            app: what is guarded.
            hosts: names that the server may be called by; any, if there are none.
            uploads: routes that take files, with the most bytes of a request to each.
            login: whether there is a password.
        """
        self._app = app
        self._hosts = frozenset(hosts)
        self._uploads = uploads
        self._login = login

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request, or pass it on."""
        if scope["type"] == "lifespan":
            await self._app(scope, receive, send)
            return
        if scope["type"] != "http":  # the page opens no WebSocket
            await send({"type": "websocket.close"})
            return
        chosen, accepted = cookie(scope, language.COOKIE), header(scope, "accept-language")
        with language.speaking(language.wanted(chosen, accepted)):
            await self._answer(scope, receive, send)

    async def _answer(self, scope: Scope, receive: Receive, send: Send) -> None:
        say = _with_headers(scope, send)
        wrong = self._refused(scope)
        if wrong:
            await plain(say, *wrong)
        elif scope["method"] not in ("POST", "PUT", "PATCH", "DELETE"):
            await self._app(scope, receive, say)
        elif scope["path"] in self._uploads:
            await self._upload(scope, receive, say)
        else:
            await self._small(scope, receive, say)

    def _refused(self, scope: Scope) -> tuple[int, str] | None:
        """Return the status and the reason for which a request is not let in; None for one that is."""
        if misnamed(scope, self._hosts):
            return 400, "this server has another name"
        if foreign(scope):
            return 403, "a page of another origin may not ask"
        if not is_open(scope["method"], scope["path"]) and not (self._login and scope["path"] in LOGIN):
            return 404, "not found"
        if length(scope) > self._uploads.get(scope["path"], MOST_BODY):
            return 413, "too large"
        return None

    async def _small(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on when all of it is here: too large or too slow, it never gets to the queue."""
        try:
            body = await whole(receive, MOST_BODY, BODY_SECONDS)
        except TooLarge:
            await plain(send, 413, "too large")
        except TimeoutError:
            await plain(send, 408, "too slow")
        except Left:
            pass
        else:
            await self._app(scope, replayed(body, receive), send)

    async def _upload(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass an upload on as it comes, and cut it off where it is too large."""
        most = self._uploads[scope["path"]]
        got = 0
        began = False

        async def counted() -> Message:
            nonlocal got
            message = await receive()
            got += len(message.get("body", b""))
            if got > most:
                raise TooLarge
            return message

        async def say(message: Message) -> None:
            nonlocal began
            if got <= most:
                began = True
                await send(message)

        with suppress(TooLarge):
            await self._app(scope, counted, say)
        if got > most and not began:
            await plain(send, 413, "too large")


class TooLarge(Exception):
    """A request has more bytes than it may."""


class Left(Exception):
    """Who asked is not there any more."""


def is_open(method: str, path: str) -> bool:
    """Return whether the page uses a route."""
    routes = OPEN.get("GET" if method == "HEAD" else method, ())
    return any(path.startswith(route[:-1]) if route.endswith("*") else path == route for route in routes)


def header(scope: Scope, name: str) -> str:
    """Return a request's header, empty if it has none."""
    return next((value.decode("latin-1") for key, value in scope["headers"] if key == name.encode()), "")


def cookie(scope: Scope, name: str) -> str:
    """Return a request's cookie, empty if it has none."""
    try:
        found = SimpleCookie(header(scope, "cookie")).get(name)
    except CookieError:
        return ""
    return found.value if found else ""


def set_cookie(scope: Scope, name: str, value: str, *, site: str, seconds: int) -> tuple[bytes, bytes]:
    """Return the header that sets a cookie which no script reads."""
    secure = "; Secure" if scope["scheme"] == "https" else ""
    text = f"{name}={value}; Path=/; Max-Age={seconds}; HttpOnly; SameSite={site}{secure}"
    return b"set-cookie", text.encode()


def misnamed(scope: Scope, hosts: Collection[str]) -> bool:
    """Tell whether a request calls the server by a name that is not among ``hosts``; any will do if there are none."""
    return bool(hosts) and re.sub(r":\d*$", "", header(scope, "host")).lower() not in hosts


def foreign(scope: Scope) -> bool:
    """Tell whether a page of another origin asks; who follows a link from there does not."""
    origin = header(scope, "origin")
    if origin and urlsplit(origin).netloc.lower() != header(scope, "host").lower():
        return True
    return scope["method"] not in ("GET", "HEAD") and header(scope, "sec-fetch-site") in ("cross-site", "same-site")


def length(scope: Scope) -> int:
    """Return how many bytes a request says that it has; 0 if it does not say."""
    told = header(scope, "content-length")
    return int(told) if told.isdecimal() else 0


async def whole(receive: Receive, most: int, seconds: float) -> bytes:
    """Return the body of a request when all of it is here.

    Args:
        receive: of the request.
        most: bytes that it may have.
        seconds: most time for it to arrive.

    Raises:
        TooLarge: it has more bytes.
        TimeoutError: it did not arrive in time.
        Left: who sent it is gone.
    """
    body = bytearray()
    async with asyncio.timeout(seconds):
        while True:
            message = await receive()
            if message["type"] == "http.disconnect":
                raise Left
            body += message.get("body", b"")
            if len(body) > most:
                raise TooLarge
            if not message.get("more_body"):
                return bytes(body)


def replayed(body: bytes, receive: Receive) -> Receive:
    """Return a ``receive`` that tells of a body that is here already, and then goes on."""
    waiting = [body]

    async def told() -> Message:
        return {"type": "http.request", "body": waiting.pop()} if waiting else await receive()

    return told


async def plain(send: Send, status: int, text: str, kind: str = "text/plain", more: Collection[Any] = ()) -> None:
    """Answer with a text."""
    body = text.encode()
    headers = [
        (b"content-type", f"{kind}; charset=utf-8".encode()),
        (b"content-length", str(len(body)).encode()),
        *more,
    ]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body})


def _with_headers(scope: Scope, send: Send) -> Send:
    """Return a ``send`` that adds the headers, takes away what Gradio allows other origins, and issues the cookie."""
    path = scope["path"]
    wanted = dict(HEADERS) if path.startswith(_KEPT) else {**HEADERS, "cache-control": "no-store"}
    new = path == _ISSUED_WITH and not _OWNER_ID.fullmatch(cookie(scope, OWNER))

    async def say(message: Message) -> None:
        if message["type"] == "http.response.start":
            if message["status"] == 200 and path.startswith(_NAMED_BY_CONTENT):
                wanted["cache-control"] = f"public, max-age={_YEAR}, immutable"
            own = [(key, value) for key, value in message["headers"] if not key.startswith(b"access-control-")]
            there = {key for key, _ in own}
            added = [(name.encode(), text.encode()) for name, text in wanted.items() if name.encode() not in there]
            if new:
                added.append(set_cookie(scope, OWNER, secrets.token_urlsafe(24), site="Strict", seconds=_YEAR))
            message["headers"] = [*own, *added]
        await send(message)

    return say
