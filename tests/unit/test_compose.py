from rag.compose import MOST_CLAIMS, MOST_CLOSEST, compose
from rag.schema import Document, Evidence, Passage, Reading
from rag.split import passages

TEXT = "One fact\nis this. Two [1] facts. Three facts. Four facts. Five facts."


def reading(*scores: float, confidence: float = 0.9) -> Reading:
    (passage,) = passages(Document("a.txt", TEXT, "Title", published="2024-01-02"), 1000)
    evidence = [Evidence(passage, s, score) for s, score in zip(passage.sentences, scores, strict=False)]
    return Reading(tuple(sorted(evidence, key=lambda item: -item.score)), confidence)


def test_each_claim_is_a_sentence_with_its_own_number() -> None:
    composed = compose(reading(0.9, 0.1, 0.89), threshold=0.5)
    assert [(c.text, c.citations) for c in composed.claims] == [("One fact is this.", (1,)), ("Three facts.", (2,))]
    for citation in composed.citations:
        assert TEXT[citation.start : citation.end] == citation.quote
    assert composed.citations[0].quote == "One fact\nis this.", "a quote is verbatim, a claim reads on one line"
    assert (composed.citations[0].title, composed.citations[0].published) == ("Title", "2024-01-02")
    assert composed.closest == ()


def test_what_looks_like_a_citation_in_a_source_is_text() -> None:
    composed = compose(reading(0.1, 0.9), threshold=0.5)
    assert composed.claims[0].text == "Two [1] facts."
    assert [citation.quote for citation in composed.citations] == ["Two [1] facts."]


def test_the_best_comes_first_and_the_rest_in_the_order_of_the_text() -> None:
    composed = compose(reading(0.88, 0.89, 0.9), threshold=0.5)
    assert [claim.text for claim in composed.claims] == ["Three facts.", "One fact is this.", "Two [1] facts."]


def test_at_most_so_many_claims() -> None:
    assert len(compose(reading(0.9, 0.9, 0.9, 0.9, 0.9), threshold=0.5).claims) == MOST_CLAIMS


def test_below_the_threshold_nothing_is_claimed() -> None:
    composed = compose(reading(0.9, 0.8, 0.7, 0.6, confidence=0.49), threshold=0.5)
    assert composed.claims == composed.citations == ()
    assert [closest.quote for closest in composed.closest] == ["One fact\nis this.", "Two [1] facts.", "Three facts."]
    assert len(composed.closest) == MOST_CLOSEST
    assert all(TEXT[c.start : c.end] == c.quote for c in composed.closest)


def test_without_evidence_there_is_nothing() -> None:
    empty = compose(Reading((), 0.0), threshold=0.0)
    assert empty.claims == empty.citations == empty.closest == ()


def test_confidence_at_the_threshold_answers() -> None:
    assert compose(reading(0.9, confidence=0.5), threshold=0.5).claims


def test_passage_quotes() -> None:
    (passage,) = passages(Document("a.txt", TEXT, ""), 1000)
    assert isinstance(passage, Passage)
    assert [passage.quote(s) for s in passage.sentences][-1] == "Five facts."
