"""What is said to the tool rather than asked of the sources: greetings, questions about itself, "summarise it".

Read from the words alone, and only where all of them are accounted for: "What is the article about?" is one of these,
"What is the article about Rubio about?" is a question.
"""

import re
from collections.abc import Sequence
from typing import Literal

from rag.english.vocabulary import AUXILIARY, WH
from rag.schema import Turn
from rag.text.numerals import SPELLED
from rag.text.terms import fold

Kind = Literal["greeting", "thanks", "goodbye", "tool", "documents", "about", "summary"]

MOST_CHARS = 200
"""Whoever writes more than this is asking something."""

_ASK = "Every line of an answer is backed by a quote, and where there is no answer you are told so."
MESSAGES: dict[Kind, str] = {
    "greeting": f"Hello. Ask what {{sources}}. {_ASK}",
    "thanks": "You are welcome. Ask on.",
    "goodbye": "Goodbye.",
    "tool": (
        f"This is Quoteline: it tells what {{sources}}. {_ASK} "
        "Ask who, what, when, where, why or how many; or ask for a summary, or which documents there are."
    ),
    "documents": "There {are} {count}{stop}",
}
"""What is replied; ``{sources}`` and the like are filled in by :func:`message`."""
MOST_TITLES = 10
TITLE_CHARS = 90

_HELLO = (
    r"(?:hello|hi|hey|hiya|howdy|greetings|good (?:morning|afternoon|evening|day)|nice to meet you)"
    r"(?: (?:there|all|everyone|everybody|again|folks|quoteline|bot|friend))*"
    r"|how are you(?: doing)?(?: today)?|how(?:'s| is) it going|how do you do|what'?s up"
)
_THANKS = (
    r"(?:many |ok |okay |great |cool )?(?:thanks|thank you|thx|cheers)"
    r"(?: (?:you|a lot|a million|so much|very much|again|for (?:that|this|your help|the answer|everything)))*"
    r"|much appreciated|(?:ok|okay|great|cool|nice|perfect|awesome|excellent|wonderful|got it|i see|understood"
    r"|well done|good job|that'?s (?:all|great|helpful|it|enough)|that (?:helps|helped|was helpful|is all))"
)
_GOODBYE = (
    r"(?:good ?bye|bye|farewell|see you(?: (?:later|soon|tomorrow|around))?|good ?night|take care"
    r"|have a (?:nice|good|great) (?:day|evening|weekend|one))(?: (?:now|then|all|everyone))*"
)
_POLITE: list[tuple[Kind, re.Pattern[str]]] = [
    ("goodbye", re.compile(_GOODBYE)),
    ("thanks", re.compile(_THANKS)),
    ("greeting", re.compile(_HELLO)),
]
_PHRASES = re.compile(rf"(?:(?:{_GOODBYE}|{_THANKS}|{_HELLO})(?:\s|$))+")

_NOUN = r"(?:article|text|document|doc|file|story|page|report|paper|source|collection|corpus|folder|piece)s?"
_ALL = rf"(?:(?:this|that|the|these|those|all|your|my|all the|all of the|all these)(?: (?:whole|entire|news))* {_NOUN})"
_WHOLE = rf"(?:{_ALL}|it all|everything|all of (?:it|them|this)|all this)"
_POINTED = r"(?:it|this|that|them|these)"
_OF = rf"(?: (?:of|for|from|in|about) (?:{_WHOLE}|{_POINTED}))?"
_SHORT = r"(?:(?:very |really )?(?:short|brief|quick|concise|simple|general|good|one sentence|short and simple) )*"
_SUMMARY = r"(?:summary|overview|synopsis|recap|gist|tl ?dr|digest|short version|main (?:idea|ideas|point|points))"
_COUNT = (
    rf" in (?P<count>\d|{'|'.join(SPELLED)}|an?|a few|few|some) (?:short )?(?:bullet )?(?:sentences?|lines?|points?)"
)
_LENGTH = rf"(?:{_COUNT.replace('?P<count>', '?:')}| in (?:brief|short))?"
_KEY = r"(?:main|key|most important|major|important|central)"
_POINTS = r"(?:points?|ideas?|facts?|takeaways?|findings?|topics?|messages?|themes?|conclusions?|arguments?)"

_LISTED = r"(?:all )?(?:the |your |all the )?(?:available |indexed )?(?:documents|sources|files|articles|titles)"
_TOPIC = r"(?:topics?|subjects?|themes?|gist)"
_GIVE = r"(?:give|write|show|provide|make|get|tell|i want|i need|i would like|i'd like)(?: (?:me|us))?"

