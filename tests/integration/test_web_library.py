import json
import shutil
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from rag.config import Config
from rag.engine import Engine
from rag.errors import IndexMissing, RagError, SourceError, UsageError
from rag.index import generations
from rag.indexing.builder import Report, build
from rag.web import library as library_module
from rag.web.arrivals import Arrival
from rag.web.library import Entry, Job, Library
from rag.web.live import Live, Unbuilt
from tests.conftest import ARTICLE, linked

OTTERS = "# Otters of Lutra\n\nThe otters of Lutra eat 900 fish a day, said the warden Ana Pike."
QUESTION = "How many fish do the otters of Lutra eat a day?"


@contextmanager
def opened(config: Config, *, folders: bool = True) -> Iterator[tuple[Live, Library]]:
    live = Live(Engine.open(config=config))
    library = Library(live, folders=folders)
    yield live, library
    library.close()
    live.close()


def add(library: Library, name: str, content: bytes) -> str:
    with library.receiving(name, len(content)) as incoming:
        incoming.write(content)
        return incoming.keep().source


def ended(library: Library) -> Job:
    deadline = time.monotonic() + 60
    while library._thread is not None:
        assert time.monotonic() < deadline, library.job
        time.sleep(0.02)
    return library.job


def states(library: Library) -> dict[str, str]:
    return {entry.source: entry.state for entry in library.entries()}


def test_what_is_added_answers_once_it_is_indexed_and_no_longer_once_it_is_removed(own: Config) -> None:
    with opened(own) as (live, library):
        assert add(library, "otters.md", OTTERS.encode()) == "uploads/otters.md"
        assert states(library) == {"uploads/otters.md": "new", ARTICLE: "indexed"}
        with live.engine() as old:
            assert old.ask(QUESTION).outcome == "refused"
            library.reindex()
            job = ended(library)
            assert job.report is not None
            assert (job.error, job.report.added, job.report.unchanged) == ("", 1, 1)
            assert old.ask(QUESTION).outcome == "refused", "a lease keeps its index"
        with live.engine() as engine:
            assert engine.ask(QUESTION).short_answer == "900"
            assert engine.llm is old.llm
        (entry,) = (entry for entry in library.entries() if entry.source == "uploads/otters.md")
        assert entry == Entry("uploads/otters.md", "indexed", "Otters of Lutra", None, None, 1)
        assert library.remove("uploads/otters.md") == ".removed/uploads/otters.md"
        assert (library.root / ".removed" / "uploads" / "otters.md").read_text() == OTTERS
        assert states(library)["uploads/otters.md"] == "gone"
        library.reindex()
        ended(library)
        assert states(library) == {ARTICLE: "indexed"}
        with live.engine() as engine:
            assert engine.ask(QUESTION).outcome == "refused"


def test_what_is_removed_again_lies_beside_what_was_removed_before(own: Config) -> None:
    with opened(own) as (_, library):
        for content in (b"The first.", b"The second."):
            add(library, "a.txt", content)
            library.remove("uploads/a.txt")
        removed = library.root / ".removed" / "uploads"
        assert (removed / "a.txt").read_bytes() == b"The first."
        assert (removed / "a (2).txt").read_bytes() == b"The second."


@pytest.mark.parametrize("source", ["../secret.txt", "no.txt", "/etc/passwd", ".hidden.txt", ""])
def test_only_a_file_of_the_sources_can_be_removed(own: Config, tmp_path: Path, source: str) -> None:
    (tmp_path / "secret.txt").write_text("A secret.")
    (tmp_path / "sources" / ".hidden.txt").write_text("Hidden.")
    with opened(own) as (_, library):
        add(library, "otters.md", OTTERS.encode())
        with pytest.raises(UsageError, match="there is no file"):
            library.remove(source)
    assert (tmp_path / "secret.txt").exists()


def test_the_last_source_stays(own: Config) -> None:
    with opened(own) as (_, library):
        (library.root / "picture.png").write_bytes(b"no source")
        library.reindex()
        ended(library)
        with pytest.raises(UsageError, match="is the only source: add another"):
            library.remove(ARTICLE)
        library.remove("picture.png")


