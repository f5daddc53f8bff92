"""A sentence becomes questions that it answers, by patterns: who, what, when, how many.

They are shown to people, and a clumsy one is worse than none: a pattern takes only what it knows, verbs and nouns from
lists included. Names go in as they are written; what is not plain words goes in nowhere.
"""

import re
from collections.abc import Callable, Iterator

from rag.documents.common.metadata import DATELINE
from rag.english.lexicon import DEMONYMS, OCCUPATIONS
from rag.english.question_form import is_plural
from rag.text.dates import DATE, MONTH, MONTHS
from rag.text.numerals import SPELLED
from rag.text.terms import STOP, fold

LEAST_CHARS, MOST_CHARS = 12, 110

_CAPITAL = r"[A-ZÀ-ÖØ-Þ]"
_WORD = rf"(?:{_CAPITAL}['’])?{_CAPITAL}[\w’'-]*[^\W\d_](?<!'s)(?<!’s)"
_NAME = rf"{_WORD}(?: (?:(?:de|del|de la|la|van|von|van der|bin|al|da|di) )?{_WORD}){{0,3}}"
_FULL_NAME = rf"{_WORD}(?: (?:(?:de|del|de la|la|van|von|van der|bin|al|da|di) )?{_WORD}){{1,3}}"
_RANK = r"(?:(?:Prime|Foreign|Vice|Defen[cs]e|Interior|Finance|Energy|Justice|Health|Home|Treasury|Economy|Trade) )?"
_OFFICE = (
    r"(?:President|Minister|Secretary|Chancellor|Premier|Attorney General|Ambassador|King|Queen|Foreign Secretary)"
)
_TITLES = (
    r"(?:Secretary of State|(?:Lt\. |Major |Brig\. )?General|Senator|Sen\.|Gov\.|Governor|Mayor|Justice|Judge|Professor"
    r"|Pope|Prince|Princess|Rep\.|Congressman|Congresswoman|Bishop|Archbishop|Cardinal|Sir|Lord|Lady|Dr\.|CEO|Coach)"
)
_BODY = (
    r"(?:government|ministry|company|president|court|committee|council|commission|union|team|university|agency|army|police"
    r"|parliament|senate|bank|court|ministers?|museum|city|party|group|administration|department|board|prosecutor|judge)"
)
_GROUP = rf"[Tt]he (?:{_WORD}|U\.S\.) (?:(?:{_WORD}|(?!of\b|and\b)[a-z]+) )?{_BODY}"
_GROUP = rf"(?:{_GROUP}|[Tt]he U\.S\.)"


def _pasts(infinitives: str) -> dict[str, str]:
    """Return the infinitive of each past form; an irregular one is given behind a stroke."""
    forms = (verb.partition("/")[::2] for verb in infinitives.split())
    return {past or re.sub(r"(?<![aeiou])y$", "i", base).removesuffix("e") + "ed": base for base, past in forms}


_TOLD = _pasts(
    "announce demand declare propose reject condemn suggest promise reiterate criticize criticise launch sign approve"
    " deny ban/banned reveal discover invent publish release unveil introduce acquire receive develop design create"
    " found establish order oppose win/won write/wrote buy/bought sell/sold build/built report recommend endorse"
)
"""Verbs whose object answers "What did … announce?"."""
_BY_THE_WAY = r"(?!(?:and|but|its|his|her|their|the|an?)\b)[\w'’-]+"
_BEGUN = _pasts("die resign retire open close begin/began end start launch collapse erupt sink/sank")
_SAYING = (
    r"(?:said|wrote|stated|indicated|argued|claimed|asserted|explained|noted|insisted|declared|emphasi[sz]ed|warned"
    r"|replied|reiterated|announced that)"
)
_HARMED = r"(?:killed|injured|wounded|arrested|detained|displaced|evacuated|hospitali[sz]ed|rescued|deported|executed)"
_DONE = rf"(?P<done>born|elected|founded|established|appointed|{_HARMED}|released|published|signed|opened)"
_EVENT = (
    r"(?:operation|raid|vote|election|attack|summit|strike|war|trial|launch|ceremony|referendum|earthquake|battle|treaty"
    r"|agreement|conference|revolution|coup|invasion|inauguration|crash|explosion|eruption|fire|merger|verdict|hearing)"
)
_WHEN = rf"(?:{DATE}|{MONTH} \d{{1,2}}|(?:{MONTH} )?(?:1\d{{3}}|20\d\d))\b"
_MASS = frozenset("personnel people troops staff police cattle civilians".split())
_UNCOUNTED = frozenset(
    "years months weeks days hours minutes seconds times points percent dollars euros pounds degrees miles metres"
    " meters kilometres kilometers feet inches tons tonnes series news species others".split()
)
_COUNT = rf"(?<![\w.,$€£-])(?P<count>\d[\d,]*|{'|'.join(w for w in SPELLED if w not in ('zero', 'one'))})"
_SCALE = r"(?: to \d[\d,.]*)?(?: (?:million|billion|thousand|hundred))?"
_THING = rf"(?P<thing>(?:(?:{'|'.join(DEMONYMS)}|U\.S\.|[a-z][a-z-]+) ){{0,4}}?(?P<noun>[a-z][a-z-]+)(?: of [a-z]+)?)"
_BEGINS = rf"(?:^|, (?:and )?)(?:(?:{'|'.join(DEMONYMS)}|U\.S\.) {_RANK}{_OFFICE} |{_RANK}{_OFFICE} |{_TITLES} )?"
_SUBJECT = rf"(?P<subject>{_NAME}|{_GROUP})"
_DATED = rf"(?:(?:^|, )On (?P<date>{MONTH} \d{{1,2}}(?:, \d{{4}})?|{DATE}), )"
_PLAIN = re.compile(r"[\w .,’'&-]+[^\s?]\?")
_POINTING = re.compile(r"\b(?:he|she|it|they|him|his|her|its|their|this|that|these|those|i|we|you|my|our|your)\b")

