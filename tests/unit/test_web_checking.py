import json
from collections.abc import Callable, Iterator
from types import SimpleNamespace
from typing import Any

import gradio as gr
import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient

from rag.config import Config
from rag.schema import ALL, Check, CheckedClaim, Citation, Closest, Document
from rag.web import checking, words
from rag.web.checks import Checks
from rag.web.live import Live
from tests.unit.test_web_checks import until

OWNER, OTHER = "ana-" + "a" * 28, "ben-" + "b" * 28
DOCUMENT = Document("a.txt", "In it 32 men died. Then it rained.", "A raid")
TEXT = "Some 32 men died. The soldiers were tall."
CITED = Citation(1, "a.txt", "A raid", None, 0, 18, DOCUMENT.text[:18], 0.9)
NEAR = Closest("a.txt", "A raid", 19, 34, "Then it rained.", 0.1)
CLAIMS = (
    CheckedClaim("Some 32 men died.", 0, 17, "supported", 0.9, citations=(1,)),
    CheckedClaim("The soldiers were tall.", 18, 41, "not_found", 0.1, closest=NEAR),
)


class Told:
    """Stands in for an engine that knows what to say."""

    config = Config()
    index = SimpleNamespace(id="now", store=SimpleNamespace(find={"a.txt": DOCUMENT}.get))

    def check_steps(self, *_: object) -> Iterator[Check]:
        yield from (Check(CLAIMS[:count], (CITED,), "now") for count in (1, 2))

    def close(self) -> None:
        pass


@pytest.fixture
def live() -> Live:
    return Live(Told())  # type: ignore[arg-type]


@pytest.fixture
def checks(live: Live) -> Iterator[Checks]:
    found = Checks(live)
    yield found
    found.close()


def request(owner: str = OWNER) -> Any:
    return SimpleNamespace(cookies={"ql_owner": owner})


@pytest.fixture
def done(checks: Checks) -> str:
    """The id of a text that is checked."""
    one = checks.begin(OWNER, TEXT)
    until(lambda: one.over)
    return one.id


def test_a_text_is_looked_at_until_it_is_done(live: Live, checks: Checks) -> None:
    view = checking.View(live, checks)
    identity, seen, html, _, _ = view.begin(TEXT, ALL, request())
    until(lambda: checks.get(OWNER, identity).over)
    identity, seen, html, timer, stop = view.look(identity, seen, request())
    assert "2 claims: 1 supported, 1 not found" in html
    assert (timer.active, stop.visible) == (False, False)
    assert view.look(identity, seen, request()) == (gr.skip(),) * 5, "nothing is new"


def test_what_cannot_be_checked_or_is_somebody_elses_says_so(live: Live, checks: Checks, done: str) -> None:
    view = checking.View(live, checks)
    assert "claims nothing" in view.begin("Why?", ALL, request())[2]
    assert words.CHECK_GONE in view.look(done, "", request(OTHER))[2]
    assert view.stop(done, request(OTHER)) == (gr.skip(),) * 5


def test_a_quote_opens_in_its_source(live: Live, checks: Checks, done: str) -> None:
    view = checking.View(live, checks)

    def opened(owner: str = OWNER, **told: object) -> Any:
        return view.opened(SimpleNamespace(_data=told), done, request(owner))  # type: ignore[arg-type]

    assert ">In it 32 men died.</mark>" in opened(number=1, claim=None)
    assert ">Then it rained.</mark>" in opened(number=None, claim=2)
    for told in ({}, {"number": 9}, {"number": "x"}, {"claim": 1}, {"claim": 9}):
        assert opened(**told) == gr.skip()
    assert opened(OTHER, number=1) == gr.skip()


def test_a_quote_is_pinned_under_its_claim(checks: Checks, done: str) -> None:
    answer, quote = checking.quoted(checks, OWNER, {"check": done, "number": 1})
    assert (answer.question, quote) == (CLAIMS[0].text, CITED)
    wrong: tuple[Callable[[], object], ...] = (
        lambda: checking.quoted(checks, OTHER, {"check": done, "number": 1}),
        lambda: checking.quoted(checks, OWNER, {"check": done, "number": 2}),
    )
    for call in wrong:
        with pytest.raises(LookupError):
            call()


def test_what_was_found_goes_to_its_owner_alone(checks: Checks, live: Live, done: str) -> None:
    app = FastAPI()
    app.include_router(checking.router(checks, live))
    ana, ben = (TestClient(app, cookies={"ql_owner": owner}) for owner in (OWNER, OTHER))
    for form, start in (("html", "<!doctype html>"), ("md", "# 2 claims"), ("json", "{")):
        answer = ana.get(f"/checks/{done}/{form}")
        assert answer.status_code == 200
        assert answer.text.startswith(start)
        assert ben.get(f"/checks/{done}/{form}").status_code == 404
    assert json.loads(ana.get(f"/checks/{done}/json").text)["claims"][0]["verdict"] == "supported"
    assert ana.get(f"/checks/{done}/exe").status_code == 404
