import time
from collections.abc import Callable, Iterator
from threading import Event
from typing import Any

import pytest

from rag.config import Config
from rag.errors import BusyError, LLMError, UsageError
from rag.schema import ALL, Check, CheckedClaim
from rag.web import checks as module
from rag.web.checks import Checking, Checks
from rag.web.live import Live

TEXT = "The raid was short. It killed 32 men. Ana Gómez left in May."


class Told:
    """An engine that is asked in place of a real one: a claim each time that the test lets it."""

    config = Config()

    def __init__(self) -> None:
        self.done: list[str] = []
        self.error: Exception | None = None
        self.go = Event()
        self.closed = False

    def check_steps(self, text: str, _: object = ALL) -> Iterator[Check]:
        claims: list[CheckedClaim] = []
        for start in range(text.count(".")):
            assert self.go.wait(10)
            if self.error:
                raise self.error
            self.done.append(text[:5])
            claims.append(CheckedClaim(text, start, start + 1, "not_found", 0.0))
            yield Check(tuple(claims), ())

    def close(self) -> None:
        self.closed = True


def until(holds: Callable[[], Any]) -> None:
    end = time.monotonic() + 10
    while not holds():
        assert time.monotonic() < end
        time.sleep(0.01)


@pytest.fixture
def told() -> Told:
    return Told()


@pytest.fixture
def live(told: Told) -> Live:
    return Live(told)  # type: ignore[arg-type]


@pytest.fixture
def checks(live: Live, told: Told) -> Iterator[Checks]:
    found = Checks(live)
    yield found
    told.go.set()
    found.close()


def test_a_text_is_checked_to_its_end(checks: Checks, told: Told, live: Live) -> None:
    one = checks.begin("ana", TEXT)
    assert not one.over
    told.go.set()
    until(lambda: one.over)
    assert (one.state, len(one.found.claims)) == ("done", 3)
    assert checks.get("ana", one.id) is one
    live.close()
    assert told.closed, "the engine is leased no longer"


def test_texts_take_turns_of_a_claim(checks: Checks, told: Told) -> None:
    ana, ben = checks.begin("ana", TEXT), checks.begin("ben", TEXT.replace("The", "Any"))
    told.go.set()
    until(lambda: ana.over and ben.over)
    assert told.done == ["The r", "Any r"] * 3


def test_an_answer_that_is_waited_for_comes_first(
    checks: Checks, told: Told, live: Live, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "PATIENCE", 3600)
    asked = [1]
    live.waiting = lambda: len(asked)
    told.go.set()
    one = checks.begin("ana", TEXT)
    time.sleep(0.2)
    assert not told.done
    asked.clear()
    until(lambda: one.over)
    assert len(told.done) == 3


def test_but_not_for_ever(checks: Checks, told: Told, live: Live, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "PATIENCE", 0.05)
    live.waiting = lambda: 1
    told.go.set()
    one = checks.begin("ana", TEXT)
    until(lambda: one.state == "done")


def test_what_is_stopped_ends_with_the_claim_under_way(checks: Checks, told: Told) -> None:
    one = checks.begin("ana", TEXT)
    until(lambda: one.state == "goes on")
    checks.stop("ana", one.id)
    told.go.set()
    until(lambda: one.found.claims)
    assert (one.state, len(told.done)) == ("stopped", 1)


def test_another_text_of_the_same_page_takes_the_place_of_the_first(checks: Checks, told: Told) -> None:
    first = checks.begin("ana", TEXT)
    second = checks.begin("ana", TEXT)
    told.go.set()
    until(lambda: second.over)
    assert (first.state, second.state) == ("stopped", "done")


def test_a_text_that_nobody_looks_at_is_left(checks: Checks, told: Told, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "LEFT_SECONDS", -1)
    told.go.set()
    one = checks.begin("ana", TEXT)
    until(lambda: one.over)
    assert (one.state, told.done) == ("stopped", [])


def test_another_owners_text_is_not_there(checks: Checks) -> None:
    one = checks.begin("ana", TEXT)
    for call in (checks.get, checks.stop):
        with pytest.raises(LookupError):
            call("ben", one.id)
        with pytest.raises(LookupError):
            call("ana", "nothing")


def test_what_cannot_be_checked_says_why(checks: Checks, told: Told, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(UsageError, match="claims nothing"):
        checks.begin("ana", "Why?")
    with pytest.raises(UsageError, match="20,001 characters"):
        checks.begin("ana", "x" * 20_001)
    monkeypatch.setattr(module, "MOST_WAITING", 1)
    checks.begin("ana", TEXT)
    with pytest.raises(BusyError, match="1 texts"):
        checks.begin("ben", TEXT)
    assert checks.begin("ana", TEXT), "in place of her own"


@pytest.mark.parametrize(("error", "why"), [(LLMError("It is off."), "It is off."), (ValueError("x"), "its log")])
def test_an_error_ends_one_text_and_no_other(checks: Checks, told: Told, error: Exception, why: str) -> None:
    told.error = error
    one = checks.begin("ana", TEXT)
    told.go.set()
    until(lambda: one.over)
    assert one.state == "failed"
    assert why in one.error
    told.error = None
    other = checks.begin("ben", TEXT)
    until(lambda: other.over)
    assert other.state == "done"


def test_the_oldest_give_way(checks: Checks, told: Told, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "MOST_KEPT", 1)
    told.go.set()
    one: Checking = checks.begin("ana", TEXT)
    until(lambda: one.over)
    checks.begin("ana", TEXT)
    with pytest.raises(LookupError):
        checks.get("ana", one.id)


def test_none_begins_after_the_end(checks: Checks, told: Told) -> None:
    one = checks.begin("ana", TEXT)
    told.go.set()
    checks.close()
    assert one.over
    with pytest.raises(BusyError):
        checks.begin("ana", TEXT)
