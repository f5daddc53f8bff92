"""Does one sentence decide a question of yes or no?

A sentence decides only if it says, about the same thing and in the same order, what the question asks, or denies it in
so many words. Whatever else it may mean, to a reader who knows more, is no decision: a wrong "yes" is far worse than
none. What it takes:

- the question is one of yes or no, and of one clause,
- the sentence reports or supposes nothing ("said", "if", "may", "plans to") that the question does not too,
- who or what the question is about stands before the verb in the sentence; or a pronoun does, and the sentence before
  is about it; or its last name does, and the context has the whole one,
- all other names, numbers and words follow, in the question's order, with little between them,
- what stands in the way is negated once, or says the opposite once: "no"; otherwise "yes".
"""

import re
from collections.abc import Container, Sequence
from dataclasses import replace
from typing import Literal

from rag.english import clause
from rag.english.clause import PolarQuestion
from rag.english.question_form import bare, yes_no
from rag.english.statements import active, statements
from rag.english.tokens import Token, is_date, tokens
from rag.english.vocabulary import BE, COPULAS, HEDGES, INFINITIVE, MODALS, UNCHANGED

_ASIDE = re.compile(r",\s(?:(?!\b(?:and|or)\b)[^,;\"“”])*,\s(?!(?:and|or)\b)|\s\([^()]*\)")
_NAMED = re.compile(
    r"^(?P<lead>(?:(?:On|In|At) [^,]+, )?)(?:[Tt]he|[Ii]ts|[Tt]heir|[Hh]is|[Hh]er) [\w' -]+, (?P<name>[A-Z][^,;]*), "
)
"""A subject with its name behind it: "The owner, Norline, will pay"."""
_QUOTED = re.compile(r"[\"“][^\"”“]*\s[^\"”“]*\s[^\"”“]*[\"”]")


_COMPARED = re.compile(
    r",?\s(?:than|as)\s(?:(?:had|has|have|was|were|been|is|originally|first)\s)*"
    r"(?P<by>planned|expected|feared|thought|predicted|hoped|forecast|foreseen|promised|estimated|projected)\b(?!\s(?:that|to)\b)"
)
"""What something is compared with: it supposes nothing of the thing itself."""
_ANYBODY = re.compile(r"\b(?:anyone|anybody)\b", re.IGNORECASE)
_NOBODY = (
    (re.compile(r"^(?:nobody|no one)\b", re.IGNORECASE), "No people"),
    (re.compile(r"^none of (?:(?:the|its|their|his|her|these|those) )?", re.IGNORECASE), "No "),
)
_ANYTHING = re.compile(r"\b(?:anything|anyone|anybody|any)\b", re.IGNORECASE)
_NOTHING = re.compile(r"\b(\w+) (?:nothing|nobody|no one|none)\b(?! (?:but|less|more|other|else)\b)")


def decide(question: str, sentence: str, context: str = "") -> Literal["yes", "no"] | None:
    """Return ``yes`` or ``no`` if one sentence decides a question, else None.

    Args:
        question: one that yes or no answers; any other is not decided.
        sentence: what may decide it.
        context: the passage around it, or its title: tells who "he" in the sentence is.

    >>> decide("Did the minister accept the offer?", "On Monday, the minister refused the offer.")
    'no'
    >>> decide("Did the minister accept the offer?", "The minister may accept the offer.")
    """
    if not yes_no(question):
        return None
    text = bare(question)
    if _ANYBODY.search(text):
        text, question = (_ANYBODY.sub("people", asking) for asking in (text, question))
    sentence = _NOTHING.sub(r"never \1 anything", sentence) if _ANYTHING.search(text) else sentence
    asked = PolarQuestion.of(text, question)
    if asked is None or sentence.rstrip("\"”' ").endswith("?") or _QUOTED.search(sentence):
        return None
    found = {_stated(asked, plain, sentence, context) for plain in (sentence, *statements(sentence))} - {None}
    if not found and (other := active(text)) and (asked := PolarQuestion.of(other, other)):
        found = {_stated(asked, plain, sentence, context) for plain in (sentence, *statements(sentence))} - {None}
    return found.pop() if len(found) == 1 else None


def _stated(asked: PolarQuestion, statement: str, sentence: str, context: str) -> Literal["yes", "no"] | None:
    """Return what a statement of a sentence decides."""
    statement = _uncompared(asked.every, statement)
    if _hedged(asked.every, tokens(statement)):
        return None
    for pattern, none in _NOBODY:
        statement = pattern.sub(none, statement)
    for plain in dict.fromkeys((statement, _NAMED.sub(r"\g<lead>\g<name> ", statement))):
        said = tokens(_ASIDE.sub(" ", plain))
        for pivot in range(1, len(said)):
            if verdict := _at(asked, said, pivot, sentence, context):
                return verdict
    return None


