import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from rag.errors import EncoderError, IndexDamaged, IndexMissing, UnknownSource
from rag.index import manifest
from rag.index.opened import Index
from rag.text.terms import terms
from tests.conftest import ARTICLE


@pytest.fixture
def generation(own_index: Path) -> Path:
    return own_index / (own_index / "CURRENT").read_text().strip()


def damaged(folder: Path, match: str) -> None:
    with pytest.raises(IndexDamaged, match=match) as caught:
        Index.open(folder)
    assert str(caught.value).endswith(f"rebuild with rag index --index {folder}")


def test_documents_and_passages(own_index: Path, article: str) -> None:
    with Index.open(own_index, verify=True) as index:
        (listing,) = index.store.documents()
        assert (listing.source, listing.characters) == (ARTICLE, len(article))
        assert index.store.document(ARTICLE).text == article
        passages = index.store.passages(range(len(index)))
    assert len(passages) == 8
    assert all(article[p.start : p.end] == p.text for p in passages)
    assert passages[-1].end == len(article.rstrip())


def test_unknown_source(own_index: Path) -> None:
    with Index.open(own_index) as index:
        with pytest.raises(UnknownSource, match=f"did you mean '{ARTICLE}'"):
            index.store.document(ARTICLE.replace("5e8", "5e9"))
        with pytest.raises(UnknownSource, match=r"no source 'x' in the index: rag status --sources lists all"):
            index.store.document("x")


def test_scores(own_index: Path) -> None:
    with Index.open(own_index) as index:
        vector = index.encoder.encode(["oil from Venezuela"])[0]
        ids, cosines = index.vectors.nearest(vector, 100)
        assert sorted(ids.tolist()) == list(range(8))
        assert np.allclose(index.vectors.cosines(vector, ids), cosines, atol=1e-6)
        bm25 = index.lexical.scores(terms("Mexico"))
        assert [n for n in range(8) if bm25[n] > 0] == [7]
        assert index.lexical.frequency(*terms("Mexico")) == 1
        assert index.lexical.frequency("zebra") == 0
        assert not index.lexical.scores(terms("zebra the of")).any()


def test_missing(tmp_path: Path) -> None:
    with pytest.raises(IndexMissing, match=f"no index in {tmp_path}: build one with rag index --index {tmp_path}"):
        Index.open(tmp_path)


@pytest.mark.parametrize("name", ["vectors.npy", "passages.sqlite", "encoder/encoder.onnx", "bm25/vocab.index.json"])
def test_a_flipped_bit(own_index: Path, generation: Path, name: str) -> None:
    content = bytearray((generation / name).read_bytes())
    content[len(content) // 2] ^= 1
    (generation / name).write_bytes(content)
    damaged(own_index, f"{name} does not have the bytes that were built")


def test_a_truncated_file(own_index: Path, generation: Path) -> None:
    with (generation / "vectors.npy").open("r+b") as file:
        file.truncate(100)
    damaged(own_index, "vectors.npy has 100 bytes, not")


def test_a_missing_file(own_index: Path, generation: Path) -> None:
    (generation / "passages.sqlite").unlink()
    damaged(own_index, "passages.sqlite cannot be read")


def test_two_files_swapped(own_index: Path, generation: Path) -> None:
    one, other = generation / "bm25/data.csc.index.npy", generation / "bm25/indices.csc.index.npy"
    assert one.stat().st_size == other.stat().st_size, "so that sizes alone would not tell"
    content = one.read_bytes()
    one.write_bytes(other.read_bytes())
    other.write_bytes(content)
    damaged(own_index, "does not have the bytes that were built")


def test_a_changed_manifest(own_index: Path, generation: Path) -> None:
    changed = json.loads((generation / "manifest.json").read_text())
    changed["counts"]["passages"] = 7
    (generation / "manifest.json").write_text(json.dumps(changed))
    damaged(own_index, "manifest.json cannot be used .its content was changed")


def test_an_encoder_that_gives_other_vectors_here(own_index: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with Index.open(own_index) as index:
        index.manifest = replace(index.manifest, canaries=index.manifest.canaries[1:])
        with pytest.raises(EncoderError, match="does not give here what it gave .*: rebuild with rag index --index"):
            index.load()


def test_a_large_generation_is_hashed_after_a_build_that_did_not_end(
    own_index: Path, generation: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(manifest, "HASHED_AT_OPEN", 0)
    content = bytearray((generation / "passages.sqlite").read_bytes())
    content[-1] ^= 1
    (generation / "passages.sqlite").write_bytes(content)
    Index.open(own_index).close()
    (own_index / f"{manifest.BUILDING}123").mkdir()
    damaged(own_index, "passages.sqlite does not have the bytes that were built")


@pytest.mark.parametrize("content", ["", "{", "[]", "{}", "null"])
def test_a_broken_manifest(own_index: Path, generation: Path, content: str) -> None:
    (generation / "manifest.json").write_text(content)
    damaged(own_index, "manifest.json cannot be used")


def test_another_format(own_index: Path, generation: Path) -> None:
    changed = json.loads((generation / "manifest.json").read_text())
    changed["format"] = 99
    (generation / "manifest.json").write_text(json.dumps(changed))
    damaged(own_index, f"has index format 99, not {manifest.FORMAT}")


@pytest.mark.parametrize("content", [b"", b"\n", b"../elsewhere\n", b"\xff\n"])
def test_a_broken_pointer(own_index: Path, content: bytes) -> None:
    (own_index / "CURRENT").write_bytes(content)
    with pytest.raises(IndexDamaged, match="rebuild with rag index"):
        Index.open(own_index)
