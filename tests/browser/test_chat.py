import re
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from tests.browser.conftest import VIEW, developers, picture, settled, visitor
from tests.conftest import ARTICLE
from tests.loopback import Loopback, says, silent, silent_after

SLOW = 60_000
"""Milliseconds: suggestions are tried before they are shown."""
DIED = "How many Cubans died in the raid?"
MINISTER = "Who is Cuba's foreign minister?"
HAVANA = "What is the population of Havana?"
TALKS = "What did Díaz-Canel say about talks with the United States?"


def ask(page: Page, question: str) -> None:
    box = page.get_by_label("Question", exact=True)
    box.fill(question)
    page.get_by_role("button", name="Ask", exact=True).click()
    expect(box).to_have_value("")


def answers(page: Page, count: int) -> Locator:
    """Wait for so many answers; return the last."""
    expect(page.locator("#ql-log [data-outcome]")).to_have_count(count, timeout=SLOW)
    return page.locator("#ql-log [data-outcome]").last


def selected(page: Page) -> Locator:
    expect(page.locator("mark.ql-selected")).to_have_count(1)
    return page.locator("mark.ql-selected")


def is_in_view(page: Page) -> bool:
    return bool(
        page.evaluate(
            """() => {
              const mark = document.querySelector("mark.ql-selected").getBoundingClientRect();
              const text = document.querySelector(".ql-text").getBoundingClientRect();
              return mark.top >= text.top && mark.bottom <= text.bottom && mark.bottom <= innerHeight;
            }"""
        )
    )


def focused(page: Page, attribute: str) -> str | None:
    return page.evaluate("name => document.activeElement.getAttribute(name)", attribute)


@pytest.fixture
def visit(browser: Browser) -> Iterator[Callable[[str], Page]]:
    """Open a page of another site; the test fails if an error was logged."""
    errors: list[str] = []
    with ExitStack() as visitors:

        def visited(address: str) -> Page:
            page = visitors.enter_context(visitor(browser)).new_page()
            page.on("pageerror", lambda error: errors.append(str(error)))
            page.goto(address)
            page.get_by_label("Question", exact=True).wait_for()
            return page

        yield visited
    assert errors == []


def anew(page: Page) -> None:
    """Begin another conversation."""
    page.get_by_role("button", name="Start over").click()
    expect(page.locator("[data-outcome]")).to_have_count(0)


def test_a_citation_opens_and_shows_its_quote_wherever_it_is_read(page: Page, article: str, screenshots: Path) -> None:
    ask(page, DIED)
    a_number_shows_its_quote_to_the_mouse_and_to_the_keyboard(page, screenshots)
    a_citation_opens_its_quote_in_the_whole_document(page, article)
    on_a_narrow_screen_a_citation_brings_its_source_into_view(page)
    page.set_viewport_size(VIEW)
    after_an_answer_more_is_offered(page)


def a_citation_opens_its_quote_in_the_whole_document(page: Page, article: str) -> None:
    answer = answers(page, 1)
    expect(answer).to_contain_text("32 Cuban military and intelligence personnel")
    page.get_by_role("tab", name="All sources").click()
    expect(page.locator(".ql-sources h2")).to_have_text("1 source")
    expect(page.locator("#ql-panel .ql-book")).to_have_count(1)
    expect(page.locator("#ql-panel .ql-find"), "of one source there is nothing to look for").to_be_hidden()
    answer.get_by_role("button", name="Show quote 1 in its source").click()
    marked = selected(page)
    assert marked.inner_text() in article
    assert marked.inner_text().startswith("The raid, involving special operations forces")
    assert page.locator(".ql-text").inner_text().strip() == article.strip()
    expect(page.locator(".ql-about")).to_contain_text(f"12 Jan 2026 · {ARTICLE}")
    page.wait_for_timeout(300)
    assert is_in_view(page)
    page.locator(".ql-text").evaluate("text => { text.scrollTop = 0; }")
    assert not is_in_view(page)
    answer.get_by_role("button", name="Show quote 1 in its source").click()
    page.wait_for_timeout(300)
    assert is_in_view(page), "pressed again, it is brought into view again"
    a_quote_in_view_stays_there_as_its_pane_changes_its_width(page)


