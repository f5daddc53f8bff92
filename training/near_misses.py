"""Make near misses of an answerable question: exchange one thing in the question, in its window, or in both.

What is exchanged is a name, a year or a number (:class:`Names`), or what is said: a word for its opposite, a verb for
its denial (:func:`reverse`). Where question or text alone is changed, the text does not answer; where both are, it
does. Each change is therefore seen with and without an answer, so that odd wording and odd facts tell nothing.
"""

import random
import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np

from rag.english.vocabulary import NEGATIONS
from rag.text.terms import STOP, stem, terms, words

LEAST_SEEN = 3
"""How often a set must hold a name for it to take another's place: fewer uses do not tell what it names."""
LIKE = 0.7
"""How alike the uses of two names must be, from 0 to 1."""
APART = 0.1
"""How much more often one may be used in a way of ``_TELLING``, of all words beside it on both sides."""
NEAREST = 25
"""Names to draw from, the most alike."""

_WORD = r"(?:[A-Z][a-zß-ɏ]+(?:-[A-Z][a-zß-ɏ]+)*|[A-Z]{2,})(?![\w-])(?!['’](?!s\b))"
_NAME = re.compile(rf"(?<![\w.&'’\"“/-]){_WORD}(?: {_WORD})*(?![\"”/&]| & | [IVX]+\b| \d{{1,2}}\b|\.\w| [A-Z]\.)")
_NUMBER = re.compile(r"(?<![\w.,/:–−$£€-])(?:\d{1,3}(?:,\d{3})+|\d{2,4})(?![\w–−/:%-]|[.,]\d)")
_YEAR = re.compile(r"1[0-9]{3}|20[0-2]\d")
_CALENDAR = {
    **dict.fromkeys("January February March April May June July August September October November December".split(), 1),
    **dict.fromkeys("Monday Tuesday Wednesday Thursday Friday Saturday Sunday".split(), 2),
}
_ERAS = frozenset("BC AD BCE CE BP".split())
_TITLES = frozenset("dr mr mrs ms sir lord lady king queen prince princess pope saint st president emperor".split())
_USES = STOP | frozenset("said later became began won wrote died born made took team city war people".split())
"""Words that, beside a name, tell what it names: "in Peru", "Smith said", "the Rhine"."""
_TELLING = ("<the", "<in", ">a", ">'s")
"""Uses that tell a river from a town, a town from a person, a people from a country."""

_OPPOSITES = """
    accept accepts accepted accepting | reject rejects rejected rejecting
    approve approves approved approving | refuse refuses refused refusing
    allow allows allowed allowing | forbid forbids forbade forbidding
    permitted | prohibited
    win wins won winning | lose loses lost losing
    rise rises rose rising risen | fall falls fell falling fallen
    increase increases increased increasing | decrease decreases decreased decreasing
    grow grows grew growing grown | shrink shrinks shrank shrinking shrunk
    begin begins began beginning begun > end ends ended ending ended
    start starts started starting > end ends ended ending
    ended > began
    open opens opened opening > close closes closed closing
    closed > opened
    support supports supported supporting | oppose opposes opposed opposing
    praise praises praised praising | criticize criticizes criticized criticizing
    before | after
    north northern northeast northwest | south southern southeast southwest
    east eastern | west western
    North Northern Northeast Northwest | South Southern Southeast Southwest
    East Eastern | West Western
    first | last
    the_most | the_least
    most_common most_popular | least_common least_popular
    more_than | less_than
    largest biggest larger | smallest smallest smaller
    highest higher | lowest lower
    longest longer | shortest shorter
    oldest older | youngest younger
    earliest earlier | latest later
    early | late
    best better | worst worse
    strong stronger strongest | weak weaker weakest
    major | minor
    main > minor
    include includes included including | exclude excludes excluded excluding
    join joins joining | leave leaves leaving
    joined > left
    arrive arrives arrived arriving | depart departs departed departing
    buy buys bought buying | sell sells sold selling
    confirm confirms confirmed confirming | deny denies denied denying
    legal | illegal
    private | public
    rich | poor
    possible | impossible
    successful | unsuccessful
    succeed succeeds succeeded | fail fails failed
    build builds built | destroy destroys destroyed
    remember remembers remembered | forget forgets forgot
    love loves loved | hate hates hated
    appear appears appeared | disappear disappears disappeared
    attack attacks attacked attacking | defend defends defended defending
    add adds added adding | remove removes removed removing
    create creates created creating > abolish abolishes abolished abolishing
    founded established | dissolved abolished
    gain gains gained gaining > lose loses lost losing
    raise raises raised raising > lower lowers lowered lowering
    agree agrees agreed > refuse refuses refused
    caused causing > prevented preventing
    encourage encourages encouraged | discourage discourages discouraged
    import imports imported | export exports exported
    hot hotter hottest | cold colder coldest
    warm warmer warmest | cool cooler coolest
    male | female
    above | below
    popular | unpopular
    positive | negative
    maximum | minimum
    majority | minority
    inside | outside
    inner | outer
    modern | ancient
    wide widest | narrow narrowest
    heavy heavier heaviest | light lighter lightest
    fast faster fastest | slow slower slowest
    easy easier easiest | difficult harder hardest
    advantage advantages | disadvantage disadvantages
    strength strengths | weakness weaknesses
    similar | different
    famous | unknown
"""


