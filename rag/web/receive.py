"""Takes a file as a request sends it, among the sources: for the page and for the API."""

import asyncio
from contextlib import ExitStack

from starlette.concurrency import run_in_threadpool
from starlette.requests import ClientDisconnect, Request

from rag.web.library import Library
from rag.web.uploads import Added, checked_folders

STALLED = 30
"""Seconds without a byte after which a file is not waited for."""


class Unfinished(Exception):
    """A file did not arrive whole: its sender left, or sent nothing for too long. Nothing is kept of it."""


async def received(library: Library, name: str, request: Request, below: str = "") -> Added:
    """Take the body of a request as a file, its bytes counted as they come.

    Args:
        library: the sources.
        name: of the file, without folders.
        request: whose body, if it has not been read, is the file.
        below: folders of ``uploads`` that it shall lie in, as "reports/2026".

    Raises:
        UsageError: the name, a folder or the size cannot be used, or the file is empty.
        SourceError: the folder cannot be written, or is full.
        Unfinished: it did not arrive whole.
    """
    size = request.headers.get("content-length", "")
    try:
        with ExitStack() as stack:
            receiving = library.receiving(name, int(size) if size.isdecimal() else None, checked_folders(below))
            incoming = await run_in_threadpool(stack.enter_context, receiving)
            chunks = aiter(request.stream())
            while True:
                async with asyncio.timeout(STALLED):
                    chunk = await anext(chunks, None)
                if chunk is None:
                    added = await run_in_threadpool(incoming.keep)
                    library.arrivals.note(added.source, "received")
                    return added
                incoming.write(chunk)
    except (TimeoutError, ClientDisconnect):
        raise Unfinished from None
