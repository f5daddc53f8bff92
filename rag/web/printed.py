"""The HTML of a page of a PDF as it is printed: its picture, boxes around the quotes, what leads to other pages.

``static/leaf.js`` turns the pages.
"""

from urllib.parse import quote

from rag.web import words
from rag.web.leaves import Leaf, Quoted
from rag.web.template import html

_AIR = 1.0
"""Points between words and the box around them."""


def printed(leaf: Leaf, title: str, chosen: str, describer: str | None = None) -> str:
    """Return a page, with all that is needed to turn to another.

    Args:
        leaf: the page that is in view first.
        title: of its document.
        chosen: the first of the quotes that were looked for, which is boxed strongly; empty if none is chosen.
        describer: the model whose words it is, if it says what a picture shows: they do not stand on the page.
    """
    src = f"/leaves/{leaf.sha256}/{{page}}?source={quote(leaf.source, safe='')}"
    alt = words.LEAF_ALT.replace("{title}", title.replace("{", "(").replace("}", ")"))
    boxes, label = [], chosen
    for one in leaf.quoted:
        strong = bool(chosen) and one.span == 0
        # The first box of the chosen quote says what it is, for it is what the focus goes to.
        boxes.append((one, _place(one), strong, label if strong else ""))
        label = "" if strong else label
    lost = ""
    if chosen and not any(one.span == 0 for one in leaf.quoted):
        lost = words.LEAF_DESCRIBED.format(model=describer) if describer else words.LEAF_NOT_FOUND
    return html("printed", "printed", leaf, title, src, src.format(page=leaf.number), alt, boxes, lost)


def switch() -> str:
    """Return the buttons that lead from the page to its text and back, of which one is seen."""
    return html("printed", "switch")


def _place(one: Quoted) -> str:
    """Return where a box stands, as shares of its page."""
    left, top, right, bottom = one.rectangle
    wide, high = one.size
    values = (
        ("left", (left - _AIR) / wide),
        ("top", (top - _AIR) / high),
        ("width", (right - left + 2 * _AIR) / wide),
        ("height", (bottom - top + 2 * _AIR) / high),
    )
    return ";".join(f"{name}:{100 * value:.2f}%" for name, value in values)