def _opposites() -> dict[str, tuple[str, int]]:
    table: dict[str, tuple[str, int]] = {}
    for number, row in enumerate(_OPPOSITES.replace("_", " ").strip().splitlines()):
        sides = [re.findall(r"(?:the|most|least|more|less) \w+|\w+", side) for side in re.split("[|>]", row)]
        for one, other in zip(*sides, strict=True):
            table.setdefault(one, (other, 2 * number))
            if "|" in row:
                table.setdefault(other, (one, 2 * number + 1))
    return table


OPPOSITES = _opposites()
"""A word as it stands to its opposite in the same form, and the number of its side; ``>`` goes one way only."""
_ANY = "|".join(sorted(OPPOSITES, key=len, reverse=True))
_OPPOSED = re.compile(rf"\b(?:{_ANY})\b(?![-’']| \d| (?:\w+ )?(?:years|names?)\b)")  # not "the last ten years"
_PERIOD = re.compile(r"\b(?:from|between|before|after|since|until|[A-Z][a-z]{2}) \d{4}\b", re.IGNORECASE)
_DID = re.compile(r"\b(?:did|does|do)\b", re.IGNORECASE)
_AUXILIARY = re.compile(r"\b(was|were|is|are|has been|have been|had been|had|has|have|could|can|would|will)\b ", re.I)
_DENIED = re.compile(rf"\b(?:{'|'.join(sorted(NEGATIONS))})\b|n[’']t\b", re.IGNORECASE)
_SUBJECTS = frozenset("he she they it who which we i that".split())
_IRREGULAR = dict(
    pair.split(":")
    for pair in """
    win:won lose:lost begin:began become:became give:gave take:took make:made find:found leave:left write:wrote
    come:came go:went see:saw say:said tell:told think:thought get:got hold:held lead:led meet:met sell:sold send:sent
    speak:spoke spend:spent stand:stood teach:taught wear:wore build:built buy:bought bring:brought choose:chose
    draw:drew fall:fell feel:felt fight:fought fly:flew grow:grew keep:kept know:knew pay:paid rise:rose run:ran
    sing:sang steal:stole break:broke drive:drove eat:ate
    """.split()
)
_PARTICIPLES = frozenset(
    """
    won lost begun become given taken made found left written held led met sold sent spoken spent taught worn built
    bought brought chosen drawn fought grown kept known paid run sung stolen broken driven born seen shown
    """.split()
)


@dataclass(frozen=True)
class Edit:
    """Put ``new`` for the characters from ``start`` to ``end``."""

    start: int
    end: int
    new: str


@dataclass(frozen=True)
class Change:
    """What is exchanged in a question, its window's text and its title; the text's edits may be wanting."""

    question: tuple[Edit, ...]
    text: tuple[Edit, ...] = ()
    title: tuple[Edit, ...] = ()


def edited(text: str, edits: Sequence[Edit]) -> str:
    for edit in reversed(edits):
        text = text[: edit.start] + edit.new + text[edit.end :]
    return text


def moved(span: Sequence[int], edits: Sequence[Edit]) -> list[int]:
    """Return where a span lies after edits, none of which crosses its ends."""

    def shift(place: int, *, end: bool) -> int:
        past = (edit for edit in edits if (edit.end <= place if end else edit.end <= place and edit.start < place))
        return place + sum(len(edit.new) - (edit.end - edit.start) for edit in past)

    return [shift(span[0], end=False), shift(span[1], end=True)]


