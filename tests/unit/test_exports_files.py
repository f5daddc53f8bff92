import json
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, cast

import pytest

from rag.errors import SourceError, UsageError
from rag.exports.files import ENDINGS, content, ending, write
from rag.exports.sheet import Row
from rag.output.render import answer_object
from rag.schema import Document
from tests.exported import ANSWERS, DOCUMENTS, NEWS

if TYPE_CHECKING:
    from rag.index.store import Store

ROWS = [Row(answer.question, answer, f"q{place}") for place, answer in enumerate(ANSWERS)]
BROKEN = Row("", UsageError("batch line 4 is not JSON"))


class Shelf:
    def find(self, source: str) -> Document | None:
        return self._documents.get(source)

    def __init__(self, documents: dict[str, Document] = DOCUMENTS) -> None:
        self._documents = documents


STORE = cast("Store", Shelf())


@pytest.mark.parametrize("kind", ENDINGS)
def test_every_format_is_written_and_nothing_beside_it(tmp_path: Path, kind: str) -> None:
    path = tmp_path / f"Answers{kind.upper()}"
    path.write_text("before", encoding="utf-8")
    write(str(path), [*ROWS, BROKEN], STORE)
    assert len(path.read_bytes()) > 100
    assert list(tmp_path.iterdir()) == [path]


def test_json_lines_are_the_json_form(tmp_path: Path) -> None:
    write(str(tmp_path / "a.jsonl"), [*ROWS, BROKEN], STORE)
    first, *_, last = map(json.loads, (tmp_path / "a.jsonl").read_text(encoding="utf-8").splitlines())
    assert first == {**json.loads(json.dumps(answer_object(ANSWERS[0]))), "id": "q0"}
    assert last["error"] == {"kind": "usage", "message": "batch line 4 is not JSON"}


def test_the_ending_says_the_format() -> None:
    assert ending("a.b/C.CSL.JSON") == ".csl.json"
    for name in ("answers", "answers.json", "answers.txt", "md"):
        with pytest.raises(UsageError, match=r"--out .*: its ending says the format, one of \.bib, \.csl\.json, "):
            ending(name)


def test_a_file_that_cannot_be_written(tmp_path: Path) -> None:
    with pytest.raises(SourceError, match="cannot be written: No such file or directory"):
        write(str(tmp_path / "no" / "a.md"), ROWS, STORE)


@pytest.mark.parametrize("kind", ENDINGS)
def test_sources_that_have_changed_or_are_gone_keep_their_quotes(kind: str) -> None:
    changed = {NEWS.source: replace(NEWS, text="Something else.")}
    data = content(kind, ROWS, cast("Store", Shelf(changed)))
    if kind in (".md", ".jsonld"):
        assert "1-2 of them guards" in data.decode()
        assert "text=Officials" not in data.decode()
    if kind == ".jsonld":
        assert "TextPositionSelector" not in data.decode()
