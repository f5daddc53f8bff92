"""A host's name becomes the addresses of public machines, checked after it is resolved, or none at all."""

import socket
from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address

from rag.errors import FetchError

_NAT64 = IPv6Network("64:ff9b::/96")
"""Networks of IPv6 alone reach those of IPv4 below it."""
_INSTEAD = "save the file from a browser into the sources folder, and run rag index"


def public(host: str, port: int) -> list[str]:
    """Return the addresses of a host, for connecting to them and not to its name, which may mean another by then.

    Raises:
        FetchError: it has none, or one of them is not public.
    """
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError) as error:
        why = getattr(error, "strerror", None) or str(error)
        raise FetchError(f"{host} has no address ({why}): check its spelling and the connection") from error
    addresses = list(dict.fromkeys(str(entry[4][0]) for entry in found))
    for one in addresses:
        if not is_public(one):
            told = host if host == one else f"{host} is {one}, which"
            raise FetchError(f"{told} is no public address, and no other is asked: {_INSTEAD}")
    return addresses


def is_public(text: str) -> bool:
    """Tell whether an address is one of the public internet, and of a single machine.

    >>> [is_public(text) for text in ("93.184.215.14", "127.0.0.1", "::ffff:10.0.0.1", "64:ff9b::a9fe:a9fe")]
    [True, False, False, False]
    """
    address: IPv4Address | IPv6Address = ip_address(text)
    if isinstance(address, IPv6Address):
        if address.sixtofour or address.teredo or address.is_site_local:  # tunnels, and what was private once
            return False
        if address.ipv4_mapped:
            address = address.ipv4_mapped
        elif address in _NAT64:
            address = IPv4Address(int(address) & 0xFFFFFFFF)
    return address.is_global and not (address.is_multicast or address.is_reserved or address.is_private)
