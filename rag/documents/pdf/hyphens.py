"""Words that are broken at the end of a line: which hyphens go and which stay.

"nine mil-/lion" is one word and "Franco-/German" keeps its hyphen. What the document itself writes elsewhere decides
first, then a list of common words (that of the reader's tokenizer), then the letters beside the break.
"""

import json
import re
from collections.abc import Iterable
from functools import cache
from importlib import resources

HYPHENS = "-\u2010\u00ad"
_WORD = re.compile(r"[^\W\d_]+(?:[-\u2010][^\W\d_]+)*")
_LAST = re.compile(r"([^\W\d_]+(?:['’][^\W\d_]+)?)[-\u2010\u00ad]$")
_FIRST = re.compile(r"[^\W\d_]+")


class Hyphens:
    """Decides for one document."""

    def __init__(self, lines: Iterable[str]) -> None:
        self._written: set[str] = set()
        broken: list[tuple[str, str]] = []
        before = ""
        for line in lines:
            inner = line.rstrip(HYPHENS) if _LAST.search(line) else line
            self._written.update(
                word.replace("\u2010", "-").lower() for word in _WORD.findall(inner)[1 if before else 0 :]
            )
            if before and (first := _FIRST.match(line)):
                broken.append((before, first[0].lower()))
            last = _LAST.search(line)
            before = last[1].lower() if last else ""
        # A program that does not break words leaves a line's last hyphen only where it is written.
        self._breaks = any(self._known(a + b) for a, b in broken)

    def between(self, line: str, following: str) -> str:
        """Return what parts two lines of a paragraph: a space, nothing, or "-" where the hyphen goes."""
        last, first = _LAST.search(line), _FIRST.match(following)
        if line[-1:] == "\u00ad" and first:
            return "-"
        if not last or not first:
            return "" if _stays_closed(line, following) else " "
        one, other = last[1].lower(), first[0].lower()
        if first[0][:1].isupper() and not last[1].isupper():
            return ""  # Franco-German
        if one + other in self._written:
            return "-"
        if f"{one}-{other}" in self._written:
            return ""
        if self._known(one + other):
            return "-"
        both = self._known(one) and self._known(other) and len(one) > 1
        return "" if both or not self._breaks else "-"

    def _known(self, word: str) -> bool:
        return word in self._written or word in common()


def _stays_closed(line: str, following: str) -> bool:
    """Tell whether no space belongs between two lines: after "24-" or in a script without spaces."""
    if line[-1:] in ("-", "\u2010", "/") and line[-2:-1].strip() and (following[:1].isalnum()):
        return line[-2:-1].isalnum()
    return bool(re.match(r"[\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff\uff00-\uffef]", following)) and bool(
        re.search(r"[\u3000-\u30ff\u3400-\u9fff\uf900-\ufaff\uff00-\uffef]$", line)
    )


@cache
def common() -> frozenset[str]:
    """Return common English words, in lower case."""
    vocabulary = json.loads((resources.files("rag") / "weights" / "tokenizer.json").read_bytes())["model"]["vocab"]
    words = vocabulary if isinstance(vocabulary, dict) else [entry[0] for entry in vocabulary]
    return frozenset(word for word in words if len(word) > 1 and word.isalpha())
