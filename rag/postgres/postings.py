"""BM25 over the words of passages, with the weights that bm25s gave them: the same scores as a folder's, to the bit."""

from collections.abc import Iterable
from functools import lru_cache
from typing import TYPE_CHECKING

from rag.postgres.session import Session

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

_REMEMBERED = 10_000


class Postings:
    """Weighs words by the table of postings. Safe to share between threads."""

    def __init__(self, session: Session, passages: int) -> None:
        self._session = session
        self._passages = passages
        self.frequency = lru_cache(_REMEMBERED)(self._frequency)

    def scores(self, asked: Iterable[str]) -> "NDArray[np.float32]":
        """Return the score of every passage, shape ``(passages,)``, for terms of :func:`rag.text.terms.terms`."""
        import numpy as np

        wanted = list(asked)
        query = "SELECT term, passages, weights FROM posting WHERE term = ANY(%s)"
        found = {
            term: (np.frombuffer(passages, "<i4"), np.frombuffer(weights, "<f4"))
            for term, passages, weights in self._session.rows(query, (list(set(wanted)),), binary=True)
        }
        scores = np.zeros(self._passages, dtype=np.float32)
        for passages, weights in (found[term] for term in wanted if term in found):  # in this order, as bm25s adds
            scores[passages] += weights
        return scores

    def _frequency(self, term: str) -> int:
        """Return in how many passages a term occurs."""
        rows = self._session.rows("SELECT octet_length(passages) / 4 FROM posting WHERE term = %s", (term,))
        return int(rows[0][0]) if rows else 0
