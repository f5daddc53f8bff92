"""A PDF is read as its reader sees it: from pages that the test draws, in the ways that programs draw them."""

import io
import random
import re
from bisect import bisect_right
from collections.abc import Callable, Sequence

import pytest
from PIL import Image
from reportlab.lib.utils import ImageReader
from reportlab.pdfgen.canvas import Canvas

from rag.documents.common.decode import Unusable
from rag.documents.common.parsed import Parsed
from rag.documents.pdf.letters import Look, Words
from rag.documents.pdf.ocr import REMEDY
from rag.documents.pdf.pages import pdf
from rag.schema import Passage, Sentence

Draw = Callable[[Canvas], None]
LEFT = """The council of Ystad voted on Tuesday to
close the old swimming bath at the end of
the year. The mayor, Eva Holm, said that
the building leaks and that its boiler is no
longer safe. A new bath would cost 38 mil-
lion crowns and could open in 2029 at the
earliest, she added.""".split("\n")
RIGHT = """Swimmers protested in front of the town
hall. Their speaker, Nils Ek, called the
decision short-sighted and handed over
a list of 4,200 names. The club has used
the bath since 1931, and its young swim-
mers train there every day but Sunday.
The opposition wants a referendum.""".split("\n")
ROWS = [
    ["Quarter", "Revenue", "Costs"],
    ["First", "1,204.5", "998.1"],
    ["Second", "1,310.0", ""],
    ["Total", "2,514.5", "998.1"],
]
READ = [
    "Quarter: First; Revenue: 1,204.5; Costs: 998.1",
    "Quarter: Second; Revenue: 1,310.0",
    "Quarter: Total; Revenue: 2,514.5; Costs: 998.1",
]


def drawn(*pages: Draw) -> bytes:
    """Return a PDF of A4 pages, each drawn by a function."""
    out = io.BytesIO()
    canvas = Canvas(out, pagesize=(595, 842))
    for page in pages:
        canvas.setFont("Helvetica", 10)
        page(canvas)
        canvas.showPage()
    canvas.save()
    return out.getvalue()


def at(*items: tuple[float, float, str]) -> Draw:
    def draw(canvas: Canvas) -> None:
        for item in items:
            canvas.drawString(*item)

    return draw


def lines(text: Sequence[str], x: float = 50, y: float = 760) -> list[tuple[float, float, str]]:
    return [(x, y - 12 * n, line) for n, line in enumerate(text)]


def picture(canvas: Canvas) -> None:
    canvas.drawImage(ImageReader(Image.new("RGB", (40, 40), "grey")), 50, 300, 400, 400)


def read(*pages: Draw) -> Parsed:
    return pdf(drawn(*pages))


def paragraphs(*pages: Draw) -> list[str]:
    return read(*pages).text.split("\n\n")


def page_of(found: Parsed, quote: str) -> tuple[int | None, int | None]:
    """Return the pages on which a quote begins, and ends if that is another."""
    start = found.text.index(quote)
    sentence = Sentence(start, start + len(quote))
    passage = Passage("a.pdf", start, sentence.end, quote, (sentence,), pages=tuple(found.pages))
    return passage.page(sentence), passage.page_end(sentence)


# Columns


def by_column() -> list[tuple[float, float, str]]:
    return [*lines(LEFT), *lines(RIGHT, 320)]


def by_row() -> list[tuple[float, float, str]]:
    return [item for pair in zip(lines(LEFT), lines(RIGHT, 320), strict=True) for item in pair]


def staggered() -> list[tuple[float, float, str]]:
    return [*lines(LEFT), *lines(RIGHT, 320, 755)]


@pytest.mark.parametrize("order", [by_column, by_row, staggered])
def test_columns_are_read_one_after_the_other(order: Callable[[], list[tuple[float, float, str]]]) -> None:
    title, foot = (
        (50, 800, "Ystad closes its bath"),
        (50, 640, "The Courier is printed in Lund and sold all over the south of the country, also on Sundays."),
    )
    left, right = (" ".join(text).replace("- ", "") for text in (LEFT, RIGHT))
    assert paragraphs(at(title, *order(), foot)) == [title[2], left, right, foot[2]]


