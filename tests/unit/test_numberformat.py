"""Values as a sheet shows them."""

from datetime import date, datetime, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.documents.office.number_format import shown


@pytest.mark.parametrize(
    ("value", "code", "text"),
    [
        (None, "General", ""),
        (True, "General", "TRUE"),
        ("a 1", "0.00", "a 1"),
        (1204, "General", "1204"),
        (0.1 + 0.2, "General", "0.3"),
        (12345678901, "General", "12345678901"),
        (1204, "#,##0", "1,204"),
        (0.125, "0.0%", "12.5%"),
        (0.125, "0%", "13%"),
        (2.5, "0", "3"),
        (-0.2, "0", "0"),
        (7, "00000", "00007"),
        (44.4567, "0.##", "44.46"),
        (44, "0.##", "44"),
        (0.5, ".00", ".50"),
        (-1234.5, '#,##0.00 "€"', "-1,234.50 €"),
        (1200, '"$"#,##0', "$1,200"),
        (1234.5, r"_-* #,##0.00\ [$€-407]_-;\-* #,##0.00\ [$€-407]_-", "1,234.50 €"),
        (-5, "#,##0_);[Red](#,##0)", "(5)"),
        (0, '#,##0;-#,##0;"-"', "-"),
        (1234567, '#,##0,"k"', "1,235k"),
        (1.5e6, '0.0,,"M"', "1.5M"),
        (44, 'General" kg"', "44 kg"),
        (12345.678, "0.00E+00", "1.23E+4"),
        (0.5, "# ?/?", "0.5"),
        (5551234, "000-0000", "5551234"),
        (datetime(2024, 5, 3), "d mmm yy", "2024-05-03"),  # noqa: DTZ001 (a sheet has no zones)
        (datetime(2024, 5, 3, 10, 30), "dd/mm/yyyy hh:mm", "2024-05-03 10:30"),  # noqa: DTZ001
        (datetime(2024, 5, 3, 10, 30), "dd/mm/yyyy", "2024-05-03"),  # noqa: DTZ001
        (date(2024, 5, 1), "mmm yyyy", "2024-05"),
        (date(2024, 5, 1), "yyyy", "2024"),
        (date(2024, 5, 1), "[$-409]mmmm", "May"),
        (time(10, 30), "h:mm", "10:30"),
        (timedelta(hours=26, minutes=5), "[h]:mm", "26:05"),
    ],
)
def test_a_value_is_what_the_sheet_shows(value: object, code: str, text: str) -> None:
    assert shown(value, code) == text


@given(st.floats(allow_nan=True, allow_infinity=True), st.text('0#?,.%;"-/E+[]@ €\\_*hm', max_size=12))
def test_no_format_breaks(value: float, code: str) -> None:
    assert isinstance(shown(value, code), str)


@given(st.integers(-(10**12), 10**12))
def test_a_whole_number_keeps_its_digits(value: int) -> None:
    assert int(shown(value, "#,##0").replace(",", "")) == value
    assert int(shown(value)) == value
