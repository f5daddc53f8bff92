from typing import Any

import pytest

from rag.evaluation.evidence import Span, locate
from rag.evaluation.figures import FIGURES, judge, measure
from rag.evaluation.gold import Member, Question
from rag.schema import Answer, Citation, Claim, Copy, Document, Passage, Stated

TEXT = "Ana Ruiz left Havana. Ben stayed with 32 men. The oil ran out."
TEXTS = {"a.txt": TEXT, "copy.txt": f"By Reuters. {TEXT}"}
LEFT, STAYED, OIL = "Ana Ruiz left Havana.", "Ben stayed with 32 men.", "The oil ran out."


def document(source: str) -> Document | None:
    return Document(source, TEXTS[source], "") if source in TEXTS else None


def question(*quotes: str, answers: tuple[tuple[str, ...], ...] = (), **fields: Any) -> Question:
    evidence = tuple((Member("a.txt", quote),) for quote in quotes)
    return Question("q", "who", "Who?", **{"answerable": True, "answers": answers, "evidence": evidence, **fields})


def cited(number: int, quote: str, source: str = "a.txt", also: tuple[Copy, ...] = ()) -> Citation:
    start = TEXTS[source].index(quote)
    return Citation(number, source, "", None, start, start + len(quote), quote, 0.9, also=also)


def answered(*quotes: str | Citation, **fields: Any) -> Answer:
    citations = tuple(q if isinstance(q, Citation) else cited(n, q) for n, q in enumerate(quotes, start=1))
    claims = tuple(Claim(citation.quote, "supported", (citation.number,)) for citation in citations)
    return Answer("Who?", "Who?", "answered", None, 0.9, **{"claims": claims, "citations": citations, **fields})


REFUSED = Answer("Who?", "Who?", "refused", "not_supported", 0.1)


def passage(quote: str, source: str = "a.txt") -> Passage:
    start = TEXTS[source].index(quote)
    return Passage(source, start, start + len(quote), quote, ())


def figures(asked: Question, answer: Answer, *read: Passage) -> dict[str, float]:
    return measure(asked, locate(asked, document), answer, read, TEXTS.__getitem__)


def test_an_answerable_question_answered() -> None:
    asked = question(STAYED, answers=(("Ben", "Benjamin"),), must_not_contain=("Ana",))
    assert figures(asked, answered(STAYED, short_answer="Ben"), passage(STAYED), passage(OIL)) == {
        "evidence_recall": 1,
        "token_recall": 1,
        "token_precision": 5 / 9,
        "exact_match": 1,
        "f1": 1,
        "has_answer_exact_match": 1,
        "has_answer_f1": 1,
        "over_refusal": 0,
        "contains_answer": 1,
        "answer_recall": 1,
        "citation_recall": 1,
        "citation_precision": 1,
        "forbidden": 0,
        "pointer_validity": 1,
        "alce_recall_lexical": 1,
        "alce_precision_lexical": 1,
    }


def test_an_answerable_question_refused_scores_zero_where_an_answer_was_due() -> None:
    asked = question(STAYED, answers=(("32",),), must_not_contain=("Ana",))
    assert figures(asked, REFUSED) == {
        "evidence_recall": 0,
        "token_recall": 0,
        "exact_match": 0,
        "f1": 0,
        "has_answer_exact_match": 0,
        "has_answer_f1": 0,
        "over_refusal": 1,
        "contains_answer": 0,
        "answer_recall": 0,
        "value_match": 0,
        "citation_recall": 0,
    }


def test_an_unanswerable_question_refused() -> None:
    wanted = {"exact_match": 1, "f1": 1, "false_answer": 0, "no_answer_accuracy": 1}
    assert figures(question(answerable=False), REFUSED, passage(OIL)) == wanted


def test_an_unanswerable_question_answered() -> None:
    found = figures(question(answerable=False, must_not_contain=("Ana Ruiz",)), answered(LEFT), passage(LEFT))
    sound = {"pointer_validity": 1, "alce_recall_lexical": 1, "alce_precision_lexical": 1}
    assert found == {"exact_match": 0, "f1": 0, "false_answer": 1, "no_answer_accuracy": 0, "forbidden": 1, **sound}


def test_without_gold_evidence_nothing_is_said_of_retrieval_and_citations() -> None:
    found = figures(question(answers=(("Ben",),)), answered(STAYED), passage(STAYED))
    assert not found.keys() & {"evidence_recall", "token_recall", "citation_recall", "citation_precision"}
    assert found["contains_answer"] == 1
    assert not figures(question(STAYED), answered(STAYED)).keys() & {"contains_answer", "f1", "value_match"}


def test_evidence_that_names_a_document_is_met_by_any_place_in_it() -> None:
    found = figures(question("", answers=(("Ben",),)), answered(STAYED), passage(OIL))
    assert (found["evidence_recall"], found["citation_recall"], found["citation_precision"]) == (1, 1, 1)
    assert "token_recall" not in found
    elsewhere = answered(cited(1, OIL, source="copy.txt"))
    assert figures(question(""), elsewhere)["citation_recall"] == 0


def test_groups_of_evidence_are_met_in_part() -> None:
    found = figures(question(STAYED, LEFT), answered(STAYED, OIL), passage("Ben stayed with"), passage(OIL))
    assert (found["citation_recall"], found["citation_precision"]) == (0.5, 0.5)
    assert found["evidence_recall"] == 0.5
    assert found["token_recall"] == pytest.approx((3 / 5 + 0) / 2)
    assert found["token_precision"] == pytest.approx(3 / 7)


