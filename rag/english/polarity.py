"""What a question asks for, and whether a sentence denies it, or says the opposite of what it takes for granted."""

import re
from collections.abc import Sequence
from functools import lru_cache

from rag.english.tokens import Token, tokens
from rag.english.vocabulary import AUXILIARY, NEGATIONS, OPPOSITES, REFUSALS, key
from rag.text.dates import MONTH_NAMES, WEEKDAYS
from rag.text.terms import fold, terms, words

_KINDS = {
    "number": r"\bhow (?:many|much|old|long|far|tall|big|large|high|often)\b"
    r"|\b(?:what|which) (?:\w+ ){0,2}(?:number|percentage|percent|proportion|amount|price|age|population)\b",
    "when": r"\bwhen\b|\b(?:what|which) (?:year|date|day|month|century|decade|time)\b|\bhow long ago\b",
    "who": r"\bwho(?:m|se)?\b",
    "where": r"\bwhere\b|\b(?:what|which) (?:country|city|state|place|region|nation|town)\b",
    "why": r"\bwhy\b|\b(?:what|which) (?:is |was |were )?(?:the )?(?:reason|cause)\b",
}
_DATE = re.compile(
    r"\b(?:1\d{3}|20\d\d)\b|\b\d{1,2}(?:st|nd|rd|th) century\b|\b(?:today|yesterday|tomorrow|earlier|century|decade)\b"
    rf"|\b(?:{'|'.join((*MONTH_NAMES, *WEEKDAYS))})\b"
)


@lru_cache(maxsize=512)
def answer_type(question: str) -> str:
    """Return what a question asks for: ``number``, ``when``, ``who``, ``where``, ``why`` or ``other``.

    >>> answer_type("How many Cubans died?"), answer_type("In what year did it end?"), answer_type("What did he say?")
    ('number', 'when', 'other')
    """
    folded = fold(question)
    return next((name for name, pattern in _KINDS.items() if re.search(pattern, folded)), "other")


def tells_date(text: str) -> bool:
    """Tell whether a text tells a day, a month, a year or an age: "on Monday", "in the 19th century", "today"."""
    return bool(_DATE.search(fold(text)))


class Premise:
    """What a question that yes or no does not answer takes for granted, read once for all sentences."""

    def __init__(self, question: str) -> None:
        """Read a question; one that yes or no answers takes nothing for granted."""
        self._polar = re.match(rf"{AUXILIARY}\b", fold(question)) is not None
        self._asked = _keys(words(question))
        self._own = _keys(terms(question)) - _LIGHT
        self._negated = negated(_NOT_OR.sub(" ", question))

    def opposed(self, sentence: str, passage: str) -> bool:
        """Tell whether a sentence says the opposite.

        It must have most of the question's other words. Then only the question is negated; or a word of the question is
        missing from the passage while the sentence has its opposite; or only the sentence is negated, at a word of the
        question.

        >>> Premise("Why did he accept the deal?").opposed("He rejected the deal.", "He rejected the deal.")
        True
        >>> Premise("When did the talks start?").opposed("There are no talks, he said.", "")
        True
        >>> Premise("Who denied the talks?").opposed("He denied that there were talks.", "")
        False
        """
        if self._polar:
            return False
        own, said = self._own, _keys(words(sentence))
        if self._negated:
            denies = negated(_NOT_OR.sub(" ", sentence)) or said & REFUSING
            return not denies and _part(own, said) >= _SAME_MATTER
        against = {word for word in self._asked if OPPOSITES.get(word, frozenset()) & said}
        for word in against - _keys(words(passage)) if against else ():
            opposites = OPPOSITES[word]
            same = any(OPPOSITES.get(other, frozenset()) & opposites for other in said)
            if not same and _part(own - {word}, said) >= _SAME_MATTER:
                return True
        says = _NOT_OR.sub(" ", sentence)
        denied = set() if own & REFUSING or _UNTIL.search(says) else _denied(tokens(says)) & own
        return bool(denied) and _part(own - denied, said) >= _DENIED_MATTER

    def stated(self, sentence: str) -> bool:
        """Tell whether a sentence has all the words of the question that say something, and neither denies anything.

        >>> Premise("Who voted for the bill?").stated("The governor voted for the bill.")
        True
        >>> Premise("Who voted for the bill?").stated("The senator did not vote for the bill.")
        False
        """
        enough = len(self._own) >= _LEAST_STATED and not self._negated
        return enough and self._own <= _keys(words(sentence)) and not negated(sentence)