def a_quote_in_view_stays_there_as_its_pane_changes_its_width(page: Page) -> None:
    for width in (1024, 800, 1440):  # each breaks the lines above it anew
        page.set_viewport_size({"width": width, "height": 700})
        settled(page)
        assert is_in_view(page)
    page.locator(".ql-text").evaluate("text => { text.scrollTop = 0; }")
    settled(page)
    page.set_viewport_size(VIEW)
    settled(page)
    assert page.locator(".ql-text").evaluate("text => text.scrollTop") == 0, (
        "what was scrolled away is not brought back"
    )


def a_number_shows_its_quote_to_the_mouse_and_to_the_keyboard(page: Page, screenshots: Path) -> None:
    number = answers(page, 1).locator(".ql-cite").first
    shown = page.locator(".ql-tip:popover-open")
    expect(shown).to_have_count(0)
    number.hover()
    expect(shown).to_contain_text("“The raid, involving special operations forces")
    expect(shown).to_contain_text(f"12 Jan 2026 · {ARTICLE}")
    assert shown.get_attribute("role") == "tooltip"
    assert number.get_attribute("aria-describedby") == shown.get_attribute("id")
    picture(page, screenshots / "hover.png")
    shown.hover()
    page.wait_for_timeout(500)
    expect(shown).to_have_count(1)
    page.keyboard.press("Escape")
    expect(shown).to_have_count(0)
    page.get_by_role("button", name="Edit", exact=True).focus()
    page.keyboard.press("Tab")
    expect(shown).to_contain_text("Confidence")
    page.keyboard.press("Tab")
    expect(shown).to_contain_text("“The raid, involving special operations forces")
    page.keyboard.press("Tab")
    expect(shown).to_have_count(0)


def on_a_narrow_screen_a_citation_brings_its_source_into_view(page: Page) -> None:
    page.set_viewport_size({"width": 420, "height": 800})
    page.wait_for_timeout(300)
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    page.get_by_role("button", name="Show quote 1 in its source").click()
    page.wait_for_timeout(500)
    assert is_in_view(page)


def after_an_answer_more_is_offered(page: Page) -> None:
    expect(page.locator("#ql-offers")).to_contain_text("You can ask", timeout=SLOW)
    offered = page.locator("#ql-offers .ql-suggestion").first
    question = offered.inner_text()
    offered.click()
    expect(answers(page, 2)).to_have_attribute("data-outcome", "answered")
    expect(page.locator(".ql-question").last).to_have_text(question)


def test_by_keyboard_alone(page: Page) -> None:
    page.get_by_label("Question", exact=True).focus()
    page.keyboard.type(TALKS)
    page.keyboard.press("Enter")
    count = answers(page, 1).locator(".ql-cite").count()
    assert count > 1
    expect(page.locator("#ql-offers button").first).to_be_visible(timeout=SLOW)  # looking for them takes both cores
    letters_are_no_keys_in_a_text_field(page)
    page.locator(".ql-skip").focus()
    page.keyboard.press("Enter")
    expect(page.locator("[data-outcome]")).to_be_focused()
    said = page.locator(".ql-sr")
    for place in (1, 2):
        page.wait_for_timeout(700)  # as people read
        page.keyboard.press("n")
        expect(page.locator(".ql-cite").nth(place - 1)).to_be_focused()
        expect(page.locator(".ql-place")).to_have_text(f"Quote {place} of {count}")
        expect(said).to_contain_text(f"Quote {place} of {count}. Cuban President")
    page.wait_for_timeout(700)
    page.keyboard.press("p")
    expect(page.locator(".ql-place")).to_have_text(f"Quote 1 of {count}")
    page.wait_for_timeout(700)
    page.keyboard.press("Enter")
    expect(selected(page)).to_be_focused()
    page.wait_for_timeout(700)
    page.keyboard.press("n")
    expect(page.locator(".ql-place")).to_have_text(f"Quote 2 of {count}")
    expect(selected(page)).to_be_focused()
    page.wait_for_timeout(700)
    assert is_in_view(page)
    page.keyboard.press("Escape")
    expect(page.locator(".ql-cite").first).to_be_focused()
    page.get_by_role("button", name="Next quote").focus()
    page.keyboard.press("Enter")
    expect(page.locator(".ql-place")).not_to_have_text(f"Quote 2 of {count}")
    expect(page.get_by_role("button", name="Next quote")).to_be_focused()


