"""A run for people and machines: Markdown for a terminal or a pull request, JUnit XML, one HTML page."""

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any
from xml.etree import ElementTree as ET

from rag.evaluation.compare import chance
from rag.evaluation.gate import Failure
from rag.evaluation.results import Result

MOST_LISTED = 40
TYPE_FIGURES = ("correct", "citation_recall", "evidence_recall", "over_refusal", "false_answer")


def markdown(summary: Mapping[str, Any]) -> str:
    """Return a run's summary: the gate, the figures, the types, refusal and time."""
    figures = summary["figures"]
    golds = ", ".join(f"`{_line(file['path'])}` ({file['questions']})" for file in summary["files"])
    lines = [f"# rag eval: {golds}", "", _gate(summary["gate"]), *(f"Note: {note}." for note in summary["notes"]), ""]
    lines += ["| figure | value | 95% | questions | absent |", "| --- | --- | --- | --- | --- |"]
    for name, found in figures.items():
        whole = found["all"]
        below = " (less is better)" if whole["better"] == "lower" else ""
        interval = f"{whole['low']:.3f} to {whole['high']:.3f}"
        lines.append(f"| {name}{below} | {whole['value']:.3f} | {interval} | {whole['n']} | {whole['absent']} |")
    shown = [name for name in TYPE_FIGURES if name in figures]
    lines += ["", f"| type | questions | {' | '.join(shown)} |", "| --- |" + " --- |" * (len(shown) + 1)]
    for type_, correct in figures["correct"]["types"].items():
        cells = [figures[name]["types"].get(type_) for name in shown]
        values = " | ".join(f"{cell['value']:.2f}" if cell else "" for cell in cells)
        lines.append(f"| {_cell(type_)} | {correct['n']} | {values} |")
    table, risk, took = summary["abstention"], summary["risk_coverage"], summary["operational"]
    cold = f", cold start {took['cold_start_s']:.2f} s" if took["cold_start_s"] else ""
    commit = f"{summary['commit'] or 'unknown'}{' and changes' if summary['dirty'] else ''}"
    models = ", ".join(f"{kind} {model['name']}" for kind, model in summary["models"].items() if model)
    return f"""{chr(10).join(lines)}

| | answered | refused |
| --- | --- | --- |
| answerable | {table["answered_answerable"]} | {table["refused_answerable"]} |
| unanswerable | {table["answered_unanswerable"]} | {table["refused_unanswerable"]} |

Risk and coverage: AURC {risk["aurc"]}, coverage at 5% risk {risk["coverage_at_5"]}; \
answered {risk["operating"][0]}, of which wrong {risk["operating"][1]}.

Time: p50 {took["p50_ms"]:.0f} ms, p95 {took["p95_ms"]:.0f} ms a question{cold}; \
peak memory {took["peak_memory_mb"]:.0f} MB; {took["seconds"]:.0f} s in all.

Commit {commit}, index {summary["index"]}, {models}.
"""


def _gate(gate: Mapping[str, Any]) -> str:
    if gate["passed"]:
        return f"**Gate passed** ({gate['checked']})."
    listed = [f"- {_line(failure)}" for failure in gate["failures"][:MOST_LISTED]]
    more = len(gate["failures"]) - len(listed)
    return "\n".join(["**Gate failed**", *listed, *([f"- … and {more} more"] if more else [])]) + "\n"


def comparison(changes: Mapping[str, Any]) -> str:
    """Return what changed between two runs, as Markdown."""
    lines = ["| figure | A | B | change | p | p (Holm) | test | questions |", "| --- |" + " --- |" * 7]
    for row in changes["figures"]:
        corrected = "" if row["p_holm"] is None else chance(row["p_holm"])
        cells = (f"{row['a']:.3f}", f"{row['b']:.3f}", f"{row['difference']:+.3f}", chance(row["p"]), corrected)
        lines.append(f"| {row['figure']} | {' | '.join(cells)} | {row['test']} | {row['n']} |")
    lines += ["", f"{len(changes['flips'])} questions flipped."]
    for flip in changes["flips"]:
        way = "now passes" if flip["now"] else "now FAILS"
        lines.append(f"- {flip['file']}/{flip['id']} ({flip['type']}) {way}: {_line(flip['question'])}")
    for name, only in (("A", changes["only_a"]), ("B", changes["only_b"])):
        if only:
            lines.append(f"Only in {name}: {', '.join(only)}")
    return "\n".join(lines) + "\n"


def junit(results: Sequence[Result], failures: Iterable[Failure], checked: str) -> str:
    """Return JUnit XML: a suite ``gate``, and a suite a gold file with a case a question.

    Only what the gate fails is a failure; a question that is answered wrong is skipped, with the reason.
    """
    root = ET.Element("testsuites")
    suite = ET.SubElement(root, "testsuite", name="gate")
    ET.SubElement(suite, "testcase", classname="gate", name=_xml(checked))
    for failure in failures:
        case = ET.SubElement(suite, "testcase", classname=f"gate.{failure.rule}", name=_xml(failure.message))
        ET.SubElement(case, "failure", message=_xml(failure.message))
    for file in dict.fromkeys(result.file for result in results):
        suite = ET.SubElement(root, "testsuite", name=_xml(file))
        for result in (result for result in results if result.file == file):
            case = ET.SubElement(suite, "testcase", classname=_xml(f"{file}.{result.type}"), name=_xml(result.id))
            ET.SubElement(case, "system-out").text = _xml(f"{result.question}\n{result.answer or result.outcome}")
            if not result.passed:
                tag = "error" if result.error is not None else "failure" if result.must_pass else "skipped"
                ET.SubElement(case, tag, message=_xml("; ".join(result.why)))
    for suite in root:
        suite.set("tests", str(len(suite)))
        for attribute, tag in (("failures", "failure"), ("errors", "error"), ("skipped", "skipped")):
            suite.set(attribute, str(len(suite.findall(f"testcase/{tag}"))))
    ET.indent(root)
    return '<?xml version="1.0" encoding="utf-8"?>\n' + ET.tostring(root, encoding="unicode") + "\n"


def _line(text: str) -> str:
    return " ".join(text.split())


def _cell(text: str) -> str:
    return _line(text).replace("|", "\\|")


def _xml(text: str) -> str:
    """Return a text without the characters that XML 1.0 cannot hold."""
    return re.sub("[^\\t\\n\\x20-\\ud7ff\\ue000-\\ufffd\\U00010000-\\U0010ffff]", "\ufffd", text)
