"""Sound of the sources becomes text: a model that hears is sent each file, outside the sandbox.

What it heard is kept by the SHA-256 of the file and the name of the model, in the folder ``data``: the same file is
sent once. One that the server gave no transcript of is skipped, and sent again by the next build.
"""

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING

from rag.config import Config
from rag.documents.common.decode import Unusable
from rag.documents.common.parsed import Parsed
from rag.documents.plain.subtitles import Cue, Paragraph, joined, paragraphs
from rag.errors import LLMError
from rag.indexing.said import Said
from rag.text import described

if TYPE_CHECKING:
    from rag.llm.hearing import Hearer

FILE = "transcripts.sqlite3"
_AGAIN = "index again, and it is asked again"
REMEDIES = {
    "sent status 413": "make it smaller, or split it (docs/sources.md)",
    "no word of an answer": "raise transcribe_seconds, or split it (docs/sources.md)",
}
"""What would help, by what is in the cause, where asking again would not."""
_ENDED = "it is not transcribed (the build was ended)"


class Transcriber:
    """Makes a text of what is said in a file. Safe between threads.

    Args:
        hearer: hears.
        folder: where what it heard is kept.
        most_mb: most text of a file.
        asks: whether it is asked; otherwise what is kept must do.
    """

    def __init__(self, hearer: "Hearer", folder: Path, most_mb: int, *, asks: bool = True) -> None:
        self._hearer, self.model = hearer, described.model_of(hearer.name)
        self._most_mb, self._asks = most_mb, asks
        self._said = Said(folder / FILE, "transcript", ("sound", "model"), "transcripts of sound")
        self._stop = threading.Event()
        self._turn = threading.Lock()

    def stop(self) -> None:
        """Ask nothing any more: who ends a build waits for no model."""
        self._stop.set()
        self._said.close()

    def __call__(self, sound: bytes, suffix: str) -> Parsed:
        """Return what is said in a file, as paragraphs that say whose words they are, with the times of their cues.

        Args:
            sound: the file.
            suffix: its own.

        Raises:
            Unusable: nothing usable was heard; the reason says why.
            SourceError: what was heard cannot be kept.
        """
        key = sha256(sound).hexdigest()
        with self._turn:  # a server on this machine hears one file at a time; and the same in two places is sent once
            said = self._said.get(key, self.model)
            if said is None:
                said = json.dumps(self._hear(sound, suffix))
                self._said.keep(key, self.model, said=said)
        told = paragraphs((Cue(*cue) for cue in json.loads(said)), by_pause=False)
        if not told:
            raise Unusable(f"{self.model} heard no words in it", "name another model with --transcribe, or remove it")
        found = joined(_marked(self.model, paragraph) for paragraph in told)
        if len(found.text) > self._most_mb << 20:
            raise Unusable(f"more than {self._most_mb} MB of text", "split it, or raise max_file_mb")
        found.notes.append(f"it is transcribed by {self.model}: not the source's own words, check the quotes")
        return found

    def _hear(self, sound: bytes, suffix: str) -> list[Cue]:
        if not self._asks:
            raise Unusable("it is not transcribed yet", "index, and it is")
        if self._stop.is_set():
            raise Unusable(_ENDED, _AGAIN)
        try:
            heard = self._hearer.hear(sound, suffix, self._stop)
        except LLMError as error:
            cause = str(error).replace(self._hearer.name, self.model).partition("; again in ")[0].replace(": ", ", ")
            remedy = next((helps for sign, helps in REMEDIES.items() if sign in cause), _AGAIN)
            raise Unusable(f"it is not transcribed ({cause})", remedy) from None
        if self._stop.is_set():
            raise Unusable(_ENDED, _AGAIN)
        return heard


def _marked(model: str, paragraph: Paragraph) -> Paragraph:
    """Return a paragraph below the line that says whose words it is."""
    first = described.first_line("transcribed", model)
    times = [(len(first) + at, second) for at, second in paragraph.times]
    return Paragraph([first + paragraph.text], times, len(first) + paragraph.size)


@contextmanager
def transcribing(config: Config, *, asks: bool) -> Iterator[Transcriber | None]:
    """Yield what makes texts of sound; None where no model is named.

    Args:
        config: the settings.
        asks: whether the model is asked; otherwise what is kept must do.

    Raises:
        UsageError: what is named cannot be asked.
    """
    if not config.transcribe:
        yield None
        return
    from rag.llm.hearing import open_hearer

    hearer = open_hearer(config.transcribe, config)
    transcriber = Transcriber(hearer, Path(config.data).expanduser(), config.max_file_mb, asks=asks)
    try:
        yield transcriber
    finally:
        transcriber.stop()
