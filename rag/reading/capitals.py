"""What only capitals tell apart is told in words to a network that sees none.

The reader's network reads "who" for "WHO" and "what did will open?" for "What did Will open?". Before a window is read,
an acronym that is a question word or a pronoun is spelled out, in the question and in the window, and a name of one
word that is also a common word is given in full, as the window has it. What is read is mapped back: every answer is
still of the window's own text.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Protocol

from rag.english.lexicon import WORDS_AND_NAMES
from rag.reading.network import Read, Span, Window
from rag.text.terms import STOP, named_stop_words

_ACRONYMS = {"WHO": "World Health Organization", "IT": "information technology"}
"""Those that are the words of a question."""
_MONTHS = frozenset("march april may june august".split())
_CAPITAL = r"[A-Z][a-zà-ÿ]+"
_TITLE = r"(?:Mr|Mrs|Ms|Dr|Prof|Sen|Gov|Gen|Rep|St)\.? "
_IN_TIME = re.compile(
    r"\b(?:in|on|of|since|until|till|by|before|after|last|next|this|early|late|mid|from|to|during) $", re.I
)
_ALONE = re.compile(rf"(?<![\w'’.-])({_CAPITAL})(?![\w-])")


class _Network(Protocol):
    def read(self, windows: Sequence[Window]) -> list[Read]: ...


@dataclass(frozen=True, slots=True)
class Spelled:
    """A text in which pieces are written in other words."""

    text: str
    pieces: tuple[tuple[int, int, int, int], ...]
    """For each piece its span in ``text``, and the span of what it stands for in the original."""

    def forth(self, place: int) -> int:
        """Return where a place of the original, between or at the edge of pieces, is in ``text``."""
        shift = 0
        for _, end, _, old_end in self.pieces:
            if old_end > place:
                break
            shift = end - old_end
        return place + shift

    def back(self, span: Span) -> Span:
        """Return what a span of ``text`` is of in the original; part of a piece stands for all of it."""
        return self._back(span[0], last=False), self._back(span[1], last=True)

    def _back(self, place: int, *, last: bool) -> int:
        shift = 0
        for start, end, old_start, old_end in self.pieces:
            if place < start or (last and place == start):
                break
            if place < end or (last and place == end):
                return old_end if last else old_start
            shift = old_end - end
        return place + shift


@lru_cache(maxsize=64)
def spelled_out(text: str) -> Spelled:
    """Spell out the acronyms of a text that would read as the words of a question.

    >>> spelled_out("Who heads the WHO?").text
    'Who heads the World Health Organization?'
    """
    parts: list[str] = []
    pieces: list[tuple[int, int, int, int]] = []
    at = size = 0
    for start, end in named_stop_words(text):
        words = _ACRONYMS.get(text[start:end].replace(".", ""))
        if words is None:
            continue
        size += start - at
        parts += [text[at:start], words]
        pieces.append((size, size + len(words), start, end))
        size, at = size + len(words), end
    return Spelled("".join([*parts, text[at:]]), tuple(pieces))


def in_full(question: str, text: str) -> str:
    """Return a question with each name that is also a word as a text has it in full, if it has but one so.

    >>> in_full("What did Will open?", "Will Smith opened the gallery.")
    'What did Will Smith open?'
    >>> in_full("Will it open in May?", "Will Smith and Theresa May opened it.")
    'Will it open in May?'
    """
    named = {start for start, _ in named_stop_words(question)}
    for found in reversed(list(_ALONE.finditer(question))):
        name, start = found[1], found.start()
        if name.lower() not in WORDS_AND_NAMES or not question[:start].strip() or question.isupper():
            continue
        if (name.lower() in STOP and start not in named) or _has_more(question, *found.span()):
            continue
        if name.lower() in _MONTHS and (
            _IN_TIME.search(question[:start]) or re.match(r",? \d", question[found.end() :])
        ):
            continue
        full = _full_names(name, text)
        if len(full) == 1:
            question = f"{question[:start]}{full.pop()}{question[found.end() :]}"
    return question


def _has_more(question: str, start: int, end: int) -> bool:
    """Tell whether a name in a question has another part beside it."""
    before = re.search(rf"({_CAPITAL}|[A-Z]\.|{_TITLE.rstrip()}) $", question[:start])
    after = re.match(rf" {_CAPITAL}", question[end:])
    return bool(after) or bool(before and before.start(1) and before[1].lower() not in STOP)


def _full_names(name: str, text: str) -> set[str]:
    """Return the names of two words and more in a text of which a name is one."""
    pattern = rf"(?<![\w'’-])(?:{_TITLE})?(?:{_CAPITAL} |[A-Z]\. ){{0,2}}{re.escape(name)}(?: {_CAPITAL})?(?![\w-])"
    found = set()
    for match in re.finditer(pattern, text):
        words = re.sub(r"['’]s?$", "", match[0]).split()
        while words and words[0] != name and words[0].lower() in STOP:
            del words[0]  # "In Will Smith's …"
        if len(words) > 1:
            found.add(" ".join(words))
    return found


def read(network: _Network, windows: Sequence[Window]) -> list[Read]:
    """Return what a network says of windows, in order; the short answers are of the windows' own text."""
    texts = {text: spelled_out(text) for text in {text for window in windows for text in (window.text, window.title)}}
    told = []
    for window in windows:
        given = texts[window.text]
        told.append(
            replace(
                window,
                question=spelled_out(in_full(window.question, window.text)).text,
                title=texts[window.title].text,
                text=given.text,
                sentences=tuple((given.forth(start), given.forth(end)) for start, end in window.sentences),
            )
        )
    reads = network.read(told)
    return [
        replace(read, spans=tuple(map(texts[window.text].back, read.spans)))
        for window, read in zip(windows, reads, strict=True)
    ]
