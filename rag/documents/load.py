"""A folder of files becomes documents.

The canonical text of a UTF-8 ``.txt`` or ``.md`` file is the file's own text, unchanged: line ends stay as they are. (A
byte order mark at the start marks the encoding and is not text.) Other formats are parsed by
:mod:`rag.documents.parse`, in a process of their own. A file that cannot be used is skipped with its reason and what
would help; it never stops the others.
"""

import hashlib
import json
import os
import sys
from collections.abc import Callable, Container, Iterable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor, wait
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import astuple, dataclass, field, replace
from functools import cache
from importlib.metadata import version
from pathlib import Path
from queue import SimpleQueue
from stat import S_ISREG
from typing import Any, Protocol

from rag.config import Config
from rag.documents import fetched
from rag.documents.common.decode import Unusable, decode
from rag.documents.common.metadata import (
    DATELINE,
    clean,
    front_matter,
    has_controls,
    head,
    is_unicode,
    markdown_title,
    stated_date,
)
from rag.documents.common.parsed import Parsed
from rag.documents.corpus import documents
from rag.documents.parse import PARSERS, PARSERS_VERSION
from rag.documents.pdf import ocr
from rag.documents.sandbox import Sandbox
from rag.errors import SourceError, UsageError
from rag.schema import Document, Original, Skipped
from rag.text import described
from rag.text.dates import iso_date
from rag.text.normal import Runs, canonical, canonical_offset


@dataclass(slots=True)
class Folder:
    """What :func:`read_folder` found."""

    documents: list[Document] = field(default_factory=list)
    skipped: list[Skipped] = field(default_factory=list)
    owner: dict[str, str] = field(default_factory=dict)
    """The file that each source is of."""

    def take(self, name: str, read: "list[Document | Skipped]") -> None:
        """Add what a file gave; a source that is taken is told of once a file."""
        taken: list[str] = []
        for item in read:
            if isinstance(item, Skipped):
                self.skipped.append(item)
                continue
            source = item.source
            if source.isdigit() and self.owner.get(source, name) != name:  # two exports that both count from 1
                source = f"{name}/{source}"
            if source in self.owner:
                taken.append(f"{source!r} is also a document of {self.owner[source]}")
            else:
                self.owner[source] = name
                self.documents.append(replace(item, source=source))
        if taken:
            more = f" (and {len(taken) - 1} more of its ids)" if len(taken) > 1 else ""
            self.skipped.append(Skipped(name, taken[0] + more, "rename one"))


Known = Callable[[str, str], list[Document]]
"""Gives the documents that were parsed before from a file of this source and origin, if any were."""


AlreadyParsed = Callable[[str, str], Parsed | None]
"""Gives what a file of this suffix and SHA-256 holds, if it was parsed ahead."""


class Describe(Protocol):
    """Says what pictures show. Safe between threads."""

    def __call__(self, found: Parsed) -> None:
        """Put that into the text of a parsed file."""
        ...

    def stop(self) -> None:
        """Ask nothing any more, and wait for no answer."""
        ...


class Transcribe(Protocol):
    """Says what is heard in sound. Safe between threads."""

    @property
    def model(self) -> str:
        """The name of the model that hears."""
        ...

    def __call__(self, sound: bytes, suffix: str) -> Parsed:
        """Return what is said in a file, with its times; raise Unusable where nothing is heard."""
        ...

    def stop(self) -> None:
        """Ask nothing any more, and wait for no answer."""
        ...


Heard = Callable[[str, "Sequence[Document | Skipped]"], None]
"""Hears of each file that was read: its name, and what it gave."""


