"""What a sentence says to a question of yes or no, by rules alone, and what of it a judge may take for a no."""

import re
from collections.abc import Iterator

from rag.english.amounts import Amount, amounts
from rag.english.clause import before_is_about
from rag.english.decide import decide, supposes
from rag.english.guards import YesNo, absent, against, exceptions
from rag.english.statements import statements
from rag.english.tokens import meets, tokens
from rag.text.terms import names

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
    return "no" if held_by_another(question, sentence, context) else None


def _with_values_of(question: str, sentence: str) -> Iterator[tuple[str, str]]:
    """Yield the question with a number of a statement in the place of one of its own, and the statement."""
    for wanted in amounts(question):
        for statement in () if wanted.dated else (sentence, *statements(sentence)):
            there = [given for given in amounts(statement) if not given.dated]
            near = [given for given in there if wanted.comparable(given)]
            near = near or [given for given in there if _in_another_unit(wanted, given)]
            if all(given.apart(wanted) or given.item.unit != wanted.item.unit for given in near):
                start, end = _span(question, wanted)
                for first, last in (_span(statement, given) for given in near):
                    yield f"{question[:start]}{statement[first:last]}{question[end:]}", statement


def _in_another_unit(one: Amount, other: Amount) -> bool:
    """Tell whether two are as many of two units that are told apart: 46.5 million euros and 46.5 million dollars."""
    units = {one.item.unit, other.item.unit}
    return len(units) > 1 and not units & {"", "%", "‰", "pp"} and one.item.number == other.item.number


def _span(text: str, amount: Amount) -> tuple[int, int]:
    """Return where an amount stands with its bound and unit, without the word behind it."""
    last = max(amount.item.end, amount.item.last)
    first = text.rfind(amount.said, 0, last + len(amount.said))
    return min(first if first >= 0 else amount.item.first, amount.item.start), last


_NAME = r"(?:[A-Z][\w'’-]+ )+[A-Z][\w'’-]+"
_ASKS_ROLE = re.compile(rf"Is (?P<who>{_NAME}) the (?P<role>[a-z][a-z -]*?)(?: (?:of|at|for|in) (?P<whose>[^?,]+))?\?")
_OWNER = r"(?:(?:[Tt]he|[Ii]ts|[Tt]heir) (?:(?P<owner>[^,]+?)['’]s? )?|(?P<named>[A-Z][^,]*?)['’]s? )"


def held_by_another(question: str, sentence: str, context: str = "") -> bool:
    """Tell whether a sentence names somebody else as what a question asks whether somebody is.

    The role is one that only one has ("the mayor"), of the same body, and nothing around the sentence gives it to whom
    the question names.

    >>> text = "The museum's director, Ana Silva, thanked the guard, Ben Costa."
    >>> held_by_another("Is Ben Costa the director of the museum?", text, text)
    True
    >>> held_by_another("Is Ben Costa the guard of the bank?", text, text)
    False
    """
    if not (asked := _ASKS_ROLE.fullmatch(question.strip())):
        return False
    who, role, whose = asked["who"], re.escape(asked["role"]), asked["whose"]
    last = who.split()[-1]
    of = r"(?: (?:of|at|for) (?P<of>[^,]+))?"
    forms = (
        rf"(?:^|[.,;] |\b(?:and|but) ){_OWNER}{role}{of}, (?P<other>{_NAME}),",
        rf"(?P<other>{_NAME}), {_OWNER}{role}{of}(?:[,.;]|$)",
        rf"(?:^|\. ){role[:1].upper()}{role[1:]} (?P<other>{_NAME})\b",
    )
    found = next((match for form in forms if (match := re.search(form, sentence))), None)
    if not found or last in found["other"].split() or absent(who, context):
        return False
    near = rf"\b{role}\b[^.]*\b{re.escape(last)}\b|\b{re.escape(last)}\b[^.]*\b{role}\b"
    if any(
        re.search(near, part, re.IGNORECASE) for part in re.split(r"(?<=\.)\s", context) if found["other"] not in part
    ):
        return False
    if not whose:
        return True
    owner = next((value for name in ("owner", "named", "of") if (value := found.groupdict().get(name))), None)
    wanted = [token for token in tokens(whose) if token.content]
    if owner is None:
        return before_is_about(wanted, sentence, context)
    return all(any(meets(token, other) for other in tokens(owner)) for token in wanted)


def deniable(question: str, sentence: str, context: str = "") -> str | None:
    """Return the statement of a sentence that a judge may take for a no; None where a guard would not have it.

    It is about what is asked, and of nobody else; it reports and supposes nothing; and a guard finds what keeps it from
    being a yes.

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
        or (absent(question, sentence) and not set(names(sentence)) <= set(names(question, initial=True)))
        or supposes(question, statement)
        or exceptions(question, statement) is not None  # what is excepted may be told of all the same
        or against(question, statement, "no", context) is not None
    ):
        return None
    return statement if against(question, statement, "yes", context) is not None else None
