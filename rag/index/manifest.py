"""What a generation's folder holds, and whether it is what was built.

``index/CURRENT`` names one generation, a folder that is never changed once it is there (``index/README.md`` has the
format). Its manifest lists every file with size and SHA-256. Opening always compares the sizes, and the hashes too
unless the generation is larger than ``HASHED_AT_OPEN`` bytes; a larger one is hashed while a build runs or after one
that did not end, and by ``rag status --verify``.
"""

import hashlib
import json
import re
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any

from rag.errors import IndexDamaged, IndexMissing
from rag.models.encode import EncoderCard, file_sha256
from rag.schema import Skipped

FORMAT = 8
CURRENT = "CURRENT"
MANIFEST = "manifest.json"
STORE = "passages.sqlite"
BM25 = "bm25"
ENCODER = "encoder"
BUILDING = ".building-"
"""Start of the name of a folder in which a build is under way, or ended before its time."""

GENERATION = re.compile("[0-9a-f]{16}")
"""What a generation's folder is called."""
HASHED_AT_OPEN = 256 * 2**20
"""A generation of at most so many bytes is hashed each time it is opened (0.1 s or less)."""


@dataclass(frozen=True, slots=True)
class Counts:
    """How much a generation holds."""

    documents: int = 0
    passages: int = 0
    sentences: int = 0


@dataclass(frozen=True, slots=True)
class VectorSearch:
    """How the vectors of a generation are searched, and what was measured of it when they were written."""

    kind: str
    """``flat``: every row is compared; ``signs``, ``hnsw`` or ``hnsw-halfvec``: the likely ones."""
    ef_search: int | None = None
    """Of the latter two: how far it looks around."""
    recall_at_10: float | None = None
    """Part of the exact neighbours that is found, 0 to 1; of ``flat`` what signs found, too little to be used."""
    recall_at_50: float | None = None

    def form(self) -> dict[str, Any]:
        """Return its JSON form, without what it does not say."""
        return {name: value for name, value in asdict(self).items() if value is not None}


@dataclass(frozen=True, slots=True)
class StoredFile:
    """A file of a generation."""

    bytes: int
    sha256: str


@dataclass(frozen=True, slots=True)
class StoredTable:
    """A table of a generation that lies in a database."""

    bytes: int
    rows: int
    sum: str
    """Of the hashes of its rows (:mod:`rag.postgres.tables`)."""


@dataclass(frozen=True, slots=True)
class Manifest:
    """What is known of a generation without reading its files; it is written last, and never changed."""

    id: str
    encoder: EncoderCard
    canaries: tuple[str, ...]
    """What the encoder gave when the index was built (:func:`rag.models.encode.canaries`)."""
    passage_chars: int
    vectors: VectorSearch
    counts: Counts
    skipped: tuple[Skipped, ...] = ()
    files: Mapping[str, StoredFile] = field(default_factory=dict)
    """By path below the generation's folder."""
    tables: Mapping[str, StoredTable] = field(default_factory=dict)
    """By name; only of a generation in a database, whose files are the encoder's alone."""

    @property
    def sizes(self) -> dict[str, int]:
        """Bytes of each file and table."""
        return {name: part.bytes for name, part in self._parts.items()}

    @property
    def total_bytes(self) -> int:
        """Bytes of all together."""
        return sum(self.sizes.values())

    @property
    def _parts(self) -> dict[str, StoredFile | StoredTable]:
        return {**self.files, **self.tables}

    def sealed(self, indent: int | None = None) -> str:
        """Return its JSON form with the hash of it, which tells of any change."""
        form = {
            "format": FORMAT,
            "id": self.id,
            "encoder": asdict(self.encoder),
            "canaries": self.canaries,
            "passage_chars": self.passage_chars,
            "vectors": self.vectors.form(),
            "counts": asdict(self.counts),
            "skipped": [asdict(skipped) for skipped in self.skipped],
            "files": {name: asdict(part) for name, part in self._parts.items()},
        }
        return json.dumps({**form, "seal": digest(form)}, indent=indent)


