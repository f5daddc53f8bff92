"""The documents and passages of a generation, in SQLite: text, metadata and exact offsets."""

import difflib
import json
import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from rag.errors import UnknownSource
from rag.index.manifest import Counts
from rag.schema import Document, Filter, Original, Passage, Sentence, Times

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

# A passage's text stands here again, though the document's has it: to take a part out of a long text SQLite walks
# through it from the start. What is read for each hit comes before the long columns, for the same reason.
_SCHEMA = """
CREATE TABLE document (
    id INTEGER PRIMARY KEY, source TEXT NOT NULL UNIQUE, title TEXT NOT NULL, header TEXT NOT NULL,
    publisher TEXT, published TEXT, url TEXT, author TEXT, language TEXT, digest TEXT NOT NULL, origin TEXT,
    story INTEGER, body INTEGER NOT NULL, pages TEXT NOT NULL, times TEXT NOT NULL, notes TEXT NOT NULL,
    unread TEXT NOT NULL, text TEXT NOT NULL, original TEXT, runs TEXT);
CREATE TABLE passage (
    id INTEGER PRIMARY KEY, document INTEGER NOT NULL REFERENCES document, start INTEGER NOT NULL, end INTEGER NOT NULL,
    sentences TEXT NOT NULL, context TEXT NOT NULL, text TEXT NOT NULL);
CREATE INDEX passage_document ON passage (document);
CREATE INDEX document_story ON document (story) WHERE story IS NOT NULL;
CREATE INDEX document_unread ON document (id) WHERE unread != '[]';
CREATE INDEX document_published ON document (published);
"""
_DOCUMENT = (
    "source, text, title, header, body, publisher, published, url, author, language, pages, times, notes, unread,"
    " origin, original, runs"
)
_OF_FILE = "(source = ? OR substr(source, 1, ?) = ?)"
MOST_COPIES = 50
"""Documents of one story that are looked at for a sentence: a folder may hold one thing a thousand times."""
_PASSAGES = (
    'source, start, "end", sentences, title, published, pages, publisher, story, context, times, passage.text'
    " FROM passage JOIN document ON document.id = document"
)


@dataclass(frozen=True, slots=True)
class Listing:
    """A document as a list shows it, without its text."""

    source: str
    title: str
    published: str | None
    characters: int
    publisher: str | None = None
    passages: int = 0
    notes: tuple[str, ...] = ()
    unread: tuple[str, ...] = ()
    pages: int = 0
    """0 for formats that have no pages."""


@dataclass(frozen=True, slots=True)
class Ingested:
    """A document as it is written (:mod:`rag.indexing.ingestion`)."""

    document: Document
    digest: str
    """:func:`rag.documents.load.digest`."""
    story: int | None
    """The number of the first document that tells the same; None where no other does."""
    passages: Sequence[Passage]