def changed(line: dict[str, Any], kind: str, change: Change, sides: str) -> dict[str, Any]:
    """Return a line with the question changed, the text, or ``both``; with an answer where both or neither are."""
    question = edited(line["question"], change.question) if sides in {"question", "both"} else line["question"]
    made = line | {"kind": kind, "question": question}
    if sides != "question":
        made["text"], made["title"] = edited(line["text"], change.text), edited(line["title"], change.title)
        for name in ("sentences", "answers"):
            made[name] = [moved(span, change.text) for span in line[name]]
    if sides in {"question", "text"}:
        made |= {"answer_sentences": [], "unknown_sentences": [], "answers": [], "answerable": False}
    return made


class Names:
    """The names of a set: how each is used, and which would fit in its place."""

    def __init__(self, texts: Iterable[tuple[str, str]]) -> None:
        """Learn the names of pairs of group and text."""
        held = list(texts)
        self._found: dict[str, list[tuple[int, int, str]]] = {}
        self._alike: dict[int, list[int]] = {}
        self._small: Counter[str] = Counter()
        self._large: Counter[str] = Counter()
        for _, text in held:
            self._small.update(re.findall(r"(?<![\w-])[a-z]+\b", text))
            self._large.update(word.lower() for word in re.findall(r"(?<=[a-z,] )[A-Z][a-z]+\b", text))
        uses: dict[str, Counter[str]] = defaultdict(Counter)
        of_group: dict[str, set[str]] = defaultdict(set)
        for group, text in held:
            for start, end, name in self.found(text):
                uses[name].update((f"<{_use(text[:start], -1)}", f">{_use(text[end:], 0)}"))
                of_group[group].add(name)
        features = {use: n for n, use in enumerate(sorted({use for found in uses.values() for use in found}))}
        self._names = sorted(name for name, found in uses.items() if found.total() >= 2 * LEAST_SEEN)
        self._number = {name: n for n, name in enumerate(self._names)}
        self._of_group = {group: sorted(names & self._number.keys()) for group, names in sorted(of_group.items())}
        self._table = np.zeros((len(self._names), len(features)), np.float32)
        for name, row in self._number.items():
            for use, count in uses[name].items():
                self._table[row, features[use]] = (count / uses[name].total()) ** 0.5  # dot products from 0 to 1
        telling = [[features[use]] if use in features else [] for use in _TELLING]
        self._telling = np.stack([self._table[:, use].sum(axis=1) ** 2 for use in telling], axis=1)
        self._forms = np.array([self._form(name) for name in self._names])

    def found(self, text: str) -> list[tuple[int, int, str]]:
        """Return the names of a text with their places, without titles and the words that open a sentence."""
        if text in self._found:
            return self._found[text]
        made: list[tuple[int, int, str]] = []
        for match in _NAME.finditer(text):
            start, name = match.start(), match[0]
            before = text[max(0, start - 6) : start]
            if re.search(r"(?:\b[A-Z]|\bSt)\. $", before):  # "J. Smith", "St. Louis"
                continue
            opens = not before or bool(re.search(r"[.!?:\"“”\n)]\s*$", before))
            first, _, rest = name.partition(" ")
            while first.lower() in _TITLES or (opens and first not in _CALENDAR and self._common(first)):
                start, name, opens = start + len(first) + 1, rest, False
                first, _, rest = name.partition(" ")
                if not name:
                    break
            verb = name == "May" and not re.search(r"\b(?:in|since|until|of|on|and|from|\d\d?) $", text[:start][-8:])
            if not name or name in _ERAS or verb:
                continue
            if name in _CALENDAR or " " in name or not self._common(name):
                made.append((start, start + len(name), name))
        self._found[text] = made
        return made

    def _common(self, word: str) -> bool:
        word = word.lower()
        return word in STOP or self._small[word] > self._large[word] / 3

    def _form(self, name: str) -> str:
        """Return what two names must share: a month is put for a month, a church for a church."""
        last = name.rpartition(" ")[2]
        if name in _CALENDAR:
            return f"calendar {_CALENDAR[name]}"
        if self._common(last):
            return f"a {last}"
        return "letters" if name.isupper() else "long" if " " in name else "short"

    def fitting(self, old: str, taken: set[str], group: str, rng: random.Random) -> Iterator[str]:
        """Yield names that fit in the place of one, without those that share a word with ``taken``; near ones first."""
        if old not in self._number:
            return
        row = self._number[old]
        if row not in self._alike:
            self._alike[row] = self._nearest(row)
        near = self._alike[row]
        own = set(self._of_group.get(group, ()))
        here = [self._names[n] for n in near if self._names[n] in own][:NEAREST]
        away = [self._names[n] for n in near if self._names[n] not in own][:NEAREST]
        rng.shuffle(here)
        rng.shuffle(away)
        for name in here + away if rng.random() < 0.7 else away + here:
            if not taken & _words(name) and not _abbreviates(name, old):
                yield name

    def _nearest(self, row: int) -> list[int]:
        """Return the names used as one is, the most alike first."""
        like = np.round(self._table @ self._table[row], 4)
        apart = abs(self._telling - self._telling[row])
        fits = np.flatnonzero((like >= LIKE) & (self._forms == self._forms[row]) & (apart < APART).all(axis=1))
        return [int(n) for n in fits[np.argsort(-like[fits], kind="stable")]]

    def exchange(
        self, line: dict[str, Any], taboo: set[str], sides: str, rng: random.Random, group: str = ""
    ) -> Change | None:
        """Exchange a name or number that the question and its text have; one beside the question if ``aside``."""
        text, title, question = line["text"], line["title"], line["question"]
        if sides == "aside":
            answering = [line["sentences"][n] for n in (*line["answer_sentences"], *line["unknown_sentences"])]
            asked = _words(f"{question} {title}")
            olds = [
                (name, number)
                for start, _, name, number in self._things(text)
                if not any(s <= start < e for s, e in answering) and not asked & _words(name)
            ]
            olds = list(dict.fromkeys(olds))
        else:
            olds = self._asked(question, f"{title}. {text}")
        rng.shuffle(olds)
        for old, number in olds:
            if number and _PERIOD.search(question):
                continue  # another year may lie in the same term of office
            folded = old.casefold()
            if any(folded in answer or (answer in folded and len(answer) > 2) for answer in taboo):
                continue
            if sides == "question":
                new = self._new(old, line, taboo, rng, group, number=number, here=rng.random() < 0.5)
            else:
                new = self._new(old, line, taboo, rng, group, number=number, here=False)
            if not new:
                continue
            change = self._change(old, new, line)
            if sides == "question" or (change.text and self._gone(old, line, change)):
                return change
        return None

    def _things(self, text: str) -> list[tuple[int, int, str, bool]]:
        numbers = [(m.start(), m.end(), m[0], True) for m in _NUMBER.finditer(text)]
        return [(*one, False) for one in self.found(text)] + numbers

    def _asked(self, question: str, told: str) -> list[tuple[str, bool]]:
        """Return the names and numbers of a question that the window has too, as the window writes them."""
        said = _words(told)
        asked = [(name, number) for _, _, name, number in self._things(question) if _words(name) <= said]
        if question == question.lower():  # as typed into a search box
            known = {name for _, _, name in self.found(told) if name not in {"May", "March"}}
            asked += [(name, False) for name in sorted(known) if _standing(name.lower(), question)]
        return list(dict.fromkeys(asked))

    def _new(
        self,
        old: str,
        line: dict[str, Any],
        taboo: set[str],
        rng: random.Random,
        group: str,
        *,
        number: bool,
        here: bool,
    ) -> str | None:
        """Return what to put for a name or number: one of the window's, if ``here``, or one that it does not have."""
        text, question = line["text"], line["question"]
        told = f"{line['title']} {text} {question}"
        taken = {word for word in words(told) if word not in STOP}
        for answer in taboo:
            taken |= _words(answer) - STOP
        answering = " ".join(text[slice(*line["sentences"][n])] for n in line["answer_sentences"])
        if here:
            used = _words(f"{answering} {question} {line['title']}") | {w for a in taboo for w in words(a)}
            used |= {word for _, _, name in self.found(told) if old in name for word in words(name)}  # its other names
            names = [
                new
                for _, _, new, other in self._things(text)
                if other == number
                and not used & _words(new)
                and (self._like(old, new) if not number else bool(_YEAR.fullmatch(old)) == bool(_YEAR.fullmatch(new)))
                and (not number or len(old) == len(new))
                and not self._told(new, old, line)
            ]
            if names:
                return rng.choice(names)
        if not number:
            return next(self.fitting(old, taken, group, rng), None)
        for _ in range(8):
            new = _near(old, rng)
            if not _words(new) & taken:
                return new
        return None

    def _like(self, old: str, new: str) -> bool:
        one, other = self._number.get(old), self._number.get(new)
        if one is None or other is None or self._forms[one] != self._forms[other] or _abbreviates(old, new):
            return False
        apart = abs(self._telling[one] - self._telling[other])
        return bool(self._table[one] @ self._table[other] >= LIKE and (apart < APART).all())

    @staticmethod
    def _told(new: str, old: str, line: dict[str, Any]) -> bool:
        """Tell whether a sentence with another name says half of what is asked: it may answer."""
        asked = set(terms(line["question"])) - set(terms(old))
        with_it = (line["text"][s:e] for s, e in line["sentences"] if new in line["text"][s:e])
        return any(2 * len(asked & set(terms(sentence))) >= len(asked) for sentence in with_it)

    def _change(self, old: str, new: str, line: dict[str, Any]) -> Change:
        """Put one name for another everywhere, a first or last name alone too."""
        pairs = {old: new}
        parts = old.split(), new.split()
        if len(parts[0]) == len(parts[1]) > 1 and not any(self._common(word) for word in parts[0]):
            pairs |= dict(zip(*parts, strict=True))
        low = {one.lower(): other.lower() for one, other in pairs.items()}
        question = line["question"]
        return Change(
            _edits(question, low if question == question.lower() else pairs),
            _edits(line["text"], pairs),
            _edits(line["title"], pairs),
        )

    def _gone(self, old: str, line: dict[str, Any], change: Change) -> bool:
        """Tell whether a changed text holds nothing of the old name, and its answers are untouched."""
        if any(edit.start < end and start < edit.end for edit in change.text for start, end in line["answers"]):
            return False
        left = _words(edited(line["text"], change.text)) | _words(edited(line["title"], change.title))
        telling = [word for word in old.split() if not self._common(word)] or [old]
        return not any(_words(word) & left for word in telling)


