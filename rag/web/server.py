"""The site: FastAPI with the Gradio app mounted, one process, nothing loaded from elsewhere."""

import os
import signal
import socket
import sys
from collections.abc import Callable
from contextlib import closing, suppress
from dataclasses import dataclass
from functools import partial
from importlib.resources import files
from pathlib import Path
from typing import Any

os.environ["GRADIO_ANALYTICS_ENABLED"] = "False"  # read by Gradio when it is imported
os.environ["GRADIO_ANALYTICS_CACHE_FREQUENCY"] = str(10**9)  # else it sums up all its events after each
os.environ["GRADIO_ANALYTICS_MAX_EVENTS"] = "1"

import gradio as gr
import uvicorn
from fastapi import FastAPI
from gradio.context import Context

from rag.config import Config
from rag.engine import Engine
from rag.errors import UsageError
from rag.schema import ALL, Document
from rag.web import (
    access,
    adding,
    around,
    beginning,
    chat,
    checking,
    evaluations,
    history,
    icons,
    install,
    language,
    leaves,
    notebook,
    password,
    people,
    runs,
    settings,
    shelf,
    shell,
    sounds,
    sources,
)
from rag.web.checks import Checks
from rag.web.conversations import Conversations
from rag.web.desk import Desk
from rag.web.events import AT_ONCE
from rag.web.guard import App, Guard
from rag.web.kept import opened
from rag.web.keys import Key, Keys, Rates
from rag.web.library import Library
from rag.web.listen import LOOPBACK, address, listen
from rag.web.live import Live, Unbuilt, begun
from rag.web.llms import LLMs
from rag.web.pins import Pins
from rag.web.share import MOST_MB
from rag.web.shelf import Shelf
from rag.web.streams import Streams

WAITING_PER_CORE = 32
"""Questions that wait for one under way: about seven seconds. A later one is told that the server is busy."""
AT_ONCE_WITH_LLM = 16
"""Answers under way where an LLM words them: most of the time is the LLM's."""
MOST_CONNECTIONS = 900
"""A page holds one, and another while it waits for an answer."""
DRAIN_SECONDS = 10
"""Most time for answers under way to end when the server is told to."""

READERS = tuple(access.Person(Key("", "read", 1, "", "", collections)) for collections in ((), ("one",)))
"""Who may not change the sources: one who reads all, and one who reads some, for whom pages are laid out."""

SHARED_MB = MOST_MB + 1
"""Most megabytes of an uploaded share file, with what a browser puts around it."""
KEPT_SECONDS = 3600
"""How long Gradio keeps an uploaded file that was not taken."""


@dataclass(frozen=True, slots=True)
class Site:
    """What the page is made of."""

    config: Config
    live: Live
    library: Library
    conversations: Conversations
    pins: Pins
    checks: Checks
    llms: LLMs
    shelf: Shelf
    rates: Rates
    """How often each key has asked."""

    def close(self) -> None:
        """Release the index, once it is not being built any more, and no claim held against it."""
        self.checks.close()
        self.library.close()
        self.live.close()
        self.conversations.file.close()


def parts(engine: Engine | Unbuilt) -> Site:
    """Return what a page over an engine is made of, or one that has none yet.

    Raises:
        ConversationError: the file of conversations is damaged, of a later version, or cannot be written.
    """
    config, live = engine.config, Live(engine, guarded=engine.config.people)
    kept = Conversations(opened(config))
    library = Library(live, folders=config.host in LOOPBACK)
    return Site(
        config, live, library, kept, Pins(kept.file), Checks(live), LLMs(live, config), Shelf(live, library), Rates()
    )


def serve(
    config: Config, announce: Callable[[str], None], around: Callable[[Site, FastAPI], App] | None = None
) -> None:
    """Open the index and serve the page until interrupted, or told to end by SIGTERM; answers under way end first.

    Without an index that can be read the page begins with adding sources.

    Args:
        config: the settings.
        announce: is told where the server is, once it listens.
        around: puts the page into a larger application, which is served then, and which needs an index.

    Raises:
        IndexMissing, IndexDamaged: as opening the index does, for a larger application.
        UsageError: the address or port cannot be listened on, or others reach it and there is no password.
    """
    kept = _password(config)
    opened = Engine.open(config=config) if around else begun(config)
    with closing(parts(opened)) as site, listen(config) as listener:
        page = app(site, kept)
        settings = uvicorn.Config(
            around(site, page) if around else page,
            log_level="warning",
            server_header=False,
            limit_concurrency=MOST_CONNECTIONS,
            timeout_graceful_shutdown=5,
        )
        announce(f"Quoteline is at {address(listener)} (Ctrl-C ends it)")
        if isinstance(opened, Unbuilt):
            print(f"rag: {opened.why}, or add sources on the page", file=sys.stderr, flush=True)
        signal.signal(signal.SIGTERM, signal.default_int_handler)  # which uvicorn raises again when it has ended
        with suppress(KeyboardInterrupt):
            _Server(settings, page.state.streams).run(sockets=[listener])


