"""Claims over HTTP: those of a text against the sources, and one claim or several against a passage each."""

from collections.abc import Generator
from contextlib import aclosing
from typing import Annotated, Any, Self, TypeVar

from fastapi import APIRouter
from fastapi.requests import Request
from fastapi.responses import JSONResponse
from pydantic import BaseModel, ConfigDict, Field, model_validator

from rag.claims.judging import Judgement, Pair
from rag.output.render import check_object, judgement_object
from rag.schema import SCHEMA_VERSION, Check
from rag.serving import examples
from rag.serving.asking import Limited
from rag.serving.limits import MOST_TEXT, in_turns
from rag.serving.running import Serving

MOST_CLAIM = 2_000
"""Characters of a claim that is judged: each part of it is held against the whole passage."""
MOST_PAIRS = 32
"""Claims that are judged at a time."""

Claim = Annotated[str, Field(max_length=MOST_CLAIM)]
Passage = Annotated[str, Field(max_length=MOST_TEXT)]

_Piece = TypeVar("_Piece")


class Text(Limited):
    """A text to check, and which documents may speak to it."""

    model_config = ConfigDict(
        extra="forbid", json_schema_extra={"example": {"text": "32 Cubans died in the raid. Nobody was hurt."}}
    )

    text: str = Field(max_length=MOST_TEXT, description="Whatever somebody wrote; what it cites is no evidence.")


class Claimed(BaseModel):
    """A claim, or a question of yes or no, and the passage that is to decide it."""

    model_config = ConfigDict(extra="forbid")

    claim: Claim
    passage: Passage
    id: str | None = None
    title: str = Field("", max_length=MOST_CLAIM)
    published: str = Field("", max_length=MOST_CLAIM)


class Judging(BaseModel):
    """One claim and passage, or several."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={"example": {"claim": "Oil got dearer.", "passage": "Oil prices rose in May."}},
    )

    claim: Claim | None = Field(None, description="A claim, or a question of yes or no.")
    passage: Passage | None = Field(None, description="What is to decide it.")
    id: str | None = Field(None, description="Carried over into the judgement.")
    title: str = Field("", max_length=MOST_CLAIM, description="What the passage's document is called.")
    published: str = Field("", max_length=MOST_CLAIM, description="Its date: 2026-01-31.")
    pairs: list[Claimed] = Field(
        [],
        max_length=MOST_PAIRS,
        description="In place of all this: objects with claim, passage, id, title, published.",
    )

    @model_validator(mode="after")
    def _either(self) -> Self:
        alone = self.claim is not None and self.passage is not None
        apart = self.claim is None and self.passage is None
        if not (alone or apart) or alone == bool(self.pairs):
            raise ValueError("give a claim and a passage, or pairs of them")
        return self

    def every(self) -> list[Claimed]:
        """Return what is to be judged, in order."""
        if self.claim is None or self.passage is None:
            return self.pairs
        one = Claimed(claim=self.claim, passage=self.passage, id=self.id, title=self.title, published=self.published)
        return [one]


def router(serving: Serving) -> APIRouter:
    """Return the routes ``/v1/check`` and ``/v1/judge``."""
    routes = APIRouter(prefix="/v1", tags=["claims"])

    @routes.post(
        "/check",
        summary="Tell which claims of a text the sources support, contradict or do not have",
        responses=examples.gives(examples.CHECKED, "Each claim with its verdict, and the quotes"),
    )
    async def check(text: Text, request: Request) -> JSONResponse:
        def work() -> Generator[Check, None, None]:
            with serving.engine(text.collections) as engine:
                yield from engine.check_steps(text.text, text.chosen())

        *_, checked = await _made(serving, request, work())
        serving.metrics.judged(claim.verdict for claim in checked.claims)
        return JSONResponse({**check_object(checked), "id": text.id})

    @routes.post(
        "/judge",
        summary="Tell whether a passage supports a claim, and which sentence decides",
        responses=examples.gives(examples.JUDGED, "A judgement a pair: supports, contradicts or undecided"),
    )
    async def judge(given: Judging, request: Request) -> JSONResponse:
        every = given.every()
        pairs = [Pair(one.claim, one.passage, one.title, one.published) for one in every]

        def work() -> Generator[tuple[Judgement, str], None, None]:
            with serving.engine() as engine:
                for pair in pairs:
                    yield engine.judge.judge([pair])[0], engine.judge.name

        judged = await _made(serving, request, work())
        serving.metrics.judged(one.verdict for one, _ in judged)
        told: list[dict[str, Any]] = [
            judgement_object(judgement, one.id) for one, (judgement, _) in zip(every, judged, strict=False)
        ]
        by = judged[0][1] if judged else None  # who left asked for nothing
        return JSONResponse({"schema": SCHEMA_VERSION, "judgements": told, "model": {"judge": by}})

    return routes


async def _made(serving: Serving, request: Request, work: Generator[_Piece, None, None]) -> list[_Piece]:
    """Return what some work yields, made piece by piece between the questions of others; who leaves ends it.

    Raises:
        RagError: as the work, and BusyError where too many ask.
    """
    async with serving.slots.many() as turn, aclosing(in_turns(turn, work)) as pieces:
        made = []
        async for piece in pieces:
            made.append(piece)
            if await request.is_disconnected():
                break
        return made
