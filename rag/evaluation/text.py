"""Texts compared as the field compares them: SQuAD 2.0's normalisation, token F1, lexical entailment."""

import re
import string
import unicodedata
from collections import Counter
from functools import lru_cache

from rag.english.polarity import denial
from rag.text.terms import names, numbers, root, terms, words

ENTAILED_PART = 0.8
"""Least part of a claim's terms that its citations must hold to entail it."""


_PUNCTUATION = re.compile(rf"(?!(?<=\d)\.(?=\d))[{re.escape(string.punctuation)}]")


@lru_cache(maxsize=4096)
def normalised(text: str) -> tuple[str, ...]:
    """Return the tokens of a text after SQuAD 2.0's normalisation.

    Lower case; ASCII punctuation and the articles removed, but for the point of a decimal, or 1.5 would be 15.
    Typographic punctuation, which SQuAD has none of, becomes the ASCII apostrophe or a space: ``Rubio—a`` is two words.

    >>> normalised("The “U.S.” raid—a success"), normalised("Cuba’s")
    (('us', 'raid', 'success'), ('cubas',))
    """
    plain = "".join(
        " " if not char.isascii() and unicodedata.category(char)[0] == "P" else char
        for char in unicodedata.normalize("NFC", text).replace("’", "'").lower()
    )
    bare = _PUNCTUATION.sub("", plain)
    return tuple(re.sub(r"\b(?:a|an|the)\b", " ", bare).split())


def exact_match(prediction: str, answers: tuple[str, ...]) -> float:
    """Return 1 if the prediction is one of the answers after normalisation, else 0.

    An empty prediction is a refusal, an answer without members the wish for one.
    """
    return float(normalised(prediction) in _wanted(answers))


def f1(prediction: str, answers: tuple[str, ...]) -> float:
    """Return the best token F1 of a prediction with any of the answers, as SQuAD 2.0's script has it."""
    return max(_f1(normalised(prediction), answer) for answer in _wanted(answers))


def _wanted(answers: tuple[str, ...]) -> list[tuple[str, ...]]:
    """Return the answers normalised; as in SQuAD's script one of which nothing is left does not count."""
    return list(filter(None, map(normalised, answers))) or [()]


def _f1(got: tuple[str, ...], wanted: tuple[str, ...]) -> float:
    if not got or not wanted:
        return float(got == wanted)
    same = (Counter(got) & Counter(wanted)).total()
    return 2 * same / (len(got) + len(wanted)) if same else 0.0


def contains(text: str, answer: str) -> bool:
    """Tell whether a text holds an answer as a run of whole words, both normalised (STR-EM).

    >>> contains("In 1932 he left.", "32"), contains("The 32 men left.", "32 men")
    (False, True)
    """
    wanted = normalised(answer)
    return bool(wanted) and f" {' '.join(wanted)} " in f" {' '.join(normalised(text))} "


def entails(premise: str, claim: str) -> bool:
    """Tell whether a premise entails a claim, as far as words show: a stand-in for ALCE's model, and named so.

    Every number and name of the claim is in the premise, so are at least ``ENTAILED_PART`` of its terms, and neither
    denies what the other does not. Words in another order or role are not seen.

    >>> entails("The raid killed 32 men in Caracas.", "32 men were killed in Caracas.")
    True
    >>> entails("The raid killed 32 men in Caracas.", "33 men were killed in Caracas.")
    False
    """
    said = {root(word) for word in words(premise)} | set(names(premise, initial=True))
    asserted, held = set(terms(claim)), set(terms(premise))
    return (
        numbers(claim) <= numbers(premise)
        and set(names(claim)) <= said
        and len(asserted & held) >= ENTAILED_PART * len(asserted)
        and denial(claim, premise) is None
    )
