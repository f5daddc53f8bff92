"""What people thought of answers, as drafts of gold questions for ``rag eval`` (docs/eval.md)."""

from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

from rag.schema import Answer, Turn
from rag.web.conversations import Conversations, Rating


def candidates(conversations: Conversations, owner: str) -> list[dict[str, Any]]:
    """Return an owner's answers that were liked or disliked in the gold form, ``reviewed`` false, oldest first.

    A liked answer is the right one: what it says in short is the answer, its quotes are the evidence, a group a claim.
    Of a disliked one only what it said is known to be wrong: what is right is for a person to write.
    """
    found = []
    for summary in reversed(conversations.list(owner)):
        answers, ratings = conversations.answers(owner, summary.id), conversations.ratings(owner, summary.id)
        found += [
            _candidate(f"{summary.id}-{place}", answers[place], answers[:place], rating)
            for place, rating in ratings.items()
            if rating.liked is not None
        ]
    return found


def _candidate(identity: str, answer: Answer, before: Sequence[Answer], rating: Rating) -> dict[str, Any]:
    short = answer.short_answer.split("; ") if answer.short_answer else []  # of a question in parts, one a part
    quotes = {citation.number: {"source": citation.source, "quote": citation.quote} for citation in answer.citations}
    right = {
        "answers": [[part] for part in short],
        "evidence": [[quotes[number] for number in claim.citations] for claim in answer.claims],
        "must_not_contain": [],
    }
    wrong = {"answers": [], "evidence": [], "must_not_contain": short}
    return {
        "id": identity,
        "type": "draft",
        "question": answer.question,
        "history": [asdict(Turn(turn.question, turn.answer)) for turn in before],
        "answerable": answer.outcome == "answered" if rating.liked else True,
        **(right if rating.liked else wrong),
        "reviewed": False,
        "comment": rating.comment,
    }
