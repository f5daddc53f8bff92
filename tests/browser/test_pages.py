"""Sources as they are printed: a page of a PDF with its quote boxed, other texts with headings, lists and tables."""

import io
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Literal

import docx as writer
import pytest
from playwright.sync_api import Browser, Locator, Page, expect
from reportlab.pdfgen.canvas import Canvas

from rag.config import Config
from tests.browser.conftest import open_view, picture, served, settled, violations, visited
from tests.browser.test_chat import SLOW, answers, ask
from tests.conftest import built_over
from tests.integration.test_transcribing import SAID, sound
from tests.loopback import hears, loopback, says
from tests.unit.test_gallery import chart

BATH = "How much would the new bath of Ystad cost?"
HOLM = "Who is the mayor of Ystad?"
OWNED = "Who owns the ferry of Larkin?"
LEFT = """The council of Ystad voted on Tuesday to close the
old swimming bath of Ystad at the end of the year.
The new bath of Ystad would cost 38 million crowns
and could open in 2029 at the earliest, she added.""".split("\n")
RIGHT = """Swimmers protested in front of the town hall.
Their speaker, Nils Ek, called the decision
short-sighted and handed over a list of names.
It rained all day, and nobody went home.""".split("\n")
NEXT = """The mayor of Ystad is Eva Holm, who was elected in 2022.
She was a teacher before, and rows on the lake.""".split("\n")
SCHEMES: tuple[Literal["light", "dark"], ...] = ("light", "dark")
BOX = ".ql-leaf .ql-box.ql-selected:not([hidden])"
INKED = """async (box) => { // how much of what a box covers is dark: words are
  const image = box.parentElement.querySelector("img");
  await image.decode();
  const canvas = new OffscreenCanvas(image.naturalWidth, image.naturalHeight);
  const drawn = canvas.getContext("2d");
  drawn.drawImage(image, 0, 0);
  const [all, own] = [image.getBoundingClientRect(), box.getBoundingClientRect()];
  const scale = image.naturalWidth / all.width;
  const part = [own.x - all.x, own.y - all.y, own.width, own.height].map((each) => Math.round(each * scale));
  const { data } = drawn.getImageData(...part);
  let dark = 0;
  for (let at = 0; at < data.length; at += 4) dark += data[at] < 128;
  return dark / (data.length / 4);
}"""


def pdf() -> bytes:
    """Return a PDF of two pages, the first of which has two columns."""
    out = io.BytesIO()
    canvas = Canvas(out, pagesize=(595, 842))
    canvas.setTitle("Ystad closes its bath")
    for columns in ([LEFT, RIGHT], [NEXT]):
        canvas.setFont("Helvetica", 10)
        for column, text in enumerate(columns):
            for n, line in enumerate(text):
                canvas.drawString(50 + 270 * column, 760 - 14 * n, line)
        canvas.showPage()
    canvas.save()
    return out.getvalue()


def word() -> bytes:
    """Return a DOCX with a heading, paragraphs, a list and a table."""
    made = writer.Document()
    made.core_properties.title = "The ferry of Larkin"
    made.add_heading("Who owns it", 1)
    made.add_paragraph("The ferry of Larkin is owned by Ana Silva, and it sails twice a day but for Sundays.")
    made.add_heading("Passengers", 1)
    made.add_paragraph("The figures below are those of the harbour, and were counted at the gate each day.")
    table = made.add_table(3, 2)
    for row, cells in enumerate((("Year", "Passengers"), ("2022", "1,204"), ("2023", "1,310"))):
        for column, cell in enumerate(cells):
            table.cell(row, column).text = cell
    out = io.BytesIO()
    made.save(out)
    return out.getvalue()


@pytest.fixture(scope="module")
def harbour(config: Config, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, Path]]:
    """The address of a page over a PDF, a DOCX and a text, and the folder of the sources."""
    folder = tmp_path_factory.mktemp("harbour")
    sources = folder / "sources"
    sources.mkdir()
    (sources / "bath.pdf").write_bytes(pdf())
    (sources / "ferry.docx").write_bytes(word())
    (sources / "mill.txt").write_text("The mill at Lutra was built in 1890, said Ana Pike.")
    with served(built_over(config, sources, folder / "index"), "--sources", str(sources)) as address:
        yield address, sources


