import json
import os
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace

import pytest

from rag.cli.add import run
from rag.config import Config
from rag.documents import fetched
from rag.documents.load import read_folder
from rag.errors import FetchError, SourceError
from rag.fetching import add as adding
from rag.fetching import address
from rag.fetching.add import Added, add, items
from rag.schema import Document
from tests.servers import Sent, Web, web

FEED = b"""<?xml version="1.0"?><rss version="2.0"><channel><title>Desk</title><link>https://example.org/</link>
<item><title>One</title><description>The pump failed on Monday.</description><link>%(url)s/one</link></item>
<item><title>Two</title><description>It was mended on Tuesday.</description><link>%(url)s/two</link></item>
<item><title>Three</title><description>Nobody was told of it.</description></item></channel></rss>"""


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[Web]:
    monkeypatch.setattr(address, "is_public", lambda text: text == "127.0.0.1")
    with web() as server:
        yield server


@pytest.fixture
def config(tmp_path: Path) -> Config:
    return Config(sources=str(tmp_path / "sources"), index=str(tmp_path / "index"), max_file_mb=1, fetch_seconds=20)


@pytest.fixture
def host(server: Web) -> str:
    """The folder of what the server sends."""
    return f"127.0.0.1-{server.server_port}"


def held(config: Config) -> dict[str, bytes]:
    """What the sources folder holds, without hidden files."""
    root = Path(config.sources)
    files = (path for path in root.rglob("*") if path.is_file() and not path.name.startswith("."))
    return {path.relative_to(root).as_posix(): path.read_bytes() for path in files}


def test_a_page_becomes_a_file(server: Web, config: Config, host: str) -> None:
    server.routes["/news/2026/pump"] = Sent(b"<p>The pump failed.")
    url = f"{server.url}/news/2026/pump"
    assert add(f"{url}#top", config) == Added(url, f"{host}/news/2026/pump.html", "added")
    assert held(config) == {f"{host}/news/2026/pump.html": b"<p>The pump failed."}
    left = {path.name for path in Path(config.sources).iterdir()} - {host}
    assert left <= {fetched.FILE, fetched.LOCK}


def test_unchanged_is_untouched(server: Web, config: Config, host: str) -> None:
    server.routes["/"] = Sent(b"<p>The pump failed.", etag='"1"')
    add(server.url, config)
    before = (Path(config.sources) / fetched.FILE).read_bytes()
    assert add(server.url, config).news == "unchanged"
    assert [headers.get("If-None-Match") for _, headers in server.asked] == [None, '"1"']
    assert (Path(config.sources) / fetched.FILE).read_bytes() == before


def test_the_same_bytes_without_a_mark_are_unchanged(server: Web, config: Config, host: str) -> None:
    server.routes["/"] = Sent(b"<p>The pump failed.")
    add(server.url, config)
    assert add(server.url, config).news == "unchanged"
    assert len(held(config)) == 1


def test_a_new_version_replaces_what_was_fetched(server: Web, config: Config, host: str) -> None:
    server.routes["/a"] = Sent(b"<p>It failed.", etag='"1"')
    add(f"{server.url}/a", config)
    server.routes["/a"] = Sent(b"<p>It was mended.", etag='"2"')
    assert add(f"{server.url}/a", config).news == "changed"
    assert held(config) == {f"{host}/a.html": b"<p>It was mended."}
    server.routes["/a"] = Sent(b"It was mended.", kind="text/plain")
    assert add(f"{server.url}/a", config).news == "changed"
    assert held(config) == {f"{host}/a.txt": b"It was mended."}


def test_no_file_is_written_over(server: Web, config: Config, host: str) -> None:
    mine = Path(config.sources, host, "a.html")
    mine.parent.mkdir(parents=True)
    mine.write_text("mine")
    server.routes["/a"] = Sent(b"<p>Theirs.")
    assert add(f"{server.url}/a", config).source == f"{host}/a (2).html"
    assert mine.read_text() == "mine"


