"""A number shows its quote with what stands beside it, and says where the sources do not say the same."""

from pathlib import Path

from playwright.sync_api import Browser, Page, expect

from tests.browser.conftest import visited
from tests.browser.test_chat import SLOW, answers, ask


def test_a_number_shows_what_stands_beside_its_quote_and_what_disagrees(
    browser: Browser, larkin: str, screenshots: Path
) -> None:
    with visited(browser, larkin) as page:
        ask(page, "How much did the bridge at Larkin cost?")
        answers(page, 1)
        what_disagrees_and_what_is_newer_is_marked_side_by_side(page)
        copy_again_pin_and_rate_are_icons_and_no_chip_is_small(page)
        resting_on_a_number_shows_the_sentences_before_and_behind(page, screenshots)


def resting_on_a_number_shows_the_sentences_before_and_behind(page: Page, screenshots: Path) -> None:
    chip = page.locator(".ql-claim .ql-cite").first
    chip.hover()
    tip = page.locator(".ql-tip:popover-open")
    expect(tip.locator(".ql-around")).to_have_text(["It rained in the valley.", "Nobody was hurt."], timeout=SLOW)
    expect(tip).to_contain_text("“The bridge at Larkin cost 12 million euros, the council said on Friday.”")
    page.screenshot(path=screenshots / "around.png")
    page.mouse.move(0, 0)
    expect(tip).to_have_count(0)
    chip.focus()
    page.keyboard.press("n")
    page.keyboard.press("p")
    chip.hover()
    expect(tip.locator(".ql-around")).to_have_count(2)


def what_disagrees_and_what_is_newer_is_marked_side_by_side(page: Page) -> None:
    council, auditors = page.locator(".ql-claim .ql-cite").all()
    expect(council.locator(".ql-tag")).to_have_text(["disagrees"])
    expect(auditors.locator(".ql-tag")).to_have_text(["disagrees", "newer"])
    sides = [side.bounding_box() for side in page.locator(".ql-conflict li").all()]
    assert len(sides) == 2
    assert sides[0]
    assert sides[1]
    assert sides[0]["y"] == sides[1]["y"]
    assert sides[0]["x"] + sides[0]["width"] <= sides[1]["x"]


def copy_again_pin_and_rate_are_icons_and_no_chip_is_small(page: Page) -> None:
    acts = page.locator(".ql-actions button")
    assert acts.count() == 5
    for act in acts.all():
        box = act.bounding_box()
        assert box
        assert min(box["width"], box["height"]) >= 24
        label = act.locator(".ql-label").bounding_box()
        assert label
        assert label["width"] <= 1, "it shows an icon alone"
    for chip in page.locator(".ql-cite").all():
        box = chip.bounding_box()
        assert box
        assert box["height"] >= 24
