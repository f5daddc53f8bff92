from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.schema import Citation, Claim, Document
from rag.web.standing import Standing, standing, standings, taken, worst
from tests.unit.test_web_conversations import DOCUMENT, RAID, TEXT

QUOTE = RAID.citations[0]


def now(text: str, quote: str = QUOTE.quote, start: int = QUOTE.start) -> Standing:
    cited = Citation(1, "a.txt", "A", None, start, start + len(quote), quote, 0.9)
    return standing(cited, Document("a.txt", text, "A"))


def test_a_quote_stands_moved_or_is_gone() -> None:
    assert now(TEXT) == Standing("stands", QUOTE.start, QUOTE.end, QUOTE.quote)
    moved = now(f"A new paragraph.\n\n{TEXT}")
    assert (moved.state, moved.start) == ("moved", QUOTE.start + 18)
    assert now(TEXT.replace("32", "33")).state == "gone"
    assert standing(QUOTE, None).state == "gone"


def test_lines_that_are_broken_anew_are_no_change_of_words() -> None:
    text = "Now. In it 32\nmen  died. Then."
    moved = now(text)
    assert moved.state == "moved"
    assert text[moved.start : moved.end] == moved.quote == "In it 32\nmen  died."


def test_of_several_places_the_nearest_is_taken() -> None:
    text = f"{QUOTE.quote} {'x ' * 200}{QUOTE.quote} End."
    assert now(text, start=text.index("End")).start == text.rindex(QUOTE.quote)
    assert now(text, start=3).start == 0


@pytest.mark.parametrize(("text", "state"), [("He tidied up.", "gone"), ("He died.", "moved"), ("diedx", "gone")])
def test_words_are_not_found_within_words(text: str, state: str) -> None:
    assert now(text, "died", 9).state == state


@given(
    st.text(max_size=30), st.text(min_size=1, max_size=20).filter(str.strip), st.text(max_size=30), st.integers(0, 50)
)
def test_what_is_found_has_the_words_at_its_place(before: str, quote: str, behind: str, start: int) -> None:
    text = f"{before} {quote} {behind}"
    found = now(text, quote, start)
    assert found.state != "gone"
    assert text[found.start : found.end] == found.quote
    assert found.quote.split() == quote.split()


def test_an_answer_takes_the_new_places() -> None:
    text = f"A new paragraph.\n\n{TEXT}"
    document = replace(DOCUMENT, text=text, pages=(0, 18))
    other = replace(QUOTE, number=2, source="gone.txt")
    answer = replace(
        RAID, citations=(QUOTE, other), claims=(*RAID.claims, Claim("Written by an LLM.", "supported", (1, 2)))
    )
    found = standings(answer, {"a.txt": document}.get)
    assert [one.state for one in found] == ["moved", "gone"]
    assert worst(found) == "gone"
    assert worst(found[:1]) == "moved"
    assert worst([]) == "stands"
    new = taken(answer, found, "newer")
    first, second = new.citations
    assert text[first.start : first.end] == first.quote == QUOTE.quote
    assert (first.page, first.page_end) == (2, None)
    assert second == other
    assert new.claims == answer.claims
    assert new.index == "newer"


def test_a_claim_that_is_its_quote_stays_it() -> None:
    document = replace(DOCUMENT, text=TEXT.replace("32 men", "32\nmen").replace("The raid", "This raid"))
    found = standings(RAID, {"a.txt": document}.get)
    new = taken(RAID, found, "newer")
    assert new.claims[0].text == new.citations[0].quote == "In it 32\nmen died."
