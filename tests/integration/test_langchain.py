"""LangChain's own tests of a retriever, and what ours promises beyond them."""

import asyncio
from typing import Any

import pytest

pytest.importorskip("langchain_tests", reason="pip install -c constraints.txt '.[test]'")

from langchain_core.retrievers import BaseRetriever
from langchain_tests.integration_tests import RetrieversIntegrationTests

from rag.engine import Engine
from rag.integrations.langchain import QuotelineRetriever
from rag.schema import Filter

ASKED = "Who is Cuba's foreign minister?"


@pytest.mark.anyio
class TestRetriever(RetrieversIntegrationTests):
    @pytest.fixture
    def anyio_backend(self) -> str:
        return "asyncio"

    @pytest.fixture(autouse=True)
    def _over(self, engine: Engine) -> None:
        self._engine = engine

    @property
    def retriever_constructor(self) -> type[BaseRetriever]:
        return QuotelineRetriever

    @property
    def retriever_constructor_params(self) -> dict[str, Any]:
        return {"engine": self._engine}

    @property
    def retriever_query_example(self) -> str:
        return "What oil deal was announced?"


def test_a_document_has_its_exact_place(engine: Engine, article: str) -> None:
    found = QuotelineRetriever(engine=engine, k=2).invoke(ASKED)
    assert len(found) == 2
    for document in found:
        place = document.metadata
        assert article[place["start"] : place["end"]] == document.page_content
        assert document.id == f"{place['source']}:{place['start']}-{place['end']}"
    assert QuotelineRetriever(engine=engine, where=Filter(after="2030-01-01")).invoke(ASKED) == []


def test_quotes_are_those_of_the_answer_and_none_for_a_refusal(engine: Engine) -> None:
    quotes = QuotelineRetriever(engine=engine, quotes=True)
    (found, *_) = quotes.invoke(ASKED)
    assert found.metadata["short_answer"] == "Bruno Rodríguez"
    assert asyncio.run(quotes.ainvoke(ASKED))[0].id == found.id
    assert quotes.invoke("What is the population of Havana?") == []
