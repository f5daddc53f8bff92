"""The vectors of a generation: few are held in memory by whoever asks; of more their signs, as an index folder does.

Where not even these are held, or find too little, pgvector's HNSW searches.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import islice
from typing import TYPE_CHECKING, Any

import numpy as np
import psycopg
from numpy.typing import NDArray
from psycopg.adapt import Dumper
from psycopg.pq import Format

from rag.index.manifest import VectorSearch
from rag.index.vectors import Signs, VectorStore, cosines
from rag.postgres.session import STREAMED, Session
from rag.postgres.tables import LINKED

if TYPE_CHECKING:
    from rag.models.encode import Vectors

HELD = 64 * 2**20
"""Bytes of vectors that each process holds in memory: all are compared there, as those of an index folder are."""
HELD_SIGNS = 256 * 2**20
"""Bytes of signs that each process holds in memory, a bit for each number: those that agree best are compared here."""
EFFORTS = (100, 200, 400, 800)
"""Of a search by HNSW (``hnsw.ef_search``): the first that finds enough is kept; if none does, searches are exact."""

_LINKED = {
    LINKED: "vector::halfvec({dimension}) <#> %s::halfvec({dimension})",
    "hnsw": "vector <#> %s::vector",  # as earlier versions linked them
}
"""What rows are ordered by to find the nearest by links, by how they are linked."""
INTEGER = psycopg.adapters.types["int4"]
_HEADER = 4
"""Bytes before the numbers of a vector on the wire, which are big-endian."""


def are_held(passages: int, dimension: int) -> bool:
    """Tell whether the vectors of a generation are so few that whoever asks holds them in memory."""
    return passages * dimension * 4 <= HELD


def signs_are_held(passages: int, dimension: int) -> bool:
    """Tell whether the signs of vectors that are not held themselves are so few that they are."""
    return passages * -(-dimension // 8) <= HELD_SIGNS


def signs_of(rows: Sequence[tuple[int, bytes]], passages: int) -> NDArray[np.uint8]:
    """Return the signs of a generation's vectors, shape ``(passages, dimension / 8)``, from the pieces of them."""
    return np.frombuffer(b"".join(piece for _, piece in rows), np.uint8).reshape(passages, -1)


def held(session: Session, dimension: int, threads: int) -> VectorStore:
    """Read every vector of a generation into memory."""
    rows = session.stream("SELECT vector_send(vector) FROM embedding ORDER BY id", binary=True)
    blocks = [np.empty((0, dimension), dtype=np.float32)]
    while block := list(islice(rows, STREAMED)):
        blocks.append(_numbers([row for (row,) in block], dimension))
    return VectorStore(np.concatenate(blocks), threads=threads)


@dataclass(frozen=True, slots=True, eq=False)
class Numbers:
    """Numbers of passages, as they are sent: a list of very many takes about as long as the search among them."""

    of: NDArray[np.int64]


class _NumbersDumper(Dumper):
    format = Format.BINARY
    oid = INTEGER.array_oid

    def dump(self, numbers: Numbers) -> bytes:
        """Return an array of PostgreSQL: its head, and before each number how many bytes it has."""
        size = len(numbers.of)
        head = np.array([1, 0, INTEGER.oid, size, 1] if size else [0, 0, INTEGER.oid], dtype=">i4")
        each = np.full((size, 2), 4, dtype=">i4")
        each[:, 1] = numbers.of
        return head.tobytes() + each.tobytes()


psycopg.adapters.register_dumper(Numbers, _NumbersDumper)


class DatabaseNeighbours:
    """Searches the table of vectors. Safe to share between threads.

    What is found is ordered by cosines that are computed here, as an index folder computes them: to the last bit.
    """

    def __init__(
        self, session: Session, passages: int, dimension: int, search: VectorSearch, signs: Signs | None = None
    ) -> None:
        self._session = session
        self._passages = passages
        self._dimension = dimension
        self._signs = signs
        self._linked = _LINKED.get(search.kind, "").format(dimension=dimension)

    def __len__(self) -> int:
        """Return the number of rows."""
        return self._passages

    def nearest(
        self, vector: "Vectors", n: int, among: NDArray[np.int64] | None = None
    ) -> tuple[NDArray[np.int64], "Vectors"]:
        """Return the numbers and cosines of the rows nearest to a unit vector, best first, equals in order."""
        if among is None and self._signs:
            among = self._signs.likely(vector, n)
        # What is added to the distance keeps the HNSW index out, which would find too few of those that are chosen.
        by = self._linked if self._linked and among is None else "(vector <#> %s::vector) + 0, id"
        where = "" if among is None else "WHERE id = ANY(%s) "
        best = f"SELECT id FROM embedding {where}ORDER BY {by} LIMIT %s"  # noqa: S608 (an order of our own)
        # Apart, or every vector would be made ready to be sent before the best are chosen.
        query = f"SELECT id, vector_send(vector) FROM embedding WHERE id = ANY(ARRAY({best}))"  # noqa: S608
        chosen = [] if among is None else [Numbers(among)]
        ids, rows = self._read(self._session.rows(query, (*chosen, _written(vector), n), binary=True))
        found = cosines(vector, rows)
        order = np.lexsort((ids, -found))
        return ids[order], found[order]

    def cosines(self, vector: "Vectors", ids: NDArray[np.int64]) -> "Vectors":
        """Return the cosines of chosen rows with a unit vector of shape ``(dimension,)``."""
        return cosines(vector, self.rows(ids))

    def rows(self, ids: NDArray[np.int64]) -> "Vectors":
        """Return the vectors of chosen rows, shape ``(len(ids), dimension)``."""
        wanted, places = np.unique(np.asarray(ids, dtype=np.int64), return_inverse=True)
        query = "SELECT id, vector_send(vector) FROM embedding WHERE id = ANY(%s) ORDER BY id"
        found, rows = self._read(self._session.rows(query, (wanted.tolist(),), binary=True))
        if not np.array_equal(found, wanted):
            raise IndexError("no such row")
        picked: Vectors = rows[places]
        return picked

    def close(self) -> None:
        """Stop the threads; the connections are the store's."""
        if self._signs:
            self._signs.close()

    def _read(self, found: list[tuple[Any, ...]]) -> tuple[NDArray[np.int64], "Vectors"]:
        ids = np.array([number for number, _ in found], dtype=np.int64)
        return ids, _numbers([row for _, row in found], self._dimension)


def _numbers(rows: Sequence[bytes], dimension: int) -> "Vectors":
    """Return vectors that came over the wire, shape ``(len(rows), dimension)``."""
    content = b"".join(memoryview(row)[_HEADER:] for row in rows)
    return np.frombuffer(content, ">f4").astype(np.float32).reshape(len(rows), dimension)


def sent(vector: "Vectors") -> bytes:
    """Return a vector as it stands on the wire."""
    return len(vector).to_bytes(2, "big") + b"\0\0" + vector.astype(">f4").tobytes()


def _written(vector: "Vectors") -> str:
    return str(vector.tolist())
