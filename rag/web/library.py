"""The sources as the page manages them: which there are, and adding, removing and indexing them while it answers.

What is added is copied into ``uploads`` below the sources folder, and what is removed is moved to ``.removed`` there,
which no index reads: nothing is overwritten and nothing is deleted. Indexing runs in a thread, one at a time; when it
ends, the new generation takes the place of the one that answered meanwhile.
"""

import json
import shutil
import time
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path, PurePosixPath
from threading import Event, Lock, Thread
from typing import Literal

from rag.documents.fetched import numbered
from rag.documents.load import SOUNDS, SUFFIXES, walk
from rag.engine import Engine
from rag.errors import BusyError, RagError, SourceError, UsageError, first_line
from rag.index.store import Listing
from rag.indexing.builder import Report, build
from rag.indexing.homes import home
from rag.schema import Document, Skipped
from rag.web import access
from rag.web.arrivals import Arrivals
from rag.web.live import Live
from rag.web.uploads import Incoming, Uploads, writing

REMOVED = ".removed"

State = Literal["indexed", "corpus", "new", "gone", "skipped"]
"""Of a source: answers come from it; it is a file of such; it waits to be indexed; it is indexed, but not
there any more; it was passed over."""


@dataclass(frozen=True, slots=True)
class Entry:
    """A source as the list shows it."""

    source: str
    state: State
    title: str = ""
    publisher: str | None = None
    published: str | None = None
    passages: int = 0
    reason: str = ""
    """Why it was passed over, and what would help."""
    unread: tuple[str, ...] = ()
    """What could not be read of it."""
    notes: tuple[str, ...] = ()
    """What was left out on purpose."""
    file: bool = True
    """Whether there is a file of that name, which can be removed."""
    pages: int = 0
    """0 for formats that have no pages."""

    @classmethod
    def of(cls, each: Listing, state: State = "indexed", *, file: bool) -> "Entry":
        """Return the entry of a document of the index."""
        about = (each.title, each.publisher, each.published, each.passages)
        return cls(each.source, state, *about, unread=each.unread, notes=each.notes, file=file, pages=each.pages)


@dataclass(frozen=True, slots=True)
class Job:
    """What is done in the background, or how the last thing done there ended."""

    stage: Literal["", "wait", "copy", "read", "export", "encode", "open"] = ""
    """Empty when nothing is done."""
    done: int = 0
    """Files that were copied or read, or passages encoded."""
    total: int = 0
    """0 where it is not known."""
    error: str = ""
    report: Report | None = None
    left_out: tuple[str, ...] = ()
    """What was not copied from a folder, and why."""
    first: bool = False
    """Whether there was no index before it."""


