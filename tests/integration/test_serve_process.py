"""The server as its own process: other programs' clients, builds and a kill meanwhile, and its end."""

import asyncio
import json
import re
import socket
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from benchmarks.serving import Load, kill_worker, started
from rag.config import Config
from tests.conftest import ROOT

ASKED = "How many Cubans died in the raid?"
UNKNOWN = "What is the population of Havana?"
SOON = 600
REQUESTS = json.loads((ROOT / "tests" / "requests.json").read_text(encoding="utf-8"))
"""What other programs send: header fields and bodies as their published code makes them, with our question."""


@pytest.fixture(scope="module")
def base(config: Config, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A server over the shared index that nobody writes to."""
    with started(config.index, tmp_path_factory.mktemp("serve") / "data") as (base, _):
        yield base


def test_langchains_class_is_answered(base: str) -> None:
    chat_openai = pytest.importorskip("langchain_openai").ChatOpenAI
    more: Any = {"model": "quoteline", "base_url": f"{base}/v1", "api_key": "none", "timeout": SOON, "max_retries": 0}
    llm = chat_openai(**more)
    assert "32 Cuban" in llm.invoke(ASKED).content
    assert "32 Cuban" in "".join(chunk.content for chunk in llm.stream(ASKED))
    refused = llm.invoke([("system", "Answer in rhymes."), ("human", UNKNOWN)])
    assert refused.additional_kwargs["refusal"].startswith("The sources do not say.")
    (part,) = chat_openai(**more, use_responses_api=True).invoke(ASKED).content
    noted = part["annotations"][0]
    pointer = noted["quoteline"]
    assert part["text"][noted["start_index"] : noted["end_index"]] == pointer["quote"]


def test_llama_indexs_openai_like_class_is_answered(base: str) -> None:
    pytest.importorskip("llama_index.llms.openai_like")
    from llama_index.core.llms import ChatMessage
    from llama_index.llms.openai_like import OpenAILike

    more: Any = {"api_base": f"{base}/v1", "api_key": "none", "is_chat_model": True, "timeout": SOON}
    llm = OpenAILike(model="quoteline", **more)
    asked = [ChatMessage(role="user", content=ASKED)]
    assert "32 Cuban" in str(llm.chat(asked))
    assert "32 Cuban" in "".join(part.delta or "" for part in llm.stream_chat(asked))
    assert "32 Cuban" in str(llm.complete(ASKED))


@pytest.mark.parametrize("sent", REQUESTS, ids=[one["about"] for one in REQUESTS])
def test_what_other_programs_send_is_answered(base: str, sent: dict[str, Any]) -> None:
    url = f"{base}{sent['path']}"
    response = httpx.request(sent["method"], url, headers=sent["headers"], json=sent["body"], timeout=SOON)
    assert response.status_code == sent["status"], response.text
    for text in sent["told"]:
        assert text in response.text
    if sent["body"] and sent["body"].get("stream"):
        data = re.findall(r"^data: (.*)$", response.text, re.MULTILINE)
        assert data[-1] == "[DONE]"
        chunks = [json.loads(line) for line in data[:-1]]
        assert {chunk["object"] for chunk in chunks} == {"chat.completion.chunk"}
        assert (chunks[-1].get("usage") is not None) == bool(sent["body"].get("stream_options"))
        choices = [choice for chunk in chunks for choice in chunk["choices"]]
        assert [choice["finish_reason"] for choice in choices if choice["finish_reason"]] == ["stop"]
        noted = [note for choice in choices for note in choice["delta"].get("annotations", ())]
        content = "".join(choice["delta"].get("content") or "" for choice in choices)
        for note in noted:
            place = note["url_citation"]
            assert content[place["start_index"] : place["end_index"]] == note["quoteline"]["quote"]
            assert place["title"]
            assert place["url"].startswith("http")


def test_no_request_is_lost_and_no_answer_torn_by_builds_and_a_kill(own: Config, tmp_path: Path) -> None:
    load = Load("", own)
    load.rebuild(0)
    with started(own.index, tmp_path / "data", "--workers", "2") as (base, server):
        load.base = base
        assert httpx.post(f"{base}/v1/index", timeout=SOON).status_code == 409
        asyncio.run(load.run(users=4, questions=10, rebuilds=3, kill=lambda: kill_worker(server)))
        assert (load.lost, load.torn()) == ([], [])
        assert len(load.answers) >= 40
        last = next(reversed(load.texts))
        # Each worker looks by itself, and no request can name one: a connection takes whichever is free.
        until(lambda: {httpx.get(f"{base}/readyz", timeout=SOON).json()["index"] for _ in range(16)} == {last})
        figures = httpx.get(f"{base}/metrics", timeout=SOON).text
        assert 'quoteline_answers_total{outcome="answered",reason=""}' in figures
    assert server.wait(SOON) == 0


def test_a_torn_answer_would_be_found(own: Config) -> None:
    load = Load("", own, texts={"new": {"a.txt": "Oil rose."}, "old": {"a.txt": "Gas fell. Oil rose."}})
    cited = {"source": "a.txt", "start": 0, "end": 9, "quote": "Oil rose."}
    load.answers = [{"index": name, "citations": [cited]} for name in ("new", "old", "other")]
    assert load.torn() == ["old: a.txt does not say 'Oil rose.' there", "no generation other"]


def test_a_server_that_is_told_to_end_answers_what_is_under_way(own: Config, tmp_path: Path) -> None:
    with started(own.index, tmp_path / "data", "--sources", own.sources) as (base, server):
        host, port = base.removeprefix("http://").split(":")
        with socket.create_connection((host, int(port)), timeout=SOON) as slow:
            head = (
                "POST /v1/sources?name=slow.txt&index=false HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 10\r\n\r\n"
            )
            slow.sendall(f"{head}half ".encode())
            until(lambda: list(Path(own.sources).glob("uploads/.incoming-*")))
            server.terminate()
            until(lambda: httpx.get(f"{base}/readyz", timeout=SOON).status_code == 503)
            assert httpx.get(f"{base}/healthz", timeout=SOON).status_code == 200
            refused = httpx.post(f"{base}/v1/ask", json={"question": ASKED}, timeout=SOON)
            assert (refused.status_code, refused.json()["kind"]) == (503, "busy")
            slow.sendall(b"there")
            assert b" 201 " in slow.recv(10_000)
        assert server.wait(SOON) == 0
        assert (Path(own.sources) / "uploads" / "slow.txt").read_text(encoding="utf-8") == "half there"


def until(true: Any) -> None:
    ends = time.monotonic() + SOON
    while not true():
        assert time.monotonic() < ends
        time.sleep(0.05)
