"""The vectors of a generation: written as they are encoded, mapped into memory to be searched.

``vectors.npy`` is a file of NumPy: row n is the unit vector of passage n, float32. Up to ``EXACT_UP_TO`` rows every
search goes over all of them. Beyond that ``signs.npy`` has the sign of each number of each row, 1 bit for 32: the rows
whose signs agree best with the question's are compared exactly, the others not at all. How many of the nearest rows
that finds is measured when the index is built; if too few, every search stays exact.

Signs rather than a trained or linked index: nothing is fitted, so that the same vectors give the same bytes on any
number of threads, in seconds for a million rows. ``benchmarks/vectors.md`` compares them.
"""

from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple, Protocol, Self

import faiss
import numpy as np
from numpy.lib import format as npy
from numpy.typing import NDArray

from rag.index.manifest import VectorSearch

if TYPE_CHECKING:
    from rag.models.encode import Vectors

VECTORS = "vectors.npy"
SIGNS = "signs.npy"

EXACT_UP_TO = 200_000
"""So many rows, 0.3 GB at 384 dimensions, take two cores 5 to 8 ms: little is left to save."""
HITS = 50
"""A search for fewer compares as many rows as one for so many."""
COMPARED = 160
"""Rows compared exactly for each hit wanted."""
RECALL = 0.98
"""What must be found so, on average, of the ``HITS`` nearest rows; otherwise every search stays exact."""

_PROBES = 200
_MIXED, _SHARE = 8, 0.5
_SLICES, _LEAST_SLICE = 16, 1024
_PASSING, _MERGED = 512, 32
"""Rows that many vectors are held against together, and how many times before the best are chosen of what was found."""
_AT_ONCE = 16
"""Vectors of one call: of 20 or more FAISS reckons in another way, which rounds differently."""


def write(folder: Path, shape: tuple[int, int], blocks: Iterable["Vectors"]) -> VectorSearch:
    """Write ``vectors.npy`` and, beyond ``EXACT_UP_TO`` rows, ``signs.npy``.

    Args:
        folder: where; it exists.
        shape: rows of all blocks together, and dimension.
        blocks: unit vectors, each block of shape ``(any number, dimension)``. Only their signs are kept in memory.

    Returns:
        How they are to be searched: "flat" or by "signs"; with signs, or where they were not good enough, with their
        recall of the exact neighbours.
    """
    noted: list[NDArray[np.uint8]] = []

    def passing() -> Iterable["Vectors"]:
        for block in blocks:
            noted.append(signs(block))
            yield block

    _write(folder / VECTORS, "<f4", shape, passing())
    if shape[0] <= EXACT_UP_TO:
        return VectorSearch("flat")
    _write(folder / SIGNS, "|u1", (shape[0], noted[0].shape[1]), noted)
    store = VectorStore.open(folder, VectorSearch("signs"))
    recall = measured(store, probes(store))
    store.close()
    if recall.found >= RECALL:
        return recall.of(VectorSearch("signs"))
    (folder / SIGNS).unlink()
    return recall.of(VectorSearch("flat"))


class Neighbours(Protocol):
    """What searches the vectors of a generation, wherever they lie. Safe to share between threads."""

    def __len__(self) -> int:
        """Return the number of rows."""
        ...

    def nearest(
        self, vector: "Vectors", n: int, among: NDArray[np.int64] | None = None
    ) -> tuple[NDArray[np.int64], "Vectors"]:
        """Return the numbers and cosines of the rows nearest to a unit vector, best first, equals in order.

        Args:
            vector: shape ``(dimension,)``.
            n: at most so many.
            among: rows to choose from, all compared; by default every row, or the likely ones.
        """
        ...

    def cosines(self, vector: "Vectors", ids: NDArray[np.int64]) -> "Vectors":
        """Return the cosines of chosen rows with a unit vector of shape ``(dimension,)``, as :meth:`nearest` does."""
        ...

    def rows(self, ids: NDArray[np.int64]) -> "Vectors":
        """Return the vectors of chosen rows, shape ``(len(ids), dimension)``."""
        ...

    def close(self) -> None:
        """Release what the search holds."""
        ...


class Signs:
    """The signs of rows, in memory or mapped into it: which rows are likely to be near. Safe to share between threads.

    Args:
        signs: packed (:func:`signs`), shape ``(number, dimension / 8)``.
        threads: for one search; what is found does not depend on it.
    """

    def __init__(self, signs: NDArray[np.uint8], threads: int = 2) -> None:
        self._parts = np.array_split(signs, threads)
        self._pool = _pool(threads)

    def likely(self, vector: "Vectors", n: int) -> NDArray[np.int64]:
        """Return in order the rows to be compared for the ``n`` nearest: those whose signs agree best with a vector's.

        Of equals the earlier ones.
        """
        compared, asked = COMPARED * max(n, HITS), signs(vector[None])
        found = self._pool.map(lambda part: faiss.knn_hamming(asked, part, min(compared, len(part)), "mc"), self._parts)
        starts = np.cumsum([0] + [len(part) for part in self._parts[:-1]])
        pairs = [(distances[0], numbers[0] + start) for start, (distances, numbers) in zip(starts, found, strict=True)]
        distances, numbers = (np.concatenate(parts) for parts in zip(*pairs, strict=True))
        return np.sort(numbers[np.argsort(distances, kind="stable")[:compared]])

    def close(self) -> None:
        """Stop the threads."""
        self._pool.shutdown()


