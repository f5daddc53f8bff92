"""Many results become one summary: each figure with its interval, for all questions and for each type."""

from collections.abc import Sequence
from typing import Any

from rag.evaluation.figures import FIGURES, Figure
from rag.evaluation.results import Result
from rag.evaluation.statistics import bootstrap, risk_coverage, wilson

RISK = 0.05
ALL_TYPES = "all"


def summarise(results: Sequence[Result]) -> dict[str, Any]:
    """Return the figures, the confusion matrix and the risk-coverage curve of a run."""
    return {
        "questions": len(results),
        "figures": figures(results),
        "abstention": confusion(results),
        "risk_coverage": curve(results),
    }


def figures(results: Sequence[Result]) -> dict[str, dict[str, Any]]:
    """Return each figure that applies to any question, as ``{"all": …, "types": {type: …}}``."""
    types = list(dict.fromkeys(result.type for result in results))
    found = {}
    for figure in FIGURES.values():
        whole = summary_of(figure, results)
        if whole["n"]:
            by_type = {type_: summary_of(figure, [r for r in results if r.type == type_]) for type_ in types}
            found[figure.name] = {
                ALL_TYPES: whole,
                "types": {type_: summary for type_, summary in by_type.items() if summary["n"]},
            }
    return found


def summary_of(figure: Figure, results: Sequence[Result]) -> dict[str, Any]:
    """Return a figure's mean with its 95% interval, and how many questions it applies to and does not."""
    having = [result for result in results if figure.name in result.figures]
    values = [result.figures[figure.name] for result in having]
    absent = {"n": len(values), "absent": len(results) - len(values), "better": figure.better}
    if not values:
        return {"value": None, "low": None, "high": None, **absent, "interval": None}
    low, high = wilson(values) if figure.binary else bootstrap(values, [result.about for result in having])
    mean = sum(values) / len(values)
    interval = "wilson" if figure.binary else "bootstrap"
    return {"value": round(mean, 4), "low": round(low, 4), "high": round(high, 4), **absent, "interval": interval}


def confusion(results: Sequence[Result]) -> dict[str, int]:
    """Return how many answerable and unanswerable questions were answered and refused; exceptions are in neither."""
    return {
        f"{outcome}_{name}": sum(r.outcome == outcome and r.answerable == answerable for r in results)
        for name, answerable in (("answerable", True), ("unanswerable", False))
        for outcome in ("answered", "refused")
    }


def curve(results: Sequence[Result]) -> dict[str, Any]:
    """Return risk against coverage when only the surest questions are answered.

    An unanswerable question is wrong whenever it is answered. One that was refused is judged by its closest passages:
    what would have been said.
    """
    asked = [result for result in results if result.outcome != "error"]
    points = risk_coverage([result.confidence for result in asked], [result.attempt for result in asked])
    answered = [result for result in asked if result.outcome == "answered"]
    risk = sum(not result.attempt for result in answered) / len(answered) if answered else 0.0
    return {
        "aurc": round(sum(risk for _, risk in points) / len(points), 4) if points else None,
        "coverage_at_5": round(max((coverage for coverage, risk in points if risk <= RISK), default=0.0), 4),
        "operating": [round(len(answered) / len(asked), 4) if asked else 0.0, round(risk, 4)],
        "curve": [[round(coverage, 4), round(risk, 4)] for coverage, risk in points],
    }
