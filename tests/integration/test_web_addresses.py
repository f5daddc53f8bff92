import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from threading import Event

import pytest

from rag.config import Config
from rag.errors import BusyError, FetchError, IndexMissing, UsageError
from rag.fetching.add import Added
from rag.web import addresses as module
from rag.web.addresses import MOST_AT_ONCE, Addresses
from rag.web.arrivals import Arrival
from rag.web.library import Library
from rag.web.live import Live, Unbuilt


@pytest.fixture
def library(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Library]:
    """Sources without an index; that they are to be indexed is noted in ``reindexed`` alone."""
    config = Config(sources=str(tmp_path / "sources"), index=str(tmp_path / "index"))
    library = Library(Live(Unbuilt(config, None, IndexMissing("no index"))), folders=False)
    monkeypatch.setattr(library, "reindex", lambda: library.arrivals.note("reindexed", "received"))
    yield library
    library.close()


def told(library: Library, count: int) -> tuple[Arrival, ...]:
    """Return the arrivals once as many of them are over, in one way or another."""
    deadline = time.monotonic() + 20
    while True:
        found = library.arrivals.since(0, 0).arrivals
        if len([each for each in found if each.state != "fetching"]) == count:
            return found
        assert time.monotonic() < deadline, found
        time.sleep(0.01)


def test_what_is_fetched_is_received_and_indexed(library: Library, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[tuple[str, str]] = []

    def add(address: str, config: Config) -> Added:
        asked.append((address, config.sources))
        return Added(address, "example.org/page.html", "added")

    monkeypatch.setattr(module, "add", add)
    Addresses(library).add("  example.org/page#top ")
    assert told(library, 3) == (
        Arrival("https://example.org/page", "dropped"),
        Arrival("example.org/page.html", "received"),
        Arrival("reindexed", "received"),
    )
    assert asked == [("https://example.org/page", str(library.root))]
    assert library.root.is_dir(), "the folder was made"


def test_what_cannot_be_fetched_says_why_and_is_not_indexed(library: Library, monkeypatch: pytest.MonkeyPatch) -> None:
    for number, error in enumerate((FetchError("the server sent status 404: check the address"), MemoryError("full"))):

        def add(address: str, _: Config, error: Exception = error) -> Added:
            raise error

        monkeypatch.setattr(module, "add", add)
        Addresses(library).add(f"https://example.org/{number}")
        assert told(library, number + 1)[number] == Arrival(f"https://example.org/{number}", "failed", str(error))


def test_this_machine_and_its_network_are_not_asked(library: Library) -> None:
    for number, host in enumerate(("127.0.0.1:1", "[::1]", "169.254.169.254"), start=1):
        Addresses(library).add(f"http://{host}/secret")
        assert "no public address" in told(library, number)[-1].why


def test_what_is_no_address_is_refused_at_once(library: Library) -> None:
    addresses = Addresses(library)
    for text, why in (
        ("file:///etc/passwd", "no address of http or https"),
        ("https://ana:secret@example.org/", "holds a name or password"),
        ("", "no address"),
        ("https://example.org/" + "x" * 3000, "longer than"),
    ):
        with pytest.raises(UsageError, match=why):
            addresses.add(text)
    assert library.arrivals.since(0, 0).arrivals == ()


def test_only_some_are_fetched_at_once_and_none_twice(library: Library, monkeypatch: pytest.MonkeyPatch) -> None:
    free = Event()

    def add(address: str, _: Config) -> Added:
        free.wait(20)
        return Added(address, address.rpartition("/")[2], "added")

    monkeypatch.setattr(module, "add", add)
    addresses = Addresses(library)
    for number in range(MOST_AT_ONCE):
        for _ in "ab":
            addresses.add(f"https://example.org/{number}")
    with pytest.raises(BusyError, match=f"{MOST_AT_ONCE} addresses are being fetched"):
        addresses.add("https://example.org/one-more")
    assert addresses.busy
    free.set()
    told(library, 2 * MOST_AT_ONCE + 1)
    deadline = time.monotonic() + 20
    while addresses.busy:
        assert time.monotonic() < deadline
        time.sleep(0.01)


def test_an_index_of_another_folder_is_left_alone(own: Config, tmp_path: Path) -> None:
    from rag.engine import Engine

    (tmp_path / "other").mkdir()
    live = Live(Engine.open(config=replace(own, sources=str(tmp_path / "other"))))
    library = Library(live, folders=False)
    with pytest.raises(UsageError, match="built from another folder"):
        Addresses(library).add("https://example.org/")
    live.close()
