"""Tables of documents: which row names the columns, and that no cell is lost."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rag.documents.common.grid import Cell, Row, table_blocks


def table(*rows: str, bold: int = 0, header: int = 0) -> list[str]:
    """Return the blocks of a table whose rows are given with bars between the cells; the first rows can be marked."""
    made = []
    for number, row in enumerate(rows):
        cells = [Cell([text.strip()] if text.strip() else [], bold=number < bold) for text in row.split("|")]
        made.append(Row(cells, header=number < header))
    return table_blocks(made)


@pytest.mark.parametrize(
    ("rows", "marks", "blocks"),
    [
        (["Club|Won|Lost", "Reds|10|2"], {}, ["Club: Reds; Won: 10; Lost: 2"]),
        (["Town|Mayor", "Ayr|Lee", "Bow|Bo"], {}, ["Town: Ayr; Mayor: Lee", "Town: Bow; Mayor: Bo"]),
        (["Year|Sold", "2023|12", "2024|14"], {}, ["Year: 2023; Sold: 12", "Year: 2024; Sold: 14"]),
        (["|2023|2024", "Reds|10|2"], {}, ["Reds; 2023: 10; 2024: 2"]),
        (["|5 km|10 km", "Lee|17|36"], {}, ["Lee; 5 km: 17; 10 km: 36"]),
        (["Reds|10|2", "Blues|7|3"], {}, ["Reds; 10; 2", "Blues; 7; 3"]),
        (["5 km|10 km", "17|36"], {"bold": 1}, ["5 km: 17; 10 km: 36"]),
        (["1|2", "3|4"], {"header": 1}, ["1: 3; 2: 4"]),
        (["Club|Won|Note", "Reds|10|"], {}, ["Club; Won; Note", "Club: Reds; Won: 10"]),
        (["Name|Ann Lee", "Role|Chair", "Party|Green"], {}, ["Name: Ann Lee", "Role: Chair", "Party: Green"]),
        (["Fee:|40 euros", "Due:|"], {}, ["Fee: 40 euros", "Due:"]),
        (["Fee|40 euros", "Due|3 May"], {}, ["Fee: 40 euros", "Due: 3 May"]),
        (["Name:|Ann|Born:|1971"], {}, ["Name: Ann; Born: 1971"]),
        (["votes|12"], {}, ["votes: 12"]),
        (["alone", "too"], {}, ["alone", "too"]),
        (["A|B|C"], {}, ["A; B; C"]),
        ([], {}, []),
    ],
)
def test_a_row_is_a_paragraph(rows: list[str], marks: dict[str, int], blocks: list[str]) -> None:
    assert table(*rows, **marks) == blocks


def test_the_look_of_a_row_counts_less_than_what_the_columns_hold() -> None:
    def styled(*rows: tuple[str, str]) -> list[str]:
        made = [Row([Cell([left]), Cell([right])], styled=not number) for number, (left, right) in enumerate(rows)]
        return table_blocks(made)

    assert styled(("Name", "Lee"), ("Office", "Mayor"), ("Since", "2019")) == [
        "Name: Lee",
        "Office: Mayor",
        "Since: 2019",
    ]
    assert styled(("Town", "Mayor"), ("Ayr", "Lee"), ("Bow", "Bo")) == ["Town: Ayr; Mayor: Lee", "Town: Bow; Mayor: Bo"]


def test_what_stands_beside_an_empty_row_is_kept() -> None:
    assert table_blocks([Row([Cell(after=["Nested."]), Cell()]), Row([Cell(["a"]), Cell(["b"])])]) == [
        "Nested.",
        "a: b",
    ]


def test_titles_sections_and_notes_within_a_table() -> None:
    def whole(text: str) -> Row:
        return Row([Cell([text], across=3)])

    def row(*texts: str) -> Row:
        return Row([Cell([text]) for text in texts])

    rows = [whole("Table 1"), row("Club", "Won", "Lost"), whole("North"), row("Reds", "1", "2"), whole("South")]
    rows += [row("Reds", "3", "4"), whole("Source: the league.")]
    assert table_blocks(rows) == [
        "Table 1", "North; Club: Reds; Won: 1; Lost: 2", "South; Club: Reds; Won: 3; Lost: 4", "Source: the league.",
    ]  # fmt: skip


def test_a_table_that_only_places_text_gives_its_paragraphs() -> None:
    cells = [Cell(["Ann Lee", "Main Street 4"]), Cell(["3 May 2026"], after=["Nested: row"])]
    assert table_blocks([Row(cells)]) == ["Ann Lee", "Main Street 4", "3 May 2026", "Nested: row"]


def test_paragraphs_of_a_cell_are_kept_apart() -> None:
    cell = Cell(["Ann Lee", "Bo Berg", "and others."])
    assert cell.text == "Ann Lee, Bo Berg and others."


@settings(deadline=None)
@given(st.lists(st.lists(st.text("ab1 :", max_size=4), min_size=1, max_size=4), max_size=5), st.integers(0, 2))
def test_no_cell_is_lost(texts: list[list[str]], header: int) -> None:
    rows = [Row([Cell([text]) for text in row], header=number < header) for number, row in enumerate(texts)]
    shown = " ".join(table_blocks(rows))
    for text in (cell.text for row in rows for cell in row.cells):
        assert text.rstrip(": ") in shown
