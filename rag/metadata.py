"""What a text says of itself: front matter, headings, datelines."""

import re
from typing import Any

import sentencex

from rag.dates import DATE

TITLE_CHARS = 90
META_CHARS = 300


def has_controls(text: str) -> bool:
    """Tell whether a text holds control characters, line ends included."""
    return any(char < " " or "\x7f" <= char < "\xa0" for char in text)


def clean(value: Any) -> str | None:
    """Return metadata on one line, without control characters, and no longer than anybody reads."""
    if not isinstance(value, str):
        return None
    line = " ".join("".join(" " if has_controls(char) else char for char in value[: 4 * META_CHARS]).split())
    if len(line) > META_CHARS:
        line = line[:META_CHARS].rstrip() + "…"
    return line or None


def front_matter(text: str) -> tuple[dict[str, Any], int]:
    """Return the YAML block that opens a Markdown file, keys in lower case, and where the text after it starts."""
    found = re.match(r"---[ \t]*\r?\n(.*?)\r?\n(?:---|\.\.\.)[ \t]*(?:\r?\n|$)", text, re.DOTALL)
    if not found:
        return {}, 0
    import yaml

    try:
        meta = yaml.load(found[1], yaml.BaseLoader)  # noqa: S506 (it makes strings alone, nothing of what a tag asks for)
    except (yaml.YAMLError, RecursionError):  # a rule of dashes, then prose: not front matter
        return {}, 0
    if not isinstance(meta, dict):
        return {}, 0
    meta = {str(key).lower(): value for key, value in meta.items()}
    if "date" in meta:
        meta.setdefault("published", meta["date"])
    return meta, found.end()


def markdown_title(text: str, body: int) -> str | None:
    """Return the first heading of a Markdown text, from ``body`` on."""
    heading = re.compile(r"^#[ \t]+(.*)", re.MULTILINE).search(text, body)
    return heading[1].rstrip(" \t\r#") if heading else None


_PLACE = r"[A-Z][\w.'’ -]{1,40}"
DATELINE = re.compile(rf"\s*{_PLACE}(?:, {_PLACE})?, (?P<date>{DATE})\s*(?:\([^)\n]{{2,40}}\)\s*)?[—–-]+\s*")
"""The opening of a wire story: «Havana, January 12, 2026 — », «LONDON, 3 May 2024 (Reuters) - »."""


def head(text: str) -> str:
    """Return the start of a text's first sentence, at most ``TITLE_CHARS``, cut between words."""
    line = re.sub(r"^[\s#>*-]+", "", text[: 4 * TITLE_CHARS]).split("\n")[0].strip()
    if len(line) > TITLE_CHARS:
        line = "".join(sentencex.segment("en", line)[:1]).strip()
    if len(line) <= TITLE_CHARS:
        return line
    return line[:TITLE_CHARS].rsplit(" ", 1)[0].rstrip(",;:—–- ") + "…"
