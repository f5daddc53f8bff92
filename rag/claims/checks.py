"""Do the quotes that a claim names say what it says? Decided by words, one check after another, and by a judge.

A claim passes only if nothing in it goes beyond its quotes as far as the checks see; what a good reader would grant (a
synonym, a sum) is refused as well, since its quote can be shown instead. Only a claim that has words of its question
beside those of its quote is left to a judge of meaning, where all other checks pass. Each check returns why a claim
fails, in plain words. ``benchmarks/claims.py`` measures them on changed sentences.
"""

import re
from collections.abc import Callable, Sequence

from rag.claims.roles import NEAR, bindings, deeds, roles, sequence, skipped
from rag.english.amounts import bound
from rag.english.grammar import is_verb, tag
from rag.english.polarity import contrary, denial
from rag.english.question_form import yes_no
from rag.english.tokens import Token, is_date, meets, tokens
from rag.english.vocabulary import PREPOSITIONS
from rag.text.numerals import plain
from rag.text.quantities import codes, quantities
from rag.text.terms import root, terms, words
from rag.text.untrusted import foreign, instructs
from rag.text.values import dates, digits, values

MOST_CHARS = 400
MOST_NAMED = 2
"""So many words that are not in the quotes a reason names; of more it tells their part."""
LEAST_KEPT = 2 / 3
"""Of the words of a short answer, by value, what a claim must have to answer."""

_Check = Callable[[str, str], str | None]
Supports = Callable[[str, str], bool]
"""Tells whether a judge takes a claim for supported by a passage: no guard objects, and its threshold is reached."""


def unsupported(
    claim: str,
    quotes: Sequence[str],
    question: str = "",
    short_answers: Sequence[str] = (),
    supports: Supports | None = None,
) -> str | None:
    """Return why the quotes do not support a claim, in plain words; None if they do.

    Args:
        claim: one sentence.
        quotes: verbatim, what the claim names, in the order of the text.
        question: what the claim answers; it supports nothing.
        short_answers: what the reader found to answer it in each of the quotes, if that counts.
        supports: a judge, for a claim that says it with words of the question.

    >>> unsupported("34 men died in the raid.", ["The raid was short. In it 32 men died."])
    'the number 34 is not in the quote'
    >>> unsupported("In the raid 32 men died.", ["The raid was short. In it 32 men died."])
    """
    claim, quote = " ".join(claim.split()), " ".join(" ".join(quotes).split())
    if not terms(claim):
        return "it says nothing"
    if len(claim) > MOST_CHARS:
        return f"it has {len(claim)} characters: at most {MOST_CHARS}"
    if instructs(quote):
        return "its quote speaks to a model, not of a matter"
    if question and not yes_no(question) and set(terms(claim)) <= set(terms(question)):
        return "it only repeats the question"
    short = list(short_answers)
    if len(quotes) < 2 or not _beside(claim, quotes):
        failed = [(check, reason) for check in CHECKS if (reason := check(claim, quote))]
        if failed and supports and [check for check, _ in failed] == [_held] and _asked(claim, quote, question):
            failed = [] if supports(claim, quote) else failed
            short = []  # it may answer in other words than the reader's
        reason = failed[0][1] if failed else _joined(claim, quotes) if len(quotes) > 1 else skipped(claim, quote)
        if reason:
            return reason
    if short and not yes_no(question) and all(leaves_out(claim, one) for one in short):
        return "it leaves out what answers the question"
    return None


def _asked(claim: str, quote: str, question: str) -> bool:
    """Tell whether all words of a claim that its quote has not are the question's."""
    return all(any(meets(token, other) for other in tokens(question)) for token in _new(claim, quote))


