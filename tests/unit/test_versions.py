from dataclasses import replace

import pytest

from rag.documents.split import passages
from rag.reading.citations import compose
from rag.reading.selection import Selected, choose
from rag.schema import Document, Evidence, Passage, Reading


def evidence(
    text: str,
    source: str,
    published: str | None = None,
    publisher: str | None = None,
    title: str = "Expenses policy",
    score: float = 0.9,
    story: int | None = None,
) -> Evidence:
    """A sentence of a document of its own; its short answer stands between bars."""
    plain = text.replace("|", "")
    found: Passage
    (found,) = passages(Document(source, plain, title, published=published, publisher=publisher), 2000)
    return Evidence(replace(found, story=story), found.sentences[0], score, text.split("|")[1])


def asked(question: str, *found: Evidence, confidence: float = 0.9, newest: str | None = None) -> Selected:
    return choose(question, lambda _: Reading(found, confidence), 0.5, newest)


OLD = evidence("The allowance is |45 euros|.", "policy-2023.md", "2023-01-10")
NEW = evidence("The allowance is |62 euros|.", "policy-2026.md", "2026-02-01", score=0.8)


def told(chosen: Selected) -> list[tuple[str, bool]]:
    return [(version.value, version.superseded) for version in chosen.conflict]


def sources(chosen: Selected) -> list[str]:
    return [item.passage.source for item in chosen.quotes]


@pytest.mark.parametrize("question", ["What is the allowance?", "What is the current allowance?"])
def test_the_newer_version_answers_and_the_older_is_told(question: str) -> None:
    chosen = asked(question, OLD, NEW)
    assert (chosen.short_answer, sources(chosen)) == ("62 euros", ["policy-2026.md"])
    assert told(chosen) == [("62 euros", False), ("45 euros", True)]
    composed = compose(chosen)
    assert [claim.text for claim in composed.claims] == ["The allowance is 62 euros."]
    assert [(c.number, c.source) for c in composed.citations] == [(1, "policy-2026.md"), (2, "policy-2023.md")]
    assert [(s.value, s.citations, s.published, s.superseded) for s in composed.conflict] == [
        ("62 euros", (1,), "2026-02-01", False),
        ("45 euros", (2,), "2023-01-10", True),
    ]


@pytest.mark.parametrize(
    ("question", "answer"),
    [
        ("What was the allowance in 2023?", "45 euros"),
        ("What was the allowance in 2024?", "45 euros"),
        ("What was the allowance at the time of the 2023 policy?", "45 euros"),
        ("What was the allowance last year?", "45 euros"),
        ("What was the allowance before 2026?", "45 euros"),
        ("What was the previous allowance?", "45 euros"),
        ("What was the allowance in 2026?", "62 euros"),
        ("What has the allowance been since 2025?", "62 euros"),
    ],
)
def test_a_time_takes_the_version_that_held_then(question: str, answer: str) -> None:
    for order in ((OLD, NEW), (replace(NEW, score=0.9), replace(OLD, score=0.8))):
        chosen = asked(question, *order, newest="2026-02-01")
        assert (chosen.short_answer, told(chosen)) == (answer, [])
        assert len(chosen.quotes) == 1


def test_a_sentence_that_names_the_year_counts_before_its_date() -> None:
    first = evidence("Revenue was |3 million euros| in 2022.", "b.md", "2023-02-20", title="Annual report 2022")
    second = evidence("Revenue was |4 million euros| in 2023.", "c.md", "2024-02-20", title="Annual report 2023")
    assert asked("What was the revenue in 2023?", first, second).short_answer == "4 million euros"
    assert asked("What was the revenue in 2022?", second, first).short_answer == "3 million euros"


def test_what_held_then_is_found_though_no_text_says_the_year() -> None:
    """With its year the question is refused; without it the versions are read."""
    readings = {"What was the allowance?": Reading((NEW, replace(OLD, score=0.75)), 0.8)}
    unsure = Reading((NEW, replace(OLD, score=0.75)), 0.1)
    chosen = choose("What was the allowance in 2024?", lambda text: readings.get(text, unsure), 0.5)
    assert (chosen.short_answer, sources(chosen)) == ("45 euros", ["policy-2023.md"])


