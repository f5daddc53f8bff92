import pytest

from rag.english.counts import count_asked

SHIPS = "Twenty-five ships were lost, and twelve were saved."


@pytest.mark.parametrize(
    ("question", "sentence", "answer", "right"),
    [
        ("How many ships were saved?", SHIPS, "Twenty-five", "twelve"),
        ("How many ships were lost?", SHIPS, "Twenty-five", "Twenty-five"),
        ("How many ships were lost?", SHIPS, "twelve", "Twenty-five"),
        ("How many ferries were rescued?", "25 ferries sank and 12 were rescued.", "25", "12"),
        ("How many ferries sank, 5 or 25?", "25 ferries sank and 12 were rescued.", "25", "25"),
        ("How many people fled?", "The storm killed 40 people; 3,000 fled.", "40", "3,000"),
        ("How many people fled?", "The storm killed 40 people; 3,000 cars were lost.", "40", "40"),
        ("How many passengers were injured?", "Two crew members died, but no passengers were injured.", "Two", "Two"),
        ("How many men came?", "Five men left in 2019, and nobody came in 2020.", "Five", "Five"),
        ("How many goals did Smith score?", "Jones scored 3 goals and Smith 2.", "3", "3"),
        (
            "How many barrels were promised on January 6?",
            "On January 6 he said 30 ships came, with 50 barrels.",
            "50",
            "50",
        ),
        ("How many men came in 2020?", "Five men left, and 2020 came.", "Five", "Five"),
        ("How much was lost?", "5 million was saved, and 7 million was lost.", "5 million", "5 million"),
        ("Who was saved?", SHIPS, "twelve", "twelve"),
        (
            "学校预算将增加多少？",
            "市长星期二宣布，学校预算将增加百分之十二。",
            "二宣布，学校预算将增加百分之十二",
            "百分之十二",
        ),
        ("有多少人？", "有三千五百人和二十只狗。", "三千五百人", "三千五百人"),
        ("How many?", SHIPS, "twelve", "twelve"),
        ("How many ships were saved?", SHIPS, "", ""),
        ("How many ships were saved?", SHIPS, "of them", "of them"),
    ],
)
def test_the_number_by_what_is_asked(question: str, sentence: str, answer: str, right: str) -> None:
    assert count_asked(question, sentence, answer) == right


@pytest.mark.parametrize(
    ("question", "sentence", "answer", "expected"),
    [
        ("How wide was it?", "It was 2.4 metres long and 11 centimetres wide.", "2.4 metres", "11 centimetres"),
        ("How long was it?", "It was 2.4 metres long and 11 centimetres wide.", "2.4 metres", "2.4 metres"),
        ("How deep was it?", "It was 2.4 metres long and 11 centimetres wide.", "2.4 metres", ""),
        ("How tall is it?", "The tower is eighty-two metres high.", "metres", "eighty-two metres"),
        ("How long will it take?", "It will take nine weeks, after a long wait.", "nine weeks", "nine weeks"),
    ],
)
def test_a_measure_is_the_one_that_the_word_of_the_question_stands_behind(
    question: str, sentence: str, answer: str, expected: str
) -> None:
    assert count_asked(question, sentence, answer) == expected