def read_folder(
    config: Config,
    known: Known | None = None,
    tell: Callable[[int], None] | None = None,
    heard: Heard | None = None,
    parsed: AlreadyParsed | None = None,
    describe: Describe | None = None,
    transcribe: Transcribe | None = None,
) -> Folder:
    """Read every document under ``config.sources``, in the order of their sources.

    Hidden files and folders are passed over, as is ``config.index``, which may lie within. What cannot be used, a file
    or a line of a corpus, is listed in ``skipped``; so are symbolic links.

    Args:
        config: names the folder, and the limits.
        known: saves parsing files again that are as they were.
        tell: is called before each file with the number of those read, and again while it takes long; what it raises
            ends the reading.
        heard: is called after each file with what became of it.
        parsed: saves parsing what another process has.
        describe: says what pictures show; without it they are left out, whatever ``config.describe`` says.
        transcribe: says what is heard; without it sound and video are skipped.

    Raises:
        SourceError: ``config.sources`` is not a folder that can be read.
        UsageError: text recognition is asked for, and not installed.
    """
    config = config if describe else replace(config, describe=False)
    root, folder, urls = _root(config), Folder(), {}
    try:
        urls = fetched.urls(root)
    except Unusable as error:
        folder.skipped.append(Skipped(fetched.FILE, error.reason, error.remedy))

    def cannot_list(error: OSError) -> None:
        if Path(error.filename) == root:
            raise SourceError(f"sources folder {root} cannot be read: {error.strerror}") from error
        folder.skipped.append(Skipped(_printable(Path(error.filename).relative_to(root).as_posix()), *_why(error)))

    # Corpora last: their ids may be any names, those of files are what they are.
    paths = sorted(
        walk(root, Path(config.index).resolve(), cannot_list), key=lambda path: path.suffix.lower() in CORPORA
    )
    names = [path.relative_to(root).as_posix() for path in paths]
    with _reading(config, known, urls, parsed, describe, transcribe) as reading:
        read = reading(paths, names)
        for number, (name, future) in enumerate(zip(names, read, strict=True)):
            if tell:
                tell(number)
            while not wait([future], _TELL_SECONDS).done:
                if tell:  # a model may take long to hear a file; who listens may end the build meanwhile
                    tell(number)
            found = future.result()
            folder.take(name, found)
            if heard:
                heard(name, found)
    folder.documents.sort(key=lambda document: document.source)
    return folder


def _root(config: Config) -> Path:
    if config.ocr and not ocr.versions():
        raise UsageError(f"text recognition (OCR) is not installed: {ocr.INSTALL}, or set ocr = false")
    root = Path(config.sources)
    if not root.is_dir():
        what = "is not a folder" if root.exists() else "does not exist"
        raise SourceError(f"sources folder {root} {what}: name one with --sources FOLDER")
    return root


_Read = list[Document | Skipped]
"""What a file gave."""
_TELL_SECONDS = 1.0


@contextmanager
def _reading(
    config: Config,
    known: Known | None,
    urls: dict[tuple[str, str], str],
    parsed: AlreadyParsed | None,
    describe: Describe | None,
    transcribe: Transcribe | None,
) -> Iterator[Callable[[Sequence[Path], Sequence[str]], list[Future[_Read]]]]:
    """Yield what reads files, ``config.at_once`` at a time, each in a process; what it gives is in their order."""
    free: SimpleQueue[Sandbox] = SimpleQueue()
    every = [_sandbox(config) for _ in range(config.at_once)]
    for sandbox in every:
        free.put(sandbox)

    def read(path: Path, name: str) -> _Read:
        sandbox = free.get()
        try:
            return _read_file(path, name, config, sandbox, known, urls, parsed, describe, transcribe)
        except (OSError, Unusable) as error:
            return [Skipped(_printable(name), *_why(error))]
        finally:
            free.put(sandbox)

    with ThreadPoolExecutor(len(every)) as pool, ExitStack() as stack:
        for sandbox in every:
            stack.enter_context(sandbox)
        try:
            yield lambda paths, names: [pool.submit(read, *one) for one in zip(paths, names, strict=True)]
        finally:  # who ends the build waits for no file
            pool.shutdown(wait=False, cancel_futures=True)
            for model in (describe, transcribe):
                if model:
                    model.stop()
            for sandbox in every:
                sandbox.interrupt()
            pool.shutdown()


def read_text(path: Path, config: Config) -> str:
    """Return the text of one file: parsed where its suffix is of a format that is, and else as it stands.

    Raises:
        SourceError: it cannot be read, or its text cannot be told.
    """
    try:
        if path.suffix.lower() in SOUNDS:
            raise Unusable(*UNHEARD)
        if path.suffix.lower() in PARSERS:
            with _sandbox(replace(config, describe=False)) as sandbox:
                return canonical(sandbox.parse(path).text)[0]
        return decode(path.read_bytes())
    except (OSError, Unusable) as error:
        raise SourceError(str(Skipped(_printable(str(path)), *_why(error)))) from error


