"""Which blocks of a page are its own text, rather than the menus, teasers and notices around it.

By tags, roles, names that sites give to such parts, and the share of a block that stands in links. What is named like a
side part but holds most of the page's sentences is none. On real pages of forty publishers this lost fewer passages
than an extractor that chooses one part of a page (``docs/formats.md``), and it keeps lists, tables and captions.
"""

import re
from collections import Counter
from typing import Any

from rag.documents.html.blocks import Block
from rag.documents.html.tables import LABEL_CHARS

_AROUND_ROLES = frozenset(
    "navigation search contentinfo banner complementary alert alertdialog dialog menu menubar toolbar".split()
)
_AROUND_NAMES = re.compile(
    r"(?:^|[\s_-])(?:nav(?:bar|igation)?|menus?|bread-?crumbs?|side-?bar|right-?(?:bar|rail)|rail|shar(?:e|es|ing)|"
    r"social|related[a-z]*|recommend(?:ed|ations?)|newsletters?|subscri(?:be|ption)|promos?|advert[a-z]*|ads?|"
    r"sponsor(?:ed)?|cookies?|consent|gdpr|comment(?:s|or|ary|ing)?|comment-?list|disqus|pagination|pager|footer|"
    r"masthead|skip|log-?(?:in|out)|sign-?up|popup|modal|outbrain|taboola|trending|(?:most-?)?popular|"
    r"most-?(?:read|viewed|shared)|teasers?|toolbar|tags|widgets?|copyright|unrelated|poll)(?:$|[\s_\d-])"
)
_STATES = ("has-", "with-", "no-", "is-", "js-", "not-", "without-")
"""Names that begin so tell what an element has or does, not what it is."""
_COMMENTS = re.compile(r"(?:^|[\s_-])(?:comment|disqus)")
"""Readers may say more than the story: this is a side part as long as there is one."""
_STORY = 40
"""Words of long blocks that make a story."""
_CREDITS = re.compile(r"(?:^|[\s_-])(?:by-?line|author|credits?|caption|dateline)(?:$|[\s_-])")
_TITLES = re.compile(r"title|head|label|ribbon")
_LINKED = 0.5
"""A block with more of its characters in links leads elsewhere."""
_FEW_LINKED = 0.1
LONG = 12
"""Words of a block that says something by itself."""
_MOST = 0.5
"""A part of a page with more of its long blocks' words is no side part, whatever its name."""


def is_kept(found: list[Block]) -> list[bool]:
    """Tell which of a page's blocks are its own text."""
    around = _around(found)
    linked = [block.linked > _LINKED * len(block.text) for block in found]
    beside = _beside(found, [block.words >= LONG and not link for block, link in zip(found, linked, strict=True)])
    kept = []
    for number, block in enumerate(found):
        aside = any(one in around for one in _up(block.element))
        leads_elsewhere = linked[number] and not (beside[number] or _is_credit(block.element))
        kept.append(not leads_elsewhere and (not aside or block.element.tag == "h1"))
    for number in range(len(found) - 1, -1, -1):
        after = number + 1 < len(found) and not kept[number + 1]
        if kept[number] and after and _is_title(found[number]):  # "More from us": what it is the title of is left out
            kept[number] = False
    return kept


def is_side(block: Block) -> bool:
    """Tell whether a block that is not kept is plainly a menu or a notice, which nobody misses."""
    return block.linked > _LINKED * len(block.text) or any(
        one.tag in ("nav", "menu", "footer") or one.get("role") in _AROUND_ROLES for one in _up(block.element)
    )


def _up(element: Any) -> list[Any]:
    """Return an element and all that hold it, below the body."""
    found = []
    while element is not None and element.tag not in ("body", "html"):
        found.append(element)
        element = element.getparent()
    return found


def _around(found: list[Block]) -> set[Any]:
    """Return the elements that are side parts of the page."""
    words: Counter[Any] = Counter()
    shown: Counter[Any] = Counter()
    linked: Counter[Any] = Counter()
    total = 0
    for block in found:
        for one in _up(block.element):
            shown[one] += len(block.text)
            linked[one] += block.linked
        if block.words >= LONG and block.linked <= _LINKED * len(block.text):
            total += block.words
            for one in _up(block.element):
                words[one] += block.words

    def holds_most(element: Any) -> bool:
        if _COMMENTS.search(f"{element.get('class') or ''} {element.get('id') or ''}".lower()):
            return total - words[element] < _STORY
        return words[element] > _MOST * total and element.tag != "nav"

    def is_box(element: Any) -> bool:
        return _is_beside(element) and linked[element] < _FEW_LINKED * shown[element]

    return {one for one in shown if is_around(one) and not holds_most(one) and not is_box(one)}


def _is_beside(element: Any) -> bool:
    """Tell whether a part may be a box of facts beside a story, if it leads nowhere."""
    names = f"{element.get('class') or ''} {element.get('id') or ''}".lower()
    return element.tag == "aside" or re.search(r"side-?bar|widget|rail", names) is not None


def is_around(element: Any) -> bool:
    """Tell whether an element is a side part of a page by its tag, role or name."""
    tag = element.tag
    if tag in ("nav", "menu") or element.get("role") in _AROUND_ROLES:
        return True
    if tag in ("footer", "aside", "header") and not any(one.tag in ("article", "main") for one in _up(element)):
        return True
    names = re.sub(r"(?<=[a-z])(?=[A-Z])", "-", f"{element.get('class') or ''} {element.get('id') or ''}")
    return any(_AROUND_NAMES.search(name) for name in names.lower().split() if not name.startswith(_STATES))


def _is_credit(element: Any) -> bool:
    """Tell whether a text of links names who wrote or took something, or when."""
    return any(
        one.tag in ("figcaption", "address", "table") or _CREDITS.search((one.get("class") or "").lower())
        for one in _up(element)[:2]
    )


def _is_title(block: Block) -> bool:
    if len(block.text) > LABEL_CHARS or block.element.tag == "h1":
        return False
    return block.element.tag in ("h2", "h3", "h4", "h5", "h6", "dt", "summary") or bool(
        _TITLES.search((block.element.get("class") or "").lower())
    )


def _beside(found: list[Block], is_long: list[bool]) -> list[bool]:
    """Tell which blocks stand among long ones, in the same element, or are a list that the block before announces."""
    last: dict[Any, int] = {}
    for number, block in enumerate(found):
        if is_long[number]:
            last[_outer(block.element).getparent()] = number
    begun: set[Any] = set()
    beside = []
    announced: Any = None
    for number, block in enumerate(found):
        outer = _outer(block.element)
        parent = outer.getparent()
        before = found[number - 1] if number else block
        if before.text.endswith(":") and not _is_title(before) and outer.tag in ("ul", "ol", "dl"):
            announced = outer
        beside.append(outer is announced or (parent in begun and last[parent] > number))
        if is_long[number]:
            begun.add(parent)
    return beside


def _outer(element: Any) -> Any:
    """Return the list or table that an element is part of, or itself."""
    found = element
    for one in _up(element):
        if one.tag in ("ul", "ol", "dl", "table"):
            found = one
    return found
