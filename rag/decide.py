"""Does one sentence decide a question of yes or no?

A sentence decides only if it says, about the same thing and in the same order, what the question asks, or denies it in
so many words. Whatever else it may mean, to a reader who knows more, is no decision: a wrong "yes" is far worse than
none. What it takes:

- the question is one of yes or no, and of one clause,
- the sentence reports or supposes nothing ("said", "if", "may", "plans to") that the question does not too,
- who or what the question is about stands before the verb in the sentence; or a pronoun does, and the sentence before
  is about it; or its last name does, and the context has the whole one,
- all other names, numbers and words follow, in the question's order, with little between them,
- what stands in the way is negated once, or says the opposite once: "no"; otherwise "yes".
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

from rag.asked import asked_parts
from rag.match import IRREGULAR
from rag.shape import bare, yes_no
from rag.terms import SPELLED, STOP, fold, root, stem

_BE = frozenset("is are was were be been being 's".split())
_PAST_BE = frozenset("was were had did".split())
_HELPERS = _BE | frozenset("has have had do does did having".split())
_MODALS = frozenset("can could will would shall should may might must wo ca".split())
_ADVERBS = frozenset(
    "also already still then now later soon again once since just first finally eventually even ever thus "
    "officially formally indeed longer".split()
)
_CLAUSE = frozenset(
    "that which who whom whose and or but because although though while when where whereas if whether before after "
    "until unless as than like so for by of with without from to against about".split()
)
_PREPOSITIONS = frozenset("of by for with without to from against in on at into about under near than like".split())
_PRONOUNS = frozenset("he she it they".split())
_NEGATIONS = frozenset("not n't never no neither nor without none nobody nothing cannot hardly barely scarcely".split())
_REFUSALS = frozenset("refuse decline fail neglect omit".split())
"""These say no of the verb that follows with "to"."""
_STRICT = frozenset(
    "all only both every each most more less few fewer before after under over above below until same own some any "
    "again first last other another alone".split()
)
"""Stop words that change what is asked: the sentence must have them too."""
_LOOSE = frozenset("any some there ever actually really indeed true case fact happen yet still also".split())
_HEDGES = frozenset(
    """
    may might could would should shall can will must if unless whether perhaps maybe possibly probably likely unlikely
    apparently reportedly allegedly supposedly purportedly presumably seemingly almost nearly virtually partly partially
    say tell claim alleg accus report believ think thought suggest argu insist warn hope want wish expect plan threaten
    propos consid consider intend promis vow offer tri try attempt seek urg demand deni predict project estim assum suppos
    doubt fear rumor rumour idea belief feel felt seem appear agre agree decid aim prepar vote call question ask pretend
    dream imagin fake fals myth legend fiction novel film hypothet potenti propose proposal pledge pledg await yet rule
    suspect speculat conclud reckon deem accord hint signal forecast anticip near about attempt contend assert maintain
    declar announc state deny denial
    """.split()
)
"""Words, stemmed or not, of a sentence that reports, supposes or intends."""
_ROUGH = frozenset("about around nearly almost roughly approximately least most than over under up some estimated".split())
_ONCE = frozenset("born bear die found establish begin start end open launch build kill assassin sign marri creat".split())
"""What happens once: another year is a "no"."""
_MONTHS = frozenset(
    "january february march april may june july august september october november december monday tuesday wednesday "
    "thursday friday saturday sunday".split()
)
_GEOGRAPHY = frozenset("north south east west northern southern eastern western new anti non ex former fake late pro".split())

_SAME = """
    buy purchase acquire
    begin start commence
    end finish conclude
    reject refuse decline
    big large
    author writer
    film movie
    kill murder
    marry wed
    choose select
    assist help aid
    attorney lawyer
    physician doctor
    vehicle car
    firm company
    approve ok
    rise increase climb
    fall decrease drop decline
""".strip().splitlines()
_AGAINST = """
    accept approve back endorse | reject refuse decline oppose
    win | lose
    rise increase climb grow | fall decrease drop decline shrink
    support favor favour back endorse | oppose
    include | exclude
    legal lawful | illegal unlawful
    constitutional | unconstitutional
    true | false
    possible | impossible
    guilty | innocent
    alive | dead
    active | inactive
    public | private
    succeed | fail
    successful | unsuccessful
    strengthen | weaken
    allow permit | forbid ban prohibit
    safe | unsafe
    major | minor
    pass | fail
    present | absent
