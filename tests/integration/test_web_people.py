"""People who sign in by their keys: what each sees, asks and may change, by every route and event of the page."""

import json
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from html import unescape
from pathlib import Path
from typing import Any

import pytest
from fastapi import FastAPI
from httpx import Client, Response
from starlette.routing import Mount

from rag.config import Config
from rag.engine import Engine
from rag.errors import RightsError, UsageError
from rag.schema import Answer, Filter
from rag.web import access, server
from rag.web.access import Person, acting
from rag.web.keys import Key, Keys
from rag.web.live import Live
from rag.web.server import Page, Site
from tests.integration.test_web_server import OPEN, pairs, surface
from tests.servers import served
from tests.unit.test_joined import joined, opened, told
from tests.unit.test_serving_access import engine_over

QUESTION = "Which harbour opened with boats?"
CLAIM = "The harbour number3 opened with boats."
KEYS: dict[str, tuple[str, int, tuple[str, ...]]] = {
    "boss": ("write", 10_000, ()),
    "ana": ("read", 10_000, ()),
    "bo": ("read", 10_000, ("desk",)),
    "zed": ("read", 10_000, ("nowhere",)),
    "slow": ("read", 1, ()),
}
"""The scope, number a minute and collections of each person's key."""
ALL_ROUTES = pairs(OPEN)
Enter = Callable[[str], Client]


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """A page over three collections, for people; its sources folder has a file that none of them holds."""
    folder = tmp_path_factory.mktemp("people")
    parts = {name: opened(folder / name, told(name, range(20))) for name in ("arch", "desk", "secret")}
    (folder / "sources").mkdir()
    (folder / "sources" / "secret-plan.txt").write_text("The plan is secret.")
    config = Config(
        sources=str(folder / "sources"), index=str(folder / "index"), data=str(folder / "data"), people=True
    )
    site = server.parts(engine_over(joined(parts), config))
    yield site
    site.close()


@pytest.fixture(scope="module")
def secrets(site: Site) -> dict[str, str]:
    keys = Keys.of(site.config)
    return {name: keys.add(name, *made) for name, made in KEYS.items()}  # type: ignore[arg-type]


@pytest.fixture(scope="module")
def app(site: Site, secrets: dict[str, str]) -> FastAPI:
    return server.app(site)


@pytest.fixture(scope="module")
def url(app: FastAPI) -> Iterator[str]:
    with served(app) as address:
        yield address


@pytest.fixture
def browser(url: str) -> Iterator[Callable[[], Client]]:
    """Return new browsers."""
    opened_here: list[Client] = []

    def opens() -> Client:
        opened_here.append(Client(base_url=url, timeout=300))
        return opened_here[-1]

    yield opens
    for client in opened_here:
        client.close()


@pytest.fixture
def enter(browser: Callable[[], Client], secrets: dict[str, str]) -> Enter:
    """Return a browser in which somebody has signed in."""

    def entered(name: str) -> Client:
        client = browser()
        assert sign(client, name, secrets[name]).status_code == 303
        return client

    return entered


def sign(client: Client, name: str, secret: str, address: str = "192.0.2.1") -> Response:
    return client.post("/login", data={"name": name, "password": secret}, headers={"X-Forwarded-For": address})


def page_of(app: FastAPI) -> Page:
    (mount,) = [route.app for route in app.routes if isinstance(route, Mount)]
    page = mount.get_blocks()  # type: ignore[attr-defined]
    assert isinstance(page, Page)
    return page


def press(client: Client, app: FastAPI, event: str, *data: Any, told: Any = None, page: str = "") -> str:
    """Make an event of the page happen, and return all that the server says of it."""
    function = next(one for one in page_of(app).fns.values() if getattr(one.fn, "__qualname__", "") == event)
    body = {
        "data": [*data, *[None] * (len(function.inputs) - len(data))],
        "fn_index": function._id,
        "session_hash": page or client.cookies["ql_session"][:10],
        "event_data": told,
    }
    if not function.queue:
        return client.post("/gradio_api/run/predict", json=body).text
    joined = client.post("/gradio_api/queue/join", json=body)
    assert joined.status_code == 200, joined.text
    heard = []
    with client.stream("GET", "/gradio_api/queue/data", params={"session_hash": body["session_hash"]}) as stream:
        for line in stream.iter_lines():
            heard.append(line)
            if '"process_completed"' in line:
                break
    return "\n".join(heard)


def ask(client: Client, app: FastAPI, question: str = QUESTION, **told: Any) -> str:
    return press(client, app, "_Events.ask", told={"question": question, "typed": True, **told})


