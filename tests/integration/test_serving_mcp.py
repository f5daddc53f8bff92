"""The protocol's own client, in this process; over both transports in tests/integration/test_mcp.py."""

import re
import sys
from collections.abc import Awaitable, Callable
from contextlib import nullcontext
from functools import partial
from typing import TYPE_CHECKING, Any

import anyio
import pytest
from mcp import Client, MCPError
from mcp.types import INVALID_PARAMS, TextContent, TextResourceContents

from rag.engine import Engine
from rag.errors import UsageError
from rag.exports.links import address
from rag.serving import mcp
from rag.serving.limits import Slots
from rag.serving.tools import TOOLS
from tests.conftest import ARTICLE, ROOT

if TYPE_CHECKING:
    from mcp.server.lowlevel import Server

ASKED = "Who is Cuba's foreign minister?"


async def _read(uri: str, client: Client) -> Any:
    return await client.read_resource(uri)


@pytest.fixture
def served(engine: Engine) -> "Server[Any]":
    return mcp.server(lambda: nullcontext(engine))


def talk(served: "Server[Any]", said: Callable[[Client], Awaitable[Any]], mode: str = "auto") -> Any:
    async def run() -> Any:
        async with Client(served, mode=mode, read_timeout_seconds=60) as client:
            try:
                return await said(client)
            except MCPError as error:  # raised here it would come out in groups
                return error

    found = anyio.run(run)
    if isinstance(found, MCPError):
        raise found
    return found


@pytest.mark.parametrize("mode", ["auto", "legacy"])
def test_tools_only_read_and_say_what_they_give(served: "Server[Any]", mode: str) -> None:
    found = talk(served, lambda client: client.list_tools(), mode)
    assert [tool.name for tool in found.tools] == [tool.name for tool in TOOLS]
    for tool in found.tools:
        assert tool.annotations.read_only_hint
        assert not tool.annotations.open_world_hint
        assert tool.output_schema["type"] == "object"
        assert tool.description


@pytest.mark.parametrize("mode", ["auto", "legacy"])
def test_an_answer_is_structured_and_the_same_as_text(served: "Server[Any]", engine: Engine, mode: str) -> None:
    found = talk(served, lambda client: client.call_tool("ask", {"question": ASKED}), mode)
    assert not found.is_error
    assert found.structured_content["outcome"] == "answered"
    assert isinstance(found.content[0], TextContent)
    assert '"Bruno Rodríguez' in found.content[0].text.replace('\\"', "") or "Rodríguez" in found.content[0].text
    pointer = found.structured_content["citations"][0]
    uri = address(pointer["source"], pointer["start"], pointer["end"])
    part = talk(served, lambda client: client.read_resource(uri), mode).contents[0]
    assert isinstance(part, TextResourceContents)
    assert part.text == pointer["quote"]


@pytest.mark.parametrize(
    ("name", "given", "message"),
    [
        ("ask", {"question": " "}, "the question is empty"),
        ("ask", {}, "ask: question: Field required"),
        ("ask", {"question": "q", "surprise": 1}, "ask: surprise: Extra inputs are not permitted"),
        ("ask", {"question": "q", "after": "soon"}, "soon"),
        ("search", {"question": "q", "k": 0}, "search: k: "),
        ("read", {"source": "nowhere.txt"}, "no source 'nowhere.txt' in the index"),
    ],
)
def test_what_is_wrong_is_told_to_the_model(
    served: "Server[Any]", name: str, given: dict[str, Any], message: str
) -> None:
    found = talk(served, lambda client: client.call_tool(name, given))
    assert found.is_error
    assert message in found.content[0].text


def test_no_such_tool(served: "Server[Any]") -> None:
    with pytest.raises(MCPError, match="no tool 'delete': there are ask, search, read, list_sources"):
        talk(served, lambda client: client.call_tool("delete", {}))