def test_columns_drawn_word_by_word_in_no_order() -> None:
    def words(canvas: Canvas) -> None:
        items = []
        for x, y, line in by_row():
            for word in line.split():
                items.append((x, y, word))
                x += canvas.stringWidth(f"{word} ", "Helvetica", 10)
        random.Random(5).shuffle(items)
        at(*items)(canvas)

    left, right = (" ".join(text).replace("- ", "") for text in (LEFT, RIGHT))
    assert paragraphs(words) == [left, right]


def test_blocks_at_the_head_of_a_letter_are_not_a_table() -> None:
    sender, about = (
        ["Nordwind AB", "12 High Street", "221 00 Lund"],
        ["Invoice no. 1017", "Date: 3 May 2024", "Due: 2 June 2024"],
    )
    found = read(at(*lines(sender), *lines(about, 430))).text
    assert found.index("221 00 Lund") < found.index("Invoice no. 1017")
    assert "Nordwind AB:" not in found


# Tables


def cells(rows: Sequence[Sequence[str]], *, right: bool = False, pitch: float = 18) -> Draw:
    def draw(canvas: Canvas) -> None:
        for n, row in enumerate(rows):
            for m, cell in enumerate(row):
                (canvas.drawRightString if right and m else canvas.drawString)(60 + 110 * m, 700 - pitch * n, cell)

    return draw


def ruled(rows: Sequence[Sequence[str]], *, upright: bool = True, level: bool = True) -> Draw:
    def draw(canvas: Canvas) -> None:
        cells(rows)(canvas)
        end = 712 - 18 * len(rows)
        for n in range(len(rows) + 1) if level else ():
            canvas.line(55, 712 - 18 * n, 55 + 110 * len(rows[0]), 712 - 18 * n)
        for m in range(len(rows[0]) + 1) if upright else ():
            canvas.line(55 + 110 * m, 712, 55 + 110 * m, end)

    return draw


def by_columns(canvas: Canvas) -> None:
    at(*[(60 + 110 * m, 700 - 18 * n, ROWS[n][m]) for m in range(3) for n in range(4)])(canvas)


@pytest.mark.parametrize(
    "draw",
    [
        cells(ROWS),
        cells(ROWS, right=True),
        ruled(ROWS),
        ruled(ROWS, upright=False),
        ruled(ROWS, level=False),
        by_columns,
    ],
    ids=["plain", "right-aligned", "ruled", "level lines", "upright lines", "column by column"],
)
def test_a_row_of_a_table_carries_its_column_names(draw: Draw) -> None:
    assert paragraphs(draw) == READ


def test_text_around_a_table_stays_apart() -> None:
    def draw(canvas: Canvas) -> None:
        at(
            (60, 740, "Results in 2024, millions of crowns"),
            (60, 600, "Nordwind AB publishes its figures each quarter."),
        )(canvas)
        cells(ROWS)(canvas)

    found = paragraphs(draw)
    assert (found[0], found[-1]) == (
        "Results in 2024, millions of crowns",
        "Nordwind AB publishes its figures each quarter.",
    )
    assert found[1:-1] == READ


def test_a_cell_of_several_lines_is_one() -> None:
    def draw(canvas: Canvas) -> None:
        for y in (712, 694, 658, 640):
            canvas.line(55, y, 400, y)
        at((60, 700, "Office"), (160, 700, "Task"), (320, 700, "Head"), (60, 674, "Labour"), (320, 674, "Ann Lee"))(
            canvas
        )
        at(
            (160, 681, "Keeps the register of"),
            (160, 668, "all firms"),
            (60, 645, "Health"),
            (160, 645, "Hospitals"),
            (320, 645, "Bo Berg"),
        )(canvas)

    assert paragraphs(draw) == [
        "Office: Labour; Task: Keeps the register of all firms; Head: Ann Lee",
        "Office: Health; Task: Hospitals; Head: Bo Berg",
    ]


