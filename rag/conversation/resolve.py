"""The words of a question that point out of it are replaced by what they point to.

A pronoun, "that", "this deal", "there", "since then", "the second one". What stands for something in the question
itself ("Did Ana say she would?"), or for nothing ("Is it true that …"), is left alone.
"""

import re

from rag.conversation.antecedent import Talk, antecedent, candidates, fit_person, points, shown
from rag.conversation.fragment import frame
from rag.conversation.mention import Mention, is_person, mentions, named_in
from rag.conversation.turns import latest, series
from rag.english.grammar import Word, is_verb, participle, tag
from rag.english.question_form import yes_no
from rag.english.vocabulary import POSSESSIVES, PREPOSITIONS, RANKS
from rag.text.terms import stem, terms

_CLAUSE = re.compile(r",|\b(?:and|but|if|or|when|while|after|before|because|since|that|who|which)\b", re.IGNORECASE)
"""What may stand between two clauses."""

Change = tuple[int, int, str]
"""Where a text changes, and to what."""

_HE = {"he": "m", "him": "m", "his": "m", "she": "f", "her": "f", "hers": "f"}
_THEY = frozenset("they them their theirs".split())
_OF_A_THING = (
    r"(?:(?:not|still|now|also|ever|really) )?(?:going|able|due|set|about|ready|meant|supposed|expected|planned|used"
    r"|open|closed|allowed|designed|intended|bound|likely|willing|scheduled|closer?|similar|near|responsible|famous|named"
    r"|called|\w+ed) "
)
"""What is said of a thing before "to" or "for": "Is it going to close?", "What is it used for?"."""
_EMPTY_IT = re.compile(
    r"\bit(?:['’]s)? (?:(?:is|was|be|been) )?(?:not )?(?:\w+ly )?(?:true|clear|possible|known|legal|worth \w+ing"
    r"|likely(?! to)|okay|that|raining|snowing|rain|snow|say|looks?|make sense|mean|matter|seems?|time)\b"
    r"|\bit (?:takes?|took|taken)(?=\W*$| (?:to|for|you|me|us|long)\b)"
    rf"|\b(?:is|was|be) it (?!{_OF_A_THING})(?:\w+ ){{1,3}}(?:to|that|if|for)\b"
    rf"|\bit (?:is|was|will be|would be) (?!{_OF_A_THING})(?:\w+ ){{1,3}}(?:to|that|if|for) "
    r"|\bit costs? (?:\w+ ){0,4}to \w+ \w|\bit to \w+|\b(?:it|that) (?:the|a|an) |\btime is it\b",
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
NTH_ALONE = re.compile(rf"the (?:{'|'.join(RANKS)}|last|other)", re.IGNORECASE)
NTH = re.compile(
    rf"\bthe (?:(?P<nth>{'|'.join(RANKS)}|last|other) ones?|(?P<pair>former|latter))\b(?! \w+ed\b)", re.IGNORECASE
)
_LONE_THAT = re.compile(
    rf"\b(?:{'|'.join(sorted(PREPOSITIONS))}|is|was|did|does|do|will|say|said) (?:this|that|there)(?=\W*$| happen)",
    re.IGNORECASE,
)
_SAYING = re.compile(
    r"(?:confirm|believe|think|know|admit|claim)(?:s|d|ed)?|den(?:y|ies|ied)|sa(?:y|ys|id)|thought|knew|knows",
    re.IGNORECASE,
)


def _nth(word: str, talk: Talk) -> str | None:
    """Return what "the second one" stands for: of what the last question joins, or of the last answer's items."""
    lines = [line for line in talk.last.answer.splitlines() if line.strip()]
    subjects = [next((mention.text for mention in mentions(line) if not points(mention.text)), line) for line in lines]
    place = {"last": -1, "latter": -1, "former": 0, "other": 1}.get(word)
    if place is None:
        place = RANKS.index(word)
    for items in (series(talk.last.question), series(talk.last.answer), subjects):
        if len(items) > max(place, 1):
            return items[place]
    return None


def resolved(text: str, talk: Talk) -> str:
    """Return a text with what it points to in the place of each word that points out of it."""
    counted = [(found.span(), _nth((found["nth"] or found["pair"]).lower(), talk)) for found in NTH.finditer(text)]
    changes: list[Change] = [(*span, item) for span, item in counted if item]
    seen: set[str] = set()
    all_words = tag(text)
    for place, word in enumerate(all_words):
        before = all_words[place - 1] if place else None
        after = all_words[place + 1] if place + 1 < len(all_words) else None
        kind = _kind(word)
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
    changes = [change for change in changes if not _repeats(change, changes, text)]
    for start, end, new in sorted(changes, reverse=True):
        head = re.split(r" (?:that|who) ", new)[0]
        if head != new and any(other in new for _, _, other in changes if other != new):
            new = head  # "Where did the countries that signed the treaty sign the treaty?"
        new = _without_repeated(new, text[:start], text[end:])
        new = f"{new[0].upper()}{new[1:]}" if start == 0 and text[:1].isupper() else new
        text = f"{text[:start]}{new}{text[end:]}"
    return text


def _without_repeated(new: str, before: str, after: str) -> str:
    """Return "the emails" for "the leaked emails" where the question says "leaked" itself."""
    said = set(terms(f"{before} {after}"))
    kept = [
        word
        for place, word in enumerate(new.split(" "))
        if not (0 < place < new.count(" ") and word.islower() and participle(word) and said & set(terms(word)))
    ]
    return " ".join(kept)


def _repeats(change: Change, changes: list[Change], text: str) -> bool:
    """Tell whether what takes a word's place says again what the question says: nobody asks like that."""
    rest = text
    for start, end, _ in sorted(changes, reverse=True):
        rest = f"{rest[:start]} {rest[end:]}"
    head = re.split(r" (?:that|who|of|in) ", change[2])[0].split()[-1]
    return head[0].islower() and not set(terms(head)).isdisjoint(terms(rest))


def pointing(text: str) -> bool:
    """Tell whether a pronoun or a lone "that" of a text stands for something outside it.

    >>> pointing("When will it close?"), pointing("Did Ana say she would come?"), pointing("Is it true?")
    (True, False, False)
    """
    found = tag(text)
    for before, word in zip([None, *found], found, strict=False):
        kind = _kind(word)
        if (kind and not _bound(kind, word, before, text)) or _LONE_THAT.search(text):
            return True
    return False


def _kind(word: Word) -> str:
    """Return what a pronoun can stand for, as :mod:`rag.conversation.antecedent` has it; empty if it is none."""
    return _HE.get(word.low) or ("s" if word.low in _THEY else "n" if word.low in ("it", "its") else "")


def _bound(kind: str, word: Word, before: Word | None, text: str) -> bool:
    """Tell whether a pronoun stands for something in the same question, or for nothing at all."""
    if kind == "n" and _EMPTY_IT.search(text):
        return True
    earlier = [mention for mention in mentions(text) if mention.end <= word.start]
    if re.search(r"[.?!;:] |\b(?:my|our)\b", text[: word.start], re.IGNORECASE):
        return bool(earlier)
    parts = frame(text)
    if parts and text.find(parts.clause) == word.start and not text.rstrip("?.! ").endswith(word.text):
        return False  # "did they …?": what comes before is what is asked for
    if "," in text[word.end :] and word.low in POSSESSIVES:  # "In his post, what did Trump …?"
        earlier += [mention for mention in mentions(text) if mention.start > word.end]
    if before is not None and _is_object(word, text):
        # The object of a clause is not its subject; it may be what another clause speaks of, or what owns the subject.
        earlier = [
            mention
            for mention in earlier
            if _CLAUSE.search(text[mention.end : word.start]) or text[mention.end : mention.end + 2] in ("'s", "’s")
        ]
    elif before is not None and word.low not in POSSESSIVES and not before.auxiliary:
        return bool(earlier)  # "when he resigned": of all that may be meant, what is nearest
    return any(_may_be(kind, mention) for mention in earlier) or (kind == "s" and len(series(text[: word.start])) > 1)


def _may_be(kind: str, mention: Mention) -> bool:
    """Tell whether a pronoun may stand for a mention of the same question; in doubt it may."""
    if kind == "s":
        return mention.plural
    if kind == "n":
        return mention.kind in ("place", "thing") and not mention.plural and not is_person(mention)
    named = mention.kind == "thing" and re.search(r"\b[A-Z]", mention.text[1:] if mention.start == 0 else mention.text)
    return fit_person(mention, kind) > 0 or bool(named)


def _is_object(word: Word, text: str) -> bool:
    return word.low in ("him", "them") or (word.low in ("her", "it") and not _heads(word, text))


def _heads(word: Word, text: str) -> bool:
    """Tell whether a pronoun is the subject of a clause or owns something, rather than an object."""
    rest = tag(text[word.start :])
    if len(rest) < 2 or not rest[1].joined:
        return False
    return (not rest[1].closed and not rest[1].low.endswith("ly")) or (word.low != "her" and rest[1].auxiliary)


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
    if re.search(r" (?:who|that|of|in|and) ", meant) and owned and after:
        return word.start, owned.end, f"the {text[after.start : owned.end]} of {meant}"
    return word.start, word.end, f"{meant}'" if meant.endswith("s") and meant[0].islower() else f"{meant}'s"


def _demonstrative(word: Word, before: Word | None, after: Word | None, text: str, talk: Talk) -> Change | None:
    """Return what takes the place of "that", or of "that deal"."""
    free = after is None or not after.joined or after.auxiliary or after.low in PREPOSITIONS or is_verb(after, None)
    if free and word.low in ("this", "that"):
        ends = before is None or after is None or not after.joined
        if ends or (before and (before.low in PREPOSITIONS or before.auxiliary or is_verb(before, None))):
            return _that(word, before, after, talk)
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
    relative = before is not None and not before.closed
    if word.low == "that" and relative and head not in _TIME_NOUN:
        return None
    if head in _TIME_NOUN:
        when = latest("time", talk.turns) if word.low == "that" else None
        lead = (
            "" if before and before.low in PREPOSITIONS else "on " if when and re.search(r"[A-Z].*\d", when) else "in "
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


def _that(word: Word, before: Word | None, after: Word | None, talk: Talk) -> Change | None:
    """Return the clause that takes the place of a lone "that" after a verb of saying.

    Elsewhere it stands for a fact rather than a thing, and stays.
    """
    question = talk.last.question
    if after is None and before is not None and _SAYING.fullmatch(before.low):
        parts = frame(question) if yes_no(question) else None
        begins = question.find(parts.clause) if parts else 0
        first = next((mention for mention in mentions(question) if mention.start == begins), None) if parts else None
        if parts and (parts.subject or first):
            subject = parts.subject or (first.text if first else "")
            return word.start, word.end, f"that {subject} {parts.auxiliary.lower()}{parts.clause[len(subject) :]}"
    return None


def _there(word: Word, before: Word | None, after: Word | None, text: str, talk: Talk) -> Change | None:
    """Return what takes the place of "there" where it means a place."""
    if before is None or before.auxiliary or (after and (after.auxiliary or after.low in PREPOSITIONS)):
        return None
    place = latest("place", talk.turns[-2:])
    if place is None or named_in(text[: word.start]):
        return None
    return word.start, word.end, place if before.low in PREPOSITIONS else f"in {place}"
