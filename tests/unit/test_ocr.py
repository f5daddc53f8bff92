"""Pages without text are recognised if that is asked for, with their places, and what was not is told."""

import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from rag.config import Config
from rag.documents import load
from rag.documents.common.decode import Unusable
from rag.documents.pdf import ocr
from rag.documents.pdf.ocr import Recogniser
from rag.documents.pdf.pages import pdf
from rag.documents.sandbox import Sandbox
from rag.errors import UsageError
from tests.unit.test_pdf import LEFT, body, drawn, page_of, picture

Seen = tuple[float, float, float, str, float]
"""A line as an engine sees it: its left end, its middle, its right end, in pixels; text; odds."""


def recogniser(*pages: Sequence[Seen], seconds: int = 60) -> Recogniser:
    """Return one whose models see these lines, page by page."""
    shown: list[Sequence[Seen]] = []
    left = iter(pages)

    def engine(_picture: Any, **_how: bool) -> SimpleNamespace:
        lines = shown[-1]
        boxes = [[[a, y - 20], [b, y - 20], [b, y + 20], [a, y + 20]] for a, y, b, _, _ in lines]
        texts, odds = [line[3] for line in lines], [line[4] for line in lines]
        return SimpleNamespace(boxes=boxes or None, txts=texts, scores=odds, word_results=())

    made = Recogniser(seconds, lambda: shown.append(next(left)))
    made._engine = engine
    return made


def test_lines_become_columns_and_paragraphs() -> None:
    left = [(100, 200 + 50 * n, 700, f"the council of Ystad number {n} voted", 0.99) for n in range(6)]
    right = [(850, 200 + 50 * n, 1450, f"and swimmers protested there {n} times", 0.99) for n in range(6)]
    rows = [line for pair in zip(left, right, strict=True) for line in pair]
    text = pdf(drawn(picture), recogniser(rows)).text
    assert text.index("number 5 voted") < text.index("protested there 0 times"), "one column after the other"
    assert text.count("\n\n") <= 1


def test_a_table_keeps_its_rows() -> None:
    rows = [("Item", "Price"), ("Lamps", "18.75"), ("Chairs", "120.00"), ("Tables", "349.90")]
    lines = [
        (x, 200 + 50 * n, x + 22 * len(cell), cell, 0.99)
        for n, row in enumerate(rows)
        for x, cell in zip((100, 700), row, strict=True)
    ]
    assert "Item: Chairs; Price: 120.00" in pdf(drawn(picture), recogniser(lines)).text


def test_what_was_recognised_and_what_was_not_is_told() -> None:
    sure = (100, 200, 900, "The rent is 1,250 crowns a month for all.", 0.98)
    faint = (100, 400, 900, "Tha wheol 15 kapt ln ropair bv tha", 0.4)
    other = (100, 500, 900, "Notice is given by letter in the spring.", 0.97)
    strange = (100, 600, 900, "1250 .", 0.95)
    found = pdf(drawn(body(LEFT, 1), picture, picture, picture), recogniser([sure, faint], [other], [strange]))
    assert "wheol" not in found.text
    assert found.notes == ["pages 2-3 were read by text recognition (OCR): check the quotes"]
    assert found.unread == [
        "1 of 4 pages has no text (page 4): none was recognised, look at it",
        "1 of 4 pages has lines too faint to recognise (page 2): look at it",
    ]
    assert page_of(found, "The rent is") == (2, None)


def test_without_it_the_remedy_is_named() -> None:
    found = pdf(drawn(body(LEFT, 1), picture))
    command = "pip install 'quoteline[ocr]', then rag index --ocr"
    assert found.unread == [f"1 of 2 pages has no text (page 2): read it by text recognition (OCR): {command}"]
    with pytest.raises(Unusable) as caught:
        pdf(drawn(picture))
    assert "rag index --ocr" in caught.value.remedy


def test_a_page_that_takes_too_long_is_told_and_keeps_nothing_back() -> None:
    slow = Recogniser(1)

    def engine(*_: Any, **__: bool) -> None:
        while True:
            pass

    slow._engine = engine
    start = time.process_time()
    found = pdf(drawn(body(LEFT, 1), picture), slow)
    assert time.process_time() - start < 5
    assert "The council of Ystad voted" in found.text
    assert found.unread == ["1 of 2 pages has taken more than ocr_seconds = 1 (page 2): raise it, and index again"]


def test_each_page_has_more_time(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "a.pdf").write_bytes(b"")
    worker = "import sys, time\nsys.stdin.readline()\n" + "time.sleep(.7); print(flush=True)\n" * 3
    answer = '{"text": "fine", "attachments": {}}'
    with Sandbox(seconds=1, memory_mb=512, text_mb=1, unpacked_mb=9, ocr_seconds=2) as sandbox:
        script = tmp_path / "worker.py"
        script.write_text(f"{worker}time.sleep(.7); print({answer!r})\n")
        popen = subprocess.Popen
        monkeypatch.setattr(subprocess, "Popen", lambda _, **how: popen([sys.executable, str(script)], **how))
        assert sandbox.parse(tmp_path / "a.pdf").text == "fine"


def test_it_must_be_installed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ocr, "_LIBRARIES", ("no-such-library",))
    with pytest.raises(UsageError, match=r"not installed: pip install 'quoteline\[ocr\]'"):
        load.read_folder(Config(sources=str(tmp_path), ocr=True))


def test_a_file_is_read_anew_where_it_is_switched_on_or_off() -> None:
    off, on, longer = Config(), Config(ocr=True), Config(ocr=True, ocr_seconds=90)
    assert len({load.origin_of("ab", config, None) for config in (off, on, longer)}) == 3
