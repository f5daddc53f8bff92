"""One configuration: defaults < ``rag.toml`` < ``RAG_*`` environment variables < flags.

The only module that reads the environment. ``rag.toml`` is looked for in the working directory.
"""

import os
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from pathlib import Path
from typing import Any, get_args

from rag.errors import UsageError
from rag.schema import LENGTHS

FILE = "rag.toml"
MOST_THREADS = 256
MOST_CORES = 8
"""That a build takes unless it is told to take more: each parses in a process of its own."""
READERS = ("auto", "packaged", "careful")
ABSENT = ("", "none")
"""Texts that take back what an earlier layer set, where a setting may be absent: TOML and the shell have no None."""


@dataclass(frozen=True, slots=True)
class Config:
    """Every setting, with its default. Each is a key of ``rag.toml`` and, in capitals, a ``RAG_`` variable.

    A setting that may be absent is then None; the text ``none`` in ``rag.toml``, a variable or an option says so.
    """

    sources: str = "seeds"
    """Folder of documents to index."""
    index: str = "index"
    """Folder that holds the built index."""
    encoder: str = "all-MiniLM-L6-v2"
    """The packaged default, or any sentence-transformers model by name or path."""
    passage_chars: int = 800
    """Most characters in a passage; a sentence is never cut unless it alone is longer."""
    max_file_mb: int = 64
    """A larger source file is skipped, and one that holds more text."""
    max_unpacked_mb: int = 256
    """A DOCX or EPUB file that unpacks to more is skipped."""
    parse_seconds: int = 30
    """Most processor time for parsing a file that is not plain text; twice as long on the clock."""
    parse_memory_mb: int = 1024
    """Most memory for that."""
    ocr: bool = False
    """Whether pages without text are read by text recognition; it is an extra."""
    ocr_seconds: int = 60
    """Most processor time for such a page; twice as long on the clock."""
    describe: bool = False
    """Whether the LLM is asked what the pictures in the sources show: they are sent to it."""
    transcribe: str | None = None
    """The model that hears the sound and video in the sources, by name, as an LLM's: they are sent to it. None is ever
    used unless it is named."""
    transcribe_seconds: int = 1800
    """Most time for all that is said in one file, retries in it."""
    fetch_seconds: int = 60
    """Most time for fetching an address (``rag add``, or one that is added on the page)."""
    searxng: str = ""
    """Address of the SearXNG that is asked for pages of the web (``rag add --find``, or on the page), if any."""
    k: int = 8
    """How many passages are read for an answer."""
    reader: str = "auto"
    """Which networks read them and judge claims: ``packaged``, ``careful`` (``rag models pull reader-base``), or the
    better ones here."""
    reranker: str | None = None
    """Cross-encoder that orders the passages found, by name or path. It needs torch to ask."""
    threshold: float | None = None
    """Least confidence for an answer, 0 to 1; by default the reader's own, calibrated."""
    length: str = "all"
    """How long an answer is: one ``sentence``, ``short`` (two), or ``all`` that was found."""
    max_question_chars: int = 2000
    """A longer question is refused as a usage error."""
    threads: int = 2
    """Threads for encoding a question and reading passages."""
    index_threads: int = 0
    """Files that are parsed and passages that are encoded at a time when an index is built, no more than there are
    cores; 0 takes all cores, up to 8."""
    models: str = "~/.cache/quoteline/models"
    """Folder of the models that ``rag models pull`` fetched."""
    data: str = "~/.local/share/quoteline"
    """Folder where the chat page keeps conversations, and ``rag keys`` the keys."""
    host: str = "127.0.0.1"
    """Address the chat page and the API listen on."""
    port: int = 7860
    """Port they listen on; 0 takes any free one."""
    workers: int = 1
    """Processes that ``rag serve --api-only`` answers with; more than one only read."""
    password_file: str | None = None
    """File with the hash of the chat page's password (``rag ui --set-password``); needed unless host is loopback."""
    people: bool = False
    """Whether people sign in to the chat page, each with the name and the secret of a key (``rag keys``)."""
    examples: str | None = None
    """Text file of questions, one a line, that the chat page offers."""
    runs: str = "runs"
    """Folder of the runs of ``rag eval``, which the page shows."""
    llm: str | None = None
    """The LLM, by name: see docs/llm.md. None is ever used unless it is named."""
    llm_seconds: int = 60
    """Most time for an LLM's whole answer, retries in it; half of it for the first word."""

    def __post_init__(self) -> None:
        """Refuse values that cannot work, naming the setting."""
        for name, least in (
            ("passage_chars", 100),
            ("max_file_mb", 1),
            ("max_unpacked_mb", 1),
            ("parse_seconds", 1),
            ("ocr_seconds", 1),
            ("transcribe_seconds", 1),
            ("fetch_seconds", 1),
            ("k", 1),
            ("threads", 1),
            ("index_threads", 0),
            ("max_question_chars", 1),
            ("port", 0),
            ("workers", 1),
            ("parse_memory_mb", 256),
            ("llm_seconds", 1),
        ):
            if getattr(self, name) < least:
                raise UsageError(f"{name} is {getattr(self, name)}: the least is {least}")
        if self.threads > MOST_THREADS:
            raise UsageError(f"threads is {self.threads}: at most {MOST_THREADS}")
        for name in ("sources", "index", "encoder", "models", "data", "runs"):
            if not getattr(self, name).strip():
                raise UsageError(f"{name} is empty: name one, or leave it out for the default")
        if self.reader not in READERS:
            raise UsageError(f"reader is {self.reader!r}: one of {', '.join(READERS)}")
        check_answers(self.threshold, self.length)

    @property
    def at_once(self) -> int:
        """How many files are parsed, and passages encoded, at a time."""
        cores = os.cpu_count() or 1
        return min(self.index_threads or MOST_CORES, cores)


