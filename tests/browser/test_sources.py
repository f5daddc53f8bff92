import io
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Locator, Page, expect
from reportlab.pdfgen.canvas import Canvas

from rag.config import Config
from tests.browser.conftest import open_view, served, visited
from tests.conftest import ARTICLE, built_over

SLOW = 120_000
"""Milliseconds: an index is built meanwhile."""
OTTERS = "# Otters of Lutra\n\nThe otters of Lutra eat 900 fish a day, said the warden Ana Pike."
ABOUT_OTTERS = "How many fish do the otters of Lutra eat a day?"
ABOUT_CUBA = "Who is Cuba's foreign minister?"
HOSTILE = "<img src=x onerror=alert(1)>.pdf"


@pytest.fixture(autouse=True)
def _patience() -> Iterator[None]:
    expect.set_options(timeout=SLOW)
    yield
    expect.set_options(timeout=5000)


@pytest.fixture
def sources(tmp_path: Path, article: str) -> Path:
    folder = tmp_path / "sources"
    folder.mkdir()
    (folder / ARTICLE).write_bytes(article.encode())
    return folder


@pytest.fixture
def page(browser: Browser, config: Config, sources: Path, tmp_path: Path) -> Iterator[Page]:
    """A fresh page over the article and what else a test has put into ``sources``, which are its own."""
    own = built_over(config, sources, tmp_path / "index")
    with served(own, "--sources", str(sources)) as url, visited(browser, url) as page:
        page.on("dialog", lambda dialog: dialog.accept())
        yield page


@pytest.fixture
def with_otters(sources: Path) -> None:
    (sources / "otters.md").write_text(OTTERS)


def pdf(line: str) -> bytes:
    buffer = io.BytesIO()
    canvas = Canvas(buffer)
    canvas.setTitle("Badgers of Meles")
    canvas.drawString(72, 720, line)
    canvas.save()
    return buffer.getvalue()


def ask(page: Page, question: str, outcome: str) -> None:
    """Ask in the chat, and see that it is answered, or refused."""
    open_view(page, "Ask")
    asked = page.locator("[data-outcome]").count()
    page.get_by_label("Question", exact=True).fill(question)
    page.wait_for_timeout(500)  # within milliseconds of the last answer Gradio may lose a press
    page.get_by_role("button", name="Ask", exact=True).click()
    expect(page.locator("[data-outcome]")).to_have_count(asked + 1, timeout=SLOW)
    expect(page.locator("[data-outcome]").last).to_have_attribute("data-outcome", outcome)


def row(page: Page, source: str) -> Locator:
    return page.locator("#ql-list .ql-book", has_text=source)


def built(page: Page, told: str) -> None:
    expect(page.locator("#ql-job")).to_contain_text(told, timeout=SLOW)


def test_files_are_uploaded_dropped_removed_and_a_folder_is_added(
    page: Page, screenshots: Path, sources: Path, tmp_path: Path
) -> None:
    a_pdf_is_uploaded_asked_about_and_removed(page, screenshots, sources)
    what_is_dropped_and_cannot_be_used_says_why(page)
    a_folder_is_added_by_its_path(page, tmp_path)


def a_pdf_is_uploaded_asked_about_and_removed(page: Page, screenshots: Path, sources: Path) -> None:
    question = "How many tunnels did the badgers of Meles dig?"
    open_view(page, "Library")
    expect(row(page, ARTICLE)).to_contain_text("12 Jan 2026")
    content = pdf("The badgers of Meles dug 41 tunnels in a year, said Ana Pike.")
    page.get_by_label("choose files").set_input_files(
        {"name": "badgers.pdf", "mimeType": "application/pdf", "buffer": content}
    )
    arrived = page.locator("#ql-add .ql-uploaded")
    expect(arrived).to_contain_text("uploads/badgers.pdf", timeout=SLOW)
    built(page, "Documents: 2 (1 added")
    expect(arrived).to_have_text("uploads/badgers.pdfIn the index")
    expect(row(page, "uploads/badgers.pdf")).to_contain_text("Badgers of Meles")
    assert (sources / "uploads" / "badgers.pdf").read_bytes() == content
    ask(page, question, "answered")
    expect(page.locator("[data-outcome]").last).to_contain_text("41 tunnels")
    open_view(page, "Library")
    expect(page.locator("#ql-pictures circle.ql-used")).to_have_count(1)
    expect(page.get_by_role("group", name="Badgers of Meles (1)")).to_be_visible()
    page.screenshot(path=screenshots / "uploaded.png", full_page=True)
    page.evaluate("document.body.classList.add('dark')")
    page.screenshot(path=screenshots / "uploaded-dark.png", full_page=True)
    row(page, "uploads/badgers.pdf").get_by_role("button", name="What can be done with Badgers of Meles").click()
    page.get_by_role("menuitem", name="Remove").click()
    built(page, "Documents: 1 (0 added, 0 changed, 1 removed)")
    expect(row(page, "uploads/badgers.pdf")).to_have_count(0)
    assert (sources / ".removed" / "uploads" / "badgers.pdf").read_bytes() == content
    ask(page, question, "refused")


