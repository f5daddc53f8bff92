from decimal import Decimal
from itertools import count

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from rag.text.numerals import Quantity, decimal_comma, plain
from rag.text.quantities import codes, quantities, whole
from rag.text.values import digits
from tests.growth import in_proportion
from tests.unit.test_eval_text import TEXTS

WRITINGS = """
2.5 | 2.5
It was 2,5 percent. | 2.5%
2,5 Mio. Euro | 2500000
1,5 Mrd. | 1500000000
2 500 men | 2500
2 500 men | 2500
1 234 567 | 1234567
3'500'000 | 3500000
1,234,567.8 | 1234567.8
1.234.567,8 | 1234567.8
1,50,000 rupees | 150000
0,125 kg | 0.125
twenty-five | 25
Thirty two | 32
one hundred and five | 105
two thousand and twenty-six | 2026
twenty twenty-six | 2026
nineteen forty-five | 1945
a hundred men | 100
3½ | 3.5
3 1/2 | 3.5
⅔ | 0.666667
two thirds | 0.666667
two-thirds | 0.666667
two and a half million | 2500000
half a million | 500000
half a dozen | 6
a dozen | 12
twelve hundred | 1200
two point five million | 2500000
zero point two five | 0.25
one point | 1
three dozen | 36
10⁶ | 1000000
10^6 | 1000000
5×10⁶ | 5000000
3 × 10^-3 | 0.003
$2.8bn | 2800000000
2.8 billion dollars | 2800000000
€5M | 5000000
5m people | 5000000
£300k | 300000
5 hundred thousand | 500000
the 21st | 21st
twenty-first | 21st
1990s | 1990s
15% | 15%
15 per cent | 15%
15 Prozent | 15%
5 percentage points | 5pp
−5 | -5
-5 degrees | -5
minus five | -5
−$5 | -5
$-5 | -5
1-24 hours | 1 24
1‑24 hours | 1 24
1914–18 | 1914 18
1914-18 | 1914 1918
30 to 50 million | 30000000 50000000
$30–50 million | 30000000 50000000
5 to 10 percent | 5% 10%
2019,2020 | 2019 2020
a 16-year-old | 16
a 2.5-litre engine | 2.5
mid-2020 | 2020
policy.12 The | 12
January 3rd | 3
the third of January | 3
hundreds of men, thousands | -
F-16 | -
QX-4410 | -
COVID-19 | -
v1.2 | -
A/RES/70/1 | -
2024-0113 | -
0113, 007 and 05 | 5
2024/117-B | -
10:30 | -
192.168.1.1 | -
2026-01-03 | -
5G and 4x4 | -
增加12 | 12
预算将增加百分之十二。 | 12%
百分之三点五 | 3.5%
三千五百人 | 3500
一亿二千万人 | 120000000
12万元 | 120000
3.5亿 | 350000000
12％ | 12%
星期二，百度，千代田，一个 | -
"""


@pytest.mark.parametrize("case", WRITINGS.strip().splitlines())
def test_a_number_is_told_by_value(case: str) -> None:
    text, expected = case.split(" | ")
    found = " ".join(str(item) for item in quantities(text))
    assert found == ("" if expected == "-" else expected)
    assert " ".join(str(item) for item in quantities(f"“({text})”, said Ana")) == found


@pytest.mark.parametrize(
    ("text", "comma"),
    [
        ("Die Inflation lag bei 2,5 Prozent; 3.669.000 Menschen", True),
        ("In Berlin leben 1.500 Menschen und es ist nicht leicht", True),
        ("Le prix est de 1.500 euros pour les familles", True),
        ("El coste fue de 1.500 euros para los dos", True),
        ("Inflation was 2,5 percent. The deficit is 1.500 million.", True),
        ("It was 2.5 percent of 1,500.", False),
        ("The firm has 1,500 employees", False),
        ("1.500", False),
        ("It fell on 3.5.2026, version 1.2.3", False),
    ],
)
def test_the_text_shows_which_comma_it_has(text: str, comma: bool) -> None:
    assert decimal_comma(text) == comma


