"""A build that several processes share, over a real server: the same generation as of one, each job done once."""

import json
import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from dataclasses import replace
from pathlib import Path
from threading import Event
from typing import Any

import numpy as np
import pytest

from rag.cli import main as cli
from rag.cli.status import text as status_text
from rag.config import Config, environment
from rag.documents.sandbox import Sandbox
from rag.errors import EncoderError, RagError, UsageError
from rag.indexing import hands, work
from rag.indexing.builder import build
from rag.indexing.homes import Home, home
from rag.indexing.status import status
from rag.models import encode
from tests.conftest import ROOT, built_over
from tests.integration.conftest import Server
from tests.integration.test_postgres import wait_until

psycopg = pytest.importorskip("psycopg")

from rag.postgres.jobs import Jobs  # noqa: E402


def write_sources(folder: Path, documents: int) -> Path:
    """Write pages and tables, each of which is to be parsed, and one that cannot be."""
    folder.mkdir()
    for n in range(documents):
        lines = [
            f"Harbour {n} has a pier {k} that boat {n * k} left with {k + 7} crews, in spite of the weather which the"
            f" {k} people of quarter {n + k} had told them of in the evening."
            for k in range(100)
        ]
        page = "".join(f"<p>{line}</p>" for line in lines)
        (folder / f"{n}.html").write_text(f"<html><head><title>Harbour {n}</title></head><body>{page}</body></html>")
    (folder / "boats.csv").write_text("boat,crews\nAda,7\nBea,9\n")
    (folder / "again.csv").write_text("boat,crews\nAda,7\nBea,9\n")
    (folder / "broken.docx").write_bytes(b"none")
    return folder


@pytest.fixture
def shared(config: Config, url: str, tmp_path: Path) -> Config:
    """Settings of an index of the article in a database, with the encoder, so that it need not be exported again."""
    own = replace(config, index=url, models=str(tmp_path / "models"), sources=str(tmp_path / "sources"))
    generation = Path(config.index) / (Path(config.index) / "CURRENT").read_text().strip()
    database = home(url, own.models)
    with database.single_writer():
        target = database.aside()
        shutil.copytree(generation, target, dirs_exist_ok=True)
        database.swap_in(target, generation.name)
    return own


@contextmanager
def worker(own: Config, log: Path) -> Iterator["subprocess.Popen[bytes]"]:
    with log.open("wb") as told:
        process = subprocess.Popen(
            [sys.executable, "-m", "rag", "index", "--work"], env=environment(own), stderr=told, cwd=ROOT
        )
        try:
            yield process
        finally:
            process.kill()
            process.wait()


def content(own: Home) -> tuple[str, list[str], bytes]:
    """Return all that a generation is made of: its id, its documents and texts, and the bytes of its vectors."""
    with own.open(verify=True) as index:
        rows = index.vectors.rows(np.arange(len(index)))
        documents = [repr(index.store.of(listed.source)) for listed in index.store.documents()]
        return index.id, [*documents, *index.store.texts()], rows.tobytes()


def rows_of(server: Server, own: Config) -> Callable[[str], list[tuple[Any, ...]]]:
    name = own.index.rpartition("#")[2]
    return lambda query: server.run(query.replace("{c}", name))


