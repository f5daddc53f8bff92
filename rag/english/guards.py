"""Why a sentence may not be said to answer a question with "yes" or "no", whoever says it does.

Guards refuse and never admit. They compare what a reader that goes by meaning takes for near: numbers by value, scale,
unit, bound and what they count; dates; denials; words such as "all" and "only"; names and codes. For "yes" all of these
must be the sentence's too. "No" takes less: only a sentence that says in so many words what is asked, or that is about
somebody else, cannot deny it.
"""

import re
from collections.abc import Callable, Iterator, Sequence
from typing import Literal

from rag.english.amounts import BOUNDS, Amount, amounts
from rag.english.polarity import REFUSING, contrary
from rag.english.tokens import Token, is_date, meets, tokens
from rag.english.vocabulary import CALENDAR, NEGATIONS, key
from rag.text.dates import stated
from rag.text.numerals import decimal_comma
from rag.text.quantities import codes
from rag.text.terms import STOP, names, root, words
from rag.text.values import digits, values

YesNo = Literal["yes", "no"]


def against(question: str, sentence: str, verdict: YesNo, context: str = "") -> str | None:
    """Return why a sentence may not be said to answer a question so, in plain words; None if no guard objects.

    Args:
        question: one of yes or no.
        sentence: what is to decide it; one sentence or a few.
        verdict: what it is to decide.
        context: the passage around it and its title: they may name whom it is about, and tell the year.

    >>> against("Did prices rise 15 percent?", "Prices rose 1.5 percent.", "yes")
    'it says "1.5 percent", not "15 percent"'
    >>> against("Did he win anything?", "He won nothing.", "yes"), against("Did he win?", "He won.", "yes")
    ('it denies what is asked', None)
    """
    if verdict == "no":
        unlike = _unrelated(question, sentence, context) or _possible(question, sentence)
        return unlike or _affirmed(question, sentence, context)
    return _unaffirmed(question, sentence, context)


def misstated(question: str, sentence: str, passage: str) -> bool:
    """Tell whether a question takes a number for granted that a sentence gives otherwise, and its passage nowhere has.

    >>> misstated("When was inflation 25 percent?", "It was 2.5 percent in May.", "It was 2.5 percent in May.")
    True
    >>> misstated("Who led the 32 men?", "Ana led the 32 men to 40 caves.", "Ana led the 32 men to 40 caves.")
    False
    """
    there, around = amounts(sentence, comma=decimal_comma(passage)), amounts(passage)
    for wanted in amounts(question):
        if wanted.dated or not (wanted.item.unit or wanted.counted):
            continue
        near = [given for given in there if wanted.comparable(given) and (given.item.unit or given.counted)]
        if near and not any(given.within(wanted) for given in (*near, *around)):
            return True
    return False


def _numbers(asked: str, sentence: str, context: str) -> str | None:
    """Every number asked for is the sentence's: its value and scale, its unit, its bound, and what it counts."""
    comma = decimal_comma(f"{context} {sentence}") if context else None  # one number alone may not show it
    there = amounts(sentence, comma=comma)
    for wanted in amounts(asked):
        alike = [given for given in there if wanted.comparable(given)]
        if any(given.within(wanted) for given in alike):
            continue
        if wanted.dated and not any(given.dated for given in there) and str(wanted.item) in values(context):
            continue
        near = next(iter(alike or there), None)
        return f'it says "{near.said}", not "{wanted.said}"' if near else f'it does not say "{wanted.said}"'
    return None


def _dates(asked: str, sentence: str) -> str | None:
    """Every day, month and day of the week asked for is the sentence's; its year may stand in the context."""
    there = {token.text for token in tokens(sentence) if is_date(token)}
    for token in tokens(asked):
        if is_date(token) and not token.number and token.text not in there:
            return f"it does not say {token.text.capitalize()}"
    missing = {day for day in values(asked) if day.startswith("--")} - values(sentence)
    if missing:
        return f"it does not say {min(missing).lstrip('-')}"
    own, wanted = _months(sentence), _months(asked)
    return f"it does not say {min(wanted - own)}" if own and wanted - own else None


def _months(text: str) -> set[str]:
    """Return the months of a text that have their year: "2026-01"."""
    return {f"{one.year}-{one.month:02d}" for one in stated(text) if one.year and one.month}


_REFUSING = REFUSING | set(map(key, "false untrue wrong unable impossible".split()))
_NO_DENIAL = re.compile(
    r"\bnot (?:only|just|merely|simply|least)\b|\bno (?:fewer|less|more|later|earlier|sooner) than\b"
    r"|\b(?:whether )?or not\b|\bno\. ?\d+|\bno doubt\b|\bnot (?:fewer|less|more) than\b|\bif not\b",
    re.IGNORECASE,
)
_CLAUSE_ENDS = frozenset(', ; : . ( ) ? ! — – “ ” "'.split()) | frozenset(
    "and but because although though while whereas which who whom whose until when after before".split()
)


