"""A folder of files becomes documents.

The canonical text of a UTF-8 ``.txt`` or ``.md`` file is the file's own text, unchanged: line ends stay as they are.
(A byte order mark at the start marks the encoding and is not text.) Other formats are parsed by :mod:`rag.parse`, in a
process of their own. A file that cannot be used is skipped with its reason and what would help; it never stops the
others.
"""

import hashlib
import json
import os
import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from stat import S_ISREG
from typing import Any

import sentencex

from rag.config import Config
from rag.decode import Unusable, decode
from rag.errors import SourceError
from rag.parse import PARSERS, Parsed
from rag.sandbox import Sandbox
from rag.schema import Document

TITLE_CHARS = 90
META_CHARS = 300


@dataclass(frozen=True, slots=True)
class Skipped:
    """A file that was not indexed, why, and what would help."""

    source: str
    reason: str
    remedy: str = ""

    def __str__(self) -> str:
        return f"{self.source!r}: {self.reason}" + (f": {self.remedy}" if self.remedy else "")


@dataclass(slots=True)
class Folder:
    """What :func:`read_folder` found."""

    documents: list[Document] = field(default_factory=list)
    skipped: list[Skipped] = field(default_factory=list)


def read_folder(config: Config) -> Folder:
    """Read every document under ``config.sources``, in the order of their sources.

    Hidden files and folders are passed over, as is ``config.index``, which may lie within. What cannot be used, a file
    or a line of a corpus, is listed in ``skipped``; so are symbolic links.

    Raises:
        SourceError: ``config.sources`` is not a folder that can be read.
    """
    root = Path(config.sources)
    if not root.is_dir():
        what = "is not a folder" if root.exists() else "does not exist"
        raise SourceError(f"sources folder {root} {what}: name one with --sources FOLDER")
    folder = Folder()
    owner: dict[str, str] = {}

    def cannot_list(error: OSError) -> None:
        if Path(error.filename) == root:
            raise SourceError(f"sources folder {root} cannot be read: {error.strerror}") from error
        folder.skipped.append(Skipped(_printable(Path(error.filename).relative_to(root).as_posix()), *_why(error)))

    limits = {"seconds": config.parse_seconds, "memory_mb": config.parse_memory_mb, "text_mb": config.max_file_mb}
    with Sandbox(**limits) as sandbox:
        for path in _walk(root, Path(config.index).resolve(), cannot_list):
            name = path.relative_to(root).as_posix()
            try:
                read = _read_file(path, name, config.max_file_mb, sandbox)
            except (OSError, Unusable) as error:
                folder.skipped.append(Skipped(_printable(name), *_why(error)))
                continue
            for item in read:
                if isinstance(item, Skipped):
                    folder.skipped.append(item)
                elif item.source in owner:
                    taken = f"{item.source!r} is also a document of {owner[item.source]}"
                    folder.skipped.append(Skipped(name, taken, "rename one"))
                else:
                    owner[item.source] = name
                    folder.documents.append(item)
    folder.documents.sort(key=lambda document: document.source)
    return folder


def _walk(root: Path, leave_out: Path, on_error: Callable[[OSError], None]) -> Iterator[Path]:
    for directory, folders, files in os.walk(root, onerror=on_error):
        inner = sorted(name for name in folders if not name.startswith("."))
        links = [name for name in inner if Path(directory, name).is_symlink()]
        folders[:] = [name for name in inner if name not in links and Path(directory, name).resolve() != leave_out]
        for name in sorted([*files, *links]):
            if not name.startswith("."):
                yield Path(directory, name)


def _read_file(path: Path, name: str, max_file_mb: int, sandbox: Sandbox) -> list[Document | Skipped]:
    if not _is_unicode(name) or _has_controls(name):
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
    if info.st_size > max_file_mb << 20:
        raise Unusable(f"larger than max_file_mb = {max_file_mb}", "split it, or raise max_file_mb")
    if suffix in PARSERS:
        return [_parsed(name, sandbox.parse(path))]
    text = decode(path.read_bytes())
    if "\0" in text:
        raise Unusable("binary: it holds NUL characters", "give it the suffix of what it is")
    return list(TEXT_LOADERS[suffix](name, text))


