"""The page's events in a real browser: at once after one another, more than there is room for, and at the end."""

import re
import signal
import subprocess
import sys
import time

from playwright.sync_api import Browser, Page, expect

from rag.config import Config
from tests.browser.test_chat import SLOW, ask
from tests.conftest import ROOT

PRESSES = 20
PRESS_AT_ONCE = """async ([question, presses]) => {
  const box = document.querySelector("#ql-question textarea");
  const button = document.querySelector("#ql-send");
  const put = Object.getOwnPropertyDescriptor(HTMLTextAreaElement.prototype, "value").set;
  const answers = () => document.querySelectorAll("[data-outcome]").length;
  for (let wanted = 1; wanted <= presses; wanted++) {
    put.call(box, question);
    box.dispatchEvent(new Event("input", { bubbles: true }));
    await new Promise((done) => setTimeout(done, 0)); // the page reads the box in a task of its own
    button.click();
    const began = performance.now();
    while (answers() < wanted) {
      if (performance.now() - began > 60000) return wanted - 1;
      await new Promise((done) => setTimeout(done, 0));
    }
  }
  return presses;
}"""
"""Presses in the very task in which the page shows the answer before, and returns how many were answered."""


def test_what_is_pressed_as_an_answer_comes_is_answered_too(page: Page) -> None:
    answered = page.evaluate(PRESS_AT_ONCE, ["Who is Cuba's foreign minister?", PRESSES])
    assert answered == PRESSES
    expect(page.get_by_role("button", name="Ask", exact=True)).to_be_enabled()


def test_a_citation_pressed_as_an_answer_comes_is_opened(page: Page) -> None:
    ask(page, "Who is Cuba's foreign minister?")
    page.get_by_role("button", name="Show quote 1 in its source").wait_for(timeout=SLOW)
    page.evaluate("document.querySelector('.ql-cite').click()")
    expect(page.locator("mark.ql-selected")).to_have_count(1, timeout=SLOW)
    for _ in range(5):
        page.evaluate("document.querySelector('#ql-tab-0').click()")
        expect(page.locator(".ql-sources")).to_have_count(1, timeout=SLOW)
        page.evaluate("document.querySelector('.ql-cite').click()")
        expect(page.locator("mark.ql-selected")).to_have_count(1, timeout=SLOW)


def test_a_server_that_is_told_to_end_ends_and_the_page_says_so(browser: Browser, config: Config) -> None:
    command = [sys.executable, "app.py", "--index", config.index, "--port", "0"]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as server:
        assert server.stdout is not None
        found = re.search(r"http://127\.0\.0\.1:\d+", server.stdout.readline())
        assert found
        page = browser.new_page()
        page.goto(found[0])
        with page.expect_response(re.compile("/queue/join")):  # the server has the question
            ask(page, "Who is Cuba's foreign minister?")
        page.wait_for_timeout(500)  # and the page hears what comes of it
        server.send_signal(signal.SIGTERM)
        began = time.monotonic()
        expect(page.locator("[data-outcome]")).to_have_count(1, timeout=SLOW)
        assert server.wait(timeout=60) == 0
        assert time.monotonic() - began < 60
        page.close()