def test_what_somebody_edited_stays(server: Web, config: Config, host: str) -> None:
    server.routes["/a"] = Sent(b"<p>Theirs.", etag='"1"')
    add(f"{server.url}/a", config)
    Path(config.sources, host, "a.html").write_text("edited")
    assert add(f"{server.url}/a", config) == Added(f"{server.url}/a", f"{host}/a (2).html", "added")
    assert "If-None-Match" not in server.asked[1][1]
    assert held(config) == {f"{host}/a.html": b"edited", f"{host}/a (2).html": b"<p>Theirs."}


def test_what_somebody_removed_is_fetched_again(server: Web, config: Config, host: str) -> None:
    server.routes["/a"] = Sent(b"<p>Theirs.", etag='"1"')
    add(f"{server.url}/a", config)
    Path(config.sources, host, "a.html").unlink()
    assert add(f"{server.url}/a", config) == Added(f"{server.url}/a", f"{host}/a.html", "added")


def test_a_file_where_a_folder_should_be(server: Web, config: Config, host: str) -> None:
    server.routes |= {"/a.html": Sent(b"<p>One."), "/a.html/b": Sent(b"<p>Two.")}
    add(f"{server.url}/a.html", config)
    assert add(f"{server.url}/a.html/b", config).source == f"{host}/a.html (2)/b.html"


def test_a_link_out_of_the_sources_is_not_followed(server: Web, config: Config, host: str, tmp_path: Path) -> None:
    outside = tmp_path / "outside"
    outside.mkdir()
    Path(config.sources).mkdir()
    Path(config.sources, host).symlink_to(outside)
    server.routes["/a"] = Sent(b"<p>One.")
    assert add(f"{server.url}/a", config).source == f"{host} (2)/a.html"
    assert not list(outside.iterdir())


@pytest.mark.parametrize(
    ("url", "suffix", "name"),
    [
        ("https://example.org", ".html", "example.org/index.html"),
        ("https://example.org/news/", ".html", "example.org/news/index.html"),
        ("https://example.org/a.php", ".html", "example.org/a.php.html"),
        ("https://example.org/A.HTM", ".html", "example.org/A.HTM"),
        ("https://example.org/rss.xml", ".rss", "example.org/rss.xml"),
        ("https://example.org/v/1.2", ".pdf", "example.org/v/1.2.pdf"),
        ("https://example.org/.env", ".txt", "example.org/env.txt"),
        ("https://example.org/%2e%2e/%2e%2e/etc/passwd", ".txt", "example.org/etc/passwd.txt"),
        ("https://example.org/a%2Fb%5Cc%00d", ".txt", "example.org/a-b-c-d.txt"),
        ("https://example.org/?q=x/../y&p=*", ".html", "example.org/index-q=x-..-y-p=-.html"),
        ("https://[2606:4700::1111]:8443/a", ".html", "(2606-4700--1111)-8443/a.html"),
    ],
)
def test_names(url: str, suffix: str, name: str) -> None:
    assert adding._names(url, suffix).as_posix() == name


def test_long_names() -> None:
    path = adding._names(f"https://example.org/{'f/' * 50}{'%F0%9F%98%80' * 100}?{'q' * 900}", ".html")
    assert len(path.parts) < 12
    assert all(len(part.encode()) < 255 for part in path.parts)


@pytest.mark.parametrize(
    ("path", "sent", "name"),
    [
        ("/a", Sent(b"{}", kind="application/feed+json"), "a.json"),
        ("/a", Sent(b"%PDF-1.4 ...", kind="application/octet-stream"), "a.pdf"),
        ("/a", Sent(b"%PDF-1.4 ...", kind="text/html"), "a.pdf"),
        ("/a.csv", Sent(b"a,b", kind="text/plain; charset=utf-8"), "a.csv"),
        ("/a.docx", Sent(b"PK", kind="application/zip"), "a.docx"),
        ("/a.md", Sent(b"# A", kind=""), "a.md"),
        ("/a", Sent(b"x", kind="", headers={"Content-Disposition": 'attachment; filename="b.eml"'}), "a.eml"),
        ("/a", Sent(b"<!DOCTYPE html><p>x", kind=""), "a.html"),
        ("/feed", Sent(FEED, kind="text/html; charset=utf-8"), "feed.xml"),
        ("/a", Sent(b"\xef\xbb\xbf<html><p>x", kind="text/html"), "a.html"),
        ("/a.pdf", Sent(b"<p>Please log in", kind="text/html"), "a.pdf.html"),
    ],
)
def test_suffixes(server: Web, config: Config, host: str, path: str, sent: Sent, name: str) -> None:
    server.routes[path] = sent
    assert add(f"{server.url}{path}", config).source == f"{host}/{name}"


