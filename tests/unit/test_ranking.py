from math import log2

import pytest

from rag.evaluation.evidence import Gold, Span
from rag.evaluation.ranking import Ranked, measure, ranked
from rag.schema import Hit, Passage

PLACES = {"a": [(0, 100), (100, 200), (200, 300)], "b": [(0, 80), (80, 160)], "c": [(0, 9)]}


def passages_of(source: str) -> list[Passage]:
    return [Passage(source, start, end, "", ()) for start, end in PLACES[source]]


def hits(*found: tuple[str, int]) -> list[Hit]:
    return [Hit(passages_of(source)[n], 0.5, {}, 0.0) for source, n in found]


def test_recall_rank_and_gain_by_hand() -> None:
    found = measure({"q": Ranked(("x", "y", "z"), ("n", "x", "m", "y", *map(str, range(6)), "z"))})
    ideal = 1 + 1 / log2(3) + 1 / log2(4)
    assert found["q"] == {
        "recall@1": 0,
        "recall@5": pytest.approx(2 / 3),
        "recall@10": pytest.approx(2 / 3),  # the third stands eleventh
        "ndcg@10": pytest.approx((1 / log2(3) + 1 / log2(5)) / ideal),
        "rr@10": 0.5,
    }


def test_the_order_is_the_one_retrieved_and_ten_count() -> None:
    many = tuple(f"d{n}" for n in range(12))
    found = measure({"first": Ranked(("d0",), many), "last": Ranked(("d9",), many), "late": Ranked(("d10",), many)})
    assert {id_: own["rr@10"] for id_, own in found.items()} == {"first": 1, "last": pytest.approx(0.1), "late": 0}
    assert found["first"]["ndcg@10"] == found["first"]["recall@1"] == 1
    assert found["last"]["ndcg@10"] == pytest.approx(1 / log2(11))
    assert set(found["late"].values()) == {0}


def test_nothing_retrieved_scores_zero_and_nothing_relevant_is_absent() -> None:
    found = measure({"missed": Ranked(("x",), ()), "free": Ranked((), ("x",)), "hit": Ranked(("x",), ("x",))})
    assert set(found["missed"].values()) == {0}
    assert set(found["hit"].values()) == {1}
    assert "free" not in found
    assert measure({"missed": Ranked(("x",), ())}) == {"missed": found["missed"]}
    assert measure({"free": Ranked((), ("x",))}) == measure({}) == {}


def test_a_passage_that_meets_the_evidence_is_relevant() -> None:
    across = Gold(((Span("a", 90, 110), Span("b", 10, 20)),), whole=False, missing=())
    found = ranked(across, hits(("b", 1), ("a", 1)), passages_of)
    assert found == Ranked(("0:a", "100:a", "0:b"), ("80:b", "100:a"))
    assert measure({"q": found})["q"]["recall@5"] == pytest.approx(1 / 3)


def test_where_the_gold_names_documents_each_stands_where_its_best_passage_does() -> None:
    whole = Gold(((Span("a", 0, 300),), (Span("b", 0, 160),)), whole=True, missing=())
    found = ranked(whole, hits(("c", 0), ("a", 2), ("a", 0), ("b", 1)), passages_of)
    assert found == Ranked(("a", "b"), ("c", "a", "b"))
    assert measure({"q": found})["q"]["rr@10"] == 0.5


def test_evidence_that_is_not_there_is_not_found() -> None:
    question = ranked(Gold(((),), whole=False, missing=()), hits(("a", 0)), passages_of)
    assert set(measure({"q": question})["q"].values()) == {0.0}
    assert ranked(Gold((), whole=False, missing=()), hits(("a", 0)), passages_of).relevant == ()
