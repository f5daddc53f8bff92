import pytest

from rag.english import question_form, question_parts


@pytest.mark.parametrize(
    "question",
    [
        "Did the court rule for the farmers?",
        "Is Paris the capital of France?",
        "Has the company paid the fine?",
        "Was it true that the bridge had collapsed?",
        "In 2020, did the court hear the case?",
        "And did the minister resign?",
        "So was Ada Lovelace a mathematician?",
        "According to the report, were the tests negative?",
        "Can penguins fly?",
        "Will the festival return next year?",
        "Didn't the senate pass the bill?",
        "does the moon have an atmosphere",
        "Are there any survivors?",
        "Is it true that the mayor or his deputy signed?",
        "After the war, was the town rebuilt?",
        "Did the firm say what it paid?",
        "Were two or more people hurt?",
        "Had Marie Curie studied in Paris?",
        "Should voters bring an identity card?",
        "Could the dam hold?",
    ],
)
def test_yes_or_no_answers(question: str) -> None:
    assert question_form.yes_no(question)
    assert not question_form.either(question)


@pytest.mark.parametrize(
    "question",
    [
        "Who did the court rule for?",
        "What is the capital of France?",
        "Why has the company not paid?",
        "How many were hurt?",
        "In which year did the court hear the case?",
        "In 2020, who did the court hear?",
        "And when did he resign?",
        "Name the rivers that flow through Paris.",
        "Will Smith was born where?",
        "May 1968 was the month of which strike?",
        "Tell me about the court.",
        "To whom was the letter sent?",
        "If the court ruled, what did it say?",
        "The court ruled in favour of whom?",
        "",
        "?",
        "Did",
    ],
)
def test_yes_or_no_does_not_answer(question: str) -> None:
    assert not question_form.yes_no(question)
    assert not question_form.either(question)


@pytest.mark.parametrize(
    "question",
    [
        "Did he accept or refuse?",
        "Did the minister accept or refuse the offer?",
        "Is the tomato a fruit or a vegetable?",
        "Was Mozart born in Vienna or Salzburg?",
        "And is it a plant or an animal?",
        "Are the samples from Mars or from the Moon?",
    ],
)
def test_alternatives_ask_which(question: str) -> None:
    assert question_form.either(question)
    assert not question_form.yes_no(question)


def test_or_not_leaves_yes_or_no() -> None:
    assert question_form.yes_no("Did he accept or not?")
    assert question_form.yes_no("Is the tomato a fruit, or not?")


@pytest.mark.parametrize(
    ("question", "first", "second", "unit"),
    [
        (
            "How many days passed between the earthquake and the election?",
            "When was the earthquake?",
            "When was the election?",
            "days",
        ),
        (
            "How many weeks elapsed between the strikes and the talks?",
            "When were the strikes?",
            "When were the talks?",
            "weeks",
        ),
        (
            "How many months were there between the arrest of Ana Silva and her trial?",
            "When was the arrest of Ana Silva?",
            "When was her trial?",
            "months",
        ),
        (
            "How many days after the earthquake did the king resign?",
            "When was the earthquake?",
            "When did the king resign?",
            "days",
        ),
        (
            "How many days before the election was the debate held?",
            "When was the election?",
            "When was the debate held?",
            "days",
        ),
        (
            "How much time passed between the launch and the landing?",
            "When was the launch?",
            "When was the landing?",
            "days",
        ),
        (
            "How much time elapsed between the fire and the reopening?",
            "When was the fire?",
            "When was the reopening?",
            "days",
        ),
        (
            "how many years after the fall of Rome did Justinian rule",
            "When was the fall of Rome?",
            "When did Justinian rule?",
            "years",
        ),
        ("How long was it between the vote and the veto?", "When was the vote?", "When was the veto?", "days"),
        ("And how many days passed between the vote and the veto?", "When was the vote?", "When was the veto?", "days"),
    ],
)
def test_between(question: str, first: str, second: str, unit: str) -> None:
    assert question_form.between(question) == (first, second, unit)


