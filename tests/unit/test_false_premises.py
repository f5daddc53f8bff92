"""Questions of yes or no that take something false for granted: what code says to them, and how often that is wrong."""

from collections.abc import Iterator
from itertools import product

import pytest

from rag.documents.split import sentences
from rag.reading.selection import verdict_of
from rag.schema import Evidence, Passage, Sentence

Case = tuple[str, str, str]
"""A text, a question, and what is right: ``yes``, ``no``, or ``-`` where the text leaves it open."""

NUMBERS = (
    ("1.5 percent", "15 percent", "150 percent", "0.15 percent", "1.5 million"),
    ("thirty-two", "two", "thirty", "320", "23"),
    ("5 billion dollars", "5 dollars", "5 million dollars", "50 billion dollars", "5 billion euros"),
    ("2,400", "24", "240", "2.4", "24,000"),
)
NUMBERED = (
    ("In May food prices rose {} in Faro.", "Did food prices rise {} in May?"),
    ("The storm killed {} men on the coast.", "Did the storm kill {} men?"),
    ("The firm earned {} in May.", "Did the firm earn {}?"),
    ("The museum bought {} paintings in spring.", "Did the museum buy {} paintings?"),
)


def numbers() -> Iterator[Case]:
    for (said, *others), (text, question) in zip(NUMBERS, NUMBERED, strict=True):
        for other in others:
            yield text.format(said), question.format(other), "no"
            yield f"{text.format(said)} Ana Pinto told of it.", question.format(f"more than {other}"), "?"
    for said, asked in product(("about 40", "nearly 40", "at least 40", "up to 40"), ("40", "exactly 40")):
        yield f"The union has {said} members in Faro.", f"Does the union have {asked} members?", "-"
    for said, asked in product(("12 km", "12 tonnes"), ("12 miles", "12 metres", "12 kilos", "12 feet")):
        yield f"The pier is {said} long.", f"Is the pier {asked} long?", "no"


NAMES = ("Ana Silva", "Ben Costa", "Faro Water", "Theresa May", "North Korea", "NATO")
DEEDS = (
    ("signed the treaty", "sign the treaty"),
    ("bought the port", "buy the port"),
    ("left the talks", "leave the talks"),
)


def names() -> Iterator[Case]:
    for (one, other), (past, verb) in product(zip(NAMES, NAMES[1:] + NAMES[:1], strict=True), DEEDS):
        yield f"{one} {past} in 2019.", f"Did {other} {verb}?", "-"
    for past, verb in DEEDS:
        yield f"Ana Silva {past}, but Ben Costa did not.", f"Did Ben Costa {verb}?", "no"
        yield f"The rival of Ana Silva {past}.", f"Did Ana Silva {verb}?", "-"
        yield f"South Korea {past}.", f"Did North Korea {verb}?", "-"
        yield f"Ana Silva's brother {past}.", f"Did Ana Silva {verb}?", "-"


DENIED = (
    "{who} did not {verb} {what}.",
    "{who} never {past} {what}.",
    "{who} refused to {verb} {what}.",
    "{who} failed to {verb} {what}.",
    "{who} hardly {past} {what}.",
    "{who} {past} nothing.",
    "Nobody {past} {what}.",
    "It is false that {who} {past} {what}.",
    "{who} denied that she {past} {what}.",
    "{who} was accused of having {past} {what}.",
    "{who} will {verb} {what} if the council agrees.",
    "{who} would have {past} {what} without the strike.",
)
DONE = (
    ("win", "won", "the prize"),
    ("sell", "sold", "the ferry"),
    ("lose", "lost", "the vote"),
    ("find", "found", "the ring"),
)


def negations() -> Iterator[Case]:
    for form, (verb, past, what) in product(DENIED, DONE):
        text = form.format(who="Ana Silva", verb=verb, past=past, what=what)
        yield text, f"Did Ana Silva {verb} {what}?", "not yes"
    for verb, past, _ in DONE:
        yield f"Ana Silva {past} nothing.", f"Did Ana Silva {verb} anything?", "no"
        yield f"Nobody {past} anything.", f"Did anybody {verb} anything?", "no"
        yield f"Ana Silva never {past}.", f"Did Ana Silva ever {verb}?", "no"
        yield f"Ana Silva {past} twice.", f"Did Ana Silva never {verb}?", "not yes"


PARTS = ("Some", "Most", "Few", "Half of the", "None of the", "Not all", "Many", "Several")
WHOLES = ("all the", "every one of the", "only the", "both", "none of the")


