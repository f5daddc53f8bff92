"""What models said of sources, kept in SQLite files: what was asked about once is not asked about again."""

import sqlite3
import threading
from pathlib import Path

from rag.errors import SourceError

_WAIT_SECONDS = 10


class Said:
    """A table of texts by what they were said of. Safe between threads.

    Args:
        file: where it is kept; it is made with the first text.
        table: its name.
        keys: the names of the columns that tell what a text was said of.
        what: what it holds, for errors.
    """

    def __init__(self, file: Path, table: str, keys: tuple[str, ...], what: str) -> None:
        self._file, self._what = file, what
        columns, places = ", ".join(keys), ", ".join("?" * len(keys))
        texts = ", ".join(f"{key} TEXT" for key in keys)
        self._schema = f"CREATE TABLE IF NOT EXISTS {table} ({texts}, said TEXT NOT NULL, PRIMARY KEY ({columns}))"
        where = " AND ".join(f"{key} = ?" for key in keys)
        self._query = f"SELECT said FROM {table} WHERE {where}"  # noqa: S608 (names of our own)
        self._command = f"INSERT OR IGNORE INTO {table} VALUES ({places}, ?)"  # noqa: S608 (likewise)
        self._database: sqlite3.Connection | None = None
        self._closed = False
        self._lock = threading.Lock()

    def get(self, *keys: str) -> str | None:
        """Return the text that is kept, if there is one.

        Raises:
            SourceError: the file cannot be used.
        """
        if not self._database and not self._file.is_file():
            return None
        rows = self._run(self._query, keys)
        return str(rows[0][0]) if rows else None

    def keep(self, *keys: str, said: str) -> None:
        """Keep a text, if none is kept already.

        Raises:
            SourceError: the file cannot be written.
        """
        self._run(self._command, (*keys, said))

    def close(self) -> None:
        """Release the file; from then on nothing is kept or found."""
        with self._lock:
            self._closed = True
            if self._database:
                self._database.close()

    def _run(self, query: str, values: tuple[str, ...]) -> list[tuple[str]]:
        """Return what a query gives; the file is opened once."""
        try:
            with self._lock:
                if self._closed:
                    return []
                if self._database is None:
                    self._file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
                    self._database = sqlite3.connect(self._file, timeout=_WAIT_SECONDS, check_same_thread=False)
                    self._database.execute(self._schema)
                with self._database:
                    return self._database.execute(query, values).fetchall()
        except (OSError, sqlite3.Error) as error:
            raise SourceError(
                f"{self._what} in {self._file} cannot be used ({error}): move it away, and the model is asked again"
            ) from error
