"""Of the rows of tables, the one that bears the name answers, by the column that is asked for; or none does."""

import pytest

from rag.documents.split import passages
from rag.reading.cells import NOT_BORNE, settle_rows
from rag.schema import Document, Evidence, Passage, Reading

THRESHOLD = 0.3
CLUBS = """
Club: Leafs; Members: 980; Founded: 1920; Town: Lund

Club: Old Harfield; Members: 310; Founded: 1950; Town: Graz

Club: Harfield; Members: 1,204; Founded: 1911; Town: Orda

Club: Blues United; Members: 2,310; Founded: 1899; Town: Bern
"""
JOBS = """
# Unemployment rate, percent

| Country | 2022 | 2023 | 2024 |
| --- | --- | --- | --- |
| Altland | 4.1 | 3.9 | 3.2 |
| Neuland | 7.8 | 8.4 | **9.1** |
"""
STAFF = """
employee_id: 17; full name: Ana Ruiz; department: Sales; monthlySalary: 4100; start date: 2019-03-01

employee_id: 18; full name: Bo Lindt; department: Support; monthlySalary: 3900; start date: 2021-06-15

employee_id: 19; full name: Ana Berg; department: Sales; monthlySalary: 4300; start date: 2022-01-10
"""
GOALS = """
Year: 2022; Team: Rovers; Goals: 41; Points: 60

Year: 2023; Team: Rovers; Goals: 52; Points: 71

Year: 2023; Team: Wanderers; Goals: 38; Points: 49
"""
BARE = """
2024-01-05; Acme Ltd; 1200

2024-02-07; Bolt Co; 900
"""
PROSE = "The Rovers won the cup under coach Max Hill. It rained in Orda; the town was wet."


VOTES = """
Candidate: Ana Ruiz; Party: Green; Votes: 12,304; Share: 41.2%

Candidate: Bo Lindt; Party: Blue; Votes: 9,120; Share: 30.5%
"""
PEOPLE = """
first: Bo; last: Lindt; age: 44; email: bo@x.org

first: Ana; last: Lindt; age: 39; email: ana@x.org

first: Ana; last: Ruiz; age: 51; email: ruiz@x.org
"""
ACCOUNT = """
Account: Revenue; Q1: 100; Q2: 120

Account: Costs; Q1: 80; Q2: 85
"""
SPEAKERS = """
| Language | Speakers |
| --- | --- |
| Norlandic | 4 million |
| Sudlandic | 12 million |
"""


def reading(*texts: str, confidence: float = 0.5, span: str = "") -> Reading:
    """Return every sentence of some documents as evidence, as a reader that has no idea might."""
    found: list[Passage] = []
    for number, text in enumerate(texts):
        found += passages(Document(f"{number}.md", text, "title"), 2000)
    items = [
        Evidence(passage, sentence, 0.9 - 0.01 * n, span if span in passage.quote(sentence) else "")
        for passage in found
        for n, sentence in enumerate(passage.sentences)
    ]
    return Reading(tuple(items), confidence)


def answer(question: str, *texts: str, confidence: float = 0.5, span: str = "") -> str | None:
    """Return the short answer to a question over some documents; None for a refusal."""
    found = settle_rows(question, reading(*texts, confidence=confidence, span=span), THRESHOLD)
    return found.evidence[0].short_answer if found.confidence >= THRESHOLD else None


@pytest.mark.parametrize(
    ("question", "text", "short"),
    [
        ("How many members does Harfield have?", CLUBS, "1,204"),
        ("how many members does harfield have", CLUBS, "1,204"),
        ("How many members does Old Harfield have?", CLUBS, "310"),
        ("When was Blues United founded?", CLUBS, "1899"),
        ("When was United founded?", CLUBS, "1899"),
        ("In which town is the club Blues United?", CLUBS, "Bern"),
        ("Which club was founded in 1911?", CLUBS, "Harfield"),
        ("What was the unemployment rate in Neuland in 2024?", JOBS, "9.1"),
        ("What was the unemployment rate in Altland in 2022?", JOBS, "4.1"),
        ("What was the value for Altland in 2023?", JOBS, "3.9"),
        ("What is the monthly salary of Ana Ruiz?", STAFF, "4100"),
        ("What is Ana Berg's salary?", STAFF, "4300"),
        ("How much does Ana Berg earn?", STAFF, "4300"),
        ("When did Bo Lindt start?", STAFF, "2021-06-15"),
        ("In which department is Mr Lindt?", STAFF, "Support"),
        ("How many goals did the Rovers score in 2023?", GOALS, "52"),
        ("How many points did Rovers have in 2022?", GOALS, "60"),
        ("How much did Acme Ltd get?", BARE, "1200"),
        ("What share of the votes did Ana Ruiz get?", VOTES, "41.2%"),
        ("How many votes did Bo Lindt get?", VOTES, "9,120"),
        ("Who is the candidate of the Blue party?", VOTES, "Bo Lindt"),
        ("What is the email of Ana Lindt?", PEOPLE, "ana@x.org"),
        ("How old is Ana Ruiz?", PEOPLE, "51"),
        ("What were the costs in Q2?", ACCOUNT, "85"),
        ("How many people speak Sudlandic?", SPEAKERS, "12 million"),
    ],
)
def test_the_row_that_has_the_name_and_the_column_that_is_asked_for(question: str, text: str, short: str) -> None:
    assert answer(question, text, PROSE) == short
    assert answer(question, text) == short


