"""The one path from a question to an answer; every surface goes through it.

question + history -converse-> standalone question -retrieve-> hits -read-> evidence [-write-> claims] -compose-> answer

What is said to the tool (:mod:`rag.conversation.smalltalk`) branches off at the start: a summary, or a message.
"""

import math
from collections.abc import AsyncGenerator, Callable, Collection, Generator, Iterator, Sequence
from contextlib import aclosing
from copy import copy
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from threading import Event
from types import TracebackType
from typing import TYPE_CHECKING, Literal, Protocol, Self

from rag.clock import Clock
from rag.config import Config, check_answers
from rag.conversation import smalltalk
from rag.conversation.reply import reply
from rag.conversation.rewrite import FollowUp, by_llm, follow_up
from rag.conversation.substitute import asks_about
from rag.conversation.suggest import Suggester, Suggestion, same
from rag.english.preference import preference, unattributed
from rag.errors import LLMError, UsageError
from rag.index.near_duplicates import statement
from rag.index.opened import Index
from rag.indexing.homes import home
from rag.reading.capitals import spelled_out
from rag.reading.cells import settle_rows
from rag.reading.citations import Line, compose, quoted
from rag.reading.copies import cite_first
from rag.reading.margin import told
from rag.reading.missing import missing, other_letters
from rag.reading.reader import TrainedReader, opened
from rag.reading.selection import Selected, choose, shortened
from rag.reading.topic import on_topic
from rag.retrieval.hybrid import POOL, check_filter, fused, left_out, parts, retrieve
from rag.retrieval.rerank import CANDIDATES, Reranker
from rag.schema import (
    ALL,
    LIKELY,
    Answer,
    Check,
    Conflicts,
    Dropped,
    Evidence,
    Filter,
    Hit,
    Progress,
    Reading,
    Retrieved,
    Turn,
)

if TYPE_CHECKING:
    from rag.claims.judging import Judge
    from rag.claims.writer import Stream

SUGGESTED = 3
HINTED = 3
"""Passages of the sources that a text cites for a claim, beside those of all."""
CONFLICT_SECONDS = 60.0
"""How long conflicts are looked for, if nobody says."""


class LLM(Protocol):
    """What may write the claims of an answer."""

    @property
    def name(self) -> str:
        """As the setting has it."""
        ...

    @property
    def stream(self) -> "Stream":
        """Send a prompt and yield the text that comes back."""
        ...


class Reader(Protocol):
    """What may read passages in the place of the packaged reader."""

    @property
    def name(self) -> str:
        """As ``Answer.model`` tells it."""
        ...

    @property
    def threshold(self) -> float:
        """Least confidence for an answer, 0 to 1, unless the settings name another."""
        ...

    @property
    def read(self) -> Callable[[str, Sequence[Hit]], Reading]:
        """Return the evidence for a question in hits, best first, and how sure it is."""
        ...


@dataclass(frozen=True, slots=True)
class Options:
    """What one question wants otherwise than the settings; by default nothing."""

    threshold: float | None = None
    """Least confidence for an answer, 0 to 1."""
    length: str | None = None
    """How long the answer is, one of ``LENGTHS``."""
    llm: LLM | Literal["settings"] | None = "settings"
    """Words the answer; None for quotes alone."""

    def check(self) -> None:
        """Raise UsageError for what cannot be wanted."""
        check_answers(self.threshold, self.length)


AS_SET = Options()