def current(folder: Path) -> str:
    """Return the id of the generation that an index folder names as current.

    Raises:
        IndexMissing: it names none.
        IndexDamaged: what it names is no generation.
    """
    try:
        name = (folder / CURRENT).read_text(encoding="utf-8").strip()
    except (FileNotFoundError, NotADirectoryError):
        raise IndexMissing(f"no index in {folder}: build one with rag index --index {folder}") from None
    except (OSError, UnicodeDecodeError) as error:
        raise IndexDamaged(f"{folder / CURRENT} cannot be read ({error}): {rebuild(folder)}") from None
    if not GENERATION.fullmatch(name):
        raise IndexDamaged(f"{folder / CURRENT} names no generation: {rebuild(folder)}")
    return name


def read(path: Path) -> Manifest:
    """Read a generation's manifest.

    Raises:
        IndexDamaged: it is missing, not JSON, changed, or of another format.
    """
    try:
        text = (path / MANIFEST).read_text(encoding="utf-8")
    except (OSError, ValueError) as error:
        raise IndexDamaged(f"{path / MANIFEST} cannot be used ({error}): {rebuild(path.parent)}") from None
    return unsealed(text, path.name, str(path / MANIFEST), str(path.parent))


def write(path: Path, manifest: Manifest) -> None:
    """Write a generation's manifest, with all files that are there."""
    there = sorted(file for file in path.rglob("*") if file.is_file())
    files = {file.relative_to(path).as_posix(): StoredFile(file.stat().st_size, file_sha256(file)) for file in there}
    (path / MANIFEST).write_text(replace(manifest, files=files).sealed(indent=1) + "\n", encoding="utf-8")


def unsealed(text: str, identity: str, place: str, home: str) -> Manifest:
    """Return what :meth:`Manifest.sealed` gave.

    Args:
        text: JSON with a ``seal``.
        identity: of the generation that it must be of.
        place: where it lies, for an error.
        home: the index, for an error.

    Raises:
        IndexDamaged: it is not JSON, changed, or of another format.
    """
    try:
        form = json.loads(text)
        seal = form.pop("seal")
        if form["format"] != FORMAT:
            raise IndexDamaged(f"{place} has index format {form['format']}, not {FORMAT}: {rebuild(home)}")
        if form["id"] != identity or seal != digest(form):
            raise ValueError("its content was changed")
        return Manifest(
            id=form["id"],
            encoder=EncoderCard(**form["encoder"]),
            canaries=tuple(form["canaries"]),
            passage_chars=form["passage_chars"],
            vectors=VectorSearch(**form["vectors"]),
            counts=Counts(**form["counts"]),
            skipped=tuple(Skipped(**item) for item in form["skipped"]),
            files={name: StoredFile(**part) for name, part in form["files"].items() if "sha256" in part},
            tables={name: StoredTable(**part) for name, part in form["files"].items() if "sha256" not in part},
        )
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise IndexDamaged(f"{place} cannot be used ({error}): {rebuild(home)}") from None


def digest(form: Mapping[str, Any]) -> str:
    """Return the SHA-256 of what JSON can say, whatever the order of its keys."""
    return hashlib.sha256(json.dumps(form, sort_keys=True).encode()).hexdigest()


def check(path: Path, *, verify: bool) -> Manifest:
    """Compare a generation's files with its manifest, and return the manifest.

    Args:
        path: the generation's folder.
        verify: compare hashes, however large it is.

    Raises:
        IndexDamaged: the first file that differs, by name.
    """
    manifest = read(path)
    hashes = verify or manifest.total_bytes <= HASHED_AT_OPEN or any(path.parent.glob(f"{BUILDING}*"))

    def compare(name: str, kept: StoredFile) -> str | None:
        file = path / name
        try:
            if (size := file.stat().st_size) != kept.bytes:
                return f"{file} has {size} bytes, not {kept.bytes}"
            if hashes and file_sha256(file) != kept.sha256:
                return f"{file} does not have the bytes that were built"
        except OSError as error:
            return f"{file} cannot be read ({error.strerror})"
        return None

    with ThreadPoolExecutor(2) as pool:
        for problem in pool.map(compare, manifest.files, manifest.files.values()):
            if problem:
                raise IndexDamaged(f"{problem}: {rebuild(path.parent)}")
    return manifest


def rebuild(folder: Path | str) -> str:
    """Return the advice to build an index again."""
    return f"rebuild with rag index --index {folder}"
