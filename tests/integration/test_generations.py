from pathlib import Path

import pytest

from rag.config import Config
from rag.errors import IndexDamaged, IndexMissing, SourceError
from rag.index import generations, manifest
from rag.index.opened import Index
from rag.indexing import builder
from rag.models import encode


@pytest.fixture
def two(own: Config) -> Config:
    """An index with two generations; the older one holds the article alone."""
    (Path(own.sources) / "b.txt").write_text("Bolivia has a new president.")
    builder.build(own)
    return own


def documents(config: Config) -> int:
    with Index.open(config.index) as opened:
        return len(opened.store.documents())


def test_the_list_is_newest_first(two: Config) -> None:
    newer, older = generations.listed(Path(two.index))
    assert (newer.current, newer.documents, older.current, older.documents) == (True, 2, False, 1)
    assert older.bytes > 80 * 2**20
    assert newer.built >= older.built


def test_back_and_forth(two: Config, monkeypatch: pytest.MonkeyPatch) -> None:
    assert documents(two) == 2
    generations.roll_back(Path(two.index))
    assert documents(two) == 1
    monkeypatch.setattr(encode, "load", lambda *_: pytest.fail("what is there already was encoded again"))
    assert builder.build(two).built
    assert documents(two) == 2


def test_a_damaged_generation_is_no_way_back(two: Config) -> None:
    older = generations.listed(Path(two.index))[1]
    vectors = Path(two.index) / older.id / "vectors.npy"
    vectors.write_bytes(vectors.read_bytes()[:-1] + b"x")
    with pytest.raises(IndexDamaged, match=r"vectors.npy does not have the bytes"):
        generations.roll_back(Path(two.index))
    assert documents(two) == 2


def test_prune_keeps_the_current_one(two: Config) -> None:
    newer, older = generations.listed(Path(two.index))
    assert generations.prune(Path(two.index)) == [older.id]
    assert [generation.id for generation in generations.listed(Path(two.index))] == [newer.id]
    with pytest.raises(IndexMissing, match="there is nothing to go back to"):
        generations.roll_back(Path(two.index))


def test_a_damaged_current_generation_loses_no_way_back(two: Config) -> None:
    newer, older = generations.listed(Path(two.index))
    vectors = Path(two.index) / newer.id / "vectors.npy"
    vectors.write_bytes(b"x" * vectors.stat().st_size)
    with pytest.raises(IndexDamaged):
        generations.prune(Path(two.index))
    dry = builder.build(two, dry_run=True)
    assert not dry.current
    assert builder.build(two).built
    assert [generation.id for generation in generations.listed(Path(two.index))] == [newer.id, older.id]
    (Path(two.index) / "CURRENT").unlink()
    assert generations.roll_back(Path(two.index)) == newer.id


def test_looking_makes_no_folder(tmp_path: Path) -> None:
    for act in (generations.listed, generations.roll_back, generations.prune):
        with pytest.raises(IndexMissing):
            act(tmp_path / "typo")
    assert not (tmp_path / "typo").exists()


def test_a_failed_swap_leaves_the_old_one(own: Config, monkeypatch: pytest.MonkeyPatch) -> None:
    (Path(own.sources) / "b.txt").write_text("Bolivia has a new president.")

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Path, "replace", full)
    with pytest.raises(SourceError, match="No space left on device.*the index is as it was"):
        builder.build(own)
    assert documents(own) == 1
    assert not list(Path(own.index).glob(f"{manifest.BUILDING}*"))


def test_nothing_built_there(tmp_path: Path) -> None:
    with pytest.raises(IndexMissing):
        generations.listed(tmp_path)
