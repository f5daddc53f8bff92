"""The runs of ``rag eval`` that lie in a folder: which they are, and the report of each.

A run's ``summary.json`` is trusted in nothing: what is not in its form is skipped with the reason. A report is made
anew from the run's results, so that no script but the package's own is ever served.
"""

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Annotated, Literal

from fastapi import APIRouter, Response
from pydantic import AwareDatetime, Field, TypeAdapter, ValidationError

from rag.errors import GoldError
from rag.evaluation import html, results
from rag.evaluation.results import RESULTS, SUMMARY
from rag.web import words

DEEPEST = 4
"""How many folders a run may lie below the one that is looked through."""

Share = Annotated[float, Field(ge=-1, le=1, allow_inf_nan=False)]
Count = Annotated[int, Field(ge=0)]


@dataclass(frozen=True, slots=True)
class Value:
    """A figure of one run, over all its questions, with its 95% interval."""

    value: Share
    low: Share
    high: Share
    n: Count
    better: Literal["higher", "lower"]

    def __str__(self) -> str:
        return words.RUNS_VALUE.format(value=self.value, low=self.low, high=self.high)


@dataclass(frozen=True, slots=True)
class RunSummary:
    """One run, as the list of runs needs it."""

    name: str
    """Its path in the folder of runs, with ``/``: what its report is opened by."""
    folder: Path
    started: datetime
    questions: int
    series: str
    """The gold files that it asked, and of what part: only runs of one series are held against each other."""
    gold: tuple[str, ...]
    """SHA-256 of each of these files."""
    figures: dict[str, Value]
    passed: bool
    failures: int
    p50_ms: float
    llm: str | None
    commit: str | None
    dirty: bool


@dataclass(frozen=True, slots=True)
class PassedOver:
    """A folder that is not a run which can be shown, and why."""

    name: str
    why: str


@dataclass(frozen=True, slots=True)
class Found:
    """What a folder of runs holds."""

    runs: list[RunSummary]
    """Newest first."""
    skipped: list[PassedOver]


# ---- The form of summary.json, as far as it is read


@dataclass(frozen=True, slots=True)
class _Figure:
    all: Value


@dataclass(frozen=True, slots=True)
class _File:
    name: str
    sha256: str


@dataclass(frozen=True, slots=True)
class _Gate:
    passed: bool
    failures: list[str]


@dataclass(frozen=True, slots=True)
class _Selection:
    types: list[str]
    split: str | None
    limit: int | None


@dataclass(frozen=True, slots=True)
class _Operational:
    started: AwareDatetime
    p50_ms: Annotated[float, Field(ge=0, allow_inf_nan=False)]


@dataclass(frozen=True, slots=True)
class _Named:
    name: str


@dataclass(frozen=True, slots=True)
class _Summary:
    files: Annotated[list[_File], Field(min_length=1)]
    selection: _Selection
    questions: Count
    figures: dict[str, _Figure]
    gate: _Gate
    operational: _Operational
    models: dict[str, _Named | None]
    commit: str | None
    dirty: bool | None


_FORM = TypeAdapter(_Summary)


def found(folder: Path) -> Found:
    """Return the runs in a folder and in the folders inside it; a folder that is not there holds none."""
    if not folder.is_dir():
        return Found([], [])
    runs, skipped = _inside(folder, folder, 0)
    return Found(sorted(runs, key=lambda run: (run.started, run.name), reverse=True), skipped)


def _inside(root: Path, place: Path, depth: int) -> tuple[list[RunSummary], list[PassedOver]]:
    """Look through the folders in a folder; one that holds nothing of a run is told once, whatever it holds."""
    runs: list[RunSummary] = []
    skipped: list[PassedOver] = []
    for child in sorted(place.iterdir()):
        if child.name.startswith(".") or not (child.is_symlink() or child.is_dir()):
            continue
        name = child.relative_to(root).as_posix()
        try:
            name.encode()
            own, passed_over = _at(root, child, name, depth + 1)
        except UnicodeEncodeError:
            own, passed_over = [], [PassedOver(name.encode(errors="replace").decode(), words.RUNS_NOT_UTF8)]
        except OSError as error:
            own, passed_over = [], [PassedOver(name, words.RUNS_UNREADABLE.format(why=error.strerror))]
        runs += own
        skipped += passed_over
    return runs, skipped


