"""The tables of a generation, and the sums by which both sides know that they hold the same rows.

A row's sum is the first 60 bits of the SHA-256 of its bytes, and a table's the sum of these, whatever their order. The
writer adds up what it sends; the database what it holds.
"""

import struct
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from hashlib import sha256
from typing import Any

from psycopg import Connection, sql

Row = tuple[Any, ...]

MOST_INDEXED = 2000
"""Dimensions that an HNSW index of pgvector takes, and that fit a page of PostgreSQL uncompressed."""


@dataclass(frozen=True, slots=True)
class Table:
    """One table of a generation."""

    name: str
    columns: dict[str, str]
    """Name and type of each."""
    after: tuple[str, ...] = ()
    """What is done once it is filled."""
    held: str | None = None
    """A row's bytes as SQL; by default its columns as text."""
    sent: Callable[[Row], bytes] | None = None
    """The same of what is sent."""

    def fill(self, database: Connection[Any], rows: Iterable[Row]) -> tuple[int, int]:
        """Make it, and copy rows into it; return how many, and their sum."""
        columns = ", ".join(f'"{name}" {kind}' for name, kind in self.columns.items())
        names = ", ".join(f'"{name}"' for name in self.columns)
        types = [_COPIED.get(kind.split()[0].partition("(")[0], "text") for kind in self.columns.values()]
        count = total = 0
        # Frozen, which the transaction that makes it may do: its pages are never written again, and where all that a
        # query wants stands in an index, the table is not read.
        copying = sql.SQL(f"COPY {self.name} ({names}) FROM STDIN (FORMAT BINARY, FREEZE)")
        with database.transaction(), database.cursor() as cursor:
            cursor.execute(sql.SQL(f"CREATE TABLE {self.name} ({columns})"))
            with cursor.copy(copying) as copy:
                copy.set_types(types)
                for row in rows:
                    copy.write_row(row)
                    total += self.summed(row)
                    count += 1
        return count, total

    def summed(self, row: Row) -> int:
        """Return the sum of a row that is sent, or was read."""
        return _number(self.sent(row) if self.sent else _text(row))

    def held_sum(self) -> str:
        """Return the query of how many rows it holds, and their sum."""
        texts = ", ".join(f'"{name}"::text' for name in self.columns)
        row = self.held or f"convert_to(array_to_string(ARRAY[{texts}], chr(31), chr(30)), 'UTF8')"
        number = f"('x' || left(encode(sha256({row}), 'hex'), 15))::bit(60)::bigint"
        return f"SELECT count(*), coalesce(sum({number}), 0)::text FROM {self.name}"  # noqa: S608 (names of our own)


LINKED = "hnsw-halfvec"
"""How vectors that have an HNSW index are searched (:class:`rag.index.manifest.VectorSearch`)."""
_COPIED = {"integer": "int4", "bytea": "bytea", "vector": "bytea"}
"""How a type is sent; a vector as the bytes that it has on the wire."""
_NAME = 'text COLLATE "C"'  # compared by its bytes, as SQLite compares


def _text(row: Row) -> bytes:
    return "\x1f".join("\x1e" if value is None else str(value) for value in row).encode()


def _number(content: bytes) -> int:
    return int(sha256(content).hexdigest()[:15], 16)


def tables(dimension: int) -> list[Table]:
    """Return the tables of a generation, whose vectors have so many numbers."""
    return [
        Table(
            "document",
            {
                "id": "integer",
                "digest": "text",
                "story": "integer",
                "source": _NAME,
                "text": "text",
                "title": "text",
                "header": "text",
                "body": "integer",
                "publisher": _NAME,
                "published": _NAME,
                "url": "text",
                "author": "text",
                "language": "text",
                "pages": "text",
                "times": "text",
                "notes": "text",
                "unread": "text",
                "origin": _NAME,
                "original": "text",
                "runs": "text",
            },
            (
                "ALTER TABLE document ADD PRIMARY KEY (id)",
                "CREATE INDEX document_source ON document USING hash (source)",  # a name may be too long for a tree
                "CREATE INDEX document_published ON document (published)",
                "CREATE INDEX document_story ON document (story) WHERE story IS NOT NULL",
                "CREATE INDEX document_unread ON document (id) WHERE unread != '[]'",
            ),
        ),
        Table(
            "passage",
            {
                "id": "integer",
                "document": "integer",
                "start": "integer",
                "end": "integer",
                "sentences": "text",
                "context": "text",
                "text": "text",
            },
            ("ALTER TABLE passage ADD PRIMARY KEY (id)", "CREATE INDEX passage_document ON passage (document, id)"),
        ),
        # A row a term: the numbers of the passages that have it, and its BM25 weight in each, little-endian.
        Table(
            "posting",
            {"term": _NAME, "passages": "bytea STORAGE EXTERNAL", "weights": "bytea STORAGE EXTERNAL"},
            ("CREATE INDEX posting_term ON posting USING hash (term)",),
            "convert_to(term, 'UTF8') || passages || weights",
            lambda row: row[0].encode() + row[1] + row[2],
        ),
        Table(
            "embedding",
            {"id": "integer", "vector": f"vector({dimension})" + " STORAGE PLAIN" * (dimension <= MOST_INDEXED)},
            ("ALTER TABLE embedding ADD PRIMARY KEY (id)",),
            "int4send(id) || vector_send(vector)",
            lambda row: struct.pack(">i", row[0]) + row[1],
        ),
        # The signs of the vectors in pieces, in order; none if whoever asks holds the vectors themselves, or neither.
        Table(
            "sign",
            {"part": "integer", "bytes": "bytea STORAGE EXTERNAL"},
            (),
            "int4send(part) || bytes",
            lambda row: struct.pack(">i", row[0]) + row[1],
        ),
        # The encoder's files in pieces, in order.
        Table(
            "file",
            {"name": "text", "part": "integer", "bytes": "bytea STORAGE EXTERNAL"},
            (),
            "convert_to(name, 'UTF8') || int4send(part) || bytes",
            lambda row: row[0].encode() + struct.pack(">i", row[1]) + row[2],
        ),
    ]
