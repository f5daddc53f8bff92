"""The words of English that rules know: closed classes, the calendar, verb forms, opposites, and what hedges or denies.

Each list stands here once. What is in none of them is taken for a word like any other.
"""

from rag.text.dates import MONTH_NAMES, WEEKDAYS
from rag.text.terms import stem

# Closed classes

COPULA = "is|are|was|were"
"""For a regular expression, as the two that follow."""
AUXILIARY = rf"(?:{COPULA}|do|does|did|has|have|had|can|could|will|would|should|shall|must|may|might)"
WH = "(?:who|whom|whose|what|which|when|where|why|how)"
COPULAS = frozenset(COPULA.split("|"))
BE = COPULAS | frozenset("be been being 's".split())
HELPERS = BE | frozenset("has have had do does did having".split())
MODALS = frozenset("can could will would shall should may might must wo ca".split())
PRONOUNS = frozenset("he she it they".split())
DETERMINERS = frozenset("the a an this that these those any some no every each another all both".split())
POSSESSIVES = frozenset("my your his her its our their whose".split())
PREPOSITIONS = frozenset(
    """
    of in on at by for from to with without about into onto over under after before during between among against
    through since until till toward towards upon within across near behind beyond despite aboard around along as
    like than off out up down versus per amid via
    """.split()
)
CLAUSE = frozenset(
    "that which who whom whose and or but because although though while when where whereas if whether before after "
    "until unless as than like so for by of with without from to against about".split()
)
"""What may start a clause or a phrase."""
ADVERBS = frozenset(
    "also already still then now later soon again once since just first finally eventually even ever thus "
    "officially formally indeed longer".split()
)
CALENDAR = frozenset((*MONTH_NAMES, *WEEKDAYS))
RANKS = "first second third fourth fifth".split()

# Denials, bounds and hedges