def leaves_out(claim: str, short_answer: str) -> bool:
    """Tell whether a claim leaves out what the reader found to answer in its quote.

    >>> leaves_out("The harbour was opened by Ana Silva.", "on Monday, 3 May")
    True
    """
    asked, said = (
        {root(term) for term in terms(digits(text)) if not re.search(r"\d", term)} for text in (short_answer, claim)
    )
    numbers = values(short_answer)  # together they weigh as much as a word
    kept = len(asked & said) + bool(numbers & values(claim))
    return kept < LEAST_KEPT * (len(asked) + bool(numbers))


_BESIDE = re.compile(r", and (?=[A-Z0-9“\"]|the |an? )|; ")


def _beside(claim: str, quotes: Sequence[str]) -> bool:
    """Tell whether a claim is two clauses, each with its own subject and each said by one of the quotes."""
    for cut in _BESIDE.finditer(claim):
        first, second = claim[: cut.start()], claim[cut.end() :]
        if _whole(second) and any(unsupported(first, [quote]) is None for quote in quotes):
            return any(unsupported(second, [quote]) is None for quote in quotes) or _beside(second, quotes)
    return False


def _whole(clause: str) -> bool:
    """Tell whether a clause names its subject and has a verb of its own behind it."""
    said = tag(clause)
    verb = next((n for n in range(1, len(said)) if said[n].auxiliary or is_verb(said[n], said[n - 1])), 0)
    relative = {word.low for word in said[:verb]} & {"who", "which", "that", "whose", "where"}
    return verb > 0 and not relative and said[0].low not in ("he", "she", "it", "they", "this", "these", "those")


_CLAUSES = re.compile(
    r",(?!\d)|[;:()]| [–—-] |\b(?:and|but|while|whereas|which|who|that|although|because|where|when)\b"
)


def _joined(claim: str, quotes: Sequence[str]) -> str | None:
    """Each clause of a claim on several quotes is one quote's; where they change, it names what it is about.

    "Ana came" and "Ben left in May" do not say together that Ana left, nor that she came and left.
    """
    home: set[int] | None = None
    for part in filter(terms, _CLAUSES.split(claim)):
        clause = part.strip()
        held = {n for n, quote in enumerate(quotes) if unsupported(clause, [quote]) is None}
        if not held:
            return f'no one quote says "{clause}"'
        first = clause.split()[0]
        if first in PREPOSITIONS:  # "in 2009": said of the clause beside it
            continue
        named = first in ("the", "a", "an") or first[0].isupper() or first[0].isdigit()
        if home is not None and not home & held and not named:
            return f'it is not clear of what "{clause}" is said'
        home = held
    return None


def _numbers(claim: str, quote: str) -> str | None:
    """Numbers, codes and dates, by value: "thirty-two" is 32, "2.8 million" is not "2.8 billion", nor 2 "over 2"."""
    days = sorted(day for day in dates(claim) - dates(quote) if "-" in day)
    if days:
        return _no_date(days[0].lstrip("-"))
    there = [(other, bound(quote, other)) for other in quantities(quote)]
    for item in quantities(claim):
        exact = (item.same(other) and bound(claim, item) == given for other, given in there)
        if not item.loose and not any(exact):
            if any(item.number == other.number for other, _ in there):
                return f"the quote gives {plain(item.number)} in another way"
            return f"the number {item} is not in the quote"
    named = {code.text for code in codes(quote)}
    if lacking := next((code for code in codes(claim) if code.text not in named), None):
        return f"{claim[lacking.start : lacking.end]} is not in the quote"
    known = {token.text for token in tokens(quote)}
    return next((_no_date(t.text) for t in tokens(claim) if is_date(t) and t.text not in known), None)


def _no_date(date: str) -> str:
    return f"the date {date} is not in the quote"


_QUOTED = re.compile(r"[\"“”«»„]([^\"“”«»„]+)[\"“”«»„]|(?<!\w)['‘]([^'‘’]+)['’](?!\w)")


def _quotations(claim: str, quote: str) -> str | None:
    """What stands in quotation marks is verbatim, but for the sign that ends it."""
    for found in _QUOTED.finditer(claim):
        said = (found[1] or found[2]).strip().rstrip(".,;:!?")
        if said not in quote:
            return f'the quotation "{said}" is not verbatim'
    return None


