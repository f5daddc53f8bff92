"""The blocks of an HTML page: paragraphs, headings, list items, captions and the rows of its tables, each by itself.

A browser shows them apart, so no sentence runs from one into the next. What is raised or lowered keeps its sense, and
the marks of notes are left out: they are no part of the number or word that they stand behind.
"""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from rag.documents.common.pictured import described
from rag.documents.common.raised import lowered, raised
from rag.documents.common.table import row_text
from rag.documents.html.markup import APART
from rag.documents.html.tables import LABEL_CHARS, is_data, table_rows

BLOCKS = frozenset(
    "address article aside blockquote body button caption center dd details dialog dir div dl dt fieldset figcaption "
    "figure footer form h1 h2 h3 h4 h5 h6 header hgroup hr legend li main menu nav ol optgroup p pre search section "
    "summary table tbody td tfoot th thead tr ul".split()
)
"""Elements of HTML that begin and end a block of text."""
_APART = frozenset("a span time label bdi cite".split())
"""Elements that styles often set apart though nothing stands between them: "Ann Lee" and "3 May" of a byline."""
_UNITS = frozenset("m km cm mm dm nm µm μm ft in yd mi s ms h min kg g hm ha mol cd sec l px".split())
_NOTE_NAMES = re.compile(
    r"(?:^|[\s_-])(?:reference|footnotes?|noteref|fn(?:ref)?|endnotes?|notes?|ref|cite)(?:$|[\s_-])"
)
_NOTE_TEXT = re.compile(r"\[[^\]]{1,30}\]|\(?[\d*†‡§¶‖]{1,3}\)?|\(?[a-z]\)?|[ivx]{1,5}")
_OVER = re.compile(r"(\d?)([⁰¹²³⁴-⁹]+)\s?[/⁄∕]$")
_VULGAR = {"1/2": "½", "1/3": "⅓", "2/3": "⅔", "1/4": "¼", "3/4": "¾", "1/8": "⅛", "3/8": "⅜", "5/8": "⅝", "7/8": "⅞"}
_PLAIN = str.maketrans("⁰¹²³⁴⁵⁶⁷⁸⁹", "0123456789")
_NEAR = 60
"""Characters before a raised text that are looked at."""
_UNSPACED = re.compile(r"[\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff]")
_ICONS = re.compile("[\ue000-\uf8ff\U000f0000-\U0010ffff]")
"""Characters for private use: the icons and list marks of some font."""
_LABELLED = re.compile(r"[^\s:][^:]{0,40}:\s+\S")


Hang = Callable[[str], list[str]]
"""Takes the picture of an address that the page gives, and returns the paragraph that keeps its place, if any."""


@dataclass(slots=True)
class Block:
    """One paragraph, heading, item, caption or row."""

    text: str
    element: Any
    """The innermost element that it is the text of, or the table of a row."""
    linked: int = 0
    """How many of its characters stand in links."""

    @property
    def words(self) -> int:
        """Return how many words it has; where none are spaced, two characters count as one."""
        return len(self.text.split()) + len(_UNSPACED.findall(self.text)) // 2


def joined(blocks: list[Block]) -> str:
    """Return blocks as a text, a blank line between them."""
    return "\n\n".join(block.text for block in blocks)


def blocks(root: Any, hang: Hang | None = None) -> list[Block]:
    """Return the blocks of a page, or of a part of it, in order; all that is not to be seen is removed before.

    Args:
        root: its element.
        hang: takes its pictures, as far as they are figures.
    """
    return _Walk(root, _noted(root), hang).blocks


def _noted(root: Any) -> set[str]:
    """Return the marks of the notes that a page has: what is raised where a block begins."""
    found = set()
    for element in root.iter("sup"):
        above = element.getparent()
        if above is not None and above.tag == "a":  # it leads back up
            element, above = above, above.getparent()
        if (
            above is not None
            and above.tag in BLOCKS
            and element.getprevious() is None
            and not (above.text or "").strip()
        ):
            found.add("".join(element.itertext()).strip())
    return found


