"""Of two numbers in a sentence, the one that stands by what is asked: of "25 sank, 12 were saved" the saved are 12."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from rag.english.amounts import Amount, amounts
from rag.english.polarity import negated
from rag.english.tokens import Token, meets, tokens

_HOW_MANY = re.compile(r"\bhow many\s+(?P<asked>.+)", re.IGNORECASE | re.DOTALL)
_MEASURES = "(long|wide|tall|high|deep|thick|heavy|broad)"
_ALIKE = {"tall": "(?:tall|high)", "high": "(?:tall|high)", "wide": "(?:wide|broad)", "broad": "(?:wide|broad)"}
_HOW = re.compile(rf"\bhow {_MEASURES}\b", re.IGNORECASE)
_HOW_MANY_HAN = re.compile("多少|几[个名人]|何人|何件|何パーセント|いくつ|いくら|どのくらい")
_CUTS = re.compile(r"[,;:]\s+(?:and |but |while )?|\s(?:and|but|while|whereas)\s", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class _Clause:
    start: int
    text: str
    met: int
    """So many of the words that tell what was done or where."""
    amounts: tuple[Amount, ...]


def count_asked(question: str, sentence: str, answer: str) -> str:
    """Return a short answer to "how many", or the number beside it that the sentence has by what is asked.

    Only where one other clause of the sentence has more of the question's words, and one number of the same things.

    >>> count_asked("How many ships were saved?", "Twenty-five ships were lost, and twelve were saved.", "Twenty-five")
    'twelve'
    >>> count_asked("How many ships were lost?", "Twenty-five ships were lost, and twelve were saved.", "Twenty-five")
    'Twenty-five'
    >>> count_asked("How wide was the crack?", "It was 2.4 metres long and 11 centimetres wide.", "2.4 metres")
    '11 centimetres'
    """
    if _HOW_MANY_HAN.search(question):
        told = [amount.item for amount in amounts(sentence) if not amount.dated]
        return sentence[told[0].first : told[0].last] if answer and len(told) == 1 else answer
    if answer and (how := _HOW.search(question)):
        of_another = re.match(rf"(?: [^\W\d_]+)?[ -]{_MEASURES}\b", sentence[sentence.find(answer) + len(answer) :])
        return _measured(how[1].lower(), sentence) or ("" if of_another else answer)
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
    if thing is None or own is None or not own.amounts or not only or best.met <= own.met or negated(best.text):
        return answer
    (amount, *others) = best.amounts or (None,)
    if amount is None or others or not _of(amount, thing, rest):
        return answer
    return best.text[min(amount.item.first, amount.item.start) : max(amount.item.end, amount.item.last)]


def _measured(how: str, sentence: str) -> str:
    """Return the one measure of a sentence that the word of the question stands behind; empty if there is none."""
    found = [
        sentence[amount.item.first : amount.item.first + said.start(1)]
        for amount in amounts(sentence)
        if (
            said := re.match(
                rf"[^,;]{{1,30}}?([ -]{_ALIKE.get(how, how)}\b)", sentence[amount.item.first :], re.IGNORECASE
            )
        )
        and len(amounts(said[0])) == 1
    ]
    return found[0] if len(found) == 1 else ""


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
