import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.evaluation.evidence import Gold, Span, citation_spans, covered, locate, places_of
from rag.evaluation.gold import Member, Question
from rag.schema import Citation, Copy, Document

TEXT = "Ana left. Ben\n  stayed (it rained). Ana left."


@pytest.mark.parametrize(
    ("quote", "found"),
    [
        ("Ana left", ["Ana left", "Ana left"]),
        ("Ben stayed", ["Ben\n  stayed"]),
        (" Ben\tstayed ", ["Ben\n  stayed"]),
        ("(it rained).", ["(it rained)."]),
        ("An", []),
        ("eft.", []),
        ("stay", []),
        ("ana left", []),
        ("A.a", []),
        (". Ben", [". Ben"]),
        ("", [TEXT]),
        (" \n", [TEXT]),
    ],
)
def test_a_quote_is_found_at_word_edges_whatever_the_white_space(quote: str, found: list[str]) -> None:
    assert [TEXT[start:end] for start, end in places_of(quote, TEXT)] == found


@given(st.text(min_size=1, max_size=30).filter(str.strip), st.text(max_size=30))
def test_any_quote_is_found_between_spaces(quote: str, other: str) -> None:
    text = f"{other} {quote} {other}"
    found = [text[start:end] for start, end in places_of(quote, text)]
    assert found
    assert all(place.split() == quote.split() for place in found)


@pytest.mark.parametrize(
    ("other", "meets"),
    [
        (Span("a", 15, 25), True),  # half of both
        (Span("a", 16, 26), False),
        (Span("a", 0, 1000), True),
        (Span("a", 12, 14), False),  # a part, and too short to show anything
        (Span("a", 11, 19), True),
        (Span("a", 20, 30), False),
        (Span("b", 10, 20), False),
        (Span("a", 15, 15), False),
    ],
)
def test_a_span_meets_a_place_that_it_shows_half_of(other: Span, meets: bool) -> None:
    assert other.meets(Span("a", 10, 20)) is meets


def test_a_sentence_meets_a_longer_place_that_it_is_a_part_of() -> None:
    assert Span("a", 10, 30).meets(Span("a", 0, 5000))
    assert not Span("a", 4990, 5011).meets(Span("a", 0, 5000))  # most of it lies outside


def test_a_citation_of_everything_is_none() -> None:
    assert citation_spans(Citation(1, "a", "", None, 0, 1001, "…", 0.9)) == ()


def test_a_group_is_met_by_any_of_its_places() -> None:
    gold = Gold(((Span("a", 0, 10), Span("b", 0, 10)), (Span("a", 20, 30),), ()), whole=False, missing=())
    assert gold.met([Span("b", 2, 8), Span("a", 22, 90)]) == [True, True, False]
    assert gold.met([Span("a", 2, 8)]) == [True, False, False]
    assert gold.met([]) == [False, False, False]
    assert gold.spans == (Span("a", 0, 10), Span("b", 0, 10), Span("a", 20, 30))


def document(source: str) -> Document | None:
    return Document(source, TEXT, "") if source == "a.txt" else None


def test_evidence_is_located_and_what_is_not_there_is_named() -> None:
    there, gone, elsewhere = Member("a.txt", "Ana left"), Member("a.txt", "Eve left"), Member("b.txt", "Ana left")
    evidence = ((gone, there), (gone, elsewhere))
    gold = locate(Question("q", "who", "Who?", answerable=True, evidence=evidence), document)
    assert gold == Gold(
        ((Span("a.txt", 0, 8), Span("a.txt", 36, 44)), ()), whole=False, missing=(gone, gone, elsewhere)
    )


def test_an_empty_quote_is_the_whole_document() -> None:
    evidence = ((Member("a.txt", ""), Member("b.txt", "")),)
    gold = locate(Question("q", "who", "Who?", answerable=True, evidence=evidence), document)
    assert gold == Gold(((Span("a.txt", 0, len(TEXT)),),), whole=True, missing=(Member("b.txt", ""),))


def test_covered_counts_the_words_that_start_in_spans_of_the_same_source() -> None:
    text, wanted = "one two three four", Span("a", 4, 18)
    assert covered(text, wanted, []) == (0, 3)
    assert covered(text, wanted, [Span("a", 4, 7), Span("a", 0, 9)]) == (2, 3)
    assert covered(text, wanted, [Span("b", 0, 18), Span("a", 14, 15)]) == (1, 3)
    assert covered(text, Span("a", 3, 4), [wanted]) == (0, 0)


def test_a_citation_stands_for_its_copies_too() -> None:
    citation = Citation(1, "a", "", None, 3, 9, "a text", 0.9, also=(Copy("b", None, None, 5, 11),))
    assert citation_spans(citation) == (Span("a", 3, 9), Span("b", 5, 11))
