"""The nouns: what flows from a file on disk to an answer on the screen.

Every offset counts characters (Unicode code points, as ``str`` does) from the start of the canonical text of
a document; every interval is half open. Standard library only.
"""

from bisect import bisect_right
from dataclasses import dataclass, field
from typing import Literal

SCHEMA_VERSION = 1

Outcome = Literal["answered", "refused"]
Certainty = Literal["confident", "likely", "unsure"]

CONFIDENT, LIKELY = 0.8, 0.5
"""From these odds on an answer is called "confident" and "likely"; below, "unsure"."""

LENGTHS: dict[str, int | None] = {"sentence": 1, "short": 2, "all": None}
"""How long an answer may be, by name: the most sentences that it quotes, unless it is made of more; None for all that
were found."""

REASONS = {
    "nothing_found": "no passage has anything to do with the question",
    "not_supported": "the closest passages do not answer the question",
    "contradicted": "it says otherwise than the question takes for granted",
    "no_question": "what was said asks nothing of the sources",
}
"""Why an answer was refused: the value of ``Answer.reason``, and its meaning."""


Times = tuple[tuple[int, float], ...]
"""Where each cue of subtitles, or of what was heard, starts in a text, and the second at which it is said; in order."""


def time_at(times: Times, offset: int) -> float | None:
    """Return the second at which is said what stands at an offset; None where there are no times.

    >>> time_at(((0, 1.5), (40, 12.0)), 45)
    12.0
    """
    place = bisect_right(times, offset, key=lambda cue: cue[0])
    return times[max(place - 1, 0)][1] if times else None


def clock(seconds: float) -> str:
    """Return seconds as they are read of a player.

    >>> clock(7.9), clock(754.2), clock(3723)
    ('0:07', '12:34', '1:02:03')
    """
    minutes, second = divmod(int(seconds), 60)
    hours, minute = divmod(minutes, 60)
    return f"{hours}:{minute:02}:{second:02}" if hours else f"{minute}:{second:02}"


@dataclass(frozen=True, slots=True)
class Original:
    """A parsed file's text before it was made canonical (:mod:`rag.text.normal`)."""

    text: str
    runs: tuple[tuple[int, int], ...]
    """Where the distance between canonical and original offsets changes."""


@dataclass(frozen=True, slots=True)
class Document:
    """One source, whole. ``text`` is canonical: what ``rag show SOURCE`` prints."""

    source: str
    """Path relative to the sources folder, with ``/``; the ``id`` for a line of a ``.jsonl`` corpus."""
    text: str
    title: str
    """The title the file gives, otherwise the head of its first sentence."""
    header: str = ""
    """``title | publisher | date``, as far as the file says so; indexed with each passage, never quoted."""
    body: int = 0
    """Where the prose starts: after the front matter of a Markdown file."""
    publisher: str | None = None
    published: str | None = None
    """ISO 8601 date."""
    url: str | None = None
    author: str | None = None
    language: str | None = None
    pages: tuple[int, ...] = ()
    """Where each page starts, for formats that have pages."""
    times: Times = ()
    """For subtitles and what was heard."""
    origin: str | None = None
    """SHA-256 of the parsed file's bytes and of what parsed them, so that neither is parsed again unchanged."""
    original: Original | None = None
    """Only where the canonical text is not the parsed one."""
    notes: tuple[str, ...] = ()
    """What the file shows and the text leaves out on purpose, a sentence each."""
    unread: tuple[str, ...] = ()
    """What could not be read and may hold an answer, likewise, with what would help behind a colon."""


@dataclass(frozen=True, slots=True)
class Skipped:
    """A file that was not indexed, why, and what would help."""

    source: str
    reason: str
    remedy: str = ""

    @property
    def told(self) -> str:
        """Why it was not indexed, and what would help."""
        return self.reason + (f": {self.remedy}" if self.remedy else "")

    def __str__(self) -> str:
        return f"{self.source!r}: {self.told}"


@dataclass(frozen=True, slots=True)
class Filter:
    """Which documents may answer; all of them by default."""

    sources: tuple[str, ...] = ()
    """Patterns such as ``reports/*``; a document must match one of them."""
    after: str | None = None
    """ISO 8601 date: published on it or later. A document without a date does not pass."""
    before: str | None = None
    """ISO 8601 date: published on it or earlier."""


ALL = Filter()
"""Every document may answer."""