def test_two_workers_one_of_which_is_killed_give_what_one_process_gives(
    config: Config, shared: Config, server: Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    sources = write_sources(tmp_path / "sources", 6)
    run = rows_of(server, shared)
    helped, seen = Event(), list[tuple[Any, ...]]()
    claim, end = Jobs.claim, Jobs.end

    def claimed(own: Jobs, name: str, recipe: str, kinds: list[str], *, builds: bool) -> object:
        """Hold the one who builds back from encoding until both workers have begun."""
        return claim(own, name, recipe, kinds if helped.is_set() else ["parse"], builds=builds)

    def ended(own: Jobs) -> None:
        seen.extend(run("SELECT kind, size, tries, result IS NULL FROM {c}.job"))
        seen.extend(run("SELECT 'worker', files, passages, builds FROM {c}.worker"))
        end(own)

    def held() -> list[tuple[Any, ...]]:
        """Jobs that are being done and take long enough to be in the middle of."""
        with suppress(psycopg.errors.UndefinedTable):
            return run("SELECT worker FROM {c}.job WHERE worker IS NOT NULL AND result IS NULL AND size > 9")
        return []

    monkeypatch.setattr(Jobs, "claim", claimed)
    monkeypatch.setattr(Jobs, "end", ended)
    with ThreadPoolExecutor(1) as pool, worker(shared, tmp_path / "a.log") as one:
        built = pool.submit(build, shared)
        try:
            wait_until(lambda: built.done() or bool(held()))
            one.send_signal(signal.SIGKILL)
            one.wait()
            begun = held()
            assert begun, "killed in the middle of a job"
            with worker(shared, tmp_path / "b.log"):
                others = f"SELECT FROM {{c}}.worker WHERE NOT builds AND passages > 0 AND name != '{begun[0][0]}'"
                wait_until(lambda: built.done() or bool(run(others)))
                helped.set()
                report = built.result(300)
        finally:
            helped.set()
    told = [(tmp_path / name).read_text() for name in ("a.log", "b.log")]
    assert all("takes part in builds of postgresql://" in log and "encodes by all-MiniLM-L6-v2" in log for log in told)
    assert content(home(shared.index, shared.models)) == content(
        home(built_over(config, sources, tmp_path / "f").index)
    )
    jobs, workers = [row for row in seen if row[0] != "worker"], [row[1:] for row in seen if row[0] == "worker"]
    assert not any(row[3] for row in jobs), "all are done"
    again = sum(tries - 1 for kind, _, tries, _ in jobs if kind != "parse")
    assert len(begun) <= again <= (os.cpu_count() or 1), "what the dead one held was done again, and no more"
    assert sum(passages for _, passages, _ in workers) == report.encoded
    assert sum(files for files, _, _ in workers) == 8, (
        "six pages, one table though it is there twice, and what is broken"
    )
    assert sum(passages > 0 for _, passages, builds in workers if not builds) >= 1
    assert run("SELECT FROM {c}.job") == [], "nothing is kept of it"
    assert [item.source for item in report.skipped] == ["broken.docx"]


def test_a_worker_whose_database_goes_waits_for_it(
    shared: Config, server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    begun: list[str] = []
    told: list[str] = []

    def helps(_config: Config, jobs: Jobs, own: hands.Hands, _tell: object) -> None:
        begun.append(own.name)
        if len(begun) == 2:
            raise KeyboardInterrupt
        server.cut()
        while True:
            own.check()
            jobs.asked()

    monkeypatch.setattr(work, "_help", helps)
    monkeypatch.setattr(work, "AGAIN", 0.1)
    with pytest.raises(KeyboardInterrupt):
        work.work(shared, told.append)
    assert len(begun) == len(told) == 2
    assert "does not answer" in told[1]


def test_a_build_that_was_cut_goes_on_with_what_was_done(
    config: Config, shared: Config, server: Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    sources = write_sources(tmp_path / "sources", 4)
    (sources / "broken.docx").unlink()
    run = rows_of(server, shared)
    done: list[int] = []

    def cut(stage: str, number: int, total: int) -> None:
        if stage == "encode":
            done.append(number)
            if 9 < number < total:
                raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        build(shared, tell=cut)
    found = status(shared, verify=False, sources=False)
    assert found["building"]["stage"] == "encode"
    assert found["building"]["jobs_done"] > 5
    assert found["workers"] == []
    assert "cut: rag index goes on with what was done" in status_text(found)
    encoded = run("SELECT coalesce(sum(size), 0) FROM {c}.job WHERE kind != 'parse' AND result IS NOT NULL")[0][0]
    assert encoded > 0

    def parse(*_: object) -> None:
        raise AssertionError("it was parsed before")

    again: list[str] = []
    real = encode.OnnxEncoder.encode

    def encoding(own: encode.OnnxEncoder, texts: list[str], prompt: str = "") -> encode.Vectors:
        again.extend(texts)
        return real(own, texts, prompt)

    monkeypatch.setattr(Sandbox, "parse", parse)
    monkeypatch.setattr(encode.OnnxEncoder, "encode", encoding)
    report = build(shared)
    assert len([text for text in again if text not in encode.CANARIES]) == report.encoded - encoded
    monkeypatch.undo()
    assert content(home(shared.index, shared.models)) == content(
        home(built_over(config, sources, tmp_path / "f").index)
    )
    assert status(shared, verify=False, sources=False)["building"] is None


def test_who_would_do_it_otherwise_is_refused(
    shared: Config, server: Server, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    run = rows_of(server, shared)
    own = home(shared.index, shared.models)
    recipe = hands.recipe(recognition=False)
    with own.single_writer(), hands.jobs_of(own) as jobs, own.open() as index:
        for key, value, told in (
            ("quoteline", "0.1", "quoteline is [^ ]+, not 0.1"),
            ("onnxruntime", "0", "onnxruntime is [^ ]+, not 0"),
            ("text recognition", "x", "text recognition is .+, not x"),
        ):
            jobs.begin(json.dumps({**recipe, key: value}))
            with pytest.raises(RagError, match=f"cannot take part in builds of postgresql.*.{told}.: install here"):
                work.work(shared, print)
        assert run("SELECT FROM {c}.worker") == [], "who was refused is gone"
        jobs.begin(json.dumps(recipe))
        identity = encode.identity_of(encode.folder_hashes(index.encoder_folder))
        jobs.use(identity, [*index.manifest.canaries[1:], index.manifest.canaries[0]])
        assert not jobs.send(index.encoder_folder, identity), "nobody is there who would want it"
        jobs.beat("another", builds=False)
        assert jobs.send(index.encoder_folder, identity)
        with pytest.raises(EncoderError, match="gives other vectors here"):
            work.work(shared, print)
        jobs.use(identity, index.manifest.canaries)
        run("UPDATE {c}.file SET bytes = bytes || 'x'::bytea WHERE name = 'tokenizer.json'")
        shutil.rmtree(Path(shared.models) / "encoders")
        with pytest.raises(EncoderError, match="is damaged: build again"):
            work.work(shared, print)
        run("UPDATE {c}.work SET version = 99")
        with pytest.raises(RagError, match="tables of jobs is 1, not 99"):
            work.work(shared, print)
        jobs.begin(json.dumps(recipe))
        assert run("SELECT version FROM {c}.work") == [(1,)], "whoever builds makes them anew"
    with pytest.raises(UsageError, match="name one of them"):
        work.work(replace(shared, index=f"{server.url}#*"), print)
    capsys.readouterr()
    assert cli.main(["index", "--work", "--index", str(tmp_path / "folder")]) == 2
    assert "is a folder: other hosts take part where the index is in PostgreSQL" in capsys.readouterr().err