class _Walk:
    """One way through a page, from its first element to its last; it may be of any depth."""

    def __init__(self, root: Any, noted: set[str], hang: Hang | None = None) -> None:
        from lxml import etree

        self._noted, self._hang = noted, hang

        self.blocks: list[Block] = []
        self._parts: list[str] = []
        self._linked = 0
        self._holders = [root]
        self._raised: list[int] = []
        self._bold_from: int | None = None
        self._bold_to: int | None = None
        self._edge = False
        self._in_link = self._in_pre = 0
        walk = etree.iterwalk(root, events=("start", "end"))
        for event, element in walk:
            if not isinstance(element.tag, str):
                continue
            if event == "end":
                self._end(element)
                if element is not root:
                    self._add(element.tail)
            elif element.tag == "a" and _is_note_link(element):
                walk.skip_subtree()  # its end comes all the same
            elif element.tag == "table" and is_data(element):
                walk.skip_subtree()
                self._flush()
                self.blocks += [Block(text, element, linked) for text, linked in table_rows(element, self._cell_text)]
            else:
                self._start(element)
                self._add(element.text)
        self._flush()
        self.blocks = _with_terms(self.blocks)

    def _start(self, element: Any) -> None:
        tag = element.tag
        self._edge = tag in _APART
        if tag in BLOCKS or element.get(APART) is not None:
            self._flush()
            self._holders.append(element)
            self._in_pre += tag == "pre"
        elif tag == "br":
            self._parts.append("\n")
            self._close_bold_line()
        elif tag in ("b", "strong") and self._begins_line():
            self._bold_from = len(self._parts)
        elif tag in ("sup", "sub"):
            self._raised.append(len(self._parts))
        elif tag == "img":
            self._picture(element)
        self._in_link += tag == "a"

    def _picture(self, element: Any) -> None:
        """Set apart what is said of a picture that is a figure of the text; others are logos, and photos to click."""
        figure = next(element.iterancestors("figure"), None)
        if figure is None or self._in_link:
            return
        captions = ("".join(one.itertext()) for one in figure.iter("figcaption"))
        if told := described(element.get("alt"), *captions):
            self._flush()
            self.blocks.append(Block(told[0], figure))
        for mark in self._hang(element.get("src") or "") if self._hang else ():
            self._flush()
            self.blocks.append(Block(mark, figure))

    def _end(self, element: Any) -> None:
        tag = element.tag
        self._in_link -= tag == "a" and self._in_link > 0 and not _is_note_link(element)
        if self._holders[-1] is element and len(self._holders) > 1:
            self._flush()
            self._holders.pop()
            self._in_pre -= tag == "pre"
        elif tag in ("sup", "sub") and self._raised:
            self._raise(element, self._raised.pop())
        elif tag in ("b", "strong") and self._bold_from is not None:
            self._bold_to = len(self._parts)
        self._edge = tag in _APART

    def _cell_text(self, cell: Any) -> tuple[str, int]:
        """Return a cell's text on one line, and how many of its characters stand in links."""
        parts = _Walk(cell, self._noted).blocks
        texts = [" ".join(block.text.split()) for block in parts]
        text = "".join(one + (" " if one[-1] in ".:;,!?" else ", ") for one in texts[:-1]) + "".join(texts[-1:])
        return text, sum(block.linked for block in parts)

    def _add(self, text: str | None) -> None:
        if not text:
            return
        text = _ICONS.sub("", text if self._in_pre else re.sub(r"\s+", " ", text))
        if not text:
            return
        if self._edge and self._parts and _are_glued(self._parts[-1], text):
            text = f" {text}"
        self._edge = False
        self._parts.append(text)
        if self._in_link:
            self._linked += len(text)

    def _close_bold_line(self) -> None:
        """Set a line apart that is in bold from end to end: it is a heading, or a signature."""
        start, end = self._bold_from, self._bold_to
        self._bold_from = self._bold_to = None
        if start is None or end is None or "".join(self._parts[end:]).strip():
            return
        if "".join(self._parts[start:end]).strip():
            self._parts.insert(start, "\n\n")
            self._parts.append("\n")

    def _begins_line(self) -> bool:
        """Tell whether nothing stands on the line so far."""
        for part in reversed(self._parts):
            if part.strip(" "):
                return part.endswith("\n")
        return True

    def _raise(self, element: Any, start: int) -> None:
        """Write what was raised or lowered since ``start``, or leave it out if it is the mark of a note."""
        text = "".join(self._parts[start:])
        del self._parts[start:]
        near, before = len(self._parts), ""
        while near > (self._raised[-1] if self._raised else 0) and len(before) < _NEAR:
            near -= 1
            before = self._parts[near] + before
        before, left = before[-_NEAR:], before[:-_NEAR]
        over = _OVER.search(before)
        if element.tag == "sub" and over and text.strip().isdecimal():
            fraction = _fraction(over[1], over[2].translate(_PLAIN), text.strip())
            self._parts[near:] = [left + before[: over.start()] + fraction]
        elif element.tag == "sub":
            self._parts.append(lowered(text, before))
        elif not _is_note(element, text, before, self._noted):
            self._parts.append(raised(text, before))

    def _flush(self) -> None:
        self._close_bold_line()
        text, linked = "".join(self._parts), self._linked
        self._parts, self._linked, self._edge = [], 0, False
        self._bold_from = self._bold_to = None
        self._raised = [0 for _ in self._raised]
        lines = [line.rstrip() if self._in_pre else " ".join(line.split()) for line in text.split("\n")]
        for lines_of_one in _paragraphs(lines):
            one = "\n".join(lines_of_one)
            self.blocks.append(Block(one if self._in_pre else one.strip(), self._holders[-1], min(linked, len(one))))
            linked = max(0, linked - len(one))


