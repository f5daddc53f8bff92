"""A question in its conversation becomes a question that stands alone.

Only what points out of the question is replaced: a bare question word, "What about X?", a pronoun, "that deal",
"there", "the second one". What it points to is looked for in the last turns, nearest first. A question that points
nowhere, or to nothing that can be found, stays as it was typed.
"""

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from threading import Event

from rag.conversation.antecedent import Talk, points
from rag.conversation.fragment import complete, frame, stripped
from rag.conversation.mention import is_person, mentions, named_in
from rag.conversation.resolve import NTH, NTH_ALONE, pointing, resolved
from rag.conversation.substitute import YEAR_ON, about, agreeing, another_year, replaced
from rag.conversation.turns import focus, full_name, series, sought, together
from rag.english.grammar import tag
from rag.english.question_form import LEAD_IN, QUESTION_WORD, is_plural, yes_no
from rag.english.vocabulary import AUXILIARY, WH
from rag.schema import Turn
from rag.text.terms import names, numbers, root, stem, terms, words
from rag.text.untrusted import neutral

MOST_TURNS = 6
"""What was said longer ago is not in play."""
MOST_WORDS = 60
"""A longer question says itself what it is about, and is left as typed."""
MOST_CHARS = 1500
"""Of an answer, and by how much a question may grow."""

_COMPARED = re.compile(
    r"which (?:one )?(?:is|was|are|were|has|does|did|do|would|will)\b.*"
    r"\b(?:more|most|less|better|worse|best|(?:bigg|small|larg|old|young|cheap|strong|long|short|fast|high|low)er)\b.*",
    re.IGNORECASE,
)
_KNOWN = re.compile(r"\bthe [\w-]+\b(?! (?:[\w-]+ )?(?:of|that|who|which|for)\b)")
"""What is spoken of as known, and not told apart by what follows."""
_SIZE = re.compile(r"how (?:many|much|long|often|old|far)", re.IGNORECASE)


def standalone(question: str, history: Sequence[Turn]) -> str:
    """Return the question to retrieve and read for.

    Args:
        question: as it was typed.
        history: earlier turns, oldest first.

    >>> standalone("When was he captured?", [Turn("Who leads Venezuela?", "Nicolás Maduro has led it since 2013.")])
    'When was Nicolás Maduro captured?'
    """
    return _rewritten(" ".join(question.split()), _talk(history))


@dataclass(frozen=True, slots=True)
class FollowUp:
    """A question in its conversation, read once for all who need to know something of it."""

    typed: str
    turns: tuple[Turn, ...] = ()
    """The conversation before it, oldest first."""
    standalone: str = ""
    """The question to retrieve and read for."""
    before: str = ""
    """The question before, standing alone, where this one stays on its topic: that may be said there alone."""
    dangles: bool = False
    """Whether it follows a question without an answer, and points to something that nothing said before can be."""
    anew: str = ""
    """The thing that it asks the last question about anew: "the Morn ferry" of "What about the Morn ferry?"."""


def follow_up(question: str, history: Sequence[Turn]) -> FollowUp:
    """Read a question in its conversation.

    Args:
        question: as it was typed.
        history: earlier turns, oldest first.

    >>> said = [Turn("Where is Malta?", "")]
    >>> follow_up("Is it warm?", said).before, follow_up("Who wrote Hamlet?", said).before
    ('Where is Malta?', '')
    >>> follow_up("And who announced it?", [Turn("What is the population of Havana?", "")]).dangles
    True
    """
    talk, typed = _talk(history), " ".join(question.split())
    if not talk.turns:
        return FollowUp(question, standalone=typed)
    standalone = _rewritten(typed, talk)
    alone = standalone == typed
    return FollowUp(
        question,
        tuple(history),
        standalone,
        before="" if alone and _switches(typed, talk) else talk.last.question,
        dangles=alone and not talk.last.answer.strip() and _dangles(typed, talk),
        anew=_anew(question),
    )


def _dangles(question: str, talk: Talk) -> bool:
    return (bool(sought(talk.last)) and complete(question, talk.last.question, "") is not None) or pointing(
        stripped(question)
    )


def _anew(question: str) -> str:
    """Return the thing that "What about X?" names; empty for what is no such question, or points to something."""
    what = re.sub(r" ones?$", "", about(question) or "")
    if not what or YEAR_ON.fullmatch(what) or pointing(what) or _is_nth(what) or not mentions(what):
        return ""
    return what if mentions(what)[0].start == 0 and mentions(what)[0].kind != "time" else ""


