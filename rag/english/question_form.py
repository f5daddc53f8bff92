"""What form a question has, and so what form an answer to it takes; and which sentences need their neighbours.

Read from the words alone. Each function would rather miss a form than see one that is not there.
"""

import re
from functools import lru_cache

from rag.english.vocabulary import AUXILIARY, COPULA, WH
from rag.text.dates import MONTH_NAMES
from rag.text.terms import fold

LEAD_IN = re.compile(
    r"(?:(?:and|but|so|then|also|now|ok|okay|well|or|yes|no|oh|hmm|thanks|thank you)[,.!]?\s+)+", re.IGNORECASE
)
"""Words before a question that ask nothing."""
_ADJUNCT = re.compile(
    r"(?:in|on|at|by|during|after|before|between|since|until|under|as of|according to"
    r"|for|with|despite|following|from)\s"
    rf"(?P<inside>[^?]*?),\s+(?=(?:{AUXILIARY}|{WH})\b|\w+n['’]t\b)",
    re.IGNORECASE,
)
_ASKS = re.compile(rf"(?:{AUXILIARY}|(?:did|do|does|is|are|was|were|has|have|had|ca|could|wo|would|should)n['’]t)\s+\S")
QUESTION_WORD = re.compile(rf"\b{WH}\b", re.IGNORECASE)
_OR_NOT = re.compile(r",?\s+or\s+(?:not|otherwise)\b", re.IGNORECASE)
_OR_FEW = re.compile(r"\b\w+ or (?:more|less|fewer|so|older|younger|later|earlier|better|worse|over|under)\b|\bany\b")
_THAT = re.compile(r"\bthat\b.*", re.DOTALL)
_REQUEST = re.compile(r"(?:can|could|would|will) you (?:please )?(?P<verb>\w+)", re.IGNORECASE)
_TELLS = frozenset("list name tell give explain describe show enumerate identify summarize summarise".split())


@lru_cache(maxsize=512)
def bare(question: str) -> str:
    """Return a question without the words that lead in to it: "And", "In 2020," and the like.

    >>> bare("And in 2020, did the court hear it?")
    'did the court hear it?'
    """
    text = question.strip()
    text = text[found.end() :] if (found := LEAD_IN.match(text)) else text
    found = _ADJUNCT.match(text)
    if found and not QUESTION_WORD.match(found["inside"]):
        text = text[found.end() :]
    return text[found.end() :] if (found := LEAD_IN.match(text)) else text


@lru_cache(maxsize=512)
def _polar(question: str) -> str | None:
    """Return a question that starts with an auxiliary verb, folded, without "or not"; None for another."""
    text = bare(question)
    if text[:4] in ("Will", "May ") and re.match(r"(?:Will|May) (?:[A-Z]\w+ (?:is|was|has|did)|\d)", text):
        return None  # a name, a month
    text = _OR_NOT.sub("", fold(text))
    asks_to_tell = _REQUEST.match(text)
    return text if _ASKS.match(text) and not (asks_to_tell and asks_to_tell["verb"] in _TELLS) else None


def yes_no(question: str) -> bool:
    """Tell whether yes or no answers a question.

    >>> yes_no("In 2020, did the court hear it?"), yes_no("Who did it hear?"), yes_no("Did it hear or dismiss it?")
    (True, False, False)
    """
    return _polar(question) is not None and not either(question)


def either(question: str) -> bool:
    """Tell whether a question asks which of two alternatives it is.

    >>> either("Was Mozart born in Vienna or Salzburg?"), either("Was Mozart born in Salzburg or not?")
    (True, False)
    """
    text = _polar(question)
    return text is not None and " or " in _OR_FEW.sub(" ", _THAT.sub("", text))


_TELL = (
    r"(?:please )?(?:(?:(?:can|could|would|will) you|i(?: would|'d)? (?:like|want|need)(?: you)?(?: to)?) "
    r"(?:please )?)?"
)
_GIVE = r"(?:(?:give|tell|show|write|provide|make|get)(?: (?:me|us))? )?(?:(?:an?|the|your) )?(?:[\w-]+ ){0,2}"
_MAIN = r"(?:(?:main|key|basic|essential|important|major|biggest|exact|real|actual) )?"
_WEIGHS = re.compile(
    rf"{_TELL}(?:compare|contrast|juxtapose|weigh)\b"
    rf"|{_TELL}{_GIVE}(?:comparison|similarit(?:y|ies)|differences?) (?:of|between|among|in)\b"
    r"|(?:what|which)(?:'s| is| are| was| were)? (?:the )?"
    rf"{_MAIN}(?:differences?|similarit(?:y|ies)|contrasts?|comparison)(?: (?:is|are) there)? (?:between|among|in|of)\b"
    rf"|how (?:{AUXILIARY}) .+ (?:differ|compare|contrast|relate)\b"
    rf"|(?:how|in what (?:way|respect)s?) (?:{COPULA}) .+ (?:different|alike|similar|unlike)\b"
)
_SUMS_UP = re.compile(
    rf"{_TELL}(?:summari[sz]e|sum up|recap|outline|paraphrase|condense|describe|explain|discuss)\b"
    rf"|{_TELL}{_GIVE}(?:summary|overview|synopsis|recap|outline|gist|digest|description|account|explanation)"
    r" (?:of|about|on|for)\b"
    r"|(?:what|which)(?:'s| is| are| was| were) (?:the )?(?:[\w-]+ )?(?:summary|overview|gist|synopsis) of\b"
    r"|(?:what|which)(?:'s| is| are| were) (?:the )?(?:main|key|most important|major|central) "
    r"(?:points?|ideas?|facts?|takeaways?|findings?|messages?|themes?|conclusions?|arguments?|events?)\b"
    rf"|{_TELL}tell (?:me|us) (?:(?:more|all|everything|something) )?about\b"
)


