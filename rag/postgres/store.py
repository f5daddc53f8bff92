"""The documents and passages of a generation, by the queries of :mod:`rag.index.store`."""

from collections.abc import Iterable, Sequence
from typing import Any

from rag.index.store import Store
from rag.postgres.session import Session


class DatabaseStore(Store):
    """Read-only; safe to share between threads."""

    _GLOB = "~"

    def __init__(self, session: Session) -> None:
        self._session = session

    def close(self) -> None:
        """Close the connections."""
        self._session.close()

    def _rows(self, query: str, values: Sequence[object] = ()) -> list[tuple[Any, ...]]:
        return self._session.rows(query.replace("?", "%s"), values)

    def _each(self, query: str) -> Iterable[tuple[Any, ...]]:
        return self._session.stream(query)

    @staticmethod
    def _like(pattern: str) -> str:
        r"""Return a pattern of SQLite's GLOB as a regular expression of PostgreSQL.

        >>> DatabaseStore._like("a/[^b-d]?*.txt")
        '^a/[^\\U00000062-\\U00000064]..*\\.txt$'
        """
        found, at = ["^"], 0
        while at < len(pattern):
            char = pattern[at]
            at += 1
            if char == "[":
                part, at = _set(pattern, at)
                found.append(part)
            else:
                found.append({"*": ".*", "?": "."}.get(char, f"\\{char}" if char in _SPECIAL else char))
        return "".join(found) + "$"


_SPECIAL = "\\.+[](){}|^$"
_NOTHING = "(?!)"


def _set(pattern: str, at: int) -> tuple[str, int]:
    """Return the set of characters behind a square bracket as a regular expression, and where it ends.

    By the rules of SQLite: a bracket that stands first is one of the characters, and a range may be empty.
    """
    negated = pattern[at : at + 1] == "^"
    at += negated
    end = pattern.find("]", at + 1)
    if end < 0:  # never closed: such a pattern is like nothing
        return _NOTHING, len(pattern)
    inside, parts = pattern[at:end], []
    while inside:
        if len(inside) > 2 and inside[1] == "-":
            if inside[0] <= inside[2]:
                parts.append(f"{_code(inside[0])}-{_code(inside[2])}")
            else:
                parts.append(_code(inside[0]))  # the character before the dash counts all the same
            inside = inside[3:]
        else:
            parts.append(_code(inside[0]))
            inside = inside[1:]
    return f"[{'^' * negated}{''.join(parts)}]", end + 1


def _code(char: str) -> str:
    return f"\\U{ord(char):08x}"
