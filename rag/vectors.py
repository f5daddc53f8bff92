"""Vectors of passages in FAISS: written in blocks, searched by cosine."""

from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from rag.encode import Vectors

FILE = "vectors.faiss"


class Writer:
    """Collects vectors in order, then writes them."""

    def __init__(self, folder: Path, dimension: int) -> None:
        import faiss

        self._path = folder / FILE
        self._flat: Any = faiss.IndexFlatIP(dimension)

    def add(self, block: "Vectors") -> None:
        """Append unit vectors, shape ``(n, dimension)``."""
        self._flat.add(block)

    def finish(self) -> dict[str, Any]:
        """Write the file and return what the manifest says of it."""
        import faiss

        faiss.write_index(self._flat, str(self._path))
        return {"kind": "flat"}


class VectorStore:
    """The vectors of a generation, read-only."""

    def __init__(self, folder: Path) -> None:
        import faiss

        self._flat: Any = faiss.read_index(str(folder / FILE))

    def nearest(
        self, vector: "Vectors", n: int, among: "NDArray[np.int64] | None" = None
    ) -> tuple["NDArray[np.int64]", "Vectors"]:
        """Return the numbers and cosines of the ``n`` passages nearest to a unit vector of shape ``(dimension,)``.

        Args:
            vector: the question's.
            n: at most so many.
            among: numbers of the passages to choose from; all of them by default.
        """
        import faiss

        selected: Any = None
        if among is not None:
            selector = faiss.IDSelectorBatch(among)  # named, or it would be freed before the search
            selected = faiss.SearchParameters()
            selected.sel = selector
        n = min(n, self._flat.ntotal if among is None else len(among))
        scores, ids = self._flat.search(vector[None, :], n, params=selected)
        return ids[0], scores[0]

    def rows(self, ids: "NDArray[np.int64]") -> "Vectors":
        """Return vectors by number, shape ``(len(ids), dimension)``."""
        found: Vectors = self._flat.reconstruct_batch(ids)
        return found

    def cosines(self, vector: "Vectors", ids: "NDArray[np.int64]") -> "Vectors":
        """Return the cosines of chosen passages with a unit vector of shape ``(dimension,)``."""
        return self.rows(ids) @ vector
