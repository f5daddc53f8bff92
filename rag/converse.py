"""A question in its conversation becomes a question that stands alone.

Only what points out of the question is replaced: a bare question word, "What about X?", a pronoun, "that deal", "there",
"the second one". What it points to is looked for in the last turns, nearest first. A question that points nowhere, or to
nothing that can be found, stays as it was typed.
"""

import re
from collections.abc import Sequence

from rag.antecedent import Talk, antecedent, candidates, fit_person, focus, full_name, latest, points, series, shown
from rag.fragment import LEAD_IN, about, bare, complete, frame, replaced
from rag.grammar import PREPOSITION, Word, is_auxiliary, is_closed, is_verb, words
from rag.mention import is_person, mentions, named_in
from rag.schema import Turn
from rag.shape import yes_no
from rag.terms import stem, terms

MOST_TURNS = 6
"""What was said longer ago is not in play."""
MOST_CHARS = 1500
"""Of an answer, and by how much a question may grow."""

Change = tuple[int, int, str]
"""Where a text changes, and to what."""

_HE = {"he": "m", "him": "m", "his": "m", "she": "f", "her": "f", "hers": "f"}
_THEY = frozenset("they them their theirs".split())
_EMPTY_IT = re.compile(
    r"\bit(?:['’]s)? (?:(?:is|was|be|been) )?(?:not )?(?:\w+ly )?(?:true|clear|possible|known|legal|likely|worth|okay|ok"
    r"|that|raining|snowing|rain|snow|say|takes?|took|taken|costs?|make sense|mean|matter|seems?|time)\b"
    r"|\b(?:is|was|be) it (?:\w+ ){1,3}(?:to|that|if|for)\b|\bit (?:is|was|will be|would be) (?:\w+ ){1,3}(?:to|that|if|for) "
    r"|\bit to \w+|\b(?:it|that) (?:the|a|an) |\btime is it\b",
    re.IGNORECASE,
)
"""Where "it" stands for nothing."""
_TIME_NOUN = frozenset("year day date month season week century decade era period night morning".split())
_CLASS: dict[str, tuple[str, ...]] = {
    **dict.fromkeys(("country", "city", "place", "nation", "state", "town", "region", "island"), ("place", "name")),
    **dict.fromkeys(("man", "woman", "person", "politician", "actor", "player", "singer"), ("person", "name")),
    **dict.fromkeys(("company", "organisation", "organization", "band", "party"), ("name",)),
}
"""Nouns that "this" makes a name of: to the kinds that it may be."""
_ORDINAL = "first second third fourth fifth".split()
_NTH = re.compile(
    rf"\bthe (?:(?P<nth>{'|'.join(_ORDINAL)}|last|other) ones?|(?P<pair>former|latter))\b(?! \w+ed\b)", re.IGNORECASE
)
_NTH_ALONE = re.compile(rf"the (?:{'|'.join(_ORDINAL)}|last|other)", re.IGNORECASE)
_COMPARED = re.compile(
    r"which (?:one )?(?:is|was|are|were|has|does|did|do|would|will)\b.*"
    r"\b(?:more|most|less|better|worse|best|(?:bigg|small|larg|old|young|cheap|strong|long|short|fast|high|low)er)\b.*",
    re.IGNORECASE,
)
_SIZE = re.compile(r"how (?:many|much|long|often|old|far)", re.IGNORECASE)
_SAYING = re.compile(r"(?:confirm|den(?:y|ies)|believe|say|think|know|admit|claim)", re.IGNORECASE)


def standalone(question: str, history: Sequence[Turn]) -> str:
    """Return the question to retrieve and read for.

    Args:
        question: as it was typed.
        history: earlier turns, oldest first.

    >>> standalone("When was he captured?", [Turn("Who leads Venezuela?", "Nicolás Maduro has led it since 2013.")])
    'When was Nicolás Maduro captured?'
    """
    talk = Talk()
    for turn in history[-MOST_TURNS:]:
        typed = " ".join(turn.question.split())
        asked = _rewritten(typed, talk)
        if asked == typed and _switches(typed, talk):
            talk = Talk()
        talk.turns.append(Turn(asked, turn.answer[:MOST_CHARS]))
    return _rewritten(" ".join(question.split()), talk)


def _switches(question: str, talk: Talk) -> bool:
    """Tell whether a question that stands alone shares no word with what was said before."""
    own = set(terms(question))
    said = {term for turn in talk.turns for term in terms(f"{turn.question} {turn.answer}")}
    return len(own) > 1 and not own & said


def _rewritten(question: str, talk: Talk) -> str:
    """Return a question with what it leaves out."""
    if not talk.turns or not question or not talk.last.question:
        return question
    new = (
        complete(question, talk.last.question, _filling(talk.last))
        or _about(question, talk)
        or _compared(question, talk)
    )
    if new is None:
        new = _resolved(question, talk)
        if new == question:
            return question
        if lead := LEAD_IN.match(new):
            new = f"{new[lead.end() : lead.end() + 1].upper()}{new[lead.end() + 1 :]}"
    return new if len(new) <= len(question) + MOST_CHARS else question