@pytest.mark.parametrize(
    ("question", "text"),
    [
        ("How many members does Zorkton have?", CLUBS),
        ("When was the club Vikings founded?", CLUBS),
        ("What was the unemployment rate in Neuland in 2021?", JOBS),
        ("What was the unemployment rate in Norland in 2024?", JOBS),
        ("What is the salary of Dan Lindt?", STAFF),
        ("How many goals did Rovers score in 2020?", GOALS),
        ("What is the email of Ana Ruiz?", STAFF),
        ("What is Ana Berg's phone number?", STAFF),
        ("How many clubs were founded in 1911?", CLUBS),
        ("Which club has the most members?", CLUBS),
        ("Which team scored the highest number of goals?", GOALS),
        ("What is the average salary?", STAFF),
        ("How much did Corvo SA get?", BARE),
        ("How old is Bo Ruiz?", PEOPLE),
        ("How many people started in 2019?", STAFF),
        ("What was the revenue in Q4?", ACCOUNT),
    ],
)
def test_no_other_row_answers_in_its_place(question: str, text: str) -> None:
    assert answer(question, text) is None


def test_a_row_that_has_all_that_is_said_answers_an_unsure_reader() -> None:
    assert answer("How many members does Harfield have?", CLUBS, confidence=0.05) == "1,204"
    assert answer("How many members had Harfield under Eva Stern?", CLUBS, confidence=0.05) is None
    assert answer("What was the unemployment rate in Neuland in 2024?", PROSE, JOBS, confidence=0.05) == "9.1"


def test_only_the_row_with_the_name_is_quoted() -> None:
    found = settle_rows("How many members does Harfield have?", reading(CLUBS, GOALS), THRESHOLD)
    assert [item.quote for item in found.evidence] == ["Club: Harfield; Members: 1,204; Founded: 1911; Town: Orda"]


def test_two_rows_that_answer_as_well_stand_side_by_side() -> None:
    found = settle_rows("How many goals did the Rovers score?", reading(GOALS), THRESHOLD)
    assert [item.short_answer for item in found.evidence] == ["", ""]
    assert len({item.score for item in found.evidence}) == 1


def test_prose_that_answers_is_left_alone() -> None:
    given = reading(PROSE, GOALS, span="Max Hill")
    found = settle_rows("Who was the coach of the Rovers?", given, THRESHOLD)
    assert found.evidence[0] == given.evidence[0]
    assert found.confidence == given.confidence
    only = reading(PROSE)
    assert settle_rows("Who was the coach of the Rovers?", only, THRESHOLD) == only


def test_prose_answers_where_no_row_has_the_name() -> None:
    prose = "Zorkton has 55 members, said Eva Stern."
    found = settle_rows("How many members does Zorkton have?", reading(CLUBS, prose, span="55"), THRESHOLD)
    assert (found.evidence[0].quote, found.evidence[0].short_answer) == (prose, "55")
    assert found.confidence >= THRESHOLD


def test_the_readers_answer_is_snapped_to_its_cell() -> None:
    assert answer("What is said of Blues United?", CLUBS, span="310") == "2,310"


def test_a_refusal_still_shows_what_came_closest() -> None:
    given = reading(CLUBS)
    found = settle_rows("How many members does Zorkton have?", given, THRESHOLD)
    assert found.evidence == given.evidence
    assert found.confidence == NOT_BORNE


def test_nothing_read_is_nothing() -> None:
    assert settle_rows("Who?", Reading((), 0.0), THRESHOLD) == Reading((), 0.0)


def test_a_row_below_the_passage_that_has_the_header() -> None:
    rows = "\n".join(f"| Place{n} | {n}.5 | {n}.7 |" for n in range(80))
    document = Document("a.md", f"# Rain in mm\n\n| Town | 2023 | 2024 |\n|---|---|---|\n{rows}\n", "Rain")
    items = [
        Evidence(passage, sentence, 0.5, "") for passage in passages(document, 400) for sentence in passage.sentences
    ]
    found = settle_rows("How much rain fell in Place77 in 2024?", Reading(tuple(items), 0.5), THRESHOLD)
    assert found.evidence[0].short_answer == "77.7"
