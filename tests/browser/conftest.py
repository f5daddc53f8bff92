"""A real page in a real browser: what app.py runs as its own process, Debian's Chromium driven by Playwright."""

import io
import json
import os
import re
import shutil
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from axe_playwright_python.base import AXE_SCRIPT
from PIL import Image
from playwright.sync_api import (
    Browser,
    BrowserContext,
    ConsoleMessage,
    Page,
    Request,
    ViewportSize,
    WebError,
    sync_playwright,
)

from rag.config import Config
from rag.evaluation.gold import GoldFile
from rag.evaluation.run import Selection, run
from rag.index import generations, manifest
from tests.browser import forked
from tests.conftest import ROOT, built_over
from tests.loopback import Loopback, loopback

FLAGS = [
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--disable-sync", "--no-first-run",
    "--disable-background-networking", "--disable-component-update",
]  # fmt: skip
VIEW: ViewportSize = {"width": 1280, "height": 860}
SECRET = "sk-of-the-server-alone"
LEFT = "BodyStreamBuffer was aborted"
"""What Chromium says where a page is left, or loaded again, while the server still tells it something: no fault."""
"""The key of the LLM that is scripted."""
SITES = {"evaluated", "ferry", "harbour", "larkin", "scripted"}
"""Pages that several tests visit, each served once: their tests run in one process (``--dist loadgroup``)."""


@pytest.hookimpl(tryfirst=True)  # before xdist reads the groups
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Group the tests of a site; put those that start a server of their own, which take longest, before the others."""
    own = [item for item in items if isinstance(item, pytest.Function) and item.path.parent == Path(__file__).parent]
    for item in own:
        for site in SITES.intersection(item.fixturenames):
            item.add_marker(pytest.mark.xdist_group(site))
    alone = [item for item in own if "url" not in item.fixturenames]
    items[:] = [*(one for one in items if one not in own), *alone, *(one for one in own if one not in alone)]


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
def encoder(config: Config) -> Path:
    """The folder of the encoder, exported."""
    current = generations.current_or_none(Path(config.index))
    assert current
    return Path(config.index) / current / manifest.ENCODER


@pytest.fixture(scope="session")
def url(config: Config) -> Iterator[str]:
    """The address of a running chat page over the article."""
    with served(config) as address:
        yield address


@contextmanager
def served(config: Config, *options: str, runs: Path = Path("no-runs"), encoder: Path | None = None) -> Iterator[str]:
    """Serve the page over an index, and over a folder of eval runs, by default one that is not there.

    ``encoder`` is the folder of one that was exported, for a page that has no index: it need not export it again.
    """
    own = {**os.environ, "RAG_RUNS": str(runs), "RAG_DATA": config.data, "RAG_SEARXNG": config.searxng}
    with forked.page(["--index", config.index, "--port", "0", *options], own, encoder) as line:
        found = re.search(r"http://127\.0\.0\.1:\d+", line)
        assert found, line
        yield found[0]


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


def settled(page: Page) -> None:
    """Wait until nothing moves or changes its colour any more, but for what never ends."""
    page.evaluate(
        """async () => {
          await new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)));
          const ends = (one) => one.playState === "running" && one.effect.getComputedTiming().endTime < Infinity;
          for (let left; (left = document.getAnimations().filter(ends)).length; ) {
            await Promise.allSettled(left.map((one) => one.finished));
          }
        }"""
    )


def violations(page: Page) -> list[dict[str, Any]]:
    """Return what axe-core finds wrong with a page."""
    if not page.evaluate("'axe' in window"):
        page.evaluate(AXE_SCRIPT)
    found: list[dict[str, Any]] = page.evaluate(
        "axe.run({ resultTypes: ['violations'] }).then(({ violations }) => violations)"
    )
    return found


class Visitor:
    """Somebody with a browser of their own: a context, for another visitor when nothing of this one is left."""

    def __init__(self, browser: Browser) -> None:
        self.context = browser.new_context(viewport=VIEW)
        self._blank = self.context.new_page()
        self._devtools = self.context.new_cdp_session(self._blank)
        self._sites: set[str] = set()
        self.context.on("request", lambda asked: self._sites.add(asked.url) if asked.is_navigation_request() else None)

    def leave(self) -> None:
        """Close the pages, and forget what a site left; only its files, which never change, need not be read again."""
        for page in self.context.pages:
            if page is not self._blank:
                page.close()
        self.context.clear_cookies()
        self.context.clear_permissions()
        for origin in {"/".join(url.split("/")[:3]) for url in self._sites if url.startswith("http")}:
            self._devtools.send("Storage.clearDataForOrigin", {"origin": origin, "storageTypes": "all"})
        self._sites.clear()


_GONE: dict[Browser, list[Visitor]] = {}
"""Visitors who left."""


@contextmanager
def visitor(browser: Browser) -> Iterator[BrowserContext]:
    """A browser of somebody's own: without any cookie, or anything else that a site might know them by."""
    gone = _GONE.setdefault(browser, [])
    one = gone.pop() if gone else Visitor(browser)
    try:
        yield one.context
        one.leave()
    except BaseException:
        one.context.close()
        raise
    gone.append(one)