def kept(site: Site, name: str) -> list[Answer]:
    """Return the answers of somebody's conversations, the newest conversation first."""
    owner = f"key {name}"
    return [one for each in site.conversations.list(owner) for one in site.conversations.answers(owner, each.id)]


def changed(site: Site) -> Any:
    """Return what no reader may change."""
    return sorted(Path(site.config.sources).rglob("*")), site.library.job, site.library._folders


# ---- Signing in


def test_a_name_and_its_key_open_the_page(browser: Callable[[], Client], secrets: dict[str, str]) -> None:
    client = browser()
    form = client.get("/")
    assert form.status_code == 401
    assert 'name="name"' in form.text
    assert client.get("/config").status_code == 401
    for name, secret in (("ana", secrets["bo"]), ("", secrets["ana"]), ("ana", ""), ("ana", "x"), ("nobody", "x")):
        wrong = sign(client, name, secret, f"198.51.100.{len(name)}")
        assert (wrong.status_code, "set-cookie" in wrong.headers) == (401, False)
        assert "No key of this name" in wrong.text
    assert "opens no collection that is here" in sign(client, "zed", secrets["zed"]).text
    done = sign(client, " ana ", f" {secrets['ana']}\n")
    assert done.status_code == 303, "what was pasted may have a space around it"
    assert {"HttpOnly", "SameSite=Lax"} <= set(done.headers["set-cookie"].split("; "))
    assert client.get("/config").status_code == 200
    assert client.post("/logout").status_code == 303
    assert client.get("/config").status_code == 401


def test_wrong_tries_wait(browser: Callable[[], Client], secrets: dict[str, str]) -> None:
    client = browser()
    for _ in range(5):
        assert sign(client, "ana", "wrong", "203.0.113.9").status_code == 401
    late = sign(client, "ana", secrets["ana"], "203.0.113.9")
    assert late.status_code == 429
    assert int(late.headers["retry-after"]) > 0


def test_a_key_that_is_removed_ends_its_sessions(enter: Enter, site: Site) -> None:
    keys = Keys.of(site.config)
    secret = keys.add("guest", "read", 60)
    client = enter("ana")
    client.post("/logout")
    assert sign(client, "guest", secret).status_code == 303
    assert client.get("/config").status_code == 200
    keys.remove("guest")
    assert client.get("/config").status_code == 401
    assert sign(client, "guest", secret).status_code == 401
    keys.add("guest", "write", 60)
    assert client.get("/config").status_code == 401, "another key of the same name has sessions of its own"
    keys.remove("guest")


def test_a_damaged_file_of_keys_lets_nobody_in(
    enter: Enter, site: Site, secrets: dict[str, str], capsys: pytest.CaptureFixture[str]
) -> None:
    client, path = enter("ana"), Keys.of(site.config).path
    was = path.read_bytes()
    try:
        path.write_text("[")
        assert client.get("/config").status_code == 401
        told = sign(client, "ana", secrets["ana"])
        assert (told.status_code, "keys cannot be read" in told.text) == (401, True)
        assert "is no file of keys" in capsys.readouterr().err
    finally:
        path.write_bytes(was)
    assert client.get("/config").status_code == 200


def test_the_server_starts_only_where_somebody_can_sign_in(site: Site, tmp_path: Path) -> None:
    nobody = replace(site.config, host="0.0.0.0", data=str(tmp_path))
    with pytest.raises(UsageError, match="rag keys add NAME, your own with --write"):
        server._password(nobody)
    with pytest.raises(UsageError, match="--people or --password-file"):
        server._password(replace(nobody, password_file="x"))
    Keys.of(nobody).add("ana", "read", 60)
    assert server._password(nobody) == ""


# ---- What is laid out


def test_who_only_reads_has_nothing_to_press_that_changes(enter: Enter) -> None:
    seen = {}
    for name in ("boss", "ana", "bo"):
        components = enter(name).get("/config").json()["components"]
        props = {str(one["props"].get("elem_id") or one["props"].get("value")): one["props"] for one in components}
        bar, limits = props["ql-bar"]["value"], unescape(json.dumps(components))
        seen[name] = (
            props["ql-add"]["visible"],
            "ql-drop" in props["ql-add"]["value"],
            props["Re-index"]["visible"],
            "ql-threshold" in bar,
            'data-view="evaluation"' in bar,
            '"writes": true' in limits,
        )
        assert f"Signed in as <b>{name}</b>" in bar
        assert "Log out" in bar
    assert seen == {"boss": (True,) * 6, "ana": (False, False, False, False, True, False), "bo": (False,) * 6}


