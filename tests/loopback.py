"""A server on this machine that speaks the streams of OpenAI, Anthropic and Ollama, and misbehaves as told."""

import json
import select
import socket
import struct
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from email import message_from_bytes
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any

Behaviour = Callable[["Handler"], None]
"""What to do with one request."""


class Handler(BaseHTTPRequestHandler):
    """One request, and the words in which its protocol streams."""

    protocol_version = "HTTP/1.1"
    server: "Loopback"

    def do_POST(self) -> None:
        body = self.form(self.rfile.read(int(self.headers["Content-Length"])))
        self.close_connection = True
        self.server.requests.append((self.path, {k.lower(): v for k, v in self.headers.items()}, body))
        # the last behaviour is for all requests that follow
        asked = len(self.server.requests)
        self.server.behaviours[min(asked, len(self.server.behaviours)) - 1](self)

    def form(self, body: bytes) -> Any:
        """Return what was sent: JSON, or the fields of a form by name, each file with its own name before its bytes."""
        kind = self.headers["Content-Type"]
        if not kind.startswith("multipart/form-data"):
            return json.loads(body)
        form: Any = message_from_bytes(f"Content-Type: {kind}\r\n\r\n".encode() + body)
        told = {}
        for part in form.get_payload():
            content, file = part.get_payload(decode=True), part.get_filename()
            told[part.get_param("name", header="content-disposition")] = (file, content) if file else content.decode()
        return told

    def log_message(self, *_: object) -> None:
        """Say nothing."""

    def head(self, status: int = 200, headers: Mapping[str, str] | None = None, length: int | None = None) -> None:
        """Send a response's head; without a length its body is sent in chunks."""
        self.send_response(status)
        self.send_header("Content-Type", "text/event-stream" if status == 200 else "application/json")
        for name, value in (headers or {}).items():
            self.send_header(name, value)
        if length is None:
            self.send_header("Transfer-Encoding", "chunked")
        else:
            self.send_header("Content-Length", str(length))
        self.end_headers()

    def chunk(self, data: str) -> None:
        encoded = data.encode()
        self.wfile.write(f"{len(encoded):x}\r\n".encode() + encoded + b"\r\n")

    def end(self) -> None:
        self.wfile.write(b"0\r\n\r\n")

    def event(self, data: Any, kind: str = "") -> str:
        """Return one event of the stream, as the protocol of the path frames it."""
        text = data if isinstance(data, str) else json.dumps(data)
        if self.path == "/api/chat":
            return text + "\n"
        return (f"event: {kind}\n" if self.path == "/v1/messages" else "") + f"data: {text}\n\n"

    def opening(self) -> str:
        if self.path != "/v1/messages":
            return ""
        usage = {"input_tokens": 1, "output_tokens": 1}
        message = {"id": "1", "type": "message", "role": "assistant", "model": "m", "content": [], "usage": usage}
        block = {"type": "content_block_start", "index": 0, "content_block": {"type": "text", "text": ""}}
        return self.event({"type": "message_start", "message": message}, "message_start") + self.event(
            block, "content_block_start"
        )

    def piece(self, text: str) -> str:
        if self.path == "/v1/messages":
            delta = {"type": "content_block_delta", "index": 0, "delta": {"type": "text_delta", "text": text}}
            return self.event(delta, "content_block_delta")
        if self.path == "/api/chat":
            return self.event({"model": "m", "message": {"role": "assistant", "content": text}, "done": False})
        choice = {"index": 0, "delta": {"role": "assistant", "content": text}, "finish_reason": None}
        return self.event(
            {"id": "1", "object": "chat.completion.chunk", "created": 0, "model": "m", "choices": [choice]}
        )

    def closing(self) -> str:
        if self.path == "/v1/messages":
            delta = {"type": "message_delta", "delta": {"stop_reason": "end_turn"}, "usage": {"output_tokens": 2}}
            return (
                self.event({"type": "content_block_stop", "index": 0}, "content_block_stop")
                + self.event(delta, "message_delta")
                + self.event({"type": "message_stop"}, "message_stop")
            )
        if self.path == "/api/chat":
            last = {"model": "m", "message": {"role": "assistant", "content": ""}, "done": True, "done_reason": "stop"}
            return self.event(last)
        choice = {"index": 0, "delta": {}, "finish_reason": "stop"}
        last = {"id": "1", "object": "chat.completion.chunk", "created": 0, "model": "m", "choices": [choice]}
        return self.event(last) + self.event("[DONE]")

    def wait(self, seconds: float = 20) -> None:
        """Say nothing until the client leaves; note when it did."""
        if select.select([self.connection], [], [], seconds)[0] and not self.connection.recv(1):
            self.server.left.append(time.monotonic())


