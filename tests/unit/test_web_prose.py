"""The text of a source as HTML is its canonical text, to the letter, and its marks cover each quote, to the letter."""

import re
from html import unescape

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rag.schema import Citation, Document
from rag.web import prose

PARTS = [
    "\n", "\n\n", " ", "\t", "\r\n", "|", "-", "# ", "- ", "1. ", "> ", "```", "• ", "; ", ": ", "word", "Rain fell.",
    "Year: 2023; Sold: 12", "Year: 2024; Cost: 9; Sold: 15", "a|b\n---|---\nc|d\n", "<b>&\"'", "é", "بيت",
]  # fmt: skip
ARTICLE = """The ferry

Who owns it

The ferry is owned by Ana Silva, and sails twice a day.

Year: 2022; Passengers: 1,204

Year: 2023; Passengers: 1,310

• It carries cars.

• It carries no trains.

Nobody was hurt in the storm of 2021, the harbour said."""
MARKDOWN = """# The ferry

It is owned by Ana Silva,
and sails twice a day.

- cars
- bicycles

1. Pay.

| Year | Passengers |
|------|------------|
| 2022 | 1,204 |

> We wait for it.

```
x = 1

y = 2
```
"""


def plain(html: str) -> str:
    return unescape(re.sub(r"<[^>]+>", "", html))


def cited(text: str, start: int, end: int, source: str = "a.docx", number: int = 1) -> Citation:
    return Citation(number, source, "A", None, start, end, text[start:end], 0.9)


def shown(text: str, *quotes: Citation, source: str = "a.docx") -> str:
    return prose.text(Document(source, text, "A"), quotes, quotes[0] if quotes else None)


@settings(max_examples=150, deadline=None)
@given(st.lists(st.sampled_from(PARTS), max_size=24).map("".join), st.data())
def test_no_letter_is_added_dropped_or_moved_and_marks_are_exact(text: str, data: st.DataObject) -> None:
    cuts = sorted(data.draw(st.lists(st.integers(0, len(text)), max_size=4, unique=True)))
    pairs = [(start, end) for start, end in zip(cuts[::2], cuts[1::2], strict=False)]
    for source in ("a.docx", "a.md", "a.txt"):
        quotes = [cited(text, *pair, source, n) for n, pair in enumerate(pairs, start=1)]
        html = shown(text, *quotes, source=source)
        assert plain(html) == text
        for quote in quotes:
            marks = re.findall(rf'<mark[^>]*data-number="{quote.number}">(.*?)</mark>', html, re.DOTALL)
            assert "".join(plain("".join(marks)).split()) == "".join(quote.quote.split())
            assert all(plain(mark).strip() for mark in marks)


def test_a_blank_line_within_a_quote_has_no_mark_of_its_own() -> None:
    text = "It rained all day in the north.\n\nIt snowed all night in the south."
    html = shown(text, cited(text, 3, 50))
    assert re.findall("<mark.*?</mark>", html, re.DOTALL) == [
        '<mark class="ql-selected" tabindex="-1" data-number="1">rained all day in the north.</mark>',
        '<mark class="ql-goes-on" data-number="1">It snowed all nig</mark>',
    ]
    assert '<span class="ql-gap">\n\n</span>' in html


def test_headings_lists_and_tables_of_a_parsed_text() -> None:
    html = shown(ARTICLE)
    assert [plain(one).strip() for one in re.findall(r"<h3.*?</h3>", html, re.DOTALL)] == ["The ferry", "Who owns it"]
    assert html.count("<li") == 2
    assert re.findall(r'data-name="(\w+)"', html) == ["Year", "Passengers"]
    cells = re.findall(r"<td.*?</td>", html, re.DOTALL)
    seen = [plain(re.sub(r'<span class="ql-(?:unseen|gap)">.*?</span>', "", cell, flags=re.DOTALL)) for cell in cells]
    assert seen == ["2022", "1,204", "2023", "1,310"]


def test_headings_lists_and_tables_of_markdown() -> None:
    html = shown(MARKDOWN, source="a.md")
    seen = re.sub(r'<span class="ql-(?:unseen|gap)">.*?</span>', "", html, flags=re.DOTALL)
    assert '<h3 dir="auto">The ferry</h3>' in seen
    assert '<li dir="auto">cars</li><li dir="auto">bicycles</li><li class="ql-numbered" dir="auto">1. Pay.</li>' in seen
    assert [plain(one).strip() for one in re.findall(r"<th .*?</th>", seen)] == ["Year", "Passengers"]
    assert [plain(one).strip() for one in re.findall(r"<td dir.*?</td>", seen)] == ["2022", "1,204"]
    assert "<blockquote><p>We wait for it.</p></blockquote>" in seen
    assert seen.count("<pre") == 1


def test_lines_of_a_list_without_marks_are_no_headings() -> None:
    html = shown("Bread\n\nMilk\n\nEggs\n\nFlour\n\nBuy it all before noon, please, said the cook.")
    assert "<h3" not in html


def test_a_row_with_many_columns_stays_a_line() -> None:
    wide = "; ".join(f"C{n}: {n}" for n in range(prose.MOST_COLUMNS + 1))
    assert "<table" not in shown(wide)
    assert "<table" in shown(wide.rpartition("; ")[0])


def test_rows_of_other_columns_are_another_table() -> None:
    assert shown("Year: 1; Sold: 2\n\nTown: X; Mayor: Y").count("<table") == 2
    assert shown("Year: 1; Sold: 2\n\nYear: 3").count("<table") == 1


def test_lines_that_are_paragraphs_stand_apart_and_others_as_they_are() -> None:
    first, second = (
        ("It rained all day in the north of the valley. " * 4).strip(),
        ("Nobody was hurt there. " * 8).strip(),
    )
    text = f"{first}\n{second}\n"
    start, end = text.index("valley. ", 120), text.index("Nobody") + 22
    html = shown(text, cited(text, start, end, "a.txt"), source="a.txt")
    assert html.count("<div ") == 2
    assert plain(html) == text
    assert "".join(plain(mark) for mark in re.findall("<mark.*?</mark>", html)) == text[start:end].replace("\n", "")
    for other in (f"{first}\n\n{second}", "It rained all day\nin the north of the\nvalley.", first):
        assert shown(other, source="a.txt") == other


def test_the_focus_goes_to_a_part_of_the_quote_that_is_seen() -> None:
    html = shown(ARTICLE, cited(ARTICLE, ARTICLE.index("Year: 2022"), ARTICLE.index("1,204") + 5))
    (first,) = re.findall(r'<mark class="ql-selected" tabindex="-1"[^>]*>(.*?)</mark>', html)
    assert first == "2022"


@pytest.mark.parametrize(
    ("source", "form"),
    [
        ("a.txt", "plain"),
        ("17", "plain"),
        ("notes/a.MD", "markdown"),
        ("a.html", "parsed"),
        ("mail.eml/report.docx", "parsed"),
        ("box.mbox/3", "parsed"),
    ],
)
def test_the_form_is_told_by_the_name(source: str, form: str) -> None:
    assert prose.form(source) == form


def test_what_a_source_says_is_escaped() -> None:
    html = shown("<img src=x onerror=alert(1)>: 1; <script>: 2\n\n<h1>&amp;")
    assert "<img" not in html
    assert "<script" not in html
    assert "<h1" not in html
