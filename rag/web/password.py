"""The password that a page needs which other machines reach: its file, and the login.

The file holds a salted scrypt hash, never the password. A login is a random token in a cookie, known to this process
alone: it ends at the log-out, after half a day, or with the server.
"""

import asyncio
import base64
import binascii
import getpass
import hashlib
import hmac
import os
import secrets
import sys
import time
from collections import OrderedDict, deque
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs

from cachetools import TTLCache

from rag.errors import UsageError
from rag.web import install, words
from rag.web.guard import App, Receive, Scope, Send, cookie, plain, set_cookie
from rag.web.template import html

COST = (1 << 15, 8, 3)
"""Of scrypt (n, r, p): 32 MB and about a third of a second."""
LEAST_CHARS = 10
SESSION = "ql_session"
SESSION_SECONDS = 12 * 3600
MOST_SESSIONS = 10_000
WRONG_PER_ADDRESS = (5, 300)
"""So many wrong tries in so many seconds, from one address; then it waits."""
WRONG_IN_ALL = (60, 300)
"""The same from all of them together."""
MOST_ADDRESSES = 10_000

_OWN = (
    (
        b"content-security-policy",
        b"default-src 'none'; style-src 'unsafe-inline'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
    ),
    # With "no-referrer", as elsewhere, a browser names no origin when it sends a form, and the guard lets none in.
    (b"referrer-policy", b"same-origin"),
)
"""Headers of the pages with a form."""


def write(path: Path) -> None:
    """Ask for a password, twice at a terminal or as a line of standard input, and write its hash.

    Raises:
        UsageError: too short, not the same twice, or the file cannot be written.
    """
    if sys.stdin.isatty():
        password = getpass.getpass(f"Password for the chat page (at least {LEAST_CHARS} characters): ")
        if getpass.getpass("Again: ") != password:
            raise UsageError("the two passwords differ: nothing was written")
    else:
        password = sys.stdin.readline().rstrip("\n")
    if len(password) < LEAST_CHARS:
        raise UsageError(f"a password needs at least {LEAST_CHARS} characters: nothing was written")
    try:
        path.unlink(missing_ok=True)
        with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
            file.write(hashed(password) + "\n")
    except OSError as error:
        raise UsageError(f"password file {path} cannot be written: {error.strerror}") from None


def read(path: Path) -> str:
    """Return the hash in a file.

    Raises:
        UsageError: it cannot be read, or is none.
    """
    try:
        found = path.read_text(encoding="ascii").strip()
        matches("", found)
    except OSError as error:
        help_ = f"write one with rag ui --set-password {path}"
        raise UsageError(f"password file {path} cannot be read ({error.strerror}): {help_}") from None
    except ValueError:
        message = f"password file {path} holds no hash of a password: write it with rag ui --set-password {path}"
        raise UsageError(message) from None
    return found


def hashed(password: str) -> str:
    """Return a salted hash: ``scrypt$n$r$p$salt$hash``."""
    salt = secrets.token_bytes(16)
    n, r, p = COST
    return f"scrypt${n}${r}${p}${_text(salt)}${_text(_scrypt(password, salt, n, r, p))}"


def matches(password: str, kept: str) -> bool:
    """Return whether a hash is of this password, in the same time for any password.

    Raises:
        ValueError: it is no hash.
    """
    try:
        name, *cost, salt, wanted = kept.split("$")
        n, r, p = map(int, cost)
        if name != "scrypt" or n * r * 128 > 1 << 30:
            raise ValueError
        return hmac.compare_digest(_scrypt(password, _bytes(salt), n, r, p), _bytes(wanted))
    except (ValueError, binascii.Error):
        raise ValueError("no hash of a password") from None


def _scrypt(password: str, salt: bytes, n: int, r: int, p: int) -> bytes:
    return hashlib.scrypt(
        password.encode("utf-8", "surrogatepass"), salt=salt, n=n, r=r, p=p, maxmem=(n + 64) * r * 256
    )


def _text(data: bytes) -> str:
    return base64.b64encode(data).decode()


def _bytes(text: str) -> bytes:
    return base64.b64decode(text, validate=True)