def _talk(history: Sequence[Turn]) -> Talk:
    """Return the turns in play: those since the last change of topic, their questions standing alone."""
    talk = Talk()
    for turn in history[-MOST_TURNS:]:
        typed = " ".join(turn.question.split())
        answer = turn.answer[:MOST_CHARS]
        talk.answer = answer
        asked = _rewritten(typed, talk)
        if asked == typed and _switches(typed, talk):
            talk = Talk()
        talk.turns.append(Turn(asked[:MOST_CHARS], answer))
        talk.typed = typed
    talk.answer = ""
    return talk


def _switches(question: str, talk: Talk) -> bool:
    """Tell whether a question that stands alone shares no word with what was said before.

    A question goes on with the topic if it points out of itself, or names nothing and is short ("Was anyone hurt?")
    or speaks of something that is known ("When will the court hear the case?").
    """
    own = set(terms(question))
    if len(own) < 2 or pointing(question):
        return False
    if not named_in(question) and (len(own) == 2 or _KNOWN.search(question)):
        return False
    said = {term for turn in talk.turns for term in terms(f"{turn.question} {turn.answer}")}
    return not own & said


def _rewritten(question: str, talk: Talk) -> str:
    """Return a question with what it leaves out."""
    if not talk.turns or not talk.last.question or not 0 < len(question.split()) <= MOST_WORDS:
        return question
    new = (
        ("" if sought(talk.last) else complete(question, talk.last.question, _filling(talk.last)))
        or _named_first(question)
        or _about(question, talk)
        or _compared(question, talk)
    )
    if new is None:
        new = resolved(question, talk)
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
    if any(mention.start == 0 and mention.end == len(short) for mention in mentions(short)):
        return short
    found = focus(turn)
    asked = parts.asked.lower()
    if asked == "what":
        return _object(parts.verb, turn.answer)
    if found is None or (asked.startswith("what ") and not is_person(found)):
        return ""
    listed = series(turn.answer)
    return together(listed, turn.answer) if found.text in listed and len(listed) == 2 else full_name(found, [turn])


def _object(verb: str, answer: str) -> str:
    """Return what follows a verb in an answer: "national mourning" for "announce"; empty if it is not there."""
    for word in tag(answer) if verb else ():
        if stem(word.low) != stem(verb.lower()):
            continue
        start = word.end + 1
        found = next((mention for mention in mentions(answer) if mention.start == start), None)
        if found and found.kind != "time" and not points(found.text):
            return re.sub(r"^an? ", "the ", found.text)
    return ""


_TOPIC = re.compile(
    rf"(?:(?:and|but|so|now|what about|how about|as for|as to)\s+)*(?P<thing>[^,?.;]+), "
    rf"(?P<asks>(?:{WH}|{AUXILIARY})\b.*)",
    re.IGNORECASE,
)
_PRONOUN = re.compile(r"\b(?:(?P<owner>his|its|their|her(?= \w))|he|she|it|they|him|them|her)\b", re.IGNORECASE)


def _named_first(question: str) -> str | None:
    """Return "What does Rossi want?" for "And Rossi, what does he want?"; None if a question names nothing first."""
    found = _TOPIC.fullmatch(question)
    thing = next(iter(mentions(found["thing"])), None) if found else None
    if not found or not thing or thing.text != found["thing"] or thing.kind == "time" or points(thing.text):
        return None
    pronoun = _PRONOUN.search(found["asks"])
    if not pronoun or mentions(found["asks"][: pronoun.start()]):
        return None
    name = f"{thing.text}'s" if pronoun["owner"] else thing.text
    asks = f"{found['asks'][: pronoun.start()]}{name}{found['asks'][pronoun.end() :]}"
    return f"{asks[0].upper()}{asks[1:]}"


def _about(question: str, talk: Talk) -> str | None:
    """Return the last question with another thing in it, for "What about X?" and the like."""
    what = stripped(question) if _is_nth(stripped(question)) else about(question)
    if what is None:
        return None
    alone = _is_nth(what)
    if alone:
        what = what if what.lower().endswith(("one", "ones", "former", "latter")) else f"{what} one"
    if told := another_year(what, talk.last.question):
        return told
    meant = resolved(what, talk)
    if alone and meant not in talk.last.question:
        return f"What about {meant}?" if meant != what else None
    if alone:
        return _only(meant, talk.last.question)
    new = replaced(_alike(meant, talk), meant)
    return f"What about {meant}?" if new is None and meant != what else new


def _alike(what: str, talk: Talk) -> str:
    """Return the last question about another of the same kind ("the Tarn ferry" for "the Morn ferry"), or the last."""
    kind = what.split()[-1]
    for turn in reversed(talk.turns if kind.islower() else []):
        if kind in (mention.text.split()[-1].lower() for mention in mentions(turn.question)):
            return turn.question
    return talk.last.question


