"""Generations that are made without a model: their encoder is a few bytes, their vectors follow from the texts."""

import hashlib
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from rag.index import bm25, manifest, store, vectors
from rag.indexing import builder
from rag.indexing.ingestion import ingested
from rag.models.encode import EncoderCard, Vectors
from rag.schema import Document

DIMENSION = 32


def vector(text: str) -> Vectors:
    """Return a unit vector that depends on a text alone."""
    dice = np.random.default_rng(int.from_bytes(hashlib.blake2b(text.encode(), digest_size=8).digest()))
    found = dice.standard_normal(DIMENSION).astype(np.float32)
    unit: Vectors = found / np.linalg.norm(found)
    return unit


def make(target: Path, documents: Sequence[Document]) -> str:
    """Write a finished generation into a new folder, as the builder does; return its id."""
    identity = hashlib.sha256(repr(documents).encode()).hexdigest()[:16]
    target.mkdir(exist_ok=True)
    counts = store.write(target / manifest.STORE, ingested(documents, {d.source: "" for d in documents}, 200))
    stored = store.Store(target / manifest.STORE)
    bm25.write(target / manifest.BM25, stored.headed_texts())
    rows = np.array([vector(text) for text in stored.texts()])
    search = vectors.write(target, (len(rows), DIMENSION), [rows])
    stored.close()
    (target / manifest.ENCODER).mkdir()
    (target / manifest.ENCODER / "encoder.onnx").write_bytes(b"none")
    encoder = EncoderCard("none", "none", DIMENSION, 256, "mean", "", "", "onnx")
    builder._seal(target, manifest.Manifest(identity, encoder, (), 200, search, counts))
    return identity
