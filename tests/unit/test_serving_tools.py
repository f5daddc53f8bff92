from dataclasses import replace
from threading import Event
from typing import Any

import pytest
from jsonschema import Draft202012Validator
from pydantic import ValidationError

from rag.engine import Engine
from rag.errors import UnknownSource, UsageError
from rag.output.render import answer_object, check_object
from rag.schema import Check, CheckedClaim, Closest, Dropped, Quotation, Turn
from rag.serving import tools
from rag.serving.limits import MOST_TEXT
from rag.serving.tools import TOOLS, Tool
from tests.conftest import ARTICLE
from tests.exported import ANSWER, REFUSAL

BY_NAME = {tool.name: tool for tool in TOOLS}


def run(engine: Engine, name: str, **given: Any) -> dict[str, Any]:
    """Run a tool, and hold what it gives against its schema."""
    tool = BY_NAME[name]
    found = _plain(tool.run(engine, tool.arguments.model_validate(given), Event()))
    Draft202012Validator(tool.output).validate(found)
    assert isinstance(found, dict)
    return found


@pytest.mark.parametrize("tool", TOOLS, ids=lambda tool: tool.name)
def test_schemas_are_schemas(tool: Tool) -> None:
    Draft202012Validator.check_schema(tool.output)
    given = tool.arguments.model_json_schema()
    Draft202012Validator.check_schema(given)
    assert tool.output["type"] == given["type"] == "object"
    assert given["additionalProperties"] is False
    assert all("description" in one for one in given["properties"].values() if "$ref" not in one and "k" not in one)


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


def test_the_schema_knows_every_field_of_an_answer() -> None:
    output = BY_NAME["ask"].output
    full = replace(ANSWER, dropped=(Dropped("a", "b"),), warnings=("w",), suggestions=("s",), model={"llm": None})
    for answer in (full, REFUSAL, replace(REFUSAL, reason="no_question", message="Hello.")):
        plain = _plain(answer_object(answer))
        Draft202012Validator(output).validate(plain)
        assert set(plain) <= set(output["properties"])
    assert set(output["required"]) <= set(answer_object(REFUSAL))
    with pytest.raises(Exception, match="'claims' is a required property"):
        Draft202012Validator(output).validate({key: one for key, one in plain.items() if key != "claims"})


def _plain(value: Any) -> Any:
    """Return a form as JSON has it: a tuple is an array."""
    if isinstance(value, dict):
        return {key: _plain(one) for key, one in value.items()}
    return [_plain(one) for one in value] if isinstance(value, list | tuple) else value


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


def test_the_schema_knows_every_field_of_a_checked_text() -> None:
    output = BY_NAME["check"].output
    closest = Closest("a", "b", 0, 1, "c", 0.1)
    quotation = Quotation("a", verbatim=True, attributed=False, citations=(1,))
    claim = CheckedClaim("a", 0, 1, "supported", 0.5, (1,), (1,), "r", "a b", (quotation,), closest)
    plain = _plain(check_object(Check((claim,), ANSWER.citations, "i", {"check": 1.0}, ("w",))))
    Draft202012Validator(output).validate(plain)
    assert set(plain) <= set(output["properties"])
    assert set(plain["claims"][0]) <= set(output["$defs"]["CheckedClaim"]["properties"])


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


def test_history_is_turns() -> None:
    given = tools.AskArguments.model_validate({"question": "q", "history": [{"question": "a", "answer": "b"}]})
    assert given.history == (Turn("a", "b"),)
