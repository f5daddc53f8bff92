"""Text becomes unit vectors when an index is asked: ONNX Runtime, without torch.

An index carries the encoder that built it, written by :mod:`rag.embed`: ``encoder.onnx`` and ``tokenizer.json``. A
model that could not be written so is used through sentence-transformers.
"""

import hashlib
import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np
from numpy.typing import NDArray

from rag.errors import EncoderError, first_line

if TYPE_CHECKING:
    from sentence_transformers import SentenceTransformer

Vectors = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class EncoderCard:
    """What an index says of its encoder: ``encoder/encoder.json``."""

    name: str
    identity: str
    dimension: int
    max_tokens: int
    query_prompt: str
    pad_id: int
    pad_token: str
    runtime: str
    """``onnx`` or ``sentence-transformers``."""
    location: str | None = None
    """Only for ``sentence-transformers``: what to load."""


@dataclass(frozen=True, slots=True)
class Encoded:
    """A text with a vector for each of its tokens, in their context."""

    vector: Vectors
    """Unit vector of the whole, shape ``(dimension,)``."""
    tokens: Vectors
    """Unit vectors, shape ``(tokens, hidden size)``; the tokenizer's own marks are left out."""
    spans: tuple[tuple[int, int], ...]
    """Where each token starts and ends in the text."""


class QueryEncoder(Protocol):
    """What retrieval and reading need of an encoder."""

    def encode(self, texts: Sequence[str], *, query: bool = False) -> Vectors:
        """Return float32 unit vectors of shape ``(len(texts), dimension)``; ``query`` adds the model's prompt."""
        ...

    def encode_tokens(self, texts: Sequence[str]) -> list[Encoded]:
        """Return each text with its token vectors."""
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

    logging.disable_progress_bar()  # type: ignore[no-untyped-call]
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
    """An exported encoder on ONNX Runtime: no torch."""

    _BATCH = 16

    def __init__(self, folder: Path, card: EncoderCard, *, threads: int) -> None:
        import onnxruntime
        from tokenizers import Tokenizer

        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = threads
        options.log_severity_level = 3
        self._session = onnxruntime.InferenceSession(
            str(folder / "encoder.onnx"), options, providers=["CPUExecutionProvider"]
        )
        self._tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
        self._tokenizer.enable_truncation(card.max_tokens)
        self._tokenizer.enable_padding(pad_id=card.pad_id, pad_token=card.pad_token)
        self._card = card

    def encode(self, texts: Sequence[str], *, query: bool = False) -> Vectors:
        """Return float32 unit vectors of shape ``(len(texts), dimension)``; ``query`` adds the model's prompt."""
        prompt = self._card.query_prompt if query else ""
        vectors = np.zeros((len(texts), self._card.dimension), dtype=np.float32)
        for chosen, feed, _ in self._batches([prompt + text for text in texts]):
            vectors[chosen] = self._session.run(["vector"], feed)[0]
        return vectors

    def encode_tokens(self, texts: Sequence[str]) -> list[Encoded]:
        """Return each text with its token vectors."""
        found: dict[int, Encoded] = {}
        for chosen, feed, spans in self._batches(texts):
            vectors, tokens = self._session.run(["vector", "tokens"], feed)
            found |= {i: _encoded(*parts) for i, *parts in zip(chosen, vectors, tokens, spans, strict=True)}
        return [found[i] for i in range(len(texts))]

    def _batches(self, texts: Sequence[str]) -> Iterator[tuple[list[int], dict[str, Any], list[Any]]]:
        """Yield the numbers of some texts of like length, their input, and the spans of their tokens."""
        order = sorted(range(len(texts)), key=lambda i: len(texts[i]))
        for start in range(0, len(order), self._BATCH):
            chosen = order[start : start + self._BATCH]
            encodings = self._tokenizer.encode_batch([texts[i] for i in chosen])
            feed = {
                "input_ids": np.array([encoding.ids for encoding in encodings], dtype=np.int64),
                "attention_mask": np.array([encoding.attention_mask for encoding in encodings], dtype=np.int64),
            }
            yield chosen, feed, [encoding.offsets for encoding in encodings]


class TorchEncoder:
    """A model that has no ONNX form, through sentence-transformers."""

    def __init__(self, card: EncoderCard) -> None:
        location = Path(str(card.location))
        if location.is_absolute() and identity_of(folder_hashes(location)) != card.identity:
            raise EncoderError(f"encoder {location} is not what the index was built with: rebuild with rag index")
        self._model = load(card.name, str(card.location))

    def encode(self, texts: Sequence[str], *, query: bool = False) -> Vectors:
        """Return float32 unit vectors of shape ``(len(texts), dimension)``; ``query`` adds the model's prompt."""
        encode = self._model.encode_query if query else self._model.encode
        vectors = encode(list(texts), normalize_embeddings=True, show_progress_bar=False)
        return np.asarray(vectors, dtype=np.float32)

    def encode_tokens(self, texts: Sequence[str]) -> list[Encoded]:
        """Return each text with its token vectors."""
        import torch

        outputs: Any = self._model.encode(list(texts), output_value=None, show_progress_bar=False)
        spans = self._model.tokenizer(
            list(texts), truncation=True, max_length=self._model.max_seq_length, return_offsets_mapping=True
        )["offset_mapping"]
        unit = torch.nn.functional.normalize
        return [
            _encoded(
                unit(output["sentence_embedding"], dim=-1).cpu().numpy(),
                unit(output["token_embeddings"], dim=-1).cpu().numpy()[: len(own)],
                own,
            )
            for output, own in zip(outputs, spans, strict=True)
        ]


def _encoded(vector: Vectors, tokens: Vectors, spans: Sequence[tuple[int, int]]) -> Encoded:
    real = [n for n, (start, end) in enumerate(spans) if end > start]  # padding and the tokenizer's marks have none
    return Encoded(vector, tokens[real], tuple(spans[n] for n in real))
