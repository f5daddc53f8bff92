"""Conversations that are kept, each its owner's alone.

    conversation   id, owner, title, when; whether it was shared by somebody else, and can only be read
    turn           an answer in its JSON form, with its question's place, and what a person thinks of it
    document       the documents that came with a shared conversation
    said           the words of questions and answers, for search

What is pinned stands beside them (:mod:`rag.web.pins`).
"""

import json
import secrets
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from rag.errors import ConversationError
from rag.output import render
from rag.schema import Answer, Document
from rag.web.kept import Database, File, Kept, now, plain

VERSION = 1
"""Of the tables."""
MOST_TITLE_CHARS = 120
MOST_COMMENT_CHARS = 2000

_SCHEMA = """
CREATE TABLE conversation (
    number INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, owner TEXT NOT NULL, title TEXT NOT NULL,
    created TEXT NOT NULL, updated TEXT NOT NULL, shared INTEGER NOT NULL);
CREATE INDEX conversation_owner ON conversation (owner, updated);
CREATE TABLE turn (
    number INTEGER PRIMARY KEY, conversation INTEGER NOT NULL REFERENCES conversation ON DELETE CASCADE,
    place INTEGER NOT NULL, answer TEXT NOT NULL, liked INTEGER, comment TEXT NOT NULL DEFAULT '',
    UNIQUE (conversation, place));
CREATE TABLE document (
    conversation INTEGER NOT NULL REFERENCES conversation ON DELETE CASCADE, source TEXT NOT NULL, form TEXT NOT NULL,
    PRIMARY KEY (conversation, source));
"""


@dataclass(frozen=True, slots=True)
class Summary:
    """A conversation as a list shows it."""

    id: str
    title: str
    created: str
    """ISO 8601, UTC."""
    updated: str
    questions: int
    shared: bool
    """By somebody else: it can be read, renamed and deleted, not continued."""


@dataclass(frozen=True, slots=True)
class Rating:
    """What a person thinks of an answer."""

    liked: bool | None
    comment: str


Summaries = list[Summary]
Answers = list[Answer]
Turns = list[tuple[Answer, Rating | None]]


