"""The timeline and the map open what they show, by the mouse and by the keys."""

import re
from pathlib import Path

from playwright.sync_api import Browser, Page, expect

from tests.browser.conftest import open_view, settled, visited
from tests.browser.test_accessibility import faults
from tests.browser.test_chat import SLOW


def test_bars_and_dots_have_a_legend_and_lead_to_sources(browser: Browser, larkin: str, screenshots: Path) -> None:
    with visited(browser, larkin) as page:
        open_view(page, "Library")
        page.locator("#ql-pictures .ql-cursor").wait_for(state="attached", timeout=SLOW)
        the_pictures_have_a_legend_and_no_serious_fault(page)
        a_bar_lists_what_was_published_then(page, screenshots)
        a_dot_opens_its_passage_beside_the_chat(page, screenshots)


def a_bar_lists_what_was_published_then(page: Page, screenshots: Path) -> None:
    page.locator("#ql-pictures .ql-bar[data-after='2024-05-01']").click()
    expect(page.locator("#ql-list .ql-book")).to_have_count(2)
    expect(page.locator("#ql-list .ql-shelf-status")).to_contain_text("2 of 6 sources")
    expect(page.locator("#ql-list").get_by_label("Published on or after")).to_have_value("2024-05-01")
    page.screenshot(path=screenshots / "bar.png")
    page.locator("#ql-pictures .ql-bar").first.focus()
    page.keyboard.press("ArrowRight")
    expect(page.locator("#ql-pictures .ql-bar").nth(1)).to_be_focused()
    page.keyboard.press("End")
    page.keyboard.press("ArrowLeft")
    page.keyboard.press("Enter")
    expect(page.locator("#ql-list .ql-name-of")).to_have_text(["Report of the council"])
    expect(page.locator("#ql-list .ql-books")).to_be_focused()


def a_dot_opens_its_passage_beside_the_chat(page: Page, screenshots: Path) -> None:
    cursor = page.locator("#ql-pictures .ql-cursor")
    cursor.focus()
    page.keyboard.press("ArrowDown")
    expect(cursor).to_have_attribute("aria-label", "Report of the council · The Gazette · 2024-04-03, passage 1 of 1")
    page.screenshot(path=screenshots / "dot.png")
    page.keyboard.press("Enter")
    expect(page.locator("#ql-panel .ql-document h2")).to_have_text("Report of the council", timeout=SLOW)
    marks = page.locator("mark:is(.ql-selected, .ql-goes-on)", has_text=re.compile(r"\w"))  # also of the lines between
    expect(marks).to_have_text(  # one in each of its paragraphs
        [
            "It rained in the valley.",
            "The bridge at Larkin cost 12 million euros, the council said on Friday.",
            "Nobody was hurt.",
        ]
    )
    expect(page.locator("mark.ql-selected")).to_be_focused()
    assert page.locator("#ql-panel .ql-pin").count() == 0, "no answer names it"
    open_view(page, "Library")
    dot = page.locator("#ql-pictures g", has_text="Report of the otters").locator("circle")
    box = dot.bounding_box()
    assert box
    page.mouse.click(box["x"] + box["width"] / 2 + 9, box["y"] + box["height"] / 2)  # a finger beside it
    expect(page.locator("#ql-panel .ql-document h2")).to_have_text("Report of the otters")


def the_pictures_have_a_legend_and_no_serious_fault(page: Page) -> None:
    expect(page.locator("#ql-pictures .ql-legend li")).to_have_count(6)
    expect(page.locator("#ql-pictures .ql-legend").first).to_contain_text("A bar is a month")
    for scheme in ("light", "dark"):
        page.emulate_media(color_scheme=scheme)
        settled(page)
        assert faults(page) == []
