import pytest
from hypothesis import given

from rag.text.values import only_value, values
from tests.unit.test_eval_text import TEXTS


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("thirty-two men and two ships", {"32", "2"}),
        ("30 to 50 million barrels", {"30000000", "50000000"}),
        ("$30–50 million", {"30000000", "50000000"}),
        ("3 men or €5M", {"3", "5000000"}),
        ("1,234.5 or 12%", {"1234.5", "12%"}),
        ("the twenty-first century, the 21st", {"21st"}),
        ("in the 1990s", {"1990s"}),
        ("January 3, 2026", {"3", "2026", "--01-03", "2026-01-03"}),
        ("Jan. 3rd", {"3", "--01-03"}),
        ("the third of January 2026", {"3", "2026", "--01-03", "2026-01-03"}),
        ("2026-01-03", {"2026", "3", "--01-03", "2026-01-03"}),
        ("No one of v1.2 is at x86", set()),
    ],
)
def test_numbers_and_dates_are_found_by_value(text: str, found: set[str]) -> None:
    assert values(text) == found


@pytest.mark.parametrize(
    ("text", "only"),
    [
        ("thirty-two", "32"),
        ("two", "2"),
        (" 50% ", "50%"),
        ("$2.8 billion", "2800000000"),
        ("2.8bn", "2800000000"),
        ("€5 Million", "5000000"),
        ("1,000,000", "1000000"),
        ("1961", "1961"),
        ("January 3, 2026", "2026-01-03"),
        ("3 Jan 2026", "2026-01-03"),
        ("2026-01-03", "2026-01-03"),
        ("third of January", "--01-03"),
        ("66 years", None),
        ("30 to 50 million", None),
        ("21st century", None),
        ("Havana", None),
        ("", None),
    ],
)
def test_a_value_is_a_number_or_date_and_nothing_else(text: str, only: str | None) -> None:
    assert only_value(text) == only
    assert only is None or only in values(f"It was {text} then.")


@given(TEXTS)
def test_the_value_of_any_text_is_among_its_values(text: str) -> None:
    only = only_value(text)
    assert only is None or only in values(text)
