"""Documents that tell the same story in nearly the same words: wire copy, reprints, second downloads."""

import re
import unicodedata
from collections.abc import Sequence

from rag.documents.common.metadata import DATELINE
from rag.text.terms import words

SHINGLE = 3
"""Words that are compared together."""
LEAST_SHARED = 0.6
"""Two documents are one story if so much of their shingles, taken together, is in both (Jaccard index)."""
_PERMUTATIONS, _BANDS = 128, 32  # a pair that shares 0.6 is a candidate with a probability of 0.99
_LEAST_ESTIMATE = 0.5  # of a candidate, by MinHash alone, to be looked at: two standard deviations below
_MOST_COMPARED = 3

_AGENCY = re.compile(r"\s*[A-Z][A-Z .'’-]+(?:, \w[\w. ]{2,20})?\s*\([^)\n]{2,40}\)\s*[—–-]+\s+")
"""«MEXICO CITY (Wire) - », «LONDON, Oct 3 (Reuters) – »."""
_LEAST_WORDS = 5
"""What stands behind a dateline has more; behind "SMITH (Labour) - " there may be a result, and that is his."""


def stories(texts: Sequence[str]) -> list[int | None]:
    """Return, for each text, the number of the first one of its story; None for one that stands alone.

    MinHash (rensa) finds the likeliest among the first texts of all stories; shingles decide.
    """
    from rensa import RMinHash, RMinHashLSH

    firsts = RMinHashLSH(threshold=LEAST_SHARED, num_perm=_PERMUTATIONS, num_bands=_BANDS)
    signatures: dict[int, RMinHash] = {}
    found: list[int | None] = []
    for number, text in enumerate(texts):
        own = _shingles(text)
        signature = RMinHash(num_perm=_PERMUTATIONS, seed=1)
        signature.update(sorted(own))
        estimates = {n: signature.jaccard(signatures[n]) for n in firsts.query(signature)}
        likely = [n for n, shared in estimates.items() if shared >= _LEAST_ESTIMATE]
        likely = sorted(likely, key=lambda n: (-estimates[n], n))[:_MOST_COMPARED]
        first = next((n for n in likely if _shared(own, _shingles(texts[n]))), None)
        if first is None:
            firsts.insert(number, signature)
            signatures[number] = signature
        else:
            found[first] = first
        found.append(first)
    return found


def statement(sentence: str) -> str:
    """Return what makes two sentences one statement: every word, number and sign, but no dateline or quotation marks.

    >>> statement("LONDON (Reuters) - “Oil fell 1.5% again,” he said.") == statement("Oil fell 1.5% again, he said.")
    True
    >>> statement("Oil fell 1.5%.") == statement("Oil fell -1.5%.")
    False
    """
    dateline = DATELINE.match(sentence) or _AGENCY.match(sentence)
    rest = sentence[dateline.end() :] if dateline else ""
    said = rest if rest.count(" ") >= _LEAST_WORDS else sentence
    written = unicodedata.normalize("NFKC", said).casefold().split()
    return " ".join(filter(None, (word.lstrip("“”„«‘’\"'(").rstrip("”“»’‘\"'.,;:)") for word in written)))


def _shingles(text: str) -> set[str]:
    all_words = words(text)
    return {" ".join(all_words[n : n + SHINGLE]) for n in range(max(1, len(all_words) - SHINGLE + 1))}


def _shared(one: set[str], other: set[str]) -> bool:
    return len(one & other) >= LEAST_SHARED * len(one | other)
