"""Raised and lowered text, so that 10⁶ is never 106.

Figures are written with Unicode's own raised and lowered signs. Where it has none, "^" or "_" marks the text. What a
language raises by habit ("5th", "1er", "nº") is written on the line, as people type it.
"""

import re

_RAISED = str.maketrans("0123456789+-−–‑=()ni", "⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻⁻⁻⁻⁼⁽⁾ⁿⁱ")
_LOWERED = str.maketrans("0123456789+-−–‑=()aehijklmnoprstuvx", "₀₁₂₃₄₅₆₇₈₉₊₋₋₋₋₌₍₎ₐₑₕᵢⱼₖₗₘₙₒₚᵣₛₜᵤᵥₓ")
_BY_HABIT = frozenset("st nd rd th er re e ère ème eme es ers res o a os as º ª".split())
"""Endings of ordinals in English, French, Spanish, Italian and Portuguese."""
_LONGEST = 20
_MARKS = {"tm": "™", "sm": "℠", "(r)": "®", "(c)": "©", "(tm)": "™"}


def raised(text: str, before: str = "") -> str:
    """Return a raised text as it can stand in a line.

    Args:
        text: what is raised.
        before: what stands before it.

    >>> raised("6", "10"), raised("-3", "10"), raised("th", "5"), raised("TM", "Acme"), raised("2,5", "x")
    ('⁶', '⁻³', 'th', '™', '^2,5')
    """
    core = text.strip()
    if not any(char.isalnum() or char in "+-−" for char in core):
        return text  # a comma, an asterisk, a degree sign: raised or not, it is the same
    if core.casefold() in _MARKS:
        return text.replace(core, _MARKS[core.casefold()])
    if core.casefold() in _BY_HABIT and before[-1:].isdigit():
        return text.replace(core, {"o": "º", "a": "ª"}.get(core, core))
    if all(ord(char) in _RAISED for char in core):
        return text.replace(core, core.translate(_RAISED))
    if all(not char.isascii() and not char.isalpha() for char in core):  # it is raised by itself: ², ⁻¹
        return text
    if not before[-1:].strip() or len(core) > _LONGEST:
        return text  # it is raised over nothing: a line of small print
    return text.replace(core, f"^({core})" if any(char.isspace() for char in core) else f"^{core}")


def lowered(text: str, before: str = "") -> str:
    """Return a lowered text as it can stand in a line.

    Args:
        text: what is lowered.
        before: what stands before it.

    >>> lowered("2", "H"), lowered("2.5", "PM"), lowered("i", "x"), lowered("max", "v"), lowered("sub", "")
    ('₂', '₂.₅', 'ᵢ', '_max', 'sub')
    """
    core = text.strip()
    if not before[-1:].isalnum() and before[-1:] not in (")", "]"):
        return text  # it lowers nothing: a line of small print
    if core and (not core.isalpha() or len(core) == 1) and all(ord(char) in _LOWERED or char in ".," for char in core):
        return text.replace(core, core.translate(_LOWERED))
    return text.replace(core, f"_{core}") if core and core[0].isalnum() and core == text.lstrip() else text


class Line:
    """Gathers the pieces of one line of text, each raised, lowered or on the line.

    >>> line = Line()
    >>> for text, place in (("5", 0), ("t", 1), ("h", 1), (" of 10", 0), ("6", 1)): line.add(text, place)
    >>> line.text
    '5th of 10⁶'
    """

    def __init__(self) -> None:
        self._parts: list[tuple[int, str]] = []

    def add(self, text: str, place: int = 0) -> None:
        """Add a piece: ``place`` is 1 where it is raised, -1 where it is lowered. A word may come in many pieces."""
        text = text.replace("\N{NON-BREAKING HYPHEN}", "-")  # it looks alike, and nobody types it in a question
        if self._parts and self._parts[-1][0] == place:
            text = self._parts.pop()[1] + text
        self._parts.append((place, text))

    @property
    def text(self) -> str:
        """The line so far."""
        line = ""
        for place, text in self._parts:
            line += raised(text, line) if place > 0 else lowered(text, line) if place < 0 else text
        return re.sub(" {2,}", " ", line)  # two stand where something between them was left out
