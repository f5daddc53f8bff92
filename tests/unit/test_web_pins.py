import json
import sqlite3
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from rag.errors import ConversationError
from rag.schema import Closest
from rag.web import pins as module
from rag.web.conversations import Conversations
from rag.web.pins import Pins, alone, subject
from tests.unit.test_web_conversations import ANA, RAID, REFUSED, TEXT

QUOTE = RAID.citations[0]


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "data" / "conversations.sqlite"


@pytest.fixture
def pins(path: Path) -> Pins:
    return Pins(Conversations(path).file)


def names(pins: Pins, owner: str = "ana") -> list[str]:
    return [pin.answer.question for pin in pins.list(owner)]


def test_a_quote_and_an_answer_are_there_after_a_restart(pins: Pins, path: Path) -> None:
    pins.pin("ana", RAID, QUOTE)
    pins.pin("ana", ANA)
    quote, answer = Pins(Conversations(path).file).list("ana")
    assert (quote.whole, answer.whole) == (False, True)
    assert quote.answer.citations == (replace(QUOTE, number=1),)
    assert [claim.text for claim in quote.answer.claims] == [QUOTE.quote]
    assert answer.answer == ANA
    assert quote.pinned < answer.pinned


def test_a_file_that_was_made_before_there_were_pins_is_taken(pins: Pins, path: Path) -> None:
    pins.pin("ana", ANA)
    with sqlite3.connect(path) as database:
        database.execute("DROP TABLE pin")
    kept = Conversations(path)
    kept.append("ana", kept.new("ana", "A raid"), RAID)
    again = Pins(kept.file)
    assert not again.list("ana")
    again.pin("ana", RAID)
    assert Conversations(path).list("ana")[0].title == "A raid"


def test_the_same_is_pinned_once_and_its_comment_stays(pins: Pins) -> None:
    pins.pin("ana", RAID, QUOTE)
    (pin,) = pins.list("ana")
    pins.edit("ana", pin.id, "  Deaths\n", " first line\nsecond ")
    pins.pin("ana", replace(RAID, question="Another question?"), replace(QUOTE, number=7))
    (pin,) = pins.list("ana")
    assert (pin.group, pin.comment) == ("Deaths", "first line\nsecond")
    assert pins.subjects("ana") == [subject(QUOTE)] == [pin.subject]


def test_what_has_a_comment_is_only_removed_by_name(pins: Pins) -> None:
    pins.pin("ana", RAID, QUOTE)
    (pin,) = pins.list("ana")
    pins.edit("ana", pin.id, "", "Mine")
    assert not pins.unpin("ana", pin.subject)
    assert names(pins) == [RAID.question]
    pins.edit("ana", pin.id, "", "")
    assert pins.unpin("ana", pin.subject)
    assert not names(pins)


def test_a_pin_moves_within_its_group(pins: Pins) -> None:
    one, two, three = (replace(RAID, question=name, standalone=name) for name in ("1", "2", "3"))
    for answer in (one, two, three):
        pins.pin("ana", answer)
    ids = {pin.answer.question: pin.id for pin in pins.list("ana")}
    pins.edit("ana", ids["2"], "Group", "")
    pins.move("ana", ids["3"], -1)
    assert names(pins) == ["3", "1", "2"], "over what is in another group"
    pins.move("ana", ids["3"], -1)
    assert names(pins) == ["3", "1", "2"], "the first stays"
    pins.move("ana", ids["3"], 1)
    assert names(pins) == ["1", "3", "2"]
    pins.move("ana", ids["2"], 1)
    assert names(pins) == ["1", "3", "2"], "alone in its group"


def test_what_came_closest_is_pinned_too(pins: Pins) -> None:
    near = Closest("a.txt", "A raid", 0, 19, TEXT[:19], 0.1)
    pins.pin("ana", REFUSED, near)
    (pin,) = pins.list("ana")
    assert pin.answer == alone(REFUSED, near)
    assert (pin.answer.outcome, pin.answer.citations[0].quote) == ("answered", TEXT[:19])


CALLS: list[Callable[[Pins, str, str], object]] = [
    lambda pins, owner, identity: pins.get(owner, identity),
    lambda pins, owner, identity: pins.remove(owner, identity),
    lambda pins, owner, identity: pins.edit(owner, identity, "mine", "mine"),
    lambda pins, owner, identity: pins.move(owner, identity, 1),
    lambda pins, owner, identity: pins.replace(owner, identity, ANA),
]


@pytest.mark.parametrize("call", CALLS)
def test_another_owners_pin_is_not_there(pins: Pins, call: Callable[[Pins, str, str], object]) -> None:
    pins.pin("ana", RAID)
    (before,) = pins.list("ana")
    with pytest.raises(LookupError):
        call(pins, "ben", before.id)
    assert pins.list("ana") == [before]
    call(pins, "ana", before.id)
    assert not pins.list("ben")
    assert pins.unpin("ben", before.subject), "there is none"


def test_there_are_only_so_many(pins: Pins, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "MOST_PINS", 1)
    pins.pin("ana", RAID)
    with pytest.raises(ConversationError, match="remove some first"):
        pins.pin("ana", ANA)
    pins.pin("ben", ANA)


def test_a_pin_that_was_tampered_with_is_an_error(pins: Pins, path: Path) -> None:
    pins.pin("ana", RAID)
    with sqlite3.connect(path) as database:
        database.execute("UPDATE pin SET answer = ?", (json.dumps({"schema": 1}),))
    with pytest.raises(ConversationError, match="not the JSON form"):
        pins.list("ana")
