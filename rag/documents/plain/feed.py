"""XML: the items of a feed and the stories of a news agency, each a document; other XML by paragraph or record."""

import re
from collections.abc import Iterator
from html import escape
from html.entities import name2codepoint
from typing import Any

from rag.documents.common.decode import Unusable, decode_labelled
from rag.documents.common.fields import iso_day
from rag.documents.common.parsed import Parsed, free_name
from rag.documents.html.page import whole
from rag.documents.plain.records import paragraphs, plain

_DECLARED = re.compile(rb"""\s*<\?xml[^>]{0,200}?encoding\s*=\s*["']([\w.:-]+)""")
_DECLARATION = re.compile(r"\s*<\?xml[^>]*\?>\s*")
_NAMED = re.compile(r"&(\w+);")
_BARE = re.compile(r"&(?!#?\w+;)")
_OWN = ("amp", "lt", "gt", "quot", "apos")
_MEDIA = "http://search.yahoo.com/mrss"
_NO_STORY = ("attachment", "nav_menu_item", "revision", "custom_css", "oembed_cache", "wp_global_styles")
"""Kinds of item in an export of WordPress that nobody reads."""
_AS_HTML = {
    "hl1": "h1", "hl2": "h2", "headline": "h2", "title": "h2", "head": "h2", "byline": "p", "dateline": "p",
    "media-caption": "p", "media-producer": "p", "para": "p", "simpara": "p", "ab": "p", "bq": "blockquote",
    "row": "tr", "entry": "td", "cell": "td", "item": "li", "list": "ul", "itemizedlist": "ul", "orderedlist": "ol",
    "listitem": "li", "emphasis": "em", "superscript": "sup", "subscript": "sub",
}  # fmt: skip
"""Elements of NITF, DocBook and the like, and what they are in HTML."""
_KEPT = frozenset(
    "h1 h2 h3 h4 h5 h6 p div ul ol li dl dt dd table caption thead tbody tfoot tr th td blockquote pre br hr "
    "a b i u em strong span sup sub s del ins q code".split()
)
_DROPPED = frozenset("media-reference media-metadata docdata pubdata revision-history tobject script style".split())
_LINES = frozenset("p para simpara ab".split())
"""Elements that show that XML is prose, not data."""


def xml(data: bytes) -> Parsed:
    """Take the text of an XML file: RSS, Atom, NITF and NewsML-G2 by their stories, other XML by what it looks like."""
    root, unread = _root(data)
    notes: list[str] = []
    stories = _stories(root, notes)
    if stories is None:
        found = Parsed("\n\n".join(_prose(root) if _is_prose(root) else _data(root)))
    elif len(stories) == 1:
        found = stories[0]
    else:
        found = Parsed("")
        for story in stories:
            found.attachments[free_name(story.meta.get("title") or "item", found.attachments)] = story
    if not (found.text.strip() or found.attachments):
        raise Unusable("no text in it", "look into it with an editor: it may hold data that are no text")
    found.unread += unread
    found.notes += notes
    return found


def _root(data: bytes) -> tuple[Any, list[str]]:
    """Return the root of XML and what of it is lost; its own entities are replaced, none is fetched."""
    from lxml import etree

    label = _DECLARED.match(data[:400])
    text = _DECLARATION.sub("", decode_labelled(data, label[1].decode() if label else None), count=1)
    given = {"no_network": True, "remove_comments": True, "remove_pis": True, "encoding": "utf-8"}
    if "<!ENTITY" not in text:
        text = _NAMED.sub(_letter, text)  # HTML's, which feeds use without saying what they are
    for trial in (text, _BARE.sub("&amp;", text)):
        try:
            return etree.fromstring(trial.encode(), etree.XMLParser(resolve_entities="internal", **given)), []
        except etree.XMLSyntaxError as error:
            if "<!ENTITY" in text:
                remedy = "do not open it: it may be made to fill the memory, or to read other files"
                raise Unusable(f"not XML that can be read safely ({error.msg})", remedy) from error
            wrong = error
    root = etree.fromstring(text.encode(), etree.XMLParser(resolve_entities=False, recover=True, **given))
    if root is None:
        raise Unusable(f"not XML that can be read ({wrong.msg})", "get the file again")
    return root, [f"the XML is not whole ({wrong.msg}), and text may be missing: get the file again"]


