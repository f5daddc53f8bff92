"""The vectors of a generation: written as they are encoded, mapped into memory to be searched.

``vectors.faiss`` is a FAISS IndexFlatIP: row n is the unit vector of passage n, float32. Up to ``EXACT_UP_TO`` rows
every search goes over all of them. Beyond that ``ann.faiss``, a FAISS IndexBinaryFlat, has the sign of each number of
each row, 1 bit for 32: the rows whose signs agree best with the question's are compared exactly, the others not at all.
How many of the nearest rows that finds is measured when the index is built; if too few, every search stays exact.

Signs rather than a trained or linked index: nothing is fitted, so that the same vectors give the same bytes on any
number of threads, in seconds for a million rows. ``benchmarks/vectors.md`` compares them.
"""

import struct
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

import faiss
import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from rag.models.encode import Vectors

VECTORS = "vectors.faiss"
ANN = "ann.faiss"

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


def write(folder: Path, blocks: Iterable["Vectors"]) -> dict[str, Any]:
    """Write ``vectors.faiss`` and, beyond ``EXACT_UP_TO`` rows, ``ann.faiss``.

    Args:
        folder: where; it exists.
        blocks: unit vectors, each block of shape ``(any number, dimension)``; at least one block. Only their signs
            are kept in memory.

    Returns:
        What :class:`VectorStore` must know, for the manifest: ``kind``, which is "flat" or "signs"; with signs, or
        where they were not good enough, ``recall_at_10`` and ``recall_at_50`` of the exact neighbours.
    """
    count = dimension = 0
    signs = []
    with (folder / VECTORS).open("wb") as file:
        file.write(_header(0, 0))
        for block in blocks:
            file.write(np.ascontiguousarray(block, dtype="<f4").data)
            signs.append(_signs(block))
            dimension = block.shape[1]
            count += len(block)
        file.seek(0)
        file.write(_header(count, dimension))
    if count <= EXACT_UP_TO:
        return {"kind": "flat"}
    ann = faiss.IndexBinaryFlat(8 * signs[0].shape[1])
    for part in signs:
        ann.add(part)
    with (folder / ANN).open("wb") as file:  # Python tells when the last bytes cannot be written; FAISS does not
        faiss.write_index_binary(ann, faiss.PyCallbackIOWriter(file.write))  # type: ignore[attr-defined]
    store = VectorStore(folder, {"kind": "signs"})
    recall = measured(store, store)
    store.close()
    if recall[f"recall_at_{HITS}"] >= RECALL:
        return {"kind": "signs", **recall}
    (folder / ANN).unlink()
    return {"kind": "flat", **recall}


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


