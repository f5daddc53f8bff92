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
from tests.conftest import ROOT, built_over
from tests.loopback import Loopback, loopback

FLAGS = [
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--disable-sync", "--no-first-run",
    "--disable-background-networking", "--disable-component-update",
]  # fmt: skip
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


@pytest.fixture(scope="session")
def scripted(config: Config) -> Iterator[tuple[Loopback, str]]:
    """An LLM that says what it is told to, and the address of a page that lets it write."""
    with loopback() as server, served(config, "--llm", f"openai-like:{server.url}/v1#m") as address:
        yield server, address


@pytest.fixture(scope="session")
def larkin(config: Config, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a page over five reports and a file that cannot be read."""
    folder = tmp_path_factory.mktemp("larkin")
    sources = folder / "sources"
    sources.mkdir()
    for name, publisher, day, text in (
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
    ):
        head = f"---\ntitle: Report of the {name}\npublisher: {publisher}\ndate: {day}\n---\n"
        (sources / f"{name}.md").write_text(f"{head}It rained in the valley.\n\n{text}\n\nNobody was hurt.\n")
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
