"""The HTML of a source beside quotes that are no conversation: the notebook's, and those of a checked text."""

from dataclasses import replace

from rag.schema import Citation, Closest
from rag.web.document import body, moved
from rag.web.live import Live
from rag.web.page import day, joined, place_of
from rag.web.printed import switch
from rag.web.standing import standing
from rag.web.template import html


def hint(text: str) -> str:
    """Return what stands there before a quote is opened."""
    return html("document", "hint", text)


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
    if found is None:
        return html("document", "beside_gone", quote)
    about = joined(found.publisher, found.author, day(found.published), found.source, place_of(quote))
    stand = [] if now.state == "gone" else [replace(quote, start=now.start, end=now.end, quote=now.quote)]
    shown = stand[0] if stand else quote
    leaf, why = live.leaves.seen(found, stand)
    warned = "" if now.state == "stands" else moved(quote)
    read = body(found, stand, shown, leaf, why, live.sounds.address(found))
    at = f"{shown.source} {shown.start} {shown.end}"  # by which the script knows that another quote is shown
    return html("document", "beside", found.title, about, switch() if leaf else "", warned + read, at)
