"""HTML: a page's main text and metadata, by trafilatura; what a browser would not show is dropped first."""

from rag.markup import block_text, drop_hidden, html_text, parsed_page
from rag.parsed import Parsed


def html(data: bytes) -> Parsed:
    """Take a page's main text and metadata; what a browser would not show is dropped first."""
    import trafilatura

    page = parsed_page(html_text(data))
    meta = trafilatura.extract_metadata(page, extensive=False)  # or it would guess a date from the prose
    drop_hidden(page)
    return Parsed(
        trafilatura.extract(page, include_comments=False) or block_text(page),
        {
            "title": meta.title,
            "publisher": meta.sitename,
            "author": meta.author,
            "published": meta.date,
            "url": meta.url,
            "language": page.get("lang"),
        },
    )


def whole(text: str) -> Parsed:
    """Take all text of HTML that is no page of a site, such as a chapter or a message, and what is missing of it."""
    page = parsed_page(text)
    drop_hidden(page)
    return Parsed(block_text(page))
