"""Faults that people met on the page, each as it was met."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Literal

import pytest
from playwright.sync_api import Browser, Page, Route, ViewportSize, expect

from rag.config import Config
from tests.browser.conftest import open_view, served, settled, visited, visitor
from tests.browser.test_chat import DIED, HAVANA, MINISTER, SLOW, anew, answers, ask
from tests.conftest import built_over

PHONE: ViewportSize = {"width": 390, "height": 800}
DESK: ViewportSize = {"width": 1440, "height": 900}
SCHEMES: tuple[Literal["light", "dark"], ...] = ("light", "dark")
ARABIC = "ما هو عدد سكان هافانا؟"
BRIDGE = "How much did the bridge at Larkin cost?"
OWNED = "Who owns the ferry?"
NEWS = """---
title: The ferry of Larkin
publisher: The Gazette
date: 2024-05-03
---
# The ferry of Larkin

## Ownership

It is owned by Ana Silva of Larkin, and sails twice a day.

The bridge at Larkin cost 12 million euros, the council said.

At least 40 people were injured in the storm of Larkin in 2021.
"""
SMALL = """() => [...document.querySelectorAll(
    "button, summary, a[href], input, textarea, select, [tabindex='0'], .ql-cross")]
  .filter((e) => e.checkVisibility({ checkVisibilityCSS: true, checkOpacity: true }) && e.tabIndex !== -1)
  .map((e) => [e.outerHTML.slice(0, 90), e.getBoundingClientRect()])
  .filter(([, r]) => r.width && r.height && r.right > 0 && (r.width < 24 || r.height < 24))
  .map(([html, r]) => `${html}: ${r.width} x ${r.height}`)"""
CONTRAST = """() => [...document.querySelectorAll("input, textarea")]
  .filter((field) => field.placeholder && field.checkVisibility({ checkVisibilityCSS: true }))
  .map((field) => {
    const light = (colour) => {
      const parts = colour.match(/[\\d.]+/g).slice(0, 3).map((part) => Number(part) / 255);
      const [r, g, b] = parts.map((part) => (part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4));
      return 0.2126 * r + 0.7152 * g + 0.0722 * b;
    };
    const style = getComputedStyle(field, "::placeholder");
    const [text, ground] = [light(style.color), light(getComputedStyle(field).backgroundColor)];
    return style.opacity * (Math.max(text, ground) + 0.05) / (Math.min(text, ground) + 0.05);
  })"""


@pytest.fixture(scope="module")
def ferry(config: Config, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a page over 71 documents, one of which tells of a ferry and says what it is above its text."""
    folder = tmp_path_factory.mktemp("ferry")
    sources = folder / "sources"
    sources.mkdir()
    (sources / "ferry.md").write_text(NEWS)
    for number in range(70):
        (sources / f"{number}.txt").write_text(f"House {number} of Lutra has {number + 3} windows, said Ana Pike.")
    with served(built_over(config, sources, folder / "index"), "--sources", str(sources)) as address:
        yield address


@pytest.fixture
def elsewhere(browser: Browser, ferry: str) -> Iterator[Page]:
    with visited(browser, ferry) as page:
        yield page


def in_view(page: Page, selector: str) -> bool:
    box = page.locator(selector).first.bounding_box()
    size = page.viewport_size
    return bool(box and size and box["y"] >= 0 and box["y"] + box["height"] <= size["height"])


UNSURE = (
    "How many U.S. soldiers died in the raid?",
    "Compare what Trump and Díaz-Canel said",
    "Give me a summary of what happened to Maduro",
)


def test_only_what_is_likely_has_a_headline(page: Page) -> None:
    for question in UNSURE:
        what_is_unsure_compared_or_summed_up_has_none(page, question)
        anew(page)
    ask(page, MINISTER)
    expect(answers(page, 1).locator(".ql-short-answer")).to_have_text("Bruno Rodríguez")


def what_is_unsure_compared_or_summed_up_has_none(page: Page, question: str) -> None:
    ask(page, question)
    answer = answers(page, 1)
    expect(answer.locator(".ql-short-answer")).to_have_count(0)
    if answer.get_attribute("data-outcome") == "answered":
        expect(answer.locator(".ql-claim").first).to_be_visible()


