import asyncio
import html
import json
import re
from collections.abc import Iterator, MutableMapping
from pathlib import Path
from typing import Any

import gradio as gr
import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient

from rag.config import Config
from rag.engine import Engine
from rag.schema import ALL, Filter
from rag.web import receive, server, sources
from rag.web.checks import Checks
from rag.web.conversations import Conversations
from rag.web.library import Library
from rag.web.live import Live
from rag.web.pins import Pins
from rag.web.shelf import Shelf
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
    site = server.Site(
        library.config, live, library, conversations, Pins(conversations.file), Checks(live), Shelf(live, library)
    )
    return TestClient(server.app(site), base_url="http://127.0.0.1")


@pytest.fixture
def page(library: Library) -> sources._Page:
    return sources._Page(library._live, library, Shelf(library._live, library))


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
    chosen, note, lift, told, ticked = page.limit("0*", "2026-01-01", "")
    assert chosen == Filter(("0*",), "2026-01-01")
    assert lift.visible
    assert "1 of 1 sources" in note
    assert "limited to 1 of all 1 documents, sources 0*, published on 2026-01-01 or later." in told
    assert state(ticked)["ticked"] == [ARTICLE], "what a pattern means is ticked in the list"
    for wrong, why in (
        (("x.txt", "", ""), "No source is like &#x27;x.txt&#x27;"),
        (("0*", "", "1990-01-01"), "No document is like that"),
        (("", "tomorrow", ""), "is no date"),
    ):
        *kept, told, ticked = page.limit(*wrong)
        assert why in told
        assert all(each == gr.skip() for each in (*kept, ticked))
    assert page.limit("díaz-canel", "", "")[0] == Filter((ARTICLE,)), "words find what they are of"
    *emptied, chosen, note, lift, _, ticked = page.unlimit()
    assert (emptied, chosen, lift.visible) == (["", "", ""], Filter(), False)
    assert ">1 source<" in note
    assert state(ticked)["ticked"] is None


def state(told: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(html.unescape(re.findall(r'data-state="([^"]*)"', told)[0]))
    return found


def pressed(page: sources._Page, chosen: Filter, **told: Any) -> tuple[Any, ...]:
    return page.ticked(gr.EventData(None, told), chosen)


def test_ticking_sets_the_filter_that_typing_sets(page: sources._Page) -> None:
    chosen, note, lift, _, ticked = pressed(page, ALL, do="set", sources=[ARTICLE])
    assert chosen == Filter((ARTICLE,)) == page.limit(ARTICLE, "", "")[0]
    assert "1 of 1 sources" in note
    assert lift.visible
    assert state(ticked)["ticked"] is True, "the script has it ticked already"
    assert pressed(page, chosen, do="set", sources=[])[0] == ALL, "none ticked is no limit"
    assert pressed(page, chosen, do="all")[0] == ALL
    again = pressed(page, Filter(("0*",)), do="begin")
    assert again[0] == Filter(("0*",))
    assert state(again[4])["ticked"] == [ARTICLE]


def test_all_that_is_found_is_ticked_at_once_and_dates_stay_dates(page: sources._Page) -> None:
    def found(on: bool, sources: list[str], **query: str) -> Any:
        return pressed(page, ALL, do="found", on=on, sources=sources, query=query)[0]

    assert found(True, [], find="díaz") == Filter((ARTICLE,))
    assert found(True, [], after="2026-01-01") == Filter((), "2026-01-01")
    assert found(True, [ARTICLE], after="2026-01-01") == Filter((ARTICLE,))
    assert found(False, [ARTICLE], find="díaz") == ALL
    *kept, told, ticked = pressed(page, ALL, do="found", on=True, sources=[], query={"after": "1990-01-0"})
    assert "is no date" in told
    assert "is no date" in state(ticked)["error"]
    assert all(each == gr.skip() for each in kept)


def test_what_a_page_made_up_changes_nothing(page: sources._Page) -> None:
    for told in (
        {"do": "burn"},
        {},
        {"do": "set"},
        {"do": "found", "sources": [], "on": True},
        {"do": "set", "sources": 3},
    ):
        assert all(each == gr.skip() for each in pressed(page, ALL, **told)), told
    assert "is like that" in pressed(page, ALL, do="set", sources=["gone.txt"])[3], "a source that is not there"


def test_an_error_is_shown_where_it_happened(page: sources._Page, library: Library) -> None:
    assert "is no full path" in page.add_folder("notes", [])[0]
    for file in library.root.iterdir():
        file.unlink()
    Path(library.root).rmdir()
    assert state(page.look([])[2]) | {"serial": 0} == {
        "serial": 0,
        "documents": 0,
        "passing": 0,
        "ticked": True,
        "error": "",
        "look": True,
    }, "the index is there: the list itself says what is wrong"
