"""Threads that do the jobs of a build, on the host that builds and on those that help.

Two kinds of work are worth sending: files are parsed, and passages encoded. A file's bytes travel with its job, so that
a helper needs the database alone.
"""

import json
import os
import socket
import sys
import threading
from collections.abc import Callable
from contextlib import suppress
from dataclasses import asdict
from importlib.metadata import version
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import TYPE_CHECKING, Self
from uuid import uuid4

from rag import __version__
from rag.documents import load
from rag.documents.common.decode import Unusable
from rag.documents.parse import PARSERS_VERSION
from rag.documents.pdf import ocr
from rag.documents.sandbox import Sandbox
from rag.errors import UsageError
from rag.indexing import homes
from rag.models import encode

if TYPE_CHECKING:
    from rag.postgres.jobs import Job, Jobs

SOON, LATER = 0.1, 1.0
"""Seconds between two looks: at what is waited for, and at whether there is anything to do."""


def recipe(*, recognition: bool) -> dict[str, str]:
    """Return what two hosts must have in common for one to do what the other would, by name.

    Args:
        recognition: whether text is recognised.
    """
    own = {"quoteline": __version__, "parsers": str(PARSERS_VERSION), "Python": sys.version}
    libraries = ("numpy", "onnxruntime", "tokenizers")
    found = {**own, **load.parser_versions(), **{name: version(name) for name in libraries}}
    return {**found, "text recognition": ocr.versions()} if recognition else found


class Hands:
    """Threads of this process that do jobs, and a sign of life for the others.

    Args:
        home: of the index.
        threads: jobs at a time.
        builds: whether it is this process that builds; then it does what no other could.
    """

    def __init__(self, home: homes.Home, threads: int, *, builds: bool) -> None:
        self.name = f"{socket.gethostname()}:{os.getpid()}:{uuid4().hex[:4]}"
        self.recipe: str | None = None
        """As the one who builds gave it, once it was compared; nothing is done before."""
        self.encoder: tuple[str, encode.QueryEncoder] | None = None
        """The encoder of the texts, with its identity; without one files alone are parsed."""
        self._builds = builds
        self._jobs, self._signs = jobs_of(home), jobs_of(home)  # what takes long must not keep a sign of life back
        self._error: BaseException | None = None
        self._stop, self._more = threading.Event(), threading.Event()
        self._sandboxes: list[Sandbox] = []
        run = [self._hand] * threads + [self._beat]
        self._threads = [threading.Thread(target=self._guarded, args=(one,), daemon=True) for one in run]

    def __enter__(self) -> Self:
        self._signs.beat(self.name, builds=self._builds)
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        self._more.set()
        while any(thread.is_alive() for thread in self._threads):
            for sandbox in [*self._sandboxes]:  # who ends waits for no file
                sandbox.interrupt()
            for thread in self._threads:
                thread.join(SOON)
        for sandbox in self._sandboxes:
            sandbox.close()
        with self._jobs, self._signs, suppress(Exception):  # the database may be gone; then the lease ends
            self._signs.go(self.name)

    def wake(self) -> None:
        """Have the threads look for jobs now."""
        self._more.set()

    def check(self) -> None:
        """Raise what ended a thread, if one has ended."""
        if self._error:
            raise self._error

    def _guarded(self, run: Callable[[], None]) -> None:
        try:
            run()
        except BaseException as error:  # it is raised where somebody waits
            self._error = self._error or error
            self._stop.set()

    def _beat(self) -> None:
        from rag.postgres.jobs import BEAT

        while not self._stop.wait(BEAT):
            self._signs.beat(self.name, builds=self._builds)

    def _hand(self) -> None:
        from rag.postgres.jobs import PARSE

        parsers: dict[bytes, Sandbox] = {}
        pause = SOON
        while not self._stop.is_set():
            job, encoder = None, self.encoder
            if self.recipe:
                kinds = [PARSE, encoder[0]] if encoder else [PARSE]
                job = self._jobs.claim(self.name, self.recipe, kinds, builds=self._builds)
            if job is None:
                if pause > LATER:
                    for sandbox in parsers.values():
                        sandbox.close()  # it starts anew
                self._more.wait(min(pause, LATER))
                self._more.clear()
                pause *= 2
                continue
            pause = SOON
            result = _vectors(job, encoder[1]) if encoder and job.kind != PARSE else self._parsed(job, parsers)
            if result is not None:
                self._jobs.finish(job.key, result, self.name)
            elif not self._stop.is_set():
                self._jobs.leave(job.key)

    def _parsed(self, job: "Job", parsers: dict[bytes, Sandbox]) -> bytes | None:
        """Parse a file; where that fails the one who builds has the last word on why."""
        head, _, data = job.given.partition(b"\n")
        about = json.loads(head)
        if head not in parsers:
            parsers[head] = Sandbox(**about["limits"])
            self._sandboxes.append(parsers[head])
        with NamedTemporaryFile(suffix=about["suffix"]) as file:
            file.write(data)
            file.flush()
            try:
                answer = asdict(parsers[head].parse(Path(file.name)))
            except Unusable as error:
                if not self._builds or self._stop.is_set():
                    return None
                answer = {"reason": error.reason, "remedy": error.remedy}
        return json.dumps(answer).encode()


def _vectors(job: "Job", encoder: encode.QueryEncoder) -> bytes:
    found = encoder.encode(json.loads(job.given), encoder.card.document_prompt)
    return found.astype("<f4").tobytes()


def jobs_of(home: homes.Home) -> "Jobs":
    """Return the jobs of a home, by a connection of their own.

    Raises:
        UsageError: it is in a folder, or of several collections.
        IndexUnreachable: the database does not answer.
    """
    jobs = home.jobs()
    if jobs is None:
        raise UsageError(f"{home.name} is a folder: other hosts take part where the index is in PostgreSQL")
    return jobs
