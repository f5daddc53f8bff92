"""Bylines, date lines and signatures: what they may answer, and whose text a signature signs."""

import pytest

from rag.reading.margin import beside, is_byline, is_date_line, signature, told
from rag.schema import Evidence, Passage, Reading, Sentence

LETTERS = (
    "Ana Lind\nNorrby",
    "Save the pool",
    "The pool is where our children learn to swim.",
    "Bo Ek\nVale",
    "Close the pool",
    "The pool costs 90,000 euros a year.",
    "Olga Ruiz\nBrink",
)


def passage(*texts: str) -> Passage:
    spans, at = [], 0
    for text in texts:
        spans.append(Sentence(at, at + len(text)))
        at += len(text) + 2
    return Passage("letters.txt", 0, at - 2, "\n\n".join(texts), tuple(spans), "Letters")


def reading(read: Passage, *order: int) -> Reading:
    items = [Evidence(read, read.sentences[n], 0.9 - 0.1 * place, "x") for place, n in enumerate(order)]
    return Reading(tuple(items), 0.7)


@pytest.mark.parametrize(
    ("question", "writer"),
    [
        ("Who says that the children learn to swim in the pool?", "Bo Ek"),
        ("Who wrote that the pool costs 90,000 euros?", "Olga Ruiz"),
    ],
)
def test_a_letter_is_of_the_name_below_it(question: str, writer: str) -> None:
    letters = passage("Our children need a school.", *LETTERS)
    found = told(question, reading(letters, 1, 4, 3, 6, 2, 5, 7, 0))
    assert found.evidence[0].short_answer == writer
    assert found.evidence[0].quote.startswith(writer)
    assert found.confidence == 0.7


def test_prose_that_tells_who_stays_first() -> None:
    letters = passage("Our children need a school.", *LETTERS)
    before = reading(letters, 3, 1, 2)
    assert told("Who learns to swim in the pool?", before) == before
    before = reading(letters, 1, 3)
    assert told("When do the children learn to swim?", before) == before


def test_names_above_their_texts_sign_nothing_below() -> None:
    forum = passage("Ana Lind", "The pool is shut.", "It was cold", "Bo Ek", "The road is open.")
    before = reading(forum, 0, 1, 3, 4)
    assert told("Who says that the pool is shut?", before) == before


def test_a_byline_answers_who_wrote_and_nothing_else() -> None:
    texts = ["By Marta Lindqvist", "Divers found a crack in the pier."]
    assert beside("Who found the crack?", texts) == {0}
    assert beside("Who wrote the article?", texts) == set()
    assert beside("Who found the crack?", texts[:1]) == set()


def test_a_date_line_answers_where_no_sentence_says_it() -> None:
    texts = ["March 14, 2025", "The bridge was opened in 1968 by the queen."]
    assert beside("When was the bridge opened?", texts) == {0}
    assert beside("When was the committee meeting?", texts) == set()


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("— Peter Holm, San Mirro", "Peter Holm"),
        ("Nina de la Cruz\nTeacher\nOak Creek", "Nina de la Cruz"),
        ("Peter Holm lost his house.", ""),
        ("Save the pool", ""),
        ("Peter Holm: no comment", ""),
    ],
)
def test_signatures(text: str, name: str) -> None:
    assert signature(text) == name


def test_forms_of_lines() -> None:
    assert all(map(is_byline, ("By Ana Lind", "BY ANA LIND", "**By Ana Lind and Bo Ek**", "By Ana Lind, staff writer")))
    assert not any(map(is_byline, ("By Monday it was over.", "By Monday", "Ana Lind")))
    assert all(map(is_date_line, ("3 May 2024", "Published on 3 May 2024", "Updated May 3, 2024 at 10:30 GMT")))
    assert not any(map(is_date_line, ("It opened on 3 May 2024", "May 3", "")))
