"""Pictures are taken out of files, small and each once, and what is said of them comes into their places."""

import base64
import io
import zipfile
from collections.abc import Callable, Sequence
from typing import Any

import docx
import pytest
from PIL import Image, ImageDraw
from reportlab.lib.utils import ImageReader
from reportlab.pdfgen.canvas import Canvas

from rag.documents.common import gallery
from rag.documents.common.gallery import Gallery
from rag.documents.common.parsed import Parsed
from rag.documents.parse import parse
from tests.unit.test_opendocument import package
from tests.unit.test_slides import deck, par, rels, sp

TEXTS = "The report of Arle.", "Wages of Brock rose.", "It ends here."


def chart(bars: int = 3, size: tuple[int, int] = (320, 200), form: str = "PNG") -> bytes:
    """Return a picture of so many bars, which is another than that of more or fewer."""
    image = Image.new("RGB", size, "white")
    for n in range(bars):
        ImageDraw.Draw(image).rectangle((20 + 30 * n, 20 + 10 * n, 40 + 30 * n, size[1] - 10), fill=(200, 40 * n, 0))
    out = io.BytesIO()
    image.save(out, form)
    return out.getvalue()


def told(suffix: str, data: bytes, said: Callable[[Image.Image], str] | None = None) -> Parsed:
    """Parse a file, with what is said of its pictures in their places: their size, or nothing."""
    found = parse(suffix, data, 10, gallery=Gallery())
    pictures = {mark: Image.open(io.BytesIO(base64.b64decode(one))) for mark, one in found.pictures.items()}
    assert all(one.format == "JPEG" and mark in found.text for mark, one in pictures.items())
    found.settle(lambda mark: (said or (lambda image: "<{}x{}>".format(*image.size)))(pictures[mark]))
    return found


def pdf(*pages: Sequence[tuple[bytes, tuple[float, float, float, float]]]) -> bytes:
    out = io.BytesIO()
    canvas = Canvas(out, pagesize=(595, 842))
    for text, page in zip(TEXTS, pages, strict=False):
        canvas.drawString(72, 780, text)
        for data, box in page:
            canvas.drawImage(ImageReader(io.BytesIO(data)), *box)
        canvas.showPage()
    canvas.save()
    return out.getvalue()


def test_the_pictures_of_a_pdf_stand_on_their_pages() -> None:
    one, two = (chart(1), (72, 400, 300, 190)), (chart(2), (72, 100, 144, 90))
    found = told(".pdf", pdf([one, two], [], [(chart(3), (72, 400, 300, 190))]))
    first, second, third, fourth, fifth, sixth = found.text.split("\n\n")
    assert (first, third, fourth, fifth) == (TEXTS[0], "<400x250>", *TEXTS[1:])
    assert second == sixth == "<833x528>", "a page is drawn with 200 dots to an inch"
    assert found.pages == [0, *map(found.text.index, TEXTS[1:])]


def test_what_is_no_picture_of_its_own_is_not_taken() -> None:
    icon, ground, strip = (chart(1), (72, 700, 30, 30)), (chart(2), (0, 0, 595, 842)), (chart(4), (72, 600, 400, 20))
    assert told(".pdf", pdf([icon, ground, strip])).text == TEXTS[0]
    halves = [(chart(3), (72, 300, 200, 100)), (chart(4), (72, 200, 200, 100))]
    assert told(".pdf", pdf(halves)).text.count("<") == 1, "strips of one picture are one"


def test_a_figure_that_was_placed_whole_and_a_page_without_text() -> None:
    out = io.BytesIO()
    canvas = Canvas(out, pagesize=(595, 842))
    canvas.beginForm("plot")
    for n in range(12):
        canvas.circle(100 + 20 * n, 400 + 10 * n, 8)
    canvas.endForm()
    canvas.drawString(72, 780, "The plot is below.")
    canvas.doForm("plot")
    canvas.showPage()
    canvas.circle(300, 300, 200)
    canvas.save()
    found = told(".pdf", out.getvalue())
    _, plot, page = found.text.split("\n\n")
    wide, high = map(int, plot.strip("<>").split("x"))
    assert 600 < wide < 800
    assert 300 < high < 450
    assert page == "<1108x1568>"


def test_the_pictures_of_documents_stand_where_they_are() -> None:
    made = docx.Document()
    made.add_paragraph("Wages are told below.")
    made.add_picture(io.BytesIO(chart()))
    made.add_paragraph("They rose.")
    out = io.BytesIO()
    made.save(out)
    assert told(".docx", out.getvalue()).text == "Wages are told below.\n\n<320x200>\n\nThey rose."
    picture = (
        '<p:pic><p:nvPicPr><p:cNvPr id="1" name="x"/></p:nvPicPr><p:blipFill><a:blip r:embed="p"/></p:blipFill></p:pic>'
    )
    slides = added(
        deck(sp(par("One."), "title") + picture, sp(par("Two."), "title")),
        {"ppt/slides/_rels/slide8.xml.rels": rels(("p", "image", "../media/a.png")), "ppt/media/a.png": chart()},
    )
    found = told(".pptx", slides)
    assert found.text == "One.\n\n<320x200>\n\nTwo."
    assert found.pages == [0, found.text.index("Two.")]
    frame = "<draw:frame><draw:image xlink:href='Pictures/a.png'/></draw:frame>"
    text = f"<text:p>Above.</text:p><text:p>{frame}</text:p><text:p>Below.</text:p>"
    assert told(".odt", added(package(text), {"Pictures/a.png": chart()})).text == "Above.\n\n<320x200>\n\nBelow."
    held = f"data:image/png;base64,{base64.b64encode(chart()).decode()}"
    for address, shown in ((held, "<320x200>\n\n"), ("https://example.com/a.png", ""), ("data:image/png;base64,?", "")):
        page = f"<figure><img src='{address}'><figcaption>Tides, by year.</figcaption></figure><p>The tide rose.</p>"
        assert told(".html", page.encode()).text == f"{shown}Tides, by year.\n\nThe tide rose."


