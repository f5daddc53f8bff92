"""The HTML of the evaluation tab: each figure over time as a small plot, the same in numbers, and what was skipped."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from math import ceil, floor
from pathlib import Path
from urllib.parse import quote

from rag.web import words
from rag.web.runs import Found, RunSummary, Value
from rag.web.template import html

MOST = 60
"""Runs in a plot and in the table."""
FIRST_SHOWN = ("correct", "citation_recall", "citation_precision", "ndcg@10", "over_refusal", "false_answer")
"""Figures that are shown until others are chosen."""
WIDTH, HEIGHT = 360, 190
LEFT, RIGHT, TOP, BOTTOM = 44, 350, 10, 160
"""The frame of a plot inside its picture."""
STEPS = (0.05, 0.1, 0.2, 0.5)
"""What the lines of a grid may lie apart."""
MOST_LINES = 6


@dataclass(frozen=True, slots=True)
class _Plot:
    """A figure over time: its name in words, its newest value, and the picture."""

    named: str
    last: Value
    plot: str


@dataclass(frozen=True, slots=True)
class _Row:
    """A run in the table, with the address of its report."""

    run: RunSummary
    address: str
    started: str


def series(runs: Sequence[RunSummary]) -> list[str]:
    """Return what the runs asked, each once, that of the newest run first."""
    return list(dict.fromkeys(run.series for run in runs))


def figures(runs: Sequence[RunSummary]) -> list[str]:
    """Return the figures that any of the runs has, in the order in which ``rag eval`` shows them."""
    return list(dict.fromkeys(name for run in runs for name in run.figures))


def named(figure: str) -> str:
    """Return a figure's name in words."""
    return figure.replace("_", " ")


def page(found: Found, chosen: str | None, names: Sequence[str], folder: Path) -> str:
    """Return all that the tab shows of one series.

    Args:
        found: the runs, newest first, and what was skipped.
        chosen: the series.
        names: the figures to show.
        folder: where runs are looked for, as a reader would name it.
    """
    if not found.runs:
        return html("trend", "empty", str(folder), found.skipped)
    own = [run for run in found.runs if run.series == chosen]
    shown = own[:MOST]
    more = words.RUNS_NEWEST.format(shown=len(shown), all=len(own)) if len(own) > len(shown) else ""
    there = {name: named(name) for name in names if any(name in run.figures for run in shown)}
    plots = [_Plot(told, _last(shown, name), plot(shown[::-1], name)) for name, told in there.items()]
    rows = [_Row(run, quote(run.name), _when(run.started)) for run in shown]
    return html("trend", "page", rows, there, more, plots, found.skipped)


def plot(runs: Sequence[RunSummary], name: str) -> str:
    """Return one figure over time as an SVG picture.

    Args:
        runs: of one series, oldest first; they stand evenly spaced in this order.
        name: the figure; a run without it leaves its place empty.
    """
    points = [(n, run, run.figures[name]) for n, run in enumerate(runs) if name in run.figures]
    step, least, most = _scale([value for _, _, value in points])
    apart = (RIGHT - LEFT) / len(runs)

    def x(n: float) -> float:
        return round(LEFT + apart * (n + 0.5), 1)

    def y(value: float) -> float:
        return round(BOTTOM - (BOTTOM - TOP) * (value - least) / (most - least), 1)

    lines = [least + step * n for n in range(round((most - least) / step) + 1)]
    upper = [f"{x(n)},{y(value.high)}" for n, _, value in points]
    lower = [f"{x(n)},{y(value.low)}" for n, _, value in reversed(points)]
    ends = [(0, "middle" if len(runs) == 1 else "start"), *([(len(runs) - 1, "end")] if len(runs) > 1 else [])]
    at = {"start": LEFT, "middle": (LEFT + RIGHT) / 2, "end": RIGHT}
    count = words.RUNS_ONE if len(points) == 1 else words.RUNS_MANY.format(count=len(points))
    return html(
        "trend",
        "plot",
        {"width": WIDTH, "height": HEIGHT, "left": LEFT, "right": RIGHT, "top": TOP, "bottom": BOTTOM},
        words.RUNS_PLOT.format(figure=named(name), count=count, value=points[-1][2]),
        grid=[(y(line), f"{line:.2f}") for line in lines],
        changed=[x(n - 0.5) for n in range(1, len(runs)) if runs[n].gold != runs[n - 1].gold],
        band=" ".join(upper + lower),
        line=" ".join(f"{x(n)},{y(value.value)}" for n, _, value in points),
        points=[
            (_point(run, name, value), round(x(n) - apart / 2, 1), x(n), y(value.low), y(value.value), y(value.high))
            for n, run, value in points
        ],
        width=round(apart, 1),
        dates=[(at[anchor], anchor, _when(runs[n].started)[:10]) for n, anchor in ends],
    )


def _scale(values: Sequence[Value]) -> tuple[float, float, float]:
    """Return the step of the grid, and its least and greatest line: around every interval, never less than a fifth."""
    low, high = min(value.low for value in values), max(value.high for value in values)
    for step in STEPS:
        least, most = floor(low / step + 1e-9) * step, ceil(high / step - 1e-9) * step
        if round((most - least) / step) < MOST_LINES:
            break
    if most - least < 0.2:  # a change of a hair must not look like a cliff
        most = min(1.0, least + 0.2)
        least = most - 0.2
    return step, least, most


def _last(runs: Sequence[RunSummary], name: str) -> Value:
    """Return a figure of the newest of some runs that has it."""
    return next(run.figures[name] for run in runs if name in run.figures)


def _point(run: RunSummary, name: str, value: Value) -> str:
    started = _when(run.started)
    return words.RUNS_POINT.format(figure=named(name), value=value, questions=value.n, name=run.name, when=started)


def _when(moment: datetime) -> str:
    return moment.astimezone(UTC).strftime("%Y-%m-%d %H:%M")
