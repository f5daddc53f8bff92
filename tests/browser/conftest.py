"""A real page in a real browser: app.py as its own process, Debian's Chromium driven by Playwright."""

import io
import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from PIL import Image
from playwright.sync_api import Browser, Page, sync_playwright

from rag.config import Config
from rag.evaluation.gold import GoldFile
from rag.evaluation.run import Selection, run
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
def served(config: Config, *options: str, runs: Path = Path("no-runs")) -> Iterator[str]:
    """Serve the page over an index, and over a folder of eval runs, by default one that is not there."""
    own = {**os.environ, "RAG_RUNS": str(runs), "RAG_DATA": config.data}
    command = [sys.executable, "app.py", "--index", config.index, "--port", "0", *options]
    with subprocess.Popen(command, cwd=ROOT, env=own, stdout=subprocess.PIPE, text=True) as server:
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
    with visited(browser, url) as page:
        yield page


def open_view(page: Page, name: str) -> None:
    """Open a view by the bar, or where the bar has none of this name by the entry for developers."""
    tab = page.locator(".ql-views").get_by_role("tab", name=name, exact=True)
    if tab.count():
        tab.click()
    else:
        developers(page)
        page.locator("#ql-menu").get_by_role("button", name=name, exact=True).click()


def developers(page: Page) -> None:
    """Open the settings, and in them what is for developers."""
    page.get_by_role("button", name="Settings", exact=True).click()
    if page.locator(".ql-developers:not([open])").count():
        page.locator(".ql-developers summary").click()


@contextmanager
def visited(browser: Browser, url: str, label: str = "Question") -> Iterator[Page]:
    """Open a site in a browser context of its own; fail if any page in it asked another host or logged an error.

    ``label`` is of a box that the page shows once it is there.
    """
    context = browser.new_context(viewport={"width": 1280, "height": 860})
    outside: list[str] = []
    errors: list[str] = []
    context.on(
        "request",
        lambda request: outside.append(request.url) if not request.url.startswith((url, "data:", "blob:")) else None,
    )
    context.on("weberror", lambda error: errors.append(str(error.error)))
    context.on("console", lambda message: errors.append(message.text) if message.type == "error" else None)
    page = context.new_page()
    page.goto(url, timeout=90_000)
    page.get_by_label(label, exact=True).filter(visible=True).wait_for(timeout=90_000)  # where much else runs
    page.get_by_role("heading", name="Quoteline").hover(trial=True)  # once Gradio's loader lies over the page no longer
    yield page
    context.close()
    assert outside == []
    assert errors == []


@pytest.fixture(scope="session")
def runs(config: Config, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a real run of rag eval, older ones made of it, those of another set, and what is no run."""
    folder = tmp_path_factory.mktemp("evaluated") / "runs"
    run(config, [GoldFile.at(ROOT / "eval" / "article.jsonl")], Selection(limit=6), out=folder / "article")
    for name, days, lower in (("first", 30, 0.2), ("second", 20, 0.1), ("third", 10, 0.0), ("suites/squad2", 5, 0.0)):
        made = shutil.copytree(folder / "article", folder / name)
        summary = json.loads((made / "summary.json").read_text())
        started = datetime.fromisoformat(summary["operational"]["started"]) - timedelta(days=days)
        summary["operational"]["started"] = started.isoformat()
        summary["files"][0] |= {"name": "squad2"} if "squad2" in name else {"sha256": "9f" * 32 if days > 20 else "aa"}
        for figure in summary["figures"].values():
            figure["all"] |= {key: max(0.0, figure["all"][key] - lower) for key in ("value", "low", "high")}
        (made / "summary.json").write_text(json.dumps(summary))
    (folder / "damaged").mkdir()
    (folder / "damaged" / "summary.json").write_text("{")
    return folder


@pytest.fixture(scope="session")
def evaluated(config: Config, runs: Path) -> Iterator[str]:
    """The address of a running page with those runs."""
    with served(config, runs=runs) as address:
        yield address


def picture(page: Page, path: Path) -> None:
    """Leave a picture of what is on the screen, of 256 colours: a third of the size, and as good to the eye."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with Image.open(io.BytesIO(page.screenshot())) as drawn:
        drawn.convert("RGB").quantize(256, dither=Image.Dither.NONE).save(path, optimize=True)


@pytest.fixture
def screenshots(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    """Where to leave pictures: the folder given by ``--screenshots``, otherwise one that is thrown away."""
    chosen = request.config.getoption("--screenshots")
    return Path(chosen) if chosen else tmp_path
