"""The HTML of a source beside a list of quotes that are no conversation: the notebook's, and those of a checked text.

Every text from a source passes through :func:`html.escape`.
"""

from dataclasses import replace
from html import escape

from rag.schema import Citation, Closest
from rag.web import words
from rag.web.document import body, moved
from rag.web.live import Live
from rag.web.page import joined, page_of
from rag.web.printed import switch
from rag.web.standing import standing


def hint(text: str) -> str:
    """Return what stands there before a quote is opened."""
    return f'<p class="ql-empty">{text}</p>'


def source(live: Live, quote: Citation | Closest) -> str:
    """Return a whole source with one quote marked, where it stands now; without it the quote as it was.

    Args:
        live: in whose index the source stands.
        quote: as it was.

    Raises:
        BusyError: the site is closing.
    """
    with live.engine() as engine:
        found = engine.index.store.find(quote.source)
    now = standing(quote, found)
    shown = quote if now.state == "gone" else replace(quote, start=now.start, end=now.end, quote=now.quote)
    head = f"<h2>{escape(found.title if found else quote.title)}</h2>"
    if found is None:
        gone = words.CHAT_GONE.format(source=escape(quote.source))
        told = f'<p class="ql-warning" role="status">{gone}</p><blockquote>{escape(quote.quote)}</blockquote>'
        return f'<article class="ql-beside">{head}{told}</article>'
    about = joined(found.publisher, found.author, found.published, found.source, page_of(quote))
    warned = "" if now.state == "stands" else moved(found, quote)
    leaf, why = live.leaves.seen(found, [shown] if now.state != "gone" else [])
    leads = f'<div class="ql-bench">{switch()}</div>' if leaf else ""
    at = escape(f"{shown.source} {shown.start} {shown.end}")  # by which the script knows that another quote is shown
    return (
        f'<article class="ql-beside" data-at="{at}">{head}<p class="ql-meta">{about}</p>{leads}{warned}'
        f"{body(found, (shown,), shown, leaf, why)}</article>"
    )
