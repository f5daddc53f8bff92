"""What an HTML page says of itself: title, author, address, language; when it was published; the story in its JSON-LD.

A date is taken only from where a page states when it was published. One that merely stands in its text may be the end
of the year that a report is about.
"""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from html import unescape
from typing import Any

from rag.documents.common.metadata import DATELINE, PUBLISHED, SIGNED, UPDATED, WHEN
from rag.documents.html.blocks import Block
from rag.documents.html.main_part import is_around
from rag.text.dates import iso_date

_MOST_DEEP = 8
_HOLDERS = ("@graph", "mainEntity", "mainEntityOfPage", "liveBlogUpdate")
"""Keys of JSON-LD under which the page itself is described; others describe what it mentions."""
_ARTICLE = re.compile(r"Article|BlogPosting|Report|Posting|NewsItem|Review|CreativeWork|Recipe|Book|Dataset")
_META_PUBLISHED = (
    "article:published_time og:published_time og:article:published_time datepublished article.published pubdate"
    " publish-date publish_date published_date publication_date citation_publication_date citation_date"
    " citation_online_date dc.date.issued dcterms.issued dc.date dcterms.date"
    " date sailthru.date parsely-pub-date bt:pubdate cxenseparse:recs:publishtime originalpublicationdate"
    " publishdate article_date_original release_date issued"
).split()
_META_MODIFIED = (
    "dc.date.created dcterms.created article:modified_time og:updated_time datemodified dcterms.modified"
    " dc.date.modified lastmod last_modified"
).split()
_PUBLICATION = re.compile(
    r"(?:^|[\s_-])(?:dt-published|date-?published|published|pub-?date|publi(?:sh|cation)-?(?:date|time)"
    r"|(?:entry|post|article|story|news)-?(?:date|time)|posted(?:-on)?|time-?stamp|dateline|by-?line)(?:$|[\s_-])"
)
"""Names that sites give to where a date of publication stands."""
_TIME = re.compile(r"(?:^|\s)(?:date|time|[a-z]*_date)(?:$|\s)")
"""Names of a place where one may stand: it must stand there alone."""
_TIMED = re.compile(rf"{WHEN},? (?:at |um |à |[|·•–—-] )?\d{{1,2}}[:.h]\d\d(?!\d)", re.IGNORECASE)
"""To the minute: nothing but an act is dated so."""
_ALONE = re.compile(rf"(?:[^\W\d_]{{3,12}}\.?,? )?{WHEN}", re.IGNORECASE)
_HEAD_BLOCKS = 12
"""A byline or dateline stands in one of the first blocks."""
_BYLINE_WORDS = 20
_PROSE_WORDS = 40


@dataclass(frozen=True, slots=True)
class About:
    """What the head of a page, and its JSON-LD, say of it."""

    meta: dict[str, str | None]
    """As of :class:`rag.documents.common.parsed.Parsed`; ``published`` is only what was stated for machines."""
    modified: str | None
    """When it was last changed, in ISO 8601."""
    story: str
    """The whole story as JSON-LD has it, as text or HTML; empty if it has none."""


def about(page: Any) -> About:
    """Read what a page says of itself; to be called before anything is removed from it."""
    import trafilatura

    nodes = list(_nodes(page))
    known = trafilatura.extract_metadata(page, extensive=False)
    stated = _meta(page)
    language = _language(page, stated)
    meta = {
        "title": known.title,
        "publisher": known.sitename,
        "author": known.author,
        "published": _published(page, nodes, stated, language),
        "url": known.url,
        "language": language,
    }
    modified = [str(node.get("dateModified") or "") for node in nodes if _is_article(node)]
    modified += [stated.get(name, "") for name in _META_MODIFIED]
    told = [node.get("articleBody") or (node.get("text") if _is_article(node) else None) for node in nodes]
    stories = [story for story in told if isinstance(story, str)]
    return About(meta, _first(modified, language), max(stories, key=len, default=""))


def signed(found: list[Block], language: str | None) -> str | None:
    """Return the date of publication that a page's first blocks state: in a byline, or a dateline."""
    heads = [(" ".join(block.text[:300].split()), block) for block in found[:_HEAD_BLOCKS]]
    for forms in ((PUBLISHED, SIGNED, DATELINE), (UPDATED,)):
        for line, block in heads:
            names = (block.element.get("class") or "").lower()
            stated = next(filter(None, (form.match(line) for form in forms)), None)
            if stated and block.words > _PROSE_WORDS and stated.re is not DATELINE:
                stated = None
            if not stated and block.words < _BYLINE_WORDS and _PUBLICATION.search(names):
                stated = re.search(WHEN, line, re.IGNORECASE)
            if not stated and block.words < _BYLINE_WORDS:
                stated = _ALONE.match(line) if _TIME.search(names) else _TIMED.search(line)
            if stated and (when := iso_date(stated["date"], language)):
                return when
    return None


