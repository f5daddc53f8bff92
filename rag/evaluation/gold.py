"""A gold file: questions with the answers and the evidence that a right answer has.

    {"id": "q1", "type": "number", "question": "…", "history": [], "answerable": true,
     "answers": [["32", "thirty-two"]], "evidence": [[{"source": "a.txt", "quote": "32 Cuban…"}]],
     "must_not_contain": []}

``answers`` and ``evidence`` are AND-lists of OR-groups: every group must be met, by any of its members. An empty quote
stands for the whole document. Public sets name further fields, of which some are read: see :class:`Question`.
"""

import gzip
import hashlib
import zlib
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Annotated, Any, Self

from pydantic import AliasChoices, BeforeValidator, Field, TypeAdapter, ValidationError

from rag.errors import GoldError
from rag.schema import Turn

TYPES = {
    "who": "a person or body",
    "what": "a thing, an event, a statement's content",
    "when": "a date or time",
    "where": "a place",
    "number": "a count or amount",
    "quote": "what somebody said, word for word",
    "attribution": "who said it",
    "list": "several items",
    "why": "a cause or reason",
    "yes_no": "decided by the text, one way or the other",
    "multi": "takes several sentences",
    "computed": "follows from what the text says by arithmetic",
    "paraphrase": "another question in words that the text does not use",
    "noisy": "another question with typing errors, in lower case, or in keywords",
    "follow_up": "needs the turns before it",
    "absent": "on the topic, with names of the text, and not in it",
    "false_premise": "takes for granted what the text does not say or denies",
    "off_topic": "nothing to do with the text",
    "injection": "instructions to the program",
    "draft": "drafted by rag eval new, or from what people thought of an answer",
    # of the public sets
    "factoid": "a fact (SQuAD 2.0, NQ)",
    "near_miss": "unanswerable, written to mislead (SQuAD 2.0)",
    "long": "a long answer (ClapNQ)",
    "bridge": "over two documents (HotpotQA)",
    "comparison": "of two things (HotpotQA)",
    "multi_hop": "over several documents (MuSiQue)",
    "relevant": "answered by the passages given (NoMIRACL)",
    "non_relevant": "not answered by the passages given (NoMIRACL)",
    "inference_query": "over several articles (MultiHop-RAG)",
    "comparison_query": "over several articles (MultiHop-RAG)",
    "temporal_query": "over several articles (MultiHop-RAG)",
    "null_query": "in no article (MultiHop-RAG)",
    "answerable": "in a conversation (MTRAG)",
    "partial": "in a conversation, answered in part (MTRAG)",
    "unanswerable": "in a conversation (MTRAG)",
    "underspecified": "in a conversation, wants a question back (MTRAG)",
    "multi_source": "several sources, each with its own answer (QuoteSum)",
    "conflict": "documents disagree (RAMDocs)",
    "summary": "wants a summary (SummHay)",
}
"""Every known type, and what a question of that type asks for."""


@dataclass(frozen=True, slots=True)
class Member:
    """One place that supports an answer; an empty quote stands for the whole document."""

    source: str
    quote: str


def _several(value: Any) -> Any:
    return (value,) if isinstance(value, str) else tuple(value) if isinstance(value, list) else value


@dataclass(frozen=True, slots=True)
class Question:
    """A line of a gold file; fields that are not named here are passed over."""

    id: str
    type: str
    question: str
    answerable: bool
    history: tuple[Turn, ...] = ()
    answers: tuple[tuple[str, ...], ...] = ()
    evidence: tuple[tuple[Member, ...], ...] = ()
    must_not_contain: Annotated[
        tuple[str, ...], Field(validation_alias=AliasChoices("must_not_contain", "wrong_answers"))
    ] = ()
    """What no right answer contains."""
    sources: Annotated[
        tuple[str, ...], BeforeValidator(_several), Field(validation_alias=AliasChoices("passages", "passage"))
    ] = ()
    """The documents that the question was written for; a suite may restrict it to them."""
    split: str | None = None
    of: str | None = None
    """The question of which this one is a variant: it should fare the same."""
    must_pass: bool = False
    """Whether the gate fails if this question does."""
    reviewed: bool = True
    """False in a draft that no person has looked at."""
    line: int = 0
    """1-based line of the file; not read from it."""


@dataclass(frozen=True, slots=True)
class GoldFile:
    """A gold file, the name it goes by, and the folder where its floors and baseline lie."""

    name: str
    path: Path
    beside: Path

    @classmethod
    def at(cls, path: str | Path) -> Self:
        """Return a file that goes by its own name, with floors and baseline beside it."""
        path = Path(path)
        return cls(path.name.removesuffix(".gz").removesuffix(".jsonl"), path, path.parent)

    def sha256(self) -> str:
        """Return the hash of its bytes."""
        return hashlib.sha256(self.path.read_bytes()).hexdigest()


_FORM = TypeAdapter(Question)


def load(path: str | Path) -> list[Question]:
    """Read a gold file, compressed (``.gz``) or not.

    Raises:
        GoldError: it cannot be read, a line is not in the gold form, an id stands twice, or it holds no question.
    """
    questions: list[Question] = []
    first: dict[str, int] = {}
    for number, line in _lines(Path(path)):
        try:
            question = replace(_FORM.validate_json(line, strict=True), line=number)
        except ValidationError as error:
            found = error.errors()[0]
            where = ".".join(map(str, found["loc"]))
            raise GoldError(f"{path} line {number}: {where + ': ' if where else ''}{found['msg']}: {_HELP}") from None
        if question.id in first:
            raise GoldError(f"{path} line {number}: id {question.id!r} stands on line {first[question.id]} too")
        first[question.id] = number
        questions.append(question)
    if not questions:
        raise GoldError(f"{path} holds no question: rag eval new drafts some from an index")
    return questions


_HELP = "the gold form is in docs/eval.md"


def _lines(path: Path) -> Iterator[tuple[int, str]]:
    """Yield the lines that are not blank, with their 1-based numbers."""
    try:
        with gzip.open(path) if path.suffix == ".gz" else path.open("rb") as lines:
            for number, line in enumerate(lines, start=1):
                try:
                    text = line.decode("utf-8-sig" if number == 1 else "utf-8")
                except UnicodeDecodeError as error:
                    raise GoldError(f"{path} line {number} is not UTF-8 ({error.reason}): {_HELP}") from None
                if text.strip():
                    yield number, text
    except (OSError, EOFError, zlib.error) as error:
        raise GoldError(f"{path} cannot be read: {getattr(error, 'strerror', None) or error}") from None