def test_a_refusal_shows_what_is_nearest_invents_nothing_and_leaves_nothing_marked(
    page: Page, screenshots: Path, tmp_path: Path
) -> None:
    a_refusal_does_not_say_that_the_sources_say_nothing_and_shows_the_nearest_as_a_card(page, screenshots)
    a_follow_up_to_a_refusal_invents_nothing(page)
    anew(page)
    what_was_just_answered_is_not_suggested_in_other_words(page)
    beside_a_refusal_no_earlier_quote_is_marked(page)
    anew(page)
    arabic_runs_from_the_right_and_is_told_what_is_the_matter(page, screenshots)
    a_share_file_without_answers_is_refused(page, tmp_path)


def a_refusal_does_not_say_that_the_sources_say_nothing_and_shows_the_nearest_as_a_card(
    page: Page, screenshots: Path
) -> None:
    ask(page, HAVANA)
    refusal = answers(page, 1)
    expect(refusal).to_contain_text("I found no sentence I can stand behind. These come closest:")
    expect(refusal).not_to_contain_text("do not say")
    card = refusal.locator(".ql-card")
    expect(card).to_have_count(1)
    whole = card.locator(".ql-quote").evaluate("e => e.scrollHeight <= e.clientHeight + 1")
    assert whole, "the nearest is shown whole"
    page.screenshot(path=screenshots / "card.png")
    card.click()
    expect(page.locator("mark.ql-selected")).to_have_text(card.locator(".ql-quote").inner_text())


def a_follow_up_to_a_refusal_invents_nothing(page: Page) -> None:
    ask(page, "And who announced it?")
    expect(answers(page, 2)).to_have_attribute("data-outcome", "refused")
    expect(page.locator(".ql-asked")).to_have_count(0)


def what_was_just_answered_is_not_suggested_in_other_words(page: Page) -> None:
    ask(page, DIED)
    quoted = answers(page, 1).locator(".ql-said").first.inner_text()
    expect(page.locator("#ql-offers .ql-suggestion").first).to_be_visible(timeout=SLOW)
    offered = page.locator("#ql-offers .ql-suggestion").all_inner_texts()
    assert "32" in quoted
    assert offered
    assert not [question for question in offered if "killed" in question or question == DIED]


def beside_a_refusal_no_earlier_quote_is_marked(page: Page) -> None:
    expect(page.locator("mark.ql-selected")).to_have_count(1)
    ask(page, HAVANA)
    answers(page, 2)
    expect(page.locator("mark")).to_have_count(0)
    expect(page.locator(".ql-sources h2")).to_be_visible()


def arabic_runs_from_the_right_and_is_told_what_is_the_matter(page: Page, screenshots: Path) -> None:
    box = page.get_by_label("Question", exact=True)
    box.fill(ARABIC)
    expect(box).to_have_attribute("dir", "auto")
    assert box.evaluate("e => getComputedStyle(e).direction") == "rtl"
    ask(page, ARABIC)
    refusal = answers(page, 1)
    question = page.locator("h2.ql-question")
    assert question.evaluate("e => getComputedStyle(e).direction") == "rtl"
    assert question.evaluate("e => ['start', 'right'].includes(getComputedStyle(e).textAlign)")
    expect(refusal).to_contain_text("The question is in Arabic letters, the sources are in Latin ones")
    expect(refusal).not_to_contain_text("no passage has anything", ignore_case=True)
    page.screenshot(path=screenshots / "arabic.png")


def a_share_file_without_answers_is_refused(page: Page, tmp_path: Path) -> None:
    file = tmp_path / "empty.json"
    file.write_text(json.dumps({"quoteline_conversation": 1, "title": "Nothing", "answers": [], "documents": []}))
    page.locator("#ql-history input[type=file]").set_input_files(file)
    expect(page.get_by_text("the share file is refused: it has no answers")).to_be_visible(timeout=SLOW)
    expect(page.locator(".ql-banner")).to_have_count(0)


