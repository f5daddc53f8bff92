"""The generations of an index in a database: which there are, which one is asked, and the one who may write.

A schema named by the collection has two tables: a row a generation, with its manifest, and one row that names the
current one. A generation's own tables lie in a schema of their own, which is filled and checked before any row names
it; then one transaction names it. A writer that is killed before leaves a schema that nothing names, which the next one
removes. Whoever reads a generation holds its lock, and one that is held is not removed.
"""

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import replace
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import psycopg
from psycopg import errors, sql

from rag.errors import BusyError, IndexDamaged, IndexMissing, RagError, SourceError, first_line
from rag.index import manifest
from rag.index.generations import Generation
from rag.index.opened import Index
from rag.postgres import copy
from rag.postgres.address import address, is_collection
from rag.postgres.jobs import Jobs
from rag.postgres.opened import DatabaseIndex, missing
from rag.postgres.session import connect, told

_WRITER = 0
"""Number of the writer's lock; the others are those of generations."""
_REFUSED = (errors.InsufficientPrivilege, errors.FeatureNotSupported, errors.UndefinedFile, errors.DiskFull)
_TABLES = """
CREATE SCHEMA IF NOT EXISTS {collection};
CREATE TABLE IF NOT EXISTS {collection}.generation (
    number serial PRIMARY KEY, id text NOT NULL, built timestamptz NOT NULL DEFAULT now(), manifest text NOT NULL);
CREATE TABLE IF NOT EXISTS {collection}.current (
    one boolean PRIMARY KEY DEFAULT true CHECK (one), number integer NOT NULL REFERENCES {collection}.generation);
"""
_CURRENT = """
INSERT INTO {collection}.current (number) VALUES (%s) ON CONFLICT (one) DO UPDATE SET number = excluded.number
"""
_UNNAMED = """
SELECT substring(nspname FROM '[0-9]+$')::integer FROM pg_namespace WHERE nspname ~ ('^' || %s || '_g[0-9]+$')
AND NOT EXISTS (SELECT FROM {collection}.generation WHERE nspname = %s || '_g' || number)
"""
_Rows = list[tuple[Any, ...]]