def _nodes(page: Any) -> Iterator[dict[str, Any]]:
    """Yield what JSON-LD says of the page itself, articles first."""
    found: list[dict[str, Any]] = []
    for script in page.iter("script"):
        if "ld+json" in (script.get("type") or "").lower():
            text = re.sub(r"^\s*(?://)?\s*(?:<!--|<!\[CDATA\[)|(?://)?\s*(?:-->|\]\]>)\s*$", "", script.text or "")
            try:
                _walk(json.loads(text.strip().rstrip(";"), strict=False), found, 0)
            except (ValueError, RecursionError):  # not all that sites write there is JSON
                continue
    return iter(sorted(found, key=lambda node: not _is_article(node)))


def _walk(value: Any, found: list[dict[str, Any]], depth: int) -> None:
    if isinstance(value, list) and depth < _MOST_DEEP:
        for item in value:
            _walk(item, found, depth + 1)
    elif isinstance(value, dict) and depth < _MOST_DEEP:
        found.append(value)
        for key in _HOLDERS:
            _walk(value.get(key), found, depth + 1)


def _is_article(node: dict[str, Any]) -> bool:
    kind = node.get("@type")
    kinds = kind if isinstance(kind, list) else [kind]
    return any(isinstance(one, str) and _ARTICLE.search(one) for one in kinds)


def _meta(page: Any) -> dict[str, str]:
    """Return the page's ``meta`` elements by name in lower case; of several of one name the first."""
    stated: dict[str, str] = {}
    for element in page.iter("meta"):
        name = element.get("property") or element.get("name") or element.get("itemprop") or element.get("http-equiv")
        if name and element.get("content"):
            stated.setdefault(name.strip().lower(), unescape(element.get("content")).strip())
    return stated


def _language(page: Any, stated: dict[str, str]) -> str | None:
    """Return the page's language; with its country, if it names that elsewhere: that tells how it writes dates."""
    language = page.get("lang") or page.get("xml:lang") or stated.get("content-language") or stated.get("language")
    locale = stated.get("og:locale", "").replace("_", "-")
    if locale and (not language or (len(language) == 2 and locale.lower().startswith(f"{language.lower()}-"))):
        return locale
    return language or None


def _published(page: Any, nodes: list[dict[str, Any]], stated: dict[str, str], language: str | None) -> str | None:
    candidates = [str(node.get("datePublished") or "") for node in nodes if _is_article(node)]
    candidates += [stated.get(name, "") for name in _META_PUBLISHED]
    candidates += [str(node.get("datePublished") or "") for node in nodes]
    candidates += [_moment(one) for one in page.xpath("//*[contains(@itemprop, 'datePublished')]")]
    candidates += [_moment(one) for one in page.iter("time", "abbr") if _is_publication(one)]
    return _first(candidates, language)


def _first(candidates: list[str], language: str | None) -> str | None:
    return next(filter(None, (iso_date(one, language) for one in candidates if one)), None)


def _moment(element: Any) -> str:
    """Return the time that an element gives, for machines if it does."""
    value = element.get("datetime") or element.get("content") or element.get("title")
    return str(value or "".join(element.itertext())).strip()


def _is_publication(element: Any) -> bool:
    """Tell whether a time is named as that of publication, or stands in the head of the one article."""
    if any(is_around(one) for one in element.iterancestors() if one.tag not in ("body", "html")):
        return False
    if element.get("pubdate") is not None:
        return True
    names = f"{element.get('class') or ''} {element.get('itemprop') or ''}".lower()
    if "updated" in names or "modified" in names:
        return False
    if _PUBLICATION.search(names):
        return True
    if element.tag != "time":
        return False
    above = list(element.iterancestors())[:4]
    if any(_PUBLICATION.search((one.get("class") or "").lower()) for one in above):
        return True
    before = f"{above[0].text or ''}{''.join(''.join(one.itertext()) for one in element.itersiblings(preceding=True))}"
    if len(before.split()) > 2:  # "for the year ended"
        return False
    heads = [one for one in above if one.tag == "header"]
    alone = element.getroottree().xpath("count(//article)") <= 1
    return bool(alone and heads and any(one.tag in ("article", "main") for one in heads[0].iterancestors()))
