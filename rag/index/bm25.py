"""BM25 over the words of every passage and its document's header, with the library bm25s."""

from array import array
from collections.abc import Collection, Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

from rag.text.terms import terms

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Row = tuple[NDArray[np.int32], NDArray[np.float32]]
    """Numbers of the passages that have a term, in order, and its weight in each."""


def write(folder: Path, texts: Iterable[str]) -> None:
    """Index texts in order and save the index into a new folder."""
    import bm25s

    # Numbered here, as they come: bm25s would number them by the order of a set, which differs each run.
    vocabulary: dict[str, int] = {}
    corpus = [array("i", (vocabulary.setdefault(term, len(vocabulary)) for term in terms(text))) for text in texts]
    if not vocabulary:  # nothing but signs and stop words: bm25s wants one term at least, which nobody can ask for
        vocabulary, corpus = {"": 0}, [array("i", [0]) for _ in corpus]
    bm25 = bm25s.BM25()
    bm25.index((corpus, vocabulary), show_progress=False)
    bm25.save(str(folder), show_progress=False)
    for path in folder.glob("*.npy"):
        _read_back(path)


def _read_back(path: Path) -> None:
    """Raise what NumPy does not when the last bytes of an array, still buffered, cannot be written."""
    import numpy as np

    try:
        np.load(path, mmap_mode="r")
    except (ValueError, EOFError) as error:
        raise OSError(f"{path.name} is cut short: no room for its last bytes") from error


class Words(Protocol):
    """What weighs the words of a generation's passages, wherever they lie. Safe to share between threads."""

    def scores(self, asked: Iterable[str]) -> "NDArray[np.float32]":
        """Return the BM25 score of every passage, shape ``(passages,)``, for terms of :func:`rag.text.terms.terms`."""
        ...

    def frequency(self, term: str) -> int:
        """Return in how many passages a term occurs."""
        ...

    def rows(self, wanted: "Collection[str]") -> "dict[str, Row]":
        """Return the row of each term, empty where no passage has it."""
        ...


class Lexical:
    """A saved BM25 index, read-only."""

    def __init__(self, folder: Path) -> None:
        import bm25s

        self._bm25: Any = bm25s.BM25.load(str(folder), load_corpus=False, mmap=True)
        self._size = int(self._bm25.scores["num_docs"])

    def scores(self, asked: Iterable[str]) -> "NDArray[np.float32]":
        """Return the score of every passage, shape ``(passages,)``, for terms of :func:`rag.text.terms.terms`."""
        import numpy as np

        known = self._bm25.get_tokens_ids(list(asked))
        if not known:
            return np.zeros(self._size, dtype=np.float32)
        found: NDArray[np.float32] = self._bm25.get_scores_from_ids(known)
        return found

    def postings(self) -> "Iterator[tuple[str, NDArray[np.int32], NDArray[np.float32]]]":
        """Yield each term with the passages that it occurs in, in order, and its weight in each."""
        scores = self._bm25.scores
        for term, number in self._bm25.vocab_dict.items():
            if number + 1 == len(scores["indptr"]):  # an empty term that bm25s adds, which stands in no passage
                continue
            part = slice(int(scores["indptr"][number]), int(scores["indptr"][number + 1]))
            yield term, scores["indices"][part], scores["data"][part]

    def frequency(self, term: str) -> int:
        """Return in how many passages a term occurs."""
        return len(self._row(term)[0])

    def rows(self, wanted: "Collection[str]") -> "dict[str, Row]":
        """Return the row of each term, empty where no passage has it."""
        return {term: self._row(term) for term in wanted}

    def _row(self, term: str) -> "Row":
        number, scores = self._bm25.vocab_dict.get(term), self._bm25.scores
        start, end = (0, 0) if number is None else map(int, scores["indptr"][number : number + 2])
        return scores["indices"][start:end], scores["data"][start:end]
