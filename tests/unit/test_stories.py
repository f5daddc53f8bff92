import random
import time

import pytest

from rag.config import Config
from rag.engine import Engine
from rag.schema import Citation, Copy, Filter
from rag.stories import statement, stories
from tests.conftest import built_over

STORY = (
    "Oil prices fell four percent on Monday after Mexico said that it would send more crude to the Caribbean. "
    "Traders in London had expected the opposite. The ministry in Mexico City named no dates. "
    "A tanker with 300,000 barrels left Veracruz on Sunday night, according to port officials. "
    "Refineries on the island have been idle since early January."
)
OTHER = "The museum of natural history opens a new wing for whales. It has cost nine million euros and took six years."


def test_near_copies_are_one_story() -> None:
    texts = [OTHER, STORY, f"LONDON, Oct 3 (Reuters) - {STORY}", STORY.replace("four", "six"), "Short.", "Short."]
    assert stories(texts) == [None, 1, 1, 1, 4, 4]


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Officials denied that Anna Berg resigned.", "Anna Berg resigned."),
        ("The economy grew by 0.3%.", "The economy grew by -0.3%."),
        ("It cost $5 million.", "It cost €5 million."),
        ("It rose 1,5 percent.", "It rose 15 percent."),
        ("It rose by .5 percent.", "It rose by 5 percent."),
        (
            "Berg — the minister — resigned after a long debate on Monday.",
            "the minister — resigned after a long debate.",
        ),
        ("SMITH (Labour) - 12,000 votes", "JONES (Labour) - 12,000 votes"),
        ("USA — 12 points in the first of four rounds so far", "CUBA — 12 points in the first of four rounds so far"),
    ],
)
def test_what_says_something_else_is_another_statement(one: str, other: str) -> None:
    assert statement(one) != statement(other)


@pytest.mark.parametrize(
    "written",
    ["MEXICO CITY (Wire) - {}", "LONDON, Oct 3 (Reuters) – {}", "Havana, January 12, 2026 — {}", "“{}”"],
)
def test_a_dateline_or_quotation_marks_make_no_other_statement(written: str) -> None:
    said = "Oil fell 1.5% on Monday, said the ministry."
    assert statement(written.format(said)) == statement(said)


def test_bulletins_of_one_template_take_no_longer_than_their_number() -> None:
    dice = random.Random(6)
    template = [f"fixed{n}" for n in range(125)]
    bulletins = [" ".join(template + [f"own{dice.randrange(5000)}" for _ in range(75)]) for _ in range(400)]
    began = time.perf_counter()
    assert stories(bulletins) == [None] * 400
    assert time.perf_counter() - began < 4


def test_every_near_copy_among_many_is_found() -> None:
    dice = random.Random(5)
    vocabulary = [f"word{n}" for n in range(500)]
    alone = [" ".join(dice.choices(vocabulary, k=120)) for _ in range(200)]
    copies = [text.replace(text.split()[60], "changed", 1) for text in alone]
    assert stories([*alone, *copies]) == [*range(200), *range(200)]


@pytest.fixture(scope="module")
def wire(config: Config, tmp_path_factory: pytest.TempPathFactory) -> Config:
    """Three papers print one wire story, a fourth corrects a number in it; ten more documents stand beside."""
    folder = tmp_path_factory.mktemp("wire")
    sources = folder / "sources"
    sources.mkdir()

    def put(name: str, publisher: str, published: str, text: str) -> None:
        head = f"---\ntitle: Oil prices fall\npublisher: {publisher}\npublished: {published}\n---\n"
        (sources / name).write_text(head + text)

    put("a.md", "The Late Post", "2026-01-09", STORY)
    put("b.md", "The First Wire", "2026-01-07", f"MEXICO CITY (Wire) - {STORY}")
    put("c.md", "The Echo", "2026-01-08", STORY.replace("The ministry in Mexico City named no dates. ", ""))
    put("d.md", "The Checker", "2026-01-10", STORY.replace("300,000", "200,000"))
    (sources / "e.md").write_text(OTHER)
    return built_over(config, sources, folder / "index")


def test_wire_copy_counts_once_and_the_first_publisher_is_cited(wire: Config) -> None:
    with Engine.open(config=wire) as engine:
        answer = engine.ask("By how much did oil prices fall on Monday?")
        assert answer.outcome == "answered"
        first = answer.citations[0]
        assert (first.source, first.publisher, first.published) == ("b.md", "The First Wire", "2026-01-07")
        assert [copy.source for copy in first.also] == ["c.md", "a.md", "d.md"]
        pointers: list[Citation | Copy] = [first, *first.also]
        for pointer in pointers:
            quote = engine.index.store.document(pointer.source).text[pointer.start : pointer.end]
            assert "Oil prices fell four percent on Monday" in quote
        assert sum("four percent" in claim.text for claim in answer.claims) == 1


def test_a_copy_that_says_something_else_is_no_copy_of_that_sentence(wire: Config) -> None:
    with Engine.open(config=wire) as engine:
        answer = engine.ask("How many barrels did the tanker that left Veracruz have?")
        by_number = {c.quote.split(" barrels")[0].split()[-1]: c for c in answer.citations if "tanker" in c.quote}
        assert [copy.source for copy in by_number["300,000"].also] == ["c.md", "a.md"]
        assert by_number["200,000"].source == "d.md"
        assert not by_number["200,000"].also


def test_a_filter_chooses_who_may_be_cited(wire: Config) -> None:
    with Engine.open(config=wire) as engine:
        answer = engine.ask("By how much did oil prices fall on Monday?", chosen=Filter(after="2026-01-08"))
        assert answer.citations[0].source == "c.md"
        assert [copy.source for copy in answer.citations[0].also] == ["a.md", "d.md"]


def test_whom_the_question_names_is_cited_before_the_first(wire: Config) -> None:
    with Engine.open(config=wire) as engine:
        answer = engine.ask("By how much did oil prices fall on Monday, according to The Echo?")
        assert answer.citations[0].publisher == "The Echo"
        assert [copy.publisher for copy in answer.citations[0].also] == [
            "The First Wire",
            "The Late Post",
            "The Checker",
        ]


def test_copies_take_no_place_among_the_hits_and_nothing_is_lost(wire: Config) -> None:
    with Engine.open(config=wire) as engine:
        hits = engine.search("oil prices in London", k=8).hits
        passages = engine.index.store.passages(range(len(engine.index)))
    said = {statement(p.quote(s)) for p in passages if p.source != "e.md" for s in p.sentences}
    found = [hit.passage for hit in hits if hit.passage.source != "e.md"]
    assert {statement(passage.quote(s)) for passage in found for s in passage.sentences} == said
    assert len(found) == 2, "the corrected one, and another"
