from decimal import Decimal

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from rag.english.verdict import deniable, verdict

CASES = """
Did the firm lose 46.5 million euros? | The firm lost 46.5 million euros in May. | yes
Did the firm lose 465 million euros? | The firm lost 46.5 million euros in May. | no
Did the firm lose 46.5 billion euros? | The firm lost 46.5 million euros in May. | no
Did the firm lose 46.5 million dollars? | The firm lost 46.5 million euros in May. | no
Did the firm lose 40 million dollars? | The firm lost 46.5 million euros in May. | -
Did prices rise 5 percentage points? | Prices rose 5 percent. | -
Did the ship cost 410 billion euros? | The ship cost 410 million euros, 30 million less than planned. | no
Did the river flood the village? | The river did not flood the village, as had been feared. | no
Did the ship sail in May? | The ship was planned to sail in May. | -
Did the firm lose 46.5 million euros? | The firm won 46.5 million euros and lost a ship. | -
Did the strike last more than three days? | The strike lasted less than three days. | no
Did the strike last less than three days? | The strike lasted less than three days. | yes
Did the strike last three days? | The strike lasted at least two days. | -
Did 12 people die in the fire? | 15 people died in the fire. | no
Did about 12 men die in the fire? | 11 men died in the fire. | -
Did about 12 men die in the fire? | 30 men died in the fire. | no
Did wages grow more slowly than prices? | Wages grew more slowly than prices. | yes
Did women outnumber men in every province? | Women outnumbered men in every province but Kamen. | -
Were all members taken back? | All members were taken back but three. | -
Was the guard dismissed? | The guard, Milo Jansen, was asleep and was dismissed. | yes
Has the terminal reopened? | The terminal was flooded in 2019 and has not reopened. | no
Was anybody hurt? | Nobody was hurt, but 600 farmers left. | no
Were any people hurt? | No one was hurt. | no
Did the members pay the fee? | None of the members paid the fee. | no
Have the paintings been found? | None of the paintings has been found. | no
Did Ana beat Ben? | Ben was beaten by Ana in Rome. | yes
Was Ben beaten by Ana? | Ana beat Ben in Rome. | yes
Did Ben beat Ana? | Ben was beaten by Ana in Rome. | -
Was Ana beaten by Ben? | Ana beat Ben in Rome. | -
Did the firm cut 40 jobs? | The firm cut 40 jobs in May, and may cut 60 more by June. | yes
Did the firm cut 60 jobs? | The firm cut 40 jobs in May, and may cut 60 more by June. | no
Did Ben vote against the closure? | Ben voted for the closure; Ana voted against it. | -
Did Ben vote for the closure? | Ben voted against the closure; Ana voted for it. | -
Did Ben vote against the closure? | Ben voted against the closure; Ana voted for it. | yes
Did the bank raise its rate? | The bank lowered its rate. | no
Did Ben sell the ship? | Ana said Ben came and sold the ship. | -
Did Ana buy the house? | Ana did not sell the ship and buy the house. | -
"""


@pytest.mark.parametrize("case", CASES.strip().splitlines())
def test_what_a_sentence_says(case: str) -> None:
    question, sentence, expected = case.split(" | ")
    assert (verdict(question, sentence) or "-") == expected


ROLES = """
Is Ben Costa the director of the museum? | The museum's director, Ana Silva, thanked the guard, Ben Costa. | no
Is Ben Costa the owner of the ship? | The ship sank. Its owner, Ana Silva, was told by Ben Costa. | no
Is Ben Costa the governor? | Governor Ana Silva met Ben Costa. | no
Is Ben Costa the chief engineer of Norline? | Ana Silva, Norline's chief engineer, met Ben Costa. | no
Is Ben Costa the owner of the house? | The ship sank. Its owner, Ana Silva, was told by Ben Costa. | -
Is Ben Costa the governor? | Former governor Ana Silva met Ben Costa. | -
Is Ben Costa the governor? | Deputy Governor Ana Silva met Ben Costa. | -
Is Ben Costa a director of the museum? | The museum's director, Ana Silva, thanked Ben Costa. | -
Is Ben Silva the governor? | Governor Ana Silva was ill. | -
Is Ben Costa the governor? | Governor Ana Silva was ill. | -
Is Ben Costa the mayor? | The mayor, Ana Silva, resigned. Ben Costa is the new mayor. | -
Was Ben Costa the mayor? | The mayor, Ana Silva, met Ben Costa. | -
"""


