"""Texts compared as the field compares them: SQuAD 2.0's normalisation, token F1, values, lexical entailment."""

import re
import string
import unicodedata
from collections import Counter
from functools import lru_cache

from text_to_num import alpha2digit

from rag.dates import DATE, MONTH, MONTHS, iso_date
from rag.match import negated
from rag.terms import SPELLED, names, numbers, root, terms, words

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


_SCALES = {"hundred": 100, "thousand": 1000, "k": 1000, "million": 10**6, "m": 10**6, "billion": 10**9, "bn": 10**9}
_SCALES |= {"trillion": 10**12, **{str(scale): scale for scale in (100, 1000, 10**6, 10**9, 10**12)}}
_NUMBER = re.compile(
    r"(?<![\w.])(\d+(?:,\d{3})*(?:\.\d+)?)(?: ?((?i:hundred|thousand|k|million|m|billion|bn|trillion)|10+)\b)?"
)
_RANGE = re.compile(rf"{_NUMBER.pattern}(?= ?(?:to|and|or|[-–—]) ?[$€£]?{_NUMBER.pattern})")
_DAY = re.compile(
    rf"\b(?:({MONTH}) (\d{{1,2}})(?:st|nd|rd|th)?|(\d{{1,2}})(?:st|nd|rd|th)? (?:of )?({MONTH}))\b(?:,? (\d{{4}}))?",
    re.I,
)


@lru_cache(maxsize=4096)
def values(text: str) -> frozenset[str]:
    """Return the numbers and dates of a text by value; a date also without its year.

    >>> sorted(values("thirty-two men, $2.8 billion, on 3 January 2026"))
    ['--01-03', '2.8', '2026', '2026-01-03', '2800000000', '3', '32']
    """
    digits = _digits(text)
    found: set[str] = set()
    for match in _NUMBER.finditer(digits):
        found |= {_plain(_number(match[1])), _plain(_number(match[1], match[2]))}
    for match in _RANGE.finditer(digits):  # "30 to 50 million": the first number is one of millions too
        if not match[2] and match[4]:
            found.add(_plain(_number(match[1], match[4])))
    for match in _DAY.finditer(digits):
        month = MONTHS.index((match[1] or match[4])[:3].lower()) + 1
        day = f"{month:02d}-{int(match[2] or match[3]):02d}"
        found |= {f"--{day}", *([f"{match[5]}-{day}"] if match[5] else [])}
    for match in re.finditer(DATE, digits):
        if date := iso_date(match[0]):
            found |= {date, f"-{date[4:]}"}
    return frozenset(found)


def _number(digits: str, scale: str | None = None) -> float:
    return float(digits.replace(",", "")) * _SCALES.get((scale or "").lower(), 1)


def _digits(text: str) -> str:
    """Return a text with its spelled numbers as digits; "one" alone stays, which is a pronoun too."""
    sound = text.encode("utf-8", "replace").decode()  # alpha2digit fails on a lone surrogate
    return re.sub(r"\b(zero|two)\b", lambda match: SPELLED[match[1].lower()], alpha2digit(sound, "en"), flags=re.I)


def _plain(number: float) -> str:
    return f"{number:.6f}".rstrip("0").rstrip(".")


@lru_cache(maxsize=4096)
def value(text: str) -> str | None:
    """Return the value of a text that is a number or a date and nothing else.

    >>> value("thirty-two"), value("$2.8 billion"), value("January 3, 2026"), value("66 years")
    ('32', '2800000000', '2026-01-03', None)
    """
    digits = _digits(text).strip("$€£% \n")
    if _DAY.fullmatch(digits) or re.fullmatch(DATE, digits):
        dates = [found for found in values(digits) if "-" in found]
        return max(dates, key=lambda found: found[0].isdigit())  # with its year, where it has one
    if match := _NUMBER.fullmatch(digits):
        return _plain(_number(match[1], match[2]))
    return None


def entails(premise: str, claim: str) -> bool:
    """Tell whether a premise entails a claim, as far as words show: a stand-in for ALCE's model, and named so.

    Every number and name of the claim is in the premise, so are at least ``ENTAILED_PART`` of its terms, and both are
    negated or neither. Words in another order or role are not seen.

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
        and negated(claim) == negated(premise)
    )
