import gzip
import os
import socket
import ssl
import threading
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from typing import Any

import pytest

from rag.errors import FetchError, UsageError
from rag.fetching import address, fetch
from rag.fetching.fetch import Page
from tests.servers import Sent, Web, web


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[Web]:
    """A server on the one address of this machine that counts as public here."""
    monkeypatch.setattr(address, "is_public", lambda text: text == "127.0.0.1")
    with web() as server:
        yield server


def got(url: str, known: fetch.Known | None = None, *, most_mb: int = 1, seconds: float = 20) -> Page:
    page = fetch.fetch(url, known, most_mb=most_mb, seconds=seconds)
    assert page
    return page


def test_a_page(server: Web) -> None:
    server.routes["/a?b=c"] = Sent(b"<p>Hello", kind='Text/HTML; charset="windows-1252"', etag='"1"')
    page = got(f"{server.url}/a?b=c#top")
    assert (page.data, page.kind, page.charset) == (b"<p>Hello", "text/html", "windows-1252")
    assert page.url == page.known.final == f"{server.url}/a?b=c"
    assert page.known.etag == '"1"'
    _, headers = server.asked[0]
    assert headers["Host"] == server.url.removeprefix("http://")
    assert headers["User-Agent"].startswith("quoteline/")


def test_asked_with_what_is_known(server: Web) -> None:
    server.routes["/"] = Sent(b"x", etag='"1"', headers={"Last-Modified": "Mon, 02 Feb 2026 10:00:00 GMT"})
    known = got(server.url).known
    assert fetch.fetch(server.url, known, most_mb=1, seconds=20) is None
    assert server.asked[1][1]["If-None-Match"] == '"1"'
    assert server.asked[1][1]["If-Modified-Since"] == "Mon, 02 Feb 2026 10:00:00 GMT"
    server.routes["/"] = Sent(b"y", etag='"2"')
    assert got(server.url, known).data == b"y"


def test_a_mark_that_cannot_be_sent(server: Web) -> None:
    server.routes["/"] = Sent(b"x", headers={"ETag": '"\xe9"'})
    assert got(server.url, got(server.url).known).data == b"x"


def test_an_unasked_304_is_an_error(server: Web) -> None:
    server.routes["/"] = Sent(status=304)
    with pytest.raises(FetchError, match="status 304"):
        got(server.url)


def test_five_redirects_are_followed_and_no_more(server: Web) -> None:
    for number in range(6):
        server.routes[f"/{number}"] = Sent(status=302, headers={"Location": f"{number + 1}"})
    server.routes["/6"] = Sent(b"here")
    page = got(f"{server.url}/1")
    assert (page.data, page.known.final, page.url) == (b"here", f"{server.url}/6", f"{server.url}/1")
    with pytest.raises(FetchError, match="leads on more than 5 times"):
        got(f"{server.url}/0")


def test_the_address_that_lasts(server: Web) -> None:
    server.routes["/old"] = Sent(status=301, headers={"Location": "/new"})
    server.routes["/new"] = Sent(status=307, headers={"Location": "/today"})
    server.routes["/today"] = Sent(b"x")
    page = got(f"{server.url}/old")
    assert (page.url, page.known.final) == (f"{server.url}/new", f"{server.url}/today")


def test_what_is_known_is_told_to_its_own_address_alone(server: Web) -> None:
    server.routes["/a"] = Sent(status=302, headers={"Location": "/b"})
    server.routes["/b"] = Sent(b"x", etag='"1"')
    known = got(f"{server.url}/a").known
    assert fetch.fetch(f"{server.url}/a", known, most_mb=1, seconds=20) is None
    assert "If-None-Match" not in server.asked[2][1]


@pytest.mark.parametrize(
    "location", ["http://127.0.0.2:{port}/", "http://localhost2/", "file:///etc/passwd", "http://u:p@127.0.0.1:{port}/"]
)
def test_a_redirect_is_checked_anew(server: Web, location: str, monkeypatch: pytest.MonkeyPatch) -> None:
    looked_up = socket.getaddrinfo
    monkeypatch.setattr(
        socket,
        "getaddrinfo",
        lambda host, *rest, **more: looked_up("::1" if host == "localhost2" else host, *rest, **more),
    )
    place = location.format(port=server.server_port)
    server.routes["/"] = Sent(status=302, headers={"Location": place})
    with pytest.raises(FetchError, match=rf"{server.url} was not fetched.*:.*(?:public|http or https|password)"):
        got(server.url)
    assert len(server.asked) == 1


def test_loopback_is_refused() -> None:
    with web() as server:
        for host in ("127.0.0.1", "localhost", "[::1]", "[::ffff:127.0.0.1]"):
            with pytest.raises(FetchError, match="no public address"):
                got(f"http://{host}:{server.server_port}/")
        assert server.asked == []


def test_a_name_is_looked_up_once_and_what_was_checked_is_connected_to(
    server: Web, monkeypatch: pytest.MonkeyPatch
) -> None:
    looked_up = socket.getaddrinfo
    asked: list[Any] = []

    def rebinding(host: Any, *rest: Any, **more: Any) -> Any:
        if host != "example.test":
            return looked_up(host, *rest, **more)
        asked.append(host)
        return looked_up("127.0.0.1" if len(asked) == 1 else "10.0.0.1", *rest, **more)

    monkeypatch.setattr(socket, "getaddrinfo", rebinding)
    server.routes["/"] = Sent(b"x")
    assert got(f"http://example.test:{server.server_port}/").data == b"x"
    assert asked == ["example.test"]
    assert server.asked[0][1]["Host"] == f"example.test:{server.server_port}"


