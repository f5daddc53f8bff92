"""What is refused before a model is loaded; tests/integration/test_local_llm.py loads one."""

import sys
from pathlib import Path

import pytest

from rag.config import Config
from rag.errors import LLMError, ModelError, RagError, UsageError
from rag.llm.gguf import open_local


@pytest.mark.parametrize(
    ("name", "error", "said"),
    [
        ("local:gpt", UsageError, "no model is called 'gpt'"),
        ("local:", UsageError, "write local:NAME .rag models list. or gguf:PATH"),
        ("ollama:x", UsageError, "ollama:x: write local:NAME"),
        ("local:smollm2-135m-instruct", ModelError, "rag models pull smollm2-135m-instruct"),
        ("gguf:none.gguf", ModelError, "none.gguf cannot be read: No such file or directory"),
        ("gguf:text.gguf", ModelError, "text.gguf is not a GGUF model"),
        ("gguf:short.gguf", LLMError, "gguf:short.gguf cannot be loaded by llama.cpp from short.gguf: is it whole?"),
    ],
)
def test_names_and_files_that_are_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str, error: type[RagError], said: str
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "text.gguf").write_text("hello")
    (tmp_path / "short.gguf").write_bytes(b"GGUF\3\0\0\0")
    with pytest.raises(error, match=said):
        open_local(name, Config(models=str(tmp_path)))


def test_a_missing_extra_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "a.gguf").write_bytes(b"GGUF")
    monkeypatch.setitem(sys.modules, "xllamacpp", None)
    with pytest.raises(UsageError, match=r"needs pip install 'quoteline\[local\]'"):
        open_local(f"gguf:{tmp_path}/a.gguf", Config())
