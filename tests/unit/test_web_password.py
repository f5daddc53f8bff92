"""The password: its file, the login, and how often one may try."""

import asyncio
import io
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from starlette.applications import Starlette
from starlette.responses import PlainTextResponse
from starlette.routing import Route
from starlette.testclient import TestClient

from rag.errors import UsageError
from rag.web import guard, password

RIGHT = "correct horse, battery"
COST = password.COST


@pytest.fixture(autouse=True)
def cheap(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(password, "COST", (1 << 8, 8, 1))


def test_only_the_password_matches_its_hash() -> None:
    kept = password.hashed(RIGHT)
    assert RIGHT not in kept
    assert password.matches(RIGHT, kept)
    assert not password.matches(RIGHT + " ", kept)
    assert not password.matches("", kept)
    assert kept != password.hashed(RIGHT), "salted"


def test_a_hash_of_the_real_cost_is_made_and_checked(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(password, "COST", COST)
    kept = password.hashed(RIGHT)
    assert kept.startswith("scrypt$32768$8$3$"), "what OWASP advises"
    assert password.matches(RIGHT, kept)


def typed(monkeypatch: pytest.MonkeyPatch, text: str) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO(text))


def test_the_file_holds_a_hash_and_only_its_owner_reads_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "password"
    path.write_text("the one before")
    path.chmod(0o644)
    typed(monkeypatch, RIGHT + "\n")
    password.write(path)
    assert path.stat().st_mode & 0o777 == 0o600
    assert password.matches(RIGHT, password.read(path))
    typed(monkeypatch, "short\n")
    with pytest.raises(UsageError, match="at least 10 characters: nothing was written"):
        password.write(path)
    assert password.matches(RIGHT, password.read(path))


@pytest.mark.parametrize("text", ["", RIGHT, "scrypt$1$1$1$!$!", "scrypt$999999999$8$1$AAAA$AAAA", "scrypt$0$0$0$$"])
def test_a_file_of_something_else_is_refused(tmp_path: Path, text: str) -> None:
    (tmp_path / "password").write_text(text)
    with pytest.raises(UsageError, match="holds no hash of a password: write it with rag ui --set-password"):
        password.read(tmp_path / "password")
    with pytest.raises(UsageError, match=r"cannot be read \(No such file"):
        password.read(tmp_path / "nowhere")


class Clock:
    now = 0.0

    def __call__(self) -> float:
        return self.now


def test_wrong_passwords_are_throttled_by_address_and_in_all() -> None:
    clock = Clock()
    throttle = password.Throttle(clock)
    for _ in range(5):
        assert throttle.wait("a") == 0
        throttle.wrong("a")
    assert throttle.wait("a") == 301
    assert throttle.wait("b") == 0, "another address may still try"
    for n in range(55):
        throttle.wrong(f"other {n}")
    assert throttle.wait("b") > 0, "until all together are too many"
    clock.now = 300
    assert throttle.wait("a") == throttle.wait("b") == 0


def test_many_addresses_take_no_more_memory(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(password, "MOST_ADDRESSES", 10)
    throttle = password.Throttle(Clock())
    for n in range(100):
        throttle.wrong(str(n))
    assert len(throttle._by) == 10


async def inside(_request: Any) -> PlainTextResponse:
    return PlainTextResponse("inside")


@pytest.fixture
def client() -> Iterator[TestClient]:
    routes = [Route("/", inside), Route("/config", inside)]
    login = password.Login(Starlette(routes=routes), kept=password.hashed(RIGHT), throttle=password.Throttle())
    with TestClient(guard.Guard(login, uploads={}, login=True), follow_redirects=False) as client:
        yield client


def log_in(client: TestClient, given: str = RIGHT) -> Any:
    return client.post("/login", data={"password": given})


def test_nothing_is_shown_before_the_login(client: TestClient) -> None:
    form = client.get("/")
    assert form.status_code == 401
    assert '<form method="post" action="/login">' in form.text
    assert "<script" not in form.text
    assert "form-action 'self'" in form.headers["content-security-policy"]
    assert form.headers["referrer-policy"] == "same-origin", "or a browser would send the form with no origin"
    for method, path in (("GET", "/config"), ("POST", "/gradio_api/queue/join"), ("GET", "/assets/x.js")):
        assert client.request(method, path).status_code == 401
    assert "inside" not in client.get("/config", headers={"Cookie": "ql_session=x"}).text


def test_the_password_opens_the_page_until_the_logout(client: TestClient) -> None:
    done = log_in(client)
    assert (done.status_code, done.headers["location"]) == (303, "/")
    assert {"HttpOnly", "SameSite=Lax"} <= set(done.headers["set-cookie"].split("; "))
    token = client.cookies["ql_session"]
    assert len(token) >= 43
    assert client.get("/").text == "inside"
    assert '<form method="post" action="/logout">' in client.get("/logout").text
    assert client.get("/").text == "inside", "to open the log-out is not to log out"
    assert client.post("/logout").status_code == 303
    assert client.get("/").status_code == 401
    assert client.get("/", headers={"Cookie": f"ql_session={token}"}).status_code == 401, "the token itself has ended"


def test_a_wrong_password_does_not_and_after_five_even_the_right_one_waits(client: TestClient) -> None:
    for _ in range(5):
        wrong = log_in(client, "wrong" * 3)
        assert wrong.status_code == 401
        assert "That is not the password." in wrong.text
        assert "set-cookie" not in wrong.headers
    late = log_in(client)
    assert late.status_code == 429
    assert 0 < int(late.headers["retry-after"]) <= 301
    assert client.get("/").status_code == 401


def test_the_right_password_counts_as_no_try(client: TestClient) -> None:
    for _ in range(8):
        assert log_in(client).status_code == 303


def test_tries_at_once_do_not_all_pass() -> None:
    login = password.Login(Starlette(), kept=password.hashed(RIGHT), throttle=password.Throttle())
    statuses: list[int] = []

    async def one() -> None:
        async def receive() -> guard.Message:
            return {"type": "http.request", "body": b"password=wrong"}

        async def send(message: guard.Message) -> None:
            if message["type"] == "http.response.start":
                statuses.append(message["status"])

        scope = {"type": "http", "method": "POST", "path": "/login", "headers": [], "client": ("a", 1)}
        await login(scope, receive, send)

    async def all_at_once() -> None:
        await asyncio.gather(*(one() for _ in range(20)))

    asyncio.run(all_at_once())
    assert sorted(statuses) == [401] * 5 + [429] * 15


def test_another_site_cannot_log_in(client: TestClient) -> None:
    found = client.post("/login", data={"password": RIGHT}, headers={"Origin": "http://evil.example"})
    assert found.status_code == 403
