"""The words of a quote are found on its page: those in the rectangles are the quote's, and no others."""

import random
from collections.abc import Sequence
from functools import cache

import pypdfium2
import pytest
from reportlab.pdfgen.canvas import Canvas

from rag.documents import leaf
from rag.documents.pdf.pages import pdf
from rag.documents.places import Placed, Rectangle, Wanted, Words, letters
from rag.schema import Document
from rag.text.normal import canonical
from rag.web.leaves import parts
from tests.unit.test_pdf import (
    LEFT,
    READ,
    ROWS,
    Draw,
    at,
    by_column,
    by_columns,
    by_row,
    cells,
    drawn,
    lines,
    ruled,
    staggered,
)

SIZE = 12.0


def row(text: str, y: float, x: float = 50.0) -> list[Placed]:
    """Return the words of a line, letters six points wide."""
    found = []
    for word in text.split(" "):
        if word:
            found.append(Placed(word, (x, y, x + 6 * len(word), y + SIZE)))
        x += 6 * (len(word) + 1)
    return found


def inside(words: Sequence[Placed], rectangles: Sequence[Rectangle]) -> list[str]:
    """Return the words whose middle lies in a rectangle, in the order of the page."""
    found = []
    for word in words:
        x, y = (word.box[0] + word.box[2]) / 2, word.middle
        if any(left <= x <= right and top <= y <= bottom for left, top, right, bottom in rectangles):
            found.append(word.text)
    return found


def test_a_quote_over_two_lines_has_a_rectangle_on_each() -> None:
    page = [
        *row("The mayor said that a new bath", 100),
        *row("would cost 38 mil-", 115),
        *row("lion crowns. She left.", 130),
    ]
    found = Words(page).rectangles(Wanted("A new bath would cost 38 million crowns."))
    assert inside(page, found) == "a new bath would cost 38 mil- lion crowns.".split()
    assert [round(box[1]) for box in found] == [100, 115, 130]


def test_of_several_places_the_one_that_goes_on_as_the_text_does() -> None:
    page = [*row("Rain fell. The ferry waited.", 100), *row("Rain fell. The bridge held.", 115)]
    words = Words(page)
    assert words.rectangles(Wanted("Rain fell.", after=" The bridge held."))[0][1] == 115
    assert words.rectangles(Wanted("Rain fell.", after=" The ferry waited."))[0][1] == 100
    assert words.rectangles(Wanted("Rain fell.", before="The ferry waited. "))[0][1] == 115


def test_raised_digits_ligatures_and_accents_are_the_same_letters() -> None:
    page = row("The ﬁrm sold 10 6 cafés in Łódź", 100)
    assert (
        inside(page, Words(page).rectangles(Wanted("The firm sold 10⁶ cafe\u0301s")))
        == "The ﬁrm sold 10 6 cafés".split()
    )


def test_a_row_of_a_table_is_the_words_of_its_cells() -> None:
    page = [
        *row("Quarter Revenue Costs", 100),
        *row("First 1,204.5 998.1", 115),
        *row("Second 1,310.0", 130),
        *row("Total 2,514.5 998.1", 145),
    ]
    words = Words(page)
    assert (
        inside(page, words.rectangles(Wanted("Quarter: First; Revenue: 1,204.5; Costs: 998.1")))
        == "First 1,204.5 998.1".split()
    )
    assert (
        inside(page, words.rectangles(Wanted("Quarter: Total; Revenue: 2,514.5; Costs: 998.1")))
        == "Total 2,514.5 998.1".split()
    )


def test_what_a_note_interrupts_is_found_in_parts() -> None:
    page = [
        *row("The bath leaks and its boiler", 100),
        *row("1 So the mayor.", 700, 50),
        *row("is no longer safe, she said.", 100, 320),
    ]
    found = Words(page).rectangles(Wanted("The bath leaks and its boiler is no longer safe, she said."))
    assert inside(page, found) == "The bath leaks and its boiler is no longer safe, she said.".split()