@pytest.mark.parametrize("kind", ["image/png", "application/octet-stream", "model/gltf-binary"])
def test_what_no_loader_reads_is_not_stored(server: Web, config: Config, kind: str) -> None:
    server.routes["/a"] = Sent(b"\x89PNG", kind=kind)
    with pytest.raises(FetchError, match=f"{server.url}/a was not added: no loader for {kind}: save it in one of"):
        add(f"{server.url}/a", config)
    assert not Path(config.sources).exists()


def test_sound_is_stored_where_a_model_hears_it(server: Web, config: Config, host: str) -> None:
    server.routes["/talk.php"] = Sent(b"ID3", kind="audio/mpeg")
    server.routes["/talk.m4a?x=1"] = Sent(b"ftyp", kind="audio/mpeg")
    server.routes["/talk.mov"] = Sent(b"ftyp", kind="application/octet-stream")
    with pytest.raises(FetchError, match="was not added: sound, which is read only .*: rag index --transcribe"):
        add(f"{server.url}/talk.php", config)
    assert not Path(config.sources).exists()
    hears = replace(config, transcribe="openai:whisper-1")
    for path, name in (
        ("talk.php", "talk.php.mp3"),
        ("talk.m4a?x=1", "talk-x=1.m4a"),
        ("talk.mov", "talk.mov"),
    ):
        assert add(f"{server.url}/{path}", hears).source == f"{host}/{name}"


def test_an_encoding_that_only_the_server_names(server: Web, config: Config, host: str) -> None:
    page = "<p>Насос сломался".encode("koi8-r")
    server.routes["/a"] = Sent(page, kind="text/html; charset=koi8-r")
    server.routes["/b"] = Sent(b'<meta charset="koi8-r">' + page, kind="text/html; charset=koi8-r")
    server.routes["/c"] = Sent("<p>Łódź".encode(), kind="text/html; charset=iso-8859-2")
    server.routes["/d"] = Sent(page, kind="text/html; charset=nonsense")
    for name in "abcd":
        add(f"{server.url}/{name}", config)
    assert held(config) == {
        f"{host}/a.html": "<p>Насос сломался".encode(),
        f"{host}/b.html": b'<meta charset="koi8-r">' + page,
        f"{host}/c.html": "<p>Łódź".encode(),
        f"{host}/d.html": page,
    }


def documents(config: Config) -> dict[str, str | None]:
    return {document.source: document.url for document in read_folder(config).documents}


def test_a_document_without_an_address_has_the_one_it_was_fetched_from(server: Web, config: Config, host: str) -> None:
    server.routes["/old"] = Sent(status=301, headers={"Location": "/a"})
    server.routes["/a"] = Sent(b"<p>The pump failed on Monday, and nobody was told.")
    server.routes["/b"] = Sent(
        b'<link rel="canonical" href="https://example.org/b"><p>It was mended on Tuesday, and nobody was told.'
    )
    server.routes["/c"] = Sent(b"Plain words.", kind="text/plain")
    for path in ("old", "b", "c"):
        add(f"{server.url}/{path}", config)
    Path(config.sources, "own.txt").write_text("Mine.")
    assert documents(config) == {
        f"{host}/a.html": f"{server.url}/a",
        f"{host}/b.html": "https://example.org/b",
        f"{host}/c.txt": f"{server.url}/c",
        "own.txt": None,
    }
    Path(config.sources, host, "c.txt").write_text("Other words.")
    assert documents(config)[f"{host}/c.txt"] is None