class Engine:
    """Answers questions from one generation of an index. Safe to share between threads."""

    def __init__(self, index: Index, config: Config, llm: LLM | None = None, reader: Reader | None = None) -> None:
        """Take an open index and its settings; without an LLM an answer is quotes alone."""
        self.index = index
        self.config = config
        self.llm = llm
        self.reader: Reader = reader or opened(index, config)
        self.reranker = Reranker(config.reranker) if config.reranker else None
        self._suggester = Suggester(index, self._first)
        self._over: dict[frozenset[str], Engine] = {}

    @classmethod
    def open(
        cls,
        index: str | Path | None = None,
        config: Config | None = None,
        *,
        llm: LLM | None = None,
        reader: Reader | None = None,
    ) -> Self:
        """Open the current generation of an index.

        Args:
            index: the folder or database that ``rag index --index`` was given; by default ``config.index``.
            config: settings; by default :class:`Config` as it stands, without file or environment.
            llm: words the answers, in the place of the one that the settings name.
            reader: reads the passages, in the place of the packaged one.

        Raises:
            IndexMissing: nothing was built there.
            IndexDamaged: a file is missing or not the one that was built.
            UsageError: the LLM that the settings name is in no known form, or what it needs is not here.
        """
        config = config or Config()
        where = home(config.index if index is None else index, config.models)
        llm = llm or named_llm(config)
        return cls(where.open(threads=config.threads, load=True), config, llm, reader)

    @property
    def faster(self) -> Reader | None:
        """The reader that goes first, where two do."""
        return self.reader.first if isinstance(self.reader, TrainedReader) else None

    def over(self, collections: Collection[str]) -> "Engine":
        """Return an engine over some of the index's collections, which lives as long as this one.

        Raises:
            UsageError: the index has no such collection.
        """
        names = frozenset(collections)
        if names not in self._over:
            other = copy(self)
            other.index = self.index.some(names)
            if isinstance(self.reader, TrainedReader):
                other.reader = opened(other.index, self.config)
            other._suggester = Suggester(other.index, other._first)  # noqa: SLF001 (its own kind)
            other._over = {}  # noqa: SLF001
            self._over[names] = other
        return self._over[names]

    def close(self) -> None:
        """Release the index."""
        self.index.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, tb: TracebackType | None) -> None:
        self.close()

    def ask(
        self, question: str, history: Sequence[Turn] = (), chosen: Filter = ALL, options: Options = AS_SET
    ) -> Answer:
        """Answer one question.

        Args:
            question: in any form of words; at most ``config.max_question_chars`` characters.
            history: earlier turns of the conversation, oldest first.
            chosen: which documents may answer; by default all.
            options: what this question wants otherwise than the settings.

        Raises:
            UsageError: the question is empty, too long, or not text, or the filter or an option cannot be used.
        """
        *_, answer = self.stream(question, history, chosen, options=options)
        assert isinstance(answer, Answer)  # noqa: S101 (what stream promises)
        return answer

    def stream(
        self,
        question: str,
        history: Sequence[Turn] = (),
        chosen: Filter = ALL,
        stop: Event | None = None,
        options: Options = AS_SET,
    ) -> Iterator[Retrieved | Progress | Answer]:
        """Yield what was retrieved, each claim that an LLM has written and is checked, and the answer, last.

        Arguments and errors as :meth:`ask`; once ``stop`` is set, an LLM is not listened to any longer. ``timings_ms``
        counts no time between two items: it is the consumer's.
        """
        clock = Clock()
        self._check(question)  # before an LLM hears of it
        check_filter(chosen)
        options.check()
        length = options.length or self.config.length
        threshold = self.threshold if options.threshold is None else options.threshold
        llm = self.llm if options.llm == "settings" else options.llm
        turns = smalltalk.asking(history)
        if said := smalltalk.kind(question, turns):
            with clock.stopped():
                yield Retrieved(question, " ".join(question.split()), (), self.index.id, clock.timings())
            with clock.time("reply"):
                answer = reply(self.index, said, question, chosen, lambda: self.suggest("", history, chosen), length)
            yield replace(
                answer, timings_ms=clock.timings(), warnings=(*answer.warnings, *left_out(self.index, chosen))
            )
            return
        asked, warnings = self._reworded(llm, self._asked(question, turns), stop)
        retrieved = self._retrieve(question, asked, chosen, self.config.k, clock)
        with clock.stopped():
            yield retrieved
        with clock.time("read"):
            found = self._read(retrieved, chosen, threshold)
            if asked.anew:
                retrieved, found = self._about(asked, retrieved, found, chosen, threshold)
            if asked.dangles:
                found = Selected(0.0, closest=found.quotes or found.closest)  # of what it asks nobody knows
            found = shortened(found, length)
        draft = _Draft()
        if llm and found.quotes:  # a refusal is the reader's: no LLM hears of it
            with clock.time("write"):
                draft = yield from self._write(llm, retrieved.standalone, found, stop, clock)
        composed = compose(found, draft.lines)
        worded = not set(draft.lines or ()) <= set(quoted(found))
        silent = "contradicted" if found.contradicted else "not_supported" if retrieved.hits else "nothing_found"
        reason = None if composed.claims else silent
        yield Answer(
            question=question,
            standalone=retrieved.standalone,
            outcome="answered" if composed.claims else "refused",
            reason=reason,
            confidence=found.confidence,
            claims=composed.claims,
            citations=composed.citations,
            closest=composed.closest,
            short_answer=found.short_answer,
            index=self.index.id,
            model={
                "encoder": self.index.manifest.encoder.name,
                "reader": self.reader.name,
                "llm": llm.name if llm and worded else None,
                **({"reranker": self.reranker.name} if self.reranker else {}),
            },
            timings_ms=clock.timings(),
            dropped=draft.dropped,
            missing=missing(self.index, retrieved.standalone, retrieved.hits, chosen) if reason else (),
            warnings=(
                *warnings,
                *left_out(self.index, chosen),
                *draft.warnings,
                *(other_letters(self.index, retrieved.standalone, chosen) if reason else ()),
            ),
            conflict=composed.conflict,
        )

    async def aask(
        self, question: str, history: Sequence[Turn] = (), chosen: Filter = ALL, options: Options = AS_SET
    ) -> Answer:
        """Answer one question without blocking the event loop: as :meth:`ask`, in a thread."""
        answer = None
        async with aclosing(self.astream(question, history, chosen, options)) as items:
            async for item in items:
                answer = item
        assert isinstance(answer, Answer)  # noqa: S101 (what stream promises)
        return answer

    async def astream(
        self, question: str, history: Sequence[Turn] = (), chosen: Filter = ALL, options: Options = AS_SET
    ) -> AsyncGenerator[Retrieved | Progress | Answer]:
        """Yield what :meth:`stream` does, each item made in a thread.

        Whoever stops listening, or is cancelled, stops the LLM too.
        """
        from asyncio import to_thread  # only whoever awaits waits for its import

        stop = Event()
        items = self.stream(question, history, chosen, stop, options)
        try:
            while (item := await to_thread(next, items, None)) is not None:
                yield item
        finally:
            stop.set()

    async def asearch(self, question: str, k: int | None = None, chosen: Filter = ALL) -> Retrieved:
        """Retrieve without blocking the event loop: as :meth:`search`, in a thread."""
        from asyncio import to_thread

        return await to_thread(self.search, question, k, chosen)

    def _write(
        self, llm: LLM, question: str, selected: Selected, stop: Event | None, clock: Clock
    ) -> Generator[Progress, None, "_Draft"]:
        """Yield the answer as far as it is written; return what it says, or that it is quotes alone and why."""
        from rag.claims.writer import write  # its libraries would make every start without an LLM a little slower

        lines: list[Line] = []
        dropped: list[Dropped] = []
        try:
            for item in write(question, selected, llm.stream, stop, self._supports):
                if isinstance(item, Dropped):
                    dropped.append(item)
                    continue
                lines.append(item)
                so_far = compose(selected, lines)
                with clock.stopped():
                    yield Progress(so_far.claims, so_far.citations)
        except LLMError as error:
            return _Draft(None, tuple(dropped), (f"{error}; the answer is quotes alone",))
        return _Draft(tuple(lines), tuple(dropped))

    def search(self, question: str, k: int | None = None, chosen: Filter = ALL) -> Retrieved:
        """Retrieve without reading: at most ``k`` passages (by default ``config.k``), best first."""
        return self._retrieve(question, None, chosen, self.config.k if k is None else k, Clock())

    def check(self, text: str, chosen: Filter = ALL, stop: Event | None = None) -> Check:
        """Tell what the sources say to each claim of a text: supported, contradicted or not found, with the quote.

        Args:
            text: any, such as an LLM's answer or a colleague's draft; what it cites itself is no evidence.
            chosen: which documents may speak to it; by default all.
            stop: once it is set, nobody waits for the result, and the claims that are left are passed over.

        Raises:
            UsageError: the text claims nothing, or is not text, or the filter cannot be used.
            ReaderError: a file of the judge is missing or not the published one.
            ModelError: the settings ask for the careful judge, and it is not here.
        """
        *_, found = self.check_steps(text, chosen, stop)
        return found

    def check_steps(self, text: str, chosen: Filter = ALL, stop: Event | None = None) -> Iterator[Check]:
        """Yield what is known after each claim of a text; the last is what :meth:`check` returns, with its errors.

        Between two steps nothing is held: whoever serves others too lets them go first.
        """
        from rag.claims.check import Checker, claimed  # whoever only asks does not wait for it
        from rag.claims.hints import Known

        def find(about: str, within: Sequence[str]) -> list[Hit]:
            if not within:
                return self._hits(about, self.config.k, chosen)
            hits = self._hits(about, HINTED, replace(chosen, sources=tuple(within)))
            return [hit for hit in hits if hit.passage.source in within]  # a name may be a pattern, too

        clock = Clock()
        check_filter(chosen)
        _check_unicode(text, "text")
        claims = claimed(text)
        checker = Checker(self.index.store, find, self.judge.judge, Known(self.index.store.named(chosen)))
        found = Check((), (), self.index.id, clock.timings(), left_out(self.index, chosen), self._judged_by())
        for claim in claims:
            if stop and stop.is_set():
                break
            with clock.time("check"):
                claims_so_far = (*found.claims, checker.check(claim))
            citations = tuple(checker.citations.values())
            found = replace(found, claims=claims_so_far, citations=citations, timings_ms=clock.timings())
            with clock.stopped():
                yield found
        if not found.claims:
            yield found

    def conflicts(self, seconds: float = CONFLICT_SECONDS, chosen: Filter = ALL) -> Conflicts:
        """Tell which statements of two documents contradict one another, the surest first.

        Args:
            seconds: after which it ends with what it has; it looks at the newest documents first.
            chosen: which documents are held against one another; by default all.

        Raises:
            UsageError: the time is not above zero, or the filter cannot be used.
            ReaderError: a file of the judge is missing or not the published one.
            ModelError: the settings ask for the careful judge, and it is not here.
        """
        from rag.conflicts.find import ConflictSearch, report  # whoever only asks does not wait for it

        if not 0 < seconds < math.inf:
            raise UsageError(f"seconds is {seconds:g}: a number above 0")
        clock = Clock()
        check_filter(chosen)
        search = ConflictSearch(self.index, self.judge.judge, chosen)
        with clock.time("conflicts"):
            told, citations = report(search, seconds)
        return Conflicts(
            told,
            citations,
            search.looked_at,
            search.passages,
            self.index.id,
            clock.timings(),
            left_out(self.index, chosen),
            self._judged_by(),
        )

    def _judged_by(self) -> dict[str, str]:
        return {"encoder": self.index.manifest.encoder.name, "judge": self.judge.name}

    @cached_property
    def judge(self) -> "Judge":
        """What decides whether a passage supports a claim, as the settings choose; loaded when it is first needed."""
        from rag.claims import judging

        return judging.opened(self.config)

    def _contradicts(self, question: str, sentence: str) -> float:
        """Return the judge's probability that a sentence says no to a question of yes or no."""
        (judged,) = self.judge.judge([(question, sentence)])
        return judged.contradiction

    def _supports(self, claim: str, passage: str) -> bool:
        """Tell whether the judge takes a claim for supported by a passage."""
        (judged,) = self.judge.judge([(claim, passage)])
        return judged.verdict == "supports"

    def answers(self, question: str, chosen: Filter = ALL) -> bool:
        """Tell whether the sources are likely to answer a question, without an LLM: whether it may be an example."""
        found = self._read(self.search(question, chosen=chosen), chosen)
        return bool(found.quotes) and found.confidence >= LIKELY

    def suggest(
        self,
        question: str = "",
        history: Sequence[Turn] = (),
        chosen: Filter = ALL,
        n: int = SUGGESTED,
        answer: str = "",
    ) -> tuple[str, ...]:
        """Return at most ``n`` questions that the sources answer and nobody has asked yet, in whatever words.

        Each is tried before it is returned: that takes as long as twenty questions, at most.

        Args:
            question: what they should be near to, answered or refused; without one, or as far as there are none, they
                are about the sources as a whole, and kept for the next time.
            history: earlier turns of the conversation, oldest first.
            chosen: which documents may answer; by default all.
            n: how many.
            answer: what the question was answered, a line each quote: that is not asked for again, nor what the answers
                of the history say.

        Raises:
            UsageError: as :meth:`ask`, but for an empty question.
        """
        asked = [turn.question for turn in history]
        said = [statement(line) for text in (*(turn.answer for turn in history), answer) for line in text.splitlines()]
        found: tuple[Suggestion, ...] = ()
        turns = smalltalk.asking(history)
        if question.strip() and not smalltalk.kind(question, turns):
            retrieved = self._retrieve(question, self._asked(question, turns), chosen, self.config.k, Clock())
            asked.append(retrieved.standalone)
            found = self._suggester.near([hit.passage for hit in retrieved.hits], asked, chosen, n, said)
        check_filter(chosen)
        if len(found) < n:
            told = {sentence for item in found for sentence in item.statements}
            more = (item for item in self._suggester.at_large(chosen) if not item.told(said))
            found = (*found, *(item for item in more if not item.statements & told))
        return tuple(item.question for item in found if not same(item.question, asked))[:n]

    @property
    def threshold(self) -> float:
        """Least confidence for an answer: the configured one, otherwise the reader's own."""
        return self.reader.threshold if self.config.threshold is None else self.config.threshold

    def _retrieve(self, question: str, asked: FollowUp | None, chosen: Filter, k: int, clock: Clock) -> Retrieved:
        """Retrieve for a question, as it is asked in its conversation or, without one, alone."""
        asked = asked or self._asked(question, ())
        check_filter(chosen)
        if k < 1:
            raise UsageError(f"k is {k}: the least is 1")
        standalone, before = asked.standalone, asked.before
        wanted = max(k, CANDIDATES) if self.reranker else k
        with clock.time("retrieve"):
            if before:
                both = self._hits(f"{standalone} {before}", max(wanted, POOL), chosen)
                hits = fused(self._hits(standalone, max(wanted, POOL), chosen), both, wanted)
            else:
                hits = self._hits(standalone, wanted, chosen)
        if self.reranker:
            with clock.time("rerank"):
                hits = self.reranker.rerank(standalone, hits, k)
        return Retrieved(question, standalone, tuple(hits), self.index.id, clock.timings())

    def _asked(self, question: str, turns: Sequence[Turn]) -> FollowUp:
        """Read a question after the turns that asked something of the sources."""
        self._check(question)
        return follow_up(smalltalk.without_greeting(question), turns)

    def _reworded(self, llm: LLM | None, asked: FollowUp, stop: Event | None) -> tuple[FollowUp, tuple[str, ...]]:
        """Return a follow-up as the LLM says what it asks, if it can be trusted, and warnings."""
        if not llm or not asked.turns or asked.dangles:  # an LLM would find something that it points to
            return asked, ()
        try:
            said = by_llm(asked.typed, asked.turns, llm.stream, stop)
        except LLMError as error:
            return asked, (f"{error}; what the question stands for is found by rule",)
        return replace(asked, standalone=said or asked.standalone), ()

    def _hits(self, question: str, k: int, chosen: Filter) -> list[Hit]:
        vectors = self.index.encoder.encode(
            [spelled_out(part).text for part in parts(question)], self.index.encoder.card.query_prompt
        )
        return retrieve(self.index, question, vectors, k, chosen)

    def _read(self, retrieved: Retrieved, chosen: Filter, threshold: float | None = None) -> Selected:
        """Choose what to quote from what was retrieved, each sentence from where it was published first.

        Args:
            retrieved: a question and its hits.
            chosen: which documents may answer.
            threshold: least confidence for an answer, if another than the engine's.
        """
        threshold = self.threshold if threshold is None else threshold
        store = self.index.store
        preferred = preference(retrieved.standalone, store.publishers)
        bare = unattributed(retrieved.standalone, store.publishers)

        def read(asked: str) -> Reading:
            return told(asked, settle_rows(asked, self.reader.read(asked, retrieved.hits), threshold))

        found = choose(bare, read, threshold, store.newest, self._contradicts)

        def cited(items: Sequence[Evidence]) -> tuple[Evidence, ...]:
            return tuple(cite_first(store, item, chosen, preferred) for item in items)

        conflict = tuple(replace(version, evidence=cited(version.evidence)) for version in found.conflict)
        return replace(found, quotes=cited(found.quotes), closest=cited(found.closest), conflict=conflict)

    def _about(
        self, asked: FollowUp, retrieved: Retrieved, found: Selected, chosen: Filter, threshold: float
    ) -> tuple[Retrieved, Selected]:
        """Return only what speaks of a thing: the answer, or else, to "What about X?", what is said of it at all."""
        found = on_topic(found, asked.anew)
        if not found.quotes and asks_about(asked.typed):
            again = self.search(f"What about {asked.anew}?", chosen=chosen)
            # What speaks of the thing answers such a question, unlike one that asks for something of it.
            told_of = on_topic(self._read(again, chosen, threshold / 2), asked.anew)
            retrieved, found = (again, told_of) if told_of.quotes else (retrieved, found)
        return retrieved, replace(found, short_answer=None) if asks_about(retrieved.standalone) else found

    def _first(self, question: str, chosen: Filter) -> Evidence | None:
        """Return what an answer to a question would quote first; None for a refusal."""
        return next(iter(self._read(self.search(question, chosen=chosen), chosen).quotes), None)

    def _check(self, question: str) -> None:
        if not question.strip():
            raise UsageError("the question is empty: ask something")
        most = self.config.max_question_chars
        if len(question) > most:
            raise UsageError(f"the question has {len(question)} characters: at most {most} (max_question_chars)")
        _check_unicode(question, "question")


def named_llm(config: Config) -> LLM | None:
    """Return the LLM that the settings name, if they name one.

    Raises:
        UsageError: it is in no known form, or what it needs is not here.
    """
    if config.llm is None:
        return None
    from rag.llm.client import open_llm  # only whoever names one waits for its libraries

    return open_llm(config.llm, config)


def _check_unicode(text: str, what: str) -> None:
    try:
        text.encode()
    except UnicodeEncodeError:
        raise UsageError(f"the {what} is not valid Unicode text: send it as UTF-8") from None


@dataclass(frozen=True, slots=True)
class _Draft:
    """What an LLM made of an answer; without lines it is quotes alone."""

    lines: tuple[Line, ...] | None = None
    dropped: tuple[Dropped, ...] = ()
    warnings: tuple[str, ...] = ()