def test_what_is_typed_while_an_answer_comes_stays_in_the_box(page: Page) -> None:
    box = page.get_by_label("Question", exact=True)
    box.focus()
    page.keyboard.type(DIED)
    page.keyboard.press("Enter")
    assert box.input_value() == "", "the box empties in the browser"
    expect(page.locator(".ql-question")).to_have_text([DIED])
    page.keyboard.type("And who said so?")
    page.keyboard.press("Enter")
    answers(page, 1)
    page.wait_for_timeout(500)
    expect(page.locator(".ql-question").first).to_have_text(DIED)
    if page.locator(".ql-question").count() == 1:  # otherwise the answer had come before the second press
        expect(box).to_have_value("And who said so?")


def test_a_question_that_the_server_does_not_take_comes_back(browser: Browser, url: str) -> None:
    def refuse(route: Route) -> None:
        route.fulfill(status=503, content_type="application/json", body=json.dumps({"detail": "busy"}))

    with visitor(browser) as context:
        page = context.new_page()
        page.goto(url)
        box = page.get_by_label("Question", exact=True)
        page.locator("#ql-examples .ql-suggestion").first.wait_for(timeout=SLOW)  # they come by the same way
        page.route("**/queue/join*", refuse)
        box.focus()
        page.keyboard.type(DIED)
        page.keyboard.press("Enter")
        assert box.input_value() == ""
        expect(box).to_have_value(DIED)
        expect(page.locator(".ql-sent")).to_have_count(0)
        page.unroute("**/queue/join*")
        ask(page, MINISTER)
        answers(page, 1)


def test_of_71_documents_examples_are_asked_and_one_is_found_by_its_name(elsewhere: Page, screenshots: Path) -> None:
    examples_are_what_these_sources_answer(elsewhere)
    anew(elsewhere)
    for size in (PHONE, DESK):
        the_question_box_is_on_the_screen(elsewhere, size, screenshots)
    a_heading_and_front_matter_are_no_part_of_what_is_shown(elsewhere, screenshots)
    a_source_that_is_typed_and_not_chosen_limits_the_chat(elsewhere)


def examples_are_what_these_sources_answer(elsewhere: Page) -> None:
    examples = elsewhere.locator("#ql-examples .ql-suggestion")
    expect(examples.first).to_be_visible(timeout=SLOW)
    shown = examples.all_inner_texts()
    assert not [question for question in shown if "Cuba" in question or "Havana" in question]
    examples.first.click()
    expect(answers(elsewhere, 1)).to_have_attribute("data-outcome", "answered")


def the_question_box_is_on_the_screen(elsewhere: Page, size: ViewportSize, screenshots: Path) -> None:
    elsewhere.set_viewport_size(size)
    expect(elsewhere.locator(".ql-sources h2")).to_have_text("71 sources")
    for _ in range(2):
        assert in_view(elsewhere, "#ql-question textarea")
        elsewhere.screenshot(path=screenshots / f"documents-{size['width']}.png")
        elsewhere.mouse.move(size["width"] - 60, size["height"] - 150)
        elsewhere.mouse.wheel(0, 5000)
        elsewhere.wait_for_timeout(300)
        assert in_view(elsewhere, "#ql-question textarea")
        ask(elsewhere, BRIDGE)
        answers(elsewhere, 1)
        elsewhere.wait_for_timeout(500)
        anew(elsewhere)


def a_heading_and_front_matter_are_no_part_of_what_is_shown(elsewhere: Page, screenshots: Path) -> None:
    ask(elsewhere, OWNED)
    answer = answers(elsewhere, 1)
    expect(answer.locator(".ql-said").first).to_have_text("It is owned by Ana Silva of Larkin, and sails twice a day.")
    text = elsewhere.locator(".ql-text")
    expect(text).to_contain_text("Ownership")
    expect(text).not_to_contain_text("publisher:")
    front = elsewhere.locator(".ql-front pre")
    expect(front).to_be_hidden()
    elsewhere.screenshot(path=screenshots / "front.png")
    elsewhere.locator(".ql-front summary").click()
    expect(front).to_contain_text("publisher: The Gazette")


