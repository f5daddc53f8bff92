"""How OpenDocument shows text: what its styles and the styles that these are based on say, and the numbers of lists."""

from typing import Any

from rag.documents.common.left import Look
from rag.documents.office.numbering import numeral

FO = "{urn:oasis:names:tc:opendocument:xmlns:xsl-fo-compatible:1.0}"
STYLE = "{urn:oasis:names:tc:opendocument:xmlns:style:1.0}"
TEXT = "{urn:oasis:names:tc:opendocument:xmlns:text:1.0}"
_FORMS = {"a": "lowerLetter", "A": "upperLetter", "i": "lowerRoman", "I": "upperRoman"}
_LEAST_SHIFT = 8
"""Per cent of the letters' height: text that is moved by less is still on the line."""


class Styles:
    """The styles that hold in one part of a document.

    Args:
        parts: elements with styles in them, the most particular last.
    """

    def __init__(self, *parts: Any) -> None:
        elements = [element for part in parts for element in part]
        self._styles = {
            (element.get(f"{STYLE}family"), element.get(f"{STYLE}name")): element
            for element in elements
            if element.tag == f"{STYLE}style"
        }
        lists = [element for element in elements if element.tag in (f"{TEXT}list-style", f"{TEXT}outline-style")]
        self._lists = {element.get(f"{STYLE}name", "outline"): element for element in lists}
        self._outline = next((element for element in lists if element.tag == f"{TEXT}outline-style"), None)
        self._looks: dict[tuple[tuple[str, str], ...], Look] = {}
        self._counts: dict[Any, dict[int, int]] = {}

    def chain(self, family: str, name: str | None) -> list[Any]:
        """Return a style and those that it is based on, the most particular first."""
        found: list[Any] = []
        at = self._styles.get((family, name))
        while at is not None and at not in found:
            found.append(at)
            at = self._styles.get((family, at.get(f"{STYLE}parent-style-name")))
        return found

    def value(self, family: str, name: str | None, properties: str, attribute: str) -> str | None:
        """Return what a style, or one that it is based on, says; ``properties`` is the local name of the element."""
        for style in self.chain(family, name):
            element = style.find(f"{STYLE}{properties}")
            if element is not None and attribute in element.attrib:
                return str(element.get(attribute))
        return None

    def look(self, names: tuple[tuple[str, str], ...]) -> Look:
        """Return how text is shown within elements of these families and styles, from the outermost in."""
        if names not in self._looks:

            def said(attribute: str) -> str:
                values = (self.value(family, name, "text-properties", attribute) for family, name in reversed(names))
                return next((value for value in values if value is not None), "")

            lines = [said(f"{STYLE}text-line-through-{what}") for what in ("style", "type")]
            self._looks[names] = Look(
                hidden=said(f"{TEXT}display") == "none",
                struck=any(line not in ("", "none") for line in lines) and "none" not in lines,
                place=_place(said(f"{STYLE}text-position")),
                font=said(f"{STYLE}font-name") or said(f"{FO}font-family") or None,
                bold=said(f"{FO}font-weight") in ("bold", "600", "700", "800", "900"),
            )
        return self._looks[names]

    def heading_label(self, level: int) -> str:
        """Count a heading, and return the number that stands before it."""
        return "" if self._outline is None else self._counted(self._outline, level, None)

    def restart(self, name: str | None) -> None:
        """Say that a new list of a style begins."""
        self._counts.pop(self._lists.get(name or ""), None)

    def label(self, name: str | None, level: int, start: str | None) -> str:
        """Count an item of a list, and return the number that stands before it.

        Args:
            name: the list's style.
            level: how deep the item lies, from 1.
            start: the number that the item itself asks for.
        """
        found = self._lists.get(name or "")
        return "" if found is None else self._counted(found, level, start)

    def _counted(self, style: Any, level: int, start: str | None) -> str:
        levels = {element.get(f"{TEXT}level"): element for element in style}
        own = levels.get(str(level))
        counts = self._counts.setdefault(style, {})
        for deeper in [depth for depth in counts if depth > level]:
            del counts[deeper]
        first = "1" if own is None else own.get(f"{TEXT}start-value", "1")
        if start or level not in counts:
            counts[level] = int(start or first) if (start or first).isdigit() else 1
        else:
            counts[level] += 1
        if own is None or "bullet" in own.tag or "image" in own.tag or not own.get(f"{STYLE}num-format"):
            return ""
        shown = own.get(f"{TEXT}display-levels", "1")
        parts = []
        for depth in range(level - (int(shown) if shown.isdigit() else 1) + 1, level + 1):
            form = None if str(depth) not in levels else levels[str(depth)].get(f"{STYLE}num-format")
            if form:
                parts.append(numeral(counts.get(depth, 1), _FORMS.get(form, "decimal")))
        return f"{own.get(f'{STYLE}num-prefix', '')}{'.'.join(parts)}{own.get(f'{STYLE}num-suffix', '')}".strip()


def _place(position: str) -> int:
    if position.startswith(("super", "sub")):
        return 1 if position.startswith("super") else -1
    shift = position.split("%")[0]
    try:
        height = float(shift or 0)
    except ValueError:
        return 0
    return 0 if abs(height) < _LEAST_SHIFT else (1 if height > 0 else -1)
