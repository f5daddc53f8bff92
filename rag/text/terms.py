"""Words, numbers and names of a text, in the form in which question and source are compared.

Everything is folded: case and accents removed, so that "Diaz-Canel" finds "Díaz-Canel"; "U.S." and "US" are one
word; a possessive "'s" is dropped; the rest is stemmed (Snowball English). A number is one word, whatever it is
written with (:mod:`rag.text.quantities`); a code such as "F-16" is one word, and its parts are words beside it.

Two more cut a text, since they need what these words have lost. :mod:`rag.english.tokens` keeps signs, "n't" and stop
words, of a text whose numbers are plain digits already: two sentences are held against each other by them.
:mod:`rag.english.grammar` keeps words as they stand and where, hyphens and all: a question is written anew from them.
To have one cut for all three would change these words, and so what an index holds of every text.
"""

import re
import unicodedata
from functools import lru_cache

import Stemmer

from rag.text.numerals import Code, Quantity, ordinal_suffix, plain
from rag.text.quantities import scan

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

INITIALS = r"(?:[^\W\d_]\.){2,}"
"""Letters with a point behind each, as "U.S.", are one word, whatever cuts a text."""
_WORD = re.compile(rf"{INITIALS}|\d+|[^\W_]+(?:'[^\W_]+)*")
_UNSPACED = re.compile(r"[\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff]+")
"""Kana and Han: written without spaces, so compared by pairs of characters."""
_STEMMER = Stemmer.Stemmer("english")


def fold(text: str) -> str:
    """Return ``text`` without case, accents and typographic variants.

    >>> fold("Díaz-Canel’s “Ministère”")
    "diaz-canel's “ministere”"
    """
    if text.isascii():
        return text.casefold()
    decomposed = unicodedata.normalize("NFKD", text.replace("’", "'"))
    bare = "".join(char for char in decomposed if not unicodedata.combining(char))
    return unicodedata.normalize("NFC", bare).casefold()


def plain_words(text: str) -> list[str]:
    """Return the words of ``text`` as they are written, but for capitals: whether two names or titles are the same.

    >>> plain_words("Dr. Díaz-Canel’s U.S. F-16")
    ['dr', 'díaz', 'canel', 's', 'u', 's', 'f', '16']
    """
    return re.findall(r"\w+", text.casefold())


def words(text: str) -> list[str]:
    """Return the folded words of ``text``, in order, stop words included.

    >>> words("The U.S. said 2,000 of Cuba's men…")
    ['the', 'us', 'said', '2000', 'of', 'cuba', 'men']
    >>> words("O'Brien's F-16 cost $2.8bn, or 15%")
    ['obrien', 'brien', 'f16', 'f', '16', 'cost', '2800000000', 'billion', 'dollar', 'or', '15', 'percent']
    """
    found: list[str] = []
    before: Quantity | Code | None = None
    at = 0
    for item in scan(text):
        between = text[at : item.start]
        found += _between(between)
        if between in _HYPHENS and isinstance(before, Quantity) and isinstance(item, Quantity):
            found.append(f"{_written(before)}-{_written(item)}")  # "555-1234" may be a code
        before = item
        if isinstance(item, Code):
            found += [item.text, *(part for part in _between(text[item.start : item.end]) if part != item.text)]
            at = item.end
        elif item.loose:
            found.append(_LOOSE.get(word := fold(text[item.start : item.end]), word))
            at = item.end
        else:
            found += _number(item)
            at = item.last if item.unit in _SIGNS else item.end
    return found + _between(text[at:])


def _between(text: str) -> list[str]:
    """Return the words of a text without numbers."""
    found: list[str] = []
    for word in _WORD.findall(_UNSPACED.sub(_pairs, fold(text))) if text else ():
        if "'" not in word:
            found.append(word.replace(".", ""))
            continue
        *parts, last = word.split("'")
        parts += [] if last == "s" else [last]
        contracted = len(parts) == 1 or last in _CONTRACTED
        found += parts if contracted else ["".join(parts), *(part for part in parts if len(part) > 1)]
    return found


_HYPHENS = frozenset("-\u2010\u2011")
_CONTRACTED = frozenset("t re ve ll d m".split())
_LOOSE = {"one": "1"}
_SIGNS = {"%": "percent", "$": "dollar", "€": "euro", "£": "pound", "¥": "yen", "₹": "rupee", "₽": "rubel"}
_SCALES = {3: "thousand", 6: "million", 9: "billion", 12: "trillion"}
_ORDINALS = {"1": "first", "2": "second", "3": "third"}
"""These ordinals stay words: a second is a time too, and a third a part."""


def _number(item: Quantity) -> list[str]:
    """Return the word of a number, and those of its written scale and sign."""
    written = _written(item)
    scale = _SCALES.get(item.scale.adjusted()) if item.scale > 1 else None
    return [written, *filter(None, (scale, _SIGNS.get(item.unit)))]


def _written(item: Quantity) -> str:
    written = plain(item.number)
    if item.kind == "ordinal":
        return _ORDINALS.get(written, written + ordinal_suffix(written))
    return f"{written}s" if item.kind == "decade" else written


def _pairs(run: re.Match[str]) -> str:
    """Return a run of unspaced characters as pairs that overlap, between spaces."""
    text = run[0]
    return f" {' '.join(text[n : n + 2] for n in range(max(1, len(text) - 1)))} "


