import asyncio

import pytest

from rag.errors import BusyError
from rag.serving.limits import MOST_NAMES, Rates, Slots
from rag.serving.problems import Problem


def test_a_key_waits_when_its_minute_is_full() -> None:
    now = 0.0
    rates = Rates(clock=lambda: now)
    for _ in range(3):
        rates.count("a", 3)
    now = 12.0
    with pytest.raises(Problem) as told:
        rates.count("a", 3)
    assert (told.value.kind, told.value.retry_after) == ("rate", 49)
    rates.count("b", 3)
    now = 60.0
    rates.count("a", 3)


def test_several_workers_share_a_keys_minute() -> None:
    rates = Rates(share=2, clock=lambda: 0.0)
    rates.count("a", 4)
    rates.count("a", 4)
    with pytest.raises(Problem, match="4 times a minute"):
        rates.count("a", 4)
    for number in range(MOST_NAMES + 10):
        rates.count(str(number), 1)
    assert len(rates._by) == MOST_NAMES


def test_too_many_questions_are_turned_away_and_no_turn_is_lost() -> None:
    async def play() -> list[str]:
        slots, gate, told = Slots(1, 1, 0.05), asyncio.Event(), []

        async def ask(name: str) -> None:
            try:
                async with slots.one():
                    await gate.wait()
                    told.append(f"{name} done")
            except BusyError as error:
                told.append(f"{name} {error}")

        first = asyncio.ensure_future(ask("first"))
        await asyncio.sleep(0)
        second = asyncio.ensure_future(ask("second"))  # waits, and is told so when its time is over
        await asyncio.sleep(0)
        await ask("third")
        await second
        gone = asyncio.ensure_future(ask("gone"))
        await asyncio.sleep(0)
        gone.cancel()
        gate.set()
        await first
        await ask("last")
        assert slots.waiting == 0
        return told

    assert asyncio.run(play()) == [
        "third the server is busy: ask again in a moment",
        "second the server was busy for 0.05 s: ask again in a moment",
        "first done",
        "last done",
    ]