def test_every_form_of_the_page_has_the_same_components(app: FastAPI) -> None:
    page = page_of(app)
    one = [(each["id"], each["type"]) for each in page._config["components"]]
    assert set(page.in_others) == {
        (code, writes, some) for code in ("en", "es") for writes, some in ((True, False), (False, False), (False, True))
    } - {("en", True, False)}
    for other in page.in_others.values():
        assert [(each["id"], each["type"]) for each in other] == one


# ---- Routes


def known(site: Site, name: str) -> str:
    return site.conversations.list(f"key {name}")[0].id


ROUTES: dict[str, tuple[int, int, int]] = {
    "/": (200, 200, 200),
    "/config": (200, 200, 200),
    "/library/rows": (200, 200, 200),
    "/library/rows?find=secret": (200, 200, 200),
    "/library/lines": (200, 200, 200),
    "/library/around?source=secret/secret/003.txt&start=0&end=20": (200, 200, 200),
    "/leaves/0000/1?source=secret/secret/003.txt": (409, 409, 404),
    "/sounds/0000?source=secret/secret/003.txt": (404, 404, 404),
    "/conversations/gold.jsonl": (200, 200, 200),
    "/conversations/nowhere/md": (404, 404, 404),
    "/checks/nowhere/md": (404, 404, 404),
    "/notebook/notebook.md": (200, 200, 200),
    "/sources/arrivals": (200, 403, 403),
    "/reports/none": (404, 404, 403),
    "POST /settings/llm": (422, 403, 403),
    "POST /sources/files?name=a.txt": (400, 403, 403),
    "POST /sources/addresses": (400, 403, 403),
    "POST /sources/found": (400, 403, 403),
}
"""What a writer, a reader, and a reader of one collection get of each route that tells of sources or changes them."""
ELSEWHERE = {
    *("/assets", "/favicon.ico", "/manifest.json", "/static", "/theme.css", "/worker.js", "/install", "/gradio_api"),
}
"""Below these nothing is told of sources but what events tell, which have tests of their own."""


def test_every_route_gives_what_the_key_opens(
    enter: Enter, site: Site, app: FastAPI, capsys: pytest.CaptureFixture[str]
) -> None:
    clients = [enter(name) for name in ("boss", "ana", "bo")]
    before = changed(site)
    for route, wanted in ROUTES.items():
        method, _, path = route.rpartition(" ")
        found = []
        for client, name in zip(clients, ("boss", "ana", "bo"), strict=True):
            if name == "boss" and method == "POST":
                found.append(wanted[0])  # it may, which other tests show
                continue
            told_of = client.request(method or "GET", path, headers={"X-Quoteline": "1"})
            found.append(told_of.status_code)
            if name == "bo":
                assert "secret" not in told_of.text.replace(path, ""), route
            elif path == "/library/rows":
                assert "secret/secret/003.txt" in told_of.text + client.get(f"{path}?find=secret").text
        assert tuple(found) == wanted, route
    assert changed(site) == before
    tried = {re.sub(r"\?.*", "", route.rpartition(" ")[2]) for route in ROUTES}
    for _, path in ALL_ROUTES:
        pattern = re.sub(r"\{\w+\}", "[^/]+", path)
        judged = any(re.fullmatch(pattern, one) for one in tried)
        assert judged or any(path.startswith(one) for one in ELSEWHERE), f"{path}: is it for everybody?"
    assert surface(app) >= ALL_ROUTES


# ---- Events


