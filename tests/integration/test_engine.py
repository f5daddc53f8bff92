import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any, TypeVar

import pytest

import rag
from rag import clock
from rag.config import Config
from rag.engine import Engine, Options
from rag.errors import UsageError
from rag.reading.selection import Selected
from rag.schema import Answer, Retrieved, Turn
from tests.unit.test_write import Scripted


def test_stream_tells_what_was_found_and_then_the_answer(engine: Engine) -> None:
    found, answer = engine.stream("Who is Cuba's foreign minister?")
    assert isinstance(found, Retrieved)
    assert isinstance(answer, Answer)
    assert answer == replace(engine.ask("Who is Cuba's foreign minister?"), timings_ms=answer.timings_ms)


T = TypeVar("T")


class Paused:
    """The time, and an hour more for each pause of whoever reads."""

    hours = 0

    def perf_counter(self) -> float:
        return time.perf_counter() + 3600 * self.hours

    def between(self, items: Iterator[T]) -> list[T]:
        """Return what a stream gives to a reader who takes an hour over each event."""
        found = []
        for item in items:
            self.hours += 1
            found.append(item)
        return found


@pytest.mark.parametrize(("question", "events"), [("Who is Cuba's foreign minister?", 3), ("Hello!", 2)])
def test_no_stage_counts_what_the_reader_of_a_stream_does_between_its_events(
    engine: Engine, monkeypatch: pytest.MonkeyPatch, question: str, events: int
) -> None:
    pauses = Paused()
    monkeypatch.setattr(clock, "time", pauses)
    own = Engine(engine.index, engine.config, Scripted("Bruno Rodríguez is Cuban Foreign Minister. [1]"), engine.reader)
    *_, answer = found = pauses.between(own.stream(question))
    assert isinstance(answer, Answer)
    assert len(found) == events
    assert max(answer.timings_ms.values()) < 1000 * 3600