def test_the_next_machine_is_asked_where_one_does_not_answer(server: Web, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(address, "public", lambda host, port: ["127.0.0.9", "127.0.0.1"])
    server.routes["/"] = Sent(b"x")
    assert got(f"http://example.test:{server.server_port}/").data == b"x"


def test_the_certificate_is_of_the_name(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from cryptography import x509
    from cryptography.hazmat.primitives import hashes, serialization
    from cryptography.hazmat.primitives.asymmetric import ec

    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "example.test")])
    made = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
        .not_valid_before(datetime.now(UTC) - timedelta(days=1))
        .not_valid_after(datetime.now(UTC) + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("example.test")]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    file = tmp_path / "server.pem"
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    file.write_bytes(private + made.public_bytes(serialization.Encoding.PEM))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(file)
    monkeypatch.setattr(address, "is_public", lambda _: True)
    looked_up = socket.getaddrinfo
    monkeypatch.setattr(socket, "getaddrinfo", lambda host, *rest, **more: looked_up("127.0.0.1", *rest, **more))
    with web(context) as server:
        server.routes["/"] = Sent(b"x")
        with pytest.raises(FetchError, match="cannot be reached .*certificate"):
            got(f"https://example.test:{server.server_port}/")
        monkeypatch.setitem(os.environ, "SSL_CERT_FILE", str(file))
        assert got(f"https://example.test:{server.server_port}/").data == b"x"
        with pytest.raises(FetchError, match="cannot be reached .*certificate"):
            got(f"https://another.test:{server.server_port}/")


@pytest.mark.parametrize(
    "sent",
    [
        Sent(b"x" * (1 << 20) + b"y"),
        Sent(b"x" * (3 << 20), length=False),
        Sent(gzip.compress(b"x" * (2 << 20)), headers={"Content-Encoding": "gzip"}),
    ],
    ids=["told", "untold", "packed"],
)
def test_too_large(server: Web, sent: Sent) -> None:
    server.routes["/"] = sent
    with pytest.raises(FetchError, match="larger than max_file_mb = 1: raise max_file_mb"):
        got(server.url)


def test_packed(server: Web) -> None:
    server.routes["/"] = Sent(gzip.compress(b"text"), headers={"Content-Encoding": "gzip"})
    server.routes["/odd"] = Sent(b"text", headers={"Content-Encoding": "gzip, gzip"})
    assert got(server.url).data == b"text"
    with pytest.raises(FetchError, match="packed as 'gzip, gzip'"):
        got(f"{server.url}/odd")


def drips_its_head(handler: BaseHTTPRequestHandler) -> None:
    handler.wfile.write(b"HTTP/1.1 200 OK\r\n")
    for number in range(200):
        handler.wfile.write(f"X-{number}: y\r\n".encode())
        time.sleep(0.1)


def drips_its_text(handler: BaseHTTPRequestHandler) -> None:
    handler.wfile.write(b"HTTP/1.1 200 OK\r\n\r\n")
    for _ in range(200):
        handler.wfile.write(b"x")
        time.sleep(0.1)


def says_nothing(handler: BaseHTTPRequestHandler) -> None:
    time.sleep(20)


@pytest.mark.parametrize("slow", [drips_its_head, drips_its_text, says_nothing])
def test_too_slow(server: Web, slow: Any) -> None:
    ended = threading.Event()

    def served(handler: BaseHTTPRequestHandler) -> None:
        slow(handler)
        ended.set()

    server.routes["/"] = served
    with pytest.raises(FetchError, match="not whole in time: try again, or raise fetch_seconds"):
        got(server.url, seconds=1)
    assert not ended.is_set(), "nobody waits until the server has ended"


def breaks_off(handler: BaseHTTPRequestHandler) -> None:
    handler.wfile.write(b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nhalf")


def test_half_a_page_is_none(server: Web) -> None:
    server.routes["/"] = breaks_off
    with pytest.raises(FetchError, match="the connection broke"):
        got(server.url)


@pytest.mark.parametrize(
    ("sent", "told"),
    [
        (Sent(b"x", status=404), "status 404: nothing is there: check the address"),
        (Sent(b"x", status=403), "status 403: it refuses programs"),
        (Sent(b"x", status=503), "status 503: try again later"),
        (Sent(b"x", status=302), "status 302: check the address"),
        (Sent(b""), "it is empty"),
    ],
)
def test_no_page(server: Web, sent: Sent, told: str) -> None:
    server.routes["/"] = sent
    with pytest.raises(FetchError, match=f"{server.url} was not fetched: .*{told}"):
        got(server.url)


def test_nobody_listens(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(address, "is_public", lambda _: True)
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    with pytest.raises(FetchError, match=r"127\.0\.0\.1 cannot be reached \(.*refused.*\): check the address"):
        got(f"http://127.0.0.1:{port}/")


@pytest.mark.parametrize(
    "text",
    ["ftp://example.org/x", "example.org/x", "https://", "file:///etc/passwd", "javascript:x", "http://[::1", ""],
)
def test_no_address(text: str) -> None:
    with pytest.raises(UsageError, match="write it as https://example.org/page"):
        got(text)


def test_a_password_is_not_kept() -> None:
    with pytest.raises(UsageError, match="holds a name or password") as raised:
        got("https://ann:secret@example.org/")
    assert "secret" not in str(raised.value)


def test_no_proxy_is_asked(server: Web, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.9:9")
    server.routes["/"] = Sent(b"x")
    assert got(server.url).data == b"x"
