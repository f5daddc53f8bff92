import threading
import time
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from rag.errors import BusyError
from rag.web.live import Live


class Counted:
    """Stands for an engine: tells when it is closed, and is no use after that."""

    def __init__(self) -> None:
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
