import asyncio
from collections.abc import Generator
from contextlib import aclosing
from threading import Event

import pytest

from rag.errors import BusyError, UsageError
from rag.serving import limits
from rag.serving.limits import Door, Slots, in_turns


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


SOON = 300


def test_a_question_waits_for_a_piece_of_long_work_not_for_all() -> None:
    async def play() -> list[str]:
        slots, told, waits = Slots(1, 9, SOON), [], Event()
        loop, questions = asyncio.get_running_loop(), set()

        async def ask() -> None:
            waits.set()
            async with slots.one():
                told.append("a question")

        def work() -> Generator[int, None, None]:
            for number in range(4):
                told.append(f"piece {number}")
                if number == 1:  # who asks in the midst of it is next
                    loop.call_soon_threadsafe(lambda: questions.add(asyncio.ensure_future(ask())))
                    assert waits.wait(SOON)
                yield number

        async with slots.many() as turn:
            assert [piece async for piece in in_turns(turn, work())] == [0, 1, 2, 3]
        await asyncio.gather(*questions)
        return told

    assert asyncio.run(play()) == ["piece 0", "piece 1", "a question", "piece 2", "piece 3"]


def test_long_work_waits_for_long_work_and_is_turned_away_in_the_end(monkeypatch: pytest.MonkeyPatch) -> None:
    async def play() -> None:
        slots = Slots(1, 9, 0.05)
        async with slots.many():
            with pytest.raises(BusyError, match=r"busy for 0\.05 s"):
                async with slots.many():
                    raise AssertionError("two at a time")
            async with slots.one():  # a question is not kept waiting by it
                pass
        async with slots.many() as turn, turn():
            pass

    monkeypatch.setattr(limits, "PATIENCE", 1)
    asyncio.run(play())


def test_who_leaves_or_fails_ends_the_work_and_gives_its_turn_back() -> None:
    ended = []

    def work(wrong: Exception | None = None) -> Generator[int, None, None]:
        try:
            yield 1
            if wrong:
                raise wrong
            yield 2
        finally:
            ended.append(True)

    async def play() -> None:
        slots = Slots(1, 9, SOON)
        async with slots.many() as turn:
            async with aclosing(in_turns(turn, work())) as pieces:
                assert await anext(pieces) == 1
            assert ended == [True]
            with pytest.raises(UsageError, match="no claim"):
                assert [piece async for piece in in_turns(turn, work(UsageError("no claim")))]
            assert ended == [True, True]
            async with turn():
                pass

    asyncio.run(play())


def test_a_server_that_ends_waits_for_what_is_under_way() -> None:
    async def play() -> None:
        door = Door()
        door.inside = 1
        await door.drain(0.01)  # not for ever
        assert door.closed
        ending = asyncio.ensure_future(door.drain(SOON))
        await asyncio.sleep(0.1)
        assert not ending.done()
        door.inside = 0
        await ending

    asyncio.run(play())
