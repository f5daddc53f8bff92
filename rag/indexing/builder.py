"""Build an index generation: aside, checksummed, then swapped in by rename.

The order is what makes a kill at any point harmless: every file is written and synced in a folder of another name;
the manifest comes last; the folder gets its name; ``CURRENT`` is replaced. Until that last rename the old generation
answers, after it the new one does.

A generation is a pure function of the documents and the settings, and so is its id: building the same again is
recognised without loading a model. What the current generation has already is taken from it, the encoder's export and
the vector of every passage that is there in the same words; the result is the same to the last bit, for a vector
depends on its text alone.
"""

import hashlib
import json
import shutil
import sqlite3
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import closing, contextmanager, nullcontext
from dataclasses import asdict, dataclass, replace
from itertools import islice
from pathlib import Path
from typing import Any, Literal

import numpy as np

from rag.config import Config
from rag.documents import load
from rag.errors import IndexDamaged, IndexMissing, SourceError, UsageError
from rag.index import bm25, generations, manifest, store, vectors
from rag.index.opened import Index
from rag.indexing import homes
from rag.indexing.describing import describing
from rag.indexing.ingestion import ingested
from rag.indexing.team import BLOCK as SHARED_BLOCK
from rag.indexing.team import Team, Told, team_of
from rag.indexing.transcribing import transcribing
from rag.models import encode
from rag.schema import Skipped

BLOCK = 1024
"""Passages that are in memory together."""
MOST_TOLD = 100
"""Lines of a report on what was not read."""


@dataclass(frozen=True, slots=True)
class Report:
    """What a build did, or would do."""

    generation: str
    current: bool
    """Whether it already was the generation that is asked."""
    built: bool
    """False when it already was there, and for a dry run."""
    documents: int
    added: int
    changed: int
    removed: int
    unchanged: int
    skipped: tuple[Skipped, ...]
    unread: tuple[str, ...] = ()
    """What could not be read of the documents, as "source: what: what would help"."""
    notes: tuple[str, ...] = ()
    """What was left out of them on purpose, likewise."""
    passages: int = 0
    encoded: int = 0
    """Texts of passages whose vectors the generation before did not have. Both are 0 when nothing was built."""

    def told(self, *, briefly: bool = False) -> Iterator[str]:
        """Yield a line for each file that was skipped, part that could not be read and, unless briefly, note."""
        yield from (f"skipped {item}" for item in self.skipped)
        lines = self.unread if briefly else self.unread + self.notes
        yield from lines[:MOST_TOLD]
        if len(lines) > MOST_TOLD:
            yield f"and {len(lines) - MOST_TOLD} more: rag status --sources lists all"

    def summary(self, index: str) -> str:
        """Return what was done, or would be, in a line."""
        news = "built" if self.built else "nothing changed:" if self.current else "would build"
        return (
            f"{news} generation {self.generation} in {index}: "
            f"{self.documents} document{'' if self.documents == 1 else 's'} ({self.added} added, "
            f"{self.changed} changed, {self.removed} removed, {self.unchanged} unchanged), {len(self.skipped)} skipped"
            + (f"; {self.encoded} of {self.passages} passages encoded" if self.passages else "")
        )


Tell = Callable[[Literal["read", "export", "encode"], int, int], None]
"""Hears of progress: what is done now, how many files or passages are done, of how many; 0 if that is not known."""