def test_words_of_another_source_are_not_those_of_the_evidence() -> None:
    found = figures(question(STAYED), REFUSED, passage(STAYED, "copy.txt"))
    assert (found["evidence_recall"], found["token_recall"], found["token_precision"]) == (0, 0, 0)


def test_a_copy_counts_as_cited() -> None:
    at = TEXT.index(STAYED)
    copied = cited(1, STAYED, "copy.txt", also=(Copy("a.txt", None, None, at, at + len(STAYED)),))
    assert figures(question(STAYED), answered(copied))["citation_precision"] == 1
    assert figures(question(STAYED), answered(cited(1, STAYED, "copy.txt")))["citation_recall"] == 0


def test_a_broken_pointer_lowers_pointer_validity() -> None:
    broken = Citation(2, "a.txt", "", None, 1, 1 + len(LEFT), LEFT, 0.9)
    assert figures(question(LEFT), answered(LEFT, broken))["pointer_validity"] == 0.5


@pytest.mark.parametrize(
    ("claim", "quotes", "recall", "precision"),
    [
        (STAYED, (STAYED,), 1, 1),
        (STAYED, (STAYED, OIL), 1, 0.5),  # superfluous: it entails nothing, and the other entails all
        (STAYED, (STAYED, STAYED), 1, 1),  # each entails alone
        ("Ben stayed with 32 men. The oil ran out.", (STAYED, OIL), 1, 1),  # neither alone, and both are needed
        ("Ben stayed with 33 men.", (STAYED,), 0, 0),
        (STAYED, (), 0, None),
    ],
)
def test_citations_support_as_in_alce(claim: str, quotes: tuple[str, ...], recall: float, precision: float) -> None:
    claims = (Claim(claim, "supported", tuple(range(1, len(quotes) + 1))),)
    found = figures(question(STAYED), answered(*quotes, claims=claims))
    assert (found["alce_recall_lexical"], found.get("alce_precision_lexical")) == (recall, precision)


def test_answers_in_several_groups_are_held_in_part_and_have_no_short_answer() -> None:
    asked = question(STAYED, answers=(("Ben",), ("31", "thirty-two"), ("Ana",)))
    found = figures(asked, answered(STAYED))
    assert (found["contains_answer"], found["answer_recall"], found["value_match"]) == (0, 1 / 3, 1)
    assert "f1" not in found


def test_an_answer_may_stand_in_the_short_answer_alone() -> None:
    assert figures(question(answers=(("Benjamin",),)), answered(STAYED, short_answer="Benjamin"))["answer_recall"] == 1


def test_evidence_that_is_not_there_is_not_cited() -> None:
    found = figures(question("Eve came."), answered(STAYED), passage(STAYED))
    assert (found["citation_recall"], found["citation_precision"]) == (0, 0)


def test_every_figure_that_is_measured_is_known() -> None:
    asked = question(STAYED, answers=(("32",),), must_not_contain=("Ana",))
    found = figures(asked, answered(STAYED), passage(STAYED)) | figures(question(answerable=False), REFUSED)
    assert found.keys() <= FIGURES.keys()
    assert FIGURES.keys() - found.keys() == {
        "correct", "truthfulness", "recall@1", "recall@5", "recall@10", "ndcg@10", "rr@10", "flip"
    }  # fmt: skip


def test_right_and_cited() -> None:
    asked = question(STAYED, answers=(("thirty-two", "31"), ("Ben",)), must_not_contain=("Ana",))
    at = TEXT.index(STAYED)
    span = Span("a.txt", at, at + len(STAYED))
    gold = locate(asked, document)
    assert judge(asked, gold, STAYED, [span]) == []
    assert judge(asked, gold, "Ben and Ana", []) == [
        "answer 1 (thirty-two | 31) is not in the answer",
        f"evidence 1 (a.txt: {STAYED}) is not cited",
        "the answer contains 'Ana'",
    ]


def test_why_an_answer_is_wrong_is_told_briefly() -> None:
    asked = Question(
        "q", "who", "Who?", answerable=True, evidence=((Member("a.txt", "x" * 90),), (), (Member("b", ""),))
    )
    why = judge(asked, locate(asked, document), "", [])
    assert why == [
        f"evidence 1 (a.txt: {'x' * 80}…) is not cited",
        "evidence 2 (?: no member) is not cited",
        "evidence 3 (b: the whole document) is not cited",
    ]


def test_what_is_told_as_one_side_of_a_conflict_is_not_said_as_if_undisputed() -> None:
    asked = question(STAYED, answers=(("Ben",),), must_not_contain=("Ana",))
    both = answered(STAYED, LEFT)
    disputed = answered(STAYED, LEFT, conflict=(Stated("Ben", (1,)), Stated("Ana", (2,))))
    other = answered(STAYED, LEFT, conflict=(Stated("Ben", (1,)), Stated("32", (1,))))
    assert [figures(asked, answer)["forbidden"] for answer in (both, disputed, other)] == [1, 0, 1]
    spans = [Span("a.txt", TEXT.index(STAYED), TEXT.index(OIL) - 1)]
    gold = locate(asked, document)
    assert judge(asked, gold, both.answer, spans) == ["the answer contains 'Ana'"]
    assert judge(asked, gold, disputed.answer, spans, LEFT) == []
