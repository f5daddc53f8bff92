"""Somebody signs in who reads one collection of two, and changes nothing."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from rag.config import Config
from rag.engine import Engine
from rag.index.joined import Joined
from rag.index.opened import Index
from rag.web.keys import Keys
from tests.browser.conftest import open_view
from tests.browser.test_accessibility import faults
from tests.browser.test_chat import SLOW, answers, ask
from tests.conftest import built_over
from tests.servers import served

TEXTS = {
    "desk": "The ferry at Larkin carried 900 passengers a day until the bridge opened.",
    "archive": "The otters of Lutra eat 400 fish a day, said the warden Ana Pike.",
}
FISH = "How many fish do the otters of Lutra eat a day?"
FERRY = "How many passengers did the ferry at Larkin carry a day?"


@pytest.fixture(scope="module")
def place(config: Config, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, dict[str, str]]]:
    """The address of a page over two collections, and the key of each person."""
    from rag.web import server  # which is heavy

    folder = tmp_path_factory.mktemp("people")
    parts = {}
    for name, text in TEXTS.items():
        (folder / name).mkdir()
        (folder / name / "report.md").write_text(
            f"---\ntitle: Report of the {name}\n---\nIt rained in the valley.\n\n{text}\n"
        )
        parts[name] = Index.open(built_over(config, folder / name, folder / f"{name}-index").index)
    own = replace(config, sources=str(folder / "desk"), data=str(folder / "data"), people=True)
    keys = Keys.of(own)
    made = {
        "ana": keys.add("ana", "read", 600),
        "bo": keys.add("bo", "read", 600, ["desk"]),
    }
    site = server.parts(Engine(Joined(parts, "there", lambda: "id"), own))
    with served(server.app(site)) as address:
        yield address, made
    site.close()


def sign_in(page: Page, name: str, key: str) -> None:
    page.get_by_label("Name").fill(name)
    page.get_by_label("Key").fill(key)
    page.get_by_role("button", name="Log in").click()
    page.get_by_label("Question", exact=True).wait_for(timeout=SLOW)
    page.get_by_role("heading", name="Quoteline").hover(trial=True, timeout=SLOW)


def test_each_signs_in_and_finds_what_their_key_opens(
    browser: Browser, place: tuple[str, dict[str, str]], screenshots: Path
) -> None:
    url, keys = place
    page = browser.new_context(viewport={"width": 1280, "height": 860}).new_page()
    page.goto(url, timeout=SLOW)
    page.screenshot(path=screenshots / "sign-in.png")
    assert faults(page) == []
    page.get_by_label("Name").fill("bo")
    page.get_by_label("Key").fill(keys["ana"])
    page.get_by_role("button", name="Log in").click()
    expect(page.get_by_role("alert")).to_have_text("No key of this name is the one that was typed.")
    sign_in(page, "bo", keys["bo"])
    expect(page.locator("#ql-panel .ql-book")).to_have_count(1, timeout=SLOW)
    ask(page, FERRY)
    expect(answers(page, 1)).to_have_attribute("data-outcome", "answered")
    ask(page, FISH)
    expect(answers(page, 2)).to_have_attribute("data-outcome", "refused")
    expect(page.locator("body")).not_to_contain_text("400 fish")
    open_view(page, "Library")
    expect(page.locator("#ql-list .ql-book")).to_have_count(1, timeout=SLOW)
    expect(page.locator("#ql-pictures")).to_contain_text("Documents: 1.", timeout=SLOW)
    for missing in ("#ql-add", "text=Re-index"):
        expect(page.locator(missing)).to_have_count(0)
    page.locator("#ql-list .ql-more").click()
    expect(page.get_by_role("menuitem")).to_have_text(["Open", "Ask only this"])
    page.keyboard.press("Escape")
    page.screenshot(path=screenshots / "reader-library.png")
    dot = page.locator("#ql-pictures .ql-cursor")
    dot.focus()
    page.keyboard.press("Enter")
    expect(page.locator("#ql-panel")).to_contain_text("Report of the desk", timeout=SLOW)
    page.get_by_role("button", name="Settings", exact=True).click()
    expect(page.locator(".ql-signed")).to_contain_text("Signed in as bo")
    expect(page.locator(".ql-signed")).to_contain_text("You may ask and read desk, not change it.")
    expect(page.get_by_role("radio", name="One sentence")).to_have_count(0)
    page.screenshot(path=screenshots / "signed-in.png")
    assert faults(page) == []
    page.get_by_role("link", name="Log out").click()
    page.get_by_role("button", name="Log out").click()
    expect(page.get_by_label("Key")).to_be_visible()
    page.context.close()
