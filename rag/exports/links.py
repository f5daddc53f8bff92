"""Addresses of quotes: in the page on the web that they are from, and in the index."""

import re
from urllib.parse import quote

from rag.schema import Document

LONG = 120
"""A longer quote is named by its first and last words."""
ENDS = 5
"""How many of them."""
AROUND = 4
"""Words before or behind a quote that tell it from another of the same words."""


def address(source: str, start: int | None = None, end: int | None = None) -> str:
    """Return the address of a source, or of a part of its canonical text, as an MCP client reads it.

    >>> address("reports/a b.txt", 3, 9)
    'quoteline://source/reports/a%20b.txt?start=3&end=9'
    """
    place = "" if start is None else f"?start={start}" + ("" if end is None else f"&end={end}")
    return f"quoteline://source/{quote(source, safe='/')}{place}"


def page(document: Document) -> str | None:
    """Return where on the web a document is from, if it says so."""
    url = document.url or ""
    return url if re.fullmatch(r"https?://[^\s<>\"]+", url) else None


def fragment(document: Document, start: int, end: int) -> str | None:
    """Return a link that opens a document's web page at a quote and marks it (``#:~:text=``); None without a page.

    Args:
        document: whose ``text[start:end]`` is the quote.
        start: its first character.
        end: the character behind its last.
    """
    url = page(document)
    if url is None:
        return None
    text = document.text
    words = text[start:end].split()
    several = "\n" in text[start:end].strip() or len(" ".join(words)) > LONG  # one term must lie within one block
    if several and len(words) > 2 * ENDS:
        named = [" ".join(words[:ENDS]), " ".join(words[-ENDS:])]
    elif several and len(words) > 1:
        named = [" ".join(words[: len(words) // 2]), " ".join(words[len(words) // 2 :])]
    else:
        named = [" ".join(words)]
    before, behind = _around(text, start, end) if _repeated(text, named[0]) else ("", "")
    parts = (
        [f"{_term(before)}-"] * bool(before) + [_term(item) for item in named] + [f"-{_term(behind)}"] * bool(behind)
    )
    return f"{url}{'' if '#' in url else '#'}:~:text={','.join(parts)}"


def _repeated(text: str, words: str) -> bool:
    """Tell whether a text has some words more than once, as a browser looks for them: whatever their letters' case."""
    pattern = r"\s+".join(map(re.escape, words.split()))
    return len(re.findall(rf"(?<!\w){pattern}(?!\w)", text, re.IGNORECASE)) > 1


def _around(text: str, start: int, end: int) -> tuple[str, str]:
    """Return the words before and behind a part of a text, within its lines."""
    before = text[text.rfind("\n", 0, start) + 1 : start].split()[-AROUND:]
    rest = text.find("\n", end)
    behind = text[end : rest if rest >= 0 else len(text)].split()[:AROUND]
    # A word that the quote cuts is no word of the page.
    if before and start and not text[start - 1].isspace() and text[start - 1].isalnum():
        before = before[:-1]
    if behind and end < len(text) and text[end].isalnum():
        behind = behind[1:]
    return " ".join(before), " ".join(behind)


def _term(text: str) -> str:
    """Return words as a text directive has them, where "-", "," and "&" mean something."""
    return quote(text, safe="").replace("-", "%2D")
