"""A code that a question names is met exactly or not at all: "PPR-9078" is not "PPR-9087".

A code is a word with a digit in it that is no number, date, time, unit or ordinal: "PPR-9087", "2024/117-B", "A1043".
What stands for one is written in several ways, so "PPR 9087" and "ppr9087" are the same.
"""

import re
from dataclasses import replace

from rag.schema import Evidence, Reading
from rag.text import quantities

ANOTHER = 0.1
"""Most confidence where nothing is about the code that is asked for."""
LEAST_DIGITS = 3
"""A code of fewer ("COVID-19", "G7") is also left out where it goes without saying."""

_HYPHENS = dict.fromkeys(map(ord, "\u2010\u2011\u2012\u2013\u2212\ufe63\uff0d"), "-")
_SPACED = re.compile(r"\b(?!(?:EUR|USD|GBP|CHF|JPY|CAD|AUD|AD|BC|CE|FY|NO)\b)([A-Z]{2,}) (?!(?:19|20)\d\d\b)(\d{3,})\b")
_NO_CODE = re.compile(r"[\d-]+|\d+[a-z]{1,4}|q[1-4]|h[12]|fy\d\d")
"""A date, a time, a unit, a quarter."""


def codes(text: str) -> list[str]:
    """Return the codes of a text in order, in comparable form.

    >>> codes("Valve PPR‑9087 of contract 2024/117-B, 16 bar, 24-hour, 2024-03-04, 10km, 5-7, 1990s, the 3rd")
    ['ppr9087', '2024-117b']
    """
    plain = _SPACED.sub(r"\1-\2", text.translate(_HYPHENS))
    return [code.text for code in quantities.codes(plain) if not _NO_CODE.fullmatch(code.text)]


def _plain(text: str) -> str:
    return re.sub(r"[\s\-/._:#]+", "", text.translate(_HYPHENS).casefold())


def _form(code: str) -> str:
    """Return what the codes of one series share: "ppr-9087" and "ppr-580" do."""
    letters = re.sub(r"\d+", "9", code)
    return re.sub(r"[a-z]+$", "a", letters) if re.search(r"\d.*[a-z]+$", code) else letters


def exact(question: str, reading: Reading) -> Reading:
    """Return a reading without what is about another code than the question's.

    Args:
        question: standalone.
        reading: of any reader, best evidence first.
    """
    asked = codes(question)
    if not asked or not reading.evidence:
        return reading
    kept = tuple(item for item in reading.evidence if all(_about(code, item) for code in asked))
    if not kept:
        return replace(reading, confidence=min(reading.confidence, ANOTHER))
    return replace(reading, evidence=kept)


def _about(code: str, item: Evidence) -> bool:
    """Tell whether a sentence is about a code: it has it, or the last one of its series before it is the same."""
    passage, plain = item.passage, _plain(code)
    if _has(plain, item.quote):
        return True
    form = _form(code)
    before = passage.text[: item.sentence.end - passage.start]
    series = [other for other in codes(f"{passage.title} . {before}") if _form(other) == form or _plain(other) == plain]
    if series:
        return _plain(series[-1]) == plain
    if sum(map(str.isdigit, code)) < LEAST_DIGITS:
        return True
    return _has(plain, f"{passage.title} {passage.source} {passage.text}")


def _has(plain: str, text: str) -> bool:
    """Tell whether a text has a code, however it is divided, and not as a part of a longer one."""
    pattern = r"[\s\-/._:#]*".join(map(re.escape, plain))
    return bool(re.search(rf"(?<![^\W_]){pattern}(?![^\W_])", text.translate(_HYPHENS), re.IGNORECASE))