class Store:
    """Read-only; safe to share between threads.

    Its queries are in SQL that SQLite and PostgreSQL both know: :mod:`rag.postgres` runs the same ones.
    """

    _GLOB = "GLOB"
    """The operator that tells whether a name is like a pattern."""
    prefix = ""
    """What stands before a source for a filter: nothing, or where several are asked the name of this collection."""

    def __init__(self, path: Path) -> None:
        # immutable: SQLite takes no lock and looks for no journal in a folder that never changes.
        uri = f"{path.absolute().as_uri()}?mode=ro&immutable=1"
        self._database = sqlite3.connect(uri, uri=True, check_same_thread=False)

    def close(self) -> None:
        """Release the file."""
        self._database.close()

    def _rows(self, query: str, values: Sequence[object] = ()) -> Iterable[Any]:
        """Run a query; a question mark stands for each value."""
        return self._database.execute(query, values)

    def _first(self, query: str, values: Sequence[object] = ()) -> Any:
        """Return the first row of a query's, or None."""
        return next(iter(self._rows(query, values)), None)

    def _each(self, query: str) -> Iterable[Any]:
        """Run a query whose rows are too many to be held in memory together."""
        return self._rows(query)

    @staticmethod
    def _like(pattern: str) -> str:
        """Return a pattern of names as ``_GLOB`` takes it."""
        return pattern

    def documents(self) -> list[Listing]:
        """Return every document, in the order of their sources, which is that of their passages' numbers."""
        passages = "(SELECT count(*) FROM passage WHERE document = document.id)"
        columns = f"source, title, published, length(text), publisher, {passages}, notes, unread, pages"
        rows = self._rows(f"SELECT {columns} FROM document ORDER BY id")  # noqa: S608 (a query of our own)
        return [
            Listing(
                source, title, day, characters, publisher, count, _texts(notes), _texts(unread), len(json.loads(pages))
            )
            for source, title, day, characters, publisher, count, notes, unread, pages in rows
        ]

    def noted(self) -> tuple[int, int]:
        """Return how many documents have parts that could not be read, and how many were read with other notes."""
        query = "SELECT count(*) FILTER (WHERE unread != '[]'), count(*) FILTER (WHERE notes != '[]') FROM document"
        unread, noted = self._first(query)
        return unread, noted

    def unread(self, chosen: Filter) -> list[tuple[str, str, tuple[str, ...]]]:
        """Return source, title and unread parts of each document that has such and passes a filter, in order."""
        conditions, values = self._conditions(chosen)
        where = " AND ".join(["unread != '[]'", *conditions])
        query = f"SELECT source, title, unread FROM document WHERE {where} ORDER BY id"  # noqa: S608 (conditions of our own)
        rows = self._rows(query, values)
        return [(source, title, _texts(unread)) for source, title, unread in rows]

    def admits(self, source: str, chosen: Filter) -> bool:
        """Tell whether a source that was not indexed could pass a filter: it has a name, but no date."""
        if chosen.after or chosen.before:
            return False
        if not chosen.sources or source in chosen.sources:
            return True
        like = f"SELECT CAST(? AS TEXT) {self._GLOB} ?"
        patterns = filter(is_pattern, chosen.sources)
        return any(self._first(like, (source, self._like(pattern)))[0] for pattern in patterns)

    def sources(self, chosen: Filter) -> list[str]:
        """Return each source that passes a filter, in order."""
        return [source for source, _, _ in self.named(chosen)]

    def titles(self, chosen: Filter) -> list[str]:
        """Return the title of each document that passes a filter, in the order of sources."""
        return [title for _, title, _ in self.named(chosen)]

    def named(self, chosen: Filter) -> Iterator[tuple[str, str, str | None]]:
        """Yield source, title and address of each document that passes a filter, in order."""
        conditions, values = self._conditions(chosen)
        where = f" WHERE {' AND '.join(conditions)}" if conditions else ""
        yield from self._rows(f"SELECT source, title, url FROM document{where} ORDER BY id", values)  # noqa: S608

    def document(self, source: str) -> Document:
        """Return one document with its canonical text.

        Raises:
            UnknownSource: with the nearest source that there is.
        """
        if found := self.find(source):
            return found
        known = [listing.source for listing in self.documents()]
        near = difflib.get_close_matches(source, known, n=1, cutoff=0.5)
        hint = f"did you mean {near[0]!r}? " if near else ""
        raise UnknownSource(f"no source {source!r} in the index: {hint}rag status --sources lists all")

    def find(self, source: str) -> Document | None:
        """Return one document, or None if there is none of that name."""
        query = f"SELECT {_DOCUMENT} FROM document WHERE source = ?"  # noqa: S608 (names of columns)
        row = self._first(query, (source,))
        return _document(row) if row else None

    def of_file(self, file: str, origin: str | None = None) -> list[Document]:
        """Return the documents of a file, its own and then those within; of one ``origin`` alone, if it is given."""
        of_origin = "" if origin is None else " AND origin = ?"
        query = f"SELECT {_DOCUMENT} FROM document WHERE {_OF_FILE}{of_origin} ORDER BY id"  # noqa: S608
        values = (file, len(file) + 1, f"{file}/", *([] if origin is None else [origin]))
        return [_document(row) for row in self._rows(query, values)]

    def origins(self) -> set[tuple[str, str]]:
        """Return source and origin of each document that was parsed, and of each file that one is within."""
        rows = self._rows("SELECT source, origin FROM document WHERE origin IS NOT NULL")
        return {(name, origin) for source, origin in rows for name in (source, *_above(source))}

    def digests(self) -> dict[str, str]:
        """Return the digest of each document, by source (:func:`rag.documents.load.digest`)."""
        return dict(self._rows("SELECT source, digest FROM document"))

    def headers(self, sources: Sequence[str]) -> list[str]:
        """Return what is indexed with each passage of a document but never quoted, of each in the order asked."""
        wanted = sorted(set(sources))
        marks = ", ".join("?" * len(wanted)) or "NULL"
        rows = self._rows(f"SELECT source, header FROM document WHERE source IN ({marks})", wanted)  # noqa: S608
        found = dict(rows)
        return [found[source] for source in sources]

    def passages(self, ids: Sequence[int]) -> list[Passage]:
        """Return passages by number (0-based, the row of their vector), in the order asked."""
        numbers = ", ".join(str(int(number)) for number in ids) or "NULL"
        rows = self._rows(f"SELECT passage.id, {_PASSAGES} WHERE passage.id IN ({numbers})")
        found = {number: _passage(tuple(row)) for number, *row in rows}
        return [found[int(number)] for number in ids]

    def of(self, source: str) -> list[Passage]:
        """Return the passages of a document, in order; none if there is no such document."""
        query = f"SELECT {_PASSAGES} WHERE document.source = ? ORDER BY passage.id"
        return [_passage(row) for row in self._rows(query, (source,))]

    def story(self, story: int, chosen: Filter) -> Iterator[Passage]:
        """Yield the passages of the ``MOST_COPIES`` earliest documents of a story that pass a filter, in order."""
        conditions, values = self._conditions(chosen)
        members = " AND ".join(["SELECT id FROM document WHERE story = ?", *conditions])
        earliest = f"{members} ORDER BY published IS NULL, published, source LIMIT {MOST_COPIES}"
        query = f"SELECT {_PASSAGES} WHERE document IN ({earliest}) ORDER BY passage.id"
        return map(_passage, self._rows(query, (story, *values)))

    @cached_property
    def publishers(self) -> tuple[str, ...]:
        """Every publisher that a document names, in order."""
        rows = self._rows("SELECT DISTINCT publisher FROM document WHERE publisher IS NOT NULL ORDER BY 1")
        return tuple(publisher for (publisher,) in rows)

    @cached_property
    def newest(self) -> str | None:
        """The latest date of a document, ISO 8601; None if none has one."""
        found: str | None = self._first("SELECT max(published) FROM document")[0]
        return found

    def published(self, ids: Sequence[int]) -> list[tuple[str | None, str | None]]:
        """Return by whom and when the documents of passages were published, in the order asked."""
        query = "SELECT passage.id, publisher, published FROM passage JOIN document ON document.id = document"
        numbers = ", ".join(str(int(number)) for number in ids)
        rows = self._rows(f"{query} WHERE passage.id IN ({numbers})")
        found = {number: (publisher, published) for number, publisher, published in rows}
        return [found[number] for number in ids]

    def passing(self, chosen: Filter) -> "NDArray[np.int64] | None":
        """Return the numbers of the passages whose documents pass a filter, in order; None if every one does."""
        import numpy as np

        conditions, values = self._conditions(chosen)
        if not conditions:
            return None
        # A row a document, whose passages' numbers follow one another: a row a passage takes several times as long.
        query = "SELECT min(passage.id), max(passage.id) FROM passage JOIN document ON document.id = document WHERE "
        rows = list(self._rows(query + " AND ".join(conditions) + " GROUP BY document", values))
        first, last = np.array(sorted(rows), dtype=np.int64).reshape(-1, 2).T
        counts = last - first + 1
        before = np.cumsum(counts) - counts
        return np.repeat(first - before, counts) + np.arange(counts.sum())

    def undated(self, chosen: Filter) -> list[str]:
        """Return the sources that a filter leaves out for nothing but that they have no date, in order."""
        if not chosen.after and not chosen.before:
            return []
        conditions, values = self._conditions(Filter(chosen.sources))
        query = "SELECT source FROM document WHERE "
        rows = self._rows(query + " AND ".join(["published IS NULL", *conditions]) + " ORDER BY id", values)
        return [source for (source,) in rows]

    def firsts(self, chosen: Filter) -> list[int]:
        """Return the number of the first passage of each document that passes a filter, in the order of sources."""
        conditions, values = self._conditions(chosen)
        where = f" WHERE {' AND '.join(conditions)}" if conditions else ""
        query = "SELECT min(passage.id) FROM passage JOIN document ON document.id = document"
        return [number for (number,) in self._rows(f"{query}{where} GROUP BY document ORDER BY 1", values)]

    def texts(self) -> Iterator[str]:
        """Yield the text of every passage below its context, in order."""
        rows = self._each("SELECT context, text FROM passage ORDER BY id")
        return (f"{context}\n{text}" if context else text for context, text in rows)

    def headed_texts(self) -> Iterator[str]:
        """Yield the text of every passage below its document's header and its context, in order."""
        rows = self._each(
            "SELECT header, context, passage.text FROM passage JOIN document ON document.id = document"
            " ORDER BY passage.id"
        )
        return (f"{header} {context}\n{text}" if context else f"{header} {text}" for header, context, text in rows)

    def _conditions(self, chosen: Filter) -> tuple[list[str], list[str]]:
        """Return a filter as conditions of SQL, all of which a document must meet, and their values."""
        conditions: list[str] = []
        values: list[str] = []
        if chosen.sources:  # "a[1].txt" is a name and a pattern
            name = f"('{self.prefix}' || source)" if self.prefix else "source"
            patterns = [pattern for pattern in chosen.sources if is_pattern(pattern)]
            named = (
                f"{name} IN ({', '.join('?' * len(chosen.sources))})"  # of thousands each OR would be a level deeper
            )
            conditions.append(f"({' OR '.join([named, *[f'{name} {self._GLOB} ?'] * len(patterns)])})")
            values += [*chosen.sources, *map(self._like, patterns)]
        for comparison, bound in ((">=", chosen.after), ("<=", chosen.before)):
            if bound:
                conditions.append(f"published {comparison} ?")
                values.append(bound)
        return conditions, values


