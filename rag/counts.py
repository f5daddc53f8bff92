"""Of two numbers in a sentence, the one that stands by what is asked: of "25 sank, 12 were saved" the saved are 12."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from rag.amounts import Amount, amounts
from rag.senses import Token, meets, tokens

_HOW_MANY = re.compile(r"\bhow many\s+(?P<asked>.+)", re.IGNORECASE | re.DOTALL)
_HOW_MANY_HAN = re.compile("多少|几[个名人]|何人|何件|何パーセント|いくつ|いくら|どのくらい")
_CUTS = re.compile(r"[,;:]\s+(?:and |but |while )?|\s(?:and|but|while|whereas)\s", re.IGNORECASE)
_DENIED = re.compile(r"\b(?:not?|never|none|nobody|neither|nor)\b|n['’]t\b", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class _Clause:
    start: int
    text: str
    met: int
    """So many of the words that tell what was done or where."""
    amounts: tuple[Amount, ...]


def counted(question: str, sentence: str, answer: str) -> str:
    """Return a short answer to "how many", or the number beside it that the sentence has by what is asked.

    Only where one other clause of the sentence has more of the question's words, and one number of the same things.

    >>> counted("How many ships were saved?", "Twenty-five ships were lost, and twelve were saved.", "Twenty-five")
    'twelve'
    >>> counted("How many ships were lost?", "Twenty-five ships were lost, and twelve were saved.", "Twenty-five")
    'Twenty-five'
    """
    if _HOW_MANY_HAN.search(question):
        told = [amount.item for amount in amounts(sentence) if not amount.dated]
        return sentence[told[0].first : told[0].last] if answer and len(told) == 1 else answer
    asked = _HOW_MANY.search(question)
    place = sentence.find(answer) if answer else -1
    if not asked or place < 0:
        return answer
    rest = [token for token in tokens(asked["asked"]) if token.content]
    thing = rest.pop(0) if rest else None
    clauses = list(_clauses(sentence, rest))
    own = next((clause for clause in reversed(clauses) if clause.start <= place), None)
    best = max(clauses, key=lambda clause: clause.met)
    only = sum(clause.met == best.met for clause in clauses) == 1
    if thing is None or own is None or not own.amounts or not only or best.met <= own.met or _DENIED.search(best.text):
        return answer
    (amount, *others) = best.amounts or (None,)
    if amount is None or others or not _of(amount, thing, rest):
        return answer
    return best.text[min(amount.item.first, amount.item.start) : max(amount.item.end, amount.item.last)]


def _clauses(sentence: str, rest: list[Token]) -> Iterator[_Clause]:
    start = 0
    ends = [*((cut.start(), cut.end()) for cut in _CUTS.finditer(sentence)), (len(sentence), len(sentence))]
    for end, following in ends:
        text = sentence[start:end]
        said = tokens(text)
        met = sum(any(meets(word, token) for token in said) for word in rest)
        yield _Clause(start, text, met, tuple(amount for amount in amounts(text) if not amount.dated))
        start = following


def _of(amount: Amount, thing: Token, rest: list[Token]) -> bool:
    """Tell whether a number counts what is asked for, or leaves unsaid what it counts."""
    keys = {thing.key, *(word.key for word in rest)}
    return not amount.item.unit and (not amount.counted or amount.counted[0] in keys or thing.key in amount.counted)
