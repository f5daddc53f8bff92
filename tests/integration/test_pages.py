"""A PDF of an index beside the chat: its printed page, and its text once the file has changed."""

from pathlib import Path

from fastapi.testclient import TestClient

from rag.config import Config
from rag.engine import Engine
from rag.web import password, server, words
from rag.web.desk import Desk
from rag.web.document import Tab
from tests.conftest import built_over
from tests.unit.test_pdf import LEFT, RIGHT, at, drawn, lines


def test_the_page_gives_way_to_the_text_when_the_file_changes(config: Config, tmp_path: Path) -> None:
    sources = tmp_path / "sources"
    sources.mkdir()
    path = sources / "bath.pdf"
    path.write_bytes(drawn(at(*lines(LEFT)), at(*lines(RIGHT))))
    own = built_over(config, sources, tmp_path / "index")
    with Engine.open(config=own) as engine:
        site = server.parts(engine)
        desk = Desk()
        quotes = engine.ask("How much would a new bath cost?")
        spans = quotes.citations or quotes.closest
        desk.open(site.live, Tab("bath.pdf", "x", spans, 0, 0))
        panel = desk.panel(site.live)
        assert 'class="ql-leaf"' in panel
        assert "ql-box ql-selected" in panel
        sha256 = panel.split("/leaves/")[1].split("/")[0]
        address = f"/leaves/{sha256}/1?source=bath.pdf"
        client = TestClient(server.app(site), base_url="http://127.0.0.1")
        found = client.get(address)
        assert (found.status_code, found.headers["content-type"]) == (200, "image/webp")
        assert found.headers["cache-control"] == "no-store"
        locked = TestClient(server.app(site, password.hashed("x" * 12)), base_url="http://127.0.0.1")
        assert locked.get(address, follow_redirects=False).status_code != 200, "who has not logged in sees no page"

        path.write_bytes(drawn(at(*lines(RIGHT)), at(*lines(LEFT))))
        panel = desk.panel(site.live)
        assert "ql-leaf" not in panel
        assert words.LEAF_CHANGED in panel
        assert "<mark" in panel
        assert client.get(address).status_code == 409
        desk.documents = {"bath.pdf": engine.index.store.document("bath.pdf")}
        assert words.LEAF_CHANGED not in desk.panel(site.live), "of a shared conversation there is the text alone"
        site.close()
