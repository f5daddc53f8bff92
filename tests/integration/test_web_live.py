from rag.config import Config
from rag.engine import Engine
from tests.unit.test_web_live import live


def test_an_answer_begun_before_a_swap_is_ended_by_the_old_engine(own: Config) -> None:
    held, _, new = live(Engine.open(config=own), Engine.open(config=own))
    with held.engine() as engine:
        stream = engine.stream("How many Cubans died in the raid?")
        next(stream)
        held.swap(new)
        *_, answer = stream
    assert getattr(answer, "outcome", None) == "answered"
    held.close()
