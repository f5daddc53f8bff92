"""A question in its conversation becomes a question that stands alone.

Only what points out of the question is replaced: a bare question word, "What about X?", a pronoun, "that deal", "there",
"the second one". What it points to is looked for in the last turns, nearest first. A question that points nowhere, or to
nothing that can be found, stays as it was typed.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from rag.fragment import LEAD_IN, about, bare, complete, frame, replaced
from rag.grammar import POSSESSIVE, PREPOSITION, Word, is_auxiliary, is_closed, is_name, is_verb, words
from rag.mention import Mention, is_person, mentions, named_in
from rag.schema import Turn
from rag.shape import AUXILIARY, yes_no
from rag.terms import stem, terms

MOST_TURNS = 6
"""What was said longer ago is not in play."""
MOST_CHARS = 1500
"""Of an answer, and by how much a question may grow."""

_HE = {"he": "m", "him": "m", "his": "m", "she": "f", "her": "f", "hers": "f"}
_THEY = frozenset("they them their theirs".split())
_OBJECT = frozenset("him them it her this that these those".split())
_COLLECTIVE = frozenset(
    "government company team band group family police party army administration cabinet court committee crew class".split()
)
_VAGUE = frozenset(
    "kind part way name number example aspect thing sort type lot time fact case something age height date year day".split()
)
_SIZE = "how many|how much|how long|how often|how old|how far"
_EMPTY_IT = re.compile(
    r"\bit(?:'s|’s)? (?:(?:is|was|be|been) )?(?:\w+ly )?(?:true|clear|possible|known|legal|illegal|likely|safe|worth|necessary|important|easy"
    r"|hard|difficult|normal|that|rain|raining|snow|snowing|say|take|takes|took|taken|mean|matter|seem|seems|time)\b"
    r"|\b(?:it|that) (?:the|a|an) |\btime is it\b",
    re.IGNORECASE,
)
_TIME_NOUN = frozenset("year day date month season week century decade era period night morning".split())
_CLASS: dict[str, tuple[str, ...]] = {
    **dict.fromkeys(("country", "city", "place", "nation", "state", "town", "region", "island"), ("place", "name")),
    **dict.fromkeys(("man", "woman", "person", "politician", "actor", "player", "singer"), ("person", "name")),
    **dict.fromkeys(
        ("company", "organisation", "organization", "band", "party", "book", "album", "film", "show"), ("name",)
    ),
}
_ORDINAL = "first second third fourth fifth".split()
_NTH = re.compile(
    rf"\bthe (?:(?P<nth>{'|'.join(_ORDINAL)}|last|other) ones?|(?P<pair>former|latter))\b(?! \w+ed\b)", re.IGNORECASE
)
_NTH_ALONE = re.compile(rf"the (?P<nth>{'|'.join(_ORDINAL)}|last|other)", re.IGNORECASE)
_COMPARED = re.compile(
    r"which (?:one )?(?:is|was|are|were|has|does|did|do|would|will)\b.*\b(?:more|most|less|better|worse|best|\w+er)\b.*",
    re.I,
)
_WHO_DID = re.compile(r"how many (?P<noun>[\w -]+)", re.IGNORECASE)


def standalone(question: str, history: Sequence[Turn]) -> str:
    """Return the question to retrieve and read for.

    Args:
        question: as it was typed.
        history: earlier turns, oldest first.

    >>> standalone("When was he captured?", [Turn("Who leads Venezuela?", "Nicolás Maduro has led it since 2013.")])
    'When was Nicolás Maduro captured?'
    """
    known: list[Turn] = []
    for turn in history[-MOST_TURNS:]:
        typed = " ".join(turn.question.split())
        asked = _rewritten(typed, known)
        if asked == typed and known and _switches(typed, known):
            known = []
        known.append(Turn(asked, turn.answer[:MOST_CHARS]))
    return _rewritten(" ".join(question.split()), known)


def _switches(question: str, known: list[Turn]) -> bool:
    """Tell whether a question that stands alone shares no word with what was said before."""
    own = set(terms(question))
    said = {term for turn in known for term in terms(f"{turn.question} {turn.answer}")}
    return len(own) > 1 and not own & said


def _rewritten(question: str, known: list[Turn]) -> str:
    """Return a question with what it leaves out, given turns whose questions stand alone."""
    if not known or not question or not known[-1].question:
        return question
    last = known[-1]
    new = complete(question, last.question, _focus_text(last)) or _about(question, known) or _compared(question, last)
    if new is None:
        new = _resolved(question, known)
        if new == question:
            return question
        if lead := LEAD_IN.match(new):
            new = f"{new[lead.end() : lead.end() + 1].upper()}{new[lead.end() + 1 :]}"
    return new if len(new) <= len(question) + MOST_CHARS else question


def _about(question: str, known: list[Turn]) -> str | None:
    """Return the last question with another thing in it, for "What about X?" and the like."""
    last = known[-1]
    alone = _NTH_ALONE.fullmatch(bare(question)) or _NTH.fullmatch(bare(question))
    what = bare(question) if alone else about(question)
    if what is None:
        return None
    if _NTH_ALONE.fullmatch(what):
        what += " one"
    meant = _resolved(what, known)
    if alone and meant not in last.question:
        return f"What about {meant}?" if meant != what else None
    new = replaced(last.question, meant, None)
    if new is None and meant != what:
        return f"What about {meant}?"
    return new


def _compared(question: str, last: Turn) -> str | None:
    """Return "Which is better, A or B?" for "Which is better?" after A and B were asked about."""
    if not _COMPARED.fullmatch(bare(question)) or named_in(question):
        return None
    found = _series(last.question)
    return f"{bare(question)}, {' or '.join(found)}?" if len(found) > 1 else None


# What a turn is about


def _focus(turn: Turn) -> Mention | None:
    """Return the name in an answer that answers its question, as far as that can be told.

    It is new, and its neighbours are words of the question ("Cuban Foreign Minister Bruno Rodríguez").
    """
    found = re.match(r"(?:\w+ )?(who|whom|which|what)\b", bare(turn.question), re.IGNORECASE)
    if not found:
        return None
    who = found[1].lower() in ("who", "whom")
    wanted = set(terms(turn.question))
    best: tuple[float, int, Mention] | None = None
    for place, mention in enumerate(mentions(turn.answer)):
        if mention.kind in ("time", "thing") or set(terms(mention.text)) <= wanted:
            continue
        if who and mention.kind == "place":
            continue
        beside: list[str] = []
        for word in reversed(words(turn.answer[: mention.start])):  # what stands in one phrase before the name
            if is_closed(word) or is_verb(word, None):
                break
            beside.append(word.text)
        near = len(wanted & set(terms(" ".join(beside))))
        after = turn.answer[mention.end : mention.end + 2]
        score = near + (1.0 if who and is_person(mention) else 0.0) - (0.5 if after in ("'s", "’s") else 0.0)
        if best is None or score > best[0]:
            best = (score, -place, mention)
    return best[2] if best else None


def _focus_text(turn: Turn) -> str:
    """Return what answers a question, in words that can stand in its gap; empty if unknown."""
    parts = frame(turn.question)
    if parts is None or not parts.asked or re.match(_SIZE, parts.asked, re.IGNORECASE):
        return ""
    short = turn.answer.strip().rstrip(".")
    if short and len(short.split()) <= 5 and not re.match(r"(?:yes|no)\b", short, re.IGNORECASE):
        return short
    found = _focus(turn)
    if found is None or (parts.asked.lower().startswith("what ") and not is_person(found)):
        return ""
    listed = _series(turn.answer)
    return " and ".join(listed) if found.text in listed and len(listed) == 2 else _full(found, [turn])


def _series(text: str) -> list[str]:
    """Return the members of the first enumeration of a text: names if it enumerates names anywhere."""
    runs: list[list[Mention]] = []
    for mention in mentions(text):
        if mention.kind == "time":
            continue
        joint = text[runs[-1][-1].end : mention.start] if runs else ""
        if runs and re.fullmatch(r",? (?:and|or|versus|vs\.?) (?:the )?|, (?:the )?", joint):
            runs[-1].append(mention)
        elif not runs or mention.start >= runs[-1][-1].end:
            runs.append([mention])
    lists = [run for run in runs if len(run) > 1]
    lists.sort(key=lambda run: -sum(mention.kind != "thing" for mention in run))
    return [mention.text for mention in lists[0]] if lists else []


def _nth(word: str, known: list[Turn]) -> str | None:
    """Return what "the second one" stands for: of the last answer's items, or of what the last question joins."""
    last = known[-1]
    lines = [line for line in last.answer.splitlines() if line.strip()]
    subjects = [next((m.text for m in mentions(line)), line) for line in lines]
    for items in (_series(last.question), _series(last.answer), subjects if len(lines) > 1 else []):
        place = {"last": -1, "latter": -1, "former": 0, "other": 1}.get(word)
        if place is None:
            place = _ORDINAL.index(word)
        if len(items) > max(place, 1):
            return items[place]
    return None