def test_a_heading_over_several_columns_stands_in_each() -> None:
    def draw(canvas: Canvas) -> None:
        rows = [
            ["Region", "2023", "", "2024", ""],
            ["", "Men", "Women", "Men", "Women"],
            ["North", "12", "13", "14", "15"],
            ["South", "22", "23", "24", "25"],
        ]
        at(*[(60 + 80 * m, 700 - 18 * n, cell) for n, row in enumerate(rows) for m, cell in enumerate(row)])(canvas)
        for n in range(5):
            canvas.line(135 if n == 1 else 55, 712 - 18 * n, 455, 712 - 18 * n)
        for m in range(6):
            canvas.line(55 + 80 * m, 694 if m in (2, 4) else 712, 55 + 80 * m, 640)

    assert paragraphs(draw)[-1] == "Region: South; 2023 Men: 22; 2023 Women: 23; 2024 Men: 24; 2024 Women: 25"


def test_a_table_goes_on_with_its_column_names_on_the_next_page() -> None:
    more = [["Fourth", "1,000.0", "900.0"], ["Fifth", "1,100.0", "910.0"], ["Sixth", "1,200.0", "920.0"]]
    found = read(cells(ROWS), cells(more))
    assert "Quarter: Fifth; Revenue: 1,100.0; Costs: 910.0" in found.text
    assert page_of(found, "Quarter: Fourth; Revenue: 1,000.0") == (2, None)


def test_lines_of_one_cell_are_joined_where_rows_stand_further_apart() -> None:
    head = [(200, 735, "Men"), (300, 735, "Women"), (50, 723, "Sector"), (200, 723, "2024"), (300, 723, "2024")]
    farms = [(50, 700, "Farming and"), (50, 688, "fishing"), (200, 688, "12"), (300, 688, "7")]
    rest = [
        (50, 670, "Industry"),
        (200, 670, "80"),
        (300, 670, "31"),
        (50, 652, "Trade"),
        (200, 652, "9"),
        (300, 652, "8"),
    ]
    assert paragraphs(at(*head, *farms, *rest)) == [
        "Sector: Farming and fishing; Men 2024: 12; Women 2024: 7",
        "Sector: Industry; Men 2024: 80; Women 2024: 31",
        "Sector: Trade; Men 2024: 9; Women 2024: 8",
    ]


def test_a_list_of_prices_has_no_header() -> None:
    prices = [("Adult ticket", "12 euros"), ("Child ticket", "6 euros"), ("Dog", "free")]
    draw = at(
        *[(x, 700 - 16 * n, cell) for n, row in enumerate(prices) for x, cell in zip((50, 260), row, strict=True)]
    )
    assert paragraphs(draw) == ["Adult ticket: 12 euros", "Child ticket: 6 euros", "Dog: free"]


# Pages


def body(text: Sequence[str], number: int, *extra: tuple[float, float, str]) -> Draw:
    head, foot = (50, 810, "CONFIDENTIAL - Harbour Commission"), (270, 40, f"Page {number} of 3")
    return at(head, foot, *lines(text), *extra)


THREE = (
    body(
        [
            "The commission met five times in the spring and it concluded",
            "that the operator of the ferry had ignored three",
        ],
        1,
        (50, 60, "1 Minutes of 4 May, page 12."),
    ),
    body(["written warnings from its own captains. It asks for a fine of", "2.4 million euros, and the min-"], 2),
    body(["istry agrees."], 3),
)
WHOLE = (
    "The commission met five times in the spring and it concluded that the operator of the ferry had ignored three "
    "written warnings from its own captains."
)


