"""BM25 over the words of passages, with the weights that bm25s gave them: the same scores as a folder's, to the bit.

The words that are asked most often are the longest rows: those asked last stay in memory.
"""

from collections.abc import Collection, Iterable
from functools import lru_cache
from threading import Lock
from typing import TYPE_CHECKING

from cachetools import LRUCache

from rag.postgres.session import Session

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from rag.index.bm25 import Row

HELD = 64 * 2**20
"""Bytes of rows that stay in memory."""
_ROW = 200
"""Bytes of a row besides its numbers."""
_REMEMBERED = 10_000


class Postings:
    """Weighs words by the table of postings. Safe to share between threads."""

    def __init__(self, session: Session, passages: int) -> None:
        self._session = session
        self._passages = passages
        self._held: LRUCache[str, Row] = LRUCache(HELD, _size)
        self._lock = Lock()
        self.frequency = lru_cache(_REMEMBERED)(self._frequency)

    def scores(self, asked: Iterable[str]) -> "NDArray[np.float32]":
        """Return the score of every passage, shape ``(passages,)``, for terms of :func:`rag.text.terms.terms`."""
        import numpy as np

        wanted = list(asked)
        rows = self.rows(wanted)
        scores = np.zeros(self._passages, dtype=np.float32)
        for passages, weights in (rows[term] for term in wanted):  # in this order, as bm25s adds
            scores[passages] += weights
        return scores

    def rows(self, wanted: Collection[str]) -> "dict[str, Row]":
        """Return the row of each term, empty where no passage has it; what is not in memory by one query."""
        import numpy as np

        wanted = set(wanted)
        with self._lock:
            found = {term: self._held[term] for term in wanted if term in self._held}
        if missing := sorted(wanted - found.keys()):
            query = "SELECT term, passages, weights FROM posting WHERE term = ANY(%s)"
            none = (np.empty(0, "<i4"), np.empty(0, "<f4"))
            read: dict[str, Row] = dict.fromkeys(missing, none)
            for term, passages, weights in self._session.rows(query, (missing,), binary=True):
                read[term] = (np.frombuffer(passages, "<i4"), np.frombuffer(weights, "<f4"))
            with self._lock:
                self._held.update((term, row) for term, row in read.items() if _size(row) <= HELD)
            found |= read
        return found

    def _frequency(self, term: str) -> int:
        """Return in how many passages a term occurs."""
        with self._lock:
            if term in self._held:
                return len(self._held[term][0])
        rows = self._session.rows("SELECT octet_length(passages) / 4 FROM posting WHERE term = %s", (term,))
        return int(rows[0][0]) if rows else 0


def _size(row: "Row") -> int:
    return row[0].nbytes + row[1].nbytes + _ROW
