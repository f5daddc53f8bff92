"""The careful reader and judge themselves, where they were pulled; ``pytest --slow`` pulls them."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from rag.claims import judging
from rag.config import Config
from rag.engine import Engine
from rag.models import careful
from rag.reading.network import CAREFUL, Window
from rag.reading.reader import TrainedReader
from tests.conftest import MODELS, ROOT


@pytest.fixture(scope="module")
def folder(request: pytest.FixtureRequest) -> Path:
    """Return a folder of models with the careful reader."""
    config = Config(models=MODELS) if MODELS else Config()  # where make demo puts it
    if not all(part.fits(part.folder_of(config)) for part in careful.PARTS):
        if not request.config.getoption("--slow"):
            pytest.skip(f"NO MODEL: reader and judge were not tested: {careful.PULL} (440 MB), or pytest --slow")
        command = [sys.executable, "-m", "rag", *careful.PULL.split()[1:], "--models", config.models]
        subprocess.run(command, cwd=ROOT, check=True)
    return careful.READER.folder_of(config).parent


@pytest.fixture(scope="module")
def asked(config: Config, folder: Path) -> Iterator[Engine]:
    """The article, read carefully."""
    with Engine.open(config=replace(config, models=str(folder), reader="careful")) as engine:
        yield engine


@pytest.mark.parametrize("part", careful.PARTS, ids=lambda part: part.name)
def test_only_what_was_made_is_kept(folder: Path, part: careful.Part) -> None:
    own = folder / part.folder
    assert {path.name for path in own.iterdir()} == {part.network, "SHA256SUMS"}
    assert (own / part.network).stat().st_size < 125e6
    assert not list(folder.glob("reader-base.safetensors*"))
    assert part.whole(own)


def test_it_judges(folder: Path) -> None:
    judge = judging.opened(Config(models=str(folder), reader="careful"))
    assert judge.name == judging.CAREFUL
    passage = "The harbour was opened by Ana Silva. In May, oil prices rose by a third. The ferry did not run."
    cases = {
        "Ana Silva opened the harbour.": ("supports", 0),
        "Oil prices fell in May.": ("contradicts", 1),
        "Ben Costa moved to Lisbon.": ("undecided", None),
        "Did oil prices rise in May?": ("supports", 1),
    }
    for claim, (verdict, place) in cases.items():
        (found,) = judge.judge([(claim, passage)])
        assert found.verdict == verdict, claim
        if place is not None:
            assert passage[slice(*found.sentence)] == passage.split(". ")[place].rstrip(".") + "."


@pytest.mark.parametrize(
    ("question", "said"),
    [
        ("How many Cubans died in the raid?", "32"),
        ("Who is Cuba's foreign minister?", "Rodríguez"),
        ("When was the oil deal announced?", "January 6"),
    ],
)
def test_it_answers(asked: Engine, question: str, said: str) -> None:
    answer = asked.ask(question)
    assert answer.outcome == "answered"
    assert answer.model["reader"] == CAREFUL
    assert said in answer.answer
    for citation in answer.citations:
        assert asked.index.store.document(citation.source).text[citation.start : citation.end] == citation.quote


@pytest.mark.parametrize(
    "question", ["What is the population of Havana?", "Why did Russia praise the American operation in Venezuela?"]
)
def test_it_refuses(asked: Engine, question: str) -> None:
    answer = asked.ask(question)
    assert answer.outcome == "refused"
    assert answer.model["reader"] == CAREFUL


def test_a_window_is_read_alone(asked: Engine) -> None:
    assert isinstance(asked.reader, TrainedReader)
    net = asked.reader._network
    text = "Marie Curie was born in Warsaw. She moved to Paris in 1891."
    windows = [Window(q, "Marie Curie", "", text, ((0, 31), (32, 59))) for q in ("Where was she born?", "When?")]
    together = net.read(windows)
    for window, found in zip(windows, together, strict=True):
        (alone,) = net.read([window])
        assert (alone.holds, alone.sentences.tolist()) == (found.holds, found.sentences.tolist())
    assert text[slice(*together[0].spans[0])] == "Warsaw"


def test_a_question_needs_no_torch(config: Config, folder: Path) -> None:
    code = (
        "import sys; from rag.cli.main import main; main(sys.argv[1:]); "
        "print([name for name in sys.modules if name in ('torch', 'transformers')])"
    )
    command = ["ask", "Who is Cuba's foreign minister?", "--index", config.index, "--reader", "careful", "--json"]
    done = subprocess.run(
        [sys.executable, "-c", code, *command],
        env={**os.environ, "RAG_MODELS": str(folder)}, cwd=ROOT, capture_output=True, text=True, check=True,
    )  # fmt: skip
    answer, _, loaded = done.stdout.rstrip().rpartition("\n")
    assert json.loads(answer)["model"]["reader"] == CAREFUL
    assert loaded == "[]"
