"""What a turn of a conversation says: the name that answers it, what it enumerates, its place and time."""

import re
from collections.abc import Sequence
from functools import lru_cache

from rag.conversation.fragment import stripped
from rag.conversation.mention import Mention, is_person, mentions
from rag.english.grammar import is_verb, tag
from rag.schema import Turn
from rag.text.terms import terms


def last_word(text: str) -> str:
    """Return the last word of a text in lower case."""
    return text.split()[-1].lower()


def full_name(mention: Mention, turns: Sequence[Turn]) -> str:
    """Return the fullest form of a person's name that was used: "Nicolás Maduro" for "Maduro"."""
    text = mention.text
    if " " in text and not is_person(mention):
        return text
    for turn in reversed(turns):
        for other in (*mentions(turn.question), *mentions(turn.answer)):
            longer = len(other.text.split()) > len(text.split()) and last_word(other.text) == last_word(text)
            if longer and other.kind in ("person", "name") and other.text.split()[0].lower() not in ("president",):
                return other.text
    return text


@lru_cache(maxsize=512)
def focus(turn: Turn) -> Mention | None:
    """Return the name in an answer that answers its question, as far as that can be told.

    It is new, and words of the question stand before it in its phrase ("Cuban Foreign Minister Bruno Rodríguez").
    """
    found = re.match(r"(?:\w+ )?(who|whom|which|what)\b", stripped(turn.question), re.IGNORECASE)
    if not found:
        return None
    wanted = set(terms(turn.question))
    best: tuple[float, int, Mention] | None = None
    for place, mention in enumerate(mentions(turn.answer)):
        if mention.kind in ("time", "thing") or set(terms(mention.text)) <= wanted:
            continue
        if found[1].lower() in ("who", "whom") and mention.kind == "place":
            continue
        beside: list[str] = []
        for word in reversed(tag(turn.answer[: mention.start])):
            if word.closed or is_verb(word, None):
                break
            beside.append(word.text)
        near = len(wanted & set(terms(" ".join(beside))))
        if found[1].lower() == "what" and not (near and is_person(mention)):
            continue
        owns = turn.answer[mention.end : mention.end + 2] in ("'s", "’s")
        score = (
            near + (1.0 if found[1].lower() in ("who", "whom") and is_person(mention) else 0.0) - (0.5 if owns else 0)
        )
        if best is None or score > best[0]:
            best = (score, -place, mention)
    return best[2] if best else None


_VALUE = re.compile(r"(?:what|which)(?:['’]s| (?:is|are|was|were)) (?P<value>.+)", re.IGNORECASE)
_OF_SOMETHING = re.compile(r"\b(?:of|in|for|at|on|per|among|between)\b|['’]s? \w|s['’] \w", re.IGNORECASE)


def sought(turn: Turn) -> str:
    """Return the value that a turn asked for and did not get, of which nobody can speak; empty for any other turn.

    >>> sought(Turn("What is the population of Havana?", "")), sought(Turn("What is the Kirk dam?", ""))
    ('the population of Havana', '')
    """
    found = None if turn.answer.strip() else _VALUE.fullmatch(stripped(turn.question))
    return found["value"] if found and _OF_SOMETHING.search(found["value"]) else ""


def series(text: str) -> list[str]:
    """Return the members of an enumeration in a text: of names if there is one, otherwise the first of things.

    >>> series("Critics like Russia and China objected."), series("Russia objected.")
    (['Russia', 'China'], [])
    """
    runs: list[list[Mention]] = []
    for mention in mentions(text):
        if mention.kind == "time" or not re.search(r"[^\W\d]", mention.text):
            continue
        joint = text[runs[-1][-1].end : mention.start] if runs else ""
        if runs and re.fullmatch(r",? (?:and|or|versus|vs\.?) (?:the )?|, (?:the )?", joint):
            runs[-1].append(mention)
        elif not runs or mention.start >= runs[-1][-1].end:
            runs.append([mention])
    lists = [run for run in runs if len(run) > 1]
    lists.sort(key=lambda run: -sum(mention.kind != "thing" for mention in run))
    return [mention.text for mention in lists[0]] if lists else []


def together(items: Sequence[str], text: str) -> str:
    """Return what a text enumerates in one phrase, as it is written inside a sentence.

    >>> together(["The farmers", "Norway"], "The farmers and Norway object.")
    'the farmers and Norway'
    """
    *before, last = (_inner(item, text) for item in items)
    return f"{', '.join(before)} and {last}"


def _inner(item: str, text: str) -> str:
    first = tag(item)[0]
    small = first.closed or (text.startswith(item) and not first.name)
    return f"{item[0].lower()}{item[1:]}" if small and not item[:2].isupper() else item


def latest(kind: str, turns: Sequence[Turn]) -> str | None:
    """Return the last place, time, person or name that was mentioned.

    Of a turn, the one in the question, or in the answer where the question asked for such.
    """
    asks = {
        "place": r"where|(?:in )?(?:which|what) (?:city|country|place|town)",
        "time": r"when|(?:in |on )?(?:which|what) (?:year|day|date|month)",
    }.get(kind)
    for turn in reversed(turns):
        texts = [turn.question, turn.answer]
        if asks and re.match(asks, stripped(turn.question), re.IGNORECASE):
            texts.reverse()
        for text in texts:
            found = [mention for mention in mentions(text) if mention.kind == kind]
            if kind == "place":  # "in Berlin" rather than who did it there
                found.sort(key=lambda mention: not re.search(r"\b(?:in|at|near) $", text[: mention.start]))
            if found:
                return found[0].text
    return None