def opposites(claim: str, quote: str) -> str | None:
    """A word whose opposite the quote has in its place."""
    found = contrary(tokens(claim), tokens(quote))
    return f'the quote says "{found[1]}", not "{found[0]}"' if found else None


_PAIRED = {
    one: other
    for pair in ("before after", "from to", "above below", "over under", "with without", "up down", "inside outside")
    for one, other in (pair.split(), reversed(pair.split()))
}


def prepositions(claim: str, quote: str) -> str | None:
    """What stands "before the raid" where the quote has "after the raid", "from Cuba" where it has "to Cuba"."""
    ours, theirs = _led(claim), _led(quote)
    for place, word in sorted(ours - theirs):
        if (_PAIRED[place], word) in theirs:
            return f'the quote says "{_PAIRED[place]}", not "{place}"'
    return None


def _led(text: str) -> set[tuple[str, str]]:
    """Return the prepositions of ``_PAIRED`` with the first content word behind each."""
    found, said = set(), tokens(text)
    for n, token in enumerate(said):
        if token.text in _PAIRED and (following := next((t for t in said[n + 1 : n + 4] if t.content), None)):
            found.add((token.text, following.key))
    return found


_WHOLE = frozenset("all every each both only most always entirely mainly mostly largely exclusively".split())


def extent(claim: str, quote: str) -> str | None:
    """Words such as "all", "only" and "most" must be the quote's too."""
    said = set(words(quote))
    found = next((word for word in words(claim) if word in _WHOLE and word not in said), None)
    return f'"{found}" is not in the quote' if found else None


_UNSURE = frozenset(
    """
    may might could would should if unless whether perhaps maybe possibly probably likely unlikely allegedly reportedly
    supposedly purportedly apparently plan threaten intend hope want wish expect consider propose try attempt seek
    promise vow offer fear aim demand urge suspect alleged accuse deny doubt claim believe think argue suggest warn
    """.split()
)
_UNSURE_KEYS = frozenset(token.key for word in _UNSURE for token in tokens(word))


def certainty(claim: str, quote: str) -> str | None:
    """What the quote only supposes, plans or alleges is no fact."""
    ours, said = tokens(claim), tokens(quote)
    for n, token in enumerate(said):
        governed = _content(said, n)[:2] if _unsure(token) else []
        for at, own in enumerate(ours):
            same = bool(governed) and own.key == governed[0] and set(governed[1:]) <= set(_content(ours, at))
            if same and not any(map(_unsure, ours[max(0, at - NEAR) : at])):
                return f'the quote says it with "{token.text}"'
    return None


def _content(said: Sequence[Token], place: int) -> list[str]:
    """Return the keys of the content words behind a word, as far as ``NEAR`` words on."""
    return [token.key for token in said[place + 1 : place + 1 + NEAR] if token.content]


def _unsure(token: Token) -> bool:
    return token.key in _UNSURE_KEYS and not is_date(token)


def _held(claim: str, quote: str) -> str | None:
    """Every word that says something is the quote's, in some form, or says the same as one of its words."""
    new = [token.text for token in _new(claim, quote)]
    if len(new) > MOST_NAMED:
        return f"only {1 - len(new) / sum(token.content for token in tokens(claim)):.0%} of its words are in the quote"
    return f'"{" ".join(new)}" is not in the quote' if new else None


def _new(claim: str, quote: str) -> list[Token]:
    """Return the words of a claim that say something and that the quote has in no form."""
    said = tokens(quote)
    return [token for token in tokens(claim) if token.content and not any(meets(token, other) for other in said)]


CHECKS: tuple[_Check, ...] = (
    foreign,
    _numbers,
    _quotations,
    denial,
    opposites,
    prepositions,
    extent,
    certainty,
    _held,
    sequence,
    bindings,
    roles,
    deeds,
)