_SAID: dict[Kind, tuple[str, ...]] = {
    "tool": (
        r"help(?: me)?|(?:can|could) you help(?: me)?|i need (?:some )?help",
        r"what (?:can|do|could) you do(?: for me)?|what are you able to do|what are your (?:skills|abilities)",
        r"what (?:else )?(?:can|could|should|may|do) i ask(?: you)?(?: (?:about|here))?",
        r"what (?:kinds? of |sorts? of )?(?:questions|things) (?:can|could|should|may) i ask(?: you)?",
        r"what (?:can|could) you (?:help (?:me )?with|tell me|answer)",
        r"(?:who|what) (?:are|r) you(?: exactly)?|what(?:'s| is) your name|are you (?:there|real|human)",
        r"are you (?:an? )?(?:ai|bot|chat ?bot|robot|human|person|chatgpt|language model|llm|machine)",
        r"who (?:made|built|created|wrote|programmed|developed) you|(?:tell me|say something) about yourself",
        r"how (?:does|do) (?:this|you)(?: (?:tool|app|program|page|site|chat|bot|thing))? work",
        r"how (?:do|can|should) i (?:use|ask|talk to) (?:you|this(?: (?:tool|app|program|page))?)",
        r"what(?:'s| is) this (?:tool|app|application|program|site|bot|chat)(?: for| about)?",
        r"(?:give me|show me|suggest|list) (?:some |a few |me some )?(?:example |sample |suggested )?questions",
    ),
    "documents": (
        rf"(?:what|which|how many) (?:kinds? of )?{_NOUN} (?:do|did) you (?:have|know|use|hold|read|search|see)",
        rf"(?:what|which|how many) {_NOUN} (?:have you (?:got|read|loaded|indexed)|are you using)",
        rf"(?:what|which|how many) {_NOUN} (?:can you (?:read|search|see|access|use)|are (?:available|indexed|here))",
        r"(?:what|which|how many) (?:documents|sources|files) are there|what have you read",
        rf"(?:list|show|show me|name|give me|tell me|what are|which are) {_LISTED}",
    ),
    "about": (
        rf"what(?:'s| is| are| was) {_ALL}(?: all)? about|what about is {_ALL}",
        rf"what (?:do|does|did) {_ALL} (?:say|talk about|cover|discuss|describe|contain|deal with|tell us)",
        rf"what(?:'s| is| are) (?:the )?(?:{_KEY} )?{_TOPIC} (?:of|in) {_WHOLE}|what are the {_KEY} {_TOPIC}",
        rf"tell me (?:what {_ALL} (?:is|are) about|(?:more |something )?about {_ALL})",
    ),
    "summary": (
        rf"(?:{_GIVE} )?(?:an? |the |your )?{_SHORT}{_SUMMARY}{_OF}{_LENGTH}",
        rf"(?:summari[sz]e|recap|sum up)(?: {_WHOLE}| {_POINTED}| the {_KEY} {_POINTS}{_OF})?(?: for me)?{_LENGTH}",
        rf"sum (?:it|this|that|them|everything) (?:all )?up(?: for me)?{_LENGTH}|in (?:short|brief|a nutshell)",
        rf"what(?:'s| is| are| were) (?:the |its |their )?{_KEY} {_POINTS}{_OF}",
        rf"(?:(?:give|tell|show|list)(?: me)? )?(?:the )?{_KEY} {_POINTS}{_OF}{_LENGTH}",
        rf"what(?:'s| is) (?:the |a )?{_SHORT}{_SUMMARY}{_OF}",
    ),
}
_SAID_FIRST: dict[Kind, tuple[str, ...]] = {
    "tool": (r"how (?:does it work|do i use it)|what(?:'s| is) this",),
    "about": (rf"what(?:'s| is| are) (?:(?:{_POINTED}|they)(?: all)? about|the {_TOPIC})",),
}
"""What is said to the tool only where nothing came before: later, "it" may be anything."""
_ALWAYS, _AT_FIRST = (
    [(kind, re.compile("|".join(f"(?:{said})" for said in all_said))) for kind, all_said in table.items()]
    for table in (_SAID, _SAID_FIRST)
)

