import io
import re

import pytest
from fastapi.testclient import TestClient
from PIL import Image

from rag.web import install, password, server, words
from rag.web.server import Site


@pytest.fixture(scope="module")
def client(site: Site) -> TestClient:
    return TestClient(server.app(site), base_url="http://127.0.0.1")


def test_the_manifest_names_icons_that_are_served_and_of_their_size(client: TestClient) -> None:
    told = client.get("/manifest.json")
    assert told.headers["content-type"] == "application/manifest+json"
    manifest = told.json()
    assert (manifest["start_url"], manifest["scope"], manifest["display"]) == ("/", "/", "standalone")
    assert {icon["purpose"] for icon in manifest["icons"]} == {"any", "maskable"}
    assert {"192x192", "512x512"} <= {icon["sizes"] for icon in manifest["icons"]}
    for icon in manifest["icons"]:
        answer = client.get(icon["src"])
        assert answer.headers["content-type"] == "image/png"
        assert "{}x{}".format(*Image.open(io.BytesIO(answer.content)).size) == icon["sizes"]
    assert client.get("/install/../server.py").status_code == 404
    assert client.get("/install/page.js").status_code == 404


def test_the_worker_keeps_a_page_that_loads_nothing_else(client: TestClient) -> None:
    answer = client.get("/worker.js")
    assert answer.headers["content-type"].startswith("text/javascript")
    assert answer.headers["cache-control"] == "no-store", "a browser must hear of a new one"
    kept = re.findall(r'"(/install/[^"]*)"', answer.text)
    assert len(set(kept)) == 2
    page = client.get("/install/offline.html").text
    assert "The server is not running" in page
    assert set(re.findall(r'(?:src|href)="([^"]*)"', page)) <= set(kept)
    assert "{" + "head}" not in page
    assert "{version}" not in answer.text


def test_another_content_has_another_store(monkeypatch: pytest.MonkeyPatch) -> None:
    def version() -> str:
        install.worker.cache_clear()
        install.offline.cache_clear()
        return re.findall(r"ql-shell-(\w+)", install.worker())[0]

    before = version()
    assert version() == before
    monkeypatch.setattr(words, "OFFLINE_HEAD", "Nobody is here")
    assert version() != before
    monkeypatch.undo()
    assert version() == before


def test_it_is_served_without_a_login_and_the_page_is_not(site: Site) -> None:
    client = TestClient(server.app(site, password.hashed("secret")), base_url="http://127.0.0.1")
    assert client.get("/").status_code == 401
    for path in ("/manifest.json", "/worker.js", "/install/offline.html", "/install/icon-192.png"):
        assert client.get(path).status_code == 200, path
    for path in ("/library/rows", "/library/lines", "/library/around?source=a&start=0&end=1", "/config"):
        assert client.get(path).status_code == 401, path


def test_the_page_names_its_icon(client: TestClient) -> None:
    page = client.get("/").text
    assert 'rel="manifest" href="/manifest.json"' in page
    assert "/install/icon-180.png" in page