@contextmanager
def visited(browser: Browser, url: str, label: str = "Question") -> Iterator[Page]:
    """Open a site for a visitor; fail if any page of theirs asked another host or logged an error.

    ``label`` is of a box that the page shows once it is there.
    """
    outside: list[str] = []
    errors: list[str] = []

    def ask(request: Request) -> None:
        if not request.url.startswith((url, "data:", "blob:")):
            outside.append(request.url)

    def fail(error: WebError) -> None:
        if LEFT not in str(error.error):
            errors.append(str(error.error))

    def log(message: ConsoleMessage) -> None:
        if message.type == "error" and LEFT not in message.text:
            errors.append(message.text)

    with visitor(browser) as context:
        context.on("request", ask)
        context.on("weberror", fail)
        context.on("console", log)
        page = context.new_page()
        page.goto(url, timeout=90_000)
        page.get_by_label(label, exact=True).filter(visible=True).wait_for(timeout=90_000)  # where much else runs
        page.get_by_role("heading", name="Quoteline").hover(trial=True)  # once Gradio's loader is gone
        yield page
        context.remove_listener("request", ask)
        context.remove_listener("weberror", fail)
        context.remove_listener("console", log)
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


@pytest.fixture(scope="session")
def scripted(config: Config) -> Iterator[tuple[Loopback, str]]:
    """An LLM that says what it is told to, and the address of a page that lets it write."""
    with loopback() as server, pytest.MonkeyPatch.context() as patch:
        patch.setenv("OPENAI_LIKE_API_KEY", SECRET)
        with served(config, "--llm", f"openai-like:{server.url}/v1#m") as address:
            yield server, address


Report = tuple[str, str, str, str]
"""The name of a document, its publisher and date, and what it reports."""
REPORTS = (
    (
        "council",
        "The Gazette",
        "2024-04-03",
        "The bridge at Larkin cost 12 million euros, the council said on Friday.",
    ),
    ("auditors", "The Courier", "2024-05-04", "The bridge at Larkin cost 14 million euros, the auditors found."),
    (
        "ferry",
        "The Gazette",
        "2024-03-07",
        "The ferry at Larkin carried 900 passengers a day until the bridge opened.",
    ),
    ("mayor", "The Post", "2024-01-05", "The mayor of Larkin, Ana Silva, opened the new bridge on Monday morning."),
    ("otters", "The Post", "2024-05-09", "The otters of Lutra eat 900 fish a day, said the warden Ana Pike."),
)


def write_reports(sources: Path, reports: Sequence[Report]) -> None:
    """Write a file a report into a folder of sources."""
    for name, publisher, day, text in reports:
        head = f"---\ntitle: Report of the {name}\npublisher: {publisher}\ndate: {day}\n---\n"
        whole = f"{head}It rained in the valley.\n\n{text}\n\nNobody was hurt.\n"
        (sources / f"{name}.md").write_text(whole, encoding="utf-8")


@pytest.fixture(scope="session")
def larkin(config: Config, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a page over five reports and a file that cannot be read."""
    folder = tmp_path_factory.mktemp("larkin")
    sources = folder / "sources"
    sources.mkdir()
    write_reports(sources, REPORTS)
    (sources / "broken.pdf").write_bytes(b"%PDF-1.7 broken")
    with served(built_over(config, sources, folder / "index"), "--sources", str(sources)) as address:
        yield address


@pytest.fixture(scope="session", autouse=True)
def _pictures(request: pytest.FixtureRequest) -> Iterator[None]:
    """Take no picture where nobody wants any: each takes the browser a while, and none is checked."""
    with pytest.MonkeyPatch.context() as patch:
        if not request.config.getoption("--screenshots"):
            patch.setattr(Page, "screenshot", lambda *_, **__: b"")
        yield


def picture(page: Page, path: Path) -> None:
    """Leave a picture of what is on the screen, of 256 colours: a third of the size, and as good to the eye."""
    if not (taken := page.screenshot()):
        return  # nobody wants any
    path.parent.mkdir(parents=True, exist_ok=True)
    with Image.open(io.BytesIO(taken)) as drawn:
        drawn.convert("RGB").quantize(256, dither=Image.Dither.NONE).save(path, optimize=True)


@pytest.fixture
def screenshots(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    """Where to leave pictures: the folder given by ``--screenshots``, otherwise one that is thrown away."""
    chosen = request.config.getoption("--screenshots")
    return Path(chosen) if chosen else tmp_path
