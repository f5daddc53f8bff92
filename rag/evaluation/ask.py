"""Ask an engine every question of the gold, and measure each answer."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from functools import lru_cache
from typing import Any

from tqdm import tqdm

from rag.engine import Engine
from rag.errors import first_line
from rag.evaluation import ranking
from rag.evaluation.evidence import Gold, Span, citation_spans, locate
from rag.evaluation.figures import judge, measure, said, told_as_disputed
from rag.evaluation.gold import Question
from rag.evaluation.offline import watched
from rag.evaluation.results import Result
from rag.output import render
from rag.schema import ALL, Answer, Citation, Closest, Filter, Passage, Retrieved

CONTEXT_CHARS = 160
ASKED_AGAIN = 20
"""Questions asked a second time, in another order, to see that they get the same answer."""


@dataclass
class Measured:
    """What asking gave, and what must not happen while asking."""

    results: list[Result] = field(default_factory=list)
    total_ms: list[float] = field(default_factory=list)
    """Time of each answer that there was."""
    checks: dict[str, int] = field(default_factory=dict)
    """How many answers had broken pointers, exceptions, answers that differed when asked again, connections outside."""
    missing: int = 0
    """Members of the evidence whose document or quote is not in the index."""
    warned: int = 0
    """Answers that an LLM failed to word."""


def ask_all(engine: Engine, files: Mapping[str, Sequence[Question]], *, scoped: bool, progress: bool) -> Measured:
    """Ask every question, and some of them twice.

    Args:
        engine: what is measured.
        files: questions by the stem of their gold file.
        scoped: whether a question may be answered only from the documents that it names.
        progress: whether to draw a bar on standard error.
    """
    asker = _Asker(engine, scoped=scoped)
    questions = [(file, question) for file, own in files.items() for question in own]
    measured = Measured()
    answers: list[dict[str, Any] | None] = []
    with watched() as outside:
        for file, question in tqdm(questions, desc="asking", unit="question", disable=not progress):
            result, answer = asker.result(file, question)
            measured.results.append(result)
            if answer:
                measured.total_ms.append(answer.timings_ms.get("total", 0.0))
                measured.warned += bool(answer.warnings)
            answers.append(_comparable(answer))
        again = range(len(questions) - 1, -1, -max(1, len(questions) // ASKED_AGAIN))
        differ = sum(_comparable(asker.answer(questions[n][1])) != answers[n] for n in again)
    measured.results = _whole(measured.results, ranking.measure(asker.ranked), [q.of for _, q in questions])
    measured.missing = asker.missing
    measured.checks = {
        "broken_pointers": sum(result.figures.get("pointer_validity", 1.0) < 1 for result in measured.results),
        "exceptions": sum(result.error is not None for result in measured.results),
        "not_deterministic": differ,
        "connections_outside": len(outside),
    }
    return measured


class _Asker:
    """Asks one question at a time; keeps what is measured of all of them together."""

    def __init__(self, engine: Engine, *, scoped: bool) -> None:
        self._engine = engine
        self._scoped = scoped
        self._document = lru_cache(256)(engine.index.store.find)
        self._passages: Callable[[str], Sequence[Passage]] = lru_cache(256)(engine.index.store.of)
        self.ranked: dict[str, ranking.Ranked] = {}
        self.missing = 0

    def _text(self, source: str) -> str:
        found = self._document(source)
        return found.text if found else ""

    def _chosen(self, question: Question) -> Filter:
        return Filter(question.sources) if self._scoped else ALL

    def _ask(self, question: Question) -> tuple[Retrieved, Answer]:
        retrieved, *_, answer = self._engine.stream(question.question, question.history, self._chosen(question))
        assert isinstance(retrieved, Retrieved)  # noqa: S101 (what stream promises)
        assert isinstance(answer, Answer)  # noqa: S101
        return retrieved, answer

    def answer(self, question: Question) -> Answer | None:
        """Return the answer, or None if asking failed."""
        try:
            return self._ask(question)[1]
        except Exception:
            return None

    def result(self, file: str, question: Question) -> tuple[Result, Answer | None]:
        """Ask a question and measure its answer; an exception is an outcome, not the end of the run."""
        gold = locate(question, self._document)
        self.missing += len(gold.missing)
        about = [*(span.source for span in gold.spans), *question.sources]
        row = Result(
            file=file,
            id=question.id,
            type=question.type,
            split=question.split,
            question=question.question,
            history=[asdict(turn) for turn in question.history],
            standalone=question.question,
            answerable=question.answerable,
            must_pass=question.must_pass,
            reviewed=question.reviewed,
            line=question.line,
            about=about[0] if about else None,
            gold={name: _plain(getattr(question, name)) for name in ("answers", "evidence", "must_not_contain")},
            outcome="error",
        )
        try:
            retrieved, answer = self._ask(question)
            hits = self._engine.search(answer.standalone, ranking.DEPTH, self._chosen(question)).hits
        except Exception as error:
            told = f"{type(error).__name__}: {first_line(error)}"
            return replace(row, figures=self._nothing(row, question, gold), why=[told], error=told), None
        if question.answerable:
            self.ranked[row.key] = ranking.ranked(gold, hits, self._passages)
        return self._measured(row, question, gold, retrieved, answer), answer

    def _nothing(self, row: Result, question: Question, gold: Gold) -> dict[str, float]:
        """Return the figures of a question that ended in an exception: nothing retrieved, nothing said, never right."""
        if not question.answerable:
            return {"correct": 0.0, "truthfulness": -1.0}
        self.ranked[row.key] = ranking.ranked(gold, (), self._passages)
        silence = Answer(question.question, question.question, "refused", None, 0.0)
        return {"correct": 0.0, "truthfulness": 0.0, **measure(question, gold, silence, (), self._text)}

    def _measured(self, row: Result, question: Question, gold: Gold, retrieved: Retrieved, answer: Answer) -> Result:
        answered = answer.outcome == "answered"
        wrong = _wrong(question, gold, answer)
        attempt = not wrong
        passed = attempt if answered else not question.answerable
        why = [] if passed else wrong if answered else ["refused"]
        read = [hit.passage for hit in retrieved.hits]
        figures = {"correct": float(passed)}
        figures["truthfulness"] = 1.0 if passed else 0.0 if question.answerable and not answered else -1.0
        figures |= measure(question, gold, answer, read, self._text)
        form = render.answer_object(answer)
        return replace(
            row,
            **{name: form[name] for name in ("standalone", "outcome", "reason", "answer", "short_answer")},
            confidence=form["confidence"],
            claims=form["claims"],
            citations=[
                c | self._context(gold, place) for c, place in zip(form["citations"], answer.citations, strict=True)
            ],
            closest=[c | self._context(gold, place) for c, place in zip(form["closest"], answer.closest, strict=True)],
            figures=figures,
            passed=passed,
            attempt=attempt,
            why=why,
        )

    def _context(self, gold: Gold, place: Citation | Closest) -> dict[str, Any]:
        """Return the text around a quote, and where in all of it gold evidence stands."""
        text = self._text(place.source)
        first, last = max(0, place.start - CONTEXT_CHARS), min(len(text), place.end + CONTEXT_CHARS)
        shown = Span(place.source, first, last)
        marked = [
            [max(span.start, first) - first, min(span.end, last) - first]
            for span in gold.spans
            if not gold.whole and span.overlap(shown)
        ]
        return {"before": text[first : place.start], "after": text[place.end : last], "gold": marked}


def _wrong(question: Question, gold: Gold, answer: Answer) -> list[str]:
    """Return why what was said, or on a refusal what came closest, is not right; nothing if it is."""
    if not question.answerable:
        return ["answered what the sources do not say"]
    if answer.outcome == "answered":
        spans = [span for citation in answer.citations for span in citation_spans(citation)]
        return judge(question, gold, said(answer), spans, told_as_disputed(answer))
    text = "\n".join(closest.quote for closest in answer.closest)
    return judge(question, gold, text, [Span(c.source, c.start, c.end) for c in answer.closest])


def _whole(results: list[Result], ranks: Mapping[str, Mapping[str, float]], of: Sequence[str | None]) -> list[Result]:
    """Add the figures that take more than one question."""
    passed = {result.key: result.passed for result in results}
    whole = []
    for result, original in zip(results, of, strict=True):
        figures = {**result.figures, **ranks.get(result.key, {})}
        if original is not None and f"{result.file}/{original}" in passed:
            figures["flip"] = float(result.passed != passed[f"{result.file}/{original}"])
        whole.append(replace(result, figures={name: round(found, 6) for name, found in figures.items()}))
    return whole


def _plain(value: Any) -> Any:
    """Return tuples as lists and members as objects: what JSON gives back."""
    if isinstance(value, tuple):
        return [_plain(item) for item in value]
    return value if isinstance(value, str) else asdict(value)


def _comparable(answer: Answer | None) -> dict[str, Any] | None:
    return {**render.answer_object(answer), "timings_ms": None, "warnings": None} if answer else None
