"""Why a sentence may not be said to answer a question with "yes" or "no", whoever says it does.

Guards refuse and never admit. They compare what a reader that goes by meaning takes for near: numbers by value, scale,
unit, bound and what they count; dates; denials; words such as "all" and "only"; names and codes. For "yes" all of these
must be the sentence's too. "No" takes less: only a sentence that says in so many words what is asked, or that is about
somebody else, cannot deny it.
"""

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Literal

from rag.dates import MONTH, MONTHS
from rag.match import OPPOSITES
from rag.numerals import Quantity
from rag.quantities import codes, quantities
from rag.senses import MONTHS as CALENDAR
from rag.senses import REFUSALS, REVERSE, ROUGH, Token, is_date, key, meets, tokens
from rag.terms import STOP, names, root, words
from rag.values import digits, values

Verdict = Literal["yes", "no"]
Guard = Callable[[str, str, str], str | None]
_INFINITY = Decimal("Infinity")


def against(question: str, sentence: str, verdict: Verdict, context: str = "") -> str | None:
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
        return _unrelated(question, sentence, context) or _affirmed(question, sentence, context)
    return next((reason for guard in GUARDS if (reason := guard(question, sentence, context))), None)


@dataclass(frozen=True, slots=True)
class Amount:
    """A number of a sentence with its bounds, and what it counts."""

    item: Quantity
    low: Decimal
    high: Decimal
    open: bool
    """Whether it is more or less than its bound, and not that itself."""
    rough: bool
    counted: tuple[str, ...]
    """Keys of the words behind it, as far as the next sign or function word."""
    said: str
    """As it is written, with its bound and its unit or the first word behind it."""

    def comparable(self, other: "Amount") -> bool:
        """Tell whether two are of one kind, unit and matter."""
        one, two = self.item, other.item
        if one.kind != two.kind or (one.unit != two.unit and (one.unit or two.unit)):
            return False
        if one.unit or not self.counted or not other.counted or (self.year and other.year):
            return True
        return self.counted[0] in other.counted or other.counted[0] in self.counted

    @property
    def year(self) -> bool:
        """Whether it may be a year."""
        return _is_year(self.item)

    def within(self, other: "Amount") -> bool:
        """Tell whether whatever this may be, the other may be too."""
        if self.rough and not other.rough:
            return False
        strict = other.open and not self.open
        low = self.low > other.low if strict and other.low > 0 else self.low >= other.low
        high = self.high < other.high if strict and other.high < _INFINITY else self.high <= other.high
        return low and high


_MORE = r"more than|greater than|over|above|exceed\w*|upwards? of|north of|beyond"
_LEAST = r"at least|no (?:fewer|less) than|not (?:fewer|less) than|a minimum of"
_LESS = r"less than|fewer than|under|below|short of"
_MOST = r"at most|up to|no more than|not more than|a maximum of|as (?:many|much) as"
_ABOUT = r"about|around|roughly|approximately|some|an estimated|estimated|circa|close to"
_NEAR = r"nearly|almost|just (?:under|short of)"
_BOUND = re.compile(
    rf"\b(?:(?P<more>{_MORE})|(?P<least>{_LEAST})|(?P<less>{_LESS})|(?P<most>{_MOST})|(?P<near>{_NEAR})|(?P<about>{_ABOUT}))"
    r"(?: the| an?)?\s*[$€£¥]?$",
    re.IGNORECASE,
)
_BEFORE_YEAR = re.compile(
    r"\b(?:(?P<more>after|later than)|(?P<less>before|prior to|earlier than)) (?:(?:early|late|mid|the year) )?$",
    re.IGNORECASE,
)
_BEHIND = re.compile(
    r"\s*(?:(?P<least>\+|or (?:more|older|over|higher|above)\b)|(?P<most>or (?:less|fewer|under|below)\b))"
)
_REACH = 24
_FIRST_YEAR, _LAST_YEAR = 1000, 2100


def amounts(text: str) -> list[Amount]:
    """Return the numbers of a text with their bounds and what they count, in order."""
    return [_amount(text, item) for item in quantities(text) if not item.loose or _counts(text, item)]


