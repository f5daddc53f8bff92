"""What is let in, how much of it, and what every answer carries."""

import asyncio
from collections.abc import AsyncIterator, Callable
from types import SimpleNamespace
from typing import Any

import httpx
import pytest

from rag.web import guard

BODY = "/gradio_api/queue/join"

UPLOAD = "/gradio_api/upload"


def run(coroutine: Any) -> Any:
    return asyncio.run(asyncio.wait_for(coroutine, 20))


def guarded(app: guard.App, **options: Any) -> guard.Guard:
    return guard.Guard(app, **{"hosts": ("here",), "uploads": {UPLOAD: 3000}, "login": False, **options})


async def echo(scope: guard.Scope, receive: guard.Receive, send: guard.Send) -> None:
    """Reads the whole body and tells its size."""
    size, more = 0, True
    while more:
        message = await receive()
        size, more = size + len(message.get("body", b"")), message.get("more_body", False)
    headers = [(b"access-control-allow-origin", b"*")]
    await send({"type": "http.response.start", "status": 200, "headers": headers})
    await send({"type": "http.response.body", "body": str(size).encode()})


def ask(method: str, path: str, app: guard.App | None = None, **more: Any) -> httpx.Response:
    async def asked() -> httpx.Response:
        transport = httpx.ASGITransport(app or guarded(echo))
        async with httpx.AsyncClient(transport=transport, base_url="http://here") as client:
            return await client.request(method, path, **more)

    found: httpx.Response = run(asked())
    return found


def test_every_answer_carries_the_headers_whoever_gives_it() -> None:
    for path, status in (("/", 200), ("/nowhere", 404)):
        found = ask("GET", path)
        assert found.status_code == status
        for name, value in guard.HEADERS.items():
            assert found.headers[name] == value
        assert found.headers["cache-control"] == "no-store"
        assert "access-control-allow-origin" not in found.headers
    assert "cache-control" not in ask("GET", "/static/x.js").headers


def test_what_is_named_by_its_content_is_asked_for_once() -> None:
    assert ask("GET", "/assets/x-1a2b.js").headers["cache-control"] == "public, max-age=31536000, immutable"

    async def lost(scope: guard.Scope, receive: guard.Receive, send: guard.Send) -> None:
        await guard.plain(send, 404, "")

    assert "cache-control" not in ask("GET", "/assets/x-1a2b.js", app=guarded(lost)).headers


def test_a_policy_of_its_own_stays() -> None:
    async def strict(scope: guard.Scope, receive: guard.Receive, send: guard.Send) -> None:
        await guard.plain(send, 200, "", more=[(b"content-security-policy", b"sandbox")])

    assert ask("GET", "/", guarded(strict)).headers.get_list("content-security-policy") == ["sandbox"]


def test_the_policy_lets_nothing_in_from_elsewhere() -> None:
    rules = dict(rule.strip().split(" ", 1) for rule in guard.POLICY.split(";"))
    assert rules["default-src"] == rules["connect-src"] == "'self'"
    assert rules["object-src"] == rules["form-action"] == rules["frame-ancestors"] == "'none'"
    assert "http" not in guard.POLICY
    assert "*" not in guard.POLICY


@pytest.mark.parametrize("host", ["evil.example", "here.evil.example", "", "here:x", "[::1"])
def test_another_host_is_refused(host: str) -> None:
    assert ask("GET", "/", headers={"Host": host}).status_code == 400


@pytest.mark.parametrize("host", ["here", "HERE", "here:7860"])
def test_its_own_host_is_not(host: str) -> None:
    assert ask("GET", "/", headers={"Host": host}).status_code == 200


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"Origin": "http://here"}, 200),
        ({"Origin": "https://here", "Sec-Fetch-Site": "same-origin"}, 200),
        ({}, 200),
        ({"Origin": "http://here:81"}, 403),
        ({"Origin": "http://evil.example"}, 403),
        ({"Origin": "null"}, 403),
        ({"Origin": "here"}, 403),
        ({"Sec-Fetch-Site": "cross-site"}, 403),
        ({"Sec-Fetch-Site": "same-site"}, 403),
    ],
)
def test_a_page_of_another_origin_may_not_post(headers: dict[str, str], status: int) -> None:
    assert ask("POST", BODY, headers=headers).status_code == status


def test_a_link_on_another_site_may_lead_here_but_its_scripts_may_not_read() -> None:
    assert ask("GET", "/", headers={"Sec-Fetch-Site": "cross-site"}).status_code == 200
    assert ask("GET", "/", headers={"Origin": "http://evil.example"}).status_code == 403


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "/gradio_api/info"),
        ("GET", "/gradio_api/proxy=http://192.0.2.1/"),
        ("GET", "/gradio_api/file=http://192.0.2.1/"),
        ("GET", "/monitoring"),
        ("POST", "/gradio_api/call/ask"),
        ("POST", "/gradio_api/run/ask"),
        ("POST", "/"),
        ("GET", "/gradio_api//queue/data"),
        ("GET", "/gradio_api/queue/data/"),
        ("GET", "/login"),
        ("DELETE", "/gradio_api/queue/join"),
        ("OPTIONS", "/"),
    ],
)
def test_what_the_page_does_not_use_is_closed(method: str, path: str) -> None:
    assert ask(method, path).status_code == 404


