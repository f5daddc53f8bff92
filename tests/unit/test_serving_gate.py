"""The gate of a server that ends; what it lets in otherwise stands in tests/integration/test_serve.py."""

import asyncio
from pathlib import Path

import httpx

from rag.serving.gate import Gate
from rag.serving.limits import Door
from rag.serving.metrics import Metrics
from rag.web import guard
from rag.web.keys import Keys, Rates

SOON = 300


def test_while_the_server_ends_it_is_not_ready_and_answers_what_is_under_way(tmp_path: Path) -> None:
    async def play() -> None:
        began, goes_on = asyncio.Event(), asyncio.Event()

        async def app(scope: guard.Scope, receive: guard.Receive, send: guard.Send) -> None:
            if scope["path"] == "/v1/ask":
                began.set()
                await goes_on.wait()
            await guard.plain(send, 200, "told")

        door = Door()
        gated = Gate(
            app,
            keys=Keys(tmp_path / "keys.json"),
            rates=Rates(),
            metrics=Metrics(),
            door=door,
            hosts=(),
            private=True,
            most_upload=1,
        )
        async with httpx.AsyncClient(transport=httpx.ASGITransport(gated), base_url="http://here") as client:
            assert (await client.get("/readyz")).status_code == 200
            asking = asyncio.ensure_future(client.post("/v1/ask", json={}))
            await began.wait()
            ending = asyncio.ensure_future(door.drain(SOON))
            await asyncio.sleep(0)
            for path in ("/readyz", "/v1/sources"):
                refused = await client.get(path)
                assert (refused.status_code, refused.headers["connection"]) == (503, "close")
                assert refused.json()["kind"] == "busy"
                assert int(refused.headers["retry-after"]) > 0
            assert (await client.get("/healthz")).status_code == 200
            assert (await client.get("/metrics")).status_code == 200
            assert not ending.done()
            goes_on.set()
            answered = await asking
            assert (answered.status_code, answered.text) == (200, "told")
            await ending
            assert door.inside == 0

    asyncio.run(play())
