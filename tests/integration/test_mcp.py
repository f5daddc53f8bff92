"""MCP over its two transports, by the protocol's own client: a process, and HTTP on this machine."""

import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path
from threading import Thread
from typing import TYPE_CHECKING, Any

import anyio
import httpx
import pytest
import uvicorn
from mcp import Client, StdioServerParameters
from mcp.types.version import LATEST_HANDSHAKE_VERSION, LATEST_MODERN_VERSION
from starlette.applications import Starlette

from rag.config import Config
from rag.engine import Engine
from rag.exports.links import address
from rag.index import generations
from rag.indexing.builder import build
from rag.serving.mcp import http_app
from tests.conftest import ARTICLE

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

ASKED = {"question": "Who is Cuba's foreign minister?"}
MODES = [("auto", LATEST_MODERN_VERSION), ("legacy", LATEST_HANDSHAKE_VERSION)]


async def never(*_: object, **__: object) -> Any:
    raise AssertionError("the server asked the client's model")


async def proven(client: Client, version: str) -> None:
    """Ask, and open the quote in its source."""
    assert client.session.protocol_version == version
    answer = (await client.call_tool("ask", ASKED)).structured_content
    assert answer["outcome"] == "answered"
    first = answer["citations"][0]
    part = await client.read_resource(address(first["source"], first["start"], first["end"]))
    assert part.contents[0].text == first["quote"]  # type: ignore[union-attr]


@pytest.mark.parametrize(("mode", "version"), MODES)
def test_a_process(config: Config, mode: str, version: str) -> None:
    command = StdioServerParameters(command=sys.executable, args=["-m", "rag", "mcp", "--index", config.index])

    async def run() -> None:
        async with Client(command, mode=mode, read_timeout_seconds=120, sampling_callback=never) as client:
            await proven(client, version)

    anyio.run(run)


def test_standard_output_carries_the_protocol_alone_and_its_end_ends_the_process(config: Config) -> None:
    hello = (
        '{"jsonrpc":"2.0","id":1,"method":"initialize","params":{"protocolVersion":"2025-11-25","capabilities":{},'
        '"clientInfo":{"name":"test","version":"1"}}}\n{"jsonrpc":"2.0","method":"notifications/initialized"}\n'
        "not JSON\n"
        '{"jsonrpc":"2.0","id":2,"method":"tools/call","params":{"name":"ask","arguments":{"question":"x"}}}\n'
    )
    process = subprocess.Popen(
        [sys.executable, "-m", "rag", "mcp", "--index", config.index],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
    )  # fmt: skip
    assert process.stdin
    assert process.stdout
    process.stdin.write(hello)
    process.stdin.flush()
    lines = [process.stdout.readline() for _ in range(2)]
    rest, _ = process.communicate(timeout=60)
    assert all(line.startswith('{"jsonrpc":"2.0"') for line in [*lines, *rest.splitlines()])
    assert process.returncode == 0


def test_without_an_index_it_ends_with_the_remedy(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "rag", "mcp", "--index", str(tmp_path / "none")]
    done = subprocess.run(command, capture_output=True, text=True, check=False, stdin=subprocess.DEVNULL)
    assert (done.returncode, done.stdout) == (4, "")
    assert "rag index" in done.stderr


def test_what_is_built_meanwhile_answers(own: Config, tmp_path: Path) -> None:
    command = StdioServerParameters(command=sys.executable, args=["-m", "rag", "mcp", "--index", own.index])

    async def listed(client: Client) -> list[str]:
        found = (await client.call_tool("list_sources", {})).structured_content
        return [one["source"] for one in found["sources"]]

    async def run() -> None:
        async with Client(command, read_timeout_seconds=120) as client:
            assert await listed(client) == [ARTICLE]
            (Path(own.sources) / "more.txt").write_text("The mill of Alto burns since noon.", encoding="utf-8")
            await anyio.to_thread.run_sync(build, own)
            assert await listed(client) == [ARTICLE, "more.txt"]
            generations.roll_back(Path(own.index))
            assert await listed(client) == [ARTICLE]

    anyio.run(run)


@contextmanager
def served(engine: Engine, **settings: Any) -> Iterator[str]:
    """Serve the protocol within another application, as ``rag serve`` does."""
    inner = http_app(engine, **settings)

    @asynccontextmanager
    async def lifespan(_: Starlette) -> "AsyncIterator[None]":
        async with inner.router.lifespan_context(inner):
            yield

    outer = Starlette(lifespan=lifespan)
    outer.mount("", inner)
    listener = socket.create_server(("127.0.0.1", 0))
    server = uvicorn.Server(uvicorn.Config(outer, log_level="warning"))
    thread = Thread(target=server.run, kwargs={"sockets": [listener]}, daemon=True)
    thread.start()
    while not server.started:
        time.sleep(0.05)
    yield f"http://127.0.0.1:{listener.getsockname()[1]}/mcp"
    server.should_exit = True
    thread.join(10)


def test_http(engine: Engine) -> None:
    with served(engine) as url:

        async def run() -> None:
            for mode, version in MODES:
                async with Client(url, mode=mode, read_timeout_seconds=120, sampling_callback=never) as client:
                    await proven(client, version)

        anyio.run(run)
        # A page of another name that resolves to this machine, and a page that is elsewhere, get nothing.
        hello = {"jsonrpc": "2.0", "id": 1, "method": "tools/list"}
        accept = {"Accept": "application/json, text/event-stream"}
        assert httpx.post(url, json=hello, headers={**accept, "Host": "evil.example"}).status_code == 421
        # There is nothing to wait for, and no session to end: who asks for it holds no connection.
        for method in ("GET", "DELETE"):
            refused = httpx.request(method, url, headers={"Accept": "text/event-stream"})
            assert (refused.status_code, refused.headers["allow"]) == (405, "POST")
        assert httpx.post(url, json=hello, headers={**accept, "Origin": "https://evil.example"}).status_code == 403
        assert (
            httpx.post(url, content=b"x" * (5 << 20), headers={"Content-Type": "application/json"}).status_code == 413
        )
