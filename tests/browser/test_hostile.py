"""Documents and questions full of what makes a browser ask another server: it asks none, and all of it shows as text.

The other server is a sink on loopback. Two layers stand before it, each tested alone: texts are escaped, and the policy
forbids the browser what a missed escape would let through.
"""

import json
import re
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import parse_qs

import pytest
import uvicorn
from playwright.sync_api import Browser, Page, expect

from rag.config import Config
from rag.web import guard
from tests.browser.conftest import served
from tests.browser.test_chat import SLOW, ask
from tests.conftest import built_over

MARKDOWN = {
    "image": "![a](SINK)",
    "image by reference": "![a][r]\n\n[r]: SINK",
    "link": "[press](SINK)",
    "address": "<SINK>",
}
LOADS = {
    "img": "<img src='SINK'>",
    "srcset": "<img srcset='SINK 1x'>",
    "svg image": "<svg><image href='SINK'/></svg>",
    "svg style": "<svg width='9' height='9' style='background:url(SINK)'></svg>",
    "css url": "<p style='background:url(SINK)'>x</p>",
    "css import": "<style>@import url(SINK);</style>",
    "stylesheet": "<link rel='stylesheet' href='SINK'>",
    "preload": "<link rel='preload' as='image' href='SINK'>",
    "iframe": "<iframe src='SINK'></iframe>",
    "srcdoc": "<iframe srcdoc=\"<img src='SINK'>\"></iframe>",
    "object": "<object data='SINK'></object>",
    "embed": "<embed src='SINK'>",
    "video": "<video src='SINK' autoplay></video>",
    "poster": "<video poster='SINK'></video>",
    "audio": "<audio src='SINK' preload='auto'></audio>",
    "script": "<script src='SINK'></script>",
    "handler": "<img src=data:, onerror=\"fetch('SINK')\">",
    "input": "<input type='image' src='SINK'>",
    "table": "<table background='SINK'><tr><td>x</table>",
}
LEAVES = {
    "form": "<form id='f' action='SINK'></form><img src=data:, onerror='f.submit()'>",
    "base": "<base href='SINK/'><img src='x'>",
    "refresh": "<meta http-equiv='refresh' content='0;url=SINK'>",
}
ONLY_ESCAPED = {"refresh"}
"""No policy forbids a page to send its reader elsewhere."""
SHAPES = MARKDOWN | LOADS | LEAVES


class Sink(ThreadingHTTPServer):
    """Counts who asks."""

    daemon_threads = True

    def __init__(self) -> None:
        self.hits: set[str] = set()
        super().__init__(("127.0.0.1", 0), _Counted)
        threading.Thread(target=self.serve_forever, daemon=True).start()

    def shape(self, name: str) -> str:
        """Return a shape that asks this server, with its name."""
        return SHAPES[name].replace("SINK", f"http://127.0.0.1:{self.server_port}/{name.replace(' ', '-')}")

    def names(self) -> set[str]:
        return {re.split("[/?]", path.removeprefix("/"))[0].replace("-", " ") for path in self.hits}


class _Counted(BaseHTTPRequestHandler):
    server: Sink

    def do_GET(self) -> None:
        self.server.hits.add(self.path)
        self.send_response(204)
        self.end_headers()

    do_POST = do_GET  # noqa: N815

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture
def sink() -> Iterator[Sink]:
    sink = Sink()
    yield sink
    sink.shutdown()


def fed(config: Config, folder: Path, sink: Sink) -> Config:
    """Build an index over hostile documents: in the text, the title, the publisher and the name of a file."""
    sources = folder / "sources"
    sources.mkdir(parents=True)
    shapes = [sink.shape(name) for name in SHAPES]
    text = f"The mayor of Veldmar is Anna Brik {sink.shape('img')} of the Harbour Party.\n\n" + "\n\n".join(shapes)
    shape = json.dumps(sink.shape("img"))
    about = f"---\ntitle: {shape}\npublisher: {shape}\ndate: 2026-01-02\n---\n"
    (sources / "all.md").write_text(about + text)  # whose text is the file's own: of a corpus's, HTML is taken out
    documents = [
        {"id": f"n{n}", "title": shape, "publisher": shape, "text": f"The fair of Veldmar number {n} was held."}
        for n, shape in enumerate(shapes)
    ]
    (sources / "news.jsonl").write_text("\n".join(map(json.dumps, documents)))
    name = f'<img src="&#x2F;&#x2F;127.0.0.1:{sink.server_port}&#x2F;file-name">.txt'
    (sources / name).write_text("The bridge of Veldmar was opened on Monday by the mayor.")
    return built_over(replace(config), sources, folder / "index")


