"""The plain statements of a sentence, each with its subject: "Ana, who is ill, sold the ship and left" makes three.

A clause that is joined by "and" or "but", or stands behind "who" or "which", becomes a sentence of its own, with the
words of its subject put before it. What is told under another's name, asked or supposed is not cut out of that. Where
it is not plain whose a clause is, nothing is made of it.
"""

import re
from collections.abc import Iterator, Sequence
from functools import lru_cache

from rag.english.grammar import Word, is_verb, participle, tag
from rag.english.vocabulary import ADVERBS, DETERMINERS, HEDGES, MODALS, NEGATIONS, POSSESSIVES, PREPOSITIONS, key

_JOINED = re.compile(r"(?P<sign>,\s+)?\b(?P<by>and|but|while|whereas|although|though)\s+(?!(?:even|only)\b)")
_RELATIVE = re.compile(r",\s+(?P<of>(?:\w+\s+){0,2})(?:who|which|whom|whose)\s+(?P<inside>[^,;]+)(?:,\s+|\s*$)")
_HANGS = frozenset("that who whom whose which if whether because when where until unless as since so than".split())
"""What a clause may hang on: whether one that follows does too is not plain."""
_SUPPOSED = re.compile(
    r"\b(?:if|unless|whether|would|had it not|according to|in the words of)\b"
    r"|,\s+[^,;]*\b(?:said|says|say|told|tells|reported|reports|wrote|writes|claimed|argued|added|announced)\b[^,;]*$",
    re.IGNORECASE,
)
"""What makes all of a sentence another's word, or a supposition."""
_LEAD = re.compile(rf"^(?:{'|'.join(sorted(PREPOSITIONS | ADVERBS))}|\w+ly)\b[^,;]*,\s+", re.IGNORECASE)
"""What stands before a subject: "On Monday,"."""
_NAMED = re.compile(r"[^,]+,\s+[A-Z][^,]*,")
"""A subject with its name behind it: "Its owner, Norline,"."""
_WRITTEN = re.compile(r"[\"“”()]")


MOST_CHARS = 600
"""A longer sentence is left whole."""


@lru_cache(maxsize=1024)
def statements(sentence: str) -> tuple[str, ...]:
    """Return the statements that a sentence makes besides itself, in order; of a simple one none.

    >>> statements("Ana, who is ill, sold the ship and did not pay.")
    ('Ana is ill.', 'Ana sold the ship.', 'Ana did not pay.')
    >>> statements("Ana said Ben came and Carl left."), statements("If Ana comes, Ben will go, and Carl stays.")
    ((), ())
    """
    if len(sentence) > MOST_CHARS:
        return ()
    found: list[str] = []
    for part in re.split(r";\s+", sentence.strip().rstrip(".!")):
        if not _SUPPOSED.search(part) and not _WRITTEN.search(part):
            found += list(_clauses(part))
    found = [one for one in (part.strip() for part in found) if one]
    found += filter(None, map(active, found))
    plain = [f"{one[0].upper()}{one[1:].rstrip('.')}." for one in found]
    return tuple(one for one in plain if one != sentence.strip())


_DONE_BY = re.compile(
    r"(?P<done>[^,;]+?) (?P<be>was|were|has been|have been|had been) (?P<verb>\w+)"
    r" by (?P<by>(?!\d|the (?:end|start|time)\b|\w+ing\b)[^,;]+?)"
    r"(?P<rest>(?:,|\s(?:in|on|at|after|before|during|when)\b)[^.]*)?[.]?"
)
_ASKS_DONE_BY = re.compile(
    r"(?:was|were|has|have|had) (?P<done>.+) (?:been )?(?P<verb>\w+) by (?P<by>(?!\d|\w+ing\b)[^,;?]+)\??",
    re.IGNORECASE,
)


def active(text: str) -> str | None:
    """Return a statement, or a question of yes or no, with who does it first; None if it does so already, or not tell.

    >>> active("The ship was sold by Ana in May."), active("Was the ship sold by Ana?"), active("Ana sold the ship.")
    ('Ana sold the ship in May.', 'Did Ana sold the ship?', None)
    """
    if (asks := _ASKS_DONE_BY.fullmatch(text)) and participle(asks["verb"]):
        return f"Did {asks['by']} {asks['verb']} {asks['done'].strip()}?"
    found = _DONE_BY.fullmatch(text)
    if not found or not participle(found["verb"]) or not tag(found["by"]):
        return None
    first = tag(found["done"])[0]
    done = found["done"][0].lower() + found["done"][1:] if first.low in DETERMINERS | POSSESSIVES else found["done"]
    return f"{found['by']} {found['verb']} {done}{found['rest'] or ''}."