@pytest.fixture
def site(browser: Browser, harbour: tuple[str, Path]) -> Iterator[Page]:
    with visited(browser, harbour[0]) as page:
        yield page


def quoted(page: Page, question: str) -> Locator:
    """Ask, open the first quote, and return the first box of it once its page is drawn."""
    ask(page, question)
    answers(page, 1).get_by_role("button", name="Show quote 1 in its source").click()
    expect(page.locator(BOX).first).to_be_visible(timeout=SLOW)
    drawn = "image => image.decode().then(() => image.naturalWidth > 600)"
    assert page.locator(".ql-leaf img").evaluate(drawn), "the page is drawn in twice the width that it has"
    return page.locator(BOX).first


def test_a_pdf_opens_as_its_page_with_the_quote_boxed_and_enlarged_by_keys_and_in_the_notebook(
    site: Page, screenshots: Path
) -> None:
    first = quoted(site, BATH)
    the_quote_is_boxed(site, first, screenshots)
    a_page_is_enlarged_around_the_quote(site, first)
    who_reads_by_keyboard_comes_to_the_box(site)
    a_pinned_quote_opens_on_its_page_in_the_notebook(site, screenshots)


def the_quote_is_boxed(site: Page, first: Locator, screenshots: Path) -> None:
    site.wait_for_timeout(300)
    picture(site, screenshots / "pages.png")
    assert site.locator(BOX).count() == 2, "a quote over two lines has two boxes"
    assert "38 million crowns" in (first.get_attribute("aria-label") or "")
    image = site.locator(".ql-leaf img")
    assert image.get_attribute("alt") == (
        "Page 1 of 2 of Ystad closes its bath, as it is printed. The text view has its words."
    )
    paper, box = image.bounding_box(), first.bounding_box()
    assert paper
    assert box
    # Where the test drew the third line of the first column: 50 points from the left, 732 from the foot.
    scale = paper["width"] / 595
    assert box["x"] == pytest.approx(paper["x"] + 50 * scale, abs=4)
    assert box["y"] <= paper["y"] + (842 - 732 - 7) * scale
    assert box["y"] + box["height"] >= paper["y"] + (842 - 732) * scale
    assert box["x"] + box["width"] < paper["x"] + 310 * scale, "the other column is not boxed"
    assert site.locator(BOX).nth(0).evaluate(INKED) > 0.05
    assert site.locator(BOX).nth(1).evaluate(INKED) > 0.05


def test_a_picture_opens_and_it_is_said_who_describes_it(
    browser: Browser, config: Config, tmp_path: Path, screenshots: Path
) -> None:
    sources = tmp_path / "sources"
    sources.mkdir()
    (sources / "rents.png").write_bytes(chart(5, (1200, 700)))
    (sources / "mill.txt").write_text("The mill at Lutra was built in 1890, said Ana Pike.")
    with loopback() as server:
        server.behaviours = [says("A bar chart shows that the rents of Arle rose by 12 % in 2025. Its bars are red.")]
        asked = replace(config, describe=True, llm=f"openai-like:{server.url}/v1#gemma", data=str(tmp_path))
        built_over(asked, sources, tmp_path / "index")
    own = replace(config, index=str(tmp_path / "index"))
    with served(own, "--sources", str(sources)) as address, visited(browser, address) as page:
        ask(page, "By how much did the rents of Arle rise in 2025?")
        chip = answers(page, 1).get_by_role("button", name="Show quote 1 in its source").first
        expect(chip).to_have_text("1rents.pngdescribed")
        chip.click()
        expect(page.locator(".ql-leaf img")).to_be_visible(timeout=SLOW)
        drawn = "image => image.decode().then(() => image.naturalWidth > 600)"
        assert page.locator(".ql-leaf img").evaluate(drawn)
        expect(page.locator(".ql-leaf [role=status]")).to_contain_text("gemma described a picture on this page.")
        axe_finds_no_fault_in_it(page, screenshots)
        page.get_by_role("button", name="Text view").click()
        expect(page.locator(".ql-text")).to_contain_text("Described by gemma, not the source's own words:")
        expect(page.locator("mark.ql-selected")).to_contain_text("rose by 12 % in 2025.")


