import pytest

from rag.engine import Engine
from rag.schema import Turn


def test_after_an_answer_its_quote_is_not_asked_for_again(engine: Engine) -> None:
    question = "How many Cubans died in the raid?"
    answer = engine.ask(question).answer
    repeats = "How many Cuban military and intelligence personnel were killed?"
    assert repeats in engine.suggest(question, n=9)
    assert repeats not in engine.suggest(question, n=9, answer=answer)
    assert repeats not in engine.suggest("Who is Cuba's foreign minister?", [Turn(question, answer)], n=9)


@pytest.mark.parametrize("question", ["", "hello", "What is the population of Havana?"])
def test_every_suggestion_is_answered(engine: Engine, question: str) -> None:
    found = engine.suggest(question)
    assert 1 <= len(found) <= 3
    assert found == engine.suggest(question)
    for item in found:
        answer = engine.ask(item)
        assert (answer.outcome, answer.reason) == ("answered", None)
        assert answer.confidence >= engine.threshold
    history = [Turn(found[0], "…")]
    assert found[0] not in engine.suggest(question, history)
