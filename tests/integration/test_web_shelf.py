import html
import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient

from rag.config import Config
from rag.engine import Engine
from rag.errors import UsageError
from rag.web import shelf, words
from rag.web.library import Entry, Library
from rag.web.live import Live
from rag.web.shelf import Query, Shelf
from tests.conftest import ARTICLE, built_over

HOSTILE = "<img src=x onerror=alert(1)>\"'&"
ENTRIES = [
    Entry("bad.pdf", "skipped", reason="encrypted: save it without a password"),
    Entry("new.txt", "new"),
    Entry("b.md", "indexed", "Rain in Lutra", "The Verge", "2026-01-12", 1200, pages=3, unread=("page 2: a picture",)),
    Entry("a.md", "indexed", "otters", "The Post", "2024-05", 4, pages=12),
    Entry("c.md", "indexed", "A line", passages=3, file=False),
]


@pytest.fixture
def sources(tmp_path: Path) -> Path:
    folder = tmp_path / "sources"
    folder.mkdir()
    for n, publisher in enumerate(("The Post", "The Gazette", "The Post")):
        head = f"---\ntitle: House {n}\npublisher: {publisher}\ndate: 2024-0{n + 1}-10\n---\n"
        text = f"It rained again.\n\nHouse {n} of Lutra has {n + 3} windows and a garden behind it, the warden found.\n"
        (folder / f"{n}.md").write_text(head + text)
    return folder


@pytest.fixture
def books(config: Config, sources: Path, tmp_path: Path) -> Iterator[Shelf]:
    live = Live(Engine.open(config=built_over(config, sources, tmp_path / "index")))
    yield Shelf(live, Library(live, folders=True))
    live.close()


def found(**asked: str) -> list[str]:
    return [entry.source for entry in Query(**asked).of(ENTRIES)]


def test_words_a_publisher_and_dates_narrow_the_list_together() -> None:
    assert found() == ["bad.pdf", "new.txt", "b.md", "a.md", "c.md"]
    assert found(find="VERGE lutra") == ["b.md"]
    assert found(find="could not be read") == ["bad.pdf"]
    assert found(publisher="The Post") == ["a.md"]
    assert found(after="2025-01-01") == ["b.md"]
    assert found(before="2025-01-01") == ["a.md"], "what has no date is not published before"
    assert found(publisher="The Post", after="2025-01-01") == []


def test_each_order_puts_what_lacks_it_last() -> None:
    assert found(order="title", find=".md") == ["c.md", "a.md", "b.md"]
    assert found(order="newest") == ["b.md", "a.md", "bad.pdf", "new.txt", "c.md"]
    assert found(order="oldest")[:2] == ["a.md", "b.md"]
    assert found(order="publisher")[:2] == ["a.md", "b.md"]
    assert found(order="pages")[:2] == ["a.md", "b.md"]
    assert found(order="unread")[:2] == ["bad.pdf", "b.md"]
    assert found(order="no such") == found()
    assert set(shelf.ORDERS) == set(words.SHELF_ORDERS) - {""}


def test_a_window_tells_what_the_rows_show(books: Shelf) -> None:
    told = books.window(Query(order="newest"), 1, 1, indexed=True)
    assert (told["all"], told["found"], told["answering"]) == (3, 3, 3)
    assert told["publishers"] == ["The Gazette", "The Post"]
    (row,) = told["rows"]
    assert {name: row[name] for name in ("source", "title", "publisher", "published", "day", "told")} == {
        "source": "1.md", "title": "House 1", "publisher": "The Gazette", "published": "2024-02-10",
        "day": "10 Feb 2024", "told": "",
    }  # fmt: skip
    assert books.window(Query(), 0, 10**6, indexed=True)["rows"][2]["source"] == "2.md"
    assert books.window(Query(), 5, 5, indexed=True)["rows"] == []
    with pytest.raises(UsageError, match="is no date"):
        books.window(Query(after="yesterday"), 0, 5, indexed=True)


