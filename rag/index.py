"""A built index, opened for reading. :mod:`rag.build` writes it."""

from functools import cached_property
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self

from rag import manifest as manifests
from rag.errors import EncoderError, IndexDamaged
from rag.lexical import Lexical
from rag.store import Store

if TYPE_CHECKING:
    from rag.encode import QueryEncoder
    from rag.vectors import VectorStore


class Index:
    """One generation, read-only. Vectors, BM25 and encoder load when first needed, or by :meth:`load`."""

    def __init__(self, path: Path, manifest: dict[str, Any], threads: int) -> None:
        self.path = path
        self.manifest = manifest
        self.id: str = manifest["id"]
        self.store = Store(path / manifests.STORE)
        self._threads = threads

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
        path = folder / manifests.current(folder)
        return cls(path, manifests.check(path, verify=verify), threads)

    def load(self) -> Self:
        """Load everything now, so that later builds cannot take it away.

        Raises:
            IndexDamaged: a file is not there any more.
            EncoderError: the encoder does not give here the vectors that it gave when the index was built.
        """
        try:
            _ = self.encoder, self.vectors, self.lexical
        except (OSError, RuntimeError) as error:
            raise IndexDamaged(f"{self.path} went away while it was opened: ask again") from error
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
        return int(self.manifest["counts"]["passages"])

    @cached_property
    def encoder(self) -> "QueryEncoder":
        """The encoder that built the vectors, checked by encoding a canary again."""
        from rag import encode

        encoder = encode.read(self.path / manifests.ENCODER, threads=self._threads)
        cosine = encode.canary_cosine(encoder, self.manifest["canaries"])
        if cosine < encode.PARITY:
            raise EncoderError(
                f"the encoder in {self.path} does not give here what it gave when the index was built (cosine "
                f"{cosine:.5f} on a known text): {manifests.rebuild(self.path.parent)}"
            )
        return encoder

    @cached_property
    def vectors(self) -> "VectorStore":
        """The passages' vectors: row n is passage n's."""
        from rag.vectors import VectorStore

        return VectorStore.open(self.path, self.manifest["vectors"], self._threads)

    @cached_property
    def lexical(self) -> Lexical:
        """BM25 over the passages."""
        return Lexical(self.path / manifests.BM25)
