"""A real page in a real browser: app.py as its own process, Debian's Chromium driven by Playwright."""

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, sync_playwright

from rag.config import Config
from tests.conftest import ROOT

FLAGS = [
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--disable-sync", "--no-first-run",
    "--disable-background-networking", "--disable-component-update",
]  # fmt: skip


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    path = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    if path is None:
        missing = "NO BROWSER: the chat page was not tested; install one with `make browser`"
        if os.environ.get("CI"):
            pytest.fail(missing)
        pytest.skip(missing)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=FLAGS)
        yield browser
        browser.close()


@pytest.fixture(scope="session")
def url(config: Config) -> Iterator[str]:
    """The address of a running chat page over the article."""
    with served(config) as address:
        yield address


@contextmanager
def served(config: Config, *options: str) -> Iterator[str]:
    command = [sys.executable, "app.py", "--index", config.index, "--port", "0", *options]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as server:
        assert server.stdout is not None
        line = server.stdout.readline()
        found = re.search(r"http://127\.0\.0\.1:\d+", line)
        assert found, line
        try:
            yield found[0]
        finally:
            server.terminate()


@pytest.fixture
def page(browser: Browser, url: str) -> Iterator[Page]:
    """A fresh page; the test fails if it asked anything of another host or an error was logged."""
    context = browser.new_context(viewport={"width": 1280, "height": 860})
    page = context.new_page()
    outside: list[str] = []
    errors: list[str] = []
    page.on(
        "request",
        lambda request: outside.append(request.url) if not request.url.startswith((url, "data:", "blob:")) else None,
    )
    page.on("pageerror", lambda error: errors.append(str(error)))
    page.on("console", lambda message: errors.append(message.text) if message.type == "error" else None)
    page.goto(url)
    page.get_by_label("Question", exact=True).wait_for()
    yield page
    context.close()
    assert outside == []
    assert errors == []


@pytest.fixture
def screenshots(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    """Where to leave pictures: the folder given by ``--screenshots``, otherwise one that is thrown away."""
    chosen = request.config.getoption("--screenshots")
    return Path(chosen) if chosen else tmp_path
