"""Builds that are killed and indexes that are rebuilt under a reader."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

from rag.config import Config
from rag.engine import Engine
from rag.index import generations, manifest
from rag.index.opened import Index
from rag.indexing import builder
from tests.conftest import files


def test_a_killed_build_loses_nothing(own: Config) -> None:
    before = files(own)
    (Path(own.sources) / "b.txt").write_text("Bolivia has a new president.")
    command = [sys.executable, "-m", "rag", "index", "--sources", own.sources, "--index", own.index]
    process = subprocess.Popen(command, stderr=subprocess.DEVNULL)
    deadline = time.monotonic() + 30
    while not list(Path(own.index).glob(f"{manifest.BUILDING}*/*")) and time.monotonic() < deadline:
        time.sleep(0.01)
    os.kill(process.pid, signal.SIGKILL)
    process.wait()
    left = {name for name in files(own) if manifest.BUILDING in name}
    assert left, "it was killed while it built"
    assert {name: content for name, content in files(own).items() if name not in left} == before
    with Index.open(own.index, verify=True) as opened:
        assert len(opened.store.documents()) == 1
    assert builder.build(own).documents == 2, "and the next build sweeps up"
    assert not list(Path(own.index).glob(f"{manifest.BUILDING}*"))


def test_a_kill_just_before_the_swap_loses_nothing(own: Config) -> None:
    (Path(own.sources) / "b.txt").write_text("Bolivia has a new president.")
    die = "import os, pathlib, sys; pathlib.Path.replace = lambda *_: os._exit(9)"
    code = f"{die}; from rag.cli.main import main; main(sys.argv[1:])"
    command = [sys.executable, "-c", code, "index", "--sources", own.sources, "--index", own.index]
    assert subprocess.run(command, check=False, timeout=60).returncode == 9
    assert (Path(own.index) / generations.POINTER).exists(), "it was killed at the last rename"
    with Index.open(own.index, verify=True) as opened:
        assert len(opened.store.documents()) == 1
    assert builder.build(own).documents == 2


def test_an_engine_holds_its_generation_whole(own: Config) -> None:
    with Engine.open(config=own) as engine:
        for number in range(3):
            (Path(own.sources) / "b.txt").write_text(f"Bolivia has president number {number}.")
            builder.build(own)
        assert not engine.index.path.exists()
        assert engine.ask("Who is Cuba's foreign minister?").outcome == "answered"


def test_folders_of_others_are_left_alone(own: Config) -> None:
    others = [Path(own.index) / name for name in ("my-extension", "0123456789abcdef-copy")]
    for other in others:
        other.mkdir()
        (other / "manifest.json").write_text("{}")
    (Path(own.index) / "fedcba9876543210").symlink_to(others[0])
    for number in range(3):
        (Path(own.sources) / "b.txt").write_text(f"Bolivia has president number {number}.")
        builder.build(own)
    assert all((other / "manifest.json").exists() for other in others)
    there = [path for path in Path(own.index).iterdir() if manifest.GENERATION.fullmatch(path.name)]
    assert len(there) == 3, "two generations and the link"
