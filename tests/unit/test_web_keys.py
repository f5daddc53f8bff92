import json
import stat
from pathlib import Path

import pytest

from rag.cli import main as cli
from rag.config import Config
from rag.errors import UsageError
from rag.web.keys import MOST_NAMES, PREFIX, Key, Keys, Rates


@pytest.fixture
def keys(tmp_path: Path) -> Keys:
    return Keys(tmp_path / "data" / "keys.json")


def test_a_key_is_found_by_itself_alone_and_kept_as_a_hash(keys: Keys) -> None:
    secret = keys.add("notes", "read", 60)
    assert secret.startswith(PREFIX)
    found = keys.find(secret)
    assert found is not None
    assert (found.name, found.scope, found.per_minute) == ("notes", "read", 60)
    assert keys.find(secret[:-1]) is None
    assert keys.find("") is None
    assert secret not in keys.path.read_text()
    assert stat.S_IMODE(keys.path.stat().st_mode) == 0o600


def test_a_key_that_another_process_removes_opens_nothing_more(keys: Keys) -> None:
    secret = keys.add("notes", "write", 60)
    assert keys.find(secret)
    Keys(keys.path).remove("notes")
    assert keys.find(secret) is None
    keys.path.unlink()
    assert keys.listed() == ()


def test_what_cannot_be_a_key_is_refused(keys: Keys) -> None:
    keys.add("notes", "read", 60)
    for name, per_minute, told in (("notes", 60, "there is a key"), (" ", 60, "printable"), ("a\nb", 60, "printable")):
        with pytest.raises(UsageError, match=told):
            keys.add(name, "read", per_minute)
    with pytest.raises(UsageError, match="the least is 1"):
        keys.add("other", "read", 0)
    with pytest.raises(UsageError, match="rag keys list"):
        keys.remove("other")
    assert [key.name for key in keys.listed()] == ["notes"]


@pytest.mark.parametrize("text", ["", "{}", "[1]", '[{"name": "a"}]', "\xff"])
def test_a_damaged_file_lets_nobody_in(keys: Keys, text: str) -> None:
    secret = keys.add("notes", "read", 60)
    keys.path.write_text(text, encoding="latin-1")
    with pytest.raises(UsageError, match="is no file of keys"):
        keys.find(secret)


def test_the_command_makes_lists_and_removes_keys(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("RAG_DATA", str(tmp_path))
    assert cli.main(["keys", "add", "notes", "--write", "--per-minute", "5"]) == 0
    told = capsys.readouterr()
    secret = told.out.strip()
    assert "only time" in told.err
    assert cli.main(["keys", "list"]) == 0
    told = capsys.readouterr()
    assert told.out.startswith("notes  write  5 a minute")
    assert secret not in told.out
    found = Keys.of(Config(data=str(tmp_path))).find(secret)
    assert found is not None
    assert found.scope == "write"
    assert cli.main(["keys", "remove", "notes"]) == 0
    assert json.loads((tmp_path / "keys.json").read_text()) == []
    assert cli.main(["keys", "remove", "notes"]) == 2


def key(name: str, per_minute: int) -> Key:
    return Key(name, "read", per_minute, "2026-01-12", "")


def test_a_key_waits_when_its_minute_is_full() -> None:
    now = 0.0
    rates = Rates(clock=lambda: now)
    assert [rates.wait(key("a", 3)) for _ in range(3)] == [0, 0, 0]
    now = 12.0
    assert rates.wait(key("a", 3)) == 49
    assert rates.wait(key("b", 3)) == 0
    now = 60.0
    assert rates.wait(key("a", 3)) == 0


def test_several_workers_share_a_keys_minute() -> None:
    rates = Rates(share=2, clock=lambda: 0.0)
    assert [rates.wait(key("a", 4)) > 0 for _ in range(3)] == [False, False, True]
    for number in range(MOST_NAMES + 10):
        rates.wait(key(str(number), 1))
    assert len(rates._by) == MOST_NAMES
