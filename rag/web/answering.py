"""Answering a question of a conversation: what changes on the page from the press to the answer that is kept."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from copy import copy
from dataclasses import dataclass
from typing import Any

from rag.engine import AS_SET, Engine, Options
from rag.errors import RagError
from rag.schema import Answer, Filter, Progress, Retrieved, Turn
from rag.web import access, page, words
from rag.web.conversations import Conversations, Rating
from rag.web.desk import Desk, Run
from rag.web.document import Tab
from rag.web.live import Live
from rag.web.trace import Trace

TITLE_CHARS = 80
"""Of a conversation's title, the head of its first question."""

MOST_WAITING = 3
"""Pages that wait for an answer, this one too, while the careful reader reads: one more would wait too long."""

Changes = dict[str, Any]
"""New values by the name of a component of :class:`rag.web.chat.Chat`, and ``notice``: something to tell."""


@dataclass(frozen=True, slots=True)
class SentQuestion:
    """A question with the conversation in which it is asked."""

    question: str
    place: int
    """Its number in the conversation: what has it or a higher one is replaced once there is an answer."""
    conversation: list[Answer]
    current: str
    chosen: Filter
    turns: int
    owner: str
    typed: bool = False
    """It stood in the question box, and the script puts it back there if it comes to nothing."""
    options: Callable[[Engine], Options] = lambda _: AS_SET
    """What it wants otherwise than the settings; a RagError if this server does not have that."""


def shown(conversation: Sequence[Answer], ratings: Mapping[int, Rating], desk: Desk | None = None) -> str:
    """Return the HTML of a conversation; a desk adds how its answers were found."""
    read_only = desk is not None and desk.documents is not None
    return page.conversation(conversation, ratings, desk.traces if desk else {}, read_only=read_only)


def history(conversation: Sequence[Answer]) -> list[Turn]:
    """Return a conversation as the engine takes it."""
    return [Turn(answer.question, answer.answer) for answer in conversation]


def answering(
    live: Live, conversations: Conversations, desk: Desk, asked: SentQuestion, running: set[Run]
) -> Iterator[Changes]:
    """Yield what changes on the page while a question is answered; ``running`` holds it meanwhile."""
    if not asked.question.strip():
        return
    if desk.documents is not None:
        yield {"notice": words.CHAT_READ_ONLY}
        return
    run = desk.begin()
    if run is None:
        yield {"notice": words.CHAT_ONE_AT_A_TIME if asked.typed else words.CHAT_WAIT}
        return
    running.add(run)
    try:
        access.count()
        yield from _answered(live, conversations, desk, asked, run)
    except RagError as error:
        yield from _failed(conversations, desk, asked, run, str(error))
    except Exception:
        yield from _failed(conversations, desk, asked, run, words.CHAT_BROKEN)
        raise  # for the log of the server
    finally:
        running.discard(run)
        desk.end(run)


def _failed(conversations: Conversations, desk: Desk, asked: SentQuestion, run: Run, why: str) -> Iterator[Changes]:
    """Tell why there is no answer; the conversation stays as it was, and so does a question that was typed."""
    if desk.run is not run:
        return
    ratings = ratings_of(conversations, asked.owner, asked.current)
    yield {
        "chat": shown(asked.conversation, ratings, desk),
        "writing": page.made(asked.question, page.failed(why)),
    }


def _answered(live: Live, conversations: Conversations, desk: Desk, asked: SentQuestion, run: Run) -> Iterator[Changes]:
    before = asked.conversation[: asked.place]
    ratings = ratings_of(conversations, asked.owner, asked.current)
    replaces = not before or len(before) < len(asked.conversation)
    yield {
        "writing": page.made(asked.question, page.searching(None)),
        "offers": "",
        **({"chat": shown(before, ratings, desk) if before else ""} if replaces else {}),
    }
    trace = None
    with live.engine() as engine:
        hurried = engine.faster is not None and live.waiting() > MOST_WAITING
        reading = in_a_hurry(engine) if hurried else engine
        options = asked.options(reading)
        for event in reading.stream(asked.question, history(before), asked.chosen, run.stop, options):
            if desk.run is not run:  # another conversation was opened meanwhile
                return
            if isinstance(event, Retrieved):
                trace = Trace.of(event, hurried=hurried)
                yield {"writing": page.made(asked.question, page.searching(len(event.hits)))}
            elif isinstance(event, Progress):
                yield {"writing": page.made(asked.question, page.writing(event))}
            else:
                answer = event
    desk.traces = {place: kept for place, kept in desk.traces.items() if place < asked.place}
    if trace:
        desk.traces[asked.place] = trace
    conversation = [*before, answer]
    desk.turn = asked.turns + 1
    changes: Changes = {"conversation": conversation, "writing": "", "turns": desk.turn}
    current = asked.current
    try:
        current = _kept(conversations, asked, conversation)
    except RagError as error:
        changes["notice"] = words.CHAT_NOT_KEPT.format(why=error)
    kept = ratings_of(conversations, asked.owner, current)
    yield {
        **changes,
        "current": current,
        "chat": shown(conversation, kept, desk),
        **_opened(live, desk, answer, asked.place),
    }


def in_a_hurry(engine: Engine) -> Engine:
    """Return the same engine, but that the faster reader reads, where two do."""
    other = copy(engine)
    other.reader = engine.faster or engine.reader
    return other


def _opened(live: Live, desk: Desk, answer: Answer, place: int) -> Changes:
    """Open the document of an answer's first quote, among the tabs that are open by now.

    Without a quote no document stays in view: what is marked in it answered another question.
    """
    desk.tabs.forget_quotes(place)
    if not answer.citations:
        desk.tabs.show(-1)
        return {"panel": desk.panel(live)}
    first = answer.citations[0]
    desk.open(live, Tab(first.source, first.title, answer.citations, 0, place))
    return {"panel": desk.panel(live)}


def _kept(conversations: Conversations, asked: SentQuestion, conversation: list[Answer]) -> str:
    """Store a conversation's last answer; return the conversation's id, a new one if it was not stored or deleted."""
    if asked.current:
        try:
            if asked.place < len(asked.conversation):
                conversations.cut(asked.owner, asked.current, asked.place)
            conversations.append(asked.owner, asked.current, conversation[-1])
        except LookupError:
            pass
        else:
            return asked.current
    current = conversations.new(asked.owner, " ".join(conversation[0].question.split())[:TITLE_CHARS])
    for answer in conversation:
        conversations.append(asked.owner, current, answer)
    return current


def ratings_of(conversations: Conversations, owner: str, current: str) -> dict[int, Rating]:
    """Return the ratings of a conversation by place; none for one that is not stored, or not any longer."""
    try:
        return dict(conversations.ratings(owner, current)) if current else {}
    except (LookupError, RagError):
        return {}