@lru_cache(maxsize=65536)
def _words(text: str) -> frozenset[str]:
    return frozenset(words(text))


def _use(beside: str, place: int) -> str:
    """Return the word or mark beside a name, or its shape where it is no word that tells."""
    near = re.findall(r"['’]s\b|\w+|[^\w\s]", beside[:20] if place == 0 else beside[-20:])
    if not near:
        return ""
    word = near[place]
    if word.lower() in _USES or not word[0].isalnum():
        return str(word.lower().replace("’", "'"))
    if word[0].isdigit():
        return "1"
    return "A" if word[0].isupper() else "a-ed" if word.endswith("ed") else "a-s" if word.endswith("s") else "a"


def _abbreviates(one: str, other: str) -> bool:
    """Tell whether one name may be the other's initials, or begins as it does ("France", "Frank")."""
    initials = ["".join(word[0] for word in name.split()) for name in (one, other)]
    starts = [{word[:4].lower() for word in name.split()} for name in (one, other)]
    return one == initials[1] or other == initials[0] or bool(starts[0] & starts[1])


def _standing(name: str, text: str) -> list[re.Match[str]]:
    return list(re.finditer(rf"(?<![\w-]){re.escape(name)}(?![\w-])", text))


def _edits(text: str, pairs: dict[str, str]) -> tuple[Edit, ...]:
    """Return the edits that put each name's pair for it, the longest first; "an American" becomes "a Belgian"."""
    names = "|".join(re.escape(name) for name in sorted(pairs, key=lambda name: (-len(name), name)))
    made = []
    for match in re.finditer(rf"(?:\b([Aa]n?) )?(?<![\w-])({names})(?![\w-]|[.,]\d)", text):
        new = pairs[match[2]]
        if match[1]:
            article = match[1][0] + ("n" if new[0].lower() in "aeio" else "")
            made.append(Edit(match.start(), match.end(), f"{article} {new}"))
        else:
            made.append(Edit(match.start(2), match.end(2), new))
    return tuple(made)


