"""Serving until told to end: one process with the chat page, or the API alone in one or several."""

import os
import signal
import tempfile
from collections.abc import Callable
from contextlib import closing, suppress
from functools import partial
from pathlib import Path
from typing import Any

import uvicorn
from uvicorn.supervisors import Multiprocess

from rag.config import Config
from rag.engine import Engine
from rag.errors import UsageError
from rag.web.guard import App
from rag.web.library import Library
from rag.web.listen import LOOPBACK, address, listen
from rag.web.live import Live

MOST_CONNECTIONS = 900
START_SECONDS = 60
"""After which a worker that gives no sign is taken for dead: loading an index may take long on a busy machine."""
LAST_SECONDS = 5
"""Most time for connections to close once requests under way have ended (:mod:`rag.serving.app`)."""


def serve(config: Config, announce: Callable[[str], None], *, api_only: bool) -> None:
    """Serve until interrupted, or told to end by SIGTERM; answers under way end first.

    Args:
        config: the settings.
        announce: is told where the server is, once it listens.
        api_only: whether there is no page.

    Raises:
        IndexMissing, IndexDamaged: as opening the index does.
        UsageError: the address cannot be listened on, or others reach it without a key or password.
    """
    if not api_only:
        if config.workers > 1:
            raise UsageError("the chat page runs in one process: serve with --api-only, or without --workers")
        from rag.web import server

        server.serve(config, announce, around=_with_page)
        return
    _check(config)
    with listen(config) as listener:
        told = f"Quoteline's API is at {address(listener)}/docs (Ctrl-C ends it)"
        if config.workers > 1:
            Engine.open(config=config).close()  # an index that is missing is told of once, and here
            with tempfile.TemporaryDirectory(prefix="quoteline-") as shared:
                os.environ["PROMETHEUS_MULTIPROC_DIR"] = shared  # which its library reads in each worker
                settings = _settings(partial(worker, config, shared), factory=True, workers=config.workers)
                announce(told)
                Multiprocess(settings, [listener]).run()
            return
        with closing(Live(Engine.open(config=config))) as live, closing(_library(live)) as library:
            from rag.serving.app import app

            announce(told)
            signal.signal(signal.SIGTERM, signal.default_int_handler)  # which uvicorn raises again when it has ended
            with suppress(KeyboardInterrupt):
                uvicorn.Server(_settings(app(live, library))).run(sockets=[listener])


def worker(config: Config, shared: str) -> App:
    """Return the application of one worker of several, which only reads.

    Args:
        config: the settings.
        shared: folder where the workers keep their figures.
    """
    from rag.serving.app import app

    return app(Live(Engine.open(config=config)), None, workers=config.workers, shared=Path(shared))


def _with_page(site: Any, page: Any) -> App:
    from rag.serving.app import app

    return app(site.live, site.library, page=page, rates=site.rates)


def _library(live: Live) -> Library:
    return Library(live, folders=False)


def _check(config: Config) -> None:
    from rag.web.keys import Keys

    if config.host not in LOOPBACK and not Keys.of(config).listed():
        raise UsageError(f"others reach {config.host}: make a key with rag keys add NAME first")


def _settings(app: Any, **more: Any) -> uvicorn.Config:
    return uvicorn.Config(
        app,
        log_level="warning",
        server_header=False,
        limit_concurrency=MOST_CONNECTIONS,
        timeout_graceful_shutdown=LAST_SECONDS,
        timeout_worker_healthcheck=START_SECONDS,
        **more,
    )
