"""Pages are drawn of the file that was indexed, in a process with limits, and of no other file."""

import json
import os
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from cachetools import LRUCache
from fastapi import FastAPI
from fastapi.testclient import TestClient
from PIL import Image

from rag.config import Config
from rag.documents.load import read_folder
from rag.documents.sandbox import Sandbox
from rag.errors import BusyError
from rag.schema import Citation, Document
from rag.web import leaves, words
from rag.web.leaves import Leaves, NotDrawn
from rag.web.printed import printed
from tests.unit.test_pdf import LEFT, RIGHT, at, drawn, lines

QUOTE = "The mayor, Eva Holm, said that the building leaks and that its boiler is no longer safe."


PAGES = drawn(at(*lines(LEFT)), at(*lines(RIGHT)))


def laid(path: Path) -> Config:
    sources = path / "sources"
    sources.mkdir()
    (sources / "bath.pdf").write_bytes(PAGES)
    return Config(sources=str(sources), index=str(path / "index"))


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Config:
    """Settings over a PDF, for tests that leave it as it is."""
    return laid(tmp_path_factory.mktemp("shared"))


@pytest.fixture(scope="module")
def bath(shared: Config) -> Document:
    return read_folder(shared).documents[0]


@pytest.fixture(scope="module")
def draws(shared: Config) -> Iterator[Leaves]:
    made = Leaves(shared)
    yield made
    made.close()


@pytest.fixture
def folder(tmp_path: Path) -> Config:
    """Settings over a PDF of a test's own: the same, so that ``bath`` is what is in it."""
    return laid(tmp_path)


@pytest.fixture
def own(folder: Config) -> Iterator[Leaves]:
    made = Leaves(folder)
    yield made
    made.close()


def cited(document: Document, quote: str) -> Citation:
    start = document.text.index(quote)
    return Citation(1, document.source, document.title, None, start, start + len(quote), quote, 0.9)


def test_a_page_is_drawn_and_its_quote_found(draws: Leaves, bath: Document, tmp_path: Path) -> None:
    leaf = draws.leaf(bath, [cited(bath, QUOTE)])
    assert leaf is not None
    assert (leaf.number, leaf.pages, leaf.width, leaf.height) == (1, 2, 595, 842)
    assert {(one.page, one.span) for one in leaf.quoted} == {(1, 0)}
    (tmp_path / "a.webp").write_bytes(draws.picture(bath, leaf.sha256, 2))
    with Image.open(tmp_path / "a.webp") as picture:
        assert picture.format == "WEBP"
        assert picture.size == (leaves.WIDTH, pytest.approx(leaves.WIDTH * 842 / 595, abs=2))
        counts = picture.convert("L").histogram()
        assert sum(counts[:80]) > 0
        assert sum(counts[240:]) > 0.9 * sum(counts)


def test_the_second_page_is_in_view_where_the_quote_is_there(draws: Leaves, bath: Document) -> None:
    leaf = draws.leaf(bath, [cited(bath, "The opposition wants a referendum."), cited(bath, QUOTE)])
    assert leaf is not None
    assert leaf.number == 2
    assert {(one.page, one.span) for one in leaf.quoted} == {(2, 0), (1, 1)}


def test_of_a_file_that_has_changed_no_page_is_drawn(own: Leaves, folder: Config, bath: Document) -> None:
    leaf = own.leaf(bath)
    assert leaf is not None
    own.picture(bath, leaf.sha256, 1)
    path = Path(folder.sources, "bath.pdf")
    path.write_bytes(drawn(at(*lines(RIGHT)), at(*lines(LEFT))))
    with pytest.raises(NotDrawn, match="not the one that was indexed"):
        own.leaf(bath)
    with pytest.raises(NotDrawn, match="not the one that was indexed"):
        own.picture(bath, leaf.sha256, 1)
    path.unlink()
    assert own.seen(bath) == (None, words.LEAF_GONE)


def test_a_file_that_was_read_with_other_limits_is_the_same_if_its_text_is(folder: Config, bath: Document) -> None:
    other = Leaves(replace(folder, parse_seconds=folder.parse_seconds + 1))
    try:
        assert other.leaf(bath) is not None
        with pytest.raises(NotDrawn):
            other.leaf(replace(bath, text=f"{bath.text} And it rained.", origin="0" * 64))
    finally:
        other.close()


def test_no_other_file_is_ever_read(own: Leaves, folder: Config, bath: Document, tmp_path: Path) -> None:
    """The id of a line of a corpus may be any name."""
    data = Path(folder.sources, "bath.pdf").read_bytes()
    (tmp_path / "secret.pdf").write_bytes(data)
    (Path(folder.sources) / "link.pdf").symlink_to(tmp_path / "secret.pdf")
    os.mkfifo(Path(folder.sources) / "pipe.pdf")
    for name in ("../secret.pdf", str(tmp_path / "secret.pdf"), "link.pdf", "pipe.pdf", "x/../../secret.pdf"):
        assert own.seen(replace(bath, source=name)) == (None, words.LEAF_GONE)
    assert own.seen(replace(bath, origin=None)) == (None, ""), "a line of a corpus has no file"


