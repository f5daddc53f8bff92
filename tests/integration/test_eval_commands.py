"""``rag eval`` as it is typed: what it writes, what it prints, how it exits."""

import gzip
import json
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from itertools import cycle
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

import pytest

from rag.cli import main as cli
from rag.config import Config
from rag.evaluation import run as runs
from tests.conftest import ARTICLE, ROOT
from tests.loopback import loopback, says

Eval = Callable[..., tuple[int, str, str]]
COLD_START = runs._cold_start
RUN_FILES = {"results.jsonl", "summary.json", "summary.md", "junit.xml", "report.html"}


@pytest.fixture
def rag_eval(
    config: Config, capsys: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Eval:
    """Run one command in an empty folder with the shared index; return exit code, output and errors.

    The start of ``rag ask``, which a run times in a process of its own, takes half of a run of six questions: it is
    made up, but in the test that looks at what a run writes.
    """
    monkeypatch.setattr(runs, "_cold_start", lambda *_: 1.25)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("RAG_INDEX", config.index)

    def run(*arguments: object) -> tuple[int, str, str]:
        code = cli.main(["eval", *map(str, arguments)])
        return (code, *capsys.readouterr())

    return run


@pytest.fixture
def gold(tmp_path: Path) -> Path:
    """Six of the project's questions, of which half pass, in a folder where no floor or baseline lies beside them."""
    lines = (ROOT / "eval" / "article.jsonl").read_text(encoding="utf-8").splitlines(keepends=True)
    path = tmp_path / "some.jsonl"
    path.write_text("".join(line for line in lines[::54] if '"of"' not in line), encoding="utf-8")
    return path


def summary_of(folder: Path) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((folder / "summary.json").read_text(encoding="utf-8"))
    return found


def test_a_run_is_named_by_its_start_in_the_folder_of_runs(
    rag_eval: Eval, gold: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("RAG_RUNS", "kept")
    began = datetime.now(UTC).replace(microsecond=0)
    assert rag_eval(gold, "--limit", "1")[0] == 0
    (folder,) = (tmp_path / "kept").iterdir()
    took = summary_of(folder)["operational"]
    started = datetime.fromisoformat(took["started"])
    assert folder.name == started.strftime("%Y-%m-%dT%H-%M-%S")
    assert 0 <= (started - began).total_seconds() < took["seconds"], "when it began, not when it ended"


@pytest.mark.usefixtures("read_anew")
def test_a_run_writes_its_folder_and_the_same_run_the_same_bytes(
    rag_eval: Eval, gold: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patch:
        patch.setattr(runs, "_cold_start", COLD_START)
        code, out, err = rag_eval(gold, "--out", "first")
    assert code == 0
    assert out.startswith("# rag eval: ")
    assert "wrote first" in err
    assert {path.name for path in (tmp_path / "first").iterdir()} == RUN_FILES
    assert (tmp_path / "first" / "summary.md").read_text(encoding="utf-8") == out
    assert rag_eval(gold, "--out", "second")[0] == 0
    for name in ("results.jsonl", "junit.xml"):
        assert (tmp_path / "first" / name).read_bytes() == (tmp_path / "second" / name).read_bytes()
    first, second = summary_of(tmp_path / "first"), summary_of(tmp_path / "second")
    took = first.pop("operational")
    assert second.pop("operational").keys() == took.keys()
    assert first == second
    assert 0 < took["p50_ms"] <= took["p95_ms"]
    assert 0 < took["cold_start_s"] != 1.25
    results = [json.loads(line) for line in (tmp_path / "first" / "results.jsonl").read_text("utf-8").splitlines()]
    assert (
        len(results)
        == first["questions"]
        == len(ET.parse(tmp_path / "first" / "junit.xml").findall("testsuite[@name='some']/testcase"))
    )
    text = (ROOT / "seeds" / ARTICLE).read_text(encoding="utf-8")
    for citation in (citation for result in results for citation in result["citations"]):
        around = citation["before"] + citation["quote"] + citation["after"]
        assert around in text
        assert all(around[start:end] in text and start < end for start, end in citation["gold"])


def test_a_run_tells_what_it_depends_on(rag_eval: Eval, gold: Path, tmp_path: Path) -> None:
    rag_eval(gold, "--out", "run", "--limit", 3, "-k", 5)
    summary = summary_of(tmp_path / "run")
    assert (summary["files"][0]["questions"], summary["configuration"]["k"]) == (3, 5)
    assert len(summary["files"][0]["sha256"]) == 64
    for model in ("encoder", "reader"):
        assert summary["models"][model]["identity"].startswith("sha256:")
    assert summary["models"]["llm"] is None
    assert {"quoteline", "python", "numpy", "ir-measures"} <= summary["versions"].keys()


def test_an_llm_that_is_reached_by_an_address(rag_eval: Eval, gold: Path, tmp_path: Path) -> None:
    rag_eval(gold, "--out", "run", "--limit", 3, "--llm", "openai-like:http://127.0.0.1:9/v1#m")
    summary = summary_of(tmp_path / "run")
    assert summary["models"]["llm"] == {"name": "openai-like:http://127.0.0.1:9/v1#m"}
    assert "connections_outside" not in summary["checks"]
    assert any("quotes alone because the LLM failed" in note for note in summary["notes"])


def test_questions_are_selected(rag_eval: Eval, tmp_path: Path) -> None:
    article = ROOT / "eval" / "article.jsonl"
    rag_eval(article, "--out", "run", "--type", "off_topic", "--type", "number", "--split", "dev", "--limit", 6)
    results = [json.loads(line) for line in (tmp_path / "run" / "results.jsonl").read_text("utf-8").splitlines()]
    assert len(results) == 6
    assert {(result["type"], result["split"]) for result in results} == {("off_topic", "dev"), ("number", "dev")}


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["--type", "nonsense"], "--type nonsense: known are who, what"),
        (["--limit", "0"], "--limit 0: the least is 1"),
        (["--split", "nowhere"], "no question has that type and split"),
        (["--out", "."], ". is not an empty folder"),
        (["some.jsonl"], "two gold files have the same name"),
    ],
)
def test_a_selection_that_cannot_be(rag_eval: Eval, gold: Path, arguments: list[str], told: str) -> None:
    code, out, err = rag_eval(gold, *arguments)
    assert (code, out) == (2, "")
    assert told in err