def limits(config: Config) -> dict[str, Any]:
    """Return the limits within which files are parsed, as :class:`Sandbox` takes them."""
    return {
        "seconds": config.parse_seconds,
        "memory_mb": config.parse_memory_mb,
        "text_mb": config.max_file_mb,
        "unpacked_mb": config.max_unpacked_mb,
        "ocr_seconds": config.ocr_seconds if config.ocr else 0,
        "pictures": config.describe,
    }


def _sandbox(config: Config) -> Sandbox:
    return Sandbox(**limits(config))


def walk(root: Path, leave_out: Path, on_error: Callable[[OSError], None] | None = None) -> Iterator[Path]:
    """Yield every file below a folder, and every link, whose path has no hidden part; in order.

    Args:
        root: the folder.
        leave_out: one below it that is passed over, resolved.
        on_error: is called where a folder cannot be listed.
    """
    for directory, folders, files in os.walk(root, onerror=on_error):
        inner = sorted(name for name in folders if not name.startswith("."))
        links = [name for name in inner if Path(directory, name).is_symlink()]
        folders[:] = [name for name in inner if name not in links and Path(directory, name).resolve() != leave_out]
        for name in sorted([*files, *links]):
            if not name.startswith("."):
                yield Path(directory, name)


def to_parse(config: Config, known: Container[tuple[str, str]]) -> Iterator[tuple[str, str, bytes] | None]:
    """Yield suffix, SHA-256 and bytes of each file that is of a format to be parsed, in order; None where none need be.

    Args:
        config: names the folder, and the limits.
        known: files whose documents are there, each with its :func:`origin_of`.

    Raises:
        SourceError, UsageError: as :func:`read_folder` does, which also tells what cannot be used.
    """
    root, urls = _root(config), {}
    with suppress(Unusable):
        urls = fetched.urls(root)
    for path in parsed_files(config):
        name = path.relative_to(root).as_posix()
        try:
            data = _bytes(path, name, config)
        except (OSError, Unusable):
            yield None
            continue
        sha256 = hashlib.sha256(data).hexdigest()
        there = (name, origin_of(sha256, config, urls.get((name, sha256)))) in known
        yield None if there else (path.suffix.lower(), sha256, data)


def parsed_files(config: Config) -> Iterator[Path]:
    """Yield each file under ``config.sources`` that is of a format to be parsed, in order."""
    files = walk(Path(config.sources), Path(config.index).resolve())
    return (path for path in files if path.suffix.lower() in PARSERS)


def _bytes(path: Path, name: str, config: Config) -> bytes:
    """Return what stands in a file, if it is one that can be used."""
    if not is_unicode(name) or has_controls(name):
        raise Unusable("its name holds control characters or is not Unicode", "rename it")
    if path.is_symlink():
        raise Unusable("a symbolic link", "put the file itself here")
    suffix = path.suffix.lower()
    if suffix not in SUFFIXES:
        raise Unusable(
            f"no loader for {suffix or 'a file without a suffix'}", f"convert it to one of {' '.join(SUFFIXES)}"
        )
    info = path.stat()
    if not S_ISREG(info.st_mode):
        raise Unusable("not a regular file", "put a file here")
    if info.st_size > config.max_file_mb << 20:
        raise Unusable(f"larger than max_file_mb = {config.max_file_mb}", "split it, or raise max_file_mb")
    return path.read_bytes()


def _read_file(
    path: Path,
    name: str,
    config: Config,
    sandbox: Sandbox,
    known: Known | None,
    urls: dict[tuple[str, str], str],
    parsed: AlreadyParsed | None,
    describe: Describe | None,
    transcribe: Transcribe | None,
) -> list[Document | Skipped]:
    data, suffix = _bytes(path, name, config), path.suffix.lower()
    sha256 = hashlib.sha256(data).hexdigest()
    url = urls.get((name, sha256))
    if suffix in PARSERS:
        if known and (before := known(name, origin_of(sha256, config, url))):
            return [*before]
        found = (parsed(suffix, sha256) if parsed else None) or sandbox.parse(path)
        if describe:
            describe(found)
        return [*_parsed(name, found, config, url)]
    if suffix in SOUNDS:
        if not transcribe:
            raise Unusable(*UNHEARD)
        origin = origin_heard(sha256, transcribe.model, url)
        if known and (before := known(name, origin)):
            return [*before]
        return [replace(_at(url, _of_parser(name, transcribe(data, suffix))), origin=origin)]
    text = decode(data)
    if "\0" in text:
        raise Unusable("binary: it holds NUL characters", "give it the suffix of what it is")
    return [item if isinstance(item, Skipped) else _at(url, item) for item in TEXT_LOADERS[suffix](name, text)]


