"""Quoteline inside a llama-index program: a retriever and a query engine over an :class:`~rag.engine.Engine`.

    from rag import Engine
    from rag.llamaindex import QuotelineQueryEngine

    response = QuotelineQueryEngine(engine=Engine.open("index")).query("Who is Cuba's foreign minister?")
    response.response, response.source_nodes[0].node.start_char_idx

Nothing here reads llama-index's global ``Settings``; importing it costs a second, so only those who use it do.
"""

from typing import Any

from llama_index.core.base.response.schema import Response
from llama_index.core.query_engine import CustomQueryEngine
from llama_index.core.retrievers import BaseRetriever
from llama_index.core.schema import NodeWithScore, QueryBundle, TextNode

from rag import render
from rag.engine import Engine


class QuotelineRetriever(BaseRetriever):
    """Passages for a query, best first, with their exact place in the source.

    Args:
        engine: what to ask.
        k: at most so many passages; by default ``engine.config.k``.
    """

    def __init__(self, engine: Engine, k: int | None = None) -> None:
        super().__init__()
        self._engine = engine
        self._k = k

    def _retrieve(self, query_bundle: QueryBundle) -> list[NodeWithScore]:
        hits = self._engine.search(query_bundle.query_str, self._k).hits
        return [
            _node(h.passage.source, h.passage.title, h.passage.published, h.passage.start, h.passage.text, h.score)
            for h in hits
        ]


class QuotelineQueryEngine(CustomQueryEngine):
    """Answers with one source node a citation, its quote verbatim; a refusal has none.

    ``response.metadata`` is the answer's JSON form, ``outcome`` and ``confidence`` included.
    """

    engine: Any
    """An :class:`~rag.engine.Engine`."""

    def custom_query(self, query_str: str) -> Response:
        """Answer one question."""
        answer = self.engine.ask(query_str)
        nodes = [_node(c.source, c.title, c.published, c.start, c.quote, c.score) for c in answer.citations]
        text = answer.answer if answer.citations else answer.message or render.REFUSED
        return Response(response=text, source_nodes=nodes, metadata=render.answer_object(answer))


def _node(source: str, title: str, published: str | None, start: int, text: str, score: float) -> NodeWithScore:
    end = start + len(text)
    node = TextNode(
        id_=f"{source}:{start}-{end}",
        text=text,
        start_char_idx=start,
        end_char_idx=end,
        metadata={"source": source, "title": title, "published": published},
    )
    return NodeWithScore(node=node, score=score)