def test_a_sentence_over_a_page_break_is_whole_and_names_both_pages() -> None:
    found = read(*THREE)
    assert WHOLE in found.text
    assert page_of(found, WHOLE) == (1, 2)
    assert page_of(found, "It asks for a fine of 2.4 million euros, and the ministry agrees.") == (2, 3)
    assert page_of(found, "The commission met five times") == (1, None)
    assert page_of(found, "1 Minutes of 4 May, page 12.") == (1, None)


def test_running_heads_stand_once_and_page_numbers_nowhere() -> None:
    found = paragraphs(*THREE)
    assert found.count("CONFIDENTIAL - Harbour Commission") == 1
    assert found[-1] == "CONFIDENTIAL - Harbour Commission"
    assert "of 3" not in "".join(found)


def test_a_head_of_one_page_alone_is_no_part_of_the_sentence_that_goes_on_below_it() -> None:
    first = [
        "The inspectors wrote that the lift in the tower of the old town",
        "hall had not been serviced since 2021, and that its",
    ]
    second = [
        (50, 800, "Inspection of lifts"),
        *lines(["ropes were worn. They ordered the city to close it at once."], y=740),
    ]
    whole = "since 2021, and that its ropes were worn. They ordered"
    assert whole in read(at(*lines(first)), at(*second)).text


def test_heads_as_near_as_the_lines_of_the_text() -> None:
    texts = [LEFT, RIGHT, LEFT[::-1]]
    found = read(
        *(at((50, 772, "Audit office"), *lines(text), (50, 40, f"- {n} -")) for n, text in enumerate(texts, 1))
    ).text
    assert found.count("Audit office") == 1
    assert found.startswith("The council of Ystad voted")


def test_numbers_that_are_no_page_numbers_stay() -> None:
    found = read(*(at((50, 800, f"Invoice {number}"), *lines(LEFT)) for number in (4711, 4790, 5012))).text
    assert all(f"Invoice {number}" in found for number in (4711, 4790, 5012))


def test_pages_that_are_pictures_are_told() -> None:
    def numbered(canvas: Canvas) -> None:
        picture(canvas)
        canvas.drawCentredString(297, 30, str(canvas.getPageNumber()))

    found = read(body(LEFT, 1), picture, numbered, numbered, body(RIGHT, 2))
    assert found.unread == [f"3 of 5 pages have no text (pages 2-4): {REMEDY}"]
    assert len(found.pages) == 5
    assert page_of(found, "The council of Ystad") == (1, None)
    assert page_of(found, "Swimmers protested") == (5, None)


def test_an_empty_page_is_not_told_and_a_picture_beside_text_neither() -> None:
    def both(canvas: Canvas) -> None:
        picture(canvas)
        at(*lines(LEFT))(canvas)

    assert read(both, at(), at(*lines(RIGHT))).unread == []


def test_nothing_but_pictures() -> None:
    with pytest.raises(Unusable, match="no text in it: it may be a scan"):
        read(picture, picture)


# Letters


def test_a_turned_page_is_read_upright() -> None:
    def turned(canvas: Canvas) -> None:
        canvas.rotate(90)
        at((72, -100, "This page was turned: the mayor of Lund"), (72, -112, "is Ann Lee."))(canvas)

    assert paragraphs(turned) == ["This page was turned: the mayor of Lund is Ann Lee."]


def test_a_stamp_across_the_page_cuts_no_sentence() -> None:
    def stamped(text: Sequence[str]) -> Draw:
        def draw(canvas: Canvas) -> None:
            at(*lines(text))(canvas)
            canvas.translate(200, 500)
            canvas.rotate(45)
            canvas.setFont("Helvetica", 60)
            canvas.drawString(0, 0, "DRAFT")

        return draw

    found = paragraphs(stamped(LEFT), stamped(RIGHT))
    assert found[0] == " ".join(LEFT).replace("- ", "")
    assert found.count("DRAFT") == 1


