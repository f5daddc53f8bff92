from typing import Any

import pytest

from rag.errors import UsageError
from rag.schema import Turn
from rag.serving.dialogue import asked


def says(role: str, content: Any) -> dict[str, Any]:
    return {"role": role, "content": content}


def test_the_last_message_is_asked_and_those_before_are_its_history() -> None:
    found = asked([says("system", "Be brief."), says("user", "Who?"), says("assistant", "Ann."), says("user", "When?")])
    assert (found.question, found.history) == ("When?", (Turn("Who?", "Ann."),))


def test_questions_without_an_answer_and_answers_without_a_question_are_borne() -> None:
    found = asked(
        [
            says("assistant", "Hello!"),
            says("user", "Who?"),
            says("user", "Who was it?"),
            says("assistant", "Ann."),
            says("assistant", "Or Bea."),
            {"role": "assistant", "content": None, "refusal": "No."},
            says("user", "When?"),
        ]
    )
    assert found.history == (Turn("Who?", ""), Turn("Who was it?", "Ann."))


def test_the_parts_of_every_shape_are_read() -> None:
    """As Open WebUI and LibreChat send them, and the responses API."""
    found = asked(
        [
            says("user", [{"type": "text", "text": "Who?"}]),
            {"role": "assistant", "content": None, "refusal": "The sources do not say."},
            {"type": "message", "role": "user", "content": [{"type": "input_text", "text": "Who was it?"}]},
            {"type": "message", "role": "assistant", "content": [{"type": "output_text", "text": "Ann."}]},
            {"type": "function_call", "name": "f", "arguments": "{}", "call_id": "1"},
            {
                "role": "user",
                "name": "u1",
                "content": [{"type": "text", "text": "When"}, {"type": "text", "text": "?"}],
            },
        ]
    )
    assert found.question == "When\n?"
    assert found.history == (Turn("Who?", ""), Turn("Who was it?", "Ann."))


@pytest.mark.parametrize(
    ("messages", "told"),
    [
        ([], "no question"),
        ([says("user", "Who?"), says("assistant", "Ann.")], "no question"),
        ([says("system", "Be brief.")], "no question"),
        (["Who?"], "is an object"),
        ([{"content": "Who?"}], "is an object"),
        ([says("user", 1)], "is text, or a list"),
        ([says("user", [{"type": "image_url", "image_url": {"url": "data:"}}])], "'image_url': only text"),
        ([says("user", [{"type": "text"}])], "only text"),
        ([says("user", [1])], "only text"),
    ],
)
def test_what_is_no_conversation_is_refused(messages: list[Any], told: str) -> None:
    with pytest.raises(UsageError, match=told):
        asked(messages)
