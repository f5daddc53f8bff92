from decimal import Decimal

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from rag.english.amounts import amounts
from rag.english.guards import against, misstated

CASES = """
Did prices rise 15 percent? | Prices rose 1.5 percent. | - no
Did prices rise 15 percent? | Prices rose 15%. | yes -
Did prices rise 15 percent? | Prices rose 15 percentage points. | - no
Did prices rise 1.5 percent? | Prices rose 1,5 percent. | yes -
Did the police kill two men? | The police killed thirty-two men. | - no
Did the police kill thirty-two men? | The police killed 32 men. | yes -
Did she earn 5 dollars? | She earned 5 billion dollars. | - no
Did she earn 5 million dollars? | She earned 5 billion dollars. | - no
Did she earn 5 billion dollars? | She earned $5bn. | yes -
Did she earn 5 billion dollars? | She earned €5bn. | - no
Is the pipeline 1,230 miles long? | The pipeline is 1,230 km long. | - no
Is the pipeline 1,230 kilometres long? | The pipeline is 1,230 km long. | yes -
Was it -5 degrees? | It was 5 degrees. | - no
Did 12 sailors die? | 12 soldiers died. | - no
Did 12 sailors die? | At least 12 sailors died. | - -
Did at least 12 sailors die? | Fifteen sailors died. | yes -
Did at least 12 sailors die? | At most 12 sailors died. | - -
Did 15 sailors die? | At least 12 sailors died. | - -
Did 10 sailors die? | At least 12 sailors died. | - no
Did at most 12 sailors die? | Twelve sailors died. | yes -
Did more than 12 sailors die? | 12 sailors died. | - no
Did more than 12 sailors die? | 15 sailors died. | yes -
Did fewer than 12 sailors die? | Up to 11 sailors died. | yes -
Did 12 sailors die? | About 12 sailors died. | - -
Did about 12 sailors die? | About 12 sailors died. | yes -
Did one sailor die? | Two sailors died. | - no
Did 5 of the 12 sailors die? | 5 of the 15 sailors died. | - no
Did he win anything? | He won nothing. | - no
Did he win anything? | He won a prize. | yes no
Did anyone come? | Nobody came. | - no
Did anyone come? | No one came. | - no
Did he come? | He never came. | - no
Did he come? | He hardly came. | - no
Did he come? | He refused to come. | - no
Did he come? | He did not refuse to come. | - no
Did he refuse to come? | He refused to come. | yes -
Did he refuse to come? | He came. | - no
Did he not come? | He came. | - no
Didn't he come? | He came. | yes -
Did he come? | He not only came but won. | yes -
Did he come? | He came, but Ana did not. | yes -
Did all the sailors survive? | The sailors survived. | - no
Did all the sailors survive? | All the sailors survived. | yes -
Did the sailors survive? | Some of the sailors survived. | - no
Did the sailors survive? | Few sailors survived. | - no
Did the sailors survive? | None of the sailors survived. | - no
Did some of the sailors survive? | All of the sailors survived. | yes -
Did any sailors survive? | Some sailors survived. | yes -
Did most sailors survive? | Some sailors survived. | - no
Did most sailors survive? | All sailors survived. | yes -
Did only women vote? | Women voted. | - no
Did every state vote? | Most states voted. | - no
Is she the first mayor? | She is the second mayor. | - no
Was it in May? | It was in June. | - no
Did it start on 3 May 2020? | It started on May 3, 2020. | yes -
Did it start on 3 May 2020? | It started on May 4, 2020. | - no
Did it start on 3 May 2020? | It started on May 3, 2021. | - no
Did 2000 men die? | Men died in 2000. | - no
Did 3 men come in May? | Men came on 3 May. | - no
Did it start in 1939? | The 1939 invasion started it. | yes -
Did he come in 2003? | In 2003 soldiers saw he came. | yes -
Did it start in May 2020? | It started in May 2021. | - no
Did it start before 2020? | It started in 2019. | yes -
Did it start before 2020? | It started in 2021. | - no
Did it start before the war? | It started after the war. | - no
Did prices rise? | Prices fell. | - no
Did Ana Silva come? | Ben Costa came. | - -
Did Ana Silva come? | Ana Silva came. | yes -
Did the WHO approve it? | The WHO approved it. | yes -
Did the WHO approve it? | The union approved it. | - -
Was PPR-9087 certified? | PPR-9078 was certified. | - -
Was PPR-9087 certified? | PPR-9087 was certified. | yes -
Did the union meet Theresa May? | The union may meet Theresa. | - no
"""


@pytest.mark.parametrize("case", CASES.strip().splitlines())
def test_what_a_sentence_may_decide(case: str) -> None:
    question, sentence, allowed = case.split(" | ")
    yes, no = (against(question, sentence, verdict) is None for verdict in ("yes", "no"))
    assert f"{'yes' if yes else '-'} {'no' if no else '-'}" == allowed


def test_the_context_shows_the_comma() -> None:
    question, sentence = "Is the deficit 1500 million?", "The deficit is 1.500 million."
    assert against(question, sentence, "yes"), "in English it is one and a half"
    assert against(question, sentence, "yes", "Inflation was 2,5 percent. The deficit is 1.500 million.") is None