class VectorStore:
    """Searches rows that are in memory or mapped into it. Safe to share between threads.

    Args:
        rows: unit vectors, shape ``(number, dimension)``.
        signs: theirs, packed, shape ``(number, dimension / 8)``; without them every search compares all rows.
        threads: for one search; what is found does not depend on it.
    """

    def __init__(self, rows: "Vectors", signs: NDArray[np.uint8] | None = None, threads: int = 2) -> None:
        self._rows = rows
        self._signs = None if signs is None else Signs(signs, threads)
        self._pool = _pool(threads)

    @classmethod
    def open(cls, folder: Path, search: VectorSearch, threads: int = 2) -> Self:
        """Open what :func:`write` wrote into a folder, and returned.

        Raises:
            OSError: a file is missing.
            ValueError: a file is not one of NumPy, or is cut short.
        """
        by_signs = search.kind == "signs"
        rows = _mapped(folder / VECTORS, read=not by_signs)
        return cls(rows, _mapped(folder / SIGNS, read=True) if by_signs else None, threads)

    def __len__(self) -> int:
        """Return the number of rows."""
        return len(self._rows)

    def nearest(
        self, vector: "Vectors", n: int, among: NDArray[np.int64] | None = None
    ) -> tuple[NDArray[np.int64], "Vectors"]:
        """Return the numbers and cosines of the rows nearest to a unit vector, best first, equals in order.

        Args:
            vector: shape ``(dimension,)``.
            n: at most so many.
            among: rows to choose from, all compared; by default every row, or where there are signs the likely ones.
        """
        if among is None and self._signs:
            among = self._signs.likely(vector, n)
        # The slices follow from the number of rows alone: FAISS does not say which of equals it drops. Chosen rows are
        # copied, so few at a time that they are compared while they are in a processor's cache.
        count = len(self) if among is None else len(among)
        size = _LEAST_SLICE if among is not None else max(_LEAST_SLICE, -(-count // _SLICES))
        slices = [slice(start, start + size) for start in range(0, max(1, count), size)]
        run = self._pool.map if len(slices) > 1 else map
        found = list(run(lambda part: self._search(vector, n, part, among), slices))
        ids, cosines = (np.concatenate(parts) for parts in zip(*found, strict=True))
        best = np.lexsort((ids, -cosines))[:n]
        return ids[best], cosines[best]

    def nearest_of_all(self, vectors: "Vectors", n: int) -> NDArray[np.int64]:
        """Return the numbers of the rows nearest to each of many vectors, best first, equals in order; all compared.

        The rows pass by once, a few at a time that stay in a processor's cache while every vector is held against them.

        Args:
            vectors: shape ``(number, dimension)``.
            n: at most so many rows of each.
        """

        def near(start: int) -> tuple[NDArray[np.int64], "Vectors"]:
            rows = self._rows[start : start + _PASSING]
            parts = [
                faiss.knn(vectors[at : at + _AT_ONCE], rows, min(n, len(rows)), faiss.METRIC_INNER_PRODUCT)
                for at in range(0, len(vectors), _AT_ONCE)
            ]
            cosines, numbers = (np.concatenate(found) for found in zip(*parts, strict=True))
            return numbers + start, cosines

        best = np.empty((len(vectors), 0), dtype=np.int64), np.empty((len(vectors), 0), dtype=np.float32)
        for block in range(0, len(self), _MERGED * _PASSING):
            starts = range(block, min(block + _MERGED * _PASSING, len(self)), _PASSING)
            found = [best, *self._pool.map(near, starts)]
            numbers, cosines = (np.concatenate(parts, axis=1) for parts in zip(*found, strict=True))
            order = np.lexsort((numbers, -cosines))[:, :n]
            best = np.take_along_axis(numbers, order, axis=1), np.take_along_axis(cosines, order, axis=1)
        return best[0]

    def cosines(self, vector: "Vectors", ids: NDArray[np.int64]) -> "Vectors":
        """Return the cosines of chosen rows with a unit vector of shape ``(dimension,)``, as :meth:`nearest` does."""
        # In the pool, where FAISS starts no threads.
        return self._pool.submit(cosines, vector, self.rows(ids)).result()

    def rows(self, ids: NDArray[np.int64]) -> "Vectors":
        """Return the vectors of chosen rows, shape ``(len(ids), dimension)``."""
        return np.take(self._rows, ids, axis=0)

    def close(self) -> None:
        """Stop the threads."""
        self._pool.shutdown()
        if self._signs:
            self._signs.close()

    def _search(
        self, vector: "Vectors", n: int, part: slice, among: NDArray[np.int64] | None
    ) -> tuple[NDArray[np.int64], "Vectors"]:
        if among is None:
            numbers, cosines = _ranked(vector, self._rows[part], n)
            return numbers + part.start, cosines
        ids = among[part]
        numbers, cosines = _ranked(vector, self.rows(ids), n)
        return ids[numbers], cosines


def _pool(threads: int) -> ThreadPoolExecutor:
    """Return threads in which FAISS starts no others: for one vector these would wait for each other, and no more."""
    return ThreadPoolExecutor(threads, initializer=faiss.omp_set_num_threads, initargs=(1,))


_ALONE = _pool(1)


def cosines(vector: "Vectors", rows: "Vectors") -> "Vectors":
    """Return the cosines of a unit vector with rows, to the last bit those of :meth:`VectorStore.nearest`."""
    numbers, found = _ALONE.submit(_ranked, vector, np.ascontiguousarray(rows, dtype=np.float32), len(rows)).result()
    cosines = np.empty_like(found)
    cosines[numbers] = found
    return cosines


def _ranked(vector: "Vectors", rows: "Vectors", n: int) -> tuple[NDArray[np.int64], "Vectors"]:
    """Return the numbers and cosines of at most ``n`` rows, best first."""
    n = min(n, len(rows))
    if not n:
        return np.empty(0, dtype=np.int64), np.empty(0, dtype=np.float32)
    cosines, numbers = faiss.knn(vector[None], rows, n, faiss.METRIC_INNER_PRODUCT)
    return numbers[0], cosines[0]


def _write(path: Path, kind: str, shape: tuple[int, int], blocks: Iterable[NDArray[Any]]) -> None:
    """Write an array a block at a time. Python tells when the last bytes cannot be written; NumPy does not."""
    with path.open("wb") as file:
        npy.write_array_header_1_0(file, {"descr": kind, "fortran_order": False, "shape": shape})
        for block in blocks:
            file.write(np.ascontiguousarray(block, dtype=kind).data)


def _mapped(path: Path, *, read: bool) -> NDArray[Any]:
    """Map an array into memory, of which only what is searched is read: or all now, if a search needs all.

    A file that is unlinked meanwhile stays until the mapping goes.
    """
    if read:
        with path.open("rb", buffering=0) as file:  # a disk is 5 times faster so than by page faults
            while file.read(2**20):
                pass
    found: NDArray[Any] = np.asarray(np.load(path, mmap_mode="r"))
    return found


def signs(vectors: "Vectors") -> NDArray[np.uint8]:
    """Return the sign of each number of vectors, 8 to a byte, shape ``(len(vectors), dimension / 8)``."""
    return np.packbits(vectors > 0, axis=1)


class Recall(NamedTuple):
    """Which part of the nearest rows a search finds, 0 to 1: of the nearest 10, and of the nearest ``HITS``."""

    at_10: float
    found: float

    def of(self, search: VectorSearch) -> VectorSearch:
        """Return a way to search, with what was measured of it."""
        return replace(search, recall_at_10=self.at_10, recall_at_50=self.found)


class Probes(NamedTuple):
    """Made-up questions, and what is nearest to them: a search is held against that (:func:`measured`)."""

    vectors: "Vectors"
    """Shape ``(questions, dimension)``."""
    nearest: NDArray[np.int64]
    """Numbers of the ``HITS`` nearest rows of each, or of all rows if there are fewer, best first."""


def probes(exact: VectorStore) -> Probes:
    """Return questions about rows, and the nearest rows of each, all compared.

    A row would be too easy; mixed with several others it is as far from every row as real questions are.
    """
    dice = np.random.default_rng(0)
    mixed = []
    for _ in range(_PROBES):
        own, *others = exact.rows(dice.integers(len(exact), size=1 + _MIXED))
        mixed.append(own + np.float32(_SHARE) * np.sum(others, axis=0))
    vectors = np.array(mixed)
    return Probes(vectors, exact.nearest_of_all(vectors, HITS))


def measured(search: Neighbours, asked: Probes) -> Recall:
    """Return which part of the nearest rows a search finds, on average over made-up questions."""
    found = {10: 0, HITS: 0}
    for vector, nearest in zip(asked.vectors, asked.nearest, strict=True):
        near = search.nearest(vector, HITS)[0]
        for n in found:
            found[n] += len(np.intersect1d(near[:n], nearest[:n]))
    return Recall(*(round(hits / n / len(asked.vectors), 4) for n, hits in found.items()))