def a_source_that_is_typed_and_not_chosen_limits_the_chat(elsewhere: Page) -> None:
    open_view(elsewhere, "Library")
    typed = elsewhere.get_by_label("Limit the chat to these sources")
    press = elsewhere.get_by_role("button", name="Limit the chat", exact=True)
    limits = elsewhere.locator("#ql-limits")
    expect(elsewhere.locator("#ql-list .ql-shelf-status")).to_contain_text("71 sources", timeout=SLOW)
    typed.click()
    elsewhere.keyboard.type("ferry of larkin")
    press.click()
    expect(limits).to_have_text("The chat is limited to 1 of all 71 documents, sources ferry.md.", timeout=SLOW)
    typed.click()
    elsewhere.keyboard.press("Control+a")
    elsewhere.keyboard.type("the moon")
    press.click()
    expect(limits).to_contain_text("No source is like 'the moon'", timeout=SLOW)


def test_on_a_phone_the_list_gives_way_and_nothing_to_press_is_under_24_px(page: Page, screenshots: Path) -> None:
    the_list_of_conversations_gives_way_to_the_one_that_is_chosen(page)
    nothing_to_press_is_under_24_px(page, screenshots)


def the_list_of_conversations_gives_way_to_the_one_that_is_chosen(page: Page) -> None:
    page.set_viewport_size(PHONE)
    ask(page, DIED)
    answers(page, 1)
    for pressed in (".ql-kept-open", "#ql-new"):
        page.get_by_role("button", name="Conversations", exact=True).click()
        expect(page.locator("#ql-history")).to_be_visible()
        page.locator(pressed).first.click()
        expect(page.locator("#ql-history")).to_be_hidden()
        expect(page.get_by_role("button", name="Conversations", exact=True)).to_be_focused()
        page.mouse.move(0, PHONE["height"] - 1)  # a phone has no pointer that rests on a chip and shows its quote
    page.set_viewport_size({"width": 1280, "height": 860})
    expect(page.locator("#ql-history")).to_be_visible()
    page.locator(".ql-kept-open").first.click()
    expect(answers(page, 1)).to_be_visible()
    expect(page.locator("#ql-history"), "where there is room it stays").to_be_visible()


def nothing_to_press_is_under_24_px(page: Page, screenshots: Path) -> None:
    page.mouse.move(0, PHONE["height"] - 1)
    page.set_viewport_size(PHONE)
    page.wait_for_timeout(500)
    assert page.evaluate(SMALL) == []
    page.screenshot(path=screenshots / "phone-answer.png")
    page.get_by_role("button", name="Conversations", exact=True).click()
    page.get_by_label("Options of").first.click()
    page.wait_for_timeout(500)
    assert page.evaluate(SMALL) == []
    page.get_by_role("button", name="Conversations", exact=True).click()
    for view in ("Check", "Notebook"):
        open_view(page, view)
        page.wait_for_timeout(300)
        assert page.evaluate(SMALL) == []
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    open_view(page, "Library")
    expect(page.locator("#ql-list .ql-more").first).to_be_visible(timeout=SLOW)
    assert page.evaluate(SMALL) == []


def test_placeholders_can_be_read_and_tab_never_enters_the_closed_list(page: Page) -> None:
    for scheme in SCHEMES:
        placeholders_can_be_read(page, scheme)
    open_view(page, "Ask")
    tab_comes_first_to_the_skip_link_and_never_into_the_closed_list(page)


def placeholders_can_be_read(page: Page, scheme: Literal["light", "dark"]) -> None:
    page.emulate_media(color_scheme=scheme)
    for view, fields in (("Ask", 2), ("Library", 2), ("Check", 1)):
        open_view(page, view)
        settled(page)
        found = page.evaluate(CONTRAST)
        assert len(found) >= fields
        assert min(found) >= 4.5


def tab_comes_first_to_the_skip_link_and_never_into_the_closed_list(page: Page) -> None:
    page.get_by_role("button", name="Conversations", exact=True).click()
    expect(page.locator("#ql-history")).to_be_hidden()
    page.evaluate("document.body.tabIndex = -1; document.body.focus()")
    page.keyboard.press("Tab")
    expect(page.locator(".ql-skip")).to_be_focused()
    expect(page.locator(".ql-skip")).to_be_in_viewport()
    for _ in range(40):
        page.keyboard.press("Tab")
        assert not page.evaluate("!!document.activeElement.closest('#ql-history')")
        if page.evaluate("document.activeElement.matches('.ql-skip')"):
            break
    else:
        pytest.fail("Tab does not come round")
