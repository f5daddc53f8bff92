import json
from dataclasses import replace

from rag import render
from rag.engine import Engine
from rag.errors import UsageError
from rag.schema import Dropped


def test_the_json_form_of_an_answer(engine: Engine, article: str) -> None:
    found = json.loads(render.dumps(render.answer_object(engine.ask("Who is Cuba's foreign minister?"))))
    assert list(found) == [
        "schema", "id", "question", "standalone", "outcome", "reason", "answer", "short_answer", "confidence", "claims",
        "citations", "closest", "index", "model", "timings_ms",
    ]  # fmt: skip
    assert (found["schema"], found["id"], found["outcome"], found["reason"]) == (1, None, "answered", None)
    assert found["closest"] == []
    assert found["model"] == {"encoder": "all-MiniLM-L6-v2", "reader": "reader-2", "llm": None}
    assert found["timings_ms"].keys() == {"retrieve", "read", "total"}
    assert found["answer"] == "\n".join(claim["text"] for claim in found["claims"])
    for citation in found["citations"]:
        names = "number source title published start end quote score page publisher also"
        assert " ".join(citation) == names
        assert article[citation["start"] : citation["end"]] == citation["quote"]


def test_the_json_form_of_a_refusal(engine: Engine, article: str) -> None:
    found = render.answer_object(engine.ask("What is the population of Havana?"))
    assert (found["outcome"], found["reason"], found["answer"]) == ("refused", "not_supported", "")
    assert found["claims"] == found["citations"] == []
    assert 1 <= len(found["closest"]) <= 4
    for closest in found["closest"]:
        assert article[closest["start"] : closest["end"]] == closest["quote"]


def test_what_an_llm_wrote_in_vain_and_a_warning_are_told_where_there_are_any(engine: Engine) -> None:
    plain = engine.ask("Who is Cuba's foreign minister?")
    assert not {"dropped", "warnings"} & render.answer_object(plain).keys()
    dropped = Dropped("He is 99.", "the number 99 is not in the quote")
    found = render.answer_object(replace(plain, dropped=(dropped,), warnings=("the LLM did not answer",)))
    assert found["dropped"] == [{"text": "He is 99.", "reason": "the number 99 is not in the quote"}]
    assert found["warnings"] == ["the LLM did not answer"]


def test_the_json_form_of_a_search(engine: Engine, article: str) -> None:
    found = render.search_object(engine.search("oil", 2))
    assert list(found) == ["schema", "id", "question", "hits", "index", "timings_ms"]
    assert len(found["hits"]) == 2
    for hit in found["hits"]:
        assert list(hit) == ["source", "start", "end", "text", "score", "ranks"]
        assert article[hit["start"] : hit["end"]] == hit["text"]


def test_the_json_form_of_an_error() -> None:
    assert render.error_object(UsageError("no"), "x") == {
        "schema": 1,
        "id": "x",
        "error": {"kind": "usage", "message": "no"},
    }


def test_an_answer_in_the_terminal_shows_number_place_and_quote(engine: Engine) -> None:
    answer = engine.ask("Who is Cuba's foreign minister?")
    text = render.answer_text(answer)
    citation = answer.citations[0]
    assert text.startswith("Short answer: Bruno Rodríguez\n\n[1] Cuban Foreign Minister Bruno Rodríguez")
    assert render.answer_text(replace(answer, short_answer=None)).startswith("[1] Cuban Foreign Minister")
    assert f"[1] {citation.source}:{citation.start}-{citation.end}" in text
    assert f"    | {citation.quote}" in text, "a quote is never wrapped"


def test_a_refusal_in_the_terminal(engine: Engine) -> None:
    answer = engine.ask("What is the population of Havana?")
    text = render.answer_text(answer)
    assert text.startswith("The sources do not say.\nReason: the closest passages do not answer the question")
    assert f"{answer.closest[0].source}:{answer.closest[0].start}-{answer.closest[0].end}" in text
    assert "[1]" not in text


def test_a_search_in_the_terminal(engine: Engine) -> None:
    assert render.search_text(engine.search("oil", 2)).count("score") == 2
    assert render.search_text(engine.search("photosynthesis chlorophyll wavelengths")) == "nothing found"
