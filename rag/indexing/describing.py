"""Pictures of the sources become paragraphs that say what they show: an LLM that sees is asked, outside the sandbox.

What it says is kept by the picture, the model and what the model was told to do (SHA-256), in the folder ``data``: the
same picture is asked about once. A picture about which nothing usable came is told as not read, and asked about again
by the next build.
"""

import re
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
from rag.errors import LLMError, UsageError
from rag.indexing.said import Said
from rag.text import described

if TYPE_CHECKING:
    from rag.llm.client import LanguageModel

FILE = "descriptions.sqlite3"
AT_ONCE = 4
"""Pictures that the LLM is asked about at a time."""
MOST_CHARS = 4000
"""Of what is said of a picture: a longer text does not end, or says other things."""
_ENDED = "the build was ended"
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
        self._asks = asks
        self._said = Said(folder / FILE, "description", ("picture", "model", "instruction"), "descriptions of pictures")
        self._stop = threading.Event()
        self._pool = ThreadPoolExecutor(AT_ONCE)
        self._asked: dict[str, threading.Lock] = {}
        self._lock = threading.Lock()

    def stop(self) -> None:
        """Ask nothing any more: who ends a build waits for no LLM."""
        self._stop.set()
        self._pool.shutdown(wait=False, cancel_futures=True)
        self._said.close()

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
        key = (sha256(data).hexdigest(), self._model, described.instruction())
        with self._lock:
            lock = self._asked.setdefault(key[0], threading.Lock())
        with lock:  # the same picture in two files is asked about once
            try:
                if (kept := self._said.get(*key)) is not None:
                    return kept
                if not self._asks:
                    return Unsaid("not asked about yet")
                said = self._ask(data)
                self._said.keep(*key, said=said)
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