def quantifiers() -> Iterator[Case]:
    for part, whole in product(PARTS, WHOLES):
        right = "?" if (part, whole) in {("None of the", "none of the"), ("Few", "none of the")} else "not yes"
        yield f"{part} members paid the fee.", f"Did {whole} members pay the fee?", right
    for part in PARTS[2:6]:
        yield f"{part} members paid the fee.", "Did the members pay the fee?", "not yes"
    yield "Only Ana Silva paid the fee.", "Did Ben Costa pay the fee?", "not yes"
    yield "Everyone but Ana Silva paid the fee.", "Did Ana Silva pay the fee?", "not yes"
    yield "Everyone except Ana Silva paid the fee.", "Did everyone pay the fee?", "not yes"
    yield "The first members paid the fee.", "Did the last members pay the fee?", "not yes"


OTHERS = """
Ana Silva paid Ben Costa 5 euros. | Did Ben Costa pay Ana Silva 5 euros? | not yes
The union sued the port. | Did the port sue the union? | not yes
The union was sued by the port. | Did the union sue the port? | not yes
The bridge opened in 1962. | Did the bridge open in 1964? | no
The bridge opened in May 1962. | Did the bridge open in June 1962? | no
The bridge opened on 3 May 1962. | Did the bridge open on 4 May 1962? | no
The bridge opened on Monday. | Did the bridge open on Tuesday? | not yes
The bridge opened after the war. | Did the bridge open before the war? | no
Faro is smaller than Porto. | Is Faro larger than Porto? | no
Faro is smaller than Porto. | Is Porto smaller than Faro? | no
Faro is the second largest port. | Is Faro the largest port? | not yes
Faro was the largest port until 1990. | Is Faro the largest port? | not yes
Ana Silva was the first woman to win the prize. | Was Ben Costa the first woman to win the prize? | not yes
Ana Silva is the mayor of Faro. | Is Ben Costa the mayor of Faro? | not yes
Ana Silva is the mayor of Faro. | Is Ana Silva the mayor of Porto? | not yes
Ana Silva was the mayor of Faro until 2019. | Is Ana Silva the mayor of Faro? | not yes
The deputy of Ana Silva is the mayor of Faro. | Is Ana Silva the mayor of Faro? | not yes
Exports rose while imports fell. | Did imports rise? | not yes
Exports rose and imports fell. | Did exports fall? | no
Exports rose, imports fell. | Did imports rise? | no
The plan was approved by the council, not by the court. | Was the plan approved by the court? | not yes
The court did not approve the plan; the council did. | Did the court approve the plan? | no
The court approved the plan of the union. | Did the union approve the plan? | not yes
The ferry runs on all days except Sundays. | Does the ferry run on Sundays? | not yes
The ferry runs on weekdays only. | Does the ferry run on Sundays? | not yes
Without the ferry the island would be empty. | Is the island empty? | not yes
There is no bridge to the island. | Is there a bridge to the island? | not yes
The island has no bridge. | Does the island have a bridge? | no
The firm has fewer than 40 members. | Does the firm have 50 members? | no
The firm has between 40 and 50 members. | Does the firm have 60 members? | not yes
The price fell from 5 euros to 3 euros. | Did the price rise from 3 euros to 5 euros? | no
The price fell to 3 euros. | Did the price fall by 3 euros? | not yes
The price fell by 3 percent. | Did the price fall by 3 percentage points? | not yes
The price rose threefold. | Did the price rise 3 percent? | not yes
Two of the five ships sank. | Did five ships sink? | not yes
Two of the five ships sank. | Did all five ships sink? | not yes
Of 32 men, two were killed. | Were 32 men killed? | not yes
32 men were hurt and two were killed. | Were 32 men killed? | not yes
The firm lost 5 million euros in 2020 and earned 3 million in 2021. | Did the firm earn 5 million euros? | not yes
The firm lost 5 million euros in 2020 and earned 3 in 2021. | Did the firm lose 5 million euros in 2021? | not yes
Ana Silva was cleared of stealing the ring. | Did Ana Silva steal the ring? | not yes
Ana Silva tried to sell the ferry. | Did Ana Silva sell the ferry? | not yes
Ana Silva nearly won the prize. | Did Ana Silva win the prize? | not yes
Ana Silva was nominated for the prize. | Did Ana Silva win the prize? | not yes
Ana Silva came second in the race. | Did Ana Silva come first in the race? | not yes
Few believed Ana Silva. | Did everybody believe Ana Silva? | not yes
Not a single member paid the fee. | Did a single member pay the fee? | not yes
No member paid the fee. | Did a member pay the fee? | no
Neither Ana Silva nor Ben Costa paid the fee. | Did Ben Costa pay the fee? | no
Neither Ana Silva nor Ben Costa paid the fee. | Did Ana Silva pay the fee? | no
Ana Silva paid neither the fee nor the fine. | Did Ana Silva pay the fee? | no
Ana Silva paid the fee, but not the fine. | Did Ana Silva pay the fine? | not yes
Ana Silva paid the fee instead of the fine. | Did Ana Silva pay the fine? | not yes
Ana Silva rather than Ben Costa paid the fee. | Did Ben Costa pay the fee? | not yes
Unlike Ana Silva, Ben Costa paid the fee. | Did Ana Silva pay the fee? | not yes
All but two members paid the fee. | Did all members pay the fee? | not yes
All but two members paid the fee. | Did two members pay the fee? | not yes
At most 40 members paid the fee. | Did at least 40 members pay the fee? | not yes
The members have yet to pay the fee. | Have the members paid the fee? | not yes
The members stopped paying the fee. | Do the members pay the fee? | not yes
The fee is no longer 5 euros. | Is the fee 5 euros? | no
The fee is not 5 but 6 euros. | Is the fee 5 euros? | no
The tower is 300 feet high. | Is the tower 300 metres high? | no
The tower weighs 300 tonnes. | Does the tower weigh 300 kilograms? | no
The loan is 5 thousand euros. | Is the loan 5 million euros? | no
Doctors said the drug was unsafe. | Is the drug safe? | not yes
The drug is unsafe. | Is the drug safe? | no
The talks ended without a deal. | Did the talks end with a deal? | no
The minister ruled out a tax. | Did the minister announce a tax? | not yes
Cuba, not Haiti, signed the treaty. | Did Haiti sign the treaty? | not yes
Cuba signed the treaty before Haiti. | Did Haiti sign the treaty before Cuba? | not yes
He won nothing. | Did he win anything? | no
Ana Silva has won nothing. | Has Ana Silva won anything? | no
Ana Silva left with nothing. | Did Ana Silva leave with anything? | not yes
"""