def test_what_is_not_there_is_not_boxed() -> None:
    words = Words(row("The bath leaks and its boiler is old", 100))
    assert words.rectangles(Wanted("Nils Ek handed over a list of names.")) == []
    assert words.rectangles(Wanted("")) == []
    assert Words([]).rectangles(Wanted("The bath")) == []


def test_of_a_word_that_is_quoted_in_part_the_part_is_boxed() -> None:
    page = [Placed("浴場は来年閉鎖される", (0.0, 0.0, 100.0, 10.0))]
    assert Words(page).rectangles(Wanted("来年")) == [(30.0, 0.0, 50.0, 10.0)]


# On pages that the test draws


@cache
def document(data: bytes) -> Document:
    found = pdf(data)
    return Document("a.pdf", canonical(found.text)[0], "A", pages=tuple(found.pages))


def boxed(data: bytes, start: int, end: int) -> str:
    """Return the letters of the words in the boxes of a quote, page after page, in the order of reading."""
    (found,) = all_boxed(data, [(start, end)])
    return found


def all_boxed(data: bytes, spans: Sequence[tuple[int, int]]) -> list[str]:
    """Return the same of several quotes, which are looked for together: a page is read once."""
    shown = document(data)
    wanted = [(number, *part) for number, span in enumerate(spans) for part in parts(shown, *span)]
    taken: list[list[Placed]] = [[] for _ in spans]
    for page in sorted({page for _, page, _ in wanted}):
        numbers, quotes = zip(*((number, quote) for number, there, quote in wanted if there == page), strict=True)
        words = placed(data, page)
        for number, boxes in zip(numbers, leaf.look(data, page, quotes).rectangles, strict=True):
            on_page: list[Placed] = []
            for box in boxes:
                on_page += [w for w in words if w.text in inside([w], [box]) and w not in on_page]
            taken[number] += on_page
    return [letters(" ".join(word.text for word in words)) for words in taken]


@cache
def placed(data: bytes, page: int) -> list[Placed]:
    opened = pypdfium2.PdfDocument(data)
    try:
        return list(leaf.placed(opened[page - 1]))
    finally:
        opened.close()


HEAD = (50, 800, "Ystad closes its bath")
FOOT = (50, 640, "The Courier is printed in Lund and sold all over the south of the country, also on Sundays.")
QUOTES = [
    "A new bath would cost 38 million crowns and could open in 2029 at the earliest, she added.",
    "Their speaker, Nils Ek, called the decision short-sighted and handed over a list of 4,200 names.",
    "The council of Ystad voted on Tuesday to close the old swimming bath at the end of the year.",
]


def turned(canvas: Canvas) -> None:
    """Draw on a page that lies on its side and is shown upright."""
    canvas.setPageRotation(90)
    canvas.translate(842, 0)
    canvas.rotate(90)
    at(HEAD, *by_row(), FOOT)(canvas)


def on_its_side(canvas: Canvas) -> None:
    canvas.translate(700, 0)
    canvas.rotate(90)
    at(*lines(LEFT, 50, 600))(canvas)


@pytest.mark.parametrize(
    "draw", [at(HEAD, *by_column(), FOOT), at(HEAD, *by_row(), FOOT), at(HEAD, *staggered(), FOOT), turned]
)
@pytest.mark.parametrize("quote", QUOTES)
def test_the_words_in_the_boxes_are_the_words_of_the_quote(draw: Draw, quote: str) -> None:
    data = drawn(draw)
    start = document(data).text.index(quote)
    assert boxed(data, start, start + len(quote)) == letters(quote)


@pytest.mark.parametrize("draw", [cells(ROWS), ruled(ROWS), ruled(ROWS, upright=False), by_columns])
def test_of_a_row_the_cells_are_boxed_and_no_other_row(draw: Draw) -> None:
    data = drawn(draw)
    text = document(data).text
    for n, row in enumerate(READ, start=1):
        start = text.index(row)
        assert boxed(data, start, start + len(row)) == letters("".join(ROWS[n])), row