def test_raised_and_lowered_digits_stay_apart_from_their_neighbours() -> None:
    def draw(canvas: Canvas) -> None:
        text = canvas.beginText(50, 700)
        for part, size, rise in [
            ("It has 3 × 10", 12, 0),
            ("6", 7, 5),
            (" cells in 40 m", 12, 0),
            ("2", 7, 5),
            (", H", 12, 0),
            ("2", 7, -3),
            ("O on the 21", 12, 0),
            ("st", 7, 5),
            (" day.", 12, 0),
            ("4", 7, 5),
        ]:
            text.setFont("Helvetica", size)
            text.setRise(rise)
            text.textOut(part)
        canvas.drawText(text)

    assert paragraphs(draw) == ["It has 3 × 10⁶ cells in 40 m², H₂O on the 21st day.⁴"]


def test_text_that_is_not_drawn_is_left_out_unless_it_was_recognised_in_a_picture() -> None:
    def hidden(canvas: Canvas) -> None:
        text = canvas.beginText(50, 700)
        text.setTextRenderMode(3)
        text.textOut("The price is 900 crowns.")
        canvas.drawText(text)

    def scanned(canvas: Canvas) -> None:
        picture(canvas)
        hidden(canvas)

    assert "price" not in read(hidden, at(*lines(LEFT))).text
    assert "The price is 900 crowns." in read(scanned).text


def test_letters_drawn_twice_are_read_once() -> None:
    assert paragraphs(at((50, 700, "Bold by force"), (50.4, 700, "Bold by force"))) == ["Bold by force"]


def test_items_of_a_list_and_headings_stay_apart() -> None:
    def draw(canvas: Canvas) -> None:
        canvas.setFont("Helvetica-Bold", 14)
        canvas.drawString(50, 740, "What was decided")
        canvas.setFont("Helvetica", 10)
        at(
            *lines(
                [
                    "The council decided three things on Tuesday, after a debate of two hours, and it",
                    "closed the session.",
                    "• The bath is closed.",
                    "• A new bath is built",
                    "• The club gets 2 million crowns",
                ],
                y=720,
            )
        )(canvas)

    assert paragraphs(draw) == [
        "What was decided",
        "The council decided three things on Tuesday, after a debate of two hours, and it closed the session.",
        "• The bath is closed.",
        "• A new bath is built",
        "• The club gets 2 million crowns",
    ]
    assert read(draw).meta["title"] == "What was decided"


def mapped(codes: str) -> bytes:
    """Return a PDF that shows "Its sign is X." where the file's own map says what X is."""
    cmap = f"1 begincodespacerange <00> <FF> endcodespacerange 1 beginbfchar <58> <{codes}> endbfchar".encode()
    content = b"BT /F1 12 Tf 50 700 Td (Its sign is X.) Tj ET"
    objects = [
        b"<</Type/Catalog/Pages 2 0 R>>",
        b"<</Type/Pages/Kids[3 0 R]/Count 1>>",
        b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Contents 4 0 R/Resources<</Font<</F1 5 0 R>>>>>>",
        b"<</Length %d>>stream\n%s\nendstream" % (len(content), content),
        b"<</Type/Font/Subtype/Type1/BaseFont/Helvetica/ToUnicode 6 0 R>>",
        b"<</Length %d>>stream\n%s\nendstream" % (len(cmap), cmap),
    ]
    out = b"%PDF-1.4\n" + b"".join(b"%d 0 obj%s endobj\n" % (n, each) for n, each in enumerate(objects, start=1))
    return out + b"trailer<</Root 1 0 R/Size 7>>"


@pytest.mark.parametrize(
    ("codes", "sign"), [("FB01", "fi"), ("D83D", "\ufffd"), ("DE00", "\ufffd"), ("D83DDE00", "😀"), ("F0B7", "•")]
)
def test_signs_that_a_file_names_oddly(codes: str, sign: str) -> None:
    assert pdf(mapped(codes)).text == f"Its sign is {sign}."


