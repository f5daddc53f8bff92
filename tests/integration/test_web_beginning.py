import re
from dataclasses import replace
from html import unescape
from pathlib import Path

import pytest

from rag.config import Config
from rag.engine import Engine
from rag.errors import IndexDamaged, IndexMissing, IndexUnreadable
from rag.reading.summary import opening
from rag.web.beginning import Beginning
from rag.web.chat import Examples
from rag.web.library import Library
from rag.web.live import Live, Unbuilt
from tests.conftest import ARTICLE


def beginning(config: Config, why: IndexUnreadable | None = None) -> tuple[Beginning, Live]:
    live = Live(Unbuilt(config, None, why or IndexMissing("no index in x: build one")))
    return Beginning(live, Library(live, folders=True)), live


@pytest.fixture
def unbuilt(tmp_path: Path) -> Config:
    return Config(sources=str(tmp_path / "<sources>"), index=str(tmp_path / "index"))


def test_an_empty_page_says_what_to_do(unbuilt: Config) -> None:
    begin, _ = beginning(unbuilt)
    for shown in (begin.look(), begin.look(just_built=False)):
        assert shown.startswith('<div data-begin="open">')
        assert "no index" not in shown, "that there is none needs no telling"
        assert "ql-build" not in shown


def test_files_that_are_there_already_can_be_indexed(unbuilt: Config) -> None:
    folder = Path(unbuilt.sources)
    folder.mkdir()
    (folder / "a.txt").write_text("text")
    (folder / "clip.mp4").write_bytes(b"mp4")
    begin, _ = beginning(unbuilt)
    shown = begin.look()
    assert "One file that can be read lies in" in shown
    assert "&lt;sources&gt;" in shown
    assert 'class="ql-build"' in shown
    (folder / "b.txt").write_text("text")
    assert "2 files that can be read lie in" in begin.look()


def test_what_is_wrong_is_told_with_the_command(unbuilt: Config) -> None:
    why = IndexDamaged("<index> has index format 5, not 6: rebuild with rag index --index <index>")
    begin, _ = beginning(unbuilt, why)
    assert "&lt;index&gt; has index format 5, not 6: rebuild with rag index" in begin.look()
    Path(unbuilt.sources).write_text("a file")
    begin, _ = beginning(unbuilt)
    assert "is no folder: start the page with --sources FOLDER" in begin.look()


def test_once_there_is_an_index_each_source_is_told_of_in_its_own_words(config: Config, article: str) -> None:
    begin, live = beginning(config)
    engine = Engine.open(config=config)
    live.swap(engine)
    shown = begin.look()
    assert shown.startswith('<div data-begin="ready">')
    assert "1 source is in the index." in shown
    assert f'data-source="{ARTICLE}"' in shown
    lines = re.findall(r'class="ql-opening" dir="auto">(.*?)</span>', shown, re.DOTALL)
    assert len(lines) == 2
    for line in lines:
        assert unescape(line) in article, "verbatim"
    assert "ql-unread" not in shown
    assert begin.look(just_built=False) == "", "who comes later finds the page as it always is"
    found = Examples([]).of(engine)
    assert 0 < len(found) <= 4
    sure = [engine.answers(question) for question in found]
    assert sure == sorted(sure, reverse=True), "those whose answer is likely stand first"
    assert all(engine.ask(question).outcome == "answered" for question in found)
    live.close()


def test_an_opening_is_of_the_first_sentences_that_stand_alone(config: Config, article: str) -> None:
    with Engine.open(config=config) as engine:
        (listing,) = engine.index.store.documents()
        for most in (1, 2, 3):
            found = opening(engine.index, 0, listing.passages, most)
            assert len(found) == most
            assert [item.sentence.start for item in found] == sorted(item.sentence.start for item in found)
            for item in found:
                assert article[item.sentence.start : item.sentence.end] == item.quote
        assert not found[0].quote.startswith("Havana, January 12, 2026"), "the dateline is left out"


def test_where_no_sentence_stands_alone_the_first_are_taken(own: Config) -> None:
    from rag.indexing.builder import build

    folder = Path(own.sources)
    (folder / ARTICLE).unlink()
    (folder / "list.md").write_text("# Milk\n\nbread\n\ncheese\n")
    build(own)
    with Engine.open(config=replace(own)) as engine:
        found = opening(engine.index, 0, engine.index.store.documents()[0].passages, 2)
        assert found
        assert all(item.quote in "# Milk bread cheese" for item in found)
