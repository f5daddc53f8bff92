"""A folder of files becomes documents: one loader per suffix, in one table.

The canonical text of a UTF-8 ``.txt`` or ``.md`` file is the file's own text, unchanged: line ends stay as they
are. (A byte order mark at the start marks the encoding and is not text.) A file that cannot be used is skipped
with its reason; it never stops the others.
"""

import hashlib
import json
import os
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from stat import S_ISREG
from typing import Any

import sentencex

from rag.errors import SourceError
from rag.schema import Document

TITLE_CHARS = 90


@dataclass(frozen=True, slots=True)
class Skipped:
    """A file that was not indexed, and why."""

    source: str
    reason: str


@dataclass(slots=True)
class Folder:
    """What :func:`read_folder` found."""

    documents: list[Document] = field(default_factory=list)
    skipped: list[Skipped] = field(default_factory=list)


def read_folder(root: str | Path, *, max_file_mb: int = 64) -> Folder:
    """Read every document under ``root``, in the order of their sources.

    Hidden files and folders, and symbolic links, are passed over. Files with a suffix that no loader knows, and
    files that cannot be read, are listed in ``skipped``.

    Raises:
        SourceError: ``root`` is not a folder, or two documents have the same source.
    """
    root = Path(root)
    if not root.is_dir():
        what = "is not a folder" if root.exists() else "does not exist"
        raise SourceError(f"sources folder {root} {what}: name one with --sources FOLDER")
    folder = Folder()
    owner: dict[str, str] = {}
    for path in _walk(root):
        name = path.relative_to(root).as_posix()
        try:
            documents = _read_file(path, name, max_file_mb)
        except (OSError, ValueError) as error:
            folder.skipped.append(Skipped(_printable(name), _reason(error)))
            continue
        for document in documents:
            if document.source in owner:
                raise SourceError(
                    f"two documents are called {document.source!r}, in {owner[document.source]} and {name}: rename one"
                )
            owner[document.source] = name
            folder.documents.append(document)
    folder.documents.sort(key=lambda document: document.source)
    return folder


def _walk(root: Path) -> Iterator[Path]:
    for directory, folders, files in os.walk(root, onerror=_raise):
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        for name in sorted(files):
            path = Path(directory, name)
            if not name.startswith(".") and not path.is_symlink():
                yield path


def _raise(error: OSError) -> None:
    raise SourceError(f"folder {error.filename} cannot be read: {error.strerror}") from error


def _read_file(path: Path, name: str, max_file_mb: int) -> list[Document]:
    if not _is_unicode(name):
        raise ValueError("its name is not Unicode: rename it")
    loader = LOADERS.get(path.suffix.lower())
    if loader is None:
        raise ValueError(f"no loader for {path.suffix or 'a file without a suffix'}")
    info = path.stat()
    if not S_ISREG(info.st_mode):
        raise ValueError("not a regular file")
    if info.st_size > max_file_mb * 2**20:
        raise ValueError(f"larger than max_file_mb = {max_file_mb}")
    text = path.read_bytes().decode("utf-8-sig")
    if "\0" in text:
        raise ValueError("binary: it holds NUL characters")
    if not text.strip():
        raise ValueError("empty")
    return loader(name, text)


def _reason(error: Exception) -> str:
    if isinstance(error, UnicodeDecodeError):
        return f"not UTF-8 (byte {error.start}): save it as UTF-8"
    if isinstance(error, OSError):
        return error.strerror or str(error)
    return str(error)


def _is_unicode(text: str) -> bool:
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


def _printable(name: str) -> str:
    return name.encode("utf-8", "backslashreplace").decode()


def _text(source: str, text: str) -> list[Document]:
    """Read a plain text file; the dateline of a wire story gives its date."""
    return [_document(source, text)]


def _markdown(source: str, text: str) -> list[Document]:
    """Read a Markdown file: its front matter or its first heading gives the title."""
    meta, body = _front_matter(text)
    heading = re.compile(r"^#[ \t]+(.+?)[ \t#]*$", re.MULTILINE).search(text, body)
    return [_document(source, text, {"title": heading and heading[1], **meta}, body=body)]


