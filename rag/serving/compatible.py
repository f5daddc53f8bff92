"""The routes that clients of OpenAI's API call: ``/v1/chat/completions``, ``/v1/responses``, ``/v1/models``."""

from dataclasses import replace
from typing import Annotated, Any
from urllib.parse import quote

from fastapi import APIRouter, Path, Request
from fastapi.responses import JSONResponse, Response
from pydantic import BaseModel, ConfigDict, Field

from rag.errors import UsageError
from rag.schema import Citation
from rag.serving import dialogue, examples, openai
from rag.serving.problems import Problem
from rag.serving.running import Serving, answer, event, steps, streamed

_EXAMPLE: dict[str, Any] = {
    "model": openai.MODEL,
    "messages": [{"role": "user", "content": "How many Cubans died in the raid?"}],
}


class StreamOptions(BaseModel):
    """Options of a stream."""

    include_usage: bool = False


class Completion(BaseModel):
    """A request for a chat completion; settings of an LLM are taken and change nothing."""

    model_config = ConfigDict(extra="allow", json_schema_extra={"example": _EXAMPLE})

    model: str = Field(description="quoteline, or quoteline-chat for pages that show the content alone.")
    messages: list[Any] = Field(description="The last is the question, the others its history; text alone is read.")
    stream: bool | None = Field(default=False, description="Whether chunks are sent as server-sent events.")
    stream_options: StreamOptions | None = Field(
        None, description="include_usage: whether a chunk with the usage is last."
    )
    response_format: dict[str, Any] | None = Field(None, description="Of the type text, or left out.")
    collections: list[str] = Field([], description="Only these collections; all that the key opens, if none.")


class ResponseRequest(BaseModel):
    """A request for a response."""

    model_config = ConfigDict(
        extra="allow",
        json_schema_extra={"example": {"model": openai.MODEL, "input": "How many Cubans died in the raid?"}},
    )

    model: str = Field(description="quoteline, or quoteline-chat.")
    input: str | list[Any] = Field(description="The question, or messages the last of which it is.")
    stream: bool | None = Field(default=False, description="Whether server-sent events are sent.")
    text: dict[str, Any] | None = Field(None, description="Its format is of the type text, or left out.")
    previous_response_id: str | None = Field(None, description="Refused: no response is stored.")
    collections: list[str] = Field([], description="Only these collections; all that the key opens, if none.")
    conversation: Any = Field(None, description="Refused, too: send the turns before in input.")


def router(serving: Serving) -> APIRouter:
    """Return the routes."""
    routes = APIRouter(prefix="/v1", tags=["OpenAI-compatible"])

    @routes.get(
        "/models",
        summary="List the models: one, told in two ways",
        responses=examples.gives(examples.MODELS, "The models"),
    )
    async def models() -> JSONResponse:
        return JSONResponse(openai.models())

    @routes.get("/models/{name}", summary="Tell of a model", responses=examples.gives(examples.MODEL, "The model"))
    async def model(name: Annotated[str, Path(description="quoteline, or quoteline-chat.")]) -> JSONResponse:
        return JSONResponse(openai.model(_known(name)))

    @routes.post(
        "/chat/completions",
        summary="Answer the last message of a conversation, as OpenAI does",
        responses=examples.gives(examples.COMPLETION, "The completion; with stream, its chunks as server-sent events"),
    )
    async def complete(request: Request, wanted: Completion) -> Response:
        _only_text(wanted.response_format)
        asked, reply = (
            replace(dialogue.asked(wanted.messages), collections=tuple(wanted.collections)),
            _reply(serving, request, wanted.model),
        )
        if not wanted.stream:
            return JSONResponse(openai.completion(await answer(serving, asked), reply))
        usage = bool(wanted.stream_options and wanted.stream_options.include_usage)
        return await streamed(
            lambda running: openai.chunks(running, reply, usage=usage),
            steps(serving, asked),
            lambda problem: event(None, problem.body()),
        )

    @routes.post(
        "/responses",
        summary="Answer a question in the shape of OpenAI's responses; none is stored",
        responses=examples.gives(examples.RESPONSE, "The response; with stream, its events"),
    )
    async def respond(request: Request, wanted: ResponseRequest) -> Response:
        _only_text((wanted.text or {}).get("format"))
        if wanted.previous_response_id or wanted.conversation:
            raise UsageError("no response is stored: send the turns before in input")
        messages = [{"role": "user", "content": wanted.input}] if isinstance(wanted.input, str) else wanted.input
        asked, reply = (
            replace(dialogue.asked(messages), collections=tuple(wanted.collections)),
            _reply(serving, request, wanted.model),
        )
        if not wanted.stream:
            return JSONResponse(openai.response(await answer(serving, asked), reply))
        return await streamed(
            lambda running: openai.response_events(running, reply),
            steps(serving, asked),
            lambda problem: event("error", {"type": "error", "code": problem.kind, "message": problem.detail}),
        )

    return routes


def _known(name: str) -> str:
    if name not in openai.MODELS:
        raise Problem("not_found", f"there is no model {name!r}: ask {' or '.join(openai.MODELS)}")
    return name


def _only_text(wanted: dict[str, Any] | None) -> None:
    if wanted and wanted.get("type", "text") != "text":
        raise UsageError("an answer is quotes, not JSON: leave the format out, or ask POST /v1/ask for the JSON form")


def _reply(serving: Serving, request: Request, name: str) -> openai.Reply:
    base = str(request.base_url)

    def address(citation: Citation) -> str:
        """Return the document's own address, or that of the quoted text at this server."""
        with serving.engine() as engine:
            document = engine.index.store.find(citation.source)
        if document and document.url:
            return document.url
        return f"{base}v1/sources/{quote(citation.source)}?start={citation.start}&end={citation.end}"

    return openai.Reply(_known(name), address)