def live(page: Page, sink: Sink) -> list[str]:
    """Return the elements of the page that name the sink in an attribute, and so may ask it."""
    found: list[str] = page.evaluate(
        """(port) => [...document.querySelectorAll("body *")]
            .filter((element) => [...element.attributes].some((one) =>
                one.value.includes(port) && !/^(data-.*|aria-label|title|value)$/.test(one.name)))
            .map((element) => element.outerHTML.slice(0, 200))""",
        f":{sink.server_port}",
    )
    return found


def test_documents_and_questions_make_the_browser_ask_nobody(
    browser: Browser, config: Config, tmp_path: Path, sink: Sink
) -> None:
    shapes = [sink.shape(name) for name in SHAPES]
    with served(fed(config, tmp_path, sink)) as address:
        page = browser.new_page(viewport={"width": 1280, "height": 3600})  # every row of the list is in view
        outside: list[str] = []
        page.on("request", lambda one: None if one.url.startswith((address, "data:")) else outside.append(one.url))
        page.goto(address)
        listed = page.locator(".ql-sources")
        listed.wait_for(timeout=SLOW)
        for shape in (*shapes, "file-name"):
            expect(listed).to_contain_text(shape)
        ask(page, "Who is the mayor of Veldmar?")
        expect(page.locator("[data-outcome]")).to_have_count(1, timeout=SLOW)
        expect(page.locator("[data-outcome]")).to_contain_text(sink.shape("img"))
        page.locator(".ql-cite, .ql-closest").first.click()
        opened = page.locator(".ql-document")
        for part in ("h2", ".ql-meta"):
            expect(opened.locator(part).first).to_contain_text(sink.shape("img"))
        for shape in shapes:
            expect(opened.locator(".ql-text")).to_contain_text(shape)
        half = len(shapes) // 2
        for number, some in enumerate((shapes[:half], shapes[half:]), start=2):
            question = " ".join(" ".join(some).split())
            ask(page, question)
            expect(page.locator("#ql-log :is([data-outcome], [role=alert])")).to_have_count(number, timeout=SLOW)
            expect(page.locator(".ql-question").last).to_contain_text(question)
        page.get_by_role("tab", name="All sources").click()
        listed.locator(".ql-book", has_text="file-name").locator(".ql-source").click()
        expect(
            page.locator(".ql-document h2, .ql-document .ql-meta").filter(has_text="file-name").first
        ).to_be_visible()
        page.wait_for_timeout(2000)
        assert live(page, sink) == []
        assert page.url.rstrip("/") == address
        page.close()
    assert sink.hits == set()
    assert outside == []


@contextmanager
def unescaped(sink: Sink, *, policy: bool) -> Iterator[str]:
    """A page that shows the shapes that its address names as they are, with or without the guard before it."""

    async def raw(scope: guard.Scope, receive: guard.Receive, send: guard.Send) -> None:
        if scope["type"] == "http":
            names = parse_qs(scope["query_string"].decode()).get("shape", [])
            body = "<!doctype html><body>" + "".join(sink.shape(name) for name in names)
            await guard.plain(send, 200, body, "text/html")

    app = guard.Guard(raw, uploads={}, login=False) if policy else raw
    server = uvicorn.Server(uvicorn.Config(app, port=0, log_level="error", lifespan="off"))
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    while not server.started:
        thread.join(0.05)
    yield f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}/"
    server.should_exit = True
    thread.join()


def asked(browser: Browser, sink: Sink, wanted: set[str], *, policy: bool) -> set[str]:
    """Return the shapes for which the browser asked the sink, once it has for the wanted ones and settled."""
    with unescaped(sink, policy=policy) as address:
        for names in (list(LOADS), *([name] for name in LEAVES)):
            page = browser.new_page()
            page.goto(address + "?" + "&".join(f"shape={name}" for name in names), wait_until="commit")
            ends = time.monotonic() + SLOW / 1000
            while not wanted & set(names) <= sink.names() and time.monotonic() < ends:
                page.wait_for_timeout(100)
            page.wait_for_timeout(2000)
            page.close()
    return sink.names()


def test_without_either_layer_each_shape_asks(browser: Browser, sink: Sink) -> None:
    """So the test above can fail."""
    every = set(LOADS) | set(LEAVES)
    assert asked(browser, sink, every, policy=False) == every


def test_the_policy_alone_stops_all_that_a_policy_can(browser: Browser, sink: Sink) -> None:
    assert asked(browser, sink, ONLY_ESCAPED, policy=True) == ONLY_ESCAPED