def test_the_same_writing_is_another_number_in_another_language() -> None:
    assert [str(item) for item in quantities("Die Firma hat 1.500 Leute und 2 Häuser")] == ["1500", "2"]
    assert [str(item) for item in quantities("It weighs 1.500 kg of that")] == ["1.5"]
    assert [str(item) for item in quantities("Es kostet 1,500 und ist nicht neu")] == ["1.5"]
    assert str(quantities("1.500", comma=True)[0]) == "1500"
    assert str(quantities("eine Billion, die 3 Billionen")[-1]) == "3000000000000"


@pytest.mark.parametrize(
    ("text", "unit"),
    [
        ("$5", "$"),
        ("5 dollars", "$"),
        ("5 U.S. dollars", "$"),
        ("USD 5", "$"),
        ("€5", "€"),
        ("5 Euro", "€"),
        ("5 km", "km"),
        ("5 kilometres", "km"),
        ("5 miles", "mile"),
        ("5km", "km"),
        ("5%", "%"),
        ("5 men", ""),
    ],
)
def test_a_number_keeps_its_unit(text: str, unit: str) -> None:
    (found,) = quantities(text)
    assert (found.number, found.unit) == (5, unit)


def test_numbers_are_the_same_of_one_kind_and_unit() -> None:
    def one(text: str) -> Quantity:
        (found,) = quantities(text)
        return found

    assert one("$2.8bn").same(one("2,800,000,000"))
    assert one("5 kilometres").same(one("5 km"))
    for other in ("€2.8bn", "2.8 million", "2.8bn percent", "-2.8bn", "2.8 billionth"):
        assert not one("$2.8bn").same(quantities(other)[0])
    assert not one("15 percent").same(one("15"))
    assert not one("the 21st").same(one("21"))


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("PPR-9087", "ppr-9087", True),
        ("PPR-9087", "PPR9087", True),
        ("PPR-9087", "PPR-9078", False),
        ("2024/117-B", "2024/117-b", True),
        ("2024/117-B", "2024/171-B", False),
        ("A/RES/70/1", "A/RES/701", False),
        ("F-16", "F-15", False),
        ("2024-0113", "2024-1013", False),
    ],
)
def test_a_code_is_one_whatever_joins_it_and_no_other(one: str, other: str, same: bool) -> None:
    ((first,), (second,)) = (codes(f"the {text}.") for text in (one, other))
    assert (first.text == second.text) == same


@pytest.mark.parametrize(
    ("text", "part", "widened"),
    [
        ("Twenty-five ferries", "Twenty", "Twenty-five"),
        ("Twenty-five ferries", "five ferries", "Twenty-five ferries"),
        ("a fine of $3.2 billion", "3.2", "$3.2 billion"),
        ("it rose 2.5 percent", "2.5", "2.5 percent"),
        ("it rose 2.5 percent", "rose", "rose"),
        ("the valve PPR-9087", "9087", "PPR-9087"),
        ("it is −5 here", "5", "−5"),
    ],
)
def test_no_part_of_a_text_cuts_a_number(text: str, part: str, widened: str) -> None:
    start = text.index(part)
    assert text[slice(*whole(text, start, start + len(part)))] == widened


NUMBERS_WRITTEN = st.sampled_from(
    "2.5|2,5|twenty-five|3½|10⁶|$2.8bn|5m people|the 21st|1990s|15%|−5|1-24|two thirds".split("|")
)
WHOLES = st.integers(0, 10**12 - 1)
DECIMALS = st.decimals(0, 10**9, places=3, allow_nan=False, allow_infinity=False)
_ONES = "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen".split()
_ONES += "seventeen eighteen nineteen".split()
_TENS = "_ _ twenty thirty forty fifty sixty seventy eighty ninety".split()