""".strip().splitlines()
"""Words of which one rules the other out, of one thing at one time; :data:`rag.match.OPPOSITES` has many that do not."""


def _key(word: str) -> str:
    """Return what the forms of a folded word have in common: its stem, or that of an irregular verb's infinitive."""
    return stem(IRREGULAR.get(word, word))


_GROUPS: dict[str, set[int]] = {}
for _number, _line in enumerate(_SAME):
    for _word in _line.split():
        _GROUPS.setdefault(_key(_word), set()).add(_number)
_REVERSE: dict[str, set[str]] = {}
for _line in _AGAINST:
    _left, _right = ({_key(_word) for _word in _side.split()} for _side in _line.split("|"))
    for _one, _other in ((_left, _right), (_right, _left)):
        for _word in _one:
            _REVERSE.setdefault(_word, set()).update(_other)

_TOKEN = re.compile(r"n't\b|(?:[^\W\d_]\.){2,}|\d+(?:[.,]\d+)*|[^\W\d_]+?(?=n't\b)|'s\b|[^\W_]+|[,;:()?!—–\"“”]")
_ASIDE = re.compile(r",\s(?:(?!\b(?:and|or)\b)[^,;\"“”])*,\s(?!(?:and|or)\b)|\s\([^()]*\)")
_MARK = re.compile(r"\W+")
_FULL = tuple(
    (re.compile(pattern, re.IGNORECASE), full)
    for pattern, full in ((r"\bcannot\b", "can not"), (r"\bwon't\b", "will n't"), (r"\bno longer\b", "not longer"))
)
_QUOTED = re.compile(r"[\"“][^\"”“]*\s[^\"”“]*\s[^\"”“]*[\"”]")


@dataclass(frozen=True, slots=True)
class _Token:
    text: str
    key: str
    name: bool
    """Written with a capital inside the sentence."""
    number: bool

    @property
    def content(self) -> bool:
        return not _MARK.fullmatch(self.text) and self.text != "n't" and self.text not in STOP and self.text != "'s"


@lru_cache(maxsize=4096)
def _tokens(text: str) -> tuple[_Token, ...]:
    plain = text.replace("’", "'")
    for pattern, full in _FULL:
        plain = pattern.sub(full, plain)
    found = []
    for match in _TOKEN.finditer(plain):
        word = fold(match[0])
        if word[0].isdigit():
            word = word.replace(",", "")
        word = SPELLED.get(word) or (word if word == "'s" else word.replace(".", "")) or word
        found.append(_Token(word, _key(word), match[0][0].isupper() and match.start() > 0, word[0].isdigit()))
    return tuple(found)


def decide(question: str, sentence: str, context: str = "") -> Literal["yes", "no"] | None:
    """Return ``yes`` or ``no`` if one sentence decides a question, else None.

    Args:
        question: one that yes or no answers; any other is not decided.
        sentence: what may decide it.
        context: the passage around it, or its title: tells who "he" in the sentence is.

    >>> decide("Did the minister accept the offer?", "On Monday, the minister refused the offer.")
    'no'
    >>> decide("Did the minister accept the offer?", "The minister may accept the offer.")
    """
    if not yes_no(question) or len(asked_parts(question)) > 1 or re.search(r"\b(?:while|whereas)\b|;", question):
        return None
    text = bare(question)
    asked = _Asked.of(text, question)
    if asked is None or sentence.rstrip("\"”' ").endswith("?"):
        return None
    said = _tokens(_ASIDE.sub(" ", sentence))
    if _hedged(asked, said) or (_QUOTED.search(sentence) and not asked.reports):
        return None
    for pivot in _pivots(asked, said):
        if verdict := _at(asked, said, pivot, sentence, context):
            return verdict
    return None


