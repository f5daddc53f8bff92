from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from rag.config import Config
from rag.engine import Engine
from rag.errors import EncoderError
from rag.models import embed


@pytest.fixture(scope="module")
def cross_encoder(tmp_path_factory: pytest.TempPathFactory) -> str:
    """A real cross-encoder, tiny and untrained: it has an opinion, if not a good one."""
    import torch
    from transformers import AutoTokenizer, BertConfig, BertForSequenceClassification

    folder = str(tmp_path_factory.mktemp("cross-encoder"))
    AutoTokenizer.from_pretrained(embed.find(embed.PACKAGED_NAME).location).save_pretrained(folder)
    torch.manual_seed(3)
    shape: Any = {"hidden_size": 32, "num_hidden_layers": 1, "num_attention_heads": 2, "intermediate_size": 32}
    shape |= {"vocab_size": 30522, "num_labels": 1, "initializer_range": 0.5}
    model = BertForSequenceClassification(BertConfig(**shape))
    model.save_pretrained(folder)
    return folder


def test_a_cross_encoder_orders_what_was_found(config: Config, engine: Engine, cross_encoder: str) -> None:
    from sentence_transformers import CrossEncoder

    question = "Which country may replace Venezuela's oil?"
    found = {hit.passage.start: hit.passage for hit in engine.search(question, 50).hits}
    with Engine.open(config=replace(config, reranker=cross_encoder)) as reranking:
        hits = reranking.search(question, 3).hits
        answer = reranking.ask(question)
    odds = CrossEncoder(cross_encoder).predict([(question, passage.text) for passage in found.values()])
    best = sorted(zip(odds, found, strict=True), reverse=True)[:3]
    assert [hit.passage.start for hit in hits] == [start for _, start in best]
    assert [hit.score for hit in hits] == pytest.approx([score for score, _ in best], abs=1e-5)
    assert [hit.ranks["reranker"] for hit in hits] == [1, 2, 3]
    assert answer.model["reranker"] == cross_encoder
    assert "rerank" in answer.timings_ms
    assert "reranker" not in engine.ask(question).model


def test_a_model_that_is_no_cross_encoder_is_refused(config: Config) -> None:
    name = embed.find(embed.PACKAGED_NAME).location
    with pytest.raises(EncoderError, match="is no cross-encoder: its weights end in BertModel"):
        Engine.open(config=replace(config, reranker=name))


def test_no_such_cross_encoder(config: Config, tmp_path: Path) -> None:
    with pytest.raises(EncoderError, match="reranker '.*' cannot be loaded"):
        Engine.open(config=replace(config, reranker=str(tmp_path)))
