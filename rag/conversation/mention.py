"""What a turn of a conversation mentions: people, places, times and things, with gender and number.

Read from capitals, titles, a few first names and the words around. A mention too many does little harm here:
:mod:`rag.conversation.rewrite` looks for what a pronoun can stand for, and takes the likeliest.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

from rag.english.grammar import CITIZENS, Word, is_verb, tag
from rag.english.lexicon import INSTITUTIONS, MEN, PLACES, TITLES, WOMEN
from rag.english.question_form import is_plural
from rag.english.vocabulary import DETERMINERS, POSSESSIVES
from rag.text.dates import MONTH

Kind = Literal["person", "place", "time", "name", "thing"]


@dataclass(frozen=True, slots=True)
class Mention:
    """Something that a text mentions: ``text[start:end]``, without a genitive's ending."""

    text: str
    kind: Kind
    """``name`` is a name of which no more is known, ``thing`` a common noun with what belongs to it."""
    start: int
    end: int
    plural: bool = False
    gender: Literal["", "f", "m"] = ""


_LAND = re.compile(r"\w{2,}(?:land|stan|ville|shire|burgh|nia|ria|sia)$")
_OF_A_PEOPLE = re.compile(r"(?:an|ese|ish|ch|i)$")
_AT = frozenset("in at near from across throughout".split())
_TIME = re.compile(
    rf"(?:{MONTH} \d{{1,2}}(?:, \d{{4}})?|\d{{1,2}} {MONTH}(?: \d{{4}})?|{MONTH} \d{{4}}|\d{{4}}[-–]\d{{2,4}} season"
    rf"|(?:(?<=\bin )|(?<=\bsince )){MONTH}\b"
    r"|(?<![\d,.$£€])(?:1[5-9]|20)\d\d(?:[-–]\d{2,4})?(?![\d%]|[.,]\d)"
    r"|(?:Mon|Tues|Wednes|Thurs|Fri|Satur|Sun)day(?:, \w+ \d{1,2})?)"
)
_COMPARATIVE = re.compile(
    r"(?:bigg|small|larg|old|young|cheap|strong|long|short|fast|high|low|heavi|light|great|new|late|earli|slow|wid|deep)er"
)
_SMALL = frozenset("de la von van der del da di bin al".split())
_OFFICE = re.compile(r"of (?:state|defen[cs]e|justice|war|health|energy|commerce|transportation|education|labor) ?")
_FEW = frozenset("people personnel police men women children troops forces staff media data clergy".split())


@lru_cache(maxsize=512)
def mentions(text: str) -> tuple[Mention, ...]:
    """Return what a text mentions, in order.

    >>> [(m.text, m.kind, m.gender) for m in mentions("Where did President Maduro and his wife, Cilia Flores, live?")]
    [('President Maduro', 'person', ''), ('his wife', 'thing', 'f'), ('Cilia Flores', 'person', 'f')]
    """
    times = [Mention(found[0], "time", found.start(), found.end()) for found in _TIME.finditer(text)]
    rest = [word for word in tag(text) if not any(time.start <= word.start < time.end for time in times)]
    return tuple(sorted([*times, *_phrases(text, rest)], key=lambda mention: mention.start))


def _phrases(text: str, found: Sequence[Word]) -> Iterator[Mention]:
    """Yield the noun phrases of a text: a determiner, adjectives and nouns; what follows "of" belongs to it."""
    first = 0
    while first < len(found):
        last = None if first and found[first - 1].low == "how" else _end(found, first)  # "how long" names nothing
        if last is None:
            first += 1
            continue
        yield from _owners(text, found, first, last)
        after = found[last + 1] if last + 1 < len(found) else None
        inner = (
            _end(found, last + 2) if after and after.low == "of" and after.joined and last + 2 < len(found) else None
        )
        if found[last].name:
            yield _named(text, found, _name_start(found, first, last), last)
        else:
            whole = last if inner is None else inner
            yield _thing(text, found, first, last, whole)
            if inner is not None and found[inner].name:
                yield _named(text, found, _name_start(found, last + 2, inner), inner)
            last = whole
        first = last + 1


def _end(found: Sequence[Word], first: int) -> int | None:
    """Return the place of the last word of the noun phrase that starts at a place; None if none does."""
    last = None
    for place in range(first, len(found)):
        word, before = found[place], found[place - 1] if place else None
        if place > first and (not word.joined or (last is not None and _COMPARATIVE.fullmatch(word.low))):
            break  # "Was the profit higher?"
        if place == first and word.low in DETERMINERS | POSSESSIVES:
            continue
        small = word.low in _SMALL and last is not None and before and before.name
        adds = last is not None and word.name and before and not (before.name or before.genitive)
        if adds and before and before.low not in _SMALL | TITLES | DETERMINERS | {"of"}:
            break
        if last is not None and not word.name and _ends_with_name(found, first, last):
            break
        if small or (before and before.low == "of" and _OFFICE.match(f"of {word.low} ")):
            pass
        elif (
            before
            and before.low in TITLES
            and word.low == "of"
            and place + 1 < len(found)
            and _OFFICE.match(f"of {found[place + 1].low} ")
        ):
            continue
        elif word.closed or is_verb(word, before):
            break
        last = place
    while last is not None and last > first and found[last].low in _SMALL:
        last -= 1
    return last


