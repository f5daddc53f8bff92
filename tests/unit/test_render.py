import json
from dataclasses import replace
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from rag.errors import UsageError
from rag.output import render
from rag.schema import REASONS, Answer, Citation, Claim, Closest, Copy, Dropped, Stated


def test_the_json_form_of_an_error() -> None:
    assert render.error_object(UsageError("no"), "x") == {
        "schema": 1,
        "id": "x",
        "error": {"kind": "usage", "message": "no"},
    }


def answers() -> st.SearchStrategy[Answer]:
    """Answers of any form that the engine could give: text of any characters but half ones."""
    text = st.text(st.characters(exclude_categories=["Cs"]), max_size=20)
    some = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=20)
    odds = st.integers(0, 10_000).map(lambda n: n / 10_000)
    maybe = st.none() | some
    copies = st.builds(Copy, text, maybe, maybe, st.integers(0, 9), st.integers(10, 99))

    def placed(kind: type[Citation] | type[Closest], **fields: st.SearchStrategy[object]) -> st.SearchStrategy[Any]:
        return st.builds(
            lambda start, quote, **rest: kind(start=start, end=start + len(quote), quote=quote, **rest),
            st.integers(0, 10**6), some, source=text, title=text, score=odds, **fields,
        )  # fmt: skip

    citation = placed(
        Citation,
        number=st.just(0),
        published=maybe,
        page=st.none() | st.integers(1, 9),
        publisher=maybe,
        also=st.lists(copies, max_size=2).map(tuple),
    )
    told = {
        "question": some,
        "standalone": text,
        "confidence": odds,
        "index": text,
        "model": st.dictionaries(st.sampled_from(["encoder", "reader", "llm", "reranker"]), maybe),
        "timings_ms": st.dictionaries(text, st.floats(0, 1e6), max_size=2),
        "suggestions": st.lists(some, max_size=2).map(tuple),
        "warnings": st.lists(some, max_size=2).map(tuple),
        "dropped": st.lists(st.builds(Dropped, text, text), max_size=2).map(tuple),
    }

    def answered(cited: list[Citation], claims: list[str], **rest: Any) -> Answer:
        numbered = tuple(replace(citation, number=n) for n, citation in enumerate(cited, start=1))
        lines = tuple(Claim(claim, "supported", tuple(range(1, len(numbered) + 1))) for claim in claims)
        return Answer(outcome="answered", reason=None, claims=lines, citations=numbered, **rest)

    return st.builds(
        answered, st.lists(citation, min_size=1, max_size=3), st.lists(text, min_size=1, max_size=2),
        short_answer=maybe, **told,
    ) | st.builds(
        Answer, outcome=st.just("refused"), reason=st.sampled_from(sorted(REASONS)), message=maybe,
        closest=st.lists(placed(Closest), max_size=2).map(tuple), **told,
    )  # fmt: skip


@settings(deadline=None)  # the first builds pydantic's form
@given(answers())
def test_an_answer_comes_back_from_its_json_form(answer: Answer) -> None:
    assert render.from_json(json.loads(render.dumps(render.answer_object(answer)))) == answer


def disagreeing(*conflict: Stated) -> Answer:
    """An answer of two sources, the first of 2026 and the second of 2023."""
    quotes = ("The allowance is 62 euros.", "The allowance is 45 euros.")
    citations = tuple(
        Citation(n, f"{n}.md", "Policy", f"{2029 - 3 * n}-02-01", 0, len(quote), quote, 0.9, publisher=f"Office {n}")
        for n, quote in enumerate(quotes, start=1)
    )
    sides = [number for stated in conflict if not stated.superseded for number in stated.citations]
    claims = tuple(Claim(quotes[n - 1], "supported", (n,)) for n in sides)
    return Answer("What is it?", "What is it?", "answered", None, 0.9, claims, citations, conflict=conflict)


NEW, OLD = Stated("62 euros", (1,), "2026-02-01"), Stated("45 euros", (2,), "2023-02-01")


def test_sources_that_disagree_are_named_with_what_each_says() -> None:
    told = ["62 euros [1] Office 1 · 2026-02-01", "45 euros [2] Office 2 · 2023-02-01"]
    assert render.conflict_lines(disagreeing(NEW, OLD)) == told
    assert render.answer_object(disagreeing(NEW, OLD))["conflict"] == [
        {"value": "62 euros", "citations": (1,), "published": "2026-02-01", "superseded": False},
        {"value": "45 euros", "citations": (2,), "published": "2023-02-01", "superseded": False},
    ]


def test_what_is_superseded_is_told_as_earlier() -> None:
    answer = disagreeing(NEW, replace(OLD, superseded=True))
    assert render.conflict_lines(answer) == ["earlier, 2023: 45 euros [2]"]
    assert answer.answer == "The allowance is 62 euros.", "it is no part of the answer"
    assert render.from_json(json.loads(render.dumps(render.answer_object(answer)))) == answer
    near = disagreeing(NEW, replace(OLD, superseded=True, published="2026-01-01"))
    assert render.conflict_lines(near) == ["earlier, 2026-01-01: 45 euros [2]"]
    undated = disagreeing(NEW, replace(OLD, superseded=True, published=None))
    assert render.conflict_lines(undated) == ["earlier: 45 euros [2]"]