@pytest.mark.parametrize("case", ROLES.strip().splitlines())
def test_a_role_that_one_person_has_is_no_other_s(case: str) -> None:
    question, text, expected = case.split(" | ")
    sentence = next(part for part in text.split(". ") if "Ana" in part).rstrip(".") + "."
    assert (verdict(question, sentence, text) or "-") == expected


def test_a_denial_of_another_in_the_same_passage_is_no_denial() -> None:
    text = "The founder, Ben Costa, never supported the deal. The owner, Ana Silva, did."
    assert deniable("Did Ana Silva support the deal?", text.split(". ")[0] + ".", text) is None
    assert deniable("Did Ana Silva support the new deal?", "She never supported the new deal.", text) is not None


DENIABLE = """
Did Ana come? | Ana was ill, and did not come. | Ana did not come.
Did Ana come? | Ana may not come. |
Did Ana come? | Ben said Ana did not come. |
Did Ana come? | Ana came. |
Did Ben come? | Ana did not come. |
Did Lunde keep its own clinic? | It treats patients from all towns except Lunde, which kept its own clinic. |
"""


@pytest.mark.parametrize("case", DENIABLE.strip().splitlines())
def test_what_a_judge_may_take_for_a_no(case: str) -> None:
    question, sentence, statement = (part.strip() for part in case.split("|"))
    assert (deniable(question, sentence) or "") == statement


FORMS = (
    ("The firm earned {} in May.", "Did the firm earn {}?"),
    ("The fire, which began in Faro, destroyed {} in May.", "Did the fire destroy {}?"),
    ("Ana Silva, the owner, won {} and left.", "Did Ana Silva win {}?"),
    ("The loss was told by Ana, and the union lost {}.", "Did the union lose {}?"),
)
NUMBERS = st.decimals(1, 900, places=1).map(lambda number: number.normalize())
SCALES = st.sampled_from([("", 0), (" thousand", 3), (" million", 6), (" billion", 9)])
UNITS = st.sampled_from([" euros", " dollars", " houses", " ships"])


@given(st.sampled_from(FORMS), NUMBERS, SCALES, NUMBERS, SCALES, UNITS)
def test_two_values_are_never_one(
    form: tuple[str, str],
    one: Decimal,
    scale: tuple[str, int],
    other: Decimal,
    other_scale: tuple[str, int],
    unit: str,
) -> None:
    text, question = form
    assume(one.scaleb(scale[1]) != other.scaleb(other_scale[1]))
    said, asked = f"{one:f}{scale[0]}{unit}", f"{other:f}{other_scale[0]}{unit}"
    assert verdict(question.format(asked), text.format(said)) != "yes"
    assert verdict(question.format(said), text.format(said)) != "no"


@given(st.integers(2, 900), st.integers(2, 900), st.sampled_from(["at least", "at most", "more than", "fewer than"]))
def test_a_bound_leaves_open_what_it_allows(one: int, other: int, bound: str) -> None:
    allowed = {"at least": other >= one, "at most": other <= one, "more than": other > one, "fewer than": other < one}
    said = verdict(f"Did the storm destroy {other} houses?", f"The storm destroyed {bound} {one} houses in Faro.")
    assert said in ((None,) if allowed[bound] else (None, "no"))


DENIALS = ("did not {verb}", "never {past}", "refused to {verb}", "failed to {verb}")
DEEDS = (("sell", "sold", "the ship"), ("win", "won", "the race"), ("leave", "left", "the club"))
AROUND = ("{}, and Ben Costa came", "{}, but the union agreed", "{}; two men slept", "{} and was fined")


@given(st.sampled_from(DENIALS), st.sampled_from(DEEDS), st.sampled_from(AROUND))
def test_what_is_denied_is_never_affirmed(denial: str, deed: tuple[str, str, str], around: str) -> None:
    verb, past, what = deed
    told = f"{around.format(f'Ana Silva {denial.format(verb=verb, past=past)} {what}')}."
    assert verdict(f"Did Ana Silva {verb} {what}?", told) in (None, "no")
    affirmed = f"{around.format(f'Ana Silva {past} {what}')}."
    assert verdict(f"Did Ana Silva {verb} {what}?", affirmed) == "yes"
