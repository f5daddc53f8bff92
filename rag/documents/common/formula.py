"""Formulas as one line: those of Office (OMML) and those of the web and OpenDocument (MathML)."""

import re
from collections.abc import Callable
from typing import Any

from rag.documents.common.raised import lowered, raised

_RELATION = re.compile(r"\s*([=≠<>≤≥≈≡→⇒])\s*")
_HIDDEN = frozenset("annotation annotation-xml del moveFrom rPr ctrlPr maction mphantom phant".split())


def formula(element: Any) -> str:
    """Return what a formula shows, on one line.

    Args:
        element: an lxml element in the namespace of OMML or MathML; only local names count.
    """
    return " ".join(_RELATION.sub(r" \1 ", _part(element)).split())


def _name(element: Any) -> str:
    return element.tag.rpartition("}")[2] if isinstance(element.tag, str) else ""


def _part(element: Any) -> str:
    name = _name(element)
    if name in _HIDDEN or name.endswith("Pr"):
        return ""
    if name in ("t", "mi", "mn", "mo", "mtext", "ms"):
        text = element.text or ""
        return f" {text.strip()} " if name == "mo" and text.strip() in _SPACED else text
    special = _OFFICE.get(name) or _WEB.get(name)
    return special(element) if special else "".join(map(_part, element))


_SPACED = frozenset("+ − ± ⟶ ∈ ∝ :=".split())


def _child(element: Any, name: str) -> str:
    return "".join(_part(child) for child in element if _name(child) == name).strip()


def _children(element: Any) -> list[str]:
    return [_part(child).strip() for child in element if isinstance(child.tag, str)]


def _setting(element: Any, name: str, default: str) -> str:
    """Return the value of an OMML property, such as the brackets around a part."""
    for found in element.iter(f"{{*}}{name}"):
        if _name(found.getparent()).endswith("Pr") and found.getparent().getparent() is element:
            return next((value for key, value in found.attrib.items() if key.rpartition("}")[2] == "val"), "")
    return default


def _whole(text: str) -> str:
    """Return a text in brackets unless it holds together by itself."""
    return text if text.isalnum() or (text[:1] == "(" and text[-1:] == ")") or len(text) < 2 else f"({text})"


def _with(base: str, below: str, above: str) -> str:
    return base + _script(below, "_", lowered) + _script(above, "^", raised)


def _script(text: str, mark: str, written: Callable[[str, str], str]) -> str:
    """Return what is set above or below, in Unicode's own signs or after a mark."""
    found = written(text, "x")
    return found if not text or (found != text and found[0] != mark) else f"{mark}{_whole(text)}"


def _over(above: str, below: str) -> str:
    return f"{_whole(above)}/{_whole(below)}"


def _brackets(element: Any) -> str:
    inner = [_part(part).strip() for part in element if _name(part) == "e"]
    parts = _setting(element, "sepChr", "|").join(inner)
    return f"{_setting(element, 'begChr', '(')}{parts}{_setting(element, 'endChr', ')')}"


def _rows(element: Any, row: str, cell: str) -> str:
    lines = [line for line in element if _name(line) == row]
    return "; ".join(", ".join(_part(part).strip() for part in line if _name(part) == cell) for line in lines)


_OFFICE: dict[str, Any] = {
    "sSup": lambda e: _with(_child(e, "e"), "", _child(e, "sup")),
    "sSub": lambda e: _with(_child(e, "e"), _child(e, "sub"), ""),
    "sSubSup": lambda e: _with(_child(e, "e"), _child(e, "sub"), _child(e, "sup")),
    "sPre": lambda e: _with("", _child(e, "sub"), _child(e, "sup")) + _child(e, "e"),
    "f": lambda e: _over(_child(e, "num"), _child(e, "den")),
    "rad": lambda e: f"{raised(_child(e, 'deg'), 'x')}√{_whole(_child(e, 'e'))}",
    "d": _brackets,
    "nary": lambda e: _with(_setting(e, "chr", "∫"), _child(e, "sub"), _child(e, "sup")) + f" {_child(e, 'e')}",
    "func": lambda e: f"{_child(e, 'fName')} {_child(e, 'e')}",
    "limLow": lambda e: _with(_child(e, "e"), _child(e, "lim"), ""),
    "limUpp": lambda e: _with(_child(e, "e"), "", _child(e, "lim")),
    "eqArr": lambda e: "; ".join(_part(part).strip() for part in e if _name(part) == "e"),
    "m": lambda e: f"[{_rows(e, 'mr', 'e')}]",
}


def _pair(element: Any, count: int) -> list[str]:
    return (_children(element) + [""] * count)[:count]


def _fenced(element: Any) -> str:
    inner = (element.get("separators") or ",")[0].join(_children(element))
    return f"{element.get('open', '(')}{inner}{element.get('close', ')')}"


def _scripts(element: Any, *, below: bool, above: bool) -> str:
    base, *rest = _pair(element, 1 + below + above)
    return _with(base, rest[0] if below else "", rest[-1] if above else "")


_WEB: dict[str, Any] = {
    "msup": lambda e: _scripts(e, below=False, above=True),
    "msub": lambda e: _scripts(e, below=True, above=False),
    "msubsup": lambda e: _scripts(e, below=True, above=True),
    "munder": lambda e: _scripts(e, below=True, above=False),
    "mover": lambda e: _scripts(e, below=False, above=True),
    "munderover": lambda e: _scripts(e, below=True, above=True),
    "mfrac": lambda e: _over(*_pair(e, 2)),
    "msqrt": lambda e: f"√{_whole(''.join(_children(e)))}",
    "mroot": lambda e: f"{raised(_pair(e, 2)[1], 'x')}√{_whole(_pair(e, 2)[0])}",
    "mfenced": _fenced,
    "mtable": lambda e: f"[{_rows(e, 'mtr', 'mtd')}]",
    "semantics": lambda e: (_children(e) or [""])[0],
}
