"""The HTML of a page of a PDF as it is printed: its picture, boxes around the quotes, what leads to other pages.

Every text from a source passes through :func:`html.escape`. ``static/leaf.js`` turns the pages.
"""

from html import escape
from urllib.parse import quote

from rag.web import words
from rag.web.icons import icon
from rag.web.leaves import Leaf, Quoted

_AIR = 1.0
"""Points between words and the box around them."""


def printed(leaf: Leaf, title: str, chosen: str) -> str:
    """Return a page, with all that is needed to turn to another.

    Args:
        leaf: the page that is in view first.
        title: of its document.
        chosen: the first of the quotes that were looked for, which is boxed strongly; empty if none is chosen.
    """
    address = f"/leaves/{leaf.sha256}/{{page}}?source={quote(leaf.source, safe='')}"
    alt = words.LEAF_ALT.replace("{title}", title.replace("{", "(").replace("}", ")"))
    about = words.LEAF_PAGE_OF.format(title=escape(title))
    told = ""
    if chosen and not any(one.span == 0 for one in leaf.quoted):
        told = f'<p class="ql-note" role="status">{words.LEAF_NOT_FOUND}</p>'
    return (
        f'<div class="ql-leaf" data-page="{leaf.number}" data-pages="{leaf.pages}" data-src="{escape(address)}" '
        f'data-of="{words.LEAF_OF}" data-alt="{escape(alt)}" data-failed="{words.LEAF_NO_PICTURE}">'
        f'<div class="ql-leafing">{_turn(leaf, -1)}<span class="ql-leaf-of">'
        f"{words.LEAF_OF.format(page=leaf.number, pages=leaf.pages)}</span>{_turn(leaf, 1)}"
        f'<button type="button" class="ql-leaf-large" aria-pressed="false">{words.LEAF_LARGE}</button></div>{told}'
        f'<div class="ql-sheet" tabindex="0" role="region" aria-label="{about}"><div class="ql-paper">'
        f'<img src="{escape(address.format(page=leaf.number))}" width="{leaf.width:.0f}" height="{leaf.height:.0f}" '
        f'alt="{escape(alt.format(page=leaf.number, pages=leaf.pages))}">'
        f"{_boxes(leaf, chosen)}</div></div></div>"
    )


def switch() -> str:
    """Return the buttons that lead from the page to its text and back, of which one is seen."""
    return (
        f'<button type="button" class="ql-view-as" data-leaf-to="text">{words.LEAF_TO_TEXT}</button>'
        f'<button type="button" class="ql-view-as" data-leaf-to="page">{words.LEAF_TO_PAGE}</button>'
    )


def _turn(leaf: Leaf, move: int) -> str:
    label, drawn = (words.LEAF_NEXT, "chevron-right") if move > 0 else (words.LEAF_PREVIOUS, "chevron-left")
    off = "" if 0 < leaf.number + move <= leaf.pages else " disabled"
    return (
        f'<button type="button" class="ql-leaf-turn" data-turn="{move}" title="{label}"{off}>{icon(drawn)}'
        f'<span class="ql-label">{label}</span></button>'
    )


def _boxes(leaf: Leaf, chosen: str) -> str:
    """Return the boxes; the first of the chosen quote says what it is, for it is what the focus goes to."""
    boxes, said = "", False
    for one in leaf.quoted:
        strong = bool(chosen) and one.span == 0
        kind = "ql-box ql-selected" if strong else "ql-box"
        about = ' aria-hidden="true"'
        if strong and not said:
            about, said = f' tabindex="-1" role="img" aria-label="{escape(chosen)}"', True
        hidden = "" if one.page == leaf.number else " hidden"
        boxes += f'<span class="{kind}" data-page="{one.page}" style="{_place(one)}"{about}{hidden}></span>'
    return boxes


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
