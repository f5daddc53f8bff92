"""Measure searches over many vectors, exact and approximate, with their recall; print Markdown tables.

    python benchmarks/vectors.py [--count 1000000] [--data DATA]

DATA holds folders, each with ``corpus.jsonl.gz`` (lines with ``text``) and ``gold.jsonl.gz`` (lines with ``question``).
``PASSAGES`` of these texts are encoded, and the vectors searched are mixtures of near ones of them and of others, so
that a question's neighbours are about as near as among so many real passages; the questions are real. Without --data
both are made up. Needs about 8 GB of memory and as much of disk for a million vectors, and 15 minutes with two cores.

The bound is the time in which two threads read the same bytes from the same mapping and do nothing but OR them. It is
measured in turn with the search, and medians are compared.
"""

import argparse
import gzip
import json
import random
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path
from typing import Any

import faiss
import numpy as np

from rag.index import vectors
from rag.models import embed, encode

PASSAGES, QUESTIONS, N = 10_000, 300, 50
BLOCK = 10_000
HNSW_COUNT = 200_000
"""Linking more takes too long to be measured each time."""
POOL = ThreadPoolExecutor(2)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--count", type=int, default=1_000_000, help="vectors (default: 1000000)")
    parser.add_argument("--data", type=Path, help="folder with real texts and questions")
    arguments = parser.parse_args()
    count = arguments.count
    passages, questions = real(arguments.data) if arguments.data else made_up()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        began = time.perf_counter()
        search = vectors.write(folder, (count, passages.shape[1]), like(passages, count))
        seconds = time.perf_counter() - began
        print(f"{count} vectors of {passages.shape[1]} dimensions, drawn, written and tried in {seconds:.0f} s:")
        print(f"`{json.dumps(search.form())}`\n")
        store = vectors.VectorStore.open(folder, search)
        exact(store, folder, questions)
        approximate(store, questions)
        store.close()
    with tempfile.TemporaryDirectory() as name:
        search = vectors.write(Path(name), (count, passages.shape[1]), like(None, count))
        print(f"\nUniformly random vectors, the worst case: `{json.dumps(search.form())}`")


def passed(words: Any, _: int) -> None:
    """Pass over all of what is searched, which is what bounds a search that leaves nothing out."""
    list(POOL.map(np.bitwise_or.reduce, np.array_split(words, 2)))


def nearest(store: vectors.VectorStore, questions: Any, among: Any, i: int) -> None:
    store.nearest(questions[i], N, among)


