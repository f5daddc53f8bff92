import io
import re
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient
from starlette.routing import Mount

from rag.cli import main as cli
from rag.config import Config
from rag.errors import UsageError
from rag.web import guard, password, server
from rag.web.language import speaking
from rag.web.server import Site

CLOSED = """
    GET /config/ GET /gradio_api/app_id/ GET /gradio_api/call/v2/{api_name}/{event_id}
    GET /gradio_api/call/{api_name}/{event_id}
    GET /gradio_api/custom_component/{id}/{environment}/{type}/{file_name} GET /gradio_api/deep_link
    GET /gradio_api/dev/reload GET /gradio_api/file/{path} GET /gradio_api/info GET /gradio_api/info/
    GET /gradio_api/login_check GET /gradio_api/login_check/ GET /gradio_api/openapi.json
    GET /gradio_api/proxy={url_path} GET /gradio_api/queue/status GET /gradio_api/runs GET /gradio_api/runs/
    GET /gradio_api/stream/{session_hash}/{run}/{component_id}/playlist-file
    GET /gradio_api/stream/{session_hash}/{run}/{component_id}/playlist.m3u8
    GET /gradio_api/stream/{session_hash}/{run}/{component_id}/{segment_id}.{ext} GET /gradio_api/theme.css
    GET /gradio_api/token GET /gradio_api/token/ GET /gradio_api/user GET /gradio_api/user/ GET /gradio_api/vibe-code
    GET /gradio_api/vibe-code/ GET /logout GET /monitoring GET /monitoring/summary GET /monitoring/{key} GET /pwa_icon
    GET /pwa_icon/{size} GET /robots.txt GET /svelte/{path} HEAD /gradio_api/proxy={url_path}
    POST /gradio_api/api/{api_name} POST /gradio_api/api/{api_name}/ POST /gradio_api/call/v2/{api_name}
    POST /gradio_api/call/v2/{api_name}/ POST /gradio_api/call/{api_name} POST /gradio_api/call/{api_name}/
    POST /gradio_api/component_server POST /gradio_api/component_server/ POST /gradio_api/process_recording
    POST /gradio_api/reset/ POST /gradio_api/run/{api_name} POST /gradio_api/run/{api_name}/
    POST /gradio_api/stream/{event_id} POST /gradio_api/stream/{event_id}/close POST /gradio_api/undo-vibe-edit
    POST /gradio_api/undo-vibe-edit/ POST /gradio_api/vibe-code POST /gradio_api/vibe-code/ POST /gradio_api/vibe-edit
    POST /gradio_api/vibe-edit/ POST /gradio_api/vibe-starter-queries POST /gradio_api/vibe-starter-queries/
    POST /login POST /login/
""".split()
"""What this version of Gradio serves and the guard does not let through."""
OPEN = """
    GET / GET /assets/{path} GET /config GET /favicon.ico GET /gradio_api/app_id
    GET /gradio_api/file={path_or_url} GET /gradio_api/heartbeat/{session_hash} GET /gradio_api/queue/data
    GET /gradio_api/startup-events GET /gradio_api/upload_progress GET /manifest.json GET /static/{path} GET /theme.css
    HEAD / HEAD /gradio_api/file={path_or_url} POST /gradio_api/cancel POST /gradio_api/queue/join
    POST /gradio_api/reset POST /gradio_api/upload
    GET /conversations/gold.jsonl GET /conversations/{identity}/{form} GET /reports/{name} POST /sources/files
    POST /sources/addresses POST /sources/found GET /sources/arrivals GET /library/rows GET /library/lines
    GET /library/around
    GET /checks/{identity}/{form} GET /notebook/notebook.{form} GET /leaves/{sha256}/{number} GET /sounds/{sha256}
    POST /settings/llm
    GET /worker.js GET /install/{name}
""".split()
"""What it does."""


@pytest.fixture(scope="module")
def client(site: Site) -> TestClient:
    return TestClient(server.app(site), base_url="http://127.0.0.1")


def test_the_page_forbids_the_browser_to_load_from_elsewhere(client: TestClient) -> None:
    page = client.get("/")
    assert page.status_code == 200
    assert "Quoteline" in page.text
    policy = page.headers["Content-Security-Policy"]
    assert policy.startswith("default-src 'self';")
    assert "http:" not in policy
    assert page.headers["X-Content-Type-Options"] == "nosniff"


def test_the_layout_is_in_the_language_of_the_browser(site: Site, client: TestClient) -> None:
    page = server.in_each_form(site)
    english = page.config["components"]
    with speaking("es"):
        spanish = page.config["components"]
    assert [(one["id"], one["type"]) for one in english] == [(one["id"], one["type"]) for one in spanish]
    labels = [{one["props"].get("placeholder") for one in config} for config in (english, spanish)]
    assert ["Ask the sources a question" in found for found in labels] == [True, False]
    assert ["Pregunte a las fuentes" in found for found in labels] == [False, True]
    for headers, language in (
        ({}, "Ask"),
        ({"accept-language": "es-MX"}, "Pregunte"),
        ({"cookie": "ql_language=es"}, "Pregunte"),
    ):
        placeholder = re.search(r'"placeholder": ?"(Ask|Pregunte) ', client.get("/", headers=headers).text)
        assert placeholder
        assert placeholder[1] == language
    asked = {"cookie": "ql_language=en", "accept-language": "es"}
    assert '"Ask the sources a question"' in client.get("/config", headers=asked).text, "a choice comes first"


