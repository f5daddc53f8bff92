"""Do a claim's names, numbers and verbs stand to one another as in its quote?

Each check returns why they do not, in plain words, or None.
"""

from collections import Counter
from collections.abc import Iterator, Sequence
from difflib import SequenceMatcher
from itertools import pairwise

from rag.english.tokens import Token, is_date, tokens
from rag.english.vocabulary import ADVERBS, BE, COPULAS, INFINITIVE

NEAR = 4
"""How many words apart a number and its noun, or a verb and those it binds, may stand."""
YEAR_DIGITS = 4
_SIGNS = frozenset(",;:.()?!—–")
_BREAKS = _SIGNS | {"and", "but"}


def sequence(claim: str, quote: str) -> str | None:
    """Years follow one another as in the quote, and so do other numbers."""
    ours, theirs = tokens(claim), tokens(quote)
    once = Counter(token.text for token in theirs)
    at = {token.text: n for n, token in enumerate(theirs) if token.number and once[token.text] == 1}
    for years in (True, False):
        own = [token.text for token in ours if token.text in at and (len(token.text) == YEAR_DIGITS) == years]
        for one, other in pairwise(own):
            if at[one] > at[other]:
                return f'"{one}" and "{other}" have changed places'
    return None


def bindings(claim: str, quote: str) -> str | None:
    """A number stands by what the quote counts with it, not by what it counts with another."""
    ours, theirs = tokens(claim), tokens(quote)
    for n, number in enumerate(ours):
        for step in (1, -1) if number.number else ():
            word = next((token for token in _beside(ours, n, step) if token.content), None)
            if word is None or word.number:
                continue
            places = (place for place, token in enumerate(theirs) if token.key == word.key)
            nearest = (next((t.text for t in _beside(theirs, at, -step) if t.number), None) for at in places)
            bound = set(filter(None, nearest))
            if bound and number.text not in bound:
                return f'the quote has another number by "{word.text}" than {number.text}'
    return None


def _beside(said: Sequence[Token], place: int, step: int) -> Iterator[Token]:
    """Yield the words on one side of a word, the nearest first, as far as ``NEAR`` of them, a sign or "and"."""
    for n in range(place + step, place + step * (NEAR + 1), step):
        if not 0 <= n < len(said) or said[n].text in _BREAKS:
            return
        yield said[n]


def skipped(claim: str, quote: str) -> str | None:
    """What a claim leaves out of its quote does not end in the midst of another clause.

    "Ana came and Ben left" does not say that Ana left; that she came does "Ana, who met Ben, came" say.
    """
    ours, theirs = tokens(claim), tokens(quote)
    blocks = SequenceMatcher(None, [t.key for t in ours], [t.key for t in theirs], autojunk=False).get_matching_blocks()
    for one, other in pairwise(block for block in blocks if block.size):
        opened = any(token.content for token in ours[: one.a + one.size])  # "The …": any "the" of the quote will do
        if not opened or one.a + one.size != other.a or one.b + one.size == other.b:
            continue
        gap = theirs[one.b + one.size : other.b]
        starts = [n for n, token in enumerate(gap) if token.text in _CLAUSE_STARTS]
        if not starts:
            continue
        lead = [token for token in gap[starts[-1] + 1 :] if token.content and not _adverb(token)]
        listed = (
            gap[starts[-1]].text in ("and", ",") and len(lead) == 1 and lead[0].name and _named_before(gap, starts[-1])
        )
        if lead and not listed:
            return f'in the quote "{theirs[other.b].text}" is said of "{" ".join(token.text for token in lead)}"'
    return None


_CLAUSE_STARTS = _BREAKS | {"while", "whereas", "although", "though", "because", "after", "before", "when", "or"}


def _adverb(token: Token) -> bool:
    return token.text.endswith("ly") or token.text in ADVERBS


def _named_before(gap: Sequence[Token], place: int) -> bool:
    """Tell whether a name stands right before a place: "Spain and Peru" is a list."""
    return place > 0 and gap[place - 1].name


def roles(claim: str, quote: str) -> str | None:
    """Who does it and to whom it is done: "A hit B" is "B was hit by A", and not "B hit A"."""
    theirs = tokens(quote)
    for left, verb, right, passive in _triples(tokens(claim)):
        swapped = False
        for at, token in enumerate(theirs):
            if token.key != verb.key or token.name:
                continue
            before, after = _side(theirs, at, -1), _side(theirs, at, 1)
            straight = left.key in before and right.key in after
            crossed = right.key in before and left.key in after and not straight
            turned = passive != _undergone(theirs, at)
            if (straight and not turned) or (crossed and turned):
                swapped = False
                break
            swapped = swapped or (straight and turned) or (crossed and not turned)
        if swapped:
            return f'in the quote "{left.text}" and "{right.text}" have each other\'s part in "{verb.text}"'
    return None


_TOLD = frozenset("said says wrote told added asked noted replied argued warned explained announced".split())


def deeds(claim: str, quote: str) -> str | None:
    """Nobody did or was what the quote tells before it names them: "Ana came while Ben left" is not "Ben came".

    What was done "by" them, and what "said Ana" tells, stands the other way round, and is theirs.
    """
    ours, theirs = tokens(claim), tokens(quote)
    for at, verb in enumerate(ours):
        behind = 1 if _is_deed(verb) else 3 if verb.text in COPULAS else 0  # "was" alone tells nothing
        before = list(_beside(ours, at, -1))
        doer = next((token for token in before if token.content and not _adverb(token)), None)
        if not behind or not doer or before[0].text in COPULAS or _passive(ours, at):
            continue
        told = [token.key for token in ours[at : at + behind]]
        named = [n for n, token in enumerate(theirs) if token.key == doer.key]
        done = [n for n in range(len(theirs)) if [token.key for token in theirs[n : n + behind]] == told]
        later = all(n < named[0] and not _passive(theirs, n) and theirs[n].text not in _TOLD for n in done if named)
        if done and any(theirs[n].name for n in named) and later:
            return f'the quote tells "{verb.text}" before it names "{doer.text}"'
    return None


def _is_deed(token: Token) -> bool:
    return not token.name and (token.text.endswith("ed") or token.text in INFINITIVE)


def _triples(said: Sequence[Token]) -> Iterator[tuple[Token, Token, Token, bool]]:
    """Yield each word that may be a verb between two content words, with whether it is undergone."""
    for at, token in enumerate(said):
        plain = token.content and not (token.name or token.number or is_date(token))
        left = next((t for t in reversed(said[max(0, at - NEAR) : at]) if t.content and not t.number), None)
        right = next((t for t in said[at + 1 : at + 1 + NEAR] if t.content and not t.number), None)
        if plain and left and right and left.key != right.key:
            yield left, token, right, _undergone(said, at)


def _side(said: Sequence[Token], at: int, step: int) -> set[str]:
    """Return the keys of the content words on one side of a word, as far as ``NEAR`` of them or a sign."""
    found: set[str] = set()
    n = at + step
    while 0 <= n < len(said) and len(found) < NEAR and said[n].text not in _SIGNS:
        if said[n].content:
            found.add(said[n].key)
        n += step
    return found


def _undergone(said: Sequence[Token], at: int) -> bool:
    """Tell whether a verb tells what is done to what stands before it: "was opened", with or without "by"."""
    before = next((token for token in reversed(said[max(0, at - 2) : at]) if not _adverb(token)), None)
    return _passive(said, at) or (_is_deed(said[at]) and before is not None and before.text in BE)


def _passive(said: Sequence[Token], at: int) -> bool:
    return any(token.text == "by" for token in said[at + 1 : at + 3])