def _filling(turn: Turn) -> str:
    """Return what answers a question, in words that can stand in its gap; empty if unknown."""
    parts = frame(turn.question)
    if parts is None or not parts.asked or _SIZE.match(parts.asked):
        return ""
    short = turn.answer.strip().rstrip(".")
    if short and len(short.split()) <= 5 and not re.match(r"(?:yes|no)\b", short, re.IGNORECASE):
        return short
    found = focus(turn)
    if found is None or (parts.asked.lower().startswith("what ") and not is_person(found)):
        return ""
    listed = series(turn.answer)
    return " and ".join(listed) if found.text in listed and len(listed) == 2 else full_name(found, [turn])


def _about(question: str, talk: Talk) -> str | None:
    """Return the last question with another thing in it, for "What about X?" and the like."""
    alone = _NTH_ALONE.fullmatch(bare(question)) or _NTH.fullmatch(bare(question))
    what = bare(question) if alone else about(question)
    if what is None:
        return None
    if alone or _NTH_ALONE.fullmatch(what) or _NTH.fullmatch(what):
        alone = True
        what = what if what.lower().endswith(("one", "ones", "former", "latter")) else f"{what} one"
    meant = _resolved(what, talk)
    if alone and meant not in talk.last.question:
        return f"What about {meant}?" if meant != what else None
    if alone:
        return _only(meant, talk.last.question)
    new = replaced(talk.last.question, meant)
    return f"What about {meant}?" if new is None and meant != what else new


def _only(item: str, question: str) -> str:
    """Return a question about things that "and" joins for one of them alone."""
    joined = series(question)
    found = re.search(r"\W+(?:\w+\W+)?".join(map(re.escape, joined)), question)
    return f"{question[: found.start()]}{item}{question[found.end() :]}" if found else question


def _compared(question: str, talk: Talk) -> str | None:
    """Return "Which is better, A or B?" for "Which is better?" after A and B were asked about."""
    if not _COMPARED.fullmatch(bare(question)) or named_in(question):
        return None
    found = series(talk.last.question)
    return f"{bare(question)}, {' or '.join(found)}?" if len(found) > 1 else None


def _nth(word: str, talk: Talk) -> str | None:
    """Return what "the second one" stands for: of what the last question joins, or of the last answer's items."""
    lines = [line for line in talk.last.answer.splitlines() if line.strip()]
    subjects = [next((mention.text for mention in mentions(line)), line) for line in lines]
    place = {"last": -1, "latter": -1, "former": 0, "other": 1}.get(word)
    if place is None:
        place = _ORDINAL.index(word)
    for items in (series(talk.last.question), series(talk.last.answer), subjects):
        if len(items) > max(place, 1):
            return items[place]
    return None


# Words that point out of a question


def _resolved(text: str, talk: Talk) -> str:
    """Return a text with what it points to in the place of each word that points out of it."""
    changes: list[Change] = []
    seen: set[str] = set()
    for found in _NTH.finditer(text):
        if item := _nth((found["nth"] or found["pair"]).lower(), talk):
            changes.append((*found.span(), item))
    all_words = words(text)
    for place, word in enumerate(all_words):
        before = all_words[place - 1] if place else None
        after = all_words[place + 1] if place + 1 < len(all_words) else None
        kind = _HE.get(word.low) or ("s" if word.low in _THEY else "n" if word.low in ("it", "its") else "")
        change = None
        if kind and kind not in seen and not _bound(kind, word, before, text):
            change = _pronoun(kind, word, after, text, talk)
            seen |= {kind} if change else set()
        elif word.low in ("this", "that", "these", "those"):
            change = _demonstrative(word, before, after, text, talk)
        elif word.low == "there":
            change = _there(word, before, after, text, talk)
        elif word.low == "then" and before and before.low in ("since", "until", "till", "by", "before", "from"):
            when = latest("time", talk.turns)
            change = (word.start, word.end, when) if when else None
        if change and not any(start < change[1] and change[0] < end for start, end, _ in changes):
            changes.append(change)
    for start, end, new in sorted(changes, reverse=True):
        new = f"{new[0].upper()}{new[1:]}" if start == 0 and text[:1].isupper() else new
        text = f"{text[:start]}{new}{text[end:]}"
    return text


def _bound(kind: str, word: Word, before: Word | None, text: str) -> bool:
    """Tell whether a pronoun stands for something in the same question, or for nothing at all."""
    if kind == "n" and _EMPTY_IT.search(text):
        return True
    earlier = [mention for mention in mentions(text) if mention.end <= word.start]
    if re.search(r"[.?!;] ", text[: word.start]):
        return bool(earlier)
    if word.low in ("him", "them") or (word.low in ("her", "it") and before is not None and not _heads(word, text)):
        # The object of a clause is not its subject; it may be what a clause before it speaks of.
        earlier = [
            mention for mention in earlier if re.search(r",|\b(?:and|but|if|or)\b", text[mention.end : word.start])
        ]
    parts = frame(text)
    inverted = before is not None and is_auxiliary(before) and not text.rstrip("?.! ").endswith(word.text)
    free = text.find(parts.asked) + len(parts.asked) if parts and inverted else 0
    earlier = [mention for mention in earlier if free <= mention.start]
    if kind == "s":
        return any(mention.plural for mention in earlier) or len(series(text[: word.start])) > 1
    if kind == "n":
        things = [mention for mention in earlier if mention.kind in ("place", "thing") and not mention.plural]
        return any(not is_person(mention) for mention in things)
    return any(fit_person(mention, kind) > 0 for mention in earlier)