def test_no_event_tells_of_what_a_key_does_not_open(enter: Enter, site: Site, app: FastAPI) -> None:
    client, whole = enter("bo"), enter("ana")
    named = {"source": "secret/secret/003.txt"}
    found = ask(client, app)
    assert "desk/desk/" in found
    ask(whole, app)
    last = kept(site, "bo")[0]
    assert {one.source.partition("/")[0] for one in last.citations} == {"desk"}
    pressed = [
        ("_Events.select", named),
        *(("_Events.select", {"passage": number}) for number in (0, 25, 45)),
        ("_Events.select", {"answer": 0, "number": 1}),
        ("_Events.offer", None),
        ("_Page.look", None),
        ("_Page.tick", None),
        ("_Page.limit", {"do": "set", "sources": ["secret/secret/003.txt"]}),
        ("_Page.limit", {"do": "found", "on": True, "sources": [], "query": {"find": "harbour"}}),
        ("Notebook.look", None),
        ("Notebook.pressed", {"do": "pin", "answer": 0}),
        ("Notebook.pressed", {"do": "begin"}),
        ("view.<locals>.look", None),
        ("blocks.<locals>.<lambda>", None),
        ("Chat.exemplified", None),
    ]
    seen = {}
    for event, told_of in pressed:
        for who in (client, whole):
            text = press(who, app, event, *([None, []] if event == "view.<locals>.look" else []), told=told_of)
            seen[who is client, event, repr(told_of)] = text
            assert who is whole or "secret" not in text.replace(json.dumps(told_of), ""), event
    assert "secret" in seen[False, "_Events.select", repr(named)], "who may read it opens it"
    assert "Documents: 20." in seen[True, "_Page.look", "None"]
    assert "Documents: 60." in seen[False, "_Page.look", "None"]
    assert "20 sources" in seen[True, "blocks.<locals>.<lambda>", "None"]
    assert "60 sources" in seen[False, "blocks.<locals>.<lambda>", "None"]
    limited = {"do": "typed", "sources": "secret/*", "after": "", "before": ""}
    assert "secret/" in press(whole, app, "_Page.limit", told=limited)
    assert "No source is like" in press(client, app, "_Page.limit", told=limited)
    tried = {event for event, _ in pressed} | {"_Page.limit", "_Events.ask"}
    assert "secret" not in press(client, app, "_History.listed", "", "secret")
    judged = tried | {
        "_Events.rate",
        "_History.listed",
        "Chat.opened",
        "_History.pressed",
        "_History.opened",
    }
    judged |= {"_Page.act", "_Page.add_folder", "_Page.reindex", "View.begin", "View.look", "View.stop", "View.opened"}
    names = {getattr(one.fn, "__qualname__", "") for one in page_of(app).fns.values()}
    assert names - judged == {"", "panes.<locals>.<lambda>"}, "what ends an answer; a new event is to be judged"


def test_what_is_not_opened_does_not_move_a_score(enter: Enter, site: Site, app: FastAPI, tmp_path: Path) -> None:
    ask(enter("bo"), app)
    found = kept(site, "bo")[0]
    alone = engine_over(joined({"desk": opened(tmp_path / "desk", told("desk", range(20)))}), site.config)
    same = alone.ask(QUESTION)
    assert found.confidence == same.confidence
    assert [(one.source, one.start, one.score) for one in found.citations] == [
        (one.source, one.start, one.score) for one in same.citations
    ]
    assert [one.quote for one in found.closest] == [one.quote for one in same.closest]
    ask(enter("ana"), app)
    assert kept(site, "ana")[0].index != found.index


def test_who_only_reads_changes_nothing(enter: Enter, site: Site, app: FastAPI) -> None:
    before = changed(site)
    for name in ("ana", "bo"):
        client = enter(name)
        for event, data, told_of in (
            ("_Page.act", (), {"remove": "secret-plan.txt"}),
            ("_Page.act", (), {"again": True}),
            ("_Page.add_folder", (site.config.data,), None),
            ("_Page.reindex", (), None),
        ):
            assert "this key only reads" in press(client, app, event, *data, told=told_of), event
        ask(client, app, settings={"threshold": "no such step", "llm": "no such model", "length": "sentence"})
        assert kept(site, name)[0].outcome == "answered", "asked as the server is set"
    assert changed(site) == before
    assert "is none of" in press(enter("boss"), app, "_Page.reindex") or changed(site) != before, "who writes does"


def test_a_text_is_checked_by_what_its_owner_may_read(enter: Enter, site: Site, app: FastAPI) -> None:
    for name, sources in (("bo", {"desk"}), ("ana", {"arch", "desk", "secret"})):
        client = enter(name)
        begun = press(client, app, "View.begin", CLAIM)
        (one,) = [each for each in site.checks._kept.values() if each.owner == f"key {name}"]
        while not one.over:
            one.looked += 1
        assert one.state == "done", one.error
        assert {cited.source.partition("/")[0] for cited in one.found.citations} <= sources
        assert one.found.citations
        assert one.id in begun
        told_of = client.get(f"/checks/{one.id}/md")
        assert told_of.status_code == 200
        assert ("secret" in told_of.text) == ("secret" in sources and "secret" in str(one.found))


