import io
import zipfile

import docx
from lxml import etree

from rag.documents.parse import parse
from rag.exports.docx import write
from tests.exported import ANSWERS, DIED, DOCUMENTS, FORMULA

W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
DATA = write(ANSWERS, DOCUMENTS)


def part(name: str) -> etree._Element:
    with zipfile.ZipFile(io.BytesIO(DATA)) as package:
        return etree.fromstring(package.read(name))


def texts(element: etree._Element) -> str:
    return "".join(element.itertext(f"{W}t"))


def test_python_docx_reads_it() -> None:
    found = docx.Document(io.BytesIO(DATA))
    told = [(paragraph.style.name, paragraph.text) for paragraph in found.paragraphs if paragraph.style]
    assert told[:4] == [
        ("Heading 1", "How many died?"),
        ("Normal", "Asked as: How many people died in the raid?"),
        ("Normal", "32"),
        ("Normal", "32 died <b>there</b>."),
    ]
    assert [text for style, text in told if style == "Heading 1"] == ["How many died?", "=1+1?", "And then?"]
    assert ("Normal", "earlier, 2023: 45 euros") in told


def test_each_mark_has_its_footnote_and_each_footnote_one_mark() -> None:
    marks = [mark.get(f"{W}id") for mark in part("word/document.xml").iter(f"{W}footnoteReference")]
    notes = {note.get(f"{W}id"): texts(note) for note in part("word/footnotes.xml") if not note.get(f"{W}type")}
    assert marks == list(notes) == ["1", "2", "3", "4"]
    assert DIED in notes["1"]
    assert FORMULA in notes["2"]
    assert "page 2" in notes["2"]
    # The second line of the answer points to the first note once more.
    (again,) = part("word/document.xml").iter(f"{W}fldSimple")
    assert again.get(f"{W}instr") == " NOTEREF quote1 \\f \\h "
    names = [mark.get(f"{W}name") for mark in part("word/document.xml").iter(f"{W}bookmarkStart")]
    assert names == ["quote1", "quote2", "quote3", "quote4"]


def test_links_lead_to_the_quote_on_its_page() -> None:
    relations = part("word/_rels/footnotes.xml.rels")
    assert [one.get("TargetMode") for one in relations] == ["External", "External"]
    assert "#:~:text=Officials" in (relations[0].get("Target") or "")
    with zipfile.ZipFile(io.BytesIO(DATA)) as package:
        assert package.testzip() is None
        named = {name.lstrip("/") for name in package.namelist()}
    assert {one.get("PartName", "").lstrip("/") for one in part("[Content_Types].xml") if one.get("PartName")} <= named


def test_our_own_reader_finds_answer_and_quotes() -> None:
    text = parse(".docx", DATA, 64).text
    assert "32 died <b>there</b>." in text
    assert DIED in text


def test_the_same_answers_are_the_same_bytes() -> None:
    assert write(ANSWERS, DOCUMENTS) == DATA
