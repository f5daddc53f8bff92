"""Quoteline as a retriever of LangChain (``pip install quoteline[langchain]``).

from rag import Engine
from rag.integrations.langchain import QuotelineRetriever

QuotelineRetriever(engine=Engine.open("index"), k=3).invoke("What oil deal was announced?")
"""

from typing import Any

from langchain_core.callbacks import AsyncCallbackManagerForRetrieverRun, CallbackManagerForRetrieverRun
from langchain_core.documents import Document
from langchain_core.retrievers import BaseRetriever

from rag.integrations.common import described, name
from rag.output.render import answer_object
from rag.schema import ALL, Answer, Citation, Filter, Hit, Retrieved


class QuotelineRetriever(BaseRetriever):
    """Passages for a query, best first, or with ``quotes`` the quotes of its answer alone: none for a refusal.

    ``text_of(metadata["source"])[metadata["start"] : metadata["end"]] == page_content``, always.
    """

    engine: Any
    """An :class:`~rag.engine.Engine`."""
    k: int | None = None
    """At most so many documents; by default ``engine.config.k``."""
    where: Filter = ALL
    """Which documents may be found."""
    quotes: bool = False
    """Whether to answer, and give the quotes."""

    def _get_relevant_documents(
        self,
        query: str,
        *,
        run_manager: CallbackManagerForRetrieverRun,  # noqa: ARG002 (LangChain tells its callbacks itself)
        k: int | None = None,
    ) -> list[Document]:
        k = self.k if k is None else k
        if self.quotes:
            return _quotes(self.engine.ask(query, chosen=self.where), k)
        return _passages(self.engine.search(query, k, self.where))

    async def _aget_relevant_documents(
        self,
        query: str,
        *,
        run_manager: AsyncCallbackManagerForRetrieverRun,  # noqa: ARG002
        k: int | None = None,
    ) -> list[Document]:
        k = self.k if k is None else k
        if self.quotes:
            return _quotes(await self.engine.aask(query, chosen=self.where), k)
        return _passages(await self.engine.asearch(query, k, self.where))


def _passages(found: Retrieved) -> list[Document]:
    return [_document(hit, hit.passage.text) for hit in found.hits]


def _quotes(answer: Answer, k: int | None) -> list[Document]:
    told = {key: answer_object(answer)[key] for key in ("short_answer", "confidence")}
    return [_document(cited, cited.quote, **told) for cited in answer.citations[:k]]


def _document(found: Hit | Citation, text: str, **told: Any) -> Document:
    return Document(text, id=name(found), metadata={**described(found), "score": found.score, **told})
