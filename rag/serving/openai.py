"""The shapes of OpenAI's API: chat completions and responses, whole and streamed.

A citation is a ``url_citation``: offsets of the claim in the answer, half open; the pointer into the source is in the
field ``quoteline`` beside it.
"""

import secrets
import time
from collections.abc import AsyncIterator, Callable, Sequence
from dataclasses import dataclass, field
from itertools import count
from typing import Any

from rag.output.render import answer_object, pointer_object
from rag.schema import Answer, Citation, Claim, Progress, Retrieved
from rag.serving.running import Step, event
from rag.serving.spans import Span, refusal, spans

MODEL = "quoteline"
CHAT_MODEL = "quoteline-chat"
"""The same for pages that show the content alone: a refusal is content too."""
MODELS = (MODEL, CHAT_MODEL)

Address = Callable[[Citation], str]
"""Gives where a reader finds a quote."""

NO_TOKENS = {"prompt_tokens": 0, "completion_tokens": 0, "total_tokens": 0}
"""None is counted: without an LLM there is none."""
DONE = b"data: [DONE]\n\n"


def models() -> dict[str, Any]:
    """Return the list of models."""
    return {"object": "list", "data": [model(name) for name in MODELS]}


def model(name: str) -> dict[str, Any]:
    """Return what is told of a model."""
    return {"id": name, "object": "model", "created": 0, "owned_by": "quoteline"}


@dataclass(slots=True)
class Reply:
    """What a client is told, as far as it is known."""

    model: str
    address: Address
    made: int = field(default_factory=lambda: int(time.time()))
    identity: str = field(default_factory=lambda: secrets.token_hex(12))
    text: str = ""
    spans: list[Span] = field(default_factory=list)
    refusal: str = ""
    _claims: list[Claim] = field(default_factory=list)

    def add(self, step: Progress | Answer) -> str:
        """Take what is new in a step, and return it as text.

        Where an LLM fails in the midst, its claims were told already; each was checked, and the quotes follow them.
        """
        known = len(self._claims) if list(step.claims[: len(self._claims)]) == self._claims else 0
        new = step.claims[known:]
        said = "".join(f"{claim.text}\n" for claim in new)[:-1]
        if isinstance(step, Answer) and not self.text and not said:
            self.refusal = refusal(step)
            said = step.message or (self.refusal if self.model == CHAT_MODEL else "")
        if self.text and said:
            said = f"\n{said}"
        start = len(self.text) + (1 if self.text else 0)
        self.spans += spans(new, step.citations, start)
        self.text += said
        self._claims = [*self._claims, *new]
        return said

    def annotations(self, *, flat: bool) -> list[dict[str, Any]]:
        """Return the citations; flat as responses have them, nested as chat completions do."""
        found = []
        for span in self.spans:
            cited = {
                "start_index": span.start,
                "end_index": span.end,
                "title": span.citation.title,
                "url": self.address(span.citation),
            }
            told = cited if flat else {"url_citation": cited}
            found.append({"type": "url_citation", **told, "quoteline": pointer_object(span.citation)})
        return found


def completion(answer: Answer, reply: Reply) -> dict[str, Any]:
    """Return a chat completion."""
    reply.add(answer)
    message = {
        "role": "assistant",
        "content": reply.text or None,
        "refusal": reply.refusal or None,
        "annotations": reply.annotations(flat=False),
    }
    return {
        **_head(reply, "chat.completion"),
        "choices": [{"index": 0, "message": message, "logprobs": None, "finish_reason": "stop"}],
        "usage": NO_TOKENS,
        "quoteline": answer_object(answer),
    }


def _head(reply: Reply, kind: str) -> dict[str, Any]:
    return {"id": f"chatcmpl-{reply.identity}", "object": kind, "created": reply.made, "model": reply.model}


