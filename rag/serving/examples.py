"""What each route gives, by example, as the OpenAPI description and its page show it."""

from typing import Any

_PLACE = {"source": "000_5e8d803c2965fb30.txt", "start": 1924, "end": 2142}
_CITED: dict[str, Any] = {
    "number": 1,
    **_PLACE,
    "quote": "The raid, … including 32 Cuban military and intelligence personnel killed …",
    "title": "Cuba mourns …",
    "publisher": None,
    "published": "2026-01-05",
    "url": None,
}
_INDEX = "bb0d8c31ef2b4207"
_TIMES = {"total": 212.4}
_MADE = 1_780_000_000

ANSWER: dict[str, Any] = {
    "schema": 1,
    "id": None,
    "question": "How many Cubans died in the raid?",
    "standalone": "How many Cubans died in the raid?",
    "outcome": "answered",
    "reason": None,
    "answer": "The raid, … including 32 Cuban military and intelligence personnel killed …",
    "short_answer": "32",
    "confidence": 0.97,
    "claims": [{"text": "The raid, …", "verdict": "supported", "citations": [1]}],
    "citations": [_CITED],
    "index": _INDEX,
    "timings_ms": _TIMES,
}
_HIT = {**_PLACE, "text": "The raid, …", "score": 0.83, "ranks": {"dense": 1, "bm25": 4}}
SEARCH = {
    "schema": 1,
    "id": None,
    "question": "oil",
    "hits": [_HIT],
    "index": _INDEX,
    "timings_ms": _TIMES,
}
EVENTS = (
    f'event: retrieved\ndata: {{"schema": 1, "question": "…", "hits": [{{"source": "{_PLACE["source"]}", …}}]}}\n\n'
    'event: claim\ndata: {"claim": {"text": "The raid, …", "citations": [1]}, "citations": [{"number": 1, …}]}\n\n'
    'event: answer\ndata: {"schema": 1, "outcome": "answered", "answer": "The raid, …", …}\n\n'
)
_CLAIM = "The raid killed 32 Cuban military and intelligence personnel."
CHECKED = {
    "schema": 1,
    "id": None,
    "outcome": "supported",
    "claims": [{"text": _CLAIM, "start": 0, "end": 61, "verdict": "supported", "score": 0.8, "citations": [1]}],
    "citations": [_CITED],
    "index": _INDEX,
    "model": {"encoder": "all-MiniLM-L6-v2", "judge": "judge-3"},
    "timings_ms": _TIMES,
}
JUDGED = {
    "schema": 1,
    "judgements": [{"id": None, "verdict": "supports", "score": 0.91, "sentence": [0, 24]}],
    "model": {"judge": "judge-3"},
}
_URL = "http://127.0.0.1:7860/v1/sources/000_5e8d803c2965fb30.txt?start=1924&end=2142"
_NOTED = {"start_index": 0, "end_index": 218, "title": "Cuba mourns …", "url": _URL}
_POINTER = {**_PLACE, "quote": "The raid, …"}
COMPLETION = {
    "id": "chatcmpl-4f1d",
    "object": "chat.completion",
    "created": _MADE,
    "model": "quoteline",
    "choices": [
        {
            "index": 0,
            "message": {
                "role": "assistant",
                "content": "The raid, … including 32 Cuban military and intelligence personnel killed …",
                "refusal": None,
                "annotations": [{"type": "url_citation", "url_citation": _NOTED, "quoteline": _POINTER}],
            },
            "logprobs": None,
            "finish_reason": "stop",
        }
    ],
    "usage": {"prompt_tokens": 0, "completion_tokens": 0, "total_tokens": 0},
    "quoteline": {"schema": 1, "outcome": "answered"},
}
_PART = {
    "type": "output_text",
    "text": "The raid, … including 32 Cuban military and intelligence personnel killed …",
    "annotations": [{"type": "url_citation", **_NOTED, "quoteline": _POINTER}],
}
RESPONSE = {
    "id": "resp_4f1d",
    "object": "response",
    "created_at": _MADE,
    "status": "completed",
    "model": "quoteline",
    "output": [{"id": "msg_4f1d", "type": "message", "role": "assistant", "status": "completed", "content": [_PART]}],
    "quoteline": {"schema": 1, "outcome": "answered"},
}
MODEL = {"id": "quoteline", "object": "model", "created": 0, "owned_by": "quoteline"}
MODELS = {"object": "list", "data": [MODEL, {**MODEL, "id": "quoteline-chat"}]}
SOURCES = {
    "index": _INDEX,
    "sources": [
        {
            "source": _PLACE["source"],
            "state": "indexed",
            "title": "Cuba mourns …",
            "publisher": None,
            "published": "2026-01-05",
            "passages": 12,
            "reason": "",
            "notes": [],
            "file": True,
        }
    ],
}
TEXT = {
    "source": _PLACE["source"],
    "title": "Cuba mourns …",
    "publisher": None,
    "published": "2026-01-05",
    "url": None,
    "characters": 6120,
    "start": 1924,
    "end": 2142,
    "text": "The raid, …",
    "index": _INDEX,
}
ADDED = {"source": "uploads/report.pdf", "new": True}
REMOVED = {"source": "uploads/report.pdf", "moved_to": ".removed/uploads/report.pdf"}
_DONE = {"stage": "", "done": 0, "total": 0, "error": "", "report": None}
INDEX = {"index": _INDEX, "documents": 1, "passages": 12, "answers_from": _INDEX, "job": _DONE}
BUILDING = {"job": {**_DONE, "stage": "read", "done": 3, "total": 40}}
GENERATIONS = {
    "generations": [
        {
            "id": _INDEX,
            "current": True,
            "built": "2026-11-30T09:12:00",
            "documents": 1,
            "passages": 12,
            "bytes": 1_482_113,
        }
    ]
}
ROLLED_BACK = {"index": "4f07be55d2913ac6"}
ALIVE = {"status": "ok"}
READY = {"status": "ready", "index": _INDEX}
FIGURES = 'quoteline_answers_total{outcome="answered",reason=""} 12.0\nquoteline_documents 1.0\n'
FILE = {
    "required": True,
    "content": {"application/octet-stream": {"schema": {"type": "string", "format": "binary"}}},
}
"""The body of a request that is a file."""


def gives(example: Any, about: str, *, status: int = 200) -> dict[int | str, dict[str, Any]]:
    """Return what FastAPI is told that a route gives.

    Args:
        example: JSON, or a text.
        about: what it is.
        status: of the HTTP response.
    """
    kind = "text/plain" if isinstance(example, str) else "application/json"
    return {status: {"description": about, "content": {kind: {"example": example}}}}


def streams(example: str, about: str) -> dict[int | str, dict[str, Any]]:
    """Return the same for a route that gives nothing but server-sent events."""
    return {200: {"description": about, "content": {"text/event-stream": {"example": example}}}}
