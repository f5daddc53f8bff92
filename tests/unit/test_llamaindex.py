from llama_index.core.schema import TextNode

from rag.engine import Engine
from rag.llamaindex import QuotelineQueryEngine, QuotelineRetriever


def test_the_retriever_gives_passages_with_their_place(engine: Engine, article: str) -> None:
    found = QuotelineRetriever(engine, k=3).retrieve("What oil deal was announced?")
    assert len(found) == 3
    for hit in found:
        assert isinstance(hit.node, TextNode)
        assert article[hit.node.start_char_idx : hit.node.end_char_idx] == hit.node.text
    assert [hit.score for hit in found] == sorted((hit.score or 0 for hit in found), reverse=True)


def test_the_query_engine_answers_or_refuses(engine: Engine, article: str) -> None:
    ours = QuotelineQueryEngine(engine=engine)
    answered = ours.query("Who is Cuba's foreign minister?")
    assert "Bruno Rodríguez" in str(answered)
    (node, *_) = (hit.node for hit in answered.source_nodes)
    assert isinstance(node, TextNode)
    assert article[node.start_char_idx : node.end_char_idx] == node.text
    refused = ours.query("What is the population of Havana?")
    assert str(refused) == "The sources do not say."
    assert refused.source_nodes == []
    assert refused.metadata
    assert refused.metadata["outcome"] == "refused"