def is_pattern(name: str) -> bool:
    """Tell whether what a filter names may stand for several sources."""
    return any(wildcard in name for wildcard in "*?[")


def write(path: Path, ingested: Iterable[Ingested]) -> Counts:
    """Write documents and their passages, one document at a time.

    Args:
        path: of the new file.
        ingested: in the order of their numbers.
    """
    database = sqlite3.connect(path)
    database.execute("PRAGMA journal_mode = OFF")  # the whole folder is thrown away if this is interrupted
    database.executescript(_SCHEMA)
    counts = Counts()
    for number, item in enumerate(ingested):
        database.execute(
            f"INSERT INTO document (id, digest, story, {_DOCUMENT}) VALUES ({', '.join('?' * 20)})",  # noqa: S608
            (number, item.digest, item.story, *_row(item.document)),
        )
        rows = (
            (
                *(counts.passages + n, number, p.start, p.end),
                *(json.dumps([[s.start, s.end] for s in p.sentences]), p.context, p.text),
            )
            for n, p in enumerate(item.passages)
        )
        database.executemany("INSERT INTO passage VALUES (?, ?, ?, ?, ?, ?, ?)", rows)
        sentences = sum(len(passage.sentences) for passage in item.passages)
        counts = Counts(number + 1, counts.passages + len(item.passages), counts.sentences + sentences)
    database.commit()
    database.close()
    return counts


