import threading
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from rag.config import Config
from rag.errors import BusyError, IndexMissing
from rag.web.live import Live, Unbuilt, begun


class Counted:
    """Stands for an engine: tells when it is closed, and is no use after that."""

    def __init__(self) -> None:
        self.config = Config()
        self.closed = 0

    def close(self) -> None:
        self.closed += 1


def live(*engines: Any) -> tuple[Live, Any, Any]:
    old, new = engines or (Counted(), Counted())
    return Live(old), old, new


def test_a_lease_outlives_a_swap() -> None:
    held, old, new = live()
    with held.engine() as first, held.engine() as second:
        held.swap(new)
        assert [first, second] == [old, old]
        with held.engine() as third:
            assert third == new
        assert (old.closed, new.closed) == (0, 0)
    assert (old.closed, new.closed) == (1, 0)


def test_an_engine_without_a_lease_is_closed_at_once() -> None:
    held, old, new = live()
    held.swap(new)
    assert old.closed == 1
    held.close()
    held.close()
    assert (old.closed, new.closed) == (1, 1)
    with pytest.raises(BusyError, match="closing"), held.engine():
        pass


def test_a_lease_that_ends_in_an_error_ends() -> None:
    held, old, new = live()
    with pytest.raises(ZeroDivisionError), held.engine():
        raise ZeroDivisionError
    held.swap(new)
    assert old.closed == 1


def test_threads_never_meet_a_closed_engine() -> None:
    engines = [Counted() for _ in range(200)]
    held = Live(engines[0])  # type: ignore[arg-type]
    done = threading.Event()

    def ask() -> int:
        asked = 0
        while not done.is_set():
            with held.engine() as engine:
                time.sleep(0)
                assert not engine.closed  # type: ignore[attr-defined]
                asked += 1
        return asked

    with ThreadPoolExecutor(8) as pool:
        asking = [pool.submit(ask) for _ in range(8)]
        for engine in engines[1:]:
            held.swap(engine)  # type: ignore[arg-type]
            time.sleep(0.001)
        done.set()
        assert all(each.result() for each in asking)
    assert [engine.closed for engine in engines] == [1] * 199 + [0]


def test_before_an_index_nothing_can_be_asked_until_there_is_one(tmp_path: Path) -> None:
    folder = tmp_path / "index"
    for made in (False, True):  # an empty folder is no index either
        if made:
            folder.mkdir()
        found = begun(Config(index=str(folder)))
        assert isinstance(found, Unbuilt)
        held = Live(found)
        assert held.unbuilt is found
        assert (held.config.index, held.llm) == (str(folder), None)
        for _ in range(2):
            with pytest.raises(IndexMissing, match="build one with rag index --index"), held.engine():
                pass
    counted = Counted()
    engine: Any = counted
    held.swap(engine)
    assert held.unbuilt is None
    with held.engine() as leased:
        assert leased is engine
    held.close()
    assert counted.closed == 1
    assert held.unbuilt is None


def test_a_page_that_never_had_an_index_is_closed() -> None:
    held = Live(Unbuilt(Config(), None, IndexMissing("no index")))
    held.close()
    with pytest.raises(BusyError, match="closing"), held.engine():
        pass
