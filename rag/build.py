"""Build an index generation: aside, checksummed, then swapped in by rename.

The order is what makes a kill at any point harmless: every file is written and synced in a folder of another name;
the manifest comes last; the folder gets its name; ``CURRENT`` is replaced. Until that last rename the old generation
answers, after it the new one does.

A generation is a pure function of the documents and the settings, and so is its id: building the same again is
recognised without loading a model.
"""

import hashlib
import json
import shutil
import sqlite3
from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

from rag import encode, generations, index, load, split, terms
from rag.config import Config
from rag.errors import IndexDamaged, IndexUnreadable, SourceError
from rag.index import Index
from rag.schema import Document, Passage


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
    skipped: tuple[load.Skipped, ...]


def build(config: Config, *, dry_run: bool = False, progress: bool = False) -> Report:
    """Index ``config.sources`` into ``config.index``.

    Args:
        config: the settings.
        dry_run: read the sources and tell what would change, but write nothing.
        progress: show a bar on standard error.

    Raises:
        SourceError: no document could be read, or the index folder cannot be written.
        EncoderError: the encoder cannot be loaded.
        BusyError: another build of this index is running.
    """
    found = load.read_folder(config)
    if not found.documents:
        raise SourceError(_nothing(config.sources, found.skipped))

    from rag import embed

    model = embed.find(config.encoder)
    digests = {document.source: load.digest(document) for document in found.documents}
    identity = _generation_id(found, list(digests.values()), model.identity, config)
    folder = Path(config.index)
    if dry_run:
        return _compare(digests, _sound_now(folder), identity, found.skipped)
    with generations.single_writer(folder):
        now = _sound_now(folder)
        report = _compare(digests, now, identity, found.skipped)
        if report.current:
            return report
        if _is_sound(folder, identity):
            generations.make_current(folder, identity)  # an older one that is wanted again
            return replace(report, built=True)
        passages = [p for document in found.documents for p in split.passages(document, config.passage_chars)]
        target = generations.aside(folder)
        _write_store(target / index.STORE, found.documents, digests, passages)
        _write_bm25(target / index.BM25, found.documents, passages)
        loaded = encode.load(model.name, model.location)
        _write_vectors(target / index.VECTORS, loaded, passages, progress=progress)
        card = _write_encoder(target / index.ENCODER, now, model, loaded)
        manifest = {
            "format": index.FORMAT,
            "id": identity,
            "encoder": card,
            "passage_chars": config.passage_chars,
            "counts": {
                "documents": len(found.documents),
                "passages": len(passages),
                "sentences": sum(len(passage.sentences) for passage in passages),
            },
            "skipped": [asdict(skipped) for skipped in found.skipped],
        }
        _seal(target, manifest)
        generations.swap_in(folder, target, identity)
    return replace(report, built=True)


@dataclass(frozen=True, slots=True)
class _Now:
    """The current generation, every byte of it checked."""

    id: str
    encoder: Path
    card: dict[str, Any]
    digests: dict[str, str]


def _sound_now(folder: Path) -> _Now | None:
    """Return the current generation; None if there is none, or it is not as it was built."""
    try:
        with Index.open(folder, verify=True) as opened:
            return _Now(opened.id, opened.path / index.ENCODER, opened.manifest["encoder"], opened.digests())
    except IndexUnreadable:
        return None


def _compare(digests: dict[str, str], now: _Now | None, identity: str, skipped: Sequence[load.Skipped]) -> Report:
    before = now.digests if now else {}
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
        skipped=tuple(skipped),
    )


def _nothing(sources: str, skipped: Sequence[load.Skipped]) -> str:
    if not skipped:
        return f"no documents in {sources}: put {' '.join(load.SUFFIXES)} files there, or name a folder with --sources"
    first = skipped[0]
    return f"no document in {sources} can be used: {first} ({len(skipped)} skipped)"


