"""The jobs of a build are done by the one who builds, on its cores, and by whoever helps from another host.

Two kinds of work are worth sending: files are parsed, and passages encoded. A file's bytes travel with its job, so that
a helper needs the database alone. Splitting, numbering and writing stay with the one who builds, who asks for what was
done in the order of the sources: a generation's bytes do not depend on who was first, or on how many there were.
"""

import json
import os
import socket
import sys
import threading
import time
from collections.abc import Callable, Container, Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import asdict
from hashlib import blake2b, sha256
from importlib.metadata import version
from pathlib import Path
from shutil import rmtree
from tempfile import NamedTemporaryFile, mkdtemp
from typing import TYPE_CHECKING, Any, Self
from uuid import uuid4

import numpy as np

from rag import __version__
from rag.config import Config
from rag.documents import load
from rag.documents.common.decode import Unusable
from rag.documents.common.parsed import Parsed
from rag.documents.parse import PARSERS_VERSION
from rag.documents.pdf import ocr
from rag.documents.sandbox import Sandbox
from rag.errors import EncoderError, IndexUnreachable, RagError, UsageError
from rag.indexing import homes
from rag.models import encode

if TYPE_CHECKING:
    from rag.postgres.jobs import Asked, Job, Jobs

BLOCK = 8192
"""Passages of which those that are to be encoded are waited for together."""
BATCH = 32
"""Passages in a job, about."""
LISTED, LISTED_BYTES = 1000, 64 * 2**20
"""Most jobs that are listed and not done, and about as many bytes."""
SENT, SENT_BYTES = 32, 8 * 2**20
"""Most jobs that are listed at once, and about as many bytes."""
SOON, LATER = 0.1, 1.0
"""Seconds between two looks: at what is waited for, and at whether there is anything to do."""
AGAIN = 5.0
"""Seconds until a worker tries again whether the database answers."""

Told = Callable[[int], None]
"""Hears how many more files or passages are done; what it raises ends the build."""


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
        self._jobs, self._signs = _jobs(home), _jobs(home)  # what takes long must not keep a sign of life back
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


