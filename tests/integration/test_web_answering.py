from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from rag.engine import Engine
from rag.errors import ModelError
from rag.schema import ALL, Filter
from rag.web import words
from rag.web.answering import SentQuestion, answering, shown
from rag.web.conversations import Conversations
from rag.web.desk import Desk, Run
from rag.web.document import Tab
from rag.web.live import Live
from tests.conftest import ARTICLE

DIED = "How many Cubans died in the raid?"
MINISTER = "Who is Cuba's foreign minister?"


class Page:
    """What a page would show: the changes of each answer, put together."""

    def __init__(self, engine: Engine, conversations: Conversations) -> None:
        self.live, self.conversations, self.desk = Live(engine), conversations, Desk()
        self.running: set[Run] = set()
        self.shown: dict[str, Any] = {"conversation": [], "current": "", "turns": 0}

    def asked(self, question: str, place: int | None = None, chosen: Filter = ALL) -> SentQuestion:
        conversation = self.shown["conversation"]
        at = len(conversation) if place is None else place
        current, turns = self.shown["current"], self.shown["turns"]
        return SentQuestion(question, at, conversation, current, chosen, turns, "ana", typed=place is None)

    def ask(self, question: str, place: int | None = None, chosen: Filter = ALL) -> list[dict[str, Any]]:
        asked = self.asked(question, place, chosen)
        changes = list(answering(self.live, self.conversations, self.desk, asked, self.running))
        self.shown |= {key: value for change in changes for key, value in change.items()}
        return changes

    @property
    def stored(self) -> list[str]:
        return [answer.question for answer in self.conversations.answers("ana", self.shown["current"])]


@pytest.fixture
def page(engine: Engine, tmp_path: Path) -> Page:
    return Page(engine, Conversations(tmp_path / "conversations.sqlite"))


def test_an_answer_is_shown_step_by_step_and_kept(page: Page) -> None:
    first, found, last = page.ask(MINISTER)
    assert first["offers"] == ""
    assert words.CHAT_SEARCHING in first["writing"]
    assert "Reading" in found["writing"]
    assert last["writing"] == ""
    assert last["turns"] == 1
    assert 'data-outcome="answered"' in last["chat"]
    assert "Bruno Rodríguez" in last["panel"]
    assert page.stored == [MINISTER]
    assert "<table>" in last["chat"]
    assert "<table>" not in shown(page.shown["conversation"], {})
    assert page.running == set()


def test_a_follow_up_goes_to_the_same_conversation(page: Page) -> None:
    page.ask(MINISTER)
    page.ask("What did he condemn?")
    assert page.stored == [MINISTER, "What did he condemn?"]
    assert page.shown["conversation"][1].standalone == "What did Bruno Rodríguez condemn?"


def test_an_edit_replaces_the_question_and_what_follows_once_it_is_answered(page: Page) -> None:
    for question in (MINISTER, DIED, "hello"):
        page.ask(question)
    stream: Any = answering(page.live, page.conversations, page.desk, page.asked("Who is Rubio?", 1), page.running)
    assert next(stream)["chat"].count('class="ql-turn"') == 1
    assert page.stored == [MINISTER, DIED, "hello"]
    stream.close()
    assert page.running == set()
    page.ask("Who is Rubio?", 1)
    assert page.stored == [MINISTER, "Who is Rubio?"]
    assert set(page.desk.traces) == {0, 1}


def test_the_chosen_documents_alone_answer(page: Page) -> None:
    page.ask(MINISTER, chosen=Filter(sources=("other/*",)))
    assert page.shown["conversation"][0].reason == "nothing_found"


def test_one_answer_at_a_time_on_a_page_but_not_on_two(page: Page, engine: Engine) -> None:
    stream = answering(page.live, page.conversations, page.desk, page.asked(MINISTER), page.running)
    next(stream)
    assert page.ask(DIED) == [{"notice": words.CHAT_ONE_AT_A_TIME}]
    assert page.ask(DIED, 0) == [{"notice": words.CHAT_WAIT}]
    assert Page(engine, page.conversations).ask(DIED)[-1]["turns"] == 1
    list(stream)
    assert page.ask(DIED)[-1]["turns"] == 1


