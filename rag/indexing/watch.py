"""Waits for the sources to change."""

import time
from collections.abc import Iterator
from pathlib import Path

from rag.config import Config
from rag.errors import SourceError

SETTLE_MS = 500
"""A change is told when so long nothing else has changed."""


def changes(config: Config) -> Iterator[None]:
    """Yield at once, then each time something below ``config.sources`` has changed; what changes meanwhile counts.

    Raises:
        SourceError: the folder is not there to begin with. If it goes, that is a change, and so is its coming back.
    """
    from watchfiles import Change, watch

    root, index = Path(config.sources).resolve(), Path(config.index).resolve()
    if not root.is_dir():
        raise SourceError(f"sources folder {config.sources} is not there: name one with --sources FOLDER")

    def matters(_: Change, name: str) -> bool:
        path = Path(name)
        hidden = path.is_relative_to(root) and any(part.startswith(".") for part in path.relative_to(root).parts)
        return not hidden and not (index.is_relative_to(root) and path.is_relative_to(index))

    while True:
        watched_folder = _identity(root)
        # It yields when nothing happened too, and so for the first time once it watches: no change falls in between.
        watched = watch(root, watch_filter=matters, step=SETTLE_MS, rust_timeout=SETTLE_MS, yield_on_timeout=True)
        for number, changed in enumerate(watched):
            if changed or not number:
                yield
            if _identity(root) != watched_folder:  # gone, or another of its name, which nobody watches
                break
        if not root.is_dir():
            yield
        while not root.is_dir():
            time.sleep(SETTLE_MS / 1000)


def _identity(folder: Path) -> tuple[int, int] | None:
    try:
        info = folder.stat()
    except OSError:
        return None
    return info.st_dev, info.st_ino
