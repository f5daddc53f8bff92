import json
from collections.abc import Callable
from dataclasses import replace
from html import unescape
from pathlib import Path

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient

from rag.engine import Engine
from rag.errors import ConversationError
from rag.evaluation import gold
from rag.schema import Answer
from rag.web import history, share
from rag.web.conversations import Conversations, Summary
from rag.web.live import Live
from tests.unit.test_web_conversations import DOCUMENT, RAID

HOSTILE = "<img src=x onerror=alert(1)>\"'&</button>"
ANA, BEN = "ana-" + "a" * 28, "ben-" + "b" * 28


@pytest.fixture
def kept(tmp_path: Path) -> Conversations:
    return Conversations(tmp_path / "conversations.sqlite")


@pytest.fixture
def client(kept: Conversations, engine: Engine) -> Callable[[str], TestClient]:
    app = FastAPI()
    app.include_router(history.router(kept, Live(engine)))
    return lambda owner: TestClient(app, cookies={"ql_owner": owner})


@pytest.fixture(scope="module")
def answer(engine: Engine) -> Answer:
    return engine.ask("Who is Cuba's foreign minister?")


def test_a_conversation_is_exported_in_three_forms(
    kept: Conversations, client: Callable[[str], TestClient], answer: Answer
) -> None:
    identity = kept.new(ANA, "Who, in Cuba?")
    kept.append(ANA, identity, answer)
    for form, kind, start in (
        ("md", "text/markdown", "# Who, in Cuba?"),
        ("html", "text/html", "<!doctype html>"),
        ("json", "application/json", '{\n "quoteline_conversation": 1'),
    ):
        response = client(ANA).get(f"/conversations/{identity}/{form}")
        assert response.status_code == 200
        assert response.headers["content-type"].startswith(kind)
        assert response.headers["content-disposition"].startswith(f'attachment; filename="Who-in-Cuba.{form}"')
        assert response.text.startswith(start)
        assert answer.citations[0].quote in unescape(response.text)
    shared = share.opened(client(ANA).get(f"/conversations/{identity}/json").content)
    assert shared.answers[0].citations[0].quote == answer.citations[0].quote


def test_nobody_else_gets_it(kept: Conversations, client: Callable[[str], TestClient], answer: Answer) -> None:
    identity = kept.new(ANA, "Mine")
    kept.append(ANA, identity, answer)
    for owner in (BEN, "", "../ana"):
        for form in ("md", "html", "json"):
            response = client(owner).get(f"/conversations/{identity}/{form}")
            assert response.status_code == 404
            assert response.text == "This conversation is not there any more."
    for place in (f"{identity}/pdf", "no-such-id/md", f"{identity}/", identity):
        assert client(ANA).get(f"/conversations/{place}").status_code == 404


def test_what_cannot_be_shared_says_why(kept: Conversations, client: Callable[[str], TestClient]) -> None:
    identity = kept.new(ANA, "x")
    kept.append(ANA, identity, RAID)  # of a source that the index does not have
    response = client(ANA).get(f"/conversations/{identity}/json")
    assert (response.status_code, response.headers["content-type"]) == (409, "text/plain; charset=utf-8")
    assert "a.txt has changed or was removed" in response.text
    assert client(ANA).get(f"/conversations/{identity}/md").status_code == 200


def test_a_shared_conversation_is_exported_with_its_own_documents(
    kept: Conversations, client: Callable[[str], TestClient]
) -> None:
    identity = kept.keep_shared(ANA, "Handed on", [RAID], [DOCUMENT])
    again = share.opened(client(ANA).get(f"/conversations/{identity}/json").content)
    assert again == share.Shared("Handed on", (RAID,), {"a.txt": DOCUMENT})


def test_a_title_makes_a_harmless_file_name(kept: Conversations, client: Callable[[str], TestClient]) -> None:
    for title, named in (
        ("../../etc/passwd", 'filename="etc-passwd.md"'),
        ('a"\r\nX: y', 'filename="a-X-y.md"'),
        ("Куба", "filename*=UTF-8''%D0%9A%D1%83%D0%B1%D0%B0.md"),
        ("…", 'filename="conversation.md"'),
    ):
        response = client(ANA).get(f"/conversations/{kept.new(ANA, title)}/md")
        assert named in response.headers["content-disposition"]
        assert "x" not in {name.lower() for name in response.headers}


def test_rated_answers_come_as_gold(
    kept: Conversations, client: Callable[[str], TestClient], answer: Answer, tmp_path: Path
) -> None:
    identity = kept.new(ANA, "x")
    kept.append(ANA, identity, answer)
    kept.rate(ANA, identity, 0, True, "right")
    response = client(ANA).get("/conversations/gold.jsonl")
    (tmp_path / "gold.jsonl").write_bytes(response.content)
    (question,) = gold.load(tmp_path / "gold.jsonl")
    assert question.question == answer.question
    assert json.loads(response.text)["comment"] == "right"
    assert client(BEN).get("/conversations/gold.jsonl").text == ""


def test_the_list_escapes_titles_and_marks_what_is_shown() -> None:
    first = Summary("a-1", HOSTILE, "2026-01-12T10:00:00", "2026-01-13T10:00:00", 1, shared=False)
    html = history.listing([first, replace(first, id="a-2", questions=2, shared=True)], "a-2")
    assert "<img" not in html
    assert html.count("alert(1)") == 6
    assert html.count("aria-current") == 1
    assert html.index("aria-current") > html.index("a-2")
    assert "13 Jan 2026 · 1 question<" in html
    assert "13 Jan 2026 · 2 questions · shared, read-only<" in html
    assert "What you ask is kept here" in history.listing([], "")
    assert "No conversation has these words" in history.listing([], "", "x")


def test_a_file_that_is_too_large_is_not_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(share, "MOST_MB", 0)
    file = tmp_path / "large.json"
    file.write_bytes(b"{}")
    with pytest.raises(ConversationError, match="over 0 MB"):
        history._bytes(file)
    assert not file.exists()
