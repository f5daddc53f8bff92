"""Servers on the loopback interface: of any application, and one that sends what a test says."""

import socket
import ssl
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any

import uvicorn

from rag.web.guard import App


@dataclass
class Sent:
    """What is sent for a path."""

    data: bytes = b""
    kind: str = "text/html"
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    etag: str = ""
    length: bool = True
    """Whether the head says how long it is."""


Route = Sent | Callable[[BaseHTTPRequestHandler], None]


class Handler(BaseHTTPRequestHandler):
    server: "Web"

    def log_message(self, *_: object) -> None:
        """Say nothing."""

    def do_GET(self) -> None:
        self.server.asked.append((self.path, dict(self.headers.items())))
        route = self.server.routes.get(self.path, Sent(b"none", status=404))
        if not isinstance(route, Sent):
            return route(self)
        unchanged = route.etag and self.headers.get("If-None-Match") == route.etag
        self.send_response(304 if unchanged else route.status)
        if route.kind:
            self.send_header("Content-Type", route.kind)
        if route.etag:
            self.send_header("ETag", route.etag)
        for name, value in route.headers.items():
            self.send_header(name, value)
        if route.length and not unchanged:
            self.send_header("Content-Length", str(len(route.data)))
        self.end_headers()
        if not unchanged:
            self.wfile.write(route.data)
        return None


class Web(ThreadingHTTPServer):
    """The server; ``asked`` holds the path and headers of each request."""

    daemon_threads = True
    block_on_close = False

    def __init__(self, context: ssl.SSLContext | None = None) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.routes: dict[str, Route] = {}
        self.asked: list[tuple[str, dict[str, str]]] = []
        self.url = f"http{'s' if context else ''}://127.0.0.1:{self.server_port}"
        if context:
            self.socket = context.wrap_socket(self.socket, server_side=True)

    def handle_error(self, *_: object) -> None:
        """Say nothing: that clients leave is what is tested."""


@contextmanager
def web(context: ssl.SSLContext | None = None) -> Iterator[Web]:
    with Web(context) as server:
        Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()
        yield server
        server.shutdown()


SOON = 300
"""Seconds."""


@contextmanager
def served(application: App) -> Iterator[str]:
    """Serve an application in a thread, and yield its address."""
    listener = socket.create_server(("127.0.0.1", 0))
    server = uvicorn.Server(uvicorn.Config(application, log_level="warning"))
    thread = Thread(target=server.run, kwargs={"sockets": [listener]}, daemon=True)
    thread.start()
    try:
        until(lambda: server.started)
        yield f"http://127.0.0.1:{listener.getsockname()[1]}"
    finally:
        server.should_exit = True
        thread.join(SOON)
        listener.close()


def until(true: Any) -> None:
    ends = time.monotonic() + SOON
    while not true():
        assert time.monotonic() < ends
        time.sleep(0.05)
