"""Where files among the sources were fetched from: ``.fetched.json`` in the sources folder, which ``rag add`` writes.

It is part of the sources: a document that names no address of its own has the one that its file was fetched from, as
long as the file holds the bytes that were fetched.
"""

import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from itertools import count
from pathlib import Path

from rag.documents.common.decode import Unusable
from rag.documents.common.metadata import has_controls

FILE = ".fetched.json"
LOCK = ".fetched.lock"


@dataclass(frozen=True, slots=True)
class Fetched:
    """What is known of an address."""

    file: str
    """Below the sources folder."""
    sha256: str
    """Of its bytes."""
    url: str
    """The address that lasts, which is the document's."""
    final: str
    """The address that sent the bytes."""
    etag: str
    last_modified: str
    fetched: str
    """When, ISO 8601, UTC."""


def read(root: Path) -> dict[str, Fetched]:
    """Return what is known of each address, in the order of addresses.

    Raises:
        Unusable: the file is not one that ``rag add`` wrote.
    """
    try:
        values = json.loads((root / FILE).read_bytes())
        found = {key: Fetched(**value) for key, value in sorted(values.items())}
        if not all(isinstance(part, str) for entry in found.values() for part in asdict(entry).values()):
            raise ValueError
        if any(Path(entry.file).is_absolute() or ".." in Path(entry.file).parts for entry in found.values()):
            raise ValueError
    except FileNotFoundError:
        return {}
    except OSError as error:
        raise Unusable(f"it cannot be read ({error.strerror})", "make it readable") from error
    except (ValueError, TypeError, AttributeError, RecursionError) as error:
        raise Unusable("it is not what rag add wrote", "remove it, and add its addresses again") from error
    return found


def urls(root: Path) -> dict[tuple[str, str], str]:
    """Return the addresses of files, by file and SHA-256; of several of one file the first.

    Raises:
        Unusable: as :func:`read` does.
    """
    found: dict[tuple[str, str], str] = {}
    for entry in read(root).values():
        if entry.url.startswith(("http://", "https://")) and entry.url.isascii() and not has_controls(entry.url):
            found.setdefault((entry.file, entry.sha256), entry.url)
    return found


def note(root: Path, address: str, entry: Fetched) -> None:
    """Keep what is known of an address, in one step."""
    with locked(root):
        known = read(root) | {address: entry}
        text = json.dumps({key: asdict(known[key]) for key in sorted(known)}, indent=1, ensure_ascii=False)
        incoming = root / f"{FILE}.new"
        with incoming.open("w", encoding="utf-8") as file:
            file.write(text + "\n")
            file.flush()
            os.fsync(file.fileno())
        incoming.replace(root / FILE)


@contextmanager
def locked(root: Path) -> Iterator[None]:
    """Hold the record, so that of two that are written at once none is lost."""
    from filelock import FileLock

    with FileLock(root / LOCK):
        yield


def numbered(path: Path) -> Iterator[Path]:
    """Yield a path, and then "name (2).pdf", "name (3).pdf" and so on."""
    yield path
    for number in count(2):
        yield path.with_name(f"{path.stem} ({number}){path.suffix}")
