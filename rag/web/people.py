"""Signing in with the name and the secret of a key, and what the key then lets somebody do on the page.

A session knows the hash of its key. The file of keys is looked at with each request, so a key that is removed ends
the sessions that it began.
"""

import asyncio
import sys
from collections.abc import Mapping
from urllib.parse import parse_qs

from rag.errors import RagError
from rag.web import words
from rag.web.access import PERSON, Pages, Person, acting
from rag.web.guard import App, Receive, Scope, Send, plain
from rag.web.keys import Key, Keys, Rates
from rag.web.live import Live
from rag.web.password import Login, NotRight, Throttle
from rag.web.template import html

CHANGES = ("/sources/", "/settings/")
"""Below these everything is for who may change the sources: adding, what becomes of it, and what an LLM costs."""
WHOLE = ("/reports/",)
"""Below these everything tells of all collections."""
STREAM, HEARTBEAT = "/gradio_api/queue/data", "/gradio_api/heartbeat/"
"""What one page hears, by its id."""


class People(Login):
    """Lets in who gives the name of a key, and the key; whatever they ask for is held to what it opens."""

    def __init__(self, app: App, *, keys: Keys, rates: Rates, live: Live, throttle: Throttle) -> None:
        """Guard an application.

        Args:
            app: what is guarded.
            keys: who may sign in.
            rates: counts what each of them asks.
            live: what they ask: who may read nothing of it is told so at once.
            throttle: counts wrong tries.
        """
        super().__init__(app, kept="", throttle=throttle)
        self._keys = keys
        self._rates = rates
        self._live = live
        self._pages = Pages()
        self._told = ""

    async def _passed(self, who: Person | None, scope: Scope, receive: Receive, send: Send) -> None:
        if who is None:
            await self._app(scope, receive, send)
            return
        try:
            self._check(who, scope)
        except RagError as error:
            await plain(send, 403, str(error))
            return
        scope[PERSON] = who  # an event of the page is not handled in the context of its request
        with acting(who):
            await self._app(scope, receive, send)

    def _check(self, who: Person, scope: Scope) -> None:
        """Raise RightsError where a route is not for somebody."""
        path = scope["path"]
        if path.startswith(CHANGES):
            who.check_writes()
        if path.startswith(WHOLE):
            who.check_whole()
        if path == STREAM:
            who.check_page(parse_qs(scope["query_string"].decode("latin-1")).get("session_hash", [""])[0])
        if path.startswith(HEARTBEAT):
            who.check_page(path.removeprefix(HEARTBEAT))

    def _known(self, scope: Scope) -> Person | None:
        """Return who sends a request, if their key is one still."""
        of = self._of(scope)
        key = next((key for key in self._listed() if key.sha256 == of), None) if of else None
        return Person(key, self._rates, self._pages) if key else None

    async def _right(self, given: Mapping[str, list[str]]) -> str:
        name, secret = (given.get(field, [""])[0].strip() for field in ("name", "password"))
        self._listed()
        if self._told:
            raise NotRight(words.SIGN_NO_KEYS)
        found = self._keys.find(secret)
        if found is None or found.name.strip() != name:
            raise NotRight(words.SIGN_WRONG)
        if not await asyncio.to_thread(self._live.opens, Person(found)):
            raise NotRight(words.SIGN_NOTHING)
        return found.sha256

    def _listed(self) -> tuple[Key, ...]:
        """Return the keys; nobody is let in by a damaged file of them, and only the log tells where it lies."""
        try:
            found = self._keys.listed()
        except RagError as error:
            if str(error) != self._told:
                self._told = str(error)
                print(f"rag: {error}", file=sys.stderr, flush=True)
            return ()
        self._told = ""
        return found

    def _page(self, told: str) -> str:
        return html("password", "login", told, people=True)
