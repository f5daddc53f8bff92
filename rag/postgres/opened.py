"""A generation in a database, opened for reading."""

from dataclasses import asdict
from functools import cached_property
from pathlib import Path
from shutil import rmtree
from tempfile import mkdtemp
from typing import TYPE_CHECKING

from rag.errors import IndexDamaged, IndexMissing
from rag.index import manifest as manifests
from rag.index.opened import Index
from rag.models import encode
from rag.postgres import neighbours
from rag.postgres.address import Address
from rag.postgres.postings import Postings
from rag.postgres.session import Session
from rag.postgres.store import DatabaseStore
from rag.postgres.tables import Table, tables

if TYPE_CHECKING:
    from rag.index.vectors import Neighbours, Signs

ENCODERS = "encoders"
"""Folder below that of the models: the encoder of each index that was opened here, by its content."""


class DatabaseIndex(Index):
    """One generation of a database, read-only. It holds the generation's lock until it is closed."""

    def __init__(  # it opens no files, as the class above does
        self, address: Address, number: int, manifest: manifests.Manifest, models: Path, threads: int
    ) -> None:
        self.manifest = manifest
        self.id = manifest.id
        self.number = number
        self.home = address.name
        self.collections = (address.collection,)
        self.place = f"{address.name} generation {self.id}"
        self.path = (
            models / ENCODERS / manifests.digest({name: asdict(kept) for name, kept in manifest.files.items()})[:16]
        )
        self._threads = threads
        effort = manifest.vectors.ef_search
        # Behind so many candidates the search goes on where more are asked for.
        options = f"-c hnsw.ef_search={effort} -c hnsw.iterative_scan=strict_order" if effort else ""
        self.session = Session(address, number, options)
        self.store = DatabaseStore(self.session)

    def named(self) -> str:
        """Return the id of the generation that is current where this one lies."""
        return current(self.session)[1]

    def check(self, *, verify: bool) -> None:
        """Compare the tables with the manifest.

        Args:
            verify: add up every row, however many.

        Raises:
            IndexDamaged: the first table that differs, by name.
        """
        small = self.manifest.total_bytes <= manifests.HASHED_AT_OPEN
        for table in self._tables():
            kept = self.manifest.tables[table.name]
            if verify or (small and table.name != "file"):  # the encoder's files are hashed when they are read
                ((rows, total),) = self.session.rows(table.held_sum())
                if (rows, total) != (kept.rows, kept.sum):
                    raise self._not_as_built(f"table {table.name} does not hold the rows that were built")
            elif "id" in table.columns:
                ((last,),) = self.session.rows(f"SELECT coalesce(max(id), -1) FROM {table.name}")  # noqa: S608
                if last != kept.rows - 1:
                    raise self._not_as_built(f"table {table.name} does not have {kept.rows} rows")
            else:
                self.session.rows(f"SELECT 1 FROM {table.name} LIMIT 1")  # noqa: S608 (a name of our own)

    def _tables(self) -> list[Table]:
        """Return the tables that it has: a generation of an earlier version has no signs."""
        return [table for table in tables(self.manifest.encoder.dimension) if table.name in self.manifest.tables]

    def _not_as_built(self, problem: str) -> IndexDamaged:
        return IndexDamaged(f"{self.place}: {problem}: {manifests.rebuild(self.home)}")

    @cached_property
    def _encoder_folder(self) -> Path:
        """Where the encoder's files lie: they come out of the database once, and are hashed each time."""
        folder = self.path / manifests.ENCODER
        if not self._is_here(self.path):
            self.path.parent.mkdir(parents=True, exist_ok=True)
            aside = Path(mkdtemp(dir=self.path.parent, prefix=".reading-"))
            try:
                for name in self.manifest.files:
                    (aside / name).parent.mkdir(exist_ok=True)
                    with (aside / name).open("wb") as file:
                        parts = self.session.rows("SELECT count(*) FROM file WHERE name = %s", (name,))[0][0]
                        for part in range(parts):
                            query = "SELECT bytes FROM file WHERE name = %s AND part = %s"
                            file.write(self.session.rows(query, (name, part), binary=True)[0][0])
                if not self._is_here(aside):
                    raise self._not_as_built("the encoder does not have the bytes that were built")
                rmtree(self.path, ignore_errors=True)
                aside.rename(self.path)
            except OSError:
                if not self._is_here(self.path):  # another process may have been first
                    raise
            finally:
                rmtree(aside, ignore_errors=True)
        return folder

    @property
    def encoder_folder(self) -> Path:
        """Where the files of the encoder lie, on this machine."""
        return self._encoder_folder

    def _is_here(self, folder: Path) -> bool:
        return all(
            (folder / name).is_file() and encode.file_sha256(folder / name) == kept.sha256
            for name, kept in self.manifest.files.items()
        )

    @cached_property
    def vectors(self) -> "Neighbours":
        """The passages' vectors: row n is passage n's."""
        dimension = self.manifest.encoder.dimension
        if not neighbours.are_held(len(self), dimension):
            signs = self._signs() if self.manifest.vectors.kind == "signs" else None
            return neighbours.DatabaseNeighbours(self.session, len(self), dimension, self.manifest.vectors, signs)
        found = neighbours.held(self.session, dimension, self._threads)
        if len(found) != len(self):
            raise self._not_as_built(f"table embedding does not have {len(self)} rows")
        return found

    def _signs(self) -> "Signs":
        from rag.index.vectors import Signs

        (table,) = (table for table in self._tables() if table.name == "sign")
        rows = list(self.session.stream("SELECT part, bytes FROM sign ORDER BY part", binary=True))
        if str(sum(map(table.summed, rows))) != self.manifest.tables[table.name].sum:
            raise self._not_as_built(f"table {table.name} does not hold the rows that were built")
        return Signs(neighbours.signs_of(rows, len(self)), self._threads)

    @cached_property
    def lexical(self) -> Postings:
        """BM25 over the passages."""
        return Postings(self.session, len(self))


def missing(name: str) -> IndexMissing:
    """Return the error that a database has no index."""
    return IndexMissing(f"no index in {name}: build one with rag index --index {name}")


def current(session: Session) -> tuple[int, str]:
    """Return the number and the id of the current generation."""
    collection = session.address.collection
    rows = session.rows(
        f"SELECT number, id FROM {collection}.generation JOIN {collection}.current USING (number)"  # noqa: S608
    )
    if not rows:
        raise missing(session.address.name)
    return rows[0][0], rows[0][1]
