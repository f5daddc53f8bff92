"""The HTML of the evaluation tab: each figure over time as a small plot, the same in numbers, and what was skipped.

Every text from a run's folder passes through :func:`html.escape`.
"""

from collections.abc import Sequence
from datetime import UTC, datetime
from html import escape
from math import ceil, floor
from pathlib import Path
from urllib.parse import quote

from rag.web import words
from rag.web.runs import Found, RunSummary, Skipped, Value

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
    own = [run for run in found.runs if run.series == chosen]
    shown = own[:MOST]
    if not found.runs:
        return f'<div class="ql-runs">{_empty(folder)}{_skipped(found.skipped)}</div>'
    more = words.RUNS_NEWEST.format(shown=len(shown), all=len(own)) if len(own) > len(shown) else ""
    plots = "".join(_figure(shown[::-1], name) for name in names if any(name in run.figures for run in shown))
    return (
        f'<div class="ql-runs"><p class="ql-note">{words.RUNS_ABOUT} {more}</p>'
        f'<div class="ql-plots">{plots or f"<p>{words.RUNS_NO_FIGURE}</p>"}</div>'
        f"{_table(shown, names)}{_skipped(found.skipped)}</div>"
    )


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

    grid = "".join(
        f'<path class="ql-grid" d="M{LEFT} {y(at)}H{RIGHT}"/>'
        f'<text x="{LEFT - 6}" y="{y(at) + 4}" text-anchor="end">{at:.2f}</text>'
        for at in (least + step * n for n in range(round((most - least) / step) + 1))
    )
    changed = "".join(
        f'<g class="ql-changed"><title>{words.RUNS_NEW_GOLD}</title><path d="M{x(n - 0.5)} {TOP}V{BOTTOM}"/></g>'
        for n in range(1, len(runs))
        if runs[n].gold != runs[n - 1].gold
    )
    upper = [f"{x(n)},{y(value.high)}" for n, _, value in points]
    lower = [f"{x(n)},{y(value.low)}" for n, _, value in reversed(points)]
    line = " ".join(f"{x(n)},{y(value.value)}" for n, _, value in points)
    marks = "".join(
        f'<g class="ql-point"><title>{_point(run, name, value)}</title>'
        f'<rect x="{round(x(n) - apart / 2, 1)}" y="{TOP}" width="{round(apart, 1)}" height="{BOTTOM - TOP}"/>'
        f'<path d="M{x(n)} {y(value.low)}V{y(value.high)}"/><circle cx="{x(n)}" cy="{y(value.value)}" r="3.5"/></g>'
        for n, run, value in points
    )
    ends = [(0, "middle" if len(runs) == 1 else "start"), *([(len(runs) - 1, "end")] if len(runs) > 1 else [])]
    at = {"start": LEFT, "middle": (LEFT + RIGHT) / 2, "end": RIGHT}
    dates = "".join(
        f'<text x="{at[anchor]}" y="{BOTTOM + 20}" text-anchor="{anchor}">{_when(runs[n].started)[:10]}</text>'
        for n, anchor in ends
    )
    count = words.RUNS_ONE if len(points) == 1 else words.RUNS_MANY.format(count=len(points))
    told = words.RUNS_PLOT.format(figure=named(name), count=count, value=points[-1][2])
    return (
        f'<svg class="ql-plot" viewBox="0 0 {WIDTH} {HEIGHT}" role="img" aria-label="{escape(told)}">'
        f'{grid}<polygon class="ql-band" points="{" ".join(upper + lower)}"/>{changed}'
        f'<polyline class="ql-line" points="{line}"/>{marks}{dates}</svg>'
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


def _figure(runs: Sequence[RunSummary], name: str) -> str:
    last = next(run.figures[name] for run in reversed(runs) if name in run.figures)
    return (
        f'<figure><figcaption><strong>{escape(named(name))}</strong> <span class="ql-note">{_better(last)}</span>'
        f'<span class="ql-last">{last.value:.3f}</span></figcaption>{plot(runs, name)}</figure>'
    )


def _table(runs: Sequence[RunSummary], names: Sequence[str]) -> str:
    """Return the runs in numbers, in the order given."""
    shown = [name for name in names if any(name in run.figures for run in runs)]
    titles = [*words.RUNS_TABLE_HEADS, *(escape(named(name)) for name in shown), *words.RUNS_TABLE_MORE]
    heads = "".join(f'<th scope="col">{title}</th>' for title in titles)
    rows = "".join(_row(run, shown) for run in runs)
    return (
        f'<div class="ql-wide" role="region" tabindex="0" aria-label="{words.RUNS_TABLE}"><table>'
        f"<caption>{words.RUNS_TABLE}</caption>"
        f"<thead><tr>{heads}</tr></thead>"
        f"<tbody>{rows}</tbody></table></div>"
    )


def _row(run: RunSummary, names: Sequence[str]) -> str:
    opens = escape(words.RUNS_OPENS.format(name=run.name))
    where = f'href="reports/{quote(run.name)}" target="_blank" rel="noopener" aria-label="{opens}"'
    judged = words.RUNS_PASSED if run.passed else words.RUNS_FAILED.format(count=run.failures)
    gate = f'<span class="{"ql-right" if run.passed else "ql-wrong"}">{judged}</span>'
    values = [
        f'{value.value:.3f} <span class="ql-note">{value.low:.3f}–{value.high:.3f}</span>'
        if (value := run.figures.get(name))
        else "–"
        for name in names
    ]
    commit = escape((run.commit or words.RUNS_UNKNOWN)[:10]) + (f" {words.RUNS_CHANGED}" if run.dirty else "")
    cells = [_when(run.started), gate, f"{run.questions}", *values, f"{run.p50_ms:.0f}"]
    cells += [escape(run.llm or words.RUNS_NO_LLM), commit]
    row = "".join(f"<td>{cell}</td>" for cell in cells)
    return f'<tr><th scope="row"><a {where}>{escape(run.name)}</a></th>{row}</tr>'


def _empty(folder: Path) -> str:
    told = words.RUNS_COMMAND.format(folder=f"<code>{escape(str(folder))}</code>")
    return f"<p><strong>{words.RUNS_NONE}</strong></p><p>{told}</p><pre><code>{words.RUNS_EXAMPLE}</code></pre>"


def _skipped(skipped: Sequence[Skipped]) -> str:
    if not skipped:
        return ""
    lines = "".join(f"<li><code>{escape(one.name)}</code> {escape(one.why)}</li>" for one in skipped)
    count = words.RUNS_SKIPPED.format(count=len(skipped))
    return f'<details class="ql-skipped"><summary>{count}</summary><ul>{lines}</ul></details>'


def _point(run: RunSummary, name: str, value: Value) -> str:
    return escape(
        words.RUNS_POINT.format(
            figure=named(name), value=value, questions=value.n, name=run.name, when=_when(run.started)
        )
    )


def _better(value: Value) -> str:
    return words.RUNS_HIGHER if value.better == "higher" else words.RUNS_LOWER


def _when(moment: datetime) -> str:
    return moment.astimezone(UTC).strftime("%Y-%m-%d %H:%M")
