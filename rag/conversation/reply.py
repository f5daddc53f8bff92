"""What is said to the tool (:mod:`rag.conversation.smalltalk`) gets its reply: a summary that is quoted, or a message.

A message claims nothing of the sources, so that its outcome is a refusal, ``no_question``.
"""

from collections.abc import Callable

from rag.conversation import smalltalk
from rag.index.opened import Index
from rag.reading.citations import compose
from rag.reading.selection import Selected
from rag.reading.summary import summarise
from rag.schema import LENGTHS, Answer, Filter

MOST_SUMMARY = 4
MOST_ABOUT = 1
"""Sentences that say what one document is about; several are told about as they are summarised."""


def reply(
    index: Index,
    said: smalltalk.Kind,
    question: str,
    chosen: Filter,
    suggest: Callable[[], tuple[str, ...]],
    length: str = "all",
) -> Answer:
    """Return the answer to what was said.

    Args:
        index: what it is about.
        said: what :func:`rag.conversation.smalltalk.kind` makes of it.
        question: as it was typed.
        chosen: which documents may answer.
        suggest: gives what can be asked; called only where that is shown.
        length: of a summary that names no number of sentences, one of ``LENGTHS``.
    """
    titles = index.store.titles(chosen)
    told, standalone = (
        {"encoder": index.manifest.encoder.name, "reader": None, "llm": None},
        " ".join(question.split()),
    )
    if said in smalltalk.MESSAGES:
        return Answer(
            question,
            standalone,
            outcome="refused",
            reason="no_question",
            confidence=0.0,
            index=index.id,
            model=told,
            message=smalltalk.message(said, titles),
            suggestions=() if said == "goodbye" else suggest(),
        )
    most = MOST_ABOUT if said == "about" and len(titles) == 1 else MOST_SUMMARY
    most = smalltalk.sentences_wanted(question, most, min(most, LENGTHS[length] or most))
    composed = compose(Selected(1.0, summarise(index, chosen, most)))
    reason = None if composed.claims else "not_supported" if titles else "nothing_found"
    return Answer(
        question,
        standalone,
        outcome="refused" if reason else "answered",
        reason=reason,
        confidence=0.0 if reason else 1.0,
        claims=composed.claims,
        citations=composed.citations,
        index=index.id,
        model=told,
    )
