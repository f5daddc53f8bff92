"""The API as one application, alone or beside the chat page."""

import asyncio
import os
import signal
from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack, asynccontextmanager, contextmanager, suppress
from pathlib import Path
from threading import current_thread, main_thread
from typing import TYPE_CHECKING, Any

from fastapi import FastAPI
from fastapi.exceptions import RequestValidationError
from fastapi.requests import Request
from fastapi.responses import HTMLResponse, JSONResponse, PlainTextResponse, Response
from starlette.exceptions import HTTPException

from rag import __version__
from rag.errors import RagError, UsageError
from rag.serving import asking, checking, compatible, examples, indexing, problems, reference, sources
from rag.serving.follow import Follower
from rag.serving.gate import Gate
from rag.serving.limits import Door, Slots
from rag.serving.metrics import KIND, Metrics
from rag.serving.problems import Problem
from rag.serving.running import Serving
from rag.web.guard import App, Receive, Scope, Send
from rag.web.keys import Keys, Rates
from rag.web.library import Library
from rag.web.listen import LOOPBACK
from rag.web.live import Live

if TYPE_CHECKING:
    from starlette.applications import Starlette

WAITING_PER_CORE = 32
"""Questions that wait for one under way: about seven seconds. A later one is told that the server is busy."""
AT_ONCE_WITH_LLM = 16
"""Answers under way where an LLM words them: most of the time is the LLM's."""
END_SECONDS, END_BESIDE_SECONDS = 15, 5
"""Most time for requests under way to end when the server is told to; and beside the page, whose own end after them."""
WAIT_SECONDS = 30
"""Most time that a question waits for its turn."""
OURS = ("/v1", "/mcp", "/healthz", "/readyz", "/metrics", "/docs", "/openapi.json")
"""What the API answers where the page is served beside it."""


def app(
    live: Live,
    library: Library | None,
    *,
    workers: int = 1,
    shared: Path | None = None,
    page: Any = None,
    rates: Rates | None = None,
) -> App:
    """Return the API as an ASGI application.

    Args:
        live: what answers.
        library: the sources; None where the server only reads.
        workers: how many processes serve the same.
        shared: folder where they keep their figures.
        page: the chat page's application, which answers what the API does not.
        rates: how often each key has asked there.
    """
    with live.whole() as engine:
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
    door = Door()
    gated = Gate(
        _routes(serving, page, door),
        keys=serving.keys,
        rates=rates or Rates(workers),
        metrics=metrics,
        door=door,
        hosts=LOOPBACK if local else (),
        private=local and not config.password_file and not config.people,
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


def _routes(serving: Serving, page: Any, door: Door) -> FastAPI:
    protocol = _protocol(serving)

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        serving.follower.start()
        try:
            async with AsyncExitStack() as inner:
                inner.enter_context(_draining(door, END_BESIDE_SECONDS if page else END_SECONDS))
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

    @api.get(
        "/healthz",
        tags=["server"],
        summary="Tell whether the process lives",
        responses=examples.gives(examples.ALIVE, "It does"),
    )
    async def lives() -> JSONResponse:
        return JSONResponse({"status": "ok"})

    @api.get(
        "/readyz",
        tags=["server"],
        summary="Tell whether it can answer: 503 while it ends",
        responses=examples.gives(examples.READY, "It can, from this generation"),
    )
    async def ready() -> JSONResponse:
        with serving.live.whole() as engine:
            return JSONResponse({"status": "ready", "index": engine.index.id})

    @api.get(
        "/metrics",
        tags=["server"],
        summary="Give figures for Prometheus",
        response_class=PlainTextResponse,
        responses=examples.gives(examples.FIGURES, "The figures, in its text format"),
    )
    def metrics() -> Response:
        with serving.live.whole() as engine:
            counts = engine.index.manifest.counts
        return Response(serving.metrics.text(counts), media_type=KIND)

    @api.get("/docs", include_in_schema=False)
    async def docs() -> HTMLResponse:
        return HTMLResponse(reference.page(api.openapi()))

    if protocol:  # its one route; mounted, it would answer for paths that nobody knows
        api.router.routes.extend(protocol.routes)
    return api


@contextmanager
def _draining(door: Door, seconds: float) -> Iterator[None]:
    """Let requests under way end, in this process, before the server hears of the signal that tells it to end.

    It would close its socket at once, and nobody could ask whether it is ready. A second Ctrl-C ends it at once.
    """
    if current_thread() is not main_thread():  # no signal comes here: a test, or a server inside a program
        yield
        return
    loop = asyncio.get_running_loop()
    before = {number: signal.getsignal(number) for number in (signal.SIGTERM, signal.SIGINT)}
    ending: list[asyncio.Task[None]] = []

    def end(number: int) -> None:
        server = before[signal.Signals(number)]
        if callable(server):
            server(number, None)

    async def drain(number: int) -> None:
        await door.drain(seconds)
        end(number)

    def heard(number: int) -> None:
        if not ending:
            ending.append(loop.create_task(drain(number)))
        elif number == signal.SIGINT:
            ending[0].cancel()
            end(number)

    for number in before:
        signal.signal(number, lambda number, _: loop.call_soon_threadsafe(heard, number))
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _protocol(serving: Serving) -> "Starlette | None":
    """Return what speaks the Model Context Protocol at ``/mcp``; None where its package is not installed.

    The gate around it has looked at the names of the server and the origin, and at the key.
    """
    from rag.serving.mcp import http_app

    with suppress(UsageError):
        return http_app(serving.engine, slots=serving.slots, hosts=())
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
        refused = Problem("method", f"{request.url.path} takes another method: see /docs").response()
        refused.headers.update(error.headers or {})  # which methods it takes
        return refused
    return Problem("usage", str(error.detail)).response()
