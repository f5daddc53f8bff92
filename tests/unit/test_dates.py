from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.text.dates import Date, dated, elapsed, iso_date, stated


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
    ("text", "found"),
    [
        ("from May 1962 to the 3rd of June, or in 1964", [(1962, 5, None), (None, 6, 3), (1964, None, None)]),
        ("on Jan. 6th, 2020", [(2020, 1, 6)]),
        ("2020-01-06T10:00", [(2020, 1, 6)]),
        ("March 10,000 people and May 5.5 percent", [(None, 3, None), (None, 5, None)]),
        ("February 31, 2020 and 2020-02-30", []),
        ("Mayor, 12 marchers, 12019, 3 in 4", []),
    ],
)
def test_dates_are_known_as_far_as_they_are_told(text: str, found: list[Date]) -> None:
    assert [one.date for one in stated(text)] == found


def test_a_decade_a_range_and_a_small_letter_are_marked() -> None:
    assert [one.decade for one in stated("in the 1960s, in 1971")] == [True, False]
    assert [(one.ranged, one.day) for one in stated("January 6-8, 2020 and 6 to 8 May")] == [(True, 6), (True, 8)]
    assert [one.small for one in stated("it may 5 times fail in May")] == [True, False]


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


@pytest.mark.parametrize(
    ("text", "language", "found"),
    [
        ("2026-02-03", None, "2026-02-03"),
        ("2026-02-03T23:30:00-05:00", None, "2026-02-03"),
        ("2026-02-03 10:00:00 +0000", None, "2026-02-03"),
        ("2026/02/03", None, "2026-02-03"),
        ("2026/2/3", "en-US", "2026-02-03"),
        ("2026.02.03", None, "2026-02-03"),
        ("20260203", None, "2026-02-03"),
        ("20260203T101500Z", None, "2026-02-03"),
        ("D:20260203101500+01'00'", None, "2026-02-03"),
        ("2026年2月3日", "ja", "2026-02-03"),
        ("Tue, 03 Feb 2026 10:00:00 +0000", None, "2026-02-03"),
        ("3 Feb 2026 10:00 GMT", None, "2026-02-03"),
        ("Tuesday, 3 February 2026", None, "2026-02-03"),
        ("Tue Feb  3 10:00:00 2026", None, "2026-02-03"),
        ("Tue Feb 3 10:00:00 UTC 2026", None, "2026-02-03"),
        ("FEB. 3RD, 2026", None, "2026-02-03"),
        ("3rd of February 2026", None, "2026-02-03"),
        ("3-Feb-2026", None, "2026-02-03"),
        ("3. Februar 2026", "de", "2026-02-03"),
        ("Dienstag, 3. Februar 2026", None, "2026-02-03"),
        ("1er août 2026", "fr", "2026-08-01"),
        ("3 de febrero de 2026", "es", "2026-02-03"),
        ("3.2.2026", None, "2026-02-03"),
        ("03/02/2026", None, None),
        ("03/02/2026", "en", None),
        ("03/02/2026", "en-CA", None),
        ("03/02/2026", "zh", None),
        ("03/02/2026", "nonsense", None),
        ("03/02/2026", "en-GB", "2026-02-03"),
        ("03/02/2026", "en_AU.UTF-8", "2026-02-03"),
        ("03/02/2026", "fr", "2026-02-03"),
        ("03/02/2026", "en-US", "2026-03-02"),
        ("03/02/2026", "es-PR", "2026-03-02"),
        ("13/02/2026", None, "2026-02-13"),
        ("02/13/2026", "en-GB", "2026-02-13"),
        ("02/02/2026", None, "2026-02-02"),
        ("03-02-2026", "de", "2026-02-03"),
        ("13/13/2026", "de", None),
        ("February 31, 2026", None, None),
        ("2026-02-30", None, None),
        ("Feb 3", None, None),
        ("February 2026", None, None),
        ("2026", None, None),
        ("2026-02", None, None),
        ("1770112800", None, None),
        ("1.2.3.2026", None, None),
        ("soon, 2026-02-03", None, None),
        ("", None, None),
    ],
)
def test_iso_date(text: str, language: str | None, found: str | None) -> None:
    assert iso_date(text, language) == found


@given(st.dates(min_value=date(1000, 1, 1)), st.sampled_from(["de", "en-GB", "fr-CA", "pt"]))
def test_a_date_is_read_as_it_is_written(day: date, language: str) -> None:
    written = [day.isoformat(), f"{day:%Y/%m/%d}", f"{day:%Y%m%d}", f"{day.day} {day:%B} {day:%Y}", f"{day:%d/%m/%Y}"]
    assert {iso_date(text, language) for text in written} == {day.isoformat()}


@given(st.text(max_size=30))
def test_any_text_has_a_date_or_none(text: str) -> None:
    found = iso_date(text)
    assert found is None or date.fromisoformat(found)
