from dataclasses import replace

import pytest
from markupsafe import escape

from rag.engine import Engine
from rag.schema import Answer, Retrieved
from rag.web.trace import MOST_CHARS, Trace, trace


@pytest.fixture(scope="module")
def asked(engine: Engine) -> tuple[Retrieved, Answer]:
    retrieved, answer = engine.stream("Who is Cuba's foreign minister?")
    assert isinstance(retrieved, Retrieved)
    assert isinstance(answer, Answer)
    return retrieved, answer


def test_each_hit_shows_what_each_leg_made_of_it(asked: tuple[Retrieved, Answer]) -> None:
    retrieved, answer = asked
    hits = (replace(retrieved.hits[0], score=0.875, ranks={"dense": 3}, cosine=0.5), *retrieved.hits[1:])
    how = Trace.of(replace(retrieved, hits=hits))
    html = trace(answer, 2, how)
    assert 'id="ql-trace-2"' in html
    assert html.count("<tr>") == len(hits) + 1
    assert "<td>0.88</td><td>3</td><td>–</td><td>0.50</td></tr>" in html
    assert f"<q>{escape(answer.standalone)}</q>" in html
    assert "Reranker" not in html
    assert all(len(hit.head) <= MOST_CHARS + 2 for hit in how.hits)


def test_a_reranker_has_a_column_where_there_was_one(asked: tuple[Retrieved, Answer]) -> None:
    retrieved, answer = asked
    ranked = tuple(replace(hit, ranks={"dense": 1, "bm25": 2, "reranker": 9}) for hit in retrieved.hits)
    html = trace(answer, 0, Trace.of(replace(retrieved, hits=ranked)))
    assert '<th scope="col">Reranker rank</th>' in html
    assert "<td>9</td></tr>" in html


def test_a_stored_answer_says_that_its_passages_are_not_kept(asked: tuple[Retrieved, Answer]) -> None:
    html = trace(asked[1], 0, None)
    assert "<table>" not in html
    assert "ask again to see them" in html
    assert "Times: retrieve" in html
