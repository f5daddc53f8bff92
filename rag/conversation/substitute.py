"""Another thing takes the place of what it is like in the question before: "What about Mexico?", "And in 2025?"."""

import re

from rag.conversation.fragment import frame, stripped
from rag.conversation.mention import Mention, is_person, mentions
from rag.english.grammar import is_verb, tag
from rag.english.question_form import LEAD_IN
from rag.english.vocabulary import AUXILIARY, PREPOSITIONS, RANKS, WH

_ABOUT = re.compile(r"(?:what|how) about (?P<rest>.+)", re.IGNORECASE)
_ORDINAL = frozenset((*RANKS, *"last next previous".split()))
_PAIRS = (("is", "are"), ("was", "were"), ("does", "do"), ("has", "have"))
_LIKE = 2.0
"""From this likeness on, what has another preposition gives way."""
_SAME = 3.0
"""From this likeness on, two mentions are of the same noun."""

_LEAST = 0.3
"""From this likeness on, one mention can stand in the other's place."""


def about(fragment: str) -> str | None:
    """Return what a fragment names for the question before ("And Mexico?", "How about in 2025?"); None if it is none.

    >>> about("What about Mexico?"), about("And in 2025?"), about("And who won?")
    ('Mexico', 'in 2025', None)
    """
    lead = LEAD_IN.match(fragment.strip())
    text = stripped(fragment)
    if re.search(r"[.?!;] ", text):
        return None
    if found := _ABOUT.fullmatch(text):
        first = tag(found["rest"])[:1]
        clause = not first or first[0].low.endswith("ing") or first[0].low in ("if", "when", "how", "that", "not")
        return None if clause else found["rest"]
    if not lead or not re.match(r"(?:and|but|or|so)\b", lead[0], re.IGNORECASE) or not fragment.strip().endswith("?"):
        return None
    found_words = tag(text)
    if not found_words or (re.match(rf"(?:{WH}|{AUXILIARY})\b", text, re.IGNORECASE) and not found_words[0].name):
        return None
    verbal = any(
        word.auxiliary or is_verb(word, before) for before, word in zip([None, *found_words], found_words, strict=False)
    )
    return None if verbal else text


def asks_about(fragment: str) -> bool:
    """Tell whether a fragment asks openly: "What about Mexico?" rather than "And Mexico?"."""
    return _ABOUT.fullmatch(stripped(fragment)) is not None


def replaced(question: str, new: str) -> str | None:
    """Return the question with something new in the place of what it is like; None if nothing is like it.

    >>> replaced("When did Russia protest?", "Mexico"), replaced("Who died in 2024?", "in 2025")
    ('When did Mexico protest?', 'Who died in 2025?')
    """
    body = question.rstrip("?.! ")
    if tag(new)[:1] and tag(new)[0].low in PREPOSITIONS and " " in new:
        return _adjunct(body, new)
    like = next((mention for mention in mentions(new) if mention.end == len(new)), None)
    parts = frame(question)
    first = len(body) - len(parts.clause) if parts else 0
    best: tuple[float, int, Mention] | None = None
    for place, mention in enumerate(mentions(body)):
        if mention.text.lower() == new.lower():
            return None
        score = _alike(like, mention) - place / 10 + (1 if mention.start == first else 0)
        within = mention.start < first or body[mention.end : mention.end + 2] in ("'s", "’s")
        if within and score < _SAME:
            score -= 2.0 if like and like.kind != mention.kind else 0.5
        if best is None or score > best[0]:
            best = (score, -place, mention)
    if best is None or best[0] < _LEAST:
        return None
    old = best[2]
    if like and like.kind == old.kind == "thing" and " of " in old.text and " of " not in new:
        new = f"{new}{old.text[old.text.index(' of ') :]}"
    if re.search(rf"\b{WH}(?: many| much)? $", body[: old.start], re.IGNORECASE):
        new = re.sub(r"^(?:an?|the|some) ", "", new, flags=re.IGNORECASE)  # never "Which the others …?"
    start = old.start
    owner = next((one for one in mentions(body) if re.fullmatch(r"['’]s? ", body[one.end : old.start])), None)
    if owner and re.search(r"\w['’]s? \w", new):
        start = owner.start
    new = _whole(new, old)
    return agreeing(body[:start], f"{new}{body[old.end :]}?", plural=_several(new, old.plural))


