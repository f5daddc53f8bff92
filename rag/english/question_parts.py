"""How many things a question asks for, and which ones.

Read from the words alone. Each function would rather miss a form than see one that is not there.
"""

import re

from rag.english.question_form import QUESTION_WORD, bare, is_plural, yes_no
from rag.english.vocabulary import AUXILIARY, COPULA, PARTICIPLE, WH
from rag.text.numerals import SPELLED
from rag.text.terms import fold

_SPELLED = "|".join(word for word in SPELLED if word not in ("zero", "one"))
_COUNT = rf"(?:\d{{1,2}}|{_SPELLED}|several|some|different|various|many)"
_TELL = re.compile(
    r"(?:please\s+)?(?:(?:can|could|would|will) you\s+)?(?:please\s+)?(?P<verb>list|name|enumerate|identify|mention"
    r"|give|tell me|describe)\s+(?:me\s+)?(?P<rest>.+)",
)
_WHICH = re.compile(
    r"(?:(?:in|at|on|for|from|to|with|by|of|under|during|against|through) )?(?P<which>what|which)"
    r"(?: (?P<be>is|are|was|were))? (?P<rest>.+)"
)
_WHO = re.compile(r"who (?:are|were) (?P<rest>.+)")
_WORD = re.compile(r"[\w'’-]+")
_VERBS_LIKE_NOUNS = frozenset(
    """
    causes makes happens means comes leads kills gives takes does is was has helps separates divides controls determines
    drives keeps prevents produces protects starts ends begins follows constitutes defines distinguishes surrounds
    explains holds goes gets becomes sets turns attracts affects allows counts matters triggers powers
    """.split()
)
_NO_NOUN = re.compile(rf"{AUXILIARY}|of|in|on|at|for|to|by|from|with|that|who|which|and")
_AFTER_VERB = re.compile(
    r"\s+(?:the|an?|to|when|if|as|his|her|its|their|all|it|him|them|up|out|at|with|on|into|between|\w+ly)\b"
)
"""What follows a verb rather than a noun that is asked for."""


def several(question: str) -> bool:
    """Tell whether a question asks for more than one thing of a kind: a list, or as many as it says.

    >>> several("Which countries signed?"), several("What causes rain?"), several("Name the three moons.")
    (True, False, True)
    """
    text = fold(bare(question)).rstrip("?.! ")
    if found := _TELL.match(text):
        return found["verb"] in ("list", "enumerate") or _names_several(found["rest"])
    if found := _WHO.match(text):
        rest = found["rest"]
        return (
            bool(re.match(rf"(?:the|some|his|her|its|their)\b|{_COUNT}\b", rest))
            and (
                bool(re.match(rf"(?:the )?(?:\w+ )?{_COUNT}\b", rest))
                or bool(re.search(r"\b(?:of|that|who|in|at|on|to)\b", rest))
            )
            and _names_several(rest)
        )
    found = _WHICH.match(text)
    if not found:
        return False
    if found["be"]:
        listed = re.match(rf"(?:the|some|his|her|its|their)\b|{_COUNT}\b", found["rest"])
        return found["be"] in ("are", "were") and bool(listed) and _names_several(found["rest"])
    return _names_several(found["rest"], verbs=True)


def _names_several(text: str, *, verbs: bool = False) -> bool:
    """Tell whether the noun that a text starts with is a plural.

    Args:
        text: a folded noun phrase, perhaps with what follows it.
        verbs: whether a word in -s may be the verb.
    """
    if re.match(rf"(?:the )?(?:\w+ )?{_COUNT} [a-z]", text) and not re.match(r"(?:the )?\w+ (?:many|some)\b", text):
        return True
    found = list(_WORD.finditer(text))[:5]
    for n, match in enumerate(found):
        word = match[0]
        if _NO_NOUN.fullmatch(word) or (n and word.endswith("ed")):
            return False
        if is_plural(word):
            as_verb = word in _VERBS_LIKE_NOUNS or bool(_AFTER_VERB.match(text, match.end()))
            return not (verbs and as_verb)
    return False


