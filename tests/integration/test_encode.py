from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest

from rag.config import Config
from rag.documents import split
from rag.models import embed, encode


@pytest.fixture(scope="module")
def onnx(config: Config) -> encode.OnnxEncoder:
    (folder,) = Path(config.index).glob("*/encoder")
    encoder = encode.read(folder, threads=2)
    assert isinstance(encoder, encode.OnnxEncoder)
    return encoder


@pytest.fixture(scope="module")
def torch() -> encode.TorchEncoder:
    model = embed.find(embed.PACKAGED_NAME)
    card = encode.EncoderCard(
        model.name, model.identity, 384, 256, "mean", "", "", "sentence-transformers", model.location
    )
    return encode.TorchEncoder(card)


@pytest.fixture(scope="module")
def sentences(article: str) -> list[str]:
    """200 texts: the article's sentences, parts and joins of them, and other scripts."""
    own = [article[s.start : s.end] for s in split.sentences(article)]
    parts = [text[: len(text) // n] for text in own for n in (2, 3, 5, 8)]
    joins = [f"{a} {b}" for a, b in pairwise(own)]
    others = ["短い文です。", "Он сказал нет.", "naïve café", "?", "x" * 3000, "a b " * 400, "😀 emoji", "2.8 %", ""]
    return (own + parts + joins + others)[:200]


def test_parity_on_200_sentences(onnx: encode.OnnxEncoder, torch: encode.TorchEncoder, sentences: list[str]) -> None:
    assert len(sentences) == 200
    original = torch._model.encode(sentences, normalize_embeddings=True, show_progress_bar=False)
    cosines = (onnx.encode(sentences) * original).sum(axis=1)
    assert cosines.min() >= 0.9999


def test_vectors_have_length_one(onnx: encode.OnnxEncoder, sentences: list[str]) -> None:
    vectors = onnx.encode(sentences)
    assert vectors.shape == (200, 384)
    assert np.allclose(np.linalg.norm(vectors, axis=1), 1, atol=1e-5)


@pytest.mark.usefixtures("read_anew")
def test_a_vector_depends_on_its_text_alone_to_the_last_bit(
    onnx: encode.OnnxEncoder, config: Config, sentences: list[str]
) -> None:
    together = onnx.encode(sentences[:60])
    assert np.array_equal(together, onnx.encode(sentences[:60][::-1])[::-1])
    (folder,) = Path(config.index).glob("*/encoder")
    alone = encode.read(folder, threads=1)
    assert np.array_equal(together, np.concatenate([alone.encode([text]) for text in sentences[:60]]))


def test_a_prompt_stands_before_each_text(onnx: encode.OnnxEncoder) -> None:
    assert np.array_equal(onnx.encode(["Havana"], "passage: "), onnx.encode(["passage: Havana"]))