def _why(error: OSError | Unusable) -> tuple[str, str]:
    if isinstance(error, Unusable):
        return error.reason, error.remedy
    return error.strerror or str(error), "make it readable"


def _is_unicode(text: str) -> bool:
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


def _has_controls(text: str) -> bool:
    return any(char < " " or "\x7f" <= char < "\xa0" for char in text)


def _printable(name: str) -> str:
    shown = name.encode("utf-8", "backslashreplace").decode()
    return "".join(char if not _has_controls(char) else repr(char)[1:-1] for char in shown)


def _text(source: str, text: str) -> Iterator[Document | Skipped]:
    """Read a plain text file; the dateline of a wire story gives its date."""
    yield _document(source, text)


def _markdown(source: str, text: str) -> Iterator[Document | Skipped]:
    """Read a Markdown file: its front matter or its first heading gives the title."""
    meta, body = _front_matter(text)
    heading = re.compile(r"^#[ \t]+(.*)", re.MULTILINE).search(text, body)
    title = heading[1].rstrip(" \t\r#") if heading else None
    yield _document(source, text, {"title": title, **meta}, body=body)


def _parsed(source: str, found: Parsed) -> Document:
    """Make a document of what a parser found."""
    return _document(source, found.text.replace("\0", "\ufffd"), dict(found.meta), pages=found.pages)


def _json_lines(source: str, text: str) -> Iterator[Document | Skipped]:
    """Read a corpus: ``{"id", "title", "text", "publisher"?, "published"?, "url"?}`` a line; ``source`` is the id."""
    for number, line in enumerate(text.split("\n"), start=1):
        if not line.strip():
            continue
        try:
            row = json.loads(line)
            if not isinstance(row, dict):
                raise ValueError("not an object")
            identity, content = row.get("id"), row.get("text")
            if not isinstance(identity, str) or not isinstance(content, str) or not identity.strip():
                raise ValueError('it needs "id" and "text", both strings')
            yield _document(identity, content, row)
        except (ValueError, RecursionError) as error:
            yield Skipped(f"{source}:{number}", f"not a document: {error}", "mend this line, or leave it out")


TEXT_LOADERS: dict[str, Callable[[str, str], Iterator[Document | Skipped]]] = {
    ".txt": _text,
    ".md": _markdown,
    ".markdown": _markdown,
    ".jsonl": _json_lines,
}
"""Suffix to loader of formats whose text is the file's own: ``(source, text) -> documents`` and what is skipped."""
SUFFIXES = (*TEXT_LOADERS, *PARSERS)


def _document(
    source: str, text: str, meta: dict[str, Any] | None = None, *, body: int = 0, pages: Iterable[int] = ()
) -> Document:
    keys = ("title", "publisher", "author", "published", "url", "language")
    values = {key: _clean((meta or {}).get(key)) for key in keys}
    dateline = DATELINE.match(text, body)
    published = iso_date(values["published"]) if values["published"] else None
    if published is None and dateline:
        published = iso_date(dateline["date"])
    if not text[body:].strip():
        raise Unusable("empty", "put text in it, or remove it")
    if "\0" in text or _has_controls(source):  # JSON may hold any character, even half of one
        raise Unusable("its text holds NUL characters, or its id control characters", "remove them")
    if not all(_is_unicode(part) for part in (source, text, *values.values()) if part):
        raise Unusable("it holds half a character (a lone surrogate)", "save it as UTF-8")
    given = (values["title"], values["publisher"], published)
    return Document(
        source=source,
        text=text,
        title=values["title"] or _head(text[dateline.end() if dateline else body :]) or source,
        header=" | ".join(part for part in given if part) if values["title"] else "",
        body=body,
        publisher=values["publisher"],
        author=values["author"],
        published=published,
        url=values["url"],
        language=values["language"],
        pages=tuple(pages),
    )