# What a word points to


@dataclass(frozen=True, slots=True)
class _Candidate:
    """A mention of an earlier turn that a pronoun may stand for."""

    mention: Mention
    turn: Turn
    age: int
    """Turns since."""
    weight: float
    """How prominent it is."""
    in_question: bool


def _candidates(known: list[Turn]) -> Iterator[_Candidate]:
    for age, turn in enumerate(reversed(known)):
        focus = _focus(turn)
        parts = frame(turn.question)
        begins = turn.question.find(parts.clause) if parts else 0
        for place, mention in enumerate(mentions(turn.question)):
            weight = 0.6 - 0.05 * place - 0.9 * age
            weight += 0.3 if mention.start == begins else 0.0
            weight += 0.7 if parts and parts.gap == "copula" and mention.start == begins else 0.0
            yield _Candidate(mention, turn, age, weight, in_question=True)
        for place, mention in enumerate(mentions(turn.answer)):
            weight = 0.3 - 0.05 * min(place, 20) - 0.9 * age
            weight += 1.0 if focus and mention.start == focus.start else 0.0
            yield _Candidate(mention, turn, age, weight, in_question=False)


def _full(mention: Mention, known: Sequence[Turn]) -> str:
    """Return the fullest form of a person's name that was used: "Nicolás Maduro" for "Maduro"."""
    text = mention.text
    if " " in text and not is_person(mention):
        return text
    last = text.split()[-1].lower()
    for turn in reversed(known):
        for other in (*mentions(turn.question), *mentions(turn.answer)):
            pieces = other.text.split()
            if other.kind in ("person", "name") and len(pieces) > len(text.split()) and pieces[-1].lower() == last:
                return other.text
    return text


