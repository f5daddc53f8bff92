"""One run: gold questions through an engine, figures, gate, and a folder that tells it all."""

import hashlib
import platform
import resource
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np

from rag import __version__
from rag.build import build
from rag.config import Config
from rag.engine import Engine
from rag.errors import UsageError
from rag.evaluation import gate, html, report, results
from rag.evaluation.ask import Measured, ask_all
from rag.evaluation.gold import TYPES, Question, load
from rag.evaluation.results import Result
from rag.evaluation.statistics import SEED
from rag.evaluation.summary import summarise

RUNS = Path("runs")
LIBRARIES = ("onnxruntime", "faiss-cpu", "bm25s", "numpy", "scipy", "ir-measures", "llama-index-core")


@dataclass(frozen=True, slots=True)
class Selection:
    """Which questions of the gold files to ask; all of them by default."""

    types: tuple[str, ...] = ()
    split: str | None = None
    limit: int | None = None
    """Most questions of a file, taken evenly from all of it."""

    def of(self, questions: Sequence[Question]) -> list[Question]:
        """Return the questions that are selected, in order."""
        chosen = [q for q in questions if (not self.types or q.type in self.types) and self.split in (None, q.split)]
        if self.limit is None or self.limit >= len(chosen):
            return chosen
        return [chosen[n * len(chosen) // self.limit] for n in range(self.limit)]


EVERY = Selection()


@dataclass(frozen=True, slots=True)
class Run:
    """A run that was written."""

    folder: Path
    summary: dict[str, Any]
    failures: list[gate.Failure]
    markdown: str


def run(
    config: Config,
    golds: Sequence[str | Path],
    selection: Selection = Selection(),
    *,
    out: str | Path | None = None,
    scoped: bool = False,
    progress: bool = False,
) -> Run:
    """Ask the questions of gold files over the current generation of an index, and write the run's folder.

    Args:
        config: names the index, and everything an answer depends on.
        golds: gold files; no two with the same name.
        selection: which of their questions.
        out: folder to write, new or empty; by default one under ``runs`` named by the time.
        scoped: a question may be answered only from the documents that it names.
        progress: draw a bar on standard error.

    Raises:
        GoldError: a gold file, floors or a baseline that cannot be used.
        UsageError: nothing is selected, or the folder is not empty.
        IndexMissing, IndexDamaged: as opening it does.
    """
    began = time.perf_counter()
    folder = _folder(out)
    questions = _selected(golds, selection)
    with Engine.open(config=config) as engine:
        folder.mkdir(parents=True, exist_ok=True)  # before the work: it may not be writable
        measured = ask_all(engine, questions, scoped=scoped, progress=progress)
        summary = {**_origin(engine, golds, questions, selection), **summarise(measured.results)}
    paths = {gate.stem(path): str(path) for path in golds}
    failures, checked = _gate(measured, paths, selection)
    summary["notes"] = _notes(measured, summary)
    summary["checks"] = measured.checks
    summary["gate"] = {"passed": not failures, "checked": checked, "failures": [str(f) for f in failures]}
    first = next(iter(questions.values()))[0]
    summary["operational"] = _operational(measured, config, first.question, began)
    text = write(folder, measured.results, summary, failures)
    return Run(folder, summary, failures, text)


def write(folder: Path, rows: Sequence[Result], summary: Mapping[str, Any], failures: Sequence[gate.Failure]) -> str:
    """Write every file of a run; return its Markdown."""
    results.write(folder, rows, summary)
    text = report.markdown(summary)
    (folder / "summary.md").write_text(text, encoding="utf-8")
    (folder / "junit.xml").write_text(report.junit(rows, failures), encoding="utf-8")
    page = html.page([results.form(folder.name, summary, rows)])
    (folder / "report.html").write_text(page, encoding="utf-8")
    return text


@contextmanager
def over(config: Config, sources: str | None, *, keep: bool) -> Iterator[Config]:
    """Index a folder of sources for a run, if there is one; give the settings that name the index.

    Args:
        config: settings of the build.
        sources: the folder; None takes the index that is there.
        keep: build in ``config.index``; otherwise in a temporary folder.
    """
    if sources is None:
        yield config
    elif keep:
        build(config)
        yield config
    else:
        with TemporaryDirectory(prefix="rag-eval-") as folder:
            own = replace(config, index=folder)
            build(own)
            yield own


def _folder(out: str | Path | None) -> Path:
    folder = RUNS / datetime.now(UTC).strftime("%Y-%m-%dT%H-%M-%S") if out is None else Path(out)
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise UsageError(f"{folder} is not an empty folder: name another with --out, or remove it")
    return folder


def _selected(golds: Sequence[str | Path], selection: Selection) -> dict[str, list[Question]]:
    if selection.limit is not None and selection.limit < 1:
        raise UsageError(f"--limit {selection.limit}: the least is 1")
    for type_ in selection.types:
        if type_ not in TYPES:
            raise UsageError(f"--type {type_}: known are {', '.join(TYPES)}")
    if len({gate.stem(path) for path in golds}) < len(golds):
        raise UsageError("two gold files have the same name: rename one")
    questions = {gate.stem(path): selection.of(load(path)) for path in golds}
    if not any(questions.values()):
        raise UsageError("no question has that type and split")
    return {file: own for file, own in questions.items() if own}


def _origin(
    engine: Engine, golds: Sequence[str | Path], questions: Mapping[str, Sequence[Question]], selection: Selection
) -> dict[str, Any]:
    """Return what a run depends on: files, commit, index, models, settings, versions, seeds."""
    commit, dirty = _commit()
    encoder = engine.index.manifest["encoder"]
    reranker = engine.reranker
    return {
        "files": [
            {
                "path": str(path),
                "sha256": hashlib.sha256(Path(path).read_bytes()).hexdigest(),
                "questions": len(questions.get(gate.stem(path), ())),
            }
            for path in golds
        ],
        "selection": asdict(selection),
        "commit": commit,
        "dirty": dirty,
        "index": engine.index.id,
        "models": {
            "encoder": {"name": encoder["name"], "identity": encoder["identity"]},
            "reader": {"name": engine.reader.name, "identity": engine.reader.identity},
            "reranker": {"name": reranker.name} if reranker else None,
            "llm": None,
        },
        "configuration": {name: found for name, found in asdict(engine.config).items() if name != "index"},
        "threshold": engine.threshold,
        "versions": {
            "quoteline": __version__,
            "python": platform.python_version(),
            **{library: version(library) for library in LIBRARIES},
        },
        "seeds": {"statistics": SEED},
    }


def _commit() -> tuple[str | None, bool | None]:
    """Return the commit of the working directory and whether anything differs from it; None where there is no git."""
    try:
        head, changes = (
            subprocess.run(["git", *what], capture_output=True, text=True, check=True, timeout=30).stdout.strip()  # noqa: S603, S607
            for what in (("rev-parse", "HEAD"), ("status", "--porcelain"))
        )
    except (OSError, subprocess.SubprocessError):
        return None, None
    return head, bool(changes)


def _gate(measured: Measured, paths: Mapping[str, str], selection: Selection) -> tuple[list[gate.Failure], str]:
    """Return the gate's failures, and what it looked at."""
    failures = gate.checks(measured.checks, ", ".join(paths.values()))
    looked = ["pointers, exceptions, determinism, network"]
    for file, path in paths.items():
        own = [result for result in measured.results if result.file == file]
        if not own:
            continue
        failures += gate.not_passed(own, path)
        if (wanted := gate.floors(Path(path))) and selection.limit is None and selection.split is None:
            looked.append(f"floors of {file}")
            failures += gate.below_floors(own, wanted, path, whole=not selection.types)
        if (before := gate.read_baseline(path, own)) is not None:
            looked.append(f"{len(before)} questions of {file}'s baseline")
            failures += gate.regressions(before, own, path)
    return failures, "; ".join(looked)


def _notes(measured: Measured, summary: Mapping[str, Any]) -> list[str]:
    """Return what a reader of the figures must know."""
    notes = []
    if measured.missing:
        notes.append(f"{measured.missing} pieces of evidence are not in the index and count as not found")
    if summary["unreviewed"]:
        notes.append(f"{summary['unreviewed']} questions are drafts that nobody has reviewed")
    return notes


def _operational(measured: Measured, config: Config, question: str, began: float) -> dict[str, Any]:
    """Return times and memory: all that differs between two runs of the same."""
    p50, p95 = np.percentile(measured.total_ms, [50, 95])
    command = [sys.executable, "-m", "rag", "ask", "--quiet", "--index", config.index, "--", question]
    start = time.perf_counter()
    done = subprocess.run(command, capture_output=True, check=False, stdin=subprocess.DEVNULL)  # noqa: S603
    cold = time.perf_counter() - start
    return {
        "started": datetime.now(UTC).isoformat(timespec="seconds"),
        "p50_ms": round(float(p50), 1),
        "p95_ms": round(float(p95), 1),
        "cold_start_s": round(cold, 3) if done.returncode in (0, 3) else None,
        "peak_memory_mb": round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024, 1),
        "seconds": round(time.perf_counter() - began, 1),
    }
