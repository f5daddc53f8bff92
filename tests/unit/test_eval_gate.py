import json
from pathlib import Path
from typing import Any

import pytest

from rag.errors import GoldError
from rag.evaluation import gate
from rag.evaluation.gate import Failure, Gate, below_floors, checks, floors, not_passed, regressions
from rag.evaluation.gold import GoldFile
from rag.evaluation.results import Result


def result(id_: str = "q1", **fields: Any) -> Result:
    passed = fields.get("passed", True)
    given: dict[str, Any] = {
        "file": "gold", "type": "who", "split": None, "question": f"Who is {id_}?", "history": [], "standalone": "",
        "answerable": True, "must_pass": False, "reviewed": True, "line": 1, "about": id_, "gold": {},
        "outcome": "answered", "passed": passed, "figures": {"correct": float(passed)},
    }  # fmt: skip
    return Result(id=id_, **{**given, **fields})


def many(right: int, of: int = 100, name: str = "correct", value: float = 1.0) -> list[Result]:
    return [result(f"q{n}", figures={name: value if n < right else 0.0}) for n in range(of)]


@pytest.fixture
def gold(tmp_path: Path) -> GoldFile:
    return GoldFile.at(tmp_path / "gold.jsonl.gz")


def floored(gold: GoldFile, toml: str) -> dict[str, dict[str, float]]:
    (gold.beside / gate.FLOORS).write_text(toml, encoding="utf-8")
    return floors(gold)


def test_floors_are_read_for_all_questions_and_each_type(gold: GoldFile) -> None:
    assert floors(gold) == {}
    assert floored(gold, '[gold]\ncorrect = 0.8\n"recall@10" = 1\n[gold.types.who]\ncorrect = 0.7') == {
        "all": {"correct": 0.8, "recall@10": 1},
        "who": {"correct": 0.7},
    }


@pytest.mark.parametrize(
    ("toml", "told"),
    [
        ("[gold", "cannot be read: "),
        ("gold = 3", "write the floors of gold as a table"),
        ("[gold]\ntypes = 3", "write the floors of gold as a table"),
        ("[gold.types]\nwho = 0.7", "write the floors of gold as a table"),
        ("[gold]\ncorectness = 0.8", "corectness = 0.8 for all of gold: write a number for one of correct, "),
        ("[gold.types.who]\ncorrect = '0.8'", "correct = '0.8' for who of gold: write a number"),
        ("[gold]\ncorrect = true", "correct = True for all of gold: write a number"),
        ("[gold]\ncorrect = nan", "correct = nan for all of gold: write a number"),
    ],
)
def test_floors_that_cannot_be_used_are_told(gold: GoldFile, toml: str, told: str) -> None:
    with pytest.raises(GoldError) as error:
        floored(gold, toml)
    assert str(error.value).startswith(f"{gold.beside / 'floors.toml'}")
    assert told in str(error.value)


@pytest.mark.parametrize(
    ("wanted", "told"),
    [
        ({"all": {"correct": 0.7}}, []),
        ({"all": {"correct": 0.71}}, ["correct (all) is 0.7: least 0.71"]),
        ({"all": {"over_refusal": 0.1}}, []),
        ({"all": {"over_refusal": 0.09}}, ["over_refusal (all) is 0.1: most 0.09"]),
        ({"who": {"correct": 0.9}, "when": {"correct": 0.5}}, ["correct (when) is 0.4: least 0.5"]),
        ({"all": {"flip": 0.5}}, ["flip (all) has a floor, and no question has that figure"]),
        ({"why": {"correct": 0.1}}, ["correct (why) has a floor, and no question has that figure"]),
    ],
)
def test_a_figure_beyond_its_floor_fails(wanted: dict[str, dict[str, float]], told: list[str]) -> None:
    who = [result(f"a{n}", figures={"correct": 1.0, "over_refusal": 0.0}) for n in range(5)]
    when = [result(f"b{n}", type="when", figures={"correct": float(n < 2)}) for n in range(5)]
    when[4].figures["over_refusal"] = 0.0
    rest = [result(f"c{n}", type="why_not", figures={"over_refusal": float(n < 1)}) for n in range(4)]
    found = below_floors([*who, *when, *rest], wanted, "gold.jsonl", whole=True)
    assert [(failure.rule, failure.file) for failure in found] == [("floor", "gold.jsonl")] * len(told)
    assert [failure.message for failure in found] == told


def test_a_run_of_some_types_is_held_to_their_floors_alone() -> None:
    wanted = {"all": {"correct": 1.0}, "who": {"correct": 0.9}, "why": {"correct": 0.9}}
    found = below_floors(many(5, of=10), wanted, "gold.jsonl", whole=False)
    assert [failure.message for failure in found] == ["correct (who) is 0.5: least 0.9"]


@pytest.mark.parametrize(
    ("before", "after", "told"),
    [
        (many(90), many(89), ""),  # a small loss may be chance
        (many(90), many(88), ""),
        (many(90), many(87), "a loss of over 2 points"),
        (many(90), many(80), "(mcnemar, p after Holm "),
        (many(80), many(90), ""),
        (many(90, of=1000), many(80, of=1000), "(mcnemar, p after Holm "),  # small and no chance
        (many(90, name="f1", value=0.5), many(80, name="f1", value=0.5), "(permutation, p after Holm "),
        (many(10, name="over_refusal"), many(20, name="over_refusal"), "after Holm"),
        (many(20, name="over_refusal"), many(10, name="over_refusal"), ""),
        (many(90, name="truthfulness"), many(10, name="truthfulness"), ""),  # is not gated
        (many(90), many(0, name="f1"), "correct is there for no question of the baseline any more"),
    ],
)
def test_a_figure_that_fell_is_a_regression(before: list[Result], after: list[Result], told: str) -> None:
    found = regressions(before, after, "gold.jsonl", whole=True)
    assert [failure.rule for failure in found] == ["regression"] * bool(told)
    assert all(told in failure.message for failure in found)


