"""Two runs of the same questions: which answers changed, and whether a figure did."""

from collections.abc import Sequence
from typing import Any

from rag.evaluation.figures import FIGURES
from rag.evaluation.results import Result
from rag.evaluation.statistics import holm, mcnemar, permutation


def compare(before: Sequence[Result], after: Sequence[Result]) -> dict[str, Any]:
    """Return every change of a figure and of a question's outcome, over the questions that both runs asked alike.

    Yes/no figures are tested by McNemar's exact test, graded ones by a paired permutation test; ``p_holm`` is corrected
    over the gated figures by Holm's method, and None for the others.
    """
    old, new = ({(result.key, result.question): result for result in run} for run in (before, after))
    pairs = [(old[key], new[key]) for key in old if key in new]
    rows = [row for name in FIGURES if (row := _change(name, pairs))]
    gated = [row for row in rows if row["gated"]]
    for row, p in zip(gated, holm([row["p"] for row in gated]), strict=True):
        row["p_holm"] = round(p, 6)
    return {
        "figures": rows,
        "flips": [
            {"file": b.file, "id": b.id, "type": b.type, "question": b.question, "was": a.passed, "now": b.passed}
            for a, b in pairs
            if a.passed != b.passed
        ],
        "only_a": [key for key, question in old if (key, question) not in new],
        "only_b": [key for key, question in new if (key, question) not in old],
    }


def chance(p: float) -> str:
    """Return a p value for people.

    >>> chance(0.0312), chance(0.0000004)
    ('0.031', '< 0.001')
    """
    return f"{p:.3f}" if p >= 0.001 else "< 0.001"


def _change(name: str, pairs: Sequence[tuple[Result, Result]]) -> dict[str, Any] | None:
    """Return how a figure changed over the pairs that both have it, or None if none has."""
    shared = [(a.figures[name], b.figures[name]) for a, b in pairs if name in a.figures and name in b.figures]
    if not shared:
        return None
    before, after = ([pair[side] for pair in shared] for side in (0, 1))
    figure, n = FIGURES[name], len(shared)
    test = mcnemar if figure.binary else permutation
    return {
        "figure": name,
        "a": round(sum(before) / n, 4),
        "b": round(sum(after) / n, 4),
        "difference": round((sum(after) - sum(before)) / n, 4),
        "p": round(test(before, after), 6),
        "p_holm": None,
        "test": test.__name__,
        "n": n,
        "better": figure.better,
        "gated": figure.gated,
    }
