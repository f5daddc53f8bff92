import re
from dataclasses import replace
from typing import Any

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient

from rag.engine import AS_SET, Engine, Options
from rag.errors import UsageError
from rag.web.live import Live
from rag.web.settings import form, options, router
from tests.integration.test_web_llms import Scripted, over

SAID = {"llm": "none", "threshold": "set", "length": "all"}


def test_what_a_browser_names_is_looked_up_here(engine: Engine) -> None:
    llms = over(engine, Scripted())
    assert options(None, llms, engine) == AS_SET
    assert options({}, llms, engine) == AS_SET
    assert options(SAID, llms, engine) == Options(llm=None, length="all")
    assert options({**SAID, "llm": "scripted"}, llms, engine).llm == "settings"
    surer = options({**SAID, "threshold": "surer"}, llms, engine).threshold
    more = options({**SAID, "threshold": "more"}, llms, engine).threshold
    assert surer is not None
    assert more is not None
    assert 0 < more < engine.threshold < surer < 1


@pytest.mark.parametrize(
    "wrong",
    [
        {"llm": "openai:gpt-4o"},
        {"llm": "gguf:/etc/passwd"},
        {"llm": ["none"]},
        {"threshold": 0.0},
        {"threshold": "0"},
        {"length": "brief"},
        {"length": "x" * 100_000},
    ],
)
def test_what_this_server_does_not_have_is_refused(engine: Engine, wrong: dict[str, Any]) -> None:
    with pytest.raises(UsageError, match="choose again in the settings") as error:
        options({**SAID, **wrong}, over(engine), engine)
    assert len(str(error.value)) < 500


def checked(html: str) -> dict[str, str]:
    return dict(re.findall(r'name="ql-(\w+)" value="([^"]+)" checked', html))


def test_what_the_server_does_is_chosen_and_figures_stand_beside_each_threshold(engine: Engine) -> None:
    html = form(Live(engine), over(engine))
    assert checked(html) == {"llm": "none", "threshold": "set", "length": "all"}
    assert html.count(" of 100 questions that have an answer") == 3
    assert "refuses 10 of 100 questions that have an answer; answers 46 of 100 that have none, wrongly" in html
    assert "As measured" in html
    assert 'data-shell="test"' not in html
    own = Engine(engine.index, replace(engine.config, threshold=0.45, length="short"), Scripted("x"), engine.reader)  # type: ignore[arg-type]
    html = form(Live(own), over(own, own.llm))
    assert checked(html) == {"llm": "scripted", "threshold": "set", "length": "short"}
    assert "As this server is set" in html
    assert 'data-shell="test"' in html


def test_a_name_is_escaped(engine: Engine) -> None:
    hostile = Scripted()
    hostile.name = '"><img src=x>'
    assert "<img" not in form(Live(engine), over(engine, hostile))


def test_the_route_tests_what_is_set_up_and_nothing_else(engine: Engine) -> None:
    app = FastAPI()
    app.include_router(router(over(engine, Scripted("ready"))))
    client = TestClient(app)
    assert client.post("/settings/llm", json={"llm": "scripted"}).json()["works"] is True
    for wrong in ("ollama:x", "none"):
        refused = client.post("/settings/llm", json={"llm": wrong})
        assert (refused.status_code, refused.json()["works"]) == (400, False)