def _passage(row: tuple[Any, ...]) -> Passage:
    source, start, end, sentences, title, published, pages, publisher, story, context, times, text = row
    spans = tuple(Sentence(*span) for span in json.loads(sentences))
    about = (title, published, tuple(json.loads(pages)), publisher, story, context, _times(times))
    return Passage(source, start, end, text, spans, *about)


def _row(document: Document) -> tuple[object, ...]:
    """Return a document's values in the order of ``_DOCUMENT``."""
    d, original = document, document.original
    parsed = (original.text, json.dumps(original.runs)) if original else (None, None)
    known = (d.source, d.text, d.title, d.header, d.body, d.publisher, d.published, d.url, d.author, d.language)
    lists = (d.pages, d.times, d.notes, d.unread)
    return (*known, *map(json.dumps, lists), d.origin, *parsed)


def _above(source: str) -> Iterator[str]:
    """Yield what a source may be within: the beginnings of its name.

    >>> [*_above("a/b.eml/c.docx")]
    ['a', 'a/b.eml']
    """
    return (source[:at] for at, char in enumerate(source) if char == "/")


def _document(row: tuple[Any, ...]) -> Document:
    *known, pages, times, notes, unread, origin, original, runs = row
    document = Document(*known)
    parsed = Original(original, tuple((at, was) for at, was in json.loads(runs))) if original else None
    return replace(
        document,
        pages=tuple(json.loads(pages)),
        times=_times(times),
        origin=origin,
        original=parsed,
        notes=_texts(notes),
        unread=_texts(unread),
    )


def _times(column: str) -> Times:
    return tuple((at, second) for at, second in json.loads(column))


def _texts(column: str) -> tuple[str, ...]:
    return tuple(json.loads(column))