class Team:
    """The jobs of one build: lists them, waits until they are done by whoever, and gives what they gave."""

    def __init__(self, jobs: "Jobs", hands: Hands, recipe: str) -> None:
        self._jobs, self._hands, self._recipe = jobs, hands, recipe
        self._limits: dict[str, int] = {}
        self._folder = Path()
        self._sent = False
        self._noted = 0.0

    def parse(self, config: Config, known: Container[tuple[str, str]], told: Told) -> None:
        """Have every file parsed that must be.

        Args:
            config: names the folder, and the limits.
            known: as :func:`rag.documents.load.to_parse` is given it.
            told: hears of each file of a format to be parsed.
        """
        self._limits = load.limits(config)

        def jobs() -> Iterator["Job | None"]:
            from rag.postgres.jobs import PARSE, Job

            for file in load.to_parse(config, known):
                if file is None:
                    yield None
                    continue
                suffix, digest, data = file
                head = json.dumps({"suffix": suffix, "limits": self._limits}).encode()
                yield Job(self._file_key(suffix, digest), PARSE, 1, head + b"\n" + data)

        self._share(jobs(), told)

    def parsed(self, suffix: str, digest: str) -> Parsed | None:
        """Return what a file of this suffix and SHA-256 holds, if it was parsed.

        Raises:
            Unusable: it cannot be read.
        """
        result = self._jobs.result(self._file_key(suffix, digest))
        if result is None:
            return None
        answer: dict[str, Any] = json.loads(result)
        if "reason" in answer:
            raise Unusable(**answer)
        return Parsed.of(answer)

    def use(self, folder: Path, encoder: encode.QueryEncoder, canaries: Sequence[str]) -> None:
        """Have texts encoded from now on by an encoder.

        Args:
            folder: of its files, which are sent to those who help.
            encoder: the same, opened.
            canaries: what it gives here.
        """
        identity = encode.identity_of(encode.folder_hashes(folder))
        self._jobs.use(identity, canaries)
        self._folder, self._hands.encoder = folder, (identity, encoder)

    def encode(self, texts: Sequence[str], told: Told) -> encode.Vectors:
        """Have texts encoded; return their vectors, float32 of shape ``(len(texts), dimension)``."""
        from rag.postgres.jobs import Job

        assert self._hands.encoder  # noqa: S101 (after use())
        identity, encoder = self._hands.encoder
        jobs = []
        for batch in _batches(texts):
            given = json.dumps(batch, ensure_ascii=False).encode()
            jobs.append(Job(_digest(self._recipe, identity, sha256(given).hexdigest()), identity, len(batch), given))
        self._share(jobs, told)
        found = b"".join(self._jobs.result(job.key) or b"" for job in jobs)
        return np.frombuffer(found, dtype="<f4").astype(np.float32).reshape(len(texts), encoder.card.dimension)

    def note(self, stage: str, done: int, total: int) -> None:
        """Let whoever asks know how far the build is; not more often than somebody can read."""
        if time.monotonic() > self._noted + LATER or done == total:
            self._jobs.tell(stage, done, total)
            self._noted = time.monotonic()

    def end(self) -> None:
        """Forget what was done: a generation has it."""
        self._jobs.end()

    def _file_key(self, suffix: str, digest: str) -> str:
        return _digest(self._recipe, suffix, digest, json.dumps(self._limits))

    def _share(self, jobs: Iterable["Job | None"], told: Told) -> None:
        """List jobs, not too many ahead, until all are done; None stands for a file that need not be parsed."""
        waiting: dict[str, tuple[int, int]] = {}
        for group in _groups(jobs):
            new = {job.key: job for job in group if job and job.key not in waiting}
            done = self._jobs.done([*new])
            self._jobs.add(self._recipe, (job for key, job in new.items() if key not in done))
            self._hands.wake()
            told(sum(job.size if job else 1 for job in group) - sum(job.size for job in new.values()))
            waiting |= {key: (job.size, len(job.given)) for key, job in new.items()}
            self._settle(waiting, told)
            while len(waiting) > LISTED or sum(size for _, size in waiting.values()) > LISTED_BYTES:
                time.sleep(SOON)
                self._settle(waiting, told)
        while waiting:
            time.sleep(SOON)
            self._settle(waiting, told)

    def _settle(self, waiting: dict[str, tuple[int, int]], told: Told) -> None:
        """Take what is done off the list of what is waited for."""
        self._hands.check()
        if self._hands.encoder and not self._sent:
            self._sent = self._jobs.send(self._folder, self._hands.encoder[0])
        told(sum(waiting.pop(key)[0] for key in self._jobs.done([*waiting])))


def _groups(jobs: Iterable["Job | None"]) -> Iterator[list["Job | None"]]:
    """Yield jobs as many at a time as are listed at once."""
    group: list[Job | None] = []
    for job in jobs:
        group.append(job)
        if len(group) == SENT or sum(len(one.given) for one in group if one) > SENT_BYTES:
            yield group
            group = []
    if group:
        yield group


@contextmanager
def team(home: homes.Home, config: Config) -> Iterator[Team | None]:
    """Yield what shares a build with other hosts; None where they cannot take part. Whoever builds has the lock."""
    if (jobs := home.jobs()) is None:
        yield None
        return
    wanted = json.dumps(recipe(recognition=config.ocr), sort_keys=True)
    with jobs:
        jobs.begin(wanted)
        with Hands(home, config.at_once, builds=True) as hands:
            hands.recipe = wanted
            yield Team(jobs, hands, wanted)


