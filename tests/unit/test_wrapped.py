"""A table without lines keeps its rows where cells have several lines, or claims none."""

import pytest

from rag.documents.common.parsed import Parsed
from rag.documents.pdf.letters import Word
from rag.documents.pdf.lines import Line, line_of
from rag.documents.pdf.wrapped import rows_of
from tests.unit.test_pdf import at, read

HEAD = ["Club", "Purpose", "Paid"]
ROWS = [
    [
        ["Northern Rowing", "Club of Ystad"],
        ["Repair of the house", "after the storm and a", "slip for boats"],
        ["12,400"],
    ],
    [["Choir"], ["Sheet music"], ["900"]],
    [["Association of", "Friends of the Mill"], ["New sails"], ["31,000"]],
    [["Chess club"], ["Boards, clocks, travel", "of the youth team"], ["4,250"]],
]
MORE = [[[f"Guild {n}"], ["Tools"], [f"{n}00"]] for n in range(1, 6)]
WHOLE = [
    (
        "Club: Northern Rowing Club of Ystad; Purpose: Repair of the house after the storm and a slip for boats; "
        "Paid: 12,400"
    ),
    "Club: Choir; Purpose: Sheet music; Paid: 900",
    "Club: Association of Friends of the Mill; Purpose: New sails; Paid: 31,000",
    "Club: Chess club; Purpose: Boards, clocks, travel of the youth team; Paid: 4,250",
]


def table(space: float, place: float, rows: "list[list[list[str]]]" = ROWS) -> Parsed:
    """Read a table with so much space between rows; cells stand at the head (0), middle (.5) or foot (1)."""
    items: list[tuple[float, float, str]] = []
    y = 700.0
    for row in [[[name] for name in HEAD], *rows]:
        deep = max(map(len, row))
        for x, cell in zip((60, 220, 420), row, strict=True):
            first = y - 12 * place * (deep - len(cell))
            items += [(x, first - 12 * n, line) for n, line in enumerate(cell)]
        y -= 12 * deep + space
    return read(at(*items))


@pytest.mark.parametrize("space", [2, 5, 12])
@pytest.mark.parametrize("place", [0, 0.5, 1])
def test_space_between_rows_tells_them(space: float, place: float) -> None:
    found = table(space, place, ROWS + MORE)
    assert found.text.split("\n\n")[:4] == WHOLE
    assert found.notes == []


@pytest.mark.parametrize("place", [0, 1])
def test_without_space_a_number_in_each_row_tells_them(place: float) -> None:
    assert table(0, place).text.split("\n\n") == WHOLE


def test_where_nothing_tells_them_no_row_is_claimed() -> None:
    words = [[*row[:2], [who]] for row, who in zip(ROWS, ("board", "chair", "board", "chair"), strict=True)]
    words[0][0] = ["Northern Rowing"]
    found = table(0, 0, words)
    assert "Purpose:" not in found.text
    assert "Northern Rowing Repair of the house board" in found.text
    assert found.notes == ["a table on page 1 is read line by line: it does not show where its rows part"]


def test_rows_of_one_line_stay_rows() -> None:
    rows = [
        [[name], [purpose], [paid]]
        for name, purpose, paid in (("A club", "Oars", "1"), ("Reds", "", "2"), ("B", "x", "3"))
    ]
    assert "Club: Reds; Paid: 2" in table(0, 0, rows).text


def line(text: str, x: float, base: float) -> Line:
    return line_of(
        [Word(word, x + 40 * n, x + 40 * n + 30, base, 10, bold=False) for n, word in enumerate(text.split())]
    )


def test_rows_that_stand_in_groups_are_not_joined() -> None:
    bases = [0, 12, 24, 50, 62, 74]
    words = [(line("Reds", 0, base), line("United", 200, base)) for base in bases]
    assert rows_of(words) == []
