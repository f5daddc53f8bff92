"""Jobs of a build, which other hosts may do: rows of the database that the index lies in.

Whoever builds lists what is to be done; whoever is free takes a row (``SKIP LOCKED``) and writes the result beside it.
A row's key is the SHA-256 of all that its result depends on: each is done once, and a build that was cut finds what
was done. Who took a row and gave no sign for ``LEASE`` seconds counts as dead, and the row is given out again.

The tables are a build's scratch: no reader of a generation sees them, and those of another version are made anew.
"""

import json
from collections.abc import Iterable, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple, Self

from rag.postgres.address import Address
from rag.postgres.session import connect, told

VERSION = 1
"""Of the tables. Raised whenever they, or what stands in them, changes."""
LEASE = 20.0
"""Seconds without a sign after which a worker counts as dead."""
BEAT = 4.0
"""Seconds between its signs."""
TRIES = 3
"""So often a job is given to workers; then only the one who builds does it, who says what is wrong with it."""
PIECE = 2**20
"""Bytes of the encoder's files in one row."""
PARSE = "parse"
"""The kind of job that parses a file; those of texts are of kinds that name their encoder."""
RATED = 60
"""Seconds over which the rate is told."""

_TABLES = """
DROP TABLE IF EXISTS {collection}.work, {collection}.job, {collection}.worker, {collection}.file;
CREATE TABLE {collection}.work (
    version integer NOT NULL, recipe text, encoder text, canaries text, sent text,
    stage text, done bigint, total bigint, began timestamptz);
CREATE TABLE {collection}.job (
    key text PRIMARY KEY, number bigserial, kind text NOT NULL, recipe text NOT NULL, size integer NOT NULL,
    given bytea, result bytea, worker text, tries integer NOT NULL DEFAULT 0, finished timestamptz);
CREATE INDEX job_open ON {collection}.job (number) WHERE result IS NULL;
CREATE TABLE {collection}.worker (
    name text PRIMARY KEY, builds boolean NOT NULL, seen timestamptz NOT NULL DEFAULT now(),
    files bigint NOT NULL DEFAULT 0, passages bigint NOT NULL DEFAULT 0);
CREATE TABLE {collection}.file (name text NOT NULL, part integer NOT NULL, bytes bytea STORAGE EXTERNAL NOT NULL);
INSERT INTO {collection}.work (version) VALUES (%s);
"""
_ALIVE = "seen > now() - make_interval(secs => %(lease)s)"
_FREE = f"(worker IS NULL OR worker != ALL(ARRAY(SELECT name FROM {{collection}}.worker WHERE {_ALIVE})))"  # noqa: S608
_CLAIM = f"""
UPDATE {{collection}}.job SET worker = %(name)s, tries = tries + 1 WHERE key = (
    SELECT key FROM {{collection}}.job WHERE result IS NULL AND recipe = %(recipe)s AND kind = ANY(%(kinds)s)
    AND (tries < %(tries)s OR %(builds)s)
    AND {_FREE} AND EXISTS (SELECT FROM {{collection}}.worker WHERE name = %(name)s AND {_ALIVE})
    ORDER BY number LIMIT 1 FOR UPDATE SKIP LOCKED)
RETURNING key, kind, size, given
"""  # noqa: S608 (a query of our own)
_FINISH = """
WITH done AS (
    UPDATE {collection}.job SET result = %(result)s, given = NULL, worker = %(name)s, finished = now()
    WHERE key = %(key)s AND result IS NULL RETURNING kind, size)
UPDATE {collection}.worker SET files = files + (done.kind = 'parse')::integer * done.size,
    passages = passages + (done.kind != 'parse')::integer * done.size FROM done WHERE name = %(name)s
"""
_BEAT = """
INSERT INTO {collection}.worker (name, builds) VALUES (%s, %s) ON CONFLICT (name) DO UPDATE SET seen = now()
"""
_UNDER_WAY = """
SELECT stage, done, total, extract(epoch FROM now() - began)::float,
    (SELECT count(*) FROM {collection}.job WHERE result IS NOT NULL),
    (SELECT count(*) FROM {collection}.job WHERE result IS NULL),
    (SELECT coalesce(sum(size), 0)::float FROM {collection}.job
        WHERE finished > now() - make_interval(secs => %s) AND (kind = 'parse') = (stage = 'read'))
FROM {collection}.work WHERE stage IS NOT NULL
"""


