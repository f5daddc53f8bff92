"""Somebody who has never seen the page: what is pressed is found by what can be read on it, and every press counts.

Hands are not as fast as a script. So each press adds what it takes a person by the keystroke-level model (Card, Moran
and Newell, 1980): 0.28 s for a key, 1.1 s to point, 0.1 s to press, 1.35 s to make up one's mind. Together with what
the page makes one wait, the walk has to be over within a minute.
"""

import re
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Literal

from playwright.sync_api import Browser, Locator, Page, expect

from rag.config import Config
from tests.browser.conftest import picture, served, visited
from tests.browser.test_beginning import ADDRESS, BADGERS, OTTERS, SLOW

Role = Literal["button", "tab"]
KEY, POINT, PRESS, MIND = 0.28, 1.1, 0.1, 1.35
"""Seconds."""
MINUTE = 60
QUESTION = "How many Cubans died in the raid?"
QUOTE = "The raid, involving special operations forces"
DRAFT = (
    "The raid killed 32 Cuban military and intelligence personnel. Bruno Rodríguez is Cuba's foreign minister. "
    "The moon over Havana is made of green cheese."
)


PAINTED = """(one) => {
  const found = [];
  const walker = document.createTreeWalker(one, NodeFilter.SHOW_TEXT);
  while (walker.nextNode()) {
    const { width, height } = walker.currentNode.parentElement.getBoundingClientRect();
    if (width > 2 && height > 2) found.push(walker.currentNode.textContent);
  }
  return found.join(" ").replace(/\\s+/g, " ").trim();
}"""
"""The words of an element that the eye can read: what is for screen readers alone is cut to one pixel."""


class Stranger:
    """Presses what stands on the screen under one name alone, and counts."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.clicks: list[str] = []
        self.keys = 0
        self.hands = self.waits = 0.0

    @property
    def seconds(self) -> float:
        """What the walk takes a person: the hands, and what the page made them wait."""
        return self.hands + self.waits

    def told(self) -> str:
        return f"{self.hands:.0f} + {self.waits:.0f} s, {self.keys} keys, {len(self.clicks)} clicks: {self.clicks}"

    def sees(self, found: Locator) -> Locator:
        """Return what is looked for, once it is there: one thing, on the screen without scrolling."""
        began = time.monotonic()
        expect(found).to_have_count(1)
        expect(found).to_be_in_viewport(ratio=0.5)
        self.waits += time.monotonic() - began
        return found

    def button(self, text: str, role: Role = "button") -> Locator:
        """Return the button that has these words on it, for everybody to read."""
        found = self.sees(self.page.get_by_role(role).filter(has_text=re.compile(text)).locator("visible=true"))
        assert re.search(text, found.evaluate(PAINTED)), "the words are for screen readers alone"
        return found

    def picture(self, path: Path) -> None:
        """Leave a picture."""
        self.page.mouse.move(0, 899)  # nothing is rested on
        self.page.wait_for_timeout(300)  # what moves has come to rest
        picture(self.page, path)

    def clicks_on(self, found: Locator) -> None:
        name = str(self.sees(found).evaluate(PAINTED) or found.get_attribute("placeholder"))
        found.click()
        self.clicks.append(name)
        self.hands += MIND + POINT + PRESS

    def types(self, text: str) -> None:
        self.page.keyboard.type(text)
        self.keys += len(text)
        self.hands += MIND + KEY * len(text)

    def pastes(self, into: Locator, text: str) -> None:
        """Two keys; the clipboard of a browser without a window is not to be relied on."""
        into.fill(text)
        self.keys += 2
        self.hands += MIND + KEY * 2

    def presses(self, key: str) -> None:
        self.page.keyboard.press(key)
        self.keys += 1
        self.hands += MIND + KEY


def marks(within: Page | Locator) -> Locator:
    """What is marked in a text; a role that Playwright's types leave out."""
    return within.locator("mark:visible")


@contextmanager
def patient(milliseconds: int) -> Iterator[None]:
    """Look so long for what is expected."""
    expect.set_options(timeout=milliseconds)
    yield
    expect.set_options(timeout=5000)


