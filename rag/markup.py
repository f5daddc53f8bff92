"""What an HTML page shows: its text in its own encoding, without what is hidden, its blocks apart."""

import re
from contextlib import suppress
from typing import Any

from rag.decode import Unusable, decode, decode_as

NEVER_SHOWN = ("head", "script", "style", "template", "noscript")
BLOCKS = (
    "address article aside blockquote body caption dd div dl dt fieldset figcaption figure footer form h1 h2 h3 h4 h5 "
    "h6 header hr li main nav ol p pre section table td th tr ul"
).split()
"""Elements of HTML that begin and end a block of text."""


def html_text(data: bytes) -> str:
    """Return an HTML file's text; where it is not UTF-8, the encoding that the page names itself comes first."""
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        named = re.search(rb"""<meta[^>]+charset=["']?([\w-]+)""", data[:4096], re.IGNORECASE)
        if named:
            with suppress(LookupError, Unusable):
                return decode_as(data, named[1].decode())
        return decode(data)


def parsed_page(text: str) -> Any:
    """Return the root element of an HTML page, as lxml understands it."""
    from lxml import etree
    from lxml import html as lxml_html

    # huge_tree: without it what stands deeper than 256 elements, or after 10 MB of one attribute, is lost in silence.
    parser = lxml_html.HTMLParser(encoding="utf-8", huge_tree=True)
    try:
        return lxml_html.document_fromstring(text.encode("utf-8", "replace"), parser)
    except etree.ParserError as error:
        raise Unusable("no HTML in it", "save the page again") from error


def drop_hidden(page: Any) -> None:
    """Remove what a browser would not show, as far as the elements themselves say so."""
    for element in list(page.iter()):
        if element.getparent() is not None and isinstance(element.tag, str) and _is_hidden(element):
            element.drop_tree()


def _is_hidden(element: Any) -> bool:
    style = "".join((element.get("style") or "").lower().split()).split(";")
    return (
        "hidden" in element.attrib
        or element.tag in NEVER_SHOWN
        or any(rule.startswith(("display:none", "visibility:hidden")) for rule in style)
    )


def block_text(page: Any) -> str:
    """Return all text of a page, its blocks apart."""
    mark = "\N{PARAGRAPH SEPARATOR}"
    for element in page.iter():
        if element.tag == "br":
            element.tail = f"\n{element.tail or ''}"
        elif element.tag in BLOCKS:
            element.text = f"{mark}{element.text or ''}"
            element.tail = f"{mark}{element.tail or ''}"
    blocks = (" ".join(block.split()) for block in page.text_content().split(mark))
    return "\n\n".join(block for block in blocks if block)
