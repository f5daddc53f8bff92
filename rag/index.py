"""A built index, opened for reading. :mod:`rag.build` writes it.

``index/CURRENT`` names one generation, a folder that is never changed once it is there (``index/README.md`` has
the format). Its manifest lists every file with size and SHA-256. Opening always compares the sizes, and the hashes
too unless the generation is larger than ``HASHED_AT_OPEN`` bytes; ``rag status --verify`` always compares both.
"""

import difflib
import hashlib
import json
import re
import sqlite3
from collections.abc import Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self

from rag.encode import file_sha256
from rag.errors import IndexDamaged, IndexMissing, UnknownSource
from rag.schema import Document, Filter, Passage, Sentence

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from rag.encode import QueryEncoder, Vectors

FORMAT = 2
CURRENT = "CURRENT"
MANIFEST = "manifest.json"
STORE = "passages.sqlite"
VECTORS = "vectors.faiss"
BM25 = "bm25"
ENCODER = "encoder"

GENERATION = re.compile("[0-9a-f]{16}")
"""What a generation's folder is called."""
HASHED_AT_OPEN = 256 * 2**20
"""A generation of at most so many bytes is hashed each time it is opened (0.1 s or less)."""

SCHEMA = """
CREATE TABLE document (
    id INTEGER PRIMARY KEY, source TEXT NOT NULL UNIQUE, title TEXT NOT NULL, header TEXT NOT NULL,
    body INTEGER NOT NULL, publisher TEXT, published TEXT, url TEXT, author TEXT, language TEXT, pages TEXT NOT NULL,
    text TEXT NOT NULL, digest TEXT NOT NULL);
CREATE TABLE passage (
    id INTEGER PRIMARY KEY, document INTEGER NOT NULL REFERENCES document, start INTEGER NOT NULL, end INTEGER NOT NULL,
    sentences TEXT NOT NULL);
"""


@dataclass(frozen=True, slots=True)
class Listing:
    """A document as a list shows it, without its text."""

    source: str
    title: str
    published: str | None
    characters: int