def test_holms_correction_is_over_the_gated_figures() -> None:
    before = [result(f"q{n}", figures={"correct": 1.0, "f1": 0.5, "flip": 0.0}) for n in range(1000)]
    after = [result(f"q{n}", figures={"correct": float(n > 5), "f1": 0.5, "flip": 0.0}) for n in range(1000)]
    assert regressions(before, after, "gold.jsonl", whole=True) == []  # p is 0.031, and twice that after Holm
    for row in (*before, *after):
        del row.figures["f1"]
    assert [failure.rule for failure in regressions(before, after, "gold.jsonl", whole=True)] == ["regression"]


def test_a_question_that_must_pass_and_did_not_fails_on_its_line() -> None:
    results = [
        result("q1", passed=False, must_pass=True, line=7, why=["refused", "late"]),
        result("q2", passed=True, must_pass=True),
        result("q3", passed=False),
    ]
    assert not_passed(results, "gold.jsonl") == [
        Failure("must_pass", "q1: Who is q1? (refused; late)", "gold.jsonl", 7)
    ]


def test_what_must_never_happen_fails() -> None:
    counts = dict.fromkeys(gate.CHECKS, 0)
    assert checks(counts, "gold.jsonl") == []
    (failure,) = checks({**counts, "broken_pointers": 2}, "gold.jsonl")
    assert str(failure) == "check: broken_pointers: 2 (a citation's text is not what stands at its place)"
    assert len(checks(dict.fromkeys(gate.CHECKS, 1), "gold.jsonl")) == len(gate.CHECKS)


def test_nothing_in_a_question_becomes_a_workflow_command() -> None:
    failure = Failure("must_pass", "50%\n::error::x\r\n", "a,b: 1%.jsonl", 3)
    assert failure.annotation() == (
        "::error file=a%2Cb%3A 1%25.jsonl,line=3,title=rag eval must_pass::50%25%0A::error::x%0D%0A"
    )
    assert Failure("check", "x", "a").annotation() == "::error file=a,title=rag eval check::x"


def test_a_baseline_is_read_back_as_it_was_written(gold: GoldFile) -> None:
    strange = result("q2", question="Who\u2028is “he”\n?", figures={"f1": 0.25, "flip": 1.0}, outcome="refused")
    before = [result("q1", passed=False, answer="Ana", about="a.txt"), strange]
    assert gate.read_baseline(gold) is None
    path = gate.write_baseline(gold, before)
    assert path == gold.beside / "baseline" / "gold.jsonl"
    now = [result("q1", type="when", answer="Ben"), result("q2", question=strange.question), result("q3")]
    first, second = gate.as_before(gate.read_baseline(gold) or {}, now)
    assert (first.passed, first.figures, first.type, first.answer) == (False, {"correct": 0}, "when", "Ben")
    assert (second.outcome, second.figures) == ("refused", {"f1": 0.25})  # what is not gated is not kept


def test_a_question_put_in_other_words_is_a_new_one(gold: GoldFile) -> None:
    gate.write_baseline(gold, [result("q1"), result("q2")])
    now = [result("q1", question="Whoever is q1?"), result("q2")]
    assert [row.id for row in gate.as_before(gate.read_baseline(gold) or {}, now)] == ["q2"]


def test_a_baseline_whose_questions_are_gone_fails(gold: GoldFile) -> None:
    gate.write_baseline(gold, many(10, of=10))
    rules = Gate.of(gold)
    failures, looked = rules.judge(many(4, of=4), sampled=False, every_type=True)
    assert [str(failure) for failure in failures] == [
        "regression: over half of the baseline's questions are gone: if that is meant, rag eval baseline RUN"
    ]
    assert looked == ["4 of 10 questions of gold's baseline"]
    assert rules.judge(many(5, of=5), sampled=False, every_type=True)[0] == []
    assert rules.judge(many(4, of=4), sampled=True, every_type=True)[0] == []


def test_of_a_few_questions_only_what_is_significant_fails() -> None:
    before, after = many(10, of=10), many(9, of=10)
    assert regressions(before, after, "gold.jsonl", whole=False) == []
    assert regressions(before, after, "gold.jsonl", whole=True)
    assert regressions(many(10, of=10), many(0, of=10), "gold.jsonl", whole=False)


@pytest.mark.parametrize(
    "damaged",
    [
        "{",
        "[1]",
        '{"question": "Who is q1?"}',
        '{"id": "q1", "question": "Who is q1?"}',
        json.dumps({"id": "q1", "question": "Who is q1?", "outcome": "", "passed": True, "figures": [1]}),
        json.dumps({"id": "q1", "question": "Who is q1?", "outcome": "", "passed": True, "figures": {"f1": "x"}}),
        "\udcff",
    ],
)
def test_a_damaged_baseline_is_told_with_what_helps(gold: GoldFile, damaged: str) -> None:
    path = gate.write_baseline(gold, [result("q1")])
    path.write_bytes(damaged.encode("utf-8", "surrogateescape"))
    with pytest.raises(GoldError, match=r"gold\.jsonl is no baseline \(.*\): write it anew with rag eval baseline RUN"):
        gate.read_baseline(gold)
