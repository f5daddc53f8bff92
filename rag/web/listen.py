"""Where a server listens."""

import socket

from rag.config import Config
from rag.errors import UsageError

LOOPBACK = ("127.0.0.1", "localhost", "::1", "[::1]")
"""Addresses that this machine alone reaches."""


def listen(config: Config) -> socket.socket:
    """Return a socket that listens where the settings say.

    Raises:
        UsageError: the address or port cannot be listened on.
    """
    try:
        family = socket.AF_INET6 if ":" in config.host else socket.AF_INET
        return socket.create_server((config.host, config.port), family=family)
    except (OSError, OverflowError) as error:
        message = f"cannot listen on {config.host} port {config.port} ({error}): choose others with --host and --port"
        raise UsageError(message) from None


def address(listener: socket.socket) -> str:
    """Return the address at which a browser finds it."""
    host, port = listener.getsockname()[:2]
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"
