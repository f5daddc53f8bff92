import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from rag.config import Config
from tests.browser.conftest import picture, served, settled, visited
from tests.browser.test_accessibility import faults
from tests.servers import Sent, web

SLOW = 120_000
"""Milliseconds: a first index is built meanwhile, its encoder too."""
ADDRESS = "Address of a page or a file"
OTTERS = """Havana, January 12, 2026 — Warden Ana Pike announced a new reserve for the otters of Lutra on Monday.

The Lutra Agency counted 900 otters along the river in the autumn of 2025. Ana Pike, a biologist, leads the agency.
"""
BADGERS = """The Meles Council approved 41 new tunnels for the badgers of Meles in March 2026.

Mayor Luis Ortega signed the plan, and the work will cost the town about two million euros.
"""


@pytest.fixture(autouse=True)
def _patience() -> Iterator[None]:
    expect.set_options(timeout=SLOW)
    yield
    expect.set_options(timeout=5000)


@pytest.fixture
def sources(tmp_path: Path) -> Path:
    """The folder of the sources, which is not there yet."""
    return tmp_path / "papers" / "sources"


@pytest.fixture
def nothing(sources: Path, tmp_path: Path) -> Config:
    """Settings where there is nothing: no index, and no sources."""
    return Config(sources=str(sources), index=str(tmp_path / "index"), data=str(tmp_path / "data"))


def dropped(page: Page, files: dict[str, str]) -> None:
    """Drop files somewhere on the page."""
    data = page.evaluate_handle(
        """(files) => {
          const data = new DataTransfer();
          for (const [name, text] of Object.entries(files)) data.items.add(new File([text], name));
          return data;
        }""",
        files,
    )
    page.locator("#ql-begun h2").dispatch_event("drop", {"dataTransfer": data})


def arrival(page: Page, name: str) -> Locator:
    return page.locator("#ql-begin .ql-uploaded li", has_text=name)


def test_from_nothing_to_a_quote(browser: Browser, nothing: Config, screenshots: Path, sources: Path) -> None:
    with served(nothing, "--sources", nothing.sources) as url, visited(browser, url, ADDRESS) as page:
        to_a_quote(page, screenshots, sources)


def to_a_quote(page: Page, screenshots: Path, sources: Path) -> None:
    expect(page.get_by_role("heading", name="Begin with your documents.")).to_be_visible()
    expect(page.get_by_label("Question", exact=True)).to_be_hidden()
    expect(page.locator("#ql-side")).to_be_hidden()
    page.set_viewport_size({"width": 1440, "height": 900})
    picture(page, screenshots / "begin.png")
    page.evaluate("document.body.classList.add('dark')")
    settled(page)  # colours change in a while
    page.screenshot(path=screenshots / "begin-dark.png")
    assert faults(page) == []
    page.evaluate("document.body.classList.remove('dark')")
    settled(page)
    page.set_viewport_size({"width": 390, "height": 844})
    page.screenshot(path=screenshots / "begin-narrow.png")
    page.set_viewport_size({"width": 1440, "height": 900})
    dropped(page, {"otters.txt": OTTERS, "broken.pdf": "%PDF-1.7 broken"})
    expect(arrival(page, "uploads/broken.pdf")).to_contain_text("Could not be read: ")
    expect(arrival(page, "uploads/otters.txt")).to_contain_text("Read")
    expect(page.locator("#ql-begin progress")).to_be_visible()
    picture(page, screenshots / "begin-reading.png")
    expect(page.get_by_role("heading", name="1 source is in the index.")).to_be_visible()
    assert (sources / "uploads" / "otters.txt").read_text() == OTTERS
    lines = page.locator(".ql-opening")
    expect(lines).to_have_count(2)
    for line in lines.all_text_contents():
        assert line in OTTERS, "its own sentences, word for word"
    unread = page.locator("#ql-begun .ql-unread")
    expect(unread.locator("summary")).to_have_text("One file could not be read")
    expect(unread.locator("li")).to_contain_text("uploads/broken.pdf")
    offered = page.locator("#ql-examples .ql-suggestion")
    expect(offered.first).to_be_visible()
    assert 1 <= offered.count() <= 4
    expect(page.get_by_label("Question", exact=True)).to_be_visible()
    expect(page.locator("#ql-begin")).to_be_hidden()
    picture(page, screenshots / "begun.png")
    assert faults(page) == []
    page.set_viewport_size({"width": 390, "height": 844})
    settled(page)  # the sheet of the sources goes down
    page.screenshot(path=screenshots / "begun-narrow.png")
    page.set_viewport_size({"width": 1440, "height": 900})
    question = offered.first.text_content()
    offered.first.click()
    expect(page.locator("#ql-log [data-outcome]")).to_have_attribute("data-outcome", "answered")
    expect(page.locator("#ql-log .ql-question")).to_have_text(question or "")
    expect(page.locator("#ql-begun")).to_be_hidden()
    page.locator("#ql-log .ql-cite").first.click()
    mark = page.locator("#ql-panel mark.ql-selected")
    expect(mark).to_be_visible()
    assert (mark.text_content() or "") in OTTERS
    page.screenshot(path=screenshots / "begun-answer.png")


