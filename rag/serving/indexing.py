"""The index over HTTP: what it holds, building it, its generations, and going back to the one before."""

from dataclasses import asdict
from typing import Any

from fastapi import APIRouter
from fastapi.responses import JSONResponse

from rag.indexing.homes import home
from rag.indexing.status import status
from rag.serving import examples
from rag.serving.running import Serving
from rag.web.library import Job


def router(serving: Serving) -> APIRouter:
    """Return the routes ``/v1/index``."""
    routes = APIRouter(prefix="/v1/index", tags=["index"])

    @routes.get(
        "",
        summary="Tell what the index holds, and what is done in the background",
        responses=examples.gives(examples.INDEX, "As rag status --json, and how far a build is (job)"),
    )
    def about() -> JSONResponse:
        found = status(serving.config, verify=False, sources=False)
        with serving.live.whole() as engine:
            found["answers_from"] = engine.index.id
        return JSONResponse({**found, "job": _job(serving.library.job) if serving.library else None})

    @routes.post(
        "",
        status_code=202,
        summary="Index the sources in the background",
        responses=examples.gives(examples.BUILDING, "How far it is; GET /v1/index tells more", status=202),
    )
    def build() -> JSONResponse:
        library = serving.writable()
        library.reindex()
        return JSONResponse({"job": _job(library.job)}, 202)

    @routes.get(
        "/generations",
        summary="List the generations that are kept, newest first",
        responses=examples.gives(examples.GENERATIONS, "The generations; the current one answers"),
    )
    def listed_generations() -> JSONResponse:
        return JSONResponse(
            {"generations": [asdict(one) for one in home(serving.config.index, serving.config.models).listed()]}
        )

    @routes.post(
        "/rollback",
        summary="Answer from the generation before again",
        responses=examples.gives(examples.ROLLED_BACK, "The generation that answers now"),
    )
    def roll_back() -> JSONResponse:
        serving.writable()
        identity = home(serving.config.index, serving.config.models).roll_back()
        serving.follower.look()
        return JSONResponse({"index": identity})

    return routes


def _job(job: Job) -> dict[str, Any]:
    """Return how far the job in the background is, or how the last one ended."""
    report = None if job.report is None else {**asdict(job.report), "summary": job.report.summary("the index")}
    return {"stage": job.stage, "done": job.done, "total": job.total, "error": job.error, "report": report}
