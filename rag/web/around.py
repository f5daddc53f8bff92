"""What stands beside a quote in its source: the sentence before it and the one behind, for who rests on its number."""

from bisect import bisect_left
from collections.abc import Sequence

from fastapi import APIRouter
from fastapi.responses import JSONResponse

from rag.errors import RagError
from rag.schema import Passage
from rag.web.live import Live

MOST_CHARS = 300
"""Of either; of a longer sentence what is nearer to the quote."""


def around(passages: Sequence[Passage], start: int, end: int) -> tuple[str, str]:
    """Return the sentence before a place of a document and the one behind it; empty where there is none.

    Args:
        passages: all of the document.
        start: where the place begins, in characters of the canonical text.
        end: where it ends.
    """
    sentences = {
        sentence.start: (sentence.end, passage.quote(sentence))
        for passage in passages
        for sentence in passage.sentences
    }
    starts = sorted(sentences)
    ends = [sentences[at][0] for at in starts]
    last = bisect_left(ends, start + 1) - 1  # the last that ends before it
    next_ = bisect_left(starts, end)
    before = sentences[starts[last]][1] if last >= 0 else ""
    behind = sentences[starts[next_]][1] if next_ < len(starts) else ""
    return (
        f"…{before[-MOST_CHARS:]}" if len(before) > MOST_CHARS else before,
        f"{behind[:MOST_CHARS]}…" if len(behind) > MOST_CHARS else behind,
    )


def router(live: Live) -> APIRouter:
    """Return the route that tells what stands beside a quote."""
    routes = APIRouter(prefix="/library")

    @routes.get("/around")
    def beside(source: str, start: int, end: int) -> JSONResponse:
        """Give the sentences before and behind a place, and what stands at the place now: the page compares it."""
        try:
            with live.engine() as engine:
                found = engine.index.store.find(source)
                passages = engine.index.store.of(source) if found else []
        except RagError as error:
            return JSONResponse({"error": str(error)}, 409)
        if not found or not 0 <= start < end <= len(found.text):
            return JSONResponse({"quote": "", "before": "", "behind": ""})
        before, behind = around(passages, start, end)
        return JSONResponse({"quote": found.text[start:end], "before": before, "behind": behind})

    return routes
