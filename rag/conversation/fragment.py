"""A fragment of a question ("And when?", "What about Mexico?") is completed from the question before it.

The question before is taken apart into what it asks for, its auxiliary verb and its clause; the fragment takes the
place of the part that it matches. What cannot be taken apart is not completed.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

from rag.conversation.mention import mentions
from rag.english.grammar import Word, is_verb, participle, tag
from rag.english.question_form import LEAD_IN, is_plural
from rag.english.vocabulary import COPULAS, PREPOSITIONS, WH

_PREPOSITION = rf"(?:{'|'.join(sorted(PREPOSITIONS - frozenset('like than as versus per of'.split())))})"
_HOW = r"how(?: (?:long|often|far|soon|exactly|come|so|else))?"
_ADVERBIAL = re.compile(
    rf"(?:(?P<wh>(?:since |until |from |by |to )?(?:when|where|why|{_HOW})|why not|what for|for what(?: reason)?"
    rf"|(?:at )?(?:what|which) time|(?:in|on) (?:what|which) (?:year|day|month|date)"
    rf"|{_PREPOSITION} (?:(?:what|which|whose) (?P<noun>[\w'-]+(?: [\w'-]+){{0,2}}?)|whom|who|what|which|where|how much"
    r"|how many [\w -]+)|according to (?:whom|who|what))"
    r"(?: exactly| precisely| then| specifically| though| was that| is that| did that happen| did it happen)?)",
    re.IGNORECASE,
)
_NOMINAL = re.compile(
    r"(?P<wh>who|whom|what|which|how many|how much|(?:which|what) (?:ones?|[\w-]+(?: [\w-]+)?)"
    r"|how many [\w-]+(?: [\w-]+)?)"
    r"(?: (?P<else>else)| exactly| precisely| specifically)?",
    re.IGNORECASE,
)
_TOLD = re.compile(r"(?:please )?(?:tell me (?:more )?about|describe|explain) (?P<thing>.+)", re.IGNORECASE)
_ELSE = re.compile(
    r"(?:any(?:thing|one|body|where)? else|any others|what else|who else|where else|any other \w+)", re.IGNORECASE
)
_WHO_SAYS = re.compile(r"who sa(?:ys|id) so|says who", re.IGNORECASE)
_SOME = re.compile(r"\b(?:any|some)(?:one|body|thing)\b", re.IGNORECASE)

Gap = Literal["none", "adverb", "object", "subject", "copula"]


@dataclass(frozen=True, slots=True)
class Frame:
    """A question in its parts."""

    asked: str
    """What it asks for: "when", "which president", "how many Cubans"; nothing for yes or no."""
    gap: Gap
    """What part of the clause that is; ``copula`` for "Who is X?"."""
    auxiliary: str
    clause: str
    """All after the auxiliary verb, or after what it asks for where there is none."""
    subject: str = ""
    verb: str = ""
    rest: str = ""
    """The clause in three, where its subject and verb can be told apart."""

    @property
    def noun(self) -> str:
        """The noun in what it asks for: "president" in "which president"."""
        return re.sub(
            r"^(?:\w+ )?(?:who|whom|what|which|how (?:many|much))(?: of)?(?: else)?\s*",
            "",
            self.asked,
            flags=re.IGNORECASE,
        )


@lru_cache(maxsize=512)
def stripped(question: str) -> str:
    """Return a question without the words that lead in to it and without its mark.

    >>> stripped("And when, exactly?")
    'when, exactly'
    """
    text = question.strip()
    lead = LEAD_IN.match(text)
    return text[lead.end() if lead else 0 :].rstrip("?.! ")


@lru_cache(maxsize=512)
def frame(question: str) -> Frame | None:
    """Take a question apart; None for what is in no known form.

    >>> found = frame("Which president did the US seize?")
    >>> found.asked, found.gap, found.auxiliary, found.subject, found.verb
    ('Which president', 'object', 'did', 'the US', 'seize')
    """
    text = stripped(question)
    found = tag(text)
    if not found:
        return None
    if found[0].auxiliary:
        return _framed("", "none", text, found, 0)
    start = 1 if found[0].low in PREPOSITIONS and len(found) > 1 else 0
    if not re.fullmatch(WH, found[start].low):
        return None
    who = found[start].low == "who" and not start and len(found) > 1 and found[1].low != "else"
    place = next((n for n in range(start + 1, len(found)) if who or _governs(found, n)), None)
    if place is None:
        return None
    asked = text[: found[place - 1].end]
    adverb = (
        bool(start)
        or found[0].low in ("when", "where", "why")
        or bool(re.match(r"how (?!many|much)|how$", asked, re.IGNORECASE))
    )
    if not found[place].auxiliary:
        return None if adverb else Frame(asked, "subject", "", text[found[place].start :])
    return _framed(asked, "adverb" if adverb else "object", text, found, place)


def _governs(found: Sequence[Word], place: int) -> bool:
    """Tell whether a word is the verb of its question; what an auxiliary follows is a noun: "How much leave do …?"."""
    if found[place].auxiliary:
        return True
    followed = place + 1 < len(found) and found[place + 1].auxiliary
    return is_verb(found[place], found[place - 1]) and not followed


def _framed(asked: str, gap: Gap, text: str, found: Sequence[Word], place: int) -> Frame | None:
    """Return the frame of a question whose auxiliary verb stands at a place."""
    auxiliary, clause = found[place].text, text[found[place].end :].strip()
    if not clause:
        return None
    inner = found[place + 1 :]
    if not inner:
        return None
    first = inner[0]
    be = auxiliary.lower() in COPULAS
    subject = _subject_end(inner, be=be, do=auxiliary.lower().startswith("d"))
    begins_with_verb = not first.name and (
        participle(first.text) or is_verb(first, found[place]) or first.low in ("be", "been")
    )
    if gap == "object" and not auxiliary.lower().startswith("d") and begins_with_verb:
        return Frame(asked, "subject", auxiliary, clause)
    if subject is None:
        return Frame(asked, "copula" if gap == "object" and be else gap, auxiliary, clause)
    verb = inner[subject + 1]
    head = text[first.start : inner[subject].end]
    return Frame(asked, gap, auxiliary, clause, head, verb.text, text[verb.end :].strip())


def _subject_end(inner: Sequence[Word], *, be: bool, do: bool) -> int | None:
    """Return the place of the last word of the subject that a clause starts with; None if no verb follows it."""
    for place in range(1, len(inner)):
        word, before = inner[place], inner[place - 1]
        if not word.name and is_verb(word, before) and (not be or participle(word.text)):
            return place - 1
    if not do:
        return None
    for place in range(
        1, len(inner)
    ):  # the verb is in no list: the word after a name, or before a preposition or the end
        word, before = inner[place], inner[place - 1]
        if word.closed or word.name or before.genitive:
            continue
        ends = place + 1 == len(inner) or inner[place + 1].low in PREPOSITIONS
        if ends or all(one.name for one in inner[:place]):
            return place - 1
    return None


def complete(fragment: str, question: str, focus: str) -> str | None:
    """Return the question that a bare question word means after another question; None if it is no such fragment.

    Args:
        fragment: "And when?", "In which city?", "Who?", "How many?".
        question: the one before, standing alone.
        focus: what answers it, as far as known.

    >>> complete("And when?", "Which president did the US seize?", "Maduro")
    'When did the US seize Maduro?'
    """
    text = stripped(fragment)
    if _WHO_SAYS.fullmatch(text):
        text = "according to whom"
    if _ELSE.fullmatch(text):
        return _else(text, question)
    adverbial, nominal = _ADVERBIAL.fullmatch(text), _NOMINAL.fullmatch(text)
    if adverbial and any(_closes(word) for word in tag(adverbial["noun"] or "")):
        return None
    if not adverbial and (not nominal or any(_closes(word) for word in tag(text)[1:])):
        return None
    before = frame(question)
    if before is None and adverbial and (told := _TOLD.fullmatch(stripped(question))):
        thing = told["thing"]
        return asked(adverbial["wh"], "were" if is_plural(thing.split(" of ")[0].split()[-1]) else "was", thing)
    if before is None:
        return None
    if adverbial:
        return _with_adverb(
            re.sub(r" (?:then|though|was that|is that|did (?:that|it) happen)$", "", adverbial["wh"]), before, focus
        )
    assert nominal  # noqa: S101 (one of the two matched)
    return _with_noun(nominal["wh"] + (" else" if nominal["else"] else ""), before)


def _closes(word: Word) -> bool:
    """Tell whether a word cannot be part of the noun in "which country"."""
    return word.low not in ("else", "exactly", "precisely", "specifically", "many", "much") and (
        word.closed or is_verb(word, None)
    )


def _with_adverb(wh: str, before: Frame, focus: str) -> str:
    """Ask when, where, why or how what the question before asks about came about."""
    wh = {"what for": "why", "how come": "why", "how so": "how"}.get(wh.lower(), wh)
    auxiliary = before.auxiliary.lower()
    if wh.lower() == "why not":
        wh, auxiliary = "why", {"will": "won't", "can": "can't", "": ""}.get(auxiliary, f"{auxiliary}n't")
    thing = focus or (f"the {before.noun}" if before.noun else "")
    if before.gap == "subject":
        filler = thing or ("someone" if before.asked.lower().startswith("who") else "something")
        if auxiliary:
            return asked(wh, auxiliary, filler, before.clause)
        first = before.clause.split()[0]
        past = not first.endswith("s") or first == "was"
        return asked(wh, "was" if past else "is", "it that", filler, before.clause)
    if before.gap == "object":
        if before.subject:
            free = not before.rest or before.rest.split()[0].lower() in PREPOSITIONS
            some = "that" if before.verb in ("do", "done", "doing", "say", "said") else "something" if free else ""
            return asked(wh, auxiliary, before.subject, before.verb, thing or some, before.rest)
        return asked(wh, auxiliary, before.clause, thing)
    if before.gap == "copula" and before.asked.lower() == "who" and focus and focus not in before.clause:
        return asked(wh, auxiliary, focus, before.clause)
    much = "that much" if before.asked.lower() == "how much" else ""
    return asked(wh, auxiliary, before.clause, much)


def _with_noun(wh: str, before: Frame) -> str | None:
    """Ask who, what, which or how many of what the question before speaks of."""
    kind = wh.lower().split()[0]
    if re.fullmatch(r"(?:which|what) ones?", wh, re.IGNORECASE):
        wh = f"which {before.noun}" if before.noun else "which"
    if before.gap in ("object", "subject", "copula") and (kind != "how" or before.noun or len(wh.split()) > 2):
        noun = before.noun if wh.lower() in ("how many", "how much") else ""
        return asked(wh, noun, before.auxiliary.lower(), before.clause)
    clause = before.clause
    phrase = next(
        (
            mention
            for mention in mentions(clause)
            if mention.kind == "thing" and (mention.plural or re.match(r"(?:an?|any|some|another) ", mention.text))
        ),
        None,
    )
    some = _SOME.search(clause)
    if kind in ("who", "whom", "what") and some:
        span, noun = some.span(), ""
    elif kind in ("how", "which") and phrase:
        noun = re.sub(r"^(?:an?|any|some|the|another) ", "", phrase.text)
        span = (phrase.start, phrase.end)
        noun = noun if len(wh.split()) <= (2 if kind == "how" else 1) else ""
    else:
        return None
    return asked(wh, noun, before.auxiliary.lower(), f"{clause[: span[0]]}{clause[span[1] :]}")


def _else(fragment: str, question: str) -> str | None:
    """Ask the question before for something else; None if it does not ask for a thing or a person."""
    before = frame(question)
    found = (
        re.match(r"(?:(?P<preposition>\w+) )?(?P<wh>who|whom|what|which|where)(?: (?P<noun>.+))?$", before.asked, re.I)
        if before
        else None
    )
    if before is None or not found:
        return None
    noun = found["noun"]
    other = re.match(r"any other (?P<noun>\w+)", fragment, re.IGNORECASE)
    if other and (not noun or noun.split()[-1].rstrip("s") != other["noun"].rstrip("s")):
        return None
    wh = f"{found['wh']} other {noun}" if noun and noun != "else" else f"{found['wh']} else"
    return asked(found["preposition"] or "", wh, before.auxiliary.lower(), before.clause)


def asked(*pieces: str) -> str:
    """Return the question that pieces make; the first one gets its capital."""
    text = " ".join(" ".join(pieces).split())
    return f"{text[:1].upper()}{text[1:]}?"
