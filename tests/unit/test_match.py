import pytest

from rag import match


@pytest.mark.parametrize(
    ("question", "kind"),
    [
        ("How many Cubans died?", "number"),
        ("how much is it worth", "number"),
        ("What is the population of Havana?", "number"),
        ("When was the raid?", "when"),
        ("In which year was it founded?", "when"),
        ("Who is the minister?", "who"),
        ("Which country may replace it?", "where"),
        ("Why did he refuse?", "why"),
        ("What did he say?", "other"),
    ],
)
def test_kind(question: str, kind: str) -> None:
    assert match.kind(question) == kind


@pytest.mark.parametrize(
    ("question", "sentence", "holds"),
    [
        ("How many died?", "32 personnel were killed.", True),
        ("How many died?", "Dozens were killed.", True),
        ("How many died?", "Many were killed on January 3, 2026.", False),
        ("How many of the 32 were named?", "The 32 were mourned.", False),
        ("When was it?", "The raid came on January 3.", True),
        ("When was it?", "The raid was short.", False),
        ("Who leads Cuba?", "Cuba is led by Miguel Díaz-Canel.", True),
        ("Who leads Cuba?", "Cuba has a leader.", False),
        ("Which country could help?", "Mexico could.", True),
        ("Which country could help?", "It could.", False),
        ("Why did it end?", "It ended because of rain.", True),
        ("Why did it end?", "It ended.", False),
    ],
)
def test_holds_kind(question: str, sentence: str, holds: bool) -> None:
    assert match.holds_kind(question, sentence) is holds


@pytest.mark.parametrize(
    ("question", "sentence", "opposes"),
    [
        ("Why did he accept the deal?", "He rejected the deal.", True),
        ("Why did he reject the deal?", "He rejected the deal.", False),
        ("Did he accept the deal?", "He rejected the deal.", False),
        ("Who did not sign?", "Ana signed the letter.", True),
        ("Who did not sign?", "Ana never signed the letter.", False),
        ("Who didn't sign?", "Ana signed the letter.", True),
    ],
)
def test_opposes(question: str, sentence: str, opposes: bool) -> None:
    assert match.opposes(question, sentence, sentence) is opposes


def test_a_word_that_the_passage_also_says_is_not_opposed() -> None:
    assert not match.opposes("Who accepted?", "He rejected it.", "He rejected it. She accepted it.")
