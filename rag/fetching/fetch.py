"""An address becomes bytes: asked of a public machine, within limits, and only when a user says so.

Each address, those of redirects too, is resolved and checked (:mod:`rag.fetching.address`), and the connection goes to
what was checked. No proxy is used: it would resolve the name by itself.
"""

import socket
import ssl
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from email.message import Message
from threading import Timer
from typing import TYPE_CHECKING, Any

from rag import __version__
from rag.errors import FetchError, UsageError, first_line
from rag.fetching import address

if TYPE_CHECKING:
    import httpx

MOST_REDIRECTS = 5
MOST_CHARS = 2000
"""Of an address."""
MOST_TRIED = 4
"""Addresses of one host."""
CONNECT_SECONDS = 10
_MOVED = (301, 302, 303, 307, 308)
_LASTING = (301, 308)
"""Of these, the ones that say so for good."""
_CODINGS = ("", "identity", "gzip", "x-gzip", "deflate")
_ACCEPT = "text/html, application/xhtml+xml, application/pdf, application/rss+xml, application/atom+xml, */*;q=0.8"
_LATE = "it was not whole in time: try again, or raise fetch_seconds"
_REMEDIES = {
    401: "it asks for a login: save the file from a browser into the sources folder",
    403: "it refuses programs, or asks for a login: save the file from a browser into the sources folder",
    404: "nothing is there: check the address",
    410: "it was taken away: leave it out",
    429: "it is asked too often: try again later",
}


@dataclass(frozen=True, slots=True)
class Known:
    """What is known of an address from the last time."""

    final: str
    etag: str
    last_modified: str


@dataclass(frozen=True, slots=True)
class Page:
    """What a server sent."""

    data: bytes
    kind: str
    """Its media type, in lower case, without parameters; empty if the server names none."""
    charset: str
    """The encoding that the server names, if it does."""
    name: str
    """The file's name, if the server gives one."""
    url: str
    """The address that lasts: the one asked for, or where it moved to for good."""
    known: Known
    """What to ask with the next time."""


@dataclass(frozen=True, slots=True)
class _Moved:
    status: int
    location: str


def parsed(text: str) -> "httpx.URL":
    """Return an address without its fragment.

    Raises:
        UsageError: it is none of http or https, or holds a password.
    """
    import httpx

    shown = text[:200]
    try:
        url = httpx.URL(text.strip()).copy_with(fragment=None)
        named = bool(url.raw_host.strip(b"."))
    except (httpx.InvalidURL, ValueError) as error:
        raise UsageError(
            f"{shown!r} is no address ({first_line(error)}): write it as https://example.org/page"
        ) from error
    if url.scheme not in ("http", "https") or not named:
        raise UsageError(f"{shown!r} is no address of http or https: write it as https://example.org/page")
    if url.userinfo:
        raise UsageError(f"the address of {url.host} holds a name or password, which would be kept: leave it out")
    if len(str(url)) > MOST_CHARS:
        raise UsageError(f"{shown!r}… is longer than {MOST_CHARS} characters: it is no address of a document")
    return url


def fetch(text: str, known: Known | None = None, *, most_mb: int, seconds: float) -> Page | None:
    """Fetch an address; None if the server says that nothing has changed.

    Args:
        text: the address.
        known: from the last time; None to have the bytes in any case.
        most_mb: a larger file is refused, counted as it is unpacked.
        seconds: most time for all of it.

    Raises:
        UsageError: it is no address that can be fetched.
        FetchError: it was not fetched, with the address, the cause and what would help.
    """
    url = lasting = parsed(text)
    until = time.monotonic() + seconds
    for_good = True
    for _ in range(MOST_REDIRECTS + 1):
        try:
            found = _ask(url, known if known and known.final == str(url) else None, most_mb << 20, until)
            if not isinstance(found, _Moved):
                return None if found is None else _page(found, str(lasting), str(url))
            url = _next(url, found.location)
        except (FetchError, UsageError) as error:
            via = "" if str(url) == text.strip() else f" (by way of {str(url)[:200]})"
            raise FetchError(f"{text.strip()[:200]} was not fetched{via}: {error}") from error
        for_good = for_good and found.status in _LASTING
        lasting = url if for_good else lasting
    raise FetchError(
        f"{text.strip()[:200]} was not fetched: it leads on more than {MOST_REDIRECTS} times: check the address"
    )


def _next(url: "httpx.URL", location: str) -> "httpx.URL":
    import httpx

    try:
        return parsed(str(url.join(location)))
    except (httpx.InvalidURL, ValueError) as error:
        raise FetchError(f"it leads to {location[:200]!r}, which is no address: tell its publisher") from error


