"""A sentence in words and signs, in the form in which two sentences are held against each other."""

import re
from dataclasses import dataclass
from functools import lru_cache

from rag.english.vocabulary import CALENDAR, SYNONYMS, key
from rag.text.numerals import SPELLED
from rag.text.terms import INITIALS, STOP, fold, root
from rag.text.values import digits

_TOKEN = re.compile(
    rf"n't\b|{INITIALS}|(?<!\w)-?\d+(?:\.\d+)?(?:st|nd|rd|th|s)?(?!\w)|\d+|[^\W\d_]+?(?=n't\b)|'s\b|[^\W_]+"
    r"|[,;:()?!—–\"“”]"
)
_MARK = re.compile(r"\W+")
_FULL = tuple(
    (re.compile(pattern, re.IGNORECASE), full)
    for pattern, full in ((r"\bcannot\b", "can not"), (r"\bwon't\b", "will n't"), (r"\bno longer\b", "not longer"))
)


@dataclass(frozen=True, slots=True)
class Token:
    """A word or a sign."""

    text: str
    key: str
    name: bool
    """Written with a capital inside the sentence."""
    number: bool

    @property
    def content(self) -> bool:
        """Whether it is a word that says something by itself."""
        return not _MARK.fullmatch(self.text) and self.text != "n't" and self.text not in STOP and self.text != "'s"


@lru_cache(maxsize=4096)
def tokens(text: str) -> tuple[Token, ...]:
    """Return the words and signs of a text, "n't" by itself, and numbers by value: "2.5 million" is one word."""
    plain = digits(text.replace("’", "'"))
    for pattern, full in _FULL:
        plain = pattern.sub(full, plain)
    found = []
    for match in _TOKEN.finditer(plain):
        word = fold(match[0])
        number = word.lstrip("-")[:1].isdigit()
        if not number:
            word = SPELLED.get(word) or (word if word == "'s" else word.replace(".", "")) or word
        if match[0].isupper() and len(word) > 1 and word in STOP:  # "WHO", "US"
            word = word.upper()
        found.append(Token(word, key(word), match[0][0].isupper() and match.start() > 0, number or word[0].isdigit()))
    return tuple(found)


def is_date(token: Token) -> bool:
    """Tell whether a word is a year, a month or a day of the week."""
    year = token.number and re.fullmatch(r"1\d{3}|20\d\d", token.text)
    return bool(year) or (token.text in CALENDAR and token.name)


def meets(word: Token, token: Token) -> bool:
    """Tell whether two words are forms of one, or say the same."""
    if word.number or token.number:
        return word.text == token.text
    if word.key == token.key or (SYNONYMS.get(word.key, set()) & SYNONYMS.get(token.key, set())):
        return True
    return word.name and len(word.text) > 3 and root(word.text) == root(token.text)
