"""How an answer was found: the question as it was read, the passages with their scores, the times."""

from dataclasses import dataclass
from html import escape

from rag.schema import Answer, Retrieved
from rag.web import words

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
    times = ", ".join(f"{escape(stage)} {spent:.0f} ms" for stage, spent in found.timings_ms.items())
    models = ", ".join(f"{escape(part)} {escape(name)}" for part, name in found.model.items() if name)
    hurry = f'<p class="ql-meta">{words.CHAT_TRACE_HURRIED}</p>' if how and how.hurried else ""
    return (
        f'<details class="ql-trace" id="ql-trace-{place}"><summary>{words.CHAT_TRACE}</summary>'
        f"<p>{words.CHAT_TRACE_QUESTION} <q>{escape(found.standalone)}</q></p>{_hits(how)}"
        f'<p class="ql-meta">{words.CHAT_TRACE_TIMES} {times}</p>'
        f'<p class="ql-meta">{words.CHAT_TRACE_MODELS} {models}</p>{hurry}'
        f'<p class="ql-meta">{words.CHAT_TRACE_INDEX} {escape(found.index)}</p></details>'
    )


def _hits(how: Trace | None) -> str:
    if how is None:
        return f'<p class="ql-meta">{words.CHAT_TRACE_NO_HITS}</p>'
    reranked = any("reranker" in hit.ranks for hit in how.hits)
    heads = (*words.CHAT_TRACE_HEADS, *([words.CHAT_TRACE_RERANKER] if reranked else []))
    columns = "".join(f'<th scope="col">{head}</th>' for head in heads)
    rows = "".join(
        f'<tr><td>{n}</td><th scope="row">{escape(hit.head)}<span class="ql-meta">{escape(hit.source)}</span></th>'
        f"{''.join(f'<td>{cell}</td>' for cell in _cells(hit, reranked=reranked))}</tr>"
        for n, hit in enumerate(how.hits, start=1)
    )
    return (
        '<div class="ql-wide" tabindex="0" role="region" '
        f'aria-label="{words.CHAT_TRACE_HITS}"><table><caption>{words.CHAT_TRACE_HITS}</caption>'
        f"<thead><tr>{columns}</tr></thead>"
        f"<tbody>{rows}</tbody></table></div>"
    )


def _cells(hit: Found, *, reranked: bool) -> list[str]:
    legs = [str(hit.ranks.get(leg, "–")) for leg in ("dense", "bm25", "reranker")]
    return [f"{hit.score:.2f}", *legs[:2], f"{hit.cosine:.2f}", *(legs[2:] if reranked else [])]
