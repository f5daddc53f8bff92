from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from rag.config import Config
from rag.engine import Engine
from rag.errors import UsageError
from rag.retrieval.hybrid import (
    MOST_NAMES,
    MOST_PATTERNS,
    POOL,
    check_filter,
    fused,
    left_out,
    parts,
    retrieve,
)
from rag.schema import Citation, Closest, Filter, Hit
from rag.text.terms import terms
from tests.conftest import built_over


def ask(engine: Engine, question: str, k: int = 8) -> list[Hit]:
    return retrieve(engine.index, question, engine.index.encoder.encode(parts(question)), k)


def test_best_first_without_repeats(engine: Engine) -> None:
    hits = ask(engine, "What oil deal was announced?")
    assert [hit.score for hit in hits] == sorted((hit.score for hit in hits), reverse=True)
    assert len({hit.passage.start for hit in hits}) == len(hits) > 3
    assert "30 to 50 million barrels" in hits[0].passage.text
    assert all(0 <= hit.score <= 1 for hit in hits)


def test_the_score_is_the_mean_of_both_legs(engine: Engine) -> None:
    question = "Which country has emerged as an alternative oil supplier?"
    hits = ask(engine, question)
    vector = engine.index.encoder.encode([question])[0]
    _, cosines = engine.index.vectors.nearest(vector, 8)
    lexical = engine.index.lexical.scores(terms(question))
    for hit in hits:
        number = next(n for n, p in enumerate(engine.index.store.passages(range(8))) if p == hit.passage)
        cosine = engine.index.vectors.cosines(vector, np.array([number]))[0]
        dense = (cosine - cosines.min()) / (cosines.max() - cosines.min())
        bm25 = (lexical[number] - lexical.min()) / (lexical.max() - lexical.min())
        assert np.isclose(hit.score, (dense + bm25) / 2, atol=1e-5)


def test_two_questions_are_fused_by_the_mean_of_their_scores(engine: Engine) -> None:
    first, second = ask(engine, "What oil deal was announced?"), ask(engine, "Who is the foreign minister?")
    scores = [{hit.passage.start: hit.score for hit in hits} for hits in (first, second[:2])]
    found = fused(first, second[:2], 3)
    assert len(found) == 3
    for hit in found:
        assert hit.score == pytest.approx(sum(score.get(hit.passage.start, 0) for score in scores) / 2)
    assert [hit.score for hit in found] == sorted((hit.score for hit in found), reverse=True)
    assert fused(first, first, 8) == first


def test_a_passage_without_a_shared_word_has_no_bm25_rank(engine: Engine) -> None:
    hits = ask(engine, "Mexico?")
    assert [hit.ranks.get("bm25") for hit in hits] == [1] + [None] * (len(hits) - 1)


def test_k(engine: Engine) -> None:
    assert [h.passage.start for h in ask(engine, "oil", 3)] == [h.passage.start for h in ask(engine, "oil", POOL + 50)][
        :3
    ]


def test_what_neither_leg_supports_is_dropped(engine: Engine) -> None:
    assert ask(engine, "photosynthesis chlorophyll wavelengths") == []


@pytest.fixture(scope="module")
def dated(config: Config, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Engine]:
    """Ten reports on oil, a month apart, in two folders; the last has no date."""
    sources = tmp_path_factory.mktemp("dated")
    for month in range(1, 11):
        folder = sources / ("north" if month % 2 else "south")
        folder.mkdir(exist_ok=True)
        head = f"Oslo, {month} March 20{month:02} — " if month < 10 else ""
        (folder / f"{month:02}.txt").write_text(f"{head}Oil exports rose in report number {month}.")
    own = built_over(config, sources, tmp_path_factory.mktemp("dated") / "index")
    with Engine.open(config=own) as engine:
        yield engine