_TWO_WORDS = re.compile(rf"(?P<one>{WH}) and (?P<other>{WH}) (?P<rest>.+)", re.IGNORECASE)
_TRAILING = re.compile(rf"(?P<whole>{WH}\b.+?),? and (?P<other>when|where|why|how)$", re.IGNORECASE)
_WHO_DID = re.compile(
    r"who (?P<verb>\w+ed|wrote|built|won|sang|made|sold|bought|found|took|broke|shot) (?P<rest>.+)", re.I
)
_SECOND = re.compile(
    rf"(?:,? and|,? but|;) (?=(?:(?:in|at|on|to|for|from|with|by) )?(?:what|which|whose|how many|how much)\s"
    rf"(?:[\w'’-]+\s){{0,3}}?{AUXILIARY}\s"
    rf"|(?:when|where|why|how|whom|what|how long|how old|how far|how often)\s{AUXILIARY}\s|who\s\w|what\s(?:is|was)\b)",
    re.IGNORECASE,
)
_INNER = re.compile(
    rf"\b(?:say|said|says|know|knew|tell|told|explain|describe|ask|asked|see|saw|about|heard?|remember|show|"
    rf"(?:man|woman|person|actor|writer|one|people)\s(?:who|that|which))\b.*?\b{WH}\b",
    re.IGNORECASE,
)
_ABOUT = re.compile(
    rf"(?i:who|what|when|where|why|how)\s(?:{COPULA})\s(?P<subject>(?:[A-Z][\w.'’-]*\s?)+|the (?:\w+\s?){{1,3}}?)"
    rf"(?=$|\s?(?:born|founded|built|killed|elected|married|created|buried|established|published|released|invented)\b)",
)
_HE = re.compile(rf"\b({AUXILIARY})\s(?:he|she|it|they)\b")


def asked_parts(question: str) -> tuple[str, ...]:
    """Return the questions that one question asks, each to be read alone; the question itself if it is one.

    What the first one is about takes the place of the second's "he", "she", "it" or "they" where the form is plain.

    >>> asked_parts("Where and when was Ada Lovelace born?")
    ('Where was Ada Lovelace born?', 'When was Ada Lovelace born?')
    >>> asked_parts("When was Mozart born and where did he die?")
    ('When was Mozart born?', 'Where did Mozart die?')
    """
    sentences = [bare(part) for part in question.strip().rstrip("?").split("?")]
    if len(sentences) == 1:
        return _parts(bare(question).strip().rstrip("?. ")) or (question,)
    if all(QUESTION_WORD.match(part) or yes_no(part) for part in sentences):
        return tuple(part for sentence in sentences for part in asked_parts(_asked(sentence)))
    return (question,)


def _parts(text: str) -> tuple[str, ...]:
    """Return the questions that one bare question without its mark asks; none if it asks one."""
    if re.search(r"[\"“”]|['‘][^']*'", text) and not re.search(r"\w['’]\w", text):
        return ()
    if found := _TWO_WORDS.fullmatch(text):
        both = re.match(rf"{AUXILIARY}\s\S", found["rest"])
        return tuple(_asked(f"{found[word]} {found['rest']}") for word in ("one", "other")) if both else ()
    if found := _TRAILING.fullmatch(text):
        return _with_trailing(found["whole"], found["other"])
    cuts = [cut for cut in _SECOND.finditer(text) if not _inside(text[: cut.start()], text[cut.end() :])]
    return _two_questions(text[: cuts[0].start()], text[cuts[0].end() :]) if len(cuts) == 1 else ()


def _two_questions(first: str, second: str) -> tuple[str, ...]:
    """Return two questions that "and" joins, the second about what the first is about; none if the first is none."""
    if not re.match(rf"{WH}\b|{AUXILIARY}\s", first, re.IGNORECASE) or len(first.split()) < 3:
        return ()
    if about := _ABOUT.match(first):
        second = _HE.sub(rf"\1 {about['subject'].strip()}", second, count=1)
    return _asked(first), _asked(second)


def _asked(text: str) -> str:
    return f"{text[0].upper()}{text[1:].strip()}?"


def _inside(first: str, second: str) -> bool:
    """Tell whether what looks like a second question belongs to a clause of the first."""
    if _INNER.match(first, 0) or _INNER.search(first):
        return True
    word = second.split()[0].lower()
    if re.search(r"\b(?:that|which|who)$", first):
        return True
    return bool(re.match(r"(?:who|which|that)$", word)) and bool(re.search(rf"\s{word}\s|\sthat\s", first))


def _with_trailing(whole: str, other: str) -> tuple[str, ...]:
    """Return "Where was X born and when" or "Who founded X and when" as two questions."""
    if found := re.match(rf"(?:{WH})\s(?P<rest>{AUXILIARY}\s.+)", whole, re.IGNORECASE):
        return _asked(whole), _asked(f"{other} {found['rest']}")
    if found := _WHO_DID.fullmatch(whole):
        verb = found["verb"].lower()
        be = "were" if is_plural(found["rest"].split()[-1]) and " of " not in found["rest"] else "was"
        return _asked(whole), _asked(f"{other} {be} {found['rest']} {PARTICIPLE.get(verb, verb)}")
    return ()
