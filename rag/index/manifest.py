"""What a generation's folder holds, and whether it is what was built.

``index/CURRENT`` names one generation, a folder that is never changed once it is there (``index/README.md`` has the
format). Its manifest lists every file with size and SHA-256. Opening always compares the sizes, and the hashes too
unless the generation is larger than ``HASHED_AT_OPEN`` bytes; a larger one is hashed while a build runs or after one
that did not end, and by ``rag status --verify``.
"""

import hashlib
import json
import re
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

from rag.errors import IndexDamaged, IndexMissing
from rag.models.encode import file_sha256

FORMAT = 6
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


def read(path: Path) -> dict[str, Any]:
    """Read a generation's manifest.

    Raises:
        IndexDamaged: it is missing, not JSON, changed, or of another format.
    """
    try:
        text = (path / MANIFEST).read_text(encoding="utf-8")
    except (OSError, ValueError) as error:
        raise IndexDamaged(f"{path / MANIFEST} cannot be used ({error}): {rebuild(path.parent)}") from None
    return unsealed(text, path.name, str(path / MANIFEST), str(path.parent))


def unsealed(text: str, identity: str, place: str, home: str) -> dict[str, Any]:
    """Return what a manifest says, without its seal.

    Args:
        text: JSON with a ``seal``.
        identity: of the generation that it must be of.
        place: where it lies, for an error.
        home: the index, for an error.

    Raises:
        IndexDamaged: it is not JSON, changed, or of another format.
    """
    try:
        manifest = json.loads(text)
        seal = manifest.pop("seal")
        if manifest["format"] != FORMAT:
            raise IndexDamaged(f"{place} has index format {manifest['format']}, not {FORMAT}: {rebuild(home)}")
        if manifest["id"] != identity or seal != sealed(manifest):
            raise ValueError("its content was changed")
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise IndexDamaged(f"{place} cannot be used ({error}): {rebuild(home)}") from None
    return dict(manifest)


def sealed(manifest: dict[str, Any]) -> str:
    """Return the SHA-256 of a manifest without its seal."""
    return hashlib.sha256(json.dumps(manifest, sort_keys=True).encode()).hexdigest()


def total_bytes(manifest: dict[str, Any]) -> int:
    """Return the size of a generation's files together."""
    return sum(int(entry["bytes"]) for entry in manifest["files"].values())


def check(path: Path, *, verify: bool) -> dict[str, Any]:
    """Compare a generation's files with its manifest, and return the manifest.

    Args:
        path: the generation's folder.
        verify: compare hashes, however large it is.

    Raises:
        IndexDamaged: the first file that differs, by name.
    """
    manifest = read(path)
    hashes = verify or total_bytes(manifest) <= HASHED_AT_OPEN or any(path.parent.glob(f"{BUILDING}*"))

    def compare(name: str, entry: dict[str, Any]) -> str | None:
        file = path / name
        try:
            if (size := file.stat().st_size) != entry["bytes"]:
                return f"{file} has {size} bytes, not {entry['bytes']}"
            if hashes and file_sha256(file) != entry["sha256"]:
                return f"{file} does not have the bytes that were built"
        except OSError as error:
            return f"{file} cannot be read ({error.strerror})"
        return None

    with ThreadPoolExecutor(2) as pool:
        for problem in pool.map(compare, manifest["files"], manifest["files"].values()):
            if problem:
                raise IndexDamaged(f"{problem}: {rebuild(path.parent)}")
    return manifest


def rebuild(folder: Path | str) -> str:
    """Return the advice to build an index again."""
    return f"rebuild with rag index --index {folder}"