def letters_are_no_keys_in_a_text_field(page: Page) -> None:
    page.get_by_label("Question", exact=True).focus()
    page.keyboard.type("no new plan")
    expect(page.get_by_label("Question", exact=True)).to_have_value("no new plan")
    expect(page.locator(".ql-place")).to_contain_text("Quote 1 of")
    page.get_by_label("Question", exact=True).fill("")


def test_several_documents_are_open_in_tabs(visit: Callable[[str], Page], larkin: str) -> None:
    page = visit(larkin)
    ask(page, "How much did the bridge at Larkin cost?")
    answer = answers(page, 1)
    expect(answer.locator(".ql-claims .ql-cite")).to_have_count(2)
    tabs = page.locator('#ql-panel [role="tab"]')
    expect(tabs).to_have_count(2)
    answer.locator(".ql-claims .ql-cite").nth(1).click()
    expect(tabs).to_have_count(3)
    second = selected(page).inner_text()
    expect(page.locator(".ql-about")).to_contain_text("The Courier" if "auditors" in second else "The Gazette")
    expect(page.locator('#ql-panel [role="tab"][aria-selected="true"]')).to_contain_text("Report of the")
    tabs.nth(1).click()
    expect(selected(page)).not_to_have_text(second)
    tabs.nth(1).focus()
    page.keyboard.press("ArrowRight")
    expect(selected(page)).to_have_text(second)
    expect(tabs.nth(2)).to_be_focused()
    page.keyboard.press("Delete")
    expect(tabs).to_have_count(2)
    expect(selected(page)).not_to_have_text(second)
    page.get_by_role("button", name="Next quote").click()
    expect(tabs).to_have_count(3)
    expect(selected(page)).to_have_text(second)
    page.locator(".ql-close").click()
    expect(tabs).to_have_count(2)
    page.locator(".ql-cross").click()
    expect(tabs).to_have_count(0)
    expect(page.locator(".ql-sources h2")).to_have_text("5 sources")
    page.get_by_role("button", name="Report of the mayor", exact=True).click()
    expect(page.locator(".ql-about")).to_have_text("The Post · 5 Jan 2024 · mayor.md")
    expect(page.locator("mark, .ql-step")).to_have_count(0)


def test_a_refusal_and_an_answer_say_how_they_were_found(page: Page) -> None:
    ask(page, HAVANA)
    refusal = answers(page, 1)
    expect(refusal).to_have_attribute("data-outcome", "refused")
    expect(refusal).to_contain_text("I found no sentence I can stand behind.")
    expect(refusal.locator(".ql-looked q")).to_have_text(HAVANA)
    expect(refusal.locator(".ql-terms")).to_contain_text("population, Havana")
    expect(refusal.locator(".ql-terms em")).to_contain_text("population")
    expect(refusal.locator(".ql-cite")).to_have_count(0)
    closest = refusal.locator(".ql-closest").first
    closest.click()
    assert selected(page).inner_text() in closest.inner_text()
    expect(page.locator(".ql-place")).to_contain_text("Passage 1 of")
    offered = page.get_by_role("button", name=MINISTER)
    expect(page.get_by_text("You can ask")).to_be_visible(timeout=SLOW)
    expect(offered).to_be_visible(timeout=SLOW)
    offered.click()
    expect(answers(page, 2)).to_contain_text("Bruno Rodríguez")
    how_it_was_found_is_folded_below(page)


def how_it_was_found_is_folded_below(page: Page) -> None:
    ask(page, "What did he condemn?")
    answer = answers(page, 3)
    asked_as = answer.locator("xpath=preceding-sibling::p").inner_text()
    assert asked_as.startswith("Asked as: ")
    trace = page.locator(".ql-trace").last
    expect(trace).to_be_hidden()
    developers(page)
    page.get_by_label("Show how each answer was found").check()
    page.keyboard.press("Escape")
    expect(trace.locator("table")).to_be_hidden()
    trace.locator("summary").click()
    expect(trace.locator("q")).to_have_text(asked_as.removeprefix("Asked as: "))
    heads = trace.locator("thead th").all_inner_texts()
    assert heads == ["#", "Passage", "Score", "Dense rank", "BM25 rank", "Cosine"]
    row = trace.locator("tbody tr").first.locator("td").all_inner_texts()
    assert row[0] == "1"
    assert re.fullmatch(r"\d\.\d\d", row[1])
    assert "1" in row[2:4]
    expect(trace).to_contain_text(re.compile(r"Times: retrieve \d+ ms, read \d+ ms, total \d+ ms"))
    trace.scroll_into_view_if_needed()