def _whole(new: str, old: Mention) -> str:
    """Return what has no noun of its own with that of what it replaces: "the old one", "her second"."""
    adjective = re.sub(r" ones?$", "", new)
    if old.kind != "thing" or (adjective == new and new.split()[-1].lower() not in _ORDINAL):
        return new
    return f"{adjective} {old.text.split(' of ')[0].split()[-1]}" if " " in adjective else new


def _several(new: str, old: bool) -> bool | None:  # noqa: FBT001 (how many the old one is of)
    """Tell whether a mention is of several; None if that is as it was, or cannot be told."""
    found = next((mention for mention in mentions(new) if mention.end == len(new)), None)
    if found is None or found.kind != "thing" or found.plural == old:
        return None
    return found.plural


def agreeing(before: str, after: str, *, plural: bool | None) -> str:
    """Return a question whose auxiliary verb right before its subject agrees with it.

    >>> agreeing("Until when are ", "the road closed?", plural=False)
    'Until when is the road closed?'
    """
    if plural is None or not (found := re.search(r"\b(\w+) $", before)):
        return f"{before}{after}"
    pair = next((pair for pair in _PAIRS if found[1].lower() in pair), None)
    if pair is None:
        return f"{before}{after}"
    verb = pair[plural]
    verb = verb.capitalize() if found[1][0].isupper() else verb
    return f"{before[: found.start()]}{verb} {after}"


YEAR_ON = re.compile(
    r"(?:in )?the (?:(?P<before>year before|(?:previous|preceding|prior) year)|(?:year after|(?:next|following) year))"
    r"(?: that)?",
    re.IGNORECASE,
)
"""A year counted from that of the question before."""


def another_year(what: str, question: str) -> str | None:
    """Return a question about a year with the one before or after it; None if it names none, or several.

    >>> another_year("the year before", "What was the profit in 2024?")
    'What was the profit in 2023?'
    """
    found = YEAR_ON.fullmatch(what)
    years = re.findall(r"\b(?:1\d|20)\d\d\b", question)
    if not found or len(years) != 1:
        return None
    return question.replace(years[0], str(int(years[0]) + (-1 if found["before"] else 1)))


def _adjunct(body: str, new: str) -> str:
    """Return a question with "in 2025" in the place of what has the same preposition or kind, or at its end."""
    preposition, _, inner = new.partition(" ")
    like = next(iter(mentions(inner)), None)
    for mention in mentions(body):
        head = body[: mention.start].rstrip()
        before = head.rsplit(" ", 1)[-1].lower()
        same = before == preposition.lower() and (like is None or _alike(like, mention) >= 0)
        if before in PREPOSITIONS and (same or _alike(like, mention) > _LIKE):
            return f"{head[: len(head) - len(before)]}{new}{body[mention.end :]}?"
    for mention in mentions(body):
        if like and like.kind == mention.kind and like.kind in ("time", "place"):
            return f"{body[: mention.start]}{like.text}{body[mention.end :]}?"
    return f"{body} {new}?"


def _alike(new: Mention | None, old: Mention) -> float:
    """Return how well one mention can stand in the other's place."""
    if new is None:
        return 0.0
    if "time" in (new.kind, old.kind):
        return 4.0 if new.kind == old.kind else -5.0
    named = {"person", "place", "name"}
    score = -2.0 if is_person(new) and old.kind == "place" else 0.0
    if "thing" in (new.kind, old.kind) and is_person(new) != is_person(old) and "name" not in (new.kind, old.kind):
        score -= 2.0  # "Where was Anna Lee born?" asks nothing of a bridge
    if new.kind == old.kind:
        score += 2.5
    elif new.kind in named and old.kind in named:
        score += 0.5 if "name" in (new.kind, old.kind) else -0.5
    score += 0.5 if new.plural == old.plural else 0.0
    heads = [re.sub(r"s$", "", mention.text.split()[-1].lower()) for mention in (new, old)]
    return score + (_SAME if heads[0] == heads[1] else 0.0)
