"""The frame of the page: one bar, three panes, a phone's sheet and drawer, and what a browser remembers of it."""

import re
from pathlib import Path
from typing import Literal

from playwright.sync_api import FloatRect, Page, ViewportSize, expect

from tests.browser.conftest import developers, open_view, picture, settled
from tests.browser.test_chat import DIED, TALKS, answers, ask, selected

PHONE: ViewportSize = {"width": 390, "height": 844}
DESK: ViewportSize = {"width": 1440, "height": 900}
SCHEMES: tuple[Literal["light", "dark"], ...] = ("light", "dark")
SMALL = """() => [...document.querySelectorAll("a, button, input, textarea, summary, [role=tab], [tabindex='0']")]
  .filter((one) => one.checkVisibility({ visibilityProperty: true }) && !one.closest("[inert], .ql-text, .ql-trace"))
  .filter((one) => !one.matches(".ql-skip, .ql-cross"))
  .map((one) => [one, (one.closest("label") ?? one).getBoundingClientRect()])
  .filter(([, box]) => box.width && (box.width < 24 || box.height < 24))
  .map(([one, box]) => `${one.outerHTML.slice(0, 120)} ${box.width}x${box.height}`)"""
"""What can be pressed and is smaller than a fingertip."""
CONTRAST = """(one) => {
  const shade = (text) => {
    const [r, g, b] = text.match(/[\\d.]+/g).map((part) => Number(part) / 255)
      .map((part) => (part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4));
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const opaque = (node) => {
    const found = getComputedStyle(node).backgroundColor;
    return /, 0\\)$/.test(found) && node.parentElement ? opaque(node.parentElement) : found;
  };
  const [a, b] = [shade(getComputedStyle(one, "::placeholder").color), shade(opaque(one))].sort((x, y) => y - x);
  return (a + 0.05) / (b + 0.05);
}"""
"""Contrast of the placeholder of a field with what stands behind it."""


def box(page: Page, selector: str) -> FloatRect:
    found = page.locator(selector).bounding_box()
    assert found is not None, selector
    return found


def focused(page: Page, selector: str) -> bool:
    return bool(page.evaluate("selector => Boolean(document.activeElement.closest(selector))", selector))


def test_of_an_answer_the_panes_scroll_the_quote_is_lit_and_tab_skips_to_it(page: Page) -> None:
    ask(page, DIED)
    answers(page, 1)
    a_quote_has_a_soft_highlight_and_a_bar_and_each_confidence_a_colour_of_its_own(page)
    the_first_stop_of_tab_skips_to_the_answer(page)
    page.set_viewport_size(DESK)
    ask(page, TALKS)
    answers(page, 2)
    three_panes_scroll_by_themselves_and_the_page_does_not(page)


def three_panes_scroll_by_themselves_and_the_page_does_not(page: Page) -> None:
    assert box(page, ".ql-top")["height"] == 56
    assert box(page, "#ql-history")["width"] == 260
    assert box(page, "#ql-log")["width"] <= 720
    assert abs(box(page, "#ql-side")["width"] - 0.4 * 1440) < 2
    edges = {
        round(box(page, f"{part} >> nth=-1")["x"]) for part in ("#ql-ask", ".ql-question", ".ql-sure", ".ql-claim")
    }
    assert len(edges) == 1, "one left edge"
    assert page.evaluate("document.scrollingElement.scrollHeight <= innerHeight && scrollY === 0")
    for pane in ("#ql-chat", ".ql-text"):
        assert page.locator(pane).evaluate("one => getComputedStyle(one).overflowY") == "auto"
    size = "one => { const { fontSize, lineHeight } = getComputedStyle(one); return `${fontSize} ${lineHeight}`; }"
    sizes = {
        part: page.locator(part).first.evaluate(size)
        for part in (".ql-said", ".ql-note", ".ql-short-answer", "#ql-question textarea")
    }
    assert sizes[".ql-said"] == "16px 26px"
    assert [sizes[part].split()[0] for part in sizes] == ["16px", "13px", "24px", "16px"]