def _known_gender(mention: Mention, known: Sequence[Turn]) -> Mention:
    """Return a mention with what a fuller form of its name tells."""
    if mention.kind not in ("name", "person") or mention.gender:
        return mention
    last = mention.text.split()[-1].lower()
    for turn in known:
        for other in (*mentions(turn.question), *mentions(turn.answer)):
            if other.kind == "person" and other.text.split()[-1].lower() == last:
                mention = replace(mention, kind="person", gender=mention.gender or other.gender)
    return mention


def _fit_person(mention: Mention, gender: str) -> float:
    if mention.kind == "person":
        return {gender: 3.0, "": 2.2}.get(mention.gender, -9.0)
    if mention.kind == "name" and not (mention.text.isupper() or mention.text.startswith("the ")):
        return 1.8 if " " in mention.text else 1.3
    if mention.kind == "thing" and not mention.plural and is_person(mention):
        return {gender: 1.5, "": 1.2}.get(mention.gender, -9.0)
    return -9.0


def _fit_thing(mention: Mention) -> float:
    head = mention.text.split()[-1].lower()
    if mention.kind == "thing":
        if mention.plural or is_person(mention) or head in _VAGUE or not head.isalpha():
            return -9.0
        return 2.0 if re.match(r"the\b", mention.text, re.IGNORECASE) else 1.7
    return {"place": 1.7, "name": 1.4}.get(mention.kind, -9.0)


def _fit_several(mention: Mention) -> float:
    head = mention.text.split()[-1].lower()
    if mention.kind == "thing":
        return 2.2 if mention.plural else 1.6 if head in _COLLECTIVE else -9.0
    if mention.kind == "name":
        return 1.9 if head.endswith("s") else 1.0
    return {"place": 0.9, "person": 0.3}.get(mention.kind, -9.0)


def _antecedent(kind: str, word: Word, text: str, known: list[Turn]) -> str | None:
    """Return what a pronoun stands for: the candidate that fits best, or None.

    Args:
        kind: ``m`` or ``f`` for a person, ``s`` for several, ``n`` for a thing.
        word: the pronoun.
        text: the question it stands in.
        known: the turns before.
    """
    own = {term for mention in mentions(text) for term in [mention.text.lower()]}
    following = text[word.end :].split()[:1]
    best: tuple[float, _Candidate] | None = None
    for candidate in _candidates(known):
        mention = _known_gender(candidate.mention, known)
        if mention.text.lower() in own or _points(mention.text):
            continue
        if kind == "s":
            fit = _fit_several(mention)
        elif kind == "n":
            fit = _fit_thing(mention)
            if (
                word.low == "its"
                and following
                and following[0].rstrip("?").lower()
                in ("president", "government", "capital", "leader", "people", "economy")
            ):
                fit += 1.5 if mention.kind == "place" else 0.0
        else:
            fit = _fit_person(mention, kind)
        if fit > 0 and (best is None or fit + candidate.weight > best[0]):
            best = (fit + candidate.weight, candidate)
    joined = _joined(known) if kind == "s" else None
    if joined and (best is None or best[0] < 2.6):
        return joined
    return _shown(best[1], known) if best else None


