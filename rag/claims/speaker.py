"""Who says a quotation, where the words right beside it tell: "Ana Silva said", "said Ana Silva", behind or before."""

import re

from rag.english.vocabulary import CALENDAR
from rag.text.terms import plain_words

_TO = r"told|tells|asked|asks"
_SAYS = (
    r"said|says?|wrote|writes|declared|declares|stated|states|added|adds|replied|replies|argued|argues|warned|warns"
    r"|insisted|insists|announced|explained|explains|noted|notes|asserted|stressed|claimed|claims|posted|reiterated"
    r"|recalled|admitted|concluded|emphasi[sz]ed"
)
_CAPITAL = r"[^\W\d_a-z][\w’'.-]*"
_PARTICLE = r"(?:(?:de|da|del|della|di|van|von|der|den|la|le|al|bin|of)\s+)*"
_NAME = rf"(?P<name>{_CAPITAL}(?:\s+{_PARTICLE}{_CAPITAL}){{0,5}})"
_ADVERB = r"(?:\s+(?:has|had|also|later|then|once|again|\w+ly))?"
_TELLS = re.compile(rf"\b(?:{_SAYS}|{_TO})\b")
_FORWARDS = re.compile(rf"{_NAME}{_ADVERB}\s+(?:{_SAYS}|{_TO})\b")
_BACKWARDS = re.compile(rf"\b(?:{_SAYS})\s+{_NAME}")
_OPEN, _CLOSE = '“«"', '”»"'
_ENDS = re.compile(r"[.!?]\s|[\n“”«»\"]")
MOST_AROUND = 600
"""Characters before and behind in which a quotation begins and ends."""
_TITLES = CALENDAR | frozenset(
    "president prime minister foreign mr mrs ms dr sir lady lord king queen pope general senator secretary chancellor"
    " judge professor captain the a an on in at but and as when after".split()
)
"""Words that begin with a capital letter and tell nobody from another."""
_PRONOUNS = frozenset("he she it they we i you who this that these those one nobody somebody both all some".split())


def speaker(text: str, start: int, end: int) -> frozenset[str]:
    """Return the words of the name of who says ``text[start:end]``, or the quotation that it is a part of.

    Nothing where the words beside it name nobody: a pronoun may stand for anyone.

    >>> text = "Ana Silva left. “All is well,” said Ben Costa."
    >>> sorted(speaker(text, 17, 28))
    ['ben', 'costa']
    """
    first = max((text.rfind(sign, max(0, start - MOST_AROUND), start) for sign in _OPEN), default=-1)
    lasts = [at for sign in _CLOSE if (at := text.find(sign, end, end + MOST_AROUND)) >= 0]
    if first < 0 or not lasts:
        return frozenset()
    ended = text[min(lasts) - 1] == "."  # the sentence, too: what comes behind begins another
    behind = "" if ended else text[min(lasts) + 1 : min(lasts) + 1 + MOST_AROUND]
    behind = behind[: found.start()] if (found := _ENDS.search(behind)) else behind
    before = text[max(0, first - MOST_AROUND) : first].rstrip()
    begins = [found.end() for found in _ENDS.finditer(before)]
    before = before[begins[-1] :] if begins else before
    for where in (behind, before):
        told = [*_FORWARDS.finditer(where), *_BACKWARDS.finditer(where)]
        if told:
            near = min(told, key=lambda one: one.start()) if where is behind else max(told, key=lambda one: one.end())
            name = frozenset(plain_words(near["name"]))
            return frozenset() if name & _PRONOUNS else name - _TITLES
        if _TELLS.search(where):
            return frozenset()
    return frozenset()