def a_quote_has_a_soft_highlight_and_a_bar_and_each_confidence_a_colour_of_its_own(page: Page) -> None:
    selected(page)
    for scheme in SCHEMES:
        page.emulate_media(color_scheme=scheme)
        page.wait_for_timeout(500)
        mark, bar = page.evaluate(
            """() => {
              const [mark, text] = ["mark.ql-selected", ".ql-text"].map((part) => document.querySelector(part));
              const { width, height, backgroundColor } = getComputedStyle(text, "::after");
              const own = [mark.getBoundingClientRect().height, getComputedStyle(mark).backgroundColor];
              return [
                { height: own[0], colour: own[1] },
                { width, height: Number.parseFloat(height), colour: backgroundColor },
              ];
            }"""
        )
        assert bar["width"] == "3px"
        assert abs(bar["height"] - mark["height"]) < 8, "it stands beside the whole quote"
        assert len({mark["colour"], bar["colour"], "rgba(0, 0, 0, 0)"}) == 3
        tones = page.locator(".ql-sure").evaluate(
            """(badge) => ["confident", "likely", "unsure"].map((sure) => {
              badge.dataset.sure = sure;
              const { color, backgroundColor } = getComputedStyle(badge);
              return `${color} on ${backgroundColor}`;
            })"""
        )
        assert len(set(tones)) == 3, scheme


def the_first_stop_of_tab_skips_to_the_answer(page: Page) -> None:
    page.evaluate("document.body.tabIndex = -1; document.body.focus()")
    page.keyboard.press("Tab")
    expect(page.locator(".ql-skip")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator("[data-outcome]")).to_be_focused()


def test_what_is_wider_folded_dark_and_open_stays_so(page: Page, url: str) -> None:
    page.set_viewport_size(DESK)
    what_is_for_developers_stands_behind_one_entry(page)
    placeholders_can_be_read(page)
    open_view(page, "Ask")
    the_sources_are_made_wider_by_keys_and_by_the_mouse(page)
    the_conversations_fold(page)
    page.get_by_role("button", name="Settings", exact=True).click()
    page.get_by_role("radio", name="Dark").check()
    assert page.evaluate("document.body.classList.contains('dark')")
    page.keyboard.press("Escape")
    a_view_is_opened_by_keys_and_has_an_address(page, url)
    page.reload()
    expect(page.locator("#ql-list .ql-book >> nth=0")).to_be_visible(timeout=30_000)
    page.wait_for_function("document.body.classList.contains('dark')")
    open_view(page, "Ask")
    expect(page.get_by_role("separator", name="Width of the sources")).to_have_attribute("aria-valuenow", "50")
    tab_does_not_enter_what_is_folded(page)
    open_view(page, "Library")
    page.get_by_role("button", name="Conversations", exact=True).click()
    expect(page.get_by_label("Question", exact=True)).to_be_visible()
    page.get_by_role("button", name="Settings", exact=True).click()
    page.get_by_role("radio", name="System").check()
    page.wait_for_function("!document.body.classList.contains('dark')")


def the_sources_are_made_wider_by_keys_and_by_the_mouse(page: Page) -> None:
    edge = page.get_by_role("separator", name="Width of the sources")
    edge.focus()
    page.keyboard.press("ArrowLeft")
    expect(edge).to_have_attribute("aria-valuenow", "42")
    assert abs(box(page, "#ql-side")["width"] - 0.42 * 1440) < 2
    at = box(page, ".ql-grip")
    page.mouse.move(at["x"] + 6, 400)
    page.mouse.down()
    page.mouse.move(1440 * 0.5, 400, steps=3)
    page.mouse.up()
    expect(edge).to_have_attribute("aria-valuenow", "50")


def the_conversations_fold(page: Page) -> None:
    toggle = page.get_by_role("button", name="Conversations", exact=True)
    expect(page.locator("#ql-history")).to_be_visible()
    expect(toggle).to_have_attribute("aria-expanded", "true")
    toggle.click()
    expect(page.locator("#ql-history")).to_be_hidden()


def tab_does_not_enter_what_is_folded(page: Page) -> None:
    expect(page.locator("#ql-history")).to_be_hidden()
    page.evaluate("document.activeElement.blur()")
    for _ in range(25):
        page.keyboard.press("Tab")
        assert not focused(page, "#ql-history, .ql-view:not(#ql-view-ask), #ql-menu")


