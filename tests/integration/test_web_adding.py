import asyncio
from collections.abc import Iterator, MutableMapping
from pathlib import Path
from typing import Any

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient

from rag.config import Config
from rag.errors import IndexMissing, SourceError
from rag.fetching.add import Added
from rag.web import adding, addresses, receive, server
from rag.web.checks import Checks
from rag.web.conversations import Conversations
from rag.web.keys import Rates
from rag.web.library import Library
from rag.web.live import Live, Unbuilt
from rag.web.llms import LLMs
from rag.web.pins import Pins
from rag.web.shelf import Shelf

HEADERS = {"X-Quoteline": "1"}


@pytest.fixture
def client(library: Library, tmp_path: Path) -> TestClient:
    conversations = Conversations(tmp_path / "conversations.sqlite")
    live = library._live
    site = server.Site(
        library.config,
        live,
        library,
        conversations,
        Pins(conversations.file),
        Checks(live),
        LLMs(live, library.config),
        Shelf(live, library),
        Rates(),
    )
    return TestClient(server.app(site), base_url="http://127.0.0.1")


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
        adding.add_routes(app, library._live, library)
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


def test_a_folder_keeps_its_shape(client: TestClient, library: Library) -> None:
    asked = {"name": "a.txt", "below": "my notes/2026"}
    answer = client.post("/sources/files", params=asked, content=b"text", headers=HEADERS)
    assert answer.json() == {"source": "uploads/my notes/2026/a.txt", "new": True}
    for below in ("..", "notes/../..", "/etc", "notes//2026", ".hidden", "a\\b", "/".join("a" * 17), "x" * 201):
        asked = {"name": "a.txt", "below": below}
        answer = client.post("/sources/files", params=asked, content=b"text", headers=HEADERS)
        assert answer.status_code == 400, below
        assert "folder" in answer.json()["error"]
    (library.root / "uploads" / "link").symlink_to(library.root)
    asked = {"name": "a.txt", "below": "link/deep"}
    answer = client.post("/sources/files", params=asked, content=b"text", headers=HEADERS)
    assert "symbolic link" in answer.json()["error"]


def test_a_page_hears_what_became_of_what_it_sent(client: TestClient) -> None:
    client.post("/sources/files", params={"name": "a.txt"}, content=b"text", headers=HEADERS)
    told = client.get("/sources/arrivals").json()
    assert told["arrivals"] == [["uploads/a.txt", "received", ""]]
    assert (told["counts"], told["busy"], told["ready"], told["error"]) == ({"received": 1}, False, True, "")
    same = client.get("/sources/arrivals", params={"batch": told["batch"], "since": told["revision"]}).json()
    assert same["arrivals"] == []


def test_an_address_is_fetched_for_who_may_add_files(client: TestClient, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[str] = []

    def add(address: str, _: Config) -> Added:
        asked.append(address)
        raise SourceError("no room")

    monkeypatch.setattr(addresses, "add", add)
    assert client.post("/sources/addresses", content="https://example.org/").status_code == 403, "another site cannot"
    other = {**HEADERS, "Origin": "http://evil.example"}
    assert client.post("/sources/addresses", content="https://example.org/", headers=other).status_code == 403
    answer = client.post("/sources/addresses", content="gopher://example.org/", headers=HEADERS)
    assert answer.status_code == 400
    assert "no address of http or https" in answer.json()["error"]
    assert asked == []
    assert client.post("/sources/addresses", content="https://example.org/", headers=HEADERS).status_code == 202
    while client.get("/sources/arrivals").json()["busy"]:
        pass
    assert asked == ["https://example.org/"]


def test_without_an_index_the_page_says_so(tmp_path: Path) -> None:
    config = Config(sources=str(tmp_path / "sources"), index=str(tmp_path / "index"), data=str(tmp_path / "data"))
    live = Live(Unbuilt(config, None, IndexMissing("no index")))
    library, app = Library(live, folders=True), FastAPI()
    adding.add_routes(app, live, library)
    told = TestClient(app).get("/sources/arrivals").json()
    assert (told["ready"], told["busy"], told["arrivals"]) == (False, False, [])
    area = adding.area(library, begins=True)
    assert "data-begins" in area
    assert "data-begins" not in adding.area(library)
    assert "webkitdirectory" in area
