"""What an HTML page shows: its text in its own encoding, without what is hidden or struck out."""

import re
from dataclasses import dataclass
from typing import Any

from rag.documents.common.decode import Unusable, decode_labelled
from rag.documents.common.formula import formula

NEVER_SHOWN = frozenset(
    "head script style template noscript select datalist textarea iframe object audio video canvas svg rp "
    "annotation annotation-xml".split()
)
"""Elements whose text a browser keeps to itself, or shows as a control or a picture."""
STRUCK = frozenset("del s strike".split())
_NOT_READ = frozenset("sr-only visually-hidden visuallyhidden screen-reader-text mw-editsection headerlink".split())
"""Names of texts for screen readers alone, and of the links that wikis and Sphinx put beside a heading."""
_STRUCK_NAMES = frozenset("line-through strikethrough struck".split())
_RAISED_NAMES = {"sup": "sup", "superscript": "sup", "exponent": "sup", "sub": "sub", "subscript": "sub"}
APART = "quoteline-apart"
"""Marks an element that is a block of its own by its style alone."""
_GONE = "quoteline-gone"
_TOLD = ("display", "visibility", "text-decoration", "text-decoration-line", "vertical-align", "font-size", "float")
"""Properties of CSS that decide whether a text is shown, struck out, raised or lowered."""
_APART = ("block", "flex", "grid", "list-item", "table", "table-row", "table-cell", "table-caption", "flow-root")
_BUILT = ("mfrac", "msqrt", "mroot", "munder", "mover", "munderover", "mtable", "mfenced")
"""Parts of formulas whose meaning is lost when their letters stand side by side."""
_MANY = 100
"""Words; fewer that are hidden are a menu, or a notice."""
_RULE = re.compile(r"([^{}@;]+)\{([^{}]*)\}")
_SELECTOR = re.compile(r"(?P<tag>[a-z][a-z0-9]*)?(?:(?P<kind>[.#])(?P<name>[\w-]+))?", re.IGNORECASE)


def html_text(data: bytes) -> str:
    """Return an HTML file's text: in the encoding that it is in, or else that it says it is in."""
    named = re.search(rb"""<meta[^>]+charset=["']?([\w-]+)""", data[:4096], re.IGNORECASE)
    return decode_labelled(data, named[1].decode() if named else None)


def parsed_page(text: str) -> Any:
    """Return the root element of an HTML page, as lxml understands it."""
    from lxml import etree
    from lxml import html as lxml_html

    # huge_tree: without it what stands deeper than 256 elements, or after 10 MB of one attribute, is lost in silence.
    parser = lxml_html.HTMLParser(encoding="utf-8", huge_tree=True, remove_comments=True, remove_pis=True)
    try:
        page = lxml_html.document_fromstring(text.encode("utf-8", "replace"), parser)
    except etree.ParserError as error:
        raise Unusable("no HTML in it", "save the page again") from error
    if any(error.type == etree.ErrorTypes.ERR_RESOURCE_LIMIT for error in parser.error_log):
        raise Unusable("its elements are nested too deep, and what is within them is lost", "save its text instead")
    return page


@dataclass(slots=True)
class Gone:
    """What a page holds and does not show, or strikes out."""

    struck: int = 0
    """Passages."""
    hidden: int = 0
    """Words that a style hides."""
    shown: int = 0
    """Words that are left."""

    def notes(self) -> list[str]:
        """Return what is worth telling, a sentence each."""
        found = []
        if self.struck:
            told = "1 struck-out passage is" if self.struck == 1 else f"{self.struck} struck-out passages are"
            found.append(f"{told} left out")
        if self.hidden >= _MANY and self.hidden > self.shown / 2:
            found.append(
                f"{self.hidden:,} words that the page hides until something is pressed, or always, are left out"
            )
        return found


def drop_unseen(page: Any) -> Gone:
    """Remove what a browser would not show, and what is struck out; write out what it draws."""
    sheet = _style_sheet(page)
    gone = Gone()
    for element in list(page.iter()):
        if element.getparent() is None or not isinstance(element.tag, str) or element.tag in ("html", "body"):
            continue  # a page that a script would show when all is loaded is a page
        style = _style(element, sheet)
        if _is_hidden(element, style):
            if element.tag not in NEVER_SHOWN and not _is_gone(element):
                gone.hidden += _words(element)
            element.set(_GONE, "hidden")
        elif _is_struck(element, style) and any(map(str.isalnum, "".join(element.itertext()))):  # not the @ of a name
            element.set(_GONE, "struck")
        else:
            _mark(element, style)
    for element in page.xpath(f"//*[@{_GONE}]"):
        if not _is_gone(element):
            gone.struck += element.get(_GONE) == "struck" and _words(element) > 0
            element.drop_tree()
    gone.shown = _words(page)
    _draw(page)
    return gone


def _is_gone(element: Any) -> bool:
    """Tell whether an element is within one that is to go."""
    return any(one.get(_GONE) for one in element.iterancestors())


def _mark(element: Any, style: dict[str, str]) -> None:
    """Mark what a style raises, lowers or sets apart."""
    if element.tag == "span" and (place := _raised(element, style)):
        element.tag = place
    elif style.get("float", "none") != "none":  # an initial, or the mark of a list
        if len("".join(element.itertext()).strip()) > 1:
            element.tail = f" {element.tail or ''}"
    elif style.get("display") in _APART:
        element.set(APART, "")