def test_what_has_no_pages_of_its_own_is_no_fault(own: Leaves, folder: Config, bath: Document) -> None:
    (Path(folder.sources) / "mail.eml").write_text("Subject: x\n\nx")
    for source in ("a.docx", "a.txt", "mail.eml/report.pdf"):
        assert own.seen(replace(bath, source=source)) == (None, "")
    with pytest.raises(NotDrawn, match="no pages"):
        own.picture(replace(bath, source="a.txt"), "0", 1)


def test_a_page_that_breaks_its_process_is_told(own: Leaves, bath: Document, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("rag.documents.sandbox.sys.executable", "/bin/false")
    shown, why = own.seen(bath)
    assert shown is None
    assert why.startswith("The pages of this file cannot be shown (")


def test_more_than_can_wait_are_told_to_come_again(own: Leaves, bath: Document) -> None:
    for _ in range(leaves.MOST_WAITING):
        own._places.acquire()
    assert own.seen(bath) == (None, words.LEAF_BUSY)
    with pytest.raises(BusyError):
        own.picture(bath, "0", 1)


def test_a_picture_is_drawn_once_and_the_oldest_gives_way(
    own: Leaves, bath: Document, monkeypatch: pytest.MonkeyPatch
) -> None:
    leaf = own.leaf(bath)
    assert leaf is not None
    first = own.picture(bath, leaf.sha256, 1)
    asked: list[int] = []
    draw = Sandbox.draw

    def counted(self: Sandbox, path: Path, number: int, width: int) -> tuple[bytes, str]:
        asked.append(number)
        return draw(self, path, number, width)

    monkeypatch.setattr(Sandbox, "draw", counted)
    assert own.picture(bath, leaf.sha256, 1) == first
    assert asked == []
    second = own.picture(bath, leaf.sha256, 2)
    small: LRUCache[Any, bytes] = LRUCache(len(first) + len(second) - 1, len)
    monkeypatch.setattr(own, "_pictures", small)
    asked.clear()
    for number in (1, 1, 2, 2, 1):
        own.picture(bath, leaf.sha256, number)
    assert asked == [1, 2, 1]


def test_the_route_gives_pictures_of_the_index_alone(draws: Leaves, bath: Document) -> None:
    site = FastAPI()
    site.include_router(leaves.router(draws, {bath.source: bath}.get))
    client = TestClient(site)
    leaf = draws.leaf(bath)
    assert leaf is not None
    found = client.get(f"/leaves/{leaf.sha256}/1", params={"source": "bath.pdf"})
    assert (found.status_code, found.headers["content-type"]) == (200, "image/webp")
    assert client.get(f"/leaves/{leaf.sha256}/1", params={"source": "other.pdf"}).status_code == 404
    for wrong in (f"/leaves/{leaf.sha256}/3", f"/leaves/{leaf.sha256}/0", f"/leaves/{'0' * 64}/1"):
        assert client.get(wrong, params={"source": "bath.pdf"}).status_code == 409
    assert client.get(f"/leaves/{leaf.sha256}/x", params={"source": "bath.pdf"}).status_code == 422


def test_what_the_page_says_is_escaped_and_its_place_is_told(draws: Leaves, bath: Document) -> None:
    leaf = draws.leaf(bath, [cited(bath, QUOTE)])
    assert leaf is not None
    html = printed(replace(leaf, source='a"<b>{page}.pdf'), '"><script>{pages}', QUOTE)
    assert "<script" not in html
    assert 'source=a%22%3Cb%3E%7Bpage%7D.pdf"' in html
    assert f'aria-label="{QUOTE}"' in html
    assert html.count("ql-selected") == len(leaf.quoted)
    assert words.LEAF_NOT_FOUND not in html
    assert words.LEAF_NOT_FOUND in printed(replace(leaf, quoted=()), "A", QUOTE)
    assert words.LEAF_NOT_FOUND not in printed(replace(leaf, quoted=()), "A", "")


def test_a_hostile_page_is_drawn_within_limits(folder: Config) -> None:
    """A page of a mile by a mile is drawn small."""
    path = Path(folder.sources, "bath.pdf")
    path.write_bytes(path.read_bytes().replace(b"[ 0 0 595 842 ]", b"[ 0 0 9e5 9e5 ]"))
    with Sandbox(seconds=20, memory_mb=1024, text_mb=64, unpacked_mb=9) as sandbox:
        picture, _ = sandbox.draw(path, 1, leaves.WIDTH)
        assert len(picture) < 1 << 20
        assert json.dumps(sandbox.look(path, 1, ())[0].rectangles) == "[]"
