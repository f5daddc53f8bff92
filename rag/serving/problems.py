"""What went wrong, as HTTP tells it: problem details (RFC 9457) with the remedy that the command line has too."""

from typing import Any

from starlette.responses import JSONResponse

from rag.errors import RagError

KINDS: dict[str, tuple[int, str]] = {
    "usage": (400, "The request cannot be answered as it is"),
    "key": (401, "A key is needed"),
    "forbidden": (403, "This may not be asked"),
    "not_found": (404, "There is nothing here"),
    "unknown_source": (404, "The index does not hold this source"),
    "method": (405, "This address takes another method"),
    "too_slow": (408, "The request did not arrive whole"),
    "read_only": (409, "This server only reads"),
    "too_large": (413, "The request is too large"),
    "invalid": (422, "The request has another form"),
    "rate": (429, "Too many requests with this key"),
    "internal": (500, "The server failed"),
    "llm": (502, "The LLM does not answer"),
    "busy": (503, "The server is busy"),
    "index_missing": (503, "No index was built"),
    "index_damaged": (503, "The index is damaged"),
    "index_unreachable": (503, "The database of the index does not answer"),
    "source": (507, "The sources folder cannot be used"),
}
"""By kind, which every error has on the command line too: the status, and what it means."""
MEDIA_TYPE = "application/problem+json"
DESCRIBED: dict[str, Any] = {
    "description": "A problem detail (RFC 9457)",
    "content": {
        MEDIA_TYPE: {
            "schema": {
                "type": "object",
                "required": ["type", "title", "status", "detail", "kind"],
                "properties": {
                    "type": {"type": "string", "description": "Where the kind is explained."},
                    "title": {"type": "string", "description": "What the kind means."},
                    "status": {"type": "integer", "description": "The HTTP status."},
                    "detail": {"type": "string", "description": "What was wrong, and what helps."},
                    "kind": {
                        "type": "string",
                        "enum": [*KINDS],
                        "description": "The same word as on the command line.",
                    },
                    "error": {"type": "object", "description": "The same for clients that know OpenAI's errors."},
                },
            },
            "example": {
                "type": "/docs#usage",
                "title": KINDS["usage"][1],
                "status": KINDS["usage"][0],
                "detail": "the question is empty: ask something",
                "kind": "usage",
                "error": {
                    "message": "the question is empty: ask something",
                    "type": "usage",
                    "param": None,
                    "code": "usage",
                },
            },
        }
    },
}
"""As the OpenAPI description has it."""
BUSY_SECONDS = 2
"""After which who was told that the server is busy may ask again."""


class Problem(Exception):
    """An answer that is an error."""

    def __init__(self, kind: str, detail: str, retry_after: int | None = None, **more: Any) -> None:
        """Take what is told.

        Args:
            kind: a key of ``KINDS``; any other is the server's own failure.
            detail: what was wrong, and the remedy.
            retry_after: seconds after which to ask again.
            more: members of the problem's own.
        """
        super().__init__(detail)
        self.kind = kind
        self.detail = detail
        self.retry_after = retry_after
        self.more = more

    @property
    def status(self) -> int:
        """The HTTP status; 500 for a kind that HTTP has no other for."""
        return KINDS.get(self.kind, KINDS["internal"])[0]

    def body(self) -> dict[str, Any]:
        """Return the problem's JSON form; ``error`` tells the same to clients that know OpenAI's."""
        return {
            "type": f"/docs#{self.kind}",
            "title": KINDS.get(self.kind, KINDS["internal"])[1],
            "status": self.status,
            "detail": self.detail,
            "kind": self.kind,
            **self.more,
            "error": {"message": self.detail, "type": self.kind, "param": None, "code": self.kind},
        }

    def response(self) -> JSONResponse:
        """Return the HTTP response."""
        headers = {"Retry-After": str(self.retry_after)} if self.retry_after is not None else {}
        if self.status == KINDS["key"][0]:
            headers["WWW-Authenticate"] = "Bearer"
        return JSONResponse(self.body(), self.status, headers, MEDIA_TYPE)


def of(error: RagError) -> Problem:
    """Return the problem that an error is."""
    return Problem(error.kind, str(error), BUSY_SECONDS if error.kind == "busy" else None)
