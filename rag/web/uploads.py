"""Receives files into ``uploads`` below the sources folder: none too large, none over another."""

import filecmp
import os
import secrets
import shutil
import time
import unicodedata
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from rag.documents.common.metadata import has_controls
from rag.documents.fetched import numbered
from rag.documents.load import SUFFIXES
from rag.errors import SourceError, UsageError

UPLOADS = "uploads"

MOST_FILES = 10_000
"""In ``uploads``."""
MOST_NAME_BYTES = 200
MOST_FOLDERS = 16
"""That a file lies in, one in another, below ``uploads``."""
SPARE_BYTES = 256 << 20
"""What a file must leave free on the disk: the index grows with it."""

_INCOMING = ".incoming-"  # hidden, so that no index reads it
_STALE = 3600


@dataclass(frozen=True, slots=True)
class Added:
    """Where an added file lies, below the sources folder; not new if the same bytes lay there already."""

    source: str
    new: bool


class Uploads:
    """The files that were added through the page.

    Args:
        root: the sources folder.
        max_file_mb: a larger file is refused.
    """

    def __init__(self, root: Path, max_file_mb: int) -> None:
        self._root = root
        self.most_bytes = max_file_mb << 20
        for left in (root / UPLOADS).glob(f"{_INCOMING}*"):  # by a process that was killed; another may be at work
            if left.stat().st_mtime < time.time() - _STALE:
                left.unlink(missing_ok=True)

    @contextmanager
    def receiving(self, name: str, size: int | None, below: str = "") -> Iterator["Incoming"]:
        """Yield what takes the bytes of a file; they are thrown away unless they are kept.

        Args:
            name: of the file, without folders.
            size: what its sender says it is, if it does; checked before anything is read.
            below: folder of ``uploads`` it shall lie in.

        Raises:
            UsageError: the name or the size cannot be used.
            SourceError: the folder cannot be written, or is full.
        """
        name = checked(name)
        with writing(self._root):
            folder = self._folder(below)
            room = min(self.most_bytes, shutil.disk_usage(folder).free - SPARE_BYTES)
            incoming = Incoming(self._root, folder / below / name, room)
        try:
            incoming.check(size or 0)
            yield incoming
        finally:
            incoming.discard()

    def _folder(self, below: str) -> Path:
        folder = self._root / UPLOADS
        folder.mkdir(exist_ok=True)
        for link in (folder, *(folder / above for above in (Path(below), *Path(below).parents))):
            if link.is_symlink():
                raise SourceError(f"{link} is a symbolic link, which no index follows: put a folder there")
        present = sum(len(files) for _, _, files in os.walk(folder))
        if present >= MOST_FILES:
            raise SourceError(f"{folder} holds {present} files, the most that it may: take some away first")
        return folder


class Incoming:
    """A file that is being received, under a hidden name. :class:`Uploads` makes it."""

    def __init__(self, root: Path, target: Path, room: int) -> None:
        self._root, self._target, self._room = root, target, room
        self._path = root / UPLOADS / f"{_INCOMING}{secrets.token_hex(8)}"
        self._file = self._path.open("xb")
        self._size = 0

    def check(self, size: int) -> None:
        """Refuse a size that does not fit, with UsageError."""
        if size > self._room:
            raise UsageError(
                f"{self._target.name!r} is too large: at most {max(0, self._room) >> 20} MB (max_file_mb, and what is "
                "free on the disk)"
            )

    def write(self, chunk: bytes) -> None:
        """Take the next bytes; UsageError once there are too many, SourceError if the disk takes no more."""
        self._size += len(chunk)
        self.check(self._size)
        with writing(self._root):
            self._file.write(chunk)

    def keep(self) -> Added:
        """Give the file its name, or the first that is free: ``name (2).pdf``; unless these bytes have one of them.

        Raises:
            UsageError: it is empty.
            SourceError: it cannot be written.
        """
        if not self._size:
            raise UsageError(f"{self._target.name!r} is empty: put text in it")
        with writing(self._root):
            return self._named()

    def _named(self) -> Added:
        self._file.flush()
        os.fsync(self._file.fileno())
        self._target.parent.mkdir(parents=True, exist_ok=True)
        for place in numbered(self._target):
            try:
                place.open("xb").close()  # the name is ours now, whoever else wants it
            except FileExistsError:
                if place.is_file() and filecmp.cmp(place, self._path, shallow=False):
                    return Added(self._source(place), new=False)
                continue
            self._path.replace(place)
            return Added(self._source(place), new=True)
        raise AssertionError  # there is always another number

    def discard(self) -> None:
        """Remove what was received, unless it was kept."""
        self._file.close()
        self._path.unlink(missing_ok=True)

    def _source(self, place: Path) -> str:
        return place.relative_to(self._root).as_posix()


def checked(name: str) -> str:
    """Return a file's name as it will be, composed.

    Raises:
        UsageError: it cannot be used, with the reason.
    """
    name = unicodedata.normalize("NFC", name)
    wrong = ""
    if not name.strip() or has_controls(name) or any(char in name for char in "/\\"):
        wrong = "it must be a name without folders and control characters"
    elif name.startswith("."):
        wrong = "what starts with a dot is hidden, and never indexed"
    elif len(name.encode("utf-8", "surrogatepass")) > MOST_NAME_BYTES:
        wrong = f"at most {MOST_NAME_BYTES} bytes"
    elif Path(name).suffix.lower() not in SUFFIXES:
        wrong = f"it can be one of {' '.join(SUFFIXES)}"
    if wrong:
        raise UsageError(f"a file cannot be called {name[:80]!r} here: {wrong}")
    return name


def checked_folders(path: str) -> str:
    """Return a path of folders as it will be, composed; "" where there are none.

    Raises:
        UsageError: one of them cannot be used, with the reason.
    """
    parts = unicodedata.normalize("NFC", path).split("/") if path else []
    if len(parts) > MOST_FOLDERS:
        raise UsageError(f"a file cannot lie in {len(parts)} folders here: at most {MOST_FOLDERS}")
    for part in parts:
        long = len(part.encode("utf-8", "surrogatepass")) > MOST_NAME_BYTES
        if not part.strip() or part.startswith(".") or "\\" in part or has_controls(part) or long:
            raise UsageError(f"a folder cannot be called {part[:80]!r} here: give it a plain name that is not hidden")
    return "/".join(parts)


@contextmanager
def writing(root: Path) -> Iterator[None]:
    """Turn what the system says when the sources folder cannot be written into a SourceError."""
    try:
        yield
    except OSError as error:
        why = error.strerror or str(error)
        raise SourceError(f"{root} cannot be written ({why}): free space, or allow this program to write") from error