def test_the_pictures_of_a_book_stand_in_their_chapters() -> None:
    figure = "<figure><img src='../art/a%20b.png'/></figure>"
    items = '<manifest><item id="a" href="text/a.xhtml"/></manifest><spine><itemref idref="a"/></spine>'
    lost = "<figure><img src='gone.png'/></figure>"
    chapters: dict[str, bytes | str] = {
        "META-INF/container.xml": '<container><rootfiles><rootfile full-path="b.opf"/></rootfiles></container>',
        "b.opf": f"<package>{items}</package>",
        "text/a.xhtml": f"<html><body><p>Above.</p>{figure}{lost}<p>Below.</p></body></html>",
        "art/a b.png": chart(),
    }
    out = io.BytesIO()
    zipfile.ZipFile(out, "w").close()
    assert told(".epub", added(out.getvalue(), chapters)).text == "Above.\n\n<320x200>\n\nBelow."


def added(archive: bytes, files: dict[str, "bytes | str"]) -> bytes:
    out = io.BytesIO(archive)
    with zipfile.ZipFile(out, "a") as file:
        for name, data in files.items():
            file.writestr(name, data)
    return out.getvalue()


def test_a_picture_by_itself() -> None:
    assert told(".png", chart(size=(640, 400))).text == "<640x400>"
    assert told(".png", chart(size=(4000, 2000))).text == "<1568x784>"
    pages = [Image.open(io.BytesIO(chart(n))) for n in (1, 2)]
    out = io.BytesIO()
    pages[0].save(out, "TIFF", save_all=True, append_images=pages[1:])
    found = told(".tiff", out.getvalue())
    assert found.text.count("<") == len(found.pages) == 2


@pytest.mark.parametrize(
    "data",
    [b"", b"GIF89a", chart()[:200], chart(size=(90, 90)), chart(0), chart(size=(1300, 101))],
    ids=["none", "no picture", "cut off", "an icon", "of one colour", "a rule"],
)
def test_what_shows_nothing_is_passed_over(data: bytes) -> None:
    assert Gallery().hang(data) == []


def test_the_same_picture_is_taken_once_a_file_and_no_more_than_so_many(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(gallery, "MOST", 3)
    hung = Gallery()
    assert [len(hung.hang(chart(bars))) for bars in (1, 1, 2)] == [1, 0, 1]
    assert len(hung.taken()) == 2
    assert [len(hung.hang(chart(bars))) for bars in (1, 3, 4)] == [1, 0, 0], "the next file may have it again"
    (line,) = hung.told()
    assert line.startswith("2 of the pictures are not described, as more than 3 pictures")


def settled(text: str, said: str, pages: list[int] | None = None) -> tuple[str, list[int]]:
    found = Parsed(text, pages=pages or [], pictures=dict.fromkeys(("QLaP1Q", "QLaP2Q"), ""))
    found.settle(lambda mark: f"{said}{mark[4]}" if said else "")
    assert not found.pictures
    return found.text, found.pages


@pytest.mark.parametrize(
    ("text", "with_words", "without"),
    [
        ("A.\n\nQLaP1Q\n\nB.", "A.\n\nW1\n\nB.", "A.\n\nB."),
        ("QLaP1Q\n\nB.", "W1\n\nB.", "B."),
        ("A.\n\nQLaP1Q\n\nQLaP2Q", "A.\n\nW1\n\nW2", "A."),
        ("QLaP1Q", "W1", ""),
        ("Header: QLaP1Q\n\nB.", "Header:\n\nW1\n\nB.", "Header:\n\nB."),
        ("Note 1: see QLaP1Q there QLaP2Q", "Note 1: see there\n\nW1\n\nW2", "Note 1: see there"),
    ],
)
def test_what_is_said_is_a_paragraph_of_its_own(text: str, with_words: str, without: str) -> None:
    assert settled(text, "W")[0] == with_words
    assert settled(text, "")[0] == without


def test_pages_stay_where_they_are() -> None:
    text = "One.\n\nQLaP1Q\n\nQLaP2Q\n\nThree."
    pages = [0, text.index("QLaP2Q"), text.index("Three")]
    for said in ("", "What is to be seen, "):
        after, moved = settled(text, said, pages)
        starts: list[Any] = ["One.", f"{said}2" if said else "Three.", "Three."]
        assert [after[start:].startswith(begin) for start, begin in zip(moved, starts, strict=True)] == [True] * 3