def test_the_login_is_open_where_there_is_one() -> None:
    assert ask("GET", "/login", guarded(echo, login=True)).status_code == 200


async def stream(chunks: int, size: int, each: float = 0) -> AsyncIterator[bytes]:
    for _ in range(chunks):
        await asyncio.sleep(each)
        yield b"x" * size


@pytest.mark.parametrize("told", [True, False])
def test_a_body_that_is_too_large_never_arrives(told: bool) -> None:
    async def unreachable(scope: guard.Scope, receive: guard.Receive, send: guard.Send) -> None:
        raise AssertionError("it was passed on")

    size = guard.MOST_BODY + 1
    content: Any = b"x" * size if told else stream(size // 1000 + 1, 1000)
    assert ask("POST", BODY, guarded(unreachable), content=content).status_code == 413
    assert ask("POST", BODY, content=b"x" * (size - 1)).text == str(size - 1)


def test_a_body_that_is_too_slow_never_arrives(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(guard, "BODY_SECONDS", 0.05)
    assert ask("POST", BODY, content=stream(10, 1, each=0.1)).status_code == 408


@pytest.mark.parametrize("told", [True, False])
def test_an_upload_is_cut_off_where_it_is_too_large(told: bool) -> None:
    taken = []

    async def taking(scope: guard.Scope, receive: guard.Receive, send: guard.Send) -> None:
        while (message := await receive()).get("more_body"):
            taken.append(message["body"])
        await guard.plain(send, 200, "all of it")

    def content(size: int) -> Any:
        return b"x" * size if told else stream(size // 100, 100)

    found = ask("POST", UPLOAD, guarded(taking), content=content(9000))
    assert (found.status_code, found.text) == (413, "too large")
    assert len(b"".join(taken)) <= 3000
    assert ask("POST", UPLOAD, guarded(taking), content=content(3000)).text == "all of it"


def test_an_application_that_answers_all_the_same_is_not_heard() -> None:
    async def stubborn(scope: guard.Scope, receive: guard.Receive, send: guard.Send) -> None:
        try:
            await echo(scope, receive, send)
        except Exception:
            await guard.plain(send, 500, "broken")

    assert ask("POST", UPLOAD, guarded(stubborn), content=stream(90, 100)).status_code == 413


def cookie(found: httpx.Response) -> str:
    return found.headers.get("set-cookie", "")


def test_the_owner_is_issued_once_and_no_script_reads_it() -> None:
    issued = cookie(ask("GET", "/theme.css"))
    name, value = issued.split(";")[0].split("=")
    assert name == guard.OWNER
    assert len(value) >= 22
    assert {"HttpOnly", "SameSite=Strict", "Path=/"} <= set(issued.split("; "))
    assert cookie(ask("GET", "/theme.css")) != issued
    assert cookie(ask("GET", "/theme.css", headers={"Cookie": f"{name}={value}"})) == ""
    assert "ql_owner=" in cookie(ask("GET", "/theme.css", headers={"Cookie": f"{name}=x"}))
    assert cookie(ask("GET", "/")) == "", "who comes by a link from elsewhere sends none, and keeps the one there is"


def test_the_owner_is_who_the_cookie_names() -> None:
    def request(cookies: dict[str, str], session: str | None = None) -> Any:
        return SimpleNamespace(request=SimpleNamespace(cookies=cookies), session_hash=session)

    mine = "A" * 32
    assert guard.owner(request({"ql_owner": mine}, "s")) == mine
    assert guard.owner(SimpleNamespace(cookies={"ql_owner": mine})) == mine
    assert guard.owner(request({"ql_owner": "short"}, "s")) == "s"
    nobody: Callable[[], str] = lambda: guard.owner(SimpleNamespace(cookies={}))  # noqa: E731
    assert nobody() != nobody()


def test_a_stream_passes_as_it_comes_and_its_reader_may_leave() -> None:
    left = asyncio.Event()

    async def app(scope: guard.Scope, receive: guard.Receive, send: guard.Send) -> None:
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body", "body": b"one", "more_body": True})
        assert (await receive())["type"] == "http.disconnect"
        left.set()

    async def asked() -> list[Any]:
        sent: list[Any] = []
        scope = {"type": "http", "method": "GET", "path": "/", "headers": [(b"host", b"here")], "scheme": "http"}

        async def receive() -> guard.Message:
            assert sent[-1]["body"] == b"one", "before the end"
            return {"type": "http.disconnect"}

        async def send(message: guard.Message) -> None:
            sent.append(message)

        await guarded(app)(scope, receive, send)
        return sent

    assert run(asked())[-1]["more_body"]
    assert left.is_set()
