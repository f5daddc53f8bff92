"""A built index, opened for reading. :mod:`rag.indexing.builder` writes it."""

import sqlite3
from functools import cached_property
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Self

from rag.errors import EncoderError, IndexDamaged, RagError, UsageError, first_line
from rag.index import manifest as manifests
from rag.index.bm25 import Lexical, Words
from rag.index.store import Store

if TYPE_CHECKING:
    from collections.abc import Collection

    from rag.index.vectors import Neighbours
    from rag.models.encode import QueryEncoder


class Index:
    """One generation in an index folder, read-only: what an engine holds.

    Vectors, BM25 and encoder load when first needed, or by :meth:`load`. A generation elsewhere is a subclass, with
    its own ``store``, ``vectors`` and ``lexical`` (:mod:`rag.indexing.homes`).
    """

    collections: tuple[str, ...] = ()
    """Names of the collections that it is of, in order; an index folder has none."""

    def __init__(self, path: Path, manifest: manifests.Manifest, threads: int) -> None:
        self.path = path
        self.place = str(path)
        """As messages name it."""
        self.home = str(path.parent)
        """What ``--index`` was given."""
        self.manifest = manifest
        self.id = manifest.id
        try:
            self.store = Store(path / manifests.STORE)
        except sqlite3.Error as error:
            raise self._damaged(error) from error
        self._threads = threads

    @classmethod
    def open(cls, folder: str | Path, *, verify: bool = False, threads: int = 2, load: bool = False) -> Self:
        """Open the current generation of an index folder, whatever builds do meanwhile.

        Args:
            folder: what ``rag index --index`` was given.
            verify: hash every file, however large.
            threads: for encoding a question.
            load: load everything now, see :meth:`load`.

        Raises:
            IndexMissing: nothing was built there.
            IndexDamaged: a file is missing or not the one that was built.
        """
        folder = Path(folder)
        while True:
            path = folder / manifests.current(folder)
            try:
                index = cls(path, manifests.check(path, verify=verify), threads)
                return index.load() if load else index
            except IndexDamaged:
                if path.name == manifests.current(folder):
                    raise
                # It was replaced, and then removed, while it was opened: open the one that is asked now.

    def named(self) -> str:
        """Return the id of the generation that is current where this one lies.

        Raises:
            IndexUnreadable: there is none, or it cannot be told.
        """
        return manifests.current(self.path.parent)

    def some(self, names: "Collection[str]") -> "Index":
        """Return an index of some of its collections, which lives as long as this one.

        Raises:
            UsageError: it has no such collection.
        """
        if set(names) != set(self.collections):
            raise UsageError(f"{self.home} is not of the collections {', '.join(names)}")
        return self

    def load(self) -> Self:
        """Load everything now, so that later builds cannot take it away.

        Raises:
            IndexDamaged: a file is not there any more, or cannot be used.
            EncoderError: the encoder does not give here the vectors that it gave when the index was built.
        """
        try:
            _ = self.encoder, self.vectors, self.lexical
        except (RagError, MemoryError):
            self.close()
            raise
        except Exception as error:  # each library has errors of its own for a file that is not there
            self.close()
            raise self._damaged(error) from error
        return self

    def close(self) -> None:
        """Release the files."""
        self.store.close()
        if "vectors" in self.__dict__:
            self.vectors.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, tb: TracebackType | None) -> None:
        self.close()

    def __len__(self) -> int:
        """Return the number of passages."""
        return self.manifest.counts.passages

    def _damaged(self, error: Exception) -> IndexDamaged:
        return IndexDamaged(f"{self.place} cannot be opened ({first_line(error)}): {manifests.rebuild(self.home)}")

    @property
    def encoder_folder(self) -> Path:
        """Where the files of the encoder lie."""
        return self.path / manifests.ENCODER

    @cached_property
    def encoder(self) -> "QueryEncoder":
        """The encoder that built the vectors, checked by encoding a canary again."""
        from rag.models import encode

        encoder = encode.read(self.encoder_folder, threads=self._threads)
        cosine = encode.canary_cosine(encoder, self.manifest.canaries)
        if cosine < encode.PARITY:
            raise EncoderError(
                f"the encoder in {self.place} does not give here what it gave when the index was built (cosine "
                f"{cosine:.5f} on a known text): {manifests.rebuild(self.home)}"
            )
        return encoder

    @cached_property
    def vectors(self) -> "Neighbours":
        """The passages' vectors: row n is passage n's."""
        from rag.index.vectors import VectorStore

        return VectorStore.open(self.path, self.manifest.vectors, self._threads)

    @cached_property
    def lexical(self) -> Words:
        """BM25 over the passages."""
        return Lexical(self.path / manifests.BM25)
