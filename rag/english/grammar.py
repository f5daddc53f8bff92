"""The words of a text in their parts of speech, as far as form and a few short lists tell.

A question or a sentence is cut into names, verbs, and words of a closed class ("the", "of", "was"); all else passes for
a noun or what belongs to one.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cached_property, lru_cache

from rag.english.lexicon import LIKE_VERBS, NOUNS_TOO, VERBS
from rag.english.question_form import is_plural
from rag.english.vocabulary import (
    AUXILIARY,
    COPULAS,
    DETERMINERS,
    PARTICIPLES,
    PAST,
    POSSESSIVES,
    PREPOSITIONS,
    UNCHANGED,
    WH,
)
from rag.text.terms import INITIALS, fold


@dataclass(frozen=True)  # without slots: what is asked of a word again and again is found once
class Word:
    """A word of a text, ``text[start:end]``, with its genitive's ending."""

    text: str
    low: str
    """In lower case, without accents."""
    start: int
    end: int
    genitive: bool
    opens: bool
    """Whether a sentence starts with it."""
    joined: bool
    """Whether only white space lies between the word before and this one."""
    heads: bool = False
    """Whether the next word, after white space, has a capital."""
    verb: bool = False
    """Whether its place makes it a verb, or what "is" says of its subject: "close" in "When will the bridge close?"."""

    @cached_property
    def auxiliary(self) -> bool:
        """Whether it is "did", "was", "can't" and the like."""
        return _AUX.match(self.low) is not None

    @cached_property
    def name(self) -> bool:
        """Whether it is, or is part of, a name."""
        # a capital makes a name of a small word: "Per" in "the architect Per Lunde"
        first_name = self.low in PREPOSITIONS and self.heads and not self.opens
        if (
            not self.text[0].isupper()
            or self.text in _INITIALS
            or (self.low in _CLOSED and self.text != "US" and not first_name)
            or (self.auxiliary and self.text not in ("May", "Will"))
        ):
            return False
        if self.opens and (self.low.endswith("ly") or self.low in _GREETING):
            return False
        common = is_plural(self.text) or self.low in VERBS or self.low.endswith(("tion", "ment", "ing", "ed"))
        return not (self.opens and common and not self.heads and not CITIZENS.match(self.text))

    @cached_property
    def closed(self) -> bool:
        """Whether it is none of noun, adjective, name, number and full verb."""
        return (self.low in _CLOSED or self.auxiliary) and not self.name


_OTHER = frozenset(
    """
    and or but nor so if because while although though whether who whom what which when where why how that than then
    there here not also very too still yet just only even ever never often already again now today yesterday
    tomorrow yes please however more most less least much many few he she it they we you i him them us me himself
    herself itself themselves else exactly really actually currently recently later earlier ago soon such same own
    once away back together instead tell let ok okay well others something anything nothing someone anyone everyone
    somebody anybody worth according outdoors indoors abroad overseas online offline
    """.split()
)
_WORD = re.compile(rf"{INITIALS}|[$£€]?\d[\d.,]*(?:\w+)?|[^\W\d_](?:[\w]|[-–'’](?=\w))*")
_INITIALS = ("I", "CEO", "CFO", "PM", "MP", "TV")
"""Capitals that name nobody."""
_GREETING = frozenset("hi hello hey sorry thanks thank unfortunately too good great nice sure".split())
CITIZENS = re.compile(r"[A-Z]\w+(?:ans|crats|ists|ites|eers|is)$")


@lru_cache(maxsize=1024)
def tag(text: str) -> tuple[Word, ...]:
    """Return the words of a text, in order."""
    found: list[Word] = []
    shouted = text.isupper()
    for match in _WORD.finditer(text):
        gap = text[found[-1].end : match.start()] if found else ""
        opens = not found or bool(re.search(r"[.?!:\n][\"'”’)\s]*\s[\"'“‘(\s]*$", gap + ("" if found else " ")))
        bare = re.sub(r"['’]s?$", "", match[0].rstrip(".,") if match[0][0].isdigit() else match[0])
        owns = match[0][len(bare) : len(bare) + 2] in ("'s", "’s") or text[match.end() : match.end() + 2] in (
            "' ",
            "’ ",
        )
        shown = bare.lower() if shouted else bare
        follows = re.match(r"\s[^\W\d_]", text[match.end() :])
        heads = bool(follows and follows[0][-1].isupper()) and not shouted
        found.append(
            Word(shown, fold(shown), match.start(), match.start() + len(bare), owns, opens, not gap.strip(), heads)
        )
    for place in _verbs(found):
        found[place] = replace(found[place], verb=True)
    return tuple(found)


def _verbs(found: Sequence[Word]) -> Iterator[int]:
    """Yield the places of the words that must be verbs, in no list though they may be.

    A base form follows "did", "will" and the like: straight in a statement, after the subject in a question.
    """
    asks = False
    for place, word in enumerate(found):
        if word.opens or (place and found[place - 1].opens and found[place - 1].low in ("and", "but", "so", "or")):
            first = found[place + 1] if word.low in PREPOSITIONS and place + 1 < len(found) else word
            asks = bool(_WH.fullmatch(first.low)) or first.auxiliary
        if _TAKES_BASE.fullmatch(word.low) and not word.name:
            verb = _base_form(found, place + 1, asks=asks)
            if verb is not None:
                yield verb
        elif asks and word.low in COPULAS and (word.opens or found[place - 1].closed):
            if (predicate := _predicate(found, place + 1)) is not None:
                yield predicate
        elif place and (
            _follows_subject(word, found[place - 1])
            or (place + 1 < len(found) and _stands_as_verb(word, found[place - 1], found[place + 1]))
        ):
            yield place