def test_a_gold_file_and_an_index_that_are_not_there(rag_eval: Eval, gold: Path) -> None:
    assert rag_eval("missing.jsonl")[0::2] == (1, "rag: missing.jsonl cannot be read: No such file or directory\n")
    assert rag_eval(gold, "--index", "nowhere")[0] == 4


def test_the_gate(rag_eval: Eval, gold: Path, tmp_path: Path) -> None:
    (tmp_path / "floors.toml").write_text("[some]\ncorrect = 0.999\n[some.types.off_topic]\nfalse_answer = 0.0\n")
    code, out, err = rag_eval(gold, "--out", "low")
    assert code == 5
    assert "**Gate failed**\n- floor: correct (all) is 0." in out
    assert "::error file=" in err
    assert ",title=rag eval floor::correct (all) is 0." in err
    assert ET.parse(tmp_path / "low" / "junit.xml").find("testsuite[@name='gate']/testcase/failure") is not None
    (tmp_path / "floors.toml").write_text("[some]\ncorrect = 0.1\n")
    assert rag_eval(gold, "--out", "high")[0] == 0
    assert rag_eval("baseline", "high")[0] == 0
    code, out, err = rag_eval(gold, "--out", "worse", "--threshold", "0.99")
    assert code == 5
    assert "regression: over_refusal went from" in out
    code, out, _ = rag_eval(gold, "--out", "part", "--type", "false_premise")
    assert code == 0  # floors of all questions are not for a part
    assert "questions of some's baseline" in out
    assert rag_eval("baseline", "part")[0] == 2