def test_an_answer_is_rated_edited_asked_again_and_copied(page: Page, screenshots: Path) -> None:
    ask(page, MINISTER)
    every_line_says_how_it_is_supported_and_how_sure_it_is(page)
    an_answer_is_rated_with_a_comment(page, screenshots)
    a_question_is_edited_in_its_place(page, screenshots)
    asking_again_drops_what_follows(page)
    an_answer_is_copied_with_its_quotes(page)


def every_line_says_how_it_is_supported_and_how_sure_it_is(page: Page) -> None:
    answer = answers(page, 1)
    expect(answer.locator(".ql-standing")).to_contain_text("Verbatim from the sources")
    expect(answer.locator(".ql-status"), "which holds for each line").to_have_count(0)
    sure = answer.locator(".ql-sure")
    assert sure.inner_text() in ("Confident", "Likely", "Unsure: read the quote")
    tip = answer.get_by_role("tooltip", name=re.compile("Confidence"))
    expect(tip).to_have_count(0)
    sure.hover()
    expect(answer.locator(".ql-tip:popover-open")).to_have_text(re.compile(r"Confidence \d+%"))


def an_answer_is_rated_with_a_comment(page: Page, screenshots: Path) -> None:
    bad = page.get_by_role("button", name="Bad answer")
    bad.focus()
    page.keyboard.press("Enter")
    expect(bad).to_have_attribute("aria-pressed", "true")
    comment = page.get_by_label("What is good or bad about it")
    comment.fill('<b>It names "him" alone</b>')
    page.keyboard.press("Enter")
    expect(page.get_by_text("Saved", exact=True)).to_be_visible()
    badge, tip = (page.locator(one).bounding_box() for one in (".ql-sure", ".ql-tip:popover-open"))
    assert badge
    assert tip, "the mouse rests there"
    assert (tip["x"], tip["y"]) == pytest.approx((badge["x"], badge["y"] + badge["height"] + 6), abs=2), "drawn anew"
    page.mouse.move(0, 700)
    expect(page.locator(".ql-tip:popover-open")).to_have_count(0)
    picture(page, screenshots / "rated.png")
    ask(page, DIED)
    answers(page, 2)
    expect(comment).to_have_value('<b>It names "him" alone</b>')
    an_older_answer_still_opens_its_own_quote(page)
    bad.first.click()
    expect(bad.first).to_have_attribute("aria-pressed", "false")
    expect(comment).to_have_count(0)


def an_older_answer_still_opens_its_own_quote(page: Page) -> None:
    page.get_by_role("button", name="Show quote 1 in its source").first.click()
    expect(page.locator("mark.ql-selected")).to_contain_text("Bruno Rodríguez")


def a_question_is_edited_in_its_place(page: Page, screenshots: Path) -> None:
    edit = page.get_by_role("button", name="Edit", exact=True)
    edit.last.focus()
    page.keyboard.press("Enter")
    field = page.get_by_label("The question, edited")
    expect(field).to_be_focused()
    expect(field).to_have_value(DIED)
    page.keyboard.press("Escape")
    expect(field).to_have_count(0)
    expect(edit.last).to_be_focused()
    edit.last.click()
    picture(page, screenshots / "edit.png")
    field.fill(HAVANA)
    page.get_by_role("button", name="Ask this instead").click()
    expect(page.locator(".ql-question")).to_have_text([MINISTER, HAVANA])
    expect(answers(page, 2)).to_have_attribute("data-outcome", "refused")