@dataclass(frozen=True, slots=True)
class _Asked:
    auxiliary: str
    words: tuple[_Token, ...]
    """What must be met, in order, without dates."""
    dates: tuple[_Token, ...]
    every: frozenset[str]
    """All its words and their keys."""
    follows: dict[int, str]
    """For each word, the key of the next: the unit of a number."""
    spans: str

    @property
    def reports(self) -> bool:
        return bool(self.every & {"say", "tell", "claim", "report", "quote", "call"})

    @classmethod
    def of(cls, text: str, whole: str) -> "_Asked | None":
        tokens = _tokens(text)
        auxiliary = tokens[0].text
        rest = tokens[2:] if len(tokens) > 1 and tokens[1].text == "n't" else tokens[1:]
        if any(token.text in _NEGATIONS for token in rest) or any(token.text in _CLAUSE_WORDS for token in rest):
            return None
        led = _tokens(whole[: len(whole) - len(text)]) if whole.endswith(text) else ()
        led = tuple(token for token in led if token.content and token.text not in _ADVERBS)
        strict = {"us", *_STRICT, *(("have",) if auxiliary in ("do", "does", "did") else ())}
        kept = [t for t in rest if (t.content or t.text in strict or _is_date(t)) and t.text not in _LOOSE]
        dates = [t for t in (*kept, *led) if _is_date(t)]
        if any(not _is_date(t) for t in led):
            return None
        words = tuple(t for t in kept if not _is_date(t))
        follows = {n: words[n + 1].key for n in range(len(words) - 1)}
        every = frozenset({t.text for t in tokens} | {t.key for t in tokens})
        return cls(auxiliary, words, tuple(dates), every, follows, fold(text)) if words else None


_CLAUSE_WORDS = frozenset("if because although while whereas unless when where".split())


def _is_date(token: _Token) -> bool:
    year = token.number and re.fullmatch(r"1\d{3}|20\d\d", token.text)
    return bool(year) or (token.text in _MONTHS and token.name)


def _hedged(asked: _Asked, said: Sequence[_Token]) -> bool:
    """Tell whether a sentence reports, supposes or intends what the question does not."""
    for token in said:
        if token.name and token.text in ("may", "will", "march"):
            continue
        modal = token.text in _MODALS
        if modal and token.text in ("will", "wo", "can", "ca") and asked.auxiliary[:2] == token.text[:2]:
            continue
        if (token.text in _HEDGES or token.key in _HEDGES) and not {token.text, token.key} & asked.every:
            return True
    return False


def _pivots(asked: _Asked, said: Sequence[_Token]) -> list[int]:
    """Return where the sentence may have the verb that the question asks about."""
    if asked.auxiliary in ("is", "are", "was", "were"):
        return [n for n, token in enumerate(said) if token.text in ("is", "are", "was", "were", "been")]
    keys = {word.key for word in asked.words} | {other for word in asked.words for other in _REVERSE.get(word.key, ())}
    groups = {number for word in asked.words for number in _GROUPS.get(word.key, ())}
    return [
        n
        for n, token in enumerate(said)
        if n and (token.content or token.key == "have") and (token.key in keys or groups & _GROUPS.get(token.key, set()))
    ]


def _meets(word: _Token, token: _Token) -> bool:
    if word.number or token.number:
        return word.text == token.text
    if word.key == token.key or (_GROUPS.get(word.key, set()) & _GROUPS.get(token.key, set())):
        return True
    return word.name and len(word.text) > 3 and root(word.text) == root(token.text)


def _at(asked: _Asked, said: Sequence[_Token], pivot: int, sentence: str, context: str) -> Literal["yes", "no"] | None:
    """Return what a sentence decides if its verb is at ``pivot``."""
    be = asked.auxiliary in ("is", "are", "was", "were")
    if be and not _same_time(asked.auxiliary, said[pivot].text):
        return None
    if any(token.text == "longer" for token in said) and asked.auxiliary not in ("is", "are", "do", "does"):
        return None  # "was no longer": it was once
    start, helpers, flips = _left(said, pivot)
    if start < 0:
        return None
    if not be and not _fits(asked.auxiliary, said, pivot, helpers, flips):
        return None
    for cut in range(len(asked.words) if be else len(asked.words) - 1, -1, -1):
        subject, predicate = asked.words[:cut], asked.words[cut:]
        if not predicate or (not be and not _verb_meets(predicate[0], said[pivot])):
            continue
        about = _about(subject, said, start, sentence, context, asked) if subject else None
        if about is None:
            continue
        found = _right(predicate, said, pivot + 1 if be else pivot, be=be)
        if found is None:
            continue
        end, reversals, one_off = found
        total = flips + about + reversals + _none(said, start, len(subject))
        if not _dates_met(asked, said, one_off=one_off and not total):
            return None
        changed = asked.dates and not _all_met(asked.dates, said)
        if total + bool(changed) > 1 or not _ends_well(said, end, verb=len(predicate) == 1 and not be):
            return None
        return "no" if total or changed else "yes"
    return None