class Database:
    """A collection of a database, as a :class:`rag.indexing.homes.Home`."""

    def __init__(self, url: str, name: str, models: Path) -> None:
        """Take the address of the database.

        Args:
            url: as ``--index`` was given it.
            name: the same, as messages call it.
            models: the folder below which encoders are kept.
        """
        self.name = name
        self._address = address(url, name)
        self._models = models
        self._writer: psycopg.Connection[Any] | None = None
        self._aside = Path()

    def open(self, *, verify: bool = False, threads: int = 2, load: bool = False) -> Index:
        while True:
            current = self._current()
            try:
                return self._opened(*current, verify=verify, threads=threads, load=load)
            except IndexDamaged:
                if self._current()[0] == current[0]:
                    raise
                # It was replaced, and then removed, while it was opened: open the one that is asked now.

    def listed(self) -> list[Generation]:
        current = self._current()[0]
        rows = self._read("SELECT number, id, built, manifest FROM {collection}.generation ORDER BY number DESC")
        found, damaged = [], None
        for number, identity, built, text in rows:
            try:
                about = self._about(identity, text)
            except IndexDamaged as error:
                damaged = damaged or error
                continue
            when = built.astimezone().isoformat(timespec="seconds")
            size, counts = about.total_bytes, about.counts
            found.append(Generation(identity, number == current, when, counts.documents, counts.passages, size))
        if damaged and not found:
            raise damaged
        return found

    def roll_back(self) -> str:
        with self.single_writer():
            others = [generation.id for generation in self.listed() if not generation.current]
            if not others:
                raise IndexMissing(f"no other generation in {self.name}: there is nothing to go back to")
            self._named(others[0], verify=True).close()
            self.make_current(others[0])
        return others[0]

    def prune(self) -> list[str]:
        with self.single_writer():
            number, identity, _ = self._current()
            self._named(identity, verify=True).close()
            removed = self._write("DELETE FROM {collection}.generation WHERE number != %s RETURNING id", (number,))
        return sorted(row[0] for row in removed)

    @contextmanager
    def single_writer(self) -> Iterator[None]:
        before = self._current_or_none()
        with connect(self._address) as database:
            try:
                row = database.execute("SELECT pg_try_advisory_lock(%s, %s)", (self._address.key, _WRITER)).fetchone()
                if row != (True,):
                    raise BusyError(f"another rag index is building {self.name}: wait for it to end")
                self._writer = database
                self._prepare()
                self._sweep()
                with TemporaryDirectory(prefix="quoteline-") as folder:
                    self._aside = Path(folder)
                    try:
                        yield
                    finally:
                        with suppress(psycopg.Error):  # what is left is removed by the next writer
                            self._sweep()
            except (*_REFUSED, OSError) as error:
                raise self._refused(error, before) from None
            except psycopg.Error as error:
                with told(self._address):
                    raise error from None
            finally:
                self._writer = None

    def is_sound(self, identity: str) -> bool:
        try:
            self._named(identity, verify=True).close()
        except (IndexDamaged, IndexMissing):
            return False
        return True

    def make_current(self, identity: str) -> None:
        find = "SELECT number FROM {collection}.generation WHERE id = %s ORDER BY number DESC LIMIT 1"
        self._write(_CURRENT, self._write(find, (identity,))[0])

    def aside(self) -> Path:
        path = self._aside / manifest.BUILDING
        path.mkdir()
        return path

    def swap_in(self, target: Path, identity: str) -> None:
        built = target.rename(target.with_name(identity))
        ((number,),) = self._write("SELECT nextval(pg_get_serial_sequence('{collection}.generation', 'number'))")
        about = self._filled(number, built)
        assert self._writer  # noqa: S101 (it is called inside single_writer)
        kept = self._kept(identity)
        with self._writer.transaction():
            values = (number, identity, about.sealed())
            self._write("INSERT INTO {collection}.generation (number, id, manifest) VALUES (%s, %s, %s)", values)
            self._write(_CURRENT, (number,))
            self._write("DELETE FROM {collection}.generation WHERE number != ALL(%s)", ([number, *kept],))

    def jobs(self) -> Jobs:
        return Jobs(self._address)

    def under_way(self) -> dict[str, Any]:
        with told(self._address), self.jobs() as jobs:
            return jobs.under_way()

    def _filled(self, number: int, built: Path) -> manifest.Manifest:
        """Fill a new schema with what was built, check it as a reader would, and return its manifest."""
        assert self._writer  # noqa: S101 (it is called inside single_writer)
        schema = sql.Identifier(self._address.schema(number))
        self._writer.execute(sql.SQL("CREATE SCHEMA {}").format(schema))
        (path,) = self._writer.execute("SHOW search_path").fetchone() or ("",)
        self._writer.execute(sql.SQL("SET search_path TO {}, " + path).format(schema))
        about = copy.fill(self._writer, built, manifest.read(built))
        self._writer.execute("SELECT set_config('search_path', %s, false)", (path,))

        def opened(search: manifest.VectorSearch) -> DatabaseIndex:
            return DatabaseIndex(self._address, number, replace(about, vectors=search), self._models, threads=1)

        with opened(manifest.VectorSearch("flat")) as stored:
            copy.check(stored, built)
        return copy.search(about, built, opened, partial(copy.link, self._writer, self._address.schema(number), about))

    def _kept(self, identity: str) -> list[int]:
        """Return the number of the generation that stays beside a new one: the way back."""
        rows = self._write("SELECT number, id FROM {collection}.generation ORDER BY number DESC")
        current = [row[0] for row in self._write("SELECT number FROM {collection}.current")]
        others = [number for number, other in rows if other != identity]  # a damaged one is built again
        return [number for number in others if number in current] or others[:1]

    def _prepare(self) -> None:
        if not self._write("SELECT FROM pg_extension WHERE extname = 'vector'"):
            self._write("CREATE EXTENSION vector")
        for statement in _TABLES.split(";")[:-1]:
            self._write(statement)

    def _sweep(self) -> None:
        """Remove the schemas that no row names, unless somebody reads them still."""
        assert self._writer  # noqa: S101 (it is called inside single_writer)
        for (number,) in self._write(_UNNAMED, (self._address.collection, self._address.collection)):
            with self._writer.transaction():
                ((free,),) = self._write("SELECT pg_try_advisory_xact_lock(%s, %s)", (self._address.key, number))
                if free:
                    schema = sql.Identifier(self._address.schema(number))
                    self._writer.execute(sql.SQL("DROP SCHEMA {} CASCADE").format(schema))

    def _refused(self, error: Exception, before: tuple[int, str] | None) -> SourceError:
        now = self._current_or_none()
        reason = self._address.hidden(first_line(error))
        left = (
            "the index is as it was" if now == before or now is None else f"generation {now[1]} is asked all the same"
        )
        if isinstance(error, OSError):
            return SourceError(f"the folder for what is built cannot be written ({reason}): set TMPDIR; {left}")
        remedy = "install pgvector there"
        if isinstance(error, errors.InsufficientPrivilege):
            remedy = "let its user create schemas and the extension vector"
        elif isinstance(error, errors.DiskFull):
            remedy = "free space there"
        return SourceError(f"{self.name} cannot be written ({reason}): {remedy}; {left}")

    def collections(self) -> dict[str, str]:
        """Return the id of the current generation of every collection of the database that has one, by its name."""
        tables = "SELECT nspname FROM pg_class JOIN pg_namespace ON pg_namespace.oid = relnamespace WHERE relname = %s"
        names = {name for (name,) in self._read(tables, ("generation",))}
        names &= {name for (name,) in self._read(tables, ("current",))}
        queries = [
            f"SELECT '{name}', id FROM {name}.generation JOIN {name}.current USING (number)"  # noqa: S608
            for name in sorted(names)
            if is_collection(name)
        ]
        return dict(self._read(" UNION ALL ".join(queries) + " ORDER BY 1")) if queries else {}

    def _current(self) -> tuple[int, str, str]:
        query = "SELECT number, id, manifest FROM {collection}.generation JOIN {collection}.current USING (number)"
        rows = self._read(query)
        if not rows:
            raise missing(self.name)
        number, identity, text = rows[0]
        return number, identity, text

    def _current_or_none(self) -> tuple[int, str] | None:
        with suppress(RagError):
            return self._current()[:2]
        return None

    def _named(self, identity: str, *, verify: bool) -> DatabaseIndex:
        query = "SELECT number, id, manifest FROM {collection}.generation WHERE id = %s ORDER BY number DESC LIMIT 1"
        rows = self._read(query, (identity,))
        if not rows:
            raise missing(self.name)
        return self._opened(*rows[0], verify=verify)

    def _opened(
        self, number: int, identity: str, text: str, *, verify: bool, threads: int = 2, load: bool = False
    ) -> DatabaseIndex:
        index = DatabaseIndex(self._address, number, self._about(identity, text), self._models, threads)
        try:
            index.check(verify=verify)
            return index.load() if load else index
        except BaseException:
            index.close()
            raise

    def _about(self, identity: str, text: str) -> manifest.Manifest:
        return manifest.unsealed(text, identity, f"{self.name} generation {identity}", self.name)

    def _read(self, query: str, values: tuple[object, ...] = ()) -> _Rows:
        """Return the rows of a query about generations, by a connection of its own; none where nothing was built."""
        with connect(self._address) as database, told(self._address):
            try:
                return database.execute(self._filled_in(query), values).fetchall()
            except (errors.UndefinedTable, errors.InvalidSchemaName):
                return []

    def _write(self, query: str, values: tuple[object, ...] = ()) -> _Rows:
        """Run a statement about generations by the writer's connection, which has its lock."""
        assert self._writer  # noqa: S101 (it is called inside single_writer)
        cursor = self._writer.execute(self._filled_in(query), values)
        return cursor.fetchall() if cursor.description is not None else []

    def _filled_in(self, query: str) -> Any:
        return query.replace("{collection}", self._address.collection)
