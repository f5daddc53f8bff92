from typing import Any

import pytest

pytest.importorskip("haystack", reason="pip install -c constraints.txt '.[test]'")

import haystack.telemetry
from haystack import Pipeline

from rag.config import Config
from rag.errors import UsageError
from rag.integrations.haystack import QuotelineAnswerer, QuotelineRetriever
from tests.conftest import ARTICLE

ASKED = "Who is Cuba's foreign minister?"


@pytest.fixture(autouse=True)
def _offline(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(haystack.telemetry._telemetry, "telemetry", None)


def source(operator: str, value: object) -> dict[str, Any]:
    return {"field": "meta.source", "operator": operator, "value": value}


def test_a_stored_pipeline_retrieves_and_answers(config: Config, article: str) -> None:
    pipeline = Pipeline()
    pipeline.add_component("retriever", QuotelineRetriever(config.index, {"k": 2}))
    pipeline.add_component("answerer", QuotelineAnswerer(config.index))
    stored = Pipeline.loads(pipeline.dumps(), allowed_modules=["rag.integrations.haystack"])
    both = {"operator": "AND", "conditions": [source("in", [ARTICLE])]}
    found = stored.run({"retriever": {"query": ASKED, "filters": both}, "answerer": {"query": ASKED}})
    documents = found["retriever"]["documents"]
    assert len(documents) == 2
    for document in documents:
        assert article[document.meta["start"] : document.meta["end"]] == document.content
    (answer, *_) = found["answerer"]["answers"]
    assert answer.data == answer.document.content
    assert answer.meta["short_answer"] == "Bruno Rodríguez"
    assert found["answerer"]["answer"]["outcome"] == "answered"


def test_a_refusal_has_no_answers_and_filters_are_ours_or_refused(config: Config) -> None:
    answerer = QuotelineAnswerer(config.index)
    refused = answerer.run("What is the population of Havana?")
    assert refused["answers"] == []
    assert refused["answer"]["outcome"] == "refused"
    assert answerer.run(ASKED, filters=source("==", "other.txt"))["answers"] == []
    for unusable in (source("!=", "a"), {"operator": "OR", "conditions": [source("==", "a")]}):
        with pytest.raises(UsageError, match="cannot be used"):
            answerer.run(ASKED, filters=unusable)
