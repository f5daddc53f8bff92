import json
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

import pytest

from rag.errors import GoldError
from rag.evaluation import html, report, results
from rag.evaluation.compare import compare
from rag.evaluation.figures import FIGURES
from rag.evaluation.gate import Failure
from rag.evaluation.results import Result
from rag.evaluation.summary import confusion, curve, summarise

HOSTILE = "]]></system-out><error/>&amp;\x00\x1b[31m\ud800\ufffe\u2028 \"'</script><!--"


def result(id_: str, *, passed: bool = True, outcome: str = "answered", **fields: Any) -> Result:
    given: dict[str, Any] = {
        "file": "gold", "type": "who", "split": None, "question": f"Who is {id_}?", "history": [], "standalone": "",
        "answerable": True, "must_pass": False, "reviewed": True, "line": 1, "about": id_, "gold": {},
        "attempt": passed, "figures": {"correct": float(passed)},
    }  # fmt: skip
    return Result(id=id_, outcome=outcome, passed=passed, **{**given, **fields})


def summary(rows: list[Result], failures: tuple[str, ...] = ()) -> dict[str, Any]:
    return {
        "files": [{"path": "eval/gold.jsonl", "sha256": "9f", "questions": len(rows)}], "selection": {},
        "notes": ["2 questions are drafts that nobody has reviewed"],
        "gate": {"passed": not failures, "checked": "floors of gold", "failures": list(failures)},
        "operational": {"p50_ms": 20.2, "p95_ms": 31.0, "cold_start_s": None, "peak_memory_mb": 410.0, "seconds": 9.0},
        "commit": "abc", "dirty": True, "index": "f00", "models": {"reader": {"name": "rules"}, "llm": None},
        **summarise(rows),
    }  # fmt: skip


def test_the_markdown_has_every_figure_and_type_and_the_gate() -> None:
    every = {name: 0.5 if not figure.binary else 1.0 for name, figure in FIGURES.items()}
    told = report.markdown(summary([result("q1", figures=every), result("q2", type="when")]))
    assert all(f"\n| {name} " in told for name in FIGURES)
    assert "\n| f1 | 0.500 | 0.500 to 0.500 | 1 | 1 |\n" in told
    assert "\n| over_refusal (less is better) | 1.000 | 0.206 to 1.000 | 1 | 1 |\n" in told
    assert "\n| type | questions | correct | citation_recall | evidence_recall | over_refusal | false_answer |" in told
    assert "\n| when | 1 | 1.00 |  |  |  |  |\n" in told
    assert (
        "# rag eval: `eval/gold.jsonl` (2)\n\n**Gate passed** (floors of gold).\nNote: 2 questions are drafts" in told
    )
    assert "Time: p50 20 ms, p95 31 ms a question; peak memory 410 MB; 9 s in all." in told
    assert "Commit abc and changes, index f00, reader rules.\n" in told


def test_the_markdown_lists_why_the_gate_failed_each_on_one_line() -> None:
    failures = ("must_pass: q1: Who\n# is it?", *(f"floor: {n}" for n in range(60)))
    told = report.markdown(summary([result("q1")], failures))
    assert "**Gate failed**\n- must_pass: q1: Who # is it?\n- floor: 0\n" in told
    assert "\n- floor: 38\n- … and 21 more\n" in told


def test_a_comparison_has_the_figures_and_lists_the_flips() -> None:
    before = [result(f"q{n}", figures={"correct": 1.0, "f1": 0.5, "flip": 0.0}) for n in range(8)]
    after = [*before[1:6], result("q7", passed=False, question="Who\nis it?", figures={"correct": 0.0, "f1": 0.25})]
    before[7] = result("q7", question="Who\nis it?", figures=before[7].figures)
    changes = compare([*before, result("q9", passed=False)], [*after, result("q9"), result("new")])
    assert [(flip["id"], flip["was"], flip["now"]) for flip in changes["flips"]] == [
        ("q7", True, False),
        ("q9", False, True),
    ]
    assert (changes["only_a"], changes["only_b"]) == (["gold/q0", "gold/q6"], ["gold/new"])
    reworded = compare([result("q1")], [result("q1", question="Whoever?", passed=False)])
    assert (reworded["flips"], reworded["only_a"], reworded["only_b"]) == ([], ["gold/q1"], ["gold/q1"])
    told = report.comparison(changes)
    assert "\n| correct | 0.857 | 0.857 | +0.000 | 1.000 | 1.000 | mcnemar | 7 |\n" in told
    assert "\n| f1 | 0.500 | 0.458 | -0.042 | 1.000 | 1.000 | permutation | 6 |\n" in told
    assert "\n| flip | 0.000 | 0.000 | +0.000 | 1.000 |  | mcnemar | 5 |\n" in told  # not gated: not corrected
    assert (
        "2 questions flipped.\n- gold/q7 (who) now FAILS: Who is it?\n- gold/q9 (who) now passes: Who is q9?\n" in told
    )
    assert told.endswith("Only in A: gold/q0, gold/q6\nOnly in B: gold/new\n")


def test_questions_of_two_files_with_one_id_are_two() -> None:
    changes = compare(
        [result("q1"), result("q1", file="other")], [result("q1"), result("q1", file="other", passed=False)]
    )
    assert [flip["file"] for flip in changes["flips"]] == ["other"]


