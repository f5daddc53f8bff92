"""What is pinned to the notebook: quotes and whole answers, in an order, under groups, with comments.

It stands beside the conversations in their file, in a table of its own, and outlives them. The table came after those
of :mod:`rag.web.conversations`; a version that does not know it leaves it alone, so that theirs stays the same.

    pin            id, owner, what it is of, its place, group and comment, when, and the answer in its JSON form
"""

import json
import secrets
from collections.abc import Sequence
from dataclasses import dataclass, replace
from hashlib import sha256

from rag.errors import ConversationError
from rag.exports.notebook import Entry, grouped
from rag.output import render
from rag.schema import Answer, Citation, Claim, Closest
from rag.web.kept import Database, Kept, now, plain

MOST_PINS = 1000
"""Of one owner."""
MOST_GROUP_CHARS = 80
MOST_COMMENT_CHARS = 4000

_SCHEMA = """
CREATE TABLE IF NOT EXISTS pin (
    number INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, owner TEXT NOT NULL, subject TEXT NOT NULL,
    place INTEGER NOT NULL, section TEXT NOT NULL DEFAULT '', comment TEXT NOT NULL DEFAULT '',
    pinned TEXT NOT NULL, whole INTEGER NOT NULL, answer TEXT NOT NULL, UNIQUE (owner, subject));
"""


@dataclass(frozen=True, slots=True)
class Pin(Entry):
    """An entry of a notebook."""

    id: str
    subject: str
    """What it is of: the same text for the same quote or answer."""


def subject(pinned: Answer | Citation | Closest) -> str:
    """Return what a pin is of, a quote or a whole answer, as a text that is the same whenever that is."""
    if isinstance(pinned, Answer):
        claims = (claim.text for claim in pinned.claims)
        told = ["answer", pinned.standalone, *claims, *(f"{c.source}:{c.start}-{c.end}" for c in pinned.citations)]
    else:
        told = ["quote", pinned.source, str(pinned.start), str(pinned.end), pinned.quote]
    return sha256(json.dumps(told).encode()).hexdigest()[:24]


def alone(answer: Answer, quote: Citation | Closest) -> Answer:
    """Return a quote as the answer that has it alone: every export takes it as it takes any other."""
    if isinstance(quote, Citation):
        cited = replace(quote, number=1)
    else:
        cited = Citation(1, quote.source, quote.title, None, quote.start, quote.end, quote.quote, quote.score)
    return Answer(
        answer.question,
        answer.standalone,
        "answered",
        None,
        answer.confidence,
        claims=(Claim(quote.quote, "supported", (1,)),),
        citations=(cited,),
        index=answer.index,
        model={**answer.model, "llm": None},
    )


