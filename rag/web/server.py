"""The site: FastAPI with the Gradio app mounted, one process, nothing loaded from elsewhere."""

import os
import socket
from collections.abc import Awaitable, Callable
from contextlib import suppress
from importlib.resources import files
from pathlib import Path

os.environ["GRADIO_ANALYTICS_ENABLED"] = "False"  # read by Gradio when it is imported

import gradio as gr
import uvicorn
from fastapi import FastAPI, Request, Response
from fastapi.middleware.trustedhost import TrustedHostMiddleware

from rag.config import Config
from rag.engine import Engine
from rag.errors import UsageError
from rag.web import chat, evaluations, runs, words

POLICY = (
    "default-src 'self'; script-src 'self' 'unsafe-inline' 'unsafe-eval'; style-src 'self' 'unsafe-inline'; "
    "img-src 'self' data: blob:; font-src 'self' data:; connect-src 'self'; object-src 'none'; base-uri 'self'; "
    "form-action 'none'; frame-ancestors 'self'"
)
"""What a browser may load for this page: only what this server sends. Gradio's own scripts need the two "unsafe"."""

LOOPBACK = ("127.0.0.1", "localhost", "::1", "[::1]")
UNUSED = ("/gradio_api/upload", "/openapi.json")
"""What Gradio serves and this page does not use."""


def serve(config: Config) -> None:
    """Open the index and serve the page until interrupted.

    Raises:
        IndexMissing, IndexDamaged: as opening the index does.
        UsageError: the address or port cannot be listened on.
    """
    with Engine.open(config=config) as engine, _listen(config) as listener:
        host, port = listener.getsockname()[:2]
        server = uvicorn.Server(uvicorn.Config(app(engine), log_level="warning"))
        address = f"[{host}]" if ":" in host else host
        print(f"Quoteline is at http://{address}:{port} (Ctrl-C ends it)", flush=True)
        with suppress(KeyboardInterrupt):
            server.run(sockets=[listener])


def app(engine: Engine) -> FastAPI:
    """Return the page as an ASGI application."""
    outer = FastAPI(openapi_url=None)

    @outer.middleware("http")
    async def guard(request: Request, call_next: Callable[[Request], Awaitable[Response]]) -> Response:
        unused = request.url.path.startswith(UNUSED)
        response = Response(status_code=404) if unused else await call_next(request)
        response.headers.setdefault("Content-Security-Policy", POLICY)  # a report has a stricter one
        response.headers["X-Content-Type-Options"] = "nosniff"
        response.headers["Referrer-Policy"] = "no-referrer"
        return response

    if engine.config.host in LOOPBACK:  # a page of another name that resolves to this machine must not read from it
        outer.add_middleware(TrustedHostMiddleware, allowed_hosts=list(LOOPBACK))
    outer.include_router(runs.router(Path(engine.config.runs)))
    static = files("rag.web") / "static"
    gr.mount_gradio_app(
        outer,
        blocks(engine),
        path="",
        css="\n".join(
            sheet.read_text(encoding="utf-8")
            for sheet in sorted(static.iterdir(), key=lambda sheet: sheet.name)
            if sheet.name.endswith(".css")
        ),
        theme=gr.themes.Default(font=["system-ui", "sans-serif"], font_mono=["ui-monospace", "monospace"]),
        enable_monitoring=False,
        ssr_mode=False,
        show_error=False,
        footer_links=[],
    )
    return outer


def blocks(engine: Engine) -> gr.Blocks:
    """Return the page as a Gradio app: a tab for each thing to do."""
    demo: gr.Blocks
    with gr.Blocks(title="Quoteline", analytics_enabled=False, fill_width=True) as demo:
        with gr.Tab(words.CHAT):
            chat.tab(engine)
        with gr.Tab(words.EVALUATION) as opened:
            evaluations.tab(Path(engine.config.runs), opened)
    return demo


def _listen(config: Config) -> socket.socket:
    try:
        family = socket.AF_INET6 if ":" in config.host else socket.AF_INET
        return socket.create_server((config.host, config.port), family=family)
    except (OSError, OverflowError) as error:
        message = f"cannot listen on {config.host} port {config.port} ({error}): choose others with --host and --port"
        raise UsageError(message) from None