def test_a_file_that_was_passed_over_is_listed_with_its_reason(own: Config) -> None:
    with opened(own) as (_, library):
        add(library, "broken.pdf", b"%PDF-1.7 broken")
        (library.root / "corpus.jsonl").write_text('{"id": "a", "text": "It rained in Lutra."}\n{"id": "b"}\n')
        assert states(library)["corpus.jsonl"] == "new"
        library.reindex()
        assert ended(library).report is not None
        found = {entry.source: entry for entry in library.entries()}
        assert found["uploads/broken.pdf"].state == "skipped"
        assert "PDF" in found["uploads/broken.pdf"].reason
        assert found["uploads/broken.pdf"].file
        assert found["corpus.jsonl:2"] == Entry(
            "corpus.jsonl:2", "skipped", reason=found["corpus.jsonl:2"].reason, file=False
        )
        assert found["corpus.jsonl"].state == "corpus"
        assert (found["a"].state, found["a"].file) == ("indexed", False)
        library.remove("uploads/broken.pdf")
        assert "uploads/broken.pdf" not in states(library)


def test_a_folder_is_copied_and_stays_as_it_is(own: Config, tmp_path: Path) -> None:
    folder = tmp_path / "my notes"
    (folder / "deep").mkdir(parents=True)
    (folder / "deep" / "otters.md").write_text(OTTERS)
    (folder / "clip.blend").write_bytes(b"BLENDER")
    (folder / "empty.txt").write_bytes(b"")
    (folder / "link.txt").symlink_to(tmp_path / "elsewhere")
    with opened(own) as (live, library):
        for _ in range(2):  # again: what is there already is not copied again
            library.add_folder(str(folder))
            job = ended(library)
            assert job.error == ""
            assert len(job.left_out) == 2
            assert "'empty.txt' is empty" in job.left_out[0]
            assert job.left_out[1] == "link.txt: not a regular file"
            assert states(library) == {"uploads/my notes/deep/otters.md": "indexed", ARTICLE: "indexed"}
        with live.engine() as engine:
            assert engine.ask(QUESTION).short_answer == "900"
    assert (folder / "deep" / "otters.md").read_text() == OTTERS


def test_a_folder_that_cannot_be_added_says_why(own: Config, tmp_path: Path) -> None:
    (tmp_path / "none").mkdir()
    with opened(own) as (_, library):
        for path, why in {
            "": "no full path",
            "notes": "no full path",
            "/nowhere/at/all": "is no folder",
            str(library.root / ARTICLE): "is no folder",
            str(library.root): "lies in the sources folder",
            str(tmp_path): "holds the sources folder itself",
            "/\0": "no full path",
        }.items():
            with pytest.raises(UsageError, match=why):
                library.add_folder(path)
        library.add_folder(str(tmp_path / "none"))
        assert "holds no file that can be read" in ended(library).error
    with opened(own, folders=False) as (_, library), pytest.raises(UsageError, match="to this machine alone"):
        library.add_folder(str(tmp_path / "none"))


def test_the_wrong_sources_folder_is_refused(own: Config, tmp_path: Path) -> None:
    other = tmp_path / "other"
    other.mkdir()
    (other / "news.txt").write_text("It rained in Lutra on Monday.")
    for sources, why in ((other, "was built from another folder than"), (tmp_path / "gone", "is not there")):
        with opened(replace(own, sources=str(sources))) as (live, library):
            with pytest.raises(RagError, match=why):
                add(library, "otters.md", OTTERS.encode())
            library.reindex()
            assert why in ended(library).error
            with live.engine() as engine:
                assert engine.ask("Who is Cuba's foreign minister?").outcome == "answered"
    assert not (other / "uploads").exists()


def test_errors_are_kept_and_the_index_goes_on_answering(own: Config, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object, **__: object) -> None:
        raise MemoryError("no room")

    with opened(own) as (live, library):
        add(library, "otters.md", OTTERS.encode())
        monkeypatch.setattr(library_module, "build", broken)
        library.reindex()
        assert ended(library).error == "the sources could not be indexed: no room"
        with live.engine() as engine:
            assert engine.ask("Who is Cuba's foreign minister?").outcome == "answered"
        monkeypatch.undo()
        library.reindex()
        assert ended(library).error == ""