def test_a_stranger_asks_checks_and_pins_within_a_minute(page: Page, screenshots: Path) -> None:
    page.set_viewport_size({"width": 1440, "height": 900})
    with patient(30_000):
        one = Stranger(page)
        asked_for = one.sees(page.get_by_placeholder("Ask the sources a question"))
        expect(asked_for).to_be_focused()  # one may type at once
        one.types(QUESTION)
        one.presses("Enter")
        one.sees(page.get_by_text(re.compile("^(Confident|Likely)$")))
        one.clicks_on(one.button(r"^1\D.*12 Jan 2026"))
        marked = one.sees(marks(page))
        expect(marked).to_contain_text(QUOTE)
        one.picture(screenshots / "walk-asked.png")
        one.clicks_on(one.button("^Pin this quote$"))
        one.sees(page.get_by_text("Pinned to the notebook."))
        one.clicks_on(one.button("^Notebook$", "tab"))
        one.button(QUOTE)
        one.sees(page.get_by_text("Stands as quoted"))
        one.picture(screenshots / "walk-pinned.png")
        one.clicks_on(one.button("^Check$", "tab"))
        box = one.sees(page.get_by_label("Text to check"))
        one.clicks_on(box)
        one.pastes(box, DRAFT)
        one.clicks_on(one.button(r"^\s*Check the text\s*$"))
        one.sees(page.get_by_text("3 claims:"))
        claims = page.get_by_role("listitem").locator("visible=true")
        for told, said in (("1 Supported", "32 Cuban"), ("2 Supported", "Rodríguez"), ("3 Not found", "cheese")):
            expect(claims.filter(has_text=told)).to_contain_text(said)
        one.clicks_on(one.sees(marks(page).filter(has_text="is Cuba's foreign minister")))
        beside = page.get_by_role("region", name="Text of Cuban President").locator("visible=true")
        expect(one.sees(marks(beside))).to_contain_text("Bruno Rodríguez")
        one.clicks_on(one.button(QUOTE))
        expect(marks(beside)).to_contain_text(QUOTE)
        one.sees(marks(beside))
        pins = page.get_by_role("button", name="Pinned", exact=True).locator("visible=true")
        expect(pins, "what was pinned in the conversation").to_have_attribute("aria-pressed", "true")
        others = page.get_by_role("button", name="Pin this quote").locator("visible=true")
        colour = "button => getComputedStyle(button).color"
        assert pins.evaluate(colour) != others.first.evaluate(colour), "and it looks so"
        one.picture(screenshots / "walk-checked.png")
    print(one.told())
    assert len(one.clicks) == 8
    assert one.keys == len(QUESTION) + 3
    assert one.seconds < MINUTE


def test_a_stranger_begins_from_nothing(browser: Browser, encoder: Path, tmp_path: Path, screenshots: Path) -> None:
    folder = tmp_path / "files"
    folder.mkdir()
    for name, text in (("otters.txt", OTTERS), ("badgers.txt", BADGERS)):
        (folder / name).write_text(text, encoding="utf-8")
    config = Config(index=str(tmp_path / "index"), data=str(tmp_path / "data"))
    with (
        patient(SLOW),
        served(config, "--sources", str(tmp_path / "sources"), encoder=encoder) as url,
        visited(browser, url, ADDRESS) as page,
    ):
        page.set_viewport_size({"width": 1440, "height": 900})
        one = Stranger(page)
        one.sees(page.get_by_role("heading", name="Begin with your documents."))
        with page.expect_file_chooser() as chooser:
            one.clicks_on(one.sees(page.get_by_text("choose files", exact=True).locator("visible=true")))
        chooser.value.set_files(sorted(folder.iterdir()))
        one.sees(page.get_by_role("heading", name="2 sources are in the index."))
        one.button("^All 2 sources$")  # at the question box
        expect(page.get_by_text("no index in")).to_have_count(0)
        one.sees(page.get_by_text("For example"))
        offered = page.get_by_role("button").filter(has_text=re.compile(r"\?$")).locator("visible=true")
        question = one.sees(offered.first).inner_text()
        one.picture(screenshots / "walk-begun.png")
        one.clicks_on(offered.first)
        one.sees(page.get_by_role("heading", name=question))
        one.sees(page.get_by_text(re.compile("^(Confident|Likely|Unsure: read the quote)$")))
        one.clicks_on(one.button(r"^1\D"))
        said = one.sees(marks(page)).inner_text()
        assert said in OTTERS + BADGERS
    print(one.told())
    assert len(one.clicks) == 3
    assert one.keys == 0
