import socket

import pytest

from rag.errors import FetchError
from rag.fetching import address

PUBLIC = "8.8.8.8 93.184.215.14 2606:4700::1111 ::ffff:8.8.8.8 64:ff9b::808:808"
PRIVATE = """
    127.0.0.1 127.8.9.10 10.1.2.3 172.16.0.1 192.168.0.1 169.254.169.254 100.64.0.1 0.0.0.0 255.255.255.255
    224.0.0.1 239.1.1.1 240.0.0.1 192.0.2.1 198.18.0.1 ::1 :: fe80::1 fe80::1%eth0 fc00::1 fd12::1 fec0::1 ff02::1
    ff0e::1 2001:db8::1 ::ffff:127.0.0.1 ::ffff:169.254.169.254 ::127.0.0.1 64:ff9b::a00:1 64:ff9b:1::1 2002:7f00:1::
    2001::1
"""


@pytest.mark.parametrize("text", PUBLIC.split())
def test_public(text: str) -> None:
    assert address.is_public(text)


@pytest.mark.parametrize("text", PRIVATE.split())
def test_not_public(text: str) -> None:
    assert not address.is_public(text)


def resolving(monkeypatch: pytest.MonkeyPatch, *answers: str) -> None:
    found = [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (answer, 443)) for answer in answers]
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: found)


def test_all_addresses_of_a_name_are_returned_once(monkeypatch: pytest.MonkeyPatch) -> None:
    resolving(monkeypatch, "8.8.8.8", "2606:4700::1111", "8.8.8.8")
    assert address.public("example.org", 443) == ["8.8.8.8", "2606:4700::1111"]


def test_one_that_is_not_public_is_enough(monkeypatch: pytest.MonkeyPatch) -> None:
    resolving(monkeypatch, "8.8.8.8", "10.0.0.7")
    with pytest.raises(FetchError, match=r"example.org is 10\.0\.0\.7, which is no public address.*run rag index"):
        address.public("example.org", 443)


@pytest.mark.parametrize("host", ["localhost", "127.1", "2130706433", "0x7f.1", "0177.0.0.1"])
def test_other_ways_to_write_loopback(host: str) -> None:
    with pytest.raises(FetchError, match=r"which is no public address"):
        address.public(host, 80)


def test_a_name_without_an_address(monkeypatch: pytest.MonkeyPatch) -> None:
    def fails(*_: object, **__: object) -> None:
        raise socket.gaierror(-2, "Name or service not known")

    monkeypatch.setattr(socket, "getaddrinfo", fails)
    with pytest.raises(FetchError, match=r"nowhere\.example has no address \(Name or service not known\): check"):
        address.public("nowhere.example", 80)