def _raised(element: Any, style: dict[str, str]) -> str | None:
    """Return ``sup`` or ``sub`` for an element that its style or name puts above or below the line."""
    place = style.get("vertical-align", "").replace("super", "sup")
    names = (_RAISED_NAMES.get(name.lower()) for name in (element.get("class") or "").split())
    return place if place in ("sup", "sub") else next(filter(None, names), None)


def _words(element: Any) -> int:
    """Return how many words a part of a page has, without those of scripts and the like."""
    shown = [one for one in element.iter() if isinstance(one.tag, str) and one.tag not in NEVER_SHOWN]
    texts = [one.text for one in shown] + [one.tail for one in element.iterdescendants()]
    return sum(len(text.split()) for text in texts if text)


def _draw(page: Any) -> None:
    """Write out what a browser draws: quotation marks, readings above Chinese characters, fractions and powers."""
    for tag, opening, closing in (("q", "“", "”"), ("rt", "(", ")")):
        for element in page.iter(tag):
            element.text = f"{opening}{element.text or ''}"
            if len(element):
                element[-1].tail = f"{element[-1].tail or ''}{closing}"
            else:
                element.text += closing
    for element in [one for one in page.iter("math") if next(one.iter(*_BUILT), None) is not None]:
        text, tail = formula(element), element.tail
        element.clear()
        element.text, element.tail = text, tail
    for element in page.iter("msup", "msub", "msubsup", "mfrac"):
        parts = list(element)
        if element.tag == "mfrac" and len(parts) == 2:
            parts[0].tail = "/"
        for part, tag in zip(
            parts[1:], {"msup": ["sup"], "msub": ["sub"]}.get(element.tag, ["sub", "sup"]), strict=False
        ):
            if element.tag != "mfrac":
                part.tag = tag


def _is_hidden(element: Any, style: dict[str, str]) -> bool:
    if element.tag in NEVER_SHOWN:
        return not (element.tag == "template" and element.get("shadowrootmode"))
    return (
        element.get("hidden", "until-found") != "until-found"
        or (element.tag == "dialog" and element.get("open") is None)
        or (element.tag == "button" and not _opens(element))
        or style.get("display") == "none"
        or style.get("visibility") in ("hidden", "collapse")
        or re.fullmatch(r"0(?:px|pt|em|rem|%)?", style.get("font-size", "")) is not None
        or not _NOT_READ.isdisjoint((element.get("class") or "").split())
    )


def _opens(button: Any) -> bool:
    """Tell whether a button is the heading of what it opens, rather than a command such as "Share"."""
    return button.get("aria-controls") is not None or any(
        one.tag in ("summary", "h1", "h2", "h3", "h4", "h5", "h6", "dt") for one in button.iterancestors()
    )


def _is_struck(element: Any, style: dict[str, str]) -> bool:
    line = style.get("text-decoration", "") + style.get("text-decoration-line", "")
    names = (element.get("class") or "").split()
    return element.tag in STRUCK or "line-through" in line or not _STRUCK_NAMES.isdisjoint(names)


def _style_sheet(page: Any) -> dict[str, dict[str, str]]:
    """Return what the page's own style sheets say of tags, classes and ids, by selector: ``p``, ``.old``, ``span.c3``.

    Selectors of several elements or states, and rules for some media alone, are passed over.
    """
    sheet: dict[str, dict[str, str]] = {}
    for style in page.iter("style"):
        text = re.sub(r"/\*.*?\*/|<!--|-->", "", style.text or "", flags=re.DOTALL)
        for selectors, body in _RULE.findall(_without_conditions(text)):
            told = _declared(body)
            for selector in selectors.split(",") if told else ():
                if _SELECTOR.fullmatch(selector.strip()):
                    sheet.setdefault(selector.strip(), {}).update(told)
    return sheet


def _without_conditions(text: str) -> str:
    """Return a style sheet without its ``@`` rules: they hold for paper, or for some screens."""
    kept, depth, start, skipping = [], 0, 0, False
    for place in re.finditer(r"[@{};]", text):
        char, at = place[0], place.start()
        if char == "@" and not depth and not skipping:
            kept.append(text[start:at])
            skipping = True
        elif char == "{":
            depth += 1
        elif char == "}":
            depth = max(0, depth - 1)
        if skipping and char in "};" and not depth:
            skipping, start = False, at + 1
    return "".join(kept) + ("" if skipping else text[start:])


def _declared(body: str) -> dict[str, str]:
    pairs = (rule.partition(":") for rule in body.lower().split(";"))
    told = {name.strip(): " ".join(value.replace("!important", "").split()) for name, _, value in pairs}
    return {name: value for name, value in told.items() if name in _TOLD}


def _style(element: Any, sheet: dict[str, dict[str, str]]) -> dict[str, str]:
    """Return what is told of an element's style: by tag, then class, then id, then the element itself."""
    style = dict(sheet.get(element.tag, {}))
    for sign, names in ((".", (element.get("class") or "").split()), ("#", [element.get("id") or ""])):
        for name in names if sheet else ():
            style |= sheet.get(f"{sign}{name}", {}) | sheet.get(f"{element.tag}{sign}{name}", {})
    return style | _declared(element.get("style") or "")