class Pins:
    """The notebooks of every owner. Another owner's pin behaves as one that is not there.

    Every method raises :class:`~rag.errors.ConversationError` if the file cannot be used, and those that take an ``id``
    ``LookupError`` if the owner has no such pin.
    """

    def __init__(self, file: Kept) -> None:
        """Keep pins beside what is there."""
        self._file = file
        with file.writing() as database:
            file.create(database, _SCHEMA)

    def list(self, owner: str) -> "Sequence[Pin]":
        """Return an owner's pins, in order."""
        return self._pins("owner = ? ORDER BY place, number", owner)

    def _pins(self, which: str, *values: str) -> "Sequence[Pin]":
        columns = "id, subject, section, comment, pinned, whole, answer"
        with self._file.reading() as database:
            rows = database.execute(f"SELECT {columns} FROM pin WHERE {which}", values).fetchall()  # noqa: S608 (ours)
        return [_pin(*row) for row in rows]

    def subjects(self, owner: str) -> "Sequence[str]":
        """Return what an owner's pins are of."""
        with self._file.reading() as database:
            return [found for (found,) in database.execute("SELECT subject FROM pin WHERE owner = ?", (owner,))]

    def get(self, owner: str, identity: str) -> Pin:
        """Return one pin."""
        found = self._pins("owner = ? AND id = ?", owner, identity)
        return found[0] if found else _none(identity)

    def pin(self, owner: str, answer: Answer, quote: Citation | Closest | None = None) -> None:
        """Pin an answer, or one quote of it, below what is pinned; what is pinned already stays as it is.

        Raises:
            ConversationError: there are :data:`MOST_PINS`.
        """
        kept = alone(answer, quote) if quote else answer
        form = json.dumps(render.answer_object(kept))
        with self._file.writing() as database:
            query = "SELECT count(*), coalesce(max(place) + 1, 0) FROM pin WHERE owner = ?"
            count, place = database.execute(query, (owner,)).fetchone()
            if count >= MOST_PINS:
                raise ConversationError(f"the notebook has {MOST_PINS} pins, the most it can: remove some first")
            database.execute(
                "INSERT INTO pin (id, owner, subject, place, pinned, whole, answer)"
                " VALUES (?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING",
                (secrets.token_urlsafe(12), owner, subject(quote or answer), place, now(), int(quote is None), form),
            )

    def unpin(self, owner: str, wanted: str) -> bool:
        """Take a pin of a subject away, unless it has a comment; return whether there is none then."""
        with self._file.writing() as database:
            database.execute("DELETE FROM pin WHERE owner = ? AND subject = ? AND comment = ''", (owner, wanted))
            query = "SELECT count(*) FROM pin WHERE owner = ? AND subject = ?"
            (left,) = database.execute(query, (owner, wanted)).fetchone()
            return not left

    def remove(self, owner: str, identity: str) -> None:
        """Take a pin away, with its comment."""
        with self._file.writing() as database:
            _change(database, "DELETE FROM pin WHERE owner = ? AND id = ?", (owner, identity))

    def edit(self, owner: str, identity: str, group: str, comment: str) -> None:
        """File a pin under a group ("" for none), and comment it ("" for no comment)."""
        told = (" ".join(plain(group).split())[:MOST_GROUP_CHARS], plain(comment).strip()[:MOST_COMMENT_CHARS])
        with self._file.writing() as database:
            _change(
                database, "UPDATE pin SET section = ?, comment = ? WHERE owner = ? AND id = ?", (*told, owner, identity)
            )

    def move(self, owner: str, identity: str, step: int) -> None:
        """Let a pin change places with the one before it in its group (-1), or behind (1); at an end it stays."""
        pins = self.list(owner)
        moved = next(iter([pin for pin in pins if pin.id == identity]), None) or _none(identity)
        groups = dict(grouped(pins))
        own = [pin.id for pin in groups[moved.group]]
        at = own.index(identity)
        to = at + (1 if step > 0 else -1)
        if not 0 <= to < len(own):
            return
        own[at], own[to] = own[to], own[at]
        ordered = [name for group, kept in groups.items() for name in (own if group == moved.group else _ids(kept))]
        with self._file.writing() as database:
            rows = ((place, owner, name) for place, name in enumerate(ordered))
            database.executemany("UPDATE pin SET place = ? WHERE owner = ? AND id = ?", rows)

    def replace(self, owner: str, identity: str, answer: Answer) -> None:
        """Let a pin have its quotes where they stand now."""
        row = (json.dumps(render.answer_object(answer)), owner, identity)
        with self._file.writing() as database:
            _change(database, "UPDATE pin SET answer = ? WHERE owner = ? AND id = ?", row)


def _ids(pins: Sequence[Pin]) -> list[str]:
    return [pin.id for pin in pins]


def _none(identity: str) -> Pin:
    raise LookupError(identity)


def _change(database: Database, query: str, values: tuple[str, ...]) -> None:
    if not database.execute(query, values).rowcount:
        raise LookupError(values[-1])


def _pin(identity: str, subject_: str, group: str, comment: str, pinned: str, whole: int, form: str) -> Pin:
    answer = render.from_json(json.loads(form))
    return Pin(answer, bool(whole), group, comment, pinned, identity, subject_)