def test_what_was_no_answer_beside_its_time_is_one_only_of_several_versions() -> None:
    def read_unsure(*found: Evidence) -> Selected:
        sure, unsure = Reading(found, 0.9), Reading(found, 0.1)
        return choose("What was the allowance in 2023?", lambda text: unsure if "2023" in text else sure, 0.5)

    assert read_unsure(OLD, NEW).short_answer == "45 euros"
    assert read_unsure(OLD).quotes == ()


def test_what_happened_once_does_not_hold_in_other_years() -> None:
    old = evidence("The race was won by |Ana Silva|.", "race-2023.md", "2023-01-10", title="Race")
    new = evidence("The race was won by |Ben Ochoa|.", "race-2026.md", "2026-02-01", title="Race")
    unsure = Reading((new, old), 0.1)
    sure = Reading((new, old), 0.9)
    question = "Who won the race in 2024?"
    assert choose(question, lambda text: unsure if "2024" in text else sure, 0.5).quotes == ()


def test_sources_of_equal_standing_are_both_told() -> None:
    one = evidence("The raid killed |32| men.", "a.txt", "2026-01-03", "The Gazette", "Raid")
    other = evidence("The raid killed |47| men.", "b.txt", "2026-01-04", "The Echo", "Attack", 0.8)
    chosen = asked("How many men did the raid kill?", one, other)
    assert (chosen.short_answer, sources(chosen)) == ("32 or 47", ["a.txt", "b.txt"])
    assert told(chosen) == [("32", False), ("47", False)]
    now = asked("How many men did the raid kill so far, as of now?", one, other)
    assert told(now) == [("47", False), ("32", True)]


def test_near_copies_of_different_dates_are_versions() -> None:
    one = evidence("The raid killed |32| men.", "a.txt", "2026-01-03", title="Raid on the port", story=0)
    other = evidence("The raid killed |47| men.", "b.txt", "2026-01-04", title="Many dead", score=0.8, story=0)
    assert told(asked("How many men did the raid kill?", one, other)) == [("47", False), ("32", True)]


def test_undated_versions_are_told_by_the_years_in_their_names() -> None:
    old, new = (
        evidence(f"A ride costs |{price} euros|.", f"tariff-{year}.txt", title="Tariff", score=score)
        for price, year, score in ((2, 2023, 0.9), (3, 2025, 0.8))
    )
    for question in ("What does a ride cost now?", "What does a ride cost?"):
        chosen = asked(question, old, new)
        assert (chosen.short_answer, told(chosen)) == ("3 euros", [("3 euros", False), ("2 euros", True)])
    assert [(s.value, s.published) for s in compose(chosen).conflict] == [("3 euros", "2025"), ("2 euros", "2023")]
    undated = evidence("A ride costs |4 euros|.", "tariff.txt", title="Tariff", score=0.7)
    assert told(asked("What does a ride cost?", old, new, undated)) == [
        ("3 euros", False),
        ("4 euros", False),
        ("2 euros", True),
    ]
    dated = evidence("A ride costs |4 euros|.", "tariff-2025-b.txt", "2025-03-01", title="Tariff", score=0.7)
    assert ("3 euros", False) in told(asked("What does a ride cost?", new, dated))  # which of 2025 is later is unknown


def test_a_document_may_say_in_its_head_from_when_it_holds() -> None:
    heads = (
        "Valid from 1 January 2021.",
        "Version 2, March 2025.",
        "Valid from 1 January 2021.\n\nSince 2026 all is new.",
    )
    old, new, also_old = (
        evidence(f"A ride costs |{n} euros|. {head}", f"tariff-{name}.txt", title="Tariff")
        for n, (head, name) in enumerate(zip(heads, ("old", "new", "final"), strict=True))
    )
    assert told(asked("What does a ride cost?", old, new)) == [("1 euros", False), ("0 euros", True)]
    assert told(asked("What does a ride cost?", new, also_old)) == [("1 euros", False), ("2 euros", True)]


def test_what_holds_now_is_read_without_saying_so() -> None:
    sure = {"What is the current allowance?": 0.3, "What is the allowance?": 0.8}
    chosen = choose("What is the current allowance?", lambda text: Reading((OLD, NEW), sure[text]), 0.5)
    assert (chosen.short_answer, chosen.confidence) == ("62 euros", 0.8)