def _clauses(part: str) -> Iterator[str]:
    main = part
    while relative := _RELATIVE.search(main):
        head = main[: relative.start()]
        of = _antecedent(head) if not relative["of"] or re.fullmatch(r"none of\s+", relative["of"]) else ""
        if of and relative["of"] and tag(f"who {relative['inside']}")[1].auxiliary:
            yield f"None of {of} {relative['inside']}"
        elif of and _starts_verb(relative["inside"]):
            yield from _joined(f"{of} {relative['inside']}")
        main = f"{head}{', ' if ',' in head else ' '}{main[relative.end() :]}".strip(" ,")
    yield from _joined(main)


def _antecedent(head: str) -> str:
    """Return the phrase that "who" behind a text stands for: the subject, or what the last preposition has."""
    said = tag(head)
    if not any(_finite(said, n) for n in range(len(said))):
        return head if not {word.low for word in said} & _HANGS else ""
    for n in range(len(said) - 1, -1, -1):
        if said[n].low in PREPOSITIONS or _finite(said, n):
            first = n + 1 + (said[n].low == "to" and n + 1 < len(said) and is_verb(said[n + 1], said[n]))
            unclear = said[n].low == "of" or not said[first:] or any(not word.joined for word in said[first + 1 :])
            return "" if unclear else head[said[first].start :]
    return ""


def _joined(text: str) -> Iterator[str]:
    """Yield the clauses of a text without "who" that "and" and the like join."""
    start, subject, told, governed = 0, "", False, False
    cuts = [*((cut.start(), cut.end(), cut) for cut in _JOINED.finditer(text)), (len(text), len(text), None)]
    for end, following, cut in cuts:
        whole = text[start:end]
        if cut and not _splits(text[following:], cut):
            continue
        carried = bool(subject) and _starts_verb(whole)
        said = tag(whole)
        if carried and governed and not any(word.auxiliary for word in said[:3]):
            return  # "did not sell the ship and cut the price"
        own = f"{subject} {whole}" if carried else whole
        subject, plain = _subject(own)
        if told or (not subject and start):
            return
        yield own.strip(" ,")
        told, start = not plain, following
        governed = any(word.low in MODALS | NEGATIONS | {"do", "does", "did"} or "n't" in word.low for word in said)


def _splits(after: str, cut: "re.Match[str]") -> bool:
    """Tell whether what follows a joining word is a clause beside the one before."""
    if after[:1].islower() and _starts_verb(after):
        return cut["by"] in ("and", "but")
    if not (cut["sign"] or cut["by"] not in ("and", "but")):
        return False
    ahead = tag(re.split(r"\b(?:and|but|while|whereas|although|though)\b", after)[0])
    return any(_finite(ahead, n) for n in range(1, len(ahead)))


def _starts_verb(text: str) -> bool:
    """Tell whether what stands behind a subject starts with a verb or an auxiliary, behind adverbs and denials."""
    said = tag(f"Ana {text}")
    for n, word in enumerate(said[1:5], 1):
        if word.low in ADVERBS or word.low in NEGATIONS or (word.low.endswith("ly") and not word.low.endswith("fly")):
            continue
        return _finite(said, n) and word.low not in DETERMINERS and not word.text[0].isupper()
    return False


def _finite(said: Sequence[Word], n: int) -> bool:
    """Tell whether a word may be the verb of a clause: no infinitive behind "to", and no "-ing"."""
    before = said[n - 1] if n else None
    if said[n].auxiliary:
        return True
    if said[n].low.endswith("ing") or (before and before.low == "to"):
        return False
    return is_verb(said[n], before)


def _subject(clause: str) -> tuple[str, bool]:
    """Return the subject of a clause, and whether what follows the clause may be told of it, plainly."""
    text = clause[len(lead[0]) :] if (lead := _LEAD.match(clause)) and _has_verb(clause[lead.end() :]) else clause
    said = tag(text)
    verb = next((n for n in range(1, len(said)) if _finite(said, n) or _led(said, n)), 0)
    low = {word.low for word in said}
    subject = text[: said[verb].start].strip() if verb else ""
    hedged = any(word.low in HEDGES or key(word.low) in HEDGES for word in said if not word.text[0].isupper())
    named = _NAMED.fullmatch(subject)
    if not subject or ("," in subject and not named) or {word.low for word in said[:verb]} & (_HANGS | {"and", "or"}):
        return "", not hedged
    return subject, not (hedged or low & _HANGS)


def _led(said: Sequence[Word], n: int) -> bool:
    """Tell whether an adverb or a denial leads to the verb: "never sold"."""
    ahead = n + 1 < len(said) and _finite(said, n + 1)
    return ahead and (said[n].low in ADVERBS | NEGATIONS or said[n].low.endswith("ly"))


def _has_verb(text: str) -> bool:
    said = tag(text)
    return any(_finite(said, n) for n in range(1, len(said)))