class Index:
    """One generation, read-only. Vectors, BM25 and encoder load when first needed, or by :meth:`load`."""

    def __init__(self, path: Path, manifest: dict[str, Any], threads: int) -> None:
        self.path = path
        self._threads = threads
        self.manifest = manifest
        self.id: str = manifest["id"]
        # immutable: SQLite takes no lock and looks for no journal in a folder that never changes.
        uri = f"{(path / STORE).absolute().as_uri()}?mode=ro&immutable=1"
        self._store = sqlite3.connect(uri, uri=True, check_same_thread=False)

    @classmethod
    def open(cls, folder: str | Path, *, verify: bool = False, threads: int = 2) -> Self:
        """Open the current generation of an index folder.

        Args:
            folder: what ``rag index --index`` was given.
            verify: hash every file, however large.
            threads: for encoding a question.

        Raises:
            IndexMissing: nothing was built there.
            IndexDamaged: a file is missing or not the one that was built.
        """
        folder = Path(folder)
        path = folder / current(folder)
        return cls(path, check(path, verify=verify), threads)

    def load(self) -> Self:
        """Load everything now, so that later builds cannot take it away.

        Raises:
            IndexDamaged: a file is not there any more.
        """
        try:
            _ = self.encoder, self._vectors, self._bm25
        except (OSError, RuntimeError) as error:
            raise IndexDamaged(f"{self.path} went away while it was opened: ask again") from error
        return self

    def close(self) -> None:
        """Release the files."""
        self._store.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, tb: TracebackType | None) -> None:
        self.close()

    def __len__(self) -> int:
        """Return the number of passages."""
        return int(self.manifest["counts"]["passages"])

    def documents(self) -> list[Listing]:
        """Return every document, in the order of their sources."""
        rows = self._store.execute("SELECT source, title, published, length(text) FROM document ORDER BY source")
        return [Listing(*row) for row in rows]

    def document(self, source: str) -> Document:
        """Return one document with its canonical text.

        Raises:
            UnknownSource: with the nearest source that there is.
        """
        row = self._store.execute(
            "SELECT source, text, title, header, body, publisher, published, url, author, language, pages"
            " FROM document WHERE source = ?",
            (source,),
        ).fetchone()
        if row:
            return replace(Document(*row[:-1]), pages=tuple(json.loads(row[-1])))
        known = [listing.source for listing in self.documents()]
        near = difflib.get_close_matches(source, known, n=1, cutoff=0.5)
        hint = f"did you mean {near[0]!r}? " if near else ""
        raise UnknownSource(f"no source {source!r} in the index: {hint}rag status --sources lists all")

    def digests(self) -> dict[str, str]:
        """Return the digest of each document, by source (:func:`rag.load.digest`)."""
        return dict(self._store.execute("SELECT source, digest FROM document"))

    def header(self, source: str) -> str:
        """Return what is indexed with each passage of a document but never quoted."""
        return str(self._store.execute("SELECT header FROM document WHERE source = ?", (source,)).fetchone()[0])

    def passages(self, ids: Sequence[int]) -> list[Passage]:
        """Return passages by number (0-based, the row of their vector), in the order asked."""
        found = []
        for number in ids:
            source, start, end, sentences, title, published, pages, text = self._store.execute(
                "SELECT source, start, end, sentences, title, published, pages, substr(text, start + 1, end - start)"
                " FROM passage JOIN document ON document.id = document WHERE passage.id = ?",
                (int(number),),
            ).fetchone()
            spans = tuple(Sentence(*span) for span in json.loads(sentences))
            found.append(Passage(source, start, end, text, spans, title, published, tuple(json.loads(pages))))
        return found

    def passing(self, chosen: Filter) -> "NDArray[np.int64] | None":
        """Return the numbers of the passages whose documents pass a filter, in order; None if every one does."""
        import numpy as np

        conditions: list[str] = []
        values: list[str] = []
        if chosen.sources:
            conditions.append("(" + " OR ".join("source = ? OR source GLOB ?" for _ in chosen.sources) + ")")
            values += [pattern for pattern in chosen.sources for _ in range(2)]  # "a[1].txt" is a name and a pattern
        for comparison, bound in ((">=", chosen.after), ("<=", chosen.before)):
            if bound:
                conditions.append(f"published {comparison} ?")
                values.append(bound)
        if not conditions:
            return None
        query = "SELECT passage.id FROM passage JOIN document ON document.id = document WHERE "
        rows = self._store.execute(query + " AND ".join(conditions) + " ORDER BY passage.id", values)
        return np.array([number for (number,) in rows], dtype=np.int64)

    @cached_property
    def encoder(self) -> "QueryEncoder":
        """The encoder that built the vectors."""
        from rag.encode import read

        return read(self.path / ENCODER, threads=self._threads)

    def dense(
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
        n = min(n, len(self) if among is None else len(among))
        scores, ids = self._vectors.search(vector[None, :], n, params=selected)
        return ids[0], scores[0]

    def cosines(self, vector: "Vectors", ids: "NDArray[np.int64]") -> "Vectors":
        """Return the cosines of chosen passages with a unit vector of shape ``(dimension,)``."""
        rows: Vectors = self._vectors.reconstruct_batch(ids)
        return rows @ vector

    def bm25(self, terms: Iterable[str]) -> "NDArray[np.float32]":
        """Return the BM25 score of every passage, shape ``(len(self),)``, for terms of :func:`rag.terms.terms`."""
        import numpy as np

        known = self._bm25.get_tokens_ids(list(terms))
        if not known:
            return np.zeros(len(self), dtype=np.float32)
        scores: NDArray[np.float32] = self._bm25.get_scores_from_ids(known)
        return scores

    def passage_frequency(self, term: str) -> int:
        """Return in how many passages a term occurs."""
        number = self._bm25.vocab_dict.get(term)
        if number is None:
            return 0
        pointers = self._bm25.scores["indptr"]
        return int(pointers[number + 1] - pointers[number])

    @cached_property
    def _vectors(self) -> Any:
        import faiss

        return faiss.read_index(str(self.path / VECTORS))

    @cached_property
    def _bm25(self) -> Any:
        import bm25s

        return bm25s.BM25.load(str(self.path / BM25), load_corpus=False)


def current(folder: Path) -> str:
    """Return the id of the generation that an index folder names as current.

    Raises:
        IndexMissing: it names none.
    """
    try:
        name = (folder / CURRENT).read_text(encoding="utf-8").strip()
    except (FileNotFoundError, NotADirectoryError):
        raise IndexMissing(f"no index in {folder}: build one with rag index --index {folder}") from None
    except (OSError, UnicodeDecodeError) as error:
        raise IndexDamaged(f"{folder / CURRENT} cannot be read ({error}): {_rebuild(folder)}") from None
    if not GENERATION.fullmatch(name):
        raise IndexDamaged(f"{folder / CURRENT} names no generation: {_rebuild(folder)}")
    return name


def read_manifest(path: Path) -> dict[str, Any]:
    """Read a generation's manifest.

    Raises:
        IndexDamaged: it is missing, not JSON, or of another format.
    """
    try:
        manifest = json.loads((path / MANIFEST).read_text(encoding="utf-8"))
        seal = manifest.pop("seal")
        if manifest["format"] != FORMAT:
            raise IndexDamaged(f"{path} has index format {manifest['format']}, not {FORMAT}: {_rebuild(path.parent)}")
        if manifest["id"] != path.name or seal != sealed(manifest):
            raise ValueError("its content was changed")
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise IndexDamaged(f"{path / MANIFEST} cannot be used ({error}): {_rebuild(path.parent)}") from None
    return dict(manifest)


def sealed(manifest: dict[str, Any]) -> str:
    """Return the SHA-256 of a manifest without its seal."""
    return hashlib.sha256(json.dumps(manifest, sort_keys=True).encode()).hexdigest()


def total_bytes(manifest: dict[str, Any]) -> int:
    """Return the size of a generation's files together."""
    return sum(int(entry["bytes"]) for entry in manifest["files"].values())


def check(path: Path, *, verify: bool) -> dict[str, Any]:
    """Compare a generation's files with its manifest, as :meth:`Index.open` says, and return the manifest.

    Raises:
        IndexDamaged: the first file that differs, by name.
    """
    manifest = read_manifest(path)
    hashes = verify or total_bytes(manifest) <= HASHED_AT_OPEN

    def compare(name: str, entry: dict[str, Any]) -> str | None:
        file = path / name
        try:
            if (size := file.stat().st_size) != entry["bytes"]:
                return f"{file} has {size} bytes, not {entry['bytes']}"
            if hashes and file_sha256(file) != entry["sha256"]:
                return f"{file} does not have the bytes that were built"
        except OSError as error:
            return f"{file} cannot be read ({error.strerror})"
        return None

    with ThreadPoolExecutor(2) as pool:
        for problem in pool.map(compare, manifest["files"], manifest["files"].values()):
            if problem:
                raise IndexDamaged(f"{problem}: {_rebuild(path.parent)}")
    return manifest


def _rebuild(folder: Path) -> str:
    return f"rebuild with rag index --index {folder}"