def weighs(question: str) -> bool:
    """Tell whether a question compares things: several quotes answer it, and no short answer does.

    >>> weighs("Compare what Ana and Ben said."), weighs("How does A differ from B?"), weighs("Which is older, A or B?")
    (True, True, False)
    """
    return bool(_WEIGHS.match(fold(bare(question))))


def sums_up(question: str) -> bool:
    """Tell whether a question asks for a summary or a description: a few words out of a quote are none.

    >>> sums_up("Give me a short summary of the raid"), sums_up("Explain the deal."), sums_up("Who wrote the summary?")
    (True, True, False)
    """
    return bool(_SUMS_UP.match(fold(bare(question))))


_UNIT = r"(?P<unit>day|week|month|year)s?"
_HOW_LONG = rf"how (?:many {_UNIT}|long|much time)"
_BETWEEN = [
    re.compile(pattern, re.IGNORECASE)
    for pattern in (
        rf"{_HOW_LONG}\b[\w\s]{{0,24}}?\bbetween (?P<both>.+ and .+)",
        rf"{_HOW_LONG} (?:later |elapsed |passed )?(?:after|before|since) (?P<first>.+?) (?P<second>(?:did|does) .+)",
        (
            rf"{_HOW_LONG} (?:later |elapsed |passed )?(?:after|before|since) (?P<first>.+?) "
            rf"(?P<second>(?:{AUXILIARY}) .+)"
        ),
    )
]
_COUNTED = re.compile(r"how many (?:days?|weeks?|months?|years?)|how long|how much time", re.IGNORECASE)
_TIME = re.compile(
    r"(?:\s*\b(?:is|are|was|were|it|there|passed|pass|elapsed|elapse|lay|lie|did|have|had|has|went|by|the|time|in|"
    r"gap|total|exactly|day|days))*\s*between",
    re.IGNORECASE,
)


def between(question: str) -> tuple[str, str, str] | None:
    """Return the questions after the dates of the two events whose distance is asked for, and the unit to count in.

    A question of how long or how much time counts days.

    >>> between("How many weeks after the fire did the school open?")
    ('When was the fire?', 'When did the school open?', 'weeks')
    """
    text = bare(question).rstrip("?. ").strip()
    for pattern in _BETWEEN:
        found = pattern.match(text)
        if not found:
            continue
        groups = found.groupdict()
        if both := groups.get("both"):
            if not ((counted := _COUNTED.match(text)) and _TIME.match(text, counted.end())):
                return None
            cuts = list(re.finditer(r",?\s+and\s+", both))
            cut = next((cut for cut in cuts if _NAMES_EVENT.match(both, cut.end())), cuts[0])
            events = both[: cut.start()], both[cut.end() :]
        else:
            events = groups["first"], groups["second"]
        first, second = map(_event, events)
        return first, second, f"{(groups['unit'] or 'day').lower()}s"
    return None


_NAMES_EVENT = re.compile(r"(?:the|when|his|her|its|their|an?)\b")


def _event(text: str) -> str:
    """Return the question when an event was, which is told by a noun ("the vote") or a clause ("Lincoln was shot")."""
    text = re.sub(r"^when\s+", "", text.strip(), flags=re.IGNORECASE)
    if re.match(rf"{AUXILIARY}\s", text, re.IGNORECASE):
        return f"When {text[0].lower()}{text[1:]}?"
    if found := re.search(
        rf"^(?P<subject>(?:(?!\b(?:that|who|which)\b).)+?)\s(?P<verb>{COPULA}|had|has)\s(?P<rest>.+)$", text
    ):
        return f"When {found['verb']} {found['subject']} {found['rest']}?"
    return f"When {'were' if is_plural(_head(text)) else 'was'} {text}?"


def _head(phrase: str) -> str:
    """Return the noun that a phrase ends in before its first preposition."""
    return re.split(r"\s+(?:of|in|at|on|for|to|from|by|with|between|that|who|which)\s", phrase)[0].split()[-1]