def test_the_context_names_whom_it_is_about_and_the_year() -> None:
    assert against("Did Ana Silva come?", "She came.", "yes")
    assert against("Did Ana Silva come?", "She came.", "yes", "Ana Silva") is None
    assert against("Did he come in 2020?", "He came in May.", "yes", "The summer of 2020.") is None
    assert against("Did he come in 2020?", "He came in 2021.", "yes", "The summer of 2020.")
    assert against("Did 12 men come?", "Men came.", "yes", "12 men"), "a count must be the sentence's own"


def test_a_reason_quotes_both() -> None:
    reason = against("Did more than 12 men die?", "About 10 men died.", "yes")
    assert reason == 'it says "About 10 men", not "more than 12 men"'


NUMBERS = st.integers(1, 10**7)
POINTS = st.decimals(0, 1000, places=2).map(Decimal.normalize)
SCALES = ("", " thousand", " million", " billion")
UNITS = (" percent", " dollars", " euros", " tonnes", " men", " km")
VERBS = (("rise by", "rose by"), ("earn", "earned"), ("lose", "lost"))


@given(POINTS, POINTS, st.sampled_from(SCALES), st.sampled_from(SCALES), st.sampled_from(UNITS), st.sampled_from(UNITS))
def test_another_number_scale_or_unit_gets_no_yes(
    one: Decimal, other: Decimal, scale: str, other_scale: str, unit: str, other_unit: str
) -> None:
    assume(one > 0 and other > 0)
    question = f"Did the firm lose {one:f}{scale}{unit}?"
    sentence = f"The firm lost {other:f}{other_scale}{other_unit}."
    (wanted,), (given_,) = amounts(question), amounts(sentence)
    same = wanted.item.number == given_.item.number and unit == other_unit
    assert (against(question, sentence, "yes") is None) == same
    assert (against(question, sentence, "no") is not None) == same


@given(NUMBERS, NUMBERS, st.sampled_from(("more than", "at least", "fewer than", "at most")))
def test_a_bound_is_kept(one: int, other: int, bound: str) -> None:
    holds = {"more than": other > one, "at least": other >= one, "fewer than": other < one, "at most": other <= one}
    question, sentence = f"Did {bound} {one:,} men come?", f"{other:,} men came."
    assert (against(question, sentence, "yes") is None) == holds[bound]
    assert against(f"Did {one:,} men come?", f"{bound.capitalize()} {one:,} men came.", "yes")


DENIALS = (
    "The {who} did not {verb} the {what}.",
    "The {who} never {past} the {what}.",
    "The {who} didn't {verb} the {what}.",
    "No {who} {past} the {what}.",
    "Neither the {who} nor the mayor {past} the {what}.",
    "The {who} refused to {verb} the {what}.",
    "The {who} failed to {verb} the {what}.",
    "None of the {who}s {past} the {what}.",
    "The {who} {past} none of the {what}.",
    "The {who} hardly {past} the {what}.",
    "Nobody of the {who}s {past} the {what}.",
    "The {who} is unable to {verb} the {what}.",
)
WHO, WHAT = st.sampled_from(("senator", "union", "court")), st.sampled_from(("bill", "offer", "plan"))
DONE = st.sampled_from((("sign", "signed"), ("support", "supported"), ("pass", "passed")))


@given(st.sampled_from(DENIALS), WHO, DONE, WHAT)
def test_a_denial_gets_no_yes(form: str, who: str, verb: tuple[str, str], what: str) -> None:
    sentence = form.format(who=who, verb=verb[0], past=verb[1], what=what)
    question = f"Did the {who} {verb[0]} the {what}?"
    assert against(question, sentence, "yes")
    assert against(question, sentence, "no") is None
    assert against(question, f"The {who} {verb[1]} the {what}.", "yes") is None
    assert against(question, f"The {who} {verb[1]} the {what}.", "no")


ALL, PART = (
    ("all", "every one of", "both", "only"),
    ("some of", "most of", "half of", "few of", "none of", "not all of"),
)


@given(st.sampled_from(ALL), st.sampled_from(PART), WHO)
def test_what_is_said_of_a_part_is_not_said_of_all(whole: str, part: str, who: str) -> None:
    assert against(f"Did {whole} the {who}s come?", f"{part.capitalize()} the {who}s came.", "yes")
    assert against(f"Did the {who}s come?", f"{part.capitalize()} the {who}s came.", "yes")
    assert against(f"Did {whole} the {who}s come?", f"The {who}s came.", "yes")
    assert against(f"Did {whole} the {who}s come?", f"{whole.capitalize()} the {who}s came.", "yes") is None


@pytest.mark.parametrize(
    ("question", "passage", "said"),
    [
        ("When was inflation 25 percent?", "Inflation was 2.5 percent in May.", True),
        ("When was inflation 2.5 percent?", "Inflation was 2.5 percent in May.", False),
        ("Who sold 40 ships?", "Ana Lee sold 14 ships.", True),
        ("Who sold 14 ships?", "Ana Lee sold fourteen ships.", False),
        ("Who spoke on 3 January?", "Ana Lee spoke on 5 January.", False),
        ("Who wore the 7?", "Ana Lee wore the 9.", False),
    ],
)
def test_a_number_that_a_question_takes_for_granted_and_the_sentence_gives_otherwise(
    question: str, passage: str, *, said: bool
) -> None:
    assert misstated(question, passage, passage) is said
