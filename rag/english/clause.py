"""How the words of a question are met in a sentence, before and after its verb (:mod:`rag.english.decide`)."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from rag.english.tokens import Token, is_date, meets, tokens
from rag.english.vocabulary import (
    ADVERBS,
    CALENDAR,
    CLAUSE,
    COPULAS,
    EXCLUSIVE,
    GEOGRAPHY,
    HELPERS,
    LOOSE,
    MODALS,
    NEGATIONS,
    ONCE,
    PREPOSITIONS,
    PRONOUNS,
    REFUSALS,
    ROUGH,
    SCARCELY,
    STRICT,
)

_SOME = frozenset("other another same all every enough such more even only".split())
_BREAKS = frozenset(', ; : ( ) ! – — " “ ” and but although though while'.split())
_DETERMINERS = frozenset("the a an both all any these those this".split())


@dataclass(frozen=True, slots=True)
class PolarQuestion:
    """What a question of yes or no asks."""

    auxiliary: str
    words: tuple[Token, ...]
    """What must be met, in order, without dates."""
    dates: tuple[Token, ...]
    every: frozenset[str]
    """All its words and their keys."""

    @property
    def be(self) -> bool:
        """Whether its auxiliary verb is a form of "be"."""
        return self.auxiliary in COPULAS

    @classmethod
    @lru_cache(maxsize=64)  # one question meets many sentences
    def of(cls, text: str, whole: str) -> "PolarQuestion | None":
        """Read a question; None if it is negated.

        Args:
            text: the question without what leads in to it.
            whole: with it.
        """
        own = tokens(text)
        auxiliary = own[0].text
        rest = own[2:] if len(own) > 1 and own[1].text == "n't" else own[1:]
        if any(token.text in NEGATIONS for token in rest):
            return None
        led = tokens(whole[: len(whole) - len(text)]) if whole.endswith(text) else ()
        led = tuple(token for token in led if token.content and token.text not in ADVERBS)
        strict = {"us", *STRICT, *(("have",) if auxiliary in ("do", "does", "did") else ())}
        kept = [t for t in rest if (t.content or t.text in strict or is_date(t)) and t.text not in LOOSE | {"been"}]
        dates = [t for t in (*kept, *led) if is_date(t)]
        if any(not is_date(t) for t in led):
            return None
        words = tuple(t for t in kept if not is_date(t))
        every = frozenset({t.text for t in own} | {t.key for t in own})
        return cls(auxiliary, words, tuple(dates), every) if words else None


def left(said: Sequence[Token], pivot: int) -> tuple[int, list[str], int]:
    """Return where the subject before the verb ends, its helpers between, how often these say no; -1 for none."""
    n, flips = pivot - 1, 0
    helpers: list[str] = []
    while n >= 0:
        token = said[n]
        if token.text in NEGATIONS:
            if token.text in SCARCELY:
                return -1, [], 0
            flips += 1
        elif token.key in REFUSALS and n + 1 < len(said) and said[n + 1].text == "to":
            flips += 1
            helpers.append("refused")
        elif token.text in HELPERS or token.text in MODALS or token.text == "to":
            helpers.append(token.text)
        elif not (token.text in ADVERBS or (token.text.endswith("ly") and not token.name)):
            break
        n -= 1
    if flips and {token.text for token in said[n + 1 : pivot]} & {"only", "just", "merely", "simply", "always"}:
        return -1, [], 0
    return n, helpers, flips


def subject_met(
    subject: Sequence[Token], said: Sequence[Token], end: int, sentence: str, context: str, asked: PolarQuestion
) -> bool:
    """Tell whether the words before the verb, which end at ``end``, are about what the question is about."""
    if said[end].text in PRONOUNS:
        return not any(token.content for token in said[:end]) and before_is_about(subject, sentence, context)
    n, unmet = end, list(subject)
    breaks = CLAUSE - {"of", "for", "and", "in"} - asked.every | {",", "'s"}
    while unmet and n >= 0:
        if meets(unmet[-1], said[n]):
            unmet.pop()
        elif said[n].content or said[n].text in breaks:
            break
        n -= 1
    while n >= 0 and said[n].text in _DETERMINERS | NEGATIONS:
        n -= 1
    if n > 0 and is_date(said[n]) and said[n - 1].text in ("in", "on"):  # "On Monday Smith resigned"
        n -= 2
    if n >= 0:
        if unmet or said[n].text in _STRAY:
            return False
        titled = subject[-1].name and all(word.name for word in said[1 : n + 1])  # or with the first name
        return titled or not said[n].content or said[n].text.endswith("ly")
    whole = " ".join(token.text for token in subject)
    known = (
        all(token.name for token in subject)
        and f" {whole} " in f" {' '.join(token.text for token in tokens(context))} "
    )
    return not unmet or known


_STRAY = PREPOSITIONS | GEOGRAPHY | {"'s", "that", "who", "nor", "neither", "or", "and"}
"""Before a subject it makes another of it: "the envoy of Macron", "New York"."""


def before_is_about(subject: Sequence[Token], sentence: str, context: str) -> bool:
    """Tell whether the sentence before, or a title, starts with what the question is about."""
    place = context.find(sentence)
    before = (context[:place] if place >= 0 else context).strip()
    last = tokens(re.split(r"(?<=[.!?])\s+|\n+", before)[-1])
    skipped = [token for token in last[: len(subject) + 3] if token.content]
    return len(skipped) >= len(subject) and all(
        meets(one, other) for one, other in zip(subject, skipped[: len(subject)], strict=True)
    )


@dataclass(frozen=True, slots=True)
class Met:
    """How a sentence meets what a question says."""

    end: int
    """Where the last word is met."""
    reversals: int
    """How often something is that rules it out."""
    denials: int
    """How often the words between say no."""
    one_off: bool
    """Whether it happens once."""


def right(predicate: Sequence[Token], said: Sequence[Token], start: int, *, be: bool) -> Met | None:
    """Return how the predicate is met from ``start`` on, or None if it is not.

    Args:
        predicate: the question's words from its verb on; behind a form of "be" those after it.
        said: the sentence.
        start: where to begin.
        be: whether it stands behind a form of "be".
    """
    n, flips, denials, one_off = start, 0, 0, False
    for place, word in enumerate(predicate):
        gap: list[Token] = []
        while n < len(said) and not meets(word, said[n]):
            if place == 0 and said[n].key in EXCLUSIVE.get(word.key, ()):
                flips += 1
                break
            gap.append(said[n])
            n += 1
        if n == len(said):
            return None
        one_off = one_off or word.key in ONCE or word.text in ONCE
        negated = _gap(gap, first=place == 0 and be)
        if negated is None:
            return None
        denials += negated
        n += 1
    return Met(n - 1, flips, denials, one_off)


def _gap(gap: Sequence[Token], *, first: bool) -> int | None:
    """Return how often the words between two that are met say no; None if they may say anything else."""
    texts = [token.text for token in gap]
    negated = sum(text in _DENIALS for text in texts)
    governs = negated and ((first and texts[0] in ("not", "n't", "never")) or texts[-1] in ("no", "without", "a", "an"))
    if (negated and not governs) or set(texts) & _CHANGES or "n't" in texts[1:]:
        return None
    extra = [t for t in gap if t.content and not is_date(t) and not t.text.endswith("ly") and t.text not in ADVERBS]
    loose = [n for n, text in enumerate(texts) if text in PREPOSITIONS or text == "'s"]
    if "and" in texts:  # "the capital and largest city of"
        return negated if texts[0] == "and" else None
    if extra and loose and (first or any(t in gap[: loose[0]] for t in extra)):
        return None
    return negated


_DENIALS = frozenset("not n't never no without".split())
_CHANGES = (CLAUSE - PREPOSITIONS - {"and", "as"}) | (ROUGH - {"some"}) | {"only", "against", *'.;:()?!—–"“”'}


def none(said: Sequence[Token], end: int, size: int) -> int:
    """Tell whether the subject that ends at ``end`` starts with "no"."""
    return int(any(token.text == "no" for token in said[max(0, end - size) : end + 1]))


def denies_all(asked: PolarQuestion, said: Sequence[Token], pivot: int, end: int) -> bool:
    """Tell whether a sentence with "not" stops at ``end``: "not … until May" and "on Monday … not" deny a part only."""
    own = {token.text for token in asked.dates}
    if any(token.text in _SOME and token.text not in asked.every for token in said[pivot:end]):
        return False
    if any(is_date(token) and token.text not in own for token in said):
        return False
    rest = [token for token in said[end + 1 :] if not (is_date(token) or token.text in ("in", "on"))]
    return not rest or rest[0].text in _BREAKS


def ends_well(said: Sequence[Token], end: int, *, verb: bool, be: bool) -> bool:
    """Tell whether what follows the last word that is met adds to it without changing it ("the offer letter").

    Args:
        said: the sentence.
        end: where its last word that is met is.
        verb: whether that is the verb.
        be: whether the verb is a form of "be".
    """
    after = said[end + 1] if end + 1 < len(said) else None
    if after is None or after.number or after.text in CALENDAR or after.text.endswith("ly"):
        return True
    if be and after.text in ("of", "from", "with", "than", "as"):  # "free of errors"
        return False
    if after.text in ("'s", "for", "or", "to") or (after.text == "of" and said[end].key == "one"):
        return False
    return not after.content or verb