def _same_time(auxiliary: str, verb: str) -> bool:
    return verb == "been" or (auxiliary in ("was", "were")) == (verb in ("was", "were"))


def _left(said: Sequence[_Token], pivot: int) -> tuple[int, list[str], int]:
    """Return where the subject before the verb ends, the auxiliaries between, and how often they say no; -1 for none."""
    n, helpers, flips = pivot - 1, [], 0
    while n >= 0:
        token = said[n]
        if token.text in _NEGATIONS and token.text not in ("no", "nor", "neither", "nobody", "none", "nothing"):
            if token.text in ("hardly", "barely", "scarcely", "without"):
                return -1, [], 0
            flips += 1
        elif token.key in _REFUSALS and n + 1 < len(said) and said[n + 1].text == "to":
            flips += 1
            helpers.append("refused")
        elif token.text in _HELPERS or token.text in _MODALS or token.text == "to":
            helpers.append(token.text)
        elif not (token.text in _ADVERBS or (token.text.endswith("ly") and not token.name)):
            break
        n -= 1
    if flips and {token.text for token in said[n + 1 : pivot]} & {"only", "just", "merely", "simply", "always"}:
        return -1, [], 0
    return n, helpers, flips


def _fits(auxiliary: str, said: Sequence[_Token], pivot: int, helpers: list[str], flips: int) -> bool:
    """Tell whether the verb's form and its auxiliaries say that it happens when and as the question asks."""
    text = said[pivot].text
    if "to" in helpers and "refused" not in helpers:
        return False
    if set(helpers) & _BE or (text.endswith("ing") and len(text) > 5):
        return False
    modal = {helper[:2] for helper in helpers if helper in _MODALS}
    if auxiliary in _MODALS:
        return modal == {auxiliary[:2]}
    if modal:
        return False
    past = bool(set(helpers) & {"did", "had", "has", "have", "refused"}) or (text in IRREGULAR and text != "has") or text.endswith("ed")
    past = past and not (set(helpers) & {"do", "does"})
    if auxiliary in ("do", "does"):
        return not past or bool(set(helpers) & {"do", "does"})
    bare_form = not past and text == said[pivot].key
    return past or (bare_form and not helpers and not flips and text in _UNCHANGED)


_UNCHANGED = frozenset("put cut hit let set shut cost hurt quit split spread beat bet read".split())


def _verb_meets(word: _Token, token: _Token) -> bool:
    return _meets(word, token) or token.key in _REVERSE.get(word.key, ())


def _about(
    subject: Sequence[_Token], said: Sequence[_Token], end: int, sentence: str, context: str, asked: _Asked
) -> int | None:
    """Tell whether the words before the verb, which end at ``end``, are about what the question is about.

    Returns:
        None if not; 1 if of another number of the same, else 0.
    """
    if said[end].text in _PRONOUNS:
        own = not any(token.content for token in said[:end])
        return 0 if own and _before_is_about(subject, sentence, context) else None
    if not _meets(subject[-1], said[end]):
        return None
    n, left, other = end, list(subject), 0
    while left and n >= 0:
        token = said[n]
        if _meets(left[-1], token):
            left.pop()
        elif left[-1].number and token.number and len(left) < len(subject) and not _is_date(token):
            left.pop()
            other += 1
        elif token.content or token.text in (",", "'s") or token.text in _CLAUSE - {"of", "for", "and", "in"} - asked.every:
            break
        n -= 1
    while n >= 0 and (said[n].text in _DETERMINERS or said[n].text in _NEGATIONS):
        n -= 1
    if n >= 0:
        before = said[n]
        stray = before.text in _PREPOSITIONS | _GEOGRAPHY | {"'s", "that", "who", "nor", "neither", "or", "and"}
        if stray or (other and before.text in _ROUGH):
            return None
        if before.content and not before.text.endswith("ly"):  # the question lacks it: a title or a first name
            return other if subject[-1].name and not left and n == 0 else None
    if left:
        whole = " ".join(token.text for token in subject)
        known = re.search(rf"\b{re.escape(whole)}\b", " ".join(token.text for token in _tokens(context)))
        if n >= 0 or not known or not all(token.name for token in subject):
            return None
    return other


_DETERMINERS = frozenset("the a an both all any these those this".split())