class Job(NamedTuple):
    """One thing to do."""

    key: str
    kind: str
    size: int
    """Files or passages in it."""
    given: bytes


@dataclass(frozen=True, slots=True)
class BuildNotice:
    """What the tables say of a build, to whoever would take part."""

    version: int
    recipe: str | None
    """As JSON, what a worker must have in common with the one who builds; None while nothing was ever built."""
    encoder: str | None
    """Of the texts that are listed now."""
    canaries: tuple[str, ...]
    """What that encoder gives where the index is built."""
    sent: bool
    """Whether its files are in the database."""


class Jobs:
    """The jobs of one collection, by a connection of its own. Safe to share between threads.

    Its errors are those of psycopg, which whoever holds the index's lock turns into those that a user can meet.
    """

    def __init__(self, address: Address) -> None:
        """Connect.

        Raises:
            IndexUnreachable: the database does not answer.
        """
        self.address = address
        self._database = connect(address)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._database.close()

    def told(self) -> AbstractContextManager[None]:
        """Turn errors of the database into those that a user can meet: :func:`rag.postgres.session.told`."""
        return told(self.address)

    def begin(self, recipe: str) -> None:
        """Begin a build, or go on with one that was cut. Only whoever holds the index's lock may.

        Args:
            recipe: as :class:`BuildNotice` has it; what was done by another one is not used.
        """
        with self._database.transaction():
            if self._version() != VERSION:
                for statement in _TABLES.split(";")[:-1]:
                    self._run(statement, (VERSION,) if "%s" in statement else None)
            self._run("UPDATE {collection}.work SET recipe = %s, encoder = NULL, canaries = NULL", (recipe,))
            # There is no other builder: this one has the lock.
            self._run(f"DELETE FROM {{collection}}.worker WHERE builds OR NOT {_ALIVE}", {"lease": LEASE})  # noqa: S608
            # What is not done is listed again if it is still wanted; but what a worker is at it may end.
            query = f"DELETE FROM {{collection}}.job WHERE recipe != %(recipe)s OR result IS NULL AND {_FREE}"  # noqa: S608
            self._run(query, {"recipe": recipe, "lease": LEASE})

    def end(self) -> None:
        """Forget what was done: a generation has it."""
        self._run("TRUNCATE {collection}.job")
        self._run("UPDATE {collection}.work SET stage = NULL, encoder = NULL, canaries = NULL")

    def use(self, encoder: str, canaries: Sequence[str]) -> None:
        """Say by which encoder texts are encoded, and forget what another one gave."""
        self._run("DELETE FROM {collection}.job WHERE kind NOT IN (%s, %s)", (PARSE, encoder))
        self._run("UPDATE {collection}.work SET encoder = %s, canaries = %s", (encoder, json.dumps(canaries)))

    def send(self, folder: Path, encoder: str) -> bool:
        """Put an encoder's files into the database once another host is there; tell whether it has them."""
        if self._run("SELECT FROM {collection}.work WHERE sent = %s", (encoder,)):
            return True
        if not self._run("SELECT FROM {collection}.worker WHERE NOT builds AND " + _ALIVE, {"lease": LEASE}):
            return False
        with self._database.transaction():
            self._run("DELETE FROM {collection}.file")
            for path in sorted(path for path in folder.rglob("*") if path.is_file()):
                pieces = range(0, path.stat().st_size, PIECE) or (0,)
                with path.open("rb") as file:
                    for part, _ in enumerate(pieces):
                        row = (path.relative_to(folder).as_posix(), part, file.read(PIECE))
                        self._run("INSERT INTO {collection}.file VALUES (%s, %s, %s)", row)
            self._run("UPDATE {collection}.work SET sent = %s", (encoder,))
        return True

    def fetch(self, folder: Path) -> None:
        """Write the encoder's files into a folder."""
        for name, part in self._run("SELECT name, part FROM {collection}.file ORDER BY name, part"):
            query = "SELECT bytes FROM {collection}.file WHERE name = %s AND part = %s"
            path = folder / name
            path.parent.mkdir(parents=True, exist_ok=True)
            with path.open("ab") as file:
                file.writelines(row[0] for row in self._run(query, (name, part), binary=True))

    def asked(self) -> BuildNotice | None:
        """Return what is asked of a worker; None where nothing was ever built with these tables."""
        version = self._version()
        if version != VERSION:
            return BuildNotice(version, None, None, (), sent=False) if version else None
        ((recipe, encoder, canaries, sent),) = self._run(
            "SELECT recipe, encoder, canaries, sent FROM {collection}.work"
        )
        return BuildNotice(version, recipe, encoder, tuple(json.loads(canaries or "[]")), sent=sent == encoder)

    def add(self, recipe: str, jobs: Iterable[Job]) -> None:
        """List jobs; one that is listed or done already stays as it is."""
        query = (
            "INSERT INTO {collection}.job (key, kind, size, given, recipe) VALUES (%s, %s, %s, %s, %s)"
            " ON CONFLICT (key) DO NOTHING"
        )
        with self._database.cursor() as cursor:
            cursor.executemany(self._named(query), [(*job, recipe) for job in jobs])

    def claim(self, name: str, recipe: str, kinds: Sequence[str], *, builds: bool) -> Job | None:
        """Take the first job of some kinds that nobody who lives has taken; None if there is none."""
        values = {"name": name, "recipe": recipe, "kinds": list(kinds), "builds": builds}
        rows = self._run(_CLAIM, {**values, "tries": TRIES, "lease": LEASE}, binary=True)
        return Job(*rows[0]) if rows else None

    def finish(self, key: str, result: bytes, name: str) -> None:
        """Write what a job gave, unless another has."""
        self._run(_FINISH, {"key": key, "result": result, "name": name})

    def leave(self, key: str) -> None:
        """Leave a job to the one who builds."""
        query = "UPDATE {collection}.job SET tries = %s, worker = NULL WHERE key = %s AND result IS NULL"
        self._run(query, (TRIES, key))

    def done(self, keys: Sequence[str]) -> set[str]:
        """Return those of some jobs that have a result."""
        query = "SELECT key FROM {collection}.job WHERE key = ANY(%s) AND result IS NOT NULL"
        return {key for (key,) in self._run(query, (list(keys),))}

    def result(self, key: str) -> bytes | None:
        """Return what a job gave, if it is done."""
        query = "SELECT result FROM {collection}.job WHERE key = %s AND result IS NOT NULL"
        return next((row[0] for row in self._run(query, (key,), binary=True)), None)

    def beat(self, name: str, *, builds: bool) -> None:
        """Give a sign that a worker lives, as soon as there are tables for it."""
        if self._version() == VERSION:
            self._run(_BEAT, (name, builds))

    def go(self, name: str) -> None:
        """Take a worker out: what it has begun is free at once."""
        self._run("DELETE FROM {collection}.worker WHERE name = %s", (name,))

    def tell(self, stage: str, done: int, total: int) -> None:
        """Note how far a build is, for whoever asks."""
        query = (
            "UPDATE {collection}.work SET began = CASE WHEN stage = %(s)s THEN began ELSE now() END,"
            " stage = %(s)s, done = %(d)s, total = %(t)s"
        )
        self._run(query, {"s": stage, "d": done, "t": total})

    def under_way(self) -> dict[str, Any]:
        """Return what ``rag status --json`` says of a build and its workers: ``building`` and ``workers``."""
        if self._version() != VERSION:
            return {"building": None, "workers": []}
        query = "SELECT name, builds, files, passages, extract(epoch FROM now() - seen)::float FROM {collection}.worker"
        workers = [
            {"name": name, "builds": builds, "files": files, "passages": passages, "seen_s": round(seen, 1)}
            for name, builds, files, passages, seen in self._run(query + " WHERE " + _ALIVE, {"lease": LEASE})
        ]
        building = None
        for stage, done, total, seconds, finished, left, last in self._run(_UNDER_WAY, (RATED,)):
            building = {
                "stage": stage,
                "done": done,
                "total": total,
                "per_s": round(last / min(max(seconds, 1), RATED), 2),
                "jobs_done": finished,
                "jobs_left": left,
            }
        return {"building": building, "workers": sorted(workers, key=lambda one: one["name"])}

    def _version(self) -> int:
        if self._run("SELECT to_regclass('{collection}.work')") == [(None,)]:
            return 0
        return int(self._run("SELECT version FROM {collection}.work")[0][0])

    def _named(self, query: str) -> Any:
        return query.replace("{collection}", self.address.collection)

    def _run(self, query: str, values: Any = None, *, binary: bool = False) -> list[tuple[Any, ...]]:
        cursor = self._database.execute(self._named(query), values, binary=binary)
        return cursor.fetchall() if cursor.description is not None else []