def _near(number: str, rng: random.Random) -> str:
    """Return a number that might have stood there instead."""
    value = int(number.replace(",", ""))
    if _YEAR.fullmatch(number):
        other = value + rng.choice([-1, 1]) * rng.randint(1, 12)
        return str(other if other <= 2027 else value - rng.randint(1, 12))
    other = max(2, round(value * rng.choice([0.4, 0.5, 0.6, 0.7, 0.8, 1.2, 1.3, 1.5, 1.7, 2])) + rng.randint(0, 1))
    if value >= 100 and value % 10 == 0:
        other = round(other, -1)
    return f"{other:,}" if "," in number else str(other)


def reverse(line: dict[str, Any], sides: str, rng: random.Random) -> Change | None:
    """Make a question or its answering sentence say the opposite, by a word that both have or by a denial."""
    made = [*_opposed(line), *_denials(line, rng)]
    fitting = [
        change
        for change in made
        if sides == "question"
        or not any(edit.start <= end and start <= edit.end for edit in change.text for start, end in line["answers"])
    ]
    return rng.choice(fitting) if fitting else None


def _opposed(line: dict[str, Any]) -> Iterator[Change]:
    question, text = line["question"], line["text"]
    spans = [line["sentences"][n] for n in line["answer_sentences"]]
    for match in _OPPOSED.finditer(question):
        new, side = OPPOSITES[match[0]]
        told = [one for s, e in spans for one in _OPPOSED.finditer(text, s, e)]
        same = [one for one in told if OPPOSITES[one[0]][1] == side]
        others = " ".join(other for other, number in OPPOSITES.values() if number == side)
        against = {stem(word) for word in words(others)} - {"the", "than"}
        if not same or (against - {stem(word) for word in words(match[0])}) & {stem(word) for word in words(text)}:
            continue  # the text says both, so that it may answer either way
        edits = tuple(_with_article(text, one.start(), one.end(), OPPOSITES[one[0]][0]) for one in same)
        yield Change((_with_article(question, match.start(), match.end(), new),), edits)