def what_is_dropped_and_cannot_be_used_says_why(page: Page) -> None:
    open_view(page, "Library")
    dropped = page.evaluate_handle(
        """(name) => {
          const data = new DataTransfer();
          data.items.add(new File(["%PDF-1.7 broken"], name));
          data.items.add(new File(["MZ"], "program.exe"));
          return data;
        }""",
        HOSTILE,
    )
    page.locator(".ql-drop").dispatch_event("drop", {"dataTransfer": dropped})
    told = page.locator(".ql-uploaded li")
    expect(told.filter(has_text="program.exe")).to_contain_text("Not added: it is none of .txt", timeout=SLOW)
    expect(told.filter(has_text=f"uploads/{HOSTILE}")).to_contain_text("Could not be read: ")
    built(page, "could not be read: 1")
    quarantined = row(page, HOSTILE)
    expect(quarantined).to_have_attribute("data-state", "skipped")
    expect(quarantined).to_contain_text("PDF")
    assert page.locator("#ql-list img, .ql-drop img").count() == 0
    page.locator("#ql-list").get_by_label("Find a source").fill("could not be read")
    expect(page.locator("#ql-list .ql-book")).to_have_count(1)


@pytest.mark.usefixtures("with_otters")
def test_the_chat_is_limited_to_a_source_and_answers_while_others_are_indexed(page: Page, sources: Path) -> None:
    the_chat_can_be_limited_to_a_source(page)
    open_view(page, "Ask")  # what lies in the folder is looked at when the library is opened
    it_answers_while_the_sources_are_indexed(page, sources)


def the_chat_can_be_limited_to_a_source(page: Page) -> None:
    ask(page, ABOUT_CUBA, "answered")
    open_view(page, "Library")
    row(page, "otters.md").get_by_role("checkbox").check()
    expect(page.locator("#ql-limits")).to_have_text("The chat is limited to 1 of all 2 documents, sources otters.md.")
    ask(page, ABOUT_CUBA, "refused")
    ask(page, ABOUT_OTTERS, "answered")
    expect(page.locator("#ql-limited")).to_have_text("1 of 2 sources")
    page.locator("#ql-limit-note").get_by_role("button", name="Use all sources").click()
    expect(page.locator("#ql-limited")).to_have_text("All 2 sources")
    ask(page, ABOUT_CUBA, "answered")
    open_view(page, "Library")
    expect(row(page, "otters.md").get_by_role("checkbox")).not_to_be_checked()
    page.get_by_role("textbox", name="Published on or after").last.fill("yesterday")
    page.get_by_role("button", name="Limit the chat", exact=True).click()
    expect(page.locator("#ql-limits")).to_have_text("'yesterday' is no date: write it as 2026-01-31")


def it_answers_while_the_sources_are_indexed(page: Page, sources: Path) -> None:
    for number in range(60):
        (sources / f"{number}.txt").write_text(f"House {number} of Lutra has {number + 3} windows, said Ana Pike.")
    open_view(page, "Library")
    page.locator("#ql-list").get_by_label("Find a source").fill("59.txt")
    expect(row(page, "59.txt")).to_contain_text("Waits to be indexed")
    page.get_by_role("button", name="Re-index").click()
    expect(page.locator("#ql-job [data-running]")).to_be_visible()
    ask(page, ABOUT_CUBA, "answered")
    open_view(page, "Library")
    built(page, "Documents: 62 (60 added")
    ask(page, "How many windows does House 41 of Lutra have?", "answered")
    expect(page.locator("[data-outcome]").last).to_contain_text("44 windows")


def a_folder_is_added_by_its_path(page: Page, tmp_path: Path) -> None:
    (tmp_path / "notes").mkdir()
    (tmp_path / "notes" / "otters.md").write_text(OTTERS)
    open_view(page, "Library")
    path = page.get_by_label("Add a folder of this computer by its path")
    path.fill("notes")
    page.get_by_role("button", name="Add folder").click()
    expect(page.locator("#ql-said")).to_contain_text("'notes' is no full path")
    path.fill(str(tmp_path / "notes"))
    page.get_by_role("button", name="Add folder").click()
    built(page, "Documents: 2 (1 added")
    ask(page, ABOUT_OTTERS, "answered")
