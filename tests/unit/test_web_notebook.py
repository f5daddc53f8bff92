import json
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient

from rag.config import Config
from rag.schema import Answer, Document
from rag.web import notebook, words
from rag.web.conversations import Conversations
from rag.web.live import Live
from rag.web.notebook import Notebook
from rag.web.pins import Pins
from tests.unit.test_web_conversations import ANA, DOCUMENT, RAID, REFUSED, TEXT

HOSTILE = "<img src=x onerror=alert(1)>\"'&</button>"
OWNER = "ana-" + "a" * 28
OTHER = "ben-" + "b" * 28


class Index:
    """Stands in for an engine: an index of one document, which a test may change."""

    config = Config()

    def __init__(self) -> None:
        self.documents: dict[str, Document] = {DOCUMENT.source: DOCUMENT}
        self.index = SimpleNamespace(id="now", store=SimpleNamespace(find=lambda source: self.documents.get(source)))

    def close(self) -> None:
        pass


@pytest.fixture
def index() -> Index:
    return Index()


@pytest.fixture
def live(index: Index) -> Live:
    return Live(index)  # type: ignore[arg-type]


@pytest.fixture
def pins(tmp_path: Path) -> Pins:
    return Pins(Conversations(tmp_path / "conversations.sqlite").file)


Press = Callable[..., dict[str, str]]


@pytest.fixture
def press(live: Live, pins: Pins) -> Press:
    """Press something, and return what changes on the page by its name."""
    keeper: Any = "keeper"
    shown: Any = "shown"
    source: Any = "source"
    does = Notebook(live, pins, keeper, shown, source, lambda mine, told: (RAID, RAID.citations[0]))
    request = SimpleNamespace(cookies={"ql_owner": OWNER})

    def pressed(conversation: Sequence[Answer] = (RAID, ANA, REFUSED), told: object = None, **fields: Any) -> Any:
        event: Any = SimpleNamespace(_data=fields if told is None else told)
        return does.pressed(event, conversation, request)  # type: ignore[arg-type]

    return pressed


def test_a_press_pins_and_another_unpins(press: Press, pins: Pins) -> None:
    changes = press(do="pin", answer=0, number=1)
    assert words.NOTE_SAID_PINNED in changes["keeper"]
    assert "In it 32 men died." in changes["shown"]
    press(do="pin", answer=1)
    assert [pin.whole for pin in pins.list(OWNER)] == [False, True]
    assert words.NOTE_SAID_UNPINNED in press(do="pin", answer=1)["keeper"]
    (pin,) = pins.list(OWNER)
    press(do="edit", id=pin.id, comment="Mine", group="")
    assert words.NOTE_SAID_COMMENTED in press(do="pin", answer=0, number=1)["keeper"]
    assert pins.list(OWNER)


def test_a_quote_of_a_checked_text_is_pinned(press: Press, pins: Pins) -> None:
    press((), do="pin", check="id", number=1)
    assert pins.list(OWNER)[0].answer.citations == RAID.citations


@pytest.mark.parametrize(
    "told",
    [
        None, [], {}, {"do": "x"}, {"do": "pin"}, {"do": "pin", "answer": 9}, {"do": "pin", "answer": -1},
        {"do": "pin", "answer": "0"}, {"do": "pin", "answer": 0, "number": 0}, {"do": "pin", "answer": 2, "closest": 0},
        {"do": "open", "id": "x", "place": 0}, {"do": "up", "id": "x"}, {"do": "remove", "id": ""}, {"do": "take"},
    ],
)  # fmt: skip
def test_a_press_that_names_nothing_changes_nothing(press: Press, pins: Pins, told: object) -> None:
    assert list(press(told=told if told is not None else 7)) == ["keeper"]
    assert not pins.list(OWNER)


def test_a_quote_opens_at_its_place_even_where_it_moved(press: Press, pins: Pins, index: Index) -> None:
    press(do="pin", answer=0, number=1)
    (pin,) = pins.list(OWNER)
    opened = press(do="open", id=pin.id, place=0)["source"]
    assert '<mark class="ql-selected" tabindex="-1" data-number="1">In it 32 men died.</mark>' in opened
    assert words.CHAT_CHANGED not in opened
    index.documents["a.txt"] = Document("a.txt", f"New. {TEXT}", "A raid")
    opened = press(do="open", id=pin.id, place=0)["source"]
    assert ">In it 32 men died.</mark>" in opened
    assert words.CHAT_CHANGED in opened
    index.documents.clear()
    opened = press(do="open", id=pin.id, place=0)["source"]
    assert "<blockquote>In it 32 men died.</blockquote>" in opened
    assert list(press(do="open", id=pin.id, place=1)) == ["keeper"]


def test_it_is_held_against_the_index_and_takes_new_places(press: Press, pins: Pins, index: Index) -> None:
    press(do="pin", answer=0, number=1)
    press(do="pin", answer=1)
    index.documents["a.txt"] = Document("a.txt", f"New. {TEXT.replace('Ana', 'Eva')}", "A raid")
    one, _ = pins.list(OWNER)
    shown = press(do="up", id=one.id)["shown"]
    assert "2 pins, held against the sources as they are now: 1 moved, 1 gone." in shown
    assert "1 as quoted, 1 gone" in press(do="take", id=one.id)["shown"]
    assert pins.get(OWNER, one.id).answer.citations[0].start == RAID.citations[0].start + 5
    assert pins.get(OWNER, one.id).answer.index == "now"


def test_nothing_in_it_is_markup_of_a_person_or_a_source(press: Press, pins: Pins, index: Index) -> None:
    document = Document("a.txt", HOSTILE, HOSTILE)
    index.documents["a.txt"] = document
    quote = replace(RAID.citations[0], start=0, end=len(HOSTILE), quote=HOSTILE, title=HOSTILE, publisher=HOSTILE)
    hostile = replace(RAID, question=HOSTILE, standalone=HOSTILE, citations=(quote,), short_answer=HOSTILE)
    press([hostile], do="pin", answer=0)
    (pin,) = pins.list(OWNER)
    changes = press(do="edit", id=pin.id, comment=HOSTILE, group=HOSTILE)
    opened = press(do="open", id=pin.id, place=0)
    for html in (*changes.values(), *opened.values()):
        assert "<img" not in html
    assert "&lt;img" in changes["shown"]


def test_each_form_goes_to_its_owner_alone(pins: Pins, live: Live, index: Index) -> None:
    index.index.store = SimpleNamespace(find=index.documents.get)
    app = FastAPI()
    app.include_router(notebook.router(pins, live))
    pins.pin(OWNER, RAID, RAID.citations[0])
    pins.pin(OWNER, ANA)
    ana, ben = (TestClient(app, cookies={"ql_owner": owner}) for owner in (OWNER, OTHER))
    for form in ("md", "docx", "csl.json", "jsonld"):
        answer = ana.get(f"/notebook/notebook.{form}")
        assert answer.status_code == 200
        assert answer.headers["content-disposition"] == f'attachment; filename="notebook.{form}"'
    assert len(json.loads(ana.get("/notebook/notebook.jsonld").text)["items"]) == 2
    assert "32 men" not in ben.get("/notebook/notebook.md").text
    assert ana.get("/notebook/notebook.exe").status_code == 404