def test_it_waits_for_another_that_builds_the_index_and_builds_once_more_if_asked_meanwhile(own: Config) -> None:
    with opened(own) as (live, library):
        with generations.single_writer(Path(own.index)):
            library.reindex()
            time.sleep(0.3)
            assert library.job.stage == "wait"
            add(library, "otters.md", OTTERS.encode())
            library.reindex()
        ended(library)
        with live.engine() as engine:
            assert engine.ask(QUESTION).outcome == "answered"


def test_closing_ends_a_build_and_leaves_the_index(own: Config, monkeypatch: pytest.MonkeyPatch) -> None:
    before = sorted(path.name for path in Path(own.index).iterdir())
    with opened(own) as (_, library):
        add(library, "otters.md", OTTERS.encode())
        told = library._tell

        def close_then_tell(job: Job) -> None:
            if job.stage == "encode":
                library._closing.set()
            told(job)

        monkeypatch.setattr(library, "_tell", close_then_tell)
        library.reindex()
        assert "closing" in ended(library).error
    assert sorted(path.name for path in Path(own.index).iterdir() if path.name != ".lock") == [
        name for name in before if name != ".lock"
    ]


def test_progress_is_told(own: Config, monkeypatch: pytest.MonkeyPatch) -> None:
    with opened(own) as (_, library):
        add(library, "otters.md", OTTERS.encode())
        heard: list[Job] = []
        tell = library._tell
        monkeypatch.setattr(library, "_tell", lambda job: (heard.append(job), tell(job)))
        library.reindex()
        ended(library)
    stages = [(job.stage, job.done, job.total) for job in heard]
    assert stages[:2] == [("read", 0, 0), ("read", 1, 0)]
    *encoded, last = stages[2:]
    assert encoded[0][:2] == ("encode", 0)
    assert encoded[-1][1] == encoded[-1][2] > 1
    assert {stage for stage, *_ in encoded} == {"encode"}
    assert last == ("open", 0, 0)


def test_a_corpus_alone_is_known_by_its_first_document(own: Config) -> None:
    root = Path(own.sources)
    (root / "c.jsonl").write_text(json.dumps({"id": "x", "text": "It rained in Lutra on Monday."}) + "\n")
    with opened(own) as (_, library):
        library.reindex()
        ended(library)
        (root / ARTICLE).unlink()
        library.reindex()
        assert ended(library).error == ""
        assert states(library) == {"c.jsonl": "corpus", "x": "indexed"}


def test_a_mailbox_alone_is_known_by_its_messages(own: Config) -> None:
    root = Path(own.sources)
    messages = (
        f"From - Tue Feb  3 10:0{n}:00 2026\nFrom: a@b.org\nSubject: Rain {n}\n\nIt rained {n} days.\n\n" for n in "12"
    )
    (root / "box.mbox").write_text("".join(messages))
    with opened(own) as (_, library):
        library.reindex()
        ended(library)
        (root / ARTICLE).unlink()
        library.reindex()
        assert ended(library).error == ""
        assert states(library) == {"box.mbox": "corpus", "box.mbox/Rain 1": "indexed", "box.mbox/Rain 2": "indexed"}


def test_a_folder_that_cannot_be_written_says_so(own: Config) -> None:
    shutil.rmtree(Path(own.sources) / "uploads", ignore_errors=True)
    (Path(own.sources) / "uploads").write_text("a file of that name")
    with opened(own) as (_, library), pytest.raises(SourceError, match="cannot be written"):
        add(library, "otters.md", OTTERS.encode())