SCARCELY = frozenset("hardly barely scarcely rarely seldom".split())
NEGATIONS = SCARCELY | frozenset("not n't never no neither nor without none nobody nothing nowhere cannot".split())
REFUSALS = frozenset("refuse decline fail neglect omit".split())
"""These say no of the verb that follows with "to"."""
STRICT = frozenset(
    "all only both every each most more less few fewer before after under over above below until same own some any "
    "again first last other another alone than against".split()
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
GEOGRAPHY = frozenset(
    "north south east west northern southern eastern western new anti non ex former fake late pro".split()
)

# Verbs

_IRREGULAR = """
    arise arose arisen; bear bore born borne; beat beat beaten; become became become; begin began begun; bind bound
    bite bit bitten; blow blew blown; break broke broken; bring brought; build built; burn burnt; buy bought
    catch caught; choose chose chosen; come came come; creep crept; deal dealt; dig dug; draw drew drawn
    drink drank drunk; drive drove driven; eat ate eaten; fall fell fallen; feed fed; feel felt; fight fought
    find found; flee fled; fly flew flown; forbid forbade forbidden; forget forgot forgotten; forgive forgave forgiven
    freeze froze frozen; get got gotten; give gave given; go went gone; grow grew grown; hang hung; hear heard
    hide hid hidden; hold held; keep kept; know knew known; lay laid; lead led; leave left; lend lent; lie lay lain
    lose lost; make made; mean meant; meet met; pay paid; ride rode ridden; ring rang rung; rise rose risen
    run ran run; say said; see saw seen; seek sought; sell sold; send sent; shake shook shaken; shoot shot
    show showed shown; shrink shrank shrunk; sing sang sung; sink sank sunk; sit sat; sleep slept; slide slid
    speak spoke spoken; spend spent; spin spun; stand stood; steal stole stolen; stick stuck; strike struck
    swear swore sworn; sweep swept; swim swam swum; take took taken; teach taught; tear tore torn; tell told
    think thought; throw threw thrown; undergo underwent undergone; understand understood; wake woke woken
    wear wore worn; weave wove woven; win won; wind wound; withdraw withdrew withdrawn; write wrote written
"""
"""Infinitive, past, and the participle where it is another; the stemmer takes all other verbs.

lemminflect 0.2.3 gives the same forms of 93 of these 97 verbs. It would add a dependency and 0.2 s to every start.
"""
UNCHANGED = frozenset("put cut hit let set shut cost hurt quit split spread beat bet read".split())
"""Verbs whose past is their infinitive."""


def _lines(text: str) -> list[str]:
    return text.strip().replace("\n", ";").split(";")


_PARTS = [line.split() for line in _lines(_IRREGULAR)]
PARTICIPLE = {past: participle for _, past, *more in _PARTS for participle in (more or [past])}
"""The past of an irregular verb to its participle."""
PAST = frozenset(PARTICIPLE)
INFINITIVE = {form: verb for verb, *forms in _PARTS for form in forms if form != verb}
"""A form of an irregular verb to its infinitive. "found" is "find" here, not "establish"."""
PARTICIPLES = frozenset(PARTICIPLE.values()) & INFINITIVE.keys() | {"born"}
INFINITIVE |= {"been": "be", "dying": "die", "done": "do", "had": "have", "has": "have"}


def key(word: str) -> str:
    """Return what the forms of a folded word have in common: its stem, or that of an irregular verb's infinitive."""
    return stem(INFINITIVE.get(word, word))


# What says the same, or rules the other out

_SAME = """
    buy purchase acquire; begin start commence; end finish conclude; reject refuse decline; big large; author writer
    film movie; kill murder; marry wed; choose select; assist help aid; attorney lawyer; physician doctor; vehicle car
    firm company; approve ok; rise increase climb; fall decrease drop decline
"""
_EXCLUSIVE = """
    accept approve endorse | reject refuse decline oppose; win | lose; support favor favour back endorse | oppose
    rise increase climb grow | fall decrease drop decline shrink; include | exclude; legal lawful | illegal unlawful
    constitutional | unconstitutional; true | false; possible | impossible; guilty | innocent; alive | dead
    active | inactive; public | private; succeed success | fail failure; successful | unsuccessful; safe | unsafe
    strengthen | weaken; allow permit | forbid ban prohibit; major | minor; pass | fail; present | absent
    raise | lower; double | halve
"""
_CONTRARY = """
    accept approve agree allow permit | reject refuse deny decline oppose forbid ban prohibit; north | south
    rise increase grow gain expand | fall decrease decline drop shrink reduce; east | west; strong | weak
    start begin open launch | end stop close finish cease; more most many | fewer few less least; import | export
    support favor favour back endorse praise | oppose criticize criticise condemn attack; rich | poor
    major large big high | minor small low; include contain | exclude lack; join enter arrive | leave exit depart
    confirm admit | deny; old | young new; early | late; friend ally | enemy; build create | destroy; peace | war
    remember | forget; love like | hate dislike; appear | disappear; free release | capture arrest imprison
"""


def _against(*tables: str) -> dict[str, frozenset[str]]:
    found: dict[str, set[str]] = {}
    for line in (line for table in tables for line in _lines(table)):
        left, right = ({key(word) for word in side.split()} for side in line.split("|"))
        for one, other in ((left, right), (right, left)):
            for word in one:
                found.setdefault(word, set()).update(other)
    return {word: frozenset(others) for word, others in found.items()}


SYNONYMS: dict[str, set[int]] = {}
"""The key of a word to the numbers of the groups of words that say the same."""
for _number, _line in enumerate(_lines(_SAME)):
    for _word in _line.split():
        SYNONYMS.setdefault(key(_word), set()).add(_number)
EXCLUSIVE = _against(_EXCLUSIVE)
"""The key of a word to those of which it rules each out, of one thing at one time."""
OPPOSITES = _against(_EXCLUSIVE, _CONTRARY)
"""The key of a word to those of all its opposites: both may be said of one thing, though seldom in one breath."""
