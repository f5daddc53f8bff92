"""Words of a question and of a sentence that are one, rule each other out, deny, or report.

Lists made by hand, for :mod:`rag.english.decide`: what is in none of them is taken for a word like any other.
"""

import re
from dataclasses import dataclass
from functools import lru_cache

from rag.text.numerals import SPELLED
from rag.text.terms import STOP, fold, root, stem
from rag.text.values import digits

_IRREGULAR = """
    arise arose arisen; be been; bear bore born borne; beat beaten; become became; begin began begun; bind bound;
    bite bit bitten; blow blew blown; break broke broken; bring brought; build built; burn burnt; buy bought; catch
    caught; choose chose chosen; come came; creep crept; deal dealt; die dying; dig dug; do done; draw drew drawn;
    drink drank drunk; drive drove driven; eat ate eaten; fall fell fallen; feed fed; feel felt; fight fought; find
    found; flee fled; fly flew flown; forbid forbade forbidden; forget forgot forgotten; forgive forgave forgiven;
    freeze froze frozen; get got gotten; give gave given; go went gone; grow grew grown; hang hung; have had has;
    hear heard; hide hid hidden; hold held; keep kept; know knew known; lay laid; lead led; leave left; lend lent;
    lie lay lain; lose lost; make made; mean meant; meet met; pay paid; ride rode ridden; ring rang rung; rise rose
    risen; run ran; say said; see saw seen; seek sought; sell sold; send sent; shake shook shaken; shoot shot; show
    shown; shrink shrank shrunk; sing sang sung; sink sank sunk; sit sat; sleep slept; slide slid; speak spoke
    spoken; spend spent; spin spun; stand stood; steal stole stolen; stick stuck; strike struck; swear swore sworn;
    sweep swept; swim swam swum; take took taken; teach taught; tear tore torn; tell told; think thought; throw
    threw thrown; undergo underwent undergone; understand understood; wake woke woken; wear wore worn; weave wove
    woven; win won; wind wound; withdraw withdrew withdrawn; write wrote written
"""
IRREGULAR = {form: verb for verb, *forms in (line.split() for line in _IRREGULAR.split(";")) for form in forms}
"""A form of an irregular verb to its infinitive. "found" is "find" here, not "establish"."""

BE = frozenset("is are was were be been being 's".split())
HELPERS = BE | frozenset("has have had do does did having".split())
MODALS = frozenset("can could will would shall should may might must wo ca".split())
ADVERBS = frozenset(
    "also already still then now later soon again once since just first finally eventually even ever thus "
    "officially formally indeed longer".split()
)
CLAUSE = frozenset(
    "that which who whom whose and or but because although though while when where whereas if whether before after "
    "until unless as than like so for by of with without from to against about".split()
)
PREPOSITIONS = frozenset("of by for with without to from against in on at into about under near than like".split())
PRONOUNS = frozenset("he she it they".split())
NEGATIONS = frozenset("not n't never no neither nor without none nobody nothing cannot hardly barely scarcely".split())
REFUSALS = frozenset("refuse decline fail neglect omit".split())
"""These say no of the verb that follows with "to"."""
STRICT = frozenset(
    "all only both every each most more less few fewer before after under over above below until same own some any "
    "again first last other another alone".split()
)
"""Stop words that change what is asked: the sentence must have them too."""
LOOSE = frozenset("any some there ever actually really indeed true case fact happen yet still also".split())
HEDGES = frozenset(
    """
    may might could would should shall can will must if unless whether perhaps maybe possibly probably likely
    unlikely apparently reportedly allegedly supposedly purportedly presumably seemingly almost nearly virtually
    partly partially say tell claim alleg accus report believ think thought suggest argu insist warn hope want wish
    expect plan threaten propos consid consider intend promis vow offer tri try attempt seek urg demand deni predict
    project estim assum suppos doubt fear rumor rumour idea belief feel felt seem appear agre agree decid aim prepar
    vote call question ask pretend dream imagin fake fals myth legend fiction novel film hypothet potenti propose
    proposal pledge pledg await yet rule suspect speculat conclud reckon deem accord hint signal forecast anticip
    near about attempt contend assert maintain declar announc state deny denial
    """.split()
)
"""Words, stemmed or not, of a sentence that reports, supposes or intends."""
ROUGH = frozenset(
    "about around nearly almost roughly approximately least most than over under up some estimated".split()
)
ONCE = frozenset(
    "born bear die found establish begin start end open launch build kill assassin sign marri creat".split()
)
"""What happens once: another year is a "no"."""
MONTHS = frozenset(
    "january february march april may june july august september october november december monday tuesday wednesday "
    "thursday friday saturday sunday".split()
)
GEOGRAPHY = frozenset(
    "north south east west northern southern eastern western new anti non ex former fake late pro".split()
)

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
"""Words of which one rules the other out, of one thing at one time; :data:`rag.english.polarity.OPPOSITES` has
others."""


