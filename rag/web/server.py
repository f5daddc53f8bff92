"""The site: FastAPI with the Gradio app mounted, one process, nothing loaded from elsewhere."""

import os
import signal
import socket
from contextlib import suppress
from importlib.resources import files
from pathlib import Path

os.environ["GRADIO_ANALYTICS_ENABLED"] = "False"  # read by Gradio when it is imported
os.environ["GRADIO_ANALYTICS_CACHE_FREQUENCY"] = str(10**9)  # else it sums up all its events after each
os.environ["GRADIO_ANALYTICS_MAX_EVENTS"] = "1"

import gradio as gr
import uvicorn
from fastapi import FastAPI

from rag.config import Config
from rag.engine import Engine
from rag.errors import UsageError
from rag.web import chat, password
from rag.web.guard import Guard
from rag.web.streams import Streams
from rag.web.words import LOGOUT

LOOPBACK = ("127.0.0.1", "localhost", "::1", "[::1]")
WAITING_PER_CORE = 32
"""Questions that wait for one under way: about seven seconds. A later one is told that the server is busy."""
AT_ONCE_WITH_LLM = 16
"""Answers under way where an LLM words them: most of the time is the LLM's."""
MOST_CONNECTIONS = 900
"""A page holds one, and another while it waits for an answer."""
DRAIN_SECONDS = 10
"""Most time for answers under way to end when the server is told to."""
UPLOADS = 4
"""Files of the largest size that one upload may bring."""
KEPT_SECONDS = 3600
"""How long an uploaded file is kept that was not made a source."""


def serve(config: Config) -> None:
    """Open the index and serve the page until interrupted, or told to end by SIGTERM; answers under way end first.

    Raises:
        IndexMissing, IndexDamaged: as opening the index does.
        UsageError: the address or port cannot be listened on, or others reach it and there is no password.
    """
    kept = _password(config)
    with Engine.open(config=config) as engine, _listen(config) as listener:
        host, port = listener.getsockname()[:2]
        site = app(engine, kept)
        settings = uvicorn.Config(
            site,
            log_level="warning",
            server_header=False,
            limit_concurrency=MOST_CONNECTIONS,
            timeout_graceful_shutdown=5,
        )
        address = f"[{host}]" if ":" in host else host
        print(f"Quoteline is at http://{address}:{port} (Ctrl-C ends it)", flush=True)
        signal.signal(signal.SIGTERM, signal.default_int_handler)  # which uvicorn raises again when it has ended
        with suppress(KeyboardInterrupt):
            _Server(settings, site.state.streams).run(sockets=[listener])


class _Server(uvicorn.Server):
    """Ends when answers under way have."""

    def __init__(self, config: uvicorn.Config, streams: Streams) -> None:
        super().__init__(config)
        self._streams = streams

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        await self._streams.drain(DRAIN_SECONDS)
        await super().shutdown(sockets)


def app(engine: Engine, kept: str = "") -> FastAPI:
    """Return the page as an ASGI application.

    Args:
        engine: what answers.
        kept: hash of the password; empty for none.
    """
    config = engine.config
    outer = FastAPI(openapi_url=None)
    outer.state.streams = Streams()
    outer.add_middleware(outer.state.streams.around)
    if kept:
        outer.add_middleware(password.Login, kept=kept, throttle=password.Throttle())
    outer.add_middleware(
        Guard,
        # A page of another name that resolves to this machine must not read from it.
        hosts=LOOPBACK if config.host in LOOPBACK else (),
        most_upload=UPLOADS * config.max_file_mb << 20,
        login=bool(kept),
    )
    static = files("rag.web") / "static"
    gr.mount_gradio_app(
        outer,
        blocks(engine, login=bool(kept)),
        path="",
        css=(static / "page.css").read_text(encoding="utf-8"),
        theme=gr.themes.Default(font=["system-ui", "sans-serif"], font_mono=["ui-monospace", "monospace"]),
        max_file_size=config.max_file_mb << 20,
        enable_monitoring=False,
        run_history=False,
        ssr_mode=False,
        show_error=False,
        footer_links=[],
        mcp_server=False,
        pwa=False,
    )
    return outer


def blocks(engine: Engine, *, login: bool = False) -> gr.Blocks:
    """Return the page as a Gradio app: a tab for each thing to do."""
    demo: gr.Blocks
    with gr.Blocks(
        title="Quoteline", analytics_enabled=False, fill_width=True, delete_cache=(KEPT_SECONDS, KEPT_SECONDS)
    ) as demo:
        chat.tab(engine)
        if login:
            gr.HTML(f'<p class="ql-note"><a href="/logout">{LOGOUT}</a></p>')
    cores = os.cpu_count() or 1
    at_once = AT_ONCE_WITH_LLM if engine.llm else max(1, cores // engine.config.threads)
    demo.queue(max_size=WAITING_PER_CORE * cores, default_concurrency_limit=at_once, api_open=False)
    return demo


def _password(config: Config) -> str:
    """Return the hash of the password; empty if there is none and none is needed."""
    if config.password_file:
        return password.read(Path(config.password_file).expanduser())
    if config.host not in LOOPBACK:
        raise UsageError(
            f"others reach {config.host}: write a password with rag ui --set-password FILE "
            "and start with --password-file FILE"
        )
    return ""


def _listen(config: Config) -> socket.socket:
    try:
        family = socket.AF_INET6 if ":" in config.host else socket.AF_INET
        return socket.create_server((config.host, config.port), family=family)
    except (OSError, OverflowError) as error:
        message = f"cannot listen on {config.host} port {config.port} ({error}): choose others with --host and --port"
        raise UsageError(message) from None
