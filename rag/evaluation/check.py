"""A gold file looked at before it is trusted: what is wrong in it, and what a person should look at."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

from rapidfuzz import fuzz, process

from rag.evaluation.evidence import locate
from rag.evaluation.gold import TYPES, Question
from rag.evaluation.text import contains
from rag.schema import Document
from rag.text.terms import numbers, terms, words

NEAR_DUPLICATE = 90
"""Least similarity, 0 to 100, of two questions that a person should look at."""
COPIED_WORDS = 6
"""A question with so many words in a row from its evidence's sentence copies it."""


@dataclass(frozen=True, slots=True)
class Problem:
    """What is wrong with a question, or worth a look."""

    level: Literal["error", "warning"]
    line: int
    id: str
    message: str


def check(questions: Sequence[Question], document: Callable[[str], Document | None]) -> list[Problem]:
    """Return the problems of a gold file, in the order of its lines.

    Args:
        questions: of one file.
        document: gives a source's document, or None if there is none.
    """
    known = {question.id: question for question in questions}
    problems = [
        Problem("error", question.line, question.id, message)
        for question in questions
        for message in (*_malformed(question), *_unfounded(question, known, document))
    ]
    problems += [Problem("warning", q.line, q.id, message) for q in questions for message in _warnings(q, document)]
    problems += _near_duplicates(questions)
    return sorted(problems, key=lambda problem: (problem.line, problem.level))


def _malformed(question: Question) -> Iterator[str]:
    if question.type not in TYPES:
        yield f"type {question.type!r} is unknown: known are {', '.join(TYPES)}"
    if not question.question.strip():
        yield "the question is empty"
    if not question.answerable and (question.answers or question.evidence):
        yield "it is unanswerable and has answers or evidence: leave both empty"
    for name, groups in (("answers", question.answers), ("evidence", question.evidence)):
        if not all(groups):
            yield f"{name} has a group without members, which nothing can meet"
    if any(not member.strip() for group in question.answers for member in group):
        yield "answers has an empty member"


def _unfounded(
    question: Question, known: dict[str, Question], document: Callable[[str], Document | None]
) -> Iterator[str]:
    for member in locate(question, document).missing:
        if document(member.source) is None:
            yield f"evidence names {member.source!r}, which is not among the sources"
        else:
            yield f"evidence is not in {member.source}: {member.quote!r}"
    if question.of is not None:
        original = known.get(question.of)
        if original is None:
            yield f"it is a variant of {question.of!r}, which is not in the file"
        elif original.answerable != question.answerable:
            yield f"it is a variant of {question.of!r}, of which the opposite is said of being answerable"


def _warnings(question: Question, document: Callable[[str], Document | None]) -> Iterator[str]:
    if question.answerable and not question.answers and not question.evidence:
        yield "it is answerable and has neither answers nor evidence: any answer will do"
    for n, group in enumerate(question.answers, start=1):
        if question.type != "yes_no" and group and all(contains(question.question, member) for member in group):
            yield f"the question itself holds answer {n} ({group[0]}): any sentence that repeats it will do"
    if run := _copied(question, document):
        yield f"it copies its evidence: {run!r}"


def _copied(question: Question, document: Callable[[str], Document | None]) -> str | None:
    """Return a run of the question's words that its evidence has in the same order, if it is a long one."""
    asked = words(question.question)
    for group in question.evidence:
        for member in group:
            found = document(member.source)
            said = _said(found.text) if found and member.quote else ""
            for start in range(len(asked) - COPIED_WORDS + 1):
                run = " ".join(asked[start : start + COPIED_WORDS])
                if f" {run} " in said and len(set(terms(run))) > COPIED_WORDS // 2:
                    return run
    return None


@lru_cache(256)
def _said(text: str) -> str:
    """Return a text's words between spaces: many questions are about one document."""
    return f" {' '.join(words(text))} "


def _near_duplicates(questions: Sequence[Question]) -> Iterator[Problem]:
    """Yield a warning for the later of two questions that are nearly alike and no variants of each other."""
    texts = [" ".join(words(question.question)) for question in questions]
    scores = process.cdist(texts, texts, scorer=fuzz.token_sort_ratio, score_cutoff=NEAR_DUPLICATE)
    for later, question in enumerate(questions):
        for first in scores[later][:later].nonzero()[0]:
            other = questions[first]
            linked = question.of in (other.id, other.of or "") or other.of == question.id
            same = question.history == other.history and numbers(question.question) == numbers(other.question)
            if same and not linked:
                alike = f"it is nearly the same question as {other.id} on line {other.line}"
                yield Problem("warning", question.line, question.id, alike)
