"""What a program may ask of the sources: each tool with its arguments, and the JSON form of what it gives.

Nothing here knows by which protocol it is asked.
"""

from collections.abc import Callable, Generator
from dataclasses import dataclass
from threading import Event
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter

from rag.engine import Engine
from rag.errors import UsageError
from rag.output import render
from rag.schema import SCHEMA_VERSION, Answer, Check, Filter, Turn
from rag.serving.limits import MOST_TEXT

MOST_CHARS = 20_000
"""Of a text at a time: what a language model reads in one go."""
MOST_LISTED = 100
"""Sources at a time."""


class Arguments(BaseModel):
    """What a tool is given; what it does not know is refused."""

    model_config = ConfigDict(extra="forbid", frozen=True, use_attribute_docstrings=True)


class _Limited(Arguments):
    sources: tuple[str, ...] = ()
    """Only sources like one of these patterns, such as reports/*; by default all."""
    after: str | None = None
    """Only documents published on this date or later: 2026-01-31."""
    before: str | None = None
    """Only documents published on this date or earlier."""

    @property
    def chosen(self) -> Filter:
        return Filter(self.sources, self.after, self.before)


class _Question(_Limited):
    question: str
    """A question about the sources, in any form of words."""


class AskArguments(_Question):
    """Of ``ask``."""

    history: tuple[Turn, ...] = ()
    """Earlier questions and answers of the conversation, oldest first, for a question that leaves something out."""


class SearchArguments(_Question):
    """Of ``search``."""

    k: Annotated[int, Field(ge=1, le=100)] = 8
    """How many passages."""


class CheckArguments(_Limited):
    """Of ``check``."""

    text: Annotated[str, Field(max_length=MOST_TEXT)]
    """The text as it was written, in any form; what it cites itself is no evidence."""


class ReadArguments(Arguments):
    """Of ``read``."""

    source: str
    """As a citation, a hit or the list of sources names it."""
    start: Annotated[int, Field(ge=0)] = 0
    """The first character."""
    end: Annotated[int | None, Field(ge=0)] = None
    """The character to stop before."""


class ListArguments(Arguments):
    """Of ``list_sources``."""

    find: str = ""
    """Only sources whose name, title or publisher has this in it."""
    offset: Annotated[int, Field(ge=0)] = 0
    """How many to pass over: those that were listed before."""


@dataclass(frozen=True, slots=True)
class Tool:
    """Something that a program may ask."""

    name: str
    title: str
    description: str
    arguments: type[Arguments]
    output: dict[str, Any]
    """JSON Schema of what it gives."""
    run: Callable[[Engine, Any, Event], dict[str, Any]]
    """Given an engine, its arguments, and what is set when nobody waits for the answer any longer."""
    steps: Callable[[Engine, Any], Generator[dict[str, Any], None, None]] | None = None
    """The same piece by piece, where it takes as long as many questions: the last is what it gives."""


def ask(engine: Engine, given: AskArguments, stop: Event) -> dict[str, Any]:
    """Answer a question."""
    *_, answer = engine.stream(given.question, given.history, given.chosen, stop)
    assert isinstance(answer, Answer)  # noqa: S101 (what stream promises)
    return render.answer_object(answer)


def search(engine: Engine, given: SearchArguments, _: Event) -> dict[str, Any]:
    """Retrieve passages without an answer."""
    return render.search_object(engine.search(given.question, given.k, given.chosen))


def check(engine: Engine, given: CheckArguments, stop: Event) -> dict[str, Any]:
    """Tell what the sources say to each claim of a text."""
    return render.check_object(engine.check(given.text, given.chosen, stop))


def check_steps(engine: Engine, given: CheckArguments) -> Generator[dict[str, Any], None, None]:
    """Do the same claim by claim; nothing is told but the whole."""
    known: list[Check] = []
    for found in engine.check_steps(given.text, given.chosen):
        known = [found]
        yield {}
    yield render.check_object(*known)


def read(engine: Engine, given: ReadArguments, _: Event) -> dict[str, Any]:
    """Return a source's text, or a part of it, at most ``MOST_CHARS`` at a time."""
    document = engine.index.store.document(given.source)
    size = len(document.text)
    end = size if given.end is None else given.end
    if not given.start <= end <= size:
        raise UsageError(f"start {given.start} and end {end} are no part of a text of {size} characters")
    end = min(end, given.start + MOST_CHARS)
    return {
        "source": document.source,
        "title": document.title,
        "publisher": document.publisher,
        "published": document.published,
        "url": document.url,
        "characters": size,
        "start": given.start,
        "end": end,
        "text": document.text[given.start : end],
        "index": engine.index.id,
    }


