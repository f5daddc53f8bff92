import subprocess
from typing import Any

import pytest

from rag.config import Config
from rag.evaluation import run


def test_no_argument_of_a_process_has_the_password_of_an_index(monkeypatch: pytest.MonkeyPatch) -> None:
    calls: list[tuple[list[str], dict[str, str]]] = []

    def ended(command: list[str], *, env: dict[str, str], **_: Any) -> subprocess.CompletedProcess[bytes]:
        calls.append((command, env))
        return subprocess.CompletedProcess(command, 0)

    monkeypatch.setattr(subprocess, "run", ended)
    config = Config(index="postgresql://me:secret@host/index")
    assert run._cold_start(config, "Who?") is not None
    ((command, env),) = calls
    assert command[-2:] == ["--", "Who?"]
    assert "secret" not in " ".join(command)
    assert (env["RAG_INDEX"], env["RAG_LLM"]) == (config.index, "None")