def _follows_subject(word: Word, before: Word) -> bool:
    """Tell whether a word stands behind what can only be a subject: "it employs", "they negotiate"."""
    subject = before.low in ("he", "she", "they", "we") or (before.low == "it" and before.opens)
    plain = not word.closed and word.text[0].islower() and not word.low.endswith("ly")
    return subject and word.joined and plain


def _predicate(found: Sequence[Word], start: int) -> int | None:
    """Return the place of what a question for yes or no says of its subject: "safe" in "Is the dam safe?"."""
    opener = found[start - 1]
    run = found[start:]
    if not (opener.opens or found[start - 2].opens) or _WH.fullmatch(found[start - 2].low) or len(run) < 3:
        return None
    plain = all(word.joined and not word.closed and not word.genitive for word in run[1:])
    return len(found) - 1 if plain and run[0].low in DETERMINERS | POSSESSIVES and not run[-1].name else None


def _stands_as_verb(word: Word, before: Word, after: Word) -> bool:
    """Tell whether a word between two others is their verb: "Tarn Lines runs the ferry", "it cost 40 euros"."""
    if before.closed or word.closed or word.text[0].isupper() or not (word.joined and after.joined):
        return False
    counted = after.low in ("a", "an") or after.text[0] in "0123456789$£€"
    if counted and (word.low in VERBS or word.low.removesuffix("s") in VERBS):
        return True
    if not before.name or before.genitive:
        return False
    return counted or after.low in DETERMINERS | POSSESSIVES or (after.name and word.low.endswith(("s", "ed")))


def _base_form(found: Sequence[Word], start: int, *, asks: bool) -> int | None:
    """Return the place of the verb after an auxiliary; None if it cannot be told."""
    run: list[int] = []  # the words of the subject so far, and the verb
    place = start
    while place < len(found):
        word = found[place]
        after = found[place + 1] if place + 1 < len(found) and found[place + 1].joined else None
        if place > start and not word.joined:
            return None
        if word.low in _SUBJECT and not run and place == start:
            run.append(place)
        elif word.low.endswith("ly") or word.low in _BETWEEN or (word.low in DETERMINERS | POSSESSIVES and not run):
            pass
        elif word.low == "of" and run:
            place += 1 if after is not None and after.low in DETERMINERS | POSSESSIVES else 0
        elif word.closed and not (word.low == "back" and after is not None and after.low in DETERMINERS | POSSESSIVES):
            return None
        else:
            ends = (
                after is None
                or (after.closed and after.low not in ("of", "back", "have", "be", "do"))
                or after.text[0].isdigit()
            )
            names = after is not None and after.name and all(one.name for one in _rest(found, place + 1))
            straight = found[start] is word and (not asks or (after is not None and after.low in DETERMINERS))
            pronoun = bool(run) and found[run[0]].low in _SUBJECT
            if not word.name and (straight or pronoun or (run and (ends or names)) or _listed(word, run)):
                return place
            run.append(place)
        place += 1
    return None


def _listed(word: Word, run: list[int]) -> bool:
    return bool(run) and word.low in VERBS and word.low not in NOUNS_TOO


def _rest(found: Sequence[Word], start: int) -> Iterator[Word]:
    """Yield the words of a phrase from a place on."""
    for word in found[start:]:
        if not word.joined or word.closed:
            return
        yield word


def is_verb(word: Word, before: Word | None) -> bool:
    """Tell whether a word is likely to be a verb, after the word before it."""
    low = word.low
    if word.verb:
        return True
    if word.text[:1].isupper() and not word.opens:
        return False
    if before is not None and (before.low in DETERMINERS | POSSESSIVES or before.genitive):
        return False
    if low in _PAST or _is_participle(low):
        return True
    if low.endswith(("ed", "ing")) and len(low) > 4 and low not in LIKE_VERBS:
        return low.endswith("ing") or before is None or before.low not in PREPOSITIONS
    third = low[:-1] if low.endswith("s") else ""
    base = low if low in VERBS else third if third in VERBS else low[:-2] if low.endswith("es") else ""
    base = f"{low[:-3]}y" if low.endswith("ies") else base
    if base not in VERBS:
        return False
    if base not in NOUNS_TOO:
        return True
    return before is not None and (
        before.low in ("to", "not", "who", "what", "which")
        or _AUX.match(before.low) is not None
        or (low == base and (before.name or is_plural(before.text)))
    )


def participle(word: str) -> bool:
    """Tell whether a word can follow "was" as a verb.

    >>> participle("captured"), participle("held"), participle("Cuba")
    (True, True, False)
    """
    low = word.lower()
    return _is_participle(low) or (low.endswith(("ed", "ing")) and len(low) > 4)


def _is_participle(low: str) -> bool:
    return low in _PARTICIPLE or re.sub(r"^(?:re|un|over)", "", low) in _PARTICIPLE


_PAST = PAST | UNCHANGED - {"cost"}
_PARTICIPLE = PARTICIPLES | frozenset("hit used sued owed died lied tied".split())


_TAKES_BASE = re.compile(
    r"(?:did|does|do|will|would|can|could|shall|should|may|might|must)(?:n['’]t)?|won['’]t|can['’]t|cannot"
)
_SUBJECT = frozenset("i he she it they we you".split())
_BETWEEN = frozenset(
    "not both also ever never still even just now then first only always often again already soon".split()
)
_WH = re.compile(WH)
_CLOSED = DETERMINERS | POSSESSIVES | PREPOSITIONS | _OTHER
_AUX = re.compile(rf"(?:{AUXILIARY}|am|been|being|be|having|\w+n['’]t)$")
