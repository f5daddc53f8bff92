import time
from pathlib import Path

from playwright.sync_api import Browser, Page, expect

from rag.config import Config
from tests.browser.conftest import served
from tests.conftest import ARTICLE
from tests.loopback import loopback, silent

SLOW = 60_000
"""Milliseconds: suggestions are tried before they are shown."""


def ask(page: Page, question: str) -> None:
    box = page.get_by_label("Question", exact=True)
    box.fill(question)
    page.get_by_role("button", name="Ask", exact=True).click()
    try:
        expect(box).to_have_value("", timeout=1000)
    except (
        AssertionError
    ):  # within milliseconds of the last answer Gradio takes a press for the second of a double click
        page.get_by_role("button", name="Ask", exact=True).click()
        expect(box).to_have_value("")


def selected_is_in_view(page: Page) -> bool:
    return bool(
        page.evaluate(
            """() => {
              const mark = document.querySelector("mark.ql-selected").getBoundingClientRect();
              const text = document.querySelector(".ql-text").getBoundingClientRect();
              return mark.top >= text.top && mark.bottom <= text.bottom && mark.bottom <= innerHeight;
            }"""
        )
    )


def test_a_citation_opens_its_quote_in_the_whole_document(page: Page, screenshots: Path, article: str) -> None:
    ask(page, "How many Cubans died in the raid?")
    answer = page.locator('.ql-answer[data-outcome="answered"]')
    expect(answer).to_contain_text("32 Cuban military and intelligence personnel")
    page.get_by_role("button", name="All sources").click()
    expect(page.locator(".ql-sources h2")).to_have_text("1 source")
    answer.get_by_role("button", name="Show quote 1 in its source").click()
    marked = page.locator("mark.ql-selected")
    expect(marked).to_have_count(1)
    assert marked.inner_text() in article
    assert marked.inner_text().startswith("The raid, involving special operations forces")
    assert page.locator(".ql-text").inner_text().strip() == article.strip()
    page.wait_for_timeout(300)
    assert selected_is_in_view(page)
    page.locator(".ql-text").evaluate("text => { text.scrollTop = 0; }")
    assert not selected_is_in_view(page)
    answer.get_by_role("button", name="Show quote 1 in its source").click()
    page.wait_for_timeout(300)
    assert selected_is_in_view(page), "pressed again, it is brought into view again"
    page.screenshot(path=screenshots / "chat.png")


def test_on_a_narrow_screen_a_citation_brings_its_source_into_view(page: Page, screenshots: Path) -> None:
    page.set_viewport_size({"width": 420, "height": 800})
    ask(page, "How many Cubans died in the raid?")
    page.get_by_role("button", name="Show quote 1 in its source").click()
    page.wait_for_timeout(500)
    assert selected_is_in_view(page)
    page.screenshot(path=screenshots / "narrow.png")


def test_a_refusal_looks_different_and_its_closest_passages_open(page: Page, screenshots: Path) -> None:
    ask(page, "What is the population of Havana?")
    refusal = page.locator('.ql-answer[data-outcome="refused"]')
    expect(refusal).to_contain_text("The sources do not say.")
    expect(refusal.locator(".ql-cite")).to_have_count(0)
    closest = refusal.locator(".ql-closest").first
    closest.click()
    expect(page.locator("mark.ql-selected")).to_have_count(1)
    assert page.locator("mark.ql-selected").inner_text() in closest.inner_text()
    page.screenshot(path=screenshots / "refusal.png")


def test_an_older_answer_still_opens_its_own_quote(page: Page) -> None:
    ask(page, "Who is Cuba's foreign minister?")
    expect(page.locator('[data-outcome="answered"]')).to_have_count(1)
    ask(page, "How many Cubans died in the raid?")
    expect(page.locator('[data-outcome="answered"]')).to_have_count(2)
    page.get_by_role("button", name="Show quote 1 in its source").first.click()
    expect(page.locator("mark.ql-selected")).to_contain_text("Bruno Rodríguez")


def test_an_example_is_asked_by_pressing_it(page: Page) -> None:
    page.get_by_role("button", name="Who is Cuba's foreign minister?").click()
    expect(page.locator('[data-outcome="answered"]')).to_contain_text("Bruno Rodríguez")


