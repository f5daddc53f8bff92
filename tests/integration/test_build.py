import hashlib
import json
import os
from collections import Counter
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from filelock import FileLock

from rag.config import Config
from rag.documents.sandbox import Sandbox
from rag.errors import BusyError, SourceError, UsageError
from rag.index import generations, manifest
from rag.index.opened import Index
from rag.indexing import builder
from rag.models import encode
from rag.text import terms
from tests.conftest import files
from tests.unit.test_word import word


def test_nothing_changed_encodes_nothing(own: Config, monkeypatch: pytest.MonkeyPatch) -> None:
    before = files(own)
    monkeypatch.setattr(encode, "load", lambda *_: pytest.fail("the model was loaded"))
    report = builder.build(own)
    assert (report.built, report.documents, report.unchanged) == (False, 1, 1)
    assert files(own) == before


def test_the_same_sources_give_the_same_bytes(own: Config, tmp_path: Path) -> None:
    again = replace(own, index=str(tmp_path / "again"))
    assert builder.build(again).built
    there = {name.removeprefix(again.index): content for name, content in files(again).items()}
    assert there == {name.removeprefix(own.index): content for name, content in files(own).items()}


def test_a_build_upon_another_gives_the_bytes_of_a_fresh_one(own: Config, tmp_path: Path) -> None:
    """And it encodes what is new alone, and loads no model."""
    sources = Path(own.sources)
    (sources / "a.html").write_text("<title>A</title><p>Bolivia has a new president.</p><p>He was elected in May.</p>")
    (sources / "b.txt").write_text("Peru has an old one. " * 60 + "She was elected in June.")
    assert builder.build(own).encoded == 3
    (sources / "0.md").write_text("# First\n\nChile comes before the others now, and moves every number.")
    (sources / "b.txt").write_text("Peru has an old one. " * 60 + "She was elected in July.")
    report = builder.build(own)
    assert (report.added, report.changed, report.unchanged) == (1, 1, 2)
    assert (report.passages, report.encoded) == (12, 2)
    fresh = replace(own, index=str(tmp_path / "fresh"))
    assert builder.build(fresh).encoded == 12
    there = {name.removeprefix(fresh.index): content for name, content in files(fresh).items()}
    ours = {name.removeprefix(own.index): content for name, content in files(own).items()}
    assert {name: content for name, content in ours.items() if name in there} == there


def test_vectors_of_a_machine_that_gives_others_are_not_reused(own: Config, monkeypatch: pytest.MonkeyPatch) -> None:
    (Path(own.sources) / "b.txt").write_text("Bolivia has a new president.")
    theirs = encode.canaries

    def other(encoder: encode.QueryEncoder) -> list[str]:
        return [*theirs(encoder)[:3], "AAAA" * 512]

    monkeypatch.setattr(encode, "canaries", other)
    report = builder.build(own)
    assert (report.passages, report.encoded) == (9, 9)


def test_a_parsed_file_that_is_as_it_was_is_not_parsed_again(own: Config, monkeypatch: pytest.MonkeyPatch) -> None:
    pages = {name: f'{{"title": "{name}", "text": "A new president, cafe\u0301."}}' for name in ("a", "b")}
    for name, page in pages.items():
        (Path(own.sources) / f"{name}.json").write_text(page)
    builder.build(own)
    parsed = []
    parse = Sandbox.parse
    monkeypatch.setattr(Sandbox, "parse", lambda self, path: parsed.append(path.name) or parse(self, path))
    (Path(own.sources) / "b.json").write_text(pages["b"].replace("new", "third"))
    (Path(own.sources) / "c.json").write_text(pages["a"])
    report = builder.build(own)
    assert parsed == ["b.json", "c.json"]
    assert (report.added, report.changed, report.unchanged) == (1, 1, 2)
    with Index.open(own.index) as opened:
        document = opened.store.document("a.json")
        assert document.text.endswith("café.")
        assert document.original
        assert document.original.text.endswith("cafe\u0301.")


def test_a_limit_holds_for_files_that_were_parsed_before(own: Config) -> None:
    (Path(own.sources) / "a.docx").write_bytes(word("A new president. " * 70_000))
    assert builder.build(own).documents == 2
    report = builder.build(replace(own, max_unpacked_mb=1))
    assert (report.documents, [s.source for s in report.skipped]) == (1, ["a.docx"])


def test_the_same_text_is_encoded_once(own: Config, tmp_path: Path) -> None:
    for number in range(1200):
        (Path(own.sources) / f"{number}.txt").write_text("Bolivia has a new president.")
    report = builder.build(own)
    assert (report.passages, report.encoded) == (1208, 1)
    with Index.open(own.index) as opened:
        rows = opened.vectors.rows(np.arange(1208))
        assert sorted(Counter(row.tobytes() for row in rows).values())[-1] == 1200


def test_the_index_is_not_the_sources(own: Config) -> None:
    with pytest.raises(UsageError, match="is both the sources and the index: name another folder with --index"):
        builder.build(replace(own, index=own.sources))