def _before_is_about(subject: Sequence[_Token], sentence: str, context: str) -> bool:
    """Tell whether the sentence before, or a title, starts with what the question is about."""
    place = context.find(sentence)
    before = (context[:place] if place >= 0 else context).strip()
    if not before:
        return False
    last = _tokens(re.split(r"(?<=[.!?])\s+|\n+", before)[-1])
    skipped = [token for token in last[: len(subject) + 3] if token.content]
    return len(skipped) >= len(subject) and all(
        _meets(one, other) for one, other in zip(subject, skipped[: len(subject)], strict=True)
    )


def _right(
    predicate: Sequence[_Token], said: Sequence[_Token], start: int, *, be: bool
) -> tuple[int, int, bool] | None:
    """Return where the last word of the predicate is met, how often its opposite is, and whether it happens once."""
    n, flips, one_off = start, 0, False
    for place, word in enumerate(predicate):
        gap: list[_Token] = []
        while n < len(said):
            token = said[n]
            if _meets(word, token):
                break
            if place == 0 and token.key in _REVERSE.get(word.key, ()):
                flips += 1
                break
            if word.number and token.number and not _is_date(token) and n + 1 < len(said) and place + 1 < len(predicate):
                if any(_meets(predicate[place + 1], other) for other in said[n + 1 : n + 2]) and not gap:
                    flips += 1
                    break
            gap.append(token)
            n += 1
        if n == len(said):
            return None
        one_off = one_off or word.key in _ONCE or word.text in _ONCE
        negated = _gap(gap, first=place == 0 and be)
        if negated is None:
            return None
        flips += negated
        n += 1
    return n - 1, flips, one_off


def _gap(gap: Sequence[_Token], *, first: bool) -> int | None:
    """Return how often the words between two that are met say no; None if they may say anything else."""
    texts = [token.text for token in gap]
    negated = sum(text in ("not", "n't", "never", "no", "without") for text in texts)
    if negated and not (texts[0] in ("not", "n't", "never") and first) and texts[-1] not in ("no", "without", "a", "an"):
        return None
    extra = [t for t in gap if t.content and not _is_date(t) and not t.text.endswith("ly") and t.text not in _ADVERBS and t.text != "longer"]
    loose = _PREPOSITIONS | {"'s"}
    if len(extra) > 2 or any(text in _CLAUSE - _PREPOSITIONS - {"and", "as"} or not text[0].isalnum() and text not in ("n't", ",") for text in texts):
        return None
    if set(texts) & (_ROUGH - {"some"}) or "only" in texts or "n't" in texts[1:]:
        return None
    if "and" in texts:  # "the capital and largest city of"
        joined = texts[0] == "and" and not set(texts[:-2]) & loose and all(t.key not in _REVERSE and not t.name for t in extra)
        return negated if joined else None
    if extra and any(text in loose for text in texts):
        after = next(n for n, text in enumerate(texts) if text in loose)
        if any(t in gap[:after] for t in extra) or first:
            return None
    return negated


def _none(said: Sequence[_Token], end: int, size: int) -> int:
    """Tell whether the subject that ends at ``end`` starts with "no"."""
    return int(any(token.text == "no" for token in said[max(0, end - size) : end + 1]))


def _all_met(dates: Sequence[_Token], said: Sequence[_Token]) -> bool:
    present = {token.text for token in said}
    return all(token.text in present for token in dates)


def _dates_met(asked: _Asked, said: Sequence[_Token], *, one_off: bool) -> bool:
    """Tell whether the sentence has the question's dates, or one other year for what happens once."""
    if not asked.dates:
        return True
    own = [token for token in said if _is_date(token)]
    texts = [token.text for token in said]
    for n, token in enumerate(said):
        if _is_date(token) and n and texts[n - 1] in ("before", "after", "since", "until", "about", "around", "by"):
            return texts[n - 1] in asked.every
    if _all_met(asked.dates, said):
        return True
    return one_off and len(asked.dates) == len(own) == 1 and asked.dates[0].number and own[0].number


def _ends_well(said: Sequence[_Token], end: int, *, verb: bool) -> bool:
    """Tell whether what follows the last word that is met adds to it without changing it ("the offer letter")."""
    after = said[end + 1] if end + 1 < len(said) else None
    if after is None or after.number or after.text in _MONTHS or after.text.endswith("ly"):
        return True
    if after.text in ("'s", "for", "or", "to") or (after.text == "of" and said[end].key == "one"):
        return False
    return not after.content or verb
