import json
from dataclasses import replace
from pathlib import Path

import pytest

from rag.config import Config
from rag.engine import Engine
from rag.errors import IndexDamaged
from rag.index.manifest import FORMAT, MANIFEST, digest
from rag.web.live import Live, begun
from tests.unit.test_web_live import live


def test_an_answer_begun_before_a_swap_is_ended_by_the_old_engine(own: Config) -> None:
    held, _, new = live(Engine.open(config=own), Engine.open(config=own))
    with held.engine() as engine:
        stream = engine.stream("How many Cubans died in the raid?")
        next(stream)
        held.swap(new)
        *_, answer = stream
    assert getattr(answer, "outcome", None) == "answered"
    held.close()


def test_an_index_that_cannot_be_read_names_the_command(own: Config) -> None:
    """Of an older format, or damaged: a page begins without it."""
    (path,) = Path(own.index).glob(f"*/{MANIFEST}")
    older = json.loads(path.read_text()) | {"format": FORMAT - 1}
    older.pop("seal")
    path.write_text(json.dumps(older | {"seal": digest(older)}))
    for why in (rf"has index format {FORMAT - 1}, not {FORMAT}: rebuild with rag index --index", "cannot be used"):
        held = Live(begun(own))
        with pytest.raises(IndexDamaged, match=why), held.engine():
            pass
        path.write_text("{")


def test_an_index_that_is_there_is_opened(own: Config) -> None:
    found = begun(replace(own, threads=1))
    assert isinstance(found, Engine)
    found.close()