def _paragraphs(lines: list[str]) -> Iterator[list[str]]:
    """Yield lines that belong together: until an empty one, or each by itself if most begin with a label."""
    group: list[str] = []
    for line in [*lines, ""]:
        if line.strip():
            group.append(line)
        elif group:
            labelled = sum(bool(_LABELLED.match(one)) for one in group)
            if len(group) > 1 and labelled * 3 >= len(group) * 2:
                yield from ([one] for one in group)
            else:
                yield group
            group = []


def _are_glued(before: str, after: str) -> bool:
    """Tell whether two texts are words of their own that only a style keeps apart."""
    if not before or before[-1].isspace() or not after[0].isalnum():
        return False
    ends_word = len(before) > 1 and before[-2:].isalpha() and before[-1].islower()
    if after[0].isupper():
        return (
            ends_word or before[-1].isdigit() or before[-1] in "!?:)”»" or re.search(r"[a-z]{2}\.$", before) is not None
        )
    return after[0].isdigit() and ends_word and len(before.split()[-1]) > 2


def _fraction(whole: str, over: str, under: str) -> str:
    sign = _VULGAR.get(f"{over}/{under}")
    return f"{whole}{sign}" if sign else f"{whole} {over}/{under}".strip()


def _is_note_link(element: Any) -> bool:
    """Tell whether a link is the mark of a note, raised or not."""
    target = element.get("href") or ""
    if element.get("role") == "doc-noteref" or element.get("epub:type") == "noteref":
        return True
    text = "".join(element.itertext()).strip()
    if not re.fullmatch(_NOTE_TEXT, text):
        return False
    inside = any(one.tag == "sup" for one in (element.getparent(), *element) if one is not None)
    place = target.rpartition("#")[2].lower() if "#" in target else ""
    return bool(place) and (
        inside
        or text.startswith("[")
        or re.match(r"_?(?:ftn|fn|edn|note|footnote|endnote|cite|ref)", place) is not None
    )


def _is_note(element: Any, text: str, before: str, noted: set[str]) -> bool:
    """Tell whether a raised text is the mark of a note: by its link or name, or by what it stands behind."""
    text = text.strip()
    if not text:
        return True
    if _NOTE_NAMES.search((element.get("class") or "").lower()) or re.fullmatch(r"\[[^\]]*\]", text):
        return True
    if re.fullmatch(r"[*†‡§¶‖]+", text):
        return True
    if (element.tail or "").lstrip()[:1] in ("/", "⁄", "∕"):  # a fraction
        return False
    number = re.fullmatch(r"\(?\d{1,3}\)?(?:\s?[,–-]\s?\d{1,3})*", text)
    if not number and not re.fullmatch(r"[a-z]", text):
        return False
    if number and (not before.strip() or before[-1].isspace() or before[-1] in ".,;:!?”’\"'»…%€$£"):
        return True
    word = re.split(r"[\s(/·*×=+-]", before)[-1]
    if word[-1:].isalpha():
        return len(word) > 2 and word not in _UNITS
    if re.fullmatch(r"\d[\d.,]*", word):  # a long figure, or one of a table, is not raised to a power
        in_cell = any(one.tag in ("td", "th") for one in element.iterancestors())
        is_note = text in noted or in_cell or text == "1"
        return len(re.sub(r"\D", "", word)) > 3 or (is_note and word not in ("2", "10"))
    return re.search(r"[^\W\d_]{3,}[^()]*\)$", before) is not None


def _with_terms(found: list[Block]) -> list[Block]:
    """Return blocks with each short term of a list joined to its explanation: "Fee: 12 euros"."""
    kept: list[Block] = []
    for block in found:
        last = kept[-1] if kept else None
        if (
            last is not None
            and block.element.tag == "dd"
            and last.element.tag == "dt"
            and len(last.text) <= LABEL_CHARS
            and last.text[-1] not in "?!."
            and last.element.getparent() is block.element.getparent()
        ):
            text = row_text([last.text.rstrip(" :")], [block.text])
            kept[-1] = Block(text, block.element, last.linked + block.linked)
        else:
            kept.append(block)
    return kept