def test_rules_that_cannot_be_used_are_told_before_asking(rag_eval: Eval, gold: Path, tmp_path: Path) -> None:
    (tmp_path / "floors.toml").write_text("[some]\ncorectness = 0.1\n")
    code, out, err = rag_eval(gold, "--out", "run")
    assert (code, out, (tmp_path / "run").exists()) == (1, "", False)
    assert "floors.toml: corectness = 0.1" in err


def test_a_failed_gate_is_told_to_who_reads_no_output(
    rag_eval: Eval, gold: Path, tmp_path: Path, config: Config
) -> None:
    command = [sys.executable, "-m", "rag", "eval", str(gold), "--index", config.index, "--out", str(tmp_path / "run")]
    gold.write_text(gold.read_text("utf-8").replace('"split"', '"must_pass": true, "split"'))
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, cwd=ROOT) as asking:
        assert asking.stdout
        assert asking.stderr
        asking.stdout.close()
        assert "title=rag eval must_pass::" in asking.stderr.read()
        assert asking.wait() == 5


def test_a_baseline_is_of_the_gold_file_that_was_asked(rag_eval: Eval, gold: Path) -> None:
    assert rag_eval(gold, "--out", "run")[0] == 0
    gold.write_text(gold.read_text("utf-8") + "\n")
    code, _, err = rag_eval("baseline", "run")
    assert code == 2
    assert "is not the file that run asked" in err


def test_compare(rag_eval: Eval, gold: Path, tmp_path: Path) -> None:
    rag_eval(gold, "--out", "a")
    rag_eval(gold, "--out", "b", "--threshold", "0.99")
    code, out, err = rag_eval("compare", "a", "b", "--html", "both.html")
    assert (code, err) == (0, "")
    assert "| over_refusal |" in out
    assert "now FAILS" in out
    assert "<script" in (tmp_path / "both.html").read_text(encoding="utf-8")
    code, out, _ = rag_eval("compare", "a", "a")
    assert "0 questions flipped." in out
    code, _, err = rag_eval("compare", "a", tmp_path)
    assert code == 1
    assert "is no run of this version's rag eval" in err


def test_check(rag_eval: Eval, gold: Path) -> None:
    code, out, _ = rag_eval("check", gold)
    assert code == 0
    assert out.endswith("0 errors, 0 warnings\n")
    broken = {"id": "x", "type": "who", "question": "Who?", "answerable": True, "answers": [["He"]]}
    evidence = [[{"source": ARTICLE, "quote": "words that it does not have"}]]
    gold.write_text(json.dumps({**broken, "evidence": evidence}) + "\n")
    code, out, _ = rag_eval("check", gold)
    assert code == 1
    assert f"{gold}:1: error: x: evidence is not in {ARTICLE}: 'words that it does not have'" in out
    assert rag_eval("check", gold, "--sources", ROOT / "seeds")[:2] == (code, out)


def test_a_draft_for_a_folder_of_ones_own(rag_eval: Eval, tmp_path: Path) -> None:
    (tmp_path / "docs").mkdir()
    (tmp_path / "docs" / "a.txt").write_text("Ada Lovelace wrote 7 notes on 3 March 1843. It was not built.")
    assert cli.main(["index", "--sources", "docs", "--index", "own"]) == 0
    assert rag_eval("new", "--index", "own", "--out", "mine.jsonl")[0] == 0
    assert rag_eval("check", "mine.jsonl", "--index", "own")[0] == 0
    code, out, _ = rag_eval("mine.jsonl", "--sources", "docs", "--out", "run")
    assert code == 0
    assert "questions are drafts that nobody has reviewed" in out
    code, _, err = rag_eval("new", "--index", "own", "--out", "mine.jsonl")
    assert (code, err) == (2, "rag: mine.jsonl is there already, or its folder is not: name another file\n")