def _at(root: Path, place: Path, name: str, depth: int) -> tuple[list[RunSummary], list[PassedOver]]:
    """Return the run that a folder is, or those that lie in it."""
    if place.is_symlink():
        return [], [PassedOver(name, words.RUNS_LINK)] if place.is_dir() else []
    if (place / SUMMARY).exists():
        try:
            return [_read(place, name)], []
        except ValidationError as error:
            first = error.errors()[0]
            where = ".".join(map(str, first["loc"]))
            why = f"{SUMMARY}: {where}: {first['msg']}" if where else f"{SUMMARY}: {first['msg']}"
            return [], [PassedOver(name, words.RUNS_UNREADABLE.format(why=why))]
        except FileNotFoundError:
            return [], [PassedOver(name, words.RUNS_NO_RESULTS)]
    if not any(place.iterdir()):
        return [], [PassedOver(name, words.RUNS_EMPTY)]
    if depth == DEEPEST:
        return [], [PassedOver(name, words.RUNS_DEEP)]
    runs, skipped = _inside(root, place, depth)
    if not runs and all(one.why in (words.RUNS_FOREIGN, words.RUNS_EMPTY, words.RUNS_DEEP) for one in skipped):
        return [], [PassedOver(name, words.RUNS_FOREIGN)]
    return runs, skipped


def _read(place: Path, name: str) -> RunSummary:
    """Read a run's summary.

    Raises:
        ValidationError: it is not in the form of this version's ``rag eval``.
        OSError: it cannot be read, or the results are not beside it.
    """
    summary = _FORM.validate_json((place / SUMMARY).read_bytes())
    (place / RESULTS).stat()
    llm = summary.models.get("llm")
    return RunSummary(
        name=name,
        folder=place,
        started=summary.operational.started,
        questions=summary.questions,
        series=_series(summary),
        gold=tuple(file.sha256 for file in summary.files),
        figures={figure: value.all for figure, value in summary.figures.items()},
        passed=summary.gate.passed,
        failures=len(summary.gate.failures),
        p50_ms=summary.operational.p50_ms,
        llm=llm.name if llm else None,
        commit=summary.commit,
        dirty=bool(summary.dirty),
    )


def _series(summary: _Summary) -> str:
    chosen = summary.selection
    parts = [" + ".join(file.name for file in summary.files), *chosen.types]
    parts += [chosen.split] if chosen.split else []
    parts += [words.RUNS_AT_MOST.format(count=chosen.limit)] if chosen.limit is not None else []
    return " · ".join(parts)


# ---- The report of a run

POLICY = (
    f"sandbox allow-scripts; default-src 'none'; script-src {html.SCRIPT_HASH}; style-src 'unsafe-inline'; "
    "img-src data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
"""What a report may do: run the package's own script, in an origin of its own, and ask nobody for anything."""


def router(folder: Path) -> APIRouter:
    """Return the route that serves the report of each run in a folder."""
    routes = APIRouter()

    @routes.get("/reports/{name:path}")
    def report(name: str) -> Response:
        """Serve the report of a run that the list has; no path is ever made of what was asked for."""
        run = next((run for run in found(folder).runs if run.name == name), None)
        if run is None:
            return Response(words.REPORT_MISSING, status_code=404, media_type="text/plain")
        try:
            rows, summary = results.read(run.folder)
            page = html.page([results.form(run.name, summary, rows)])
        except (GoldError, ValueError) as error:
            why = words.REPORT_DAMAGED.format(why=error)
            return Response(why.encode(errors="replace"), status_code=500, media_type="text/plain")
        return Response(page, media_type="text/html", headers={"Content-Security-Policy": POLICY})

    return routes
