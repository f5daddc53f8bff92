import re

from markdown_it import MarkdownIt

from rag.exports.markdown import write
from tests.exported import ANSWERS, DIED, DOCUMENTS, FORMULA

TEXT = write(ANSWERS, DOCUMENTS)


def test_each_mark_has_its_footnote_once() -> None:
    notes = re.findall(r"^\[\^(\d+)\]: ", TEXT, re.MULTILINE)
    assert notes == ["1", "2", "3", "4"]
    marks = re.findall(r"\[\^(\d+)\](?!:)", TEXT)
    assert marks == ["1", "2", "1", "3", "4"]


def test_nothing_in_it_is_markup_of_a_source() -> None:
    html = MarkdownIt().render(TEXT.replace("[^", "(").replace("]:", ")"))
    assert "<b>" not in html
    assert "&lt;b&gt;there&lt;/b&gt;" in html
    assert "is *not* a formula" in html
    assert html.count("<a ") == 2, "the links to the page alone"


def test_what_is_told() -> None:
    assert TEXT.startswith("## How many died?\n\n*Asked as: How many people died in the raid?*\n\n**32**\n\n")
    assert "earlier, 2023: 45 euros[^3]" in TEXT
    assert "*The sources do not say. (the closest passages do not answer the question)*" in TEXT
    assert "3 of 4 pages of a.pdf have no text" in TEXT
    assert "· page 2 · characters 28-81" in TEXT
    assert "*Verbatim from the sources · confidence 91%*" in TEXT
    assert "#:~:text=Officials" in TEXT
    assert FORMULA not in TEXT
    assert DIED.replace("&", r"\&") in TEXT