def test_pages_of_the_web_are_found_to_choose_from(browser: Browser, nothing: Config, screenshots: Path) -> None:
    page_of = {"url": "http://127.0.0.1:9/fuel", "title": "Fuel <b>runs</b> out", "content": "Queues in Havana."}
    told = json.dumps({"results": [page_of | {"publishedDate": "2026-02-08"}]}).encode()
    with web() as service:
        service.routes["/search?q=fuel&format=json"] = Sent(told)
        service.routes["/search?q=tea&format=json"] = Sent(b'{"results": []}')
        with (
            served(replace(nothing, searxng=service.url), "--sources", nothing.sources) as url,
            visited(browser, url, ADDRESS) as page,
        ):
            box = page.get_by_label("Find pages on the web").filter(visible=True)
            box.fill("fuel")
            box.press("Enter")
            found = page.locator("#ql-begin .ql-found li")
            expect(found).to_have_count(1)
            expect(found.locator("b")).to_have_text("Fuel <b>runs</b> out")
            expect(found).to_contain_text("2026-02-08 · Queues in Havana.")
            page.screenshot(path=screenshots / "found.png")
            assert faults(page) == []
            found.get_by_role("button", name="Add address").click()
            expect(arrival(page, "127.0.0.1:9/fuel")).to_contain_text("is no public address")
            box.fill("tea")
            box.press("Enter")
            expect(page.locator("#ql-begin .ql-finding")).to_have_text("Nothing was found.")
            expect(found).to_have_count(0)


def test_what_goes_wrong_leaves_a_way_to_go_on(
    browser: Browser, nothing: Config, encoder: Path, screenshots: Path, sources: Path, tmp_path: Path
) -> None:
    with (
        served(nothing, "--sources", nothing.sources, encoder=encoder) as url,
        visited(browser, url, ADDRESS) as page,
    ):
        what_goes_wrong(page, screenshots, sources, tmp_path)


def what_goes_wrong(page: Page, screenshots: Path, sources: Path, tmp_path: Path) -> None:
    box = page.get_by_label(ADDRESS, exact=True).filter(visible=True)
    box.fill("http://127.0.0.1:9/secret")
    box.press("Enter")
    expect(arrival(page, "127.0.0.1:9/secret")).to_contain_text("is no public address")
    dropped(page, {"broken.pdf": "%PDF-1.7 broken", "program.exe": "MZ"})
    expect(arrival(page, "program.exe")).to_contain_text("Not added: it is none of .txt")
    expect(page.locator("#ql-begin").get_by_role("alert")).to_contain_text("Nothing can be asked yet: no document in")
    expect(arrival(page, "uploads/broken.pdf")).to_contain_text("Could not be read: ")
    page.screenshot(path=screenshots / "begin-failed.png")
    assert faults(page) == []
    page.reload()  # who comes later is told as well
    expect(page.locator("#ql-begun")).to_contain_text("One file that can be read lies in")
    expect(page.locator("#ql-begin").get_by_role("alert")).to_contain_text("Nothing can be asked yet: no document in")
    sources.joinpath("badgers.txt").write_text(BADGERS)  # put there by hand
    folder = tmp_path / "chosen"
    (folder / "deep").mkdir(parents=True)
    (folder / "deep" / "otters.txt").write_text(OTTERS)
    (folder / "clip.blend").write_bytes(b"BLENDER")
    page.locator("#ql-begin").get_by_label("choose a folder").set_input_files(folder)
    expect(page.locator("#ql-begin")).to_contain_text("Left out of the folder, as their kind cannot be read: 1.")
    expect(page.get_by_role("heading", name="2 sources are in the index.")).to_be_visible()
    assert (sources / "uploads" / "chosen" / "deep" / "otters.txt").read_text() == OTTERS
    expect(page.locator("#ql-begun .ql-source")).to_have_count(2)
    expect(page.locator("#ql-examples .ql-suggestion").first).to_be_visible()
    page.get_by_label("Question", exact=True).fill("How many otters did the Lutra Agency count?")
    page.get_by_role("button", name="Ask", exact=True).click()
    expect(page.locator("#ql-log [data-outcome]")).to_contain_text("900 otters")
    page.reload()
    page.get_by_role("heading", name="Ask the sources a question.").wait_for()
    expect(page.locator("#ql-begun")).to_be_hidden()
