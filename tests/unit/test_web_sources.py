from collections.abc import Iterator
from pathlib import Path

import gradio as gr
import pytest

from rag.config import Config
from rag.engine import Engine
from rag.errors import IndexMissing
from rag.schema import Filter
from rag.web import sources
from rag.web.library import Library
from rag.web.live import Live, Unbuilt
from tests.conftest import ARTICLE


@pytest.fixture
def library(own: Config) -> Iterator[Library]:
    live = Live(Engine.open(config=own))
    library = Library(live, folders=True)
    yield library
    library.close()
    live.close()


@pytest.fixture
def page(library: Library) -> sources._Page:
    return sources._Page(library._live, library)


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


def test_before_an_index_the_library_lists_what_waits(tmp_path: Path) -> None:
    config = Config(sources=str(tmp_path / "sources"), index=str(tmp_path / "index"))
    live = Live(Unbuilt(config, None, IndexMissing("no index: build one")))
    page = sources._Page(live, Library(live, folders=True))
    _, _, table, choices, pictures = page.look("", [])
    assert "Documents: 0, passages: 0." in table
    assert (choices.choices, pictures) == ([], "")
    Path(config.sources).mkdir()
    (Path(config.sources) / "a.txt").write_text("text")
    assert "Waits to be indexed" in page.look("", [])[2]
    assert "no index: build one" in page.limit(["a.txt"], "", "")[-1]