def bound(text: str, item: Quantity) -> str:
    """Return how a number is bounded: ``more``, ``least``, ``less``, ``most``, ``near``, ``about``, or nothing.

    >>> bound("More than 12 men", quantities("More than 12 men")[0])
    'more'
    """
    found = _before(text, item) or _BEHIND.match(text, max(item.end, item.last))
    return found.lastgroup or "" if found else ""


def _before(text: str, item: Quantity) -> "re.Match[str] | None":
    before = text[max(0, min(item.start, item.first) - _REACH) : item.start]
    return _BOUND.search(before) or (_BEFORE_YEAR.search(before) if _is_year(item) else None)


def _is_year(item: Quantity) -> bool:
    return item.kind == "cardinal" and not item.unit and _FIRST_YEAR <= item.number <= _LAST_YEAR and item.scale == 1


def _amount(text: str, item: Quantity) -> Amount:
    kind = bound(text, item)
    low = Decimal(0) if kind in ("less", "most", "near") else item.number
    high = _INFINITY if kind in ("more", "least") else item.number
    last = max(item.end, item.last)
    counted = _counted(text[last:])
    first = min(item.first, item.start)
    found = _before(text, item)
    first = max(0, first - _REACH) + found.start() if found else first
    noun = re.match(r"[\s-]*[^\W\d_]+", text[last:]) if counted and not item.unit else None
    said = text[first : last + (noun.end() if noun else 0)]
    return Amount(item, low, high, kind in ("more", "less", "near"), kind in ("near", "about"), counted, said)


def _counted(text: str) -> tuple[str, ...]:
    """Return the keys of the words that a text starts with, as far as a sign or a function word."""
    found: list[str] = []
    for token in tokens(
        re.sub(r"^(?:-|\s*(?:of (?:the|its|his|her|their|all) |or (?:more|less|fewer) ))", " ", text[:80])
    ):
        if not token.content or token.number or (token.text in CALENDAR and len(found) == 0):
            break
        found.append(token.key)
    return tuple(found[:4])


def _counts(text: str, item: Quantity) -> bool:
    """Tell whether "one" or "half" counts what stands behind it."""
    word = text[item.start : item.end].lower()
    if word == "one":
        return bool(_counted(text[item.end :])) and not re.search(
            r"(?:\bno|\bany|\bevery|\bsome|\bthe)\s$", text[: item.start], re.I
        )
    if item.kind == "ordinal":
        return not re.match(r"(?:-|\s(?:of|place)\b|\W*$)", text[item.end :]) and bool(_counted(text[item.end :]))
    return word in ("half", "quarter") and bool(re.match(r"\s(?:of|the|its|his|her|their)\b", text[item.end :]))


def _numbers(asked: str, sentence: str, context: str) -> str | None:
    """Every number asked for is the sentence's: its value and scale, its unit, its bound, and what it counts."""
    there = amounts(sentence)
    for wanted in amounts(asked):
        alike = [given for given in there if wanted.comparable(given)]
        if any(given.within(wanted) for given in alike):
            continue
        if wanted.year and not any(given.year for given in there) and str(wanted.item) in values(context):
            continue
        near = next(iter(alike or there), None)
        return f'it says "{near.said}", not "{wanted.said}"' if near else f'it does not say "{wanted.said}"'
    return None


def _dates(asked: str, sentence: str, context: str) -> str | None:
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


_MONTH_YEAR = re.compile(rf"\b({MONTH}) (?:\d{{1,2}}(?:st|nd|rd|th)?)?,? ?(?:of )?(\d{{4}})\b", re.IGNORECASE)


def _months(text: str) -> set[str]:
    """Return the months of a text that have their year: "2026-01"."""
    found = _MONTH_YEAR.finditer(text)
    return {f"{match[2]}-{MONTHS.index(match[1][:3].lower()) + 1:02d}" for match in found}


_NOT = frozenset(
    "not n't never no neither nor without none nobody nothing nowhere cannot hardly barely scarcely rarely seldom".split()
)
_REFUSING = frozenset(
    map(
        key,
        (*REFUSALS, *"deny reject prevent avoid forbid prohibit ban lack false untrue wrong unable impossible".split()),
    )
)
_NO_DENIAL = re.compile(
    r"\bnot (?:only|just|merely|simply|least)\b|\bno (?:fewer|less|more|later|earlier|sooner) than\b"
    r"|\b(?:whether )?or not\b|\bno\. ?\d+|\bno doubt\b|\bnot (?:fewer|less|more) than\b|\bif not\b",
    re.IGNORECASE,
)
_CLAUSE_ENDS = frozenset(
    ', ; : . ( ) ? ! — – “ ” " and but because although though while whereas which who whom whose until when after before'.split()
)


