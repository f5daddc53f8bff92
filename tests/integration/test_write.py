from dataclasses import replace
from pathlib import Path

import pytest

from rag.cli import main as cli
from rag.config import Config
from rag.engine import Engine
from rag.errors import LLMError, UsageError
from rag.evaluation.ask import ask_all
from rag.evaluation.gold import Question
from rag.index.opened import Index
from rag.schema import Answer, Dropped, Progress, Retrieved, Turn
from tests.unit.test_write import Scripted

ASKED = "Who is Cuba's foreign minister?"


def engine_with(config: Config, llm: Scripted) -> Engine:
    return Engine(Index.open(config.index, threads=1, load=True), config, llm)


def test_an_engine_streams_each_claim_and_then_the_answer(config: Config, engine: Engine) -> None:
    plain = engine.ask(ASKED)
    with engine_with(
        config, Scripted("Bruno Rodríguez is Cuban Foreign Minister. [1]\nHe is 99 years old. [1]")
    ) as own:
        events = list(own.stream(ASKED))
    assert [type(event) for event in events] == [Retrieved, Progress, Answer]
    answer, progress = events[-1], events[1]
    assert isinstance(answer, Answer)
    assert isinstance(progress, Progress)
    assert answer.claims == progress.claims
    assert [claim.text for claim in answer.claims] == ["Bruno Rodríguez is Cuban Foreign Minister."]
    assert answer.citations == plain.citations, "the quote is the reader's"
    assert (answer.short_answer, answer.confidence) == (plain.short_answer, plain.confidence)
    assert answer.dropped == (Dropped("He is 99 years old.", "the number 99 is not in the quote"),)
    assert (answer.model["llm"], answer.warnings) == ("scripted", ())
    assert "write" in answer.timings_ms


def test_an_llm_that_fails_leaves_the_quotes_and_a_warning(config: Config, engine: Engine) -> None:
    plain = engine.ask(ASKED)
    llm = Scripted("Bruno Rodríguez is Cuban Foreign Minister. [1]\n", error=LLMError("the LLM at x did not answer"))
    with engine_with(config, llm) as own:
        answer = own.ask(ASKED)
    assert answer.warnings == ("the LLM at x did not answer; the answer is quotes alone",)
    assert (answer.claims, answer.citations) == (plain.claims, plain.citations)
    assert answer.model["llm"] is None


@pytest.mark.parametrize("written", ["He is 99 years old. [1]", ""])
def test_an_answer_of_quotes_alone_names_no_llm(config: Config, engine: Engine, written: str) -> None:
    plain = engine.ask(ASKED)
    with engine_with(config, Scripted(written)) as own:
        answer = own.ask(ASKED)
    assert (answer.claims, answer.model) == (plain.claims, plain.model)


def test_no_llm_hears_of_a_refused_question(config: Config, engine: Engine) -> None:
    llm = Scripted("Havana has 2 million people. [1]")
    with engine_with(config, llm) as own:
        answer = own.ask("What is the population of Havana?")
    assert llm.prompts == []
    plain = engine.ask("What is the population of Havana?")
    assert answer == replace(plain, timings_ms=answer.timings_ms)


@pytest.mark.parametrize("question", ["", "x" * 3000, "half \ud800"])
def test_no_llm_hears_of_what_is_no_question(config: Config, question: str) -> None:
    llm = Scripted("Who?")
    with engine_with(config, llm) as own, pytest.raises(UsageError):
        own.ask(question, [Turn(ASKED, "Bruno Rodríguez")])
    assert llm.prompts == []


def test_an_llm_says_what_a_follow_up_asks_and_the_rules_do_where_it_names_what_nobody_did(config: Config) -> None:
    history = [Turn(ASKED, "Bruno Rodríguez is Cuban Foreign Minister.")]
    for written in ("What post does Bruno Rodríguez hold?", "What post does Vladimir Putin hold?", "He is well."):
        with engine_with(config, Scripted(written)) as own:
            answer = own.ask("What post does he hold?", history)
        assert answer.standalone == "What post does Bruno Rodríguez hold?"
    failing = Scripted("", error=LLMError("the LLM at x did not answer"))
    with engine_with(config, failing) as own:
        answer = own.ask("What post does he hold?", history)
    assert answer.standalone == "What post does Bruno Rodríguez hold?"
    assert answer.warnings[0] == "the LLM at x did not answer; what the question stands for is found by rule"


def test_the_eval_and_the_command_line_take_such_an_engine(
    config: Config, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    question = Question("q", "who", ASKED, answerable=True, answers=(("Bruno Rodríguez",),))
    with engine_with(config, Scripted("Bruno Rodríguez is Cuban Foreign Minister. [1]")) as own:
        (result,) = ask_all(own, {"g": [question]}, scoped=False, progress=False).results
    assert (result.outcome, result.passed) == ("answered", True)
    assert result.figures["alce_recall_lexical"] == result.figures["alce_precision_lexical"] == 1
    monkeypatch.chdir(tmp_path)
    failing = Scripted("", error=LLMError("the LLM at x did not answer"))
    monkeypatch.setattr(cli, "_engine", lambda config: engine_with(config, failing))
    assert cli.main(["ask", ASKED, "--index", config.index]) == 0
    told = capsys.readouterr()
    assert "rag: the LLM at x did not answer; the answer is quotes alone" in told.err
    assert "did not answer" not in told.out