def _json_lines(_source: str, text: str) -> list[Document]:
    """Read a corpus: ``{"id", "title", "text", "publisher"?, "published"?, "url"?}`` a line; ``source`` is the id."""
    documents = []
    for number, line in enumerate(text.split("\n"), start=1):
        if not line.strip():
            continue
        try:
            row = json.loads(line)
            if not isinstance(row, dict):
                raise ValueError("not an object")
        except (ValueError, RecursionError) as error:
            raise ValueError(f"line {number} is not a JSON object: {error}") from error
        identity, content = row.get("id"), row.get("text")
        if not isinstance(identity, str) or not identity or not isinstance(content, str) or not content.strip():
            raise ValueError(f'line {number} needs "id" and "text", both strings with content')
        documents.append(_document(identity, content, row))
    return documents


LOADERS: dict[str, Callable[[str, str], list[Document]]] = {
    ".txt": _text,
    ".md": _markdown,
    ".markdown": _markdown,
    ".jsonl": _json_lines,
}
"""Suffix to loader: ``(source, text) -> documents``. A new format is a function and a line here."""


def _document(source: str, text: str, meta: dict[str, Any] | None = None, *, body: int = 0) -> Document:
    values = {key: _clean((meta or {}).get(key)) for key in ("title", "publisher", "published", "url")}
    dateline = DATELINE.match(text, body)
    published = iso_date(values["published"]) if values["published"] else None
    if published is None and dateline:
        published = iso_date(dateline["date"])
    if not all(_is_unicode(part) for part in (source, text, *values.values()) if part):  # JSON may hold "\\ud800"
        raise ValueError(f"document {_printable(source)!r} holds half a character (a lone surrogate)")
    given = (values["title"], values["publisher"], published)
    return Document(
        source=source,
        text=text,
        title=values["title"] or _head(text[dateline.end() if dateline else body :]) or source,
        header=" | ".join(part for part in given if part) if values["title"] else "",
        body=body,
        publisher=values["publisher"],
        published=published,
        url=values["url"],
    )


def _clean(value: Any) -> str | None:
    if isinstance(value, date):  # YAML reads a bare date as one
        return value.isoformat()
    return " ".join(value.split()) or None if isinstance(value, str) else None


def _front_matter(text: str) -> tuple[dict[str, Any], int]:
    """Return the YAML block that opens a Markdown file, keys in lower case, and where the text after it starts."""
    found = re.match(r"---[ \t]*\r?\n(.*?)\r?\n(?:---|\.\.\.)[ \t]*(?:\r?\n|$)", text, re.DOTALL)
    if not found:
        return {}, 0
    import yaml

    try:
        meta = yaml.safe_load(found[1])
    except (yaml.YAMLError, ValueError, RecursionError):  # a rule of dashes, then prose: not front matter
        return {}, 0
    if not isinstance(meta, dict):
        return {}, 0
    meta = {str(key).lower(): value for key, value in meta.items() if value is not None}
    if "date" in meta:
        meta.setdefault("published", meta["date"])
    return meta, found.end()


MONTHS = "jan feb mar apr may jun jul aug sep oct nov dec".split()
_MONTH = (
    r"(?:Jan(?:uary|\.)?|Feb(?:ruary|\.)?|Mar(?:ch|\.)?|Apr(?:il|\.)?|May|June?|July?|Aug(?:ust|\.)?|"
    r"Sept?(?:ember|\.)?|Oct(?:ober|\.)?|Nov(?:ember|\.)?|Dec(?:ember|\.)?)"
)
_DATE = rf"(?:{_MONTH} \d{{1,2}}, \d{{4}}|\d{{1,2}} {_MONTH},? \d{{4}}|\d{{4}}-\d\d-\d\d)"
DATELINE = re.compile(rf"\s*[A-Z][^\n\d—–:;]{{1,60}}?,? (?P<date>{_DATE})\s*(?:\([^)\n]{{2,40}}\)\s*)?[—–-]+\s*")
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
    more = (document.publisher, document.published, document.url)
    return hashlib.sha256(json.dumps(parts + more).encode()).hexdigest()
