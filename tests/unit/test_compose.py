from dataclasses import replace

import pytest

from rag.documents.split import passages
from rag.reading.citations import MOST_CHARS, Line, compose, quoted
from rag.reading.selection import Selected
from rag.schema import Document, Evidence, Passage

TEXT = "One fact\nis this. Two [1] facts. Ana Silva came. She said four facts. Five facts."


def passage(text: str = TEXT) -> Passage:
    (found,) = passages(Document("a.txt", text, "Title", published="2024-01-02"), 3000)
    return found


def quotes(*numbers: int, of: Passage | None = None) -> tuple[Evidence, ...]:
    of = of or passage()
    return tuple(Evidence(of, of.sentences[n], 0.9) for n in numbers)


def test_each_claim_is_a_sentence_with_its_own_number() -> None:
    composed = compose(Selected(0.9, quotes(0, 2)))
    assert [(c.text, c.citations) for c in composed.claims] == [("One fact is this.", (1,)), ("Ana Silva came.", (2,))]
    for citation in composed.citations:
        assert TEXT[citation.start : citation.end] == citation.quote
    assert composed.citations[0].quote == "One fact\nis this.", "a quote is verbatim, a claim reads on one line"
    assert (composed.citations[0].title, composed.citations[0].published) == ("Title", "2024-01-02")
    assert composed.closest == ()


def test_what_looks_like_a_citation_in_a_source_is_text() -> None:
    composed = compose(Selected(0.9, quotes(1)))
    assert composed.claims[0].text == "Two [1] facts."
    assert [citation.quote for citation in composed.citations] == ["Two [1] facts."]


def test_a_pronoun_brings_the_sentence_before_it() -> None:
    composed = compose(Selected(0.9, quotes(3)))
    (citation,) = composed.citations
    assert citation.quote == "Ana Silva came. She said four facts." == composed.claims[0].text
    assert TEXT[citation.start : citation.end] == citation.quote


def test_not_if_that_sentence_is_quoted_already_or_is_not_there_or_is_long() -> None:
    assert [c.quote for c in compose(Selected(0.9, quotes(2, 3))).citations] == [
        "Ana Silva came.",
        "She said four facts.",
    ]
    first = passage("She said so. More.")
    assert compose(Selected(0.9, quotes(0, of=first))).citations[0].quote == "She said so."
    long = passage(f"Ana {'x' * (MOST_CHARS - 18)}. She said so.")
    assert compose(Selected(0.9, quotes(1, of=long))).citations[0].quote.startswith("Ana")
    longer = passage(f"Ana {'x' * (MOST_CHARS - 17)}. She said so.")
    assert compose(Selected(0.9, quotes(len(longer.sentences) - 1, of=longer))).citations[0].quote == "She said so."


def test_a_refusal_shows_what_came_closest_and_cites_nothing() -> None:
    composed = compose(Selected(0.1, closest=quotes(0, 3)))
    assert composed.claims == composed.citations == ()
    assert [closest.quote for closest in composed.closest] == ["One fact\nis this.", "She said four facts."]
    assert all(TEXT[c.start : c.end] == c.quote for c in composed.closest)


def test_without_evidence_there_is_nothing() -> None:
    empty = compose(Selected(0.0))
    assert empty.claims == empty.citations == empty.closest == ()


def test_lines_share_quotes_and_numbers_count_their_first_use() -> None:
    first, second, third = (line.evidence[0] for line in quoted(Selected(0.9, quotes(0, 1, 2))))
    lines = [Line("A.", (third,)), Line("B, see [7].", (first, third)), Line("C.", (first,))]
    composed = compose(Selected(0.9, quotes(0, 1, 2)), lines)
    assert [(claim.text, claim.citations) for claim in composed.claims] == [
        ("A.", (1,)),
        ("B, see [7].", (1, 2)),
        ("C.", (2,)),
    ]
    assert [(c.number, c.quote) for c in composed.citations] == [(1, third.quote), (2, first.quote)]
    assert all(TEXT[c.start : c.end] == c.quote for c in composed.citations)
    assert second.quote not in [c.quote for c in composed.citations]


def test_quotes_alone_are_lines_of_their_own() -> None:
    chosen = Selected(0.9, quotes(0, 2))
    assert compose(chosen) == compose(chosen, quoted(chosen))
    assert compose(chosen, []).claims == ()


@pytest.mark.parametrize(
    ("text", "number", "quote"),
    [
        ("# Report\n\n## Prices\n\nIt costs 12 euros a day.", 2, "It costs 12 euros a day."),
        ("Prices\n\nIt costs 12 euros a day.", 1, "It costs 12 euros a day."),
        ("Background\nThe raid killed 32 men, said the army.", 0, "The raid killed 32 men, said the army."),
        ("Background\n==========\nThe raid killed 32 men.", 0, "The raid killed 32 men."),
        ("Rain.\n\n**Who pays**\nThe city pays 3 euros a day.", 1, "The city pays 3 euros a day."),
    ],
)
def test_a_heading_is_no_part_of_a_quote(text: str, number: int, quote: str) -> None:
    of = passage(text)
    for composed in (
        compose(Selected(0.9, quotes(number, of=of))),
        compose(Selected(0.1, closest=quotes(number, of=of))),
    ):
        (pointer,) = composed.citations or composed.closest
        assert pointer.quote == quote == text[pointer.start : pointer.end]


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("The minister of the interior of all the land said on\nMonday that nobody was hurt.", 0),
        ("It rained, said the man whom they call Mr Smith of Orda.\nHe left. Mr Smith\nWent to the market at Orda.", 2),
        ("Rain fell on\nOrda.", 0),
    ],
)
def test_a_line_that_is_merely_wrapped_is_no_heading(text: str, number: int) -> None:
    of = passage(text)
    (citation,) = compose(Selected(0.9, quotes(number, of=of))).citations
    assert citation.quote.endswith(of.quote(of.sentences[number]))


def test_a_heading_that_answers_stays() -> None:
    (item,) = quotes(0, of=passage("Closed on Monday\nThe museum of Orda opens on every other day."))
    said = replace(item, short_answer="Monday")
    assert compose(Selected(0.9, (said,))).citations[0].quote.startswith("Closed on Monday")
