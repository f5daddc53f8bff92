from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from rag.index import vectors
from rag.index.manifest import VectorSearch
from rag.index.vectors import VectorStore, write

DIMENSION = 48


def unit(count: int, seed: int) -> NDArray[np.float32]:
    rows = np.random.default_rng(seed).standard_normal((count, DIMENSION), dtype=np.float32)
    return rows / np.linalg.norm(rows, axis=1, keepdims=True)


def clustered(count: int, centres: int = 50) -> NDArray[np.float32]:
    rows = unit(centres, 0)[np.arange(count) % centres] + np.float32(0.5) * unit(count, 1)
    return rows / np.linalg.norm(rows, axis=1, keepdims=True)


def written(folder: Path, rows: NDArray[np.float32], block: int = 1000) -> VectorSearch:
    folder.mkdir()
    return write(folder, rows.shape, (rows[start : start + block] for start in range(0, max(1, len(rows)), block)))


def brute_force(rows: NDArray[np.float32], vector: NDArray[np.float32], n: int) -> list[int]:
    return np.argsort(-(rows @ vector), kind="stable")[:n].tolist()


@pytest.fixture
def small_limit(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(vectors, "EXACT_UP_TO", 1000)
    monkeypatch.setattr(vectors, "COMPARED", 40)


@pytest.mark.parametrize("count", [0, 1, 30, 5000])
@pytest.mark.parametrize("threads", [1, 2, 3])
def test_exact_is_what_numpy_finds(tmp_path: Path, count: int, threads: int) -> None:
    rows = unit(count, 1)
    search = written(tmp_path / "a", rows)
    assert search == VectorSearch("flat")
    store = VectorStore.open(tmp_path / "a", search, threads)
    assert len(store) == count
    for vector in unit(5, 2):
        ids, cosines = store.nearest(vector, 50)
        assert ids.tolist() == brute_force(rows, vector, 50)
        assert ids.dtype == np.int64
        assert cosines.dtype == np.float32
        assert np.allclose(cosines, rows[ids] @ vector, atol=1e-6)
        assert np.array_equal(store.cosines(vector, ids[::-1]), cosines[::-1])
    store.close()


@pytest.mark.parametrize("count", [0, 30, 3000])
@pytest.mark.parametrize("threads", [1, 3])
def test_many_vectors_find_what_each_finds_by_itself(monkeypatch: pytest.MonkeyPatch, count: int, threads: int) -> None:
    monkeypatch.setattr(vectors, "_MERGED", 2)
    rows = unit(count, 1)
    rows[count // 2 :] = rows[: count - count // 2]  # every row twice: of equals the earlier comes first
    store = VectorStore(rows, threads=threads)
    asked = unit(41, 2)
    everything = np.arange(count)
    each = [store.nearest(vector, 50, everything)[0].tolist() for vector in asked]
    assert store.nearest_of_all(asked, 50).tolist() == each
    store.close()


def test_the_file_is_what_numpy_writes(tmp_path: Path) -> None:
    rows = unit(2500, 1)
    written(tmp_path / "a", rows)
    np.save(tmp_path / "whole.npy", rows)
    assert (tmp_path / "a" / vectors.VECTORS).read_bytes() == (tmp_path / "whole.npy").read_bytes()
    assert not (tmp_path / "a" / vectors.SIGNS).exists()


def test_rows(tmp_path: Path) -> None:
    rows = unit(300, 1)
    store = VectorStore.open(tmp_path / "a", written(tmp_path / "a", rows, block=77))
    assert np.array_equal(store.rows(np.array([70, 3, 299])), rows[[70, 3, 299]])
    assert np.array_equal(store.rows(np.arange(300)), rows)


def test_equals_stand_in_order(tmp_path: Path) -> None:
    rows = np.repeat(unit(2, 1), 3000, axis=0)
    for name, threads in (("a", 1), ("b", 2)):
        store = VectorStore.open(tmp_path / name, written(tmp_path / name, rows), threads)
        ids, cosines = store.nearest(rows[-1], 40)
        assert (rows[ids] == rows[-1]).all()
        assert (cosines == cosines[0]).all()
        assert ids.tolist() == sorted(ids.tolist())


@pytest.mark.parametrize("approximate", [False, True])
def test_a_filter_is_exact(tmp_path: Path, small_limit: None, approximate: bool) -> None:
    rows = clustered(4000 if approximate else 900)
    search = written(tmp_path / "a", rows)
    assert (search.kind == "signs") is approximate
    store = VectorStore.open(tmp_path / "a", search)
    for step in (1, 3, 100, 2000):
        among = np.arange(len(rows))[::step]
        for vector in unit(5, 3):
            ids, _ = store.nearest(vector, 50, among)
            assert ids.tolist() == among[brute_force(rows[among], vector, 50)].tolist()
    ids, cosines = store.nearest(rows[0], 50, np.zeros(0, dtype=np.int64))
    assert len(ids) == len(cosines) == 0


def test_signs_find_the_right_rows(tmp_path: Path, small_limit: None) -> None:
    rows = clustered(4000)
    search = written(tmp_path / "a", rows)
    assert search.kind == "signs"
    assert 0.98 <= (search.recall_at_50 or 0) <= (search.recall_at_10 or 0) <= 1
    one, three = (VectorStore.open(tmp_path / "a", search, threads) for threads in (1, 3))
    hits = 0
    for number, row in enumerate(rows[:100]):
        ids, cosines = one.nearest(row, 10)
        assert ids[0] == number
        assert cosines[0] == pytest.approx(1, abs=1e-5)
        assert np.array_equal(three.nearest(row, 10), (ids, cosines))
        hits += len(np.intersect1d(ids, brute_force(rows, row, 10)))
    assert hits >= 0.98 * 1000
    assert len(one.nearest(rows[0], 9999)[0]) == 4000


def test_signs_that_find_too_little_are_not_used(tmp_path: Path, small_limit: None) -> None:
    rows = unit(20_000, 1)
    search = written(tmp_path / "a", rows)
    assert search.kind == "flat"
    assert 0 < (search.recall_at_50 or 0) < vectors.RECALL
    assert [path.name for path in (tmp_path / "a").iterdir()] == [vectors.VECTORS]
    vector = unit(1, 2)[0]
    assert VectorStore.open(tmp_path / "a", search).nearest(vector, 50)[0].tolist() == brute_force(rows, vector, 50)


def test_the_same_vectors_give_the_same_bytes(tmp_path: Path, small_limit: None) -> None:
    rows = clustered(4000)
    searches = [written(tmp_path / name, rows, block) for name, block in (("a", 1000), ("b", 64))]
    assert searches[0] == searches[1]
    for name in (vectors.VECTORS, vectors.SIGNS):
        assert (tmp_path / "a" / name).read_bytes() == (tmp_path / "b" / name).read_bytes()


def test_who_has_it_open_goes_on_when_it_is_deleted(tmp_path: Path) -> None:
    rows = unit(3000, 1)
    store = VectorStore.open(tmp_path / "a", written(tmp_path / "a", rows))
    (tmp_path / "a" / vectors.VECTORS).unlink()
    assert store.nearest(rows[7], 1)[0].tolist() == [7]


def test_a_file_that_is_not_there_or_cut_short(tmp_path: Path) -> None:
    search = written(tmp_path / "a", unit(100, 1))
    with (tmp_path / "a" / vectors.VECTORS).open("r+b") as file:
        file.truncate(5000)
    with pytest.raises(ValueError, match="mmap length is greater than file size"):
        VectorStore.open(tmp_path / "a", search)
    with pytest.raises(FileNotFoundError):
        VectorStore.open(tmp_path, search)