Made = Iterator[str]


def questions(sentence: str) -> list[tuple[str, str]]:
    """Return what kind each question is that a sentence answers, and the question, in the order of ``KINDS``.

    >>> questions("Cuban Foreign Minister Bruno Rodríguez was in Havana.")
    [('who', "Who is Cuba's foreign minister?"), ('who', 'Who is Bruno Rodríguez?')]
    """
    text = " ".join(sentence.split())
    dateline = DATELINE.match(text)
    text = text[dateline.end() :] if dateline else text
    found: dict[str, str] = {}
    for kind, make in KINDS.items():
        for question in make(text):
            if _presentable(question):
                found.setdefault(question, kind)
    return [(kind, question) for question, kind in found.items()]


def _presentable(question: str) -> bool:
    """Tell whether a question is of plain words, names somebody or something, and points to nothing outside it."""
    return (
        LEAST_CHARS <= len(question) <= MOST_CHARS
        and bool(_PLAIN.fullmatch(question))
        and not _POINTING.search(fold(question))
    )


def _who(text: str) -> Made:
    yield from _office(text)
    for found in re.finditer(rf"(?:{_OFFICE}|{_TITLES}|CEO|founder) (?P<name>{_FULL_NAME})", text):
        yield f"Who is {_named(found['name'])}?"
    said = rf"(?P<name>{_FULL_NAME})(?:,| (?P<be>is|was)) (?:an?|the) (?P<what>[\w' -]{{4,60}})"
    for found in re.finditer(said, text):
        head = re.split(r" (?:of|for|in|who|at|from|by|to|with) ", found["what"])[0]
        if OCCUPATIONS & set(fold(head).split()) and not (found["be"] and found.start()):
            yield f"Who {found['be'] or 'is'} {_named(found['name'])}?"


def _office(text: str) -> Made:
    lands = "|".join([*DEMONYMS, r"U\.S\."])
    held = rf"(?P<before>\w+ )?\b(?P<land>{lands}) (?P<office>{_RANK}{_OFFICE}) {_FULL_NAME}"
    for found in re.finditer(held, text):
        if fold(found["before"] or "").strip() not in ("former", "late", "then", "acting", "interim", "ex"):
            land = DEMONYMS.get(found["land"], "").replace("_", " ")
            whose = f"{land}'s" if land else "the U.S."
            yield f"Who is {whose} {found['office'].lower()}?"
    for found in re.finditer(rf"\b(?P<firm>{_WORD}) (?P<post>CEO|co-founder|founder|chairman) {_FULL_NAME}", text):
        yield f"Who is {found['firm']}'s {found['post']}?"


def _what(text: str) -> Made:
    past = "|".join(_TOLD)
    for found in re.finditer(
        rf"{_DATED}{_SUBJECT} (?:\w+ly )?(?P<verb>announced|declared|proposed|demanded|said)\b", text
    ):
        if subject := _subject(found["subject"]):
            yield f"What did {subject} {_TOLD.get(found['verb'], 'say')} on {found['date']}?"
    for found in re.finditer(rf"{_BEGINS}{_SUBJECT} (?:\w+ly )?{_SAYING}\b(?P<rest>.*)", text):
        subject = _subject(found["subject"])
        if subject and (topic := _topic(found["rest"], subject)):
            yield f"What did {subject} say about {topic}?"
    for found in re.finditer(
        rf"{_BEGINS}{_SUBJECT} (?:\w+ly )?(?P<verb>{past})(?=[ ,:])(?! (?:by|in|on|at|from|for|to)\b)", text
    ):
        if subject := _subject(found["subject"]):
            yield f"What did {subject} {_TOLD[found['verb']]}?"
    for found in re.finditer(rf"{_BEGINS}{_SUBJECT} (?:has |had )?called for\b", text):
        if subject := _subject(found["subject"]):
            yield f"What did {subject} call for?"
    for found in re.finditer(rf"^The (?P<name>{_NAME}) (?P<be>is|was) an? ", text):
        yield f"What {found['be']} the {found['name']}?"