def _ask(
    url: "httpx.URL", known: Known | None, most: int, until: float
) -> "tuple[bytes, httpx.Headers] | _Moved | None":
    """Ask one address; where a host has several machines, the first that accepts a connection."""
    import httpx

    host = url.raw_host.decode("ascii").rstrip(".")
    port = url.port or {"http": 80, "https": 443}[url.scheme]
    headers = {
        "Host": url.netloc.decode("ascii"),
        "User-Agent": f"quoteline/{__version__}",
        "Accept": _ACCEPT,
        "Accept-Encoding": "gzip",
    }
    asking = {"If-None-Match": known.etag, "If-Modified-Since": known.last_modified} if known else {}
    headers |= {name: value for name, value in asking.items() if value and value.isascii()}
    trusted = _trusted(url.scheme)
    failed = ""
    for machine in address.public(host, port)[:MOST_TRIED]:
        left = until - time.monotonic()
        if left <= 0:
            break
        timeout = httpx.Timeout(left, connect=min(left, CONNECT_SECONDS))
        with httpx.Client(verify=trusted, trust_env=False, timeout=timeout) as client, cut_off(left) as opened:
            more = {"sni_hostname": host, "trace": opened}
            try:
                with client.stream("GET", url.copy_with(host=machine), headers=headers, extensions=more) as response:
                    return _read(response, most, until, asked=known is not None)
            except (httpx.ConnectError, httpx.ConnectTimeout) as error:
                failed = first_line(error)
            except (httpx.HTTPError, httpx.InvalidURL) as error:
                if time.monotonic() < until:
                    raise FetchError(f"the connection broke ({first_line(error)}): try again") from error
                break
    if time.monotonic() >= until:
        raise FetchError(_LATE)
    raise FetchError(f"{host} cannot be reached ({failed}): check the address and the connection")


def _trusted(scheme: str) -> ssl.SSLContext:
    """Return whose certificates are taken: nobody's for a scheme that has none, for to load them takes 0.05 s."""
    import httpx

    if scheme != "https":
        return ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    trusted: ssl.SSLContext = httpx.create_ssl_context(trust_env=False)
    trusted.load_default_certs()  # those of this machine too
    return trusted


def _read(
    response: "httpx.Response", most: int, until: float, *, asked: bool
) -> "tuple[bytes, httpx.Headers] | _Moved | None":
    status, headers = response.status_code, response.headers
    if status in _MOVED and headers.get("location"):
        return _Moved(status, headers["location"])
    if status == 304 and asked:
        return None
    if status != 200:
        remedy = _REMEDIES.get(status, "try again later" if status >= 500 else "check the address")
        raise FetchError(f"the server sent status {status}: {remedy}")
    if headers.get("content-encoding", "").strip().lower() not in _CODINGS:
        raise FetchError(
            f"it is packed as {headers['content-encoding'][:40]!r}, which was not asked for: save it from a browser"
        )
    return _taken(response, most, until), headers


def _taken(response: "httpx.Response", most: int, until: float) -> bytes:
    """Return what a response holds, unpacked, within limits."""
    large = FetchError(f"it is larger than max_file_mb = {most >> 20}: raise max_file_mb, if you trust it")
    length = response.headers.get("content-length", "")
    if length.isdigit() and int(length) > most:
        raise large
    parts: list[bytes] = []
    size = 0
    for part in response.iter_bytes():
        size += len(part)
        if size > most:
            raise large
        parts.append(part)
        if time.monotonic() >= until:
            break
    if time.monotonic() >= until:  # what was cut off then looks as if it had ended
        raise FetchError(_LATE)
    if not size:
        raise FetchError("it is empty: check the address")
    return b"".join(parts)


def _page(found: "tuple[bytes, httpx.Headers]", lasting: str, final: str) -> Page:
    data, headers = found
    told = Message()  # which knows how parameters are quoted and encoded
    told["content-type"] = headers.get("content-type", "")
    told["content-disposition"] = headers.get("content-disposition", "")
    return Page(
        data=data,
        kind=headers.get("content-type", "").partition(";")[0].strip().lower(),
        charset=told.get_content_charset() or "",
        name=told.get_filename() or "",
        url=lasting,
        known=Known(final, headers.get("etag", ""), headers.get("last-modified", "")),
    )


@contextmanager
def cut_off(seconds: float) -> Iterator[Callable[[str, dict[str, Any]], None]]:
    """Yield what hears of each connection that httpx makes; they are shut after so long, whatever trickles in."""
    handles: list[socket.socket] = []

    def opened(event: str, info: dict[str, Any]) -> None:
        if event.endswith("connect_tcp.complete"):
            handles.append(info["return_value"].get_extra_info("socket").dup())  # TLS takes the other one away

    def shut() -> None:
        for handle in handles:
            with suppress(OSError):
                handle.shutdown(socket.SHUT_RDWR)

    timer = Timer(seconds, shut)
    timer.daemon = True
    timer.start()
    try:
        yield opened
    finally:
        timer.cancel()
        for handle in handles:
            handle.close()
