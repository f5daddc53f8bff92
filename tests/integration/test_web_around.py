from fastapi import FastAPI
from fastapi.testclient import TestClient

from rag.engine import Engine
from rag.schema import Passage, Sentence
from rag.web import around
from rag.web.live import Live
from tests.conftest import ARTICLE

TEXT = "One went. Two came.\nThree stayed. Four left."
PASSAGES = [
    Passage("a", 0, 19, TEXT[:19], (Sentence(0, 9), Sentence(10, 19))),
    Passage("a", 20, 44, TEXT[20:44], (Sentence(20, 33), Sentence(34, 44))),
]


def test_the_neighbours_of_a_quote_are_whole_sentences_of_any_passage() -> None:
    assert around.around(PASSAGES, 10, 19) == ("One went.", "Three stayed.")
    assert around.around(PASSAGES, 0, 9) == ("", "Two came.")
    assert around.around(PASSAGES, 34, 44) == ("Three stayed.", "")
    assert around.around(PASSAGES, 10, 33) == ("One went.", "Four left.")
    assert around.around([], 0, 5) == ("", "")


def test_a_long_neighbour_is_cut_where_it_is_further_away() -> None:
    long = "x" * 400
    text = f"{long} a b {long}"
    parts = (Sentence(0, 400), Sentence(401, 404), Sentence(405, 805))
    before, behind = around.around([Passage("a", 0, len(text), text, parts)], 401, 404)
    assert before == "…" + "x" * around.MOST_CHARS
    assert behind == "x" * around.MOST_CHARS + "…"


def test_the_page_is_told_what_stands_at_the_place_now(engine: Engine, article: str) -> None:
    app = FastAPI()
    app.include_router(around.router(Live(engine)))
    client = TestClient(app)
    (cited,) = engine.ask("How many Cubans died in the raid?").citations[:1]
    asked: dict[str, str | int] = {"source": ARTICLE, "start": cited.start, "end": cited.end}
    told = client.get("/library/around", params=asked).json()
    assert told["quote"] == cited.quote
    assert told["before"] in article
    assert article.index(told["before"]) < cited.start
    assert told["behind"] in article[cited.end :]
    turned: dict[str, str | int] = {"start": cited.end, "end": cited.start}
    for wrong in ({"source": "none"}, {"start": -1}, turned, {"end": 10**9}):
        assert client.get("/library/around", params={**asked, **wrong}).json()["quote"] == ""
