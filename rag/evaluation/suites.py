"""Public question sets, where somebody has them: which to run, over what, and how many questions.

``eval/suites.toml``, a table a suite:

    [squad2]
    gold = "squad2/gold.jsonl.gz"      # both lie in the folder given by --data
    corpus = "squad2/corpus.jsonl.gz"  # JSON Lines of documents: {"id", "title", "text"}
    scoped = true                      # a question is asked of the documents that it names; left out: of all
    quick = 100                        # most questions of a quick run; a nightly one asks all, but for nightly = N
"""

import gzip
import hashlib
import shutil
import tomllib
import zlib
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from pydantic import TypeAdapter, ValidationError

from rag.config import Config
from rag.errors import GoldError, UsageError, first_line
from rag.indexing.builder import build


@dataclass(frozen=True, slots=True)
class Suite:
    """How to run one public set."""

    gold: str
    """Path of the questions in the data folder."""
    corpus: str
    """Path of the documents in the data folder."""
    quick: int
    """Most questions of a quick run."""
    nightly: int | None = None
    """Most questions of a nightly one; None for all."""
    scoped: bool = False
    """Whether a question is asked only of the documents that it names."""


_FORM = TypeAdapter(dict[str, Suite])


def read(path: str | Path, only: Sequence[str] = ()) -> dict[str, Suite]:
    """Read a file of suites.

    Args:
        path: the file.
        only: names of the suites wanted; all by default.

    Raises:
        GoldError: it cannot be read or is not in its form.
        UsageError: a suite that it does not have is wanted.
    """
    try:
        suites = _FORM.validate_python(tomllib.loads(Path(path).read_text(encoding="utf-8")))
    except OSError as error:
        raise GoldError(f"{path} cannot be read: {error.strerror}") from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise GoldError(f"{path} is not valid TOML: {error}") from None
    except ValidationError as error:
        found = error.errors()[0]
        raise GoldError(f"{path}: {'.'.join(map(str, found['loc']))}: {found['msg']}") from None
    for name in only:
        if name not in suites:
            raise UsageError(f"no suite {name!r} in {path}: it has {', '.join(suites)}")
    return {name: suite for name, suite in suites.items() if not only or name in only}


def indexed(suite: Suite, data: Path, work: Path, config: Config, *, progress: bool) -> Config:
    """Index a suite's corpus, or take the index that is there; return the settings that name it.

    Suites of one corpus share its index.
    """
    corpus = data / suite.corpus
    place = work / hashlib.sha256(suite.corpus.encode()).hexdigest()[:12]
    sources = place / "sources"
    sources.mkdir(parents=True, exist_ok=True)
    name = corpus.name.removesuffix(".gz")
    with (
        gzip.open(corpus) if corpus.suffix == ".gz" else corpus.open("rb") as lines,
        (sources / name).open("wb") as out,
    ):
        try:
            shutil.copyfileobj(lines, out)
        except (OSError, EOFError, zlib.error) as error:
            raise GoldError(f"{corpus} cannot be read: {first_line(error)}") from None
    own = replace(config, sources=str(sources), index=str(place / "index"))
    build(own, progress=progress)
    return own