def _letter(entity: re.Match[str]) -> str:
    known = entity[1] in name2codepoint and entity[1] not in _OWN
    return chr(name2codepoint[entity[1]]) if known else entity[0]


def _stories(root: Any, notes: list[str]) -> list[Parsed] | None:
    """Return the stories of a format that has them, with text; None if it is another one."""
    kind = _name(root)
    if kind in ("rss", "RDF", "feed"):
        items = [
            _feed_item(one, root) for one in _all(root, "item", "entry") if _text(one, "post_type") not in _NO_STORY
        ]
        if not items:
            raise Unusable("a feed without items", "get it again, or leave it out")
        return [item for item in items if item.text.strip()]
    if kind in ("newsMessage", "newsItem", "packageItem", "NewsML"):
        found = _all(root, "newsItem", "NewsItem")
        gone = [one for one in found if _is_cancelled(one)]
        if gone:
            notes.append(f"{len(gone)} of {len(found)} items are cancelled by their publisher and left out")
        items = [_news_item(one) for one in found if one not in gone]
        return [item for item in items if item.text.strip()] or None
    return [_nitf(root)] if kind == "nitf" else None


def _feed_item(item: Any, root: Any) -> Parsed:
    channel = next(iter(_all(root, "channel")), root)
    title = _shown(_child(item, "title"))
    texts = [
        _shown(one)
        for one in item.iter("{*}encoded", "{*}content", "{*}description", "{*}summary")
        if not (str(one.tag).startswith(f"{{{_MEDIA}}}") and _name(one) == "content")
    ]
    body = max(texts, key=len, default="")
    lead = next((text for text in texts if _plainly(text) not in _plainly(body) and "[…]" not in text), "")
    heading = title if not _plainly(body).startswith(_plainly(title)) else ""
    links = item.findall("{*}link")
    link = next((one for one in links if one.get("rel", "alternate") == "alternate"), None)
    permalink = _child(item, "guid")
    url = (link.get("href") or link.text) if link is not None else None
    if not url and permalink is not None and permalink.get("isPermaLink") != "false":
        url = permalink.text
    dates = (_text(item, name) for name in ("published", "pubDate", "date", "issued", "post_date", "updated"))
    meta = {
        "title": title or None,
        "url": url if url and url.strip().startswith("http") else None,
        "published": next(filter(None, map(iso_day, dates)), None),
        "author": _text(item, "creator") or _text(item, "author", "name") or _text(item, "author"),
        "publisher": _shown(_child(channel, "title")) or None,
        "language": _text(channel, "language") or root.get("{http://www.w3.org/XML/1998/namespace}lang"),
    }
    return Parsed("\n\n".join(filter(None, (heading, lead, body))), meta)


def _news_item(item: Any) -> Parsed:
    """Read an item of NewsML-G2, or of NewsML 1: its story is NITF, HTML or plain text."""
    inner = next(iter(_all(item, "nitf")), None)
    story = _nitf(inner) if inner is not None else Parsed("")
    if inner is None:
        content = _all(item, "inlineXML", "inlineData", "DataContent")
        story.text = "\n\n".join(filter(None, map(_shown, content)))
    about = next(iter(_all(item, "contentMeta", "NewsLines")), item)
    title = _first(about, "headline", "HeadLine") or _first(item, "headline", "title", "HeadLine")
    if not story.text.strip():
        story.text = _first(about, "description")
    if title and not _plainly(story.text).startswith(_plainly(title)):
        story.text = f"{title}\n\n{story.text}".strip()
    dates = (
        _first(item, name)
        for name in ("contentCreated", "firstCreated", "versionCreated", "FirstCreated", "ThisRevisionCreated")
    )
    told = {
        "title": title,
        "published": next(filter(None, map(iso_day, dates)), None),
        "author": _first(about, "by", "ByLine"),
        "publisher": _first(next(iter(_all(item, "provider", "infoSource")), about), "name"),
        "language": next((one.get("tag") for one in _all(about, "language")), None),
    }
    story.meta = {key: told.get(key) or story.meta.get(key) for key in {**told, **story.meta}}
    return story