def test_the_line_of_a_source_is_a_sentence_of_its_own(books: Shelf) -> None:
    lines = books.lines(Query(find="house gazette"), 0, 5, indexed=True)
    assert lines == {"1.md": "House 1 of Lutra has 4 windows and a garden behind it, the warden found."}
    with books._live.engine() as engine:
        document = engine.index.store.find("1.md")
    assert document
    assert lines["1.md"] in document.text


def test_the_line_of_a_source_does_not_say_again_what_it_is_called(config: Config, tmp_path: Path) -> None:
    first, second = (
        "Warden Ana Pike of Lutra announced a new reserve for the otters along the river and its two lakes on Monday.",
        "The agency counted 900 otters in the autumn of last year.",
    )
    (tmp_path / "sources").mkdir()
    (tmp_path / "sources" / "otters.txt").write_text(f"{first} {second}")
    live = Live(Engine.open(config=built_over(config, tmp_path / "sources", tmp_path / "index")))
    own = Shelf(live, Library(live, folders=True))
    (row,) = own.window(Query(), 0, 1, indexed=True)["rows"]
    assert first.startswith(row["title"].rstrip("… "))
    assert own.lines(Query(), 0, 1, indexed=True) == {"otters.txt": second}
    live.close()


def test_a_file_that_came_is_seen_once_the_list_is_looked_at_anew(books: Shelf, sources: Path) -> None:
    assert len(books.entries(indexed=False)) == 3
    (sources / "late.md").write_text("It rained.")
    assert len(books.entries(indexed=False)) == 3
    books.refresh()
    assert [entry.source for entry in books.entries(indexed=False)] == ["late.md", "0.md", "1.md", "2.md"]
    assert len(books.entries(indexed=True)) == 3


def test_the_pane_needs_no_sources_folder_and_the_library_says_that_it_does(books: Shelf, sources: Path) -> None:
    for file in sources.iterdir():
        file.unlink()
    sources.rmdir()
    app = FastAPI()
    app.include_router(shelf.router(books))
    client = TestClient(app)
    assert client.get("/library/rows", params={"indexed": True, "publisher": "The Post"}).json()["found"] == 2
    refused = client.get("/library/rows")
    assert refused.status_code == 409
    assert "is not there" in refused.json()["error"]
    assert client.get("/library/lines", params={"indexed": True, "count": 1}).json().keys() == {"0.md"}


def test_three_thousand_rows_are_searched_at_once() -> None:
    many = [Entry(f"{n}.txt", "indexed", f"House {n}", f"Paper {n % 7}", "2024-01-01", 3) for n in range(3000)]
    wanted = [n for n in range(3000) if n % 7 == 3 and "29" in str(n)]
    assert [entry.source for entry in Query(find="house 29", publisher="Paper 3").of(many)] == [
        f"{n}.txt" for n in wanted
    ]
    assert [entry.source for entry in Query(order="title").of(many)][:2] == ["0.txt", "1.txt"]


def test_what_is_ticked_is_told_to_the_script_and_escaped() -> None:
    told = shelf.told(7, 3, 1, [HOSTILE], HOSTILE)
    assert "<img" not in told
    state: dict[str, Any] = json.loads(html.unescape(re.findall(r'data-state="([^"]*)"', told)[0]))
    assert state == {"serial": 7, "documents": 3, "passing": 1, "ticked": [HOSTILE], "error": HOSTILE, "look": False}
    assert json.loads(html.unescape(re.findall(r'data-words="([^"]*)"', told)[0]))["unread"] == "Could not be read"


def test_the_article_has_a_line(site: Any) -> None:
    (line,) = site.shelf.lines(Query(), 0, 1, indexed=True).values()
    assert len(line.split()) > 7
    assert site.shelf.entries(indexed=True)[0].source == ARTICLE