def list_sources(engine: Engine, given: ListArguments, _: Event) -> dict[str, Any]:
    """List the sources, at most ``MOST_LISTED`` at a time."""
    wanted = given.find.casefold()
    found = [
        one
        for one in engine.index.store.documents()
        if wanted in "\n".join((one.source, one.title, one.publisher or "")).casefold()
    ]
    shown = found[given.offset : given.offset + MOST_LISTED]
    return {
        "documents": len(found),
        "offset": given.offset,
        "sources": [
            {
                "source": one.source,
                "title": one.title,
                "publisher": one.publisher,
                "published": one.published,
                "characters": one.characters,
            }
            for one in shown
        ],
        "index": engine.index.id,
    }


_TEXT, _NUMBER, _WHOLE = {"type": "string"}, {"type": "number"}, {"type": "integer", "minimum": 0}
_MAYBE = {"type": ["string", "null"]}
_TIMINGS = {"type": "object", "additionalProperties": _NUMBER}


def _object(**properties: Any) -> dict[str, Any]:
    return {"type": "object", "properties": properties, "required": list(properties)}


def _list(item: dict[str, Any]) -> dict[str, Any]:
    return {"type": "array", "items": item}


def _answer() -> dict[str, Any]:
    """Return the schema of the JSON form of an answer: the nouns', and what the form adds."""
    form = TypeAdapter(Answer).json_schema()
    form["properties"] |= {
        "schema": {"const": SCHEMA_VERSION},
        "id": {"type": "null"},
        "answer": _TEXT,
        "certainty": {"enum": ["confident", "likely", "unsure"]},
    }
    form["required"] = sorted(
        {
            *("schema", "id", "question", "standalone", "outcome", "reason", "answer", "short_answer", "confidence"),
            *("claims", "citations", "closest", "index", "model", "timings_ms"),
        }
    )
    return form


def _check() -> dict[str, Any]:
    """Return the schema of the JSON form of a checked text, likewise."""
    form = TypeAdapter(Check).json_schema()
    form["properties"] |= {
        "schema": {"const": SCHEMA_VERSION},
        "id": {"type": "null"},
        "outcome": {"enum": ["supported", "not_supported"]},
    }
    form["required"] = ["schema", "id", "outcome", "claims", "citations", "index", "timings_ms"]
    return form


_SCHEMA = {"const": SCHEMA_VERSION}
_HIT = _object(
    source=_TEXT,
    start=_WHOLE,
    end=_WHOLE,
    text=_TEXT,
    score=_NUMBER,
    ranks={"type": "object", "additionalProperties": _WHOLE},
)
_SEARCH = _object(
    schema=_SCHEMA, id={"type": "null"}, question=_TEXT, hits=_list(_HIT), index=_TEXT, timings_ms=_TIMINGS
)
_READ = _object(
    source=_TEXT,
    title=_TEXT,
    publisher=_MAYBE,
    published=_MAYBE,
    url=_MAYBE,
    characters=_WHOLE,
    start=_WHOLE,
    end=_WHOLE,
    text=_TEXT,
    index=_TEXT,
)
_SOURCE = _object(source=_TEXT, title=_TEXT, publisher=_MAYBE, published=_MAYBE, characters=_WHOLE)
_SOURCES = _object(documents=_WHOLE, offset=_WHOLE, sources=_list(_SOURCE), index=_TEXT)

TOOLS = (
    Tool(
        "ask",
        "Ask the sources",
        "Answer a question from the user's documents. Each line of the answer has citations, each a verbatim quote "
        'with its place; outcome "refused" means that the sources do not say, and closest has what came nearest.',
        AskArguments,
        _answer(),
        ask,
    ),
    Tool(
        "search",
        "Search the sources",
        "Find the passages of the user's documents that are nearest to a question, best first, without an answer.",
        SearchArguments,
        _SEARCH,
        search,
    ),
    Tool(
        "read",
        "Read a source",
        f"Read the text of a source, or a part of it by characters, as citations count them: at most {MOST_CHARS} at "
        "a time; where end is less than characters, read on from there.",
        ReadArguments,
        _READ,
        read,
    ),
    Tool(
        "list_sources",
        "List the sources",
        f"List the user's documents with title, publisher and date: at most {MOST_LISTED} at a time, of as many as "
        "documents says; read on with offset.",
        ListArguments,
        _SOURCES,
        list_sources,
    ),
    Tool(
        "check",
        "Check a text against the sources",
        "Tell for each claim of a text, such as a draft, whether the user's documents support it, contradict it or "
        "do not have it, each with a verbatim quote, and whether what stands in quotation marks is verbatim. At most "
        f"{MOST_TEXT} characters at a time.",
        CheckArguments,
        _check(),
        check,
        check_steps,
    ),
)
"""Every tool only reads."""
