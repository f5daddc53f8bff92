from pathlib import Path

import pytest

from rag.errors import SourceError
from rag.indexing.said import Said


def said(folder: Path) -> Said:
    return Said(folder / "deep" / "said.sqlite3", "heard", ("sound", "model"), "what was heard")


def test_what_was_said_is_kept_once_by_all_its_keys(tmp_path: Path) -> None:
    one, other = said(tmp_path), said(tmp_path)
    assert one.get("a", "x") is None
    assert not [*tmp_path.iterdir()], "nothing is made to look"
    one.keep("a", "x", said="first")
    one.keep("a", "x", said="second")
    assert (other.get("a", "x"), other.get("a", "y"), other.get("b", "x")) == ("first", None, None)
    one.close()
    one.keep("a", "y", said="late")
    assert one.get("a", "x") is None, "who ends a build is asked for nothing"
    assert other.get("a", "y") is None
    other.close()


def test_a_file_that_cannot_be_used_is_named(tmp_path: Path) -> None:
    (tmp_path / "deep").mkdir()
    (tmp_path / "deep" / "said.sqlite3").write_bytes(b"no database" * 100)
    with pytest.raises(SourceError, match=r"what was heard in .*said\.sqlite3 cannot be used .*: move it away"):
        said(tmp_path).get("a", "x")