def a_view_is_opened_by_keys_and_has_an_address(page: Page, url: str) -> None:
    page.locator(".ql-views").get_by_role("tab", name="Ask").focus()
    page.keyboard.press("ArrowRight")
    expect(page.locator(".ql-views").get_by_role("tab", name="Library")).to_be_focused()
    expect(page.locator("#ql-list .ql-book >> nth=0")).to_be_visible()
    expect(page.get_by_label("Question", exact=True)).to_be_hidden()
    assert page.url == f"{url}/#library"


def what_is_for_developers_stands_behind_one_entry(page: Page) -> None:
    for name in ("Evaluation", "Show how each answer was found"):
        expect(page.get_by_text(name, exact=True).locator("visible=true")).to_have_count(0)
    developers(page)
    link = page.locator("#ql-menu").get_by_role("link", name="gold candidates")
    expect(link).to_have_attribute("href", "/conversations/gold.jsonl")
    page.keyboard.press("Escape")
    expect(page.locator("#ql-menu")).to_be_hidden()
    open_view(page, "Evaluation")
    expect(page.locator("#ql-menu")).to_be_hidden()
    expect(page.get_by_text("There is no run yet.")).to_be_visible()


def placeholders_can_be_read(page: Page) -> None:
    open_view(page, "Library")
    for scheme in SCHEMES:
        page.emulate_media(color_scheme=scheme)
        settled(page)
        fields = page.locator("textarea[placeholder], input[placeholder]:not([placeholder=''])")
        assert fields.count() >= 4
        low = [field.evaluate(CONTRAST) for field in fields.all()]
        assert min(low) >= 4.5, scheme
    page.emulate_media(color_scheme="light")


def test_on_a_phone_a_source_is_a_sheet_the_box_sticks_and_nothing_is_too_small(page: Page, screenshots: Path) -> None:
    page.set_viewport_size(PHONE)
    ask(page, DIED)
    answers(page, 1)
    a_source_is_a_sheet_and_leads_back(page, screenshots)
    ask(page, TALKS)
    answers(page, 2)
    the_box_sticks_the_drawer_closes_and_nothing_is_too_small(page, screenshots)


def a_source_is_a_sheet_and_leads_back(page: Page, screenshots: Path) -> None:
    expect(page.locator("#ql-side")).to_be_hidden()
    picture(page, screenshots / "narrow-answer.png")
    chip = page.locator(".ql-claims .ql-cite").first
    assert re.match(r"1\s*Cuban President .*· 12 Jan 2026$", chip.inner_text().replace("\n", " "))
    chip.click()
    expect(selected(page)).to_be_visible()
    back = page.get_by_role("button", name="Back to answer")
    expect(back).to_be_focused()
    page.wait_for_timeout(400)
    picture(page, screenshots / "narrow.png")
    assert page.evaluate(SMALL) == []
    back.click()
    expect(page.locator("#ql-side")).to_be_hidden()
    expect(chip).to_be_focused()
    page.locator('[data-shell="sheet"]').click()
    expect(page.locator("#ql-side")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.locator("#ql-side")).to_be_hidden()


def the_box_sticks_the_drawer_closes_and_nothing_is_too_small(page: Page, screenshots: Path) -> None:
    asking = box(page, "#ql-ask")
    assert asking["y"] + asking["height"] <= PHONE["height"]
    assert asking["y"] > PHONE["height"] - 120
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    assert page.evaluate(SMALL) == []
    toggle = page.get_by_role("button", name="Conversations", exact=True)
    toggle.click()
    expect(page.locator("#ql-history")).to_be_visible()
    assert focused(page, "#ql-history")
    assert page.evaluate(SMALL) == []
    picture(page, screenshots / "narrow-history.png")
    page.keyboard.press("Escape")
    expect(page.locator("#ql-history")).to_be_hidden()
    expect(toggle).to_be_focused()
    toggle.click()
    page.locator(".ql-kept-open").first.click()
    expect(page.locator("#ql-history")).to_be_hidden()
    expect(page.locator("#ql-log [data-outcome]")).to_have_count(2)
    page.mouse.move(0, PHONE["height"] - 1)  # a phone has no pointer that rests on a chip and shows its quote
    open_view(page, "Library")
    page.locator("#ql-list .ql-book").first.wait_for()
    assert page.evaluate(SMALL) == []
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
