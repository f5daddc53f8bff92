"""Where it is kept what each browser has: in a SQLite file, or where the index is in a database, there.

The queries of those who keep something are in SQL that both know, with a question mark for each value.
"""

import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from contextlib import AbstractContextManager, closing, contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Protocol

from rag.config import Config
from rag.errors import ConversationError
from rag.indexing.homes import is_database, named

WAIT_SECONDS = 10  # for another process that writes


_WORDS = """
CREATE VIRTUAL TABLE said USING fts5 (question, answer, tokenize = 'unicode61 remove_diacritics 2');
CREATE TRIGGER unsaid AFTER DELETE ON turn BEGIN DELETE FROM said WHERE rowid = old.number; END;
"""


class Database(Protocol):
    """A connection."""

    def execute(self, query: str, values: Sequence[Any] = (), /) -> Any:
        """Run a query, and return its rows."""
        ...

    def executemany(self, query: str, rows: Iterable[Sequence[Any]], /) -> Any:
        """Run a query for each of several values."""
        ...


class Kept(Protocol):
    """Tables that several modules keep their own of. Safe between threads and processes.

    Every method raises :class:`~rag.errors.ConversationError` if they cannot be used.
    """

    @property
    def name(self) -> str:
        """As messages call it."""
        ...

    def writing(self) -> AbstractContextManager[Database]:
        """Yield the tables in a transaction that nobody else's can come between."""
        ...

    def reading(self) -> AbstractContextManager[Database]:
        """Yield the tables outside a transaction."""
        ...

    def create(self, database: Any, script: str) -> None:
        """Run the statements of a script that makes tables."""
        ...

    def version(self, database: Any) -> int:
        """Return the version of the tables; 0 if there are none."""
        ...

    def begin(self, database: Any, version: int) -> None:
        """Make what finds words, once the other tables are there, and note the version of all."""
        ...

    def say(self, database: Any, turn: int, question: str, answer: str) -> None:
        """Have the words of a turn found."""
        ...

    def having(self, database: Any, owner: str, wanted: Iterable[str]) -> set[str]:
        """Return the conversations of which one turn has words that begin with each of those wanted."""
        ...

    def close(self) -> None:
        """Release it."""
        ...


def opened(config: Config) -> Kept:
    """Return what these settings have conversations kept in.

    Raises:
        ConversationError: it is damaged, or cannot be written.
    """
    if is_database(config.index):
        from rag.postgres.kept import Tables

        return Tables(config.index, named(config.index))
    return File(Path(config.data).expanduser() / "conversations.sqlite")


class File:
    """One SQLite file, opened anew for each call.

    Every method raises :class:`~rag.errors.ConversationError` if the file cannot be used.
    """

    def __init__(self, path: Path) -> None:
        """Open the file, or make it, readable by its user alone."""
        self.path = path
        self.name = str(path)
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

    def close(self) -> None:
        """Do nothing: no call leaves the file open."""

    def create(self, database: Database, script: str) -> None:
        """Run the statements of a script that makes tables."""
        for statement in statements(script):  # not executescript, which would end the transaction
            database.execute(statement)

    def version(self, database: Database) -> int:
        """Return the version of the tables, which is in ``PRAGMA user_version``; 0 if there are none."""
        return int(database.execute("PRAGMA user_version").fetchone()[0])

    def begin(self, database: Database, version: int) -> None:
        """Make what finds words, once the other tables are there, and note the version of all."""
        self.create(database, _WORDS)
        database.execute(f"PRAGMA user_version = {version}")

    def say(self, database: Database, turn: int, question: str, answer: str) -> None:
        """Have the words of a turn found."""
        database.execute("INSERT INTO said (rowid, question, answer) VALUES (?, ?, ?)", (turn, question, answer))

    def having(self, database: Database, owner: str, wanted: Iterable[str]) -> set[str]:
        """Return the conversations of which one turn has words that begin with each of those wanted."""
        # Each in quotation marks, where nothing means anything to FTS5; of signs alone it finds nothing.
        quoted = " ".join(f'"{word.replace(chr(34), chr(34) * 2)}"*' for word in wanted)
        rows = database.execute(
            "SELECT DISTINCT c.id FROM said JOIN turn ON turn.number = said.rowid"
            " JOIN conversation AS c ON c.number = turn.conversation WHERE said MATCH ? AND c.owner = ?",
            (quoted, owner),
        )
        return {identity for (identity,) in rows}

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