@pytest.mark.parametrize(
    "question",
    [
        "How many days did the siege last?",
        "How many kilometres are there between Paris and Lyon?",
        "How long is the river?",
        "What happened between the vote and the veto?",
        "How many days a week does the office open?",
        "How many people died between the vote and the veto?",
        "How many years did he spend in prison?",
        "How long after?",
        "How many days between Monday?",
        "When did the war end?",
        "How much money passed between the firm and the minister?",
    ],
)
def test_not_between(question: str) -> None:
    assert question_form.between(question) is None


@pytest.mark.parametrize(
    "sentence",
    [
        "He said the talks had failed.",
        "They left on Monday.",
        "It was signed by both sides.",
        "It has 3,000 members.",
        "This was the first such vote.",
        "This angered the unions.",
        "That deal collapsed in May.",
        "These include copper and zinc.",
        "Those islands are uninhabited.",
        "Such claims are hard to check.",
        "The former was rejected.",
        "The latter group won.",
        "But he declined to comment.",
        "However, she won the appeal.",
        "In it, the author describes her youth.",
        "His father was a baker.",
        "Their aim was peace.",
        "Its capital is Nairobi.",
        "“He is wrong,” the mayor said.",
        "Of these, two were sunk.",
        "After that, the firm closed.",
        "At that time, the town had no school.",
        "When he arrived, the crowd cheered.",
        "In 1998, he moved to London.",
        "On Monday, they met again.",
        "Later it became a museum.",
        "And yet it moves.",
        "Meanwhile, their rivals prospered.",
        "Under this plan, taxes would fall.",
        "He then went home.",
        "It is a town in the north.",
        "It was built in 1998.",
        "It is the largest of the three.",
        "As a result, it lost its licence.",
        "She also wrote novels.",
        "Because of this, trains were late.",
    ],
)
def test_unresolved(sentence: str) -> None:
    assert question_form.unresolved(sentence)


@pytest.mark.parametrize(
    "sentence",
    [
        "It is clear that the talks failed.",
        "It was in 1998 that the bridge opened.",
        "It was Smith who signed.",
        "It is not known whether the pilot survived.",
        "It seems that the bridge is safe.",
        "It took three years to build the bridge.",
        "It is difficult to see the peak.",
        "It rained for three days.",
        "There is no airport on the island.",
        "There were three candidates.",
        "The minister said he would resign.",
        "However, Smith said she would appeal.",
        "But the firm lost its licence.",
        "This year, the festival returns to Lyon.",
        "This week the court hears the case.",
        "Those who served were paid.",
        "In his speech, Macron praised the farmers.",
        "When he arrived in Rome, Smith was ill.",
        "The former president spoke in Ohio.",
        "The former Yugoslav republic joined in 2004.",
        "Italy won the match.",
        "Thistle is a plant.",
        "Hers & Co. is a firm.",
        "In 1998, Smith moved to London.",
        "Germany and its allies lost.",
        "That the earth is round was known.",
        "",
        "These days, few people smoke.",
        "Such as it is, the harbour of Dover is busy.",
    ],
)
def test_resolved(sentence: str) -> None:
    assert not question_form.unresolved(sentence)


@pytest.mark.parametrize(
    "question",
    [
        "Which countries signed the treaty?",
        "What countries border France?",
        "What are the symptoms of malaria?",
        "What were the main causes of the war?",
        "Name the three largest moons of Saturn.",
        "List the winners of the prize.",
        "What two elements form water?",
        "Who were the ministers who resigned?",
        "Who are the members of the band?",
        "What reasons did the court give?",
        "For what reasons did the firm close?",
        "Which two rivers meet at Passau?",
        "Which of the players scored two goals?",
        "What other languages are spoken there?",
        "Which people were arrested?",
        "Give the names of the planets.",
        "In which cities did the protests take place?",
        "Can you list the parts of a flower?",
        "What types of rock are there?",
        "Who were the first three presidents of the club?",
        "What are some ways to save water?",
    ],
)
def test_several(question: str) -> None:
    assert question_parts.several(question) is (not question.startswith("Which of"))