async def chunks(steps: AsyncIterator[Step], reply: Reply, *, usage: bool) -> AsyncIterator[bytes]:
    """Yield the events of a streamed chat completion.

    Args:
        steps: what the engine does.
        reply: takes what is told.
        usage: whether a chunk with the use of tokens comes last.
    """

    def chunk(delta: dict[str, Any], finish: str | None = None, **more: Any) -> bytes:
        choice = {"index": 0, "delta": delta, "logprobs": None, "finish_reason": finish}
        return event(None, {**_head(reply, "chat.completion.chunk"), "choices": [choice], **more})

    yield chunk({"role": "assistant", "content": ""})
    async for step in steps:
        if isinstance(step, Retrieved):
            continue
        if text := reply.add(step):
            yield chunk({"content": text})
        if isinstance(step, Answer):
            if reply.refusal:
                yield chunk({"refusal": reply.refusal})
            if reply.spans:
                yield chunk({"annotations": reply.annotations(flat=False)})
            yield chunk({}, "stop", quoteline=answer_object(step))
    if usage:
        yield event(None, {**_head(reply, "chat.completion.chunk"), "choices": [], "usage": NO_TOKENS})
    yield DONE


def response(answer: Answer, reply: Reply) -> dict[str, Any]:
    """Return a response."""
    reply.add(answer)
    return _response(reply, "completed", [_item(reply, "completed", [_content(reply)])], answer)


def _response(reply: Reply, status: str, output: Sequence[Any], answer: Answer | None = None) -> dict[str, Any]:
    return {
        "id": f"resp_{reply.identity}",
        "object": "response",
        "created_at": reply.made,
        "status": status,
        "error": None,
        "incomplete_details": None,
        "instructions": None,
        "metadata": {},
        "model": reply.model,
        "output": list(output),
        "parallel_tool_calls": False,
        "temperature": None,
        "tool_choice": "none",
        "tools": [],
        "top_p": None,
        "store": False,
        "usage": _no_tokens() if answer else None,
        **({"quoteline": answer_object(answer)} if answer else {}),
    }


def _no_tokens() -> dict[str, Any]:
    return {
        "input_tokens": 0,
        "input_tokens_details": {"cached_tokens": 0, "cache_write_tokens": 0},
        "output_tokens": 0,
        "output_tokens_details": {"reasoning_tokens": 0},
        "total_tokens": 0,
    }


def _item(reply: Reply, status: str, content: Sequence[Any]) -> dict[str, Any]:
    identity = f"msg_{reply.identity}"
    return {"id": identity, "type": "message", "role": "assistant", "status": status, "content": list(content)}


def _content(reply: Reply) -> dict[str, Any]:
    if reply.refusal and not reply.text:
        return {"type": "refusal", "refusal": reply.refusal}
    return {"type": "output_text", "text": reply.text, "annotations": reply.annotations(flat=True), "logprobs": []}


async def response_events(steps: AsyncIterator[Step], reply: Reply) -> AsyncIterator[bytes]:
    """Yield the events of a streamed response."""
    numbers = count()
    place = {"item_id": f"msg_{reply.identity}", "output_index": 0, "content_index": 0}

    def told(kind: str, **more: Any) -> bytes:
        return event(kind, {"type": kind, "sequence_number": next(numbers), **more})

    yield told("response.created", response=_response(reply, "in_progress", []))
    yield told("response.in_progress", response=_response(reply, "in_progress", []))
    began = False
    async for step in steps:
        if isinstance(step, Retrieved):
            continue
        text = reply.add(step)
        refused = reply.refusal if not reply.text else ""
        if (text or refused) and not began:
            began = True
            empty = (
                {"type": "refusal", "refusal": ""}
                if refused
                else {"type": "output_text", "text": "", "annotations": [], "logprobs": []}
            )
            yield told("response.output_item.added", output_index=0, item=_item(reply, "in_progress", []))
            yield told("response.content_part.added", **place, part=empty)
        if text:
            yield told("response.output_text.delta", **place, delta=text, logprobs=[])
        if not isinstance(step, Answer):
            continue
        if refused:
            yield told("response.refusal.delta", **place, delta=refused)
            yield told("response.refusal.done", **place, refusal=refused)
        else:
            for number, annotation in enumerate(reply.annotations(flat=True)):
                kind = "response.output_text.annotation.added"
                yield told(kind, **place, annotation_index=number, annotation=annotation)
            yield told("response.output_text.done", **place, text=reply.text, logprobs=[])
        yield told("response.content_part.done", **place, part=_content(reply))
        item = _item(reply, "completed", [_content(reply)])
        yield told("response.output_item.done", output_index=0, item=item)
        yield told("response.completed", response=_response(reply, "completed", [item], step))
