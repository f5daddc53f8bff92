import time
from pathlib import Path

import pytest

from rag.config import Config
from rag.engine import Engine
from rag.errors import IndexDamaged
from rag.index import manifest
from rag.serving import follow
from rag.serving.follow import Follower
from rag.web.live import Live


def test_what_cannot_be_opened_does_not_take_the_place_of_what_can(
    own: Config, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    live = Live(Engine.open(config=own))
    with live.engine() as engine:
        before = engine
    pointer = Path(own.index) / manifest.CURRENT
    follower = Follower(live)
    follower.look()
    pointer.write_text("0123456789abcdef\n")
    with pytest.raises(IndexDamaged):
        follower.look()
    monkeypatch.setattr(follow, "SECONDS", 0.01)
    follower.start()
    time.sleep(0.3)
    follower.close()
    assert capsys.readouterr().err.count("the index before answers on") == 1
    pointer.unlink()
    follower.look()
    with live.engine() as engine:
        assert engine is before
        assert engine.search("oil", 1).hits
    live.close()