def test_junit_counts_what_failed() -> None:
    rows = [
        result("q1", answer="Ana."),
        result("q2", passed=False, outcome="refused", why=["refused"]),
        result("q3", passed=False, outcome="error", error="ValueError: x", why=["ValueError: x"]),
        result("q4", passed=False, must_pass=True, why=["late"]),
        result("q1", file="other"),
    ]
    root = ET.fromstring(report.junit(rows, [Failure("floor", "correct is 0.5", "gold.jsonl")], "floors"))
    counted = ("tests", "failures", "errors", "skipped")
    suites = {suite.get("name"): [suite.get(name) for name in counted] for suite in root}
    assert suites == {"gold": ["4", "1", "1", "1"], "other": ["1", "0", "0", "0"], "gate": ["2", "1", "0", "0"]}
    classes = [case.get("classname") for case in root.iter("testcase")]
    assert classes == ["gate", "gate.floor", *["gold.who"] * 4, "other.who"]
    assert [failure.get("message") for failure in root.iter("failure")] == ["correct is 0.5", "late"]
    assert [skipped.get("message") for skipped in root.iter("skipped")] == ["refused"]
    assert [error.get("message") for error in root.iter("error")] == ["ValueError: x"]
    assert [out.text for out in root.iter("system-out")][:2] == ["Who is q1?\nAna.", "Who is q2?\nrefused"]


def test_junit_stays_xml_whatever_a_text_holds() -> None:
    named = dict.fromkeys(("file", "type", "question", "answer"), HOSTILE)
    row = result(HOSTILE, passed=False, outcome="error", error=HOSTILE, why=[HOSTILE], **named)
    text = report.junit([row], [Failure("floor", HOSTILE, HOSTILE)], HOSTILE)
    root = ET.fromstring(text.encode())  # which a lone surrogate would not survive
    assert [len(list(root.iter(tag))) for tag in ("testcase", "error", "failure", "system-out")] == [3, 1, 1, 1]
    *_, case = root.iter("testcase")
    assert case.get("name") == "]]></system-out><error/>&amp;\ufffd\ufffd[31m\ufffd\ufffd\u2028 \"'</script><!--"


def test_a_run_is_read_back_as_it_was_written(tmp_path: Path) -> None:
    rows = [result("q1", question="Who\u2028\x85\r\n“is” it?"), result("q2", passed=False, why=["refused"])]
    results.write(tmp_path, rows, summary(rows))
    assert results.read(tmp_path) == (rows, summary(rows))
    (tmp_path / results.RESULTS).write_text('{"id": "q1", "unknown": 1}\n', encoding="utf-8")
    for folder in (tmp_path, tmp_path / "nowhere"):
        with pytest.raises(GoldError, match="is no run of this version's rag eval"):
            results.read(folder)


def test_the_page_holds_a_run_or_two_and_nothing_that_ends_its_script() -> None:
    rows = [result("q1", question=HOSTILE)]
    form = results.form(HOSTILE, summary(rows), rows)
    page = html.page([form, form], compare(rows, rows))
    page.encode()
    start = page.index('id="data">') + len('id="data">')
    data = page[start : page.index("</script>", start)]
    assert not set(data) & set("<>&\u2028\u2029")
    assert json.loads(data)["runs"] == [form, form]
    for wrong in ([], [form] * 3):
        with pytest.raises(ValueError, match="one run or compares two"):
            html.page(wrong)
    with pytest.raises(ValueError, match="JSON"):
        html.page([{**form, "summary": {"aurc": float("nan")}}])


def test_refusals_are_counted_and_judged_by_what_came_closest() -> None:
    rows = [
        result("sure", confidence=0.9),
        result("refused", passed=False, outcome="refused", attempt=True, confidence=0.4),
        result("absent", outcome="refused", answerable=False, attempt=False, confidence=0.1),
        result("false", passed=False, answerable=False, attempt=False, confidence=0.6),
        result("broken", passed=False, outcome="error", error="x", confidence=0.0),
    ]
    assert confusion(rows) == {
        "answered_answerable": 1,
        "refused_answerable": 1,
        "answered_unanswerable": 1,
        "refused_unanswerable": 1,
    }
    assert curve(rows) == {
        "aurc": round((0 + 1 / 2 + 1 / 3 + 2 / 4) / 4, 4),
        "coverage_at_5": 0.25,
        "operating": [0.5, 0.5],
        "curve": [[0.25, 0.0], [0.5, 0.5], [0.75, 0.3333], [1.0, 0.5]],
    }
    assert curve([])["aurc"] is None


def test_a_figure_is_summed_up_over_the_questions_that_have_it() -> None:
    rows = [result("q1", figures={"correct": 1.0, "f1": 0.25}), result("q2", passed=False), result("q3", type="when")]
    found = summarise(rows)["figures"]
    assert {name: list(own["types"]) for name, own in found.items()} == {"correct": ["who", "when"], "f1": ["who"]}
    whole = found["correct"]["all"]
    assert (whole["value"], whole["n"], whole["absent"], whole["interval"]) == (0.6667, 3, 0, "wilson")
    assert (found["f1"]["all"]["n"], found["f1"]["all"]["absent"], found["f1"]["all"]["interval"]) == (
        1,
        2,
        "bootstrap",
    )