def test_what_was_parsed_before_is_used_with_its_address_alone(server: Web, config: Config) -> None:
    server.routes["/a"] = Sent(b"<p>The pump failed on Monday, and nobody was told.")
    add(f"{server.url}/a", config)
    (before,) = read_folder(config).documents
    asked: list[bool] = []

    def known(source: str, origin: str) -> list[Document]:
        asked.append((source, origin) == (before.source, before.origin))
        return [before] if asked[-1] else []

    assert read_folder(config, known).documents == [before]
    (Path(config.sources) / fetched.FILE).unlink()
    assert [document.url for document in read_folder(config, known).documents] == [None]
    assert asked == [True, False]


def test_a_damaged_record_is_told(server: Web, config: Config) -> None:
    root = Path(config.sources)
    root.mkdir()
    (root / "own.txt").write_text("Mine.")
    for damage in ("{", "[]", '{"a": 1}', '{"a": {"file": "x"}}', json.dumps({"a": dict.fromkeys(fields(), 1)})):
        (root / fetched.FILE).write_text(damage)
        found = read_folder(config)
        assert [document.source for document in found.documents] == ["own.txt"]
        assert [str(item) for item in found.skipped] == [
            "'.fetched.json': it is not what rag add wrote: remove it, and add its addresses again"
        ]
        with pytest.raises(SourceError, match="not what rag add wrote: remove it"):
            add(server.url, config)
    for file in ("../x", "/etc/passwd"):
        (root / fetched.FILE).write_text(json.dumps({"a": dict.fromkeys(fields(), "") | {"file": file}}))
        with pytest.raises(SourceError, match="not what rag add wrote"):
            add(server.url, config)


def fields() -> tuple[str, ...]:
    return tuple(fetched.Fetched.__dataclass_fields__)


def test_the_items_of_a_feed(server: Web, config: Config, host: str, capsys: pytest.CaptureFixture[str]) -> None:
    server.routes["/feed"] = Sent(FEED % {b"url": server.url.encode()}, kind="application/rss+xml")
    server.routes["/one"] = Sent(b"<p>The pump failed on Monday, said Ann Lee.")
    asked = SimpleNamespace(address=[f"{server.url}/feed"], items=True, quiet=False)
    added, code = run(asked, config)  # type: ignore[arg-type]
    assert [one.source for one in added] == [f"{host}/feed.rss", f"{host}/one.html"]
    assert code == 1  # the page of the second is not there
    told = capsys.readouterr()
    assert told.out.splitlines()[1] == f"added {host}/one.html from {server.url}/one"
    assert f"{server.url}/two was not fetched: the server sent status 404" in told.err
    assert documents(config) == {
        f"{host}/feed.rss/One": f"{server.url}/one",
        f"{host}/feed.rss/Two": f"{server.url}/two",
        f"{host}/feed.rss/Three": f"{server.url}/feed",
        f"{host}/one.html": f"{server.url}/one",
    }


def test_no_more_items_than_that(server: Web, config: Config, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(adding, "MOST_ITEMS", 1)
    server.routes["/feed"] = Sent(FEED % {b"url": server.url.encode()}, kind="application/rss+xml")
    assert items(add(f"{server.url}/feed", config), config) == ([f"{server.url}/one"], 1)


def test_the_items_of_no_feed(server: Web, config: Config) -> None:
    server.routes["/a"] = Sent(b"<p>No feed.")
    with pytest.raises(FetchError, match=r"/a is no feed of RSS or Atom: its own text is added; leave --items out"):
        items(add(f"{server.url}/a", config), config)


def test_a_folder_that_cannot_be_written(
    server: Web, config: Config, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(_: int) -> None:
        raise OSError(28, "No space left on device")

    server.routes["/a"] = Sent(b"<p>One.")
    (tmp_path / "file").write_text("")
    with pytest.raises(SourceError, match="file is a file: name a folder with --sources"):
        add(f"{server.url}/a", replace(config, sources=str(tmp_path / "file")))
    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(SourceError, match=r"cannot be written \(No space left on device\): free space, or name"):
        add(f"{server.url}/a", config)
    assert held(config) == {}
    assert not list(Path(config.sources).glob(".incoming*"))
