"""What a question asks for, and whether a sentence's words could answer it.

Signs, not proof: each is one feature of the reader, weighed by the calibration.
"""

import re

from rag.terms import fold, names, numbers, root, stem, words

_KINDS = {
    "number": r"\bhow (?:many|much|old|long|far|tall|big|large|high|often)\b"
    r"|\b(?:what|which) (?:\w+ ){0,2}(?:number|percentage|percent|proportion|amount|price|age|population)\b",
    "when": r"\bwhen\b|\b(?:what|which) (?:year|date|day|month|century|decade|time)\b|\bhow long ago\b",
    "who": r"\bwho(?:m|se)?\b",
    "where": r"\bwhere\b|\b(?:what|which) (?:country|city|state|place|region|nation|town)\b",
    "why": r"\bwhy\b|\b(?:what|which) (?:is |was |were )?(?:the )?(?:reason|cause)\b",
}
_NUMBER = (
    r"\d|\b(?:two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|dozens?|hundreds?|thousands?|[mbtr]illions?)\b"
)
_DATE = (
    r"\b(?:1\d{3}|20\d\d)\b|\b\d{1,2}(?:st|nd|rd|th) century\b|\b(?:today|yesterday|tomorrow|earlier|century|decade)\b"
    r"|\b(?:january|february|march|april|may|june|july|august|september|october|november|december)\b"
    r"|\b(?:monday|tuesday|wednesday|thursday|friday|saturday|sunday)\b"
)
_CAUSE = (
    r"\b(?:because|due to|owing to|since|as a result|so that|in order to|reasons?|caus(?:e|es|ed|ing)|thanks to"
    r"|led to)\b"
)

_OPPOSITES = """
    accept approve agree allow permit | reject refuse deny decline oppose forbid ban prohibit
    win | lose
    rise increase grow gain expand | fall decrease decline drop shrink reduce
    start begin open launch | end stop close finish cease
    support favor favour back endorse praise | oppose criticize criticise condemn attack
    before | after
    north | south
    east | west
    first | last
    more most many | fewer few less least
    major large big high | minor small low
    include contain | exclude lack
    join enter arrive | leave exit depart
    buy import | sell export
    strong | weak
    confirm admit | deny
    legal | illegal
    true | false
    active | inactive
    public | private
    rich | poor
    old | young new
    early | late
    succeed success | fail failure
    possible | impossible
    friend ally | enemy
    build create | destroy
    remember | forget
    love like | hate dislike
    appear | disappear
    free release | capture arrest imprison
    peace | war
"""


def _opposites() -> dict[str, frozenset[str]]:
    table: dict[str, set[str]] = {}
    for line in _OPPOSITES.strip().splitlines():
        left, right = ({stem(word) for word in side.split()} for side in line.split("|"))
        for one, other in ((left, right), (right, left)):
            for word in one:
                table.setdefault(word, set()).update(other)
    return {word: frozenset(others) for word, others in table.items()}


OPPOSITES = _opposites()
"""Stem to the stems of its opposites."""
NEGATIONS = frozenset({"not", "no", "never", "without", "nobody", "none", "neither", "nor"})


def kind(question: str) -> str:
    """Return what a question asks for: ``number``, ``when``, ``who``, ``where``, ``why`` or ``other``.

    >>> kind("How many Cubans died?"), kind("In what year did it end?"), kind("What did he say?")
    ('number', 'when', 'other')
    """
    folded = fold(question)
    return next((name for name, pattern in _KINDS.items() if re.search(pattern, folded)), "other")


def holds_kind(question: str, sentence: str) -> bool:
    """Tell whether a sentence holds something of the kind that the question asks for, beyond what it says itself.

    >>> holds_kind("How many men died on January 3?", "The raid of January 3 was short.")
    False
    """
    asked = kind(question)
    if asked == "number":
        plain = re.sub(rf"(?:{_DATE})(?: \d{{1,2}}\b)?", " ", fold(sentence))
        return bool(re.search(_NUMBER, plain)) and (bool(numbers(plain) - numbers(question)) or not numbers(plain))
    if asked == "when":
        return bool(re.search(_DATE, fold(sentence)))
    if asked in ("who", "where"):
        plain = re.sub(_DATE, " ", sentence, flags=re.IGNORECASE)  # "January" is no name
        return bool(set(names(plain, initial=True)) - {root(word) for word in words(question)})
    if asked == "why":
        return bool(re.search(_CAUSE, fold(sentence)))
    return True


def opposes(question: str, sentence: str, passage: str) -> bool:
    """Tell whether a sentence says the opposite of what the question takes for granted.

    A word of the question is missing from the passage while the sentence has its opposite, or the question is negated
    and the sentence is not. A question that can be answered yes or no takes nothing for granted.

    >>> opposes("Why did he accept the deal?", "He rejected the deal.", "He rejected the deal.")
    True
    """
    if re.match(
        r"(?:is|are|was|were|do|does|did|has|have|had|can|could|will|would|should|may|might)\b", fold(question)
    ):
        return False
    asked = {stem(word) for word in words(question)}
    said = {stem(word) for word in words(sentence)}
    present = {stem(word) for word in words(passage)}
    reversed_word = any(OPPOSITES.get(word, frozenset()) & said for word in asked - present)
    return reversed_word or (negated(question) and not negated(sentence))


def negated(text: str) -> bool:
    """Tell whether a text has a word of negation."""
    folded = fold(text)
    return "n't" in folded or not NEGATIONS.isdisjoint(words(folded))