class Throttle:
    """Counts wrong tries, by address and in all, over the last minutes."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._all: deque[float] = deque()
        self._by: OrderedDict[str, deque[float]] = OrderedDict()

    def wait(self, address: str) -> int:
        """Return the seconds after which an address may try again; 0 if it may now."""
        return max(self._left(self._all, *WRONG_IN_ALL), self._left(self._by.get(address, deque()), *WRONG_PER_ADDRESS))

    def wrong(self, address: str) -> None:
        """Count a try."""
        self._all.append(self._clock())
        self._by.setdefault(address, deque()).append(self._clock())
        self._by.move_to_end(address)
        while len(self._by) > MOST_ADDRESSES:
            self._by.popitem(last=False)

    def right(self, address: str) -> None:
        """Take back a try that was counted before it was known to be right."""
        for tries in (self._all, self._by.get(address)):
            if tries:
                tries.pop()

    def _left(self, tries: deque[float], most: int, seconds: int) -> int:
        now = self._clock()
        while tries and tries[0] <= now - seconds:
            tries.popleft()
        return 0 if len(tries) < most else int(tries[-most] + seconds - now) + 1


class NotRight(Exception):
    """What was typed opens nothing; the message, in words of the page, says why."""


class Login:
    """Lets in who gave the password."""

    def __init__(self, app: App, *, kept: str, throttle: Throttle) -> None:
        """Guard an application by the password of a hash."""
        self._app = app
        self._kept = kept
        self._throttle = throttle
        self._sessions: TTLCache[str, str] = TTLCache(MOST_SESSIONS, SESSION_SECONDS)  # hash of a token -> who it is of
        self._one = asyncio.Lock()  # scrypt takes memory

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request, or pass it on."""
        path = scope["path"] if scope["type"] == "http" else ""
        if scope["type"] == "lifespan":
            await self._app(scope, receive, send)
        elif path == "/login" and scope["method"] == "POST":
            await self._tried(scope, receive, send)
        elif (who := self._known(scope)) is None and not install.is_open(path):
            if path == "/" and scope["method"] in ("GET", "HEAD"):
                await self._form(send, 401)
            else:
                await plain(send, 401, "log in first")
        elif path == "/logout":
            await self._leave(scope, send)
        elif path == "/login":
            await _redirect(send, [])
        else:
            await self._passed(who, scope, receive, send)

    async def _passed(self, who: Any, scope: Scope, receive: Receive, send: Send) -> None:  # noqa: ARG002
        """Pass on a request, of whom :meth:`_known` returned; None asks for what is told before the login."""
        await self._app(scope, receive, send)

    def _known(self, scope: Scope) -> object | None:
        """Return who sends a request; None for somebody who is not logged in."""
        return self._of(scope)

    def _of(self, scope: Scope) -> str | None:
        """Return of whom the session of a request is; None for one that has ended."""
        found: str | None = self._sessions.get(_digest(cookie(scope, SESSION)))
        return found

    async def _right(self, given: Mapping[str, list[str]]) -> str:
        """Return of whom a session is that what was typed opens; NotRight if it opens none."""
        async with self._one:
            if not await asyncio.to_thread(matches, given.get("password", [""])[0], self._kept):
                raise NotRight(words.WRONG)
        return ""

    async def _tried(self, scope: Scope, receive: Receive, send: Send) -> None:
        body = (await receive()).get("body", b"")  # whole: the guard saw to it
        given = parse_qs(body.decode("latin-1"), keep_blank_values=True)
        address = (scope.get("client") or ("",))[0]
        if wait := self._throttle.wait(address):
            await self._form(send, 429, words.WAIT.format(seconds=wait), [(b"retry-after", str(wait).encode())])
            return
        self._throttle.wrong(address)  # counted first, so that tries at once do not all pass
        try:
            who = await self._right(given)
        except NotRight as error:
            await self._form(send, 401, str(error))
            return
        self._throttle.right(address)
        token = secrets.token_urlsafe(32)
        self._sessions[_digest(token)] = who
        await _redirect(send, [set_cookie(scope, SESSION, token, site="Lax", seconds=SESSION_SECONDS)])

    async def _leave(self, scope: Scope, send: Send) -> None:
        if scope["method"] != "POST":
            await plain(send, 200, html("password", "logout"), "text/html", _OWN)
            return
        self._sessions.pop(_digest(cookie(scope, SESSION)), None)
        await _redirect(send, [set_cookie(scope, SESSION, "", site="Lax", seconds=0)])

    async def _form(
        self, send: Send, status: int, told: str = "", more: list[tuple[bytes, bytes]] | None = None
    ) -> None:
        await plain(send, status, self._page(told), "text/html", [*_OWN, *(more or [])])

    def _page(self, told: str) -> str:
        """Return the page that asks for what opens it."""
        return html("password", "login", told)


def _digest(token: str) -> str:
    return hashlib.sha256(token.encode("utf-8", "surrogateescape")).hexdigest()


async def _redirect(send: Send, more: list[tuple[bytes, bytes]]) -> None:
    await plain(send, 303, "", more=[(b"location", b"/"), *more])
