from pathlib import Path

import pytest

from rag.config import Config, environment, load
from rag.errors import UsageError


def test_the_layers_in_their_order(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "rag.toml").write_text('sources = "file"\nk = 3\nport = 1000\n')
    monkeypatch.setenv("RAG_K", "4")
    monkeypatch.setenv("RAG_PORT", "2000")
    config = load({"port": 3000, "index": None}, directory=tmp_path)
    assert (config.sources, config.k, config.port, config.index) == ("file", 4, 3000, "index")


@pytest.mark.parametrize(("value", "on"), [("1", True), ("TRUE", True), ("0", False), ("false", False), ("", False)])
def test_a_switch(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, value: str, on: bool) -> None:
    (tmp_path / "rag.toml").write_text("ocr = true")
    assert load(directory=tmp_path).ocr
    monkeypatch.setenv("RAG_OCR", value)
    assert load(directory=tmp_path).ocr is on


@pytest.mark.parametrize("word", ["none", "None", " ", ""])
def test_what_an_earlier_layer_set_can_be_taken_back(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, word: str
) -> None:
    given = 'llm = "ollama:x"\nreranker = "y"\nthreshold = 0.5\nexamples = "z"\npassword_file = "p"\n'
    (tmp_path / "rag.toml").write_text(given)
    config = load(directory=tmp_path)
    optional = ("llm", "reranker", "threshold", "examples", "password_file")
    assert [getattr(config, name) for name in optional] == ["ollama:x", "y", 0.5, "z", "p"]
    for name in optional:
        monkeypatch.setenv(f"RAG_{name.upper()}", word)
        assert getattr(load(directory=tmp_path), name) is None
    assert load({"threshold": 0, "llm": "ollama:w"}, directory=tmp_path).threshold == 0
    assert load({"threshold": 0, "llm": "ollama:w"}, directory=tmp_path).llm == "ollama:w"


def test_a_variable_of_another_program_is_left_alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("RAG_TIME", "noon")
    monkeypatch.delenv("RAG_READER")
    assert load(directory=tmp_path) == Config()


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ('sorces = "x"', r"rag.toml: unknown setting 'sorces'; known are .*sources"),
        ('k = "many"', "rag.toml: k must be a int, not 'many'"),
        ("k = 2.5", "k must be a int, not 2.5"),
        ("k = true", "k must be a int, not True"),
        ("k = [1]", "k must be a int"),
        ("k = 0", "k is 0: the least is 1"),
        ("passage_chars = 5", "passage_chars is 5: the least is 100"),
        ("threshold = 1.5", "threshold is 1.5: it is a probability, 0 to 1; none takes the reader's own"),
        ("threshold = -1", "threshold is -1.0: it is a probability"),
        ('threshold = "much"', "threshold must be a float, not 'much'"),
        ('k = "none"', "k must be a int, not 'none'"),
        ("llm = 5", "llm must be a str, not 5"),
        ("k = ", "rag.toml is not valid TOML"),
        ("threshold = nan", "threshold is nan: it is a probability"),
        ("sources = 5", "sources must be a str, not 5"),
        ('index = " "', "index is empty: name one"),
        ('ocr = "perhaps"', "ocr must be true or false, not 'perhaps'"),
        ("ocr = 1", "ocr must be true or false, not 1"),
        ("threads = 100000", "threads is 100000: at most"),
        ('length = "brief"', "length is 'brief': one of sentence, short, all"),
        ('reader = "best"', "reader is 'best': one of auto, packaged, careful"),
    ],
)
def test_a_bad_value_names_its_place(tmp_path: Path, text: str, message: str) -> None:
    (tmp_path / "rag.toml").write_text(text)
    with pytest.raises(UsageError, match=message):
        load(directory=tmp_path)


def test_a_bad_variable(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("RAG_K", "x")
    with pytest.raises(UsageError, match="the environment: k must be a int, not 'x'"):
        load(directory=tmp_path)


def test_a_file_that_is_not_utf8(tmp_path: Path) -> None:
    (tmp_path / "rag.toml").write_bytes(b'sources = "caf\xe9"')
    with pytest.raises(UsageError, match="is not valid TOML"):
        load(directory=tmp_path)


def test_another_process_gets_the_same_settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "rag.toml").write_text('llm = "ollama:a"\nocr = false\nthreshold = 0.9\n')
    config = Config(index="postgresql://me:secret@host/index", ocr=True, threshold=0.25, k=3)
    for name, value in environment(config).items():
        monkeypatch.setenv(name, value)
    assert load(directory=tmp_path) == config
