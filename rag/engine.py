"""The one path from a question to an answer; every surface goes through it.

question + history -converse-> standalone question -retrieve-> hits -read-> evidence -compose-> answer
"""

import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import date
from pathlib import Path
from types import TracebackType
from typing import Self

from rag import converse
from rag.choose import choose
from rag.compose import compose
from rag.config import Config
from rag.copies import cite_first
from rag.errors import UsageError
from rag.index import Index
from rag.network import packaged
from rag.prefer import preference, unattributed
from rag.reader import TrainedReader
from rag.rerank import CANDIDATES, Reranker
from rag.retrieve import ALL, POOL, fused, parts, retrieve
from rag.schema import Answer, Filter, Hit, Retrieved, Turn

MOST_PATTERNS = 200
MOST_PATTERN_CHARS = 1000


class Engine:
    """Answers questions from one generation of an index. Safe to share between threads."""

    def __init__(self, index: Index, config: Config) -> None:
        self.index = index
        self.config = config
        self.reader = TrainedReader(index, packaged(config.threads))
        self.reranker = Reranker(config.reranker) if config.reranker else None

    @classmethod
    def open(cls, index: str | Path | None = None, config: Config | None = None) -> Self:
        """Open the current generation of an index.

        Args:
            index: the folder that ``rag index --index`` was given; by default ``config.index``.
            config: settings; by default :class:`Config` as it stands, without file or environment.

        Raises:
            IndexMissing: nothing was built there.
            IndexDamaged: a file is missing or not the one that was built.
        """
        config = config or Config()
        folder = config.index if index is None else index
        return cls(Index.open(folder, threads=config.threads, load=True), config)

    def close(self) -> None:
        """Release the index."""
        self.index.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, tb: TracebackType | None) -> None:
        self.close()

    def ask(self, question: str, history: Sequence[Turn] = (), chosen: Filter = ALL) -> Answer:
        """Answer one question.

        Args:
            question: in any form of words; at most ``config.max_question_chars`` characters.
            history: earlier turns of the conversation, oldest first.
            chosen: which documents may answer; by default all.

        Raises:
            UsageError: the question is empty, too long, or not text, or the filter cannot be used.
        """
        *_, answer = self.stream(question, history, chosen)
        assert isinstance(answer, Answer)  # noqa: S101 (what stream promises)
        return answer

    def stream(self, question: str, history: Sequence[Turn] = (), chosen: Filter = ALL) -> Iterator[Retrieved | Answer]:
        """Yield what was retrieved, then the answer, last; arguments and errors as :meth:`ask`."""
        clock = _Clock()
        retrieved = self._retrieve(question, history, chosen, self.config.k, clock)
        yield retrieved
        with clock.time("read"):
            store = self.index.store
            preferred = preference(retrieved.standalone, store.publishers)
            bare = unattributed(retrieved.standalone, store.publishers)
            found = choose(bare, lambda asked: self.reader.read(asked, retrieved.hits), self.threshold)
            quotes, closest = (
                tuple(cite_first(store, item, chosen, preferred) for item in items)
                for items in (found.quotes, found.closest)
            )
            composed = compose(replace(found, quotes=quotes, closest=closest))
        reason = None if composed.claims else "not_supported" if retrieved.hits else "nothing_found"
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
                "encoder": self.index.manifest["encoder"]["name"],
                "reader": self.reader.name,
                "llm": None,
                **({"reranker": self.reranker.name} if self.reranker else {}),
            },
            timings_ms=clock.timings(),
        )

    def search(self, question: str, k: int | None = None, chosen: Filter = ALL) -> Retrieved:
        """Retrieve without reading: at most ``k`` passages (by default ``config.k``), best first."""
        return self._retrieve(question, (), chosen, self.config.k if k is None else k, _Clock())

    @property
    def threshold(self) -> float:
        """Least confidence for an answer: the configured one, otherwise the reader's own."""
        return self.config.threshold if self.config.threshold >= 0 else self.reader.threshold

    def _retrieve(self, question: str, history: Sequence[Turn], chosen: Filter, k: int, clock: "_Clock") -> Retrieved:
        self._check(question)
        _check_filter(chosen)
        if k < 1:
            raise UsageError(f"k is {k}: the least is 1")
        standalone, before = converse.standalone(question, history), converse.context(question, history)
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

    def _hits(self, question: str, k: int, chosen: Filter) -> list[Hit]:
        vectors = self.index.encoder.encode(parts(question), self.index.encoder.card.query_prompt)
        return retrieve(self.index, question, vectors, k, chosen)

    def _check(self, question: str) -> None:
        if not question.strip():
            raise UsageError("the question is empty: ask something")
        most = self.config.max_question_chars
        if len(question) > most:
            raise UsageError(f"the question has {len(question)} characters: at most {most} (max_question_chars)")
        try:
            question.encode()
        except UnicodeEncodeError:
            raise UsageError("the question is not valid Unicode text: send it as UTF-8") from None


def _check_filter(chosen: Filter) -> None:
    for pattern in chosen.sources:
        if not pattern or len(pattern) > MOST_PATTERN_CHARS or not pattern.isprintable():
            raise UsageError(f"{pattern[:50]!r} is no pattern of a source: write it as 'reports/*'")
    if isinstance(chosen.sources, str) or len(chosen.sources) > MOST_PATTERNS:
        raise UsageError(f"sources is a tuple of at most {MOST_PATTERNS} patterns")
    for bound in (chosen.after, chosen.before):
        try:
            if bound is not None and date.fromisoformat(bound).isoformat() != bound:
                raise ValueError
        except ValueError:
            raise UsageError(f"{bound!r} is no date: write it as 2026-01-31") from None
    if chosen.after and chosen.before and chosen.after > chosen.before:
        raise UsageError(f"nothing is published after {chosen.after} and before {chosen.before}: exchange them")


class _Clock:
    """Milliseconds spent in each stage, and in all since it was made."""

    def __init__(self) -> None:
        self._began = time.perf_counter()
        self._stages: dict[str, float] = {}

    @contextmanager
    def time(self, stage: str) -> Iterator[None]:
        began = time.perf_counter()
        yield
        self._stages[stage] = round(1000 * (time.perf_counter() - began), 1)

    def timings(self) -> dict[str, float]:
        return {**self._stages, "total": round(1000 * (time.perf_counter() - self._began), 1)}
