from dataclasses import replace
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from rag.output.render import answer_object, check_object
from rag.schema import Check, CheckedClaim, Closest, Dropped, Quotation, Turn
from rag.serving import tools
from rag.serving.tools import TOOLS, Tool
from tests.exported import ANSWER, REFUSAL

BY_NAME = {tool.name: tool for tool in TOOLS}


@pytest.mark.parametrize("tool", TOOLS, ids=lambda tool: tool.name)
def test_schemas_are_schemas(tool: Tool) -> None:
    Draft202012Validator.check_schema(tool.output)
    given = tool.arguments.model_json_schema()
    Draft202012Validator.check_schema(given)
    assert tool.output["type"] == given["type"] == "object"
    assert given["additionalProperties"] is False
    assert all("description" in one for one in given["properties"].values() if "$ref" not in one and "k" not in one)


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


def test_the_schema_knows_every_field_of_a_checked_text() -> None:
    output = BY_NAME["check"].output
    closest = Closest("a", "b", 0, 1, "c", 0.1)
    quotation = Quotation("a", verbatim=True, attributed=False, citations=(1,))
    claim = CheckedClaim("a", 0, 1, "supported", 0.5, (1,), (1,), "r", "a b", (quotation,), closest)
    plain = _plain(check_object(Check((claim,), ANSWER.citations, "i", {"check": 1.0}, ("w",))))
    Draft202012Validator(output).validate(plain)
    assert set(plain) <= set(output["properties"])
    assert set(plain["claims"][0]) <= set(output["$defs"]["CheckedClaim"]["properties"])


def test_history_is_turns() -> None:
    given = tools.AskArguments.model_validate({"question": "q", "history": [{"question": "a", "answer": "b"}]})
    assert given.history == (Turn("a", "b"),)