_SINGULAR = re.compile(r"(?:ss|us|is|'s|’s)$")
_ALSO_SINGULAR = frozenset("news series species mathematics physics politics economics alias bias gas lens".split())
_IRREGULAR = frozenset("people men women children feet teeth mice criteria phenomena bacteria media data".split())


def is_plural(noun: str) -> bool:
    """Tell whether a noun looks like a plural."""
    word = noun.lower()
    return word in _IRREGULAR or (
        len(word) > 3 and word.endswith("s") and not _SINGULAR.search(word) and word not in _ALSO_SINGULAR
    )


_POINTER = r"(?:he|she|it|they|him|her|them|his|its|their|theirs|this|that|these|those|such|the latter)\b"
_OPENER = re.compile(
    r"(?:(?:and|but|so|yet|then|still|later|also|instead|however|moreover|furthermore|meanwhile|nevertheless|therefore"
    r"|thus|hence|afterwards?|consequently|similarly|as a result|in addition|in fact|for example|for instance"
    r"|in (?:\w+ )?\d{4}|on (?:mon|tues|wednes|thurs|fri|satur|sun)day|at first|at last|by then|eventually|finally"
    r"|initially|soon|subsequently|today|now|here|instead)\b,?\s+)+"
)
_BEFORE = re.compile(
    r"(?P<preposition>in|of|for|at|on|by|to|from|with|under|after|before|during|since|because of|due to|despite|among"
    r"|along with|besides|unlike|like|both of|all of|some of|most of|one of|when|while|as|although|though|because"
    r"|once|where|if)\s+(?=" + _POINTER + ")"
)
_CLAUSE_OPENER = frozenset("when while as although though because once where if after before since".split())
_RESOLVED = re.compile(
    r"(?:this|these) (?:year|month|week|day|morning|afternoon|evening|summer|winter|spring|autumn|fall|season|decade"
    r"|century|time"
    rf"|{'|'.join(MONTH_NAMES)}|(?:mon|tues|wednes|thurs|fri|satur|sun)day|days)\b"
    r"|those (?:who|that|which|of|in|from|with|\w+ing|\w+ed)\b|(?:he|she|they) who\b|such as\b|that (?:the|a|an)\b"
)
_SIGN = (
    "clear likely unlikely possible impossible difficult hard easy important necessary common true false known unknown "
    "unclear estimated believed thought said reported expected rumoured rumored hoped obvious evident certain "
    "uncertain probable remarkable rare worth time illegal legal customary useful crucial vital ironic no".split()
)
_EXPLETIVE = re.compile(
    rf"it (?:is|was|has been|had been|will be|would be|'s|remains|remained|became|becomes)\s"
    rf"(?:(?:not|also|now|still|often|widely|generally|very|too|more|less|\w+ly)\s)*"
    rf"(?:(?:{'|'.join(_SIGN)})\b|[^.]*?\b(?:that|who|which|whether)\b)"
    r"|it (?:seems|seemed|appears|appeared|turns out|turned out|rained|snowed|rains|snows)\b"
    r"|it (?:took|takes|had taken|has taken|will take)\s.*\bto\b"
)
_FORMER = re.compile(r"the former\s+(?:is|was|were|are|has|had|have|did|does|can|could|will|would|said|\w+ed)\b")


def unresolved(sentence: str) -> bool:
    """Tell whether a sentence starts with a word that points to the one before it, as "He" and "That deal" do.

    Not where the sentence itself says later what it points to ("In his speech, Macron …"), nor where "it" stands for
    nothing ("It is clear that …").

    >>> unresolved("However, she won the appeal."), unresolved("However, Smith said she won."), unresolved("It rained.")
    (True, False, False)
    """
    plain = sentence.strip().lstrip("\"'“‘«(- ")
    text = fold(plain)
    start = found.end() if (found := _OPENER.match(text)) else 0
    before = _BEFORE.match(text, start)
    if before:
        start = before.end()
    rest = text[start:]
    if not re.match(_POINTER, rest):
        return bool(_FORMER.match(rest)) and not re.match(r"the former \w+ed (?:president|minister)", rest)
    if _RESOLVED.match(rest) or (not before and _EXPLETIVE.match(rest)):
        return False
    return not (before and _named_after(plain[start:], before["preposition"]))


def _named_after(rest: str, preposition: str) -> bool:
    """Tell whether a name follows the comma of "In his speech, Macron …", or stands in it ("When he met Ana, …")."""
    if re.match(r"(?:this|that|these|those|it|them|such)\b", rest, re.IGNORECASE) and preposition not in _CLAUSE_OPENER:
        return False
    head, comma, tail = rest.partition(", ")
    return bool(comma) and bool(re.match(r"[A-Z]\w", tail)) and len(head.split()) < 12 and bool(tail)
