"""Questions and searches over HTTP, in the JSON form that every surface shares (docs/json.md)."""

from collections.abc import AsyncIterator
from dataclasses import asdict
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Depends, Header, Query
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import JSONResponse, Response, StreamingResponse
from pydantic import BaseModel, ConfigDict, Field

from rag.engine import Options
from rag.output.render import answer_object, pointer_object, search_object
from rag.schema import Answer, Citation, Claim, Filter, Retrieved, Turn
from rag.serving import examples, vendors
from rag.serving.running import Asked, Serving, Step, answer, event, steps, streamed

Form = Literal["quoteline", "anthropic", "cohere"]


class Exchange(BaseModel):
    """A question of the conversation before, and what it was answered."""

    model_config = ConfigDict(extra="forbid")

    question: str = Field(description="As it was asked.")
    answer: str = Field(description="As it was given.")


class Limited(BaseModel):
    """What is asked of the documents, and which of them may speak to it."""

    id: str | None = Field(None, description="Carried over into the answer.")
    sources: list[str] = Field([], description="Patterns such as reports/*: a document must match one of them.")
    after: str | None = Field(None, description="Only documents published on this date or later: 2026-01-31.")
    before: str | None = Field(None, description="Only documents published on this date or earlier.")
    collections: list[str] = Field([], description="Only these collections; all that the key opens, if none.")

    def chosen(self) -> Filter:
        """Return which documents may answer."""
        return Filter(tuple(self.sources), self.after, self.before)

    def limits(self) -> tuple[Filter, tuple[str, ...]]:
        """Return which documents may answer, and of which collections."""
        return self.chosen(), tuple(self.collections)


class Asking(Limited):
    """A question, and which documents may answer it."""

    model_config = ConfigDict(
        extra="forbid", json_schema_extra={"example": {"question": "How many Cubans died in the raid?"}}
    )

    question: str = Field(description="In any form of words.")


class Question(Asking):
    """A question to answer."""

    history: list[Exchange] = Field([], description="The conversation before, oldest first.")
    length: Literal["sentence", "short", "all"] | None = Field(
        None, description="How long the answer is; by default the setting length."
    )
    threshold: float | None = Field(
        None, ge=0, le=1, description="Least confidence for an answer; by default the setting threshold."
    )

    def asked(self) -> Asked:
        """Return what the engine is asked."""
        history = tuple(Turn(one.question, one.answer) for one in self.history)
        options = Options(threshold=self.threshold, length=self.length)
        return Asked(self.question, history, *self.limits(), options)


class Search(Asking):
    """A question to find passages for."""

    k: int | None = Field(None, description="How many passages; by default the setting k.")


def form(
    citations: Annotated[Form | None, Query(description="Whose shape the citations are told in.")] = None,
    accept: Annotated[str, Header(include_in_schema=False)] = "",
) -> Form:
    """Return whose shape is asked for: by ``?citations=``, or as ``Accept: application/json; citations=…``."""
    if citations:
        return citations
    told = accept.replace(" ", "").lower()
    return next((name for name in ("anthropic", "cohere") if f"citations={name}" in told), "quoteline")


Wanted = Annotated[Form, Depends(form)]


def router(serving: Serving) -> APIRouter:
    """Return the routes ``/v1/ask``, ``/v1/ask/stream`` and ``/v1/search``."""
    routes = APIRouter(prefix="/v1", tags=["questions"])

    @routes.post(
        "/ask",
        summary="Answer a question with quotes, or refuse it",
        responses=examples.gives(examples.ANSWER, "The answer; a refusal is one too, with outcome refused"),
    )
    async def ask(question: Question, wanted: Wanted) -> JSONResponse:
        found = await answer(serving, question.asked())
        return JSONResponse(told(found, question.id, wanted))

    @routes.post(
        "/ask/stream",
        summary="Answer a question step by step: events retrieved, claim and answer",
        response_class=StreamingResponse,
        responses=examples.streams(examples.EVENTS, "What was found, each claim as soon as it is sure, the answer"),
    )
    async def stream(question: Question, wanted: Wanted) -> Response:
        def events(running: AsyncIterator[Step]) -> AsyncIterator[bytes]:
            return _events(running, question.id, wanted)

        return await streamed(events, steps(serving, question.asked()), lambda problem: event("error", problem.body()))

    @routes.post(
        "/search",
        summary="List the passages nearest to a question",
        responses=examples.gives(examples.SEARCH, "The passages, best first, without an answer"),
    )
    async def search(question: Search, wanted: Wanted) -> JSONResponse:
        async with serving.slots.one():
            return JSONResponse(await run_in_threadpool(_search, serving, question, wanted))

    return routes


def _search(serving: Serving, question: Search, wanted: Form) -> dict[str, Any]:
    with serving.engine(question.collections) as engine:
        retrieved = engine.search(question.question, question.k, question.chosen())
    if wanted == "anthropic":
        return vendors.search_results(retrieved)
    return vendors.documents(retrieved) if wanted == "cohere" else {**search_object(retrieved), "id": question.id}


async def _events(running: AsyncIterator[Step], identity: str | None, wanted: Form) -> AsyncIterator[bytes]:
    """Yield an event for what was retrieved, for each claim as soon as it is sure, and for the answer."""
    said = 0
    async for step in running:
        if isinstance(step, Retrieved):
            yield event("retrieved", {**search_object(step), "id": identity})
            continue
        for claim in step.claims[said:]:
            yield event("claim", _claim(claim, step.citations))
        said = max(said, len(step.claims))
        if isinstance(step, Answer):
            yield event("answer", told(step, identity, wanted))


def told(found: Answer, identity: str | None, wanted: Form) -> dict[str, Any]:
    """Return an answer in the shape that is asked for."""
    ours = {**answer_object(found), "id": identity}
    if wanted == "anthropic":
        return vendors.anthropic(found, ours)
    return vendors.cohere(found, ours) if wanted == "cohere" else ours


def _claim(claim: Claim, citations: tuple[Citation, ...]) -> dict[str, Any]:
    cited = [pointer_object(citation) for citation in citations if citation.number in claim.citations]
    return {"claim": asdict(claim), "citations": cited}
