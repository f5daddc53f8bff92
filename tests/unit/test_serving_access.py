"""Keys of some collections: what they do not open is never retrieved for them, whatever is asked of whichever route."""

from collections.abc import Iterator, Sequence
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from starlette.testclient import TestClient

from rag.config import Config
from rag.engine import Engine
from rag.errors import UsageError
from rag.index.joined import Joined
from rag.schema import Evidence, Hit, Reading
from rag.serving.app import app
from rag.web.access import ANYBODY, acting, narrowed, person
from rag.web.keys import Keys
from rag.web.live import Live
from tests.generation import vector
from tests.unit.test_joined import joined, opened, told

ROOT = Path(__file__).parents[2]
QUESTION = "Which harbour opened with boats?"


class Encoder:
    card = SimpleNamespace(query_prompt="", document_prompt="")

    def encode(self, texts: Sequence[str], _: str = "") -> Any:
        return np.array([vector(text) for text in texts])


class Reader:
    name, threshold = "first", 0.5

    def read(self, _: str, hits: Sequence[Hit]) -> Reading:
        if not hits:
            return Reading((), 0.0)
        best = hits[0].passage
        return Reading((Evidence(best, best.sentences[0], 0.9, ""),), 0.9)


def engine_over(index: Joined, config: Config) -> Engine:
    for part in index._parts.values():
        part.__dict__["encoder"] = Encoder()
    return Engine(index, config, reader=Reader())


@pytest.fixture
def made(tmp_path: Path) -> Joined:
    return joined({name: opened(tmp_path / name, told(name, range(20))) for name in ("arch", "desk", "secret")})


@pytest.fixture
def config(tmp_path: Path) -> Config:
    return Config(data=str(tmp_path / "data"), sources=str(tmp_path / "none"))


@pytest.fixture
def client(made: Joined, config: Config) -> Iterator[TestClient]:
    live = Live(engine_over(made, config))
    with TestClient(app(live, None), base_url="http://127.0.0.1") as client:
        yield client
    live.close()


def key(config: Config, *collections: str) -> dict[str, str]:
    secret = Keys.of(config).add(repr(collections), "read", 1000, collections)
    return {"Authorization": f"Bearer {secret}"}


def sources(found: Any) -> set[str]:
    """Every source that a JSON form names."""
    if isinstance(found, dict):
        own = {found["source"]} if isinstance(found.get("source"), str) else set()
        return own.union(*map(sources, found.values()))
    return set().union(*map(sources, found)) if isinstance(found, list) else set()


def test_a_key_finds_what_it_opens_and_nothing_else_has_a_say(
    client: TestClient, config: Config, made: Joined, tmp_path: Path
) -> None:
    desk, every = key(config, "desk"), key(config)
    asked = {"question": QUESTION}
    found = client.post("/v1/search", json=asked, headers=desk).json()
    alone = engine_over(joined({"desk": made._parts["desk"]}), config).search(QUESTION)
    assert [(hit["source"], hit["score"]) for hit in found["hits"]] == [
        (hit.passage.source, pytest.approx(hit.score, abs=1e-4)) for hit in alone.hits
    ]
    assert {one.partition("/")[0] for one in sources(found)} == {"desk"}
    whole = client.post("/v1/search", json={**asked, "k": 60}, headers=every).json()
    assert {one.partition("/")[0] for one in sources(whole)} == {"arch", "desk", "secret"}
    two = client.post("/v1/search", json={**asked, "k": 60, "collections": ["desk", "arch"]}, headers=every).json()
    assert {one.partition("/")[0] for one in sources(two)} == {"arch", "desk"}
    for path, body in (("/v1/ask", asked), ("/v1/check", {"text": "The harbour number3 opened with boats."})):
        told_of = client.post(path, json={**body, "sources": ["secret/*"]}, headers=desk)
        assert (told_of.status_code, sources(told_of.json())) == (200, set()), path
    answer = client.post("/v1/ask", json=asked, headers=desk).json()
    assert answer["outcome"] == "answered"
    assert {one.partition("/")[0] for one in sources(answer)} == {"desk"}
    stream = client.post("/v1/ask/stream", json=asked, headers=desk).text
    assert '"desk/desk/' in stream
    assert "secret" not in stream