def _when(text: str) -> Made:
    for found in re.finditer(
        rf"\b[Tt]he (?P<event>(?:(?:{_WORD}|U\.S\.|[a-z-]+) ){{0,3}}{_EVENT}) (?:on|of|in) {_WHEN}", text
    ):
        if not set(fold(found["event"]).split()) & (STOP - {"us"}):
            yield f"When was the {found['event']}?"
    for found in re.finditer(
        rf"^{_SUBJECT} (?P<be>was|were) {_DONE}(?: (?!and\b|but\b)[\w'’-]+){{0,4}}? (?:on|in) {_WHEN}", text
    ):
        if subject := _subject(found["subject"]):
            yield f"When {found['be']} {subject} {found['done']}?"
    for found in re.finditer(
        rf"^{_SUBJECT} (?P<verb>{'|'.join(_BEGUN)})(?: {_BY_THE_WAY}){{0,3}}? (?:on|in) {_WHEN}", text
    ):
        if subject := _subject(found["subject"]):
            yield f"When did {subject} {_BEGUN[found['verb']]}?"


def _how_many(text: str) -> Made:
    for found in re.finditer(
        rf"{_COUNT}{_SCALE} {_THING} (?:(?P<be>were|have been|had been) )?(?P<done>{_HARMED})\b", text
    ):
        if thing := _counted(found):
            yield f"How many {thing} {found['be'] or 'were'} {found['done']}?"
    for found in re.finditer(
        rf"(?:^|[,;] |that ){_SUBJECT} (?P<modal>will|would|could|can) (?P<verb>[a-z]+)"
        rf" (?:up to |about )?{_COUNT}{_SCALE} {_THING}\b",
        text,
    ):
        if (thing := _counted(found)) and (subject := _subject(found["subject"])):
            yield f"How many {thing} {found['modal']} {subject} {found['verb']}?"
    for found in re.finditer(
        rf"^{_SUBJECT} (?P<verb>{'|'.join(_TOLD)}) (?:about |over )?{_COUNT}{_SCALE} {_THING}\b", text
    ):
        if (thing := _counted(found)) and (subject := _subject(found["subject"])):
            yield f"How many {thing} did {subject} {_TOLD[found['verb']]}?"


KINDS: dict[str, Callable[[str], Made]] = {
    "how many": _how_many,
    "what": _what,
    "who": _who,
    "when": _when,
}
"""Each kind of question, and what makes it of a sentence."""


def _named(name: str) -> str:
    """Return a name without a title that it begins with; nothing if it holds a word that is no name."""
    bare = re.sub(rf"^(?:{_RANK}{_OFFICE}|{_TITLES}) (?=\w+ \w)", "", name)
    return "" if any(fold(word) in STOP for word in bare.split()) else bare


def _subject(text: str) -> str:
    """Return who did something, as it stands inside a question; nothing if that is unclear."""
    if text[:4] in ("The ", "the "):
        named = _named(text[4:])
        return f"the {named}" if named else ""
    first = text.split()[0]
    return "" if first in DEMONYMS or _is_time(first) else _named(text)


def _topic(text: str, subject: str) -> str:
    """Return the first thing or person that is named in a text, other than a subject; nothing if there is none."""
    own = set(fold(subject).split())
    for found in re.finditer(rf"(?P<the>[Tt]he )?\b(?P<name>U\.S\.|{_NAME})(?P<of>['’]s)?(?P<next> [a-z]+)?", text):
        name = found["name"]
        before = text[: found.start()].rstrip()
        if name.isupper() and name != "U.S.":
            continue
        if own & set(fold(name).split()) or not _named(name) or before.endswith((".", "“", '"', ":")):
            continue
        if any(word in DEMONYMS or _is_time(word) for word in name.split()):
            continue
        if found["next"] and not found["of"] and found["next"].strip() not in STOP:
            continue  # "the Finance department"
        return f"the {name}" if found["the"] or name == "U.S." else name
    return ""


def _is_time(word: str) -> bool:
    return fold(word)[:3] in MONTHS or fold(word).endswith("day")


def _counted(found: re.Match[str]) -> str:
    """Return what is counted, without what the count is of; nothing if a number of it is not told so."""
    noun, thing = found["noun"], found["thing"]
    year = re.fullmatch(r"1\d{3}|20\d\d", found["count"])
    able = (is_plural(noun) or noun in _MASS) and noun not in _UNCOUNTED
    plain = not set(thing.split()[:-1]) & (STOP - {"and", "of", "more", "other"})
    return thing if able and plain and not year else ""