def test_conversations_belong_to_the_person_on_any_browser(enter: Enter, site: Site, app: FastAPI) -> None:
    here, there, other = enter("ana"), enter("ana"), enter("bo")
    ask(here, app, "Which harbour opened with boats in arch that day?")
    identity = known(site, "ana")
    forged = {"Cookie": f'ql_session={other.cookies["ql_session"]}; ql_owner="key ana"'}
    assert here.get(f"/conversations/{identity}/md").text == there.get(f"/conversations/{identity}/md").text != ""
    assert other.get(f"/conversations/{identity}/md").status_code == 404
    assert other.get(f"/conversations/{identity}/md", headers=forged).status_code == 404
    assert identity in press(there, app, "_History.listed", "", "")
    assert identity not in press(other, app, "_History.listed", "", "")
    press(there, app, "_History.pressed", "", "", told={"do": "open", "id": identity})
    assert "Pinned" in press(there, app, "Notebook.pressed", told={"do": "pin", "answer": 0})
    assert len(site.pins.list("key ana")) >= 1
    assert press(here, app, "Notebook.look").count("ql-pin") > 0
    press(there, app, "_Events.rate", told={"answer": 0, "liked": True, "comment": "so it is"})
    assert "so it is" in here.get("/conversations/gold.jsonl").text + str(
        site.conversations.ratings("key ana", identity)
    )
    assert "so it is" not in other.get("/conversations/gold.jsonl").text


def test_a_page_belongs_to_who_opened_it(enter: Enter, site: Site, app: FastAPI) -> None:
    """Behind the next who signs in on the same browser an old page may still be open."""
    client, other = enter("ana"), enter("bo")
    page = "a page of ana's"
    assert "60 sources" in press(client, app, "blocks.<locals>.<lambda>", page=page)
    before = len(kept(site, "bo"))
    refused = press(other, app, "_Events.select", told={"answer": 0, "number": 1}, page=page)
    assert "secret" not in refused
    assert "sources" not in refused
    assert other.get("/gradio_api/queue/data", params={"session_hash": page}).status_code == 403
    assert other.get(f"/gradio_api/heartbeat/{page}").status_code == 403
    assert len(kept(site, "bo")) == before


def test_a_key_asks_no_oftener_on_the_page(enter: Enter, site: Site, app: FastAPI) -> None:
    client = enter("slow")
    assert client.get("/config").status_code == 200
    ask(client, app)
    assert "this key may ask 1 times a minute" in ask(client, app)
    assert "this key may ask 1 times a minute" in press(client, app, "View.begin", CLAIM)
    assert len(kept(site, "slow")) == 1


def test_a_share_file_holds_what_who_made_it_may_read(enter: Enter, site: Site, app: FastAPI) -> None:
    """An answer that was kept when a key opened more does not bring the other documents along."""
    ask(enter("ana"), app, "Which harbour opened with boats in secret that day?")
    answers = [one for one in kept(site, "ana") if any("secret/" in cited.source for cited in one.citations)]
    assert answers
    identity = site.conversations.new("key bo", "older")
    site.conversations.append("key bo", identity, answers[0])
    found = enter("bo").get(f"/conversations/{identity}/json")
    assert (found.status_code, "removed since" in found.text) == (409, True)


# ---- Where nobody is named


def test_nothing_is_leased_to_nobody(site: Site) -> None:
    with pytest.raises(LookupError), site.live.engine():
        pass
    with pytest.raises(LookupError):
        site.library.reindex()
    with pytest.raises(LookupError):
        site.library.entries()
    with site.live.whole() as engine:
        assert engine.index.collections == ("arch", "desk", "secret")


@contextmanager
def reading(*collections: str) -> Iterator[None]:
    with acting(Person(Key("x", "read", 1, "", "", collections))):
        yield


def test_an_engine_is_leased_over_what_may_be_read(site: Site) -> None:
    with reading("desk", "other"), site.live.engine() as engine:
        assert engine.index.collections == ("desk",)
        assert engine.index.store.find("secret/secret/003.txt") is None
        assert engine.search("secret", chosen=Filter(("secret/*",))).hits == ()
    with reading("other"), pytest.raises(RightsError, match="no collection that this key opens"), site.live.engine():
        pass
    with reading(), pytest.raises(RightsError, match="only reads"):
        site.library.remove("secret-plan.txt")
    with reading("desk"), pytest.raises(RightsError, match="tells of all collections"):
        access.person().check_whole()


def test_a_folder_is_whole_or_nothing(engine: Engine) -> None:
    live = Live(engine, guarded=True)
    with reading(), live.engine() as leased:
        assert leased is engine
    assert not live.opens(Person(Key("x", "read", 1, "", "", ("desk",))))
