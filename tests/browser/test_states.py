"""Twelve states of the page, as the docs show them: each at three widths, in light and in dark.

Whatever the width, nothing sticks out of the page, no text of a button is cut without an ellipsis, and what shows an
icon alone has a name. ``--screenshots=FOLDER`` leaves the picture of each state there, and in ``FOLDER/looks`` how it
looks at every width and in both schemes.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import pytest
from playwright.sync_api import Browser, Page, expect

from rag.config import Config
from tests.browser.conftest import REPORTS, developers, open_view, picture, served, settled, visited, write_reports
from tests.browser.test_chat import DIED, HAVANA, MINISTER, SLOW, answers, ask
from tests.browser.test_history import options
from tests.browser.test_stranger import DRAFT
from tests.conftest import ARTICLE, built_over
from tests.loopback import Loopback, says

GROUPS = {"worded": "scripted"}
"""Sites that are another one's, which says then what is wanted."""
SIZES = ((1440, 900), (1024, 768), (390, 844))
SCHEMES: tuple[Literal["light", "dark"], ...] = ("light", "dark")
COST = "How much did the bridge at Larkin cost?"
LIBRARY = ("council", "auditors", "mayor")
"""The reports that lie beside the article, of which two disagree."""
FAULTS = """() => {
  const found = [];
  const { scrollWidth } = document.documentElement;
  if (scrollWidth > innerWidth) found.push(`the page is ${scrollWidth} px wide`);
  const name = (one) => one.getAttribute("aria-label") || one.textContent.trim() || one.title;
  for (const one of document.querySelectorAll("button, a[href], summary, input, select, textarea")) {
    if (!one.checkVisibility({ visibilityProperty: true, opacityProperty: true }) || one.closest("[inert]")) continue;
    const box = one.getBoundingClientRect();
    if (!box.width || box.bottom < 0 || box.top > innerHeight || box.right < 0) continue;
    const told = one.outerHTML.slice(0, 110);
    const field = one.matches("input, select, textarea");
    if (!field && !name(one)) found.push(`no name: ${told}`);
    if (field && !one.labels?.length && !name(one) && !one.placeholder) found.push(`no label: ${told}`);
    const scrolls = one.closest(".ql-wide, .ql-views, .ql-tabs, .ql-sheet");
    if (!scrolls && !one.matches(".ql-skip") && (box.left < -1 || box.right > innerWidth + 1)) {
      found.push(`${box.left}-${box.right} of ${innerWidth}: ${told}`);
    }
    const { overflowX, textOverflow } = getComputedStyle(one);
    if (!field && overflowX !== "visible" && textOverflow !== "ellipsis" && one.scrollWidth > one.clientWidth + 1) {
      found.push(`cut: ${told}`);
    }
  }
  return found;
}"""

SHORTENED = """() => {
  const walker = document.createTreeWalker(document.querySelector("#ql-view-library"), NodeFilter.SHOW_TEXT);
  while (walker.nextNode()) {
    const { currentNode: text } = walker;
    text.textContent = text.textContent.replace(/[/]\\S+[/]sources\\b/, "/home/ana/sources");
  }
}"""
"""Gives the folder of the test a name for a picture."""


@dataclass(frozen=True, slots=True)
class State:
    """A state of the page: of which site, and what leads to it."""

    name: str
    site: Literal["article", "library", "worded", "evaluated"]
    lead: Callable[[Page], object]
    narrower: str = ""
    """The name of its picture at 1024 px, where the docs have one."""


def empty(page: Page) -> None:
    expect(page.locator("#ql-examples .ql-suggestion").first).to_be_visible(timeout=SLOW)


def chat(page: Page) -> None:
    ask(page, MINISTER)
    answers(page, 1)
    expect(page.locator("#ql-offers button").first).to_be_visible(timeout=SLOW)


def refusal(page: Page) -> None:
    ask(page, HAVANA)
    answers(page, 1)


def tabs(page: Page) -> None:
    ask(page, COST)
    answers(page, 1).locator(".ql-claims .ql-cite").nth(1).click()
    expect(page.locator('#ql-panel [role="tab"]')).to_have_count(3)


def trace(page: Page) -> None:
    ask(page, MINISTER)
    answers(page, 1)
    ask(page, "What did he condemn?")
    answers(page, 2)
    developers(page)
    page.get_by_label("Show how each answer was found").check()
    page.keyboard.press("Escape")
    page.locator(".ql-trace summary").last.click()
    page.locator(".ql-trace").last.scroll_into_view_if_needed()


def dropped(page: Page) -> None:
    ask(page, DIED)
    answers(page, 1).locator(".ql-dropped summary").click()


def limited(page: Page) -> None:
    page.get_by_label("Ask only Report of the auditors").check()
    expect(page.locator("#ql-limited")).to_have_text("1 of 4 sources")
    ask(page, COST)
    answers(page, 1)
    page.locator(".ql-limit-chip").click()
    expect(page.locator("#ql-panel .ql-book").first).to_be_visible()


