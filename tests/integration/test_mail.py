from pathlib import Path

import pytest

from rag.cli.show import shown
from rag.config import Config
from rag.documents import load
from rag.documents.sandbox import Sandbox
from rag.indexing.builder import build
from tests.conftest import built_over

BOX = b"""From ana@example.org Tue Feb  3 10:00:00 2026
From: Ana <ana@example.org>
Subject: Pump
Date: Tue, 3 Feb 2026 10:00:00 +0000

The pump.
>From here on it ran.

From then on it ran until 1985.

From - Wed Feb  4 10:00:00 2026
From: Bo <bo@example.org>
Subject: Pump
Content-Type: multipart/mixed; boundary=b

--b

Fine.
--b
Content-Type: text/csv; name=a.csv

a,b
1,2
--b--

From - Wed Feb  4 11:00:00 2026
X-Mozilla-Status: 0009
Subject: Gone

Gone.

From - Wed Feb  4 11:00:00 2026
Subject: Empty

"""


def test_each_message_of_a_mailbox_is_a_document(
    config: Config, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    sources = tmp_path / "sources"
    sources.mkdir()
    for name, content in (("box.mbox", BOX), ("crlf.mbox", BOX.replace(b"\n", b"\r\n")), ("one.mbox", BOX[:240])):
        (sources / name).write_bytes(content)
    found = load.read_folder(Config(sources=str(sources))).documents
    texts = {document.source: document.text for document in found}
    names = ["Pump", "Pump (2)", "Pump (2)/a.csv"]
    assert list(texts) == [*(f"box.mbox/{n}" for n in names), *(f"crlf.mbox/{n}" for n in names), "one.mbox"]
    assert texts["box.mbox/Pump"] == "The pump.\nFrom here on it ran.\n\nFrom then on it ran until 1985."
    assert texts["crlf.mbox/Pump (2)/a.csv"] == "a: 1; b: 2"
    assert found[0].published == "2026-02-03"
    assert found[0].notes == ("1 of 4 messages are marked as deleted and left out",)
    assert found[0].unread == ("1 of 4 messages have no text that can be read: export them as .eml",)

    own = built_over(config, sources, tmp_path / "index")
    assert shown(own, "box.mbox/Pump") == texts["box.mbox/Pump"]
    assert all(text in shown(own, "box.mbox") for name, text in texts.items() if name.startswith("box"))
    monkeypatch.setattr(Sandbox, "parse", None)  # what is as it was is not parsed again, nor is any part of it lost
    (sources / "note.txt").write_text("A note.")
    assert (build(own).unchanged, build(own).documents) == (len(texts), len(texts) + 1)
