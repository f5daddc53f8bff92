import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from rag.config import Config
from rag.engine import Engine
from rag.errors import BusyError, LLMError, UsageError
from rag.models.catalogue import table
from rag.web import llms
from rag.web.live import Live
from rag.web.llms import LLMs


class Scripted:
    """An LLM that says what it is told to."""

    name = "scripted"

    def __init__(self, *pieces: str, fails: str = "", silent: bool = False) -> None:
        self.pieces, self.fails, self.silent, self.asked = pieces, fails, silent, list[str]()

    def stream(self, system: str, user: str, *, stop: threading.Event, **_: Any) -> Iterator[str]:
        self.asked.append(f"{system} {user}")
        yield from self.pieces
        if self.silent:
            stop.wait(20)
        if self.fails:
            raise LLMError(self.fails)


def over(engine: Engine, llm: Any = None, models: Path = Path("none")) -> LLMs:
    config = Config(models=str(models))
    return LLMs(Live(Engine(engine.index, engine.config, llm, engine.reader)), config)


def test_those_of_the_settings_and_those_that_were_pulled_are_there(
    engine: Engine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert over(engine).names == ()
    assert over(engine).set == "none"
    language, merged = (next(one for one in table().values() if one.merged is kind) for kind in (False, True))
    language.path(tmp_path).touch()
    merged.path(tmp_path).mkdir()
    found = over(engine, Scripted(), tmp_path)
    assert found.names == ("scripted", f"local:{language.name}")
    assert found.set == "scripted"
    monkeypatch.setattr(llms, "find_spec", lambda name: None)
    assert over(engine, models=tmp_path).names == (), "nothing here could open it"


def test_what_is_chosen_is_opened_once_and_nothing_else_is(
    engine: Engine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    name = next(f"local:{one.name}" for one in table().values() if not one.merged)
    (tmp_path / f"{name[6:]}.gguf").touch()
    opened: list[str] = []

    def named_llm(config: Config) -> Scripted:
        opened.append(str(config.llm))
        return Scripted()

    monkeypatch.setattr(llms, "named_llm", named_llm)
    found = over(engine, Scripted(), tmp_path)
    assert found.chosen("scripted") == "settings"
    assert found.chosen("none") is None
    assert found.chosen(name) is found.chosen(name)
    assert opened == [name]
    for wrong in ("openai:gpt-4o", "gguf:/etc/passwd", "openai-like:http://127.0.0.1/v1#m", ""):
        with pytest.raises(UsageError, match="choose again"):
            found.chosen(wrong)
        with pytest.raises(UsageError, match="choose again"):
            found.test(wrong)
    assert opened == [name]


def test_a_test_asks_one_harmless_thing_and_tells_what_happened(engine: Engine) -> None:
    works = Scripted("rea", "dy\n")
    told = over(engine, works).test("scripted")
    assert told.works
    assert told.told.startswith("It works: scripted said “ready” after ")
    assert works.asked == ["You test a connection. Answer with one word. Answer: ready"]
    long = over(engine, Scripted("word " * 500)).test("scripted")
    assert long.works
    assert len(long.told) < 200
    assert not over(engine, Scripted(" \n")).test("scripted").works
    failed = over(engine, Scripted(fails="scripted did not answer: status 401")).test("scripted")
    assert (failed.works, failed.told) == (False, "scripted did not answer: status 401")


def test_a_test_ends_in_time_and_one_at_a_time_is_made(engine: Engine) -> None:
    found = over(engine, Scripted("wait", silent=True))
    assert found.test("scripted", 0.2).told == "scripted did not answer within 0.2 s."
    other = threading.Thread(target=found.test, args=("scripted", 2))
    other.start()
    while not found._testing.locked():
        pass
    with pytest.raises(BusyError, match="try again"):
        found.test("scripted")
    other.join()
