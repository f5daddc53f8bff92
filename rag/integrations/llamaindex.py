"""Quoteline inside a llama-index program: a retriever, a query engine and a node postprocessor over an engine.

    from rag import Engine
    from rag.integrations.llamaindex import QuotelineQueryEngine

    response = QuotelineQueryEngine(Engine.open("index")).query("Who is Cuba's foreign minister?")
    response.response, response.source_nodes[0].node.start_char_idx

Nothing here reads llama-index's global ``Settings``; importing it costs a second, so only those who use it do.
"""

from collections.abc import AsyncGenerator, AsyncIterator, Generator, Iterator
from dataclasses import dataclass, field
from typing import Any

from llama_index.core.base.base_query_engine import BaseQueryEngine
from llama_index.core.base.response.schema import RESPONSE_TYPE, AsyncStreamingResponse, Response, StreamingResponse
from llama_index.core.callbacks import CallbackManager, CBEventType, EventPayload
from llama_index.core.instrumentation import get_dispatcher  # type: ignore[attr-defined]
from llama_index.core.instrumentation.events.retrieval import RetrievalEndEvent, RetrievalStartEvent
from llama_index.core.instrumentation.events.synthesis import SynthesizeEndEvent, SynthesizeStartEvent
from llama_index.core.postprocessor.types import BaseNodePostprocessor
from llama_index.core.prompts.mixin import PromptMixinType
from llama_index.core.retrievers import BaseRetriever
from llama_index.core.schema import (
    MetadataMode,
    NodeRelationship,
    NodeWithScore,
    ObjectType,
    QueryBundle,
    RelatedNodeInfo,
    TextNode,
)
from llama_index.core.vector_stores import FilterCondition, MetadataFilter, MetadataFilters

from rag.engine import Engine
from rag.errors import UsageError
from rag.integrations.common import KEYS, described, filter_of, name
from rag.output.render import REFUSED, answer_object
from rag.schema import ALL, Answer, Citation, Copy, Filter, Hit, Progress, Retrieved

Filters = Filter | MetadataFilters | None

_dispatcher = get_dispatcher(__name__)


class QuotelineRetriever(BaseRetriever):
    """Passages for a query, best first, with their exact place in the source.

    Args:
        engine: what to ask.
        k: at most so many passages; by default ``engine.config.k``.
        filters: which documents may be found: ours, or llama-index's over ``source`` and ``published``.
        callback_manager: hears of each retrieval.

    Raises:
        UsageError: a filter that cannot be used.
    """

    def __init__(
        self,
        engine: Engine,
        k: int | None = None,
        *,
        filters: Filters = None,
        callback_manager: CallbackManager | None = None,
    ) -> None:
        super().__init__(callback_manager=callback_manager)
        self._engine = engine
        self._k = k
        self._chosen = _filter(filters)

    def as_query_engine(self, **options: Any) -> "QuotelineQueryEngine":
        """Return a query engine over the same documents; options as :class:`QuotelineQueryEngine` takes them."""
        return QuotelineQueryEngine(
            self._engine, **{"filters": self._chosen, "callback_manager": self.callback_manager, **options}
        )

    def _retrieve(self, query_bundle: QueryBundle) -> list[NodeWithScore]:
        return [_node(hit) for hit in self._engine.search(query_bundle.query_str, self._k, self._chosen).hits]

    async def _aretrieve(self, query_bundle: QueryBundle) -> list[NodeWithScore]:
        found = await self._engine.asearch(query_bundle.query_str, self._k, self._chosen)
        return [_node(hit) for hit in found.hits]