def test_sound_opens_where_a_quote_is_said(browser: Browser, config: Config, tmp_path: Path, screenshots: Path) -> None:
    sources = tmp_path / "sources"
    sources.mkdir()
    (sources / "council.wav").write_bytes(sound(seconds=20))
    (sources / "mill.txt").write_text("The mill at Lutra was built in 1890, said Ana Pike.")
    with loopback() as server:
        server.behaviours = [hears(*SAID)]
        asked = replace(config, transcribe=f"openai-like:{server.url}/v1#whisper-1", data=str(tmp_path))
        built_over(asked, sources, tmp_path / "index")
    own = replace(config, index=str(tmp_path / "index"))
    with served(own, "--sources", str(sources)) as address, visited(browser, address) as page:
        ask(page, "By how much did the rents of Arle rise in 2025?")
        chip = answers(page, 1).get_by_role("button", name="Show quote 1 in its source").first
        expect(chip).to_have_text("1council.wavtranscribed")
        chip.click()
        player = page.get_by_label("Player of council.wav")
        expect(player).to_be_visible(timeout=SLOW)
        assert player.evaluate(
            "one => new Promise(told => { const at = () => one.currentTime ? told(one.currentTime)"
            " : setTimeout(at, 50); at(); })"
        ) == pytest.approx(2.5, abs=0.1)
        expect(page.locator(".ql-about")).to_contain_text("at 0:02")
        expect(page.locator(".ql-text")).to_contain_text("Transcribed by whisper-1, not the source's own words:")
        before = "one => getComputedStyle(one, '::before').content"
        assert page.locator(".ql-text p").first.evaluate(before) == '"0:00"'
        axe_finds_no_fault_in_it(page, screenshots, "transcribed")


def axe_finds_no_fault_in_it(page: Page, screenshots: Path, name: str = "described") -> None:
    found = []
    for width in (390, 1440):
        page.set_viewport_size({"width": width, "height": 860})
        if width == 390:  # where the picture is a sheet over the answer
            picture(page, screenshots / "looks" / f"{name}-answer-390-light.png")
            page.get_by_role("button", name="Show quote 1 in its source").click()
        for scheme in SCHEMES:
            page.emulate_media(color_scheme=scheme)
            settled(page)
            picture(page, screenshots / "looks" / f"{name}-{width}-{scheme}.png")
            found += [(scheme, width, one["id"], one["nodes"][0]["html"]) for one in violations(page)]
    page.emulate_media(color_scheme="light")
    assert found == []


def test_the_text_is_a_press_away_and_the_choice_holds(site: Page) -> None:
    quoted(site, BATH)
    site.get_by_role("button", name="Text view").click()
    mark = site.locator("mark.ql-selected")
    expect(mark).to_be_visible()
    expect(site.locator(".ql-leaf")).to_be_hidden()
    expect(site.get_by_role("button", name="Page view")).to_be_focused()
    site.get_by_role("tab", name="All sources").click()
    site.locator(".ql-source", has_text="Ystad").click()
    expect(site.locator(".ql-text")).to_be_visible()
    expect(site.locator(".ql-leaf")).to_be_hidden()
    site.reload()
    site.get_by_label("Question", exact=True).wait_for()
    site.get_by_role("heading", name="Quoteline").hover(trial=True)
    site.locator(".ql-source", has_text="Ystad").click()
    expect(site.locator(".ql-text")).to_be_visible()
    site.get_by_role("button", name="Page view").click()
    expect(site.locator(".ql-leaf img")).to_be_visible()


def test_pages_are_turned_by_button_and_key_and_a_word_file_has_headings(site: Page, screenshots: Path) -> None:
    quoted(site, HOLM)
    expect(site.locator(".ql-leaf-of")).to_have_text("Page 2 of 2")
    expect(site.get_by_role("button", name="Next page")).to_be_disabled()
    site.get_by_role("button", name="Previous page").click()
    expect(site.locator(".ql-leaf-of")).to_have_text("Page 1 of 2")
    expect(site.get_by_role("button", name="Next page")).to_be_focused()
    expect(site.locator(BOX)).to_have_count(0)
    site.locator(".ql-sheet").focus()
    site.keyboard.press("ArrowRight")
    expect(site.locator(".ql-leaf-of")).to_have_text("Page 2 of 2")
    expect(site.locator(BOX).first).to_be_visible()
    a_word_file_has_headings_and_tables(site, screenshots)