@lru_cache(maxsize=65536)
def stem(word: str) -> str:
    """Return the Snowball stem of a folded word."""
    return str(_STEMMER.stemWord(word))


def terms(text: str) -> list[str]:
    """Return the stems of the words of ``text`` that are not stop words, in order, repeats kept.

    A stop word is one where it is a name: "US" and "WHO", the "May" and "Will" of people and the month.

    >>> terms("How many Cubans died in the raids?")
    ['cuban', 'die', 'raid']
    >>> terms("Who told us what the WHO may do?"), terms("What did Theresa May sign in the U.S.?")
    (['told', 'who'], ['theresa', 'may', 'sign', 'us'])
    """
    found: list[str] = []
    at = 0
    for start, end in named_stop_words(text):
        found += _matter(text[at:start])
        found.append(fold(text[start:end]).replace(".", ""))
        at = end
    return found + _matter(text[at:])


def _matter(text: str) -> list[str]:
    return [word if word[0].isdigit() else stem(word) for word in words(text) if word not in STOP]


_CAPITAL = re.compile(r"(?<![^\W_])(?:(?:[A-Z]\.){2,}|[A-Z]{2,}|[A-Z][a-z]+)(?![^\W_])")
_NEVER = frozenset("a an the of and or in on for to by at with from as i".split())
"""Written with a capital in a title, and no names."""
_MID = re.compile(r"(?:[\w,;]|\b(?:Mr|Mrs|Ms|Dr|Prof|Sen|Gov|Gen|Rep|St|[A-Z])\.)['’)]?\s+$")
_NAME_STARTS = re.compile(
    r"(?:Will|May)\s(?!(?:The|A|An|I|He|She|It|They|We|You|This|That|These|Those|There)\b)"
    r"(?:[A-Z][a-z]|\w+ed\b|(?:says?|said|told|was|is|has|had|did|won|went|met|became|came|left|took)\b)"
)


_ASKED = re.compile(r"[^.!?\n]*\?")
"""A question that starts with "Will Norway …" asks what Norway will do."""


@lru_cache(maxsize=512)
def named_stop_words(text: str) -> tuple[tuple[int, int], ...]:
    """Return where stop words stand that are names: by capitals inside a sentence, or by capitals alone.

    >>> [("WHO and IT"[a:b]) for a, b in named_stop_words("WHO and IT")]
    ['WHO', 'IT']
    >>> named_stop_words("Will it rain in the US? Who knows."), named_stop_words("WHO IS IT?")
    (((20, 22),), ())
    """
    found = []
    for match in _CAPITAL.finditer(text):
        word = match[0].replace(".", "")
        if (folded := word.lower()) not in STOP or len(word) == 1:
            continue
        if len(match[0]) > 1 and match[0].isupper():
            named = folded == "us" or not _shouted(text, *match.span())
        else:
            start = match.start()
            named = folded not in _NEVER and bool(_MID.search(text[max(0, start - 8) : start]))
            named = named or bool(_NAME_STARTS.match(text, start) and not _ASKED.match(text, start))
        if named:
            found.append(match.span())
    return tuple(found)


_BESIDE = re.compile(r"\W*([^\W\d_]+)")


def _shouted(text: str, start: int, end: int) -> bool:
    """Tell whether the words beside one in capitals are all in capitals too."""
    after = _BESIDE.match(text, end)
    before = re.search(r"([^\W\d_]+)\W*$", text[max(0, start - 30) : start])
    beside = [found[1] for found in (before, after) if found]
    return bool(beside) and all(word.isupper() and (len(word) > 1 or word in "AI") for word in beside)


def numbers(text: str) -> set[str]:
    """Return the numbers of ``text`` by value, and its codes; "twelve" and "12" are one.

    >>> sorted(numbers("In 2026, twelve of 1,500 saw 2.8 million and an F-16"))
    ['12', '1500', '2026', '2800000', 'f16']
    """
    found = [item for item in scan(text) if isinstance(item, Code) or not item.loose]
    return {item.text if isinstance(item, Code) else _written(item) for item in found}


_ENDING = re.compile(r"(?:ians?|ans?|ns?|ese|ish|ia|a|o|e|y|s)$")


def root(name: str) -> str:
    """Return a folded name without the ending that turns a place into its people.

    >>> root("venezuela") == root("venezuelan"), root("mexico") == root("mexican"), root("russia") == root("russians")
    (True, True, True)
    """
    return _ENDING.sub("", name) if len(name) > 3 else name


_NAME = re.compile(rf"{INITIALS}|[^\W\d_][\w'’]*")


def names(text: str, *, initial: bool = False) -> list[str]:
    """Return the roots of the capitalised words of ``text`` that are not stop words, in order.

    Every sentence starts with a capital: its first word counts only if it has another inside ("NATO"), or if
    ``initial`` says that a word too many does less harm than one too few.

    >>> names("Why did Díaz-Canel visit the U.S.?")
    ['diaz', 'canel', 'us']
    """
    found = []
    stops = {start for start, _ in named_stop_words(text)}
    for match in _NAME.finditer(text):
        word = match[0]
        folded = re.sub(r"'s?$", "", fold(word)).replace(".", "")
        plain = match.start() == 0 and not any(char.isupper() for char in word[1:])
        if word[0].isupper() and (initial or not plain) and (folded not in STOP or match.start() in stops):
            found.append(root(folded))
    return found
