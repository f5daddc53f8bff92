"""The settings of the page: they travel with a question, and hold for one browser alone."""

from pathlib import Path
from typing import Literal

from playwright.sync_api import Browser, Page, expect

from rag.web import spanish as es
from rag.web import words
from tests.browser.conftest import SECRET, VIEW, settled, visited
from tests.browser.test_accessibility import faults
from tests.browser.test_chat import SLOW, answers, ask
from tests.loopback import Loopback, refuses, says, silent

PRESIDENT = "Who is the president of Cuba?"
"""Three sentences are quoted."""
PRESSING = "What is Trump pressing Havana to do?"
"""Unsure: below the surer threshold."""


def settings(page: Page) -> None:
    page.get_by_role("button", name="Settings", exact=True).click()
    expect(page.locator("#ql-menu")).to_be_visible()


def choose(page: Page, name: str) -> None:
    settings(page)
    page.locator("#ql-menu").get_by_role("radio", name=name).check()
    page.keyboard.press("Escape")


def test_a_shorter_answer_has_fewer_quotes_and_the_browser_remembers(page: Page) -> None:
    ask(page, PRESIDENT)
    expect(answers(page, 1).locator(".ql-claim")).to_have_count(3)
    choose(page, "One sentence")
    page.get_by_role("button", name="Ask again").click()
    expect(page.locator(".ql-claim")).to_have_count(1)
    page.reload()
    page.get_by_label("Question", exact=True).wait_for(timeout=30_000)
    settings(page)
    expect(page.get_by_role("radio", name="One sentence")).to_be_checked()
    page.get_by_role("radio", name="All that is found").check()
    page.keyboard.press("Escape")
    ask(page, PRESIDENT)
    expect(answers(page, 1).locator(".ql-claim")).to_have_count(3)


def test_surer_refuses_what_was_unsure_for_this_browser_alone_and_what_is_not_there_is_told(
    page: Page, browser: Browser, url: str
) -> None:
    ask(page, PRESSING)
    expect(answers(page, 1)).to_have_attribute("data-outcome", "answered")
    settings(page)
    for figures in ("refuses 10 of 100", "refuses 28 of 100", "answers 24 of 100"):
        expect(page.locator("#ql-menu")).to_contain_text(figures)
    page.get_by_role("radio", name="Answers surer").check()
    page.keyboard.press("Escape")
    page.get_by_role("button", name="Ask again").click()
    expect(page.locator('[data-outcome="refused"]')).to_have_count(1)
    with visited(browser, url) as other:
        ask(other, PRESSING)
        expect(answers(other, 1)).to_have_attribute("data-outcome", "answered")
    what_this_server_does_not_have_is_told_and_the_question_comes_back(page)


def test_an_llm_is_tested_and_may_be_left_out_and_axe_finds_no_fault(
    browser: Browser, scripted: tuple[Loopback, str], screenshots: Path
) -> None:
    server, address = scripted
    with visited(browser, address) as page:
        expect(page.locator("#ql-intro")).to_contain_text("checked against the quotes it cites")
        settings(page)
        test, told = page.get_by_role("button", name="Test it"), page.locator("#ql-tested")
        server.does(says("ready"))
        test.click()
        expect(told).to_contain_text("said “ready” after", timeout=SLOW)  # what speaks its protocol is loaded first
        assert "Cuba" not in str(server.requests), "nothing of the sources is sent"
        assert SECRET in str(server.requests[0][1]), "the server sends its key"
        page.screenshot(path=screenshots / "tested.png")
        axe_finds_no_fault(page, screenshots)
        page.emulate_media(color_scheme="light")
        page.set_viewport_size(VIEW)
        server.does(refuses(401, "bad key"))
        test.click()
        expect(told).to_contain_text("did not answer")
        expect(told).to_have_attribute("data-works", "false")
        page.get_by_role("radio", name="Nobody: quotes alone").check()
        expect(test).to_be_disabled()
        expect(told).to_be_empty()
        page.keyboard.press("Escape")
        expect(page.get_by_text("a verbatim quote", exact=True)).to_be_visible()
        server.does(silent)
        ask(page, PRESIDENT)
        expect(answers(page, 1)).to_contain_text("Verbatim from the sources")
        assert server.requests == []
        the_key_stays_with_the_server(page, address)


def the_key_stays_with_the_server(page: Page, address: str) -> None:
    stored = page.evaluate("JSON.stringify([{ ...localStorage }, { ...sessionStorage }, document.cookie])")
    told = [page.content(), stored, str(page.context.cookies()), page.request.get(f"{address}/config").text()]
    assert "openai-like" in told[0]
    assert "ql-llm" in stored
    assert not [one for one in told if SECRET in one]


def axe_finds_no_fault(page: Page, screenshots: Path) -> None:
    schemes: tuple[Literal["light", "dark"], ...] = ("light", "dark")
    for width in (1440, 390):
        page.set_viewport_size({"width": width, "height": 900})
        for look in schemes:
            page.emulate_media(color_scheme=look)
            settled(page)
            expect(page.locator("#ql-menu")).to_be_visible()
            assert faults(page) == []
            page.screenshot(path=screenshots / f"settings-{look}-{width}.png")