def test_a_greeting_offers_questions_that_are_asked_by_pressing_them(page: Page) -> None:
    ask(page, "hello")
    reply = page.locator(".ql-answer", has_text="Hello.")
    suggestion = reply.locator(".ql-suggestion").first
    suggestion.wait_for(timeout=SLOW)
    question = suggestion.inner_text()
    suggestion.click()
    expect(page.locator(".ql-question").last).to_have_text(question)
    expect(page.locator('[data-outcome="answered"]')).to_have_count(1, timeout=SLOW)
    expect(page.locator("mark.ql-selected")).to_have_count(1)


def test_a_refusal_offers_below_the_chat_what_is_answered(page: Page) -> None:
    ask(page, "What is the population of Havana?")
    expect(page.get_by_text("You can ask")).to_be_visible(timeout=SLOW)
    expect(page.get_by_role("button", name="Who is Cuba's foreign minister?")).to_be_visible()
    page.locator(".ql-source, .ql-back").first.click()
    page.wait_for_timeout(500)  # as people do: what is pressed just as Gradio closes the stream of an event may be lost
    expect(page.locator("[data-outcome]")).to_have_count(1)
    offered = page.locator("button", has_text="How many Cuban military and intelligence personnel")
    offered.click()
    expect(page.locator('[data-outcome="answered"]')).to_have_count(1, timeout=SLOW)


def test_clearing_the_chat_starts_anew(page: Page) -> None:
    ask(page, "Who is Cuba's foreign minister?")
    expect(page.locator("[data-outcome]")).to_have_count(1)
    page.get_by_role("button", name="Clear").click()
    expect(page.locator("[data-outcome]")).to_have_count(0)
    expect(page.locator(".ql-sources h2")).to_have_text("1 source")
    ask(page, "How many Cubans died in the raid?")
    expect(page.locator("[data-outcome]")).to_have_count(1)


def test_a_source_opens_from_the_list(page: Page) -> None:
    page.locator(".ql-source").click()
    expect(page.locator(".ql-document .ql-meta")).to_contain_text(ARTICLE)
    expect(page.locator("mark")).to_have_count(0)


def test_by_keyboard_alone(page: Page) -> None:
    page.get_by_label("Question", exact=True).focus()
    page.keyboard.type("Who is Cuba's foreign minister?")
    page.keyboard.press("Enter")
    button = page.get_by_role("button", name="Show quote 1 in its source")
    button.wait_for()
    page.get_by_role("button", name="All sources").focus()
    page.keyboard.press("Enter")
    expect(page.locator("mark")).to_have_count(0)
    button.focus()
    page.keyboard.press("Enter")
    expect(page.locator("mark.ql-selected")).to_contain_text("Bruno Rodríguez")


def test_what_a_person_types_is_shown_as_text(page: Page) -> None:
    ask(page, "![x](http://192.0.2.1/x.png) <img src=http://192.0.2.1/y.png> **oil**")
    expect(page.locator("[data-outcome]")).to_have_count(1)
    expect(page.get_by_text("<img src=http://192.0.2.1/y.png> **oil**")).to_be_visible()
    assert page.locator("img[src*='192.0.2.1']").count() == 0


def test_dark_mode(page: Page, url: str, screenshots: Path) -> None:
    page.goto(f"{url}/?__theme=dark")
    page.get_by_label("Question", exact=True).wait_for()
    ask(page, "Who is Cuba's foreign minister?")
    expect(page.locator("mark.ql-selected")).to_have_count(1)
    background = page.evaluate("getComputedStyle(document.querySelector('.ql-answer').closest('.message')).color")
    assert min(int(part) for part in background.removeprefix("rgb(").rstrip(")").split(",")[:3]) > 180, "light on dark"
    page.screenshot(path=screenshots / "dark.png")


def test_stop_ends_an_llm_and_leaves_the_quotes(browser: Browser, config: Config) -> None:
    with loopback() as server, served(config, "--llm", f"openai-like:{server.url}/v1#m") as address:
        server.does(silent)
        page = browser.new_page()
        page.goto(address)
        ask(page, "How many Cubans died in the raid?")
        page.wait_for_function("() => document.body.innerText.includes('passages')")
        while not server.requests:
            page.wait_for_timeout(50)
        began = time.monotonic()
        page.get_by_role("button", name="Stop", exact=True).click()
        answer = page.locator('.ql-answer[data-outcome="answered"]')
        expect(answer).to_contain_text("32 Cuban military and intelligence personnel")
        assert time.monotonic() - began < 3
        page.close()


def test_without_an_llm_there_is_nothing_to_stop(page: Page) -> None:
    expect(page.get_by_role("button", name="Stop", exact=True)).to_have_count(0)
