"""Which cell of a row a question asks for: by the column that it names, or by the kind of thing that it asks for."""

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass

from rag.documents.common.header import kind
from rag.documents.rows import Cell
from rag.english import polarity
from rag.english.tokens import Token, meets, tokens
from rag.english.vocabulary import HELPERS, MODALS, PREPOSITIONS
from rag.text.terms import fold

MOST_VALUE_CHARS = 80
"""A longer cell is prose, of which the reader's short answer is the part that answers."""

LEAST_BEGINNING = 4
"""Letters that the shorter one of two words has at least, if it is the beginning of the other."""

_HINTS: tuple[tuple[str, frozenset[str]], ...] = tuple(
    (pattern, frozenset(names.split()))
    for pattern, names in (
        (
            r"\bwhen\b",
            "date day year time hours start started began since founded established born birthday opened due deadline",
        ),
        (r"\bwhere\b", "city country place location town address venue region state site room office"),
        (r"\bwho(?:m|se)?\b", "name person owner author manager contact holder winner employee leader"),
        (r"\bhow old\b", "age"),
        (
            r"\b(?:how much|pa(?:y|ys|id)|costs?|earn(?:s|ed)?|spen[dt]|charged?|worth|price|g[eo]t|received?)\b",
            "amount price cost salary wage pay fee total sum budget value paid eur usd gbp revenue",
        ),
        (r"\bhow (?:big|large)\b", "size area population"),
        (r"\bhow long\b", "length duration"),
        (r"\bhow (?:tall|high)\b", "height elevation"),
        (r"\bhow far\b", "distance"),
        (r"\b(?:lives?|people|inhabitants|residents)\b", "population inhabitants residents"),
        (r"\b(?:call|ring|reach)\b", "phone telephone tel mobile"),
        (r"\b(?:runs?|leads?|led|heads?|manages?|chairs?)\b", "manager director head chair leader president mayor"),
    )
)
"""What a question says, and the names that columns have which answer it."""
_LIGHT = frozenset(
    """
    value number figure entry result record row column table sheet list data file many much give show tell stand
    """.split()
)
"""Words of a question that name nothing in a table."""
_CLOCK = re.compile(r"\b\d{1,2}(?:[:.]\d\d)? ?(?:[ap]\.?m\b|o['’]clock|h\b|uhr\b)|\b\d{1,2}[:.]\d\d\b", re.IGNORECASE)
"""A time of day."""
_PHRASE_ENDS = HELPERS | MODALS | PREPOSITIONS
_COMPARES = re.compile(
    r"total|sum|average|mean|median|altogether|combined|overall|maximum|minimum|fewest|"
    r"(?:high|low|larg|bigg|small|great|old|young|new|late|earli|long|short|tall|cheap|rich|poor|fast|slow)(?:i?est)"
)


@dataclass(frozen=True, slots=True)
class QuestionWords:
    """A question in words."""

    question: str
    words: tuple[Token, ...]
    """Those that say something."""
    strong: frozenset[int]
    """Numbers of the words that are names or numbers: what answers has them all."""
    kind: str
    """As :func:`rag.english.polarity.answer_type` tells it."""
    places: tuple[int, ...]
    """Number of each of the words among all words and signs."""
    thing: frozenset[int] = frozenset()
    """Numbers of the words of what is asked for: "email" in "What is the email of Ana?", "How many titles has Ana?"."""
    head: frozenset[int] = frozenset()
    """Numbers of the words behind "what" or "which": "share" in "What share of the votes did she get?"."""
    compares: frozenset[int] = frozenset()
    """Numbers of the words that no one row can answer: "highest", "average"."""

    @classmethod
    def of(cls, question: str) -> "QuestionWords":
        """Read a question."""
        every = tokens(question)
        places = tuple(n for n, token in enumerate(every) if token.content)
        words = tuple(every[n] for n in places)
        strong = frozenset(n for n, word in enumerate(words) if word.number or word.name)
        said = [token.text for token in every]
        start, end = _thing(said)
        thing = frozenset(n for n, place in enumerate(places) if start <= place < end and n not in strong)
        first = next((n + 1 for n, word in enumerate(said[:3]) if word in ("what", "which")), len(said))
        last = next((n for n in range(first, len(said)) if said[n] in _PHRASE_ENDS), first + 1)
        head = frozenset(n for n, place in enumerate(places) if first <= place < last)
        compares = frozenset(n for n, word in enumerate(words) if _COMPARES.fullmatch(word.text))
        if "most" in said or "least" in said:
            compares |= {-1}
        return cls(question, words, strong, polarity.answer_type(question), places, thing, head, compares)

    def joined(self, number: int) -> bool:
        """Tell whether a word stands directly beside another name, as a part of one."""
        near = {self.places[n] for n in self.strong if n != number and not self.words[n].number}
        return bool({self.places[number] - 1, self.places[number] + 1} & near)