def work(config: Config, tell: Callable[[str], None]) -> None:
    """Take part in every build of an index, until interrupted.

    Args:
        config: names the index and the folder that keeps its encoder.
        tell: hears what happens, a line each.

    Raises:
        UsageError: the index is in a folder, or of several collections.
        RagError: this host would not do what the one who builds would: another version, say.
        EncoderError: its vectors would be others.
        IndexUnreachable: the database does not answer to begin with; later it is waited for.
    """
    home, begun = homes.home(config.index, config.models), False
    while True:
        try:
            with _jobs(home) as jobs, jobs.told(), Hands(home, config.at_once, builds=False) as hands:
                if not begun:
                    tell(f"{hands.name} takes part in builds of {home.name}, {config.at_once} jobs at a time")
                begun = True
                _help(config, jobs, hands, tell)
        except IndexUnreachable as error:
            if not begun:
                raise
            tell(str(error))
            time.sleep(AGAIN)


def _help(config: Config, jobs: "Jobs", hands: Hands, tell: Callable[[str], None]) -> None:
    while True:
        hands.check()
        asked = jobs.asked()
        if asked and (asked.recipe is None or asked.recipe != hands.recipe):
            _compare(asked, jobs.address.name)
            hands.recipe = asked.recipe
        if asked and asked.encoder and asked.sent and asked.encoder != (hands.encoder or ("",))[0]:
            hands.encoder = _opened(config, jobs, asked)
            if hands.encoder:
                tell(f"encodes by {hands.encoder[1].card.name}")
                hands.wake()
        time.sleep(LATER)


def _compare(asked: "Asked", name: str) -> None:
    """Raise RagError if this host is not as the one who builds."""
    from rag.postgres.jobs import VERSION

    own = {**recipe(recognition=True), "tables of jobs": str(VERSION)}
    theirs = {**json.loads(asked.recipe or "{}"), "tables of jobs": str(asked.version)}
    other = [
        f"{key} is {own.get(key) or 'missing'}, not {theirs[key]}" for key in theirs if own.get(key) != theirs[key]
    ]
    if other:
        raise RagError(
            f"this host cannot take part in builds of {name} ({', '.join(other)}): "
            "install here what the host that builds has"
        )


def _opened(config: Config, jobs: "Jobs", asked: "Asked") -> tuple[str, encode.QueryEncoder] | None:
    """Open the encoder of a build, from the database once; None if it is another by now."""
    identity = asked.encoder or ""
    folder = Path(config.models).expanduser() / "encoders" / identity.removeprefix("sha256:")[:16]
    if encode.identity_of(encode.folder_hashes(folder)) != identity:
        folder.parent.mkdir(parents=True, exist_ok=True)
        aside = Path(mkdtemp(dir=folder.parent, prefix=".reading-"))
        try:
            jobs.fetch(aside)
            if encode.identity_of(encode.folder_hashes(aside)) != identity:
                if jobs.asked() != asked:
                    return None
                raise EncoderError(f"{jobs.address.name}: the encoder of this build is damaged: build again")
            rmtree(folder, ignore_errors=True)
            aside.rename(folder)
        finally:
            rmtree(aside, ignore_errors=True)
    encoder = encode.read(folder, threads=config.at_once)
    if encode.canaries(encoder) != asked.canaries:
        raise EncoderError(
            f"{encoder.card.name} gives other vectors here than where {jobs.address.name} is built: "
            "encode on hosts with the same kind of processor"
        )
    return identity, encoder


def _batches(texts: Sequence[str]) -> Iterator[list[str]]:
    """Yield texts in batches that end where a text says so: what comes or goes changes the batches beside it alone."""
    batch: list[str] = []
    for text in texts:
        batch.append(text)
        if len(batch) == 2 * BATCH or blake2b(text.encode(), digest_size=1).digest()[0] < 256 // BATCH:
            yield batch
            batch = []
    if batch:
        yield batch


def _digest(*parts: str) -> str:
    return sha256("\0".join(parts).encode()).hexdigest()


def _jobs(home: homes.Home) -> "Jobs":
    jobs = home.jobs()
    if jobs is None:
        raise UsageError(f"{home.name} is a folder: other hosts take part where the index is in PostgreSQL")
    return jobs