def build(
    config: Config,
    *,
    dry_run: bool = False,
    progress: bool = False,
    tell: Tell | None = None,
    heard: load.Heard | None = None,
) -> Report:
    """Index ``config.sources`` into ``config.index``, a folder or a database.

    Args:
        config: the settings.
        dry_run: read the sources and tell what would change, but write nothing.
        progress: show a bar on standard error.
        tell: is called as the build goes on; what it raises ends the build, and the index stays as it was.
        heard: is called after each file with what became of it; likewise.

    Raises:
        UsageError: the index folder is the sources folder.
        SourceError: no document could be read, or the index folder cannot be written.
        EncoderError: the encoder cannot be loaded.
        BusyError: another build of this index is running.
        IndexUnreachable: the index is in a database, which does not answer.
    """
    from rag.models import embed

    folder = Path(config.index)
    if folder.resolve() == Path(config.sources).resolve():
        raise UsageError(f"{folder} is both the sources and the index: name another folder with --index")
    home = homes.home(config.index, config.models)
    with (
        nullcontext() if dry_run else home.single_writer(),
        _sound_now(home) as now,
        _full_disk(),
        nullcontext() if dry_run else team_of(home, config) as team,
        describing(config, asks=not dry_run) as describe,
        transcribing(config, asks=not dry_run) as transcribe,
    ):
        known = now.store.of_file if now else None
        if team:
            files = sum(1 for _ in load.parsed_files(config))
            with _telling("read", files, tell, team, progress=progress) as told:
                team.parse(config, now.store.origins() if now else (), told)
        read = (lambda files: tell("read", files, 0)) if tell else None
        found = load.read_folder(config, known, read, heard, team.parsed if team else None, describe, transcribe)
        if not found.documents:
            raise SourceError(_nothing(config.sources, found.skipped))
        model = embed.find(config.encoder)
        digests = {document.source: load.digest(document) for document in found.documents}
        identity = _generation_id(found, list(digests.values()), model, config)
        report = _compare(digests, now, identity, found)
        if dry_run or report.current:
            return _done(report, team)
        if home.is_sound(identity):
            home.make_current(identity)  # an older one that is wanted again
            return _done(replace(report, built=True), team)
        target = home.aside()
        counts = store.write(target / manifest.STORE, ingested(found.documents, digests, config.passage_chars))
        found.documents.clear()  # from here on texts are read from the store, a block at a time
        exporting = (lambda: tell("export", 0, 0)) if tell else None
        encoder = _encoder(target / manifest.ENCODER, now, model, config.at_once, exporting)
        canaries = encode.canaries(encoder)
        if team:
            team.use(target / manifest.ENCODER, encoder, canaries)
        reusable = now if now and _gives_the_same(now, encoder.card, canaries) else None
        with closing(store.Store(target / manifest.STORE)) as stored:
            bm25.write(target / manifest.BM25, stored.headed_texts())
            with _telling("encode", counts.passages, tell, team, progress=progress) as told:
                search, encoded = _write_vectors(target, encoder, stored, reusable, team, told)
        about = (identity, encoder.card, canaries, config.passage_chars, search, counts, tuple(found.skipped))
        _seal(target, manifest.Manifest(*about))
        home.swap_in(target, identity)
        return _done(replace(report, built=True, passages=counts.passages, encoded=encoded), team)


def _done(report: Report, team: Team | None) -> Report:
    if team:
        team.end()
    return report


@contextmanager
def _sound_now(home: homes.Home) -> Iterator[Index | None]:
    """Open the current generation, every byte of it checked; None if there is none, or it is not as it was built."""
    try:
        now = home.open(verify=True)
    except (IndexMissing, IndexDamaged):
        yield None
        return
    with now:
        yield now


@contextmanager
def _full_disk() -> Iterator[None]:
    """Turn what SQLite raises when it cannot write into what the system would have said."""
    try:
        yield
    except sqlite3.Error as error:
        raise OSError(f"{manifest.STORE}: {error}") from error


def _compare(digests: dict[str, str], now: Index | None, identity: str, found: load.Folder) -> Report:
    before = now.store.digests() if now else {}
    same = sum(before.get(source) == digest for source, digest in digests.items())
    return Report(
        generation=identity,
        current=now is not None and now.id == identity,
        built=False,
        documents=len(digests),
        added=len(digests.keys() - before.keys()),
        changed=len(digests.keys() & before.keys()) - same,
        removed=len(before.keys() - digests.keys()),
        unchanged=same,
        skipped=tuple(found.skipped),
        unread=tuple(f"{document.source}: {part}" for document in found.documents for part in document.unread),
        notes=tuple(f"{document.source}: {note}" for document in found.documents for note in document.notes),
    )


def _nothing(sources: str, skipped: Sequence[Skipped]) -> str:
    if not skipped:
        return f"no documents in {sources}: put {' '.join(load.SUFFIXES)} files there, or name a folder with --sources"
    first = skipped[0]
    return f"no document in {sources} can be used: {first} ({len(skipped)} skipped)"


def _generation_id(found: load.Folder, digests: list[str], model: Any, config: Config) -> str:
    parts = {
        "format": manifest.FORMAT,
        "encoder": [model.name, model.identity],
        "passage_chars": config.passage_chars,
        "documents": digests,
        "skipped": [asdict(skipped) for skipped in found.skipped],
    }
    return hashlib.sha256(json.dumps(parts).encode()).hexdigest()[:16]


