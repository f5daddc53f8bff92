"""What a document says of a picture in it: its alternative text, which whoever cannot see the picture is read."""

import re

_LEAST_WORDS = 4
"""Fewer are a name: "Logo of the council", "Picture 3"."""
_FILE = re.compile(r"\S*\.(?:png|jpe?g|gif|svg|webp|bmp|tiff?|emf|wmf)|https?://\S+", re.IGNORECASE)
_MADE_UP = re.compile(
    r"(?:description automatically generated|automatisch generierte beschreibung|description générée automatiquement"
    r"|descripción generada automáticamente|ai-generated content may be incorrect)",
    re.IGNORECASE,
)
"""Of a text that Microsoft's programs guess: nobody has looked at it."""


def described(text: str | None, *beside: str) -> list[str]:
    """Return what is said of a picture as a paragraph; nothing where that is a file's name, guessed, or said beside it.

    >>> described("A chart: rents rose by 12 % in 2025."), described("chart.png"), described("Logo")
    (['Picture: A chart: rents rose by 12 % in 2025.'], [], [])

    Args:
        text: the alternative text.
        beside: captions.
    """
    told = " ".join((text or "").split())
    if len(_FILE.sub("", told).split()) < _LEAST_WORDS or _MADE_UP.search(told):
        return []
    letters = _letters(told)
    return [] if any(letters in _letters(other) for other in beside) else [f"Picture: {told}"]


def _letters(text: str) -> str:
    return "".join(filter(str.isalnum, text.casefold()))