def _joined(known: list[Turn]) -> str | None:
    """Return the people or places that the last turn joins: "Russia and China"."""
    for text in (known[-1].question, known[-1].answer):
        found = _series(text)
        if len(found) > 1 and all(item[:1].isupper() for item in found):
            return f"{', '.join(found[:-1])} and {found[-1]}"
    return None


def _points(text: str) -> bool:
    """Tell whether a phrase itself starts with what needs something before it."""
    first = text.split()[0].lower()
    return first in POSSESSIVE or first in ("this", "that", "these", "those", "another")


def _shown(candidate: _Candidate, known: list[Turn]) -> str:
    """Return a mention in the form that can stand in a question."""
    mention, question = candidate.mention, candidate.turn.question
    if mention.kind != "thing":
        return _full(mention, known)
    text = re.sub(r"^(?:an?|any|some|the|no|each|every)\s+", "", mention.text, flags=re.IGNORECASE)
    if mention.start == 0 and not candidate.in_question and not is_name(words(mention.text)[0]):
        text = text[:1].lower() + text[1:]
    definite = text != mention.text or mention.plural
    if candidate.in_question and (parts := frame(question)) and parts.noun and mention.text in parts.noun:
        if parts.gap == "subject":
            tie = "who" if re.search(r"(?:ans|people|men|women|ers|ists|ees|nals|ians|soldiers)$", text) else "that"
            return f"the {text} {tie} {parts.auxiliary} {parts.clause}".replace("  ", " ")
        definite = True
    return f"the {text}" if definite else text


def _resolved(text: str, known: list[Turn]) -> str:
    """Return a text with what it points to in the place of each word that points out of it."""
    changes: list[tuple[int, int, str]] = []
    seen: set[str] = set()
    for found in _NTH.finditer(text):
        if item := _nth((found["nth"] or found["pair"]).lower(), known):
            changes.append((*found.span(), item))
    all_words = words(text)
    for place, word in enumerate(all_words):
        before = all_words[place - 1] if place else None
        after = all_words[place + 1] if place + 1 < len(all_words) else None
        change = None
        if word.low in _HE or word.low in _THEY or word.low in ("it", "its"):
            kind = _HE.get(word.low) or ("s" if word.low in _THEY else "n")
            if kind not in seen and not _bound(kind, word, before, text):
                change = _pronoun(kind, word, after, text, known)
                if change:
                    seen.add(kind)
        elif word.low in ("this", "that", "these", "those"):
            change = _demonstrative(word, before, after, text, known)
        elif word.low == "there":
            change = _there(word, before, after, known)
        elif word.low == "then" and before and before.low in ("since", "until", "till", "by", "before", "from"):
            change = (word.start, word.end, when) if (when := _latest("time", known)) else None
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
    if word.low in ("him", "them") or (
        word.low in ("her", "it") and before is not None and not _is_subject(word, text)
    ):
        return False
    parts = frame(text)
    inverted = before is not None and is_auxiliary(before) and not text.rstrip("?.! ").endswith(word.text)
    free = text.find(parts.asked) + len(parts.asked) if parts and inverted else 0
    earlier = [mention for mention in mentions(text) if free <= mention.start and mention.end <= word.start]
    if kind == "s":
        return any(mention.plural for mention in earlier) or len(_series(text[: word.start])) > 1
    if kind == "n":
        return any(
            mention.kind in ("place", "thing") and not mention.plural and not is_person(mention) for mention in earlier
        )
    return any(_fit_person(mention, kind) > 0 for mention in earlier)


def _is_subject(word: Word, text: str) -> bool:
    """Tell whether a pronoun is the subject of a clause or owns something, rather than an object."""
    rest = words(text[word.start :])
    if word.low == "her":
        return len(rest) > 1 and rest[1].joined and not is_closed(rest[1]) and not rest[1].low.endswith("ly")
    return len(rest) > 1 and (is_auxiliary(rest[1]) or is_verb(rest[1], None))


