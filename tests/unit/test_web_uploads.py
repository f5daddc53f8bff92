import os
import shutil
import time
from pathlib import Path
from typing import NamedTuple

import pytest

from rag.documents.fetched import numbered
from rag.errors import SourceError, UsageError
from rag.web import uploads as module
from rag.web.uploads import Added, Uploads, checked


def add(uploads: Uploads, name: str, content: bytes, below: str = "") -> Added:
    with uploads.receiving(name, len(content), below) as incoming:
        incoming.write(content)
        return incoming.keep()


def held(root: Path) -> dict[str, bytes]:
    return {path.relative_to(root).as_posix(): path.read_bytes() for path in root.rglob("*") if path.is_file()}


def test_nothing_is_overwritten(tmp_path: Path) -> None:
    uploads = Uploads(tmp_path, 1)
    assert add(uploads, "a.txt", b"one") == Added("uploads/a.txt", new=True)
    assert add(uploads, "a.txt", b"two") == Added("uploads/a (2).txt", new=True)
    assert add(uploads, "a.txt", b"two") == Added("uploads/a (2).txt", new=False)
    assert add(uploads, "a.txt", b"one") == Added("uploads/a.txt", new=False)
    assert add(uploads, "a.txt", b"three", "deep/er") == Added("uploads/deep/er/a.txt", new=True)
    (tmp_path / "uploads" / "b.txt").mkdir()
    assert add(uploads, "b.txt", b"four") == Added("uploads/b (2).txt", new=True)
    assert held(tmp_path) == {
        "uploads/a.txt": b"one",
        "uploads/a (2).txt": b"two",
        "uploads/deep/er/a.txt": b"three",
        "uploads/b (2).txt": b"four",
    }


def test_what_is_not_kept_leaves_nothing(tmp_path: Path) -> None:
    uploads = Uploads(tmp_path, 1)
    with uploads.receiving("a.txt", None) as incoming:
        incoming.write(b"half of it")
    with pytest.raises(UsageError, match=r"'a\.txt' is empty"):
        add(uploads, "a.txt", b"")
    assert held(tmp_path) == {}


def test_the_size_is_checked_before_and_while_it_is_read(tmp_path: Path) -> None:
    uploads = Uploads(tmp_path, 1)
    with pytest.raises(UsageError, match="too large: at most 1 MB"), uploads.receiving("a.txt", (1 << 20) + 1):
        pytest.fail("nothing may be read")
    with uploads.receiving("a.txt", 3) as incoming:
        incoming.write(bytes(1 << 20))
        with pytest.raises(UsageError, match="too large"):
            incoming.write(b"!")
    add(uploads, "a.txt", bytes(1 << 20))
    assert list(held(tmp_path)) == ["uploads/a.txt"]


def test_a_full_disk_and_a_full_folder_refuse_more(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    class Usage(NamedTuple):
        free: int

    uploads = Uploads(tmp_path, 1)
    add(uploads, "a.txt", b"one")
    monkeypatch.setattr(module, "MOST_FILES", 1)
    with pytest.raises(SourceError, match="holds 1 files, the most that it may"):
        add(uploads, "b.txt", b"two")
    monkeypatch.undo()
    monkeypatch.setattr(shutil, "disk_usage", lambda _: Usage(module.SPARE_BYTES + 2))
    add(uploads, "b.txt", b"ok")
    with pytest.raises(UsageError, match="too large"):
        add(uploads, "c.txt", b"two")


@pytest.mark.parametrize(
    ("name", "why"),
    [
        ("../a.txt", "without folders"),
        ("a/b.txt", "without folders"),
        ("a\\b.txt", "without folders"),
        ("a\0.txt", "control"),
        ("a\n.txt", "control"),
        (" ", "without folders"),
        (".a.txt", "hidden"),
        ("..", "hidden"),
        ("é" * 100 + ".txt", "at most 200 bytes"),
        ("a.exe", "can be one of .txt"),
        ("txt", "can be one of .txt"),
    ],
)
def test_a_name_that_cannot_be_used_says_why(tmp_path: Path, name: str, why: str) -> None:
    with pytest.raises(UsageError, match=why):
        add(Uploads(tmp_path, 1), name, b"text")
    assert held(tmp_path) == {}


def test_a_name_is_composed_and_may_be_odd() -> None:
    assert checked("Cafe\u0301 <b>.PDF") == "Café <b>.PDF"


def test_numbers_stand_before_the_suffix() -> None:
    first, second, third, *_ = (path for path, _ in zip(numbered(Path("x/a.b.txt")), range(3), strict=False))
    assert [path.as_posix() for path in (first, second, third)] == ["x/a.b.txt", "x/a.b (2).txt", "x/a.b (3).txt"]


def test_what_a_killed_process_left_is_swept_up(tmp_path: Path) -> None:
    folder = tmp_path / "uploads"
    folder.mkdir()
    for name, age in ((".incoming-old", 7200), (".incoming-new", 0), ("kept.txt", 7200)):
        (folder / name).write_bytes(b"half")
        os.utime(folder / name, (time.time() - age,) * 2)
    Uploads(tmp_path, 1)
    assert sorted(held(folder)) == [".incoming-new", "kept.txt"]


def test_a_link_in_place_of_the_folder_is_refused(tmp_path: Path) -> None:
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "uploads").symlink_to(tmp_path / "elsewhere")
    with pytest.raises(SourceError, match="symbolic link"):
        add(Uploads(tmp_path, 1), "a.txt", b"one")
    assert held(tmp_path / "elsewhere") == {}
