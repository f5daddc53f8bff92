"""Copies a generation that was built in a folder into tables, and checks what came of it."""

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
from psycopg import Connection, errors

from rag.errors import IndexDamaged
from rag.index import manifest, vectors
from rag.index.bm25 import Lexical
from rag.postgres.neighbours import EFFORTS, are_held, sent
from rag.postgres.opened import DatabaseIndex
from rag.postgres.tables import LINKED, MOST_INDEXED, Row, Table, tables

PIECE = 2**20
"""Bytes of a file in one row."""
BLOCK = 1024
"""Vectors in memory together."""
NODE = 1024
"""Bytes that linking takes of each vector besides its numbers: some 700, and what it sets aside."""
LEAST_LINKING_KB, MOST_LINKING_KB = 64 * 2**10, 4 * 2**20
"""Kilobytes of the server's memory that linking may take."""
PROBES = 8
"""Passages whose neighbours and words are looked for on both sides before a generation is asked."""


def fill(database: Connection[Any], built: Path, about: manifest.Manifest) -> manifest.Manifest:
    """Fill the tables of a new schema, which the connection's search path names.

    Args:
        database: a connection.
        built: the folder of a finished generation.
        about: its manifest.

    Returns:
        The manifest of the tables. How linked vectors are searched is measured later.
    """
    passages, dimension = about.counts.passages, about.encoder.dimension
    linked = not are_held(passages, dimension) and dimension <= MOST_INDEXED
    encoder = {name: kept for name, kept in about.files.items() if name.startswith(f"{manifest.ENCODER}/")}
    held: dict[str, manifest.StoredTable] = {}
    with closing(vectors.VectorStore.open(built, manifest.Search("flat"))) as flat:
        for table in tables(dimension, linked=linked):
            rows, total = table.fill(database, _rows(table, built, list(encoder), flat))
            for statement in table.after:
                _after(database, statement, passages * (2 * dimension + NODE))
            database.execute(f"ANALYZE {table.name}")
            (size,) = database.execute("SELECT pg_total_relation_size(%s::regclass)", (table.name,)).fetchone() or (0,)
            size = 0 if table.name == "file" else size  # those of the encoder's files stand beside their names
            held[table.name] = manifest.StoredTable(size, rows, str(total))
    return replace(about, vectors=manifest.Search(LINKED if linked else "flat"), files=encoder, tables=held)


def _after(database: Connection[Any], statement: str, linking: int) -> None:
    """Do what is done to a table once it is filled.

    Args:
        database: a connection.
        statement: what is done.
        linking: bytes that linking its vectors takes: with less memory the last ones take many times as long.
    """
    if " USING hnsw " not in statement:
        database.execute(statement)
        return
    database.execute(f"SET maintenance_work_mem = {min(max(linking // 1024, LEAST_LINKING_KB), MOST_LINKING_KB)}")
    try:
        database.execute(statement)
    except (errors.DiskFull, errors.OutOfMemory):  # in shared memory, of which a container has little
        database.execute("SET max_parallel_maintenance_workers = 0")
        database.execute(statement)


def check(stored: DatabaseIndex, built: Path) -> None:
    """Read what was written as a reader will: every row, and of some passages the neighbours and the words.

    Raises:
        IndexDamaged: it is not what was built.
    """
    stored.check(verify=True)
    lexical = Lexical(built / manifest.BM25)
    with closing(vectors.VectorStore.open(built, manifest.Search("flat"))) as flat:
        for number in np.random.default_rng(0).integers(len(flat), size=PROBES):
            own = flat.rows(np.array([number]))
            if not np.array_equal(stored.vectors.rows(np.array([number])), own):
                raise IndexDamaged(f"{stored.place}: the vector of passage {number} is not the one that was built")
            among = np.arange(max(0, int(number) - PROBES), min(len(flat), int(number) + PROBES))
            if stored.vectors.nearest(own[0], 1, among)[0] != flat.nearest(own[0], 1, among)[0]:
                raise IndexDamaged(f"{stored.place}: another neighbour of passage {number} is found")
        terms = [term for _, (term, _, _) in zip(range(PROBES), lexical.postings(), strict=False)]
        if not np.array_equal(stored.lexical.scores(terms), lexical.scores(terms)):
            raise IndexDamaged(f"{stored.place}: its words have other weights than were built")


def search(opened: Callable[[manifest.Search], DatabaseIndex], built: Path) -> manifest.Search:
    """Return how the linked vectors are to be searched, for the manifest: with the least effort that finds enough.

    Args:
        opened: opens the generation with what the manifest says of its vectors.
        built: the folder that it is of.
    """
    with closing(vectors.VectorStore.open(built, manifest.Search("flat"))) as flat:
        asked = vectors.probes(flat)
    for effort in EFFORTS:
        linked = manifest.Search(LINKED, ef_search=effort)
        with opened(linked) as stored:
            recall = vectors.measured(stored.vectors, asked)
        if recall.found >= vectors.RECALL:
            return recall.of(linked)
    return recall.of(manifest.Search("flat"))


def _rows(table: Table, built: Path, encoder: list[str], flat: vectors.VectorStore) -> Iterator[Row]:
    if table.name == "posting":
        for term, passages, weights in Lexical(built / manifest.BM25).postings():
            yield term, passages.astype("<i4").tobytes(), weights.astype("<f4").tobytes()
    elif table.name == "embedding":
        for start in range(0, len(flat), BLOCK):
            ids = np.arange(start, min(start + BLOCK, len(flat)))
            yield from ((int(number), sent(row)) for number, row in zip(ids, flat.rows(ids), strict=True))
    elif table.name == "file":
        for name in encoder:
            with (built / name).open("rb") as file:
                for part, piece in enumerate(iter(lambda: file.read(PIECE), b"")):
                    yield name, part, piece
    else:
        columns = ", ".join(f'"{name}"' for name in table.columns)
        with closing(sqlite3.connect(built / manifest.STORE)) as store:
            yield from store.execute(f"SELECT {columns} FROM {table.name} ORDER BY id")  # noqa: S608 (names of our own)
