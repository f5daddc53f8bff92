"""What folders of documents contradict themselves in, told by the real judge, from files to the report."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from rag.cli import main as cli
from rag.config import Config
from rag.engine import Engine
from rag.errors import UsageError
from rag.schema import Conflicts, Filter
from tests.conftest import built_over


def dated(title: str, publisher: str, published: str, text: str) -> str:
    return f"---\ntitle: {title}\npublisher: {publisher}\ndate: {published}\n---\n{text}\n"


FIRE = {
    "echo.md": dated(
        "Fire in Porto warehouse",
        "The Echo",
        "2026-03-02",
        "A fire destroyed a warehouse in Porto on Sunday night. Twelve people died in the fire, the police said. The"
        " warehouse belonged to the trading house Silva and Sons. Ana Pinto, the fire chief, said that 60 firefighters"
        " came. The fire started in an electric heater.",
    ),
    "post.md": dated(
        "Deadly blaze in Porto",
        "Morning Post",
        "2026-03-03",
        "At least 20 people were injured in the warehouse fire in Porto on Sunday. The fire killed 14 people, among"
        " them two firefighters. About 60 firefighters fought the flames. The damage is put at 3 million euros.",
    ),
    "braga.md": dated(
        "Fire in Braga",
        "The Echo",
        "2026-03-09",
        "A fire destroyed a school in Braga on Saturday. Nobody died in the fire. Thirty people were injured.",
    ),
}
RULES = {
    f"rules{year}.md": dated(
        "Membership rules",
        "Rowing Club",
        f"{year}-01-10",
        f"The annual fee is {fee} euros. Members may bring two guests. The club was founded in 1921. The president of"
        f" the club is {who}. Dogs are {dogs} in the boathouse.",
    )
    for year, fee, who, dogs in ((2024, 40, "Ana Silva", "allowed"), (2025, 45, "Ben Costa", "not allowed"))
}
PEACE = {
    "may.md": dated(
        "Prices in May", "Bureau", "2023-06-10", "Inflation was 3 percent in May. Food prices rose 6 percent in May."
    ),
    "june.md": dated(
        "Prices in June",
        "Bureau",
        "2023-07-10",
        "Inflation was 2.5 percent in June. Food prices rose 5 percent in June. In May inflation was 3 percent.",
    ),
    "zoo.md": dated(
        "Lisbon Zoo", "City", "2023-07-10", "The ticket costs 12 euros. It was founded in 1884. Children pay nothing."
    ),
    "museum.md": dated(
        "Lisbon Museum", "City", "2023-07-10", "The ticket costs 9 euros. It was founded in 1911. Children pay 2 euros."
    ),
    "guide.md": dated(
        "Lisbon Museum", "Guide", "2023-08-10", "The museum was founded in 1911. A ticket for the museum costs 9 euros."
    ),
}

Look = Callable[[dict[str, str]], Config]


@pytest.fixture
def over(config: Config, tmp_path: Path) -> Look:
    def build(files: dict[str, str]) -> Config:
        (tmp_path / "sources").mkdir()
        for name, text in files.items():
            (tmp_path / "sources" / name).write_text(text, encoding="utf-8")
        return built_over(config, tmp_path / "sources", tmp_path / "index")

    return build


def told(config: Config, chosen: Filter | None = None) -> Conflicts:
    with Engine.open(config=config) as engine:
        found = engine.conflicts(chosen=chosen or Filter())
        for citation in found.citations:
            assert engine.index.store.document(citation.source).text[citation.start : citation.end] == citation.quote
    return found


def test_two_articles_give_different_figures_of_one_event(over: Look) -> None:
    found = told(over(FIRE))
    (one,) = found.contradictions
    assert (one.kind, one.values, one.found_by) == ("number", ("Twelve people", "14 people"), ("values", "judge"))
    assert not one.superseded, "the other paper's article is no newer version"
    assert [citation.source for citation in found.citations] == ["echo.md", "post.md"]
    assert found.looked_at == found.passages == 3


def test_a_newer_version_is_told_as_such(over: Look) -> None:
    found = told(over(RULES))
    assert {one.values for one in found.contradictions} == {
        ("40 euros", "45 euros"),
        ("Ana Silva", "Ben Costa"),
        ("", ""),
    }
    assert all(one.superseded for one in found.contradictions)
    assert [one.confidence for one in found.contradictions] == sorted(
        (one.confidence for one in found.contradictions), reverse=True
    )
    first = found.citations[found.contradictions[0].citations[0] - 1]
    assert first.published == "2024-01-10", "the older one is first"


def test_what_may_both_be_right_is_no_contradiction(over: Look) -> None:
    found = told(over(PEACE))
    assert found.contradictions == ()
    assert found.looked_at == found.passages == 5


def test_a_filter_leaves_documents_out(over: Look) -> None:
    assert told(over(FIRE), Filter(sources=("echo.md", "braga.md"))).contradictions == ()


def test_the_command(over: Look, capsys: pytest.CaptureFixture[str]) -> None:
    config = over(FIRE)
    assert cli.main(["conflicts", "--index", config.index, "--quiet"]) == 3
    text, notes = capsys.readouterr()
    assert "Twelve people / 14 people" in text
    assert "Deadly blaze in Porto · Morning Post · 2026-03-03" in text
    assert notes == ""
    assert cli.main(["conflicts", "--index", config.index, "--json", "--seconds", "60"]) == 3
    said = json.loads(capsys.readouterr().out)
    assert (said["schema"], said["outcome"], said["looked_at"], said["passages"]) == (1, "conflicts", 3, 3)
    assert [citation["number"] for citation in said["citations"]] == said["conflicts"][0]["citations"] == [1, 2]
    assert cli.main(["conflicts", "--index", config.index, "--source", "braga.md"]) == 0
    assert "No contradictions in 1 of 1 passages" in capsys.readouterr().out
    assert cli.main(["conflicts", "--index", config.index, "--seconds", "0.000001"]) == 0
    assert "the time was over before the other 3 (--seconds)" in capsys.readouterr().out
    assert cli.main(["conflicts", "--index", config.index, "--seconds", "-1"]) == 2


def test_the_time_must_be_one(over: Look) -> None:
    with Engine.open(config=over(FIRE)) as engine:
        for seconds in (0, -1, float("nan"), float("inf")):
            with pytest.raises(UsageError, match="above 0"):
                engine.conflicts(seconds)
