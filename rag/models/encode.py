"""Text becomes unit vectors when an index is asked: ONNX Runtime, without torch.

An index carries the encoder that built it, written by :mod:`rag.models.embed`: ``encoder.onnx`` and ``tokenizer.json``.
A model that could not be written so is used through sentence-transformers.
"""

import hashlib
import json
from base64 import b64decode, b64encode
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from threading import Lock
from typing import TYPE_CHECKING, Protocol

import numpy as np
from numpy.typing import NDArray

from rag.errors import EncoderError, first_line

if TYPE_CHECKING:
    from sentence_transformers import SentenceTransformer

Vectors = NDArray[np.float32]

PARITY = 0.9999
"""Least cosine between two runs of one encoder on a canary, for both to count as the same."""
CANARIES = (
    "Havana",
    "What did the foreign minister say about the oil deal announced on January 6?",
    "A somewhat longer sentence, with clauses; with numbers such as 2.8 and 30,000 — and a name: Díaz-Canel.",
    "短い文です。",
)
"""Texts whose vectors an index keeps: they tell whether its encoder gives the same on another machine."""


@dataclass(frozen=True, slots=True)
class EncoderCard:
    """What an index says of its encoder: ``encoder/encoder.json``."""

    name: str
    identity: str
    dimension: int
    max_tokens: int
    pooling: str
    """How token vectors become one: ``mean``, ``cls`` …; it is then brought to length one."""
    query_prompt: str
    document_prompt: str
    runtime: str
    """``onnx`` or ``sentence-transformers``."""
    location: str | None = None
    """Only for ``sentence-transformers``: what to load."""


class QueryEncoder(Protocol):
    """What building, retrieval and reading need of an encoder.

    On one machine a vector depends on its text alone, to the last bit: not on what is encoded beside it.
    """

    card: EncoderCard

    def encode(self, texts: Sequence[str], prompt: str = "") -> Vectors:
        """Return float32 unit vectors of shape ``(len(texts), dimension)`` of the texts, each behind a prompt."""
        ...


def folder_hashes(folder: Path) -> dict[str, str]:
    """Return the SHA-256 of every file of a model's folder, by its path in it."""
    files = (path for path in sorted(folder.rglob("*")) if path.is_file())
    return {path.relative_to(folder).as_posix(): file_sha256(path) for path in files}


def identity_of(hashes: dict[str, str]) -> str:
    """Return ``sha256:…`` over the name and content of every file of a model's folder."""
    lines = "".join(f"{name}\0{digest}\n" for name, digest in hashes.items())
    return f"sha256:{hashlib.sha256(lines.encode()).hexdigest()}"


def file_sha256(path: Path) -> str:
    """Return the SHA-256 of a file, in hexadecimal."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def load(name: str, location: str) -> "SentenceTransformer":
    """Load a model with sentence-transformers, on the CPU.

    Args:
        name: what to call it in an error.
        location: a folder, or a name on the model hub.

    Raises:
        EncoderError: there is no such model here.
    """
    from sentence_transformers import SentenceTransformer
    from transformers.utils import logging

    logging.disable_progress_bar()
    try:
        # Plain attention is what the exporter can trace; on a CPU it is no slower.
        return SentenceTransformer(location, device="cpu", model_kwargs={"attn_implementation": "eager"})
    except Exception as error:  # a folder may hold anything, and each library has errors of its own
        raise EncoderError(f"encoder {name!r} cannot be loaded: {first_line(error)}") from error


def read(folder: Path, *, threads: int) -> QueryEncoder:
    """Open the encoder that an index carries."""
    card = EncoderCard(**json.loads((folder / "encoder.json").read_text(encoding="utf-8")))
    if card.runtime == "onnx":
        return OnnxEncoder(folder, card, threads=threads)
    return TorchEncoder(card)


class OnnxEncoder:
    """An exported encoder on ONNX Runtime: no torch.

    Each text is run alone, and several at a time in threads: nothing is padded, which on a CPU is also fastest.
    """

    def __init__(self, folder: Path, card: EncoderCard, *, threads: int) -> None:
        import onnxruntime
        from tokenizers import Tokenizer

        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = 1
        options.log_severity_level = 3
        self._session = onnxruntime.InferenceSession(
            str(folder / "encoder.onnx"), options, providers=["CPUExecutionProvider"]
        )
        self._tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
        self._tokenizer.enable_truncation(card.max_tokens)
        self._pool = ThreadPoolExecutor(threads, thread_name_prefix="encode")
        self.card = card

    def encode(self, texts: Sequence[str], prompt: str = "") -> Vectors:
        """Return float32 unit vectors of shape ``(len(texts), dimension)`` of the texts, each behind a prompt."""
        found = np.zeros((len(texts), self.card.dimension), dtype=np.float32)
        for row, vector in enumerate(self._pool.map(lambda text: self._run(prompt + text), texts)):
            found[row] = vector
        return found

    def _run(self, text: str) -> Vectors:
        ids = np.array([self._tokenizer.encode(text).ids], dtype=np.int64)
        (vectors,) = self._session.run(["vector"], {"input_ids": ids, "attention_mask": np.ones_like(ids)})
        vector: Vectors = vectors[0]
        return vector


class TorchEncoder:
    """A model that has no ONNX form, through sentence-transformers."""

    def __init__(self, card: EncoderCard) -> None:
        location = Path(str(card.location))
        if location.is_absolute() and identity_of(folder_hashes(location)) != card.identity:
            raise EncoderError(f"encoder {location} is not what the index was built with: rebuild with rag index")
        self._model = load(card.name, str(card.location))
        self._one = Lock()  # its tokenizer is not to be used from two threads
        self.card = card

    def encode(self, texts: Sequence[str], prompt: str = "") -> Vectors:
        """Return float32 unit vectors of shape ``(len(texts), dimension)`` of the texts, each behind a prompt."""
        with self._one:
            vectors = self._model.encode(
                list(texts), prompt=prompt, batch_size=1, normalize_embeddings=True, show_progress_bar=False
            )
        return np.asarray(vectors, dtype=np.float32)


def canaries(encoder: QueryEncoder) -> tuple[str, ...]:
    """Return the vectors of ``CANARIES`` as base64 of little-endian float32: what a manifest keeps."""
    return tuple(b64encode(vector.astype("<f4").tobytes()).decode() for vector in encoder.encode(CANARIES))


def canary_cosine(encoder: QueryEncoder, kept: Sequence[str]) -> float:
    """Return the cosine of the shortest canary's vector with the one that was kept."""
    return float(encoder.encode(CANARIES[:1])[0] @ np.frombuffer(b64decode(kept[0]), dtype="<f4"))