class Library:
    """The sources of a site. Safe between threads.

    Whatever changes them raises RightsError for who only reads.

    Args:
        live: what answers, and whose settings name the folders; gets another engine when an index is built.
        folders: whether folders of this machine may be added by their path.
    """

    def __init__(self, live: Live, *, folders: bool) -> None:
        self.folders = folders
        self.arrivals = Arrivals()
        self._live = live
        self.config = live.config
        self.root = Path(self.config.sources)
        self.uploads = Uploads(self.root, self.config.max_file_mb)
        self._lock = Lock()
        self._job = Job()
        self._wanted = False
        self._folders: list[Path] = []  # that wait to be copied
        self._thread: Thread | None = None
        self._closing = Event()

    @property
    def job(self) -> Job:
        """What is done in the background now."""
        with self._lock:
            return self._job

    def entries(self) -> list[Entry]:
        """Return every source: those that were passed over, those that wait, then those that are indexed, in order.

        Who reads some collections alone gets what is indexed of these: the files of the folder are of any.
        """
        if access.person(named=self._live.guarded).collections:
            return [Entry.of(each, file=False) for each in self._indexed()[0]]
        files = dict.fromkeys(self._files())
        listings, skipped = self._indexed()
        indexed = {listing.source for listing in listings}
        holding = _holding(indexed)
        corpora = {
            name: name in holding or self._first_id(name) in indexed
            for name in files
            if name in holding or _is_corpus(name)
        }
        passed_over = [
            Entry(name, "skipped", reason=item.told, file=name in files)
            for name, item in skipped.items()
            if name in files or name.rpartition(":")[0] in files  # a line of a corpus is FILE:LINE
        ]
        waiting = [
            Entry(name, "corpus" if corpora.get(name) else "new")
            for name in files
            if name not in indexed and (name not in skipped or corpora.get(name))
        ]
        without_file: State = "indexed" if any(corpora.values()) else "gone"
        return [
            *passed_over,
            *waiting,
            *(
                Entry.of(each, "indexed" if each.source in files else without_file, file=each.source in files)
                for each in listings
            ),
        ]

    def present(self) -> int:
        """Return how many files that can be read lie in the sources folder, by their suffixes.

        Raises:
            SourceError: it is not there, or is no folder.
        """
        read = SUFFIXES if self.config.transcribe else set(SUFFIXES) - set(SOUNDS)
        return sum(Path(name).suffix.lower() in read for name in self._files())

    @contextmanager
    def receiving(self, name: str, size: int | None, below: str = "") -> Iterator[Incoming]:
        """Yield what takes the bytes of a file that is added: see :meth:`Uploads.receiving`.

        Raises:
            UsageError: the name, the size or the sources folder cannot be used.
            SourceError: the folder cannot be written, or is full.
        """
        self.check_writes()
        self.check_folder()
        with self.uploads.receiving(name, size, below) as incoming:
            yield incoming

    def add_folder(self, path: str) -> None:
        """Copy the files of a folder in the background, those of a known suffix, and index them.

        Raises:
            UsageError: it cannot be added, with the reason.
        """
        self.check_writes()
        folder = Path(path.strip()).expanduser()
        if not self.folders:
            raise UsageError("folders can be added only where the page is served to this machine alone")
        if not folder.is_absolute() or "\0" in path:
            raise UsageError(f"{path.strip()!r} is no full path: write it as /home/name/folder")
        if not folder.is_dir():
            raise UsageError(f"{folder} is no folder")
        folder, root = folder.resolve(), self.root.resolve()
        if folder.is_relative_to(root):
            raise UsageError(f"{folder} lies in the sources folder: its files are read where they are")
        if root.is_relative_to(folder):
            raise UsageError(f"{folder} holds the sources folder itself: name a folder beside it")
        self.check_folder()
        with self._lock:
            self._folders.append(folder)
        self.reindex()

    def remove(self, source: str) -> str:
        """Move a source's file to ``.removed``, and return where it lies now; it answers until the next index.

        Raises:
            UsageError: it is no file of the sources folder, or the last one of an index.
            SourceError: it cannot be moved.
        """
        self.check_writes()
        files = [entry for entry in self.entries() if entry.file]
        if source not in (entry.source for entry in files):
            raise UsageError(f"there is no file {source!r} in {self.root}: index again if it was taken away there")
        last = all(entry.source == source or entry.state == "skipped" for entry in files)
        if last and not self._live.unbuilt:
            raise UsageError(f"{source!r} is the only source: add another before you remove it")
        with writing(self.root):
            target = self.root / REMOVED / source
            target.parent.mkdir(parents=True, exist_ok=True)
            free = next(place for place in numbered(target) if not place.exists())
            shutil.move(self.root / source, free)
        return free.relative_to(self.root).as_posix()

    def reindex(self) -> None:
        """Index the sources in the background; once more after that if it is doing so already."""
        self.check_writes()
        with self._lock:
            self._wanted = True
            if self._thread is None and not self._closing.is_set():
                self._job = Job("wait", first=self._first)
                self._thread = Thread(target=self._work, name="index", daemon=True)
                self._thread.start()

    def close(self, seconds: float = 10) -> None:
        """End what is done in the background, and wait for that so long; the index stays as it was."""
        self._closing.set()
        if thread := self._thread:
            thread.join(seconds)

    def check_writes(self) -> None:
        """Raise RightsError if who acts now may not change the sources."""
        access.person(named=self._live.guarded).check_writes()

    def _work(self) -> None:
        ended = Job()
        while True:
            with self._lock:
                folders, self._folders = self._folders, []
                if not self._wanted or self._closing.is_set():
                    self._job = ended
                    self._thread = None
                    return
                self._wanted = False
            left_out: list[str] = []
            try:
                for folder in folders:
                    left_out += self._copy(folder)
                ended = Job(report=self._index())
                self.arrivals.end()
            except RagError as error:
                ended = Job(error=str(error), first=self._first)
            except Exception as error:  # whatever it is, who waits for it must hear of it
                ended = Job(error=f"the sources could not be indexed: {first_line(error)}", first=self._first)
            ended = replace(ended, left_out=tuple(left_out))

    def _index(self) -> Report:
        self.check_folder()
        first = self._first

        def heard(name: str, gave: Sequence[Document | Skipped]) -> None:
            self.arrivals.heard(name, gave, everything=first)

        report = None
        while report is None:
            try:
                report = build(
                    self.config, tell=lambda stage, done, total: self._tell(Job(stage, done, total)), heard=heard
                )
            except BusyError:  # rag index, by hand or with --watch: it may have begun before the last file was added
                self._tell(Job("wait"))
                time.sleep(1)
        self._tell(Job("open"))
        if self._answering() != report.generation:
            llm = self._live.llm  # a local one is large, and knows nothing of the index
            index = home(self.config.index, self.config.models).open(threads=self.config.threads, load=True)
            self._live.swap(Engine(index, self.config, llm))
        self.arrivals.indexed(report.skipped)
        return report

    def _answering(self) -> str | None:
        """Return the id of the generation that answers, if one does."""
        if self._live.unbuilt:
            return None
        with self._live.whole() as engine:
            return engine.index.id

    def _indexed(self) -> tuple[list[Listing], dict[str, Skipped]]:
        """Return the documents that answers come from, and by source what was passed over for them."""
        if self._live.unbuilt:
            return [], {}
        with self._live.engine() as engine:
            skipped = {item.source: item for item in engine.index.manifest.skipped}
            return engine.index.store.documents(), skipped

    def _copy(self, folder: Path) -> Iterator[str]:
        """Copy a folder's files of a known suffix into ``uploads``; yield what was left out, and why."""
        wanted = [path for path in walk(folder, Path(self.config.index).resolve()) if path.suffix.lower() in SUFFIXES]
        if not wanted:
            raise UsageError(f"{folder} holds no file that can be read: {' '.join(SUFFIXES)}")
        name = folder.name.lstrip(".") or "folder"
        for number, path in enumerate(wanted):
            self._tell(Job("copy", number, len(wanted)))
            inner = path.relative_to(folder)
            if path.is_symlink() or not path.is_file():
                yield f"{inner}: not a regular file"
                continue
            try:
                below = Path(name, inner.parent).as_posix()
                with path.open("rb") as file, self.uploads.receiving(path.name, path.stat().st_size, below) as incoming:
                    while chunk := file.read(1 << 20):
                        incoming.write(chunk)
                    self.arrivals.note(incoming.keep().source, "received")
            except (OSError, RagError) as error:
                yield f"{inner}: {error}"

    def _tell(self, job: Job) -> None:
        if self._closing.is_set():
            raise BusyError("the site is closing: the index stays as it was")
        with self._lock:
            self._job = replace(job, first=self._first)

    @property
    def _first(self) -> bool:
        return self._live.unbuilt is not None

    def check_folder(self) -> None:
        """See that sources can be added: without an index the sources folder is made.

        Raises:
            UsageError: the index that answers was built from another folder: indexing would drop what it has; or the
                sources folder is the index's own.
            SourceError: it is not there, or cannot be made.
        """
        if self._live.unbuilt:
            if self.root.resolve() == Path(self.config.index).resolve():
                raise UsageError(f"{self.root} is both the sources and the index: start the page with --index FOLDER")
            self._files()
            with writing(self.root):
                self.root.mkdir(parents=True, exist_ok=True)
            return
        files = self._files()
        with self._live.whole() as engine:
            indexed = engine.index.store.digests()
        here = _holding(indexed) | indexed.keys()
        if not any(name in here or (_is_corpus(name) and self._first_id(name) in indexed) for name in files):
            raise UsageError(
                f"the index was built from another folder than {self.root}: start the page with --sources FOLDER"
            )

    def _files(self) -> list[str]:
        if not self.root.is_dir():
            if self._live.unbuilt and not self.root.exists():
                return []  # it is made when the first source is added
            what = "is no folder" if self.root.exists() else "is not there"
            raise SourceError(f"sources folder {self.root} {what}: start the page with --sources FOLDER")
        return [path.relative_to(self.root).as_posix() for path in walk(self.root, Path(self.config.index).resolve())]

    def _first_id(self, corpus: str) -> str | None:
        """Return the id of the first document of a corpus, if it can be read."""
        try:
            with (self.root / corpus).open(encoding="utf-8-sig") as file:
                return str(json.loads(next(line for line in file if line.strip()))["id"])
        except (OSError, ValueError, LookupError, TypeError, StopIteration):
            return None


def _is_corpus(name: str) -> bool:
    return name.lower().endswith((".jsonl", ".ndjson"))


def _holding(sources: Iterable[str]) -> set[str]:
    """Return every path above a source: a mailbox, say, has its messages below its own name."""
    return {str(above) for source in sources for above in PurePosixPath(source).parents}
