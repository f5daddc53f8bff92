"""Pictures of the sources become paragraphs that say what they show: an LLM that sees is asked, outside the sandbox.

What it says is kept by the picture, the model and what the model was told to do (SHA-256), in the folder ``data``: the
same picture is asked about once. A picture about which nothing usable came is told as not read, and asked about again
by the next build.
"""

import re
import sqlite3
import threading
from base64 import b64decode
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING

from rag.config import Config
from rag.documents.common.parsed import Parsed
from rag.errors import LLMError, SourceError, UsageError
from rag.text import described

if TYPE_CHECKING:
    from rag.llm.client import LanguageModel

FILE = "descriptions.sqlite3"
AT_ONCE = 4
"""Pictures that the LLM is asked about at a time."""
MOST_CHARS = 4000
"""Of what is said of a picture: a longer text does not end, or says other things."""
_WAIT_SECONDS = 10
_ENDED = "the build was ended"
_SCHEMA = """CREATE TABLE IF NOT EXISTS description (
    picture TEXT, model TEXT, instruction TEXT, said TEXT NOT NULL, PRIMARY KEY (picture, model, instruction))"""
_REFUSES = re.compile(
    r"(?:(?:i['’]?m|i am|we['’]re|we are) (?:(?:very |so |really )?sorry|(?:not able|unable)\b)|sorry\b"
    r"|i can(?:no|['’])t\b|i can not\b|i (?:do not|don['’]t|won['’]t|will not)\b"
    r"|as an ai\b|unfortunately\b|i apologi[sz]e\b)",
    re.IGNORECASE,
)


class Unsaid(Exception):
    """Nothing usable was said of a picture; the message says why."""


class Describer:
    """Puts what an LLM says of the pictures in a document into its text. Safe between threads.

    Args:
        llm: sees pictures.
        folder: where what it said is kept.
        asks: whether it is asked; otherwise what is kept must do.
    """

    def __init__(self, llm: "LanguageModel", folder: Path, *, asks: bool = True) -> None:
        self._llm, self._model = llm, described.model_of(llm.name)
        self._file, self._asks = folder / FILE, asks
        self._stop = threading.Event()
        self._pool = ThreadPoolExecutor(AT_ONCE)
        self._asked: dict[str, threading.Lock] = {}
        self._lock = threading.Lock()
        self._database: sqlite3.Connection | None = None
        self._storing = threading.Lock()

    def stop(self) -> None:
        """Ask nothing any more: who ends a build waits for no LLM."""
        self._stop.set()
        self._pool.shutdown(wait=False, cancel_futures=True)
        with self._storing:
            if self._database:
                self._database.close()

    def __call__(self, found: Parsed) -> None:
        """Put what its pictures show into the text of what a parser found, and of what is within it."""
        for part in (found, *found.attachments.values()):
            self._describe(part)

    def _describe(self, part: Parsed) -> None:
        marks = [mark for mark in part.pictures if mark in part.text]  # the text may be another than the page's
        said = dict(zip(marks, self._pool.map(self._told, map(part.pictures.__getitem__, marks)), strict=True))
        told = {mark: one for mark, one in said.items() if isinstance(one, str)}
        causes = Counter(str(one) for one in said.values() if isinstance(one, Unsaid))
        part.settle(lambda mark: described.paragraphs(self._model, told[mark]) if mark in told else "")
        if told:
            pictures = "1 picture is" if len(told) == 1 else f"{len(told)} pictures are"
            part.notes.append(f"{pictures} described by {self._model}: not the source's own words, check the quotes")
        part.unread += [described.unsaid(number, cause) for cause, number in causes.items()]

    def _told(self, picture: str) -> str | Unsaid:
        data = b64decode(picture)
        key = sha256(data).hexdigest()
        with self._lock:
            lock = self._asked.setdefault(key, threading.Lock())
        with lock:  # the same picture in two files is asked about once
            try:
                if (kept := self._kept(key)) is not None:
                    return kept
                if not self._asks:
                    return Unsaid("not asked about yet")
                said = self._ask(data)
                self._keep(key, said)
            except Unsaid as error:
                return error
            return said

    def _ask(self, data: bytes) -> str:
        said = ""
        answer = self._llm.stream(described.SYSTEM, described.ASK, picture=data, stop=self._stop)
        try:
            with closing(answer):
                for piece in answer:
                    said += piece
                    if len(said) > MOST_CHARS:
                        raise Unsaid("too long an answer")
        except LLMError as error:
            told = str(error).replace(self._llm.name, self._model).partition("; again in ")[0]
            raise Unsaid(told.replace(": ", ", ")) from None
        if self._stop.is_set():
            raise Unsaid(_ENDED)
        plain = described.plain(said)
        if not plain or plain.rstrip(".").upper() == described.NOTHING:
            raise Unsaid(f"{self._model} found nothing to say of it")
        if _REFUSES.match(plain):
            raise Unsaid(f"{self._model} declined")
        return plain

    def _kept(self, picture: str) -> str | None:
        if not self._database and not self._file.is_file():
            return None
        query = "SELECT said FROM description WHERE picture = ? AND model = ? AND instruction = ?"
        rows = self._stored(query, picture, self._model, described.instruction())
        return str(rows[0][0]) if rows else None

    def _keep(self, picture: str, said: str) -> None:
        row = (picture, self._model, described.instruction(), said)
        self._stored("INSERT OR IGNORE INTO description VALUES (?, ?, ?, ?)", *row)

    def _stored(self, query: str, *values: str) -> list[tuple[str]]:
        """Return what a query of the descriptions that are kept gives; the file of them is opened once."""
        try:
            with self._storing:
                if self._stop.is_set():
                    raise Unsaid(_ENDED)
                if self._database is None:
                    self._file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
                    self._database = sqlite3.connect(self._file, timeout=_WAIT_SECONDS, check_same_thread=False)
                    self._database.execute(_SCHEMA)
                with self._database:
                    return self._database.execute(query, values).fetchall()
        except (OSError, sqlite3.Error) as error:
            remedy = "move it away, and the pictures are asked about again"
            raise SourceError(f"descriptions of pictures in {self._file} cannot be used ({error}): {remedy}") from error


@contextmanager
def describing(config: Config, *, asks: bool) -> Iterator[Describer | None]:
    """Yield what has pictures described; None where that is not asked for.

    Args:
        config: the settings.
        asks: whether the LLM is asked; otherwise what is kept must do.

    Raises:
        UsageError: no LLM is named, or one that sees no pictures.
    """
    if not config.describe:
        yield None
        return
    from rag.llm.client import open_llm

    or_not = "or set describe = false"
    if not config.llm:
        raise UsageError(f"describe needs an LLM that sees pictures: name it with --llm, or llm in rag.toml, {or_not}")
    llm = open_llm(config.llm, config)
    if not llm.sees:
        raise UsageError(f"{config.llm} takes no pictures: name an LLM of a server that does, {or_not}")
    describer = Describer(llm, Path(config.data).expanduser(), asks=asks)
    try:
        yield describer
    finally:
        describer.stop()
