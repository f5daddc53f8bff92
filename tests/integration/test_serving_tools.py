from threading import Event
from typing import Any

import pytest
from jsonschema import Draft202012Validator
from pydantic import ValidationError

from rag.engine import Engine
from rag.errors import UnknownSource, UsageError
from rag.serving import tools
from rag.serving.limits import MOST_TEXT
from tests.conftest import ARTICLE
from tests.unit.test_serving_tools import BY_NAME, _plain


def run(engine: Engine, name: str, **given: Any) -> dict[str, Any]:
    """Run a tool, and hold what it gives against its schema."""
    tool = BY_NAME[name]
    found = _plain(tool.run(engine, tool.arguments.model_validate(given), Event()))
    Draft202012Validator(tool.output).validate(found)
    assert isinstance(found, dict)
    return found


def test_ask(engine: Engine) -> None:
    found = run(engine, "ask", question="Who is Cuba's foreign minister?")
    assert found["outcome"] == "answered"
    first = found["citations"][0]
    assert run(engine, "read", source=first["source"], start=first["start"], end=first["end"])["text"] == first["quote"]
    assert run(engine, "ask", question="What is the population of Havana?")["outcome"] == "refused"


def test_ask_within_a_conversation_and_a_filter(engine: Engine) -> None:
    history = [{"question": "Who is Cuba's foreign minister?", "answer": "Bruno Rodríguez."}]
    found = run(engine, "ask", question="What did he say?", history=history)
    assert "Rodríguez" in found["standalone"] or "foreign minister" in found["standalone"]
    assert run(engine, "ask", question="Who is it?", sources=["none/*"])["reason"] == "nothing_found"


def test_search(engine: Engine) -> None:
    found = run(engine, "search", question="What does Cuba say of the killed officers in Caracas?", k=2)
    assert len(found["hits"]) == 2
    assert found["hits"][0]["source"] == ARTICLE


def test_check(engine: Engine) -> None:
    text = "The raid killed 32 Cuban military and intelligence personnel. Cheese is made on the moon by Martians."
    found = run(engine, "check", text=text)
    assert [one["verdict"] for one in found["claims"]] == ["supported", "not_found"]
    first = found["citations"][found["claims"][0]["citations"][0] - 1]
    assert run(engine, "read", source=first["source"], start=first["start"], end=first["end"])["text"] == first["quote"]
    limited = run(engine, "check", text=text, after="2030-01-01")
    assert limited["outcome"] == "not_supported"
    assert {one["verdict"] for one in limited["claims"]} == {"not_found"}
    with pytest.raises(UsageError, match="claims nothing"):
        run(engine, "check", text="Why?")
    with pytest.raises(ValidationError, match="at most 20000 characters"):
        run(engine, "check", text="x" * (MOST_TEXT + 1))


def test_read_in_parts(engine: Engine, article: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tools, "MOST_CHARS", 1000)
    text, start = "", 0
    while start < len(article):
        part = run(engine, "read", source=ARTICLE, start=start)
        assert part["characters"] == len(article)
        assert part["end"] <= start + 1000
        text, start = text + part["text"], part["end"]
    assert text == article


def test_read_what_is_not_there(engine: Engine, article: str) -> None:
    with pytest.raises(UnknownSource, match="did you mean"):
        run(engine, "read", source=ARTICLE[1:])
    for start, end in ((len(article) + 1, None), (9, 8), (0, len(article) + 1)):
        with pytest.raises(UsageError, match="are no part of a text of"):
            run(engine, "read", source=ARTICLE, start=start, end=end)


def test_list_sources(engine: Engine) -> None:
    everything = run(engine, "list_sources")
    assert [one["source"] for one in everything["sources"]] == [ARTICLE]
    title = everything["sources"][0]["title"]
    assert run(engine, "list_sources", find=title[:9].upper())["documents"] == 1
    assert run(engine, "list_sources", find="no such thing")["sources"] == []
    beyond = run(engine, "list_sources", offset=1)
    assert (beyond["documents"], beyond["sources"]) == (1, [])