class _Server(uvicorn.Server):
    """Ends when answers under way have."""

    def __init__(self, config: uvicorn.Config, streams: Streams) -> None:
        super().__init__(config)
        self._streams = streams

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        await self._streams.drain(DRAIN_SECONDS)
        await super().shutdown(sockets)


def app(site: Site, kept: str = "") -> FastAPI:
    """Return the page as an ASGI application.

    Args:
        site: what it is made of.
        kept: hash of the password; empty for none.
    """
    config = site.config
    outer = FastAPI(openapi_url=None)
    outer.state.streams = Streams()
    site.live.waiting = outer.state.streams.waiting
    outer.add_middleware(outer.state.streams.around)
    if kept:
        outer.add_middleware(password.Login, kept=kept, throttle=password.Throttle())
    elif config.people:
        outer.add_middleware(
            people.People, keys=Keys.of(config), rates=site.rates, live=site.live, throttle=password.Throttle()
        )
    outer.add_middleware(
        Guard,
        # A page of another name that resolves to this machine must not read from it.
        hosts=LOOPBACK if config.host in LOOPBACK else (),
        # A little more than a file may have: the route itself can say more of one that is too large.
        uploads={"/sources/files": config.max_file_mb + 1 << 20, "/gradio_api/upload": SHARED_MB << 20},
        login=bool(kept) or config.people,
    )
    adding.add_routes(outer, site.live, site.library)
    adding.add_finder(outer, site.library)
    outer.include_router(leaves.router(site.live.leaves, partial(_document, site.live)))
    outer.include_router(sounds.router(site.live.sounds, partial(_document, site.live)))
    outer.include_router(shelf.router(site.shelf))
    outer.include_router(around.router(site.live))
    outer.include_router(install.router())
    outer.include_router(history.router(site.conversations, site.live))
    outer.include_router(notebook.router(site.pins, site.live))
    outer.include_router(checking.router(site.checks, site.live))
    outer.include_router(runs.router(Path(config.runs)))
    outer.include_router(settings.router(site.llms))
    static = sorted((files("rag.web") / "static").iterdir(), key=lambda file: file.name)
    gr.mount_gradio_app(
        outer,
        in_each_form(site, login=bool(kept)),
        path="",
        css="\n".join(
            [*(file.read_text(encoding="utf-8") for file in static if file.name.endswith(".css")), *_styles()]
        ),
        theme=gr.themes.Default(
            font=[
                gr.themes.LocalFont("IBM Plex Sans", (400, 700)),
                "system-ui",
                "sans-serif",
            ],  # which comes with Gradio
            font_mono=["ui-monospace", "monospace"],
        ),
        max_file_size=SHARED_MB << 20,
        enable_monitoring=False,
        run_history=False,
        ssr_mode=False,
        show_error=False,
        footer_links=[],
        mcp_server=False,
        pwa=False,  # rag.web.install does it
        head=install.head(),
    )
    return outer


Form = tuple[str, bool, bool]
"""Of a page: its language, whether who reads it may change the sources, and whether they read but some collections."""


