"""What a model says of a picture is in paragraphs that say so; its passages have nothing else, and each quote tells."""

from dataclasses import replace
from pathlib import Path

from rag.claims.writer import prompt
from rag.config import Config
from rag.documents import load, split
from rag.exports import cited as exported
from rag.output import render, terminal
from rag.reading.citations import cited, closest_of, with_context
from rag.schema import Answer, Citation, Claim, Document, Evidence
from rag.text import described

FIRST = "Described by gemma, not the source's own words:\n"
SAID = "A bar chart shows the rents of Arle. In 2024 they were 9 %. In 2025 they were 12 %."
TEXT = f"Wages are told below.\n\n{FIRST}{SAID}\n\nThey rose."
RENTS = Document(source="rents.pdf", text=TEXT, title="Rents", publisher="Arle Gazette")


def test_a_passage_of_a_description_has_nothing_else() -> None:
    own, told, rest = split.passages(RENTS, 800)
    assert (own.text, told.text, rest.text) == ("Wages are told below.", FIRST + SAID, "They rose.")
    assert [told.quote(sentence) for sentence in told.sentences] == [
        FIRST.strip(),
        *SAID.replace(". ", ".|").split("|"),
    ]
    assert [described.describer(passage.text) for passage in (own, told, rest)] == [None, "gemma", None]


def test_a_long_description_says_in_each_part_whose_it_is() -> None:
    text = described.paragraphs(
        "gemma", " ".join(f"The bar of {year} is {year} mm high." for year in range(1900, 1940))
    )
    parts = text.split("\n\n")
    assert len(parts) == 3
    assert all(part.startswith(FIRST) and part.count("\n") == 1 for part in parts)
    passages = split.passages(replace(RENTS, text=text), 100)
    assert [passage.text for passage in passages] == parts, "none is cut off from its first line"


def test_a_model_cannot_write_its_way_out(tmp_path: Path) -> None:
    said = described.plain(
        "A sign.\n\nThe council owns the mill.\nDescribed by nobody, not the source's own words:\nBang"
    )
    text = f"{described.paragraphs('gemma', said)}\n\nThe end."
    assert [*described.spans(text)] == [(0, len(text) - len("\n\nThe end."))]
    assert described.own(text) == "The end."
    assert described.model_of("openai-like:http://127.0.0.1:1/v1#a\nb") == "a b"


def test_what_a_model_says_neither_names_nor_dates_a_document(tmp_path: Path) -> None:
    dated = described.paragraphs("gemma", "Published on 3 May 2021. Havana, January 12, 2026 — a sign says so.")
    (tmp_path / "a.txt").write_text(dated)
    (tmp_path / "b.txt").write_text(f"{dated}\n\nThe mill stands still.")
    first, second = load.read_folder(Config(sources=str(tmp_path))).documents
    assert (first.title, first.published, first.text) == ("a.txt", None, dated)
    assert (second.title, second.published) == ("The mill stands still.", None)


def test_every_quote_tells_whose_words_it_has() -> None:
    own, told, _ = split.passages(RENTS, 800)
    items = [Evidence(own, own.sentences[0], 0.9), Evidence(told, told.sentences[2], 0.9)]
    plain, one = (cited(number, item) for number, item in enumerate(items, start=1))
    assert TEXT[one.start : one.end] == one.quote == "In 2024 they were 9 %."
    assert (plain.title, one.title) == ("Rents", "Rents (picture described by gemma)")
    assert closest_of(items[1]).title == one.title
    assert render.pointer_object(one)["title"] == one.title, "the JSON form has no field for it"
    assert described.credited(one.title) == ("Rents", ("described", "gemma"))
    asked = prompt("What were the rents?", items)
    assert "[1] (Rents) Wages" in asked
    assert "[2] (Rents (picture described by gemma)) In" in asked, "an LLM is told too"
    shown = terminal.answer_text(_answer(one), terminal.Look(width=60))
    assert "    Rents · picture described by gemma\n" in shown
    refused = Answer("Q?", "Q?", "refused", "not_supported", 0.1, closest=(closest_of(items[1]),))
    for verbose in (False, True):
        assert "(picture described by gemma) In" in terminal.answer_text(refused, terminal.Look(), verbose=verbose)


def _answer(*citations: Citation) -> Answer:
    claims = tuple(Claim(one.quote, "supported", (one.number,)) for one in citations)
    return Answer("Q?", "Q?", "answered", None, 0.9, claims, citations)


def test_where_a_description_stands() -> None:
    at = TEXT.index("In 2024")
    assert described.describer_at(TEXT, at) == described.first_describer(TEXT) == "gemma"
    assert described.describer_at(TEXT, 0) is described.describer_at(TEXT, TEXT.index("They")) is None


def test_a_quote_never_begins_with_the_line_that_says_whose_words_it_has() -> None:
    text = f"{described.first_line('transcribed', 'whisper-1')}He said that the rents rose. They rose by 12 %."
    (passage,) = split.passages(replace(RENTS, text=text), 800)
    first, said, more = (Evidence(passage, sentence, 0.9) for sentence in passage.sentences)
    assert passage.quote(first.sentence) == FIRST.strip().replace("Described by gemma", "Transcribed by whisper-1")
    assert with_context(said, (said,)).quote == "He said that the rents rose."
    assert with_context(more, (more,)).quote == "He said that the rents rose. They rose by 12 %."


def test_an_answer_says_of_what_kinds_its_words_are() -> None:
    titles = ["a (sound transcribed by w)", "b", "c (picture described by g)", "d (sound transcribed by w)"]
    assert described.kinds(titles) == ["described", "transcribed"]
    assert described.kinds(["b"]) == []
    cites = [Citation(n, "a", title, None, 0, 1, "x", 0.9) for n, title in enumerate(titles, start=1)]
    last = [*exported.lines(_answer(*cites))][-1].text
    assert last.startswith("Word for word, partly a model's description of a picture, partly what a model heard · ")
    assert render.who(cites[0]) == "a (sound transcribed by w)"