def test_what_is_written_for_the_article_is_pinned_to_the_format(own: Config) -> None:
    """If this fails, the code writes something else for the same sources: raise FORMAT, then pin the new digest."""
    with Index.open(own.index) as opened:
        passages = opened.store.passages(range(len(opened)))
    spans = [
        (p.source, p.title, p.published, p.start, p.end, [(s.start, s.end) for s in p.sentences]) for p in passages
    ]
    words = [terms.terms(passage.text) for passage in passages]
    digest = hashlib.sha256(json.dumps([spans, words]).encode()).hexdigest()[:16]
    assert (manifest.FORMAT, digest) == (8, "4b685f640725f832")


def test_a_change_is_a_new_generation_and_the_one_before_stays_open(own: Config) -> None:
    with Index.open(own.index) as old:
        (Path(own.sources) / "b.txt").write_text("Bolivia has a new president.")
        report = builder.build(own)
        assert (report.built, report.documents) == (True, 2)
        assert old.id != report.generation
        assert len(old.store.passages(range(len(old)))) == 8, "an open generation goes on answering"
    with Index.open(own.index) as new:
        assert [listing.source for listing in new.store.documents()] == ["000_5e8d803c2965fb30.txt", "b.txt"]


def test_other_settings_are_another_generation(own: Config) -> None:
    report = builder.build(replace(own, passage_chars=300))
    assert (report.built, report.unchanged) == (True, 1)
    with Index.open(own.index) as opened:
        assert len(opened) > 8


def test_a_damaged_generation_is_built_again(own: Config) -> None:
    with Index.open(own.index) as opened:
        vectors = opened.path / "vectors.npy"
    whole = vectors.read_bytes()
    vectors.write_bytes(whole[:-1] + bytes([whole[-1] ^ 1]))
    assert builder.build(own).built
    assert vectors.read_bytes() == whole


def test_nothing_to_index(own: Config, tmp_path: Path) -> None:
    empty = tmp_path / "empty"
    empty.mkdir()
    before = files(own)
    with pytest.raises(SourceError, match="no documents in .*: put .txt .md"):
        builder.build(replace(own, sources=str(empty)))
    (empty / "a.txt").write_text("")
    with pytest.raises(SourceError, match=r"can be used: 'a.txt': empty: put text in it, or remove it \(1 skipped\)"):
        builder.build(replace(own, sources=str(empty)))
    assert files(own) == before


@pytest.mark.parametrize("text", ["???", "The.", "…"])
def test_a_text_without_a_term_can_be_indexed(own: Config, tmp_path: Path, text: str) -> None:
    sources = tmp_path / "termless"
    sources.mkdir()
    (sources / "a.txt").write_text(text)
    builder.build(replace(own, sources=str(sources)))
    with Index.open(own.index) as opened:
        assert not opened.lexical.scores(["anything"]).any()


def test_one_writer(own: Config) -> None:
    with FileLock(Path(own.index) / generations.LOCK), pytest.raises(BusyError, match="another rag index is building"):
        builder.build(own)


def test_a_build_that_is_refused_does_not_touch_the_one_that_runs(own: Config) -> None:
    with generations.single_writer(Path(own.index)):
        running = Path(own.index) / f"{manifest.BUILDING}{os.getpid()}"
        running.mkdir()
        with pytest.raises(BusyError):
            builder.build(own)
        assert running.exists()


def test_the_index_folder_is_a_file(own: Config, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(SourceError, match="is a file: name a folder with --index"):
        builder.build(replace(own, index=str(tmp_path / "file")))


@pytest.mark.parametrize("step", ["_encoder", "_write_vectors", "_seal"])
def test_a_failure_leaves_the_old_generation_and_no_litter(
    own: Config, monkeypatch: pytest.MonkeyPatch, step: str
) -> None:
    before = files(own)
    (Path(own.sources) / "b.txt").write_text("Bolivia has a new president.")

    def full(*_: object, **__: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(builder, step, full)
    with pytest.raises(SourceError, match="cannot be written .*No space left on device.*the index is as it was"):
        builder.build(own)
    assert files(own) == before


def test_what_changed_is_counted(own: Config) -> None:
    sources = Path(own.sources)
    (sources / "b.txt").write_text("Bolivia has a new president.")
    (sources / "c.txt").write_text("Chile has an old one.")
    first = builder.build(own)
    assert (first.added, first.changed, first.removed, first.unchanged) == (2, 0, 0, 1)
    (sources / "b.txt").write_text("Bolivia has another president.")
    (sources / "c.txt").unlink()
    before = files(own)
    dry = builder.build(own, dry_run=True)
    assert (dry.built, dry.added, dry.changed, dry.removed, dry.unchanged) == (False, 0, 1, 1, 1)
    assert files(own) == before, "a dry run writes nothing"
    assert builder.build(own) == replace(dry, built=True, passages=9, encoded=1)


def test_a_dry_run_makes_no_folder(own: Config, tmp_path: Path) -> None:
    report = builder.build(replace(own, index=str(tmp_path / "none")), dry_run=True)
    assert report.added == 1
    assert not (tmp_path / "none").exists()
