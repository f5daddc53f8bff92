import shutil
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest
from filelock import FileLock

from rag.config import Config
from rag.errors import SourceError
from rag.index import generations
from rag.indexing.watch import changes


def test_each_change_is_built_and_an_error_does_not_end_it(own: Config, tmp_path: Path) -> None:
    index = Path(own.sources) / "index"  # may lie within: what a build writes is no change
    command = [sys.executable, "-m", "rag", "index", "--watch", "--sources", own.sources, "--index", str(index)]
    with (tmp_path / "out").open("w+") as out:
        process = subprocess.Popen(command, stdout=out, stderr=subprocess.STDOUT)

        def told(lines: int, deadline: float = 40) -> str:
            end = time.monotonic() + deadline
            while (found := (tmp_path / "out").read_text()).count("\n") < lines and time.monotonic() < end:
                time.sleep(0.05)
            return found.splitlines()[lines - 1]

        try:
            assert "1 document (1 added" in told(1)
            added = Path(own.sources) / "b.txt"
            added.write_text("Bolivia has a new president.")
            assert "2 documents (1 added, 0 changed, 0 removed, 1 unchanged)" in told(2)
            assert "1 of 9 passages encoded" in told(2)
            for path in Path(own.sources).glob("*.txt"):
                path.unlink()
            assert "no documents in" in told(3)
            added.write_text("Bolivia has a new president.")
            assert "1 document (0 added, 0 changed, 1 removed, 1 unchanged)" in told(4)
            time.sleep(1.5)
            assert (tmp_path / "out").read_text().count("\n") == 4, "its own writing did not wake it"
        finally:
            process.kill()
            process.wait()


def test_a_folder_that_goes_and_comes_back_and_an_index_above_it(own: Config, tmp_path: Path) -> None:
    sources = tmp_path / "s" / "docs"
    sources.mkdir(parents=True)
    watching = changes(Config(sources=str(sources), index=str(tmp_path / "s")))
    next(watching)
    shutil.rmtree(sources)
    next(watching)
    assert not sources.exists()
    threading.Timer(1, lambda: (sources.mkdir(), (sources / "a.txt").write_text("One."))).start()
    next(watching)
    assert sources.exists()
    threading.Timer(1, lambda: (sources / "b.txt").write_text("Two.")).start()
    while not (sources / "b.txt").exists():
        next(watching)


def test_a_build_by_another_is_waited_for(own: Config, tmp_path: Path) -> None:
    command = [sys.executable, "-m", "rag", "index", "--watch", "--sources", own.sources, "--index", own.index]
    with FileLock(Path(own.index) / generations.LOCK), (tmp_path / "out").open("w") as out:
        process = subprocess.Popen(command, stdout=out, stderr=subprocess.STDOUT)
        time.sleep(4)
    try:
        end = time.monotonic() + 30
        while not (told := (tmp_path / "out").read_text()) and time.monotonic() < end:
            time.sleep(0.05)
        assert told.startswith("nothing changed")
    finally:
        process.kill()
        process.wait()


def test_nothing_to_watch(own: Config, tmp_path: Path) -> None:
    with pytest.raises(SourceError, match="is not there: name one with --sources FOLDER"):
        next(changes(Config(sources=str(tmp_path / "missing"))))
