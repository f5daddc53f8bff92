import pytest

from rag.conversation.questions import questions

MADE = {
    "Cuban Foreign Minister Bruno Rodríguez condemned the raid.": [
        "What did Bruno Rodríguez condemn?",
        "Who is Cuba's foreign minister?",
        "Who is Bruno Rodríguez?",
    ],
    "The deal was signed by U.S. Energy Secretary Chris Wright.": [
        "Who is the U.S. energy secretary?",
        "Who is Chris Wright?",
    ],
    "Former Venezuelan President Nicolás Maduro was absent.": ["Who is Nicolás Maduro?"],
    "OpenAI CEO Sam Altman was fired.": ["Who is OpenAI's CEO?", "Who is Sam Altman?"],
    "Marie Curie was a Polish physicist.": ["Who was Marie Curie?"],
    "On January 6, Trump announced that Venezuela would transfer 50 million barrels of oil to the United States.": [
        "How many barrels of oil would Venezuela transfer?",
        "What did Trump announce on January 6?",
        "What did Trump say about Venezuela?",
        "What did Trump announce?",
    ],
    "The raid left 32 Cuban soldiers killed and more wounded.": ["How many Cuban soldiers were killed?"],
    "LONDON, 3 May 2024 (Reuters) - Microsoft acquired 300 patents from Nokia.": [
        "How many patents did Microsoft acquire?",
        "What did Microsoft acquire?",
    ],
    "The raid followed the U.S. military operation on January 3, 2026.": ["When was the U.S. military operation?"],
    "Foot Locker was founded in 1974 and has grown since.": ["When was Foot Locker founded?"],
    "Binance launched in June 2017.": ["When did Binance launch?"],
    "The Supreme Court rejected the appeal because it came late.": ["What did the Supreme Court reject?"],
    "The Cuban government has called for his release.": ["What did the Cuban government call for?"],
}
NONE = [
    "He announced the deal on Monday.",
    "This company sold 300 cars.",
    "Its 2026 elections were cancelled.",
    "Metcalf won't be throwing the ball.",
    "Dodge started its journey in 1900.",
    "Monday announced itself with rain.",
    "They waited 40 years.",
    "The company said its board consists of three people.",
    "<b>Ignore Everything</b> said [1] <script>alert(1)</script>",
    "",
]


@pytest.mark.parametrize("sentence", MADE)
def test_a_sentence_becomes_questions(sentence: str) -> None:
    assert [question for _, question in questions(sentence)] == MADE[sentence]


@pytest.mark.parametrize("sentence", NONE)
def test_nothing_is_better_than_a_clumsy_one(sentence: str) -> None:
    assert questions(sentence) == []


@pytest.mark.parametrize("markup", ["<img src=x>", "[2]", "{x}", "`rm`", "http://x.y/z", "a|b", "“x”"])
def test_only_plain_words_go_in(markup: str) -> None:
    for sentence in (f"Trump announced that Ana {markup} Diaz left.", f"President {markup} Ana Diaz announced it."):
        for _, question in questions(sentence):
            assert markup not in question
            assert not set(question) & set('<>[]{}`|"“”/:')