def test_a_page_in_letters_that_nobody_knows_is_told() -> None:
    text = drawn(at(*lines(LEFT)))
    assert pdf(text).unread == []
    with pytest.raises(Unusable, match="no text in it"):
        pdf(mapped("E000").replace(b"(Its sign is X.)", b"(XXXXXXXXXXXXXX)"))


def test_the_day_it_was_made_and_no_name_that_a_program_made_up() -> None:
    meta = read(at(*lines(LEFT))).meta
    assert meta["author"] is None
    assert meta["title"] is None
    assert re.fullmatch(r"20\d\d-\d\d-\d\d", meta["created"] or "")


def test_pages_grow() -> None:
    found = read(*THREE)
    assert found.pages == sorted(found.pages)
    assert bisect_right(found.pages, len(found.text) - 1) == 3


def test_text_from_right_to_left_is_read_so_in_whatever_order_it_was_drawn() -> None:
    look = Look(10, 0, bold=False, seen=True)
    for order in ("נמל", "למנ"):
        words = Words()
        places = {"נ": 70.0, "מ": 65.0, "ל": 60.0}
        for sign in order:
            words.add(sign, places[sign], places[sign] + 5, 0, look)
        assert [word.turn().text for word in words.groups[0]] == ["נמל"]


# Struck out


def struck(low: float, high: float, y: float) -> Draw:
    def draw(canvas: Canvas) -> None:
        canvas.drawString(50, 700, "The fine was 12,000 21,000 euros, the court ruled.")
        start = 50 + canvas.stringWidth("The fine was ")
        word = canvas.stringWidth("12,000")
        canvas.line(start + low * word, y, start + high * word, y)

    return draw


def test_what_a_line_strikes_out_is_left_out_and_told() -> None:
    found = read(struck(0, 1, 703))
    assert found.text == "The fine was 21,000 euros, the court ruled."
    assert found.notes == ["1 struck-out passage is left out"]


@pytest.mark.parametrize(
    ("low", "high", "y"),
    [(0, 1, 698.5), (0, 1, 709), (-3, 9, 703), (0, 0.5, 703)],
    ids=["under", "over", "far", "part"],
)
def test_other_lines_strike_nothing_out(low: float, high: float, y: float) -> None:
    found = read(struck(low, high, y))
    assert "12,000 21,000" in found.text
    assert not found.notes


# Rows between shaded ones


def test_shades_alone_part_the_rows_and_none_the_header_from_the_first() -> None:
    def draw(canvas: Canvas) -> None:
        canvas.rect(50, 640, 300, 75)
        canvas.setFillGray(0.8)
        for y in (670, 640):
            canvas.rect(50, y, 300, 15, stroke=0, fill=1)
        canvas.setFillGray(0)
        for n, (name, price) in enumerate([("Item", "Price"), ("Bolt", "7.50"), ("Nut", "8.50"), ("Cap", "9.50")]):
            canvas.drawString(55, 704 - 15 * n, name)
            canvas.drawString(205, 704 - 15 * n, price)

    assert paragraphs(draw)[:3] == ["Item: Bolt; Price: 7.50", "Item: Nut; Price: 8.50", "Item: Cap; Price: 9.50"]


def test_small_items_below_one_another_stay_apart() -> None:
    found = paragraphs(at(*lines([*LEFT, "", "apples at 3 euros", "pears at 4 euros", "plums at 5 euros"])))
    assert found[-3:] == ["apples at 3 euros", "pears at 4 euros", "plums at 5 euros"]


def test_what_was_typed_into_a_form_is_told() -> None:
    def draw(canvas: Canvas) -> None:
        canvas.drawString(50, 700, "Name of who asks:")
        for n, value in enumerate(["Ana Ruiz", "", "Ystad"]):
            canvas.acroForm.textfield(name=f"f{n}", x=220, y=690 - 40 * n, value=value)
        canvas.textAnnotation("Call her.", [10, 10, 30, 30])

    found = read(draw)
    assert [line.partition(":")[0] for line in found.unread] == ["2 filled form fields are not read"]
    assert found.notes == ["1 comment is left out"]