@pytest.fixture
def nothing(config: Config, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[tuple[Live, Library]]:
    """A library without an index, and without the folder of its sources."""
    shared = config.index
    config = replace(config, index=str(tmp_path / "index"), sources=str(tmp_path / "deep" / "sources"))

    def quickly(config: Config, **more: Any) -> Report:
        """Build with the encoder that the shared index has: to export one takes long."""
        if not Path(config.index).exists() and any(Path(config.sources).rglob("*.md")):
            linked(shared, Path(config.index))
        return build(config, **more)

    monkeypatch.setattr(library_module, "build", quickly)
    live = Live(Unbuilt(config, None, IndexMissing("no index")))
    library = Library(live, folders=True)
    yield live, library
    library.close()
    live.close()


def arrived(library: Library) -> dict[str, str]:
    return {each.name: each.state for each in library.arrivals.since(0, 0).arrivals}


def test_what_is_added_first_makes_the_folder_and_the_index(nothing: tuple[Live, Library]) -> None:
    live, library = nothing
    assert (library.entries(), library.present()) == ([], 0)
    assert not library.root.exists()
    with library.receiving("otters.md", None, "notes") as incoming:
        incoming.write(OTTERS.encode())
        incoming.keep()
    (library.root / "there.txt").write_text("It rained in Lutra on Monday.")
    add(library, "broken.pdf", b"%PDF-1.7 broken")
    assert library.present() == 3
    assert set(states(library).values()) == {"new"}
    library.reindex()
    assert library.job.first
    job = ended(library)
    assert (job.error, job.first) == ("", False)
    assert live.unbuilt is None
    with live.engine() as engine:
        assert engine.ask(QUESTION).short_answer == "900"
    assert states(library) == {
        "uploads/broken.pdf": "skipped",
        "there.txt": "indexed",
        "uploads/notes/otters.md": "indexed",
    }
    assert arrived(library) == {  # for a first index each file is an arrival
        "uploads/broken.pdf": "failed",
        "there.txt": "indexed",
        "uploads/notes/otters.md": "indexed",
    }


def test_a_first_build_that_fails_says_why_and_the_next_may_do(nothing: tuple[Live, Library]) -> None:
    live, library = nothing
    library.reindex()
    job = ended(library)
    assert (job.first, job.error.partition(":")[0]) == (True, f"no documents in {library.root}")
    broken = add(library, "broken.pdf", b"%PDF-1.7 broken")
    library.arrivals.note(broken, "received")
    library.reindex()
    assert "no document in" in ended(library).error
    assert live.unbuilt is not None
    (failed,) = library.arrivals.since(0, 0).arrivals
    assert (failed.name, failed.state) == (broken, "failed")
    assert "PDF" in failed.why
    assert library.remove(broken) == f".removed/{broken}", "of no index it may be the last"
    add(library, "otters.md", OTTERS.encode())
    library.reindex()
    assert ended(library).error == ""
    assert live.unbuilt is None


def test_an_index_that_was_built_elsewhere_meanwhile_is_opened(nothing: tuple[Live, Library], config: Config) -> None:
    live, library = nothing
    add(library, "otters.md", OTTERS.encode())
    linked(config.index, Path(library.config.index))
    build(library.config)
    library.reindex()
    job = ended(library)
    assert job.report is not None
    assert job.report.current
    with live.engine() as engine:
        assert engine.index.id == job.report.generation


def test_a_sources_folder_that_cannot_be_one_says_why(nothing: tuple[Live, Library]) -> None:
    _, library = nothing
    library.root.parent.mkdir()
    library.root.write_text("a file")
    with pytest.raises(SourceError, match="is no folder: start the page with --sources"):
        add(library, "otters.md", OTTERS.encode())
    own = replace(library.config, sources=library.config.index)
    with pytest.raises(UsageError, match="is both the sources and the index"):
        add(Library(Live(Unbuilt(own, None, IndexMissing("no index"))), folders=True), "a.md", b"text")
    assert not Path(own.index).exists()


def test_with_an_index_only_what_is_added_is_an_arrival(own: Config) -> None:
    with opened(own) as (_, library):
        for name in ("a.md", "b.md"):
            library.arrivals.note(add(library, name, OTTERS.encode()), "received")
            library.reindex()
            ended(library)
            assert library.arrivals.since(0, 0).arrivals == (Arrival(f"uploads/{name}", "indexed"),)