def _denials(asked: str, sentence: str) -> str | None:
    """What is asked is denied as often as in the question: an even number of times more, or not at all."""
    own = tokens(_NO_DENIAL.sub(" ", asked))
    wanted = [token for token in own if token.content and not token.number and token.key not in _REFUSING]
    led = 2 if len(own) > 1 and own[1].text == "n't" else 1  # "Didn't he come?" asks whether he came
    here = sum(map(_denies, own[led:])) + any(token.key in _REFUSING for token in own[:1])
    best, there = set[str](), 0
    clauses = [(clause, _met(wanted, clause)) for clause in _clauses(_NO_DENIAL.sub(" ", sentence))]
    for clause, met in sorted(clauses, key=lambda pair: -len(pair[1])):
        if met - best:
            there += sum(map(_denies, clause))
        best |= met
    if there == here:
        return None
    return "it denies what is asked" if there > here else "it does not deny what the question denies"


def _denies(token: Token) -> bool:
    return token.text in NEGATIONS or token.key in _REFUSING


def _clauses(sentence: str) -> Iterator[list[Token]]:
    clause: list[Token] = []
    for token in tokens(sentence):
        if token.text in _CLAUSE_ENDS:
            yield clause
            clause = []
        else:
            clause.append(token)
    yield clause


def _met(wanted: Sequence[Token], clause: Sequence[Token]) -> set[str]:
    return {word.key for word in wanted if any(meets(word, token) for token in clause)}


_CLASSES = tuple(
    frozenset(words.split())
    for words in (
        "all every each both entire entirely whole wholly always everyone everybody everything fully completely full",
        "only solely exclusively alone sole",
        "most majority mostly mainly largely",
        "few little",
        "first",
        "last final",
    )
)
_WHOLE, _SOLE, _MAINLY, _HARDLY = _CLASSES[:4]
_EXISTS = frozenset("any some anything anyone anybody ever something someone somebody many several".split())
_WEAK = _MAINLY | _HARDLY | frozenset("some partly partially half".split())


def _extent(asked: str, sentence: str) -> str | None:
    """What is asked of all is said of all, and what is said of some only is not asked of all."""
    asked, there = (_BOUNDED.sub(" ", digits(text)) for text in (asked, sentence))
    asked = _LASTS.sub(" ", asked)
    ours = words(asked)
    theirs = set(words(there))
    for word in ours:
        group = next((group for group in _CLASSES if word in group), None)
        wanted = group | _WHOLE if group is _MAINLY else group
        if wanted and not wanted & theirs:
            return f'it does not say "{word}"'
    if set(ours) & (_EXISTS | _WEAK):
        return None
    clause = max(_clauses(there), key=lambda clause: len(_met(_matter(asked), clause)), default=[])
    weak = next((token.text for token in clause if token.text in _WEAK), None)
    return f'it says so of "{weak}" alone' if weak else None


def _matter(asked: str) -> list[Token]:
    return [token for token in tokens(asked) if token.content and not token.number]


_LASTS = re.compile(r"(?<!\bthe)(?<!\bits)(?<!\bhis)(?<!\bher)(?<!\btheir)(?<!'s)(?<!’s)\slast\b", re.IGNORECASE)
"""What the verb is: "Did it last long?"."""
_BOUNDED = re.compile(
    rf"\b(?:(?:{BOUNDS})(?=\s[$€£]?\d)|the most|a few|at (?:first|last)|after all)\b",
    re.IGNORECASE,
)
"""What bounds a number, and turns of phrase that have the words of an extent."""


def _contraries(asked: str, sentence: str) -> str | None:
    """No word asked for has its opposite in its place."""
    if found := contrary([token for token in tokens(asked) if token.content], tokens(sentence)):
        return f'it says "{found[1]}", not "{found[0]}"'
    said = {token.text for token in tokens(sentence)}
    for word, other in _SIDES:
        if {token.text for token in tokens(asked)} & {word, other} == {word} and said & {word, other} == {other}:
            return f'it says "{other}", not "{word}"'
    return None


_EXCEPT = re.compile(
    r"\b(?:(?:except(?:ing)?(?: for)?|excluding|barring|save for|apart from|aside from|other than"
    r"|with the exception of)\s(?P<what>[^,;.]+)"
    r"|(?:all|each|every\w*|any\w*|no|none|nobody|nothing)\s(?:[^,;.]+\s)?but\s(?P<but>(?!also|not|only)[^,;.]+))",
    re.IGNORECASE,
)


def exceptions(asked: str, sentence: str) -> str | None:
    """Nothing is asked of what is excepted, nor of all where something is."""
    found = _EXCEPT.search(sentence)
    if not found or _EXCEPT.search(asked):
        return None
    said = found["what"] or found["but"]
    what = [token for token in tokens(said) if token.content]
    of_it = any(meets(word, token) for word in tokens(asked) if word.content for token in what)
    return f'it excepts "{said}"' if of_it or set(words(asked)) & _WHOLE else None


