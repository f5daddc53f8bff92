"""Several collections of a database, or every one, as one index: for asking alone."""

from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any

from rag.errors import IndexMissing, UsageError
from rag.index.generations import Generation
from rag.index.joined import Joined, joined_id
from rag.index.opened import Index
from rag.postgres.address import is_collection
from rag.postgres.database import Database
from rag.postgres.jobs import Jobs
from rag.postgres.opened import missing

EVERY = "*"
"""In the place of a collection's name: whichever there are."""


class Collections:
    """Collections of a database, as a :class:`rag.indexing.homes.Home` that can only be opened."""

    def __init__(self, url: str, name: str, wanted: str, models: Path) -> None:
        """Take the address of the database.

        Args:
            url: without collections.
            name: with them, as messages call it.
            wanted: names with commas between them, or ``EVERY``.
            models: the folder below which encoders are kept.

        Raises:
            UsageError: the address cannot be used.
        """
        self.name = name
        self._url = url
        self._bare = name.partition("#")[0]
        self._wanted = () if wanted == EVERY else tuple(dict.fromkeys(part.strip() for part in wanted.split(",")))
        self._models = models
        self._one = self._database(self._wanted[0] if self._wanted else None)
        for other in self._wanted[1:]:
            self._database(other)  # whose name may be none of a collection

    def open(self, *, verify: bool = False, threads: int = 2, load: bool = False) -> Index:
        parts: dict[str, Index] = {}
        try:
            for name in self._wanted or self._current():
                parts[name] = self._database(name).open(verify=verify, threads=threads)
            if not parts:
                raise missing(self._bare)
            index = Joined(parts, self.name, lambda: joined_id(self._current()))
            return index.load() if load else index
        except BaseException:
            for part in parts.values():
                part.close()
            raise

    def listed(self) -> list[Generation]:
        raise self._one_alone()

    def roll_back(self) -> str:
        raise self._one_alone()

    def prune(self) -> list[str]:
        raise self._one_alone()

    def single_writer(self) -> AbstractContextManager[None]:
        raise self._one_alone()

    def is_sound(self, identity: str) -> bool:
        raise self._one_alone(identity)

    def make_current(self, identity: str) -> None:
        raise self._one_alone(identity)

    def aside(self) -> Path:
        raise self._one_alone()

    def swap_in(self, target: Path, identity: str) -> None:
        raise self._one_alone(target, identity)

    def jobs(self) -> Jobs:
        raise self._one_alone()

    def under_way(self) -> dict[str, Any]:
        return {}

    def _database(self, collection: str | None) -> Database:
        mark = f"#{collection}" if collection else ""
        return Database(self._url + mark, self._bare + mark, self._models)

    def _current(self) -> dict[str, str]:
        """Return the id of the current generation of each collection."""
        found = self._one.collections()
        for name in self._wanted:
            if name not in found:
                raise IndexMissing(
                    f"no index in {self._bare}#{name}: build one with rag index --index {self._bare}#{name}"
                )
        return {name: found[name] for name in self._wanted or found if is_collection(name)}

    def _one_alone(self, *_: object) -> UsageError:
        return UsageError(f"{self.name} is of several collections, which are only asked together: name one of them")
