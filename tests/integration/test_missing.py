"""What could not be read is told wherever a user looks, and by a refusal that it may concern."""

import json
from dataclasses import replace
from pathlib import Path

import pytest

from rag.cli.main import main
from rag.config import Config
from rag.documents.pdf.ocr import REMEDY
from rag.engine import Engine
from rag.indexing.builder import build
from rag.output import render, terminal
from rag.reading.missing import other_letters
from rag.schema import Answer, Filter
from rag.web import export, page
from tests.conftest import built_over
from tests.unit.test_pdf import at, drawn, picture

TOLD = f"contract.pdf: 3 of 4 pages have no text (pages 2-4): {REMEDY}"
HELP = f"what has no text: {REMEDY}"
LINE = "3 of 4 pages of contract.pdf have no text (pages 2-4)"


@pytest.fixture(scope="module")
def partly(config: Config, tmp_path_factory: pytest.TempPathFactory) -> Config:
    """Four texts about other things, a contract of which one page can be read, and a scan of which nothing can."""
    folder = tmp_path_factory.mktemp("partly")
    sources = folder / "sources"
    sources.mkdir()
    text = at((72, 720, "The parties are Ann Lee and Bo Berg of Shelbyville."))
    (sources / "contract.pdf").write_bytes(drawn(text, picture, picture, picture))
    (sources / "lease.pdf").write_bytes(drawn(picture))
    for name in ("tides", "choirs", "ferries", "mills"):
        (sources / f"{name}.txt").write_text(f"Old {name} were counted along the northern shore in 1950.")
    return built_over(config, sources, folder / "index")


@pytest.fixture(scope="module")
def asked(partly: Config) -> "list[Answer]":
    with Engine.open(config=partly) as engine:
        return [
            engine.ask("What is the price in the contract?"),
            engine.ask("Who signed the lease?"),
            engine.ask("How many mills were burnt by Napoleon?", chosen=Filter(sources=("mills.txt",))),
            engine.ask("What is the price in the contract?", chosen=Filter(sources=("[cl]*.pdf",))),
            engine.ask("What is the price in the contract?", chosen=Filter(before="1950-01-01")),
        ]


def test_a_refusal_names_what_may_hold_its_answer(asked: list[Answer]) -> None:
    price, lease, mills, both, dated = asked
    assert [answer.outcome for answer in asked] == ["refused"] * 5
    assert LINE in price.missing
    assert lease.missing[-2:] == ("lease.pdf is not read: no text in it: it may be a scan", HELP)
    assert mills.missing == dated.missing == (), "the filter admits neither"
    assert both.missing == (LINE, "lease.pdf is not read: no text in it: it may be a scan", HELP), "few could be meant"


def test_an_answer_says_nothing_of_it(partly: Config) -> None:
    with Engine.open(config=partly) as engine:
        answer = engine.ask("Who are the parties?")
    assert (answer.outcome, answer.missing) == ("answered", ())


def test_every_surface_shows_it(asked: list[Answer]) -> None:
    price = asked[0]
    assert f"\nThe answer may stand in what could not be read:\n  - {LINE}" in terminal.answer_text(price)
    form = render.answer_object(price)
    assert LINE in form["missing"]
    assert render.from_json(form).missing == price.missing
    assert "missing" not in render.answer_object(asked[2])
    assert f"<li>{LINE}</li>" in page.answer(price, 0)
    assert LINE in page.text(price)
    assert "3 of 4 pages of contract.pdf have no text" in export.page("", [price], {})


def test_index_and_status_tell_it(partly: Config, capsys: pytest.CaptureFixture[str]) -> None:
    where = ["--index", partly.index]
    assert main(["index", *where, "--sources", partly.sources, "--quiet"]) == 0
    told = capsys.readouterr()
    assert f"rag: {TOLD}\n" in told.err
    assert main(["status", *where]) == 0
    assert "partly read 1 document (rag status --sources tells what)" in capsys.readouterr().out
    assert main(["status", *where, "--sources"]) == 0
    assert f"    {TOLD}\n" in capsys.readouterr().out
    assert main(["status", *where, "--sources", "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert (found["partly_read"], found["noted"]) == (1, 0)
    assert [source["unread"] for source in found["sources"] if source["unread"]] == [[TOLD.partition(": ")[2]]]


def test_what_was_told_is_kept_with_what_is_not_parsed_again(partly: Config) -> None:
    report = build(partly)
    assert report.current
    assert report.unread == (TOLD,)


def test_many_notes_are_counted(partly: Config, tmp_path: Path) -> None:
    report = replace(build(partly), skipped=(), unread=("a: b",) * 150, notes=("c: d",))
    assert [*report.told()][-1] == "and 51 more: rag status --sources lists all"
    assert len([*replace(report, unread=("a: b",)).told(briefly=True)]) == 1


@pytest.mark.parametrize(
    ("question", "told"),
    [
        (
            "ما هو عدد سكان هافانا؟",
            "the question is in Arabic letters, the sources are in Latin ones: ask in their language",
        ),
        ("Сколько человек живёт в Гаване?", "the question is in Cyrillic letters, the sources are in Latin ones"),
        ("哈瓦那有多少人口?", "the question is in Chinese letters, the sources are in Latin ones"),
        ("¿Cuántos habitantes tiene La Habana?", ""),
        ("What is the population of الهافانا?", ""),
        ("42?", ""),
    ],
)
def test_a_question_in_other_letters_than_the_sources_is_told_so(engine: Engine, question: str, told: str) -> None:
    found = other_letters(engine.index, question, Filter())
    assert " ".join(found).startswith(told)
    assert bool(found) == bool(told)
    answer = engine.ask(question)
    assert answer.outcome == "answered" or set(found) <= set(answer.warnings)


def test_sources_in_the_letters_of_the_question_are_not_blamed(config: Config, tmp_path: Path) -> None:
    (tmp_path / "sources").mkdir()
    (tmp_path / "sources" / "a.txt").write_text("يعيش في هافانا مليونا نسمة. قال ذلك الوزير يوم الاثنين.")
    with Engine.open(config=built_over(config, tmp_path / "sources", tmp_path / "index")) as engine:
        assert other_letters(engine.index, "من هو الرئيس؟", Filter()) == ()
        assert other_letters(engine.index, "Сколько?", Filter())
