import pytest

from rag.english import polarity


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
    assert polarity.answer_type(question) == kind


@pytest.mark.parametrize(
    ("text", "tells"),
    [
        ("The raid came on January 3.", True),
        ("It was built in the 19th century.", True),
        ("It fell on Monday.", True),
        ("The raid was short.", False),
        ("32 personnel were killed.", False),
    ],
)
def test_tells_date(text: str, tells: bool) -> None:
    assert polarity.tells_date(text) is tells


@pytest.mark.parametrize(
    ("question", "sentence", "opposes"),
    [
        ("Why did he accept the deal?", "He rejected the deal.", True),
        ("Why did he reject the deal?", "He rejected the deal.", False),
        ("Did he accept the deal?", "He rejected the deal.", False),
        ("Who did not sign?", "Ana signed the letter.", True),
        ("Who did not sign?", "Ana never signed the letter.", False),
        ("Who didn't sign?", "Ana signed the letter.", True),
        ("Why did the minister accept the offer?", "The minister refused the offer.", True),
        ("Why did the minister refuse the offer?", "The minister refused the offer.", False),
        ("Why did the minister accept the offer?", "The minister refused to accept the offer.", True),
        ("Why did the minister accept the offer?", "The minister did not accept the offer.", True),
        ("Why did the minister accept the offer?", "The minister has not accepted the offer.", True),
        ("When did the minister accept the offer?", "The minister never accepted the offer.", True),
        ("Why did the minister accept the offer?", "The minister accepted the offer.", False),
        ("Why did the minister accept the offer?", "The minister accepted the offer, not the post.", False),
        ("Why did the minister accept the offer?", "The union refused to pay its members.", False),
        (
            "When did talks between the two governments start?",
            "There are no talks between the governments, the president said.",
            True,
        ),
        ("Who denied the talks?", "The president denied the talks.", False),
        ("Who refused to sign the treaty?", "Norway refused to sign the treaty.", False),
        ("Why did Norway not sign the treaty?", "Norway did not sign the treaty for fear of war.", False),
        ("Why did Norway not sign the treaty?", "Norway refused to sign the treaty.", False),
        ("Which states are unable to vote?", "The states may not vote.", False),
        ("When did the strike end?", "The strike did not end until May.", False),
        ("How long is No. 2 of the set?", "The second of the set is 2 minutes long.", False),
        ("Who bought the rights?", "Jean sold the rights to Ana.", False),
        ("Where did he begin to teach?", "He started to teach in Rome, where he finished the book.", False),
        ("When did the firm pay its workers in Leeds a bonus?", "The firm paid no bonus to Smith.", False),
        ("How did prices change?", "Prices rose.", False),
        ("What may or may not cause a cold?", "A virus causes a cold.", False),
        ("Why did prices rise in May?", "Prices fell in May.", True),
        ("When did the firm pay the fine?", "The firm failed to pay the fine.", True),
        ("When did the firm pay the fine?", "The firm paid the fine without delay.", False),
        ("Who won the race?", "Smith won the race and did not lose a minute.", False),
    ],
)
def test_opposes(question: str, sentence: str, opposes: bool) -> None:
    assert polarity.Premise(question).opposed(sentence, sentence) is opposes


def test_a_word_that_the_passage_also_says_is_not_opposed() -> None:
    assert not polarity.Premise("Who accepted?").opposed("He rejected it.", "He rejected it. She accepted it.")
