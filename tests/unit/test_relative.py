from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.english.relative import asks_when, dated_answer, interval

THURSDAY = "2026-01-15"


@pytest.mark.parametrize(
    ("words", "quote", "said"),
    [
        ("yesterday", "The ferry sank yesterday, the coast guard said.", "14 January 2026"),
        ("today", "A second ferry sank today.", "15 January 2026"),
        ("the day before yesterday", "It sank the day before yesterday.", "13 January 2026"),
        ("last Monday", "He was arrested last Monday.", "12 January 2026"),
        ("last Thursday", "He was arrested last Thursday.", "8 January 2026"),
        ("on Monday", "He was arrested on Monday.", "12 January 2026"),
        ("Thursday", "It sank on Thursday.", "15 January 2026"),
        ("on Monday", "Parliament will vote on Monday, he said.", "19 January 2026"),
        ("on Monday", "He said on Monday that parliament will vote in May.", "12 January 2026"),
        ("on Tuesday", "He said on Monday that parliament will vote on Tuesday.", "20 January 2026"),
        ("Monday", "The trial, due to start on Monday, was postponed.", "19 January 2026"),
        ("next Thursday", "It opens next Thursday.", "22 January 2026"),
        ("next week", "Parliament will vote next week.", "week of 19 January 2026"),
        ("last week", "Parliament voted last week.", "week of 5 January 2026"),
        ("over the weekend", "It burned over the weekend.", "weekend of 10 January 2026"),
        ("next month", "The line opens next month.", "February 2026"),
        ("last month", "The line opened last month.", "December 2025"),
        ("earlier this month", "The line opened earlier this month.", "January 2026"),
        ("late last year", "The line opened late last year.", "2025"),
        ("this year", "The line opens this year.", "2026"),
        ("last October", "The line opened last October.", "October 2025"),
        ("next March", "The line opens next March.", "March 2026"),
        ("three days ago", "It was three days ago.", "12 January 2026"),
        ("a week ago", "It was a week ago.", "about 8 January 2026"),
        ("two months ago", "It was two months ago.", "November 2025"),
        ("two years ago", "It was two years ago.", "2024"),
        ("in two weeks", "The bridge will open in two weeks.", "about 29 January 2026"),
        ("tomorrow night", "They vote tomorrow night.", "16 January 2026"),
    ],
)
def test_a_day_is_counted_from_the_documents(words: str, quote: str, said: str) -> None:
    assert dated_answer("When?", words, quote, THURSDAY) == f"{said} (“{words}”)"


@pytest.mark.parametrize(
    ("words", "quote"),
    [
        ("Mondays", "The market is on Mondays."),
        ("Monday", "The market is open every Monday."),
        ("Black Friday", "The sale starts on Black Friday."),
        ("Monday", "He died on Easter Monday."),
        ("Monday", "On the Monday he left."),
        ("three days later", "It opened three days later."),
        ("Monday, January 12", "It sank on Monday, January 12."),
        ("between Monday and Friday", "It sank between Monday and Friday."),
        ("in two weeks", "The bridge was built in two weeks."),
        ("a few days ago", "It was a few days ago."),
        ("in 1912", "It sank in 1912."),
        ("May", "It may sink in May."),
    ],
)
def test_what_has_no_one_date_stays_as_it_is(words: str, quote: str) -> None:
    assert dated_answer("When?", words, quote, THURSDAY) == words


@pytest.mark.parametrize("published", [None, "", "2026", "soon"])
def test_without_a_date_there_is_nothing_to_count_from(published: str | None) -> None:
    assert dated_answer("When?", "yesterday", "It sank yesterday.", published) == "yesterday"


def test_the_first_year_has_no_year_before_it() -> None:
    assert dated_answer("When?", "last year", "It sank last year.", "0001-01-01") == "last year"


@pytest.mark.parametrize(
    ("question", "when"),
    [
        ("When did it sink?", True),
        ("And since when is it open?", True),
        ("On what date did it sink?", True),
        ("In which year was it built?", True),
        ("What was the date of the vote?", True),
        ("What did he say when it sank?", False),
        ("Who sank it?", False),
        ("How many men left yesterday?", False),
    ],
)
def test_only_who_asks_when_is_told_the_date(question: str, when: bool) -> None:
    assert asks_when(question) is when
    assert (dated_answer(question, "yesterday", "It sank yesterday.", THURSDAY) != "yesterday") is when


def test_the_question_tells_the_tense_that_the_sentence_does_not() -> None:
    assert dated_answer("When will it open?", "Monday", "Opening: Monday", THURSDAY).startswith("19 January")
    assert dated_answer("When did it open?", "Monday", "Opening: Monday", THURSDAY).startswith("12 January")


DAYS = "Monday Tuesday Wednesday Thursday Friday Saturday Sunday".split()


@given(st.dates(date(1900, 1, 1), date(2100, 1, 1)), st.integers(0, 6))
def test_a_weekday_is_itself_and_within_a_week(published: date, day: int) -> None:
    name = DAYS[day]
    for quote, least, most in (
        (f"It sank on {name}.", -6, 0),
        (f"It sank last {name}.", -7, -1),
        (f"It will sail on {name}.", 0, 6),
        (f"It will sail next {name}.", 1, 7),
    ):
        words = quote.split(" ", 2)[2].rstrip(".").removeprefix("sail ")
        found = interval(words, quote, published.isoformat())
        assert found is not None
        assert found.first.weekday() == day
        assert timedelta(least) <= found.first - published <= timedelta(most)