def asking_again_drops_what_follows(page: Page) -> None:
    page.get_by_role("button", name="Ask again").first.click()
    expect(page.locator(".ql-question")).to_have_text([MINISTER])
    expect(answers(page, 1)).to_contain_text("Bruno Rodríguez")
    expect(selected(page)).to_contain_text("Bruno Rodríguez")


def an_answer_is_copied_with_its_quotes(page: Page) -> None:
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    page.get_by_role("button", name="Copy").focus()
    page.keyboard.press("Enter")
    expect(page.locator(".ql-sr")).to_have_text("Copied with its quotes")
    copied = page.evaluate("navigator.clipboard.readText()")
    assert copied.startswith(f"{MINISTER}\n\n")
    assert re.search(rf"\[1\] “.*Bruno Rodríguez.*” — .*, 2026-01-12, {ARTICLE}", copied)


def test_an_llm_that_writes_is_read_waited_for_and_stopped(
    visit: Callable[[str], Page], scripted: tuple[Loopback, str]
) -> None:
    server, address = scripted
    page = visit(address)
    what_an_llm_wrote_is_marked_and_what_failed_is_folded_away(page, server)
    anew(page)
    a_claim_is_read_while_the_next_is_written_and_a_second_question_waits(page, server)
    anew(page)
    stop_ends_an_llm_and_leaves_the_quotes(page, server)
    anew(page)
    starting_over_leaves_an_answer_that_is_being_written(page, server)


def what_an_llm_wrote_is_marked_and_what_failed_is_folded_away(page: Page, server: Loopback) -> None:
    server.does(says("The raid killed 32 Cuban military and intelligence personnel. [1]\n", "It killed 45 men. [1]\n"))
    ask(page, DIED)
    answer = answers(page, 1)
    assert answer.locator(".ql-status").all_inner_texts() == ["supported"]
    dropped = answer.locator(".ql-dropped")
    expect(dropped.locator("summary")).to_have_text("1 line of the LLM is not shown: its quotes do not support it")
    expect(dropped.locator("li")).to_be_hidden()
    dropped.locator("summary").focus()
    page.keyboard.press("Enter")
    expect(dropped.locator("li")).to_contain_text("It killed 45 men.")
    expect(dropped.locator("li")).to_contain_text("the number 45 is not in the quote")


def a_claim_is_read_while_the_next_is_written_and_a_second_question_waits(page: Page, server: Loopback) -> None:
    server.does(silent_after("The raid killed 32 Cuban military and intelligence personnel. [1]\nIt"))
    ask(page, DIED)
    expect(page.locator("#ql-writing .ql-claim")).to_have_text(
        "The raid killed 32 Cuban military and intelligence personnel."
    )
    expect(page.locator(".ql-sr")).to_have_text("Writing…")
    page.get_by_role("button", name="All sources").or_(page.locator(".ql-source")).first.click()
    expect(page.locator(".ql-document")).to_have_count(1)  # what is pressed meanwhile works
    box = page.get_by_label("Question", exact=True)
    box.fill(MINISTER)
    page.keyboard.press("Enter")
    expect(page.locator(".ql-notice")).to_contain_text("One answer at a time: your question stays in the box.")
    expect(box).to_have_value(MINISTER)
    page.get_by_role("button", name="Stop", exact=True).click()
    expect(answers(page, 1)).to_contain_text("32 Cuban")
    page.get_by_role("button", name="Ask", exact=True).click()
    page.get_by_role("button", name="Stop", exact=True).click()
    expect(answers(page, 2)).to_contain_text("Bruno Rodríguez")


def stop_ends_an_llm_and_leaves_the_quotes(page: Page, server: Loopback) -> None:
    server.does(silent)
    place = page.get_by_role("button", name="Ask", exact=True).bounding_box()
    ask(page, DIED)
    page.wait_for_function("() => document.body.innerText.includes('passages')")
    stop = page.get_by_role("button", name="Stop", exact=True).bounding_box()
    assert place
    assert stop
    assert (stop["y"], stop["height"]) == (place["y"], place["height"])
    assert abs(stop["x"] + stop["width"] - place["x"] - place["width"]) < 1, "in its place"
    while not server.requests:
        page.wait_for_timeout(50)
    began = time.monotonic()
    expect(page.get_by_role("button", name="Ask", exact=True)).to_be_hidden()
    page.get_by_role("button", name="Stop", exact=True).click()
    expect(answers(page, 1)).to_contain_text("32 Cuban military and intelligence personnel")
    assert time.monotonic() - began < 3
    expect(page.get_by_role("button", name="Ask", exact=True)).to_be_visible()
    expect(page.get_by_role("button", name="Stop", exact=True)).to_be_hidden()


