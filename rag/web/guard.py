"""Stand-in for who asks."""

from typing import Any


def owner(request: Any) -> str:
    """Return who asks."""
    return str(request.session_hash)
