"""The check of any text, and that answers come first while it goes on."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.conftest import open_view, visitor
from tests.browser.test_history import MINISTER, SLOW, ask, visit

TEXT = (
    "The raid killed 32 Cuban military and intelligence personnel. <b>Bruno Rodríguez</b> is Cuba's foreign minister. "
    "The moon over Havana is made of green cheese."
)


@pytest.fixture(autouse=True)
def _patience() -> Iterator[None]:
    expect.set_options(timeout=SLOW * 2)
    yield
    expect.set_options(timeout=5000)


def check(page: Page, text: str) -> None:
    open_view(page, "Check")
    page.get_by_label("Text to check").fill(text)
    page.get_by_role("button", name="Check the text").click()


def test_each_claim_has_its_status_and_its_quote_opens_and_what_claims_nothing_says_so(
    page: Page, screenshots: Path
) -> None:
    check(page, TEXT)
    claims = page.locator("#ql-checked .ql-checked")
    expect(claims).to_have_count(3)
    expect(page.locator(".ql-check-sum")).to_contain_text("3 claims:")
    expect(claims.nth(0)).to_have_attribute("data-verdict", "supported")
    expect(claims.nth(2)).to_have_attribute("data-verdict", "not_found")
    assert page.locator(".ql-check-text b").count() == 0
    page.get_by_role("button", name="Claim 1: Supported").press("Enter")
    expect(claims.nth(0)).to_be_focused()
    page.get_by_role("button", name="Claim 1: Supported").click()
    expect(page.locator("#ql-checked-source mark.ql-selected")).to_contain_text("32 Cuban")
    expect(page.locator("#ql-checked-source mark.ql-selected")).to_be_focused()
    claims.nth(0).locator(".ql-pin-quote").first.click()
    text = page.locator("#ql-checked-source .ql-text")
    text.evaluate("text => { text.scrollTop = text.scrollHeight; }")
    claims.nth(0).locator(".ql-pin-quote").first.click()
    expect(text.locator("mark.ql-selected"), "pressed again, it is brought into view again").to_be_in_viewport()
    claims.nth(1).locator(".ql-pin-quote").first.click()
    expect(text.locator("mark.ql-selected")).to_contain_text("Rodríguez")
    expect(text.locator("mark.ql-selected"), "another quote of the same source").to_be_in_viewport()
    claims.nth(0).locator(".ql-pin").first.click()
    expect(claims.nth(0).locator(".ql-pin").first).to_have_text("Pinned")
    page.evaluate("document.body.classList.add('dark')")
    page.set_viewport_size({"width": 390, "height": 844})
    page.screenshot(path=screenshots / "check-phone-dark.png", full_page=True)
    page.set_viewport_size({"width": 1280, "height": 860})
    with page.expect_download() as download:
        page.get_by_role("link", name="Markdown").last.click()
    assert "**supported**" in download.value.path().read_text(encoding="utf-8")
    open_view(page, "Notebook")
    expect(page.locator("#ql-notes .ql-pinned")).to_contain_text("The raid killed 32 Cuban")
    check(page, "Why?")
    expect(page.locator("#ql-checked [role=alert]")).to_contain_text("claims nothing")


def test_a_question_is_answered_while_a_long_text_is_checked_and_it_can_be_stopped(browser: Browser, url: str) -> None:
    with visitor(browser) as one, visitor(browser) as two:
        ana, ben = visit(one, url), visit(two, url)
        check(ana, " ".join(f"The raid killed {number} soldiers in Havana." for number in range(40, 140)))
        expect(ana.locator("#ql-checked")).to_contain_text("of 100 claims")
        ask(ben, MINISTER)
        expect(ana.locator("#ql-checked")).to_contain_text("of 100 claims")
        ana.get_by_role("button", name="Stop", exact=True).locator("visible=true").click()
        expect(ana.locator("#ql-checked")).to_contain_text("claims were not checked")