def spelled(n: int) -> str:
    """Write a number out, as the British do."""
    for size, name in ((10**9, "billion"), (10**6, "million"), (1000, "thousand"), (100, "hundred")):
        if n >= size:
            head, rest = f"{spelled(n // size)} {name}", n % size
            joint = " and " if rest and rest < 100 else " "
            return f"{head}{joint}{spelled(rest)}" if rest else head
    if n < 20:
        return _ONES[n]
    return _TENS[n // 10] + (f"-{_ONES[n % 10]}" if n % 10 else "")


@given(WHOLES)
@example(100)
@example(101)
@example(1_000_000)
@example(999_999_999_999)
def test_a_whole_number_is_itself_however_it_is_written(n: int) -> None:
    for sign in (",", " ", "\u00a0", "\u202f", "\u2009"):
        assert values_of(f"about {f'{n:,}'.replace(',', sign)} men") == [n]
    assert values_of(f"etwa {f'{n:,}'.replace(',', '.')} Leute und der Rest", comma=True) == [n]
    assert values_of(f"about {n} men") == [n]


@given(st.integers(2, 10**12 - 1))
@example(1910)
@example(2020)
def test_a_number_in_words_is_itself(n: int) -> None:
    assert values_of(f"about {spelled(n)} men") == [n]
    assert values_of(f"About {spelled(n).upper()} men".replace("-", "\u2011")) == [n]
    assert values_of(f"minus {spelled(n)} degrees") == [-n]


@given(DECIMALS)
def test_a_decimal_keeps_its_point(number: Decimal) -> None:
    written = f"{number:.3f}"
    assert values_of(f"it was {written} percent, not 1.25", comma=False)[0] == number
    assert values_of(f"es war {written.replace('.', ',')} Prozent", comma=True) == [number]
    grouped = f"{number:,.3f}"
    assert values_of(f"it was {grouped} percent", comma=False) == [number]
    assert values_of(f"es war {grouped.translate(str.maketrans(',.', '.,'))} Prozent", comma=True) == [number]


@given(st.decimals(1, 999, places=1), st.sampled_from([("thousand", 3), ("million", 6), ("billion", 9), ("bn", 9)]))
def test_a_number_keeps_its_scale_sign_and_unit(number: Decimal, scale: tuple[str, int]) -> None:
    name, power = scale
    for before, after, unit in (("$", "", "$"), ("", " dollars", "$"), ("", " percent", "%"), ("", " tonnes", "tonne")):
        for minus in ("", "-", "−"):
            (found,) = quantities(f"to {minus}{before}{number} {name}{after}.")
            assert (found.number, found.unit) == (number * 10**power * (-1 if minus else 1), unit)
            assert found.number != number


@given(WHOLES, WHOLES)
def test_two_numbers_are_one_only_if_they_are(one: int, other: int) -> None:
    (first,), (second,) = (quantities(f"{n:,} men") for n in (one, other))
    assert first.same(second) == (one == other)


def values_of(text: str, comma: bool | None = None) -> list[Decimal]:
    return [item.number for item in quantities(text, comma=comma)]


@given(TEXTS)
@example("½ −3½ $.5 10⁶⁶⁶⁶ 2^999999999 10^-99999")
@example("a and a half and one hundred and")
@example("THE 1990S, THE 90’S-STYLE and the 80ſ")
def test_no_text_is_too_odd(text: str) -> None:
    last = 0
    for item in quantities(text):
        assert last <= item.start < item.end <= len(text)
        last = item.end
        assert plain(item.number)
    digits(text)


@pytest.mark.parametrize(
    "piece", ["one hundred and ", "1,234.5 ", "1-2-", "a half and ", "30 to 50 million ", "x1.", "½"]
)
def test_a_long_text_takes_no_longer_than_its_length(piece: str) -> None:
    unread = count()  # what was read is remembered

    def work(size: int) -> None:
        quantities(f"{piece * size}{next(unread)}")

    assert in_proportion(work, 1000)


@given(st.lists(st.one_of(NUMBERS_WRITTEN, st.sampled_from(["men", "and", "of the", "to"])), min_size=1, max_size=6))
def test_plain_digits_say_the_same(parts: list[str]) -> None:
    text = " ; ".join(parts)
    before = [(plain(item.number), item.kind) for item in quantities(text, comma=False) if not item.loose]
    after = [
        (plain(item.number), item.kind) for item in quantities(digits(text, comma=False), comma=False) if not item.loose
    ]
    assert after == before


def test_half_a_day_keeps_its_point() -> None:
    text = "Open from 8:15 a.m. to 2 p.m., said Ana."
    assert text[slice(*whole(text, 10, 18))] == "8:15 a.m."
    assert text[slice(*whole(text, 10, 28))] == "8:15 a.m. to 2 p.m."


def test_both_ends_of_a_range_are_one_part() -> None:
    text = "It costs between 40 and 50 million euros, a deal between Rome and Oslo."
    for part in ("40", "40 and 50"):
        at = text.index(part)
        assert text[slice(*whole(text, at, at + len(part)))] == "between 40 and 50 million"
    at = text.index("Rome")
    assert text[slice(*whole(text, at, at + 13))] == "Rome and Oslo"
