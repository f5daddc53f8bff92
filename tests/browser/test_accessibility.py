"""axe-core looks at each state of the page, in light and dark, on a wide and a narrow screen."""

from collections.abc import Callable, Iterator
from typing import Literal

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.conftest import VIEW, developers, open_view, settled, violations, visited
from tests.browser.test_chat import SLOW, ask

LOOKS: tuple[tuple[Literal["light", "dark"], int], ...] = (
    ("light", 1280),
    ("light", 420),
    ("dark", 1280),
    ("dark", 420),
)
"""Colour scheme of the system, and width of the screen."""
GRADIO: dict[tuple[str, str], str] = {}
"""Faults of Gradio's own components that cannot be mended from outside: (rule, selector) and why.

A fault counts as known only where its element matches the selector; every other element that breaks the rule fails.
"""


def empty(page: Page) -> Page:
    page.locator("#ql-panel .ql-source").first.wait_for()
    return page


def document(page: Page) -> Page:
    page.locator(".ql-source").first.click()
    page.locator(".ql-text").wait_for()
    return page


def refusal(page: Page) -> Page:
    ask(page, "What is the population of Havana?")
    expect(page.locator('[data-outcome="refused"]')).to_have_count(1, timeout=SLOW)
    return page


def answer(page: Page) -> Page:
    page.get_by_role("button", name="Start over").click()
    expect(page.locator("[data-outcome]")).to_have_count(0)
    ask(page, "How many Cubans died in the raid?")
    expect(page.locator('[data-outcome="answered"]')).to_have_count(1, timeout=SLOW)
    expect(page.locator("mark.ql-selected")).to_have_count(1)
    return page


def history(page: Page) -> Page:
    options = page.get_by_label("Options of How many Cubans died in the raid?").first
    if not options.is_visible():
        page.get_by_role("button", name="Conversations", exact=True).click()
    options.click()
    page.locator('#ql-kept button[data-do="rename"]').first.wait_for()
    return page


def sources(page: Page) -> Page:
    open_view(page, "Library")
    page.locator("circle.ql-used").first.wait_for()
    return page


def notebook(page: Page) -> Page:
    open_view(page, "Ask")
    page.locator("#ql-panel .ql-pin").click()
    expect(page.locator("#ql-panel .ql-pin")).to_have_attribute("aria-pressed", "true")
    open_view(page, "Notebook")
    page.locator("#ql-notes .ql-pinned summary").first.click()
    page.locator("#ql-notes .ql-pin-quote").first.click()
    page.locator("#ql-noted .ql-text").wait_for()
    return page


def check(page: Page) -> Page:
    open_view(page, "Check")
    page.get_by_label("Text to check").fill("The raid killed 32 Cubans. The moon is made of cheese.")
    page.get_by_role("button", name="Check the text").click()
    page.locator("#ql-checked .ql-exports").wait_for(timeout=SLOW)
    return page


def settings(page: Page) -> Page:
    developers(page)
    page.locator(".ql-keys summary").click()
    return page


def evaluation(page: Page) -> Page:
    open_view(page, "Evaluation")
    page.locator(".ql-plot").first.wait_for()
    page.get_by_role("button", name="Choose figures").click()
    page.get_by_role("checkbox", name="correct", exact=True).wait_for()
    page.locator(".ql-skipped summary").click()
    return page


def report(page: Page) -> Page:
    with page.context.expect_page() as opened:
        page.get_by_role("link", name="Report of article, in a new tab").click()
    opened.value.locator("#rows details").first.click()
    return opened.value


STATES: tuple[Callable[[Page], Page], ...] = (
    empty, document, refusal, answer, history, sources, notebook, check, settings,
)  # fmt: skip
"""What to look at: each takes the page from the state before it, the first a fresh one, and returns what shows it."""
OF_RUNS: tuple[Callable[[Page], Page], ...] = (evaluation, report)
"""Likewise, of a page that has runs to show."""


@pytest.fixture
def start(browser: Browser, evaluated: str) -> Iterator[Page]:
    with visited(browser, evaluated) as page:
        yield page


def test_axe_finds_no_serious_fault_and_one_that_is_made(page: Page) -> None:
    assert [fault for state in STATES for fault in looked_at(state, page)] == []
    page.keyboard.press("Escape")
    open_view(page, "Ask")
    page.emulate_media(color_scheme="light")
    page.get_by_role("button", name="Start over").click()
    expect(page.locator("#ql-intro h2")).to_be_visible()
    page.evaluate(
        "document.querySelector('#ql-intro h2').outerHTML += '<button></button><p style=\"color:#ccc\">pale</p>'"
    )
    settled(page)
    assert {fault.split(" ")[0] for fault in faults(page)} == {"button-name", "color-contrast"}


def test_with_runs_each_view_has_one_first_heading_and_axe_finds_no_serious_fault(start: Page) -> None:
    assert start.locator("html").get_attribute("lang") == "en"
    for view in ("Ask", "Library", "Check", "Notebook", "Evaluation"):
        open_view(start, view)
        expect(start.get_by_role("heading", level=1)).to_have_count(1)
    open_view(start, "Ask")
    assert [fault for state in OF_RUNS for fault in looked_at(state, start)] == []


def looked_at(state: Callable[[Page], Page], before: Page) -> list[str]:
    """Return the faults of a state, in every look; leave the page as wide as it was."""
    page = state(before)
    found = []
    for scheme, width in LOOKS:
        page.emulate_media(color_scheme=scheme)
        page.set_viewport_size({"width": width, "height": 860})
        unfolded(page, state)
        settled(page)
        found += [f"{state.__name__}, {scheme} {width}: {fault}" for fault in faults(page)]
    page.set_viewport_size(VIEW)  # where each pane is as it was
    return found


def unfolded(page: Page, state: Callable[[Page], Page]) -> None:
    """Show the pane that a state is about, which a narrow screen folds away."""
    panes: dict[Callable[[Page], Page], str] = {history: "history", document: "sheet"}
    name = panes.get(state)
    button = page.locator(f'[data-shell="{name}"]')
    if name and button.is_visible() and button.get_attribute("aria-expanded") == "false":
        button.click()


def faults(page: Page) -> list[str]:
    """Return the serious and critical faults that are not known to be Gradio's."""
    return [
        f"{broken['id']} at {node['target']}: {node['html'][:160]}"
        for broken in violations(page)
        for node in broken["nodes"]
        if node["impact"] in ("serious", "critical") and not known(page, broken["id"], node["target"][0])
    ]


def known(page: Page, rule: str, target: str) -> bool:
    """Tell whether the element that a fault was found at is one of those listed for its rule."""
    own = [selector for broken, selector in GRADIO if broken == rule]
    return bool(own) and bool(page.locator(target).evaluate("(e, s) => s.some((one) => e.matches(one))", own))
