import json
import time
from collections.abc import Iterator
from contextlib import suppress
from http.server import BaseHTTPRequestHandler
from typing import Any

import pytest

from rag.cli.main import main
from rag.config import Config
from rag.errors import FetchError, UsageError
from rag.fetching.find import MOST_BYTES, MOST_FOUND, Found, find
from tests.servers import Sent, Web, web

PLACE = "/search?q=fuel+in+Cuba&format=json"
ROWS: list[Any] = [
    {
        "url": "https://example.org/a#top",
        "title": "Fuel\u202e runs\nout",
        "content": "<b>Queues</b>",
        "publishedDate": "2026-02-08T10:00",
    },
    {"url": "https://example.org/a", "title": "The same"},
    {"url": "javascript:alert(1)", "title": "No page"},
    {"url": "https://me:secret@example.org/", "title": "A password"},
    {"url": "https://example.org/b", "title": None, "content": 7, "publishedDate": "yesterday"},
    "no object",
]


@pytest.fixture
def server() -> Iterator[Web]:
    with web() as server:
        server.routes[PLACE] = Sent(json.dumps({"results": ROWS}).encode(), kind="application/json")
        yield server


def test_pages_are_listed_and_none_is_fetched(server: Web) -> None:
    assert find(" fuel in\nCuba ", Config(searxng=f"{server.url}/")) == [
        Found("https://example.org/a", "Fuel runs out", "<b>Queues</b>", "2026-02-08"),
        Found("https://example.org/b", "https://example.org/b", "7", None),
    ]
    assert [path for path, _ in server.asked] == [PLACE]


def test_as_many_as_people_look_at(server: Web) -> None:
    rows = [{"url": f"https://example.org/{n}"} for n in range(40)]
    server.routes[PLACE] = Sent(json.dumps({"results": rows}).encode())
    assert len(find("fuel in Cuba", Config(searxng=server.url))) == MOST_FOUND


@pytest.mark.parametrize(
    ("sent", "why"),
    [
        (Sent(b"", status=403), r"refuses JSON \(403\): let its settings.yml say formats"),
        (Sent(b"", status=500), "sent status 500"),
        (Sent(b"<html>"), "sent no JSON: is it a SearXNG"),
        (Sent(b"[1]"), "sent no list of results"),
        (Sent(b"x" * (MOST_BYTES + 1)), "sent more than 1 MB"),
    ],
)
def test_a_service_that_fails_says_why(server: Web, sent: Sent, why: str) -> None:
    server.routes[PLACE] = sent
    with pytest.raises(FetchError, match=why):
        find("fuel in Cuba", Config(searxng=server.url))


def test_a_service_that_trickles_is_cut_off(server: Web, monkeypatch: pytest.MonkeyPatch) -> None:
    def trickle(handler: BaseHTTPRequestHandler) -> None:
        with suppress(OSError):
            handler.wfile.write(b"HTTP/1.1 200 OK\r\nX-Slow: ")
            while True:
                handler.wfile.write(b"x")
                time.sleep(0.05)

    monkeypatch.setattr("rag.fetching.find.SECONDS", 1)
    server.routes[PLACE] = trickle
    with pytest.raises(FetchError, match="was not done in 1 s"):
        find("fuel in Cuba", Config(searxng=server.url))


def test_nothing_is_asked_of_nobody() -> None:
    with pytest.raises(UsageError, match="no search service is set: run a SearXNG, and name it with searxng = "):
        find("fuel", Config())
    with pytest.raises(UsageError, match="nothing to look for"):
        find(" ", Config(searxng="http://127.0.0.1:9"))
    with pytest.raises(UsageError, match="is no address of http"):
        find("fuel", Config(searxng="ftp://127.0.0.1"))
    with pytest.raises(FetchError, match="cannot be asked .*: is the SearXNG running"):
        find("fuel", Config(searxng="http://127.0.0.1:9"))


def test_the_command_lists_them_to_choose_from(
    server: Web, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("RAG_SEARXNG", server.url)
    assert main(["add", "--find", "fuel in Cuba"]) == 0
    out, told = capsys.readouterr()
    assert out.splitlines() == [
        "1. Fuel runs out",
        "   https://example.org/a",
        "   2026-02-08 · <b>Queues</b>",
        "2. https://example.org/b",
        "   https://example.org/b",
        "   7",
    ]
    assert told == "Make one a source: rag add ADDRESS\n"
    assert main(["add"]) == 2
    assert 'rag add --find "WORDS"' in capsys.readouterr().err