_LEAST_STATED = 2
_SAME_MATTER = 0.5
"""What part of a question's words a sentence has at least that is on the same matter."""
_DENIED_MATTER = 0.6
_LIGHT = frozenset(
    "start begin happen occur take place hold t didn doesn don wasn weren isn aren hasn haven hadn won couldn wouldn "
    "2 3 kind type".split()
)
"""What a question may have beside its matter."""
_NOT_OR = re.compile(
    r"\b(?:(?:or|and) (?:\w+ )?(?:not|without)|not (?:only|just|merely|simply|until|because)|whether)\b|\bno\.? ?\d+",
    re.IGNORECASE,
)
_UNTIL = re.compile(r"\b(?:until|till|unless)\b", re.IGNORECASE)
"""What is denied until then is so from then on."""


def _keys(found: list[str]) -> set[str]:
    """Return the stems of words, those of an irregular verb's forms as one."""
    return set(map(key, found))


def _denied(said: Sequence[Token]) -> set[str]:
    """Return the key of the first word that says something behind each denial."""
    denials = [n for n, token in enumerate(said) if token.text in NEGATIONS or token.key in REFUSING]
    return {token.key for n in denials for token in [token for token in said[n + 1 :] if token.content][:1]}


def _part(wanted: set[str], present: set[str]) -> float:
    return len(wanted & present) / len(wanted) if wanted else 1.0


def negated(text: str) -> bool:
    """Tell whether a text has a word of negation."""
    folded = fold(text)
    return "n't" in folded or not NEGATIONS.isdisjoint(words(folded))


REFUSING = frozenset(map(key, (*REFUSALS, *"deny denial reject prevent avoid forbid prohibit ban lack".split())))
"""Keys of words that say no of what follows them."""
_OR_NOT = re.compile(r"\b(?:whether )?or not\b|\bno\. ?\d+", re.IGNORECASE)
_REACH = 8
"""A denial reaches at most so many words on, and not beyond a sign or the next clause."""
_REACH_ENDS = frozenset(", ; : . ( ) ? ! — – but and because although though while which who until".split())


def denial(claim: str, quote: str) -> str | None:
    """Return what a claim denies and its quote does not, or the other way round, in plain words; None if neither.

    A claim may leave out what the quote denies.

    >>> denial("Ben came.", "Ana came, but Ben did not come."), denial("Ana never came.", "Ana came.")
    ('the quote denies "came"', 'it denies what the quote does not')
    >>> denial("Ana came.", "Ana came without Ben.")
    """
    ours, theirs = (tokens(_OR_NOT.sub(" ", text)) for text in (claim, quote))
    denied_here, denied_there = _reached(ours), _reached(theirs)
    if sum(token.text in NEGATIONS for token in ours) > sum(token.text in NEGATIONS for token in theirs):
        return "it denies what the quote does not"
    present = {token.key for token in theirs}
    for token in ours:
        if token.content and token.key in present and (token.key in denied_here) != (token.key in denied_there):
            return f'{"it" if token.key in denied_here else "the quote"} denies "{token.text}"'
    return None


def _reached(said: Sequence[Token]) -> set[str]:
    """Return the keys of the words that a denial reaches, its own among them."""
    found: set[str] = set()
    for n, token in enumerate(said):
        if token.text in NEGATIONS or token.key in REFUSING:
            found.add(token.key)
            for after in said[n + 1 : n + 1 + _REACH]:
                if after.text in _REACH_ENDS:
                    break
                found.add(after.key)
    return found


def contrary(claim: Sequence[Token], quote: Sequence[Token]) -> tuple[str, str] | None:
    """Return a word of a claim and the opposite that its quote has in its place; None if there is none."""
    ours, theirs = ({token.key: token.text for token in said} for said in (claim, quote))
    for word in sorted(ours.keys() - theirs.keys()):
        if against := OPPOSITES.get(word, frozenset()) & (theirs.keys() - ours.keys()):
            return ours[word], theirs[min(against)]
    return None
