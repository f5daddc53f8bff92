"""A model that hears, by name: sound is sent to its server, and what is said in it comes back with its times.

The server speaks OpenAI's transcriptions, ``POST {base}/audio/transcriptions``, and is asked for segments
(``verbose_json``). None is used unless it is named.
"""

import json
import math
import re
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass
from textwrap import wrap
from typing import TYPE_CHECKING

from rag.config import Config
from rag.documents.plain.subtitles import Cue
from rag.errors import UsageError
from rag.llm.client import Asked
from rag.llm.providers import openai_client, openai_like_client
from rag.llm.request import Call, Failed
from rag.schema import clock

if TYPE_CHECKING:
    import openai

FORMS = "none, openai:MODEL or openai-like:URL#MODEL"
MOST_SECONDS = 1_000_000
"""Eleven days: a later time is not in seconds."""
MOST_LINE = 500
"""Characters of what is said at once, as far as paragraphs are concerned."""
_SENTENCE = re.compile(r"(?<=[.!?…])\s+|(?<=[。！？])")
_GOES_ON = re.compile(r"[\w.,;:!?%'’)]")
"""How the rest of a word begins."""


def open_hearer(name: str, config: Config) -> "Hearer":
    """Return the model of a name; no connection is opened yet.

    Args:
        name: ``openai:MODEL`` or ``openai-like:URL#MODEL``.
        config: gives ``transcribe_seconds``.

    Raises:
        UsageError: the name is in no known form, or its extra or its key is not here.
    """
    kind, _, rest = name.partition(":")
    seconds = config.transcribe_seconds
    silence = 2 * seconds  # of the client's: the time that is told ends it first
    if kind == "openai" and rest.strip():
        client, secret = openai_client(rest, silence)
        return Hearer(name, client, rest, seconds, secret)
    if kind == "openai-like" and rest.strip():
        client, model, secret = openai_like_client(rest, silence)
        return Hearer(name, client, model, seconds, secret)
    raise UsageError(f"transcribe is {name!r}: write {FORMS}, a server that hears (docs/sources.md)")


class Hearer(Asked):
    """A model that hears.

    Args:
        name: as the user wrote it.
        client: of its server.
        model: its name there.
        seconds: most for all that is said in a file.
        secret: the key.
    """

    def __init__(self, name: str, client: "openai.OpenAI", model: str, seconds: float, secret: str) -> None:
        super().__init__(name, ("transcribe_seconds", seconds), seconds, secret)
        self._client, self._model = client, model

    def hear(self, sound: bytes, suffix: str, stop: threading.Event) -> list[Cue]:
        """Return what is said in a file, in the order of its times; nothing where no word is.

        Args:
            sound: the file.
            suffix: its own, which tells its format; the server learns no other part of its name.
            stop: once set, the request ends within a second, and nothing is returned.

        Raises:
            LLMError: the server gave no whole transcript, or none that can be used, with the cause.
        """
        with closing(self.answer(self._sending(sound, suffix), stop)) as answer:
            told = "".join(answer)
        return [] if stop.is_set() else [Cue(*cue) for cue in json.loads(told)]

    def _sending(self, sound: bytes, suffix: str) -> Callable[[Call], Iterator[str]]:
        """Return what a call does: send a file, and yield its cues as JSON."""
        import httpx

        def pieces(_: Call) -> Iterator[str]:
            told = self._client.post(  # what the client makes of an answer that is none is not an error
                "/audio/transcriptions",
                cast_to=httpx.Response,
                body={"model": self._model, "response_format": "verbose_json"},
                files={"file": (f"sound{suffix}", sound)},
                options={"headers": {"Content-Type": "multipart/form-data"}},
            ).text
            yield json.dumps(cues(told))

        return pieces

    def _is_about(self, failed: Failed) -> bool:
        """Tell whether the server answered: it may hear the next file all the same."""
        return failed.status is not None


@dataclass(frozen=True, slots=True)
class _Segment:
    start: float
    end: float
    text: str


@dataclass(frozen=True, slots=True)
class _Told:
    segments: Sequence[_Segment] | None = None
    text: str | None = None
    error: object = None


def cues(told: str) -> list[Cue]:
    """Return the segments of a transcript in JSON as cues, of which each begins with a word.

    Servers cut where they like, within a word too: what does not begin with a space goes on in the cue before it, where
    the others begin with one.

    Raises:
        ValueError: it is no such transcript, or its times cannot be.
    """
    from pydantic import TypeAdapter, ValidationError

    try:
        found = TypeAdapter(_Told).validate_json(told)
    except ValidationError as error:
        first = error.errors(include_input=False, include_url=False)[0]
        where = ".".join(map(str, first["loc"]))
        raise ValueError(f"{f'{where}, ' if where else ''}{first['msg']}") from None
    if found.error:
        raise ValueError(f"an error, {found.error}")
    if found.segments is None or (not found.segments and found.text and found.text.strip()):
        raise ValueError("it has no segments with times (verbose_json)")
    _check_times(found.segments)
    spaced = sum(one.text[:1].isspace() for one in found.segments) * 2 > len(found.segments)
    made: list[tuple[float, float, str]] = []
    for one in found.segments:
        text = " ".join(one.text.split())
        if made and spaced and _GOES_ON.match(one.text):
            start, _, before = made[-1]
            made[-1] = (start, one.end, before + text)
        elif text:
            made.append((one.start, one.end, text))
    return [Cue(start, end, _lines(text)) for start, end, text in made]


def _lines(text: str) -> list[str]:
    """Return a text as one line; of a server that cuts seldom as several, where sentences end or else between words."""
    if len(text) <= MOST_LINE:
        return [text]
    return [line for sentence in _SENTENCE.split(text) for line in wrap(sentence, MOST_LINE, break_on_hyphens=False)]


def _check_times(segments: Sequence[_Segment]) -> None:
    before = 0.0
    for one in segments:
        if not (math.isfinite(one.start) and math.isfinite(one.end) and abs(one.end) < MOST_SECONDS):
            raise ValueError(f"a time is not in seconds ({one.start:g} to {one.end:g})")
        if not before <= one.start <= one.end:
            raise ValueError(f"its times run backwards at {clock(max(before, one.start))}")
        before = one.start
