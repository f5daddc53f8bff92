"""An address becomes a file among the sources, under a name like the address and over no other file."""

import hashlib
import os
import secrets
import unicodedata
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from itertools import chain, count
from pathlib import Path
from typing import Literal
from urllib.parse import unquote, urlsplit

from rag.config import Config
from rag.documents import fetched
from rag.documents.common.decode import Unusable, decode_as
from rag.documents.common.parsed import free_name
from rag.documents.load import SOUNDS, SUFFIXES, TEXT_LOADERS, UNHEARD
from rag.documents.parse import PARSERS
from rag.documents.plain.feed import xml
from rag.documents.sandbox import Sandbox
from rag.errors import FetchError, SourceError
from rag.fetching.fetch import Known, Page, fetch, parsed

MOST_ITEMS = 100
"""Pages of one feed."""
_MOST_FOLDERS = 8
_NAME_BYTES = 150
_VAGUE = (
    "",
    "application/octet-stream",
    "binary/octet-stream",
    "application/zip",
    "application/x-download",
    "text/plain",
)
"""Media types that many files are sent as: the suffix of the address tells more."""
_TYPES = {
    "text/html": ".html",
    "application/xhtml+xml": ".xhtml",
    "text/plain": ".txt",
    "text/markdown": ".md",
    "text/x-rst": ".rst",
    "text/csv": ".csv",
    "text/tab-separated-values": ".tsv",
    "text/vtt": ".vtt",
    "text/rtf": ".rtf",
    "text/xml": ".xml",
    "application/xml": ".xml",
    "application/rss+xml": ".rss",
    "application/rdf+xml": ".rss",
    "application/atom+xml": ".atom",
    "application/json": ".json",
    "application/jsonl": ".jsonl",
    "application/x-ndjson": ".ndjson",
    "application/pdf": ".pdf",
    "application/x-pdf": ".pdf",
    "application/rtf": ".rtf",
    "application/csv": ".csv",
    "application/x-subrip": ".srt",
    "application/epub+zip": ".epub",
    "application/mbox": ".mbox",
    "message/rfc822": ".eml",
    "application/vnd.ms-excel": ".xls",
    "application/vnd.openxmlformats-officedocument.wordprocessingml.document": ".docx",
    "application/vnd.openxmlformats-officedocument.presentationml.presentation": ".pptx",
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet": ".xlsx",
    "application/vnd.oasis.opendocument.text": ".odt",
    "application/vnd.oasis.opendocument.presentation": ".odp",
    "application/vnd.oasis.opendocument.spreadsheet": ".ods",
    **{kind: suffix for suffix, kind in reversed(SOUNDS.items())},
    "audio/opus": ".opus",
    "audio/webm": ".webm",
    "audio/x-m4a": ".m4a",
    "audio/x-wav": ".wav",
    "application/ogg": ".ogg",
}
_BINARY = (
    *(".pdf", ".epub", ".docx", ".pptx", ".xlsx", ".xls", ".odt", ".odp", ".ods", ".rtf", ".eml", ".mbox"),
    *SOUNDS,
)
_FEED_STARTS = (b"<?xml", b"<rss", b"<feed", b"<rdf:")


@dataclass(frozen=True, slots=True)
class Added:
    """What became of an address."""

    address: str
    source: str
    """Its file, below the sources folder."""
    news: Literal["added", "changed", "unchanged"]


