"""Whether anything looked outside this machine while answers were made."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from ipaddress import ip_address
from typing import Any

_watching: list[list[str]] = []


@contextmanager
def watched() -> Iterator[list[str]]:
    """Give a list that grows with each look-up and connection outside this machine that Python makes within."""
    _install()
    seen: list[str] = []
    _watching.append(seen)
    try:
        yield seen
    finally:
        _watching.remove(seen)


@cache  # an audit hook cannot be taken away again
def _install() -> None:
    def hook(event: str, arguments: tuple[Any, ...]) -> None:
        if not _watching:
            return
        if event == "socket.getaddrinfo":
            host = arguments[0]
        elif event in ("socket.connect", "socket.sendto") and isinstance(arguments[1], tuple):
            host = arguments[1][0]
        else:  # a socket of the file system's
            return
        if not _is_here(host):
            for seen in _watching:
                seen.append(f"{event} {host!r}")

    sys.addaudithook(hook)


def _is_here(host: Any) -> bool:
    name = host.decode("ascii", "replace") if isinstance(host, bytes) else host
    if name in (None, "", "localhost"):
        return True
    try:
        return ip_address(name).is_loopback
    except ValueError:
        return False
