"""The page as an application: a browser may keep it, and where the server does not answer it says so."""

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from playwright.sync_api import Browser, Page, expect

from rag.config import Config
from tests.browser.conftest import visited
from tests.conftest import ROOT

SLOW = 60_000
HEAD = "The server is not running"


@contextmanager
def running(config: Config, port: int) -> Iterator[str]:
    """Serve the page at a port, 0 for any, and end it at once."""
    own = {**os.environ, "RAG_RUNS": "no-runs", "RAG_DATA": config.data}
    command = [sys.executable, "app.py", "--index", config.index, "--port", str(port)]
    with subprocess.Popen(command, cwd=ROOT, env=own, stdout=subprocess.PIPE, text=True) as server:
        assert server.stdout is not None
        found = re.search(r"http://127\.0\.0\.1:\d+", server.stdout.readline())
        assert found
        try:
            yield found[0]
        finally:
            server.kill()


def kept(page: Page) -> list[str]:
    """Return what the worker keeps, once it works."""
    page.wait_for_function("navigator.serviceWorker.controller !== null", timeout=SLOW)
    found: list[str] = page.evaluate(
        """async () => {
          const found = [];
          for (const name of await caches.keys()) {
            for (const request of await (await caches.open(name)).keys()) found.push(new URL(request.url).pathname);
          }
          return found.sort();
        }"""
    )
    return found


def test_without_the_server_the_page_says_so_and_comes_back_with_it(
    browser: Browser, config: Config, screenshots: Path
) -> None:
    context = browser.new_context(viewport={"width": 390, "height": 844})
    page = context.new_page()
    with running(config, 0) as address:
        page.goto(address)
        page.get_by_label("Question", exact=True).wait_for(timeout=SLOW)
        assert kept(page) == ["/install/icon-192.png", "/install/offline.html"]
        manifest = page.evaluate("fetch(document.querySelector('link[rel=manifest]').href).then((one) => one.json())")
        assert manifest["name"] == "Quoteline"
    page.reload()
    expect(page.get_by_role("heading", name=HEAD)).to_be_visible(timeout=SLOW)
    assert page.evaluate("document.querySelector('img').naturalWidth") == 192
    page.screenshot(path=screenshots / "offline.png")
    with running(config, int(address.rsplit(":", 1)[1])):
        page.get_by_label("Question", exact=True).wait_for(timeout=SLOW)
        expect(page.get_by_role("heading", name=HEAD)).to_have_count(0)
    context.close()


def test_what_an_older_version_kept_is_deleted_and_never_shown(browser: Browser, url: str) -> None:
    with visited(browser, url) as page:
        kept(page)
        page.evaluate(
            """async () => {
              const old = await caches.open("ql-shell-0000000000000000");
              await old.put("/", new Response("an old page", { headers: { "content-type": "text/html" } }));
              await old.put("/install/offline.html", new Response("an old page"));
              await (await navigator.serviceWorker.getRegistration()).unregister();
            }"""
        )
        page.reload()  # the worker is let in anew, as one of another version is
        page.get_by_label("Question", exact=True).wait_for(timeout=SLOW)
        expect(page.get_by_role("heading", name="Quoteline")).to_be_visible()
        page.wait_for_function(
            "caches.keys().then((names) => names.length === 1 && !names[0].endsWith('0000'))", timeout=SLOW
        )
        assert kept(page) == ["/install/icon-192.png", "/install/offline.html"]