@pytest.mark.parametrize(
    "question",
    [
        "Which country signed the treaty?",
        "What causes malaria?",
        "What happens when ice melts?",
        "Who is the minister?",
        "Who was the first president?",
        "How many countries signed?",
        "What is the news?",
        "What was the process called?",
        "What series did he write?",
        "Which bus goes to Rome?",
        "What does the list say?",
        "When were the talks held?",
        "Did the three ministers resign?",
        "What is the United States?",
        "Who were the Normans?",
        "What are antibiotics?",
        "Which crisis followed?",
        "What makes bread rise?",
        "Why did the ministers resign?",
    ],
)
def test_not_several(question: str) -> None:
    assert not question_parts.several(question)


@pytest.mark.parametrize(
    ("question", "found"),
    [
        ("Where and when was Marie Curie born?", ("Where was Marie Curie born?", "When was Marie Curie born?")),
        ("When and where did the ship sink?", ("When did the ship sink?", "Where did the ship sink?")),
        ("How and why did the ship sink?", ("How did the ship sink?", "Why did the ship sink?")),
        (
            "What did the mayor say, and what did the union answer?",
            ("What did the mayor say?", "What did the union answer?"),
        ),
        (
            "Who founded the club and when did it close?",
            ("Who founded the club?", "When did it close?"),
        ),
        (
            "Who was Ada Lovelace and when did she die?",
            ("Who was Ada Lovelace?", "When did Ada Lovelace die?"),
        ),
        ("When was Mozart born and where did he die?", ("When was Mozart born?", "Where did Mozart die?")),
        ("Where was Mozart born and when?", ("Where was Mozart born?", "When was Mozart born?")),
        ("Who founded Kodak, and when?", ("Who founded Kodak?", "When was Kodak founded?")),
        (
            "Who painted the Night Watch and when?",
            ("Who painted the Night Watch?", "When was the Night Watch painted?"),
        ),
        (
            "What is the capital of Peru? How many people live there?",
            ("What is the capital of Peru?", "How many people live there?"),
        ),
        ("Why did the mayor resign, and who replaced him?", ("Why did the mayor resign?", "Who replaced him?")),
        (
            "Did the court hear the case and how did it rule?",
            ("Did the court hear the case?", "How did it rule?"),
        ),
    ],
)
def test_two_parts(question: str, found: tuple[str, ...]) -> None:
    assert question_parts.asked_parts(question) == found


@pytest.mark.parametrize(
    "question",
    [
        "Who are Romeo and Juliet?",
        "What did the mayor and the union say?",
        "Which countries and companies signed?",
        "Who wrote the song and sang it?",
        "Who is the actor who played Hamlet and who directed Macbeth?",
        "What did he say about where it happened and when it would end?",
        "Did he say what he saw and what he heard?",
        "When did the war between France and England end?",
        "How many men and women were hired?",
        "Is Paris the capital of France and the seat of government?",
        "What is the song that and who means?",
        "And when did it end?",
        "Who said 'and what did he do'?",
    ],
)
def test_one_part(question: str) -> None:
    assert question_parts.asked_parts(question) == (question,)


@pytest.mark.parametrize(
    ("question", "weighed", "summed_up"),
    [
        ("Compare what Ana and Ben said", True, False),
        ("Could you please compare A with B?", True, False),
        ("And how does A differ from B?", True, False),
        ("What are the main differences between A and B?", True, False),
        ("Give me a comparison of the two plans", True, False),
        ("Which is bigger, A or B?", False, False),
        ("What is the temperature difference between A and B?", False, False),
        ("By how much did the plans differ?", False, False),
        ("Give me a summary of what happened to Ana", False, True),
        ("Summarise the reaction in three bullet points", False, True),
        ("I'd like you to explain the deal", False, True),
        ("Tell me about Ana", False, True),
        ("What are the key points about oil?", False, True),
        ("Who wrote the summary?", False, False),
        ("What does the summary of the report say?", False, False),
    ],
)
def test_what_several_quotes_answer_together(question: str, weighed: bool, summed_up: bool) -> None:
    assert (question_form.weighs(question), question_form.sums_up(question)) == (weighed, summed_up)