def _thing(said: Sequence[str]) -> tuple[int, int]:
    """Return where the words of what is asked for are, in "What is the … of Ana?" and the like; 0, 0 if not."""
    if "many" in said and said[max(said.index("many") - 1, 0)] == "how":
        start = said.index("many") + 1
        ends = [n for n in range(start, len(said)) if said[n] in _PHRASE_ENDS]
        return start, min(ends, default=start + 1)
    if len(said) < 4 or said[0] not in ("what", "which") or said[1] not in ("is", "are", "was", "were", "'s"):
        return 0, 0
    if "'s" in said[2:]:
        return said.index("'s", 2) + 1, len(said)
    ends = [n for n, word in enumerate(said) if word in ("of", "for", "in", "at", "on") and n > 3]
    return (3, ends[0]) if said[2] in ("the", "his", "her", "its") and ends else (0, 0)


def light(word: Token) -> bool:
    """Tell whether a word of a question is explained by its form alone: "value", or "paid" of an amount."""
    return empty(word) or any(re.search(pattern, word.text) for pattern, _ in _HINTS)


def alike(word: Token, said: Sequence[Token]) -> bool:
    """Tell whether a word is one of others, or has one's beginning: "speak" and "Speakers", "rain" and "Rainfall"."""
    return any(meets(word, token) or _begins(word.text, token.text) for token in said)


def _begins(one: str, other: str) -> bool:
    short, long = sorted((one, other), key=len)
    return len(short) >= LEAST_BEGINNING and short.isalpha() and long.startswith(short)


def empty(word: Token) -> bool:
    """Tell whether a word of a question names nothing in a table, as "value" does."""
    return word.text in _LIGHT or word.key in _LIGHT


def column(
    asked: QuestionWords, cells: Sequence[Cell], keys: Collection[int], span: tuple[int, int]
) -> tuple[str, int]:
    """Return the value that is asked for, empty if none is, and how clear that is: 0 if only the reader says so.

    Args:
        asked: the question.
        cells: of the row.
        keys: numbers of the cells that the question names: what it says itself does not answer it.
        span: of the reader's short answer in the row, half open.
    """
    others = [cell for n, cell in enumerate(cells) if n not in keys]
    fitting = [cell for cell in others if _fits(asked.kind, cell)]
    if asked.kind == "number" and any(kind(cell.value) == "number" for cell in fitting):
        named = [cell for cell in fitting if kind(cell.value) == "number" or _overlap(asked, cell)]
        fitting = named or fitting
    scores = [_overlap(asked, cell) for cell in fitting]
    best = max(scores, default=0)
    named = [cell for cell, score in zip(fitting, scores, strict=True) if score == best] if best else []
    if len(named) > 1:
        named = _closest(asked, [cell for cell in named if _is_head(asked, cell)] or named)
    clear = best
    if not named:
        named = _hinted(asked, fitting)
        clear = int(bool(named))
    if not named and len(fitting) == 1 and asked.kind in ("number", "when"):
        named = fitting
    inside = [cell for cell in named or fitting if cell.start <= span[0] and span[1] <= cell.end and span[0] >= 0]
    if len(named) == 1:
        return _value(named[0], inside, span), clear
    return (_value(inside[0], inside, span), 0) if inside else ("", 0)


def _fits(asked: str, cell: Cell) -> bool:
    """Tell whether a cell is of the kind that is asked for."""
    found = kind(cell.value)
    if asked == "number":
        return found in ("number", "year") or (found == "text" and bool(re.match(r"\D{0,3}\d", cell.value)))
    if asked == "when":
        return found in ("date", "year") or polarity.tells_date(cell.value) or bool(_CLOCK.search(cell.value))
    if asked in ("who", "where"):
        return found == "text"
    return bool(found)


def _name(cell: Cell) -> list[Token]:
    plain = re.sub(r"(?<=[a-z])(?=[A-Z])", " ", cell.name)
    return [token for token in tokens(plain) if token.content]


def _overlap(asked: QuestionWords, cell: Cell) -> int:
    """Return how many words of a question a column's name has."""
    name = _name(cell)
    return sum(alike(word, name) for word in asked.words)


def _is_head(asked: QuestionWords, cell: Cell) -> bool:
    name = _name(cell)
    return any(alike(asked.words[n], name) for n in asked.head | asked.thing)


def _closest(asked: QuestionWords, named: list[Cell]) -> list[Cell]:
    """Return the columns whose names have least beside what the question says."""
    beside = [sum(not alike(token, asked.words) for token in _name(cell)) for cell in named]
    return [cell for cell, more in zip(named, beside, strict=True) if more == min(beside)]


def _hinted(asked: QuestionWords, fitting: Sequence[Cell]) -> list[Cell]:
    folded = fold(asked.question)
    names = frozenset[str]().union(*(names for pattern, names in _HINTS if re.search(pattern, folded)))
    return [cell for cell in fitting if any(token.text in names for token in _name(cell))]


def _value(cell: Cell, inside: Sequence[Cell], span: tuple[int, int]) -> str:
    if len(cell.value) > MOST_VALUE_CHARS and cell in inside:
        return cell.value[span[0] - cell.start : span[1] - cell.start]
    return cell.value