def others() -> Iterator[Case]:
    for line in OTHERS.strip().splitlines():
        text, question, right = line.split(" | ")
        yield text, question, right


KINDS = {"numbers": numbers, "names": names, "negations": negations, "quantifiers": quantifiers, "others": others}
MOST_WRONG = 3
"""Of a hundred, in each kind."""
LEAST = 25
"""Questions of a kind: more than a hundred together."""


def said(text: str, question: str) -> str:
    spans = tuple(sentences(text))
    passage = Passage("a.md", 0, len(text), text, spans)
    found = {
        verdict_of(question, Evidence(passage, Sentence(*span), 1.0)) for span in ((s.start, s.end) for s in spans)
    }
    found -= {None}
    return str(found.pop()) if len(found) == 1 else "-"


def wrong(case: Case) -> bool:
    text, question, right = case
    got = said(text, question)
    if right == "?":
        return False
    return got == "yes" if right in ("no", "not yes") else got != "-"


@pytest.mark.parametrize("kind", KINDS)
def test_what_is_false_gets_no_yes(kind: str) -> None:
    cases = list(KINDS[kind]())
    faults = [
        f"{text} {question} {said(text, question)}" for text, question, right in cases if wrong((text, question, right))
    ]
    assert len(faults) * 100 <= MOST_WRONG * len(cases), "\n".join(faults)
    assert len(cases) >= LEAST


DECIDED = """
Ana Silva won nothing. | Did Ana Silva win anything? | no
The firm has sold nothing. | Has the firm sold anything? | no
The firm has sold nothing but ships. | Has the firm sold anything? | -
The bridge opened in May 1962. | Did the bridge open in June 1962? | no
The bridge opened on Monday. | Did the bridge open on Tuesday? | -
Faro is the second largest port. | Is Faro the second largest port? | yes
The price rose by 3 euros. | Did the price rise 3 euros? | yes
The price rose to 3 euros. | Did the price rise to 3 euros? | yes
The firm earned 5 million euros in 2021 and lost 3 million in 2020. | Did the firm earn 5 million euros in 2021? | yes
"""


@pytest.mark.parametrize("case", DECIDED.strip().splitlines())
def test_what_is_said_in_so_many_words_is_decided(case: str) -> None:
    text, question, right = case.split(" | ")
    assert said(text, question) == right


def test_what_is_true_still_gets_its_yes() -> None:
    for (value, *_), (text, question) in zip(NUMBERS, NUMBERED, strict=True):
        assert said(text.format(value), question.format(value)) == "yes"
    for past, verb in DEEDS:
        assert said(f"Ana Silva {past} in 2019.", f"Did Ana Silva {verb}?") == "yes"
