import numpy as np

from rag.engine import Engine
from rag.retrieve import POOL, retrieve
from rag.schema import Hit


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
    best = hits[0]
    assert best.ranks == {"dense": 1, "bm25": 1}
    assert np.isclose(best.score, 1.0)


def test_a_passage_without_a_shared_word_has_no_bm25_rank(engine: Engine) -> None:
    hits = ask(engine, "Mexico?")
    assert [hit.ranks.get("bm25") for hit in hits] == [1] + [None] * (len(hits) - 1)


def test_k(engine: Engine) -> None:
    assert [h.passage.start for h in ask(engine, "oil", 3)] == [h.passage.start for h in ask(engine, "oil", POOL + 50)][
        :3
    ]


def test_what_neither_leg_supports_is_dropped(engine: Engine) -> None:
    assert ask(engine, "photosynthesis chlorophyll wavelengths") == []
