import numpy as np

from rag.engine import Engine
from rag.retrieve import POOL, retrieve
from rag.schema import Hit
from rag.terms import terms


def ask(engine: Engine, question: str, k: int = 8) -> list[Hit]:
    return retrieve(engine.index, question, engine.index.encoder.encode([question], query=True)[0], k)


def test_best_first_without_repeats(engine: Engine) -> None:
    hits = ask(engine, "What oil deal was announced?")
    assert [hit.score for hit in hits] == sorted((hit.score for hit in hits), reverse=True)
    assert len({hit.passage.start for hit in hits}) == len(hits) > 3
    assert "30 to 50 million barrels" in hits[0].passage.text
    assert all(0 <= hit.score <= 1 for hit in hits)


def test_the_score_is_the_mean_of_both_legs(engine: Engine) -> None:
    question = "Which country has emerged as an alternative oil supplier?"
    hits = ask(engine, question)
    vector = engine.index.encoder.encode([question], query=True)[0]
    _, cosines = engine.index.dense(vector, 8)
    lexical = engine.index.bm25(terms(question))
    for hit in hits:
        number = next(n for n, p in enumerate(engine.index.passages(range(8))) if p == hit.passage)
        cosine = engine.index.cosines(vector, np.array([number]))[0]
        dense = (cosine - cosines.min()) / (cosines.max() - cosines.min())
        bm25 = (lexical[number] - lexical.min()) / (lexical.max() - lexical.min())
        assert np.isclose(hit.score, (dense + bm25) / 2, atol=1e-5)


def test_a_passage_without_a_shared_word_has_no_bm25_rank(engine: Engine) -> None:
    hits = ask(engine, "Mexico?")
    assert [hit.ranks.get("bm25") for hit in hits] == [1] + [None] * (len(hits) - 1)


def test_k(engine: Engine) -> None:
    assert [h.passage.start for h in ask(engine, "oil", 3)] == [h.passage.start for h in ask(engine, "oil", POOL + 50)][
        :3
    ]


def test_what_neither_leg_supports_is_dropped(engine: Engine) -> None:
    assert ask(engine, "photosynthesis chlorophyll wavelengths") == []
