"""The SQLite file of what is kept for each browser: opened anew for each call, safe between threads and processes."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import UTC, datetime
from pathlib import Path

from rag.errors import ConversationError

WAIT_SECONDS = 10  # for another process that writes


class File:
    """One file, which several modules keep their own tables in.

    Every method raises :class:`~rag.errors.ConversationError` if the file cannot be used.
    """

    def __init__(self, path: Path) -> None:
        """Open the file, or make it, readable by its user alone."""
        self.path = path
        try:
            path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            path.touch(mode=0o600)  # nobody else's to read
        except OSError as error:
            raise ConversationError(f"{path} cannot be written ({error.strerror}): choose another folder") from None
        with self.reading() as database:
            (found,) = database.execute("PRAGMA quick_check(1)").fetchone()
            if found != "ok":
                raise self._damaged(" ".join(found.split()))
            database.execute("PRAGMA journal_mode = WAL")  # who reads does not wait for who writes

    @contextmanager
    def writing(self) -> Iterator[sqlite3.Connection]:
        """Yield the file in a transaction that nobody else's can come between."""
        with self.reading() as database:
            database.execute("BEGIN IMMEDIATE")
            with database:  # commits, or undoes all of it
                yield database

    @contextmanager
    def reading(self) -> Iterator[sqlite3.Connection]:
        """Yield the file outside a transaction."""
        try:
            with closing(sqlite3.connect(self.path, timeout=WAIT_SECONDS, isolation_level=None)) as database:
                database.execute("PRAGMA foreign_keys = ON")
                yield database
        except sqlite3.OperationalError as error:  # locked, full, not ours to write
            raise ConversationError(f"conversations in {self.path} cannot be read or written: {error}") from error
        except sqlite3.DatabaseError as error:
            raise self._damaged(error) from error

    def _damaged(self, why: object) -> ConversationError:
        return ConversationError(
            f"{self.path} is damaged ({why}); nothing in it was changed: move it away to begin anew, and "
            f"'sqlite3 {self.path.name} .recover' gets back what can be read"
        )


def statements(script: str) -> Iterator[str]:
    """Yield the statements of a script, one at a time; a trigger has several semicolons."""
    waiting = ""
    for line in script.splitlines():
        waiting += line + "\n"
        if sqlite3.complete_statement(waiting):
            yield waiting
            waiting = ""


def plain(text: str) -> str:
    """Return a text that can be written and searched for: a browser may send half a character."""
    return text.encode("utf-8", "replace").decode().replace("\0", " ")


def now() -> str:
    """Return the time: ISO 8601, UTC."""
    return datetime.now(UTC).isoformat(timespec="microseconds")
