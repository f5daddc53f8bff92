from datetime import date

import pytest

from rag.dates import dated, days, elapsed


@pytest.mark.parametrize(
    ("sentence", "published", "found"),
    [
        ("The bridge opened on January 6, 2020.", None, "2020-01-06"),
        ("The bridge opened on 6 January 2020.", None, "2020-01-06"),
        ("The bridge opened on the 6th of January 2020.", None, "2020-01-06"),
        ("The bridge opened on January 6th, 2020.", "2024-01-01", "2020-01-06"),
        ("The bridge opened on Monday, Jan. 6, 2020, and closed a day later.", None, "2020-01-06"),
        ("JANUARY 6, 2020", None, "2020-01-06"),
        ("2020-01-06", None, "2020-01-06"),
        ("Opened 2020-01-06T10:00:00Z", None, "2020-01-06"),
        ("The bridge opened on January 6.", "2020-03-01", "2020-01-06"),
        ("The bridge opened on 6 January.", "2020-03-01T08:00:00Z", "2020-01-06"),
        ("The bridge opened on December 20.", "2020-01-05", "2019-12-20"),
        ("The bridge opens on January 6.", "2020-01-06", "2020-01-06"),
        ("The bridge opened on January 6.", "2020-01-05", "2020-01-06"),
        ("The bridge will open on June 5.", "2020-03-01", "2020-06-05"),
        ("The vote is scheduled for 5 June.", "2020-03-01", "2020-06-05"),
        ("The bridge will open on January 5.", "2020-12-01", "2021-01-05"),
        ("The bridge opened on March 20.", "2020-03-01", None),
        ("The bridge opened on January 6.", None, None),
        ("The bridge opened on January 6.", "spring", None),
        ("The bridge opened in January 2020.", "2020-03-01", None),
        ("The bridge opened in 2020.", "2020-03-01", None),
        ("The bridge opened on Monday.", "2020-03-01", None),
        ("It opened on January 6, 2020 and closed on May 3, 2021.", None, None),
        ("It opened on January 6, 2020; on 6 January 2020 it rained.", None, "2020-01-06"),
        ("The fair was held on January 6-8, 2020.", None, None),
        ("The fair was held on January 6 and 7.", "2020-03-01", None),
        ("The fair was held on 6–8 January 2020.", None, None),
        ("The fair was held from 6 to 8 January 2020.", None, None),
        ("The war of 2014 resumed on January 6.", "2020-03-01", None),
        ("On February 31, 2020 nothing happened.", None, None),
        ("In March 10,000 people left.", "2020-05-01", None),
        ("Prices rose in May 5.5 percent.", "2020-06-01", None),
        ("It may 5 times fail.", "2020-06-01", None),
        ("We march 4 miles.", "2020-06-01", None),
        ("The bridge opened on February 29.", "2020-03-05", "2020-02-29"),
        ("", "2020-03-05", None),
    ],
)
def test_dated(sentence: str, published: str | None, found: str | None) -> None:
    assert dated(sentence, published) == (date.fromisoformat(found) if found else None)


@pytest.mark.parametrize(
    ("first", "second", "unit", "text"),
    [
        ("2026-01-03", "2026-01-06", "days", "3 days"),
        ("2026-01-06", "2026-01-03", "days", "3 days"),
        ("2026-01-03", "2026-01-04", "days", "1 day"),
        ("2026-01-03", "2026-01-03", "days", "0 days"),
        ("2020-02-28", "2020-03-01", "days", "2 days"),
        ("2020-01-01", "2020-01-15", "weeks", "2 weeks"),
        ("2020-01-01", "2020-01-08", "weeks", "1 week"),
        ("2020-01-01", "2020-01-09", "weeks", None),
        ("2020-01-31", "2020-03-31", "months", "2 months"),
        ("2020-01-31", "2020-02-29", "months", None),
        ("2019-12-05", "2020-01-05", "months", "1 month"),
        ("2018-05-05", "2020-05-05", "years", "2 years"),
        ("2020-05-05", "2019-05-05", "years", "1 year"),
        ("2018-05-05", "2020-05-06", "years", None),
        ("2018-05-05", "2020-06-05", "years", None),
    ],
)
def test_elapsed(first: str, second: str, unit: str, text: str | None) -> None:
    assert elapsed(date.fromisoformat(first), date.fromisoformat(second), unit) == text


def test_days_have_no_direction() -> None:
    assert days(date(2020, 3, 1), date(2020, 2, 28)) == days(date(2020, 2, 28), date(2020, 3, 1)) == 2