class Conversations:
    """The conversations of every owner. Another owner's conversation behaves as one that is not there.

    Every method raises :class:`~rag.errors.ConversationError` if the file cannot be used, and those that take an ``id``
    ``LookupError`` if the owner has no such conversation.
    """

    def __init__(self, place: Path | Kept) -> None:
        """Open the file, or make it; or keep conversations where others keep theirs.

        Raises:
            ConversationError: it is damaged, of a later version, or cannot be written.
        """
        self.file: Kept = File(place) if isinstance(place, Path) else place
        """What others keep their tables in, too."""
        with self.file.writing() as database:
            version = self.file.version(database)
            if version > VERSION:
                raise ConversationError(
                    f"{self.file.name} was written by a later version of Quoteline: upgrade to read it"
                )
            if version == 0:
                self.file.create(database, _SCHEMA)
                self.file.begin(database, VERSION)

    def new(self, owner: str, title: str) -> str:
        """Begin a conversation, and return its id."""
        with self.file.writing() as database:
            return _begin(database, owner, title, shared=False)[0]

    def keep_shared(self, owner: str, title: str, answers: Iterable[Answer], documents: Iterable[Document]) -> str:
        """Keep a conversation that was shared, with the documents that came with it, and return its id."""
        with self.file.writing() as database:
            identity, number = _begin(database, owner, title, shared=True)
            for answer in answers:
                self._add(database, number, answer)
            rows = ((number, document.source, json.dumps(asdict(document))) for document in documents)
            database.executemany("INSERT INTO document VALUES (?, ?, ?)", rows)
            return identity

    def list(self, owner: str, search: str = "") -> Summaries:
        """Return an owner's conversations, the newest first.

        Args:
            owner: whose.
            search: words, all of which must stand in the title, or begin words of one question and its answer.
        """
        with self.file.reading() as database:
            rows = database.execute(
                "SELECT id, title, created, updated, (SELECT count(*) FROM turn WHERE conversation = c.number), shared"
                " FROM conversation AS c WHERE owner = ? ORDER BY updated DESC, number DESC",
                (owner,),
            )
            found = [
                Summary(name, title, created, updated, count, bool(shared))
                for name, title, created, updated, count, shared in rows
            ]
            if not (wanted := plain(search).split()):
                return found
            having = self.file.having(database, owner, wanted)
        titles = [word.casefold() for word in wanted]
        return [item for item in found if item.id in having or all(word in item.title.casefold() for word in titles)]

    def get(self, owner: str, identity: str) -> Summary:
        """Return one conversation as a list shows it."""
        found = [item for item in self.list(owner) if item.id == identity]
        return found[0]  # IndexError is a LookupError

    def answers(self, owner: str, identity: str) -> Answers:
        """Return the answers of a conversation, each with its question, in order."""
        return [answer for answer, _ in self._turns(owner, identity)]

    def ratings(self, owner: str, identity: str) -> dict[int, Rating]:
        """Return what was thought of answers, by their places."""
        return {place: rating for place, (_, rating) in enumerate(self._turns(owner, identity)) if rating}

    def document(self, owner: str, identity: str, source: str) -> Document | None:
        """Return a document that came with a shared conversation; None for any other conversation."""
        with self.file.reading() as database:
            number, _ = _own(database, owner, identity)
            query = "SELECT form FROM document WHERE conversation = ? AND source = ?"
            row = database.execute(query, (number, source)).fetchone()
        return _document(row[0]) if row else None

    def documents(self, owner: str, identity: str) -> dict[str, Document]:
        """Return the documents that came with a shared conversation, by source; none for any other."""
        with self.file.reading() as database:
            number, _ = _own(database, owner, identity)
            rows = database.execute("SELECT source, form FROM document WHERE conversation = ?", (number,)).fetchall()
        return {source: _document(form) for source, form in rows}

    def append(self, owner: str, identity: str, answer: Answer) -> None:
        """Add an answer at the end."""
        with self._changing(owner, identity) as (database, number):
            self._add(database, number, answer)

    def cut(self, owner: str, identity: str, place: int) -> None:
        """Drop an answer, counted from 0, and all that follow."""
        with self._changing(owner, identity) as (database, number):
            database.execute("DELETE FROM turn WHERE conversation = ? AND place >= ?", (number, place))

    def rate(self, owner: str, identity: str, place: int, liked: bool | None, comment: str) -> None:  # noqa: FBT001 (what a person pressed)
        """Keep what a person thinks of an answer, counted from 0, in place of what was thought before."""
        row = (None if liked is None else int(liked), plain(comment)[:MOST_COMMENT_CHARS])
        with self._changing(owner, identity) as (database, number):
            query = "UPDATE turn SET liked = ?, comment = ? WHERE conversation = ? AND place = ?"
            if not database.execute(query, (*row, number, place)).rowcount:
                raise LookupError(place)

    def rename(self, owner: str, identity: str, title: str) -> None:
        """Give a conversation another title; it keeps its own if that is blank."""
        with self.file.writing() as database:
            number, _ = _own(database, owner, identity)
            if shown := _title(title):
                database.execute("UPDATE conversation SET title = ? WHERE number = ?", (shown, number))

    def delete(self, owner: str, identity: str) -> None:
        """Remove a conversation, its ratings and documents."""
        with self.file.writing() as database:
            number, _ = _own(database, owner, identity)
            database.execute("DELETE FROM conversation WHERE number = ?", (number,))

    def _turns(self, owner: str, identity: str) -> Turns:
        with self.file.reading() as database:
            number, _ = _own(database, owner, identity)
            query = "SELECT answer, liked, comment FROM turn WHERE conversation = ? ORDER BY place"
            rows = database.execute(query, (number,)).fetchall()
        return [(render.from_json(json.loads(form)), _rating(liked, comment)) for form, liked, comment in rows]

    def _add(self, database: Database, number: int, answer: Answer) -> None:
        query = "SELECT coalesce(max(place) + 1, 0) FROM turn WHERE conversation = ?"
        (place,) = database.execute(query, (number,)).fetchone()
        form = json.dumps(render.answer_object(answer))
        query = "INSERT INTO turn (conversation, place, answer) VALUES (?, ?, ?)"
        database.execute(query, (number, place, form))
        query = "SELECT number FROM turn WHERE conversation = ? AND place = ?"
        (turn,) = database.execute(query, (number, place)).fetchone()
        self.file.say(database, turn, answer.question, answer.answer or answer.message or "")

    @contextmanager
    def _changing(self, owner: str, identity: str) -> Iterator[tuple[Database, int]]:
        """Yield the tables and the number of a conversation that is the owner's to continue; it is the newest then."""
        with self.file.writing() as database:
            number, shared = _own(database, owner, identity)
            if shared:
                raise ConversationError("this conversation was shared and can only be read: begin a new one to ask")
            yield database, number
            database.execute("UPDATE conversation SET updated = ? WHERE number = ?", (now(), number))


def _begin(database: Database, owner: str, title: str, *, shared: bool) -> tuple[str, int]:
    identity, begun = secrets.token_urlsafe(12), now()
    query = "INSERT INTO conversation (id, owner, title, created, updated, shared) VALUES (?, ?, ?, ?, ?, ?)"
    database.execute(query, (identity, owner, _title(title), begun, begun, int(shared)))
    return identity, _own(database, owner, identity)[0]


def _own(database: Database, owner: str, identity: str) -> tuple[int, bool]:
    """Return a conversation's number and whether it was shared."""
    query = "SELECT number, shared FROM conversation WHERE owner = ? AND id = ?"
    row = database.execute(query, (owner, identity)).fetchone()
    if row is None:
        raise LookupError(identity)
    return row[0], bool(row[1])


def _document(form: str) -> Document:
    known: Mapping[str, Any] = json.loads(form)
    lists = ("pages", "times", "notes", "unread")
    return Document(**{**known, **{name: tuple(known.get(name, ())) for name in lists}})


def _rating(liked: int | None, comment: str) -> Rating | None:
    return None if liked is None and not comment else Rating(None if liked is None else bool(liked), comment)


def _title(text: str) -> str:
    return " ".join(plain(text).split())[:MOST_TITLE_CHARS]
