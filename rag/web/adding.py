"""Adding sources: files and folders that are dropped or chosen, and addresses, and what becomes of them.

The browser sends a folder file by file: so one can be chosen wherever the page is served, and the server is named no
path of its own disk. ``static/adding.js`` does it, and asks what :func:`add_routes` serves for news.
"""

import json
from dataclasses import asdict
from importlib.resources import files

from fastapi import FastAPI, Request
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import JSONResponse

from rag.documents.load import SUFFIXES
from rag.errors import RagError, SourceError, UsageError
from rag.fetching.find import MOST_CHARS, find
from rag.web import listing, words
from rag.web.addresses import Addresses
from rag.web.library import REMOVED, Library
from rag.web.live import Live
from rag.web.receive import Unfinished, received
from rag.web.template import html
from rag.web.uploads import MOST_FILES, UPLOADS

HEADER = "X-Quoteline"
"""A page of another site cannot send it: a browser asks first, and is refused."""
MOST_ADDRESS = 4000
"""Characters of what is pasted as an address."""


def area(library: Library, *, begins: bool = False) -> str:
    """Return the HTML where sources are added.

    Args:
        library: where they go.
        begins: whether it stands on the page that has no index yet: it then tells of the index, too.
    """
    told = {
        "uploading": words.UPLOADING,
        "renamed": words.UPLOADED_AS,
        "before": words.UPLOADED_BEFORE,
        "failed": words.NOT_UPLOADED,
        "noAnswer": words.NO_ANSWER,
        "nothing": words.NO_FILES,
        "suffix": words.WRONG_SUFFIX.format(suffixes=" ".join(SUFFIXES)),
        "large": words.TOO_LARGE.format(megabytes=library.config.max_file_mb),
        "leftOut": words.LEFT_OUT_OF_FOLDER,
        "remove": words.REMOVE_ASK.replace("{folder}", str(library.root / REMOVED)),
        "more": words.ARRIVALS_MORE,
        "counts": words.ARRIVALS_COUNT,
        "states": words.ARRIVALS,
        "notBuilt": words.BEGIN_FAILED,
        "again": words.BEGIN_AGAIN,
        "finding": words.FINDING,
        "foundNothing": words.FOUND_NOTHING,
        "addFound": words.ADDRESS_ADD,
        "notFound": words.NOT_FOUND,
    }
    about = words.DROP_ABOUT.format(
        suffixes=" ".join(SUFFIXES), megabytes=library.config.max_file_mb, folder=library.root / UPLOADS
    )
    most = library.uploads.most_bytes
    asks = MOST_CHARS if library.config.searxng else 0
    said = json.dumps(told)
    return html("adding", "area", most, MOST_FILES, HEADER, said, begins, SUFFIXES, MOST_ADDRESS, about, asks)


def script(*more: str) -> str:
    """Return the script of :func:`area`, and behind it others of ``static`` that go with it."""
    static = files("rag.web") / "static"
    return "\n".join((static / name).read_text(encoding="utf-8") for name in ("adding.js", *more))


def add_routes(app: FastAPI, live: Live, library: Library) -> None:
    """Serve where the page sends files and addresses to, and where it hears what becomes of them."""
    addresses = Addresses(library)

    @app.post("/sources/files")
    async def receive(request: Request, name: str, below: str = "") -> JSONResponse:
        """Take one file, its bytes alone, counted as they come."""
        if HEADER not in request.headers:
            return _refused(f"{HEADER} is missing", 403)
        try:
            added = await received(library, name, request, below)
        except RagError as error:
            return _failed(error)
        except Unfinished:
            return _refused("it did not arrive whole", 408)
        return JSONResponse({"source": added.source, "new": added.new})

    @app.post("/sources/addresses")
    async def address(request: Request) -> JSONResponse:
        """Begin to fetch the address that is the body."""
        if HEADER not in request.headers:
            return _refused(f"{HEADER} is missing", 403)
        text = (await request.body()).decode(errors="replace")
        try:
            addresses.add(text[:MOST_ADDRESS])
        except RagError as error:
            return _failed(error)
        return JSONResponse({}, 202)

    @app.get("/sources/arrivals")
    def arrivals(batch: int = 0, since: int = 0) -> JSONResponse:
        """Tell what became of what was added, since a revision, and what is done now."""
        job = library.job
        news = library.arrivals.since(batch, since)
        return JSONResponse(
            {
                "batch": news.batch,
                "revision": news.revision,
                "more": news.more,
                "arrivals": [(each.name, each.state, each.why) for each in news.arrivals],
                "counts": news.counts,
                "busy": bool(job.stage) or addresses.busy,
                "told": listing.stage(job),
                "done": job.done,
                "total": job.total,
                "error": job.error,
                "ready": live.unbuilt is None,
            }
        )


def add_finder(app: FastAPI, library: Library) -> None:
    """Serve where the page asks for pages of the web."""

    @app.post("/sources/found")
    async def found(request: Request) -> JSONResponse:
        """List pages about the words that are the body; nothing of them is fetched."""
        if HEADER not in request.headers:
            return _refused(f"{HEADER} is missing", 403)
        query = (await request.body()).decode(errors="replace")
        try:
            library.check_writes()
            pages = await run_in_threadpool(find, query, library.config)
        except RagError as error:
            return _failed(error)
        return JSONResponse({"found": [asdict(one) for one in pages]})


def _failed(error: RagError) -> JSONResponse:
    status = 400 if isinstance(error, UsageError) else 507 if isinstance(error, SourceError) else 503
    return _refused(str(error), status)


def _refused(why: str, status: int) -> JSONResponse:
    return JSONResponse({"error": why}, status)
