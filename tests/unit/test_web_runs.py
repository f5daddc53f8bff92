"""Folders of runs, whole and broken, and their reports over HTTP."""

import json
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient

from rag.evaluation import results
from rag.evaluation.results import Result
from rag.web import runs, words

Change = Callable[[dict[str, Any]], Any]


def summary(day: int = 1, value: float = 0.6, **others: Any) -> dict[str, Any]:
    whole = {"value": value, "low": value - 0.1, "high": value + 0.1, "n": 40, "absent": 2, "better": "higher"}
    return {
        "files": [{"name": "article", "path": "eval/article.jsonl", "beside": "eval", "sha256": "9f", "questions": 42}],
        "selection": {"types": [], "split": None, "limit": None}, "questions": 42,
        "figures": {"correct": {"all": whole, "types": {}}, "over_refusal": {"all": {**whole, "better": "lower"}}},
        "gate": {"passed": True, "checked": "all", "failures": []}, "models": {"reader": {"name": "r"}, "llm": None},
        "operational": {"started": f"2026-01-{day:02}T10:00:00+00:00", "p50_ms": 41.5},
        "commit": "263466d11e47", "dirty": False, **others,
    }  # fmt: skip


def result(**others: Any) -> Result:
    plain: dict[str, Any] = {
        "file": "article", "id": "q1", "type": "who", "split": None, "question": "Who?", "history": [],
        "standalone": "Who?", "answerable": True, "must_pass": False, "reviewed": True, "line": 1, "about": None,
        "gold": {}, "outcome": "refused",
    }  # fmt: skip
    return Result(**{**plain, **others})


def put(folder: Path, **others: Any) -> Path:
    folder.mkdir(parents=True)
    results.write(folder, [result()], summary(**others))
    return folder


def test_runs_are_found_in_nested_folders_newest_first(tmp_path: Path) -> None:
    put(tmp_path / "article", day=2)
    put(tmp_path / "suites" / "squad2", day=3, selection={"types": ["who"], "split": "dev", "limit": 100})
    put(tmp_path / "2026-01-01T10-00-00", day=1)
    found = runs.found(tmp_path)
    assert [run.name for run in found.runs] == ["suites/squad2", "article", "2026-01-01T10-00-00"]
    assert found.skipped == []
    newest, article, _ = found.runs
    assert (newest.series, article.series) == ("article · who · dev · at most 100", "article")
    assert article.figures["correct"] == runs.Value(0.6, 0.5, 0.7, 40, "higher")
    assert (article.questions, article.passed, article.llm, article.p50_ms) == (42, True, None, 41.5)


def test_a_folder_that_is_not_there_holds_no_run(tmp_path: Path) -> None:
    assert runs.found(tmp_path / "runs") == runs.Found([], [])


def without(key: str) -> Change:
    return lambda form: form.pop(key)


def put_in(value: float) -> Change:
    return lambda form: form["figures"]["correct"]["all"].update(value=value)


@pytest.mark.parametrize(
    ("change", "why"),
    [
        (without("gate"), "summary.json: gate: Field required"),
        (without("files"), "summary.json: files: Field required"),
        (lambda form: form.update(files=[]), "summary.json: files: List should have at least 1 item"),
        (put_in(float("nan")), "summary.json: figures.correct.all.value: Input should be a finite number"),
        (put_in(7), "summary.json: figures.correct.all.value: Input should be less than or equal to 1"),
        (lambda form: form["operational"].update(started="yesterday"), "summary.json: operational.started: "),
        (lambda form: form["operational"].update(started="2026-01-01T10:00:00"), "operational.started: "),
    ],
)
def test_a_summary_in_another_form_is_skipped_with_the_reason(tmp_path: Path, change: Change, why: str) -> None:
    put(tmp_path / "good")
    form = summary()
    change(form)
    (put(tmp_path / "bad") / "summary.json").write_text(json.dumps(form))
    found = runs.found(tmp_path)
    assert [run.name for run in found.runs] == ["good"]
    (skipped,) = found.skipped
    assert skipped.name == "bad"
    assert skipped.why.startswith("cannot be read: ")
    assert why in skipped.why