_COURTESY = re.compile(
    r"^(?:(?:please|kindly|so|ok|okay|now|well|and|(?:can|could|would|will) you(?: please)?) )+|(?: please| now)+$"
)
_OPENING = re.compile(
    r"\s*(?:(?:hello|hi|hey|hiya|howdy|greetings|good (?:morning|afternoon|evening|day)|thanks|thank you|great|cool|ok"
    r"|okay)(?: (?:there|all|everyone|again|a lot|so much|very much|for that))?(?P<stop>\s*[,.!;:–—-]+)?\s+)+"
    r"(?:please,?\s+)?(?P<rest>.+)",
    re.IGNORECASE | re.DOTALL,
)
_WH = rf"{WH}(?:'s|’s)?\b"
_ASKS = re.compile(
    rf"(?:(?:and|but|so|now|then|also),?\s+)?(?:{_WH}|{AUXILIARY}\s+(?!an?\b)\w+|(?:tell|give|list|name|explain|describe|show|summari[sz]e)\b)",
    re.IGNORECASE,
)
_ASKS_AT_ONCE = re.compile(rf"{_WH}\s+(?:{AUXILIARY}|many|much|long)\b", re.IGNORECASE)


def kind(text: str, history: Sequence[Turn] = ()) -> Kind | None:
    """Return what is said to the tool; None for a question of the sources.

    Args:
        text: as it was typed.
        history: earlier turns that asked something (:func:`asking`): "What is it about?" asks for the sources only
            where none did.

    >>> kind("Hi there!"), kind("What's this article about?"), kind("tl;dr"), kind("What is the Summary Act about?")
    ('greeting', 'about', 'summary', None)
    """
    said = _plain(without_greeting(text))
    if not said:
        return None
    if _PHRASES.fullmatch(said):
        return next(kind for kind, phrase in _POLITE if re.search(rf"(?:^|\s)(?:{phrase.pattern})(?:\s|$)", said))
    bare = _COURTESY.sub("", said)
    patterns = _ALWAYS if history else [*_ALWAYS, *_AT_FIRST]
    return next((kind for kind, pattern in patterns if pattern.fullmatch(bare)), None)


def without_greeting(question: str) -> str:
    """Return a question without the greeting or thanks that it begins with.

    >>> without_greeting("Hello, who is Maduro?"), without_greeting("Hello, Dolly! was sung by whom?")
    ('who is Maduro?', 'Hello, Dolly! was sung by whom?')
    """
    found = _OPENING.match(question[: 2 * MOST_CHARS])
    asks = _ASKS if found and found["stop"] else _ASKS_AT_ONCE
    return question[found.start("rest") :] if found and asks.match(found["rest"]) else question


def sentences_wanted(text: str, most: int, unsaid: int | None = None) -> int:
    """Return how many sentences a summary is to have, from 1 to ``most``; ``unsaid``, or else all, if it does not say.

    >>> sentences_wanted("Summarise it in two sentences.", 4), sentences_wanted("Summarise it.", 4)
    (2, 4)
    """
    found = re.search(f"{_COUNT}$", _COURTESY.sub("", _plain(text)))
    unsaid = unsaid or most
    if not found:
        return unsaid
    count = "1" if found["count"] in ("a", "an") else SPELLED.get(found["count"], found["count"])
    return max(1, min(most, int(count))) if count.isdigit() else unsaid


def asking(history: Sequence[Turn]) -> list[Turn]:
    """Return the turns of a conversation that asked something of the sources."""
    asked: list[Turn] = []
    for turn in history:
        if kind(turn.question, asked) not in MESSAGES:
            asked.append(turn)
    return asked


def message(kind: Kind, titles: Sequence[str]) -> str:
    """Return the reply to what was said; ``documents`` are listed, a line each.

    Args:
        kind: what was said; one of ``MESSAGES``.
        titles: of all documents that may answer.
    """
    kind = kind if titles or kind in ("thanks", "goodbye") else "documents"
    one, count = len(titles) == 1, len(titles) or "no"
    sources = "the document here says" if one else f"the {count} documents here say"
    head = MESSAGES[kind].format(
        sources=sources,
        count="1 document" if one else f"{count} documents",
        are="is" if one else "are",
        stop=":" if titles else ".",
    )
    if kind != "documents":
        return head
    more = len(titles) - MOST_TITLES
    lines = [f"- {_short(title)}" for title in titles[:MOST_TITLES]]
    return "\n".join([head, *lines, *([f"- and {more} more"] if more > 0 else [])])


def _short(title: str) -> str:
    line = " ".join(title.split())
    return line if len(line) <= TITLE_CHARS else line[:TITLE_CHARS].rstrip() + "…"


def _plain(text: str) -> str:
    """Return what was said, folded, without punctuation; nothing if it is long."""
    if len(text) > MOST_CHARS:
        return ""
    return " ".join(re.sub(r"[^\w\s']+|(?<!\w)'|'(?!\w)", " ", fold(text).replace("tl;dr", "tldr")).split())
