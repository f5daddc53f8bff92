"""The command as a user meets it: arguments in; standard output, standard error and an exit code out."""

import io
import json
import re
import subprocess
import sys
from pathlib import Path

import pytest

from rag.cli import main as cli
from rag.cli import options
from rag.config import Config
from rag.engine import Engine
from rag.fetching import address
from tests.conftest import ARTICLE, ROOT
from tests.servers import Sent, web

ASKED = "Who is Cuba's foreign minister?"
UNKNOWN = "What is the population of Havana?"


class Run:
    """Calls ``rag`` in this process, on the shared index unless told otherwise."""

    def __init__(self, capsys: pytest.CaptureFixture[str], config: Config) -> None:
        self._capsys, self._config = capsys, config

    def __call__(self, *arguments: str, index: "Path | str | None" = None) -> tuple[int, str, str]:
        try:
            code = cli.main([*arguments, "--index", str(index or self._config.index)])
        except SystemExit as error:  # argparse
            code = int(error.code or 0)
        captured = self._capsys.readouterr()
        return code, captured.out, captured.err


@pytest.fixture
def rag(capsys: pytest.CaptureFixture[str], config: Config, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    monkeypatch.chdir(tmp_path)  # where there is no rag.toml
    return Run(capsys, config)


def type_in(monkeypatch: pytest.MonkeyPatch, content: bytes) -> None:
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(content), encoding="utf-8"))


def test_ask(rag: Run) -> None:
    code, out, err = rag("ask", ASKED)
    assert code == 0
    assert "Bruno Rodríguez" in out
    assert re.search(rf"^    {ARTICLE}:\d+-\d+$", out, re.MULTILINE)
    assert re.fullmatch(r"rag: answered from index \w+ in \d+ ms\n", err)


def test_ask_quietly(rag: Run) -> None:
    assert rag("ask", ASKED, "--quiet")[2] == ""


def test_ask_as_json(rag: Run) -> None:
    code, out, _ = rag("ask", ASKED, "--json")
    assert code == 0
    assert out.count("\n") == 1
    assert json.loads(out)["outcome"] == "answered"


def test_a_refusal_has_its_exit_code(rag: Run) -> None:
    assert rag("ask", UNKNOWN)[0] == 3
    code, out, _ = rag("ask", UNKNOWN, "--json")
    assert code == 3
    assert json.loads(out)["outcome"] == "refused"


