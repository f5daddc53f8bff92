import asyncio
import threading
from collections.abc import Iterator

import pytest
from llama_index.core.instrumentation import get_dispatcher  # type: ignore[attr-defined]
from llama_index.core.instrumentation.event_handlers.base import BaseEventHandler  # type: ignore[attr-defined]
from llama_index.core.schema import MetadataMode, NodeWithScore, QueryBundle, TextNode
from llama_index.core.vector_stores import FilterCondition, FilterOperator, MetadataFilter, MetadataFilters

import rag.llamaindex
from rag.engine import Engine
from rag.errors import UsageError
from rag.integrations.llamaindex import QuotelineQueryEngine, QuotelineRetriever, QuotelineVerifier
from rag.schema import Filter
from tests.conftest import ARTICLE

ASKED = "Who is Cuba's foreign minister?"
UNKNOWN = "What is the population of Havana?"
HEARD: list[str] = []


class Heard(BaseEventHandler):
    """Keeps what happened, by name."""

    def handle(self, event: object, **_: object) -> None:
        HEARD.append(type(event).__name__)


@pytest.fixture
def heard() -> Iterator[list[str]]:
    HEARD.clear()
    dispatcher, handler = get_dispatcher(), Heard()
    dispatcher.add_event_handler(handler)
    yield HEARD
    dispatcher.event_handlers.remove(handler)


def test_the_retriever_gives_passages_with_their_place(engine: Engine, article: str) -> None:
    found = QuotelineRetriever(engine, k=3).retrieve("What oil deal was announced?")
    assert len(found) == 3
    for hit in found:
        assert isinstance(hit.node, TextNode)
        assert article[hit.node.start_char_idx : hit.node.end_char_idx] == hit.node.text
        assert hit.node.get_content(MetadataMode.LLM) == hit.node.text, "an LLM reads no metadata"
        assert hit.node.get_content(MetadataMode.EMBED) == hit.node.text
        assert hit.node.ref_doc_id == hit.node.metadata["source"] == ARTICLE
    assert [hit.score for hit in found] == sorted((hit.score or 0 for hit in found), reverse=True)
    assert [hit.node.node_id for hit in asyncio.run(QuotelineRetriever(engine, k=3).aretrieve("oil deal"))]


def test_the_query_engine_answers_or_refuses(engine: Engine, article: str) -> None:
    ours = QuotelineRetriever(engine).as_query_engine()
    answered = ours.query(ASKED)
    assert "Bruno Rodríguez" in str(answered)
    (node, *_) = (hit.node for hit in answered.source_nodes)
    assert isinstance(node, TextNode)
    assert article[node.start_char_idx : node.end_char_idx] == node.text
    refused = ours.query(UNKNOWN)
    assert str(refused) == "The sources do not say."
    assert refused.source_nodes == []
    assert refused.metadata
    assert refused.metadata["outcome"] == "refused"
    assert [node.node_id for node in ours.retrieve(QueryBundle(ASKED))]


def test_the_old_names_go_on_working(engine: Engine) -> None:
    assert "Bruno" in str(rag.llamaindex.QuotelineQueryEngine(engine=engine).query(ASKED))


def test_what_happens_is_told(engine: Engine, heard: list[str]) -> None:
    QuotelineQueryEngine(engine).query(ASKED)
    assert heard == [
        "QueryStartEvent", "RetrievalStartEvent", "RetrievalEndEvent", "SynthesizeStartEvent", "SynthesizeEndEvent",
        "QueryEndEvent",
    ]  # fmt: skip


def test_the_loop_goes_on_while_an_answer_is_made(engine: Engine) -> None:
    main, asking = threading.current_thread(), set[object]()
    stream = engine.stream

    def watched(*arguments: object) -> object:
        for item in stream(*arguments):  # type: ignore[arg-type]
            asking.add(threading.current_thread())
            yield item

    async def answered() -> str:
        return str(await QuotelineQueryEngine(engine).aquery(ASKED))

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(engine, "stream", watched)
        assert "Bruno" in asyncio.run(answered())
    assert asking
    assert main not in asking


def test_streaming_gives_the_same_text_and_then_the_nodes(engine: Engine) -> None:
    whole = QuotelineQueryEngine(engine).query(ASKED)
    ours = QuotelineQueryEngine(engine, streaming=True)
    streamed = ours.query(ASKED)
    assert streamed.source_nodes == []
    assert "".join(streamed.response_gen) == str(whole)  # type: ignore[union-attr, arg-type]
    assert [hit.node.node_id for hit in streamed.source_nodes] == [hit.node.node_id for hit in whole.source_nodes]

    async def heard() -> tuple[str, int]:
        response = await ours.aquery(ASKED)
        pieces = response.async_response_gen()  # type: ignore[union-attr]
        return "".join([piece async for piece in pieces]), len(response.source_nodes)

    assert asyncio.run(heard()) == (str(whole), len(whole.source_nodes))


def published(operator: FilterOperator, date: str) -> MetadataFilter:
    return MetadataFilter(key="published", operator=operator, value=date)


def test_filters(engine: Engine) -> None:
    dated = MetadataFilters(
        filters=[
            published(FilterOperator.GTE, "2026-01-12"),
            published(FilterOperator.LTE, "2026-01-12"),
            MetadataFilter(key="source", operator=FilterOperator.IN, value=[ARTICLE, "b.txt"]),
        ]
    )
    assert QuotelineRetriever(engine, filters=dated).retrieve(ASKED)
    for none in (
        MetadataFilters(filters=[published(FilterOperator.GTE, "2026-01-13")]),
        MetadataFilters(filters=[MetadataFilter(key="source", value="*")]),
        Filter(sources=("other*",)),
    ):
        assert not QuotelineRetriever(engine, filters=none).retrieve(ASKED)
        assert str(QuotelineQueryEngine(engine, filters=none).query(ASKED)) == "The sources do not say."
    unusable = (
        MetadataFilters(filters=[MetadataFilter(key="author", value="x")]),
        MetadataFilters(filters=[published(FilterOperator.GT, "2026")]),
        MetadataFilters(filters=[MetadataFilters(filters=[])]),
        MetadataFilters(filters=[published(FilterOperator.GTE, "2026")] * 2, condition=FilterCondition.OR),
    )
    for filters in unusable:
        with pytest.raises(UsageError, match="cannot be used"):
            QuotelineRetriever(engine, filters=filters)


def test_the_verifier_keeps_what_stands_in_the_index_and_answers(engine: Engine, article: str) -> None:
    start = article.index("Cuban Foreign Minister Bruno")
    texts = [article[start - 20 : start + 300], article[:200], "Cuban Foreign Minister Bruno Rodríguez is 99."]
    nodes = [NodeWithScore(node=TextNode(text=text, metadata={"file_name": ARTICLE}), score=0.3) for text in texts]
    nodes.append(NodeWithScore(node=TextNode(text=article[:200]), score=0.3))
    verifier = QuotelineVerifier(engine=engine)
    standing = verifier.postprocess_nodes(nodes)
    assert [(hit.node.metadata["start"], hit.score) for hit in standing] == [(start - 20, 0.3), (0, 0.3)]
    (answering,) = verifier.postprocess_nodes(nodes, query_str=ASKED)
    assert answering.node.get_content(MetadataMode.NONE) == texts[0]
    assert answering.node.metadata["short_answer"] == "Bruno Rodríguez"
    assert answering.node.metadata["quote"] in texts[0]
    assert verifier.postprocess_nodes(nodes, query_str=UNKNOWN) == []
    assert nodes[0].node.metadata == {"file_name": ARTICLE}, "what was given is as it was"
