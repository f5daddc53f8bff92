import pytest

from rag.english.period import Period, period, timeless


def of(first: str, last: str) -> Period:
    return Period(first=first, last=last)


Y2023 = of("2023-01-01", "2023-12-31")


@pytest.mark.parametrize(
    ("question", "asked"),
    [
        ("What was the fee in 2023?", Y2023),
        ("What was the fee at the time of the 2023 policy?", Y2023),
        ("What did the 2023 policy allow?", Y2023),
        ("What did policy 2023 allow?", Y2023),
        ("What was the fee in March 2024?", of("2024-03-01", "2024-03-31")),
        ("Before 2024, what was the fee?", of("0001-01-01", "2023-12-31")),
        ("What has the fee been since 2024?", of("2024-01-01", "9999-12-31")),
        ("What was the fee last year?", of("2025-01-01", "2025-12-31")),
        ("What was the fee two years ago?", of("2024-01-01", "2024-12-31")),
        ("What is the current fee?", Period(now=True)),
        ("What is the fee now?", Period(now=True)),
        ("What is the latest fee?", Period(now=True)),
        ("What was the previous fee?", Period(previous=True)),
        ("What is the fee?", None),
        ("Did 2000 people come?", None),
        ('Who directed “2001” and "Apocalypse, now"?', None),
        ("Who directed Apocalypse Now?", None),
        ("How strong is the current of the river?", None),
        ("Who has lived there until now?", None),
    ],
)
def test_the_time_of_a_question(question: str, asked: Period | None) -> None:
    assert period(question, "2026-02-01") == asked


def test_last_year_is_counted_from_the_newest_document() -> None:
    assert period("What was the fee last year?", None) is None
    assert period("What was the fee last year?", "2020-05-05") == of("2019-01-01", "2019-12-31")


@pytest.mark.parametrize(
    ("question", "bare"),
    [
        ("What was the fee in 2023?", "What was the fee?"),
        ("In 2023, what was the fee?", "what was the fee?"),
        ("What was the fee on 6 March 2023?", "What was the fee?"),
        ("Under the 2023 rules, what is the fee?", "Under the rules, what is the fee?"),
        ("What is the fee?", "What is the fee?"),
    ],
)
def test_a_question_without_its_time(question: str, bare: str) -> None:
    assert timeless(question) == bare