def add(address: str, config: Config) -> Added:
    """Fetch an address and store what it gives; nothing changes if that is what is there.

    Raises:
        UsageError: it is no address that can be fetched.
        FetchError: it was not fetched, or is nothing that can be read.
        SourceError: the sources folder cannot be written.
    """
    address = str(parsed(address))
    root = Path(config.sources)
    if root.exists() and not root.is_dir():
        raise SourceError(f"{root} is a file: name a folder with --sources")
    try:
        before = fetched.read(root).get(address)
    except Unusable as error:
        raise SourceError(f"{root / fetched.FILE}: {error.reason}: {error.remedy}") from error
    ours = before is not None and _sha256(root / before.file) == before.sha256
    known = Known(before.final, before.etag, before.last_modified) if before and ours else None
    page = fetch(address, known, most_mb=config.max_file_mb, seconds=config.fetch_seconds)
    if before and page is None:
        return Added(address, before.file, "unchanged")
    if page is None:
        raise FetchError(f"{address} was not fetched: the server says that it is as before: try again")
    suffix = _suffix(address, page)
    if suffix in SOUNDS and not config.transcribe:
        raise FetchError(f"{address} was not added: {': '.join(UNHEARD)}")
    data = _readable(page, suffix)
    digest = hashlib.sha256(data).hexdigest()
    entry = fetched.Fetched(
        file="",
        sha256=digest,
        url=page.url,
        final=page.known.final,
        etag=page.known.etag,
        last_modified=page.known.last_modified,
        fetched=datetime.now(UTC).isoformat(timespec="seconds").replace("+00:00", "Z"),
    )
    try:
        return _store(root, address, data, suffix, entry, before if ours else None)
    except OSError as error:
        why = error.strerror or str(error)
        raise SourceError(f"{root} cannot be written ({why}): free space, or name another with --sources") from error


def items(feed: Added, config: Config) -> tuple[list[str], int]:
    """Return the addresses of a feed's items, at most ``MOST_ITEMS``, and how many more it has.

    Raises:
        FetchError: it is no feed, or cannot be read.
    """
    path = Path(config.sources, feed.source)
    if PARSERS.get(path.suffix.lower()) is not xml:
        raise FetchError(f"{feed.address} is no feed of RSS or Atom: its own text is added; leave --items out")
    with Sandbox(
        seconds=config.parse_seconds,
        memory_mb=config.parse_memory_mb,
        text_mb=config.max_file_mb,
        unpacked_mb=config.max_unpacked_mb,
    ) as sandbox:
        try:
            found = sandbox.parse(path)
        except Unusable as error:
            raise FetchError(f"the items of {feed.address} cannot be read ({error.reason}): {error.remedy}") from error
    links = [part.meta.get("url") or "" for part in (found, *found.attachments.values())]
    pages = list(dict.fromkeys(link.strip() for link in links if link.strip().startswith(("http://", "https://"))))
    if not pages:
        raise FetchError(f"the items of {feed.address} name no pages: their own text is added; leave --items out")
    return pages[:MOST_ITEMS], len(pages[MOST_ITEMS:])


