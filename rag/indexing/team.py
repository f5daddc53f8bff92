"""A build shares its work with other hosts: lists jobs, does some, and takes in what the others did.

Splitting, numbering and writing stay with the one who builds, who asks for what was done in the order of the sources: a
generation's bytes do not depend on who was first, or on how many there were.
"""

import json
import time
from collections.abc import Callable, Container, Iterable, Iterator, Sequence
from contextlib import contextmanager
from hashlib import blake2b, sha256
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from rag.config import Config
from rag.documents import load
from rag.documents.common.decode import Unusable
from rag.documents.common.parsed import Parsed
from rag.indexing import homes
from rag.indexing.hands import LATER, SOON, Hands, recipe
from rag.models import encode

if TYPE_CHECKING:
    from rag.postgres.jobs import Job, Jobs

BLOCK = 8192
"""Passages of which those that are to be encoded are waited for together."""
BATCH = 32
"""Passages in a job, about."""
LISTED, LISTED_BYTES = 1000, 64 * 2**20
"""Most jobs that are listed and not done, and about as many bytes."""
SENT, SENT_BYTES = 32, 8 * 2**20
"""Most jobs that are listed at once, and about as many bytes."""

Told = Callable[[int], None]
"""Hears how many more files or passages are done; what it raises ends the build."""


class Team:
    """The jobs of one build: lists them, waits until they are done by whoever, and gives what they gave."""

    def __init__(self, jobs: "Jobs", hands: Hands, recipe: str) -> None:
        self._jobs, self._hands, self._recipe = jobs, hands, recipe
        self._limits: dict[str, int] = {}
        self._folder = Path()
        self._sent = False
        self._noted, self._stage = 0.0, ""

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
        if stage != self._stage or time.monotonic() > self._noted + LATER or done == total:
            self._jobs.tell(stage, done, total)
            self._stage, self._noted = stage, time.monotonic()

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
def team_of(home: homes.Home, config: Config) -> Iterator[Team | None]:
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
