"""A folder of several formats, from the files to an answer with its page."""

import pytest

from rag.cli.main import main
from rag.config import Config
from rag.documents import split
from rag.engine import Engine
from rag.indexing.builder import build
from rag.output import terminal
from rag.schema import Document, Passage
from tests.growth import in_proportion
from tests.unit.test_parse import book, pdf
from tests.unit.test_slides import deck, par, sp
from tests.unit.test_webpage import HTML
from tests.unit.test_word import word


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Config:
    sources = tmp_path_factory.mktemp("formats")
    (sources / "mayor.html").write_text(HTML)
    (sources / "bridge.pdf").write_bytes(
        pdf("The bridge was closed.", "Repairs of the bridge will cost 12 million crowns.")
    )
    (sources / "council.docx").write_bytes(
        word("The council of Shelbyville met on Monday and chose Bo Berg as its speaker.")
    )
    slide = sp(par("Harbour plan"), "title") + sp(par("The crane of the harbour was sold for 70,000 euros."))
    (sources / "harbour.pptx").write_bytes(deck(sp(par("A plan for the year.")), slide))
    (sources / "lock.rtf").write_bytes(
        rb"{\rtf1\ansi The lock of Capital City is 14 metres wide.{\strike It is closed.}\par}"
    )
    (sources / "tides.epub").write_bytes(book())
    (sources / "broken.pdf").write_bytes(b"%PDF-1.4 nothing more")
    config = Config(sources=str(sources), index=str(tmp_path_factory.mktemp("index")))
    report = build(config)
    assert (report.documents, [skipped.source for skipped in report.skipped]) == (6, ["broken.pdf"])
    return config


@pytest.mark.parametrize(
    ("question", "source", "words", "page"),
    [
        ("When did the mayor of Springfield resign?", "mayor.html", "resigned on Friday", None),
        ("How much will repairs of the bridge cost?", "bridge.pdf", "12 million crowns", 2),
        ("Who was chosen as speaker of the council of Shelbyville?", "council.docx", "Bo Berg", None),
        ("For how much was the crane of the harbour sold?", "harbour.pptx", "70,000 euros", 2),
        ("How wide is the lock of Capital City?", "lock.rtf", "14 metres", None),
        ("When did the tide rise?", "tides.epub", "The tide rose at noon.", None),
    ],
)
def test_an_answer_from_each(
    folder: Config, question: str, source: str, words: str, page: "int | None", capsys: pytest.CaptureFixture[str]
) -> None:
    with Engine.open(config=folder) as engine:
        answer = engine.ask(question)
    citation = answer.citations[0]
    assert (citation.source, citation.page) == (source, page)
    assert words in citation.quote
    assert (f"{source}:{citation.start}-{citation.end}, page {page}\n" in terminal.answer_text(answer)) == (
        page is not None
    )
    assert (
        main(["show", source, "--start", str(citation.start), "--end", str(citation.end), "--index", folder.index]) == 0
    )
    assert capsys.readouterr().out == citation.quote


@pytest.mark.parametrize("piece", ["word ", "It ended. ", "x", "a,b;c ", "短い文です。"])
def test_three_megabytes_in_one_line(piece: str) -> None:
    def work(size: int) -> list[Passage]:
        document = Document("a.txt", piece * (size // len(piece.encode())), "")
        return split.passages(document, 800)

    assert in_proportion(work, 3 * 2**16)
    document = Document("a.txt", piece * (3 * 2**20 // len(piece.encode())), "")
    found = split.passages(document, 800)
    assert sum(len("".join(passage.text.split())) for passage in found) == len("".join(document.text.split()))
    assert max(len(passage.text) for passage in found) <= split.MAX_SENTENCE_CHARS
