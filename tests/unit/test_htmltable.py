"""The rows of HTML tables, each with the names of its columns."""

import pytest

from rag.documents.html.blocks import blocks
from rag.documents.html.markup import parsed_page


def rows(table: str) -> list[str]:
    return [block.text for block in blocks(parsed_page(f"<html><body>{table}</body></html>"))]


def made(*lines: str) -> str:
    """Return a table; a line is its cells, those that begin with ! being names."""
    cells = (
        "".join(f"<th>{cell[1:]}</th>" if cell.startswith("!") else f"<td>{cell}</td>" for cell in line.split("|"))
        for line in lines
    )
    return f"<table>{''.join(f'<tr>{row}</tr>' for row in cells)}</table>"


@pytest.mark.parametrize(
    ("table", "found"),
    [
        (made("!Day|!Hours", "Monday|9 to 1"), ["Day: Monday; Hours: 9 to 1"]),
        (made("!Day|!Hours", "Monday|<ul><li>9 to 1</li><li>3 to 6</li></ul>"), ["Day: Monday; Hours: 9 to 1, 3 to 6"]),
        (made("!|!2023|!2024", "!Sales|5|6"), ["Sales; 2023: 5; 2024: 6"]),
        (made("!Town|!Men", "Orda|5", "!Total|!5"), ["Town: Orda; Men: 5", "Town: Total; Men: 5"]),
        (made("!Town|!Men", "Orda|5", "!Lake|!Depth", "Tarn|9"), ["Town: Orda; Men: 5", "Lake: Tarn; Depth: 9"]),
        (made("!Mayor|Ann Lee", "!Men|3,000"), ["Mayor: Ann Lee", "Men: 3,000"]),
        (made("Mayor:|Ann Lee", "Men|3,000"), ["Mayor: Ann Lee", "Men: 3,000"]),
        (made("<b>Day</b>|<b>Hours</b>", "Monday|9"), ["Day: Monday; Hours: 9"]),
        (made("Town|Men|Area", "Orda|5|7"), ["Town: Orda; Men: 5; Area: 7"]),
        (made("Town|2023|2024", "Orda|5|7"), ["Town: Orda; 2023: 5; 2024: 7"]),
        (made("Orda|5|7", "Tarn|6|8"), ["Orda; 5; 7", "Tarn; 6; 8"]),
        (made("!Day|!Hours", "Monday|", "|", "Friday|9"), ["Day: Monday", "Day: Friday; Hours: 9"]),
        (made("!Day|!Hours", "Monday|9<sup>1</sup>"), ["Day: Monday; Hours: 9"]),
        (made("!Day|!Hours"), ["Day: Hours"]),
    ],
)
def test_rows_carry_names(table: str, found: list[str]) -> None:
    assert rows(table) == found


def test_spans_groups_captions_and_feet() -> None:
    table = """<table><caption>Sales</caption>
    <thead><tr><th rowspan=2>Town</th><th colspan=2>2024</th></tr><tr><th>Sold</th><th>Left</th></tr></thead>
    <tfoot><tr><td>All</td><td>4</td><td>6</td></tr></tfoot>
    <tbody><tr><th colspan=3>North</th></tr><tr><td rowspan=2>Orda</td><td>1</td><td>2</td></tr>
    <tr><td>3</td><td>4</td></tr><tr><td>Tarn</td><td colspan=2>closed</td></tr></tbody></table>"""
    assert rows(table) == [
        "Sales",
        "North; Town: Orda; 2024 Sold: 1; 2024 Left: 2",
        "North; Town: Orda; 2024 Sold: 3; 2024 Left: 4",
        "North; Town: Tarn; 2024 Sold: closed; 2024 Left: closed",
        "North; Town: All; 2024 Sold: 4; 2024 Left: 6",
    ]


def test_a_line_over_all_columns_that_heads_nothing_is_kept() -> None:
    table = made("!Town|!Men", "Orda|5").replace("</table>", "<tr><td colspan=2>Source: ministry</td></tr></table>")
    assert rows(table) == ["Town: Orda; Men: 5", "Source: ministry"]
    assert rows(f"<table><tr><th colspan=2>Sales by town</th></tr>{table[7:]}")[0] == "Sales by town"


@pytest.mark.parametrize(
    "table",
    [
        "<table role='presentation'><tr><td>Left.</td><td>Right.</td></tr><tr><td>Low.</td></tr></table>",
        "<table><tr><td><h2>Left.</h2></td><td>Right.</td></tr><tr><td>Low.</td></tr></table>",
        "<table><tr><td><p>Left.</p></td></tr><tr><td>Right.</td></tr><tr><td>Low.</td></tr></table>",
        f"<table><tr><td>Left.</td><td>{'Right.'}</td></tr><tr><td>Low.</td><td>{'Long. ' * 100}</td></tr></table>",
    ],
)
def test_a_table_that_lays_out_a_page_is_its_parts(table: str) -> None:
    assert rows(table)[:3] == ["Left.", "Right.", "Low."]


def test_lists_in_a_table_that_lays_out_a_page() -> None:
    inner = made("!Day|!Hours", "Monday|9")
    assert rows(f"<table><tr><td>Menu</td><td>{inner}<ul><li>one</li></ul></td></tr></table>") == [
        "Menu",
        "Day: Monday; Hours: 9",
        "one",
    ]


def test_spans_have_a_bound() -> None:
    assert len(rows("<table><tr><th colspan=999999>A</th><th>B</th></tr><tr><td>1</td><td>2</td></tr></table>")) < 5
