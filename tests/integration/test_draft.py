from collections import Counter
from pathlib import Path

import pytest

from rag.config import Config
from rag.engine import Engine
from rag.evaluation.check import check
from rag.evaluation.draft import draft, lines
from rag.evaluation.gold import Question, load
from rag.index.opened import Index
from tests.conftest import built_over


@pytest.fixture(scope="module")
def drafts(engine: Engine, tmp_path_factory: pytest.TempPathFactory) -> list[Question]:
    path = tmp_path_factory.mktemp("drafts") / "gold.jsonl"
    path.write_text(lines(draft(engine.index, 40)), encoding="utf-8")
    return load(path)


def test_drafts_are_gold_without_errors_that_nobody_has_reviewed(drafts: list[Question], engine: Engine) -> None:
    problems = check(drafts, engine.index.store.find)
    assert [problem for problem in problems if problem.level == "error"] == []
    assert len(drafts) > 30
    assert not any(question.reviewed for question in drafts)
    assert len({question.question for question in drafts}) == len(drafts)


def test_drafts_ask_for_names_numbers_and_dates_and_for_what_is_not_there(drafts: list[Question]) -> None:
    counts = Counter(question.type for question in drafts)
    assert set(counts) == {"who", "number", "what", "absent"}
    assert all(question.answerable is (question.type != "absent") for question in drafts)
    asked = {question.question: question for question in drafts}
    assert asked["Who or what is Cuban Foreign Minister Bruno Rodríguez?"].evidence
    assert asked["How many Cuban military does the text speak of?"].answers == (("32",),)
    assert asked["How many barrels does the text speak of?"].answers == (("50 million",),)
    assert "on January 3, 2026, which captured" in asked["What happened on January 3, 2026?"].evidence[0][0].quote
    assert asked["What did Hugo Chávez study?"].evidence == ()


def test_drafts_are_the_same_each_time_and_as_many_as_are_wanted(engine: Engine) -> None:
    assert draft(engine.index, 7) == draft(engine.index, 40)[:7]
    assert len({row["type"] for row in draft(engine.index, 4)}) == 4
    assert draft(engine.index, 0) == []


def drafted(config: Config, folder: Path, text: str) -> list[str]:
    sources = folder / "sources"
    sources.mkdir()
    (sources / "a.txt").write_text(text, encoding="utf-8")
    with Index.open(built_over(config, sources, folder / "index").index) as index:
        return [row["question"] for row in draft(index, 40)]


@pytest.mark.parametrize(
    ("text", "questions"),
    [
        ("It was Ana Ruiz who spoke.", ["Who or what is Ana Ruiz?", "Where was Ana Ruiz born?"]),
        ("Here Ana Ruiz spoke. It is said that Ana Ruiz was born in Havana.", ["Who or what is Ana Ruiz?"]),
        ("By 1961 settlers had paid $30 million coins.", []),  # a year is no count, and money is not counted in units
    ],
)
def test_what_is_asked_of_a_text(config: Config, tmp_path: Path, text: str, questions: list[str]) -> None:
    assert drafted(config, tmp_path, text) == questions