def test_the_fourth_of_its_maker_is_no_other_thing() -> None:
    one, other = (
        evidence(f"It is the {nth} album by |{name}|.", f"{name}.txt", title="Now", publisher=name)
        for nth, name in (("tenth", "Ann Lee"), ("fourth", "Bo Ek"))
    )
    assert asked("Who made the album?", one, other).short_answer == "Ann Lee or Bo Ek"


def test_the_first_sentence_tells_what_a_text_is_about() -> None:
    one = evidence("The raid on Alden killed |32| men.", "a.txt", title="Alden raid", publisher="A")
    text = "Soldiers raided Alden. The raid killed 47 men."
    found: Passage
    (found,) = passages(Document("b.txt", text, "Attack", publisher="B"), 2000)
    other = Evidence(found, found.sentences[1], 0.8, "47")
    assert asked("How many men did the raid on Alden kill?", one, other).short_answer == "32 or 47"


@pytest.mark.parametrize(
    "other",
    [
        evidence("The raid killed |thirty-two| men.", "b.txt"),
        evidence("The raid killed |more than 30| men.", "b.txt"),
        evidence("The raid killed |47| men, and not 32.", "b.txt"),
        evidence("The raid killed |47| men.", "a.txt"),
        evidence("The raid killed |47| men.", "b.txt", score=0.2),
        evidence("Another raid killed |47| men.", "b.txt"),
        evidence("The storm drowned |47| sheep.", "b.txt", title="Storm"),
        evidence("The raid killed |them|, men and all.", "b.txt"),
    ],
)
def test_what_is_no_conflict(other: Evidence) -> None:
    one = evidence("The raid killed |32| men.", "a.txt", title="Raid")
    chosen = asked("How many men did the raid kill?", one, other)
    assert (chosen.short_answer, chosen.conflict) == ("32", ())


def test_a_list_and_a_reason_have_many_right_parts() -> None:
    one, other = (evidence(f"|{name}| signed the treaty.", f"{name}.txt", title="x") for name in ("Peru", "Chile"))
    assert asked("Which countries signed the treaty?", one, other).conflict == ()
    assert asked("Why was the treaty signed?", one, other).conflict == ()


def test_yes_and_no_from_two_sources() -> None:
    yes = evidence("The minister |accepted| the offer.", "a.txt", title="a")
    no = evidence("The minister |refused| the offer.", "b.txt", title="b")
    chosen = asked("Did the minister accept the offer?", yes, no)
    assert (chosen.short_answer, told(chosen)) == ("yes or no", [("yes", False), ("no", False)])
    assert sources(chosen) == ["a.txt", "b.txt"]


def test_each_part_of_a_question_has_its_own_versions() -> None:
    who = evidence("|Ana Silva| wrote the policy.", "a.txt", title="a")
    asked_of = {"Who wrote the policy?": Reading((who,), 0.9)}
    chosen = choose(
        "Who wrote the policy? What is the allowance?", lambda text: asked_of.get(text, Reading((OLD, NEW), 0.8)), 0.5
    )
    assert chosen.short_answer == "Ana Silva; 62 euros"
    assert sources(chosen) == ["a.txt", "policy-2026.md"]
    assert told(chosen) == [("62 euros", False), ("45 euros", True)]


def test_days_are_told_as_dates_on_each_side() -> None:
    one = evidence("The ferry sank |yesterday|.", "a.txt", "2026-01-15", "The Gazette", "a")
    other = evidence("The ferry sank |on Tuesday|.", "b.txt", "2026-01-16", "The Echo", "b", 0.8)
    chosen = asked("When did the ferry sink?", one, other)
    assert chosen.short_answer == "14 January 2026 (“yesterday”) or 13 January 2026 (“on Tuesday”)"
    same = replace(other, passage=replace(other.passage, text=other.passage.text.replace("Tuesday", "Wednesday")))
    same = replace(same, sentence=replace(other.sentence, end=other.sentence.end + 2), short_answer="on Wednesday")
    assert asked("When did the ferry sink?", one, same).conflict == ()