def starting_over_leaves_an_answer_that_is_being_written(page: Page, server: Loopback) -> None:
    server.does(silent)
    ask(page, DIED)
    expect(page.locator("#ql-writing .ql-turn")).to_have_count(1)
    page.get_by_role("button", name="Start over").click()
    expect(page.locator(".ql-turn")).to_have_count(0)
    page.wait_for_timeout(1000)
    expect(page.locator(".ql-turn")).to_have_count(0)
    server.does(says("The raid killed 32 Cuban military and intelligence personnel. [1]\n"))
    ask(page, DIED)
    expect(answers(page, 1)).to_contain_text("32 Cuban")


def test_a_conversation_begins_with_an_example_and_anew_with_a_greeting(page: Page) -> None:
    expect(page.get_by_role("button", name="Stop", exact=True)).to_have_count(0)  # without an LLM
    an_example_is_asked_by_pressing_it(page)
    starting_over_starts_anew(page)
    anew(page)
    a_greeting_offers_questions_that_are_asked_by_pressing_them(page)
    anew(page)
    what_a_person_types_is_shown_as_text(page)
    anew(page)
    presses_right_after_one_another_are_all_heard(page)


def an_example_is_asked_by_pressing_it(page: Page) -> None:
    page.get_by_role("button", name=MINISTER).click()
    expect(answers(page, 1)).to_contain_text("Bruno Rodríguez")


def starting_over_starts_anew(page: Page) -> None:
    page.get_by_role("button", name="Start over").click()
    expect(page.locator("[data-outcome]")).to_have_count(0)
    expect(page.locator(".ql-sources h2")).to_have_text("1 source")
    expect(page.get_by_text("For example")).to_be_visible()
    ask(page, DIED)
    answers(page, 1)


def a_greeting_offers_questions_that_are_asked_by_pressing_them(page: Page) -> None:
    ask(page, "hello")
    suggestion = answers(page, 1).locator(".ql-suggestion").first
    question = suggestion.inner_text()
    suggestion.click()
    expect(page.locator(".ql-question").last).to_have_text(question)
    expect(answers(page, 2)).to_have_attribute("data-outcome", "answered")
    selected(page)


def what_a_person_types_is_shown_as_text(page: Page) -> None:
    ask(page, "![x](http://192.0.2.1/x.png) <img src=http://192.0.2.1/y.png> **oil**")
    answers(page, 1)
    expect(page.locator("h2.ql-question")).to_contain_text("<img src=http://192.0.2.1/y.png> **oil**")
    assert page.locator("img[src*='192.0.2.1']").count() == 0


def presses_right_after_one_another_are_all_heard(page: Page) -> None:
    for count in range(1, 6):
        ask(page, MINISTER if count % 2 else DIED)
        answers(page, count)
        page.locator(".ql-cite").last.click()
        expect(page.locator(".ql-place")).to_contain_text("Quote")


def test_dark_mode(visit: Callable[[str], Page], url: str, screenshots: Path) -> None:
    page = visit(f"{url}/?__theme=dark")
    ask(page, MINISTER)
    answers(page, 1)
    selected(page)
    color = page.evaluate("getComputedStyle(document.querySelector('.ql-claim')).color")
    assert min(int(part) for part in re.findall(r"\d+", color)[:3]) > 180, "light on dark"
    page.locator(".ql-cite").first.hover()
    picture(page, screenshots / "dark.png")


def test_two_at_once_see_their_own(visit: Callable[[str], Page], url: str) -> None:
    first, second = visit(url), visit(url)
    ask(first, MINISTER)
    ask(second, DIED)
    expect(answers(first, 1)).to_contain_text("Bruno Rodríguez")
    expect(answers(second, 1)).to_contain_text("32 Cuban")
    expect(first.locator(".ql-question")).to_have_text([MINISTER])
    expect(second.locator(".ql-question")).to_have_text([DIED])
