import asyncio
from collections.abc import Iterator, MutableMapping
from pathlib import Path
from typing import Any

import gradio as gr
import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient

from rag.config import Config
from rag.engine import Engine
from rag.schema import Filter
from rag.web import receive, server, sources
from rag.web.checks import Checks
from rag.web.conversations import Conversations
from rag.web.library import Library
from rag.web.live import Live
from rag.web.pins import Pins
from tests.conftest import ARTICLE

HEADERS = {"X-Quoteline": "1"}


@pytest.fixture
def library(own: Config) -> Iterator[Library]:
    live = Live(Engine.open(config=own))
    library = Library(live, folders=True)
    yield library
    library.close()
    live.close()


@pytest.fixture
def client(library: Library, tmp_path: Path) -> TestClient:
    conversations = Conversations(tmp_path / "conversations.sqlite")
    live = library._live
    site = server.Site(library.config, live, library, conversations, Pins(conversations.file), Checks(live))
    return TestClient(server.app(site), base_url="http://127.0.0.1")


@pytest.fixture
def page(library: Library) -> sources._Page:
    return sources._Page(library._live, library)


def test_a_file_is_received_whole(client: TestClient, library: Library) -> None:
    content = bytes(range(1, 256)) * 1000
    for told in ({"source": "uploads/a.txt", "new": True}, {"source": "uploads/a.txt", "new": False}):
        answer = client.post("/sources/files", params={"name": "a.txt"}, content=content, headers=HEADERS)
        assert (answer.status_code, answer.json()) == (200, told)
    assert (library.root / "uploads" / "a.txt").read_bytes() == content
    assert "Content-Security-Policy" in answer.headers


def test_a_page_of_another_site_cannot_send_a_file(client: TestClient, library: Library) -> None:
    answer = client.post("/sources/files", params={"name": "a.txt"}, content=b"text")
    assert answer.status_code == 403
    asked = {"Origin": "http://evil.example", "Access-Control-Request-Method": "POST"}
    asked["Access-Control-Request-Headers"] = "x-quoteline"
    preflight = client.options("/sources/files?name=a.txt", headers=asked)
    assert "access-control-allow-origin" not in preflight.headers
    assert not (library.root / "uploads").exists()


def test_what_cannot_be_added_says_why(client: TestClient, library: Library) -> None:
    for name, content, why in (
        ("../a.txt", b"text", "without folders"),
        ("a.exe", b"text", "can be one of"),
        ("a.txt", b"", "is empty"),
        ("a.txt", bytes((64 << 20) + 1), "too large"),
    ):
        answer = client.post("/sources/files", params={"name": name}, content=content, headers=HEADERS)
        assert answer.status_code == 400
        assert why in answer.json()["error"]

    def endless() -> Iterator[bytes]:  # without a length
        for _ in range(65):
            yield bytes(1 << 20)

    answer = client.post("/sources/files", params={"name": "a.txt"}, content=endless(), headers=HEADERS)
    assert "too large" in answer.json()["error"]
    assert list((library.root / "uploads").iterdir()) == []


def test_a_file_that_stops_coming_is_not_waited_for(library: Library, monkeypatch: pytest.MonkeyPatch) -> None:
    async def send() -> list[MutableMapping[str, Any]]:
        app = FastAPI()
        sent: list[MutableMapping[str, Any]] = []
        sources.add_routes(app, library)
        scope: dict[str, Any] = {"type": "http", "method": "POST", "path": "/sources/files"}
        scope |= {"query_string": b"name=a.txt", "headers": [(b"x-quoteline", b"1")]}
        bodies = [{"type": "http.request", "body": b"half of it", "more_body": True}]

        async def more() -> dict[str, Any]:
            return bodies.pop() if bodies else await asyncio.Future()

        async def answer(message: MutableMapping[str, Any]) -> None:
            sent.append(message)

        await asyncio.wait_for(app(scope, more, answer), 30)
        return sent

    monkeypatch.setattr(receive, "STALLED", 0.2)
    start, body = asyncio.run(send())
    assert start["status"] == 408
    assert b"did not arrive whole" in body["body"]
    assert list((library.root / "uploads").iterdir()) == []


def test_a_disk_that_cannot_be_written_is_an_error_of_the_server(client: TestClient, library: Library) -> None:
    (library.root / "uploads").write_text("a file of that name")
    answer = client.post("/sources/files", params={"name": "a.txt"}, content=b"text", headers=HEADERS)
    assert answer.status_code == 507
    assert "cannot be written" in answer.json()["error"]


def test_the_map_rings_what_the_last_answer_quotes(page: sources._Page, library: Library) -> None:
    with library._live.engine() as engine:
        answers = [engine.ask("Who is Cuba's foreign minister?"), engine.ask("How many Cubans died in the raid?")]
        (cited,) = answers[1].citations
        rows = sources._quoted(engine, answers[1])
        (passage,) = engine.index.store.passages(rows)
        assert passage.start <= cited.start < cited.end <= passage.end
        assert page._drawn.passage_map(engine, answers).count("ql-used") == 1
        assert page._drawn.passage_map(engine, []).count("ql-used") == 0
        assert sources._quoted(engine, engine.ask("What is the population of Havana?")) == []


def test_a_limit_is_checked_before_it_is_set(page: sources._Page) -> None:
    chosen, row, note, told = page.limit(["0*"], "2026-01-01", "")
    assert chosen == Filter(("0*",), "2026-01-01")
    assert row.visible
    assert note == told
    assert "limited to 1 of all 1 documents, sources 0*, published on 2026-01-01 or later." in told
    for wrong, why in (
        ((["x.txt"], "", ""), "No source is like &#x27;x.txt&#x27;"),
        ((["0*"], "", "1990-01-01"), "No document is like that"),
        (([], "tomorrow", ""), "is no date"),
    ):
        *kept, told = page.limit(*wrong)
        assert why in told
        assert all(each == gr.skip() for each in kept)
    assert page.limit(["díaz-canel", " "], "", "")[0] == Filter((ARTICLE,)), "words find what they are of"
    *emptied, chosen, row, _, told = page.unlimit()
    assert (emptied, chosen, row.visible) == ([[], "", ""], Filter(), False)
    assert "answers from all sources" in told


def test_an_error_is_shown_where_it_happened(page: sources._Page, library: Library) -> None:
    assert "is no full path" in page.add_folder("notes", "", [])[0]
    for file in library.root.iterdir():
        file.unlink()
    Path(library.root).rmdir()
    assert "is not there: start the page with --sources" in page.look("", [])[2]
    assert "is not there" in page.searched("x")