def _pronoun(kind: str, word: Word, after: Word | None, text: str, known: list[Turn]) -> tuple[int, int, str] | None:
    """Return what takes the place of a pronoun, and of what it owns where "of" reads better."""
    meant = _antecedent(kind, word, text, known)
    if meant is None:
        return None
    owns = word.low in ("his", "their", "its", "hers", "theirs") or (word.low == "her" and _is_subject(word, text))
    if not owns:
        return word.start, word.end, meant
    owned = next(
        (mention for mention in mentions(text) if mention.start == word.start and mention.end > word.end), None
    )
    if re.search(r" (?:who|that|of|in) ", meant) and owned and after:
        return word.start, owned.end, f"the {text[after.start : owned.end]} of {meant}"
    return word.start, word.end, f"{meant}'" if meant.endswith("s") and meant[0].islower() else f"{meant}'s"


def _demonstrative(
    word: Word, before: Word | None, after: Word | None, text: str, known: list[Turn]
) -> tuple[int, int, str] | None:
    """Return what takes the place of "that", or of "that deal"."""
    bare_one = (
        after is None or not after.joined or is_auxiliary(after) or after.low in PREPOSITION or is_verb(after, word)
    )
    if bare_one and word.low in ("this", "that"):
        if (
            before is None
            or after is None
            or before.low in PREPOSITION
            or is_auxiliary(before)
            or not after.joined
            or is_verb(before, None)
        ):
            return _that(word, before, after, text, known)
        return None
    if bare_one:
        meant = _antecedent("s", word, text, known)
        return (word.start, word.end, meant) if meant and before is not None else None
    owned = next((mention for mention in mentions(text) if mention.start == word.start), None)
    if owned is None or owned.kind != "thing" or not after:
        return None
    head = owned.text.split()[-1].lower()
    said = before is not None and not is_auxiliary(before) and before.low not in PREPOSITION and not is_closed(before)
    if word.low == "that" and said and head not in _TIME_NOUN:
        return None
    if head in _TIME_NOUN:
        when = _latest("time", known) if word.low == "that" else None
        lead = (
            "" if before and before.low in PREPOSITION else "on " if when and re.search(r"[A-Z].*\d", when) else "in "
        )
        return (word.start, owned.end, f"{lead}{when}") if when else None
    for candidate in _candidates(known):
        mention = candidate.mention
        if (
            mention.kind == "thing"
            and not _points(mention.text)
            and stem(mention.text.split()[-1].lower()) == stem(head)
        ):
            new = _shown(candidate, known)
            if len(new.split()) >= len(owned.text.split()):
                return word.start, owned.end, new
    for kind in _CLASS.get(head, ()):
        if named := _latest(kind, known):
            return word.start, owned.end, named
    return None


def _that(
    word: Word, before: Word | None, after: Word | None, text: str, known: list[Turn]
) -> tuple[int, int, str] | None:
    """Return what takes the place of a lone "that": a clause after a verb of saying, otherwise a thing."""
    last = known[-1]
    if (
        after is None
        and before is not None
        and yes_no(last.question)
        and re.match(r"(?:confirm|den(?:y|ies)|believe|say|think|know|admit|claim)", before.low)
    ):
        parts = frame(last.question)
        first = next((mention for mention in mentions(parts.clause) if mention.start == 0), None) if parts else None
        if parts and (parts.subject or first):
            subject = parts.subject or (first.text if first else "")
            return word.start, word.end, f"that {subject} {parts.auxiliary.lower()}{parts.clause[len(subject) :]}"
    meant = _antecedent("n", word, text, known)
    return (word.start, word.end, meant) if meant else None


def _there(word: Word, before: Word | None, after: Word | None, known: list[Turn]) -> tuple[int, int, str] | None:
    """Return what takes the place of "there" where it means a place."""
    if (before and is_auxiliary(before)) or before is None or (after and is_auxiliary(after)):
        return None
    place = _latest("place", known)
    if place is None:
        return None
    return word.start, word.end, place if before.low in PREPOSITION else f"in {place}"


def _latest(kind: str, known: list[Turn]) -> str | None:
    """Return what of a kind was mentioned last: by the answer, where the question asked for it, or else first by the question."""
    for turn in reversed(known):
        wanted = {
            "place": r"where|(?:in )?(?:which|what) (?:city|country|place)",
            "time": r"when|(?:in )?(?:which|what) year",
        }.get(kind)
        order = [turn.question, turn.answer]
        if wanted and re.match(wanted, bare(turn.question), re.IGNORECASE):
            order.reverse()
        for text in order:
            for mention in mentions(text):
                if mention.kind == kind:
                    return mention.text
    return None
