"""What a text says of itself: front matter, headings, datelines."""

import re
from datetime import date
from typing import Any

import sentencex

from rag.text.dates import DATE, MONTH, iso_date

TITLE_CHARS = 90
META_CHARS = 300


def has_controls(text: str) -> bool:
    """Tell whether a text holds control characters, line ends included."""
    return any(char < " " or "\x7f" <= char < "\xa0" for char in text)


def is_unicode(text: str) -> bool:
    """Tell whether a text can be written as UTF-8: it holds no half of a character."""
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


def clean(value: Any) -> str | None:
    """Return metadata on one line, without control characters, and no longer than anybody reads."""
    if not isinstance(value, str):
        return None
    line = " ".join("".join(" " if has_controls(char) else char for char in value[: 4 * META_CHARS]).split())
    if len(line) > META_CHARS:
        line = line[:META_CHARS].rstrip() + "…"
    return line or None


_FENCES = (("---", r"(?:---|\.\.\.)"), (r"\+\+\+", r"\+\+\+"))
"""What opens and closes front matter: of YAML, and of TOML."""
_NAMES = "published date pubdate publishdate publish_date datepublished date_published created modified lastmod updated"
"""Names of a date of publication in front matter, the best first; what was changed was published then at the latest."""


def front_matter(text: str) -> tuple[dict[str, Any], int]:
    """Return the block of YAML or TOML that opens a Markdown file, and where the text after it starts.

    Keys are in lower case; ``published`` is the first date that it states under one of the names that are used.
    """
    for number, (opening, closing) in enumerate(_FENCES):
        found = re.match(rf"{opening}[ \t]*\r?\n(.*?)\r?\n{closing}[ \t]*(?:\r?\n|$)", text, re.DOTALL)
        meta = (_toml if number else _yaml)(found[1]) if found else None
        if found and isinstance(meta, dict):
            known = {str(key).lower(): _plain(value) for key, value in meta.items()}
            if "language" not in known:
                known["language"] = known.get("lang") or known.get("locale")
            if "author" not in known:
                known["author"] = known.get("authors")
            known["published"] = _when(known)
            return known, found.end()
    return {}, 0


def _yaml(text: str) -> Any:
    import yaml

    try:
        return yaml.load(text, yaml.BaseLoader)  # noqa: S506 (it makes strings alone, nothing of what a tag asks for)
    except (yaml.YAMLError, RecursionError):  # a rule of dashes, then prose: not front matter
        return None


def _toml(text: str) -> Any:
    import tomllib

    try:
        return tomllib.loads(text.replace("\r\n", "\n"))
    except (ValueError, RecursionError):
        return None


def _plain(value: Any) -> Any:
    """Return a value as text: a date of TOML in ISO 8601, names on one line."""
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, list) and value and all(isinstance(item, str) for item in value):
        return ", ".join(value)
    return value


def _when(known: dict[str, Any]) -> str | None:
    language = known.get("language")
    stated = (known.get(name) for name in _NAMES.split())
    dates = (
        iso_date(value, language if isinstance(language, str) else None) for value in stated if isinstance(value, str)
    )
    return next(filter(None, dates), None)


def markdown_title(text: str, body: int) -> str | None:
    """Return the first heading of a Markdown text, from ``body`` on."""
    heading = re.compile(r"^#[ \t]+(.*)", re.MULTILINE).search(text, body)
    return heading[1].rstrip(" \t\r#") if heading else None


_PLACE = r"[A-Z][\w.'’ -]{1,40}"
DATELINE = re.compile(rf"\s*{_PLACE}(?:, {_PLACE})?, (?P<date>{DATE})\s*(?:\([^)\n]{{2,40}}\)\s*)?[—–-]+\s*")
"""The opening of a wire story: «Havana, January 12, 2026 — », «LONDON, 3 May 2024 (Reuters) - »."""


_DAY = r"\d{1,2}(?:st|nd|rd|th)?"
WHEN = (
    rf"(?P<date>{MONTH} {_DAY},? \d{{4}}|{_DAY} {MONTH},? \d{{4}}|\d{{4}}-\d\d-\d\d"
    r"|\d{1,2}[./-]\s?\d{1,2}[./-]\s?\d{4}|\d{4}/\d\d?/\d\d?|\d{4}年\d\d?月\d\d?日"
    r"|\d{1,2}\.? (?:de )?[^\W\d_]{3,10} (?:de )?\d{4})"
)
_ON = r"(?: (?:on|le|am|el|il|op|em))?\s?:?\s*(?:[^\W\d_]{3,12}\.?,? )?"
PUBLISHED = re.compile(
    r"(?:first )?(?:published|posted|publi[ée]e?|publicado|veröffentlicht|erschienen|pubblicato|gepubliceerd"
    rf"|date of publication|publication date|date published|released|issued){_ON}{WHEN}",
    re.IGNORECASE,
)
UPDATED = re.compile(
    rf"(?:last )?(?:updated|modified|mis à jour|actualizado|aktualisiert|aggiornato|bijgewerkt){_ON}{WHEN}",
    re.IGNORECASE,
)
SIGNED = re.compile(
    rf"(?:[Bb]y|BY) (?!{MONTH}|(?:Mon|Tues|Wednes|Thurs|Fri|Satur|Sun)day)[A-Z][^\d!?]{{2,80}}?[\s,|·•–—-]+"
    rf"(?:(?:posted|published|updated)[\s:]+)?(?:on )?{WHEN}"
)
_HEAD_LINES = 12
"""A line that says when a text was published is one of the first."""
_BYLINE_WORDS = 20
_MEMO = re.compile(r"(?:from|to|subject|re|cc)\s?:\s", re.IGNORECASE)
_MEMO_DATE = re.compile(rf"date\s?:\s*(?:[^\W\d_]{{3,12}}\.?,? )?{WHEN}", re.IGNORECASE)


def stated_date(text: str, language: str | None) -> str | None:
    """Return the date of publication that one of a text's first lines states, in ISO 8601: "Published: 3 May 2024"."""
    lines = [" ".join(line.strip(" \t*_#>|").split()) for line in text[:4000].splitlines() if line.strip()][
        :_HEAD_LINES
    ]
    is_memo = sum(bool(_MEMO.match(line)) for line in lines) > 1
    for form in (PUBLISHED, SIGNED, *([_MEMO_DATE] if is_memo else []), UPDATED):
        for line in lines:
            found = form.match(line) if len(line.split()) < _BYLINE_WORDS else None
            if found and line[found.end() :].startswith(";"):  # a row of a table
                continue
            if found and (when := iso_date(found["date"], language)):
                return when
    return None


def head(text: str) -> str:
    """Return the start of a text's first sentence, at most ``TITLE_CHARS``, cut between words."""
    line = re.sub(r"^[\s#>*-]+", "", text[: 4 * TITLE_CHARS]).split("\n")[0].strip()
    if len(line) > TITLE_CHARS:
        line = "".join(sentencex.segment("en", line)[:1]).strip()
    if len(line) <= TITLE_CHARS:
        return line
    return line[:TITLE_CHARS].rsplit(" ", 1)[0].rstrip(",;:—–- ") + "…"