def test_no_route_tells_of_what_a_key_does_not_open(client: TestClient, config: Config) -> None:
    desk = key(config, "desk")
    model = {"model": "quoteline", "messages": [{"role": "user", "content": QUESTION}]}
    told_of = [
        client.get("/v1/sources", headers=desk),
        client.get("/v1/sources/desk/desk/003.txt", headers=desk),
        client.post("/v1/chat/completions", json=model, headers=desk),
        client.post("/v1/responses", json={"model": "quoteline", "input": QUESTION}, headers=desk),
        client.get("/readyz"),
    ]
    for call in ("resources/list", "tools/call"):
        params = {"name": "search", "arguments": {"question": QUESTION}} if call == "tools/call" else {}
        told_of.append(
            client.post(
                "/mcp",
                json={"jsonrpc": "2.0", "id": 1, "method": call, "params": params},
                headers={**desk, "Accept": "application/json, text/event-stream"},
            )
        )
    for response in told_of:
        assert response.status_code == 200, response.text
        assert "secret" not in response.text, response.url
    assert '"desk/desk/' in told_of[-1].text.replace("\\", "")
    refused = [
        client.get("/v1/index", headers=desk),
        client.get("/v1/index/generations", headers=desk),
        client.get("/metrics", headers=desk),
        client.post("/v1/search", json={"question": QUESTION, "collections": ["secret"]}, headers=desk),
        client.post("/v1/chat/completions", json={**model, "collections": ["secret"]}, headers=desk),
        client.post("/v1/search", json={"question": QUESTION}, headers=key(config, "gone")),
    ]
    assert [response.status_code for response in refused] == [403] * len(refused)
    missing = client.get("/v1/sources/secret/secret/003.txt", headers=desk)
    nowhere = client.get("/v1/sources/nowhere/secret/003.txt", headers=desk)
    assert missing.json()["detail"] == nowhere.json()["detail"].replace("nowhere", "secret")
    # Of one that is not there it is told the same as of one that is.
    for name in ("secret", "nowhere"):
        body = {"question": QUESTION, "collections": [name]}
        told = client.post("/v1/ask", json=body, headers=desk).json()["detail"]
        assert told == f"this key does not open the collection {name!r}: it opens desk"


def test_what_is_not_there_is_a_mistake(client: TestClient, config: Config, made: Joined, tmp_path: Path) -> None:
    refused = client.post("/v1/ask", json={"question": QUESTION, "collections": ["press"]})
    assert refused.status_code == 400
    assert "it has arch, desk, secret" in refused.json()["detail"]
    folder = Engine(made._parts["desk"], config, reader=Reader())
    assert narrowed(folder, ()) is folder
    with pytest.raises(UsageError, match="a folder, which has none"):
        narrowed(folder, (), ("desk",))
    with acting(ANYBODY):
        assert person(named=True) is ANYBODY
    with pytest.raises(LookupError):
        person(named=True)
    assert person() is ANYBODY


def test_every_route_asks_through_the_key() -> None:
    """Whoever leases the engine past ``Serving.engine`` answers from everything."""
    # The building of an index knows all of it; of the API none of these is for a key of some alone; over standard
    # input and output MCP asks for who started it.
    whole = {"web/library": 2, "serving/app": 3, "serving/follow": 1, "serving/indexing": 1, "serving/running": 1}
    found = {
        f"{room}/{path.stem}": count
        for room in ("web", "serving")
        for path in (ROOT / "rag" / room).glob("*.py")
        if (count := path.read_text(encoding="utf-8").count("live.whole"))
    }
    assert found == whole
    asks = {path.stem for path in (ROOT / "rag" / "serving").glob("*.py") if "live.engine" in path.read_text()}
    assert asks == {"mcp"}


def test_keys_of_collections_are_kept_and_cannot_write(config: Config) -> None:
    keys = Keys.of(config)
    secret = keys.add("notes", "read", 60, ["desk", "arch", "desk"])
    found = Keys(keys.path).find(secret)
    assert found is not None
    assert found.collections == ("desk", "arch")
    for wrong in ([""], ["a\nb"]):
        with pytest.raises(UsageError, match="no name of a collection"):
            keys.add("other", "read", 60, wrong)
    with pytest.raises(UsageError, match="no --collection"):
        keys.add("other", "write", 60, ["desk"])