def supposes(question: str, sentence: str) -> bool:
    """Tell whether a sentence reports, supposes or intends what a question does not, or quotes what somebody said.

    >>> supposes("Did Ana sell?", "Ana may sell."), supposes("May Ana sell?", "Ana may sell.")
    (True, False)
    """
    asked = {word for token in tokens(question) for word in (token.text, token.key)}
    return bool(_QUOTED.search(sentence)) or _hedged(asked, tokens(_uncompared(asked, sentence)))


def _uncompared(asked: Container[str], sentence: str) -> str:
    """Return a sentence without what it compares something with ("than planned"), unless the question asks of that."""
    return _COMPARED.sub(lambda found: found[0] if found["by"] in asked else "", sentence)


def _hedged(asked: Container[str], said: Sequence[Token]) -> bool:
    """Tell whether a sentence reports, supposes or intends what the question, of these words, does not."""
    return any(
        (token.text in HEDGES or token.key in HEDGES)
        and not (token.name or token.key in asked or before.text in ("a", "an"))
        for before, token in zip((said[0], *said), said, strict=False)
    )


def _at(
    asked: PolarQuestion, said: Sequence[Token], pivot: int, sentence: str, context: str
) -> Literal["yes", "no"] | None:
    """Return what a sentence decides if its verb is at ``pivot``."""
    start, helpers, flips = clause.left(said, pivot)
    if start < 0 or not _fits(asked, said, pivot, helpers, flips):
        return None
    for cut in range(len(asked.words) - 1, 0, -1):
        subject, predicate = asked.words[:cut], asked.words[cut:]
        found = clause.right(predicate, said, pivot + asked.be, be=asked.be)
        if found and clause.subject_met(subject, said, start, sentence, context, asked):
            found = replace(found, denials=found.denials + flips + clause.none(said, start, len(subject)))
            return _verdict(asked, said, pivot, found, verb=len(predicate) == 1)
    return None


def _verdict(
    asked: PolarQuestion, said: Sequence[Token], pivot: int, found: clause.Met, *, verb: bool
) -> Literal["yes", "no"] | None:
    """Return what follows from how a sentence meets all the words of a question; ``verb``: there is nothing but one."""
    if found.denials and not clause.denies_all(asked, said, pivot, found.end):
        return None
    if not clause.ends_well(said, found.end, verb=verb, be=asked.be):
        return None
    changes = found.denials + found.reversals
    if not _dates_met(asked, said, one_off=found.one_off and not changes):
        return None
    changes += not _all_met(asked.dates, said)
    return None if changes > 1 else "no" if changes else "yes"


def _fits(asked: PolarQuestion, said: Sequence[Token], pivot: int, helpers: list[str], flips: int) -> bool:
    """Tell whether the verb's form and its auxiliaries say that it happens when and as the question asks."""
    auxiliary, text = asked.auxiliary, said[pivot].text
    if asked.be:
        same_time = (auxiliary in ("was", "were")) == (text in ("was", "were"))
        return text == "been" or (text in COPULAS and same_time)
    been = {"been"} & asked.every
    if set(helpers) & BE != been:
        return False
    modal = {helper[:2] for helper in helpers if helper in MODALS}
    if modal or auxiliary in MODALS:
        return modal == {auxiliary[:2]}
    present = bool(set(helpers) & {"do", "does"})
    past = bool(set(helpers) & {"did", "had", "has", "have", "refused"}) or _is_past(text)
    if auxiliary in ("do", "does"):
        return not past
    return not present and (past or (text in UNCHANGED and not helpers and not flips))


def _is_past(verb: str) -> bool:
    return (verb in INFINITIVE and verb != "has") or verb.endswith("ed")


def _all_met(dates: Sequence[Token], said: Sequence[Token]) -> bool:
    present = {token.text for token in said}
    return all(token.text in present for token in dates)


def _dates_met(asked: PolarQuestion, said: Sequence[Token], *, one_off: bool) -> bool:
    """Tell whether the sentence has the question's dates, or one other year for what happens once."""
    if not asked.dates:
        return True
    own = [token for token in said if is_date(token)]
    texts = [token.text for token in said]
    for n, token in enumerate(said):
        if is_date(token) and n and texts[n - 1] in ("before", "after", "since", "until", "about", "around", "by"):
            return texts[n - 1] in asked.every
    if _all_met(asked.dates, said):
        return True
    kinds = [sorted(token.number for token in dates) for dates in (asked.dates, own)]
    return one_off and kinds[0] == kinds[1] and True in kinds[0]