def pairs(listed: list[str]) -> set[tuple[str, str]]:
    return set(zip(listed[::2], listed[1::2], strict=True))


def surface(site: FastAPI) -> set[tuple[str, str]]:
    """Return (method, path) of every route: those of Gradio, and our own."""
    (mount,) = [route.app for route in site.routes if isinstance(route, Mount)]
    served = [app.openapi()["paths"] for app in (site, mount) if isinstance(app, FastAPI)]
    return {(method.upper(), path) for paths in served for path, methods in paths.items() for method in methods}


def test_every_route_is_known_and_open_or_closed(site: Site, client: TestClient) -> None:
    """A new one, of ours or of a new Gradio, fails here until it is judged."""
    assert surface(server.app(site)) == pairs(OPEN) | pairs(CLOSED)
    for method, path in pairs(CLOSED):
        filled = re.sub(r"{\w+}", "x", path)
        assert client.request(method, filled, json={}).status_code == 404, f"{method} {path}"
    for method, path in pairs(OPEN):
        assert guard.is_open(method, path.replace("={path_or_url}", "=/x")), f"{method} {path}"


def test_no_endpoint_has_a_name_and_none_is_called_past_the_queue(site: Site, client: TestClient) -> None:
    blocks = server.blocks(site)
    info: dict[str, Any] = blocks.get_api_info()  # type: ignore[assignment]
    assert info == {"named_endpoints": {}, "unnamed_endpoints": {}}
    for function in blocks.fns.values():
        assert function.api_visibility == "private"
        if function.queue:
            body = {"data": [None] * len(function.inputs), "fn_index": function._id, "session_hash": "s"}
            assert client.post("/gradio_api/run/predict", json=body).status_code == 404


def test_gradio_keeps_no_state_of_what_goes_on(site: Site) -> None:
    # The browser would copy it for each component that any event changes, with every message of the server.
    events = [function for function in server.blocks(site).fns.values() if function.outputs]
    assert events
    assert [function.targets for function in events if function.show_progress_on is None] == []


def test_nothing_is_shared_watched_or_kept(site: Site) -> None:
    blocks = server.blocks(site)
    assert not blocks.analytics_enabled
    assert not blocks.share
    assert blocks._queue.ANALYTICS_MAX_EVENTS == 1
    assert blocks._queue.ANAYLTICS_CACHE_FREQUENCY == 10**9


def test_the_queue_is_as_long_as_the_cores_can_serve(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    for cores, at_once in ((1, 1), (2, 1), (8, 4)):
        monkeypatch.setattr("os.cpu_count", lambda cores=cores: cores)
        queue = server.blocks(site)._queue
        assert (queue.max_size, queue.default_concurrency_limit) == (32 * cores, at_once)


def test_a_question_too_large_is_refused_before_the_queue(client: TestClient) -> None:
    body = {"data": ["x" * guard.MOST_BODY, None], "fn_index": 0, "session_hash": "s"}
    assert client.post("/gradio_api/queue/join", json=body).status_code == 413


def test_an_upload_too_large_is_refused(site: Site) -> None:
    small = replace(site, config=replace(site.config, max_file_mb=1))
    client = TestClient(server.app(small), base_url="http://127.0.0.1")
    assert client.post("/sources/files?name=a.txt", content=b"x" * (3 << 20)).status_code == 413
    for size, status in ((1000, 200), (40 << 20, 413)):
        found = client.post("/gradio_api/upload", files={"files": ("a.txt", b"x" * size)})
        assert found.status_code == status


def test_other_machines_need_a_password(config: Config, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for host in ("0.0.0.0", "::", "192.0.2.1", "example.org"):
        with pytest.raises(UsageError, match="write a password with rag ui --set-password FILE"):
            server.serve(replace(config, host=host), print)
    assert server._password(config) == ""
    path = tmp_path / "password"
    monkeypatch.setattr("sys.stdin", io.StringIO("a long password\n"))
    assert cli.main(["ui", "--set-password", str(path)]) == 0
    for host in ("127.0.0.1", "0.0.0.0"):
        kept = server._password(replace(config, host=host, password_file=str(path)))
        assert password.matches("a long password", kept)


def test_with_a_password_the_page_asks_for_it_first(site: Site) -> None:
    client = TestClient(server.app(site, password.hashed("a long password")), base_url="http://127.0.0.1")
    assert "gradio" not in client.get("/").text
    assert client.get("/config").status_code == 401
    assert "/logout" in client.post("/login", data={"password": "a long password"}).text
    assert client.get("/config").status_code == 200


def test_another_host_name_is_refused(client: TestClient) -> None:
    assert client.get("/", headers={"Host": "evil.example"}).status_code == 400