def _is_nth(text: str) -> bool:
    return bool(NTH_ALONE.fullmatch(text) or NTH.fullmatch(text))


def _only(item: str, question: str) -> str:
    """Return a question about things that "and" joins for one of them alone."""
    joined = series(question)
    found = re.search(r"\W+(?:\w+\W+)?".join(map(re.escape, joined)), question)
    if not found:
        return question
    before = re.sub(r"\b[Tt]he $", "", question[: found.start()])
    return agreeing(before, f"{item}{question[found.end() :]}", plural=is_plural(item.split()[-1]))


def _compared(question: str, talk: Talk) -> str | None:
    """Return "Which is better, A or B?" for "Which is better?" after A and B were asked about."""
    if not _COMPARED.fullmatch(stripped(question)) or named_in(question):
        return None
    found = series(talk.last.question) or _asked_in_turn(talk)
    return f"{stripped(question)}, {' or '.join(found)}?" if len(found) > 1 else None


def _asked_in_turn(talk: Talk) -> list[str]:
    """Return the two things that the last two questions of one form were about: "the X200" and "the X300"."""
    for first, second in reversed(list(pairwise(turn.question for turn in talk.turns))):
        for mention in mentions(second):
            if replaced(first, mention.text) == second:
                kept = {other.text for other in mentions(second)}
                return [*(other.text for other in mentions(first) if other.text not in kept), mention.text]
    return []


# By an LLM

_TURNS_SHOWN = 4
_CHARS_SHOWN = 400
SYSTEM = """You rewrite the last question of a conversation so that it can be understood without the conversation.
Put names in the place of pronouns and add what is left out. Use only words of the conversation. Do not answer it.
If it can be understood as it stands, repeat it unchanged. Write one line: the question."""


GRAMMAR = r'root ::= [^?\n]{1,300} "?"'
_LEAD = re.compile(r"(?:q|question|rewritten(?: question)?)\s*:\s*", re.IGNORECASE)


def by_llm(
    question: str, history: Sequence[Turn], stream: Callable[..., Iterator[str]], stop: Event | None = None
) -> str | None:
    """Return the question as an LLM rewrites it, or None if what it wrote cannot be trusted.

    Trusted is one printable line that ends in a question mark, has at most ``MOST_WORDS`` words, asks for the same with
    all that the question says and more, and names nobody and no number that the conversation does not name.

    Args:
        question: as it was typed.
        history: earlier turns, oldest first; without any there is nothing to rewrite.
        stream: gives the pieces of an answer to a system and a user prompt.
        stop: once set, no more of them are read.

    Raises:
        LLMError: whatever ``stream`` raises.
    """
    typed = " ".join(question.split())
    if not history:
        return typed
    said = [f"Q: {_cut(turn.question)}\nA: {_cut(turn.answer) or 'no answer'}" for turn in history[-_TURNS_SHOWN:]]
    user = "\n".join([*said, f"Last question: {neutral(typed)}", "Rewritten:"])
    written = ""
    for piece in stream(SYSTEM, user, grammar=GRAMMAR, stop=stop):
        written = (written + piece).lstrip()
        if "\n" in written.rstrip() or len(written) > MOST_CHARS:
            break
    written = _LEAD.sub("", written.strip().strip('"“”'), count=1)
    known = " ".join([typed, *(f"{turn.question} {turn.answer}" for turn in history)])
    return written if _trusted(written, typed, known) else None


def _cut(text: str) -> str:
    flat = neutral(text)  # an answer quotes its sources
    return flat if len(flat) <= _CHARS_SHOWN else flat[:_CHARS_SHOWN].rsplit(" ", 1)[0] + " …"


def _trusted(written: str, typed: str, known: str) -> bool:
    """Tell whether a rewritten question has the form of one, asks the same and says more, and names nothing new.

    One that says no more is no rewrite: what the rules make of it may be.
    """
    short = len(written) <= MOST_CHARS and len(written.split()) <= MOST_WORDS
    if not (short and written.isprintable() and written.endswith("?")):
        return False
    said, asked = ({root(term) for term in terms(text)} for text in (written, typed))
    same_kind = set(QUESTION_WORD.findall(typed.lower())) <= {*words(written)} and yes_no(typed) <= yes_no(written)
    named = set(names(written)) <= {root(word) for word in words(known)} and numbers(written) <= numbers(known)
    return same_kind and asked < said and numbers(typed) <= numbers(written) and named
