from collections.abc import Callable
from pathlib import Path
from typing import Any

import gradio as gr
import pytest

from rag.config import Config
from rag.engine import Engine
from rag.errors import UsageError
from rag.schema import ALL
from rag.web import chat, words
from rag.web.conversations import Conversations, Rating
from rag.web.desk import Desk
from rag.web.document import Tab
from rag.web.live import Live
from rag.web.llms import LLMs
from tests.conftest import ARTICLE

MINISTER = "Who is Cuba's foreign minister?"


@pytest.fixture(scope="module")
def tab(engine: Engine, tmp_path_factory: pytest.TempPathFactory) -> chat.Chat:
    store = Conversations(tmp_path_factory.mktemp("chat") / "conversations.sqlite")
    with gr.Blocks(analytics_enabled=False):
        laid, _ = chat.panes(live := Live(engine), store, gr.State(ALL), LLMs(live, engine.config))
    return laid


def test_a_stored_conversation_is_opened_with_its_ratings(tab: chat.Chat, engine: Engine) -> None:
    desk = Desk()
    desk.open(tab.live, Tab(ARTICLE, "x"))
    answers = [engine.ask(MINISTER)]
    changes = tab.opened(desk, "id", answers, {0: Rating(True, "well said")})
    assert set(changes) == set(tab.outputs)
    assert changes[tab.conversation] == answers
    assert changes[tab.current] == "id"
    assert 'value="well said"' in changes[tab.chat]
    assert "1 source" in changes[tab.panel], "what was open before is closed"
    assert changes[tab.offers] == ""


def test_a_new_conversation_is_empty(tab: chat.Chat) -> None:
    changes = tab.opened(Desk())
    assert changes[tab.conversation] == []
    assert changes[tab.current] == ""
    assert "ql-empty" in changes[tab.chat]


@pytest.mark.parametrize("meanwhile", [Desk.clear, Desk.begin])
def test_what_may_be_asked_next_is_offered_unless_something_else_came_meanwhile(
    tab: chat.Chat, engine: Engine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, meanwhile: Callable[[Desk], object]
) -> None:
    events = chat._Events(tab, Conversations(tmp_path / "conversations.sqlite"))
    desk, conversation = Desk(turn=3), [engine.ask(MINISTER)]
    assert words.CHAT_YOU_CAN_ASK in events.offer(conversation, desk, ALL, 3)
    suggest = engine.suggest

    def interrupted(*asked: Any) -> Any:
        meanwhile(desk)
        return suggest(*asked)

    monkeypatch.setattr(engine, "suggest", interrupted)
    assert events.offer(conversation, desk, ALL, 3) == gr.skip()
    monkeypatch.setattr(engine, "suggest", lambda *_: pytest.fail("looked for, though it will not be shown"))
    assert events.offer(conversation, desk, ALL, 3) == gr.skip()


def test_an_event_opens_what_it_names(tab: chat.Chat, engine: Engine) -> None:
    desk, conversation = Desk(), [engine.ask(MINISTER), engine.ask("What is the population of Havana?")]
    chat._select(tab.live, desk, conversation, {"answer": 0, "number": 1})
    assert desk.tabs.tabs[0].spans == conversation[0].citations
    chat._select(tab.live, desk, conversation, {"answer": 1, "closest": 2})
    assert (desk.tabs.tabs[0].selected, desk.tabs.tabs[0].answer) == (2, 1)
    chat._select(tab.live, desk, conversation, {"tab": -1})
    assert desk.tabs.current == -1
    chat._select(tab.live, desk, conversation, {"close": 0})
    chat._select(tab.live, desk, conversation, {"source": ARTICLE})
    assert desk.tabs.tabs[0].title.startswith("Cuban President")


@pytest.mark.parametrize(
    "told",
    [
        {}, {"answer": 0}, {"answer": 0, "number": 0}, {"answer": 0, "number": 99}, {"answer": 0, "number": "x"},
        {"answer": -1, "number": 1}, {"answer": True, "number": None}, {"answer": "0", "number": 1},
        {"source": "no.txt"}, {"tab": []}, {"close": {}}, {"answer": 7, "number": 1},
    ],
)  # fmt: skip
def test_an_event_that_names_nothing_opens_nothing(tab: chat.Chat, engine: Engine, told: dict[str, object]) -> None:
    desk = Desk()
    with pytest.raises((LookupError, TypeError, ValueError)):
        chat._select(tab.live, desk, [engine.ask(MINISTER)], told)
    assert desk.tabs.tabs == []


def test_examples_come_from_the_file(tmp_path: Path) -> None:
    (tmp_path / "q.txt").write_text("One?\n\n Two? \n")
    assert chat._examples(Config(examples=str(tmp_path / "q.txt"))) == ["One?", "Two?"]
    assert chat._examples(Config()) == []
    with pytest.raises(UsageError, match="examples file nowhere cannot be read"):
        chat._examples(Config(examples="nowhere"))


def test_a_press_that_was_overtaken_is_told_from_the_last() -> None:
    desk = Desk()
    assert [desk.overtaken(press) for press in (1, 3, 2, 3, 4, None)] == [False, False, True, False, False, False]
