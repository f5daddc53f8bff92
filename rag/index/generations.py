"""The generations of an index folder: which there are, which one is asked, and the one who may write.

``CURRENT`` names the generation that is asked; it only ever changes by a rename. Two are kept, so that there is a way
back.
"""

import os
import shutil
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from rag.errors import BusyError, IndexDamaged, IndexMissing, IndexUnreadable, SourceError
from rag.index import manifest
from rag.index.opened import Index

POINTER = ".CURRENT.new"
LOCK = ".lock"


@dataclass(frozen=True, slots=True)
class Generation:
    """One generation as a list shows it."""

    id: str
    current: bool
    built: str
    """Local time, ISO 8601, to the second."""
    documents: int
    passages: int
    bytes: int


def listed(folder: Path) -> list[Generation]:
    """Return the generations that can be read, newest first.

    Raises:
        IndexMissing: there is none.
        IndexDamaged: there are, but none can be read.
    """
    now = current_or_none(folder)
    if not _paths(folder):
        manifest.current(folder)
    found = []
    for path in sorted(_paths(folder), key=_built, reverse=True):
        try:
            about = manifest.read(path)
        except IndexDamaged:
            continue
        built = datetime.fromtimestamp(_built(path), UTC).astimezone().isoformat(timespec="seconds")
        counts, size = about.counts, about.total_bytes
        found.append(Generation(path.name, path.name == now, built, counts.documents, counts.passages, size))
    if not found and now:
        manifest.read(folder / now)  # says why
    return found


def roll_back(folder: Path) -> str:
    """Make the newest generation that is not current the current one, and return its id.

    Raises:
        IndexMissing: there is no other.
        IndexDamaged: it is not as it was built.
    """
    with single_writer(folder, make=False):
        others = [generation.id for generation in listed(folder) if not generation.current]
        if not others:
            raise IndexMissing(f"no other generation in {folder}: there is nothing to go back to")
        manifest.check(folder / others[0], verify=True)
        make_current(folder, others[0])
    return others[0]


def prune(folder: Path) -> list[str]:
    """Remove every generation but the current one, and return their ids.

    Raises:
        IndexMissing: there is no current one.
        IndexDamaged: it is not as it was built; the others may be the way back.
    """
    with single_writer(folder, make=False):
        kept = manifest.current(folder)
        manifest.check(folder / kept, verify=True)
        return _remove_all_but(folder, {kept})


@contextmanager
def single_writer(folder: Path, *, make: bool = True) -> Iterator[None]:
    """Hold the index folder's lock. The system drops it with the process, so a killed build leaves none behind."""
    from filelock import FileLock, Timeout

    before = current_or_none(folder)
    try:
        if make:
            folder.mkdir(parents=True, exist_ok=True)
        elif not folder.exists():
            manifest.current(folder)  # says that there is none
        with FileLock(folder / LOCK, timeout=0):
            _sweep(folder)  # what a killed build left: nobody else holds the lock
            try:
                yield
            finally:
                _sweep(folder)
    except Timeout:
        raise BusyError(f"another rag index is building {folder}: wait for it to end") from None
    except (FileExistsError, NotADirectoryError):
        raise SourceError(f"index folder {folder} is a file: name a folder with --index") from None
    except OSError as error:
        now = current_or_none(folder)
        what = f"index folder {folder} cannot be written ({error.strerror or error})"
        left = "the index is as it was" if now == before else f"generation {now} is asked all the same"
        raise SourceError(f"{what}: free space or name another with --index; {left}") from error


def _sweep(folder: Path) -> None:
    for left in folder.glob(f"{manifest.BUILDING}*"):
        shutil.rmtree(left)
    (folder / POINTER).unlink(missing_ok=True)


def aside(folder: Path) -> Path:
    """Return a new folder to build in, which :func:`swap_in` names or the end of the lock removes."""
    path = folder / f"{manifest.BUILDING}{os.getpid()}"
    path.mkdir()
    return path


def swap_in(folder: Path, target: Path, identity: str) -> None:
    """Give a finished generation its name, make it current, and drop all older ones but the last."""
    previous = current_or_none(folder)
    if previous in (None, identity):  # a damaged one is built again: the way back is the newest other
        others = [path for path in _paths(folder) if path.name != identity]
        previous = max(others, key=_built).name if others else None
    final = folder / identity
    if final.exists():
        _remove(final)
    target.rename(final)
    try:
        sync(folder)  # the name, before what points to it
        make_current(folder, identity)
    finally:
        if current_or_none(folder) != identity:
            final.rename(target)  # for the end of the lock to remove
    _remove_all_but(folder, {identity, previous})


def make_current(folder: Path, identity: str) -> None:
    """Point ``CURRENT`` at a generation, in one step."""
    pointer = folder / POINTER
    pointer.write_text(identity + "\n", encoding="utf-8")
    sync(pointer)
    pointer.replace(folder / manifest.CURRENT)
    sync(folder)


def current_or_none(folder: Path) -> str | None:
    """Return the id of the current generation, if one is named."""
    try:
        return manifest.current(folder)
    except IndexUnreadable:
        return None


def sync(path: Path) -> None:
    """Have the system write a file or folder to the disk."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _paths(folder: Path) -> list[Path]:
    """Return the folders that are surely generations: the index folder may hold anything else."""
    return [
        path
        for path in (folder.iterdir() if folder.is_dir() else ())
        if manifest.GENERATION.fullmatch(path.name) and not path.is_symlink() and (path / manifest.MANIFEST).is_file()
    ]


def _built(path: Path) -> float:
    return (path / manifest.MANIFEST).stat().st_mtime


def _remove_all_but(folder: Path, kept: set[str | None]) -> list[str]:
    removed = [path for path in _paths(folder) if path.name not in kept]
    for path in removed:
        _remove(path)
    return sorted(path.name for path in removed)


def _remove(path: Path) -> None:
    """Remove a generation; renamed first, so that a kill leaves what the next build sweeps up."""
    shutil.rmtree(path.rename(path.with_name(f"{manifest.BUILDING}{path.name}")))


class Folder:
    """An index folder, as a :class:`rag.indexing.homes.Home`."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self.name = str(path)

    def open(self, *, verify: bool = False, threads: int = 2, load: bool = False) -> Index:
        return Index.open(self._path, verify=verify, threads=threads, load=load)

    def listed(self) -> list[Generation]:
        return listed(self._path)

    def roll_back(self) -> str:
        return roll_back(self._path)

    def prune(self) -> list[str]:
        return prune(self._path)

    def single_writer(self) -> AbstractContextManager[None]:
        return single_writer(self._path)

    def is_sound(self, identity: str) -> bool:
        try:
            manifest.check(self._path / identity, verify=True)
        except IndexDamaged:
            return False
        return True

    def make_current(self, identity: str) -> None:
        make_current(self._path, identity)

    def aside(self) -> Path:
        return aside(self._path)

    def swap_in(self, target: Path, identity: str) -> None:
        swap_in(self._path, target, identity)

    def jobs(self) -> None:
        return None

    def under_way(self) -> dict[str, Any]:
        return {}
