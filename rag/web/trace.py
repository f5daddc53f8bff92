"""How an answer was found: the question as it was read, the passages with their scores, the times."""

from dataclasses import dataclass

from rag.schema import Answer, Retrieved
from rag.web import words
from rag.web.template import html

MOST_CHARS = 160
"""Of the head of a passage."""


@dataclass(frozen=True, slots=True)
class Found:
    """A hit without its text."""

    source: str
    head: str
    score: float
    ranks: dict[str, int]
    cosine: float


@dataclass(frozen=True, slots=True)
class Trace:
    """What is kept of a search, for as long as its page is open."""

    hits: tuple[Found, ...]
    hurried: bool = False
    """So many waited that the packaged reader read, not the careful one."""

    @classmethod
    def of(cls, retrieved: Retrieved, *, hurried: bool = False) -> "Trace":
        """Keep of a search what is shown of it."""
        return cls(
            tuple(
                Found(hit.passage.source, _head(hit.passage.text), hit.score, hit.ranks, hit.cosine)
                for hit in retrieved.hits
            ),
            hurried,
        )


def _head(text: str) -> str:
    plain = " ".join(text.split())
    return plain if len(plain) <= MOST_CHARS else plain[:MOST_CHARS].rsplit(" ", 1)[0] + " …"


def trace(found: Answer, place: int, how: Trace | None) -> str:
    """Return how an answer was found, folded; a stored one has no passages any more."""
    times = ", ".join(f"{stage} {spent:.0f} ms" for stage, spent in found.timings_ms.items())
    models = ", ".join(f"{part} {name}" for part, name in found.model.items() if name)
    return html("trace", "trace", found, place, how and how.hurried, times, models, how and _hits(how))


def _hits(how: Trace) -> tuple[list[str], list[tuple[Found, list[str]]]]:
    """Return the heads of a table of hits, and each hit with its cells."""
    reranked = any("reranker" in hit.ranks for hit in how.hits)
    heads = [*words.CHAT_TRACE_HEADS, *([words.CHAT_TRACE_RERANKER] if reranked else [])]
    return heads, [(hit, _cells(hit, reranked=reranked)) for hit in how.hits]


def _cells(hit: Found, *, reranked: bool) -> list[str]:
    legs = [str(hit.ranks.get(leg, "–")) for leg in ("dense", "bm25", "reranker")]
    return [f"{hit.score:.2f}", *legs[:2], f"{hit.cosine:.2f}", *(legs[2:] if reranked else [])]
