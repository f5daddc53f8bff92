import pytest

from rag import clock
from rag.clock import Clock


class Hands:
    """The time, moved by hand."""

    def __init__(self) -> None:
        self.seconds = 100.0

    def perf_counter(self) -> float:
        return self.seconds


@pytest.fixture
def hands(monkeypatch: pytest.MonkeyPatch) -> Hands:
    found = Hands()
    monkeypatch.setattr(clock, "time", found)
    return found


def test_a_stage_counts_what_happens_inside_it_each_time(hands: Hands) -> None:
    of_all = Clock()
    for _ in range(2):
        with of_all.time("read"):
            hands.seconds += 0.25
        hands.seconds += 1
    assert of_all.timings() == {"read": 500.0, "total": 2500.0}


def test_stopped_it_counts_to_no_stage_and_not_to_all(hands: Hands) -> None:
    of_all = Clock()
    with of_all.time("write"):
        hands.seconds += 0.5
        with of_all.stopped():
            hands.seconds += 3600
        hands.seconds += 0.5
    with of_all.stopped():
        hands.seconds += 3600
    assert of_all.timings() == {"write": 1000.0, "total": 1000.0}
