"""Grids of cells as people make them: what is the header, what is a row, and what stands around them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.documents.common.table import MOST_CELL_CHARS, MOST_ROW_CHARS, row_text, tables


def lines(*rows: str, merged: tuple[int, ...] = ()) -> list[str]:
    """Return what is made of rows of cells between bars."""
    grid = [[cell.strip() for cell in row.split("|")] for row in rows]
    return [line for table in tables(grid, merged) for line in table.paragraphs()]


def test_a_row_carries_its_column_names() -> None:
    assert row_text(["Year", "Sold", ""], ["2024", "1,204", "est."]) == "Year: 2024; Sold: 1,204; est."
    assert row_text(["a", "b"], ["", "two\n words", "more"]) == "b: two words; more"


@pytest.mark.parametrize(
    ("first", "second", "header"),
    [
        ("name|role", "Ana|editor", True),
        ("vendor|amount", "Bolt|3,400", True),
        ("Country|2022|2023", "Norland|4.1|3.9", True),
        ("Country|2022|2023", "Norland|1900|2050", True),
        ("Country|2024", "Norland|9.1", True),
        ("|a|b", "Norland|4.1|3.9", True),
        ("2024-01-05|Acme|1200", "2024-02-07|Bolt|900", False),
        ("Acme|1200|x", "Bolt|900|y", False),
        ("Acme|1911|x", "Bolt|1920|y", False),
        ("PPR-1|red", "PPR-22|blue", False),
        ("a@b.org|red", "c@d.org|blue", False),
        ("Ana Ruiz|editor|Lund", "Bo Lindt|editor|Oslo", False),
    ],
)
def test_the_first_row_is_a_header_by_its_form(first: str, second: str, header: bool) -> None:
    (table,) = tables([first.split("|"), second.split("|"), second.split("|")])
    assert any(table.header) is header
    assert len(table.rows) == (2 if header else 3), "a first row that is no header is kept"


def test_a_title_is_no_header() -> None:
    assert lines("City of Orda: payments 2024||", "vendor|amount|date", "Foxtrot|2210|2024-02-09") == [
        "City of Orda: payments 2024",
        "vendor: Foxtrot; amount: 2210; date: 2024-02-09",
    ]


def test_what_is_said_above_and_below_a_table() -> None:
    assert lines(
        "Report|Clubs|", "Date|2024-01-05|", "||", "Club|Members|City", "Harfield|1.204|Lund", "", "* estimated"
    ) == [
        "Report: Clubs",
        "Date: 2024-01-05",
        "Club: Harfield; Members: 1.204; City: Lund",
        "* estimated",
    ]


def test_a_header_of_two_rows() -> None:
    rows = ("Club|Lund|Town", "Harfield|3|x")
    assert lines("|2023||2024|", "Club|Members|Teams|Members|Teams", "Leafs|1|2|3|4", "Blues|5|6|7|8")[0] == (
        "Club: Leafs; 2023 Members: 1; 2023 Teams: 2; 2024 Members: 3; 2024 Teams: 4"
    )
    assert lines("Club|2023|2023", "Club|Members|Teams", "Leafs|1|2", "Blues|5|6")[0] == (
        "Club: Leafs; 2023 Members: 1; 2023 Teams: 2"
    ), "as merged cells are read"
    assert lines(*rows) == ["Club: Harfield; Lund: 3; Town: x"]


def test_a_section_stands_in_each_of_its_rows_and_not_in_the_total() -> None:
    found = lines("Club|Members|City", "", "North", "Leafs|80|Oslo", "", "South", "Blues|70|Bern", "Total|150|")
    assert found == [
        "North",
        "North; Club: Leafs; Members: 80; City: Oslo",
        "South",
        "South; Club: Blues; Members: 70; City: Bern",
        "Club: Total; Members: 150",
    ]
    merged = lines("Club|Members|City", "North||", "Leafs|80|Oslo", merged=(1,))
    assert merged == ["North", "North; Club: Leafs; Members: 80; City: Oslo"]


def test_a_row_without_values_names_no_other_row() -> None:
    assert lines("Club|Members|City", "Leafs|80|Oslo", "Nowhere||", "Blues|70|Bern") == [
        "Club: Leafs; Members: 80; City: Oslo",
        "Nowhere",
        "Club: Blues; Members: 70; City: Bern",
    ]


def test_several_tables_in_one_grid() -> None:
    assert lines(
        "Clubs", "Club|Members", "Leafs|80", "Blues|70", "", "Staff", "Name|Age|City", "Ana|33|Lund", "Bo|44|Oslo"
    ) == [
        "Clubs",
        "Club: Leafs; Members: 80",
        "Club: Blues; Members: 70",
        "Staff",
        "Name: Ana; Age: 33; City: Lund",
        "Name: Bo; Age: 44; City: Oslo",
    ]


def test_blank_rows_and_a_header_that_recurs() -> None:
    assert lines("a|b", "", "x|1", "", "", "a|b", "y|2", "z|") == ["a: x; b: 1", "a: y; b: 2", "z"]


def test_column_names_that_recur_or_are_missing() -> None:
    assert lines("name|score|score|", "Ana|1|2|z") == ["name: Ana; score: 1; score (2): 2; z"]


def test_pairs_of_a_name_and_a_value() -> None:
    assert lines("Club|Harfield", "Members|1204", "City|Lund") == ["Club: Harfield", "Members: 1204", "City: Lund"]
    assert lines("Field|Value", "Members|1204", "City|Lund") == [
        "Field: Members; Value: 1204",
        "Field: City; Value: Lund",
    ]


def test_a_wide_row_has_its_label_in_each_part() -> None:
    grid = [["id", "name", *(f"column {n}" for n in range(90))]]
    grid += [[str(n), f"Name{n}", *("12345" for _ in range(90))] for n in range(3)]
    (table,) = tables(grid)
    parts = list(table.paragraphs())
    assert len(parts) > 6
    assert all(
        len(part) <= MOST_ROW_CHARS + 60 and ("Name0" in part or "Name1" in part or "Name2" in part) for part in parts
    )


def test_prose_in_a_cell_is_a_paragraph_of_its_own() -> None:
    prose = "It rained. " * (MOST_CELL_CHARS // 10)
    assert lines("title|body|year", f"News|{prose}|2024", "Old|x|2023")[:2] == [
        "title: News; year: 2024",
        f"body: {prose.strip()}",
    ]


words = st.text(st.characters(categories=["L", "N", "P", "Zs"]), max_size=8)


@given(st.lists(st.lists(words, max_size=5), max_size=12))
def test_no_cell_is_lost(grid: list[list[str]]) -> None:
    found = tables(grid)
    text = "\n".join(line for table in found for line in [*table.header, *table.paragraphs()])
    for row in grid:
        for cell in row:
            assert " ".join(cell.split()).rstrip(": ") in text
