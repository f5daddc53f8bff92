"""Real parts, built once: an index of the article with the packaged encoder."""

import os
import shutil
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from filelock import FileLock

os.environ["HF_HUB_OFFLINE"] = "1"  # the defaults must need nothing from a model hub
os.environ["RAG_READER"] = (
    "packaged"  # whatever was pulled on this machine; tests/integration/test_careful.py has the other
)

from rag.config import Config
from rag.engine import Engine
from rag.index import generations
from rag.indexing.builder import build
from rag.models import careful
from rag.models.encode import OnnxEncoder
from rag.reading.network import Session
from tests import reuse

if TYPE_CHECKING:
    from rag.web.library import Library
    from rag.web.server import Site

ROOT = Path(__file__).parent.parent
ARTICLE = "000_5e8d803c2965fb30.txt"
MODELS = os.environ.pop("RAG_MODELS", "")
"""Folder of language models that a machine keeps between runs, if it does; a test pulls what is missing."""


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--screenshots", metavar="FOLDER", help="where the browser tests leave their pictures")
    parser.addoption("--slow", action="store_true", help="also pull the careful reader and a language model of 1.1 GB")


@pytest.fixture(scope="session", autouse=True)
def _packaged() -> Iterator[None]:
    """Let the packaged networks read and judge, as ``RAG_READER`` does, where settings are made in a test."""
    chosen = careful.Part.chosen

    def asked(part: careful.Part, config: Config) -> Path | None:
        return chosen(part, config) if config.reader == "careful" else None

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(careful.Part, "chosen", asked)
        yield


@pytest.fixture(scope="session", autouse=True)
def _reuse() -> Iterator[None]:
    with reuse.workers(), reuse.encoders(), reuse.readings():
        yield


@pytest.fixture
def read_anew(monkeypatch: pytest.MonkeyPatch) -> None:
    """Have the networks read what they read before, and encoders loaded: for a test of whether they say the same."""
    monkeypatch.setattr(Session, "run", reuse.RUN)
    monkeypatch.setattr(OnnxEncoder, "__init__", reuse.LOAD)


@pytest.fixture(scope="session")
def article() -> str:
    return (ROOT / "seeds" / ARTICLE).read_bytes().decode()


@pytest.fixture(scope="session")
def config(tmp_path_factory: pytest.TempPathFactory) -> Config:
    """Settings of an index over the project's own seeds, built; all processes share it, so it is not to be changed."""
    own = tmp_path_factory.getbasetemp()
    shared = own.parent if "PYTEST_XDIST_WORKER" in os.environ else own
    config = Config(sources=str(ROOT / "seeds"), index=str(shared / "index"), data=str(own / "data"))
    with FileLock(shared / "index.lock"):
        build(config)  # which the first does: the others find it as it is
    return config


@pytest.fixture(scope="session")
def engine(config: Config) -> Engine:
    return Engine.open(config=config)


@pytest.fixture(scope="session")
def site(engine: Engine) -> "Site":
    """What the page is made of, over the article; its engine is shared, and stays open."""
    from rag.web.server import parts

    return parts(engine)


@pytest.fixture
def own_index(config: Config, tmp_path: Path) -> Path:
    """A copy of the built index that a test may damage."""
    return Path(shutil.copytree(config.index, tmp_path / "index"))


@pytest.fixture
def own(config: Config, own_index: Path, tmp_path: Path, article: str) -> Config:
    """Settings of a copy of the article's index and of a folder with the article."""
    sources = tmp_path / "sources"
    sources.mkdir()
    (sources / "000_5e8d803c2965fb30.txt").write_bytes(article.encode())
    return replace(config, index=str(own_index), sources=str(sources))


@pytest.fixture
def library(own: Config) -> "Iterator[Library]":
    """The library of the page over a copy of the article's index, with folders that may be added."""
    from rag.web.library import Library
    from rag.web.live import Live

    live = Live(Engine.open(config=own))
    library = Library(live, folders=True)
    yield library
    library.close()
    live.close()


def linked(index: str, folder: Path) -> Path:
    """Lay a built index into a folder by links, to be built upon and not to be damaged: its encoder is large."""
    return Path(shutil.copytree(index, folder, copy_function=os.link, ignore=shutil.ignore_patterns(generations.LOCK)))


def built_over(config: Config, sources: Path, index: Path) -> Config:
    """Build an index over other sources, upon the shared one, whose encoder it takes."""
    linked(config.index, index)
    own = replace(config, sources=str(sources), index=str(index))
    build(own)
    return own


def files(config: Config) -> dict[str, bytes]:
    """Return the content of every file in an index folder, by path."""
    return {str(path): path.read_bytes() for path in Path(config.index).rglob("*") if path.is_file()}