def _clean(value: Any) -> str | None:
    """Return metadata on one line, without control characters, and no longer than anybody reads."""
    if not isinstance(value, str):
        return None
    line = " ".join("".join(" " if _has_controls(char) else char for char in value[: 4 * META_CHARS]).split())
    if len(line) > META_CHARS:
        line = line[:META_CHARS].rstrip() + "…"
    return line or None


def _front_matter(text: str) -> tuple[dict[str, Any], int]:
    """Return the YAML block that opens a Markdown file, keys in lower case, and where the text after it starts."""
    found = re.match(r"---[ \t]*\r?\n(.*?)\r?\n(?:---|\.\.\.)[ \t]*(?:\r?\n|$)", text, re.DOTALL)
    if not found:
        return {}, 0
    import yaml

    try:
        meta = yaml.load(found[1], yaml.BaseLoader)  # noqa: S506 (it makes strings alone, nothing of what a tag asks for)
    except (yaml.YAMLError, RecursionError):  # a rule of dashes, then prose: not front matter
        return {}, 0
    if not isinstance(meta, dict):
        return {}, 0
    meta = {str(key).lower(): value for key, value in meta.items()}
    if "date" in meta:
        meta.setdefault("published", meta["date"])
    return meta, found.end()


MONTHS = "jan feb mar apr may jun jul aug sep oct nov dec".split()
_MONTH = (
    r"(?:Jan(?:uary|\.)?|Feb(?:ruary|\.)?|Mar(?:ch|\.)?|Apr(?:il|\.)?|May|June?|July?|Aug(?:ust|\.)?|"
    r"Sept?(?:ember|\.)?|Oct(?:ober|\.)?|Nov(?:ember|\.)?|Dec(?:ember|\.)?)"
)
_DATE = rf"(?:{_MONTH} \d{{1,2}}, \d{{4}}|\d{{1,2}} {_MONTH},? \d{{4}}|\d{{4}}-\d\d-\d\d)"
_PLACE = r"[A-Z][\w.'’ -]{1,40}"
DATELINE = re.compile(rf"\s*{_PLACE}(?:, {_PLACE})?, (?P<date>{_DATE})\s*(?:\([^)\n]{{2,40}}\)\s*)?[—–-]+\s*")
"""The opening of a wire story: «Havana, January 12, 2026 — », «LONDON, 3 May 2024 (Reuters) - »."""


def iso_date(text: str) -> str | None:
    """Return the calendar date that ``text`` starts with as ISO 8601, or None.

    >>> iso_date("January 12, 2026"), iso_date("2023-10-05T12:00:00Z"), iso_date("soon")
    ('2026-01-12', '2023-10-05', None)
    """
    try:
        if found := re.match(r"\d{4}-\d\d-\d\d", text):
            return date.fromisoformat(found[0]).isoformat()
        if found := re.match(_DATE, text):
            month = re.search(_MONTH, found[0])
            day, year = re.findall(r"\d+", found[0])
            number = MONTHS.index(month[0][:3].lower()) + 1 if month else 0
            return date(int(year), number, int(day)).isoformat()
    except ValueError:  # "February 31, 2026"
        pass
    return None


def _head(text: str) -> str:
    """Return the start of the first sentence, at most ``TITLE_CHARS``, cut between words."""
    line = re.sub(r"^[\s#>*-]+", "", text[: 4 * TITLE_CHARS]).split("\n")[0].strip()
    if len(line) > TITLE_CHARS:
        line = "".join(sentencex.segment("en", line)[:1]).strip()
    if len(line) <= TITLE_CHARS:
        return line
    return line[:TITLE_CHARS].rsplit(" ", 1)[0].rstrip(",;:—–- ") + "…"


def digest(document: Document) -> str:
    """Return the SHA-256 of everything about a document that an index depends on."""
    parts = (document.source, document.text, document.title, document.header, document.body)
    more = (document.publisher, document.author, document.published, document.url, document.language, document.pages)
    return hashlib.sha256(json.dumps(parts + more).encode()).hexdigest()