def _encoder(
    path: Path, now: Index | None, model: Any, threads: int, exporting: Callable[[], None] | None
) -> encode.QueryEncoder:
    """Copy the current generation's encoder if it is of the same model, otherwise export the model; open it.

    ``exporting`` is called before an export: it takes long.
    """
    from rag.models import embed

    path.mkdir()
    if now and (now.manifest.encoder.name, now.manifest.encoder.identity) == (model.name, model.identity):
        for file in now.encoder_folder.iterdir():
            shutil.copyfile(file, path / file.name)
    else:
        if exporting:
            exporting()
        embed.export(model, encode.load(model.name, model.location), path)
    return encode.read(path, threads=threads)


def _gives_the_same(now: Index, card: encode.EncoderCard, canaries: tuple[str, ...]) -> bool:
    """Tell whether an encoder gives on this machine, to the last bit, the vectors that the current generation has."""
    return (now.manifest.encoder, now.manifest.canaries) == (card, canaries)


def _write_vectors(
    target: Path,
    encoder: encode.QueryEncoder,
    stored: store.Store,
    reusable: Index | None,
    team: Team | None,
    told: Told,
) -> tuple[manifest.VectorSearch, int]:
    """Write a vector a passage; return how they are to be searched, and how many had to be encoded."""
    known = {_key(text): row for row, text in enumerate(reusable.store.texts())} if reusable else {}
    times = Counter(map(_key, stored.texts()))
    again: dict[bytes, encode.Vectors] = {}  # of new texts that stand in more than one passage
    encoded = 0
    shape = (times.total(), encoder.card.dimension)

    def here(texts: Sequence[str], told: Told) -> encode.Vectors:
        found = encoder.encode(texts, encoder.card.document_prompt)
        told(len(texts))
        return found

    def blocks() -> Iterator[encode.Vectors]:
        nonlocal encoded
        for texts in _blocks(stored.texts(), SHARED_BLOCK if team else BLOCK):
            keys = [_key(text) for text in texts]
            rows = np.array([known.get(key, -1) for key in keys])
            block = np.empty((len(texts), shape[1]), dtype=np.float32)
            if reusable and (rows >= 0).any():
                block[rows >= 0] = reusable.vectors.rows(rows[rows >= 0])
            new = {key: text for key, text, row in zip(keys, texts, rows, strict=True) if row < 0 and key not in again}
            told(len(texts) - len(new))
            fresh = dict(zip(new, (team.encode if team else here)(list(new.values()), told), strict=True))
            again.update((key, vector) for key, vector in fresh.items() if times[key] > 1)
            for n in np.flatnonzero(rows < 0):
                block[n] = fresh[keys[n]] if keys[n] in fresh else again[keys[n]]
            encoded += len(new)
            yield block

    return vectors.write(target, shape, blocks()), encoded


@contextmanager
def _telling(
    stage: Literal["read", "encode"], total: int, tell: Tell | None, team: Team | None, *, progress: bool
) -> Iterator[Told]:
    """Yield what is called with how many more files are parsed or passages encoded, here or elsewhere."""
    from tqdm import tqdm

    what, unit = ("parsing", "file") if stage == "read" else ("encoding", "passage")
    with tqdm(total=total, desc=what, unit=unit, disable=not (progress and total)) as bar:
        done = 0

        def told(more: int) -> None:
            nonlocal done
            done += more
            bar.update(more)
            if tell:
                tell(stage, done, total)
            if team:
                team.note(stage, done, total)

        told(0)
        yield told


def _blocks(texts: Iterable[str], size: int) -> Iterator[list[str]]:
    remaining = iter(texts)
    while block := list(islice(remaining, size)):
        yield block


def _key(text: str) -> bytes:
    return hashlib.blake2b(text.encode(), digest_size=16).digest()


def _seal(target: Path, about: manifest.Manifest) -> None:
    """Sync every file, then write the manifest with their sizes and hashes, last."""
    for path in sorted(path for path in target.rglob("*") if path.is_file()):
        generations.sync(path)
    manifest.write(target, about)
    for path in (target / manifest.MANIFEST, *(path for path in target.rglob("*") if path.is_dir()), target):
        generations.sync(path)