def what_this_server_does_not_have_is_told_and_the_question_comes_back(page: Page) -> None:
    page.evaluate("document.querySelector('[name=\"ql-llm\"]').value = 'openai:gpt-4o'")
    ask(page, PRESIDENT)
    expect(page.get_by_role("alert")).to_contain_text("This server has no “openai:gpt-4o”")
    expect(page.get_by_label("Question", exact=True)).to_have_value(PRESIDENT)


ENGLISH = """() => [...document.querySelectorAll("#ql-bar, #ql-menu, #ql-history, #ql-left, #ql-side, .ql-view")]
  .flatMap((part) => [part, ...part.querySelectorAll("*")])
  .filter((one) => !one.closest("[lang]:not(html), script, style, .ql-text, .ql-kept-open, .ql-example"))
  .flatMap((one) => [
    ...[...one.childNodes].filter((node) => node.nodeType === Node.TEXT_NODE).map((node) => node.textContent),
    ...["title", "aria-label", "placeholder", "alt"].map((name) => one.getAttribute(name)),
  ])
  .filter(Boolean).map((text) => text.trim()).filter(Boolean)"""
"""Every text of the frame and its views, seen or not."""


def spanish(page: Page) -> None:
    settings(page)
    with page.expect_navigation():
        page.get_by_role("radio", name="Español").click()
    page.get_by_label("Pregunta", exact=True).wait_for(timeout=30_000)
    page.get_by_role("heading", name="Quoteline").hover(trial=True)


def english_texts() -> set[str]:
    """What the page may say in English alone, without what is filled in."""
    found: set[str] = set()

    def gather(one: object, other: object) -> None:
        if isinstance(one, str):
            if one != other and "{" not in one:
                found.add(one)
        elif isinstance(one, dict) and isinstance(other, dict):
            for key in one:
                gather(one[key], other[key])
        elif isinstance(one, tuple) and isinstance(other, tuple):
            for value, its in zip(one, other, strict=True):
                gather(value, its)

    for name, word in vars(words).items():
        if name.isupper():
            gather(word, getattr(es, name, word))
    return found


def test_in_spanish_no_english_of_the_page_is_left(page: Page, article: str, screenshots: Path) -> None:
    page.set_viewport_size({"width": 1440, "height": 900})
    english = english_texts()
    assert english & set(page.evaluate(ENGLISH)), "in English they are found"
    spanish(page)
    assert page.locator("html").get_attribute("lang") == "es"
    expect(page.locator(".ql-views").get_by_role("tab", name="Biblioteca")).to_be_visible()
    expect(page.locator("#ql-intro h2")).to_have_text("Haga una pregunta a las fuentes.")
    assert english & set(page.evaluate(ENGLISH)) == set()
    box = page.get_by_label("Pregunta", exact=True)
    box.fill(PRESIDENT)
    page.get_by_role("button", name="Preguntar", exact=True).click()
    answer = page.locator('[data-outcome="answered"]')
    expect(answer).to_contain_text("Literal de las fuentes", timeout=SLOW)
    assert answer.locator(".ql-said").first.inner_text() in " ".join(article.split()), "a quote is never translated"
    box.fill("What is the population of Havana?")
    page.keyboard.press("Enter")
    expect(page.locator('[data-outcome="refused"]')).to_contain_text(
        "No encontré ninguna frase que pueda respaldar.", timeout=SLOW
    )
    box.fill("hello")
    page.keyboard.press("Enter")
    expect(page.locator("[data-outcome]").last).to_contain_text("Hola. Pregunte qué dice", timeout=SLOW)
    for view in ("Biblioteca", "Comprobar", "Cuaderno"):
        page.locator(".ql-views").get_by_role("tab", name=view).click()
        page.wait_for_timeout(1000)
    assert english & set(page.evaluate(ENGLISH)) == set()
    page.get_by_role("button", name="Conversaciones", exact=True).click()
    page.screenshot(path=screenshots / "spanish.png")
    page.get_by_role("button", name="Ajustes", exact=True).click()
    page.screenshot(path=screenshots / "spanish-settings.png")
    with page.expect_navigation():
        page.get_by_role("radio", name="English").click()
    page.get_by_label("Question", exact=True).wait_for(timeout=30_000)


def test_a_browser_that_accepts_french_is_answered_in_english(browser: Browser, url: str) -> None:
    context = browser.new_context(locale="fr-FR")
    page = context.new_page()
    page.goto(url)
    page.get_by_label("Question", exact=True).wait_for(timeout=30_000)
    context.close()


def test_a_browser_that_accepts_spanish_is_answered_in_it_and_its_longer_words_fit_a_phone(
    browser: Browser, url: str, screenshots: Path
) -> None:
    context = browser.new_context(locale="es-MX", viewport={"width": 390, "height": 844})
    page = context.new_page()
    page.goto(url)
    page.get_by_label("Pregunta", exact=True).wait_for(timeout=30_000)
    page.get_by_role("heading", name="Quoteline").wait_for(state="attached")
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    tool = page.get_by_role("button", name="Ajustes", exact=True).bounding_box()
    assert tool
    assert tool["x"] + tool["width"] <= 390
    page.screenshot(path=screenshots / "spanish-phone.png")
    notebook = page.locator(".ql-views").get_by_role("tab", name="Cuaderno")
    notebook.click()
    expect(notebook).to_be_in_viewport(ratio=0.9)
    page.get_by_role("button", name="Ajustes", exact=True).click()
    page.screenshot(path=screenshots / "spanish-phone-settings.png")
    context.close()