def _nitf(root: Any) -> Parsed:
    body = next(iter(_all(root, "body")), root)
    issue = [one.get("norm") or "" for one in _all(root, "date.issue", "date.release", "story.date")]
    issue += [one.get("date.publication") or "" for one in _all(root, "pubdata")]
    meta = {
        "title": _first(body, "hl1", "headline") or _first(root, "title"),
        "published": next(filter(None, map(iso_day, issue)), None),
        "author": re.sub(r"^(?:by|von|par|por)\s+", "", _first(body, "byline"), flags=re.IGNORECASE),
        "publisher": next((one.get("name") for one in _all(root, "pubdata") if one.get("name")), None),
    }
    return Parsed(whole(_html(body)).text, {name: text or None for name, text in meta.items()})


def _is_cancelled(item: Any) -> bool:
    return any((one.get("qcode") or one.get("FormalName") or "").lower().endswith(("canceled", "withheld"))
               for one in _all(item, "pubStatus", "Status"))  # fmt: skip


def _shown(element: Any) -> str:
    """Return what an element of text or HTML shows, be it escaped or not."""
    if element is None:
        return ""
    if len(element):
        return whole(_html(element)).text
    text = plain(element.text or "")
    return "\n\n".join(filter(None, (" ".join(part.split()) for part in re.split(r"\n\s*\n", text))))


def _html(element: Any, *, inline: bool = False) -> str:
    """Return an element as HTML, by what it is called or, where that says nothing, where it stands."""
    name = _name(element)
    if name in _DROPPED or (name == "head" and _name(element.getparent()) == "html"):
        return ""
    mixed = inline or bool((element.text or "").strip()) or any((child.tail or "").strip() for child in element)
    tag = (
        name if name in _KEPT else _AS_HTML.get(name, "span" if inline else "p" if mixed or not len(element) else "div")
    )
    if tag == "p" and any(_name(child) in _LINES for child in element):
        tag = "div"
    parts = [escape(element.text or "")]
    for child in element:
        parts += [_html(child, inline=mixed and tag not in ("div", "li", "td", "blockquote")), escape(child.tail or "")]
    inside = "".join(parts)
    return f"<{tag}>{inside}</{tag}>" if tag not in ("br", "hr") else f"<{tag}>"


def _is_prose(root: Any) -> bool:
    """Tell whether XML is a text with marks in it, rather than records."""
    for element in root.iter("{*}*"):
        if _name(element) in _LINES:
            return True
        if len(element) and ((element.text or "").strip() or any((child.tail or "").strip() for child in element)):
            return True
    return False


def _prose(root: Any) -> Iterator[str]:
    yield whole(f"<div>{_html(root)}</div>").text


def _data(root: Any) -> Iterator[str]:
    value = _value(root)
    yield from paragraphs(value if isinstance(value, dict | list) else [value])


def _value(element: Any) -> Any:
    """Return an element of data as a value of JSON: attributes and children by name, several of one in a list."""
    text = " ".join((element.text or "").split())
    found: dict[str, Any] = {str(name).rpartition("}")[2]: plain(value) for name, value in element.attrib.items()}
    for child in element:
        name, value = _name(child), _value(child)
        if name not in found:
            found[name] = value
        elif isinstance(found[name], list):
            found[name].append(value)
        else:
            found[name] = [found[name], value]
    if not found:
        return plain(text)
    return {**({"": plain(text)} if text else {}), **found}


def _name(element: Any) -> str:
    return str(element.tag).rpartition("}")[2] if isinstance(element.tag, str) else ""


def _all(element: Any, *names: str) -> list[Any]:
    return [one for one in element.iter("{*}*") if _name(one) in names]


def _child(element: Any, name: str) -> Any:
    found = [one for one in element if _name(one) == name and not str(one.tag).startswith(f"{{{_MEDIA}}}")]
    return found[0] if found else None


def _text(element: Any, *path: str) -> str:
    for name in path:
        element = None if element is None else _child(element, name)
    return "" if element is None or element.text is None else " ".join(element.text.split())


def _first(element: Any, *names: str) -> str:
    """Return the text of the first element of one of these names that has any."""
    texts = (" ".join("".join(one.itertext()).split()) for name in names for one in _all(element, name))
    return next(filter(None, texts), "")


def _plainly(text: str) -> str:
    return " ".join(re.findall(r"\w+", text.casefold()))
