"""Versions of a document, sources that disagree, and days counted from a date, from files to the answer."""

from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path

import pytest

from rag.config import Config
from rag.engine import Engine
from rag.schema import Filter
from tests.conftest import built_over


def dated(title: str, published: str, text: str, publisher: str = "") -> str:
    by = f"publisher: {publisher}\n" if publisher else ""
    return f"---\ntitle: {title}\ndate: {published}\n{by}---\n\n# {title}\n\n{text}\n"


FILES = {
    "fees/library_v1.md": dated("Library rules", "2022-03-01", "The yearly fee of the library is 12 euros."),
    "fees/library_v2.md": dated("Library rules", "2024-02-01", "Readers pay a yearly fee of 15 euros to the library."),
    "fees/library_v3.md": dated("Library rules", "2026-01-15", "The yearly fee of the library is 19 euros."),
    "mine/gazette.md": dated(
        "Mine collapse",
        "2026-01-03",
        "The collapse of the mine killed 32 men. John Smith led the rescue.",
        "The Gazette",
    ),
    "mine/echo.md": dated(
        "A black day", "2026-01-03", "The collapse of the mine killed 47 men. J. Smith led the rescue.", "The Echo"
    ),
    "wire/a.txt": "Porto, March 12, 2026 — The museum of glass reopened on Saturday after repairs.\n",
}


@pytest.fixture(scope="module")
def sources(config: Config, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Engine]:
    folder = tmp_path_factory.mktemp("versions")
    for name, text in FILES.items():
        path = Path(folder, "sources", name)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    with Engine.open(config=built_over(config, folder / "sources", folder / "index")) as engine:
        yield engine


@pytest.mark.parametrize(
    ("question", "short", "first", "superseded"),
    [
        ("What is the yearly fee of the library?", "19 euros", 3, ["15 euros", "12 euros"]),
        ("What is the current yearly fee of the library?", "19 euros", 3, ["15 euros", "12 euros"]),
        ("What was the yearly fee of the library in 2022?", "12 euros", 1, []),
        ("What was the yearly fee of the library in 2023?", "12 euros", 1, []),
        ("What was the yearly fee of the library last year?", "15 euros", 2, []),
    ],
)
def test_the_version_of_the_time_that_is_asked_about_answers(
    sources: Engine, question: str, short: str, first: int, superseded: list[str]
) -> None:
    answer = sources.ask(question, chosen=Filter(("fees/*",)))
    assert answer.short_answer == short
    assert answer.citations[0].source == f"fees/library_v{first}.md"
    assert [stated.value for stated in answer.conflict if stated.superseded] == superseded
    assert not answer.disputed
    assert len(answer.claims) == 1


def test_sources_that_disagree_are_both_quoted(sources: Engine) -> None:
    answer = sources.ask("How many men did the collapse of the mine kill?")
    assert answer.outcome == "answered"
    assert answer.disputed
    assert {claim.text.split(". ")[-1] for claim in answer.claims} == {
        "The collapse of the mine killed 32 men.", "The collapse of the mine killed 47 men.",
    }  # fmt: skip
    told = {answer.citations[stated.citations[0] - 1].publisher: asdict(stated) for stated in answer.conflict}
    assert {publisher: side["value"].split()[0] for publisher, side in told.items()} == {
        "The Gazette": "32", "The Echo": "47",
    }  # fmt: skip
    assert sources.ask("Who led the rescue at the mine?").conflict == (), "a name in two forms is one"


def test_a_weekday_is_told_with_its_date(sources: Engine) -> None:
    answer = sources.ask("When did the museum of glass reopen?")
    assert answer.short_answer == "7 March 2026 (“Saturday”)"
    assert "on Saturday" in answer.citations[0].quote
