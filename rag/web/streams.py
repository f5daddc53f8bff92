"""Gradio's streams of answers: that none is lost as one closes, and that they end when the server does.

A page hears of all its events by one stream, which Gradio's server ends after the last of them. An event that is sent
while the end is on its way gets no new stream, as the page believes the old one open: its answer waits on the server
until another event is sent. Here the answer to an event that arrives in between waits until the page has read of the
end, which shows in that it then drops the connection; so it knows, and opens a stream.
"""

import asyncio
import json
from contextlib import suppress
from urllib.parse import parse_qs

from rag.web import words
from rag.web.guard import App, Message, Receive, Scope, Send, plain, replayed

JOIN = "/gradio_api/queue/join"
DATA = "/gradio_api/queue/data"
HEARTBEAT = "/gradio_api/heartbeat/"
READ_SECONDS = 5
"""Most time for a page to read that its stream ends."""
_END = b'data: {"msg":"close_stream"'


def _cut() -> bytes:
    """Return what a page is told that waits for an answer as the server stops."""
    told = {"msg": "unexpected_error", "event_id": None, "message": words.STOPPING, "success": False}
    return f"data: {json.dumps(told)}\n\n".encode()


class Streams:
    """The streams of one server."""

    def __init__(self) -> None:
        self._ending: dict[str, asyncio.Event] = {}  # by session: set when the page has read that its stream ends
        self._open: set[asyncio.Event] = set()  # of the pages that wait for an answer
        self._stopping = False
        self._stopped = asyncio.Event()

    def around(self, app: App) -> App:
        """Return an application with its streams kept."""

        async def called(scope: Scope, receive: Receive, send: Send) -> None:
            path = scope["path"] if scope["type"] == "http" else ""
            if path == JOIN:
                await self._join(app, scope, receive, send)
            elif path == DATA:
                await self._data(app, scope, receive, send)
            elif path.startswith(HEARTBEAT):
                await app(scope, self._until_stopped(receive), send)
            else:
                await app(scope, receive, send)

        return called

    def waiting(self) -> int:
        """Return how many pages wait for an answer."""
        return len(self._open)

    async def drain(self, seconds: float) -> None:
        """Take no more questions, let those under way end, and after some time end every stream."""
        self._stopping = True
        await self._ended(seconds)
        self._stopped.set()
        await self._ended(READ_SECONDS)

    async def _ended(self, seconds: float) -> None:
        with suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                while self._open:
                    await asyncio.sleep(0.05)

    async def _join(self, app: App, scope: Scope, receive: Receive, send: Send) -> None:
        """Take an event; what is answered waits until the page knows that it has no stream."""
        if self._stopping:
            await plain(send, 503, json.dumps({"detail": words.STOPPING}), "application/json")
            return
        body = (await receive()).get("body", b"")  # whole: the guard saw to it
        try:
            session = str(json.loads(body)["session_hash"])
        except (ValueError, LookupError, TypeError):
            session = ""  # not for us to judge: Gradio says what is wrong

        async def say(message: Message) -> None:
            if message["type"] == "http.response.start" and (ending := self._ending.get(session)):
                await ending.wait()
            await send(message)

        await app(scope, replayed(body, receive), say)

    async def _data(self, app: App, scope: Scope, receive: Receive, send: Send) -> None:
        """Stream answers; the end is told at once, and made when the page has read of it."""
        session = parse_qs(scope["query_string"].decode("latin-1")).get("session_hash", [""])[0]
        read = asyncio.Event()
        began = ended = done = False
        hear = self._until_stopped(receive)

        async def listen() -> Message:
            message = await hear()
            if ended:
                read.set()
            return message

        async def say(message: Message) -> None:
            nonlocal began, ended, done
            began = True
            if message.get("body", b"").startswith(_END):
                ended = True
                self._ending[session] = read
            last = message["type"] == "http.response.body" and not message.get("more_body")
            if not (last and ended):
                done = last
                await send(message)

        self._open.add(read)
        try:
            await app(scope, listen, say)
            if ended and not read.is_set():
                with suppress(TimeoutError):
                    async with asyncio.timeout(READ_SECONDS):
                        await hear()
            read.set()
            if began and not done:
                cut = self._stopped.is_set() and not ended
                await send({"type": "http.response.body", "body": _cut() if cut else b""})
        finally:
            self._open.remove(read)
            read.set()
            if self._ending.get(session) is read:
                del self._ending[session]

    def _until_stopped(self, receive: Receive) -> Receive:
        """Return a ``receive`` for which the page leaves when the server stops."""

        async def hear() -> Message:
            left = asyncio.ensure_future(receive())
            stopped = asyncio.ensure_future(self._stopped.wait())
            try:
                await asyncio.wait((left, stopped), return_when=asyncio.FIRST_COMPLETED)
                return left.result() if left.done() else {"type": "http.disconnect"}
            finally:
                left.cancel()
                stopped.cancel()

        return hear