class Page(gr.Blocks):
    """A Gradio app whose layout, which a browser asks for first, is in its language, and has what one may press.

    What happens does by the key of who makes it happen.
    """

    in_others: dict[Form, list[Any]]
    """The components of each other form; what happens with them is the same."""

    def __init__(self, **settings: Any) -> None:
        self.in_others = {}
        super().__init__(**settings)

    async def process_api(self, *args: Any, **named: Any) -> Any:
        """Handle an event, on behalf of who made it: what waits in the queue is not in the context of its request.

        Raises:
            RightsError: on a page that another has opened.
        """
        request = named.get("request")
        who = access.of(request[0] if isinstance(request, list) else request)
        if who is None:  # nobody signs in here
            return await super().process_api(*args, **named)
        who.check_page(named.get("session_hash"))
        with access.acting(who):
            return await super().process_api(*args, **named)

    @property
    def config(self) -> Any:
        """What Gradio sends of a page."""
        who = access.person()
        found = self.in_others.get((language.spoken(), who.writes, bool(who.collections)))
        if who.key:
            found = shell.named(found or self._config["components"], who.key)
        return {**self._config, "components": found} if found else self._config

    @config.setter
    def config(self, config: Any) -> None:
        self._config = config


def in_each_form(site: Site, *, login: bool = False) -> Page:
    """Return the page as a Gradio app which every browser reads in its own language, and everybody by their rights."""
    first = Context.id
    with access.acting(access.ANYBODY):
        page = blocks(site, login=login)
    for code in language.NAMES:
        for who in [access.ANYBODY, *(READERS if site.config.people else ())]:
            if (code, who) == (language.ENGLISH, access.ANYBODY):
                continue
            Context.id = first  # a component has one number in every form: by it an event finds it
            with language.speaking(code), access.acting(who):
                other = blocks(site, login=login)
            page.in_others[code, who.writes, bool(who.collections)] = other._config["components"]  # noqa: SLF001
    return page


def blocks(site: Site, *, login: bool = False) -> Page:
    """Return the page as a Gradio app in the language that is spoken, for who acts: a bar, a view for each thing to do.

    Args:
        site: what it is made of.
        login: whether there is a password.
    """
    demo: Page
    by_name = site.config.people
    with Page(
        title="Quoteline", analytics_enabled=False, fill_width=True, delete_cache=(KEPT_SECONDS, KEPT_SECONDS)
    ) as demo:
        chosen = gr.State(ALL)
        keeper = notebook.keeper()
        ticked = sources.keeper()
        shell.bar(settings.form(site.live, site.llms), login=login or by_name, people=by_name)
        begin = beginning.Beginning(site.live, site.library) if site.live.unbuilt else None
        with shell.view("ask"), gr.Row(elem_id="ql-panes"):
            kept = history.pane()
            above = [begin.lay_out] if begin else []
            talk, noted = chat.panes(site.live, site.conversations, chosen, site.llms, *above)
        with shell.view("library") as opened:
            sources.view(
                site.live, site.library, site.shelf, opened, noted, ticked, chosen, talk.conversation
            )  # fmt: skip
        with shell.view("check"):
            checking.view(site.live, site.checks, chosen)
        with shell.view("notebook") as opened:
            notebook.view(site.live, site.pins, opened, keeper, talk, partial(checking.quoted, site.checks))
        with shell.view("evaluation") as opened:
            evaluations.view(Path(site.config.runs), opened)
        history.listen(site.conversations, talk, kept)
        if begin:
            begin.listen(demo, talk)
        # The sources may have changed since the page was laid out.
        demo.load(lambda: Desk().panel(site.live), outputs=[talk.panel], **AT_ONCE)
        demo.load(talk.exemplified, outputs=[talk.examples], **AT_ONCE)
    at_once = AT_ONCE_WITH_LLM if site.live.llm else max(1, (os.cpu_count() or 1) // site.config.threads)
    demo.queue(max_size=WAITING_PER_CORE * (os.cpu_count() or 1), default_concurrency_limit=at_once, api_open=False)
    return demo


def _document(live: Live, source: str) -> Document | None:
    with live.engine() as engine:
        return engine.index.store.find(source)


def _styles() -> list[str]:
    """Return the style sheets that are made."""
    return [icons.style(), shell.style()]


def _password(config: Config) -> str:
    """Return the hash of the password; empty if there is none and none is needed."""
    if config.people:
        if config.password_file:
            raise UsageError("people sign in by their keys, or all by one password: take --people or --password-file")
        if not Keys.of(config).listed():
            raise UsageError("nobody could sign in: make a key for each with rag keys add NAME, your own with --write")
        return ""
    if config.password_file:
        return password.read(Path(config.password_file).expanduser())
    if config.host not in LOOPBACK:
        raise UsageError(
            f"others reach {config.host}: write a password with rag ui --set-password FILE and start with "
            "--password-file FILE, or make keys with rag keys add NAME and start with --people"
        )
    return ""