class QuotelineQueryEngine(BaseQueryEngine):
    """Answers with one source node a citation, its quote verbatim; a refusal has none.

    ``response.metadata`` is the answer's JSON form, ``outcome`` and ``confidence`` included. With ``streaming`` the
    lines come as they are written and checked; nodes and metadata are there once the last has come.

    Args:
        engine: what to ask.
        filters: which documents may answer, as :class:`QuotelineRetriever` takes them.
        streaming: answer line by line.
        callback_manager: hears of each query.

    Raises:
        UsageError: a filter that cannot be used.
    """

    def __init__(
        self,
        engine: Engine,
        *,
        filters: Filters = None,
        streaming: bool = False,
        callback_manager: CallbackManager | None = None,
    ) -> None:
        super().__init__(callback_manager)
        self._engine = engine
        self._chosen = _filter(filters)
        self._streaming = streaming

    def retrieve(self, query_bundle: QueryBundle) -> list[NodeWithScore]:
        """Return the passages for a query, without an answer."""
        return QuotelineRetriever(self._engine, filters=self._chosen, callback_manager=self.callback_manager).retrieve(
            query_bundle
        )

    def _get_prompt_modules(self) -> PromptMixinType:
        return {}

    def _query(self, query_bundle: QueryBundle) -> RESPONSE_TYPE:
        told = _Told(query_bundle)
        with self.callback_manager.event(CBEventType.QUERY, {EventPayload.QUERY_STR: query_bundle.query_str}) as event:
            pieces = told.pieces(self._engine.stream(query_bundle.query_str, (), self._chosen))
            if self._streaming:
                response: RESPONSE_TYPE = StreamingResponse(pieces, told.nodes, told.metadata)
            else:
                response = Response("".join(pieces), told.nodes, told.metadata)
            event.on_end({EventPayload.RESPONSE: response})
        return response

    async def _aquery(self, query_bundle: QueryBundle) -> RESPONSE_TYPE:
        told = _Told(query_bundle)
        with self.callback_manager.event(CBEventType.QUERY, {EventPayload.QUERY_STR: query_bundle.query_str}) as event:
            pieces = told.apieces(self._engine.astream(query_bundle.query_str, (), self._chosen))
            if self._streaming:
                response: RESPONSE_TYPE = AsyncStreamingResponse(pieces, told.nodes, told.metadata)
            else:
                response = Response("".join([piece async for piece in pieces]), told.nodes, told.metadata)
            event.on_end({EventPayload.RESPONSE: response})
        return response


class QuotelineVerifier(BaseNodePostprocessor):
    """Keeps, of the nodes of any retriever, those that stand word for word in the index, at their place.

    With a query it keeps of these the ones that hold a quote of the answer, and none where the answer is a refusal. The
    node's score is then the quote's, and its metadata has ``quote`` and ``short_answer``.

    A node names its document by ``source``, ``file_path`` or ``file_name`` in its metadata, or by its source relation.
    """

    engine: Any
    """An :class:`~rag.engine.Engine`."""

    @classmethod
    def class_name(cls) -> str:
        """Return the name by which llama-index stores it."""
        return "QuotelineVerifier"

    def _postprocess_nodes(
        self, nodes: list[NodeWithScore], query_bundle: QueryBundle | None = None
    ) -> list[NodeWithScore]:
        kept = [found for node in nodes if (found := self._stands(node))]
        if not query_bundle or not kept:
            return kept
        sources = {str(one.node.metadata["source"]) for one in kept}
        answer = self.engine.ask(query_bundle.query_str, chosen=filter_of([("source", "in", sorted(sources))]))
        return [found for node in kept if (found := _holding(node, answer))]

    def _stands(self, given: NodeWithScore) -> NodeWithScore | None:
        """Return a node with its place in its document, or None where its text does not stand there."""
        node, text = given.node, given.node.get_content(metadata_mode=MetadataMode.NONE)
        names = [*(node.metadata.get(key) for key in ("source", "file_path", "file_name")), node.ref_doc_id]
        for source in map(str, filter(None, names)):
            document = self.engine.index.store.find(source)
            if not document or not text:
                continue
            start = getattr(node, "start_char_idx", None)
            if start is None or document.text[start : start + len(text)] != text:
                start = document.text.find(text)
            if start >= 0:
                place = {"source": source, "start": start, "end": start + len(text)}
                return _copy(given, given.score, place)
        return None


