import dataclasses

import pytest

from rag import reader
from rag.engine import Engine
from rag.reader import CONFIDENCE_FEATURES, RANK_FEATURES, SimilarityReader


@pytest.fixture(scope="module")
def similarity(engine: Engine) -> SimilarityReader:
    return SimilarityReader(engine.index)


def test_every_sentence_of_the_hits_is_measured(engine: Engine, similarity: SimilarityReader) -> None:
    question = "How many barrels of oil were promised on January 6?"
    hits = engine.search(question).hits
    candidates = similarity.candidates(question, hits)
    assert len(candidates) == sum(len(hit.passage.sentences) for hit in hits)
    wanted = {*RANK_FEATURES, *CONFIDENCE_FEATURES}
    assert all(candidate.features.keys() == wanted for candidate in candidates)
    (deal,) = (c for c in candidates if "30 to 50 million" in c.passage.quote(c.sentence))
    assert deal.features["kind"] == 1
    assert deal.features["numbers"] == 1
    assert deal.features["cosine"] == max(c.features["cosine"] for c in candidates)


def test_a_word_that_the_passage_lacks_is_met_worse(engine: Engine, similarity: SimilarityReader) -> None:
    def weakest(question: str) -> float:
        hits = engine.search(question).hits
        return max(candidate.features["weakest"] for candidate in similarity.candidates(question, hits))

    assert weakest("Who is the foreign minister of Cuba?") > weakest("Who is the zookeeper of Cuba?") + 0.1


def test_evidence_is_in_order_and_without_repeats(engine: Engine, similarity: SimilarityReader) -> None:
    question = "Who was captured in the military operation?"
    reading = similarity.read(question, engine.search(question).hits)
    scores = [item.score for item in reading.evidence]
    assert scores == sorted(scores, reverse=True)
    assert "captured Venezuelan President Nicolás Maduro" in reading.evidence[0].quote
    assert 0 < reading.confidence < 1


def test_the_same_words_are_quoted_once(engine: Engine, similarity: SimilarityReader) -> None:
    question = "Who was captured in the military operation?"
    hits = engine.search(question).hits
    copies = [dataclasses.replace(h, passage=dataclasses.replace(h.passage, source=h.passage.source)) for h in hits]
    once = similarity.read(question, hits).evidence
    twice = similarity.read(question, [*hits, *copies]).evidence
    assert [item.quote for item in twice] == [item.quote for item in once]


def test_no_hits_no_confidence(similarity: SimilarityReader) -> None:
    reading = similarity.read("Anything?", [])
    assert (reading.evidence, reading.confidence) == ((), 0.0)


def test_a_question_of_stop_words_alone_is_read(engine: Engine, similarity: SimilarityReader) -> None:
    hits = engine.search("oil").hits
    assert 0 <= similarity.read("who is he", hits).confidence < 0.5


def test_word_pieces_count_as_their_word() -> None:
    text = "a hegemon, U.S."
    assert reader._word_spans(text, [(0, 1), (2, 6), (6, 9), (9, 10), (11, 12), (12, 13)]) == [
        (0, 1), (2, 10), (2, 10), (2, 10), (11, 15), (11, 15),
    ]  # fmt: skip