def _with_article(text: str, start: int, end: int, new: str) -> Edit:
    before = re.search(r"\b([Aa])n? $", text[:start])
    if before and (text[start] in "aeiou") != (new[0] in "aeiou"):
        return Edit(before.start(), end, f"{before[1]}{'n' if new[0] in 'aeiou' else ''} {new}")
    return Edit(start, end, new)


def _denials(line: dict[str, Any], rng: random.Random) -> Iterator[Change]:
    """Deny a verb that the question and the answering sentence share: "was not elected", "did not accept"."""
    question, text = line["question"], line["text"]
    spans = [line["sentences"][n] for n in line["answer_sentences"]]
    if _DENIED.search(question) or any(_DENIED.search(text[s:e]) for s, e in spans):
        return
    no, did = rng.choice(["not", "not", "never"]), _DID.search(question)
    for verb in re.finditer(r"\b[a-z]{3,}\b", question):
        deny = Edit(verb.start(), verb.start(), f"{no} ")
        for start, end in spans:
            if did and did.end() + 2 < verb.start():
                denied = _not_done(verb[0], text, start, end, no)
            elif not did and _AUXILIARY.search(question[: verb.start()]):
                denied = _not_so(verb[0], text, start, end, no)
            else:
                denied = None
            if denied:
                yield Change((deny,), (denied,))
                return


def _not_done(verb: str, text: str, start: int, end: int, no: str) -> Edit | None:
    """Deny the past of a verb: "he accepted" becomes "he did not accept"."""
    if verb in STOP or verb.endswith(("ed", "ing", "s")):
        return None
    for told in re.finditer(rf"(?<=[\w,)] )(?:{'|'.join(_past(verb))})\b(?! by\b)", text[start:end]):
        last = (re.findall(r"[\w'’]+", text[start : start + told.start()]) or ["the"])[-1].lower()
        if last in _SUBJECTS or (last not in STOP and not last.endswith("ly")):  # not "the accepted", "was accepted"
            denied = f"never {told[0]}" if no == "never" else f"did not {verb}"
            return Edit(start + told.start(), start + told.end(), denied)
    return None


def _not_so(verb: str, text: str, start: int, end: int, no: str) -> Edit | None:
    """Deny a participle: "was elected" becomes "was not elected"."""
    if not verb.endswith("ed") and verb not in _PARTICIPLES:
        return None
    told = re.search(rf"{_AUXILIARY.pattern}(?:\w+ly )?{verb}\b", text[start:end], re.IGNORECASE)
    if not told:
        return None
    place = start + told.start() + len(told[1].split()[0]) + 1
    return Edit(place, place, f"{no} ")


def _past(verb: str) -> list[str]:
    if verb in _IRREGULAR:
        return [_IRREGULAR[verb]]
    if verb.endswith("e"):
        return [f"{verb}d"]
    return (
        [f"{verb[:-1]}ied"] if verb.endswith("y") and verb[-2] not in "aeiou" else [f"{verb}ed", f"{verb}{verb[-1]}ed"]
    )
