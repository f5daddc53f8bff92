"""A question in its conversation becomes a question that stands alone.

Only white space is tidied so far: a follow-up is asked as it was typed. Every caller already passes the history, so
that rewriting "And when?" is a change of this module and no other.
"""

from collections.abc import Sequence

from rag.schema import Turn


def standalone(question: str, history: Sequence[Turn]) -> str:  # noqa: ARG001 (the seam for follow-ups)
    """Return the question to retrieve and read for.

    Args:
        question: as it was typed.
        history: earlier turns, oldest first.
    """
    return " ".join(question.split())
