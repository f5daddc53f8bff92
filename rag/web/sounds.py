"""The sound of the sources, for a player beside what a model heard in it.

A file is given as it is, if it is still the one that was indexed, and parts of it as a browser asks for them.
"""

import hashlib
from collections.abc import Callable
from pathlib import Path
from urllib.parse import quote

from cachetools import LRUCache
from fastapi import APIRouter, Response
from fastapi.responses import FileResponse

from rag.config import Config
from rag.documents import fetched
from rag.documents.common.decode import Unusable
from rag.documents.load import SOUNDS, origin_heard
from rag.schema import Document
from rag.text.described import first_describer
from rag.web import words

MOST_KNOWN = 512
"""Files whose SHA-256 is remembered, as long as they are not changed."""


class Sounds:
    """Finds the files of what was heard. Safe between threads.

    Args:
        config: names the sources folder, and the most that a file may have.
    """

    def __init__(self, config: Config) -> None:
        self._root, self._most = Path(config.sources), config.max_file_mb << 20
        self._known: LRUCache[tuple[str, int, int, int], str] = LRUCache(MOST_KNOWN)

    def address(self, document: Document) -> str | None:
        """Return the address of a document's sound; None if it is none, or its file not the one that was indexed."""
        found = self._file(document)
        return f"/sounds/{found[1]}?source={quote(document.source, safe='')}" if found else None

    def file(self, document: Document, sha256: str) -> Path | None:
        """Return the file of a document's sound, if it is the one of this SHA-256."""
        found = self._file(document)
        return found[0] if found and found[1] == sha256 else None

    def _file(self, document: Document) -> tuple[Path, str] | None:
        path, model = self._root / document.source, first_describer(document.text)
        if not model or path.suffix.lower() not in SOUNDS:
            return None
        try:
            if not path.is_file():
                return None
            about = path.stat()
            stamp = (str(path), about.st_ino, about.st_mtime_ns, about.st_size)
            if about.st_size > self._most:
                return None
            if (sha256 := self._known.get(stamp)) is None:
                sha256 = self._known[stamp] = hashlib.sha256(path.read_bytes()).hexdigest()
            url = fetched.urls(self._root).get((document.source, sha256))
        except (OSError, ValueError, Unusable):
            return None
        return (path, sha256) if document.origin == origin_heard(sha256, model, url) else None


def is_video(source: str) -> bool:
    """Tell whether there is something to be seen in what was heard, by the source's name."""
    return SOUNDS.get(Path(source).suffix.lower(), "").startswith("video/")


def router(sounds: Sounds, find: Callable[[str], Document | None]) -> APIRouter:
    """Return the route of sound: each is of a document of the index, which ``find`` returns by its source."""
    routes = APIRouter(prefix="/sounds")

    @routes.get("/{sha256}")
    def sound(sha256: str, source: str) -> Response:
        """Give a file, or the part of it that is asked for; ``sha256`` is of the one that the player was made for."""
        document = find(source)
        path = sounds.file(document, sha256) if document else None
        if path is None:
            return Response(words.SOUND_GONE, 404, media_type="text/plain; charset=utf-8")
        return FileResponse(path, media_type=SOUNDS[path.suffix.lower()])

    return routes