def says(*pieces: str) -> Behaviour:
    """Answer, one event for each piece."""

    def behave(handler: Handler) -> None:
        handler.head()
        for part in (handler.opening(), *map(handler.piece, pieces), handler.closing()):
            if part:
                handler.chunk(part)
        handler.end()

    return behave


def hears(*segments: tuple[float, float, str], **more: Any) -> Behaviour:
    """Answer with a transcript of such segments, start, end and text, and whatever else."""
    named = [{"id": n, "start": start, "end": end, "text": text} for n, (start, end, text) in enumerate(segments)]
    told = {"task": "transcribe", "language": "english", "text": "".join(text for _, _, text in segments)}
    return sends(json.dumps({**told, "segments": named, **more}))


def sends(told: str) -> Behaviour:
    """Answer with a text."""

    def behave(handler: Handler) -> None:
        body = told.encode()
        handler.head(200, length=len(body))
        handler.wfile.write(body)

    return behave


def refuses(status: int, told: str = "no", headers: Mapping[str, str] | None = None) -> Behaviour:
    """Answer with an error; ``{headers}`` in it becomes the request's own."""

    def behave(handler: Handler) -> None:
        message = told.replace("{headers}", str(dict(handler.headers.items())))
        body = json.dumps({"type": "error", "error": {"type": "x", "message": message}}).encode()
        handler.head(status, headers, len(body))
        handler.wfile.write(body)

    return behave


def silent(handler: Handler) -> None:
    """Never answer."""
    handler.wait()


def silent_after(*pieces: str) -> Behaviour:
    def behave(handler: Handler) -> None:
        handler.head()
        handler.chunk(handler.opening() + "".join(map(handler.piece, pieces)))
        handler.wait()

    return behave


def drips(handler: Handler) -> None:
    """Answer without an end."""
    handler.head()
    handler.chunk(handler.opening() or handler.piece("drip"))
    while not select.select([handler.connection], [], [], 0.05)[0]:
        handler.chunk(handler.piece("drip"))


def truncates(*pieces: str) -> Behaviour:
    """End in good order before the answer is whole."""

    def behave(handler: Handler) -> None:
        handler.head()
        handler.chunk(handler.opening() + "".join(map(handler.piece, pieces)))
        handler.end()

    return behave


def drops(*pieces: str) -> Behaviour:
    """Break the connection in the middle of the answer, or before it where there are no pieces."""

    def behave(handler: Handler) -> None:
        if pieces:
            handler.head()
            handler.chunk(handler.opening() + "".join(map(handler.piece, pieces)))
            handler.wfile.flush()
            time.sleep(0.2)  # a reset would overtake the pieces
        handler.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))

    return behave


def garbles(*pieces: str, told: str = "{not json") -> Behaviour:
    """Send what is no JSON after some pieces; ``{headers}`` in it becomes the request's own."""

    def behave(handler: Handler) -> None:
        handler.head()
        message = told.replace("{headers}", str(dict(handler.headers.items())))
        handler.chunk(handler.opening() + "".join(map(handler.piece, pieces)))
        handler.chunk(handler.event(message, "content_block_delta"))
        handler.end()

    return behave


class Loopback(ThreadingHTTPServer):
    """The server; ``requests`` holds the path, headers and body of each."""

    daemon_threads = True
    block_on_close = False

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.behaviours: list[Behaviour] = []
        self.requests: list[tuple[str, dict[str, str], Any]] = []
        self.left: list[float] = []
        self.url = f"http://127.0.0.1:{self.server_port}"

    def does(self, *behaviours: Behaviour) -> None:
        """Behave so from now on, once each, and as the last for ever."""
        self.behaviours = list(behaviours)
        self.requests.clear()
        self.left.clear()

    def handle_error(self, *_: Any) -> None:
        """Say nothing: that clients leave is what is tested."""


@contextmanager
def loopback() -> Iterator[Loopback]:
    with Loopback() as server:
        Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()
        yield server
        server.shutdown()