def _denials(asked: str, sentence: str, context: str) -> str | None:
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
    if not best:
        there = sum(map(_denies, tokens(_NO_DENIAL.sub(" ", sentence))))
    if there == here:
        return None
    return "it denies what is asked" if there > here else "it does not deny what the question denies"


def _denies(token: Token) -> bool:
    return token.text in _NOT or token.key in _REFUSING


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


def _extent(asked: str, sentence: str, context: str) -> str | None:
    """What is asked of all is said of all, and what is said of some only is not asked of all."""
    asked, there = (_BOUNDED.sub(" ", digits(text)) for text in (asked, sentence))
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


_BOUNDED = re.compile(
    rf"\b(?:(?:{_MORE}|{_LEAST}|{_LESS}|{_MOST}|{_NEAR}|{_ABOUT})(?=\s[$€£]?\d)|the most|a few|at (?:first|last)|after all)\b",
    re.IGNORECASE,
)
"""What bounds a number, and turns of phrase that have the words of an extent."""


def _contraries(asked: str, sentence: str, context: str) -> str | None:
    """No word asked for has its opposite in its place."""
    ours = {token.key: token.text for token in tokens(asked) if token.content}
    theirs = {token.key: token.text for token in tokens(sentence)}
    for word in ours.keys() - theirs.keys():
        against = (OPPOSITES.get(word, frozenset()) | REVERSE.get(word, set())) & (theirs.keys() - ours.keys())
        if against:
            return f'it says "{theirs[min(against)]}", not "{ours[word]}"'
    said = {token.text for token in tokens(sentence)}
    for word, other in _SIDES:
        if {token.text for token in tokens(asked)} & {word, other} == {word} and said & {word, other} == {other}:
            return f'it says "{other}", not "{word}"'
    return None


_SIDES = [
    sides
    for one, other in (("before", "after"), ("above", "below"), ("over", "under"), ("more", "less"), ("more", "fewer"))
    for sides in ((one, other), (other, one))
]


def _names(asked: str, sentence: str, context: str) -> str | None:
    """Whoever and whatever is named in the question is named in the sentence or around it."""
    missing = _absent(asked, f"{sentence} {context}")
    return f'it does not name "{missing[0]}"' if missing else None


def _absent(asked: str, text: str) -> list[str]:
    """Return the names and codes of a question that a text does not have."""
    said = {root(word) for word in words(text) if word not in STOP} | set(names(text, initial=True))
    have = {code.text for code in codes(text)}
    lacking = [code.text for code in codes(asked) if code.text not in have]
    months = {root(month) for month in CALENDAR}
    return lacking + [name for name in names(asked) if name not in said and name not in months]


_BOUND_WORDS = frozenset("least fewer greater maximum minimum".split())
GUARDS: tuple[Guard, ...] = (_numbers, _dates, _denials, _extent, _contraries, _names)
"""For "yes", in the order in which they are asked."""


def _unrelated(asked: str, sentence: str, context: str) -> str | None:
    """No sentence denies what is asked of somebody whom neither it nor its context names."""
    named = [*names(asked), *(code.text for code in codes(asked))]
    missing = _absent(asked, f"{sentence} {context}")
    wanting = [name for name in missing if any(code.text == name for code in codes(asked))]
    if wanting or (named and len(missing) >= len(named)):
        return f'it does not name "{(wanting or missing)[0]}"'
    return None


def _affirmed(asked: str, sentence: str, context: str) -> str | None:
    """No sentence denies what it says in so many words."""
    plain = asked
    for amount in reversed(amounts(asked)):
        plain = plain[: min(amount.item.first, amount.item.start)] + plain[max(amount.item.end, amount.item.last) :]
    wanted = [token for token in _matter(plain) if token.text not in _BOUND_WORDS]
    if not wanted or any(not any(meets(word, token) for token in tokens(sentence)) for word in wanted):
        return None
    return None if any(guard(asked, sentence, context) for guard in GUARDS) else "it says so"