def test_of_a_row_overleaf_the_cells_alone_are_boxed() -> None:
    more = [["Third", "1,418.2", "998.1"], ["Fourth", "1,204.5", "1,020.0"]]
    data = drawn(cells(ROWS), cells(more))
    text = document(data).text
    row = "Quarter: Fourth; Revenue: 1,204.5; Costs: 1,020.0"
    start = text.index(row)
    assert [page for page, _ in parts(document(data), start, start + len(row))] == [2]
    assert boxed(data, start, start + len(row)) == letters("".join(more[1]))


def test_a_cell_of_several_lines_is_boxed_whole() -> None:
    def draw(canvas: Canvas) -> None:
        for y in (712, 694, 658, 640):
            canvas.line(55, y, 400, y)
        at((60, 700, "Office"), (160, 700, "Task"), (320, 700, "Head"), (60, 674, "Labour"), (320, 674, "Ann Lee"))(
            canvas
        )
        at((160, 681, "Keeps the register"), (160, 668, "of all firms"), (60, 645, "Health"), (160, 645, "Hospitals"))(
            canvas
        )
        at((320, 645, "Bo Berg"))(canvas)

    data = drawn(draw)
    row = "Office: Labour; Task: Keeps the register of all firms; Head: Ann Lee"
    start = document(data).text.index(row)
    found = boxed(data, start, start + len(row))
    assert sorted(found) == sorted(letters("Labour Keeps the register of all firms Ann Lee"))


def test_text_on_its_side_is_boxed_where_it_is_seen() -> None:
    data = drawn(on_its_side)
    quote = QUOTES[0]
    start = document(data).text.index(quote)
    (found,) = leaf.look(data, 1, [Wanted(quote)]).rectangles
    assert boxed(data, start, start + len(quote)) == letters(quote)
    assert all(right - left < 12 for left, _, right, _ in found), "each is as wide as letters are high"


def test_a_quote_over_two_pages_is_boxed_on_both() -> None:
    data = drawn(
        at(*lines([*LEFT[:2], "the year, and of the", "following"])),
        at(*lines(["spring, as the council had", "promised.", "", "Then it rained."])),
    )
    text = document(data).text
    start = text.index("The council")
    end = text.index("promised.") + len("promised.")
    assert "following spring" in text
    assert [page for page, _ in parts(document(data), start, end)] == [1, 2]
    assert boxed(data, start, end) == letters(text[start:end])


def prose(chance: random.Random, count: int) -> str:
    """Make up sentences."""
    vocabulary = (
        "rain ferry bridge council mayor crowns boiler swim town hall list 1931 4,200 38 names year spring".split()
    )
    said: list[str] = []
    while len(said) < count:
        sentence = [chance.choice(vocabulary) for _ in range(chance.randint(4, 14))]
        said.append(" ".join(sentence).capitalize() + ".")
    return " ".join(said)


def wrapped(text: str, width: int) -> list[str]:
    found, line = [], ""
    for word in text.split():
        if len(line) + len(word) + 1 > width:
            found.append(line)
            line = word
        else:
            line = f"{line} {word}".strip()
    return [*found, line]


@pytest.mark.parametrize("seed", range(12))
def test_any_sentence_of_any_page(seed: int) -> None:
    chance = random.Random(seed)
    pages: list[Draw] = []
    for _ in range(2):
        columns = chance.choice([1, 2])
        items = []
        for column in range(columns):
            items += lines(wrapped(prose(chance, 14), 90 if columns == 1 else 40), 50 + 270 * column)
        pages.append(at(*items))
    data = drawn(*pages)
    shown = document(data)
    at_ = 0
    spans = []
    for sentence in shown.text.replace("\n\n", " ").split(". ")[:-1]:
        start = shown.text.find(sentence, at_)
        if start < 0:
            continue
        at_ = start + len(sentence)
        spans.append((start, at_))
    for (start, end), found in zip(spans, all_boxed(data, spans), strict=True):
        assert found == letters(shown.text[start:end]), shown.text[start:end]