def test_sources_are_resources(served: "Server[Any]", article: str) -> None:
    listed = talk(served, lambda client: client.list_resources())
    (only,) = listed.resources
    assert (only.name, only.uri, listed.next_cursor) == (ARTICLE, address(ARTICLE), None)
    (template,) = talk(served, lambda client: client.list_resource_templates()).resource_templates
    assert template.uri_template == mcp.TEMPLATE
    for uri, text in (
        (only.uri, article),
        (f"{only.uri}?start=5", article[5:]),
        (f"{only.uri}?end=7", article[:7]),
        (f"{only.uri}?end=7&start=5", article[5:7]),
    ):
        assert talk(served, partial(_read, uri)).contents[0].text == text


@pytest.mark.parametrize(
    ("uri", "message"),
    [
        ("quoteline://source/nowhere.txt", "no source 'nowhere.txt'"),
        (f"{address(ARTICLE)}?start=a", "no resource"),
        (f"{address(ARTICLE)}?start=-1", "no resource"),
        (f"{address(ARTICLE)}?start=9&end=8", "start 9 and end 8 are no part"),
        ("file:///etc/passwd", "no resource 'file:///etc/passwd': the addresses are quoteline://source/"),
        ("quoteline://source/", "no resource"),
    ],
)
def test_what_is_no_resource(served: "Server[Any]", uri: str, message: str) -> None:
    with pytest.raises(MCPError, match=re.escape(message)) as caught:
        talk(served, lambda client: client.read_resource(uri))
    assert caught.value.code == INVALID_PARAMS


def test_a_long_source_is_read_in_ranges(served: "Server[Any]", monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(mcp, "MOST_RESOURCE_CHARS", 10)
    with pytest.raises(MCPError, match=r"read at most 10 at a time, such as .*\?start=0&end=10"):
        talk(served, lambda client: client.read_resource(address(ARTICLE)))
    assert len(talk(served, lambda client: client.read_resource(address(ARTICLE, 3, 13))).contents[0].text) == 10


def test_a_long_list_comes_in_pages(served: "Server[Any]", monkeypatch: pytest.MonkeyPatch, engine: Engine) -> None:
    one = engine.index.store.documents()[0]
    monkeypatch.setattr(engine.index.store, "documents", lambda: [one] * 5)
    monkeypatch.setattr(mcp, "RESOURCES", 2)

    async def pages(client: Client) -> list[int]:
        sizes, cursor = [], None
        while True:
            page = await client.list_resources(cursor=cursor)
            sizes.append(len(page.resources))
            if (cursor := page.next_cursor) is None:
                return sizes

    assert talk(served, pages) == [2, 2, 1]
    with pytest.raises(MCPError, match="no page 'x'"):
        talk(served, lambda client: client.list_resources(cursor="x"))


def test_a_server_that_is_busy_says_so(engine: Engine) -> None:
    full = Slots(at_once=0, waiting=0, seconds=1)
    served = mcp.server(lambda: nullcontext(engine), full)
    found = talk(served, lambda client: client.call_tool("list_sources", {}))
    assert found.is_error
    assert "the server is busy" in found.content[0].text


@pytest.mark.parametrize("mode", ["auto", "legacy"])
def test_what_broke_inside_is_not_told(
    served: "Server[Any]", engine: Engine, monkeypatch: pytest.MonkeyPatch, mode: str
) -> None:
    def broken() -> None:
        raise ValueError("a secret path")

    monkeypatch.setattr(engine.index.store, "documents", broken)
    with pytest.raises(MCPError, match="the server met an error, which stands in its log"):
        talk(served, lambda client: client.call_tool("list_sources", {}), mode)


def test_it_never_asks_the_client_anything() -> None:
    for path in (ROOT / "rag" / "serving").glob("*.py"):
        assert not re.search(r"create_message|elicit|list_roots|InputRequired", path.read_text(encoding="utf-8")), path


def test_without_its_package_it_names_the_remedy(engine: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "mcp", None)
    with pytest.raises(UsageError, match=r"pip install 'quoteline\[mcp\]'"):
        mcp.http_app(engine)