def _ends_with_name(found: Sequence[Word], first: int, last: int) -> bool:
    """Tell whether a phrase is a name and a common word after it a verb: "did Ann Lee paint", "did Oslo pay"."""
    run = found[first : last + 1]
    if not all(word.name for word in run) or run[-1].genitive or found[last + 1].low in _SMALL | {"of"}:
        return False
    asked = first > 0 and found[first - 1].low in ("do", "does", "did")
    person = len(run) > 1 and run[0].low in WOMEN | MEN and not set(TITLES) & {word.low for word in run}
    return person or (asked and not _OF_A_PEOPLE.search(run[-1].low))


def _owners(text: str, found: Sequence[Word], first: int, last: int) -> Iterator[Mention]:
    """Yield the names within a phrase that own something in it."""
    for place in range(first, last):
        if found[place].genitive and found[place].name and not _saint(found, place):
            yield _named(text, found, _name_start(found, first, place), place)


def _saint(found: Sequence[Word], place: int) -> bool:
    """Tell whether a genitive is part of a name: "St Mary's Hospital", "Queen's University"."""
    after = found[place + 1].low if place + 1 < len(found) else ""
    owner = found[place].low
    sacred = place > 0 and found[place - 1].low in ("st", "saint")
    return found[place].genitive and after in INSTITUTIONS and (sacred or owner in WOMEN | MEN)


def _name_start(found: Sequence[Word], first: int, last: int) -> int:
    """Return where the name that ends at a place starts."""
    start = last
    while start > first and (not found[start - 1].genitive or _saint(found, start - 1)):
        before = found[start - 1]
        if not (before.name or before.low in _SMALL or (before.low == "of" and start - 1 > first)):
            break
        start -= 1
    return start


def _named(text: str, found: Sequence[Word], start: int, last: int) -> Mention:
    run = [word.low for word in found[start : last + 1]]
    before = found[start - 1].low if start else ""
    if len(run) == 1 and CITIZENS.match(found[last].text):
        return Mention(found[last].text, "thing", found[start].start, found[last].end, plural=True)
    gender = _gender([*run, before])
    titles = [n for n, word in enumerate(run[:-1]) if word in TITLES]
    titled = bool(titles) or before in TITLES
    if (
        titles
    ):  # "Cuban President Miguel Díaz-Canel" is "Miguel Díaz-Canel", and "Cuban President Castro" "President Castro"
        cut = titles[-1] + 1
        cut += 2 if run[cut] == "of" else 0
        start += cut if len(run) - cut > 1 else titles[-1]
    kind: Kind = "name"
    aged = re.match(r", \d\d,", text[found[last].end :])
    if titled or gender or aged:
        kind = "person"
    elif len(run) > 1 and run[-1] in INSTITUTIONS and not titles:
        kind = "thing"
    elif (
        run[-1].replace(".", "") in PLACES
        or (len(run) == 1 and _LAND.match(run[0]))
        or (len(run) == 1 and before in _AT)
        or (before == "the" and run[-1] == "states")
    ):
        kind = "place"
    if before == "the" and not titled:
        start -= 1
    return Mention(text[found[start].start : found[last].end], kind, found[start].start, found[last].end, gender=gender)


def _thing(text: str, found: Sequence[Word], first: int, last: int, whole: int) -> Mention:
    head = found[last]
    many = is_plural(head.text) or head.low in _FEW or head.low.endswith(("men", "people"))
    shown = text[found[first].start : found[whole].end]
    return Mention(shown, "thing", found[first].start, found[whole].end, many, _gender([head.low]))


def _gender(run: list[str]) -> Literal["", "f", "m"]:
    """Return the gender that a title, a kinship or a first name tells; the first that does."""
    for word in run:
        if word in WOMEN or word in MEN:
            return "f" if word in WOMEN else "m"
    return ""


def is_person(mention: Mention) -> bool:
    """Tell whether a mention is of a person: by name, or as "the president" and "his wife" are."""
    head = mention.text.split()[-1].lower() if mention.kind == "thing" else ""
    inner = mention.text.split(" of ")[0].split()[-1].lower() if mention.kind == "thing" else ""
    return mention.kind == "person" or bool(mention.gender) or head in TITLES or inner in TITLES


def named_in(text: str) -> bool:
    """Tell whether a text has a name in it."""
    return any(mention.kind in ("person", "place", "name") for mention in mentions(text))
