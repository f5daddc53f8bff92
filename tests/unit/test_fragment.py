import pytest

from rag.conversation.fragment import complete, frame
from rag.conversation.substitute import about, replaced


@pytest.mark.parametrize(
    ("question", "parts"),
    [
        ("What did Trump say about oil?", ("What", "object", "did", "Trump", "say")),
        ("Did the old government react?", ("", "none", "Did", "the old government", "react")),
        ("Who was captured with him?", ("Who", "subject", "was", "", "")),
        ("Who leads Chile?", ("Who", "subject", "", "", "")),
        ("Who is the minister?", ("Who", "copula", "is", "", "")),
        ("And in which city was Ann born?", ("in which city", "adverb", "was", "Ann", "born")),
        ("How many barrels is Chile giving up?", ("How many barrels", "object", "is", "Chile", "giving")),
    ],
)
def test_a_question_is_taken_apart(question: str, parts: tuple[str, ...]) -> None:
    found = frame(question)
    assert found
    assert (found.asked, found.gap, found.auxiliary, found.subject, found.verb) == parts


@pytest.mark.parametrize("text", ["", "?", "Tell me a joke.", "population of Chile", "why", "who", "did"])
def test_what_is_no_question_of_a_known_form(text: str) -> None:
    assert frame(text) is None
    assert complete("when?", text, "") is None


@pytest.mark.parametrize(
    "fragment", ["When did it start?", "What happened there", "In which country is it spoken?", "Mexico", "", "and"]
)
def test_a_question_with_a_verb_is_no_fragment(fragment: str) -> None:
    assert complete(fragment, "Why did the nurses strike?", "") is None


@pytest.mark.parametrize(
    ("question", "focus", "expected"),
    [
        ("Who captured Juan Paz?", "the army", "Why was it that the army captured Juan Paz?"),
        ("Who captured Juan Paz?", "", "Why was it that someone captured Juan Paz?"),
        ("Which town burned?", "", "Why was it that the town burned?"),
        ("What did Ann do for the poor?", "", "Why did Ann do that for the poor?"),
        ("Which bank did Ann rob in Leeds?", "", "Why did Ann rob the bank in Leeds?"),
        ("What did Ann announce about gas?", "", "Why did Ann announce something about gas?"),
        ("What did Ann call the bank?", "", "Why did Ann call the bank?"),
        ("How much is the deal worth?", "", "Why is the deal worth that much?"),
        ("Could Norway sell gas?", "", "Why could Norway sell gas?"),
    ],
)
def test_why(question: str, focus: str, expected: str) -> None:
    assert complete("Why?", question, focus) == expected


@pytest.mark.parametrize(
    ("fragment", "named"),
    [
        ("What about Mexico?", "Mexico"),
        ("and the second raid?", "the second raid"),
        ("And in 2025?", "in 2025"),
        ("How about selling it?", None),
        ("what about if I am ill?", None),
        ("Mexico?", None),
        ("And Mexico.", None),
        ("And does Mexico?", None),
        ("What about Ann? Is she ill?", None),
    ],
)
def test_what_a_fragment_names(fragment: str, named: str | None) -> None:
    assert about(fragment) == named


@pytest.mark.parametrize(
    ("question", "new", "expected"),
    [
        ("When was Ann's house sold?", "Bob", "When was Bob's house sold?"),
        ("Who won in Spain?", "Portugal", "Who won in Portugal?"),
        ("Who won in Spain?", "Ann Lee", None),
        ("How many men died on Monday?", "women", "How many women died on Monday?"),
        ("Why did it rain in Leeds?", "in York", "Why did it rain in York?"),
        ("Why did it rain in Leeds?", "on Monday", "Why did it rain in Leeds on Monday?"),
        ("Why did it rain?", "York", None),
    ],
)
def test_another_thing_in_the_same_question(question: str, new: str, expected: str | None) -> None:
    assert replaced(question, new) == expected


def test_after_a_request_to_tell() -> None:
    assert complete("When?", "Tell me about the ceasefire.", "") == "When was the ceasefire?"
    assert complete("And where?", "Describe the floods of 1953.", "") == "Where were the floods of 1953?"
    assert complete("Who?", "Tell me about the ceasefire.", "") is None
