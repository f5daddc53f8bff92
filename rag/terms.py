"""Words, numbers and names of a text, in the form in which question and source are compared.

Everything is folded: case and accents removed, so that "Diaz-Canel" finds "Díaz-Canel"; "U.S." and "US" are one
word; a possessive "'s" is dropped; the rest is stemmed (Snowball English).
"""

import re
import unicodedata
from functools import lru_cache

import Stemmer

STOP = frozenset(
    """
    a about above after again against all also am an and any are as at be because been before being below between
    both but by can could did do does doing down during each few for from further had has have having he her here
    hers herself him himself his how i if in into is it its itself just many may me might more most much must my no
    nor not now of off on once only or other our ours out over own please same shall she should so some such tell
    than that the their theirs them themselves then there these they this those through to too under until up upon
    us very was we were what when where which while who whom whose why will with would you your yours
    """.split()
)
"""Words that carry a question's form but not its matter."""

_WORD = re.compile(r"(?:[^\W\d_]\.){2,}|\d+(?:[.,]\d+)*|[^\W_]+")
_SPELLED = "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen"
SPELLED = {word: str(number) for number, word in enumerate(_SPELLED.split())}
_UNSPACED = re.compile(r"[\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff]+")
"""Kana and Han: written without spaces, so compared by pairs of characters."""
_STEMMER = Stemmer.Stemmer("english")


def fold(text: str) -> str:
    """Return ``text`` without case, accents and typographic variants.

    >>> fold("Díaz-Canel’s “Ministère”")
    "diaz-canel's “ministere”"
    """
    decomposed = unicodedata.normalize("NFKD", text.replace("’", "'"))
    bare = "".join(char for char in decomposed if not unicodedata.combining(char))
    return unicodedata.normalize("NFC", bare).casefold()


def words(text: str) -> list[str]:
    """Return the folded words of ``text``, in order, stop words included.

    >>> words("The U.S. said 2,000 of Cuba's men…")
    ['the', 'us', 'said', '2000', 'of', 'cuba', 'men']
    """
    plain = re.sub(r"(?<=\w)'s\b", "", _UNSPACED.sub(_pairs, fold(text)))
    return [_normal(word) for word in _WORD.findall(plain)]


def _pairs(run: re.Match[str]) -> str:
    """Return a run of unspaced characters as pairs that overlap, between spaces."""
    text = run[0]
    return f" {' '.join(text[n : n + 2] for n in range(max(1, len(text) - 1)))} "


def _normal(word: str) -> str:
    if word[0].isdigit():
        return word.replace(",", "")
    return SPELLED.get(word) or word.replace(".", "")


@lru_cache(maxsize=65536)
def stem(word: str) -> str:
    """Return the Snowball stem of a folded word."""
    return str(_STEMMER.stemWord(word))


def terms(text: str) -> list[str]:
    """Return the stems of the words of ``text`` that are not stop words, in order, repeats kept.

    "us" is a stop word only in lower case: "U.S." and "US" name a country.

    >>> terms("How many Cubans died in the raids?")
    ['cuban', 'die', 'raid']
    """
    kept = [word for word in words(re.sub(r"\bus\b", " ", text)) if word == "us" or word not in STOP]
    return [stem(word) for word in kept]


def numbers(text: str) -> set[str]:
    """Return the numbers of ``text`` as digits; "twelve" and "12" are one.

    >>> sorted(numbers("In 2026, twelve of 1,500"))
    ['12', '1500', '2026']
    """
    return {word for word in words(text) if word[0].isdigit()}


_ENDING = re.compile(r"(?:ians?|ans?|ns?|ese|ish|ia|a|o|e|y|s)$")


def root(name: str) -> str:
    """Return a folded name without the ending that turns a place into its people.

    >>> root("venezuela") == root("venezuelan"), root("mexico") == root("mexican"), root("russia") == root("russians")
    (True, True, True)
    """
    return _ENDING.sub("", name) if len(name) > 3 else name


_NAME = re.compile(r"(?:[^\W\d_]\.){2,}|[^\W\d_][\w'’]*")


def names(text: str, *, initial: bool = False) -> list[str]:
    """Return the roots of the capitalised words of ``text`` that are not stop words, in order.

    Every sentence starts with a capital: its first word counts only if it has another inside ("NATO"), or if
    ``initial`` says that a word too many does less harm than one too few.

    >>> names("Why did Díaz-Canel visit the U.S.?")
    ['diaz', 'canel', 'us']
    """
    found = []
    for match in _NAME.finditer(text):
        word = match[0]
        folded = re.sub(r"'s$", "", fold(word)).replace(".", "")
        plain = match.start() == 0 and not any(char.isupper() for char in word[1:])
        if word[0].isupper() and (initial or not plain) and (folded == "us" or folded not in STOP):
            found.append(root(folded))
    return found
