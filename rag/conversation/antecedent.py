"""What a pronoun of a follow-up stands for: the mention of the last turns that fits it and is most prominent.

A mention fits by gender, number and kind. It is prominent if it is recent, is what the last question was about, is the
name that answered it, or has been called by the same pronoun before.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from itertools import pairwise

from rag.conversation.fragment import frame, stripped
from rag.conversation.mention import Mention, is_person, mentions
from rag.conversation.turns import focus, full_name, last_word, series, sought, together
from rag.english.grammar import Word, is_verb, tag
from rag.english.vocabulary import POSSESSIVES, PREPOSITIONS
from rag.schema import Turn
from rag.text.numerals import SPELLED
from rag.text.terms import terms

_COLLECTIVE = frozenset(
    """
    government company team band group family police party army administration cabinet court committee crew class
    ministry council board firm club union department agency bank university parliament senate commission airline
    association organisation organization school hospital museum authority
    """.split()
)
_VAGUE = frozenset(
    """
    kind part way name number example aspect thing sort type lot time fact case something age height date year day
    article other others interest influence fame sense current better bad good best worse available new sure able true
    free same different important right wrong question answer information
    """.split()
)
_MADE = re.compile(r"\b(?:wr[io]te|written|paint(?:ed)?|compose[ds]?|publish(?:ed)?|post(?:ed)?|sa(?:id|ys?)) it\b")
_SAYS = re.compile(r"(?:say|said|tell|told|write|wrote|reply|replied|think|want|mean|mention|answer)(?:s|ed)?$")
_HE_OR_SHE = frozenset("he him his she her hers".split())
_POINTERS = POSSESSIVES | {"this", "that", "these", "those", "another"}
_OWNED_BY_STATES = frozenset("president government capital leader people economy army border parliament".split())
_ACTS = frozenset("do want demand decide announce plan promise sign agree refuse reply think hope".split())
"""What "it" does only if it stands for people: a country, a company."""
_PROPERTY = re.compile(
    r"(?:\b(?:which(?: \w+)?|who|they|them|he|she|it|how many of .+) (?:is|are|was|were)"
    r"|\b(?:any|some|every)(?:one|body|thing)|\bas) $",
    re.IGNORECASE,
)
"""What follows it is said of a thing, and is none: "which is older"."""
_ADJUNCT = re.compile(rf"(?:{'|'.join(sorted(PREPOSITIONS))})\b", re.IGNORECASE)
"""A turn that starts so and was not understood ("With food?") is about nothing."""
_NO = -9.0
"""The fit of what cannot be meant."""
_LEAST = 1.2
"""A candidate below this sum of fit and prominence is a guess that does more harm than the pronoun."""
_ASKS_FOR_PEOPLE = r"(?:ans|people|men|women|ers|ists|ees|nals|soldiers)$"


@dataclass
class Talk:
    """The turns in play, whose questions stand alone, and what pronouns have stood for in them."""

    turns: list[Turn] = field(default_factory=list)
    called: dict[str, str] = field(default_factory=dict)
    """The last word of a mention, folded, to the kind of pronoun: ``m``, ``f``, ``s`` (several) or ``n``."""
    typed: str = ""
    """The last question as it was typed."""
    answer: str = ""
    """What answered the question that is being resolved, if it is an earlier one: it may say what was meant."""

    @property
    def last(self) -> Turn:
        """The turn before the question."""
        return self.turns[-1]


@dataclass(frozen=True, slots=True)
class Referent:
    """A mention of an earlier turn that a pronoun may stand for."""

    mention: Mention
    turn: Turn
    weight: float
    """How prominent it is."""
    in_question: bool
    begins: bool
    """Whether it is what its question or answer starts with."""
    new: bool = False
    """Whether it answers who did something: somebody of whom nobody need have spoken before."""
    sought: bool = False
    """Whether it belongs to a value that was asked for and not found: "the population of Havana"."""


def candidates(talk: Talk) -> Iterator[Referent]:
    """Yield what was mentioned, from the last turn back."""
    for age, turn in enumerate(reversed(talk.turns)):
        found = focus(turn)
        one = found is not None and found.text not in series(turn.answer)
        parts = frame(turn.question)
        begins = turn.question.find(parts.clause) if parts else 0
        asks_who = parts is not None and parts.asked.lower() == "who"
        copula = parts is not None and parts.gap == "copula"
        aside = 1.5 if parts is None and _ADJUNCT.match(turn.question) else 0.0
        for place, mention in enumerate(mentions(turn.question)):
            first = mention.start == begins
            weight = 0.8 - 0.05 * place - 0.9 * age + (0.5 if first else 0.0) + (0.7 if first and copula else 0.0)
            weight -= aside
            if asks_who and parts and mention.kind == "name" and mention.text != parts.clause:
                weight -= 1.5  # "Who is the head of Volvo?": not Volvo
            yield Referent(mention, turn, weight, in_question=True, begins=first, sought=mention.text in sought(turn))
        for place, mention in enumerate(mentions(turn.answer)):
            if mention.start == 0 and _is_surname(mention, talk):
                continue
            chosen = one and found is not None and mention.start == found.start
            if mention.start == 0 and mention.plural and asks_who and parts and parts.gap == "subject":
                chosen = True  # "Two workers are suing the firm."
            weight = 0.3 - 0.05 * min(place, 20) - 0.9 * age + (1.0 if chosen else 0.0)
            new = chosen and asks_who and parts is not None and parts.gap in ("subject", "copula")
            begins = chosen or (place == 0 and not _has_subject(turn.answer[: mention.start]))
            yield Referent(mention, turn, weight, in_question=False, begins=begins, new=new)


def _has_subject(lead: str) -> bool:
    """Tell whether a verb stands in what comes before a mention: "It says the building …" is not about the building."""
    found: list[Word | None] = [None, *tag(lead)]
    return any(word and (word.auxiliary or is_verb(word, before)) for before, word in pairwise(found))


def _is_surname(mention: Mention, talk: Talk) -> bool:
    """Tell whether what seems a common noun that starts a sentence is a name elsewhere: "Reyes" after "Sam Reyes"."""
    if mention.kind != "thing" or " " in mention.text:
        return False
    within = re.compile(rf"\w,? {re.escape(mention.text)}\b")
    return any(within.search(f"{turn.question}\n{turn.answer}") for turn in talk.turns)


def antecedent(kind: str, pronoun: str, text: str, talk: Talk, owned: str = "") -> str | None:
    """Return what a pronoun stands for, in words that can take its place; None if nothing fits well.

    Args:
        kind: ``m`` or ``f`` for a person, ``s`` for several, ``n`` for a thing.
        pronoun: the word, folded.
        text: the question it stands in: what that names already is not meant.
        talk: the turns before.
        owned: the noun after "its".
    """
    answered = focus(Turn(text, talk.answer))
    told = set(terms(talk.answer)) - set(terms(answered.text if answered else ""))
    best: tuple[float, Referent] | None = None
    for candidate in candidates(talk):
        mention = _as_called(candidate.mention, talk)
        if _is_other(kind, mention, text, talk) or (candidate.sought and (mention.kind == "thing" or pronoun == "it")):
            continue
        score = _fit(kind, pronoun, candidate, mention, owned, text) + candidate.weight
        score += _in_play(kind, candidate, mention, talk)
        if told & set(terms(last_word(mention.text))):
            score += 2.0
        if score >= _LEAST and (best is None or score > best[0]):
            best = (score, candidate)
    joined = _joined(talk.last) if kind == "s" else None
    if joined and (best is None or best[0] < 3.0):
        return joined
    if best is None:
        return None
    if kind == "s" and (all_of_them := _listed(best[1])):
        return all_of_them
    talk.called[last_word(best[1].mention.text)] = kind
    return shown(best[1], talk.turns)


def _is_other(kind: str, mention: Mention, text: str, talk: Talk) -> bool:
    """Tell whether a pronoun of a question cannot stand for a mention, whatever kind that is of."""
    if points(mention.text) or mention.text.lower() in (own.text.lower() for own in mentions(text)):
        return True
    if mention.kind not in ("name", "person"):
        return False
    if kind == "n" and _MADE.search(text):  # "Who wrote Rossi?": who says something is not written
        frames = filter(None, (frame(turn.question) for turn in talk.turns))
        return any(parts.subject == mention.text and _SAYS.match(parts.verb) for parts in frames)
    return kind == "s" and _is_one(mention, last_word(mention.text), talk)


def _in_play(kind: str, candidate: Referent, mention: Mention, talk: Talk) -> float:
    """Return how much more prominent a mention is by earlier pronouns, and by what the last answer brought in."""
    last = last_word(mention.text)
    found = 0.0
    if talk.called.get(last) == kind:
        asks_who = re.match(r"who\b", stripped(talk.last.question), re.IGNORECASE)
        found = 0.5 if asks_who and kind in "mf" else 1.5
    elif candidate.in_question and candidate.turn is talk.last and last in words_of(talk.typed):
        # "it" is what it was until another thing is named
        found = 1.5 if kind in talk.called.values() and mention.kind == "thing" else 0.0
    if candidate.new and kind in "mf" and candidate.turn is talk.last and _HE_OR_SHE.isdisjoint(words_of(talk.typed)):
        found += 2.0
    return found


def _is_one(mention: Mention, last: str, talk: Talk) -> bool:
    """Tell whether a name is of one person or thing, by a pronoun for it or by a surname that is used alone."""
    if mention.kind == "person" or talk.called.get(last, "s") != "s":
        return True
    said = (text for turn in talk.turns for text in (turn.question, turn.answer))
    surname = mention.text.split()[-1]
    return " " in mention.text and any(other.text == surname for text in said for other in mentions(text))


def words_of(text: str) -> set[str]:
    """Return the words of a text, folded."""
    return {word.low for word in tag(text)}


def _fit(kind: str, pronoun: str, candidate: Referent, mention: Mention, owned: str, text: str) -> float:
    said = candidate.turn.question if candidate.in_question else candidate.turn.answer
    if mention.kind == "thing" and _PROPERTY.search(said[: mention.start]):
        return _NO
    if kind in "mf":
        return fit_person(mention, kind)
    if pronoun == "its" and mention.kind == "place":
        return 3.2 if owned in _OWNED_BY_STATES else 1.7
    if mention.kind == "place" and re.search(r"\b(?:in|at|from|to|near|of) $", said[: mention.start]):
        return _NO
    if kind == "s":
        return _fit_several(mention, in_question=candidate.in_question)
    if not candidate.in_question and not candidate.begins:
        return _NO
    if re.search(r"\bcaused it\W*$", text) and mention.kind == "thing":
        return _fit_thing(mention) if re.search(r"\b(?:in|during|after|over|by) $", said[: mention.start]) else _NO
    if owned in _ACTS:
        acts = mention.kind != "thing" or last_word(mention.text) in _COLLECTIVE
        return _fit_thing(mention) + (1.5 if acts else -1.5)
    return _NO if owned == "happen" else _fit_thing(mention)


def fit_person(mention: Mention, gender: str) -> float:
    """Return how well a mention can be "he" (``m``) or "she" (``f``); below 0 if not at all."""
    if mention.kind == "person":
        return {gender: 3.0, "": 2.2}.get(mention.gender, _NO)
    if mention.kind == "name" and not (mention.text.isupper() or mention.text.lower().startswith("the ")):
        return 1.8 if " " in mention.text else 1.3
    if mention.kind == "thing" and not mention.plural and is_person(mention):
        return {gender: 1.5, "": 1.2}.get(mention.gender, _NO)
    return _NO


def _fit_thing(mention: Mention) -> float:
    head = last_word(mention.text.split(" of ")[0])
    if mention.kind == "thing":
        if mention.plural or is_person(mention) or head in _VAGUE | set(SPELLED) or not head.isalpha():
            return _NO
        if re.match(r"(?:an?|any)\b", mention.text, re.IGNORECASE):
            return 1.2
        return 2.0 if re.match(r"the\b", mention.text, re.IGNORECASE) else 1.7
    return {"place": 1.7, "name": 1.4}.get(mention.kind, _NO)


def _fit_several(mention: Mention, *, in_question: bool) -> float:
    head = last_word(mention.text.split(" of ")[0])
    if mention.kind == "thing":
        if " other " in f" {mention.text} " or head in _VAGUE | set(SPELLED) or head.rstrip("s") in _VAGUE:
            return _NO
        if re.match(r"any\b", mention.text, re.IGNORECASE):
            return 1.2  # asked whether there are some
        return (2.2 if in_question else 1.8) if mention.plural else 1.6 if head in _COLLECTIVE else _NO
    if mention.kind == "name":
        return 1.9 if head.endswith("s") else 1.2
    return 0.9 if mention.kind == "place" else _NO


def points(text: str) -> bool:
    """Tell whether a phrase itself needs something before it ("his wife", "the end of that war")."""
    return not _POINTERS.isdisjoint(text.lower().split())


def _as_called(mention: Mention, talk: Talk) -> Mention:
    """Return a mention with the gender that its fuller form, or a pronoun that stood for it, tells."""
    if mention.kind not in ("name", "person") or mention.gender:
        return mention
    last = last_word(mention.text)
    called = talk.called.get(last)
    if called in ("m", "f"):
        return replace(mention, kind="person", gender="f" if called == "f" else "m")
    if called:
        return replace(mention, kind="name") if mention.kind == "person" else mention
    for turn in talk.turns:
        for other in (*mentions(turn.question), *mentions(turn.answer)):
            if other.kind == "person" and last_word(other.text) == last:
                mention = replace(mention, kind="person", gender=mention.gender or other.gender)
    return mention


def shown(candidate: Referent, turns: Sequence[Turn]) -> str:
    """Return a mention in the form that can stand in a question."""
    mention, question = candidate.mention, candidate.turn.question
    if mention.kind != "thing":
        return full_name(mention, turns)
    text = re.sub(r"^(?:an?|any|some|the|no|each|every)\s+", "", mention.text, flags=re.IGNORECASE)
    first = tag(mention.text)[0]
    inner = text == mention.text and (not first.name or first.low in SPELLED)
    if inner and mention.start == 0 and not candidate.in_question:
        text = text[:1].lower() + text[1:]
    definite = text != mention.text or mention.plural
    said = question if candidate.in_question else candidate.turn.answer
    if owner := next((one for one in mentions(said) if re.fullmatch(r"['’]s? ", said[one.end : mention.start])), None):
        return text if points(owner.text) else f"{owner.text}{said[owner.end : mention.start]}{text}"
    if candidate.in_question and (parts := frame(question)) and parts.noun and mention.text in parts.noun:
        if parts.gap == "subject":
            tie = "who" if re.search(_ASKS_FOR_PEOPLE, text) else "that"
            return " ".join(f"the {text} {tie} {parts.auxiliary} {parts.clause}".split())
        definite = True
    return f"the {text}" if definite else text


def _listed(candidate: Referent) -> str:
    """Return the whole of an enumeration of groups that a mention is a member of: "the parents and teachers"."""
    said = candidate.turn.question if candidate.in_question else candidate.turn.answer
    found = series(said)
    if candidate.mention.text not in found:
        return ""
    bare_ones = [re.sub(r"^(?:some|the) ", "", item, flags=re.IGNORECASE) for item in found]
    joined = [mention for mention in mentions(said) if mention.text in found]
    if any(mention.kind != "thing" or is_person(mention) for mention in joined):
        return together(found, said)
    if not all(item.split()[-1].endswith("s") for item in bare_ones):
        return ""
    first = bare_ones[0] if candidate.in_question else bare_ones[0][:1].lower() + bare_ones[0][1:]
    return f"the {', '.join([first, *bare_ones[1:-1]])} and {bare_ones[-1]}"


def _joined(turn: Turn) -> str | None:
    """Return the people or places that a turn joins: "Russia and China"."""
    for text in (turn.question, turn.answer):
        found = series(text)
        if found and all(item[:1].isupper() for item in found):
            return together(found, text)
    return None