def shared(page: Page) -> None:
    ask(page, MINISTER)
    answers(page, 1)
    options(page, MINISTER)
    with page.expect_download() as download:
        page.locator("#ql-kept").get_by_role("link", name="Share file").click()
    content = download.value.path().read_bytes()
    page.locator("#ql-history input[type=file]").set_input_files(
        {"name": "shared.json", "mimeType": "application/json", "buffer": content}
    )
    expect(page.locator(".ql-banner")).to_contain_text("Shared, read-only.", timeout=SLOW)
    page.get_by_role("button", name="Show quote 1 in its source").click()
    expect(page.locator("mark.ql-selected")).to_contain_text("Bruno Rodríguez")


def sources(page: Page) -> None:
    ask(page, COST)
    answers(page, 1)
    open_view(page, "Library")
    expect(page.locator("#ql-list .ql-line", has_text="12 million")).to_have_count(1, timeout=SLOW)
    expect(page.locator("circle.ql-used").first).to_be_visible()
    page.evaluate(SHORTENED)


def notebook(page: Page) -> None:
    ask(page, DIED)
    answers(page, 1)
    page.locator("#ql-panel .ql-pin").click()
    expect(page.locator("#ql-panel .ql-pin")).to_have_text("Pinned")
    ask(page, MINISTER)
    answers(page, 2)
    page.locator("#ql-turn-1 .ql-pin").click()
    expect(page.locator("#ql-turn-1 .ql-pin")).to_have_text("Pinned")
    open_view(page, "Notebook")
    page.locator("#ql-notes .ql-pin-quote").first.click()
    expect(page.locator("#ql-noted mark.ql-selected")).to_be_in_viewport()


def check(page: Page) -> None:
    open_view(page, "Check")
    page.get_by_label("Text to check").fill(DRAFT)
    page.get_by_role("button", name="Check the text").click()
    page.locator("#ql-checked .ql-exports").wait_for(timeout=SLOW)
    page.locator("#ql-checked .ql-pin-quote").first.click()
    expect(page.locator("#ql-checked-source mark.ql-selected")).to_be_in_viewport()


def settings(page: Page) -> None:
    ask(page, DIED)
    answers(page, 1)
    page.get_by_role("button", name="Settings", exact=True).click()
    expect(page.locator("#ql-menu")).to_be_visible()


def evaluation(page: Page) -> None:
    open_view(page, "Evaluation")
    page.locator(".ql-plot").first.wait_for()


STATES = (
    State("empty", "article", empty),
    State("chat", "article", chat, "narrower"),
    State("refusal", "article", refusal),
    State("tabs", "library", tabs),
    State("limited", "library", limited),
    State("sources", "library", sources),
    State("notebook", "article", notebook),
    State("check", "article", check),
    State("shared", "article", shared),
    State("settings", "worded", settings),
    State("dropped", "worded", dropped),
    State("trace", "article", trace),
    State("evaluation", "evaluated", evaluation),
)


@pytest.fixture(scope="module")
def library(config: Config, article: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a page over the article, and three reports two of which disagree."""
    folder = tmp_path_factory.mktemp("library")
    (folder / "sources").mkdir()
    (folder / "sources" / ARTICLE).write_text(article, encoding="utf-8")
    write_reports(folder / "sources", [report for report in REPORTS if report[0] in LIBRARY])
    own = built_over(config, folder / "sources", folder / "index")
    with served(own, "--sources", str(folder / "sources")) as address:
        yield address


@pytest.fixture
def worded(scripted: tuple[Loopback, str]) -> str:
    """The address of a page where an LLM words the answers: a line that its quote supports, and one not."""
    server, address = scripted
    server.does(says("The raid killed 32 Cuban military and intelligence personnel. [1]\n", "It killed 45 men. [1]\n"))
    return address


@pytest.mark.parametrize(
    "state",
    [
        pytest.param(
            state,
            marks=[] if state.site == "article" else pytest.mark.xdist_group(GROUPS.get(state.site, state.site)),
            id=state.name,
        )
        for state in STATES
    ],
)
def test_a_state_looks_as_it_should(
    state: State, browser: Browser, request: pytest.FixtureRequest, screenshots: Path
) -> None:
    if not request.config.getoption("--screenshots"):
        pytest.skip("looked at where pictures are made: make screenshots")
    url = request.getfixturevalue({"article": "url"}.get(state.site, state.site))
    found = []
    with visited(browser, url) as page:
        page.set_viewport_size({"width": 1440, "height": 900})
        state.lead(page)
        page.mouse.move(0, 899)
        for width, height in SIZES:
            page.set_viewport_size({"width": width, "height": height})
            for scheme in SCHEMES:
                page.emulate_media(color_scheme=scheme)
                settled(page)
                found += [f"{width} {scheme}: {fault}" for fault in page.evaluate(FAULTS)]
                picture(page, screenshots / "looks" / f"{state.name}-{width}-{scheme}.png")
                name = {1440: state.name, 1024: state.narrower}.get(width)
                if name and scheme == "light":
                    picture(page, screenshots / f"{name}.png")
    assert found == []