def test_what_comes_of_a_conversation_that_was_left_is_not_shown(page: Page) -> None:
    stream = answering(page.live, page.conversations, page.desk, page.asked(MINISTER), page.running)
    next(stream)
    page.desk.clear()
    assert list(stream) == []
    assert page.ask(DIED)[-1]["turns"] == 1
    assert page.stored == [DIED]


def test_a_failure_leaves_the_conversation_and_the_question(page: Page, monkeypatch: pytest.MonkeyPatch) -> None:
    page.ask(MINISTER)

    def fail(*_: object) -> None:
        raise ModelError("no <model>")

    monkeypatch.setattr(Engine, "stream", fail)
    changes = page.ask(DIED)
    assert "no &lt;model&gt;" in changes[-1]["writing"]
    assert 'role="alert"' in changes[-1]["writing"], "the script puts the question back into its box"
    assert changes[-1]["chat"].count('class="ql-turn"') == 1
    assert page.stored == [MINISTER]
    monkeypatch.undo()
    assert page.ask(DIED)[-1]["turns"] == 2


def test_an_error_of_ours_is_told_and_leaves_the_page_alive(page: Page, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr(Engine, "stream", fail)
    stream = answering(page.live, page.conversations, page.desk, page.asked(DIED), page.running)
    next(stream)
    assert words.CHAT_BROKEN in next(stream)["writing"]
    with pytest.raises(ZeroDivisionError):
        next(stream)
    monkeypatch.undo()
    assert page.ask(DIED)[-1]["turns"] == 1


def test_an_answer_that_cannot_be_kept_is_shown_and_told(page: Page, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object) -> None:
        raise ModelError("the disk is full")

    monkeypatch.setattr(page.conversations, "new", fail)
    last = page.ask(MINISTER)[-1]
    assert last["notice"] == words.CHAT_NOT_KEPT.format(why="the disk is full")
    assert "Bruno Rodríguez" in last["chat"]
    monkeypatch.undo()
    page.ask(DIED)
    assert page.stored == [MINISTER, DIED], "kept with the next"


def test_a_conversation_that_was_deleted_elsewhere_is_kept_anew(page: Page) -> None:
    page.ask(MINISTER)
    page.shown["current"] = "gone"
    page.ask(DIED)
    assert page.shown["current"] != "gone"
    assert page.stored == [MINISTER, DIED]


def test_a_conversation_from_a_file_is_only_read(page: Page, engine: Engine) -> None:
    page.ask(MINISTER)
    document = replace(engine.index.store.document(ARTICLE), title="As it was sent")
    page.desk.clear({ARTICLE: document})
    assert page.ask(DIED) == [{"notice": words.CHAT_READ_ONLY}]
    html = page.desk.panel(page.live)
    assert "As it was sent" in html
    page.desk.open(page.live, Tab(ARTICLE, "x", page.shown["conversation"][0].citations, 0, 0))
    assert '<h2 dir="auto">As it was sent</h2>' in page.desk.panel(page.live)
    assert 'data-act="retry"' not in shown(page.shown["conversation"], {}, page.desk)


def test_a_source_that_is_gone_leaves_its_quote(page: Page) -> None:
    page.ask(MINISTER)
    spans = tuple(replace(item, source="gone.txt") for item in page.shown["conversation"][0].citations)
    page.desk.open(page.live, Tab("gone.txt", "Gone", spans, 0, 0))
    assert "gone.txt is no longer among the sources" in page.desk.panel(page.live)
    with pytest.raises(LookupError):
        page.desk.open(page.live, Tab("never.txt", "Never"))


def test_nothing_is_asked_by_an_empty_question(page: Page) -> None:
    assert page.ask("  ") == []
