"""Documents that tell the same story in nearly the same words: wire copy, reprints, second downloads."""

from collections.abc import Sequence

from rag.terms import words

SHINGLE = 3
"""Words that are compared together."""
LEAST_SHARED = 0.6
"""Two documents are one story if so much of their shingles, taken together, is in both (Jaccard index)."""
_PERMUTATIONS, _BANDS = 128, 32  # find a pair that shares 0.6 with a probability of 0.99; the rest is exact


def stories(texts: Sequence[str]) -> list[int | None]:
    """Return, for each text, the number of the first one of its story; None for one that stands alone.

    MinHash (rensa) finds candidates among the first texts of all stories; their shingles decide.
    """
    from rensa import RMinHash, RMinHashLSH

    firsts = RMinHashLSH(threshold=LEAST_SHARED, num_perm=_PERMUTATIONS, num_bands=_BANDS)
    found: list[int | None] = []
    for number, text in enumerate(texts):
        own = _shingles(text)
        signature = RMinHash(num_perm=_PERMUTATIONS, seed=1)
        signature.update(sorted(own))
        first = next((n for n in sorted(firsts.query(signature)) if _shared(own, _shingles(texts[n]))), None)
        if first is None:
            firsts.insert(number, signature)
        else:
            found[first] = first
        found.append(first)
    return found


def _shingles(text: str) -> set[str]:
    all_words = words(text)
    return {" ".join(all_words[n : n + SHINGLE]) for n in range(max(1, len(all_words) - SHINGLE + 1))}


def _shared(one: set[str], other: set[str]) -> bool:
    return len(one & other) >= LEAST_SHARED * len(one | other)
