"""HTML: a page's main text, block by block, and what it says of itself; what a browser would not show is dropped first.

Where the story stands only in the page's metadata, it is taken from there. What is missing is told.
"""

import re
from base64 import b64decode
from collections import Counter
from functools import partial
from html import unescape
from urllib.parse import unquote_to_bytes

from rag.documents.common.gallery import Gallery
from rag.documents.common.parsed import Parsed
from rag.documents.html.about import about, signed
from rag.documents.html.blocks import Block, Hang, blocks, joined
from rag.documents.html.main_part import LONG, is_kept, is_side
from rag.documents.html.markup import drop_unseen, html_text, parsed_page

_MANY = 100
"""Words; fewer are no great loss."""
_FEW = 40
"""A page with a script and fewer words of its own may lack its main text."""
_TOKEN = re.compile(r"[\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff]|\w+")
_TAG = re.compile(r"</?(?:p|br|div|h[1-6]|ul|ol|li|table|blockquote|b|i|em|strong|a|span)\b[^<>]*>", re.IGNORECASE)


def html(data: bytes, gallery: Gallery | None = None) -> Parsed:
    """Take a page's main text and metadata; of its pictures those that are in the file itself (``data:``)."""
    page = parsed_page(html_text(data))
    known = about(page)
    scripted = any(script.get("src") or "ld+json" not in (script.get("type") or "") for script in page.iter("script"))
    gone = drop_unseen(page)
    found = blocks(page, partial(_within, gallery) if gallery else None)
    kept = is_kept(found)
    main = [block for block, keep in zip(found, kept, strict=True) if keep]
    notes = gone.notes()
    text = joined(main)
    words = sum(block.words for block in main)
    story = _paragraphs(known.story)
    if _is_fuller(story, text):
        told = "JSON-LD, which a browser does not show"
        notes.append(f"the text is the story in the page's metadata ({told}): the page itself has {_count(words)}")
        text = story
    else:
        if len(story.split()) - words >= _MANY:
            notes.append(f"a story of {_count(len(story.split()))} in the page's metadata (JSON-LD) is left out")
        notes += _losses(found, kept, words)
        if words < _FEW and scripted:
            notes.append(
                f"no main text was found but {_count(words)}: a script may make it when the page is shown;"
                " save the page from a browser when all is there"
            )
    meta = known.meta
    meta["published"] = meta["published"] or signed(main, meta["language"]) or known.modified
    return Parsed(text, meta, notes=notes)


def whole(text: str, hang: Hang | None = None) -> Parsed:
    """Take all text of HTML that is no page of a site, such as a chapter or a message, and what is missing of it."""
    page = parsed_page(text)
    gone = drop_unseen(page)
    return Parsed(joined(blocks(page, hang)), notes=gone.notes())


def _within(gallery: Gallery, address: str) -> list[str]:
    """Hang a picture that its own address holds."""
    head, _, data = address.partition(",")
    if not re.fullmatch(r"data:image/[\w.+-]+;base64", head.strip(), re.IGNORECASE):
        return []
    try:
        return gallery.hang(b64decode(unquote_to_bytes(data)))
    except ValueError:
        return []


def _losses(found: list[Block], kept: list[bool], words: int) -> list[str]:
    """Tell what was taken for something around the main text, if it is much."""
    out = [block for block, keep in zip(found, kept, strict=True) if not keep and not is_side(block)]
    lost = sum(block.words for block in out if block.words >= LONG)
    if lost < max(_MANY, words):
        return []
    seen = sum(block.words for block in found)
    return [f"kept {words:,} of {seen:,} words of the page: the rest looks like menus, comments or other stories"]


def _paragraphs(story: str) -> str:
    """Return a story out of JSON-LD as a text, its paragraphs apart: it may be HTML, or escaped twice."""
    if _TAG.search(story) or _TAG.search(unescape(story)):
        return whole(f"<div>{story if _TAG.search(story) else unescape(story)}</div>").text
    lines = (" ".join(line.split()) for line in unescape(story).splitlines())
    return "\n\n".join(line for line in lines if line)


def _is_fuller(story: str, text: str) -> bool:
    """Tell whether a story is what the page is about, and the text of the page lacks most of it."""
    told, shown = _TOKEN.findall(story.lower()), _TOKEN.findall(text.lower())
    if len(told) < 1.3 * len(shown) or not told:
        return False
    grams = Counter(zip(told, told[1:], told[2:], strict=False))
    there = sum((grams & Counter(zip(shown, shown[1:], shown[2:], strict=False))).values()) / max(1, grams.total())
    return there < 0.7 and not (there < 0.1 and len(shown) > 150)


def _count(words: int) -> str:
    return f"{words:,} word{'' if words == 1 else 's'}"
