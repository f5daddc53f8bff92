"""What the drawings in a Word document show: their text boxes, diagrams, word art, and what is said of pictures."""

from collections.abc import Iterator
from functools import partial
from typing import Any

from rag.documents.common.left import Left
from rag.documents.common.pictured import described
from rag.documents.office.package import MC, Package, R, W, chosen, diagram

_LARGE = 150 * 360_000**2
"""Square EMU (150 cm²): a larger picture may be a page that was scanned."""


def drawn(element: Any, package: Package, part: str, left: Left) -> Iterator[Any]:
    """Yield the texts of a drawing, and the elements of its text boxes, in order.

    Args:
        element: ``w:drawing``, ``w:pict`` or ``w:object``.
        package: holds the diagrams.
        part: the name of the part that the element stands in.
        left: counts what is no text.
    """
    for child in chosen(element) if element.tag == f"{MC}AlternateContent" else element:
        name = child.tag.rpartition("}")[2]
        if child.tag == f"{W}txbxContent":
            yield child
            continue
        if name in ("inline", "anchor"):
            about = next(child.iterchildren("{*}docPr"), None)
            if about is not None and about.get("hidden") in ("1", "true"):
                continue
            hung = left.pictured(partial(package.picture, part, child), large=_is_large_picture(child))
            if about is not None and next(child.iter("{*}txbxContent"), None) is None:
                yield from described(about.get("descr"))
            yield from hung
        elif name in ("chart", "OLEObject"):
            left.count("chart" if name == "chart" else "object")
        elif name == "textpath" and (child.get("string") or "").strip():
            yield child.get("string").strip()
        elif name == "relIds":
            related = package.related(part).get(child.get(f"{R}dm", ""))
            yield from diagram(None if related is None else package.part(related.target))
        yield from drawn(child, package, part, left)


def _is_large_picture(frame: Any) -> bool:
    extent = next(frame.iterchildren("{*}extent"), None)
    sides = ["", ""] if extent is None else [extent.get("cx", ""), extent.get("cy", "")]
    if not all(side.isdigit() for side in sides) or next(frame.iter("{*}blip"), None) is None:
        return False
    return int(sides[0]) * int(sides[1]) > _LARGE
