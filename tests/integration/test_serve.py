"""The API over real HTTP on the loopback interface, asked by the client that most programs use."""

import os
import re
import socket
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from threading import Event
from typing import TYPE_CHECKING, Any

import anyio
import httpx
import httpx2
import mcp
import pytest
from mcp.client.streamable_http import streamable_http_client

from rag.cli import main as cli
from rag.config import Config
from rag.engine import Engine
from rag.exports.links import address
from rag.schema import Check
from rag.serving import checking, gate, limits
from rag.serving.app import app
from rag.serving.tools import TOOLS
from rag.web import keys as keys_module
from rag.web.keys import Keys
from rag.web.library import Library
from rag.web.live import Live
from tests.conftest import ARTICLE
from tests.later import Later
from tests.servers import SOON, served, until

if TYPE_CHECKING:
    import openai
else:
    openai = Later("openai")

ASKED = "How many Cubans died in the raid?"
UNKNOWN = "What is the population of Havana?"
RAID = "The raid killed 32 Cuban military and intelligence personnel."


def events(response: httpx.Response) -> list[tuple[str, Any]]:
    found = re.findall(r"^event: (\w+)\ndata: (.*)\n\n", response.text, re.MULTILINE)
    return [(name, httpx.Response(200, text=data).json()) for name, data in found]