def _why(error: OSError | Unusable) -> tuple[str, str]:
    if isinstance(error, Unusable):
        return error.reason, error.remedy
    return error.strerror or str(error), "make it readable"


def _printable(name: str) -> str:
    shown = name.encode("utf-8", "backslashreplace").decode()
    return "".join(char if not has_controls(char) else repr(char)[1:-1] for char in shown)


def _text(source: str, text: str) -> Iterator[Document | Skipped]:
    """Read a plain text file; the dateline of a wire story gives its date."""
    yield _document(source, text)


def _markdown(source: str, text: str) -> Iterator[Document | Skipped]:
    """Read a Markdown file: its front matter or its first heading gives the title."""
    meta, body = front_matter(text)
    yield _document(source, text, {"title": markdown_title(text, body), **meta}, body=body)


def _parsed(source: str, found: Parsed, config: Config, url: str | None) -> list[Document]:
    """Make documents of what a parser found: its own, if it has text, and those within it."""
    told = [line for part in (found, *found.attachments.values()) for line in part.unread]
    origin = origin_of(found.sha256, config, url, whole=not any(map(described.is_unsaid, told)))
    within = []
    for name, part in found.attachments.items():
        try:
            within.append(_of_parser(f"{source}/{name}", part))
        except Unusable as error:
            found.unread.append(f'"{name}" is not read ({error.reason}): {error.remedy}')
    if found.text.strip() or not within:
        within.insert(0, _of_parser(source, found))
    else:
        notes, unread = _lines(found.notes) + within[0].notes, _lines(found.unread) + within[0].unread
        within[0] = replace(within[0], notes=notes, unread=unread)
    return [replace(_at(url, document), origin=origin) for document in within]


def _at(url: str | None, document: Document) -> Document:
    """Give a document that names no address the one that its file was fetched from."""
    return replace(document, url=document.url or url)


def text_of(found: Parsed) -> str:
    """Return the canonical text of a document that a parser gave."""
    return _canonical(found)[1]


def _canonical(found: Parsed) -> tuple[str, str, Runs]:
    """Return a text as it was parsed, its canonical form, and the map between them."""
    parsed = found.text.replace("\0", "\ufffd")
    return parsed, *canonical(parsed)


def _of_parser(source: str, found: Parsed) -> Document:
    """Make a document of what a parser found, its text canonical."""
    if unsaid := next(filter(described.is_unsaid, found.unread if not found.text.strip() else ()), None):
        reason, _, remedy = unsaid.partition(": ")
        raise Unusable(f"no text in it, and {reason}", remedy)
    parsed, text, runs = _canonical(found)
    pages = [canonical_offset(runs, start) for start in found.pages]
    times = [(canonical_offset(runs, start), second) for start, second in found.times]
    meta = {key: value and canonical(value)[0] for key, value in found.meta.items()}
    document = _document(source, text, meta, pages=pages, times=times)
    return replace(
        document,
        original=Original(parsed, runs) if text != parsed else None,
        notes=_lines(found.notes),
        unread=_lines(found.unread),
    )


def _lines(notes: list[str]) -> tuple[str, ...]:
    """Return notes, each as one line that can be printed: it may hold a name out of the file."""
    return tuple(_printable(" ".join(note.split())) for note in notes)


def origin_of(sha256: str, config: Config, url: str | None, *, model: str | None = None, whole: bool = True) -> str:
    """Return ``Document.origin`` of a file: its bytes, limits, where it was fetched, parsers and their libraries.

    Args:
        sha256: of its bytes.
        config: the limits.
        url: where it was fetched.
        model: describes its pictures, if another than the settings name.
        whole: whether it was read as far as it can be; otherwise it is never taken for what was read before.
    """
    limits: tuple[object, ...] = (
        config.max_file_mb,
        config.max_unpacked_mb,
        config.parse_seconds,
        config.parse_memory_mb,
    )
    limits += (config.ocr_seconds, ocr.versions()) if config.ocr else ()
    model = model or (described.model_of(config.llm) if config.describe and config.llm else None)
    limits += (model, described.instruction(), whole) if model else ()
    return hashlib.sha256(f"{sha256} {limits} {url} {_parsers()}".encode()).hexdigest()


