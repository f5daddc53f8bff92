"""Rows of tables in a text, and their cells where they stand."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.documents import split
from rag.documents.rows import blocks, cells, is_row
from rag.schema import Document

TEXT = """Intro text. More.

Table 1: Clubs

Club | Members
:--- | ---:
St. Old. Harfield | **1,204**
[Leafs](https://x.org) | `a\\|b`

Prose | with a bar.
"""


def test_a_markdown_table_and_its_rows() -> None:
    (block,) = blocks(TEXT)
    assert block.caption == "Table 1: Clubs"
    assert TEXT[slice(*block.header)] == "Club | Members\n:--- | ---:"
    assert [TEXT[slice(*row)] for row in block.rows] == [
        "St. Old. Harfield | **1,204**",
        "[Leafs](https://x.org) | `a\\|b`",
    ]


@pytest.mark.parametrize("text", ["", "a | b\nc | d", "--- | ---", "Title\n---\nbody | x", "| a |\nb"])
def test_what_is_no_table(text: str) -> None:
    assert list(blocks(text)) == []


@pytest.mark.parametrize(
    ("row", "values"),
    [
        ("| a | b |", {"N": "a", "M": "b"}),
        ("a | b", {"N": "a", "M": "b"}),
        ("|  | x |", {"M": "x"}),
        ("| [Leafs](https://x.org) | **1,2** |", {"N": "Leafs", "M": "1,2"}),
        ("| a | b | c |", {"N": "a", "M": "b", "": "c"}),
    ],
)
def test_the_cells_of_a_markdown_row(row: str, values: dict[str, str]) -> None:
    found = cells(row, "| N | M |")
    assert {cell.name: cell.value for cell in found} == values
    assert all(row[cell.start : cell.end] == cell.value for cell in found)


def test_the_cells_of_a_row_that_names_its_columns() -> None:
    row = "North; Club: St. Harfield; Note: a; b; Members: 1,204; url: http://x"
    found = cells(row)
    assert [(cell.name, cell.value) for cell in found] == [
        ("", "North"), ("Club", "St. Harfield"), ("Note", "a; b"), ("Members", "1,204"), ("url", "http://x"),
    ]  # fmt: skip
    assert all(row[cell.start : cell.end] == cell.value for cell in found)


@pytest.mark.parametrize(
    "text", ["Club: Harfield", "He came; she left.", "It rained. Note: we stayed; Ana: no.", "a: b\nc: d; e: f"]
)
def test_prose_is_no_row(text: str) -> None:
    assert not is_row(text)


def test_each_row_is_a_sentence_and_the_header_is_one() -> None:
    found = [TEXT[s.start : s.end] for s in split.sentences(TEXT)]
    assert found == [
        "Intro text.", "More.", "Table 1: Clubs", "Club | Members\n:--- | ---:", "St. Old. Harfield | **1,204**",
        "[Leafs](https://x.org) | `a\\|b`", "Prose | with a bar.",
    ]  # fmt: skip
    row = "Club: St. Old. Harfield; Note: Yes! No?; Members: 1"
    assert [row[s.start : s.end] for s in split.sentences(row)] == [row]


def test_a_passage_in_the_midst_of_a_table_has_its_column_names() -> None:
    first, *others = split.passages(Document("a.md", TEXT, "Clubs"), 60)
    assert first.context == ""
    inside = [passage for passage in others if passage.text.startswith("[Leafs]")]
    assert [passage.context for passage in inside] == ["Table 1: Clubs\nClub | Members"]
    heads = [passage for passage in others if "Club | Members" in passage.text]
    assert all(len(passage.sentences) > 1 for passage in heads), "the header goes with its first row"


line = st.sampled_from(["a | b", "--- | ---", "| x |", "|---|", "", "text.", "\\| | \\|", "|", "| --- |"])


@given(st.lists(line, max_size=10).map("\n".join))
def test_any_lines_keep_their_places(text: str) -> None:
    for block in blocks(text):
        header = text[slice(*block.header)]
        for row in block.rows:
            said = text[slice(*row)]
            assert all(said[cell.start : cell.end] == cell.value for cell in cells(said, header))