def _store(
    root: Path, address: str, data: bytes, suffix: str, entry: fetched.Fetched, ours: fetched.Fetched | None
) -> Added:
    """Give the bytes a file, in place of the one that was fetched before if nobody has changed that.

    Args:
        root: the sources folder.
        address: the one asked for.
        data: what is stored.
        suffix: of the file.
        entry: what is noted; its file is not known yet.
        ours: what was noted before, if its file still holds what was fetched.
    """
    if ours and ours.sha256 == entry.sha256:
        fetched.note(root, address, replace(entry, file=ours.file))
        return Added(address, ours.file, "unchanged")
    root.mkdir(parents=True, exist_ok=True)
    incoming = root / f".incoming-{secrets.token_hex(8)}"  # hidden, so that no index reads it
    try:
        with incoming.open("xb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        kept = ours and Path(ours.file).suffix == suffix
        name = ours.file if ours and kept else _claimed(root, _names(entry.url, suffix), entry.sha256)
        fetched.note(
            root, address, replace(entry, file=name)
        )  # first, so that whoever sees the file knows where it is from
        incoming.replace(root / name)
    finally:
        incoming.unlink(missing_ok=True)
    if ours and not kept:
        (root / ours.file).unlink(missing_ok=True)  # the same document, in another format
    return Added(address, name, "changed" if ours else "added")


def _claimed(root: Path, name: Path, digest: str) -> str:
    """Make an empty file of a name, or the first that is free, or find the one that holds these bytes already."""
    folder = root
    for part in name.parent.parts:
        tries = (folder / f"{part}{number}" for number in chain([""], map(" ({})".format, count(2))))
        folder = next(one for one in tries if _is_folder(one) or not os.path.lexists(one))
        folder.mkdir(exist_ok=True)
    for place in fetched.numbered(folder / name.name):
        try:
            place.open("xb").close()  # the name is ours now, whoever else wants it
        except FileExistsError:
            if place.is_symlink() or _sha256(place) != digest:
                continue
        return place.relative_to(root).as_posix()
    raise AssertionError  # there is always another number


def _is_folder(path: Path) -> bool:
    return path.is_dir() and not path.is_symlink()  # which no index follows


def _sha256(path: Path) -> str:
    """Return the SHA-256 of a file's bytes; empty if it is none that can be read."""
    with suppress(OSError):
        if path.is_file() and not path.is_symlink():
            return hashlib.sha256(path.read_bytes()).hexdigest()
    return ""


def _names(url: str, suffix: str) -> Path:
    """Return the path that an address gives its file: host, folders and name, none of them hidden.

    >>> _names("https://example.org/news/2026/Pump%20fails?id=3&p=2#top", ".html").as_posix()
    'example.org/news/2026/Pump fails-id=3-p=2.html'
    >>> _names("http://example.org:8080/", ".html").as_posix()
    'example.org-8080/index.html'
    """
    address = urlsplit(url)
    *above, last = address.path.split("/")
    folders = [part for part in map(_part, [address.netloc, *above]) if part]
    folders[_MOST_FOLDERS:] = []
    stem, dot, end = last.rpartition(".")
    if stem and _loader(f".{end.lower()}") is _loader(suffix):
        last, suffix = stem, dot + end
    query = address.query.replace("&", "-")
    return Path(*folders, (_part(last) or "index") + (_part(f"-{query}") if query else "") + suffix)


def _part(text: str) -> str:
    """Return a part of an address as the name of a file or folder; empty if nothing of it can be one."""
    shown = unicodedata.normalize("NFC", unquote(text)).encode()[:_NAME_BYTES].decode(errors="ignore")
    return free_name(shown, ()) if shown.strip(" .") else ""


def _loader(suffix: str) -> object:
    return PARSERS.get(suffix) or TEXT_LOADERS.get(suffix) or (SOUNDS if suffix in SOUNDS else None)


def _suffix(address: str, page: Page) -> str:
    """Return the suffix of what was fetched: by its media type; where that says little, by its name and its bytes."""
    start = page.data.lstrip(b"\xef\xbb\xbf \t\r\n")[:1000].lower()
    if start.startswith(b"%pdf-"):
        return ".pdf"
    typed = _TYPES.get(page.kind) or (".xml" if page.kind.endswith("+xml") else None)
    typed = typed or (".json" if page.kind.endswith("+json") else None)
    if typed == ".html" and start.startswith(_FEED_STARTS) and b"<html" not in start:
        return ".xml"
    if page.kind in _VAGUE:
        names = (page.name, urlsplit(page.known.final).path, urlsplit(page.url).path)
        suffixes = (Path(unquote(name)).suffix.lower() for name in names)
        typed = next((suffix for suffix in suffixes if suffix in SUFFIXES), typed)
        if not typed and start.startswith((b"<!doctype html", b"<html")):
            typed = ".html"
    if not typed:
        kind = page.kind or "a file of no named type"
        raise FetchError(f"{address} was not added: no loader for {kind}: save it in one of {' '.join(SUFFIXES)}")
    return typed


def _readable(page: Page, suffix: str) -> bytes:
    """Return the bytes; as UTF-8 where only the server says which other encoding a text is in."""
    label = page.charset.encode()
    if suffix in _BINARY or not label or label.lower() in page.data[:1024].lower():
        return page.data
    try:
        page.data.decode()
    except UnicodeDecodeError:
        with suppress(Unusable, LookupError, ValueError):
            return decode_as(page.data, page.charset).encode()
    return page.data