def origin_heard(sha256: str, model: str, url: str | None) -> str:
    """Return ``Document.origin`` of sound: its bytes, the model that heard it, where it was fetched, and our code.

    Args:
        sha256: of its bytes.
        model: its name.
        url: where it was fetched.
    """
    return hashlib.sha256(f"{sha256} {model} {url} {_parsers()}".encode()).hexdigest()


_LIBRARIES = """
    chardet courlan docutils htmldate justext lxml openpyxl pillow pypdfium2 sentencex trafilatura xlrd
""".split()


@cache
def _parsers() -> str:
    return f"{PARSERS_VERSION} {list(parser_versions().values())} {sys.version}"


def parser_versions() -> dict[str, str]:
    """Return the version of each library on which a parsed text depends, by name."""
    return {name: version(name) for name in _LIBRARIES}


def _json_lines(source: str, text: str) -> Iterator[Document | Skipped]:
    """Read a corpus: a document a row, whose id is its source; rows of data without a text are one document."""
    for item in documents(source, text, _document):
        yield item if isinstance(item, Document) else Skipped(item.source, item.reason, item.remedy)


CORPORA = (".jsonl", ".ndjson")
TEXT_LOADERS: dict[str, Callable[[str, str], Iterator[Document | Skipped]]] = {
    ".txt": _text,
    ".md": _markdown,
    ".markdown": _markdown,
    **dict.fromkeys(CORPORA, _json_lines),
}
"""Suffix to loader of formats whose text is the file's own: ``(source, text) -> documents`` and what is skipped."""
SOUNDS = {
    ".mp3": "audio/mpeg",
    ".mpga": "audio/mpeg",
    ".m4a": "audio/mp4",
    ".wav": "audio/wav",
    ".ogg": "audio/ogg",
    ".oga": "audio/ogg",
    ".opus": "audio/ogg",
    ".flac": "audio/flac",
    ".aac": "audio/aac",
    ".webm": "video/webm",
    ".mp4": "video/mp4",
    ".m4v": "video/mp4",
    ".mov": "video/quicktime",
    ".mkv": "video/x-matroska",
    ".mpeg": "video/mpeg",
}
"""Suffix to media type of sound and video, of which a model that hears makes a text."""
UNHEARD = (
    "sound, which is read only where a model that hears is named",
    "rag index --transcribe openai-like:http://127.0.0.1:8080/v1#MODEL, or transcribe in rag.toml",
)
"""Why such a file is skipped where nobody hears it, and what would help."""
SUFFIXES = (*TEXT_LOADERS, *PARSERS, *SOUNDS)


def _document(
    source: str,
    text: str,
    meta: dict[str, Any] | None = None,
    *,
    body: int = 0,
    pages: Iterable[int] = (),
    times: Iterable[tuple[int, float]] = (),
) -> Document:
    keys = ("title", "publisher", "author", "published", "url", "language", "created")
    values = {key: clean((meta or {}).get(key)) for key in keys}
    own = described.own(text[body:])  # what a model says of a picture names no document, and dates none
    own, at = (text, body) if own == text[body:] else (own, 0)
    dateline = DATELINE.match(own, at)
    seen = dateline["date"] if dateline else stated_date(own[at:], values["language"])
    stated = (values["published"], seen, values["created"])
    published = next(filter(None, (iso_date(when, values["language"]) for when in stated if when)), None)
    if not text[body:].strip():
        raise Unusable("empty", "put text in it, or remove it")
    if "\0" in text or has_controls(source):  # JSON may hold any character, even half of one
        raise Unusable("its text holds NUL characters, or its id control characters", "remove them")
    if not all(is_unicode(part) for part in (source, text, *values.values()) if part):
        raise Unusable("it holds half a character (a lone surrogate)", "save it as UTF-8")
    given = (values["title"], values["publisher"], published)
    return Document(
        source=source,
        text=text,
        title=values["title"] or head(own[dateline.end() if dateline else at :]) or source,
        header=" | ".join(part for part in given if part) if values["title"] else "",
        body=body,
        publisher=values["publisher"],
        author=values["author"],
        published=published,
        url=values["url"],
        language=values["language"],
        pages=tuple(pages),
        times=tuple(times),
    )


def digest(document: Document) -> str:
    """Return the SHA-256 of everything about a document that an index depends on."""
    return hashlib.sha256(json.dumps(astuple(document)).encode()).hexdigest()
