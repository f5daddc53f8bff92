"""The notebook: what is pinned, ordered, commented, opened, written to a file, and held against a newer index."""

import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from rag.config import Config
from tests.browser.conftest import open_view, served, visitor
from tests.browser.test_history import DIED, MINISTER, SLOW, ask, visit
from tests.conftest import ARTICLE, built_over


@pytest.fixture(autouse=True)
def _patience() -> Iterator[None]:
    expect.set_options(timeout=SLOW)
    yield
    expect.set_options(timeout=5000)


def notebook(page: Page) -> Locator:
    """The pins, in the notebook that is opened."""
    open_view(page, "Notebook")
    return page.locator("#ql-notes .ql-pinned")


def pin_quote(page: Page) -> Locator:
    return page.locator("#ql-panel .ql-pin")


def test_a_quote_and_an_answer_are_pinned_ordered_commented_and_exported(page: Page, screenshots: Path) -> None:
    ask(page, DIED)
    pin_quote(page).click()
    expect(pin_quote(page)).to_have_attribute("aria-pressed", "true")
    expect(page.locator(".ql-toast")).to_have_text("Pinned to the notebook.")
    ask(page, MINISTER, 2)
    page.locator("#ql-turn-1 .ql-pin").click()
    expect(page.locator("#ql-turn-1 .ql-pin")).to_have_text("Pinned")
    page.screenshot(path=screenshots / "pinned.png")
    pins = notebook(page)
    expect(pins).to_have_count(2)
    expect(pins.nth(0)).to_contain_text("32 Cuban military and intelligence personnel")
    expect(pins.nth(0)).to_contain_text(ARTICLE)
    expect(pins.nth(1)).to_contain_text("Bruno Rodríguez")
    expect(page.locator("#ql-notes .ql-note").first).to_contain_text("2 as quoted")
    pins.nth(1).get_by_role("button", name="Up").click()
    expect(pins.nth(0)).to_contain_text("Bruno Rodríguez")
    expect(pins.nth(0).get_by_role("button", name="Down")).to_be_focused()
    pins.nth(1).locator("summary").click()
    pins.nth(1).get_by_label("Comment", exact=True).fill("Is <b>this</b> confirmed?")
    pins.nth(1).get_by_label("Group", exact=True).fill("The raid")
    pins.nth(1).get_by_role("button", name="Save").click()
    expect(page.get_by_role("heading", name="The raid")).to_be_visible()
    expect(page.locator(".ql-pin-comment")).to_have_text("Is <b>this</b> confirmed?")
    pins.nth(1).locator(".ql-pin-quote").click()
    expect(page.locator("#ql-noted mark.ql-selected")).to_contain_text("32 Cuban")
    expect(page.locator("#ql-noted mark.ql-selected")).to_be_in_viewport()
    page.evaluate("document.body.classList.add('dark')")
    page.screenshot(path=screenshots / "notebook-dark.png")
    page.set_viewport_size({"width": 390, "height": 844})
    page.screenshot(path=screenshots / "notebook-phone.png", full_page=True)
    page.set_viewport_size({"width": 1280, "height": 860})
    for name, told in (
        ("Markdown", "*Comment: Is \\<b\\>this\\</b\\> confirmed?*"),
        ("W3C annotations", '"value": "The raid"'),
        ("References (CSL-JSON)", "32 Cuban military"),
    ):
        with page.expect_download() as download:
            page.get_by_role("link", name=name).click()
        assert told in download.value.path().read_text(encoding="utf-8")
    with page.expect_download() as download:
        page.get_by_role("link", name="Word, with footnotes").click()
    assert download.value.path().read_bytes().startswith(b"PK")
    pins.nth(0).get_by_role("button", name="Remove").click()
    expect(pins).to_have_count(1)
    page.reload()
    page.get_by_label("Question", exact=True).wait_for()
    expect(notebook(page)).to_have_count(1)


def test_a_pin_is_taken_out_where_it_was_pinned_and_is_nobody_elses(browser: Browser, url: str) -> None:
    with visitor(browser) as one, visitor(browser) as two:
        ana, ben = visit(one, url), visit(two, url)
        ask(ana, DIED)
        pin_quote(ana).click()
        expect(pin_quote(ana)).to_have_text("Pinned")
        expect(notebook(ben)).to_have_count(0)
        expect(ben.get_by_text("Pin a quote or an answer")).to_be_visible()
        assert json.loads(two.request.get(f"{url}/notebook/notebook.jsonld").text())["items"] == []
        pin_quote(ana).click()
        expect(pin_quote(ana)).to_have_text("Pin this quote")
        expect(notebook(ana)).to_have_count(0)


def test_it_is_held_against_a_newer_index(browser: Browser, config: Config, tmp_path: Path, article: str) -> None:
    sources = tmp_path / "sources"
    sources.mkdir()
    (sources / ARTICLE).write_text(article, encoding="utf-8")
    own = replace(built_over(config, sources, tmp_path / "index"), data=str(tmp_path / "data"))
    with visitor(browser) as context, served(own, "--sources", str(sources)) as url:
        page = visit(context, url)
        ask(page, DIED)
        pin_quote(page).click()
        expect(pin_quote(page)).to_have_text("Pinned")
        open_view(page, "Library")
        moved = article.replace("The raid, involving", "A sentence that is new. The raid, involving")
        (sources / ARTICLE).write_text(moved, encoding="utf-8")
        page.get_by_role("button", name="Re-index").click()
        expect(page.locator("#ql-job")).to_contain_text("1 changed")
        pins = notebook(page)
        expect(pins).to_contain_text("Moved within its source")
        pins.locator(".ql-pin-quote").click()
        expect(page.locator("#ql-noted mark.ql-selected")).to_contain_text("32 Cuban")
        pins.get_by_role("button", name="Take the new place").click()
        expect(pins).to_contain_text("Stands as quoted")
        open_view(page, "Library")
        (sources / ARTICLE).write_text(article.replace("32 Cuban", "33 Cuban"), encoding="utf-8")
        page.get_by_role("button", name="Re-index").click()
        while "No longer in its source" not in notebook(page).inner_text():  # as it stands when it is opened
            open_view(page, "Library")
            page.wait_for_timeout(500)
        page.close()
