"""What is dear and the same for every test goes from one test to the next.

To start a parsing worker takes 0.2 s; one that has parsed a file parses the next for whoever wants the same limits, as
it does within a folder. To load an encoder takes 0.15 s, and most tests have the shared index's. To read the article
for a question takes another 0.2 s, and the tests ask the same few questions over and over; what a network gives depends
on its window alone (``tests/integration/test_network.py``), so each is read once.
"""

import subprocess
import sys
from collections import defaultdict, deque
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from copy import copy
from pathlib import Path
from threading import Lock
from typing import TYPE_CHECKING, Any
from weakref import WeakKeyDictionary

import numpy as np
import pytest
from cachetools import LRUCache

from rag.documents.common.decode import Unusable
from rag.documents.sandbox import Sandbox
from rag.models.encode import EncoderCard, OnnxEncoder
from rag.reading.network import Made, Session, Tokens

if TYPE_CHECKING:
    from numpy.typing import NDArray

Worker = subprocess.Popen[bytes]
REAL = (subprocess.Popen, sys.executable)
"""Who puts something else in the place of these wants a worker of their own."""
START, ASK, INTERRUPT, CLOSE = Sandbox._start, Sandbox._ask, Sandbox.interrupt, Sandbox.close
LOAD, RUN = OnnxEncoder.__init__, Session.run
"""Load and read anew: for a test of whether the same comes of it."""


class Workers:
    """Parsing workers, each kept for the next sandbox unless it was ended or left while it parsed."""

    def __init__(self) -> None:
        self._limits: dict[Worker | None, tuple[str, ...]] = {}
        self._free: defaultdict[tuple[str, ...], deque[Worker]] = defaultdict(deque)
        self._parsing: set[Sandbox] = set()

    def start(self, sandbox: Sandbox) -> Worker:
        if (subprocess.Popen, sys.executable) != REAL:
            return START(sandbox)
        limits = tuple(sandbox._limits)
        with suppress(IndexError):
            while (worker := self._free[limits].pop()).poll() is not None:
                pass
            sandbox._process = worker
            return worker
        worker = START(sandbox)
        self._limits[worker] = limits
        return worker

    def ask(self, sandbox: Sandbox, path: Path, **about: object) -> dict[str, Any]:
        self._parsing.add(sandbox)
        try:
            return ASK(sandbox, path, **about)
        except BaseException as error:
            if not isinstance(error, Unusable):
                self._limits.pop(sandbox._process, None)
            raise
        finally:
            self._parsing.discard(sandbox)

    def interrupt(self, sandbox: Sandbox) -> None:
        if sandbox in self._parsing:
            self._limits.pop(sandbox._process, None)
            INTERRUPT(sandbox)

    def close(self, sandbox: Sandbox) -> None:
        worker = sandbox._process
        if worker and worker in self._limits and sandbox not in self._parsing and worker.poll() is None:
            self._free[self._limits[worker]].append(worker)
            sandbox._process = None
        else:
            CLOSE(sandbox)

    def end(self) -> None:
        for worker in (worker for kept in self._free.values() for worker in kept):
            worker.kill()
            worker.communicate()


@contextmanager
def workers() -> Iterator[None]:
    """Keep each parsing worker that a test has done with for the next that wants the same limits."""

    def method(does: Callable[..., Any]) -> Callable[..., Any]:
        return lambda sandbox, *given, **named: does(sandbox, *given, **named)

    kept = Workers()
    with pytest.MonkeyPatch.context() as patch:
        for name, does in (
            ("_start", kept.start), ("_ask", kept.ask), ("interrupt", kept.interrupt), ("close", kept.close),
        ):  # fmt: skip
            patch.setattr(Sandbox, name, method(does))
        yield
    kept.end()


@contextmanager
def encoders() -> Iterator[None]:
    """Keep the encoders that were loaded last, each for whoever loads the same two files."""
    kept: LRUCache[tuple[Any, ...], OnnxEncoder] = LRUCache(3)
    one = Lock()

    def init(encoder: OnnxEncoder, folder: Path, card: EncoderCard, *, threads: int) -> None:
        files = [(folder / name).stat() for name in ("encoder.onnx", "tokenizer.json")]
        key = (card, *((file.st_dev, file.st_ino, file.st_mtime_ns, file.st_size) for file in files))
        with one:
            if key not in kept:
                LOAD(encoder, folder, card, threads=threads)
                kept[key] = copy(encoder)
            vars(encoder).update(vars(kept[key]), _pool=ThreadPoolExecutor(threads, thread_name_prefix="encode"))

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(OnnxEncoder, "__init__", init)
        yield


@contextmanager
def readings() -> Iterator[None]:
    """Keep what each network gave for each window: another network of the same weights gives it anew."""
    kept: WeakKeyDictionary[Session, dict[tuple[Any, ...], tuple[NDArray[np.float32], ...]]] = WeakKeyDictionary()

    def run(
        session: Session, windows: Sequence[Tokens], outputs: Sequence[str], make: Callable[..., Made]
    ) -> list[Made]:
        known = kept.setdefault(session, {})
        keys = [(*outputs, one.question, one.sentences, one.ids.tobytes()) for one in windows]
        new = {key: one for key, one in zip(keys, windows, strict=True) if key not in known}
        for key, found in zip(new, RUN(session, list(new.values()), outputs, lambda _, *found: found), strict=True):
            for array in (values for values in found if isinstance(values, np.ndarray)):
                array.flags.writeable = False
            known[key] = found
        return [make(one, *known[key]) for key, one in zip(keys, windows, strict=True)]

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Session, "run", run)
        yield