@pytest.fixture(scope="module")
def base(config: Config, engine: Engine, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A server over the shared index that nobody writes to."""
    engine_here = Engine(engine.index, replace(config, data=str(tmp_path_factory.mktemp("data"))))
    live = Live(engine_here)
    with served(app(live, Library(live, folders=False))) as address:
        yield address


@pytest.fixture
def client(base: str) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=base, timeout=SOON) as client:
        yield client


@pytest.fixture
def own_live(own: Config) -> Iterator[Live]:
    """What answers over a copy of the article's index, with keys of its own."""
    live = Live(Engine.open(config=replace(own, data=str(Path(own.index).parent / "data"))))
    yield live
    live.close()


def test_an_answer_is_the_one_of_the_command_line(client: httpx.Client, engine: Engine, article: str) -> None:
    from rag.output.render import answer_object

    found = client.post("/v1/ask", json={"question": ASKED, "id": "q1"}).json()
    same = answer_object(engine.ask(ASKED))
    timeless = {"timings_ms": None, "id": "q1"}
    assert {**found, **timeless} == {**httpx.Response(200, json=same).json(), **timeless}
    for cited in found["citations"]:
        part = client.get(
            f"/v1/sources/{cited['source']}", params={"start": cited["start"], "end": cited["end"]}
        ).json()
        assert part["text"] == cited["quote"] == article[cited["start"] : cited["end"]]
        assert part["characters"] == len(article)


def test_history_and_a_limit_count(client: httpx.Client) -> None:
    history = [{"question": "Who is Cuba's foreign minister?", "answer": "Bruno Rodríguez"}]
    found = client.post("/v1/ask", json={"question": "What did he say?", "history": history}).json()
    assert "Rodríguez" in found["standalone"]
    found = client.post("/v1/ask", json={"question": ASKED, "after": "2030-01-01"}).json()
    assert found["outcome"] == "refused"
    assert client.post("/v1/ask", json={"question": ASKED, "after": "soon"}).status_code == 400


def test_a_question_may_want_a_shorter_or_a_surer_answer(client: httpx.Client) -> None:
    asked = {"question": "Who is the president of Cuba?"}
    whole = client.post("/v1/ask", json=asked).json()
    found = client.post("/v1/ask", json={**asked, "length": "sentence"}).json()
    assert len(whole["citations"]) > 1
    assert found["citations"] == whole["citations"][:1]
    assert client.post("/v1/ask", json={**asked, "threshold": 0.95}).json()["outcome"] == "refused"
    for wrong in ({"length": "brief"}, {"threshold": 2}):
        assert client.post("/v1/ask", json={**asked, **wrong}).status_code in (400, 422)


def test_a_stream_tells_what_was_found_each_claim_and_the_answer(client: httpx.Client) -> None:
    response = client.post("/v1/ask/stream", json={"question": ASKED})
    assert response.headers["content-type"].startswith("text/event-stream")
    found = events(response)
    assert [name for name, _ in found] == ["retrieved", "claim", "answer"]
    assert found[0][1]["hits"]
    assert found[1][1]["claim"] == found[2][1]["claims"][0]
    assert found[1][1]["citations"] == found[2][1]["citations"]
    assert [name for name, _ in events(client.post("/v1/ask/stream", json={"question": UNKNOWN}))] == [
        "retrieved",
        "answer",
    ]


def test_the_shapes_of_others_are_told_on_request(client: httpx.Client) -> None:
    found = client.post("/v1/ask?citations=anthropic", json={"question": ASKED}).json()
    assert found["content"][0]["citations"][0]["type"] == "char_location"
    accepted = {"Accept": "application/json; citations=cohere"}
    found = client.post("/v1/ask", json={"question": ASKED}, headers=accepted).json()
    assert found["message"]["citations"][0]["sources"][0]["type"] == "document"
    found = client.post("/v1/search?citations=anthropic", json={"question": "oil", "k": 1}).json()
    assert found["content"][0]["type"] == "search_result"
    assert client.post("/v1/ask?citations=mine", json={"question": ASKED}).status_code == 422


def test_a_text_is_checked(client: httpx.Client, article: str) -> None:
    text = f"{RAID} The raid killed nobody. Cheese is made on the moon by Martians."
    found = client.post("/v1/check", json={"text": text, "id": "d1"}).json()
    assert (found["schema"], found["id"], found["outcome"]) == (1, "d1", "not_supported")
    assert [one["verdict"] for one in found["claims"]] == ["supported", "contradicted", "not_found"]
    for one in found["claims"]:
        assert text[one["start"] : one["end"]] == one["text"]
        assert bool(one["citations"]) == (one["verdict"] != "not_found")
    for cited in found["citations"]:
        assert cited["quote"] == article[cited["start"] : cited["end"]]
    assert client.post("/v1/check", json={"text": RAID}).json()["outcome"] == "supported"
    assert client.post("/v1/check", json={"text": RAID, "after": "2030-01-01"}).json()["citations"] == []


def test_a_claim_is_judged_against_a_passage(client: httpx.Client) -> None:
    passage = "Ana left. Oil prices rose in May."
    (found,) = client.post("/v1/judge", json={"claim": "Oil prices rose.", "passage": passage}).json()["judgements"]
    assert (found["id"], found["verdict"]) == (None, "supports")
    assert passage[slice(*found["sentence"])] == "Oil prices rose in May."
    pairs = [
        {"id": "a", "claim": "Oil prices rose.", "passage": passage},
        {"id": "b", "claim": "Cheese is made on the moon.", "passage": passage},
    ]
    told = client.post("/v1/judge", json={"pairs": pairs}).json()
    assert told["model"] == {"judge": "judge-3"}
    both = told["judgements"]
    assert both[0] == {**found, "id": "a"}
    assert (both[1]["id"], both[1]["verdict"]) == ("b", "undecided")
    figures = client.get("/metrics").text
    assert re.search(r'^quoteline_claims_total{verdict="supports"} [1-9]', figures, re.MULTILINE)


@pytest.mark.parametrize(
    ("path", "body", "status"),
    [
        ("/v1/check", {"text": "Why?"}, 400),
        ("/v1/check", {"text": "x" * (limits.MOST_TEXT + 1)}, 422),
        ("/v1/check", {"text": "Oil rose.", "after": "soon"}, 400),
        ("/v1/check", {"text": "Oil rose.", "question": "?"}, 422),
        ("/v1/judge", {}, 422),
        ("/v1/judge", {"claim": "Oil rose."}, 422),
        ("/v1/judge", {"claim": "a", "passage": "b", "pairs": [{"claim": "a", "passage": "b"}]}, 422),
        ("/v1/judge", {"pairs": [{"claim": "a", "passage": "b"}] * (checking.MOST_PAIRS + 1)}, 422),
        ("/v1/judge", {"claim": "x" * (checking.MOST_CLAIM + 1), "passage": "b"}, 422),
    ],
)
def test_what_cannot_be_checked_is_a_problem(client: httpx.Client, path: str, body: Any, status: int) -> None:
    response = client.post(path, json=body)
    assert (response.status_code, response.headers["content-type"]) == (status, "application/problem+json")


def test_half_a_character_is_a_problem(client: httpx.Client) -> None:
    for path, body in (("check", '{"text": "\\ud800"}'), ("judge", '{"claim": "\\ud800", "passage": "a"}')):
        sent = client.post(f"/v1/{path}", content=body, headers={"Content-Type": "application/json"})
        assert sent.status_code == 422


def test_who_leaves_ends_a_check(own_live: Live, monkeypatch: pytest.MonkeyPatch) -> None:
    left = Event()

    def claims(*_: Any) -> Iterator[Check]:
        try:
            while True:  # a text without an end
                time.sleep(0.05)
                yield Check((), ())
        finally:
            left.set()

    monkeypatch.setattr(Engine, "check_steps", claims)
    with served(app(own_live, None)) as base:
        with pytest.raises(httpx.ReadTimeout):
            httpx.post(f"{base}/v1/check", json={"text": RAID}, timeout=1)
        assert left.wait(SOON)


def test_a_long_text_is_checked_between_the_questions_of_others(
    own_live: Live, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = Event()

    def claims(*_: Any) -> Iterator[Check]:
        while not asked.is_set():  # a text that ends when a question was answered in its midst
            yield Check((), ())
        yield Check((), (), "all of it")

    monkeypatch.setattr(Engine, "check_steps", claims)
    monkeypatch.setattr(os, "cpu_count", lambda: 1)  # one turn at a time
    with served(app(own_live, None)) as base, ThreadPoolExecutor() as beside:
        call: dict[str, Any] = {"jsonrpc": "2.0", "id": 1, "method": "tools/call"}
        call["params"] = {"name": "check", "arguments": {"text": RAID}}
        accept = {"Accept": "application/json, text/event-stream"}
        for path, body in (("/v1/check", {"text": RAID}), ("/mcp", call)):
            asked.clear()
            checking_ = beside.submit(httpx.post, f"{base}{path}", json=body, headers=accept, timeout=SOON)
            answer = httpx.post(f"{base}/v1/ask", json={"question": ASKED}, timeout=SOON)
            assert (answer.status_code, checking_.done()) == (200, False)
            asked.set()
            assert "all of it" in checking_.result(SOON).text


def test_the_model_context_protocol_is_spoken_beside(own_live: Live) -> None:
    with own_live.engine() as engine:
        keys = Keys.of(engine.config)

    async def proven(base: str, headers: dict[str, str]) -> None:
        async with httpx2.AsyncClient(headers=headers, timeout=SOON) as http:
            transport = streamable_http_client(f"{base}/mcp", http_client=http)
            async with mcp.Client(transport, read_timeout_seconds=SOON) as asking:
                assert [tool.name for tool in (await asking.list_tools()).tools] == [tool.name for tool in TOOLS]
                answer = (await asking.call_tool("ask", {"question": ASKED})).structured_content
                assert answer["short_answer"] == "32"
                checked = (await asking.call_tool("check", {"text": RAID})).structured_content
                assert checked["outcome"] == "supported"
                cited = checked["citations"][0]
                part = await asking.read_resource(address(cited["source"], cited["start"], cited["end"]))
                assert part.contents[0].text == cited["quote"]  # type: ignore[union-attr]

    hello = {"jsonrpc": "2.0", "id": 1, "method": "tools/list"}
    accept = {"Accept": "application/json, text/event-stream"}
    with served(app(own_live, None)) as base:
        anyio.run(proven, base, {})
        key = {"Authorization": f"Bearer {keys.add('reader', 'read', 100)}"}
        refused = httpx.post(f"{base}/mcp", json=hello, headers=accept)
        assert (refused.status_code, refused.headers["www-authenticate"]) == (401, "Bearer")
        anyio.run(proven, base, key)
        for wrong in ({"Host": "evil.example"}, {"Origin": "https://evil.example"}):
            assert httpx.post(f"{base}/mcp", json=hello, headers={**accept, **key, **wrong}).status_code == 403
        waiting = httpx.get(f"{base}/mcp", headers={**accept, **key})
        assert (waiting.status_code, waiting.headers["allow"], waiting.json()["kind"]) == (405, "POST", "method")
        assert httpx.get(f"{base}/nowhere", headers=key).json()["kind"] == "not_found"
        figures = httpx.get(f"{base}/metrics", headers=key).text
        assert 'quoteline_requests_total{method="POST",route="/mcp",status="200"}' in figures


@pytest.mark.parametrize("stream", [False, True])
def test_the_openai_client_gets_an_answer_with_annotations(base: str, stream: bool) -> None:
    with openai.OpenAI(base_url=f"{base}/v1", api_key="none", max_retries=0) as asking:
        messages: Any = [
            {"role": "system", "content": "Answer in rhymes."},
            {"role": "user", "content": [{"type": "text", "text": ASKED}]},
        ]
        if stream:
            with asking.chat.completions.stream(model="quoteline", messages=messages) as running:
                completion = running.get_final_completion()
        else:
            completion = asking.chat.completions.create(model="quoteline", messages=messages)
        message = completion.choices[0].message
        note = message.annotations[0]
        note = note if isinstance(note, dict) else note.to_dict()
        place, pointer = note["url_citation"], note["quoteline"]
        assert message.content[place["start_index"] : place["end_index"]] == pointer["quote"]
        linked = httpx.get(place["url"]).json()
        assert (linked["text"], linked["start"]) == (pointer["quote"], pointer["start"])
        assert message.refusal is None


@pytest.mark.parametrize("stream", [False, True])
def test_the_openai_client_gets_a_response(base: str, stream: bool) -> None:
    with openai.OpenAI(base_url=f"{base}/v1", api_key="none", max_retries=0) as asking:

        def response(asked: str) -> Any:
            if not stream:
                return asking.responses.create(model="quoteline", input=asked)
            with asking.responses.stream(model="quoteline", input=asked) as running:
                return running.get_final_response()

        answered = response(ASKED)
        part = answered.output[0].content[0]
        note = part.annotations[0]
        assert note.type == "url_citation"
        assert answered.output_text[note.start_index : note.end_index] == note.quoteline["quote"]
        refused = response(UNKNOWN).output[0].content[0]
        assert refused.type == "refusal"
        assert refused.refusal.startswith("The sources do not say.")


def test_the_openai_client_hears_of_refusals_and_errors(base: str) -> None:
    with openai.OpenAI(base_url=f"{base}/v1", api_key="none", max_retries=0) as asking:
        assert [model.id for model in asking.models.list()] == ["quoteline", "quoteline-chat"]
        assert asking.models.retrieve("quoteline").owned_by == "quoteline"
        create: Any = asking.chat.completions.create
        unknown = [{"role": "user", "content": UNKNOWN}]
        message = create(model="quoteline", messages=unknown).choices[0].message
        assert message.content is None
        assert message.refusal.startswith("The sources do not say.")
        assert create(model="quoteline-chat", messages=unknown).choices[0].message.content == message.refusal
        for error, wanted in (
            (openai.NotFoundError, {"model": "gpt-5", "messages": unknown}),
            (openai.BadRequestError, {"model": "quoteline", "messages": []}),
            (
                openai.BadRequestError,
                {"model": "quoteline", "messages": unknown, "response_format": {"type": "json_object"}},
            ),
        ):
            with pytest.raises(error) as told:
                create(**wanted)
            assert told.value.response.headers["content-type"] == "application/problem+json"
        with pytest.raises(openai.BadRequestError, match="no response is stored"):
            asking.responses.create(model="quoteline", input="And?", previous_response_id="resp_1")


@pytest.mark.parametrize(
    ("method", "path", "more", "status", "kind"),
    [
        ("POST", "/v1/ask", {"json": {"question": " "}}, 400, "usage"),
        ("POST", "/v1/ask/stream", {"json": {"question": "x" * 3000}}, 400, "usage"),
        ("POST", "/v1/ask", {"json": {"question": "?", "histroy": []}}, 422, "invalid"),
        ("POST", "/v1/ask", {"content": b"{", "headers": {"Content-Type": "application/json"}}, 422, "invalid"),
        ("GET", "/v1/ask", {}, 405, "method"),
        ("GET", "/v1/nothing", {}, 404, "not_found"),
        ("GET", "/", {}, 404, "not_found"),
        ("GET", "/v1/sources/none.txt", {}, 404, "unknown_source"),
        ("GET", f"/v1/sources/{ARTICLE}?start=9&end=3", {}, 400, "usage"),
        ("POST", "/v1/sources?name=a.exe", {"content": b"x"}, 400, "usage"),
        ("POST", "/v1/ask", {"content": b"x" * ((1 << 20) + 1)}, 413, "too_large"),
        ("GET", "/healthz", {"headers": {"Host": "evil.example"}}, 403, "forbidden"),
        (
            "POST",
            "/v1/ask",
            {"json": {"question": "?"}, "headers": {"Origin": "http://evil.example"}},
            403,
            "forbidden",
        ),
        ("OPTIONS", "/v1/ask", {"headers": {"Access-Control-Request-Method": "POST"}}, 405, "method"),
    ],
)
def test_every_error_is_a_problem_detail(
    client: httpx.Client, method: str, path: str, more: dict[str, Any], status: int, kind: str
) -> None:
    response = client.request(method, path, **more)
    assert response.status_code == status
    assert response.headers["content-type"] == "application/problem+json"
    assert not [name for name in response.headers if name.startswith("access-control")]
    assert ("allow" in response.headers) == (status == 405)
    found = response.json()
    assert (found["status"], found["kind"], found["type"]) == (status, kind, f"/docs#{kind}")
    assert found["detail"] == found["error"]["message"]


def test_the_reference_and_the_figures(client: httpx.Client, config: Config) -> None:
    page = client.get("/docs")
    assert "default-src 'none'" in page.headers["content-security-policy"]
    assert not re.search(r"<script|<link|<img|src=|https?://(?!127\.0\.0\.1)", page.text)
    for path, methods in client.get("/openapi.json").json()["paths"].items():
        for method in methods:
            assert f"<code>{method.upper()} {path}</code>" in page.text
    assert client.get("/healthz").json() == {"status": "ok"}
    assert client.get("/readyz").json()["status"] == "ready"
    client.post("/v1/ask", json={"question": ASKED})
    figures = client.get("/metrics").text
    assert re.search(r'^quoteline_answers_total{outcome="answered",reason=""} [1-9]', figures, re.MULTILINE)
    assert 'quoteline_requests_total{method="POST",route="/v1/ask",status="200"}' in figures
    assert "quoteline_documents 1.0" in figures


def missing(example: Any, found: Any, where: str = "") -> list[str]:
    """Return what an example shows and an answer does not have."""
    if isinstance(example, dict):
        if not isinstance(found, dict):
            return [where]
        below = [
            missing(one, found[name], f"{where}.{name}") if name in found else [f"{where}.{name}"]
            for name, one in example.items()
        ]
        return [one for names in below for one in names]
    if isinstance(example, list) and example and isinstance(found, list) and found:
        return missing(example[0], found[0], f"{where}[]")
    return [] if isinstance(found, list) == isinstance(example, list) else [where]


def test_the_reference_shows_each_route_by_examples_that_hold(client: httpx.Client) -> None:
    described = client.get("/openapi.json").json()
    asked = 0
    for path, methods in described["paths"].items():
        for method, about in methods.items():
            assert about["summary"], path
            assert all(one["description"] for one in about.get("parameters", ())), path
            problem = about["responses"]["default"]["content"]["application/problem+json"]
            assert set(problem["example"]) >= set(problem["schema"]["required"])
            (given,) = (one for status, one in about["responses"].items() if status.startswith("2"))
            ((kind, shown),) = given["content"].items()
            assert shown["example"], path
            sent = about.get("requestBody", {}).get("content", {})
            body = None
            if "application/json" in sent:
                name = sent["application/json"]["schema"]["$ref"].rpartition("/")[2]
                schema = described["components"]["schemas"][name]
                body = schema["example"]
                assert all(one["description"] for one in schema["properties"].values()), path
            if method == "get" or body:
                real = path.format(name="quoteline", source=ARTICLE)
                answer = client.request(method.upper(), real, json=body)
                assert answer.status_code == 200, answer.text
                assert answer.headers["content-type"].startswith(kind)
                assert kind != "application/json" or missing(shown["example"], answer.json()) == [], path
                asked += 1
    assert asked > 12


def test_a_key_opens_what_it_is_for(own_live: Live, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(keys_module, "MINUTE", 3600)  # however slow the machine is
    with own_live.engine() as engine:
        keys = Keys.of(engine.config)
    with (
        served(app(own_live, Library(own_live, folders=False))) as base,
        httpx.Client(base_url=base, timeout=SOON) as client,
    ):
        assert client.get("/v1/sources").status_code == 200  # this machine alone, and there is no key
        reading = {"Authorization": f"Bearer {keys.add('reader', 'read', 5)}"}
        writing = {"Authorization": f"Bearer {keys.add('writer', 'write', 100)}"}
        refused = client.get("/v1/sources")
        assert (refused.status_code, refused.headers["www-authenticate"]) == (401, "Bearer")
        assert "rag keys add" in refused.json()["detail"]
        assert client.get("/metrics", headers={"Authorization": "Bearer ql_no"}).status_code == 401
        assert client.get("/healthz").status_code == client.get("/docs").status_code == 200
        assert client.get("/v1/sources", headers=reading).status_code == 200
        assert client.post("/v1/ask", json={"question": ASKED}, headers=reading).status_code == 200
        assert client.post("/v1/index", headers=reading).status_code == 403
        assert client.delete(f"/v1/sources/{ARTICLE}", headers=reading).status_code == 403
        assert client.delete("/v1/sources/none.txt", headers=writing).status_code == 400
        assert client.get("/v1/sources", headers=reading).status_code == 200
        slow = client.get("/v1/sources", headers=reading)
        assert slow.status_code == 429
        assert 1 <= int(slow.headers["retry-after"]) <= keys_module.MINUTE
        keys.remove("writer")
        assert client.get("/v1/sources", headers=writing).status_code == 401
        keys.path.write_text("[")
        for sent in (reading, {}):
            damaged = client.get("/v1/sources", headers=sent)
            assert (damaged.status_code, damaged.json()["kind"]) == (500, "internal")
            assert str(keys.path.parent) not in damaged.text


def test_a_password_on_the_page_closes_the_api_to_those_without_a_key(own_live: Live) -> None:
    with own_live.engine() as engine:
        closed = Live(Engine(engine.index, replace(engine.config, password_file="hash")))
        with served(app(closed, None)) as base:
            assert httpx.get(f"{base}/v1/sources").status_code == 401
            assert httpx.get(f"{base}/readyz").status_code == 200


def test_sources_are_added_indexed_removed_and_gone_back_from(own_live: Live) -> None:
    library = Library(own_live, folders=False)
    with served(app(own_live, library)) as base, httpx.Client(base_url=base, timeout=SOON) as client:

        def state() -> Any:
            until(lambda: not client.get("/v1/index").json()["job"]["stage"])
            return client.get("/v1/index").json()

        before = state()["index"]
        text = "The Zorblax ferry leaves Port Varn at 6:40 every morning."
        added = client.post("/v1/sources", params={"name": "ferry.txt"}, content=text.encode())
        assert added.status_code == 201
        assert added.json() == {"source": "uploads/ferry.txt", "new": True}
        after = state()
        assert (after["job"]["error"], after["job"]["report"]["added"]) == ("", 1)
        assert after["answers_from"] == after["index"] != before
        listed = {one["source"]: one["state"] for one in client.get("/v1/sources").json()["sources"]}
        assert listed == {ARTICLE: "indexed", "uploads/ferry.txt": "indexed"}
        found = client.post("/v1/ask", json={"question": "When does the Zorblax ferry leave?"}).json()
        assert found["citations"][0]["source"] == "uploads/ferry.txt"
        generations = client.get("/v1/index/generations").json()["generations"]
        assert [one["current"] for one in generations] == [True, False]
        assert client.post("/v1/index/rollback").json() == {"index": before}
        assert client.get("/readyz").json()["index"] == before
        moved = client.delete("/v1/sources/uploads/ferry.txt").json()
        assert moved == {"source": "uploads/ferry.txt", "moved_to": ".removed/uploads/ferry.txt"}
        assert state()["documents"] == 1
        assert client.post("/v1/index").status_code == 202
        state()
    library.close()


def test_where_the_files_are_elsewhere_none_is_gone(own_live: Live, tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    with own_live.engine() as engine:
        away = Live(Engine(engine.index, replace(engine.config, sources=str(tmp_path / "empty"))))
    library = Library(away, folders=False)
    with served(app(away, library)) as base, httpx.Client(base_url=base, timeout=SOON) as client:
        (one,) = client.get("/v1/sources").json()["sources"]
        assert (one["source"], one["state"], one["file"]) == (ARTICLE, "indexed", False)
        assert client.delete(f"/v1/sources/{ARTICLE}").json()["kind"] == "usage"
    library.close()


def test_a_body_that_does_not_come_is_not_waited_for(base: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(gate, "BODY_SECONDS", 0.2)
    host, port = base.removeprefix("http://").split(":")
    with socket.create_connection((host, int(port)), timeout=SOON) as slow:
        slow.sendall(b"POST /v1/ask HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 100\r\n\r\n{")
        assert slow.recv(1000).startswith(b"HTTP/1.1 408")


def test_the_page_and_the_api_stand_side_by_side(site: Any) -> None:
    from fastapi.testclient import TestClient

    from rag.web import server

    both = app(site.live, site.library, page=server.app(site))
    with TestClient(both, base_url="http://127.0.0.1") as client:
        page = client.get("/")
        assert "Quoteline" in page.text
        assert page.headers["content-security-policy"].startswith("default-src 'self'")
        assert client.get("/config").status_code == 200
        assert client.post("/v1/ask", json={"question": ASKED}).json()["short_answer"] == "32"
        listed = {"jsonrpc": "2.0", "id": 1, "method": "tools/list"}
        told = client.post("/mcp", json=listed, headers={"Accept": "application/json, text/event-stream"})
        assert [tool["name"] for tool in told.json()["result"]["tools"]] == [tool.name for tool in TOOLS]
        assert client.get("/gradio_api/info").status_code == 404


def test_other_machines_need_a_key_and_the_page_one_process(
    config: Config, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("RAG_DATA", str(tmp_path))
    index = ["--index", config.index, "--port", "0"]
    assert cli.main(["serve", "--api-only", "--host", "0.0.0.0", *index]) == 2
    assert "rag keys add" in capsys.readouterr().err
    assert cli.main(["serve", "--workers", "2", *index]) == 2
    assert "--api-only" in capsys.readouterr().err
    assert cli.main(["serve", "--api-only", "--index", str(tmp_path / "none"), "--port", "0"]) == 4
