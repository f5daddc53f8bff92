from dataclasses import replace

import pytest
from fastapi.testclient import TestClient

from rag.config import Config
from rag.errors import UsageError
from rag.web import server


@pytest.fixture(scope="module")
def client(site: server.Site) -> TestClient:
    return TestClient(server.app(site), base_url="http://127.0.0.1")


def test_the_page_forbids_the_browser_to_load_from_elsewhere(client: TestClient) -> None:
    page = client.get("/")
    assert page.status_code == 200
    assert "Quoteline" in page.text
    policy = page.headers["Content-Security-Policy"]
    assert policy.startswith("default-src 'self';")
    assert "http:" not in policy
    assert page.headers["X-Content-Type-Options"] == "nosniff"


@pytest.mark.parametrize("path", ["/openapi.json", "/gradio_api/upload", "/gradio_api/upload_progress", "/monitoring"])
def test_what_the_page_does_not_use_is_not_served(client: TestClient, path: str) -> None:
    assert client.get(path).status_code in (403, 404)
    assert client.post(path, files={"files": b"x"}).status_code in (403, 404, 405)


def test_another_host_name_is_refused(client: TestClient) -> None:
    assert client.get("/", headers={"Host": "evil.example"}).status_code == 400


def test_it_listens_where_it_is_told(config: Config) -> None:
    for host in ("127.0.0.1", "::1"):
        with server._listen(replace(config, host=host, port=0)) as listener:
            assert listener.getsockname()[0] == host
    with pytest.raises(UsageError, match="cannot listen on no.such.host.invalid port 7860"):
        server._listen(replace(config, host="no.such.host.invalid"))
