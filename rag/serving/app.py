"""The API as one application, alone or beside the chat page."""

import os
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

from fastapi import FastAPI
from fastapi.exceptions import RequestValidationError
from fastapi.requests import Request
from fastapi.responses import HTMLResponse, JSONResponse, Response
from starlette.exceptions import HTTPException

from rag import __version__
from rag.errors import RagError, UsageError
from rag.serving import asking, checking, compatible, indexing, problems, reference, sources
from rag.serving.follow import Follower
from rag.serving.gate import Gate
from rag.serving.keys import Keys
from rag.serving.limits import Rates, Slots
from rag.serving.metrics import KIND, Metrics
from rag.serving.problems import Problem
from rag.serving.running import Serving
from rag.web.guard import App, Receive, Scope, Send
from rag.web.library import Library
from rag.web.listen import LOOPBACK
from rag.web.live import Live

if TYPE_CHECKING:
    from starlette.applications import Starlette

WAITING_PER_CORE = 32
"""Questions that wait for one under way: about seven seconds. A later one is told that the server is busy."""
AT_ONCE_WITH_LLM = 16
"""Answers under way where an LLM words them: most of the time is the LLM's."""
WAIT_SECONDS = 30
"""Most time that a question waits for its turn."""
OURS = ("/v1", "/mcp", "/healthz", "/readyz", "/metrics", "/docs", "/openapi.json")
"""What the API answers where the page is served beside it."""


def app(live: Live, library: Library | None, *, workers: int = 1, shared: Path | None = None, page: Any = None) -> App:
    """Return the API as an ASGI application.

    Args:
        live: what answers.
        library: the sources; None where the server only reads.
        workers: how many processes serve the same.
        shared: folder where they keep their figures.
        page: the chat page's application, which answers what the API does not.
    """
    with live.engine() as engine:
        config = engine.config
        at_once = AT_ONCE_WITH_LLM if engine.llm else max(1, (os.cpu_count() or 1) // config.threads)
    metrics = Metrics(shared)
    serving = Serving(
        config=config,
        live=live,
        library=library,
        keys=Keys.of(config),
        slots=Slots(at_once, WAITING_PER_CORE * (os.cpu_count() or 1), WAIT_SECONDS, metrics.waiting),
        metrics=metrics,
        follower=Follower(live),
    )
    local = config.host in LOOPBACK
    gated = Gate(
        _routes(serving, page),
        keys=serving.keys,
        rates=Rates(workers),
        metrics=metrics,
        hosts=LOOPBACK if local else (),
        private=local and not config.password_file,
        most_upload=(config.max_file_mb << 20) + 1,
    )
    return gated if page is None else _beside(gated, page)


def _beside(api: App, page: App) -> App:
    """Return what answers with the API where it knows the path, and with the page elsewhere."""

    async def called(scope: Scope, receive: Receive, send: Send) -> None:
        path = scope.get("path", "")
        ours = scope["type"] == "lifespan" or any(path == one or path.startswith(f"{one}/") for one in OURS)
        await (api if ours else page)(scope, receive, send)

    return called


def _routes(serving: Serving, page: Any) -> FastAPI:
    protocol = _protocol(serving)

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        serving.follower.start()
        try:
            async with AsyncExitStack() as inner:
                for one in filter(None, (page, protocol)):
                    await inner.enter_async_context(one.router.lifespan_context(one))
                yield
        finally:
            serving.follower.close()

    api = FastAPI(
        title="Quoteline",
        version=__version__,
        summary="Answers from documents, each line a verbatim quote with its place, or a refusal.",
        docs_url=None,
        redoc_url=None,
        redirect_slashes=False,
        responses={422: problems.DESCRIBED, "default": problems.DESCRIBED},
        lifespan=lifespan,
    )
    api.add_exception_handler(RagError, _rag_error)
    api.add_exception_handler(Problem, _problem)
    api.add_exception_handler(RequestValidationError, _invalid)
    api.add_exception_handler(HTTPException, _http)
    # A family of routes a module; what is added here is in the reference too.
    for family in (asking, checking, compatible, sources, indexing):
        api.include_router(family.router(serving))

    @api.get("/healthz", tags=["server"], summary="Whether the process lives")
    async def lives() -> JSONResponse:
        return JSONResponse({"status": "ok"})

    @api.get("/readyz", tags=["server"], summary="Whether it can answer")
    async def ready() -> JSONResponse:
        with serving.live.engine() as engine:
            return JSONResponse({"status": "ready", "index": engine.index.id})

    @api.get("/metrics", tags=["server"], summary="Figures for Prometheus")
    def metrics() -> Response:
        with serving.live.engine() as engine:
            counts = engine.index.manifest["counts"]
        return Response(serving.metrics.text(counts), media_type=KIND)

    @api.get("/docs", include_in_schema=False)
    async def docs() -> HTMLResponse:
        return HTMLResponse(reference.page(api.openapi()))

    if protocol:  # its one route; mounted, it would answer for paths that nobody knows
        api.router.routes.extend(protocol.routes)
    return api


def _protocol(serving: Serving) -> "Starlette | None":
    """Return what speaks the Model Context Protocol at ``/mcp``; None where its package is not installed.

    The gate around it has looked at the names of the server and the origin, and at the key.
    """
    from rag.serving.mcp import http_app

    with suppress(UsageError):
        return http_app(serving.live.engine, slot=serving.slots.one, hosts=())
    return None


async def _rag_error(_: Request, error: Exception) -> Response:
    assert isinstance(error, RagError)  # noqa: S101 (what it is registered for)
    return problems.of(error).response()


async def _problem(_: Request, error: Exception) -> Response:
    assert isinstance(error, Problem)  # noqa: S101
    return error.response()


async def _invalid(_: Request, error: Exception) -> Response:
    assert isinstance(error, RequestValidationError)  # noqa: S101
    found = [{"at": ".".join(map(str, one["loc"])), "what": one["msg"]} for one in error.errors()]
    told = "; ".join(f"{one['at']}: {one['what']}" for one in found)
    return Problem("invalid", f"{told}: see /docs", errors=found).response()


async def _http(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)  # noqa: S101
    if error.status_code == problems.KINDS["not_found"][0]:
        return Problem("not_found", f"there is no {request.url.path}: /docs lists what there is").response()
    if error.status_code == problems.KINDS["method"][0]:
        return Problem("method", f"{request.url.path} takes another method: see /docs").response()
    return Problem("usage", str(error.detail)).response()