def check_answers(threshold: float | None, length: str | None) -> None:
    """Raise UsageError for a threshold or a length of answers that cannot be; None is always allowed."""
    if length is not None and length not in LENGTHS:
        raise UsageError(f"length is {length!r}: one of {', '.join(LENGTHS)}")
    if threshold is not None and not 0 <= threshold <= 1:
        raise UsageError(f"threshold is {threshold}: it is a probability, 0 to 1; none takes the reader's own")


def load(flags: Mapping[str, Any] | None = None, *, directory: str | Path = ".") -> Config:
    """Merge the layers into one :class:`Config`.

    Args:
        flags: settings given on the command line; a value of None means "not given".
        directory: where ``rag.toml`` may lie.

    Raises:
        UsageError: an unknown key, or a value of the wrong type, with the place it came from.
    """
    config = Config()
    path = Path(directory) / FILE
    if path.is_file():
        try:
            config = _merge(config, tomllib.loads(path.read_text(encoding="utf-8")), str(path))
        except OSError as error:
            raise UsageError(f"{path} cannot be read: {error.strerror}") from error
        except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
            raise UsageError(f"{path} is not valid TOML: {error}") from error
    prefix = "RAG_"
    known = {field.name for field in fields(Config)}
    environment = {
        key[len(prefix) :].lower(): value
        for key, value in os.environ.items()
        if key.startswith(prefix) and key[len(prefix) :].lower() in known
    }
    config = _merge(config, environment, "the environment")
    return _merge(config, {k: v for k, v in (flags or {}).items() if v is not None}, "the command line")


def environment(config: Config) -> dict[str, str]:
    """Return this process's environment for another that shall have these settings, whatever ``rag.toml`` says.

    Others may read the arguments of a process, but not its environment: the address of an index may hold a password.
    """
    return {**os.environ, **{f"RAG_{field.name.upper()}": str(getattr(config, field.name)) for field in fields(config)}}


def key(variable: str) -> str:
    """Return a provider's key, from the environment alone; empty if there is none."""
    return os.environ.get(variable, "").strip()


def variable(name: str) -> str:
    """Return a variable that tells of the terminal, such as ``NO_COLOR``; empty if it is not set."""
    return os.environ.get(name, "")


def _merge(config: Config, values: Mapping[str, Any], origin: str) -> Config:
    types = {field.name: get_args(field.type) or (field.type,) for field in fields(config)}
    typed: dict[str, Any] = {}
    for name, value in values.items():
        if name not in types:
            raise UsageError(f"{origin}: unknown setting {name!r}; known are {', '.join(sorted(types))}")
        kind, *absent = types[name]
        if absent and (value is None or (isinstance(value, str) and value.strip().lower() in ABSENT)):
            typed[name] = None
            continue
        if kind is bool:
            typed[name] = _switch(value, f"{origin}: {name}")
            continue
        lossy = isinstance(value, bool) or (kind is int and isinstance(value, float))
        lossy = lossy or (kind is str and not isinstance(value, str))
        try:
            if lossy or not isinstance(value, str | int | float):
                raise ValueError
            typed[name] = kind(value)
        except ValueError:
            raise UsageError(f"{origin}: {name} must be a {kind.__name__}, not {value!r}") from None
    return replace(config, **typed)


def _switch(value: Any, what: str) -> bool:
    named = {"true": True, "1": True, "false": False, "0": False, "": False}
    if isinstance(value, bool):
        return value
    if not isinstance(value, str) or value.strip().lower() not in named:
        raise UsageError(f"{what} must be true or false, not {value!r}")
    return named[value.strip().lower()]