_CHANGES = frozenset(
    map(key, "rise increase climb grow jump fall decrease drop decline shrink cut reduce raise lower".split())
)
_REACHED = re.compile(r"\b(by|to|from)\s(?:(?:about|around|nearly|almost|over|some)\s)?[$€£¥]?$", re.IGNORECASE)


def _reached(asked: str, sentence: str) -> str | None:
    """What fell to 3 euros did not fall by as much."""
    if not {token.key for token in tokens(sentence)} & _CHANGES:
        return None
    for wanted in amounts(asked):
        same = [given for given in amounts(sentence) if given.item.same(wanted.item)]
        if wanted.dated or not same:
            continue
        ours, theirs = _way(asked, wanted), {_way(sentence, given) for given in same}
        if ours not in theirs:
            return f'it says "{max(theirs)} {same[0].said}"'
    return None


def _way(text: str, amount: Amount) -> str:
    found = _REACHED.search(text[: amount.item.start])
    return found[1].lower() if found else "by"


def _years(asked: str, sentence: str) -> str | None:
    """Of a sentence with several years the one asked for stands in a clause about what is asked."""
    clauses = list(_clauses(sentence))
    years = [{token.text for token in clause if token.number and is_date(token)} for clause in clauses]
    wanted = {token.text for token in tokens(asked) if token.number and is_date(token)}
    if len(set().union(*years)) < _SEVERAL or not wanted:
        return None
    matter = [token for token in _matter(asked) if not token.name]
    own = [bool(_met(matter, clause)) for clause, there in zip(clauses, years, strict=True) if there & wanted]
    return f"it says something else of {min(wanted)}" if own and not any(own) else None


_SEVERAL = 2


_SIDES = [
    sides
    for one, other in (("before", "after"), ("above", "below"), ("over", "under"), ("more", "less"), ("more", "fewer"))
    for sides in ((one, other), (other, one))
]


def _names(asked: str, sentence: str, context: str) -> str | None:
    """Whoever and whatever is named in the question is named in the sentence or around it."""
    missing = absent(asked, f"{sentence} {context}")
    return f'it does not name "{missing[0]}"' if missing else None


def absent(asked: str, text: str) -> list[str]:
    """Return the names and codes of a question that a text does not have."""
    said = {root(word) for word in words(text) if word not in STOP} | set(names(text, initial=True))
    have = {code.text for code in codes(text)}
    lacking = [code.text for code in codes(asked) if code.text not in have]
    months = {root(month) for month in CALENDAR}
    return lacking + [name for name in names(asked) if name not in said and name not in months]


_BOUND_WORDS = frozenset("least fewer greater maximum minimum".split())
GUARDS: tuple[Callable[[str, str], str | None], ...] = (
    _dates,
    _denials,
    _extent,
    _contraries,
    exceptions,
    _reached,
    _years,
)
"""Of "yes", beside numbers and names, to which the context may add."""


def _unaffirmed(question: str, sentence: str, context: str) -> str | None:
    """Return why a sentence does not say what is asked."""
    own = next((reason for guard in GUARDS if (reason := guard(question, sentence))), None)
    return _numbers(question, sentence, context) or own or _names(question, sentence, context)


def _unrelated(asked: str, sentence: str, context: str) -> str | None:
    """No sentence denies what is asked of somebody whom neither it nor its context names."""
    named = [*names(asked), *(code.text for code in codes(asked))]
    missing = absent(asked, f"{sentence} {context}")
    wanting = [name for name in missing if any(code.text == name for code in codes(asked))]
    if wanting or (named and len(missing) >= len(named)):
        return f'it does not name "{(wanting or missing)[0]}"'
    return None


def _possible(asked: str, sentence: str) -> str | None:
    """A number that may be the one asked for does not deny it: "at least 10" leaves 15 open."""
    for wanted in amounts(asked):
        for given in amounts(sentence):
            alike = wanted.comparable(given) and not given.dated
            if alike and not (given.within(wanted) or given.apart(wanted)):
                return f'it says "{given.said}", which "{wanted.said}" may be'
    return None


def _affirmed(asked: str, sentence: str, context: str) -> str | None:
    """No sentence denies what it says in so many words."""
    plain = asked
    for amount in reversed(amounts(asked)):
        plain = plain[: min(amount.item.first, amount.item.start)] + plain[max(amount.item.end, amount.item.last) :]
    wanted = [token for token in _matter(plain) if token.text not in _BOUND_WORDS]
    if not wanted or any(not any(meets(word, token) for token in tokens(sentence)) for word in wanted):
        return None
    return None if _unaffirmed(asked, sentence, context) else "it says so"