def _heads(word: Word, text: str) -> bool:
    """Tell whether a pronoun is the subject of a clause or owns something, rather than an object."""
    rest = words(text[word.start :])
    if word.low == "her":
        return len(rest) > 1 and rest[1].joined and not is_closed(rest[1]) and not rest[1].low.endswith("ly")
    return len(rest) > 1 and (is_auxiliary(rest[1]) or is_verb(rest[1], None))


def _pronoun(kind: str, word: Word, after: Word | None, text: str, talk: Talk) -> Change | None:
    """Return what takes the place of a pronoun, and of what it owns where "of" reads better."""
    meant = antecedent(kind, word.low, text, talk, after.low if after else "")
    if meant is None:
        return None
    owns = word.low in ("his", "their", "its", "hers", "theirs") or (word.low == "her" and _heads(word, text))
    if not owns:
        return word.start, word.end, meant
    owned = next(
        (mention for mention in mentions(text) if mention.start == word.start and mention.end > word.end), None
    )
    if re.search(r" (?:who|that|of|in) ", meant) and owned and after:
        return word.start, owned.end, f"the {text[after.start : owned.end]} of {meant}"
    return word.start, word.end, f"{meant}'" if meant.endswith("s") and meant[0].islower() else f"{meant}'s"


def _demonstrative(word: Word, before: Word | None, after: Word | None, text: str, talk: Talk) -> Change | None:
    """Return what takes the place of "that", or of "that deal"."""
    free = after is None or not after.joined or is_auxiliary(after) or after.low in PREPOSITION or is_verb(after, None)
    if free and word.low in ("this", "that"):
        ends = before is None or after is None or not after.joined
        if ends or (before and (before.low in PREPOSITION or is_auxiliary(before) or is_verb(before, None))):
            return _that(word, before, after, text, talk)
        return None
    if free:
        several = antecedent("s", word.low, text, talk) if before is not None else None
        return (word.start, word.end, several) if several else None
    owned = next((mention for mention in mentions(text) if mention.start == word.start), None)
    if owned is None or owned.kind != "thing":
        return None
    head = owned.text.split()[-1].lower()
    if any(stem(head) in terms(mention.text) for mention in mentions(text) if mention.end <= word.start):
        return None
    relative = before is not None and not is_closed(before)
    if word.low == "that" and relative and head not in _TIME_NOUN:
        return None
    if head in _TIME_NOUN:
        when = latest("time", talk.turns) if word.low == "that" else None
        lead = (
            "" if before and before.low in PREPOSITION else "on " if when and re.search(r"[A-Z].*\d", when) else "in "
        )
        return (word.start, owned.end, f"{lead}{when}") if when else None
    for candidate in candidates(talk):
        mention = candidate.mention
        same = mention.kind == "thing" and stem(mention.text.split()[-1].lower()) == stem(head)
        if (
            same
            and mention.plural == owned.plural
            and "ly " not in mention.text
            and not points(mention.text)
            and len(new := shown(candidate, talk.turns)) >= len(owned.text)
        ):
            return word.start, owned.end, new
    named = next(filter(None, (latest(kind, talk.turns) for kind in _CLASS.get(head, ()))), None)
    return (word.start, owned.end, named) if named else None


def _that(word: Word, before: Word | None, after: Word | None, text: str, talk: Talk) -> Change | None:
    """Return what takes the place of a lone "that": a clause after a verb of saying, otherwise a thing."""
    question = talk.last.question
    if after is None and before is not None and _SAYING.match(before.low) and yes_no(question):
        parts = frame(question)
        first = next((mention for mention in mentions(parts.clause) if mention.start == 0), None) if parts else None
        if parts and (parts.subject or first):
            subject = parts.subject or (first.text if first else "")
            return word.start, word.end, f"that {subject} {parts.auxiliary.lower()}{parts.clause[len(subject) :]}"
    meant = antecedent("n", word.low, text, talk)
    return (word.start, word.end, meant) if meant else None


def _there(word: Word, before: Word | None, after: Word | None, text: str, talk: Talk) -> Change | None:
    """Return what takes the place of "there" where it means a place."""
    if before is None or is_auxiliary(before) or (after and (is_auxiliary(after) or after.low in PREPOSITION)):
        return None
    place = latest("place", talk.turns[-2:])
    if place is None or named_in(text[: word.start]):
        return None
    return word.start, word.end, place if before.low in PREPOSITION else f"in {place}"