def test_nor_does_a_check(engine: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    pauses = Paused()
    monkeypatch.setattr(clock, "time", pauses)
    first, last = pauses.between(engine.check_steps("Bruno Rodríguez is Cuban Foreign Minister. He is 99 years old."))
    assert max(*first.timings_ms.values(), *last.timings_ms.values()) < 1000 * 3600


def test_white_space_does_not_matter(engine: Engine) -> None:
    answer = engine.ask("  Who is\n Cuba's  foreign minister? ")
    assert answer.standalone == "Who is Cuba's foreign minister?"
    assert answer.citations == engine.ask("Who is Cuba's foreign minister?").citations


def test_a_follow_up_is_read_standing_alone(engine: Engine) -> None:
    history = [Turn("Who is Cuba's foreign minister?", "Cuban Foreign Minister Bruno Rodríguez reinforced the stance.")]
    answer = engine.ask("How did he describe American behaviour?", history)
    assert answer.question == "How did he describe American behaviour?"
    assert answer.standalone == "How did Bruno Rodríguez describe American behaviour?"


def test_a_follow_up_is_looked_for_with_the_question_before_it(engine: Engine) -> None:
    history = [Turn("What is the relationship between Cuba and Venezuela?", "")]
    alone, after = (next(engine.stream("Who is Cuba's foreign minister?", said)) for said in ((), history))
    assert isinstance(alone, Retrieved)
    assert isinstance(after, Retrieved)
    assert alone.standalone == after.standalone
    assert [hit.score for hit in after.hits] != [hit.score for hit in alone.hits]
    assert len(after.hits) == len(alone.hits)
    elsewhere = next(engine.stream("Who is Cuba's foreign minister?", [Turn("Where does rain come from?", "Clouds.")]))
    assert isinstance(elsewhere, Retrieved)
    assert elsewhere.hits == alone.hits


def test_what_about_another_thing_is_answered_with_what_speaks_of_it(engine: Engine) -> None:
    history = [Turn("Who was captured with Nicolás Maduro?", "His wife, Cilia Flores.")]
    answer = engine.ask("What about Mexico?", history)
    assert answer.standalone == "What about Mexico?"
    assert answer.claims
    assert all("Mexico" in claim.text for claim in answer.claims)
    assert answer.short_answer is None
    refused = engine.ask("And Hugo Chávez?", history)
    assert refused.standalone == "Who was captured with Hugo Chávez?"
    assert refused.outcome == "refused"


def test_a_question_may_want_otherwise_than_the_settings(engine: Engine) -> None:
    question = "Who is the president of Cuba?"
    whole = engine.ask(question)
    assert len(whole.citations) > 2
    for length, most in (("sentence", 1), ("short", 2), ("all", len(whole.citations))):
        answer = engine.ask(question, options=Options(length=length))
        assert answer.citations == whole.citations[:most]
        assert (answer.short_answer, answer.confidence) == (whole.short_answer, whole.confidence)
    surest = engine.ask(question, options=Options(threshold=whole.confidence + 0.001))
    assert (surest.outcome, surest.confidence) == ("refused", whole.confidence)
    assert engine.ask(question, options=Options(threshold=whole.confidence)).outcome == "answered"
    summary = "Summarise it."
    assert len(engine.ask(summary, options=Options(length="sentence")).claims) == 1
    assert len(engine.ask("Summarise it in 3 sentences.", options=Options(length="sentence")).claims) == 3
    for wrong in (Options(length="brief"), Options(threshold=1.1), Options(threshold=float("nan"))):
        with pytest.raises(UsageError, match="length|threshold"):
            engine.ask(question, options=wrong)
    shorter = Engine(engine.index, replace(engine.config, length="sentence"), reader=engine.reader)
    assert len(shorter.ask(question).citations) == 1
    assert shorter.ask(question, options=Options(length="all")).citations == whole.citations


def test_an_llm_that_one_question_names_words_it_alone(engine: Engine) -> None:
    question = "Who is Cuba's foreign minister?"

    class Says:
        name = "scripted"

        def stream(self, *_: object, **__: object) -> list[str]:
            return ["Bruno Rodríguez is Cuba's foreign minister. [1]"]

    said: Any = Says()
    told = engine.ask(question, options=Options(llm=said))
    assert told.model["llm"] or told.dropped, "it was asked"
    assert engine.ask(question).model["llm"] is None
    worded = Engine(engine.index, engine.config, said, engine.reader)
    assert worded.ask(question).model == told.model
    assert worded.ask(question, options=Options(llm=None)).claims == engine.ask(question).claims


def test_history_is_accepted(engine: Engine) -> None:
    history = [Turn("Who is Cuba's foreign minister?", "Bruno Rodríguez")]
    assert engine.ask("Which country may replace Venezuela's oil?", history).outcome == "answered"


@pytest.mark.parametrize(
    ("question", "message"),
    [
        ("", "the question is empty"),
        (" \n", "the question is empty"),
        ("x" * 100_000, r"the question has 100000 characters: at most 2000 \(max_question_chars\)"),
        ("half \ud800", "not valid Unicode"),
    ],
)
def test_what_is_no_question(engine: Engine, question: str, message: str) -> None:
    with pytest.raises(UsageError, match=message):
        engine.ask(question)
    with pytest.raises(UsageError, match=message):
        engine.search(question)


def test_k_is_at_least_one(engine: Engine) -> None:
    with pytest.raises(UsageError, match="k is -1: the least is 1"):
        engine.search("oil", -1)


def test_the_threshold_is_a_setting(config: Config) -> None:
    with Engine.open(config=replace(config, threshold=1.0)) as never:
        assert never.ask("Who is Cuba's foreign minister?").outcome == "refused"
    with Engine.open(config=replace(config, threshold=0.0)) as always:
        assert always.ask("What is the population of Havana?").outcome == "answered"


def test_nothing_found_is_a_reason_of_its_own(engine: Engine) -> None:
    answer = engine.ask("photosynthesis chlorophyll wavelengths")
    assert (answer.outcome, answer.reason, answer.closest) == ("refused", "nothing_found", ())


def test_the_judge_is_a_witness(engine: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    witnesses: list[Callable[[str, str], float]] = []

    def choose(*given: Any) -> Selected:
        witnesses.append(given[-1])
        return Selected(0.0)

    monkeypatch.setattr("rag.engine.choose", choose)
    engine.ask("Did it rain?")
    denied, said = (
        witnesses[0]("Did it rain in Faro?", told) for told in ("It never rained in Faro.", "It rained in Faro.")
    )
    assert 0 <= said < denied <= 1


def test_from_python_as_the_readme_says(config: Config) -> None:
    with rag.Engine.open(Path(config.index)) as engine:
        answer = engine.ask("Who is Cuba's foreign minister?")
    assert "Bruno Rodríguez" in answer.citations[0].quote


def test_no_such_attribute() -> None:
    with pytest.raises(AttributeError, match="no attribute 'engines'"):
        rag.engines  # noqa: B018