def exact(store: vectors.VectorStore, folder: Path, questions: Any) -> None:
    print(f"| exact, the {N} nearest of | bound, ms | VectorStore, ms | of bound |\n| --- | --- | --- | --- |")
    mapped = np.load(folder / vectors.VECTORS, mmap_mode="r")
    for size in [size for size in (1000, 10_000, 100_000, 200_000, 500_000) if size < len(store)] + [len(store)]:
        among = np.arange(size)
        words = mapped[:size].reshape(-1).view(np.int64)
        bound, found = in_turn(
            partial(passed, words),
            partial(nearest, store, questions, among),
            rounds=max(20, min(200, 20_000_000 // size)),
        )
        print(f"| {size} | {bound:.2f} | {found:.2f} | {found / bound:.2f} |")

    matrix = np.array(mapped)
    halves = [(0, len(matrix) // 2), (len(matrix) // 2, len(matrix))]
    shards = faiss.IndexShards(matrix.shape[1], True, True)  # type: ignore[call-arg]  # noqa: FBT003  # threaded, rows numbered through
    flats = [flat(matrix[start:stop]) for start, stop in halves]
    for shard in flats:
        shards.add_shard(shard)
    inner = faiss.METRIC_INNER_PRODUCT

    def slices(i: int) -> None:
        list(POOL.map(lambda half: faiss.knn(questions[i : i + 1], matrix[half[0] : half[1]], N, inner), halves))

    ways: dict[str, Callable[[int], object]] = {
        "VectorStore, mapped": lambda i: store.nearest(questions[i], N, everything),
        "VectorStore, a filter that 1 row in 2 passes": lambda i: store.nearest(questions[i], N, everything[::2]),
        "VectorStore, a filter that 1 row in 100 passes": lambda i: store.nearest(questions[i], N, everything[::100]),
        "one thread, `faiss.knn`": lambda i: faiss.knn(questions[i : i + 1], matrix, N, inner),
        "two threads, `faiss.knn` on a half each": slices,
        "`faiss.IndexShards`, threaded": lambda i: shards.search(questions[i : i + 1], N),
        "numpy, `matrix @ vector` and `argpartition`": lambda i: np.argpartition(-(matrix @ questions[i]), N)[:N],
    }
    everything = np.arange(len(store))
    print(f"\n| exact, {len(store)} vectors | p50, ms |\n| --- | --- |")
    for name, way in ways.items():  # not in turn: threads of BLAS and OpenMP go on spinning after each
        print(f"| {name} | {in_turn(way, rounds=20)[0]:.1f} |", flush=True)


def approximate(store: vectors.VectorStore, questions: Any) -> None:
    count = len(store)
    print(
        f"\n| approximate, then exact among candidates | candidates | build, s | MB | recall@10 | recall@{N} |", end=""
    )
    print(" p50, ms | p95, ms |\n| --- | --- | --- | --- | --- | --- | --- | --- |")
    table = Table(store, questions, count)
    table.signs()
    table.faiss("RaBitQfs", [(0, 500), (0, 1000)])
    lists = 2 ** round(np.log2(4 * count**0.5))
    table.faiss(f"IVF{lists},SQ8", [(lists // part, 200) for part in (128, 64, 32)])
    table = Table(store, questions, min(count, HNSW_COUNT))
    table.faiss("HNSW16_SQ8", [(128, 100), (256, 100)])
    table.faiss("HNSW32_SQ8", [(128, 100), (256, 100)])


class Table:
    """One line for each way to search the first ``count`` vectors."""

    def __init__(self, store: vectors.VectorStore, questions: Any, count: int) -> None:
        self.store, self.questions, self.count = store, questions, count
        self.truth = [store.nearest(question, N, np.arange(count))[0] for question in questions]

    def signs(self) -> None:
        began = time.perf_counter()
        codes = np.concatenate([np.packbits(rows > 0, axis=1) for rows in blocks(self.store, self.count)])
        seconds = time.perf_counter() - began
        kept = vectors.COMPARED
        for vectors.COMPARED in (20, 40, 80, 160):
            signed = vectors.VectorStore(self.store.rows(np.arange(self.count)), codes)
            self.row("signs (VectorStore)", N * vectors.COMPARED, seconds, codes.nbytes, partial(signed.nearest, n=N))
            signed.close()
        vectors.COMPARED = kept

    def faiss(self, factory: str, settings: list[tuple[int, int]]) -> None:
        """Measure an index of FAISS, with so many lists (IVF) or entries (HNSW) looked at, and so many candidates."""
        index, seconds = built(factory, self.store, self.count)
        size = faiss.serialize_index(index).nbytes
        for effort, candidates in settings:
            name = f"{factory}, {effort} looked at" if effort else factory
            if factory.startswith("IVF"):
                index.nprobe, index.parallel_mode = effort, 1
            elif factory.startswith("HNSW"):
                index.hnsw.efSearch = effort
                name += f", **of {self.count}**"
            search = partial(self.rescored, index, candidates)
            self.row(name, candidates, seconds, size, search)

    def rescored(self, index: Any, candidates: int, vector: Any) -> Any:
        found = index.search(vector[None], candidates)[1][0]
        return self.store.nearest(vector, N, np.sort(found[found >= 0]))

    def row(self, name: str, candidates: int, build: float, size: int, search: Callable[[Any], Any]) -> None:
        seconds, ten, fifty = [], [], []
        for question, truth in zip(self.questions, self.truth, strict=True):
            began = time.perf_counter()
            found = search(question)[0]
            seconds.append(1000 * (time.perf_counter() - began))
            ten.append(len(np.intersect1d(found[:10], truth[:10])) / 10)
            fifty.append(len(np.intersect1d(found, truth)) / N)
        p50, p95 = statistics.median(seconds), statistics.quantiles(seconds, n=20)[-1]
        print(f"| {name} | {candidates} | {build:.1f} | {size / 1e6:.0f} | {statistics.fmean(ten):.4f} |", end="")
        print(f" {statistics.fmean(fifty):.4f} | {p50:.2f} | {p95:.2f} |", flush=True)


def built(factory: str, store: vectors.VectorStore, count: int) -> tuple[Any, float]:
    began = time.perf_counter()
    index = faiss.index_factory(store.rows(np.arange(1)).shape[1], factory, faiss.METRIC_INNER_PRODUCT)
    if isinstance(index, faiss.IndexIVF):
        index.cp.niter = 10
        index.train(store.rows(np.arange(min(count, 50 * index.nlist))))
    else:
        index.train(store.rows(np.arange(min(count, 20_000))))
    for rows in blocks(store, count):
        index.add(rows)
    return index, time.perf_counter() - began


def flat(rows: Any) -> Any:
    index = faiss.IndexFlatIP(rows.shape[1])
    index.add(rows)
    return index


def blocks(store: vectors.VectorStore, count: int | None = None) -> Iterator[Any]:
    count = count or len(store)
    return (store.rows(np.arange(start, min(start + BLOCK, count))) for start in range(0, count, BLOCK))


def in_turn(*runs: Callable[[int], object], rounds: int) -> list[float]:
    """Return the median milliseconds of each, the runs taking turns; the first three rounds do not count."""
    taken: list[list[float]] = [[] for _ in runs]
    for i in range(rounds + 3):
        for run, times in zip(runs, taken, strict=True):
            began = time.perf_counter()
            run(i)
            times.append(1000 * (time.perf_counter() - began))
    return [statistics.median(times[3:]) for times in taken]


def unit(rows: Any) -> Any:
    return (rows / np.linalg.norm(rows, axis=1, keepdims=True)).astype(np.float32)


def like(passages: Any | None, count: int) -> Iterator[Any]:
    """Yield blocks of vectors: mixtures of near passages and others, or uniformly random ones."""
    dice = np.random.default_rng(0)
    if passages is None:
        for start in range(0, count, BLOCK):
            yield unit(dice.standard_normal((min(BLOCK, count - start), 384), dtype=np.float32))
        return
    near = faiss.knn(passages, passages, 32, faiss.METRIC_INNER_PRODUCT)[1]
    centred = passages - passages.mean(axis=0)
    for start in range(0, count, BLOCK):
        size = min(BLOCK, count - start)
        one = dice.integers(len(passages), size=size)
        share = dice.uniform(0.5, 1, size=(size, 1))
        rows = share * passages[one] + (1 - share) * passages[near[one, dice.integers(1, 32, size=size)]]
        for _ in range(4):
            rows += dice.choice([-0.25, 0.25], size=(size, 1)) * centred[dice.integers(len(centred), size=size)]
        yield unit(rows)


def made_up() -> tuple[Any, Any]:
    """Return vectors whose directions differ in weight as those of real texts do, and questions near some of them."""
    dice = np.random.default_rng(1)
    turned = np.linalg.qr(dice.standard_normal((384, 384)))[0]  # of real ones no number by itself says more than others
    rows = unit(dice.standard_normal((PASSAGES, 384)) * np.arange(1, 385) ** -0.4 @ turned)
    return rows, unit(rows[:QUESTIONS] + 0.07 * dice.standard_normal((QUESTIONS, 384)))


def real(data: Path) -> tuple[Any, Any]:
    """Return the vectors of passages and of questions."""
    texts, questions = (
        sorted({line[key][:1000] for path in sorted(data.glob(f"*/{name}.jsonl.gz")) for line in lines(path)})
        for name, key in (("corpus", "text"), ("gold", "question"))
    )
    random.Random(0).shuffle(texts)
    random.Random(0).shuffle(questions)
    model = embed.find(embed.PACKAGED_NAME)
    loaded = encode.load(model.name, model.location)
    with tempfile.TemporaryDirectory() as folder:
        encoder = encode.OnnxEncoder(Path(folder), embed.export(model, loaded, Path(folder)), threads=2)
        return encoder.encode(texts[:PASSAGES]), encoder.encode(questions[:QUESTIONS], encoder.card.query_prompt)


def lines(path: Path) -> list[dict[str, Any]]:
    with gzip.open(path, "rt", encoding="utf-8") as file:
        return [json.loads(line) for line in file]


if __name__ == "__main__":
    main()