def key(word: str) -> str:
    """Return what the forms of a folded word have in common: its stem, or that of an irregular verb's infinitive."""
    return stem(IRREGULAR.get(word, word))


GROUPS: dict[str, set[int]] = {}
for _number, _line in enumerate(_SAME):
    for _word in _line.split():
        GROUPS.setdefault(key(_word), set()).add(_number)
REVERSE: dict[str, set[str]] = {}
for _line in _AGAINST:
    _left, _right = ({key(_word) for _word in _side.split()} for _side in _line.split("|"))
    for _one, _other in ((_left, _right), (_right, _left)):
        for _word in _one:
            REVERSE.setdefault(_word, set()).update(_other)

_TOKEN = re.compile(
    r"n't\b|(?:[^\W\d_]\.){2,}|(?<!\w)-?\d+(?:\.\d+)?(?:st|nd|rd|th|s)?(?!\w)|\d+|[^\W\d_]+?(?=n't\b)|'s\b|[^\W_]+"
    r"|[,;:()?!—–\"“”]"
)
_MARK = re.compile(r"\W+")
_FULL = tuple(
    (re.compile(pattern, re.IGNORECASE), full)
    for pattern, full in ((r"\bcannot\b", "can not"), (r"\bwon't\b", "will n't"), (r"\bno longer\b", "not longer"))
)


@dataclass(frozen=True, slots=True)
class Token:
    """A word or a sign."""

    text: str
    key: str
    name: bool
    """Written with a capital inside the sentence."""
    number: bool

    @property
    def content(self) -> bool:
        """Whether it is a word that says something by itself."""
        return not _MARK.fullmatch(self.text) and self.text != "n't" and self.text not in STOP and self.text != "'s"


@lru_cache(maxsize=4096)
def tokens(text: str) -> tuple[Token, ...]:
    """Return the words and signs of a text, "n't" by itself, and numbers by value: "2.5 million" is one word."""
    plain = digits(text.replace("’", "'"))
    for pattern, full in _FULL:
        plain = pattern.sub(full, plain)
    found = []
    for match in _TOKEN.finditer(plain):
        word = fold(match[0])
        number = word.lstrip("-")[:1].isdigit()
        if not number:
            word = SPELLED.get(word) or (word if word == "'s" else word.replace(".", "")) or word
        if match[0].isupper() and len(word) > 1 and word in STOP:  # "WHO", "US"
            word = word.upper()
        found.append(Token(word, key(word), match[0][0].isupper() and match.start() > 0, number or word[0].isdigit()))
    return tuple(found)


def is_date(token: Token) -> bool:
    """Tell whether a word is a year, a month or a day of the week."""
    year = token.number and re.fullmatch(r"1\d{3}|20\d\d", token.text)
    return bool(year) or (token.text in MONTHS and token.name)


def meets(word: Token, token: Token) -> bool:
    """Tell whether two words are forms of one, or say the same."""
    if word.number or token.number:
        return word.text == token.text
    if word.key == token.key or (GROUPS.get(word.key, set()) & GROUPS.get(token.key, set())):
        return True
    return word.name and len(word.text) > 3 and root(word.text) == root(token.text)
