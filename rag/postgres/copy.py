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
from rag.postgres.neighbours import EFFORTS, are_held, sent, signs_are_held
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
        The manifest of the tables. How vectors that nobody holds are searched is measured later.
    """
    passages, dimension = about.counts.passages, about.encoder.dimension
    signed = not are_held(passages, dimension) and signs_are_held(passages, dimension)
    encoder = {name: kept for name, kept in about.files.items() if name.startswith(f"{manifest.ENCODER}/")}
    held: dict[str, manifest.StoredTable] = {}
    with closing(vectors.VectorStore.open(built, manifest.VectorSearch("flat"))) as flat:
        for table in tables(dimension):
            rows, total = table.fill(database, _rows(table, built, list(encoder), flat, signed=signed))
            for statement in table.after:
                database.execute(statement)
            database.execute(f"ANALYZE {table.name}")
            size = 0 if table.name == "file" else _size(database, table.name)  # of files: beside their names
            held[table.name] = manifest.StoredTable(size, rows, str(total))
    return replace(about, vectors=manifest.VectorSearch("flat"), files=encoder, tables=held)


def link(database: Connection[Any], schema: str, about: manifest.Manifest) -> manifest.Manifest:
    """Link the vectors of a generation (HNSW); return its manifest, with the size that they have now.

    By halves of their numbers: with half the memory, of which linking and searching need all. What is found so is
    compared as it is.
    """
    dimension = about.encoder.dimension
    table = f"{schema}.embedding"
    # With less memory the last vectors take many times as long.
    linking = about.counts.passages * (2 * dimension + NODE) // 1024
    database.execute(f"SET maintenance_work_mem = {min(max(linking, LEAST_LINKING_KB), MOST_LINKING_KB)}")
    statement = f"CREATE INDEX embedding_hnsw ON {table} USING hnsw ((vector::halfvec({dimension})) halfvec_ip_ops)"
    try:
        database.execute(statement)
    except (errors.DiskFull, errors.OutOfMemory):  # in shared memory, of which a container has little
        database.execute("SET max_parallel_maintenance_workers = 0")
        database.execute(statement)
    linked = replace(about.tables["embedding"], bytes=_size(database, table))
    return replace(about, tables={**about.tables, "embedding": linked})


def _size(database: Connection[Any], table: str) -> int:
    """Return the bytes of a table and all that belongs to it."""
    (size,) = database.execute("SELECT pg_total_relation_size(%s::regclass)", (table,)).fetchone() or (0,)
    return int(size)


def check(stored: DatabaseIndex, built: Path) -> None:
    """Read what was written as a reader will: every row, and of some passages the neighbours and the words.

    Raises:
        IndexDamaged: it is not what was built.
    """
    stored.check(verify=True)
    lexical = Lexical(built / manifest.BM25)
    with closing(vectors.VectorStore.open(built, manifest.VectorSearch("flat"))) as flat:
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


def search(
    about: manifest.Manifest,
    built: Path,
    opened: Callable[[manifest.VectorSearch], DatabaseIndex],
    linked: Callable[[], manifest.Manifest],
) -> manifest.Manifest:
    """Return the manifest of a generation with how its vectors are to be searched: so that enough is found.

    Args:
        about: of the tables.
        built: the folder that they are of.
        opened: opens the generation with what the manifest says of its vectors.
        linked: links them, where their signs are not held or find too little.
    """
    passages, dimension = about.counts.passages, about.encoder.dimension
    if are_held(passages, dimension):
        return about
    with closing(vectors.VectorStore.open(built, manifest.VectorSearch("flat"))) as flat:
        asked = vectors.probes(flat)

    def measured(search: manifest.VectorSearch) -> tuple[bool, manifest.VectorSearch]:
        with opened(search) as stored:
            recall = vectors.measured(stored.vectors, asked)
        return recall.found >= vectors.RECALL, recall.of(search)

    best = manifest.VectorSearch("flat")
    if signs_are_held(passages, dimension):
        enough, best = measured(manifest.VectorSearch("signs"))
        if enough:
            return replace(about, vectors=best)
    if dimension <= MOST_INDEXED:
        about = linked()
        for effort in EFFORTS:
            enough, best = measured(manifest.VectorSearch(LINKED, ef_search=effort))
            if enough:
                return replace(about, vectors=best)
    return replace(about, vectors=replace(best, kind="flat", ef_search=None))


def _rows(table: Table, built: Path, encoder: list[str], flat: vectors.VectorStore, *, signed: bool) -> Iterator[Row]:
    if table.name == "posting":
        for term, passages, weights in Lexical(built / manifest.BM25).postings():
            yield term, passages.astype("<i4").tobytes(), weights.astype("<f4").tobytes()
    elif table.name == "embedding":
        for start in range(0, len(flat), BLOCK):
            ids = np.arange(start, min(start + BLOCK, len(flat)))
            yield from ((int(number), sent(row)) for number, row in zip(ids, flat.rows(ids), strict=True))
    elif table.name == "sign":
        starts = range(0, len(flat) if signed else 0, BLOCK)
        signs = (vectors.signs(flat.rows(np.arange(start, min(start + BLOCK, len(flat))))) for start in starts)
        yield from ((part, block.tobytes()) for part, block in enumerate(signs))
    elif table.name == "file":
        for name in encoder:
            with (built / name).open("rb") as file:
                for part, piece in enumerate(iter(lambda: file.read(PIECE), b"")):
                    yield name, part, piece
    else:
        columns = ", ".join(f'"{name}"' for name in table.columns)
        with closing(sqlite3.connect(built / manifest.STORE)) as store:
            yield from store.execute(f"SELECT {columns} FROM {table.name} ORDER BY id")  # noqa: S608 (names of our own)