@pytest.mark.parametrize(
    ("chosen", "found"),
    [
        (Filter(), {1, 2, 3, 4, 5, 6, 7, 8, 9, 10}),
        (Filter(sources=("north/*",)), {1, 3, 5, 7, 9}),
        (Filter(sources=("north/01.txt", "south/*")), {1, 2, 4, 6, 8, 10}),
        (Filter(after="2007-03-07"), {7, 8, 9}),
        (Filter(before="2002-03-02"), {1, 2}),
        (Filter(sources=("south/*",), after="2003-01-01", before="2007-01-01"), {4, 6}),
        (Filter(sources=("east/*",)), set()),
    ],
)
def test_a_filter_is_a_wall(dated: Engine, chosen: Filter, found: set[int]) -> None:
    hits = dated.search("Did oil exports rise?", 20, chosen).hits
    assert {int(hit.passage.source[-6:-4]) for hit in hits} == found
    answer = dated.ask("Did oil exports rise?", chosen=chosen)
    pointers: list[Citation | Closest] = [*answer.citations, *answer.closest]
    assert {int(pointer.source[-6:-4]) for pointer in pointers} <= found
    assert (answer.reason == "nothing_found") == (not found)


def test_a_filter_may_name_thousands_of_sources(dated: Engine) -> None:
    many = Filter(("north/01.txt", "south/1?.txt", *(f"none/{n}.txt" for n in range(MOST_NAMES - 2))))
    check_filter(many)
    assert dated.index.store.sources(many) == ["north/01.txt", "south/10.txt"]
    assert dated.index.store.admits("none/7.txt", many)
    assert dated.index.store.admits("south/11.txt", many)
    assert not dated.index.store.admits("none/x.txt", many)
    for wrong, why in (
        ((*many.sources, "one/more.txt"), "at most 10,000 names"),
        (tuple(f"{n}/*" for n in range(MOST_PATTERNS + 1)), "at most 200 patterns"),
    ):
        with pytest.raises(UsageError, match=why):
            check_filter(Filter(wrong))


@pytest.mark.parametrize(
    ("chosen", "told"),
    [
        (Filter(), ()),
        (Filter(sources=("south/*",)), ()),
        (Filter(sources=("north/*",), after="2003-01-01"), ()),
        (Filter(after="2003-01-01"), ("1 document has no date and is left out by --after: south/10.txt",)),
        (
            Filter(sources=("south/*",), after="2003-01-01", before="2009-01-01"),
            ("1 document has no date and is left out by --after and --before: south/10.txt",),
        ),
    ],
)
def test_what_has_no_date_is_said_to_be_left_out(dated: Engine, chosen: Filter, told: tuple[str, ...]) -> None:
    assert left_out(dated.index, chosen) == told
    assert dated.ask("Did oil exports rise?", chosen=chosen).warnings == told
    assert dated.ask("Hello!", chosen=chosen).warnings == told


def test_only_the_first_of_many_without_a_date_are_named(config: Config, tmp_path: Path) -> None:
    for number in range(5):
        (tmp_path / f"{number}.txt").write_text(f"Oil exports rose in report number {number}.")
    with Engine.open(config=built_over(config, tmp_path, tmp_path / ".index")) as engine:
        (told,) = left_out(engine.index, Filter(before="2003-01-01"))
    assert told == "5 documents have no date and are left out by --before: 0.txt, 1.txt, 2.txt and 2 more"


@pytest.mark.parametrize("bound", ["yesterday", "2024-02-31", "20240131"])
def test_a_date_that_is_none(dated: Engine, bound: str) -> None:
    with pytest.raises(UsageError, match="is no date: write it as 2026-01-31"):
        dated.search("oil", chosen=Filter(after=bound))


@pytest.mark.parametrize(
    "chosen",
    [
        Filter(sources=("",)),
        Filter(sources=("x" * 60_000,)),
        Filter(sources=("\udcff",)),
        Filter(sources=("a*",) * 1100),
        Filter(sources=("a",) * 10_001),
        Filter(sources="*"),  # type: ignore[arg-type]
        Filter(after=""),
        Filter(after="2024-02-01", before="2024-01-01"),
    ],
)
def test_a_filter_that_cannot_be_used(dated: Engine, chosen: Filter) -> None:
    with pytest.raises(UsageError):
        dated.search("oil", chosen=chosen)


def test_a_name_may_look_like_a_pattern(config: Config, tmp_path: Path) -> None:
    (tmp_path / "s").mkdir()
    (tmp_path / "s" / "a[1].txt").write_text("Oil exports rose.")
    with Engine.open(config=built_over(config, tmp_path / "s", tmp_path / "i")) as engine:
        assert engine.search("oil", chosen=Filter(sources=("a[1].txt",))).hits