@pytest.fixture
def llm() -> Iterator[str]:
    """A server that speaks OpenAI's protocol, and asks what one passage answers of every other one in turn."""
    asks = {"question": "Who heads Cuba's diplomacy?", "answer": "Bruno Rodríguez", "quote": "Bruno Rodríguez"}
    words = cycle([f"Sure! {json.dumps(asks)}", "I would rather not."])

    with loopback() as server:
        server.does(lambda handler: says(next(words))(handler))
        yield f"openai-like:{server.url}/v1#m"


def test_a_draft_by_an_llm_keeps_what_the_text_bears_out(
    rag_eval: Eval, llm: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert rag_eval("new", "--out", "mine.jsonl", "--llm", llm)[0] == 0
    rows = [json.loads(line) for line in (tmp_path / "mine.jsonl").read_text("utf-8").splitlines()]
    answerable = [row for row in rows if row["answerable"]]
    assert [(row["question"], row["answers"]) for row in answerable] == [
        ("Who heads Cuba's diplomacy?", [["Bruno Rodríguez"]])
    ]
    assert answerable[0]["evidence"][0][0]["source"] == ARTICLE
    assert not any(row["reviewed"] for row in rows)
    code, _, err = rag_eval("new", "--out", "more.jsonl", "--llm", "openai-like:http://127.0.0.1:9/v1#m")
    assert code == 1
    assert "rag: openai-like:http://127.0.0.1:9/v1#m did not answer: it cannot be reached" in err
    code, _, err = rag_eval("new", "--out", "more.jsonl", "--llm", "gpt")
    assert code == 2
    assert "rag: llm is 'gpt': write none, local:NAME" in err
    monkeypatch.setitem(sys.modules, "llama_index.llms.openai_like", None)
    code, _, err = rag_eval("new", "--out", "more.jsonl", "--llm", llm)
    assert (code, err) == (2, "rag: llm openai-like: needs pip install 'quoteline[openai-like]'\n")


def test_suites(rag_eval: Eval, tmp_path: Path) -> None:
    data = tmp_path / "data" / "tiny"
    data.mkdir(parents=True)
    documents = [
        {"id": "one", "title": "Ducks", "text": "The duck weighs 3 kilograms."},
        {"id": "two", "title": "Geese", "text": "The goose weighs 5 kilograms."},
    ]
    ask = {"type": "factoid", "question": "How much does the bird weigh?", "answerable": True, "answers": [["5"]]}
    rows = [{"id": "q", **ask, "evidence": [[{"source": "two", "quote": ""}]], "passage": "two"}]
    for name, lines in (("corpus", documents), ("gold", rows)):
        with gzip.open(data / f"{name}.jsonl.gz", "wt", encoding="utf-8") as file:
            file.writelines(json.dumps(line) + "\n" for line in lines)
    suite = 'gold = "{0}/gold.jsonl.gz"\ncorpus = "{0}/corpus.jsonl.gz"\nquick = 1\n'
    (tmp_path / "suites.toml").write_text(
        f"[scoped]\nscoped = true\n{suite.format('tiny')}[absent]\n{suite.format('nowhere')}"
    )
    arguments = ("suites", "suites.toml", "--data", "data", "--work", "work", "--out")
    code, out, err = rag_eval(*arguments, "out")
    assert code == 0
    assert "passed over absent: data/nowhere/gold.jsonl.gz or its corpus is not there" in err
    (result,) = map(json.loads, (tmp_path / "out" / "scoped" / "results.jsonl").read_text("utf-8").splitlines())
    assert {place["source"] for place in result["citations"] + result["closest"]} == {"two"}
    assert rag_eval(*arguments, "again", "--only", "nonsense")[0] == 2
    shutil.rmtree(tmp_path / "data")
    code, out, err = rag_eval(*arguments, "none")
    assert (code, out) == (1, "")
    assert err.count("passed over") == 2
    assert err.endswith("rag: none of the sets is in data: name their folder with --data\n")


def test_the_shipped_suites_are_read(rag_eval: Eval, tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    code, out, err = rag_eval("suites", ROOT / "eval" / "suites.toml", "--data", "empty", "--work", "w", "--out", "o")
    assert (code, out) == (1, "")
    assert err.count("passed over") == 11