@dataclass(frozen=True, slots=True)
class Sentence:
    """``document.text[start:end]``, without white space around it."""

    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Passage:
    """Consecutive sentences of one document: what is indexed and retrieved."""

    source: str
    start: int
    end: int
    text: str
    """``document.text[start:end]``."""
    sentences: tuple[Sentence, ...]
    title: str = ""
    published: str | None = None
    pages: tuple[int, ...] = ()
    """Where each page of the document starts."""
    publisher: str | None = None
    story: int | None = None
    """Which documents say nearly the same; None where none does."""
    context: str = ""
    """Caption and column names of the table in whose midst it starts: indexed with it, never quoted."""
    times: Times = ()
    """Those of the document."""

    def page(self, sentence: Sentence) -> int | None:
        """Return the 1-based page that a sentence starts on, if the document has pages."""
        return bisect_right(self.pages, sentence.start) or None

    def page_end(self, sentence: Sentence) -> int | None:
        """Return the 1-based page that a sentence ends on, if that is another than it starts on."""
        page = bisect_right(self.pages, sentence.end - 1)
        return page if page != bisect_right(self.pages, sentence.start) else None

    def time(self, sentence: Sentence) -> float | None:
        """Return the second at which a sentence is said, if the document has times."""
        return time_at(self.times, sentence.start)

    def quote(self, sentence: Sentence) -> str:
        """Return the text of one of the passage's sentences, verbatim."""
        return self.text[sentence.start - self.start : sentence.end - self.start]


@dataclass(frozen=True, slots=True)
class Hit:
    """A retrieved passage."""

    passage: Passage
    score: float
    """0 to 1: the mean of the min-max normalised dense and BM25 scores with what :mod:`rag.english.preference` adds, or
    a reranker's odds."""
    ranks: dict[str, int]
    """1-based rank in each leg (``dense``, ``bm25``) that found it, and by the ``reranker`` if there is one."""
    cosine: float
    """Of its vector and the question's, or the nearest of those of the question's parts."""


@dataclass(frozen=True, slots=True)
class Retrieved:
    """The passages found for a question."""

    question: str
    standalone: str
    """The question as it was retrieved."""
    hits: tuple[Hit, ...]
    """Best first."""
    index: str
    """Generation searched."""
    timings_ms: dict[str, float]


@dataclass(frozen=True, slots=True)
class Copy:
    """Where another document says the same, word for word."""

    source: str
    publisher: str | None
    published: str | None
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Evidence:
    """A sentence of a hit, with the reader's odds that it answers the question (0 to 1)."""

    passage: Passage
    sentence: Sentence
    score: float
    short_answer: str = ""
    """The few words in it that answer."""
    also: tuple[Copy, ...] = ()

    @property
    def quote(self) -> str:
        """The sentence's text, verbatim."""
        return self.passage.quote(self.sentence)


@dataclass(frozen=True, slots=True)
class Reading:
    """What a reader makes of a question and its hits."""

    evidence: tuple[Evidence, ...]
    """Best first; no sentence twice."""
    confidence: float
    """Calibrated probability that the best evidence answers the question."""


@dataclass(frozen=True, slots=True)
class Citation:
    """A pointer into a source: ``text_of(source)[start:end] == quote``, always."""

    number: int
    source: str
    title: str
    published: str | None
    start: int
    end: int
    quote: str
    score: float
    page: int | None = None
    """1-based, for formats that have pages."""
    page_end: int | None = None
    """The page that the quote ends on, where it goes over the end of one."""
    publisher: str | None = None
    also: tuple[Copy, ...] = ()
    """Other documents of the same story that have the same sentence, the earliest first."""
    time: float | None = None
    """The second at which it is said, for sound, video and subtitles: when the cue begins in which it starts."""

    @property
    def clock(self) -> str:
        """``time`` as it is read, ``12:34`` or ``1:02:03``; empty without one."""
        return "" if self.time is None else clock(self.time)


@dataclass(frozen=True, slots=True)
class Claim:
    """One line of an answer and the numbers of the citations that support it."""

    text: str
    verdict: Literal["supported"]
    """It is its own quote, verbatim, or an LLM wrote it and :mod:`rag.claims.checks` found it supported."""
    citations: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Stated:
    """One of the values that the sources of an answer give, where they do not say the same."""

    value: str
    citations: tuple[int, ...]
    """The numbers of the citations that say so."""
    published: str | None = None
    """ISO 8601 date of the latest document that says so."""
    superseded: bool = False
    """Whether a newer version of the document says something else: then it is no part of the answer."""


@dataclass(frozen=True, slots=True)
class Dropped:
    """What an LLM wrote that is not shown as part of an answer."""

    text: str
    reason: str
    """Why its quotes do not support it, in plain words."""


@dataclass(frozen=True, slots=True)
class Progress:
    """The claims of an answer that is being written, as far as they are checked; numbered as in the answer."""

    claims: tuple[Claim, ...]
    citations: tuple[Citation, ...]


@dataclass(frozen=True, slots=True)
class Closest:
    """A quote that came closest to an answer, shown with a refusal; not a citation."""

    source: str
    title: str
    start: int
    end: int
    quote: str
    score: float


CheckVerdict = Literal["supported", "contradicted", "not_found"]


@dataclass(frozen=True, slots=True)
class Quotation:
    """What a checked text has in quotation marks."""

    text: str
    verbatim: bool
    """Whether a source says it word for word."""
    attributed: bool | None
    """Whether everybody whom its sentence names is named where it stands; None if it names nobody."""
    citations: tuple[int, ...] = ()
    """Where it stands."""


