from rag import terms


def test_case_accents_and_forms_are_one() -> None:
    assert terms.terms("Díaz-Canel's ministers") == terms.terms("DIAZ-CANEL minister")


def test_the_country_is_a_term_and_the_pronoun_is_not() -> None:
    assert terms.terms("the US and the U.S. told us") == ["us", "us", "told"]


def test_numbers_are_compared_by_value() -> None:
    assert terms.numbers("2,000 men, twelve ships, 2.8 billion") == {"2000", "12", "2.8"}


def test_names_leave_out_the_word_that_opens_a_question() -> None:
    assert terms.names("Who replaced Nicolás Maduro?") == [terms.root("nicolas"), terms.root("maduro")]
    assert terms.names("NATO said what?") == [terms.root("nato")]


def test_scripts_without_spaces_are_compared_by_pairs() -> None:
    assert terms.words("東京都知事 said 日") == ["東京", "京都", "都知", "知事", "said", "日"]
    assert set(terms.terms("京都")) <= set(terms.terms("彼は京都に住む。"))
    assert terms.terms("서울 시장") == ["서울", "시장"]
