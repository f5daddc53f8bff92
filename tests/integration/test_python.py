import asyncio
import doctest
import re
import shutil
from pathlib import Path
from threading import Event

import pytest

from rag.config import Config
from rag.engine import Engine
from rag.schema import Answer, Evidence, Hit, Reading, Retrieved
from tests.conftest import ROOT, linked
from tests.unit.test_python import PAGES


@pytest.mark.parametrize("page", PAGES)
def test_what_the_page_shows_is_so(page: str, config: Config, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    if page == "integrations.md":
        pytest.importorskip("langchain_core")
        pytest.importorskip("haystack")
        monkeypatch.setenv("HAYSTACK_TELEMETRY_ENABLED", "False")
    linked(config.index, tmp_path / "index")
    shutil.copytree(config.sources, tmp_path / "seeds")
    monkeypatch.chdir(tmp_path)
    text = (ROOT / "docs" / page).read_text(encoding="utf-8")
    examples = re.sub(r"^```.*$", "", text, flags=re.MULTILINE)  # a fence ends what is expected
    test = doctest.DocTestParser().get_doctest(examples, {}, page, page, 0)
    assert test.examples
    runner = doctest.DocTestRunner(optionflags=doctest.ELLIPSIS | doctest.NORMALIZE_WHITESPACE)
    told: list[str] = []
    runner.run(test, out=told.append)
    assert not runner.failures, "".join(told)


class First:
    """A reader that takes the first sentence of the first passage for the answer."""

    name, threshold = "first", 0.5

    def read(self, question: str, hits: "tuple[Hit, ...]") -> Reading:
        return Reading(tuple(Evidence(hit.passage, hit.passage.sentences[0], 0.9) for hit in hits[:1]), 0.9)


class Writes:
    name = "test:one"

    def stream(self, system: str, user: str, **_: object) -> "list[str]":
        return ["nothing of use"]


def test_a_reader_and_an_llm_can_be_handed_in(config: Config) -> None:
    with Engine.open(config=config, reader=First(), llm=Writes()) as engine:  # type: ignore[arg-type]
        assert engine.llm.name == "test:one"  # type: ignore[union-attr]
        answer = engine.ask("What is the population of Havana?")
    assert answer.model["reader"] == "first"
    assert answer.citations[0].quote == answer.claims[0].text


def test_asking_can_be_awaited(engine: Engine) -> None:
    async def asked() -> tuple[Answer, list[object], Retrieved]:
        items: list[object] = [item async for item in engine.astream("Who is Cuba's foreign minister?")]
        return await engine.aask("Who is Cuba's foreign minister?"), items, await engine.asearch("oil", 2)

    answer, items, found = asyncio.run(asked())
    assert answer.short_answer == "Bruno Rodríguez"
    assert [type(item) for item in items] == [Retrieved, Answer]
    assert len(found.hits) == 2


def test_who_stops_listening_stops_the_llm(engine: Engine) -> None:
    stops: list[Event] = []

    def stream(question: str, history: object, chosen: object, stop: Event, options: object) -> object:
        stops.append(stop)
        yield from (1, 2, 3)

    async def first() -> object:
        items = engine.astream("q")
        found = await anext(items)
        await items.aclose()
        return found

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(engine, "stream", stream)
        assert asyncio.run(first()) == 1
    assert stops[0].is_set()
