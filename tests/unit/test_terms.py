import re

import pytest
from hypothesis import given

from rag.text import terms
from tests.unit.test_eval_text import TEXTS


def test_case_accents_and_forms_are_one() -> None:
    assert terms.terms("Díaz-Canel's ministers") == terms.terms("DIAZ-CANEL minister")


def test_the_country_is_a_term_and_the_pronoun_is_not() -> None:
    assert terms.terms("the US and the U.S. told us") == ["us", "us", "told"]


def test_numbers_are_compared_by_value() -> None:
    assert terms.numbers("2,000 men, twelve ships, 2.8 billion") == {"2000", "12", "2800000000"}


def test_names_leave_out_the_word_that_opens_a_question() -> None:
    assert terms.names("Who replaced Nicolás Maduro?") == [terms.root("nicolas"), terms.root("maduro")]
    assert terms.names("NATO said what?") == [terms.root("nato")]


def test_scripts_without_spaces_are_compared_by_pairs() -> None:
    assert terms.words("東京都知事 said 日") == ["東京", "京都", "都知", "知事", "said", "日"]
    assert set(terms.terms("京都")) <= set(terms.terms("彼は京都に住む。"))
    assert terms.terms("서울 시장") == ["서울", "시장"]


@pytest.mark.parametrize(
    "writings",
    [
        ("2.8 billion", "$2.8bn", "2,800,000,000", "two billion eight hundred million"),
        ("2.5 percent", "2,5 Prozent", "2½ %", "two and a half per cent"),
        ("1,234,567 men", "1 234 567 men", "1\u202f234\u202f567 men"),
        ("twenty-five", "25", "Twenty Five"),
        ("10⁶", "10^6", "1,000,000", "one million", "1m people"),
        ("the 21st century", "the twenty-first century"),
        ("1st", "first"),
        ("January 3rd", "January 3", "the third of January"),
    ],
)
def test_a_number_is_one_term_however_it_is_written(writings: tuple[str, ...]) -> None:
    first, *others = ({term for term in terms.terms(text) if term[0].isdigit() or term == "first"} for text in writings)
    assert len(first) == 1
    assert all(other == first for other in others)


@pytest.mark.parametrize(
    ("one", "other"),
    [("2.5", "25"), ("1.5 million", "1.5 billion"), ("-5", "5"), ("10⁶", "106"), ("3½", "31/2"), ("21st", "21")],
)
def test_another_number_is_another_term(one: str, other: str) -> None:
    assert not set(terms.terms(f"It was {one} of that.")) & set(terms.terms(f"It was {other} of that."))


@pytest.mark.parametrize("code", ["QX-4410", "F-16", "A/RES/70/1", "2024-0113", "2024/117-B", "COVID-19", "555-1234"])
def test_a_code_is_a_term_and_so_are_its_parts(code: str) -> None:
    found = terms.terms(f"The valve ({code}) was closed.")
    assert set(terms.terms(code.lower())) <= set(found)
    near = code[:-1] + ("8" if code[-1] != "8" else "9")
    assert set(terms.terms(code)) - set(terms.terms(f"The valve {near} was closed."))
    assert set(terms.terms(f"{re.split('[-/]', code)[-1]} valve")) <= set(found)


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("What did the WHO say?", ["who"]),
        ("What did who say?", []),
        ("Who said what?", []),
        ("The IT department and US firms", ["it", "us"]),
        ("It was us.", []),
        ("The W.H.O. said so.", ["who"]),
        ("What did Theresa May do?", ["may"]),
        ("He may do so in May.", ["may"]),
        ("What did Will open?", ["will"]),
        ("Will Smith opened it. May said so.", ["will", "may"]),
        ("Will it rain?", []),
        ("Mr. May told Ms. Will", ["may", "will"]),
        ('He said: "We will." They did. Once more: No', []),
        ("WHO IS IT?", []),
        ("The Lord Of The Rings", []),
    ],
)
def test_stop_words_that_are_names_are_terms(text: str, named: list[str]) -> None:
    assert [term for term in terms.terms(text) if term in terms.STOP] == named


def test_names_with_apostrophes_are_found_with_and_without_them() -> None:
    assert set(terms.terms("Sile OBrien-Nunez")) <= set(terms.terms("Síle O’Brien-Núñez was named"))
    assert set(terms.terms("Thiongo")) <= set(terms.terms("Ngũgĩ wa Thiong’o read"))
    assert terms.terms("Brien") == ["brien"]
    assert set(terms.terms("homme")) <= set(terms.terms("l’homme"))
    assert terms.words("don't, Cuba's") == ["don", "t", "cuba"]


def test_names_take_in_stop_words_that_are_some() -> None:
    assert terms.names("Did the union meet Theresa May and the WHO?")[-2:] == ["may", "who"]
    assert terms.names("the readers' part, the Readers' part") == [terms.root("readers")]


@given(TEXTS)
def test_no_text_is_too_odd(text: str) -> None:
    assert all(terms.terms(text)) or not text
    terms.numbers(text)
