import json
import re
from dataclasses import replace
from typing import Any

import pytest

from rag.engine import Engine
from rag.errors import ConversationError
from rag.output import render
from rag.schema import Dropped


def test_the_json_form_of_an_answer(engine: Engine, article: str) -> None:
    found = json.loads(render.dumps(render.answer_object(engine.ask("Who is Cuba's foreign minister?"))))
    assert list(found) == [
        "schema", "id", "question", "standalone", "outcome", "reason", "answer", "short_answer", "confidence", "claims",
        "citations", "closest", "index", "model", "timings_ms", "certainty",
    ]  # fmt: skip
    assert (found["schema"], found["id"], found["outcome"], found["reason"]) == (1, None, "answered", None)
    assert found["closest"] == []
    assert found["model"] == {"encoder": "all-MiniLM-L6-v2", "reader": "reader-3", "llm": None}
    assert found["timings_ms"].keys() == {"retrieve", "read", "total"}
    assert found["answer"] == "\n".join(claim["text"] for claim in found["claims"])
    for citation in found["citations"]:
        names = "number source title published start end quote score page page_end publisher also time"
        assert " ".join(citation) == names
        assert article[citation["start"] : citation["end"]] == citation["quote"]


def test_the_json_form_of_a_refusal(engine: Engine, article: str) -> None:
    found = render.answer_object(engine.ask("What is the population of Havana?"))
    assert (found["outcome"], found["reason"], found["answer"]) == ("refused", "not_supported", "")
    assert found["claims"] == found["citations"] == []
    assert 1 <= len(found["closest"]) <= 4
    for closest in found["closest"]:
        assert article[closest["start"] : closest["end"]] == closest["quote"]


def test_what_an_llm_wrote_in_vain_and_a_warning_are_told_where_there_are_any(engine: Engine) -> None:
    plain = engine.ask("Who is Cuba's foreign minister?")
    assert not {"dropped", "warnings"} & render.answer_object(plain).keys()
    dropped = Dropped("He is 99.", "the number 99 is not in the quote")
    found = render.answer_object(replace(plain, dropped=(dropped,), warnings=("the LLM did not answer",)))
    assert found["dropped"] == [{"text": "He is 99.", "reason": "the number 99 is not in the quote"}]
    assert found["warnings"] == ["the LLM did not answer"]


def test_the_json_form_of_a_search(engine: Engine, article: str) -> None:
    found = render.search_object(engine.search("oil", 2))
    assert list(found) == ["schema", "id", "question", "hits", "index", "timings_ms"]
    assert len(found["hits"]) == 2
    for hit in found["hits"]:
        assert list(hit) == ["source", "start", "end", "text", "score", "ranks"]
        assert article[hit["start"] : hit["end"]] == hit["text"]


def test_real_answers_come_back_from_their_json_form(engine: Engine) -> None:
    for question in ("Who is Cuba's foreign minister?", "What is the population of Havana?", "hello", "summarise it"):
        form = json.loads(render.dumps(render.answer_object(engine.ask(question))))
        assert json.loads(render.dumps(render.answer_object(render.from_json(form)))) == form


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"schema": 2}, "an answer of schema 2: this version reads 1"),
        ({"confidence": "0.9"}, "confidence: Input should be a valid number"),
        ({"confidence": 1.2}, "a number of it is out of range"),
        ({"confidence": float("nan")}, "not the JSON form of an answer"),
        ({"outcome": "perhaps"}, "outcome: Input should be 'answered' or 'refused'"),
        ({"outcome": "refused", "reason": "not_supported"}, "it is refused with claims or citations"),
        ({"reason": "not_supported"}, "with the reason of a refusal"),
        ({"citations": []}, "a claim has no citation, or one that is not there"),
        (
            {"conflict": [{"value": "32", "citations": [9], "published": None, "superseded": False}]},
            "a value that sources disagree on has no citation, or one that is not there",
        ),
        ({"question": "half a character \ud800"}, "not the JSON form of an answer"),
    ],
)
def test_what_is_no_answer_is_not_taken_for_one(engine: Engine, change: dict[str, Any], told: str) -> None:
    form = json.loads(json.dumps(render.answer_object(engine.ask("Who is Cuba's foreign minister?"))))
    with pytest.raises(ConversationError, match=re.escape(told)):
        render.from_json({**form, **change})


def test_a_quote_must_be_as_long_as_its_place(engine: Engine) -> None:
    form = json.loads(json.dumps(render.answer_object(engine.ask("Who is Cuba's foreign minister?"))))
    form["citations"][0]["end"] += 1
    with pytest.raises(ConversationError, match="a quote is not as long as its place"):
        render.from_json(form)
    others: tuple[Any, ...] = (None, [], "text", {}, {"schema": 1})
    for other in others:
        with pytest.raises(ConversationError, match="not the JSON form of an answer"):
            render.from_json(other)
