from dataclasses import replace
from urllib.parse import unquote

import pytest

from rag.exports.links import address, fragment, page
from rag.schema import Document
from tests.exported import DIED, NEWS, PAGE, PAPER


def link(document: Document, quote: str, at: int = 0) -> str | None:
    start = document.text.index(quote, at)
    return fragment(document, start, start + len(quote))


def test_a_short_quote_is_named_whole_with_its_signs_encoded() -> None:
    found = link(NEWS, DIED)
    assert found
    assert found.startswith(f"{PAGE}#:~:text=Officials%20said%2032%20people%2C%201%2D2%20of")
    assert "," not in found
    assert "&" not in found.partition("#")[2]
    assert unquote(found.partition("text=")[2]) == DIED


def test_a_long_quote_is_named_by_its_ends() -> None:
    quote = NEWS.text[NEWS.text.index("The longest") :].strip()
    assert link(NEWS, quote) == (f"{PAGE}#:~:text=The%20longest%20sentence%20of%20this,it%20ends%20here%20at%20last.")


def test_a_quote_over_lines_is_named_by_its_halves() -> None:
    assert link(replace(NEWS, text="One two\nthree four"), "One two\nthree four") == (
        f"{PAGE}#:~:text=One%20two,three%20four"
    )


def test_words_that_stand_there_twice_are_told_apart_by_their_neighbours() -> None:
    second = NEWS.text.index("It was a raid, again")
    assert link(NEWS, "It was a raid", second) == (
        f"{PAGE}#:~:text=%26%20many%20were%20hurt.-,It%20was%20a%20raid,-%2C%20again."
    )


def test_a_fragment_that_the_address_has_is_kept() -> None:
    assert link(replace(NEWS, url="https://a.example/b#part"), "hurt") == "https://a.example/b#part:~:text=hurt"


@pytest.mark.parametrize("url", [None, "", "javascript:alert(1)", "ftp://a.example", "https://a b", 'https://a"b'])
def test_only_a_page_of_the_web_is_linked_to(url: str | None) -> None:
    document = replace(NEWS, url=url)
    assert page(document) is None
    assert link(document, "hurt") is None


def test_an_address_of_a_source() -> None:
    assert address(PAPER.source, 3, 9) == "quoteline://source/papers/%C3%9Cbersicht%201.pdf?start=3&end=9"
    assert address("a?b#c.txt") == "quoteline://source/a%3Fb%23c.txt"
