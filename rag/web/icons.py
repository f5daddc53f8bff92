"""The icons of the page: those of ``static/icons.svg``, which its style sheet draws in the colour of text.

A template has one by ``icon(name)`` of ``icon.html``.
"""

from functools import cache
from importlib.resources import files
from urllib.parse import quote
from xml.etree import ElementTree as ET

_SVG = "http://www.w3.org/2000/svg"
_LOOK = {
    "viewBox": "0 0 24 24",
    "fill": "none",
    "stroke": "#000",
    "stroke-width": "2",
    "stroke-linecap": "round",
    "stroke-linejoin": "round",
}


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
        svg = ET.Element(f"{{{_SVG}}}svg", _LOOK)
        svg.extend(symbol)
        drawn[symbol.attrib["id"]] = f"data:image/svg+xml,{quote(ET.tostring(svg, encoding='unicode'), safe='')}"
    return drawn