def _generation_id(found: load.Folder, digests: list[str], encoder: str, config: Config) -> str:
    parts = {
        "format": index.FORMAT,
        "encoder": encoder,
        "passage_chars": config.passage_chars,
        "documents": digests,
        "skipped": [asdict(skipped) for skipped in found.skipped],
    }
    return hashlib.sha256(json.dumps(parts).encode()).hexdigest()[:16]


def _is_sound(folder: Path, identity: str) -> bool:
    """Tell whether there is a generation of this id and every byte of it is as it was built."""
    try:
        index.check(folder / identity, verify=True)
    except IndexDamaged:
        return False
    return True


def _write_store(
    path: Path, documents: Sequence[Document], digests: dict[str, str], passages: Sequence[Passage]
) -> None:
    store = sqlite3.connect(path)
    store.execute("PRAGMA journal_mode = OFF")  # the whole folder is thrown away if this is interrupted
    store.executescript(index.SCHEMA)
    rows = (
        (
            n,
            d.source,
            d.title,
            d.header,
            d.body,
            d.publisher,
            d.published,
            d.url,
            d.author,
            d.language,
            json.dumps(d.pages),
            d.text,
            digests[d.source],
        )
        for n, d in enumerate(documents)
    )
    store.executemany("INSERT INTO document VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)", rows)
    number = {document.source: n for n, document in enumerate(documents)}
    spans = (
        (n, number[p.source], p.start, p.end, json.dumps([[s.start, s.end] for s in p.sentences]))
        for n, p in enumerate(passages)
    )
    store.executemany("INSERT INTO passage VALUES (?, ?, ?, ?, ?)", spans)
    store.commit()
    store.close()


def _write_bm25(path: Path, documents: Sequence[Document], passages: Sequence[Passage]) -> None:
    import bm25s

    headers = {document.source: document.header for document in documents}
    corpus = [terms.terms(f"{headers[passage.source]} {passage.text}") for passage in passages]
    if not any(corpus):  # nothing but signs and stop words: bm25s wants one term at least, which nobody can ask for
        corpus = [[""] for _ in corpus]
    # Numbered here, in sorted order: bm25s would number them by the order of a set, which differs each run.
    vocabulary = {term: n for n, term in enumerate(sorted({term for tokens in corpus for term in tokens}))}
    bm25 = bm25s.BM25()
    bm25.index(([[vocabulary[term] for term in tokens] for tokens in corpus], vocabulary), show_progress=False)
    bm25.save(str(path), show_progress=False)


def _write_vectors(path: Path, loaded: Any, passages: Sequence[Passage], *, progress: bool) -> None:
    import faiss
    from tqdm import tqdm

    from rag import embed

    with tqdm(total=len(passages), desc="encoding", unit="passage", disable=not progress) as bar:
        vectors = embed.encode_passages(loaded, [passage.text for passage in passages], bar.update)
    flat = faiss.IndexFlatIP(vectors.shape[1])
    flat.add(vectors)
    faiss.write_index(flat, str(path))


def _write_encoder(path: Path, now: _Now | None, model: Any, loaded: Any) -> dict[str, Any]:
    """Copy the current generation's encoder if it is of the same model, otherwise export the model; return its card."""
    from rag import embed

    if now and (now.card["identity"], now.card["name"]) == (model.identity, model.name):
        shutil.copytree(now.encoder, path)
        return now.card
    path.mkdir()
    return asdict(embed.export(model, loaded, path))


def _seal(target: Path, manifest: dict[str, Any]) -> None:
    """Sync every file, then write the manifest with their sizes and hashes, last."""
    files = sorted(path for path in target.rglob("*") if path.is_file())
    for path in files:
        generations.sync(path)
    manifest["files"] = {
        path.relative_to(target).as_posix(): {"bytes": path.stat().st_size, "sha256": encode.file_sha256(path)}
        for path in files
    }
    manifest["seal"] = index.sealed(manifest)
    (target / index.MANIFEST).write_text(json.dumps(manifest, indent=1) + "\n", encoding="utf-8")
    for path in (target / index.MANIFEST, *(path for path in target.rglob("*") if path.is_dir()), target):
        generations.sync(path)
