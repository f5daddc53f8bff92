from threading import Event

from rag.engine import Engine


def test_the_claims_of_a_real_text_come_one_after_the_other(engine: Engine) -> None:
    text = "32 Cubans died in the raid. The moon is made of cheese."
    steps = list(engine.check_steps(text))
    assert [len(step.claims) for step in steps] == [1, 2]
    whole = engine.check(text)
    assert (whole.claims, whole.citations) == (steps[-1].claims, steps[-1].citations)
    stop = Event()
    stop.set()
    assert engine.check(text, stop=stop).claims == ()
