"""How Word shows a run of text: what its own properties, its styles and the styles that these are based on say."""

import re
from typing import Any

from rag.documents.common.left import Look
from rag.documents.office.package import W, is_on

_LEAST_SHIFT = 4
"""Half points: text that is moved up or down by less is still on the line."""
_WHITE = frozenset(("auto", "ffffff", ""))


class Styles:
    """The styles of a document.

    Args:
        root: the root element of ``styles.xml``, or None.
    """

    def __init__(self, root: Any) -> None:
        styles = () if root is None else list(root.iterchildren(f"{W}style"))
        self._styles = {style.get(f"{W}styleId", ""): style for style in styles}
        self._default = next(
            (
                style.get(f"{W}styleId", "")
                for style in styles
                if style.get(f"{W}type") == "paragraph" and style.get(f"{W}default") in ("1", "true", "on")
            ),
            "",
        )
        defaults = None if root is None else root.find(f"{W}docDefaults/{W}rPrDefault/{W}rPr")
        self._defaults = [] if defaults is None else [defaults]
        self._chains: dict[str, list[Any]] = {}
        self._looks: dict[Any, Look] = {}

    def chain(self, name: str) -> list[Any]:
        """Return a style and those that it is based on, the most particular first."""
        if name not in self._chains:
            found: list[Any] = []
            at = self._styles.get(name)
            while at is not None and at not in found:
                found.append(at)
                base = at.find(f"{W}basedOn")
                at = None if base is None else self._styles.get(base.get(f"{W}val"))
            self._chains[name] = found
        return self._chains[name]

    def of_paragraph(self, paragraph: Any) -> str:
        """Return the id of a paragraph's style."""
        found = paragraph.find(f"{W}pPr/{W}pStyle")
        return self._default if found is None else found.get(f"{W}val", "")

    def name(self, style: str) -> str:
        """Return the name that a style is shown by, in lower case."""
        found = [element.find(f"{W}name") for element in self.chain(style)[:1]]
        return (found[0].get(f"{W}val") or "").casefold() if found and found[0] is not None else style.casefold()

    @property
    def language(self) -> str | None:
        """The language of the whole document, where it is another than the one that templates come with."""
        found = [properties.find(f"{W}lang") for properties in self._defaults]
        language = found[0].get(f"{W}val") if found and found[0] is not None else None
        return language if language and language != "en-US" else None

    def sets_first_row_apart(self, table: Any) -> bool:
        """Tell whether a table's style gives its first row a look of its own, and the table uses it."""
        style, look = table.find(f"{W}tblPr/{W}tblStyle"), table.find(f"{W}tblPr/{W}tblLook")
        if style is None or look is None:
            return False
        named = look.get(f"{W}firstRow")
        bits = int(look.get(f"{W}val", "0"), 16) if (look.get(f"{W}val") or "0").isalnum() else 0
        used = named in ("1", "true", "on") if named is not None else bool(bits & 0x20)
        return used and any(
            part.get(f"{W}type") == "firstRow" and len(part)
            for element in self.chain(style.get(f"{W}val", ""))
            for part in element.iterchildren(f"{W}tblStylePr")
        )

    def look(self, properties: Any, style: str) -> Look:
        """Return how a run is shown.

        Args:
            properties: its ``w:rPr``, or None.
            style: the id of its paragraph's style.
        """
        own = properties is not None and len(properties) > 0
        if not own and style in self._looks:
            return self._looks[style]
        named = properties.find(f"{W}rStyle") if own else None
        run_styles = [] if named is None else _run_properties(self.chain(named.get(f"{W}val", "")))
        levels = [[properties] if own else [], run_styles, _run_properties(self.chain(style)), self._defaults]
        fonts = _first(levels, "rFonts")
        double = _first(levels, "dstrike")
        look = Look(
            hidden=_toggled(levels, "vanish"),
            struck=_toggled(levels, "strike") or is_on(double),
            place=_place(levels),
            font=None if fonts is None else fonts.get(f"{W}ascii") or fonts.get(f"{W}hAnsi"),
            bold=_toggled(levels, "b"),
        )
        if not own:
            self._looks[style] = look
        return look


def is_shaded(properties: Any) -> bool:
    """Tell whether a cell (its ``w:tcPr``) has a ground of its own."""
    shade = None if properties is None else properties.find(f"{W}shd")
    return shade is not None and (shade.get(f"{W}fill") or "").casefold() not in _WHITE


def _run_properties(chain: list[Any]) -> list[Any]:
    return [found for style in chain if (found := style.find(f"{W}rPr")) is not None]


def _first(levels: list[list[Any]], name: str) -> Any:
    for level in levels:
        for properties in level:
            if (found := properties.find(f"{W}{name}")) is not None:
                return found
    return None


def _toggled(levels: list[list[Any]], name: str) -> bool:
    """Return a property that styles switch: set in a paragraph's and in a run's style, it is off again (17.7.3)."""
    own, *styles, defaults = levels
    if (found := _first([own], name)) is not None:
        return is_on(found)
    if is_on(_first([defaults], name)):
        return True
    return sum(is_on(_first([level], name)) for level in styles) % 2 == 1


def _place(levels: list[list[Any]]) -> int:
    aligned = _first(levels, "vertAlign")
    value = None if aligned is None else aligned.get(f"{W}val")
    if value in ("superscript", "subscript"):
        return 1 if value == "superscript" else -1
    moved = _first(levels, "position")
    found = None if moved is None else re.fullmatch(r"(-?\d+(?:\.\d+)?)(pt)?", moved.get(f"{W}val", ""))
    shift = 0.0 if found is None else float(found[1]) * (2 if found[2] else 1)
    return 0 if abs(shift) < _LEAST_SHIFT else (1 if shift > 0 else -1)