class VectorStore:
    """Searches what :func:`write` wrote. Safe to share between threads.

    Args:
        folder: where :func:`write` put them.
        card: what :func:`write` returned.
        threads: for one search; what is found does not depend on it.

    Raises:
        RuntimeError: a file is missing or is not one of FAISS.
    """

    def __init__(self, folder: Path, card: dict[str, Any], threads: int = 2) -> None:
        # Mapped: what is not searched is not read. A file that is unlinked meanwhile stays until the mapping goes.
        self._flat: Any = faiss.read_index(str(folder / VECTORS), faiss.IO_FLAG_MMAP_IFC)
        self._all = np.arange(self._flat.ntotal, dtype=np.int64)
        self._parts: list[NDArray[np.uint8]] = []
        if card["kind"] == "signs":
            ann: Any = faiss.read_index_binary(str(folder / ANN))
            self._parts = np.array_split(faiss.vector_to_array(ann.xb).reshape(ann.ntotal, -1), threads)
        else:
            with (folder / VECTORS).open("rb", buffering=0) as file:  # a disk is 5 times faster so than by page faults
                while file.read(2**20):
                    pass
        self._pool = _pool(threads)

    def __len__(self) -> int:
        """Return the number of rows."""
        return len(self._all)

    def nearest(
        self, vector: "Vectors", n: int, among: NDArray[np.int64] | None = None
    ) -> tuple[NDArray[np.int64], "Vectors"]:
        """Return the numbers and cosines of the rows nearest to a unit vector, best first, equals in order.

        Args:
            vector: shape ``(dimension,)``.
            n: at most so many.
            among: rows to choose from, all compared; by default every row, or where there are signs the likely ones.
        """
        vector = np.ascontiguousarray(vector, dtype=np.float32)
        if among is None:
            among = self._likely(vector, COMPARED * max(n, HITS)) if self._parts else self._all
        among = np.ascontiguousarray(among, dtype=np.int64)
        # The slices follow from the number of rows alone: FAISS does not say which of equals it drops.
        size = max(_LEAST_SLICE, -(-len(among) // _SLICES))
        slices = [among[start : start + size] for start in range(0, max(1, len(among)), size)]
        run = self._pool.map if len(slices) > 1 else map
        found = list(run(lambda ids: self._search(vector, n, ids), slices))
        ids, cosines = (np.concatenate(parts) for parts in zip(*found, strict=True))
        best = np.lexsort((ids, -cosines))[:n]
        return ids[best], cosines[best]

    def cosines(self, vector: "Vectors", ids: NDArray[np.int64]) -> "Vectors":
        """Return the cosines of chosen rows with a unit vector of shape ``(dimension,)``, as :meth:`nearest` does."""
        # In the pool, where FAISS starts no threads.
        return self._pool.submit(_cosines, vector, self._flat.get_xb(), ids).result()

    def rows(self, ids: NDArray[np.int64]) -> "Vectors":
        """Return the vectors of chosen rows, shape ``(len(ids), dimension)``."""
        rows: Vectors = self._flat.reconstruct_batch(np.ascontiguousarray(ids, dtype=np.int64))
        return rows

    def close(self) -> None:
        """Stop the threads."""
        self._pool.shutdown()

    def _search(self, vector: "Vectors", n: int, ids: NDArray[np.int64]) -> tuple[NDArray[np.int64], "Vectors"]:
        n = min(n, len(ids))
        numbers, cosines = np.empty(n, dtype=np.int64), np.empty(n, dtype=np.float32)
        # Takes the rows where they lie, and is faster than IndexFlat.search, which has one thread read them all.
        faiss.knn_inner_products_by_idx(  # type: ignore[attr-defined]  # the stubs know only what has a Python form
            *(faiss.swig_ptr(vector), self._flat.get_xb(), faiss.swig_ptr(ids)),
            *(self._flat.d, 1, len(self), len(ids), n, faiss.swig_ptr(cosines), faiss.swig_ptr(numbers)),
        )
        return numbers, cosines

    def _likely(self, vector: "Vectors", n: int) -> NDArray[np.int64]:
        """Return the numbers of the ``n`` rows whose signs agree best with a vector's; of equals, earlier rows."""
        signs = _signs(vector[None])
        found = self._pool.map(lambda part: faiss.knn_hamming(signs, part, min(n, len(part)), "mc"), self._parts)
        starts = np.cumsum([0] + [len(part) for part in self._parts[:-1]])
        pairs = [(distances[0], numbers[0] + start) for start, (distances, numbers) in zip(starts, found, strict=True)]
        distances, numbers = (np.concatenate(parts) for parts in zip(*pairs, strict=True))
        return np.sort(numbers[np.argsort(distances, kind="stable")[:n]])


class HeldVectors(VectorStore):
    """The same over rows that are held in memory; every search compares all.

    Args:
        blocks: unit vectors, each block of shape ``(any number, dimension)``.
        dimension: of each.
        threads: for one search.
    """

    def __init__(self, blocks: Iterable["Vectors"], dimension: int, threads: int = 2) -> None:
        self._flat, self._parts = faiss.IndexFlatIP(dimension), []
        for block in blocks:
            self._flat.add(block)
        self._all = np.arange(self._flat.ntotal, dtype=np.int64)
        self._pool = _pool(threads)


def _pool(threads: int) -> ThreadPoolExecutor:
    """Return threads in which FAISS starts no others: for one vector these would wait for each other, and no more."""
    return ThreadPoolExecutor(threads, initializer=faiss.omp_set_num_threads, initargs=(1,))


_ALONE = _pool(1)


def cosines(vector: "Vectors", rows: "Vectors") -> "Vectors":
    """Return the cosines of a unit vector with rows, to the last bit those of :meth:`VectorStore.cosines`."""
    rows = np.ascontiguousarray(rows, dtype=np.float32)
    return _ALONE.submit(_cosines, vector, faiss.swig_ptr(rows), np.arange(len(rows))).result()


def _cosines(vector: "Vectors", matrix: Any, ids: NDArray[np.int64]) -> "Vectors":
    """Return the cosines of a unit vector with the rows of these numbers of a matrix, to which FAISS has a pointer."""
    vector, ids = np.ascontiguousarray(vector, dtype=np.float32), np.ascontiguousarray(ids, dtype=np.int64)
    found: Vectors = np.empty(len(ids), dtype=np.float32)
    pointers = faiss.swig_ptr(found), faiss.swig_ptr(vector), matrix, faiss.swig_ptr(ids)
    faiss.fvec_inner_products_by_idx(*pointers, len(vector), 1, len(ids))  # type: ignore[attr-defined]
    return found


def _header(count: int, dimension: int) -> bytes:
    """Return what FAISS writes before the numbers of an IndexFlatIP, which it can only write whole."""
    return struct.pack("<4siqqqBiQ", b"IxFI", dimension, count, 1 << 20, 1 << 20, 1, 0, count * dimension)


def _signs(vectors: "Vectors") -> NDArray[np.uint8]:
    return np.packbits(vectors > 0, axis=1)


def measured(search: Neighbours, exact: Neighbours) -> dict[str, float]:
    """Return which part of the nearest rows a search finds, on average over made-up questions.

    A row would be too easy; mixed with several others it is as far from every row as real questions are.

    Args:
        search: what is measured.
        exact: of the same rows; it compares all that it is asked to choose from.
    """
    everything = np.arange(len(exact))
    dice = np.random.default_rng(0)
    found = {10: 0, HITS: 0}
    for _ in range(_PROBES):
        own, *others = exact.rows(dice.integers(len(exact), size=1 + _MIXED))
        probe = own + np.float32(_SHARE) * np.sum(others, axis=0)
        near, nearest = search.nearest(probe, HITS)[0], exact.nearest(probe, HITS, everything)[0]
        for n in found:
            found[n] += len(np.intersect1d(near[:n], nearest[:n]))
    return {f"recall_at_{n}": round(hits / n / _PROBES, 4) for n, hits in found.items()}