def _holding(given: NodeWithScore, answer: Answer) -> NodeWithScore | None:
    """Return a node with the quote of an answer that it holds, or None."""
    place = given.node.metadata
    for cited in answer.citations:
        spots: tuple[Citation | Copy, ...] = (cited, *cited.also)
        for one in spots:
            if one.source == place["source"] and place["start"] <= one.start and one.end <= place["end"]:
                return _copy(given, cited.score, {"quote": cited.quote, "short_answer": answer.short_answer})
    return None


def _copy(given: NodeWithScore, score: float | None, told: dict[str, Any]) -> NodeWithScore:
    node = given.node.model_copy(
        update={
            "metadata": {**given.node.metadata, **told},
            "excluded_llm_metadata_keys": [*given.node.excluded_llm_metadata_keys, *told],
            "excluded_embed_metadata_keys": [*given.node.excluded_embed_metadata_keys, *told],
        }
    )
    return NodeWithScore(node=node, score=score)


@dataclass
class _Told:
    """What is known of an answer that is on its way: its events, and what fills up at the end."""

    query: QueryBundle
    nodes: list[NodeWithScore] = field(default_factory=list)
    metadata: dict[str, Any] = field(default_factory=dict)
    _lines: list[str] = field(default_factory=list)

    def pieces(self, items: Iterator[Retrieved | Progress | Answer]) -> Generator[str]:
        """Yield the text of an answer piece by piece."""
        _dispatcher.event(RetrievalStartEvent(str_or_query_bundle=self.query))
        for item in items:
            yield from self._hear(item)

    async def apieces(self, items: AsyncIterator[Retrieved | Progress | Answer]) -> AsyncGenerator[str]:
        """Yield the text of an answer piece by piece."""
        _dispatcher.event(RetrievalStartEvent(str_or_query_bundle=self.query))
        async for item in items:
            for piece in self._hear(item):
                yield piece

    def _hear(self, item: Retrieved | Progress | Answer) -> Iterator[str]:
        if isinstance(item, Retrieved):
            nodes = [_node(hit) for hit in item.hits]
            _dispatcher.event(RetrievalEndEvent(str_or_query_bundle=self.query, nodes=nodes))
            _dispatcher.event(SynthesizeStartEvent(query=self.query))
            return
        lines = [claim.text for claim in item.claims]
        if isinstance(item, Answer):
            lines = lines or [item.message or REFUSED]
            self.nodes.extend(map(_node, item.citations))
            self.metadata.update(answer_object(item))
        said = self._lines
        fresh = lines[len(said) :] if lines[: len(said)] == said else lines  # an LLM failed: the quotes come after it
        for line in fresh:
            yield f"\n{line}" if self._lines else line
            self._lines.append(line)
        if isinstance(item, Answer):
            told = Response("\n".join(self._lines), self.nodes, self.metadata)
            _dispatcher.event(SynthesizeEndEvent(query=self.query, response=told))


def _node(found: Hit | Citation) -> NodeWithScore:
    """Return a passage or a quote as a node: its text alone is for an LLM, its metadata is not."""
    told = described(found)
    node = TextNode(
        id_=name(found),
        text=found.quote if isinstance(found, Citation) else found.passage.text,
        start_char_idx=told["start"],
        end_char_idx=told["end"],
        metadata=told,
        excluded_llm_metadata_keys=list(KEYS),
        excluded_embed_metadata_keys=list(KEYS),
        relationships={
            NodeRelationship.SOURCE: RelatedNodeInfo(
                node_id=told["source"], node_type=ObjectType.DOCUMENT, metadata={"title": told["title"]}
            )
        },
    )
    return NodeWithScore(node=node, score=found.score)


def _filter(filters: Filters) -> Filter:
    if filters is None or isinstance(filters, Filter):
        return filters or ALL
    if filters.condition != FilterCondition.AND and len(filters.filters) > 1:
        raise UsageError(f"filters that are joined by {filters.condition} cannot be used: join them by AND")
    conditions = []
    for one in filters.filters:
        if not isinstance(one, MetadataFilter):
            raise UsageError("filters within filters cannot be used: join all of them by AND")
        conditions.append((one.key, one.operator.value, one.value))
    return filter_of(conditions)
