"""The sources over HTTP: what there is, the text of one, adding and removing."""

from dataclasses import asdict
from typing import Annotated

from fastapi import APIRouter, Path, Query, Request
from fastapi.responses import JSONResponse

from rag.errors import UsageError
from rag.index.store import Listing
from rag.serving import examples
from rag.serving.problems import Problem
from rag.serving.running import Serving
from rag.web.library import Entry
from rag.web.receive import Unfinished, received

_SOURCE = "As citations and the list of sources name it."


def router(serving: Serving) -> APIRouter:
    """Return the routes ``/v1/sources``."""
    routes = APIRouter(prefix="/v1/sources", tags=["sources"])

    @routes.get(
        "", summary="List the sources", responses=examples.gives(examples.SOURCES, "The sources, and their state")
    )
    def listed() -> JSONResponse:
        with serving.engine() as engine:
            indexed, index, several = engine.index.store.documents(), engine.index.id, engine.index.collections
        own = serving.library and serving.library.root.is_dir() and not several  # the folder is that of one index
        found = serving.library.entries() if serving.library and own else []
        # In a container the folder is there and empty: nothing is gone, the files are elsewhere.
        entries = found if any(entry.file for entry in found) else [_indexed(one) for one in indexed]
        return JSONResponse({"index": index, "sources": [asdict(entry) for entry in entries]})

    @routes.get(
        "/{source:path}",
        summary="Get the text of a source, or a part of it",
        responses=examples.gives(examples.TEXT, "The text: what citations point into"),
    )
    def text(
        source: Annotated[str, Path(description=_SOURCE)],
        start: Annotated[int, Query(description="First character.")] = 0,
        end: Annotated[int | None, Query(description="The character to stop before.")] = None,
    ) -> JSONResponse:
        with serving.engine() as engine:
            document, index = engine.index.store.document(source), engine.index.id
        stop = len(document.text) if end is None else end
        if not 0 <= start <= stop <= len(document.text):
            raise UsageError(f"start {start} and end {stop} are no part of a text of {len(document.text)} characters")
        return JSONResponse(
            {
                "source": document.source,
                "title": document.title,
                "publisher": document.publisher,
                "published": document.published,
                "url": document.url,
                "characters": len(document.text),
                "start": start,
                "end": stop,
                "text": document.text[start:stop],
                "index": index,
            }
        )

    @routes.post(
        "",
        status_code=201,
        summary="Add a file, its bytes the body, and index it",
        responses=examples.gives(examples.ADDED, "Where it lies; not new if the same bytes lay there", status=201),
        openapi_extra={"requestBody": examples.FILE},
    )
    async def add(
        request: Request,
        name: Annotated[str, Query(description="The file's name, without folders.")],
        index: Annotated[bool, Query(description="Whether to index now; false for all but the last of many.")] = True,  # noqa: FBT002
    ) -> JSONResponse:
        library = serving.writable()
        try:
            added = await received(library, name, request)
        except Unfinished:
            raise Problem("too_slow", f"{name!r} did not arrive whole: send it again") from None
        if index:
            library.reindex()
        return JSONResponse(asdict(added), 201)

    @routes.delete(
        "/{source:path}",
        summary="Move a file out of the sources, and index",
        responses=examples.gives(examples.REMOVED, "Where it lies now: nothing is deleted"),
    )
    def remove(source: Annotated[str, Path(description=_SOURCE)]) -> JSONResponse:
        library = serving.writable()
        place = library.remove(source)
        library.reindex()
        return JSONResponse({"source": source, "moved_to": place})

    return routes


def _indexed(one: Listing) -> Entry:
    """Return a document of the index as a source, where the sources folder is not here."""
    notes = one.unread + one.notes
    return Entry(one.source, "indexed", one.title, one.publisher, one.published, one.passages, notes=notes, file=False)
