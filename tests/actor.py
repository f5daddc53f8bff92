"""What changes an index in processes of its own, to be killed: each is forked from one that imported all they need.

So a process begins within milliseconds, and a kill meets what it does, not its imports.
"""

import builtins
import contextlib
import io
import multiprocessing
import os
import resource
import signal
from collections.abc import Callable
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

import bm25s  # noqa: F401
import faiss  # noqa: F401
import onnxruntime  # noqa: F401
import rensa  # noqa: F401
import tokenizers  # noqa: F401
import tqdm  # noqa: F401

from rag.cli import main as cli
from rag.config import Config
from rag.index import generations, store
from rag.indexing import builder
from rag.models import embed

FORKED = multiprocessing.get_context("forkserver")
FORKED.set_forkserver_preload([__name__])
ACTS: dict[str, Callable[[Config], object]] = {
    "build": lambda config: builder.build(config).generation,
    "rollback": lambda config: generations.roll_back(Path(config.index)),
    "prune": lambda config: generations.prune(Path(config.index)),
}


class Actor:
    """A process that does what it is told, one act after the other, and answers with what came of it."""

    def __init__(self, config: Config) -> None:
        self.ours, theirs = FORKED.Pipe()
        self.process = FORKED.Process(target=_acts, args=(theirs, config))
        self.process.start()
        theirs.close()
        assert self.ours.recv() == "ready"

    def __enter__(self) -> "Actor":
        return self

    def __exit__(self, *_: object) -> None:
        self.ours.close()
        self.process.join()

    def answer(self) -> Any:
        """Return what came of the last act; None if the process was killed before it could tell."""
        try:
            return self.ours.recv()
        except (EOFError, ConnectionResetError):
            return None


def _acts(pipe: Connection, config: Config) -> None:
    pipe.send("ready")
    while True:
        try:
            act = pipe.recv()
        except EOFError:
            return
        pipe.send(ACTS[act](config))


def dying(config: Config, last: int) -> int:
    """Build in a process that kills itself at the ``last`` of the calls of a swap; return its exit code.

    Between the renames of a swap there is too little time for a kill to fall there by chance.
    """
    process = FORKED.Process(target=_dies, args=(config, last))
    process.start()
    process.join(120)
    assert process.exitcode is not None
    return process.exitcode


def _dies(config: Config, last: int) -> None:
    calls, rename = 0, os.rename

    def counted(do: Callable[..., Any]) -> Callable[..., Any]:
        def call(*args: Any, **named: Any) -> Any:
            nonlocal calls
            calls += bool(calls) or do is rename
            if calls == last:
                os.kill(os.getpid(), signal.SIGKILL)
            return do(*args, **named)

        return call

    for name in ("rename", "replace", "fsync", "unlink"):
        setattr(os, name, counted(getattr(os, name)))
    builder.build(config)


def limited(config: Config, name: str, limit: int) -> tuple[int, str]:
    """Run ``rag index`` in a process that cannot make one file larger; return its exit code and what it said.

    Every write beyond the limit fails for that file alone, whoever writes it: Python, NumPy, SQLite or the tokenizer.

    Args:
        config: names the sources, the index and the encoder.
        name: the end of the file's path.
        limit: in bytes.
    """
    ours, theirs = FORKED.Pipe()
    process = FORKED.Process(target=_within, args=(theirs, config, name, limit))
    process.start()
    theirs.close()
    found: tuple[int, str] = ours.recv()
    process.join()
    return found


def _within(pipe: Connection, config: Config, name: str, limit: int) -> None:
    real = open

    def allow(most: int) -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (most, resource.RLIM_INFINITY))

    def opened(file: Any, mode: str = "r", *rest: Any, **named: Any) -> Any:
        if set(mode) & set("wax+"):
            allow(limit if str(file).endswith(name) else resource.RLIM_INFINITY)
        return real(file, mode, *rest, **named)

    def bounded(module: object, function: str, suffixes: str) -> None:
        do = getattr(module, function)

        def within(*args: Any, **named: Any) -> Any:
            allow(limit if name.endswith(suffixes) else resource.RLIM_INFINITY)
            try:
                return do(*args, **named)
            finally:
                allow(resource.RLIM_INFINITY)

        setattr(module, function, within)

    for module in (builtins, io):
        vars(module)["open"] = opened
    bounded(store, "write", ".sqlite")
    bounded(embed, "_write_onnx", "tokenizer.json")
    options = ["--sources", config.sources, "--index", config.index, "--encoder", config.encoder]
    with contextlib.redirect_stderr(io.StringIO()) as said:
        code = cli.main(["index", *options])
    pipe.send((code, said.getvalue()))