def test_a_question_from_standard_input(rag: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    type_in(monkeypatch, ASKED.encode() + b"\n")
    assert rag("ask", "-")[0] == 0
    type_in(monkeypatch, b"caf\xe9?")
    code, out, err = rag("ask", "-")
    assert (code, out) == (2, "")
    assert err.startswith("rag: the question is not valid Unicode text")


def test_a_batch(rag: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    lines = [json.dumps({"id": "a", "question": ASKED}), "nonsense", json.dumps({"id": "c", "question": UNKNOWN})]
    type_in(monkeypatch, "\n".join(lines).encode())
    code, out, err = rag("ask", "--batch", "-")
    first, second, third = map(json.loads, out.splitlines())
    assert (first["id"], first["outcome"]) == ("a", "answered")
    assert second["error"]["kind"] == "usage"
    assert (third["id"], third["outcome"]) == ("c", "refused")
    assert code == 1
    assert err.startswith("rag: batch line 2 is not JSON")


def test_an_answer_into_a_file(rag: Run, tmp_path: Path) -> None:
    code, out, err = rag("ask", ASKED, "--out", "answer.md")
    assert (code, out) == (0, "")
    assert err == "rag: wrote answer.md: 1 question, 0 refused, 0 failed\n"
    assert "[^1]: " in (tmp_path / "answer.md").read_text(encoding="utf-8")
    assert rag("ask", UNKNOWN, "--out", "answer.bib", "--quiet") == (3, "", "")


def test_a_table_of_questions_into_a_table_of_answers(rag: Run, tmp_path: Path) -> None:
    (tmp_path / "in.csv").write_text(f"id,question\n1,{ASKED}\n2,{UNKNOWN}\n3,{'x' * 3000}\n", encoding="utf-8")
    code, out, err = rag("ask", "--batch", "in.csv", "--out", "out.csv")
    assert (code, out) == (1, "")
    assert err.startswith("rag: the question has 3000 characters")
    assert err.endswith("rag: wrote out.csv: 3 questions, 1 refused, 1 failed\n")
    told = (tmp_path / "out.csv").read_text(encoding="utf-8-sig")
    assert "refused: not_supported" in told
    assert "error: the question has 3000 characters" in told


def test_a_batch_without_a_broken_line_succeeds(rag: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    type_in(monkeypatch, json.dumps({"id": "c", "question": UNKNOWN}).encode())
    code, out, err = rag("search", "--batch", "-")
    assert (code, err) == (0, "")
    assert json.loads(out)["hits"]


def test_search(rag: Run) -> None:
    code, out, _ = rag("search", "oil deal", "-k", "2")
    assert code == 0
    assert out.count("score") == 2
    assert len(json.loads(rag("search", "oil deal", "-k", "3", "--json")[1])["hits"]) == 3


def test_a_search_opens_no_llm(rag: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("RAG_LLM", "gguf:/no/such/file.gguf")
    assert rag("search", "oil")[0] == 0
    assert rag("ask", ASKED)[0] == 1


def test_filters(rag: Run) -> None:
    assert rag("ask", ASKED, "--after", "2026-01-12", "--before", "2026-01-12", "--source", "000*")[0] == 0
    for filters in (["--after", "2026-01-13"], ["--source", "other*"]):
        code, out, _ = rag("ask", ASKED, "--json", *filters)
        assert (code, json.loads(out)["reason"]) == (3, "nothing_found")
        assert json.loads(rag("search", ASKED, "--json", *filters)[1])["hits"] == []
    assert rag("ask", ASKED, "--after", "soon")[0] == 2


def test_k_changes_how_much_is_read(rag: Run) -> None:
    found = json.loads(rag("ask", UNKNOWN, "-k", "1", "--json")[1])
    whole = json.loads(rag("search", UNKNOWN, "-k", "1", "--json")[1])["hits"][0]
    assert all(whole["start"] <= c["start"] < c["end"] <= whole["end"] for c in found["closest"])


def test_show(rag: Run, article: str) -> None:
    assert rag("show", ARTICLE) == (0, article, "")
    assert rag("show", ARTICLE, "--start", "0", "--end", "6") == (0, "Havana", "")


@pytest.mark.parametrize("span", [("--start", "-1"), ("--end", "999999"), ("--start", "5", "--end", "4")])
def test_show_outside_the_text(rag: Run, span: tuple[str, ...]) -> None:
    code, out, err = rag("show", ARTICLE, *span)
    assert (code, out) == (2, "")
    assert "is no part of a text of 5612 characters" in err


def test_status(rag: Run) -> None:
    code, out, err = rag("status", "--verify", "--sources")
    assert (code, err) == (0, "")
    assert "every byte verified" in out
    assert f"{ARTICLE}  2026-01-12  5612" in out
    found = json.loads(rag("status", "--json")[1])
    assert (found["documents"], found["passages"], found["sentences"]) == (1, 8, 32)
    assert found["encoder"]["name"] == "all-MiniLM-L6-v2"
    assert found["total_bytes"] == sum(found["bytes"].values())


def test_chat(rag: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    type_in(monkeypatch, b"caf\xe9\n" + f"{ASKED}\n\n{'x' * 3000}\n{UNKNOWN}\n".encode())
    code, out, err = rag("chat")
    assert code == 0
    assert "Bruno Rodríguez" in out
    assert "The sources do not say." in out
    assert err.splitlines() == [
        "rag: the question is not valid Unicode text: send it as UTF-8",
        "rag: the question has 3000 characters: at most 2000 (max_question_chars)",
    ]


def test_chat_shows_what_a_follow_up_asks(rag: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    type_in(monkeypatch, b"Who is Cuba's foreign minister?\nHow old is he?\n")
    code, out, _ = rag("chat")
    assert code == 0
    assert out.count("Asked as:") == 1
    assert "Asked as: How old is Bruno Rodríguez?" in out


def test_a_turn_counts_even_if_its_suggestions_are_interrupted(rag: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupted(*_: object) -> tuple[str, ...]:
        raise KeyboardInterrupt

    type_in(monkeypatch, b"What is the population of Cuba?\nWhat about Canada?\n")
    monkeypatch.setattr(sys.stdin, "isatty", lambda: True, raising=False)
    monkeypatch.setattr(Engine, "suggest", interrupted)
    code, out, err = rag("chat")
    assert code == 0
    assert "Asked as: What is the population of Canada?" in out
    assert err.count("rag: stopped") == 2


def test_a_greeting(rag: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    code, out, _ = rag("ask", "hello", "--json")
    found = json.loads(out)
    assert (code, found["outcome"], found["reason"]) == (3, "refused", "no_question")
    assert found["suggestions"]
    type_in(monkeypatch, f"hello\n{UNKNOWN}\n".encode())
    greeting, refusal = rag("chat")[1].split("The sources do not say.")
    assert greeting.startswith("Hello.")
    for part in (greeting, refusal):
        assert "You can ask:\n  - " in part


def test_index_again(rag: Run) -> None:
    code, out, err = rag("index", "--sources", str(ROOT / "seeds"))
    assert (code, err) == (0, "")
    counts = r"1 document \(0 added, 0 changed, 0 removed, 1 unchanged\), 0 skipped"
    assert re.fullmatch(rf"nothing changed: generation \w+ in .*: {counts}\n", out)
    assert rag("index", "--sources", str(ROOT / "seeds"), "--quiet") == (0, "", "")


@pytest.mark.parametrize(
    ("arguments", "code", "message"),
    [
        (["ask"], 2, "rag: no question: give one in quotes, - to read it from standard input, or --batch FILE"),
        (["ask", ""], 2, "rag: the question is empty: ask something"),
        (["ask", "x" * 100_000], 2, "rag: the question has 100000 characters: at most 2000 (max_question_chars)"),
        (["ask", "q", "--batch", "-"], 2, "rag: a question and --batch together: give one of them"),
        (["ask", "q", "--out", "a.txt"], 2, "rag: --out a.txt: its ending says the format, one of .bib, .csl.json"),
        (["ask", "q", "--out", "a.md", "--json"], 2, "rag: --json and --out together: the ending of --out says"),
        (["ask", "q", "--out", "no/a.md"], 1, "rag: no/a.md cannot be written: No such file or directory"),
        (["ask", "--batch", "nowhere"], 1, "rag: batch file nowhere cannot be read: No such file or directory"),
        (["ask", "q", "-k", "0"], 2, "rag: k is 0: the least is 1"),
        (["show", "nowhere.txt"], 1, "rag: no source 'nowhere.txt' in the index: rag status --sources lists all"),
        (["index", "--sources", "nowhere"], 1, "rag: sources folder nowhere does not exist: name one with --sources"),
    ],
)
def test_bad_input(rag: Run, arguments: list[str], code: int, message: str) -> None:
    found, out, err = rag(*arguments)
    assert (found, out) == (code, "")
    assert err.startswith(message)
    assert err.count("\n") == 1


@pytest.mark.parametrize("command", [["ask", "q"], ["search", "q"], ["show", "a"], ["status"], ["chat"], ["serve"]])
def test_no_index(rag: Run, command: list[str], tmp_path: Path) -> None:
    code, out, err = rag(*command, index=tmp_path / "none")
    assert (code, out) == (4, "")
    assert err == f"rag: no index in {tmp_path}/none: build one with rag index --index {tmp_path}/none\n"


def test_a_damaged_index(rag: Run, own_index: Path) -> None:
    (vectors,) = own_index.glob("*/vectors.npy")
    vectors.write_bytes(b"")
    code, out, err = rag("ask", "q", index=own_index)
    assert (code, out) == (4, "")
    assert re.fullmatch(r"rag: .*vectors.npy has 0 bytes, not \d+: rebuild with rag index --index .*\n", err)


def test_skipped_files_are_named(rag: Run, tmp_path: Path, own_index: Path) -> None:
    sources = tmp_path / "s"
    sources.mkdir()
    (sources / "empty.txt").write_text("")
    (sources / "good.txt").write_text("Bolivia has a new president.")
    code, out, err = rag("index", "--sources", str(sources), index=own_index)
    assert code == 0
    assert err == "rag: skipped 'empty.txt': empty: put text in it, or remove it\n"
    assert "1 document (1 added, 0 changed, 1 removed, 0 unchanged), 1 skipped" in out
    code, out, _ = rag("index", "--strict", "--sources", str(sources), index=own_index)
    assert (code, out.startswith("nothing changed")) == (1, True)


def test_generations_are_listed_rolled_back_and_pruned(rag: Run, tmp_path: Path, own_index: Path) -> None:
    sources = tmp_path / "s"
    sources.mkdir()
    (sources / "good.txt").write_text("Bolivia has a new president.")
    assert rag("index", "--dry-run", "--sources", str(sources), index=own_index)[1].startswith("would build generation")
    rag("index", "--sources", str(sources), index=own_index)
    _, out, _ = rag("index", "--list", index=own_index)
    newer, older = out.splitlines()
    assert (newer[0], older[0]) == ("*", " ")
    assert "1 document, 8 passages" in older
    assert "1 document, 1 passage, " in newer
    assert rag("index", "--rollback", index=own_index) == (0, f"now asking generation {older.split()[0]}\n", "")
    assert rag("ask", ASKED, index=own_index)[0] == 0
    assert rag("index", "--prune", index=own_index)[1] == f"removed {newer.split()[1]}\n"
    code, _, err = rag("index", "--rollback", index=own_index)
    assert (code, err.count("\n")) == (4, 1)


def test_an_unknown_setting_in_the_file(rag: Run, tmp_path: Path) -> None:
    (tmp_path / "rag.toml").write_text("wrong = 1")
    code, out, err = rag("ask", ASKED)
    assert (code, out) == (2, "")
    assert err.startswith("rag: rag.toml: unknown setting 'wrong'")


def in_shell(command: str, config: Config) -> "subprocess.CompletedProcess[str]":
    line = command.replace("rag ", f"{sys.executable} -m rag ", 1).replace("INDEX", f"--index {config.index}")
    return subprocess.run(["bash", "-o", "pipefail", "-c", line], capture_output=True, text=True, cwd="/", check=False)


@pytest.mark.parametrize("command", [f"show {ARTICLE}", "status", "search oil --quiet", "ask oil --quiet"])
def test_a_reader_that_goes_away_is_no_error(config: Config, command: str) -> None:
    done = in_shell(f"rag {command} INDEX | true", config)
    assert (done.returncode, done.stderr) == (0, "")


@pytest.mark.parametrize("command", [f"show {ARTICLE}", "status", "ask oil --quiet"])
def test_output_that_cannot_be_written_is_an_error(config: Config, command: str) -> None:
    done = in_shell(f"rag {command} INDEX > /dev/full", config)
    assert (done.returncode, done.stderr) == (1, "rag: standard output: No space left on device\n")


@pytest.mark.parametrize("command", ["ask -", "ask --batch -", "chat"])
def test_closed_standard_input(config: Config, command: str) -> None:
    done = in_shell(f"rag {command} INDEX <&-", config)
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.startswith("rag: standard input is closed")


def test_a_source_cannot_forge_a_citation_in_the_terminal(rag: Run, tmp_path: Path, own_index: Path) -> None:
    sources = tmp_path / "s"
    sources.mkdir()
    (sources / "a.txt").write_text(
        "Bolivia's president is Ana Paz.\n[2] b.txt:0-5\n    | \x1b[31mForged\x0c quote [3].\n"
    )
    assert rag("index", "--sources", str(sources), index=own_index)[0] == 0
    _, out, _ = rag("ask", "Who is Bolivia's president? Ana Paz, forged quote?", "--threshold", "0", index=own_index)
    numbers = [int(n) for n in re.findall(r"^\[(\d+)\]", out, re.MULTILINE)]
    assert numbers == list(range(1, len(numbers) + 1))
    assert "b.txt:0-5" not in re.sub(r"^(\[\d\]|   ) │ .*", "", out, flags=re.MULTILINE), "it is in a quote alone"
    assert "\x1b" not in out


def test_colours_and_links_where_the_terminal_takes_them(rag: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("RAG_SOURCES", str(ROOT / "seeds"))
    assert "\x1b" not in rag("ask", ASKED)[1], "standard output is no terminal"
    monkeypatch.setenv("FORCE_COLOR", "1")
    assert "\x1b[1mBruno Rodríguez\x1b[0m" in rag("ask", ASKED)[1]
    assert "\x1b[" in rag("search", ASKED)[1]
    monkeypatch.setenv("FORCE_HYPERLINK", "1")
    monkeypatch.setenv("NO_COLOR", "1")
    linked = f"\x1b]8;;{(ROOT / 'seeds' / ARTICLE).as_uri()}\x1b\\{ARTICLE}:"
    for command in ("ask", "search"):
        out = rag(command, ASKED)[1]
        assert linked in out
        assert "\x1b[" not in out


def test_a_refusal_is_short_unless_all_is_asked_for(rag: Run) -> None:
    short = rag("ask", UNKNOWN)[1]
    assert len(short.splitlines()) == 5
    assert "confidence" not in short
    assert max(map(len, short.splitlines())) <= 80
    whole = rag("ask", UNKNOWN, "-v")[1]
    assert "(not_supported; confidence 0." in " ".join(whole.split())
    assert whole.count(f"{ARTICLE}:") == len(json.loads(rag("ask", UNKNOWN, "--json")[1])["closest"])


def test_the_completion_of_a_shell_knows_commands_and_options(capsys: pytest.CaptureFixture[str]) -> None:
    for shell in options.SHELLS:
        assert cli.main(["completion", shell]) == 0
        out = capsys.readouterr().out
        assert "rollback" in out
        assert "suites" in out


def test_an_eval_of_the_old_form_goes_on_working() -> None:
    assert options.renamed(["eval", "a.jsonl", "--quiet"]) == ["eval", "run", "a.jsonl", "--quiet"]
    for same in (["eval"], ["eval", "--help"], ["eval", "check", "a"], ["eval", "run", "a"], ["models", "list"], []):
        assert options.renamed(same) == same
    assert options.parser().parse_args(["eval", "run", "a.jsonl"]).command == "eval run"


def test_a_busy_port(rag: Run) -> None:
    import socket

    with socket.create_server(("127.0.0.1", 0)) as taken:
        code, out, err = rag("ui", "--port", str(taken.getsockname()[1]))
    assert (code, out) == (2, "")
    assert "Address already in use" in err
    assert "choose others with --host and --port" in err


def test_show_canonical_and_original_text(own: Config, capsys: pytest.CaptureFixture[str]) -> None:
    message = "Subject: Hidden\n\nPay \u202e100\u202c dollars to cafe\u0301 Havana.\n"
    (Path(own.sources) / "m.eml").write_bytes(message.encode())
    assert cli.main(["index", "--quiet", "--sources", own.sources, "--index", own.index]) == 0
    where = ["m.eml", "--index", own.index]
    assert cli.main(["show", *where]) == 0
    assert capsys.readouterr().out == "Pay 100 dollars to café Havana."
    assert cli.main(["show", *where, "--start", "4", "--end", "23", "--original"]) == 0
    assert capsys.readouterr().out == "100\u202c dollars to cafe\u0301"
    assert cli.main(["show", ARTICLE, "--index", own.index, "--end", "10", "--original"]) == 0
    assert capsys.readouterr().out == Path(own.sources, ARTICLE).read_text()[:10], "it was not changed at all"


def test_add(rag: Run, own: Config, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(address, "is_public", lambda text: text == "127.0.0.1")
    with web() as server:
        server.routes["/pump"] = Sent(b"<p>The water pump in Orda failed on Monday night, said Ann Lee.", etag='"1"')
        server.routes["/scan.pdf"] = Sent(b"%PDF-1.4 broken", kind="application/pdf")
        command = ("add", f"{server.url}/pump", "--sources", own.sources)
        code, out, _ = rag(*command, index=own.index)
        assert code == 0
        assert re.fullmatch(r"added 127\S+/pump\.html from \S+/pump\nbuilt generation .*2 documents \(1 added.*\n", out)
        with Engine.open(own.index) as engine:
            assert engine.index.store.document(out.split()[1]).url == f"{server.url}/pump"
        code, out, _ = rag(*command, index=own.index)
        assert code == 0
        assert re.fullmatch(r"unchanged 127\S+/pump\.html from \S+/pump\nnothing changed: .*\n", out)
        code, out, err = rag(
            "add", f"{server.url}/scan.pdf", f"{server.url}/none", *command[2:], "--quiet", index=own.index
        )
        assert (code, out) == (1, "")
        assert "scan.pdf': " in err
        assert f"rag: {server.url}/none was not fetched: the server sent status 404" in err
    code, _, err = rag("add", "example.org", index=own.index)
    assert code == 2
    assert err.startswith("rag: 'example.org' is no address of http or https")
    code, _, err = rag("add", "http://169.254.169.254/latest", index=own.index)
    assert code == 1
    assert "no public address" in err