@dataclass(frozen=True, slots=True)
class CheckedClaim:
    """A claim of a text and what the sources say to it."""

    text: str
    """``checked[start:end]``, without marks that cite and markup."""
    start: int
    end: int
    verdict: CheckVerdict
    score: float
    """Calibrated probability that the first citation supports it, or of what came closest."""
    citations: tuple[int, ...] = ()
    """What supports it, or contradicts it."""
    against: tuple[int, ...] = ()
    """What contradicts it although something else supports it."""
    reason: str | None = None
    """Why it is not supported, where a guard tells, in plain words."""
    read: str | None = None
    """How it was read, where it points to the sentence before it: with what it stands for."""
    quotations: tuple[Quotation, ...] = ()
    closest: Closest | None = None
    """What came closest to a claim that was not found."""
    cites: tuple[str, ...] = ()
    """Documents that the text cites for it, as far as they are here."""
    elsewhere: bool = False
    """Whether it is supported, but by none of these."""


@dataclass(frozen=True, slots=True)
class Check:
    """What the sources say to each claim of a text."""

    claims: tuple[CheckedClaim, ...]
    """In the order of the text."""
    citations: tuple[Citation, ...]
    index: str = ""
    timings_ms: dict[str, float] = field(default_factory=dict)
    warnings: tuple[str, ...] = ()
    model: dict[str, str] = field(default_factory=dict)
    """What retrieved and judged: ``encoder`` and ``judge``."""

    @property
    def supported(self) -> bool:
        """Whether every claim is."""
        return all(claim.verdict == "supported" for claim in self.claims)


ClashKind = Literal["number", "date", "name", "denial", "meaning"]


@dataclass(frozen=True, slots=True)
class Contradiction:
    """Two statements of two documents that contradict one another."""

    kind: ClashKind
    """In what: a number, a date, a name, that one denies what the other says; or a judge alone says so."""
    values: tuple[str, str]
    """As each has it; empty where no value differs."""
    citations: tuple[int, int]
    """The numbers of their citations, the older document first, as far as dates are known."""
    confidence: float
    """0 to 1; for an order, and no probability."""
    found_by: tuple[str, ...]
    """``values`` and ``judge`` where both a rule and the judge say so."""
    superseded: bool = False
    """Whether the second document is a newer version of the first."""


@dataclass(frozen=True, slots=True)
class Conflicts:
    """What contradicts what in an index."""

    contradictions: tuple[Contradiction, ...]
    """The surest first."""
    citations: tuple[Citation, ...]
    looked_at: int = 0
    """So many of the passages were held against others before the time was over."""
    passages: int = 0
    index: str = ""
    timings_ms: dict[str, float] = field(default_factory=dict)
    warnings: tuple[str, ...] = ()
    model: dict[str, str] = field(default_factory=dict)
    """What retrieved and judged: ``encoder`` and ``judge``."""


@dataclass(frozen=True, slots=True)
class Turn:
    """One earlier exchange of a conversation."""

    question: str
    answer: str


@dataclass(frozen=True, slots=True)
class Answer:
    """The one result of asking, on every surface. ``render.to_json`` gives its JSON form."""

    question: str
    standalone: str
    """The question as it was read: a follow-up with what it leaves out."""
    outcome: Outcome
    reason: str | None
    """One of ``REASONS`` on a refusal, else None."""
    confidence: float
    claims: tuple[Claim, ...] = ()
    citations: tuple[Citation, ...] = ()
    closest: tuple[Closest, ...] = ()
    short_answer: str | None = None
    index: str = ""
    """Generation that answered."""
    model: dict[str, str | None] = field(default_factory=dict)
    timings_ms: dict[str, float] = field(default_factory=dict)
    message: str | None = None
    """With ``no_question``: the reply to a greeting or to a question about the tool."""
    suggestions: tuple[str, ...] = ()
    """Questions that the sources answer."""
    dropped: tuple[Dropped, ...] = ()
    """What an LLM wrote and its quotes do not support."""
    missing: tuple[str, ...] = ()
    """With a refusal: what of the sources could not be read and may hold the answer."""
    warnings: tuple[str, ...] = ()
    """What went wrong without keeping the question from its answer, such as an LLM that failed."""
    conflict: tuple[Stated, ...] = ()
    """The values that the sources give, where they do not say the same; the superseded last."""

    @property
    def disputed(self) -> bool:
        """Whether sources of equal standing disagree: more than one value answers."""
        return sum(not stated.superseded for stated in self.conflict) > 1

    @property
    def certainty(self) -> Certainty:
        """The word for ``confidence`` that every surface uses."""
        if self.confidence >= CONFIDENT:
            return "confident"
        return "likely" if self.confidence >= LIKELY else "unsure"

    @property
    def headline(self) -> str | None:
        """The short answer where it may stand alone above its quotes: none where the answer is not likely."""
        return self.short_answer if self.outcome == "answered" and self.certainty != "unsure" else None

    @property
    def answer(self) -> str:
        """The claims as plain text, one a line."""
        return "\n".join(claim.text for claim in self.claims)