@pytest.mark.parametrize("content", [b"", b"{", b"[]", b"\xff\xfe", b'{"files": "\\ud800"}', b"[" * 100_000])
def test_a_summary_that_is_no_object_is_skipped(tmp_path: Path, content: bytes) -> None:
    (put(tmp_path / "bad") / "summary.json").write_bytes(content)
    found = runs.found(tmp_path)
    assert found.runs == []
    assert found.skipped[0].why.startswith("cannot be read: summary.json")


def test_what_is_no_run_is_told_once(tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    for name in ("first", "pass-1"):
        (tmp_path / "reader" / name).mkdir(parents=True)
        (tmp_path / "reader" / name / "best.pt").write_bytes(b"x")
    (put(tmp_path / "cut") / "results.jsonl").unlink()
    (tmp_path / "link").symlink_to(put(tmp_path / ".hidden"))
    (tmp_path / "dangling").symlink_to(tmp_path / "nowhere")
    (tmp_path / "notes.txt").write_text("not a folder")
    (tmp_path / os.fsdecode(b"caf\xe9")).mkdir()
    put(tmp_path / "a" / "b" / "c" / "d")
    put(tmp_path / "z" / "b" / "c" / "d" / "e")
    found = runs.found(tmp_path)
    assert [run.name for run in found.runs] == ["a/b/c/d"]
    assert {one.name: one.why for one in found.skipped} == {
        "caf?": words.RUNS_NOT_UTF8,
        "cut": words.RUNS_NO_RESULTS,
        "empty": words.RUNS_EMPTY,
        "link": words.RUNS_LINK,
        "reader": words.RUNS_FOREIGN,
        "z": words.RUNS_FOREIGN,
    }


@pytest.fixture
def client(tmp_path: Path) -> TestClient:
    put(tmp_path / "runs" / "suites" / "squad 2 #?%")
    put(tmp_path / "secret")
    site = FastAPI()
    site.include_router(runs.router(tmp_path / "runs"))
    return TestClient(site, base_url="http://127.0.0.1")


def test_the_report_of_a_run_is_served_in_a_sandbox(client: TestClient) -> None:
    report = client.get("/reports/suites/squad%202%20%23%3F%25")
    assert report.status_code == 200
    assert report.headers["Content-Type"] == "text/html; charset=utf-8"
    assert '"question":"Who?"' in report.text
    policy = dict(part.strip().split(" ", 1) for part in report.headers["Content-Security-Policy"].split(";"))
    assert policy["sandbox"] == "allow-scripts"
    assert policy["default-src"] == policy["base-uri"] == policy["form-action"] == policy["frame-ancestors"] == "'none'"
    assert policy["script-src"].startswith("'sha256-")
    assert "unsafe-inline" not in policy["script-src"]
    assert "connect-src" not in policy


def test_what_lies_in_report_html_is_never_served(client: TestClient, tmp_path: Path) -> None:
    (tmp_path / "runs" / "suites" / "squad 2 #?%" / "report.html").write_text("<script>steal()</script>")
    assert "steal" not in client.get("/reports/suites/squad%202%20%23%3F%25").text


@pytest.mark.parametrize(
    "name",
    [
        "", ".", "..", "suites", "nothing", "../secret", "%2e%2e/secret", "..%2fsecret", "suites/../../secret",
        "%2e%2e%2fsecret", "..%5csecret", "/etc/passwd", "%2fetc%2fpasswd", "secret%00",
        "suites/squad%202%20%23%3F%25/", "suites/squad%202%20%23%3F%25/summary.json", "suites//squad%202%20%23%3F%25",
    ],
)  # fmt: skip
def test_no_path_leads_out_of_the_list(client: TestClient, name: str) -> None:
    assert client.get(f"/reports/{name}").status_code == 404


def test_a_report_that_cannot_be_made_says_why(client: TestClient, tmp_path: Path) -> None:
    (tmp_path / "runs" / "suites" / "squad 2 #?%" / "results.jsonl").write_text("{}\n")
    report = client.get("/reports/suites/squad%202%20%23%3F%25")
    assert report.status_code == 500
    assert report.headers["Content-Type"].startswith("text/plain")
    assert "is no run of this version's rag eval" in report.text
