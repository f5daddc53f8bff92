import html
import json
import re
from pathlib import Path
from typing import Any

import gradio as gr
import pytest

from rag.config import Config
from rag.errors import IndexMissing
from rag.schema import ALL, Filter
from rag.web import sources
from rag.web.library import Library
from rag.web.live import Live, Unbuilt
from rag.web.shelf import Query, Shelf
from tests.conftest import ARTICLE


@pytest.fixture
def page(library: Library) -> sources._Page:
    return sources._Page(library._live, library, Shelf(library._live, library))


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
    chosen, note, lift, told, ticked = typed(page, "0*", "2026-01-01")
    assert chosen == Filter(("0*",), "2026-01-01")
    assert lift.visible
    assert "1 of 1 sources" in note
    assert "limited to 1 of all 1 documents, sources 0*, published on 2026-01-01 or later." in told
    assert state(ticked)["ticked"] == [ARTICLE], "what a pattern means is ticked in the list"
    for wrong, why in (
        (("x.txt",), "No source is like &#39;x.txt&#39;"),
        (("0*", "", "1990-01-01"), "No document is like that"),
        (("", "tomorrow"), "is no date"),
    ):
        *kept, told, ticked = typed(page, *wrong)
        assert why in told
        assert state(ticked)["error"] == "", "it is told beside what was typed"
        assert all(each == gr.skip() for each in kept)
    assert typed(page, "díaz-canel")[0] == Filter((ARTICLE,)), "words find what they are of"
    chosen, note, lift, _, ticked = pressed(page, chosen, do="all")
    assert (chosen, lift.visible) == (Filter(), False)
    assert ">1 source<" in note
    assert state(ticked)["ticked"] is None


def state(told: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(html.unescape(re.findall(r'data-state="([^"]*)"', told)[0]))
    return found


def pressed(page: sources._Page, chosen: Filter, **told: Any) -> tuple[Any, ...]:
    return page.limit(gr.EventData(None, told), chosen)


def typed(page: sources._Page, sources: str, after: str = "", before: str = "") -> tuple[Any, ...]:
    return pressed(page, ALL, do="typed", sources=sources, after=after, before=before)


def test_ticking_sets_the_filter_that_typing_sets(page: sources._Page) -> None:
    chosen, note, lift, _, ticked = pressed(page, ALL, do="set", sources=[ARTICLE])
    assert chosen == Filter((ARTICLE,)) == typed(page, ARTICLE)[0]
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
        {"do": "typed", "sources": ARTICLE},
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


def test_before_an_index_the_library_lists_what_waits(tmp_path: Path) -> None:
    config = Config(sources=str(tmp_path / "sources"), index=str(tmp_path / "index"))
    live = Live(Unbuilt(config, None, IndexMissing("no index: build one")))
    library = Library(live, folders=True)
    page = sources._Page(live, library, shelf := Shelf(live, library))
    assert page.look([])[-1] == "", "there are no pictures"
    assert shelf.window(Query(), 0, 10, indexed=False)["rows"] == []
    Path(config.sources).mkdir()
    (Path(config.sources) / "a.txt").write_text("text")
    page.look([])
    (row,) = shelf.window(Query(), 0, 10, indexed=False)["rows"]
    assert (row["source"], row["state"]) == ("a.txt", "new")
    assert shelf.window(Query(), 0, 10, indexed=True)["rows"] == []
    assert shelf.lines(Query(), 0, 10, indexed=False) == {}
    assert "no index: build one" in typed(page, "a.txt")[3]
