"""Connections to one database: few, shared between threads, with errors that say what helps."""

import logging
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from threading import BoundedSemaphore
from typing import Any

import psycopg
from psycopg import errors
from psycopg_pool import ConnectionPool, PoolClosed, PoolTimeout

from rag.errors import BusyError, IndexDamaged, IndexUnreachable, first_line
from rag.index.manifest import rebuild
from rag.postgres.address import Address

CONNECTIONS = 8
"""Most of an open index."""
WAIT = 10.0
"""Seconds that a query waits for one of them to be free."""
SOON = 1.0
"""Seconds in which the pool makes a connection, if the database answers."""
RECONNECT = WAIT / 2
"""Seconds for which the pool tries again, ever more seldom: a database that is back is found within as many."""
STREAMED = 1000
"""Rows of a stream that are in memory together."""
GONE = (errors.UndefinedTable, errors.UndefinedColumn, errors.InvalidSchemaName, errors.DataError)

_EXTENSION = (
    "SELECT quote_ident(nspname) FROM pg_extension JOIN pg_namespace ON pg_namespace.oid = extnamespace"
    " WHERE extname = 'vector'"
)

# The pool tells its log of each connection that it could not make; whoever asks hears of it as an error.
logging.getLogger("psycopg").addHandler(logging.NullHandler())


@contextmanager
def told(address: Address) -> Iterator[None]:
    """Turn the errors of the database's client into those that a user can meet.

    Raises:
        IndexDamaged: a table is not there any more.
        IndexUnreachable: the database does not answer, or not so.
    """
    try:
        yield
    except GONE as error:
        raise IndexDamaged(f"{address.name}: {_reason(error, address)}: {rebuild(address.name)}") from None
    except (psycopg.Error, PoolClosed) as error:
        raise IndexUnreachable(
            f"{address.name} does not answer ({_reason(error, address)}): see that the database runs, and ask again"
        ) from None


def connect(address: Address) -> psycopg.Connection[tuple[Any, ...]]:
    """Return a connection of its own, each statement of which is done at once.

    Raises:
        IndexUnreachable: the database does not answer.
    """
    with told(address):
        return psycopg.connect(address.conninfo, autocommit=True)


def _reason(error: BaseException, address: Address) -> str:
    return address.hidden(first_line(error))


class Session:
    """Reads one generation, whose lock every connection holds: none is removed while it is read."""

    def __init__(self, address: Address, number: int, options: str = "") -> None:
        """Open at once one connection.

        Args:
            address: of the index.
            number: of the generation.
            options: more settings of each connection, as ``-c name=value``.

        Raises:
            IndexUnreachable: the database does not answer.
        """
        self.address = address
        self._number = number
        with told(address), connect(address) as first:  # tells at once, and why, if the database does not answer
            row = first.execute(_EXTENSION).fetchone()
        # One generation's schema alone: no connection sees another one's tables. No compiling: queries are short.
        path = ",".join([address.schema(number), *(row or ())])
        kwargs = {"autocommit": True, "options": f"{address.options} -c search_path={path} -c jit=off {options}"}
        self._free = BoundedSemaphore(CONNECTIONS)
        self._pool = ConnectionPool(
            address.conninfo,
            kwargs=kwargs,
            min_size=1,
            max_size=CONNECTIONS,
            configure=self._hold,
            reconnect_timeout=RECONNECT,
            open=False,
        )
        with told(address):
            self._pool.open(wait=True, timeout=WAIT)

    def _hold(self, connection: psycopg.Connection[Any]) -> None:
        connection.execute("SELECT pg_advisory_lock_shared(%s, %s)", (self.address.key, self._number))

    def rows(self, query: str, values: Sequence[object] = (), *, binary: bool = False) -> list[tuple[Any, ...]]:
        """Return the rows of a query; ``%s`` stands for each value.

        A connection that was cut is replaced once, and the query run again: it only reads.

        Raises:
            BusyError: no connection is free.
            IndexDamaged: a table is not there any more.
            IndexUnreachable: the database does not answer.
        """
        with told(self.address):
            try:
                return self._rows(query, values, binary=binary)
            except (errors.OperationalError, errors.InterfaceError):
                with connect(self.address):  # refused at once where there is no server any more
                    pass
                self._pool.check()
                return self._rows(query, values, binary=binary)

    def _rows(self, query: str, values: Sequence[object], *, binary: bool) -> list[tuple[Any, ...]]:
        with self._connection() as connection:
            return connection.execute(query, values, binary=binary).fetchall()

    def stream(self, query: str, *, binary: bool = False) -> Iterator[tuple[Any, ...]]:
        """Yield the rows of a query, a few in memory at a time. Errors as :meth:`rows`."""
        with (
            told(self.address),
            self._connection() as connection,
            connection.transaction(),
            connection.cursor("streamed", binary=binary) as cursor,
        ):
            cursor.itersize = STREAMED
            cursor.execute(query)
            yield from cursor

    @contextmanager
    def _connection(self) -> Iterator[psycopg.Connection[tuple[Any, ...]]]:
        if not self._free.acquire(timeout=WAIT):
            raise BusyError(
                f"all {CONNECTIONS} connections to {self.address.name} are in use for {WAIT:.0f} s: ask again"
            )
        try:
            connection = self._connected()
            try:
                yield connection
            finally:
                self._pool.putconn(connection)
        finally:
            self._free.release()

    def _connected(self) -> psycopg.Connection[tuple[Any, ...]]:
        """Take a connection that nobody uses; the pool may have to make it first."""
        try:
            return self._pool.getconn(SOON)
        except PoolTimeout:
            with connect(self.address):  # the database is gone: whoever asks is told at once
                pass
            return self._pool.getconn(WAIT)

    def close(self) -> None:
        """Close every connection."""
        self._pool.close()