def a_page_is_enlarged_around_the_quote(site: Page, box: Locator) -> None:
    before = box.bounding_box()
    site.get_by_role("button", name="Enlarge").click()
    after = box.bounding_box()
    assert before
    assert after
    assert after["width"] > 1.5 * before["width"]
    assert site.evaluate(
        """() => {
          const area = document.querySelector(".ql-sheet").getBoundingClientRect();
          const box = document.querySelector(".ql-box.ql-selected").getBoundingClientRect();
          return box.left >= area.left && box.top >= area.top && box.bottom <= area.bottom;
        }"""
    ), "and the quote stays in view"


def who_reads_by_keyboard_comes_to_the_box(site: Page) -> None:
    chip = answers(site, 1).get_by_role("button", name="Show quote 1 in its source")
    site.get_by_role("tab", name="All sources").click()
    chip.focus()
    site.keyboard.press("Enter")
    expect(site.locator(BOX).first).to_be_focused()
    site.keyboard.press("Escape")
    expect(chip).to_be_focused()


def a_pinned_quote_opens_on_its_page_in_the_notebook(site: Page, screenshots: Path) -> None:
    site.locator(".ql-bench .ql-pin").click()
    open_view(site, "Notebook")
    site.locator("#ql-notes [data-note=open]").first.click()
    expect(site.locator("#ql-noted .ql-box.ql-selected").first).to_be_visible()
    site.wait_for_timeout(300)
    site.screenshot(path=screenshots / "pinned-page.png")


def a_word_file_has_headings_and_tables(site: Page, screenshots: Path) -> None:
    ask(site, OWNED)
    answers(site, 2).get_by_role("button", name="Show quote 1 in its source").click()
    expect(site.locator("mark.ql-selected")).to_contain_text("owned by Ana Silva")
    assert site.locator(".ql-text h3").all_inner_texts() == ["Who owns it", "Passengers"]
    expect(site.locator(".ql-text tbody tr")).to_have_count(2)
    assert site.locator(".ql-text thead th").evaluate_all("all => all.map((th) => th.dataset.name)") == [
        "Year",
        "Passengers",
    ]
    assert "Year: 2022; Passengers: 1,204" in (site.locator(".ql-text").text_content() or "")
    site.screenshot(path=screenshots / "word.png")


def test_nothing_is_wrong_for_axe(site: Page, screenshots: Path) -> None:
    quoted(site, BATH)
    found = []
    for width in (1440, 390):
        site.set_viewport_size({"width": width, "height": 860})
        if width == 390:  # where the page is a sheet over the answer
            site.get_by_role("button", name="Show quote 1 in its source").click()
        for other in ("Text view", "Page view"):  # than the one that is shown
            for scheme in SCHEMES:
                site.emulate_media(color_scheme=scheme)
                settled(site)
                if other == "Text view":
                    site.screenshot(path=screenshots / f"page-{scheme}-{width}.png")
                found += [(scheme, width, one["id"], one["nodes"][0]["html"]) for one in violations(site)]
            site.get_by_role("button", name=other).click()
    assert found == []


def test_of_a_file_that_has_changed_the_text_is_shown_and_that_is_told(
    browser: Browser, harbour: tuple[str, Path]
) -> None:
    address, sources = harbour
    before = (sources / "bath.pdf").read_bytes()
    with visited(browser, address) as page:
        try:
            (sources / "bath.pdf").write_bytes(before.replace(b"Helvetica", b"Courier\n\n"))
            ask(page, BATH)
            answers(page, 1).get_by_role("button", name="Show quote 1 in its source").click()
            expect(page.locator("mark.ql-selected")).to_be_visible()
            expect(page.locator(".ql-document .ql-warning")).to_contain_text("not the one that was indexed")
            expect(page.locator(".ql-leaf")).to_have_count(0)
        finally:
            (sources / "bath.pdf").write_bytes(before)
