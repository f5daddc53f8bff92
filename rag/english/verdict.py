"""What a sentence says to a question of yes or no, by rules alone, and what of it a judge may take for a no."""

from collections.abc import Iterator

from rag.english.amounts import Amount, amounts
from rag.english.decide import decide, supposes
from rag.english.guards import YesNo, against
from rag.english.statements import statements
from rag.english.tokens import meets, tokens

SAME_MATTER = 0.5
"""What part of a question's words a statement has at least that denies it."""


def verdict(question: str, sentence: str, context: str = "") -> YesNo | None:
    """Return what a sentence decides, if no guard objects.

    Args:
        question: one of yes or no; any other is not decided.
        sentence: what may decide it.
        context: the passage around it and its title.

    >>> verdict("Did the firm lose 46.5 million euros?", "The firm lost 46.5 million euros in May.")
    'yes'
    >>> verdict("Did the firm lose 465 million euros?", "The firm lost 46.5 million euros in May.")
    'no'
    """
    said = decide(question, sentence, context)
    if said and against(question, sentence, said, context) is None:
        return said
    for other, statement in _with_values_of(question, sentence):
        if decide(other, sentence, context) == "yes" and against(other, statement, "yes", context) is None:
            return "no"
    return None


def _with_values_of(question: str, sentence: str) -> Iterator[tuple[str, str]]:
    """Yield the question with a number of a statement in the place of one of its own, and the statement."""
    for wanted in amounts(question):
        for statement in () if wanted.dated else (sentence, *statements(sentence)):
            near = [given for given in amounts(statement) if wanted.comparable(given) and not given.dated]
            if all(given.apart(wanted) for given in near):
                start, end = _span(question, wanted)
                for first, last in (_span(statement, given) for given in near):
                    yield f"{question[:start]}{statement[first:last]}{question[end:]}", statement


def _span(text: str, amount: Amount) -> tuple[int, int]:
    """Return where an amount stands with its bound and unit, without the word behind it."""
    last = max(amount.item.end, amount.item.last)
    first = text.rfind(amount.said, 0, last + len(amount.said))
    return min(first if first >= 0 else amount.item.first, amount.item.start), last


def deniable(question: str, sentence: str, context: str = "") -> str | None:
    """Return the statement of a sentence that a judge may take for a no; None where a guard would not have it.

    It is about what is asked, reports and supposes nothing, and a guard finds what keeps it from being a yes.

    >>> deniable("Did Ana come?", "Ana was ill, and did not come."), deniable("Did Ana come?", "Ana may not come.")
    ('Ana did not come.', None)
    """
    own = [token for token in tokens(question) if token.content and not token.number]

    def met(statement: str) -> int:
        there = tokens(statement)
        return sum(any(meets(word, token) for token in there) for word in own)

    statement = max((*statements(sentence), sentence), key=met)
    if (
        met(statement) < SAME_MATTER * len(own)
        or supposes(question, statement)
        or against(question, statement, "no", context) is not None
    ):
        return None
    return statement if against(question, statement, "yes", context) is not None else None
