"""The icons of the page: those of ``static/icons.svg``, which its style sheet draws in the colour of text."""

from functools import cache
from html import escape
from importlib.resources import files
from urllib.parse import quote
from xml.etree import ElementTree as ET

_SVG = "http://www.w3.org/2000/svg"


def icon(name: str) -> str:
    """Return an icon as HTML; it says nothing by itself, so a label stands beside it.

    Raises:
        KeyError: there is no icon of this name.
    """
    return f'<span class="ql-i {classed(name)}" aria-hidden="true"></span>'


def classed(name: str) -> str:
    """Return the class that gives an element an icon; KeyError if there is none of this name."""
    _drawn()[name]
    return f"ql-i-{name}"


def style() -> str:
    """Return the style sheet: what has the class of an icon, and what asks a suggestion, knows its picture."""
    chosen = {"ql-suggestion": "arrow-right", **{f"ql-i-{name}": name for name in _drawn()}}
    return "\n".join(f'.{by} {{ --ql-i: url("{_drawn()[name]}"); }}' for by, name in chosen.items())


@cache
def _drawn() -> dict[str, str]:
    """Return each icon by name, as an address that holds it whole: none is asked for."""
    ET.register_namespace("", _SVG)
    # The file comes with the package: it is nobody's input.
    root = ET.fromstring((files("rag.web") / "static" / "icons.svg").read_text(encoding="utf-8"))  # noqa: S314
    drawn = {}
    for symbol in root:
        lines = "".join(ET.tostring(shape, encoding="unicode").replace(f' xmlns="{_SVG}"', "") for shape in symbol)
        svg = (
            f'<svg xmlns="{_SVG}" viewBox="0 0 24 24" fill="none" stroke="#000" stroke-width="2" '
            f'stroke-linecap="round" stroke-linejoin="round">{lines}</svg>'
        )
        drawn[escape(symbol.attrib["id"])] = f"data:image/svg+xml,{quote(svg, safe='')}"
    return drawn
